"""Pictures of a judged fit: every figure beside its interval, and the season's days beside published days."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.facts.tables import published
from borderops.report.compare_drawing import Line, Look, Mark, by_scale, rows_panel
from borderops.report.contents import records
from borderops.report.drawing import (
    BLACK,
    BLUE,
    GREY,
    HAIRLINE,
    INK,
    Key,
    Panel,
    Picture,
    add_band,
    add_line,
    band_key,
    basis,
    course,
    figure_cell,
    iso_days,
    limit_line,
    middle,
    new_figure,
    rounded,
)
from borderops.report.validity_contents import ValidityContents
from borderops.report.words import ABSENT, day_text, level_text, number, span
from borderops.validity.rows import SEASON_START
from borderops.validity.scorecard import DAYS_AFTER_START, width_text

INSIDE, OUTSIDE = BLUE, "#B84A00"
"""Of intervals that hold the published value and of those that do not; the latter are dashed besides."""

FARTHEST: Final = 2.0
"""Ratio to the published value at the right end of the scale; its inverse stands at the left."""

TICKS: Final = {
    0.5: "half",
    0.75: "\N{MINUS SIGN}25\u2009%",
    0.9: "\N{MINUS SIGN}10\u2009%",
    0.98: "\N{MINUS SIGN}2\u2009%",
    1.02: "+2\u2009%",
    1.1: "+10\u2009%",
    1.25: "+25\u2009%",
    1.5: "+50\u2009%",
    2.0: "double",
}
STRETCH: Final = 0.55
"""Power of the logarithm of a ratio by which it is drawn: small differences are drawn larger than great ones."""

ROW, HEAD_ROOM, FOOT_ROOM = 31, 22, 40
LABELS, NUMBERS, LEAST_WIDTH = 366, 280, 960
"""Pixels: height of a row, above and below all; width of names and of numbers, and of the whole at least."""

SIMULATED_AT, PUBLISHED_AT = 156, 168
"""Pixels right of the scale: where simulated numbers end, and where published ones begin."""

LETTERS: Final = 60

HEADINGS: Final = {
    "fit": "Figures the model was fitted to",
    "check": "Figures it was never fitted to",
    "known": "Figures that were known on that day",
    "later": "Figures that came later: what was forecast",
    "derived": "Figures that follow from others, shown and not counted",
}
"""By the name of a group of rows."""

CENSUS_FIGURES: Final = {
    "R165": date(2018, 4, 29),
    "R166": date(2018, 5, 29),
    "R167": date(2018, 7, 5),
    "R168": date(2018, 8, 31),
    "R169": date(2018, 9, 12),
    "R170": date(2018, 11, 30),
    "R171": date(2018, 12, 13),
}
FIRST_OVER, DAYS_OVER, OCCUPANCY = "S149", "S150", "S148"
TAIL_FIGURES: Final = {72: ("S152", 0.01, "longer than 72 h"), 144: ("S153", None, "longer than 6 days"),
                       240: ("S154", None, "10 days or longer")}  # fmt: skip
SEPARATED: Final = "S112"
DAYS_TOLD: Final = 10
STANDING: Final = (
    ("S133", "Reunited with a parent: the youngest", "under_5_at_order", "reunited"),
    ("S134", "Reunited with a parent: 5 to 17 years", "others", "reunited"),
    ("S138", "Released to a sponsor, or turned 18", "all", "in_own_shelter_exit"),
    ("S141", "Parent abroad", "all", "parent_abroad"),
    ("S144", "Parent in other custody", "all", "parent_in_custody"),
)
"""Rows of Table 5 with what they count: figure, name, age band, state."""

SIMULATED_LOOK, PUBLISHED_LOOK = Look(BLUE, "solid", "circle"), Look(BLACK, "solid", "diamond")
PUBLISHED_KEY: Final = Key("published", BLACK, "diamond")


# --- every figure beside its interval -----------------------------------------------------------------------------


def figures_by_group(contents: ValidityContents) -> list[Picture]:
    """A picture for each group of rows: intervals relative to what was published."""
    return [_of_group(contents, name, rows) for name, rows in contents.card.groups(contents.as_of).items()]


def _of_group(contents: ValidityContents, name: str, rows: pd.DataFrame) -> Picture:
    level = level_text(contents.level)
    inside = int(rows["is_inside"].sum())
    return Picture(
        name=f"figures-{name}",
        title=f"{HEADINGS[name]}: {inside} of {len(rows)} lie inside the simulated interval",
        quantity=f"Simulated median and {level} interval of {contents.n:,} replications, as a multiple of the "
        "published figure",
        alternative=" ".join(row_sentence(row) for row in records(rows)),
        panels=[_forest(rows)],
        table=figures_table(rows),
        keys=[
            Key("published", BLACK, "tick"),
            Key("interval that holds the published figure, and its median", INSIDE, "interval"),
            Key("interval that does not", OUTSIDE, "interval dashed"),
        ],
        note="The scale runs from half to double the published figure, small differences drawn larger than great ones; "
        "a triangle says that an interval goes beyond. Dates are drawn as days after 5 May. A published 0 has no "
        "scale, so only its numbers stand there.",
        headings=2,
    )


def _forest(rows: pd.DataFrame) -> Panel:
    """Names at the left, intervals on one scale, numbers at the right."""
    height = ROW * len(rows)
    figure = new_figure(
        hovermode="closest",
        margin={"l": LABELS, "r": NUMBERS, "t": HEAD_ROOM, "b": FOOT_ROOM},
        xaxis={
            "range": [-1.06, 1.06],
            "tickvals": [_place(ratio) for ratio in TICKS],
            "ticktext": list(TICKS.values()),
            "tickangle": 0,
            "showgrid": True,
            "gridcolor": HAIRLINE,
            "automargin": False,
        },
        yaxis={"range": [height, 0], "visible": False, "automargin": False, "rangemode": "normal"},
    )
    figure.add_vline(x=0, line={"color": INK, "width": 1.1})
    words = {"showarrow": False, "yanchor": "bottom", "font": {"size": 12, "color": GREY}, "y": 1.0, "yref": "paper"}
    figure.add_annotation(text="simulated", x=1.0, xref="paper", xshift=SIMULATED_AT, xanchor="right", **words)
    figure.add_annotation(text="<b>published</b>", x=1.0, xref="paper", xshift=PUBLISHED_AT, xanchor="left", **words)
    figure.add_annotation(text="<b>published</b>", x=0, xanchor="center", **words)
    for at, row in enumerate(records(rows)):
        _draw_row(figure, row, at * ROW + ROW / 2, at % 2 == 1)
    return Panel(figure, height=height + HEAD_ROOM + FOOT_ROOM, least_width=LEAST_WIDTH)


def _draw_row(figure: go.Figure, row: Any, y: float, is_shaded: bool) -> None:
    if is_shaded:
        edges = {"x0": 0, "x1": 1, "xref": "paper", "y0": y - ROW / 2, "y1": y + ROW / 2}
        figure.add_shape(type="rect", **edges, fillcolor="#f5f7f9", line_width=0, layer="below")
    colour = INSIDE if row.is_inside else OUTSIDE
    _write_row(figure, row, y, colour)
    if not (row.published > 0 and np.isfinite(row.median)):
        return
    low, median, high = (value / row.published for value in (row.low, row.median, row.high))
    ends = [_place(low), _place(high)]
    stroke = {"color": colour, "width": 7, "dash": "solid" if row.is_inside else "4px,2px"}
    told = row_sentence(row)
    base = {"hovertemplate": "%{customdata}<extra></extra>"}
    figure.add_scatter(x=rounded(np.array(ends)), y=[y, y], mode="lines", line=stroke, customdata=[told] * 2, **base)
    for ratio, end in ((low, ends[0]), (high, ends[1])):
        if _is_beyond(ratio):
            symbol = "triangle-left" if ratio < 1 else "triangle-right"
            figure.add_scatter(x=[end], y=[y], mode="markers", marker={"symbol": symbol, "size": 11, "color": colour},
                               hoverinfo="skip")  # fmt: skip
    if not _is_beyond(median):
        point = {"symbol": "circle", "size": 9, "color": "#ffffff", "line": {"color": colour, "width": 2.4}}
        figure.add_scatter(x=[round(_place(median), 4)], y=[y], mode="markers", marker=point, customdata=[told], **base)
    mark = {"symbol": "line-ns", "size": 17, "line": {"color": BLACK, "width": 3}}
    figure.add_scatter(x=[0], y=[y], mode="markers", marker=mark, hoverinfo="skip")


def _write_row(figure: go.Figure, row: Any, y: float, colour: str) -> None:
    label = "<br>".join(textwrap.wrap(row.label, LETTERS, max_lines=2, placeholder=" …"))
    base = {"showarrow": False, "y": y, "yanchor": "middle", "font": {"size": 12}}
    figure.add_annotation(text=label, x=0, xref="paper", xshift=-8, xanchor="right", align="right", **base)
    shown = f"{reading_text(row.median, row.unit)} ({reading_span(row)})" if np.isfinite(row.median) else "not read"
    kept = {**base, "font": {"size": 12, "color": INK if row.is_inside else colour}}
    verdict = "" if row.is_inside else " <b>out</b>"
    figure.add_annotation(text=shown, x=1.0, xref="paper", xshift=SIMULATED_AT, xanchor="right", **kept)
    figure.add_annotation(
        text=f"{published_text(row)}{verdict}", x=1.0, xref="paper", xshift=PUBLISHED_AT, xanchor="left", **kept
    )


def _is_beyond(ratio: float) -> bool:
    return not 1.0 / FARTHEST <= ratio <= FARTHEST


def _place(ratio: float) -> float:
    """Horizontal place of a ratio: 0 where it is 1, one to either side at half and at double."""
    bounded = math.log2(min(max(ratio, 1.0 / FARTHEST), FARTHEST))
    return math.copysign(abs(bounded) ** STRETCH, bounded)


# --- words of a row ------------------------------------------------------------------------------------------------


def reading_text(value: float, unit: str) -> str:
    """A reading for a narrow place: a number, a share in per cent, a day of the season as a date."""
    if not np.isfinite(value):
        return ABSENT
    if unit == DAYS_AFTER_START:
        return day_text(SEASON_START + timedelta(days=round(value)), with_year=False)
    return number(value, unit if unit in ("percent", "share") else "")


def reading_span(row: Any) -> str:
    """The interval of a row: ``2,870–3,130``."""
    if row.unit == DAYS_AFTER_START:
        return f"{reading_text(row.low, row.unit)} to {reading_text(row.high, row.unit)}"
    told = span(row.low, row.high, row.unit if row.unit in ("percent", "share") else "")
    return told if row.low < 0 else told.replace(" to ", "–")


def published_text(row: Any) -> str:
    """The published value, with the word that bounds it."""
    return f"{bound_text(row.bound)}{reading_text(row.published, row.unit)}"


def bound_text(bound: str) -> str:
    """``at least `` and the like; nothing for a plain figure."""
    return "" if bound == "exact" else f"{bound.replace('_', ' ')} "


def row_sentence(row: Any) -> str:
    """A row in words."""
    said = f"{row.label}: published {published_text(row)}"
    if not np.isfinite(row.median):
        return f"{said}, not read in any replication."
    where = where_text(row)
    return f"{said}, simulated {reading_text(row.median, row.unit)} ({reading_span(row)}), {where}."


def where_text(row: Any) -> str:
    """Where the published figure lies; outside may be the side on which a bound leaves the truth."""
    if row.is_inside:
        return "inside"
    return f"outside, as {row.bound.replace('_', ' ')} allows" if row.is_allowed else "outside"


def figures_table(rows: pd.DataFrame) -> pd.DataFrame:
    """What the picture of a group draws, as text."""
    lines = [
        (row.id, row.label, published_text(row), reading_text(row.median, row.unit), reading_span(row),
         width_text(row.half_width, row.unit), where_text(row))
        for row in records(rows)
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=["Id", "Figure", "Published", "Median", "Interval", "Width", "Published lies"])


# --- event timing --------------------------------------------------------------------------------------------------


def timing(contents: ValidityContents) -> list[Picture]:
    """When things happened, and how they stood, beside what was published of that day."""
    return [custody_by_day(contents), occupancy(contents), census(contents), tail(contents), standing(contents)]


def custody_by_day(contents: ValidityContents) -> Picture:
    """Mean custody of separated children by day of leaving, with 72 hours and the published first day."""
    table = contents.series("mean_custody_hours", "separated")
    table = _of_enough(table, contents.n)
    first = published()[FIRST_OVER].day
    panels = []
    if table["median"].notna().any():
        figure = new_figure(
            xaxis=_days("2018-05-01", "2018-06-24"),
            yaxis={"title_text": "hours", "dtick": 24, "range": [0, max(100.0, 1.08 * float(table["high"].max()))]},
        )
        figure.add_vrect(x0=str(first), x1=str(first + timedelta(days=DAYS_TOLD - 1)), fillcolor="#eef1f4",
                         line_width=0, layer="below")  # fmt: skip
        add_band(figure, iso_days(table["day"]), table, BLUE)
        add_line(figure, iso_days(table["day"]), table, BLUE, "Mean custody", "hours")
        limit_line(figure, 72.0, "72 h")
        limit_line(figure, str(first), f"first day over 72 h, published: {day_text(first, False)}", axis="x",
                   side="left")  # fmt: skip
        panels = [Panel(figure, height=320)]
    columns = [("Mean hours", table, "hours")]
    return Picture(
        name="custody",
        title=_first_day_title(contents, first),
        quantity=f"Mean hours in CBP custody of separated children leaving on a day; {basis(contents)}",
        alternative=f"Mean hours by day of leaving: {course(table, 'hours')}. {_first_day_title(contents, first)}.",
        panels=panels,
        table=_day_table(columns),
        keys=[
            Key(f"Simulated{middle(contents)}", BLUE),
            *band_key(contents, BLUE),
            Key(f"the ten days from the published first day on, {_days_over_text()}", "#dfe4e9", "block"),
        ],
        note=_days_over_note(contents),
        nothing="On no day did enough separated children leave custody.",
    )


def _of_enough(table: pd.DataFrame, n: int) -> pd.DataFrame:
    """Days that most replications have a figure for, the others blank."""
    few = table["n"] * 2 < n
    table.loc[few, ["mean", "median", "low", "high", "mean_low", "mean_high"]] = np.nan
    return table


def _first_day_title(contents: ValidityContents, first: date) -> str:
    days = contents.values(FIRST_OVER)
    said = f"Mean custody first passed 72 hours on {day_text(first, False)}"
    if days.empty:
        return f"{said}; in no replication did it"
    tail = (1.0 - contents.level) / 2.0
    low, median, high = (reading_text(float(one), DAYS_AFTER_START) for one in days.quantile([tail, 0.5, 1.0 - tail]))
    return f"{said}; simulated, on {median} ({low} to {high})"


def _days_over_text() -> str:
    return f"{published()[DAYS_OVER].value} of them over 72 h as published"


def _days_over_note(contents: ValidityContents) -> str:
    never = contents.n - len(contents.values(FIRST_OVER))
    days = contents.values(DAYS_OVER)
    told = []
    if not days.empty:
        told.append(
            f"Of the ten days from the simulated first day on, {days.median():g} are over 72 h in the median "
            f"replication ({days.min():g} to {days.max():g})."
        )
    if never:
        told.append(f"In {never} of {contents.n} replications no day is.")
    return " ".join([*told, "Days on which too few children left for a mean, in most replications, are left blank."])


def occupancy(contents: ValidityContents) -> Picture:
    """Occupied share of shelter beds around the fifth day of the season."""
    table = contents.series("shelter_occupancy")
    day = SEASON_START + timedelta(days=5)
    near = table[table["day"].between(pd.Timestamp("2018-04-25"), pd.Timestamp("2018-06-05"))].reset_index(drop=True)
    value = published()[OCCUPANCY].number
    panels = []
    if near["median"].notna().any():
        figure = new_figure(
            xaxis=_days("2018-04-25", "2018-06-05"),
            yaxis={"title_text": "% of beds", "ticksuffix": "\u2009%", "range": [60, 105], "rangemode": "normal"},
        )
        add_band(figure, iso_days(near["day"]), near, BLUE, scale=100.0)
        add_line(figure, iso_days(near["day"]), near, BLUE, "Occupied", "share")
        _mark(figure, [str(day)], [value], [f"published, five days in: {value:g} %"])
        panels = [Panel(figure, height=260)]
    there = near[near["day"] == pd.Timestamp(day)]
    said = f"; simulated {figure_cell(records(there)[0], 'share')}" if len(there) else ""
    return Picture(
        name="occupancy",
        title=f"Five days in, {value:g}\u2009% of shelter beds were taken{said}",
        quantity=f"Children in shelters by beds, at the end of each day; {basis(contents)}",
        alternative=f"Occupied share by day: {course(near, 'share')}. Published: {value:g} % on {day_text(day)}.",
        panels=panels,
        table=_day_table([("Occupied share of beds", near, "share")]),
        keys=[Key(f"Simulated{middle(contents)}", BLUE), *band_key(contents, BLUE), PUBLISHED_KEY],
    )


def census(contents: ValidityContents) -> Picture:
    """Children in shelters by day, against what was published of some days."""
    table, beds = contents.series("shelter_census"), contents.series("shelter_beds")
    marks = {day: published()[name].number for name, day in CENSUS_FIGURES.items()}
    panels = []
    if table["median"].notna().any():
        window = contents.settings.window
        figure = new_figure(
            xaxis={**_days(str(window.start), str(window.end)), "dtick": "M2", "tickformat": "%b\n%Y"},
            yaxis={"title_text": "children"},
        )
        add_band(figure, iso_days(table["day"]), table, BLUE)
        add_line(figure, iso_days(table["day"]), table, BLUE, "In shelters", "children")
        figure.add_scatter(
            x=iso_days(beds["day"]), y=rounded(beds["median"], 6), mode="lines", name="Beds",
            line={"color": GREY, "width": 1.4, "dash": "dot"}, hovertemplate="Beds: %{y:,.0f}<extra></extra>",
        )  # fmt: skip
        shown = {day: value for day, value in marks.items() if window.start <= day <= window.end}
        _mark(figure, [str(day) for day in shown], list(shown.values()),
              [f"published: {value:,.0f}" for value in shown.values()])  # fmt: skip
        panels = [Panel(figure, height=320)]
    by_day = {row.day: row for row in records(table)}
    lines = [
        (day_text(day), number(value), figure_cell(by_day[pd.Timestamp(day)], "children"))
        for day, value in marks.items()
        if pd.Timestamp(day) in by_day
    ]
    held = sum(
        by_day[pd.Timestamp(day)].low <= value <= by_day[pd.Timestamp(day)].high
        for day, value in marks.items()
        if pd.Timestamp(day) in by_day
    )
    return Picture(
        name="census",
        title=f"Children in shelters: {held} of {len(lines)} published counts lie in the simulated band",
        quantity=f"Children in the shelters' care at the end of a day; {basis(contents)}",
        alternative=f"Children in care: {course(table, 'children')}. "
        + " ".join(f"{day}: published {value}, simulated {simulated}." for day, value, simulated in lines),
        panels=panels,
        table=pd.DataFrame(lines, columns=["Day", "Published", "Simulated"]),
        keys=[
            Key(f"Simulated{middle(contents)}", BLUE),
            *band_key(contents, BLUE),
            Key("Beds there were", GREY, "dot"),
            PUBLISHED_KEY,
        ],
    )


def tail(contents: ValidityContents) -> Picture:
    """How long separated children stayed with CBP, all of them and the longest."""
    table = contents.survival.sort_values("hours").reset_index(drop=True)
    total = published()[SEPARATED].number
    marks = {
        hour: published()[name].number * (factor if factor else 1.0 / total)
        for hour, (name, factor, _) in TAIL_FIGURES.items()
    }
    panels = []
    if len(table):
        panels = [_tail_panel(table, marks, 0, 336, "All stays"), _tail_panel(table, marks, 120, 336, "The longest")]
    by_hour = {row.hours: row for row in records(table)}
    lines = [
        (words, number(100.0 * marks[hour], "percent"), figure_cell(by_hour[hour], "share"))
        for hour, (_, _, words) in TAIL_FIGURES.items()
        if hour in by_hour
    ]
    return Picture(
        name="tail",
        title=_tail_title(contents),
        quantity=f"Share of the season's separated children still in CBP custody, by hours since apprehension; "
        f"{basis(contents)}",
        alternative=" ".join(
            f"{words}: published {value}, simulated {simulated}." for words, value, simulated in lines
        ),
        panels=panels,
        table=pd.DataFrame(lines, columns=["Held", "Published", "Simulated"]),
        keys=[Key(f"Simulated{middle(contents)}", BLUE), *band_key(contents, BLUE), PUBLISHED_KEY],
        note=f"Published counts of children are drawn as shares of the published {total:,.0f}.",
    )


def _tail_panel(table: pd.DataFrame, marks: dict[int, float], first: int, last: int, heading: str) -> Panel:
    part = table[table["hours"].between(first, last)].reset_index(drop=True)
    top = 1.25 * 100.0 * max(float(part["high"].max()), *(value for hour, value in marks.items() if hour >= first))
    figure = new_figure(
        xaxis={"title_text": "hours", "dtick": 48 if first == 0 else 24, "range": [first, last], "tickangle": 0},
        yaxis={"title_text": "% of children", "ticksuffix": "\u2009%", "range": [0, min(top, 100.0)]},
    )
    add_band(figure, part["hours"].tolist(), part, BLUE, scale=100.0)
    add_line(figure, part["hours"].tolist(), part, BLUE, "Still held", "share")
    shown = {hour: 100.0 * value for hour, value in marks.items() if first <= hour <= last}
    _mark(figure, list(shown), list(shown.values()), [f"published: {value:.2g} %" for value in shown.values()])
    return Panel(figure, heading, height=280)


def _tail_title(contents: ValidityContents) -> str:
    told = []
    for name, words in (("S153", "over 6 days"), ("S154", "10 days or longer")):
        row = _row_of(contents, name)
        if row is not None and np.isfinite(row.median):
            told.append(
                f"{words} {published_text(row)} (simulated {reading_text(row.median, '')}, {reading_span(row)})"
            )
    return f"Children held {', '.join(told)}" if told else "How long separated children were held"


def standing(contents: ValidityContents) -> Picture:
    """Where the children of the order's class stood on the day that Table 5 counts."""
    lines, rows = [], []
    by_key = {(row.group, row.outcome): row for row in records(contents.standing)}
    for name, words, group, outcome in STANDING:
        row, value = by_key.get((group, outcome)), published()[name].number
        if row is None:
            continue
        told = figure_cell(row, "children")
        marks = [
            Mark(row.median, (row.low, row.high), None, SIMULATED_LOOK, True, f"simulated: {told}"),
            Mark(value, None, None, PUBLISHED_LOOK, False, f"published: {value:,.0f}"),
        ]
        lines.append(Line(f"{words}: published {value:,.0f}, simulated {told}", marks))
        rows.append((words, number(value), told, _where(value, row)))
    inside = sum(where == "inside" for *_, where in rows)
    return Picture(
        name="standing",
        title=f"Where the children of the order stood on 30 August: {inside} of {len(rows)} rows of Table 5 lie inside",
        quantity=f"Children of the class by state on 30 August 2018; {basis(contents)}",
        alternative=" ".join(f"{line.label}." for line in lines),
        panels=[_standing_panel(group) for group in by_scale(lines, 4.0)] if lines else [],
        table=pd.DataFrame(rows, columns=["State", "Published", "Simulated", "Published lies"]),
        keys=[PUBLISHED_KEY, Key("simulated interval and median", BLUE, "interval")],
        note="The model has further states (vetting under way, parent not found, unfit or unwilling), which the table "
        "does not name: its rows add up to 158 fewer than its total.",
        nothing="No order of a court was played, or the run ends before 30 August.",
    )


def _standing_panel(lines: Sequence[Line]) -> Panel:
    top = max(line.reach for line in lines)
    return rows_panel(lines, "", {"title_text": "children", "range": [0, 1.06 * top]})


def _where(value: float, row: Any) -> str:
    return "inside" if row.low <= value <= row.high else "outside"


def _row_of(contents: ValidityContents, name: str) -> Any | None:
    rows = records(contents.card.table[contents.card.table["id"] == name])
    return rows[0] if rows else None


def _days(first: str, last: str) -> dict[str, Any]:
    return {
        "type": "date",
        "range": [first, last],
        "tickformat": "%-d %b\n%Y",
        "hoverformat": "%a %-d %b %Y",
        "tickangle": 0,
        "nticks": 7,
    }


def _mark(figure: go.Figure, x: list, y: list, told: list[str]) -> None:
    """Published values as diamonds."""
    figure.add_scatter(
        x=x, y=y, mode="markers", marker={"symbol": "diamond", "size": 10, "color": BLACK}, customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _day_table(columns: Sequence[tuple[str, pd.DataFrame, str]]) -> pd.DataFrame:
    days = sorted({day for _, table, _ in columns for day in table.loc[table["median"].notna(), "day"]})
    frame: dict[str, list[str]] = {"Day": [day_text(day) for day in days]}
    for head, table, unit in columns:
        cells = {row.day: figure_cell(row, unit) for row in records(table)}
        frame[head] = [cells.get(day, ABSENT) for day in days]
    return pd.DataFrame(frame)
