"""Undoing: from the files of a pack alone, what flawless clerks would have written.

Not used to make a pack: it is there for who wants a clean twin, and to show that the key explains every difference.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from borderops.packs.columns import DATE, INTEGER, MOMENT, Column, observed_sheets

if TYPE_CHECKING:  # loading takes a second
    import pandas as pd


def clean_twin(folder: Path, name: str) -> pd.DataFrame:
    """Take every error of a table back.

    Parameters
    ----------
    folder : Path
        A pack with its answer key.
    name : str
        An observed table.

    Returns
    -------
    DataFrame
        Rows by ``rec_id``; rows that were left out have the numbers below nought that they have in the key.

    Raises
    ------
    ValueError
        If a cell does not hold what the key says was written; names it.
    """
    import pandas as pd

    table = pd.read_parquet(folder / "observed" / "parquet" / f"{name}.parquet").set_index("rec_id")
    key = folder / "answer_key"
    errors = pd.read_parquet(key / "error.parquet")
    own = errors[errors["table"] == name]
    for column in observed_sheets()[name].columns:
        changed = own[own["field"] == column.name]
        if len(changed):
            table[column.name] = _undone(table[column.name], changed, column, name)
    rows = pd.read_parquet(key / "row_error.parquet")
    rows = rows[rows["table"] == name]
    added = rows.loc[rows["what"] != "missing", "rec_id"]
    table = table[~table.index.isin(added)]
    missing = key / "missing" / f"{name}.parquet"
    if missing.is_file():
        table = pd.concat([table, pd.read_parquet(missing).set_index("rec_id")])
    return table.sort_index()


def _undone(cells: pd.Series, changes: pd.DataFrame, column: Column, table: str) -> pd.Series:
    """A column before its changes, the last of which it must still hold."""
    last = changes.drop_duplicates("rec_id", keep="last").set_index("rec_id")
    first = changes.drop_duplicates("rec_id", keep="first").set_index("rec_id")
    found, told = cells[last.index], _as(last["recorded"], column)
    differs = ~((found == told) | (found.isna() & told.isna()))
    if differs.any():
        raise ValueError(f"{table}.{column.name}, row {differs[differs].index[0]}, does not hold what the key says")
    before = cells.copy()
    before.loc[first.index] = _as(first["correct"], column).astype(cells.dtype)
    return before


def _as(texts: pd.Series, column: Column) -> pd.Series:
    """Texts as what a column holds."""
    import pandas as pd

    if column.type == INTEGER:
        return pd.to_numeric(texts)
    if column.type == MOMENT:
        return pd.to_datetime(texts)
    if column.type == DATE:
        return pd.to_datetime(texts).dt.date.where(texts.notna(), None)
    return texts
