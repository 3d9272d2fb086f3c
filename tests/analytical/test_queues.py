"""Single stages against exact results of queueing theory: Erlang-C, priorities, Pollaczek-Khinchine, Erlang-B.

Arrivals are Poisson from a fixed seed. A test passes when the 99.9 % interval of the mean over replications holds the
exact value.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np
import pytest
from tests.builders import FIRST, MANY, adult, alone, copies_of, facilities_of, family, play

from borderops.forecast.intervals import mean_interval
from borderops.operations.history import Exit
from borderops.operations.plan import CaseKind
from borderops.units import DAY

REPLICATIONS = 20
CASES = 1200
WARM_UP = 200
"""Cases left out at the start, when the stage is still too empty."""

SERVICE = 600.0
"""Mean minutes of service: long, so that whole minutes do not matter."""


def erlang_b(servers: int, load: float) -> float:
    """Share lost when nobody waits."""
    terms = [load**number / factorial(number) for number in range(servers + 1)]
    return terms[-1] / sum(terms)


def erlang_c(servers: int, load: float) -> float:
    """Share that waits."""
    lost = erlang_b(servers, load)
    return lost / (1.0 - load / servers * (1.0 - lost))


def poisson_arrivals(generator: np.random.Generator, load: float, cases: int = CASES) -> np.ndarray:
    return FIRST + np.floor(np.cumsum(generator.exponential(SERVICE / load, cases))).astype(np.int64)


def _exponential(generator: np.random.Generator, cases: int = CASES) -> np.ndarray:
    return np.rint(generator.exponential(SERVICE, cases)).astype(np.int64)


def days_of(minutes: np.ndarray) -> int:
    return int(minutes[-1] - FIRST) // DAY + 60


Measures = dict[str, float]


def replications(seed: int, play_once: Callable[[np.random.Generator], Measures]) -> dict[str, np.ndarray]:
    """What each replication measured, by name."""
    rows = [play_once(generator) for generator in np.random.default_rng(seed).spawn(REPLICATIONS)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def assert_interval_holds(values: np.ndarray, exact: float, wrong: float) -> None:
    """The 99.9 % interval over the replications holds the exact value, and is too narrow to hold a wrong one."""
    half = mean_interval(values.std(ddof=1, keepdims=True), np.array([values.size]), 0.999)[0]
    found = f"{values.mean():.4f} +- {half:.4f}"
    assert abs(values.mean() - exact) < half, f"{found} does not hold {exact:.4f}"
    assert abs(values.mean() - wrong) > half, f"{found} does not tell {exact:.4f} from {wrong:.4f}"


# --- agents ---------------------------------------------------------------------------------------------------------

AGENTS, AGENTS_LOAD = 5, 3.5


@pytest.fixture(scope="module")
def at_agents() -> dict[str, np.ndarray]:
    """M/M/c: one stage at agents; processing takes no time."""

    def play_once(generator: np.random.Generator) -> Measures:
        minutes = poisson_arrivals(generator, AGENTS_LOAD)
        plan = copies_of(adult(FIRST, processing=0), minutes, intake_minutes=_exponential(generator))
        history = play(plan, facilities_of(days=days_of(minutes), agents=AGENTS))
        begins, ends = np.clip([history.intake_at, history.intake_at + plan.intake_minutes], *minutes[[WARM_UP, -1]])
        return {
            "wait": (history.intake_at - minutes)[WARM_UP:].mean(),
            "busy": (ends - begins).sum() / (minutes[-1] - minutes[WARM_UP]),
        }

    return replications(11, play_once)


def test_wait_for_an_agent_meets_erlang_c(at_agents):
    """Mean wait from apprehension to intake; one agent more would be noticed."""
    exact, wrong = (erlang_c(agents, AGENTS_LOAD) * SERVICE / (agents - AGENTS_LOAD) for agents in (AGENTS, AGENTS + 1))
    assert_interval_holds(at_agents["wait"], exact, wrong)


def test_busy_agents_are_as_many_as_the_load(at_agents):
    """Little's law in the long run: the mean number of busy agents is the load, however long one waits."""
    assert_interval_holds(at_agents["busy"], AGENTS_LOAD, wrong=AGENTS_LOAD + 0.2)


# --- priorities -----------------------------------------------------------------------------------------------------

PROCESSING_AGENTS, LOADS = 2, {CaseKind.CHILDREN: 0.5, CaseKind.ADULT: 0.8}


@pytest.fixture(scope="module")
def at_processing() -> dict[str, np.ndarray]:
    """M/M/c with two classes; intake takes no time."""
    load = sum(LOADS.values())

    def play_once(generator: np.random.Generator) -> Measures:
        minutes = poisson_arrivals(generator, load)
        children = generator.random(CASES) < LOADS[CaseKind.CHILDREN] / load
        plan = copies_of(
            alone(FIRST, intake=0),
            minutes,
            case_kind=np.where(children, CaseKind.CHILDREN, CaseKind.ADULT),
            case_adults=~children,
            processing_minutes=_exponential(generator),
        )
        history = play(plan, facilities_of(days=days_of(minutes), agents=PROCESSING_AGENTS))
        wait = (history.processing_at - minutes)[WARM_UP:]
        return {kind.name: wait[plan.case_kind[WARM_UP:] == kind].mean() for kind in LOADS}

    return replications(15, play_once)


@pytest.mark.parametrize(("kind", "before"), [(CaseKind.CHILDREN, 0.0), (CaseKind.ADULT, LOADS[CaseKind.CHILDREN])])
def test_wait_for_processing_meets_cobham(at_processing, kind, before):
    """Children first, nobody interrupted: Cobham (1954) for c agents; first come, first served would be noticed."""
    load = sum(LOADS.values())
    until_free = erlang_c(PROCESSING_AGENTS, load) * SERVICE / PROCESSING_AGENTS
    shares_left = (1.0 - before / PROCESSING_AGENTS) * (1.0 - (before + LOADS[kind]) / PROCESSING_AGENTS)
    without_priority = until_free / (1.0 - load / PROCESSING_AGENTS)
    assert_interval_holds(at_processing[kind.name], until_free / shares_left, without_priority)


# --- ORR's desk -----------------------------------------------------------------------------------------------------


def test_wait_at_orrs_desk_meets_pollaczek_and_khinchine():
    """M/D/1: load times service over twice what is free; exponential referrals would wait twice as long."""
    load = 0.6

    def play_once(generator: np.random.Generator) -> Measures:
        minutes = poisson_arrivals(generator, load)
        facilities = facilities_of(days=days_of(minutes), desk=1, desk_minutes=int(SERVICE))
        history = play(copies_of(alone(FIRST), minutes), facilities)
        return {"wait": (history.desk_at - history.determined_at)[WARM_UP:].mean()}

    exact = load * SERVICE / (2.0 * (1.0 - load))
    assert_interval_holds(replications(14, play_once)["wait"], exact, wrong=2.0 * exact)


# --- beds -----------------------------------------------------------------------------------------------------------

BEDS, BEDS_LOAD = 6, 4.2


@pytest.fixture(scope="module")
def at_beds() -> dict[str, np.ndarray]:
    """M/M/c: a bed is held for the stay alone."""

    def play_once(generator: np.random.Generator) -> Measures:
        minutes = poisson_arrivals(generator, BEDS_LOAD)
        plan = copies_of(alone(FIRST), minutes, stay_minutes=_exponential(generator))
        history = play(plan, facilities_of(days=days_of(minutes), beds=BEDS))
        wait = (history.designated_at - history.cleared_at)[WARM_UP:]
        return {"wait": wait.mean(), "waits": (wait > 0).mean()}

    return replications(12, play_once)


def test_wait_for_a_bed_meets_erlang_c(at_beds):
    """Mean wait from clearance to designation; one bed more would be noticed."""
    exact, wrong = (erlang_c(beds, BEDS_LOAD) * SERVICE / (beds - BEDS_LOAD) for beds in (BEDS, BEDS + 1))
    assert_interval_holds(at_beds["wait"], exact, wrong)


def test_share_that_waits_for_a_bed_meets_erlang_c(at_beds):
    """How often all beds are taken when a child is cleared: arrivals see time averages."""
    assert_interval_holds(at_beds["waits"], erlang_c(BEDS, BEDS_LOAD), wrong=erlang_c(BEDS + 1, BEDS_LOAD))


# --- family detention -----------------------------------------------------------------------------------------------


def _log_normal(generator: np.random.Generator) -> np.ndarray:
    return np.rint(SERVICE * np.exp(generator.normal(-0.5, 1.0, CASES))).astype(np.int64)


@pytest.mark.parametrize("stays", [_exponential, _log_normal], ids=["exponential", "log-normal"])
def test_share_refused_by_family_detention_meets_erlang_b(stays):
    """M/G/c/c: families of two who find no place are released; the shape of stays does not matter, only their mean."""

    def play_once(generator: np.random.Generator) -> Measures:
        minutes = poisson_arrivals(generator, 5.0)
        plan = copies_of(family(FIRST, seeks_detention=True), minutes, detention_minutes=stays(generator))
        history = play(plan, facilities_of(days=days_of(minutes), family_places=12))
        return {"refused": (history.exit[2 * WARM_UP :: 2] == Exit.RELEASED).mean()}

    assert_interval_holds(replications(16, play_once)["refused"], erlang_b(6, 5.0), wrong=erlang_b(7, 5.0))


# --- plenty ---------------------------------------------------------------------------------------------------------


def test_nobody_waits_where_everything_is_plenty():
    """M/G/infinity: with more agents, workers and beds than people, no wait is longer than nought."""
    generator = np.random.default_rng(18)
    minutes = poisson_arrivals(generator, 40.0, MANY)
    plan = copies_of(alone(FIRST), minutes, stay_minutes=_exponential(generator, cases=MANY))
    history = play(plan, facilities_of(days=days_of(minutes)))
    assert np.array_equal(history.intake_at, minutes)
    assert np.array_equal(history.desk_at, history.determined_at)
    assert np.array_equal(history.designated_at, history.cleared_at)


def test_formulas_meet_published_values():
    """Erlang B of 10 servers at 5 erlang is 0.01838, C of 5 servers at 4 is 0.55411, as in any table."""
    assert erlang_b(10, 5.0) == pytest.approx(0.01838, abs=5e-6)
    assert erlang_c(5, 4.0) == pytest.approx(0.55411, abs=5e-6)
