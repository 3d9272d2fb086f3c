"""The posterior: the closed form where there is one, and the waves that lead to it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fitting.made_up import Simulator, bent, hypercube

from borderops.fitting.emulator import Runs, learn
from borderops.fitting.matching import Published
from borderops.fitting.posterior import Likelihood, sample_posterior
from borderops.fitting.waves import FLAT, PLAYED, REACHED, UNREAD, fit_in_waves
from borderops.streams import Draws

SLOPES = np.array([[6.0, 1.0], [1.0, -5.0], [0.0, 2.0]])


def linear(points: np.ndarray) -> np.ndarray:
    return (points - 0.5) @ SLOPES


def test_a_linear_model_meets_its_closed_form():
    """Linear means, normal chance, uniform prior: moments, evidence are as integrals say, up to Monte Carlo error.

    Chance is taken as it was learnt: how well that is known is another test's matter.
    """
    simulator = Simulator(linear, 2, 0.25, 2, correlation=0.5)
    emulator = learn(simulator.play(hypercube(1, 400, 3)), np.array([0.4, -0.6]))
    published = Published(np.array([0.4, -0.6]), np.zeros(2))
    found = sample_posterior(emulator, published, Draws(5, 1), 100, 3, particles=4000)
    # By summing over a fine grid: the third input reaches both faces, so that no normal would do.
    axis = (np.arange(60) + 0.5) / 60
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    deviation = np.array([np.sqrt(one.fit.chance) * one.spread for one in emulator.learnt])
    covariance = emulator.correlation * np.outer(deviation, deviation)
    apart = linear(grid) - published.values
    weights = np.exp(-0.5 * np.einsum("ij,jk,ik->i", apart, np.linalg.inv(covariance), apart))
    weights /= weights.sum()
    mean = weights @ grid
    table = (grid - mean).T @ ((grid - mean) * weights[:, None])
    deviations = np.sqrt(np.diag(table))
    assert found.crowd.mean(axis=0) == pytest.approx(mean, abs=0.012)
    assert found.crowd.std(axis=0) == pytest.approx(deviations, rel=0.06)
    assert np.corrcoef(found.crowd.T)[1, 2] == pytest.approx(table[1, 2] / deviations[1] / deviations[2], abs=0.06)
    density = np.exp(-0.5 * np.einsum("ij,jk,ik->i", apart, np.linalg.inv(covariance), apart)).mean()
    exact = np.log(density / (2.0 * np.pi * np.sqrt(np.linalg.det(covariance))))
    spreads = sum(np.log(one.spread) for one in emulator.learnt)  # the stand-in's units
    assert found.log_evidence - spreads == pytest.approx(exact, abs=0.35)


def test_points_are_some_of_the_particles_none_twice_and_the_same_each_time():
    """The sample is part of the crowd; the same seed gives the same bytes, another seed another sample."""
    simulator = Simulator(bent, 4, 0.5, 3)
    emulator = learn(simulator.play(hypercube(1, 100, 5)), np.zeros(4))
    published = Published(np.array([1.0, 0.5, 0.2, 0.3]), np.zeros(4))
    found, again, other = (
        sample_posterior(emulator, published, Draws(seed, 1), 50, 5, particles=300, moves=8) for seed in (5, 5, 6)
    )
    assert len({point.tobytes() for point in found.points}) == 50
    assert {point.tobytes() for point in found.points} <= {point.tobytes() for point in found.crowd}
    assert found.points.tobytes() == again.points.tobytes() != other.points.tobytes()


def test_what_is_not_allowed_is_not_in_the_sample():
    """Points that contradict themselves are passed over."""
    simulator = Simulator(bent, 4, 0.5, 3)
    emulator = learn(simulator.play(hypercube(1, 100, 5)), np.zeros(4))
    published = Published(np.array([1.0, 0.5, 0.2, 0.3]), np.zeros(4))
    found = sample_posterior(
        emulator, published, Draws(5, 1), 50, 5, particles=300, moves=8, is_allowed=lambda point: point[4] < 0.5
    )
    assert len(found.points) == 50 and (found.points[:, 4] < 0.5).all() and (found.crowd[:, 4] > 0.5).any()


def test_the_likelihood_is_that_of_a_normal_season():
    """At the mean it falls with the spread; a run's own doubt and the correlation are in it."""
    simulator = Simulator(bent, 4, 0.5, 3)
    emulator = learn(simulator.play(hypercube(1, 100, 5)), np.full(4, -99.0))
    points = hypercube(3, 7, 5)
    published = Published(np.array([1.0, 0.5, 0.2, 0.3]), np.zeros(4))
    told, values = emulator.tell(points), emulator.standardised(published.values)
    for at in range(7):
        scale = np.sqrt(told.chances[at] + told.doubts[at])
        covariance = np.outer(scale, scale) * emulator.correlation
        apart = values - told.means[at]
        exact = -0.5 * (apart @ np.linalg.solve(covariance, apart) + np.linalg.slogdet(2.0 * np.pi * covariance)[1])
        assert Likelihood(emulator, published)(points)[at] == pytest.approx(exact, rel=1e-9)


@pytest.fixture(scope="module")
def fitted():
    """Three waves on a bent simulator with one row out of reach, one that stands still and one that is not read."""
    simulator = Simulator(bent, 4, 0.4, 3)
    truth = np.array([0.3, 0.6, 0.7, 0.4, 0.5])
    values = np.concatenate([simulator.season(truth), [50.0, 7.0, 1.0]])
    heard = []

    def play(points):
        runs = simulator.play(points)
        extra = np.column_stack([runs.outputs[:, 0] * 0.5, np.full(len(points), 7.0), np.full(len(points), np.nan)])
        return Runs(points, runs.replications, np.hstack([runs.outputs, extra]))

    found = fit_in_waves(
        play, hypercube(1, 60, 5), Published(values, np.zeros(7)), 11,
        waves=3, sample=40, particles=600, on_step=heard.append,
    )  # fmt: skip
    return found, truth, heard, values


def test_waves_lead_to_the_truth(fitted):
    """Every wave plays as many points, less remains after each, and beliefs end around the truth, narrower."""
    found, truth, heard, _ = fitted
    assert [len(one.points) for one in found.runs] == [60, 60, 60] and heard == found.steps
    shares = [one.log10_share for one in found.steps]
    assert shares[0] < -0.5 and shares[2] < shares[0] + 0.1
    crowd = found.posterior.crowd
    apart = (truth - crowd.mean(axis=0)) / crowd.std(axis=0)
    assert (np.abs(apart) < 3.0).all()
    assert (crowd[:, :4].std(axis=0) < 0.8 / np.sqrt(12.0)).all()
    assert len(found.posterior.points) == 40 and found.posterior.points.min() >= 0.0


def test_every_row_is_accounted_for(fitted):
    """Rows that are out of reach, stand still or are not read are said to be, and the others are used."""
    found, _, _, values = fitted
    assert found.steps[-1].states == [PLAYED] * 4 + [REACHED, FLAT, UNREAD]
    assert found.emulator.columns.tolist() == [0, 1, 2, 3]
    inside = (found.after.lows <= values) & (values <= found.after.highs)
    assert inside[:4].sum() >= 3 and not inside[4]
    assert np.isnan(found.after.medians[5:]).all()
    widths = (found.after.highs - found.after.lows) / (found.before.highs - found.before.lows)
    assert (widths[:4] < 0.8).all()


def test_later_waves_are_played_where_something_is_open(fitted):
    """Runs of the last wave come nearer to what was published than those of the first."""
    found, _, _, values = fitted
    first, last = (np.abs(one.outputs[:, :4] - values[:4]).mean() for one in (found.runs[0], found.runs[-1]))
    assert last < 0.7 * first


def test_nothing_to_fit_to_is_told():
    """Where no row varies, the fit says so."""

    def flat(points):
        return Runs(points, 1 + np.arange(len(points)) % 20, np.zeros((len(points), 2)))

    with pytest.raises(ValueError, match="no row varies"):
        fit_in_waves(flat, hypercube(1, 30, 2), Published(np.zeros(2), np.zeros(2)), 1, waves=1, sample=5)
