"""What copying does: a wrong source is copied as it stands, and messages end up with other children.

What a flawless clerk copied is the right value; a copy of a wrong cell carries the wrong one, with the cause of the
first error, its number and one hop more. A source that was spoiled later leaves earlier copies alone.
"""

from __future__ import annotations

import numpy as np

from borderops.records.answer_key import Copy, Mechanism
from borderops.records.fields import BLANK, Kind, parts_of, two_names
from borderops.records.ledger import Entered, Ledger
from borderops.records.systems import LAYOUTS

_MINUTES = 32  # bits

VERSIONS = {
    "e3_subject": (
        "event_no", "a_number", "given", "middle", "surname_1", "surname_2", "sex", "birth_day", "country",
        "fingerprint",
    ),
}  # fmt: skip
"""Tables whose further rows about somebody repeat fields of the first one; nobody types them again."""


def copies_to(ledger: Ledger, table: str) -> list[Copy]:
    """Copies into a table from tables that are done, in the order of the clerk."""
    return [copy for copy in ledger.written.copies if copy.to_table == table]


def versions_of(ledger: Ledger, table: str) -> list[Copy]:
    """Copies of first rows into further rows about the same person."""
    behind = ledger.behind(table)
    later = np.flatnonzero(behind.visit > 0)
    if table not in VERSIONS or not later.size:
        return []
    first = np.flatnonzero(behind.visit == 0)
    row_of = np.full(int(behind.person.max()) + 1, BLANK, dtype=np.int64)
    row_of[behind.person[first]] = first
    fields = tuple((field, field) for field in VERSIONS[table])
    return [Copy(table, table, later + 1, row_of[behind.person[later]] + 1, fields)]


def carry(ledger: Ledger, copy: Copy) -> None:
    """Carry the errors of a source into what was copied from it."""
    seconds: set[str] = set()
    for to_field, from_field in copy.fields:
        errors = ledger.entered(copy.from_table, from_field)
        if errors is not None:
            _carry_field(ledger, copy, to_field, from_field, errors, is_second=to_field in seconds)
        seconds.add(to_field)


def _carry_field(ledger: Ledger, copy: Copy, to_field: str, from_field: str, errors: Entered, is_second: bool) -> None:
    rows, sources = _may_be_wrong(ledger, copy, errors)
    entered_at = ledger.clean(copy.to_table)["entered_at"]
    error = _last_before(errors, sources, entered_at[rows])
    found = error != BLANK
    rows, sources, error = rows[found], sources[found], error[found]
    clean = ledger.clean(copy.to_table)[to_field][rows]
    copied = _as_copied(
        copy, to_field, from_field, is_second, ledger.cells(copy.to_table, to_field)[rows], errors.written[error]
    )
    was_right = _as_copied(
        copy, to_field, from_field, is_second, clean, ledger.clean(copy.from_table)[from_field][sources]
    )
    # Where the clerk wrote something else than the source had, there was nothing to copy.
    same = was_right == clean
    rows, error = rows[same], error[same]
    ledger.change(
        copy.to_table, rows, {to_field: copied[same]}, Mechanism.COPIED,
        cause=errors.cause[error], hop=errors.hop[error] + 1, source=errors.error[error],
    )  # fmt: skip


def _may_be_wrong(ledger: Ledger, copy: Copy, errors: Entered) -> tuple[np.ndarray, np.ndarray]:
    """Rows copied from rows with errors, and these."""
    wrong = np.zeros(len(ledger.clean(copy.from_table)), dtype=bool)
    wrong[errors.row] = True
    chosen = np.flatnonzero(wrong[copy.from_rec - 1] & ledger.stands(copy.to_table)[copy.to_rec - 1])
    return copy.to_rec[chosen] - 1, copy.from_rec[chosen] - 1


def _last_before(errors: Entered, rows: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Place of the last error in each row that was there by a moment; `BLANK` for none."""
    order = np.argsort(errors.row, kind="stable")  # errors in a cell come in the order of their moments
    keys = (errors.row[order] << _MINUTES) | errors.at[order]
    found = np.searchsorted(keys, (rows << _MINUTES) | at, side="right") - 1
    is_own = (found >= 0) & (errors.row[order[np.maximum(found, 0)]] == rows)
    return np.where(is_own, order[np.maximum(found, 0)], BLANK)


def _as_copied(
    copy: Copy, to_field: str, from_field: str, is_second: bool, cells: np.ndarray, read: np.ndarray
) -> np.ndarray:
    """Cells with what was read in them: of two surnames in one cell only one is read at a time."""
    to_kind = LAYOUTS[copy.to_table].every_field[to_field].kind
    from_kind = LAYOUTS[copy.from_table].every_field[from_field].kind
    if to_kind is not Kind.NAMES or from_kind is not Kind.NAME:
        return read
    first, second = parts_of(cells)
    return two_names(first, read) if is_second else two_names(read, second)


def other_thread(ledger: Ledger, rows: np.ndarray) -> np.ndarray:
    """Threads of the messages before some messages that are about another child; the own one where there is none."""
    thread = ledger.clean("mail_message")["thread_no"]
    before = rows.astype(np.int64)
    for _ in range(len(thread)):
        same = (thread[before] == thread[rows]) & (before > 0)
        if not same.any():
            break
        before[same] -= 1
    return thread[before]
