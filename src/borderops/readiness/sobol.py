"""Sobol indices of inputs and of groups of inputs, of several figures at once, from plays that chance scatters.

A row of the design is a base point A, another one B, and for each group of inputs the point A with that group's values
taken from B. All points of a row are played with the same luck, in several replications, and no two rows share any.

Everything is reckoned from differences within a row, so that luck that moves all its points alike cancels, and from
products of differing replications, so that luck that does not cancel adds nothing on average: what is told are indices
of the mean season, and not of one season with its luck. With a single replication luck stays in, as one more input
that belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.readiness.resampled import limits, weights

BASE, OTHER = 0, 1
"""Places of A and B within a row; groups follow from 2 on."""

FEWEST_ROWS: Final = 4


@dataclass(frozen=True)
class Indices:
    """Indices of ``g`` groups for ``k`` figures, each with its limits.

    Attributes
    ----------
    first, first_low, first_high : ndarray of float64, shape (g, k)
        Share of the variance that a group makes by itself, its own members' interactions among them.
    total, total_low, total_high : ndarray of float64, shape (g, k)
        Share in which it has any part, interactions with others among them.
    variance : ndarray of float64, shape (k,)
        Of the mean season over the inputs; 0 or less where chance hides it, and indices are NaN there.
    rows : ndarray of int64, shape (k,)
        Rows used.
    """

    first: np.ndarray
    first_low: np.ndarray
    first_high: np.ndarray
    total: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray
    variance: np.ndarray
    rows: np.ndarray


def design(rows: int, groups: Sequence[Sequence[int]], seed: int) -> np.ndarray:
    """Points of a scrambled Sobol sequence, laid out in rows.

    Parameters
    ----------
    rows : int
        Best a power of two; the first rows stay the same when more are asked for.
    groups : sequence of sequence of int
        Columns of each group; together every column once, from 0 on.
    seed : int

    Returns
    -------
    ndarray of float64, shape (rows, len(groups) + 2, columns)
        Positions in (0, 1): A, B, then A with one group from B after the other.

    Notes
    -----
    Layout of A. Saltelli and others, Computer Physics Communications 181 (2010) 259-270.
    """
    columns = sum(map(len, groups))
    drawn = sequence(rows, 2 * columns, seed)
    a, b = drawn[:, :columns], drawn[:, columns:]
    points = np.repeat(a[:, None, :], len(groups) + 2, axis=1)
    points[:, OTHER] = b
    for at, own in enumerate(groups):
        points[:, at + 2, list(own)] = b[:, list(own)]
    return points


def sequence(points: int, columns: int, seed: int) -> np.ndarray:
    """The first points of a scrambled Sobol sequence.

    Parameters
    ----------
    points, columns, seed : int

    Returns
    -------
    ndarray of float64, shape (points, columns)
        In [0, 1); the first ones stay the same when more are asked for.
    """
    from scipy.stats import qmc

    # Asked for by a power of two, as its balance wants it.
    power = max(int(np.ceil(np.log2(points))), 0)
    drawn: np.ndarray = qmc.Sobol(columns, scramble=True, seed=seed).random_base2(power)
    return drawn[:points]


def indices(values: np.ndarray, level: float) -> Indices:
    """Estimate first-order and total indices.

    Parameters
    ----------
    values : ndarray of float64, shape (rows, g + 2, replications, k)
        Figures at the points of `design`; a row in which a figure is missing anywhere is left out for that figure.
    level : float
        Of the intervals.

    Returns
    -------
    Indices
        Not cut at 0 and 1: an estimate beyond tells how far chance reaches.

    Notes
    -----
    M. J. W. Jansen, Computer Physics Communications 117 (1999) 35-43, with the variance itself from the difference
    between A and B: so an input that moves nothing has an index of exactly 0, and one that alone moves everything of
    exactly 1. Squares of differences are replaced by products of differing replications. Intervals draw rows anew;
    points of a Sobol sequence scatter less than that supposes, so that intervals are rather too wide.
    """
    found = [_indices_of(values[..., figure], level) for figure in range(values.shape[-1])]
    names = Indices.__dataclass_fields__
    return Indices(*(np.stack([one[name] for one in found], axis=-1) for name in names))


def _indices_of(values: np.ndarray, level: float) -> dict[str, np.ndarray]:
    """Indices of one figure; values of shape (rows, g + 2, replications)."""
    whole = values[np.isfinite(values).all(axis=(1, 2))]
    groups = values.shape[1] - 2
    if len(whole) < FEWEST_ROWS:
        unknown = np.full(groups, np.nan)
        return dict(zip(Indices.__dataclass_fields__, [unknown] * 6)) | {
            "variance": np.array(np.nan), "rows": np.array(len(whole))
        }  # fmt: skip
    a, b, mixed = whole[:, BASE], whole[:, OTHER], whole[:, 2:]
    parts = np.column_stack([squares(a - b), squares(a[:, None] - mixed), squares(b[:, None] - mixed)])
    first, total = _ratios(parts.mean(axis=0), groups)
    drawn = np.concatenate([_ratios(some @ parts, groups) for some in weights(len(whole))], axis=1)
    (first_low, total_low), (first_high, total_high) = (ends.reshape(2, groups) for ends in _limits(drawn, level))
    return {
        "first": first, "first_low": first_low, "first_high": first_high,
        "total": total, "total_low": total_low, "total_high": total_high,
        "variance": parts[:, 0].mean() / 2.0, "rows": np.array(len(whole)),
    }  # fmt: skip


def squares(differences: np.ndarray) -> np.ndarray:
    """Squares of what replications have in common, without what chance adds.

    Parameters
    ----------
    differences : ndarray of float64, shape (..., replications)

    Returns
    -------
    ndarray of float64, shape (...)
        Mean product of two differing replications; the plain square where there is one.
    """
    n = differences.shape[-1]
    if n == 1:
        return np.asarray(differences[..., 0] ** 2)
    return np.asarray((differences.sum(axis=-1) ** 2 - (differences**2).sum(axis=-1)) / (n * (n - 1)))


def _ratios(parts: np.ndarray, groups: int) -> np.ndarray:
    """First-order and total indices, shape (2, ..., g), from mean squares, shape (..., 1 + 2 g)."""
    whole = parts[..., :1]
    whole = np.where(whole > 0.0, whole, np.nan)
    return np.stack([1.0 - parts[..., 1 + groups :] / whole, parts[..., 1 : 1 + groups] / whole])


def _limits(drawn: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of indices of shape (2, draws, g), as (2, g)."""
    return limits(np.moveaxis(drawn, 1, 0), level)
