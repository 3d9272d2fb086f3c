"""How comparisons and sweeps draw: a look for each scenario, intervals row by row, and lines of scenarios overlaid."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.report.drawing import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Key,
    Panel,
    add_band,
    add_line,
    iso_days,
    new_figure,
    rounded,
)


@dataclass(frozen=True)
class Look:
    """How a scenario or a value of an axis is told from the others: colour, dash of lines, symbol of points."""

    colour: str
    dash: str
    symbol: str


LOOKS: Final = (
    Look(INK, "solid", "circle"),
    Look(VERMILLION, "solid", "diamond"),
    Look(BLUE, "dash", "square"),
    Look(GREEN, "dot", "triangle-up"),
    Look(PURPLE, "dashdot", "triangle-down"),
    Look(ORANGE, "longdash", "pentagon"),
    Look(SKY, "longdashdot", "star"),
)
"""The baseline first; told apart by colour, by dash and by symbol."""

LINE_STYLES: Final = {"solid": "line", "dot": "dot"}
"""Style of a legend entry by dash; any other is drawn as dashes."""

FAINT_FROM: Final = 3
FAINT, CLEAR = 0.12, 0.2
"""How far bands let through what lies behind them: many of them more than few."""


def looks(names: Sequence[str]) -> dict[str, Look]:
    """A look for each name, in order; from the eighth on they come again."""
    return {name: LOOKS[at % len(LOOKS)] for at, name in enumerate(names)}


def line_key(label: str, look: Look) -> Key:
    """Legend entry of a line."""
    return Key(label, look.colour, LINE_STYLES.get(look.dash, "dash"))


# --- intervals, row by row -----------------------------------------------------------------------------------------

LABEL_HEIGHT, MARK_HEIGHT, GAP, WRAP_AT = 17, 16, 12, 44
"""Pixels of a line of writing, of an interval, and between rows; letters of a line of writing."""

TOP, BOTTOM = 8, 52


@dataclass(frozen=True)
class Mark:
    """A value with its intervals.

    Parameters
    ----------
    value : float
    inner, outer : (float, float) or None
        Drawn thick and thin; None for no interval.
    look : Look
    is_open : bool
        Drawn as a ring: not told from zero.
    told : str
        What pointing at it tells.
    """

    value: float
    inner: tuple[float, float] | None
    outer: tuple[float, float] | None
    look: Look
    is_open: bool
    told: str


@dataclass(frozen=True)
class Line:
    """A row of marks under its name.

    Parameters
    ----------
    label : str
    marks : sequence of Mark
    """

    label: str
    marks: Sequence[Mark]

    @property
    def words(self) -> list[str]:
        """The name, in pieces that fit on a phone."""
        return textwrap.wrap(self.label, WRAP_AT) or [""]

    @property
    def height(self) -> int:
        """Pixels it takes."""
        return LABEL_HEIGHT * len(self.words) + MARK_HEIGHT * len(self.marks) + GAP

    @property
    def reach(self) -> float:
        """Largest distance of any of its ends from zero."""
        ends = [abs(end) for one in self.marks for end in (one.value, *(one.outer or ()), *(one.inner or ()))]
        return max((end for end in ends if np.isfinite(end)), default=0.0)


def rows_panel(lines: Sequence[Line], heading: str, axis: Mapping[str, Any], zero: float | None = None) -> Panel:
    """Values with intervals, one below the other, each row under its name so that names take no width.

    Parameters
    ----------
    lines : sequence of Line
    heading : str
    axis : mapping
        Layout of the x axis.
    zero : float, optional
        Where an upright line stands.
    """
    total = sum(line.height for line in lines)
    figure = new_figure(
        hovermode="closest",
        margin={"l": 10, "r": 14, "t": TOP, "b": BOTTOM},
        xaxis={
            "nticks": 6,
            "tickangle": 0,
            "showgrid": True,
            "gridcolor": "#eef1f4",
            "separatethousands": True,
            **axis,
        },
        # One unit is one pixel, so that writing and marks keep their distance however many rows there are.
        yaxis={"range": [total, 0], "visible": False, "automargin": False, "rangemode": "normal"},
    )
    if zero is not None:
        figure.add_vline(x=zero, line={"color": INK, "width": 1.2})
    top = 0
    for line in lines:
        _draw(figure, line, top)
        top += line.height
    return Panel(figure, heading, height=total + TOP + BOTTOM)


def _draw(figure: go.Figure, line: Line, top: int) -> None:
    figure.add_annotation(
        text="<br>".join(line.words), x=0, xref="paper", xanchor="left", align="left", y=top, yanchor="top",
        showarrow=False, bgcolor="rgba(255,255,255,0.85)", borderpad=1,
    )  # fmt: skip
    first = top + LABEL_HEIGHT * len(line.words) + MARK_HEIGHT / 2 + 3
    for at, mark in enumerate(line.marks):
        y = first + MARK_HEIGHT * at
        for ends, width in ((mark.outer, 1.4), (mark.inner, 4.5)):
            if ends is not None:
                stroke = {"color": mark.look.colour, "width": width}
                figure.add_scatter(x=rounded(np.array(ends), 6), y=[y, y], mode="lines", line=stroke, hoverinfo="skip")
        point = {"size": 9, "symbol": mark.look.symbol, "line": {"color": mark.look.colour, "width": 1.8}}
        point["color"] = "#ffffff" if mark.is_open else mark.look.colour
        figure.add_scatter(
            x=rounded(np.array([mark.value]), 6),
            y=[y],
            mode="markers",
            marker=point,
            customdata=[mark.told],
            hovertemplate="%{customdata}<extra></extra>",
        )


def by_scale(lines: Sequence[Line], factor: float) -> list[list[Line]]:
    """Rows that may share a scale: none reaches less than its neighbours' largest over a factor.

    Parameters
    ----------
    lines : sequence of Line
    factor : float

    Returns
    -------
    list of list of Line
        The far-reaching rows first; each list in the order given. Rows without any reach share the last scale.
    """
    groups: list[list[Line]] = []
    largest = np.inf
    for line in sorted(lines, key=lambda one: -one.reach):
        if not groups or (line.reach > 0 and line.reach < largest / factor):
            groups.append([])
            largest = line.reach
        groups[-1].append(line)
    return [[line for line in lines if line in group] for group in groups]


# --- lines over each other -----------------------------------------------------------------------------------------


def overlay(
    figure: go.Figure, tables: Mapping[str, pd.DataFrame], looks_of: Mapping[str, Look], unit: str, x: str = "day"
) -> None:
    """Draw medians and bands of several scenarios into one figure, bands below all lines.

    Parameters
    ----------
    figure : Figure
    tables : mapping of str to DataFrame
        Summaries by scenario, sorted by ``x``.
    looks_of : mapping of str to Look
    unit : str
    x : str
        Column along which they are drawn.
    """
    scale = 100.0 if unit == "share" else 1.0
    share = FAINT if len(tables) >= FAINT_FROM else CLEAR
    along = {name: iso_days(table[x]) if x == "day" else table[x].tolist() for name, table in tables.items()}
    for name, table in tables.items():
        add_band(figure, along[name], table, looks_of[name].colour, scale, share)
    for name, table in tables.items():
        add_line(figure, along[name], table, looks_of[name].colour, name, unit, looks_of[name].dash)


def span_of_days(days: pd.Series) -> dict[str, Any]:
    """A date axis from the first to the last day, with few and short labels."""
    first, last = pd.Timestamp(days.min()), pd.Timestamp(days.max())
    length = (last - first).days
    axis: dict[str, Any] = {"type": "date", "range": [f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"], "tickangle": 0}
    if length <= 45:
        return axis | {"tickformat": "%-d %b\n%Y", "hoverformat": "%a %-d %b %Y", "nticks": 4}
    is_long = length > 240
    axis |= {"dtick": "M3" if is_long else "M1", "tickformat": "%b\n%Y" if is_long else "%-d %b\n%Y"}
    return axis | {"hoverformat": "%a %-d %b %Y"}
