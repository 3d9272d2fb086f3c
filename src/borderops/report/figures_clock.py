"""Pictures of the custody clock: shares and hours by day, who is still held, and where the hours went."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.report import titles
from borderops.report.contents import Contents, records
from borderops.report.drawing import (
    BLUE,
    GREY,
    INK,
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
    course,
    day_axis,
    day_table,
    figure_cell,
    iso_days,
    limit_line,
    mark_season,
    mean_cell,
    means_basis,
    new_figure,
    season_key,
    stacked_bars,
    thinned_note,
)
from borderops.report.words import ABSENT, in_sentence, list_text, name_of, number, quantity

COHORTS: Final = (("separated", VERMILLION, "solid"), ("alone", BLUE, "solid"), ("all_minors", GREY, "solid"))
SURVIVAL_COHORTS: Final = (
    ("separated_children", VERMILLION, "solid"),
    ("children_alone", BLUE, "dash"),
    ("all_minors", INK, "dot"),
)

LEGAL_NOTE: Final = (
    "Counted from apprehension to leaving CBP custody, by the day of leaving, as in OIG-20-06; 72:00 keeps the limit, "
    "72:01 breaks it. The statute (8 U.S.C. 1232(b)(3)) counts 72 hours from the determination that a child is "
    "unaccompanied and allows for exceptional circumstances; that a child is over the limit here is a count, not a "
    "legal finding."
)


def over_72_hours(contents: Contents) -> Picture:
    """Share of children over 72 hours by day of leaving, by cohort, on one scale."""
    return _by_cohort(
        contents,
        name="clock",
        measure="share_over_72h",
        unit="share",
        title=titles.clock_title(contents),
        quantity="Share of those leaving CBP custody on a day who were held longer than 72 hours, in per cent",
        axis={"title_text": "% of those leaving", "range": [0, 100], "ticksuffix": "\u2009%"},
        note=LEGAL_NOTE,
    )


def custody_hours(contents: Contents) -> Picture:
    """Mean hours in custody by day of leaving, by cohort, with the 72-hour line."""
    tables = [contents.series_of_enough("mean_custody_hours", cohort) for cohort, _, _ in COHORTS]
    tops = [float(table[["median", "high"]].max().max()) for table in tables if not table.empty]
    top = max([80.0, *(value for value in tops if np.isfinite(value))])
    return _by_cohort(
        contents,
        name="hours",
        measure="mean_custody_hours",
        unit="hours",
        title=titles.hours_title(contents),
        quantity="Mean hours in CBP custody of those leaving on a day",
        axis={"title_text": "hours", "range": [0, top * 1.05], "dtick": 24 if top < 200 else 48},
        limit=72.0,
        note="A mean hides the longest stays: the curve below shows them.",
    )


def _by_cohort(
    contents: Contents,
    *,
    name: str,
    measure: str,
    unit: str,
    title: str,
    quantity: str,
    axis: dict[str, Any],
    note: str,
    limit: float | None = None,
) -> Picture:
    panels, columns, told, missing, blank = [], [], [], [], False
    for cohort, colour, _ in COHORTS:
        table = contents.series_of_enough(measure, cohort)
        if table["median"].notna().sum() == 0:
            missing.append(in_sentence(cohort))
            continue
        blank = blank or bool(table["median"].isna().any())
        figure = new_figure(xaxis=day_axis(contents), yaxis=axis)
        mark_season(figure, contents)
        scaled = 100.0 if unit == "share" else 1.0
        add_band(figure, iso_days(table["day"]), table, colour, scale=scaled)
        add_line(figure, iso_days(table["day"]), table, colour, name_of(cohort), unit)
        if limit is not None:
            limit_line(figure, limit, "72 h")
        panels.append(Panel(figure, name_of(cohort), height=260))
        columns.append((name_of(cohort), measure, cohort, unit))
        told.append(f"{name_of(cohort)}: {course(table, unit)}")
    if missing:
        nothing = f"There is nothing to draw for {list_text(missing)}: on no day did enough of them leave custody."
        note = f"{nothing} {note}"
    if blank:
        note += " Days on which too few left for a figure, in most replications, are left blank."
    return Picture(
        name=name,
        title=title,
        quantity=f"{quantity}; {basis(contents)}. All panels have the same scale.",
        alternative=f"{quantity}, one panel a group. {'; '.join(told)}.",
        panels=panels,
        table=day_table(contents, columns),
        keys=[
            Key("Median" if contents.n > 1 else "The one replication", INK),
            *band_key(contents, GREY),
            season_key(contents),
        ],
        note=f"{note} {thinned_note(contents)}".strip(),
    )


def survival(contents: Contents) -> Picture:
    """Share still in custody by hours since apprehension."""
    figure = new_figure(
        xaxis={
            "title_text": "hours since apprehension",
            "range": [0, 240],
            "tickvals": [0, 24, 48, 72, 96, 120, 144, 168, 192, 216, 240],
            "tickangle": 0,
            "hoverformat": ".0f",
        },
        yaxis={"title_text": "% still in CBP custody", "range": [0, 100], "ticksuffix": "\u2009%"},
    )
    keys: list[Key] = []
    told: list[str] = []
    rows: dict[str, list[str]] = {}
    hours = [0, 12, 24, 36, 48, 60, 72, 84, 96, 120, 144, 168, 192, 216, 240, 288, 336]
    for cohort, colour, dash in SURVIVAL_COHORTS:
        table = contents.survival[contents.survival["cohort"] == cohort].sort_values("hours")
        if table["median"].notna().sum() == 0:
            continue
        add_band(figure, table["hours"].tolist(), table, colour, scale=100.0)
        add_line(figure, table["hours"].tolist(), table, colour, name_of(cohort), "share", dash)
        keys.append(Key(name_of(cohort), colour, {"solid": "line"}.get(dash, dash)))
        by_hour = {row.hours: row for row in records(table)}
        cells = [figure_cell(by_hour[hour], "share") if hour in by_hour else ABSENT for hour in hours]
        rows[name_of(cohort)] = cells
        at = [f"{number(by_hour[hour].median, 'share')} at {hour} h" for hour in (24, 72, 144) if hour in by_hour]
        told.append(f"{name_of(cohort)}: {', '.join(at)}")
    if keys:
        limit_line(figure, 72, "72 hours", axis="x")
    return Picture(
        name="survival",
        title=titles.survival_title(contents),
        quantity=f"Share of each group still in CBP custody so many hours after apprehension; {basis(contents)}",
        alternative=f"Falling curves of the share still in custody. {'; '.join(told)}.",
        panels=[Panel(figure, height=360)] if keys else [],
        table=pd.DataFrame({"Hours": [str(hour) for hour in hours], **rows}) if rows else pd.DataFrame({"Hours": []}),
        keys=[*keys, *(band_key(contents, GREY) if keys else [])],
    )


# --- where the hours went ------------------------------------------------------------------------------------------

WAITING_COHORTS: Final = (
    ("separated_over_72h", "Separated, over 72 hours"),
    ("separated_within_72h", "Separated, within 72 hours"),
    ("alone_over_72h", "Alone, over 72 hours"),
    ("alone_within_72h", "Alone, within 72 hours"),
)
STAGES: Final = (
    ("processing", "Intake and processing", "Processing", GREY),
    ("checks", "Checks", "Checks", SKY),
    ("mail", "Mail", "Mail", ORANGE),
    ("desk", "ORR's intake desk", "Desk", PURPLE),
    ("bed", "Waiting for a bed", "Bed", VERMILLION),
    ("designation", "Designation of a bed", "Designation", YELLOW),
    ("transport", "Transport", "Transport", BLUE),
    ("other", "Other", "Other", PALE),
)
"""Stages of a child's way out of CBP's hands, in order: code, name, the word written on a bar, colour."""

STAGES_NOTE: Final = (
    "Intake and processing run from apprehension; mail is the way of request and placement through coordinators, and "
    "the seats lost to late or wrong itineraries; transport is the wait for a seat. These are means of a group: no "
    "single child need have spent its hours so. A child still held on the last day counts with the hours up to it."
)


def waits(contents: Contents) -> Picture:
    """Mean hours by stage, of children over and within 72 hours, as bars from left to right."""
    hours = {cohort: stage_hours(contents, cohort) for cohort, _ in WAITING_COHORTS}
    cohorts = [(cohort, name) for cohort, name in WAITING_COHORTS if sum(hours[cohort].values()) > 0]
    stages = [stage for stage in STAGES if any(hours[cohort][stage[0]] > 0 for cohort, _ in cohorts)]
    told = [_stages_in_words(name, hours[cohort]) for cohort, name in cohorts]
    return Picture(
        name="waits",
        title=titles.waits_title(contents, STAGES),
        quantity=f"Hours in CBP custody by the stage they were spent in, for each child on average; "
        f"{means_basis(contents)}",
        alternative=f"Lying bars, one a group of children, divided by stage. {' '.join(told)}",
        panels=[Panel(_waiting_figure(cohorts, hours, stages), height=90 + 66 * len(cohorts))] if cohorts else [],
        table=_waiting_table(contents, cohorts, stages, hours),
        keys=[Key(name, colour, "block") for _, name, _, colour in stages],
        note=STAGES_NOTE,
        nothing="No child was held at a station in this run, so there are no hours to account for.",
    )


def stage_hours(contents: Contents, cohort: str) -> dict[str, float]:
    """Mean hours of a cohort by stage; 0 for a stage without a row."""
    rows = contents.waits[contents.waits["cohort"] == cohort].set_index("stage")["mean"]
    return {stage: float(rows.get(stage, 0.0)) for stage, *_ in STAGES}


def _stages_in_words(name: str, hours: dict[str, float]) -> str:
    spent = [f"{in_sentence(label)} {number(hours[stage], 'hours')}" for stage, label, *_ in STAGES if hours[stage] > 0]
    return f"{name}: {quantity(sum(hours.values()), 'hours')}, of which {', '.join(spent)}."


def _waiting_figure(cohorts: list[tuple[str, str]], hours: dict[str, dict[str, float]], stages: list) -> go.Figure:
    longest = max(sum(hours[cohort].values()) for cohort, _ in cohorts)
    names = [name.replace(", ", ",<br>") for _, name in cohorts]
    parts = []
    for stage, label, word, colour in stages:
        values = [hours[cohort][stage] for cohort, _ in cohorts]
        told = [f"{label}: {quantity(value, 'hours')}" for value in values]
        figures = [f"{value:.0f}\u2009h" for value in values]
        parts.append(Part(label, colour, values, told, figures, [word] * len(values)))
    figure = stacked_bars(names, parts, {"title_text": "hours", "range": [0, longest * 1.12], "dtick": 24})
    for (cohort, _), name in zip(cohorts, names, strict=True):
        total = sum(hours[cohort].values())
        figure.add_annotation(x=total, y=name, text=f"<b>{total:.0f}\u2009h</b>", showarrow=False, xanchor="left")
    limit_line(figure, 72, "72 h", axis="x", lower=-20)
    return figure.update_layout(margin={"t": 24})


def _waiting_table(
    contents: Contents, cohorts: list[tuple[str, str]], stages: list, hours: dict[str, dict[str, float]]
) -> pd.DataFrame:
    columns: dict[str, list[str]] = {"Stage": [name for _, name, *_ in stages] + ["All stages"]}
    for cohort, name in cohorts:
        cells = {row.stage: row for row in records(contents.waits[contents.waits["cohort"] == cohort])}
        total = sum(hours[cohort].values())
        columns[f"{name}: hours"] = [
            mean_cell(cells[stage], "hours") if stage in cells else ABSENT for stage, *_ in stages
        ] + [number(total, "hours")]
        columns[f"{name}: share"] = [number(hours[cohort][stage] / total, "share") for stage, *_ in stages] + [ABSENT]
    return pd.DataFrame(columns)
