"""Files of packs: the same bytes whoever writes them where, the same rows in every format, descriptors that fit."""

from __future__ import annotations

import contextlib
import gc
import json
import mailbox
import sqlite3
import tracemalloc
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from tests.packs.pack_worlds import PART, about, books, books_on, chosen, observed, tables, write

from borderops.packs import formats, writing
from borderops.packs.columns import NOTICE, observed_sheets
from borderops.packs.cutting import cut
from borderops.packs.descriptors import path_of
from borderops.packs.dialects import DIALECTS
from borderops.packs.folder import PackFolder
from borderops.packs.key_tables import KEY_SHEETS
from borderops.packs.writing import FORMATS, UNREPEATABLE, checksums
from borderops.records.systems import LAYOUTS, SYSTEMS
from borderops.shelf import Shelf


def bytes_of(folder: Path) -> dict[str, str]:
    """Digest of every file but DuckDB's."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {name: sha256(content).hexdigest() for name, content in named.items() if name not in UNREPEATABLE}


def test_workers_and_folders_change_no_byte(part_of_it, tmp_path):
    """Two threads in another folder, at another time, write the same files."""
    again = write(tmp_path / "elsewhere" / "again", workers=2)
    assert bytes_of(again) == bytes_of(part_of_it)


@pytest.fixture
def pack_on_a_shelf(tmp_path, monkeypatch):
    """A pack that two threads have written from books on a shelf, with everything that was found out on the way."""
    monkeypatch.setattr("borderops.shelf.SMALL", 1)
    (tmp_path / "shelved").mkdir()
    with Shelf(tmp_path) as shelf:
        everything = books_on(shelf)
        pack = writing._Pack(tmp_path / "shelved", everything, chosen(PART), about(PART), 2, shelf)
        for step in (pack.write_observed, pack.write_key, pack.write_labels, pack.write_descriptors):
            step()
        yield pack, shelf


def test_a_shelf_changes_no_byte(part_of_it, pack_on_a_shelf):
    """History, books and all that is found out lie in a file, however small: the same files come of it."""
    pack, _ = pack_on_a_shelf
    assert bytes_of(pack.folder) == bytes_of(part_of_it)


def test_nothing_that_grows_with_people_stays_in_memory(pack_on_a_shelf):
    """People, history, what clerks saw, the key and what a pack keeps between its tables: all of it on the shelf."""
    pack, shelf = pack_on_a_shelf
    witness, key = pack.cut.witness, pack.cut.key
    held = [*witness.people.columns().values(), *witness.history.columns().values(), *key.changes.columns().values()]
    for owner in (witness, pack.numbering, pack.tables):
        held += _arrays(list(vars(owner).values()))
    assert len(held) > 150
    assert not [each.shape for each in held if each.size > 100 and not shelf.has(each)]


def _arrays(values: list[Any]) -> list[np.ndarray]:
    """Arrays among values, and in tuples, lists and dictionaries of such."""
    found = [value for value in values if isinstance(value, np.ndarray)]
    for value in values:
        if isinstance(value, dict | tuple | list):
            found += _arrays(list(value.values() if isinstance(value, dict) else value))
    return found


def test_a_table_in_many_parts_is_that_in_one(part_of_it, tmp_path, monkeypatch):
    """Parts of twenty rows: the same rows in Parquet, and the same bytes of texts, workbooks and SQLite."""
    monkeypatch.setattr(formats, "ROWS_AT_ONCE", 20)
    again = write(tmp_path / "again")
    assert pq.read_metadata(again / "observed" / "parquet" / "e3_subject.parquet").num_row_groups > 10
    for path in sorted(part_of_it.rglob("*.parquet")):
        assert pq.read_table(again / path.relative_to(part_of_it)).equals(pq.read_table(path), check_metadata=True)
    parts, whole = bytes_of(again), bytes_of(part_of_it)
    assert {name for name in whole if whole[name] != parts[name]} >= {"answer_key/record.parquet"}
    for kind in ("csv", "csv_dialect", "jsonl", "mbox", "xlsx", "sqlite"):
        own = [name for name in whole if name.startswith(f"observed/{kind}/")]
        assert own and [whole[name] for name in own] == [parts[name] for name in own]


def test_a_part_of_the_people_takes_places_and_no_copies(tmp_path):
    """A cut keeps less than a fifth of what its rows take in memory; its columns are those of the rows."""
    everything, some = books(), chosen(PART)
    before = _traced()
    made = cut(everything, some)
    kept = _traced() - before
    tracemalloc.stop()
    size = sum(column.nbytes for table in made.records.tables.values() for column in table.columns.values())
    assert 0 < kept < 0.2 * 2 * size
    table = made.records["e3_subject"]
    rows = np.flatnonzero(some[everything.key.behind["e3_subject"].person])
    assert table.equals(everything.records["e3_subject"].take(rows)) and len(table) == rows.size
    assert table.take(np.array([3, 1]))["subject_no"].tolist() == table["subject_no"][[3, 1]].tolist()


def _traced() -> int:
    """Bytes that Python and numpy hold."""
    tracemalloc.start()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_the_manifest_vouches_for_every_file(part_of_it):
    """Checksums of all files but the manifests and what differs every time; the key bears the same name."""
    manifest = json.loads((part_of_it / "manifest.json").read_text())
    found = bytes_of(part_of_it)
    assert manifest["files_sha256"] == {
        name: sum_ for name, sum_ in found.items() if not name.endswith("manifest.json")
    }
    assert manifest["without_checksum"] == list(UNREPEATABLE)
    assert "the same bytes in every file but `observed/duckdb/observed.duckdb`" in (
        (part_of_it / "datasheet.md").read_text()
    )
    of_key = json.loads((part_of_it / "answer_key" / "manifest.json").read_text())
    assert of_key["pack_id"] == manifest["pack_id"] and len(manifest["pack_id"]) == 64
    assert checksums(part_of_it)["README.md"] == found["README.md"]


def test_nothing_tells_the_day_or_the_place(part_of_it):
    """No text names this folder or today."""
    from datetime import date

    for name in ("manifest.json", "datapackage.json", "croissant.json", "README.md", "datasheet.md", "schema.sql"):
        text = (part_of_it / name).read_text()
        assert str(part_of_it.parent) not in text and date.today().isoformat() not in text


def test_a_folder_that_bears_its_name_is_whole(tmp_path):
    """With its manifest when what belongs to it is kept elsewhere; if that fails nothing is left of it."""
    seen = []
    for fails in (False, True):
        into = tmp_path / f"pack-{fails}"

        def keep(into=into, fails=fails):
            seen.append(sorted(path.name for path in into.iterdir()))
            if fails:
                raise KeyboardInterrupt

        with contextlib.suppress(KeyboardInterrupt), PackFolder(into) as folder:
            (folder.building / "manifest.json").write_text("{}")
            folder.finish(keep)
    assert seen == [["manifest.json"]] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["pack-False"]


# --- formats ----------------------------------------------------------------------------------------------------------


def test_every_format_has_every_table(part_of_it):
    """CSV of all tables; mail and sheets in their own forms."""
    for name in ("csv", "csv_dialect"):
        assert sorted(path.stem for path in (part_of_it / "observed" / name).glob("*.csv")) == tables(part_of_it)
    others = {path.name for each in ("jsonl", "mbox", "xlsx") for path in (part_of_it / "observed" / each).iterdir()}
    sheets = {f"{name}.xlsx" for name in ("local_sheet_row", "local_sheet_version", "local_board_line")}
    assert others == {"mail_message.jsonl", "mail_message.mbox", *sheets}
    assert {path.name for path in (part_of_it / "observed").iterdir()} == set(FORMATS)


@pytest.mark.parametrize("name", ["e3_subject", "portal_child", "list_entry", "local_sheet_row"])
def test_csv_holds_the_same_rows(part_of_it, name):
    """As Parquet, read back with its types."""
    meant = observed(part_of_it, name)
    found = pd.read_csv(part_of_it / "observed" / "csv" / f"{name}.csv", keep_default_na=False, dtype=str)
    assert found.columns.tolist() == meant.columns.tolist() and len(found) == len(meant)
    for column in ("entered_at", "given", "first_name", "birth_day"):
        if column in meant:
            texts = meant[column].map(lambda value: "" if pd.isna(value) else str(value))
            assert found[column].tolist() == texts.tolist()


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_databases_hold_the_same_rows(part_of_it, name):
    """SQLite and DuckDB, cell for cell."""
    meant = observed(part_of_it, name)
    with sqlite3.connect(part_of_it / "observed" / "sqlite" / "observed.sqlite") as database:
        found = pd.read_sql(f'SELECT * FROM "{name}" ORDER BY rec_id', database)
    as_text = meant.map(lambda value: None if pd.isna(value) else str(value).removesuffix(".0"))
    found = found.map(lambda value: None if pd.isna(value) else str(value).removesuffix(".0"))
    pd.testing.assert_frame_equal(found, as_text, check_dtype=False)
    with duckdb.connect(str(part_of_it / "observed" / "duckdb" / "observed.duckdb"), read_only=True) as database:
        table = database.sql(f'SELECT * FROM "{name}" ORDER BY rec_id').to_arrow_table().to_pandas()
    pd.testing.assert_frame_equal(table.astype(meant.dtypes), meant)


def test_dialects_differ_and_can_be_read_back(part_of_it):
    """Each system has its own; dates, names and empty cells are as the manifest tells."""
    manifest = json.loads((part_of_it / "manifest.json").read_text())
    assert set(manifest["dialects"]) == set(SYSTEMS) == set(DIALECTS)
    dialect = manifest["dialects"]["e3"]
    path = part_of_it / "observed" / "csv_dialect" / "e3_subject.csv"
    found = pd.read_csv(path, sep=dialect["separator"], keep_default_na=False, dtype=str)
    meant = observed(part_of_it, "e3_subject")
    assert found.columns.tolist() == [name.upper() for name in meant.columns]
    days = pd.to_datetime(found["BIRTH_DAY"].replace(dialect["empty"], None), format=dialect["date"])
    assert (days.dropna() == pd.to_datetime(meant["birth_day"]).dropna()).all()
    assert found["A_NUMBER"].str.fullmatch(r"A9\d{9}|").all()
    assert found["SURNAME_1"].str.isupper().mean() > 0.99 and found["SURNAME_1"].map(str.isascii).all()
    assert len({tuple(sorted(each.items())) for each in manifest["dialects"].values()}) == len(SYSTEMS)


def test_mail_can_be_read_as_mail(part_of_it):
    """One message a row, in order, marked; lines of JSON hold the same."""
    meant = observed(part_of_it, "mail_message")
    box = mailbox.mbox(part_of_it / "observed" / "mbox" / "mail_message.mbox", create=False)
    assert len(box) == len(meant) > 100
    first = box[0]
    assert first["Subject"].startswith("[SYNTHETIC]") and first["X-Notice"] == NOTICE
    assert first["Message-ID"] == "<1@synthetic.invalid>"
    with (part_of_it / "observed" / "jsonl" / "mail_message.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    assert [row["rec_id"] for row in rows] == meant["rec_id"].tolist()
    assert rows[0]["sent_at"] == str(meant["sent_at"][0])


def test_sheets_of_stations_are_pages_of_a_workbook(part_of_it):
    """A page a spreadsheet, a notice above, then the heads, then the rows."""
    book = openpyxl.load_workbook(part_of_it / "observed" / "xlsx" / "local_sheet_row.xlsx", read_only=True)
    meant = observed(part_of_it, "local_sheet_row")
    assert len(book.sheetnames) == meant["sheet_no"].nunique() > 1
    rows = 0
    for page in book.worksheets:
        notice, heads, *cells = page.iter_rows(values_only=True)
        assert notice[0] == NOTICE and list(heads) == meant.columns.tolist()
        rows += len(cells)
    assert rows == len(meant)


# --- descriptors ------------------------------------------------------------------------------------------------------


def every_sheet() -> list:
    """All tables of a pack."""
    return [*observed_sheets().values(), *KEY_SHEETS.values()]


def test_every_column_has_a_description():
    """No column and no table is without words, and none is described twice."""
    for sheet in every_sheet():
        assert sheet.says.endswith(".") and len(set(sheet.names)) == len(sheet.names)
        assert all(column.says[-1] in ".?" and len(column.says) > 3 for column in sheet.columns), sheet.name
        assert set(sheet.key) <= set(sheet.names) and set(sheet.unique) <= set(sheet.names)


def test_files_have_the_columns_that_are_described(part_of_it):
    """Of each table, in the order and of the types that the descriptors tell."""
    types = {"integer": "int64", "string": "string", "date": "date32[day]", "datetime": "timestamp[ms]"}
    types |= {"boolean": "bool", "number": "double"}
    package = json.loads((part_of_it / "datapackage.json").read_text())
    assert len(package["resources"]) == len(every_sheet())
    for resource in package["resources"]:
        schema = pq.read_schema(part_of_it / resource["path"])
        fields = resource["schema"]["fields"]
        assert schema.names == [field["name"] for field in fields]
        assert [str(each) for each in schema.types] == [types[field["type"]] for field in fields]
        assert resource["rows"] == pq.read_metadata(part_of_it / resource["path"]).num_rows


def test_declared_keys_hold(part_of_it):
    """Primary keys are unique and never empty; foreign keys lead to a row; choices are kept."""
    package = json.loads((part_of_it / "datapackage.json").read_text())
    read = {one["name"]: pd.read_parquet(part_of_it / one["path"]) for one in package["resources"]}
    told = 0
    for resource in package["resources"]:
        table, schema = read[resource["name"]], resource["schema"]
        assert not table.duplicated(schema["primaryKey"]).any() if "primaryKey" in schema else True
        for field in schema["fields"]:
            if field.get("constraints", {}).get("required"):
                assert table[field["name"]].notna().all(), (resource["name"], field["name"])
            if "enum" in field.get("constraints", {}):
                assert set(table[field["name"]].dropna()) <= set(field["constraints"]["enum"])
        for key in schema.get("foreignKeys", []):
            there = read[key["reference"]["resource"]][key["reference"]["fields"][0]]
            assert set(table[key["fields"][0]].dropna()) <= set(there), (resource["name"], key)
            told += 1
    assert told > 15


def test_croissant_names_every_table_with_its_checksum(part_of_it):
    """A file and a record set for each table, and a source for each field."""
    described = json.loads((part_of_it / "croissant.json").read_text())
    sums = checksums(part_of_it)
    files = {one["@id"]: one for one in described["distribution"]}
    assert len(files) == len(described["recordSet"]) == len(every_sheet())
    assert all(sums[one["contentUrl"]] == one["sha256"] for one in files.values())
    for record_set in described["recordSet"]:
        assert all(field["source"]["fileObject"]["@id"] in files for field in record_set["field"])


def test_sql_makes_every_table(part_of_it):
    """SQLite and DuckDB take the statements as they are."""
    text = (part_of_it / "schema.sql").read_text()
    with sqlite3.connect(":memory:") as database:
        database.executescript(text)
        made = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert made == {sheet.name for sheet in every_sheet()}
    duckdb.connect().execute(text)


def test_dictionary_and_datasheet_tell_everything(part_of_it):
    """Every column is in the dictionary; the datasheet counts hard cases and forbids uses."""
    words = (part_of_it / "dictionary.md").read_text()
    for sheet in every_sheet():
        assert f"## {sheet.name}\n" in words and f"`{path_of(sheet)}`" in words
        assert all(f"| {column.name} | {column.type} |" in words for column in sheet.columns)
    told = (part_of_it / "datasheet.md").read_text()
    for case in ("minor mothers", "homonyms in one event", "aunts and uncles", "false claims", "brothers and sisters"):
        assert case in told
    assert "must not be used for" in told and "real persons" in told
