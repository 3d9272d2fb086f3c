"""Pictures of a score: measures with their intervals, slices, what every threshold would give, errors by mechanism."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.referee.measures import Measure
from borderops.referee.resampling import LEVEL
from borderops.referee.result import Score
from borderops.report.compare_drawing import Line, Look, Mark, rows_panel
from borderops.report.contents import records
from borderops.report.drawing import BLUE, GREY, INK, VERMILLION, Key, Panel, Picture, new_figure, rounded
from borderops.report.words import ABSENT, level_text, list_text, name_of, number, span

MEASURED: Final = Look(BLUE, "solid", "circle")
LOOKS: Final = (Look(BLUE, "solid", "circle"), Look(VERMILLION, "solid", "diamond"))
"""Of precision and recall, which stand side by side."""

SHARE_AXIS: Final = {"range": [-1.5, 101.5], "ticksuffix": "\u2009%", "dtick": 20}
FEW: Final = 10
"""Families below which an interval is a hint at best."""

MOST_MECHANISMS: Final = 25
SLICES: Final = {
    "country": "By country of citizenship",
    "age_band": "By age when apprehended",
    "sector": "By sector",
    "surname": "By how common a person's surnames are",
}
GROUPS: Final = {
    "adults": "Adults",
    "rare": "Rare: fewer than 1 in 1,000 people bear them",
    "uncommon": "Uncommon: fewer than 1 in 100",
    "common": "Common: 1 in 100 or more bear one of them",
}
"""Names of groups that are not simply their code."""


def group_name(kind: str, group: str) -> str:
    """A group as people read it; countries keep their code where it is one."""
    if kind == "country" and len(group) <= 3:
        return group.upper()
    return GROUPS.get(group, name_of(group))


def value_text(row: Any) -> str:
    """A measure with its interval."""
    if not np.isfinite(row.value):
        return ABSENT
    if not np.isfinite(row.low):
        return number(row.value, "share")
    return f"{number(row.value, 'share')} ({span(row.low, row.high, 'share')})"


def measures(score: Score) -> Picture:
    """Every measure of the whole with its interval."""
    labels = {one.name: one.label for one in score.measures}
    rows = records(score.whole)
    lines = [Line(labels[row.measure], [_mark(row, MEASURED, labels[row.measure])]) for row in rows]
    table = pd.DataFrame(
        {
            "Measure": [labels[row.measure] for row in rows],
            "Value": [number(row.value, "share") for row in rows],
            f"{level_text(LEVEL)} interval": [_interval(row) for row in rows],
            "Families": [f"{row.families:,}" for row in rows],
        }
    )
    return Picture(
        name="measures",
        title="How well the tool did",
        quantity=f"Shares, with {level_text(LEVEL)} intervals by weighing families anew",
        alternative=" ".join(f"{labels[row.measure]}: {value_text(row)}." for row in rows),
        panels=[rows_panel(lines, "", SHARE_AXIS)],
        table=table,
        keys=[Key("value and interval", BLUE, "interval")],
        note=_note_of_few(score.whole),
    )


def _interval(row: Any) -> str:
    return span(row.low, row.high, "share") if np.isfinite(row.low) else ABSENT


def _mark(row: Any, look: Look, label: str) -> Mark:
    ends = (row.low * 100, row.high * 100) if np.isfinite(row.low) else None
    told = f"{label}: {value_text(row)}, {row.families:,} families"
    return Mark(row.value * 100, ends, None, look, row.families < FEW, told)


def _note_of_few(table: pd.DataFrame) -> str:
    if (table["families"] >= FEW).all():
        return ""
    return f"A ring stands where fewer than {FEW} families are behind a value: take it as a hint."


def slices(score: Score) -> list[Picture]:
    """The leading measures by country, age, sector and surname, a picture for each kind."""
    return [picture for kind in SLICES if (picture := _of_kind(score, kind)) is not None]


def leading_two(score: Score) -> list[Measure]:
    """What slices are drawn of: a precision and a recall."""
    named = {one.name: one for one in score.measures}
    return [named[name] for name in score.leading if name in named][:2]


def _of_kind(score: Score, kind: str) -> Picture | None:
    chosen = leading_two(score)
    own = score.table[(score.table["kind"] == kind) & score.table["measure"].isin([one.name for one in chosen])]
    own = own[np.isfinite(own["value"])]
    if own.empty:
        return None
    groups = list(dict.fromkeys(own["group"]))
    lines, table = [], []
    for group in groups:
        rows = {row.measure: row for row in records(own[own["group"] == group])}
        marks = [_mark(rows[one.name], look, one.label) for one, look in zip(chosen, LOOKS) if one.name in rows]
        lines.append(Line(group_name(kind, group), marks))
        cells = {one.label: value_text(rows[one.name]) if one.name in rows else ABSENT for one in chosen}
        families = max(row.families for row in rows.values())
        table.append({"Group": group_name(kind, group), **cells, "Families": f"{families:,}"})
    return Picture(
        name=f"slices-{kind}",
        title=SLICES[kind],
        quantity=f"{list_text([one.label for one in chosen]).capitalize()} with {level_text(LEVEL)} intervals",
        alternative=" ".join(f"{row['Group']}: {_told(row, chosen)}." for row in table),
        panels=[rows_panel(lines, "", SHARE_AXIS)],
        table=pd.DataFrame(table),
        keys=[Key(one.label, look.colour, _symbol(look)) for one, look in zip(chosen, LOOKS)],
        note=_note_of_few(own),
    )


def _symbol(look: Look) -> str:
    return "diamond" if look.symbol == "diamond" else "dot"


def _told(row: dict[str, str], chosen: Sequence[Measure]) -> str:
    return ", ".join(f"{one.label.lower()} {row[one.label]}" for one in chosen)


def thresholds(score: Score) -> Picture | None:
    """Precision and recall at every score from which on pairs could be linked; None where there are no scores."""
    table = score.thresholds
    if table.empty:
        return None
    figure = new_figure(
        hovermode="closest",
        xaxis={"title": {"text": "recall"}, "range": [-2, 102], "ticksuffix": "\u2009%", "nticks": 6},
        yaxis={"title": {"text": "precision"}, "range": [-2, 102], "ticksuffix": "\u2009%"},
    )
    told = [
        f"from {row.threshold:g} on: precision {number(row.precision, 'share')}, recall {number(row.recall, 'share')}"
        for row in records(table)
    ]
    figure.add_scatter(
        x=rounded(table["recall"] * 100),
        y=rounded(table["precision"] * 100),
        mode="lines+markers" if len(table) <= 60 else "lines",
        line={"color": BLUE, "width": 2},
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
    )
    used = table[table["threshold"] >= (score.threshold or 0.0)].head(1)
    if not used.empty:
        figure.add_scatter(
            x=rounded(used["recall"] * 100),
            y=rounded(used["precision"] * 100),
            mode="markers",
            marker={"size": 13, "symbol": "diamond", "color": VERMILLION, "line": {"color": INK, "width": 1}},
            hoverinfo="skip",
        )
    shown = _thinned(table)
    return Picture(
        name="thresholds",
        title="What other thresholds would give",
        quantity="Precision against recall, a point for each score that occurs",
        alternative=f"From {told[0]}; {told[-1]}.",
        panels=[Panel(figure, height=380)],
        table=pd.DataFrame(
            {
                "Linked from": [f"{one:g}" for one in shown["threshold"]],
                "True": [f"{one:,}" for one in shown["tp"]],
                "False": [f"{one:,}" for one in shown["fp"]],
                "Missed": [f"{one:,}" for one in shown["fn"]],
                **{
                    name.capitalize(): [number(one, "share") for one in shown[name]] for name in ("precision", "recall")
                },
                "F1": [number(one, "share") for one in shown["f1"]],
            }
        ),
        keys=[
            Key("each threshold", BLUE, "line"),
            Key(f"the one that was used, {score.threshold:g}", VERMILLION, "diamond"),
        ],
        note="A threshold that was chosen by looking at this picture must be judged on other people: see the splits.",
    )


def _thinned(table: pd.DataFrame, most: int = 60) -> pd.DataFrame:
    return table if len(table) <= most else table.iloc[np.linspace(0, len(table) - 1, most).round().astype(int)]


def mechanisms(score: Score) -> Picture | None:
    """Wrong cells that were flagged, by how they came to be wrong; None for other tasks."""
    table = score.mechanisms.head(MOST_MECHANISMS)
    if table.empty:
        return None
    lines = [
        Line(
            f"{name_of(row.mechanism)}: {row.wrong:,} wrong",
            [Mark(row.recall * 100, None, None, MEASURED, row.wrong < FEW, _flagged(row))],
        )
        for row in records(table)
    ]
    columns = {
        "Mechanism": [name_of(one) for one in table["mechanism"]],
        "Wrong cells": [f"{one:,}" for one in table["wrong"]],
        "Flagged": [f"{one:,}" for one in table["flagged"]],
        "Recall": [number(one, "share") for one in table["recall"]],
        "Right values": [f"{one:,}" for one in table["repaired"]],
        "Repair accuracy": [number(one, "share") for one in table["repair_accuracy"]],
    }
    more = len(score.mechanisms) - len(table)
    return Picture(
        name="mechanisms",
        title="Which errors the tool finds",
        quantity="Share of the wrong cells of each mechanism that were flagged",
        alternative=" ".join(f"{_flagged(row)}." for row in records(table)),
        panels=[rows_panel(lines, "", SHARE_AXIS)],
        table=pd.DataFrame(columns),
        keys=[Key("flagged", BLUE, "dot"), Key(f"fewer than {FEW} cells", GREY, "dot")],
        note=f"{more} rarer mechanisms are left out here; the table of the folder holds them." if more > 0 else "",
    )


def _flagged(row: Any) -> str:
    return f"{name_of(row.mechanism)}: {row.flagged:,} of {row.wrong:,} flagged"
