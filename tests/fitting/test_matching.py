"""History matching: the truth stays, most of the cube goes, and nothing is excused."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fitting.made_up import Simulator, bent, hypercube

from borderops.fitting.emulator import learn
from borderops.fitting.matching import (
    Published,
    Wave,
    implausibility,
    limits_for,
    reachable,
    remaining,
    spread_out,
    wave_of,
)
from borderops.streams import Draws


def published_at(simulator: Simulator, truth: np.ndarray) -> Published:
    return Published(simulator.season(truth), np.zeros(simulator.outputs))


def test_the_truth_remains_in_at_least_95_of_100_seeds():
    """Limits rule out what was played with other luck and at other points, and hardly ever the truth."""
    kept, shares = 0, []
    for seed in range(100):
        simulator = Simulator(bent, 4, 0.4, seed)
        truth = np.random.default_rng(1000 + seed).random(5)
        published = published_at(simulator, truth)
        emulator = learn(simulator.play(hypercube(seed, 60, 5)), published.values)
        wave, _ = wave_of(emulator, published, Draws(seed, 1))
        kept += bool(wave.badness(truth[None])[0] <= 1.0)
        shares.append(float((wave.badness(hypercube(seed + 500, 400, 5)) <= 1.0).mean()))
    assert kept >= 95
    assert np.median(shares) < 0.2


def test_limits_are_what_chance_asks():
    """Of independent normal rows, each limit is passed as seldom as it says."""
    random = np.abs(np.random.default_rng(1).normal(size=(200_000, 20)))
    ordered, limits = np.sort(random, axis=1), limits_for(20, risk=0.01)
    assert (ordered[:, -1] > limits.worst).mean() == pytest.approx(0.01, abs=0.001)
    assert (ordered[:, -2] > limits.second).mean() == pytest.approx(0.01, abs=0.001)
    assert limits_for(40).worst > limits_for(20).worst > limits_for(1).worst


def test_rounding_of_what_was_published_counts_and_nothing_else():
    """A wider rounding makes a point less implausible, by exactly its own variance."""
    simulator = Simulator(bent, 4, 0.4, 1)
    emulator = learn(simulator.play(hypercube(1, 80, 5)), np.full(4, -99.0))
    points, values = hypercube(2, 10, 5), np.array([1.0, 0.5, 0.2, 0.3])
    plain = implausibility(emulator, points, Published(values, np.zeros(4)))
    rounded = implausibility(emulator, points, Published(values, np.full(4, 2.0)))
    told = emulator.tell(points)
    own = told.chances + told.doubts
    width = np.array([2.0 / one.spread for one in emulator.learnt])
    assert rounded == pytest.approx(plain * np.sqrt(own / (own + width**2 / 12.0)))


def test_a_row_out_of_reach_is_told_and_set_aside():
    """A published value far beyond all that any point gives is found, and the others go on being matched."""
    simulator = Simulator(bent, 4, 0.4, 1)
    values = np.array([0.0, 0.5, 60.0, 0.0])
    emulator = learn(simulator.play(hypercube(1, 80, 5)), values)
    published = Published(values, np.zeros(4))
    assert reachable(emulator, published, Draws(1, 1), 3.5).tolist() == [True, True, False, True]
    wave, reached = wave_of(emulator, published, Draws(1, 1))
    assert wave.emulator.columns.tolist() == [0, 1, 3] and reached.sum() == 3


def test_rows_that_contradict_each_other_widen_the_limits_and_say_so():
    """Each row can be reached, both together cannot: what remains is where they are missed least."""

    def both(points):
        return np.column_stack([points[:, 0], points[:, 0]]) * 10.0

    simulator = Simulator(both, 2, 0.3, 1, correlation=0.0)
    values = np.array([1.0, 9.0])
    emulator = learn(simulator.play(hypercube(1, 80, 2)), values)
    published = Published(values, np.zeros(2))
    wave, reached = wave_of(emulator, published, Draws(1, 1))
    crowd, [wide] = remaining([wave], 2, Draws(1, 2), 500)
    assert reached.all() and wide.reached > 2.0
    assert crowd.points[:, 0].min() > 0.25 and crowd.points[:, 0].max() < 0.75


def test_what_remains_shrinks_and_is_uniform():
    """The share agrees with counting in the cube, and so does the mean of what remains."""
    simulator = Simulator(bent, 4, 0.4, 3)
    truth = np.array([0.3, 0.6, 0.7, 0.4, 0.5])
    published = published_at(simulator, truth)
    emulator = learn(simulator.play(hypercube(1, 80, 5)), published.values)
    wave = Wave(emulator, published, limits_for(4))
    crowd, [same] = remaining([wave], 5, Draws(1, 2), 2000)
    cube = hypercube(9, 40_000, 5)
    inside = wave.badness(cube) <= 1.0
    assert same.reached == 1.0
    assert np.exp(crowd.log_share) == pytest.approx(inside.mean(), rel=0.25)
    assert crowd.points.mean(axis=0) == pytest.approx(cube[inside].mean(axis=0), abs=0.04)


def test_points_of_a_wave_keep_apart_and_are_allowed():
    """Chosen points are farther from each other than points by chance, and none is one that is not allowed."""
    crowd = hypercube(1, 1000, 4)
    chosen = spread_out(crowd, 60, lambda point: point[0] < 0.5)
    assert len(chosen) == 60 and (chosen[:, 0] < 0.5).all()

    def nearest(points):
        apart = np.square(points[:, None] - points[None]).sum(axis=2) + 9.0 * np.eye(len(points))
        return float(np.sqrt(apart.min(axis=1)).mean())

    assert nearest(chosen) > 1.3 * nearest(crowd[crowd[:, 0] < 0.5][:60])
