"""Slips that concern whole rows, or several tables at once: rows left out and doubled, strangers taken for a family.

Each is one act with one cause. Must not undo what the history has settled: links that it used stay readable.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from borderops.population.people import People
from borderops.records.answer_key import CauseKind, Mechanism
from borderops.records.chances import Chances
from borderops.records.clerk_e3_units import SECOND, is_recorded_kin, units
from borderops.records.fields import BLANK
from borderops.records.ledger import NO_CAUSE, Ledger
from borderops.records.systems import CODES, LAYOUTS
from borderops.records.users import UserRole, user
from borderops.records.witness import Witness
from borderops.units import NEVER

MISSED: Final = (
    "e3_prosecution", "e3_detention", "earm_custody", "earm_comment", "earm_placement", "portal_placement",
    "local_board_line",
)  # fmt: skip
"""Tables in which a row may be forgotten. Units, members, notes and rows of sheets are steering acts."""

TWICE: Final = ("earm_comment", "earm_placement", "mail_message", "local_board_line")
"""Tables in which a row may stand twice: systems refuse a second row where they keep a key."""

Cells = dict[str, np.ndarray | int]

_CLASS: Final = LAYOUTS["e3_subject"].every_field["class"].choices
_KIND: Final = LAYOUTS["e3_family_unit"].every_field["kind"].choices
_ROLE: Final = LAYOUTS["e3_family_member"].every_field["role"].choices
_COMMENT: Final = LAYOUTS["e3_unit_deletion"].every_field["comment"].choices
_ACTION: Final = LAYOUTS["eid_unit_history"].every_field["action"].choices


def miss_rows(table: str, chances: Chances) -> None:
    """Forget rows."""
    if table in MISSED:
        rows = chances.hit(table, "rec_id", Mechanism.ROW_MISSED)
        chances.ledger.leave_out(table, rows, Mechanism.ROW_MISSED)


def write_twice(table: str, chances: Chances) -> None:
    """Enter rows twice, as they read in the end."""
    if table in TWICE:
        rows = chances.hit(table, "rec_id", Mechanism.ROW_TWICE)
        cause = _own_acts(chances.ledger, table, rows, Mechanism.ROW_TWICE)
        chances.ledger.add(table, {}, {}, Mechanism.ROW_TWICE, cause, twin=rows)


def _own_acts(ledger: Ledger, table: str, rows: np.ndarray, mechanism: Mechanism) -> np.ndarray:
    """A cause for each row, at its entry and by the hand that entered it."""
    written, station = ledger.clean(table), ledger.behind(table).station[rows]
    return ledger.cause(CauseKind.SLIP, mechanism, station, written["entered_at"][rows], written["entered_by"][rows])


# --- events ---------------------------------------------------------------------------------------------------------


def book_under_other_event(chances: Chances) -> None:
    """Book people who were met with others under an event of their own."""
    ledger = chances.ledger
    written, behind, witness = ledger.clean("e3_subject"), ledger.behind("e3_subject"), chances.witness
    events, last = written["event_no"], int(witness.event_no.max(initial=0))
    met = np.bincount(witness.event_no[witness.people.party[witness.is_in_e3]], minlength=last + 1)
    rows = np.flatnonzero((behind.visit == 0) & (met[events] > 1))
    rows = chances.hit("e3_subject", "event_no", Mechanism.OTHER_EVENT, rows)
    # Numbers that no event has, the same whoever else is hit.
    own = last + written["subject_no"][rows]
    cause = _own_acts(ledger, "e3_subject", rows, Mechanism.OTHER_EVENT)
    ledger.change("e3_subject", rows, {"event_no": own}, Mechanism.OTHER_EVENT, cause=cause)
    if "e3_event" in ledger:
        _add_events(ledger, rows, own, cause)


def _add_events(ledger: Ledger, rows: np.ndarray, own: np.ndarray, cause: np.ndarray) -> None:
    """Events that were made for people who were met with others."""
    written, event = ledger.clean("e3_subject"), ledger.clean("e3_event")
    order = np.argsort(event["event_no"], kind="stable")
    of = order[np.searchsorted(event["event_no"], written["event_no"][rows], sorter=order)]
    cells = {name: written[name][rows] for name in ("entered_at", "entered_by", "valid_from")}
    cells |= {name: event[name][of] for name in ("station", "apprehended_at")} | {"event_no": own}
    behind = {name: column[rows] for name, column in ledger.behind("e3_subject").columns().items()}
    ledger.add("e3_event", cells, behind, Mechanism.OTHER_EVENT, cause)


# --- families -------------------------------------------------------------------------------------------------------


class Strangers(NamedTuple):
    """Units made by mistake of an adult and a child who do not belong together, ``k`` of them; shape (k,)."""

    adult: np.ndarray  # int64, row of the person
    child: np.ndarray  # int64
    cause: np.ndarray  # int64
    unit_no: np.ndarray  # int64
    begins: np.ndarray  # int64
    ends: np.ndarray  # int64, NEVER where it was not deleted
    user: np.ndarray  # int32


class WrongFamilies:
    """Slips about families. They are told from who came, not from any table, so that each table can stand alone.

    Parameters
    ----------
    chances : Chances
    """

    def __init__(self, chances: Chances):
        self.chances, self.ledger, self.witness = chances, chances.ledger, chances.witness

    def write(self, table: str) -> None:
        """Write what a table holds of them."""
        if table in _OF_GROUPS:
            _OF_GROUPS[table](self)
        if table in _OF_STRANGERS and self.strangers.adult.size:
            _OF_STRANGERS[table](self, self.strangers)

    # --- groups for units -----------------------------------------------------------------------------------------

    @cached_property
    def groups(self) -> np.ndarray:
        """Cause by case: a group of other relatives was made of parents and children; `NO_CAUSE` for all others."""
        witness = self.witness
        lead = witness.plan.case_first
        case = np.flatnonzero((witness.unit_no != BLANK) & witness.history.is_grouped[lead])
        lead = lead[case]
        station, at, load = witness.station[lead], witness.history.intake_at[lead], witness.intake_load(lead)
        by, numbers = witness.intake_user(lead), witness.people.number[lead]
        hit = self.chances.struck("e3_family_unit", Mechanism.GROUP_FOR_UNIT, numbers, station, at, load, by)
        causes = np.full(witness.plan.case_first.size, NO_CAUSE)
        causes[case[hit]] = self.ledger.cause(CauseKind.SLIP, Mechanism.GROUP_FOR_UNIT, station[hit], at[hit], by[hit])
        return causes

    def write_kind(self) -> None:
        """The kind of the unit in all its rows; its members stay who they are."""
        behind = self.ledger.behind("e3_family_unit")
        is_first = (behind.case != BLANK) & (behind.visit < SECOND)
        is_unit = self.ledger.clean("e3_family_unit")["kind"] == _KIND.index("unit")
        self._regroup("e3_family_unit", is_first & is_unit, {"kind": _KIND.index("group")})

    def write_class(self) -> None:
        """How the members are processed at intake."""
        behind = self.ledger.behind("e3_subject")
        as_family = self.ledger.clean("e3_subject")["class"] == _CLASS.index("family_unit")
        cells = {"class": _CLASS.index("family_group")}
        self._regroup("e3_subject", as_family & (behind.case != BLANK) & (behind.visit == 0), cells)

    def _regroup(self, table: str, chosen: np.ndarray, cells: dict[str, int]) -> None:
        cause = self.groups[self.ledger.behind(table).case]
        rows = self.ledger.standing(table, np.flatnonzero(chosen & (cause != NO_CAUSE)))
        self.ledger.change(table, rows, cells, Mechanism.GROUP_FOR_UNIT, cause=cause[rows])

    # --- units of strangers ---------------------------------------------------------------------------------------

    @cached_property
    def strangers(self) -> Strangers:
        """Units of strangers.

        A unit comes to light when one of the two leaves: where units can be deleted, it is, as made in error.
        """
        witness, history = self.witness, self.witness.history
        adult, child = self._pairs()
        at, by = np.maximum(history.intake_at[adult], history.intake_at[child]), witness.intake_user(child)
        ends = np.minimum(history.left_cbp_at[adult], history.left_cbp_at[child])
        deletes = (ends != NEVER) & ~witness.practices.keeps_unit[witness.practices.row(ends)]
        return Strangers(
            adult=adult,
            child=child,
            cause=self.ledger.cause(CauseKind.SLIP, Mechanism.UNIT_FOR_STRANGERS, witness.station[child], at, by),
            unit_no=self._numbers(child, at),
            begins=at,
            ends=np.where(deletes, ends, NEVER),
            user=by,
        )

    def _numbers(self, child: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Numbers like those of other units."""
        if not child.size:
            return child
        witness = self.witness
        # Each of these tables has the numbers of all units; the first spares finding them again.
        known = [self.ledger.clean(table)["unit_no"] for table in _NUMBERED if table in self.ledger]
        taken = known[0] if known else units(witness).number
        return witness.unit_numbers(witness.people.number[child], at, _UNIT, taken)

    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Adults and children of events of whom units are made."""
        witness, people = self.witness, self.witness.people
        alone = witness.is_in_e3 & ~witness.claims_family & ~is_recorded_kin(witness)
        adults, children = (np.flatnonzero(alone & each) for each in (~people.is_child, people.is_child))
        # Events by their numbers in e3, which are few: whoever is in it has one.
        has_adult = np.zeros(int(witness.event_no.max(initial=0)) + 1, dtype=bool)
        has_adult[witness.event_no[people.party[adults]]] = True
        children = children[has_adult[witness.event_no[people.party[children]]]]
        events, first = np.unique(people.event[people.party[children]], return_index=True)
        first = children[first]
        station, at, load = witness.station[first], witness.history.intake_at[first], witness.intake_load(first)
        hit = self.chances.struck("e3_family_unit", Mechanism.UNIT_FOR_STRANGERS, events, station, at, load)
        shapes = self.chances.shapes("e3_family_unit", Mechanism.UNIT_FOR_STRANGERS, events[hit])
        is_hit = np.zeros(has_adult.size, dtype=bool)
        is_hit[witness.event_no[people.party[first[hit]]]] = True
        adults, children = (each[is_hit[witness.event_no[people.party[each]]]] for each in (adults, children))
        pairs = [_pair(people, adults, children, int(event), float(shape)) for event, shape in zip(events[hit], shapes)]
        found = np.array([pair for pair in pairs if pair is not None], dtype=np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def add_units(self, of: Strangers) -> None:
        """The unit, in the event under which the child is booked."""
        unit: Cells = {"unit_no": of.unit_no, "entered_at": of.begins, "entered_by": of.user, "valid_to": of.ends}
        event: Cells = {
            "event_no": _event_of(self.ledger, self.witness, of.child),
            "kind": _KIND.index("unit"),
            "status": 0,
        }
        self._add("e3_family_unit", {**unit, **event}, of.adult, of)

    def add_members(self, of: Strangers) -> None:
        """Both members."""
        unit: Cells = {"unit_no": of.unit_no, "entered_at": of.begins, "entered_by": of.user, "valid_to": of.ends}
        practices = self.witness.practices
        together = np.where(practices.keeps_unit[practices.row(of.begins)], 0, BLANK)
        for person, role in ((of.adult, "parent"), (of.child, "child")):
            number: Cells = {"subject_no": self.witness.subject_no[person], "role": _ROLE.index(role)}
            self._add("e3_family_member", {**unit, **number, "member_status": together}, person, of)

    def add_deletions(self, of: Strangers) -> None:
        """The deletion, as made in error."""
        of = _deleted(of)
        station = self.witness.station[of.child]
        cells: Cells = {
            "unit_no": of.unit_no,
            "entered_at": of.ends,
            "entered_by": self.witness.agent(of.child, of.ends, _HAND),
            "code": self._code(of),
            "comment": _COMMENT.index("made_in_error"),
            "official": user(UserRole.SUPERVISOR, station, of.ends, np.zeros(of.adult.size)),
            "deleted_at": of.ends,
        }
        self._add("e3_unit_deletion", cells, of.adult, of)

    def _code(self, of: Strangers) -> np.ndarray:
        """The code for it, where there are codes."""
        practices = self.witness.practices
        return np.where(practices.has_codes[practices.row(of.ends)], CODES.index("ERR"), BLANK)

    def keep_history(self, of: Strangers) -> None:
        """What the store keeps of making and deleting it."""
        gone = _deleted(of)
        for some, at, action, code in (
            (of, of.begins, "create", np.full(of.adult.size, BLANK)),
            (gone, gone.ends, "delete", self._code(gone)),
        ):
            machine = user(UserRole.MACHINE, BLANK, at, np.zeros(at.size))
            cells: Cells = {"unit_no": some.unit_no, "entered_at": at, "entered_by": machine, "at": at, "code": code}
            self._add("eid_unit_history", {**cells, "action": _ACTION.index(action)}, some.adult, some)

    def _add(self, table: str, cells: Cells, person: np.ndarray, of: Strangers) -> None:
        witness = self.witness
        behind = {
            "person": person,
            "other": np.where(person == of.child, of.adult, of.child),
            "case": witness.case[person],
            "entity": witness.people.number[person],
            "visit": 0,
            "station": witness.station[person],
            "load": witness.intake_load(of.child),
        }
        self.ledger.add(table, cells, behind, Mechanism.UNIT_FOR_STRANGERS, of.cause)


_OF_GROUPS: Final = {"e3_subject": WrongFamilies.write_class, "e3_family_unit": WrongFamilies.write_kind}
_OF_STRANGERS: Final = {
    "e3_family_unit": WrongFamilies.add_units,
    "e3_family_member": WrongFamilies.add_members,
    "e3_unit_deletion": WrongFamilies.add_deletions,
    "eid_unit_history": WrongFamilies.keep_history,
}

_NUMBERED: Final = ("e3_family_unit", "e3_family_member", "eid_unit_history")

_UNIT: Final = 2
"""Which unit of the child one of strangers is, in draws of its number."""

_HAND: Final = 110
"""Whose hand deletes such units, apart from the jobs of clerks."""


def _deleted(of: Strangers) -> Strangers:
    """Those that were deleted."""
    return Strangers(*(column[of.ends != NEVER] for column in of))


def _event_of(ledger: Ledger, witness: Witness, persons: np.ndarray) -> np.ndarray:
    """Event under which people are booked; the one in which they were met, where nothing is written about them."""
    behind = ledger.behind("e3_subject")
    booked = witness.event_no[witness.people.party]
    rows = np.flatnonzero(behind.visit == 0)
    booked[behind.person[rows]] = ledger.cells("e3_subject", "event_no")[rows]
    return booked[persons]


def _pair(people: People, adults: np.ndarray, children: np.ndarray, event: int, shape: float) -> tuple[int, int] | None:
    """An adult and a child of an event who came in different parties; None where there are none."""
    party = people.party
    grown, small = (each[people.event[party[each]] == event] for each in (adults, children))
    pairs = [(int(one), int(other)) for other in small for one in grown if party[one] != party[other]]
    return pairs[int(shape * len(pairs))] if pairs else None


# --- relatives ------------------------------------------------------------------------------------------------------


def relatives(ledger: Ledger, witness: Witness, table: str, rows: np.ndarray) -> np.ndarray:
    """Row about the next relative processed with the person of each row; the row itself where there is none."""
    plan, behind = witness.plan, ledger.behind(table)
    first = np.flatnonzero(behind.visit == 0)
    row_of = np.full(witness.station.size, BLANK, dtype=np.int64)
    row_of[behind.person[first]] = first
    case, person = behind.case[rows], behind.person[rows]
    begins, size = plan.case_first[case].astype(np.int64), plan.case_size[case]
    found = row_of[begins + (person - begins + 1) % np.maximum(size, 1)]
    return np.where((case == BLANK) | (found == BLANK), rows, found)


def can_have_relatives(ledger: Ledger, witness: Witness, table: str) -> np.ndarray:
    """Rows about people who were processed together with others, bool."""
    behind = ledger.behind(table)
    return (behind.case != BLANK) & (witness.plan.case_size[behind.case] > 1)
