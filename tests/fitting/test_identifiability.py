"""What figures tell of inputs: seen, pinned, or not told apart."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fitting.made_up import Simulator, hypercube

from borderops.fitting.emulator import learn
from borderops.fitting.identifiability import identify
from borderops.fitting.matching import Published
from borderops.fitting.posterior import sample_posterior
from borderops.fitting.screen import screen
from borderops.streams import Draws


def summed(points: np.ndarray) -> np.ndarray:
    """The first two inputs are seen as a sum alone, the third by itself; nothing sees the fourth."""
    return np.column_stack([8.0 * (points[:, 0] + points[:, 1]), 8.0 * points[:, 2]])


def identified(simulator: Simulator, seed: int):
    truth = np.array([0.5, 0.5, 0.4, 0.7])
    published = Published(simulator.season(truth), np.zeros(2))
    emulator = learn(simulator.play(hypercube(seed, 150, 4)), published.values)
    sample = sample_posterior(emulator, published, Draws(seed, 1), 10, 4, particles=1500).crowd
    return emulator, identify(emulator, sample)


def test_a_pair_that_is_seen_as_a_sum_is_flagged_and_no_other():
    """Their sum is known and neither of them is; the input seen by itself is pinned and in no pair."""
    _, found = identified(Simulator(summed, 2, 0.5, 1, correlation=0.2), 1)
    assert [(one.first, one.second) for one in found.pairs] == [(0, 1)]
    [pair] = found.pairs
    assert pair.correlation < -0.8 and pair.together < 0.5 * pair.alone
    assert found.words[2:] == ["pinned", "not seen"] and found.words[0] != "pinned"
    assert found.ratios[2] == pytest.approx(0.5 / 8.0 * np.sqrt(12.0), rel=0.3)


def test_the_same_pair_seen_by_two_rows_is_told_apart():
    """With a row of its own for each input no pair is flagged."""

    def apart(points):
        return 8.0 * points[:, :2]

    simulator = Simulator(lambda points: apart(points), 2, 0.5, 1, correlation=0.2)
    _, found = identified(simulator, 1)
    assert found.pairs == [] and found.words[:2] == ["pinned", "pinned"]


def test_directions_are_those_of_the_rows():
    """As many directions are told as rows, the sum among them, and the fourth input is in none."""
    _, found = identified(Simulator(summed, 2, 0.5, 1, correlation=0.2), 1)
    assert found.told == 2
    told = np.abs(found.directions[:, :2])
    assert told[3].max() < 0.1
    sums = found.directions[0, :2] * found.directions[1, :2]
    assert sums.max() > 0.3 and (found.information[:2] > 10.0).all()


def test_the_screen_sees_what_moves_rows_and_nothing_else():
    """Effects in units of chance, with their signs; what no row sees is unseen."""

    def truth(points):
        return np.column_stack([6.0 * points[:, 0] - 4.0 * points[:, 1], 3.0 * (points[:, 2] - 0.5) ** 2 * 4.0])

    simulator = Simulator(truth, 2, 0.5, 1)
    emulator = learn(simulator.play(hypercube(1, 200, 5)), np.full(2, -99.0))
    found = screen(emulator, 5, Draws(1, 1))
    assert found.is_seen.tolist() == [[True, False], [True, False], [False, True], [False, False], [False, False]]
    assert found.unseen.tolist() == [False, False, False, True, True]
    # The chance of one season is known to about a sixth from 20 lucks.
    assert found.effects[0, 0] == pytest.approx(12.0, rel=0.25) and found.effects[1, 0] == pytest.approx(-8.0, rel=0.25)
    assert abs(found.effects[2, 1]) == pytest.approx(6.0, rel=0.3)
    assert found.shares[0, 0] == pytest.approx(36.0 / 52.0, abs=0.05)
