"""Pictures of places that fill: shelters, stations, sittings of courts, ICE's custody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import plotly.graph_objects as go

from borderops.config.schema import BED_KINDS
from borderops.report import titles
from borderops.report.contents import Account, Contents, Days, mean_over_all
from borderops.report.drawing import (
    BLACK,
    BLUE,
    SKY,
    VERMILLION,
    Key,
    Panel,
    Picture,
    add_band,
    add_bars,
    add_line,
    add_steps,
    band_key,
    basis,
    course,
    day_axis,
    day_table,
    iso_days,
    mark_season,
    means_basis,
    middle,
    new_figure,
    season_key,
    thinned_note,
)
from borderops.report.words import in_sentence, name_of

# --- shelters and stations -------------------------------------------------------------------------------------------


def shelters(contents: Contents) -> Picture:
    """Census against beds by kind."""
    return beds_by_kind("shelters", titles.shelters_title(contents), contents, _shelter_figure)


class _ByDay(Account, Days, Protocol):
    """Contents that tell days, and how they came about."""


def beds_by_kind(
    name: str, title: str, contents: _ByDay, drawn: Callable[[Any, str], go.Figure], keys: Sequence[Key] = ()
) -> Picture:
    """Census, beds and those who wait, a panel for each kind of bed that anybody is in.

    Parameters
    ----------
    name, title : str
    contents : contents of a report with days
    drawn : callable
        Draws the panel of a kind, from the contents.
    keys : sequence of Key
        What the panels show besides.
    """
    kinds = [kind for kind in BED_KINDS if not contents.series("shelter_census", kind).empty]
    columns, told = [], []
    for kind in kinds:
        columns += [
            (f"{name_of(kind)}: census", "shelter_census", kind, "children"),
            (f"{name_of(kind)}: beds", "shelter_beds", kind, "beds"),
            (f"{name_of(kind)}: waiting", "waiting_for_bed", kind, "children"),
        ]
        told.append(f"{name_of(kind)}: {course(contents.series('shelter_census', kind), 'children')}")
    return Picture(
        name=name,
        title=title,
        quantity=f"Children in ORR care and beds open at the end of each day, by kind of bed; {basis(contents)}. "
        "Each panel has its own scale.",
        alternative=f"Census of children in shelters against beds, one panel a kind of bed. {'; '.join(told)}.",
        panels=[Panel(drawn(contents, kind), name_of(kind)) for kind in kinds],
        table=day_table(contents, columns),
        keys=[
            Key(f"Census{middle(contents)}", BLUE),
            *band_key(contents, BLUE),
            *keys,
            Key("Beds open", BLACK, "step"),
            Key("Waiting for such a bed", VERMILLION, "dot"),
            season_key(contents),
        ],
        note=thinned_note(contents),
    )


def _shelter_figure(contents: Contents, kind: str) -> go.Figure:
    figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "children, beds"})
    mark_season(figure, contents)
    census, beds = contents.series("shelter_census", kind), contents.series("shelter_beds", kind)
    add_band(figure, iso_days(census["day"]), census, BLUE)
    add_line(figure, iso_days(census["day"]), census, BLUE, "Census", "children")
    add_steps(figure, beds, "Beds open", "beds")
    waiting = contents.series("waiting_for_bed", kind)
    if not waiting.empty:
        add_band(figure, iso_days(waiting["day"]), waiting, VERMILLION)
        add_line(figure, iso_days(waiting["day"]), waiting, VERMILLION, "Waiting", "children", dash="dot")
    return figure


def stations(contents: Contents) -> Picture:
    """People held at stations against rated places, by kind of place."""
    kinds = [
        kind for kind in ("single_adults", "families", "children") if not contents.series("station_census", kind).empty
    ]
    panels, columns, told = [], [], []
    for kind in kinds:
        census = contents.series("station_census", kind)
        figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "persons"})
        mark_season(figure, contents)
        add_band(figure, iso_days(census["day"]), census, BLUE)
        add_line(figure, iso_days(census["day"]), census, BLUE, "Held", "persons")
        add_steps(figure, contents.series("station_rated", kind), "Rated", "places")
        panels.append(Panel(figure, f"Places for {in_sentence(kind)}"))
        columns += [
            (f"{name_of(kind)}: held", "station_census", kind, "persons"),
            (f"{name_of(kind)}: rated", "station_rated", kind, "places"),
        ]
        told.append(f"{name_of(kind)}: {course(census, 'persons')}")
    return Picture(
        name="stations",
        title=titles.stations_title(contents),
        quantity=f"Persons held at noon and places rated for them, all stations together; "
        f"{basis(contents)}. Each panel has its own scale.",
        alternative=f"Persons held at stations against rated places, one panel a kind of place. {'; '.join(told)}.",
        panels=panels,
        table=day_table(contents, columns),
        keys=[
            Key(f"Held{middle(contents)}", BLUE),
            *band_key(contents, BLUE),
            Key("Rated places", BLACK, "step"),
            season_key(contents),
        ],
        note="A rating can be exceeded, and one station can be over while the sum is under. " + thinned_note(contents),
    )


# --- courts and ICE --------------------------------------------------------------------------------------------------


def courts(contents: Contents) -> Picture:
    """Adults heard a day, parents and others, against the slots of the sittings."""
    parts = [
        (label, group, colour)
        for label, group, colour in (("Parents taken", "parents", VERMILLION), ("Other adults", "others", SKY))
        if not contents.series("adults_heard", group).empty
    ]
    panels, told = [], []
    if parts:
        figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "adults a day"}, barmode="stack", bargap=0)
        mark_season(figure, contents)
        for label, group, colour in parts:
            table = contents.series("adults_heard", group)
            add_bars(figure, iso_days(table["day"]), mean_over_all(table, contents.n), colour, label)
            told.append(f"{label}: {course(table, 'adults')}")
        slots = contents.series("court_slots", "all")
        on_court_days = slots[slots["median"] > 0]
        add_line(figure, iso_days(on_court_days["day"]), on_court_days, BLACK, "Slots", "slots")
        panels = [Panel(figure, "All districts")]
    columns = [(label, "adults_heard", group, "adults") for label, group, _ in parts]
    columns += [("Slots", "court_slots", "all", "slots")] if parts else []
    return Picture(
        name="courts",
        title=titles.courts_title(contents),
        quantity=f"Adults heard a court day and slots of sittings, all districts together; {means_basis(contents)}.",
        alternative=f"Bars of adults heard in court a day against the slots. {'; '.join(told)}.",
        panels=panels,
        table=day_table(contents, columns),
        keys=[
            *(Key(label, colour, "block") for label, _, colour in parts),
            Key("Slots on court days", BLACK),
            season_key(contents),
        ],
        note="Part of the slots is kept for parents. Who has no slot within the limit is not prosecuted. "
        + thinned_note(contents),
    )


def ice_custody(contents: Contents) -> Picture:
    """Parents who were taken, and other adults, in ICE's custody."""
    groups = [
        (label, group)
        for label, group in (("Parents taken", "parents"), ("Other adults", "single_adults"))
        if contents.series("in_ice_custody", group)["median"].max() > 0
    ]
    panels, told = [], []
    for label, group in groups:
        held = contents.series("in_ice_custody", group)
        figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "persons"})
        mark_season(figure, contents)
        add_band(figure, iso_days(held["day"]), held, BLUE)
        add_line(figure, iso_days(held["day"]), held, BLUE, label, "persons")
        panels.append(Panel(figure, label))
        told.append(f"{label}: {course(held, 'persons')}")
    return Picture(
        name="ice",
        title=titles.ice_title(contents),
        quantity=f"Adults of this run in ICE's custody at the end of each day; {basis(contents)}. "
        "Each panel has its own scale.",
        alternative=f"Lines of adults in ICE's custody, one panel a group. {'; '.join(told)}.",
        panels=panels,
        table=day_table(contents, [(label, "in_ice_custody", group, "persons") for label, group in groups]),
        keys=[Key(f"In custody{middle(contents)}", BLUE), *band_key(contents, BLUE), season_key(contents)],
        note="ICE's custody begins empty on the first day played and has no capacity here. " + thinned_note(contents),
        nothing="Nobody is in ICE's custody on any day of this run.",
    )
