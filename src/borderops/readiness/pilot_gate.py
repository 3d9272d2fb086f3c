"""Does the pilot alone already show the failure? Its own counts held against the criteria, with exact bounds.

A pilot is one season. What is judged is the share behind its counts, as if the plan went on like the pilot: NO-GO where
that share is shown to lie beyond the limit, GO where it is shown to lie within, and not enough evidence in between. A
count that was told as *at least* so many can show a failure and never its absence. Plays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from borderops.forecast.intervals import share_interval
from borderops.readiness.criteria import Criteria, Criterion
from borderops.readiness.judging import WORST_FIRST, Verdict
from borderops.readiness.pilot import NEARLY, Pilot, Row


@dataclass(frozen=True)
class PilotJudgement:
    """What a figure of a pilot says to a criterion.

    Parameters
    ----------
    criterion : Criterion
    row : Row
    value : float
        The share that was found, or the count where there is no denominator.
    low, high : float
        Bounds of what lies behind it, each by itself: the lower one at error ``alpha`` over the number of figures
        judged, the upper one at ``alpha``; for a criterion that asks for at least so much the other way round.
    verdict : Verdict
    why : str
        A sentence.
    """

    criterion: Criterion
    row: Row
    value: float
    low: float
    high: float
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class PilotGate:
    """What a pilot alone says.

    Parameters
    ----------
    pilot : Pilot
    judgements : tuple of PilotJudgement
        One for each figure and criterion it speaks to, the worst first.
    verdict : Verdict
        GO only if every criterion is spoken to, and each judgement is GO.
    silent : tuple of Criterion
        Criteria that no figure speaks to.
    left_out : tuple of str
        Which figures were not used, and why, as sentences.
    """

    pilot: Pilot
    judgements: tuple[PilotJudgement, ...]
    verdict: Verdict
    silent: tuple[Criterion, ...]
    left_out: tuple[str, ...]

    @property
    def shows_failure(self) -> bool:
        """Whether the pilot alone already shows that a criterion does not hold."""
        return self.verdict is Verdict.NO_GO


def judge_pilot(
    pilot: Pilot,
    criteria: Criteria,
    *,
    keeps_unit: bool,
    rows: Sequence[Row] | None = None,
    left_out: Sequence[str] = (),
) -> PilotGate:
    """Hold a pilot's figures against criteria.

    Parameters
    ----------
    pilot : Pilot
    criteria : Criteria
    keeps_unit : bool
        Whether the family unit outlived a separation in the pilot. Then systems lead to the child, and what a sheet
        says decides nothing.
    rows : sequence of Row, optional
        Those that were known by then; all of them where none are given.
    left_out : sequence of str
        Sentences on figures that are not among them.

    Returns
    -------
    PilotGate
    """
    said = list(left_out)
    used: list[tuple[Row, Criterion]] = []
    for row in pilot.rows if rows is None else rows:
        if row.known.while_sheets and keeps_unit:
            said.append(f"{row.known.label}: not judged, since units outlived separations and sheets decide nothing.")
            continue
        used += [(row, one) for one in _spoken_to(row, criteria)]
    found = [_judge(row, criterion, criteria.alpha, len(used)) for row, criterion in used]
    found.sort(key=lambda one: (WORST_FIRST.index(one.verdict), one.criterion.name, one.row.figure))
    spoken = {one.criterion.kpi for one in found}
    silent = tuple(one for one in criteria if one.kpi not in spoken)
    verdicts = {one.verdict for one in found} | ({Verdict.NOT_ENOUGH} if silent or not found else set())
    verdict = next(one for one in WORST_FIRST if one in verdicts)
    return PilotGate(pilot, tuple(found), verdict, silent, tuple(said))


def _spoken_to(row: Row, criteria: Criteria) -> Iterator[Criterion]:
    """Criteria that a figure is evidence on; of several on one KPI with one limit the first: it is one question."""
    seen: set[tuple[float | None, float | None]] = set()
    for one in criteria:
        limit = (one.at_most, one.at_least)
        if row.known.speaks_to and one.kpi == row.known.speaks_to and limit not in seen:
            seen.add(limit)
            yield one


def _judge(row: Row, criterion: Criterion, alpha: float, among: int) -> PilotJudgement:
    is_floor = criterion.at_least is not None
    low, high = bounds(row, alpha if is_floor else alpha / among, alpha / among if is_floor else alpha)
    margin = float(special.ndtri(criterion.confidence)) * criterion.noise
    limit = float(criterion.at_least if criterion.at_least is not None else criterion.at_most or 0.0)
    is_beyond = high + margin < limit if is_floor else low - margin > limit
    is_within = low - margin >= limit if is_floor else high + margin <= limit
    verdict = Verdict.NO_GO if is_beyond else Verdict.GO if is_within else Verdict.NOT_ENOUGH
    value = row.share if row.n else row.value
    return PilotJudgement(criterion, row, value, low, high, verdict, _why(row, low, high, limit, verdict))


def bounds(row: Row, below: float, above: float) -> tuple[float, float]:
    """Exact bounds of the share or the mean count behind a figure.

    Parameters
    ----------
    row : Row
    below, above : float
        Error of the lower and of the upper bound.

    Returns
    -------
    low, high : float
        Clopper and Pearson's for so many of so many, Poisson's for a count. What was told loosely is taken where it
        says least: *nearly* n as n below and 95 % of it above; *at least* so many leaves no upper bound.
    """
    least, most = row.value, row.value
    least = NEARLY * least if row.bound == "nearly" else 0.0 if row.bound == "at_most" else least
    if not row.n:
        low = float(special.gammaincinv(least, below)) if least > 0 else 0.0
        high = math.inf if row.bound == "at_least" else float(special.gammaincinv(most + 1.0, 1.0 - above))
        return low, high
    fewest = max(math.ceil(NEARLY * row.n), math.ceil(most)) if row.n_bound == "nearly" else row.n
    low = float(share_interval(np.array(math.floor(least)), np.array(row.n), 1.0 - 2.0 * below, "exact").low)
    high = float(share_interval(np.array(math.ceil(most)), np.array(fewest), 1.0 - 2.0 * above, "exact").high)
    return low, 1.0 if row.bound == "at_least" else high


def _why(row: Row, low: float, high: float, limit: float, verdict: Verdict) -> str:
    bound = "" if row.bound == "exact" else f"{row.bound.replace('_', ' ')} "
    nearly = "nearly " if row.n_bound == "nearly" else ""
    told = f"{row.known.label}: {bound}{row.value:g}" + (f" of {nearly}{row.n:,}" if row.n else "")

    def figure(value: float) -> str:
        return f"{value:.1%}" if row.n else f"{value:.3g}"

    if verdict is Verdict.NO_GO:
        return f"{told}; {figure(low)} or more lies behind that, {figure(limit)} is the limit."
    if verdict is Verdict.GO:
        return f"{told}; {figure(high)} or less lies behind that, {figure(limit)} is the limit."
    if row.bound == "at_least":
        return f"{told}; a number told as at least so many shows no failure here, and cannot show that there is none."
    return f"{told}; between {figure(low)} and {figure(high)} lies behind that, {figure(limit)} is the limit."
