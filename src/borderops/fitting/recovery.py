"""Recovery of planted truths: would the fit find what was put in, and be as sure as it may be?

Runs stand in for the world: each in turn is taken out and its outputs are published; what the others lead one to
believe is sampled, and the planted position is ranked among the sample. Where the beliefs are right, all ranks are
equally likely (simulation-based calibration; Talts and others, 2018). Planted positions must come from what is believed
before, so these runs have to spread over the whole cube.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from borderops.fitting.emulator import Emulator, Runs, learn
from borderops.fitting.matching import Published
from borderops.fitting.posterior import sample_posterior
from borderops.streams import Draws, Purpose

SAMPLE: Final = 99
"""Points among which a truth is ranked."""

BINS: Final = 10
FEWEST_A_BIN: Final = 5
PARTICLES: Final = 300
MOVES: Final = 20


@dataclass(frozen=True)
class Recovery:
    """Ranks of planted truths.

    Parameters
    ----------
    ranks : ndarray of int64, shape (truths, d + k)
        Of the position in each dimension, then of the mean of each row there, among `SAMPLE` points: 0 to `SAMPLE`.
    p_values : ndarray of float64, shape (d + k,)
        Chance of ranks at least as uneven where all are equally likely.
    smallest : float
        The smallest of these, corrected for their number (Holm).
    planted : ndarray of int64, shape (truths,)
        Runs that were planted.
    """

    ranks: np.ndarray
    p_values: np.ndarray
    smallest: float
    planted: np.ndarray


def recover(runs: Runs, rounding: np.ndarray, seed: int, truths: int, *, spread: float = 1.0) -> Recovery:
    """Plant some of the runs, one after another, and rank them among what the others lead one to believe.

    Parameters
    ----------
    runs : Runs
        Spread over the cube.
    rounding : ndarray of float64, shape (k,)
    seed : int
    truths : int
        How many runs are planted at most, evenly spaced among those with every output.
    spread : float
        Factor of all standard deviations that are believed; other than 1 shows what a wrong covariance does.

    Returns
    -------
    Recovery
    """
    emulator = learn(runs)
    whole = np.flatnonzero(np.isfinite(runs.outputs[:, emulator.columns]).all(axis=1))
    planted = whole[np.unique(np.linspace(0, len(whole) - 1, min(truths, len(whole))).astype(np.int64))]
    ranks = np.array([_ranks(emulator, runs, rounding, seed, int(run), spread) for run in planted])
    p_values = np.array([uniform_p(column) for column in ranks.T])
    return Recovery(ranks, p_values, holm(p_values), planted)


def _ranks(emulator: Emulator, runs: Runs, rounding: np.ndarray, seed: int, run: int, spread: float) -> np.ndarray:
    """Rank of one planted run in every dimension, and of its rows' means."""
    dims, draws = runs.points.shape[1], Draws(seed, run + 1)
    others = emulator.without(run)
    published = Published(runs.outputs[run], rounding)
    found = sample_posterior(
        others, published, draws, SAMPLE, dims, particles=PARTICLES, moves=MOVES, spread=spread
    ).points
    truth = runs.points[run : run + 1]
    # A mean is not known exactly: the stand-in's doubt is drawn on both sides, or the truth would be too well placed.
    sample, own = others.tell(found).means, others.tell(truth).means
    return np.concatenate([(found < truth).sum(axis=0), (sample < own).sum(axis=0)])


def uniform_p(ranks: np.ndarray) -> float:
    """Chance of ranks at least as uneven as these, by Pearson's statistic over bins of equal size.

    Parameters
    ----------
    ranks : ndarray of int64, shape (n,)
        0 to `SAMPLE`.

    Returns
    -------
    float
        Of few ranks, over so many bins that each expects `FEWEST_A_BIN`; 1 for too few to judge.
    """
    bins = min(BINS, len(ranks) // FEWEST_A_BIN)
    if bins < 2:
        return 1.0
    counts = np.bincount(ranks * bins // (SAMPLE + 1), minlength=bins)
    return float(stats.chisquare(counts).pvalue)


def holm(p_values: np.ndarray) -> float:
    """The smallest of some p-values, corrected for their number."""
    return float(min(1.0, len(p_values) * p_values.min())) if len(p_values) else 1.0


def uniforms_of(ranks: np.ndarray, seed: int) -> np.ndarray:
    """Ranks as shares in (0, 1), ties of the grid broken by draws."""
    shift = Draws(seed, 0).uniforms(np.arange(ranks.size), Purpose.FIT_RANK).reshape(ranks.shape)
    return (ranks + shift) / (SAMPLE + 1)
