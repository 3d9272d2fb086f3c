"""Where clerks of other agencies copy from: rows of e3 and of SIGMA about people, and who was taken from whom.

Must not know which steering acts failed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borderops.records.answer_key import Behind
from borderops.records.entry import CopiedFrom, Desk
from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS
from borderops.records.witness import Witness


@dataclass(frozen=True)
class Origin:
    """Rows about ``n`` people where they were processed, as they stood at some moments.

    Attributes
    ----------
    desk : Desk
    e3, sigma : ndarray of int64, shape (n,)
        Numbers of rows of ``e3_subject`` and ``sigma_case``; `BLANK` for none, residents of shelters have neither.
    """

    desk: Desk
    e3: np.ndarray
    sigma: np.ndarray

    def cells(self, field: str, otherwise: np.ndarray | None = None) -> np.ndarray:
        """Cells of a field, which both systems call the same; ``otherwise`` or empty where there is no row."""
        cells = read(self.desk, "e3_subject", self.e3, field, otherwise)
        return read(self.desk, "sigma_case", self.sigma, field, cells)

    def copied(self, *fields: tuple[str, str]) -> tuple[CopiedFrom, ...]:
        """Where fields were copied from: pairs of the field written and the field read.

        Two surnames in one cell are told as two pairs, the first surname first.
        """
        return CopiedFrom("e3_subject", self.e3, fields), CopiedFrom("sigma_case", self.sigma, fields)

    def only(self, chosen: np.ndarray) -> Origin:
        """The same for some of the people, a mask; nothing was read of the others."""
        return Origin(self.desk, np.where(chosen, self.e3, BLANK), np.where(chosen, self.sigma, BLANK))


FROM_ORIGIN = ("e3_subject", "sigma_case")
"""Tables that `Origin` reads."""

CHILD_NAMES = (("child_given", "given"), ("child_surnames", "surname_1"), ("child_surnames", "surname_2"))
"""What is copied wherever a child is named in two cells."""


def origin_of(desk: Desk, persons: np.ndarray, minutes: np.ndarray) -> Origin:
    """Find the rows about people where they were processed.

    Parameters
    ----------
    desk : Desk
    persons : ndarray of int, shape (n,)
        Rows of people; -1 for nobody.
    minutes : ndarray of int64, shape (n,)
        When they are read.

    Returns
    -------
    Origin
    """
    return Origin(desk, *(standing(desk, name, persons, minutes) for name in FROM_ORIGIN))


def standing(desk: Desk, name: str, persons: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Number of the latest row about people that began to stand by some moments, shape (n,), int64.

    The first row where none had begun; `BLANK` where there is none at all.
    """
    found = desk.rec_of(name, persons)
    behind, table = desk.behind[name], desk.tables[name]
    for visit in range(1, int(behind.visit.max(initial=0)) + 1):
        rec = _rec_of_visit(behind, visit, persons)
        known = np.flatnonzero(rec != BLANK)
        begun = known[table["valid_from"][rec[known] - 1] <= minutes[known]]
        found[begun] = rec[begun]
    return found


def _rec_of_visit(behind: Behind, visit: int, persons: np.ndarray) -> np.ndarray:
    """Number of the row of a visit about each of some people; `BLANK` for none."""
    rows = np.flatnonzero(behind.visit == visit)
    by_person = np.full(max(int(behind.person.max(initial=0)), int(np.max(persons, initial=0))) + 2, BLANK)
    by_person[behind.person[rows]] = rows + 1
    by_person[-1] = BLANK  # where there is nobody
    return by_person[persons]


def read(desk: Desk, name: str, rec: np.ndarray, field: str, otherwise: np.ndarray | None = None) -> np.ndarray:
    """Cells of rows of a table, shape (n,); ``otherwise`` or empty where ``rec`` is `BLANK`."""
    kind = LAYOUTS[name].every_field[field]
    cells = np.full(rec.shape, kind.empty, dtype=kind.dtype) if otherwise is None else otherwise.astype(kind.dtype)
    found = np.flatnonzero(rec != BLANK)
    cells[found] = desk.tables[name][field][rec[found] - 1]
    return cells


def taken_pairs(witness: Witness) -> tuple[np.ndarray, np.ndarray]:
    """Parents who were taken, and each of the children they were taken from.

    Parameters
    ----------
    witness : Witness

    Returns
    -------
    tuple of ndarray of int64, shape (k,)
        Rows of parents, ascending, and of children; families that nobody knew as one are not among them.
    """
    plan = witness.plan
    parents = np.flatnonzero(witness.history.is_taken)
    case = witness.case[parents]
    adults = plan.case_adults[case].astype(np.int64)
    children = plan.case_size[case] - adults
    place = np.arange(children.sum()) - np.repeat(np.cumsum(children) - children, children)
    return np.repeat(parents, children), np.repeat(plan.case_first[case] + adults, children) + place


def of_pairs(witness: Witness, parents: np.ndarray, children: np.ndarray) -> dict[str, np.ndarray]:
    """What stands behind rows about a parent and a child: draws belong to the child, once for each parent."""
    first = witness.plan.case_first[witness.case[parents]]
    return {"other": children, "entity": witness.people.number[children], "visit": parents - first}


def first_taken(witness: Witness, children: np.ndarray) -> np.ndarray:
    """The parent whose number is passed on for children: the first who was taken; -1 for those not left alone."""
    case = witness.case[children]
    alone = witness.history.is_alone[children] & (case >= 0)
    return np.where(alone, witness.plan.case_first[np.maximum(case, 0)], BLANK)


def unit_numbers(
    witness: Witness, desk: Desk, persons: np.ndarray, minutes: np.ndarray
) -> tuple[np.ndarray, tuple[CopiedFrom, ...]]:
    """Numbers of family units that other agencies read, where records are linked, and where they were copied from.

    Parameters
    ----------
    witness : Witness
    desk : Desk
    persons, minutes : ndarray, shape (n,)
        Whose, and when they were read.

    Returns
    -------
    tuple
        Numbers, `BLANK` where records are not linked or there is no unit; and where they come from.
    """
    linked = witness.practices.is_linked[witness.practices.row(minutes)]
    if not linked.any():
        return np.full(persons.size, BLANK), ()
    rec = standing(desk, "e3_family_member", persons, minutes)
    # An older design may have deleted the unit before records were linked.
    rec = np.where(linked & (minutes < read(desk, "e3_family_member", rec, "valid_to")), rec, BLANK)
    copied = CopiedFrom("e3_family_member", rec, (("unit_no", "unit_no"),))
    return read(desk, "e3_family_member", rec, "unit_no"), (copied,)
