"""Pictures of who is separated, where people go, and what became of the children.

A picture is Plotly figures with their words, their text alternative and the table behind them; `chapters` puts them in
order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from borderops.report import titles
from borderops.report.contents import FEWEST, Contents, mean_over_all, records, top_row
from borderops.report.drawing import (
    BLACK,
    BLUE,
    GREEN,
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
    add_bars,
    add_line,
    band_key,
    basis,
    course,
    day_axis,
    day_table,
    figure_cell,
    iso_days,
    mark_season,
    means_basis,
    middle,
    new_figure,
    per_cent,
    rounded,
    season_key,
    stacked_bars,
    thinned_note,
    translucent,
)
from borderops.report.words import (
    ABSENT,
    in_sentence,
    list_text,
    name_of,
    number,
    quantity,
    range_cell,
)

AGE_BANDS: Final = ("0–4", "5–12", "13–17")
LARGEST_STATIONS: Final = 4

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
        title=titles.separations_title(contents),
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
        add_bars(figure, iso_days(table["day"]), mean_over_all(table, contents.n), colour, name_of(name))
    if others:
        rows = contents.daily[
            (contents.daily["measure"] == "separated_children") & contents.daily["group"].isin(others)
        ]
        sums = mean_over_all(rows, contents.n).groupby(rows["day"]).sum().sort_index()
        add_bars(figure, iso_days(pd.Series(sums.index)), sums, PALE, "Other stations")
    return figure


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
        panels=[Panel(sankey(table, stage_colour, link_colour, "persons"), height=620, least_width=660)]
        if not table.empty
        else [],
        table=frame,
        headings=2,
    )


def plain_stage(label: str) -> str:
    """A stage label as a sentence opens: ``Apprehended: families``."""
    text = str(label).replace("_", " ")
    return text[:1].upper() + text[1:]


def sankey(
    table: pd.DataFrame, colour_of: Callable[[str], str], colour_of_band: Callable[[str, str], str], unit: str
) -> go.Figure:
    """Bands between stages, as wide as the mean of what goes from one to the other.

    Parameters
    ----------
    table : DataFrame
        Columns source, target, mean.
    colour_of : callable
        Colour of a stage.
    colour_of_band : callable
        Colour of a band by its two stages.
    unit : str
        Of the mean.

    Returns
    -------
    Figure
    """
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
            "color": [colour_of(name) for name in nodes],
            "line": {"width": 0},
            "pad": 16,
            "thickness": 12,
            "hovertemplate": "%{label}<extra></extra>",
        },
        link={
            "source": [at[name] for name in table["source"]],
            "target": [at[name] for name in table["target"]],
            "value": rounded(table["mean"]),
            "color": [colour_of_band(row.source, row.target) for row in records(table)],
            "hovertemplate": f"%{{source.label}} to %{{target.label}}: %{{value:,.0f}} {unit}<extra></extra>",
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

OUTCOME_COLOURS: Final = (BLUE, SKY, GREEN, ORANGE, PURPLE, VERMILLION, GREY, YELLOW, PALE, BLACK)


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
        title=titles.outcomes_title(contents),
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
    parts = []
    for label, colour in zip(labels, _colours(labels), strict=True):
        rows = [_outcome_value(table, band, label) for band in bands]
        shares = [0.0 if row is None else row.mean / sums[band] * 100 for row, band in zip(rows, bands, strict=True)]
        told = [
            f"{plain_stage(label)}: {share:.1f}\u2009% of {in_sentence(band)}"
            for share, band in zip(shares, bands, strict=True)
        ]
        parts.append(Part(label, colour, shares, told, [per_cent(share) for share in shares], [""] * len(bands)))
    axis = {"range": [0, 100], "ticksuffix": "\u2009%"}
    return stacked_bars([name_of(band) for band in bands], parts, axis)


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
