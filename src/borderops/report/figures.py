"""The pictures of a report: Plotly figures, each with its words, its text alternative and the table behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.config.schema import BED_KINDS
from borderops.report import prose
from borderops.report.contents import FEWEST, Contents, mean_over_all, records, top_row
from borderops.report.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    HAIRLINE,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
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
    figure_cell,
    iso_days,
    limit_line,
    mark_season,
    means_basis,
    middle,
    new_figure,
    rounded,
    season_key,
    thinned_note,
    translucent,
)
from borderops.report.words import (
    ABSENT,
    in_sentence,
    list_text,
    month_text,
    name_of,
    number,
    quantity,
    range_cell,
)

COHORTS: Final = (("separated", VERMILLION, "solid"), ("alone", BLUE, "solid"), ("all_minors", GREY, "solid"))
SURVIVAL_COHORTS: Final = (
    ("separated_children", VERMILLION, "solid"),
    ("children_alone", BLUE, "dash"),
    ("all_minors", INK, "dot"),
)
AGE_BANDS: Final = ("0–4", "5–12", "13–17")
STRATA: Final = ("family_unit_members", "single_adults", "children_alone")
LARGEST_STATIONS: Final = 4


def all_pictures(contents: Contents) -> list[Picture]:
    """Every picture of the report, in order."""
    makers: list[Callable[[Contents], Picture]] = [
        separations,
        shelters,
        over_72_hours,
        custody_hours,
        survival,
        flow,
        outcomes,
        courts,
        stations,
        monthly,
    ]
    return [make(contents) for make in makers]


# --- separations a day ---------------------------------------------------------------------------------------------


def separations(contents: Contents) -> Picture:
    """Children separated a day: all stations with their interval, and which stations."""
    total = contents.series("separated_children", "all")
    largest = largest_stations(contents)
    others = [name for name in station_groups(contents) if name not in largest]
    colours = (BLUE, ORANGE, GREEN, PURPLE)
    keys = [Key(f"All stations{middle(contents)}", VERMILLION), *band_key(contents, VERMILLION)]
    keys += [Key(name_of(name), colours[at], "block") for at, name in enumerate(largest)]
    if others:
        keys.append(Key("Other stations", PALE, "block"))
    panels = []
    if not total.empty:
        figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "children a day"})
        mark_season(figure, contents)
        add_band(figure, iso_days(total["day"]), total, VERMILLION)
        add_line(figure, iso_days(total["day"]), total, VERMILLION, "All stations", "children")
        panels = [Panel(figure, "All stations")]
    if largest:
        panels.append(Panel(_separations_by_station(contents, largest, others), "By station"))
    columns = [("All stations", "separated_children", "all", "children")]
    columns += [(name_of(name), "separated_children", name, "children") for name in largest]
    where = f" Most happen at {', '.join(name_of(name) for name in largest)}." if largest else ""
    return Picture(
        name="separations",
        title=prose.separations_title(contents),
        quantity=f"Children separated from the parents they came with, by day of parting; {basis(contents)}. "
        "By station: means, stacked.",
        alternative=f"Line of children separated a day over the window: {course(total, 'children')}.{where}",
        panels=panels,
        table=day_table(contents, columns),
        keys=[*keys, season_key(contents)],
        note=thinned_note(contents),
    )


def station_groups(contents: Contents) -> list[str]:
    """Stations with separations in the daily table, the largest first; those without any are left out."""
    rows = contents.daily[(contents.daily["measure"] == "separated_children") & (contents.daily["group"] != "all")]
    sums = mean_over_all(rows, contents.n).groupby(rows["group"]).sum().sort_values(ascending=False)
    return [str(name) for name, value in sums.items() if value > 0]


def largest_stations(contents: Contents) -> list[str]:
    """The stations that get a colour of their own."""
    return station_groups(contents)[:LARGEST_STATIONS]


def _separations_by_station(contents: Contents, largest: list[str], others: list[str]) -> go.Figure:
    figure = new_figure(xaxis=day_axis(contents), yaxis={"title_text": "children a day"}, barmode="stack", bargap=0)
    for name, colour in zip(largest, (BLUE, ORANGE, GREEN, PURPLE), strict=False):
        table = contents.series("separated_children", name)
        _add_bars(figure, iso_days(table["day"]), mean_over_all(table, contents.n), colour, name_of(name))
    if others:
        rows = contents.daily[
            (contents.daily["measure"] == "separated_children") & contents.daily["group"].isin(others)
        ]
        sums = mean_over_all(rows, contents.n).groupby(rows["day"]).sum().sort_index()
        _add_bars(figure, iso_days(pd.Series(sums.index)), sums, PALE, "Other stations")
    return figure


def _add_bars(figure: go.Figure, x: list[str], y: pd.Series, colour: str, label: str) -> None:
    hover = f"{label}: %{{y:,.1f}}<extra></extra>"
    figure.add_bar(x=x, y=rounded(y), marker={"color": colour, "line": {"width": 0}}, name=label, hovertemplate=hover)


# --- shelters ------------------------------------------------------------------------------------------------------


def shelters(contents: Contents) -> Picture:
    """Census against beds by kind."""
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
        name="shelters",
        title=prose.shelters_title(contents),
        quantity=f"Children in ORR care and beds open at the end of each day, by kind of bed; {basis(contents)}. "
        "Each panel has its own scale.",
        alternative=f"Census of children in shelters against beds, one panel a kind of bed. {'; '.join(told)}.",
        panels=[Panel(_shelter_figure(contents, kind), name_of(kind)) for kind in kinds],
        table=day_table(contents, columns),
        keys=[
            Key(f"Census{middle(contents)}", BLUE),
            *band_key(contents, BLUE),
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


# --- the clock -----------------------------------------------------------------------------------------------------

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
        title=prose.clock_title(contents),
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
        title=prose.hours_title(contents),
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
        title=prose.survival_title(contents),
        quantity=f"Share of each group still in CBP custody so many hours after apprehension; {basis(contents)}",
        alternative=f"Falling curves of the share still in custody. {'; '.join(told)}.",
        panels=[Panel(figure, height=360)] if keys else [],
        table=pd.DataFrame({"Hours": [str(hour) for hour in hours], **rows}) if rows else pd.DataFrame({"Hours": []}),
        keys=[*keys, *(band_key(contents, GREY) if keys else [])],
    )


# --- flow ----------------------------------------------------------------------------------------------------------


def flow(contents: Contents) -> Picture:
    """Where people go, as bands as wide as their number."""
    table = contents.flow.assign(mean=mean_over_all(contents.flow, contents.n))
    table = table[table["mean"] > 0].reset_index(drop=True)
    largest = top_row(table, "mean") if not table.empty else None
    title = "Where people go, from apprehension to the last day"
    told = "" if largest is None else f"The widest runs from {largest['source']} to {largest['target']}: "
    told += "" if largest is None else quantity(largest["mean"], "persons")
    frame = pd.DataFrame(
        {
            "From": [plain_stage(source) for source in table["source"]],
            "To": [plain_stage(target) for target in table["target"]],
            "Persons, mean": [number(value) for value in table["mean"]],
            "Interval": [range_cell(row.low, row.high, "") if row.n > 1 else ABSENT for row in records(table)],
        }
    )
    return Picture(
        name="flow",
        title=title,
        quantity=f"Persons who went from one stage to the next, as bands of that width; {means_basis(contents)}. "
        "Separated children and parents are drawn in vermilion, however thin.",
        alternative=f"Flow diagram with {len(table)} bands. {told}. The table lists every band.",
        panels=[Panel(_sankey(table), height=620, least_width=660)] if not table.empty else [],
        table=frame,
        headings=2,
    )


def plain_stage(label: str) -> str:
    """A stage label as a sentence opens: ``Apprehended: families``."""
    text = str(label).replace("_", " ")
    return text[:1].upper() + text[1:]


def _sankey(table: pd.DataFrame) -> go.Figure:
    nodes = list(dict.fromkeys([*table["source"], *table["target"]]))
    at = {name: number_ for number_, name in enumerate(nodes)}
    through = {
        name: max(table.loc[table["source"] == name, "mean"].sum(), table.loc[table["target"] == name, "mean"].sum())
        for name in nodes
    }
    figure = new_figure(margin={"l": 6, "r": 6, "t": 10, "b": 10}, hovermode="closest", font={"size": 12.5})
    figure.add_sankey(
        arrangement="snap",
        node={
            "label": [f"{plain_stage(name)} {number(through[name])}" for name in nodes],
            "color": [stage_colour(name) for name in nodes],
            "line": {"width": 0},
            "pad": 16,
            "thickness": 12,
            "hovertemplate": "%{label}<extra></extra>",
        },
        link={
            "source": [at[name] for name in table["source"]],
            "target": [at[name] for name in table["target"]],
            "value": rounded(table["mean"]),
            "color": [link_colour(row.source, row.target) for row in records(table)],
            "hovertemplate": "%{source.label} to %{target.label}: %{value:,.0f} persons<extra></extra>",
        },
    )
    return figure


def stage_colour(label: str) -> str:
    """Colour of a stage: separated children stand out, families and children differ from adults."""
    text = str(label).lower()
    if "separat" in text:
        return VERMILLION
    if "famil" in text or "parent" in text:
        return BLUE
    if "child" in text or "shelter" in text or "minor" in text:
        return GREEN
    return GREY


def link_colour(source: str, target: str) -> str:
    """Colour of a band: that of separated children if either end speaks of them, else of its source, let through."""
    colours = [stage_colour(source), stage_colour(target)]
    if VERMILLION in colours:
        return translucent(VERMILLION, 0.6)
    return translucent(colours[0], 0.28)


# --- outcomes ------------------------------------------------------------------------------------------------------

OUTCOME_COLOURS: Final = (BLUE, SKY, GREEN, ORANGE, PURPLE, VERMILLION, GREY, YELLOW)


def outcomes(contents: Contents) -> Picture:
    """What became of the children, by age band, as shares of each band."""
    table = contents.outcomes
    order = table.groupby("outcome", observed=True)["mean"].sum().sort_values(ascending=False)
    labels = [str(name) for name, value in order.items() if value > 0]
    bands = ordered_bands(table["age_band"])
    sums = {band: float(table.loc[table["age_band"] == band, "mean"].sum()) for band in bands}
    bands = [band for band in bands if sums[band] > 0]
    return Picture(
        name="outcomes",
        title=prose.outcomes_title(contents),
        quantity=f"What became of {contents.outcomes_of} by the last day, in per cent of their age band; "
        f"{means_basis(contents)}",
        alternative="Stacked bars, one an age band. "
        + " ".join(f"{name_of(band)}: {_outcome_words(table, band, labels)}." for band in bands),
        panels=[Panel(_outcome_figure(table, bands, labels, sums), height=70 + 62 * len(bands))] if bands else [],
        table=_outcome_table(table, bands, labels, sums),
        keys=[Key(plain_stage(label), colour, "block") for label, colour in zip(labels, _colours(labels), strict=True)],
        note=_outcome_note(bands, sums),
    )


def ordered_bands(bands: pd.Series) -> list[str]:
    """Age bands from young to old; unknown ones last, a total left out."""
    found = [str(band) for band in bands.unique() if str(band) != "all"]
    return sorted(found, key=lambda band: (AGE_BANDS.index(band) if band in AGE_BANDS else len(AGE_BANDS), band))


def _colours(labels: list[str]) -> list[str]:
    return [OUTCOME_COLOURS[at % len(OUTCOME_COLOURS)] for at in range(len(labels))]


def _outcome_value(table: pd.DataFrame, band: str, label: str) -> Any:
    """Row of one outcome of one band, or None."""
    rows = table[(table["age_band"] == band) & (table["outcome"] == label)]
    return None if rows.empty else records(rows)[0]


def _outcome_figure(table: pd.DataFrame, bands: list[str], labels: list[str], sums: dict[str, float]) -> go.Figure:
    figure = new_figure(
        barmode="stack",
        bargap=0.35,
        hovermode="closest",
        xaxis={"range": [0, 100], "ticksuffix": "\u2009%", "tickangle": 0},
        yaxis={"autorange": "reversed", "showgrid": False, "zeroline": False, "type": "category"},
    )
    for label, colour in zip(labels, _colours(labels), strict=True):
        rows = [_outcome_value(table, band, label) for band in bands]
        shares = [0.0 if row is None else row.mean / sums[band] * 100 for row, band in zip(rows, bands, strict=True)]
        figure.add_bar(
            y=[name_of(band) for band in bands],
            x=rounded(np.array(shares)),
            orientation="h",
            marker={"color": colour, "line": {"color": "#ffffff", "width": 1.5}},
            text=[f"{share:.0f}\u2009%" if share >= 8 else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "#ffffff" if colour in (BLUE, GREY) else BLACK, "size": 13},
            name=label,
            hovertemplate=f"{plain_stage(label)}: %{{x:.1f}}\u2009% of %{{y}}<extra></extra>",
        )
    return figure


def _outcome_words(table: pd.DataFrame, band: str, labels: list[str]) -> str:
    rows = [(label, _outcome_value(table, band, label)) for label in labels]
    return ", ".join(f"{label} {number(row.mean)}" for label, row in rows if row is not None)


def _outcome_table(table: pd.DataFrame, bands: list[str], labels: list[str], sums: dict[str, float]) -> pd.DataFrame:
    columns: dict[str, list[str]] = {"Outcome": [plain_stage(label) for label in labels]}
    for band in bands:
        columns[f"{name_of(band)}, children"] = [
            ABSENT if (row := _outcome_value(table, band, label)) is None else figure_cell(row, "children")
            for label in labels
        ]
        columns[f"{name_of(band)}, share"] = [_outcome_share(table, band, label, sums[band]) for label in labels]
    return pd.DataFrame(columns)


def _outcome_share(table: pd.DataFrame, band: str, label: str, total: float) -> str:
    """Share of the band's mean; a count of few children has no share."""
    row = _outcome_value(table, band, label)
    if row is None:
        return ABSENT
    return f"{number(row.mean)} of {number(total)}" if total < FEWEST else number(row.mean / total, "share")


def _outcome_note(bands: list[str], sums: dict[str, float]) -> str:
    few = [in_sentence(band) for band in bands if sums[band] < FEWEST]
    return f"Fewer than {FEWEST} children stand behind {list_text(few)}: read the counts, not the bar." if few else ""


# --- stations ------------------------------------------------------------------------------------------------------


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
            _add_bars(figure, iso_days(table["day"]), mean_over_all(table, contents.n), colour, label)
            told.append(f"{label}: {course(table, 'adults')}")
        slots = contents.series("court_slots", "all")
        on_court_days = slots[slots["median"] > 0]
        add_line(figure, iso_days(on_court_days["day"]), on_court_days, BLACK, "Slots", "slots")
        panels = [Panel(figure, "All districts")]
    columns = [(label, "adults_heard", group, "adults") for label, group, _ in parts]
    columns += [("Slots", "court_slots", "all", "slots")] if parts else []
    return Picture(
        name="courts",
        title=prose.courts_title(contents),
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
        title=prose.stations_title(contents),
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


# --- monthly counts ------------------------------------------------------------------------------------------------


def monthly(contents: Contents) -> Picture:
    """True, recorded and published counts a month, by stratum."""
    table = monthly_counts(contents)
    strata = [stratum for stratum in STRATA if (table["stratum"] == stratum).any()]
    told = []
    for stratum in strata:
        rows = table[table["stratum"] == stratum]
        sums = {count: rows.loc[rows["count"] == count, "mean"].sum() for count in rows["count"].unique()}
        told.append(f"{name_of(stratum)}: " + ", ".join(f"{count} {number(value)}" for count, value in sums.items()))
    keys = [Key("True, simulated", BLUE, "circle"), Key("As recorded, simulated", ORANGE, "square")]
    if (table["count"] == "published").any():
        keys.append(Key("Published", BLACK, "tick"))
    months = table["month"].nunique()
    return Picture(
        name="monthly",
        title="Who came, and what the count of the day would have said",
        quantity=f"Persons a month, all stations; {means_basis(contents)}. Scales differ and do not start at zero.",
        alternative=f"Dots a month for true, recorded and published counts. Sums over the window: {'; '.join(told)}.",
        panels=[
            Panel(_monthly_figure(table, stratum), name_of(stratum), height=84 + 34 * months) for stratum in strata
        ],
        table=_monthly_table(table, strata),
        keys=keys,
        headings=2,
        note="A separated child was counted among children alone and the parent among single adults. The published "
        "figures hold those separations already, so they compare with the recorded count, not with the true one.",
    )


def monthly_counts(contents: Contents) -> pd.DataFrame:
    """Counts of all stations by month, stratum and kind of count, with the published ones as a third kind.

    Returns
    -------
    DataFrame
        Columns month, stratum, count, mean, low, high, n. Without a station "all", means are added and low and high
        are NaN: an interval of a sum is not the sum of intervals.
    """
    simulated = contents.monthly
    has_total = (simulated["station"] == "all").any()
    keys = ["month", "stratum", "count"]
    if has_total:
        table = simulated.loc[simulated["station"] == "all", [*keys, "mean", "low", "high", "n"]]
    else:
        table = simulated.groupby(keys, as_index=False, observed=True).agg(mean=("mean", "sum"), n=("n", "max"))
        table[["low", "high"]] = np.nan
    published = contents.published_monthly
    if published is None or published.empty:
        return table
    own = published[published["month"].isin(table["month"])]
    if (own["station"] == "all").any():
        own = own[own["station"] == "all"]
    sums = own.groupby(["month", "stratum"], as_index=False, observed=True).agg(mean=("persons", "sum"))
    sums = sums.assign(count="published", n=1, low=np.nan, high=np.nan)
    return pd.concat([table, sums[table.columns]], ignore_index=True)


def _monthly_figure(table: pd.DataFrame, stratum: str) -> go.Figure:
    figure = new_figure(
        xaxis={
            "rangemode": "normal",
            "nticks": 4,
            "tickangle": 0,
            "tickformat": ",.0f",
            "showgrid": True,
            "gridcolor": HAIRLINE,
        },
        yaxis={"autorange": "reversed", "showgrid": False, "zeroline": False, "type": "category"},
        hovermode="closest",
        margin={"l": 46, "r": 26, "t": 8, "b": 34},
    )
    rows = table[table["stratum"] == stratum]
    months = sorted(rows["month"].unique())
    for month in months:
        ends = rows.loc[rows["month"] == month, "mean"]
        figure.add_scatter(
            x=rounded(pd.Series([ends.min(), ends.max()]), 7),
            y=[month_text(month)] * 2,
            mode="lines",
            line={"color": PALE, "width": 3},
            hoverinfo="skip",
        )
    looks = (("true", BLUE, "circle", "True"), ("recorded", ORANGE, "square", "As recorded"))
    for count, colour, symbol, label in (*looks, ("published", BLACK, "line-ns", "Published")):
        one = rows[rows["count"] == count].sort_values("month")
        if one.empty:
            continue
        figure.add_scatter(
            x=rounded(one["mean"], 7),
            y=[month_text(month) for month in one["month"]],
            mode="markers",
            marker=_mark(symbol, colour),
            error_x=_error_bars(one, colour),
            name=label,
            hovertemplate=f"{label}, %{{y}}: %{{x:,.0f}} persons<extra></extra>",
        )
    return figure


def _mark(symbol: str, colour: str) -> dict[str, Any]:
    """A dot, or an upright stroke that hides no dot beneath it."""
    if symbol == "line-ns":
        return {"symbol": symbol, "size": 11, "line": {"color": colour, "width": 3}}
    return {"symbol": symbol, "size": 9, "color": colour, "line": {"color": "#ffffff", "width": 1}}


def _error_bars(rows: pd.DataFrame, colour: str) -> dict[str, Any] | None:
    """The interval as a thin bar; none without one."""
    if rows["low"].isna().all() or rows["n"].max() < 2:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": rounded(rows["high"] - rows["mean"]),
        "arrayminus": rounded(rows["mean"] - rows["low"]),
        "color": colour,
        "thickness": 1.2,
        "width": 0,
    }


def _monthly_table(table: pd.DataFrame, strata: list[str]) -> pd.DataFrame:
    def cell(month: str, stratum: str, count: str) -> str:
        rows = table[(table["month"] == month) & (table["stratum"] == stratum) & (table["count"] == count)]
        if rows.empty:
            return ABSENT
        row = rows.iloc[0]
        known = row["n"] > 1 and np.isfinite(row["low"])
        return number(row["mean"]) + (f" ({range_cell(row['low'], row['high'], '')})" if known else "")

    keys = [(stratum, month) for stratum in strata for month in sorted(table["month"].unique())]
    columns: dict[str, list[str]] = {
        "Stratum": [name_of(stratum) for stratum, _ in keys],
        "Month": [month_text(month) for _, month in keys],
    }
    for count, head in (("true", "True"), ("recorded", "As recorded"), ("published", "Published")):
        columns[head] = [cell(month, stratum, count) for stratum, month in keys]
    return pd.DataFrame(columns)
