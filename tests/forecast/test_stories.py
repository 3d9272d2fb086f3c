"""Stories out of a replication: every moment once, in its order; where people were; which family is chosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

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
    couple,
    facilities_of,
    family,
    referred,
    replication_of,
    settings_of,
    split_party,
    told,
    with_window,
)
from tests.forecast.hand_worked import season

from borderops.clock import datetime_of
from borderops.commands.completing import FAMILIES
from borderops.exceptions import WrongInput
from borderops.forecast.reading import Reading
from borderops.forecast.stories import CHOICES, LINES, choose, events, limits, members, stays, tell
from borderops.forecast.story import Place
from borderops.operations.history import Code, Exit, History, Note, ParentNumber, ShelterExit
from borderops.operations.plan import AdultPath, CaseKind, Ground
from borderops.population.people import Stratum
from borderops.replication import Replication
from borderops.units import DAY, HOUR, LIMIT_72_HOURS, NEVER

HAND_WORKED = (date(2018, 1, 1), date(2018, 2, 28))


def moments_of(history: History) -> list[str]:
    """Columns of the history that hold moments."""
    return [name for name in history.columns() if name.endswith("_at")]


def everybody(replication: Replication) -> np.ndarray:
    """All rows."""
    return np.arange(replication.people.number.size)


def parted_family(**times) -> Replication:
    """A father and a child of 8 who are parted, each stage with its own length."""
    child = Child(lost=(1, 0, 0), noticed=60, designation=120, transport=180, travel=240, stay=10 * DAY)
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
    """Waits begin at moments of the history; conditions speak of its columns or of the five facts besides."""
    columns = set(season()[1].history.columns())
    besides = {"is_child", "is_resident", "is_never_grouped", "has_rejoined", "is_back"}
    for line in LINES:
        assert set(line.since) <= columns, line
        assert set(line.only) <= columns | besides, line
        assert line.led_by in ("person", "case", "group"), line
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
        "Tue 12:10 1 the referral sent on to ORR's desk",
        "Tue 12:10 1 referral taken up by ORR's desk",
        "Tue 12:30 1 referral cleared by ORR's desk",
        "Tue 12:30 1 a bed taken",
        "Tue 14:30 1 transport asked for",
        "Tue 14:30 1 the itinerary known",
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
    assert (boarded["since_apprehension"], boarded["waited"]) == (450, 180)
    assert boarded["waited_for"] == "a seat"
    waits = table["waited"].drop(["apprehended_at", "selected_at", "parted_at"])
    assert waits.tolist() == [0, 10, 30, 30, 60, 0, 20, 0, 120, 0, 180, 240, 10 * DAY]
    assert table["waited"].isna().sum() == 3


def test_nobody_ever_waits_backwards():
    """No wait of 11,000 people is negative, and every event but a few without a wait has one."""
    table = events(season()[1], everybody(season()[1]))
    assert (table["waited"].dropna() >= 0).all()
    assert set(table.loc[table["waited"].isna(), "moment"]) <= {
        "apprehended_at", "selected_at", "parted_at", "prosecution_referred_at", "left_cbp_at", "admitted_at",
        "freed_at", "found_at", "reunion_at",
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
        (referred("Tue 10:00"), 0, "left the court's custody for ICE"),
        (couple("Tue 10:00", Adult(ice=DAY), Adult()), 0, "released by ICE"),
        (couple("Tue 10:00", Adult(ice=DAY, removed=True), Adult()), 0, "removed from the country"),
        (family("Tue 10:00", parent=Adult(other_custody=DAY), ground=Ground.GANG), 0, "left other custody for ICE"),
        (referred("Tue 10:00", Adult(declined=True)), 0, "handed to ICE"),
        (family("Tue 10:00", parent=Adult(jail=DAY), ground=Ground.PROSECUTION), 0, "left the court's custody for ICE"),
        (family("Tue 10:00", seeks_detention=True, detention=DAY), 1, "left family detention"),
        (family("Tue 10:00", release=DAY), 1, "released"),
        (alone("Tue 10:00", Child(is_returned=True)), 0, "returned over the border"),
        (alone("Tue 10:00", Child(born=date(2000, 1, 3), transport=DAY)), 0, "turned 18, handed to ICE as an adult"),
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
                "Tue 19:00 handed to ICE",
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
    assert [detail.partition(";")[0] for detail in parted["detail"]] == [
        "taken from the children", "stays with the children", "stays with the other"
    ]  # fmt: skip
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


# --- what was written, and mail -------------------------------------------------------------------------------------


def details(replication: Replication, moment: str) -> list[str]:
    """What is added to one moment of everybody."""
    table = events(replication, everybody(replication))
    return table.loc[table["moment"] == moment, "detail"].tolist()


@pytest.mark.parametrize(
    ("words", "told_of_them"),
    [
        (
            {"code": Code.RIGHT, "note": Note.TOP_ONLY},
            "the right reason code, a case note that opens with the separation",
        ),
        ({"code": Code.WRONG, "note": Note.NOTHING}, "a wrong reason code, a case note without a word on the family"),
        (
            {"code": Code.BLANK, "note": Note.NOT_AT_TOP},
            "no reason code, a case note that mentions the child further down",
        ),
        (
            {"code": Code.SEVERAL, "note": Note.TOP_AND_CHILD},
            "several reason codes, a case note that opens with the separation and tells of the child",
        ),
    ],
)
@pytest.mark.parametrize(
    ("listed", "row"), [(True, "a row in the station's sheet"), (False, "no row in the station's sheet")]
)
def test_what_is_written_at_a_parting(words, told_of_them, listed, row):
    """Code, note and sheet are told of the parent who is taken, and of nobody else."""
    case = family("Tue 10:00", ground=Ground.WARRANT, listed=listed, **words)
    said = details(replication_of(case), "parted_at")
    assert said == [f"taken from the children; {told_of_them}, {row}", "left with no parent"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (ParentNumber.RIGHT, " with the parent's number"),
        (ParentNumber.WRONG, " with a wrong number of the parent"),
        (ParentNumber.NOT_PASSED, " without the parent's number"),
    ],
)
def test_the_parents_number_on_the_referral(number, words):
    """Told of a separated child's referral; a child who came alone has no parent whose number could go along."""
    separated = family("Tue 10:00", Child(parent_number=number), ground=Ground.WARRANT)
    assert details(replication_of(separated), "determined_at") == [f"a referral goes to ORR{words}"]
    assert details(replication_of(alone("Tue 10:00")), "determined_at") == ["a referral goes to ORR"]


def test_lost_mail_and_a_wrong_itinerary():
    """Every step of mail has its minute; what was lost is counted at the door, a wrong itinerary costs the seat."""
    child = Child(lost=(1, 0, 2), noticed=60, rerouted=5 * HOUR)
    replication = replication_of(alone("Tue 10:00", child), facilities=facilities_of(notice=30, message_minutes=6))
    assert sentences(replication)[4:-2] == [
        "Tue 10:40 0 determined to be an unaccompanied child",
        "Tue 11:46 0 the referral sent on to ORR's desk",
        "Tue 11:46 0 referral taken up by ORR's desk",
        "Tue 11:46 0 referral cleared by ORR's desk",
        "Tue 11:46 0 a bed taken",
        "Tue 11:52 0 transport asked for",
        "Tue 14:28 0 the itinerary known",
        "Tue 19:28 0 boarded for the shelter",
    ]
    assert details(replication, "itinerary_at") == ["it is wrong, and the seat lost"]
    assert details(replication, "left_cbp_at") == ["3 messages were lost"]


@pytest.mark.parametrize(
    ("lost", "words"),
    [(0, ""), (1, "one message was lost"), (2, "2 messages were lost, and one was replaced by telephone")],
)
def test_mail_that_ends_in_a_call(lost, words):
    """With two tries at most: one lost is sent again, two lost end in a call, none is not worth a word."""
    child = Child(lost=(lost, 0, 0), noticed=60, phone=20)
    replication = replication_of(alone("Tue 10:00", child), facilities=facilities_of(tries=2))
    assert details(replication, "left_cbp_at") == [words]


def test_mail_lost_before_a_rejoining_is_told_there():
    """The child who never boards has its lost mail told where the way ends."""
    child = Child(lost=(2, 0, 0), noticed=10 * HOUR)
    case = family("Tue 10:00", child, back="19:00", ground=Ground.PROSECUTION)
    replication = replication_of(case, facilities=facilities_of(hearings=["Tue 12:00"]))
    assert details(replication, "rejoined_at")[1] == "the way to a shelter ends here; one message was lost"


def test_a_family_that_is_not_written_down():
    """Taken in together, processed apart and in the turn of its own first member, sent to ICE and to a shelter."""
    one = family("Tue 10:00", grouped=False, adults_alone=15, children_alone=15, checks=HOUR)
    replication = replication_of(one, one, facilities=facilities_of(agents=2))
    assert (
        details(replication, "intake_at")
        == ["at desk 1; not written down as a family"] * 2 + ["at desk 2; not written down as a family"] * 2
    )
    assert [line for line in sentences(replication) if "process" in line] == [
        "Tue 10:10 1 processing began",
        "Tue 10:10 3 processing began",
        "Tue 10:25 1 processed",
        "Tue 10:25 3 processed",
        "Tue 10:25 0 processing began",
        "Tue 10:25 2 processing began",
        "Tue 10:40 0 processed",
        "Tue 10:40 2 processed",
    ]
    ends = replication.history.exit[:2].tolist()
    assert ends == [Exit.TO_ICE, Exit.TO_SHELTER]


# --- back to parents ------------------------------------------------------------------------------------------------


def searched(child: Child, parent: Adult, **changes) -> Replication:
    """A separated child in a shelter from Tuesday on, an order on the Monday after; the team is quick."""
    case = family("Tue 10:00", child, parent=parent, ground=Ground.WARRANT, code=changes.pop("code", Code.RIGHT))
    return replication_of(
        case, facilities=facilities_of(**{"order": "Mon+1 00:00", "review": 30, "vetting": 45, **changes})
    )


def afterwards(replication: Replication, since: str = "Tue 12:00") -> list[str]:
    """Time, row and event from a minute on, with what is added."""
    table = events(replication, everybody(replication))
    table = table[table["at"] >= at(since)]
    return [
        f"{when} {row.person} {row.event}" + (f": {row.detail}" if row.detail else "")
        for when, row in zip(told(table["at"]), table.itertuples())
    ]


UNKNOWN: dict = {"code": Code.BLANK}
NO_NUMBER: dict = {"parent_number": ParentNumber.NOT_PASSED}


@pytest.mark.parametrize(
    ("replication", "lines"),
    [
        (
            lambda: searched(Child(centre_travel=HOUR, without_notice=20), Adult(), reprocessing=90),
            [
                "Mon+1 00:00 1 the parent known: a record leads to the parent",
                "Mon+1 00:45 1 the parent vetted",
                "Mon+1 00:45 1 left the shelter for an ICE centre",
                "Mon+1 01:45 1 arrived at an ICE centre",
                "Mon+1 03:35 1 with a parent again",
                "Mon+1 03:35 0 released to be with a child",
            ],
        ),
        (
            lambda: searched(Child(age=3, parent_travel=2 * HOUR), Adult()),
            [
                "Mon+1 00:00 1 the parent known: a record leads to the parent",
                "Mon+1 00:45 1 the parent vetted",
                "Mon+1 02:45 0 released to be with a child",
                "Mon+1 02:45 1 left the shelter",
                "Mon+1 02:45 1 with a parent again: who came to the child",
            ],
        ),
        (
            lambda: searched(Child(**NO_NUMBER), Adult(unfit=True), **UNKNOWN),
            [
                "Mon+1 00:30 1 the parent known: found by reading files",
                "Mon+1 01:15 1 the parent vetted",
                "Mon+1 01:15 1 not to be reunited: the vetting found a reason against it",
            ],
        ),
        (
            lambda: searched(Child(found_by_review=False, advocate=DAY, **NO_NUMBER), Adult(unwilling=True), **UNKNOWN),
            [
                "Tue+1 00:00 1 the parent known: found by an advocate",
                "Tue+1 00:45 1 the parent vetted",
                "Tue+1 00:45 1 not to be reunited: the parent wants the child to stay",
            ],
        ),
        (
            lambda: searched(Child(abroad=DAY), Adult(ice=DAY, removed=True)),
            [
                "Wed 10:40 0 removed from the country: without the children",
                "Mon+1 00:00 1 the parent known: a record leads to the parent",
                "Mon+1 00:45 1 the parent vetted",
                "Tue+1 00:45 1 left the shelter",
                "Tue+1 00:45 1 sent to the parent abroad",
            ],
        ),
        (
            lambda: searched(Child(abroad=DAY, reunited_abroad=False), Adult(ice=DAY, removed=True)),
            [
                "Wed 10:40 0 removed from the country: without the children",
                "Mon+1 00:00 1 the parent known: a record leads to the parent",
                "Mon+1 00:45 1 the parent vetted",
                "Tue+1 00:45 1 not to be reunited: the parent, who is abroad, wants the child to stay",
            ],
        ),
        (
            lambda: searched(
                Child(tracing=DAY, request=2 * DAY, **NO_NUMBER), Adult(asks_after=5 * HOUR), order=None, **UNKNOWN
            ),
            [
                "Tue 15:40 1 a parent asks for the child",
                "Wed 15:40 1 the parent known: found because the parent asked",
                "Fri 15:40 0 released to be with a child",
                "Fri 15:40 1 left the shelter",
                "Fri 15:40 1 with a parent again",
            ],
        ),
    ],
    ids=["child_travels", "parent_travels", "review_unfit", "advocate_unwilling", "abroad", "waived", "request"],
)  # fmt: skip
def test_every_way_out_of_a_search(replication, lines):
    """Each step until the parent is there, or the reason why not; a stay of a month in the shelter comes later."""
    said = afterwards(replication())
    assert said[: len(lines)] == lines


def test_waits_of_a_reunification():
    """How long each step took: the team's queue, the wait for a parent in other custody, the journey, the centre."""
    parent = Adult(other_custody=8 * DAY)
    case = family("Tue 10:00", Child(centre_travel=HOUR), parent=parent, ground=Ground.GANG)
    facilities = facilities_of(
        order="Mon+1 00:00", vetting=45, reprocessing=90, team={"Mon 00:00": 0, "Mon+1 08:00": 1}
    )
    table = events(replication_of(case, facilities=facilities), [1]).set_index("moment")
    waits = {name: table.loc[name, ["waited_for", "waited"]].tolist() for name in table.index[-4:]}
    assert waits == {
        "vetted_at": ["the joint team's work", 8 * HOUR + 45],
        "left_shelter_at": ["the parent to be in ICE's custody", 2 * DAY + HOUR + 55],
        "at_centre_at": ["the journey", HOUR],
        "reunion_at": ["the parent and a desk", 90],
    }


def test_stays_until_reunification():
    """The child: shelter, way, centre, and out. The parent: station, other custody, ICE, and out with the child."""
    parent = Adult(other_custody=DAY)
    case = family("Tue 10:00", Child(centre_travel=HOUR), parent=parent, ground=Ground.GANG)
    replication = replication_of(case, facilities=facilities_of(order="Mon+1 00:00", reprocessing=90))
    table = stays(events(replication, [0, 1]), replication.history.horizon)
    rows = [(row.person, row.place, *told([row.begins, row.ends])) for row in table.itertuples()]
    assert rows == [
        (0, Place.STATION, "Tue 10:00", "Tue 10:40"),
        (0, Place.OTHER_CUSTODY, "Tue 10:40", "Wed 10:40"),
        (0, Place.ICE, "Wed 10:40", "Mon+1 02:30"),
        (1, Place.STATION, "Tue 10:00", "Tue 10:40"),
        (1, Place.SHELTER, "Tue 10:40", "Mon+1 00:00"),
        (1, Place.TO_CENTRE, "Mon+1 00:00", "Mon+1 01:00"),
        (1, Place.CENTRE, "Mon+1 01:00", "Mon+1 02:30"),
    ]
    assert not table["is_open"].any()


def test_a_child_who_waits_at_a_centre_on_the_last_minute():
    """The stay there is open; the parent is in ICE's custody and stays open too."""
    case = family("Tue 10:00", ground=Ground.WARRANT)
    facilities = facilities_of(days=10, order="Mon+1 00:00", centre=0)
    replication = replication_of(case, facilities=facilities)
    table = stays(events(replication, [0, 1]), replication.history.horizon)
    assert table.loc[table["is_open"], "place"].tolist() == [Place.ICE, Place.CENTRE]


def test_a_removed_parent_is_abroad():
    """Abroad is a stay that goes on; nobody is told of it further."""
    replication = searched(Child(), Adult(ice=DAY, removed=True), order=None)
    table = stays(events(replication, [0]), replication.history.horizon)
    assert table["place"].tolist() == [Place.STATION, Place.ICE, Place.ABROAD] and table["is_open"].tolist()[-1]


# --- the order of one minute ----------------------------------------------------------------------------------------


def test_boarding_comes_before_a_parents_return():
    """At equal minutes the child boards (a departure) before the parent is back (progress)."""
    until_boarding = at("Tue 19:00") - at("Tue 10:40")
    case = family("Tue 10:00", Child(transport=until_boarding, travel=60), back="19:00", ground=Ground.PROSECUTION)
    replication = replication_of(case, facilities=facilities_of(hearings=["Tue 12:00"]))
    of_minute = [one for one in sentences(replication) if one.startswith("Tue 19:00")]
    assert of_minute == [
        "Tue 19:00 1 boarded for the shelter", "Tue 19:00 0 back at the station", "Tue 19:00 0 handed to ICE"
    ]  # fmt: skip


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
    """Rejoined, together, not written down, undisclosed: the members' history and truth say so."""
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
    assert len(set(reading.case_of_person[apart])) == 1 and not reading.history.is_grouped[apart].any()
    assert (reading.stratum[apart] == Stratum.FAMILY).all()
    undisclosed = chosen("undisclosed")
    assert len(set(reading.case_of_person[undisclosed])) == 2
    assert (reading.stratum[undisclosed] == Stratum.UNDISCLOSED_FAMILY).all()
    lost = chosen("lost_message")
    assert reading.separated[lost].any() and (reading.history.messages_lost[lost] > 0).any()


def _choose(replication: Replication, which: str) -> tuple[int, str]:
    return choose(replication, with_window(settings_of(), *HAND_WORKED, HAND_WORKED), which)


def test_aged_out_at_the_station_comes_before_a_shelter():
    """A child who turned 18 at the station is preferred to one who did in a shelter; the latter is found alone too."""
    in_shelter = alone("Tue 10:00", Child(born=date(2000, 1, 8)))
    at_station = alone("Tue 10:00", Child(born=date(2000, 1, 3), transport=DAY))
    both = replication_of(in_shelter, at_station)
    assert both.history.exit.tolist() == [Exit.TO_SHELTER, Exit.AGED_OUT]
    assert both.history.shelter_exit.tolist() == [ShelterExit.AGED_OUT, ShelterExit.NONE]
    assert _choose(both, "aged_out")[0] == 1
    party, rule = _choose(replication_of(in_shelter), "aged_out")
    assert party == 0 and rule.startswith("The only one of the parties with a child who turned 18")


def test_families_of_a_search_are_chosen_by_what_happened():
    """One rejoins nobody, one is reunited, one parent is removed, one child's mail is lost: each its own choice."""
    warrant = {"ground": Ground.WARRANT}
    parties = [
        family("Tue 10:00", **warrant),
        family("Tue 10:00", grouped=False, **warrant),
        family("Tue 10:00", Child(granted=True), parent=Adult(asks_after=DAY), **warrant),
        family("Tue 10:00", parent=Adult(ice=DAY, removed=True), **warrant),
        family("Tue 10:00", Child(lost=(1, 0, 0)), **warrant),
        alone("Tue 10:00", Child(lost=(1, 0, 0))),
    ]
    replication = replication_of(*parties)
    chosen = {
        which: _choose(replication, which)[0]
        for which in ("never_grouped", "reunited", "parent_abroad", "lost_message")
    }
    assert chosen == {"never_grouped": 1, "reunited": 2, "parent_abroad": 3, "lost_message": 4}


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
