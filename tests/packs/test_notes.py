"""Texts of notes: they say what records say, and the key tells where."""

from __future__ import annotations

import pandas as pd
from tests.packs.pack_worlds import observed, truth

from borderops.packs.key_tables import FACTS
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


def test_a_text_says_what_its_records_say(whole):
    """A separation at the top where the choice says so; each child of the note once, with name and age as written."""
    both, spans = notes(whole), truth(whole, "note_span").set_index("rec_id")
    for kind, own in both.groupby("body"):
        tells = own["rec_id"].isin(spans.index[spans["fact"] == "separation"])
        assert tells.all() if kind.startswith("separation_at_top") else not tells.any()
        starts = own["text"].str.match("FAMILY SEPARATED|PARENT SEPARATED|SUBJECT AND CHILD SEPARATED")
        assert (starts == tells).all()
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


def test_labels_hold_each_fact_once(whole):
    """T7: all that the spans tell, and yes for a separation."""
    labels, spans = truth(whole, "labels/T7"), truth(whole, "note_span")
    keys = list(zip(labels["rec_id"], labels["fact"], labels["value"]))
    assert len(keys) == len(set(keys))
    told = spans.assign(value=spans["value"].where(spans["fact"] != "separation", "yes"))
    assert set(keys) == set(zip(told["rec_id"], told["fact"], told["value"]))
