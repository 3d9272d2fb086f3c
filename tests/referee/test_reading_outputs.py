"""Outputs of tools: every problem told by the rows concerned, no cell shown, nothing scored by guess."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from borderops.exceptions import FileProblem
from borderops.provenance import sha256_of_file
from borderops.referee.complaints import Complaints
from borderops.referee.reading import SHAPES, Catalogue, read_output, repeated

CATALOGUE = Catalogue(
    {"e3_subject": 10, "portal_child": 5}, {"e3_subject": ["given", "age"], "portal_child": ["first_name"]}
)
PAIRS = "table_l,rec_id_l,table_r,rec_id_r"
SECRET = "Esperanza"
"""Stands in cells of outputs and must stand in no message."""


def read(path, kind=None, kinds=tuple(SHAPES)):
    """Read an output of any kind."""
    return read_output(path, CATALOGUE, kind, kinds)


@pytest.fixture
def said(tmp_path):
    """What is said of an output that cannot be used, line by line, without the first."""

    def told(content: str | bytes, name: str = "out.csv", **options) -> list[str]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(FileProblem) as problem:
            read(path, **options)
        text = str(problem.value)
        assert SECRET not in text
        assert str(tmp_path) not in text
        return [line.strip() for line in text.splitlines()[1:]]

    return told


def rows(*lines: str, header: str = PAIRS) -> str:
    """Lines below a header."""
    return "\n".join([header, *lines]) + "\n"


# --- what can be used ---------------------------------------------------------------------------------------------


def test_pairs_become_numbers_of_records_the_smaller_left(tmp_path):
    """Records are numbered table by table; sides are put in order."""
    path = tmp_path / "out.csv"
    path.write_text(rows("portal_child,2,e3_subject,1", "e3_subject,10,e3_subject,3"))
    output = read(path)
    assert output.kind == "pairs"
    assert (output.columns["left"].tolist(), output.columns["right"].tolist()) == ([0, 2], [11, 9])
    assert (output.rows, output.sha256) == (2, sha256_of_file(path))


@pytest.mark.parametrize("text", [PAIRS, f"{PAIRS}\n", f"\ufeff{PAIRS}\r\n"])
def test_a_header_alone_is_a_tool_that_found_nothing(tmp_path, text):
    """No rows are an answer; no file is none."""
    path = tmp_path / "out.csv"
    path.write_text(text, encoding="utf-8")
    assert (read(path).kind, read(path).rows) == ("pairs", 0)


def test_csv_and_parquet_say_the_same(tmp_path):
    """Values and empty ones, in either format, whatever else stands in other columns."""
    table = pd.DataFrame(
        {"note": [SECRET, "x"], "table": ["e3_subject"] * 2, "rec_id": [1, 2], "field": ["given", "age"]}
    )
    table["value"] = ["Ana", None]
    table.to_csv(tmp_path / "out.csv", index=False)
    table.to_parquet(tmp_path / "out.parquet")
    csv, parquet = read(tmp_path / "out.csv"), read(tmp_path / "out.parquet")
    assert (csv.unread, parquet.unread) == (1, 1)
    for name, column in csv.columns.items():
        assert column.tolist() == parquet.columns[name].tolist(), name
    assert csv.columns["value"].tolist() == ["Ana", None]


@pytest.mark.parametrize("kind", [np.int32, np.float64, "string", "category"])
def test_parquet_may_hold_numbers_in_any_type(tmp_path, kind):
    """Whole numbers are whole numbers, as small ones, decimals, texts or categories."""
    table = pd.DataFrame({"table": pd.Categorical(["e3_subject"] * 2), "rec_id": [1, 2], "cluster": [7, 8]})
    table["rec_id"] = table["rec_id"].astype("string" if kind == "category" else kind)
    table["cluster"] = table["cluster"].astype(kind)
    table.to_parquet(tmp_path / "out.parquet")
    output = read(tmp_path / "out.parquet")
    assert output.columns["record"].tolist() == [0, 1]
    assert output.columns["cluster"].tolist() == [0, 1]


def test_clusters_may_be_called_anything(tmp_path):
    """Names, numbers and commas within quotes tell clusters apart and are not kept."""
    path = tmp_path / "out.csv"
    lines = ['e3_subject,1,"a, b"', "e3_subject,2,7", 'e3_subject,3,"a, b"']
    path.write_text(rows(*lines, header="table,rec_id,cluster"))
    assert read(path).columns["cluster"].tolist() == [0, 1, 0]


def test_many_batches_are_one_output(tmp_path, monkeypatch):
    """Rows are counted on from batch to batch, in CSV and in Parquet, and problems know their own."""
    monkeypatch.setattr("borderops.referee.reading.BLOCK", 256)
    monkeypatch.setattr("borderops.referee.reading.BATCH", 7)
    records = [(table, at) for table, size in CATALOGUE.sizes.items() for at in range(1, size + 1)]
    pairs = [(*one, *other) for at, one in enumerate(records) for other in records[at + 1 :]]
    table = pd.DataFrame(pairs, columns=PAIRS.split(","))
    for name, write in (("out.csv", table.to_csv), ("out.parquet", table.to_parquet)):
        write(tmp_path / name, index=False)
        assert read(tmp_path / name).rows == len(pairs)
    table.loc[80, "rec_id_l"], table.loc[99, "rec_id_r"] = 11, 0
    for name, write in (("bad.csv", table.to_csv), ("bad.parquet", table.to_parquet)):
        write(tmp_path / name, index=False)
        with pytest.raises(FileProblem) as told:
            read(tmp_path / name)
        assert [line.split(":")[0].strip() for line in str(told.value).splitlines()[1:]] == ["row 81", "row 100"]


# --- what cannot --------------------------------------------------------------------------------------------------


def test_every_problem_is_told_with_its_rows(said):
    """Unknown tables and rows, scores that are none, a record with itself, doubles in either order: all at once."""
    lines = said(
        rows(
            "e3_subject,1,portal_child,2,0.5",
            "e3_subject,1,portal_child,2,1.5",
            f"portal_child,2,e3_subject,1,{SECRET}",
            "e3_subject,99,e3_subject,1,",
            f"{SECRET},1,e3_subject,2,0.1",
            "e3_subject,4,e3_subject,4,nan",
            f"e3_subject,{SECRET},e3_subject,4,0.2",
            header=f"{PAIRS},score",
        )
    )
    assert lines == [
        "row 5: table_l is no table of this pack (there are e3_subject, portal_child)",
        "row 7: rec_id_l is not a whole number, 1 or more",
        "row 4: rec_id_l is the number of no row of that table",
        "row 4: score is empty",
        "rows 3, 6: score is not a number",
        "row 2: score lies outside 0 to 1",
        "row 6: pairs a record with itself",
        "row 2: gives a pair once more that an earlier row gives",
        "row 3: gives a pair in the other order that an earlier row gives",
    ]


def test_of_many_rows_the_first_are_named(said):
    """Five rows and how many there are."""
    lines = said(rows(*["e3_subject,99,portal_child,1"] * 12))
    assert lines == ["12 rows, the first of them 1, 2, 3, 4, 5: rec_id_l is the number of no row of that table"]


def test_a_record_or_a_cell_twice(said):
    """A record is in one cluster, a cell is flagged once."""
    assert said(rows("e3_subject,1,a", "e3_subject,2,a", "e3_subject,1,b", header="table,rec_id,cluster")) == [
        "row 3: names a record once more that an earlier row names"
    ]
    assert said(rows("e3_subject,1,age", "e3_subject,1,given", "e3_subject,1,age", header="table,rec_id,field")) == [
        "row 3: names a cell once more that an earlier row names"
    ]


def test_a_field_of_another_table(said):
    """Fields are looked for in the table of their row."""
    lines = said(rows("e3_subject,1,given", "e3_subject,2,first_name", header="table,rec_id,field"))
    assert lines == ["row 2: field is no column of that table"]


@pytest.mark.parametrize("cell", ["0", "-1", "1.5", "1e0", "+1", "99999999999999999999", "１"])
def test_numbers_of_rows_are_whole_and_from_one(said, cell):
    """Nothing is rounded, and no other script's digits are taken for ours."""
    assert len(said(rows(f"e3_subject,{cell},portal_child,1"))) == 1


def test_a_missing_column_and_one_that_is_nearly_it(said):
    """A column is named by what it should be called and where it stands, never by its own name."""
    header = "table_l,rec_id_left,table_r,rec_id_r"
    lines = said(rows("e3_subject,1,portal_child,2", header=header), kind="pairs")
    assert lines == [
        "column rec_id_l is missing (an output of pairs has table_l, rec_id_l, table_r, rec_id_r); "
        "column 2 is nearly named rec_id_l"
    ]


def test_a_file_without_a_header_shows_nothing_of_its_first_row(said):
    """The first row may be somebody's data: its cells are no names to repeat."""
    lines = said(f"{SECRET},1,{SECRET},2\n", kinds=("pairs",))
    assert lines == [
        "its columns are those of no output of this task; allowed: pairs: table_l, rec_id_l, table_r, rec_id_r"
    ]


def test_a_column_twice(said):
    """Which of two columns of one name is meant is not guessed."""
    assert said(rows("e3_subject,1,2,x", header="table,rec_id,rec_id,cluster")) == [
        "column rec_id stands in it more than once"
    ]


def test_rows_of_other_lengths(said):
    """Rows that were cut off, or hold a comma too many, are named; those after them keep their own numbers."""
    text = rows(
        "e3_subject,1,portal_child",
        "e3_subject,1,portal_child,2",
        f"e3_subject,1,{SECRET},3,4",
        "e3_subject,77,portal_child,1",
    )
    assert said(text) == [
        "rows 1, 3: not 4 cells, as the header has",
        "row 4: rec_id_l is the number of no row of that table",
    ]


def test_another_encoding_is_told_by_its_rows(said):
    """Latin letters of one byte are no UTF-8, and what they should be is not guessed."""
    text = rows("e3_subject,1,given,Ana", "e3_subject,2,given,Jos\xe9", header="table,rec_id,field,value")
    assert said(text.encode("latin-1")) == ["row 2: value is not written in UTF-8"]


@pytest.mark.parametrize(
    ("content", "name", "complaint"),
    [
        (b"", "out.csv", "it is empty; a tool that found nothing writes a header alone"),
        (b"", "out.parquet", "it is empty; a tool that found nothing writes a header alone"),
        (rows("a").encode("utf-16"), "out.csv", "it is written in UTF-16; allowed: UTF-8"),
        (b"table;rec_id;cluster\n", "out.csv", "its columns are separated by semicolons; allowed: commas"),
        (b"table,rec_id\n", "out.parquet",
         "it is not a Parquet file, as its name says; allowed: Parquet, or CSV named .csv"),
        (b"PAR1 and then nothing", "out.parquet",
         "it is a Parquet file whose end is missing; it was cut off and must be written again"),
        (b"caf\xe9,rec_id\n", "out.csv", "its header is not written in UTF-8; allowed: UTF-8"),
    ],
)  # fmt: skip
def test_files_that_are_something_else(said, content, name, complaint):
    """What the first and last bytes tell is told in one sentence."""
    assert said(content, name) == [complaint]


@pytest.mark.parametrize("spoil", [lambda raw: raw[: len(raw) // 2], lambda raw: raw[:60] + b"\0" * 80 + raw[140:]])
def test_a_broken_parquet_file_ends_in_a_sentence(tmp_path, spoil):
    """Cut off or damaged: no traceback and nothing of the library's own words."""
    whole = tmp_path / "whole.parquet"
    pd.DataFrame({"table": ["e3_subject"] * 9, "rec_id": range(1, 10), "cluster": [SECRET] * 9}).to_parquet(whole)
    (tmp_path / "broken.parquet").write_bytes(spoil(whole.read_bytes()))
    with pytest.raises(FileProblem, match="written again") as told:
        read(tmp_path / "broken.parquet")
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir])
def test_no_file(tmp_path, make):
    """A file that is not there, or a folder in its place."""
    make(tmp_path / "out.csv")
    with pytest.raises(FileProblem, match=r"^out\.csv"):
        read(tmp_path / "out.csv")


# --- pieces -------------------------------------------------------------------------------------------------------


def test_repeated_rows_are_those_after_the_first():
    """The first of equal rows is right, the others are not; rows that are not meant are not looked at."""
    key = np.array([5, 3, 5, 3, 5, 9])
    assert repeated(np.ones(6, dtype=bool), key).tolist() == [2, 3, 4]
    assert repeated(np.array([0, 1, 1, 1, 1, 1], dtype=bool), key).tolist() == [3, 4]
    assert repeated(np.zeros(6, dtype=bool), key).size == 0


def test_numbers_of_rows_after_some_that_were_skipped():
    """The third and fourth rows could not be taken apart, so what is read third is the fifth row."""
    complaints = Complaints("out.csv")
    complaints.skipped(3, "cut")
    complaints.skipped(4, "cut")
    complaints.of_rows(np.array([False, True, True]), "wrong")
    with pytest.raises(FileProblem, match=r"rows 3, 4: cut\n  rows 2, 5: wrong"):
        complaints.raise_if_any()
