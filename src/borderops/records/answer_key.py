"""The answer key: what stands behind every row of records, and every cell that differs from what a flawless clerk
would have written.

`Written` is what clerks wrote, with the truth behind each row and what was copied from where; `AnswerKey` is the
difference between that and the records that were released, and what no clerk could have helped. No audit may import
this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

import numpy as np

from borderops.exceptions import WrongInput
from borderops.records.systems import LAYOUTS, Records, RecordTable
from borderops.tables import Table

TABLES: Final = tuple(LAYOUTS)
"""Tables in the order of their codes in a key."""

NO_SOURCE: Final = -1
"""Of an error that was not copied."""


class Blame(IntEnum):
    """Whose an error is."""

    AGENCY = 0  # somebody slipped
    FAMILY = 1  # the family did not say, or said what is not so
    DESIGN = 2  # the system could not hold it
    DEFINITION = 3  # no error: the definition leaves it out


class Mechanism(IntEnum):
    """How a record came to differ. Numbers are part of the address of draws: never change or reuse one, only add."""

    # steering acts: settled in the history, copied here
    NEVER_GROUPED = 0
    CODE_WRONG = 1
    CODE_BLANK = 2
    CODE_SEVERAL = 3
    NOTE_WITHOUT_FAMILY = 4
    PARENT_NUMBER_NOT_PASSED = 5
    PARENT_NUMBER_WRONG = 6
    SHEET_ROW_MISSED = 7
    MESSAGE_LOST = 8  # no error of a record: see `Lost`
    # slips of the hand
    TYPO = 20
    WRONG_DIGIT = 21
    DIGITS_SWAPPED = 22
    NUMBER_MISSING = 23
    TAKEN_FROM_RELATIVE = 24
    SECOND_SURNAME_DROPPED = 25
    SURNAMES_FUSED = 26
    SURNAMES_HYPHENATED = 27
    SURNAMES_FLIPPED = 28
    SURNAME_AS_MIDDLE_NAME = 29
    PARTICLE_LOST = 30
    SPELLED_BY_EAR = 31
    ACCENT_LOST = 32
    SHORT_FORM = 33
    NAMES_SWAPPED = 34  # given name and surname
    PLACEHOLDER = 35
    DAY_AND_MONTH_SWAPPED = 36
    FIRST_OF_JANUARY = 37
    AGE_OFF = 38
    TIME_OF_PROCESSING = 39
    OFF_BY_A_DAY = 40
    OTHER_EVENT = 41
    UNIT_FOR_STRANGERS = 42
    GROUP_FOR_UNIT = 43
    SECOND_NUMBER = 44
    ROW_TWICE = 45
    ROW_MISSED = 46
    BOX_NOT_TICKED = 47
    # what copying does
    COPIED = 60
    TRANSCRIBED = 61
    WRONG_CHILD = 62  # a message attached to another child
    PARTIAL_SORT = 63
    PASTED_OFFSET = 64
    BOARD_ERASED = 65
    NUMBER_AS_TEXT = 66  # leading digits lost, or powers of ten
    # what the design does
    DUPLICATE_UNIT = 80
    STALE_BANNER = 81
    # what families said, or did not say
    UNDISCLOSED = 82
    FALSE_CLAIM = 83
    # what the design does, further
    UNIT_DELETED = 84
    # what the definition leaves out
    OUTSIDE_DEFINITION = 85


class CauseKind(IntEnum):
    """What a cause event is."""

    SLIP = 0  # one act of one person
    STEERING_ACT = 1
    OUTAGE = 2
    SORT = 3
    PASTE = 4
    ERASURE = 5
    SAVE = 6
    DESIGN = 7


class Check(IntFlag):
    """Published checks that can see an error in the written records alone."""

    NONE = 0
    NUMBER_FORMAT = 1  # an A-number outside what is given out
    NUMBER_TWICE = 2  # one A-number on several people of a table
    CODE_LIST = 4  # a code before there were codes, or a deletion without one after
    AGE_AGAINST_BIRTH = 8
    IMPOSSIBLE_DATE = 16  # book-out before book-in, birth after entry
    ROW_TWICE = 32
    UNKNOWN_KEY = 64  # a number that no row of the table it points to has


@dataclass(frozen=True)
class Behind(Table):
    """What is true of the ``n`` rows of one table of records, in the order of the rows."""

    person: np.ndarray  # int32, row of the person in `People`; -1 for none
    other: np.ndarray  # int32, second person a row speaks of: the child, where it begins with a parent; -1 for none
    case: np.ndarray  # int32, row of the case in `Plan`; -1 for none
    entity: np.ndarray  # int64, entity number to which draws about the row belong
    visit: np.ndarray  # int16, which of several rows of the same entity in this table, from 0
    station: np.ndarray  # int8, -1 for none
    load: np.ndarray  # int8, tenths of the last hour that were busy where the row was entered, 0 to 10

    def take(self, rows: np.ndarray) -> Behind:
        """What is true of some rows, by a mask or by their places."""
        return Behind(**{name: column[rows] for name, column in self.columns().items()})


@dataclass(frozen=True)
class Copy:
    """Cells of one table that were copied from another.

    Attributes
    ----------
    to_table, from_table : str
    to_rec, from_rec : ndarray of int64, shape (k,)
        Numbers of rows.
    fields : tuple of (str, str)
        Field written, and field read.
    """

    to_table: str
    from_table: str
    to_rec: np.ndarray
    from_rec: np.ndarray
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Written:
    """What flawless clerks wrote under the designs of their day, and what stands behind it."""

    records: Records
    behind: Mapping[str, Behind]
    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class Causes(Table):
    """Events that explain errors: ``c`` of them; number of a cause: its place."""

    kind: np.ndarray  # int8, CauseKind
    mechanism: np.ndarray  # int8, Mechanism
    station: np.ndarray  # int8, -1 for none
    begins_at: np.ndarray  # int64
    ends_at: np.ndarray  # int64
    operator: np.ndarray  # int32, user; -1 for nobody


@dataclass(frozen=True)
class Changes(Table):
    """Cells that were changed, ``e`` of them in the order in which it happened; number of an error: its place."""

    table: np.ndarray  # int8, place in TABLES
    rec_id: np.ndarray  # int64
    field: np.ndarray  # int8, place in the layout's `every_field`
    meant: np.ndarray  # int64, before
    written: np.ndarray  # int64, after; never equal to `meant`
    mechanism: np.ndarray  # int8, Mechanism
    cause: np.ndarray  # int64, row of Causes
    operator: np.ndarray  # int32, user; -1 for nobody
    at: np.ndarray  # int64
    hop: np.ndarray  # int8, copies between the first writing and this cell
    source: np.ndarray  # int64, error it was copied from; NO_SOURCE where it arose here
    check: np.ndarray  # int16, Check: who could see it
    blame: np.ndarray  # int8, Blame

    def take(self, rows: np.ndarray | slice) -> Changes:
        """Some entries, by their places."""
        return Changes(**{name: column[rows] for name, column in self.columns().items()})


@dataclass(frozen=True)
class RowChanges(Table):
    """Rows that are missing or that nobody should have written, ``r`` of them."""

    table: np.ndarray  # int8, place in TABLES
    rec_id: np.ndarray  # int64
    is_missing: np.ndarray  # bool; false: the row was added
    twin: np.ndarray  # int64, rec_id of the row that an added one repeats; -1 for none
    mechanism: np.ndarray  # int8, Mechanism
    cause: np.ndarray  # int64, row of Causes
    operator: np.ndarray  # int32
    at: np.ndarray  # int64
    check: np.ndarray  # int16, Check
    blame: np.ndarray  # int8, Blame


@dataclass(frozen=True)
class Unavoidable(Table):
    """``u`` rows of released records with which something is wrong that no clerk could have helped.

    No row stands here twice, and none that slips left out or added: what stands in `RowChanges` is the agency's. Cells
    of rows that stand here may still hold slips. Sorted by table, then row.
    """

    table: np.ndarray  # int8, place in TABLES
    rec_id: np.ndarray  # int64
    mechanism: np.ndarray  # int8, Mechanism
    blame: np.ndarray  # int8, Blame; never AGENCY
    case: np.ndarray  # int32, row of the case in `Plan`; -1 for none
    at: np.ndarray  # int64, since when it is so

    def take(self, rows: np.ndarray) -> Unavoidable:
        """Some rows, by a mask or by their places."""
        return Unavoidable(**{name: column[rows] for name, column in self.columns().items()})


NOTHING_UNAVOIDABLE: Final = Unavoidable(
    *(np.zeros(0, dtype=dtype) for dtype in (np.int8, np.int64, np.int8, np.int8, np.int32, np.int64))
)


@dataclass(frozen=True)
class Lost(Table):
    """``m`` messages of released records that never arrived, in the order of their rows."""

    rec_id: np.ndarray  # int64, row of mail_message
    cause: np.ndarray  # int64, row of Causes: an outage, which explains all that were lost in it, or a loss of its own


NOTHING_LOST: Final = Lost(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class AnswerKey:
    """Everything in which released records differ from what flawless clerks wrote, and what these could not help.

    Attributes
    ----------
    changes : Changes
    rows : RowChanges
    causes : Causes
    missing : mapping of str to RecordTable
        Rows left out, as they should have been written, by table.
    behind : mapping of str to Behind
        Of the released rows.
    unavoidable : Unavoidable
        Released rows that a flawless clerk writes no better. Nothing to undo.
    lost : Lost
        Messages that never arrived, and why. Nothing to undo.
    """

    changes: Changes
    rows: RowChanges
    causes: Causes
    missing: Mapping[str, RecordTable]
    behind: Mapping[str, Behind]
    unavoidable: Unavoidable
    lost: Lost

    def undo(self, records: Records) -> Records:
        """Take every error back.

        Parameters
        ----------
        records : Records
            As released.

        Returns
        -------
        Records
            What flawless clerks wrote, cell for cell.

        Raises
        ------
        WrongInput
            If a cell does not hold what the key says was written; names the first.
        """
        return Records({name: self._undone(name, table) for name, table in records.tables.items()}, records.lexicon)

    def _undone(self, name: str, table: RecordTable) -> RecordTable:
        if name not in self.behind:
            raise _misfit(f"it was not kept for {name}")
        columns = dict(table.columns)
        by_rec = np.argsort(columns["rec_id"], kind="stable")
        own = np.flatnonzero(self.changes.table == TABLES.index(name))
        rows = _places(columns["rec_id"], by_rec, self.changes.rec_id[own], name)
        for place, field in enumerate(table.layout.every_field):
            chosen = self.changes.field[own] == place
            if chosen.any():
                columns[field] = self._column_undone(columns[field], rows[chosen], own[chosen], f"{name}.{field}")
        kept = ~np.isin(columns["rec_id"], self._added(name))
        columns = {field: column[kept] for field, column in columns.items()}
        if name in self.missing:
            left_out = self.missing[name].columns
            columns = {field: np.concatenate([column, left_out[field]]) for field, column in columns.items()}
        order = np.argsort(columns["rec_id"], kind="stable")
        return RecordTable(table.layout, {field: column[order] for field, column in columns.items()})

    def _added(self, name: str) -> np.ndarray:
        """Numbers of the rows of a table that nobody should have written."""
        return self.rows.rec_id[(self.rows.table == TABLES.index(name)) & ~self.rows.is_missing]

    def _column_undone(self, column: np.ndarray, rows: np.ndarray, errors: np.ndarray, says: str) -> np.ndarray:
        """A column before some errors, which are entered in the order in which they happened."""
        order = np.argsort(rows, kind="stable")
        rows, errors = rows[order], errors[order]
        meant, written = self.changes.meant[errors], self.changes.written[errors]
        is_last = np.append(rows[1:] != rows[:-1], True)
        # What one error wrote, the next one found; what the last one wrote, the cell still holds.
        found = np.where(is_last, column[rows], np.append(meant[1:], 0))
        if (found != written).any():
            wrong = int(np.flatnonzero(found != written)[0])
            raise _misfit(f"{says}, error {errors[wrong]}")
        is_first = np.insert(is_last[:-1], 0, True)
        before = column.copy()
        before[rows[is_first]] = meant[is_first]
        return before


def _places(rec_ids: np.ndarray, by_rec: np.ndarray, wanted: np.ndarray, name: str) -> np.ndarray:
    """Places of rows by their numbers."""
    if not wanted.size:
        return wanted
    found = np.searchsorted(rec_ids, wanted, sorter=by_rec)
    rows = by_rec[np.minimum(found, rec_ids.size - 1)] if rec_ids.size else np.zeros(0, dtype=np.int64)
    if not rec_ids.size or (rec_ids[rows] != wanted).any():
        raise _misfit(f"{name} lacks a row that it speaks of")
    return rows


def _misfit(says: str) -> WrongInput:
    return WrongInput(f"the answer key does not fit these records; give it the whole ones that it came with ({says})")
