"""Tables of the answer key: what is true of everybody and of every row of a pack, and every error with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from borderops.ages import age_years
from borderops.audit.findings import Check
from borderops.audit.linkage import hhs_rule, matching_rules, port_rules
from borderops.config.schema import STATIONS
from borderops.packs import key_tables as sheets
from borderops.packs.columns import NOTE_TEXT, arrow_table
from borderops.packs.cutting import Cut
from borderops.packs.formats import pieces
from borderops.packs.numbering import A_NUMBERS_FROM, Numbering
from borderops.packs.readable import Reader, chosen, days, moments, numbers, users
from borderops.packs.splitting import parts_of_schemes
from borderops.population.people import COUNTRIES, NOBODY, Role, Sex, Stratum
from borderops.records.answer_key import TABLES, Behind, Blame, CauseKind, Changes, Mechanism
from borderops.records.bookkeeping import Books
from borderops.records.fields import BLANK
from borderops.records.known_names import given_names_of, known_names, surnames_of
from borderops.records.systems import LAYOUTS
from borderops.scoring.standing import (
    Kind,
    Level,
    Links,
    evidence,
    persons_of,
    standing,
    true_links,
)
from borderops.shelf import IN_MEMORY, Memory
from borderops.units import DAY, NEVER

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

_LATEST = NEVER - 1
SOURCE_OF_TEXT = "e3_narrative"
"""Table whose rows are about whom texts of the same number are."""


class KeyTables:
    """Tables of the answer key of a pack, one at a time.

    Parameters
    ----------
    books : Books
        Of the whole history: what a record tells of a link does not depend on who is in the pack.
    made : Cut
    numbering : Numbering
    reader : Reader
    shelf : Memory
        Where the books lie.
    """

    def __init__(self, books: Books, made: Cut, numbering: Numbering, reader: Reader, shelf: Memory = IN_MEMORY):
        self.books, self.cut, self.numbering, self.reader, self.shelf = books, made, numbering, reader, shelf
        self.witness, self.people = made.witness, made.witness.people

    def find_out(self) -> Iterator[Any]:
        """Find out what tables need, one thing after another, so that each can be put away before the next."""
        for name in ("person", "family", "event"):
            yield getattr(self.numbering, name)
        yield self._share_of
        yield self.separations
        yield self._parted_at
        yield self.pairs
        yield self.stands
        yield self.rule_pairs
        yield self.suspected
        yield self.cells_changed
        yield self._error_ids
        yield self._cause_ids

    # --- people -----------------------------------------------------------------------------------------------------

    def person(self) -> Iterator[pa.Table]:
        """Everybody, by number, in parts."""
        row = self._by_number()
        yield from (self._persons(row[rows]) for rows in pieces(row.size))

    def _persons(self, row: np.ndarray) -> pa.Table:
        people, witness = self.people, self.witness
        apprehended_at = people.apprehended_at[people.party[row]]
        met_at = np.where(witness.is_resident[row], witness.history.admitted_at[row], apprehended_at)
        party, number = people.party[row], witness.a_number[row]
        names = {
            "given_1": given_names_of(people.given_1[row]),
            "given_2": given_names_of(people.given_2[row]),
            "surname_1": surnames_of(people.surname_1[row]),
            "surname_2": surnames_of(people.surname_2[row]),
        }
        first = LAYOUTS["e3_subject"].every_field["given"]
        parted_at = self._parted_at[row]
        return arrow_table(
            sheets.PERSON,
            {
                "person_id": self.numbering.person[row],
                "family_id": self.numbering.family[party],
                "event_id": self.numbering.event[party],
                "party_kind": _words(Stratum, people.stratum[party]),
                "role": _words(Role, people.role[row]),
                "sex": _words(Sex, people.sex[row]),
                "birth_date": days(people.birth_day[row]),
                "citizenship": chosen(COUNTRIES, people.citizenship[row]),
                **{name: self.reader.column(first, codes) for name, codes in names.items()},
                "surname_share": self._surname_share(row),
                "age": age_years(people.birth_day[row], met_at // DAY),
                "sector": self.sectors(row),
                "apprehended_at": moments(met_at),
                "a_number": numbers(np.where(number == BLANK, BLANK, number + A_NUMBERS_FROM)),
                "was_separated": parted_at != NEVER,
                "separated_at": moments(parted_at),
            },
        )

    def _by_number(self) -> np.ndarray:
        """Rows of people in the order of their new numbers."""
        rows = self.cut.persons
        return rows[np.argsort(self.numbering.person[rows])]

    def sectors(self, row: np.ndarray) -> pa.Array:
        """Sector of people; shelters for those who were in one when the history began."""
        station = self.witness.station[row].astype(np.int64)
        return chosen((*STATIONS, sheets.RESIDENT_OF_SHELTER), np.where(station < 0, len(STATIONS), station))

    def _surname_share(self, row: np.ndarray) -> np.ndarray:
        """Share of all people who bear the commoner of the surnames of some, accents apart."""
        first, second = (self._share_of[surnames_of(codes[row])] for codes in self._surnames)
        return np.maximum(first, second)

    @property
    def _surnames(self) -> tuple[np.ndarray, np.ndarray]:
        return self.people.surname_1, self.people.surname_2

    @cached_property
    def _share_of(self) -> np.ndarray:
        """Share of all people who bear a surname, by its code, with a last place for none."""
        folded = np.append(known_names().folded, np.int32(BLANK))
        borne = np.zeros(folded.size, dtype=np.int64)
        for codes in self._surnames:
            for rows in pieces(codes.size):
                one = folded[surnames_of(codes[rows])]
                borne += np.bincount(one[one >= 0], minlength=folded.size)
        return np.append(borne / max(self.people.surname_1.size, 1), 0.0)[folded]

    @cached_property
    def _parted_at(self) -> np.ndarray:
        """When everybody was first parted from a child or parent within the definition; NEVER for others."""
        links, at = self.separations, np.full(self.people.number.size, NEVER, dtype=np.int64)
        for side in (links.child, links.parent):
            np.minimum.at(at, side[links.is_separation], links.parted_at[links.is_separation])
        return at

    @cached_property
    def separations(self) -> Links:
        """True links of separated children of the pack."""
        links = true_links(self.witness)
        return links.take(np.flatnonzero(self.cut.chosen[links.child]))

    # --- links --------------------------------------------------------------------------------------------------------

    @cached_property
    def pairs(self) -> tuple[Links, np.ndarray]:
        """Every child with each parent, relative or alleged parent, by rows of people; and the relation of each."""
        people, chosen_ones = self.people, self.cut.chosen
        stratum = people.of_party("stratum")
        child: list[np.ndarray] = []
        adult: list[np.ndarray] = []
        relation: list[np.ndarray] = []
        for parents in (people.mother, people.father):
            own = np.flatnonzero((parents != NOBODY) & people.is_child & chosen_ones)
            parent = parents[own]
            is_minor, hidden = people.is_child[parent], stratum[own] == Stratum.UNDISCLOSED_FAMILY
            child, adult = [*child, own], [*adult, parent]
            relation.append(np.where(is_minor, 1, np.where(hidden, 2, 0)))
        for kind, code in ((Stratum.KIN_GROUP, 3), (Stratum.FALSE_FAMILY, 4)):
            own = np.flatnonzero((stratum == kind) & people.is_child & chosen_ones)
            child, adult = [*child, own], [*adult, people.first_member[people.party[own]]]
            relation.append(np.full(own.size, code))
        of, to, kinds = np.concatenate(child), np.concatenate(adult), np.concatenate(relation)
        fits = people.role[to] < Role.CHILD
        fits |= kinds == 1
        order = np.lexsort((to[fits], of[fits]))
        of, to, kinds = of[fits][order].astype(np.int32), to[fits][order].astype(np.int32), kinds[fits][order]
        none = np.zeros(of.size, dtype=np.int8)
        return Links(of, to, none, none, np.full(of.size, NEVER, dtype=np.int64)), kinds

    @cached_property
    def stands(self) -> np.ndarray:
        """Where each of `pairs` stands at the end, `Level`."""
        links, _ = self.pairs
        made = np.empty(len(links), dtype=np.int8)
        for rows in pieces(len(links)):
            some = links.take(rows)
            found = evidence(some, self.books.records, self.books.key.behind, self.witness)
            made[rows] = standing(some, found, _LATEST)
            self.shelf.rest()
        return made

    @cached_property
    def suspected(self) -> np.ndarray:
        """Marks those of `pairs` that a published rule suspects, unless a unit links them."""
        links, _ = self.pairs
        marked = np.zeros(len(links), dtype=bool)
        for adult, child in self.rule_pairs:
            place = links.place_of(child, adult)
            marked[place[(place >= 0) & (adult >= 0) & (child >= 0)]] = True
        return marked

    @cached_property
    def rule_pairs(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """Rows of adults and children whom the rules suspect: the report's, at ports, and HHS's."""
        records, behind = self.books.records, self.books.key.behind
        made = []
        for rule in (lambda: matching_rules(records)[0], lambda: port_rules(records)[0], lambda: hhs_rule(records)):
            made.append(persons_of(rule(), records, behind))
            self.shelf.rest()
        return tuple(made)

    def link(self) -> Iterator[pa.Table]:
        """Every relation, by numbers of child and adult, in parts."""
        links, _ = self.pairs
        child, adult = (self.numbering.person[side].astype(np.int32) for side in (links.child, links.parent))
        order = self.shelf.keep(np.lexsort((adult, child)).astype(np.int32))
        for rows in pieces(order.size):
            yield self._links(order[rows])

    def _links(self, rows: np.ndarray) -> pa.Table:
        links, relation = self.pairs[0].take(rows), self.pairs[1][rows]
        stands, suspected = self.stands[rows], self.suspected[rows]
        place = self.separations.place_of(links.child, links.parent)
        known = np.maximum(place, 0)
        kind = np.where(place >= 0, np.append(self.separations.kind, 0)[known], BLANK)
        at = np.where(place >= 0, np.append(self.separations.parted_at, NEVER)[known], NEVER)
        within = (place >= 0) & np.append(self.separations.is_separation, False)[known]
        from_what = np.where(stands < Level.NOWHERE, 0, np.where(suspected, 1, 2))
        return arrow_table(
            sheets.LINK,
            {
                "child_id": self.numbering.person[links.child],
                "adult_id": self.numbering.person[links.parent],
                "relation": chosen(sheets.RELATIONS, relation),
                "was_separated": within,
                "separation": _words(Kind, kind),
                "separated_at": moments(at),
                "is_recorded": stands < Level.NOWHERE,
                "stands": _words(Level, stands),
                "known_from": chosen(sheets.KNOWN_FROM, from_what),
                "recoverability": chosen((sheets.KNOWABLE, sheets.UNKNOWABLE), from_what // 2),
            },
        )

    # --- rows ---------------------------------------------------------------------------------------------------------

    def record(self) -> Iterator[pa.Table]:
        """The truth behind every observed row but those of lists, in parts."""
        for name in (*self.cut.records.tables, NOTE_TEXT.name):
            of = SOURCE_OF_TEXT if name == NOTE_TEXT.name else name
            order, behind = self.numbering.order(of), self.cut.behind[of]
            for rows in pieces(order.size):
                yield self._behind_rows(name, behind.take(order[rows]), np.arange(rows.start, rows.stop) + 1)

    def _behind_rows(self, name: str, behind: Behind, rec: np.ndarray) -> pa.Table:
        columns = self._truth_of(behind)
        if name == "e3_event":
            columns["event_id"] = numbers(self._event_ids(behind))
        return arrow_table(sheets.RECORD, {"table": _same(name, rec.size), "rec_id": rec, **columns})

    def _truth_of(self, behind: Behind) -> dict[str, pa.Array]:
        """Whom rows are about."""
        person, other = behind.person, behind.other
        lead = np.append(self.witness.plan.case_first, NOBODY)[behind.case]
        about = np.where(person == NOBODY, lead, person)
        party = np.append(self.people.party, NOBODY)[about]
        return {
            "person_id": numbers(self.numbering.person[person]),
            "other_id": numbers(self.numbering.person[other]),
            "other_is": self._relation_of(person, other),
            "family_id": numbers(self.numbering.family[party]),
            "event_id": numbers(self.numbering.event[party]),
        }

    def _relation_of(self, person: np.ndarray, other: np.ndarray) -> pa.Array:
        """What second persons are to first ones."""
        people = self.people
        mother, father, party = (np.append(each, NOBODY) for each in (people.mother, people.father, people.party))
        both = (person != NOBODY) & (other != NOBODY)
        is_child = (mother[other] == person) | (father[other] == person)
        is_parent = (mother[person] == other) | (father[person] == other)
        code = np.where(is_child, 0, np.where(is_parent, 1, np.where(party[person] == party[other], 2, 3)))
        return chosen(sheets.OTHERS, np.where(both, code, BLANK))

    def _event_ids(self, behind: Behind) -> np.ndarray:
        """True event of rows of e3_event: of the person it was made for by mistake, or of what happened."""
        people = self.people
        events, first = np.unique(people.event, return_index=True)
        place = np.minimum(np.searchsorted(events, behind.entity), events.size - 1)
        party = np.where(behind.person == NOBODY, first[place], np.append(people.party, 0)[behind.person])
        return self.numbering.event[party]

    # --- errors -------------------------------------------------------------------------------------------------------

    def error(self) -> Iterator[pa.Table]:
        """Every change of a cell, in parts."""
        for rows in pieces(self.cut.key.changes.rec_id.size):
            yield self._errors(rows)

    def _errors(self, rows: slice) -> pa.Table:
        changes = self.cut.key.changes.take(rows)
        source = np.where(changes.source >= 0, self._error_ids[changes.source], BLANK)
        return arrow_table(
            sheets.ERROR,
            {
                "error_id": np.arange(rows.start, rows.stop) + 1,
                **self.wrong_cells(changes, changes),
                "cause_id": self._cause_ids[changes.cause],
                "hops": changes.hop,
                "source_error": numbers(source),
                "blame": _words(Blame, changes.blame),
                "operator": users(changes.operator),
                "at": moments(changes.at),
                "is_last": self.is_last[rows],
            },
        )

    def wrong_cells(self, last: Changes, first: Changes) -> dict[str, Any]:
        """Columns of changed cells: what was written by the last changes of some cells, and meant by the first."""
        return {
            "table": chosen(TABLES, last.table),
            "rec_id": self.rec_ids(last.table, last.rec_id),
            "field": _fields(last),
            "mechanism": _names(Mechanism, last.mechanism),
            "recorded": self._texts(last, last.written),
            "correct": self._texts(last, first.meant),
            "check": _checks(last.check),
        }

    @cached_property
    def _error_ids(self) -> np.ndarray:
        """Number of an error in the pack by its place in the whole key, `BLANK` for those of others."""
        # A change that was kept is found again by its place among equal ones: places ascend in both.
        whole, kept = self.books.key.changes, self.cut.key.changes
        made = np.full(whole.rec_id.size + 1, BLANK, dtype=np.int64)
        made[_places_kept(whole, kept)] = np.arange(1, kept.rec_id.size + 1)
        return made

    @cached_property
    def is_last(self) -> np.ndarray:
        """Marks the last change of every cell."""
        last = np.zeros(self.cut.key.changes.rec_id.size, dtype=bool)
        last[self.cells_changed[1]] = True
        return last

    @cached_property
    def cells_changed(self) -> tuple[np.ndarray, np.ndarray]:
        """First and last change of every cell that was changed, by table, number and field, int32."""
        changes = self.cut.key.changes
        # By code: of one table after another, since all of them at once take room.
        order = np.concatenate([np.zeros(0, dtype=np.int32), *(_by_cell(changes, code) for code in range(len(TABLES)))])
        edge = np.ones(order.size + 1, dtype=bool)
        edge[1:-1] = False
        for column in (changes.table, changes.rec_id, changes.field):
            cells = column[order]
            edge[1:-1] |= cells[1:] != cells[:-1]
        return order[edge[:-1]], order[edge[1:]]

    def _texts(self, changes: Changes, values: np.ndarray) -> pa.Array:
        """Cells as texts, each as its field reads."""
        import pyarrow as pa

        parts, places = [pa.array([], type=pa.string())], [np.zeros(0, dtype=np.int64)]
        for table, name, rows in _by_field(changes):
            field = LAYOUTS[table].every_field[name]
            parts.append(self.reader.text(field, self.numbering.cells(table, field, values[rows])))
            places.append(rows)
        joined = pa.concat_arrays(parts)
        return joined.take(pa.array(np.argsort(np.concatenate(places), kind="stable")))

    def rec_ids(self, tables: np.ndarray, old: np.ndarray) -> np.ndarray:
        """New numbers of rows of several tables; of missing rows those of `missing`."""
        made = np.full(old.size, BLANK, dtype=np.int64)
        for code in np.unique(tables):
            own = np.flatnonzero(tables == code)
            made[own] = self.numbering.rec_ids_of(TABLES[code], old[own])
        return made

    def row_error(self) -> pa.Table:
        """Rows that are missing, and rows that nobody should have written."""
        rows = self.cut.key.rows
        behind, other = self._behind_row_errors()
        twin = np.where(rows.twin >= 0, self.rec_ids(rows.table, np.maximum(rows.twin, 0)), BLANK)
        what = np.where(rows.is_missing, 0, np.where(rows.twin >= 0, 2, 1))
        return arrow_table(
            sheets.ROW_ERROR,
            {
                "row_error_id": np.arange(1, rows.rec_id.size + 1),
                "table": chosen(TABLES, rows.table),
                "rec_id": np.where(rows.is_missing, self._missing_ids(), self.rec_ids(rows.table, rows.rec_id)),
                "what": chosen(sheets.ROWS_WRONG, what),
                "twin": numbers(twin),
                "mechanism": _names(Mechanism, rows.mechanism),
                "cause_id": self._cause_ids[rows.cause],
                "check": _checks(rows.check),
                "blame": _words(Blame, rows.blame),
                "operator": users(rows.operator),
                "at": moments(rows.at),
                "person_id": numbers(self.numbering.person[behind]),
                "other_id": numbers(self.numbering.person[other]),
            },
        )

    def _behind_row_errors(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the persons of row errors."""
        rows = self.cut.key.rows
        person, other = (np.full(rows.rec_id.size, NOBODY, dtype=np.int64) for _ in range(2))
        for code in np.unique(rows.table):
            name = TABLES[code]
            for missing, records, behind in (
                (True, self.cut.written, self.cut.behind_written),
                (False, self.cut.records, self.cut.behind),
            ):
                own = np.flatnonzero((rows.table == code) & (rows.is_missing == missing))
                had = records[name]["rec_id"]
                by_old = np.argsort(had, kind="stable")
                place = by_old[np.searchsorted(had, rows.rec_id[own], sorter=by_old)] if own.size else own
                person[own], other[own] = behind[name].person[place], behind[name].other[place]
        return person, other

    def _missing_ids(self) -> np.ndarray:
        """Numbers of missing rows below nought, table by table, by their old ones; of others anything."""
        rows, made = self.cut.key.rows, np.zeros(self.cut.key.rows.rec_id.size, dtype=np.int64)
        for code in np.unique(rows.table):
            own = np.flatnonzero((rows.table == code) & rows.is_missing)
            made[own] = -1 - np.searchsorted(np.unique(rows.rec_id[own]), rows.rec_id[own])
        return made

    def missing(self) -> Iterator[str]:
        """Names of the tables from which rows are missing."""
        rows = self.cut.key.rows
        yield from (TABLES[code] for code in np.unique(rows.table[rows.is_missing]))

    def missing_rows(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Places of the missing rows of a table as flawless clerks wrote it, and their numbers."""
        rows = self.cut.key.rows
        own = np.unique(rows.rec_id[(rows.table == TABLES.index(name)) & rows.is_missing])
        had = self.cut.written[name]["rec_id"]
        return np.flatnonzero(np.isin(had, own)), -np.arange(1, own.size + 1)

    # --- causes -------------------------------------------------------------------------------------------------------

    @cached_property
    def _cause_ids(self) -> np.ndarray:
        """Number of a cause by its place in the whole key; `BLANK` for those that explain nothing here."""
        key = self.cut.key
        used = np.zeros(key.causes.kind.size, dtype=bool)
        used[key.changes.cause] = used[key.rows.cause] = True
        used[self._lost[1]] = True
        return np.where(used, np.cumsum(used), BLANK)

    def cause(self) -> pa.Table:
        """Every cause that explains something in the pack."""
        used = np.flatnonzero(self._cause_ids > 0)
        causes = self.cut.key.causes
        return arrow_table(
            sheets.CAUSE,
            {
                "cause_id": self._cause_ids[used],
                "kind": _words(CauseKind, causes.kind[used]),
                "mechanism": _names(Mechanism, causes.mechanism[used]),
                "sector": chosen(STATIONS, causes.station[used]),
                "begins_at": moments(causes.begins_at[used]),
                "ends_at": moments(causes.ends_at[used]),
                "operator": users(causes.operator[used]),
            },
        )

    @cached_property
    def _lost(self) -> tuple[np.ndarray, np.ndarray]:
        """New numbers of lost messages of the pack, and places of their causes."""
        lost = self.cut.key.lost
        rec = self.numbering.rec_ids_of("mail_message", lost.rec_id)
        kept = rec != BLANK
        return rec[kept], lost.cause[kept]

    def lost_message(self) -> pa.Table:
        """Messages that never arrived."""
        rec, cause = self._lost
        order = np.argsort(rec)
        return arrow_table(sheets.LOST_MESSAGE, {"rec_id": rec[order], "cause_id": self._cause_ids[cause[order]]})

    def unavoidable(self) -> pa.Table:
        """Rows that no clerk could have written better."""
        found = self.cut.key.unavoidable
        rec = self.rec_ids(found.table, found.rec_id)
        kept = np.flatnonzero(rec != BLANK)
        kept = kept[np.lexsort((rec[kept], found.table[kept]))]
        return arrow_table(
            sheets.UNAVOIDABLE,
            {
                "table": chosen(TABLES, found.table[kept]),
                "rec_id": rec[kept],
                "mechanism": _names(Mechanism, found.mechanism[kept]),
                "blame": _words(Blame, found.blame[kept]),
                "at": moments(found.at[kept]),
            },
        )

    # --- copies and parts ---------------------------------------------------------------------------------------------

    def lineage(self) -> Iterator[pa.Table]:
        """Cells that were copied, one part for each pair of fields."""
        for copy in self.cut.copies:
            to = self.numbering.rec_ids_of(copy.to_table, copy.to_rec)
            kept = np.flatnonzero(to != BLANK)
            kept = kept[np.argsort(to[kept], kind="stable")]
            read = self.numbering.rec_ids_of(copy.from_table, copy.from_rec[kept])
            for field, from_field in copy.fields:
                for rows in pieces(kept.size):
                    count = rows.stop - rows.start
                    yield arrow_table(
                        sheets.LINEAGE,
                        {
                            "table": _same(copy.to_table, count),
                            "rec_id": to[kept[rows]],
                            "field": _same(field, count),
                            "from_table": _same(copy.from_table, count),
                            "from_rec_id": numbers(read[rows]),
                            "from_field": _same(from_field, count),
                        },
                    )

    def split(self) -> Iterator[pa.Table]:
        """Parts of everybody under each scheme."""
        row = self._by_number()
        for scheme, is_test in parts_of_schemes(self.people, self.witness.station, row, self.numbering.draws).items():
            for rows in pieces(row.size):
                yield arrow_table(
                    sheets.SPLIT,
                    {
                        "scheme": _same(scheme, rows.stop - rows.start),
                        "person_id": self.numbering.person[row[rows]],
                        "part": chosen(sheets.PARTS, is_test[rows].astype(np.int64)),
                    },
                )


# --- changes ----------------------------------------------------------------------------------------------------------


def _by_cell(changes: Changes, code: int) -> np.ndarray:
    """Places of the changes of one table by row, then field, then time, int32."""
    own = np.flatnonzero(changes.table == code).astype(np.int32)
    return own[np.lexsort((changes.field[own], changes.rec_id[own]))]


def _by_field(changes: Changes) -> Iterator[tuple[str, str, np.ndarray]]:
    """Changes by table and field: names, and their places."""
    for code in np.unique(changes.table):
        own = np.flatnonzero(changes.table == code)
        fields = list(LAYOUTS[TABLES[code]].every_field)
        for place in np.unique(changes.field[own]):
            yield TABLES[code], fields[place], own[changes.field[own] == place]


def _fields(changes: Changes) -> pa.Array:
    """Names of the fields of changes."""
    import pyarrow as pa

    names = np.empty(changes.rec_id.size, dtype=object)
    for _, name, rows in _by_field(changes):
        names[rows] = name
    return pa.array(names, type=pa.string())


# --- words ------------------------------------------------------------------------------------------------------------


def _words(names: Any, codes: np.ndarray) -> pa.Array:
    """Codes counted from 0 as the names of an enumeration; null for those below nought."""
    return chosen(tuple(one.name.lower() for one in names), codes)


def _names(names: Any, codes: np.ndarray) -> pa.Array:
    """Codes with gaps as the names of an enumeration."""
    values = {int(one): one.name.lower() for one in names}
    return chosen(tuple(values.get(code, "") for code in range(max(values) + 1)), codes)


def _checks(flags: np.ndarray) -> pa.Array:
    """Flags as their names, joined by |; null for none."""
    known, place = np.unique(flags, return_inverse=True)
    texts = tuple("|".join(str(one.name).lower() for one in Check(int(flag))) for flag in known)
    return chosen(texts, np.where(known == 0, BLANK, np.arange(known.size))[place])


def _same(text: str, count: int) -> pa.Array:
    import pyarrow as pa

    return pa.repeat(pa.scalar(text), count)


def _places_kept(whole: Any, kept: Any) -> np.ndarray:
    """Places in a whole key of the entries that a part of it kept."""
    found = np.zeros(whole.rec_id.size, dtype=bool)
    mine = _cells(kept)
    theirs = _cells(whole)
    found[np.isin(theirs, np.unique(mine))] = True
    return np.flatnonzero(found)


def _cells(changes: Any) -> np.ndarray:
    """One number for the row that a change is of."""
    return changes.table.astype(np.int64) * (np.int64(1) << 40) + changes.rec_id


def mapping_of(tables: KeyTables) -> Mapping[str, Any]:
    """Makers of the tables of the key but for labels, by name, in the order in which they are written."""
    return {
        "person": tables.person,
        "link": tables.link,
        "record": tables.record,
        "error": tables.error,
        "row_error": tables.row_error,
        "cause": tables.cause,
        "unavoidable": tables.unavoidable,
        "lost_message": tables.lost_message,
        "lineage": tables.lineage,
        "split": tables.split,
    }
