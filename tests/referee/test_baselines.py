"""Baselines: the published rules read a pack's files and find what they find in the records themselves."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.worlds import SPRING, settings_with

from borderops.audit.findings import TABLES
from borderops.audit.linkage import hhs_rule, matching_rules
from borderops.commands import completing
from borderops.packs.columns import MARK, SYNTHETIC, arrow_table, observed_sheets
from borderops.packs.readable import Reader
from borderops.records.bookkeeping import keep_books
from borderops.referee.baselines import BASELINES, OF_HHS, OF_THE_RULE, write_baseline
from borderops.referee.observed_records import read_records, split_surnames
from borderops.referee.pack import Pack
from borderops.replication import replicate


@pytest.fixture(scope="module")
def records():
    """Records of two weeks in Yuma, with every slip."""
    settings = settings_with({**SPRING, "arrivals.stations": ["yuma"]})
    return keep_books(replicate(settings, 1), settings).records


@pytest.fixture(scope="module")
def pack(records, tmp_path_factory):
    """The same records as the observed part of a pack, under their own numbers."""
    folder = tmp_path_factory.mktemp("pack")
    (folder / "observed" / "parquet").mkdir(parents=True)
    reader = Reader(records.lexicon)
    for name in {*OF_THE_RULE, *OF_HHS}:
        found = records[name]
        columns = {field.name: reader.column(field, found[field.name]) for field in found.layout.every_field.values()}
        marks = np.full(len(found), MARK, dtype=object)
        table = arrow_table(observed_sheets()[name], {**columns, SYNTHETIC: marks})
        pq.write_table(table, folder / "observed" / "parquet" / f"{name}.parquet")
    return Pack(folder, folder / "answer_key", {"pack_id": "0"})


def pairs_of(found):
    """Findings as a set of pairs of rows."""
    names = np.array(TABLES, dtype=object)
    columns = (names[found.adult_table], found.adult_rec, names[found.child_table], found.child_rec)
    return set(zip(*(column.tolist() for column in columns)))


def test_records_come_back_from_files(records, pack):
    """Numbers, days, minutes, choices and names are read back as they were; who wrote a row is not asked for."""
    read = read_records(pack, OF_THE_RULE)
    for name in OF_THE_RULE:
        for field in records[name].layout.every_field.values():
            if field.kind == "name":
                assert read.lexicon.texts(read[name][field.name]) == records.lexicon.texts(records[name][field.name])
            elif field.kind != "user":
                assert np.array_equal(read[name][field.name], records[name][field.name]), field.name


def test_the_reports_rule_finds_the_same_in_files_as_in_records(records, pack, tmp_path):
    """Draft and refined rule give the pairs that the audit gives, no more and no fewer."""
    for name, found in zip(("report_draft", "report_refined"), matching_rules(records)):
        write_baseline(pack, BASELINES["T2", name], tmp_path / "out.parquet")
        table = pq.read_table(tmp_path / "out.parquet").to_pandas()
        stations = table[table["table_l"] == "e3_subject"]
        assert set(stations.itertuples(index=False, name=None)) == pairs_of(found)
        assert len(stations) == len(found) > 0


def test_hhs_s_rule_finds_the_same_in_files_as_in_records(records, pack, tmp_path):
    """Two surnames in one cell are taken apart as they were put together."""
    write_baseline(pack, BASELINES["T3", "hhs"], tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet").to_pandas()
    expected = pairs_of(hhs_rule(records))
    assert expected
    assert set(table.itertuples(index=False, name=None)) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Cruz", ("Cruz", "")),
        ("Cruz López", ("Cruz", "López")),
        ("de la Cruz López", ("de la Cruz", "López")),
        ("Cruz de León", ("Cruz", "de León")),
        ("de", ("de", "")),
        ("", ("", "")),
    ],
)
def test_surnames_are_taken_apart_as_a_reader_would(text, names):
    """Particles go with the name after them."""
    assert split_surnames(text) == names


def test_the_tab_key_knows_every_baseline():
    """Words that are offered are those that are made."""
    offered = {(task, name) for task, names in completing.BASELINES.items() for name in names}
    assert offered == set(BASELINES)
