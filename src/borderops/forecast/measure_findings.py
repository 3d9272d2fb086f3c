"""What audits of the records find, counted as the report counts it: suspected children, the official list, its churn.

Rules and lists judge written records alone; what the children they raise truly are is told beside. Measured only where
it is asked for (``study.audits``), since everybody's records are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import numpy as np

from borderops import clock
from borderops.audit.findings import Change, Era, Pairs, Surnames
from borderops.audit.linkage import hhs_rule, matching_rules
from borderops.audit.lists import PUBLISHED_AT, Period, Reconciliation, official_list, reconcile
from borderops.audit.looking_up import lookup, met_at
from borderops.forecast.breakdowns import Row
from borderops.forecast.measure_reunion import is_ordered, order_at
from borderops.forecast.reading import Reading
from borderops.scoring.scores import Label, labels_of
from borderops.scoring.standing import Links, persons_of, true_links

REVIEWED_AT: Final = clock.minute_of(date(2018, 8, 1))
"""The reconciled list: as records stood at the end of July 2018 (OIG-20-06 p. 25)."""

BEFORE_LIST: Final = Period(clock.minute_of(date(2018, 4, 19)), clock.minute_of(date(2018, 5, 5)))
AFTER_LIST: Final = Period(clock.minute_of(date(2018, 6, 21)), clock.minute_of(date(2018, 8, 31)))
"""Days outside the list's whose separations it missed (OIG-20-06 p. 26)."""

VARIANTS: Final = (Surnames.SHARED, Surnames.FIRST_SHARED, Surnames.COMPOSITE, Surnames.USUAL, Surnames.PRINTED)
"""Readings of a surname in common, the widest first; the rule as the report words it asks for the first."""


def findings(reading: Reading) -> Iterator[Row]:
    """Rows of the table of findings: of which rule or list, what, group, and how many.

    Nothing unless the settings ask for audits. The matching rule sees members of deleted units, since the inquiry's
    data held them.
    """
    if not reading.settings.study.audits:
        return
    aims = _aims(reading)
    draft, refined = matching_rules(reading.books.records, _end(reading), with_history=True)
    yield from _of_rule("draft_rule", _met_in_window(reading, draft), reading, aims)
    yield from _of_rule("refined_rule", _met_in_window(reading, refined), reading, aims)
    hhs = hhs_rule(reading.books.records, _end(reading))
    yield from _of_hhs(hhs, reading, aims)
    yield from _of_list(reading, aims)


def _end(reading: Reading) -> int:
    """The last minute played, at which the inquiry draws its data."""
    return reading.history.horizon - 1


def _aims(reading: Reading) -> Links:
    """Links between separated children and their parents, known as a family or not."""
    links = true_links(reading.books.witness)
    return links.take(links.is_separation)


# --- rules ------------------------------------------------------------------------------------------------------------


def _met_in_window(reading: Reading, pairs: Pairs) -> Pairs:
    """Pairs whose child was met in the window as written, not in the days played before it."""
    records = reading.books.records
    subjects = records["e3_subject"]
    met = met_at(records, subjects, lookup(subjects["rec_id"], pairs.child_rec), _end(reading))
    return pairs.take(reading.in_window(met))


def _of_rule(rule: str, pairs: Pairs, reading: Reading, aims: Links) -> Iterator[Row]:
    """Children whom a rule raises, by era, by how the surnames agree, and by what they truly are."""
    adult, child = persons_of(pairs, reading.books.records, reading.books.key.behind)
    labels = labels_of(adult, child, aims, reading.people)
    total = np.zeros(len(Label), dtype=np.int64)
    for era in Era:
        name, met = era.name.lower(), pairs.era == era
        by_label = _by_best_label(pairs.child_rec[met], labels[met])
        total += by_label
        yield rule, "children", name, int(by_label.sum())
        yield from ((rule, f"label_{name}", label.name.lower(), int(by_label[label])) for label in Label)
        for variant in VARIANTS:
            alike = met & ((pairs.surnames & variant) != 0)
            yield rule, f"surnames_{name}", str(variant.name).lower(), np.unique(pairs.child_rec[alike]).size
    yield from ((rule, "label", label.name.lower(), int(total[label])) for label in Label)


def _by_best_label(child: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Distinct children by the first label that holds for one of their pairs, shape (labels,)."""
    order = np.lexsort((labels, child))
    is_first = np.diff(child[order], prepend=-1) != 0
    return np.bincount(labels[order][is_first], minlength=len(Label))


def _of_hhs(hhs: Pairs, reading: Reading, aims: Links) -> Iterator[Row]:
    """Children whom HHS's rule raises, those among them on no list, and those in care whom nobody knew."""
    for era in Era:
        yield "hhs_rule", "children", era.name.lower(), np.unique(hhs.child_rec[hhs.era == era]).size
    later = reconcile(reading.books.records, hhs, PUBLISHED_AT, _end(reading))
    new = (later.churn.change == Change.ADDED_FOUND_BY_HHS) & later.churn.is_child
    yield "hhs_rule", "children_not_listed", "season", int(new.sum())
    if is_ordered(reading):
        yield "hhs_rule", "in_care_unnoticed", "found", _in_care_unnoticed(hhs, reading, aims)


def _in_care_unnoticed(hhs: Pairs, reading: Reading, aims: Links) -> int:
    """Children in a shelter at the order, outside its class, whom the rule pairs with the parent of theirs."""
    history, at = reading.history, order_at(reading)
    adult, child = persons_of(hhs, reading.books.records, reading.books.key.behind)
    found = np.unique(child[labels_of(adult, child, aims, reading.people) == Label.LINK])
    in_care = (history.admitted_at[found] < at) & (history.left_shelter_at[found] >= at)
    return int((in_care & ~history.is_in_class[found]).sum())


# --- the official list ------------------------------------------------------------------------------------------------


def _of_list(reading: Reading, aims: Links) -> Iterator[Row]:
    """The first list, how it was reconciled, and children whom its days left out."""
    records = reading.books.records
    at = min(REVIEWED_AT, _end(reading))
    hhs = hhs_rule(records, at)
    found: Reconciliation = reconcile(records, hhs, min(PUBLISHED_AT, at), at)
    confirmed = _confirmed(found, hhs, reading, aims)
    yield "official_list", "persons", "confirmed", confirmed.size
    members = records["e3_family_member"]
    known = np.isin(confirmed, members["subject_no"][members["entered_at"] <= at])
    yield "official_list", "persons", "confirmed_never_in_a_unit", int((~known).sum())
    counted = found.counts().set_index("step")
    for what in ("persons", "children"):
        for step, number in counted[what].items():
            yield "official_list", what, str(step), int(number)
    for name, period in (("before", BEFORE_LIST), ("after", AFTER_LIST)):
        listed = official_list(records, _end(reading), period)
        yield "official_list", "children_outside", name, int(listed.is_child.sum())


def _confirmed(found: Reconciliation, hhs: Pairs, reading: Reading, aims: Links) -> np.ndarray:
    """Numbers in e3 of persons whom HHS's rule adds and whom both agencies, reading files, find to be a parted family.

    The rule pairs strangers too, who would not have stayed on a list that was gone through case by case.
    """
    books = reading.books
    adult, child = persons_of(hhs, books.records, books.key.behind)
    is_link = labels_of(adult, child, aims, reading.people) == Label.LINK
    added = found.churn.subject_no[found.churn.change == Change.ADDED_FOUND_BY_HHS]
    row = lookup(books.records["e3_subject"]["subject_no"], added)
    person = books.key.behind["e3_subject"].person[row]
    return added[np.isin(person, np.concatenate([adult[is_link], child[is_link]]))]
