"""How the report draws: colours, the shared template, and the pieces that every picture is put together from.

Colours are those of Okabe and Ito, told apart with any colour vision; lines differ by dash as well. A figure carries no
title, legend or source of its own: these are text on the page, so that they wrap on a phone and can be read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.report.contents import Account, Days, records, top_row
from borderops.report.words import ABSENT, day_text, level_text, number, quantity, range_cell, replications_text, span

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
INK, GREY, PALE, HAIRLINE = "#1f2933", "#5f6b76", "#c3cad1", "#e4e7ea"

EVERY_DAY_UP_TO: Final = 130
"""Longer windows show every seventh day in the tables behind the pictures."""

TEMPLATE: Final = go.layout.Template(
    layout={
        "font": {"family": "'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif", "size": 13},
        "font_color": INK,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 46, "r": 20, "t": 8, "b": 34},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": PALE, "font": {"color": INK, "size": 13}},
        "xaxis": {
            "showgrid": False,
            "linecolor": PALE,
            "showline": True,
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": PALE,
            "fixedrange": True,
            "zeroline": False,
            "automargin": True,
            "ticklabeloverflow": "allow",
            "title": {"font": {"size": 12, "color": GREY}, "standoff": 8},
        },
        "yaxis": {
            "gridcolor": HAIRLINE,
            "zeroline": True,
            "zerolinecolor": PALE,
            "rangemode": "tozero",
            "fixedrange": True,
            "automargin": True,
            "nticks": 6,
            "separatethousands": True,
            "exponentformat": "none",
            "title": {"font": {"size": 12, "color": GREY}, "standoff": 6},
        },
    }
)
"""Shared by all figures; the page stores it once."""


@dataclass(frozen=True)
class Key:
    """One entry of a legend: its words, colour, and how it is drawn (line, dash, dot, band, block, diamond, ...)."""

    label: str
    colour: str
    style: str = "line"


@dataclass(frozen=True)
class Panel:
    """One figure of a picture.

    Parameters
    ----------
    figure : Figure
    heading : str
        What sets this panel apart from its neighbours; empty for a lone panel.
    height : int
        In CSS pixels.
    least_width : int
        Below this the panel scrolls sideways instead of shrinking further.
    """

    figure: go.Figure
    heading: str = ""
    height: int = 300
    least_width: int = 0


NOTHING: Final = "There is nothing to draw in this run."


@dataclass(frozen=True)
class Picture:
    """A picture as the page shows it.

    Parameters
    ----------
    name : str
        Anchor on the page.
    title : str
        The finding in plain words.
    quantity : str
        What is shown, its unit, the replications and the interval.
    alternative : str
        The picture in words, for those who cannot see it.
    panels : sequence of Panel
        Empty when there is nothing to draw; the page then says so.
    table : DataFrame
        The numbers behind it, as they are to be read.
    keys : sequence of Key
    note : str
    headings : int
        Leading columns of the table that name the row.
    nothing : str
        Said in place of everything else where there is nothing to draw.
    """

    name: str
    title: str
    quantity: str
    alternative: str
    panels: Sequence[Panel]
    table: pd.DataFrame
    keys: Sequence[Key] = ()
    note: str = ""
    headings: int = 1
    nothing: str = NOTHING


@dataclass(frozen=True)
class Part:
    """One colour of stacked bars.

    Parameters
    ----------
    label : str
    colour : str
    values : sequence of float
        Its length in each bar, in the order of the bars.
    told : sequence of str
        What pointing at it tells, bar by bar.
    figures : sequence of str
        The number written on it, bar by bar, where it has room.
    words : sequence of str
        What is written before the number, where both have room.
    """

    label: str
    colour: str
    values: Sequence[float]
    told: Sequence[str]
    figures: Sequence[str]
    words: Sequence[str]


# --- shared pieces -------------------------------------------------------------------------------------------------


def basis(contents: Account) -> str:
    """Replications and interval, as they stand under each title."""
    if contents.n < 2:
        return "one replication, no interval"
    return f"median and {level_text(contents.level)} interval of {replications_text(contents.n)}"


def means_basis(contents: Account) -> str:
    """As `basis`, where parts are added up and only means may be."""
    return "one replication, no interval" if contents.n < 2 else f"mean of {replications_text(contents.n)}"


def middle(contents: Account) -> str:
    """Says that a line is a median, where there is more than one replication."""
    return ", median" if contents.n > 1 else ""


def band_key(contents: Account, colour: str) -> list[Key]:
    """Legend entry of the band; none where there is no band."""
    return [Key(f"{level_text(contents.level)} interval", colour, "band")] if contents.n > 1 else []


def new_figure(**layout: Any) -> go.Figure:
    """An empty figure on the shared template."""
    return go.Figure(layout={"template": TEMPLATE, **layout})


def rounded(values: pd.Series | np.ndarray, digits: int = 4) -> list[float | None]:
    """Values to some significant digits, so that the page stays small; None for what is missing."""
    return [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in np.asarray(values, dtype=float)]


def iso_days(days: pd.Series) -> list[str]:
    """Days as ISO dates."""
    return pd.to_datetime(days).dt.strftime("%Y-%m-%d").tolist()


def translucent(colour: str, share: float) -> str:
    """A colour of six hexadecimal digits, let through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


BAND: Final = 0.22
"""How far a band lets through what lies behind it."""


def add_band(
    figure: go.Figure, x: list, table: pd.DataFrame, colour: str, scale: float = 1.0, share: float = BAND
) -> None:
    """The interval as a band behind a line; nothing for a single replication."""
    if table.empty or table["n"].max() < 2:
        return
    # One band a run of days: Plotly would fill across a gap.
    for start, stop in runs(np.isfinite(table["median"].to_numpy(dtype=float))):
        part, days = table.iloc[start:stop], x[start:stop]
        base = {"x": days, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_scatter(y=rounded(part["low"] * scale), **base)
        filled = {"fill": "tonexty", "fillcolor": translucent(colour, share)}
        figure.add_scatter(y=rounded(part["high"] * scale), **filled, **base)


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Start and end (excluded) of each unbroken run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def add_line(
    figure: go.Figure, x: list, table: pd.DataFrame, colour: str, label: str, unit: str, dash: str = "solid"
) -> None:
    """The median as a line that tells its interval when pointed at."""
    scale = 100.0 if unit == "share" else 1.0
    told = [
        f"{quantity(row.median, unit)} ({span(row.low, row.high, unit)})" if row.n > 1 else quantity(row.median, unit)
        for row in records(table)
    ]
    figure.add_scatter(
        x=x,
        y=rounded(table["median"] * scale),
        customdata=told,
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        name=label,
        hovertemplate=f"{label}: %{{customdata}}<extra></extra>",
    )


def add_steps(figure: go.Figure, table: pd.DataFrame, label: str, unit: str) -> None:
    """Capacity as a step line."""
    if table.empty:
        return
    figure.add_scatter(
        x=iso_days(table["day"]),
        y=rounded(table["median"], digits=6),
        mode="lines",
        line={"color": BLACK, "width": 1.4, "shape": "hv"},
        name=label,
        hovertemplate=f"{label}: %{{y:,.0f}} {unit}<extra></extra>",
    )


def add_bars(figure: go.Figure, x: list[str], y: pd.Series, colour: str, label: str) -> None:
    """Upright bars, one a day."""
    hover = f"{label}: %{{y:,.1f}}<extra></extra>"
    figure.add_bar(x=x, y=rounded(y), marker={"color": colour, "line": {"width": 0}}, name=label, hovertemplate=hover)


BAR_WIDTH, NARROW_BAR_WIDTH, LETTER_WIDTH, LETTER_MARGIN = 900, 215, 7.0, 6.0
"""Pixels of the longest bar of a lone panel on a desk and on a phone, and of what is written on its parts."""

LEAST_OF_WIDTH, BESIDE_BARS = 0.85, 120
"""Part of the desk's width that the longest bar needs for the desk's writing, and pixels that names take beside it."""


def stacked_bars(
    bars: Sequence[str], parts: Sequence[Part], axis: dict[str, Any], width: float = BAR_WIDTH
) -> go.Figure:
    """Bars that lie, one below the other, each made of parts with their word and number written on them.

    Parameters
    ----------
    bars : sequence of str
        Their names.
    parts : sequence of Part
        From left to right.
    axis : dict
        Layout of the axis they are measured on; its range says how long the whole is.
    width : float
        Pixels of the whole on a desk.
    """
    whole = float(axis["range"][1])
    figure = new_figure(
        barmode="stack",
        bargap=0.35,
        hovermode="closest",
        xaxis={"tickangle": 0, **axis},
        yaxis=NAMES_DOWN,
    )
    for part in parts:
        figure.add_bar(
            y=list(bars),
            x=rounded(np.array(part.values)),
            orientation="h",
            marker={"color": part.colour, "line": {"color": "#ffffff", "width": 1.5}},
            text=_fitting(part, width / whole),
            meta={
                # Taken by the page's script where the picture is narrower than this.
                "wide_from": round(width * LEAST_OF_WIDTH) + BESIDE_BARS,
                "narrow": _fitting(part, NARROW_BAR_WIDTH / whole),
            },
            textposition="inside",
            constraintext="none",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": ink_on(part.colour), "size": 13},
            customdata=list(part.told),
            name=part.label,
            hovertemplate="%{customdata}<extra></extra>",
        )
    return figure


NAMES_DOWN: Final = {
    "autorange": "reversed",
    "showgrid": False,
    "zeroline": False,
    "type": "category",
    "nticks": 30,
    "ticks": "",
    "ticklabelstandoff": 6,
}
"""An axis that names bars, the first on top."""


def _fitting(part: Part, pixels: float) -> list[str]:
    """What has room on each piece, at so many pixels a unit: word and number, the number alone, or nothing."""
    fitting = []
    for value, figure, word in zip(part.values, part.figures, part.words, strict=True):
        room = value * pixels - LETTER_MARGIN
        candidates = [f"{word} {figure}", figure] if word else [figure]
        fitting.append(next((one for one in candidates if len(one) * LETTER_WIDTH <= room), ""))
    return fitting


def per_cent(share: float) -> str:
    """A share of a hundred as it is written on a bar."""
    return f"{share:.0f}\u2009%"


def ink_on(colour: str) -> str:
    """The colour of writing that can be read on a colour."""
    return "#ffffff" if colour in (BLUE, GREY, INK, BLACK) else BLACK


def mark_season(figure: go.Figure, contents: Days) -> None:
    """Shade the days that the headline figures speak of."""
    first, last = contents.settings.season
    figure.add_vrect(x0=str(first), x1=str(last), fillcolor="#eef1f4", line_width=0, layer="below")


def season_key(contents: Days) -> Key:
    """Legend entry of the shaded days."""
    first, last = contents.settings.season
    days = f"{day_text(first, with_year=False)} to {day_text(last, with_year=False)}"
    return Key(f"{days}: the days the answer speaks of", "#dfe4e9", "block")


def day_axis(contents: Days) -> dict[str, Any]:
    """A date axis over the window, with few and short labels."""
    window = contents.settings.window
    is_long = (window.end - window.start).days > 240
    return {
        "type": "date",
        "range": [str(window.start), str(window.end)],
        "dtick": "M3" if is_long else "M1",
        "tickformat": "%b\n%Y" if is_long else "%-d %b\n%Y",
        "hoverformat": "%a %-d %b %Y",
        "tickangle": 0,
    }


def limit_line(
    figure: go.Figure, at: float | str, label: str, axis: str = "y", lower: int = 0, side: str = "right"
) -> None:
    """A dashed line with a name, for a limit; an upright one's name may stand lower by some pixels, or to the left."""
    style = {"line": {"color": BLACK, "width": 1.2, "dash": "dash"}, "annotation_text": label}
    style |= {"annotation_font": {"size": 12, "color": INK}, "annotation_bgcolor": "rgba(255,255,255,0.8)"}
    if axis == "y":
        figure.add_hline(y=at, annotation_position="top left", **style)
    else:
        figure.add_vline(x=at, annotation_position=f"top {side}", annotation_yshift=-lower, **style)


def thin_out(days: pd.Series) -> pd.Series:
    """Which days a table shows: all of a short window, every seventh of a long one."""
    unique = pd.Series(sorted(days.unique()))
    return unique if len(unique) <= EVERY_DAY_UP_TO else unique.iloc[::7]


def thinned_note(contents: Days) -> str:
    """Says so where a table leaves days out."""
    if contents.daily["day"].nunique() <= EVERY_DAY_UP_TO:
        return ""
    return "The table shows every seventh day; the run's daily table holds all of them."


def day_table(contents: Days, columns: Sequence[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Days down, measures across.

    Parameters
    ----------
    columns : sequence of (heading, measure, group, unit)
        Each becomes one column of medians, with the interval behind the median.
    """
    rates = ("share_over_72h", "mean_custody_hours")
    series = {
        head: ((contents.series_of_enough if measure in rates else contents.series)(measure, group), unit)
        for head, measure, group, unit in columns
    }
    series = {head: (one, unit) for head, (one, unit) in series.items() if not one.empty}
    if not series:
        return pd.DataFrame({"Day": []})
    days = thin_out(pd.concat([one["day"] for one, _ in series.values()]))
    table = {"Day": [day_text(day) for day in days]}
    for head, (one, unit) in series.items():
        cells = {row.day: figure_cell(row, unit) for row in records(one)}
        table[head] = [cells.get(pd.Timestamp(day), ABSENT) for day in days]
    return pd.DataFrame(table)


def figure_cell(row: Any, unit: str) -> str:
    """A median with its interval; the interval is left out when it says nothing more."""
    if not np.isfinite(row.median):
        return ABSENT
    middle = number(row.median, unit)
    if row.n < 2 or row.low == row.high:
        return middle
    return f"{middle} ({range_cell(row.low, row.high, unit)})"


def mean_cell(row: Any, unit: str) -> str:
    """A mean with the interval of the replications, where parts are added up; left out when it says nothing more."""
    if not np.isfinite(row.mean):
        return ABSENT
    if row.n < 2 or row.low == row.high:
        return number(row.mean, unit)
    return f"{number(row.mean, unit)} ({range_cell(row.low, row.high, unit)})"


def course(table: pd.DataFrame, unit: str) -> str:
    """A series in words: first day, highest day, last day."""
    known = table.dropna(subset=["median"])
    if known.empty:
        return "not measured"
    top = top_row(known)
    first, last = known.iloc[0], known.iloc[-1]
    return (
        f"{quantity(first['median'], unit)} on {day_text(first['day'])}, at most {quantity(top['median'], unit)} on "
        f"{day_text(top['day'])}, {quantity(last['median'], unit)} on {day_text(last['day'])}"
    )
