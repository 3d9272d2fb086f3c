"""The survival curve: published answers, and plain shares where nothing is censored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import FIXED

from borderops.forecast.measure import kaplan_meier

WEEKS = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
"""Weeks in remission of 21 patients on 6-mercaptopurine: Freireich and others, Blood 21 (1963)."""


def test_curve_of_a_published_trial():
    """The standard example of textbooks: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448 after each relapse."""
    at = np.array([0, 5, 6, 7, 9, 10, 13, 16, 22, 23, 35])
    expected = [1, 1, 0.857, 0.807, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448, 0.448]
    assert kaplan_meier(WEEKS, RELAPSED, at).tolist() == pytest.approx(expected, abs=5e-4)


def test_nothing_is_said_beyond_a_longest_stay_that_was_censored():
    """After week 35 nobody was watched."""
    assert np.isnan(kaplan_meier(WEEKS, RELAPSED, np.array([36, 1000]))).all()


def test_curve_by_hand():
    """Ends at 2, 5, 5, 8; one censored at 5, which is at risk there and not after: 1, 4/5, 4/5 x 2/4, 0."""
    durations, ended = np.array([5, 2, 5, 8, 5]), np.array([True, True, False, True, True])
    at = np.array([1, 2, 4, 5, 7, 8, 100])
    assert kaplan_meier(durations, ended, at).tolist() == pytest.approx([1, 0.8, 0.8, 0.4, 0.4, 0, 0], abs=1e-12)


def test_order_of_rows_does_not_matter():
    """Shuffled rows give the same curve."""
    order, at = np.random.default_rng(3).permutation(WEEKS.size), np.arange(36)
    assert np.array_equal(kaplan_meier(WEEKS, RELAPSED, at), kaplan_meier(WEEKS[order], RELAPSED[order], at))


durations_of_stays = st.lists(st.integers(0, 60), min_size=1, max_size=40)


@FIXED
@given(durations=durations_of_stays, at=st.lists(st.integers(0, 80), min_size=1))
def test_without_censoring_the_curve_is_the_share_still_there(durations, at):
    """Plain counting: the share of stays longer than each duration."""
    lasted, moments = np.array(durations), np.array(at)
    plain = (lasted[None, :] > moments[:, None]).mean(axis=1)
    assert np.allclose(kaplan_meier(lasted, np.ones(lasted.size, bool), moments), plain, atol=1e-12)


@FIXED
@given(stays=st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_curve_never_rises_and_stays_between_one_and_nought(stays):
    """Whatever is censored."""
    lasted, ended = np.array([stay[0] for stay in stays]), np.array([stay[1] for stay in stays])
    curve = kaplan_meier(lasted, ended, np.arange(lasted.max() + 1))
    assert (np.diff(curve) <= 1e-12).all()
    assert ((curve >= -1e-12) & (curve <= 1)).all()
