"""Pictures of reunification by order of a court: who is back with a parent by when, and where the others stand."""

from __future__ import annotations

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from borderops.report import titles
from borderops.report.contents import FEWEST, Contents, mean_over_all, records
from borderops.report.drawing import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    Key,
    Panel,
    Part,
    Picture,
    add_band,
    add_line,
    band_key,
    basis,
    figure_cell,
    limit_line,
    means_basis,
    new_figure,
    per_cent,
    stacked_bars,
)
from borderops.report.prose import no_class_text
from borderops.report.words import ABSENT, list_text, number

TOLD_ON: Final = (0, 7, 14, 21, 30, 45, 60, 90, 120, 150, 180, 210, 240)
"""Days since the order that the tables show, beside those that are drawn."""

DRAWN_ON: Final = (0, 60, 90, 120, 180)
"""Days since the order on which the class is drawn, beside the deadlines and the last day."""

CLOSE_TO_LAST: Final = 0.9
"""Days later than this part of all days played are not drawn: the last day stands for them."""

STATES: Final = (
    ("reunited", "Reunited with a parent", "reunited", BLUE),
    ("in_own_shelter_exit", "Released to a sponsor, or turned 18", "released", SKY),
    ("under_way", "Vetting and travel under way", "under way", PALE),
    ("parent_not_found", "Parent not found", "not found", VERMILLION),
    ("parent_in_custody", "Parent at court or in jail", "in jail", PURPLE),
    ("parent_abroad", "Parent abroad", "abroad", ORANGE),
    ("unfit_or_unwilling", "Parent unfit or unwilling", "unfit or unwilling", YELLOW),
)
"""Where a child of the class may stand: code, name, the word written on a bar, colour."""


PANEL_WIDTH: Final = 400
"""Pixels of the longest bar where two panels stand side by side."""


def age_bands(contents: Contents) -> tuple[tuple[str, str, str, str, int], ...]:
    """Both age bands of the order: code, name, colour, dash, and the deadline in days."""
    order = contents.settings.reunification.order
    young = order.young_below_age
    return (
        ("under_5_at_order", f"Under {young}", VERMILLION, "solid", order.young_deadline_days),
        ("others", f"{young} and older", BLUE, "dash", order.others_deadline_days),
    )


def drawn_days(contents: Contents) -> list[int]:
    """Days since the order on which the class is drawn: deadlines and the last day played always among them."""
    played = contents.reunions["days"]
    if played.empty:
        return []
    last = int(played.max())
    round_days = {day for day in DRAWN_ON if day < CLOSE_TO_LAST * last}
    deadlines = {deadline for *_, deadline in age_bands(contents) if deadline <= last}
    return sorted(round_days | deadlines | {last})


def told_days(contents: Contents, days: pd.Series) -> list[int]:
    """Days that the tables show, of those that have a row."""
    wanted = {*TOLD_ON, *drawn_days(contents)}
    return sorted(wanted & {int(day) for day in days.unique()})


# --- how many by when ----------------------------------------------------------------------------------------------


def reunited(contents: Contents) -> Picture:
    """Share of the class that is back with a parent, by days since the order, with both deadlines."""
    table = contents.reunited
    bands = [band for band in age_bands(contents) if (table["age_band"] == band[0]).any()]
    days = drawn_days(contents)
    told = [_curve_in_words(table[table["age_band"] == code], name, days) for code, name, *_ in bands]
    return Picture(
        name="reunited",
        title=titles.reunited_title(contents),
        quantity=f"Share of the children of whom the order speaks that are reunited with a parent, by days since the "
        f"order; {basis(contents)}",
        alternative=f"Rising curves of the share reunited. {' '.join(told)}",
        panels=[Panel(_curve_figure(contents, bands), height=340)] if bands else [],
        table=_curve_table(table, bands, told_days(contents, table["days"])),
        keys=[
            *(Key(name, colour, {"solid": "line"}.get(dash, dash)) for _, name, colour, dash, _ in bands),
            *band_key(contents, GREY),
        ],
        note="Age is that on the day of the order. Dashed: the order's deadlines. Children released to sponsors or "
        "come of age count in the class and not among the reunited.",
        nothing=no_class_text(contents),
    )


def _curve_figure(contents: Contents, bands: list[tuple[str, str, str, str, int]]) -> go.Figure:
    last = int(contents.reunited["days"].max())
    figure = new_figure(
        xaxis={"title_text": "days since the order", "range": [0, max(last, 1)], "tickangle": 0, "hoverformat": ".0f"},
        yaxis={"title_text": "% reunited", "range": [0, 100], "ticksuffix": "\u2009%"},
        margin={"t": 24},
    )
    for at, (code, name, colour, dash, deadline) in enumerate(bands):
        table = contents.reunited[contents.reunited["age_band"] == code].sort_values("days")
        days = table["days"].tolist()
        add_band(figure, days, table, colour, scale=100.0)
        add_line(figure, days, table, colour, name, "share", dash)
        if deadline <= last:
            side = "left" if deadline > last / 2 else "right"
            limit_line(figure, deadline, f"{deadline} days: {name.lower()}", axis="x", lower=20 * at, side=side)
    return figure


def _curve_table(table: pd.DataFrame, bands: list[tuple[str, str, str, str, int]], days: list[int]) -> pd.DataFrame:
    columns = {"Days since the order": [str(day) for day in days]}
    for code, name, *_ in bands:
        rows = {row.days: row for row in records(table[table["age_band"] == code])}
        columns[name] = [figure_cell(rows[day], "share") if day in rows else ABSENT for day in days]
    return pd.DataFrame(columns)


def _curve_in_words(rows: pd.DataFrame, name: str, days: list[int]) -> str:
    shares = rows.set_index("days")["median"]
    told = [f"{number(shares[day], 'share')} after {day} days" for day in days if day in shares.index]
    return f"{name}: {', '.join(told)}."


# --- where the others stand ----------------------------------------------------------------------------------------


def standing(contents: Contents) -> Picture:
    """Where the class stands on given days since the order, one panel an age band."""
    counts = {code: _counts(contents, code) for code, *_ in age_bands(contents)}
    bands = [band for band in age_bands(contents) if counts[band[0]].to_numpy().sum() > 0]
    told = [_standing_in_words(counts[code], name) for code, name, *_ in bands]
    states = [state for state in STATES if any((counts[code][state[0]] > 0).any() for code, *_ in bands)]
    panels = [
        Panel(_standing_figure(counts[code], states), _heading(name, counts[code]), 74 + 34 * len(counts[code]))
        for code, name, *_ in bands
    ]
    return Picture(
        name="standing",
        title=titles.standing_title(counts, bands, STATES),
        quantity=f"Where the children of whom the order speaks stand so many days after it, in per cent; "
        f"{means_basis(contents)}",
        alternative=f"Lying bars, one a day, one panel an age band. {' '.join(told)}",
        panels=panels,
        table=_standing_table(contents, bands, states),
        keys=[Key(label, colour, "block") for _, label, _, colour in states],
        note=_few_note(bands, counts),
        headings=2,
        nothing=no_class_text(contents),
    )


def _counts(contents: Contents, code: str) -> pd.DataFrame:
    """Mean number of children by day (rows) and state (columns), for the days that are drawn."""
    table = contents.reunions.assign(mean=mean_over_all(contents.reunions, contents.n))
    rows = table[(table["age_band"] == code) & table["days"].isin(drawn_days(contents))]
    wide = rows.pivot_table(index="days", columns="outcome", values="mean", aggfunc="sum", fill_value=0.0)
    return wide.reindex(columns=[state for state, *_ in STATES], fill_value=0.0).sort_index()


def _heading(name: str, counts: pd.DataFrame) -> str:
    return f"{name}: {number(counts.iloc[0].sum())} children"


def _standing_figure(counts: pd.DataFrame, states: list[tuple[str, str, str, str]]) -> go.Figure:
    shares = counts.div(counts.sum(axis=1), axis=0) * 100
    parts = []
    for state, label, word, colour in states:
        values = shares[state].tolist()
        told = [f"{label}: {number(counts[state].iloc[at])} children, {per_cent(one)}" for at, one in enumerate(values)]
        parts.append(Part(label, colour, values, told, [per_cent(one) for one in values], [word] * len(values)))
    axis = {"range": [0, 100], "ticksuffix": "\u2009%"}
    return stacked_bars([f"day {day}" for day in counts.index], parts, axis, PANEL_WIDTH)


def _standing_in_words(counts: pd.DataFrame, name: str) -> str:
    last = counts.iloc[-1]
    told = [f"{label.lower()} {number(last[state])}" for state, label, *_ in STATES if last[state] > 0]
    return f"{name}, {counts.index[-1]} days after the order: {', '.join(told)}."


def _standing_table(contents: Contents, bands: list, states: list) -> pd.DataFrame:
    rows = []
    table = contents.reunions
    for code, name, *_ in bands:
        own = table[table["age_band"] == code]
        cells = {(row.days, row.outcome): row for row in records(own)}
        for day in told_days(contents, own["days"]):
            found = [cells.get((day, state)) for state, *_ in states]
            rows.append((name, str(day), *(ABSENT if row is None else figure_cell(row, "") for row in found)))
    return pd.DataFrame(rows, columns=["Age at the order", "Day", *(label for _, label, *_ in states)])


def _few_note(bands: list, counts: dict[str, pd.DataFrame]) -> str:
    few = [name.lower() for code, name, *_ in bands if counts[code].iloc[0].sum() < FEWEST]
    return f"Fewer than {FEWEST} children are {list_text(few)}: read the counts, not the bars." if few else ""
