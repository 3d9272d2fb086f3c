"""Pools of interchangeable units in SimPy: agents at desks, workers, beds, places.

SimPy's own resources have a fixed capacity and break ties by the order of calls. A pool's capacity follows a schedule,
can fall below what is in use, and serves in a stated order that no order of calls can change.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import simpy

from borderops.exceptions import ConservationError, PlanError
from borderops.operations.facilities import Schedule
from borderops.operations.numbers import ALLOCATION, LOADS, SHIFT
from borderops.units import HOUR

ENTITY_BITS = 40
TURN_BITS = 4


class Moment(simpy.Event):
    """An event at a stated minute, in the stated order among those of the same minute: rank, entity, turn.

    Turns tell apart what may happen to one entity at the same minute and rank.

    Raises
    ------
    PlanError
        If the minute is over.
    """

    def __init__(self, env: Clock, minute: int, rank: int, entity: int, turn: int = 0):
        super().__init__(env)
        if minute < env.now:
            raise PlanError(
                f"minute {minute} lies before {env.now}, where the plan stands (rank {rank}, entity {entity})"
            )
        self._ok = True
        self._value = None
        order: Any = (rank << ENTITY_BITS | entity) << TURN_BITS | turn
        env.schedule(self, priority=order, delay=minute - env.now)


class Clock(simpy.Environment):
    """SimPy's environment on whole minutes."""

    @property
    def now(self) -> int:
        """This minute."""
        return self._now  # type: ignore[return-value]


class Ticket(simpy.Event):
    """A place in a queue; happens when a unit is given."""

    is_withdrawn = False


class LoadMeter:
    """Busy minutes of a pool over the trailing hour."""

    def __init__(self, minute: int):
        self._since, self._in_use, self._total = minute, 0, 0
        self._changes: deque[tuple[int, int, int]] = deque([(minute, 0, 0)])  # minute, total by then, in use since

    def change(self, minute: int, in_use: int) -> None:
        """From this minute on so many units are in use."""
        self._total += (minute - self._since) * self._in_use
        self._since, self._in_use = minute, in_use
        if self._changes[-1][0] == minute:
            self._changes.pop()
        self._changes.append((minute, self._total, in_use))
        while len(self._changes) > 1 and self._changes[1][0] <= minute - HOUR:
            self._changes.popleft()

    def busy_minutes(self, minute: int) -> int:
        """Unit minutes in use in the hour before a minute that is not before the last change."""
        now = self._total + (minute - self._since) * self._in_use
        return now - self._total_by(minute - HOUR)

    def _total_by(self, minute: int) -> int:
        total = 0
        for begins, by_then, in_use in self._changes:
            if begins > minute:
                break
            total = by_then + (minute - begins) * in_use
        return total


class Pool:
    """Units that are seized and released, served by priority, then time of joining, then entity.

    Parameters
    ----------
    env : Clock
    number : int
        The pool's place in the order of allocations at one minute.
    schedule : Schedule
        Capacity over time.
    name : str
        For messages.
    """

    def __init__(self, env: Clock, number: int, schedule: Schedule, name: str):
        self.env = env
        self.number = number
        self.name = name
        self.in_use = 0
        self.capacity = int(schedule.capacity[0])
        self._waiting: list[tuple[int, int, int, Ticket]] = []
        self._is_due = False
        self._meter = LoadMeter(env.now)
        if len(schedule.at) > 1:
            env.process(self._follow(schedule))

    def seize(self, entity: int, priority: int = 0) -> Ticket:
        """Join the queue; the event happens when a unit is given."""
        ticket = Ticket(self.env)
        heapq.heappush(self._waiting, (priority, self.env.now, entity, ticket))
        self._call()
        return ticket

    def withdraw(self, ticket: Ticket) -> None:
        """Leave the queue, or give the unit back if it has been given already."""
        if ticket.triggered:
            self.release()
        else:
            ticket.is_withdrawn = True

    def release(self, units: int = 1) -> None:
        """Give units back; who waits is served at the end of the minute."""
        self._use(-units)
        if self.in_use < 0:
            raise ConservationError(f"{self.name}: more given back than taken at minute {self.env.now}")
        if self._waiting:
            self._call()

    def take(self, units: int) -> bool:
        """Seize units at once if so many are free; nobody is overtaken, because nobody queues for such a pool."""
        if self.in_use + units > self.capacity:
            return False
        self._use(units)
        return True

    def take_anyway(self, units: int = 1) -> None:
        """Seize units that are in use already when the run begins."""
        self._use(units)

    def load(self, own_minutes: int = 0) -> int:
        """Tenths of the trailing hour that were busy, own job excluded; the last step is full and beyond."""
        busy = self._meter.busy_minutes(self.env.now) - own_minutes
        return max(min(busy * (LOADS - 1) // (max(self.capacity, 1) * HOUR), LOADS - 1), 0)

    def _use(self, units: int) -> None:
        self.in_use += units
        self._meter.change(self.env.now, self.in_use)

    def _call(self) -> None:
        """Allocate once this minute, after everything else that happens in it."""
        if not self._is_due and self.in_use < self.capacity:
            self._is_due = True
            Moment(self.env, self.env.now, ALLOCATION, self.number).callbacks.append(self._allocate)

    def _allocate(self, _: simpy.Event) -> None:
        self._is_due = False
        while self._waiting and self.in_use < self.capacity:
            ticket = heapq.heappop(self._waiting)[-1]
            if ticket.is_withdrawn:
                continue
            self._use(1)
            ticket.succeed(self._seat())

    def _seat(self) -> int:
        """What the holder of a unit is told: nothing, in a pool of nameless units."""
        return 0

    def _follow(self, schedule: Schedule) -> Generator[simpy.Event, None, None]:
        for minute, capacity in zip(schedule.at[1:].tolist(), schedule.capacity[1:].tolist(), strict=True):
            yield Moment(self.env, minute, SHIFT, self.number)
            self.capacity = self._on_duty(capacity)
            if self._waiting:
                self._call()

    def _on_duty(self, capacity: int) -> int:
        """Units of those scheduled that serve here."""
        return capacity


class Desks(Pool):
    """Agents at numbered desks; whoever is free at the lowest desk serves.

    Parameters
    ----------
    env, number, schedule, name
        As of `Pool`.
    diverted : callable
        Gives the agents who care for children instead of serving, asked at the beginning of each shift. One agent of
        those on duty always stays.
    """

    def __init__(self, env: Clock, number: int, schedule: Schedule, name: str, diverted: Callable[[], int]):
        super().__init__(env, number, schedule, name)
        self._free = list(range(int(schedule.capacity.max())))
        self._diverted = diverted

    def leave(self, desk: int) -> None:
        """Give back the agent at a desk."""
        heapq.heappush(self._free, desk)
        self.release()

    def _seat(self) -> int:
        return heapq.heappop(self._free)

    def _on_duty(self, capacity: int) -> int:
        return max(capacity - self._diverted(), min(capacity, 1))


class Claims:
    """What somebody holds or waits for, so that it can be given back whatever comes between."""

    def __init__(self) -> None:
        self._held: dict[Pool, Ticket] = {}

    def seize(self, pool: Pool, entity: int, priority: int = 0) -> Ticket:
        """Join a pool's queue and remember it."""
        ticket = self._held[pool] = pool.seize(entity, priority)
        return ticket

    def release(self, pool: Pool) -> None:
        """Give back the unit of a pool."""
        pool.withdraw(self._held.pop(pool))

    def withdraw(self) -> None:
        """Give back all units and leave all queues."""
        for pool in list(self._held):
            self.release(pool)
