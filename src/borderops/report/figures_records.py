"""Pictures of what was written down: of separated families, and in the count of the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.report import titles
from borderops.report.contents import Contents, Row
from borderops.report.drawing import (
    BLACK,
    BLUE,
    HAIRLINE,
    ORANGE,
    PALE,
    SKY,
    VERMILLION,
    Key,
    Panel,
    Part,
    Picture,
    means_basis,
    new_figure,
    per_cent,
    rounded,
    stacked_bars,
)
from borderops.report.words import ABSENT, month_text, name_of, number, quantity, range_cell

STRATA: Final = ("family_unit_members", "single_adults", "children_alone")

# --- what was written of separated families ------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """One thing that is to be written down of every separated family or child.

    Parameters
    ----------
    name : str
    of : str
        KPI that counts whom it is to be written of.
    kind : str
        Kind of group under which that KPI is broken down by what was written.
    marks : tuple of (group, word, colour)
        From what serves best to what is missing.
    """

    name: str
    of: str
    kind: str
    marks: tuple[tuple[str, str, str], ...]


QUALITIES: Final = (
    (BLUE, "As it should be"),
    (SKY, "Of some use"),
    (ORANGE, "Wrong or out of place"),
    (VERMILLION, "Missing"),
)

WRITTEN: Final = (
    Written(
        "Reason code of the unit",
        "families_separated",
        "code",
        (
            ("right", "right", BLUE),
            ("several", "several", SKY),
            ("wrong", "wrong", ORANGE),
            ("blank", "blank", VERMILLION),
        ),
    ),
    Written(
        "Case note on the parent",
        "parents_taken",
        "note",
        (
            ("top_and_child", "top, with child", BLUE),
            ("top_only", "top, without child", SKY),
            ("not_at_top", "further down", ORANGE),
            ("nothing", "nothing", VERMILLION),
        ),
    ),
    Written(
        "Row in the local list",
        "families_separated",
        "list",
        (("listed", "listed", BLUE), ("not_listed", "not listed", VERMILLION)),
    ),
    Written(
        "Parent's number to HHS",
        "children_separated",
        "parent_number",
        (("right", "right", BLUE), ("wrong", "wrong", ORANGE), ("not_passed", "not passed", VERMILLION)),
    ),
)


def written(contents: Contents) -> Picture:
    """What was written down of separated families, right, wrong or not at all, as shares of those concerned."""
    counts = {one.kind: _counts(contents, one) for one in WRITTEN}
    known = [one for one in WRITTEN if sum(counts[one.kind]) > 0]
    used = {colour for one in known for _, _, colour in one.marks}
    return Picture(
        name="written",
        title=titles.written_title(contents),
        quantity=f"What was written down of the families separated in the days the answer speaks of (code, list), of "
        f"the parents taken (note) and of the children (number), in per cent; {means_basis(contents)}",
        alternative=f"Lying bars, one a thing to be written down. {' '.join(_in_words(one, counts) for one in known)}",
        panels=[Panel(_written_figure(known, counts), height=70 + 62 * len(known))] if known else [],
        table=_written_table(contents, known, counts),
        keys=[Key(label, colour, "block") for colour, label in QUALITIES if colour in used],
        note="A family that was never grouped has none of these: nobody at the station knows that it is one.",
        headings=2,
        nothing=_nothing_written(contents),
    )


def _counts(contents: Contents, one: Written) -> list[float]:
    """Mean number for each mark."""
    return [_mean(contents, contents.kpi(one.of, one.kind, group)) for group, _, _ in one.marks]


def _mean(contents: Contents, row: Row | None) -> float:
    return 0.0 if row is None else float(row["mean"]) * int(row["n"]) / contents.n


def _nothing_written(contents: Contents) -> str:
    separated = contents.kpi("families_separated")
    if separated is not None and separated["mean"] == 0:
        return "No family is separated in this run, so there was nothing to write down of any."
    return "What was written down of separated families was not measured in this run."


def _in_words(one: Written, counts: dict[str, list[float]]) -> str:
    whole = sum(counts[one.kind])
    told = [
        f"{word} {number(count / whole, 'share')}"
        for (_, word, _), count in zip(one.marks, counts[one.kind], strict=True)
        if count > 0
    ]
    return f"{one.name}: {', '.join(told)}."


def _written_figure(known: list[Written], counts: dict[str, list[float]]) -> go.Figure:
    parts = []
    for colour, label in QUALITIES:
        shares, told, words = [], [], []
        for one in known:
            word, count = _mark_of(one, colour, counts[one.kind])
            share = count / sum(counts[one.kind]) * 100
            shares.append(share)
            told.append(f"{one.name}: {word}, {share:.1f}\u2009%")
            words.append(word)
        parts.append(Part(label, colour, shares, told, [per_cent(share) for share in shares], words))
    names = [one.name.replace(" of ", "<br>of ").replace(" on ", "<br>on ").replace(" in ", "<br>in ") for one in known]
    names = [name.replace(" to ", "<br>to ") for name in names]
    return stacked_bars(names, parts, {"range": [0, 100], "ticksuffix": "\u2009%"})


def _mark_of(one: Written, colour: str, counts: list[float]) -> tuple[str, float]:
    """The word and the count of the mark of a colour."""
    found = [(word, count) for (_, word, own), count in zip(one.marks, counts, strict=True) if own == colour]
    return found[0] if found else ("", 0.0)


def _written_table(contents: Contents, known: list[Written], counts: dict[str, list[float]]) -> pd.DataFrame:
    rows = []
    for one in known:
        for (group, word, _), count in zip(one.marks, counts[one.kind], strict=True):
            row = contents.kpi(one.of, one.kind, group)
            spread = ABSENT if row is None or row["n"] < 2 else range_cell(row["low"], row["high"], "")
            unit = one.of.split("_")[0]
            share = number(count / sum(counts[one.kind]), "share")
            rows.append((one.name, f"{word[:1].upper()}{word[1:]}", quantity(count, unit), spread, share))
    return pd.DataFrame(rows, columns=["To be written down", "What was written", "Mean", "Interval", "Share"])


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
