"""What is wrong with rows that even flawless clerks write: families that did not say they are one or are none, units
and signs that the design of the day could not keep right, and what the definition of a separation leaves out.

Must not know of slips: they are the agency's, and stand in the key cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

import numpy as np

from borderops.operations.history import Reunion
from borderops.population.people import NOBODY, Role, Stratum
from borderops.records.answer_key import TABLES, Behind, Blame, Mechanism, Unavoidable, Written
from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS, RecordTable
from borderops.records.witness import Witness
from borderops.units import NEVER

BLAME: Final[Mapping[Mechanism, Blame]] = {
    Mechanism.UNDISCLOSED: Blame.FAMILY,
    Mechanism.FALSE_CLAIM: Blame.FAMILY,
    Mechanism.OUTSIDE_DEFINITION: Blame.DEFINITION,
    Mechanism.DUPLICATE_UNIT: Blame.DESIGN,
    Mechanism.UNIT_DELETED: Blame.DESIGN,
    Mechanism.STALE_BANNER: Blame.DESIGN,
}
"""Whose doing each mechanism is, in the order in which they are looked for: what a family said comes before what the
definition asks for, and this before what the design does with it. A row bears the first that holds of it."""

_SEPARATED: Final = LAYOUTS["earm_case"].every_field["banner"].choices.index("separated")


def unavoidable(written: Written, witness: Witness) -> Unavoidable:
    """Find the rows that flawless clerks could not write better.

    Parameters
    ----------
    written : Written
        What flawless clerks wrote.
    witness : Witness

    Returns
    -------
    Unavoidable
        Rows by the numbers they bear in ``written``, those included that slips leave out later. Tables that were not
        written have none.
    """
    truth, tables = _Truth(witness), written.records.tables
    parts = [_marked(name, tables[name], written.behind[name], truth) for name in _LOOKS if name in tables]
    return Unavoidable(
        **{
            column: np.concatenate([np.zeros(0, dtype=dtype), *(part[column] for part in parts)])
            for column, dtype in _DTYPES.items()
        }
    )


_DTYPES: Final = {
    "table": np.int8, "rec_id": np.int64, "mechanism": np.int8, "blame": np.int8, "case": np.int32, "at": np.int64,
}  # fmt: skip


def _marked(name: str, table: RecordTable, behind: Behind, truth: _Truth) -> dict[str, np.ndarray]:
    """Rows of one table with the first mechanism that holds of each."""
    asked = [mechanism for mechanism in BLAME if mechanism in _LOOKS[name]]
    place, at = np.full(len(table), BLANK, dtype=np.int8), np.empty(len(table), dtype=np.int64)
    # What is looked for first stands, so it is written last.
    for number, mechanism in reversed(list(enumerate(asked))):
        rows, since = _LOOKS[name][mechanism](table, behind, truth)
        place[rows], at[rows] = number, since
    rows = np.flatnonzero(place != BLANK)
    place = place[rows]
    return {
        "table": np.full(rows.size, TABLES.index(name), dtype=np.int8),
        "rec_id": table["rec_id"][rows],
        "mechanism": np.array(asked, dtype=np.int8)[place],
        "blame": np.array([BLAME[one] for one in asked], dtype=np.int8)[place],
        "case": behind.case[rows],
        "at": at[rows],
    }


class _Truth:
    """What is true of people and cases, as far as it is asked."""

    def __init__(self, witness: Witness):
        self.witness, self.people, self.history = witness, witness.people, witness.history

    def stratum(self, persons: np.ndarray) -> np.ndarray:
        """What the parties of some people are, shape of ``persons``."""
        return self.people.stratum[self.people.party[persons]]

    @cached_property
    def one_parent_stays(self) -> np.ndarray:
        """Cases of whose parents one was taken and another stays with the children, bool, shape (cases,)."""
        plan = self.witness.plan
        taken = np.bincount(self.witness.case[self.history.is_taken], minlength=plan.case_first.size)
        return (taken > 0) & (taken < plan.case_adults)

    @cached_property
    def minor_mother_since(self) -> np.ndarray:
        """When a child of a mother who is a child herself was referred, at the mother; NEVER for others; shape (n,)."""
        mother, since = self.people.mother, np.full(self.people.number.size, NEVER, dtype=np.int64)
        child = np.flatnonzero(self.history.determined_at != NEVER)
        child = child[mother[child] != NOBODY]
        child = child[self.people.role[mother[child]] >= Role.CHILD]
        np.minimum.at(since, mother[child], self.history.determined_at[child])
        return since

    @cached_property
    def over_at(self) -> np.ndarray:
        """Since when a separation is over for those whom it parted, NEVER where it is not; shape (n,).

        For a child since rejoining at the station or a later reunion; for each parent when it is over for the last of
        the children, be it that they are with the other parent.
        """
        history, case = self.history, self.witness.case
        child = np.flatnonzero(history.is_alone)
        reunited_at = np.where(np.isin(history.reunion[child], _TOGETHER), history.reunion_at[child], NEVER)
        back_at = np.minimum(history.rejoined_at[child], reunited_at)
        last = np.full(self.witness.plan.case_first.size, BLANK, dtype=np.int64)
        np.maximum.at(last, case[child], back_at)
        over_at = np.full(history.is_alone.size, NEVER, dtype=np.int64)
        parent = np.flatnonzero(history.is_taken)
        over_at[parent] = np.where(last[case[parent]] == BLANK, NEVER, last[case[parent]])
        over_at[child] = back_at
        return over_at


_TOGETHER: Final = (Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.ABROAD)

_Found = tuple[np.ndarray, np.ndarray]
"""Rows of a table, int64, and since when it is so of each, int64."""


def _undisclosed(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """People who did not say that they are a family."""
    rows = np.flatnonzero(truth.stratum(behind.person) == Stratum.UNDISCLOSED_FAMILY)
    return rows, table["entered_at"][rows]


def _falsely_claimed(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """People on record as a family who are none."""
    rows = np.flatnonzero(truth.stratum(behind.person) == Stratum.FALSE_FAMILY)
    return rows, table["entered_at"][rows]


def _minor_mothers(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """Mothers who are children themselves: their children count as alone, and as nobody's who were separated."""
    since = truth.minor_mother_since[behind.person]
    rows = np.flatnonzero(since != NEVER)
    return rows, np.maximum(table["entered_at"][rows], since[rows])


def _one_parent_stays(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """The family as it came: a parent was taken, yet no child is left alone, so none counts as separated.

    Who stays together may get a second unit: that is the design's.
    """
    rows = np.flatnonzero(truth.one_parent_stays[behind.case])
    rows = rows[_own_unit(rows, table, behind, truth)]
    lead = truth.witness.plan.case_first[behind.case[rows]]
    return rows, np.maximum(table["entered_at"][rows], truth.history.parted_at[lead])


def _own_unit(rows: np.ndarray, table: RecordTable, behind: Behind, truth: _Truth) -> np.ndarray:
    """Which of some rows are about the unit with which a family came; at ports a family has no number."""
    if "unit_no" not in table.columns:
        return np.ones(rows.size, dtype=bool)
    return table["unit_no"][rows] == truth.witness.unit_no[behind.case[rows]]


def _second_unit(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """Units, and their members, made for those who stay together or are rejoined while another unit is theirs."""
    own = truth.witness.unit_no[behind.case]
    rows = np.flatnonzero((own != BLANK) & (table["unit_no"] != own))
    return rows, table["entered_at"][rows]


def _deleted(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """Units, and their members, that ended because the family was parted."""
    practices = truth.witness.practices
    parted_at = truth.history.parted_at[truth.witness.plan.case_first[behind.case]]
    rows = np.flatnonzero((parted_at != NEVER) & (table["valid_to"] == parted_at))
    rows = rows[_own_unit(rows, table, behind, truth) & ~practices.keeps_unit[practices.row(parted_at[rows])]]
    return rows, table["valid_to"][rows]


def _stale_sign(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """Signs of a separation in the store that nobody takes away though it is over."""
    return _over(np.flatnonzero(table["cleared_at"] == NEVER), table, behind, truth)


def _stale_case(table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """The same signs in cases of ICE."""
    return _over(np.flatnonzero((table["banner"] == _SEPARATED) & (table["valid_to"] == NEVER)), table, behind, truth)


def _over(rows: np.ndarray, table: RecordTable, behind: Behind, truth: _Truth) -> _Found:
    """Those of some rows about people whose separation is over."""
    since = truth.over_at[behind.person[rows]]
    rows, since = rows[since != NEVER], since[since != NEVER]
    return rows, np.maximum(table["entered_at"][rows], since)


_Look = Callable[[RecordTable, Behind, _Truth], _Found]

_PERSON: Final[dict[Mechanism, _Look]] = {
    Mechanism.UNDISCLOSED: _undisclosed,
    Mechanism.OUTSIDE_DEFINITION: _minor_mothers,
}
_FAMILY: Final[dict[Mechanism, _Look]] = {
    Mechanism.FALSE_CLAIM: _falsely_claimed,
    Mechanism.OUTSIDE_DEFINITION: _one_parent_stays,
}
_UNIT: Final[dict[Mechanism, _Look]] = {
    **_FAMILY,
    Mechanism.DUPLICATE_UNIT: _second_unit,
    Mechanism.UNIT_DELETED: _deleted,
}

_LOOKS: Final[dict[str, dict[Mechanism, _Look]]] = {
    "e3_subject": _PERSON,
    "e3_family_unit": _UNIT,
    "e3_family_member": _UNIT,
    "eid_flag": {Mechanism.STALE_BANNER: _stale_sign},
    "sigma_case": _PERSON,
    "sigma_family_link": _FAMILY,
    "earm_case": {Mechanism.STALE_BANNER: _stale_case},
}
"""How rows of each table are looked at, in the order of `TABLES`."""
