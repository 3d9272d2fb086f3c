"""What a search for capacity is told by: the plans that were judged, each with its criteria, and which are the answer.

A `CapacitySection` stands by itself, so that the page of a review can include it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from borderops.config.schema import Settings
from borderops.readiness.criteria import Criteria
from borderops.readiness.levers import Lever
from borderops.readiness.trying import Tried
from borderops.report.contents import FailedReplication

Mode = Literal["least", "frontier", "packages"]
AS_PLANNED: Final = "as planned"
PLAN_COLUMNS: Final = (
    "plan", "verdict", "replications", "criterion", "group", "met", "broken", "unknown", "probability", "low", "high",
    "demanded", "is_answer",
)  # fmt: skip
"""Of each plan, besides a column for every lever: the criterion that decides, with its evidence."""


@dataclass(frozen=True)
class Judged:
    """A plan that was judged.

    Parameters
    ----------
    name : str
        In words: ``+900 beds``, ``as planned``.
    levels : mapping of str to int
        By lever.
    tried : Tried
    """

    name: str
    levels: Mapping[str, int]
    tried: Tried


@dataclass(frozen=True)
class CapacitySection:
    """What was found, without how it was made.

    Parameters
    ----------
    mode : str
        ``least`` of one lever, ``frontier`` of several, or ``packages``.
    levers : sequence of Lever
    levels : mapping of str to sequence of int
        By lever those that were searched; of packages 0 and the stated one.
    criteria : Criteria
        Those that decide, of the groups that decide.
    digest : str
        Of all criteria, as they were read.
    judged : sequence of Judged
        In their order: by level, by levels, by size.
    answers : sequence of str
        Names of those that are the answer; none where nothing holds.
    open_plans : sequence of str
        Names of those that stay open although they matter for the answer.
    is_none : bool
        Nothing holds, and that is shown.
    reversals : sequence of (str, str)
        Names of plans of which the one with less does better.
    was_scanned : bool
    beside : Judged or None
        The plan under the policy that stands beside, with the same people and the same luck.
    most : int
        Replications of a plan at most.
    needed : sequence of str
        Of packages, levers without which all others together are not GO.
    """

    mode: Mode
    levers: Sequence[Lever]
    levels: Mapping[str, Sequence[int]]
    criteria: Criteria
    digest: str
    judged: Sequence[Judged]
    answers: Sequence[str]
    open_plans: Sequence[str]
    is_none: bool
    reversals: Sequence[tuple[str, str]]
    was_scanned: bool
    beside: Judged | None
    most: int
    needed: Sequence[str] = ()

    def __getitem__(self, name: str) -> Judged:
        return next(one for one in self.judged if one.name == name)


@dataclass(frozen=True)
class CapacityContents:
    """Everything the report of a search shows.

    Parameters
    ----------
    section : CapacitySection
    question, scenario : str
    settings : Settings
        Of the plan as it is.
    manifest : mapping
    failures : sequence of FailedReplication
    limits : sequence of str
    """

    section: CapacitySection
    question: str
    scenario: str
    settings: Settings
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]

    @property
    def n(self) -> int:
        """Replications of the plan that had most, as `borderops.report.contents.Account` asks."""
        return max(one.tried.replications for one in self.section.judged)

    @property
    def level(self) -> float:
        """Confidence of each bound by itself."""
        return 1.0 - self.section.criteria.alpha


def plan_name(levers: Iterable[Lever], levels: Mapping[str, int]) -> str:
    """Levels in words: ``+900 beds.age_0_12``, ``start 28 days later``, ``as planned``."""
    told = [lever.told_with_name(levels[lever.name]) for lever in levers if levels.get(lever.name)]
    return ", ".join(told) or AS_PLANNED


def plans_table(section: CapacitySection) -> pd.DataFrame:
    """One row a plan that was judged: its levels, its verdict, the criterion that decides and its evidence.

    Returns
    -------
    DataFrame
        A column for each lever with its level, then `PLAN_COLUMNS`; last the plan beside, as ``beside``.
    """
    rows = [_row(section, one) for one in section.judged]
    rows += [_row(section, section.beside)] if section.beside is not None else []
    return pd.DataFrame(rows, columns=["plan", *(one.name for one in section.levers), *PLAN_COLUMNS[1:]])


def _row(section: CapacitySection, one: Judged) -> tuple[Any, ...]:
    deciding = one.tried.deciding
    rows = one.tried.rows()
    row = rows[(rows["criterion"] == deciding.criterion.name) & rows["is_judged"]].iloc[0]
    evidence = (row[name] for name in ("met", "broken", "unknown", "probability", "low", "high", "demanded"))
    about = (str(one.tried.verdict), one.tried.replications, deciding.criterion.name, deciding.group)
    return (one.name, *(one.levels.get(lever.name, 0) for lever in section.levers), *about, *evidence,
            one.name in section.answers)  # fmt: skip


def criteria_table(section: CapacitySection) -> pd.DataFrame:
    """One row a plan and criterion, those that decide and the others.

    Returns
    -------
    DataFrame
        Columns plan, replications, then those of `borderops.readiness.trying.COLUMNS`.
    """
    plans = [*section.judged, *([section.beside] if section.beside is not None else [])]
    tables = [one.tried.rows().assign(plan=one.name, replications=one.tried.replications) for one in plans]
    table = pd.concat(tables, ignore_index=True)
    first = ["plan", "replications"]
    return table[[*first, *(name for name in table.columns if name not in first)]]


TABLES: Final = {"plans": plans_table, "criteria": criteria_table}
"""By the name of the file."""
