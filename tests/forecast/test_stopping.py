"""When replications are enough, and above all when they are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from borderops.exceptions import WrongInput
from borderops.forecast.intervals import quantile_interval, rare_interval, share_interval, skewed_mean_limits
from borderops.forecast.results import KEYS
from borderops.forecast.stopping import (
    DIFFERING,
    FIRST,
    Looks,
    Progress,
    Target,
    enough,
    judge,
    parse_target,
    sequential_level,
    verdicts,
)


def table(**rows: Sequence[float]) -> pd.DataFrame:
    """KPIs of all people over replications."""
    cells = [(at, kpi, "all", "all", value) for kpi, values in rows.items() for at, value in enumerate(values)]
    return pd.DataFrame(cells, columns=["replication", *KEYS["kpis"], "value"])


def normal(n: int, mean: float = 100.0, deviation: float = 10.0) -> np.ndarray:
    return np.random.Generator(np.random.Philox(4)).normal(mean, deviation, n)


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5%", Target("k", 0.05)),
        ("5 %", Target("k", 0.05)),
        ("2.5", Target("k", 2.5, False)),
        (2.5, Target("k", 2.5, False)),
        (3, Target("k", 3.0, False)),
        ("10% mean", Target("k", 0.1)),
        ("0.02 share", Target("k", 0.02, False, "share")),
        ("10% p95", Target("k", 0.1, True, "quantile", 0.95)),
        (".5 p2.5", Target("k", 0.5, False, "quantile", 0.025)),
        ("1 median", Target("k", 1.0, False, "quantile", 0.5)),
        ("5% in station el_paso", Target("k", 0.05, group_kind="station", group="el_paso")),
        ("5% p90 in age_band 0–4", Target("k", 0.05, True, "quantile", 0.9, "age_band", "0–4")),
    ],
)
def test_a_precision_is_read(text, wanted):
    """Relative and absolute, of a mean, a share, a quantile, of all or of a group."""
    assert parse_target(text, "k") == wanted


@pytest.mark.parametrize(
    "text",
    ["", "five", "0", "0%", "-5%", "5% of", "5%%", "5% p0", "5% p100", "5% p", "5%p95x", "nan", "inf", "5% in station"],
)  # fmt: skip
def test_what_is_no_precision_is_refused(text):
    """The message names the KPI, the text and what is allowed."""
    with pytest.raises(WrongInput, match=r"precision of breaches .*; allowed: "):
        parse_target(text, "breaches")


# --- looks --------------------------------------------------------------------------------------------------------


def test_looks_grow_and_end_at_the_most():
    """From 40 by a quarter, rounded up; the last one is the most allowed."""
    looks = Looks(most=100)
    assert looks.grid() == [40, 50, 63, 79, 99, 100]
    assert [looks.after(done) for done in (0, 39, 40, 64, 99, 100, 500)] == [40, 40, 50, 79, 100, None, None]


def test_looks_always_move_on():
    """However slow the growth, each look has at least one replication more."""
    grid = Looks(first=2, growth=1.001, most=50).grid()
    assert grid == list(range(2, 51))


@pytest.mark.parametrize("words", [{"first": 1}, {"growth": 1.0}, {"growth": float("nan")}, {"most": 39}])
def test_looks_that_lead_nowhere_are_refused(words):
    """Too early, standing still, or over before the first."""
    with pytest.raises(WrongInput, match="allowed: "):
        Looks(**words)


# --- verdicts -----------------------------------------------------------------------------------------------------


def one(values: Sequence[float] | np.ndarray, text: str, first: int = FIRST) -> Progress:
    return judge(np.asarray(values, dtype=float), parse_target(text, "k"), 0.9, first)


def test_a_mean_is_enough_when_its_interval_is_narrow():
    """100 values of deviation 10: half-width about 1.7, so 2 % is met and 1 % needs about three times as many."""
    met, open_ = one(normal(100), "2%"), one(normal(100), "1%")
    assert met.is_enough and met.needed == 0
    interval = skewed_mean_limits(normal(100), sequential_level(0.9))
    assert (met.low, met.high) == (float(interval.low), float(interval.high))
    assert met.wanted == pytest.approx(0.02 * normal(100).mean())
    assert not open_.is_enough
    assert open_.needed == pytest.approx(100 * ((open_.half_width / open_.wanted) ** 2 - 1), abs=1)
    assert 150 < open_.needed < 250


def test_the_estimate_of_what_is_needed_is_about_right():
    """Playing as many as were said to be needed meets the target, give or take a tenth."""
    said = one(normal(50), "1%")
    assert not one(normal(int(0.9 * (50 + said.needed)) - 30), "1%").is_enough
    assert one(normal(int(1.25 * (50 + said.needed))), "1%").is_enough


def test_nothing_is_judged_before_the_first_look():
    """39 values of hardly any spread are not enough; 40 are; the caller may ask earlier."""
    assert not one(normal(39, deviation=0.01), "5%").is_enough
    assert "judged from 40" in one(normal(39, deviation=0.01), "5%").reason
    assert one(normal(40, deviation=0.01), "5%").is_enough
    assert one(normal(10, deviation=0.01), "5%", first=10).is_enough


@pytest.mark.parametrize("text", ["5%", "0.5", "1000", "5% p95", "1000 median", "5% share"])
@pytest.mark.parametrize("value", [0.0, 7.0, 0.1])
def test_a_start_without_variance_is_never_enough(text, value):
    """However many replications agree and however much width is allowed. A share of 7 > 0 is one of 1, hence known."""
    progress = one([value] * 1000, text)
    if text == "5% share" and value > 0.0:
        assert progress.is_enough and progress.low > 0.99
    else:
        assert not progress.is_enough and progress.needed is None


def test_few_events_are_no_precision_of_a_mean():
    """Fewer than five replications away from the rest are not judged, whatever the width."""
    rare = np.zeros(200)
    rare[: DIFFERING - 1] = 1.0
    progress = one(rare, "1000")
    assert not progress.is_enough and "4 of 200 replications differ" in progress.reason
    assert progress.needed == 50
    rare[DIFFERING - 1] = 1.0
    assert one(rare, "1000").is_enough


def test_the_mean_of_a_rare_count_has_the_wider_interval():
    """Of Hall's and of the rare count's, end by end; of a count that is mostly above 0 it is Hall's alone."""
    few, many = np.array([1.0] * 6 + [0.0] * 54), np.array([1.0] * 31 + [0.0] * 29)
    inner = sequential_level(0.9)
    usual, rate = skewed_mean_limits(few, inner), rare_interval(few, inner).rate
    progress = one(few, "5%")
    assert (progress.low, progress.high) == (min(usual.low, rate.low), max(usual.high, rate.high))
    assert rate.high > usual.high
    assert one(many, "5%").high == float(skewed_mean_limits(many, inner).high)


def test_a_rare_event_stops_no_run_by_its_absence():
    """Events in one season of fifty, 400 experiments to 30 %: none stops before it has seen many of them."""
    draws = np.random.Generator(np.random.Philox(11))
    values = draws.poisson(0.02, (400, 500)) * 1.0
    for look in Looks(most=500).grid():
        found = verdicts(values[:, :look], Target("k", 0.3), 0.9)
        assert (found.differing[found.is_enough] > 10).all()
        assert not found.is_enough[found.differing < DIFFERING].any()


def test_a_share_of_none_is_known_to_an_absolute_width():
    """The exact interval needs no variance: none in 60 is 0 to 5 %, within 0.03 of its middle and never 0 alone."""
    progress = one([0.0] * 60, "0.03 share")
    known = share_interval(0, 60, sequential_level(0.9), "exact")
    assert (progress.low, progress.high) == (0.0, float(known.high)) and progress.is_enough
    assert progress.high > 0.04


def test_a_quantile_waits_for_enough_values():
    """A 95th percentile at 90 % has an open end at 50 values, and says how many more it takes at least."""
    progress = one(normal(50), "50% p95")
    assert not progress.is_enough and progress.high == np.inf
    assert one(normal(50 + progress.needed), "50% p95").is_enough
    interval = quantile_interval(normal(100), 0.5, sequential_level(0.9))
    median = one(normal(100), "5% median")
    assert (median.estimate, median.low) == (pytest.approx(np.median(normal(100))), float(interval.low))


def test_targets_are_judged_by_their_rows():
    """Each target by its KPI and group, in the order asked; a row that nobody has yet is not enough."""
    stacked = pd.concat(
        [
            table(wide=normal(60), narrow=normal(60, deviation=1.0)),
            table(wide=normal(60, deviation=1.0)).assign(group_kind="station", group="yuma"),
        ]
    )
    texts = [("wide", "1%"), ("narrow", "1%"), ("wide", "1% in station yuma"), ("other", "1%"), ("wide", "1% in x y")]
    found = enough(stacked, [parse_target(text, kpi) for kpi, text in texts], 0.9)
    assert [progress.is_enough for progress in found] == [False, True, True, False, False]
    assert [progress.replications for progress in found] == [60, 60, 60, 0, 0]
    assert found[3].reason == "no value yet" and np.isnan(found[3].estimate)


def test_missing_values_are_no_replications():
    """40 values and 10 gaps count 40 and judge as the 40 alone."""
    gaps = np.concatenate([normal(40), np.full(10, np.nan)])
    assert one(gaps, "5%") == one(normal(40), "5%")


@pytest.mark.parametrize("text", ["3%", "0.3 share", "6% p80", "5% median"])
def test_many_experiments_at_once_are_each_alone(text):
    """The vectorised verdict of rows with gaps, ties and counts is that of each row."""
    draws = np.random.Generator(np.random.Philox(6))
    values = np.stack([normal(80), draws.poisson(0.3, 80), draws.poisson(9.0, 80), np.zeros(80)])
    values[0, 3:20], values[1, 5] = np.nan, np.nan
    together = verdicts(values, parse_target(text, "k"), 0.9)
    for row in range(len(values)):
        alone = one(values[row], text)
        assert together.is_enough[row] == alone.is_enough
        assert (together.low[row], together.high[row]) == (pytest.approx(alone.low), pytest.approx(alone.high))
        known = values[row][np.isfinite(values[row])]
        assert together.differing[row] == known.size - np.unique(known, return_counts=True)[1].max()


def test_looking_costs_a_tenth_of_the_error():
    """90 % is computed at 91 %."""
    assert sequential_level(0.9) == pytest.approx(0.91)
