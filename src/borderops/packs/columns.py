"""What a table of a pack is: the one source of its columns, from which files and descriptors are made alike.

Tables of systems of record follow from `borderops.records.systems`; those of the answer key stand in
`borderops.packs.key_tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from borderops.records.fields import Field, Kind
from borderops.records.systems import LAYOUTS, PUBLISHED, Layout

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

SYNTHETIC: Final = "synthetic"
MARK: Final = "SYNTHETIC"
"""Stands in every row of observed tables, so that no part of one can be mistaken for something else."""

NOTICE: Final = "SYNTHETIC DATA: everybody in it is invented by borderops. Not for use on or about real people."

INTEGER, TEXT, DATE, MOMENT, BOOLEAN, NUMBER = "integer", "string", "date", "datetime", "boolean", "number"

TYPES: Final[dict[Kind, str]] = {
    Kind.NUMBER: INTEGER,
    Kind.A_NUMBER: INTEGER,
    Kind.COUNT: INTEGER,
    Kind.NAME: TEXT,
    Kind.NAMES: TEXT,
    Kind.CHOICE: TEXT,
    Kind.USER: TEXT,
    Kind.DAY: DATE,
    Kind.MINUTE: MOMENT,
}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
    type : str
        `INTEGER`, `TEXT`, `DATE`, `MOMENT`, `BOOLEAN` or `NUMBER`.
    says : str
    choices : tuple of str
        All values that it can have, if they are few.
    of : str
        ``table.column`` whose values it repeats; empty for none.
    is_required : bool
        Never empty.
    """

    name: str
    type: str
    says: str
    choices: tuple[str, ...] = ()
    of: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table of a pack.

    Attributes
    ----------
    name : str
    says : str
        What a row is.
    columns : tuple of Column
    key : tuple of str
        Columns that tell rows apart.
    unique : tuple of str
        Columns that the system keeps unique among rows that stand at the same time; what slips add may break it.
    folder : str
        ``observed`` or ``answer_key``, or a folder in it.
    """

    name: str
    says: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: tuple[str, ...] = ()
    folder: str = "answer_key"

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]


def arrow_type(kind: str) -> pa.DataType:
    """Arrow's type of a column."""
    import pyarrow as pa

    return {
        INTEGER: pa.int64(),
        TEXT: pa.string(),
        DATE: pa.date32(),
        MOMENT: pa.timestamp("ms"),
        BOOLEAN: pa.bool_(),
        NUMBER: pa.float64(),
    }[kind]


def arrow_schema(sheet: Sheet) -> pa.Schema:
    """Arrow's schema of a table, with the notice."""
    import pyarrow as pa

    fields = [
        pa.field(column.name, arrow_type(column.type), nullable=not column.is_required) for column in sheet.columns
    ]
    return pa.schema(fields, metadata={"notice": NOTICE, "table": sheet.name})


def arrow_table(sheet: Sheet, columns: Mapping[str, Any]) -> pa.Table:
    """Put columns together as a table has them.

    Parameters
    ----------
    sheet : Sheet
    columns : mapping of str to array
        Arrow arrays, or what these are made of, by name: each column of the table and no other.

    Returns
    -------
    Table

    Raises
    ------
    KeyError
        For a column that is missing or not known.
    """
    import pyarrow as pa

    if wrong := set(columns) ^ set(sheet.names):
        raise KeyError(f"{sheet.name}: {', '.join(sorted(wrong))}")
    schema = arrow_schema(sheet)
    return pa.Table.from_arrays([_as(columns[field.name], field.type) for field in schema], schema=schema)


def _as(values: Any, wanted: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return values if values.type == wanted else values.cast(wanted)
    return pa.array(values, type=wanted)


@cache
def observed_sheets() -> dict[str, Sheet]:
    """All tables of systems of record, of lists, and of texts, by name."""
    made = {name: _observed(layout) for name, layout in {**LAYOUTS, **PUBLISHED}.items()}
    return {**made, NOTE_TEXT.name: NOTE_TEXT}


def field_of(table: str, column: str) -> Field | None:
    """What records say of a column; None for what stands in no record."""
    layout = LAYOUTS.get(table) or PUBLISHED.get(table)
    return None if layout is None else layout.every_field.get(column)


def _observed(layout: Layout) -> Sheet:
    columns = [_column(field) for field in layout.every_field.values()]
    mark = Column(SYNTHETIC, TEXT, "Everybody in this table is invented.", (MARK,), is_required=True)
    return Sheet(layout.name, layout.says, (*columns, mark), ("rec_id",), layout.key, "observed")


def _column(field: Field) -> Column:
    says = _SAYS.get(field.name, field.says)
    if field.kind is Kind.A_NUMBER:
        says = f"{says} Ten digits: none like it was ever issued."
    is_required = field.name in ("rec_id", "entered_at", "valid_from")
    return Column(field.name, TYPES[field.kind], says, field.choices, field.of, is_required)


_SAYS: Final = {
    "rec_id": "Number of the row, from 1 in the order of entry, by chance within a minute; means nothing.",
    "entered_by": "Who entered it: role, sector, shift and place; empty where nobody knows.",
}

NOTE_TEXT: Final = Sheet(
    "e3_note_text",
    "Text of a case note on a parent; the row of e3_narrative with the same number says what kind of note it is.",
    (
        Column(
            "rec_id", INTEGER, "Number of the note, as in e3_narrative.", of="e3_narrative.rec_id", is_required=True
        ),
        Column("entered_at", MOMENT, "When the row was entered.", is_required=True),
        Column("subject_no", INTEGER, "Whom the note is on.", of="e3_subject.subject_no"),
        Column("text", TEXT, "What it says.", is_required=True),
        Column(SYNTHETIC, TEXT, "Everybody in this table is invented.", (MARK,), is_required=True),
    ),
    ("rec_id",),
    folder="observed",
)
"""Of all notes, in words; made from records when a pack is written."""
