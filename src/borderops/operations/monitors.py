"""Conservation monitors, always on: no person, bed or minute is lost or made, whichever engine played.

They read the finished history alone, so a fault in an engine cannot hide from them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np

from borderops.clock import datetime_of
from borderops.config.schema import BED_KINDS
from borderops.exceptions import ConservationError
from borderops.operations.facilities import Facilities, Schedule
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
from borderops.operations.numbers import Message
from borderops.operations.plan import CaseKind, EarlierParent, Plan
from borderops.operations.rebuilding import Jobs, agent_jobs, desk_jobs, joined, processing_minutes, serving, way_ended
from borderops.ordering import ascending
from borderops.units import NEVER

ORDER = (
    ("apprehended_at", "intake_at"),
    ("intake_at", "processing_at"),
    ("processing_at", "processed_at"),
    ("processed_at", "determined_at"),
    ("processed_at", "parted_at"),
    ("selected_at", "parted_at"),
    ("determined_at", "forwarded_at"),
    ("forwarded_at", "desk_at"),
    ("desk_at", "cleared_at"),
    ("cleared_at", "designated_at"),
    ("designated_at", "arranged_at"),
    ("arranged_at", "itinerary_at"),
    ("processed_at", "left_cbp_at"),
    ("left_cbp_at", "admitted_at"),
    ("left_cbp_at", "left_detention_at"),
    ("admitted_at", "left_shelter_at"),
    ("processed_at", "prosecution_referred_at"),
    ("prosecution_referred_at", "heard_at"),
    ("left_cbp_at", "heard_at"),
    ("left_cbp_at", "freed_at"),
    ("heard_at", "back_at"),
    ("parted_at", "rejoined_at"),
    ("rejoined_at", "left_again_at"),
    ("left_cbp_at", "left_ice_at"),
    ("parted_at", "asked_at"),
    ("admitted_at", "asked_at"),
    ("admitted_at", "at_centre_at"),
    ("left_shelter_at", "at_centre_at"),
)
"""Pairs of moments: the second needs the first, and does not come before it."""


MESSAGES_AT_LEAST = 2 * len(Message) + 1
"""Messages about a child who arrives at a shelter: each that matters and the one it leads to, and the arrival's."""


MET = (Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.ABROAD)
"""Outcomes in which child and parent are together."""


def check_history(history: History, plan: Plan, facilities: Facilities) -> None:
    """Check a finished history.

    Parameters
    ----------
    history : History
    plan : Plan
    facilities : Facilities

    Raises
    ------
    ConservationError
        With every fault found: what, who (first row), when.
    """
    faults = [
        *_disorder(history),
        *_broken_exits(history),
        *_overfull(history, plan, facilities),
        *_agents_overused(history, plan, facilities),
        *_shared_numbers(history),
        *_parting_faults(history, plan),
        *_lost_minutes(history, plan, facilities),
        *_wrong_beds(history, plan),
        *_crowded_sittings(history, plan, facilities),
        *_mail_faults(history, plan, facilities),
        *_record_faults(history),
        *_ice_faults(history, plan),
        *_reunion_faults(history, plan, facilities),
    ]
    if faults:
        raise ConservationError("the engine contradicts itself:\n  " + "\n  ".join(faults))


def _first(mask: np.ndarray) -> int:
    return int(np.flatnonzero(mask)[0])


def _row(mask: np.ndarray) -> str:
    return f"first row {_first(mask)}"


def _disorder(history: History) -> Iterator[str]:
    """No event before its cause, none after the horizon."""
    came = history.exit != Exit.NOT_HERE
    for before, after in ORDER:
        count, row = _count_before(came, getattr(history, after), getattr(history, before))
        if count:
            when = datetime_of(getattr(history, after)[row])
            yield f"{count} people have {after} without or before {before}, first row {row} at {when}"
    for name, column in history.columns().items():
        if name.endswith("_at"):
            count, row = _count_late(column, history.horizon)
            if count:
                yield f"{count} people have {name} after the last minute, first row {row}"


@numba.njit(cache=True, nogil=True)
def _count_before(came, after, before):
    """How many of those who came have one moment before another, and the first of them."""
    # NEVER is the latest of all moments, so what lacks its cause comes before it.
    count = 0
    for i in range(came.size):
        count += came[i] & (after[i] < before[i])
    first = 0
    while count and not (came[first] and after[first] < before[first]):
        first += 1
    return count, first


@numba.njit(cache=True, nogil=True)
def _count_late(moments, horizon):
    """How many moments come after the last minute, and the first of them."""
    count = 0
    for i in range(moments.size):
        count += (moments[i] >= horizon) & (moments[i] != NEVER)
    first = 0
    while count and not (moments[first] >= horizon and moments[first] != NEVER):
        first += 1
    return count, first


def _broken_exits(history: History) -> Iterator[str]:
    """Everybody who arrived has left once, or is inside."""
    has_left = history.left_cbp_at != NEVER
    inside = history.exit == Exit.INSIDE
    resident = history.exit == Exit.NOT_HERE
    wrong = has_left == (inside | resident)
    if wrong.any():
        yield f"{int(wrong.sum())} people neither left CBP nor are inside, or both; first row {_first(wrong)}"
    placed = (history.exit == Exit.TO_SHELTER) != (
        (history.itinerary_at != NEVER) & has_left & (history.exit != Exit.AGED_OUT) & (history.rejoined_at == NEVER)
    )
    if placed.any():
        yield f"{int(placed.sum())} children boarded without an itinerary, or had one and did not; {_row(placed)}"
    ended = (history.shelter_exit != ShelterExit.NONE) != (history.left_shelter_at != NEVER)
    if ended.any():
        yield f"{int(ended.sum())} stays in a shelter ended without a moment or a reason; first row {_first(ended)}"


def _overfull(history: History, plan: Plan, facilities: Facilities) -> Iterator[str]:
    """A bed is given only while fewer are in use than open; the same for places in family detention."""
    held = np.flatnonzero(history.bed_kind >= 0)
    resident = history.exit[held] == Exit.NOT_HERE
    begins = np.where(resident, history.first_minute, history.designated_at[held])
    until = np.minimum(history.left_shelter_at, way_ended(history))[held]
    for kind, beds in enumerate(facilities.beds):
        of_kind = np.flatnonzero(history.bed_kind[held] == kind)
        yield from _given_when_full(begins[of_kind], until[of_kind], beds, history, f"beds of kind {kind}")
    detained = np.flatnonzero(history.exit[plan.case_first] == Exit.TO_FAMILY_DETENTION)
    first = plan.case_first[detained]
    begins = np.concatenate([np.full(plan.detained_size.size, history.first_minute), history.left_cbp_at[first]])
    until = np.concatenate([plan.detained_until, history.left_detention_at[first]])
    size = np.concatenate([plan.detained_size, plan.case_size[detained]])
    yield from _given_when_full(
        np.repeat(begins, size),
        np.repeat(until, size),
        facilities.family_places,
        history,
        "places in family detention",
    )


def _given_when_full(
    begins: np.ndarray, until: np.ndarray, schedule: Schedule, history: History, name: str
) -> Iterator[str]:
    """Find units given while none was free; departures of a minute come before allocations."""
    length = history.horizon - history.first_minute
    count, at = _count_beyond(begins, until, schedule.at, schedule.capacity, history.first_minute, length)
    if count:
        yield f"{name}: given while none was free, {count} times, first {datetime_of(int(at))}"


@numba.njit(cache=True, nogil=True)
def _count_beyond(begins, until, changes_at, capacity, first, length):
    """Count the minutes after the first in which a unit is given and more are in use then than there are."""
    more, is_given = np.zeros(length + 1, dtype=np.int32), np.zeros(length + 1, dtype=np.bool_)
    for i in range(begins.size):
        # What is there before the first minute is there in it; what comes after the last concerns none.
        given_at = min(max(begins[i], first), first + length) - first
        more[given_at] += 1
        is_given[given_at] = True
        more[min(max(until[i], first), first + length) - first] -= 1
    count, found, in_use, row = 0, first, more[0], 0
    for minute in range(1, length):
        in_use += more[minute]
        if not is_given[minute]:
            continue
        while row + 1 < changes_at.size and changes_at[row + 1] <= first + minute:
            row += 1
        if in_use > capacity[row]:
            found = found if count else first + minute
            count += 1
    return count, found


def _agents_overused(history: History, plan: Plan, facilities: Facilities) -> Iterator[str]:
    """An agent begins only while fewer agents are busy than on duty."""
    jobs = agent_jobs(history, plan, facilities).values()
    for station in range(len(facilities.agents)):
        own = [Jobs(*(column[np.flatnonzero(place == station)] for column in each)) for place, each in jobs]
        schedule = serving(history, plan, facilities, station)
        yield from _given_when_full(*joined(*own), schedule, history, f"agents of station {station}")
    desk = desk_jobs(history, facilities)
    yield from _given_when_full(desk.begins, desk.ends, facilities.desk, history, "workers at ORR's desk")


def _shared_numbers(history: History) -> Iterator[str]:
    """No A-number is given twice, and everybody taken in has one."""
    numbers = ascending(history.a_number)
    repeated = (np.diff(numbers) == 0) & (numbers[1:] != 0)
    if repeated.any():
        yield f"{int(repeated.sum())} A-numbers were given twice"
    wrong = (history.a_number != 0) != (history.intake_at != NEVER)
    if wrong.any():
        yield f"{int(wrong.sum())} people were taken in without an A-number, or have one without; {_row(wrong)}"


def _parting_faults(history: History, plan: Plan) -> Iterator[str]:
    """Only selected families are parted, and a child left alone was parted."""
    selected = np.zeros(history.exit.size, dtype=bool)
    rows = np.repeat(plan.ground != 0, plan.case_size) & np.repeat(plan.case_kind == CaseKind.FAMILY, plan.case_size)
    selected[history.exit.size - rows.size :] = rows
    parted = history.parted_at != NEVER
    for mask, what in (
        (parted & ~selected, "were parted without being selected"),
        (parted & history.is_spared, "were parted although a rule spared them"),
        (history.is_alone & ~parted, "are alone without a parting"),
        (history.is_taken & ~parted, "were taken without a parting"),
        (_differs_within_case(history.parted_at, plan), "were parted at another minute than their family"),
        (parted & ~history.is_grouped, "were parted by policy although nobody grouped them"),
        ((history.rejoined_at != NEVER) & (history.exit == Exit.TO_SHELTER), "were rejoined and went to a shelter"),
    ):
        if mask.any():
            yield f"{int(mask.sum())} people {what}; first row {_first(mask)}"


def _differs_within_case(column: np.ndarray, plan: Plan) -> np.ndarray:
    """True where a person's value is not that of the first person of the case."""
    lead = np.repeat(plan.case_first, plan.case_size)
    differs = np.zeros(column.size, dtype=bool)
    differs[column.size - lead.size :] = column[column.size - lead.size :] != column[lead]
    return differs


def _lost_minutes(history: History, plan: Plan, facilities: Facilities) -> Iterator[str]:
    """Planned minutes pass, no more and no fewer: processing, designation before boarding, travel."""
    ended = history.processed_at != NEVER
    wrong = ended & (history.processed_at - history.processing_at != processing_minutes(history, plan, facilities))
    if wrong.any():
        yield f"{int(wrong.sum())} people were not processed in their planned minutes; {_row(wrong)}"
    placed = history.exit == Exit.TO_SHELTER
    early = placed & (history.arranged_at - history.designated_at < plan.designation_minutes)
    if early.any():
        yield f"{int(early.sum())} children were sent for before their designation was done; {_row(early)}"
    arrived = placed & (history.admitted_at != NEVER)
    travelled = arrived & (history.admitted_at - history.left_cbp_at != plan.travel_minutes)
    if travelled.any():
        yield f"{int(travelled.sum())} children did not travel their planned minutes; {_row(travelled)}"


def _wrong_beds(history: History, plan: Plan) -> Iterator[str]:
    """The kind of bed is that of age and sex when ORR's desk was done."""
    given = (history.designated_at != NEVER) & (history.exit != Exit.NOT_HERE)
    teen = np.where(plan.is_girl, BED_KINDS.index("girls_13_17"), BED_KINDS.index("boys_13_17"))
    due = np.where(history.cleared_at < plan.turns_13_at, BED_KINDS.index("age_0_12"), teen)
    wrong = given & (history.bed_kind != due)
    if wrong.any():
        yield f"{int(wrong.sum())} children were given a bed of the wrong kind; {_row(wrong)}"


def _crowded_sittings(history: History, plan: Plan, facilities: Facilities) -> Iterator[str]:
    """Nobody is heard but in a sitting, within the limit, and in no more slots than it has."""
    heard = np.flatnonzero(history.heard_at != NEVER)
    heard_at, is_parent = history.heard_at[heard], history.is_taken[heard]
    late = heard[heard_at > plan.hear_by[heard]]
    if late.size:
        yield f"{late.size} adults were heard after their limit; first row {late[0]}"
    station = plan.station[heard]
    district = np.where(station >= 0, facilities.docket_of[station], -1)
    for row, docket in enumerate(facilities.dockets):
        for mask, slots, who in (
            (is_parent, docket.for_parents, "parents"),
            (~is_parent, docket.for_others, "others"),
        ):
            moments, count = np.unique(heard_at[mask & (district == row)], return_counts=True)
            place = np.minimum(np.searchsorted(docket.at, moments), max(docket.at.size - 1, 0))
            wrong = (
                (docket.at[place] != moments) | (count > slots[place])
                if docket.at.size
                else np.ones(moments.size, bool)
            )
            if wrong.any():
                times = int(wrong.sum())
                yield f"{who} of district {row} were heard {times} times outside a sitting or beyond its slots"


def _mail_faults(history: History, plan: Plan, facilities: Facilities) -> Iterator[str]:
    """Messages add up, lost ones are paid for with time, and coordinators handle one at a time."""
    sent, lost = history.messages_sent.astype(np.int64), history.messages_lost.astype(np.int64)
    on_way = (history.determined_at != NEVER) & (history.exit != Exit.NOT_HERE)
    arrived = (history.admitted_at != NEVER) & (history.exit == Exit.TO_SHELTER)
    for mask, what in (
        ((sent > 0) != on_way, "have messages without a referral, or a referral without one"),
        (lost > sent, "lost more messages than were sent"),
        (arrived & (sent - lost < MESSAGES_AT_LEAST - 2 * history.is_phoned * len(Message)), "have too few messages"),
        (history.is_phoned & (lost < facilities.mail.tries), "were telephoned about before the last try"),
    ):
        if mask.any():
            yield f"{int(mask.sum())} people {what}; {_row(mask)}"
    quick = on_way & (lost > 0) & (history.forwarded_at != NEVER) & (history.left_cbp_at != NEVER)
    quick &= history.left_cbp_at - history.determined_at < lost * int(facilities.mail.notice_minutes.min())
    quick &= history.exit == Exit.TO_SHELTER
    if quick.any():
        yield f"{int(quick.sum())} children lost messages and no time; {_row(quick)}"
    early = (history.exit == Exit.TO_SHELTER) & (history.left_cbp_at < history.itinerary_at)
    if early.any():
        yield f"{int(early.sum())} children boarded before their itinerary was known; {_row(early)}"


def _record_faults(history: History) -> Iterator[str]:
    """What is written of a parting is written of those who were parted, and of them all."""
    parted = history.parted_at != NEVER
    for mask, what in (
        ((history.separation_code != Code.NONE) != parted, "have a code without a parting, or none with one"),
        ((history.note != Note.NONE) != parted, "have a note on a parting that was not, or none"),
        (history.is_listed & ~parted, "are listed as parted and were not"),
        (
            (history.parent_number != ParentNumber.NONE) != (history.is_alone & (history.determined_at != NEVER)),
            "have word of a parent's number without a referral of a separated child, or none with one",
        ),
    ):
        if mask.any():
            yield f"{int(mask.sum())} people {what}; {_row(mask)}"


def _ice_faults(history: History, plan: Plan) -> Iterator[str]:
    """ICE's custody begins at the station or where courts and jails end, and ends once, as planned or with a child."""
    began = np.where(history.freed_at != NEVER, history.freed_at, history.left_cbp_at)
    reached = (history.exit == Exit.TO_ICE) | (history.freed_at != NEVER)
    ended = history.left_ice_at != NEVER
    kept = (history.ice_exit == IceExit.RELEASED) | (history.ice_exit == IceExit.REMOVED)
    for mask, what in (
        ((history.freed_at < history.heard_at) & (history.exit == Exit.TO_COURT), "were freed before they were heard"),
        (ended & ~(reached & ~plan.is_child), "left ICE's custody and never were in it"),
        (ended != (history.ice_exit != IceExit.NONE), "left ICE's custody without a reason or a moment"),
        (kept & (history.left_ice_at - began < plan.ice_minutes), "left ICE's custody before their minutes were over"),
        (
            kept & (history.left_ice_at - began > plan.ice_minutes) & ~(history.is_taken & plan.is_removed),
            "stayed in ICE's custody beyond their minutes",
        ),
        (
            kept & ((history.ice_exit == IceExit.REMOVED) != plan.is_removed),
            "were removed against the plan",
        ),
        (
            (history.ice_exit == IceExit.WITH_CHILD) & ~history.is_taken,
            "were released to no child of theirs",
        ),
    ):
        if mask.any():
            yield f"{int(mask.sum())} people {what}; {_row(mask)}"


def _reunion_faults(history: History, plan: Plan, facilities: Facilities) -> Iterator[str]:
    """Only the separated are reunited, found and vetted first; team and desks are not overused."""
    earlier = np.zeros(history.exit.size, dtype=bool)
    earlier[plan.resident[plan.resident_parent != EarlierParent.NONE]] = True
    separated = history.is_alone | earlier
    met = np.isin(
        history.reunion, (Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.ABROAD)
    )
    settled = history.reunion_at != NEVER
    left_to_parent = history.shelter_exit == ShelterExit.REUNITED
    by_order = settled & (history.reunion != Reunion.BY_REQUEST)
    for mask, what in (
        (settled != (history.reunion != Reunion.NONE), "have an outcome of reunification without a moment"),
        (settled & ~separated, "were reunited and never separated"),
        (settled & (history.found_at > history.reunion_at), "were reunited before anybody knew the parent"),
        (met & ~left_to_parent, "were reunited and did not leave a shelter for it"),
        (left_to_parent & settled & ~met, "left a shelter for a parent they did not meet"),
        (by_order & ~history.is_in_class, "were reunited by an order that does not speak of them"),
        (
            by_order & ((history.vetted_at == NEVER) | (history.vetted_at > history.reunion_at)),
            "were reunited unvetted",
        ),
        (history.is_in_class & ~separated, "are in the order's class and never were separated"),
        ((history.found_at != NEVER) != (history.found_by != FoundBy.NONE), "have a parent found by nobody"),
        ((history.at_centre_at != NEVER) & (history.reunion_at < history.at_centre_at), "were reunited on the way"),
    ):
        if mask.any():
            yield f"{int(mask.sum())} people {what}; {_row(mask)}"
    vetted = history.vetted_at[history.vetted_at != NEVER]
    yield from _given_when_full(
        vetted - facilities.reunions.vetting_minutes, vetted, facilities.team, history, "the joint team"
    )
    done = history.reunion_at[history.reunion == Reunion.CHILD_TRAVELLED]
    yield from _given_when_full(
        done - facilities.reunions.reprocessing_minutes,
        done,
        facilities.centre,
        history,
        "desks of ICE's centres",
    )
