"""Little's law, exactly: what the engine holds minute by minute is the sum of the stays the history tells.

The engine is stopped after every minute and its pools are read; the history knows nothing of pools. Integers, so equal
means equal.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.builders import settings_of

from borderops.config.schema import BED_KINDS, PORTS, STATIONS
from borderops.operations.facilities import Facilities, Schedule
from borderops.operations.history import Exit, History
from borderops.operations.laying_out import lay_out
from borderops.operations.numbers import Act
from borderops.operations.plan import CaseKind, Plan
from borderops.operations.planning import make_plan
from borderops.operations.pools import Pool
from borderops.operations.reference import World
from borderops.population.families import form_families
from borderops.streams import Draws
from borderops.units import DAY, NEVER

PLACES = (STATIONS.index("yuma"), STATIONS.index("el_paso"), STATIONS.index(PORTS))


class Played:
    """A few days of the season with few agents, workers and beds, read minute by minute."""

    def __init__(self, plan: Plan, facilities: Facilities):
        self.plan, self.facilities = plan, facilities
        self.world = World(plan, facilities)
        pools = [*self.world.agents, *self.world.mailroom.coordinators, self.world.desk, *self.world.shelters.beds]
        pools.append(self.world.places)
        self.in_use = dict.fromkeys(pools, 0)
        self.waiting = dict.fromkeys(pools, 0)
        for minute in range(facilities.first_minute + 1, facilities.horizon + 1):
            self.world.env.run(until=minute)
            for pool in pools:
                self.in_use[pool] += pool.in_use
                self.waiting[pool] += _queue(pool)
        self.history: History = self.world.history()

    def stays(self, begins: np.ndarray, ends: np.ndarray) -> int:
        """Sum of minutes from begins to ends, as far as they were played; NEVER begun is no stay."""
        begun = begins != NEVER
        return int((np.minimum(ends[begun], self.facilities.horizon) - begins[begun]).sum())


def _units(facilities: Facilities, number: int) -> Schedule:
    return Schedule(at=np.array([facilities.first_minute]), capacity=np.array([number]))


def _taken_off_the_way(history: History) -> np.ndarray:
    """When a parent or the eighteenth birthday ended the way to a shelter."""
    came_of_age = np.where(history.exit == Exit.AGED_OUT, history.left_cbp_at, NEVER)
    return np.minimum(history.rejoined_at, came_of_age)


def _queue(pool: Pool) -> int:
    return sum(not ticket.is_withdrawn for *_, ticket in pool._waiting)


@pytest.fixture(scope="module")
def played() -> Played:
    """Five days in May at two sectors and the ports of entry."""
    settings = settings_of(
        "window.start=2018-05-18",
        "window.end=2018-05-22",
        "window.lead_in_days=0",
        "arrivals.stations=[yuma,el_paso,ports_of_entry]",
        "stations.agent_factors=[{begins: 2016-10-01, factor: 0.5}]",
        "courts.back_same_day_share=1",
        "family_care.detention_sought_share=1",
    )
    draws = Draws(settings.seed, 0)
    plan = make_plan(form_families(settings, draws), settings, draws)
    held = np.bincount(plan.resident_kind, minlength=len(BED_KINDS))
    facilities = lay_out(settings)
    facilities = replace(
        facilities,
        beds=tuple(_units(facilities, number - 60) for number in held),  # full, and 60 releases behind
        desk=_units(facilities, 1),
        family_places=_units(facilities, plan.detained_size.sum() + 20),
    )
    return Played(plan, facilities)


def test_season_is_busy_enough_to_say_something(played):
    """Queues form at every stage, and people are rejoined, detained and placed."""
    for pool in (*(played.world.agents[place] for place in PLACES), played.world.desk, played.world.shelters.beds[0]):
        assert played.waiting[pool] > 0, pool.name
    assert (played.history.rejoined_at != NEVER).any()
    assert {Exit.TO_SHELTER, Exit.TO_FAMILY_DETENTION, Exit.INSIDE} <= set(played.history.exit.tolist())


@pytest.mark.parametrize("place", PLACES)
def test_busy_agents_summed_over_minutes_are_the_minutes_worked(played, place):
    """Per station: intakes and processings, each as long as planned or until the last minute."""
    worked = sum(played.stays(begins, begins + lasts) for _, begins, lasts in _jobs(played, place))
    assert played.in_use[played.world.agents[place]] == worked


@pytest.mark.parametrize("place", PLACES)
def test_queue_for_agents_summed_over_minutes_is_the_minutes_waited(played, place):
    """Per station: from apprehension to intake, and from the end of intake to processing."""
    waited = sum(played.stays(joined, begins) for joined, begins, _ in _jobs(played, place))
    assert played.waiting[played.world.agents[place]] == waited


def _jobs(played: Played, place: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Work of a station's agents: when it joins the queue, when it begins, how long it lasts.

    A family that nobody grouped is processed twice, its adults and its children; a design takes minutes of its own.
    """
    plan, history, designs = played.plan, played.history, played.facilities.designs
    here = plan.case_station == place
    first, is_family = plan.case_first[here], plan.case_kind[here] == CaseKind.FAMILY
    intake = history.intake_at[first]
    design = np.searchsorted(designs.begins_at, intake, side="right") - 1
    intake_lasts = plan.intake_minutes[here] + np.where(is_family, designs.intake_minutes[design], 0)
    taken_in = np.where(intake == NEVER, NEVER, intake + intake_lasts)
    taken_in[taken_in >= played.facilities.horizon] = NEVER
    further = np.where(plan.ground[here] != 0, designs.parting_minutes[design], 0)
    apart = is_family & ~history.is_grouped[first]
    adults_last = np.where(apart, plan.adults_minutes[here], plan.processing_minutes[here] + further)
    first_child = (first + plan.case_adults[here])[apart]
    return [
        (plan.case_at[here], intake, intake_lasts),
        (taken_in, history.processing_at[first], adults_last),
        (taken_in[apart], history.processing_at[first_child], plan.children_minutes[here][apart]),
    ]


def test_busy_workers_summed_over_minutes_are_the_minutes_worked(played):
    """ORR's desk: from its beginning with a referral to clearance, a parent's return or a birthday."""
    history = played.history
    until = np.minimum(history.cleared_at, _taken_off_the_way(history))
    assert played.in_use[played.world.desk] == played.stays(history.desk_at, until)


@pytest.mark.parametrize("kind", range(len(BED_KINDS)))
def test_beds_in_use_summed_over_minutes_are_the_sum_of_stays(played, kind):
    """Per kind of bed: from designation, or the first minute, to release, a parent's return or a birthday."""
    history = played.history
    resident = history.exit == Exit.NOT_HERE
    begins = np.where(resident, played.facilities.first_minute, history.designated_at)
    until = np.minimum(history.left_shelter_at, _taken_off_the_way(history))
    chosen = history.bed_kind == kind
    assert played.in_use[played.world.shelters.beds[kind]] == played.stays(begins[chosen], until[chosen])


def test_queue_for_beds_summed_over_minutes_is_the_minutes_waited(played):
    """All kinds together: from clearance to designation, a parent's return or a birthday."""
    history = played.history
    until = np.minimum(history.designated_at, _taken_off_the_way(history))
    waited = played.stays(history.cleared_at, until)
    assert sum(played.waiting[pool] for pool in played.world.shelters.beds) == waited


def test_places_in_use_summed_over_minutes_are_the_sum_of_stays(played):
    """Family detention: persons of the families of the first minute and of those who came."""
    plan, history = played.plan, played.history
    begins = np.full(plan.detained_size.size, played.facilities.first_minute)
    until = np.minimum(plan.detained_until, played.facilities.horizon)
    there = history.exit == Exit.TO_FAMILY_DETENTION
    persons = played.stays(history.left_cbp_at[there], history.left_detention_at[there])
    persons += int(((until - begins) * plan.detained_size).sum())
    assert played.in_use[played.world.places] == persons


def test_pools_hold_in_the_end_what_the_history_says_is_held(played):
    """On the last minute nothing is held that no person holds."""
    history, horizon = played.history, played.facilities.horizon
    resident = history.exit == Exit.NOT_HERE
    begins = np.where(resident, played.facilities.first_minute, history.designated_at)
    until = np.minimum(history.left_shelter_at, _taken_off_the_way(history))
    held = (begins < horizon) & (until >= horizon)
    by_kind = np.bincount(history.bed_kind[held], minlength=len(BED_KINDS))
    assert [pool.in_use for pool in played.world.shelters.beds] == by_kind.tolist()


# --- mail -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mailed() -> Played:
    """Three days at El Paso with one coordinator and no loss; children travel on, so nobody reports an arrival."""
    settings = settings_of(
        "window.start=2018-05-18",
        "window.end=2018-05-20",
        "window.lead_in_days=0",
        "arrivals.stations=[el_paso]",
        "courts.back_same_day_share=1",
        "referral.coordinators.minutes_per_message=25",
        "referral.coordinators.on_duty_at_night=1",
        "referral.outages.per_station_year=0",
    )
    draws = Draws(settings.seed, 0)
    plan = make_plan(form_families(settings, draws), settings, draws)
    plan = replace(plan, travel_minutes=np.full_like(plan.travel_minutes, 30 * DAY))
    facilities = lay_out(settings)
    thresholds = facilities.designs.thresholds.copy()
    thresholds[:, Act.MESSAGE_LOST] = 0
    designs, one = replace(facilities.designs, thresholds=thresholds), _units(facilities, 1)
    return Played(plan, replace(facilities, coordinators=(one,) * len(STATIONS), designs=designs))


def test_messages_at_the_coordinators_summed_over_minutes_are_their_times_there(mailed):
    """Waiting and handled: requests from determination on, placements from designation's end, itineraries from notice.

    Each until it is sent on, or until a parent or a birthday ends the child's way.
    """
    plan, history, notice = mailed.plan, mailed.history, mailed.facilities.transport.notice
    there = 0
    for sent, lasts, answered in (
        (history.determined_at, 0, history.forwarded_at),
        (history.designated_at, plan.designation_minutes, history.arranged_at),
        (history.arranged_at, notice, history.itinerary_at),
    ):
        joined = np.where(sent == NEVER, NEVER, sent + lasts)
        until = np.minimum(answered, _taken_off_the_way(history))
        joined[(joined >= until) & (answered == NEVER)] = NEVER
        joined[joined >= mailed.facilities.horizon] = NEVER
        there += mailed.stays(joined, until)
    pool = mailed.world.mailroom.coordinators[STATIONS.index("el_paso")]
    assert there > 0
    assert mailed.waiting[pool] + mailed.in_use[pool] == there
    assert mailed.waiting[pool] > mailed.in_use[pool]


def test_busy_coordinators_summed_over_minutes_are_the_messages_handled(mailed):
    """So many minutes for each message sent on, and less than that for each that was broken off or is not done."""
    history, minutes = mailed.history, mailed.facilities.mail.handling_minutes
    handled = sum(int((column != NEVER).sum()) for column in (history.forwarded_at, history.arranged_at))
    handled += int((history.itinerary_at != NEVER).sum())
    begun = int((history.messages_sent.astype(int)).sum()) - handled  # every message is sent, then answered
    busy = sum(mailed.in_use[pool] for pool in mailed.world.mailroom.coordinators)
    assert handled > 100
    assert handled * minutes <= busy <= begun * minutes
