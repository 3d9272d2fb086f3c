"""What no clerk could have helped: each row is what the key says by the truth, none is missed, blames stay apart."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.builders import (
    Adult,
    Child,
    adult,
    alone,
    at,
    facilities_of,
    family,
    replication_of,
    settings_of,
    split_party,
)
from tests.records.e3_worlds import AT_PORT, SLOW, TEEN, season
from tests.records.mistake_worlds import differing, flawless, mistakes

from borderops.operations.history import Reunion
from borderops.operations.plan import Ground
from borderops.population.people import Role, Stratum
from borderops.records.answer_key import NOTHING_UNAVOIDABLE, TABLES, Blame, Mechanism, Unavoidable
from borderops.records.transcribe import transcribe
from borderops.records.unavoidable import BLAME, unavoidable
from borderops.records.witness import Witness
from borderops.scoring.standing import Kind, true_links
from borderops.units import DAY, NEVER

PARTED = {"ground": Ground.PROSECUTION}
HIDDEN, FALSE = Stratum.UNDISCLOSED_FAMILY, Stratum.FALSE_FAMILY
MONDAY = "Mon 08:00"
PARTIES = {
    "hidden": split_party(HIDDEN, adult(MONDAY), alone(MONDAY, Child(), TEEN)),
    "hidden_at_port": split_party(HIDDEN, adult(MONDAY, station=AT_PORT), alone(MONDAY, station=AT_PORT)),
    "false": family(MONDAY, stratum=FALSE),
    "false_parted": family(MONDAY, separated_checks=SLOW, back="19:00", stratum=FALSE, **PARTED),
    "false_at_port": family(MONDAY, station=AT_PORT, stratum=FALSE),
    "false_ungrouped": family(MONDAY, stratum=FALSE, grouped=False),
    "half": family(MONDAY, adults=2, ground=Ground.HEALTH),
    "half_at_port": family(MONDAY, adults=2, station=AT_PORT, ground=Ground.HEALTH),
    "whole": family(MONDAY, Child(), TEEN),
    "parted": family(MONDAY, **PARTED),
    "rejoined": family(MONDAY, Child(), TEEN, separated_checks=SLOW, back="19:00", **PARTED),
    "one_child_gone": family(MONDAY, Child(), Child(lost=(4, 0, 0), phone=SLOW), back="19:00", **PARTED),
    "reunited": family(MONDAY, parent=Adult(asks_after=DAY), **PARTED),
    "not_granted": family(MONDAY, Child(granted=False), parent=Adult(asks_after=DAY), **PARTED),
    "ungrouped": family(MONDAY, grouped=False),
    "kin": split_party(Stratum.KIN_GROUP, adult(MONDAY), alone(MONDAY)),
}
"""Parties of Monday, each with what is true of it."""


def _rows() -> dict[str, list[int]]:
    rows, begins = {}, 0
    for name, party in PARTIES.items():
        size = sum(len(case.members) for case in (party if isinstance(party, tuple) else (party,)))
        rows[name] = list(range(begins, begins + size))
        begins += size
    return rows


ROWS = _rows()


@cache
def by_hand(tracking: str) -> Witness:
    """What clerks saw of these parties under a design."""
    settings = settings_of(f"tracking={tracking}", "records.kin_groups_recorded_share=1")
    return Witness(replication_of(*PARTIES.values(), facilities=facilities_of(hearings=["Mon 09:00"])), settings)


@cache
def listed(tracking: str) -> Unavoidable:
    """What the flawless clerks of these parties could not help."""
    return unavoidable(flawless(by_hand(tracking)), by_hand(tracking))


def told(tracking: str, mechanism: Mechanism, table: str) -> dict[str, int]:
    """Number of rows of a table under a mechanism, by party."""
    found = listed(tracking)
    chosen = (found.mechanism == mechanism) & (found.table == TABLES.index(table))
    person = flawless(by_hand(tracking)).behind[table].person[found.rec_id[chosen] - 1]
    counts = {name: int(np.isin(person, rows).sum()) for name, rows in ROWS.items()}
    return {name: count for name, count in counts.items() if count}


DELETES, KEEPS = ("e3_2017", "e3_april_2018"), ("e3_august_2018", "edit_checks", "shared_record")
DESIGNS = DELETES + KEEPS


# --- families ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tracking", DESIGNS)
def test_families_that_do_not_say_so_stand_as_people_who_belong_to_nobody(tracking):
    """Every row about their members, in e3 and at ports, under every design."""
    assert told(tracking, Mechanism.UNDISCLOSED, "e3_subject") == {"hidden": 3}
    assert told(tracking, Mechanism.UNDISCLOSED, "sigma_case") == {"hidden_at_port": 2}


@pytest.mark.parametrize("tracking", DESIGNS)
def test_false_families_stand_as_families(tracking):
    """Every unit, member and link of theirs, what the design does with them included."""
    written = flawless(by_hand(tracking))
    false = [row for name in ROWS if name.startswith("false") for row in ROWS[name]]
    for table in ("e3_family_unit", "e3_family_member", "sigma_family_link"):
        expected = np.isin(written.behind[table].person, false).sum()
        assert sum(told(tracking, Mechanism.FALSE_CLAIM, table).values()) == expected > 0
    assert told(tracking, Mechanism.FALSE_CLAIM, "sigma_family_link") == {"false_at_port": 1}


# --- the definition ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tracking", "units"), [*((name, 1) for name in DELETES), *((name, 2) for name in KEEPS)])
def test_a_family_of_which_one_parent_stays_is_outside_the_definition(tracking, units):
    """The unit it came with: one row, or a second one where the unit says that it was separated."""
    assert told(tracking, Mechanism.OUTSIDE_DEFINITION, "e3_family_unit") == {"half": units}
    assert told(tracking, Mechanism.OUTSIDE_DEFINITION, "e3_family_member") == {"half": 3 + (units - 1)}
    assert set(told(tracking, Mechanism.OUTSIDE_DEFINITION, "sigma_family_link")) == {"half_at_port"}


def _of(found: Unavoidable, mechanism: Mechanism, *tables: str) -> Unavoidable:
    return found.take((found.mechanism == mechanism) & np.isin(found.table, [TABLES.index(name) for name in tables]))


@pytest.mark.parametrize("tracking", ["e3_history", "shared_record"])
def test_the_definition_leaves_out_the_same_families_as_among_true_links(tracking):
    """In a season: families of which one parent stays, and mothers who are children themselves."""
    witness, links = season(tracking), true_links(season(tracking))
    written = flawless(witness)
    found = unavoidable(written, witness)
    kept = np.unique(witness.case[links.child[links.kind == Kind.ONE_PARENT_KEPT]])
    families = _of(found, Mechanism.OUTSIDE_DEFINITION, "e3_family_unit", "e3_family_member", "sigma_family_link")
    assert np.array_equal(np.unique(families.case), kept)
    assert kept.size > 10
    mothers = np.unique(links.parent[links.kind == Kind.MINOR_MOTHER])
    persons = [
        written.behind[name].person[_of(found, Mechanism.OUTSIDE_DEFINITION, name).rec_id - 1]
        for name in ("e3_subject", "sigma_case")
    ]
    assert np.array_equal(np.unique(np.concatenate(persons)), mothers)
    assert (witness.people.role[mothers] == Role.CHILD).all()
    assert mothers.size > 5


# --- the design -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tracking", DELETES)
def test_units_deleted_on_a_parting_are_the_designs(tracking):
    """Unit and all members of every family that was parted; what was whole, or is outside the definition, is not."""
    parted = ("parted", "rejoined", "one_child_gone", "reunited", "not_granted")
    assert told(tracking, Mechanism.UNIT_DELETED, "e3_family_unit") == dict.fromkeys(parted, 1)
    assert told(tracking, Mechanism.UNIT_DELETED, "e3_family_member") == {name: len(ROWS[name]) for name in parted}
    gone = _of(listed(tracking), Mechanism.UNIT_DELETED, "e3_family_unit")
    assert (
        gone.at.tolist() == flawless(by_hand(tracking)).records["e3_family_unit"]["valid_to"][gone.rec_id - 1].tolist()
    )


@pytest.mark.parametrize("tracking", DELETES)
def test_units_made_a_second_time_are_the_designs(tracking):
    """For those who are rejoined, and for those who stay together: nobody else has two."""
    assert told(tracking, Mechanism.DUPLICATE_UNIT, "e3_family_unit") == {"half": 1, "rejoined": 1, "one_child_gone": 1}
    assert told(tracking, Mechanism.DUPLICATE_UNIT, "e3_family_member") == {
        "half": 2, "rejoined": 3, "one_child_gone": 2
    }  # fmt: skip


@pytest.mark.parametrize("tracking", KEEPS)
def test_designs_that_keep_units_delete_none_and_make_none_twice(tracking):
    """By hand: neither one nor the other."""
    assert not np.isin(listed(tracking).mechanism, (Mechanism.DUPLICATE_UNIT, Mechanism.UNIT_DELETED)).any()


def test_edit_checks_neither_delete_nor_double_units_in_a_season():
    """Nor in weeks of a season."""
    found = unavoidable(flawless(season("edit_checks")), season("edit_checks"))
    assert not np.isin(found.mechanism, (Mechanism.DUPLICATE_UNIT, Mechanism.UNIT_DELETED)).any()


def test_signs_that_nobody_clears_are_stale_once_the_separation_is_over():
    """In August 2018, of parent and children: rejoined, or reunited later; not while a child is still apart."""
    signs = {"false_parted": 2, "rejoined": 3, "one_child_gone": 1, "reunited": 2}
    assert told("e3_august_2018", Mechanism.STALE_BANNER, "eid_flag") == signs
    assert told("e3_august_2018", Mechanism.STALE_BANNER, "earm_case") == {"reunited": 1}


def test_signs_that_rejoining_clears_are_stale_after_a_later_reunion_only():
    """Edit checks: nobody clears a sign when a child is reunited from a shelter."""
    assert told("edit_checks", Mechanism.STALE_BANNER, "eid_flag") == {"reunited": 2}
    assert told("edit_checks", Mechanism.STALE_BANNER, "earm_case") == {"reunited": 1}


@pytest.mark.parametrize("tracking", [*DELETES, "shared_record"])
def test_no_sign_is_stale_where_there_is_none(tracking):
    """A shared record shows the family's number instead, so not even a later reunion leaves a stale sign."""
    witness = by_hand(tracking)
    assert witness.history.reunion[ROWS["reunited"][1]] == Reunion.BY_REQUEST
    assert Mechanism.STALE_BANNER not in listed(tracking).mechanism


def test_a_sign_is_stale_from_the_minute_on_at_which_the_separation_is_over():
    """Rejoined on Monday at 19:00; reunited when the history says so."""
    found = _of(listed("e3_august_2018"), Mechanism.STALE_BANNER, "eid_flag")
    person = flawless(by_hand("e3_august_2018")).behind["eid_flag"].person[found.rec_id - 1]
    assert set(found.at[np.isin(person, ROWS["rejoined"])]) == {at("Mon 19:00")}
    reunited_at = by_hand("e3_august_2018").history.reunion_at[ROWS["reunited"][1]]
    assert set(found.at[np.isin(person, ROWS["reunited"])]) == {reunited_at}


# --- in a season, row by row ------------------------------------------------------------------------------------------


def _expected(witness: Witness) -> dict[tuple[int, int], Mechanism]:
    """Rows and what is to be said of them, told once more and slowly, row by row of the flawless tables."""
    written, people, history, plan = flawless(witness), witness.people, witness.history, witness.plan
    stratum, keeps = people.of_party("stratum"), witness.practices
    of_case = [range(first, first + size) for first, size in zip(plan.case_first, plan.case_size)]
    found = {}

    def over(person: int) -> bool:
        members = [person] if history.is_alone[person] else of_case[witness.case[person]]
        left = [one for one in members if history.is_alone[one]]
        together = Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.ABROAD
        return bool(left) and all(history.rejoined_at[one] != NEVER or history.reunion[one] in together for one in left)

    mothers = {
        int(people.mother[child])
        for child in np.flatnonzero((people.role == Role.CHILD_OF_MINOR) & (history.determined_at != NEVER))
    }
    for name in ("e3_subject", "sigma_case", "e3_family_unit", "e3_family_member", "sigma_family_link", "eid_flag",
                 "earm_case"):  # fmt: skip
        table, behind = written.records[name], written.behind[name]
        for row, person in enumerate(behind.person.tolist()):
            mechanism = None
            if name in ("e3_subject", "sigma_case"):
                if stratum[person] == Stratum.UNDISCLOSED_FAMILY:
                    mechanism = Mechanism.UNDISCLOSED
                elif person in mothers:
                    mechanism = Mechanism.OUTSIDE_DEFINITION
            elif name in ("eid_flag", "earm_case"):
                stands = table["cleared_at"][row] if name == "eid_flag" else table["valid_to"][row]
                shows = name == "eid_flag" or table["banner"][row] == 1
                if shows and stands == NEVER and over(person):
                    mechanism = Mechanism.STALE_BANNER
            else:
                case = behind.case[row]
                taken = [history.is_taken[one] for one in of_case[case][: plan.case_adults[case]]]
                is_first = name == "sigma_family_link" or table["unit_no"][row] == witness.unit_no[case]
                ends = table["valid_to"][row]
                if stratum[person] == Stratum.FALSE_FAMILY:
                    mechanism = Mechanism.FALSE_CLAIM
                elif any(taken) and not all(taken) and is_first:
                    mechanism = Mechanism.OUTSIDE_DEFINITION
                elif witness.claims_family[person] and not is_first:
                    mechanism = Mechanism.DUPLICATE_UNIT
                elif name != "sigma_family_link" and ends != NEVER and not keeps.keeps_unit[keeps.row(ends)]:
                    mechanism = Mechanism.UNIT_DELETED
            if mechanism is not None:
                found[TABLES.index(name), int(table["rec_id"][row])] = mechanism
    return found


@pytest.mark.parametrize("tracking", ["e3_history", "e3_august_2018"])
def test_every_row_is_what_it_says_and_none_is_missed(tracking):
    """Weeks of a season: as told row by row."""
    found = unavoidable(flawless(season(tracking)), season(tracking))
    rows = zip(found.table.tolist(), found.rec_id.tolist())
    assert dict(zip(rows, found.mechanism.tolist())) == _expected(season(tracking))
    assert found.table.tolist() == sorted(found.table)


# --- blame ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tracking", ["e3_history", "e3_august_2018", "edit_checks", "shared_record"])
def test_no_row_is_blamed_twice(tracking):
    """Agency, family and definition, design: no row stands in two of them, and a mechanism has one blame."""
    _, key = mistakes(witness=season(tracking))
    found = key.unavoidable
    labels = {blame: _rows_of(found, found.blame == blame) for blame in Blame}
    agency = _rows_of(key.rows, np.ones(key.rows.table.size, dtype=bool))
    assert labels[Blame.AGENCY] == set()
    sets = (agency, labels[Blame.FAMILY] | labels[Blame.DEFINITION], labels[Blame.DESIGN])
    assert sum(len(one) for one in sets) == len(set.union(*sets))
    assert len(labels[Blame.FAMILY] | labels[Blame.DEFINITION]) + len(labels[Blame.DESIGN]) == found.rec_id.size > 100
    assert all(BLAME[Mechanism(one)] == blame for one, blame in zip(found.mechanism.tolist(), found.blame.tolist()))
    assert (key.changes.blame == Blame.AGENCY).all()
    assert not np.isin(key.changes.mechanism, list(BLAME)).any()
    assert not np.isin(key.rows.mechanism, list(BLAME)).any()


def _rows_of(entries, chosen: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(entries.table[chosen].tolist(), entries.rec_id[chosen].tolist()))


def test_the_key_speaks_of_released_rows():
    """A false family that was never grouped has no unit to speak of; all else stays, whatever slips."""
    witness = by_hand("e3_2017")
    records, key = mistakes(0.3, witness)
    found, every = key.unavoidable, listed("e3_2017")
    left_out = _rows_of(key.rows, key.rows.is_missing)
    assert _rows_of(found, found.table >= 0) == _rows_of(every, every.table >= 0) - left_out
    person = key.behind["e3_family_member"].person
    assert not np.isin(person, ROWS["false_ungrouped"]).any()
    for name in TABLES:
        assert np.isin(found.rec_id[found.table == TABLES.index(name)], records[name]["rec_id"]).all()


def test_undo_knows_nothing_of_it():
    """What could not be helped is not taken back."""
    records, key = mistakes()
    assert key.unavoidable.rec_id.size > 1000
    assert differing(key.undo(records), flawless(season()).records) == []
    without = replace(key, unavoidable=NOTHING_UNAVOIDABLE)
    assert differing(key.undo(records), without.undo(records)) == []


def test_tables_that_were_not_written_have_none():
    """Who asks for one table gets what concerns it and what it was copied from."""
    witness = by_hand("e3_2017")
    written = transcribe(witness, ["e3_subject"])
    assert {TABLES[code] for code in unavoidable(written, witness).table} <= set(written.records.tables)
    every = listed("e3_2017")
    own = every.take(every.table == TABLES.index("e3_subject"))
    again = unavoidable(written, witness)
    assert again.take(again.table == TABLES.index("e3_subject")).digest() == own.digest()
