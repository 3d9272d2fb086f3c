"""The harm guard: it passes what is written, and finds each thing that must not be given out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.packs.pack_worlds import truth

from borderops.packs.harm_guard import lint


@pytest.fixture
def copy(part_of_it, tmp_path) -> Path:
    """A pack that a test may spoil."""
    return Path(shutil.copytree(part_of_it, tmp_path / "copy"))


def spoil(folder: Path, name: str, column: str, values: object) -> None:
    """Put other cells into an observed table."""
    path = folder / "observed" / "parquet" / f"{name}.parquet"
    table = pq.read_table(path)
    made = pa.array(values) if isinstance(values, list) else pa.repeat(pa.scalar(values), table.num_rows)
    place = table.schema.get_field_index(column)
    changed = table.append_column(column, made) if place < 0 else table.set_column(place, column, made)
    pq.write_table(changed, path)


def test_packs_pass(part_of_it, whole):
    """Nothing is wrong with what is written."""
    assert lint(part_of_it) == lint(whole) == []


def test_a_number_that_could_be_somebodys_is_found(copy):
    """An A-number of nine digits."""
    spoil(copy, "earm_case", "a_number", 212_345_678)
    assert [problem for problem in lint(copy) if "earm_case.a_number holds 212345678" in problem]


def test_a_row_without_its_mark_is_found(copy):
    """Even a single one."""
    rows = pq.read_metadata(copy / "observed" / "parquet" / "e3_event.parquet").num_rows
    spoil(copy, "e3_event", "synthetic", ["SYNTHETIC"] * (rows - 1) + ["real"])
    assert lint(copy) == ["e3_event has rows without SYNTHETIC"]


@pytest.mark.parametrize("name", ["README.md", "observed/csv/e3_event.csv", "observed/mbox/mail_message.mbox"])
def test_a_file_without_a_mark_is_found(copy, name):
    """Texts of any kind."""
    (copy / name).write_text("nothing is said here\n")
    assert f"{name} bears no mark" in lint(copy)


def test_parquet_without_a_notice_is_found(copy):
    """A file of the key that says nothing of itself."""
    path = copy / "answer_key" / "split.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    assert "answer_key/split.parquet bears no mark" in lint(copy)


def test_a_finer_place_is_found(copy):
    """A station, say, where a sector is all that may be told."""
    spoil(copy, "e3_event", "station", "mcallen")
    assert [problem for problem in lint(copy) if "e3_event.station names mcallen" in problem]


def test_a_truth_id_is_found_by_name_and_by_order(copy):
    """A person's number among what is observed, under its own name or another."""
    record = truth(copy, "record")
    person = record[record["table"] == "e3_subject"]["person_id"].astype(int).tolist()
    spoil(copy, "e3_subject", "fingerprint", [3 * number for number in person])
    assert lint(copy) == ["e3_subject.fingerprint stands in the order of truth"]
    spoil(copy, "e3_subject", "person_id", person)
    assert any(problem.startswith("e3_subject holds person_id") for problem in lint(copy))


def test_a_column_of_the_key_that_nobody_described_is_found(copy):
    """Descriptors and files drift apart."""
    path = copy / "answer_key" / "link.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("more", pa.nulls(table.num_rows)), path)
    assert lint(copy) == ["link has other columns than are described"]


def test_the_key_among_what_is_observed_is_found(copy):
    """Somebody copied a file into the wrong folder."""
    shutil.copy(copy / "answer_key" / "person.parquet", copy / "observed" / "parquet")
    assert "person of the answer key stands among what is observed" in lint(copy)
    assert isinstance(pd.read_parquet(copy / "observed" / "parquet" / "person.parquet"), pd.DataFrame)
