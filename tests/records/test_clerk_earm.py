"""EARM: cases and custody of adults in ICE's hands, and what was copied into them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.records.agency_worlds import (
    COMMENTS,
    DELETES,
    KEEPS,
    LINKS,
    ROWS,
    about,
    by_hand,
    faults,
    shared_keys,
    written,
)
from tests.records.e3_worlds import season

from borderops.operations.history import IceExit
from borderops.population.people import Role
from borderops.records import clerk_earm
from borderops.records.entry import Desk
from borderops.records.fields import BLANK
from borderops.records.known_names import given_names_of, surnames_of
from borderops.records.systems import LAYOUTS, RecordTable
from borderops.units import DAY, NEVER

BANNERS = LAYOUTS["earm_case"].every_field["banner"].choices
REASONS = LAYOUTS["earm_custody"].every_field["out_reason"].choices


def _banners(tracking: str, *parties: str) -> list[str]:
    return [BANNERS[banner] for banner in about(by_hand(tracking), "earm_case", *parties)["banner"]]


def test_every_adult_in_ices_hands_has_a_case_and_a_stay():
    """One case and one stay each, from the minute on at which ICE takes over; nobody else has any."""
    witness = season()
    expected = np.flatnonzero((witness.people.role < Role.CHILD) & (witness.in_ice_at != NEVER))
    for table in ("earm_case", "earm_custody"):
        person = written(witness).behind[table].person
        np.testing.assert_array_equal(np.sort(person), expected)
        np.testing.assert_array_equal(written(witness).records[table]["entered_at"], witness.in_ice_at[person])


def test_a_case_repeats_what_is_true_of_the_adult():
    """Nobody slipped, so number, names, birth day and country are those that the person bears."""
    witness = season()
    table, person = written(witness).records["earm_case"], written(witness).behind["earm_case"].person
    people = witness.people
    for field, truth in (
        ("a_number", witness.history.a_number),
        ("given", given_names_of(people.given_1)),
        ("middle", given_names_of(people.given_2)),
        ("surname_1", surnames_of(people.surname_1)),
        ("surname_2", surnames_of(people.surname_2)),
        ("birth_day", people.birth_day),
        ("country", people.citizenship),
    ):
        np.testing.assert_array_equal(table[field], truth[person])


def test_stays_end_as_the_history_says():
    """Book-out and its reason; both empty for who is still there."""
    witness = by_hand()
    table, person = written(witness).records["earm_custody"], written(witness).behind["earm_custody"].person
    np.testing.assert_array_equal(table["out_at"], witness.history.left_ice_at[person])
    parted = about(witness, "earm_custody", "parted")
    assert [REASONS[reason] for reason in parted["out_reason"]] == ["released"]
    assert witness.history.ice_exit[ROWS["parted"][0]] == IceExit.RELEASED
    assert ((table["out_reason"] == BLANK) == (table["out_at"] == NEVER)).all()


def test_a_banner_shows_where_the_design_has_one_and_the_parent_was_taken():
    """Units kept: parents who were taken, no other adult; under older designs nobody."""
    assert _banners(KEEPS, "parted", "both_taken") == ["separated"] * 3
    assert _banners(KEEPS, "single", "never_grouped") == ["none"] * 2
    for tracking in (DELETES, COMMENTS, LINKS):
        assert _banners(tracking, "parted", "both_taken", "single") == ["none"] * 4


def test_a_flag_that_is_cleared_takes_the_banner_away():
    """A second row from then on, the first ends; cleared before ICE took over, no banner shows from the start."""
    witness, books = by_hand(KEEPS), written(by_hand(KEEPS))
    parent = ROWS["parted"][0]
    entered = witness.in_ice_at[parent]
    for cleared_at, expected in ((entered + DAY, ["separated", "cleared"]), (entered, ["cleared"])):
        desk = Desk(books.records.lexicon)
        desk.tables, desk.behind = dict(books.records.tables), dict(books.behind)
        flags, person = books.records["eid_flag"], books.behind["eid_flag"].person
        changed = np.where(person == parent, cleared_at, flags["cleared_at"])
        desk.tables["eid_flag"] = RecordTable(flags.layout, {**flags.columns, "cleared_at": changed})
        desk.put("earm_case", clerk_earm.CLERKS["earm_case"](witness, desk), witness)
        own = desk.tables["earm_case"].take(desk.behind["earm_case"].person == parent)
        assert [BANNERS[banner] for banner in own["banner"]] == expected
        assert own["valid_to"].tolist() == [*own["valid_from"].tolist()[1:], NEVER]
        assert shared_keys(desk.tables["earm_case"]) == 0


def test_unit_numbers_are_shown_where_records_are_linked():
    """Under the shared record the case of a parent who was taken holds the family's number; nowhere else."""
    unit = about(by_hand(LINKS), "earm_case", "parted")["unit_no"]
    child = about(by_hand(LINKS), "portal_child", "parted")["unit_no"]
    case = by_hand(LINKS).case[ROWS["parted"][0]]
    assert unit.tolist() == [by_hand(LINKS).unit_no[case]]
    assert child.tolist() == unit.tolist() * 2
    assert about(by_hand(LINKS), "earm_case", "single")["unit_no"].tolist() == [BLANK]
    for tracking in (DELETES, KEEPS):
        assert (written(by_hand(tracking)).records["earm_case"]["unit_no"] == BLANK).all()


def test_a_unit_that_was_deleted_before_shows_no_number():
    """Its members' rows had ended when ICE looked, under a design that links records."""
    witness, books = by_hand(LINKS), written(by_hand(LINKS))
    parent = ROWS["parted"][0]
    desk = Desk(books.records.lexicon)
    desk.tables, desk.behind = dict(books.records.tables), dict(books.behind)
    members, person = books.records["e3_family_member"], books.behind["e3_family_member"].person
    ended = np.where(person == parent, witness.in_ice_at[parent], members["valid_to"])
    desk.tables["e3_family_member"] = RecordTable(members.layout, {**members.columns, "valid_to": ended})
    entry = clerk_earm.CLERKS["earm_case"](witness, desk)
    unit_no = np.asarray(entry.columns["unit_no"])
    assert unit_no[entry.person == parent].tolist() == [BLANK]
    assert (unit_no[np.isin(entry.person, ROWS["both_taken"])] != BLANK).all()


def test_comments_repeat_the_case_note_and_name_each_child():
    """Where the design has comments: one for each child of a parent taken, in the note's words; elsewhere none."""
    witness = by_hand(COMMENTS)
    table = about(witness, "earm_comment", "parted")
    assert table["child_a_number"].tolist() == witness.history.a_number[ROWS["parted"][1:]].tolist()
    note = about(witness, "e3_narrative", "parted")["body"]
    assert table["body"].tolist() == note.tolist() * 2
    assert (table["case_no"] == witness.earm_no[ROWS["parted"][0]]).all()
    for tracking in (DELETES, LINKS):
        assert len(written(by_hand(tracking)).records["earm_comment"]) == 0


def test_two_parents_have_a_comment_each():
    """Both were taken from one child: both cases name it."""
    table = about(by_hand(COMMENTS), "earm_comment", "both_taken")
    child = by_hand().history.a_number[ROWS["both_taken"][2]]
    assert np.unique(table["case_no"]).size == 2
    assert table["child_a_number"].tolist() == [child, child]


def test_placements_are_typed_from_the_sheet_the_day_after():
    """Number of the child as in the sheet, kind of shelter, on the morning after the child was placed or later."""
    witness = by_hand()
    history = witness.history
    table, behind = written(witness).records["earm_placement"], written(witness).behind["earm_placement"]
    assert len(table) > 0
    placed, opened = history.admitted_at[behind.other], witness.in_ice_at[behind.person]
    np.testing.assert_array_equal(table["entered_at"], np.maximum((placed // DAY + 1) * DAY, opened))
    np.testing.assert_array_equal(table["child_a_number"], history.a_number[behind.other])
    np.testing.assert_array_equal(table["shelter"], history.bed_kind[behind.other])
    np.testing.assert_array_equal(table["as_of"], table["entered_at"] // DAY)
    assert (table["entered_at"] < history.left_shelter_at[behind.other]).all()


def test_who_left_before_the_case_was_opened_has_no_placement_in_it():
    """The parent was held elsewhere first; when ICE took over, the child had gone to a sponsor."""
    parent, child = ROWS["left_before"]
    witness = by_hand()
    assert witness.history.left_shelter_at[child] < witness.in_ice_at[parent] < NEVER
    assert len(about(witness, "earm_case", "left_before")) == 1
    assert len(about(witness, "earm_placement", "left_before")) == 0


def test_without_a_sheet_no_placement_is_known():
    """The shared record keeps no spreadsheet, and needs none."""
    assert len(written(by_hand(LINKS)).records["earm_placement"]) == 0


@pytest.mark.parametrize("tracking", [DELETES, COMMENTS, KEEPS, LINKS])
def test_copies_keys_and_extracts(tracking):
    """Cells equal their sources, keys are unique, and tables do not depend on what else is wanted."""
    assert faults(written(by_hand(tracking)), by_hand(tracking), "earm") == []


def test_copies_keys_and_extracts_of_a_season():
    """The same as shipped."""
    assert faults(written(season()), season(), "earm") == []
