"""Formats: how a table becomes a file, the same bytes for the same table. Nothing here knows what it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from borderops.packs.columns import BOOLEAN, DATE, INTEGER, MOMENT, NOTICE, NUMBER, TEXT, Sheet

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

ROWS_AT_ONCE: Final = 100_000
SQL_TYPES: Final = {
    INTEGER: "BIGINT",
    TEXT: "VARCHAR",
    DATE: "DATE",
    MOMENT: "TIMESTAMP",
    BOOLEAN: "BOOLEAN",
    NUMBER: "DOUBLE PRECISION",
}


class ParquetFile:
    """A Parquet file of several parts, one after another.

    Parameters
    ----------
    path : Path
    schema : Schema
    """

    def __init__(self, path: Path, schema: pa.Schema):
        import pyarrow.parquet as pq

        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)

    def __enter__(self) -> ParquetFile:
        return self

    def __exit__(self, *problem: object) -> None:
        self._writer.close()

    def write(self, table: pa.Table) -> None:
        """Write a part."""
        self._writer.write_table(table, row_group_size=1 << 20)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a Parquet file."""
    with ParquetFile(path, table.schema) as file:
        file.write(table)


def write_csv(table: pa.Table, path: Path, separator: str = ",") -> None:
    """Write a CSV file: UTF-8, a header, nothing for empty cells, moments to the second."""
    from pyarrow import csv

    options = csv.WriteOptions(delimiter=separator, quoting_style="needed", quoting_header="needed")
    csv.write_csv(_to_seconds(table), path, options)


def _to_seconds(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.timestamp("s")))
    return table


def rows_of(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows as texts and numbers, dates as in ISO 8601."""
    import pyarrow as pa

    table = _to_seconds(table)
    for place, field in enumerate(table.schema):
        if pa.types.is_temporal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.string()))
    for batch in table.to_batches(ROWS_AT_ONCE):
        yield from batch.to_pylist()


def write_jsonl(table: pa.Table, path: Path) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows_of(table):
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


# --- databases --------------------------------------------------------------------------------------------------------


class SqliteFile:
    """One SQLite file of all tables.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path):
        import sqlite3

        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")

    def __enter__(self) -> SqliteFile:
        self._connection.execute("CREATE TABLE about_this_data (notice TEXT)")
        self._connection.execute("INSERT INTO about_this_data VALUES (?)", (NOTICE,))
        return self

    def __exit__(self, *problem: object) -> None:
        self._connection.close()

    def write(self, sheet: Sheet, table: pa.Table) -> None:
        """Make a table and fill it."""
        self._connection.execute(create_table(sheet))
        marks = ", ".join("?" * len(sheet.columns))
        self._connection.execute("BEGIN")
        rows = (tuple(row.values()) for row in rows_of(table))
        self._connection.executemany(f'INSERT INTO "{sheet.name}" VALUES ({marks})', rows)
        self._connection.execute("COMMIT")


class DuckdbFile:
    """One DuckDB file of all tables. Its head holds a number of DuckDB's own, another one every time.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path):
        import duckdb

        self._connection = duckdb.connect(str(path), config={"threads": 1})

    def __enter__(self) -> DuckdbFile:
        self._connection.execute("CREATE TABLE about_this_data (notice VARCHAR)")
        self._connection.execute("INSERT INTO about_this_data VALUES (?)", [NOTICE])
        return self

    def __exit__(self, *problem: object) -> None:
        self._connection.close()

    def write(self, sheet: Sheet, table: pa.Table) -> None:
        """Make a table and fill it."""
        self._connection.execute(create_table(sheet))
        self._connection.register("_given", table)
        self._connection.execute(f'INSERT INTO "{sheet.name}" SELECT * FROM _given')
        self._connection.unregister("_given")


def create_table(sheet: Sheet) -> str:
    """Statement that makes a table."""
    lines = [
        f'  "{column.name}" {SQL_TYPES[column.type]}{" NOT NULL" if column.is_required else ""}'
        for column in sheet.columns
    ]
    if sheet.key and all(column.is_required for column in sheet.columns if column.name in sheet.key):
        names = ", ".join(f'"{name}"' for name in sheet.key)
        lines.append(f"  PRIMARY KEY ({names})")
    return f'CREATE TABLE "{sheet.name}" (\n' + ",\n".join(lines) + "\n)"


# --- workbooks --------------------------------------------------------------------------------------------------------

_MADE: Final = "2001-01-01T00:00:00Z"


def write_xlsx(table: pa.Table, path: Path, by: str | None) -> None:
    """Write a workbook, a sheet for each value of a column.

    Parameters
    ----------
    table : Table
    path : Path
    by : str or None
        The column; None puts everything on one sheet.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, part in _pages(table, by):
        page = book.create_sheet(name)
        page.append([NOTICE])
        page.append(table.column_names)
        for row in rows_of(part):
            page.append(list(row.values()))
    book.save(path)
    _without_dates(path)


def _pages(table: pa.Table, by: str | None) -> Iterable[tuple[str, pa.Table]]:
    import pyarrow.compute as pc

    if by is None:
        return [("rows", table)]
    values = sorted({str(value) for value in table[by].to_pylist()}) or ["none"]
    texts = table[by].cast("string")
    return [(f"{by} {value}"[:31], table.filter(pc.equal(texts, value))) for value in values]


def _without_dates(path: Path) -> None:
    """Write a workbook anew without the time of day, which would make every copy differ."""
    import re
    import zipfile

    with zipfile.ZipFile(path) as read:
        parts = [(one.filename, read.read(one)) for one in read.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = re.sub(rb">\d{4}-\d\d-\d\dT[\d:.]+Z?<", f">{_MADE}<".encode(), content)
            book.writestr(zipfile.ZipInfo(name, (2001, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


# --- mail -------------------------------------------------------------------------------------------------------------

_BODY: Final = (
    ("child_given", "Given name of the child"),
    ("child_surnames", "Surnames of the child"),
    ("child_a_number", "A-number of the child"),
    ("parent_a_number", "A-number of the parent"),
)


def write_mbox(table: pa.Table, path: Path) -> None:
    """Write messages as a mailbox of what was sent; a message that never arrived has no day of delivery."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows_of(table):
            file.write(_message(row))


def _message(row: dict[str, Any]) -> str:
    from datetime import datetime
    from email.utils import format_datetime

    sent = datetime.fromisoformat(row["sent_at"])
    office = str(row["sender"] or "unknown")
    lines = [
        f"From {office}@synthetic.invalid {sent:%a %b %d %H:%M:%S %Y}",
        f"Date: {format_datetime(sent)}",
        f"From: {office}@synthetic.invalid",
        f"Message-ID: <{row['rec_id']}@synthetic.invalid>",
        f"Subject: [SYNTHETIC] {row['step']} / thread {row['thread_no']}",
        f"X-Delivered: {row['delivered_at'] or ''}",
        f"X-Notice: {NOTICE}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        *(f"{says}: {row[name]}" for name, says in _BODY if row[name] is not None),
        "",
        "",
    ]
    return "\n".join(lines)
