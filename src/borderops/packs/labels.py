"""Labels: the truth of each task in a form that a tool learns from or is judged by, always with negatives.

Pairs stand in one order: tables as in `borderops.records.systems`, then numbers. Negatives of which there are too many
are drawn, and each then says for how many it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from borderops.audit.looking_up import latest, lookup, matches
from borderops.audit.publishing import Purpose as ListPurpose
from borderops.audit.publishing import Release
from borderops.packs import key_tables as sheets
from borderops.packs.answer_key import KeyTables
from borderops.packs.columns import Sheet, arrow_table
from borderops.packs.formats import pieces
from borderops.packs.listing import PublishedLists
from borderops.packs.numbering import parts_by_value
from borderops.packs.readable import chosen, moments, numbers
from borderops.population.people import NOBODY
from borderops.records.answer_key import TABLES, Changes
from borderops.records.fields import BLANK
from borderops.records.systems import CODES, LAYOUTS
from borderops.scoring.standing import Level, Links
from borderops.streams import Purpose
from borderops.units import NEVER

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

IN_FRONT: Final = ("e3_subject", "sigma_case")
"""Where people are first written down."""

BEHIND: Final = ("earm_case", "portal_child")
"""Where they are written down again."""

NEAR, FAR = 3, 1
"""Negatives drawn for each row: homonyms, others of the same event, and others of all."""

_SEPARATED: Final = LAYOUTS["e3_family_member"].every_field["member_status"].choices.index("separated")
_YES: Final = LAYOUTS["portal_separation"].every_field["separated"].choices.index("yes")
IN_CARE: Final = ListPurpose.CHILDREN_IN_CARE
LISTED: Final = 127
"""In place of a table of systems: entries of lists."""


class _Pairs(NamedTuple):
    """Pairs of rows, shape (p,): left stands in `IN_FRONT` or is an adult, right is another row.

    There may be more of them than of people: numbers take no more room than they need.
    """

    table_l: np.ndarray  # int8
    rec_l: np.ndarray  # int32
    table_r: np.ndarray
    rec_r: np.ndarray
    kind: np.ndarray  # int8, place in a list of kinds
    weight: np.ndarray  # float64


class _Rows(NamedTuple):
    """Rows of several tables, shape (r,), each about a person."""

    table: np.ndarray  # int8, place in TABLES
    rec: np.ndarray  # int32, new number
    person: np.ndarray  # int32, row of `People`

    def take(self, rows: np.ndarray | slice) -> _Rows:
        return _Rows(*(column[rows] for column in self))


class Labels:
    """Labels of one pack, task by task.

    Parameters
    ----------
    tables : KeyTables
    lists : PublishedLists
    """

    def __init__(self, tables: KeyTables, lists: PublishedLists):
        self.tables, self.lists = tables, lists
        self.cut, self.numbering = tables.cut, tables.numbering
        self.people, self.witness = tables.people, tables.witness
        self._keep = tables.shelf.keep

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _rows(self, *names: str, only_latest: bool = False) -> _Rows:
        """Rows about people; of several of one number the last that was entered."""
        parts = []
        for name in names:
            table, person = self.cut.records[name], self.cut.behind[name].person
            place = np.arange(len(table))
            if only_latest:
                place = latest(table[LAYOUTS[name].key[0]])
            place = place[person[place] != NOBODY]
            code = np.full(place.size, TABLES.index(name), dtype=np.int8)
            parts.append(_Rows(code, self.numbering.rec_ids(name)[place], person[place]))
        return _Rows(*(np.concatenate(columns) for columns in zip(*parts)))

    @cached_property
    def _front(self) -> _Rows:
        return _Rows(*(self._keep(column) for column in self._rows(*IN_FRONT, only_latest=True)))

    @cached_property
    def _names_key(self) -> np.ndarray:
        """One number for the true first given name and first surname of everybody, int64."""
        return self._keep(self.people.given_1.astype(np.int64) << 32 | self.people.surname_1.astype(np.int64))

    @cached_property
    def _event(self) -> np.ndarray:
        """True event of everybody, int64."""
        return self._keep(self.people.of_party("event"))

    @cached_property
    def _nothing(self) -> np.ndarray:
        """The same for everybody, int8."""
        return np.zeros(self.people.number.size, dtype=np.int8)

    # --- pairs --------------------------------------------------------------------------------------------------------

    def _table(self, sheet: Sheet, parts: list[_Pairs], kinds: tuple[str, ...], matching: int) -> Iterator[pa.Table]:
        """Pairs as a table: the smaller side left, each pair once, by its best kind; the first kinds match."""
        pairs = self._in_order(self._all_of(parts))
        for rows in pieces(pairs.kind.size):
            some = _Pairs(*(column[rows] for column in pairs))
            yield arrow_table(
                sheet,
                {
                    "table_l": chosen(TABLES, some.table_l),
                    "rec_id_l": some.rec_l.astype(np.int64),
                    "table_r": chosen(TABLES, some.table_r),
                    "rec_id_r": some.rec_r.astype(np.int64),
                    "is_match": some.kind < matching,
                    "kind": chosen(kinds, some.kind),
                    "weight": some.weight,
                },
            )

    def _in_order(self, pairs: _Pairs) -> _Pairs:
        """Pairs sorted by both sides, each once; sorted by parts, since there are many more of them than of rows."""
        pairs, parts = self._kept(_turned(pairs)), []
        for code in np.unique(pairs.table_l):
            for rows in parts_by_value(np.where(pairs.table_l == code, pairs.rec_l, BLANK)):
                rows = rows[pairs.table_l[rows] == code]
                parts.append(self._kept(_in_order(_Pairs(*(column[rows] for column in pairs)))))
        return self._all_of([_Pairs(*(column[:0] for column in pairs)), *parts])

    def _kept(self, pairs: _Pairs) -> _Pairs:
        return _Pairs(*(self._keep(column) for column in pairs))

    def _all_of(self, parts: list[_Pairs]) -> _Pairs:
        """Pairs one after another."""
        return _Pairs(*(self._keep(np.concatenate(columns)) for columns in zip(*parts)))

    def t1(self) -> Iterator[pa.Table]:
        """The same person in two systems."""
        front, behind = self._front, self._rows(*BEHIND, only_latest=True)
        parts = [
            _joined(front, behind, front.person, behind.person, 0),
            _joined(front, behind, self.people.party[front.person], self.people.party[behind.person], 1),
            self._drawn(front, behind, self._names_key, 2, NEAR),  # all of them grow as the square of the people
            self._drawn(front, behind, self._event, 3, NEAR),
            self._drawn(front, behind, self._nothing, 4, FAR),
        ]
        parts = [self._other_persons(part, front, behind) if at else part for at, part in enumerate(parts)]
        kinds = ("same_person", "same_family", "homonym", "same_event", "stranger")
        return self._table(sheets.LABELS["T1"], parts, kinds, 1)

    def _other_persons(self, pairs: _Pairs, *sides: _Rows) -> _Pairs:
        """Pairs of rows about two different people."""
        left, right = (
            self._person_of(side, table, rec)
            for side, table, rec in zip(sides, (pairs.table_l, pairs.table_r), (pairs.rec_l, pairs.rec_r))
        )
        different = np.flatnonzero(left != right)
        return self._kept(_Pairs(*(column[different] for column in pairs)))

    @staticmethod
    def _person_of(rows: _Rows, table: np.ndarray, rec: np.ndarray) -> np.ndarray:
        keys = rows.table.astype(np.int64) << 40 | rows.rec
        return rows.person[lookup(keys, table.astype(np.int64) << 40 | rec)]

    def _drawn(self, left: _Rows, right: _Rows, group: np.ndarray, kind: int, count: int) -> _Pairs:
        """For each right row some left rows whose people are of the same group, by draws; each stands for many."""
        groups = group[left.person]
        order = np.argsort(groups, kind="stable").astype(np.int32)
        order, groups = self._keep(order), self._keep(groups[order])
        parts = []
        for rows in pieces(right.rec.size):
            some = right.take(rows)
            wanted, entities = group[some.person], self.people.number[some.person]
            first = np.searchsorted(groups, wanted, side="left")
            size = np.searchsorted(groups, wanted, side="right") - first
            has = np.flatnonzero(size > 0)
            for index in range(count):
                uniforms = self.numbering.draws.uniforms(entities, Purpose.PACK_PAIR, kind * 8 + index)
                drawn = first + np.minimum((uniforms * size).astype(np.int64), np.maximum(size - 1, 0))
                one, other = left.take(order[drawn[has]]), some.take(has)
                weight = size[has] / count
                drawn_pairs = _Pairs(one.table, one.rec, other.table, other.rec, _of_kind(kind, has.size), weight)
                parts.append(self._kept(drawn_pairs))
        return self._all_of(parts)

    def t2(self) -> Iterator[pa.Table]:
        """Parent and child whom no unit or link of production joins, and all other pairs of an event."""
        front = self._front
        is_child = self.people.is_child[front.person]
        adults, children = front.take(np.flatnonzero(~is_child)), front.take(np.flatnonzero(is_child))
        parts = [self._unjoined(adults, children.take(rows)) for rows in pieces(children.rec.size)]
        kinds = ("parent_child", "kin", "claimed_false", "same_family", "same_event")
        return self._table(sheets.LABELS["T2"], parts, kinds, 1)

    def _unjoined(self, adults: _Rows, children: _Rows) -> _Pairs:
        """Adults and children of one event whom production does not join; sorts of pairs by `t2`."""
        people = self.people
        # At ports the same day stands for the same event, which would be too many pairs: of one event there as well.
        events = self._event[children.person]
        adults = adults.take(np.flatnonzero(np.isin(self._event[adults.person], events)))
        pairs = _joined(adults, children, self._event[adults.person], events, 0)
        adult = self._person_of(adults, pairs.table_l, pairs.rec_l)
        child = self._person_of(children, pairs.table_r, pairs.rec_r)
        links, relation = self.tables.pairs
        place = links.place_of(child, adult)
        joined = (place >= 0) & (np.append(self.tables.stands, Level.NOWHERE)[place] == Level.SEARCHABLE)
        of = np.where(place >= 0, np.append(relation, 0)[place], BLANK)
        kind = np.select([(of == 0) | (of == 2), of == 3, of == 4], [0, 1, 2], 4)
        same_party = people.party[adult] == people.party[child]
        kind = np.where((kind == 4) & same_party, 3, kind)
        rows = np.flatnonzero(~joined)
        return _Pairs(*(column[rows] for column in pairs))._replace(kind=kind[rows].astype(np.int8))

    def t3(self) -> Iterator[pa.Table]:
        """A child in the portal and the separated parent in e3, at a port or in ICE's hands."""
        children = self._rows("portal_child", only_latest=True)
        adults = self._rows(*IN_FRONT, "earm_case", only_latest=True)
        adults = adults.take(np.flatnonzero(~self.people.is_child[adults.person]))
        links = self._separations()
        true = _linked(adults, children, links)
        near = self._numbered_near(adults, children)
        others = self._drawn(adults, children, self._event, 2, NEAR)
        parts = [true, near, others]
        return self._table(sheets.LABELS["T3"], parts, ("separated_parent", "number_near", "same_event"), 1)

    def _separations(self) -> Links:
        links = self.tables.separations
        return links.take(np.flatnonzero(links.is_separation))

    def _numbered_near(self, adults: _Rows, children: _Rows) -> _Pairs:
        """Adults whose A-number as given out stands next to a child's."""
        number = self.witness.a_number
        parts = []
        for step in (-1, 1):
            wanted = np.where(number[children.person] == BLANK, BLANK, number[children.person] + step)
            pairs = _joined(adults, children, number[adults.person], wanted, 1)
            parts.append(pairs)
        return self._all_of(parts)

    def t8(self) -> Iterator[pa.Table]:
        """A message and the child it is about; other children at ORR in the same event, and those of whom is drawn."""
        children = self._rows("portal_child", only_latest=True)
        messages = self._rows("mail_message")
        # Right is the message: for each, children beside its own.
        parts = [
            _joined(children, messages, children.person, messages.person, 0),
            self._other_persons(
                _joined(children, messages, self.people.party[children.person], self.people.party[messages.person], 1),
                children,
                messages,
            ),
            self._other_persons(self._drawn(children, messages, self._nothing, 2, FAR), children, messages),
        ]
        return self._table(sheets.LABELS["T8"], parts, ("about_child", "same_family", "other_child"), 1)

    # --- others -------------------------------------------------------------------------------------------------------

    def t4(self) -> Iterator[pa.Table]:
        """Children: separated or not, when, and the code that a flawless clerk entered."""
        front = self._front
        children = front.take(np.flatnonzero(self.people.is_child[front.person]))
        links = self._separations()
        at = np.full(self.people.number.size, NEVER, dtype=np.int64)
        np.minimum.at(at, links.child, links.parted_at)
        order, codes = np.lexsort((children.rec, children.table)).astype(np.int32), self._codes()
        for rows in pieces(order.size):
            some = children.take(order[rows])
            yield arrow_table(
                sheets.LABELS["T4"],
                {
                    "table": chosen(TABLES, some.table),
                    "rec_id": some.rec,
                    "is_separated": at[some.person] != NEVER,
                    "separated_at": moments(at[some.person]),
                    "code": chosen(CODES, codes[some.person]),
                },
            )

    def _codes(self) -> np.ndarray:
        """Code that flawless clerks chose for everybody's case, `BLANK` for none."""
        by_case = np.full(self.witness.plan.case_first.size + 1, BLANK, dtype=np.int64)
        for name in ("e3_unit_deletion", "e3_family_member"):
            table, behind = self.cut.written[name], self.cut.behind_written[name]
            coded = np.flatnonzero(table["code"] != BLANK)
            by_case[behind.case[coded]] = table["code"][coded]
        by_case[-1] = BLANK
        return by_case[self.witness.case]

    def t5(self) -> pa.Table:
        """Entries of lists that are right or false, and people who are missing from them."""
        parts = [self._of_list(number, release) for number, release in enumerate(self.lists.releases, 1)]
        columns = [np.concatenate(column) for column in zip(*parts)]
        list_no, in_entries, rec, status, person = columns
        codes = np.where(in_entries == LISTED, len(TABLES), in_entries)
        return arrow_table(
            sheets.LABELS["T5"],
            {
                "list_no": list_no,
                "table": chosen((*TABLES, "list_entry"), codes),
                "rec_id": rec,
                "status": chosen(sheets.STATUSES, status),
                "person_id": numbers(self.numbering.person[person]),
            },
        )

    def _of_list(self, number: int, release: Release) -> tuple[np.ndarray, ...]:
        """Entries of one list, then rows of people who are missing: list, table, row, status and person of each."""
        own = np.flatnonzero(self.lists.list_no == number)
        own = own[np.argsort(self.lists.rec[own])]
        person, meant = self.lists.person[own], self._meant(release)
        status = np.where(np.isin(person, meant), 0, 1)
        source = self._rows("portal_child", only_latest=True) if release.purpose is IN_CARE else self._front
        left_out = np.flatnonzero(np.isin(source.person, np.setdiff1d(meant, person)))
        left_out = left_out[np.lexsort((source.rec[left_out], source.table[left_out]))]
        missing = source.take(left_out)
        return (
            np.full(own.size + left_out.size, number),
            np.concatenate([np.full(own.size, LISTED), missing.table]),
            np.concatenate([self.lists.rec[own], missing.rec]),
            np.concatenate([status, np.full(left_out.size, 2)]),
            np.concatenate([person, missing.person]),
        )

    def _meant(self, release: Release) -> np.ndarray:
        """Rows of the people who ought to be on a list: those separated in its period, or separated and in care."""
        links, history = self._separations(), self.witness.history
        if release.purpose is IN_CARE:
            earlier = self.witness.plan.resident[self.witness.plan.resident_parent > 0]
            known = np.union1d(links.child[links.parted_at <= release.at], earlier[self.cut.chosen[earlier]])
            return known[(history.admitted_at[known] <= release.at) & (release.at < history.left_shelter_at[known])]
        period = release.period
        counted = (links.parted_at >= period.begins_at) & (links.parted_at < min(period.ends_at, release.at))
        counted &= self.witness.is_in_e3[links.child]
        return np.union1d(links.child[counted], links.parent[counted])

    def t6(self) -> Iterator[pa.Table]:
        """Wrong cells: what stands there and what ought to; in parts, by names of tables, then rows and fields."""
        changes, (first, last) = self.cut.key.changes, self.tables.cells_changed
        # A cell that a later slip happened to set right is no error.
        wrong = np.flatnonzero(changes.meant[first] != changes.written[last])
        wrong = wrong[self._by_names(changes, last[wrong])]
        for rows in pieces(wrong.size):
            cells = self.tables.wrong_cells(changes.take(last[wrong[rows]]), changes.take(first[wrong[rows]]))
            yield arrow_table(sheets.LABELS["T6"], cells)

    def _by_names(self, changes: Changes, rows: np.ndarray) -> np.ndarray:
        """Order of changes by the names of tables and fields, with the new numbers of rows between them."""
        code, field = changes.table[rows], changes.field[rows]
        rank = np.zeros((len(TABLES), 1 + max(len(layout.every_field) for layout in LAYOUTS.values())), dtype=np.int8)
        for place, name in enumerate(TABLES):
            names = list(LAYOUTS[name].every_field)
            rank[place, : len(names)] = np.argsort(np.argsort(names))
        rec = self.tables.rec_ids(code, changes.rec_id[rows])
        return np.lexsort((rank[code, field], rec, np.argsort(np.argsort(TABLES)).astype(np.int8)[code]))

    def t9(self) -> pa.Table:
        """In which sources each separated child stands at the end."""
        child = np.unique(self._separations().child)
        seen = self._seen()
        order = np.argsort(self.numbering.person[child])
        return arrow_table(
            sheets.LABELS["T9"],
            {
                "person_id": self.numbering.person[child][order],
                **{name: np.isin(child, people)[order] for name, people in seen.items()},
            },
        )

    def _seen(self) -> dict[str, np.ndarray]:
        """People of whom each source says that they were separated."""
        records, behind = self.cut.records, self.cut.behind
        members, deleted = records["e3_family_member"], records["e3_unit_deletion"]
        coded = deleted["unit_no"][deleted["code"] != BLANK]
        in_units = np.isin(members["unit_no"], coded) | (members["member_status"] == _SEPARATED)
        box, mail = records["portal_separation"], records["mail_message"]
        in_mail = mail["parent_a_number"] != BLANK
        in_notes = [behind[name].other for name in ("e3_narrative_child", "earm_comment")]
        return {
            "in_unit_history": behind["e3_family_member"].person[in_units],
            "in_portal": behind["portal_separation"].person[box["separated"] == _YES],
            "in_sheet": behind["local_sheet_row"].other,
            "in_mail": behind["mail_message"].person[in_mail],
            "in_note": np.concatenate(in_notes),
        }

    def clusters(self) -> Iterator[pa.Table]:
        """Rows of people in every system, by person."""
        rows = self._rows(*IN_FRONT, *BEHIND)
        order = np.lexsort((rows.rec, rows.table)).astype(np.int32)
        for some in pieces(order.size):
            part = rows.take(order[some])
            yield arrow_table(
                sheets.CLUSTERS,
                {
                    "table": chosen(TABLES, part.table),
                    "rec_id": part.rec.astype(np.int64),
                    "cluster": self.numbering.person[part.person],
                },
            )

    def makers(self) -> dict[str, Callable[[], pa.Table | Iterator[pa.Table]]]:
        """Makers of labels by task, but for T7, which asks about texts; of large ones in parts."""
        made = {task: getattr(self, task.lower()) for task in sheets.LABELS if task != "T7"}
        return {**made, "clusters": self.clusters}


def _joined(left: _Rows, right: _Rows, key_l: np.ndarray, key_r: np.ndarray, kind: int) -> _Pairs:
    """All pairs of rows with the same key, each of which stands for itself; empty keys are equal to none."""
    at_r, at_l = matches(np.asarray(key_l), np.asarray(key_r))
    kept = np.asarray(key_r)[at_r] != BLANK
    one, other = left.take(at_l[kept]), right.take(at_r[kept])
    count = int(kept.sum())
    return _Pairs(one.table, one.rec, other.table, other.rec, _of_kind(kind, count), np.ones(count))


def _linked(adults: _Rows, children: _Rows, links: Links) -> _Pairs:
    """Pairs of rows about the two people of a link."""
    link, at_child = matches(children.person, links.child.astype(np.int64))
    pair, at_adult = matches(adults.person, links.parent[link].astype(np.int64))
    one, other = adults.take(at_adult), children.take(at_child[pair])
    return _Pairs(one.table, one.rec, other.table, other.rec, _of_kind(0, pair.size), np.ones(pair.size))


def _of_kind(kind: int, count: int) -> np.ndarray:
    return np.full(count, kind, dtype=np.int8)


def _turned(pairs: _Pairs) -> _Pairs:
    """Pairs with the smaller side left."""
    turned = (pairs.table_l > pairs.table_r) | ((pairs.table_l == pairs.table_r) & (pairs.rec_l > pairs.rec_r))
    if not turned.any():
        return pairs
    columns = pairs._asdict()
    for one, other in (("table_l", "table_r"), ("rec_l", "rec_r")):
        left, right = columns[one], columns[other]
        columns[one], columns[other] = np.where(turned, right, left), np.where(turned, left, right)
    return _Pairs(**columns)


def _in_order(pairs: _Pairs) -> _Pairs:
    """Pairs sorted by both sides; of those of the same rows the one of the best kind."""
    order = np.lexsort((pairs.kind, pairs.rec_r, pairs.table_r, pairs.rec_l, pairs.table_l))
    pairs = _Pairs(*(column[order] for column in pairs))
    same = np.ones(order.size, dtype=bool)
    for column in pairs[:4]:
        same[1:] &= column[1:] == column[:-1]
    same[:1] = False
    return _Pairs(*(column[~same] for column in pairs))
