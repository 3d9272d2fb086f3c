"""Months of arrivals that are not known yet, forecast from those that are: one path a replication.

The logarithm of a stratum's count on the whole border moves by changes of which a part goes on the next month (an
autoregression of first order on the changes, without drift). Its coefficient, and how far off it was, month by month
and for the three strata together, are estimated from the known months alone. Sectors share a stratum's count as they
did in the last three known months, and drift apart as fast as they did before. So the interval widens with every month
ahead as it would have in the past.

No season of the year is put in: known months often hold a single year, and in the year to April 2017 arrivals fell by
nine tenths for other reasons. Must not know policy or settings: who comes does not depend on what is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from borderops import clock, entities
from borderops.streams import Draws, Purpose
from borderops.units import DAY

FEWEST_MONTHS: Final = 12
"""Known months that a forecast needs: errors cannot be told from fewer."""

MOST_AHEAD: Final = 12
"""Months that may be forecast; further ahead past errors say too little."""

RECENT: Final = 3
"""Known months whose counts give the sectors' shares: one month of a small sector is mostly chance."""


@dataclass(frozen=True)
class PastErrors:
    """What the method is and how far off it was, as estimated from known months.

    Attributes
    ----------
    kept_share : float
        Share of a month's change of the logarithm that goes on in the next; 0 to 1.
    strata : ndarray of float64, shape (strata, strata)
        Lower factor of the covariance of the errors of one month ahead.
    sectors : ndarray of float64, shape (strata,)
        Deviation of a month's change of the logarithm of a sector's share.
    degrees : int
        Of freedom: errors that the deviations are estimated from.
    """

    kept_share: float
    strata: np.ndarray
    sectors: np.ndarray
    degrees: int


def forecast(known: np.ndarray, first: int, months: int, scale: float, draws: Draws) -> np.ndarray:
    """Forecast the months after the known ones.

    Parameters
    ----------
    known : ndarray of float64, shape (k, sectors, strata)
        Persons by month, at least `FEWEST_MONTHS` of them.
    first : int
        Day of the clock on which the first forecast month begins; errors belong to months of the calendar.
    months : int
        How many are wanted, at most `MOST_AHEAD`.
    scale : float
        Of the errors; 0 gives the central path.
    draws : Draws

    Returns
    -------
    ndarray of float64, shape (months, sectors, strata)
        Persons, of one path.
    """
    past = past_errors(known)
    strata = _paths_of_strata(known.sum(axis=1), past, months, scale * _errors_of_strata(past, first, months, draws))
    drift = np.cumsum(scale * _errors_of_sectors(known, past, first, months, draws), axis=0)
    shares = known[-RECENT:].sum(axis=0) * np.exp(drift)
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12) * strata[:, None, :]


def past_errors(known: np.ndarray) -> PastErrors:
    """Estimate the method's coefficient and errors from known months, shape (k, sectors, strata)."""
    changes = np.diff(np.log(np.maximum(known.sum(axis=1), 1.0)), axis=0)
    kept = _kept_share(changes)
    errors = changes[1:] - kept * changes[:-1]
    degrees = len(errors) - 1
    covariance = errors.T @ errors / degrees
    factor = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance)))
    return PastErrors(kept, factor, _deviation_of_sectors(known, changes), degrees)


def _kept_share(changes: np.ndarray) -> float:
    """Least squares over all strata, each in units of its own changes so that the wildest does not decide alone."""
    units = changes / np.maximum(np.sqrt((changes**2).mean(axis=0)), 1e-12)
    return float(np.clip((units[1:] * units[:-1]).sum() / max((units[:-1] ** 2).sum(), 1e-12), 0.0, 1.0))


def _deviation_of_sectors(known: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """How sectors drift apart in a month, beyond the chance of counting, weighted by who comes there."""
    own = np.diff(np.log(np.maximum(known, 1.0)), axis=0) - changes[:, None, :]
    mean = np.maximum(known.mean(axis=0), 1.0)
    by_chance = 2.0 / mean  # variance of the difference of two counted months, in logarithms
    beyond = np.maximum((own**2).mean(axis=0) - by_chance, 0.0)
    return np.sqrt((beyond * mean).sum(axis=0) / mean.sum(axis=0))


def _paths_of_strata(known: np.ndarray, past: PastErrors, months: int, errors: np.ndarray) -> np.ndarray:
    """Persons on the whole border by month and stratum, shape (months, strata)."""
    logarithms = np.log(np.maximum(known, 1.0))
    level, change = logarithms[-1], logarithms[-1] - logarithms[-2]
    paths = np.empty((months, known.shape[1]))
    for ahead in range(months):
        change = past.kept_share * change + errors[ahead]
        level = level + change
        paths[ahead] = level
    return np.exp(paths)


def _errors_of_strata(past: PastErrors, first: int, months: int, draws: Draws) -> np.ndarray:
    """Errors by month and stratum, shape (months, strata), as far off together as they used to be."""
    strata = np.arange(len(past.strata))
    cells = entities.pack(_first_days(first, months)[:, None], entities.EVERYWHERE, strata[None, :], 0)
    return _deviates(cells, Purpose.FORECAST_STRATUM, past, draws) @ past.strata.T


def _errors_of_sectors(known: np.ndarray, past: PastErrors, first: int, months: int, draws: Draws) -> np.ndarray:
    """Errors by month, sector and stratum, shape (months, sectors, strata)."""
    sector, stratum = np.meshgrid(*map(np.arange, known.shape[1:]), indexing="ij")
    cells = entities.pack(_first_days(first, months)[:, None, None], sector[None], stratum[None], 0)
    return _deviates(cells, Purpose.FORECAST_SECTOR, past, draws) * past.sectors


def _deviates(cells: np.ndarray, purpose: Purpose, past: PastErrors, draws: Draws) -> np.ndarray:
    """Standard deviates with the heavier tails of a deviation that few errors decide (Student's distribution)."""
    uniforms = np.clip(draws.uniforms(cells.ravel(), purpose), 1e-12, 1.0 - 1e-12).reshape(cells.shape)
    return np.asarray(special.stdtrit(past.degrees, uniforms))


def _first_days(first: int, months: int) -> np.ndarray:
    """Days of the clock on which months begin, the first one given."""
    start = np.datetime64(clock.date_of(first * DAY), "M")
    begins = (start + np.arange(months)).astype("datetime64[D]") - np.datetime64(clock.EPOCH, "D")
    return begins.astype(np.int64)
