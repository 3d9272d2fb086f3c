"""The ledger of mistakes: tables as they are changed, and an entry for each cell and row in which they change.

What changes nothing leaves no entry. Rows that were left out take no further entry. Must not know why anybody slips.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from borderops.records.answer_key import (
    NO_SOURCE,
    NOTHING_LOST,
    NOTHING_UNAVOIDABLE,
    TABLES,
    AnswerKey,
    Behind,
    Blame,
    CauseKind,
    Causes,
    Changes,
    Lost,
    Mechanism,
    RowChanges,
    Unavoidable,
    Written,
)
from borderops.records.systems import Records, RecordTable
from borderops.shelf import IN_MEMORY, Memory

NO_CAUSE: Final = -1
NO_TWIN: Final = -1

_CAUSES: Final = {
    "kind": np.int8, "mechanism": np.int8, "station": np.int8, "begins_at": np.int64, "ends_at": np.int64,
    "operator": np.int32,
}  # fmt: skip
_CHANGES: Final = {
    "table": np.int8, "rec_id": np.int64, "field": np.int8, "meant": np.int64, "written": np.int64,
    "mechanism": np.int8, "cause": np.int64, "operator": np.int32, "at": np.int64, "hop": np.int8, "source": np.int64,
    "check": np.int16, "blame": np.int8,
}  # fmt: skip
_ROW_CHANGES: Final = {
    "table": np.int8, "rec_id": np.int64, "is_missing": np.bool_, "twin": np.int64, "mechanism": np.int8,
    "cause": np.int64, "operator": np.int32, "at": np.int64, "check": np.int16, "blame": np.int8,
}  # fmt: skip

_ENTERED: Final[dict[str, type]] = dict.fromkeys(("row", "error", "written", "at", "cause", "hop"), np.int64)


class _Parts:
    """Rows of a table of the key, as they come in."""

    def __init__(self, dtypes: Mapping[str, type]):
        self.dtypes, self.size = dtypes, 0
        self.columns: dict[str, list[np.ndarray]] = {name: [] for name in dtypes}

    def append(self, count: int, **values: np.ndarray | int) -> np.ndarray:
        """Take rows in; gives their numbers."""
        for name, dtype in self.dtypes.items() if count else ():
            self.columns[name].append(_spread(values[name], count, dtype))
        self.size += count
        return np.arange(self.size - count, self.size)

    def put_away(self, shelf: Memory) -> None:
        """Join what came in since the last time and lay it on a shelf."""
        for parts in self.columns.values():
            recent = [part for part in parts if not shelf.has(part)]
            if len(recent) > 1:
                parts[len(parts) - len(recent) :] = [shelf.keep(np.concatenate(recent))]

    def joined(self, shelf: Memory = IN_MEMORY) -> dict[str, np.ndarray]:
        """Everything that came in, in that order."""
        empty: dict[str, list[np.ndarray]] = {name: [np.zeros(0, dtype=dtype)] for name, dtype in self.dtypes.items()}
        return {name: shelf.keep(np.concatenate(empty[name] + parts)) for name, parts in self.columns.items()}


@dataclass(frozen=True)
class Entered:
    """Entries about the cells of one field, in the order in which they were changed.

    Attributes
    ----------
    row : ndarray of int64, shape (k,)
        Rows of the table.
    error : ndarray of int64
        Numbers of the entries.
    written, at, cause, hop : ndarray of int64
        What was written, when, why, and after how many copies.
    """

    row: np.ndarray
    error: np.ndarray
    written: np.ndarray
    at: np.ndarray
    cause: np.ndarray
    hop: np.ndarray


@dataclass
class _Added:
    """Rows that nobody should have written, as columns, with what stands behind them."""

    columns: dict[str, np.ndarray]
    behind: dict[str, np.ndarray]


@dataclass
class _Book:
    """One table as it is being changed."""

    table: RecordTable
    behind: Behind
    stands: np.ndarray  # bool, false for rows left out
    columns: dict[str, np.ndarray] = field(default_factory=dict)  # those that changed
    added: list[_Added] = field(default_factory=list)
    size: int = 0  # with what was added

    def __post_init__(self) -> None:
        self.size = len(self.table)


class Ledger:
    """Collects what differs from what flawless clerks wrote.

    Rows are places in the flawless table, from 0; rows that are added later have none and take no slips.

    Parameters
    ----------
    written : Written
    shelf : Memory
        Where columns lie while they are changed and afterwards, and entries when they are put away.
    """

    def __init__(self, written: Written, shelf: Memory = IN_MEMORY):
        self.written, self.shelf = written, shelf
        self.lexicon = written.records.lexicon.copy()
        self._books = {
            name: _Book(table, written.behind[name], np.ones(len(table), dtype=bool))
            for name, table in written.records.tables.items()
        }
        self._causes, self._changes, self._rows = _Parts(_CAUSES), _Parts(_CHANGES), _Parts(_ROW_CHANGES)
        self._entered: dict[tuple[str, str], _Parts] = {}

    # --- reading --------------------------------------------------------------------------------------------------

    def __contains__(self, table: str) -> bool:
        return table in self._books

    def cells(self, table: str, field: str) -> np.ndarray:
        """A column as it reads now; not to be written to."""
        book = self._books[table]
        return book.columns.get(field, book.table[field])

    def clean(self, table: str) -> RecordTable:
        """A table as flawless clerks wrote it."""
        return self._books[table].table

    def behind(self, table: str) -> Behind:
        """What is true of its rows."""
        return self._books[table].behind

    def stands(self, table: str) -> np.ndarray:
        """Rows that were not left out, bool."""
        return self._books[table].stands

    def standing(self, table: str, rows: np.ndarray) -> np.ndarray:
        """Those of some rows that were not left out."""
        return rows[self._books[table].stands[rows]]

    def entered(self, table: str, field: str) -> Entered | None:
        """Entries about a field so far; None where there is none."""
        parts = self._entered.get((table, field))
        return None if parts is None else Entered(**parts.joined())

    # --- entering -------------------------------------------------------------------------------------------------

    def cause(
        self,
        kind: CauseKind,
        mechanism: Mechanism,
        station: np.ndarray | int,
        at: np.ndarray,
        operator: np.ndarray | int,
        until: np.ndarray | None = None,
    ) -> np.ndarray:
        """Take events in that explain errors, over at once where ``until`` is not given; gives their numbers."""
        ends = at if until is None else until
        return self._causes.append(
            np.size(at), kind=kind, mechanism=mechanism, station=station, begins_at=at, ends_at=ends, operator=operator
        )

    def change(
        self,
        table: str,
        rows: np.ndarray,
        cells: Mapping[str, np.ndarray | int],
        mechanism: Mechanism,
        *,
        kind: CauseKind = CauseKind.SLIP,
        cause: np.ndarray | None = None,
        at: np.ndarray | int | None = None,
        operator: np.ndarray | int | None = None,
        hop: np.ndarray | int = 0,
        source: np.ndarray | int = NO_SOURCE,
        blame: Blame = Blame.AGENCY,
    ) -> np.ndarray:
        """Write other values into cells.

        Parameters
        ----------
        table : str
        rows : ndarray of int, shape (k,)
            No row twice, none left out.
        cells : mapping of str to ndarray or int
            By field; all cells of a row are one act.
        mechanism : Mechanism
        kind : CauseKind
            Of the causes made here, one for each row that changes.
        cause : ndarray of int64, shape (k,), optional
            Events that explain the rows, where they are known already.
        at, operator : ndarray of int, shape (k,), or int, optional
            When and by whom; when and by whom the row was entered, if not given.
        hop, source : ndarray of int, shape (k,), or int
        blame : Blame

        Returns
        -------
        ndarray of bool, shape (k,)
            Rows in which anything changed.
        """
        if not rows.size:
            return np.zeros(0, dtype=bool)
        book, every = self._books[table], self._books[table].table.layout.every_field
        values = {name: _spread(each, rows.size, every[name].dtype) for name, each in cells.items()}
        differs = {name: each != self.cells(table, name)[rows] for name, each in values.items()}
        changed = np.logical_or.reduce(list(differs.values()))
        moments = book.table["entered_at"][rows] if at is None else _spread(at, rows.size)
        users = book.table["entered_by"][rows] if operator is None else _spread(operator, rows.size)
        if cause is None:
            cause = np.full(rows.size, NO_CAUSE)
            where = book.behind.station[rows[changed]]
            cause[changed] = self.cause(kind, mechanism, where, moments[changed], users[changed])
        hops, sources = _spread(hop, rows.size), _spread(source, rows.size)
        for name, each in differs.items():
            place, chosen = list(every).index(name), rows[each].astype(np.int64)
            if not chosen.size:
                continue
            column = self._column(book, name)
            shared = {"written": values[name][each], "at": moments[each], "cause": cause[each], "hop": hops[each]}
            numbers = self._changes.append(
                chosen.size, table=TABLES.index(table), rec_id=chosen + 1, field=place, meant=column[chosen],
                mechanism=mechanism, operator=users[each], source=sources[each], check=0, blame=blame, **shared,
            )  # fmt: skip
            column[chosen] = values[name][each]
            dtypes: dict[str, type] = {**_ENTERED, "written": column.dtype.type}
            entered = self._entered.setdefault((table, name), _Parts(dtypes))
            entered.append(chosen.size, row=chosen, error=numbers, **shared)
        return changed

    def leave_out(
        self,
        table: str,
        rows: np.ndarray,
        mechanism: Mechanism,
        *,
        cause: np.ndarray | None = None,
        kind: CauseKind = CauseKind.SLIP,
    ) -> None:
        """Leave rows out that should have been written: before anything in them is changed."""
        book = self._books[table]
        stands = book.stands[rows]
        rows, cause = rows[stands], None if cause is None else cause[stands]
        at, users = book.table["entered_at"][rows], book.table["entered_by"][rows]
        if cause is None:
            cause = self.cause(kind, mechanism, book.behind.station[rows], at, users)
        book.stands[rows] = False
        self._rows.append(
            rows.size, table=TABLES.index(table), rec_id=rows + 1, is_missing=True, twin=NO_TWIN, mechanism=mechanism,
            cause=cause, operator=users, at=at, check=0, blame=Blame.AGENCY,
        )  # fmt: skip

    def add(
        self,
        table: str,
        cells: Mapping[str, np.ndarray | int],
        behind: Mapping[str, np.ndarray | int],
        mechanism: Mechanism,
        cause: np.ndarray,
        twin: np.ndarray | None = None,
    ) -> None:
        """Add rows that nobody should have written.

        Parameters
        ----------
        table : str
        cells : mapping of str to ndarray or int
            By field; others repeat those of ``twin``, or are empty.
        behind : mapping of str to ndarray or int
            What stands behind the rows; others repeat those of ``twin``.
        mechanism : Mechanism
        cause : ndarray of int64, shape (k,)
        twin : ndarray of int, shape (k,), optional
            Rows that the new ones repeat.
        """
        book = self._books[table]
        rec = np.arange(book.size, book.size + cause.size, dtype=np.int64) + 1
        every = book.table.layout.every_field
        given: dict[str, np.ndarray | int] = {name: each.empty for name, each in every.items()}
        if twin is None:
            given["valid_from"] = cells["entered_at"]
            own: dict[str, np.ndarray | int] = {}
        else:
            given = {name: self.cells(table, name)[twin] for name in every}
            own = {name: column[twin] for name, column in book.behind.columns().items()}
        given |= {**cells, "rec_id": rec}
        own |= behind
        columns = {name: _spread(given[name], cause.size, each.dtype) for name, each in every.items()}
        types = {name: column.dtype for name, column in book.behind.columns().items()}
        book.added.append(_Added(columns, {name: _spread(own[name], cause.size, of) for name, of in types.items()}))
        book.size += cause.size
        self._rows.append(
            cause.size, table=TABLES.index(table), rec_id=rec, is_missing=False,
            twin=NO_TWIN if twin is None else twin + 1, mechanism=mechanism, cause=cause,
            operator=columns["entered_by"], at=columns["entered_at"], check=0, blame=Blame.AGENCY,
        )  # fmt: skip

    def _column(self, book: _Book, name: str) -> np.ndarray:
        """A column that may be written to."""
        if name not in book.columns:
            book.columns[name] = self.shelf.draft(book.table[name])
        return book.columns[name]

    def put_away(self) -> None:
        """Lay what was entered so far on the shelf."""
        if self.shelf is IN_MEMORY:  # joining parts would only cost time
            return
        for parts in (self._causes, self._changes, self._rows, *self._entered.values()):
            parts.put_away(self.shelf)
        self.shelf.rest()

    # --- closing --------------------------------------------------------------------------------------------------

    def close(
        self,
        checked: Callable[[Records, Changes, RowChanges], tuple[np.ndarray, np.ndarray]],
        unavoidable: Unavoidable = NOTHING_UNAVOIDABLE,
        lost: Lost = NOTHING_LOST,
    ) -> tuple[Records, AnswerKey]:
        """Put records and key together.

        Parameters
        ----------
        checked : callable
            Tells, of the finished records and the entries about cells and rows, which checks could see each.
        unavoidable : Unavoidable
            Rows that flawless clerks write no better; those that were left out are not released.
        lost : Lost
            Messages that never arrived.

        Returns
        -------
        tuple of Records and AnswerKey
        """
        tables, behind, missing = {}, {}, {}
        for name, book in self._books.items():
            tables[name], behind[name] = _released(book, self.shelf)
            book.columns, book.added = {}, []  # nobody changes them any more
            self.shelf.rest()
            if not book.stands.all():
                missing[name] = book.table.take(np.flatnonzero(~book.stands))
        records = Records(tables, self.lexicon)
        changes, rows = Changes(**self._changes.joined(self.shelf)), RowChanges(**self._rows.joined(self.shelf))
        by_cell, by_row = checked(records, changes, rows)
        changes, rows, lost, causes = self._used(replace(changes, check=by_cell), replace(rows, check=by_row), lost)
        key = AnswerKey(changes, rows, causes, missing, behind, self._released(unavoidable), lost)
        for part in (changes, rows, causes, lost, key.unavoidable):
            self.shelf.put_away(part)
        return records, key

    def _released(self, unavoidable: Unavoidable) -> Unavoidable:
        """Without the rows that were left out."""
        kept = np.ones(unavoidable.rec_id.size, dtype=bool)
        for code in np.unique(unavoidable.table):
            own = unavoidable.table == code
            kept[own] = self.stands(TABLES[code])[unavoidable.rec_id[own] - 1]
        return unavoidable.take(kept)

    def _used(self, changes: Changes, rows: RowChanges, lost: Lost) -> tuple[Changes, RowChanges, Lost, Causes]:
        """Without the causes that changed nothing in the end, and with the numbers of those that are left."""
        is_used = np.zeros(self._causes.size, dtype=bool)
        is_used[changes.cause] = is_used[rows.cause] = is_used[lost.cause] = True
        number = np.cumsum(is_used) - 1
        causes = Causes(**{name: column[is_used] for name, column in self._causes.joined(self.shelf).items()})
        renumbered = [replace(part, cause=number[part.cause]) for part in (changes, rows, lost)]
        return *renumbered, causes  # type: ignore[return-value]


def _spread(values: np.ndarray | int, count: int, dtype: Any = None) -> np.ndarray:
    """Values of so many rows, where a number stands for all."""
    column = np.asarray(values, dtype=dtype)
    return column if column.ndim else np.full(count, column)


def _released(book: _Book, shelf: Memory) -> tuple[RecordTable, Behind]:
    """A table as it is released, in the order of the numbers of its rows, and what stands behind it."""
    columns = dict(book.table.columns)
    behind = book.behind.columns()
    rows = None if book.stands.all() else np.flatnonzero(book.stands)
    if rows is None and not book.added:
        columns |= {name: shelf.keep(column) for name, column in book.columns.items()}
        return RecordTable(book.table.layout, columns), book.behind

    def joined(column: np.ndarray, added: list[np.ndarray]) -> np.ndarray:
        return shelf.keep(np.concatenate([column if rows is None else column[rows], *added]))

    columns |= book.columns
    columns = {name: joined(each, [more.columns[name] for more in book.added]) for name, each in columns.items()}
    behind = {name: joined(each, [more.behind[name] for more in book.added]) for name, each in behind.items()}
    return RecordTable(book.table.layout, columns), Behind(**behind)
