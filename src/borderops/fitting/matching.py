"""History matching: which points of the cube what was published rules out, what remains, and where to play next.

A point is implausible as far as its output lies from what was published, measured by everything that could explain it:
the chance of one season, the doubt of the stand-in, and the rounding of what was published. There is no term for a
model that is wrong: a row that no point reaches is told, and set aside, and never excused by a wider interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import special, stats

from borderops.fitting.emulator import Emulator
from borderops.fitting.sampling import Crowd, start, tighten
from borderops.streams import Draws

RISK: Final = 0.005
"""Chance that a limit rules the truth out, where rows are independent and outputs normal; each of two limits."""

SEARCHED: Final = 4000
"""Points at which it is asked whether a row can be reached at all, beside the corners its lines point to."""


@dataclass(frozen=True)
class Published:
    """What was published.

    Parameters
    ----------
    values : ndarray of float64, shape (k,)
        In the order of the outputs of runs.
    rounding : ndarray of float64, shape (k,)
        Width of the interval that was rounded to the value; 0 where outputs are rounded alike, or nothing was.
    """

    values: np.ndarray
    rounding: np.ndarray


@dataclass(frozen=True)
class Limits:
    """Largest implausibility that is let pass: of the worst row, and of the one after it."""

    worst: float
    second: float


@dataclass(frozen=True)
class Wave:
    """A stand-in, what it is held to, and how far a point may be off.

    Parameters
    ----------
    emulator : Emulator
        Of the rows that can be reached.
    published : Published
    limits : Limits
    reached : float
        By how much the limits had to be widened for anything to remain; 1 where they had not.
    """

    emulator: Emulator
    published: Published
    limits: Limits
    reached: float = 1.0

    def badness(self, points: np.ndarray) -> np.ndarray:
        """Of each point how far its worst rows are, as a share of the limits; 1 or less is not ruled out."""
        apart = implausibility(self.emulator, points, self.published)
        if apart.shape[1] == 0:
            return np.zeros(len(points))
        if apart.shape[1] == 1:
            return apart[:, 0] / self.limits.worst
        ordered = np.partition(apart, -2, axis=1)
        return np.maximum(ordered[:, -1] / self.limits.worst, ordered[:, -2] / self.limits.second)


def limits_for(rows: int, risk: float = RISK) -> Limits:
    """Limits that rule the truth out with a small chance each, the more rows the wider.

    Parameters
    ----------
    rows : int
    risk : float

    Returns
    -------
    Limits
    """
    rows = max(rows, 1)
    beyond = 1.0 - (1.0 - risk) ** (1.0 / rows)
    second = float(stats.beta.ppf(risk, 2, rows - 1)) if rows > 1 else beyond
    return Limits(float(special.ndtri(1.0 - beyond / 2.0)), float(special.ndtri(1.0 - second / 2.0)))


def implausibility(emulator: Emulator, points: np.ndarray, published: Published) -> np.ndarray:
    """Distance of each output from what was published, in standard deviations.

    Parameters
    ----------
    emulator : Emulator
    points : ndarray of float64, shape (m, d)
    published : Published

    Returns
    -------
    ndarray of float64, shape (m, k)
        Infinite where no output could be what was published.
    """
    told = emulator.tell(points)
    rounding = emulator.widths(published.values, published.rounding) ** 2 / 12.0
    variance = told.chances + told.doubts + rounding
    return np.abs(emulator.standardised(published.values) - told.means) / np.sqrt(variance)


def reachable(emulator: Emulator, published: Published, draws: Draws, limit: float) -> np.ndarray:
    """Which rows some point of the cube reaches, each by itself.

    Parameters
    ----------
    emulator : Emulator
    published : Published
    draws : Draws
    limit : float
        Implausibility that counts as reached.

    Returns
    -------
    ndarray of bool, shape (k,)
    """
    if not emulator.learnt:
        return np.zeros(0, dtype=bool)
    dims = len(emulator.learnt[0].terms.direction)
    points = [start(draws, SEARCHED, dims)]
    for one in emulator.learnt:
        way = np.sign(one.fit.coefficients[1 : 1 + dims])
        points.append(0.5 + 0.5 * way * np.linspace(-1.0, 1.0, 41)[:, None])
    return implausibility(emulator, np.vstack(points), published).min(axis=0) <= limit


def wave_of(emulator: Emulator, published: Published, draws: Draws) -> tuple[Wave, np.ndarray]:
    """A wave's limits, and which of the emulator's rows can be reached by some point.

    Returns
    -------
    wave : Wave
        Of the rows that can.
    reached : ndarray of bool, shape (k,)
    """
    reached = reachable(emulator, published, draws, limits_for(len(emulator.learnt)).worst)
    return Wave(emulator.only(reached), published, limits_for(int(reached.sum()))), reached


def badness_of(waves: Sequence[Wave], points: np.ndarray) -> np.ndarray:
    """The worst of all waves, each by its own limits as far as it reached; 1 or less remains."""
    found = np.zeros(len(points))
    for wave in waves:
        found = np.maximum(found, wave.badness(points) / wave.reached)
    return found


def remaining(waves: Sequence[Wave], dims: int, draws: Draws, particles: int) -> tuple[Crowd, list[Wave]]:
    """A sample of what no wave rules out, and which share of the cube that is.

    Parameters
    ----------
    waves : sequence of Wave
        Together they may leave nothing; all limits are then widened alike, as little as has to be.
    dims : int
    draws : Draws
    particles : int

    Returns
    -------
    crowd : Crowd
    waves : list of Wave
        The same, as wide as they had to be.
    """
    crowd = tighten(lambda points: badness_of(waves, points), start(draws, particles, dims), draws, 1.0)
    wider = max(crowd.stages[-1], 1.0)
    return crowd, [replace(wave, reached=wave.reached * wider) for wave in waves]


def spread_out(points: np.ndarray, count: int, is_allowed: Callable[[np.ndarray], bool] | None = None) -> np.ndarray:
    """Choose points that keep far from each other, measured by the spread of all.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d)
    count : int
    is_allowed : callable, optional
        Whether a point, shape (d,), may be chosen.

    Returns
    -------
    ndarray of float64, shape (at most count, d)
        The one nearest to the middle first, then always the one farthest from those chosen.
    """
    measured = (points - points.mean(axis=0)) / np.maximum(points.std(axis=0), 1e-9)
    apart = 1e9 - np.square(measured).sum(axis=1)
    chosen: list[int] = []
    while len(chosen) < count and apart.max() > 0.0:
        at = int(np.argmax(apart))
        if is_allowed is not None and not is_allowed(points[at]):
            apart[at] = 0.0
            continue
        chosen.append(at)
        apart = np.minimum(apart, np.square(measured - measured[at]).sum(axis=1))
    return points[chosen]
