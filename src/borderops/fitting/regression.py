"""One output as a sum of terms, each kind with its own penalty, and of what chance adds: the season's luck.

The penalties are those that make the runs likeliest (MacKay, "Bayesian interpolation", 1992): closed forms in turn
until they stand still. What a run leaves over is split in two: luck that all runs of one replication share, and the
rest. Nothing here knows what the terms or the output mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from scipy import linalg

ROUNDS: Final = 80
STILL: Final = 1e-3
"""Rounds of closed forms at most, and the change of a logarithm below which nothing is said to move."""

LEAST, MOST = 1e-6, 1e8
"""Penalties that are told from none and from leaving the terms out."""

SLIGHT: Final = 0.02
"""Share of the variance of chance that may be lost where the variance of a mean is told in short."""

LEAST_NOISE: Final = 1e-6
"""Smallest share of an output's variance that counts as chance, so that an exact output can be computed with."""

CONSTANT: Final = 1e-4
"""Penalty of the constant: as good as none for outputs of variance 1."""

BEYOND_CHANCE: Final = 3.0
"""Standard errors beyond which chance is said to grow or shrink along the mean."""

SPREAD_OF_LOG: Final = np.pi / np.sqrt(2.0)
"""Standard deviation of the logarithm of a squared normal."""


@dataclass(frozen=True)
class Fit:
    """One output, in its own standard units.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (p,)
        Of the terms, without the luck of replications.
    covariance : ndarray of float64, shape (p, p)
        Of the coefficients.
    noise, shared_luck : float
        Variances of chance: of a run alone, and of what runs of one replication share.
    left_out : ndarray of float64, shape (n,)
        Each run less its mean as told by the other runs, the luck of its replication unknown.
    doubt, told : ndarray of float64, shape (n,)
        Variance of these means, and the means.
    residual : ndarray of float64, shape (n,)
    lifted : ndarray of float64, shape (n, p)
        How coefficients and their covariance change where a run is left out, see `without`.
    growth, centre, scale : float
        By how much the logarithm of the variance of chance grows along the mean, from where, and what keeps the
        average over the runs.
    reach : (float, float)
        Means between which it grows.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    noise: float
    shared_luck: float
    left_out: np.ndarray
    doubt: np.ndarray
    told: np.ndarray
    residual: np.ndarray
    lifted: np.ndarray
    growth: float = 0.0
    centre: float = 0.0
    scale: float = 1.0
    reach: tuple[float, float] = (0.0, 0.0)

    @property
    def chance(self) -> float:
        """Variance of chance at the centre."""
        return self.noise + self.shared_luck

    def chance_at(self, means: np.ndarray) -> np.ndarray:
        """Variance of chance where the mean is this."""
        if not self.growth:
            return np.full(np.shape(means), self.chance)
        return self.chance * self.scale * np.exp(self.growth * (np.clip(means, *self.reach) - self.centre))

    def without(self, run: int) -> Fit:
        """The same penalties and terms, learnt from all runs but one."""
        lifted = self.lifted[run]
        return replace(
            self,
            coefficients=self.coefficients - lifted * self.residual[run],
            covariance=self.covariance + np.outer(lifted, lifted),
        )

    def doubt_at(self, terms: np.ndarray) -> np.ndarray:
        """Variance of the mean where the terms are these, shape (m, p); to a small part of chance."""
        ways, signs, rest = self._short
        return np.maximum(rest * np.square(terms).sum(axis=1) + np.square(terms @ ways) @ signs, 0.0)

    @cached_property
    def _short(self) -> tuple[np.ndarray, np.ndarray, float]:
        """The covariance as one variance for all directions, and the few ways in which it differs from that.

        Ways are left away as long as what they make, for terms of size 1, is less than `SLIGHT` of chance.
        """
        values, directions = np.linalg.eigh(self.covariance)
        a, b = 0, len(values)
        # The greatest and the smallest are told one by one, whichever differs more; those between are as good as alike.
        while b - a > 1 and np.abs(values[a:b] - (middle := values[a:b].mean())).sum() > SLIGHT * self.chance:
            a, b = (a + 1, b) if middle - values[a] > values[b - 1] - middle else (a, b - 1)
        chosen, rest = np.r_[0:a, b : len(values)], float(values[a:b].mean())
        differ = values[chosen] - rest
        return directions[:, chosen] * np.sqrt(np.abs(differ)), np.sign(differ), rest


def fit(terms: np.ndarray, kinds: np.ndarray, replications: np.ndarray, values: np.ndarray) -> Fit:
    """Learn one output.

    Parameters
    ----------
    terms : ndarray of float64, shape (n, p)
        The first is the constant.
    kinds : ndarray of int64, shape (p,)
        Which terms share a penalty: 0 for the constant, 1, 2, ... for others.
    replications : ndarray of int64, shape (n,)
        Runs with the same number share luck.
    values : ndarray of float64, shape (n,)
        Of mean 0 and variance 1.

    Returns
    -------
    Fit
    """
    _, luck = np.unique(replications, return_inverse=True)
    is_told = luck.max() + 1 < len(values)  # with a replication for each run its luck cannot be told from the rest
    lucky = np.eye(luck.max() + 1)[luck] if is_told else np.empty((len(values), 0))
    whole = np.hstack([terms, lucky])
    groups = np.concatenate([kinds, np.full(lucky.shape[1], kinds.max() + 1)])
    covariance, mean, penalties, noise = _evidence(whole, groups, values)
    return _told(whole, terms.shape[1], values, covariance, mean, noise, 1.0 / penalties[-1] if is_told else 0.0)


def _evidence(
    terms: np.ndarray, groups: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Covariance and mean of coefficients, the penalty of each group from 1 on, and the variance of chance."""
    count = groups.max()
    penalties, noise = np.ones(count) * 10.0, 0.5
    gram, moments, whole = terms.T @ terms, terms.T @ values, float(values @ values)
    members = np.eye(count + 1)[groups][:, 1:]
    for _ in range(ROUNDS):
        each = np.concatenate([[CONSTANT], penalties])[groups]
        covariance = _inverse(gram / noise + np.diag(each))
        mean = covariance @ moments / noise
        known = (1.0 - each * np.diag(covariance)) @ members
        left = max(whole - 2.0 * mean @ moments + mean @ gram @ mean, 0.0)
        found = np.clip(known / np.maximum(mean**2 @ members, 1e-300), LEAST, MOST)
        rest = max(left / max(len(values) - known.sum() - 1.0, 1.0), LEAST_NOISE)
        moved = np.abs(np.log(np.concatenate([found / penalties, [rest / noise]]))).max()
        penalties, noise = found, rest
        if moved < STILL:
            break
    return covariance, mean, penalties, noise


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """Inverse of a symmetric positive matrix."""
    factor = linalg.cho_factor(matrix, check_finite=False)
    return linalg.cho_solve(factor, np.eye(len(matrix)), check_finite=False)


def _told(
    whole: np.ndarray,
    count: int,
    values: np.ndarray,
    covariance: np.ndarray,
    mean: np.ndarray,
    noise: float,
    shared_luck: float,
) -> Fit:
    """A fit with what each run leaves over where it is left out: rank-one corrections, no new fit."""
    spread = whole @ covariance
    own_pull = np.clip(np.einsum("ij,ij->i", spread, whole) / noise, 0.0, 1.0 - 1e-9)
    residual = (values - whole @ mean) / (1.0 - own_pull)
    lifted = spread[:, :count] / noise
    terms = whole[:, :count]
    told_by_others = terms @ mean[:count] - np.einsum("ij,ij->i", terms, lifted) * residual
    gained = np.einsum("ij,ij->i", terms, spread[:, :count]) ** 2 / (noise * (1.0 - own_pull))
    fixed = covariance[:count, :count]
    made = Fit(
        coefficients=mean[:count],
        covariance=(fixed + fixed.T) / 2.0,
        noise=noise,
        shared_luck=shared_luck,
        left_out=values - told_by_others,
        doubt=np.einsum("ij,jk,ik->i", terms, fixed, terms) + gained,
        told=told_by_others,
        residual=residual * np.sqrt((1.0 - own_pull) / noise),
        lifted=spread[:, :count] / np.sqrt(noise * (1.0 - own_pull))[:, None],
    )
    return _with_growth(made)


def _with_growth(made: Fit) -> Fit:
    """Let chance grow along the mean where what is left over says so beyond chance."""
    means, wide = made.told, float(np.std(made.told))
    if wide < 1e-3 or len(means) < 20:
        return made
    standardised = made.left_out**2 / (made.chance + made.doubt)
    logs = np.log(np.maximum(standardised, 1e-12))
    centred = means - means.mean()
    slope = float(centred @ logs / (centred @ centred))
    error = SPREAD_OF_LOG / (wide * np.sqrt(len(means)))
    if abs(slope) < BEYOND_CHANCE * error:
        return made
    low, high = (float(one) for one in np.quantile(means, [0.01, 0.99]))
    grown = np.exp(slope * (np.clip(means, low, high) - means.mean()))
    return replace(made, growth=slope, centre=float(means.mean()), scale=1.0 / float(grown.mean()), reach=(low, high))
