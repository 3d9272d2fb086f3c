"""What a report is made of: finished summaries and the circumstances of the run, nothing that could still change them.

The report reads tables; it never sees people, plans or histories. So that it inherits nothing of how its tables were
made, the rows of the register, the definitions of KPIs and the failures are described by their shape alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from borderops.config.schema import Settings

STATISTICS = ("mean", "median", "low", "high", "mean_low", "mean_high", "n")
"""Columns that every summary carries after its keys; see `borderops.forecast.results.summarise`."""

Row = Mapping[str, Any]
"""One summary: its keys and `STATISTICS` by name."""

FEWEST = 5
"""Children in the denominator below which a share is not shown: it would be an anecdote."""


class Definition(Protocol):
    """What a KPI is called, counted in, and exactly means."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def definition(self) -> str: ...


class ParameterRow(Protocol):
    """One row of the parameter register."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def unit(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def low(self) -> Any: ...
    @property
    def high(self) -> Any: ...
    @property
    def source(self) -> str: ...
    @property
    def known_on(self) -> date | str | None: ...
    @property
    def is_shipped(self) -> bool: ...


class FailedReplication(Protocol):
    """A replication that could not be finished."""

    @property
    def replication(self) -> int: ...
    @property
    def message(self) -> str: ...


class Account(Protocol):
    """What the contents of every kind of report tell of how they came about."""

    @property
    def n(self) -> int: ...
    @property
    def level(self) -> float: ...
    @property
    def manifest(self) -> Mapping[str, Any]: ...
    @property
    def failures(self) -> Sequence[FailedReplication]: ...
    @property
    def limits(self) -> Sequence[str]: ...


class Days(Protocol):
    """What pictures by day are drawn from."""

    @property
    def settings(self) -> Settings: ...
    @property
    def daily(self) -> pd.DataFrame: ...
    def series(self, measure: str, group: str) -> pd.DataFrame: ...
    def series_of_enough(self, measure: str, cohort: str) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Headline:
    """Names of the KPIs that the answer's sentences, the cards and the titles speak of.

    A name without a row in ``kpis`` is not an error: the sentence then says that the figure was not measured.
    """

    separated_children: str = "children_separated"
    separated_families: str = "families_separated"
    share_over_72h_separated: str = "share_over_72h_separated"
    share_over_72h_all_minors: str = "share_over_72h_minors"
    peak_shelter_census: str = "shelter_census_peak"
    still_held: str = "separated_still_in_custody"
    hours_over_rated: str = "station_hours_over_rated"
    never_grouped: str = "families_never_grouped"
    unnoticed: str = "children_separated_unnoticed"
    number_not_passed: str = "children_parent_number_not_passed"
    links_nowhere: str = "share_links_unrecorded"
    missing_from_list: str = "persons_missing_from_list"
    meant_for_list: str = "persons_separated_for_policy"
    ordered: str = "class_children"
    young_in_time: str = "class_reunited_by_young_deadline"
    others_in_time: str = "class_reunited_by_deadline"
    not_found: str = "class_not_found_at_order"
    reunited: str = "children_reunited"
    cards: tuple[str, ...] = (
        "children_separated",
        "families_separated",
        "parents_separated",
        "share_over_72h_separated",
        "share_over_72h_minors",
        "mean_custody_hours_separated",
        "shelter_census_peak",
        "waiting_for_bed_peak",
        "station_hours_over_rated",
        "class_reunited_by_young_deadline",
        "class_reunited_by_deadline",
        "share_links_out_of_reach",
    )


@dataclass(frozen=True)
class Reference:
    """The same KPIs under another scenario with the same people and the same luck, shown beside each card.

    Parameters
    ----------
    name : str
        The scenario, e.g. ``family_unity``.
    kpis : DataFrame
        As `Contents.kpis`.
    """

    name: str
    kpis: pd.DataFrame

    def kpi(self, name: str) -> Row | None:
        """The overall summary of one KPI, as `Contents.kpi`."""
        return kpi_rows(self.kpis).get((name, "all", "all"))


@dataclass(frozen=True)
class Contents:
    """Everything a report shows. Each DataFrame is a summary over replications and carries `STATISTICS`.

    Parameters
    ----------
    title : str
        Name of the report, e.g. the policy's title.
    question : str
        What is asked, in the user's words.
    scenario : str
    settings : Settings
        As composed; gives window, season, seed and the reported days.
    register : sequence of ParameterRow
        Every parameter with value, unit, grade, range and source.
    manifest : mapping
        How the report was made: version, commit, seed, replications, workers, packages, started, seconds, digest, ...
        Values may be mappings or lists.
    level : float
        Share of replications that ``low`` to ``high`` spans.
    n : int
        Finished replications.
    definitions : mapping of str to Definition
        KPIs by name, in the order in which breakdowns list them.
    kpis : DataFrame
        Keys kpi, group_kind (all, age_band, station, bed_kind, holding_kind, ground, code, note, ...), group.
    daily : DataFrame
        Keys day, measure, group. A day without a value in a replication (too few children for a share) counts as
        missing there.
    survival : DataFrame
        Keys cohort, hours; values are shares from 0 to 1.
    flow : DataFrame
        Keys source, target; persons.
    outcomes : DataFrame
        Keys age_band, outcome; children.
    monthly : DataFrame
        Keys month, station, stratum, count ("true" or "recorded"); persons. A station "all" gives the intervals of the
        sums; without it the report adds the means and shows no interval.
    waits : DataFrame
        Keys cohort, stage; mean hours that the cohort spent in the stage. Empty where nobody was held.
    reunions : DataFrame
        Keys age_band, days (since the court's order), outcome; children of the order's class. Empty without an order.
    reunited : DataFrame
        Keys age_band, days; the share of the class that is reunited, from 0 to 1, as counted in each replication.
    work : DataFrame
        Keys agency, activity, kind ("hours" or "overtime_hours"); staff hours within the window.
    links : DataFrame
        Keys source, target; true links of separated children, from how the family was known to where the link stands.
    findings : DataFrame
        Keys of, what, group; what audits found. Empty if the run was not audited.
    comparison : DataFrame
        Columns id, label, published, unit, role ("fit" or "check"), source, low, median, high, note. NaN in median: not
        modelled yet.
    failures : sequence of FailedReplication
        Replications missing from every figure; empty when all went well.
    limits : sequence of str
        What this run does not model, one sentence each.
    published_monthly : DataFrame, optional
        Columns month, station, stratum, persons: the published table beside `monthly`, the same stations.
    parts : mapping of str to (str, str)
        For KPIs that are shares: the KPIs that count its numerator and its denominator. Where the denominator of a
        group is below `FEWEST`, the breakdown shows the count instead of the share.
    counts_behind : mapping of str to str
        For KPIs that are means or shares without ``parts``: the KPI that counts whom they are of.
    outcomes_of : str
        Which children ``outcomes`` counts.
    headline : Headline
    reference : Reference, optional
        Another scenario to show beside this one.
    """

    title: str
    question: str
    scenario: str
    settings: Settings
    register: Sequence[ParameterRow]
    manifest: Mapping[str, Any]
    level: float
    n: int
    definitions: Mapping[str, Definition]
    kpis: pd.DataFrame
    daily: pd.DataFrame
    survival: pd.DataFrame
    flow: pd.DataFrame
    outcomes: pd.DataFrame
    monthly: pd.DataFrame
    waits: pd.DataFrame
    reunions: pd.DataFrame
    reunited: pd.DataFrame
    work: pd.DataFrame
    links: pd.DataFrame
    findings: pd.DataFrame
    comparison: pd.DataFrame
    failures: Sequence[FailedReplication]
    limits: Sequence[str]
    published_monthly: pd.DataFrame | None = None
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    counts_behind: Mapping[str, str] = field(default_factory=dict)
    outcomes_of: str = "separated children"
    headline: Headline = field(default_factory=Headline)
    reference: Reference | None = None

    def kpi(self, name: str, group_kind: str = "all", group: str = "all") -> Row | None:
        """The summary of one KPI for one group, or None if it was not measured or had nothing to measure."""
        return self._kpis.get((name, group_kind, group))

    def series(self, measure: str, group: str) -> pd.DataFrame:
        """Summary by day of one measure for one group, sorted by day; empty if it was not measured."""
        found = self._series.get((measure, group))
        return self.daily.iloc[:0].copy() if found is None else found.copy()

    @cached_property
    def _kpis(self) -> dict[tuple[str, str, str], Row]:
        return kpi_rows(self.kpis)

    @cached_property
    def _series(self) -> dict[tuple[str, str], pd.DataFrame]:
        groups = self.daily.sort_values("day").groupby(["measure", "group"], observed=True)
        return {(str(key[0]), str(key[1])): table.reset_index(drop=True) for key, table in groups}

    def series_of_enough(self, measure: str, cohort: str) -> pd.DataFrame:
        """As `series`, without figures on days when most replications have none: the others are not typical."""
        table = self.series(measure, cohort)
        few = table["n"] * 2 < self.n
        table.loc[few, ["mean", "median", "low", "high", "mean_low", "mean_high"]] = float("nan")
        return table


def order_day(settings: Settings) -> date | None:
    """The day of the court's order, if one falls into the days played; it counts from the end of that day on."""
    day, window = settings.reunification.order.day, settings.window
    return day if day is not None and window.first_day_played <= day < window.end else None


def records(table: pd.DataFrame) -> list[Any]:
    """Rows of a table as named tuples."""
    return list(table.itertuples(index=False))


def mean_over_all(table: pd.DataFrame, n: int) -> pd.Series:
    """Mean of counts over all n replications, where a count of none left no row in some of them."""
    return table["mean"] * table["n"] / n


def top_row(table: pd.DataFrame, column: str = "median") -> Row:
    """The row of the largest value; the table must hold one that is not missing."""
    return dict(table.iloc[int(np.nanargmax(table[column].to_numpy(dtype=float)))])


def kpi_rows(kpis: pd.DataFrame) -> dict[tuple[str, str, str], Row]:
    """Summaries by KPI, kind of group and group; those without a value in any replication are left out."""
    rows: list[Row] = kpis[kpis["median"].notna()].to_dict("records")  # type: ignore[assignment]
    return {(row["kpi"], row["group_kind"], str(row["group"])): row for row in rows}
