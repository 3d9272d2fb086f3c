"""Tables for the terminal; for a pipe the same rows, separated by tabs, so that other programs can take them apart."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", marked: frozenset[int] = frozenset()
) -> None:
    """Print a table to standard output.

    Parameters
    ----------
    columns : sequence of str
    rows : iterable of sequences
    title : str
        Above the table, on a terminal.
    marked : frozenset of int
        Rows that stand out, on a terminal.
    """
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(text(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for at, row in enumerate(rows):
        table.add_row(*(text(cell) for cell in row), style="bold yellow" if at in marked else None)
    Console(highlight=False, markup=False).print(table)


def text(value: Any) -> str:
    """A value as it is written in a configuration, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return value.isoformat() if isinstance(value, date) else " ".join(str(value).split())
