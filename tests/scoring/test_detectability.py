"""The key says which published check could see an error; the checks, which know no key, see exactly those."""

from __future__ import annotations

import numpy as np
import pytest
from scored_worlds import world

from borderops.audit.checks import run_checks
from borderops.audit.findings import Check
from borderops.records.answer_key import AnswerKey

ALONE = (Check.NUMBER_FORMAT, Check.CODE_LIST, Check.AGE_AGAINST_BIRTH, Check.IMPOSSIBLE_DATE)
"""Checks of a row by itself: what they find is the fault of that row."""


def tagged(key: AnswerKey, check: Check) -> set[tuple[int, int]]:
    """Tables and rows of errors that the key says a check could see, in cells or as rows."""
    cells, rows = key.changes, key.rows
    found = set()
    for table, rec_id, flags in ((cells.table, cells.rec_id, cells.check), (rows.table, rows.rec_id, rows.check)):
        seen = (flags & check) != 0
        found |= set(zip(table[seen].tolist(), rec_id[seen].tolist()))
    return found


def raised(check: Check, written: bool = False) -> set[tuple[int, int]]:
    """Tables and rows that fail a check."""
    made = world()
    told = run_checks(made.written.records if written else made.records, [check])
    return set(zip(told.table.tolist(), told.rec_id.tolist()))


@pytest.mark.parametrize("check", ALONE)
def test_checks_of_single_rows_find_exactly_what_is_tagged(check):
    """Not one error more or less: what flawless clerks wrote raises nothing."""
    assert raised(check) == tagged(world().key, check)
    assert not raised(check, written=True)


@pytest.mark.parametrize("check", [Check.NUMBER_TWICE, Check.ROW_TWICE, Check.UNKNOWN_KEY])
def test_checks_of_several_rows_find_what_is_tagged(check):
    """All that is tagged is found; the other row of each pair is raised as well, whether or not it is at fault."""
    assert tagged(world().key, check) <= raised(check)


def test_twins_are_found_with_what_they_repeat():
    """Every added row that repeats another cell for cell is raised, and so is the other."""
    made, found = world(), raised(Check.ROW_TWICE)
    rows = made.key.rows
    seen = (rows.check & Check.ROW_TWICE) != 0
    twins = set(zip(rows.table[seen].tolist(), rows.twin[seen].tolist()))
    assert twins and twins <= found


def test_some_errors_are_seen_by_nobody():
    """Most slips leave no trace that a check of rows could find: that is what the key is for."""
    checks = world().key.changes.check
    assert 0 < np.count_nonzero(checks) < checks.size / 2
