"""Pictures of a sweep: each figure against what was varied, however many settings that were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.report.compare_contents import SweepContents
from borderops.report.compare_drawing import Line, Look, Mark, line_key, looks, rows_panel
from borderops.report.compare_prose import brief_unseen_text, figure, how_many, span_text
from borderops.report.compare_reading import never_here
from borderops.report.contents import Definition, Headline, Row, kpi_rows
from borderops.report.drawing import INK, SKY, Key, Panel, Picture, new_figure, rounded
from borderops.report.words import ABSENT, level_text, list_text, number, replications_text

MOST_LINES: Final = 5
"""Values of a second setting up to which each has a line of its own; more make a map."""

MOST_DOTS: Final = 24
"""Points of a dot plot; of more, the lowest and the highest are drawn."""

AXIS_NAME: Final = 34
"""Letters of an axis title on a phone; of a longer setting its last words are given."""


class Sweep:
    """Rows of a sweep by point and KPI.

    Parameters
    ----------
    contents : SweepContents

    Attributes
    ----------
    points : dict of int to tuple of str
        Values of the axes at each point, in the order of points.
    """

    def __init__(self, contents: SweepContents):
        self.contents = contents
        table = contents.table
        places = table[["point", *contents.axes]].drop_duplicates("point").sort_values("point")
        self.points = {int(row[0]): tuple(str(one) for one in row[1:]) for row in places.itertuples(index=False)}
        self._rows = {point: kpi_rows(part) for point, part in table.groupby("point")}

    def row(self, point: int, kpi: str, kind: str = "all", group: str = "all") -> Row | None:
        """The summary of a KPI at a point, or None where it has no value."""
        return self._rows.get(point, {}).get((kpi, kind, group))

    def drawn(self) -> list[Definition]:
        """KPIs to be drawn: those asked for, or else those of a report's cards, as far as they were measured."""
        names = [name for name in self.contents.kpis if name in self.contents.definitions]
        chosen = names or [name for name in Headline().cards if name in self.contents.definitions]
        measured = [name for name in chosen if any(self.row(point, name) is not None for point in self.points)]
        return [self.contents.definitions[name] for name in dict.fromkeys(measured)]

    def where(self, point: int) -> str:
        """A point in words: ``beds = 1800, tracking = shared_record``."""
        names = short_names(list(self.contents.axes))
        return ", ".join(f"{names[axis]} = {value}" for axis, value in zip(self.contents.axes, self.points[point]))


def short_names(axes: Sequence[str]) -> dict[str, str]:
    """For each setting as few of its last words as tell it from the others: ``orr.beds[0].beds`` is ``beds``."""
    found = {}
    for axis in axes:
        words = axis.split(".")
        ends = [".".join(words[at:]) for at in range(len(words) - 1, -1, -1)]
        others = [other for other in axes if other != axis]
        found[axis] = next((end for end in ends if not any(_ends(other, end) for other in others)), axis)
    return found


def _ends(axis: str, end: str) -> bool:
    return axis == end or axis.endswith(f".{end}")


def short(axis: str) -> str:
    """A setting's name where there is little room: as many of its last words as fit."""
    words = axis.split(".")
    while len(words) > 1 and len(".".join(words)) > AXIS_NAME:
        words = words[1:]
    return ".".join(words)


def numbers_of(values: Sequence[str]) -> list[float] | None:
    """Values as numbers where all of them are finite numbers, else None."""
    try:
        found = [float(value) for value in values]
    except ValueError:
        return None
    return found if all(math.isfinite(value) for value in found) else None


def response(contents: SweepContents) -> Picture:
    """Each figure against what was varied: one setting as points, two as lines or a map, more as sorted rows."""
    sweep, axes = Sweep(contents), list(contents.axes)
    drawn = sweep.drawn()
    keys: list[Key] = []
    if len(axes) == 1:
        panels = [_one_axis(sweep, kpi, axes[0]) for kpi in drawn]
    elif len(axes) == 2 and min(len(values) for values in contents.axes.values()) <= MOST_LINES:
        along, across = _along_and_across(contents)
        look = looks(list(contents.axes[across]))
        panels = [_lines(sweep, kpi, along, across, look) for kpi in drawn]
        keys = [line_key(f"{short(across)} = {value}", one) for value, one in look.items()]
    elif len(axes) == 2:
        panels = [_map(sweep, kpi) for kpi in drawn]
    else:
        panels = [_dots(sweep, kpi) for kpi in drawn]
    return Picture(
        name="response",
        title=_title(sweep, drawn),
        quantity=_quantity(contents),
        alternative=f"One panel a figure. {' '.join(range_text(sweep, kpi) for kpi in drawn)}",
        panels=panels,
        table=points_table(sweep, drawn),
        keys=keys,
        note=_note(contents, sweep),
        headings=len(axes),
        nothing="None of the figures to be drawn was measured.",
    )


def _title(sweep: Sweep, drawn: list[Definition]) -> str:
    """The range of the first figure over all points."""
    axes = list_text(list(sweep.contents.axes))
    if not drawn:
        return f"Figures by {axes}"
    rows = [row for point in sweep.points if (row := sweep.row(point, drawn[0].name)) is not None]
    low, high = min(row["mean"] for row in rows), max(row["mean"] for row in rows)
    return f"{drawn[0].label}: {figure(low, drawn[0].unit)} to {how_many(high, drawn[0].unit)}, by {axes}"


def _quantity(contents: SweepContents) -> str:
    if contents.n < 2:
        return "One replication at each point, no interval"
    level = level_text(contents.level)
    if _is_map(contents):
        return f"Mean of {replications_text(contents.n)} at each point; the table has the intervals"
    return (
        f"Mean of {replications_text(contents.n)} at each point; thick: {level} interval of the mean, thin: the "
        f"interval that holds {level} of the replications"
    )


def _is_map(contents: SweepContents) -> bool:
    return len(contents.axes) == 2 and min(len(values) for values in contents.axes.values()) > MOST_LINES


def _note(contents: SweepContents, sweep: Sweep) -> str:
    told = []
    if len(contents.axes) == 1 or (len(contents.axes) == 2 and not _is_map(contents)):
        told.append("Scales do not begin at zero: read the numbers, not the heights.")
    if len(contents.axes) > 2 and len(sweep.points) > MOST_DOTS:
        told.append(
            f"Of {len(sweep.points)} points the {MOST_DOTS // 2} lowest and the {MOST_DOTS // 2} highest are drawn."
        )
    if contents.n > 1:
        told.append(
            "Points that meet the same people with the same luck differ more surely than their intervals show: "
            "borderops compare gives the interval of a difference."
        )
    return " ".join(told)


# --- one setting ---------------------------------------------------------------------------------------------------


def _one_axis(sweep: Sweep, kpi: Definition, axis: str) -> Panel:
    values = sweep.contents.axes[axis]
    points = {place[0]: point for point, place in sweep.points.items()}
    found = {value: sweep.row(points[value], kpi.name) for value in values if value in points}
    figure_ = _plane(axis, values, kpi.unit)
    _trace(figure_, axis, values, found, kpi.unit, looks([axis])[axis], "", 0.0)
    return Panel(figure_, _heading(kpi), height=300)


def _heading(kpi: Definition) -> str:
    unit = "per cent" if kpi.unit == "share" else kpi.unit
    return f"{kpi.label} ({unit})" if unit else kpi.label


def _plane(axis: str, values: Sequence[str], unit: str) -> go.Figure:
    numbers = numbers_of(values)
    x: dict[str, Any] = {"title_text": short(axis), "tickangle": 0, "nticks": 6}
    if numbers is None:
        x |= {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(values),
            "range": [-0.5, len(values) - 0.5],
        }
    else:
        x |= {"range": _padded(numbers), "separatethousands": True, "exponentformat": "none"}
    y: dict[str, Any] = {"rangemode": "normal", "zeroline": False}
    if unit == "share":
        y["ticksuffix"] = "\u2009%"
    return new_figure(xaxis=x, yaxis=y, hovermode="closest")


def _padded(numbers: Sequence[float]) -> list[float]:
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return [low - room, high + room]


def _trace(
    figure_: go.Figure,
    axis: str,
    values: Sequence[str],
    found: dict[str, Row | None],
    unit: str,
    look: Look,
    label: str,
    aside: float,
) -> None:
    """One line of points with their intervals, moved aside by a part of the axis where lines would cover each other."""
    numbers = numbers_of(values)
    there = [(at, value, row) for at, value in enumerate(values) if (row := found.get(value)) is not None]
    if not there:
        return
    scale = 100.0 if unit == "share" else 1.0
    if numbers is None:
        x: list[Any] = [at + aside * len(values) for at, *_ in there]  # positions of categories
    else:
        low, high = _padded(numbers)
        x = [numbers[at] + aside * (high - low) for at, *_ in there]
    for one, (_, _, row) in zip(x, there):
        for low_name, high_name, width in (("low", "high", 1.3), ("mean_low", "mean_high", 4.5)):
            if row["n"] > 1 and np.isfinite(row[low_name]):
                ends = rounded(np.array([row[low_name], row[high_name]]) * scale, 6)
                stroke = {"color": look.colour, "width": width}
                figure_.add_scatter(x=[one, one], y=ends, mode="lines", line=stroke, hoverinfo="skip")
    prefix = f"{label}; " if label else ""
    figure_.add_scatter(
        x=x,
        y=rounded(np.array([row["mean"] for *_, row in there]) * scale, 6),
        mode="lines+markers" if numbers is not None else "markers",
        line={"color": look.colour, "width": 1.6, "dash": look.dash},
        marker={"color": look.colour, "size": 8, "symbol": look.symbol},
        name=label or short(axis),
        customdata=[f"{prefix}{short(axis)} = {value}: {point_text(row, unit)}" for _, value, row in there],
        hovertemplate="%{customdata}<extra></extra>",
    )


def point_text(row: Row, unit: str) -> str:
    """A mean with the interval of the mean, in words."""
    mean = how_many(row["mean"], unit)
    if row["n"] < 2 or not np.isfinite(row["mean_low"]) or row["mean_low"] == row["mean_high"]:
        return mean
    return f"{mean} [{span_text(row['mean_low'], row['mean_high'], unit)}]"


# --- two settings --------------------------------------------------------------------------------------------------


def _along_and_across(contents: SweepContents) -> tuple[str, str]:
    """The setting along which lines run, and the one that has a line for each value."""
    first, second = contents.axes
    many = {name: len(contents.axes[name]) for name in (first, second)}
    is_number = {name: numbers_of(contents.axes[name]) is not None for name in (first, second)}
    if many[second] > MOST_LINES or (is_number[second] and not is_number[first] and many[first] <= MOST_LINES):
        return second, first
    return first, second


def _at(sweep: Sweep, wanted: dict[str, str]) -> int | None:
    """The point at which both settings have given values."""
    place = tuple(wanted[name] for name in sweep.contents.axes)
    return next((point for point, values in sweep.points.items() if values == place), None)


def _lines(sweep: Sweep, kpi: Definition, along: str, across: str, look: dict[str, Look]) -> Panel:
    values = sweep.contents.axes[along]
    figure_ = _plane(along, values, kpi.unit)
    others = sweep.contents.axes[across]
    for at, other in enumerate(others):
        points = {value: _at(sweep, {along: value, across: other}) for value in values}
        found = {value: None if point is None else sweep.row(point, kpi.name) for value, point in points.items()}
        aside = (at - (len(others) - 1) / 2) * 0.014
        _trace(figure_, along, values, found, kpi.unit, look[other], f"{short(across)} = {other}", aside)
    return Panel(figure_, _heading(kpi), height=310)


def _map(sweep: Sweep, kpi: Definition) -> Panel:
    down, right = sweep.contents.axes
    rows, columns = sweep.contents.axes[down], sweep.contents.axes[right]
    cells = [[_at(sweep, {down: one, right: other}) for other in columns] for one in rows]
    found = [[None if point is None else sweep.row(point, kpi.name) for point in line] for line in cells]
    scale = 100.0 if kpi.unit == "share" else 1.0
    figure_ = new_figure(
        hovermode="closest",
        xaxis={"title_text": short(right), "type": "category", "tickangle": 0, "showline": False},
        yaxis={"title_text": short(down), "type": "category", "autorange": "reversed", "showgrid": False, "nticks": 40},
    )
    figure_.add_heatmap(
        x=list(columns),
        y=list(rows),
        z=[rounded(np.array([np.nan if row is None else row["mean"] * scale for row in line])) for line in found],
        text=[["" if row is None else figure(row["mean"], kpi.unit) for row in line] for line in found],
        texttemplate="%{text}",
        textfont={"color": INK, "size": 12},
        customdata=[["" if row is None else point_text(row, kpi.unit) for row in line] for line in found],
        hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
        colorscale=[[0.0, "#f6fafd"], [1.0, SKY]],
        showscale=False,
        xgap=2,
        ygap=2,
    )
    return Panel(figure_, _heading(kpi), height=90 + 34 * len(rows), least_width=70 + 48 * len(columns))


# --- more settings -------------------------------------------------------------------------------------------------


def _dots(sweep: Sweep, kpi: Definition) -> Panel:
    scale = 100.0 if kpi.unit == "share" else 1.0
    rows = [(row, point) for point in sweep.points if (row := sweep.row(point, kpi.name)) is not None]
    rows.sort(key=lambda one: (one[0]["mean"], one[1]))
    if len(rows) > MOST_DOTS:
        rows = [*rows[: MOST_DOTS // 2], *rows[-MOST_DOTS // 2 :]]
    look = looks([kpi.name])[kpi.name]
    lines = []
    for row, point in rows:
        inner = outer = None
        if row["n"] > 1:
            inner = (row["mean_low"] * scale, row["mean_high"] * scale)
            outer = (row["low"] * scale, row["high"] * scale)
        told = f"{sweep.where(point)}: {point_text(row, kpi.unit)}"
        lines.append(Line(sweep.where(point), [Mark(row["mean"] * scale, inner, outer, look, False, told)]))
    axis = {"title_text": "per cent" if kpi.unit == "share" else kpi.unit}
    return rows_panel(lines, kpi.label, axis)


# --- words and tables ----------------------------------------------------------------------------------------------


def range_text(sweep: Sweep, kpi: Definition) -> str:
    """The lowest and the highest point of a figure, and whether chance could have ordered them so."""
    rows = [(row, point) for point in sweep.points if (row := sweep.row(point, kpi.name)) is not None]
    if not rows:
        return f"{kpi.label}: not measured at any point."
    lowest, highest = min(rows, key=lambda one: one[0]["mean"]), max(rows, key=lambda one: one[0]["mean"])
    least, most = (_end_text(sweep, kpi, row) for row, _ in (lowest, highest))
    absent = len(sweep.points) - len(rows)
    missing = f" At {number(absent)} of {len(sweep.points)} points there is nobody to measure it on." if absent else ""
    if lowest[0]["mean"] == highest[0]["mean"]:
        return f"{kpi.label}: {most} at every point.{missing}"
    told = f"{kpi.label}: lowest at {sweep.where(lowest[1])} ({least}), highest at {sweep.where(highest[1])} ({most})"
    return f"{told}{_doubt(lowest[0], highest[0])}.{missing}"


def _end_text(sweep: Sweep, kpi: Definition, row: Row) -> str:
    return brief_unseen_text(int(row["n"]), sweep.contents.level) if never_here(row) else point_text(row, kpi.unit)


def _doubt(lowest: Row, highest: Row) -> str:
    if lowest["n"] < 2 or highest["n"] < 2:
        return ", of one replication each, so that chance may have ordered them"
    if lowest["mean_high"] >= highest["mean_low"]:
        return "; their intervals overlap, so that chance may have ordered them"
    return ""


def points_table(sweep: Sweep, kpis: Sequence[Definition]) -> pd.DataFrame:
    """A row a point: its settings, and each figure's mean with the interval of the mean."""
    columns: dict[str, list[str]] = {
        name: [values[at] for values in sweep.points.values()] for at, name in enumerate(sweep.contents.axes)
    }
    for kpi in kpis:
        unit = "per cent" if kpi.unit == "share" else kpi.unit
        head = f"{kpi.label} ({unit})" if unit else kpi.label
        columns[head] = [_cell(sweep, point, kpi) for point in sweep.points]
    return pd.DataFrame(columns)


def _cell(sweep: Sweep, point: int, kpi: Definition) -> str:
    row = sweep.row(point, kpi.name)
    if row is None:
        return ABSENT
    few = f" ({int(row['n'])} of {sweep.contents.n})" if int(row["n"]) < sweep.contents.n else ""
    mean = figure(row["mean"], kpi.unit)
    if row["n"] < 2 or row["mean_low"] == row["mean_high"]:
        return f"{mean}{few}"
    return f"{mean} [{span_text(row['mean_low'], row['mean_high'], kpi.unit)}]{few}"
