"""Faults that somebody might make in an engine: small pieces of source, each with what would stand there instead.

Each is a fault of logic that changes what happens to somebody, in plain words; none is a matter of spelling. The piece
replaced stands in its file exactly once. `plant.py` plants them one by one and tells what notices them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A fault by what is wrong; ``file`` below ``src/borderops/operations``, ``old`` and ``new`` pieces of it."""

    what: str
    file: str
    old: str
    new: str

    @property
    def is_compiled(self) -> bool:
        """Whether it is a fault of the compiled engine."""
        return self.file == "compiled.py"


def _of(file: str, *faults: tuple[str, str, str]) -> tuple[Fault, ...]:
    return tuple(Fault(what, file, old, new) for what, old, new in faults)


STATIONS = _of(
    "reference.py",
    (
        "the agent is not given back after an intake",
        "        agents.leave(desk)\n        return is_grouped",
        "        return is_grouped",
    ),
    (
        "the agent is not given back after processing children",
        "        agents.leave(desk)\n        self.write(self.log.processed_at, people)",
        "        if priority != CHILDREN_NEXT:\n            agents.leave(desk)\n"
        "        self.write(self.log.processed_at, people)",
    ),
    (
        "intake waits behind all processing",
        "desk = yield agents.seize(first, INTAKE_FIRST)",
        "desk = yield agents.seize(first, ADULTS_LAST)",
    ),
    (
        "families wait among single adults",
        "yield from self.process(case, self.members(case), minutes, CHILDREN_NEXT)",
        "yield from self.process(case, self.members(case), minutes, ADULTS_LAST)",
    ),
    (
        "children alone wait among single adults",
        "yield from self.process(case, self.members(case), self.plan.processing_minutes[case], CHILDREN_NEXT)",
        "yield from self.process(case, self.members(case), self.plan.processing_minutes[case], ADULTS_LAST)",
    ),
    (
        "agents diverted to care are not restored when children leave",
        "            self.children_here[self.plan.station[person]] -= 1\n",
        "            pass\n",
    ),
    (
        "adults of a family count as children to be cared for",
        "+= self.plan.case_size[case] - self.plan.case_adults[case]",
        "+= self.plan.case_size[case]",
    ),
    (
        "no rated place is free of care",
        "beyond = self.children_here[station] - int(self.facilities.rated_children[station])",
        "beyond = self.children_here[station]",
    ),
    (
        "the minutes of a parting are those of the design at its end",
        "self.clerks.parting_minutes[self.clerks.design(self.log.intake_at[first])]",
        "self.clerks.parting_minutes[self.clerks.design(self.now)]",
    ),
    (
        "the design's minutes at intake are spent on children alone as well",
        "        if plan.case_kind[case] == CaseKind.FAMILY:\n            minutes +=",
        "        if plan.case_kind[case] != CaseKind.ADULT:\n            minutes +=",
    ),
    (
        "a removed person is given a new number",
        "self.numbers.old() if old else self.numbers.new(station, desk)",
        "self.numbers.new(station, desk)",
    ),
    (
        "the numbers of all desks come from the first desk's block",
        "self.numbers.old() if old else self.numbers.new(station, desk)",
        "self.numbers.old() if old else self.numbers.new(station, 0)",
    ),
)

FAMILIES = _of(
    "reference.py",
    (
        "a roll on the threshold leaves a family ungrouped",
        "self.plan.grouping_roll[case] >= threshold",
        "self.plan.grouping_roll[case] > threshold",
    ),
    (
        "a child never grouped is in the order's class",
        "        children = self.children_of(case)\n        yield from self.process(case, children",
        "        children = self.children_of(case)\n        self.reunions.parted(self.adults_of(case), children)\n"
        "        yield from self.process(case, children",
    ),
    (
        "the children of a family never grouped are processed as long as the family",
        "self.plan.children_minutes[case], CHILDREN_NEXT",
        "self.plan.processing_minutes[case], CHILDREN_NEXT",
    ),
    (
        "the load at a parting includes the family's own job",
        "load(min(own_minutes, HOUR))",
        "load()",
    ),
    (
        "more of the own job is taken off the load than lies in the hour",
        "load(min(own_minutes, HOUR))",
        "load(own_minutes)",
    ),
    (
        "the sheet is filled where the roll is below the threshold",
        "self.plan.listing_roll[case] >= self.clerks.threshold",
        "self.plan.listing_roll[case] < self.clerks.threshold",
    ),
    (
        "a pause begins on its threshold",
        "beds.in_use * 1000 > above * beds.capacity",
        "beds.in_use * 1000 >= above * beds.capacity",
    ),
    (
        "a pause holds on its last minute",
        "if begins <= self.now < ends and",
        "if begins <= self.now <= ends and",
    ),
    (
        "a pause spares whoever is charged with a crime",
        "spared = self.plan.ground[case] == Ground.PROSECUTION and self.is_paused()",
        "spared = self.is_paused()",
    ),
    (
        "a pause looks at the beds before the departures of the minute",
        "            yield self.after(0, PROGRESS, first)  # rules on",
        "            # rules on",
    ),
    (
        "the second parent is taken whatever the plan says",
        "(adults if plan.takes_second_adult[case] else 1)",
        "adults",
    ),
    (
        "children are alone although one parent stays",
        "if len(taken) < adults:",
        "if len(taken) < adults - 1:",
    ),
    (
        "the longer checks of a separated child are left out",
        "self.send_on_the_way(person, plan.checks_minutes[case] + plan.separated_checks_minutes[case])",
        "self.send_on_the_way(person, plan.checks_minutes[case])",
    ),
    (
        "places in family detention are not given back",
        "            self.places.release(size)\n            self.write",
        "            self.write",
    ),
    (
        "one place in family detention is given back for a whole family",
        "            self.places.release(size)\n            self.write",
        "            self.places.release()\n            self.write",
    ),
    (
        "a family takes one place in family detention",
        "self.places.take(size)",
        "self.places.take(1)",
    ),
    (
        "families detained before the run keep their places",
        "        yield self.at(minute, DEPARTURE, len(self.plan.path) + row)  # after all who are among the people\n"
        "        self.places.release(size)\n",
        "        yield self.at(minute, DEPARTURE, len(self.plan.path) + row)\n",
    ),
    (
        "a warrant leads to no other custody",
        "(Ground.PRIOR_CRIME, Ground.GANG, Ground.WARRANT)",
        "(Ground.PRIOR_CRIME, Ground.GANG)",
    ),
)

COURTS = _of(
    "reference.py",
    (
        "a slot is given twice",
        "                free[row] -= 1\n",
        "",
    ),
    (
        "parents take the slots of others",
        "free = self.free_for_parents if is_parent else self.free_for_others",
        "free = self.free_for_others",
    ),
    (
        "a hearing on the last minute of the limit is refused",
        "if self.at[row] > latest:",
        "if self.at[row] >= latest:",
    ),
    (
        "the court hears without notice",
        "earliest = self.now + self.facilities.court_notice",
        "earliest = self.now",
    ),
    (
        "a full sitting ends the search for a slot",
        "                return self.at[row]\n        return None",
        "                return self.at[row]\n            return None\n        return None",
    ),
    (
        "a referral lapses when the last hearing would have been",
        "max(self.now, plan.lapse_at[person])",
        "max(self.now, plan.hear_by[person])",
    ),
    (
        "adults leave for court when they are heard",
        "hearing - self.facilities.court_lead",
        "hearing",
    ),
    (
        "a referral that is declined takes a slot",
        "        if plan.is_declined[person]:\n            log.court_outcome[person]",
        "        if plan.is_declined[person]:\n"
        "            self.docket(case).book(self.now, plan.hear_by[person], is_parent)\n"
        "            log.court_outcome[person]",
    ),
    (
        "jail of single adults counts from the referral",
        "            yield self.after(plan.jail_minutes[person], PROGRESS, person)\n            self.free(person)\n"
        "        return True",
        "            freed_at = max(self.now, log.prosecution_referred_at[person] + plan.jail_minutes[person])\n"
        "            yield self.at(freed_at, PROGRESS, person)\n            self.free(person)\n        return True",
    ),
    (
        "a parent's jail is left out",
        "            yield self.after(plan.jail_minutes[parent], PROGRESS, parent)\n",
        "",
    ),
    (
        "the end of a court's custody is not written",
        "        self.log.freed_at[adult] = self.now\n",
        "",
    ),
    (
        "whoever leaves jail never reaches ICE",
        "        self.log.freed_at[adult] = self.now\n        self.reunions.enter_ice(adult)\n",
        "        self.log.freed_at[adult] = self.now\n",
    ),
    (
        "a parent is back a day late",
        "self.now - self.now % DAY + plan.back_minute[parent]",
        "self.now - self.now % DAY + DAY + plan.back_minute[parent]",
    ),
)

REJOINING = _of(
    "reference.py",
    (
        "the clock of a rejoined child is not stopped",
        "        for person in children:\n            self.leave_cbp(person, Exit.RELEASED)\n\n    def docket",
        "\n    def docket",
    ),
    (
        "a rejoined child leaves at the minute of rejoining",
        "            self.log.rejoined_at[person] = self.now\n        self.log.rejoined_at[parent]",
        "            self.log.rejoined_at[person] = self.now\n            self.leave_cbp(person, Exit.RELEASED)\n"
        "        children = []\n        self.log.rejoined_at[parent]",
    ),
    (
        "a child who leaves the way keeps what it held",
        "            claims.withdraw()\n            return\n        del self.on_the_way[person]",
        "            return\n        del self.on_the_way[person]",
    ),
    (
        "one child alone is rejoined",
        "children = [person for person in self.members(case) if person in self.on_the_way]",
        "children = [person for person in self.members(case) if person in self.on_the_way][:1]",
    ),
    (
        "boarding loses the tie with a parent who comes back",
        "        yield self.at(self.open_minute(max(seat, self.now)), DEPARTURE, person)",
        "        yield self.at(self.open_minute(max(seat, self.now)), PROGRESS, person)",
    ),
    (
        "a rejoined parent cannot be reached",
        "        self.reunions.can_be_reached(parent)\n",
        "",
    ),
    (
        "a birthday at the minute of the determination comes after it",
        "yield self.at(self.plan.turns_18_at[person], PROGRESS, person, turn=1)",
        "yield self.at(self.plan.turns_18_at[person] + 1, PROGRESS, person, turn=1)",
    ),
    (
        "a child who turned eighteen during processing is placed",
        "        if self.plan.turns_18_at[person] <= self.now:\n            self.leave_cbp(person, Exit.AGED_OUT)\n"
        "            return\n",
        "",
    ),
)

TRANSPORT = _of(
    "reference.py",
    (
        "the contractor drives at night when the itinerary is late",
        "yield self.at(self.open_minute(max(seat, self.now)), DEPARTURE, person)",
        "yield self.at(max(seat, self.now), DEPARTURE, person)",
    ),
    (
        "the weekend begins on Friday",
        "if now // DAY % 7 >= SATURDAY:",
        "if now // DAY % 7 >= SATURDAY - 1:",
    ),
    (
        "the contractor drives on the minute of closing",
        "return ready if minute < transport.closes_at",
        "return ready if minute <= transport.closes_at",
    ),
    (
        "the notice to the contractor is left out",
        "return self.open_minute(now + transport.notice + wait)",
        "return self.open_minute(now + wait)",
    ),
    (
        "a wrong itinerary costs nothing",
        "            seat = max(seat, self.now) + self.plan.itinerary_minutes[self.plan.child_row[person]]\n",
        "",
    ),
    (
        "the time lost to a wrong itinerary counts from the seat alone",
        "seat = max(seat, self.now) + self.plan.itinerary_minutes",
        "seat = seat + self.plan.itinerary_minutes",
    ),
)

WRITING = _of(
    "clerks.py",
    (
        "a design is live from the minute after its first",
        "return max(bisect_right(self.begins_at, minute) - 1, 0)",
        "return max(bisect_right(self.begins_at, minute - 1) - 1, 0)",
    ),
    (
        "guidance begins a minute late",
        "guided = int(self.guided_at[station] <= now)",
        "guided = int(self.guided_at[station] < now)",
    ),
    (
        "slips that exclude each other overlap",
        "            reached += self.threshold(act, station, load)",
        "            reached = self.threshold(act, station, load)",
    ),
    (
        "a roll on the threshold meets the act",
        "            if roll < reached:",
        "            if roll <= reached:",
    ),
    (
        "wrong and blank codes are taken for each other",
        "return (Code.WRONG, Code.BLANK, Code.SEVERAL, Code.RIGHT)[met]",
        "return (Code.BLANK, Code.WRONG, Code.SEVERAL, Code.RIGHT)[met]",
    ),
    (
        "a kept unit is found although nobody can see or search it",
        "self.is_kept[row] and (self.is_seen[row] or self.is_searchable[row])",
        "self.is_kept[row]",
    ),
    (
        "a record is sought by the design of the day of the search",
        "row = self.design(log.parted_at[child])",
        "row = self.design(self.scene.now)",
    ),
    (
        "the field can list deleted units as headquarters can",
        "return at_headquarters and log.separation_code[child] in (Code.RIGHT, Code.SEVERAL)",
        "return log.separation_code[child] in (Code.RIGHT, Code.SEVERAL)",
    ),
)

MAIL = _of(
    "mailroom.py",
    (
        "the coordinator is not given back after a message",
        "        claims.release(self.coordinators[station])\n",
        "",
    ),
    (
        "a message is sent once too often",
        "for attempt in range(scene.facilities.mail.tries):",
        "for attempt in range(min(scene.facilities.mail.tries + 1, 4)):",
    ),
    (
        "a message is sent once too seldom",
        "for attempt in range(scene.facilities.mail.tries):",
        "for attempt in range(scene.facilities.mail.tries - 1):",
    ),
    (
        "the telephone takes no time",
        "        yield scene.after(scene.plan.phone_minutes[row], PROGRESS, child)\n",
        "",
    ),
    (
        "a coordinator handles what was telephoned",
        "        yield scene.after(scene.plan.phone_minutes[row], PROGRESS, child)\n        return False",
        "        yield scene.after(scene.plan.phone_minutes[row], PROGRESS, child)\n        return True",
    ),
    (
        "the report of an arrival is handled by nobody",
        "        if self.is_automatic():\n            return\n        pool =",
        "        return\n        pool =",
    ),
    (
        "the coordinator who handles the report of an arrival is not given back",
        "        pool.release()\n",
        "        pass\n",
    ),
    (
        "an outage lasts a minute longer",
        "return max(ends[row], self.scene.now) if row >= 0 else self.scene.now",
        "return max(ends[row] + 1, self.scene.now) if row >= 0 else self.scene.now",
    ),
    (
        "an outage begins a minute late",
        "row = bisect_right(begins, self.scene.now) - 1",
        "row = bisect_right(begins, self.scene.now - 1) - 1",
    ),
    (
        "an outage loses no more than an ordinary minute",
        "            return roll < self.scene.facilities.mail.lost_in_outage\n",
        "            pass\n",
    ),
    (
        "machines do not wait for the end of an outage",
        "yield scene.at(self.outage_end(station), PROGRESS, child)",
        "yield scene.after(0, PROGRESS, child)",
    ),
    (
        "an acknowledged message counts once",
        "            log.messages_sent[child] += 2\n",
        "            log.messages_sent[child] += 1\n",
    ),
    (
        "a lost message is not counted",
        "            log.messages_lost[child] += 1\n",
        "",
    ),
    (
        "each try is missed as late as the first",
        "scene.plan.notice_roll[row, message, attempt]",
        "scene.plan.notice_roll[row, message, 0]",
    ),
    (
        "itineraries go wrong by the load of another station",
        "        load = self.coordinators[station].load()\n",
        "        load = self.coordinators[station - 1].load()\n",
    ),
)

SHELTERS = _of(
    "shelters.py",
    (
        "the bed of a child who goes to a parent is returned twice",
        "        self.leave(child, ShelterExit.REUNITED)",
        "        self.leave(child, ShelterExit.REUNITED)\n        self.beds[self.scene.log.bed_kind[child]].release()",
    ),
    (
        "the bed of a child who comes of age is not returned",
        "        self.beds[log.bed_kind[child]].release()\n",
        "        if leaves != ShelterExit.AGED_OUT:\n            self.beds[log.bed_kind[child]].release()\n",
    ),
    (
        "a stay does not end on the eighteenth birthday",
        "yield self.scene.at(min(released_at, aged_out_at), DEPARTURE, child)",
        "yield self.scene.at(released_at, DEPARTURE, child)",
    ),
    (
        "the eighteenth birthday wins over a release of the same minute",
        "ShelterExit.RELEASED if released_at <= aged_out_at else",
        "ShelterExit.RELEASED if released_at < aged_out_at else",
    ),
    (
        "the thirteenth birthday counts a minute late",
        "if self.scene.now < self.scene.plan.turns_13_at[child]:",
        "if self.scene.now <= self.scene.plan.turns_13_at[child]:",
    ),
    (
        "a stay ends before its work is done",
        "-(-(target - self.pace_done[row]) // self.pace_per_minute[row])",
        "(target - self.pace_done[row]) // self.pace_per_minute[row]",
    ),
    (
        "the rest of a resident's work counts from the day of arrival",
        "self.admit(person, now, plan.resident_work[row])",
        "self.admit(person, max(plan.resident_since[row], now - DAY), plan.resident_work[row])",
    ),
    (
        "the search goes on for a child who has left",
        "        self.on_leaving(child)\n",
        "",
    ),
    (
        "residents hold no beds",
        "            self.beds[kind].take_anyway()\n",
        "            self.beds[kind].take(1)\n",
    ),
)

STAYS = _of(
    "reference.py",
    (
        "a separated child's release takes no longer",
        "return work * self.facilities.separated_per_mille // 1000 if self.log.is_alone[person] else work",
        "return work",
    ),
    (
        "a stay counts from the station",
        "self.shelters.admit(person, self.now, self.release_work(person))",
        "self.shelters.admit(person, max(self.log.left_cbp_at[person], self.now - HOUR), self.release_work(person))",
    ),
    (
        "a child of the class who reaches a shelter after the order is not sought for",
        "        if self.log.is_in_class[person]:\n            self.reunions.seek(person)\n",
        "",
    ),
)

REUNIONS = _of(
    "reunions.py",
    (
        "the team's worker is not given back",
        "        claims.release(self.team)\n",
        "",
    ),
    (
        "the desk of a centre is not given back",
        "        self.centre.release()\n",
        "",
    ),
    (
        "young children do not come first",
        "YOUNG_FIRST if is_young else OTHERS_NEXT",
        "OTHERS_NEXT",
    ),
    (
        "a child who turns five after the order is no longer young",
        "return self.rules.order_at < self.scene.plan.young_until[child]",
        "return self.scene.now < self.scene.plan.young_until[child]",
    ),
    (
        "the class includes who was rejoined at the station",
        "return not is_gone and log.rejoined_at[child] == NEVER",
        "return not is_gone",
    ),
    (
        "the class includes who has left a shelter",
        "is_gone = log.left_shelter_at[child] != NEVER or log.exit[child] == Exit.AGED_OUT",
        "is_gone = log.exit[child] == Exit.AGED_OUT",
    ),
    (
        "the class leaves out who was separated before the run",
        "for child in sorted([*self.earlier, *self.parent_of]):",
        "for child in sorted(self.parent_of):",
    ),
    (
        "a parent whose removal was put off is held forever",
        "            self.overdue.remove(parent)\n            self.leave_ice(parent)\n",
        "            self.overdue.remove(parent)\n",
    ),
    (
        "a parent who is known is removed all the same",
        "        if parent in self.held_for.values():\n            self.overdue.add(parent)\n        else:\n"
        "            self.leave_ice(parent)",
        "        self.leave_ice(parent)",
    ),
    (
        "a parent to be released is held as well",
        "parent in self.detained and self.scene.plan.is_removed[parent]:",
        "parent in self.detained:",
    ),
    (
        "a parent is let go while a sibling's search goes on",
        "if parent in self.overdue and parent not in self.held_for.values():",
        "if parent in self.overdue:",
    ),
    (
        "children belong to the last parent taken",
        "            self.parent_of[child] = parents[0]",
        "            self.parent_of[child] = parents[-1]",
    ),
    (
        "of two parents the one reached last counts",
        "            if child not in self.reached:\n",
        "            if True:\n",
    ),
    (
        "a parent who meets the child stays in ICE's custody",
        "                process.interrupt()\n            log.left_ice_at[parent] = self.scene.now\n"
        "            log.ice_exit[parent] = IceExit.WITH_CHILD",
        "                process.interrupt()",
    ),
    (
        "parents ask for children who have not arrived",
        "if child in self.shelters.in_care and scene.log.asked_at[child] == NEVER:",
        "if scene.log.asked_at[child] == NEVER:",
    ),
    (
        "a parent who asks is not the one who is sought",
        "                if child not in self.seeking:\n                    self.parent_of[child] = parent\n",
        "",
    ),
    (
        "a request is granted to a child of the class",
        "if scene.plan.is_granted[row] and child not in self.seeking and not scene.log.is_in_class[child]:",
        "if scene.plan.is_granted[row] and child not in self.seeking:",
    ),
    (
        "a request is granted to a parent who was removed",
        "        if not self.is_removed(child):\n            self.shelters.give_to_parent(child)\n"
        "            self.settle(child, Reunion.BY_REQUEST)",
        "        self.shelters.give_to_parent(child)\n        self.settle(child, Reunion.BY_REQUEST)",
    ),
    (
        "a child is traced after it has left",
        "                if child not in self.shelters.in_care:\n                    return\n",
        "",
    ),
    (
        "an advocate's time counts from the end of the review",
        "yield scene.at(max(self.rules.order_at + minutes, scene.now), PROGRESS, child, ADVOCATE)",
        "yield scene.at(scene.now + minutes, PROGRESS, child, ADVOCATE)",
    ),
    (
        "the parent in jail is not waited for",
        "        if child not in self.reached and child not in self.earlier:\n"
        "            event = self.waiting[child] = scene.env.event()\n            yield event\n",
        "",
    ),
    (
        "a file is read in the minutes of a vetting",
        "yield from self.work(self.rules.review_minutes, child, claims)",
        "yield from self.work(self.rules.vetting_minutes, child, claims)",
    ),
    (
        "a child at a centre does not wait for a parent without notice",
        "        yield scene.after(scene.plan.without_notice_minutes[row], PROGRESS, child)\n",
        "",
    ),
    (
        "parents travel to older children as well",
        "        if not self.is_young(child):\n            return Reunion.CHILD_TRAVELLED\n",
        "",
    ),
    (
        "unwilling parents are reunited",
        "return Reunion.UNWILLING if plan.is_unwilling[parent] else Reunion.NONE",
        "return Reunion.NONE",
    ),
    (
        "a search goes on that the child's own exit has ended",
        "        if child in self.seeking:\n            self.seeking.pop(child).interrupt()\n",
        "        self.seeking.pop(child, None)\n",
    ),
    (
        "a search that ends keeps the team's worker",
        "            claims.withdraw()\n            return\n        del self.seeking[child]",
        "            return\n        del self.seeking[child]",
    ),
)

POOLS = _of(
    "pools.py",
    (
        "ties are broken the other way round",
        "(priority, self.env.now, entity, ticket)",
        "(priority, self.env.now, -entity, ticket)",
    ),
    (
        "who joins last is served first",
        "(priority, self.env.now, entity, ticket)",
        "(priority, -self.env.now, entity, ticket)",
    ),
    (
        "time of joining counts before priority",
        "(priority, self.env.now, entity, ticket)",
        "(self.env.now, priority, entity, ticket)",
    ),
    (
        "a unit is given to somebody who has left the queue",
        "            ticket.is_withdrawn = True\n",
        "            pass\n",
    ),
    (
        "one unit more is given than there is",
        "while self._waiting and self.in_use < self.capacity:",
        "while self._waiting and self.in_use <= self.capacity:",
    ),
    (
        "one of those who wait is served in a minute",
        "            ticket.succeed(self._seat())\n",
        "            ticket.succeed(self._seat())\n            break\n",
    ),
    (
        "who waits is not served when a shift brings more units",
        "_on_duty(capacity)\n            if self._waiting:\n                self._call()\n",
        "_on_duty(capacity)\n",
    ),
    (
        "who waits is not served when a unit is given back",
        'minute {self.env.now}")\n        if self._waiting:\n            self._call()\n',
        'minute {self.env.now}")\n',
    ),
    (
        "the last places are not given to those who take several",
        "if self.in_use + units > self.capacity:",
        "if self.in_use + units >= self.capacity:",
    ),
    (
        "the busy hour is half an hour",
        "return now - self._total_by(minute - HOUR)",
        "return now - self._total_by(minute - HOUR // 2)",
    ),
    (
        "load is rounded up",
        "busy * (LOADS - 1) // (max(self.capacity, 1) * HOUR)",
        "-(-busy * (LOADS - 1) // (max(self.capacity, 1) * HOUR))",
    ),
    (
        "the highest free desk serves",
        "return heapq.heappop(self._free)",
        "return self._free.pop(self._free.index(max(self._free)))",
    ),
    (
        "all agents of a shift may be diverted",
        "return max(capacity - self._diverted(), min(capacity, 1))",
        "return max(capacity - self._diverted(), 0)",
    ),
)

NUMBERS = _of(
    "log.py",
    (
        "blocks of numbers overlap",
        "+ taken * self.block",
        "+ taken * (self.block - 1)",
    ),
    (
        "a block is used again",
        "            self.blocks_taken[station] = taken + 1\n",
        "            self.blocks_taken[station] = (taken + 1) % 3\n",
    ),
)

CALENDAR = _of(
    "sittings.py",
    (
        "courts sit on federal holidays",
        "days[(clock.weekday_of_day(days) < clock.SATURDAY) & ~np.isin(days, holidays)]",
        "days[clock.weekday_of_day(days) < clock.SATURDAY]",
    ),
    (
        "a limit runs on over days without court",
        "    return ends + DAY * added[day - first, ends // DAY - day - whole_days]",
        "    return ends",
    ),
)

REFERENCE = (
    *STATIONS,
    *FAMILIES,
    *COURTS,
    *REJOINING,
    *TRANSPORT,
    *WRITING,
    *MAIL,
    *SHELTERS,
    *STAYS,
    *REUNIONS,
    *POOLS,
    *NUMBERS,
    *CALENDAR,
)
"""Faults of the reference engine, and two of the calendar both engines are given."""

QUEUES_COMPILED = _of(
    "compiled.py",
    (
        "a queue does not sort those who join at one minute",
        "w.node[N.joined, after] == now and person_at(w, after) > entity:",
        "w.node[N.joined, after] < 0 and person_at(w, after) > entity:",
    ),
    (
        "who reports an arrival is sorted behind all others who join at that minute",
        "w.node[N.joined, after] == now and person_at(w, after) > entity:",
        "w.node[N.joined, after] == now and after > entity:",
    ),
    (
        "a queue forgets its new tail when the last one leaves",
        "    if following == NOBODY:\n        w.pool[pool, Q.tail + priority] = before\n    else:",
        "    if following != NOBODY:",
    ),
    (
        "who waits is not served when a unit is given back",
        "    if w.pool[pool, Q.waiting]:\n        call(w, pool)\n\n\n@compiled\ndef allocate",
        "\n\n@compiled\ndef allocate",
    ),
    (
        "who waits is not served when a shift brings more units",
        "    if w.pool[pool, Q.waiting]:\n        call(w, pool)\n\n\n@compiled\ndef push_shift",
        "\n\n@compiled\ndef push_shift",
    ),
    (
        "the second queue is served before the first",
        "node = w.pool[pool, Q.head + 0]\n        if node == NOBODY:\n            node = w.pool[pool, Q.head + 1]",
        "node = w.pool[pool, Q.head + 1]\n        if node == NOBODY:\n            node = w.pool[pool, Q.head + 0]",
    ),
    (
        "one unit more is given than there is",
        "    while w.pool[pool, Q.in_use] < w.pool[pool, Q.capacity]:\n",
        "    while w.pool[pool, Q.in_use] <= w.pool[pool, Q.capacity]:\n",
    ),
    (
        "of several pools that are due the one called last allocates first",
        "    while place > 0 and w.small[A.due_pools, place - 1] < pool:",
        "    while place < 0 and w.small[A.due_pools, place - 1] < pool:",
    ),
    (
        "the pool with the highest number allocates first",
        "    while place > 0 and w.small[A.due_pools, place - 1] < pool:",
        "    while place > 0 and w.small[A.due_pools, place - 1] > pool:",
    ),
    (
        "a pool that has allocated is not called again",
        "    w.pool[pool, Q.is_due] = False\n",
        "",
    ),
    (
        "the load meter remembers a few changes only",
        "RING: Final = 64 ",
        "RING: Final = 8 ",
    ),
    (
        "load is rounded up",
        "    tenths = busy * (LOADS - 1) // (max(w.pool[pool, Q.capacity], 1) * HOUR_)",
        "    tenths = -(-busy * (LOADS - 1) // (max(w.pool[pool, Q.capacity], 1) * HOUR_))",
    ),
    (
        "all agents of a shift may be diverted",
        "max(capacity - beyond // w.rule[F.per_diverted], min(capacity, 1))",
        "max(capacity - beyond // w.rule[F.per_diverted], 0)",
    ),
)

MINUTES_COMPILED = _of(
    "compiled.py",
    (
        "one of the events that may come next in a minute is overlooked",
        "        if below + 1 < last and w.heap[W.key, below + 1] < w.heap[W.key, below]:",
        "        if below + 1 < last and below > 1 and w.heap[W.key, below + 1] < w.heap[W.key, below]:",
    ),
    (
        "boarding loses the tie with a parent who comes back",
        "HANDLED, DESK_END, BOARD, STAY_END, ACKNOWLEDGED,",
        "HANDLED, DESK_END, STAY_END, ACKNOWLEDGED,",
    ),
    (
        "the end of a stay is no departure",
        "HANDLED, DESK_END, BOARD, STAY_END, ACKNOWLEDGED,",
        "HANDLED, DESK_END, BOARD, ACKNOWLEDGED,",
    ),
    (
        "a shift changes after the departures of its minute",
        "RANKS: Final = {SHIFT_CHANGE: SHIFT, **dict.fromkeys(DEPARTURES, DEPARTURE)}",
        "RANKS: Final = {**dict.fromkeys(DEPARTURES, SHIFT), SHIFT_CHANGE: DEPARTURE}",
    ),
    (
        "a shift changes after the arrivals of its minute",
        "                if w.rule[F.heaped]:\n                    happen(w, now)\n"
        "                elif coming == now:\n                    arrive(w, now, arrivals[1, at])\n"
        "                    at += 1\n"
        "                    coming = arrivals[0, at] if at < arrivals.shape[1] else NEVER_\n",
        "                if coming == now:\n                    arrive(w, now, arrivals[1, at])\n"
        "                    at += 1\n"
        "                    coming = arrivals[0, at] if at < arrivals.shape[1] else NEVER_\n"
        "                elif w.rule[F.heaped]:\n                    happen(w, now)\n",
    ),
    (
        "the eighteenth birthday comes before the own way's steps of its minute",
        "TURNS: Final = {BIRTHDAY_18: 1, ASK: 2,",
        "TURNS: Final = {BIRTHDAY_18: 0, ASK: 2,",
    ),
    (
        "an advocate finds before an asking parent does",
        "TRACED: 2, ADVOCATE_FOUND: 3,",
        "TRACED: 3, ADVOCATE_FOUND: 2,",
    ),
    (
        "the last event of the run does not happen",
        "    if minute >= w.rule[F.horizon]:\n        return\n    if w.rule[F.pending]",
        "    if minute >= w.rule[F.horizon] - 1:\n        return\n    if w.rule[F.pending]",
    ),
    (
        "a design is live from the minute after its first",
        "if row < w.rule[F.designs] and w.small[G.design_begins, row] <= now:",
        "if row < w.rule[F.designs] and w.small[G.design_begins, row] < now:",
    ),
    (
        "the minutes of a parting are those of the design when processing begins",
        "w.small[G.design_parting, design_at(w, w.told[T.intake_at, lead])]",
        "w.small[G.design_parting, design_at(w, now)]",
    ),
)

STATIONS_COMPILED = _of(
    "compiled.py",
    (
        "the desk given back last serves next",
        "        if w.small[row, above] <= desk:\n            break\n",
        "        if w.small[row, above] < 0:\n            break\n",
    ),
    (
        "a desk never comes to the end of its block of numbers",
        "    w.small[A.number_left + station, desk] -= 1\n",
        "",
    ),
    (
        "families wait among single adults",
        "CHILDREN_NEXT if kind >= FAMILY else ADULTS_LAST, PROCESS_ALL",
        "CHILDREN_NEXT if kind > FAMILY else ADULTS_LAST, PROCESS_ALL",
    ),
    (
        "children of a family never grouped wait among single adults",
        "seize(w, now, station, first + w.case[K.case_adults, case], 0, CHILDREN_NEXT, PROCESS_CHILDREN)",
        "seize(w, now, station, first + w.case[K.case_adults, case], 0, ADULTS_LAST, PROCESS_CHILDREN)",
    ),
    (
        "agents diverted to care are not restored when children leave",
        "        w.pool[w.mark[B.station, person], L.children_here] -= 1\n",
        "        pass\n",
    ),
    (
        "other custody never ends",
        "    if leaves_to == TO_OTHER_CUSTODY:\n        push(",
        "    if leaves_to == TO_OTHER_CUSTODY and False:\n        push(",
    ),
    (
        "one place in family detention is given back for a whole family",
        "    release(w, now, w.rule[F.family_places], size)\n    for person",
        "    release(w, now, w.rule[F.family_places], 1)\n    for person",
    ),
    (
        "the last places are not given to those who take several",
        "w.pool[places, Q.in_use] + size <= w.pool[places, Q.capacity]",
        "w.pool[places, Q.in_use] + size < w.pool[places, Q.capacity]",
    ),
    (
        "a pause spares whoever is charged with a crime",
        "spared = w.case[K.ground, case] == PROSECUTION and is_paused(w, now)",
        "spared = is_paused(w, now)",
    ),
    (
        "the load at a parting includes the family's own job",
        "own = min(now - w.told[T.processing_at, first], HOUR_)",
        "own = 0",
    ),
    (
        "a slot is given twice",
        "            w.small[slots, row] -= 1\n",
        "",
    ),
    (
        "a court that sits at the first minute allowed is passed over",
        "if w.small[U.sitting_at, middle] < earliest:",
        "if w.small[U.sitting_at, middle] <= earliest:",
    ),
    (
        "a referral lapses when the last hearing would have been",
        "max(now, w.people[M.lapse_at, person])",
        "max(now, w.people[M.hear_by, person])",
    ),
    (
        "the clock of a rejoined child is not stopped",
        "            leave_cbp(w, now, child, RELEASED)\n",
        "            pass\n",
    ),
    (
        "a rejoined parent cannot be reached",
        "    can_be_reached(w, now, parent)\n    minute = now + w.case[K.rejoined_release_minutes, case]",
        "    minute = now + w.case[K.rejoined_release_minutes, case]",
    ),
    (
        "who leaves ICE's custody in the last minute of the run is still in it",
        "        if ends < w.rule[F.horizon]:\n",
        "        if ends < w.rule[F.horizon] - 1:\n",
    ),
)

WAYS_COMPILED = _of(
    "compiled.py",
    (
        "a child who leaves the way keeps its bed",
        "        release(w, now, w.rule[F.first_bed] + w.mark[H.bed_kind, child], 1)\n"
        "        w.mark[Y.has_bed, child] = False",
        "        w.mark[Y.has_bed, child] = False",
    ),
    (
        "a child who leaves the way goes on waiting in a queue",
        "    w.mark[Y.way_token, child] += 1\n    if w.node[N.waits_in, child] != NOBODY:\n        unlink(w, child)\n",
        "    w.mark[Y.way_token, child] += 1\n",
    ),
    (
        "what a child left behind goes on happening to it",
        "    w.mark[Y.on_way, child] = False\n    w.mark[Y.way_token, child] += 1\n",
        "    w.mark[Y.on_way, child] = False\n",
    ),
    (
        "a message is sent once too often",
        "    if w.mark[Y.way_try, child] < w.rule[F.tries]:",
        "    if w.mark[Y.way_try, child] < min(w.rule[F.tries] + 1, TRIES):",
    ),
    (
        "each try is missed as late as the first",
        "w.child[C.notice_roll + message * TRIES + attempt, row]",
        "w.child[C.notice_roll + message * TRIES, row]",
    ),
    (
        "an outage lasts a minute longer",
        "    return max(w.small[J.ends, low - 1], now)",
        "    return max(w.small[J.ends, low - 1] + 1, now)",
    ),
    (
        "an outage begins a minute late",
        "        if w.small[J.begins, middle] <= now:",
        "        if w.small[J.begins, middle] < now:",
    ),
    (
        "the weekend begins on Friday",
        "        if now // DAY_ % 7 >= SATURDAY:",
        "        if now // DAY_ % 7 >= SATURDAY - 1:",
    ),
    (
        "the contractor drives on the minute of closing",
        "return ready if minute < w.rule[F.closes_at]",
        "return ready if minute <= w.rule[F.closes_at]",
    ),
    (
        "an automatic exchange leaves the report of an arrival to a coordinator",
        "    if not w.small[G.is_automatic, w.rule[F.design]]:\n        seize",
        "    if True:\n        seize",
    ),
    (
        "the coordinator who handles the report of an arrival is not given back",
        "        release(w, now, coordinators(w, w.mark[B.station, arg]), 1)\n",
        "        pass\n",
    ),
    (
        "the thirteenth birthday counts a minute late",
        "    if now >= w.people[M.turns_13_at, child]:",
        "    if now > w.people[M.turns_13_at, child]:",
    ),
    (
        "a stay ends before its work is done",
        "- (-rest // w.small[E.pace_per_minute, row])",
        "+ rest // w.small[E.pace_per_minute, row]",
    ),
    (
        "the eighteenth birthday wins over a release of the same minute",
        "STAY_RELEASED if released_at <= aged_out_at else",
        "STAY_RELEASED if released_at < aged_out_at else",
    ),
)

SEARCHES_COMPILED = _of(
    "compiled.py",
    (
        "of two parents the one reached last counts",
        "        if w.mark[Y.is_reached, child]:\n            continue\n",
        "",
    ),
    (
        "the class includes who was rejoined at the station",
        "        if is_separated and not is_gone and w.told[T.rejoined_at, child] == NEVER_:",
        "        if is_separated and not is_gone:",
    ),
    (
        "a search that is stopped goes on waiting for the team",
        "        w.mark[Y.seek_token, child] += 1\n        if w.node[N.waits_in, child] != NOBODY:\n"
        "            unlink(w, child)\n",
        "        w.mark[Y.seek_token, child] += 1\n",
    ),
    (
        "a search that is stopped keeps the team's worker",
        "        if w.mark[Y.held_pool, child] != NOBODY:\n            release_held(w, now, child)\n    let_go",
        "    let_go",
    ),
    (
        "a parent found during the review is vetted before its end",
        "        w.mark[Y.is_unknown, child] = False\n        if w.mark[Y.is_reviewed, child]:\n",
        "        w.mark[Y.is_unknown, child] = False\n        if True:\n",
    ),
    (
        "a parent is let go while a sibling's search goes on",
        "    if w.mark[Y.is_overdue, parent] and w.mark[Y.holds, parent] == 0:",
        "    if w.mark[Y.is_overdue, parent]:",
    ),
    (
        "a parent who is known is removed all the same",
        "        if w.mark[Y.holds, parent] > 0:\n            w.mark[Y.is_overdue, parent] = True\n        else:\n"
        "            leave_ice(w, now, parent)",
        "        leave_ice(w, now, parent)",
    ),
    (
        "a request is granted to a parent who was removed",
        "    if not is_abroad(w, child):\n        leave_shelter(w, now, child, STAY_REUNITED)\n"
        "        settle(w, now, child, BY_REQUEST)",
        "    if True:\n        leave_shelter(w, now, child, STAY_REUNITED)\n        settle(w, now, child, BY_REQUEST)",
    ),
    (
        "an advocate's time counts from the end of the review",
        "        minute = max(w.rule[F.order_at] + w.child[C.advocate_minutes, row], now)\n",
        "        minute = now + w.child[C.advocate_minutes, row]\n",
    ),
    (
        "a child who turns five after the order is no longer young",
        "    elif w.rule[F.order_at] < w.people[M.young_until, child]:\n",
        "    elif now < w.people[M.young_until, child]:\n",
    ),
    (
        "the desk of a centre is not given back",
        "        release(w, now, w.rule[F.centre], 1)\n",
        "        pass\n",
    ),
    (
        "a parent who asks is noted with the eldest child only",
        "                w.people[S.parent_of, child] = parent\n            if w.told[T.found_at, child] != NEVER_:",
        "                w.people[S.parent_of, first + w.case[K.case_adults, case]] = parent\n"
        "            if w.told[T.found_at, child] != NEVER_:",
    ),
)

COMPILED = (
    *QUEUES_COMPILED,
    *MINUTES_COMPILED,
    *STATIONS_COMPILED,
    *WAYS_COMPILED,
    *SEARCHES_COMPILED,
)
"""Faults of the compiled engine."""

FAULTS = (*REFERENCE, *COMPILED)

SAMPLE = (
    ("compiled.py", "a slot is given twice"),
    ("compiled.py", "the class includes who was rejoined at the station"),
    ("reference.py", "the agent is not given back after processing children"),
    ("reference.py", "boarding loses the tie with a parent who comes back"),
    ("mailroom.py", "an outage lasts a minute longer"),
)
"""Faults that a test plants anew, one of each kind of place: a seat, a list, a desk, a tie, a clock."""


def sample() -> list[Fault]:
    """The faults of `SAMPLE`."""
    return [next(fault for fault in FAULTS if (fault.file, fault.what) == one) for one in SAMPLE]
