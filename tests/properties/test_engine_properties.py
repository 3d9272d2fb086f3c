"""What holds for every small plan and every capacity, whatever waits for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import hypothesis
import numpy as np
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st
from tests.builders import FIRST, FIXED, MANY, at, facilities_of, plan_of, play, same_history, schedule_of
from tests.properties.random_worlds import (
    ARRIVALS_END,
    adults_of_one_minute,
    agents,
    birthday_plans,
    cases,
    cases_with,
    children_born,
    facilities,
    facilities_without_pauses,
    placing_facilities,
    plans,
    separating_plans,
    short,
    thirteen_soon,
)

from borderops.config.schema import BED_KINDS
from borderops.operations.facilities import Facilities, Schedule
from borderops.operations.history import (
    Code,
    CourtOutcome,
    Exit,
    FoundBy,
    History,
    IceExit,
    Note,
    ParentNumber,
    Reunion,
    ShelterExit,
)
from borderops.operations.numbers import LOADS, ROLLS, Act
from borderops.operations.plan import CaseKind, EarlierParent, Ground, Plan
from borderops.operations.pools import Pool
from borderops.operations.reference import World, simulate
from borderops.units import DAY, NEVER

EXAMPLES = hypothesis.settings(FIXED, max_examples=60, suppress_health_check=list(HealthCheck))

# --- monitors, repetition, conservation -----------------------------------------------------------------------------


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_monitors_find_nothing(plan, capacity):
    """No plan and no shortage makes the engine contradict itself."""
    play(plan, capacity)


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_playing_twice_tells_the_same_history(plan, capacity):
    """The engine draws nothing and keeps nothing between plays."""
    assert simulate(plan, capacity).digest() == simulate(plan, capacity).digest()


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_everybody_has_left_once_or_is_inside(plan, capacity):
    """By kind of person: everyone has one of the exits open to them, and a moment if and only if it is one."""
    history = simulate(plan, capacity)
    rows = np.repeat(np.arange(plan.case_size.size), plan.case_size)
    came = history.exit[plan.resident.size :]
    is_adult = np.arange(rows.size) - (plan.case_first - plan.resident.size)[rows] < plan.case_adults[rows]
    open_to = {
        CaseKind.ADULT: ({Exit.TO_ICE, Exit.RETURNED, Exit.TO_COURT}, set()),
        CaseKind.FAMILY: (
            {Exit.TO_ICE, Exit.TO_COURT, Exit.TO_OTHER_CUSTODY, Exit.RELEASED, Exit.TO_FAMILY_DETENTION},
            {Exit.TO_SHELTER, Exit.AGED_OUT, Exit.RELEASED, Exit.TO_FAMILY_DETENTION, Exit.RETURNED},
        ),
        CaseKind.CHILDREN: (set(), {Exit.TO_SHELTER, Exit.AGED_OUT, Exit.RETURNED}),
    }
    for kind, (for_adults, for_children) in open_to.items():
        for chosen, exits in ((is_adult, for_adults), (~is_adult, for_children)):
            assert set(came[chosen & (plan.case_kind[rows] == kind)].tolist()) <= exits | {Exit.INSIDE}
    is_family, is_grouped = plan.case_kind[rows] == CaseKind.FAMILY, history.is_grouped[plan.resident.size :]
    assert not (is_family & is_grouped & (came == Exit.RETURNED)).any()
    assert history.is_taken[history.exit == Exit.TO_OTHER_CUSTODY].all()
    assert (history.exit[: plan.resident.size] == Exit.NOT_HERE).all()
    assert ((history.left_cbp_at != NEVER) == ~np.isin(history.exit, [Exit.INSIDE, Exit.NOT_HERE])).all()


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_nothing_is_held_in_the_end_that_nobody_holds(plan, capacity):
    """Agents, workers, beds and places in use on the last minute are those of people the history shows there."""
    world = World(plan, capacity)
    world.env.run(until=capacity.horizon)
    history = world.history()
    assert [pool.in_use for pool in world.agents] == [_agents_busy(history, plan, capacity, place) for place in (0, 1)]
    at_desk = (history.desk_at != NEVER) & (history.cleared_at == NEVER) & ~_is_gone(history)
    assert world.desk.in_use == at_desk.sum()
    held = (history.bed_kind >= 0) & (history.left_shelter_at == NEVER) & ~_is_gone(history)
    assert [pool.in_use for pool in world.shelters.beds] == np.bincount(history.bed_kind[held], minlength=3).tolist()
    detained = (history.exit == Exit.TO_FAMILY_DETENTION) & (history.left_detention_at == NEVER)
    before = plan.detained_size[plan.detained_until >= capacity.horizon].sum()
    assert world.places.in_use == detained.sum() + before


def _agents_busy(history: History, plan: Plan, capacity: Facilities, place: int) -> int:
    """Agents at work on the last minute: one for each intake, and for each group that is processed together."""
    busy = 0
    for case in np.flatnonzero(plan.case_station == place):
        first = plan.case_first[case]
        jobs = [(history.intake_at[first], _intake_minutes(history, plan, capacity, case))]
        for lead, minutes in _processed_together(history, plan, capacity, case):
            jobs.append((history.processing_at[lead], minutes))
        busy += sum(begins < capacity.horizon <= begins + lasts for begins, lasts in jobs)
    return busy


def _design_at_intake(history: History, plan: Plan, capacity: Facilities, case: int) -> int:
    taken_in = history.intake_at[plan.case_first[case]]
    return max(int((capacity.designs.begins_at <= taken_in).sum()) - 1, 0)


def _intake_minutes(history: History, plan: Plan, capacity: Facilities, case: int) -> int:
    further = capacity.designs.intake_minutes[_design_at_intake(history, plan, capacity, case)]
    return plan.intake_minutes[case] + (further if plan.case_kind[case] == CaseKind.FAMILY else 0)


def _processed_together(history: History, plan: Plan, capacity: Facilities, case: int) -> Iterator[tuple[int, int]]:
    """First person and minutes of each group of a case that is processed together."""
    first, adults = plan.case_first[case], plan.case_adults[case]
    if plan.case_kind[case] == CaseKind.FAMILY and not history.is_grouped[first]:
        yield first, plan.adults_minutes[case]
        yield first + adults, plan.children_minutes[case]
        return
    further = capacity.designs.parting_minutes[_design_at_intake(history, plan, capacity, case)]
    yield first, plan.processing_minutes[case] + (further if plan.ground[case] else 0)


def _is_gone(history: History) -> np.ndarray:
    """Children whose way to a shelter a parent or a birthday has ended."""
    return (history.rejoined_at != NEVER) | (history.exit == Exit.AGED_OUT)


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_coordinators_and_the_team_hold_no_more_than_there_is_to_do(plan, capacity):
    """On the last minute: at most one coordinator a child whose message is due, one worker or desk a child in care."""
    world = World(plan, capacity)
    world.env.run(until=capacity.horizon)
    history = world.history()
    for station, pool in enumerate(world.mailroom.coordinators):
        assert 0 <= pool.in_use <= (_may_have_mail(history) & (plan.station == station)).sum()
    open_cases = history.is_in_class & (history.vetted_at == NEVER) & (history.left_shelter_at == NEVER)
    assert 0 <= world.reunions.team.in_use <= open_cases.sum()
    at_centre = (history.at_centre_at != NEVER) & (history.reunion_at == NEVER)
    assert 0 <= world.reunions.centre.in_use <= at_centre.sum()


def _may_have_mail(history: History) -> np.ndarray:
    """Children a message about whom may be on a coordinator's desk; after arrival the one that reports it."""
    happened = [getattr(history, name) != NEVER for name in ("determined_at", "forwarded_at")]
    asked = happened[0] & ~happened[1]
    placed = (history.designated_at != NEVER) & (history.arranged_at == NEVER)
    booked = (history.arranged_at != NEVER) & (history.itinerary_at == NEVER)
    arrived = (history.admitted_at != NEVER) & (history.exit == Exit.TO_SHELTER)
    return ((asked | placed | booked) & ~_is_gone(history)) | arrived


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_every_unit_is_given_back_when_there_is_time_and_plenty(plan, capacity):
    """However starved the first days were, with enough of everything from day 14 on nobody holds anything a year later.

    Only beds of children whose work of release is not done stay in use.
    """
    plenty = {"Mon+2 00:00": MANY}
    relieved = replace(
        capacity,
        horizon=at("Mon+52 00:00"),
        agents=tuple(_then(schedule, plenty) for schedule in capacity.agents),
        coordinators=tuple(_then(schedule, plenty) for schedule in capacity.coordinators),
        beds=tuple(_then(schedule, plenty) for schedule in capacity.beds),
        **{name: _then(getattr(capacity, name), plenty) for name in ("desk", "family_places", "team", "centre")},
    )
    world = World(plan, relieved)
    world.env.run(until=relieved.horizon)
    history = world.history()
    assert not ((history.exit == Exit.INSIDE) & plan.is_child).any()
    pools = [
        *world.agents, *world.mailroom.coordinators, *world.shelters.beds,
        world.desk, world.reunions.team, world.reunions.centre, world.places,
    ]  # fmt: skip
    assert {pool.name: pool.in_use for pool in pools if pool.in_use} == {}


def _then(schedule: Schedule, steps: dict[str, int]) -> Schedule:
    """A schedule that goes on with other steps."""
    after = schedule_of(steps)
    return Schedule(np.concatenate([schedule.at, after.at]), np.concatenate([schedule.capacity, after.capacity]))


# --- the last minute ------------------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities, cut=st.integers(FIRST + ARRIVALS_END, FIRST + 3 * DAY))
def test_shorter_run_tells_the_same_story_up_to_its_end(plan, capacity, cut):
    """What has happened by a minute does not depend on how much longer the run goes on."""
    whole, short_run = simulate(plan, capacity), simulate(plan, replace(capacity, horizon=cut))
    assert same_history(_cut(whole, cut, capacity), short_run, leaving_out=(*COUNTED, "load"))
    # Counts have no moments of their own: they only grow, and those of children who have arrived are final.
    arrived = short_run.admitted_at != NEVER
    for name in COUNTED:
        by_then, by_the_end = getattr(short_run, name), getattr(whole, name)
        assert (by_then <= by_the_end).all()
        assert np.array_equal(by_then[arrived], by_the_end[arrived])
    # The load at a parting takes the place of that at intake.
    settled = (whole.parted_at < cut) | (whole.parted_at == NEVER)
    settled &= short_run.intake_at != NEVER
    assert np.array_equal(short_run.load[settled], whole.load[settled])


COUNTED = ("messages_sent", "messages_lost", "is_phoned")

KNOWN_WITH = {
    "a_number": ("intake_at", 0),
    "desk": ("intake_at", -1),
    "is_grouped": ("intake_at", False),
    "ground": ("selected_at", Ground.NONE),
    "is_spared": ("selected_at", False),
    "is_alone": ("parted_at", False),
    "is_taken": ("parted_at", False),
    "separation_code": ("parted_at", Code.NONE),
    "note": ("parted_at", Note.NONE),
    "is_listed": ("parted_at", False),
    "parent_number": ("determined_at", ParentNumber.NONE),
    "bed_kind": ("designated_at", -1),
    "is_misrouted": ("itinerary_at", False),
    "exit": ("left_cbp_at", Exit.INSIDE),
    "shelter_exit": ("left_shelter_at", ShelterExit.NONE),
    "ice_exit": ("left_ice_at", IceExit.NONE),
    "found_by": ("found_at", FoundBy.NONE),
    "reunion": ("reunion_at", Reunion.NONE),
}
"""Columns that become known at a moment, and what they say before it."""


def _cut(history: History, minute: int, capacity: Facilities) -> History:
    """What of a history had happened before a minute."""
    columns = history.columns()
    cut = {
        name: np.where(column < minute, column, NEVER)
        for name, column in columns.items()
        if name.endswith("_at") and name != "apprehended_at"
    }
    resident = history.exit == Exit.NOT_HERE
    for name, (moment, otherwise) in KNOWN_WITH.items():
        stays = (cut[moment] != NEVER) | (resident & (name in ("bed_kind", "exit")))
        cut[name] = np.where(stays, columns[name], otherwise)
    cut["is_in_class"] = history.is_in_class & (capacity.reunions.order_at < minute)
    cut["court_outcome"] = _outcome_by_then(history, cut)
    return replace(history, **cut)


def _outcome_by_then(history: History, cut: dict[str, np.ndarray]) -> np.ndarray:
    """A slot is given at the referral; what the court says is known at the hearing."""
    heard = np.isin(history.court_outcome, [CourtOutcome.TIME_SERVED, CourtOutcome.JAIL])
    outcome = np.where(heard & (cut["heard_at"] == NEVER), CourtOutcome.PENDING, history.court_outcome)
    never_referred = (outcome == CourtOutcome.NEVER_REFERRED) & (cut["parted_at"] != NEVER)
    return np.where((cut["prosecution_referred_at"] != NEVER) | never_referred, outcome, CourtOutcome.NONE)


# --- plenty ---------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=plans)
def test_with_plenty_of_everything_every_moment_is_a_sum_of_durations(plan):
    """Nobody waits for anybody and nobody errs: moments follow from the plan alone.

    The itinerary, known 5 + 7 minutes after transport is asked for, may be later than the seat.
    """
    nothing = dict.fromkeys(Act, 0.0)
    history = play(
        replace(plan, **_no_outages(plan)),
        facilities_of(days=30, desk_minutes=15, notice=5, message_minutes=7, thresholds=nothing),
    )
    case = np.repeat(np.arange(plan.case_size.size), plan.case_size)
    came = slice(plan.resident.size, None)
    processed = (plan.case_at + plan.intake_minutes + plan.processing_minutes)[case]
    assert np.array_equal(history.intake_at[came], plan.case_at[case])
    assert np.array_equal(history.processed_at[came], processed)
    placed = (plan.case_kind[case] == CaseKind.CHILDREN) & ~plan.is_returned[came]
    determined = processed + plan.checks_minutes[case]
    arranged = determined + 7 + 15 + plan.designation_minutes[came] + 7
    boards = arranged + 5 + np.maximum(plan.transport_minutes[came], 7)
    assert np.array_equal(history.determined_at[came][placed], determined[placed])
    assert np.array_equal(history.left_cbp_at[came][placed], boards[placed])
    left = boards + plan.travel_minutes[came] + plan.stay_minutes[came]
    assert np.array_equal(history.left_shelter_at[came][placed], left[placed])
    released = (
        (plan.case_kind[case] == CaseKind.FAMILY) & (plan.ground[case] == Ground.NONE) & ~plan.seeks_detention[case]
    )
    leaves = processed + plan.checks_minutes[case] + plan.release_minutes[case]
    assert np.array_equal(history.left_cbp_at[came][released], leaves[released])


def _no_outages(plan: Plan) -> dict[str, np.ndarray]:
    """Empty columns in place of a plan's outages."""
    return {name: column[:0] for name, column in plan.columns().items() if name.startswith("outage")}


@EXAMPLES
@given(plan=plans, capacity=facilities)
def test_nobody_is_faster_than_the_plan(plan, capacity):
    """However much there is of everything, a stage takes its time: no moment comes before its planned durations."""
    history = simulate(plan, capacity)
    case = np.repeat(np.arange(plan.case_size.size), plan.case_size)
    came = slice(plan.resident.size, None)

    def assert_not_faster(begins: np.ndarray, ends: np.ndarray, minutes: np.ndarray) -> None:
        both = (begins[came] != NEVER) & (ends[came] != NEVER)
        assert (ends[came][both] - begins[came][both] >= minutes[both]).all()

    assert_not_faster(history.intake_at, history.processing_at, plan.intake_minutes[case])
    apart = (plan.case_kind[case] == CaseKind.FAMILY) & ~history.is_grouped[came]
    by_themselves = np.where(plan.is_child[came], plan.children_minutes[case], plan.adults_minutes[case])
    processing = np.where(apart, by_themselves, plan.processing_minutes[case])
    assert_not_faster(history.processing_at, history.processed_at, processing)
    handled = ~history.is_phoned[came] & ~capacity.designs.is_automatic.any()
    handling = np.where(handled, capacity.mail.handling_minutes, 0)
    assert_not_faster(history.determined_at, history.forwarded_at, handling)
    assert_not_faster(history.designated_at, history.arranged_at, plan.designation_minutes[came] + handling)
    assert_not_faster(history.arranged_at, history.itinerary_at, capacity.transport.notice + handling)
    earliest_notice = int(capacity.mail.notice_minutes.min())
    noticed = history.messages_lost[came] * np.int64(earliest_notice)
    assert_not_faster(history.determined_at, history.admitted_at, noticed)
    assert_not_faster(history.desk_at, history.cleared_at, np.full(case.size, capacity.desk_minutes))
    designated = np.where(history.exit == Exit.TO_SHELTER, history.designated_at, NEVER)
    shortest = plan.designation_minutes + plan.transport_minutes + capacity.transport.notice
    assert_not_faster(designated, history.left_cbp_at, shortest[came])
    assert_not_faster(history.left_cbp_at, history.admitted_at, plan.travel_minutes[came])


# --- order and independence -----------------------------------------------------------------------------------------


@EXAMPLES
@given(
    here=st.lists(cases_with(children_born(thirteen_soon), station=st.just(0)), max_size=5),
    there=cases,
    agents=agents,
    coordinators=short["coordinators"],
    order=short["order"],
    designs=short["designs"],
)
def test_station_does_not_feel_another_where_they_share_nothing_short(
    here, there, agents, coordinators, order, designs
):
    """With desks, beds and workers enough, who comes to one station moves nobody at another, not even an A-number."""
    elsewhere = [replace(case, station=1) for case in there]
    capacity = facilities_of(
        days=5,
        agents=agents,
        hearings=["Mon 09:00", "Tue 09:00"],
        coordinators=coordinators,
        message_minutes=30,
        rated_children=1,
        children_per_diverted_agent=1,
        order=order,
        designs=designs,
    )
    by_itself = simulate(plan_of(*here), capacity)
    for mixed, first in ((here + elsewhere, 0), (elsewhere + here, sum(len(case.members) for case in elsewhere))):
        history = simulate(plan_of(*mixed), capacity)
        rows = slice(first, first + by_itself.exit.size)
        assert same_history(replace(history, **{name: col[rows] for name, col in history.columns().items()}), by_itself)


@EXAMPLES
@given(cases=cases, capacity=facilities, seed=st.integers(0, 999))
def test_order_of_rows_decides_nothing_but_ties(cases, capacity, seed):
    """Rows may be shuffled: if no two cases join a queue at the same minute, everybody's history stays the same."""
    order = np.random.default_rng(seed).permutation(len(cases))
    plan, shuffled = plan_of(*cases), plan_of(*(cases[row] for row in order))
    history = simulate(plan, capacity)
    assume(not _has_ties(plan, capacity))
    rows = np.concatenate([np.zeros(0, int), *(np.arange(plan.case_size[row]) + plan.case_first[row] for row in order)])
    expected = replace(history, **{name: column[rows] for name, column in history.columns().items()})
    assert same_history(expected, simulate(shuffled, capacity))


def _has_ties(plan: Plan, capacity: Facilities) -> bool:
    """Whether two cases join a queue, ask a court or for places, or give beds back and look at them, in one minute."""
    history, joins = _play_and_note_joins(plan, capacity)
    case_of = np.repeat(np.arange(plan.case_size.size), plan.case_size)
    first = plan.case_first
    asks = [
        (history.prosecution_referred_at, case_of),
        (history.processed_at[first] + plan.checks_minutes, np.arange(first.size)),
    ]
    for number, (moments, who) in enumerate(asks):
        joins |= {(-number, int(at), int(row)) for at, row in zip(moments, who, strict=True) if at < capacity.horizon}
    if len({join[:2] for join in joins}) < len(joins):
        return True
    freed = (history.rejoined_at, history.left_shelter_at)
    return any(np.isin(moments[moments != NEVER], history.selected_at).any() for moments in freed)


def _play_and_note_joins(plan: Plan, capacity: Facilities) -> tuple[History, set[tuple[int, int, int]]]:
    """Play, and note who joined which queue at which minute."""
    joins: set[tuple[int, int, int]] = set()

    class Watched(Pool):
        """A pool whose queue is watched."""

        def seize(self, entity: int, priority: int = 0):
            joins.add((self.number + 1, self.env.now, entity))
            return super().seize(entity, priority)

    world = World(plan, capacity)
    pools = [*world.agents, *world.mailroom.coordinators, *world.shelters.beds, world.desk]
    for pool in (*pools, world.reunions.team, world.reunions.centre):
        pool.__class__ = type("Watched", (Watched, type(pool)), {})
    world.env.run(until=capacity.horizon)
    return world.history(), joins


@EXAMPLES
@given(
    alike=adults_of_one_minute,
    others=cases,
    capacity=facilities,
    seed=st.integers(0, 999),
)
def test_cases_alike_to_the_queue_may_change_places(alike, others, capacity, seed):
    """Adults of one minute with equal times of service: shuffled, somebody is always served at the same moments."""
    order = np.random.default_rng(seed).permutation(len(alike))
    told = []
    for rows in (alike, [alike[row] for row in order]):
        history = simulate(plan_of(*rows, *others), capacity)
        stages = np.stack([history.intake_at, history.processing_at, history.processed_at, history.a_number])
        told.append((sorted(map(tuple, stages[:, : len(alike)].T.tolist())), stages[:, len(alike) :].tolist()))
    assert told[0] == told[1]


@EXAMPLES
@given(plan=plans, capacity=facilities_without_pauses)
def test_more_desks_than_cases_change_nothing(plan, capacity):
    """A unit that nobody can use more is no unit: a hundred agents serve as a thousand do."""
    plenty = [replace(capacity.agents[0], at=np.array([FIRST]), capacity=np.array([many])) for many in (100, 1000)]
    histories = [simulate(plan, replace(capacity, agents=(many, many))) for many in plenty]
    assert histories[0].digest() == histories[1].digest()


# --- rules ----------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=plans, capacity=facilities)
def test_who_is_parted_was_selected_and_not_spared(plan, capacity):
    """Selection, sparing and parting agree for every member of a family."""
    history = simulate(plan, capacity)
    for first, size, adults, kind, ground, both in zip(
        plan.case_first,
        plan.case_size,
        plan.case_adults,
        plan.case_kind,
        plan.ground,
        plan.takes_second_adult,
        strict=True,
    ):
        members = slice(first, first + size)
        processed = history.processed_at[first] != NEVER
        selected = kind == CaseKind.FAMILY and ground != Ground.NONE and processed and history.is_grouped[first]
        assert (
            (history.selected_at[members] != NEVER).all() == (history.selected_at[members] != NEVER).any() == selected
        )
        spared = history.is_spared[members]
        assert spared.all() == spared.any()
        assert not spared.any() or ground == Ground.PROSECUTION
        parted = selected and not spared.any()
        assert (history.parted_at[members] != NEVER).tolist() == [parted] * size
        alone_expected = parted and (both or adults == 1)
        assert history.is_alone[members].tolist() == [False] * adults + [alone_expected] * (size - adults)


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_boarding_keeps_the_contractors_hours_and_the_childs_age(plan, capacity):
    """Nobody boards out of hours, or after the minute of the eighteenth birthday."""
    history = simulate(plan, capacity)
    boarded = history.exit == Exit.TO_SHELTER
    minute = history.left_cbp_at[boarded] % DAY
    assert ((minute >= capacity.transport.opens_at) & (minute < capacity.transport.closes_at)).all()
    assert (history.left_cbp_at[boarded] <= plan.turns_18_at[boarded]).all()


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_numbers_are_unique_and_of_the_stations_range(plan, capacity):
    """Everybody taken in has a number of the own station, and no two share one."""
    history = simulate(plan, capacity)
    rows = np.repeat(plan.case_station, plan.case_size)
    given_out = history.a_number[plan.resident.size :]
    has_number = given_out != 0
    assert np.unique(given_out[has_number]).size == has_number.sum()
    assert ((given_out[has_number] - 900_000_000) // 9_000_000 == rows[has_number]).all()
    assert (has_number == (history.intake_at[plan.resident.size :] != NEVER)).all()


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_what_nobody_grouped_nobody_parts_lists_or_reunites(plan, capacity):
    """A family without a unit is parted by nobody's decision: no ground, code, note, list, number or class is its own.

    Its children are placed as children without a parent, its adults leave as adults without a family.
    """
    history = play(plan, capacity)
    first = plan.case_first
    apart = (plan.case_kind == CaseKind.FAMILY) & (history.intake_at[first] != NEVER) & ~history.is_grouped[first]
    rows = np.zeros(history.exit.size, dtype=bool)
    rows[plan.resident.size :] = np.repeat(apart, plan.case_size)
    for name in ("selected_at", "parted_at", "asked_at", "found_at", "reunion_at", "rejoined_at"):
        assert (getattr(history, name)[rows] == NEVER).all(), name
    for name in ("ground", "separation_code", "note", "parent_number", "is_listed", "is_in_class", "is_taken"):
        assert not getattr(history, name)[rows].any(), name
    assert set(history.exit[rows & plan.is_child]) <= {Exit.INSIDE, Exit.TO_SHELTER, Exit.AGED_OUT, Exit.RETURNED}
    assert set(history.exit[rows & ~plan.is_child]) <= {Exit.INSIDE, Exit.TO_ICE, Exit.TO_COURT, Exit.RETURNED}


# --- what is written, and mail --------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_acts_are_settled_where_their_moment_was_and_nowhere_else(plan, capacity):
    """Code, note and sheet belong to a parting, a parent's number to a separated child's referral, load to families."""
    history = simulate(plan, capacity)
    parted = history.parted_at != NEVER
    assert np.array_equal(history.separation_code != Code.NONE, parted)
    assert np.array_equal(history.note != Note.NONE, parted)
    assert parted[history.is_listed].all()
    referred = history.is_alone & (history.determined_at != NEVER)
    assert np.array_equal(history.parent_number != ParentNumber.NONE, referred)
    is_family = np.zeros(parted.size, dtype=bool)
    is_family[plan.resident.size :] = np.repeat(plan.case_kind == CaseKind.FAMILY, plan.case_size)
    assert np.array_equal(history.load >= 0, is_family & (history.intake_at != NEVER))
    assert history.load.max(initial=-1) < LOADS


@EXAMPLES
@given(
    plan=birthday_plans,
    capacity=facilities,
    act=st.sampled_from([Act.CODE_BLANK, Act.NOTE_NOTHING, Act.NOT_LISTED, Act.NUMBER_WRONG]),
)
def test_what_is_written_moves_nobody_until_somebody_looks_for_a_parent(plan, capacity, act):
    """Without an order and without requests, what clerks fill in changes nothing but what is written."""
    plan = replace(plan, asks=np.zeros_like(plan.asks))
    capacity = replace(capacity, reunions=replace(capacity.reunions, order_at=NEVER))
    one, other = (simulate(plan, replace(capacity, designs=_with_share(capacity, act, share))) for share in (ROLLS, 0))
    assert same_history(one, other, leaving_out=("separation_code", "note", "is_listed", "parent_number"))


def _with_share(capacity: Facilities, act: Act, threshold: int):
    thresholds = capacity.designs.thresholds.copy()
    thresholds[:, act] = threshold
    return replace(capacity.designs, thresholds=thresholds)


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_children_who_arrive_have_seven_messages_or_more(plan, capacity):
    """Three messages, three answers and the arrival's report; each that is telephoned in the end spares the two of it.

    A lost message is sent again, so those that were not lost are never more than seven.
    """
    history = simulate(plan, capacity)
    arrived = (history.exit == Exit.TO_SHELTER) & (history.admitted_at != NEVER)
    kept = history.messages_sent.astype(int) - history.messages_lost
    assert (kept[arrived & ~history.is_phoned] == 7).all()
    assert np.isin(kept[arrived & history.is_phoned], [1, 3, 5]).all()
    on_board = (history.exit == Exit.TO_SHELTER) & ~history.is_phoned
    assert (kept[on_board] >= 6).all()
    assert (history.messages_lost[history.is_phoned] >= capacity.mail.tries).all()
    assert (kept <= 7).all()


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_machines_lose_nothing_and_wait_only_for_the_end_of_an_outage(plan, capacity):
    """Under an automatic exchange every message takes no time, or until the link is there again; coordinators idle."""
    machines = replace(capacity.designs, is_automatic=np.ones_like(capacity.designs.is_automatic))
    starved = tuple(schedule_of(0) for _ in capacity.coordinators)
    capacity = replace(capacity, designs=machines, coordinators=starved)
    history = simulate(plan, capacity)
    assert not history.messages_lost.any()
    assert not history.is_phoned.any()
    for sent, known in (("determined_at", "forwarded_at"), ("arranged_at", "itinerary_at")):
        begins, ends = getattr(history, sent), getattr(history, known)
        notice = capacity.transport.notice if sent == "arranged_at" else 0
        for child in np.flatnonzero(ends != NEVER):
            assert ends[child] == _link_back(plan, plan.station[child], begins[child] + notice)


def _link_back(plan: Plan, station: int, minute: int) -> int:
    """The minute, or the end of the outage it lies in."""
    for place, begins, ends in zip(plan.outage_station, plan.outage_begins, plan.outage_ends, strict=True):
        if place == station and begins <= minute < ends:
            return ends
    return minute


# --- reunification --------------------------------------------------------------------------------------------------

MET = (Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.ABROAD)


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_reunited_child_holds_no_bed_and_who_is_not_reunited_keeps_it(plan, capacity):
    """Child and parent are together only after the bed is given back; a reason against it leaves the child in care."""
    history = play(plan, capacity)
    settled = history.reunion_at != NEVER
    met = np.isin(history.reunion, MET)
    assert np.array_equal(settled, history.reunion != Reunion.NONE)
    assert (history.left_shelter_at[met] <= history.reunion_at[met]).all()
    assert (history.shelter_exit[met] == ShelterExit.REUNITED).all()
    against = settled & ~met
    assert (history.left_shelter_at[against] >= history.reunion_at[against]).all()
    assert (history.shelter_exit[against] != ShelterExit.REUNITED).all()
    travelled = history.at_centre_at != NEVER
    assert (history.shelter_exit[travelled] == ShelterExit.REUNITED).all()


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_nobody_is_reunited_unless_separated_found_and_by_order_vetted(plan, capacity):
    """Who belongs to nobody known is not sought; by order the parent is found, then vetted, then comes the outcome."""
    history = play(plan, capacity)
    earlier = np.zeros(history.exit.size, dtype=bool)
    earlier[plan.resident[plan.resident_parent != EarlierParent.NONE]] = True
    separated = history.is_alone | earlier
    for name in ("asked_at", "found_at", "vetted_at", "reunion_at", "at_centre_at"):
        assert separated[getattr(history, name) != NEVER].all(), name
    assert separated[history.is_in_class].all()
    settled = history.reunion_at != NEVER
    assert (history.found_at[settled] <= history.reunion_at[settled]).all()
    by_order = settled & (history.reunion != Reunion.BY_REQUEST)
    assert history.is_in_class[by_order].all()
    assert (history.found_at[by_order] <= history.vetted_at[by_order]).all()
    assert (history.vetted_at[by_order] <= history.reunion_at[by_order]).all()
    assert not history.is_in_class[history.reunion == Reunion.BY_REQUEST].any() or capacity.reunions.order_at != NEVER


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_class_of_the_order_is_who_is_separated_when_it_comes(plan, capacity):
    """Everybody parted before, not rejoined, not out of the shelter, a child still; nobody else, now or later."""
    history = simulate(plan, capacity)
    order = capacity.reunions.order_at
    earlier = np.zeros(history.exit.size, dtype=bool)
    earlier[plan.resident[plan.resident_parent != EarlierParent.NONE]] = True
    parted = earlier | (history.is_alone & (history.parted_at < order))
    # Sponsors come before an order of the minute, parents only after it.
    by_then = np.where(history.shelter_exit == ShelterExit.REUNITED, order - 1, order)
    out = (history.left_shelter_at <= by_then) | (history.rejoined_at < order)
    out |= (history.exit == Exit.AGED_OUT) & (history.left_cbp_at < order)
    expected = parted & ~out & (order < capacity.horizon)
    # At the very minute of the order partings and rejoinings of others may come before or after it.
    unsure = (history.parted_at == order) | (history.rejoined_at == order)
    unsure |= (history.exit == Exit.AGED_OUT) & (history.left_cbp_at == order)
    assert np.array_equal(history.is_in_class[~unsure], expected[~unsure])


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_order_finds_the_parent_of_every_child_in_care(plan, capacity):
    """Where the team is large and review always finds: after one review at the latest, counted from the order.

    From arrival for children who reach a shelter later; unless the child is out of the shelter by then.
    """
    plan = replace(plan, is_found_by_review=np.ones_like(plan.is_found_by_review))
    capacity = replace(capacity, team=schedule_of(MANY))
    history = simulate(plan, capacity)
    begins = np.maximum(capacity.reunions.order_at, history.admitted_at)
    due = begins + capacity.reunions.review_minutes
    due = np.where(history.is_in_class & (history.admitted_at != NEVER), due, NEVER)
    in_care = due < np.minimum(history.left_shelter_at, capacity.horizon)
    assert (history.found_at[in_care] <= due[in_care]).all()


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_parent_who_is_known_is_not_removed_while_the_search_goes_on(plan, capacity):
    """Under the order nobody is sent abroad between being found and meeting the child, or the reason against it."""
    history = simulate(plan, capacity)
    reunited = history.shelter_exit == ShelterExit.REUNITED
    over = np.where(reunited, history.reunion_at, np.minimum(history.reunion_at, history.left_shelter_at))
    begins = np.maximum(np.maximum(history.found_at, history.admitted_at), capacity.reunions.order_at)
    for case in np.flatnonzero((plan.case_kind == CaseKind.FAMILY) & (plan.case_adults == 1)):
        parent = plan.case_first[case]
        children = np.arange(parent + 1, parent + plan.case_size[case])
        searched = children[history.is_in_class[children]]
        removed = history.left_ice_at[parent] if history.ice_exit[parent] == IceExit.REMOVED else NEVER
        assert ((removed <= begins[searched]) | (over[searched] <= removed)).all()


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_everybodys_custody_ends_once_and_in_order(plan, capacity):
    """Court or jail, then ICE, one after the other; ICE's custody ends by the plan or with a child.

    Only removals are put off, and only under the order.
    """
    history = play(plan, capacity)
    in_court = np.isin(history.exit, [Exit.TO_COURT, Exit.TO_OTHER_CUSTODY])
    assert in_court[history.freed_at != NEVER].all()
    reached = np.where(in_court, history.freed_at, np.where(history.exit == Exit.TO_ICE, history.left_cbp_at, NEVER))
    assert not (plan.is_child & (history.left_ice_at != NEVER)).any()
    ended = history.left_ice_at != NEVER
    assert (reached[ended] <= history.left_ice_at[ended]).all()
    by_plan = ended & (history.ice_exit != IceExit.WITH_CHILD)
    stayed = history.left_ice_at - reached
    assert (stayed[by_plan] >= plan.ice_minutes[by_plan]).all()
    put_off = by_plan & (stayed > plan.ice_minutes)
    assert (history.is_taken & (history.ice_exit == IceExit.REMOVED))[put_off].all()
    assert (history.left_ice_at > capacity.reunions.order_at)[put_off].all()
    assert history.is_taken[history.ice_exit == IceExit.WITH_CHILD].all()
    rejoined = history.rejoined_at != NEVER
    assert (history.freed_at[rejoined] == NEVER).all()


def test_kinds_of_bed_are_three():
    """The strategies above name each kind of bed by its number."""
    assert len(BED_KINDS) == 3
