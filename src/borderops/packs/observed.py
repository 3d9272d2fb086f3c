"""Observed tables: what a user of a pack may see, table by table, with fresh numbers and nothing of the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from borderops.packs.columns import MARK, SYNTHETIC, arrow_table, observed_sheets
from borderops.packs.cutting import Cut
from borderops.packs.formats import pieces
from borderops.packs.numbering import Numbering
from borderops.packs.readable import Reader
from borderops.records.systems import RecordTable

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa


class Observed:
    """Tables of systems of record as a pack gives them out.

    Parameters
    ----------
    made : Cut
    numbering : Numbering
    reader : Reader
    """

    def __init__(self, made: Cut, numbering: Numbering, reader: Reader):
        self.cut, self.numbering, self.reader = made, numbering, reader

    def parts(self, name: str) -> Iterator[pa.Table]:
        """One table in parts, sorted by its new numbers; at least one part, which may be empty."""
        found, order = self.cut.records[name], self.numbering.order(name)
        for rows in pieces(order.size):
            yield self.rows(name, found.take(order[rows]), np.arange(rows.start, rows.stop) + 1)

    def table(self, name: str) -> pa.Table:
        """One table as a whole."""
        import pyarrow as pa

        return pa.concat_tables(self.parts(name)).combine_chunks()

    def some(self, name: str, rec_ids: np.ndarray) -> pa.Table:
        """Rows of a table by their new numbers, in the order in which they are asked for."""
        return self.rows(name, self.cut.records[name].take(self.numbering.order(name)[rec_ids - 1]), rec_ids)

    def rows(self, name: str, found: RecordTable, rec_ids: np.ndarray) -> pa.Table:
        """Rows of a table, in their order, with all other numbers made fresh.

        Parameters
        ----------
        name : str
        found : RecordTable
        rec_ids : ndarray of int64, shape (r,)
        """
        import pyarrow as pa

        fields = found.layout.every_field
        columns = {
            field: self.reader.column(each, self.numbering.cells(name, each, found[field], found))
            for field, each in fields.items()
            if field != "rec_id"
        }
        marks = pa.repeat(pa.scalar(MARK), rec_ids.size)
        return arrow_table(observed_sheets()[name], {"rec_id": rec_ids, **columns, SYNTHETIC: marks})
