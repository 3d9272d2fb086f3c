"""Published checks of single rows, each a function of records: which rows fail it. One sentence a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

import numpy as np

from borderops import clock
from borderops.ages import age_years, birthday
from borderops.audit.clocks import is_malformed
from borderops.audit.findings import TABLES, Check, CheckFindings
from borderops.audit.looking_up import occurs, pairs_of, repeated
from borderops.records.fields import BLANK, NO_DAY, Kind
from borderops.records.systems import LAYOUTS, Records, RecordTable
from borderops.units import DAY, NEVER

CODES_FROM: Final = clock.minute_of(date(2018, 4, 19))
"""First minute with reason codes (OIG-20-06 p. 10)."""

WHO: Final = {
    "e3_subject": "subject_no",
    "eid_encounter": "person_no",
    "sigma_case": "sigma_no",
    "earm_case": "case_no",
    "portal_child": "portal_no",
}
"""Tables of people with an A-number, and the field that says who it is."""

STAYS: Final = {
    "e3_detention": ("in_at", "out_at"),
    "earm_custody": ("in_at", "out_at"),
    "portal_placement": ("placed_at", "discharged_at"),
}
"""Tables of stays, with the moments of going in and coming out."""

_DELETE: Final = LAYOUTS["eid_unit_history"].every_field["action"].choices.index("delete")
_YEARS: Final = 100


def _bad(table: RecordTable, rows: np.ndarray) -> np.ndarray:
    """Numbers of rows, by a mask or by their places."""
    return table["rec_id"][rows]


def number_format(table: RecordTable, records: Records) -> np.ndarray:
    """An A-number in any field lies outside 700,000,000 to 999,999,999."""
    fails = np.zeros(len(table), dtype=bool)
    for field in table.layout.every_field.values():
        if field.kind is Kind.A_NUMBER:
            fails |= is_malformed(table[field.name])
    return _bad(table, fails)


def number_twice(table: RecordTable, records: Records) -> np.ndarray:
    """An A-number stands at the same time on rows of one table about different people."""
    if table.layout.name not in WHO:
        return np.zeros(0, dtype=np.int64)
    number, who = table["a_number"], table[WHO[table.layout.name]]
    rows = _of_several(number, who)
    one, other = pairs_of(number[rows])
    one, other = rows[one], rows[other]
    overlap = np.maximum(table["valid_from"][one], table["valid_from"][other]) < np.minimum(
        table["valid_to"][one], table["valid_to"][other]
    )
    return np.unique(_bad(table, one[overlap & (who[one] != who[other])]))


def _of_several(number: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Places of rows whose number is filled and stands in several rows about more than one person."""
    filled = np.flatnonzero(number != BLANK)
    rows = filled[repeated(number[filled])]
    order = rows[np.argsort(number[rows], kind="stable")]
    if not order.size:
        return order
    starts = np.flatnonzero(np.append(True, number[order][1:] != number[order][:-1]))
    most, least = np.maximum.reduceat(who[order], starts), np.minimum.reduceat(who[order], starts)
    size = np.diff(np.append(starts, order.size))
    return order[np.repeat(most != least, size)]


def code_list(table: RecordTable, records: Records) -> np.ndarray:
    """A code stands on a row entered before 19 April 2018, or a deletion entered since then has none."""
    if "code" not in table.layout.every_field:
        return np.zeros(0, dtype=np.int64)
    has_code, since = table["code"] != BLANK, table["entered_at"] >= CODES_FROM
    if table.layout.name == "e3_unit_deletion":
        deletes = np.ones(len(table), dtype=bool)
    else:
        deletes = table["action"] == _DELETE if table.layout.name == "eid_unit_history" else np.zeros(len(table), bool)
    return _bad(table, (has_code & ~since) | (deletes & ~has_code & since))


def age_against_birth(table: RecordTable, records: Records) -> np.ndarray:
    """The age is not that of the written day of birth on the day of entry."""
    if "age" not in table.layout.every_field:
        return np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero((table["age"] != BLANK) & (table["birth_day"] != NO_DAY))
    age = _ages(table["birth_day"][rows].astype(np.int64), table["entered_at"][rows] // DAY)
    return _bad(table, rows[age != table["age"][rows]])


def _ages(birth_day: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Completed years on a day: a difference of days decides, and only near a birthday the calendar is asked."""
    years = (day - birth_day) / 365.2425
    age = np.floor(years).astype(np.int64)
    near = np.flatnonzero(np.abs(years - np.rint(years)) < 0.01)
    age[near] = age_years(birth_day[near], day[near])
    return age


def impossible_date(table: RecordTable, records: Records) -> np.ndarray:
    """Somebody comes out before going in, or was born after the entry of the row or over a hundred years before."""
    fails = np.zeros(len(table), dtype=bool)
    if table.layout.name in STAYS:
        begins, ends = (table[field] for field in STAYS[table.layout.name])
        fails |= (begins != NEVER) & (ends != NEVER) & (ends < begins)
    if "birth_day" in table.layout.every_field:
        fails |= _is_impossible_birth(table["birth_day"], table["entered_at"] // DAY)
    return _bad(table, fails)


def _is_impossible_birth(birth_day: np.ndarray, day: np.ndarray) -> np.ndarray:
    old = np.flatnonzero((birth_day != NO_DAY) & (day - birth_day > 365 * _YEARS))
    fails = (birth_day != NO_DAY) & (birth_day > day)
    fails[old] = day[old] > birthday(birth_day[old], _YEARS)
    return fails


def row_twice(table: RecordTable, records: Records) -> np.ndarray:
    """Another row of the table is equal in everything but its number."""
    columns = [column for name, column in table.columns.items() if name != "rec_id"]
    # Equal rows were entered at the same minute by the same user: few are, and only those are compared.
    mixed = table["entered_at"] * np.int64(1_000_003)
    for column in columns:
        mixed = (mixed ^ column) * np.int64(-7046029254386353131)
    rows = repeated(mixed)
    one, other = pairs_of(mixed[rows])
    one, other = rows[one], rows[other]
    equal = np.ones(one.size, dtype=bool)
    for column in columns:
        equal &= column[one] == column[other]
    return np.unique(_bad(table, one[equal]))


def unknown_key(table: RecordTable, records: Records) -> np.ndarray:
    """A number that repeats one of another table stands in no row of that table."""
    fails = np.zeros(len(table), dtype=bool)
    for field in table.layout.every_field.values():
        name, _, key = field.of.partition(".")
        if name and name in records:
            numbers = table[field.name]
            fails |= (numbers != BLANK) & ~occurs(records[name][key], numbers)
    return _bad(table, fails)


CHECKS: Final[dict[Check, Callable[[RecordTable, Records], np.ndarray]]] = {
    Check.NUMBER_FORMAT: number_format,
    Check.NUMBER_TWICE: number_twice,
    Check.CODE_LIST: code_list,
    Check.AGE_AGAINST_BIRTH: age_against_birth,
    Check.IMPOSSIBLE_DATE: impossible_date,
    Check.ROW_TWICE: row_twice,
    Check.UNKNOWN_KEY: unknown_key,
}
"""Rules: which rows of a table fail, as numbers of rows."""


def run_checks(records: Records, checks: Iterable[Check] = tuple(CHECKS)) -> CheckFindings:
    """Run checks over all tables as released, rows that no longer stand included.

    Parameters
    ----------
    records : Records
    checks : iterable of Check

    Returns
    -------
    CheckFindings
    """
    found = list(_failing(records, checks))
    recs = [rows for _, _, rows in found]
    return CheckFindings(
        check=np.repeat(np.array([check for check, _, _ in found], dtype=np.int16), [rows.size for rows in recs]),
        table=np.repeat(np.array([code for _, code, _ in found], dtype=np.int8), [rows.size for rows in recs]),
        rec_id=np.concatenate([np.zeros(0, dtype=np.int64), *recs]),
    )


def _failing(records: Records, checks: Iterable[Check]) -> Iterator[tuple[int, int, np.ndarray]]:
    for check in sorted(checks):
        for code, name in enumerate(TABLES):
            if name in records:
                yield int(check), code, CHECKS[Check(check)](records[name], records)
