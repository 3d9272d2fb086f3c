"""Intervals, against tables, exact sums and cases where an honest answer is 'anything'."""

from __future__ import annotations

from math import comb, log

import numpy as np
import pytest
from scipy import stats

from borderops.exceptions import WrongInput
from borderops.forecast.intervals import (
    fewest_for_quantile,
    mean_limits,
    moments,
    quantile_interval,
    rare_interval,
    ratio_interval,
    share_interval,
    skewed_mean_limits,
)


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


# --- means --------------------------------------------------------------------------------------------------------


def test_moments_of_a_row_by_hand():
    """1, 1, 1, 5: mean 2, deviation 2, third moment 6 over 3 to the 1.5; a missing value is left out of its row."""
    found = moments(np.array([[1.0, 1.0, 1.0, 5.0, np.nan], [2.0, 4.0, np.nan, np.nan, np.inf]]))
    assert found.n.tolist() == [4, 2]
    assert found.mean.tolist() == [2.0, 3.0]
    assert found.deviation.tolist() == pytest.approx([2.0, np.sqrt(2.0)])
    assert found.skewness.tolist() == pytest.approx([6.0 / 3.0**1.5, 0.0])


def test_mean_limits_are_students():
    """1, 2, 3, 4 at 90 %: 2.5 and 1.519090 to either side."""
    low, high = mean_limits(np.array([1.0, 2.0, 3.0, 4.0]), 0.9)
    assert (float(low), float(high)) == (pytest.approx(0.980910, abs=1e-6), pytest.approx(4.019090, abs=1e-6))


@pytest.mark.parametrize("limits", [mean_limits, skewed_mean_limits])
@pytest.mark.parametrize("row", [[], [7.0], [np.nan, 7.0], [np.nan]])
def test_fewer_than_two_values_say_nothing_of_a_mean(limits, row):
    """Both ends are infinite."""
    low, high = limits(np.array([row]), 0.9)
    assert (low.tolist(), high.tolist()) == ([-np.inf], [np.inf])


@pytest.mark.parametrize("limits", [mean_limits, skewed_mean_limits])
def test_constants_have_no_width_whatever_decimals_round_to(limits):
    """A tenth has no exact binary form, and ten of them still do not differ."""
    interval = limits(np.full((1, 10), 0.1), 0.9)
    assert interval.half_width.tolist() == [0.0]
    assert interval.low.tolist() == pytest.approx([0.1], abs=1e-15)


def test_interval_for_skewness_is_students_where_there_is_none():
    """A symmetric sample has the same limits by both."""
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    assert np.allclose(skewed_mean_limits(values, 0.9), mean_limits(values, 0.9), rtol=1e-12)


def test_interval_for_skewness_reaches_further_on_the_long_side_and_mirrors():
    """With a tail upwards both limits lie above Student's; the mirrored sample has the mirrored limits."""
    values = generator().exponential(size=40)
    plain, fair = mean_limits(values, 0.9), skewed_mean_limits(values, 0.9)
    assert fair.low > plain.low and fair.high > plain.high
    mirrored = skewed_mean_limits(-values, 0.9)
    assert (mirrored.low, mirrored.high) == (pytest.approx(-fair.high), pytest.approx(-fair.low))


def test_interval_for_skewness_inverts_halls_cubic():
    """Hall's cubic of the studentised distance of each limit is the quantile of t."""
    values, n = generator(5).exponential(size=40), 40
    found = moments(values)
    skewness = found.skewness * (1.0 + 6.0 / n)
    for limit, quantile in zip(skewed_mean_limits(values, 0.95), (2.0226909, -2.0226909)):
        distance = (found.mean - limit) / found.deviation
        cubic = distance + skewness * distance**2 / 3 + skewness**2 * distance**3 / 27 + skewness / (6 * n)
        assert cubic * np.sqrt(n) == pytest.approx(quantile, abs=1e-6)


@pytest.mark.parametrize("level", [0.0, 1.0, 90.0, -0.5, np.nan])
def test_a_level_that_is_none_is_refused(level):
    """The message names the level and what is allowed."""
    with pytest.raises(WrongInput, match=r"confidence level is .*; allowed"):
        mean_limits(np.array([1.0, 2.0]), level)


# --- shares -------------------------------------------------------------------------------------------------------


def test_exact_shares_stand_in_the_tables():
    """Clopper and Pearson's 95 % limits of 0, 1 and 10 in 10, and of 4 in 20, as tabulated."""
    low, high = share_interval(np.array([0, 1, 10, 4]), np.array([10, 10, 10, 20]), 0.95, "exact")
    assert low.tolist() == pytest.approx([0.0, 0.002529, 0.691503, 0.057334], abs=1e-6)
    assert high.tolist() == pytest.approx([0.308497, 0.445016, 1.0, 0.436614], abs=1e-6)


def test_wilson_is_scipys():
    """Score limits without continuity correction."""
    for successes, trials in ((4, 20), (0, 7), (39, 40)):
        known = stats.binomtest(successes, trials).proportion_ci(0.95, "wilson")
        assert np.allclose(share_interval(successes, trials, 0.95), known, atol=1e-12)


@pytest.mark.parametrize("method", ["wilson", "exact"])
def test_none_seen_is_never_impossible(method):
    """No success leaves 0 possible and an upper limit above 0; only successes mirror it; more trials narrow it."""
    trials = np.array([1, 5, 40, 1000, 1_000_000])
    low, high = share_interval(np.zeros(5, np.int64), trials, 0.9, method)
    assert (low == 0.0).all() and (high > 0.0).all() and (np.diff(high) < 0.0).all()
    mirrored = share_interval(trials, trials, 0.9, method)
    assert np.allclose(mirrored.low, 1.0 - high) and (mirrored.high == 1.0).all()


def test_rules_for_none_seen():
    """Exactly one minus the n-th root of the tail, below 1 % from 368 on; by Wilson z² over n plus z²."""
    assert share_interval(0, 368, 0.95, "exact").high < 0.01 < share_interval(0, 367, 0.95, "exact").high
    assert float(share_interval(0, 40, 0.95, "exact").high) == pytest.approx(1.0 - 0.025 ** (1 / 40))
    assert float(share_interval(0, 40, 0.95).high) == pytest.approx(1.959964**2 / (40 + 1.959964**2), abs=1e-7)


def test_without_a_trial_every_share_is_possible():
    """From 0 to 1 by both methods."""
    for method in ("wilson", "exact"):
        assert tuple(map(float, share_interval(0, 0, 0.9, method))) == (0.0, 1.0)


def test_exact_shares_never_fall_short():
    """Summed over all outcomes of 20 trials, the exact interval holds each of 199 shares with 90 % or more."""
    trials, shares = 20, np.arange(1, 200) / 200.0
    successes = np.arange(trials + 1)
    low, high = share_interval(successes, trials, 0.9, "exact")
    chances = np.array([[comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in successes] for p in shares])
    holds = (low[None, :] <= shares[:, None]) & (shares[:, None] <= high[None, :])
    assert (chances * holds).sum(axis=1).min() >= 0.9


@pytest.mark.parametrize(
    ("successes", "trials", "method"), [(-1, 5, "exact"), (6, 5, "wilson"), (1, 5, "wald")]
)  # fmt: skip
def test_shares_that_are_none_are_refused(successes, trials, method):
    """More successes than trials, fewer than none, or another method."""
    with pytest.raises(WrongInput):
        share_interval(successes, trials, 0.9, method)


# --- quantiles ----------------------------------------------------------------------------------------------------


def test_median_of_ten_lies_between_the_second_and_the_ninth():
    """The ranks for 10 values at 95 % in any table of the sign test."""
    low, high = quantile_interval(np.arange(10.0, 0.0, -1.0), 0.5, 0.95)
    assert (float(low), float(high)) == (2.0, 9.0)


def test_too_few_values_leave_an_end_open():
    """Five values hold the median with 93.75 %: enough for 90 %, not for 95 %; a 95th percentile needs 59."""
    five = np.arange(5.0)
    assert tuple(map(float, quantile_interval(five, 0.5, 0.9))) == (0.0, 4.0)
    assert tuple(map(float, quantile_interval(five, 0.5, 0.95))) == (-np.inf, np.inf)
    assert np.isinf(quantile_interval(np.arange(58.0), 0.95, 0.9).high)
    assert float(quantile_interval(np.arange(59.0), 0.95, 0.9).high) == 58.0
    assert (fewest_for_quantile(0.95, 0.9), fewest_for_quantile(0.05, 0.9), fewest_for_quantile(0.5, 0.9)) == (
        59,
        59,
        5,
    )


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("size", [7, 40])
def test_ranks_hold_the_level_and_no_closer_ones_would(q, size):
    """The binomial mass between the ranks is the level or more; one rank inwards leaves too large a tail."""
    low, high = (float(end) for end in quantile_interval(np.arange(1.0, size + 1), q, 0.9))
    mass = np.array([comb(size, k) * q**k * (1 - q) ** (size - k) for k in range(size + 1)])
    below, above = (0 if np.isinf(low) else int(low)), (size + 1 if np.isinf(high) else int(high))
    assert mass[below:above].sum() >= 0.9 - 1e-12
    assert mass[: below + 1].sum() > 0.05 and mass[above - 1 :].sum() > 0.05


def test_quantiles_leave_missing_values_out_of_their_row():
    """Rows with and without gaps have the limits that each would have alone."""
    values = generator().normal(size=(3, 12))
    values[1, [2, 7]] = np.nan
    values[2] = np.nan
    low, high = quantile_interval(values, 0.5, 0.9)
    for row in range(3):
        alone = quantile_interval(values[row][np.isfinite(values[row])], 0.5, 0.9)
        assert (low[row], high[row]) == (alone.low, alone.high)


@pytest.mark.parametrize("q", [0.0, 1.0, 95.0])
def test_a_quantile_that_is_none_is_refused(q):
    """A quantile is given as a part of 1, without its ends."""
    with pytest.raises(WrongInput, match="the quantile is"):
        quantile_interval(np.arange(5.0), q, 0.9)


# --- ratios -------------------------------------------------------------------------------------------------------


def test_fieller_solves_his_equation():
    """At each limit the difference of numerator and limit times denominator is just significant."""
    draws = generator()
    below = draws.normal(10.0, 2.0, 15)
    above = 0.7 * below + draws.normal(0.0, 1.0, 15)
    for limit in ratio_interval(above, below, 0.95):
        rest = above - limit * below
        assert abs(rest.mean()) / (rest.std(ddof=1) / np.sqrt(15)) == pytest.approx(2.1447867, abs=1e-6)


def test_equal_scenarios_have_ratio_one_exactly():
    """Without a difference there is no doubt of the ratio, however much both scatter."""
    values = generator().lognormal(size=(4, 25))
    low, high = ratio_interval(values, values, 0.9)
    assert low.tolist() == [1.0] * 4 and high.tolist() == [1.0] * 4


def test_a_denominator_that_may_be_nought_bounds_nothing():
    """Noise around 0 below the line, nothing but 0, one pair, no pair: from minus to plus infinity."""
    noise = generator().normal(0.0, 1.0, 20)
    cases = [(np.ones(20), noise), (np.ones(20), np.zeros(20)), ([1.0], [2.0]), ([np.nan, 1.0], [1.0, np.nan])]
    for above, below in cases:
        assert tuple(map(float, ratio_interval(np.array(above), np.array(below), 0.9))) == (-np.inf, np.inf)


def test_ratio_leaves_out_halves_of_pairs():
    """A pair with a missing half changes nothing."""
    draws = generator(3)
    below = draws.normal(10.0, 2.0, 12)
    above = below + draws.normal(0.0, 1.0, 12)
    more_above, more_below = np.append(above, [5.0, np.nan]), np.append(below, [np.nan, 90.0])
    assert np.allclose(ratio_interval(more_above, more_below, 0.9), ratio_interval(above, below, 0.9), rtol=1e-12)


# --- rare ---------------------------------------------------------------------------------------------------------


def test_no_breach_in_forty_is_not_no_risk():
    """At 95 %: up to 8.8 % of seasons and, exactly, -ln(0.025) / 40 events a season."""
    found = rare_interval(np.zeros(40), 0.95)
    assert (int(found.happened), int(found.trials)) == (0, 40)
    assert (float(found.share.low), float(found.rate.low)) == (0.0, 0.0)
    assert float(found.share.high) == pytest.approx(0.088097, abs=1e-6)
    assert float(found.rate.high) == pytest.approx(-log(0.025) / 40)


def test_single_events_have_the_exact_poisson_interval():
    """Garwood's 95 % limits for 3 events, 0.6187 and 8.7673, over the replications."""
    counts = np.zeros((2, 50))
    counts[0, [3, 8, 20]] = 1.0
    counts[1, :3] = 1.0
    rate = rare_interval(counts, 0.95).rate
    assert (50 * rate.low).tolist() == pytest.approx([0.618672] * 2, abs=1e-6)
    assert (50 * rate.high).tolist() == pytest.approx([8.767273] * 2, abs=1e-6)


def test_events_that_come_together_count_as_fewer():
    """Twelve events in one season say less than twelve in twelve; the mean lies within both."""
    together, apart = np.zeros(40), np.zeros(40)
    together[0], apart[:12] = 12.0, 1.0
    wide, narrow = rare_interval(together, 0.95).rate, rare_interval(apart, 0.95).rate
    assert wide.low < narrow.low < 0.3 < narrow.high < wide.high
    # One cluster of weight 12 seen, one more as heavy feared: 6 times χ² of 4 degrees of freedom, over 40 seasons.
    assert float(wide.high) == pytest.approx(6.0 * stats.chi2.ppf(0.975, 4) / 40)


def test_rare_counts_leave_missing_seasons_out():
    """Limits over the seasons with a value; without any they are 0 and infinity, and any share is possible."""
    counts = np.array([[0.0, 0.0, np.nan, 1.0], [np.nan] * 4])
    found = rare_interval(counts, 0.9)
    alone = rare_interval(np.array([0.0, 0.0, 1.0]), 0.9)
    assert (found.rate.low[0], found.rate.high[0]) == (alone.rate.low, alone.rate.high)
    assert (found.trials.tolist(), found.rate.low[1], found.rate.high[1]) == ([3, 0], 0.0, np.inf)
    assert (found.share.low[1], found.share.high[1]) == (0.0, 1.0)


@pytest.mark.parametrize("count", [-1.0, 0.5])
def test_what_is_no_count_is_refused(count):
    """Negative and broken numbers of events."""
    with pytest.raises(WrongInput, match="counts of a rare event"):
        rare_interval(np.array([0.0, count]), 0.9)
