"""Intervals over replications: of a mean, a share, a quantile, a ratio, and of what hardly ever happens.

Replications are the last axis of every array; one call serves as many KPIs as there are rows. A value that is not
finite is missing and left out of its own row only. Nothing here knows a scenario or a KPI by name. How often each
interval holds the truth is counted by ``benchmarks/interval_coverage.py``.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np
from scipy import special

from borderops.exceptions import WrongInput

SKEWNESS_CORRECTION: Final = 6.0
"""A sample of ``n`` shows too little of a long tail: its skewness is raised by this much over ``n``."""


class Interval(NamedTuple):
    """Lower and upper limits, arrays of one shape; an end that the data cannot set is infinite."""

    low: np.ndarray
    high: np.ndarray

    @property
    def half_width(self) -> np.ndarray:
        """Half the distance between the limits."""
        return (self.high - self.low) / 2.0


class RareInterval(NamedTuple):
    """What can be said of a KPI that is mostly 0.

    Attributes
    ----------
    happened : ndarray of int64
        Replications in which it happened at all.
    trials : ndarray of int64
        Replications with a value.
    share : Interval
        Chance that it happens in a season.
    rate : Interval
        Mean number a season.
    """

    happened: np.ndarray
    trials: np.ndarray
    share: Interval
    rate: Interval


class Moments(NamedTuple):
    """Number of values, mean, sample standard deviation and skewness of each row; see `moments`."""

    n: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    skewness: np.ndarray


def tail_of(level: float) -> float:
    """Error allowed at each end by a two-sided interval.

    Raises
    ------
    WrongInput
        If the level does not lie between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise WrongInput(f"the confidence level is {level}; allowed: more than 0 and less than 1, e.g. 0.9")
    return (1.0 - level) / 2.0


def moments(values: np.ndarray) -> Moments:
    """Moments along the last axis, missing values left out.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n)

    Returns
    -------
    Moments
        Arrays of shape (...). The mean of nothing is NaN; the deviation of fewer than two values is NaN; equal values
        deviate by exactly 0 and have skewness 0, whatever a sum of decimals rounds to.
    """
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    some = np.maximum(count, 1)
    mean = np.where(known, values, 0.0).sum(axis=-1) / some
    apart = np.where(known, values - mean[..., None], 0.0)
    variance = (apart**2).sum(axis=-1) / some
    most = np.where(known, values, -np.inf).max(axis=-1, initial=-np.inf)
    alike = most == np.where(known, values, np.inf).min(axis=-1, initial=np.inf)
    safe = np.where(alike | (variance == 0.0), 1.0, variance)
    skewness = np.where(alike, 0.0, (apart**3).sum(axis=-1) / some / safe**1.5)
    deviation = np.where(alike, 0.0, np.sqrt(variance * some / np.maximum(count - 1, 1)))
    return Moments(
        count,
        np.where(count > 0, mean, np.nan),
        np.where(count > 1, deviation, np.nan),
        np.where(count > 1, skewness, 0),
    )


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


def mean_limits(values: np.ndarray, level: float) -> Interval:
    """Student interval of the mean of each row.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n)
    level : float

    Returns
    -------
    Interval
        Shape (...). Infinite with fewer than two values. Values that never differ give an interval of no width: true
        of a KPI that cannot vary, worthless for one that has merely not varied yet. Of a count that is mostly 0 ask
        `rare_interval` instead.
    """
    tail_of(level)
    found = moments(values)
    half = mean_interval(np.nan_to_num(found.deviation), found.n, level)
    centre = np.where(found.n > 0, found.mean, 0.0)
    return Interval(centre - half, centre + half)


def skewed_mean_limits(values: np.ndarray, level: float) -> Interval:
    """Interval of the mean of each row that makes up for a long tail on one side.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n)
    level : float

    Returns
    -------
    Interval
        Shape (...). Longer on the side of the tail; Student's where the sample is symmetric. Infinite with fewer than
        two values.

    Notes
    -----
    P. Hall, "On the removal of skewness by transformation", J. R. Statist. Soc. B 54 (1992) 221-228: the Student
    statistic is sent through a monotone cubic that takes its skewness away, and the limits back through the inverse.
    The sample skewness is raised by ``1 + 6 / n`` (`SKEWNESS_CORRECTION`), found by experiment: at 40 replications the
    interval then covers up to skewness 2, and costs nothing where there is none.
    """
    tail = tail_of(level)
    found = moments(values)
    known = np.maximum(found.n, 2)
    skewness = found.skewness * (1.0 + SKEWNESS_CORRECTION / known)
    reach = special.stdtrit(known - 1, 1.0 - tail) / np.sqrt(known)
    shift = np.nan_to_num(found.deviation)
    below = shift * _without_cubic(reach, skewness, known)
    above = shift * _without_cubic(-reach, skewness, known)
    some = found.n > 1
    return Interval(np.where(some, found.mean - below, -np.inf), np.where(some, found.mean - above, np.inf))


def _without_cubic(reach: np.ndarray, skewness: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Inverse of Hall's cubic transformation."""
    argument = skewness * (reach - skewness / (6.0 * count))
    # expm1 and log1p keep the digits that a cube root of almost 1 would lose.
    fine = np.expm1(np.log1p(np.maximum(argument, -0.5)) / 3.0)
    root = np.where(argument > -0.5, fine, np.cbrt(1.0 + argument) - 1.0)
    tiny = np.abs(skewness) < 1e-9
    return np.where(tiny, reach, 3.0 * root / np.where(tiny, 1.0, skewness))


def share_interval(
    successes: np.ndarray, trials: np.ndarray, level: float, method: Literal["wilson", "exact"] = "wilson"
) -> Interval:
    """Interval of a share.

    Parameters
    ----------
    successes, trials : array of int64, shapes that broadcast
        Replications in which something was so, and all replications.
    level : float
    method : {"wilson", "exact"}
        Wilson's score interval holds the level on average over shares and is the shorter; near 0 and 1 it may fall
        some points short. Clopper and Pearson's exact interval never falls short, whatever the share: use it for
        whatever must not be called impossible.

    Returns
    -------
    Interval
        Within 0 and 1; from 0 to 1 without a trial. With no success in ``n`` the upper limit is above 0: ``z² / (n +
        z²)`` by Wilson, ``1 - tail**(1 / n)`` exactly.

    Raises
    ------
    WrongInput
        If successes are negative or more than the trials, or the method is another one.

    Notes
    -----
    E. B. Wilson, JASA 22 (1927) 209-212; C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404-413; compared by
    L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16 (2001) 101-133.
    """
    successes, trials = np.broadcast_arrays(np.asarray(successes), np.asarray(trials))
    if np.any(successes < 0) or np.any(successes > trials):
        raise WrongInput("successes lie outside 0 to the number of trials")
    if method == "wilson":
        found = _wilson(successes, trials, tail_of(level))
    elif method == "exact":
        found = _clopper_pearson(successes, trials, tail_of(level))
    else:
        raise WrongInput(f"the method of a share's interval is {method!r}; allowed: wilson, exact")
    # The rule itself, free of rounding: none seen leaves 0 possible, all seen leaves 1 possible.
    return Interval(np.where(successes == 0, 0.0, found.low), np.where(successes == trials, 1.0, found.high))


def _wilson(successes: np.ndarray, trials: np.ndarray, tail: float) -> Interval:
    square = special.ndtri(1.0 - tail) ** 2
    share = successes / np.maximum(trials, 1)
    centre = (successes + square / 2.0) / (trials + square)
    half = np.sqrt(square * (trials * share * (1.0 - share) + square / 4.0)) / (trials + square)
    return Interval(centre - half, centre + half)


def _clopper_pearson(successes: np.ndarray, trials: np.ndarray, tail: float) -> Interval:
    failures = trials - successes
    low = special.betaincinv(np.maximum(successes, 1), failures + 1, tail)
    high = special.betaincinv(successes + 1, np.maximum(failures, 1), 1.0 - tail)
    return Interval(low, high)


def quantile_interval(values: np.ndarray, q: float, level: float) -> Interval:
    """Interval of a quantile that supposes nothing about the distribution.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n)
    q : float
        Between 0 and 1; 0.5 is the median.
    level : float

    Returns
    -------
    Interval
        Shape (...). Two of the values themselves; an end is infinite where there are too few for it. Never falls short
        of the level, ties included; may exceed it, since it can only step from value to value.

    Raises
    ------
    WrongInput
        If ``q`` is not between 0 and 1.

    Notes
    -----
    The number of values below the quantile is binomial, so the limits are order statistics whose ranks leave at most
    half the error on each side. H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition (2003), section 7.1.
    """
    if not 0.0 < q < 1.0:
        raise WrongInput(f"the quantile is {q}; allowed: more than 0 and less than 1")
    tail = tail_of(level)
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    ordered = np.sort(np.where(known, values, np.inf), axis=-1)
    low, high = np.full(count.shape, -np.inf), np.full(count.shape, np.inf)
    for size in np.unique(count):
        below, above = ranks_around(int(size), q, tail)
        rows = count == size
        if below >= 1:
            low[rows] = ordered[rows, below - 1]
        if above <= size:
            high[rows] = ordered[rows, above - 1]
    return Interval(low, high)


def ranks_around(size: int, q: float, tail: float) -> tuple[int, int]:
    """Ranks, from 1, of the two order statistics around a quantile; 0 and ``size + 1`` stand for infinite ends."""
    ranks = np.arange(size + 1, dtype=np.float64)
    return int((special.bdtr(ranks, size, q) <= tail).sum()), int((special.bdtrc(ranks, size, q) > tail).sum()) + 1


def fewest_for_quantile(q: float, level: float) -> int:
    """Replications from which on both ends of `quantile_interval` are finite."""
    return int(np.ceil(np.log(tail_of(level)) / np.log(max(q, 1.0 - q))))


def ratio_interval(numerators: np.ndarray, denominators: np.ndarray, level: float) -> Interval:
    """Interval of the ratio of two means over the same replications.

    Parameters
    ----------
    numerators, denominators : ndarray of float64, shape (..., n)
        Values of the same replications; a pair with a missing half is left out.
    level : float

    Returns
    -------
    Interval
        Shape (...). From minus to plus infinity where the mean below the line cannot be told from 0 or fewer than two
        pairs are left: then no finite interval could be honest.

    Notes
    -----
    Fieller's, not the delta method's: E. C. Fieller, J. R. Statist. Soc. B 16 (1954) 175-185. It is exact for normal
    pairs however noisy the denominator, and says so when the denominator may be 0; the delta method is symmetric,
    always finite, and falls short just there. Solved for the distance from the estimate, so that scenarios that do not
    differ give exactly 1 and no width.
    """
    tail_of(level)
    above, below = _paired(numerators, denominators)
    count = np.isfinite(above).sum(axis=-1)
    pairs = np.maximum(count, 2)
    mean_above, mean_below = moments(above).mean, moments(below).mean
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = mean_above / mean_below
        rest = above - ratio[..., None] * below
        from_mean = below - mean_below[..., None]
        # The residual has mean 0 by making, hence no second moment about a mean is lost in rounding.
        scale = special.stdtrit(pairs - 1, 0.5 + level / 2.0) ** 2 / pairs / (pairs - 1)
        rests = scale * np.nansum(rest**2, axis=-1)
        crossed = scale * np.nansum(rest * from_mean, axis=-1)
        lead = mean_below**2 - scale * np.nansum(from_mean**2, axis=-1)
        root = np.sqrt(crossed**2 + lead * rests)
        low, high = ratio + (-crossed - root) / lead, ratio + (-crossed + root) / lead
    bounded = (count > 1) & (lead > 0.0)
    return Interval(np.where(bounded, low, -np.inf), np.where(bounded, high, np.inf))


def _paired(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both arrays, NaN where either is missing."""
    first, second = np.broadcast_arrays(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    both = np.isfinite(first) & np.isfinite(second)
    return np.where(both, first, np.nan), np.where(both, second, np.nan)


def rare_interval(counts: np.ndarray, level: float) -> RareInterval:
    """What ``n`` replications say of an event that most of them never saw.

    Parameters
    ----------
    counts : ndarray of float64, shape (..., n)
        Whole numbers of 0 or more, one a replication.
    level : float
        Of each interval by itself, two-sided: an upper limit alone holds with ``(1 + level) / 2``.

    Returns
    -------
    RareInterval
        Arrays of shape (...). Nothing seen in ``n`` replications leaves an upper limit of ``-ln(tail) / n`` events a
        season, 3.7 / n at 95 %, and never 0; without any replication the limits are 0 and infinity.

    Raises
    ------
    WrongInput
        If a value is negative or not whole.

    Notes
    -----
    The share is Clopper and Pearson's. The rate is Garwood's exact Poisson interval of the total (Biometrika 28 (1936)
    437-442) as long as no replication saw more than one event. Events that come together (a shelter full for a week)
    are fewer than their number: then each replication counts as one event with the weight it had, and the interval is
    that of M. P. Fay and E. J. Feuer, Statistics in Medicine 16 (1997) 791-801, which falls back to Garwood's for
    weights of 1. Without any event nobody can know how large one would be: the limit then supposes single ones.
    """
    tail = tail_of(level)
    counts = np.asarray(counts, dtype=np.float64)
    known = np.isfinite(counts)
    filled = np.where(known, counts, 0.0)
    if np.any(filled < 0) or np.any(filled != np.floor(filled)):
        raise WrongInput("counts of a rare event are negative or not whole")
    trials, happened = known.sum(axis=-1), (filled > 0).sum(axis=-1)
    total, squares = filled.sum(axis=-1), (filled**2).sum(axis=-1)
    largest = np.maximum(filled.max(axis=-1, initial=0.0), 1.0)
    weight = np.where(total > 0, squares / np.maximum(total, 1.0), 1.0)
    events = np.maximum(total, 1.0) / weight
    low = np.where(total > 0, weight * special.gammaincinv(events, tail), 0.0)
    # One event more, as heavy as the heaviest seen, is what the next replication might bring.
    more, variance = total + largest, squares + largest**2
    high = variance / more * special.gammaincinv(more**2 / variance, 1.0 - tail)
    with np.errstate(divide="ignore"):
        rate = Interval(low / np.maximum(trials, 1), high / trials)
    return RareInterval(happened, trials, share_interval(happened, trials, level, "exact"), rate)
