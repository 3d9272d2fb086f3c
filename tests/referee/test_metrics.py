"""Measures of the referee: numbers worked out by hand, a twin that lists every pair, and what other programs say."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from borderops.referee.measures import harmonic, ratio
from borderops.referee.metrics_cells import DETECTION, REPAIR, cell_parts
from borderops.referee.metrics_clusters import CLUSTERS, cluster_measures, cluster_parts
from borderops.referee.metrics_lists import LISTS, list_parts
from borderops.referee.metrics_pairs import KNOWABLE, PAIRS, ends, pair_measures, pairs_of, truth_space

HERE = Path(__file__).parent
ER_EVALUATION = json.loads((HERE / "er_evaluation.json").read_text(encoding="utf-8"))
SPLINK = json.loads((HERE / "splink.json").read_text(encoding="utf-8"))


def of(measures, parts):
    """Values of measures from the parts of a single owner."""
    sums = {name: values.sum(keepdims=True) for name, values in parts.items()}
    return {one.name: float(one.of(sums)[0]) for one in measures}


# --- clusters -----------------------------------------------------------------------------------------------------


def twin(predicted, reference):
    """Every measure of clusters by looking at all pairs and sets of records, with fractions."""
    records = range(len(predicted))
    linked = {pair for pair in combinations(records, 2) if predicted[pair[0]] == predicted[pair[1]]}
    true = {pair for pair in combinations(records, 2) if reference[pair[0]] == reference[pair[1]]}
    cluster = {r: {s for s in records if predicted[s] == predicted[r]} for r in records}
    person = {r: {s for s in records if reference[s] == reference[r]} for r in records}
    clusters, persons = ({frozenset(one) for one in sets.values()} for sets in (cluster, person))
    pure = {r: Fraction(len(cluster[r] & person[r]), len(cluster[r])) for r in records}
    whole = {r: Fraction(len(cluster[r] & person[r]), len(person[r])) for r in records}

    def mean(values):
        return sum(values, Fraction(0)) / len(values)

    def f1(one, other):
        return 2 * one * other / (one + other) if one + other else Fraction(0)

    found = {
        "precision": Fraction(len(linked & true), len(linked)) if linked else Fraction(1),
        "recall": Fraction(len(linked & true), len(true)) if true else Fraction(1),
        "b_cubed_precision": mean([mean([pure[r] for r in one]) for one in persons]),
        "b_cubed_recall": mean([mean([whole[r] for r in one]) for one in persons]),
        "b_cubed_precision_of_records": mean(list(pure.values())),
        "b_cubed_recall_of_records": mean(list(whole.values())),
        "cluster_precision": Fraction(len(clusters & persons), len(clusters)),
        "cluster_recall": Fraction(len(clusters & persons), len(persons)),
    }
    pairs = (("f1", ""), ("b_cubed_f1", "b_cubed_"), ("cluster_f1", "cluster_"))
    found |= {name: f1(found[f"{kind}precision"], found[f"{kind}recall"]) for name, kind in pairs}
    records_alike = [found[f"b_cubed_{one}_of_records"] for one in ("precision", "recall")]
    return {**found, "b_cubed_f1_of_records": f1(*records_alike)}


def test_clusters_by_hand():
    """The example of Bagga and Baldwin (1998): joining the small chain and a large one costs 24 of 100."""
    reference = [1] * 5 + [2] * 2 + [3] * 5
    measures = cluster_measures(np.array([1] * 5 + [2] * 7), np.array(reference))
    # Five records wholly pure; two with 2 of 7, five with 5 of 7: (5 + 4/7 + 25/7) / 12 = 64/84.
    assert measures["b_cubed_precision_of_records"] == pytest.approx(64 / 84)
    assert measures["b_cubed_recall_of_records"] == 1.0
    # By persons: (1 + 2/7 + 5/7) / 3.
    assert measures["b_cubed_precision"] == pytest.approx(2 / 3)
    # 10 + 21 pairs linked, 10 + 1 + 10 of them true.
    assert measures["precision"] == pytest.approx(21 / 31)
    assert (measures["cluster_precision"], measures["cluster_recall"]) == (pytest.approx(1 / 2), pytest.approx(1 / 3))


@given(some.lists(some.tuples(some.integers(0, 5), some.integers(0, 5)), min_size=1, max_size=14))
def test_clusters_agree_with_a_twin_that_lists_every_pair(labels):
    """The closed forms give what counting pairs, records and sets one by one gives."""
    predicted, reference = (np.array(one) for one in zip(*labels))
    expected = twin(predicted.tolist(), reference.tolist())
    assert cluster_measures(predicted, reference) == pytest.approx({name: float(one) for name, one in expected.items()})


@pytest.mark.parametrize("name", sorted(ER_EVALUATION["cases"]))
def test_clusters_agree_with_er_evaluation(name):
    """Pairwise, B-cubed and exact-cluster measures are those that ER-Evaluation gave for the same case."""
    case = ER_EVALUATION["cases"][name]
    measures = cluster_measures(np.array(case["predicted"]), np.array(case["reference"]))
    assert {one: measures[one] for one in case["measures"]} == pytest.approx(case["measures"], abs=1e-12)


def test_what_belongs_to_owners_adds_up_to_the_whole():
    """Parts of clusters by owner sum to the parts of everybody together."""
    rng = np.random.default_rng(3)
    predicted, reference, owner = rng.integers(0, 9, 50), rng.integers(0, 9, 50), rng.integers(0, 4, 50)
    by_owner = cluster_parts(predicted, reference, owner, 4)
    together = cluster_parts(predicted, reference, np.zeros(50, dtype=np.int64), 1)
    for part, values in by_owner.items():
        assert values.shape == (4,)
        assert values.sum() == pytest.approx(together[part][0]), part


def test_clusters_of_thousands_are_not_listed_pair_by_pair():
    """A cluster of a million records, half a billion pairs, is scored from its sizes alone."""
    predicted = np.zeros(1_000_000, dtype=np.int64)
    reference = np.arange(1_000_000) // 2
    measures = cluster_measures(predicted, reference)
    assert measures["precision"] == pytest.approx(500_000 / (1_000_000 * 999_999 / 2))


# --- pairs --------------------------------------------------------------------------------------------------------


def test_pairs_by_hand():
    """Three of four linked pairs are true, and five are true in all."""
    assert pair_measures(found=3, claimed=4, true=5) == pytest.approx({"precision": 0.75, "recall": 0.6, "f1": 6 / 9})


def test_a_tool_that_links_nothing():
    """Precision is 1 where nothing is linked, as Splink and ER-Evaluation have it; recall and F1 are 0."""
    assert pair_measures(found=0, claimed=0, true=5) == {"precision": 1.0, "recall": 0.0, "f1": 0.0}


def test_recall_of_nothing_is_no_number():
    """Where nothing is true there is no recall: neither good nor bad."""
    assert np.isnan(pair_measures(found=0, claimed=2, true=0)["recall"])


def test_a_pair_belongs_half_to_either_end():
    """A pair of two owners counts half for each, one within an owner counts whole."""
    parts = ends(np.array([0, 1]), np.array([2, 1]), 3, claimed=1.0, found=np.array([False, True]))
    assert parts["claimed"].tolist() == [0.5, 1.0, 0.5]
    assert parts["found"].tolist() == [0.0, 1.0, 0.0]


def test_links_that_no_record_tells_are_left_out():
    """Six linked: three knowable links of four, one unknowable of two, two false."""
    parts = {"found": 4, "claimed": 6, "true": 6, "found_knowable": 3, "true_knowable": 4}
    parts |= {"found_unknowable": 1, "true_unknowable": 2}
    values = of(KNOWABLE, {name: np.array([float(count)]) for name, count in parts.items()})
    assert values == pytest.approx(
        {"precision_knowable": 3 / 5, "recall_knowable": 3 / 4, "f1_knowable": 6 / 9, "recall_unknowable": 1 / 2}
    )


@pytest.mark.parametrize("name", sorted(SPLINK["cases"]))
def test_thresholds_agree_with_splink(name):
    """Counts, precision, recall, F1 and specificity at each threshold are those of Splink's table of truths."""
    case = SPLINK["cases"][name]
    is_true = np.array(case["is_true"])
    table = truth_space(np.array(case["scores"]), is_true, int(is_true.sum()), case["asked"])
    for column, values in case["table"].items():
        assert table[column].tolist() == pytest.approx(values), column


@given(
    some.lists(some.tuples(some.sampled_from([0.1, 0.5, 0.7, 0.9]), some.booleans()), max_size=12), some.integers(0, 5)
)
def test_thresholds_agree_with_a_twin_that_counts_anew(pairs, more):
    """At each distinct score the counts are those of the pairs that reach it; pairs not in the output are missed."""
    scores, is_true = np.array([one for one, _ in pairs]), np.array([one for _, one in pairs], dtype=bool)
    true = int(is_true.sum()) + more
    table = truth_space(scores, is_true, true)
    assert table["threshold"].tolist() == sorted(set(scores.tolist()))
    for row in table.itertuples():
        linked = [hit for score, hit in pairs if score >= row.threshold]
        assert (row.tp, row.fp, row.fn) == (sum(linked), len(linked) - sum(linked), true - sum(linked))
        assert row.precision == pytest.approx(sum(linked) / len(linked))


def test_pairs_within_groups():
    """A group of n holds n (n - 1) / 2 pairs."""
    assert pairs_of(np.array([0, 1, 2, 5])).tolist() == [0, 0, 1, 10]


# --- lists and cells ----------------------------------------------------------------------------------------------


def test_lists_by_hand():
    """Five belong on a list of four that holds three of them: two are missing, one stands there falsely."""
    listed = np.array([1, 1, 1, 1, 0, 0, 0], dtype=bool)
    belongs = np.array([1, 1, 1, 0, 1, 1, 0], dtype=bool)
    values = of(LISTS, list_parts(listed, belongs, np.zeros(7, dtype=np.int64), 1))
    assert values == pytest.approx(
        {"precision": 3 / 4, "recall": 3 / 5, "f1": 6 / 9, "share_missing": 2 / 5, "share_false": 1 / 4}
    )


def test_cells_by_hand():
    """Of four wrong cells three are flagged, two with a value, one of them right; a sound cell is changed as well."""
    is_wrong = np.array([1, 1, 1, 1, 0], dtype=bool)
    flagged = np.array([1, 1, 1, 0, 1], dtype=bool)
    given_value = np.array([1, 1, 0, 0, 1], dtype=bool)
    right = np.array([1, 0, 0, 0, 0], dtype=bool)
    parts = cell_parts(flagged, is_wrong, given_value, right, np.zeros(5, dtype=np.int64), 1)
    expected = {"precision": 3 / 4, "recall": 3 / 4, "f1": 6 / 8}
    expected |= {"repair_accuracy": 1 / 2, "repair_precision": 1 / 3, "repair_recall": 1 / 4}
    assert of(DETECTION + REPAIR, parts) == pytest.approx(expected)


def test_ratios_of_nothing():
    """A ratio with nothing below is no number, unless told what it is; a mean of two noughts is nought."""
    assert np.isnan(ratio(0.0, 0.0))
    assert ratio(0.0, 0.0, 1.0) == 1.0
    assert harmonic(0.0, 0.0) == 0.0


@pytest.mark.parametrize("measures", [PAIRS, KNOWABLE, CLUSTERS, LISTS, DETECTION, REPAIR])
def test_every_measure_says_what_it_counts(measures):
    """Names are told apart, and each measure has a label and words."""
    assert len({one.name for one in measures}) == len(measures)
    assert all(one.label and one.says.endswith(".") and one.basis for one in measures)
