"""How numbers are looked up in the tables of one replication; the words in which readers are written.

A reader takes results and the settings they were played with, and gives one number, in the unit of the published
figure; NaN where the tables do not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from borderops.config.schema import Settings
from borderops.forecast.results import KEYS, Results

Reader = Callable[[Results, Settings], float]

PERCENT: Final = 100.0

SEASON_START, SEASON_END = date(2018, 5, 5), date(2018, 6, 20)
"""The season of 2018, both days included."""


class AtHand(dict[str, pd.DataFrame]):
    """Tables of one replication, each read when it is first wanted and sorted out once: many readers want the same.

    Parameters
    ----------
    tables : mapping of str to DataFrame
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]):
        super().__init__()
        self._tables = tables
        self._values: dict[str, dict[Hashable, float]] = {}
        self._measures: dict[Hashable, pd.DataFrame] = {}

    def __missing__(self, name: str) -> pd.DataFrame:
        self[name] = self._tables[name]
        return self[name]

    def value(self, table: str, *keys: str) -> float:
        """Value of the row with some keys; NaN where there is none."""
        if table not in self._values:
            whole = self[table]
            columns = (whole[name].tolist() for name in KEYS[table])
            self._values[table] = dict(zip(zip(*columns, strict=True), whole["value"].tolist(), strict=True))
        return self._values[table].get(keys, np.nan)

    def measure(self, name: str) -> pd.DataFrame:
        """Rows of a daily measure."""
        if not self._measures:
            self._measures = dict(list(self["daily"].groupby("measure", sort=False)))
        return self._measures.get(name, self["daily"].iloc[:0])


def at_hand(results: Results) -> AtHand:
    """The tables of a replication, sorted out."""
    return results.tables if isinstance(results.tables, AtHand) else AtHand(results.tables)


def kpi(name: str, factor: float = 1.0, group: str = "all", group_kind: str = "all") -> Reader:
    """A KPI as a whole or of one group, times a factor."""

    def read(results: Results, settings: Settings) -> float:
        return at_hand(results).value("kpis", name, group_kind, group) * factor

    return read


def days_of(results: Results, measure: str, first: date, last: date) -> pd.DataFrame:
    """Rows of a daily measure between two days, both included."""
    table = at_hand(results).measure(measure)
    return table[(table["day"] >= pd.Timestamp(first)) & (table["day"] <= pd.Timestamp(last))]


def summed(measure: str, first: date, last: date, groups: tuple[str, ...] = ("all",)) -> Reader:
    """Sum of a daily measure over days and groups; NaN where the table has no such rows."""

    def read(results: Results, settings: Settings) -> float:
        rows = days_of(results, measure, first, last)
        chosen = rows.loc[rows["group"].isin(groups), "value"]
        return float(chosen.sum()) if len(chosen) else np.nan

    return read


def of_all_groups(measure: str, first: date, last: date) -> Reader:
    """Sum of a daily measure over days and all its groups, which divide it."""

    def read(results: Results, settings: Settings) -> float:
        rows = days_of(results, measure, first, last)
        return float(rows["value"].sum()) if len(rows) else np.nan

    return read


def ratio(part: Reader, whole: Reader, factor: float = 1.0) -> Reader:
    """One reading over another; NaN where the second is nought."""

    def read(results: Results, settings: Settings) -> float:
        below = whole(results, settings)
        return part(results, settings) / below * factor if below else np.nan

    return read


def product(*readers: Reader) -> Reader:
    """Readings multiplied."""
    return lambda results, settings: float(np.prod([one(results, settings) for one in readers]))


def difference(whole: Reader, *parts: Reader) -> Reader:
    """A reading less others."""
    return lambda results, settings: whole(results, settings) - sum(one(results, settings) for one in parts)


def total(*readers: Reader) -> Reader:
    """Readings added up."""
    return lambda results, settings: float(sum(one(results, settings) for one in readers))


def constant(value: float) -> Reader:
    """The same number in every replication."""
    return lambda results, settings: value


def found(of: str, what: str, *groups: str) -> Reader:
    """Sum over groups of what audits found; NaN where the replication was not audited, or tells not of all of them."""

    def read(results: Results, settings: Settings) -> float:
        tables = at_hand(results)
        return sum(tables.value("findings", of, what, group) for group in groups)

    return read
