"""Pictures of work: mail and those who handle it, staff hours and overtime, agents taken away to care for children."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from borderops.config.schema import STATIONS
from borderops.report import titles
from borderops.report.contents import Contents, mean_over_all, records
from borderops.report.drawing import (
    BLUE,
    NAMES_DOWN,
    SKY,
    VERMILLION,
    Key,
    Panel,
    Part,
    Picture,
    add_band,
    add_line,
    band_key,
    basis,
    course,
    day_axis,
    day_table,
    iso_days,
    mark_season,
    mean_cell,
    means_basis,
    middle,
    new_figure,
    rounded,
    season_key,
    stacked_bars,
    thinned_note,
)
from borderops.report.words import ABSENT, name_of, number, quantity, replications_text

# --- mail ----------------------------------------------------------------------------------------------------------


def mail(contents: Contents) -> Picture:
    """Messages sent a day about children on their way to a shelter."""
    return _daily_line(
        contents,
        name="mail",
        measure="messages_sent",
        label="Messages",
        unit="messages",
        title=titles.mail_title(contents),
        quantity="Messages sent a day about children on their way to shelters, repeated ones included",
        note="A request, a placement and an itinerary, each sent on by a coordinator, then word of the arrival.",
        nothing="No message is sent on any day of this run.",
    )


def diverted(contents: Contents) -> Picture:
    """Agents who care for children instead of processing."""
    return _daily_line(
        contents,
        name="diverted",
        measure="agents_diverted",
        label="Agents",
        unit="agents",
        title=titles.diverted_title(contents),
        quantity="Agents who care for children beyond the rated places instead of processing, mean of each day, all "
        "stations together",
        note="Who cares for children is settled at each change of shift, station by station.",
        nothing="No agent is taken from other work to care for children, on any day, in any replication.",
    )


def _daily_line(
    contents: Contents,
    *,
    name: str,
    measure: str,
    label: str,
    unit: str,
    title: str,
    quantity: str,
    note: str,
    nothing: str,
) -> Picture:
    table = contents.series(measure, "all")
    panels = []
    if not table.empty and table["mean"].max() > 0:
        figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": f"{unit} a day"})
        mark_season(figure, contents)
        add_band(figure, iso_days(table["day"]), table, BLUE)
        add_line(figure, iso_days(table["day"]), table, BLUE, label, unit)
        panels = [Panel(figure, height=240)]
    return Picture(
        name=name,
        title=title,
        quantity=f"{quantity}; {basis(contents)}",
        alternative=f"Line by day: {course(table, unit)}.",
        panels=panels,
        table=day_table(contents, [(label, measure, "all", unit)]),
        keys=[Key(f"{label}{middle(contents)}", BLUE), *band_key(contents, BLUE), season_key(contents)],
        note=f"{note} {thinned_note(contents)}".strip(),
        nothing=nothing,
    )


# --- coordinators --------------------------------------------------------------------------------------------------

BUSY: Final = (
    (0.0, "#e6eaee", "under 25\u2009%"),
    (0.25, "#b5d8ee", "25 to 50\u2009%"),
    (0.5, SKY, "50 to 75\u2009%"),
    (0.75, BLUE, "75 to 90\u2009%"),
    (0.9, VERMILLION, "90\u2009% and more"),
)
"""Shades of the share of time that coordinators are busy, each from a share on."""


def coordinators(contents: Contents) -> Picture:
    """Share of their time that coordinators are busy, by station and day, as a map of shades."""
    stations = [str(name) for name in STATIONS if contents.series("coordinators_busy", name)["median"].max() > 0]
    worst = _busiest_days(contents, stations)
    told = [f"{name_of(name)} at most {number(share, 'share')}" for name, share in worst.items()]
    panels = []
    if stations:
        panels = [Panel(_busy_figure(contents, stations, worst), height=64 + 27 * len(stations))]
    return Picture(
        name="coordinators",
        title=titles.coordinators_title(contents, worst),
        quantity="Share of the coordinators' time on duty in which they handle messages, by station and day; "
        + (f"median of {replications_text(contents.n)}" if contents.n > 1 else "one replication")
        + ". At the right edge, the busiest day",
        alternative=f"A map of shades, one row a station. {'; '.join(told)}.",
        panels=panels,
        table=day_table(contents, [(name_of(name), "coordinators_busy", name, "share") for name in stations]),
        keys=[Key(label, colour, "block") for _, colour, label in BUSY],
        note="Near the full time messages pile up, and slips grow with load. " + thinned_note(contents),
        nothing="No coordinator handles a message in this run: there is none on duty, or messages are exchanged "
        "automatically.",
    )


def _busiest_days(contents: Contents, stations: list[str]) -> dict[str, float]:
    """Largest daily share of each station, the busiest station first."""
    tops = {name: float(contents.series("coordinators_busy", name)["median"].max()) for name in stations}
    return dict(sorted(tops.items(), key=lambda one: -one[1]))


def _busy_figure(contents: Contents, stations: list[str], worst: dict[str, float]) -> go.Figure:
    series = [contents.series("coordinators_busy", name).set_index("day")["median"] for name in stations]
    shares = pd.concat(series, axis=1).sort_index()
    labels = [name_of(name) for name in stations]
    figure = new_figure(
        xaxis=day_axis(contents),
        yaxis=NAMES_DOWN,
        hovermode="closest",
        margin={"l": 46, "r": 52, "t": 8, "b": 34},
    )
    figure.add_heatmap(
        x=iso_days(pd.Series(shares.index)),
        y=labels,
        z=[rounded(shares.iloc[:, at].clip(0, 1), 3) for at in range(len(stations))],
        zmin=0.0,
        zmax=1.0,
        colorscale=colour_steps(),
        showscale=False,
        ygap=3,
        hovertemplate="%{y}, %{x|%-d %b %Y}: %{z:.0%}<extra></extra>",
    )
    for name, label in zip(stations, labels, strict=True):
        figure.add_annotation(
            x=1, xref="paper", y=label, text=number(worst[name], "share"), showarrow=False, xanchor="left", xshift=6
        )
    return figure


def colour_steps() -> list[list[Any]]:
    """Colour scale of `BUSY`, in steps instead of a slide, so that a shade can be read off."""
    ends = [share for share, _, _ in BUSY[1:]] + [1.0]
    return [[at, colour] for (start, colour, _), end in zip(BUSY, ends, strict=True) for at in (start, end)]


# --- hours ---------------------------------------------------------------------------------------------------------


def work(contents: Contents) -> Picture:
    """Staff hours by agency and activity, overtime apart."""
    rows = work_rows(contents)
    told = [f"{agency}, {activity}: {quantity(hours, 'hours')}" for agency, activity, hours, _ in rows]
    return Picture(
        name="work",
        title=titles.work_title(contents),
        quantity=f"Staff hours within the days played, by agency and activity; {means_basis(contents)}",
        alternative=f"Lying bars, one an activity. {'; '.join(told)}.",
        panels=[Panel(_work_figure(rows), height=60 + 46 * len(rows))] if rows else [],
        table=_work_table(contents),
        keys=[
            Key("Within the shift", BLUE, "block"),
            Key("Overtime, after the end of the shift", VERMILLION, "block"),
        ],
        note="Hours that people are at work on a case, a message or a file, not hours on duty. Care is the time of "
        "agents taken from processing. Field Operations are the agents of the ports of entry. Overtime is counted "
        "where a job runs past the end of a shift. Courts, custody, shelters' own staff and transport are not counted.",
        headings=2,
        nothing="No staff hours were counted in this run.",
    )


def work_rows(contents: Contents) -> list[tuple[str, str, float, float]]:
    """Agency, activity, mean hours and the overtime among them, agency by agency; what takes no hours is left out."""
    table = contents.work.assign(mean=mean_over_all(contents.work, contents.n))
    hours = table[table["kind"] == "hours"]
    over = table[table["kind"] == "overtime_hours"].set_index(["agency", "activity"])["mean"]
    found = [
        (
            agency_name(row.agency),
            name_of(row.activity),
            float(row.mean),
            float(over.get((row.agency, row.activity), 0.0)),
        )
        for row in records(hours)
        if row.mean > 0
    ]
    order = list(dict.fromkeys(agency for agency, *_ in found))
    return sorted(found, key=lambda row: order.index(row[0]))


AGENCIES: Final = {
    "border_patrol": "Border Patrol",
    "field_operations": "Field Operations",
    "orr": "ORR",
    "ice": "ICE",
    "joint_team": "Joint team",
}


def agency_name(code: str) -> str:
    """The name of an agency."""
    return AGENCIES.get(code, name_of(code))


def _work_figure(rows: list[tuple[str, str, float, float]]) -> go.Figure:
    names = [f"{agency}:<br>{activity[:1].lower()}{activity[1:]}" for agency, activity, _, _ in rows]
    within = [hours - over for _, _, hours, over in rows]
    beyond = [over for *_, over in rows]
    blank = [""] * len(rows)  # numbers stand beside the bars: most are too short to be written on
    parts = [
        Part(label, colour, values, [f"{label}: {quantity(one, 'hours')}" for one in values], blank, blank)
        for label, colour, values in (("within the shift", BLUE, within), ("overtime", VERMILLION, beyond))
    ]
    longest = max(hours for _, _, hours, _ in rows)
    # Every bar has its number beside it, so the axis needs none; the room is for the longest of them on a phone.
    axis = {"title_text": "hours", "range": [0, longest * 1.5], "showticklabels": False, "ticks": ""}
    figure = stacked_bars(names, parts, axis)
    for name, (_, _, hours, over) in zip(names, rows, strict=True):
        text = f"<b>{number(hours)}</b>" + (f"<br>overtime {number(over)}" if over >= 0.5 else "")
        figure.add_annotation(x=hours, y=name, text=text, showarrow=False, xanchor="left", xshift=3, align="left")
    return figure


def _work_table(contents: Contents) -> pd.DataFrame:
    hours = {(row.agency, row.activity): row for row in records(contents.work[contents.work["kind"] == "hours"])}
    over = contents.work[contents.work["kind"] == "overtime_hours"]
    beyond = {(row.agency, row.activity): row for row in records(over)}
    return pd.DataFrame(
        {
            "Agency": [agency_name(agency) for agency, _ in hours],
            "Activity": [name_of(activity) for _, activity in hours],
            "Hours": [mean_cell(row, "") for row in hours.values()],
            "Of which overtime": [mean_cell(beyond[key], "") if key in beyond else ABSENT for key in hours],
        }
    )
