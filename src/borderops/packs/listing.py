"""Lists that agencies gave out, drawn from the records of a pack, with whom each entry is about and who is missing.

The same lists as `borderops.audit.publishing` draws; here each entry keeps the row that it was drawn from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from borderops.audit.linkage import hhs_rule
from borderops.audit.lists import PUBLISHED_AT, Period, official_list, reconcile
from borderops.audit.looking_up import at_places, lookup, occurs, standing
from borderops.audit.publishing import RELEASES, Purpose, Release
from borderops.packs.columns import MARK, SYNTHETIC, arrow_table, observed_sheets
from borderops.packs.cutting import Cut
from borderops.packs.numbering import Numbering, ranked
from borderops.packs.readable import Reader
from borderops.population.people import NOBODY
from borderops.records.fields import BLANK, parts_of
from borderops.records.systems import CODES, LAYOUTS, PUBLISHED, RecordTable, table_of
from borderops.streams import Purpose as Draw
from borderops.units import DAY

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

_YES: Final = LAYOUTS["portal_separation"].every_field["separated"].choices.index("yes")


def releases_of(first_minute: int, horizon: int) -> tuple[Release, ...]:
    """Lists of a window: those of the report where it holds their first day, else two at its end."""
    if first_minute < PUBLISHED_AT <= horizon:
        return RELEASES
    whole = Period(first_minute, horizon, CODES)
    return tuple(Release(purpose, horizon, whole) for purpose in (Purpose.FIRST_COUNT, Purpose.CHILDREN_IN_CARE))


class PublishedLists:
    """Lists of one pack.

    Parameters
    ----------
    made : Cut
    numbering : Numbering
    reader : Reader

    Attributes
    ----------
    releases : tuple of Release
        In the order of their numbers, from 1.
    list_no : ndarray of int64, shape (e,)
        List of each entry.
    person : ndarray of int64, shape (e,)
        Row of `People`.
    rec : ndarray of int64, shape (e,)
        New number of each entry.
    """

    def __init__(self, made: Cut, numbering: Numbering, reader: Reader):
        self.cut, self.numbering, self.reader = made, numbering, reader
        history = made.witness.history
        self.releases = releases_of(history.first_minute, history.horizon)
        parts = [self._entries(release) for release in self.releases]
        self.sizes = np.array([part["is_child"].size for part in parts], dtype=np.int64)
        self.list_no = np.repeat(np.arange(1, len(parts) + 1), self.sizes)
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        self.person = columns.pop("person")
        self._entry = self._table_of_entries(columns)
        self.rec = self._entry["rec_id"]

    def _entries(self, release: Release) -> dict[str, np.ndarray]:
        """Who stands on a list: names and number as written, and whom it is."""
        if release.purpose is Purpose.CHILDREN_IN_CARE:
            return self._in_care(release.at)
        records, found = self.cut.records, self.cut.records["e3_subject"]
        if release.purpose is Purpose.FIRST_COUNT:
            listed = official_list(records, release.at, release.period)
        else:
            suspected = hhs_rule(records, release.at)
            listed = reconcile(records, suspected, PUBLISHED_AT, release.at, release.period).joint
        place = lookup(found["rec_id"], listed.rec_id)
        names = ("a_number", "given", "surname_1", "surname_2")
        columns = {name: at_places(found[name], place, BLANK) for name in names}
        return {**columns, "is_child": listed.is_child, "person": self._behind("e3_subject", place)}

    def _in_care(self, at: int) -> dict[str, np.ndarray]:
        """Children in a shelter whom the portal says to be separated."""
        records, found = self.cut.records, self.cut.records["portal_child"]
        boxes, stays = records["portal_separation"], records["portal_placement"]
        said, held = standing(boxes, at), standing(stays, at)
        said = said[boxes["separated"][said] == _YES]
        held = held[stays["discharged_at"][held] > at]
        number = np.unique(boxes["portal_no"][said])
        place = lookup(found["portal_no"], number[occurs(stays["portal_no"][held], number)])
        first, second = parts_of(at_places(found["last_name"], place, BLANK))
        columns = {"given": at_places(found["first_name"], place, BLANK), "surname_1": first, "surname_2": second}
        columns |= {"a_number": at_places(found["a_number"], place, BLANK), "is_child": np.ones(place.size, dtype=bool)}
        return {**columns, "person": self._behind("portal_child", place)}

    def _behind(self, name: str, place: np.ndarray) -> np.ndarray:
        return np.append(self.cut.behind[name].person, NOBODY)[place].astype(np.int64)

    def _table_of_entries(self, columns: dict[str, np.ndarray]) -> RecordTable:
        """Entries with lines in the order of names, and numbers by chance within a list's minute."""
        at = np.array([release.at for release in self.releases], dtype=np.int64)[self.list_no - 1]
        kind = columns.pop("is_child").astype(np.int8)
        made: dict[str, np.ndarray | int] = {"kind": kind, "entered_at": at, "entered_by": BLANK, **columns}
        table = table_of("list_entry", {**made, "list_no": self.list_no, "line": self._lines(columns)})
        order = np.argsort(at, kind="stable")  # as the table has them
        self.list_no, self.person = self.list_no[order], self.person[order]
        rec = ranked(table["entered_at"], self.numbering.draws, table["rec_id"], Draw.PACK_LIST, 1)
        return RecordTable(table.layout, {**table.columns, "rec_id": rec})

    def _lines(self, columns: dict[str, np.ndarray]) -> np.ndarray:
        """Line of each entry within its list, by surnames and given name, by chance where these are equal."""
        texts = self.cut.records.lexicon.texts
        keys = [np.array(texts(columns[name]), dtype=np.str_) for name in ("given", "surname_2", "surname_1")]
        chance = self.numbering.draws.bits(np.arange(self.list_no.size), Draw.PACK_LIST)
        order = np.lexsort((chance, *keys, self.list_no))
        begins = np.searchsorted(self.list_no[order], self.list_no[order], side="left")
        line = np.empty(order.size, dtype=np.int64)
        line[order] = np.arange(order.size) - begins + 1
        return line

    # --- tables -------------------------------------------------------------------------------------------------------

    def table(self, name: str) -> pa.Table:
        """One of the tables, sorted by its numbers."""
        import pyarrow as pa

        found = self._entry if name == "list_entry" else self._heads()
        order = np.argsort(found["rec_id"])
        fields = found.layout.every_field
        columns = {
            each: self.reader.column(field, self.numbering.cells(name, field, found[each])[order])
            for each, field in fields.items()
        }
        marks = pa.repeat(pa.scalar(MARK), order.size)
        return arrow_table(observed_sheets()[name], {**columns, SYNTHETIC: marks})

    def _heads(self) -> RecordTable:
        at = np.array([release.at for release in self.releases], dtype=np.int64)
        columns: dict[str, np.ndarray | int] = {
            "entered_at": at,
            "entered_by": BLANK,
            "list_no": np.arange(1, at.size + 1),
            "purpose": np.array([release.purpose for release in self.releases], dtype=np.int8),
            "as_of": at // DAY,
            "persons": self.sizes,
        }
        return table_of("list_release", columns)


NAMES: Final = tuple(PUBLISHED)
"""Names of the tables of lists."""
