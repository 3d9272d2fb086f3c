"""Summaries over replications, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from borderops.forecast.intervals import mean_interval
from borderops.forecast.results import KEYS, Results, stack, summarise


def _result(replication: int, **values: float) -> Results:
    rows = [(name, "all", "all", value) for name, value in values.items()]
    return Results(replication, f"digest {replication}", {"kpis": pd.DataFrame(rows, columns=[*KEYS["kpis"], "value"])})


def test_half_width_of_a_mean_is_students():
    """1, 2, 3, 4: deviation 1.290994, three degrees of freedom, 90 % quantile 2.353363, half-width 1.519090."""
    deviation = np.array([np.std([1, 2, 3, 4], ddof=1)])
    assert mean_interval(deviation, np.array([4]), 0.90).tolist() == pytest.approx([1.519090], abs=1e-6)


@pytest.mark.parametrize(("count", "quantile"), [(2, 12.7062), (11, 2.2281), (31, 2.0423)])
def test_half_width_follows_the_table_of_t(count, quantile):
    """Two-sided 95 % quantiles of 1, 10 and 30 degrees of freedom, as in any table."""
    half = mean_interval(np.array([1.0]), np.array([count]), 0.95)[0]
    assert half * np.sqrt(count) == pytest.approx(quantile, abs=1e-4)


def test_one_replication_says_nothing_about_the_mean():
    """The half-width is infinite, and none without a replication."""
    assert mean_interval(np.array([0.0, 0.0]), np.array([1, 0]), 0.90).tolist() == [np.inf, np.inf]


def test_summary_of_four_replications():
    """Mean, median, linear quantiles and Student interval of 1, 2, 3, 4 at 90 %."""
    results = [_result(number, children_separated=value) for number, value in enumerate([3.0, 1.0, 4.0, 2.0])]
    row = summarise(stack(results, "kpis"), KEYS["kpis"], 0.90).iloc[0]
    assert (row["mean"], row["median"], row["n"]) == (2.5, 2.5, 4)
    assert (row["low"], row["high"]) == (pytest.approx(1.15), pytest.approx(3.85))
    assert (row["mean_low"], row["mean_high"]) == (pytest.approx(0.980910, abs=1e-6), pytest.approx(4.019090, abs=1e-6))


def test_replications_that_agree_have_an_interval_of_no_width():
    """No spread, no doubt."""
    row = summarise(stack([_result(0, kpi=7.0), _result(1, kpi=7.0)], "kpis"), KEYS["kpis"], 0.90).iloc[0]
    assert (row["mean_low"], row["mean_high"], row["low"], row["high"]) == (7.0, 7.0, 7.0, 7.0)


def test_missing_is_missing_not_nought():
    """A share that two of three replications have is the mean of the two."""
    results = [_result(0, share=0.2), _result(1, other=1.0), _result(2, share=0.4)]
    summary = summarise(stack(results, "kpis"), KEYS["kpis"], 0.90).set_index("kpi")
    assert summary.loc["share", "mean"] == pytest.approx(0.3)
    assert summary["n"].to_dict() == {"share": 2, "other": 1}


def test_not_a_number_is_missing():
    """A day without enough leavers counts in no mean; a key without any value is left out."""
    results = [_result(0, share=0.2, empty=np.nan), _result(1, share=np.nan, empty=np.nan)]
    summary = summarise(stack(results, "kpis"), KEYS["kpis"], 0.90).set_index("kpi")
    assert summary.loc["share", ["mean", "n"]].tolist() == [0.2, 1]
    assert "empty" not in summary.index


def test_one_replication_has_no_interval_of_the_mean():
    """A value, its quantiles, and no interval."""
    row = summarise(stack([_result(0, kpi=7.0)], "kpis"), KEYS["kpis"], 0.90).iloc[0]
    assert (row["mean"], row["low"], row["high"]) == (7.0, 7.0, 7.0)
    assert np.isnan(row["mean_low"])
    assert np.isnan(row["mean_high"])


def test_stacked_table_is_sorted_by_replication():
    """Whatever the order in which replications finished."""
    results = [_result(2, kpi=2.0), _result(0, kpi=0.0), _result(1, kpi=1.0)]
    stacked = stack(results, "kpis")
    assert list(stacked.columns) == ["replication", *KEYS["kpis"], "value"]
    assert stacked["replication"].tolist() == [0, 1, 2]
    assert stacked["value"].tolist() == [0.0, 1.0, 2.0]
