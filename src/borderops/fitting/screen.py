"""The screen: what each row tells of each input, before any fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.fitting.emulator import Emulator
from borderops.fitting.sampling import start
from borderops.streams import Draws

SEEN: Final = 1.0
"""Standard deviations of chance that an input must move a row over its whole range to count as seen."""

SURE: Final = 3.0
"""Standard errors by which it must be told from no effect."""

LEVELS: Final = 9
"""Positions between the ends of a range at which a row's mean is asked for."""

OTHERS: Final = 400
"""Points over which the other inputs are averaged."""


@dataclass(frozen=True)
class Screen:
    """Effects of inputs on rows.

    Parameters
    ----------
    effects : ndarray of float64, shape (d, k)
        By how much the mean of a row moves when an input goes over its whole range, the others averaged over theirs,
        in standard deviations of chance. Signed by the way from the low to the high end; the size is the distance
        between the least and the greatest mean on the way.
    errors : ndarray of float64, shape (d, k)
        Standard errors from the doubt of the stand-in, of the straight part of the way.
    shares : ndarray of float64, shape (d, k)
        Of the variance of a row's mean over the cube, what each input makes by itself (its main effect).
    """

    effects: np.ndarray
    errors: np.ndarray
    shares: np.ndarray

    @property
    def is_seen(self) -> np.ndarray:
        """Which row sees which input; shape (d, k)."""
        return np.abs(self.effects) >= np.maximum(SEEN, SURE * self.errors)

    @property
    def unseen(self) -> np.ndarray:
        """Inputs that no row sees; shape (d,)."""
        return self.is_seen.sum(axis=1) == 0


def screen(emulator: Emulator, dims: int, draws: Draws) -> Screen:
    """Tell what each row tells of each input.

    Parameters
    ----------
    emulator : Emulator
        Learnt from runs that spread over the whole cube.
    dims : int
    draws : Draws
        Of the points over which the other inputs are averaged.

    Returns
    -------
    Screen
        Columns in the order of the emulator's.
    """
    nodes, weights = np.polynomial.legendre.leggauss(LEVELS)
    others, levels = start(draws, OTHERS, dims), np.concatenate([[0.0], (nodes + 1.0) / 2.0, [1.0]])
    whole = emulator.tell(others)
    chance = np.sqrt(whole.chances.mean(axis=0))
    variance = np.maximum(whole.means.var(axis=0), 1e-300)
    k = len(emulator.learnt)
    effects, errors, shares = np.zeros((dims, k)), np.zeros((dims, k)), np.zeros((dims, k))
    for dim in range(dims):
        points = np.repeat(others[None], len(levels), axis=0)
        points[:, :, dim] = levels[:, None]
        course = emulator.tell(points.reshape(-1, dims)).means.reshape(len(levels), OTHERS, k).mean(axis=1)
        sign = np.where(course[-1] >= course[0], 1.0, -1.0)
        effects[dim] = sign * (course.max(axis=0) - course.min(axis=0)) / chance
        inner = course[1:-1] - weights @ course[1:-1] / 2.0
        shares[dim] = weights @ inner**2 / 2.0 / variance
        slopes = [float(np.sqrt(one.fit.covariance[1 + dim, 1 + dim])) for one in emulator.learnt]
        errors[dim] = 2.0 * np.sqrt(3.0) * np.array(slopes) / chance
    return Screen(effects, errors, shares)
