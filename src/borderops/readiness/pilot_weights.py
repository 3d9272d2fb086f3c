"""From a pilot's figures to weights of points: how well a simulated pilot at each point agrees with the one that was.

Simulated pilots are played at some points, one season each. Through what they give a curve is laid, figure by figure,
over the few doubts that move it; whatever the curve does not follow, chance and the many other doubts, is its scatter.
A point agrees with a figure as far as a further pilot there would fall where the figure was told to lie. Counts are
compared as square roots and shares as arcsines, on which their scatter hardly depends on their size. There is no term
for a model that is wrong. Works on arrays; it plays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from borderops.readiness.pilot import Row

FEWEST_EFFECTIVE: Final = 20.0
"""Below so many effective points the weights say more about single points than about the pilot. Assumed."""

FEWEST_PLAYED: Final = 20
MOST_TERMS: Final = 6
"""Doubts that a curve may lean on, at most."""

LEAST_SCATTER: Final = 1e-3
"""Of a figure that never varies, on the transformed scale; keeps a miss from being impossible."""

UNREACHED: Final = math.log(0.01)
"""Where even the best point has less chance than this, no point comes near."""


@dataclass(frozen=True)
class Curve:
    """What simulated pilots give of one figure, as far as a few doubts tell it.

    Parameters
    ----------
    doubts : tuple of int
        Columns of the doubts it leans on, the one that explains most first.
    terms : ndarray of float64, shape (1 + 2 k,)
        Of a constant and, doubt by doubt, a line and a bend.
    inverse : ndarray of float64, shape (1 + 2 k, 1 + 2 k)
        Of the normal equations: how well the terms are known.
    scatter : float
        Standard deviation of a season about the curve, on the transformed scale.
    explained : float
        Share of the variance that the curve follows.
    """

    doubts: tuple[int, ...]
    terms: np.ndarray
    inverse: np.ndarray
    scatter: float
    explained: float

    def at(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean, and spread of one more season with what is not known of the curve, at points, each of shape (m,)."""
        design = _design(positions, self.doubts)
        leverage = np.einsum("ij,jk,ik->i", design, self.inverse, design)
        return design @ self.terms, self.scatter * np.sqrt(1.0 + leverage)


@dataclass(frozen=True)
class Weights:
    """Points weighed by a pilot.

    Parameters
    ----------
    weight : ndarray of float64, shape (m,)
        Sums to 1.
    by_row : ndarray of float64, shape (m, rows)
        Logarithm of the agreement with each figure.
    curves : tuple of Curve or None
        One for each figure; None where no simulated pilot tells it.
    effective : float
        Effective number of points, one over the sum of squared weights.
    told : tuple of str
        What is to be known of them, as sentences.
    """

    weight: np.ndarray
    by_row: np.ndarray
    curves: tuple[Curve | None, ...]
    effective: float
    told: tuple[str, ...]

    @property
    def is_degenerate(self) -> bool:
        """Whether too few points carry the weight."""
        return self.effective < min(FEWEST_EFFECTIVE, len(self.weight) / 2.0)


def transformed(values: np.ndarray | float, row: Row) -> np.ndarray:
    """Values of a figure, in its unit, on the scale on which its scatter hardly depends on its size."""
    some = np.asarray(values, dtype=np.float64)
    unit = row.known.unit
    if unit == "count":
        return 2.0 * np.sqrt(np.maximum(some, 0.0))
    of = 100.0 if unit == "percent" else float(row.n or 1)
    return 2.0 * np.arcsin(np.sqrt(np.clip(some / of, 0.0, 1.0)))


def weigh_points(rows: Sequence[Row], positions: np.ndarray, simulated: np.ndarray, candidates: np.ndarray) -> Weights:
    """Weigh points by how well pilots there would agree with the one that was.

    Parameters
    ----------
    rows : sequence of Row
    positions : ndarray of float64, shape (played, doubts)
        Where simulated pilots were played, 0 to 1.
    simulated : ndarray of float64, shape (played, rows)
        What each gives, in the figures' units; a figure told as so many of so many as a number out of the pilot's own
        ``n``. NaN where a season does not tell.
    candidates : ndarray of float64, shape (m, doubts)
        The points to be weighed.

    Returns
    -------
    Weights

    Raises
    ------
    ValueError
        If fewer than `FEWEST_PLAYED` pilots were played, so that curves would follow chance.
    """
    if len(positions) < FEWEST_PLAYED:
        raise ValueError(f"{len(positions)} simulated pilots are too few; {FEWEST_PLAYED} are needed")
    by_row, told = np.zeros((len(candidates), len(rows))), []
    curves: list[Curve | None] = []
    for at, row in enumerate(rows):
        values = transformed(simulated[:, at], row)
        known = np.isfinite(values)
        if known.sum() < FEWEST_PLAYED:
            told.append(f"{row.known.label}: too few simulated pilots tell it, so that it weighs nothing.")
            curves.append(None)
            continue
        curve = lay(positions[known], values[known])
        curves.append(curve)
        by_row[:, at] = _agreement(row, *curve.at(candidates))
        if by_row[:, at].max() < UNREACHED:
            told.append(f"{row.known.label}: no point comes near {row.value:g}; model, ranges or figure are off.")
    logs = by_row.sum(axis=1)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    found = Weights(weight, by_row, tuple(curves), float(1.0 / (weight**2).sum()), tuple(told))
    return Weights(weight, by_row, found.curves, found.effective, (*told, *_too_few(found)))


def _too_few(weights: Weights) -> list[str]:
    if not weights.is_degenerate:
        return []
    many = f"Of {len(weights.weight):,} points only {weights.effective:.1f} count in effect"
    return [f"{many}: the pilot lies where few of them do, and the updated inputs rest on these few."]


def even(points: int, why: str) -> Weights:
    """Weights that say nothing, and why."""
    return Weights(np.full(points, 1.0 / points), np.zeros((points, 0)), (), float(points), (why,))


# --- curves -------------------------------------------------------------------------------------------------------


def lay(positions: np.ndarray, values: np.ndarray) -> Curve:
    """Lay a curve through seasons, over as few doubts as pay for themselves.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, doubts)
    values : ndarray of float64, shape (n,)
        On the transformed scale.

    Returns
    -------
    Curve

    Notes
    -----
    Doubts are taken one after another, each with a line and a bend, the one first that leaves least. One more has to
    lower the extended criterion of J. Chen and Z. Chen (Biometrika 95 (2008) 759-771), which charges for having looked
    at all of them; else the largest of two hundred doubts that do nothing would look like something.
    """
    n, doubts = positions.shape
    chosen: list[int] = []
    charged = _charge(positions, values, chosen)
    while len(chosen) < min(MOST_TERMS, (n - 2) // 4):
        tried = {at: _left(positions, values, [*chosen, at]) for at in range(doubts) if at not in chosen}
        best = min(tried, key=lambda at: (tried[at], at))
        price = _charge(positions, values, [*chosen, best])
        if price >= charged:
            break
        chosen, charged = [*chosen, best], price
    design = _design(positions, chosen)
    inverse = np.linalg.pinv(design.T @ design)
    terms = inverse @ design.T @ values
    left = float(((values - design @ terms) ** 2).sum())
    whole = float(((values - values.mean()) ** 2).sum())
    scatter = max(math.sqrt(left / max(n - design.shape[1], 1)), LEAST_SCATTER)
    return Curve(tuple(chosen), terms, inverse, scatter, 1.0 - left / whole if whole > 0 else 0.0)


def _design(positions: np.ndarray, doubts: Sequence[int]) -> np.ndarray:
    """A constant and, of each doubt, a line and a bend, all of mean 0 and alike in size over the range."""
    lines = math.sqrt(3.0) * (2.0 * positions[:, list(doubts)] - 1.0)
    bends = math.sqrt(5.0) / 2.0 * (lines**2 - 1.0)
    return np.hstack([np.ones((len(positions), 1)), lines, bends])


def _left(positions: np.ndarray, values: np.ndarray, doubts: Sequence[int]) -> float:
    """Sum of squares that a curve over some doubts does not follow."""
    design = _design(positions, doubts)
    terms, *_ = np.linalg.lstsq(design, values, rcond=None)
    return float(((values - design @ terms) ** 2).sum())


def _charge(positions: np.ndarray, values: np.ndarray, doubts: Sequence[int]) -> float:
    n, many = positions.shape
    left = max(_left(positions, values, doubts), n * LEAST_SCATTER**2)
    ways = special.gammaln(many + 1) - special.gammaln(len(doubts) + 1) - special.gammaln(many - len(doubts) + 1)
    return n * math.log(left / n) + 2 * len(doubts) * math.log(n) + 2.0 * float(ways)


# --- agreement ----------------------------------------------------------------------------------------------------


def _agreement(row: Row, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Logarithm of the chance that one more season at each point falls where the figure was told to lie."""
    low, high = row.ends
    most = {"count": math.inf, "percent": 100.0}.get(row.known.unit, float(row.n or 1))
    # An end at or beyond the edge of what is possible is no end: all of the chance beyond it belongs inside.
    below = np.full(mean.shape, -np.inf) if low <= 0 else (transformed(low, row) - mean) / spread
    above = np.full(mean.shape, np.inf) if high >= most else (transformed(max(high, 0.0), row) - mean) / spread
    return _log_between(below, above)


def _log_between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Logarithm of the normal chance between two limits, also far out in a tail."""
    is_far = low > 0  # in the upper tail: by symmetry as in the lower one
    first, last = np.where(is_far, -high, low), np.where(is_far, -low, high)
    upper, lower = special.log_ndtr(last), special.log_ndtr(first)
    return upper + np.log1p(-np.exp(np.minimum(lower - upper, -1e-12)))


def resample(weight: np.ndarray, many: int) -> np.ndarray:
    """Draw points by weight, evenly spaced: a point of weight w comes floor or ceil of ``many * w`` times.

    Parameters
    ----------
    weight : ndarray of float64, shape (m,)
    many : int

    Returns
    -------
    ndarray of int64, shape (many,)
        Places of points; in an order that has nothing to do with their weight, the same every time.
    """
    chance = np.random.Generator(np.random.Philox(many))
    edges = np.cumsum(weight) / weight.sum()
    chosen = np.searchsorted(edges, (np.arange(many) + chance.random()) / many, side="right")
    return chance.permutation(np.minimum(chosen, len(weight) - 1)).astype(np.int64)
