"""Which figures of the first seven days best tell a breach that shows by the end: a watch list with thresholds.

Seasons are split in two halves. Everything is chosen on the first: the direction of an indicator, the best one, its
threshold, a rule of several. What is told of them is found on the second, which chose nothing. Nothing after the
seventh day is looked at. Where all seasons break a criterion, or none does, nothing can be learned, and that is said.
Works on tables; it plays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from borderops.forecast.intervals import share_interval, tail_of
from borderops.forecast.results import Sample
from borderops.readiness.criteria import Criterion
from borderops.readiness.judging import values_of

DAYS: Final = 7
"""Days from the policy's start that may be looked at."""

FEWEST: Final = 5
"""Seasons that break a criterion, and that do not, in each half; with fewer nothing is learned."""

FALSE_ALARMS: Final = 0.1
"""Share of good seasons that may raise an alarm, where a threshold is set by it."""

IN_RULE: Final = 3
"""Indicators of a rule of several, at most."""

ALIKE: Final = 0.8
"""Indicators that go together more than this tell the same, and are not both in a rule."""

SPLIT_SEED: Final = 8
CAPACITIES: Final = ("shelter_beds", "station_rated", "court_slots")
"""Daily measures that the plan itself sets."""

RATIOS: Final = {
    ("shelter_beds_held", "shelter_beds"): "shelter_occupancy",
    ("station_census", "station_rated"): "station_occupancy",
}
"""Measures that are told as a share of another one, group by group."""

UNITS: Final = {
    "shelter_occupancy": "share", "station_occupancy": "share", "share_over_72h": "share", "coordinators_busy": "share",
    "court_use": "share", "mean_custody_hours": "hours", "messages_sent": "messages a day",
    "agents_diverted": "agents",
}  # fmt: skip
"""Of daily measures that do not count persons."""

STATISTICS: Final = ("mean of the first seven days", "on the seventh day")


@dataclass(frozen=True)
class Week:
    """Figures of the first seven days of every season.

    Parameters
    ----------
    indicators : DataFrame
        Columns measure, group, statistic, unit; a row an indicator.
    values : ndarray of float64, shape (indicators, n)
    replications : ndarray of int64, shape (n,)
    """

    indicators: pd.DataFrame
    values: np.ndarray
    replications: np.ndarray

    def label(self, at: int) -> str:
        """An indicator in words."""
        row = self.indicators.iloc[at]
        group = "" if row["group"] == "all" else f", {str(row['group']).replace('_', ' ')}"
        return f"{str(row['measure']).replace('_', ' ')}{group}, {row['statistic']}"


def first_week(daily: Sample, start: date) -> Week:
    """Read the indicators off the first seven days.

    Parameters
    ----------
    daily : Sample
        The table ``daily``.
    start : date
        The policy's first day.

    Returns
    -------
    Week
        Means over the days, and the seventh day alone, of every daily measure that the plan does not set itself;
        occupancies as shares. Indicators that a season lacks, or that are the same in all, are left out.
    """
    days = daily.keys["day"].to_numpy()
    since = (days - np.datetime64(start)) / np.timedelta64(1, "D")
    early = (since >= 0) & (since < DAYS)
    keys, values = daily.keys[early].reset_index(drop=True), daily.values[early]
    rows: list[tuple[str, str, str, str]] = []
    found: list[np.ndarray] = []
    for (measure, group), series in _all_series(keys, values):
        if len(series) < DAYS:
            continue
        known = np.isfinite(series)
        counted = known.sum(axis=0)
        mean = np.where(counted, np.nansum(series, axis=0) / np.maximum(counted, 1), np.nan)
        for statistic, some in zip(STATISTICS, (mean, series[-1])):
            if np.isfinite(some).all() and np.ptp(some) > 0:
                rows.append((measure, group, statistic, UNITS.get(measure, "persons")))
                found.append(some)
    indicators = pd.DataFrame(rows, columns=["measure", "group", "statistic", "unit"])
    stacked = np.array(found) if found else np.empty((0, daily.replications.size))
    return Week(indicators, stacked, daily.replications)


def _all_series(keys: pd.DataFrame, values: np.ndarray) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Series of the first days by measure and group, each of shape (days, n); ratios in place of what they divide."""
    grouped = keys.groupby(["measure", "group"], sort=False).indices.items()
    series = {(str(key[0]), str(key[1])): values[np.asarray(rows)] for key, rows in grouped}  # type: ignore[index]
    heard = [some for (measure, _), some in series.items() if measure == "adults_heard"]
    slots = series.get(("court_slots", "all"))
    if heard and slots is not None and slots.shape == heard[0].shape:
        yield ("court_use", "all"), _ratio(np.sum(heard, axis=0), slots)
    whole = {above: (name, below) for (above, below), name in RATIOS.items()}
    for (measure, group), some in series.items():
        if measure in CAPACITIES:
            continue
        name, below = whole.get(measure, ("", ""))
        if (below, group) in series:
            yield (name, group), _ratio(some, series[below, group])
        yield (measure, group), some


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)


def broken_of(criterion: Criterion, kpis: Sample) -> np.ndarray:
    """Which seasons break a criterion, in any of its groups.

    Parameters
    ----------
    criterion : Criterion
        Of a KPI.
    kpis : Sample
        The table ``kpis``.

    Returns
    -------
    ndarray of float64, shape (n,)
        1 where it is broken, 0 where not, NaN where it was not measured and that does not count as met.
    """
    values = np.array(list(values_of(criterion, kpis).values()))
    if not values.size:
        return np.full(kpis.replications.size, np.nan)
    limit = criterion.at_most if criterion.at_most is not None else criterion.at_least
    assert limit is not None, "a criterion on a KPI has a limit"
    beyond = values > limit if criterion.at_most is not None else values < limit
    lacks = np.isnan(values).any(axis=0) & (criterion.if_nobody == "missing")
    return np.where(lacks & ~beyond.any(axis=0), np.nan, beyond.any(axis=0).astype(np.float64))


# --- areas under the curve ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Auc:
    """Chance that a season that breaks a criterion has the higher value than one that does not, with its interval."""

    value: float
    low: float
    high: float


def auc(values: np.ndarray, broken: np.ndarray, level: float) -> Auc:
    """Area under the curve of one indicator.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    broken : ndarray of bool, shape (n,)
    level : float

    Returns
    -------
    Auc

    Notes
    -----
    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988) 837-845; on the logistic scale, so that
    limits stay within 0 and 1. Where the halves do not overlap at all, that variance is 0: then the limit is Clopper
    and Pearson's for as many pairs as the smaller group has seasons.
    """
    of_broken, of_good = _placements(values, broken)
    area = float(of_broken.mean())
    variance = _variance(of_broken, of_good)
    if variance <= 0 or not 0 < area < 1:
        pairs = min(of_broken.size, of_good.size)
        limits = share_interval(np.array(round(area * pairs)), np.array(pairs), level, "exact")
        return Auc(area, min(area, float(limits.low)), max(area, float(limits.high)))
    half = special.ndtri(1.0 - tail_of(level)) * math.sqrt(variance) / (area * (1.0 - area))
    return Auc(area, float(special.expit(special.logit(area) - half)), float(special.expit(special.logit(area) + half)))


def difference(first: np.ndarray, second: np.ndarray, broken: np.ndarray, level: float) -> tuple[float, float, float]:
    """Difference of two areas on the same seasons with its interval, by DeLong."""
    one, other = _placements(first, broken), _placements(second, broken)
    apart = float(one[0].mean() - other[0].mean())
    half = special.ndtri(1.0 - tail_of(level)) * math.sqrt(_variance(one[0] - other[0], one[1] - other[1]))
    return apart, apart - half, apart + half


def _placements(values: np.ndarray, broken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each broken season the share of good ones below it, of each good one the share of broken ones above it."""
    bad, good = values[broken], values[~broken]
    ahead = np.sign(bad[:, None] - good[None, :]) / 2.0 + 0.5
    return ahead.mean(axis=1), ahead.mean(axis=0)


def _variance(of_broken: np.ndarray, of_good: np.ndarray) -> float:
    return float(of_broken.var(ddof=1) / of_broken.size + of_good.var(ddof=1) / of_good.size)


# --- thresholds ---------------------------------------------------------------------------------------------------


def threshold_of(values: np.ndarray, broken: np.ndarray, false_alarms: float | None = None) -> float:
    """The value from which on an alarm is raised.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Higher is worse.
    broken : ndarray of bool, shape (n,)
    false_alarms : float, optional
        Share of good seasons that may raise one; without it Youden's: alarms in broken seasons less those in good ones
        are most.

    Returns
    -------
    float
        Half-way between two values that were seen; of several as good the highest, which raises fewest false alarms.
    """
    seen = np.unique(values)
    cuts = np.concatenate([(seen[1:] + seen[:-1]) / 2.0, [np.nextafter(seen[-1], np.inf)]])
    raised = values[:, None] >= cuts[None, :]
    hits, false = raised[broken].sum(axis=0), raised[~broken].sum(axis=0)
    good, bad = int((~broken).sum()), int(broken.sum())
    # Whole numbers, so that cuts as good as each other are seen to be.
    gain = hits * good - false * bad if false_alarms is None else np.where(false <= false_alarms * good, hits, -1)
    return float(cuts[np.flatnonzero(gain == gain.max())[-1]])


# --- what is learned ------------------------------------------------------------------------------------------------

COLUMNS: Final = (
    "indicator", "measure", "group", "statistic", "unit", "is_high_bad", "auc_chosen_on", "auc", "auc_low", "auc_high",
    "threshold", "alarms", "alarms_low", "alarms_high", "false_alarms", "false_alarms_low", "false_alarms_high",
)  # fmt: skip
"""Of each indicator: the area on the half that chose, the area on the other half with its interval, the threshold, and
on the other half the share of broken seasons that raise an alarm and of good ones that do."""


@dataclass(frozen=True)
class Rule:
    """Several indicators together: the mean of how far each lies above its mean, in standard deviations.

    Parameters
    ----------
    indicators : tuple of int
        Rows of the week.
    better_by, low, high : float
        Difference of its area to that of the best indicator alone, on the half that chose nothing.
    area : Auc
    """

    indicators: tuple[int, ...]
    better_by: float
    low: float
    high: float
    area: Auc


@dataclass(frozen=True)
class Lesson:
    """What the first week tells of a criterion.

    Parameters
    ----------
    criterion : Criterion
    n, broken : int
        Seasons that tell, and those that break it.
    learned_on, told_on : int
        Seasons of the half that chose, and of the half that what is told was found on; 0 where nothing was learned.
    table : DataFrame
        Columns `COLUMNS`, the best on the half that chose first; empty where nothing was learned.
    rule : Rule or None
        Only where it beats the best indicator on the half that chose nothing.
    why : str
        What can be learned, or why nothing can, as a sentence.
    """

    criterion: Criterion
    n: int
    broken: int
    learned_on: int
    told_on: int
    table: pd.DataFrame
    rule: Rule | None
    why: str

    @property
    def is_learned(self) -> bool:
        """Whether there is anything to watch."""
        return not self.table.empty


def learn(
    week: Week, criterion: Criterion, kpis: Sample, level: float, false_alarms: float | None = FALSE_ALARMS
) -> Lesson:
    """Learn which figures of the first week tell whether a criterion is broken by the end.

    Parameters
    ----------
    week : Week
    criterion : Criterion
    kpis : Sample
        Of the same seasons.
    level : float
        Of intervals.
    false_alarms : float, optional
        As for `threshold_of`.

    Returns
    -------
    Lesson
    """
    both = np.intersect1d(week.replications, kpis.replications)
    found = broken_of(criterion, kpis)[np.searchsorted(kpis.replications, both)]
    told = np.isfinite(found)
    broken = found[told] > 0
    values = week.values[:, np.searchsorted(week.replications, both)][:, told]
    n, many = broken.size, int(broken.sum())
    why_not = _why_not(n, many, len(values))
    if why_not:
        return Lesson(criterion, n, many, 0, 0, pd.DataFrame(columns=list(COLUMNS)), None, why_not)
    chooses = split(broken)
    table, order = _table(week, values, broken, chooses, level, false_alarms)
    rule = _rule(values, broken, chooses, order, table, level)
    best = table.iloc[0]
    told_on = int((~chooses).sum())
    area = f"area {best['auc']:.2f} ({best['auc_low']:.2f} to {best['auc_high']:.2f})"
    why = f"{best['indicator']}: {area} on {told_on} seasons that chose nothing."
    return Lesson(criterion, n, many, int(chooses.sum()), told_on, table, rule, why)


def _why_not(n: int, broken: int, indicators: int) -> str:
    """Why nothing can be learned; empty where something can."""
    if not n:
        return "No season tells whether it is broken, so that nothing can be learned."
    if broken in (0, n):
        which = "Every one" if broken else "None"
        return f"{which} of {n} seasons breaks it, so that nothing can be learned from what sets them apart."
    if min(broken, n - broken) < 2 * FEWEST:
        return f"{broken} of {n} seasons break it; {2 * FEWEST} of each kind are the fewest that can teach anything."
    return "" if indicators else "No figure of the first week differs between seasons."


def split(broken: np.ndarray) -> np.ndarray:
    """Choose half of the seasons, broken and good ones alike; the same half every time.

    Parameters
    ----------
    broken : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    chance = np.random.Generator(np.random.Philox(SPLIT_SEED))
    chooses = np.zeros(broken.size, dtype=bool)
    for kind in (True, False):
        rows = chance.permutation(np.flatnonzero(broken == kind))
        chooses[rows[: rows.size // 2]] = True
    return chooses


def _table(
    week: Week, values: np.ndarray, broken: np.ndarray, chooses: np.ndarray, level: float, false_alarms: float | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Every indicator with its direction, area and threshold, and the order in which they stand."""
    mine, its = broken[chooses], broken[~chooses]
    before = np.array([_placements(some[chooses], mine)[0].mean() for some in values])
    sign = np.where(before >= 0.5, 1.0, -1.0)
    before = np.maximum(before, 1.0 - before)
    rows = []
    order = np.argsort(-before, kind="stable")
    for at in order.tolist():
        turned = values[at] * sign[at]
        cut = threshold_of(turned[chooses], mine, false_alarms)
        raised = turned[~chooses] >= cut
        area = auc(turned[~chooses], its, level)
        parts = [_share(raised[its], level), _share(raised[~its], level)]
        keys = week.indicators.iloc[at]
        names = (week.label(at), keys["measure"], keys["group"], keys["statistic"], keys["unit"])
        areas = (before[at], area.value, area.low, area.high)
        rows.append((*names, bool(sign[at] > 0), *areas, cut * sign[at], *parts[0], *parts[1]))
    return pd.DataFrame(rows, columns=list(COLUMNS)), order


def _share(raised: np.ndarray, level: float) -> tuple[float, float, float]:
    found = share_interval(np.array(int(raised.sum())), np.array(raised.size), level, "exact")
    return float(raised.mean()), float(found.low), float(found.high)


def _rule(
    values: np.ndarray, broken: np.ndarray, chooses: np.ndarray, order: np.ndarray, table: pd.DataFrame, level: float
) -> Rule | None:
    """The best few indicators that tell different things, if they beat the best one where nothing was chosen."""
    sign = np.where(table["is_high_bad"].to_numpy(dtype=bool), 1.0, -1.0)
    turned = values[order] * sign[:, None]
    mean, spread = turned[:, chooses].mean(axis=1), turned[:, chooses].std(axis=1, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = (turned - mean[:, None]) / spread[:, None]
    picked: list[int] = []
    for at in range(len(scaled)):
        if np.isfinite(scaled[at]).all() and all(
            abs(np.corrcoef(scaled[at, chooses], scaled[one, chooses])[0, 1]) < ALIKE for one in picked
        ):
            picked.append(at)
        if len(picked) == IN_RULE:
            break
    if len(picked) < 2:
        return None
    together = scaled[picked].mean(axis=0)
    its = broken[~chooses]
    better, low, high = difference(together[~chooses], turned[0, ~chooses], its, level)
    if low <= 0:
        return None
    rows = tuple(int(order[at]) for at in picked)
    return Rule(rows, better, low, high, auc(together[~chooses], its, level))
