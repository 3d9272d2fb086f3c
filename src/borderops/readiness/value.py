"""What it would be worth to know: the loss of a wrong verdict that knowing an input would save.

A verdict is GO or NO-GO, given before anybody knows the inputs. GO is wrong where the season then fails; NO-GO is wrong
where it would have held. No loss trades harm to children: harms are limits, which criteria hold, and the loss is that
of a wrong verdict alone, in units that a planner states: how many times worse a false GO is than a false NO-GO.

With expected loss as the measure, the verdict goes by the chance of failure: GO where it is below
``false_no_go / (false_go + false_no_go)``. Nine to one asks that nine seasons in ten hold, as criteria do.

Knowing an input helps as far as it changes the verdict for the better. Which values of an input speak for GO is learnt
on some rows and tried on others (folds), so that nothing is gained by learning chance by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.readiness.resampled import limits, weights

FOLDS: Final = 5
KNOTS: Final = 6
"""Pieces of the curve of one input."""

CURVED: Final = 8
"""Inputs of a group up to which each has a curve; of more, each has a straight line."""

PENALTIES: Final = tuple(10.0**power for power in range(-6, 5))
"""Of a curve's coefficients, as parts of the number of points; the best is chosen by generalised cross-validation."""


@dataclass(frozen=True)
class Worth:
    """Loss that would be saved, in units of a false NO-GO; a season each.

    Attributes
    ----------
    value, low, high : float
        Not below 0: what is learnt may be left aside.
    share : float
        Of `Loss.now`.
    """

    value: float
    low: float
    high: float
    share: float

    @property
    def is_told(self) -> bool:
        """Whether it is more than chance would give."""
        return self.low > 0.0


@dataclass(frozen=True)
class Loss:
    """What verdicts cost.

    Parameters
    ----------
    false_go, false_no_go : float
        More than 0.
    """

    false_go: float = 9.0
    false_no_go: float = 1.0

    @property
    def threshold(self) -> float:
        """Chance of failure above which NO-GO loses less."""
        return self.false_no_go / (self.false_go + self.false_no_go)

    def gain(self, failed: np.ndarray) -> np.ndarray:
        """By how much GO loses less than NO-GO, by whether a season failed (or how large a share of seasons)."""
        return self.false_no_go * (1.0 - failed) - self.false_go * failed

    def now(self, failed: np.ndarray) -> float:
        """Expected loss of the better verdict, with nothing known."""
        return float(min(self.false_go * failed.mean(), self.false_no_go * (1.0 - failed.mean())))


def perfect(gain: np.ndarray, rows: np.ndarray, level: float) -> tuple[float, float, float]:
    """Expected value of knowing everything that ``gain`` depends on.

    Parameters
    ----------
    gain : ndarray of float64, shape (m,)
        By how much GO is better than NO-GO at each point; where it holds single seasons, their luck counts as known.
    rows : ndarray of int64, shape (m,)
        Points that hang together.
    level : float

    Returns
    -------
    value, low, high : float
    """
    sums = _by_row(np.column_stack([np.maximum(gain, 0.0), gain, np.ones(len(gain))]), rows)

    def told(means: np.ndarray) -> np.ndarray:
        return (means[..., 0] - np.maximum(means[..., 1], 0.0)) / means[..., 2]

    drawn = np.concatenate([told(some @ sums) for some in weights(len(sums))])
    low, high = limits(drawn, level)
    return float(told(sums.mean(axis=0))), float(low), float(high)


def partly(inputs: np.ndarray, gain: np.ndarray, rows: np.ndarray, level: float, now: float = np.nan) -> Worth:
    """Expected value of knowing some inputs, the others and luck unknown.

    Parameters
    ----------
    inputs : ndarray of float64, shape (m, q)
        Positions of one input or of a group that would be known together.
    gain : ndarray of float64, shape (m,)
        By how much GO is better than NO-GO at each point, chance and all.
    rows : ndarray of int64, shape (m,)
        Points that hang together.
    level : float
    now : float
        Expected loss with nothing known, for the share.

    Returns
    -------
    Worth

    Notes
    -----
    Regression of the gain on the inputs, M. Strong, J. E. Oakley and A. Brennan, Medical Decision Making 34 (2014)
    311-326, with splines and a ridge; each fold is valued by the verdicts that the others' curves would give. That
    falls short of the true value where the curve is badly known, and is never above it on average.
    """
    own, place = np.unique(rows, return_inverse=True)
    folds = min(FOLDS, len(own))
    fold = np.random.Generator(np.random.Philox(FOLDS)).permutation(np.arange(len(own)) % folds)[place]
    basis = curves(inputs)
    saved = np.zeros(len(gain))
    before = gain.mean() > 0.0
    for one in range(folds):
        known, asked = fold != one, fold == one
        told = _ridge(basis[known], gain[known], basis[asked])
        saved[asked] = gain[asked] * ((told > 0.0) * 1.0 - before)
    sums = _by_row(np.column_stack([saved, np.ones(len(gain))]), rows)
    drawn = np.concatenate([(means := some @ sums)[:, 0] / means[:, 1] for some in weights(len(sums))])
    low, high = (max(float(end), 0.0) for end in limits(drawn, level))
    value = max(float(saved.mean()), 0.0)
    return Worth(value, low, high, value / now if now > 0.0 else np.nan)


def curves(inputs: np.ndarray) -> np.ndarray:
    """What a smooth curve over inputs is put together from.

    Parameters
    ----------
    inputs : ndarray of float64, shape (m, q)

    Returns
    -------
    ndarray of float64, shape (m, p)
        Cubic splines of each input, and products of pairs; straight lines where the inputs are many. Columns without
        any spread are left out.
    """
    q = inputs.shape[1]
    spread = inputs.std(axis=0)
    x = ((inputs - inputs.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))[:, spread > 0.0]
    parts = [x]
    if q <= CURVED:
        for column in x.T:
            knots = np.unique(np.quantile(column, np.linspace(0.0, 1.0, KNOTS + 1)[1:-1]))
            parts.append(np.column_stack([column**2, *(np.maximum(column - knot, 0.0) ** 3 for knot in knots)]))
        pairs = [(a, b) for a in range(x.shape[1]) for b in range(a)]
        parts += [x[:, [a]] * x[:, [b]] for a, b in pairs]
    return np.concatenate(parts, axis=1)


def _ridge(basis: np.ndarray, gain: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Predictions of a ridge regression whose penalty generalised cross-validation chooses."""
    if not basis.shape[1]:
        return np.full(len(asked), gain.mean())
    centre, spread = basis.mean(axis=0), basis.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    scaled, mean = (basis - centre) / spread, gain.mean()
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    values = np.maximum(values, 0.0)
    along = vectors.T @ (scaled.T @ (gain - mean))
    m, whole = len(gain), float(((gain - mean) ** 2).sum())
    best, chosen = np.inf, np.zeros_like(along)
    for penalty in PENALTIES:
        kept = values / (values + penalty * m)
        found = along / (values + penalty * m)
        left = whole - 2.0 * float(along @ found) + float(values @ found**2)
        freedom = m - 1.0 - float(kept.sum())
        score = left / max(freedom, 1e-9) ** 2
        if score < best:
            best, chosen = score, found
    return np.asarray(mean + (asked - centre) / spread @ (vectors @ chosen))


def _by_row(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Sums of the columns over the points of each row, shape (rows, columns)."""
    own, place = np.unique(rows, return_inverse=True)
    return np.column_stack([np.bincount(place, weights=column, minlength=len(own)) for column in values.T])


# --- by what it would be resolved -------------------------------------------------------------------------------------

RECORDS: Final = "existing records"
DRILL: Final = "a drill"
EXERCISE: Final = "a synthetic exercise"

WAYS: Final[Sequence[tuple[tuple[str, ...], str]]] = (
    (("features", "records", "tracking"), EXERCISE),
    (("people", "arrivals", "policy", "ice", "family_care", "orr"), RECORDS),
    (("stations", "referral", "transport", "courts", "reunification"), DRILL),
)
"""What is looked into by which way, by the beginnings of keys, where nothing was fitted."""


def resolved_by(key: str, grade: str) -> str:
    """By what an unknown would be resolved, never by separating anybody.

    Parameters
    ----------
    key : str
        Of a parameter.
    grade : str
        ``fitted``: published figures speak of it already, and the same records in more detail tell more.

    Returns
    -------
    str
        One of `RECORDS`, `DRILL` (times and loads, with staff and invented families) and `EXERCISE` (data packs with
        an answer key).
    """
    if grade == "fitted":
        return RECORDS
    first = key.partition(".")[0].partition("[")[0]
    return next((way for beginnings, way in WAYS if first in beginnings), RECORDS)
