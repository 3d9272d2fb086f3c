"""Pictures of a search for capacity: the chance of meeting each criterion by level, and the frontier of two levers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from borderops.readiness.judging import Verdict
from borderops.report.capacity_contents import CapacitySection, Judged, criteria_table
from borderops.report.capacity_prose import evidence_text, shown_plans
from borderops.report.compare_drawing import LOOKS, line_key, looks
from borderops.report.contents import records
from borderops.report.drawing import (
    BLUE,
    GREY,
    ORANGE,
    VERMILLION,
    Key,
    Panel,
    Picture,
    limit_line,
    new_figure,
    rounded,
)

STANDS: Final = {
    Verdict.GO: (BLUE, "circle"),
    Verdict.NO_GO: (VERMILLION, "x"),
    Verdict.NOT_ENOUGH: (ORANGE, "diamond-open"),
}
"""Colour and symbol of a point by its verdict."""

KEY_STYLES: Final = {Verdict.GO: "dot", Verdict.NO_GO: "square", Verdict.NOT_ENOUGH: "diamond"}
TICKS_UP_TO: Final = 12


def pictures(section: CapacitySection) -> list[Picture]:
    """The pictures of a search, in their order; of packages there is none, the table says it."""
    if section.mode == "least":
        return [chances(section)]
    return [frontier_picture(section)] if section.mode == "frontier" else []


# --- one lever --------------------------------------------------------------------------------------------------------


def chances(section: CapacitySection) -> Picture:
    """Share of seasons that meet each criterion, by level, with the answer marked."""
    lever = section.levers[0]
    table = criteria_table(section)
    judged = table[
        table["is_judged"] & table["demanded"].notna() & table["plan"].isin([one.name for one in section.judged])
    ]
    at = {one.name: one.levels[lever.name] for one in section.judged}
    names = list(dict.fromkeys(judged["criterion"]))[: len(LOOKS)]
    look = looks(names)
    drawn = new_figure(
        hovermode="closest",
        xaxis=_level_axis(section),
        yaxis={
            "range": [-3, 112],
            "tickvals": [0, 20, 40, 60, 80, 100],
            "title": {"text": "per cent of seasons"},
            "rangemode": "normal",
        },
    )
    for name in names:
        rows = judged[judged["criterion"] == name].assign(at=lambda one: one["plan"].map(at)).sort_values("at")
        middle = rows["probability"] * 100.0
        drawn.add_scatter(
            x=[int(one) for one in rows["at"]],
            y=rounded(middle),
            error_y={
                "type": "data",
                "symmetric": False,
                "array": rounded(rows["high"] * 100.0 - middle),
                "arrayminus": rounded(middle - rows["low"] * 100.0),
                "thickness": 1.2,
            },
            mode="lines+markers",
            line={"color": look[name].colour, "dash": look[name].dash, "width": 1.4},
            marker={"color": look[name].colour, "symbol": look[name].symbol, "size": 8},
            customdata=[_told(row) for row in records(rows)],
            hovertemplate="%{customdata}<extra></extra>",
            name=name,
        )
    for demanded in sorted(set(judged["demanded"])):
        limit_line(drawn, 100.0 * float(demanded), f"{demanded:.0%} demanded")
    for name in section.answers:
        limit_line(drawn, at[name], "the answer", axis="x")
    return Picture(
        name="chances",
        title=_title(section),
        quantity="Share of seasons that meet each criterion in its worst group, with the bounds of the last look",
        alternative="; ".join(f"{one.name}: {evidence_text(one)}" for one in section.judged),
        panels=[Panel(drawn, height=340)] if names else [],
        table=shown_plans(section),
        keys=[line_key(name, look[name]) for name in names],
        note="All levels meet the same people with the same luck. A level decided early had fewer replications "
        "and has wider bounds.",
        nothing="Only facts of the plan were judged: they hold or they do not, and no season is counted.",
    )


def _told(row: Any) -> str:
    seasons = row.met + row.broken + row.unknown
    return f"{row.plan}: {row.criterion} met in {row.met} of {seasons} ({row.low:.0%} to {row.high:.0%}), {row.verdict}"


def _level_axis(section: CapacitySection) -> dict[str, Any]:
    lever = section.levers[0]
    axis: dict[str, Any] = {"title": {"text": f"{lever.name} ({lever.unit})" if lever.unit else lever.name}}
    if lever.names:
        levels = list(section.levels[lever.name])
        axis |= {"tickmode": "array", "tickvals": levels, "ticktext": [lever.names[one] for one in levels]}
    return axis


def _title(section: CapacitySection) -> str:
    lever = section.levers[0]
    if section.answers:
        return f"The least {lever.name} for which the criteria hold: {section.answers[0]}"
    return f"No level of {lever.name} holds" if section.is_none else f"Of {lever.name} there is not enough evidence"


# --- two levers -------------------------------------------------------------------------------------------------------


def frontier_picture(section: CapacitySection) -> Picture:
    """Points of two levers that were judged, and the line below which nothing holds."""
    first, second = section.levers[:2]
    drawn = new_figure(
        hovermode="closest",
        xaxis={"title": {"text": f"{first.name} ({first.unit})" if first.unit else first.name}},
        yaxis={"title": {"text": f"{second.name} ({second.unit})" if second.unit else second.name}},
    )
    answers = [section[name] for name in section.answers]
    corners = _stairs([(one.levels[first.name], one.levels[second.name]) for one in answers])
    if corners:
        drawn.add_scatter(x=[x for x, _ in corners], y=[y for _, y in corners], mode="lines", hoverinfo="skip",
                          line={"color": GREY, "dash": "dot", "width": 1.4})  # fmt: skip
    for verdict, (colour, symbol) in STANDS.items():
        some = [one for one in section.judged if one.tried.verdict is verdict]
        drawn.add_scatter(
            x=[one.levels[first.name] for one in some],
            y=[one.levels[second.name] for one in some],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": [_size(section, one) for one in some]},
            customdata=[f"{one.name}: {evidence_text(one)}" for one in some],
            hovertemplate="%{customdata}<extra></extra>",
            name=str(verdict),
        )
    named = f"{first.name} and {second.name}"
    return Picture(
        name="frontier",
        title=f"{len(answers)} points of {named} hold with nothing to spare"
        if answers
        else f"Nothing of {named} holds",
        quantity="Points that were judged; large: those that hold and of which nothing can be lowered by itself",
        alternative="; ".join(f"{one.name}: {evidence_text(one)}" for one in section.judged),
        panels=[Panel(drawn, height=380)] if len(section.levers) == 2 else [],
        table=shown_plans(section),
        keys=[Key(str(verdict), colour, KEY_STYLES[verdict]) for verdict, (colour, _) in STANDS.items()],
        note="What lies above or to the right of a point that holds was not judged where it need not be.",
        nothing="More than two levers are not drawn; the table has every point that was judged.",
    )


def _size(section: CapacitySection, one: Judged) -> int:
    return 14 if one.name in section.answers else 9


def _stairs(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Corners of the line through points that go down as they go right."""
    corners: list[tuple[int, int]] = []
    for x, y in sorted(points):
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return corners


def packages_table(section: CapacitySection) -> pd.DataFrame:
    """Packages by size: which levers at which level, as they are to be read."""
    rows = []
    for name in section.answers:
        one = section[name]
        pulled = [lever for lever in section.levers if one.levels.get(lever.name)]
        told = "; ".join(f"{lever.name}: {lever.told(one.levels[lever.name])}" for lever in pulled) or "nothing"
        rows.append((len(pulled), told, evidence_text(one)))
    return pd.DataFrame(rows, columns=["Levers", "Package", "Evidence"])
