"""Tables for the terminal; for a pipe the same rows, separated by tabs, so that other programs can take them apart."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Print a table to standard output.

    Parameters
    ----------
    columns : sequence of str
    rows : iterable of sequences
    title : str
        Above the table, on a terminal.
    """
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(text(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    cells = [[text(cell) for cell in row] for row in rows]
    for at, column in enumerate(columns):
        # The name of a row stays in one piece if there is room; other cells are broken, never cut.
        longest = max((len(row[at]) for row in cells), default=0)
        table.add_column(column, overflow="fold", no_wrap=at == 0 and longest <= console.width // 2)
    for row in cells:
        table.add_row(*row)
    console.print(table)


def text(value: Any) -> str:
    """A value as it is written in a configuration, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return value.isoformat() if isinstance(value, date) else " ".join(str(value).split())
