"""Clerks of EARM: ICE's cases of adults, their custody, and what was copied into them from e3 and from spreadsheets.

Must not know which steering acts failed: these clerks make no mistakes.
"""

from __future__ import annotations

import numpy as np

from borderops.operations.history import IceExit
from borderops.records.entry import Clerk, CopiedFrom, Desk, Entry
from borderops.records.fields import BLANK
from borderops.records.origins import FROM_ORIGIN, of_pairs, origin_of, read, taken_pairs, unit_numbers
from borderops.records.users import UserRole
from borderops.records.witness import Witness
from borderops.units import DAY, NEVER

ICE_OFFICERS = 300
"""Officers who book adults in, in a shift; ours, like the numbers of all who are not counted by the settings."""

_CASE, _COMMENT, _PLACEMENT, _CUSTODY = range(50, 54)  # whose hand it is, in draws of who enters

_NONE, _SEPARATED, _CLEARED = range(3)  # choices of `earm_case.banner`

_COPIED = ("a_number", "given", "middle", "surname_1", "surname_2", "birth_day", "country")


def _officers(witness: Witness, rows: np.ndarray, minutes: np.ndarray, index: int) -> np.ndarray:
    return witness.officer(UserRole.ICE_OFFICER, rows, minutes, ICE_OFFICERS, index)


def cases(witness: Witness, desk: Desk) -> Entry:
    """A row for every adult who came into ICE's hands; a further one where the banner is taken away."""
    first = witness.rows(witness.is_in_earm)
    entered, cleared_at, banner = witness.in_ice_at[first], *_banners(witness, desk, first)
    again = np.flatnonzero((banner == _SEPARATED) & (cleared_at != NEVER))
    person = np.concatenate([first, first[again]])
    at = np.concatenate([entered, cleared_at[again]])
    origin = origin_of(desk, person, at)
    unit_no, from_unit = unit_numbers(witness, desk, person, at)
    columns = {
        "entered_at": at,
        "entered_by": _officers(witness, person, at, _CASE),
        "valid_to": np.concatenate([np.where(banner == _SEPARATED, cleared_at, NEVER), np.full(again.size, NEVER)]),
        "case_no": witness.earm_no[person],
        "banner": np.concatenate([banner, np.full(again.size, _CLEARED)]),
        "unit_no": unit_no,
    }
    columns |= {field: origin.cells(field) for field in _COPIED}
    visit = np.repeat([0, 1], [first.size, again.size])
    copied = (*origin.copied(*((field, field) for field in _COPIED)), *from_unit)
    return Entry(columns, person, {"visit": visit, "station": BLANK}, copied)


def _banners(witness: Witness, desk: Desk, adults: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When the banner of adults is taken away, and what it shows when they come: that of the store beneath."""
    if not witness.practices.has_banner.any():
        return np.full(adults.size, NEVER), np.full(adults.size, _NONE)
    rec = desk.rec_of("eid_flag", adults)
    entered = witness.in_ice_at[adults]
    cleared_at = read(desk, "eid_flag", rec, "cleared_at")
    is_set = read(desk, "eid_flag", rec, "set_at") <= entered
    banner = np.where(is_set, np.where(cleared_at <= entered, _CLEARED, _SEPARATED), _NONE)
    return cleared_at, banner


def custody(witness: Witness, desk: Desk) -> Entry:
    """Stays of adults in ICE's custody."""
    person = np.flatnonzero(witness.is_in_earm)
    entered = witness.in_ice_at[person]
    reason = witness.history.ice_exit[person]
    columns = {
        "entered_at": entered,
        "entered_by": _officers(witness, person, entered, _CUSTODY),
        "case_no": witness.earm_no[person],
        "in_at": entered,
        "out_at": witness.history.left_ice_at[person],
        "out_reason": np.where(reason == IceExit.NONE, BLANK, reason - 1),  # the choices follow `IceExit`
    }
    return Entry(columns, person, {"station": BLANK})


def comments(witness: Witness, desk: Desk) -> Entry:
    """Comments on cases of parents who were taken, one a child, where the design has them: the case note's words."""
    parent, child = taken_pairs(witness)
    entered = witness.in_ice_at[parent]
    note = desk.rec_of("e3_narrative", parent)
    has_comments = witness.practices.has_comments[witness.practices.row(entered)]
    chosen = np.flatnonzero((entered != NEVER) & has_comments & (note != BLANK))
    parent, child, entered, note = parent[chosen], child[chosen], entered[chosen], note[chosen]
    origin = origin_of(desk, child, entered)
    columns = {
        "entered_at": entered,
        "entered_by": _officers(witness, parent, entered, _COMMENT),
        "case_no": witness.earm_no[parent],
        "body": read(desk, "e3_narrative", note, "body"),
        "child_a_number": origin.cells("a_number"),
    }
    copied = (CopiedFrom("e3_narrative", note, (("body", "body"),)), *origin.copied(("child_a_number", "a_number")))
    return Entry(columns, parent, {**of_pairs(witness, parent, child), "station": BLANK}, copied)


def placements(witness: Witness, desk: Desk) -> Entry:
    """Shelters of separated children, typed into the parent's case from the station's spreadsheet.

    The day after the placement, or when the case is opened, if that is later; not for children who left before.
    """
    sheet, history = desk.behind["local_sheet_row"], witness.history
    parent, child = sheet.person, sheet.other
    placed, opened = history.admitted_at[child], witness.in_ice_at[parent]
    entered = np.maximum(witness.midnight(np.where(placed == NEVER, 0, placed)), opened)
    known = (
        (placed != NEVER) & (opened != NEVER) & (entered < np.minimum(history.left_shelter_at[child], history.horizon))
    )
    rows = np.flatnonzero(known)
    parent, child, entered, rec = parent[rows], child[rows], entered[rows], rows.astype(np.int64) + 1
    columns = {
        "entered_at": entered,
        "entered_by": _officers(witness, parent, entered, _PLACEMENT),
        "case_no": witness.earm_no[parent],
        "child_a_number": read(desk, "local_sheet_row", rec, "child_a_number"),
        "shelter": history.bed_kind[child],
        "as_of": entered // DAY,
    }
    copied = (CopiedFrom("local_sheet_row", rec, (("child_a_number", "child_a_number"),)),)
    return Entry(columns, parent, {**of_pairs(witness, parent, child), "station": BLANK}, copied)


CLERKS: dict[str, Clerk] = {
    "earm_case": cases,
    "earm_custody": custody,
    "earm_comment": comments,
    "earm_placement": placements,
}
"""Who writes each table of EARM."""

READS: dict[str, tuple[str, ...]] = {
    "earm_case": (*FROM_ORIGIN, "eid_flag", "e3_family_member"),
    "earm_comment": (*FROM_ORIGIN, "e3_narrative"),
    "earm_placement": ("local_sheet_row",),
}
"""Tables that each of them reads."""
