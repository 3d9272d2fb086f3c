"""Monitors: every fault planted in a finished history is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.builders import (
    FIRST,
    GIRLS,
    SMALL,
    Adult,
    Case,
    Child,
    Resident,
    Rule,
    adult,
    alone,
    at,
    facilities_of,
    family,
    plan_of,
    told,
)

from borderops.exceptions import ConservationError
from borderops.operations.facilities import Facilities
from borderops.operations.history import (
    Code,
    Exit,
    FoundBy,
    History,
    IceExit,
    Note,
    ParentNumber,
    Reunion,
    ShelterExit,
)
from borderops.operations.monitors import check_history
from borderops.operations.numbers import TRIES
from borderops.operations.plan import CaseKind, EarlierParent, Ground, Plan
from borderops.operations.reference import simulate
from borderops.units import DAY, HOUR, NEVER

RESIDENT, ADULT, PARENT, PARTED_CHILD, DETAINED, DETAINED_CHILD, FIRST_CHILD, SECOND_CHILD = range(8)
RELEASED, RELEASED_CHILD, SPARED, SPARED_CHILD, REJOINED, REJOINED_CHILD, LATE = range(8, 15)
"""Rows of the history below."""

PLAN = plan_of(
    adult("Mon 08:00", departs=HOUR),
    family("Mon 08:01", Child(age=6, stay=DAY), departs=HOUR, ground=Ground.PROSECUTION),
    family("Mon 08:02", seeks_detention=True, detention=DAY),
    alone("Mon 08:03", Child(stay=2 * DAY, travel=HOUR)),
    alone("Mon 08:04", Child(stay=DAY)),
    family("Mon 08:05", seeks_detention=True),
    family("Tue 08:00", ground=Ground.PROSECUTION),
    family(
        "Wed 08:00",
        Child(age=15, is_girl=True, designation=DAY),
        parent=Adult(back="19:00", hearing_until="Wed 12:00"),
        ground=Ground.PROSECUTION,
    ),
    adult("Sun 23:59"),
    residents=[Resident(SMALL, stay=2 * DAY)],
)
FACILITIES = facilities_of(
    days=7,
    agents=1,
    desk=1,
    desk_minutes=15,
    beds=2,
    family_places=2,
    hearings={"Tue 09:00": (1, 0), "Wed 09:00": (1, 0), "Thu 09:00": (1, 1)},
    pauses=[Rule(SMALL, 900, begins="Tue 00:00", ends="Wed 00:00")],
)
HISTORY = simulate(PLAN, FACILITIES)


def _planted(history: History, row: int, **values: int) -> History:
    """The history with other values in a row."""
    changed = {name: getattr(history, name).copy() for name in values}
    for name, value in values.items():
        changed[name][row] = value
    return replace(history, **changed)


def _faults(history: History, plan: Plan = PLAN, facilities: Facilities = FACILITIES) -> str:
    with pytest.raises(ConservationError) as caught:
        check_history(history, plan, facilities)
    return str(caught.value)


def test_history_without_a_fault_passes():
    """The history that faults are planted in is sound, and holds every kind of exit they need."""
    check_history(HISTORY, PLAN, FACILITIES)
    assert HISTORY.exit.tolist() == [
        Exit.NOT_HERE,
        Exit.TO_ICE,
        *(Exit.TO_COURT, Exit.TO_SHELTER),
        *(Exit.TO_FAMILY_DETENTION,) * 2,
        *(Exit.TO_SHELTER,) * 2,
        *(Exit.RELEASED,) * 4,
        *(Exit.TO_COURT, Exit.RELEASED),
        Exit.INSIDE,
    ]
    assert HISTORY.is_spared.tolist() == [False] * 10 + [True] * 2 + [False] * 3
    assert told(HISTORY.rejoined_at)[REJOINED:] == ["Wed 19:00", "Wed 19:00", "never"]
    assert told(HISTORY.heard_at[[PARENT, REJOINED]]) == ["Tue 09:00", "Wed 09:00"]
    assert HISTORY.designated_at[SECOND_CHILD] > HISTORY.cleared_at[SECOND_CHILD]


FAULTS = {
    "two moments swapped": (
        ADULT,
        {"intake_at": HISTORY.processing_at[ADULT], "processing_at": HISTORY.intake_at[ADULT]},
        "1 people have processing_at without or before intake_at, first row 1",
    ),
    "taken in before being apprehended": (
        ADULT,
        {"intake_at": at("Mon 07:59")},
        "intake_at without or before apprehended",
    ),
    "processed before processing began": (
        ADULT,
        {"processed_at": at("Mon 08:01")},
        "processed_at without or before process",
    ),
    "determined without being processed": (
        FIRST_CHILD,
        {"processed_at": NEVER},
        "determined_at without or before processed",
    ),
    "at ORR before being determined": (
        FIRST_CHILD,
        {"forwarded_at": at("Mon 08:05")},
        "forwarded_at without or before determined_at",
    ),
    "at ORR's desk before being at ORR": (
        FIRST_CHILD,
        {"desk_at": at("Mon 08:05")},
        "desk_at without or before forwarded_at",
    ),
    "cleared before the desk": (FIRST_CHILD, {"cleared_at": at("Mon 08:05")}, "cleared_at without or before desk_at"),
    "a bed before clearance": (
        FIRST_CHILD,
        {"designated_at": at("Mon 08:05")},
        "designated_at without or before cleared",
    ),
    "left before being processed": (
        ADULT,
        {"left_cbp_at": at("Mon 08:05")},
        "left_cbp_at without or before processed_at",
    ),
    "arrived before leaving": (
        FIRST_CHILD,
        {"admitted_at": at("Mon 08:05")},
        "admitted_at without or before left_cbp_at",
    ),
    "a stay that ended before it began": (
        FIRST_CHILD,
        {"left_shelter_at": HISTORY.admitted_at[FIRST_CHILD] - 1},
        "left_shelter_at without or before admitted_at",
    ),
    "out of family detention before going there": (
        DETAINED,
        {"left_detention_at": at("Mon 08:05")},
        "left_detention_at without or before left_cbp_at",
    ),
    "back from court without a hearing": (ADULT, {"back_at": at("Mon 19:00")}, "back_at without or before heard_at"),
    "referred before being processed": (
        PARENT,
        {"prosecution_referred_at": HISTORY.processed_at[PARENT] - 1},
        "1 people have prosecution_referred_at without or before processed_at, first row 2",
    ),
    "heard without a referral": (
        PARENT,
        {"prosecution_referred_at": NEVER},
        "heard_at without or before prosecution_referred_at",
    ),
    "heard before leaving the station": (
        PARENT,
        {"left_cbp_at": HISTORY.heard_at[PARENT] + 1},
        "1 people have heard_at without or before left_cbp_at, first row 2",
    ),
    "freed before being heard": (
        PARENT,
        {"freed_at": HISTORY.heard_at[PARENT] - 1},
        "1 people were freed before they were heard; first row 2",
    ),
    "heard outside a sitting": (
        REJOINED,
        {"heard_at": at("Wed 09:01")},
        "parents of district 0 were heard 1 times outside a sitting",
    ),
    "a slot given twice": (
        PARENT,
        {"heard_at": at("Wed 09:00")},
        "parents of district 0 were heard 1 times outside a sitting or beyond its slots",
    ),
    "a parents' slot given to somebody else": (
        ADULT,
        {"heard_at": at("Wed 09:00")},
        "others of district 0 were heard 1 times outside a sitting or beyond its slots",
    ),
    "heard after the limit": (
        REJOINED,
        {"heard_at": at("Thu 09:00")},
        "1 adults were heard after their limit; first row 12",
    ),
    "rejoined before the parting": (
        REJOINED,
        {"rejoined_at": at("Wed 08:00")},
        "rejoined_at without or before parted_at",
    ),
    "a moment on the horizon": (
        ADULT,
        {"left_cbp_at": FACILITIES.horizon},
        "1 people have left_cbp_at after the last minute, first row 1",
    ),
    "an exit without a moment": (ADULT, {"left_cbp_at": NEVER}, "1 people neither left CBP nor are inside, or both"),
    "a moment without an exit": (ADULT, {"exit": Exit.INSIDE}, "1 people neither left CBP nor are inside, or both"),
    "a resident who left a station": (
        RESIDENT,
        {"left_cbp_at": FIRST},
        "1 people neither left CBP nor are inside, or both",
    ),
    "sent for without a bed": (FIRST_CHILD, {"designated_at": NEVER}, "arranged_at without or before designated_at"),
    "in a shelter without an itinerary": (
        FIRST_CHILD,
        {"itinerary_at": NEVER},
        "1 children boarded without an itinerary, or had one and did not; first row 6",
    ),
    "an itinerary but another exit": (
        FIRST_CHILD,
        {"exit": Exit.RETURNED},
        "1 children boarded without an itinerary, or had one and did not; first row 6",
    ),
    "a stay that ended without a reason": (
        FIRST_CHILD,
        {"shelter_exit": ShelterExit.NONE},
        "1 stays in a shelter ended without a moment or a reason",
    ),
    "a reason without an end": (FIRST_CHILD, {"left_shelter_at": NEVER}, "1 stays in a shelter ended without a moment"),
    "a bed given twice": (
        SECOND_CHILD,
        {"designated_at": HISTORY.cleared_at[SECOND_CHILD]},
        "beds of kind 0: given while none was free",
    ),
    "a bed kept longer than it was": (
        PARTED_CHILD,
        {"left_shelter_at": at("Thu 12:00")},
        "beds of kind 0: given while none was free",
    ),
    "a place in family detention given twice": (
        RELEASED,
        {"exit": Exit.TO_FAMILY_DETENTION},
        "places in family detention: given while none was free, 1 times",
    ),
    "an agent in two places": (
        DETAINED,
        {"intake_at": HISTORY.intake_at[PARENT]},
        "agents of station 0: given while none was free",
    ),
    "a worker at the desk in two places": (
        SECOND_CHILD,
        {"desk_at": HISTORY.desk_at[FIRST_CHILD]},
        "workers at ORR's desk: given while none was free",
    ),
    "an A-number given twice": (
        ADULT,
        {"a_number": HISTORY.a_number[PARENT]},
        "1 A-numbers were given twice",
    ),
    "taken in without an A-number": (ADULT, {"a_number": 0}, "1 people were taken in without an A-number"),
    "an A-number without intake": (
        RESIDENT,
        {"a_number": 7},
        "1 people were taken in without an A-number, or have one",
    ),
    "parted without being selected": (
        DETAINED_CHILD,
        {"parted_at": HISTORY.processed_at[DETAINED_CHILD]},
        "1 people were parted without being selected; first row 5",
    ),
    "a single adult parted": (ADULT, {"parted_at": HISTORY.processed_at[ADULT]}, "were parted without being selected"),
    "parted although spared": (
        SPARED_CHILD,
        {"parted_at": HISTORY.processed_at[SPARED_CHILD]},
        "1 people were parted although a rule spared them; first row 11",
    ),
    "alone without a parting": (
        DETAINED_CHILD,
        {"is_alone": True},
        "1 people are alone without a parting; first row 5",
    ),
    "taken without a parting": (ADULT, {"is_taken": True}, "1 people were taken without a parting; first row 1"),
    "parted at another minute than the family": (
        PARTED_CHILD,
        {"parted_at": HISTORY.parted_at[PARTED_CHILD] + 1},
        "1 people were parted at another minute than their family; first row 3",
    ),
    "a child parted from a parent who was not": (
        PARENT,
        {"parted_at": NEVER},
        "were parted at another minute than their family",
    ),
    "boarded before the itinerary was known": (
        FIRST_CHILD,
        {"left_cbp_at": HISTORY.itinerary_at[FIRST_CHILD] - 1},
        "1 children boarded before their itinerary was known; first row 6",
    ),
    "sent for before the designation was done": (
        REJOINED_CHILD,
        {
            "exit": Exit.TO_SHELTER,
            "arranged_at": HISTORY.designated_at[REJOINED_CHILD] + 1,
        },
        "1 children were sent for before their designation was done; first row 13",
    ),
    "a minute of processing lost": (
        ADULT,
        {"processed_at": HISTORY.processed_at[ADULT] - 1},
        "1 people were not processed in their planned minutes; first row 1",
    ),
    "arrived a minute too early": (
        FIRST_CHILD,
        {"admitted_at": HISTORY.admitted_at[FIRST_CHILD] - 1},
        "1 children did not travel their planned minutes; first row 6",
    ),
    "a bed of the wrong kind": (
        FIRST_CHILD,
        {"bed_kind": GIRLS},
        "1 children were given a bed of the wrong kind; first row 6",
    ),
    "rejoined and in a shelter": (
        PARTED_CHILD,
        {"rejoined_at": at("Mon 19:00")},
        "1 people were rejoined and went to a shelter; first row 3",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_named(fault):
    """One value that cannot be is enough, and the message says what it is."""
    row, values, message = FAULTS[fault]
    assert message in _faults(_planted(HISTORY, row, **values))


def test_all_faults_are_named_at_once():
    """A message names every fault, not the first."""
    numbers, exits = HISTORY.a_number.copy(), HISTORY.exit.copy()
    numbers[ADULT], exits[RELEASED_CHILD] = numbers[PARENT], Exit.INSIDE
    message = _faults(replace(HISTORY, a_number=numbers, exit=exits, is_alone=np.ones_like(HISTORY.is_alone)))
    assert "A-numbers were given twice" in message
    assert "neither left CBP nor are inside" in message
    assert "are alone without a parting" in message
    assert message.startswith("the engine contradicts itself:")


# --- mail, records, ICE and reunification ---------------------------------------------------------------------------

(EARLIER, ASKING, ASKED, PARENT_OF_YOUNG, YOUNG, PARENT_OF_OLDER, OLDER, UNFIT_PARENT, STAYING) = range(9)
(SINGLE, NO_FAMILY, NO_FAMILY_CHILD, LOSING, PHONED, LAST_PARENT, LAST) = range(9, 16)
"""Rows of the history below."""

ERRANDS = plan_of(
    family("Mon 08:00", parent=Adult(asks_after=HOUR), ground=Ground.HEALTH),
    family("Mon 08:01", Child(age=3, parent_travel=HOUR), ground=Ground.HEALTH),
    family("Mon 08:02", Child(centre_travel=2 * HOUR), ground=Ground.HEALTH),
    family("Mon 08:03", parent=Adult(unfit=True), ground=Ground.HEALTH),
    Case("Mon 08:04", (Adult(ice=2 * DAY),), CaseKind.ADULT),
    family("Mon 08:05", grouped=False),
    alone("Mon 08:06", Child(lost=(1, 0, 0))),
    alone("Mon 08:07", Child(lost=(0, TRIES, 0), phone=HOUR)),
    family("Mon 08:08", Child(centre_travel=2 * HOUR), ground=Ground.HEALTH),
    residents=[Resident(SMALL, parent=EarlierParent.REMOVED, body=Child(abroad=DAY))],
)
WORKPLACES = facilities_of(days=10, notice_minutes=60, order="Tue 00:00", vetting=60, team=1, centre=1, reprocessing=90)
DONE = simulate(ERRANDS, WORKPLACES)


def test_errands_without_a_fault_pass():
    """The second history is sound as well, and holds every way of being reunited that faults need."""
    check_history(DONE, ERRANDS, WORKPLACES)
    children = [EARLIER, ASKED, YOUNG, OLDER, STAYING, LAST]
    outcomes = [Reunion.ABROAD, Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.UNFIT]
    assert DONE.reunion[children].tolist() == [*outcomes, Reunion.CHILD_TRAVELLED]
    assert DONE.is_grouped[[PARENT_OF_YOUNG, NO_FAMILY, NO_FAMILY_CHILD]].tolist() == [True, False, False]
    assert DONE.messages_lost[[LOSING, PHONED]].tolist() == [1, TRIES]
    assert DONE.is_phoned[[LOSING, PHONED]].tolist() == [False, True]
    assert told(DONE.left_ice_at)[SINGLE] == "Wed 08:44"
    assert DONE.ice_exit[[ASKING, PARENT_OF_OLDER, SINGLE]].tolist() == [*[IceExit.WITH_CHILD] * 2, IceExit.RELEASED]


ERRAND_FAULTS = {
    "messages without a referral": (SINGLE, {"messages_sent": 1}, "1 people have messages without a referral"),
    "a referral without a message": (LOSING, {"messages_sent": 0}, "or a referral without one; first row 12"),
    "more lost than sent": (LOSING, {"messages_lost": 9}, "1 people lost more messages than were sent"),
    "a message too few": (LOSING, {"messages_sent": 7}, "1 people have too few messages; first row 12"),
    "telephoned too early": (LOSING, {"is_phoned": True}, "1 people were telephoned about before the last try"),
    "lost and in no time": (
        YOUNG,
        {"messages_lost": 1, "messages_sent": 8},
        "1 children lost messages and no time; first row 4",
    ),
    "a code without a parting": (NO_FAMILY, {"separation_code": Code.BLANK}, "1 people have a code without a parting"),
    "a parting without a code": (YOUNG, {"separation_code": Code.NONE}, "have a code without a parting, or none with"),
    "a note without a parting": (NO_FAMILY, {"note": Note.TOP_ONLY}, "1 people have a note on a parting that was not"),
    "listed without a parting": (SINGLE, {"is_listed": True}, "1 people are listed as parted and were not"),
    "a number without a parent": (
        LOSING,
        {"parent_number": ParentNumber.RIGHT},
        "1 people have word of a parent's number without a referral of a separated child",
    ),
    "a referral without word of a number": (
        YOUNG,
        {"parent_number": ParentNumber.NONE},
        "1 people have word of a parent's number",
    ),
    "parted without a unit": (
        YOUNG,
        {"is_grouped": False},
        "1 people were parted by policy although nobody grouped them; first row 4",
    ),
    "out of ICE's custody before it": (
        SINGLE,
        {"left_ice_at": DONE.left_cbp_at[SINGLE] - 1},
        "1 people have left_ice_at without or before left_cbp_at",
    ),
    "a child in ICE's custody": (
        LOSING,
        {"left_ice_at": at("Sat 00:00"), "ice_exit": IceExit.RELEASED},
        "1 people left ICE's custody and never were in it",
    ),
    "out of ICE's custody for no reason": (
        SINGLE,
        {"ice_exit": IceExit.NONE},
        "1 people left ICE's custody without a reason or a moment",
    ),
    "a minute of ICE's custody lost": (
        SINGLE,
        {"left_ice_at": DONE.left_ice_at[SINGLE] - 1},
        "1 people left ICE's custody before their minutes were over; first row 9",
    ),
    "a minute of ICE's custody too much": (
        SINGLE,
        {"left_ice_at": DONE.left_ice_at[SINGLE] + 1},
        "1 people stayed in ICE's custody beyond their minutes; first row 9",
    ),
    "removed against the plan": (SINGLE, {"ice_exit": IceExit.REMOVED}, "1 people were removed against the plan"),
    "released to a child of others": (
        SINGLE,
        {"ice_exit": IceExit.WITH_CHILD},
        "1 people were released to no child of theirs",
    ),
    "an outcome without a moment": (
        STAYING,
        {"reunion_at": NEVER},
        "1 people have an outcome of reunification without a moment",
    ),
    "reunited without being separated": (
        LOSING,
        {"reunion_at": at("Sat 00:00"), "reunion": Reunion.UNFIT},
        "1 people were reunited and never separated",
    ),
    "reunited before the parent was known": (
        ASKED,
        {"found_at": DONE.reunion_at[ASKED] + 1},
        "1 people were reunited before anybody knew the parent",
    ),
    "reunited and in a shelter": (
        YOUNG,
        {"shelter_exit": ShelterExit.RELEASED},
        "1 people were reunited and did not leave a shelter for it",
    ),
    "out of a shelter to a parent not met": (
        OLDER,
        {"reunion": Reunion.UNWILLING},
        "1 people left a shelter for a parent they did not meet",
    ),
    "reunited by an order about others": (
        YOUNG,
        {"is_in_class": False},
        "1 people were reunited by an order that does not speak of them",
    ),
    "reunited unvetted": (YOUNG, {"vetted_at": NEVER}, "1 people were reunited unvetted"),
    "in the class without being separated": (
        LOSING,
        {"is_in_class": True},
        "1 people are in the order's class and never were separated",
    ),
    "found by nobody": (YOUNG, {"found_by": FoundBy.NONE}, "1 people have a parent found by nobody"),
    "reunited on the way": (
        OLDER,
        {"at_centre_at": DONE.reunion_at[OLDER] + 1},
        "1 people were reunited on the way; first row 6",
    ),
    "asked for before the parting": (ASKED, {"parted_at": NEVER}, "asked_at without or before parted_at"),
    "the team in two places": (
        LAST,
        {"vetted_at": DONE.vetted_at[OLDER]},
        "the joint team: given while none was free",
    ),
    "a centre's desk in two places": (
        LAST,
        {"reunion_at": DONE.reunion_at[OLDER]},
        "desks of ICE's centres: given while none was free",
    ),
}


@pytest.mark.parametrize("fault", ERRAND_FAULTS)
def test_planted_fault_of_errands_is_named(fault):
    """The same for what clerks write, mail, ICE's custody and reunification."""
    row, values, message = ERRAND_FAULTS[fault]
    assert message in _faults(_planted(DONE, row, **values), ERRANDS, WORKPLACES)
