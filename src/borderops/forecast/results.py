"""What one replication leaves behind for people to read: tidy tables, and their summary over replications.

Table contracts (one value a row, column ``value``; `summarise` replaces it by ``mean, median, low, high, mean_low,
mean_high, n``):

=========== ==================================================================================================
table       key columns
=========== ==================================================================================================
kpis        kpi, group_kind (all, age_band, station, bed_kind, ...), group
daily       day (datetime64), measure, group
survival    cohort, hours: share of the cohort still in CBP custody so many hours after apprehension
flow        source, target: people who went from one stage to the next
outcomes    age_band, outcome: children by what became of them
monthly     month (YYYY-MM), station, stratum, count ("true" or "recorded")
waits       cohort, stage: mean hours in CBP's hands by stage; a cohort's stages add up to its mean custody
reunions    age_band (under_5_at_order, others), days (since the order), outcome: children of the order's class
work        agency, activity, kind ("hours" or "overtime_hours"): staff hours within the window
links       source, target: true links of separated children, from how the family was known to where the link stands
findings    of (a rule or a list), what, group: what audits of the records found; empty unless ``study.audits``
=========== ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from borderops.forecast.intervals import mean_interval

KEYS = {
    "kpis": ["kpi", "group_kind", "group"],
    "daily": ["day", "measure", "group"],
    "survival": ["cohort", "hours"],
    "flow": ["source", "target"],
    "outcomes": ["age_band", "outcome"],
    "monthly": ["month", "station", "stratum", "count"],
    "waits": ["cohort", "stage"],
    "reunions": ["age_band", "days", "outcome"],
    "work": ["agency", "activity", "kind"],
    "links": ["source", "target"],
    "findings": ["of", "what", "group"],
}


@dataclass(frozen=True)
class Results:
    """Everything kept of one replication.

    Parameters
    ----------
    replication : int
    digest : str
        SHA-256 of people and history; equal for equal settings, seed and replication number.
    tables : mapping of str to DataFrame
        By name, with the key columns of `KEYS` and ``value``; they may be read when they are asked for.
    """

    replication: int
    digest: str
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Sample:
    """One table of several replications, without repeating its keys: a thousand replications take what they weigh.

    Parameters
    ----------
    keys : DataFrame
        Key columns; a row for every key that any replication has, in the order of first appearance.
    replications : ndarray of int64, shape (n,)
    values : ndarray of float64, shape (len(keys), n)
        NaN where a replication has no such row, or a row without a value.
    """

    keys: pd.DataFrame
    replications: np.ndarray
    values: np.ndarray

    def tables(self) -> Iterator[pd.DataFrame]:
        """Table of each replication, with a column ``replication`` before the keys; rows without a value left out."""
        for column, number in enumerate(self.replications):
            has_value = ~np.isnan(self.values[:, column])
            table = self.keys[has_value].assign(value=self.values[has_value, column])
            table.insert(0, "replication", number)
            yield table

    def stacked(self) -> pd.DataFrame:
        """All tables, one below the other."""
        return pd.concat(self.tables(), ignore_index=True)


def gather(tables: Iterable[tuple[int, pd.DataFrame]], keys: list[str]) -> Sample:
    """Put tables of several replications side by side.

    Parameters
    ----------
    tables : iterable of (int, DataFrame)
        Replication and its table with ``keys`` and ``value``; taken one after another, so that they need not all be
        in memory.
    keys : list of str

    Returns
    -------
    Sample
    """
    numbers, columns, rows = [], [], pd.MultiIndex.from_arrays([[] for _ in keys], names=keys)
    first: pd.DataFrame | None = None
    for number, table in tables:
        found = table[keys]
        if first is not None and found.equals(first):  # nearly always
            places = np.arange(len(found))
        else:
            index = pd.MultiIndex.from_frame(found)
            rows = rows.append(index[~index.isin(rows)]) if len(rows) else index
            places = rows.get_indexer(index)
            first = found if first is None else first
        numbers.append(number)
        columns.append((places, table["value"].to_numpy(dtype=np.float64)))
    values = np.full((len(rows), len(columns)), np.nan)
    for column, (places, found_values) in enumerate(columns):
        values[places, column] = found_values
    return Sample(rows.to_frame(index=False), np.array(numbers, dtype=np.int64), values)


def sample(results: Iterable[Results], table: str) -> Sample:
    """One table of all replications, in their order."""
    ordered = sorted(results, key=lambda one: one.replication)
    return gather(((one.replication, one.tables[table]) for one in ordered), KEYS[table])


def summarise(of: Sample, level: float) -> pd.DataFrame:
    """Summarise a table over replications.

    Parameters
    ----------
    of : Sample
        What is missing from a replication counts as missing, not as zero.
    level : float
        Share of replications that ``low`` to ``high`` spans, and confidence of ``mean_low`` to ``mean_high``.

    Returns
    -------
    DataFrame
        Keys, then mean, median, low, high (quantiles over replications, between neighbours by straight lines),
        mean_low, mean_high (Student interval of the mean) and n (replications with a value). Keys without any value
        are left out.
    """
    count = (~np.isnan(of.values)).sum(axis=1)
    is_there = count > 0
    values, count = np.sort(of.values[is_there], axis=1), count[is_there]  # what is missing comes last
    mean = np.nansum(values, axis=1) / np.maximum(count, 1)
    squares = np.nansum((values - mean[:, None]) ** 2, axis=1)
    half = mean_interval(np.sqrt(squares / np.maximum(count - 1, 1)), count, level)
    half[count < 2] = np.nan
    tail = (1.0 - level) / 2.0
    summary = of.keys[is_there].reset_index(drop=True)
    return summary.assign(
        mean=mean,
        median=_quantile(values, count, 0.5),
        low=_quantile(values, count, tail),
        high=_quantile(values, count, 1.0 - tail),
        mean_low=mean - half,
        mean_high=mean + half,
        n=count,
    )


def _quantile(ordered: np.ndarray, count: np.ndarray, share: float) -> np.ndarray:
    """A quantile of the first ``count`` values of each row, which are in their order."""
    place = share * (count - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, count - 1)
    rows = np.arange(len(ordered))
    low, high = ordered[rows, below], ordered[rows, above]
    return low + (high - low) * (place - below)
