"""Clerks of stations: spreadsheets of separated families, their saved versions, and whiteboards.

Must not know which rows somebody forgot: these clerks make no mistakes.
"""

from __future__ import annotations

import numpy as np

from borderops.config.schema import STATIONS
from borderops.operations.history import Exit
from borderops.records.entry import Clerk, Desk, Entry
from borderops.records.fields import two_names
from borderops.records.origins import CHILD_NAMES, FROM_ORIGIN, of_pairs, origin_of, taken_pairs
from borderops.records.witness import Witness
from borderops.units import DAY, NEVER

_SHEET, _BOARD = 60, 61  # whose hand it is, in draws of who enters


def sheet_rows(witness: Witness, desk: Desk) -> Entry:
    """A row for each parent taken and each child, typed from e3 when the family is parted."""
    parent, child = taken_pairs(witness)
    entered = witness.history.parted_at[parent]
    kept = witness.practices.keeps_sheet[witness.practices.row(entered)]
    parent, child, entered = parent[kept], child[kept], entered[kept]
    of_parent, of_child = origin_of(desk, parent, entered), origin_of(desk, child, entered)
    station = witness.station[parent]
    columns = {
        "entered_at": entered,
        "entered_by": witness.agent(parent, entered, _SHEET),
        "sheet_no": station + 1,
        "row_no": _numbered_within(station, entered),
        "parent_a_number": of_parent.cells("a_number"),
        "parent_given": of_parent.cells("given"),
        "parent_surnames": two_names(of_parent.cells("surname_1"), of_parent.cells("surname_2")),
        "child_a_number": of_child.cells("a_number"),
        "child_given": of_child.cells("given"),
        "child_surnames": two_names(of_child.cells("surname_1"), of_child.cells("surname_2")),
        "separated_on": entered // DAY,
    }
    copied = (
        *of_parent.copied(
            ("parent_a_number", "a_number"),
            ("parent_given", "given"),
            ("parent_surnames", "surname_1"),
            ("parent_surnames", "surname_2"),
        ),
        *of_child.copied(("child_a_number", "a_number"), *CHILD_NAMES),
    )
    behind = {**of_pairs(witness, parent, child), "load": witness.workload.at(station, entered)}
    return Entry(columns, parent, behind, copied)


def _numbered_within(groups: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Numbers from 1 within each group, in the order of moments, then of places; shape (n,)."""
    order = np.lexsort((at, groups))
    in_order = groups[order]
    begins = np.searchsorted(in_order, in_order, side="left")
    numbers = np.empty(groups.size, dtype=np.int64)
    numbers[order] = np.arange(groups.size) - begins + 1
    return numbers


def sheet_versions(witness: Witness, desk: Desk) -> Entry:
    """A version for every day with new rows, saved with the last of them by whoever typed it."""
    sheet = desk.tables["local_sheet_row"]
    order = np.lexsort((sheet["row_no"], sheet["sheet_no"]))
    sheet_no, day = sheet["sheet_no"][order], sheet["entered_at"][order] // DAY
    is_last = np.ones(order.size, dtype=bool)
    is_last[:-1] = (sheet_no[1:] != sheet_no[:-1]) | (day[1:] != day[:-1])
    last = order[is_last]
    station = sheet["sheet_no"][last] - 1
    columns = {
        "entered_at": sheet["entered_at"][last],
        "entered_by": sheet["entered_by"][last],
        "sheet_no": sheet["sheet_no"][last],
        "version": _numbered_within(station, sheet["entered_at"][last]),
        "rows": sheet["row_no"][last],
    }
    rows_behind = desk.behind["local_sheet_row"]
    behind = {
        "station": station,
        "entity": rows_behind.entity[last],
        "visit": rows_behind.visit[last],
        "load": rows_behind.load[last],
    }
    return Entry(columns, np.full(last.size, -1, dtype=np.int32), behind)


def board_lines(witness: Witness, desk: Desk) -> Entry:
    """A line for every child referred where a whiteboard is kept, from the referral until the child leaves."""
    history = witness.history
    boards = [STATIONS.index(name) for name in witness.settings.records.whiteboards]
    referred = (history.determined_at != NEVER) & (history.exit != Exit.NOT_HERE)
    child = np.flatnonzero(referred & np.isin(witness.station, boards))
    child = child[witness.practices.keeps_board[witness.practices.row(history.determined_at[child])]]
    entered = history.determined_at[child]
    origin = origin_of(desk, child, entered)
    columns = {
        "entered_at": entered,
        "entered_by": witness.agent(child, entered, _BOARD),
        "valid_to": history.left_cbp_at[child],
        "station": witness.station[child],
        "child_given": origin.cells("given"),
        "child_surnames": two_names(origin.cells("surname_1"), origin.cells("surname_2")),
        "erased_at": history.left_cbp_at[child],
    }
    load = witness.workload.at(witness.station[child], entered)
    return Entry(columns, child, {"load": load}, origin.copied(*CHILD_NAMES))


CLERKS: dict[str, Clerk] = {
    "local_sheet_row": sheet_rows,
    "local_sheet_version": sheet_versions,
    "local_board_line": board_lines,
}
"""Who writes each table of stations."""

READS: dict[str, tuple[str, ...]] = {
    "local_sheet_row": FROM_ORIGIN,
    "local_sheet_version": ("local_sheet_row",),
    "local_board_line": FROM_ORIGIN,
}
"""Tables that each of them reads."""
