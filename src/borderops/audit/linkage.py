"""Who belongs to whom, judged from written fields: one function a published rule.

The report's rule (OIG-20-06, p. 28 and note 34) looks for an adult and a child booked under the same event, with a
surname in common under Latin American naming and 16 to 40 years between them, whom no family unit links. HHS looked
for consecutive A-numbers. Every rule is order-free in surnames; what orders them is evidence, kept with each pair.

Must not know the truth: nothing of people, operations or the answer key can be reached from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from borderops.ages import age_years
from borderops.audit.findings import LATEST, TABLES, Pairs, Rule, Surnames, era_of, joined
from borderops.audit.looking_up import (
    at_places,
    coming_of_age,
    entered,
    is_minor,
    latest,
    lookup,
    matches,
    met_at,
    occurs,
    standing,
    table,
)
from borderops.records.fields import BLANK, NO_DAY, parts_of
from borderops.records.systems import LAYOUTS, Records, RecordTable
from borderops.tables import Table
from borderops.units import DAY

MALE: Final = 1  # place in the choices of the field "sex"

_UNIT: Final = LAYOUTS["e3_family_unit"].every_field["kind"].choices.index("unit")
_OTHER_GROUND: Final = LAYOUTS["sigma_case"].every_field["category"].choices.index("other")


@dataclass(frozen=True)
class Gap:
    """Years between an adult's birth and a child's, both ends included to the day.

    Attributes
    ----------
    least, most : int
        The child is born on the adult's birthday of this age at the earliest, and at the latest.
    """

    least: int = 16
    most: int = 40


@dataclass(frozen=True)
class Persons(Table):
    """``n`` people as one table of records describes them, one row each."""

    table: int
    row: np.ndarray  # int64, place in the table
    rec: np.ndarray  # int64
    number: np.ndarray  # int64, own number in the system
    a_number: np.ndarray  # int64
    together: np.ndarray  # int64, event or day; BLANK for none
    first: np.ndarray  # int32, folded surname; BLANK for none
    second: np.ndarray  # int32
    sex: np.ndarray  # int8
    birth_day: np.ndarray  # int32
    met_at: np.ndarray  # int64
    is_child: np.ndarray  # bool

    def take(self, rows: np.ndarray) -> Persons:
        """Some of them."""
        return Persons(self.table, **{name: column[rows] for name, column in self.columns().items()})


# --- the report's rule -------------------------------------------------------------------------------------------


def matching_rules(
    records: Records, as_of: int = LATEST, with_history: bool = False, gap: Gap = Gap()
) -> tuple[Pairs, Pairs]:
    """Apply the report's rule, draft and refined.

    Parameters
    ----------
    records : Records
    as_of : int
        Minute of the audit: rows that stood then are read.
    with_history : bool
        Auditors see the members of deleted units as well, which the shared store keeps and production does not show.
    gap : Gap

    Returns
    -------
    Pairs
        Draft: no family unit links the two.
    Pairs
        Refined: besides, neither of them is in any unit or group. Part of the draft's pairs.
    """
    people = subjects(records, as_of)
    adult, child = _together(people, gap)
    members = _members(records, as_of, with_history)
    unlinked = ~_linked(people.number[adult], people.number[child], *members.of_kind(_UNIT))
    adult, child = adult[unlinked], child[unlinked]
    draft = _pairs(Rule.DRAFT, people.take(adult), people.take(child))
    in_none = ~occurs(members.subject, people.number[adult]) & ~occurs(members.subject, people.number[child])
    return draft, _renamed(draft.take(in_none), Rule.REFINED)


def draft_rule(records: Records, as_of: int = LATEST, with_history: bool = False, gap: Gap = Gap()) -> Pairs:
    """First half of `matching_rules`."""
    return matching_rules(records, as_of, with_history, gap)[0]


def refined_rule(records: Records, as_of: int = LATEST, with_history: bool = False, gap: Gap = Gap()) -> Pairs:
    """Second half of `matching_rules`."""
    return matching_rules(records, as_of, with_history, gap)[1]


def subjects(records: Records, as_of: int) -> Persons:
    """People in e3 as they stood at a minute, one row each: the last that was entered."""
    found = table(records, "e3_subject")
    rows = standing(found, as_of)
    rows = rows[latest(found["subject_no"][rows])]
    return _persons(records, found, rows, "subject_no", found["event_no"][rows], met_at(records, found, rows, as_of))


def _persons(
    records: Records, found: RecordTable, rows: np.ndarray, number: str, together: np.ndarray, met: np.ndarray
) -> Persons:
    """Rows of a table as people; ``number`` names the field of their own number."""
    fields, birth_day = found.layout.every_field, found["birth_day"][rows]
    folded = np.append(records.lexicon.folded(), np.int32(BLANK))
    is_split = "surname_1" in fields
    first, second = (found["surname_1"], found["surname_2"]) if is_split else parts_of(found["last_name"])
    return Persons(
        table=TABLES.index(found.layout.name),
        row=rows,
        rec=found["rec_id"][rows],
        number=found[number][rows],
        a_number=found["a_number"][rows],
        together=together.astype(np.int64),
        first=folded[first[rows]],
        second=folded[second[rows]],
        sex=found["sex"][rows] if "sex" in fields else np.full(rows.size, BLANK, dtype=np.int8),
        birth_day=birth_day,
        met_at=met,
        is_child=is_minor(birth_day, met),
    )


# --- pairs of people met together ---------------------------------------------------------------------------------


def _together(people: Persons, gap: Gap) -> tuple[np.ndarray, np.ndarray]:
    """Places of adults and children met together who share a surname and are the right years apart."""
    usable = np.flatnonzero((people.together != BLANK) & (people.birth_day != NO_DAY))
    order = usable[np.argsort(people.together[usable], kind="stable")]
    together = people.together[order]
    starts = np.flatnonzero(np.append(True, together[1:] != together[:-1])) if order.size else np.zeros(0, np.int64)
    bounds = np.append(starts, order.size).astype(np.int64)
    birth = people.birth_day[order].astype(np.int64)
    earliest, latest_day = coming_of_age(birth, gap.least), coming_of_age(birth, gap.most)
    columns = (people.is_child[order], people.first[order], people.second[order], birth, earliest, latest_day)
    places = np.empty((2, order.size + 1), dtype=np.int64)
    count = _candidates(bounds, *columns, places)
    if count > places.shape[1]:
        places = np.empty((2, count), dtype=np.int64)
        _candidates(bounds, *columns, places)
    return order[places[0, :count]], order[places[1, :count]]


@numba.njit(cache=True, nogil=True)
def _candidates(bounds, is_child, first, second, birth, earliest, latest_day, out):
    """Count pairs of an adult and a child between two bounds who fit, and note as many as there is room for."""
    count = 0
    for group in range(bounds.size - 1):
        for child in range(bounds[group], bounds[group + 1]):
            if not is_child[child]:
                continue
            one, other, born = first[child], second[child], birth[child]
            for adult in range(bounds[group], bounds[group + 1]):
                if is_child[adult] or born < earliest[adult] or born > latest_day[adult]:
                    continue
                mine, also = first[adult], second[adult]
                if (mine != -1 and mine in (one, other)) or (also != -1 and also in (one, other)):
                    if count < out.shape[1]:
                        out[0, count], out[1, count] = adult, child
                    count += 1
    return count


def common_surnames(adult: Persons, child: Persons) -> np.ndarray:
    """What the surnames of adults and children, row by row, have in common: `Surnames`, int8, shape (n,)."""
    first_first = (adult.first == child.first) & (adult.first != BLANK)
    first_second = (adult.first == child.second) & (adult.first != BLANK)
    second_any = ((adult.second == child.first) | (adult.second == child.second)) & (adult.second != BLANK)
    first_shared = first_first | first_second
    composite = first_shared & (child.first != BLANK) & (child.second != BLANK)
    is_man, is_woman = adult.sex == MALE, adult.sex == 1 - MALE
    flags = np.where(first_shared | second_any, Surnames.SHARED, 0) | np.where(first_shared, Surnames.FIRST_SHARED, 0)
    flags |= np.where(composite, Surnames.COMPOSITE, 0)
    flags |= np.where((is_man & first_first) | (is_woman & first_second), Surnames.USUAL, 0)
    flags |= np.where((is_man & first_second) | (is_woman & first_first), Surnames.PRINTED, 0)
    return flags.astype(np.int8)


def _pairs(rule: Rule, adult: Persons, child: Persons, distance: np.ndarray | int = 0) -> Pairs:
    count = adult.rec.size
    known = (adult.birth_day != NO_DAY) & (child.birth_day != NO_DAY)
    apart = age_years(np.where(known, adult.birth_day, 0), np.where(known, child.birth_day, 0))
    return Pairs(
        rule=np.full(count, rule, dtype=np.int8),
        adult_table=np.full(count, adult.table, dtype=np.int8),
        adult_rec=adult.rec,
        child_table=np.full(count, child.table, dtype=np.int8),
        child_rec=child.rec,
        together=child.together,
        surnames=common_surnames(adult, child),
        age_apart=np.where(known, apart, BLANK).astype(np.int16),
        distance=np.broadcast_to(np.asarray(distance, dtype=np.int64), (count,)).copy(),
        era=era_of(child.met_at),
    )


def _renamed(pairs: Pairs, rule: Rule) -> Pairs:
    return Pairs(**{**pairs.columns(), "rule": np.full(len(pairs), rule, dtype=np.int8)})


# --- who is linked on record ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Members(Table):
    """Members of units and groups, one row a membership."""

    subject: np.ndarray  # int64
    unit: np.ndarray  # int64
    kind: np.ndarray  # int8

    def of_kind(self, kind: int) -> tuple[np.ndarray, np.ndarray]:
        """Members of units of one kind: their numbers, and those of their units."""
        chosen = self.kind == kind
        return self.subject[chosen], self.unit[chosen]


def _members(records: Records, as_of: int, with_history: bool) -> _Members:
    found, units = table(records, "e3_family_member"), table(records, "e3_family_unit")
    read = entered if with_history else standing
    rows, known = read(found, as_of), read(units, as_of)
    unit = found["unit_no"][rows]
    # A unit of which only the members are on record is taken for one of parents and children.
    kind = at_places(units["kind"][known], lookup(units["unit_no"][known], unit), _UNIT)
    return _Members(found["subject_no"][rows], unit, np.where(kind == BLANK, _UNIT, kind).astype(np.int8))


def _linked(one: np.ndarray, other: np.ndarray, member: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Whether two people, row by row, are members of the same of their units, shape (n,)."""
    pair, at = matches(member, one)
    if not pair.size:
        return np.zeros(one.size, dtype=bool)
    rank = np.unique(of, return_inverse=True)[1]
    most = int(max(member.max(), other.max())) + 1
    together = np.isin(rank[at] * most + other[pair], rank * most + member)
    return np.bincount(pair[together], minlength=one.size) > 0


# --- HHS's rule ----------------------------------------------------------------------------------------------------


def hhs_rule(records: Records, as_of: int = LATEST, distance: int = 1) -> Pairs:
    """Find adults whose A-number stands next to that of a child known to ORR, with a surname and entry day in common.

    Parameters
    ----------
    records : Records
    as_of : int
    distance : int
        Most between the two A-numbers.

    Returns
    -------
    Pairs
        A child of the portal and an adult of e3, or of ICE where e3 has none of this A-number. The day of entry is
        that on which e3 or a port met somebody of the A-number; without one nobody is judged.
    """
    subject, port = subjects(records, as_of), port_cases(records, as_of)
    children = _dated(records, "portal_child", "portal_no", as_of, subject, port)
    adults = subject.take((subject.a_number != BLANK) & ~subject.is_child)
    at_ice = _dated(records, "earm_case", "case_no", as_of, subject, port)
    at_ice = at_ice.take(~occurs(subject.a_number, at_ice.a_number))
    return joined([_consecutive(children, adults, distance), _consecutive(children, at_ice, distance)], Pairs)


def _consecutive(children: Persons, adults: Persons, distance: int) -> Pairs:
    found = []
    for apart in (*range(-distance, 0), *range(1, distance + 1)):
        near = np.flatnonzero(occurs(children.a_number, adults.a_number - apart))
        wanted, there = matches(adults.a_number[near], children.a_number + apart)
        there = near[there]
        same_day = children.met_at[wanted] // DAY == adults.met_at[there] // DAY
        child, adult = children.take(wanted[same_day]), adults.take(there[same_day])
        shared = np.flatnonzero(common_surnames(adult, child) & Surnames.SHARED)
        found.append(_pairs(Rule.HHS, adult.take(shared), child.take(shared), abs(apart)))
    return joined(found, Pairs)


def _dated(records: Records, name: str, number: str, as_of: int, subject: Persons, port: Persons) -> Persons:
    """People of a system that keeps no day of entry, whose A-number tells in e3 or at a port when they were met."""
    found = table(records, name)
    rows = standing(found, as_of)
    rows = rows[latest(found[number][rows])]
    wanted = found["a_number"][rows]
    in_e3, at_port = lookup(subject.a_number, wanted), lookup(port.a_number, wanted)
    met = np.where(in_e3 >= 0, at_places(subject.met_at, in_e3, BLANK), at_places(port.met_at, at_port, BLANK))
    dated = (in_e3 >= 0) | (at_port >= 0)
    return _persons(records, found, rows[dated], number, met[dated] // DAY, met[dated])


# --- ports of entry ------------------------------------------------------------------------------------------------


def port_rules(records: Records, as_of: int = LATEST, gap: Gap = Gap()) -> tuple[Pairs, Pairs]:
    """Apply the report's rule to ports of entry: the same day stands for the same event.

    Parameters
    ----------
    records : Records
    as_of : int
    gap : Gap

    Returns
    -------
    Pairs
        Draft: asylum and no-document cases whom no link of SIGMA joins.
    Pairs
        Refined: besides, neither has any link.
    """
    people = port_cases(records, as_of)
    found = table(records, "sigma_case")
    people = people.take(~np.isin(found["category"][people.row], (BLANK, _OTHER_GROUND)))
    adult, child = _together(people, gap)
    links = table(records, "sigma_family_link")
    rows = standing(links, as_of)
    parents, children = links["sigma_no"][rows], links["child_sigma_no"][rows]
    both, of = np.concatenate([parents, children]), np.tile(np.arange(rows.size), 2)
    unlinked = ~_linked(people.number[adult], people.number[child], both, of)
    adult, child = adult[unlinked], child[unlinked]
    draft = _pairs(Rule.PORT_DRAFT, people.take(adult), people.take(child))
    in_none = ~occurs(both, people.number[adult]) & ~occurs(both, people.number[child])
    return draft, _renamed(draft.take(in_none), Rule.PORT_REFINED)


def port_rule(records: Records, as_of: int = LATEST, is_refined: bool = False, gap: Gap = Gap()) -> Pairs:
    """One half of `port_rules`."""
    return port_rules(records, as_of, gap)[is_refined]


def port_cases(records: Records, as_of: int) -> Persons:
    """People processed at ports as they stood at a minute, one row each: the last that was entered."""
    found = table(records, "sigma_case")
    rows = standing(found, as_of)
    rows = rows[latest(found["sigma_no"][rows])]
    rows = rows[found["encounter_day"][rows] != NO_DAY]
    met = found["encounter_day"][rows].astype(np.int64) * DAY
    return _persons(records, found, rows, "sigma_no", found["encounter_day"][rows], met)
