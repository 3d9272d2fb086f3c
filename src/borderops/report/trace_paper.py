"""What stood written of a family, system by system: for the terminal, for the page, and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from borderops.clock import datetime_of
from borderops.forecast.story import Story
from borderops.report.contents import records
from borderops.report.markup import Markup, join, tag
from borderops.report.trace import moment_text, who_text
from borderops.units import NEVER

if TYPE_CHECKING:
    from rich.console import Console

HEADS: Final = {"Entered": "time", "Until": "time", "Who": "who", "What the row says": None, "Slips": None}
"""Columns of the table, with the class of their cells."""

NOT_WRITTEN: Final = "never written"
STYLE: Final = """
.paper { width: 100%; }
.paper td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.paper tr.system > th { padding-top: 1.1rem; border-bottom: 2px solid var(--ink); text-align: left; }
.paper tr.gone > td { color: var(--quiet); }
.paper tr.missing > td { color: var(--alarm); }
.paper td.slip { color: var(--alarm); }
@media print { .paper { font-size: 8.5pt; } .paper th, .paper td { padding: .2rem .5rem .2rem 0; } }
@media screen and (max-width: 760px) {
  .paper td.time, .paper td.who { display: inline-block; margin-right: .9rem; }
  .paper td:empty { display: none; }
}
"""


def systems(paper: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Rows of each system, in the order in which the systems are told of."""
    return ((str(system), rows) for system, rows in paper.groupby("system", sort=False))


def summary(paper: pd.DataFrame) -> str:
    """How many rows stand, how many no longer do, and how many slips there are, in a sentence."""
    standing = paper[~paper["is_missing"]]
    ended = int((standing["until"] != NEVER).sum())
    slipped = int((standing["slips"] != "").sum())
    missing = int(paper["is_missing"].sum())
    said = f"{len(standing)} rows in {standing['table'].nunique()} tables speak of them"
    more = [
        f"{ended} no longer stand" if ended else "",
        f"{slipped} hold slips" if slipped else "",
        f"{missing} that should be there {'was' if missing == 1 else 'were'} {NOT_WRITTEN}" if missing else "",
    ]
    return ", ".join(filter(None, (said, *more))) + "."


def print_paper(story: Story, console: Console) -> None:
    """Print what stood written of a family to a terminal; slips in red."""
    from rich.table import Table
    from rich.text import Text

    if story.paper is None or story.paper.empty:
        return
    labels = dict(zip(story.members["person"], story.members["label"], strict=True))
    console.print("\nWhat the systems of record held", style="bold")
    console.print(summary(story.paper))
    for system, rows in systems(story.paper):
        console.print(f"\n{system[:1].upper()}{system[1:]}", style="bold")
        lines = Table.grid(padding=(0, 2))
        for width in (12, None, None):
            lines.add_column(width=width, no_wrap=width is not None)
        for row in records(rows):
            told = Text(row.text, style="red" if row.is_missing else "").append(_until_text(row), style="dim")
            told.append(f"\n{row.slips}" if row.slips else "", style="red")
            lines.add_row(f"{datetime_of(row.moment):%d %b %H:%M}", who_text(row.persons, labels), told)
        console.print(lines)


def _until_text(row: Any) -> str:
    if row.is_missing:
        return f" ({NOT_WRITTEN})"
    return "" if row.until == NEVER else f" (until {datetime_of(row.until):%d %b %H:%M})"


def paper_section(story: Story) -> Markup:
    """What stood written of a family as a table whose rows become cards on a phone."""
    if story.paper is None or story.paper.empty:
        return tag("p", "No system of record held anything of them.")
    labels = dict(zip(story.members["person"], story.members["label"], strict=True))
    rows: list[Markup] = []
    for system, own in systems(story.paper):
        heading = f"{system[:1].upper()}{system[1:]}"
        rows.append(tag("tr", tag("th", heading, colspan=len(HEADS), scope="rowgroup"), class_="system"))
        rows += [_row(row, labels) for row in records(own)]
    head = tag("tr", [tag("th", one, scope="col") for one in HEADS])
    caption = tag("caption", "Rows in order of entry, system by system")
    body = tag("table", caption, tag("thead", head), tag("tbody", rows), class_="stacking paper")
    return join(tag("p", summary(story.paper)), body)


def _row(row: Any, labels: dict[int, str]) -> Markup:
    until = NOT_WRITTEN if row.is_missing else "" if row.until == NEVER else _short(row.until)
    cells = (_short(row.moment), until, who_text(row.persons, labels), row.text, row.slips)
    kinds = [*list(HEADS.values())[:-1], "slip" if row.slips else None]
    look = "missing" if row.is_missing else "gone" if row.until != NEVER else None
    parts = [
        tag("td", cell, data_label=head, class_=kind) for head, kind, cell in zip(HEADS, kinds, cells, strict=True)
    ]
    return tag("tr", parts, class_=look)


def _short(minute: int) -> str:
    return moment_text(minute).partition(" ")[2]


def paper_table(story: Story) -> pd.DataFrame:
    """The rows for other programs, one a line."""
    assert story.paper is not None
    labels = dict(zip(story.members["person"], story.members["label"], strict=True))
    table = story.paper.copy()
    table["entered_at"] = [datetime_of(minute).isoformat(timespec="minutes") for minute in table.pop("moment")]
    table["valid_to"] = [
        "" if minute == NEVER else datetime_of(minute).isoformat(timespec="minutes") for minute in table.pop("until")
    ]
    table["persons"] = [", ".join(labels[person] for person in some if person in labels) for some in table["persons"]]
    first = ["system", "table", "rec_id", "entered_at", "valid_to", "persons"]
    return table[[*first, "text", "slips", "is_missing"]]
