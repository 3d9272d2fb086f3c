"""Formats: how a table becomes a file, the same bytes for the same table. Nothing here knows what it is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from borderops.packs.columns import BOOLEAN, DATE, INTEGER, MOMENT, NOTICE, NUMBER, TEXT, Sheet

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

ROWS_AT_ONCE: Final = 1 << 17
"""Rows of a part of a table: what is being made or written at a time, and a row group of a Parquet file."""

DICTS_AT_ONCE: Final = 10_000
DUCKDB_MEMORY: Final = "128MB"
"""What DuckDB may keep of tables that it writes; the rest it lays on the disk."""

SQL_TYPES: Final = {
    INTEGER: "BIGINT",
    TEXT: "VARCHAR",
    DATE: "DATE",
    MOMENT: "TIMESTAMP",
    BOOLEAN: "BOOLEAN",
    NUMBER: "DOUBLE PRECISION",
}


def pieces(count: int) -> Iterator[slice]:
    """Cut ``count`` rows into parts; at least one, which may be empty."""
    yield from (slice(begin, min(begin + ROWS_AT_ONCE, count)) for begin in range(0, max(count, 1), ROWS_AT_ONCE))


class TableFile(Protocol):
    """A file that takes a table part by part; there is at least one part, which may be empty."""

    def write(self, table: pa.Table) -> None:
        """Write a part."""

    def close(self) -> None:
        """Write what is left."""


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
        self.close()

    def write(self, table: pa.Table) -> None:
        """Write a part."""
        self._writer.write_table(table, row_group_size=ROWS_AT_ONCE)

    def close(self) -> None:
        """Write the end, without which nobody can read it."""
        self._writer.close()


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a Parquet file."""
    with ParquetFile(path, table.schema) as file:
        file.write(table)


def parts_of(path: Path, columns: list[str] | None = None, of: str | None = None) -> Iterator[pa.Table]:
    """Read a Parquet file part by part.

    Parameters
    ----------
    path : Path
    columns : list of str, optional
        Those that are read; all, if not given.
    of : str, optional
        Value of the first of these columns: parts that cannot hold it are left out.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        groups = list(range(file.metadata.num_row_groups))
        if of is not None and columns:
            place = file.schema_arrow.names.index(columns[0])
            groups = [each for each in groups if _can_hold(file.metadata.row_group(each).column(place), of)]
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, row_groups=groups, columns=columns):
            yield pa.Table.from_batches([batch])
            give_back()


def give_back() -> None:
    """Give memory back that Arrow keeps for later."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def _can_hold(column: Any, value: str) -> bool:
    """Whether a value may stand in a column of a row group, by what the file says of it."""
    told = column.statistics
    return told is None or not told.has_min_max or told.min <= value <= told.max


class CsvFile:
    """A CSV file: UTF-8, a header, nothing for empty cells, moments to the second.

    Parameters
    ----------
    path : Path
    separator : str
    turned : callable
        What is done to each part before it is written.
    """

    def __init__(self, path: Path, separator: str = ",", turned: Callable[[pa.Table], pa.Table] = lambda table: table):
        self._path, self._separator, self._turned = path, separator, turned
        self._writer: Any = None

    def write(self, table: pa.Table) -> None:
        """Write a part; the first one with the header."""
        from pyarrow import csv

        told = _to_seconds(self._turned(table))
        if self._writer is None:
            options = csv.WriteOptions(delimiter=self._separator, quoting_style="needed", quoting_header="needed")
            self._writer = csv.CSVWriter(self._path, told.schema, write_options=options)
        self._writer.write_table(told)

    def close(self) -> None:
        """End it."""
        if self._writer is not None:
            self._writer.close()


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a CSV file."""
    file = CsvFile(path)
    file.write(table)
    file.close()


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
    for batch in table.to_batches(DICTS_AT_ONCE):
        yield from batch.to_pylist()


class LinesFile:
    """A file of texts, some for each row.

    Parameters
    ----------
    path : Path
    written : callable
        A row as text.
    """

    def __init__(self, path: Path, written: Callable[[dict[str, Any]], str]):
        self._file, self._written = path.open("w", encoding="utf-8", newline="\n"), written

    def write(self, table: pa.Table) -> None:
        """Write a part."""
        self._file.writelines(self._written(row) for row in rows_of(table))

    def close(self) -> None:
        """End it."""
        self._file.close()


def as_json(row: dict[str, Any]) -> str:
    """One JSON object on a line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


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

    def write(self, sheet: Sheet, parts: Iterable[pa.Table]) -> None:
        """Make a table and fill it."""
        self._connection.execute(create_table(sheet))
        marks = ", ".join("?" * len(sheet.columns))
        self._connection.execute("BEGIN")
        for part in parts:
            rows = (tuple(row.values()) for row in rows_of(part))
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

        self._connection = duckdb.connect(str(path), config={"threads": 1, "memory_limit": DUCKDB_MEMORY})

    def __enter__(self) -> DuckdbFile:
        self._connection.execute("CREATE TABLE about_this_data (notice VARCHAR)")
        self._connection.execute("INSERT INTO about_this_data VALUES (?)", [NOTICE])
        return self

    def __exit__(self, *problem: object) -> None:
        self._connection.close()

    def write(self, sheet: Sheet, parts: Iterable[pa.Table]) -> None:
        """Make a table and fill it."""
        self._connection.execute(create_table(sheet))
        # Part by part, without a transaction of the whole table: that would keep its rows and their index in memory.
        for part in parts:
            self._connection.register("_given", part)
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


class Workbook:
    """A workbook, a sheet for each value of a column. Whole tables, since a workbook is written sheet by sheet.

    Parameters
    ----------
    path : Path
    by : str or None
        The column; None puts everything on one sheet.
    """

    def __init__(self, path: Path, by: str | None):
        self._path, self._by = path, by
        self._parts: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        """Take a part."""
        self._parts.append(table)

    def close(self) -> None:
        """Write all of it."""
        import pyarrow as pa
        from openpyxl import Workbook as Book

        table, book = pa.concat_tables(self._parts).combine_chunks(), Book(write_only=True)
        for name, part in _pages(table, self._by):
            page = book.create_sheet(name)
            page.append([NOTICE])
            page.append(table.column_names)
            for row in rows_of(part):
                page.append(list(row.values()))
        book.save(self._path)
        _without_dates(self._path)


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


def as_message(row: dict[str, Any]) -> str:
    """A message of a mailbox of what was sent; one that never arrived has no day of delivery."""
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
