"""Timetables of reunification, worked by hand: requests, the order's class, search, vetting, two routes, outcomes.

A family at 08:00 is parted at 08:40. Unless a test says more, the parent is in ICE's custody and the child in a shelter
from that minute on, with a right number on the referral; the order comes on Tuesday at 00:00, and vetting takes 45
minutes of the team. The run begins on Monday 1 January 2018.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    MONTH,
    Adult,
    Case,
    Child,
    Design,
    Resident,
    alone,
    facilities_of,
    family,
    plan_of,
    told,
)

from borderops.operations.facilities import Facilities
from borderops.operations.history import Code, Exit, FoundBy, IceExit, ParentNumber, Reunion, ShelterExit
from borderops.operations.plan import EarlierParent, Ground
from borderops.units import DAY, HOUR

PROSECUTION, HEALTH, WARRANT = Ground.PROSECUTION, Ground.HEALTH, Ground.WARRANT
NIGHTS_OFF = {"Mon 00:00": 0, "Tue 08:00": 1, "Tue 20:00": 0, "Wed 08:00": 1, "Wed 20:00": 0, "Thu 08:00": 1}
"""One worker from eight to eight."""


def _parted(*children: Child, parent: Adult | None = None, **times) -> Case:
    """A family at Monday 08:00 whose parent is taken."""
    return family("Mon 08:00", *children, parent=parent or Adult(), **{"ground": HEALTH, **times})


def _unknown(*children: Child, parent: Adult | None = None, **times) -> Case:
    """The same with the parent on no record: the number not passed on, the code wrong."""
    bodies = [replace(child, parent_number=ParentNumber.NOT_PASSED) for child in children or (Child(),)]
    return _parted(*bodies, parent=parent, code=Code.WRONG, **times)


def _ordered(**rules) -> Facilities:
    """Facilities with the order."""
    return facilities_of(**{"order": "Tue 00:00", "vetting": 45, **rules})


# --- by request -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "found", "found_by", "together"),
    [
        (_parted, "Tue 08:40", FoundBy.RECORD, "Fri 08:40"),  # known at once, three days until granted
        (_unknown, "Thu 08:40", FoundBy.ASKING, "Sun 08:40"),  # two days of tracing first
    ],
)
def test_request_is_granted(play, case, found, found_by, together):
    """Asked for a day after reaching ICE's custody; child and parent leave at one minute, no team and no travel."""
    child, parent = Child(tracing=2 * DAY, request=3 * DAY), Adult(asks_after=DAY)
    history = play(plan_of(case(child, parent=parent)), facilities_of(team=0, centre=0))
    assert told(history.asked_at) == ["never", "Tue 08:40"]
    assert told(history.found_at) == ["never", found]
    assert history.found_by.tolist()[1] == found_by
    assert told(history.reunion_at)[1] == told(history.left_shelter_at)[1] == told(history.left_ice_at)[0] == together
    assert history.reunion.tolist()[1] == Reunion.BY_REQUEST
    assert history.shelter_exit.tolist()[1] == ShelterExit.REUNITED
    assert history.ice_exit.tolist()[0] == IceExit.WITH_CHILD
    assert told(history.vetted_at)[1] == told(history.at_centre_at)[1] == "never"


def test_code_that_headquarters_could_list_does_not_help_who_asks(play):
    """The number was not passed on and the unit deleted under the right code: nothing the field can see, so tracing."""
    child = Child(parent_number=ParentNumber.NOT_PASSED, tracing=2 * DAY)
    history = play(plan_of(_parted(child, parent=Adult(asks_after=DAY), code=Code.RIGHT)))
    assert told(history.found_at)[1] == "Thu 08:40"
    assert history.found_by.tolist()[1] == FoundBy.ASKING


def test_request_that_is_not_granted_finds_the_child_and_no_more(play):
    """The child is found on Thursday and goes to a sponsor a month after it came."""
    child = Child(granted=False, tracing=2 * DAY)
    history = play(plan_of(_unknown(child, parent=Adult(asks_after=DAY))))
    assert told(history.found_at)[1] == "Thu 08:40"
    assert told(history.left_shelter_at)[1] == "Wed+4 08:40"
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED
    assert told(history.reunion_at)[1] == "never"


def test_child_who_leaves_while_it_is_traced_is_not_found(play):
    """Asked for on Tuesday, gone to a sponsor on Wednesday; tracing would have taken until Thursday."""
    child = Child(stay=2 * DAY, tracing=2 * DAY)
    history = play(plan_of(_unknown(child, parent=Adult(asks_after=DAY))))
    assert told(history.asked_at)[1] == "Tue 08:40"
    assert told(history.left_shelter_at)[1] == "Wed 08:40"
    assert told(history.found_at)[1] == told(history.reunion_at)[1] == "never"


def test_parent_asks_for_the_children_who_are_in_care_by_then(play):
    """On Tuesday one child is in a shelter; the other is still on the way and is never asked for again."""
    history = play(plan_of(_parted(Child(), Child(travel=2 * DAY), parent=Adult(asks_after=DAY))))
    assert told(history.asked_at)[1:] == ["Tue 08:40", "never"]
    assert history.reunion.tolist()[1:] == [Reunion.BY_REQUEST, Reunion.NONE]


@pytest.mark.parametrize("first_asks_after", [None, 5 * DAY])
def test_of_two_parents_the_one_who_asks_is_let_go(play, first_asks_after):
    """Both are in ICE's custody; the second asks on Tuesday and leaves with the child on Thursday, the first stays."""
    case = _parted(Child(request=2 * DAY), adults=2, takes_second=True)
    parents = (Adult(asks_after=first_asks_after, ice=9 * DAY), Adult(asks_after=DAY))
    history = play(plan_of(replace(case, members=(*parents, *case.members[2:]))))
    assert told(history.asked_at)[2] == "Tue 08:40"
    assert told(history.reunion_at)[2] == "Thu 08:40"
    assert told(history.left_ice_at)[:2] == ["Wed+1 08:40", "Thu 08:40"]
    assert history.ice_exit.tolist()[:2] == [IceExit.RELEASED, IceExit.WITH_CHILD]


def test_request_is_overtaken_by_the_order(play):
    """Asked for and found on Tuesday, to be granted on Friday week; by the order of Thursday it is sooner."""
    case = _parted(Child(request=10 * DAY, centre_travel=2 * HOUR), parent=Adult(asks_after=DAY))
    history = play(plan_of(case), _ordered(order="Thu 00:00"))
    assert told(history.found_at)[1] == "Tue 08:40"
    assert told(history.vetted_at)[1] == told(history.left_shelter_at)[1] == "Thu 00:45"
    assert told(history.reunion_at)[1] == "Thu 02:45"
    assert history.reunion.tolist()[1] == Reunion.CHILD_TRAVELLED


def test_request_for_a_child_of_the_class_is_not_granted_apart(play):
    """Asked for after the order, while the team has no time: the search goes on as if nobody had asked."""
    case = _parted(Child(request=HOUR), parent=Adult(asks_after=DAY))
    history = play(plan_of(case), _ordered(team={"Mon 00:00": 0, "Fri 00:00": 1}))
    assert told(history.asked_at)[1] == "Tue 08:40"
    assert told(history.reunion_at)[1] == "Fri 00:45"
    assert history.reunion.tolist()[1] == Reunion.CHILD_TRAVELLED


def test_request_after_the_search_has_failed_is_not_granted(play):
    """Found unfit on Tuesday; what the parent asks for on Wednesday changes nothing."""
    case = _parted(Child(request=HOUR), parent=Adult(asks_after=2 * DAY, unfit=True))
    history = play(plan_of(case), _ordered())
    assert told(history.asked_at)[1] == "Wed 08:40"
    assert history.reunion.tolist()[1] == Reunion.UNFIT
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED


# --- the order finds ------------------------------------------------------------------------------------------------

NOT_PASSED = Child(parent_number=ParentNumber.NOT_PASSED)


@pytest.mark.parametrize(
    ("child", "code", "design"),
    [
        (Child(), Code.BLANK, Design()),
        (NOT_PASSED, Code.RIGHT, Design()),
        (NOT_PASSED, Code.SEVERAL, Design()),
        (NOT_PASSED, Code.BLANK, Design(kept=True, searchable=True)),
        (Child(parent_number=ParentNumber.WRONG), Code.WRONG, Design(kept=True, seen=True)),
    ],
    ids=["the right number", "the right code", "several codes", "a unit one can search", "a unit ICE sees"],
)
def test_parent_on_record_is_known_when_the_order_comes(play, child, code, design):
    """HHS has the number, headquarters list the unit by its code, or the unit outlived the parting: no review."""
    history = play(plan_of(_parted(child, code=code)), _ordered(designs=[design], review=60))
    assert told(history.found_at)[1] == "Tue 00:00"
    assert history.found_by.tolist()[1] == FoundBy.RECORD
    assert told(history.vetted_at)[1] == "Tue 00:45"


@pytest.mark.parametrize(
    ("child", "code", "design"),
    [
        (NOT_PASSED, Code.BLANK, Design()),
        (Child(parent_number=ParentNumber.WRONG), Code.WRONG, Design()),
        (NOT_PASSED, Code.WRONG, Design(kept=True)),
        (NOT_PASSED, Code.WRONG, Design(searchable=True, seen=True)),
    ],
    ids=["a blank code", "all wrong", "a unit out of reach", "a unit deleted"],
)
def test_parent_on_no_record_is_found_by_review(play, child, code, design):
    """An hour of reading, then 45 minutes of vetting."""
    history = play(plan_of(_parted(child, code=code)), _ordered(designs=[design], review=60))
    assert told(history.found_at)[1] == "Tue 01:00"
    assert history.found_by.tolist()[1] == FoundBy.REVIEW
    assert told(history.vetted_at)[1] == "Tue 01:45"


@pytest.mark.parametrize(("advocate", "found"), [(2 * DAY, "Thu 00:00"), (30, "Tue 01:00")])
def test_advocate_finds_what_review_did_not(play, advocate, found):
    """Two days after the order; or at the end of the review, if the advocate would have been sooner."""
    child = Child(found_by_review=False, advocate=advocate)
    history = play(plan_of(_unknown(child)), _ordered(review=60))
    assert told(history.found_at)[1] == found
    assert history.found_by.tolist()[1] == FoundBy.ADVOCATE


def test_parent_makes_herself_known_while_an_advocate_is_waited_for(play):
    """Asks on Wednesday, traced on Friday; the advocate would have come after a month and finds nothing more."""
    child = Child(found_by_review=False, advocate=MONTH, tracing=2 * DAY)
    history = play(plan_of(_unknown(child, parent=Adult(asks_after=2 * DAY))), _ordered(review=60))
    assert told(history.found_at)[1] == "Fri 08:40"
    assert history.found_by.tolist()[1] == FoundBy.ASKING
    assert told(history.reunion_at)[1] == "Fri 09:25"
    assert history.reunion.tolist()[1] == Reunion.CHILD_TRAVELLED


def test_parent_makes_herself_known_while_the_file_waits_to_be_read(play):
    """Nobody reads before Saturday; traced on Thursday, and known from then on."""
    case = _unknown(Child(tracing=2 * DAY), parent=Adult(asks_after=DAY))
    history = play(plan_of(case), _ordered(review=60, team={"Mon 00:00": 0, "Sat 00:00": 1}))
    assert told(history.found_at)[1] == "Thu 08:40"
    assert history.found_by.tolist()[1] == FoundBy.ASKING
    assert history.reunion.tolist()[1] == Reunion.CHILD_TRAVELLED


# --- the team -------------------------------------------------------------------------------------------------------


def test_young_children_come_first(play):
    """One worker, an hour a parent: the child of three, last in the rows, is first; the others follow in order."""
    plan = plan_of(_parted(Child(9)), _parted(Child(10)), _parted(Child(3, parent_travel=2 * HOUR)))
    history = play(plan, _ordered(team=1, vetting=60))
    assert told(history.vetted_at)[1::2] == ["Tue 02:00", "Tue 03:00", "Tue 01:00"]
    assert told(history.reunion_at)[1::2] == ["Tue 02:00", "Tue 03:00", "Tue 03:00"]
    assert history.reunion.tolist()[5] == Reunion.PARENT_TRAVELLED


def test_review_for_a_young_child_comes_before_vetting_for_others(play):
    """Read from midnight, vetted from one: the older child, known at midnight, waits two hours for the worker."""
    plan = plan_of(_parted(Child(9)), _unknown(Child(3)))
    history = play(plan, _ordered(team=1, review=60, vetting=60))
    assert told(history.found_at)[1::2] == ["Tue 00:00", "Tue 01:00"]
    assert told(history.vetted_at)[1::2] == ["Tue 03:00", "Tue 02:00"]


def test_vetting_waits_for_the_morning(play):
    """Known at midnight; five hours a parent from eight on. The third is begun at 18:00, the fourth waits."""
    plan = plan_of(*(_parted() for _ in range(4)))
    history = play(plan, _ordered(team=NIGHTS_OFF, vetting=5 * HOUR))
    assert told(history.found_at)[1::2] == ["Tue 00:00"] * 4
    assert told(history.vetted_at)[1::2] == ["Tue 13:00", "Tue 18:00", "Tue 23:00", "Wed 13:00"]


@pytest.mark.parametrize(
    ("unfit", "unwilling", "outcome"),
    [(True, False, Reunion.UNFIT), (False, True, Reunion.UNWILLING), (True, True, Reunion.UNFIT)],
)
def test_child_of_an_unfit_or_unwilling_parent_stays_for_a_sponsor(play, unfit, unwilling, outcome):
    """Final when vetted; the child leaves a month after it came, the parent as planned."""
    case = _parted(Child(3), parent=Adult(unfit=unfit, unwilling=unwilling, ice=5 * DAY))
    history = play(plan_of(case), _ordered())
    assert told(history.reunion_at)[1] == told(history.vetted_at)[1] == "Tue 00:45"
    assert history.reunion.tolist()[1] == outcome
    assert told(history.left_shelter_at)[1] == "Wed+4 08:40"
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED
    assert told(history.left_ice_at)[0] == "Sat 08:40"


def test_team_turns_to_the_next_child_when_one_goes_to_a_sponsor(play):
    """Three hours of reading for the first child; it leaves after one, and the second child's file is next."""
    first = Child(stay=16 * HOUR + 20)
    history = play(plan_of(_unknown(first), _unknown()), _ordered(team=1, review=3 * HOUR))
    assert told(history.left_shelter_at)[1] == "Tue 01:00"
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED
    assert told(history.found_at)[1::2] == ["never", "Tue 04:00"]
    assert history.reunion.tolist()[1::2] == [Reunion.NONE, Reunion.CHILD_TRAVELLED]


def test_child_in_the_teams_queue_leaves_it_with_a_sponsor(play):
    """Three files of three hours; the second child leaves at one, so the third is read at three."""
    second = Child(stay=16 * HOUR + 20)
    plan = plan_of(_unknown(), _unknown(second), _unknown())
    history = play(plan, _ordered(team=1, review=3 * HOUR, vetting=0))
    assert told(history.found_at)[1::2] == ["Tue 03:00", "never", "Tue 06:00"]


def test_sponsor_at_the_minute_vetting_ends_comes_first(play):
    """The stay would end at 00:45, so it does: nobody is vetted any more, and the parent stays where she is."""
    case = _parted(Child(stay=16 * HOUR + 5), parent=Adult(ice=5 * DAY))
    history = play(plan_of(case), _ordered(team=1))
    assert told(history.left_shelter_at)[1] == "Tue 00:45"
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED
    assert told(history.vetted_at)[1] == told(history.reunion_at)[1] == "never"
    assert told(history.left_ice_at)[0] == "Sat 08:40"


# --- who is in the class --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stay", "is_in_class"), [(920, False), (921, True)])
def test_child_who_leaves_as_the_order_comes_is_not_in_the_class(play, stay, is_in_class):
    """From 08:40 on, 920 minutes end at midnight, with the order; a minute later the child is in the class."""
    history = play(plan_of(_parted(Child(stay=stay))), _ordered(team=0))
    assert history.is_in_class.tolist() == [False, is_in_class]
    assert told(history.found_at)[1] == ("Tue 00:00" if is_in_class else "never")


def test_order_speaks_of_separated_children_only(play):
    """Not of who came alone, nor of who stayed with one of two parents, nor of who is parted after it."""
    plan = plan_of(
        alone("Mon 08:00"),
        _parted(adults=2),
        family("Tue 08:00", ground=HEALTH, parent=Adult()),
        _parted(),
    )
    history = play(plan, _ordered())
    assert history.is_in_class.tolist() == [False] * 7 + [True]
    assert history.reunion.tolist() == [Reunion.NONE] * 7 + [Reunion.CHILD_TRAVELLED]


def test_search_for_a_child_in_transit_begins_on_arrival(play):
    """Off on Monday, two days on the way: of the class on Tuesday, known and vetted on Wednesday morning."""
    history = play(plan_of(_parted(Child(travel=2 * DAY))), _ordered())
    assert history.is_in_class.tolist() == [False, True]
    assert told(history.found_at)[1] == told(history.admitted_at)[1] == "Wed 08:40"
    assert told(history.reunion_at)[1] == "Wed 09:25"


def test_search_for_a_child_at_the_station_begins_in_the_shelter(play):
    """No bed until Thursday noon: of the class on Tuesday, sought from Thursday on."""
    history = play(plan_of(_parted()), _ordered(beds={"Mon 00:00": 0, "Thu 12:00": 1}))
    assert history.is_in_class.tolist() == [False, True]
    assert told(history.reunion_at)[1] == "Thu 12:45"


def test_child_of_the_class_may_be_rejoined_at_the_station(play):
    """Of the class at noon, back with the parent in the evening: nobody seeks anybody."""
    case = _parted(parent=Adult(back="19:00"), separated_checks=3 * DAY, ground=PROSECUTION)
    history = play(plan_of(case), _ordered(order="Mon 12:00"))
    assert history.is_in_class.tolist() == [False, True]
    assert told(history.rejoined_at) == ["Mon 19:00"] * 2
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.RELEASED]
    assert told(history.found_at)[1] == told(history.reunion_at)[1] == "never"


def test_children_separated_before_the_run_are_in_the_class(play):
    """Of four residents three were separated: known at once, by review, and known with the parent abroad."""
    residents = [
        Resident(),
        Resident(parent=EarlierParent.HERE),
        Resident(parent=EarlierParent.HERE, linked=False, body=Child(3, parent_travel=DAY)),
        Resident(parent=EarlierParent.REMOVED, body=Child(abroad=5 * DAY)),
    ]
    history = play(plan_of(residents=residents), _ordered(review=60))
    assert history.is_in_class.tolist() == [False, True, True, True]
    assert told(history.found_at) == ["never", "Tue 00:00", "Tue 01:00", "Tue 00:00"]
    assert told(history.reunion_at) == ["never", "Tue 00:45", "Wed 01:45", "Sun 00:45"]
    assert history.reunion.tolist() == [
        Reunion.NONE, Reunion.CHILD_TRAVELLED, Reunion.PARENT_TRAVELLED, Reunion.ABROAD,
    ]  # fmt: skip


def test_what_is_said_of_an_earlier_parent_is_said_of_the_childs_own(play):
    """Of two residents the second has an unfit parent; the first is reunited."""
    earlier = EarlierParent.HERE
    residents = [Resident(parent=earlier), Resident(parent=earlier, unfit=True, stay=5 * DAY)]
    history = play(plan_of(residents=residents), _ordered())
    assert history.reunion.tolist() == [Reunion.CHILD_TRAVELLED, Reunion.UNFIT]
    assert told(history.left_shelter_at) == ["Tue 00:45", "Sat 00:00"]


# --- where the parent is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parent", "ground"),
    [
        (Adult(jail=4 * DAY), PROSECUTION),
        (Adult(other_custody=4 * DAY + 20), WARRANT),
    ],
    ids=["in jail", "charged"],
)
@pytest.mark.parametrize(
    ("age", "left", "together"), [(8, "Fri 09:00", "Fri 11:00"), (3, "Fri 14:00", "Fri 14:00")], ids=["older", "young"]
)
def test_child_waits_for_a_parent_in_jail(play, parent, ground, age, left, together):
    """Vetted on Tuesday, out of jail on Friday at nine: then the child travels two hours, or the parent five."""
    case = _parted(Child(age, centre_travel=2 * HOUR, parent_travel=5 * HOUR), parent=parent, ground=ground)
    history = play(plan_of(case), _ordered())
    assert told(history.vetted_at)[1] == "Tue 00:45"
    assert told(history.freed_at)[0] == "Fri 09:00"
    assert told(history.left_shelter_at)[1] == left
    assert told(history.reunion_at)[1] == told(history.left_ice_at)[0] == together


@pytest.mark.parametrize("age", [8, 3])
@pytest.mark.parametrize(
    ("reunited_abroad", "outcome", "left", "leaves"),
    [
        (True, Reunion.ABROAD, "Sun 00:45", ShelterExit.REUNITED),
        (False, Reunion.WAIVED_ABROAD, "Wed+4 08:40", ShelterExit.RELEASED),
    ],
)
def test_parent_abroad_has_the_child_follow_or_stay(play, age, reunited_abroad, outcome, left, leaves):
    """Removed on Monday evening, vetted on Tuesday, decided five days later: nobody travels to a centre or back."""
    child = Child(age, reunited_abroad=reunited_abroad, abroad=5 * DAY)
    history = play(plan_of(_parted(child, parent=Adult(ice=12 * HOUR, removed=True))), _ordered(centre=0))
    assert told(history.left_ice_at)[0] == "Mon 20:40"
    assert told(history.reunion_at)[1] == "Sun 00:45"
    assert history.reunion.tolist()[1] == outcome
    assert told(history.left_shelter_at)[1] == left
    assert history.shelter_exit.tolist()[1] == leaves
    assert history.ice_exit.tolist()[0] == IceExit.REMOVED


def test_second_parent_counts_while_the_first_is_in_jail(play):
    """The first is in jail until Friday, the second was never referred: with the second at once, the first to ICE."""
    case = _parted(adults=2, takes_second=True, ground=PROSECUTION)
    parents = (Adult(jail=4 * DAY, ice=DAY), Adult(never_referred=True))
    history = play(plan_of(replace(case, members=(*parents, *case.members[2:]))), _ordered())
    assert told(history.reunion_at)[2] == "Tue 00:45"
    assert told(history.left_ice_at)[:2] == ["Sat 09:00", "Tue 00:45"]
    assert history.ice_exit.tolist()[:2] == [IceExit.RELEASED, IceExit.WITH_CHILD]


def test_first_parent_who_can_be_reached_counts(play):
    """The first is in ICE's custody from Monday on, the second from Wednesday; vetted on Friday, with the first."""
    case = _parted(adults=2, takes_second=True, ground=PROSECUTION)
    parents = (Adult(never_referred=True), Adult(jail=2 * DAY))
    history = play(
        plan_of(replace(case, members=(*parents, *case.members[2:]))), _ordered(team={"Mon 00:00": 0, "Fri 00:00": 1})
    )
    assert told(history.freed_at)[1] == "Wed 09:00"
    assert told(history.left_ice_at)[:2] == ["Fri 00:45", "never"]
    assert history.ice_exit.tolist()[:2] == [IceExit.WITH_CHILD, IceExit.NONE]


def test_young_sibling_in_a_shelter_is_fetched_by_the_parent_who_was_rejoined(play):
    """The brother was rejoined at the station on Monday evening; the parent travels to the child of three."""
    children = (Child(3, parent_travel=2 * HOUR), Child(designation=3 * DAY))
    case = _parted(*children, parent=Adult(back="19:00"), rejoined_release=60, ground=PROSECUTION)
    history = play(plan_of(case), _ordered())
    assert told(history.rejoined_at) == ["Mon 19:00", "never", "Mon 19:00"]
    assert history.is_in_class.tolist() == [False, True, False]
    assert told(history.reunion_at)[1] == told(history.left_shelter_at)[1] == "Tue 02:45"
    assert history.reunion.tolist()[1] == Reunion.PARENT_TRAVELLED
    assert history.ice_exit.tolist()[0] == IceExit.NONE


# --- how old the child is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "route"),
    [
        (date(2013, 1, 3), Reunion.CHILD_TRAVELLED),  # five that day
        (date(2013, 1, 4), Reunion.PARENT_TRAVELLED),  # five a day later
        (date(2012, 2, 29), Reunion.CHILD_TRAVELLED),
    ],
)
def test_child_is_young_until_the_fifth_birthday(play, born, route):
    """The order comes on Wednesday 3 January 2018 at 00:00; who turns five that day is five."""
    plan = plan_of(_parted(Child(born=born)))
    assert play(plan, _ordered(order="Wed 00:00")).reunion.tolist()[1] == route


def test_child_who_turns_five_during_the_search_is_young_still(play):
    """Four when the order came on Tuesday, five on Thursday, vetted on Saturday: the parent travels."""
    plan = plan_of(_parted(Child(born=date(2013, 1, 4))))
    history = play(plan, _ordered(team={"Mon 00:00": 0, "Sat 00:00": 1}))
    assert told(history.reunion_at)[1] == "Sat 00:45"
    assert history.reunion.tolist()[1] == Reunion.PARENT_TRAVELLED


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        (_parted, {"team": 0}),
        (_unknown, {"review": 5 * DAY}),
        (lambda child: _parted(child, parent=Adult(jail=9 * DAY), ground=PROSECUTION), {}),
        (lambda child: _unknown(replace(child, found_by_review=False, advocate=MONTH)), {}),
    ],
    ids=["before the team", "with the team", "before a parent in jail", "before an advocate"],
)
def test_search_ends_with_the_eighteenth_birthday(play, case, rules):
    """Eighteen on Thursday 4 January, wherever the search stands: out of the shelter and of the search."""
    history = play(plan_of(case(Child(born=date(2000, 1, 4)))), _ordered(**rules))
    assert history.is_in_class.tolist() == [False, True]
    assert told(history.left_shelter_at)[1] == "Thu 00:00"
    assert history.shelter_exit.tolist()[1] == ShelterExit.AGED_OUT
    assert told(history.reunion_at)[1] == "never"


# --- travelling -----------------------------------------------------------------------------------------------------


def test_child_travels_waits_for_the_parent_and_for_a_desk(play):
    """Out of the shelter when vetted; two hours of travel, three without notice, and an hour and a half at the desk."""
    child = Child(centre_travel=2 * HOUR, without_notice=3 * HOUR)
    history = play(plan_of(_parted(child)), _ordered(reprocessing=90))
    assert told(history.left_shelter_at)[1] == "Tue 00:45"
    assert told(history.at_centre_at)[1] == "Tue 02:45"
    assert told(history.reunion_at)[1] == told(history.left_ice_at)[0] == "Tue 07:15"
    assert history.shelter_exit.tolist()[1] == ShelterExit.REUNITED
    assert history.reunion.tolist()[1] == Reunion.CHILD_TRAVELLED


def test_three_children_share_two_desks(play):
    """At the centre at two, two and three; desks open at seven: two are done at 08:30, the third at ten."""
    plan = plan_of(*(_parted(Child(centre_travel=hours * HOUR)) for hours in (3, 2, 2)))
    history = play(plan, _ordered(vetting=0, reprocessing=90, centre={"Mon 00:00": 0, "Tue 07:00": 2}))
    assert told(history.at_centre_at)[1::2] == ["Tue 03:00", "Tue 02:00", "Tue 02:00"]
    assert told(history.reunion_at)[1::2] == ["Tue 10:00", "Tue 08:30", "Tue 08:30"]


def test_child_without_notice_joins_the_queue_for_a_desk_when_the_parent_is_there(play):
    """At the centre at one like the other, but the parent comes at two: the desk is the other's until 02:30."""
    plan = plan_of(_parted(Child(centre_travel=60, without_notice=60)), _parted(Child(centre_travel=60)))
    history = play(plan, _ordered(vetting=0, reprocessing=90, centre=1))
    assert told(history.reunion_at)[1::2] == ["Tue 04:00", "Tue 02:30"]


def test_bed_is_free_when_the_child_leaves_for_a_centre(play):
    """The only bed goes to the next child at 00:45, long before child and parent are together."""
    plan = plan_of(_parted(Child(centre_travel=DAY)), alone("Mon 12:00"))
    history = play(plan, _ordered(beds=1))
    assert told(history.designated_at) == ["never", "Mon 08:40", "Tue 00:45"]
    assert told(history.reunion_at)[1] == "Wed 00:45"


@pytest.mark.parametrize(("horizon", "together"), [("Tue 07:15", "never"), ("Tue 07:16", "Tue 07:15")])
def test_reunion_on_the_horizon_is_not_played(play, horizon, together):
    """On the way and at the desk at the end of the run: out of the shelter, not yet with the parent."""
    child = Child(centre_travel=2 * HOUR, without_notice=3 * HOUR)
    history = play(plan_of(_parted(child)), _ordered(reprocessing=90, horizon=horizon))
    assert told(history.left_shelter_at)[1] == "Tue 00:45"
    assert told(history.reunion_at)[1] == told(history.left_ice_at)[0] == together
    assert history.reunion.tolist()[1] == (Reunion.NONE if together == "never" else Reunion.CHILD_TRAVELLED)


@pytest.mark.parametrize(("horizon", "is_in_class"), [("Tue 00:00", False), ("Tue 00:01", True)])
def test_order_on_the_horizon_is_not_played(play, horizon, is_in_class):
    """The horizon is the first minute not played."""
    history = play(plan_of(_parted()), _ordered(horizon=horizon, team=0))
    assert history.is_in_class.tolist() == [False, is_in_class]
