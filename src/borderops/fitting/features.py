"""Terms that a smooth function of the unit cube is written with: straight lines, bends, a few products, a few kinks.

All terms but kinks have mean 0 and variance 1 over the cube, so that one penalty means the same for each of a kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

KNOTS: Final = (-0.75, 0.0, 0.75)
"""Where an output may bend along its own direction, in standard deviations of the runs along it."""


@dataclass(frozen=True)
class Terms:
    """What is added to the terms that all outputs share.

    Parameters
    ----------
    pairs : ndarray of int64, shape (p, 2)
        Dimensions whose product is a term.
    direction : ndarray of float64, shape (d,)
        Weights of the lines: the output's own direction; all 0 where it has none.
    """

    pairs: np.ndarray
    direction: np.ndarray

    @property
    def count(self) -> int:
        """How many terms these are."""
        return len(self.pairs) + (len(KNOTS) if self.direction.any() else 0)


def none_of(dims: int) -> Terms:
    """No terms beside those that all outputs share."""
    return Terms(np.empty((0, 2), dtype=np.int64), np.zeros(dims))


def lines(points: np.ndarray) -> np.ndarray:
    """Each coordinate, centred."""
    return np.sqrt(3.0) * (2.0 * points - 1.0)


def shared(points: np.ndarray) -> np.ndarray:
    """Terms that all outputs have in common.

    Parameters
    ----------
    points : ndarray of float64, shape (m, d)

    Returns
    -------
    ndarray of float64, shape (m, 1 + 2 d)
        A constant, lines, bends.
    """
    straight = lines(points)
    bent = np.sqrt(5.0) / 2.0 * (straight**2 - 1.0)
    return np.hstack([np.ones((len(points), 1)), straight, bent])


def own(points: np.ndarray, terms: Terms) -> np.ndarray:
    """Terms of one output.

    Parameters
    ----------
    points : ndarray of float64, shape (m, d)
    terms : Terms

    Returns
    -------
    ndarray of float64, shape (m, terms.count)
        Products, then kinks.
    """
    straight = lines(points)
    columns = [straight[:, terms.pairs[:, 0]] * straight[:, terms.pairs[:, 1]]]
    if terms.direction.any():
        along = straight @ terms.direction
        columns.append(np.maximum(along[:, None] - np.array(KNOTS), 0.0))
    return np.hstack(columns)
