"""Steering acts that failed: copied from the history into all rows that they spoil, never drawn again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.builders import Child, Design, facilities_of, family, replication_of, settings_of
from tests.records.e3_worlds import AT_PORT, season
from tests.records.mistake_worlds import flawless, mistakes

from borderops.operations.history import Code, Note, ParentNumber
from borderops.operations.plan import Ground
from borderops.operations.rebuilding import is_never_grouped
from borderops.records.answer_key import CauseKind, Mechanism
from borderops.records.fields import BLANK
from borderops.records.systems import CODES, LAYOUTS, NOTES
from borderops.records.witness import Witness
from borderops.units import HOUR

SLOW = Child(designation=4 * HOUR, transport=30 * HOUR, travel=5 * HOUR)
PARTED = {"ground": Ground.PROSECUTION}
PARTIES = (
    family("Mon 08:00", SLOW, SLOW, **PARTED),
    family("Mon 08:00", SLOW, grouped=False),
    family("Mon 08:00", SLOW, grouped=False, station=AT_PORT),
    family("Mon 09:00", SLOW, code=Code.WRONG, **PARTED),
    family("Mon 09:00", SLOW, code=Code.BLANK, **PARTED),
    family("Mon 09:00", SLOW, code=Code.SEVERAL, **PARTED),
    family("Mon 10:00", SLOW, note=Note.NOTHING, **PARTED),
    family("Mon 10:00", SLOW, note=Note.NOT_AT_TOP, **PARTED),
    family("Mon 10:00", SLOW, note=Note.TOP_AND_CHILD, **PARTED),
    family("Mon 11:00", replace(SLOW, parent_number=ParentNumber.NOT_PASSED), **PARTED),
    family("Mon 11:00", replace(SLOW, parent_number=ParentNumber.WRONG, lost=(1, 0, 0), noticed=90), **PARTED),
    family("Mon 12:00", SLOW, SLOW, listed=False, **PARTED),
    family("Mon 13:00", SLOW, **PARTED),
)
(PLAIN, UNGROUPED, AT_THE_PORT, WRONG, BLANKED, SEVERAL, SILENT, LOW, FULL, NOT_PASSED, OFF, UNLISTED, LAST) = range(13)
DESIGNS = ("e3_april_2018", "e3_august_2018", "shared_record")


@cache
def by_hand(tracking: str) -> Witness:
    """What clerks saw of families to whom one thing each happened."""
    facilities = facilities_of(message_minutes=3, designs=[Design()])
    return Witness(replication_of(*PARTIES, facilities=facilities), settings_of(f"tracking={tracking}"))


@cache
def all_succeeded() -> Witness:
    """The season, with a history in which no steering act failed."""
    witness = season()
    history = witness.history
    told = {
        "is_grouped": np.ones_like(history.is_grouped),
        "is_listed": np.ones_like(history.is_listed),
        "separation_code": np.where(history.separation_code > 0, Code.RIGHT, Code.NONE).astype(np.int8),
        "note": np.where(history.note > 0, Note.TOP_AND_CHILD, Note.NONE).astype(np.int8),
        "parent_number": np.where(history.parent_number > 0, ParentNumber.RIGHT, ParentNumber.NONE).astype(np.int8),
    }
    return Witness(replace(witness.replication, history=replace(history, **told)), witness.settings)


def _of(table: str, party: int, tracking: str = "e3_april_2018"):
    """Released rows about a family, with nobody's hand slipping."""
    witness = by_hand(tracking)
    records, key = mistakes(0.0, witness)
    return records[table].take(key.behind[table].case == party)


@pytest.mark.parametrize("tracking", DESIGNS)
def test_a_family_that_was_never_grouped_has_no_unit(tracking):
    """No unit, no members, no history in the store, no link at a port; adult and child are processed alone."""
    for table in ("e3_family_unit", "e3_family_member", "eid_unit_history"):
        assert len(_of(table, UNGROUPED, tracking)) == 0
        assert len(_of(table, PLAIN, tracking)) > 0
    assert len(_of("sigma_family_link", AT_THE_PORT, tracking)) == 0
    classes = LAYOUTS["e3_subject"].every_field["class"].choices
    assert [classes[one] for one in _of("e3_subject", UNGROUPED, tracking)["class"]] == ["single_adult", "uac"]


def test_linked_records_do_not_know_a_unit_that_was_never_made():
    """Where ICE and HHS read the unit's number they read none."""
    for table in ("earm_case", "portal_child"):
        assert set(_of(table, UNGROUPED, "shared_record")["unit_no"].tolist()) <= {BLANK}


@pytest.mark.parametrize("tracking", DESIGNS[:2])
def test_a_wrong_code_is_another_of_the_ten(tracking):
    """The same other code in the deletion or on the members, and in the store."""
    table = "e3_unit_deletion" if tracking == "e3_april_2018" else "e3_family_member"
    meant = flawless(by_hand(tracking)).records[table]["code"]
    wrong = _of(table, WRONG, tracking)["code"]
    wrong = set(wrong[wrong != BLANK].tolist())
    assert len(wrong) == 1
    assert wrong <= set(range(len(CODES))) - set(meant.tolist())
    stored = _of("eid_unit_history", WRONG, tracking)["code"]
    assert set(stored[stored != BLANK].tolist()) == wrong


@pytest.mark.parametrize("tracking", DESIGNS[:2])
def test_a_code_left_blank_stands_nowhere(tracking):
    """Neither in e3 nor in the store."""
    for table in ("e3_unit_deletion", "e3_family_member", "eid_unit_history"):
        assert set(_of(table, BLANKED, tracking)["code"].tolist()) <= {BLANK}


@pytest.mark.parametrize(("tracking", "table"), list(zip(DESIGNS, ("e3_unit_deletion", "e3_family_member"))))
def test_several_codes_are_several_rows(tracking, table):
    """A row with the code that was meant and another with another one."""
    several, one = (_of(table, party, tracking) for party in (SEVERAL, PLAIN))
    codes = np.unique(several["code"][several["code"] != BLANK])
    assert codes.size == 2
    assert np.isin(one["code"][one["code"] != BLANK], codes).all()


def test_notes_say_what_the_history_says():
    """Nothing, something of the child, the separation with the child, or without: a child or none."""
    for party, body, children in (
        (SILENT, "nothing_of_family", 0),
        (LOW, "child_not_at_top", 1),
        (FULL, "separation_at_top_and_child", 1),
        (LAST, "separation_at_top", 0),
    ):
        note = _of("e3_narrative", party)
        assert [NOTES[one] for one in note["body"]] == [body]
        assert note["children_named"].tolist() == [children]
        assert len(_of("e3_narrative_child", party)) == children
        comment = _of("earm_comment", party)
        assert [NOTES[one] for one in comment["body"]] == [body]
        assert ((comment["child_a_number"] != BLANK) == (children > 0)).all()


def test_a_parents_number_that_was_not_passed_on_reaches_nobody():
    """Neither the request nor the portal has it."""
    assert set(_of("mail_message", NOT_PASSED)["parent_a_number"].tolist()) == {BLANK}
    assert set(_of("portal_separation", NOT_PASSED, "e3_august_2018")["parent_a_number"].tolist()) == {BLANK}


def test_a_wrong_number_is_the_same_in_every_try():
    """Both requests carry the same wrong number, and the portal copies it, a hop later and for the same cause."""
    witness = by_hand("e3_august_2018")
    _, key = mistakes(0.0, witness)
    requests = _of("mail_message", OFF)["parent_a_number"]
    requests = requests[requests != BLANK]
    right = witness.a_number[witness.plan.case_first[OFF]]
    assert requests.size == 2
    assert np.unique(requests).size == 1
    assert right not in requests
    portal = _of("portal_separation", OFF, "e3_august_2018")
    assert portal["parent_a_number"].tolist() == [requests[0]]
    told = key.changes.mechanism == Mechanism.PARENT_NUMBER_WRONG
    copied = (key.changes.mechanism == Mechanism.COPIED) & np.isin(key.changes.source, np.flatnonzero(told))
    assert copied.sum() == 1
    assert key.changes.hop[copied].tolist() == [1]
    assert set(key.changes.cause[copied]) == set(key.changes.cause[told])


def test_a_sheet_without_a_row_has_no_gap():
    """The family's rows are missing, those after it move up, versions count what is there, nothing is copied."""
    witness = by_hand("e3_april_2018")
    records, key = mistakes(0.0, witness)
    assert len(_of("local_sheet_row", UNLISTED)) == len(_of("earm_placement", UNLISTED)) == 0
    rows = records["local_sheet_row"]["row_no"]
    assert sorted(rows.tolist()) == list(range(1, rows.size + 1))
    assert records["local_sheet_version"]["rows"].max() == rows.size
    assert (key.causes.mechanism == Mechanism.SHEET_ROW_MISSED).sum() == 1


@pytest.mark.parametrize("tracking", DESIGNS)
def test_each_act_is_one_cause(tracking):
    """Whatever an act spoils, it is one event, at the minute of the act, and nobody slipped otherwise."""
    _, key = mistakes(0.0, by_hand(tracking))
    assert (key.causes.kind == CauseKind.STEERING_ACT).all()
    assert acts_of(key, Mechanism.NEVER_GROUPED) == 2
    for mechanism in (Mechanism.CODE_WRONG, Mechanism.CODE_BLANK, Mechanism.CODE_SEVERAL):
        assert acts_of(key, mechanism) == 1


def acts_of(key, mechanism: Mechanism) -> int:
    """Causes of a mechanism."""
    return int((key.causes.mechanism == mechanism).sum())


def test_a_season_tells_as_many_failed_acts_as_its_history():
    """Families never grouped, codes, notes, numbers: counted in the key and in the history."""
    witness = season()
    history, (_, key) = witness.history, mistakes(0.0)
    never = is_never_grouped(history, witness.plan)[witness.plan.case_first]
    assert acts_of(key, Mechanism.NEVER_GROUPED) == never.sum()
    leads = witness.is_in_e3[witness.plan.case_first]
    codes = history.separation_code[witness.plan.case_first[leads]]
    for code in (Code.WRONG, Code.BLANK, Code.SEVERAL):
        assert acts_of(key, Mechanism[f"CODE_{code.name}"]) == (codes == code).sum()
    silent = np.isin(history.note, (Note.NOTHING, Note.NOT_AT_TOP, Note.TOP_ONLY)) & history.is_taken & witness.is_in_e3
    assert acts_of(key, Mechanism.NOTE_WITHOUT_FAMILY) == silent.sum()
    for passed in (ParentNumber.NOT_PASSED, ParentNumber.WRONG):
        told = acts_of(key, Mechanism[f"PARENT_NUMBER_{passed.name}"])
        assert told == ((history.parent_number == passed) & history.is_alone).sum()
    assert acts_of(key, Mechanism.PARENT_NUMBER_WRONG) > 0


def test_acts_are_copied_and_never_drawn():
    """Another seed of the settings changes nothing of which acts failed."""
    witness = by_hand("e3_april_2018")
    other = Witness(witness.replication, witness.settings.model_copy(update={"seed": 7}))
    keys = [mistakes(0.0, each)[1] for each in (witness, other)]
    told = [
        set(zip(key.changes.table.tolist(), key.changes.rec_id.tolist(), key.changes.field.tolist())) for key in keys
    ]
    assert told[0] == told[1]
