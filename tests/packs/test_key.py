"""The answer key of a pack: it explains every difference, and holds the truth behind every row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.packs.pack_worlds import books, observed, part, tables, truth

from borderops.packs.numbering import Numbering
from borderops.packs.observed import Observed
from borderops.packs.readable import Reader
from borderops.packs.undoing import clean_twin
from borderops.records.systems import LAYOUTS, Records


def flawless(persons: int | None) -> Observed:
    """What flawless clerks wrote, read as observed tables are."""
    made = part(persons)
    return Observed(made, Numbering(made), Reader(made.records.lexicon))


def shared_rows(persons: int | None, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of the clean twin straight from the books, and the number that the pack gives each: 0 for missing ones."""
    made, source = part(persons), flawless(persons)
    old = made.written[name]["rec_id"]
    numbers = Numbering(made).rec_ids_of(name, old)
    return source.rows(name, made.written[name], np.maximum(numbers, 0)).to_pandas(), np.maximum(numbers, 0)


@pytest.mark.parametrize("name", list(LAYOUTS))
@pytest.mark.parametrize("persons", [None, 1500])
def test_undoing_the_errors_gives_the_clean_twin(whole, part_of_it, name, persons):
    """From the files alone, cell for cell and row for row, what flawless clerks wrote."""
    undone = clean_twin(whole if persons is None else part_of_it, name)
    meant, numbers = shared_rows(persons, name)
    missing = -np.arange(1, (numbers == 0).sum() + 1)
    meant["rec_id"] = numbers
    meant.loc[numbers == 0, "rec_id"] = missing
    meant = meant.set_index("rec_id").sort_index()
    pd.testing.assert_frame_equal(undone, meant, check_dtype=False)


def test_undoing_needs_the_right_table(whole, tmp_path):
    """A cell that does not hold what the key says was written is named, not passed over."""
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    path = copy / "observed" / "parquet" / "e3_subject.parquet"
    table = pd.read_parquet(path)
    table["given"] = "Nobody"
    table.to_parquet(path)
    with pytest.raises(ValueError, match=r"e3_subject\.given, row \d+"):
        clean_twin(copy, "e3_subject")


def test_no_error_changes_nothing(whole):
    """Every change of a cell differs in what is read; labels hold cells that are wrong in the end alone."""
    errors, wrong = truth(whole, "error"), truth(whole, "labels/T6")
    assert len(errors) > 500
    assert not (errors["recorded"].fillna("") == errors["correct"].fillna("")).any()
    assert not (wrong["recorded"].fillna("") == wrong["correct"].fillna("")).any()
    assert not wrong.duplicated(["table", "rec_id", "field"]).any()


def test_every_observed_row_has_its_truth(whole):
    """One row of `record` for each row of a system of record; people are those of `person`."""
    record, people = truth(whole, "record"), truth(whole, "person")
    for name in LAYOUTS:
        own = record[record["table"] == name]["rec_id"]
        assert own.tolist() == observed(whole, name)["rec_id"].tolist(), name
    assert set(record["person_id"].dropna()) <= set(people["person_id"])
    assert record[record["table"] == "e3_subject"]["person_id"].notna().all()
    assert record[record["table"] == "e3_event"]["event_id"].notna().all()


def test_a_source_error_is_an_earlier_one(part_of_it):
    """Errors that were copied name the error of the pack that they were copied from, further from the first writing."""
    errors = truth(part_of_it, "error").set_index("error_id")
    copied = errors[errors["source_error"].notna()]
    sources = errors.loc[copied["source_error"].astype(int)]
    assert len(copied) > 20
    assert (copied["hops"].to_numpy() == sources["hops"].to_numpy() + 1).all()
    assert (copied["cause_id"].to_numpy() == sources["cause_id"].to_numpy()).all()


def test_causes_and_persons_lead_somewhere(part_of_it):
    """Whatever a table of the key points to is there."""
    causes, people = set(truth(part_of_it, "cause")["cause_id"]), set(truth(part_of_it, "person")["person_id"])
    for name in ("error", "row_error", "lost_message"):
        assert set(truth(part_of_it, name)["cause_id"]) <= causes, name
    used = pd.concat([truth(part_of_it, name)["cause_id"] for name in ("error", "row_error", "lost_message")])
    assert set(used) == causes
    links = truth(part_of_it, "link")
    assert set(links["child_id"]) | set(links["adult_id"]) <= people


def test_copied_cells_hold_what_was_read_unless_the_key_says_otherwise(part_of_it):
    """A copied cell differs from its source in the pack only where one of both is in the key."""
    lineage, errors = truth(part_of_it, "lineage"), truth(part_of_it, "error")
    wrong = set(zip(errors["table"], errors["rec_id"], errors["field"]))
    copied = lineage.query("table == 'portal_child' and field == 'birth_day' and from_rec_id.notna()")
    here = observed(part_of_it, "portal_child").set_index("rec_id")["birth_day"]
    checked = 0
    for row in copied.itertuples():
        there = observed_cached(part_of_it, row.from_table)["birth_day"]
        if ("portal_child", row.rec_id, "birth_day") in wrong or (
            row.from_table,
            row.from_rec_id,
            "birth_day",
        ) in wrong:
            continue
        assert here[row.rec_id] == there[int(row.from_rec_id)]
        checked += 1
    assert checked > 20


_KEPT: dict[str, pd.DataFrame] = {}


def observed_cached(folder, name: str) -> pd.DataFrame:
    """An observed table by its numbers, read once."""
    if name not in _KEPT:
        _KEPT[name] = observed(folder, name).set_index("rec_id")
    return _KEPT[name]


def test_links_tell_what_records_tell(whole):
    """A link on record is knowable; one that nothing tells of is not; every child has its own parents."""
    links = truth(whole, "link")
    assert not links.duplicated(["child_id", "adult_id"]).any()
    assert (links["recoverability"][links["is_recorded"]] == "knowable").all()
    assert ((links["known_from"] == "nothing") == (links["recoverability"] == "unknowable")).all()
    assert {"parent", "kin", "claimed_false"} <= set(links["relation"])
    assert links["was_separated"].sum() > 50
    assert links["separated_at"].notna().sum() >= links["was_separated"].sum()


def test_a_part_of_the_people_has_the_same_records_as_all():
    """What is written of people does not depend on who else is in the pack."""
    small, large = part(1500), part(None)
    for name in ("e3_subject", "earm_case", "mail_message"):
        kept = np.isin(large.records[name]["rec_id"], small.records[name]["rec_id"])
        assert small.records[name].equals(large.records[name].take(kept))
    assert (
        isinstance(small.records, Records)
        and small.chosen.sum() < large.chosen.sum() == books().witness.people.number.size
    )


def test_splits_let_nothing_cross(whole):
    """Nobody, no family and no event stands in two parts of a scheme, and each scheme has both parts."""
    split = truth(whole, "split").merge(truth(whole, "person"), on="person_id")
    for scheme, rows in split.groupby("scheme"):
        assert not rows.duplicated("person_id").any()
        assert rows.groupby("family_id")["part"].nunique().max() == 1
        assert rows.groupby("event_id")["part"].nunique().max() == 1
        met = rows[rows["sector"] != "shelter"]
        assert 0.15 < (met["part"] == "test").mean() < 0.75, scheme
    by_sector = split[split["scheme"] == "sector"].groupby("sector")["part"].nunique()
    assert by_sector.max() == 1
    by_time = split[(split["scheme"] == "time") & (split["sector"] != "shelter")]
    days = by_time.groupby("part")["apprehended_at"]
    assert days.max()["train"].date() < days.min()["test"].date()


def test_tables_of_the_pack_are_all_there(whole):
    """Every system of record, both tables of lists, and the texts of notes."""
    assert tables(whole) == sorted([*LAYOUTS, "list_entry", "list_release", "e3_note_text"])
