"""The flawless clerk of EID, the shared store: a machine that repeats what e3, SIGMA and EARM write.

Its history of family units keeps what the field no longer sees.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from borderops.ordering import ranks
from borderops.records.clerk_e3 import fingerprints
from borderops.records.clerk_e3_partings import is_marked, members_of, partings
from borderops.records.clerk_e3_units import Status
from borderops.records.clerk_e3_versions import completed, stacked
from borderops.records.entry import Clerk, Column, CopiedFrom, Desk, Entry
from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS
from borderops.records.users import UserRole, user
from borderops.records.witness import Witness
from borderops.units import HOUR, NEVER

_SYSTEMS = LAYOUTS["eid_encounter"].every_field["system"].choices


class Action(IntEnum):
    """What was done to a unit, in the order of the field's choices."""

    CREATE = 0
    DELETE = 1
    SEPARATE = 2
    RESTORE = 3


MACHINE = int(user(UserRole.MACHINE, -1, np.array(6 * HOUR), np.array(0)))
"""The store itself, which writes at any hour."""


def person(witness: Witness, desk: Desk) -> Entry:
    """Write `eid_person`: everybody met once, since nobody comes twice in a run."""
    rows = np.flatnonzero(witness.is_in_e3 | witness.is_in_sigma)
    at = witness.history.intake_at[rows]
    return Entry(
        {
            "entered_at": at,
            "entered_by": MACHINE,
            "person_no": ranks(at) + 1,
            "fingerprint": fingerprints(witness)[rows],
            "first_seen_at": at,
        },
        rows,
        {"load": witness.intake_load(rows)},
        (CopiedFrom("e3_subject", desk.rec_of("e3_subject", rows), (("fingerprint", "fingerprint"),)),),
    )


def encounter(witness: Witness, desk: Desk) -> Entry:
    """Write `eid_encounter`: one for each system that a person came into."""
    intake_at = witness.history.intake_at
    entry = stacked(
        _met_in("e3_subject", 0, witness.is_in_e3, witness.subject_no, intake_at, desk),
        _met_in("sigma_case", 0, witness.is_in_sigma, witness.sigma_no, intake_at, desk),
        _met_in("earm_case", 1, witness.is_in_earm, witness.earm_no, witness.in_ice_at, desk),
    )
    rows, known = entry.person, desk.tables["eid_person"]["person_no"]
    columns: dict[str, Column] = {
        "person_no": lambda: known[desk.rec_of("eid_person", rows) - 1],
        "a_number": lambda: witness.a_number[rows],
    }
    return completed(entry, columns)


def _met_in(table: str, visit: int, is_in: np.ndarray, number: np.ndarray, at: np.ndarray, desk: Desk) -> Entry:
    """Encounters that one system wrote; the A-number is that system's."""
    rows = np.flatnonzero(is_in)
    return Entry(
        {
            "entered_at": at[rows],
            "entered_by": MACHINE,
            "system": _SYSTEMS.index(table.split("_")[0]),
            "source_no": number[rows],
        },
        rows,
        {"visit": visit},
        (CopiedFrom(table, desk.rec_of(table, rows), (("a_number", "a_number"),)),),
    )


# --- families ---------------------------------------------------------------------------------------------------------


def unit_history(witness: Witness, desk: Desk) -> Entry:
    """Write `eid_unit_history`: making, deletion, separation and restoring of every unit, with its code."""
    return stacked(_changes(desk), _deletions(desk))


def _changes(desk: Desk) -> Entry:
    """What the rows of units say: units made, separated, restored; the code stands with the members."""
    unit, behind = desk.tables["e3_family_unit"], desk.behind["e3_family_unit"]
    separated = np.flatnonzero(unit["status"] == Status.SEPARATED)
    marked = np.full(len(unit), BLANK, dtype=np.int64)
    marked[separated] = _marked_rows(desk, behind.person[separated])
    code = np.append(desk.tables["e3_family_member"]["code"], BLANK)
    return Entry(
        {
            "entered_at": unit["entered_at"],
            "entered_by": MACHINE,
            "unit_no": unit["unit_no"],
            "action": _ACTION_OF_STATUS[unit["status"]],
            "at": unit["entered_at"],
            "code": np.where(marked == BLANK, BLANK, code[marked - 1]),
        },
        behind.person,
        {"visit": behind.visit, "load": behind.load},
        (
            CopiedFrom("e3_family_unit", unit["rec_id"], (("unit_no", "unit_no"),)),
            CopiedFrom("e3_family_member", marked, (("code", "code"),)),
        ),
    )


def _deletions(desk: Desk) -> Entry:
    """What the rows of deletions say."""
    gone, behind = desk.tables["e3_unit_deletion"], desk.behind["e3_unit_deletion"]
    fields = (("unit_no", "unit_no"), ("code", "code"), ("at", "deleted_at"))
    return Entry(
        {
            "entered_at": gone["deleted_at"],
            "entered_by": MACHINE,
            "unit_no": gone["unit_no"],
            "action": Action.DELETE,
            "at": gone["deleted_at"],
            "code": gone["code"],
        },
        behind.person,
        {"visit": _DELETION, "load": behind.load},
        (CopiedFrom("e3_unit_deletion", gone["rec_id"], fields),),
    )


_ACTION_OF_STATUS = np.array([Action.CREATE, Action.SEPARATE, Action.RESTORE])
_DELETION = 4
"""Visit of the row of a deletion; those of the rows of units come before it."""


def _marked_rows(desk: Desk, persons: np.ndarray) -> np.ndarray:
    """Numbers of the rows of `e3_family_member` that say of people that they were separated."""
    member, behind = desk.tables["e3_family_member"], desk.behind["e3_family_member"]
    separated = np.flatnonzero(member["member_status"] == Status.SEPARATED)
    by_person = separated[np.argsort(behind.person[separated], kind="stable")]
    return member["rec_id"][by_person[np.searchsorted(behind.person[by_person], persons)]]


def flag(witness: Witness, desk: Desk) -> Entry:
    """Write `eid_flag`: parents and children separated under a design with a sign; it is cleared where it can be."""
    history, practices, parted = witness.history, witness.practices, partings(witness)
    row, _ = members_of(witness, parted)
    at = history.parted_at[row]
    chosen = is_marked(witness)[row] & practices.has_banner[practices.row(at)]
    row, at = row[chosen], at[chosen]
    rejoined_at = history.rejoined_at[row]
    live = practices.row(rejoined_at)
    clears = (practices.clears_banner | practices.is_linked)[live]
    return Entry(
        {
            "entered_at": at,
            "entered_by": MACHINE,
            "subject_no": witness.subject_no[row],
            "set_at": at,
            "cleared_at": np.where(clears, rejoined_at, NEVER),
        },
        row,
        {"load": history.load[row]},
    )


CLERKS: dict[str, Clerk] = {
    "eid_person": person,
    "eid_encounter": encounter,
    "eid_unit_history": unit_history,
    "eid_flag": flag,
}
"""Who writes each table of EID."""

READS: dict[str, tuple[str, ...]] = {
    "eid_person": ("e3_subject",),
    "eid_encounter": ("eid_person", "e3_subject", "sigma_case", "earm_case"),
    "eid_unit_history": ("e3_family_unit", "e3_unit_deletion", "e3_family_member"),
}
"""Tables that are read for them."""
