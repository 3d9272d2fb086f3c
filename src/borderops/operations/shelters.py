"""Shelters in the reference engine: beds by kind, stays, and how children leave."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import simpy

from borderops.config.schema import BED_KINDS
from borderops.operations.history import Exit, ShelterExit
from borderops.operations.numbers import DEPARTURE
from borderops.operations.pools import Pool
from borderops.operations.scene import Scene, Steps
from borderops.units import DAY, NEVER


class Shelters:
    """All shelters together.

    Parameters
    ----------
    scene : Scene
    first_pool : int
        Place of the first kind of beds in the order of allocations.
    """

    def __init__(self, scene: Scene, first_pool: int):
        self.scene = scene
        self.beds = [
            Pool(scene.env, first_pool + kind, beds, f"beds {BED_KINDS[kind]}")
            for kind, beds in enumerate(scene.facilities.beds)
        ]
        self.pace_done = scene.facilities.pace.done.tolist()
        self.pace_per_minute = scene.facilities.pace.per_minute.tolist()
        self.in_care: dict[int, simpy.Process] = {}
        self.on_leaving: Callable[[int], None] = lambda child: None

    def fill(self) -> None:
        """Put the residents of the first minute into their beds."""
        plan, log, now = self.scene.plan, self.scene.log, self.scene.now
        for row, person in enumerate(plan.resident):
            kind = plan.resident_kind[row]
            self.beds[kind].take_anyway()
            log.bed_kind[person] = kind
            log.exit[person] = Exit.NOT_HERE
            log.admitted_at[person] = plan.resident_since[row]
            self.admit(person, now, plan.resident_work[row])

    def admit(self, child: int, since: int, work: int) -> None:
        """Begin a stay."""
        self.in_care[child] = self.scene.begin(self.stay(child, since, work))

    def stay(self, child: int, since: int, work: int) -> Steps:
        """Stay until the work of release is done or the child comes of age, or until a parent is found."""
        released_at = self.release_minute(since, work)
        aged_out_at = max(self.scene.plan.turns_18_at[child], since)
        try:
            yield self.scene.at(min(released_at, aged_out_at), DEPARTURE, child)
        except simpy.Interrupt:
            return
        del self.in_care[child]
        self.leave(child, ShelterExit.RELEASED if released_at <= aged_out_at else ShelterExit.AGED_OUT)
        self.on_leaving(child)

    def give_to_parent(self, child: int) -> None:
        """End a stay because the child goes to a parent."""
        self.in_care.pop(child).interrupt()
        self.leave(child, ShelterExit.REUNITED)

    def leave(self, child: int, leaves: ShelterExit) -> None:
        """Give back the bed."""
        log = self.scene.log
        self.beds[log.bed_kind[child]].release()
        log.left_shelter_at[child] = self.scene.now
        log.shelter_exit[child] = leaves

    def kind_of_bed(self, child: int) -> int:
        """Kind of bed by age and sex at this minute."""
        if self.scene.now < self.scene.plan.turns_13_at[child]:
            return BED_KINDS.index("age_0_12")
        return BED_KINDS.index("girls_13_17" if self.scene.plan.is_girl[child] else "boys_13_17")

    def release_minute(self, since: int, work: int) -> int:
        """First minute at which the work of release is done; NEVER beyond the table."""
        first = self.scene.facilities.pace.first_day
        row = since // DAY - first
        target = self.pace_done[row] + since % DAY * self.pace_per_minute[row] + work
        row = bisect_right(self.pace_done, target) - 1
        if row >= len(self.pace_per_minute):
            return NEVER
        return (first + row) * DAY + -(-(target - self.pace_done[row]) // self.pace_per_minute[row])
