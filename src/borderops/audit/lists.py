"""The official list of separated persons, its reconciliation with HHS's findings, and its churn.

The list was drawn from deleted family units whose code stood in for the policy (OIG-20-06 pp. 10 and 25): FMPC and
FMPO. Where a design keeps the unit, it is drawn from members marked as separated. Deletions and codes are read as of
the day of publication, members from the unit's history in the shared store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from borderops import clock
from borderops.audit.findings import (
    SEASON_BEFORE,
    SEASON_FROM,
    TABLES,
    Change,
    Churn,
    ListEntries,
    Pairs,
    joined,
)
from borderops.audit.looking_up import at_places, entered, latest, lookup, matches, standing, table
from borderops.records.fields import BLANK
from borderops.records.systems import CODES, LAYOUTS, Records
from borderops.units import DAY, NEVER

PUBLISHED_AT: Final = clock.minute_of(date(2018, 6, 27))
"""The first list: as records stood at the end of 26 June 2018."""

JOINT_AT: Final = clock.minute_of(date(2019, 2, 15))
"""The joint list: as records stood at the end of the report's data."""

LIST_CODES: Final = ("FMPC", "FMPO")
"""Codes that stood in for the policy, which had none."""


def _place(table_name: str, field: str, value: str) -> int:
    return LAYOUTS[table_name].every_field[field].choices.index(value)


_CHILD: Final = _place("e3_family_member", "role", "child")
_SEPARATED: Final = _place("e3_family_member", "member_status", "separated")
_IN_ERROR: Final = _place("e3_unit_deletion", "comment", "made_in_error")
_GROUP: Final = _place("e3_family_unit", "kind", "group")


@dataclass(frozen=True)
class Period:
    """Separations of a list.

    Attributes
    ----------
    begins_at, ends_at : int
        First minute, and first minute after it.
    codes : tuple of str
        Codes that count.
    """

    begins_at: int = SEASON_FROM
    ends_at: int = SEASON_BEFORE
    codes: tuple[str, ...] = LIST_CODES

    def has(self, minutes: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Whether separations at moments under codes belong to it, shape (n,)."""
        wanted = [CODES.index(code) for code in self.codes]
        return (minutes >= self.begins_at) & (minutes < self.ends_at) & np.isin(codes, wanted)


@dataclass(frozen=True)
class Reconciliation:
    """First list, joint list, and the churn between them: first + added − removed = joint."""

    first: ListEntries
    joint: ListEntries
    churn: Churn

    def counts(self) -> pd.DataFrame:
        """Persons, children and adults by step, in the order of the identity."""
        added, steps = self.churn.is_added, []
        for change in Change:
            chosen = self.churn.change == change
            steps.append((change.name.lower(), self.churn.is_child[chosen]))
        rows = [("first", self.first.is_child), ("added", self.churn.is_child[added])]
        rows += [("removed", self.churn.is_child[~added]), ("joint", self.joint.is_child), *steps]
        told = [(name, child.size, int(child.sum()), int((~child).sum())) for name, child in rows]
        return pd.DataFrame(told, columns=["step", "persons", "children", "adults"])


SEASON: Final = Period()
"""5 May to 20 June 2018, under the codes of the list."""


def official_list(records: Records, as_of: int = PUBLISHED_AT, period: Period = SEASON) -> ListEntries:
    """Draw the list as it could be published at a minute.

    Parameters
    ----------
    records : Records
    as_of : int
        Minute of publication.
    period : Period

    Returns
    -------
    ListEntries
        Every person once, by the first separation.
    """
    both = joined([_of_deleted_units(records, as_of, period), _of_marked(records, as_of, period)], ListEntries)
    both = both.take(np.argsort(both.at, kind="stable"))
    return both.take(np.sort(np.unique(both.subject_no, return_index=True)[1]))


def several_codes(records: Records, as_of: int = PUBLISHED_AT, period: Period = SEASON) -> np.ndarray:
    """Numbers in e3 of those on the list whose unit was deleted under several codes, ascending, int64."""
    entries = official_list(records, as_of, period)
    found = table(records, "e3_unit_deletion")
    rows = standing(found, as_of)
    coded = rows[found["code"][rows] != BLANK]
    pairs = np.unique(found["unit_no"][coded] * len(CODES) + found["code"][coded]) // len(CODES)
    units, count = np.unique(pairs, return_counts=True)
    return np.sort(entries.subject_no[np.isin(entries.unit_no, units[count > 1])])


def _of_deleted_units(records: Records, as_of: int, period: Period) -> ListEntries:
    """Whoever was a member of a deleted unit: the shared store keeps members that production no longer shows."""
    found, members = table(records, "e3_unit_deletion"), table(records, "e3_family_member")
    rows = standing(found, as_of)
    rows = rows[period.has(found["deleted_at"][rows], found["code"][rows])]
    rows = rows[latest(found["unit_no"][rows])]
    known = entered(members, as_of)
    deletion, member = matches(members["unit_no"][known], found["unit_no"][rows])
    deletion, member = rows[deletion], known[member]
    columns = members["subject_no"][member], members["role"][member], members["unit_no"][member]
    return _entries(records, as_of, *columns, found["code"][deletion], found["deleted_at"][deletion])


def _of_marked(records: Records, as_of: int, period: Period) -> ListEntries:
    """Members marked as separated in units that were kept; the mark stays on record after rejoining."""
    members = table(records, "e3_family_member")
    rows = entered(members, as_of)
    rows = rows[(members["valid_from"][rows] <= as_of) & (members["member_status"][rows] == _SEPARATED)]
    rows = rows[period.has(members["valid_from"][rows], members["code"][rows])]
    columns = members["subject_no"][rows], members["role"][rows], members["unit_no"][rows]
    return _entries(records, as_of, *columns, members["code"][rows], members["valid_from"][rows])


def _entries(
    records: Records,
    as_of: int,
    subject_no: np.ndarray,
    role: np.ndarray,
    unit_no: np.ndarray,
    code: np.ndarray,
    at: np.ndarray,
) -> ListEntries:
    subjects = table(records, "e3_subject")
    known = standing(subjects, as_of)
    place = lookup(subjects["subject_no"][known], subject_no)
    return ListEntries(
        subject_no=subject_no,
        rec_id=at_places(subjects["rec_id"][known], place, BLANK),
        a_number=at_places(subjects["a_number"][known], place, BLANK),
        is_child=role == _CHILD,
        unit_no=unit_no,
        code=code.astype(np.int8),
        at=at,
    )


# --- reconciliation and churn ---------------------------------------------------------------------------------------


def reconcile(
    records: Records,
    hhs: Pairs,
    published_at: int = PUBLISHED_AT,
    joint_at: int = JOINT_AT,
    period: Period = SEASON,
) -> Reconciliation:
    """Correct the first list with what was found until the joint one.

    Parameters
    ----------
    records : Records
    hhs : Pairs
        Findings of HHS's rule as of ``joint_at``.
    published_at, joint_at : int
    period : Period

    Returns
    -------
    Reconciliation
        Added: persons drawn under the same rule from what was entered later, and pairs of HHS's who are on no list.
        Removed: units made in error, groups of other relatives, families who left the station together by the written
        clock, and those no longer under a code of the list.
    """
    first = official_list(records, published_at, period)
    later = official_list(records, joint_at, period)
    removal = _removals(records, joint_at, later)
    kept = later.take(removal < 0)
    by_hhs = _not_listed(records, joint_at, hhs, period, later)
    joint = joined([kept, by_hhs], ListEntries)
    joint = joint.take(np.sort(np.unique(joint.subject_no, return_index=True)[1]))
    return Reconciliation(first, joint, _churn(first, later, removal, joint, by_hhs))


def _churn(
    first: ListEntries, later: ListEntries, removal: np.ndarray, joint: ListEntries, by_hhs: ListEntries
) -> Churn:
    new = joint.take(~np.isin(joint.subject_no, first.subject_no))
    gone = first.take(~np.isin(first.subject_no, joint.subject_no))
    is_hhs = np.isin(new.subject_no, by_hhs.subject_no)
    why_new = np.where(is_hhs, Change.ADDED_FOUND_BY_HHS, Change.ADDED_RECORDED_LATER)
    place = lookup(later.subject_no, gone.subject_no)
    why_gone = at_places(removal, place, Change.REMOVED_RECODED)
    return Churn(
        subject_no=np.concatenate([new.subject_no, gone.subject_no]),
        is_child=np.concatenate([new.is_child, gone.is_child]),
        is_added=np.arange(len(new) + len(gone)) < len(new),
        change=np.concatenate([why_new, why_gone]).astype(np.int8),
    )


def _removals(records: Records, as_of: int, entries: ListEntries) -> np.ndarray:
    """Why entries do not belong on the list, by what is written: `Change`, -1 where they do, shape (n,)."""
    deletions, units = table(records, "e3_unit_deletion"), table(records, "e3_family_unit")
    read = standing(deletions, as_of)
    in_error = deletions["unit_no"][read][deletions["comment"][read] == _IN_ERROR]
    known = entered(units, as_of)
    kind = at_places(units["kind"][known], lookup(units["unit_no"][known], entries.unit_no), BLANK)
    removal = np.full(len(entries), -1, dtype=np.int8)
    removal[_left_together(records, as_of, entries)] = Change.REMOVED_NEVER_SEPARATED
    removal[kind == _GROUP] = Change.REMOVED_NOT_FAMILY
    removal[np.isin(entries.unit_no, in_error)] = Change.REMOVED_MADE_IN_ERROR
    return removal


def _left_together(records: Records, as_of: int, entries: ListEntries) -> np.ndarray:
    """Members of units all of whom had one stay and left it at the same minute for the same place, shape (n,)."""
    stays = table(records, "e3_detention")
    rows = standing(stays, as_of)
    rows = rows[np.isin(stays["subject_no"][rows], entries.subject_no)]
    place = lookup(stays["subject_no"][rows], entries.subject_no)
    known, count = np.unique(stays["subject_no"][rows], return_counts=True)
    visits = at_places(count, lookup(known, entries.subject_no), 0)
    out_at = at_places(stays["out_at"][rows], place, NEVER)
    where = at_places(stays["out_reason"][rows], place, BLANK).astype(np.int64)
    unit, group = np.unique(entries.unit_no, return_inverse=True)
    is_apart = (visits != 1) | (out_at == NEVER)
    for column in (out_at, where):
        most, least = np.full(unit.size, -1, dtype=np.int64), np.full(unit.size, NEVER, dtype=np.int64)
        np.maximum.at(most, group, column)
        np.minimum.at(least, group, column)
        is_apart |= (most != least)[group]
    together = np.bincount(group[is_apart], minlength=unit.size) == 0
    is_family = np.bincount(group, minlength=unit.size) > 1
    return (together & is_family)[group] & (entries.unit_no != BLANK)


def _not_listed(records: Records, as_of: int, hhs: Pairs, period: Period, later: ListEntries) -> ListEntries:
    """Persons of HHS's pairs met in the period who are on no list, as far as e3 knows their A-numbers."""
    subjects = table(records, "e3_subject")
    known = standing(subjects, as_of)
    numbers, subject_no = subjects["a_number"][known], subjects["subject_no"][known]
    met = hhs.together * DAY
    chosen = hhs.take((met >= period.begins_at) & (met < period.ends_at))
    children, adults = (
        at_places(subject_no, lookup(numbers, _a_numbers(records, tables, recs)), BLANK)
        for tables, recs in ((chosen.child_table, chosen.child_rec), (chosen.adult_table, chosen.adult_rec))
    )
    # A pair of which one is on the list already tells of another member of that family, not of a new family.
    new = (children != BLANK) & (adults != BLANK) & ~np.isin(children, later.subject_no)
    persons, place = np.unique(np.concatenate([children[new], adults[new]]), return_index=True)
    persons, place = persons[~np.isin(persons, later.subject_no)], place[~np.isin(persons, later.subject_no)]
    nothing = np.full(persons.size, BLANK, dtype=np.int64)
    role = np.where(place < np.count_nonzero(new), _CHILD, BLANK)
    at = np.tile(chosen.together[new] * DAY, 2)[place]
    return _entries(records, as_of, persons, role, nothing, nothing.astype(np.int8), at)


def _a_numbers(records: Records, tables: np.ndarray, recs: np.ndarray) -> np.ndarray:
    """A-numbers of rows of several tables, shape (n,)."""
    found = np.full(recs.size, BLANK, dtype=np.int64)
    for code in np.unique(tables):
        rows = table(records, TABLES[code])
        chosen = tables == code
        found[chosen] = at_places(rows["a_number"], lookup(rows["rec_id"], recs[chosen]), BLANK)
    return found
