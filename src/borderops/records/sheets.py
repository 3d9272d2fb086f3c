"""Spreadsheets and whiteboards: accidents that spoil a block of cells at once, in the order in which they happened.

A spreadsheet is saved on each day with new rows. Saving may spoil a column of numbers; an edit may sort some columns
of some rows and leave the others, or paste a column one row too low. A whiteboard may be wiped. Each accident is one
cause, and taking it back restores its block.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from borderops import entities
from borderops.records.answer_key import CauseKind, Mechanism
from borderops.records.chances import Chances
from borderops.records.fields import Kind, parts_of
from borderops.records.ledger import Ledger
from borderops.records.slips import as_text, split
from borderops.records.systems import LAYOUTS
from borderops.units import DAY

_SHEET: Final = "local_sheet_row"
_BOARD: Final = "local_board_line"

SORTED: Final = (
    ("child_surnames", "child_given", "child_a_number"),
    ("parent_surnames", "parent_given", "parent_a_number"),
    ("child_a_number",),
    ("parent_a_number",),
)
"""Columns that are sorted together by the first of them while the others stay."""

PASTED: Final = (
    "child_a_number",
    "child_given",
    "child_surnames",
    "parent_a_number",
    "parent_given",
    "parent_surnames",
)
"""Columns that are pasted a row too low."""

NUMBERS: Final = ("parent_a_number", "child_a_number")
"""Columns of numbers that saving may spoil."""


class Accident(NamedTuple):
    """Something that befell a spreadsheet when it was saved."""

    at: int
    mechanism: Mechanism
    save: int  # the day's last row
    column: str  # of numbers; whose draw it is
    shape: float  # uniform that tells how


def spoil_sheets(chances: Chances) -> None:
    """Let everything happen to spreadsheets, in its order."""
    if _SHEET not in chances.ledger or not len(chances.ledger.clean(_SHEET)):
        return
    for accident in sorted(_accidents(chances)):
        _VERBS[accident.mechanism](chances.ledger, accident)


def _accidents(chances: Chances) -> list[Accident]:
    ledger, saves = chances.ledger, _saves(chances.ledger)
    addresses = [(Mechanism.PARTIAL_SORT, "row_no"), (Mechanism.PASTED_OFFSET, "row_no")]
    addresses += [(Mechanism.NUMBER_AS_TEXT, column) for column in NUMBERS]
    found = []
    for mechanism, column in addresses:
        rows = chances.hit(_SHEET, column, mechanism, saves)
        shapes = chances.how(_SHEET, column, mechanism, rows)
        moments = ledger.clean(_SHEET)["entered_at"][rows]
        found += [
            Accident(int(at), mechanism, int(row), column, float(shape))
            for at, row, shape in zip(moments, rows, shapes)
        ]
    return found


def _saves(ledger: Ledger) -> np.ndarray:
    """Last row of each sheet and day."""
    rows = _in_order(ledger, np.flatnonzero(ledger.stands(_SHEET)))
    sheet, day = ledger.clean(_SHEET)["sheet_no"][rows], ledger.clean(_SHEET)["entered_at"][rows] // DAY
    is_last = (
        np.append((sheet[1:] != sheet[:-1]) | (day[1:] != day[:-1]), True) if rows.size else np.zeros(0, dtype=bool)
    )
    return rows[is_last]


def _in_order(ledger: Ledger, rows: np.ndarray) -> np.ndarray:
    """Rows sheet by sheet from the top down."""
    written = ledger.clean(_SHEET)
    return rows[np.lexsort((written["row_no"][rows], written["sheet_no"][rows]))]


def _rows_then(ledger: Ledger, save: int) -> np.ndarray:
    """Rows that a sheet held when it was saved, from the top down."""
    written = ledger.clean(_SHEET)
    own = (written["sheet_no"] == written["sheet_no"][save]) & (written["row_no"] <= written["row_no"][save])
    return _in_order(ledger, np.flatnonzero(own & ledger.stands(_SHEET)))


def _enter(ledger: Ledger, accident: Accident, rows: np.ndarray, cells: dict[str, np.ndarray], kind: CauseKind) -> None:
    """One cause for the whole block, if anything in it changes."""
    if not any((ledger.cells(_SHEET, name)[rows] != values).any() for name, values in cells.items()):
        return
    by = int(ledger.clean(_SHEET)["entered_by"][accident.save])
    station = ledger.behind(_SHEET).station[accident.save]
    cause = ledger.cause(kind, accident.mechanism, station, np.array([accident.at]), by)
    shared = np.broadcast_to(cause, rows.shape)
    ledger.change(_SHEET, rows, cells, accident.mechanism, cause=shared, at=accident.at, operator=by)


def sort_partly(ledger: Ledger, accident: Accident) -> None:
    """Sort some columns from a row down and leave the others as they are."""
    which, rest = split(np.array([accident.shape]), len(SORTED))
    columns = SORTED[int(which[0])]
    rows = _rows_then(ledger, accident.save)
    rows = rows[int(rest[0] * (rows.size - 1)) :]
    order = _sorted(ledger, columns[0], rows)
    cells = {column: ledger.cells(_SHEET, column)[rows[order]] for column in columns}
    _enter(ledger, accident, rows, cells, CauseKind.SORT)


def _sorted(ledger: Ledger, column: str, rows: np.ndarray) -> np.ndarray:
    """Order of rows by a column as a spreadsheet sorts it: names by their letters."""
    values = ledger.cells(_SHEET, column)[rows]
    if LAYOUTS[_SHEET].every_field[column].kind is not Kind.NAMES:
        return np.argsort(values, kind="stable")
    texts = list(zip(*(ledger.lexicon.texts(part) for part in parts_of(values))))
    return np.array(sorted(range(rows.size), key=lambda place: texts[place]), dtype=np.int64)


def paste_too_low(ledger: Ledger, accident: Accident) -> None:
    """Shift a column down by one from a row on; the last value is lost, the first stands twice."""
    which, rest = split(np.array([accident.shape]), len(PASTED))
    column = PASTED[int(which[0])]
    rows = _rows_then(ledger, accident.save)
    rows = rows[int(rest[0] * (rows.size - 1)) :]
    values = ledger.cells(_SHEET, column)[rows]
    _enter(ledger, accident, rows, {column: np.concatenate([values[:1], values[:-1]])}, CauseKind.PASTE)


def save_as_text(ledger: Ledger, accident: Accident) -> None:
    """Spoil the numbers of a column that were new in the version."""
    rows, entered = _rows_then(ledger, accident.save), ledger.clean(_SHEET)["entered_at"]
    rows = rows[entered[rows] // DAY == accident.at // DAY]
    values = ledger.cells(_SHEET, accident.column)[rows]
    _enter(ledger, accident, rows, {accident.column: as_text(values, np.array(accident.shape))}, CauseKind.SAVE)


_VERBS: Final = {
    Mechanism.PARTIAL_SORT: sort_partly,
    Mechanism.PASTED_OFFSET: paste_too_low,
    Mechanism.NUMBER_AS_TEXT: save_as_text,
}


def wipe_boards(chances: Chances) -> None:
    """Wipe whiteboards: lines that stand at that minute end early."""
    ledger = chances.ledger
    if _BOARD not in ledger or not len(ledger.clean(_BOARD)):
        return
    station, minute = _wipings(chances)
    for place, at in zip(station, minute):
        lines = ledger.clean(_BOARD)
        stood = (lines["station"] == place) & (lines["entered_at"] <= at) & ledger.stands(_BOARD)
        rows = np.flatnonzero(stood & (ledger.cells(_BOARD, "erased_at") > at))
        if rows.size:
            cause = ledger.cause(CauseKind.ERASURE, Mechanism.BOARD_ERASED, place, np.array([at]), NOBODY)
            shared = np.broadcast_to(cause, rows.shape)
            cells = {"erased_at": at, "valid_to": at}
            ledger.change(_BOARD, rows, cells, Mechanism.BOARD_ERASED, cause=shared, at=at, operator=NOBODY)


NOBODY: Final = -1
"""Operator where nobody knows who it was."""


def _wipings(chances: Chances) -> tuple[np.ndarray, np.ndarray]:
    """Stations and minutes of wiped boards, ascending."""
    lines = chances.ledger.clean(_BOARD)
    boards = np.unique(lines["station"]).astype(np.int64)
    days = np.arange(lines["entered_at"].min() // DAY, lines["entered_at"].max() // DAY + 1)
    day, station = (each.ravel() for each in np.meshgrid(days, boards, indexing="ij"))
    number = entities.pack(day, station, entities.EVENT, 0)
    minute = day * DAY + (chances.shapes(_BOARD, Mechanism.BOARD_ERASED, number) * DAY).astype(np.int64)
    load = chances.witness.workload.at(station, minute)
    struck = chances.struck(_BOARD, Mechanism.BOARD_ERASED, number, station, minute, load)
    return station[struck], minute[struck]
