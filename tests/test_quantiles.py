"""Inverse distribution functions: right where scipy can say so, and monotone everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from borderops import clock, quantiles
from borderops.config.checks import LATEST_DAY
from borderops.units import DAY, HOUR, MOMENT, NEVER

MIDPOINTS = (np.arange(100_000) + 0.5) / 100_000
"""Uniforms spread evenly: means over them are means of the distribution, without chance."""

SMALLEST, LARGEST = 2.0**-53, 1.0 - 2.0**-53
"""The ends of what `Draws.uniforms` gives."""

UNIFORM = st.floats(SMALLEST, LARGEST)
MEAN = st.floats(0.0, 1e5)


def _one(function, uniform: float, *parameters):
    return function(np.array([uniform]), *parameters)[0]


# --- counts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [1e-9, 1e-4, 0.01, 0.1, 0.5, 1.0, 2.5, 7.0, 20.0, 99.9, 437.0, 1200.0, 25_000.0])
def test_counts_are_poisson_quantiles(mean):
    """Equal to the Poisson quantiles of scipy, at even steps and far out in both tails."""
    tails = np.array([SMALLEST, 1e-12, 1e-6, 1 - 1e-6, 1 - 1e-12, LARGEST])
    uniforms = np.concatenate([MIDPOINTS[::10], tails])
    assert np.array_equal(quantiles.count(uniforms, mean), stats.poisson.ppf(uniforms, mean).astype(np.int64))


def test_counts_take_a_mean_each():
    """Means given one a uniform are used row by row; a mean of 0 gives 0 whatever the uniform."""
    uniforms = np.array([0.5, 0.5, LARGEST, SMALLEST])
    assert quantiles.count(uniforms, np.array([0.0, 10.0, 0.0, 3.0])).tolist() == [0, 10, 0, 0]


@pytest.mark.parametrize("mean", [0.3, 4.0, 60.0])
def test_counts_have_the_poisson_mean_and_variance(mean):
    """Mean and variance over evenly spread uniforms are the expected count, within 0.1 %."""
    counts = quantiles.count(MIDPOINTS, mean)
    assert counts.dtype == np.int64
    assert counts.mean() == pytest.approx(mean, rel=1e-3)
    assert counts.var() == pytest.approx(mean, rel=1e-3)


@given(low=UNIFORM, high=UNIFORM, mean=MEAN)
def test_counts_grow_with_the_uniform(low, high, mean):
    """Nobody's larger uniform gives a smaller count, and no count is negative."""
    low, high = sorted((low, high))
    assert 0 <= _one(quantiles.count, low, mean) <= _one(quantiles.count, high, mean)


@given(uniform=UNIFORM, mean=MEAN, more=st.floats(1e-9, 10.0))
def test_counts_grow_with_the_mean(uniform, mean, more):
    """At a fixed uniform a mean that is larger by more than rounding only adds."""
    assert _one(quantiles.count, uniform, mean) <= _one(quantiles.count, uniform, mean * (1.0 + more) + more)


# --- durations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("median", "sigma"), [(9 * HOUR, 0.45), (54 * DAY, 0.6), (40, 0.0)])
def test_lognormal_minutes_have_their_median_and_mean(median, sigma):
    """Half lie below the median, and the mean is the median times exp(sigma**2 / 2)."""
    minutes = quantiles.lognormal_minutes(MIDPOINTS, median, sigma)
    assert minutes.dtype == np.int32
    assert np.median(minutes) == pytest.approx(median, rel=1e-3)
    assert minutes.mean() == pytest.approx(median * np.exp(sigma**2 / 2), rel=2e-3)
    assert np.log(minutes).std() == pytest.approx(sigma, abs=2e-3)


def test_lognormal_minutes_take_a_median_and_a_sigma_each():
    """Parameters given one a uniform are used row by row."""
    found = quantiles.lognormal_minutes(np.array([0.5, 0.5]), np.array([30.0, 600.0]), np.array([0.3, 0.0]))
    assert found.tolist() == [30, 600]


@pytest.mark.parametrize("uniform", [SMALLEST, 0.5, LARGEST])
def test_no_duration_is_shorter_than_a_minute_or_endless(uniform):
    """A stage takes at least 1 minute, however small the uniform, and ends, however large it is."""
    assert 1 <= _one(quantiles.lognormal_minutes, uniform, 1.0, 2.0) <= quantiles.LONGEST


def test_the_longest_duration_ends_before_never_for_any_day_of_the_clock():
    """A duration added to a moment of the latest day that may be played is neither too large for its type nor NEVER."""
    longest = quantiles.lognormal_minutes(np.array([LARGEST]), 14_400_000.0, 3.0)
    assert longest.tolist() == [quantiles.LONGEST]
    assert MOMENT(clock.minute_of(LATEST_DAY)) + longest < NEVER


@pytest.mark.parametrize(
    ("median", "sigma"), [(20.0, 0.3), (90.0, 0.5), (1440.0, 0.5), (2880.0, 0.7), (54.0 * DAY, 0.6), (60.0, 0.0)]
)
def test_durations_of_many_are_those_of_each(median, sigma):
    """Minutes told by a guide, where many have one distribution, are those that the formula gives one by one."""
    drawn = np.random.default_rng(1).random(300_000)
    edges = np.arange(1, quantiles.CELLS) / quantiles.CELLS
    uniforms = np.concatenate([drawn, edges, np.nextafter(edges, 0.0), [SMALLEST, LARGEST]])
    each = quantiles.lognormal_minutes(uniforms, np.full(uniforms.size, median), sigma)
    assert np.array_equal(quantiles.lognormal_minutes(uniforms, median, sigma), each)


def test_durations_of_kinds_are_those_of_each_kind():
    """A kind has its own median and sigma, whether many or few are of it; a kind may be of nobody."""
    generator = np.random.default_rng(1)
    kind = generator.choice([0, 1, 3], size=200_000, p=[0.9, 0.09999, 0.00001])
    uniforms, median = generator.random(kind.size), np.array([45.0, 600.0, 1.0, 9_000.0])
    sigma = np.array([0.3, 0.6, 1.0, 0.0])
    found = quantiles.lognormal_minutes_of(uniforms, kind, median, sigma)
    assert np.array_equal(found, quantiles.lognormal_minutes(uniforms, median[kind], sigma[kind]))
    assert quantiles.lognormal_minutes_of(uniforms[:0], kind[:0], median, sigma).tolist() == []


@given(low=UNIFORM, high=UNIFORM, median=st.floats(0.01, 1e6), sigma=st.floats(0, 3))
def test_durations_grow_with_the_uniform(low, high, median, sigma):
    """Nobody's larger uniform gives a shorter duration."""
    low, high = sorted((low, high))
    shorter, longer = (_one(quantiles.lognormal_minutes, uniform, median, sigma) for uniform in (low, high))
    assert shorter <= longer


@given(uniform=UNIFORM, median=st.floats(0.01, 1e6), more=st.floats(1.0, 10.0), sigma=st.floats(0, 3))
def test_durations_grow_with_the_median(uniform, median, more, sigma):
    """A longer median makes nobody's stage shorter."""
    short, long = (_one(quantiles.lognormal_minutes, uniform, value, sigma) for value in (median, median * more))
    assert short <= long


# --- factors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variation", [0.05, 0.18, 0.25, 1.0, 1.6])
def test_gamma_factors_have_mean_one_and_their_variation(variation):
    """Mean 1 and the asked coefficient of variation, within 0.5 %."""
    factors = quantiles.gamma_factor(MIDPOINTS, variation)
    assert factors.min() >= 0
    assert factors.mean() == pytest.approx(1.0, rel=5e-3)
    assert factors.std() == pytest.approx(variation, rel=5e-3)


def test_gamma_factors_equal_scipys_quantiles():
    """Inverse of the gamma distribution of shape 1 / variation**2 and mean 1."""
    uniforms = np.array([1e-6, 0.1, 0.5, 0.9, 1 - 1e-6])
    expected = stats.gamma.ppf(uniforms, 1 / 0.22**2, scale=0.22**2)
    assert quantiles.gamma_factor(uniforms, 0.22) == pytest.approx(expected, rel=1e-12)


def test_no_variation_gives_ones():
    """A coefficient of variation of 0 leaves every day as it is."""
    assert quantiles.gamma_factor(np.array([SMALLEST, 0.3, LARGEST]), 0.0).tolist() == [1.0, 1.0, 1.0]


@given(low=UNIFORM, high=UNIFORM, variation=st.floats(0.01, 3))
def test_gamma_factors_grow_with_the_uniform(low, high, variation):
    """Nobody's larger uniform gives a smaller factor."""
    low, high = sorted((low, high))
    below, above = (_one(quantiles.gamma_factor, value, variation) for value in (low, high))
    assert below <= above * (1 + 1e-12)


# --- categories and whole numbers ---------------------------------------------------------------------------------


def test_categories_change_exactly_at_the_cumulative_shares():
    """Shares 1/4, 1/2, 1/4: a uniform on an edge belongs to the category above it; the ends to the first and last."""
    uniforms = np.array([SMALLEST, np.nextafter(0.25, 0), 0.25, 0.5, np.nextafter(0.75, 0), 0.75, LARGEST])
    expected = [0, 0, 1, 1, 1, 2, 2]
    assert quantiles.category(uniforms, np.array([0.25, 0.5, 0.25])).tolist() == expected
    assert quantiles.category(uniforms, np.tile([0.25, 0.5, 0.25], (7, 1))).tolist() == expected


def test_categories_of_share_nought_never_occur():
    """A category without a share is not chosen, at the beginning, in the middle or behind a whole one."""
    chosen = quantiles.category(np.array([SMALLEST, *MIDPOINTS[::100], LARGEST]), np.array([0.0, 0.5, 0.0, 0.5]))
    assert set(chosen.tolist()) == {1, 3}
    assert set(quantiles.category(MIDPOINTS[::100], np.array([1.0, 0.0])).tolist()) == {0}


def test_categories_take_shares_each():
    """Shares given one row a uniform are used row by row."""
    shares = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert quantiles.category(np.array([0.5, 0.5, 0.5]), shares).tolist() == [0, 1, 2]


@given(low=UNIFORM, high=UNIFORM, weights=st.lists(st.integers(0, 20), min_size=1, max_size=12).filter(sum))
def test_categories_grow_with_the_uniform_and_stay_in_range(low, high, weights):
    """Shares whose rounded sum misses 1 by a hair included: nobody falls off the end."""
    low, high = sorted((low, high))
    shares = np.array(weights) / sum(weights)
    below, above = (int(_one(quantiles.category, value, shares)) for value in (low, high))
    assert 0 <= below <= above < len(weights)


def test_categories_come_in_their_shares():
    """Over evenly spread uniforms the shares come back, within one part in 10,000."""
    shares = np.array([0.381, 0.427, 0.092, 0.1])
    found = np.bincount(quantiles.category(MIDPOINTS, shares), minlength=4) / MIDPOINTS.size
    assert found == pytest.approx(shares, abs=1e-4)


def test_whole_numbers_are_equally_likely_and_include_both_ends():
    """From 3 to 7: five numbers, a fifth each; the ends of the uniforms stay inside."""
    counts = np.bincount(quantiles.whole(MIDPOINTS, 3, 7))
    assert counts.tolist() == [0, 0, 0, 20_000, 20_000, 20_000, 20_000, 20_000]
    assert quantiles.whole(np.array([SMALLEST, LARGEST]), 3, 7).tolist() == [3, 7]
    assert quantiles.whole(np.array([0.9, 0.9]), np.array([5, 0]), np.array([5, 1])).tolist() == [5, 1]
