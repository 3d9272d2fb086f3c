"""Numbers of packs: no gaps, nobody last who was added, nothing of the truth by order, range or identity."""

from __future__ import annotations

import numpy as np
import pytest
from tests.packs.pack_worlds import books, chosen, observed, part, tables, truth

from borderops.packs.harm_guard import rank_correlation
from borderops.packs.numbering import A_NUMBERS_FROM, HOMES, Numbering, home_of
from borderops.records.fields import Kind
from borderops.records.systems import LAYOUTS

PEOPLE = ("e3_subject", "sigma_case", "eid_person", "e3_detention", "portal_child")


@pytest.fixture(scope="module")
def numbering() -> Numbering:
    """Numbers of the pack of everybody."""
    return Numbering(part(None))


def within_minutes(at: np.ndarray, one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    """Share of neighbours of the same minute whom two orders put alike, and how many there are."""
    order = np.lexsort((other, at))
    same = at[order][1:] == at[order][:-1]
    up = one[order][1:][same] > one[order][:-1][same]
    return float(up.mean()), int(same.sum())


def test_rows_are_numbered_without_a_gap(whole):
    """1, 2, 3 in every table, although rows are missing from some."""
    assert len(truth(whole, "row_error").query("what == 'missing'")) > 50
    for name in tables(whole):
        assert observed(whole, name)["rec_id"].tolist() == list(range(1, len(observed(whole, name)) + 1)), name


def test_rows_stand_in_the_order_of_entry(whole):
    """Numbers never go against the minute of entry, so rows that slips added stand among the others."""
    for name in tables(whole):
        assert observed(whole, name)["entered_at"].is_monotonic_increasing, name
    added = truth(whole, "row_error").query("what == 'added' and table == 'e3_event'")["rec_id"]
    rows = len(observed(whole, "e3_event"))
    assert added.size > 10 and 0.3 * rows < added.mean() < 0.7 * rows


@pytest.mark.parametrize("name", PEOPLE)
def test_members_of_a_party_do_not_stand_in_their_order(numbering, name):
    """Among rows of the same minute, the order of numbers is that of chance: within 4 standard errors of a half."""
    made = part(None)
    rows, person = made.records[name], made.behind[name].person
    share, pairs = within_minutes(rows["entered_at"], numbering.rec_ids(name), person)
    assert pairs > 100
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(pairs)


@pytest.mark.parametrize("name", PEOPLE)
def test_in_memory_they_do(name):
    """What is hidden is there to be hidden: before, the order is that of people in memory."""
    made = part(None)
    rows, person = made.records[name], made.behind[name].person
    share, _ = within_minutes(rows["entered_at"], rows["rec_id"], person)
    assert share > 0.9


@pytest.mark.parametrize("home", [home for home in HOMES if home != "mail_message.thread_no"])
def test_numbers_of_systems_do_not_stand_in_the_order_of_truth(numbering, home):
    """The same of subject, case, event and print numbers."""
    name, field = home.split(".")
    made = part(None)
    rows, behind = made.records[name], made.behind[name]
    known = np.flatnonzero((rows[field] >= 0) & (behind.visit == 0))
    fresh = numbering.cells(name, LAYOUTS[name].every_field[field], rows[field][known])
    truth_order = behind.entity[known] if name == "e3_event" else behind.person[known]
    share, pairs = within_minutes(rows["entered_at"][known], fresh, truth_order)
    assert pairs > 20
    assert abs(share - 0.5) < 4 * 0.5 / np.sqrt(pairs)


def test_no_column_is_or_orders_like_a_truth_id(whole):
    """Ranks of every observed number and of the persons behind its rows are free of each other."""
    record = truth(whole, "record")
    for name in tables(whole):
        table = observed(whole, name).merge(record[record["table"] == name], on="rec_id", how="left")
        known = table[table["person_id"].notna()]
        for column in known.select_dtypes("number").columns.difference(
            ["person_id", "other_id", "family_id", "event_id"]
        ):
            both = known[known[column].notna()]
            if len(both) >= 100 and both[column].nunique() > 1:
                found = rank_correlation(both[column].to_numpy(), both["person_id"].to_numpy())
                assert abs(found) < 5 / np.sqrt(len(both)), (name, column)
                assert (both[column] == both["person_id"]).mean() < 0.05, (name, column)


def test_numbers_still_tie_tables_together(whole):
    """A number leads to the same person in another table as it did before."""
    subjects, stays = observed(whole, "e3_subject"), observed(whole, "e3_detention")
    record = truth(whole, "record")
    of = {
        name: record[record["table"] == name].set_index("rec_id")["person_id"]
        for name in ("e3_subject", "e3_detention")
    }
    one = subjects.assign(person=subjects["rec_id"].map(of["e3_subject"])).drop_duplicates("subject_no")
    other = stays.assign(person=stays["rec_id"].map(of["e3_detention"]))
    both = one.merge(other, on="subject_no")
    assert len(both) > 1000 and (both["person_x"] == both["person_y"]).all()


def test_encounters_lead_to_the_cases_of_their_system(whole):
    """The number that the shared store repeats is the one that e3, SIGMA or EARM gave out."""
    met, record = observed(whole, "eid_encounter"), truth(whole, "record")
    person = record[record["table"] == "eid_encounter"].set_index("rec_id")["person_id"]
    for system, name, number in (("e3", "e3_subject", "subject_no"), ("earm", "earm_case", "case_no")):
        cases = observed(whole, name).drop_duplicates(number)
        of = record[record["table"] == name].set_index("rec_id")["person_id"]
        both = met[met["system"] == system].merge(cases, left_on="source_no", right_on=number)
        assert len(both) > 400
        assert (both["rec_id_x"].map(person) == both["rec_id_y"].map(of)).all()


def test_a_numbers_cannot_be_anybodys(whole):
    """Ten digits everywhere, in cells that slips spoiled too; neighbours stay neighbours."""
    for name, layout in LAYOUTS.items():
        for field in layout.every_field.values():
            if field.kind is Kind.A_NUMBER:
                cells = observed(whole, name)[field.name].dropna()
                assert (cells >= A_NUMBERS_FROM).all() and (cells < A_NUMBERS_FROM + 10**9).all()


def test_a_smaller_pack_is_part_of_a_larger_one():
    """More persons take the same events and others; events are whole; at least so many are taken."""
    people = books().witness.people
    small, large = chosen(500), chosen(3000)
    assert (small <= large).all() and 500 <= small.sum() < 700 and 3000 <= large.sum() < 3300
    of_event = people.event[people.party]
    assert not np.isin(of_event[~small], of_event[small]).any()
    assert chosen(None).all()


def test_every_number_of_a_layout_is_known():
    """A number field is renamed, or is one of those that hold no number of a person, case or event."""
    kept = {
        f"{name}.{field.name}"
        for name, layout in LAYOUTS.items()
        for field in layout.every_field.values()
        if field.kind is Kind.NUMBER and home_of(name, field) is None
    }
    own = {f"{name}.rec_id" for name in LAYOUTS}
    units = {one for one in kept if one.endswith(".unit_no")}
    sheets = {f"local_sheet_row.{one}" for one in ("sheet_no", "row_no")}
    versions = {f"local_sheet_version.{one}" for one in ("sheet_no", "version", "rows")}
    assert kept == own | units | sheets | versions | {"eid_encounter.source_no"}
