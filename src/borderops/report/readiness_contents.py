"""What the pages of a readiness review are made of: the review, the same with families together, what both rest on.

Finished tables alone; nothing here could still change a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from borderops.config.schema import Settings
from borderops.readiness.judging import Judgement, Review
from borderops.report.contents import Definition, FailedReplication, ParameterRow, Row, kpi_rows


@dataclass(frozen=True)
class ReadinessContents:
    """Everything the pages show. Summaries carry `borderops.report.contents.STATISTICS`.

    Parameters
    ----------
    review : Review
        Of the plan.
    beside : Review
        Of the same season with families kept together, by the same criteria; the review itself where the plan is that.
    beside_name : str
        Of the policy beside, ``family_unity``.
    settings : Settings
        Of the plan, as composed.
    level : float
        Share of seasons that ``low`` to ``high`` of summaries spans.
    kpis, beside_kpis : DataFrame
        Summaries of every KPI: keys kpi, group_kind, group.
    values, beside_values : DataFrame
        Columns replication, kpi, group_kind, group, value: the KPIs that are judged, season by season.
    daily, beside_daily : DataFrame
        Summaries by day: keys day, measure, group.
    definitions : mapping of str to Definition
        KPIs by name.
    register : sequence of ParameterRow
    manifest : mapping
    failures : sequence of FailedReplication
    limits : sequence of str
        What the model leaves out.
    capacity, pilot, stress, indicators : object, optional
        Sections that were asked for besides; None where they were not.
    """

    review: Review
    beside: Review
    beside_name: str
    settings: Settings
    level: float
    kpis: pd.DataFrame
    beside_kpis: pd.DataFrame
    values: pd.DataFrame
    beside_values: pd.DataFrame
    daily: pd.DataFrame
    beside_daily: pd.DataFrame
    definitions: Mapping[str, Definition]
    register: Sequence[ParameterRow]
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]
    capacity: Any | None = None
    pilot: Any | None = None
    stress: Any | None = None
    indicators: Any | None = None

    @property
    def n(self) -> int:
        """Finished seasons."""
        return self.review.replications

    @property
    def title(self) -> str:
        """The policy's."""
        return self.settings.policy.title

    @property
    def is_beside_itself(self) -> bool:
        """Whether the plan is the one that keeps families together."""
        return self.beside is self.review

    def pairs(self) -> list[tuple[Judgement, Judgement]]:
        """Every judgement with the one beside, in the order of the criteria."""
        return [(one, self.beside[one.criterion.name]) for one in self.review.judgements]

    def kpi(self, name: str, group_kind: str = "all", group: str = "all", *, beside: bool = False) -> Row | None:
        """The summary of one KPI for one group, or None if nobody was concerned in any season."""
        return (self._beside_rows if beside else self._rows).get((name, group_kind, group))

    def series(self, measure: str, group: str = "all", *, beside: bool = False) -> pd.DataFrame:
        """Summary by day of one measure, sorted by day; empty if it was not measured."""
        daily = self.beside_daily if beside else self.daily
        rows = daily[(daily["measure"] == measure) & (daily["group"] == group)]
        return rows.sort_values("day").reset_index(drop=True)

    def series_of_enough(self, measure: str, cohort: str = "all", *, beside: bool = False) -> pd.DataFrame:
        """As `series`, without figures on days when most seasons have none: the others are not typical."""
        table = self.series(measure, cohort, beside=beside)
        few = table["n"] * 2 < self.n
        table.loc[few, ["mean", "median", "low", "high", "mean_low", "mean_high"]] = float("nan")
        return table

    def seasons(self, criterion: str, group: str, *, beside: bool = False) -> pd.Series:
        """Values of a criterion's KPI for one group, one a season, those without a value left out."""
        one = self.review.criteria[criterion]
        table = self.beside_values if beside else self.values
        rows = (table["kpi"] == one.kpi) & (table["group_kind"] == one.group_kind) & (table["group"] == group)
        return table.loc[rows, "value"].reset_index(drop=True)

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], Row]:
        return kpi_rows(self.kpis)

    @cached_property
    def _beside_rows(self) -> dict[tuple[str, str, str], Row]:
        return kpi_rows(self.beside_kpis)
