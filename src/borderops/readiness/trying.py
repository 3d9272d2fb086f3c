"""A plan with its levers pulled, held against criteria: some are judged, the others are only shown.

Of a criterion that is judged, only those groups count that the levers move: beds for small children fill no bed of
another kind. Works on numbers; it plays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from borderops.config.keys import nearest_word
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError
from borderops.forecast.results import Results, Sample, sample
from borderops.readiness.criteria import Criteria, Criterion, criteria_of
from borderops.readiness.judging import Judgement, Review, Verdict, judge, values_of
from borderops.readiness.least import fewest_for_go
from borderops.readiness.levers import Lever
from borderops.readiness.plan_facts import facts_of, start_of

ALL: Final = "all"
COLUMNS: Final = (
    "criterion", "title", "is_judged", "is_legal", "group", "verdict", "met", "broken", "unknown", "probability", "low",
    "high", "demanded", "median", "value_low", "value_high", "why",
)  # fmt: skip
"""Of each criterion: whether it decides, its worst group, seasons, probability with its bounds, and values."""


@dataclass(frozen=True)
class Asked:
    """Criteria, sorted out.

    Parameters
    ----------
    judged : Criteria
        Those that decide, of the groups that the levers move.
    shown : Criteria
        The others, whole; and those of which only some groups decide.
    """

    judged: Criteria
    shown: Criteria

    @property
    def names(self) -> list[str]:
        """Of those that decide."""
        return [one.name for one in self.judged]


def sort_out(criteria: Criteria, levers: Sequence[Lever], wanted: Sequence[str] = ()) -> Asked:
    """Sort criteria into those that decide and those that are only shown.

    Parameters
    ----------
    criteria : Criteria
    levers : sequence of Lever
    wanted : sequence of str
        Criteria that decide, or beginnings of their names; ``all`` for all of them. None: those that the levers move.

    Returns
    -------
    Asked

    Raises
    ------
    ConfigError
        If a name is not known, or none is left to decide.
    """
    names = [one.name for one in criteria]
    if wanted:
        problems = [_unknown(one, names) for one in wanted if not _matching(one, names)]
        if problems:
            raise ConfigError(problems)
        chosen = {name for one in wanted for name in _matching(one, names)}
    else:
        chosen = {one.name for one in criteria if any(lever.moves(one.levers) for lever in levers)}
        if not chosen:
            told, allowed = " or ".join(lever.name for lever in levers), f"judged=NAME,... ({', '.join(names)})"
            raise ConfigError([f"no criterion of {criteria.name} names {told} among its levers; allowed: {allowed}"])
    narrows = ALL not in wanted
    judged = [_narrowed(one, levers) if narrows else one for one in criteria if one.name in chosen]
    shown = [one for one in criteria if one.name not in chosen or one not in judged]
    return Asked(_part(criteria, judged), _part(criteria, shown))


def _matching(word: str, names: Sequence[str]) -> list[str]:
    if word == ALL:
        return list(names)
    return [word] if word in names else [one for one in names if one.startswith(word)]


def _unknown(word: str, names: Sequence[str]) -> str:
    near = nearest_word(word, [*names])
    return f"judged={word} is no criterion{f'; did you mean {near}?' if near else ''} (criteria: {', '.join(names)})"


def _narrowed(criterion: Criterion, levers: Sequence[Lever]) -> Criterion:
    """A criterion of the groups that the levers move; whole where one of them moves all groups of the kind."""
    movers = [lever for lever in levers if lever.moves(criterion.levers)] or levers
    parts = [lever.groups.get(criterion.group_kind) for lever in movers]
    if any(one is None for one in parts):
        return criterion
    moved = [group for one in parts for group in one or ()]
    own = [group for group in criterion.groups or dict.fromkeys(moved) if group in moved]
    return replace(criterion, groups=tuple(dict.fromkeys(own))) if own else criterion


def _part(criteria: Criteria, some: Sequence[Criterion]) -> Criteria:
    return criteria_of(criteria.name, criteria.title, criteria.alpha, criteria.valid_days, some)


def fewest_of(asked: Asked, part: float = 1.0) -> int:
    """Replications of a plan below which no GO can be said; 0 where no season is asked.

    Parameters
    ----------
    asked : Asked
    part : float
        Of the error, that each plan may spend.
    """
    confidence = max((one.confidence for one in asked.judged if one.kpi), default=0.0)
    return fewest_for_go(confidence, asked.judged.alpha * part) if confidence else 0


def too_few(asked: Asked, most: int, part: float = 1.0) -> str | None:
    """A sentence where so many replications of a plan can never show a GO; None where they can."""
    fewest = fewest_of(asked, part)
    if most >= fewest:
        return None
    confidence = max(one.confidence for one in asked.judged if one.kpi)
    demanded = f"{confidence:g} at an error of {asked.judged.alpha * part:.2g}"
    shared = f", which is {asked.judged.alpha:g} shared out over the plans" if part < 1.0 else ""
    return (
        f"most is {most}; allowed: {fewest} or more, since fewer seasons can never show a confidence of {demanded}"
        f"{shared}"
    )


# --- one plan -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """How a plan stands after some replications.

    Parameters
    ----------
    replications : int
    alpha : float
        Error that was spent on the look.
    review : Review
        Of the criteria that decide.
    beside : tuple of Judgement
        Of the others, at the error of the criteria themselves.
    met : ndarray of bool, shape (n,)
        Whether each replication met all criteria that decide.
    """

    replications: int
    alpha: float
    review: Review
    beside: tuple[Judgement, ...]
    met: np.ndarray

    @property
    def verdict(self) -> Verdict:
        """Of the criteria that decide, together."""
        return self.review.verdict

    @property
    def deciding(self) -> Judgement:
        """The criterion that decides: of those with the verdict, the one that fewest replications meet."""
        of_verdict = self.review.of_verdict(self.verdict) or list(self.review.judgements)
        return min(of_verdict, key=_weakness)

    def rows(self) -> pd.DataFrame:
        """All criteria, those that decide first.

        Returns
        -------
        DataFrame
            Columns `COLUMNS`.
        """
        told = [_row(one, is_judged=True) for one in self.review.judgements]
        told += [_row(one, is_judged=False) for one in self.beside]
        return pd.DataFrame(told, columns=list(COLUMNS))


def try_plan(settings: Settings, results: Iterable[Results], asked: Asked, replications: int, alpha: float) -> Tried:
    """Hold a plan against criteria.

    Parameters
    ----------
    settings : Settings
        Of the plan, with its levers pulled.
    results : iterable of Results
        Finished replications.
    asked : Asked
    replications : int
        Asked for; those that were not finished count as unknown.
    alpha : float
        Error that may be spent.

    Returns
    -------
    Tried
    """
    kpis, facts, start, as_of = sample(results, "kpis"), facts_of(settings), start_of(settings), settings.study.as_of
    spent = replace(asked.judged, alpha=alpha)
    review = judge(spent, kpis, facts, start, as_of, replications)
    beside = judge(asked.shown, kpis, facts, start, as_of, replications).judgements if len(asked.shown.criteria) else ()
    holds = not any(one.verdict is not Verdict.GO for one in review.judgements if one.is_fact)
    met = np.zeros(replications, dtype=bool)
    met[kpis.replications - 1] = met_by_season(asked.judged, kpis) & holds
    return Tried(replications, alpha, review, tuple(beside), met)


def met_by_season(criteria: Criteria, kpis: Sample) -> np.ndarray:
    """Whether each replication met every criterion on a KPI, as far as is known; bool, shape (n,)."""
    met = np.ones(kpis.replications.size, dtype=bool)
    for criterion in criteria:
        if criterion.kpi:
            for values in values_of(criterion, kpis).values():
                met &= _met(values, criterion)
    return met


def _met(values: np.ndarray, criterion: Criterion) -> np.ndarray:
    is_nobody = np.isnan(values) & (criterion.if_nobody == "met")
    if criterion.at_most is not None:
        return is_nobody | (values <= criterion.at_most)
    assert criterion.at_least is not None
    return is_nobody | (values >= criterion.at_least)


def _weakness(one: Judgement) -> tuple[float, float]:
    """Smallest for the criterion that holds least."""
    if one.evidence is None:
        return (-1.0, 0.0) if one.verdict is not Verdict.GO else (2.0, 0.0)
    probability = one.evidence.probability
    return (probability if math.isfinite(probability) else 0.0, one.evidence.low)


def _row(one: Judgement, *, is_judged: bool) -> tuple[object, ...]:
    evidence, criterion = one.evidence, one.criterion
    counts = (
        (evidence.met, evidence.broken, evidence.unknown, evidence.probability, evidence.low, evidence.high)
        if evidence is not None
        else (0, 0, 0, math.nan, math.nan, math.nan)
    )
    demanded = criterion.confidence if criterion.kpi else math.nan
    about = (criterion.name, criterion.title, is_judged, criterion.is_legal, one.group, str(one.verdict))
    return (*about, *counts, demanded, one.median, one.low, one.high, one.why)


def not_met(rows: pd.DataFrame, *, is_judged: bool) -> Iterator[str]:
    """Titles of criteria that are NO-GO in a table as `Tried.rows` gives it."""
    against = rows[(rows["is_judged"] == is_judged) & (rows["verdict"] == str(Verdict.NO_GO))]
    yield from dict.fromkeys(against["title"])
