"""Packs as other tools load them: validators of descriptors, and linkage tools with the labels made for them.

None of these tools is needed to make or score a pack: what is not installed is skipped. ``pip install
'borderops[linkage,validators]'`` brings them.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from tests.packs.pack_worlds import observed, tables

from borderops.referee.baselines import BASELINES, write_baseline
from borderops.referee.judging import judge
from borderops.referee.pack import open_pack

DOCS = Path(__file__).parents[2] / "docs"


def labels(folder: Path, name: str) -> pd.DataFrame:
    """Labels as a tool loads them."""
    return pd.read_parquet(folder / "answer_key" / "tools" / f"{name}.parquet")


def same_number(folder: Path, one: str, other: str) -> set[tuple[int, int]]:
    """Rows of two tables with the same A-number: what a model that looks at nothing else would link."""
    sides = [observed(folder, name)[["rec_id", "a_number"]].dropna() for name in (one, other)]
    both = sides[0].merge(sides[1], on="a_number")
    return set(zip(both["rec_id_x"], both["rec_id_y"]))


# --- descriptors ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_frictionless_finds_nothing_wrong(part_of_it):
    """Both packages are well formed; every row of every CSV file has the types, keys and choices that are described.

    Of the Parquet files, which it reads cell by cell, those of few rows.
    """
    frictionless = pytest.importorskip("frictionless")
    for path in (part_of_it / "datapackage.json", part_of_it / "observed" / "csv" / "datapackage.json"):
        described = frictionless.Package(str(path)).to_descriptor()
        assert list(frictionless.Package.metadata_validate(described)) == []
    report = frictionless.validate(str(part_of_it / "observed" / "csv" / "datapackage.json"))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])[:5]
    assert report.stats["tasks"] == len(tables(part_of_it))
    package = frictionless.Package(str(part_of_it / "datapackage.json"))
    small = [one for one in package.resources if 0 < pq.read_metadata(part_of_it / one.path).num_rows < 500]
    reports = [one.validate() for one in small]
    assert len(small) > 10 and all(one.valid for one in reports), [one.flatten(["note"])[:5] for one in reports]
    with_holes = [one for one in small if any("missingValues" in field.to_descriptor() for field in one.schema.fields)]
    assert len(with_holes) > 5


def test_croissant_can_be_read(part_of_it):
    """No error in the descriptor, and records come out row for row."""
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(str(part_of_it / "croissant.json"))
    assert dataset.metadata.issues.errors == set()
    for name in ("e3_subject", "person", "T1"):
        rows = list(dataset.records(name))
        folder = "observed/parquet" if name == "e3_subject" else "answer_key" + ("/labels" if name == "T1" else "")
        meant = pd.read_parquet(part_of_it / folder / f"{name}.parquet")
        first = meant.columns[1]
        assert len(rows) == len(meant) and [row[f"{name}/{first}"] for row in rows[:1]] == [meant[first].iloc[0]]


# --- labels -----------------------------------------------------------------------------------------------------------


def test_splink_counts_what_a_planted_model_links(whole):
    """A model of A-numbers alone: true and false links by Splink's table of truth statistics are those counted here."""
    splink = pytest.importorskip("splink")
    import splink.comparison_library as compare

    names = ("e3_subject", "earm_case")
    pairs = labels(whole, "splink_T1")
    pairs = pairs[(pairs["source_dataset_l"] == names[0]) & (pairs["source_dataset_r"] == names[1])]
    given = [observed(whole, name)[["rec_id", "a_number"]].rename(columns={"rec_id": "unique_id"}) for name in names]
    api = splink.DuckDBAPI()
    number = compare.ExactMatch("a_number").configure(m_probabilities=[0.95, 0.05], u_probabilities=[1e-6, 1 - 1e-6])
    settings = splink.SettingsCreator(
        link_type="link_only",
        comparisons=[number],
        blocking_rules_to_generate_predictions=[splink.block_on("a_number")],
        probability_two_random_records_match=0.001,
    )
    linker = splink.Linker([api.register(t, dataset_display_name=n) for n, t in zip(names, given)], settings)
    table = linker.evaluation.accuracy_analysis_from_labels_table(api.register(pairs), output_type="table")
    found = table.as_pandas_dataframe()
    at = found[found["truth_threshold"] > 0].sort_values("truth_threshold").iloc[0]
    linked = same_number(whole, *names)
    is_linked = pd.Series([pair in linked for pair in zip(pairs["unique_id_l"], pairs["unique_id_r"])], pairs.index)
    true = pairs["clerical_match_score"] == 1
    assert 0 < (is_linked & true).sum() < true.sum()
    assert (at["tp"], at["fp"]) == ((is_linked & true).sum(), (is_linked & ~true).sum())
    assert (at["p"], at["n"]) == (true.sum(), (~true).sum())


def test_recordlinkage_knows_the_true_pairs(whole):
    """An index of two levels, in the order of sides of its own: recall of a planted comparison is that counted here."""
    recordlinkage = pytest.importorskip("recordlinkage")
    true = pd.MultiIndex.from_frame(labels(whole, "recordlinkage_T1"))
    linked = same_number(whole, "e3_subject", "earm_case")
    found = pd.MultiIndex.from_tuples([(f"e3_subject:{a}", f"earm_case:{b}") for a, b in sorted(linked)])
    hits = len(set(true) & set(found))
    assert 0 < hits < len(true)
    assert recordlinkage.recall(true, found) == hits / len(true)
    assert recordlinkage.precision(true, found) == hits / len(found)


def test_dedupe_takes_the_training_file(whole):
    """Read by dedupe itself, and marked: as many distinct pairs as matches, and no complaint about a record."""
    dedupe = pytest.importorskip("dedupe")
    with (whole / "answer_key" / "tools" / "dedupe_T1.json").open() as file:
        pairs = dedupe.serializer.read_training(file)
    assert len(pairs["match"]) == len(pairs["distinct"]) > 100
    linker = dedupe.RecordLink(
        [dedupe.variables.String("given", has_missing=True), dedupe.variables.String("surname_1", has_missing=True)],
        num_cores=1,
    )
    linker.mark_pairs({name: pairs[name] for name in ("match", "distinct")})
    assert {name: len(some) for name, some in linker.training_pairs.items()} == {
        name: len(pairs[name]) for name in ("match", "distinct")
    }


@pytest.mark.slow
def test_a_splink_model_beats_plain_comparisons(whole, tmp_path):
    """The model of the docs, from the files of a pack to a score: better than the same number or the same name."""
    pytest.importorskip("splink")
    spec = importlib.util.spec_from_file_location("splink_model", DOCS / "splink_model.py")
    model = importlib.util.module_from_spec(spec)
    sys.modules["splink_model"] = model
    spec.loader.exec_module(model)
    pack, files = open_pack(whole), [tmp_path / f"{name}.parquet" for name in ("splink", "again", "plain")]
    for path in files[:2]:
        model.main([str(whole), str(path)])
    assert files[0].read_bytes() == files[1].read_bytes()

    def f1(path: Path) -> float:
        return judge(pack, "T1", path).whole.set_index("measure").loc["f1", "value"]

    best = 0.0
    for name in ("same_number", "same_name"):
        write_baseline(pack, BASELINES["T1", name], files[2])
        best = max(best, f1(files[2]))
    assert f1(files[0]) > best > 0.9
