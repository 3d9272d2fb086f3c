"""How much of the doubt comes from what nobody knows, and how much from chance.

Inputs are drawn within their ranges outside (points); each point is played several times inside (replications). A
one-way split with random effects then tells the spread between points from the spread within. Where all points are
played with the same luck, replication ``r`` of one point is no stranger to replication ``r`` of another: the one-way
split would count luck that all points share against the inputs and often find less than nothing left for them. Such
tables are split two ways: inputs, luck, and what luck does to one point alone.

Rows of KPIs are the first axis; one call serves all. Works on stacked tables; it knows no settings and no file.

Limits: intervals of variances suppose that points and chance scatter about normally, and no number of replications
repairs that. Flat input ranges make them too wide (safe), heavy tails too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from borderops.exceptions import ModelError, WrongInput
from borderops.forecast.intervals import Interval, tail_of
from borderops.forecast.results import KEYS

DRAWS: Final = 4000
"""Draws of the generalised interval; a fixed seed makes it a function of the data."""

NOTES: Final = {
    "points": "fewer than two points with two replications: nothing can be split",
    "negative": "points differ less than chance alone would make them: inputs count as 0",
    "constant": "the same everywhere",
    "left out": "some points or replications are incomplete and left out",
}


@dataclass(frozen=True)
class Split:
    """Spread of ``k`` KPIs by where it comes from; arrays of shape (k,).

    Attributes
    ----------
    points, replications : ndarray
        Points used, and replications at each (their harmonic mean where they differ).
    mean : ndarray
        Over points, each weighing the same.
    mean_interval : Interval
        Of the mean over inputs and chance.
    inputs, chance : ndarray of float64
        Variances between points and within.
    inputs_interval, chance_interval : Interval
    share, share_interval : ndarray, Interval
        Part of the variance of one season that is due to inputs.
    season : Interval
        Where one season, with inputs as uncertain as these, will lie.
    is_negative : ndarray of bool
        The estimate of ``inputs`` was below 0 and is reported as 0.
    """

    points: np.ndarray
    replications: np.ndarray
    mean: np.ndarray
    mean_interval: Interval
    inputs: np.ndarray
    inputs_interval: Interval
    chance: np.ndarray
    chance_interval: Interval
    share: np.ndarray
    share_interval: Interval
    season: Interval
    is_negative: np.ndarray


def split(values: np.ndarray, level: float) -> Split:
    """Split the spread of points that were each played with luck of their own.

    Parameters
    ----------
    values : ndarray of float64, shape (k, m, r)
        ``k`` KPIs at ``m`` points in ``r`` replications; missing values are left out, and a point with fewer than two.
    level : float

    Returns
    -------
    Split
        NaN, with infinite intervals, for a KPI with fewer than two points.

    Notes
    -----
    Mean squares of point means and within points; for unequal replications those of unweighted means (J. D. Thomas and
    R. A. Hultquist, Annals of Statistics 6 (1978) 582-587). The share and the mean have exact intervals for normal
    effects, from F and t; chance from χ². The variance between points has that of J. S. Williams (Biometrika 49 (1962)
    278-281), which never falls short by more than rounding. The season is a t interval with Satterthwaite's degrees of
    freedom. A negative estimate is reported as 0 and marked; limits end at 0.
    """
    tail = tail_of(level)
    known, used = _usable(values)
    count = known.sum(axis=-1)
    m, freedom = used.sum(axis=-1), np.where(used, count - 1, 0).sum(axis=-1)
    some = m > 1
    m_safe, freedom = np.maximum(m, 2), np.maximum(freedom, 1)
    r = m_safe / np.where(used.any(axis=-1), np.where(used, 1.0 / np.maximum(count, 1), 0.0).sum(axis=-1), 1.0)
    means = np.where(known, values, 0.0).sum(axis=-1) / np.maximum(count, 1)
    apart = np.where(known, values - means[..., None], 0.0)
    mean = np.where(used, means, 0.0).sum(axis=-1) / m_safe
    between = r * np.where(used, (means - mean[:, None]) ** 2, 0.0).sum(axis=-1) / (m_safe - 1)
    within = (apart**2).sum(axis=(-1, -2)) / freedom
    between, within = _nought_if_same(values, known, between, within)
    inputs = (between - within) / r
    ratio = _quotient(between, within)
    theta = Interval(
        _theta(ratio / special.fdtri(m_safe - 1, freedom, 1.0 - tail), r),
        _theta(ratio / special.fdtri(m_safe - 1, freedom, tail), r),
    )
    total = Mixture([(between, m_safe - 1, (1.0 + 1.0 / m_safe) / r), (within, freedom, 1.0 - 1.0 / r)])
    return _split(
        some, m, r, mean, special.stdtrit(m_safe - 1, 1.0 - tail) * np.sqrt(between / (r * m_safe)),
        inputs, _williams(between, m_safe - 1, within, freedom, r, tail),
        within, _chi_square(within, freedom, tail),
        Interval(_share(theta.low), _share(theta.high)), total.half_width(tail),
    )  # fmt: skip


def split_same_luck(values: np.ndarray, level: float) -> Split:
    """Split the spread of points that were all played with the same luck.

    Parameters
    ----------
    values : ndarray of float64, shape (k, m, r)
        Replication ``j`` of every point has the same luck. Of a KPI that misses a value, replications that not all its
        points have are left out.
    level : float

    Returns
    -------
    Split
        As from `split`. ``chance`` is the luck that all points share and what it does to one point alone, together:
        the variance of a season at known inputs.

    Notes
    -----
    Two-way random effects without repetition. Inputs are judged against the interaction, which is what pairing is good
    for; their interval is Williams's. That of chance, a sum of two variances, is by F. A. Graybill and C.-M. Wang (JASA
    75 (1980) 869-873); those of the mean and of a season have Satterthwaite's degrees of freedom; the share's is a
    generalised interval (S. Weerahandi, JASA 88 (1993) 899-905) of `DRAWS` draws with a fixed seed.
    """
    tail = tail_of(level)
    k = len(values)
    parts = [_same_luck(values[rows][:, points][:, :, kept], tail) for rows, points, kept in _patterns(values)]
    rows = np.concatenate([pattern[0] for pattern in _patterns(values)]) if k else np.empty(0, np.int64)
    return _gathered(parts, np.argsort(rows))


def spread(
    stacked: pd.DataFrame, level: float, same_luck: bool | None = None, keys: Sequence[str] = tuple(KEYS["kpis"])
) -> pd.DataFrame:
    """Split the spread of every KPI row.

    Parameters
    ----------
    stacked : DataFrame
        ``point``, ``replication``, the keys, ``value``.
    level : float
    same_luck : bool, optional
        Whether equal numbers of replications mean the same luck. By default they do when all points have the same
        numbers, and do not when no two points share one.
    keys : sequence of str

    Returns
    -------
    DataFrame
        Keys, then ``mean``, ``mean_low``, ``mean_high``; standard deviations ``inputs`` and ``chance`` in the KPI's
        unit, ``inputs_share`` of the variance, ``season`` limits of one season to come, each with ``_low`` and
        ``_high``; ``points``, ``replications``, ``is_negative``, ``note`` (words of `NOTES`, else empty).

    Raises
    ------
    WrongInput
        If there are no values, or points share some numbers of replications and not others and the caller does not say
        what that means.
    ModelError
        If a row has two values at one point and replication.
    """
    if stacked.empty:
        raise WrongInput("there are no values to split")
    if same_luck is None:
        same_luck = _have_same_luck(stacked)
    rows, values = _cube(stacked, list(keys), same_luck)
    found = split_same_luck(values, level) if same_luck else split(values, level)
    played = len(stacked[["point", "replication"]].drop_duplicates())
    is_whole = np.isfinite(values).sum(axis=(1, 2)) == played
    named = {"mean": found.mean_interval, "inputs": _rooted(found.inputs_interval),
             "chance": _rooted(found.chance_interval), "inputs_share": found.share_interval,
             "season": found.season}  # fmt: skip
    estimates = {"mean": found.mean, "inputs": np.sqrt(found.inputs), "chance": np.sqrt(found.chance),
                 "inputs_share": found.share}  # fmt: skip
    columns: dict[str, np.ndarray] = {}
    for name, limits in named.items():
        if name in estimates:
            columns[name] = estimates[name]
        columns |= {f"{name}_low": limits.low, f"{name}_high": limits.high}
    return rows.assign(
        **columns, points=found.points, replications=found.replications, is_negative=found.is_negative,
        note=_notes(found, is_whole),
    )  # fmt: skip


# --- mean squares to intervals -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mixture:
    """A variance that is a sum of mean squares, each with its degrees of freedom and weight."""

    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]]

    def variance(self) -> np.ndarray:
        """The sum; never below 0."""
        return np.maximum(sum(weight * square for square, _, weight in self.parts), 0.0)

    def freedom(self) -> np.ndarray:
        """Satterthwaite's degrees of freedom, at least 1."""
        spread = sum((weight * square) ** 2 / freedom for square, freedom, weight in self.parts)
        return np.maximum(np.where(spread > 0, self.variance() ** 2 / np.where(spread > 0, spread, 1.0), 1.0), 1.0)

    def interval(self, tail: float) -> Interval:
        """Of the variance, for weights above 0; of one mean square the usual χ² interval."""
        low = sum((weight * square * (1.0 - n / special.chdtri(n, tail))) ** 2 for square, n, weight in self.parts)
        high = sum(
            (weight * square * (n / special.chdtri(n, 1.0 - tail) - 1.0)) ** 2 for square, n, weight in self.parts
        )
        return Interval(self.variance() - np.sqrt(low), self.variance() + np.sqrt(high))

    def half_width(self, tail: float) -> np.ndarray:
        """Of a t interval."""
        return special.stdtrit(self.freedom(), 1.0 - tail) * np.sqrt(self.variance())


def _chi_square(square: np.ndarray, freedom: np.ndarray, tail: float) -> Interval:
    """Interval of a variance from a mean square."""
    return Interval(
        square * freedom / special.chdtri(freedom, tail), square * freedom / special.chdtri(freedom, 1.0 - tail)
    )


def _williams(
    between: np.ndarray, above: np.ndarray, within: np.ndarray, below: np.ndarray, r: np.ndarray, tail: float
) -> Interval:
    """Interval of the variance between points."""
    low = above * (between - within * special.fdtri(above, below, 1.0 - tail)) / (r * special.chdtri(above, tail))
    high = above * (between - within * special.fdtri(above, below, tail)) / (r * special.chdtri(above, 1.0 - tail))
    return Interval(np.maximum(low, 0.0), np.maximum(high, 0.0))


def _quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """A ratio of mean squares: infinite over nought, NaN of nought over nought."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return above / below


def _theta(ratio: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Variance between over variance within, from a ratio of mean squares; 0 where it would be less."""
    return np.maximum((ratio - 1.0) / r, 0.0)


def _share(theta: np.ndarray) -> np.ndarray:
    """Part of the whole that a part is, from its ratio to the rest."""
    return 1.0 - 1.0 / (1.0 + theta)


def _split(
    some: np.ndarray, m: np.ndarray, r: np.ndarray, mean: np.ndarray, mean_half: np.ndarray,
    inputs: np.ndarray, inputs_interval: Interval, chance: np.ndarray, chance_interval: Interval,
    share_interval: Interval, season_half: np.ndarray,
) -> Split:  # fmt: skip
    """Put together; NaN and infinite where nothing can be split."""
    kept = np.maximum(inputs, 0.0)
    whole = kept + chance
    share = np.where(whole > 0.0, kept / np.where(whole > 0.0, whole, 1.0), np.nan)

    def masked(values: np.ndarray) -> np.ndarray:
        return np.where(some, values, np.nan)

    def limits(low: np.ndarray, high: np.ndarray, least: float, most: float) -> Interval:
        return Interval(np.where(some, low, least), np.where(some, high, most))

    return Split(
        np.where(some, m, 0), masked(r), masked(mean), limits(mean - mean_half, mean + mean_half, -np.inf, np.inf),
        masked(kept), limits(*inputs_interval, 0.0, np.inf), masked(chance), limits(*chance_interval, 0.0, np.inf),
        masked(share), limits(*share_interval, 0.0, 1.0),
        limits(mean - season_half, mean + season_half, -np.inf, np.inf), some & (inputs < 0.0),
    )  # fmt: skip


def _same_luck(values: np.ndarray, tail: float) -> Split:
    """Split without missing values."""
    k, m, r = values.shape
    if m < 2 or r < 2:
        none = np.zeros(k)
        empty = Interval(none, none)
        return _split(none > 0, none, none, none, none, none, empty, none, empty, empty, none)
    mean = values.mean(axis=(1, 2))
    points, lucks = values.mean(axis=2) - mean[:, None], values.mean(axis=1) - mean[:, None]
    rest = values - mean[:, None, None] - points[:, :, None] - lucks[:, None, :]
    freedoms = [np.full(k, number, dtype=np.float64) for number in (m - 1, r - 1, (m - 1) * (r - 1))]
    squares = [r * (points**2).sum(axis=1), m * (lucks**2).sum(axis=1), (rest**2).sum(axis=(1, 2))]
    known = np.ones_like(values, dtype=bool)
    between, luck, alone = _nought_if_same(values, known, *(sum_ / f for sum_, f in zip(squares, freedoms)))
    chance = Mixture([(luck, freedoms[1], np.full(k, 1.0 / m)), (alone, freedoms[2], np.full(k, 1.0 - 1.0 / m))])
    # The mean square of the interaction is subtracted once for what the other two hold of it.
    parts = [(between, (1 + 1 / m) / r), (luck, (1 + 1 / r) / m), (alone, 1 - 1 / r - 1 / m - 1 / (m * r))]
    season = Mixture([(square, f, np.full(k, weight)) for (square, weight), f in zip(parts, freedoms)])
    parts = [(between, 1 / (m * r)), (luck, 1 / (m * r)), (alone, -1 / (m * r))]
    centre = Mixture([(square, f, np.full(k, weight)) for (square, weight), f in zip(parts, freedoms)])
    one = np.ones(k)
    return _split(
        one > 0, m * one, r * one, mean, centre.half_width(tail),
        (between - alone) / r, _williams(between, freedoms[0], alone, freedoms[2], r * one, tail),
        chance.variance(), chance.interval(tail),
        _generalised_share(between, luck, alone, m, r, tail), season.half_width(tail),
    )  # fmt: skip


def _generalised_share(
    between: np.ndarray, luck: np.ndarray, alone: np.ndarray, m: int, r: int, tail: float
) -> Interval:
    """Interval of the inputs' share: mean squares over χ² draws, through the estimate, cut at the tails."""
    chance = np.random.Generator(np.random.Philox(DRAWS))
    freedoms = (m - 1, r - 1, (m - 1) * (r - 1))
    one, two, three = (freedom / chance.chisquare(freedom, DRAWS) for freedom in freedoms)
    low, high = np.empty(len(between)), np.empty(len(between))
    # A chunk at a time: all rows by all draws would not fit for many KPIs.
    for start in range(0, len(between), 1000):
        rows = slice(start, start + 1000)
        residual = alone[rows, None] * three
        inputs = np.maximum(between[rows, None] * one - residual, 0.0) / r
        shared = np.maximum(luck[rows, None] * two - residual, 0.0) / m
        whole = inputs + shared + residual
        share = np.where(whole > 0.0, inputs / np.where(whole > 0.0, whole, 1.0), np.nan)
        low[rows], high[rows] = np.quantile(share, [tail, 1.0 - tail], axis=1)
    return Interval(low, high)


# --- tables to arrays ----------------------------------------------------------------------------------------------


def _usable(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values that count, and points with at least two of them."""
    known = np.isfinite(values)
    used = known.sum(axis=-1) > 1
    return known & used[..., None], used


def _nought_if_same(values: np.ndarray, known: np.ndarray, *squares: np.ndarray) -> list[np.ndarray]:
    """Mean squares, exactly 0 where all values are equal, whatever a sum of decimals rounds to."""
    least = np.where(known, values, np.inf).min(axis=(1, 2), initial=np.inf)
    most = np.where(known, values, -np.inf).max(axis=(1, 2), initial=-np.inf)
    return [np.where(least == most, 0.0, square) for square in squares]


def _patterns(values: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rows of equal gaps, with the points and replications that are left: points with any value, then replications
    that all of these have."""
    known = np.isfinite(values)
    shapes, which = np.unique(known.reshape(len(values), -1), axis=0, return_inverse=True)
    found = []
    for number, shape in enumerate(shapes):
        gaps = shape.reshape(values.shape[1:])
        points = gaps.any(axis=1)
        found.append((np.flatnonzero(which.ravel() == number), points, gaps[points].all(axis=0)))
    return found


def _gathered(parts: list[Split], order: np.ndarray) -> Split:
    """Splits of several groups of rows as one, in the order of the rows."""

    def joined(name: str) -> np.ndarray | Interval:
        pieces = [getattr(part, name) for part in parts]
        if pieces and isinstance(pieces[0], Interval):
            return Interval(*(np.concatenate(ends)[order] for ends in zip(*pieces)))
        return np.concatenate(pieces)[order]

    return Split(**{name: joined(name) for name in Split.__dataclass_fields__})  # type: ignore[arg-type]


def _have_same_luck(stacked: pd.DataFrame) -> bool:
    """Whether all points have the same replications; False when none is shared."""
    numbers = [frozenset(own) for _, own in stacked.groupby("point")["replication"].unique().items()]
    if all(own == numbers[0] for own in numbers):
        return len(numbers) > 1
    if sum(map(len, numbers)) == len(frozenset().union(*numbers)):
        return False
    raise WrongInput(
        "points share some numbers of replications and not others; allowed: the same ones at every point (same luck), "
        "or none twice, or to say which of both is meant"
    )


def _cube(stacked: pd.DataFrame, keys: list[str], same_luck: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows, and their values by point and replication; replications of unlike luck are counted from 0 at each point."""
    row = stacked.groupby(keys, sort=False, observed=True, dropna=False).ngroup().to_numpy()
    point = np.unique(stacked["point"].to_numpy(), return_inverse=True)[1]
    if same_luck:
        column = np.unique(stacked["replication"].to_numpy(), return_inverse=True)[1]
    else:
        column = stacked.groupby("point")["replication"].rank(method="dense").to_numpy(dtype=np.int64) - 1
    rows = stacked[keys].drop_duplicates().reset_index(drop=True)
    shape = (len(rows), int(point.max()) + 1, int(column.max()) + 1)
    place = np.ravel_multi_index((row, point, column), shape)
    if np.unique(place).size < place.size:
        raise ModelError("a row has two values at one point and replication")
    values = np.full(shape, np.nan)
    values.flat[place] = stacked["value"].to_numpy(dtype=np.float64)
    return rows, values


def _rooted(variances: Interval) -> Interval:
    """Limits of a standard deviation."""
    return Interval(np.sqrt(variances.low), np.sqrt(variances.high))


def _notes(found: Split, is_whole: np.ndarray) -> np.ndarray:
    """Words beside each row."""
    constant = (found.inputs == 0.0) & (found.chance == 0.0)
    cases = [found.points == 0, constant, found.is_negative, ~is_whole]
    return np.select(cases, [NOTES[name] for name in ("points", "constant", "negative", "left out")], default="")
