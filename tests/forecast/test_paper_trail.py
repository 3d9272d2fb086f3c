"""The paper trail of a family: every row about it, each slip with what was meant, and rows that are missing."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.worlds import settings_with

from borderops.forecast.paper_trail import NOTHING, TEXTS, paper_trail
from borderops.records.answer_key import TABLES, Mechanism
from borderops.records.bookkeeping import Books, keep_books
from borderops.records.systems import LAYOUTS
from borderops.replication import replicate


@cache
def books() -> Books:
    """Two weeks at one sector."""
    settings = settings_with(
        {"window.start": "2018-05-01", "window.end": "2018-05-14", "arrivals.stations": ["yuma"]},
    )
    return keep_books(replicate(settings, 1), settings)


def family(chosen: np.ndarray) -> np.ndarray:
    """Members of the party of the first of some people."""
    people = books().witness.people
    party = people.party[np.flatnonzero(chosen)[0]]
    return np.flatnonzero(people.party == party)


@pytest.fixture(scope="module")
def separated() -> np.ndarray:
    """A separated family."""
    return family(books().witness.history.is_alone & ~books().witness.is_resident)


def test_every_table_of_people_can_be_told():
    """Only what speaks of no person has no text; every text names fields that there are."""
    assert set(LAYOUTS) - set(TEXTS) == {"local_sheet_version"}
    for name, parts in TEXTS.items():
        for part in parts:
            part.format(**dict.fromkeys(LAYOUTS[name].every_field, ""))


def test_all_rows_about_the_family_and_no_others(separated):
    """Rows of the trail are those behind which a member stands, events apart."""
    trail = paper_trail(books(), separated)
    for name in set(TEXTS) - {"e3_event"}:
        behind = books().key.behind[name]
        about = np.isin(behind.person, separated) | np.isin(behind.other, separated)
        told = trail[(trail["table"] == name) & ~trail["is_missing"]]["rec_id"]
        assert sorted(told) == sorted(books().records[name]["rec_id"][about]), name
    assert trail["moment"].is_monotonic_increasing
    assert {person for persons in trail["persons"] for person in persons} <= set(separated.tolist())


def test_the_unit_ends_with_the_parting(separated):
    """Under the design of spring 2018 the unit stood before the parting and no more after it."""
    trail, parted = paper_trail(books(), separated), books().witness.history.parted_at[separated].min()
    standing = [trail[(trail["moment"] <= at) & (at < trail["until"])] for at in (parted - 1, parted)]
    assert ["e3_family_unit" in set(one["table"]) for one in standing] == [True, False]


def test_a_slip_is_told_with_what_was_meant():
    """Each slip in a row names its field and mechanism, and what should stand there."""
    changes = books().key.changes
    code = TABLES.index("e3_subject")
    error = int(np.flatnonzero((changes.table == code) & (changes.mechanism == Mechanism.ACCENT_LOST))[0])
    row = np.flatnonzero(books().records["e3_subject"]["rec_id"] == changes.rec_id[error])[0]
    person = books().key.behind["e3_subject"].person[[row]]
    trail = paper_trail(books(), person)
    slips = trail[(trail["table"] == "e3_subject") & (trail["rec_id"] == changes.rec_id[error])]["slips"].iloc[0]
    meant = books().records.lexicon.text(int(changes.meant[error]))
    assert f"should be {meant} (accent lost)" in slips


def test_a_family_never_grouped_has_a_unit_that_was_never_written():
    """The row that should be there is told as missing, with why."""
    witness = books().witness
    lead = witness.plan.case_first[witness.unit_no > 0]
    ungrouped = np.zeros(witness.people.number.size, dtype=bool)
    ungrouped[lead[~witness.history.is_grouped[lead]]] = True
    trail = paper_trail(books(), family(ungrouped))
    missing = trail[trail["is_missing"]]
    assert {"e3_family_unit", "e3_family_member"} <= set(missing["table"])
    assert (missing[missing["table"] == "e3_family_unit"]["slips"] == "never grouped").all()


def test_empty_cells_leave_no_trace_in_the_text(separated):
    """A row reads without blanks: no dash, no double space, no dangling comma."""
    for text in paper_trail(books(), separated)["text"]:
        assert NOTHING not in text and "  " not in text and not text.endswith((",", ";", ":"))
