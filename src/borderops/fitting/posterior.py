"""A sample of what may be believed of the inputs after what was published: a sample, never a point.

Before: every point of the cube alike. Likelihood: what was published is one season, whose outputs are normal on their
own scales about the stand-in's means; their covariance is that of the chance of one season and of the stand-in's doubt,
both with the correlation that runs leave over. Nothing is added for a model that is wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.fitting.emulator import Emulator
from borderops.fitting.matching import Published, Wave, badness_of, remaining
from borderops.fitting.sampling import MOVES, PARTICLES, Crowd, start, temper
from borderops.streams import Draws, Purpose


@dataclass(frozen=True)
class Posterior:
    """A posterior sample and how it came about.

    Parameters
    ----------
    points : ndarray of float64, shape (m, d)
        Each as good as the next.
    crowd : ndarray of float64, shape (particles, d)
        All particles; the points are some of them.
    log_evidence : float
        Logarithm of the mean likelihood over the cube.
    powers : tuple of float
        Of the likelihood, one after another up to 1.
    sizes : tuple of float
        Effective sample sizes before each thinning.
    acceptance : float
        Share of the last steps that were taken.
    """

    points: np.ndarray
    crowd: np.ndarray
    log_evidence: float
    powers: tuple[float, ...]
    sizes: tuple[float, ...]
    acceptance: float


class Likelihood:
    """Logarithm of the likelihood of what was published.

    Parameters
    ----------
    emulator : Emulator
    published : Published
    spread : float
        Factor of all standard deviations; other than 1 only to show what a wrong covariance does.
    """

    def __init__(self, emulator: Emulator, published: Published, *, spread: float = 1.0):
        self._emulator = emulator
        self._values = emulator.standardised(published.values)
        self._rounding = emulator.widths(published.values, published.rounding) ** 2 / 12.0
        self._root = np.linalg.inv(np.linalg.cholesky(emulator.correlation))
        self._constant = float(np.log(np.diag(self._root)).sum()) - 0.5 * len(self._values) * np.log(2.0 * np.pi)
        self._spread = spread

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Of each point, shape (m,)."""
        told = self._emulator.tell(points)
        scales = self._spread * np.sqrt(told.chances + told.doubts + self._rounding)
        apart = (self._values - told.means) / scales
        return self._constant - np.log(scales).sum(axis=1) - 0.5 * np.square(apart @ self._root.T).sum(axis=1)


def sample_posterior(
    emulator: Emulator,
    published: Published,
    draws: Draws,
    count: int,
    dims: int,
    *,
    before: Sequence[Wave] = (),
    particles: int = PARTICLES,
    moves: int = MOVES,
    spread: float = 1.0,
    is_allowed: Callable[[np.ndarray], bool] | None = None,
) -> Posterior:
    """Sample the posterior.

    Parameters
    ----------
    emulator : Emulator
        Of the rows that count.
    published : Published
    draws : Draws
    count : int
        Points wanted, at most ``particles``.
    dims : int
    before : sequence of Wave
        Waves whose runs led to where the emulator was learnt; what they ruled out stays ruled out, since the emulator
        knows nothing of it.
    particles, moves : int
    spread : float
        As in `Likelihood`.
    is_allowed : callable, optional
        Whether a point, shape (d,), may be among those wanted.

    Returns
    -------
    Posterior
        With fewer points than wanted where too few particles are allowed.
    """
    likelihood = Likelihood(emulator, published, spread=spread)
    points, share, waves = start(draws, particles, dims), 0.0, list(before)
    if before:
        region, waves = remaining(before, dims, draws, particles)
        points, share = region.points, region.log_share

    def measure(at: np.ndarray) -> np.ndarray:
        return np.where(badness_of(waves, at) <= 1.0, likelihood(at), -np.inf) if waves else likelihood(at)

    crowd = temper(measure, points, Draws(draws.seed, draws.replication + AFTER), moves=moves)
    return Posterior(
        points=some_of(crowd, draws, count, is_allowed),
        crowd=crowd.points,
        log_evidence=crowd.log_share + share,
        powers=crowd.stages,
        sizes=crowd.sizes,
        acceptance=crowd.acceptance,
    )


AFTER: Final = 1 << 20
"""Added to the number of the draws once a region has been followed, so that no step is taken twice alike."""


def some_of(
    crowd: Crowd, draws: Draws, count: int, is_allowed: Callable[[np.ndarray], bool] | None = None
) -> np.ndarray:
    """Some of the particles, none twice, in an order that says nothing."""
    order = np.argsort(draws.uniforms(np.arange(len(crowd.points)), Purpose.FIT_PICK), kind="stable")
    if is_allowed is not None:
        order = np.array([*itertools.islice((at for at in order if is_allowed(crowd.points[at])), count)], dtype=int)
    return crowd.points[order[:count]]
