"""Regions: planted boxes are found again, chance is not, and what is told of a box is checked on rows left out."""

from __future__ import annotations

import numpy as np
import pytest

from borderops.readiness.region import find_box, inside

LEVEL = 0.9


def planted(seed: int, points: int, inputs: int, sides: int, noise: float = 0.0):
    """Points, a box on some inputs, and which points fail: those inside, but for some noise."""
    chance = np.random.Generator(np.random.Philox(seed))
    at = chance.random((points, inputs))
    low, high = np.full(inputs, -np.inf), np.full(inputs, np.inf)
    for column in chance.choice(inputs, sides, replace=False):
        width = chance.uniform(0.4, 0.7)
        if chance.random() < 0.5:
            low[column] = 1.0 - width
        else:
            high[column] = width
    failed = inside(at, low, high).astype(float)
    failed = np.where(chance.random(points) < noise, 1.0 - failed, failed)
    return at, failed, low, high


def quality(box, low, high, inputs: int) -> tuple[float, float]:
    """Coverage and density of a box against the planted one, by 20,000 points of neither."""
    fresh = np.random.Generator(np.random.Philox(99)).random((20_000, inputs))
    truth, held = inside(fresh, low, high), box.holds(fresh)
    return float((truth & held).sum() / truth.sum()), float((truth & held).sum() / max(held.sum(), 1))


@pytest.mark.parametrize(
    ("points", "inputs", "sides", "noise"),
    [
        (400, 6, 2, 0.0),
        pytest.param(600, 20, 3, 0.0, marks=pytest.mark.slow),
        pytest.param(600, 8, 2, 0.05, marks=pytest.mark.slow),
        pytest.param(900, 153, 3, 0.05, marks=pytest.mark.slow),
        pytest.param(600, 152, 2, 0.05, marks=pytest.mark.slow),
    ],
)
def test_a_planted_box_is_found(points, inputs, sides, noise):
    """Coverage and density of at least 0.9, against points of neither, in at least 95 % of 40 seeds."""
    good = 0
    for seed in range(40):
        at, failed, low, high = planted(seed, points, inputs, sides, noise)
        box = find_box(at, failed, np.arange(points) // 5, LEVEL)
        coverage, density = quality(box, low, high, inputs)
        good += coverage >= 0.9 and density >= 0.9 and box.is_found
    assert good >= 38


@pytest.mark.slow
def test_chance_is_no_region():
    """Failures that depend on nothing are told as found in at most 3 of 40 seeds, whatever box fits them best."""
    found = 0
    for seed in range(40):
        chance = np.random.Generator(np.random.Philox(seed))
        box = find_box(chance.random((300, 15)), (chance.random(300) < 0.3) * 1.0, np.arange(300) // 5, LEVEL)
        found += box.is_found
    assert found <= 3


def test_the_check_is_honest():
    """Where failure is half chance, checked density is near that of fresh points, and below what the fit shows."""
    fitted, checked, true = [], [], []
    for seed in range(20):
        at, failed, low, high = planted(seed, 300, 10, 2, 0.3)
        box = find_box(at, failed, np.arange(300), LEVEL)
        fresh = np.random.Generator(np.random.Philox(1000 + seed)).random((20_000, 10))
        inner = inside(fresh, low, high)[box.holds(fresh)]
        fitted.append(box.density)
        checked.append(box.checked_density)
        true.append(0.7 * inner.mean() + 0.3 * (1.0 - inner.mean()))
    assert np.mean(checked) == pytest.approx(np.mean(true), abs=0.06)
    assert np.mean(fitted) > np.mean(checked)


def test_rules_stand_between_points_and_only_on_inputs_that_matter():
    """Limits lie half-way between the last point inside and the first outside; other inputs stay open."""
    at = np.column_stack([np.linspace(0.0, 1.0, 101), np.tile([0.2, 0.8], 51)[:101]])
    box = find_box(at, (at[:, 0] > 0.705) * 1.0, np.arange(101), LEVEL)
    assert box.low[0] == pytest.approx(0.705) and box.high[0] == np.inf
    assert not np.isfinite(box.low[1]) and not np.isfinite(box.high[1]) and box.sides == 1
    assert box.coverage == box.density == 1.0


def test_a_grid_loses_whole_positions():
    """Inputs of a few positions, as levers have, are cut between them."""
    at = np.random.Generator(np.random.Philox(1)).integers(0, 5, (400, 3)) / 4.0
    box = find_box(at, ((at[:, 1] <= 0.25) & (at[:, 2] >= 0.5)) * 1.0, np.arange(400), LEVEL)
    assert (box.high[1], box.low[2]) == (pytest.approx(0.375), pytest.approx(0.375))
    assert box.coverage == box.density == 1.0


def test_nothing_to_tell_apart_is_said():
    """All alike, or too few rows to check: an error in place of a box."""
    at = np.random.Generator(np.random.Philox(1)).random((50, 2))
    with pytest.raises(ValueError, match="the same"):
        find_box(at, np.ones(50), np.arange(50), LEVEL)
    with pytest.raises(ValueError, match="4 rows are too few"):
        find_box(at, (at[:, 0] > 0.5) * 1.0, np.arange(50) % 4, LEVEL)
