"""The whole fit: waves of runs, each where the ones before left something open, and what may be believed at the end.

The costly part is one function that is handed in and plays points; all else is reckoning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from borderops.fitting.emulator import Emulator, Runs, learn_last
from borderops.fitting.identifiability import Identified, identify
from borderops.fitting.matching import Published, Wave, implausibility, limits_for, reachable, remaining, spread_out
from borderops.fitting.posterior import Posterior, sample_posterior
from borderops.fitting.sampling import PARTICLES, start
from borderops.fitting.screen import Screen, screen
from borderops.streams import Draws

BROAD: Final = 2.0
"""Factor of standard deviations under which half of a wave's points are drawn, so that runs are where beliefs are."""

MIDDLES: Final = special.ndtri((np.arange(9) + 0.5) / 9.0)
"""Normal quantiles that stand for chance and doubt at a point."""

PLAYED, REACHED, FLAT, UNREAD = "used", "out of reach", "does not vary", "not read"
"""What became of a row."""


@dataclass(frozen=True)
class Spans:
    """Rows as one season would show them, over many points; NaN where nothing was learnt.

    Parameters
    ----------
    lows, medians, highs : ndarray of float64, shape (k,)
        90 % of seasons lie between the first and the last.
    """

    lows: np.ndarray
    medians: np.ndarray
    highs: np.ndarray


@dataclass(frozen=True)
class Step:
    """A wave and what it left.

    Parameters
    ----------
    runs : int
        Played in it.
    learnt_from : int
        Runs that its emulator was learnt from.
    explained, covered : ndarray of float64, shape (k,)
        How good the emulator is, NaN for rows it knows nothing of; see `borderops.fitting.emulator.Quality`.
    states : list of str
        What became of each row: `PLAYED`, `REACHED` (out of reach of every point), `FLAT` or `UNREAD`.
    log10_share : float
        Of the cube that remains, decimal logarithm.
    widened : float
        By how much limits had to be widened for anything to remain.
    apart : ndarray of float64, shape (k,)
        Least implausibility of each row over what remains.
    spans : Spans
        Over what remains.
    """

    runs: int
    learnt_from: int
    explained: np.ndarray
    covered: np.ndarray
    states: list[str]
    log10_share: float
    widened: float
    apart: np.ndarray
    spans: Spans


@dataclass(frozen=True)
class Fitted:
    """The result of a fit.

    Parameters
    ----------
    runs : list of Runs
        By wave.
    steps : list of Step
    emulator : Emulator
        Of the last wave, of the rows that count.
    before, after : Spans
        Rows over the whole cube, by the first wave's emulator, and over the posterior, by the last one's.
    screen : Screen
        By the first wave's emulator.
    screened : ndarray of int64
        Rows of the screen's columns.
    posterior : Posterior
    identified : Identified
    """

    runs: list[Runs]
    steps: list[Step]
    emulator: Emulator
    before: Spans
    after: Spans
    screen: Screen
    screened: np.ndarray
    posterior: Posterior
    identified: Identified


def fit_in_waves(
    play: Callable[[np.ndarray], Runs],
    first: np.ndarray,
    published: Published,
    seed: int,
    *,
    waves: int,
    sample: int,
    particles: int = PARTICLES,
    is_allowed: Callable[[np.ndarray], bool] | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> Fitted:
    """Fit in waves.

    Parameters
    ----------
    play : callable
        Plays points, shape (n, d), and gives the runs.
    first : ndarray of float64, shape (n, d)
        Points of the first wave, spread over the cube; every later wave has as many.
    published : Published
    seed : int
    waves : int
        1 or more.
    sample : int
        Points of the posterior wanted.
    particles : int
    is_allowed : callable, optional
        Whether a point may be played.
    on_step : callable, optional
        Hears of every wave.

    Returns
    -------
    Fitted

    Raises
    ------
    ValueError
        If no row varies and can be reached.
    """
    dims = first.shape[1]
    runs = [play(first)]
    steps: list[Step] = []
    known: list[Wave] = []
    asked, whole, seen = start(Draws(seed, 1), particles, dims), None, np.zeros(len(published.values), dtype=bool)
    for number in range(1, waves + 1):
        if number > 1:
            runs.append(
                play(_next_points(known, published, seed, number, len(first), dims, particles, is_allowed).round(6))
            )
        emulator, used = learn_last(runs, published.values)
        if whole is None:
            whole = emulator
        seen[emulator.columns[_reachable(emulator, published, seed, number)]] = True
        counted = emulator.only(seen[emulator.columns])
        if not counted.learnt:
            raise ValueError("no row varies and can be reached by any point")
        known.append(Wave(counted, published, limits_for(len(counted.learnt))))
        crowd, known = remaining(known, dims, Draws(seed, 100 * number), particles)
        steps.append(_step(runs, used, emulator, seen, published, crowd.log_share, known, crowd.points))
        if on_step is not None:
            on_step(steps[-1])
    posterior = sample_posterior(
        counted, published, Draws(seed, 2), sample, dims, before=known[:-1], particles=particles, is_allowed=is_allowed
    )
    k = len(published.values)
    assert whole is not None
    return Fitted(
        runs=runs,
        steps=steps,
        emulator=counted,
        before=spans(whole, asked, k),
        after=spans(emulator, posterior.crowd, k),
        screen=screen(whole, dims, Draws(seed, 3)),
        screened=whole.columns,
        posterior=posterior,
        identified=identify(counted, posterior.crowd),
    )


def _reachable(emulator: Emulator, published: Published, seed: int, number: int) -> np.ndarray:
    return reachable(emulator, published, Draws(seed, 100 * number + 1), limits_for(len(emulator.learnt)).worst)


def _next_points(
    known: list[Wave],
    published: Published,
    seed: int,
    number: int,
    count: int,
    dims: int,
    particles: int,
    is_allowed: Callable[[np.ndarray], bool] | None,
) -> np.ndarray:
    """Half of the points spread over what remains, half where beliefs would be if all were twice as uncertain."""
    crowd, _ = remaining(known, dims, Draws(seed, 100 * number + 2), particles)
    far = spread_out(crowd.points, count - count // 2, is_allowed)
    near = sample_posterior(
        known[-1].emulator, published, Draws(seed, 100 * number + 3), count - len(far), dims,
        before=known[:-1], particles=particles, spread=BROAD, is_allowed=is_allowed,
    )  # fmt: skip
    return np.vstack([far, near.points])


def _step(
    runs: list[Runs],
    used: int,
    emulator: Emulator,
    seen: np.ndarray,
    published: Published,
    log_share: float,
    known: list[Wave],
    crowd: np.ndarray,
) -> Step:
    k = len(published.values)
    quality = emulator.quality()
    apart = implausibility(emulator, crowd, published).min(axis=0) if emulator.learnt else np.empty(0)
    states = [FLAT if np.isfinite(runs[-1].outputs[:, column]).any() else UNREAD for column in range(k)]
    for column in emulator.columns:
        states[column] = PLAYED if seen[column] else REACHED
    return Step(
        runs=len(runs[-1].points),
        learnt_from=sum(len(one.points) for one in runs[len(runs) - used :]),
        explained=_over_all(quality.explained, emulator, k),
        covered=_over_all(quality.covered, emulator, k),
        states=states,
        log10_share=log_share / float(np.log(10.0)),
        widened=known[-1].reached,
        apart=_over_all(apart, emulator, k),
        spans=spans(emulator, crowd, k),
    )


def _over_all(values: np.ndarray, emulator: Emulator, count: int) -> np.ndarray:
    """Values of learnt rows among all rows."""
    found = np.full(count, np.nan)
    found[emulator.columns] = values
    return found


def spans(emulator: Emulator, points: np.ndarray, count: int) -> Spans:
    """Quantiles of one season over points: points, chance and the emulator's doubt together.

    Parameters
    ----------
    emulator : Emulator
    points : ndarray of float64, shape (m, d)
    count : int
        All rows, learnt or not.

    Returns
    -------
    Spans
    """
    told = emulator.tell(points)
    found = np.full((3, count), np.nan)
    for at, one in enumerate(emulator.learnt):
        scale = np.sqrt(told.doubts[:, at] + told.chances[:, at])
        seasons = told.means[:, at, None] + scale[:, None] * MIDDLES
        found[:, one.column] = one.scale.back(one.mean + one.spread * np.quantile(seasons, [0.05, 0.5, 0.95]))
    return Spans(*found)
