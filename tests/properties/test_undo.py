"""Mistakes can be taken back, whatever the rates: the key tells every difference, and tells it exactly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.e3_worlds import by_hand, season
from tests.records.mistake_worlds import cells, changed_cells, differing, flawless, mistakes

from borderops.config.schema import SLIPS

shares = st.sampled_from([0.0, 0.01, 0.3, 1.0])
rates = st.fixed_dictionaries(dict.fromkeys(SLIPS, shares))


def _holds(witness, given_rates, slope: float = 0.8) -> None:
    records, key = mistakes(given_rates, witness, slope=slope)
    written = flawless(witness)
    assert differing(key.undo(records), written.records) == []
    assert (key.changes.meant != key.changes.written).all()
    assert changed_cells(records, written) <= cells(key)


@given(rates=rates, tracking=st.sampled_from(["e3_2017", "e3_august_2018", "shared_record"]))
@settings(max_examples=20)
def test_undo_restores_families_made_by_hand(rates, tracking):
    """Any rates, any of three designs, a handful of families."""
    _holds(by_hand(tracking), rates)


@given(rates=rates)
@settings(max_examples=4)
def test_undo_restores_a_season(rates):
    """Any rates, weeks of a season."""
    _holds(season(), rates)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_undo_restores_a_season_in_which_all_slip_alike(share):
    """No slips, slips in every second cell, and in every cell that there is."""
    _holds(season(), share)
