"""Where each true link between a separated child and a parent stands in the records, as of any minute.

Read from what was written, row by row with the truth behind it: a row speaks for a link only if what is written in it
still leads to both. Evidence is kept with the stretch of time over which it could be read, so that any minute can be
asked for at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from borderops.audit.findings import Pairs
from borderops.audit.looking_up import lookup, matches
from borderops.exceptions import WrongInput
from borderops.operations.rebuilding import is_never_grouped
from borderops.population.people import NOBODY, Role, Stratum
from borderops.records.answer_key import TABLES, Behind, Blame
from borderops.records.fields import BLANK, parts_of
from borderops.records.known_names import given_names_of, surnames_of
from borderops.records.systems import NOTES, Records, RecordTable
from borderops.records.witness import Witness
from borderops.tables import Table
from borderops.units import NEVER


class Level(IntEnum):
    """Where a link stands; lower is better."""

    SEARCHABLE = 0  # the field finds it: a kept unit, or a link of a port
    VISIBLE = 1  # ICE or HHS see it in their own system
    HEADQUARTERS = 2  # the shared store keeps it, out of the field's reach
    NOTE = 3  # a note, a message or a sheet says it
    NOWHERE = 4


class Kind(IntEnum):
    """How a child came to be without a parent."""

    DISCLOSED = 0  # the family was on record as one and was parted, the child left with no parent
    NEVER_GROUPED = 1  # said it was one, was not grouped, so nobody knows
    UNDISCLOSED = 2  # did not say it was one
    ONE_PARENT_KEPT = 3  # one parent was taken, another stayed with the child
    MINOR_MOTHER = 4  # the mother is a child herself


class Recoverable(IntEnum):
    """Whether records can tell of a link: every link is one of these."""

    EXACTLY = 0  # a record names both
    BY_PROBABILITY = 1  # no record does, but a published rule suspects the pair
    NOT_AT_ALL = 2


BLAME: Final = np.array([Blame.AGENCY, Blame.AGENCY, Blame.FAMILY, Blame.DEFINITION, Blame.DEFINITION], dtype=np.int8)
"""Whose doing it is that a link is hard to find, by `Kind`: the definition's where it leaves the link out."""

_NOTHING = NOTES.index("nothing_of_family")
_BITS = 22  # of the row of a person in a key of two numbers


@dataclass(frozen=True)
class Links(Table):
    """``n`` true links between children who were separated and the parents they were separated from.

    Sorted by child, then parent.
    """

    child: np.ndarray  # int32, row of the person in `People`
    parent: np.ndarray  # int32
    kind: np.ndarray  # int8, Kind
    blame: np.ndarray  # int8, Blame
    parted_at: np.ndarray  # int64, the parting, or, where nobody knew of a family, the child's referral

    def __len__(self) -> int:
        return self.child.size

    @property
    def is_eligible(self) -> np.ndarray:
        """Disclosed and within the definition: a tracking design is to keep these, shape (n,)."""
        return self.kind == Kind.DISCLOSED

    @property
    def is_separation(self) -> np.ndarray:
        """Within the definition, told or not, shape (n,)."""
        return self.blame != Blame.DEFINITION

    def take(self, rows: np.ndarray | slice) -> Links:
        """Some links, by a mask or by their places."""
        return Links(**{name: column[rows] for name, column in self.columns().items()})

    def place_of(self, child: np.ndarray, parent: np.ndarray) -> np.ndarray:
        """Place of each pair of persons among the links, -1 where there is none; int64, shape of ``child``."""
        return lookup(_key(self.child, self.parent), _key(child, parent))


def true_links(witness: Witness) -> Links:
    """Find all links of separated children.

    Parameters
    ----------
    witness : Witness

    Returns
    -------
    Links
    """
    found = [_of(witness, parent) for parent in (witness.people.mother, witness.people.father)]
    joined = Links(**{name: np.concatenate([getattr(one, name) for one in found]) for name in found[0].columns()})
    return joined.take(np.lexsort((joined.parent, joined.child)))


def _of(witness: Witness, parents: np.ndarray) -> Links:
    people, history = witness.people, witness.history
    child = np.flatnonzero((parents != NOBODY) & people.is_child).astype(np.int32)
    parent = parents[child]
    ungrouped = is_never_grouped(history, witness.plan)[child]
    taken = history.is_taken[parent] & (history.parted_at[child] != NEVER) & ~ungrouped
    referred = history.determined_at[child] != NEVER
    undisclosed = people.of_party("stratum")[child] == Stratum.UNDISCLOSED_FAMILY
    kind = np.select(
        [
            (people.role[parent] >= Role.CHILD) & referred,
            taken & history.is_alone[child],
            taken,
            ungrouped & referred,
            undisclosed & referred,
        ],
        [Kind.MINOR_MOTHER, Kind.DISCLOSED, Kind.ONE_PARENT_KEPT, Kind.NEVER_GROUPED, Kind.UNDISCLOSED],
        BLANK,
    )
    meant = kind != BLANK
    at = np.where(np.isin(kind, (Kind.DISCLOSED, Kind.ONE_PARENT_KEPT)), history.parted_at[child], NEVER)
    at = np.where(at == NEVER, history.determined_at[child], at)
    kind = kind[meant].astype(np.int8)
    return Links(child[meant], parent[meant].astype(np.int32), kind, BLAME[kind], at[meant])


def _key(one: np.ndarray, person: np.ndarray) -> np.ndarray:
    """One number for a pair of a number and a person."""
    return (np.asarray(one, dtype=np.int64) << _BITS) + np.asarray(person, dtype=np.int64)


# --- evidence ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence(Table):
    """``e`` stretches of time over which records tell of a link. A link has none, or many."""

    link: np.ndarray  # int64, row of `Links`
    level: np.ndarray  # int8, Level; never NOWHERE
    from_at: np.ndarray  # int64
    to_at: np.ndarray  # int64, first minute after it; NEVER where it goes on
    table: np.ndarray  # int8, place in TABLES of the record that tells it


def evidence(links: Links, records: Records, behind: Mapping[str, Behind], witness: Witness) -> Evidence:
    """Find everything in records that tells of links.

    Parameters
    ----------
    links : Links
    records : Records
        Flawless or released.
    behind : mapping of str to Behind
        What stands behind their rows: of `Written` or of `AnswerKey`.
    witness : Witness

    Returns
    -------
    Evidence
        Tables that are not among the records tell nothing.
    """
    found = [part for part in _Reader(links, records, behind, witness).parts() if part[0].size]
    columns = [np.concatenate([np.zeros(0, dtype=np.int64), *(part[at] for part in found)]) for at in range(5)]
    return Evidence(columns[0], columns[1].astype(np.int8), columns[2], columns[3], columns[4].astype(np.int8))


_Part = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class _Rows:
    """Rows of one table, each of which speaks of one link."""

    name: str
    link: np.ndarray
    row: np.ndarray
    begins: np.ndarray
    ends: np.ndarray

    def only(self, chosen: np.ndarray) -> _Rows:
        return _Rows(self.name, self.link[chosen], self.row[chosen], self.begins[chosen], self.ends[chosen])

    def at(self, level: Level, begins: np.ndarray | None = None, ends: np.ndarray | None = None) -> _Part:
        """As evidence of a level, where any time is left."""
        begins = self.begins if begins is None else begins
        ends = self.ends if ends is None else ends
        lasts = begins < ends
        code = np.full(self.link.size, TABLES.index(self.name))
        return self.link[lasts], np.full(int(lasts.sum()), level), begins[lasts], ends[lasts], code[lasts]


class _Reader:
    """Reads tables for links. Nothing here looks at whom a row ought to name: only at whom it names as written."""

    def __init__(self, links: Links, records: Records, behind: Mapping[str, Behind], witness: Witness):
        self.links, self.records, self.behind, self.witness = links, records, behind, witness
        self.folded = np.append(records.lexicon.folded(), np.int32(BLANK))

    def parts(self) -> Iterator[_Part]:
        """Evidence from every table."""
        yield from self._units()
        yield from self._ports()
        yield from self._linked_records()
        for name, level in (("portal_separation", Level.VISIBLE), ("mail_message", Level.NOTE)):
            yield self._about_children(name).at(level)
        # ICE had no field for it: what was typed into a case stands among its comments (OIG-20-06 p. 17).
        for name in ("earm_placement", "earm_comment"):
            yield self._about_parents(name).at(Level.NOTE)
        yield self._sheets().at(Level.NOTE)
        yield self._notes().at(Level.NOTE)

    # --- rows ---------------------------------------------------------------------------------------------------

    def _table(self, name: str) -> RecordTable | None:
        if name not in self.records or not len(self.records[name]):
            return None
        _must_fit(self.records[name], self.behind)
        return self.records[name]

    def _rows(self, name: str, side: str, with_other: bool = False) -> _Rows:
        """Rows about the children, or the parents, of links; with ``with_other`` those whose second person fits."""
        table = self._table(name)
        if table is None:
            empty = np.zeros(0, dtype=np.int64)
            return _Rows(name, empty, empty, empty, empty)
        about = np.flatnonzero(self._is_meant(side)[self.behind[name].person])
        link, place = matches(self.behind[name].person[about], getattr(self.links, side))
        row = about[place]
        found = _Rows(
            name, link, row, np.maximum(table["entered_at"], table["valid_from"])[row], table["valid_to"][row]
        )
        if not with_other:
            return found
        other = self.links.child if side == "parent" else self.links.parent
        return found.only(self.behind[name].other[row] == other[link])

    def _is_meant(self, side: str) -> np.ndarray:
        """People on one side of the links, and a last place for nobody."""
        meant = np.zeros(self.witness.people.number.size + 1, dtype=bool)
        meant[getattr(self.links, side)] = True
        return meant

    @cached_property
    def _numbers(self) -> np.ndarray:
        """A-numbers that lead to people of links: as given out, and as written where people are processed or kept."""
        persons = np.union1d(self.links.child, self.links.parent)
        keys = [_key(self.witness.a_number[persons], persons)[self.witness.a_number[persons] != BLANK]]
        for name in ("e3_subject", "sigma_case", "earm_case", "portal_child"):
            if self._table(name) is not None:
                person, number = self.behind[name].person, self.records[name]["a_number"]
                chosen = np.flatnonzero(np.isin(person, persons) & (number != BLANK))
                keys.append(_key(number[chosen], person[chosen]))
        return np.unique(np.concatenate(keys))

    def _leads(self, numbers: np.ndarray, persons: np.ndarray) -> np.ndarray:
        """Whether A-numbers lead to people, row by row."""
        return (numbers != BLANK) & np.isin(_key(numbers, persons), self._numbers)

    def _is_named(self, given: np.ndarray, surnames: np.ndarray, persons: np.ndarray) -> np.ndarray:
        """Whether a given name and surnames, row by row, are those of people, accents and case apart."""
        people = self.witness.people
        first, second = parts_of(surnames)
        meant = (given_names_of(people.given_1), surnames_of(people.surname_1), surnames_of(people.surname_2))
        named = np.ones(persons.size, dtype=bool)
        for written, true in zip((given, first, second), meant):
            named &= self.folded[written] == self.folded[true[persons]]
        return named

    # --- units ----------------------------------------------------------------------------------------------------

    @cached_property
    def _members(self) -> tuple[_Rows, np.ndarray]:
        """Rows of members, once for each link and row of the child with a row of the parent in the same unit."""
        children, parents = self._rows("e3_family_member", "child"), self._rows("e3_family_member", "parent")
        table = self._table("e3_family_member")
        if table is None:
            return children, children.begins
        unit = table["unit_no"]
        one, other = matches(_key(unit[parents.row], parents.link), _key(unit[children.row], children.link))
        child, parent = children.only(one), parents.only(other)
        begins, ends = np.maximum(child.begins, parent.begins), np.minimum(child.ends, parent.ends)
        known = np.maximum(table["entered_at"][child.row], table["entered_at"][parent.row])
        return _Rows(child.name, child.link, child.row, begins, ends), known

    def _units(self) -> Iterator[_Part]:
        together, known = self._members
        yield together.at(Level.HEADQUARTERS, known, np.full(known.size, NEVER))
        practices = self.witness.practices
        until = np.append(practices.begins_at[1:], NEVER)
        since = practices.begins_at.copy()
        since[0] = np.iinfo(np.int64).min
        for begins, ends, searched in zip(since, until, practices.can_search):
            if searched:
                yield together.at(
                    Level.SEARCHABLE, np.maximum(together.begins, begins), np.minimum(together.ends, ends)
                )
        yield from self._banners(together)

    def _banners(self, together: _Rows) -> Iterator[_Part]:
        """ICE sees the sign on a parent, and by the parent's unit whom it came with."""
        flags = self._table("eid_flag")
        if flags is None:
            return
        shown = self._rows("eid_flag", "parent")
        one, other = matches(shown.link, together.link)
        both, sign = together.only(one), shown.only(other)
        begins = np.maximum(both.begins, flags["set_at"][sign.row])
        yield both.at(Level.VISIBLE, begins, np.minimum(both.ends, flags["cleared_at"][sign.row]))

    def _linked_records(self) -> Iterator[_Part]:
        """ICE's case, or HHS's child, bears the number of the unit of the other."""
        members = self._table("e3_family_member")
        for name, side, across in (("earm_case", "parent", "child"), ("portal_child", "child", "parent")):
            table = self._table(name)
            if table is None or members is None:
                continue
            here, there = self._rows(name, side), self._rows("e3_family_member", across)
            here = here.only(table["unit_no"][here.row] != BLANK)
            unit_here, unit_there = table["unit_no"][here.row], members["unit_no"][there.row]
            one, other = matches(_key(unit_there, there.link), _key(unit_here, here.link))
            linked, member = here.only(one), there.only(other)
            ends = np.minimum(linked.ends, member.ends)
            yield linked.at(Level.VISIBLE, np.maximum(linked.begins, member.begins), ends)

    # --- others ---------------------------------------------------------------------------------------------------

    def _ports(self) -> Iterator[_Part]:
        table, cases = self._table("sigma_family_link"), self._table("sigma_case")
        if table is None or cases is None:
            return
        person = np.append(self.behind["sigma_case"].person, NOBODY)
        parent = person[lookup(cases["sigma_no"], table["sigma_no"])]
        child = person[lookup(cases["sigma_no"], table["child_sigma_no"])]
        link = self.links.place_of(child, parent)
        rows = np.flatnonzero((link >= 0) & (child >= 0) & (parent >= 0))
        begins = np.maximum(table["entered_at"], table["valid_from"])[rows]
        yield _Rows("sigma_family_link", link[rows], rows, begins, table["valid_to"][rows]).at(Level.SEARCHABLE)

    def _about_children(self, name: str) -> _Rows:
        """Rows about a child with an A-number that leads to the parent."""
        rows, table = self._rows(name, "child"), self._table(name)
        if table is None:
            return rows
        rows = rows.only(self._leads(table["parent_a_number"][rows.row], self.links.parent[rows.link]))
        if "child_a_number" not in table.layout.every_field:
            return rows
        return rows.only(self._names_child(table, rows))

    def _names_child(self, table: RecordTable, rows: _Rows) -> np.ndarray:
        """Whether number or names of the child lead to it."""
        child = self.links.child[rows.link]
        by_number = self._leads(table["child_a_number"][rows.row], child)
        return by_number | self._is_named(table["child_given"][rows.row], table["child_surnames"][rows.row], child)

    def _about_parents(self, name: str) -> _Rows:
        """Rows of a parent's case with an A-number that leads to the child."""
        rows, table = self._rows(name, "parent"), self._table(name)
        if table is None:
            return rows
        return rows.only(self._leads(table["child_a_number"][rows.row], self.links.child[rows.link]))

    def _sheets(self) -> _Rows:
        """Rows of spreadsheets that lead to both, each by number or by names."""
        rows, table = self._rows("local_sheet_row", "parent", with_other=True), self._table("local_sheet_row")
        if table is None:
            return rows
        parent = self.links.parent[rows.link]
        by_number = self._leads(table["parent_a_number"][rows.row], parent)
        by_name = self._is_named(table["parent_given"][rows.row], table["parent_surnames"][rows.row], parent)
        return rows.only((by_number | by_name) & self._names_child(table, rows))

    def _notes(self) -> _Rows:
        """Case notes on a parent that describe the child by its given name."""
        rows, table = self._rows("e3_narrative_child", "parent", with_other=True), self._table("e3_narrative_child")
        if table is None:
            return rows
        child = self.links.child[rows.link]
        true = given_names_of(self.witness.people.given_1[child])
        rows = rows.only(self.folded[table["child_given"][rows.row]] == self.folded[true])
        notes = self._table("e3_narrative")
        if notes is None:
            return rows
        note = lookup(notes["subject_no"], table["subject_no"][rows.row])
        return rows.only((note >= 0) & (notes["body"][np.maximum(note, 0)] != _NOTHING))


# --- as of a minute -----------------------------------------------------------------------------------------------


def standing(links: Links, found: Evidence, minute: int | np.ndarray) -> np.ndarray:
    """Tell where each link stands at a minute: the best level of what can be read then.

    Parameters
    ----------
    links : Links
    found : Evidence
    minute : int or ndarray of int64, shape (n,)
        One for all, or each link's own.

    Returns
    -------
    ndarray of int8, shape (n,)
        `Level`.
    """
    at = np.broadcast_to(minute, len(links))[found.link]
    read = (found.from_at <= at) & (at < found.to_at)
    level = np.full(len(links), Level.NOWHERE, dtype=np.int8)
    np.minimum.at(level, found.link[read], found.level[read])
    return level


def known_at(links: Links, found: Evidence, level: Level = Level.VISIBLE) -> np.ndarray:
    """Tell when each link, once parted, first stood at a level or a better one.

    Parameters
    ----------
    links : Links
    found : Evidence
    level : Level
        ``NOTE`` asks for any record at all.

    Returns
    -------
    ndarray of int64, shape (n,)
        Moments, not before the parting; NEVER where it never did.
    """
    read = (found.level <= level) & (found.to_at > links.parted_at[found.link])
    first = np.full(len(links), NEVER, dtype=np.int64)
    np.minimum.at(first, found.link[read], found.from_at[read])
    return np.maximum(first, links.parted_at)


def recoverable(level: np.ndarray, suspected: np.ndarray) -> np.ndarray:
    """Divide links by whether records can tell of them: each is exactly one of three.

    Parameters
    ----------
    level : ndarray of int8, shape (n,)
        Where links stand.
    suspected : ndarray of bool, shape (n,)
        Whether a published rule suspects the pair.

    Returns
    -------
    ndarray of int8, shape (n,)
        `Recoverable`.
    """
    without = np.where(suspected, Recoverable.BY_PROBABILITY, Recoverable.NOT_AT_ALL)
    return np.where(level < Level.NOWHERE, Recoverable.EXACTLY, without).astype(np.int8)


def persons_of(pairs: Pairs, records: Records, behind: Mapping[str, Behind]) -> tuple[np.ndarray, np.ndarray]:
    """Tell who stands behind pairs: rows of adults and of children in `People`, -1 for nobody, shape (p,)."""
    found = []
    for tables, recs in ((pairs.adult_table, pairs.adult_rec), (pairs.child_table, pairs.child_rec)):
        person = np.full(recs.size, NOBODY, dtype=np.int64)
        for code in np.unique(tables):
            chosen, name = tables == code, TABLES[code]
            _must_fit(records[name], behind)
            place = lookup(records[name]["rec_id"], recs[chosen])
            person[chosen] = np.append(behind[name].person, np.int32(NOBODY))[place]
        found.append(person)
    return found[0], found[1]


def _must_fit(table: RecordTable, behind: Mapping[str, Behind]) -> None:
    """Refuse a table of which only some rows are left: what stands behind rows goes by their places."""
    if len(table) != behind[table.layout.name].person.size:
        raise WrongInput(
            f"{table.layout.name} is not whole, so nobody can tell who stands behind its rows; give the records "
            "without as_of, and the minute to audit(records, as_of=...) and standing(...)"
        )


def suspected(links: Links, pairs: Pairs, records: Records, behind: Mapping[str, Behind]) -> np.ndarray:
    """Mark the links that a finding of pairs suspects, shape (n,)."""
    adult, child = persons_of(pairs, records, behind)
    place = links.place_of(child, adult)
    marked = np.zeros(len(links), dtype=bool)
    marked[place[(place >= 0) & (adult >= 0) & (child >= 0)]] = True
    return marked


def frame(links: Links, level: np.ndarray, recoverability: np.ndarray) -> pd.DataFrame:
    """Links for people to read: one row each.

    Returns
    -------
    DataFrame
        Columns ``child``, ``parent``, ``kind``, ``blame``, ``parted_at``, ``level``, ``recoverable``.
    """
    return pd.DataFrame(
        {
            "child": links.child,
            "parent": links.parent,
            "kind": words(Kind, links.kind),
            "blame": words(Blame, links.blame),
            "parted_at": links.parted_at,
            "level": words(Level, level),
            "recoverable": words(Recoverable, recoverability),
        }
    )


def words(names: type[IntEnum], codes: np.ndarray) -> pd.Categorical:
    """Codes as the names of an enumeration counted from 0."""
    return as_words(codes, [one.name.lower() for one in names])


def as_words(codes: np.ndarray, names: Sequence[str]) -> pd.Categorical:
    """Codes as words; -1 for none."""
    return pd.Categorical(np.array([*names, None], dtype=object)[codes], categories=list(names))
