"""Points in the ranges of doubts: spread evenly, and each doubt's draws its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borderops.experiments.inputs import latin_hypercube

NAMES = ["orr.pace.*.pace", "transport.travel.sigma", "courts.jail_sigma"]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), points=st.integers(1, 300))
def test_exactly_one_draw_lies_in_each_part(seed, points):
    """Of every name, each of as many equal parts as there are points holds one draw, inside (0, 1)."""
    table = latin_hypercube(seed, points, NAMES)
    assert table.shape == (points, len(NAMES))
    assert (table > 0).all() and (table < 1).all()
    for column in np.floor(table * points).T:
        assert sorted(column) == list(range(points))


def test_a_name_more_moves_no_other():
    """A doubt's draws depend on its name, the seed and the number of points alone."""
    few, many = latin_hypercube(7, 20, NAMES), latin_hypercube(7, 20, [NAMES[0], "new.one", *NAMES[1:]])
    assert np.array_equal(few, many[:, [0, 2, 3]])


def test_the_order_of_names_does_not_matter():
    """Names in another order give the same columns in that order."""
    assert np.array_equal(latin_hypercube(7, 20, NAMES), latin_hypercube(7, 20, NAMES[::-1])[:, ::-1])


def test_names_and_seeds_draw_differently():
    """No two names and no two seeds share their draws, and no name's points stand in order."""
    table, other = latin_hypercube(7, 50, NAMES), latin_hypercube(8, 50, NAMES)
    columns = [*table.T, *other.T]
    assert len({tuple(column) for column in columns}) == len(columns)
    assert not any((np.diff(column) > 0).all() or (np.diff(column) < 0).all() for column in columns)


def test_names_are_not_correlated():
    """Over 30 names at 2,000 points no rank correlation exceeds five standard errors."""
    table = latin_hypercube(1, 2000, [f"name {number}" for number in range(30)])
    together = np.corrcoef(table.T)[np.triu_indices(30, k=1)]
    assert np.abs(together).max() < 5 / np.sqrt(2000)


@pytest.mark.parametrize("points", [1, 5])
def test_no_names_give_no_columns(points):
    """Nothing in doubt: as many points as asked for, all of them the same."""
    assert latin_hypercube(1, points, []).shape == (points, 0)
