"""The answer key: taking mistakes back, and refusing records that it does not belong to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.records.e3_worlds import season
from tests.records.mistake_worlds import differing, flawless, mistakes

from borderops.exceptions import WrongInput
from borderops.records.answer_key import TABLES, Check, Mechanism
from borderops.records.systems import Records, RecordTable


def test_undo_restores_what_flawless_clerks_wrote():
    """At the rates that are shipped: cell for cell."""
    records, key = mistakes()
    assert differing(key.undo(records), flawless(season()).records) == []


def test_no_rates_and_no_failed_acts_leave_an_empty_key():
    """Nobody slips and every steering act succeeded: what stands is what flawless clerks wrote."""
    from tests.records.test_steering import all_succeeded

    records, key = mistakes(0.0, all_succeeded())
    assert key.changes.table.size == key.rows.table.size == 0
    assert set(key.causes.mechanism) <= {Mechanism.MESSAGE_LOST}  # which is no error of a record
    assert key.missing == {}
    assert differing(records, flawless(all_succeeded()).records) == []


def _with(records: Records, table: str, **columns: np.ndarray) -> Records:
    changed = RecordTable(records[table].layout, {**records[table].columns, **columns})
    return Records({**records.tables, table: changed}, records.lexicon)


def test_undo_refuses_records_that_were_changed_since():
    """A cell of the key that holds something else than the key says is named."""
    records, key = mistakes()
    error = int(np.flatnonzero(key.changes.table == TABLES.index("e3_subject"))[-1])
    field = list(records["e3_subject"].layout.every_field)[key.changes.field[error]]
    column = records["e3_subject"][field].copy()
    column[records["e3_subject"]["rec_id"] == key.changes.rec_id[error]] += 1
    with pytest.raises(WrongInput, match=f"e3_subject.{field}"):
        key.undo(_with(records, "e3_subject", **{field: column}))


def test_undo_refuses_records_that_lack_a_row():
    """A row of the key that is not there is no small matter."""
    records, key = mistakes()
    table = records["e3_subject"]
    error = int(np.flatnonzero(key.changes.table == TABLES.index("e3_subject"))[0])
    shorter = Records(
        {**records.tables, "e3_subject": table.take(table["rec_id"] != key.changes.rec_id[error])}, records.lexicon
    )
    with pytest.raises(WrongInput, match="e3_subject"):
        key.undo(shorter)


def test_undo_takes_back_a_cell_that_was_changed_twice():
    """Errors in one cell come off in the reverse of their order."""
    records, key = mistakes({"typo": 1.0, "spelled_by_ear": 1.0, "accent_lost": 1.0})
    own = key.changes
    _, count = np.unique(own.rec_id * 64 + own.field, return_counts=True)
    assert (count > 2).sum() > 100
    assert differing(key.undo(records), flawless(season()).records) == []


def test_a_key_of_other_records_does_not_fit():
    """The key of other rates is refused."""
    records, _ = mistakes()
    _, other = mistakes(0.3)
    with pytest.raises(WrongInput):
        other.undo(records)


def test_checks_find_exactly_what_the_key_says():
    """Rows that published checks find, and do not find in flawless tables, are those that the key says they could see.

    An A-number that stands twice is found in both rows, and only one of them need be wrong.
    """
    from borderops.audit.checks import run_checks

    records, key = mistakes()
    found = _told(run_checks(records))
    flawless_found = _told(run_checks(flawless(season()).records))
    tagged = set()
    for entries in (key.changes, key.rows):
        for check in Check:
            chosen = (entries.check & check) > 0
            tagged |= {
                (int(check), *pair) for pair in zip(entries.table[chosen].tolist(), entries.rec_id[chosen].tolist())
            }
    assert tagged <= found
    others = {row for row in found - tagged - flawless_found if row[0] not in (Check.NUMBER_TWICE, Check.ROW_TWICE)}
    assert others == set()


def _told(findings) -> set[tuple[int, int, int]]:
    return set(zip(findings.check.tolist(), findings.table.tolist(), findings.rec_id.tolist()))


def test_a_key_is_read_only():
    """Nobody corrects the truth by accident."""
    _, key = mistakes()
    with pytest.raises(ValueError, match="read-only"):
        key.changes.meant[0] = 0
    assert replace(key) is not key
