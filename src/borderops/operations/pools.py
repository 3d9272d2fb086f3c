"""Pools of interchangeable units in SimPy: agents at desks, workers, beds, places.

SimPy's own resources have a fixed capacity and break ties by the order of calls. A pool's capacity follows a schedule,
can fall below what is in use, and serves in a stated order that no order of calls can change.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from typing import Any

import simpy

from borderops.exceptions import ConservationError, PlanError
from borderops.operations.facilities import Schedule
from borderops.operations.numbers import ALLOCATION, SHIFT

ENTITY_BITS = 40


class Moment(simpy.Event):
    """An event at a stated minute, in the stated order among those of the same minute.

    Raises
    ------
    PlanError
        If the minute is over.
    """

    def __init__(self, env: Clock, minute: int, rank: int, entity: int):
        super().__init__(env)
        if minute < env.now:
            raise PlanError(
                f"minute {minute} lies before {env.now}, where the plan stands (rank {rank}, entity {entity})"
            )
        self._ok = True
        self._value = None
        order: Any = (rank << ENTITY_BITS) | entity
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
        self.in_use -= units
        if self.in_use < 0:
            raise ConservationError(f"{self.name}: more given back than taken at minute {self.env.now}")
        if self._waiting:
            self._call()

    def take(self, units: int) -> bool:
        """Seize units at once if so many are free; nobody is overtaken, because nobody queues for such a pool."""
        if self.in_use + units > self.capacity:
            return False
        self.in_use += units
        return True

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
            self.in_use += 1
            ticket.succeed(self._seat())

    def _seat(self) -> int:
        """What the holder of a unit is told: nothing, in a pool of nameless units."""
        return 0

    def _follow(self, schedule: Schedule) -> Generator[simpy.Event, None, None]:
        for minute, capacity in zip(schedule.at[1:].tolist(), schedule.capacity[1:].tolist(), strict=True):
            yield Moment(self.env, minute, SHIFT, self.number)
            self.capacity = capacity
            if self._waiting:
                self._call()


class Desks(Pool):
    """Agents at numbered desks; whoever is free at the lowest desk serves."""

    def __init__(self, env: Clock, number: int, schedule: Schedule, name: str):
        super().__init__(env, number, schedule, name)
        self._free = list(range(int(schedule.capacity.max())))

    def _seat(self) -> int:
        return heapq.heappop(self._free)

    def leave(self, desk: int) -> None:
        """Give back the agent at a desk."""
        heapq.heappush(self._free, desk)
        self.release()


class Claims:
    """What somebody holds or waits for in one pool, so that it can be given back whatever comes between."""

    def __init__(self) -> None:
        self._pool: Pool | None = None
        self._ticket: Ticket | None = None

    def seize(self, pool: Pool, entity: int) -> Ticket:
        """Join a pool's queue and remember it."""
        self._pool, self._ticket = pool, pool.seize(entity)
        return self._ticket

    def withdraw(self) -> None:
        """Give back the unit or leave the queue; nothing if nothing is claimed."""
        if self._pool is not None and self._ticket is not None:
            self._pool.withdraw(self._ticket)
        self._pool = self._ticket = None
