"""The reference engine: plays a plan in SimPy and reads like the process it models. Plan -> History.

It draws nothing and knows no settings: the plan holds every duration and decision, the facilities every capacity.
Read `adults`, `family`, `children` and `to_shelter` in this order; the rest is bookkeeping.

What happens at one minute happens in the order of `borderops.operations.numbers`.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import simpy

from borderops.clock import SATURDAY
from borderops.config.schema import BED_KINDS, STATIONS
from borderops.exceptions import PlanError
from borderops.operations.facilities import Docket, Facilities
from borderops.operations.history import CourtOutcome, Exit, History, ShelterExit
from borderops.operations.numbers import (
    ADULTS_LAST,
    ARRIVAL,
    CHILDREN_NEXT,
    DEPARTURE,
    INTAKE_FIRST,
    NEW_NUMBERS_FROM,
    NUMBERS_PER_STATION,
    OLD_NUMBERS_FROM,
    PROGRESS,
)
from borderops.operations.plan import AdultPath, CaseKind, Ground, Plan
from borderops.operations.pools import Claims, Clock, Desks, Moment, Pool
from borderops.units import DAY, NEVER

Steps = Generator[simpy.Event, Any, None]


def simulate(plan: Plan, facilities: Facilities) -> History:
    """Play a plan.

    Parameters
    ----------
    plan : Plan
        Stages of ``n`` people.
    facilities : Facilities

    Returns
    -------
    History
        Of the same ``n`` people, up to the last minute played.

    Raises
    ------
    ConservationError
        If a unit is given back that nobody held.
    PlanError
        If the plan asks for a minute that is over, or refers somebody whom no court hears.
    """
    world = World(plan, facilities)
    was_enabled = gc.isenabled()
    gc.disable()  # millions of short-lived events, no cycles worth the collector's walks
    try:
        world.env.run(until=facilities.horizon)
    finally:
        if was_enabled:
            gc.enable()
    return world.history()


class World:
    """Everything a replication holds while it is played."""

    def __init__(self, plan: Plan, facilities: Facilities):
        self.env = Clock(initial_time=facilities.first_minute)
        self.facilities = facilities
        self.plan = Listed(plan.columns())
        self.log = Log(plan)
        self.agents = [
            Desks(self.env, i, facilities.agents[i], f"agents of {STATIONS[i]}") for i in range(len(facilities.agents))
        ]
        after = len(self.agents)
        self.desk = Pool(self.env, after, facilities.desk, "ORR's intake desk")
        self.beds = [
            Pool(self.env, after + 1 + i, beds, f"beds {BED_KINDS[i]}") for i, beds in enumerate(facilities.beds)
        ]
        self.places = Pool(self.env, after + 1 + len(self.beds), facilities.family_places, "family detention")
        self.numbers = Numbers(facilities.number_block)
        self.pace_done = facilities.pace.done.tolist()
        self.pace_per_minute = facilities.pace.per_minute.tolist()
        self.dockets = [DocketBook(docket) for docket in facilities.dockets]
        self.on_the_way: dict[int, simpy.Process] = {}  # children without a parent who have not boarded
        self.fill_shelters()
        self.fill_family_detention()
        self.env.process(self.arrivals())

    # --- who comes ------------------------------------------------------------------------------------------------

    def arrivals(self) -> Steps:
        """Bring in the cases, each at its minute; those of one minute in the order of their rows."""
        order = np.argsort(np.array(self.plan.case_at, dtype=np.int64), kind="stable").tolist()
        stories = {CaseKind.ADULT: self.adults, CaseKind.FAMILY: self.family, CaseKind.CHILDREN: self.children}
        for case in order:
            yield self.at(self.plan.case_at[case], ARRIVAL, self.plan.case_first[case])
            self.env.process(stories[self.plan.case_kind[case]](case))

    def fill_shelters(self) -> None:
        """Put the residents of the first minute into their beds."""
        plan, now = self.plan, self.env.now
        for row, person in enumerate(plan.resident):
            kind = plan.resident_kind[row]
            self.beds[kind].in_use += 1
            self.log.bed_kind[person] = kind
            self.log.exit[person] = Exit.NOT_HERE
            self.log.admitted_at[person] = plan.resident_since[row]
            self.env.process(self.stay(person, kind, now, plan.resident_work[row]))

    def fill_family_detention(self) -> None:
        """Put the families of the first minute into family detention."""
        for row, size in enumerate(self.plan.detained_size):
            self.places.in_use += size
            self.env.process(self.leave_detention(row, size, self.plan.detained_until[row]))

    # --- stories --------------------------------------------------------------------------------------------------

    def adults(self, case: int) -> Steps:
        """Adults without a family: intake, processing, then each to ICE, to court or back over the border."""
        yield from self.process(case, ADULTS_LAST)
        for person in self.members(case):
            if self.plan.path[person] == AdultPath.COURT:
                self.env.process(self.to_court(case, person, is_parent=False))
            else:
                returned = self.plan.path[person] == AdultPath.RETURN
                self.env.process(self.depart(person, Exit.RETURNED if returned else Exit.TO_ICE))

    def to_court(self, case: int, person: int, is_parent: bool) -> Generator[simpy.Event, Any, bool]:
        """Referral for prosecution, which may be declined or lapse for want of a slot; tells whether it was heard."""
        plan, log = self.plan, self.log
        log.prosecution_referred_at[person] = self.env.now
        if plan.is_declined[person]:
            log.court_outcome[person] = CourtOutcome.DECLINED
            yield from self.depart(person, Exit.TO_ICE)
            return False
        earliest = self.env.now + self.facilities.court_notice
        hearing = self.docket(case).book(earliest, plan.hear_by[person], is_parent)
        if hearing is None:
            log.court_outcome[person] = CourtOutcome.LAPSED
            yield self.at(max(self.env.now, plan.lapse_at[person]), DEPARTURE, person)
            self.leave_cbp(person, Exit.TO_ICE)
            return False
        log.court_outcome[person] = CourtOutcome.PENDING
        yield self.at(max(self.env.now, hearing - self.facilities.court_lead), DEPARTURE, person)
        self.leave_cbp(person, Exit.TO_COURT)
        yield self.at(hearing, PROGRESS, person)
        log.heard_at[person] = hearing
        log.court_outcome[person] = CourtOutcome.JAIL if plan.jail_minutes[person] else CourtOutcome.TIME_SERVED
        return True

    def family(self, case: int) -> Steps:
        """A family that says it is one: processed together, then parted, detained or released together."""
        first = self.plan.case_first[case]
        yield from self.process(case, CHILDREN_NEXT)
        if self.plan.ground[case] != Ground.NONE:
            yield self.after(0, PROGRESS, first)  # rules on occupancy look after all departures of the minute
            if self.is_parted(case):
                self.part(case)
                return
        yield self.after(self.plan.checks_minutes[case], PROGRESS, first)
        size = self.plan.case_size[case]
        if self.plan.seeks_detention[case] and self.places.take(size):
            self.leave_station(case, Exit.TO_FAMILY_DETENTION)
            yield self.after(self.plan.detention_minutes[case], DEPARTURE, first)
            self.places.release(size)
            self.write(self.log.left_detention_at, case)
        else:
            yield self.after(self.plan.release_minutes[case], DEPARTURE, first)
            self.leave_station(case, Exit.RELEASED)

    def children(self, case: int) -> Steps:
        """Children without a parent: processed together, then returned or placed one by one."""
        yield from self.process(case, CHILDREN_NEXT)
        for person in self.members(case):
            if self.plan.is_returned[person]:
                self.env.process(self.depart(person, Exit.RETURNED))
            else:
                self.send_on_the_way(person, self.plan.checks_minutes[case])

    def send_on_the_way(self, person: int, checks: int) -> None:
        """Set a child without a parent on the way to a shelter, which a parent or an eighteenth birthday may end."""
        if self.plan.turns_18_at[person] <= self.env.now:
            self.leave_cbp(person, Exit.AGED_OUT)
            return
        self.on_the_way[person] = self.env.process(self.to_shelter(person, checks))
        if self.plan.turns_18_at[person] < self.facilities.horizon:
            self.env.process(self.come_of_age(person))

    def to_shelter(self, person: int, checks: int) -> Steps:
        """From the end of processing to a shelter and out of it."""
        claims = Claims()
        try:
            kind = yield from self.until_boarding(person, checks, claims)
        except simpy.Interrupt:
            claims.withdraw()
            return
        del self.on_the_way[person]
        self.leave_cbp(person, Exit.TO_SHELTER)
        yield self.after(self.plan.travel_minutes[person], PROGRESS, person)
        self.log.admitted_at[person] = self.env.now
        yield from self.stay(person, kind, self.env.now, self.plan.stay_work[person])

    def until_boarding(self, person: int, checks: int, claims: Claims) -> Generator[simpy.Event, Any, int]:
        """Checks, determination, mail, ORR's desk, a bed, designation, a seat; gives the kind of bed."""
        plan, log = self.plan, self.log
        yield self.after(checks, PROGRESS, person)
        log.determined_at[person] = self.env.now
        yield self.after(plan.mail_minutes[person], PROGRESS, person)
        yield claims.seize(self.desk, person)
        log.desk_at[person] = self.env.now
        yield self.after(self.facilities.desk_minutes, DEPARTURE, person)
        claims.withdraw()
        log.cleared_at[person] = self.env.now
        kind = self.kind_of_bed(person)
        yield claims.seize(self.beds[kind], person)
        log.designated_at[person] = self.env.now
        log.bed_kind[person] = kind
        yield self.after(plan.designation_minutes[person], PROGRESS, person)
        yield self.at(self.boarding_minute(person), DEPARTURE, person)
        return kind

    def come_of_age(self, person: int) -> Steps:
        """At the eighteenth birthday a child still on the way is handed to ICE as an adult."""
        yield self.at(self.plan.turns_18_at[person], PROGRESS, person)
        way = self.on_the_way.pop(person, None)
        if way is not None:
            way.interrupt()
            self.leave_cbp(person, Exit.AGED_OUT)

    def stay(self, person: int, kind: int, since: int, work: int) -> Steps:
        """Stay in a bed until the work of release is done or the child comes of age."""
        released_at = self.release_minute(since, work)
        aged_out_at = max(self.plan.turns_18_at[person], since)
        yield self.at(min(released_at, aged_out_at), DEPARTURE, person)
        self.beds[kind].release()
        self.log.left_shelter_at[person] = self.env.now
        self.log.shelter_exit[person] = ShelterExit.RELEASED if released_at <= aged_out_at else ShelterExit.AGED_OUT

    # --- stages ---------------------------------------------------------------------------------------------------

    def process(self, case: int, priority: int) -> Steps:
        """Intake and processing of a case, each by one agent; intake comes before all processing."""
        plan, log, agents = self.plan, self.log, self.agents[self.plan.case_station[case]]
        first = plan.case_first[case]
        desk = yield agents.seize(first, INTAKE_FIRST)
        self.write(log.intake_at, case)
        self.give_numbers(case, desk)
        yield self.after(plan.intake_minutes[case], DEPARTURE, first)
        agents.leave(desk)
        desk = yield agents.seize(first, priority)
        self.write(log.processing_at, case)
        yield self.after(plan.processing_minutes[case], DEPARTURE, first)
        agents.leave(desk)
        self.write(log.processed_at, case)

    def depart(self, person: int, leaves_to: Exit) -> Steps:
        """Wait for the planned departure and leave CBP's hands."""
        yield self.after(self.plan.departure_minutes[person], DEPARTURE, person)
        self.leave_cbp(person, leaves_to)

    def leave_detention(self, row: int, size: int, minute: int) -> Steps:
        """A family that was in detention before the run leaves it."""
        yield self.at(minute, DEPARTURE, len(self.plan.path) + row)  # after all who are among the people
        self.places.release(size)

    # --- parting --------------------------------------------------------------------------------------------------

    def is_parted(self, case: int) -> bool:
        """Whether a selected family is parted now; rules on occupancy may spare it."""
        for person in self.members(case):
            self.log.ground[person] = self.plan.ground[case]
            self.log.selected_at[person] = self.env.now
        spared = self.plan.ground[case] == Ground.PROSECUTION and self.is_paused()
        for person in self.members(case):
            self.log.is_spared[person] = spared
        return not spared

    def is_paused(self) -> bool:
        """Whether a rule forbids parting at this occupancy."""
        rules = self.facilities.pauses
        for begins, ends, kind, above in zip(
            rules.begins_at, rules.ends_at, rules.bed_kind, rules.above_per_mille, strict=True
        ):
            beds = self.beds[kind]
            if begins <= self.env.now < ends and beds.in_use * 1000 > above * beds.capacity:
                return True
        return False

    def part(self, case: int) -> None:
        """Part a family: parents leave, children stay with no parent, or with the one who is not taken."""
        plan, first = self.plan, self.plan.case_first[case]
        adults = plan.case_adults[case]
        taken = adults if plan.takes_second_adult[case] else 1
        self.write(self.log.parted_at, case)
        for person in range(first, first + taken):
            self.log.is_taken[person] = True
            to_court = plan.ground[case] == Ground.PROSECUTION
            self.env.process(self.prosecuted_parent(case, person) if to_court else self.depart(person, Exit.TO_ICE))
        if taken < adults:
            self.env.process(self.remaining_parent(case, first + taken))
            return
        for person in range(first + adults, first + plan.case_size[case]):
            self.log.is_alone[person] = True
            self.send_on_the_way(person, plan.checks_minutes[case] + plan.separated_checks_minutes[case])

    def prosecuted_parent(self, case: int, parent: int) -> Steps:
        """A parent taken for prosecution: to court, then jail or ICE, or back at the station that evening."""
        plan, log = self.plan, self.log
        if plan.is_never_referred[parent]:
            log.court_outcome[parent] = CourtOutcome.NEVER_REFERRED
            yield from self.depart(parent, Exit.TO_ICE)
            return
        was_heard = yield from self.to_court(case, parent, is_parent=True)
        if not was_heard:
            return
        if not plan.is_back_same_day[parent]:
            yield self.after(plan.jail_minutes[parent], PROGRESS, parent)
            log.freed_at[parent] = self.env.now
            return
        yield self.at(self.env.now - self.env.now % DAY + plan.back_minute[parent], PROGRESS, parent)
        log.back_at[parent] = self.env.now
        children = [person for person in self.members(case) if person in self.on_the_way]
        if children:
            yield from self.rejoin(case, parent, children)

    def rejoin(self, case: int, parent: int, children: list[int]) -> Steps:
        """Children who have not boarded are rejoined with the parent, leave whatever queue they are in, and go home."""
        for person in children:
            self.on_the_way.pop(person).interrupt()
            self.log.rejoined_at[person] = self.env.now
        self.log.rejoined_at[parent] = self.env.now
        yield self.after(self.plan.rejoined_release_minutes[case], DEPARTURE, parent)
        self.log.left_again_at[parent] = self.env.now
        for person in children:
            self.leave_cbp(person, Exit.RELEASED)

    def docket(self, case: int) -> DocketBook:
        """The court that hears the adults of a case's station."""
        row = int(self.facilities.docket_of[self.plan.case_station[case]])
        if row < 0:
            raise PlanError(f"case {case} is referred for prosecution at a station whose adults no court hears")
        return self.dockets[row]

    def remaining_parent(self, case: int, parent: int) -> Steps:
        """The parent who is not taken is released with the children."""
        yield self.after(self.plan.checks_minutes[case] + self.plan.release_minutes[case], DEPARTURE, parent)
        for person in range(parent, self.plan.case_first[case] + self.plan.case_size[case]):
            self.leave_cbp(person, Exit.RELEASED)

    # --- rules of the clock ---------------------------------------------------------------------------------------

    def kind_of_bed(self, person: int) -> int:
        """Kind of bed by age and sex at this minute."""
        if self.env.now < self.plan.turns_13_at[person]:
            return BED_KINDS.index("age_0_12")
        return BED_KINDS.index("girls_13_17" if self.plan.is_girl[person] else "boys_13_17")

    def boarding_minute(self, person: int) -> int:
        """When the contractor takes the child: notice, the wait for a seat (longer on weekends), opening hours."""
        transport, now = self.facilities.transport, self.env.now
        wait = self.plan.transport_minutes[person]
        if now // DAY % 7 >= SATURDAY:
            wait = wait * transport.weekend_per_mille // 1000
        ready = now + transport.notice + wait
        midnight, minute = ready - ready % DAY, ready % DAY
        if minute < transport.opens_at:
            return midnight + transport.opens_at
        return ready if minute < transport.closes_at else midnight + DAY + transport.opens_at

    def release_minute(self, since: int, work: int) -> int:
        """First minute at which the work of release is done; NEVER beyond the table."""
        first = self.facilities.pace.first_day
        row = since // DAY - first
        target = self.pace_done[row] + since % DAY * self.pace_per_minute[row] + work
        row = bisect_right(self.pace_done, target) - 1
        if row >= len(self.pace_per_minute):
            return NEVER
        return (first + row) * DAY + -(-(target - self.pace_done[row]) // self.pace_per_minute[row])

    # --- bookkeeping ----------------------------------------------------------------------------------------------

    def at(self, minute: int, rank: int, entity: int) -> Moment:
        """The event of a minute."""
        return Moment(self.env, minute, rank, entity)

    def after(self, minutes: int, rank: int, entity: int) -> Moment:
        """The event of so many minutes from now."""
        return Moment(self.env, self.env.now + minutes, rank, entity)

    def members(self, case: int) -> range:
        """Rows of the people of a case."""
        first = self.plan.case_first[case]
        return range(first, first + self.plan.case_size[case])

    def write(self, column: list[int], case: int) -> None:
        """Write this minute for everybody of a case."""
        for person in self.members(case):
            column[person] = self.env.now

    def leave_cbp(self, person: int, leaves_to: Exit) -> None:
        self.log.left_cbp_at[person] = self.env.now
        self.log.exit[person] = leaves_to

    def leave_station(self, case: int, leaves_to: Exit) -> None:
        for person in self.members(case):
            self.leave_cbp(person, leaves_to)

    def give_numbers(self, case: int, desk: int) -> None:
        """Give everybody of a case an A-number from the desk's block, or the one of an earlier removal."""
        station = self.plan.case_station[case]
        for person in self.members(case):
            self.log.desk[person] = desk
            old = self.plan.has_old_number[person]
            self.log.a_number[person] = self.numbers.old() if old else self.numbers.new(station, desk)

    def history(self) -> History:
        """Freeze the log."""
        return self.log.history(self.facilities)


class DocketBook:
    """Slots still free in the sittings of one court; parents and others have their own."""

    def __init__(self, docket: Docket):
        self.at = docket.at.tolist()
        self.free_for_parents, self.free_for_others = docket.for_parents.tolist(), docket.for_others.tolist()

    def book(self, earliest: int, latest: int, is_parent: bool) -> int | None:
        """Take a slot in the first sitting within two minutes, both included; None if none is free."""
        free = self.free_for_parents if is_parent else self.free_for_others
        for row in range(bisect_left(self.at, earliest), len(self.at)):
            if self.at[row] > latest:
                return None
            if free[row]:
                free[row] -= 1
                return self.at[row]
        return None


class Listed:
    """The plan's columns as lists: reading a list is several times faster than reading an array element."""

    def __init__(self, columns: dict[str, np.ndarray]):
        for name, column in columns.items():
            setattr(self, name, column.tolist())

    def __getattr__(self, name: str) -> list[int]:
        raise AttributeError(f"the plan has no column {name}")


class Numbers:
    """A-numbers: each desk takes a block of its station's range and gives them out one after another."""

    def __init__(self, block: int):
        self.block = block
        self.given_old = 0
        self.blocks_taken: dict[int, int] = {}
        self.left: dict[tuple[int, int], Iterator[int]] = {}

    def new(self, station: int, desk: int) -> int:
        """Next number of a desk."""
        number = next(self.left.get((station, desk), iter(())), None)
        if number is None:
            taken = self.blocks_taken.get(station, 0)
            self.blocks_taken[station] = taken + 1
            start = NEW_NUMBERS_FROM + station * NUMBERS_PER_STATION + taken * self.block
            self.left[station, desk] = iter(range(start, start + self.block))
            number = next(self.left[station, desk])
        return number

    def old(self) -> int:
        """Number of a person who was removed before."""
        self.given_old += 1
        return OLD_NUMBERS_FROM + self.given_old


class Log:
    """History while it is being written, as lists by person."""

    def __init__(self, plan: Plan):
        count = plan.path.size
        self.apprehended_at = plan.apprehended_at
        never = [NEVER] * count
        self.intake_at, self.processing_at, self.processed_at = never.copy(), never.copy(), never.copy()
        self.selected_at, self.parted_at, self.determined_at = never.copy(), never.copy(), never.copy()
        self.desk_at, self.cleared_at, self.designated_at = never.copy(), never.copy(), never.copy()
        self.prosecution_referred_at, self.heard_at, self.freed_at = never.copy(), never.copy(), never.copy()
        self.back_at, self.rejoined_at, self.left_again_at = never.copy(), never.copy(), never.copy()
        self.left_cbp_at, self.left_detention_at = never.copy(), never.copy()
        self.admitted_at, self.left_shelter_at = never.copy(), never.copy()
        self.a_number, self.ground, self.exit, self.shelter_exit = [0] * count, [0] * count, [0] * count, [0] * count
        self.court_outcome = [0] * count
        self.desk, self.bed_kind = [-1] * count, [-1] * count
        self.is_spared, self.is_taken, self.is_alone = [False] * count, [False] * count, [False] * count

    def history(self, facilities: Facilities) -> History:
        """Turn lists into the table."""
        kinds: dict[Any, str] = {
            np.int64: (
                "intake_at a_number processing_at processed_at selected_at parted_at determined_at desk_at "
                "cleared_at designated_at prosecution_referred_at heard_at freed_at back_at rejoined_at "
                "left_again_at left_cbp_at left_detention_at admitted_at left_shelter_at"
            ),
            np.int16: "desk",
            np.int8: "ground bed_kind exit shelter_exit court_outcome",
            np.bool_: "is_spared is_taken is_alone",
        }
        columns = {
            name: np.array(getattr(self, name), dtype=kind) for kind, names in kinds.items() for name in names.split()
        }
        return History(
            first_minute=facilities.first_minute,
            horizon=facilities.horizon,
            apprehended_at=self.apprehended_at,
            **columns,
        )
