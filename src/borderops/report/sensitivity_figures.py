"""Pictures of a sensitivity run: what moves each figure, indices, and points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.readiness.seasons import Figure
from borderops.report.compare_drawing import Line, Look, Mark, rows_panel
from borderops.report.compare_prose import figure
from borderops.report.drawing import (
    BLUE,
    GREY,
    INK,
    PALE,
    SKY,
    VERMILLION,
    Key,
    Panel,
    Picture,
    new_figure,
    rounded,
)
from borderops.report.sensitivity_contents import (
    SensitivityContents,
)
from borderops.report.sensitivity_prose import (
    MOST_FIGURES,
    figures_told,
    index_text,
    interval_text,
    seen,
    strongest,
)
from borderops.report.sensitivity_tables import MORRIS
from borderops.report.words import ABSENT, level_text

MOST_ROWS: Final = 10
MOST_SCATTERED: Final = 3
MOST_DOTS: Final = 600
THIRD: Final = 1.0 / 3.0
UP, DOWN, PLAIN = Look(VERMILLION, "solid", "diamond"), Look(BLUE, "solid", "circle"), Look(INK, "solid", "circle")
FIRST, TOTAL = Look(BLUE, "solid", "circle"), Look(VERMILLION, "solid", "diamond")


def _scale(one: Figure) -> float:
    return 100.0 if one.unit == "share" else 1.0


def _unit(one: Figure) -> str:
    return "per cent" if one.unit == "share" else one.unit or "number"


def _drawn(contents: SensitivityContents) -> list[Figure]:
    """Figures that are drawn: those with something to see first."""
    figures = figures_told(contents)
    return sorted(figures, key=lambda one: not len(seen(contents, one.name)))[:MOST_FIGURES]


# --- a screen ---------------------------------------------------------------------------------------------------------


def tornado(contents: SensitivityContents) -> Picture:
    """Of a screen the size of effects, the largest on top; of Sobol's method means at the two ends of each range."""
    return _effects(contents) if contents.method == MORRIS else _ends(contents)


def _effects(contents: SensitivityContents) -> Picture:
    panels, rows = [], []
    for one in _drawn(contents):
        table = strongest(contents, one.name).head(MOST_ROWS)
        lines = [_effect_line(row, one) for row in table.to_dict("records")]
        panels.append(rows_panel(lines, one.label, {"title_text": _axis(one), "rangemode": "tozero"}, zero=0.0))
    for one in figures_told(contents):
        for row in strongest(contents, one.name).to_dict("records"):
            scale = _scale(one)
            rows.append((one.label, row["group"], f"{row['inputs']}", _plain(row["mu_star"] * scale),
                         f"{_plain(row['mu_star_low'] * scale)} to {_plain(row['mu_star_high'] * scale)}",
                         _plain(row["mu"] * scale), _plain(row["sigma"] * scale), _plain(row["chance"] * scale),
                         "yes" if row["is_seen"] else "no: may be chance", f"{int(row['rows'])}"))  # fmt: skip
    columns = ["Figure", "Group", "Inputs", "Effect (mu*)", "Interval", "With sign (mu)", "Sigma", "By chance",
               "More than chance", "Walks"]  # fmt: skip
    return Picture(
        name="tornado",
        title=_tornado_title(contents),
        quantity=f"Mean size of the change of a figure over the whole range of a group, with its "
        f"{level_text(contents.level)} interval; shares in percentage points",
        alternative="Bars from zero, the longest on top. "
        + " ".join(f"{one.label}: {', '.join(strongest(contents, one.name)['group'].head(3))}." for one in
                   _drawn(contents)),
        panels=panels,
        table=pd.DataFrame(rows, columns=columns),
        keys=[Key("more than chance", INK, "circle"), Key("a ring: may be chance", GREY, "circle")],
        note="Effects of an input that is a group by itself are coloured by their sign: red where the figure rises "
        "towards the upper end of the range, blue where it falls.",
        headings=2,
    )  # fmt: skip


def _axis(one: Figure) -> str:
    return "percentage points" if one.unit == "share" else one.unit or "number"


def _effect_line(row: Mapping[Any, Any], one: Figure) -> Line:
    scale, mu = _scale(one), row["mu"]
    look = PLAIN if not np.isfinite(mu) or abs(mu) < 0.5 * row["mu_star"] else UP if mu > 0 else DOWN
    ends = (row["mu_star_low"] * scale, row["mu_star_high"] * scale)
    told = f"{row['group']}: {_plain(row['mu_star'] * scale)} ({_plain(ends[0])} to {_plain(ends[1])})"
    mark = Mark(row["mu_star"] * scale, (0.0, row["mu_star"] * scale), ends, look, not row["is_seen"], told)
    return Line(str(row["group"]), [mark])


def _tornado_title(contents: SensitivityContents) -> str:
    for one in _drawn(contents):
        table = seen(contents, one.name)
        if len(table):
            return f"{one.label}: moved by {table['group'].iloc[0]}"
    return "No group of inputs moves a figure more than chance does"


def spread_of_effects(contents: SensitivityContents) -> Picture:
    """mu* against sigma: how much a group moves a figure, and how much that differs from place to place."""
    panels = []
    for one in _drawn(contents):
        table = strongest(contents, one.name)
        scale = _scale(one)
        top = float(max(table["mu_star"].max(), table["sigma"].max()) * scale) * 1.15 or 1.0
        drawn = new_figure(
            hovermode="closest",
            xaxis={"title": {"text": f"mu*, {_axis(one)}"}, "range": [0, top], "nticks": 5},
            yaxis={"title": {"text": "sigma"}, "range": [0, top], "nticks": 5},
        )
        drawn.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": PALE, "dash": "dash"}, hoverinfo="skip")
        named = [str(group) if at < MOST_SCATTERED else "" for at, group in enumerate(table["group"])]
        colours = [INK if is_seen else PALE for is_seen in table["is_seen"]]
        drawn.add_scatter(
            x=rounded(table["mu_star"] * scale), y=rounded(table["sigma"] * scale), mode="markers+text", text=named,
            textposition="top left", textfont={"size": 11}, customdata=table["group"].tolist(),
            marker={"color": colours, "size": 9},
            hovertemplate="%{customdata}: mu* %{x:.3~g}, sigma %{y:.3~g}<extra></extra>",
        )  # fmt: skip
        panels.append(Panel(drawn, one.label, height=320))
    return Picture(
        name="spread",
        title="How much a group moves a figure, and how much that differs from place to place",
        quantity="mu*: mean size of effects; sigma: their standard deviation; dashed: where both are as large",
        alternative="Points; far right moves much, far up moves differently from place to place or by chance.",
        panels=panels,
        table=pd.DataFrame(),
        keys=[Key("more than chance", INK, "circle"), Key("may be chance", PALE, "circle")],
        note="Above the dashed line effects differ more than they are large: bent lines, inputs that act together, "
        "members of a group that move against each other, or chance. The numbers stand in the table above.",
    )


# --- Sobol's method ---------------------------------------------------------------------------------------------------


def indices(contents: SensitivityContents) -> Picture:
    """First-order and total indices with their intervals."""
    panels, rows = [], []
    for one in _drawn(contents):
        lines = [_index_line(row) for row in strongest(contents, one.name).head(MOST_ROWS).to_dict("records")]
        axis = {"title_text": "part of what the inputs make of the spread", "range": [-0.04, 1.04], "zeroline": False}
        panels.append(rows_panel(lines, one.label, axis, zero=0.0))
    for one in figures_told(contents):
        for row in strongest(contents, one.name).to_dict("records"):
            rows.append((one.label, row["group"], index_text(row["first"]),
                         interval_text(row["first_low"], row["first_high"]), index_text(row["total"]),
                         interval_text(row["total_low"], row["total_high"]), f"{int(row['rows'])}"))  # fmt: skip
    columns = ["Figure", "Input or group", "By itself", "Interval", "In all", "Interval ", "Rows"]
    return Picture(
        name="indices",
        title=_index_title(contents),
        quantity=f"First-order and total indices of Sobol with {level_text(contents.level)} intervals, of the mean "
        "season: chance is taken out",
        alternative="Two points a row from 0 to 1. "
        + " ".join(f"{one.label}: {', '.join(strongest(contents, one.name)['group'].head(3))}." for one in
                   _drawn(contents)),
        panels=panels,
        table=pd.DataFrame(rows, columns=columns),
        keys=[Key("by itself", FIRST.colour, FIRST.symbol), Key("in all, with others", TOTAL.colour, TOTAL.symbol)],
        note="Where both lie together an input acts by itself; where the red one lies further right it acts together "
        "with others. Estimates may lie beyond 0 and 1 by chance; intervals end there.",
        headings=2,
    )  # fmt: skip


def _index_line(row: Mapping[Any, Any]) -> Line:
    marks = []
    for name, look, words in (("first", FIRST, "by itself"), ("total", TOTAL, "in all")):
        low, high = (float(np.clip(row[f"{name}_{end}"], 0.0, 1.0)) for end in ("low", "high"))
        told = f"{row['group']}, {words}: {index_text(row[name])} ({interval_text(low, high)})"
        marks.append(Mark(float(np.clip(row[name], -0.03, 1.03)), None, (low, high), look,
                          not row[f"{name}_low"] > 0.0, told))  # fmt: skip
    return Line(str(row["group"]), marks)


def _index_title(contents: SensitivityContents) -> str:
    for one in _drawn(contents):
        table = seen(contents, one.name)
        if len(table):
            total = figure(float(min(table["total"].iloc[0], 1.0)), "share")
            return f"{one.label}: {table['group'].iloc[0]} has a part in {total} of what the inputs make of it"
    return "No input can be told from chance"


def _coordinates_of(contents: SensitivityContents, group: str) -> list[int]:
    """Columns of the coordinates of a group."""
    own = [contents.space.inputs[column] for column in contents.space.groups[group]]
    return [at for at, one in enumerate(contents.coordinates) if one.of in own]


def _single(contents: SensitivityContents, name: str) -> list[tuple[str, int]]:
    """Inputs that matter for a figure and can be drawn along an axis, the strongest first: name and column."""
    found = []
    for group in strongest(contents, name)["group"]:
        columns = _coordinates_of(contents, str(group))
        if len(columns) == 1:
            found.append((str(group), columns[0]))
        else:
            ends = {at: _means_at_ends(contents, name, at) for at in columns}
            order = sorted(columns, key=lambda at: -abs(ends[at][1] - ends[at][0]))
            found += [(contents.coordinates[at].name, at) for at in order[:MOST_SCATTERED]]
    return found


def _means_at_ends(contents: SensitivityContents, name: str, column: int) -> tuple[float, float]:
    """Mean of a figure in the lowest and in the highest third of an input."""
    values = contents.of(name)
    places = np.broadcast_to(contents.places[..., column, None], values.shape)
    known = np.isfinite(values)
    low, high = known & (places < THIRD), known & (places > 1.0 - THIRD)
    return (float(values[low].mean()) if low.any() else np.nan, float(values[high].mean()) if high.any() else np.nan)


def _ends(contents: SensitivityContents) -> Picture:
    panels, rows = [], []
    for one in _drawn(contents):
        scale, lines = _scale(one), []
        for name, column in _single(contents, one.name)[:MOST_ROWS]:
            low, high = _means_at_ends(contents, one.name, column)
            if not np.isfinite(low) or not np.isfinite(high):
                continue
            told = f"{name}: {figure(low, one.unit)} in the lowest third, {figure(high, one.unit)} in the highest"
            ends = (low * scale, high * scale)
            lines.append(Line(name, [Mark(high * scale, (min(ends), max(ends)), None, UP if high > low else DOWN,
                                          False, told)]))  # fmt: skip
            rows.append((one.label, name, figure(low, one.unit), figure(high, one.unit)))
        if lines:
            lines.sort(key=lambda line: -_length(line))
            panels.append(rows_panel(lines, one.label, {"title_text": _unit(one), "zeroline": False}))
    return Picture(
        name="tornado",
        title="What each figure is at the two ends of an input's range, the others drawn",
        quantity="Bars from the mean in the lowest third of a range to that in the highest third, where the mark is",
        alternative="Bars, the longest on top; the table holds both ends.",
        panels=panels,
        table=pd.DataFrame(rows, columns=["Figure", "Input", "Lowest third", "Highest third"]),
        keys=[Key("higher at the upper end", UP.colour, UP.symbol), Key("lower", DOWN.colour, DOWN.symbol)],
        note="Of a group of several inputs, or of the fitted sample, the three that differ most are drawn. Axes do not "
        "begin at zero.",
        headings=2,
    )


def _length(line: Line) -> float:
    inner = line.marks[0].inner
    return 0.0 if inner is None else abs(inner[1] - inner[0])


def scatter(contents: SensitivityContents) -> Picture:
    """Points: the value of an input against the figure, for the inputs that matter most."""
    panels, rows = [], []
    for one in _drawn(contents):
        for name, column in _single(contents, one.name)[:MOST_SCATTERED]:
            panels.append(_scatter_panel(contents, one, name, column))
            values = contents.of(one.name)[..., 0].reshape(-1)
            known = np.isfinite(values)
            with np.errstate(invalid="ignore"):
                places = contents.places[..., column].reshape(-1)[known]
                same = known.sum() < 3 or places.std() == 0.0 or values[known].std() == 0.0
                going = np.nan if same else float(np.corrcoef(places, values[known])[0, 1])
            rows.append((one.label, name, ABSENT if np.isnan(going) else f"{going:+.2f}"))
    return Picture(
        name="scatter",
        title="Seasons at every point, along the inputs that matter most",
        quantity="A dot for the mean season of each point; across: where the input lies in its range, 0.5 as shipped",
        alternative="Clouds of points; the table tells how strongly each goes with its input.",
        panels=panels,
        table=pd.DataFrame(rows, columns=["Figure", "Input", "Correlation"]),
        headings=2,
        note=f"Of more than {MOST_DOTS} points as many are drawn.",
    )


def _scatter_panel(contents: SensitivityContents, one: Figure, name: str, column: int) -> Panel:
    values = contents.of(one.name)
    known = np.isfinite(values).any(axis=2)
    means = np.where(np.isfinite(values), values, 0.0).sum(axis=2) / np.maximum(np.isfinite(values).sum(axis=2), 1)
    x, y = contents.places[..., column][known], means[known] * _scale(one)
    drawn_ = np.linspace(0, len(x) - 1, min(len(x), MOST_DOTS)).round().astype(np.int64)
    chart = new_figure(
        hovermode="closest",
        xaxis={"title": {"text": name}, "range": [-0.02, 1.02], "nticks": 5},
        yaxis={"title": {"text": _unit(one)}},
    )
    chart.add_scatter(
        x=rounded(x[drawn_], 3), y=rounded(y[drawn_]), mode="markers",
        marker={"color": SKY, "size": 5, "opacity": 0.7, "line": {"width": 0}},
        hovertemplate="%{x:.2f}: %{y:,.4~r}<extra></extra>",
    )  # fmt: skip
    if not np.isnan(one.limit):
        chart.add_hline(y=one.limit * _scale(one), line={"color": INK, "width": 1.2, "dash": "dash"})
    return Panel(chart, one.label, height=260)


def _plain(value: float) -> str:
    """A number to three digits."""
    return ABSENT if not np.isfinite(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
