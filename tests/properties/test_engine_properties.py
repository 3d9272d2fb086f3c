"""What holds for every small plan and every capacity, whatever waits for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import hypothesis
import numpy as np
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st
from tests.builders import (
    FIRST,
    FIXED,
    Adult,
    Case,
    Child,
    Detained,
    Resident,
    Rule,
    Sittings,
    adult,
    alone,
    facilities_of,
    family,
    plan_of,
    play,
    same_history,
)

from borderops.config.schema import BED_KINDS
from borderops.operations.facilities import Facilities
from borderops.operations.history import CourtOutcome, Exit, History, ShelterExit
from borderops.operations.plan import AdultPath, CaseKind, Ground, Plan
from borderops.operations.reference import World, simulate
from borderops.units import DAY, HOUR, NEVER

EXAMPLES = hypothesis.settings(FIXED, max_examples=60, suppress_health_check=list(HealthCheck))

# --- plans ----------------------------------------------------------------------------------------------------------

ARRIVALS_END = 2 * DAY
whens = st.integers(FIRST, FIRST + ARRIVALS_END - 1)
minutes = st.integers(1, 300)
long_minutes = st.integers(1, 2 * DAY)
times = {"intake": minutes, "processing": minutes, "station": st.integers(0, 1)}


def _children(born: st.SearchStrategy[date | None]) -> st.SearchStrategy[Child]:
    return st.builds(
        Child,
        age=st.sampled_from([2, 12, 15]),
        born=born,
        is_girl=st.booleans(),
        mail=minutes,
        designation=minutes,
        transport=long_minutes,
        travel=minutes,
        stay=st.integers(1, 5 * DAY),
        is_returned=st.sampled_from([False, False, False, True]),
        departs=minutes,
    )


thirteen_soon = st.none() | st.dates(date(2005, 1, 1), date(2005, 1, 6))
eighteen_soon = thirteen_soon | st.dates(date(2000, 1, 1), date(2000, 1, 6))


def _adult(jail: int, **body) -> Adult:
    return Adult(jail=0 if body["back"] else jail, **body)


bodies = st.builds(
    _adult,
    departs=minutes,
    back=st.sampled_from(["19:00", None, "10:00", "19:30"]),
    jail=st.sampled_from([0, DAY]),
    declined=st.sampled_from([False] * 5 + [True]),
    never_referred=st.sampled_from([False] * 5 + [True]),
    hearing_until=st.sampled_from([None, None, "Tue 09:00", "Mon 12:00"]),
    lapses=st.sampled_from([None, "Wed 09:00", "Tue 00:00"]),
)


def single_adult(when: int, path: AdultPath, body: Adult, **times) -> Case:
    """An adult without a family."""
    return Case(when, (replace(body, path=path),), CaseKind.ADULT, **times)


def _family(when: int, children: list[Child], **times) -> Case:
    return family(when, *children, **times)


def _alone(when: int, children: list[Child], **times) -> Case:
    return alone(when, *children, **times)


def _cases(children: st.SearchStrategy[Child], **more) -> st.SearchStrategy[Case]:
    some = {**times, **more}
    adults = st.builds(single_adult, whens, path=st.sampled_from(AdultPath), body=bodies, **some)
    families = st.builds(
        _family,
        whens,
        st.lists(children, min_size=1, max_size=2),
        adults=st.integers(1, 2),
        parent=bodies,
        ground=st.sampled_from([Ground.PROSECUTION, Ground.NONE, Ground.PROSECUTION, Ground.HEALTH]),
        takes_second=st.booleans(),
        checks=minutes,
        separated_checks=minutes,
        seeks_detention=st.booleans(),
        detention=long_minutes,
        release=minutes,
        rejoined_release=minutes,
        **some,
    )
    children_alone = st.builds(_alone, whens, st.lists(children, min_size=1, max_size=2), checks=minutes, **some)
    return families | adults | children_alone | families


cases = st.lists(_cases(_children(thirteen_soon)), min_size=2, max_size=9)
birthday_cases = st.lists(_cases(_children(eighteen_soon)), min_size=2, max_size=9)
residents = st.lists(st.builds(Resident, kind=st.sampled_from([0, 0, 1, 2]), stay=st.integers(1, 5 * DAY)), max_size=4)
detained = st.lists(
    st.builds(Detained, st.integers(2, 3), st.sampled_from(["Mon 12:00", "Tue 10:00", "Sat 00:00"])), max_size=2
)

# --- capacities -----------------------------------------------------------------------------------------------------

STEPS = ("Mon 00:00", "Mon 14:00", "Tue 00:00", "Wed 06:00")


def _capacity(*units: int) -> st.SearchStrategy[dict[str, int]]:
    numbers = st.lists(st.sampled_from(units), min_size=1, max_size=len(STEPS))
    return numbers.map(lambda found: dict(zip(STEPS, found, strict=False)))


short = {
    "days": st.integers(4, 12),
    "agents": st.lists(_capacity(1, 2, 3, 0), min_size=2, max_size=2),
    "desk": _capacity(1, 2, 0),
    "desk_minutes": st.integers(1, 60),
    "beds": st.lists(_capacity(1, 2, 3, 0), min_size=3, max_size=3),
    "family_places": _capacity(4, 2, 6, 0),
    "hearings": st.sampled_from(
        [
            ["Mon 09:00", "Tue 09:00", "Wed 09:00"],
            {"Mon 09:00": (1, 0), "Tue 09:00": (0, 1), "Wed 09:00": (2, 1), "Thu 09:00": (1, 1)},
            {"Tue 09:00": (1, 1), "Fri 09:00": (1, 0)},
            [],
        ]
    ),
    "sits_at_second_station": st.sampled_from([None, None, {"Tue 09:00": (1, 1), "Fri 09:00": (1, 0)}]),
    "court_notice": st.sampled_from([0, 30, 12 * HOUR]),
    "court_lead": st.sampled_from([0, 3 * HOUR, DAY]),
    "opens_at": st.sampled_from([0, 5 * HOUR]),
    "closes_at": st.sampled_from([21 * HOUR, DAY]),
    "notice": st.integers(0, 120),
    "weekend_per_mille": st.sampled_from([1000, 1400]),
    "pace": st.sampled_from([{0: 1.0}, {0: 1.0, 2: 0.3}, {0: 0.5, 1: 2.0}]),
    "number_block": st.integers(1, 5),
}
rules = st.lists(st.builds(Rule, st.sampled_from([0, 0, 2]), st.sampled_from([0, 500, 1000])), max_size=2)


def _facilities(hearings: Sittings, sits_at_second_station: Sittings | None, **more) -> Facilities:
    """Facilities with one court for both stations, or one for each."""
    if sits_at_second_station is None:
        return facilities_of(hearings=hearings, **more)
    return facilities_of(hearings=[hearings, sits_at_second_station], district_of={1: 1}, **more)


facilities_without_pauses = st.builds(_facilities, **short)
facilities = st.builds(_facilities, **short, pauses=rules)
plans = st.builds(lambda *parts: plan_of(*parts[0], residents=parts[1], detained=parts[2]), cases, residents, detained)
birthday_plans = st.builds(
    lambda *parts: plan_of(*parts[0], residents=parts[1], detained=parts[2]), birthday_cases, residents, detained
)


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
            {Exit.TO_ICE, Exit.TO_COURT, Exit.RELEASED, Exit.TO_FAMILY_DETENTION},
            {Exit.TO_SHELTER, Exit.AGED_OUT, Exit.RELEASED, Exit.TO_FAMILY_DETENTION},
        ),
        CaseKind.CHILDREN: (set(), {Exit.TO_SHELTER, Exit.AGED_OUT, Exit.RETURNED}),
    }
    for kind, (for_adults, for_children) in open_to.items():
        for chosen, exits in ((is_adult, for_adults), (~is_adult, for_children)):
            assert set(came[chosen & (plan.case_kind[rows] == kind)].tolist()) <= exits | {Exit.INSIDE}
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
    gone = (history.rejoined_at != NEVER) | (history.exit == Exit.AGED_OUT)
    at_desk = (history.desk_at != NEVER) & (history.cleared_at == NEVER) & ~gone
    assert world.desk.in_use == at_desk.sum()
    held = (history.bed_kind >= 0) & (history.left_shelter_at == NEVER) & ~gone
    assert [pool.in_use for pool in world.beds] == np.bincount(history.bed_kind[held], minlength=3).tolist()
    detained = (history.exit == Exit.TO_FAMILY_DETENTION) & (history.left_detention_at == NEVER)
    before = plan.detained_size[plan.detained_until >= capacity.horizon].sum()
    assert world.places.in_use == detained.sum() + before


def _agents_busy(history: History, plan: Plan, capacity: Facilities, place: int) -> int:
    here = plan.case_station == place
    first = plan.case_first[here]
    busy = 0
    for begins, lasts in (
        (history.intake_at[first], plan.intake_minutes[here]),
        (history.processing_at[first], plan.processing_minutes[here]),
    ):
        busy += int(((begins != NEVER) & (begins + lasts >= capacity.horizon)).sum())
    return busy


# --- the last minute ------------------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities, cut=st.integers(FIRST + ARRIVALS_END, FIRST + 3 * DAY))
def test_shorter_run_tells_the_same_story_up_to_its_end(plan, capacity, cut):
    """What has happened by a minute does not depend on how much longer the run goes on."""
    short_run = simulate(plan, replace(capacity, horizon=cut))
    assert same_history(_cut(simulate(plan, capacity), cut), short_run)


def _cut(history: History, minute: int) -> History:
    """What of a history had happened before a minute."""
    columns = history.columns()
    cut = {
        name: np.where(column < minute, column, NEVER)
        for name, column in columns.items()
        if name.endswith("_at") and name != "apprehended_at"
    }
    resident = history.exit == Exit.NOT_HERE
    unless = {
        "a_number": ("intake_at", 0),
        "desk": ("intake_at", -1),
        "ground": ("selected_at", 0),
        "is_spared": ("selected_at", False),
        "is_alone": ("parted_at", False),
        "is_taken": ("parted_at", False),
        "bed_kind": ("designated_at", -1),
        "exit": ("left_cbp_at", Exit.INSIDE),
        "shelter_exit": ("left_shelter_at", ShelterExit.NONE),
        "court_outcome": ("parted_at", CourtOutcome.NONE),
    }
    for name, (moment, otherwise) in unless.items():
        stays = (cut[moment] != NEVER) | (resident & (name in ("bed_kind", "exit")))
        cut[name] = np.where(stays, columns[name], otherwise)
    # A slot is given at the referral; what the court says is known at the hearing.
    outcome, heard = (
        history.court_outcome,
        np.isin(history.court_outcome, [CourtOutcome.TIME_SERVED, CourtOutcome.JAIL]),
    )
    outcome = np.where(heard & (cut["heard_at"] == NEVER), CourtOutcome.PENDING, outcome)
    is_settled = (cut["prosecution_referred_at"] != NEVER) | (cut["court_outcome"] == CourtOutcome.NEVER_REFERRED)
    cut["court_outcome"] = np.where(is_settled, outcome, CourtOutcome.NONE).astype(outcome.dtype)
    return replace(history, **cut)


# --- plenty ---------------------------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=plans)
def test_with_plenty_of_everything_every_moment_is_a_sum_of_durations(plan):
    """Nobody waits for anybody: moments follow from the plan alone."""
    history = play(plan, facilities_of(days=30, desk_minutes=15, notice=5))
    case = np.repeat(np.arange(plan.case_size.size), plan.case_size)
    came = slice(plan.resident.size, None)
    processed = (plan.case_at + plan.intake_minutes + plan.processing_minutes)[case]
    assert np.array_equal(history.intake_at[came], plan.case_at[case])
    assert np.array_equal(history.processed_at[came], processed)
    placed = (plan.case_kind[case] == CaseKind.CHILDREN) & ~plan.is_returned[came]
    determined = processed + plan.checks_minutes[case]
    boards = (
        determined + plan.mail_minutes[came] + 15 + plan.designation_minutes[came] + 5 + plan.transport_minutes[came]
    )
    assert np.array_equal(history.determined_at[came][placed], determined[placed])
    assert np.array_equal(history.left_cbp_at[came][placed], boards[placed])
    left = boards + plan.travel_minutes[came] + plan.stay_work[came] // 1000
    assert np.array_equal(history.left_shelter_at[came][placed], left[placed])
    released = (
        (plan.case_kind[case] == CaseKind.FAMILY) & (plan.ground[case] == Ground.NONE) & ~plan.seeks_detention[case]
    )
    leaves = processed + plan.checks_minutes[case] + plan.release_minutes[case]
    assert np.array_equal(history.left_cbp_at[came][released], leaves[released])


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
    assert_not_faster(history.processing_at, history.processed_at, plan.processing_minutes[case])
    assert_not_faster(history.determined_at, history.desk_at, plan.mail_minutes[came])
    assert_not_faster(history.desk_at, history.cleared_at, np.full(case.size, capacity.desk_minutes))
    designated = np.where(history.exit == Exit.TO_SHELTER, history.designated_at, NEVER)
    shortest = plan.designation_minutes + plan.transport_minutes + capacity.transport.notice
    assert_not_faster(designated, history.left_cbp_at, shortest[came])
    assert_not_faster(history.left_cbp_at, history.admitted_at, plan.travel_minutes[came])


# --- order and independence -----------------------------------------------------------------------------------------


@EXAMPLES
@given(
    here=st.lists(_cases(_children(thirteen_soon), station=st.just(0)), max_size=5), there=cases, agents=short["agents"]
)
def test_station_does_not_feel_another_where_they_share_nothing_short(here, there, agents):
    """With desks and beds enough, who comes to one station moves nobody at another, not even an A-number."""
    elsewhere = [replace(case, station=1) for case in there]
    capacity = facilities_of(days=5, agents=agents, hearings=["Mon 09:00", "Tue 09:00"])
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
    assume(not _has_ties(history, plan, capacity))
    rows = np.concatenate([np.zeros(0, int), *(np.arange(plan.case_size[row]) + plan.case_first[row] for row in order)])
    expected = replace(history, **{name: column[rows] for name, column in history.columns().items()})
    assert same_history(expected, simulate(shuffled, capacity))


def _has_ties(history: History, plan: Plan, capacity: Facilities) -> bool:
    """Whether two cases join a queue, ask for places, or give a bed back and look at the beds at the same minute."""
    case = np.repeat(np.arange(plan.case_size.size), plan.case_size)
    first = plan.case_first
    taken_in = history.intake_at[first] + plan.intake_minutes
    child_first = plan.case_kind != CaseKind.ADULT
    joins = [
        np.stack([plan.case_at, plan.case_station, np.arange(first.size)]),
        np.stack([taken_in, plan.case_station * 2 + child_first, np.arange(first.size)]),
        np.stack([history.processed_at[first] + plan.checks_minutes, np.zeros(first.size, int), np.arange(first.size)]),
        np.stack([history.determined_at + plan.mail_minutes, np.zeros(case.size, int), case]),
        np.stack([history.cleared_at, np.zeros(case.size, int), case]),
        np.stack([history.prosecution_referred_at, np.zeros(case.size, int), case]),
    ]
    if np.isin(history.rejoined_at[history.rejoined_at != NEVER], history.selected_at).any():
        return True
    for join in joins:
        happened = np.unique(join[:, join[0] < capacity.horizon], axis=1)  # members of one case count once
        if np.unique(happened[:2], axis=1).shape[1] < happened.shape[1]:
            return True
    return False


@EXAMPLES
@given(
    alike=st.lists(
        st.builds(adult, st.just(FIRST + HOUR), departs=minutes, path=st.sampled_from(AdultPath)), max_size=6
    ),
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
        selected = kind == CaseKind.FAMILY and ground != Ground.NONE and processed
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


def test_kinds_of_bed_are_three():
    """The strategies above name each kind of bed by its number."""
    assert len(BED_KINDS) == 3
