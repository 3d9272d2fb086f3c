"""Inverse distribution functions: one uniform in, one value out, each monotone in its uniform.

No rejection loops: a changed parameter moves a value, never the draws of anyone else. All logarithms of the model
are taken here; durations leave as whole minutes, so that last bits of `exp` cannot tell machines apart.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numba
import numpy as np
import numpy.typing as npt
from scipy import special

ALMOST_ONE = 1.0 - 1e-12
"""Uniforms above it leave cumulative probabilities too few digits to be compared with."""

FEW = 32
"""Most categories that are told apart by comparing a uniform with every edge."""

CELLS: Final = 2**16
"""Cells of a guide to whole minutes. A power of two, so that scaling a uniform by it is exact."""

GUIDED_FROM: Final = CELLS
"""Fewest uniforms of one distribution for which a guide is worth its making."""

LONGEST: Final = 2**29
"""Longest duration, a thousand years: it fits its type when a moment is added."""

GUIDES: Final = 64
"""Distributions whose guides are kept in mind, replication after replication: at most 16 MB."""

_SEVERAL: Final = -1
"""In a guide: the cell holds several minutes."""

_USELESS: Final = 0.5
"""Share of such cells from which on a guide is no help: lengths of days."""


def count(uniforms: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
    """Poisson counts; grows with the mean at a fixed uniform, so that a higher rate only adds.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    mean : ndarray of float64, shape (n,), or float
        Expected counts, 0 or more.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    mean = np.broadcast_to(np.asarray(mean, dtype=np.float64), np.shape(uniforms))
    counts = np.zeros(uniforms.size, dtype=np.int64)
    positive, rare = uniforms > np.exp(-mean), uniforms > ALMOST_ONE
    for chosen, quantile in ((positive & ~rare, _stepped_count), (positive & rare, _inverted_count)):
        rows = np.flatnonzero(chosen)
        counts[rows] = quantile(uniforms[rows], mean[rows])
    return counts


def _inverted_count(uniforms: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Counts as scipy inverts them; slow, and right out to the last uniform."""
    upper = np.ceil(special.pdtrik(uniforms, mean))
    lower = np.maximum(upper - 1.0, 0.0)
    return np.where(special.pdtr(lower, mean) >= uniforms, lower, upper)


def _stepped_count(uniforms: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Smallest counts whose cumulative probability reaches the uniform."""
    normal = special.ndtri(uniforms)
    # Cornish and Fisher's approximation is seldom off by more than one; steps correct it.
    guess = mean + np.sqrt(mean) * normal + (normal**2 - 1.0) / 6.0
    found = np.maximum(np.ceil(guess - 0.5), 1.0)
    low = np.flatnonzero(special.pdtr(found, mean) < uniforms)
    while low.size:
        found[low] += 1.0
        low = low[special.pdtr(found[low], mean[low]) < uniforms[low]]
    high = np.flatnonzero(special.pdtr(found - 1.0, mean) >= uniforms)
    while high.size:
        found[high] -= 1.0
        high = high[(found[high] > 0.0) & (special.pdtr(found[high] - 1.0, mean[high]) >= uniforms[high])]
    return found


def lognormal_minutes(uniforms: np.ndarray, median: np.ndarray | float, sigma: np.ndarray | float) -> np.ndarray:
    """Log-normal durations in whole minutes, at least 1 and at most `LONGEST`.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    median : float or ndarray, minutes
    sigma : float or ndarray
        Standard deviation of the logarithm, 0 or more.

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    guide = None
    if isinstance(median, float) and isinstance(sigma, float) and uniforms.size >= GUIDED_FROM:
        guide = _guide(median, sigma)
    if guide is None:
        return _rounded_minutes(uniforms, median, sigma)
    minutes, rows = np.empty(uniforms.size, dtype=np.int32), np.empty(uniforms.size, dtype=np.int32)
    rows = rows[: _look_up(uniforms, guide, minutes, rows)]
    minutes[rows] = _rounded_minutes(uniforms[rows], median, sigma)
    return minutes


@lru_cache(GUIDES)
def _guide(median: float, sigma: float) -> np.ndarray | None:
    """Minutes of all uniforms of a cell, or that there are several; None where that is so of most.

    Minutes only rise with the uniform, so what both edges of a cell have all between them have.
    """
    at_edges = _rounded_minutes(np.arange(1, CELLS) / CELLS, median, sigma)
    is_one = np.concatenate([[False], at_edges[1:] == at_edges[:-1], [False]])
    if is_one.mean() < _USELESS:
        return None
    return np.where(is_one, np.append(np.int32(0), at_edges), np.int32(_SEVERAL))


@numba.njit(cache=True, nogil=True)
def _look_up(uniforms, guide, minutes, rows):
    """Fill in what the guide knows; rows of which it does not, and how many there are."""
    count = 0
    for i in range(uniforms.size):
        minutes[i] = guide[np.int64(uniforms[i] * CELLS)]
        rows[count] = i
        count += minutes[i] == _SEVERAL
    return count


def _rounded_minutes(uniforms: np.ndarray, median: np.ndarray | float, sigma: np.ndarray | float) -> np.ndarray:
    """Every one by itself."""
    minutes = special.ndtri(uniforms)
    # In place: a plan takes millions of durations, and new arrays cost more than the arithmetic.
    minutes *= sigma
    np.exp(minutes, out=minutes)
    minutes *= median
    np.rint(minutes, out=minutes)
    return np.clip(minutes, 1.0, LONGEST, out=minutes).astype(np.int32)


def lognormal_minutes_of(uniforms: np.ndarray, kind: np.ndarray, median: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """`lognormal_minutes` of a few kinds at once.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    kind : ndarray of int, shape (n,)
        0 to k - 1.
    median, sigma : ndarray of float64, shape (k,)
        Of each kind.

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    minutes = np.empty(uniforms.size, dtype=np.int32)
    for one in np.flatnonzero(np.bincount(kind)).tolist():
        rows = np.flatnonzero(kind == one)
        minutes[rows] = lognormal_minutes(uniforms[rows], float(median[one]), float(sigma[one]))
    return minutes


def gamma_factor(uniforms: np.ndarray, variation: float) -> np.ndarray:
    """Gamma factors of mean 1.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    variation : float
        Coefficient of variation, 0 or more; 0 gives ones.
    """
    if variation == 0.0:
        return np.ones(np.shape(uniforms))
    shape = 1.0 / variation**2
    return special.gammaincinv(shape, uniforms) / shape


def category(uniforms: np.ndarray, shares: npt.ArrayLike) -> np.ndarray:
    """Categories by their shares, in the order given.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    shares : array_like of float, shape (k,) or (n, k)
        Shares that sum to 1; one row for all or one row each.

    Returns
    -------
    ndarray of int64, shape (n,)
        0 to k - 1.
    """
    cumulative = np.cumsum(np.asarray(shares, dtype=np.float64), axis=-1)
    if cumulative.ndim > 1:
        return np.minimum((uniforms[:, None] >= cumulative).sum(axis=1), cumulative.shape[-1] - 1)
    return place(uniforms, cumulative)


def place(uniforms: np.ndarray, cumulative: np.ndarray) -> np.ndarray:
    """Categories by their cumulative shares; searches among thousands of values by halving would take far longer.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    cumulative : ndarray of float64, shape (k,)
        Ascending; the last is taken to be 1.

    Returns
    -------
    ndarray of int64, shape (n,)
        0 to k - 1: how many of the first k - 1 cumulative shares a uniform reaches.
    """
    if cumulative.size <= FEW:
        found = np.zeros(np.shape(uniforms), dtype=np.int8)
        for edge in cumulative[:-1]:
            found += uniforms >= edge
        return found.astype(np.int64)
    # A guide tells the first category that a uniform may belong to; seldom it is another.
    cells = 8 * cumulative.size
    guide = np.searchsorted(cumulative, np.arange(cells) / cells, side="right")
    ends = np.append(cumulative[:-1], np.inf)
    found = np.minimum(guide, ends.size - 1)[(uniforms * cells).astype(np.int64)]
    further = np.flatnonzero(uniforms >= ends[found])
    while further.size:
        found[further] += 1
        further = further[uniforms[further] >= ends[found[further]]]
    return found


def whole(uniforms: np.ndarray, low: np.ndarray | int, high: np.ndarray | int) -> np.ndarray:
    """Whole numbers from low to high, both included, equally likely."""
    low, high = np.asarray(low), np.asarray(high)
    return low + np.minimum(np.floor(uniforms * (high - low + 1)).astype(np.int64), high - low)
