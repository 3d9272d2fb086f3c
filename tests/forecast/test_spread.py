"""Inputs and chance told apart, against figures worked by hand and against what a one-way split gets wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from borderops.exceptions import ModelError, WrongInput
from borderops.forecast.results import KEYS
from borderops.forecast.spread import NOTES, split, split_same_luck, spread

BY_HAND = np.array([[[1.0, 3.0], [5.0, 7.0], [9.0, 11.0]]])
"""Means 2, 6, 10: mean squares 32 between, 2 within; inputs (32 - 2) / 2 = 15 of 17."""


def draws(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def made(inputs: float, luck: float, alone: float, shape: tuple[int, int, int], seed: int = 1) -> np.ndarray:
    """Values of known deviations."""
    k, m, r = shape
    chance = draws(seed)
    points, lucks = chance.normal(0, inputs, (k, m, 1)), chance.normal(0, luck, (k, 1, r))
    return 10.0 + points + lucks + chance.normal(0, alone, shape)


def table(values: np.ndarray, own_numbers: bool = False) -> pd.DataFrame:
    """Values as a stacked table: KPIs k0, k1, ... ; with numbers of replications of their own at each point or not."""
    cells = [
        (point, replication + own_numbers * 1000 * point, f"k{kpi}", "all", "all", values[kpi, point, replication])
        for kpi, point, replication in np.ndindex(values.shape)
    ]
    return pd.DataFrame(cells, columns=["point", "replication", *KEYS["kpis"], "value"])


def test_split_by_hand():
    """Three points by two: variances 15 and 2, share 15/17, and the intervals of F, χ² and t."""
    found = split(BY_HAND, 0.9)
    assert (found.mean[0], found.inputs[0], found.chance[0]) == (6.0, pytest.approx(15.0), pytest.approx(2.0))
    assert found.share[0] == pytest.approx(15 / 17)
    ratio = 16.0
    theta = [(ratio / stats.f.ppf(p, 2, 3) - 1) / 2 for p in (0.95, 0.05)]
    assert found.share_interval.low[0] == pytest.approx(theta[0] / (1 + theta[0]))
    assert found.share_interval.high[0] == pytest.approx(theta[1] / (1 + theta[1]))
    assert found.chance_interval.low[0] == pytest.approx(6.0 / stats.chi2.ppf(0.95, 3))
    assert found.chance_interval.high[0] == pytest.approx(6.0 / stats.chi2.ppf(0.05, 3))
    half = stats.t.ppf(0.95, 2) * np.std([2, 6, 10], ddof=1) / np.sqrt(3)
    assert found.mean_interval.high[0] == pytest.approx(6.0 + half)


@pytest.mark.parametrize(
    ("tool", "variance", "squares"),
    [
        (split, 32 * (4 / 3) / 2 + 2 / 2, (32 * (4 / 3) / 2) ** 2 / 2 + 1.0**2 / 3),
        (split_same_luck, 32 * (4 / 3) / 2 + 6 * (3 / 2) / 3, (32 * (4 / 3) / 2) ** 2 / 2 + 3.0**2 / 1),
    ],
)
def test_a_season_by_hand(tool, variance, squares):
    """Spread of a season plus doubt of the mean, with Satterthwaite's degrees of freedom.

    One way the mean squares are 32 and 2; two ways 32, 6 for the luck of the two replications, and nothing left.
    """
    half = stats.t.ppf(0.95, variance**2 / squares) * np.sqrt(variance)
    season = tool(BY_HAND, 0.9).season
    assert (season.low[0], season.high[0]) == (pytest.approx(6.0 - half), pytest.approx(6.0 + half))


def test_mean_squares_are_scipys():
    """The ratio behind the share is the F of a one-way analysis of variance."""
    values = made(1.0, 0.0, 2.0, (1, 6, 5))
    known = stats.f_oneway(*values[0]).statistic
    found = split(values, 0.9)
    assert 1.0 + 5 * found.inputs[0] / found.chance[0] == pytest.approx(known)


def test_points_that_differ_too_little_have_no_inputs():
    """Equal means with spread within: below 0, reported as 0 and marked; the share may still be above."""
    values = np.array([[[0.0, 2.0, 4.0], [1.0, 2.0, 3.0], [0.5, 2.0, 3.5]]])
    for tool in (split, split_same_luck):
        found = tool(values, 0.9)
        assert (found.inputs[0], found.share[0], found.is_negative[0]) == (0.0, 0.0, True)
        assert found.inputs_interval.low[0] == 0.0
    assert split(values, 0.9).chance[0] > 0.0


def test_shared_luck_is_not_taken_for_inputs_nor_against_them():
    """Luck of variance 100 on all points alike, inputs of variance 1: two ways finds them, one way does not."""
    values = made(1.0, 10.0, 0.3, (30, 40, 20))
    two_ways, one_way = split_same_luck(values, 0.9), split(values, 0.9)
    assert np.abs(np.sqrt(two_ways.inputs) - 1.0).max() < 0.4
    assert (two_ways.is_negative.sum(), one_way.is_negative.sum()) == (0, 30)
    assert np.median(two_ways.chance) == pytest.approx(100.0, rel=0.3)


def test_variances_meet_their_truth():
    """Averaged over 2,000 experiments, within four standard errors: 4 and 9 one way; 4 and 1 + 9 two ways."""
    for found, truths in (
        (split(made(2.0, 0.0, 3.0, (2000, 12, 4)), 0.9), (4.0, 9.0)),
        (split_same_luck(made(2.0, 1.0, 3.0, (2000, 12, 8), seed=2), 0.9), (4.0, 10.0)),
    ):
        for estimate, truth in zip((found.inputs, found.chance), truths):
            assert abs(estimate.mean() - truth) < 4.0 * estimate.std() / np.sqrt(2000)


def test_rows_do_not_touch_each_other():
    """A KPI split among others, with gaps and constants, is split as alone."""
    values = np.concatenate([made(1.0, 1.0, 1.0, (3, 6, 5)), np.full((1, 6, 5), 0.1)])
    values[1, 2, 3], values[2, 4] = np.nan, np.nan
    for tool in (split, split_same_luck):
        together = tool(values, 0.9)
        for row in range(4):
            alone = tool(values[row : row + 1], 0.9)
            assert together.season.high[row] == pytest.approx(alone.season.high[0])
            assert together.share_interval.low[row] == pytest.approx(alone.share_interval.low[0], nan_ok=True)
            assert together.points[row] == alone.points[0]


def test_gaps_one_way():
    """A point with one value left is left out; unequal replications weigh by their harmonic mean."""
    values = made(1.0, 0.0, 1.0, (1, 5, 4))
    values[0, 0, 1:] = np.nan
    values[0, 1, 2:] = np.nan
    found = split(values, 0.9)
    assert (found.points[0], found.replications[0]) == (4, pytest.approx(4 / (1 / 2 + 3 / 4)))
    assert found.mean[0] == pytest.approx(np.mean([values[0, 1, :2].mean(), *values[0, 2:].mean(axis=1)]))


def test_gaps_two_ways():
    """Replications that a point lacks are left out for all; a point without any value does not count."""
    values = made(1.0, 1.0, 1.0, (1, 5, 6))
    values[0, 4], values[0, 1, 3] = np.nan, np.nan
    found = split_same_luck(values, 0.9)
    whole = split_same_luck(np.delete(values[:, :4], 3, axis=2), 0.9)
    assert (found.points[0], found.replications[0], found.inputs[0]) == (4, 5, whole.inputs[0])


@pytest.mark.parametrize("shape", [(1, 1, 5), (1, 5, 1)])
@pytest.mark.parametrize("tool", [split, split_same_luck])
def test_too_little_to_split(tool, shape):
    """One point, or one replication at each: NaN, and any value possible."""
    found = tool(made(1.0, 0.0, 1.0, shape), 0.9)
    assert found.points[0] == 0 and np.isnan(found.inputs[0]) and np.isnan(found.share[0])
    assert (found.inputs_interval.high[0], found.season.low[0]) == (np.inf, -np.inf)
    assert (found.share_interval.low[0], found.share_interval.high[0]) == (0.0, 1.0)


def test_a_season_is_wider_than_the_mean():
    """The interval of one season to come holds that of the mean, and most seasons played."""
    values = made(1.0, 0.0, 2.0, (1, 30, 10))
    found = split(values, 0.9)
    assert found.season.low[0] < found.mean_interval.low[0] < found.mean_interval.high[0] < found.season.high[0]
    inside = (values >= found.season.low[0]) & (values <= found.season.high[0])
    assert 0.85 < inside.mean() < 0.97


def test_the_same_data_have_the_same_interval():
    """The generalised interval draws, but from a fixed seed."""
    values = made(1.0, 1.0, 1.0, (2, 6, 5))
    once, again = split_same_luck(values, 0.9), split_same_luck(values, 0.9)
    assert once.share_interval.low.tolist() == again.share_interval.low.tolist()


def test_the_table_tells_by_the_numbers_whether_luck_is_shared():
    """Equal numbers at all points are split two ways, numbers of their own one way, whatever the order of rows."""
    values = made(1.0, 2.0, 1.0, (2, 8, 5))
    shared = spread(table(values).sample(frac=1.0, random_state=np.random.RandomState(1)), 0.9).set_index("kpi")
    own = spread(table(values, own_numbers=True), 0.9).set_index("kpi")
    two_ways, one_way = split_same_luck(values, 0.9), split(values, 0.9)
    for row in range(2):
        assert shared.loc[f"k{row}", "inputs"] == pytest.approx(np.sqrt(two_ways.inputs[row]))
        assert own.loc[f"k{row}", "chance_high"] == pytest.approx(np.sqrt(one_way.chance_interval.high[row]))
        assert own.loc[f"k{row}", "inputs_share"] == pytest.approx(one_way.share[row])
    asked = spread(table(values), 0.9, same_luck=False).set_index("kpi")
    assert asked.loc["k0", "inputs"] == own.loc["k0", "inputs"]


def test_numbers_shared_by_some_points_are_refused():
    """Neither the same luck nor luck of their own: the caller has to say. Nothing and twice the same are refused."""
    values = table(made(1.0, 0.0, 1.0, (1, 3, 3)))
    odd = values.assign(replication=values["replication"] + (values["point"] == 2))
    with pytest.raises(WrongInput, match="share some numbers"):
        spread(odd, 0.9)
    assert spread(odd, 0.9, same_luck=False)["points"].tolist() == [3]
    with pytest.raises(WrongInput, match="no values"):
        spread(values.iloc[:0], 0.9)
    with pytest.raises(ModelError, match="two values"):
        spread(pd.concat([values, values]), 0.9)


def test_notes_say_what_a_number_cannot():
    """Constant, negative, incomplete, unsplittable, and nothing to say."""
    values = np.stack([
        np.full((4, 5), 0.1), made(0.0, 0.0, 1.0, (1, 4, 5))[0], made(3.0, 0.0, 1.0, (1, 4, 5))[0],
        made(3.0, 0.0, 1.0, (1, 4, 5))[0], made(3.0, 0.0, 1.0, (1, 4, 5))[0],
    ])  # fmt: skip
    values[1] -= values[1].mean(axis=1, keepdims=True)
    values[2, 1, 1], values[3, 1:] = np.nan, np.nan
    found = spread(table(values, own_numbers=True), 0.9)
    assert found["note"].tolist() == [NOTES[name] for name in ("constant", "negative", "left out", "points")] + [""]
    assert (found.loc[0, "inputs"], found.loc[0, "chance"]) == (0.0, 0.0)
