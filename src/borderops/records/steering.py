"""Steering acts that failed: copied from the history, where they were settled, and never drawn again.

Flawless clerks write as if all had succeeded. Each act is one cause, whatever rows and cells it spoils; what it leaves
open, such as which of ten other codes was chosen, is drawn once for the act.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from borderops.operations.history import Code, Note, ParentNumber
from borderops.operations.rebuilding import is_never_grouped
from borderops.records.answer_key import CauseKind, Mechanism
from borderops.records.fields import BLANK
from borderops.records.ledger import NO_CAUSE, Ledger
from borderops.records.slips import wrong_digit
from borderops.records.systems import CODES, LAYOUTS, NOTES
from borderops.records.witness import Witness
from borderops.streams import Purpose
from borderops.units import NEVER

_OTHER_CODE: Final = 200
"""Index of the draw that chooses it, apart from those of clerks."""

_CLASSES: Final = LAYOUTS["e3_subject"].every_field["class"].choices

_NOTE_OF_HISTORY: Final = {
    Note.NOTHING: "nothing_of_family",
    Note.NOT_AT_TOP: "child_not_at_top",
    Note.TOP_AND_CHILD: "separation_at_top_and_child",
    Note.TOP_ONLY: "separation_at_top",
}
_BODY: Final = np.array([BLANK] + [NOTES.index(_NOTE_OF_HISTORY[note]) for note in list(Note)[1:]], dtype=np.int8)
"""Body of a case note, by `Note`."""


class FailedActs:
    """Steering acts that failed, entered table by table.

    Parameters
    ----------
    ledger : Ledger
    witness : Witness
    """

    def __init__(self, ledger: Ledger, witness: Witness):
        self.ledger, self.witness, self.history = ledger, witness, witness.history
        self.never_grouped = is_never_grouped(witness.history, witness.plan)
        self._causes: dict[Mechanism, np.ndarray] = {}

    # --- by table -------------------------------------------------------------------------------------------------

    def leave_out(self, table: str) -> None:
        """Leave out the rows of a table that were never written."""
        for leave in _ROWS.get(table, ()):
            leave(self, table)

    def spoil(self, table: str) -> None:
        """Write the cells of a table as they were written."""
        for write in _CELLS.get(table, ()):
            write(self, table)

    # --- causes ---------------------------------------------------------------------------------------------------

    def _cause(self, mechanism: Mechanism, persons: np.ndarray, at: np.ndarray, operator: np.ndarray) -> np.ndarray:
        """The act that explains each row: one for each person who stands for it, whichever table tells first."""
        if mechanism not in self._causes:
            self._causes[mechanism] = self.ledger.shelf.draft(np.full(self.witness.station.size, NO_CAUSE))
        known = self._causes[mechanism]
        first, place = np.unique(persons, return_index=True)
        new = known[first] == NO_CAUSE
        first, place = first[new], place[new]
        station = self.witness.station[first]
        known[first] = self.ledger.cause(CauseKind.STEERING_ACT, mechanism, station, at[place], operator[place])
        return known[persons]

    def _lead(self, table: str, rows: np.ndarray) -> np.ndarray:
        """First person of the case of some rows: stands for what was done for the family."""
        return self.witness.plan.case_first[self.ledger.behind(table).case[rows]]

    def _of_row(self, mechanism: Mechanism, table: str, rows: np.ndarray, persons: np.ndarray) -> np.ndarray:
        """Causes that arose when the rows were entered."""
        written = self.ledger.clean(table)
        return self._cause(mechanism, persons, written["entered_at"][rows], written["entered_by"][rows])

    def _grouping(self, table: str, rows: np.ndarray) -> np.ndarray:
        """Causes that arose at intake."""
        lead = self._lead(table, rows)
        at, by = self.history.intake_at[lead], self.witness.intake_user(lead)
        return self._cause(Mechanism.NEVER_GROUPED, lead, at, by)

    # --- grouping -------------------------------------------------------------------------------------------------

    def _of_families(self, table: str) -> np.ndarray:
        """Rows about members of families that were never grouped."""
        person = self.ledger.behind(table).person
        return self.ledger.standing(table, np.flatnonzero((person != BLANK) & self.never_grouped[person]))

    def leave_out_unit(self, table: str) -> None:
        """No unit, no members, no history of a unit, no link."""
        rows = self._of_families(table)
        self.ledger.leave_out(table, rows, Mechanism.NEVER_GROUPED, cause=self._grouping(table, rows))

    def change_class(self, table: str) -> None:
        """Parents are processed as adults without a family, children as children alone."""
        rows = self._of_families(table)
        as_family = self.ledger.clean(table)["class"][rows] >= _CLASSES.index("family_unit")
        rows = rows[as_family]
        is_child = self.witness.people.is_child[self.ledger.behind(table).person[rows]]
        alone = np.where(is_child, _CLASSES.index("uac"), _CLASSES.index("single_adult"))
        cause = self._grouping(table, rows)
        self.ledger.change(table, rows, {"class": alone}, Mechanism.NEVER_GROUPED, cause=cause)

    def forget_unit(self, table: str) -> None:
        """Where records are linked, other agencies read no number of a unit."""
        rows = self._of_families(table)
        cause = self._grouping(table, rows)
        self.ledger.change(table, rows, {"unit_no": BLANK}, Mechanism.NEVER_GROUPED, cause=cause, hop=1)

    # --- codes ----------------------------------------------------------------------------------------------------

    def _coded(self, table: str, code: Code) -> tuple[np.ndarray, np.ndarray]:
        """Rows of families parted under a code of the history where a code was meant, and who stands for each."""
        meant = self.ledger.clean(table)["code"] != BLANK
        rows = np.flatnonzero(meant & (self.ledger.behind(table).case != BLANK))
        lead = self._lead(table, rows)
        chosen = self.history.separation_code[lead] == code
        return rows[chosen], lead[chosen]

    def _other_code(self, table: str, rows: np.ndarray, lead: np.ndarray) -> np.ndarray:
        """One of the ten codes that were not meant."""
        uniforms = self.witness.draws.uniforms(self.witness.people.number[lead], Purpose.WORDING, _OTHER_CODE)
        meant = self.ledger.clean(table)["code"][rows].astype(np.int64)
        return (meant + 1 + (uniforms * (len(CODES) - 1)).astype(np.int64)) % len(CODES)

    def write_code(self, table: str) -> None:
        """Another code, or none."""
        for code, mechanism in ((Code.WRONG, Mechanism.CODE_WRONG), (Code.BLANK, Mechanism.CODE_BLANK)):
            rows, lead = self._coded(table, code)
            written = self._other_code(table, rows, lead) if code is Code.WRONG else BLANK
            cause = self._of_row(mechanism, table, rows, lead)
            self.ledger.change(table, rows, {"code": written}, mechanism, cause=cause)

    def add_code(self, table: str) -> None:
        """A further row with another code."""
        rows, lead = self._coded(table, Code.SEVERAL)
        cause = self._of_row(Mechanism.CODE_SEVERAL, table, rows, lead)
        cells = {"code": self._other_code(table, rows, lead)}
        self.ledger.add(table, cells, {}, Mechanism.CODE_SEVERAL, cause, twin=rows)

    # --- notes ----------------------------------------------------------------------------------------------------

    def _without_children(self, table: str) -> np.ndarray:
        """Rows about parents whose case note says nothing of the children."""
        person = self.ledger.behind(table).person
        silent = np.isin(self.history.note[person], (Note.NOTHING, Note.TOP_ONLY))
        return self.ledger.standing(table, np.flatnonzero(silent))

    def _noting(self, table: str, rows: np.ndarray) -> np.ndarray:
        """Causes that arose at the parting: one for each parent's note."""
        parent = self.ledger.behind(table).person[rows]
        return self._of_row(Mechanism.NOTE_WITHOUT_FAMILY, table, rows, parent)

    def write_note(self, table: str) -> None:
        """What the note says, and how many children it describes."""
        rows = np.arange(len(self.ledger.clean(table)))
        note = self.history.note[self.ledger.behind(table).person]
        rows = rows[note != Note.NONE]
        cells = {"body": _BODY[note[rows]]}
        silent = np.isin(note[rows], (Note.NOTHING, Note.TOP_ONLY))
        cells["children_named"] = np.where(silent, 0, self.ledger.clean(table)["children_named"][rows])
        differs = cells["body"] != self.ledger.clean(table)["body"][rows]
        rows, cells = rows[differs], {name: column[differs] for name, column in cells.items()}
        cause = self._noting(table, rows)
        self.ledger.change(table, rows, cells, Mechanism.NOTE_WITHOUT_FAMILY, cause=cause)

    def leave_out_child(self, table: str) -> None:
        """Children whom the note does not describe."""
        rows = self._without_children(table)
        self.ledger.leave_out(table, rows, Mechanism.NOTE_WITHOUT_FAMILY, cause=self._noting(table, rows))

    def forget_child(self, table: str) -> None:
        """A comment that repeats a note without children has no number of a child either."""
        rows = self._without_children(table)
        cells = {"child_a_number": BLANK}
        self.ledger.change(table, rows, cells, Mechanism.NOTE_WITHOUT_FAMILY, cause=self._noting(table, rows), hop=1)

    # --- the parent's number --------------------------------------------------------------------------------------

    def write_parent_number(self, table: str) -> None:
        """No number of the parent, or a wrong one: in the request, or where a machine passed it on."""
        person = self.ledger.behind(table).person
        for passed, mechanism in (
            (ParentNumber.NOT_PASSED, Mechanism.PARENT_NUMBER_NOT_PASSED),
            (ParentNumber.WRONG, Mechanism.PARENT_NUMBER_WRONG),
        ):
            meant = self.ledger.clean(table)["parent_a_number"] != BLANK
            rows = np.flatnonzero(meant & (self.history.parent_number[person] == passed))
            rows = self._first_hand(table, rows)
            written = BLANK if passed is ParentNumber.NOT_PASSED else self._wrong_number(table, rows, mechanism)
            cause = self._of_row(mechanism, table, rows, person[rows])
            self.ledger.change(table, rows, {"parent_a_number": written}, mechanism, cause=cause)

    def _first_hand(self, table: str, rows: np.ndarray) -> np.ndarray:
        """Rows whose parent's number was not copied from a request: there the act was settled already."""
        copied = [
            copy.to_rec - 1
            for copy in self.ledger.written.copies
            if copy.to_table == table and copy.from_table == "mail_message"
        ]
        return np.setdiff1d(rows, np.concatenate([np.zeros(0, dtype=np.int64), *copied]))

    def _wrong_number(self, table: str, rows: np.ndarray, mechanism: Mechanism) -> np.ndarray:
        """The same wrong number in all requests about a child, and never the right one by a second slip."""
        number = self.witness.people.number[self.ledger.behind(table).person[rows]]
        uniforms = self.witness.draws.uniforms(number, Purpose.SLIP_HOW + mechanism)
        return wrong_digit(self.ledger.clean(table)["parent_a_number"][rows], uniforms)

    # --- the sheet ------------------------------------------------------------------------------------------------

    def _unlisted(self, table: str) -> np.ndarray:
        """Rows about families that are not in the station's spreadsheet."""
        parent = self.ledger.behind(table).person
        missed = ~self.history.is_listed[parent] & (self.history.parted_at[parent] != NEVER)
        return self.ledger.standing(table, np.flatnonzero(missed))

    def leave_out_listing(self, table: str) -> None:
        """No row in the spreadsheet, and nothing that was copied from it."""
        rows = self._unlisted(table)
        lead = self._lead(table, rows)
        at = self.history.parted_at[lead]
        by = self.ledger.clean(table)["entered_by"][rows]
        cause = self._cause(Mechanism.SHEET_ROW_MISSED, lead, at, by)
        self.ledger.leave_out(table, rows, Mechanism.SHEET_ROW_MISSED, cause=cause)

    def close_ranks(self, table: str) -> None:
        """Rows of a spreadsheet have no gaps: those after a missing one move up."""
        self._move_up(table, "row_no")

    def count_rows(self, table: str) -> None:
        """A saved version holds the rows that there are."""
        if "local_sheet_row" in self.ledger:
            self._move_up(table, "rows")

    def _move_up(self, table: str, field: str) -> None:
        """Lower numbers of rows by the rows missing up to them, explained by the last of these."""
        sheet, numbers = self.ledger.clean(table)["sheet_no"], self.ledger.clean(table)[field]
        written = self.ledger.clean("local_sheet_row")
        gone = np.flatnonzero(~self.ledger.stands("local_sheet_row"))
        gone = gone[np.lexsort((written["row_no"][gone], written["sheet_no"][gone]))]
        keys = (written["sheet_no"][gone] << 32) | written["row_no"][gone]
        rows = np.flatnonzero(self.ledger.stands(table))
        up_to = np.searchsorted(keys, (sheet[rows] << 32) | numbers[rows], side="right")
        before = up_to - np.searchsorted(keys, sheet[rows] << 32)
        rows, up_to, before = rows[before > 0], up_to[before > 0], before[before > 0]
        causes = self._causes.get(Mechanism.SHEET_ROW_MISSED)
        if causes is None or not rows.size:
            return
        cause = causes[self._lead("local_sheet_row", gone[up_to - 1])]
        self.ledger.change(table, rows, {field: numbers[rows] - before}, Mechanism.SHEET_ROW_MISSED, cause=cause)


Act = Callable[[FailedActs, str], None]

_ROWS: Final[dict[str, tuple[Act, ...]]] = {
    "e3_family_unit": (FailedActs.leave_out_unit,),
    "e3_family_member": (FailedActs.leave_out_unit,),
    "eid_unit_history": (FailedActs.leave_out_unit,),
    "sigma_family_link": (FailedActs.leave_out_unit,),
    "e3_narrative_child": (FailedActs.leave_out_child,),
    "local_sheet_row": (FailedActs.leave_out_listing,),
    "earm_placement": (FailedActs.leave_out_listing,),
}
"""Who leaves out rows of each table."""

_CELLS: Final[dict[str, tuple[Act, ...]]] = {
    "e3_subject": (FailedActs.change_class,),
    "e3_family_member": (FailedActs.write_code, FailedActs.add_code),
    "e3_unit_deletion": (FailedActs.write_code, FailedActs.add_code),
    "e3_narrative": (FailedActs.write_note,),
    "earm_case": (FailedActs.forget_unit,),
    "earm_comment": (FailedActs.forget_child,),
    "portal_child": (FailedActs.forget_unit,),
    "mail_message": (FailedActs.write_parent_number,),
    "portal_separation": (FailedActs.write_parent_number,),
    "local_sheet_row": (FailedActs.close_ranks,),
    "local_sheet_version": (FailedActs.count_rows,),
}
"""Who writes cells of each table."""
