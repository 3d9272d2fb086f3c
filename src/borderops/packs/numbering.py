"""Fresh numbers: what a pack calls rows, people and cases, so that no number tells what its table does not.

Inside, numbers follow the order in which people stand in memory wherever two things happen in the same minute, rows
that slips added come last, and rows that were left out leave gaps. Here everything is numbered anew in the order in
which it was entered, and what was entered in the same minute by draws of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

import numpy as np

from borderops.packs.cutting import Cut
from borderops.packs.formats import ROWS_AT_ONCE
from borderops.records.answer_key import TABLES
from borderops.records.fields import BLANK, Field, Kind
from borderops.records.systems import LAYOUTS, RecordTable
from borderops.shelf import IN_MEMORY, Memory
from borderops.streams import Draws, Purpose
from borderops.units import NEVER

A_NUMBERS_FROM: Final = 9_000_000_000
"""Put before every A-number: one of ten digits has never been issued, and neither a slip nor a spreadsheet that loses a
digit of the other nine makes it one that was."""

HOMES: Final = (
    "e3_event.event_no",
    "e3_subject.subject_no",
    "eid_person.fingerprint",
    "eid_person.person_no",
    "sigma_case.sigma_no",
    "earm_case.case_no",
    "portal_child.portal_no",
    "mail_message.thread_no",
)
"""Numbers that systems give out one after another, by the table and field in which they begin."""

_SAME: Final = {"e3_subject.fingerprint": "eid_person.fingerprint"}
_SOURCES: Final = ("e3_subject.subject_no", "sigma_case.sigma_no", "earm_case.case_no")
"""Whose numbers `eid_encounter.source_no` repeats, by the place of the system in the field's choices."""


def home_of(table: str, field: Field) -> str | None:
    """Where the numbers of a field begin; None for fields that keep what they hold."""
    if field.kind is not Kind.NUMBER:
        return None
    home = field.of or f"{table}.{field.name}"
    home = _SAME.get(home, home)
    return home if home in HOMES else None


def ranked(at: np.ndarray, draws: Draws, entities: np.ndarray, purpose: Purpose, index: int = 0) -> np.ndarray:
    """Number things from 1 by moments, and those of one minute by a draw; shape (n,), int64."""
    numbers, before = np.empty(at.size, dtype=np.int64), 0
    for rows in parts_by_value(at):
        order = np.lexsort((draws.bits(entities[rows], purpose, index), at[rows]))
        numbers[rows[order]] = np.arange(before + 1, before + order.size + 1)
        before += order.size
    return numbers


def parts_by_value(values: np.ndarray) -> Iterator[np.ndarray]:
    """Places of values in parts of about a size, smaller values first; all places of one value in one part."""
    step = max(values.size // 1024, 1)
    edges = np.unique(np.sort(values[::step])[:: max(ROWS_AT_ONCE // step, 1)])[1:]
    for begins, ends in zip([None, *edges], [*edges, None]):
        inside = np.ones(values.size, dtype=bool)
        if begins is not None:
            inside &= values >= begins
        if ends is not None:
            inside &= values < ends
        yield np.flatnonzero(inside)


class Numbering:
    """Numbers of one pack.

    Parameters
    ----------
    made : Cut
    shelf : Memory
        Where numbers lie.
    """

    def __init__(self, made: Cut, shelf: Memory = IN_MEMORY):
        self._cut, self._shelf = made, shelf
        self.draws = made.witness.draws
        self._rec_ids: dict[str, np.ndarray] = {}
        self._order: dict[str, np.ndarray] = {}
        self._fresh: dict[str, np.ndarray] = {}

    # --- rows -----------------------------------------------------------------------------------------------------

    def rec_ids(self, table: str) -> np.ndarray:
        """New numbers of the rows of a table as released, in their order, shape (r,), int32."""
        if table not in self._rec_ids:
            found = self._cut.records[table]
            index = TABLES.index(table)
            made = ranked(found["entered_at"], self.draws, found["rec_id"], Purpose.PACK_ROW, index)
            self._rec_ids[table] = self._shelf.keep(made.astype(np.int32))  # kept for all tables until the end
        return self._rec_ids[table]

    def order(self, table: str) -> np.ndarray:
        """Places of the rows of a table as released in the order of their new numbers, shape (r,), int32."""
        if table not in self._order:
            rec_ids = self.rec_ids(table)
            order = np.empty(rec_ids.size, dtype=np.int32)
            order[rec_ids - 1] = np.arange(rec_ids.size, dtype=np.int32)
            self._order[table] = self._shelf.keep(order)
        return self._order[table]

    def rec_ids_of(self, table: str, old: np.ndarray) -> np.ndarray:
        """New numbers of rows by their old ones; `BLANK` for rows that were not released, shape (k,), int64."""
        had = self._cut.records[table]["rec_id"]
        if not had.size:
            return np.full(old.size, BLANK, dtype=np.int64)
        # Rows stand in the order of their old numbers: see `borderops.records.ledger`.
        row = np.minimum(np.searchsorted(had, old), had.size - 1)
        return np.where(had[row] == old, self.rec_ids(table)[row], np.int64(BLANK))

    # --- what systems number ----------------------------------------------------------------------------------------

    def cells(self, table: str, field: Field, values: np.ndarray, rows: RecordTable | None = None) -> np.ndarray:
        """Cells of a field as a pack writes them, shape of ``values``.

        Parameters
        ----------
        table : str
        field : Field
        values : ndarray of int, shape (k,)
        rows : RecordTable, optional
            The rows that the cells stand in; needed for `eid_encounter.source_no`, which repeats several systems.
        """
        if field.kind is Kind.A_NUMBER:
            return np.where(values == BLANK, BLANK, values + A_NUMBERS_FROM)
        if (table, field.name) == ("eid_encounter", "source_no") and rows is not None:
            return np.choose(np.clip(rows["system"], 0, 2), [self._renamed(home, values) for home in _SOURCES])
        home = home_of(table, field)
        return values if home is None else self._renamed(home, values)

    def _renamed(self, home: str, values: np.ndarray) -> np.ndarray:
        fresh = self.fresh(home)
        if not fresh.size:
            return np.full(values.shape, BLANK, dtype=np.int64)
        inside = (values >= 0) & (values < fresh.size)
        return np.where(inside, fresh[np.where(inside, values, 0)], np.int64(BLANK))

    def fresh(self, home: str) -> np.ndarray:
        """New number by old one, `BLANK` for numbers that do not occur in the pack, int32."""
        if home not in self._fresh:
            self._fresh[home] = self._shelf.keep(self._make(home))
        return self._fresh[home]

    def _make(self, home: str) -> np.ndarray:
        is_used = np.zeros(0, dtype=bool)
        for values in self._occurring(home):
            more = int(values.max(initial=BLANK)) + 1 - is_used.size
            is_used = np.append(is_used, np.zeros(max(more, 0), dtype=bool))
            is_used[values[values >= 0]] = True
        self._shelf.rest()
        used = np.flatnonzero(is_used)
        fresh = np.full(is_used.size, BLANK, dtype=np.int32)
        at = self._first_entered(home, fresh.size)[used]
        fresh[used] = ranked(at, self.draws, used, Purpose.PACK_NUMBER, HOMES.index(home))
        return fresh

    def _occurring(self, home: str) -> Iterator[np.ndarray]:
        """All values of a number anywhere in the pack: on the page, as it ought to be, and in between."""
        changes = self._cut.key.changes
        for name, table in self._cut.records.tables.items():
            for place, field in enumerate(LAYOUTS[name].every_field.values()):
                if home_of(name, field) != home:
                    continue
                yield table[field.name]
                yield self._cut.written[name][field.name]
                own = (changes.table == TABLES.index(name)) & (changes.field == place)
                yield changes.meant[own]
                yield changes.written[own]

    def _first_entered(self, home: str, count: int) -> np.ndarray:
        """When each number was first entered where it begins, shape (count,); numbers of others come last."""
        name, field = home.split(".")
        first = np.full(count, NEVER, dtype=np.int64)
        for table in (self._cut.records[name], self._cut.written[name]):
            numbers = table[field]
            known = np.flatnonzero((numbers >= 0) & (numbers < count))
            np.minimum.at(first, numbers[known], table["entered_at"][known])
        return first

    # --- people -----------------------------------------------------------------------------------------------------

    @cached_property
    def person(self) -> np.ndarray:
        """Number of everybody of the pack by row of `People`, `BLANK` for others, with a last place for nobody."""
        people, rows = self._cut.witness.people, self._cut.persons
        return self._shuffled(people.number.size, rows, people.number[rows], 0)

    @cached_property
    def family(self) -> np.ndarray:
        """Number of every party, likewise by row of the party."""
        people = self._cut.witness.people
        parties = np.unique(people.party[self._cut.persons])
        return self._shuffled(people.size.size, parties, people.party_number[parties], 1)

    @cached_property
    def event(self) -> np.ndarray:
        """Number of the true event of every party, by row of the party."""
        people = self._cut.witness.people
        parties = np.unique(people.party[self._cut.persons])
        events, place = np.unique(people.event[parties], return_inverse=True)
        made = np.full(people.size.size + 1, BLANK, dtype=np.int64)
        made[parties] = ranked(np.zeros(events.size), self.draws, events, Purpose.PACK_PERSON, 2)[place]
        return made

    def _shuffled(self, count: int, rows: np.ndarray, entities: np.ndarray, index: int) -> np.ndarray:
        made = np.full(count + 1, BLANK, dtype=np.int64)
        made[rows] = ranked(np.zeros(rows.size), self.draws, entities, Purpose.PACK_PERSON, index)
        return made
