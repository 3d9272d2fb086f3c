"""Where in the space of inputs a plan fails: boxes, told as plain rules, found by peeling patiently.

From the whole space thin slices are taken away, one at a time, each the one whose loss raises the share of failures
most; of the boxes on the way that is kept which holds most failures with least else. Its sides are then let out again
where that costs nothing, and sides that hardly matter are dropped. Of many inputs only those are peeled that failures
lean on most, each by itself: beside a hundred idle ones some slice always looks good by chance. What is told of a box
is checked on rows that had no part in finding one, nor in choosing inputs: rows are split in folds, and each fold is
judged by the box that the others give.

Pure: positions and outcomes in, boxes out. It knows no settings and no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.readiness.resampled import limits, weights

PEEL: Final = 0.05
"""Share of a box's points that a slice takes away."""

LEAST: Final = 0.05
"""Share of all points that a box holds at least, and never fewer than `FEWEST`."""

FEWEST: Final = 10
FOLDS: Final = 5
WORTH: Final = 0.02
"""Loss of balance up to which a side is dropped: a rule more must be worth telling."""

MOST_PEELED: Final = 8
"""Inputs that are peeled, at most: a rule of more sides is no rule that anybody reads."""

NO_BETTER: Final = 1.2
"""A box must be so many times as full of failures as the whole, where it is checked, to count as found."""


@dataclass(frozen=True)
class Box:
    """A region, and how well it tells failures from the rest.

    Attributes
    ----------
    low, high : ndarray of float64, shape (d,)
        Limits of positions; infinite on a side that is open.
    coverage, density, support : float
        Share of all failures that lie in it; share of failures among its points; share of points in it.
    checked_coverage, checked_density : float
        The same on rows that had no part in finding the box.
    coverage_low, coverage_high, density_low, density_high : float
        Limits of the checked ones, by drawing rows anew.
    whole : float
        Share of failures among all points.
    is_found : bool
        Whether the checked density is enough above ``whole`` to speak of a region.
    """

    low: np.ndarray
    high: np.ndarray
    coverage: float
    density: float
    support: float
    checked_coverage: float
    checked_density: float
    coverage_low: float
    coverage_high: float
    density_low: float
    density_high: float
    whole: float

    @property
    def is_found(self) -> bool:
        """Whether there is a region to speak of."""
        return self.sides > 0 and self.density_low > self.whole and self.checked_density > NO_BETTER * self.whole

    @property
    def sides(self) -> int:
        """How many inputs it restricts."""
        return int((np.isfinite(self.low) | np.isfinite(self.high)).sum())

    def holds(self, inputs: np.ndarray) -> np.ndarray:
        """Which points lie in it; shape (m,)."""
        return inside(inputs, self.low, self.high)


def inside(inputs: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which points lie within limits, both ends among them; shape (m,)."""
    return np.asarray(((inputs >= low) & (inputs <= high)).all(axis=1))


def find_box(inputs: np.ndarray, failed: np.ndarray, rows: np.ndarray, level: float) -> Box:
    """The box that tells failures best.

    Parameters
    ----------
    inputs : ndarray of float64, shape (m, d)
        Positions.
    failed : ndarray of float64, shape (m,)
        0 to 1: how large a share of the seasons at a point failed.
    rows : ndarray of int64, shape (m,)
        Points of a row hang together, and are never on both sides of a check.
    level : float
        Of the limits.

    Returns
    -------
    Box

    Raises
    ------
    ValueError
        If nothing failed, or nothing else happened, or there are fewer rows than folds.

    Notes
    -----
    J. H. Friedman and N. I. Fisher, Statistics and Computing 9 (1999) 123-143; coverage and density as in B. P. Bryant
    and R. J. Lempert, Technological Forecasting and Social Change 77 (2010) 34-49. The box is chosen by the harmonic
    mean of the two.
    """
    if failed.sum() == 0.0 or failed.mean() == 1.0:
        raise ValueError("all points came to the same")
    own = np.unique(rows)
    if len(own) < FOLDS:
        raise ValueError(f"{len(own)} rows are too few to check a region; allowed: {FOLDS} or more")
    low, high = _peeled(inputs, failed)
    within = inside(inputs, low, high)
    coverage, density = _quality(within, failed)
    fold = np.random.Generator(np.random.Philox(FOLDS)).permutation(np.arange(len(own)) % FOLDS)[
        np.searchsorted(own, rows)
    ]
    held = np.zeros(len(failed), dtype=bool)
    for one in range(FOLDS):
        known, asked = fold != one, fold == one
        if 0.0 < failed[known].mean() < 1.0:
            held[asked] = inside(inputs[asked], *_peeled(inputs[known], failed[known]))
    checked, ends = _checked(held, failed, rows, level)
    (coverage_low, density_low), (coverage_high, density_high) = ends.tolist()
    return Box(
        low=low,
        high=high,
        coverage=coverage,
        density=density,
        support=float(within.mean()),
        checked_coverage=checked[0],
        checked_density=checked[1],
        coverage_low=coverage_low,
        coverage_high=coverage_high,
        density_low=density_low,
        density_high=density_high,
        whole=float(failed.mean()),
    )


def _quality(within: np.ndarray, failed: np.ndarray) -> tuple[float, float]:
    """Coverage and density of a box."""
    caught = float(failed[within].sum())
    return caught / max(float(failed.sum()), 1e-300), caught / max(int(within.sum()), 1)


def _balance(within: np.ndarray, failed: np.ndarray) -> float:
    """Harmonic mean of coverage and density."""
    coverage, density = _quality(within, failed)
    return 2.0 * coverage * density / max(coverage + density, 1e-300)


def _checked(
    held: np.ndarray, failed: np.ndarray, rows: np.ndarray, level: float
) -> tuple[tuple[float, float], np.ndarray]:
    """Coverage and density on rows left out, and their limits, shape (2, 2): low and high of each."""
    own, place = np.unique(rows, return_inverse=True)
    caught, boxed, all_ = (
        np.bincount(place, weights=one, minlength=len(own)) for one in (failed * held, 1.0 * held, failed)
    )
    sums = np.column_stack([caught, boxed, all_])

    def told(means: np.ndarray) -> np.ndarray:
        caught_, boxed_, all_of = means[..., 0], means[..., 1], means[..., 2]
        return np.stack(
            [caught_ / np.maximum(all_of, 1e-300), np.where(boxed_ > 0.0, caught_ / np.maximum(boxed_, 1e-300), 0.0)],
            axis=-1,
        )

    drawn = np.concatenate([told(some @ sums) for some in weights(len(own))])
    coverage, density = told(sums.mean(axis=0))
    return (float(coverage), float(density)), np.stack(limits(drawn, level))


# --- peeling, letting out, dropping -----------------------------------------------------------------------------------


def _peeled(inputs: np.ndarray, failed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the best box over the inputs that failures lean on most; the others stay open."""
    low, high = np.full(inputs.shape[1], -np.inf), np.full(inputs.shape[1], np.inf)
    some = _promising(inputs, failed)
    low[some], high[some] = _peeled_over(inputs[:, some], failed)
    return low, high


def _promising(inputs: np.ndarray, failed: np.ndarray) -> np.ndarray:
    """Columns of the `MOST_PEELED` inputs along which the count of failures strays most from an even one.

    How far it strays is its way from the lowest to the highest point (Kuiper's statistic), which sees failures at
    either end of a range and in its middle.
    """
    if inputs.shape[1] <= MOST_PEELED:
        return np.arange(inputs.shape[1])
    order = np.argsort(inputs, axis=0, kind="stable")
    along = np.take_along_axis(inputs, order, axis=0)
    strayed = np.cumsum(failed[order] - failed.mean(), axis=0)
    is_last = np.vstack([along[1:] != along[:-1], np.ones(inputs.shape[1], dtype=bool)])  # equal values go together
    strayed = np.where(is_last, strayed, 0.0)
    far = strayed.max(axis=0) - strayed.min(axis=0)
    return np.sort(np.argsort(-far, kind="stable")[:MOST_PEELED])


def _peeled_over(inputs: np.ndarray, failed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the best box."""
    best: tuple[np.ndarray, np.ndarray] | None = None
    most = -1.0
    for low, high in _way_down(inputs, failed):
        balance = _balance(inside(inputs, low, high), failed)
        if balance > most:
            best, most = (low, high), balance
    assert best is not None, "the way down begins with the whole space"
    low, high = _let_out(inputs, failed, *best)
    return _between(inputs, *_dropped(inputs, failed, low, high))


def _way_down(inputs: np.ndarray, failed: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Limits of ever smaller boxes, the whole space first."""
    d = inputs.shape[1]
    low, high = np.full(d, -np.inf), np.full(d, np.inf)
    least = max(LEAST * len(failed), FEWEST)
    x, y = inputs, failed
    yield low.copy(), high.copy()
    while True:
        side = _best_slice(x, y, least)
        if side is None:
            return
        column, is_low, limit = side
        (low if is_low else high)[column] = limit
        kept = x[:, column] >= limit if is_low else x[:, column] <= limit
        x, y = x[kept], y[kept]
        yield low.copy(), high.copy()


def _best_slice(x: np.ndarray, y: np.ndarray, least: float) -> tuple[int, bool, float] | None:
    """The slice whose loss raises the share of failures most for each point that it takes: input, side, new limit."""
    many, mean = len(y), y.mean()
    if mean >= 1.0:
        return None
    cut = max(int(PEEL * many), 1)
    ordered = np.sort(x, axis=0)
    best, found = 0.0, None
    for is_low in (True, False):
        # Equal values go together: a grid of few positions loses a whole one.
        at = ordered[cut - 1] if is_low else ordered[many - cut]
        gone = x <= at if is_low else x >= at
        counts = gone.sum(axis=0)
        left = many - counts
        after = (y.sum() - y @ gone) / np.maximum(left, 1)
        gain = np.where(left >= least, (after - mean) * left / np.maximum(counts, 1), -np.inf)
        column = int(np.argmax(gain))
        if gain[column] > best:
            rest = x[~gone[:, column], column]
            best, found = float(gain[column]), (column, is_low, float(rest.min() if is_low else rest.max()))
    return found


def _let_out(
    inputs: np.ndarray, failed: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each side moved to where the balance is best, the others held; until nothing is gained."""
    low, high = low.copy(), high.copy()
    while True:
        before = _balance(inside(inputs, low, high), failed)
        for ends, is_low in ((low, True), (high, False)):
            for column in np.flatnonzero(np.isfinite(ends)):
                ends[column] = _best_end(inputs, failed, low, high, int(column), is_low)
        if _balance(inside(inputs, low, high), failed) <= before + 1e-12:
            return low, high


def _best_end(
    inputs: np.ndarray, failed: np.ndarray, low: np.ndarray, high: np.ndarray, column: int, is_low: bool
) -> float:
    """Where a side is best, of all places between the points that the other sides leave; open where that is as good."""
    free_low, free_high = low.copy(), high.copy()
    (free_low if is_low else free_high)[column] = -np.inf if is_low else np.inf
    some = inside(inputs, free_low, free_high)
    x, y = inputs[some, column], failed[some]
    order = np.argsort(-x if is_low else x, kind="stable")
    x, caught = x[order], np.cumsum(y[order])
    balance = 2.0 * caught / (np.arange(1, len(x) + 1) + failed.sum())
    balance = np.where(np.append(x[1:] != x[:-1], True), balance, -np.inf)  # never between equal values
    at = len(x) - 1 - int(np.argmax(balance[::-1] >= balance.max() - 1e-12))
    return (-np.inf if is_low else np.inf) if at == len(x) - 1 else float(x[at])


def _dropped(
    inputs: np.ndarray, failed: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Limits without those that are not worth telling, the least of them first."""
    low, high = low.copy(), high.copy()
    best = _balance(inside(inputs, low, high), failed)
    while True:
        sides = [(True, int(at)) for at in np.flatnonzero(np.isfinite(low))]
        sides += [(False, int(at)) for at in np.flatnonzero(np.isfinite(high))]
        kept = []
        for is_low, column in sides:
            less = (low.copy(), high.copy())
            less[0 if is_low else 1][column] = -np.inf if is_low else np.inf
            kept.append(_balance(inside(inputs, *less), failed))
        if not kept or max(kept) < best - WORTH:
            return low, high
        is_low, column = sides[int(np.argmax(kept))]
        (low if is_low else high)[column] = -np.inf if is_low else np.inf
        best = max(best, max(kept))


def _between(inputs: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits half-way between the last point inside and the first one outside."""
    low, high = low.copy(), high.copy()
    for column in np.flatnonzero(np.isfinite(low)):
        below = inputs[inputs[:, column] < low[column], column]
        low[column] = (low[column] + below.max()) / 2.0 if len(below) else -np.inf
    for column in np.flatnonzero(np.isfinite(high)):
        above = inputs[inputs[:, column] > high[column], column]
        high[column] = (high[column] + above.min()) / 2.0 if len(above) else np.inf
    return low, high
