"""The search for the least capacity against Erlang: single stages whose answer is known exactly.

A case is a load and a limit; the answer is the least number of servers for which Erlang's formula stays within the
limit. A season is a stretch of customers, its figure the share that was lost or that waited too long, and it is judged
as criteria on the national model are.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numba
import numpy as np
import pytest

from borderops.readiness.criteria import Basis, Criterion
from borderops.readiness.judging import weigh
from borderops.readiness.least import Bench, Found, least, looks

CUSTOMERS, WARM_UP = 6_000, 500
ALPHA, CONFIDENCE = 0.05, 0.8
SERVERS = list(range(1, 31))


def erlang_b(servers: int, load: float) -> float:
    """Share lost when nobody waits, by the stable recursion."""
    lost = 1.0
    for one in range(1, servers + 1):
        lost = load * lost / (one + load * lost)
    return lost


def erlang_c_beyond(servers: int, load: float, wait: float) -> float:
    """Share that waits longer than so many mean services; everybody where servers do not keep up."""
    if servers <= load:
        return 1.0
    lost = erlang_b(servers, load)
    waits = lost / (1.0 - load / servers * (1.0 - lost))
    return waits * exp(-(servers - load) * wait)


@numba.njit(cache=False)
def share_lost(gaps: np.ndarray, services: np.ndarray, servers: int, warm_up: int) -> float:
    """Customers who find all servers busy and leave, M/M/c/c."""
    free_at, now, lost = np.zeros(servers), 0.0, 0
    for one in range(gaps.size):
        now += gaps[one]
        first = np.argmin(free_at)
        if free_at[first] > now:
            lost += one >= warm_up
        else:
            free_at[first] = now + services[one]
    return lost / (gaps.size - warm_up)


@numba.njit(cache=False)
def share_beyond(gaps: np.ndarray, services: np.ndarray, servers: int, warm_up: int, wait: float) -> float:
    """Customers who wait longer than so much for the first server that is free, M/M/c."""
    free_at, now, beyond = np.zeros(servers), 0.0, 0
    for one in range(gaps.size):
        now += gaps[one]
        first = np.argmin(free_at)
        begins = max(free_at[first], now)
        beyond += one >= warm_up and begins - now > wait
        free_at[first] = begins + services[one]
    return beyond / (gaps.size - warm_up)


class Stage:
    """A stage to be searched: its seasons are drawn once, and met by every number of servers.

    Parameters
    ----------
    seed : int
        Draws load and limit too.
    figure : callable
        Share of a season at so many servers: takes gaps, services, servers.
    limit : float
    load : float
    """

    def __init__(self, seed: int, load: float, limit: float, figure: Callable[..., float]):
        self._figure, self._load, self._seed = figure, load, seed
        self._seasons: list[tuple[np.ndarray, np.ndarray]] = []
        self._values: dict[tuple[int, int], float] = {}
        self._limit = Criterion("made_up", "Made up", "shelter_days_full", None, "all", limit, None, CONFIDENCE, 0.0,
                                "missing", Basis.PLANNER, "none", "nobody", False, ())  # fmt: skip

    def ask(self, servers: int, replications: int, alpha: float):
        """Judge so many servers by so many seasons."""
        values = np.array([self._value(servers, one) for one in range(replications)])
        evidence = weigh(values, self._limit, alpha)
        return type("Stand", (), {"verdict": evidence.verdict, "met": values <= self._limit.at_most})

    def _value(self, servers: int, season: int) -> float:
        if (servers, season) not in self._values:
            while len(self._seasons) <= season:
                generator = np.random.default_rng([self._seed, len(self._seasons)])
                gaps = generator.exponential(1.0 / self._load, CUSTOMERS)
                self._seasons.append((gaps, generator.exponential(1.0, CUSTOMERS)))
            self._values[servers, season] = self._figure(*self._seasons[season], servers, WARM_UP)
        return self._values[servers, season]


def loss_case(seed: int) -> tuple[Stage, int]:
    """A stage without a queue, and the least servers by Erlang-B."""
    generator = np.random.default_rng([7, seed])
    load, limit = generator.uniform(2.0, 12.0), generator.uniform(0.03, 0.2)
    exact = next(servers for servers in SERVERS if erlang_b(servers, load) <= limit)
    return Stage(seed, load, limit, share_lost), exact


def waiting_case(seed: int) -> tuple[Stage, int]:
    """A stage with a queue, and the least servers by Erlang-C."""
    generator = np.random.default_rng([8, seed])
    load, limit, wait = generator.uniform(2.0, 12.0), generator.uniform(0.05, 0.3), generator.uniform(0.0, 0.5)
    exact = next(servers for servers in SERVERS if erlang_c_beyond(servers, load, wait) <= limit)
    return Stage(seed, load, limit, lambda *season: share_beyond(*season, wait)), exact


def search(stage: Stage) -> Found:
    return least(SERVERS, Bench(stage.ask, looks(ALPHA)))


def near(case: Callable[[int], tuple[Stage, int]], seeds: range) -> float:
    """Share of cases of which the answer is the exact one or next to it."""
    hits = 0
    for seed in seeds:
        stage, exact = case(seed)
        found = search(stage)
        hits += found.level is not None and abs(found.level - exact) <= 1
    return hits / len(seeds)


@pytest.mark.parametrize("case", [loss_case, waiting_case])
def test_the_least_servers_are_erlangs(case):
    """Eight cases: the answer is Erlang's, or one more or less."""
    assert near(case, range(8)) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("case", [loss_case, waiting_case])
def test_the_least_servers_are_erlangs_in_nearly_all_cases(case):
    """Two hundred cases of random load and limit: at least 95 per cent exact, or one more or less."""
    assert near(case, range(200)) >= 0.95


def test_formulas_are_erlangs():
    """Tabled values: 5 servers at load 3 lose 11.005 per cent and let 23.615 per cent wait."""
    assert erlang_b(5, 3.0) == pytest.approx(0.11005, abs=5e-6)
    assert erlang_c_beyond(5, 3.0, 0.0) == pytest.approx(0.23615, abs=5e-6)


def test_simulated_stages_are_erlangs():
    """Means over 200 seasons lie within four standard errors of both formulas."""
    for case, exact in ((share_lost, erlang_b(5, 3.0)), (lambda *one: share_beyond(*one, 0.0), 0.23615)):
        stage = Stage(1, 3.0, 0.5, case)
        values = np.array([stage._value(5, one) for one in range(200)])
        assert abs(values.mean() - exact) < 4.0 * values.std(ddof=1) / np.sqrt(values.size)
        assert abs(values.mean() - exact * 1.1) > 4.0 * values.std(ddof=1) / np.sqrt(values.size)
