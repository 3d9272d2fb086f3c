"""Summaries over replications, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from borderops.forecast.intervals import mean_interval
from borderops.forecast.results import KEYS, Results, Sample, sample, summarise


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
    row = summarise(sample(results, "kpis"), 0.90).iloc[0]
    assert (row["mean"], row["median"], row["n"]) == (2.5, 2.5, 4)
    assert (row["low"], row["high"]) == (pytest.approx(1.15), pytest.approx(3.85))
    assert (row["mean_low"], row["mean_high"]) == (pytest.approx(0.980910, abs=1e-6), pytest.approx(4.019090, abs=1e-6))


def test_replications_that_agree_have_an_interval_of_no_width():
    """No spread, no doubt."""
    row = summarise(sample([_result(0, kpi=7.0), _result(1, kpi=7.0)], "kpis"), 0.90).iloc[0]
    assert (row["mean_low"], row["mean_high"], row["low"], row["high"]) == (7.0, 7.0, 7.0, 7.0)


def test_missing_is_missing_not_nought():
    """A share that two of three replications have is the mean of the two."""
    results = [_result(0, share=0.2), _result(1, other=1.0), _result(2, share=0.4)]
    summary = summarise(sample(results, "kpis"), 0.90).set_index("kpi")
    assert summary.loc["share", "mean"] == pytest.approx(0.3)
    assert summary["n"].to_dict() == {"share": 2, "other": 1}


def test_not_a_number_is_missing():
    """A day without enough leavers counts in no mean; a key without any value is left out."""
    results = [_result(0, share=0.2, empty=np.nan), _result(1, share=np.nan, empty=np.nan)]
    summary = summarise(sample(results, "kpis"), 0.90).set_index("kpi")
    assert summary.loc["share", ["mean", "n"]].tolist() == [0.2, 1]
    assert "empty" not in summary.index


def test_one_replication_has_no_interval_of_the_mean():
    """A value, its quantiles, and no interval."""
    row = summarise(sample([_result(0, kpi=7.0)], "kpis"), 0.90).iloc[0]
    assert (row["mean"], row["low"], row["high"]) == (7.0, 7.0, 7.0)
    assert np.isnan(row["mean_low"])
    assert np.isnan(row["mean_high"])


def test_stacked_table_is_sorted_by_replication():
    """Whatever the order in which replications finished."""
    results = [_result(2, kpi=2.0), _result(0, kpi=0.0), _result(1, kpi=1.0)]
    stacked = sample(results, "kpis").stacked()
    assert list(stacked.columns) == ["replication", *KEYS["kpis"], "value"]
    assert stacked["replication"].tolist() == [0, 1, 2]
    assert stacked["value"].tolist() == [0.0, 1.0, 2.0]


def test_other_keys_in_other_replications_find_their_rows():
    """Rows are found by key, not by place: replications may lack some, have others, or have them in another order."""
    results = [_result(0, a=1.0, b=2.0), _result(1, b=20.0, c=30.0, a=10.0), _result(2, c=300.0)]
    gathered = sample(results, "kpis")
    assert gathered.keys["kpi"].tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(gathered.values, [[1, 10, np.nan], [2, 20, np.nan], [np.nan, 30, 300]])
    stacked = gathered.stacked()
    assert stacked[stacked["kpi"] == "c"]["replication"].tolist() == [1, 2]


def test_quantiles_are_those_of_numpy():
    """Between neighbours by straight lines, over the values that are there."""
    random = np.random.Generator(np.random.Philox(5))
    values = random.normal(size=(30, 17))
    values[random.random(values.shape) < 0.3] = np.nan
    keys = pd.DataFrame({"kpi": [f"k{row}" for row in range(30)]})
    summary = summarise(Sample(keys, np.arange(17), values), 0.9)
    for column, share in (("median", 0.5), ("low", 0.05), ("high", 0.95)):
        np.testing.assert_allclose(summary[column], np.nanquantile(values, share, axis=1), rtol=1e-12)
    np.testing.assert_allclose(summary["mean"], np.nanmean(values, axis=1), rtol=1e-12)
