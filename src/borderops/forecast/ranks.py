"""Which of many inputs go up and down with a KPI, and how strongly chance alone would make some of them seem to.

A first look and no sensitivity analysis: rank correlations of a few points see neither inputs that act together nor
those that act both ways. Among hundreds of inputs some always go with a KPI by chance, hence each correlation is held
against the largest one that shuffled points give, over all inputs and KPIs together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

SHUFFLES: Final = 1000
"""Orders of the points that are tried; a fixed seed makes the verdicts a function of the data."""

ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Correlations:
    """How ``k`` KPIs go with ``d`` inputs.

    Attributes
    ----------
    rank : ndarray of float64, shape (k, d)
        Spearman's correlation over the points that have the KPI; NaN where either is the same at all of them.
    chance : ndarray of float64, shape (k, d)
        Share of the shuffles (the true order among them) in which any input goes at least as strongly with any KPI.
    points : ndarray of int64, shape (k,)
        Points that have the KPI.
    """

    rank: np.ndarray
    chance: np.ndarray
    points: np.ndarray


def rank_correlations(inputs: np.ndarray, kpis: np.ndarray) -> Correlations:
    """Correlate the ranks of inputs with those of KPIs.

    Parameters
    ----------
    inputs : ndarray of float64, shape (m, d)
        At ``m`` points.
    kpis : ndarray of float64, shape (m, k)
        Means at the points; NaN where a point has none.

    Returns
    -------
    Correlations

    Notes
    -----
    Single-step maxT of P. H. Westfall and S. S. Young, Resampling-Based Multiple Testing (Wiley 1993), section 2.3:
    the points are shuffled, the same way for all KPIs, and the largest correlation is noted. Correlations over fewer
    points count less, by the square root of the points less one.
    """
    m, k = kpis.shape
    known = np.isfinite(kpis)
    rank = np.full((k, inputs.shape[1]), np.nan)
    largest = np.zeros(SHUFFLES)
    keys = np.random.Generator(np.random.Philox(SHUFFLES)).random((SHUFFLES, m))
    for pattern in np.unique(known, axis=1).T:
        some = np.flatnonzero((known == pattern[:, None]).all(axis=0))
        if pattern.sum() < 2 or not inputs.shape[1]:
            continue
        x, y = _unit_ranks(inputs[pattern]), _unit_ranks(kpis[pattern][:, some])
        rank[some] = y.T @ x
        weight = np.sqrt(pattern.sum() - 1.0)
        for at, order in enumerate(np.argsort(keys[:, pattern], axis=1)):
            shuffled = np.nan_to_num(np.abs(y[order].T @ x))
            largest[at] = max(largest[at], weight * shuffled.max())
    points = known.sum(axis=0)
    strength = np.abs(rank) * np.sqrt(np.maximum(points - 1.0, 0.0))[:, None]
    above = SHUFFLES - np.searchsorted(np.sort(largest), np.nan_to_num(strength) - ROUNDING, side="left")
    return Correlations(rank, np.where(np.isfinite(rank), (1.0 + above) / (1.0 + SHUFFLES), np.nan), points)


def _unit_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks of each column, centred and of length 1, so that a product is a correlation; NaN where all are the same."""
    ranks = pd.DataFrame(values).rank().to_numpy()
    centred = ranks - ranks.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    return centred / np.where(length > 0.0, length, np.nan)
