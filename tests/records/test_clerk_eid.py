"""The flawless clerk of EID: everybody once, every encounter, every change of a unit, every sign."""

from __future__ import annotations

import numpy as np
import pytest
from tests.builders import at
from tests.records.e3_worlds import DELETES, KEEPS, LINKS, by_hand, rows_about, season, written

from borderops.records.clerk_eid import Action
from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS
from borderops.units import NEVER

EID = tuple(name for name in LAYOUTS if name.startswith("eid_"))
WORLDS = [
    pytest.param(lambda: by_hand(DELETES), id="by hand"),
    pytest.param(season, id="season"),
    pytest.param(lambda: season(KEEPS), id="season, units kept"),
]


@pytest.mark.parametrize("world", WORLDS)
def test_everybody_met_is_known_once(world):
    """Whether Border Patrol or a port of entry met them, with the prints that e3 took."""
    witness, made = world(), written(world())
    rows, person = made.records["eid_person"], made.behind["eid_person"].person
    assert np.sort(person).tolist() == np.flatnonzero(witness.is_in_e3 | witness.is_in_sigma).tolist()
    assert rows["person_no"].tolist() == list(range(1, len(rows) + 1))
    prints = rows["fingerprint"][rows["fingerprint"] != BLANK]
    assert np.unique(prints).size == prints.size
    _assert_copied(made, "eid_person")


@pytest.mark.parametrize("world", WORLDS)
def test_each_system_writes_its_encounters(world):
    """As many as it has people, under its own numbers, with its own A-number."""
    witness, made = world(), written(world())
    rows, person = made.records["eid_encounter"], made.behind["eid_encounter"].person
    for place, number in enumerate((witness.subject_no, witness.sigma_no, witness.earm_no)):
        own = rows["system"] == place
        assert np.sort(rows["source_no"][own]).tolist() == np.sort(number[number != BLANK]).tolist()
        assert (rows["source_no"][own] == number[person[own]]).all()
    known, of = made.records["eid_person"], made.behind["eid_person"].person
    number_of = np.zeros(witness.case.size, dtype=np.int64)
    number_of[of] = known["person_no"]
    assert (rows["person_no"] == number_of[person]).all()
    _assert_copied(made, "eid_encounter")


def _assert_copied(made, table):
    """Copied cells are those of their sources, and somebody copied something."""
    copies = [copy for copy in made.copies if copy.to_table == table]
    assert sum(copy.to_rec.size for copy in copies)
    for copy in copies:
        for written_field, read_field in copy.fields:
            source = made.records[copy.from_table][read_field][copy.from_rec - 1]
            assert (made.records[table][written_field][copy.to_rec - 1] == source).all()


@pytest.mark.parametrize("world", WORLDS)
def test_history_of_units_keeps_what_e3_deletes(world):
    """Every unit was made once, under the number and at the minute that e3 says; each deletion and code is there."""
    made = written(world())
    rows, units = made.records["eid_unit_history"], made.records["e3_family_unit"]
    made_once = rows["unit_no"][rows["action"] == Action.CREATE]
    assert np.sort(made_once).tolist() == np.unique(units["unit_no"]).tolist()
    gone = rows.take(rows["action"] == Action.DELETE)
    deletions = made.records["e3_unit_deletion"]
    for here, there in (("unit_no", "unit_no"), ("at", "deleted_at"), ("code", "code")):
        assert gone[here].tolist() == deletions[there].tolist()
    assert len(rows) == len(units) + len(deletions)
    assert (rows["valid_to"] == NEVER).all()
    _assert_copied(made, "eid_unit_history")


def test_history_of_a_rejoined_family():
    """Under old designs a deleted unit and another one; under kept ones the same, separated and restored."""
    old = rows_about(by_hand(DELETES), "eid_unit_history", "rejoined")
    assert old["action"].tolist() == [Action.CREATE, Action.DELETE, Action.CREATE]
    assert old["unit_no"][0] == old["unit_no"][1] != old["unit_no"][2]
    kept = rows_about(by_hand(KEEPS), "eid_unit_history", "rejoined")
    assert kept["action"].tolist() == [Action.CREATE, Action.SEPARATE, Action.RESTORE]
    assert np.unique(kept["unit_no"]).size == 1
    assert kept["at"].tolist() == [at("Mon 08:00"), at("Mon 08:40"), at("Mon 19:00")]
    members = rows_about(by_hand(KEEPS), "e3_family_member", "rejoined")
    assert kept["code"].tolist() == [BLANK, members["code"].max(), BLANK]


@pytest.mark.parametrize(
    ("design", "flags", "cleared"),
    [(DELETES, 0, 0), (KEEPS, 11, 0), ("edit_checks", 11, 5), (LINKS, 0, 0)],
)
def test_flags_are_set_where_there_is_a_sign_and_cleared_where_it_can_be(design, flags, cleared):
    """Of eleven separated by hand five were rejoined; the banner of August 2018 stays on them."""
    rows = written(by_hand(design)).records["eid_flag"]
    assert len(rows) == flags
    assert (rows["cleared_at"] != NEVER).sum() == cleared
    assert (rows["set_at"] == at("Mon 08:40")).all()


@pytest.mark.parametrize("table", EID)
@pytest.mark.parametrize("world", WORLDS)
def test_keys_and_addresses_are_unique(world, table):
    """No key stands twice, and entity and visit tell rows apart."""
    made = written(world())
    rows, behind = made.records[table], made.behind[table]
    if rows.layout.key:
        assert np.unique(np.stack([rows[field].astype(np.int64) for field in rows.layout.key]), axis=1).shape[1] == len(
            rows
        )
    address = np.stack([behind.entity, behind.visit.astype(np.int64)])
    assert np.unique(address, axis=1).shape[1] == len(rows)
