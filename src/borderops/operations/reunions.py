"""Reunification in the reference engine: parents in ICE's custody, requests, and the joint team of a court's order.

A parent who is known is not removed. Whoever leaves the shelter to a sponsor or comes of age ends the search.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from borderops.operations.clerks import Clerks
from borderops.operations.history import Exit, FoundBy, IceExit, Reunion
from borderops.operations.numbers import DEPARTURE, PROGRESS
from borderops.operations.plan import EarlierParent
from borderops.operations.pools import Claims, Pool
from borderops.operations.scene import Scene, Steps
from borderops.operations.shelters import Shelters
from borderops.units import NEVER

ASKING, ADVOCATE, ORDERED = 2, 3, 5
"""Turns of what may happen to a child at one minute beside its search."""

YOUNG_FIRST, OTHERS_NEXT = 0, 1


class Reunions:
    """Children back to parents.

    Parameters
    ----------
    scene : Scene
    clerks : Clerks
    shelters : Shelters
    first_pool : int
        Place of the joint team in the order of allocations; the desks of ICE's centres follow.
    """

    def __init__(self, scene: Scene, clerks: Clerks, shelters: Shelters, first_pool: int):
        self.scene, self.clerks, self.shelters = scene, clerks, shelters
        self.rules = scene.facilities.reunions
        self.team = Pool(scene.env, first_pool, scene.facilities.team, "joint team")
        self.centre = Pool(scene.env, first_pool + 1, scene.facilities.centre, "desks of ICE's centres")
        self.parent_of: dict[int, int] = {}  # separated children: the taken parent who can be reached first
        self.children_of: dict[int, list[int]] = {}  # taken parents
        self.detained: dict[int, simpy.Process] = {}  # taken parents in ICE's custody
        self.held_for: dict[int, int] = {}  # children of the order's class: the parent who is not removed for them
        self.overdue: set[int] = set()  # parents whose removal was put off and would have come by now
        self.reached: set[int] = set()  # children one of whose parents can be reached
        self.waiting: dict[int, simpy.Event] = {}  # children whose search waits for a parent in jail
        self.seeking: dict[int, simpy.Process] = {}  # children in care whose reunification is under way
        self.found: dict[int, simpy.Event] = {}  # children whose parent is still sought
        self.earlier = {
            child: row
            for row, child in enumerate(scene.plan.resident)
            if scene.plan.resident_parent[row] != EarlierParent.NONE
        }
        shelters.on_leaving = self.stop
        if scene.facilities.first_minute <= self.rules.order_at < scene.facilities.horizon:
            scene.begin(self.court_order())

    # --- parents --------------------------------------------------------------------------------------------------

    def parted(self, parents: range, children: range) -> None:
        """Remember who belongs to whom."""
        for parent in parents:
            self.children_of[parent] = list(children)
        for child in children:
            self.parent_of[child] = parents[0]

    def enter_ice(self, adult: int) -> None:
        """An adult reaches ICE's custody; of those who were not taken from children nothing more is asked."""
        scene, minutes = self.scene, self.scene.plan.ice_minutes[adult]
        if adult not in self.children_of:
            if scene.now + minutes < scene.facilities.horizon:
                scene.log.left_ice_at[adult] = scene.now + minutes
                scene.log.ice_exit[adult] = IceExit.REMOVED if scene.plan.is_removed[adult] else IceExit.RELEASED
            return
        self.detained[adult] = scene.begin(self.detention(adult, minutes))
        if scene.plan.asks[adult]:
            scene.begin(self.ask(adult))
        self.can_be_reached(adult)

    def can_be_reached(self, parent: int) -> None:
        """A taken parent is in ICE's custody, or free; of two parents the first counts."""
        for child in self.children_of.get(parent, ()):
            if child not in self.reached:
                self.reached.add(child)
                self.parent_of[child] = parent
                if self.scene.log.found_at[child] != NEVER:
                    self.hold(child)
                if child in self.waiting:
                    self.waiting.pop(child).succeed()

    def detention(self, parent: int, minutes: int) -> Steps:
        """A taken parent in ICE's custody, up to release or removal."""
        try:
            yield self.scene.after(minutes, DEPARTURE, parent)
        except simpy.Interrupt:
            return
        if parent in self.held_for.values():
            self.overdue.add(parent)
        else:
            self.leave_ice(parent)

    def leave_ice(self, parent: int) -> None:
        """Release or removal."""
        del self.detained[parent]
        self.scene.log.left_ice_at[parent] = self.scene.now
        self.scene.log.ice_exit[parent] = IceExit.REMOVED if self.scene.plan.is_removed[parent] else IceExit.RELEASED

    def hold(self, child: int) -> None:
        """Under the order a parent who is known is not removed while the search goes on."""
        parent = self.parent_of.get(child)
        if self.scene.log.is_in_class[child] and parent in self.detained and self.scene.plan.is_removed[parent]:
            self.held_for[child] = parent

    def let_go(self, child: int) -> None:
        """The search is over without a meeting: a removal that was put off takes place."""
        parent = self.held_for.pop(child, None)
        if parent in self.overdue and parent not in self.held_for.values():
            self.overdue.remove(parent)
            self.leave_ice(parent)

    def is_removed(self, child: int) -> bool:
        """Whether the child's parent is abroad."""
        if child in self.earlier:
            return self.scene.plan.resident_parent[self.earlier[child]] == EarlierParent.REMOVED
        return self.scene.log.ice_exit[self.parent_of[child]] == IceExit.REMOVED

    def meet(self, child: int) -> None:
        """The parent leaves ICE's custody to be with the child."""
        self.held_for.pop(child, None)
        parent, log = self.parent_of.get(child), self.scene.log
        if parent in self.detained:
            process = self.detained.pop(parent)
            if parent in self.overdue:
                self.overdue.remove(parent)
            else:
                process.interrupt()
            log.left_ice_at[parent] = self.scene.now
            log.ice_exit[parent] = IceExit.WITH_CHILD

    # --- by request -----------------------------------------------------------------------------------------------

    def ask(self, parent: int) -> Steps:
        """A parent asks for the children who are in care by then."""
        scene = self.scene
        yield scene.after(scene.plan.ask_minutes[parent], PROGRESS, parent, ASKING)
        for child in self.children_of[parent]:
            if child in self.shelters.in_care and scene.log.asked_at[child] == NEVER:
                scene.log.asked_at[child] = scene.now
                if child not in self.seeking:
                    self.parent_of[child] = parent
                scene.begin(self.trace(child))

    def trace(self, child: int) -> Steps:
        """The child asked for is found, at once if it is on record; the request may be granted."""
        scene, row = self.scene, self.scene.plan.child_row[child]
        if scene.log.found_at[child] == NEVER:
            if self.clerks.is_on_record(child, at_headquarters=False):
                self.know(child, FoundBy.RECORD)
            else:
                yield scene.after(scene.plan.tracing_minutes[row], PROGRESS, child, ASKING)
                if child not in self.shelters.in_care:
                    return
                self.know(child, FoundBy.ASKING)
        if scene.plan.is_granted[row] and child not in self.seeking and not scene.log.is_in_class[child]:
            self.seeking[child] = scene.begin(self.grant(child))

    def grant(self, child: int) -> Steps:
        """A request that is granted, if the parent is still in the country by then."""
        scene = self.scene
        try:
            yield scene.after(scene.plan.request_minutes[scene.plan.child_row[child]], PROGRESS, child)
        except simpy.Interrupt:
            return
        del self.seeking[child]
        if not self.is_removed(child):
            self.shelters.give_to_parent(child)
            self.settle(child, Reunion.BY_REQUEST)

    # --- by order -------------------------------------------------------------------------------------------------

    def court_order(self) -> Steps:
        """The order speaks of all who are separated that day; those in care come first, others when they get there."""
        scene = self.scene
        yield scene.at(self.rules.order_at, PROGRESS, 0, ORDERED)
        for child in sorted([*self.earlier, *self.parent_of]):
            if self.is_separated(child):
                scene.log.is_in_class[child] = True
                if child in self.shelters.in_care:
                    self.stop(child)
                    self.seek(child)

    def is_separated(self, child: int) -> bool:
        """Whether a child who was separated is a child in the government's hands still."""
        log = self.scene.log
        is_gone = log.left_shelter_at[child] != NEVER or log.exit[child] == Exit.AGED_OUT
        return not is_gone and log.rejoined_at[child] == NEVER

    def seek(self, child: int) -> None:
        """Begin the reunification of a child of the order's class."""
        self.seeking[child] = self.scene.begin(self.reunify(child))

    def stop(self, child: int) -> None:
        """End a search or a request because the child leaves, or because the order takes its place."""
        self.found.pop(child, None)
        self.waiting.pop(child, None)
        if child in self.seeking:
            self.seeking.pop(child).interrupt()
        self.let_go(child)

    def reunify(self, child: int) -> Steps:
        """Find the parent, vet the parent, bring both together."""
        claims = Claims()
        try:
            yield from self.find(child, claims)
            yield from self.work(self.rules.vetting_minutes, child, claims)
            self.scene.log.vetted_at[child] = self.scene.now
            outcome = self.objection(child)
            if outcome == Reunion.NONE:
                outcome = yield from self.wait_for_parent(child)
        except simpy.Interrupt:
            claims.withdraw()
            return
        del self.seeking[child]
        if outcome == Reunion.CHILD_TRAVELLED:
            yield from self.to_centre(child)
        elif outcome in (Reunion.PARENT_TRAVELLED, Reunion.ABROAD):
            self.shelters.give_to_parent(child)
        self.settle(child, outcome)

    def find(self, child: int, claims: Claims) -> Steps:
        """A parent on record is known at once; others are found by review, by asking, or by an advocate."""
        scene = self.scene
        if scene.log.found_at[child] != NEVER:
            self.hold(child)
            return
        if self.is_on_record(child):
            self.know(child, FoundBy.RECORD)
            return
        event = self.found[child] = scene.env.event()
        yield from self.work(self.rules.review_minutes, child, claims)
        if scene.plan.is_found_by_review[scene.plan.child_row[child]]:
            self.know(child, FoundBy.REVIEW)
        else:
            scene.begin(self.advocate(child))
        yield event

    def is_on_record(self, child: int) -> bool:
        """Whether the parent is known at once."""
        if child in self.earlier:
            return bool(self.scene.plan.resident_is_linked[self.earlier[child]])
        return self.clerks.is_on_record(child, at_headquarters=True)

    def advocate(self, child: int) -> Steps:
        """An advocate, or a search, finds the parent in the end."""
        scene = self.scene
        minutes = scene.plan.advocate_minutes[scene.plan.child_row[child]]
        yield scene.at(max(self.rules.order_at + minutes, scene.now), PROGRESS, child, ADVOCATE)
        if child in self.found:
            self.know(child, FoundBy.ADVOCATE)

    def know(self, child: int, found_by: FoundBy) -> None:
        """The parent is known from now on."""
        if self.scene.log.found_at[child] == NEVER:
            self.scene.log.found_at[child], self.scene.log.found_by[child] = self.scene.now, found_by
            self.hold(child)
        event = self.found.pop(child, None)
        if event is not None:
            event.succeed()

    def work(self, minutes: int, child: int, claims: Claims) -> Steps:
        """A piece of the team's work; young children come first."""
        is_young = self.is_young(child)
        yield claims.seize(self.team, child, YOUNG_FIRST if is_young else OTHERS_NEXT)
        yield self.scene.after(minutes, DEPARTURE, child)
        claims.release(self.team)

    def is_young(self, child: int) -> bool:
        """Whether the child was under the order's age when the order came."""
        return self.rules.order_at < self.scene.plan.young_until[child]

    def objection(self, child: int) -> Reunion:
        """What the vetting of the parent, or the parent's wish, says against it."""
        plan = self.scene.plan
        parent = self.parent_of.get(child, child)  # what an earlier parent would say stands in the child's row
        if plan.is_unfit[parent]:
            return Reunion.UNFIT
        return Reunion.UNWILLING if plan.is_unwilling[parent] else Reunion.NONE

    def wait_for_parent(self, child: int) -> Generator[simpy.Event, Any, Reunion]:
        """Wait until the parent can come, and tell how both will meet."""
        scene, row = self.scene, self.scene.plan.child_row[child]
        if child not in self.reached and child not in self.earlier:
            event = self.waiting[child] = scene.env.event()
            yield event
        if self.is_removed(child):
            yield scene.after(scene.plan.abroad_minutes[row], PROGRESS, child)
            return Reunion.ABROAD if scene.plan.is_reunited_abroad[row] else Reunion.WAIVED_ABROAD
        if not self.is_young(child):
            return Reunion.CHILD_TRAVELLED
        yield scene.after(scene.plan.parent_travel_minutes[row], PROGRESS, child)
        return Reunion.PARENT_TRAVELLED

    def to_centre(self, child: int) -> Steps:
        """The child leaves for an ICE centre, waits for the parent and for a desk."""
        scene, row = self.scene, self.scene.plan.child_row[child]
        self.shelters.give_to_parent(child)
        yield scene.after(scene.plan.child_travel_minutes[row], PROGRESS, child)
        scene.log.at_centre_at[child] = scene.now
        yield scene.after(scene.plan.without_notice_minutes[row], PROGRESS, child)
        yield self.centre.seize(child)
        yield scene.after(self.rules.reprocessing_minutes, DEPARTURE, child)
        self.centre.release()

    def settle(self, child: int, reunion: Reunion) -> None:
        """Write how it ended."""
        self.scene.log.reunion_at[child], self.scene.log.reunion[child] = self.scene.now, reunion
        if reunion in (Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED):
            self.meet(child)
        else:
            self.let_go(child)
