"""The scene of a replication while it is played: clock, plan, capacities, and the log that everybody writes to."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from borderops.operations.facilities import Facilities
from borderops.operations.log import Listed, Log
from borderops.operations.plan import Plan
from borderops.operations.pools import Clock, Moment

Steps = Generator[simpy.Event, Any, None]


class Scene:
    """What all parts of the reference engine share.

    Parameters
    ----------
    plan : Plan
    facilities : Facilities
    """

    def __init__(self, plan: Plan, facilities: Facilities):
        self.env = Clock(initial_time=facilities.first_minute)
        self.facilities = facilities
        self.plan = Listed(plan.columns())
        self.log = Log(plan)

    @property
    def now(self) -> int:
        """This minute."""
        return self.env.now

    def at(self, minute: int, rank: int, entity: int, turn: int = 0) -> Moment:
        """The event of a minute."""
        return Moment(self.env, minute, rank, entity, turn)

    def after(self, minutes: int, rank: int, entity: int, turn: int = 0) -> Moment:
        """The event of so many minutes from now."""
        return Moment(self.env, self.env.now + minutes, rank, entity, turn)

    def begin(self, steps: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        """Let something go on beside everything else."""
        return self.env.process(steps)
