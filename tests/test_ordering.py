"""Counting digits gives the order that comparing gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from borderops import ordering

CASES = {
    "minutes of a year": (0, 525_600, 20_000),
    "before the clock began": (-90_000, 90_000, 20_000),
    "A-numbers": (10**8, 10**9, 20_000),
    "few different": (7, 9, 20_000),
    "all equal": (5, 6, 5_000),
    "too far apart to be counted": (-(2**62), 2**62, 5_000),
    "too few to be counted": (0, 1_000, 100),
    "one": (3, 4, 1),
    "none": (0, 1, 0),
}


@pytest.fixture(params=CASES, ids=str)
def numbers(request) -> np.ndarray:
    """Numbers in no order."""
    low, high, count = CASES[request.param]
    return np.random.default_rng(1).integers(low, high, count)


def test_order_is_that_of_numpy(numbers):
    """Places, equal numbers in the order they have, numbers, and ranks are those of numpy's stable sorting."""
    order = np.argsort(numbers, kind="stable")
    assert ordering.stable_order(numbers).tolist() == order.tolist()
    assert ordering.ascending(numbers).tolist() == numbers[order].tolist()
    assert ordering.ranks(numbers)[order].tolist() == list(range(numbers.size))


@given(st.integers(-(2**40), 2**40), arrays.arrays(np.int32, 40, elements=st.integers(0, 2**31 - 1)))
def test_widest_numbers_that_are_counted(low, steps):
    """Up to the widest distance no number runs into the place beside it."""
    numbers = low + np.tile(steps.astype(np.int64), 60)
    assert ordering.stable_order(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()
