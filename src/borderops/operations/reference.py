"""The reference engine: plays a plan in SimPy and reads like the process it models. Plan -> History.

It draws nothing and knows no settings: the plan holds every duration and decision, the facilities every capacity.
Read `adults`, `family`, `children` and `to_shelter` in this order. What clerks write down stands in `clerks`, mail in
`mailroom`, stays in `shelters`, and what follows for parents and children in `reunions`.

What happens at one minute happens in the order of `borderops.operations.numbers`.
"""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Generator
from functools import partial
from typing import Any

import numpy as np
import simpy

from borderops.clock import SATURDAY
from borderops.config.schema import STATIONS
from borderops.exceptions import PlanError
from borderops.operations.clerks import Clerks
from borderops.operations.facilities import Docket, Facilities
from borderops.operations.history import CourtOutcome, Exit, History
from borderops.operations.log import Numbers
from borderops.operations.mailroom import Mailroom
from borderops.operations.numbers import (
    ADULTS_LAST,
    ARRIVAL,
    CHILDREN_NEXT,
    DEPARTURE,
    INTAKE_FIRST,
    PROGRESS,
    Act,
    Message,
)
from borderops.operations.plan import AdultPath, CaseKind, Ground, Plan
from borderops.operations.pools import Claims, Desks, Pool
from borderops.operations.reunions import Reunions
from borderops.operations.scene import Scene, Steps
from borderops.operations.shelters import Shelters
from borderops.pace import PER_MINUTE
from borderops.units import DAY, HOUR


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


class World(Scene):
    """Everything a replication holds while it is played."""

    def __init__(self, plan: Plan, facilities: Facilities):
        super().__init__(plan, facilities)
        stations = range(len(facilities.agents))
        self.children_here = [0] * len(stations)
        self.agents = [
            Desks(self.env, i, facilities.agents[i], f"agents of {STATIONS[i]}", partial(self.diverted, i))
            for i in stations
        ]
        after = len(self.agents)
        self.desk = Pool(self.env, after, facilities.desk, "ORR's intake desk")
        self.shelters = Shelters(self, after + 1)
        after += 1 + len(facilities.beds)
        self.places = Pool(self.env, after, facilities.family_places, "family detention")
        self.clerks = Clerks(self)
        self.mailroom = Mailroom(self, self.clerks, after + 1)
        self.reunions = Reunions(self, self.clerks, self.shelters, after + 1 + len(stations))
        self.numbers = Numbers(facilities.number_block)
        self.dockets = [DocketBook(docket) for docket in facilities.dockets]
        self.on_the_way: dict[int, simpy.Process] = {}  # children without a parent who have not boarded
        self.shelters.fill()
        self.fill_family_detention()
        self.begin(self.arrivals())

    # --- who comes ------------------------------------------------------------------------------------------------

    def arrivals(self) -> Steps:
        """Bring in the cases, each at its minute; those of one minute in the order of their rows."""
        order = np.argsort(np.array(self.plan.case_at, dtype=np.int64), kind="stable").tolist()
        stories = {CaseKind.ADULT: self.adults, CaseKind.FAMILY: self.family, CaseKind.CHILDREN: self.children}
        for case in order:
            yield self.at(self.plan.case_at[case], ARRIVAL, self.plan.case_first[case])
            self.children_here[self.plan.case_station[case]] += self.plan.case_size[case] - self.plan.case_adults[case]
            self.begin(stories[self.plan.case_kind[case]](case))

    def fill_family_detention(self) -> None:
        """Put the families of the first minute into family detention."""
        for row, size in enumerate(self.plan.detained_size):
            self.places.take_anyway(size)
            self.begin(self.leave_detention(row, size, self.plan.detained_until[row]))

    # --- stories --------------------------------------------------------------------------------------------------

    def adults(self, case: int) -> Steps:
        """Adults without a family: intake, processing, then each to ICE, to court or back over the border."""
        yield from self.intake(case)
        yield from self.process(case, self.members(case), self.plan.processing_minutes[case], ADULTS_LAST)
        self.send_adults(case, self.members(case))

    def send_adults(self, case: int, adults: range) -> None:
        """Adults who are not known to have a family go their ways."""
        for person in adults:
            if self.plan.path[person] == AdultPath.COURT:
                self.begin(self.to_court(case, person, is_parent=False))
            else:
                returned = self.plan.path[person] == AdultPath.RETURN
                self.begin(self.depart(person, Exit.RETURNED if returned else Exit.TO_ICE))

    def to_court(self, case: int, person: int, is_parent: bool) -> Generator[simpy.Event, Any, bool]:
        """Referral for prosecution, which may be declined or lapse for want of a slot; tells whether it was heard."""
        plan, log = self.plan, self.log
        log.prosecution_referred_at[person] = self.now
        if plan.is_declined[person]:
            log.court_outcome[person] = CourtOutcome.DECLINED
            yield from self.depart(person, Exit.TO_ICE)
            return False
        earliest = self.now + self.facilities.court_notice
        hearing = self.docket(case).book(earliest, plan.hear_by[person], is_parent)
        if hearing is None:
            log.court_outcome[person] = CourtOutcome.LAPSED
            yield self.at(max(self.now, plan.lapse_at[person]), DEPARTURE, person)
            self.leave_cbp(person, Exit.TO_ICE)
            return False
        log.court_outcome[person] = CourtOutcome.PENDING
        yield self.at(max(self.now, hearing - self.facilities.court_lead), DEPARTURE, person)
        self.leave_cbp(person, Exit.TO_COURT)
        yield self.at(hearing, PROGRESS, person)
        log.heard_at[person] = hearing
        log.court_outcome[person] = CourtOutcome.JAIL if plan.jail_minutes[person] else CourtOutcome.TIME_SERVED
        if not is_parent:
            yield self.after(plan.jail_minutes[person], PROGRESS, person)
            self.free(person)
        return True

    def family(self, case: int) -> Steps:
        """A family that says it is one: processed together, then parted, detained or released together."""
        first = self.plan.case_first[case]
        is_grouped = yield from self.intake(case)
        if not is_grouped:
            self.begin(self.ungrouped_adults(case))
            self.begin(self.ungrouped_children(case))
            return
        minutes = self.plan.processing_minutes[case]
        if self.plan.ground[case] != Ground.NONE:
            minutes += self.clerks.parting_minutes[self.clerks.design(self.log.intake_at[first])]
        yield from self.process(case, self.members(case), minutes, CHILDREN_NEXT)
        if self.plan.ground[case] != Ground.NONE:
            yield self.after(0, PROGRESS, first)  # rules on occupancy look after all departures of the minute
            if self.is_parted(case):
                self.part(case, minutes)
                return
        yield self.after(self.plan.checks_minutes[case], PROGRESS, first)
        size = self.plan.case_size[case]
        if self.plan.seeks_detention[case] and self.places.take(size):
            self.leave_station(case, Exit.TO_FAMILY_DETENTION)
            yield self.after(self.plan.detention_minutes[case], DEPARTURE, first)
            self.places.release(size)
            self.write(self.log.left_detention_at, self.members(case))
        else:
            yield self.after(self.plan.release_minutes[case], DEPARTURE, first)
            self.leave_station(case, Exit.RELEASED)

    def ungrouped_adults(self, case: int) -> Steps:
        """The adults of a family that nobody wrote down as one go on as adults without a family."""
        adults = self.adults_of(case)
        yield from self.process(case, adults, self.plan.adults_minutes[case], ADULTS_LAST)
        self.send_adults(case, adults)

    def ungrouped_children(self, case: int) -> Steps:
        """Its children go on as children without a parent."""
        children = self.children_of(case)
        yield from self.process(case, children, self.plan.children_minutes[case], CHILDREN_NEXT)
        self.send_children(case, children)

    def children(self, case: int) -> Steps:
        """Children without a parent: processed together, then returned or placed one by one."""
        yield from self.intake(case)
        yield from self.process(case, self.members(case), self.plan.processing_minutes[case], CHILDREN_NEXT)
        self.send_children(case, self.members(case))

    def send_children(self, case: int, children: range) -> None:
        """Children who are not known to have a parent here are returned or placed."""
        for person in children:
            if self.plan.is_returned[person]:
                self.begin(self.depart(person, Exit.RETURNED))
            else:
                self.send_on_the_way(person, self.plan.checks_minutes[case])

    def send_on_the_way(self, person: int, checks: int) -> None:
        """Set a child without a parent on the way to a shelter, which a parent or an eighteenth birthday may end."""
        if self.plan.turns_18_at[person] <= self.now:
            self.leave_cbp(person, Exit.AGED_OUT)
            return
        self.on_the_way[person] = self.begin(self.to_shelter(person, checks))
        if self.plan.turns_18_at[person] < self.facilities.horizon:
            self.begin(self.come_of_age(person))

    def to_shelter(self, person: int, checks: int) -> Steps:
        """From the end of processing to a shelter."""
        claims = Claims()
        try:
            yield from self.until_boarding(person, checks, claims)
        except simpy.Interrupt:
            claims.withdraw()
            return
        del self.on_the_way[person]
        self.leave_cbp(person, Exit.TO_SHELTER)
        yield self.after(self.plan.travel_minutes[person], PROGRESS, person)
        self.log.admitted_at[person] = self.now
        self.begin(self.mailroom.acknowledge(person))
        self.shelters.admit(person, self.now, self.release_work(person))
        if self.log.is_in_class[person]:
            self.reunions.seek(person)

    def release_work(self, person: int) -> int:
        """Work to release; more for a separated child, whose parent cannot be the sponsor."""
        work = self.plan.stay_minutes[person] * PER_MINUTE
        return work * self.facilities.separated_per_mille // 1000 if self.log.is_alone[person] else work

    def until_boarding(self, person: int, checks: int, claims: Claims) -> Steps:
        """Checks, determination, mail, ORR's desk, a bed, designation, mail, a seat, mail."""
        plan, log = self.plan, self.log
        yield self.after(checks, PROGRESS, person)
        log.determined_at[person] = self.now
        if log.is_alone[person]:
            load = self.mailroom.coordinators[plan.station[person]].load()
            log.parent_number[person] = self.clerks.parent_number(person, load)
        yield from self.mailroom.deliver(person, Message.REQUEST, claims)
        log.forwarded_at[person] = self.now
        yield claims.seize(self.desk, person)
        log.desk_at[person] = self.now
        yield self.after(self.facilities.desk_minutes, DEPARTURE, person)
        claims.release(self.desk)
        log.cleared_at[person] = self.now
        kind = self.shelters.kind_of_bed(person)
        yield claims.seize(self.shelters.beds[kind], person)
        log.designated_at[person] = self.now
        log.bed_kind[person] = kind
        yield self.after(plan.designation_minutes[person], PROGRESS, person)
        yield from self.mailroom.deliver(person, Message.PLACEMENT, claims)
        log.arranged_at[person] = self.now
        yield from self.board(person, claims)

    def board(self, person: int, claims: Claims) -> Steps:
        """The itinerary comes by mail while a seat is waited for; late or wrong, it costs the seat."""
        seat = self.boarding_minute(person)
        yield self.after(self.facilities.transport.notice, PROGRESS, person)
        yield from self.mailroom.deliver(person, Message.ITINERARY, claims)
        self.log.itinerary_at[person] = self.now
        if self.mailroom.is_misrouted(person):
            self.log.is_misrouted[person] = True
            seat = max(seat, self.now) + self.plan.itinerary_minutes[self.plan.child_row[person]]
        yield self.at(self.open_minute(max(seat, self.now)), DEPARTURE, person)

    def come_of_age(self, person: int) -> Steps:
        """At the eighteenth birthday a child still on the way is handed to ICE as an adult."""
        yield self.at(self.plan.turns_18_at[person], PROGRESS, person, turn=1)
        way = self.on_the_way.pop(person, None)
        if way is not None:
            way.interrupt()
            self.leave_cbp(person, Exit.AGED_OUT)

    # --- stages ---------------------------------------------------------------------------------------------------

    def intake(self, case: int) -> Generator[simpy.Event, Any, bool]:
        """Intake of a case by one agent, before all processing; tells whether a family was grouped."""
        plan, agents, first = self.plan, self.agents[self.plan.case_station[case]], self.plan.case_first[case]
        desk = yield agents.seize(first, INTAKE_FIRST)
        self.write(self.log.intake_at, self.members(case))
        self.give_numbers(case, desk)
        minutes = plan.intake_minutes[case]
        if plan.case_kind[case] == CaseKind.FAMILY:
            minutes += self.clerks.intake_minutes[self.clerks.design(self.now)]
        is_grouped = plan.case_kind[case] == CaseKind.FAMILY and self.group(case, agents.load())
        yield self.after(minutes, DEPARTURE, first)
        agents.leave(desk)
        return is_grouped

    def group(self, case: int, load: int) -> bool:
        """Whether the agent groups a family that says it is one."""
        threshold = self.clerks.threshold(Act.NEVER_GROUPED, self.plan.case_station[case], load)
        is_grouped = self.plan.grouping_roll[case] >= threshold
        for person in self.members(case):
            self.log.is_grouped[person] = is_grouped
            self.log.load[person] = load
        return is_grouped

    def process(self, case: int, people: range, minutes: int, priority: int) -> Steps:
        """Processing of people together by one agent."""
        agents = self.agents[self.plan.case_station[case]]
        desk = yield agents.seize(people[0], priority)
        self.write(self.log.processing_at, people)
        yield self.after(minutes, DEPARTURE, people[0])
        agents.leave(desk)
        self.write(self.log.processed_at, people)

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
            self.log.selected_at[person] = self.now
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
            beds = self.shelters.beds[kind]
            if begins <= self.now < ends and beds.in_use * 1000 > above * beds.capacity:
                return True
        return False

    def part(self, case: int, own_minutes: int) -> None:
        """Part a family: parents leave, children stay with no parent, or with the one who is not taken."""
        plan, first, adults = self.plan, self.plan.case_first[case], self.plan.case_adults[case]
        taken = range(first, first + (adults if plan.takes_second_adult[case] else 1))
        self.write(self.log.parted_at, self.members(case))
        self.write_down(case, self.agents[plan.case_station[case]].load(min(own_minutes, HOUR)))
        for person in taken:
            self.log.is_taken[person] = True
            to_court = plan.ground[case] == Ground.PROSECUTION
            self.begin(self.prosecuted_parent(case, person) if to_court else self.charged_parent(case, person))
        if len(taken) < adults:
            self.begin(self.remaining_parent(case, first + len(taken)))
            return
        self.reunions.parted(taken, self.children_of(case))
        for person in self.children_of(case):
            self.log.is_alone[person] = True
            self.send_on_the_way(person, plan.checks_minutes[case] + plan.separated_checks_minutes[case])

    def write_down(self, case: int, load: int) -> None:
        """What clerks note of a parting: code, note, row in the sheet."""
        station = self.plan.case_station[case]
        code, note = self.clerks.code(case, load), self.clerks.note(case, load)
        is_listed = self.plan.listing_roll[case] >= self.clerks.threshold(Act.NOT_LISTED, station, load)
        for person in self.members(case):
            self.log.separation_code[person], self.log.note[person] = code, note
            self.log.is_listed[person] = is_listed
            self.log.load[person] = load

    def charged_parent(self, case: int, parent: int) -> Steps:
        """A parent taken on another ground: to ICE, or charged and held elsewhere first."""
        charged = self.plan.ground[case] in (Ground.PRIOR_CRIME, Ground.GANG, Ground.WARRANT)
        minutes = self.plan.other_custody_minutes[parent] if charged else 0
        yield from self.depart(parent, Exit.TO_OTHER_CUSTODY if minutes else Exit.TO_ICE)
        if minutes:
            yield self.after(minutes, PROGRESS, parent)
            self.free(parent)

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
            self.free(parent)
            return
        yield self.at(self.now - self.now % DAY + plan.back_minute[parent], PROGRESS, parent)
        log.back_at[parent] = self.now
        children = [person for person in self.members(case) if person in self.on_the_way]
        if children:
            yield from self.rejoin(case, parent, children)
        else:
            self.free(parent)

    def free(self, adult: int) -> None:
        """The custody of courts and jails ends; ICE's begins."""
        self.log.freed_at[adult] = self.now
        self.reunions.enter_ice(adult)

    def rejoin(self, case: int, parent: int, children: list[int]) -> Steps:
        """Children who have not boarded are rejoined with the parent, leave whatever queue they are in, and go home."""
        for person in children:
            self.on_the_way.pop(person).interrupt()
            self.log.rejoined_at[person] = self.now
        self.log.rejoined_at[parent] = self.now
        self.reunions.can_be_reached(parent)
        yield self.after(self.plan.rejoined_release_minutes[case], DEPARTURE, parent)
        self.log.left_again_at[parent] = self.now
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

    def boarding_minute(self, person: int) -> int:
        """When the contractor takes the child: notice, the wait for a seat (longer on weekends), opening hours."""
        transport, now = self.facilities.transport, self.now
        wait = self.plan.transport_minutes[person]
        if now // DAY % 7 >= SATURDAY:
            wait = wait * transport.weekend_per_mille // 1000
        return self.open_minute(now + transport.notice + wait)

    def open_minute(self, ready: int) -> int:
        """First minute within the contractor's hours."""
        transport = self.facilities.transport
        midnight, minute = ready - ready % DAY, ready % DAY
        if minute < transport.opens_at:
            return midnight + transport.opens_at
        return ready if minute < transport.closes_at else midnight + DAY + transport.opens_at

    def diverted(self, station: int) -> int:
        """Agents of a shift who care for children beyond the rated places."""
        beyond = self.children_here[station] - int(self.facilities.rated_children[station])
        return max(beyond, 0) // self.facilities.children_per_diverted_agent

    # --- bookkeeping ----------------------------------------------------------------------------------------------

    def members(self, case: int) -> range:
        """Rows of the people of a case."""
        first = self.plan.case_first[case]
        return range(first, first + self.plan.case_size[case])

    def adults_of(self, case: int) -> range:
        """Rows of the adults of a case."""
        return self.members(case)[: self.plan.case_adults[case]]

    def children_of(self, case: int) -> range:
        """Rows of the children of a case."""
        return self.members(case)[self.plan.case_adults[case] :]

    def write(self, column: list[int], people: range) -> None:
        """Write this minute for people."""
        for person in people:
            column[person] = self.now

    def leave_cbp(self, person: int, leaves_to: Exit) -> None:
        """Leave CBP's hands."""
        self.log.left_cbp_at[person] = self.now
        self.log.exit[person] = leaves_to
        if self.plan.is_child[person]:
            self.children_here[self.plan.station[person]] -= 1
        elif leaves_to == Exit.TO_ICE:
            self.reunions.enter_ice(person)

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
