"""Labels of packs: true by the key, with negatives, in one order, and in the forms that tools load."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.packs.pack_worlds import observed, truth

from borderops.packs.tool_labels import COMPARED, PAIR_TASKS
from borderops.records.systems import LAYOUTS

ORDER = {name: place for place, name in enumerate(LAYOUTS)}


def people_of(folder, labels: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Persons on either side of pairs."""
    record = truth(folder, "record").set_index(["table", "rec_id"])["person_id"]
    left, right = (
        record.loc[pd.MultiIndex.from_frame(labels[[f"table_{side}", f"rec_id_{side}"]])].reset_index(drop=True)
        for side in ("l", "r")
    )
    return left, right


@pytest.mark.parametrize("task", PAIR_TASKS)
def test_pairs_stand_once_in_one_order_with_negatives(whole, task):
    """Left before right, no pair twice, matches and others, and each weight one or more."""
    labels = truth(whole, f"labels/{task}")
    left = list(zip(labels["table_l"].map(ORDER), labels["rec_id_l"]))
    right = list(zip(labels["table_r"].map(ORDER), labels["rec_id_r"]))
    assert all(one < other for one, other in zip(left, right))
    assert left == sorted(left)
    assert not labels.duplicated(["table_l", "rec_id_l", "table_r", "rec_id_r"]).any()
    assert labels["is_match"].sum() > 20 and (~labels["is_match"]).sum() > 20
    assert (labels["weight"] > 0).all() and (labels.loc[labels["is_match"], "weight"] == 1).all()


@pytest.mark.parametrize("task", ["T1", "T8"])
def test_pairs_of_one_person_match_and_no_others(whole, task):
    """A pair is a match if and only if both rows are about the same person."""
    labels = truth(whole, f"labels/{task}")
    left, right = people_of(whole, labels)
    assert (labels["is_match"] == (left == right)).all()


def test_pairs_of_parent_and_child_match_and_no_others(whole):
    """T2 and T3: a match is a link of the key; of T3, of a separated child."""
    links = truth(whole, "link")
    parents = links[links["relation"].isin(["parent", "undisclosed"])]
    true = set(zip(parents["child_id"], parents["adult_id"])) | set(zip(parents["adult_id"], parents["child_id"]))
    separated = parents[parents["was_separated"]]
    of_separated = set(zip(separated["child_id"], separated["adult_id"]))
    of_separated |= {(two, one) for one, two in of_separated}
    for task, meant in (("T2", true), ("T3", of_separated)):
        labels = truth(whole, f"labels/{task}")
        pairs = list(zip(*people_of(whole, labels)))
        assert [pair in meant for pair in pairs] == labels["is_match"].tolist(), task


def test_unit_or_link_joins_no_pair_of_the_second_task(whole):
    """T2 asks for pairs whom no unit of production joins at the end."""
    labels = truth(whole, "labels/T2")
    members = observed(whole, "e3_family_member")
    members = members[members["valid_to"].isna()].merge(observed(whole, "e3_family_unit"), on="unit_no")
    members = members[members["valid_to_y"].isna()]
    number = observed(whole, "e3_subject").set_index("rec_id")["subject_no"]
    both = labels[(labels["table_l"] == "e3_subject") & labels["is_match"]]
    units = members.groupby("subject_no")["unit_no"].apply(set).to_dict()
    left, right = both["rec_id_l"].map(number), both["rec_id_r"].map(number)
    joined = [units.get(one, set()) & units.get(other, set()) for one, other in zip(left, right)]
    assert len(joined) > 20 and not any(joined)


def test_lists_are_told_entry_by_entry(whole):
    """T5: each entry is right or false; who is missing is separated and not on the list."""
    labels, entries = truth(whole, "labels/T5"), observed(whole, "list_entry")
    listed = labels[labels["status"] != "missing"]
    assert sorted(listed["rec_id"]) == entries["rec_id"].tolist() and set(listed["table"]) == {"list_entry"}
    missing = labels[labels["status"] == "missing"]
    people = truth(whole, "person").set_index("person_id")
    assert len(missing) > 10 and "list_entry" not in set(missing["table"])
    of_first = missing[missing["list_no"] == 1]
    assert people.loc[of_first["person_id"].astype(int), "was_separated"].all()
    right = listed[(listed["status"] == "right") & (listed["list_no"] == 1)]
    assert people.loc[right["person_id"].astype(int), "was_separated"].all()
    assert not set(of_first["person_id"]) & set(right["person_id"])


def test_lists_hold_what_was_published(whole):
    """The same people, counted in the head of the list; lines from 1 in the order of names."""
    heads, entries = observed(whole, "list_release"), observed(whole, "list_entry")
    assert (
        entries.groupby("list_no").size().reindex(heads["list_no"], fill_value=0).tolist() == heads["persons"].tolist()
    )
    one = entries[entries["list_no"] == 1].sort_values("line")
    assert one["line"].tolist() == list(range(1, len(one) + 1))
    surnames = one["surname_1"].fillna("").tolist()
    assert surnames == sorted(surnames)
    assert not one["rec_id"].is_monotonic_increasing


def test_separated_children_are_told_with_their_sources(whole):
    """T4 and T9 speak of the same separated children, as the key does."""
    people = truth(whole, "person")
    children = people[people["role"].isin(["child", "child_of_minor"]) & people["was_separated"]]
    sources = truth(whole, "labels/T9")
    assert set(sources["person_id"]) == set(children["person_id"])
    record = truth(whole, "record").set_index(["table", "rec_id"])["person_id"]
    asked = truth(whole, "labels/T4")
    person = record.loc[pd.MultiIndex.from_frame(asked[["table", "rec_id"]])].to_numpy()
    assert set(person[asked["is_separated"]]) <= set(children["person_id"])
    assert asked["is_separated"].sum() > 50 and (~asked["is_separated"]).sum() > 50
    assert 0 < sources["in_sheet"].sum() < len(sources)


def test_wrong_cells_stand_as_observed(whole):
    """T6 says of each wrong cell what stands there."""
    wrong = truth(whole, "labels/T6").query("table == 'e3_subject' and field == 'given'")
    given = observed(whole, "e3_subject").set_index("rec_id")["given"]
    assert len(wrong) > 20
    assert (given.loc[wrong["rec_id"]].fillna("").to_numpy() == wrong["recorded"].fillna("").to_numpy()).all()


def test_clusters_are_people(whole):
    """Rows of the four tables of people, each with its person."""
    clusters = truth(whole, "labels/clusters")
    record = truth(whole, "record")
    both = clusters.merge(record, on=["table", "rec_id"])
    assert len(both) == len(clusters) > 10_000 and (both["cluster"] == both["person_id"]).all()
    assert set(clusters["table"]) == {"e3_subject", "sigma_case", "earm_case", "portal_child"}


# --- tools ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", PAIR_TASKS)
def test_splinks_table_is_the_labels(whole, task):
    """Columns as Splink names them, 1 for a match and 0 for others, both there."""
    labels = truth(whole, f"labels/{task}")
    table = pd.read_parquet(whole / "answer_key" / "tools" / f"splink_{task}.parquet")
    names = ["source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r", "clerical_match_score"]
    assert table.columns.tolist() == names
    assert (table["clerical_match_score"] == labels["is_match"].astype(float)).all()
    assert table["clerical_match_score"].nunique() == 2


def test_recordlinkages_pairs_make_an_index(whole):
    """Two levels of names of rows; only true pairs."""
    table = pd.read_parquet(whole / "answer_key" / "tools" / "recordlinkage_T1.parquet")
    index = pd.MultiIndex.from_frame(table)
    assert index.nlevels == 2 and index.is_unique
    assert len(index) == truth(whole, "labels/T1")["is_match"].sum()
    assert index[0][0].split(":")[0] in LAYOUTS


def test_dedupes_training_file_is_read_as_dedupe_reads_it(whole):
    """``match`` and ``distinct`` of tuples of records, as many of one as of the other."""

    def as_tuple(found: dict) -> object:
        return tuple(found["__value__"]) if found.get("__class__") == "tuple" else found

    text = (whole / "answer_key" / "tools" / "dedupe_T1.json").read_text(encoding="utf-8")
    training = json.loads(text, object_hook=as_tuple)
    assert len(training["match"]) == len(training["distinct"]) == 300
    for one, other in (*training["match"], *training["distinct"]):
        assert set(one) == set(other) == set(COMPARED)
    same = sum(one["birth_day"] == other["birth_day"] for one, other in training["match"])
    assert same > 250 > sum(one["birth_day"] == other["birth_day"] for one, other in training["distinct"])


def test_zinggs_rows_come_in_pairs(whole):
    """Two rows a cluster, one verdict for both; matches and others."""
    table = pd.read_csv(whole / "answer_key" / "tools" / "zingg_T1.csv")
    assert (table.groupby("z_cluster").size() == 2).all()
    assert (table.groupby("z_cluster")["z_isMatch"].nunique() == 1).all()
    assert table.groupby("z_isMatch").size().tolist() == [600, 600]
