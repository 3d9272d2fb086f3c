"""Stations: spreadsheets of separated families, their versions, and whiteboards."""

from __future__ import annotations

import numpy as np
import pytest
from tests.records.agency_worlds import AT_PORT, DELETES, LINKS, ROWS, about, by_hand, faults, written
from tests.records.e3_worlds import season

from borderops.config.schema import STATIONS
from borderops.operations.history import Exit
from borderops.population.people import Role
from borderops.records.fields import two_names
from borderops.records.known_names import given_names_of, surnames_of
from borderops.units import DAY, NEVER


def test_a_row_for_each_parent_taken_and_each_child():
    """One parent and two children are two rows, two parents and one child too; of half a family the one taken."""
    witness = by_hand()
    numbers = witness.history.a_number
    for party, pairs in (
        ("parted", [(0, 1), (0, 2)]),
        ("both_taken", [(0, 2), (1, 2)]),
        ("half", [(0, 2)]),
        ("at_port", [(0, 1)]),
    ):
        table = about(witness, "local_sheet_row", party)
        found = zip(table["parent_a_number"].tolist(), table["child_a_number"].tolist(), strict=True)
        rows = ROWS[party]
        assert sorted(found) == sorted((numbers[rows[one]], numbers[rows[other]]) for one, other in pairs), party
    assert len(about(witness, "local_sheet_row", "whole", "never_grouped", "routine", "single")) == 0


def test_every_separated_child_of_a_season_is_listed_on_the_day_of_parting():
    """The flawless clerk forgets nobody; names are those that parent and child bear."""
    witness = season()
    table, behind = written(witness).records["local_sheet_row"], written(witness).behind["local_sheet_row"]
    people, history = witness.people, witness.history
    assert np.isin(np.flatnonzero(history.is_alone), behind.other).all()
    assert history.is_taken[behind.person].all()
    assert (people.role[behind.other] >= Role.CHILD).all()
    np.testing.assert_array_equal(witness.case[behind.person], witness.case[behind.other])
    np.testing.assert_array_equal(table["separated_on"], history.parted_at[behind.person] // DAY)
    np.testing.assert_array_equal(table["entered_at"] // DAY, table["separated_on"])
    for prefix, person in (("parent", behind.person), ("child", behind.other)):
        np.testing.assert_array_equal(table[f"{prefix}_given"], given_names_of(people.given_1)[person])
        surnames = two_names(surnames_of(people.surname_1), surnames_of(people.surname_2))
        np.testing.assert_array_equal(table[f"{prefix}_surnames"], surnames[person])


def test_rows_are_dense_in_each_sheet_and_in_order_of_entry():
    """Row numbers from 1 without a gap, one sheet a station, later rows further down."""
    witness = season()
    table, behind = written(witness).records["local_sheet_row"], written(witness).behind["local_sheet_row"]
    assert np.unique(table["sheet_no"]).size > 1
    for sheet in np.unique(table["sheet_no"]):
        rows = np.flatnonzero(table["sheet_no"] == sheet)
        assert table["row_no"][rows].tolist() == list(range(1, rows.size + 1))
        assert np.unique(behind.station[rows]).tolist() == [sheet - 1]


def test_versions_count_rows():
    """A version for each day with new rows, numbered from 1, that holds all rows entered up to then."""
    witness = season()
    rows, versions = (written(witness).records[name] for name in ("local_sheet_row", "local_sheet_version"))
    for sheet in np.unique(rows["sheet_no"]):
        own, saved = rows.take(rows["sheet_no"] == sheet), versions.take(versions["sheet_no"] == sheet)
        days = np.unique(own["entered_at"] // DAY)
        np.testing.assert_array_equal(saved["entered_at"] // DAY, days)
        assert saved["version"].tolist() == list(range(1, days.size + 1))
        by_then = [int((own["entered_at"] <= minute).sum()) for minute in saved["entered_at"]]
        assert saved["rows"].tolist() == by_then
        assert by_then[-1] == len(own)


def test_linked_records_need_no_sheet():
    """Under the shared record nobody keeps one, nor versions of it."""
    assert len(written(by_hand(LINKS)).records["local_sheet_row"]) == 0
    assert len(written(by_hand(LINKS)).records["local_sheet_version"]) == 0


def test_board_lines_stand_until_the_child_leaves():
    """At stations with a board: every child referred there, from the referral until the child leaves CBP's hands."""
    witness = season()
    history = witness.history
    table, behind = written(witness).records["local_board_line"], written(witness).behind["local_board_line"]
    boards = [STATIONS.index(name) for name in witness.settings.records.whiteboards]
    referred = (history.determined_at != NEVER) & (history.exit != Exit.NOT_HERE) & np.isin(witness.station, boards)
    np.testing.assert_array_equal(np.sort(behind.person), np.flatnonzero(referred))
    np.testing.assert_array_equal(table["entered_at"], history.determined_at[behind.person])
    for field in ("erased_at", "valid_to"):
        np.testing.assert_array_equal(table[field], history.left_cbp_at[behind.person])
    assert (table["erased_at"] != NEVER).any()
    np.testing.assert_array_equal(table["station"], witness.station[behind.person])


def test_a_board_shows_who_waits():
    """As of a minute it holds those who were referred by then and have not left."""
    witness = season()
    history = witness.history
    minute = (history.first_minute + history.horizon) // 2
    shown = written(witness).records["local_board_line"].as_of(minute)
    waiting = (history.determined_at <= minute) & (minute < history.left_cbp_at)
    waiting &= np.isin(witness.station, [STATIONS.index(name) for name in witness.settings.records.whiteboards])
    assert len(shown) == waiting.sum() > 0


def test_sheets_of_ports_copy_from_sigma():
    """What was never in e3 is typed from where the family was processed."""
    rec = about(by_hand(), "local_sheet_row", "at_port")["rec_id"]
    copies = [copy for copy in written(by_hand()).copies if copy.to_table == "local_sheet_row"]
    sources = {copy.from_table for copy in copies if np.isin(copy.to_rec, rec).any()}
    assert sources == {"sigma_case"}
    assert about(by_hand(), "local_sheet_row", "at_port")["sheet_no"].tolist() == [AT_PORT + 1]


@pytest.mark.parametrize("world", [by_hand, season], ids=["by hand", "season"])
def test_copies_keys_and_extracts(world):
    """Cells equal their sources, keys are unique, and tables do not depend on what else is wanted."""
    assert faults(written(world()), world(), "local") == []


def test_designs_without_a_sheet_change_nothing_else():
    """Boards are kept all the same."""
    one, other = (written(by_hand(tracking)).records["local_board_line"] for tracking in (DELETES, LINKS))
    assert len(one) == len(other)
