"""Tables as files for people and other programs: Parquet, CSV and one Excel workbook.

The same tables give the same bytes (but for the workbook, which carries its date), so that a checksum means something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS: Final = 1_048_576
"""Rows of an Excel sheet, its header among them."""

NARROWEST, WIDEST = 8, 60
SAMPLED_ROWS: Final = 200
"""Rows looked at for the width of a column."""


def write_parquet(path: Path, tables: Iterable[pd.DataFrame]) -> None:
    """Write tables of the same columns as one Parquet file, one below the other, compressed with zstd.

    Parameters
    ----------
    path : Path
    tables : iterable of DataFrame
        At least one; taken one after another.

    Raises
    ------
    OSError
        If it cannot be written; so do the other writers.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = (pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata() for table in tables)
    first = next(whole)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for table in chain([first], whole):
            writer.write_table(table)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV: UTF-8, a header line, dates as 2018-05-31, ten significant digits, nothing for missing."""
    table.to_csv(path, index=False, float_format="%.10g", date_format="%Y-%m-%d", lineterminator="\n", encoding="utf-8")


def write_workbook(path: Path, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as one Excel workbook, a sheet a table, header rows frozen and filterable.

    Parameters
    ----------
    path : Path
    sheets : mapping of str to DataFrame
        By name. A table too long for a sheet is cut, and its last row says so.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in sheets.items():
        _fill(book.create_sheet(_sheet_name(name, book.sheetnames)), table)
    with path.open("wb") as file:
        book.save(file)


def _sheet_name(name: str, taken: Iterable[str]) -> str:
    """Excel takes at most 31 characters, none of ``[]:*?/\\``."""
    clean = re.sub(r"[\[\]:*?/\\]", "-", name)[:31] or "table"
    return clean if clean not in taken else f"{clean[:28]}-{len(list(taken))}"


def _fill(sheet: Any, table: pd.DataFrame) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _width(str(column), table[column])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(table.columns), 1))}{min(len(table) + 1, MOST_ROWS)}"
    header = []
    for column in table.columns:
        cell = WriteOnlyCell(sheet, str(column))
        cell.font = Font(bold=True)
        header.append(cell)
    sheet.append(header)
    is_cut = len(table) + 1 > MOST_ROWS
    for row in _rows(table.head(MOST_ROWS - 2) if is_cut else table):
        sheet.append([_cell(sheet, value) for value in row])
    if is_cut:
        sheet.append([f"cut here: {len(table) - MOST_ROWS + 2:,} more rows in tables/"])


def _rows(table: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    """Rows of plain Python values, None for missing ones."""
    columns = [table[column].astype(object).where(table[column].notna(), None).tolist() for column in table.columns]
    return zip(*columns)


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str) and value.startswith("="):
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"  # words, whatever they look like: no table of ours holds a formula
        return cell
    if isinstance(value, pd.Timestamp | datetime):
        return value.date()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | date | None) else str(value)


def _width(name: str, column: pd.Series) -> float:
    longest = max((len(_shown(value)) for value in column.head(SAMPLED_ROWS)), default=0)
    return float(min(max(longest, len(name), NARROWEST) + 2, WIDEST))


def _shown(value: Any) -> str:
    if isinstance(value, pd.Timestamp | datetime | date):
        return "2018-01-01"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
