"""Pictures of a readiness review that are drawn by day: beds, and hours in custody, beside families kept together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from borderops.config.schema import BED_KINDS
from borderops.report.contents import top_row
from borderops.report.drawing import (
    BLUE,
    GREY,
    VERMILLION,
    Key,
    Panel,
    Picture,
    add_band,
    add_line,
    add_steps,
    band_key,
    basis,
    course,
    day_axis,
    day_table,
    iso_days,
    limit_line,
    mark_season,
    middle,
    new_figure,
    season_key,
    thinned_note,
)
from borderops.report.figures_places import beds_by_kind
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.words import day_text, in_sentence, name_of, quantity

STATUTE_HOURS: Final = 72.0
HOURS: Final = "mean_custody_hours"


def days(contents: ReadinessContents) -> list[Picture]:
    """What happens day by day under the plan."""
    return [beds(contents), custody(contents)]


def beds(contents: ReadinessContents) -> Picture:
    """Children in shelters against beds, by kind, with those who wait; in grey with families kept together."""
    kinds = [kind for kind in BED_KINDS if not contents.series("shelter_census", kind).empty]
    return beds_by_kind("beds", _beds_title(contents, kinds), contents, _beds_figure, _beside_key(contents, "Census"))


def _beds_title(contents: ReadinessContents, kinds: Sequence[str]) -> str:
    """The kind of bed for which most children wait, and since when any does."""
    waiting = {kind: contents.series("waiting_for_bed", kind) for kind in kinds}
    most = {kind: float(table["median"].max()) for kind, table in waiting.items() if not table.empty}
    if not most or max(most.values()) <= 0:
        return "In most seasons nobody waits for a bed"
    kind = max(most, key=lambda one: most[one])
    table = waiting[kind]
    since, top = table.loc[table["median"] > 0, "day"].iloc[0], top_row(table)
    count = quantity(top["median"], "children")
    return f"For beds for {in_sentence(kind)}, children wait from {day_text(since)}, at most {count}"


def _beds_figure(contents: ReadinessContents, kind: str) -> go.Figure:
    figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "children, beds"})
    mark_season(figure, contents)
    _beside_line(figure, contents, "shelter_census", kind, "children")
    for measure, colour, label, dash in (
        ("shelter_census", BLUE, "Census", "solid"),
        ("waiting_for_bed", VERMILLION, "Waiting", "dot"),
    ):
        table = contents.series(measure, kind)
        if not table.empty:
            add_band(figure, iso_days(table["day"]), table, colour)
            add_line(figure, iso_days(table["day"]), table, colour, label, "children", dash=dash)
    add_steps(figure, contents.series("shelter_beds", kind), "Beds open", "beds")
    return figure


def custody(contents: ReadinessContents) -> Picture:
    """Mean hours in CBP's custody of separated children and of all minors, with the limit of 72 hours."""
    cohorts = [one for one in ("separated", "all_minors") if not contents.series(HOURS, one).empty]
    columns = [(name_of(one), HOURS, one, "hours") for one in cohorts]
    told = "; ".join(f"{name_of(one)}: {course(contents.series_of_enough(HOURS, one), 'hours')}" for one in cohorts)
    return Picture(
        name="custody",
        title=_custody_title(contents),
        quantity=f"Mean hours in CBP custody of those who leave it on a day; {basis(contents)}. "
        "Days without a figure in half of the seasons are left out.",
        alternative=f"Mean hours in custody by day. {told}.",
        panels=[Panel(_custody_figure(contents, one), name_of(one)) for one in cohorts],
        table=day_table(contents, columns),
        keys=[
            Key(f"Mean custody{middle(contents)}", BLUE),
            *band_key(contents, BLUE),
            *_beside_key(contents, "Mean custody"),
            season_key(contents),
        ],
        note=thinned_note(contents),
    )


def _custody_title(contents: ReadinessContents) -> str:
    table = contents.series_of_enough(HOURS, "separated")
    over = table[table["median"] > STATUTE_HOURS]
    if table["median"].notna().sum() == 0:
        return "Too few separated children leave custody on any day for a mean"
    if over.empty:
        return "Mean custody of separated children stays within 72 hours on every day"
    return f"Mean custody of separated children passes 72 hours from {day_text(over['day'].iloc[0])} on"


def _custody_figure(contents: ReadinessContents, cohort: str) -> go.Figure:
    table = contents.series_of_enough(HOURS, cohort)
    figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "hours"})
    mark_season(figure, contents)
    _beside_line(figure, contents, HOURS, cohort, "hours")
    add_band(figure, iso_days(table["day"]), table, BLUE)
    add_line(figure, iso_days(table["day"]), table, BLUE, "Mean custody", "hours")
    limit_line(figure, STATUTE_HOURS, "72 h")
    return figure


def _beside_line(figure: go.Figure, contents: ReadinessContents, measure: str, group: str, unit: str) -> None:
    """The policy beside, as a thin grey line."""
    if contents.is_beside_itself:
        return
    table = (contents.series_of_enough if measure == HOURS else contents.series)(measure, group, beside=True)
    if not table.empty:
        add_line(figure, iso_days(table["day"]), table, GREY, contents.beside_name, unit, dash="dash")


def _beside_key(contents: ReadinessContents, what: str) -> list[Key]:
    if contents.is_beside_itself:
        return []
    return [Key(f"{what} under {contents.beside_name}{middle(contents)}", GREY, "dash")]
