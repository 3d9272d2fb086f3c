"""Value of information: closed forms, what chance must not add, and by what an unknown is resolved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from borderops.config.compose import compose
from borderops.config.doubts import doubts_of
from borderops.readiness.sobol import sequence
from borderops.readiness.value import DRILL, EXERCISE, RECORDS, Loss, partly, perfect, resolved_by


def worth_of(mean: float, deviation: float) -> float:
    """Expected value of knowing a gain that is normal: E max(gain, 0) less max(mean, 0)."""
    return float(deviation * norm.pdf(mean / deviation) - abs(mean) * norm.cdf(-abs(mean) / deviation))


def normal_case(mean: float, first: float, second: float, seed: int = 3):
    """Two normal inputs whose sum is the gain of one of two actions, 65,536 points."""
    at = norm.ppf(np.clip(sequence(2**16, 2, seed), 1e-12, 1.0 - 1e-12))
    return at, mean + at @ np.array([first, second]), np.arange(2**16) // 128


@pytest.mark.parametrize(("mean", "first", "second"), [(-0.3, 1.0, 1.0), (0.5, 1.0, 0.5), (0.0, 0.5, 1.0)])
def test_closed_form_of_two_actions(mean, first, second):
    """EVPI and EVPPI of the normal case lie within 2 % of their closed forms."""
    at, gain, rows = normal_case(mean, first, second)
    whole = worth_of(mean, float(np.hypot(first, second)))
    assert perfect(gain, rows, 0.9)[0] == pytest.approx(whole, rel=0.02)
    assert partly(at, gain, rows, 0.9).value == pytest.approx(whole, rel=0.02)
    assert partly(at[:, [0]], gain, rows, 0.9).value == pytest.approx(worth_of(mean, first), rel=0.02)
    assert partly(at[:, [1]], gain, rows, 0.9).value == pytest.approx(worth_of(mean, second), rel=0.02)


def test_a_curved_gain_and_a_share_of_the_loss():
    """A gain that bends: knowing its input is worth E max(f, 0) less max(E f, 0), within 3 %."""
    at = sequence(2**15, 2, 5)
    curve = 8.0 * (at[:, 0] - 0.5) ** 2 - 0.9
    exact = float(np.maximum(8.0 * (np.linspace(0, 1, 100_001) - 0.5) ** 2 - 0.9, 0.0).mean())
    one = partly(at[:, [0]], curve + 3.0 * (at[:, 1] - 0.5), np.arange(2**15) // 64, 0.9, now=0.5)
    assert one.value == pytest.approx(exact, rel=0.03)
    assert one.share == pytest.approx(one.value / 0.5)


def seasons(seed: int, points: int):
    """Five inputs of which the first alone makes seasons fail, and whether one season of each point does."""
    chance = np.random.Generator(np.random.Philox(seed))
    at = chance.random((points, 5))
    return at, (chance.random(points) < at[:, 0] ** 4) * 1.0


def test_chance_is_worth_nothing():
    """Of 60 samples of single seasons an input that moves nothing is told as worth knowing in few, and on average as
    hardly anything; the one that matters is worth about what it is, never much more."""
    loss = Loss()
    fine = np.linspace(0.0, 1.0, 100_001)
    exact = float(np.maximum(loss.gain(fine**4), 0.0).mean() - max(loss.gain(np.array([0.2])).item(), 0.0))
    idle, told, real = [], 0, []
    for seed in range(60):
        at, failed = seasons(seed, 600)
        gain, rows = loss.gain(failed), np.arange(600) // 6
        one = partly(at[:, [1]], gain, rows, 0.9)
        idle.append(one.value)
        told += one.is_told
        real.append(partly(at[:, [0]], gain, rows, 0.9).value)
    assert told <= 6 and np.mean(idle) < 0.05 * exact
    assert 0.8 * exact < np.mean(real) < 1.1 * exact


def test_many_inputs_are_worth_no_less_than_one_of_them_but_for_what_has_to_be_learnt():
    """Sixty inputs, of which one matters, by straight lines: something is found, and no more than there is."""
    chance = np.random.Generator(np.random.Philox(8))
    at = chance.random((2000, 60))
    gain = 4.0 * (at[:, 7] - 0.6) + chance.standard_normal(2000)
    one = partly(at, gain, np.arange(2000) // 10, 0.9)
    exact = float(np.maximum(4.0 * (np.linspace(0, 1, 10_001) - 0.6), 0.0).mean())
    assert 0.6 * exact < one.value < 1.25 * exact


def test_the_loss_is_that_of_a_wrong_verdict():
    """NO-GO where the chance of failure is above what the weights say; the loss now is that of the better verdict."""
    loss = Loss(false_go=9.0, false_no_go=1.0)
    assert loss.threshold == pytest.approx(0.1)
    assert loss.gain(np.array([0.1])) == pytest.approx([0.0])
    assert loss.now(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)
    assert loss.now(np.zeros(5)) == 0.0
    always = partly(np.random.default_rng(1).random((50, 2)), loss.gain(np.ones(50)), np.arange(50), 0.9)
    assert (always.value, always.low, always.high) == (0.0, 0.0, 0.0)


def test_every_doubt_is_resolved_without_separating_anyone():
    """Each doubt of the shipped scenario has a way: records, drills, synthetic exercises, and nothing else."""
    found = {
        doubt.name: resolved_by(doubt.parameters[0].key, doubt.parameters[0].grade)
        for doubt in doubts_of(compose(["inputs.sample=null"]))
    }
    assert set(found.values()) == {RECORDS, DRILL, EXERCISE}
    assert resolved_by("stations.checks.median_hours", "assumed") == DRILL
    assert resolved_by("stations.checks.median_hours", "fitted") == RECORDS
    assert resolved_by("features.notes.free_text.acts.note_nothing.share", "assumed") == EXERCISE
