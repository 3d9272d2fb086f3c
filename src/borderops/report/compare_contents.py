"""What the reports of a comparison and of a sweep are made of: finished tables, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from borderops.report.contents import Definition, FailedReplication, Headline


@dataclass(frozen=True)
class Compared:
    """One of the scenarios of a comparison.

    Parameters
    ----------
    name : str
        As given in the command, ``family_unity`` or ``tracking=shared_record``; the first one is the baseline.
    title : str
        For people.
    kpis, daily, survival, reunions : DataFrame
        Summaries over replications, as in `borderops.report.contents.Contents`.
    """

    name: str
    title: str
    kpis: pd.DataFrame
    daily: pd.DataFrame
    survival: pd.DataFrame
    reunions: pd.DataFrame


@dataclass(frozen=True)
class CompareContents:
    """Everything the report of a comparison shows.

    Parameters
    ----------
    question : str
        Of the baseline's study.
    scenarios : sequence of Compared
        The first is the baseline; two or more.
    differences : DataFrame
        From `borderops.forecast.comparing.compare`: a row a KPI row and scenario other than the baseline.
    ranking : DataFrame
        From `borderops.forecast.comparing.ranking`.
    families : DataFrame
        Columns scenario, what (`borderops.forecast.differing.WHATS`), cause (`CAUSES` there), mean, low, high (over
        replications), example (number of a family of replication 1 for ``borderops trace``; 0 for none). Families
        whose story under a scenario differs from the baseline's, and those with the same story.
    links : DataFrame
        Columns scenario, baseline, here (where a link of a separated child stands under each, or not_separated), mean,
        low, high, example.
    settings : DataFrame
        Columns key, then one column a scenario: settings of the model that are not the same in all.
    level : float
        Confidence of all intervals, and the share of replications that ``low`` to ``high`` spans.
    n : int
        Replications finished for all scenarios.
    same_people : bool
        Whether replication r of each scenario met the same people.
    definitions : mapping of str to Definition
    manifest : mapping
    failures : sequence of FailedReplication
    limits : sequence of str
    headline : Headline
    """

    question: str
    scenarios: Sequence[Compared]
    differences: pd.DataFrame
    ranking: pd.DataFrame
    families: pd.DataFrame
    links: pd.DataFrame
    settings: pd.DataFrame
    level: float
    n: int
    same_people: bool
    definitions: Mapping[str, Definition]
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]
    headline: Headline = field(default_factory=Headline)


@dataclass(frozen=True)
class UncertaintyContents:
    """Everything the report on uncertain inputs shows.

    Parameters
    ----------
    question, scenario : str
    split : DataFrame
        From `borderops.forecast.spread.spread`: a row a KPI row; doubt by where it comes from.
    points : DataFrame
        Columns point, doubt (name of the register's entry), uniform (0 low end, 0.5 as shipped, 1 high end).
    values : DataFrame
        Columns point, replication, kpi, value: the headline's KPIs, of all.
    doubts : int
    replications : int
        At each point, at most.
    level, definitions, manifest, failures, limits
        As in `CompareContents`.
    headline : Headline
    """

    question: str
    scenario: str
    split: pd.DataFrame
    points: pd.DataFrame
    values: pd.DataFrame
    doubts: int
    replications: int
    level: float
    definitions: Mapping[str, Definition]
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]
    headline: Headline = field(default_factory=Headline)

    @property
    def n(self) -> int:
        """Replications at each point, as `borderops.report.contents.Account` asks."""
        return self.replications


@dataclass(frozen=True)
class SweepContents:
    """Everything the report of a sweep shows.

    Parameters
    ----------
    question, scenario : str
    axes : mapping of str to sequence of str
        Settings that were varied, with their values as given, in their order; one or more.
    table : DataFrame
        Tidy: ``point`` (1, 2, ...), a column for every axis (text), ``kpi``, ``group_kind``, ``group``, and the
        statistics of `borderops.report.contents.STATISTICS`.
    kpis : sequence of str
        KPIs to be drawn first, those that the user named or the headline's.
    level, n, definitions, manifest, failures, limits
        As in `CompareContents`.
    """

    question: str
    scenario: str
    axes: Mapping[str, Sequence[str]]
    table: pd.DataFrame
    kpis: Sequence[str]
    level: float
    n: int
    definitions: Mapping[str, Definition]
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]
