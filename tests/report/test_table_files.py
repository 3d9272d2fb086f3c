"""Tables as files: nothing lost, nothing that runs."""

from __future__ import annotations

from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest

from borderops.report import tables
from borderops.report.tables import write_csv, write_parquet, write_workbook


@pytest.fixture
def table() -> pd.DataFrame:
    """Two days of everything that a cell can hold."""
    return pd.DataFrame(
        {
            "day": pd.to_datetime(["2018-05-31", "2018-06-01"]),
            "measure": ["=1+1", 'with "quotes", comma'],
            "mean": [1.0 / 3.0, np.nan],
            "high": [np.inf, 2.0],
            "n": [4, 0],
            "is_shipped": [True, False],
        }
    )


def test_csv_is_plain(table, tmp_path):
    """A header, dates as 2018-05-31, ten digits, nothing for missing, lines that end alike on every system."""
    path = tmp_path / "table.csv"
    write_csv(path, table)
    assert path.read_bytes().decode().split("\n") == [
        "day,measure,mean,high,n,is_shipped",
        "2018-05-31,=1+1,0.3333333333,inf,4,True",
        '2018-06-01,"with ""quotes"", comma",,2,0,False',
        "",
    ]


def test_parquet_gives_the_table_back(table, tmp_path):
    """Values and kinds of columns survive, and the same table gives the same bytes."""
    write_parquet(tmp_path / "a.parquet", [table])
    write_parquet(tmp_path / "b.parquet", [table])
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a.parquet"), table, check_dtype=False)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_workbook_is_ready_to_read(table, tmp_path):
    """A sheet a table; header bold, frozen and filterable; columns wide enough; dates are dates."""
    path = tmp_path / "tables.xlsx"
    write_workbook(path, {"daily": table, "empty": table.head(0)})
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["daily", "empty"]
    sheet = book["daily"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet["A1"].font.bold) == ("A2", "A1:F3", True)
    assert sheet.column_dimensions["B"].width > len('with "quotes", comma')
    assert sheet["A2"].value.date() == date(2018, 5, 31)
    assert [cell.value for cell in sheet[3]][1:] == ['with "quotes", comma', None, 2, 0, False]
    assert sheet["D2"].value is None
    assert book["empty"].max_row == 1


def test_words_never_become_formulas(table, tmp_path):
    """A name that begins with = is shown, not computed."""
    path = tmp_path / "tables.xlsx"
    write_workbook(path, {"daily": table})
    cell = openpyxl.load_workbook(path)["daily"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_table_too_long_for_a_sheet_is_cut_and_says_so(table, tmp_path, monkeypatch):
    """Excel has so many rows and no more: the last row then tells how many are missing."""
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    path = tmp_path / "tables.xlsx"
    write_workbook(path, {"daily": pd.concat([table, table], ignore_index=True)})
    sheet = openpyxl.load_workbook(path)["daily"]
    assert sheet.max_row == 4
    assert sheet["A4"].value == "cut here: 2 more rows in tables/"


def test_names_of_sheets_are_ones_that_excel_takes(table, tmp_path):
    """No forbidden characters, at most 31 of them, each name once."""
    path = tmp_path / "tables.xlsx"
    write_workbook(path, {"a/b": table, "x" * 40: table, "x" * 41: table})
    names = openpyxl.load_workbook(path).sheetnames
    assert names[:2] == ["a-b", "x" * 31] and len(set(names)) == 3 and all(len(name) <= 31 for name in names)
