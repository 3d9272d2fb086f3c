"""Particles: they end where they should, as often as they should, and the same each time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from borderops.fitting.sampling import start, temper, tighten
from borderops.streams import Draws


def test_faces_attract_nobody():
    """Where slanted beliefs reach the faces of the cube, they are sampled as they are: all along a ridge alike."""

    def ridge(points):
        return -0.5 * np.square((points[:, 0] + points[:, 1] - 1.0) / 0.05)

    found = temper(ridge, start(Draws(3, 1), 4000, 2), Draws(3, 2)).points
    assert np.histogram(found[:, 0], 5, (0.0, 1.0))[0] / 4000 == pytest.approx(np.full(5, 0.2), abs=0.03)
    limited = tighten(lambda points: -ridge(points), start(Draws(3, 1), 4000, 2), Draws(3, 2), 2.0).points
    assert np.histogram(limited[:, 0], 5, (0.0, 1.0))[0] / 4000 == pytest.approx(np.full(5, 0.2), abs=0.03)


def test_the_start_is_a_latin_hypercube():
    """Of each coordinate exactly one point lies in each of equal parts."""
    points = start(Draws(1, 1), 50, 3)
    assert all(sorted((points[:, at] * 50).astype(int)) == list(range(50)) for at in range(3))


def test_a_normal_is_sampled_with_its_evidence():
    """Mean, spread, correlation and evidence of a narrow normal inside the cube, within Monte Carlo error."""
    middle = np.array([0.4, 0.6, 0.5])
    covariance = 0.05**2 * np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
    normal = stats.multivariate_normal(middle, covariance)
    found = temper(normal.logpdf, start(Draws(3, 1), 2000, 3), Draws(3, 2))
    assert found.points.mean(axis=0) == pytest.approx(middle, abs=0.005)
    assert found.points.std(axis=0) == pytest.approx([0.05] * 3, rel=0.08)
    assert np.corrcoef(found.points.T)[0, 1] == pytest.approx(0.8, abs=0.04)
    assert found.log_share == pytest.approx(0.0, abs=0.15)  # the density integrates to 1 over the cube
    assert found.stages[-1] == 1.0 and 0.1 < found.acceptance < 0.5
    assert min(found.sizes) >= 0.49 * 2000


def test_a_tiny_region_is_found_with_its_share():
    """A ball of a ten-millionth of the cube: all particles inside, its share known within a third."""
    centre, radius, dims = 0.3, 0.12, 6
    share = np.pi**3 / 6.0 * radius**6

    def badness(points):
        return np.sqrt(np.square(points - centre).sum(axis=1)) / radius

    found = tighten(badness, start(Draws(1, 1), 2000, dims), Draws(1, 2), 1.0)
    assert (badness(found.points) <= 1.0).all()
    assert np.exp(found.log_share) == pytest.approx(share, rel=0.35)
    assert found.points.mean(axis=0) == pytest.approx(np.full(dims, centre), abs=0.01)


def test_a_limit_that_nothing_meets_ends_as_near_as_it_gets():
    """Where no point is good enough, the last limit says how near the best ones come."""
    found = tighten(lambda points: 2.0 + points[:, 0], start(Draws(1, 1), 500, 2), Draws(1, 2), 1.0)
    assert 2.0 <= found.stages[-1] < 2.01 and (found.points[:, 0] < 0.01).all()


def test_the_same_seed_gives_the_same_bytes():
    """Particles depend on the seed and on nothing else; another seed gives others."""
    normal = stats.multivariate_normal([0.5, 0.5], 0.01 * np.eye(2))
    first, again, other = (temper(normal.logpdf, start(Draws(seed, 1), 200, 2), Draws(seed, 2)) for seed in (7, 7, 8))
    assert first.points.tobytes() == again.points.tobytes() and first.log_share == again.log_share
    assert first.points.tobytes() != other.points.tobytes()


def test_an_impossible_likelihood_is_told():
    """Where no particle is possible there is nothing to move."""
    with pytest.raises(ValueError, match="no particle is possible"):
        temper(lambda points: np.full(len(points), -np.inf), start(Draws(1, 1), 50, 2), Draws(1, 2))
