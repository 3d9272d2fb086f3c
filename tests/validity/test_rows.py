"""Figures in scope: all accounted for, said the same way as they are published, and frozen by a digest."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.builders import settings_of

from borderops.config import keys, register
from borderops.facts.tables import published
from borderops.validity.readings import READERS
from borderops.validity.rows import (
    REPORT,
    digest_of,
    out_of_scope,
    repeats,
    rows,
    scope_digest,
    to_account_for,
    unaccounted,
    wrong,
)
from borderops.validity.worlds import WORLDS

BY_WORD = {
    "(at least)": {"at_least", "more_than"},
    "(nearly)": {"nearly"},
    "(about)": {"about"},
    "(up to)": {"up_to"},
    "(at most)": {"at_most"},
}


def test_every_figure_is_in_scope_a_repeat_or_out_with_a_reason():
    """The report's figures but for inputs, and those of others that may be fitted to: each in one place."""
    found = Counter([row.figure for row in rows()]) + Counter(list(out_of_scope()))
    wanted = [
        figure.id
        for figure in published().values()
        if figure.role == "fit" or (figure.source == REPORT and figure.role in ("check", "derived"))
    ]
    assert found == Counter(wanted)
    assert all(len(reason) > 20 for reason in out_of_scope().values())


def test_whatever_may_be_fitted_to_is_in_scope():
    """No figure to fit to is left out: leaving one out would be the easiest way to meet the others."""
    assert all(published()[figure].role == "check" for figure in out_of_scope())


def test_repeats_tell_a_number_that_is_in_scope():
    """What a repeat repeats is counted itself."""
    assert set(repeats().values()) <= {row.figure for row in rows()}
    assert published()["S144"].value == published()[repeats()["S144"]].value


@pytest.mark.parametrize("figure", ["S112", "S039", "R262", "S145"])
def test_a_figure_that_is_left_out_or_told_twice_is_named(figure):
    """Both are problems, and so is a figure that is an input."""
    parts = {"in_scope": dict.fromkeys(to_account_for()), "repeats": {}, "out_of_scope": {}}
    assert list(unaccounted(parts)) == []
    missing = {name: None for name in parts["in_scope"] if name != figure}
    assert list(unaccounted({**parts, "in_scope": missing})) == [f"{figure} stands in 0 parts; allowed: one"]
    assert f"{figure} stands in 2 parts; allowed: one" in list(unaccounted({**parts, "out_of_scope": {figure: ""}}))
    assert list(unaccounted({**parts, "repeats": {"S001": figure}})) == ["S001 is no figure to be held against"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"world": "summer"}, "world summer"),
        ({"bound": "roughly"}, "bound roughly"),
        ({"last_day": date(2018, 5, 1)}, "days end before they begin"),
    ],
)
def test_what_cannot_be_said_of_a_figure_is_a_problem(change, words):
    """Unknown worlds and bounds, days in the wrong order."""
    row = _row("S112")
    assert list(wrong(row)) == []
    (problem,) = wrong(replace(row, **change))
    assert problem.startswith("S112") and words in problem


def _row(figure: str):
    return next(row for row in rows() if row.figure == figure)


def test_each_figure_has_a_reader_of_its_own():
    """No two figures are read alike, and no reader is left over."""
    assert Counter(row.reader for row in rows()) == Counter(list(READERS))


def test_what_figures_depend_on_are_settings():
    """Each is the beginning of a key that the settings have."""
    known = [keys.parse(one.key) for one in register.rows(settings_of())]
    for row in rows():
        assert row.depends_on, row.figure
        for text in row.depends_on:
            path = keys.parse(text)
            assert any(one[: len(path)] == path for one in known), (row.figure, text)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.figure)
def test_bound_is_that_of_the_source(row):
    """A label that says at least, nearly, about or at most has that bound, one without has none of its own."""
    words = [word for word in BY_WORD if word in row.published.label]
    assert all(row.bound in BY_WORD[word] for word in words)
    assert words or row.bound in ("exact", "about")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.figure)
def test_nothing_is_known_before_it_happened(row):
    """The last day that a figure speaks of is over, or is the day of a census, when it can be known."""
    assert row.known_on >= row.published.period_end or row.world == "foreseen"
    assert row.known_on >= row.last_day


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.figure)
def test_shares_name_their_denominator(row):
    """A percentage says of what, and is read as a whole number like the published one."""
    assert (row.unit == "percent") <= bool(row.denominator)
    assert (row.rounding == 1) == (row.unit == "percent")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.figure)
def test_the_world_plays_the_days(row):
    """Every day that a reading needs lies in the window of its world."""
    overrides = dict(word.split("=", 1) for word in WORLDS[row.world])
    first = date.fromisoformat(overrides.get("window.start", "2018-04-01"))
    last = date.fromisoformat(overrides.get("window.end", "2018-09-30"))
    assert first <= row.first_day <= row.last_day <= last


def test_a_published_date_counts_as_days():
    """29 May is the 24th day after 5 May."""
    row = _row("S149")
    assert (row.value, row.unit) == (24.0, "days after 5 May")
    assert date(2018, 5, 5) + timedelta(days=24) == row.published.day


# --- the digest -----------------------------------------------------------------------------------------------------


def test_digest_does_not_depend_on_the_order():
    """The same rows in another order are the same scope."""
    assert digest_of(rows()[::-1], out_of_scope()) == scope_digest()
    assert len(scope_digest()) == 64


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("figure", "S113"),  # another published value and label
        ("world", "pilot"),
        ("reader", "class_children"),
        ("speaks_to", "Something else."),
        ("depends_on", ("orr.beds",)),
        ("denominator", "Everybody."),
        ("cohort", "Some other day."),
        ("bound", "about"),
        ("rounding", 100),
        ("known_on", date(2019, 1, 1)),
        ("first_day", date(2018, 5, 6)),
        ("last_day", date(2018, 6, 19)),
        ("follows_order", True),
        ("rests_on_audits", True),
    ],
)
def test_digest_changes_with_anything_that_is_said_of_a_figure(name, value):
    """What a figure is taken to mean cannot change without being seen."""
    changed = [replace(row, **{name: value}) if row.figure == "S112" else row for row in rows()]
    assert digest_of(changed, out_of_scope()) != scope_digest()


def test_digest_changes_with_what_is_left_out():
    """A figure that is dropped, or a reason that is changed, is another scope."""
    assert digest_of(rows()[1:], out_of_scope()) != scope_digest()
    assert digest_of(rows(), {**out_of_scope(), "S015": "No reason."}) != scope_digest()
