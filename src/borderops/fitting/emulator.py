"""What a costly simulation would give, told at once: a quick stand-in learnt from some runs.

Each output gets the scale (as it is, root, logarithm) on which the runs are most likely, terms of its own where the
runs ask for them, and variances of its own: of the stand-in, and of the chance of one season. Outputs share one
correlation, that of what runs leave over. What the outputs mean is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import special, stats

from borderops.fitting import features, regression
from borderops.fitting.regression import Fit

FEWEST_RUNS: Final = 12
"""Runs with a value below which nothing is learnt about an output."""

PAIRS_RISK: Final = 0.05
"""Chance that any product is taken up where none is there."""

RUNS_A_PAIR: Final = 15
"""Runs that each product must stand on."""

LEAST_EIGENVALUE: Final = 1e-3
"""Below it no combination of outputs is said to be free of chance."""

CHUNK: Final = 4096
"""Points that are told at a time."""

CONSTANT_SPREAD: Final = 1e-9
"""Relative spread below which an output does not vary."""


@dataclass(frozen=True)
class Scale:
    """A scale on which an output is learnt.

    Parameters
    ----------
    name : str
    there, back, slope : callable
        From values to the scale, back again, and the derivative of the way there.
    least : float
        Values must lie above it.
    """

    name: str
    there: Callable[[np.ndarray], np.ndarray]
    back: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    least: float


PLAIN: Final = Scale("plain", lambda y: y * 1.0, lambda t: t * 1.0, np.ones_like, -np.inf)
ROOT: Final = Scale(
    "root",
    lambda y: np.sqrt(y + 0.375),
    lambda t: np.maximum(t, 0.0) ** 2 - 0.375,
    lambda y: 0.5 / np.sqrt(y + 0.375),
    -1e-9,
)
LOGARITHM: Final = Scale("logarithm", np.log, np.exp, lambda y: 1.0 / y, 0.0)
SCALES: Final = (PLAIN, ROOT, LOGARITHM)


@dataclass(frozen=True)
class Runs:
    """Runs of a simulation.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d)
        In the unit cube.
    replications : ndarray of int64, shape (n,)
        Runs with one number had the same luck.
    outputs : ndarray of float64, shape (n, k)
        NaN where a run gave none.
    """

    points: np.ndarray
    replications: np.ndarray
    outputs: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.points)
        if self.points.ndim != 2 or self.outputs.ndim != 2 or len(self.outputs) != n or self.replications.shape != (n,):
            shapes = (self.points.shape, self.replications.shape, self.outputs.shape)
            raise ValueError(f"runs of shapes {shapes}; allowed: (n, d), (n,), (n, k)")
        if n and (self.points.min() < 0.0 or self.points.max() > 1.0):
            raise ValueError("a point lies outside the unit cube")

    def some(self, which: np.ndarray) -> Runs:
        """Some of the runs."""
        return Runs(self.points[which], self.replications[which], self.outputs[which])

    def then(self, more: Runs) -> Runs:
        """These runs, then others."""
        return Runs(
            np.vstack([self.points, more.points]),
            np.concatenate([self.replications, more.replications]),
            np.vstack([self.outputs, more.outputs]),
        )


@dataclass(frozen=True)
class Learnt:
    """One output as it was learnt.

    Parameters
    ----------
    column : int
        Of the outputs of the runs.
    scale : Scale
    mean, spread : float
        By which values on the scale are standardised.
    terms : Terms
    fit : Fit
    rows : ndarray of int64
        Runs that had a value.
    log_slopes : ndarray of float64
        Logarithm of the scale's derivative at each of them.
    """

    column: int
    scale: Scale
    mean: float
    spread: float
    terms: features.Terms
    fit: Fit
    rows: np.ndarray
    log_slopes: np.ndarray


@dataclass(frozen=True)
class Told:
    """What outputs would be at some points, standardised on their own scales.

    Parameters
    ----------
    means, doubts, chances : ndarray of float64, shape (m, k)
        Mean; variance of the stand-in's mean; variance of the chance of one season.
    """

    means: np.ndarray
    doubts: np.ndarray
    chances: np.ndarray


@dataclass(frozen=True)
class Quality:
    """How good the stand-in is for each output, judged by runs that were left out.

    Parameters
    ----------
    explained : ndarray of float64, shape (k,)
        Share of the variance between runs that is told without a run itself; chance is never told.
    covered : ndarray of float64, shape (k,)
        Share of the runs inside their own 90 % interval.
    """

    explained: np.ndarray
    covered: np.ndarray


class Emulator:
    """The stand-in for all outputs that could be learnt.

    Parameters
    ----------
    learnt : sequence of Learnt
    correlation : ndarray of float64, shape (k, k)
        Of the chance of one season, between learnt outputs.
    """

    def __init__(self, learnt: Sequence[Learnt], correlation: np.ndarray):
        self.learnt = list(learnt)
        self.correlation = correlation
        self.columns = np.array([one.column for one in self.learnt], dtype=np.int64)

    def tell(self, points: np.ndarray) -> Told:
        """Tell means and variances at points of the cube.

        Parameters
        ----------
        points : ndarray of float64, shape (m, d)

        Returns
        -------
        Told
            Columns in the order of `columns`.
        """
        told = Told(*(np.empty((len(points), len(self.learnt))) for _ in range(3)))
        for begin in range(0, len(points), CHUNK):
            some = points[begin : begin + CHUNK]
            common = features.shared(some)
            for at, one in enumerate(self.learnt):
                terms = np.hstack([common, features.own(some, one.terms)]) if one.terms.count else common
                means = terms @ one.fit.coefficients
                told.means[begin : begin + CHUNK, at] = means
                told.doubts[begin : begin + CHUNK, at] = one.fit.doubt_at(terms)
                told.chances[begin : begin + CHUNK, at] = one.fit.chance_at(means)
        return told

    def medians(self, points: np.ndarray) -> np.ndarray:
        """Medians of the outputs at points, on their original scales; shape (m, k)."""
        means = self.tell(points).means
        return np.column_stack(
            [one.scale.back(one.mean + one.spread * means[:, at]) for at, one in enumerate(self.learnt)]
        )

    def quantiles(self, points: np.ndarray, share: float) -> np.ndarray:
        """Quantiles of one season at points, chance and the stand-in's doubt together; shape (m, k)."""
        told = self.tell(points)
        at_share = told.means + special.ndtri(share) * np.sqrt(told.doubts + told.chances)
        return np.column_stack(
            [one.scale.back(one.mean + one.spread * at_share[:, at]) for at, one in enumerate(self.learnt)]
        )

    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Values of all outputs, shape (all,), as `tell` tells them, shape (k,)."""
        found = np.full(len(self.learnt), -np.inf)
        for at, one in enumerate(self.learnt):
            value = float(values[one.column])
            if value > one.scale.least:
                found[at] = (float(one.scale.there(np.array(value))) - one.mean) / one.spread
        return found

    def widths(self, values: np.ndarray, widths: np.ndarray) -> np.ndarray:
        """Small widths around values of all outputs, as `tell` tells them, shape (k,)."""
        return np.array(
            [
                float(widths[one.column] * one.scale.slope(np.array(float(values[one.column]))) / one.spread)
                for one in self.learnt
            ]
        )

    def only(self, which: np.ndarray) -> Emulator:
        """The stand-in for some of the learnt outputs."""
        places = np.arange(len(self.learnt))[which]
        return Emulator([self.learnt[at] for at in places], self.correlation[np.ix_(places, places)])

    def without(self, run: int) -> Emulator:
        """The stand-in as learnt from all runs but one; scales, terms, penalties and correlation stay."""
        changed = []
        for one in self.learnt:
            [place] = np.nonzero(one.rows == run)
            changed.append(replace(one, fit=one.fit.without(int(place[0]))) if place.size else one)
        return Emulator(changed, self.correlation)

    def log_density(self, count: int) -> np.ndarray:
        """Logarithm of the density of each of ``count`` runs as told by the others, on original scales; shape (n, k).

        NaN where a run gave none.
        """
        found = np.full((count, len(self.learnt)), np.nan)
        for at, one in enumerate(self.learnt):
            variance = one.fit.doubt + one.fit.chance_at(one.fit.told)
            density = -0.5 * (np.log(2.0 * np.pi * variance) + one.fit.left_out**2 / variance)
            found[one.rows, at] = density + one.log_slopes - np.log(one.spread)
        return found

    def quality(self) -> Quality:
        """How well runs are told by the others."""
        explained, covered = [], []
        for one in self.learnt:
            left, told = one.fit.left_out, one.fit.told
            explained.append(1.0 - float(np.mean(left**2)) / float(np.var(left + told)))
            width = special.ndtri(0.95) * np.sqrt(one.fit.doubt + one.fit.chance_at(told))
            covered.append(float(np.mean(np.abs(left) <= width)))
        return Quality(np.array(explained), np.array(covered))


def varies(values: np.ndarray) -> bool:
    """Whether enough runs gave an output for it to be learnt, and not all the same."""
    known = values[np.isfinite(values)]
    if len(known) < FEWEST_RUNS:
        return False
    return bool(np.ptp(known) > CONSTANT_SPREAD * max(float(np.abs(known).max()), 1e-300))


def learn(runs: Runs, published: np.ndarray | None = None) -> Emulator:
    """Learn the stand-in.

    Parameters
    ----------
    runs : Runs
    published : ndarray of float64, shape (k,), optional
        Values that scales must be able to hold as well.

    Returns
    -------
    Emulator
        Outputs that do not vary, or that too few runs gave, are left out; see `varies`.
    """
    learnt = [
        _learn_one(runs, column, None if published is None else float(published[column]))
        for column in range(runs.outputs.shape[1])
        if varies(runs.outputs[:, column])
    ]
    return Emulator(learnt, _correlation(learnt, len(runs.points)))


def learn_last(waves: Sequence[Runs], published: np.ndarray | None = None) -> tuple[Emulator, int]:
    """Learn from the last waves of runs: as many of them as tell the very last one best.

    Parameters
    ----------
    waves : sequence of Runs
        Each drawn from where the ones before had led.
    published : ndarray of float64, shape (k,), optional

    Returns
    -------
    emulator : Emulator
    used : int
        How many of the last waves it was learnt from.
    """
    best: tuple[float, Emulator, int] | None = None
    for used in sorted({1, 2, len(waves)} & set(range(1, len(waves) + 1)), reverse=True):
        runs = waves[-used]
        for more in waves[len(waves) - used + 1 :]:
            runs = runs.then(more)
        emulator = learn(runs, published)
        last = emulator.log_density(len(runs.points))[-len(waves[-1].points) :]
        score = float(np.nanmean(last, axis=0).sum()) if emulator.learnt else -np.inf
        if best is None or (score > best[0] and len(emulator.learnt) >= len(best[1].learnt)):
            best = (score, emulator, used)
    assert best is not None
    return best[1], best[2]


def _learn_one(runs: Runs, column: int, published: float | None) -> Learnt:
    values = runs.outputs[:, column]
    rows = np.flatnonzero(np.isfinite(values))
    points, luck, known = runs.points[rows], runs.replications[rows], values[rows]
    least = (
        float(known.min()) if published is None or not np.isfinite(published) else min(float(known.min()), published)
    )
    common = features.shared(points)
    kinds = _kinds(points.shape[1], 0, 0)
    best: tuple[float, Scale, float, float, np.ndarray, Fit] | None = None
    for scale in SCALES:
        there = scale.there(known) if least > scale.least else known[:1]
        mean, spread = float(there.mean()), float(there.std())
        if not spread > 0.0:
            continue
        standard = (there - mean) / spread
        made = regression.fit(common, kinds, luck, standard)
        score = _score(made) + float(np.mean(np.log(scale.slope(known)))) - np.log(spread)
        if best is None or score > best[0]:
            best = (score, scale, mean, spread, standard, made)
    assert best is not None
    _, scale, mean, spread, standard, made = best
    terms, better = _more_terms(points, common, luck, standard, made)
    return Learnt(column, scale, mean, spread, terms, better, rows, np.log(scale.slope(known)))


def _kinds(dims: int, pairs: int, kinks: int) -> np.ndarray:
    """Which terms share a penalty."""
    return np.repeat([0, 1, 2, 3, 4], [1, dims, dims, pairs, kinks])


def _score(made: Fit) -> float:
    """Mean logarithm of the density of a run as told by the others."""
    variance = made.doubt + made.chance_at(made.told)
    return float(np.mean(-0.5 * (np.log(2.0 * np.pi * variance) + made.left_out**2 / variance)))


def _more_terms(
    points: np.ndarray, common: np.ndarray, luck: np.ndarray, values: np.ndarray, made: Fit
) -> tuple[features.Terms, Fit]:
    """Products that earn their place, and kinks along the output's own direction where they tell runs better."""
    dims = points.shape[1]
    best, best_fit = features.none_of(dims), made
    slopes = made.coefficients[1 : 1 + dims]
    spread = float(np.std(features.lines(points) @ slopes))
    pairs = _pairs(points, common, luck, values)
    direction = slopes / spread if spread > 1e-6 else np.zeros(dims)
    for terms in (
        features.Terms(pairs, np.zeros(dims)),
        features.Terms(np.empty((0, 2), dtype=np.int64), direction),
        features.Terms(pairs, direction),
    ):
        if not terms.count or terms.count == best.count:
            continue
        whole = np.hstack([common, features.own(points, terms)])
        kinks = terms.count - len(terms.pairs)
        tried = regression.fit(whole, _kinds(dims, len(terms.pairs), kinks), luck, values)
        if _score(tried) > _score(best_fit):
            best, best_fit = terms, tried
    return best, best_fit


def _pairs(points: np.ndarray, common: np.ndarray, luck: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Products that what is left over goes with, more than any would by chance."""
    dims = points.shape[1]
    first, second = np.triu_indices(dims, 1)
    if not first.size:
        return np.empty((0, 2), dtype=np.int64)
    # A small ridge, so that terms as many as runs leave something over; luck is taken out as its mean.
    _, group = np.unique(luck, return_inverse=True)
    lucky = np.eye(group.max() + 1)[group] if group.max() + 1 < len(values) / 2 else np.empty((len(values), 0))
    whole = np.hstack([common, lucky])
    penalty = 1.0 + max(0.0, whole.shape[1] - len(values) / 2.0)
    pull = whole @ np.linalg.solve(whole.T @ whole + penalty * np.eye(whole.shape[1]), whole.T)
    left = values - pull @ values
    straight = features.lines(points)
    products = straight[:, first] * straight[:, second]
    products -= pull @ products
    free = max(len(values) - float(np.trace(pull)), 1.0)
    scores = np.abs(left @ products) / np.sqrt(np.square(products).sum(axis=0) * max(left @ left / free, 1e-300))
    enough = scores > stats.t.isf(PAIRS_RISK / 2.0 / first.size, free)
    order = np.argsort(-scores, kind="stable")[: max(len(values) // RUNS_A_PAIR, 1)]
    chosen = order[enough[order]]
    return np.column_stack([first[chosen], second[chosen]]).astype(np.int64)


def _correlation(learnt: Sequence[Learnt], runs: int) -> np.ndarray:
    """Correlation of what runs leave over, shrunk towards none as far as their number asks (Schäfer, Strimmer 2005)."""
    count = len(learnt)
    left = np.full((runs, count), np.nan)
    for at, one in enumerate(learnt):
        left[one.rows, at] = one.fit.left_out / np.sqrt(one.fit.doubt + one.fit.chance_at(one.fit.told))
    known = np.isfinite(left)
    filled = np.where(known, left, 0.0)
    filled /= np.sqrt(np.square(filled).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    filled = np.where(known, filled, 0.0)
    together = known.T.astype(float) @ known
    products = filled.T @ filled / np.maximum(together, 1.0)
    squares = np.square(filled).T @ np.square(filled) / np.maximum(together, 1.0)
    error = np.maximum(squares - products**2, 0.0) / np.maximum(together - 1.0, 1.0)
    off = ~np.eye(count, dtype=bool) & (together > 2)
    shrink = min(1.0, float(error[off].sum() / max(np.square(products[off]).sum(), 1e-300))) if off.any() else 0.0
    correlation = np.where(off, products * (1.0 - shrink), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return _positive(np.clip(correlation, -0.999, 0.999) if count else correlation)


def _positive(correlation: np.ndarray) -> np.ndarray:
    """The nearest such table, in its own directions, of which every combination varies."""
    if not correlation.size:
        return correlation
    np.fill_diagonal(correlation, 1.0)
    values, directions = np.linalg.eigh((correlation + correlation.T) / 2.0)
    mended = (directions * np.maximum(values, LEAST_EIGENVALUE)) @ directions.T
    scale = np.sqrt(np.diag(mended))
    return mended / np.outer(scale, scale)
