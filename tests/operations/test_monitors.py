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
from borderops.operations.history import Exit, History, ShelterExit
from borderops.operations.monitors import check_history
from borderops.operations.plan import Ground
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


def _planted(row: int, **values: int) -> History:
    """The history with other values in a row."""
    changed = {name: getattr(HISTORY, name).copy() for name in values}
    for name, value in values.items():
        changed[name][row] = value
    return replace(HISTORY, **changed)


def _faults(history: History) -> str:
    with pytest.raises(ConservationError) as caught:
        check_history(history, PLAN, FACILITIES)
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
    "at ORR's desk before being determined": (
        FIRST_CHILD,
        {"desk_at": at("Mon 08:05")},
        "desk_at without or before deter",
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
        "1 people have freed_at without or before heard_at, first row 2",
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
    "in a shelter without a bed": (FIRST_CHILD, {"designated_at": NEVER}, "1 children went to a shelter without a bed"),
    "a bed but another exit": (
        FIRST_CHILD,
        {"exit": Exit.RETURNED},
        "1 children went to a shelter without a bed, or had one",
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
    "boarded before a bed was taken": (
        FIRST_CHILD,
        {"left_cbp_at": HISTORY.designated_at[FIRST_CHILD] - 1},
        "1 children boarded before their designation was done; first row 6",
    ),
    "a minute of processing lost": (
        ADULT,
        {"processed_at": HISTORY.processed_at[ADULT] - 1},
        "1 cases were not processed in their planned minutes",
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
    assert message in _faults(_planted(row, **values))


def test_all_faults_are_named_at_once():
    """A message names every fault, not the first."""
    numbers, exits = HISTORY.a_number.copy(), HISTORY.exit.copy()
    numbers[ADULT], exits[RELEASED_CHILD] = numbers[PARENT], Exit.INSIDE
    message = _faults(replace(HISTORY, a_number=numbers, exit=exits, is_alone=np.ones_like(HISTORY.is_alone)))
    assert "A-numbers were given twice" in message
    assert "neither left CBP nor are inside" in message
    assert "are alone without a parting" in message
    assert message.startswith("the engine contradicts itself:")
