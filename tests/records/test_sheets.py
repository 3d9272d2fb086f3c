"""Spreadsheets and whiteboards: one accident, one cause, one block."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.records.e3_worlds import season
from tests.records.mistake_worlds import flawless, mistakes

from borderops.records.answer_key import TABLES, CauseKind, Mechanism
from borderops.records.sheets import NUMBERS, PASTED, SORTED
from borderops.records.slips import as_text
from borderops.records.systems import LAYOUTS
from borderops.units import DAY

SHEET, BOARD = "local_sheet_row", "local_board_line"
FIELDS = list(LAYOUTS[SHEET].every_field)
ACCIDENTS = ("partial_sort", "pasted_offset", "number_as_text", "board_erased")


@cache
def _world(name: str):
    """A season in which one kind of accident happens often, and nobody slips otherwise."""
    return mistakes({name: 0.3})


def _blocks(name: str):
    """Entries of each accident."""
    _, key = _world(name)
    own = np.flatnonzero(key.changes.mechanism == Mechanism[name.upper()])
    causes = np.unique(key.changes.cause[own])
    assert causes.size > 0
    for cause in causes:
        yield key, int(cause), own[key.changes.cause[own] == cause]


def _fields(key, errors) -> set[str]:
    return {FIELDS[place] for place in key.changes.field[errors]}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_one_accident_is_one_cause_at_one_minute_at_one_station(name):
    """All entries of a cause agree on minute and hand, and lie at the station of the cause."""
    kinds = dict(zip(ACCIDENTS, (CauseKind.SORT, CauseKind.PASTE, CauseKind.SAVE, CauseKind.ERASURE)))
    several = 0
    for key, cause, errors in _blocks(name):
        assert key.causes.kind[cause] == kinds[name]
        assert set(key.changes.at[errors]) == {key.causes.begins_at[cause]}
        assert len(set(key.changes.operator[errors])) == 1
        table = BOARD if name == "board_erased" else SHEET
        assert set(key.changes.table[errors]) == {TABLES.index(table)}
        station = flawless(season()).behind[table].station[key.changes.rec_id[errors] - 1]
        assert set(station) == {key.causes.station[cause]}
        several += errors.size > 2
    assert several > 0


@pytest.mark.parametrize("name", ACCIDENTS[:3])
def test_only_rows_that_stood_are_spoiled(name):
    """Rows entered after the save are whole."""
    for key, cause, errors in _blocks(name):
        entered = flawless(season()).records[SHEET]["entered_at"][key.changes.rec_id[errors] - 1]
        assert (entered <= key.causes.begins_at[cause]).all()


def test_a_partial_sort_moves_some_columns_and_keeps_their_values():
    """Columns of one group change places among rows, and each holds the same values as before."""
    for key, _, errors in _blocks("partial_sort"):
        fields = _fields(key, errors)
        assert any(fields <= set(group) for group in SORTED)
        for field in fields:
            own = errors[key.changes.field[errors] == FIELDS.index(field)]
            assert sorted(key.changes.meant[own]) == sorted(key.changes.written[own])


def test_a_pasted_column_is_one_row_too_low():
    """Each spoiled cell holds what stood in the row above it."""
    for key, _, errors in _blocks("pasted_offset"):
        fields = _fields(key, errors)
        assert len(fields) == 1
        assert fields <= set(PASTED)
        row_no = _shown(key)[key.changes.rec_id[errors]]
        order = errors[np.argsort([row_no[at] for at in range(errors.size)])]
        meant, written = key.changes.meant[order], key.changes.written[order]
        numbers = np.sort(row_no)
        beside = np.flatnonzero(np.diff(numbers) == 1)
        assert (written[beside + 1] == meant[beside]).all()


def _shown(key) -> np.ndarray:
    """Row in the spreadsheet by number of the record."""
    records, _ = _world("pasted_offset")
    shown = np.zeros(int(flawless(season()).records[SHEET]["rec_id"].max()) + 1, dtype=np.int64)
    shown[records[SHEET]["rec_id"]] = records[SHEET]["row_no"]
    return shown


def test_saving_spoils_a_column_of_the_days_numbers():
    """One column, one way for all of them, rows of that day only."""
    for key, cause, errors in _blocks("number_as_text"):
        fields = _fields(key, errors)
        assert len(fields) == 1
        assert fields <= set(NUMBERS)
        meant, written = key.changes.meant[errors], key.changes.written[errors]
        ways = [as_text(meant, np.array(shape)) for shape in (0.25, 0.75)]
        assert any(np.array_equal(way, written) for way in ways)
        entered = flawless(season()).records[SHEET]["entered_at"][key.changes.rec_id[errors] - 1]
        assert set(entered // DAY) == {key.causes.begins_at[cause] // DAY}


def test_a_wiped_board_is_empty():
    """All lines that stood end at that minute, and lines written later stand."""
    records, _ = _world("board_erased")
    lines = records[BOARD]
    for key, cause, errors in _blocks("board_erased"):
        at = key.causes.begins_at[cause]
        stood = (lines["entered_at"] <= at) & (lines["erased_at"] > at)
        assert not stood.any()
        assert set(key.changes.written[errors]) == {at}
        assert (key.changes.meant[errors] > at).all()


def test_taking_an_accident_back_restores_its_block():
    """The last accident of a sheet, taken back, leaves the cells as they were before it."""
    records, _ = _world("partial_sort")
    for key, _, errors in list(_blocks("partial_sort"))[-1:]:
        for error in errors:
            rec, field = key.changes.rec_id[error], FIELDS[key.changes.field[error]]
            row = np.searchsorted(records[SHEET]["rec_id"], rec)
            assert records[SHEET][field][row] == key.changes.written[error]
    clean = key.undo(records)
    for field in FIELDS:
        assert np.array_equal(clean[SHEET][field], flawless(season()).records[SHEET][field])


def test_what_was_copied_before_an_accident_is_not_spoiled():
    """A placement typed from the sheet reads what the sheet read at that minute."""
    _, key = _world("partial_sort")
    copied = np.flatnonzero(key.changes.table == TABLES.index("earm_placement"))
    source = key.changes.source[copied]
    assert (key.changes.at[source] <= key.changes.at[copied]).all()
