"""Which people a pack speaks of, and which rows and errors of the books are theirs.

Whole apprehension events are taken from a full history, so that who waits and who is overlooked is what a crowd makes
of it. Events are taken in the order of a draw of their own: a smaller pack is part of a larger one.

Rows are not copied: a cut keeps their places in the books and takes a column out when somebody looks at it, so that a
pack needs little memory beside the books, however many people are in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeVar

import numpy as np

from borderops.population.people import People
from borderops.records.answer_key import TABLES, AnswerKey, Behind, Changes, Copy, RowChanges
from borderops.records.bookkeeping import Books
from borderops.records.fields import BLANK
from borderops.records.systems import Records, RecordTable
from borderops.records.witness import Witness
from borderops.shelf import IN_MEMORY, Memory
from borderops.streams import Draws, Purpose

OF_WHOLE_SHEETS: Final = "local_sheet_version"
"""A table that counts the rows of whole spreadsheets, so that a part of the people has no share in it."""


def choose_people(people: People, persons: int | None, draws: Draws) -> np.ndarray:
    """Choose whole apprehension events until enough people are in them.

    Parameters
    ----------
    people : People
    persons : int or None
        At least so many, as long as there are so many; None takes everybody.
    draws : Draws

    Returns
    -------
    ndarray of bool, shape (n,)
        The people of the events that were chosen. For more persons the same people and others.
    """
    if persons is None:
        return np.ones(people.number.size, dtype=bool)
    events, place = np.unique(people.event, return_inverse=True)
    sizes = np.bincount(place, weights=people.size, minlength=events.size).astype(np.int64)
    order = np.argsort(draws.bits(events, Purpose.PACK_EVENT), kind="stable")
    before = np.cumsum(sizes[order]) - sizes[order]
    is_chosen = np.zeros(events.size, dtype=bool)
    is_chosen[order[before < persons]] = True
    return is_chosen[place][people.party]


@dataclass(frozen=True)
class Cut:
    """The books of some people: rows about them as released and as flawless clerks wrote them, and the key between.

    Attributes
    ----------
    witness : Witness
    chosen : ndarray of bool, shape (n,)
        The people of the pack; all whom a row of theirs speaks of are among them.
    records, written : Records
        Numbers are still those of the whole books.
    behind, behind_written : mapping of str to Behind
        Of the rows of either.
    key : AnswerKey
        Errors in these rows; ``missing`` and ``causes`` are those of the whole books.
    copies : tuple of Copy
        Of the whole books.
    """

    witness: Witness
    chosen: np.ndarray
    records: Records
    written: Records
    behind: Mapping[str, Behind]
    behind_written: Mapping[str, Behind]
    key: AnswerKey
    copies: tuple[Copy, ...]

    @cached_property
    def persons(self) -> np.ndarray:
        """Rows of the people of the pack, ascending, int64."""
        return np.flatnonzero(self.chosen)


def cut(books: Books, chosen: np.ndarray, shelf: Memory = IN_MEMORY) -> Cut:
    """Cut books down to some people.

    Parameters
    ----------
    books : Books
    chosen : ndarray of bool, shape (n,)
        Of whole events.
    shelf : Memory
        Where places of rows and entries of the key lie.

    Returns
    -------
    Cut
        Rows keep their order. Versions of spreadsheets are kept with everybody alone: see `OF_WHOLE_SHEETS`.
    """
    witness, key = books.witness, books.key
    if chosen.all():
        clean = books.written
        return Cut(witness, chosen, books.records, clean.records, key.behind, clean.behind, key, clean.copies)
    records, behind = _rows_about(books.records, key.behind, witness, chosen, shelf)
    written, behind_written = _rows_about(books.written.records, books.written.behind, witness, chosen, shelf)
    kept = {name: _numbers(records, written, name) for name in records.tables}
    smaller = replace(key, changes=_of_rows(key.changes, kept), rows=_of_rows(key.rows, kept), behind=behind)
    for entries in (smaller.changes, smaller.rows):
        shelf.put_away(entries)
    shelf.rest()
    return Cut(witness, chosen, records, written, behind, behind_written, smaller, books.written.copies)


def _rows_about(
    records: Records, behind: Mapping[str, Behind], witness: Witness, chosen: np.ndarray, shelf: Memory
) -> tuple[Records, Mapping[str, Behind]]:
    """Rows about the people chosen, and what stands behind them."""
    about = _About(witness, chosen)
    rows = {}
    for name, table in records.tables.items():
        rows[name] = shelf.keep(about.rows(name, table, behind[name]))
        shelf.rest()
    tables = {name: SomeRows(records[name], rows[name]) for name in rows}
    return Records(tables, records.lexicon), {name: SomeBehind(behind[name], rows[name]) for name in rows}


class SomeRows(RecordTable):
    """Some rows of a table, each column taken out anew whenever it is asked for.

    Parameters
    ----------
    whole : RecordTable
    rows : ndarray of int, shape (r,)
        Places in it.
    """

    def __init__(self, whole: RecordTable, rows: np.ndarray):
        super().__init__(whole.layout, _ColumnsOf(whole.columns, rows))
        self.whole, self.rows = whole, rows

    def __post_init__(self) -> None:
        """Leave the columns where they are: those of the whole were looked at."""

    def __len__(self) -> int:
        return self.rows.size

    def take(self, rows: np.ndarray) -> RecordTable:
        """Some of these rows, by a mask or by their places; as a table of its own."""
        return self.whole.take(self.rows[rows])


class _ColumnsOf(Mapping[str, np.ndarray]):
    """Some cells of each column."""

    def __init__(self, whole: Mapping[str, np.ndarray], rows: np.ndarray):
        self._whole, self._rows = whole, rows

    def __getitem__(self, name: str) -> np.ndarray:
        column = self._whole[name][self._rows]
        column.flags.writeable = False
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)


class SomeBehind(Behind):
    """What stands behind some rows of a table, likewise.

    Parameters
    ----------
    whole : Behind
    rows : ndarray of int, shape (r,)
    """

    def __init__(self, whole: Behind, rows: np.ndarray):
        vars(self).update(whole=whole, rows=rows)

    def __getattr__(self, name: str) -> np.ndarray:
        # Looked for where nothing is kept under a name: columns, and only these.
        if name not in Behind.__dataclass_fields__:
            raise AttributeError(name)
        return getattr(vars(self)["whole"], name)[vars(self)["rows"]]

    def take(self, rows: np.ndarray) -> Behind:
        """What stands behind some of these rows, by their places."""
        return vars(self)["whole"].take(vars(self)["rows"][rows])


class _About:
    """Tells which rows are about people who were chosen."""

    def __init__(self, witness: Witness, chosen: np.ndarray):
        people, plan = witness.people, witness.plan
        self.person = np.append(chosen, False)
        self.case = np.append(chosen[plan.case_first], False)
        self.events = np.unique(people.event[people.party[chosen]])

    def rows(self, name: str, table: RecordTable, behind: Behind) -> np.ndarray:
        """Places of these rows in a table, ascending."""
        if name == OF_WHOLE_SHEETS:
            return np.zeros(0, dtype=np.int32)
        about = np.where(behind.person != BLANK, self.person[behind.person], self.case[behind.case])
        if name == "e3_event":  # a row about nobody in particular bears the number of what happened
            about = np.where(behind.person == BLANK, np.isin(behind.entity, self.events), about)
        return np.flatnonzero(about).astype(np.int32)  # half the memory: no table has two thousand million rows


def _numbers(records: Records, written: Records, name: str) -> np.ndarray:
    """Marks, by number, the rows of a table that were released or ought to have been."""
    numbers = [table[name]["rec_id"] for table in (records, written)]
    marked = np.zeros(max(int(each.max(initial=0)) for each in numbers) + 2, dtype=bool)
    for each in numbers:
        marked[each] = True
    return marked


_Entries = TypeVar("_Entries", Changes, RowChanges)


def _of_rows(entries: _Entries, kept: Mapping[str, np.ndarray]) -> _Entries:
    """Entries of a key about some rows; ``kept`` marks these by number, the last place stands for all beyond."""
    chosen = np.zeros(entries.rec_id.size, dtype=bool)
    for code in np.unique(entries.table):
        own = np.flatnonzero(entries.table == code)
        marked = kept[TABLES[code]]
        chosen[own] = marked[np.minimum(entries.rec_id[own], marked.size - 1)]
    return type(entries)(**{name: column[chosen] for name, column in entries.columns().items()})
