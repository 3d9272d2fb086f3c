"""Verdicts: simulated seasons and facts of a plan held against criteria that were fixed beforehand.

A season meets a criterion or it does not. GO needs the share of seasons that meet it to be shown at least as large as
the confidence demanded, NO-GO needs it to be shown smaller, and everything in between is not enough evidence. What is
missing counts against a GO and against a NO-GO alike. Works on numbers; it plays nothing and reads no file.

Errors: GO is claimed only if every criterion is GO, each at error ``alpha``, so that a false GO has at most ``alpha``
whatever their number (intersection-union). NO-GO is claimed as soon as one is, so that each has ``alpha`` over the
number of all that are judged (Bonferroni). Both bounds are Clopper and Pearson's and never fall short.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from borderops.forecast.intervals import share_interval
from borderops.forecast.kpis import KPIS
from borderops.forecast.results import Sample
from borderops.readiness.criteria import Criteria, Criterion
from borderops.readiness.plan_facts import Fact, Start

LEVEL: Final = 0.9
"""Share of seasons that a value's ``low`` to ``high`` spans."""

ALL: Final = "all"

SCOPE: Final = (
    "GO speaks of capacity and record-keeping. It says neither that the policy is lawful nor that it is right."
)


class Verdict(StrEnum):
    """What a review says."""

    GO = "GO"
    NO_GO = "NO-GO"
    NOT_ENOUGH = "NOT ENOUGH EVIDENCE"


WORST_FIRST: Final = (Verdict.NO_GO, Verdict.NOT_ENOUGH, Verdict.GO)


@dataclass(frozen=True)
class Evidence:
    """What seasons say to a criterion, of one group.

    Parameters
    ----------
    met, broken, unknown : int
        Seasons; unknown are those whose value is missing, which blocks a GO, or too near the limit for its noise.
    probability : float
        Share of seasons that meet it, of those that are known; NaN where none is.
    low, high : float
        Bounds of that probability, each by itself: the lower one counts unknown seasons as broken, at error ``alpha``;
        the upper one as met, at ``alpha`` over the number of all that are judged.
    verdict : Verdict
    """

    met: int
    broken: int
    unknown: int
    probability: float
    low: float
    high: float
    verdict: Verdict

    @property
    def n(self) -> int:
        """All seasons."""
        return self.met + self.broken + self.unknown


@dataclass(frozen=True)
class Judgement:
    """What a criterion comes to.

    Parameters
    ----------
    criterion : Criterion
    group : str
        The worst one, which decides; ``all`` for a fact.
    evidence : Evidence or None
        Of that group; None for a fact, and where nothing was measured.
    verdict : Verdict
    median, low, high : float
        Of that group's values over seasons; for a fact all three are its number, or 1 and 0 for yes and no. NaN where
        there is none.
    why : str
        A sentence.
    by_group : DataFrame
        Columns `GROUP_COLUMNS`, the worst group first; empty for a fact.
    is_later : bool
        The ground came to be known after the day as of which the review is made.
    """

    criterion: Criterion
    group: str
    evidence: Evidence | None
    verdict: Verdict
    median: float
    low: float
    high: float
    why: str
    by_group: pd.DataFrame
    is_later: bool = False

    @property
    def is_fact(self) -> bool:
        """Whether it speaks of the plan rather than of seasons."""
        return self.criterion.fact is not None


@dataclass(frozen=True)
class Review:
    """A verdict with everything it rests on.

    Parameters
    ----------
    criteria : Criteria
    judgements : tuple of Judgement
        In the order of the criteria.
    verdict : Verdict
    verdict_known : Verdict
        The same from the grounds known on the day as of which the review is made.
    grounds : tuple of str
        Why it is not GO, one sentence each, legal grounds first; of a GO what it speaks of.
    facts : mapping of str to Fact
    replications, asked : int
        Finished seasons, and those asked for.
    start : Start
        The day from which the plan is judged.
    as_of : date or None
    lapses_on : date
        From this day on the verdict says nothing any more.
    """

    criteria: Criteria
    judgements: tuple[Judgement, ...]
    verdict: Verdict
    verdict_known: Verdict
    grounds: tuple[str, ...]
    facts: Mapping[str, Fact]
    replications: int
    asked: int
    start: Start
    as_of: date | None
    lapses_on: date

    def __getitem__(self, name: str) -> Judgement:
        return next(one for one in self.judgements if one.criterion.name == name)

    def of_verdict(self, verdict: Verdict) -> list[Judgement]:
        """Criteria that come to a verdict."""
        return [one for one in self.judgements if one.verdict is verdict]


GROUP_COLUMNS: Final = (
    "group", "met", "broken", "unknown", "probability", "low", "high", "verdict", "median", "value_low", "value_high",
)  # fmt: skip
"""Of each group: seasons, probability with its bounds, verdict, and where its values lie."""


def judge(
    criteria: Criteria, kpis: Sample, facts: Mapping[str, Fact], start: Start, as_of: date | None, asked: int
) -> Review:
    """Judge a plan.

    Parameters
    ----------
    criteria : Criteria
    kpis : Sample
        The table ``kpis`` of every finished season.
    facts : mapping of str to Fact
        Of the plan, by name; one that is not there is not known.
    start : Start
        The day from which the plan is judged.
    as_of : date or None
        The day as of which the review is made.
    asked : int
        Seasons asked for; those that were not finished are unknown.

    Returns
    -------
    Review
        The same for any order of criteria and of seasons, but for the order of its judgements.
    """
    unfinished = max(asked - kpis.replications.size, 0)
    values = {one.name: values_of(one, kpis) for one in criteria if one.kpi}
    among = sum(len(groups) for groups in values.values()) or 1
    judgements = []
    for one in criteria:
        is_later = as_of is not None and one.known_on is not None and one.known_on > as_of
        judged = (
            judge_fact(one, facts.get(str(one.fact)), is_later)
            if one.fact
            else judge_groups(one, values[one.name], criteria.alpha, among, unfinished, is_later)
        )
        judgements.append(judged)
    lapses_on = (as_of or start.day) + timedelta(days=criteria.valid_days)
    known = overall([one for one in judgements if not one.is_later], unfinished)
    verdict = overall([*judgements], unfinished)
    grounds = tuple(grounds_of(judgements, verdict, kpis.replications.size, asked))
    return Review(
        criteria, tuple(judgements), verdict, known, grounds, facts, kpis.replications.size, asked, start, as_of,
        lapses_on,
    )  # fmt: skip


def overall(judgements: Sequence[Judgement], unfinished: int = 0) -> Verdict:
    """The worst of all; no GO while a season that was asked for is missing, or where nothing was judged."""
    found = {one.verdict for one in judgements} | ({Verdict.NOT_ENOUGH} if unfinished or not judgements else set())
    return next(one for one in WORST_FIRST if one in found)


# --- seasons ------------------------------------------------------------------------------------------------------


def weigh(values: np.ndarray, criterion: Criterion, alpha: float, *, among: int = 1, unfinished: int = 0) -> Evidence:
    """Weigh the values of seasons against a criterion.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        One a season; NaN where nobody was concerned.
    criterion : Criterion
        Of a KPI.
    alpha : float
        Error of a false GO.
    among : int
        How many are judged together, for the error of a false NO-GO.
    unfinished : int
        Seasons asked for that gave no value at all.

    Returns
    -------
    Evidence

    Notes
    -----
    With noise of standard deviation ``s`` a season counts as met only where ``value + z s`` is still within the limit,
    and as broken only where ``value - z s`` is beyond it, ``z`` being the normal quantile of the confidence. More noise
    thus moves seasons from met and broken to unknown, and can only turn GO and NO-GO into not enough evidence.
    """
    met, broken, near = _counts(np.asarray(values, dtype=np.float64), criterion)
    missing = np.size(values) - met - broken - near + unfinished
    unknown = near + missing
    n = met + broken + unknown
    low = float(share_interval(np.array(met), np.array(n), 1.0 - 2.0 * alpha, "exact").low)
    high = float(share_interval(np.array(met + unknown), np.array(n), 1.0 - 2.0 * alpha / among, "exact").high)
    known = met + broken
    verdict = Verdict.NOT_ENOUGH
    if high < criterion.confidence or (criterion.is_legal and broken):
        verdict = Verdict.NO_GO
    elif n and not missing and low >= criterion.confidence:
        verdict = Verdict.GO
    return Evidence(met, broken, unknown, met / known if known else math.nan, low, high, verdict)


def _counts(values: np.ndarray, criterion: Criterion) -> tuple[int, int, int]:
    """Seasons that meet a criterion, that break it, and that are too near the limit to tell."""
    beyond = _beyond(values, criterion)
    margin = special.ndtri(criterion.confidence) * criterion.noise
    is_met, is_broken = beyond + margin <= 0, beyond - margin > 0
    near = int((np.isfinite(beyond) & ~is_met & ~is_broken).sum())
    nobody = int(np.isnan(beyond).sum()) if criterion.if_nobody == "met" else 0
    return int(is_met.sum()) + nobody, int(is_broken.sum()), near


def _beyond(values: np.ndarray, criterion: Criterion) -> np.ndarray:
    """How far values lie beyond the limit; negative within it."""
    if criterion.at_most is not None:
        return values - criterion.at_most
    if criterion.at_least is not None:
        return criterion.at_least - values
    raise ValueError(f"{criterion.name} has no limit")


def values_of(criterion: Criterion, kpis: Sample) -> dict[str, np.ndarray]:
    """Values of every group that is judged, each of shape (n,); nothing where the KPI was not measured so.

    A KPI leaves out groups in which nobody was concerned. Where it tells of other kinds of groups and not of the one
    asked for, it is not measured by that kind, which is another thing.
    """
    if criterion.kpi not in KPIS:
        return {}
    n = kpis.replications.size
    of_kpi = (kpis.keys["kpi"] == criterion.kpi).to_numpy(dtype=bool)
    kind = of_kpi & (kpis.keys["group_kind"] == criterion.group_kind).to_numpy(dtype=bool)
    if of_kpi.any() and not kind.any():
        return {}
    groups = kpis.keys["group"].astype(str)
    found = {groups.iloc[row]: kpis.values[row] for row in np.flatnonzero(kind)}
    nobody = np.full(n, np.nan)
    wanted = criterion.groups or tuple(found) or (ALL,)
    return {group: found.get(group, nobody) for group in wanted}


def judge_groups(
    criterion: Criterion,
    values: Mapping[str, np.ndarray],
    alpha: float,
    among: int,
    unfinished: int = 0,
    is_later: bool = False,
) -> Judgement:
    """Judge a criterion on a KPI: every group by itself, the worst one decides."""
    nothing = math.nan
    if not values:
        why = f"{criterion.kpi} is not measured by {criterion.group_kind}, and what is missing blocks a GO."
        empty = pd.DataFrame(columns=list(GROUP_COLUMNS))
        return Judgement(criterion, ALL, None, Verdict.NOT_ENOUGH, nothing, nothing, nothing, why, empty, is_later)
    weighed = {
        group: weigh(some, criterion, alpha, among=among, unfinished=unfinished) for group, some in values.items()
    }
    order = sorted(weighed, key=lambda group: (_badness(weighed[group]), _typically(values[group], criterion), group))
    rows = [_group_row(group, weighed[group], values[group]) for group in order]
    by_group = pd.DataFrame(rows, columns=list(GROUP_COLUMNS))
    worst = order[0]
    evidence = weighed[worst]
    median, low, high = _spread(values[worst])
    why = _why(criterion, worst, evidence, unfinished)
    return Judgement(criterion, worst, evidence, evidence.verdict, median, low, high, why, by_group, is_later)


def _badness(one: Evidence) -> tuple[int, float, float]:
    """Smallest for the worst: the verdict, then how few seasons meet it even if unknown ones do."""
    return WORST_FIRST.index(one.verdict), one.high, one.low


def _typically(values: np.ndarray, criterion: Criterion) -> float:
    """Of groups alike in evidence the one whose values lie farthest beyond the limit comes first."""
    beyond = _beyond(values, criterion)
    return -float(np.nanmedian(beyond)) if np.isfinite(beyond).any() else math.inf


def _spread(values: np.ndarray) -> tuple[float, float, float]:
    """Median, and the ends between which `LEVEL` of the seasons with a value lie."""
    known = values[np.isfinite(values)]
    if not known.size:
        return math.nan, math.nan, math.nan
    tail = (1.0 - LEVEL) / 2.0
    median, low, high = np.quantile(known, [0.5, tail, 1.0 - tail])
    return float(median), float(low), float(high)


def _group_row(group: str, one: Evidence, values: np.ndarray) -> tuple[object, ...]:
    counts = (one.met, one.broken, one.unknown, one.probability, one.low, one.high)
    return (group, *counts, str(one.verdict), *_spread(values))


# --- facts --------------------------------------------------------------------------------------------------------


def judge_fact(criterion: Criterion, fact: Fact | None, is_later: bool = False) -> Judgement:
    """Judge a criterion on a fact of the plan: met is GO, broken is NO-GO, unknown is not enough evidence."""
    empty = pd.DataFrame(columns=list(GROUP_COLUMNS))
    if fact is None or fact.value is None:
        words = fact.words if fact is not None else f"{criterion.fact} was not read off the plan."
        nothing = math.nan
        why = f"{words} What is missing blocks a GO."
        return Judgement(criterion, ALL, None, Verdict.NOT_ENOUGH, nothing, nothing, nothing, why, empty, is_later)
    number = float(fact.value)
    is_met = fact.value if isinstance(fact.value, bool) else bool(_beyond(np.array(number), criterion) <= 0)
    verdict = Verdict.GO if is_met else Verdict.NO_GO
    return Judgement(criterion, ALL, None, verdict, number, number, number, fact.words, empty, is_later)


# --- words --------------------------------------------------------------------------------------------------------


def _why(criterion: Criterion, group: str, one: Evidence, unfinished: int) -> str:
    where = "" if group == ALL else f" in group {group}"
    told = f"Met in {one.met} of {one.n} seasons{where}"
    told += f", unknown in {one.unknown}" if one.unknown else ""
    told += f" ({unfinished} of them not finished)" if unfinished else ""
    if criterion.is_legal and one.broken:
        return f"{told}; broken in {one.broken}, and one is enough."
    wanted = f"{criterion.confidence:.0%}"
    if one.verdict is Verdict.GO:
        return f"{told}; at least {one.low:.1%} is shown, {wanted} is demanded."
    if one.verdict is Verdict.NO_GO:
        return f"{told}; at most {one.high:.1%} can be, {wanted} is demanded."
    return f"{told}; between {one.low:.1%} and {one.high:.1%}, so that {wanted} is neither shown nor ruled out."


def grounds_of(judgements: Sequence[Judgement], verdict: Verdict, done: int, asked: int) -> Iterator[str]:
    """Why a verdict is not GO, one sentence for each criterion that stands against it, legal grounds first."""
    if verdict is Verdict.GO:
        yield SCOPE
        return
    if done < asked:
        yield f"Only {done} of {asked} seasons were finished; the others count as unknown, which blocks a GO."
    against = [one for one in judgements if one.verdict is verdict]
    for one in sorted(against, key=lambda one: not one.criterion.is_legal):
        legal = "On legal ground, not met: " if one.criterion.is_legal else ""
        not_met = "Not met: " if verdict is Verdict.NO_GO else "Not shown: "
        later = f" (known since {one.criterion.known_on}, after the day of this review)" if one.is_later else ""
        yield f"{legal or not_met}{one.criterion.title}{later}. {one.why}"
