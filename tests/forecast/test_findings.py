"""What audits find in the records of a replication, counted as the report counts it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.worlds import settings_with

from borderops.audit.findings import Era
from borderops.audit.linkage import matching_rules
from borderops.forecast.measure import measure_reading
from borderops.forecast.measure_findings import VARIANTS
from borderops.forecast.reading import Reading
from borderops.forecast.results import KEYS, Results
from borderops.population.people import Stratum
from borderops.replication import Replication, replicate
from borderops.scoring.scores import Label
from borderops.scoring.standing import persons_of

WEEKS = {
    "window.start": "2018-05-20",
    "window.end": "2018-07-05",
    "window.lead_in_days": 6,
    "arrivals.stations": ["el_paso", "rio_grande_valley"],
    "study.audits": True,
}
RULES = ("draft_rule", "refined_rule")
ERAS = tuple(era.name.lower() for era in Era)


@cache
def played() -> Replication:
    """Two sectors in seven weeks, the court's order among them."""
    return replicate(settings_with(WEEKS), 1)


def _reading(audits: bool = True) -> Reading:
    return Reading(played(), settings_with({**WEEKS, "study.audits": audits}))


@cache
def audited() -> Results:
    """All figures, those of audits among them."""
    one = _reading()
    return measure_reading(one, one.settings)


def number(of: str, what: str, group: str) -> float:
    """One row of the table."""
    table = audited().tables["findings"]
    found = table.loc[(table["of"] == of) & (table["what"] == what) & (table["group"] == group), "value"]
    assert len(found) == 1, (of, what, group)
    return float(found.iloc[0])


def test_nothing_is_found_where_nobody_asked_for_audits():
    """The table is empty, with its columns."""
    one = _reading(audits=False)
    table = measure_reading(one, one.settings).tables["findings"]
    assert table.empty
    assert list(table.columns) == [*KEYS["findings"], "value"]


def test_other_figures_are_the_same_with_audits_and_without():
    """Books of everybody give the figures that books of parted families give."""
    one = _reading(audits=False)
    others = measure_reading(one, one.settings)
    for name in KEYS:
        if name != "findings":
            pd.testing.assert_frame_equal(audited().tables[name], others.tables[name], check_exact=True)


def test_books_of_everybody_are_let_go():
    """They are the largest part of a replication, and nobody reads them after its figures."""
    one = _reading()
    measure_reading(one, one.settings)
    assert "books" not in vars(one)


@pytest.mark.parametrize("rule", RULES)
def test_each_child_is_counted_once(rule):
    """By label in every era, in all eras by label, and by surnames: the same children."""
    labels = [label.name.lower() for label in Label]
    for era in ERAS:
        assert number(rule, "children", era) == sum(number(rule, f"label_{era}", label) for label in labels)
    everybody = sum(number(rule, "children", era) for era in ERAS)
    assert everybody == sum(number(rule, "label", label) for label in labels) > 20


@pytest.mark.parametrize("era", ERAS)
def test_narrower_rules_raise_fewer_children(era):
    """The refined rule fewer than the draft; each reading of surnames fewer than the one before, the first all."""
    assert number("refined_rule", "children", era) <= number("draft_rule", "children", era)
    for rule in RULES:
        counts = [number(rule, f"surnames_{era}", str(variant.name).lower()) for variant in VARIANTS[:3]]
        assert counts == sorted(counts, reverse=True)
        assert counts[0] == number(rule, "children", era)


def test_nobody_was_met_before_the_report_s_season_in_these_weeks():
    """The era before it is empty, those in it and after it are not."""
    counts = [number("refined_rule", "children", era) for era in ERAS]
    assert counts[0] == 0
    assert min(counts[1:]) > 0


def test_days_before_the_window_are_left_out():
    """Children met in the six days of lead-in are raised by the rule, and not counted."""
    books = _reading().books
    _, refined = matching_rules(books.records, played().history.horizon - 1, with_history=True)
    _, child = persons_of(refined, books.records, books.key.behind)
    begins = _reading().window_start
    met_in_window = played().history.apprehended_at[child] >= begins
    inside = np.unique(refined.child_rec[met_in_window]).size
    counted = sum(number("refined_rule", "children", era) for era in ERAS)
    assert inside < np.unique(refined.child_rec).size
    assert counted == pytest.approx(inside, abs=3)  # by the written day, which may be off by one


def test_families_on_record_are_left_out():
    """Links that the refined rule finds are of families whom no agent grouped or who never said they were one.

    Nearly all: the family that was booked apart because a clerk put it under another event stands in a unit too.
    """
    books = _reading().books
    _, refined = matching_rules(books.records, played().history.horizon - 1, with_history=True)
    adult, child = persons_of(refined, books.records, books.key.behind)
    people, one = played().people, _reading()
    is_parent = (people.mother[child] == adult) | (people.father[child] == adult)
    unknown = one.never_grouped[child] | (one.stratum[child] == Stratum.UNDISCLOSED_FAMILY)
    assert is_parent.sum() > 10
    assert (is_parent & ~unknown).sum() <= 0.05 * is_parent.sum()


def test_the_list_adds_up():
    """First list and added less removed is the joint one; what was added and removed has its reasons."""
    for what in ("persons", "children"):
        steps = {step: number("official_list", what, step) for step in ("first", "added", "removed", "joint")}
        assert steps["first"] + steps["added"] - steps["removed"] == steps["joint"] > 0
        reasons = audited().tables["findings"].query("of == 'official_list' and what == @what")
        for step in ("added", "removed"):
            assert reasons.loc[reasons["group"].str.startswith(f"{step}_"), "value"].sum() == steps[step]


def test_a_review_keeps_no_strangers():
    """Of those whom HHS's rule adds some are confirmed, of these some stand in no unit: those nobody grouped."""
    steps = ("added_found_by_hhs", "confirmed", "confirmed_never_in_a_unit")
    added, confirmed, never = (number("official_list", "persons", step) for step in steps)
    assert added > confirmed > never > 0


def test_the_list_misses_children_of_other_days():
    """No separation of these weeks lies before the list's days; some lie after them."""
    assert number("official_list", "children_outside", "before") == 0
    assert number("official_list", "children_outside", "after") >= 0


def test_hhs_finds_children_whom_nobody_knew():
    """Those on no list are some of those whom the rule raises; those in care at the order are fewer still."""
    raised = sum(number("hhs_rule", "children", era) for era in ERAS)
    assert 0 < number("hhs_rule", "children_not_listed", "season") < raised
    assert 0 < number("hhs_rule", "in_care_unnoticed", "found") < raised


def test_what_is_in_care_at_the_order_needs_an_order():
    """Without one the row is not there, rather than nought."""
    settings = settings_with({**WEEKS, "window.start": "2018-05-20", "window.end": "2018-05-27"})
    one = Reading(replicate(settings, 1), settings)
    table = measure_reading(one, settings).tables["findings"]
    assert "in_care_unnoticed" not in set(table["what"])
    assert "children_not_listed" in set(table["what"])
