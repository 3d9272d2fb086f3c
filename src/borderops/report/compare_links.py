"""Pictures of links under several tracking designs: where they stand, and which survive under which design."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from borderops.report.compare_contents import CompareContents, Compared
from borderops.report.compare_prose import figure
from borderops.report.contents import Row, kpi_rows, records
from borderops.report.drawing import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    SKY,
    VERMILLION,
    Key,
    Panel,
    Part,
    Picture,
    means_basis,
    stacked_bars,
)
from borderops.report.words import ABSENT, list_text, number, span

LEVELS: Final = {
    "searchable": ("searchable in the field", "searchable", BLUE),
    "visible": ("visible to ICE or HHS", "visible", SKY),
    "headquarters": ("headquarters query only", "headquarters", ORANGE),
    "note": ("note, mail or sheet only", "note", PALE),
    "nowhere": ("nowhere", "nowhere", VERMILLION),
}
"""Where a link stands: words, a short word for bars, colour; the best first."""

NOT_SEPARATED: Final = "not_separated"
PLACES: Final = {**LEVELS, NOT_SEPARATED: ("not separated", "not separated", GREY)}
BESIDE: Final = 380
AXIS: Final = {"range": [0, 100], "ticksuffix": "\u2009%"}


def where_links_stand(contents: CompareContents) -> Picture:
    """Where links of separated children stand on the last minute, one bar a scenario."""
    counts = {one.name: _counts(one) for one in contents.scenarios}
    known = [name for name, own in counts.items() if sum(own.values()) > 0]
    told = [f"{name}: {_in_words(counts[name])}" for name in known]
    names = [f"{name}: {figure(sum(counts[name].values()), 'links')}" for name in known]
    return Picture(
        name="whereabouts",
        title=_title(counts, known),
        quantity="Where links between separated children and their parents stand in the records on the last minute, "
        f"in per cent of each bar; {means_basis(contents)}. The number of links stands at each bar",
        alternative=f"Lying bars, one a scenario. {'; '.join(told)}.",
        panels=[Panel(stacked_bars(names, _parts([counts[name] for name in known]), AXIS), height=60 + 52 * len(known))]
        if known
        else [],
        table=_standing_table(contents),
        keys=_keys(set().union(*(own for own in counts.values()))),
        nothing="No child is separated under any scenario.",
    )


def _counts(scenario: Compared) -> dict[str, float]:
    """Mean number of links by level; those without a link left out."""
    found = kpi_rows(scenario.kpis)
    rows = {level: found.get(("links_of_separated", "standing", level)) for level in LEVELS}
    return {level: float(row["mean"]) for level, row in rows.items() if row is not None and row["mean"] > 0}


def _in_words(counts: dict[str, float]) -> str:
    return ", ".join(f"{PLACES[level][0]} {figure(counts[level], 'links')}" for level in PLACES if level in counts)


def _title(counts: dict[str, dict[str, float]], known: list[str]) -> str:
    told = []
    for name in known:
        total = sum(counts[name].values())
        told.append(f"{number(counts[name].get('nowhere', 0.0) / total, 'share')} under {name}")
    return f"Links that stand nowhere: {list_text(told)}" if told else "Where links of separated children stand"


def _parts(bars: list[dict[str, float]]) -> list[Part]:
    parts = []
    for level, (label, word, colour) in PLACES.items():
        if not any(level in one for one in bars):
            continue
        shares = [one.get(level, 0.0) / sum(one.values()) * 100.0 for one in bars]
        told = [
            f"{label}: {figure(one.get(level, 0.0), 'links')} links, {number(share / 100, 'share')}"
            for one, share in zip(bars, shares, strict=True)
        ]
        parts.append(Part(label, colour, shares, told, [number(share / 100, "share") for share in shares],
                          [word] * len(bars)))  # fmt: skip
    return parts


def _keys(found: set[str]) -> list[Key]:
    return [Key(label, colour, "block") for level, (label, _, colour) in PLACES.items() if level in found]


def _standing_table(contents: CompareContents) -> pd.DataFrame:
    rows = []
    for one in contents.scenarios:
        found = kpi_rows(one.kpis)
        cells = [_cell(found.get(("links_of_separated", "standing", level))) for level in LEVELS]
        rows.append((one.name, *cells))
    return pd.DataFrame(rows, columns=["Scenario", *(label for label, _, _ in LEVELS.values())])


def _cell(row: Row | None) -> str:
    if row is None:
        return ABSENT
    spread = f" ({span(row['low'], row['high'], 'links')})" if row["n"] > 1 and row["low"] != row["high"] else ""
    return figure(row["mean"], "links") + spread


# --- the same links under two designs ---------------------------------------------------------------------------------


def surviving(contents: CompareContents) -> Picture:
    """The same links under the baseline and under another scenario: a bar for each place under the baseline."""
    others = [one.name for one in contents.scenarios[1:] if (contents.links["scenario"] == one.name).any()]
    baseline = contents.scenarios[0].name
    bars = {name: _by_place(contents, name) for name in others}
    found = {level for own in bars.values() for row in own.values() for level in row}
    panels = [_panel(bars[name], name, len(others)) for name in others if bars[name]]
    return Picture(
        name="surviving",
        title=_surviving_title(contents, bars),
        quantity=f"The same links under two scenarios: a bar for each place where they stand under {baseline}, divided "
        f"by where they stand under the other, in per cent of each bar; {means_basis(contents)}",
        alternative="Lying bars. " + " ".join(_surviving_told(bars[name], name) for name in others),
        panels=panels,
        table=_surviving_table(contents, others),
        keys=_keys(found),
        note="The same families with the same luck: what differs is what the designs can hold, and what followed.",
        headings=3,
        nothing="No link was compared.",
    )


def _by_place(contents: CompareContents, scenario: str) -> dict[str, dict[str, float]]:
    """Mean links by place under the baseline, then under the scenario."""
    rows = contents.links[(contents.links["scenario"] == scenario) & (contents.links["mean"] > 0)]
    found = {place: rows[rows["baseline"] == place] for place in PLACES}
    return {
        place: dict(zip(own["here"].astype(str), own["mean"].astype(float), strict=True))
        for place, own in found.items()
        if len(own)
    }


def _panel(bars: dict[str, dict[str, float]], name: str, panels: int) -> Panel:
    names = [f"{PLACES[place][1].capitalize()}: {figure(sum(own.values()), 'links')}" for place, own in bars.items()]
    parts = _parts(list(bars.values()))
    drawn = stacked_bars(names, parts, AXIS) if panels == 1 else stacked_bars(names, parts, AXIS, BESIDE)
    return Panel(drawn, name, height=60 + 52 * len(bars))


def _surviving_title(contents: CompareContents, bars: dict[str, dict[str, dict[str, float]]]) -> str:
    told = []
    for name, own in bars.items():
        lost = own.get("nowhere", {})
        saved = sum(count for place, count in lost.items() if place in LEVELS and place != "nowhere")
        total = sum(lost.values())
        if total:
            told.append(f"{figure(saved, 'links')} of {figure(total, 'links')} are on record under {name}")
    baseline = contents.scenarios[0].name
    if not told:
        return "The same links under two designs"
    return f"Of the links that stand nowhere under {baseline}: {list_text(told)}"


def _surviving_told(bars: dict[str, dict[str, float]], name: str) -> str:
    told = [f"{PLACES[place][0]}: {_in_words(own)}" for place, own in bars.items()]
    return f"{name}, by place under the baseline: {'; '.join(told)}."


def _surviving_table(contents: CompareContents, others: list[str]) -> pd.DataFrame:
    order = {place: at for at, place in enumerate(PLACES)}
    rows = []
    for name in others:
        own = contents.links[contents.links["scenario"] == name]
        places = own.assign(first=own["baseline"].map(order), second=own["here"].map(order))
        for row in records(places.sort_values(["first", "second"])):
            known = contents.n > 1 and np.isfinite(row.low) and row.low != row.high
            spread = f" ({span(row.low, row.high, 'links')})" if known else ""
            links = figure(row.mean, "links") + spread
            rows.append((name, PLACES[row.baseline][0], PLACES[row.here][0], links, str(row.example or ABSENT)))
    return pd.DataFrame(rows, columns=["Scenario", "Under the baseline", "Here", "Links", "Family of replication 1"])
