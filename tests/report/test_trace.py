"""A family's story for reading: the timeline in words, the terminal at any width, the page with its lanes."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from page_reader import Element, read
from plotly.offline import get_plotlyjs
from rich.console import Console
from tests.builders import Adult, Child, Resident, adult, alone, facilities_of, family, replication_of, split_party

from borderops.clock import datetime_of
from borderops.forecast.stories import LINES, tell
from borderops.forecast.story import NOT_FOLLOWED, Place, Story
from borderops.operations.plan import AdultPath, Ground
from borderops.population.people import Stratum
from borderops.replication import Replication
from borderops.report.trace import (
    EXITS,
    INVENTED,
    KINDS,
    SHORT,
    STILL,
    beside_text,
    custody_text,
    ending_text,
    event_table,
    headline,
    lasting,
    limit_text,
    print_story,
    timeline,
)
from borderops.report.trace_page import PLACES, lanes, render, write_trace
from borderops.units import DAY, HOUR


def parted(policy: str, ground: Ground = Ground.PROSECUTION) -> Story:
    """A parent and children of 8 and 5; when parted the first boards after 4 days, the second after 1."""
    children = Child(transport=4 * DAY, stay=40 * DAY), Child(age=5, transport=DAY, travel=120, stay=9 * DAY)
    case = family("Tue 10:00", *children, checks=300, release=DAY, ground=ground)
    facilities = facilities_of(hearings=["Wed 17:00"], court_lead=3 * HOUR)
    return tell(replication_of(case, facilities=facilities), 0, "A rule.", policy)


def searched(parent: Adult, **changes) -> Replication:
    """A child whose parent is taken, in a shelter for a month, with an order on the Monday after."""
    case = family("Tue 10:00", parent=parent, ground=Ground.GANG)
    return replication_of(case, facilities=facilities_of(**{"order": "Mon+1 00:00", "reprocessing": 90, **changes}))


@cache
def whole() -> Story:
    """Parted under one policy, together under the other."""
    return replace(parted("harsh"), beside=parted("mild", Ground.NONE))


@cache
def page() -> Element:
    """Its page."""
    return read(render(whole(), 3, 2018))


def specs(tree: Element) -> list[dict]:
    """The figures of a page."""
    scripts = [one for one in tree.all("script") if one.attributes.get("id", "").startswith("spec-")]
    return [json.loads(one.text) for one in scripts]


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (61, "1 h 01 min"), (4321, "72 h 01 min"), (14400, "10 days")],
)
def test_lengths_of_time(minutes, text):
    """Minutes, then hours up to ten days, so that 72 hours can be seen; then days."""
    assert lasting(minutes).replace("\N{NO-BREAK SPACE}", " ") == text


def test_timeline_tells_alike_events_once():
    """What happens to all is one row for everyone, to some by name; rows never go back in time."""
    story = whole()
    rows = timeline(story)
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert (rows[0].who, rows[0].since) == ("everyone", 0)
    one, other = story.members["label"][1:]
    assert f"{one}, {other}" in {row.who for row in rows if row.what == "parted from the family: left with no parent"}
    told = sum(len(story.members) if row.who == "everyone" else row.who.count(",") + 1 for row in rows)
    assert told == len(story.events) + story.limits["is_over"].sum()


def test_the_limit_stands_at_its_minute_and_only_where_it_is_passed():
    """One child passes 72 hours by both clocks, the other by none: two rows, at 72 hours and at 72 after checks."""
    rows = [row for row in timeline(whole()) if row.is_limit]
    late = whole().members["label"][1]
    assert [(row.who, row.since) for row in rows] == [(late, 72 * HOUR), (late, 72 * HOUR + 340)]
    assert "since apprehension" in rows[0].what and "since determination" in rows[1].what


def test_waits_are_told_with_their_length():
    """What was waited for, and how long; no wait is said to be none."""
    waits = {row.what: row.waited.replace("\N{NO-BREAK SPACE}", " ") for row in timeline(whole())}
    assert waits["processed"] == "after 30 min: an agent's work"
    assert waits["a bed taken: for ages 0 to 12"] == "a free bed: no wait"
    assert waits["apprehended: Big Bend"] == ""


def test_clocks_of_each_member():
    """Custody and how it ended; each clock kept with what is left, or over by how much."""
    story = whole()
    father, late, early = story.members.itertuples()
    assert custody_text(father).replace("\N{NO-BREAK SPACE}", " ") == "28 h in CBP's hands, then taken to court"
    said = [limit_text(one).replace("\N{NO-BREAK SPACE}", " ") for one in story.limits.itertuples()]
    assert said == [
        "72 hours from apprehension: over by 29 h 40 min",
        "72 hours from determination: over by 24 h",
        "72 hours from apprehension: kept, 42 h 20 min left",
        "72 hours from determination: kept, 48 h left",
    ]
    assert (late.person, early.person) == (1, 2)


def test_a_limit_kept_to_the_minute_and_one_still_running():
    """72:00 is kept to the minute; who is inside on the last minute is told so, over or not."""
    row = {"clock": "apprehension", "at": 100, "until": 100, "is_inside": False, "is_over": False}
    cases = [({}, "kept, to the minute"), ({"until": 70, "is_inside": True}, "not over by the last minute played, 30")]
    cases += [({"until": 130, "is_inside": True, "is_over": True}, "over by 30\N{NO-BREAK SPACE}min and going on")]
    for change, words in cases:
        [limit] = pd.DataFrame([row | change]).itertuples()
        assert words in limit_text(limit)


def test_headlines():
    """Who, where, when, and what became of them; separation, rejoining and staying together each have their words."""
    assert headline(whole()).startswith("A family of 3, apprehended at Big Bend on 2\N{NO-BREAK SPACE}January 2018: ")
    fates = [
        (parted("a"), "separated"),
        (parted("a", Ground.NONE), "stayed together, released"),
        (tell(replication_of(alone("Tue 10:00")), 0, "", "a"), "sent to a shelter"),
    ]
    for story, fate in fates:
        assert headline(story).endswith(f": {fate}")


def test_a_family_rejoined_in_part():
    """The child who boarded early is not rejoined: the headline says in part."""
    children = Child(transport=DAY), Child(age=5, transport=60, travel=60)
    case = family("Tue 10:00", *children, back="19:00", ground=Ground.PROSECUTION)
    story = tell(replication_of(case, facilities=facilities_of(hearings=["Tue 12:00"])), 0, "", "a")
    assert headline(story).endswith(": separated, rejoined in part")


def test_people_processed_apart():
    """A family that never said so: each member by kin word, and where each went."""
    party = split_party(Stratum.UNDISCLOSED_FAMILY, adult("Tue 10:00", path=AdultPath.COURT), alone("Tue 10:00"))
    story = tell(replication_of(party), 0, "", "a")
    assert headline(story).startswith("A family of 2 that never said it is one")
    assert headline(story).endswith("processed apart, the man taken to court and the boy sent to a shelter")


def test_headlines_of_a_search():
    """Reunited after a shelter, in part or all; a family that was not written down was processed apart."""
    both = family("Tue 10:00", Child(), Child(stay=DAY), ground=Ground.GANG)
    facilities = facilities_of(order="Mon+1 00:00")
    stories = [tell(searched(Adult()), 0, "", "a"), tell(replication_of(both, facilities=facilities), 0, "", "a")]
    assert [headline(story).rpartition(": ")[2] for story in stories] == [
        "separated and reunited",
        "separated, reunited in part",
    ]
    apart = headline(tell(replication_of(family("Tue 10:00", grouped=False)), 0, "", "a"))
    assert "processed apart, the man handed to ICE and the boy sent to a shelter" in apart


def test_lanes_of_a_search():
    """Other custody, ICE, the way to a centre and the centre are places of their own; the reunion has its mark."""
    story = tell(searched(Adult(other_custody=DAY)), 0, "", "a")
    labels = [key.label for key in lanes(story).keys]
    assert {
        "Other custody",
        "ICE custody",
        "Shelter",
        "ICE centre",
        "With a parent again, or not to be reunited",
    } <= set(labels)
    assert ending_text(story) == ""


def test_words_for_every_code():
    """Every stratum, exit and place has its words, and every place its colour."""
    from borderops.operations.history import Exit

    assert set(KINDS) == {one.name.lower() for one in Stratum}
    assert set(EXITS) == {one.name.lower() for one in Exit}
    assert set(SHORT) == {line.place for line in LINES} | {Place.PORT}
    assert set(PLACES) == set(Place) - {Place.ORR_DESK, Place.TEAM, Place.OUTSIDE}
    assert set(STILL) | set(NOT_FOLLOWED) == set(PLACES)
    named = [colour for place, (colour, _) in PLACES.items() if place != Place.PORT]
    assert len(set(named)) == len(named)


def test_the_end_of_the_story_is_honest():
    """Who is in a shelter on the last minute is told; what the history does not follow is said not to be played."""
    story = whole()
    parent, late, _ = story.members["label"]
    said = ending_text(story).replace("\N{NO-BREAK SPACE}", " ")
    assert said == f"On the last minute played, Thu 1 March 2018 23:59, {parent} was still in ICE's custody."
    removed = tell(searched(Adult(ice=DAY, removed=True), order=None), 0, "", "a")
    parent = removed.members["label"][0]
    assert ending_text(removed) == f"What became of {parent} abroad is not played."
    cut = replication_of(
        family("Tue 10:00", departs=HOUR, ground=Ground.PROSECUTION), facilities=facilities_of(days=10)
    )
    assert f"{late.split()[0]} 2 was still in a shelter" in ending_text(tell(cut, 0, "", "a"))


# --- beside ---------------------------------------------------------------------------------------------------------


def test_beside_in_one_sentence():
    """Under the other policy the family stays together; the sentence says for how long and how they leave."""
    said = beside_text(whole()).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Under mild, with the same luck, the family would have stayed together, released after 29 h 40 min."
    assert beside_text(parted("harsh")) == ""


def test_beside_the_same():
    """The same minute by minute is said to be the same; parted there as well is said too."""
    same = replace(parted("harsh"), beside=parted("mild"))
    assert beside_text(same) == "Under mild, with the same luck, the same would have happened at the same minutes."
    as_well = replace(parted("harsh"), beside=parted("mild", Ground.WARRANT))
    assert "the children would have been parted from their parents as well" in beside_text(as_well)


# --- the terminal ---------------------------------------------------------------------------------------------------


def printed(width: int, **options) -> str:
    """The story on a terminal of some width."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, **options)
    print_story(whole(), 3, 2018, console)
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 60, 99, 100, 120, 200])
def test_it_fits_any_terminal(width):
    """No line is wider than the terminal, and no word of any event is lost."""
    lines = printed(width).splitlines()
    assert max(map(len, lines)) <= width
    text = re.sub(r"\s+", " ", " ".join(lines))
    for row in timeline(whole()):
        assert all(word in text for word in row.what.replace(":", "").split())
        assert f"{datetime_of(row.at):%H:%M}" in text


def test_a_pipe_gets_no_colours_a_terminal_does():
    """No escape sequence where it is no terminal; on one the passed limit is red."""
    assert "\x1b" not in printed(120)
    coloured = printed(120, force_terminal=True, color_system="standard")
    assert re.search(r"\x1b\[1;31m[^\x1b]*72 hours since apprehension", coloured)


def test_names_are_marked_as_invented():
    """Each full name carries the star, and the star is explained."""
    text = printed(200)
    assert INVENTED in text
    for member in whole().members.itertuples():
        assert f"{member.label}*" in text and f"{member.name}*" in text


# --- files ----------------------------------------------------------------------------------------------------------


def test_the_table_of_events_for_other_programs():
    """One row an event, with who it was; the time as ISO text."""
    table = event_table(whole())
    assert len(table) == len(whole().events)
    assert table["time"][0] == "2018-01-02T10:00"
    assert {"person", "invented_name", "who", "moment", "at", "since_apprehension", "waited"} <= set(table.columns)


def test_the_page_stands_alone(tmp_path):
    """One file that balances, asks nothing of the network, and has the headline as its title."""
    write_trace(tmp_path / "trace.html", whole(), 3, 2018)
    text = (tmp_path / "trace.html").read_text(encoding="utf-8").replace(get_plotlyjs(), "")
    assert not re.findall(r"(?:src|href)=\"(?!#)", text) and "url(" not in text
    assert page().all("title")[0].text == headline(whole())
    assert page().all("h1")[0].text == headline(whole())


def test_the_page_tells_every_event():
    """Its table has a row an event of the timeline and a heading a day; passed limits are marked."""
    rows = page().by_id("events").all("tbody")[0].all("tr")
    days = [row for row in rows if row.attributes.get("class") == "day"]
    told = [row for row in rows if row not in days]
    assert [row.all("td")[4].text for row in told] == [row.what for row in timeline(whole())]
    assert len(days) == len({row.at // DAY for row in timeline(whole())})
    assert sum(row.attributes.get("class") == "limit" for row in told) == 2


def test_lanes_hold_every_stay():
    """In the whole story each stay is a bar from its first minute on, those under the other policy pale and narrow."""
    story = whole()
    bars = [one for one in specs(page())[-1]["data"] if one["type"] == "bar"]
    main = [one for one in bars if one.get("opacity") == 1]
    pale = [one for one in bars if one.get("opacity") == 0.5]
    assert sorted(one["base"][0] for one in main) == sorted(
        f"{datetime_of(at):%Y-%m-%dT%H:%M}" for at in story.stays["begins"]
    )
    assert story.beside is not None and len(pale) == len(story.beside.stays)
    assert {one["width"] for one in pale} != {one["width"] for one in main}
    removed = lanes(tell(searched(Adult(ice=DAY, removed=True)), 0, "", "a")).panels[-1].figure
    abroad = next(one for one in removed.data if one.type == "bar" and one.marker.pattern.shape)
    assert "what followed is not told" in abroad.customdata[0][1] and abroad.text[0] == "abroad; then not told"


def test_lanes_show_limits_and_what_lies_beyond():
    """Two lines a child, at 72 hours by each clock; custody beyond the first is hatched for as long as it lasted."""
    first = specs(page())[0]["data"]
    lines = [one for one in first if one["type"] == "scatter" and one["mode"] == "lines"]
    assert [one["x"][0] for one in lines] == [f"{datetime_of(at):%Y-%m-%dT%H:%M}" for at in whole().limits["at"]]
    beyond = [one for one in first if one["type"] == "bar" and "past 72 hours" in one["hovertemplate"]]
    assert [one["x"][0] for one in beyond] == [(29 * 60 + 40) * 60_000]


def test_marks_tell_each_moment():
    """Every event of every person can be pointed at; parting has a mark of its own."""
    marks = [one for one in specs(page())[0]["data"] if one["type"] == "scatter" and one["mode"] == "markers"]
    told = "".join(text for one in marks for text in one["customdata"])
    for event in whole().events.itertuples():
        assert event.event in told
    symbols = [one["marker"]["symbol"] for one in marks]
    assert symbols.count("diamond") == 3 and symbols.count("circle") == 3


def test_the_legend_says_what_is_drawn_and_no_more():
    """Places that occur, both limits, the lanes beside; no rejoining where nobody was rejoined."""
    labels = [key.label for key in lanes(whole()).keys]
    assert {"Border Patrol station", "Court", "Shelter", "Parted", "72 hours since apprehension"} <= set(labels)
    assert "Narrow lane: the same person under mild" in labels
    assert not {"Rejoined", "ICE", "Jail"} & set(labels)


def test_a_short_story_has_one_panel():
    """Where all is over with custody, nothing is drawn twice; a lone adult has neither limits nor their legend."""
    story = tell(replication_of(adult("Tue 10:00", departs=DAY, path=AdultPath.RETURN)), 0, "", "a")
    picture = lanes(story)
    assert len(picture.panels) == 1
    assert not any("72" in key.label for key in picture.keys)
    assert "returned over the border" in render(story, 1, 1)


@pytest.mark.parametrize(
    "party",
    [
        adult("Tue 10:00"),
        alone("Tue 10:00", Child(), Child(age=5)),
        family("Tue 10:00", seeks_detention=True),
        family("Tue 10:00", release=90 * DAY),
        split_party(Stratum.KIN_GROUP, adult("Tue 10:00"), alone("Tue 10:00", Child(is_returned=True))),
        None,
    ],
    ids=["adult", "children", "detained", "inside", "kin", "resident"],
)
def test_any_party_can_be_told(party):
    """Whoever it is: the timeline, the sentences and the page can be made, beside the same story as well."""
    replication = replication_of(party) if party else replication_of(residents=[Resident()])
    story = tell(replication, 0, "A rule.", "a")
    story = replace(story, beside=story)
    print_story(story, 1, 1, Console(file=io.StringIO(), width=80))
    tree = read(render(story, 1, 1))
    assert len(tree.by_id("members").all("li")) == len(story.members)
    assert "the same would have happened" in tree.all("header")[0].text


def test_what_a_user_wrote_cannot_become_a_tag():
    """A scenario's name is escaped."""
    story = replace(whole(), scenario="<script>alert(1)</script>")
    assert "<script>alert" not in render(story, 1, 1)
