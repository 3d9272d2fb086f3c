"""Texts of notes: they say what records say, and the key tells where."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare
from tests.packs.pack_worlds import observed, truth

from borderops.packs.key_tables import FACTS
from borderops.packs.wordings import RULES, Luck, worded
from borderops.referee.reading import FACTS as ASKED


def notes(folder) -> pd.DataFrame:
    """Notes with their texts."""
    return observed(folder, "e3_narrative").merge(observed(folder, "e3_note_text"), on="rec_id", suffixes=("", "_t"))


def test_every_note_has_its_text_under_its_number(whole):
    """As many as notes, about the same people at the same minute; the key knows who that is."""
    both = notes(whole)
    assert len(both) == len(observed(whole, "e3_note_text")) > 100
    assert (both["entered_at"] == both["entered_at_t"]).all() and (both["subject_no"] == both["subject_no_t"]).all()
    record = truth(whole, "record").set_index(["table", "rec_id"])["person_id"]
    assert record["e3_note_text"].tolist() == record["e3_narrative"].tolist()
    assert both["text"].nunique() > 0.9 * len(both)
    assert tuple(FACTS) == ASKED


def body_names_no_child(kind: str) -> bool:
    """Whether notes of a kind describe no child."""
    return kind in ("nothing_of_family", "separation_at_top")


def test_a_text_says_what_its_records_say(whole):
    """A separation at the top where the choice says so; each child of the note once, with name and age as written."""
    both, spans = notes(whole), truth(whole, "note_span").set_index("rec_id")
    for kind, own in both.groupby("body"):
        tells = own["rec_id"].isin(spans.index[spans["fact"] == "separation"])
        assert tells.all() if kind.startswith("separation_at_top") else not tells.any()
        if body_names_no_child(kind):
            assert not own["rec_id"].isin(spans.index[spans["fact"] != "separation"]).any()
    children = observed(whole, "e3_narrative_child").merge(both[["subject_no", "rec_id"]], on="subject_no")
    meant = sorted(zip(children["rec_id_y"], children["child_given"].fillna("UNKNOWN").str.upper()))
    found = spans[spans["fact"] == "child_given"]["value"]
    assert sorted(zip(found.index, found)) == [one for one in meant if one[1] != "UNKNOWN"]
    ages = sorted(zip(children["rec_id_y"], children["child_age"].astype("Int64").astype("string")))
    found = spans[spans["fact"] == "child_age"]["value"]
    assert sorted(zip(found.index, found)) == [one for one in ages if not pd.isna(one[1])]


def test_spans_are_the_letters_that_they_say(whole):
    """First letter and last, in the text itself; the child behind it is one of the family of whom the note is on."""
    spans = truth(whole, "note_span").merge(observed(whole, "e3_note_text"), on="rec_id")
    assert len(spans) > 300
    assert all(row.text[row.begins : row.ends] == row.value for row in spans.itertuples())
    person = truth(whole, "person").set_index("person_id")
    told = spans[spans["fact"] == "child_given"].dropna(subset="person_id")
    assert (person.loc[told["person_id"].astype(int), "role"] == "child").mean() > 0.95
    record = truth(whole, "record").query("table == 'e3_note_text'").set_index("rec_id")
    families = record.loc[told["rec_id"], "family_id"].to_numpy()
    assert (person.loc[told["person_id"].astype(int), "family_id"].to_numpy() == families).mean() > 0.95


def test_wordings_are_too_many_to_be_learned_by_heart(whole):
    """Sentences that tell a fact, facts apart: most stand in one note or two, and the commonest in few."""
    texts = observed(whole, "e3_note_text").set_index("rec_id")["text"]
    spans = truth(whole, "note_span")
    tops = spans.loc[spans["fact"] == "separation", "value"].value_counts()
    assert len(tops) > 0.5 * tops.sum() and tops.max() < 0.1 * tops.sum()
    told = []
    for rec_id, own in spans[spans["fact"] != "separation"].groupby("rec_id"):
        text = texts[rec_id]
        for span in own.sort_values("begins", ascending=False).itertuples():
            text = f"{text[: span.begins]}<{span.fact}>{text[span.ends :]}"
        told += [one for one in re.split(r"(?<=[.*]) ", text) if "<child" in one]
    of_children = pd.Series(told).value_counts()
    assert len(of_children) > 0.4 * len(told) > 40 and of_children.max() < 0.1 * len(told)


def test_words_of_one_note_tell_of_a_family_and_in_another_do_not(whole):
    """The word alone is no sign: SEPARATED and MINOR stand in notes of both kinds."""
    both, spans = notes(whole), truth(whole, "note_span")
    tells = both["rec_id"].isin(spans.loc[spans["fact"] == "separation", "rec_id"])
    says = both["text"].str.contains("SEPARATED")
    assert (says & ~tells).any() and (~says & tells).any() and (says & tells).sum() > (says & ~tells).sum()
    without = both["body"] == "nothing_of_family"
    assert both.loc[without, "text"].str.contains("MINOR|FAMILY|CHILD").any()


@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_can_be_worded(rule):
    """Whatever is chosen: no rule is left in the words but for a list of children, and only known braces are."""
    for bits in range(400):
        words = worded(rule, Luck(bits * 7919))
        assert "<" not in words.replace("<list>", "") and "  " not in words
        known = {"age", "country", "others", "days", "hour", "given", "child_age"}
        assert set(re.findall(r"{(\w+)}", words)) <= known
        if rule in ("child", "in_list"):
            assert sorted(re.findall(r"{(\w+)}", words)) == ["child_age", "given"]


def test_choices_are_even():
    """Each of five things about as often as the others; some of them, each once."""
    counts = np.bincount([Luck(bits).below(5) for bits in range(10_000)])
    assert chisquare(counts).pvalue > 0.001
    assert sorted(Luck(3).some(("a", "b", "c"), 5)) == ["a", "b", "c"]


def test_labels_hold_each_fact_once(whole):
    """T7: all that the spans tell, and yes for a separation."""
    labels, spans = truth(whole, "labels/T7"), truth(whole, "note_span")
    keys = list(zip(labels["rec_id"], labels["fact"], labels["value"]))
    assert len(keys) == len(set(keys))
    told = spans.assign(value=spans["value"].where(spans["fact"] != "separation", "yes"))
    assert set(keys) == set(zip(told["rec_id"], told["fact"], told["value"]))
