"""How many replications are enough: precision asked for, looks at what has been played, a verdict at each.

Looking again and again and stopping at the first good look favours samples that happen to scatter too little, so an
interval made for a fixed number of replications would then hold less often than it says. Three rules keep that loss
within 1.5 points; ``benchmarks/interval_coverage.py`` counts it:

- nothing is judged before `FIRST` replications;
- looks grow by `GROWTH`, so that there are few: 40, 50, 63, 79, 99, 124 ...;
- a tenth of the error allowed (`SPENT`) is kept back for having looked, and means get the interval that makes up for
  skewness.

A KPI that has not varied yet is never precise enough, however narrow its interval looks: 40 replications without a
breach are what a breach in one season of a hundred usually begins with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from borderops.exceptions import WrongInput
from borderops.forecast.intervals import (
    Interval,
    fewest_for_quantile,
    quantile_interval,
    rare_interval,
    share_interval,
    skewed_mean_limits,
    tail_of,
)

FIRST: Final = 40
"""Replications before the first look."""

GROWTH: Final = 1.25
"""Each look has this many times the replications of the one before."""

SPENT: Final = 0.1
"""Part of the error allowed that is kept back because of looking more than once."""

DIFFERING: Final = 5
"""Replications that must lie away from the most common value before a mean is judged."""

TEXT: Final = re.compile(
    r"(?P<width>\d+(?:\.\d*)?|\.\d+)\s*(?P<relative>%)?"
    r"(?:\s+(?P<statistic>mean|share|median|p\d+(?:\.\d+)?))?"
    r"(?:\s+in\s+(?P<kind>\w+)\s+(?P<group>\S.*?))?"
)
ALLOWED: Final = (
    "a width above 0 with or without %, then mean (usual), share, median or a percentile such as p95, then a group "
    "such as in age_band 0–4; e.g. 5%, 2.5, 10% p95, 0.02 share, 5% in station el_paso"
)


@dataclass(frozen=True)
class Target:
    """Precision wanted of one KPI.

    Attributes
    ----------
    kpi : str
    width : float
        Half-width of the interval that is enough: in the KPI's unit or, if relative, a share of the estimate.
    is_relative : bool
    statistic : {"mean", "share", "quantile"}
        ``share`` is that of replications in which the KPI is above 0: the statistic for what is rare.
    q : float
        Which quantile; without meaning for the others.
    group_kind, group : str
    """

    kpi: str
    width: float
    is_relative: bool = True
    statistic: Literal["mean", "share", "quantile"] = "mean"
    q: float = 0.5
    group_kind: str = "all"
    group: str = "all"


@dataclass(frozen=True)
class Progress:
    """How far a target is.

    Attributes
    ----------
    target : Target
    replications : int
        Those with a value.
    estimate, low, high : float
        With the interval that holds under repeated looks; ends may be infinite, the estimate of nothing is NaN.
    half_width, wanted : float
        Now, and at which the target is met, both in the unit of the statistic.
    needed : int or None
        About how many replications more; None where nothing seen so far can tell.
    is_enough : bool
    reason : str
        In words.
    """

    target: Target
    replications: int
    estimate: float
    low: float
    high: float
    half_width: float
    wanted: float
    needed: int | None
    is_enough: bool
    reason: str


@dataclass(frozen=True)
class Looks:
    """When to look: a grid that follows from its own numbers alone, so that a resumed run looks at the same moments.

    Attributes
    ----------
    first : int
        Replications before the first look.
    growth : float
        More than 1.
    most : int
        The last look, whatever is still wide.

    Raises
    ------
    WrongInput
        If a number is not allowed.
    """

    first: int = FIRST
    growth: float = GROWTH
    most: int = 1000

    def __post_init__(self) -> None:
        if self.first < 2:
            raise WrongInput(f"the first look is after {self.first} replications; allowed: 2 or more")
        if not self.growth > 1.0:
            raise WrongInput(f"looks grow by {self.growth}; allowed: more than 1")
        if self.most < self.first:
            raise WrongInput(f"the last look is after {self.most} replications; allowed: {self.first} or more")

    def grid(self) -> list[int]:
        """Numbers of replications at which to look, the last one `most`."""
        looks = [self.first]
        while looks[-1] < self.most:
            looks.append(min(math.ceil(looks[-1] * self.growth), self.most))
        return looks

    def after(self, done: int) -> int | None:
        """The next look after ``done`` replications; None once the last has been."""
        return next((look for look in self.grid() if look > done), None)


def parse_target(text: str | float, kpi: str, group_kind: str = "all", group: str = "all") -> Target:
    """Read a precision as settings have it.

    Parameters
    ----------
    text : str or float
        A half-width: ``5%`` of the mean; ``2.5`` in the KPI's unit; ``10% p95`` of the 95th percentile; ``0.02 share``,
        two points of the share of seasons in which it happens; ``5% in station el_paso`` of one group.
    kpi : str
    group_kind, group : str
        Where the text names no group.

    Raises
    ------
    WrongInput
        With the text and what is allowed.
    """
    found = TEXT.fullmatch(str(text).strip())
    if found is None or float(found["width"]) <= 0.0:
        raise WrongInput(f"the precision of {kpi} is {str(text)!r}; allowed: {ALLOWED}")
    width, is_relative = float(found["width"]), found["relative"] is not None
    statistic, q = _statistic(found["statistic"] or "mean")
    if not 0.0 < q < 1.0:
        raise WrongInput(
            f"the precision of {kpi} names the percentile {found['statistic']}; allowed: above 0, below 100"
        )
    return Target(
        kpi, width / 100.0 if is_relative else width, is_relative, statistic, q,
        found["kind"] or group_kind, found["group"] or group,
    )  # fmt: skip


def _statistic(word: str) -> tuple[Literal["mean", "share", "quantile"], float]:
    """Statistic and quantile that a word means."""
    if word == "mean":
        return "mean", 0.5
    if word == "share":
        return "share", 0.5
    return "quantile", 0.5 if word == "median" else float(word[1:]) / 100.0


def enough(stacked: pd.DataFrame, targets: Iterable[Target], level: float, first: int = FIRST) -> list[Progress]:
    """Judge every target by what has been played; stop when all are met. To be asked at `Looks` only.

    Parameters
    ----------
    stacked : DataFrame
        KPIs from `results.stack`.
    targets : iterable of Target
    level : float
        Confidence that the intervals have at the end.
    first : int
        Replications below which nothing is judged; fewer than `FIRST` cover less than promised.

    Returns
    -------
    list of Progress
        In the order of the targets.
    """
    targets = list(targets)
    kept = stacked[stacked["kpi"].isin({target.kpi for target in targets})]
    by_row = {key: rows.to_numpy(dtype=np.float64) for key, rows in kept.groupby(_ROW, observed=True)["value"]}
    nothing = np.empty(0)
    return [
        judge(by_row.get((one.kpi, one.group_kind, one.group), nothing), one, level, first) for one in targets
    ]  # fmt: skip


_ROW: Final = ["kpi", "group_kind", "group"]


def judge(values: np.ndarray, target: Target, level: float, first: int = FIRST) -> Progress:
    """Judge one target by its values over replications, shape (n,); see `enough`."""
    row = verdicts(np.asarray(values, dtype=np.float64)[None, :], target, level, first)
    count, differing, half, wanted = int(row.count[0]), int(row.differing[0]), float(row.half[0]), float(row.wanted[0])
    is_enough = bool(row.is_enough[0])
    needed = 0 if is_enough else _needed(count, differing, half, wanted, target, level, first)
    reason = _obstacle(count, differing, target, first) or f"half-width {half:.4g}, wanted {wanted:.4g}"
    estimate, low, high = float(row.estimate[0]), float(row.low[0]), float(row.high[0])
    return Progress(target, count, estimate, low, high, half, wanted, needed, is_enough, reason)


@dataclass(frozen=True)
class Verdicts:
    """What `Progress` says of one experiment, for many at once: arrays of shape (k,)."""

    count: np.ndarray
    differing: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    wanted: np.ndarray
    is_enough: np.ndarray

    @property
    def half(self) -> np.ndarray:
        """Half-widths."""
        return (self.high - self.low) / 2.0


def verdicts(values: np.ndarray, target: Target, level: float, first: int = FIRST) -> Verdicts:
    """Judge one target in many experiments at once.

    Parameters
    ----------
    values : ndarray of float64, shape (k, n)
        ``k`` experiments of ``n`` replications; missing values are left out.
    target : Target
    level : float
    first : int
    """
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    estimate = _estimate(values, known, target)
    interval = _interval(values, known, target, sequential_level(level))
    wanted = target.width * np.abs(estimate) if target.is_relative else np.full(count.shape, target.width)
    differing = _differing(values, known)
    is_open = (count >= max(first, 1)) & (differing >= _differing_wanted(target))
    is_enough = is_open & (interval.half_width <= wanted)
    return Verdicts(count, differing, estimate, interval.low, interval.high, wanted, is_enough)


def sequential_level(level: float) -> float:
    """Confidence to compute an interval with, so that it still has ``level`` after several looks."""
    tail_of(level)
    return 1.0 - (1.0 - level) * (1.0 - SPENT)


def _estimate(values: np.ndarray, known: np.ndarray, target: Target) -> np.ndarray:
    """The statistic itself; NaN of nothing."""
    if target.statistic == "quantile":
        return _quantile(values, known, target.q)
    summed = np.where(known, values > 0 if target.statistic == "share" else values, 0.0).sum(axis=-1)
    count = known.sum(axis=-1)
    return np.where(count > 0, summed / np.maximum(count, 1), np.nan)


def _quantile(values: np.ndarray, known: np.ndarray, q: float) -> np.ndarray:
    """Sample quantiles of rows, linear between values; NaN of nothing."""
    count = known.sum(axis=-1)
    if not values.shape[-1]:
        return np.full(len(values), np.nan)
    ordered = np.sort(np.where(known, values, np.inf), axis=-1)
    place = q * np.maximum(count - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    ends = np.take_along_axis(np.where(np.isfinite(ordered), ordered, 0.0), np.stack([below, above], axis=-1), axis=-1)
    return np.where(count > 0, ends[:, 0] + (place - below) * (ends[:, 1] - ends[:, 0]), np.nan)


def _interval(values: np.ndarray, known: np.ndarray, target: Target, level: float) -> Interval:
    """Interval of the statistic."""
    if target.statistic == "share":
        return share_interval((known & (values > 0)).sum(axis=-1), known.sum(axis=-1), level, "exact")
    if target.statistic == "quantile":
        return quantile_interval(values, target.q, level)
    usual = skewed_mean_limits(values, level)
    rare = _are_rare_counts(values, known)
    # Of few events any interval from the deviation is a guess: the wider of both is taken.
    rate = rare_interval(np.where(rare[:, None], values, np.nan), level).rate
    low, high = np.minimum(usual.low, rate.low), np.maximum(usual.high, rate.high)
    return Interval(np.where(rare, low, usual.low), np.where(rare, high, usual.high))


def _are_rare_counts(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Rows of whole numbers of 0 or more, at least half of them 0."""
    filled = np.where(known, values, 0.0)
    are_counts = ((filled >= 0.0) & (filled == np.floor(filled))).all(axis=-1)
    return are_counts & (2 * (filled > 0.0).sum(axis=-1) <= known.sum(axis=-1))


def _differing(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How many values of a row lie away from its most common one."""
    if not values.shape[-1]:
        return np.zeros(len(values), dtype=np.int64)
    ordered = np.sort(np.where(known, values, np.inf), axis=-1)
    place = np.arange(ordered.shape[-1])
    begins = np.zeros(ordered.shape, dtype=np.int64)
    begins[:, 1:] = np.where(ordered[:, 1:] != ordered[:, :-1], place[1:], 0)
    run = np.where(np.isfinite(ordered), place - np.maximum.accumulate(begins, axis=-1) + 1, 0)
    return known.sum(axis=-1) - run.max(axis=-1)


def _differing_wanted(target: Target) -> int:
    """Values that must differ from the most common one before a narrow interval proves anything."""
    return {"mean": DIFFERING, "quantile": 1, "share": 0}[target.statistic]


def _obstacle(count: int, differing: int, target: Target, first: int) -> str:
    """Why nothing is judged yet, or nothing said."""
    if count == 0:
        return "no value yet"
    if count < first:
        return f"{count} replications with a value; judged from {first} on"
    if differing >= _differing_wanted(target):
        return ""
    if differing == 0:
        return "the same in every replication: precision cannot be judged; ask for the share of seasons instead"
    return f"{differing} of {count} replications differ from the rest; judged from {DIFFERING} on"


def _needed(
    count: int, differing: int, half: float, wanted: float, target: Target, level: float, first: int
) -> int | None:
    """About how many replications more; None where nothing can tell."""
    if target.statistic == "quantile" and differing and not math.isfinite(half):
        return max(fewest_for_quantile(target.q, sequential_level(level)) - count, 1)
    if not wanted > 0.0 or not math.isfinite(half) or (target.statistic != "share" and not differing):
        return None
    total = max(math.ceil(count * (half / wanted) ** 2), first, count + 1)
    if target.statistic == "mean" and differing < DIFFERING:
        total = max(total, math.ceil(count * DIFFERING / differing))
    return total - count
