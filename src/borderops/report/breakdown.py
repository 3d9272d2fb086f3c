"""Every KPI by age band and by station, with the highest stratum beside each total, so that no average hides one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pandas as pd

from borderops.config.schema import BED_KINDS, STATIONS
from borderops.report.contents import FEWEST, Contents, Definition, Row
from borderops.report.figures import AGE_BANDS
from borderops.report.markup import Markup, join, tag
from borderops.report.words import ABSENT, name_of, number, range_cell, span

RATES: Final = ("share", "ratio", "hours", "days")
"""Units that an average can hide a stratum's breach in; counts merely add up."""

LOW_IS_WORSE: Final = ("class_reunited_by_deadline", "notes_at_top", "notes_with_child")
"""Rates of which the lowest stratum is the one that an average hides."""

WHOLE_ONLY: Final = {
    "class_reunited_by_young_deadline": ("age_band", "station"),
    "class_reunited_by_deadline": ("age_band",),
}
"""Kinds of groups in which a KPI is not shown: an order's ages are not those of the age bands, and hardly any station
has enough young children for a share."""

ACROSS: Final = 5
"""KPIs side by side in one table."""

KINDS: Final = (
    ("age_band", "By age band"),
    ("station", "By station"),
    ("bed_kind", "By kind of bed"),
    ("holding_kind", "By kind of holding place"),
    ("ground", "By ground of separation"),
)


HEADS: Final = {"age_band": "Age", "bed_kind": "Beds", "holding_kind": "Places"}


@dataclass(frozen=True)
class Worst:
    """The stratum with the highest value of a rate, or with the lowest where that is worse."""

    group: str
    median: float
    low: float
    high: float
    word: str  # "highest" or "lowest"


def section(contents: Contents) -> Markup:
    """All breakdowns."""
    parts = [_kind(contents, kind, heading) for kind, heading in KINDS]
    if not any(parts):
        return tag("p", "No breakdown was measured in this run.")
    return join(*parts)


def groups_of(kpis: pd.DataFrame, kind: str) -> list[str]:
    """Groups of a kind in their customary order, unknown ones last."""
    order = {name: at for at, name in enumerate([*AGE_BANDS, *STATIONS, *BED_KINDS])}
    found = [str(group) for group in kpis.loc[kpis["group_kind"] == kind, "group"].unique()]
    return sorted(found, key=lambda group: (order.get(group, len(order)), group))


def broken_down(contents: Contents, kind: str) -> list[Definition]:
    """KPIs with rows of a kind, in the order of the definitions."""
    found = set(contents.kpis.loc[contents.kpis["group_kind"] == kind, "kpi"])
    return [one for name, one in contents.definitions.items() if name in found and not is_whole_only(name, kind)]


def is_whole_only(kpi: str, kind: str) -> bool:
    """Whether a KPI is not shown by a kind of group."""
    return kind in WHOLE_ONLY.get(kpi, ())


def worst_stratum(contents: Contents, kpi: str, kind: str) -> Worst | None:
    """The stratum of the worst median, of those with enough children behind them.

    Returns
    -------
    Worst or None
        None where nothing was measured, every stratum is too small, or every one is zero and zero is good.
    """
    if is_whole_only(kpi, kind):
        return None
    is_low, best = kpi in LOW_IS_WORSE, None
    for group in groups_of(contents.kpis, kind):
        row = contents.kpi(kpi, kind, group)
        if row is None or (row["median"] <= 0 and not is_low) or is_of_few(contents, kpi, kind, group):
            continue
        if best is None or (row["median"] < best["median"] if is_low else row["median"] > best["median"]):
            best = row
    if best is None:
        return None
    word = "lowest" if is_low else "highest"
    return Worst(str(best["group"]), float(best["median"]), float(best["low"]), float(best["high"]), word)


def is_of_few(contents: Contents, kpi: str, kind: str, group: str) -> bool:
    """Whether fewer than 5 stand behind a share or a mean, so that it says nothing of a group."""
    whole = contents.counts_behind.get(kpi)
    count = contents.kpi(whole, kind, group) if whole else None
    return few_text(contents, kpi, kind, group) is not None or (count is not None and count["median"] < FEWEST)


def few_text(contents: Contents, kpi: str, kind: str, group: str) -> str | None:
    """``2 of 3``, or ``too few: 3``, where fewer than 5 stand behind a share, else None."""
    if kpi in contents.parts:
        over, whole = contents.parts[kpi]
    elif kpi in contents.counts_behind and contents.definitions[kpi].unit == "share":
        over, whole = "", contents.counts_behind[kpi]
    else:
        return None
    count = contents.kpi(whole, kind, group)
    if count is None or count["median"] >= FEWEST:
        return None
    if not over:
        return f"too few: {number(count['median'])}"
    part = contents.kpi(over, kind, group)
    return f"{number(part['median'] if part is not None else 0.0)} of {number(count['median'])}"


def _kind(contents: Contents, kind: str, heading: str) -> Markup:
    """The key figures by one kind of group, and all others behind a fold."""
    definitions = broken_down(contents, kind)
    if not definitions:
        return Markup("")
    key = [one for one in definitions if one.name in contents.headline.cards]
    others = [one for one in definitions if one not in key]
    if not key:
        key, others = others, []
    shown = [_table(contents, kind, heading, chunk) for chunk in evenly(key)]
    if not others:
        return join(tag("h3", heading), shown)
    folded = [_table(contents, kind, heading, chunk) for chunk in evenly(others)]
    noun = "figure" if len(others) == 1 else "figures"
    fold = tag("details", tag("summary", f"{len(others)} more {noun} {heading[:1].lower()}{heading[1:]}"), folded)
    return join(tag("h3", heading), shown, fold)


def evenly(definitions: list[Definition]) -> list[list[Definition]]:
    """KPIs dealt to as few tables as their width allows, equally many to each."""
    tables = -(-len(definitions) // ACROSS)
    ends = [len(definitions) * at // tables for at in range(tables + 1)]
    return [definitions[start:stop] for start, stop in pairwise(ends)]


def _table(contents: Contents, kind: str, heading: str, definitions: list[Definition]) -> Markup:
    worst = {one.name: worst_stratum(contents, one.name, kind) if one.unit in RATES else None for one in definitions}
    head = tag(
        "tr",
        tag("th", HEADS.get(kind, name_of(kind)), scope="col"),
        [
            tag("th", one.label, tag("span", _unit(one), class_="unit"), scope="col", title=one.definition)
            for one in definitions
        ],
    )
    total = tag(
        "tr",
        tag("th", "All", scope="row"),
        [_total(contents, one, worst[one.name]) for one in definitions],
        class_="total",
    )
    rows = [
        tag(
            "tr",
            tag("th", name_of(group), scope="row"),
            [_cell(contents, one, kind, group, worst) for one in definitions],
        )
        for group in groups_of(contents.kpis, kind)
        if any(contents.kpi(one.name, kind, group) is not None for one in definitions)
    ]
    caption = f"{heading}: {', '.join(one.label for one in definitions)}"
    body = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", total, rows), class_="numbers strata")
    return tag("div", body, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _unit(definition: Definition) -> str:
    return "per cent" if definition.unit == "share" else definition.unit


def _total(contents: Contents, definition: Definition, worst: Worst | None) -> Markup:
    row = contents.kpi(definition.name)
    told = tag("span", ABSENT) if row is None else _figure(row, definition.unit)
    if worst is None:
        return tag("td", told)
    where = f"{worst.word}: {name_of(worst.group)}, {number(worst.median, definition.unit)}"
    if contents.n > 1:
        where += f" ({span(worst.low, worst.high, definition.unit)})"
    return tag("td", told, tag("span", where, class_="worst"))


def _cell(contents: Contents, definition: Definition, kind: str, group: str, worst: dict[str, Worst | None]) -> Markup:
    row = contents.kpi(definition.name, kind, group)
    few = few_text(contents, definition.name, kind, group)
    if few is not None:
        return tag("td", few, class_="few")
    if row is None:
        return tag("td", ABSENT)
    top = worst[definition.name]
    if top is not None and top.group == group:
        mark = f"{'▼' if top.word == 'lowest' else '▲'} {top.word}"
        return tag("td", _figure(row, definition.unit), tag("span", mark, class_="mark"), class_="highest")
    return tag("td", _figure(row, definition.unit), _some(row, contents.n))


def _some(row: Row, n: int) -> Markup | None:
    """Says so where only some replications had a value: the others had nobody to count."""
    return None if row["n"] == n else tag("span", f"in {int(row['n'])} of {n} replications", class_="range")


def _figure(row: Row, unit: str) -> Markup:
    """A median with its interval below it."""
    middle = number(row["median"], unit)
    if row["n"] < 2 or row["low"] == row["high"]:
        return tag("span", middle)
    return join(tag("span", middle), tag("span", range_cell(row["low"], row["high"], unit), class_="range"))
