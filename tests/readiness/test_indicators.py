"""Lead indicators: planted ones are found with their area, thresholds come again, and nobody peeks after day seven."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import special

from borderops.forecast.results import Sample
from borderops.readiness.criteria import Basis, Criterion
from borderops.readiness.indicators import (
    COLUMNS,
    DAYS,
    FEWEST,
    STATISTICS,
    auc,
    broken_of,
    difference,
    first_week,
    learn,
    split,
    threshold_of,
)

START = date(2018, 5, 5)
LEVEL = 0.9


def criterion(**others) -> Criterion:
    """At most 5 % over 72 hours."""
    told = {
        "name": "custody", "title": "In time", "kpi": "share_over_72h_separated", "fact": None, "group_kind": "all",
        "at_most": 0.05, "at_least": None, "confidence": 0.9, "noise": 0.0, "if_nobody": "missing",
        "basis": Basis.PLANNER, "ground": "a ground", "owner": "somebody", "is_legal": False, "levers": (),
    }  # fmt: skip
    return Criterion(**{**told, **others})


def kpis(broken: np.ndarray) -> Sample:
    """Seasons of which some break the criterion."""
    keys = pd.DataFrame({"kpi": ["share_over_72h_separated"], "group_kind": ["all"], "group": ["all"]})
    return Sample(keys, np.arange(1, broken.size + 1), np.where(broken, 0.5, 0.01)[None, :])


def daily(series: dict[tuple[str, str], np.ndarray], before: int = 3, after: int = 10) -> Sample:
    """Seasons whose series stand still: by measure and group one value a season, some days before and after."""
    days = np.datetime64(START) + np.arange(-before, DAYS + after)
    n = len(next(iter(series.values())))
    keys = pd.DataFrame(
        [(day, measure, group) for measure, group in series for day in days], columns=["day", "measure", "group"]
    )
    values = np.concatenate([np.repeat(some[None, :], days.size, axis=0) for some in series.values()]).astype(float)
    return Sample(keys, np.arange(1, n + 1), values)


def planted(n: int, apart: float, seed: int) -> tuple[Sample, np.ndarray]:
    """A normal indicator whose mean lies ``apart`` higher where the criterion breaks, and one of pure chance."""
    chance = np.random.default_rng(seed)
    broken = np.arange(n) % 2 == 0
    one, other = chance.normal(size=n) + apart * broken, chance.normal(size=n)
    return daily({("waiting_for_bed", "age_0_12"): one, ("messages_sent", "all"): other}), broken


# --- areas --------------------------------------------------------------------------------------------------------


def test_area_is_the_share_of_pairs_in_order():
    """Of three broken and two good seasons five of six pairs stand right, a tie counts half."""
    broken = np.array([True, True, True, False, False])
    assert auc(np.array([5.0, 4.0, 1.0, 1.0, 0.0]), broken, LEVEL).value == pytest.approx(5.5 / 6)


def test_intervals_of_areas_hold_the_truth_as_often_as_they_say():
    """DeLong's 90 % interval of a normal pair holds its known area in 86 to 94 % of 400 samples."""
    apart, chance = 1.0, np.random.default_rng(11)
    truth = special.ndtr(apart / np.sqrt(2.0))
    broken = np.arange(80) < 40
    held = 0
    for _ in range(400):
        found = auc(chance.normal(size=80) + apart * broken, broken, LEVEL)
        held += found.low <= truth <= found.high
    assert 0.86 <= held / 400 <= 0.94


def test_an_area_of_one_is_not_called_certain():
    """Ten seasons of each kind that do not overlap leave room below."""
    broken = np.arange(20) < 10
    found = auc(broken.astype(float), broken, LEVEL)
    assert found.value == 1.0 and 0.7 < found.low < 0.8


def test_an_indicator_is_no_better_than_itself():
    """The difference to a copy is nothing, without doubt; to its opposite it is twice what it is to chance."""
    values, broken = np.arange(20.0), np.arange(20) >= 10
    assert difference(values, values, broken, LEVEL) == (0.0, 0.0, 0.0)
    assert difference(values, -values, broken, LEVEL)[0] == 1.0


# --- thresholds ---------------------------------------------------------------------------------------------------


def test_thresholds_by_hand():
    """Youden takes the widest gap between alarms; a bound on false alarms takes the most alarms that it allows."""
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    broken = np.array([False, False, True, False, True, True])
    assert threshold_of(values, broken) == 4.5  # two of three broken, no good one; as good as 2.5, and fewer false
    assert threshold_of(values, broken, 0.0) == 4.5
    assert threshold_of(values, broken, 0.4) == 2.5  # one of three good ones is let pass


def test_no_threshold_is_allowed_to_raise_more_false_alarms():
    """Where every cut would, none is ever reached."""
    values, broken = np.array([1.0, 1.0]), np.array([True, False])
    assert threshold_of(values, broken, 0.1) > 1.0


def test_thresholds_come_again():
    """The same seasons give the same table to the last digit, in whatever order they are handed in."""
    sample, broken = planted(120, 1.5, 5)
    first = learn(first_week(sample, START), criterion(), kpis(broken), LEVEL)
    again = learn(first_week(sample, START), criterion(), kpis(broken), LEVEL)
    pd.testing.assert_frame_equal(first.table, again.table)


# --- what is learned ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [0.8, 1.6, -1.6])
def test_a_planted_indicator_is_found_with_its_area(apart):
    """It stands first, turned the right way, and its interval on the half that chose nothing holds the known area."""
    sample, broken = planted(800, apart, 3)
    lesson = learn(first_week(sample, START), criterion(), kpis(broken), 0.99)
    best = lesson.table.iloc[0]
    assert (best["measure"], best["is_high_bad"]) == ("waiting_for_bed", apart > 0)
    assert best["auc_low"] <= special.ndtr(abs(apart) / np.sqrt(2.0)) <= best["auc_high"]
    assert (lesson.n, lesson.broken, lesson.learned_on, lesson.told_on) == (800, 400, 400, 400)


def test_alarms_are_counted_on_the_half_that_chose_nothing():
    """Shares of alarms follow from the table's own threshold and the seasons of the other half."""
    sample, broken = planted(200, 1.0, 9)
    best = learn(first_week(sample, START), criterion(), kpis(broken), LEVEL).table.iloc[0]
    values = sample.values[0]  # of the planted one, the same every day
    told = ~split(broken)
    raised = values >= best["threshold"]
    assert best["alarms"] == raised[told & broken].mean()
    assert best["false_alarms"] == raised[told & ~broken].mean()


def test_chance_is_not_sold_as_an_indicator():
    """With nothing planted the best of ten series has an interval that holds one half, in 16 of 20 tries or more."""
    holds = 0
    for seed in range(20):
        chance = np.random.default_rng(seed)
        series = {("apprehensions", f"group {at}"): chance.normal(size=80) for at in range(10)}
        broken = chance.permutation(80) < 40
        best = learn(first_week(daily(series), START), criterion(), kpis(broken), LEVEL).table.iloc[0]
        holds += best["auc_low"] <= 0.5 <= best["auc_high"]
    assert holds >= 16


def test_a_rule_of_several_stands_only_where_it_beats_the_best():
    """Three halves of the truth together tell more than one of them; beside the truth itself they add nothing."""
    chance = np.random.default_rng(21)
    broken = np.arange(600) % 2 == 0
    parts = {("apprehensions", f"group {at}"): chance.normal(size=600) + broken for at in range(3)}
    week = first_week(daily(parts), START)
    rule = learn(week, criterion(), kpis(broken), LEVEL).rule
    assert rule is not None and len(rule.indicators) == 3 and rule.low > 0
    whole = {**parts, ("waiting_for_bed", "age_0_12"): broken + chance.normal(size=600) * 0.3}
    assert learn(first_week(daily(whole), START), criterion(), kpis(broken), LEVEL).rule is None


@pytest.mark.parametrize(("broken", "words"), [(40, "Every one of 40"), (0, "None of 40"), (2 * FEWEST - 1, "fewest")])
def test_where_nothing_can_be_learned_it_is_said(broken, words):
    """All, none, or too few seasons break it: no table, and the reason in words."""
    sample, _ = planted(40, 1.0, 1)
    lesson = learn(first_week(sample, START), criterion(), kpis(np.arange(40) < broken), LEVEL)
    assert not lesson.is_learned and lesson.table.empty and list(lesson.table) == list(COLUMNS)
    assert words in lesson.why


def test_seasons_are_joined_by_replication():
    """A season that one of the tables lacks is left out, and the others keep their own figures."""
    sample, broken = planted(200, 2.0, 4)
    fewer = Sample(sample.keys, sample.replications[50:], sample.values[:, 50:])
    lesson = learn(first_week(fewer, START), criterion(), kpis(broken), LEVEL)
    assert lesson.n == 150 and lesson.table.iloc[0]["measure"] == "waiting_for_bed"


# --- no peeking ---------------------------------------------------------------------------------------------------


def test_nothing_after_the_seventh_day_is_looked_at():
    """Whatever stands on other days, the week and the lesson are the same."""
    sample, broken = planted(80, 1.0, 6)
    since = (sample.keys["day"].to_numpy() - np.datetime64(START)) / np.timedelta64(1, "D")
    other = sample.values.copy()
    outside = (since < 0) | (since >= DAYS)
    other[outside] = np.random.default_rng(0).normal(size=(int(outside.sum()), 80)) + 9 * broken
    assert outside.any()
    first, second = (first_week(one, START) for one in (sample, Sample(sample.keys, sample.replications, other)))
    assert np.array_equal(first.values, second.values)
    assert first.indicators.equals(second.indicators)


def test_a_week_is_its_mean_and_its_last_day():
    """Of a series that grows by one a day the mean is the fourth day, and the seventh day is the last."""
    sample = daily({("waiting_for_bed", "age_0_12"): np.array([0.0, 10.0])})
    since = (sample.keys["day"].to_numpy() - np.datetime64(START)) / np.timedelta64(1, "D")
    grown = Sample(sample.keys, sample.replications, sample.values + since[:, None])
    week = first_week(grown, START)
    assert week.indicators["statistic"].tolist() == list(STATISTICS)
    assert week.values.tolist() == [[3.0, 13.0], [6.0, 16.0]]


def test_what_the_plan_sets_itself_is_no_indicator():
    """Open beds are the plan's; beds held are told as a share of them as well."""
    n = 4
    some = {
        ("shelter_beds_held", "age_0_12"): np.arange(n) + 5.0,
        ("shelter_beds", "age_0_12"): np.full(n, 10.0),
        ("adults_heard", "parents"): np.arange(n) + 1.0,
        ("court_slots", "all"): np.full(n, 20.0),
    }
    week = first_week(daily(some), START)
    assert set(week.indicators["measure"]) == {"shelter_beds_held", "shelter_occupancy", "adults_heard", "court_use"}
    share = week.values[(week.indicators["measure"] == "shelter_occupancy").to_numpy()][0]
    assert np.allclose(share, [0.5, 0.6, 0.7, 0.8])


# --- who breaks ---------------------------------------------------------------------------------------------------


def test_a_criterion_is_broken_where_any_group_breaks_it():
    """Two groups: over the limit in one is broken; missing in one and within in the other tells nothing."""
    keys = pd.DataFrame({"kpi": ["share_over_72h_separated"] * 2, "group_kind": ["age_band"] * 2, "group": ["a", "b"]})
    sample = Sample(keys, np.arange(4), np.array([[0.01, 0.06, 0.01, np.nan], [0.01, 0.01, np.nan, 0.2]]))
    found = broken_of(criterion(group_kind="age_band"), sample)
    assert np.array_equal(found, [0.0, 1.0, np.nan, 1.0], equal_nan=True)
    met = broken_of(criterion(group_kind="age_band", if_nobody="met"), sample)
    assert met.tolist() == [0.0, 1.0, 0.0, 1.0]
