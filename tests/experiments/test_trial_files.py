"""Trials as files: what is read is what was written, or it is told that the file is broken."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cheap import made_up, pack, settings_of

from borderops.exceptions import FileProblem
from borderops.experiments import trial_files
from borderops.experiments.trial_files import (
    About,
    BrokenFile,
    check,
    pack_history,
    pack_results,
    pack_table,
    read_about,
    unpack_history,
    unpack_results,
    unpack_table,
)
from borderops.forecast.measure import measure
from borderops.forecast.results import KEYS
from borderops.replication import replicate

ABOUT = About("a" * 64, "zero_tolerance_2018", 2018, 3, "d" * 64, "code", "0.1.0", 1.25)
WINDOW = ("window.start=2018-06-24", "window.end=2018-06-28", "study.audits=true")
"""Days of the court's order, and audits, so that no table is empty."""


@pytest.fixture(scope="module")
def played():
    """A real replication and its tables."""
    settings = settings_of(*WINDOW)
    replication = replicate(settings, 3)
    return replication, measure(replication, settings)


def equal(mine: dict, theirs: dict) -> bool:
    """Whether tables are the same in columns, types and values."""
    try:
        for name in KEYS:
            pd.testing.assert_frame_equal(mine[name], theirs[name], check_exact=True)
    except (AssertionError, KeyError):
        return False
    return True


# --- there and back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_file", [True, False])
def test_figures_come_back_as_they_were(played, tmp_path, as_file):
    """All tables, from a file or from memory: the same columns, types, order and values, to the last bit."""
    _, results = played
    source = pack_results(results, ABOUT)
    if as_file:
        (tmp_path / "trial.parquet").write_bytes(source)
        source = tmp_path / "trial.parquet"
    again = unpack_results(source)
    assert (again.replication, again.digest, list(again.tables)) == (3, ABOUT.digest, list(KEYS))
    for name in KEYS:
        assert len(results.tables[name]) > 0, name
        pd.testing.assert_frame_equal(again.tables[name], results.tables[name], check_exact=True)
    assert check(source) == read_about(source) == ABOUT


def test_special_numbers_come_back(played):
    """Missing, endless and very small values, negative nought, and texts in any script."""
    _, results = played
    table = results.tables["kpis"].head(6).copy()
    table["value"] = [np.nan, np.inf, -np.inf, -0.0, 5e-324, 1 / 3]
    table["group"] = ["", "Añil", "\N{GREEK SMALL LETTER ALPHA}", "a,b\n", "'", "null"]
    again = unpack_results(pack_results(type(results)(1, "", {**results.tables, "kpis": table}), ABOUT)).tables["kpis"]
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    assert np.signbit(again["value"]).tolist() == np.signbit(table["value"]).tolist()


def test_a_table_that_nobody_knows_is_not_there(played):
    """Tables are had by the names of `KEYS`, each with its own columns alone."""
    _, results = played
    tables = unpack_results(pack_results(results, ABOUT)).tables
    with pytest.raises(KeyError):
        tables["nonsense"]
    assert {name: list(table.columns) for name, table in tables.items()} == {
        name: [*keys, "value"] for name, keys in KEYS.items()
    }


def test_a_history_comes_back_as_it_was(played):
    """The same digest, the same types, and nobody may write into it."""
    history = played[0].history
    again = unpack_history(pack_history(history, ABOUT))
    assert again.digest() == history.digest()
    assert (again.first_minute, again.horizon) == (history.first_minute, history.horizon)
    for name, column in history.columns().items():
        assert getattr(again, name).dtype == column.dtype, name
    with pytest.raises(ValueError, match="read-only"):
        again.parted_at[0] = 1
    assert check(pack_history(history, ABOUT)) == ABOUT


def test_any_table_comes_back_as_it_was():
    """A table of whole numbers, truth values and texts keeps its types; so does one without rows."""
    table = pd.DataFrame({"number": [1, 2], "is_so": [True, False], "why": ["a", "b"], "share": [0.5, np.nan]})
    for one in (table, table.head(0)):
        packed = pack_table(one, ABOUT)
        pd.testing.assert_frame_equal(unpack_table(packed), one, check_exact=True)
        assert check(packed) == ABOUT


def test_the_same_trial_gives_the_same_bytes(played):
    """Two processes that write one trial at once write the same."""
    replication, results = played
    assert pack_results(results, ABOUT) == pack_results(results, ABOUT)
    assert pack_history(replication.history, ABOUT) == pack_history(replication.history, ABOUT)


# --- broken files -------------------------------------------------------------------------------------------------


def small_file() -> bytes:
    return pack(made_up(7), "b" * 64)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_broken(played, share):
    """Whatever is left of it, nobody takes it for a trial."""
    replication, results = played
    for whole in (pack_results(results, ABOUT), pack_history(replication.history, ABOUT)):
        part = whole[: int(len(whole) * share)]
        for read in (check, read_about, unpack_results, unpack_history, unpack_table):
            with pytest.raises(BrokenFile):
                read(part)


def test_a_flipped_bit_never_gives_other_values():
    """One bit anywhere in a file of figures: it is told to be broken, or it reads as before (unused bytes)."""
    whole = small_file()
    before = dict(unpack_results(whole).tables)
    told = 0
    for place in range(0, len(whole), 173):
        altered = bytearray(whole)
        altered[place] ^= 1 << (place % 8)
        try:
            about = check(bytes(altered))
        except BrokenFile:
            told += 1
            continue
        assert about == check(whole)
        assert equal(dict(unpack_results(bytes(altered)).tables), before), f"bit {place % 8} of byte {place}"
    assert told > len(whole) / 173 / 4


def test_a_flipped_bit_never_gives_another_history(played):
    """The same for a history, which is compared with its seal when it is read."""
    history = played[0].history
    whole = pack_history(history, ABOUT)
    told = 0
    places = np.random.default_rng(4).integers(0, len(whole), 60)
    for place in [*places.tolist(), *range(len(whole) - 60, len(whole), 6)]:
        altered = bytearray(whole)
        altered[place] ^= 4
        try:
            assert unpack_history(bytes(altered)).digest() == history.digest()
        except BrokenFile:
            told += 1
    assert told > 20


def rewritten(whole: bytes, before: str, after: str) -> bytes:
    """A file whose words on itself somebody changed with a tool that makes whole Parquet files."""
    file = pq.ParquetFile(io.BytesIO(whole))
    told = {key: value.replace(before.encode(), after.encode()) for key, value in file.schema_arrow.metadata.items()}
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, file.schema_arrow.with_metadata(told)) as writer:
        for group in range(file.num_row_groups):
            writer.write_table(file.read_row_group(group).replace_schema_metadata(told))
    return sink.getvalue()


def test_what_a_file_says_of_itself_is_sealed(played):
    """Another digest, replication, seed or span is noticed, although the file is whole; unchanged it is not."""
    replication, results = played
    figures, history = pack_results(results, ABOUT), pack_history(replication.history, ABOUT)
    assert check(rewritten(figures, "no such words", "")) == ABOUT
    for before, after in (("dddd", "dddc"), ('"replication": 3', '"replication": 4'), ("2018,", "2019,")):
        for whole in (figures, history):
            with pytest.raises(BrokenFile, match="altered"):
                check(rewritten(whole, before, after))
    with pytest.raises(BrokenFile, match="altered"):
        unpack_history(rewritten(history, '"horizon": ', '"horizon": 1'))


def test_foreign_files_are_broken(tmp_path):
    """Text, nothing, a folder's worth of zeros, Parquet of somebody else's, and a history where figures should be."""
    table = pa.table({"value": [1.0]})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    for content in (b"", b"mine", bytes(5000), b"PAR1" + bytes(100) + b"PAR1", sink.getvalue()):
        for read in (check, read_about, unpack_results):
            with pytest.raises(BrokenFile):
                read(content)
    with pytest.raises(BrokenFile, match="does not hold the tables"):
        unpack_results(pack_table(pd.DataFrame({"value": [1.0]}), ABOUT))
    with pytest.raises(BrokenFile, match="no history"):
        unpack_history(pack_table(pd.DataFrame({"value": [1.0]}), ABOUT))


def test_tables_of_another_version_are_broken(monkeypatch):
    """A file with one table less is not read as if the others had moved up."""
    monkeypatch.setattr(trial_files, "KEYS", {name: keys for name, keys in KEYS.items() if name != "daily"})
    fewer = pack(made_up(1), "c" * 64)
    monkeypatch.undo()
    with pytest.raises(BrokenFile, match="does not hold the tables"):
        unpack_results(fewer)


def test_a_missing_file_is_missing_not_broken(tmp_path):
    """What the system says of a file is left as it is."""
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "none.parquet")
    with pytest.raises(IsADirectoryError):
        check(tmp_path)


def test_a_file_that_goes_while_it_is_read_is_told(tmp_path):
    """Tables are read when they are asked for; if the file was taken away by then, a sentence says what to do."""
    path = tmp_path / "trial.parquet"
    path.write_bytes(small_file())
    results = unpack_results(path)
    path.unlink()
    with pytest.raises(FileProblem, match=r"trial\.parquet was taken away or altered .* plays it again"):
        results.tables["kpis"]
    path.write_bytes(b"short")
    with pytest.raises(FileProblem, match="taken away or altered"):
        results.tables["kpis"]
