"""Stories out of a replication: every moment once, in its order; where people were; which family is chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.builders import (
    Adult,
    Child,
    Resident,
    adult,
    alone,
    at,
    facilities_of,
    family,
    referred,
    replication_of,
    settings_of,
    split_party,
    told,
    with_window,
)
from tests.worlds import settings_with

from borderops.clock import datetime_of
from borderops.commands.completing import FAMILIES
from borderops.config.schema import Settings
from borderops.exceptions import WrongInput
from borderops.forecast.reading import Reading
from borderops.forecast.stories import CHOICES, LINES, choose, events, limits, members, stays, tell
from borderops.forecast.story import Place
from borderops.operations.history import Exit, History, ShelterExit
from borderops.operations.plan import AdultPath, CaseKind, Ground
from borderops.population.people import Stratum
from borderops.replication import Replication, replicate
from borderops.units import DAY, HOUR, LIMIT_72_HOURS, NEVER

TWO_WEEKS = {
    "window.start": date(2018, 5, 10),
    "window.end": date(2018, 5, 23),
    "window.lead_in_days": 2,
    "arrivals.stations": ["yuma", "ports_of_entry"],
    "study.season_start": None,
    "study.season_end": None,
}
HAND_WORKED = (date(2018, 1, 1), date(2018, 2, 28))


@cache
def season() -> tuple[Settings, Replication]:
    """Two weeks of May 2018 in one sector and at the ports; about 11,000 persons with those in shelters."""
    settings = settings_with(TWO_WEEKS)
    return settings, replicate(settings, 1)


def moments_of(history: History) -> list[str]:
    """Columns of the history that hold moments."""
    return [name for name in history.columns() if name.endswith("_at")]


def everybody(replication: Replication) -> np.ndarray:
    """All rows."""
    return np.arange(replication.people.number.size)


def parted_family(**times) -> Replication:
    """A father and a child of 8 who are parted, each stage with its own length."""
    child = Child(mail=60, designation=120, transport=180, travel=240, stay=10 * DAY)
    case = family("Tue 10:00", child, checks=30, ground=Ground.PROSECUTION, **times)
    facilities = facilities_of(desk_minutes=20, hearings=["Tue 15:00"], court_lead=3 * HOUR)
    return replication_of(case, facilities=facilities)


def parted_family_with(parent: Adult) -> Replication:
    """One parent and a child who boards at once; one hearing, three hours after the way to it."""
    case = family("Tue 10:00", parent=parent, ground=Ground.PROSECUTION)
    return replication_of(case, facilities=facilities_of(hearings=["Tue 15:00"], court_lead=3 * HOUR))


def sentences(replication: Replication) -> list[str]:
    """Time, row and event of everybody, in order."""
    table = events(replication, everybody(replication))
    return [f"{when} {row.person} {row.event}" for when, row in zip(told(table["at"]), table.itertuples())]


# --- every moment once ----------------------------------------------------------------------------------------------


def test_every_moment_appears_once_and_nothing_else():
    """All moments of 11,000 people, a resident among them, are told once each; nothing is told that did not happen."""
    _, replication = season()
    history = replication.history
    happened = Counter(
        (person, name, int(getattr(history, name)[person]))
        for name in moments_of(history)
        for person in np.flatnonzero(getattr(history, name) != NEVER).tolist()
    )
    table = events(replication, everybody(replication))
    assert Counter(zip(table["person"], table["moment"], table["at"])) == happened
    assert set(happened.values()) == {1} and len(happened) > 40_000


def test_every_moment_of_the_history_has_its_lines():
    """Whoever adds a moment to the history is told here that `LINES` lacks it."""
    assert {line.column for line in LINES} == set(moments_of(season()[1].history))


def test_lines_name_what_exists():
    """Waits begin at moments of the history; conditions speak of its columns or of the three facts besides."""
    columns = set(season()[1].history.columns())
    for line in LINES:
        assert set(line.since) <= columns, line
        assert set(line.only) <= columns | {"is_child", "is_resident", "has_rejoined"}, line
        assert bool(line.waited_for) == bool(line.since), line


def test_only_the_people_asked_for():
    """Rows in any order, a row twice: their events, once each, and nobody else's."""
    replication = parted_family()
    table = events(replication, [1, 1])
    assert set(table["person"]) == {1} and not table.duplicated(["person", "moment"]).any()
    assert len(events(replication, [])) == 0
    assert list(events(replication, []).columns) == list(table.columns)


# --- what is told ---------------------------------------------------------------------------------------------------


def test_a_parted_family_minute_by_minute():
    """The whole timetable of a parting: court for the father, every desk and the shelter for the child."""
    assert sentences(parted_family()) == [
        "Tue 10:00 0 apprehended",
        "Tue 10:00 1 apprehended",
        "Tue 10:00 0 taken in by an agent",
        "Tue 10:00 1 taken in by an agent",
        "Tue 10:10 0 processing began",
        "Tue 10:10 1 processing began",
        "Tue 10:40 0 processed",
        "Tue 10:40 1 processed",
        "Tue 10:40 0 the family selected for referral",
        "Tue 10:40 1 the family selected for referral",
        "Tue 10:40 0 parted from the family",
        "Tue 10:40 1 parted from the family",
        "Tue 10:40 0 referred for prosecution",
        "Tue 11:10 1 determined to be an unaccompanied child",
        "Tue 12:00 0 taken to court",
        "Tue 12:10 1 referral taken up by ORR's desk",
        "Tue 12:30 1 referral cleared by ORR's desk",
        "Tue 12:30 1 a bed taken",
        "Tue 15:00 0 heard in court",
        "Tue 15:00 0 left the court's custody for ICE",
        "Tue 17:30 1 boarded for the shelter",
        "Tue 21:30 1 arrived at the shelter",
        "Fri+1 21:30 1 released to a parent, relative or other sponsor",
    ]


def test_civil_time_time_since_apprehension_and_waits():
    """Each event has its date and time, the minutes since apprehension, what was waited for and how long."""
    table = events(parted_family(), [1]).set_index("moment")
    boarded = table.loc["left_cbp_at"]
    assert str(boarded["time"]) == "2018-01-02 17:30:00" == str(datetime_of(boarded["at"]))
    assert (boarded["since_apprehension"], boarded["waited"]) == (450, 300)
    assert boarded["waited_for"] == "designation and a seat"
    waits = table["waited"].drop(["apprehended_at", "selected_at", "parted_at"])
    assert waits.tolist() == [0, 10, 30, 30, 60, 20, 0, 300, 240, 10 * DAY]
    assert table["waited"].isna().sum() == 3


def test_nobody_ever_waits_backwards():
    """No wait of 11,000 people is negative, and every event but a few without a wait has one."""
    table = events(season()[1], everybody(season()[1]))
    assert (table["waited"].dropna() >= 0).all()
    assert set(table.loc[table["waited"].isna(), "moment"]) <= {
        "apprehended_at", "selected_at", "parted_at", "prosecution_referred_at", "left_cbp_at", "admitted_at"
    }  # fmt: skip


def test_rejoining_and_release():
    """A parent who is back in time: rejoined with the child, whose way to a shelter ends; they leave together."""
    case = family("Tue 10:00", Child(transport=DAY), back="19:00", ground=Ground.PROSECUTION, rejoined_release=90)
    replication = replication_of(case, facilities=facilities_of(hearings=["Tue 12:00"]))
    assert sentences(replication)[-5:] == [
        "Tue 19:00 0 back at the station",
        "Tue 19:00 0 rejoined with the children still there",
        "Tue 19:00 1 rejoined with the parent",
        "Tue 20:30 0 left the station with the children",
        "Tue 20:30 1 released",
    ]
    released = events(replication, [1]).iloc[-1]
    assert (released["waited_for"], released["waited"]) == ("release", 90)


@pytest.mark.parametrize(
    ("case", "person", "event"),
    [
        (adult("Tue 10:00", path=AdultPath.ICE), 0, "handed to ICE"),
        (adult("Tue 10:00", path=AdultPath.RETURN), 0, "returned over the border"),
        (referred("Tue 10:00"), 0, "heard in court"),
        (referred("Tue 10:00", Adult(declined=True)), 0, "handed to ICE"),
        (family("Tue 10:00", parent=Adult(jail=DAY), ground=Ground.PROSECUTION), 0, "left the court's custody for ICE"),
        (family("Tue 10:00", seeks_detention=True, detention=DAY), 1, "left family detention"),
        (family("Tue 10:00", release=DAY), 1, "released"),
        (alone("Tue 10:00", Child(is_returned=True)), 0, "returned over the border"),
        (alone("Tue 10:00", Child(born=date(2000, 1, 3), mail=DAY)), 0, "turned 18, handed to ICE as an adult"),
        (alone("Tue 10:00", Child(born=date(2000, 1, 8))), 0, "turned 18 and left the shelter"),
    ],
)
def test_how_stories_end(case, person, event):
    """Each way out of CBP's hands, of detention and of a shelter is told in its own words."""
    assert events(replication_of(case), [person]).iloc[-1]["event"] == event


@pytest.mark.parametrize(
    ("parent", "told_of_court"),
    [
        (Adult(never_referred=True, departs=HOUR), ["Tue 11:40 handed to ICE: never referred for prosecution (60)"]),
        (
            Adult(declined=True, departs=HOUR),
            ["Tue 10:40 referred for prosecution: declined", "Tue 11:40 handed to ICE: prosecution was declined (60)"],
        ),
        (
            Adult(hearing_until="Tue 14:59", lapses="Thu 10:40"),
            [
                "Tue 10:40 referred for prosecution: no slot in court within the limit",
                "Thu 10:40 handed to ICE: the referral lapsed (2880)",
            ],
        ),
        (
            Adult(hearing_until="Tue 15:00"),
            [
                "Tue 10:40 referred for prosecution: given a slot in court",
                "Tue 12:00 taken to court (80)",
                "Tue 15:00 heard in court: sentenced to time served (180)",
                "Tue 15:00 left the court's custody for ICE (0)",
            ],
        ),
        (
            Adult(jail=5 * DAY),
            [
                "Tue 10:40 referred for prosecution: given a slot in court",
                "Tue 12:00 taken to court (80)",
                "Tue 15:00 heard in court: sentenced to jail (180)",
                "Sun 15:00 left the court's custody for ICE (7200)",
            ],
        ),
        (
            Adult(back="19:00"),
            [
                "Tue 10:40 referred for prosecution: given a slot in court",
                "Tue 12:00 taken to court (80)",
                "Tue 15:00 heard in court: sentenced to time served (180)",
                "Tue 19:00 back at the station: the children have left (240)",
            ],
        ),
    ],
    ids=["never_referred", "declined", "lapsed", "time_served", "jail", "back"],
)
def test_every_way_through_court(parent, told_of_court):
    """What a parent taken for prosecution lives through after the parting, with the minutes waited for each step."""
    table = events(parted_family_with(parent), [0])
    after = table[table["moment"].shift().eq("parted_at").cummax()]
    said = [
        f"{when} {row.event}"
        + (f": {row.detail}" if row.detail else "")
        + ("" if pd.isna(row.waited) else f" ({row.waited})")
        for when, row in zip(told(after["at"]), after.itertuples())
    ]
    assert said == told_of_court


def test_a_hearing_not_played_yet():
    """Who has a slot beyond the last minute played is told of it, and of no hearing."""
    facilities = facilities_of(days=6, hearings=["Tue+1 15:00"])
    table = events(replication_of(referred("Tue 10:00"), facilities=facilities), [0])
    assert table.iloc[-1][["event", "detail"]].tolist() == ["referred for prosecution", "given a slot in court"]


def test_a_lone_adult_is_referred_as_soon_as_processed():
    """At one minute: who is processed first is referred before the next one is processed."""
    of_minute = [
        one for one in sentences(replication_of(referred("Tue 10:00"), referred("Tue 10:00"))) if "10:40" in one
    ]
    assert of_minute == [
        "Tue 10:40 0 processed",
        "Tue 10:40 0 referred for prosecution",
        "Tue 10:40 1 processed",
        "Tue 10:40 1 referred for prosecution",
    ]


def test_one_parent_of_two():
    """Taken, staying, and parted from one parent are three different things to tell of one minute."""
    replication = replication_of(family("Tue 10:00", adults=2, ground=Ground.DANGER_TO_CHILD))
    table = events(replication, [0, 1, 2])
    parted = table[table["moment"] == "parted_at"]
    assert parted["detail"].tolist() == ["taken from the children", "stays with the children", "stays with the other"]
    selected = table[table["moment"] == "selected_at"].iloc[0]
    assert selected["detail"] == "on an individual finding: danger to child"


def test_ports_of_entry_are_not_stations():
    """Who was met at a port of entry is told of the port, in place and in stay."""
    settings, replication = season()
    at_port = np.flatnonzero(Reading(replication, settings).station == 9)[:5]
    table = events(replication, at_port)
    assert set(table["place"]) & {Place.STATION, Place.PORT} == {Place.PORT}
    assert stays(table, replication.history.horizon).iloc[0]["place"] == Place.PORT


def test_residents_have_their_own_words():
    """A child in a shelter when the run begins was apprehended and placed before, which is said."""
    replication = replication_of(residents=[Resident(stay=DAY)])
    assert events(replication, [0])["event"].tolist() == [
        "apprehended before the run began",
        "arrived at the shelter before the run began",
        "released to a parent, relative or other sponsor",
    ]


# --- the order of one minute ----------------------------------------------------------------------------------------


def test_boarding_comes_before_a_parents_return():
    """At equal minutes the child boards (a departure) before the parent is back (progress)."""
    until_boarding = at("Tue 19:00") - at("Tue 10:40")
    case = family("Tue 10:00", Child(transport=until_boarding, travel=60), back="19:00", ground=Ground.PROSECUTION)
    replication = replication_of(case, facilities=facilities_of(hearings=["Tue 12:00"]))
    of_minute = [one for one in sentences(replication) if one.startswith("Tue 19:00")]
    assert of_minute == ["Tue 19:00 1 boarded for the shelter", "Tue 19:00 0 back at the station"]


def test_an_effect_never_stands_before_its_cause():
    """Stages that take no time: arrival (late in a minute) still stands before the departure (early) it leads to."""
    quick = adult("Tue 10:00", intake=0, processing=0)
    assert sentences(replication_of(quick)) == [
        "Tue 10:00 0 apprehended",
        "Tue 10:00 0 taken in by an agent",
        "Tue 10:00 0 processing began",
        "Tue 10:00 0 processed",
        "Tue 10:00 0 handed to ICE",
    ]


def test_departures_of_others_come_before_arrivals():
    """At one minute: who is done departs, who arrives is apprehended, and then the free agent takes the newcomer in."""
    one, other = adult("Tue 10:00", intake=0, processing=30), adult("Tue 10:30", intake=0, processing=30)
    replication = replication_of(one, other, facilities=facilities_of(agents=1))
    assert [line for line in sentences(replication) if line.startswith("Tue 10:30")] == [
        "Tue 10:30 0 processed",
        "Tue 10:30 0 handed to ICE",
        "Tue 10:30 1 apprehended",
        "Tue 10:30 1 taken in by an agent",
        "Tue 10:30 1 processing began",
    ]


def test_each_person_lives_through_lines_in_their_order():
    """Of 11,000 people nobody's events go back in time, and the table as a whole does not."""
    table = events(season()[1], everybody(season()[1]))
    assert table["at"].is_monotonic_increasing
    order = {(line.column, line.event): place for place, line in enumerate(LINES)}
    lines = [order[row] for row in zip(table["moment"], table["event"])]
    chains = table.assign(line=lines).sort_values("person", kind="stable")
    steps = chains["line"].diff()[(chains["person"].diff() == 0) & (chains["at"].diff() == 0)]
    assert (steps > 0).all() and len(steps) > 1000


# --- where and how long ---------------------------------------------------------------------------------------------


def test_stays_of_a_parted_family():
    """Half-open stays, one behind the other; court hands the father on to ICE, the child leaves the shelter."""
    replication = parted_family()
    table = stays(events(replication, [0, 1]), replication.history.horizon)
    rows = [(row.person, row.place, *told([row.begins, row.ends]), row.is_open) for row in table.itertuples()]
    assert rows[:2] + rows[3:] == [
        (0, Place.STATION, "Tue 10:00", "Tue 12:00", False),
        (0, Place.COURT, "Tue 12:00", "Tue 15:00", False),
        (1, Place.STATION, "Tue 10:00", "Tue 17:30", False),
        (1, Place.CONTRACTOR, "Tue 17:30", "Tue 21:30", False),
        (1, Place.SHELTER, "Tue 21:30", "Fri+1 21:30", False),
    ]
    assert rows[2][1] == Place.ICE and rows[2][-1] and table.iloc[2]["ends"] == replication.history.horizon


def test_stays_in_jail():
    """Jail lies between the hearing and ICE."""
    replication = parted_family_with(Adult(jail=5 * DAY))
    table = stays(events(replication, [0]), replication.history.horizon)
    assert table["place"].tolist() == [Place.STATION, Place.COURT, Place.JAIL, Place.ICE]
    assert told(table["begins"]) == ["Tue 10:00", "Tue 12:00", "Tue 15:00", "Sun 15:00"]


def test_stays_follow_one_another_and_cover_custody():
    """Of 11,000 people: no stay overlaps the next, none is empty, and the first is as long as the custody is."""
    settings, replication = season()
    reading = Reading(replication, settings)
    table = stays(events(replication, everybody(replication)), replication.history.horizon)
    assert (table["ends"] > table["begins"]).all()
    following = table["person"] == table["person"].shift()
    assert (table["begins"] == table["ends"].shift())[following].all()
    first = table.groupby("person").first()
    first = first[first["place"].isin([Place.STATION, Place.PORT])]
    assert (first["ends"] - first["begins"]).tolist() == reading.custody[first.index.to_numpy()].tolist()
    assert len(first) == reading.arrived.sum()


@pytest.mark.parametrize(("custody", "is_over"), [(LIMIT_72_HOURS, False), (LIMIT_72_HOURS + 1, True)])
def test_seventy_two_hours_by_both_clocks(custody, is_over):
    """72:00 is within the limit and 72:01 is not; the other clock begins with the determination."""
    case = alone("Tue 10:00", Child(transport=custody - 5 * HOUR - 40), checks=5 * HOUR)
    table = limits(replication_of(case), [0]).set_index("clock")
    assert told(table["at"]) == ["Fri 10:00", "Fri 15:40"]
    assert table["is_over"].tolist() == [is_over, False]
    assert not table["is_inside"].any()


def test_a_child_still_inside_at_the_horizon():
    """Over if already over; without an adult, a child never determined has one clock only."""
    case = family("Tue 10:00", release=20 * DAY)
    table = limits(replication_of(case, facilities=facilities_of(days=6)), [0, 1])
    assert table[["person", "clock", "is_inside", "is_over"]].to_numpy().tolist() == [[1, "apprehension", True, True]]


def test_limits_agree_with_the_kpis():
    """Over 72 hours here is over 72 hours in `Reading`, child by child and by both clocks."""
    settings, replication = season()
    reading = Reading(replication, settings)
    table = limits(replication, everybody(replication))
    over = {name: set(part.loc[part["is_over"], "person"]) for name, part in table.groupby("clock")}
    assert over["apprehension"] == set(np.flatnonzero(reading.child & reading.over_72_hours))
    since = reading.child & (reading.since_determination > LIMIT_72_HOURS)
    assert over["determination"] == set(np.flatnonzero(since))
    assert over["apprehension"] and over["determination"]


# --- which family ---------------------------------------------------------------------------------------------------


def test_typical_and_longest_by_brute_force():
    """Typical is nearest the median of the families' longest custody of a child; longest is the longest of them."""
    settings, replication = season()
    reading = Reading(replication, settings)
    longest: dict[int, int] = {}
    for child in np.flatnonzero(reading.season_separated):
        party = int(reading.people.party[child])
        longest[party] = max(longest.get(party, 0), int(reading.custody[child]))
    middle = np.median(list(longest.values()))
    typical, rule = choose(replication, settings, "typical")
    assert abs(longest[typical] - middle) == min(abs(one - middle) for one in longest.values())
    assert rule.startswith(f"Chosen from {len(longest)} families separated in the season: ")
    assert longest[choose(replication, settings, "longest")[0]] == max(longest.values())


def test_each_choice_is_what_it_says():
    """Rejoined, together, processed apart, undisclosed: the members' history and truth say so."""
    settings, replication = season()
    reading = Reading(replication, settings)

    def chosen(which: str) -> np.ndarray:
        return np.flatnonzero(reading.people.party == choose(replication, settings, which)[0])

    rejoined = chosen("rejoined")
    assert (reading.separated & (reading.history.rejoined_at != NEVER))[rejoined].any()
    together = chosen("together")
    assert (reading.history.parted_at[together] == NEVER).all()
    assert len(set(reading.history.left_cbp_at[together])) == 1 and together.size > 1
    apart = chosen("never_grouped")
    assert len(set(reading.case_of_person[apart])) == 2
    assert (reading.stratum[chosen("undisclosed")] == Stratum.UNDISCLOSED_FAMILY).all()


def _choose(replication: Replication, which: str) -> tuple[int, str]:
    return choose(replication, with_window(settings_of(), *HAND_WORKED, HAND_WORKED), which)


def test_aged_out_at_the_station_comes_before_a_shelter():
    """A child who turned 18 at the station is preferred to one who did in a shelter; the latter is found alone too."""
    in_shelter = alone("Tue 10:00", Child(born=date(2000, 1, 8)))
    at_station = alone("Tue 10:00", Child(born=date(2000, 1, 3), mail=DAY))
    both = replication_of(in_shelter, at_station)
    assert both.history.exit.tolist() == [Exit.TO_SHELTER, Exit.AGED_OUT]
    assert both.history.shelter_exit.tolist() == [ShelterExit.AGED_OUT, ShelterExit.NONE]
    assert _choose(both, "aged_out")[0] == 1
    party, rule = _choose(replication_of(in_shelter), "aged_out")
    assert party == 0 and rule.startswith("The only one of the parties with a child who turned 18")


def test_of_equals_the_lowest_number_is_chosen():
    """Three families alike: the first."""
    cases = [family("Tue 10:00", Child(transport=DAY), ground=Ground.PROSECUTION) for _ in range(3)]
    replication = replication_of(*cases)
    assert [_choose(replication, which)[0] for which in ("typical", "longest")] == [0, 0]


@pytest.mark.parametrize("which", list(CHOICES))
def test_none_of_the_kind(which):
    """Where nobody fits, a sentence says which kind is missing in which replication."""
    with pytest.raises(WrongInput, match=rf"replication 0 has no .*, so there is no {which} one to trace"):
        _choose(replication_of(adult("Tue 10:00")), which)


def test_the_door_knows_every_choice():
    """What the tab key offers is what can be chosen, in the same order."""
    assert tuple(CHOICES) == FAMILIES


def test_numbers_of_party_person_and_a_number():
    """A party is found by its own number, by that of any member and by the member's A-number."""
    settings, replication = season()
    people, history = replication.people, replication.history
    party, _ = choose(replication, settings, "typical")
    child = int(people.first_member[party]) + 1
    for number in (people.party_number[party], people.number[child], history.a_number[child]):
        assert choose(replication, settings, str(number))[0] == party


@pytest.mark.parametrize("number", ["0", "12345", "9" * 30])
def test_a_number_nobody_has(number):
    """The sentence names the number and the replication; people before intake have no A-number 0."""
    settings, replication = season()
    with pytest.raises(WrongInput, match=f"nobody in replication 1 has the number {number} "):
        choose(replication, settings, number)


# --- the story ------------------------------------------------------------------------------------------------------


def test_a_story_has_all_of_the_party_and_nobody_else():
    """Two cases of one party are one story, with the truth about the party."""
    parent = adult("Tue 10:00", path=AdultPath.COURT)
    party = split_party(Stratum.UNDISCLOSED_FAMILY, parent, alone("Tue 10:00"))
    story = tell(replication_of(adult("Tue 09:00"), party), 1, "because", "made_up")
    assert story.members["person"].tolist() == [1, 2]
    assert (story.stratum, story.station, story.party_number) == ("undisclosed_family", "big_bend", 1)
    assert set(story.events["person"]) == set(story.stays["person"]) == {1, 2}
    assert story.members["exit"].tolist() == ["to_court", "to_shelter"]
    assert story.beside is None


def test_members_are_named_apart_and_by_kinship():
    """Who shares a given name gets a number; kinship is the truth of the links, age that of the apprehension."""
    replication = replication_of(family("Tue 10:00", Child(age=6, is_girl=True), Child(born=date(2017, 12, 1))))
    assert replication.plan.case_kind.tolist() == [CaseKind.FAMILY]
    people = replication.people
    father = np.array([-1, 0, 0], dtype=people.father.dtype)
    born = people.birth_day.copy()
    born[0] = (date(1984, 1, 3) - date(2001, 1, 1)).days
    linked = replace(replication, people=replace(people, father=father, birth_day=born))
    table = members(linked, np.arange(3))
    assert table["who"].tolist() == ["father, 33", "daughter, 6", "son, under 1"]
    first = table["label"][0]
    assert table["label"].tolist() == [first, f"{first} 2", f"{first} 3"]


def test_adults_under_no_parent_are_called_what_they_are():
    """An adult relative, a claimed parent, an adult alone: each by its own words."""
    family_ = family("Tue 10:00")
    for stratum, words in (
        (Stratum.KIN_GROUP, "adult relative"),
        (Stratum.FALSE_FAMILY, "adult who claims to be a parent"),
    ):
        replication = replication_of(replace(family_, stratum=stratum))
        assert members(replication, np.array([0]))["who"][0].startswith(words)
    assert members(replication_of(adult("Tue 10:00")), np.array([0]))["who"][0].startswith("man")
