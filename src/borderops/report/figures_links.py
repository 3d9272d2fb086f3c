"""Pictures of what the systems of record hold of separated families, beside the truth: links, the count, the clock."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.report import titles
from borderops.report.contents import Contents, Row, mean_over_all, records
from borderops.report.drawing import (
    BLUE,
    GREEN,
    GREY,
    HAIRLINE,
    INK,
    ORANGE,
    PALE,
    SKY,
    VERMILLION,
    Key,
    Panel,
    Picture,
    basis,
    means_basis,
    new_figure,
    translucent,
)
from borderops.report.figures import plain_stage, sankey
from borderops.report.words import ABSENT, number, quantity, range_cell

STAGE_COLOURS: Final = {
    "searchable in the field": BLUE,
    "visible to ICE or HHS": SKY,
    "headquarters query only": ORANGE,
    "note, mail or sheet only": PALE,
    "nowhere": VERMILLION,
    "unit kept": GREEN,
    "never grouped": ORANGE,
    "never said": ORANGE,
}
"""Colours of stages; all others are grey."""

ENDS: Final = tuple(STAGE_COLOURS)[:5]
"""Where links end up, the best place first."""


# --- links ------------------------------------------------------------------------------------------------------------


def links(contents: Contents) -> Picture:
    """Where links of separated children are lost, from what was known at the station to where they stand."""
    table = contents.links.assign(mean=mean_over_all(contents.links, contents.n))
    table = table[table["mean"] > 0].reset_index(drop=True)
    ends = table[table["target"].isin(ENDS)].groupby("target")["mean"].sum()
    told = ", ".join(f"{end} {number(ends[end])}" for end in ENDS if end in ends.index)
    return Picture(
        name="links",
        title=titles.links_title(contents),
        quantity="Links between separated children and the parents whom they were separated from, as bands of that "
        f"width: how the family was known at the station, what became of its unit, and where the link stands on the "
        f"last minute; {means_basis(contents)}",
        alternative=f"Flow diagram with {len(table)} bands. At the end: {told}. The table lists every band.",
        panels=[Panel(sankey(table, _colour, _band_colour, "links"), height=380, least_width=660)]
        if not table.empty
        else [],
        table=pd.DataFrame(
            {
                "From": [plain_stage(source) for source in table["source"]],
                "To": [plain_stage(target) for target in table["target"]],
                "Links, mean": [number(value) for value in table["mean"]],
                "Interval": [range_cell(row.low, row.high, "") if row.n > 1 else ABSENT for row in records(table)],
            }
        ),
        headings=2,
        note="A link stands nowhere if no row of any system leads to both parent and child. A query at headquarters "
        "finds units that were deleted, out of the field's reach.",
        nothing="No child was separated in the days the answer speaks of.",
    )


def _colour(stage: str) -> str:
    return STAGE_COLOURS.get(stage, GREY)


def _band_colour(source: str, target: str) -> str:
    colour = _colour(target)
    return translucent(_colour(source) if colour == GREY else colour, 0.45)


# --- the count and the clock ------------------------------------------------------------------------------------------


class Pair(NamedTuple):
    """A figure as it is, and as the records tell it."""

    label: str
    true: str
    written: str
    unit: str


PAIRS: Final = (
    Pair("People separated under the policy, and the official list", "persons_separated_for_policy",
         "persons_on_official_list", "persons"),
    Pair("Separated children over 72 hours", "over_72h_separated_border_patrol", "over_72h_separated_written",
         "children"),
)  # fmt: skip
"""What the records are asked for."""


def beside_truth(contents: Contents) -> Picture:
    """Figures as they are, and as the records tell them, one panel each."""
    rows = [(pair, contents.kpi(pair.true), contents.kpi(pair.written)) for pair in PAIRS]
    known = [(pair, true, written) for pair, true, written in rows if true is not None and written is not None]
    known = [one for one in known if one[1]["mean"] or one[2]["mean"]]
    told = [
        f"{pair.label}: true {number(true['median'])}, by the records {number(written['median'])}"
        for pair, true, written in known
    ]
    return Picture(
        name="count",
        title=titles.official_title(contents),
        quantity=f"Figures as they are and as the records tell them; {basis(contents)}",
        alternative=f"Two dots with intervals in each panel. {'; '.join(told)}.",
        panels=[Panel(_pair_figure(*one), one[0].label, height=140) for one in known],
        table=_pair_table(contents, known),
        keys=[Key("True, simulated", BLUE, "circle"), Key("By the records", ORANGE, "square")] if known else [],
        headings=1,
        note="The official list is drawn from family units deleted, or marked, under the two codes that stood in for "
        "the policy. It leaves out whom clerks coded otherwise or not at all, and holds whom they coded so by "
        "mistake. The written clock runs from the apprehension to the book-out as entered, ports of entry left out.",
        nothing="Nobody was separated for prosecution in the days the answer speaks of, and nobody is on the list.",
    )


def _pair_figure(pair: Pair, true: Row, written: Row) -> go.Figure:
    most = np.nanmax([row[name] for row in (true, written) for name in ("median", "high")])
    ticks = {"dtick": 1} if most < 5 else {"nticks": 5}  # no half people on the axis
    figure = new_figure(
        xaxis={"rangemode": "tozero", **ticks, "tickformat": ",.0f", "showgrid": True, "gridcolor": HAIRLINE},
        yaxis={"range": [1.5, -0.85], "showgrid": False, "zeroline": False, "type": "category"},
        hovermode="closest",
        margin={"l": 100, "r": 26, "t": 8, "b": 34},
    )
    for row, name, colour, symbol in ((true, "True", BLUE, "circle"), (written, "By records", ORANGE, "square")):
        figure.add_scatter(
            x=[row["median"]],
            y=[name],
            mode="markers+text",
            text=[f"  {number(row['median'])}"],
            textposition="top center",
            textfont={"color": INK, "size": 12},
            marker={"symbol": symbol, "size": 10, "color": colour, "line": {"color": "#ffffff", "width": 1}},
            error_x=_bar(row, colour),
            cliponaxis=False,
            hovertemplate=f"{name}: %{{x:,.0f}} {pair.unit}<extra></extra>",
        )
    return figure


def _bar(row: Row, colour: str) -> dict[str, Any] | None:
    if row["n"] < 2 or not np.isfinite(row["low"]):
        return None
    spread = {"array": [row["high"] - row["median"]], "arrayminus": [row["median"] - row["low"]]}
    return {"type": "data", "symmetric": False, "color": colour, "thickness": 1.4, "width": 4, **spread}


def _pair_table(contents: Contents, known: list[tuple[Pair, Row, Row]]) -> pd.DataFrame:
    rows = [
        (pair.label, _cell(true, pair.unit), _cell(written, pair.unit))
        for pair, true, written in known
    ]  # fmt: skip
    for name in ("persons_missing_from_list", "persons_wrongly_on_list"):
        row = contents.kpi(name)
        if row is not None and known:
            rows.append((contents.definitions[name].label, ABSENT, _cell(row, "persons")))
    return pd.DataFrame(rows, columns=["Figure", "True", "By the records"])


def _cell(row: Row, unit: str) -> str:
    spread = f" ({range_cell(row['low'], row['high'], '')})" if row["n"] > 1 else ""
    return quantity(row["median"], unit) + spread
