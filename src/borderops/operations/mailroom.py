"""Mail in the reference engine: the messages on which a child's way to a shelter depends.

A message is sent, may be lost, is missed after a while and sent again, at last replaced by telephone; what arrives is
handled by a juvenile coordinator, who sends the next one on. A design with an automatic exchange needs nobody and
loses nothing: what is sent in an outage is acknowledged when it ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from typing import Any

import simpy

from borderops.operations.clerks import Clerks
from borderops.operations.numbers import DEPARTURE, PROGRESS, ROLLS, TABLED, Act, Message
from borderops.operations.pools import Claims, Pool
from borderops.operations.scene import Scene, Steps


class Mailroom:
    """The mail of all stations.

    Parameters
    ----------
    scene : Scene
    clerks : Clerks
    first_pool : int
        Place of the first station's coordinators in the order of allocations.
    """

    def __init__(self, scene: Scene, clerks: Clerks, first_pool: int):
        self.scene, self.clerks = scene, clerks
        self.coordinators = [
            Pool(scene.env, first_pool + i, schedule, f"coordinators of station {i}")
            for i, schedule in enumerate(scene.facilities.coordinators)
        ]
        self.notice_minutes = scene.facilities.mail.notice_minutes.tolist()
        self.outages: dict[int, tuple[list[int], list[int]]] = {}
        for station, begins, ends in zip(
            scene.plan.outage_station, scene.plan.outage_begins, scene.plan.outage_ends, strict=True
        ):
            spans = self.outages.setdefault(station, ([], []))
            spans[0].append(begins)
            spans[1].append(ends)

    def deliver(self, child: int, message: Message, claims: Claims) -> Steps:
        """From sending a message to sending on what it asks for."""
        scene, log, station = self.scene, self.scene.log, self.scene.plan.station[child]
        if self.is_automatic():
            log.messages_sent[child] += 2
            yield scene.at(self.outage_end(station), PROGRESS, child)
            return
        if not (yield from self.send(child, message)):
            return
        yield claims.seize(self.coordinators[station], child)
        yield scene.after(scene.facilities.mail.handling_minutes, DEPARTURE, child)
        claims.release(self.coordinators[station])
        log.messages_sent[child] += 1

    def send(self, child: int, message: Message) -> Generator[simpy.Event, Any, bool]:
        """Send a message until it arrives; false if it had to be replaced by telephone, which leaves no work."""
        scene, log, row = self.scene, self.scene.log, self.scene.plan.child_row[child]
        for attempt in range(scene.facilities.mail.tries):
            log.messages_sent[child] += 1
            if not self.is_lost(child, int(scene.plan.message_roll[row, message, attempt])):
                return True
            log.messages_lost[child] += 1
            notice_roll = int(scene.plan.notice_roll[row, message, attempt])
            yield scene.after(self.notice_minutes[notice_roll * TABLED // ROLLS], PROGRESS, child)
        log.is_phoned[child] = True
        yield scene.after(scene.plan.phone_minutes[row], PROGRESS, child)
        return False

    def acknowledge(self, child: int) -> Steps:
        """The child's arrival is reported to the station; a coordinator handles it, and nothing waits for it."""
        self.scene.log.messages_sent[child] += 1
        if self.is_automatic():
            return
        pool = self.coordinators[self.scene.plan.station[child]]
        yield pool.seize(child)
        yield self.scene.after(self.scene.facilities.mail.handling_minutes, DEPARTURE, child, turn=4)
        pool.release()

    def is_lost(self, child: int, roll: int) -> bool:
        """Whether a message sent now is lost."""
        station = self.scene.plan.station[child]
        if self.outage_end(station) > self.scene.now:
            return roll < self.scene.facilities.mail.lost_in_outage
        return roll < self.clerks.threshold(Act.MESSAGE_LOST, station, self.coordinators[station].load())

    def is_misrouted(self, child: int) -> bool:
        """Whether the itinerary is wrong."""
        plan = self.scene.plan
        station = plan.station[child]
        load = self.coordinators[station].load()
        roll = plan.itinerary_roll[plan.child_row[child]]
        return roll < self.clerks.threshold(Act.ITINERARY_WRONG, station, load)

    def outage_end(self, station: int) -> int:
        """When the outage of this minute ends; this minute if there is none."""
        begins, ends = self.outages.get(station, ((), ()))
        row = bisect_right(begins, self.scene.now) - 1
        return max(ends[row], self.scene.now) if row >= 0 else self.scene.now

    def is_automatic(self) -> bool:
        """Whether messages are exchanged by machines now."""
        return self.clerks.is_automatic[self.clerks.design(self.scene.now)]
