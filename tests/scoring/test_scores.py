"""Findings of pairs against the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scored_worlds import all_pairs, findings, recoverability, world

from borderops.audit.findings import Pairs, Rule
from borderops.population.people import Stratum
from borderops.scoring.scores import (
    AGES,
    COMMONNESS,
    Label,
    PairScores,
    Strata,
    labels_of,
    score_pairs,
    time_until_known,
)
from borderops.scoring.standing import Level, Recoverable, known_at, persons_of
from borderops.units import DAY, NEVER

TRACKING = "e3_april_2018"


def scores(pairs: Pairs) -> PairScores:
    """Scores of pairs in two weeks of May."""
    made = world(TRACKING)
    return score_pairs(pairs, made.links, recoverability(TRACKING), made.records, made.behind, made.witness)


def test_every_link_is_found_missed_or_unknowable():
    """Outcomes add up to the links that count as separations, under every rule."""
    made = world(TRACKING)
    for pairs in findings(TRACKING).pairs.values():
        told = scores(pairs).summary().iloc[0]
        assert told.found + told.missed + told.unknowable == told.links == made.links.is_separation.sum()


def test_every_pair_has_one_label():
    """Labels add up to the distinct pairs of persons."""
    made = world(TRACKING)
    for pairs in findings(TRACKING).pairs.values():
        told = scores(pairs).summary().iloc[0]
        adult, child = persons_of(pairs, made.records, made.behind)
        real = (adult >= 0) & (child >= 0)
        distinct = len(set(zip(adult[real], child[real]))) + np.count_nonzero(~real)
        assert told[[one.name.lower() for one in Label]].sum() == told.pairs == distinct


def test_found_links_are_the_right_pairs():
    """Every link that is found is a pair labelled so, and the reverse; precision and recall follow."""
    told = scores(findings(TRACKING).pairs[Rule.REFINED]).summary().iloc[0]
    assert told.found == told.link > 0
    assert told.precision == told.link / told.pairs
    assert told.recall == told.found / told.links
    assert told.recall_of_knowable == told.found / (told.links - told.unknowable)


def test_no_rule_finds_the_unknowable():
    """What no record and no rule can tell, no rule has found; all rules together leave no probable link unfound."""
    made = world(TRACKING)
    everything = scores(all_pairs(findings(TRACKING))).links
    told = pd.Series(recoverability(TRACKING)[made.links.is_separation])
    assert not ((everything.outcome == "found") & (told == Recoverable.NOT_AT_ALL)).any()
    assert (everything.outcome[told == Recoverable.BY_PROBABILITY] == "found").all()
    assert ((everything.outcome == "unknowable") == (told == Recoverable.NOT_AT_ALL)).all()


@pytest.mark.parametrize("by", ["station", "age_band", "commonness"])
def test_strata_add_up(by):
    """Broken down by sector, age band or commonness of surnames, counts add up to the whole."""
    scored = scores(findings(TRACKING).pairs[Rule.REFINED])
    counts = ["links", "found", "missed", "unknowable", "pairs", "link", "together", "kin", "false_claim", "stranger"]
    assert (scored.summary([by])[counts].sum() == scored.summary().iloc[0][counts]).all()


def test_common_surnames_make_the_rule_worse():
    """Precision falls from rare to common surnames."""
    told = scores(findings(TRACKING).pairs[Rule.DRAFT]).summary(["commonness"]).set_index("commonness").precision
    assert told["rare"] > told["common"]


def test_strata_have_stated_edges():
    """Bands of age end on birthdays; a surname's band is that of the commoner one of the child's two."""
    people = world(TRACKING).witness.people
    children = np.flatnonzero(people.is_child & (people.of_party("stratum") != Stratum.RESIDENT))[:2000]
    told = Strata(people).of(children)
    assert list(told.age_band.cat.categories) == list(AGES)
    assert list(told.commonness.cat.categories) == list(COMMONNESS)
    days = people.of_party("apprehended_at")[children] // DAY
    under_five = days < people.comes_of_age(5)[children] // DAY
    assert ((told.age_band == "0-4") == under_five).all()


def test_labels_tell_kin_from_claims_and_strangers():
    """A relative of the party is kin, an adult of a false claim is one, a stranger is of another party."""
    people = world(TRACKING).witness.people
    none = world(TRACKING).links.take(np.zeros(0, dtype=np.int64))
    stratum, expected = people.of_party("stratum"), {}
    for kind, label in (
        (Stratum.KIN_GROUP, Label.KIN),
        (Stratum.FALSE_FAMILY, Label.FALSE_CLAIM),
        (Stratum.FAMILY, Label.TOGETHER),
    ):
        child = int(np.flatnonzero((stratum == kind) & people.is_child)[0])
        expected[int(people.of_party("first_member")[child]), child] = label
    stranger = int(np.flatnonzero(stratum == Stratum.SINGLE_ADULT)[0])
    expected[stranger, child] = Label.STRANGER
    adult, child = (np.array(column) for column in zip(*expected))
    assert labels_of(adult, child, none, people).tolist() == list(expected.values())
    assert labels_of(np.array([-1]), np.array([child[0]]), none, people).tolist() == [Label.STRANGER]


def test_nothing_found_scores_nothing():
    """Without pairs there is no precision, and recall is nought."""
    empty = findings(TRACKING).pairs[Rule.REFINED].take(np.zeros(0, dtype=np.int64))
    told = scores(empty).summary().iloc[0]
    assert told.pairs == told.found == told.recall == 0
    assert np.isnan(told.precision)


def test_a_pair_counts_once():
    """Pairs of the same persons by several rules are one pair of persons."""
    pairs = findings(TRACKING).pairs[Rule.REFINED]
    twice = Pairs(**{name: np.tile(column, 2) for name, column in pairs.columns().items()})
    pd.testing.assert_frame_equal(scores(twice).summary(), scores(pairs).summary())


def test_time_until_known_is_counted_from_the_parting():
    """Minutes until a record stands, and until those who reunite know the parent; empty where it never came."""
    made = world(TRACKING)
    told = time_until_known(made.links, made.evidence, made.witness, Level.NOTE)
    known = known_at(made.links, made.evidence, Level.NOTE)
    assert (told.minutes_until_recorded.isna() == (known == NEVER)).all()
    assert (told.minutes_until_recorded.dropna() >= 0).all()
    found_at = made.witness.history.found_at[made.links.child]
    assert (told.minutes_until_found.dropna() == (found_at - made.links.parted_at)[found_at != NEVER]).all()
