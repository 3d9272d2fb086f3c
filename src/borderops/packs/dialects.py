"""Dialects: how each system spells dates, names, numbers, columns and what it does not know.

A dialect is how a clean table is written out, no error: the manifest tells each, so that a tool can be told as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from borderops.packs.columns import DATE, MOMENT, TEXT, Column, Sheet, field_of
from borderops.records.fields import Kind
from borderops.records.spelling import plain

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa


@dataclass(frozen=True)
class Dialect:
    """How one system writes.

    Attributes
    ----------
    date, moment : str
        As for strftime.
    names : str
        ``as_written``, ``upper`` or ``upper_without_accents``.
    empty : str
        Stands for an empty cell.
    columns : str
        ``snake``, ``UPPER``, ``Pascal`` or ``Words``.
    a_number : str
        Put before A-numbers.
    separator : str
        Between cells.
    """

    date: str
    moment: str
    names: str
    empty: str
    columns: str
    a_number: str
    separator: str


DIALECTS: Final[Mapping[str, Dialect]] = {
    "e3": Dialect("%m/%d/%Y", "%m/%d/%Y %H%M", "upper_without_accents", "", "UPPER", "A", "|"),
    "eid": Dialect("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "as_written", "NULL", "Pascal", "", ","),
    "sigma": Dialect("%d-%b-%Y", "%d-%b-%Y %H:%M", "upper", "UNK", "UPPER", "A", ","),
    "earm": Dialect("%m/%d/%Y", "%m/%d/%Y %I:%M %p", "upper", "N/A", "Words", "", ";"),
    "portal": Dialect("%m/%d/%y", "%m/%d/%y %H:%M", "as_written", "", "Words", "", ","),
    "mail": Dialect("%d/%m/%Y", "%d/%m/%Y %H:%M", "as_written", "-", "snake", "A# ", ","),
    "local": Dialect("%d-%b-%y", "%d-%b-%y %H:%M", "as_written", "?", "Words", "A", ","),
    "list": Dialect("%B %d, %Y", "%B %d, %Y %H:%M", "upper", "", "UPPER", "A", ","),
}
"""By system."""

_STYLES: Final[Mapping[str, Callable[[str], str]]] = {
    "snake": lambda name: name,
    "UPPER": str.upper,
    "Pascal": lambda name: "".join(word.capitalize() for word in name.split("_")),
    "Words": lambda name: name.replace("_", " ").capitalize(),
}


def described() -> dict[str, dict[str, str]]:
    """All dialects, for the manifest."""
    return {system: asdict(dialect) for system, dialect in DIALECTS.items()}


def dialect_of(table: str) -> Dialect:
    """Dialect of the system that a table belongs to."""
    return DIALECTS[table.split("_")[0]]


def in_dialect(sheet: Sheet, table: pa.Table) -> pa.Table:
    """A table as its system writes it: texts alone, with the system's names of columns."""
    import pyarrow as pa

    dialect = dialect_of(sheet.name)
    columns = [_written(sheet.name, column, table[column.name], dialect) for column in sheet.columns]
    style = _STYLES[dialect.columns]
    return pa.table(dict(zip([style(name) for name in sheet.names], columns)), metadata=table.schema.metadata)


def _written(table: str, column: Column, cells: pa.ChunkedArray, dialect: Dialect) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.type in (DATE, MOMENT):
        style = dialect.date if column.type == DATE else dialect.moment
        texts = pc.strftime(cells, format=style, locale="C")
    else:
        texts = cells.cast(pa.string())
    kind = _kind(table, column.name)
    if kind is Kind.A_NUMBER and dialect.a_number:
        texts = pc.binary_join_element_wise(dialect.a_number, texts, "")
    if column.type == TEXT and kind in (Kind.NAME, Kind.NAMES) and dialect.names != "as_written":
        texts = _turned(texts, plain if dialect.names == "upper_without_accents" else str.upper)
    return pc.fill_null(texts, dialect.empty)


def _kind(table: str, name: str) -> Kind | None:
    field = field_of(table, name)
    return None if field is None else field.kind


def _turned(texts: pa.ChunkedArray, turn: Callable[[str], str]) -> pa.ChunkedArray:
    """Texts changed, each that occurs once."""
    import pyarrow as pa

    found = pa.chunked_array(texts).combine_chunks() if isinstance(texts, list) else texts.combine_chunks()
    coded = found.dictionary_encode()
    words = pa.array([None if word is None else turn(word) for word in coded.dictionary.to_pylist()], type=pa.string())
    return words.take(coded.indices)
