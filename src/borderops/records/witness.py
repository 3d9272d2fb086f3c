"""What clerks see: a finished history with the numbers that systems give out, who enters what, and how busy they are.

Numbers follow the order of entry, as systems give them out, so they tell nothing of who truly belongs to whom.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, Final, TypeVar

import numba
import numpy as np

from borderops import clock
from borderops.config.schema import PORTS, STATIONS, Settings
from borderops.operations.facilities import capacity_at
from borderops.operations.history import Exit
from borderops.operations.plan import CaseKind
from borderops.operations.rebuilding import by_case
from borderops.ordering import ranks, stable_order
from borderops.population.people import Role, Stratum
from borderops.records.designs import Practices, practices
from borderops.records.fields import BLANK
from borderops.records.users import UserRole, one_of, user
from borderops.records.workload import Workload, agents_workload
from borderops.replication import Replication
from borderops.shelf import Memory
from borderops.streams import Draws, Purpose
from borderops.units import DAY, NEVER

PORT = STATIONS.index(PORTS)
_SEQUENCE = 1_000_000
_OPEN = 20
"""Numbers of family units that are open in a minute: a month's minutes leave room for 22 in six digits."""


class Witness:
    """One replication as its clerks met it. Arrays have shape (n,), people, unless they say otherwise.

    Parameters
    ----------
    replication : Replication
    settings : Settings
        Those that it was played with.
    only : ndarray of bool, shape (n,), optional
        Whole families about whom alone clerks write in the tables of people, which are most of all rows; everybody, if
        not given. Numbers and luck are the same. Units and what ends a parting are kept of all, of events those in
        which one of them was met.
    """

    def __init__(self, replication: Replication, settings: Settings, only: np.ndarray | None = None):
        self.replication, self.settings, self.only = replication, settings, only
        self.people, self.plan, self.history = replication.people, replication.plan, replication.history
        self.facilities = replication.facilities
        self.draws = Draws(settings.seed, replication.number)
        self.told: dict[Callable[[Witness], Any], Any] = {}  # see `told_once`

    @cached_property
    def practices(self) -> Practices:
        """What the tracking designs can hold, by date."""
        return practices(self.settings)

    @cached_property
    def workload(self) -> Workload:
        """How busy agents are."""
        return agents_workload(self.replication)

    def rows(self, chosen: np.ndarray) -> np.ndarray:
        """Rows of those chosen about whom clerks write, from a mask of people."""
        return np.flatnonzero(chosen if self.only is None else chosen & self.only)

    def put_away(self, shelf: Memory) -> None:
        """Lay what has been told so far on a shelf, and what the replication has found out for it."""
        shelf.put_away(self)
        shelf.put_away(self.replication)

    # --- who ------------------------------------------------------------------------------------------------------

    @cached_property
    def station(self) -> np.ndarray:
        """Station; -1 for residents of shelters."""
        return self.people.of_party("station")

    @cached_property
    def is_resident(self) -> np.ndarray:
        """True for those in shelters when the run began."""
        return self.people.of_party("stratum") == Stratum.RESIDENT

    @cached_property
    def case(self) -> np.ndarray:
        """Row of the case, int32; -1 for residents."""
        return by_case(np.arange(1, self.plan.case_size.size + 1, dtype=np.int32), self.plan) - 1

    @cached_property
    def is_in_e3(self) -> np.ndarray:
        """True for those taken in by Border Patrol."""
        return ~self.is_resident & (self.station != PORT) & (self.history.intake_at != NEVER)

    @cached_property
    def is_in_sigma(self) -> np.ndarray:
        """True for those taken in at a port of entry."""
        return (self.station == PORT) & (self.history.intake_at != NEVER)

    @cached_property
    def claims_family(self) -> np.ndarray:
        """True for members of families that say they are one, false claims included."""
        return by_case(self.plan.case_kind == CaseKind.FAMILY, self.plan).astype(bool)

    @cached_property
    def is_parent(self) -> np.ndarray:
        """True for the adults of a family that says it is one."""
        return self.claims_family & (self.people.role < Role.CHILD)

    @cached_property
    def in_shelter(self) -> np.ndarray:
        """True for children whose referral reached ORR, and for residents."""
        return self.is_resident | (self.people.is_child & (self.history.forwarded_at != NEVER))

    # --- numbers --------------------------------------------------------------------------------------------------

    @cached_property
    def subject_no(self) -> np.ndarray:
        """Number in e3, int64, from 1 in the order of intake; `BLANK` for those who are not in it."""
        return self._sequence(self.is_in_e3, self.history.intake_at)

    @cached_property
    def sigma_no(self) -> np.ndarray:
        """Number in SIGMA, likewise."""
        return self._sequence(self.is_in_sigma, self.history.intake_at)

    @cached_property
    def portal_no(self) -> np.ndarray:
        """Number in HHS's portal, likewise, in the order of reaching ORR."""
        at = np.where(self.is_resident, self.history.admitted_at, self.history.forwarded_at)
        return self._sequence(self.in_shelter, at)

    @cached_property
    def is_in_earm(self) -> np.ndarray:
        """True for adults who came into ICE's hands."""
        return (self.people.role < Role.CHILD) & (self.in_ice_at != NEVER)

    @cached_property
    def in_ice_at(self) -> np.ndarray:
        """When adults came into ICE's hands, from the station or from court; NEVER for others."""
        history = self.history
        is_adult = self.people.role < Role.CHILD
        in_ice_at = np.full(is_adult.size, NEVER, dtype=np.int64)
        for exits, at in (
            ((Exit.TO_ICE,), history.left_cbp_at),
            ((Exit.TO_COURT, Exit.TO_OTHER_CUSTODY), history.freed_at),
        ):
            rows = np.flatnonzero(np.isin(list(Exit), exits)[history.exit] & is_adult)
            in_ice_at[rows] = at[rows]
        return in_ice_at

    @cached_property
    def earm_no(self) -> np.ndarray:
        """Number of the case in EARM, likewise, in the order of coming into ICE's hands."""
        return self._sequence(self.is_in_earm, self.in_ice_at)

    @cached_property
    def unit_no(self) -> np.ndarray:
        """Number of the family unit of each case, shape (cases,), int64; see `unit_numbers`.

        `BLANK` for cases that are no family, or not taken in by Border Patrol.
        """
        plan = self.plan
        numbers = np.full(plan.case_size.size, BLANK, dtype=np.int64)
        case = np.flatnonzero((plan.case_kind == CaseKind.FAMILY) & self.is_in_e3[plan.case_first])
        lead = plan.case_first[case]
        none = np.zeros(0, dtype=np.int64)
        numbers[case] = self.unit_numbers(self.people.number[lead], self.history.intake_at[lead], 0, none)
        return numbers

    def unit_numbers(self, entities: np.ndarray, minutes: np.ndarray, index: int, taken: np.ndarray) -> np.ndarray:
        """Number family units: year and month (YYMM), then six digits that grow with the minute.

        Parameters
        ----------
        entities, minutes : ndarray of int64, shape (u,)
            Whom the unit is made for, and when.
        index : int
            Tells several units of one entity apart.
        taken : ndarray of int64
            Numbers that are given out already.

        Returns
        -------
        ndarray of int64, shape (u,)
            No number twice. A few numbers a minute are open and which is taken is left to chance, so that a number
            does not tell why its unit was made.
        """
        months = clock.datetimes_of(minutes).astype("datetime64[M]")
        month, first = months.astype(np.int64), (months - np.datetime64(clock.EPOCH, "m")).astype(np.int64)
        start = ((month // 12 + 1970) % 100 * 100 + month % 12 + 1) * _SEQUENCE + (minutes - first) * _OPEN
        slot = (self.draws.uniforms(entities, Purpose.PRACTICE, index) * _OPEN).astype(np.int64)
        return _all_different(start + slot, np.sort(taken))

    @cached_property
    def event_no(self) -> np.ndarray:
        """Number of each party's event, from 1 in the order in which their first people are taken in; int64.

        Shape (parties,). `BLANK` for parties of whom Border Patrol took in nobody.
        """
        people = self.people
        numbers = np.full(people.size.size, BLANK, dtype=np.int64)
        first = np.full(numbers.size, NEVER, dtype=np.int64)
        _earliest(people.party, self.is_in_e3, self.history.intake_at, first)
        # In the order of intake, so that the first party of an event is the first that was taken in.
        party = np.flatnonzero(first != NEVER)
        party = party[stable_order(first[party])]
        numbers[party] = _numbered(people.event[party])
        return numbers

    @cached_property
    def a_number(self) -> np.ndarray:
        """A-number as given out, int64; `BLANK` for those without one."""
        return np.where(self.history.a_number > 0, self.history.a_number.astype(np.int64), BLANK)

    def _sequence(self, chosen: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Numbers from 1 in the order of moments, then of rows; `BLANK` for those not chosen."""
        rows = np.flatnonzero(chosen)
        numbers = np.full(chosen.size, BLANK, dtype=np.int64)
        numbers[rows] = ranks(at[rows]) + 1
        return numbers

    # --- clerks ---------------------------------------------------------------------------------------------------

    def intake_user(self, rows: np.ndarray) -> np.ndarray:
        """Who took some people in, int32: the desk of the history."""
        station = self.station[rows]
        role = np.where(station == PORT, UserRole.PORT_OFFICER, UserRole.AGENT)
        return user(role, station, self.history.intake_at[rows], np.maximum(self.history.desk[rows], 0))

    def agent(self, rows: np.ndarray, minutes: np.ndarray, index: int) -> np.ndarray:
        """An agent on duty at the station of some people at moments, int32; ``index`` tells jobs apart."""
        station = self.station[rows]
        count = np.ones(rows.size, dtype=np.int64)
        for place in np.unique(station[station >= 0]):
            there = station == place
            count[there] = capacity_at(self.facilities.agents[place], minutes[there])
        role = np.where(station == PORT, UserRole.PORT_OFFICER, UserRole.AGENT)
        return user(role, station, minutes, one_of(self.people.number[rows], count, self.draws, index))

    def officer(self, role: UserRole, rows: np.ndarray, minutes: np.ndarray, count: int, index: int) -> np.ndarray:
        """One of ``count`` officers of another role, int32; coordinators belong to a station, others to none."""
        station = self.station[rows] if role in (UserRole.COORDINATOR, UserRole.SUPERVISOR) else -1
        return user(role, station, minutes, one_of(self.people.number[rows], count, self.draws, index))

    def intake_load(self, rows: np.ndarray) -> np.ndarray:
        """How busy the station was when some people were taken in, int8, tenths."""
        return self.workload.at(self.station[rows], self.history.intake_at[rows])

    def midnight(self, minutes: np.ndarray) -> np.ndarray:
        """Beginning of the day after moments."""
        return (np.asarray(minutes) // DAY + 1) * DAY


Told = TypeVar("Told")


def told_once(tell: Callable[[Witness], Told]) -> Callable[[Witness], Told]:
    """Make a function of a witness tell the same again without working it out; its arrays are read-only then."""

    @wraps(tell)
    def told(witness: Witness) -> Told:
        if tell not in witness.told:
            witness.told[tell] = found = tell(witness)
            arrays: Any = found if isinstance(found, tuple) else (found,)
            for each in arrays:
                each.flags.writeable = False
        return witness.told[tell]

    return told


@numba.njit(cache=True, nogil=True)
def _earliest(group, chosen, at, first):
    """Earliest moment among the chosen members of each group; what is given stands where it is earlier."""
    for i in range(at.size):
        if chosen[i] and at[i] < first[group[i]]:
            first[group[i]] = at[i]


_SPREADS: Final = np.uint64(0x9E3779B97F4A7C15)
"""Odd and without a pattern: a product with it sends neighbours far apart."""


def _numbered(values: np.ndarray) -> np.ndarray:
    """Numbers of values from 1 in the order in which they first occur, shape (n,), int64."""
    bits = max(2 * values.size, 2).bit_length()
    numbers = np.empty(values.size, dtype=np.int64)
    _number(values, np.uint64(64 - bits), np.zeros((1 << bits, 2), dtype=np.int64), numbers)
    return numbers


@numba.njit(cache=True, nogil=True)
def _number(values, shift, slots, numbers):
    """Look each value up among the slots; a value that is in none gets the next number."""
    count = 0
    for i in range(values.size):
        slot = np.int64((np.uint64(values[i]) * _SPREADS) >> shift)
        while slots[slot, 1] != 0 and slots[slot, 0] != values[i]:
            slot = (slot + 1) % slots.shape[0]
        if slots[slot, 1] == 0:
            count += 1
            slots[slot, 0], slots[slot, 1] = values[i], count
        numbers[i] = slots[slot, 1]


_BEYOND: Final = int(np.iinfo(np.int64).max)
"""A number beyond all that are given out."""


def _all_different(numbers: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Move numbers on, in the order of numbers and rows, until no two are equal and none is taken (ascending)."""
    order = np.argsort(numbers, kind="stable")
    place = np.arange(numbers.size)
    moved = numbers[order]
    # Behind a run of taken numbers follows one that is free.
    ends_run = np.diff(taken, append=_BEYOND) > 1
    free = np.minimum.accumulate(np.where(ends_run, taken + 1, _BEYOND)[::-1])[::-1]
    while True:
        moved = np.maximum.accumulate(moved - place) + place
        at = np.searchsorted(taken, moved)
        is_taken = np.append(taken, BLANK)[at] == moved
        if not is_taken.any():
            break
        moved[is_taken] = free[at[is_taken]]
    different = np.empty_like(numbers)
    different[order] = moved
    return different
