"""Planted truths are found again as often as beliefs say; wrong beliefs are found out."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fitting.made_up import Simulator, bent, hypercube

from borderops.fitting.recovery import SAMPLE, holm, recover, uniform_p


@pytest.fixture(scope="module")
def runs():
    """150 runs of a noisy, bent simulator."""
    return Simulator(bent, 4, 0.6, 4).play(hypercube(4, 150, 5))


def test_ranks_are_even_where_beliefs_are_right(runs):
    """Ranks of planted positions, and of rows' means there, are as even as chance would have them."""
    found = recover(runs, np.zeros(4), 1, 100)
    assert found.ranks.shape == (100, 9) and found.ranks.min() >= 0 and found.ranks.max() <= SAMPLE
    assert found.smallest > 0.05


@pytest.mark.parametrize("spread", [0.4, 2.5])
def test_ranks_are_uneven_where_beliefs_are_too_sure_or_too_vague(runs, spread):
    """With a covariance made wrong on purpose the same test says so."""
    assert recover(runs, np.zeros(4), 1, 100, spread=spread).smallest < 0.05


def test_the_same_seed_plants_alike(runs):
    """Ranks depend on the seed and nothing else."""
    first, again = (recover(runs, np.zeros(4), 3, 4).ranks.tolist() for _ in range(2))
    assert first == again


def test_evenness_is_judged_by_counts():
    """Even ranks pass, ranks in the middle do not, and few ranks are judged in few bins or not at all."""
    even = np.arange(SAMPLE + 1)
    assert uniform_p(even) == pytest.approx(1.0)
    assert uniform_p(np.full(100, 50)) < 1e-6
    assert uniform_p(np.array([1, 2, 3])) == 1.0
    random = np.random.default_rng(1).integers(0, SAMPLE + 1, size=(2000, 60))
    assert np.mean([uniform_p(one) < 0.05 for one in random]) == pytest.approx(0.05, abs=0.015)
    assert holm(np.array([0.01, 0.5, 0.9])) == pytest.approx(0.03)
