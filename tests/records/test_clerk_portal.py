"""The portal: every child in a shelter, what it holds of separations, and stays."""

from __future__ import annotations

import numpy as np
import pytest
from tests.builders import at
from tests.records.agency_worlds import DELETES, KEEPS, LINKS, RESIDENTS, ROWS, about, by_hand, faults, written
from tests.records.e3_worlds import season

from borderops.operations.history import Exit, ShelterExit
from borderops.records.fields import BLANK, two_names
from borderops.records.known_names import given_names_of, surnames_of
from borderops.records.systems import LAYOUTS
from borderops.records.users import UserRole, role_of
from borderops.units import NEVER

DISCHARGES = LAYOUTS["portal_placement"].every_field["discharge"].choices
NO, YES = range(2)


@pytest.mark.parametrize("tracking", [DELETES, LINKS])
def test_every_child_in_a_shelter_stands_in_the_portal(tracking):
    """Those who arrived and those who were there before: one row, and one stay, each."""
    for witness in (by_hand(tracking), season(tracking if tracking == LINKS else "e3_history")):
        behind, history = written(witness).behind, witness.history
        placed = np.isin(history.exit, (Exit.TO_SHELTER, Exit.NOT_HERE)) & (history.admitted_at != NEVER)
        assert np.isin(np.flatnonzero(placed), behind["portal_child"].person).all()
        assert np.unique(behind["portal_child"].person).size == behind["portal_child"].person.size
        np.testing.assert_array_equal(np.sort(behind["portal_placement"].person), np.flatnonzero(placed))
        assert (witness.in_shelter[behind["portal_child"].person]).all()


@pytest.mark.parametrize("tracking", [DELETES, LINKS])
def test_the_portal_repeats_what_is_true_of_the_child(tracking):
    """Nobody slipped, by mail, by telephone or by machine: number, names, sex, birth day and country are right."""
    witness = by_hand(tracking)
    table, person = written(witness).records["portal_child"], written(witness).behind["portal_child"].person
    people = witness.people
    for field, truth in (
        ("a_number", witness.a_number),
        ("first_name", given_names_of(people.given_1)),
        ("middle_name", given_names_of(people.given_2)),
        ("last_name", two_names(surnames_of(people.surname_1), surnames_of(people.surname_2))),
        ("sex", people.sex),
        ("birth_day", people.birth_day),
        ("country", people.citizenship),
    ):
        np.testing.assert_array_equal(table[field], truth[person])


def test_names_come_from_the_request_unless_it_never_came():
    """By mail from the request that arrived; by telephone, and by machine, from where the child was processed."""
    for tracking, party, source in (
        (DELETES, "routine", "mail_message"),
        (DELETES, "lost_once", "mail_message"),
        (DELETES, "phoned", "e3_subject"),
        (LINKS, "routine", "e3_subject"),
        (LINKS, "at_port", "sigma_case"),
    ):
        rec = about(by_hand(tracking), "portal_child", party)["rec_id"]
        copies = [copy for copy in written(by_hand(tracking)).copies if copy.to_table == "portal_child"]
        sources = {
            copy.from_table for copy in copies if ("a_number" in dict(copy.fields)) and np.isin(copy.to_rec, rec).any()
        }
        assert sources == {source}, party


def test_of_residents_no_number_is_known_and_nothing_was_copied():
    """They were referred before the run: names stand there, an A-number does not."""
    witness = by_hand()
    table = written(witness).records["portal_child"]
    resident = table.take(written(witness).behind["portal_child"].person < len(RESIDENTS))
    assert len(resident) == len(RESIDENTS)
    assert (resident["a_number"] == BLANK).all()
    assert (resident["first_name"] != BLANK).all()
    assert (resident["entered_at"] < at("Mon 00:00")).all()
    copies = [copy for copy in written(witness).copies if copy.to_table == "portal_child"]
    assert not any(np.isin(copy.to_rec, resident["rec_id"]).any() for copy in copies)


def test_separated_children_have_their_parents_number_where_there_is_a_box():
    """Under the design of August: the box, and the number of the parent who was taken, of two the first."""
    witness = by_hand(KEEPS)
    numbers = witness.history.a_number
    for party in ("parted", "both_taken", "parted_phoned", "at_port"):
        table = about(witness, "portal_separation", party)
        assert len(table) > 0, party
        assert (table["separated"] == YES).all()
        assert (table["parent_a_number"] == numbers[ROWS[party][0]]).all()
    for party in ("routine", "never_grouped"):
        table = about(witness, "portal_separation", party)
        assert table["separated"].tolist() == [NO]
        assert table["parent_a_number"].tolist() == [BLANK]


@pytest.mark.parametrize("tracking", [KEEPS, LINKS])
def test_only_numbers_that_are_there_were_copied(tracking):
    """Boxes of children who were not separated have no source."""
    table = written(by_hand(tracking)).records["portal_separation"]
    copies = [copy for copy in written(by_hand(tracking)).copies if copy.to_table == "portal_separation"]
    copied = np.concatenate([copy.to_rec for copy in copies])
    assert sorted(copied) == table["rec_id"][table["parent_a_number"] != BLANK].tolist()


def test_automatic_exchange_passes_the_parents_number_on():
    """Every separated child's, in a season too, and machines enter it."""
    witness = season(LINKS)
    table, behind = written(witness).records["portal_separation"], written(witness).behind["portal_separation"]
    alone = witness.history.is_alone[behind.person]
    assert alone.sum() > 100
    lead = witness.plan.case_first[witness.case[behind.person[alone]]]
    np.testing.assert_array_equal(table["parent_a_number"][alone], witness.history.a_number[lead])
    came = ~witness.is_resident[behind.person]
    assert (role_of(table["entered_by"][came]) == UserRole.MACHINE).all()


def test_earlier_designs_hold_nothing_of_a_separation():
    """No box, no row: what was passed on stands in the mail."""
    assert len(written(by_hand(DELETES)).records["portal_separation"]) == 0
    witness = season()
    before_july = written(witness).records["portal_separation"]
    assert len(before_july) == 0


def test_residents_who_had_been_separated_have_the_box_but_no_number():
    """Where the design held it when they came; their parents are nobody among the people."""
    witness = by_hand(LINKS)
    table = written(witness).records["portal_separation"]
    resident = table.take(written(witness).behind["portal_separation"].person < len(RESIDENTS))
    assert sorted(resident["separated"].tolist()) == [NO, YES]
    assert (resident["parent_a_number"] == BLANK).all()


def test_stays_are_those_of_the_history():
    """Kind, admission, discharge and to whom; the last two empty for who is still there."""
    witness = season()
    history = witness.history
    table, person = written(witness).records["portal_placement"], written(witness).behind["portal_placement"].person
    np.testing.assert_array_equal(table["shelter"], history.bed_kind[person])
    np.testing.assert_array_equal(table["placed_at"], history.admitted_at[person])
    np.testing.assert_array_equal(table["discharged_at"], history.left_shelter_at[person])
    for exit_, discharge in (
        (ShelterExit.RELEASED, "sponsor"),
        (ShelterExit.AGED_OUT, "turned_18"),
        (ShelterExit.REUNITED, "parent"),
    ):
        chosen = history.shelter_exit[person] == exit_
        assert (table["discharge"][chosen] == DISCHARGES.index(discharge)).all()
    assert (table["discharge"][history.shelter_exit[person] == ShelterExit.NONE] == BLANK).all()


@pytest.mark.parametrize("tracking", [DELETES, KEEPS, LINKS])
def test_copies_keys_and_extracts(tracking):
    """Cells equal their sources, keys are unique, and tables do not depend on what else is wanted."""
    assert faults(written(by_hand(tracking)), by_hand(tracking), "portal") == []


@pytest.mark.parametrize("tracking", ["e3_history", LINKS])
def test_copies_keys_and_extracts_of_a_season(tracking):
    """The same as shipped, by mail and by machine."""
    assert faults(written(season(tracking)), season(tracking), "portal") == []
