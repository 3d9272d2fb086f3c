"""Inverse distribution functions: one uniform in, one value out, each monotone in its uniform.

No rejection loops: a changed parameter moves a value, never the draws of anyone else. All logarithms of the model
are taken here; durations leave as whole minutes, so that last bits of `exp` cannot tell machines apart.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special


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
    safe = np.maximum(mean, 1e-300)
    upper = np.ceil(special.pdtrik(uniforms, safe))
    lower = np.maximum(upper - 1.0, 0.0)
    found = np.where(special.pdtr(lower, safe) >= uniforms, lower, upper)
    # pdtrik gives nothing below the probability of zero.
    found = np.where(uniforms <= np.exp(-safe), 0.0, found)
    return np.where(mean > 0.0, found, 0.0).astype(np.int64)


def lognormal_minutes(uniforms: np.ndarray, median: np.ndarray | float, sigma: np.ndarray | float) -> np.ndarray:
    """Log-normal durations in whole minutes, at least 1.

    Parameters
    ----------
    uniforms : ndarray of float64, shape (n,)
    median : float or ndarray, minutes
    sigma : float or ndarray
        Standard deviation of the logarithm, 0 or more.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    minutes = np.rint(median * np.exp(sigma * special.ndtri(uniforms)))
    return np.maximum(minutes, 1.0).astype(np.int64)


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
    last = cumulative.shape[-1] - 1
    if cumulative.ndim == 1:
        return np.minimum(np.searchsorted(cumulative, uniforms, side="right"), last)
    return np.minimum((uniforms[:, None] >= cumulative).sum(axis=1), last)


def whole(uniforms: np.ndarray, low: np.ndarray | int, high: np.ndarray | int) -> np.ndarray:
    """Whole numbers from low to high, both included, equally likely."""
    low, high = np.asarray(low), np.asarray(high)
    return low + np.minimum(np.floor(uniforms * (high - low + 1)).astype(np.int64), high - low)
