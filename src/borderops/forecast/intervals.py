"""Intervals over replications."""

from __future__ import annotations

import numpy as np
from scipy import special


def mean_interval(deviation: np.ndarray, count: np.ndarray, level: float) -> np.ndarray:
    """Half-width of the Student interval of a mean.

    Parameters
    ----------
    deviation : ndarray of float64, shape (n,)
        Sample standard deviations.
    count : ndarray of int64, shape (n,)
        Replications behind each; below 2 the half-width is infinite.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    enough = count > 1
    freedom = np.where(enough, count - 1, 1)
    quantile = special.stdtrit(freedom, 0.5 + level / 2.0)
    return np.where(enough, quantile * deviation / np.sqrt(np.maximum(count, 1)), np.inf)
