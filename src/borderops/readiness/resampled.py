"""Intervals by drawing rows anew: whole rows of a design, since the points of a row share their luck.

Pure: arrays in, limits out. A fixed seed makes every interval a function of the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np

DRAWS: Final = 2000
"""Times that the rows are drawn anew."""

AT_ONCE: Final = 200
"""Draws that are held in memory together."""

REMEMBERED: Final = 1000
"""Rows up to which the draws are kept for the next figure: they are the same for all."""


def weights(rows: int) -> Iterator[np.ndarray]:
    """How often each row is drawn, some draws at a time.

    Parameters
    ----------
    rows : int
        One or more.

    Yields
    ------
    ndarray of float64, shape (up to `AT_ONCE`, rows)
        Shares that sum to 1 along a row, so that a product with values is the mean of a draw.
    """
    yield from _drawn(rows) if rows <= REMEMBERED else _draw(rows)


@lru_cache(maxsize=2)
def _drawn(rows: int) -> tuple[np.ndarray, ...]:
    return tuple(_draw(rows))


def _draw(rows: int) -> Iterator[np.ndarray]:
    chance = np.random.Generator(np.random.Philox(DRAWS))
    for start in range(0, DRAWS, AT_ONCE):
        some = min(AT_ONCE, DRAWS - start)
        yield chance.multinomial(rows, np.full(rows, 1.0 / rows), size=some) / rows


def limits(drawn: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits that hold the middle of the draws.

    Parameters
    ----------
    drawn : ndarray of float64, shape (draws, ...)
        NaN where a draw tells nothing.
    level : float

    Returns
    -------
    low, high : ndarray of float64
        Infinite where more draws than either tail holds tell nothing.
    """
    tail = (1.0 - level) / 2.0
    untold = ~np.isfinite(drawn)
    low = np.quantile(np.where(untold, -np.inf, drawn), tail, axis=0, method="nearest")
    high = np.quantile(np.where(untold, np.inf, drawn), 1.0 - tail, axis=0, method="nearest")
    return low, high


def widened(level: float, rows: int) -> float:
    """The level at which limits of so few rows hold about ``level``.

    Parameters
    ----------
    level : float
        Asked for.
    rows : int
        Two or more; of hundreds the level hardly changes.

    Notes
    -----
    Rows drawn anew scatter by the divisor n in place of n - 1, and as if their spread were known: of ten rows that
    leaves one interval in six without the truth where one in ten was asked for. The expanded percentile interval of
    T. C. Hesterberg, The American Statistician 69 (2015) 371-386, mends both.
    """
    from scipy import special

    tail = (1.0 - level) / 2.0
    return float(1.0 - 2.0 * special.ndtr(math.sqrt(rows / (rows - 1.0)) * special.stdtrit(rows - 1, tail)))
