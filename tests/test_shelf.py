"""Arrays on a shelf: the same values, read-only, wherever they lie, and nothing left behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from borderops.config.compose import compose
from borderops.records.bookkeeping import keep_books, on_shelf
from borderops.replication import replicate
from borderops.shelf import SMALL, Shelf

WORDS = (
    "window.start=2018-05-14", "window.end=2018-05-18", "arrivals.stations=[yuma,ports_of_entry]",
    "study.season_start=null", "study.season_end=null", "study.is_hindcast=false",
)  # fmt: skip


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float64", "bool"])
def test_what_is_kept_is_what_was_given(tmp_path, dtype):
    """Values and type, before and after a rest; read-only; one file that has no name."""
    arrays = [np.arange(count).astype(dtype) for count in (0, 5, SMALL, 3 * SMALL + 1)]
    with Shelf(tmp_path) as shelf:
        kept = [shelf.keep(each) for each in arrays]
        for _ in range(2):
            assert all(one.dtype == other.dtype and np.array_equal(one, other) for one, other in zip(kept, arrays))
            shelf.rest()
        assert kept[1] is arrays[1] and not kept[3].flags.writeable
        assert list(tmp_path.iterdir()) == []
    assert np.array_equal(kept[3], arrays[3])  # whoever still reads it can


def test_parts_of_an_array_can_be_kept(tmp_path):
    """Every second number of another array, which does not lie in one piece."""
    whole = np.arange(4 * SMALL)
    with Shelf(tmp_path) as shelf:
        assert np.array_equal(shelf.keep(whole[::2]), whole[::2])


def test_a_draft_is_a_copy_that_can_be_written_to(tmp_path):
    """What is written stays through a rest; what it was copied from does not change; it is kept as it lies."""
    whole = np.arange(4 * SMALL).reshape(4, -1)
    with Shelf(tmp_path) as shelf:
        draft = shelf.draft(whole)
        draft[2, 3] = -5
        shelf.rest()
        assert draft[2, 3] == -5 and whole[2, 3] != -5 and draft.shape == whole.shape
        assert shelf.keep(draft) is draft and shelf.has(draft[1]) and not shelf.has(whole)


def test_a_table_that_was_put_away_is_the_same_table(tmp_path, monkeypatch):
    """Its own arrays and what has been found out of it lie on the shelf; its digest is the same."""
    monkeypatch.setattr("borderops.shelf.SMALL", 1)
    replication = replicate(compose([*WORDS]).settings, 1)
    digest, jobs = replication.digest, replication.agent_jobs
    with Shelf(tmp_path) as shelf:
        on_shelf(replication, shelf)
        assert all(shelf.has(each) for each in replication.history.columns().values() if each.size)
        assert replace(replication).digest == digest  # worked out anew
        for name, (station, found) in replication.agent_jobs.items():
            assert np.array_equal(station, jobs[name][0]) and np.array_equal(found.begins, jobs[name][1].begins)


def test_books_on_a_shelf_are_the_same_books(tmp_path, monkeypatch):
    """Every table, what stands behind it, and the key; all of it on the shelf, however small."""
    monkeypatch.setattr("borderops.shelf.SMALL", 1)
    settings = compose([*WORDS]).settings
    replication = replicate(settings, 1)
    with Shelf(tmp_path) as shelf:
        plain, shelved = (
            keep_books(replication, settings),
            keep_books(on_shelf(replication, shelf), settings, shelf=shelf),
        )
        shelf.rest()
        assert shelved.records["e3_subject"]["a_number"].base is not None
        for one, other in ((plain.records, shelved.records), (plain.written.records, shelved.written.records)):
            assert all(table.equals(other[name]) for name, table in one.tables.items())
            assert len(one.lexicon) == len(other.lexicon)
        for name, behind in plain.key.behind.items():
            assert behind.digest() == shelved.key.behind[name].digest()
        for part in ("changes", "rows", "causes", "unavoidable", "lost"):
            assert getattr(plain.key, part).digest() == getattr(shelved.key, part).digest()
        for one, other in zip(plain.written.copies, shelved.written.copies):
            assert np.array_equal(one.to_rec, other.to_rec) and np.array_equal(one.from_rec, other.from_rec)
