"""Sobol indices: functions with known answers, groups, noise that chance adds, and rows that are missing."""

from __future__ import annotations

import numpy as np
import pytest

from borderops.readiness import sobol

ISHIGAMI = {"first": [0.3139, 0.4424, 0.0], "total": [0.5576, 0.4424, 0.2437]}
"""T. Ishigami and T. Homma 1990, with a = 7 and b = 0.1."""

EACH = [[0], [1], [2]]
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
"""Of the G function of Sobol, as A. Saltelli and I. M. Sobol 1995 use it."""


def ishigami(uniforms: np.ndarray) -> np.ndarray:
    """The function of Ishigami and Homma over uniforms."""
    x = np.pi * (2.0 * uniforms - 1.0)
    return np.sin(x[..., 0]) + 7.0 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def g_function(uniforms: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Sobol's G function."""
    return np.prod((np.abs(4.0 * uniforms - 2.0) + a) / (1.0 + a), axis=-1)


def parts_of_g(a: np.ndarray, groups: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """First-order and total indices of groups of the G function's inputs, worked out."""
    own = 1.0 / 3.0 / (1.0 + a) ** 2
    whole = np.prod(1.0 + own) - 1.0
    first = np.array([np.prod(1.0 + own[some]) - 1.0 for some in groups]) / whole
    rest = np.array([np.prod(1.0 + np.delete(own, some)) - 1.0 for some in groups]) / whole
    return first, 1.0 - rest


def found(function, groups, rows=4096, seed=1, level=0.95):
    """Indices of a function without noise."""
    return sobol.indices(function(sobol.design(rows, groups, seed))[..., None, None], level)


def test_ishigami():
    """First-order and total indices of 4,096 rows lie within 0.01 of the published ones."""
    one = found(ishigami, EACH)
    assert one.first[:, 0] == pytest.approx(ISHIGAMI["first"], abs=0.01)
    assert one.total[:, 0] == pytest.approx(ISHIGAMI["total"], abs=0.01)
    assert one.variance[0] == pytest.approx(13.8446, rel=0.01)


def test_g_function():
    """The same of the G function of eight inputs."""
    groups = [[at] for at in range(8)]
    one = found(lambda at: g_function(at, WEIGHTS), groups)
    first, total = parts_of_g(WEIGHTS, groups)
    assert one.first[:, 0] == pytest.approx(first, abs=0.01)
    assert one.total[:, 0] == pytest.approx(total, abs=0.01)


def test_groups_are_worth_what_their_members_are_together():
    """Indices of groups of the G function hold interactions of their members, as worked out."""
    groups = [[0, 3], [1, 4, 5], [2, 6, 7]]
    one = found(lambda at: g_function(at, WEIGHTS), groups)
    first, total = parts_of_g(WEIGHTS, groups)
    assert one.first[:, 0] == pytest.approx(first, abs=0.01)
    assert one.total[:, 0] == pytest.approx(total, abs=0.01)


def test_an_input_that_moves_nothing_has_exactly_none_and_one_alone_has_all():
    """No rounding, no sampling error: differences within a row are 0, or those between A and B."""
    one = found(lambda at: at[..., 0] ** 3, EACH, rows=16)
    assert one.first[:, 0].tolist() == [1.0, 0.0, 0.0] and one.total[:, 0].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(("luck", "noise"), [(0.0, 3.0), (3.0, 2.0)])
def test_noise_is_taken_out_and_intervals_hold_what_is_left(luck, noise):
    """In at least 90 % of 100 seeds the 95 % interval holds the index without noise, be it of a row or a point.

    The estimates' means lie near it too, where noise of one replication would make total indices far too large.
    """
    truth = np.array([*ISHIGAMI["first"], *ISHIGAMI["total"]])
    held, means = np.zeros(6), np.zeros(6)
    for seed in range(100):
        chance = np.random.Generator(np.random.Philox(seed))
        clean = ishigami(sobol.design(128, EACH, seed))[..., None]
        values = clean + luck * chance.standard_normal((128, 1, 2)) + noise * chance.standard_normal((128, 5, 2))
        one = sobol.indices(values[..., None], 0.95)
        low, high = np.concatenate([one.first_low, one.total_low]), np.concatenate([one.first_high, one.total_high])
        held += (low[:, 0] <= truth) & (truth <= high[:, 0])
        means += np.concatenate([one.first, one.total])[:, 0]
    assert (held >= 90).all()
    assert means / 100 == pytest.approx(truth, abs=0.06)
    biased = (ISHIGAMI["total"][2] * 13.84 + noise**2) / (13.84 + noise**2)
    assert abs(means[5] / 100 - ISHIGAMI["total"][2]) < 0.3 * (biased - ISHIGAMI["total"][2])


def test_several_figures_at_once_and_rows_left_out():
    """Each figure as by itself; a row that misses a value anywhere is left out for that figure alone."""
    points = sobol.design(64, EACH, 5)
    both = np.stack([ishigami(points), points.sum(axis=-1)], axis=-1)[:, :, None]
    both[3, 2, 0, 0] = np.nan
    one = sobol.indices(both, 0.9)
    assert one.rows.tolist() == [63, 64]
    alone = sobol.indices(both[..., 1:], 0.9)
    assert one.total[:, 1].tolist() == alone.total[:, 0].tolist()
    without = sobol.indices(np.delete(both, 3, axis=0)[..., :1], 0.9)
    assert one.first[:, 0].tolist() == without.first[:, 0].tolist()


def test_too_few_rows_and_a_figure_that_never_varies_tell_nothing():
    """NaN, and no limits, in place of numbers made of nothing."""
    few = sobol.indices(np.ones((3, 5, 2, 1)), 0.9)
    assert np.isnan(few.first).all() and few.rows.tolist() == [3]
    same = sobol.indices(np.ones((8, 5, 2, 1)), 0.9)
    assert np.isnan(same.total).all() and not np.isfinite(same.total_low).any()


def test_more_rows_keep_those_that_were_played():
    """The first rows of a larger design are those of a smaller one; a row holds A, B, and A with one group of B's."""
    few, more = sobol.design(16, [[0, 2], [1]], 3), sobol.design(50, [[0, 2], [1]], 3)
    assert (more[:16] == few).all()
    a, b, first, second = np.moveaxis(more, 1, 0)
    assert (first[:, [0, 2]] == b[:, [0, 2]]).all() and (first[:, 1] == a[:, 1]).all()
    assert (second[:, 1] == b[:, 1]).all() and (second[:, [0, 2]] == a[:, [0, 2]]).all()
