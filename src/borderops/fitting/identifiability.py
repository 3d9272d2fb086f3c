"""What the figures tell of each input and of pairs of them, and what they cannot tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.fitting.emulator import Emulator

PRIOR_DEVIATION: Final = 1.0 / np.sqrt(12.0)
"""Standard deviation of a uniform."""

PINNED, NARROWED = 0.35, 0.85
"""Posterior standard deviation, as a share of the prior's, below which an input is pinned, or narrowed."""

ENTANGLED: Final = 0.6
"""Posterior correlation beyond which two inputs are not told apart."""

STEP: Final = 0.02
"""Half the distance over which slopes are taken."""


@dataclass(frozen=True)
class Pair:
    """Two inputs that the figures do not tell apart.

    Parameters
    ----------
    first, second : int
        Dimensions.
    correlation : float
        Under the posterior.
    together : float
        Standard deviation of what they make together, as a share of the prior's: of the best known direction of the
        two.
    alone : float
        The same of the better known of the two by itself.
    """

    first: int
    second: int
    correlation: float
    together: float
    alone: float


@dataclass(frozen=True)
class Identified:
    """What the figures tell.

    Parameters
    ----------
    ratios : ndarray of float64, shape (d,)
        Posterior standard deviation as a share of the prior's.
    words : list of str
        ``pinned``, ``narrowed`` or ``not seen``.
    medians, lows, highs : ndarray of float64, shape (d,)
        Of the posterior, the ends of its 90 % interval.
    pairs : list of Pair
        The strongest first.
    information : ndarray of float64, shape (d,)
        Of each direction of the cube, how much the figures tell in units of what was believed before; descending.
    directions : ndarray of float64, shape (d, d)
        Directions as columns, unit vectors.
    """

    ratios: np.ndarray
    words: list[str]
    medians: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    pairs: list[Pair]
    information: np.ndarray
    directions: np.ndarray

    @property
    def told(self) -> int:
        """Directions of which the figures tell more than was believed before."""
        return int((self.information > 1.0).sum())


def identify(emulator: Emulator, sample: np.ndarray) -> Identified:
    """Tell what a posterior sample and the likelihood around it say of the inputs.

    Parameters
    ----------
    emulator : Emulator
        Of the rows that count.
    sample : ndarray of float64, shape (n, d)
        Of the posterior; some hundreds or more.

    Returns
    -------
    Identified
    """
    ratios = sample.std(axis=0, ddof=1) / PRIOR_DEVIATION
    words = ["pinned" if one < PINNED else "narrowed" if one < NARROWED else "not seen" for one in ratios]
    lows, medians, highs = np.quantile(sample, [0.05, 0.5, 0.95], axis=0)
    information, directions = directions_told(emulator, sample.mean(axis=0))
    return Identified(ratios, words, medians, lows, highs, entangled(sample), information, directions)


def entangled(sample: np.ndarray) -> list[Pair]:
    """Pairs of inputs that go together, and are known better together than each alone."""
    if sample.shape[1] < 2:
        return []
    covariance = np.cov(sample, rowvar=False) / PRIOR_DEVIATION**2
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    found = []
    for first, second in zip(*np.triu_indices(sample.shape[1], 1)):
        if abs(correlation[first, second]) < ENTANGLED:
            continue
        both = covariance[np.ix_([first, second], [first, second])]
        together = float(np.sqrt(max(np.linalg.eigvalsh(both)[0], 0.0)))
        alone = float(min(spread[first], spread[second]))
        found.append(Pair(int(first), int(second), float(correlation[first, second]), together, alone))
    return sorted(found, key=lambda one: -abs(one.correlation))


def directions_told(emulator: Emulator, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directions of the likelihood's information matrix at a point.

    Parameters
    ----------
    emulator : Emulator
    middle : ndarray of float64, shape (d,)

    Returns
    -------
    information : ndarray of float64, shape (d,)
        Descending; 1 is as much as the uniform prior tells by its variance.
    directions : ndarray of float64, shape (d, d)
        Columns; of each the largest part is positive.
    """
    dims = len(middle)
    steps = STEP * np.eye(dims)
    up, down = np.clip(middle + steps, 0.0, 1.0), np.clip(middle - steps, 0.0, 1.0)
    width = (up - down).sum(axis=1)[:, None]
    slopes = (emulator.tell(up).means - emulator.tell(down).means) / width
    here = emulator.tell(middle[None])
    scaled = slopes / np.sqrt(here.chances + here.doubts)
    matrix = scaled @ np.linalg.solve(emulator.correlation, scaled.T) * PRIOR_DEVIATION**2
    values, directions = np.linalg.eigh((matrix + matrix.T) / 2.0)
    order = np.argsort(-values, kind="stable")
    directions = directions[:, order]
    largest = directions[np.abs(directions).argmax(axis=0), np.arange(dims)]
    return np.maximum(values[order], 0.0), directions * np.where(largest < 0.0, -1.0, 1.0)
