"""Scenarios beside each other, against figures worked by hand and against scipy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from borderops.exceptions import ModelError, WrongInput
from borderops.forecast.comparing import NOTES, compare, compare_all, ranking
from borderops.forecast.results import KEYS


def table(start: int = 0, **rows: Sequence[float]) -> pd.DataFrame:
    """KPIs of all people over replications counted from a number."""
    cells = [
        (start + replication, kpi, "all", "all", value)
        for kpi, values in rows.items()
        for replication, value in enumerate(values)
    ]
    return pd.DataFrame(cells, columns=["replication", *KEYS["kpis"], "value"])


BEFORE = [10.0, 14.0, 12.0, 20.0, 9.0, 13.0]
AFTER = [8.0, 13.0, 12.0, 15.0, 10.0, 10.0]


def row(level: float = 0.9, **changes: Sequence[float]) -> pd.Series:
    """Six hand-made pairs."""
    return compare({"a": table(k=BEFORE), "b": table(k=changes.get("after", AFTER))}, "a", level).iloc[0]


def test_paired_difference_is_scipys():
    """Mean and 90 % interval of the differences -2, -1, 0, -5, 1, -3."""
    found, known = row(), stats.ttest_rel(AFTER, BEFORE).confidence_interval(0.9)
    assert (found["scenario"], found["baseline"], found["n"], found["missing"], found["note"]) == ("b", "a", 6, 0, "")
    assert (found["baseline_mean"], found["difference"]) == (13.0, pytest.approx(-10 / 6))
    assert found["scenario_mean"] == pytest.approx(68 / 6)
    assert (found["difference_low"], found["difference_high"]) == (pytest.approx(known.low), pytest.approx(known.high))


def test_chance_of_being_smaller_counts_ties_apart():
    """Four of six seasons have less, one more, one as much."""
    found = row()
    assert (found["smaller"], found["larger"], found["equal"]) == pytest.approx((4 / 6, 1 / 6, 1 / 6))
    known = stats.binomtest(4, 6).proportion_ci(0.9, "wilson")
    assert (found["smaller_low"], found["smaller_high"]) == (pytest.approx(known.low), pytest.approx(known.high))


def test_pairing_is_valued_against_welch():
    """Width of scipy's Welch interval over the paired one, and Pearson's correlation."""
    found = row()
    welch = stats.ttest_ind(AFTER, BEFORE, equal_var=False).confidence_interval(0.9)
    width = found["difference_high"] - found["difference_low"]
    assert found["narrowed"] == pytest.approx((welch.high - welch.low) / width)
    assert found["narrowed"] > 1.3
    assert found["correlation"] == pytest.approx(np.corrcoef(AFTER, BEFORE)[0, 1])


def test_ratio_lies_within_its_interval():
    """Ratio of the means, 68 to 78."""
    found = row()
    assert found["ratio"] == pytest.approx(68 / 78)
    assert 0.5 < found["ratio_low"] < found["ratio"] < found["ratio_high"] < 1.1


def test_simultaneous_interval_shares_the_error_among_scenarios():
    """With three scenarios beside the baseline each has the interval of a third of the error."""
    draws = np.random.Generator(np.random.Philox(1))
    tables = {name: table(k=draws.normal(size=8)) for name in "abcd"}
    found = compare(tables, "a", 0.9)
    strict = compare(tables, "a", 1.0 - 0.1 / 3.0)
    assert found["comparisons"].tolist() == [3, 3, 3]
    assert np.allclose(found["simultaneous_low"], strict["difference_low"])
    assert np.allclose(found["simultaneous_high"], strict["difference_high"])
    assert (found["simultaneous_low"] < found["difference_low"]).all()


def test_bonferroni_costs_less_than_a_percent_over_sidak():
    """For two to ten comparisons of 40 pairs at the usual levels, as the module says where it chooses."""
    for level in (0.8, 0.9, 0.95, 0.99):
        for scenarios in range(2, 11):
            bonferroni, sidak = 1 - (1 - level) / 2 / scenarios, (1 + level ** (1 / scenarios)) / 2
            assert 1.0 <= stats.t.ppf(bonferroni, 39) / stats.t.ppf(sidak, 39) < (1.02 if level < 0.9 else 1.01)


def test_a_single_comparison_needs_no_correction():
    """Beside one scenario both intervals are the same."""
    found = row()
    assert found["simultaneous_low"] == found["difference_low"]


def test_replications_are_paired_by_number_not_by_place():
    """Shuffled rows and a shifted range of numbers: pairs are those of equal numbers, the others are counted."""
    later = table(2, k=AFTER)
    shuffled = later.sample(frac=1.0, random_state=np.random.RandomState(3))
    found = compare({"a": table(k=BEFORE), "b": shuffled}, "a", 0.9).iloc[0]
    assert (found["n"], found["missing"], found["note"]) == (4, 4, NOTES["missing"])
    assert found["difference"] == pytest.approx(np.mean(AFTER[:4]) - np.mean(BEFORE[2:]))
    assert found["baseline_mean"] == np.mean(BEFORE[2:])


def test_a_value_that_is_missing_takes_its_pair_along():
    """Not a number in one scenario leaves five pairs."""
    found = row(after=[np.nan, *AFTER[1:]])
    assert (found["n"], found["missing"]) == (5, 1)
    assert found["difference"] == pytest.approx(np.mean(AFTER[1:]) - np.mean(BEFORE[1:]))


def test_one_pair_has_no_interval():
    """A difference, and infinite limits."""
    found = row(after=[8.0])
    assert (found["n"], found["difference"], found["note"]) == (1, -2.0, NOTES["one"])
    assert (found["difference_low"], found["simultaneous_high"]) == (-np.inf, np.inf)
    assert np.isnan(found["narrowed"]) and np.isnan(found["correlation"])


def test_a_kpi_that_one_scenario_lacks_cannot_be_compared():
    """No pair: NaN, every chance possible, and a note; other rows are not touched."""
    found = compare({"a": table(k=BEFORE, only=BEFORE), "b": table(k=AFTER)}, "a", 0.9).set_index("kpi")
    assert found.loc["only", "n"] == 0 and found.loc["only", "missing"] == 6
    assert found.loc["only", "note"] == NOTES["none"]
    assert np.isnan(found.loc["only", "difference"]) and np.isnan(found.loc["only", "smaller"])
    assert (found.loc["only", "smaller_low"], found.loc["only", "smaller_high"]) == (0.0, 1.0)
    assert found.loc["k", "difference"] == row()["difference"]


def test_pairs_that_never_differ_are_called_so():
    """No width, no claim of certainty: the note says it, and the chance of being smaller stays possible."""
    found = row(after=BEFORE)
    assert (found["difference_low"], found["difference_high"], found["note"]) == (0.0, 0.0, NOTES["same"])
    assert (found["ratio_low"], found["ratio_high"], found["equal"]) == (1.0, 1.0, 1.0)
    assert found["smaller"] == 0.0 and found["smaller_high"] > 0.3
    shifted = row(after=[value + 0.1 for value in [1.0] * 6])
    assert shifted["note"] == ""
    assert row(after=[value + 2.0 for value in BEFORE])["note"] == NOTES["shift"]


def test_nought_everywhere_has_no_ratio():
    """Without a breach in either there is no ratio to speak of, and no bound for one."""
    found = compare({"a": table(k=[0.0] * 5), "b": table(k=[0.0] * 5)}, "a", 0.9).iloc[0]
    assert np.isnan(found["ratio"]) and (found["ratio_low"], found["ratio_high"]) == (-np.inf, np.inf)
    assert np.isnan(found["narrowed"])


def test_rows_stay_together_in_the_order_met():
    """All scenarios of the first row, then of the second."""
    tables = {name: table(second=BEFORE, first=AFTER) for name in ("now", "more", "less")}
    found = compare(tables, "now", 0.9)
    assert list(zip(found["kpi"], found["scenario"])) == [
        ("second", "more"), ("second", "less"), ("first", "more"), ("first", "less")
    ]  # fmt: skip


def test_all_pairs_agree_with_a_baseline():
    """Three scenarios have three pairs; each as with the earlier one as baseline, but for the shared error."""
    tables = {"a": table(k=BEFORE), "b": table(k=AFTER), "c": table(k=BEFORE[::-1])}
    found = compare_all(tables, 0.9).set_index(["baseline", "scenario"])
    assert list(found.index) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert (found["comparisons"] == 3).all()
    assert found.loc[("a", "b"), "difference_low"] == row()["difference_low"]
    assert found.loc[("b", "c"), "difference"] == pytest.approx(np.mean(BEFORE) - np.mean(AFTER))


def test_ranking_by_hand():
    """Seasons: b alone smallest, a and b tied, c alone; a fourth season that c lacks is left out."""
    tables = {"a": table(k=[3.0, 1.0, 5.0, 0.0]), "b": table(k=[1.0, 1.0, 4.0, 1.0]), "c": table(k=[2.0, 2.0, 2.0])}
    found = ranking(tables, 0.9).set_index("scenario")
    assert found["best"].tolist() == pytest.approx([0.0, 1 / 3, 1 / 3])
    assert found["tied"].tolist() == pytest.approx([1 / 3, 1 / 3, 0.0])
    assert found["mean_rank"].tolist() == pytest.approx([(3 + 1.5 + 3) / 3, (1 + 1.5 + 2) / 3, (2 + 3 + 1) / 3])
    assert found["mean"].tolist() == pytest.approx([3.0, 2.0, 2.0])
    assert (found["n"] == 3).all() and (found["missing"] == 1).all()
    assert found.loc["a", "best_high"] > 0.3


def test_what_cannot_be_compared_is_refused():
    """An unknown baseline, a scenario alone, a row twice in one replication."""
    tables = {"a": table(k=BEFORE), "b": table(k=AFTER)}
    with pytest.raises(WrongInput, match="baseline is 'c'; allowed: one of a, b"):
        compare(tables, "c", 0.9)
    for alone in (lambda: compare({"a": tables["a"]}, "a", 0.9), lambda: ranking({"a": tables["a"]}, 0.9)):
        with pytest.raises(WrongInput, match="at least two scenarios"):
            alone()
    with pytest.raises(ModelError, match="scenario b has two values"):
        compare({"a": tables["a"], "b": pd.concat([tables["b"], tables["b"]])}, "a", 0.9)


def test_rounding_is_no_scatter():
    """0.40 less 0.37, twice, and 0.41 less 0.38 are the same shift, whatever the last bits say."""
    tables = {"baseline": [0.40, 0.40, 0.41], "other": [0.37, 0.37, 0.38]}
    stacked = {
        name: pd.DataFrame(
            {"replication": [1, 2, 3], "kpi": "share", "group_kind": "all", "group": "all", "value": values}
        )
        for name, values in tables.items()
    }
    [row] = compare(stacked, "baseline", 0.9).to_dict("records")
    assert row["note"] == NOTES["shift"]
    assert row["difference_low"] == row["difference_high"] == pytest.approx(-0.03)
