"""What one replication leaves behind for people to read: tidy tables, and their summary over replications.

Table contracts (one value a row, column ``value``; `summarise` replaces ``replication`` and ``value`` by
``mean, median, low, high, mean_low, mean_high, n``):

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
=========== ==================================================================================================
"""

from __future__ import annotations

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
}


@dataclass(frozen=True)
class Results:
    """Everything kept of one replication.

    Parameters
    ----------
    replication : int
    digest : str
        SHA-256 of people and history; equal for equal settings, seed and replication number.
    tables : dict of DataFrame
        By name, with the key columns of `KEYS` and ``value``.
    beside : DataFrame, optional
        KPIs of the same people, with the same luck, under the policy shown beside.
    """

    replication: int
    digest: str
    tables: dict[str, pd.DataFrame]
    beside: pd.DataFrame | None = None


def stack(results: list[Results], table: str) -> pd.DataFrame:
    """One table of all replications, with a column ``replication``, sorted by replication."""
    ordered = sorted(results, key=lambda one: one.replication)
    return pd.concat(
        [one.tables[table].assign(replication=one.replication) for one in ordered],
        ignore_index=True,
    )[["replication", *KEYS[table], "value"]]


def summarise(stacked: pd.DataFrame, keys: list[str], level: float) -> pd.DataFrame:
    """Summarise a stacked table over replications.

    Parameters
    ----------
    stacked : DataFrame
        From `stack`. A key missing from a replication counts as missing, not as zero.
    keys : list of str
    level : float
        Share of replications that ``low`` to ``high`` spans, and confidence of ``mean_low`` to ``mean_high``.

    Returns
    -------
    DataFrame
        Keys, then mean, median, low, high (quantiles over replications), mean_low, mean_high (Student interval of
        the mean) and n (replications with a value).
    """
    tail = (1.0 - level) / 2.0
    grouped = stacked.dropna(subset=["value"]).groupby(keys, sort=False, observed=True)["value"]
    summary = grouped.agg(mean="mean", median="median", deviation="std", n="count")
    summary["low"] = grouped.quantile(tail)
    summary["high"] = grouped.quantile(1.0 - tail)
    half = mean_interval(summary["deviation"].fillna(0.0).to_numpy(), summary["n"].to_numpy(), level)
    summary["mean_low"] = summary["mean"] - half
    summary["mean_high"] = summary["mean"] + half
    one_only = summary["n"].to_numpy() < 2
    summary.loc[one_only, ["mean_low", "mean_high"]] = np.nan
    return summary.drop(columns="deviation").reset_index()
