"""Particles in the unit cube: moved about, thinned where little is likely, and followed into ever smaller regions.

Two ways lead from a broad crowd to a narrow one: a likelihood that counts for more and more (tempering; Del Moral,
Doucet and Jasra, "Sequential Monte Carlo samplers", 2006), and a limit that gets stricter and stricter (subset
simulation; Au and Beck, 2001). Both move every particle by random steps, as long and as slanted as the crowd is, taken
where the cube's uniforms are normals and there are no faces: a slanted step that a face throws back could not be taken
back with the same chance, and would crowd the faces. Every draw has an address: same seed, same particles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from scipy import special

from borderops.streams import Draws, Purpose

PARTICLES: Final = 2000
MOVES: Final = 20
LAST_MOVES: Final = 60
"""Steps of each particle after each thinning, and after the last."""

KEPT: Final = 0.5
"""Share of the particles that a stage of tempering is worth."""

BEST: Final = 0.1
"""Share of the particles that the next, stricter limit leaves."""

SMALLEST: Final = 1e-30
"""Share of the cube below which no region is followed."""

ACCEPTED: Final = 0.25
"""Share of steps to be taken, which the length of steps is set to."""

MOST_STAGES: Final = 200

NEAREST: Final = 1e-12
"""To a face."""

Measure = Callable[[np.ndarray], np.ndarray]
"""From points, shape (m, d), to one number each, shape (m,)."""


@dataclass(frozen=True)
class Crowd:
    """Particles, each as good as the next.

    Parameters
    ----------
    points : ndarray of float64, shape (n, d)
    log_share : float
        Tempering: logarithm of the mean likelihood over where it began. Limits: logarithm of the share that remains.
    stages : tuple of float
        Powers of the likelihood, or limits, one after another.
    sizes : tuple of float
        Effective sample size before each thinning, or particles inside each limit.
    acceptance : float
        Share of steps that were taken in the last stage.
    """

    points: np.ndarray
    log_share: float
    stages: tuple[float, ...]
    sizes: tuple[float, ...]
    acceptance: float


class Steps:
    """Random steps of particles: addresses of their draws, their length and their directions.

    Parameters
    ----------
    draws : Draws
    dims : int
    """

    def __init__(self, draws: Draws, dims: int):
        self._draws = draws
        self._dims = dims
        self._at = 0
        self.length = 2.38 / np.sqrt(dims)

    def next(self, points: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each particle, in normals, would go, and the uniform that decides whether it does."""
        n = len(points)
        entities = np.arange(n * self._dims)
        normal = special.ndtri(self._draws.uniforms(entities, Purpose.FIT_STEP, self._at)).reshape(n, self._dims)
        decides = self._draws.uniforms(np.arange(n), Purpose.FIT_ACCEPT, self._at)
        self._at += 1
        return points + self.length * normal @ root.T, decides

    def heard(self, share: float) -> None:
        """Set the length by the share of steps that were taken."""
        self.length = float(np.clip(self.length * np.exp(0.5 * (share - ACCEPTED)), 1e-4, 10.0))

    def survivors(self, weights: np.ndarray) -> np.ndarray:
        """Places of particles after thinning: each as often as it weighs, but for a fraction (systematic)."""
        [shift] = self._draws.uniforms(np.zeros(1, dtype=np.int64), Purpose.FIT_SURVIVE, self._at)
        edges = np.cumsum(weights / weights.sum())
        return np.searchsorted(edges / edges[-1], (np.arange(len(weights)) + shift) / len(weights))


def start(draws: Draws, count: int, dims: int) -> np.ndarray:
    """Points spread evenly over the cube: of each coordinate exactly one lies in each of ``count`` equal parts."""
    entities = np.arange(count * dims)
    order = draws.uniforms(entities, Purpose.FIT_START, 0).reshape(count, dims)
    within = draws.uniforms(entities, Purpose.FIT_START, 1).reshape(count, dims)
    return (np.argsort(np.argsort(order, axis=0, kind="stable"), axis=0, kind="stable") + within) / count


def unfolded(points: np.ndarray) -> np.ndarray:
    """Points of the cube as normals."""
    return special.ndtri(np.clip(points, NEAREST, 1.0 - NEAREST))


def temper(log_likelihood: Measure, particles: np.ndarray, draws: Draws, *, moves: int = MOVES) -> Crowd:
    """Let a likelihood count for more and more, until it counts in full.

    Parameters
    ----------
    log_likelihood : callable
        Minus infinity where nothing is possible.
    particles : ndarray of float64, shape (n, d)
        A sample of what is believed before.
    draws : Draws
    moves : int
        Steps after each thinning; three times as many after the last.

    Returns
    -------
    Crowd
        A sample of what is believed after.

    Raises
    ------
    ValueError
        If no particle is possible.
    """
    points, steps = particles.copy(), Steps(draws, particles.shape[1])
    known = log_likelihood(points)
    if not np.isfinite(known).any():
        raise ValueError("no particle is possible under the likelihood")
    power, evidence, share = 0.0, 0.0, 0.0
    stages: list[float] = []
    sizes: list[float] = []
    while power < 1.0 and len(stages) < MOST_STAGES:
        power, weights, gained, size = _next_power(known, power)
        evidence += gained
        stages.append(power)
        sizes.append(size)
        chosen = steps.survivors(weights)
        points, known = points[chosen], known[chosen]
        many = 3 * moves if power >= 1.0 else moves
        points, known, share = _move(points, known, steps, many, partial(_likelier, power), log_likelihood)
    return Crowd(points, evidence, tuple(stages), tuple(sizes), share)


def _likelier(power: float, new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """By how much a step's end is likelier than its beginning, as a logarithm."""
    return power * (new - old)


def _within(limit: float, new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Whatever lies under the limit is as good as anything else there."""
    return np.where(new <= limit, 0.0, -np.inf)


def _next_power(known: np.ndarray, power: float) -> tuple[float, np.ndarray, float, float]:
    """The largest power that leaves the particles worth enough, their weights, the evidence gained, and their worth."""

    def weighed(to: float) -> tuple[np.ndarray, float, float]:
        logs = np.where(np.isfinite(known), (to - power) * known, -np.inf)
        top = float(logs.max())
        weights = np.exp(logs - top)
        return weights, top + float(np.log(weights.mean())), float(weights.sum() ** 2 / np.square(weights).sum())

    possible = float(np.isfinite(known).sum())
    wanted = KEPT * possible
    low, high = power, 1.0
    if weighed(1.0)[2] < wanted:
        for _ in range(60):
            middle = (low + high) / 2.0
            low, high = (middle, high) if weighed(middle)[2] >= wanted else (low, middle)
        high = max(low, power + 1e-12)
    weights, gained, size = weighed(high)
    return high, weights, gained, size


def tighten(badness: Measure, particles: np.ndarray, draws: Draws, limit: float, *, moves: int = MOVES) -> Crowd:
    """Follow the region where a measure stays under a limit, by limits that get stricter until it is reached.

    Parameters
    ----------
    badness : callable
    particles : ndarray of float64, shape (n, d)
        A sample of where it begins; what lies at infinity there is outside.
    draws : Draws
    limit : float
    moves : int

    Returns
    -------
    Crowd
        A sample of the region. The last of its stages is the limit that was reached: a larger one than was asked for
        where the region would be smaller than `SMALLEST`.
    """
    points, steps = particles.copy(), Steps(draws, particles.shape[1])
    known = badness(points)
    share, taken = 0.0, 0.0
    stages: list[float] = []
    sizes: list[float] = []
    while len(stages) < MOST_STAGES:
        next_limit = max(limit, float(np.quantile(known, BEST)))
        inside = known <= next_limit
        here = float(np.log(np.mean(inside)))
        if stages and (share + here < np.log(SMALLEST) or next_limit >= stages[-1]) and next_limit > limit:
            break
        share += here
        stages.append(next_limit)
        sizes.append(float(inside.sum()))
        chosen = steps.survivors(inside.astype(float))
        points, known = points[chosen], known[chosen]
        many = 3 * moves if next_limit <= limit else moves
        points, known, taken = _move(points, known, steps, many, partial(_within, next_limit), badness)
        if next_limit <= limit:
            break
    return Crowd(points, share, tuple(stages), tuple(sizes), taken)


def _move(
    points: np.ndarray,
    known: np.ndarray,
    steps: Steps,
    many: int,
    gains: Callable[[np.ndarray, np.ndarray], np.ndarray],
    measure: Measure,
) -> tuple[np.ndarray, np.ndarray, float]:
    """Let every particle take some steps, by Metropolis' rule; the share of steps that were taken comes along."""
    normals, taken = unfolded(points), 0.0
    root = root_of_spread(normals)
    for _ in range(many):
        proposed, decides = steps.next(normals, root)
        ends = special.ndtr(proposed)
        new = measure(ends)
        evenly = 0.5 * (np.square(normals).sum(axis=1) - np.square(proposed).sum(axis=1))
        goes = np.log(decides) < gains(new, known) + evenly
        normals = np.where(goes[:, None], proposed, normals)
        points = np.where(goes[:, None], ends, points)
        known = np.where(goes, new, known)
        taken += float(goes.mean())
        steps.heard(float(goes.mean()))
    return points, known, taken / max(many, 1)


def root_of_spread(normals: np.ndarray) -> np.ndarray:
    """A root of the covariance of particles, with a little added so that none is stuck in a plane."""
    covariance = np.cov(normals, rowvar=False).reshape(normals.shape[1], -1)
    return np.linalg.cholesky(covariance + 1e-6 * np.eye(normals.shape[1]))
