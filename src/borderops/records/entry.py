"""What a clerk of one table hands in: columns, the truth behind each row, and what was copied from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from borderops.exceptions import ModelError
from borderops.records.answer_key import Behind, Copy, Written
from borderops.records.fields import BLANK
from borderops.records.spelling import Lexicon
from borderops.records.systems import Records, RecordTable, numbered
from borderops.records.witness import Witness
from borderops.records.workload import HALF_BUSY
from borderops.shelf import IN_MEMORY, Memory


@dataclass(frozen=True)
class CopiedFrom:
    """Where some fields of an entry were copied from.

    Attributes
    ----------
    table : str
    rec : ndarray of int64, shape (n,)
        Number of the row read for each row of the entry; `BLANK` where there is none.
    fields : tuple of (str, str)
        Field written, and field read.
    """

    table: str
    rec: np.ndarray
    fields: tuple[tuple[str, str], ...]


Column = np.ndarray | int | Callable[[], np.ndarray]
"""Of an entry; a number stands for all of its rows."""


@dataclass(frozen=True)
class Entry:
    """Rows of one table in any order.

    Attributes
    ----------
    columns : mapping of str to ndarray, int or callable
        As for `borderops.records.systems.table_of`; or what gives a column when it is asked for, so that not all of a
        large table stand in memory at once.
    person : ndarray of int32, shape (n,)
        Row of the person each row is about; -1 for none.
    behind : mapping of str to ndarray or int
        Further columns of `Behind`. What is not given follows from the person: its case, entity number and station.
    copied : tuple of CopiedFrom
    """

    columns: Mapping[str, Column]
    person: np.ndarray
    behind: Mapping[str, np.ndarray | int] = field(default_factory=dict)
    copied: tuple[CopiedFrom, ...] = ()


class Desk:
    """Tables as they are written one after another; a clerk who copies reads those that came before.

    Parameters
    ----------
    lexicon : Lexicon
    shelf : Memory
        Where columns go.
    """

    def __init__(self, lexicon: Lexicon, shelf: Memory = IN_MEMORY):
        self.lexicon, self.shelf = lexicon, shelf
        self.tables: dict[str, RecordTable] = {}
        self.behind: dict[str, Behind] = {}
        self.copies: list[Copy] = []

    def put(self, name: str, entry: Entry, witness: Witness) -> None:
        """Number the rows of an entry in the order in which they were entered, and keep them."""
        for owner in (entry, *entry.copied):
            self.shelf.put_away(owner)
        columns = {field: self._told(column) for field, column in entry.columns.items()}
        table, order = numbered(name, columns, self.shelf)
        for one in entry.copied:
            read = one.rec[order]
            copied = read != BLANK
            to_rec, from_rec = self.shelf.keep(table["rec_id"][copied]), self.shelf.keep(read[copied])
            self.copies.append(Copy(name, one.table, to_rec, from_rec, one.fields))
        self.tables[name], self.behind[name] = table, _behind(entry, order, witness)
        self.shelf.put_away(self.behind[name])
        self.shelf.rest()

    def _told(self, column: Column) -> np.ndarray | int:
        return self.shelf.keep(column()) if callable(column) else column

    def rec_of(self, name: str, persons: np.ndarray) -> np.ndarray:
        """Number of the first row about each of some people in a table; `BLANK` where there is none, int64."""
        behind, table = self.behind[name], self.tables[name]
        count = int(max(behind.person.max(initial=0), np.max(persons, initial=0))) + 2
        first = np.full(count, BLANK, dtype=np.int64)
        first[behind.person[::-1]] = table["rec_id"][::-1]
        first[-1] = BLANK  # where person is -1
        return first[persons]

    def written(self) -> Written:
        """Everything that was written."""
        return Written(Records(dict(self.tables), self.lexicon), dict(self.behind), tuple(self.copies))


Clerk = Callable[[Witness, Desk], Entry]
"""Writes one table."""


def _behind(entry: Entry, order: np.ndarray, witness: Witness) -> Behind:
    person = np.ascontiguousarray(entry.person[order], dtype=np.int32)
    known = person != BLANK
    given = entry.behind
    if "entity" not in given and not known.all():
        raise ModelError("a row about nobody needs an entity for its draws")

    def column(name: str, dtype: type, otherwise: Callable[[], np.ndarray | int]) -> np.ndarray:
        values = np.asarray(given[name] if name in given else otherwise())
        if not values.ndim:
            return np.full(person.size, values, dtype=dtype)
        return np.ascontiguousarray(values[order] if name in given else values, dtype=dtype)

    def of_person(values: np.ndarray) -> np.ndarray:
        return np.where(known, values[person], BLANK)

    return Behind(
        person=person,
        other=column("other", np.int32, lambda: BLANK),
        case=column("case", np.int32, lambda: of_person(witness.case)),
        entity=column("entity", np.int64, lambda: witness.people.number[person]),
        visit=column("visit", np.int16, lambda: 0),
        station=column("station", np.int8, lambda: of_person(witness.station)),
        load=column("load", np.int8, lambda: HALF_BUSY),
    )
