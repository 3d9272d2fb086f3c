"""Which published checks could see a mistake in the written records alone.

Told from the finished records: a slip that a later one hides is seen by nobody. `borderops.audit.checks` looks for the
same things without a key; that both agree is tested, so neither may import the other.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from borderops import clock
from borderops.ages import age_years, birthday
from borderops.operations.numbers import OLD_NUMBERS_FROM
from borderops.records.answer_key import TABLES, Changes, Check, RowChanges
from borderops.records.fields import BLANK, NO_DAY, Kind
from borderops.records.systems import LAYOUTS, Records, RecordTable
from borderops.units import DAY, NEVER

CODES_FROM: Final = clock.minute_of(date(2018, 4, 19))
LAST_NUMBER: Final = 999_999_999
HUNDRED: Final = 100

WHO: Final = {
    "e3_subject": "subject_no",
    "eid_encounter": "person_no",
    "sigma_case": "sigma_no",
    "earm_case": "case_no",
    "portal_child": "portal_no",
}
"""Tables with one A-number a person, and the field that tells the person."""

STAYS: Final = {
    "e3_detention": ("in_at", "out_at"),
    "earm_custody": ("in_at", "out_at"),
    "portal_placement": ("placed_at", "discharged_at"),
}


def seen_by(records: Records, changes: Changes, rows: RowChanges) -> tuple[np.ndarray, np.ndarray]:
    """Tell which checks could see each entry of a key.

    Parameters
    ----------
    records : Records
        As released.
    changes : Changes
    rows : RowChanges

    Returns
    -------
    tuple of ndarray of int16
        `Check` of each changed cell, and of each row that is missing or was added.
    """
    by_cell = np.zeros(changes.table.size, dtype=np.int16)
    place = changes.table.astype(np.int64) * 64 + changes.field
    order = np.argsort(place, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        if own.size:
            table = records[TABLES[changes.table[own[0]]]]
            field = list(table.layout.every_field)[changes.field[own[0]]]
            at = np.searchsorted(table["rec_id"], changes.rec_id[own])
            by_cell[own] = _of_cells(records, table, field, at)
    return by_cell, _of_rows(records, rows)


def _of_cells(records: Records, table: RecordTable, field: str, at: np.ndarray) -> np.ndarray:
    """Checks that see something wrong in a field of some rows."""
    name, kind = table.layout.name, table.layout.every_field[field]
    seen = np.zeros(at.size, dtype=np.int16)

    def mark(check: Check, fails: np.ndarray) -> None:
        seen[fails] |= check

    if kind.kind is Kind.A_NUMBER:
        mark(Check.NUMBER_FORMAT, is_no_number(table[field][at]))
    if field == "a_number" and name in WHO:
        mark(Check.NUMBER_TWICE, is_someone_elses(table, at))
    if field == "code":
        mark(Check.CODE_LIST, breaks_list_of_codes(table, at))
    if field in ("age", "birth_day") and "age" in table.columns:
        mark(Check.AGE_AGAINST_BIRTH, contradicts_birth(table, at))
    if field == "birth_day":
        mark(Check.IMPOSSIBLE_DATE, is_impossible_birth(table, at))
    if field in STAYS.get(name, ()):
        mark(Check.IMPOSSIBLE_DATE, ends_before_it_begins(table, at))
    if kind.of:
        mark(Check.UNKNOWN_KEY, points_nowhere(records, kind.of, table[field][at]))
    return seen


def is_no_number(numbers: np.ndarray) -> np.ndarray:
    """An A-number lies outside what is given out."""
    return (numbers != BLANK) & ((numbers < OLD_NUMBERS_FROM) | (numbers > LAST_NUMBER))


def is_someone_elses(table: RecordTable, at: np.ndarray) -> np.ndarray:
    """The A-number stands at the same time in a row about somebody else."""
    wanted = np.unique(table["a_number"][at])
    column = table["a_number"]
    found = wanted[np.minimum(np.searchsorted(wanted, column), wanted.size - 1)] == column
    rows = np.flatnonzero(found & (column != BLANK))
    rows = rows[np.argsort(column[rows], kind="stable")]
    number, who = column[rows], table[WHO[table.layout.name]][rows]
    begins, ends = table["valid_from"][rows], table["valid_to"][rows]
    shared = np.zeros(len(table), dtype=bool)
    step = 1
    while (number[step:] == number[:-step]).any():
        same = (number[step:] == number[:-step]) & (who[step:] != who[:-step])
        same &= np.maximum(begins[step:], begins[:-step]) < np.minimum(ends[step:], ends[:-step])
        shared[rows[step:][same]] = shared[rows[:-step][same]] = True
        step += 1
    return shared[at]


def breaks_list_of_codes(table: RecordTable, at: np.ndarray) -> np.ndarray:
    """There is a code before there were any, or none on a deletion since."""
    has_code, since = table["code"][at] != BLANK, table["entered_at"][at] >= CODES_FROM
    deletes = np.full(at.size, table.layout.name == "e3_unit_deletion")
    if table.layout.name == "eid_unit_history":
        deletes = table["action"][at] == LAYOUTS["eid_unit_history"].every_field["action"].choices.index("delete")
    return np.where(has_code, ~since, deletes & since)


def contradicts_birth(table: RecordTable, at: np.ndarray) -> np.ndarray:
    """The age is not the completed years when entered."""
    age, birth = table["age"][at], table["birth_day"][at]
    known = (age != BLANK) & (birth != NO_DAY)
    return known & (age_years(np.where(known, birth, 0), table["entered_at"][at] // DAY) != age)


def is_impossible_birth(table: RecordTable, at: np.ndarray) -> np.ndarray:
    """Somebody was born after the entry, or more than a hundred years before."""
    birth, day = table["birth_day"][at], table["entered_at"][at] // DAY
    known = birth != NO_DAY
    return known & ((birth > day) | (birthday(np.where(known, birth, 0), HUNDRED) < day))


def ends_before_it_begins(table: RecordTable, at: np.ndarray) -> np.ndarray:
    """A stay ends before it begins."""
    begins, ends = (table[field][at] for field in STAYS[table.layout.name])
    return (begins != NEVER) & (ends != NEVER) & (ends < begins)


def points_nowhere(records: Records, of: str, numbers: np.ndarray) -> np.ndarray:
    """A number repeats one that no row of its table has."""
    table, field = of.split(".")
    if table not in records:
        return np.zeros(numbers.shape, dtype=bool)
    return (numbers != BLANK) & ~np.isin(numbers, records[table][field])


def _of_rows(records: Records, rows: RowChanges) -> np.ndarray:
    """Checks that see rows which were added: equal to another one. What is missing, none of them sees."""
    seen = np.zeros(rows.table.size, dtype=np.int16)
    for code in np.unique(rows.table[~rows.is_missing]):
        own = np.flatnonzero((rows.table == code) & (rows.twin >= 0))
        table = records[TABLES[code]]
        at, twin = (np.searchsorted(table["rec_id"], each) for each in (rows.rec_id[own], rows.twin[own]))
        equal = np.ones(own.size, dtype=bool)
        for name, column in table.columns.items():
            equal &= (column[at] == column[np.minimum(twin, len(table) - 1)]) | (name == "rec_id")
        seen[own[equal]] = Check.ROW_TWICE
    return seen
