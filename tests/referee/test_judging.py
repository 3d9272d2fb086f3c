"""The referee on a pack written by hand: every score is known in advance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.referee.tiny_pack import E3, EARM, PORTAL, T1, T2, T6, write_pack, write_pairs

from borderops.exceptions import FileProblem
from borderops.referee.judging import judge
from borderops.referee.pack import open_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """The tiny pack, opened."""
    return open_pack(write_pack(tmp_path_factory.mktemp("packs") / "tiny"))


@pytest.fixture
def score(pack, tmp_path):
    """Scores rows of an output."""

    def judged(task, rows, columns="table_l,rec_id_l,table_r,rec_id_r", **options):
        return judge(pack, task, write_pairs(tmp_path / "out.csv", rows, columns), **options)

    return judged


def value(made, measure):
    """A measure of the whole."""
    return made.whole.set_index("measure").loc[measure, "value"]


def in_group(made, kind, group, measure):
    """A measure of one slice."""
    rows = made.table[(made.table["kind"] == kind) & (made.table["group"] == group)]
    return rows.set_index("measure").loc[measure, "value"]


# --- pairs --------------------------------------------------------------------------------------------------------


def test_links_between_parent_and_child(score):
    """Of three linked pairs two are true, of four true ones two are found, one of which no record tells."""
    made = score("T2", [(E3, 1, E3, 3), (E3, 10, E3, 9), (E3, 13, E3, 6)])
    assert value(made, "precision") == pytest.approx(2 / 3)
    assert value(made, "recall") == pytest.approx(2 / 4)
    assert value(made, "f1") == pytest.approx(4 / 7)
    # Knowable are 2 with 1 and 5 with 4; of the linked ones the first alone, beside one false pair.
    assert value(made, "precision_knowable") == pytest.approx(1 / 2)
    assert value(made, "recall_knowable") == pytest.approx(1 / 2)
    assert value(made, "recall_unknowable") == pytest.approx(1 / 2)
    assert made.counts["pairs linked"] == 3
    assert made.counts["true pairs that records can tell"] == 2


def test_the_order_of_rows_and_of_sides_changes_nothing(score):
    """Neither the order in which pairs stand nor which end is left matters to any number."""
    pairs = [(E3, 1, E3, 3), (E3, 5, E3, 6), (E3, 11, E3, 4)]
    one = score("T2", pairs)
    other = score("T2", [(c, d, a, b) for a, b, c, d in reversed(pairs)])
    pd.testing.assert_frame_equal(one.table, other.table)


def test_versions_of_one_record_are_one_record(score):
    """Rows 2 and 3 are versions of one person: linking either is the same, and linking both counts once."""
    made = score("T2", [(E3, 1, E3, 2), (E3, 1, E3, 3)])
    assert (value(made, "precision"), made.counts["pairs linked"]) == (1.0, 1)


def test_true_links_that_are_not_asked_for_count_neither_way(score):
    """A unit on record joins 7 with 6, so that the task does not ask: naming it is no mistake and no merit."""
    without = score("T2", [(E3, 1, E3, 3), (E3, 13, E3, 6)])
    named = score("T2", [(E3, 1, E3, 3), (E3, 13, E3, 6), (E3, 7, E3, 8)])
    pd.testing.assert_frame_equal(without.table, named.table)
    assert named.counts["true pairs that the task does not ask for, left out"] == 1


def test_an_uncle_is_no_parent(score):
    """A link of kin, though true as such, is a false answer to who is whose parent."""
    assert value(score("T2", [(E3, 13, E3, 6)]), "precision") == 0.0


def test_the_same_person_in_two_systems(score):
    """All eight true pairs and one of two persons: precision 8 of 9, recall 1."""
    pairs = [row[:4] for row in T1 if row[4]] + [(E3, 1, EARM, 2)]
    made = score("T1", pairs)
    assert (value(made, "precision"), value(made, "recall")) == (pytest.approx(8 / 9), 1.0)
    assert "precision_knowable" not in set(made.table["measure"])


def test_a_record_about_nobody_can_only_be_linked_wrongly(score):
    """The fifth row of the portal is about nobody in the pack: a pair with it is false."""
    made = score("T1", [(E3, 3, PORTAL, 5), (E3, 3, PORTAL, 1)])
    assert value(made, "precision") == 0.5


def test_messages_and_their_children(score):
    """One of three messages at its child."""
    made = score("T8", [(PORTAL, 1, "mail_message", 1), (PORTAL, 1, "mail_message", 2)])
    assert (value(made, "precision"), value(made, "recall")) == (0.5, pytest.approx(1 / 3))


SCORED = [(E3, 1, E3, 3, 0.9), (E3, 5, E3, 6, 0.6), (E3, 13, E3, 6, 0.6), (E3, 1, E3, 4, 0.4)]
WITH_SCORES = "table_l,rec_id_l,table_r,rec_id_r,score"


@pytest.mark.parametrize(("threshold", "linked", "found"), [(None, 3, 2), (0.95, 0, 0), (0.6, 3, 2), (0.0, 4, 3)])
def test_pairs_are_linked_from_the_threshold_on(score, threshold, linked, found):
    """A pair whose score equals the threshold is linked; 0.5 where none is given."""
    made = score("T2", SCORED, WITH_SCORES, threshold=threshold)
    assert (made.counts["pairs linked"], made.counts["true pairs linked"]) == (linked, found)
    assert made.threshold == (0.5 if threshold is None else threshold)


def test_every_threshold_is_told(score):
    """A row for each score that occurs, whatever threshold was asked for."""
    table = score("T2", SCORED, WITH_SCORES, threshold=0.95).thresholds
    assert table[["threshold", "tp", "fp", "fn"]].to_numpy().tolist() == [
        [0.4, 3, 1, 1],
        [0.6, 2, 1, 2],
        [0.9, 1, 0, 3],
    ]


def test_of_many_thresholds_some_are_told_and_the_one_asked_for(score, monkeypatch):
    """A million scores make no table of a million rows: first, last and the one in use are always there."""
    monkeypatch.setattr("borderops.referee.judging_pairs.MOST_THRESHOLDS", 2)
    scored = [(*row[:4], at / 10) for at, row in enumerate([*SCORED, (E3, 5, E3, 3), (E3, 11, E3, 4)])]
    assert score("T2", scored, WITH_SCORES, threshold=0.25).thresholds["threshold"].tolist() == [0.0, 0.3, 0.5]


def test_a_threshold_without_scores_is_a_problem(score):
    """A threshold that nothing could be compared with is not passed over."""
    with pytest.raises(FileProblem, match="it holds no scores"):
        score("T2", [(E3, 1, E3, 3)], threshold=0.5)


def test_tables_that_no_label_pairs_are_a_problem(score):
    """A pair that the task does not ask for is told by its row, with what the task pairs."""
    with pytest.raises(FileProblem, match=r"row 2: pairs tables that the task does not .*e3_subject with e3_subject"):
        score("T2", [(E3, 1, E3, 3), (E3, 1, PORTAL, 1)])


# --- clusters -----------------------------------------------------------------------------------------------------

CLUSTER = "table,rec_id,cluster"


def test_clusters_of_persons(score):
    """Persons 1 and 2 in one cluster, everybody else alone: 15 true pairs, of which 6 are linked beside 9 others."""
    rows = [(E3, 1, "a"), (E3, 2, "a"), (E3, 3, "a"), (PORTAL, 1, "a"), (EARM, 1, "a")]
    made = score("T1", rows, CLUSTER)
    # Pairs of one person: 1: C(2,2); 2: C(3,2); 3, 4, 5, 8, 9, 10: one each.
    assert made.counts["clusters of the output"] == 1 + 16
    assert value(made, "recall") == pytest.approx((1 + 3) / (1 + 3 + 6))
    assert value(made, "precision") == pytest.approx((1 + 3) / 10)
    # Right as a whole are the clusters of those with a single row: 6, 7, 11 and 12.
    assert value(made, "cluster_recall") == pytest.approx(4 / 12)


def test_rows_that_are_not_named_go_with_their_other_version(score):
    """Naming one version of person 2 is as good as naming both."""
    one = score("T1", [(E3, 3, "x"), (PORTAL, 1, "x")], CLUSTER)
    both = score("T1", [(E3, 2, "x"), (E3, 3, "x"), (PORTAL, 1, "x")], CLUSTER)
    pd.testing.assert_frame_equal(one.table, both.table)


def test_everybody_right(score, pack):
    """The labels themselves score 1 in every measure."""
    truth = pack.truth("labels/clusters").to_pandas()
    rows = list(truth[["table", "rec_id", "cluster"]].itertuples(index=False, name=None))
    made = score("T1", rows, CLUSTER)
    assert made.whole["value"].tolist() == [1.0] * len(made.measures)
    assert made.notes == []


def test_clusters_of_other_tables_are_a_problem(score):
    """A message is no record of a person that the task gathers."""
    with pytest.raises(FileProblem, match="row 1: table is none that the task asks about"):
        score("T1", [("mail_message", 1, "a")], CLUSTER)


# --- lists and cells ----------------------------------------------------------------------------------------------


def test_a_list_of_separated_children(score):
    """Three children were separated; two of them and another are listed."""
    made = score("T4", [(E3, 2), (E3, 4), (E3, 10)], "table,rec_id")
    assert (value(made, "share_missing"), value(made, "share_false")) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (made.counts["missing"], made.counts["false"]) == (1, 1)


def test_entries_that_are_false_and_people_who_are_missing(score):
    """Person 3 is missing from two lists and is one finding; entry 3 is false."""
    made = score("T5", [("list_entry", 3), (E3, 4)], "table,rec_id")
    assert (value(made, "precision"), value(made, "recall")) == (1.0, 1.0)
    assert made.counts["belong on the list"] == 2


CELLS = [(E3, 1, "given", "Anna"), (E3, 5, "surname_1", "Perez"), (E3, 2, "given", "Eva"), (PORTAL, 1, "last_name", "")]


def test_cells_flagged_and_repaired(score):
    """Three of four wrong cells flagged, one of two values right (an accent counts), one sound cell changed."""
    made = score("T6", CELLS, "table,rec_id,field,value")
    assert (value(made, "precision"), value(made, "recall")) == (0.75, 0.75)
    assert value(made, "repair_accuracy") == pytest.approx(1 / 2)
    assert value(made, "repair_precision") == pytest.approx(1 / 3)
    assert value(made, "repair_recall") == pytest.approx(1 / 4)


def test_cells_without_values_are_detection_alone(score):
    """An output that proposes nothing has no measure of repair."""
    made = score("T6", [row[:3] for row in CELLS], "table,rec_id,field")
    assert list(made.whole["measure"]) == ["precision", "recall", "f1"]


def test_cells_by_mechanism(score):
    """Both typing errors were flagged and one was set right; the swapped date was missed."""
    table = score("T6", CELLS, "table,rec_id,field,value").mechanisms.set_index("mechanism")
    assert table.loc["typo", ["wrong", "flagged", "tried", "repaired"]].tolist() == [2, 2, 1, 1]
    assert table.loc["day_and_month_swapped", "recall"] == 0.0
    assert np.isnan(table.loc["day_and_month_swapped", "repair_accuracy"])
    assert table["wrong"].sum() == len(T6)


def test_no_value_is_right_where_the_cell_ought_to_be_empty(tmp_path):
    """Emptying a cell that holds what nobody should have written is a repair; elsewhere no value is no proposal."""
    folder = write_pack(tmp_path / "tiny", t6=[(E3, 1, "given", "Ana", None, "typo"), T6[1]])
    output = write_pairs(
        tmp_path / "out.csv", [(E3, 1, "given", ""), (E3, 5, "surname_1", "")], "table,rec_id,field,value"
    )
    made = judge(open_pack(folder), "T6", output)
    assert (made.counts["values given"], value(made, "repair_accuracy")) == (1, 1.0)


def test_dates_may_be_written_as_another_program_writes_them(score):
    """A day with midnight behind it is that day."""
    made = score("T6", [(E3, 6, "birth_day", "2001-02-03T00:00:00")], "table,rec_id,field,value")
    assert value(made, "repair_accuracy") == 1.0


# --- slices -------------------------------------------------------------------------------------------------------


def test_slices_by_age_and_country(score):
    """The link of 2 with 1 is found: recall is whole at its age and country and nought at the others'."""
    made = score("T2", [(E3, 1, E3, 3)])
    assert in_group(made, "age_band", "age_0_4", "recall") == 1.0
    assert in_group(made, "age_band", "age_5_12", "recall") == 0.0
    assert in_group(made, "country", "guatemala", "recall") == 0.5
    assert in_group(made, "country", "honduras", "recall") == 0.0
    assert in_group(made, "surname", "uncommon", "recall") == 0.0


def test_slices_of_a_kind_add_up_to_the_whole(score):
    """Every kind of slice is there for every measure, and its groups hold all families that the whole holds."""
    made = score("T2", [row[:2] and (E3, row[0], E3, row[1]) for row in T2])
    assert set(made.table["kind"]) == {"all", "country", "age_band", "sector", "surname"}
    whole = made.whole.set_index("measure").loc["recall", "families"]
    for kind in ("country", "sector", "surname"):
        rows = made.table[(made.table["kind"] == kind) & (made.table["measure"] == "recall")]
        assert rows["families"].sum() == whole


def test_no_slice_names_a_person_or_a_family(score):
    """Groups are countries, ages, places and kinds of surnames: nobody is ranked."""
    groups = set(score("T2", [(E3, 1, E3, 3)]).table["group"])
    assert groups == {
        "all", "guatemala", "honduras", "mexico", "age_0_4", "age_5_12", "age_13_17", "adults", "el_paso", "yuma",
        "rare", "uncommon", "common",
    }  # fmt: skip
