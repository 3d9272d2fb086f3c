"""Pictures of what a sensitivity run teaches: in which region GO becomes NO-GO, and what is worth finding out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from borderops.readiness.seasons import ANY
from borderops.report.compare_drawing import Line, Look, Mark, rows_panel
from borderops.report.compare_prose import figure, span_text
from borderops.report.drawing import GREY, INK, SKY, VERMILLION, Key, Panel, Picture, new_figure, rounded
from borderops.report.sensitivity_contents import SensitivityContents, regions_table, rules_of
from borderops.report.sensitivity_figures import MOST_DOTS, MOST_ROWS, PLAIN
from borderops.report.sensitivity_prose import MOST_FIGURES
from borderops.report.sensitivity_tables import EVERYTHING, FORESIGHT, Found, failures_of
from borderops.report.words import ABSENT, level_text

# --- regions ----------------------------------------------------------------------------------------------------------


def regions(contents: SensitivityContents) -> Picture:
    """Where seasons fail, or hold: two inputs of each rule, points coloured by what became of them, and the box."""
    found = sorted((one for one in contents.regions if one.box.is_found), key=lambda one: one.figure != ANY)
    table = regions_table(contents)
    told = pd.DataFrame(
        {
            "Criterion": [_criterion(contents, name) for name in table["figure"]],
            "What": [f"{what} where" for what in table["what"]],
            "Rules": [rules or "no rule" for rules in table["rules"]],
            "Found": ["yes" if one else "no: no better than chance" for one in table["is_found"]],
            "Of all seasons": [figure(one, "share") for one in table["whole"]],
            "Of those in the region": [
                f"{figure(a, 'share')} ({span_text(b, c, 'share')})"
                for a, b, c in zip(table["checked_density"], table["density_low"], table["density_high"])
            ],
            "Part of them that lies there": [
                f"{figure(a, 'share')} ({span_text(b, c, 'share')})"
                for a, b, c in zip(table["checked_coverage"], table["coverage_low"], table["coverage_high"])
            ],
            "Points in it": [figure(one, "share") for one in table["support"]],
        }
    )
    return Picture(
        name="regions",
        title="Where GO becomes NO-GO" if found else "No region of the inputs tells failure better than chance would",
        quantity="Dots are points; the darker, the more of their seasons fail. The frame is the region as found",
        alternative="; ".join(f"{_criterion(contents, one.figure)} {one.what} where "
                              f"{' and '.join(rules_of(contents, one.box))}" for one in found) or "Nothing was found.",
        panels=[_region_panel(contents, one) for one in found[:MOST_FIGURES]],
        table=told,
        headings=1,
        note="Density and coverage are those of seasons that had no part in finding the region. Whichever is rarer is "
        "looked for: where seasons fail, or where they hold.",
        nothing="Every criterion comes to the same at nearly all points, so that there is no region to look for.",
    )  # fmt: skip


def _criterion(contents: SensitivityContents, name: str) -> str:
    return ANY.capitalize() if name == ANY else contents.figure(name).criterion.title


def _region_panel(contents: SensitivityContents, one: Found) -> Panel:
    failed = failures_of(contents.figures, contents.values)[one.figure].mean(axis=2).reshape(-1)
    sides = [at for at in range(len(one.box.low)) if np.isfinite(one.box.low[at]) or np.isfinite(one.box.high[at])]
    # The side that shuts most points out says most; beside a single one, the next input in order.
    flat = contents.places.reshape(-1, contents.places.shape[-1])
    shut = {at: float(((flat[:, at] < one.box.low[at]) | (flat[:, at] > one.box.high[at])).mean()) for at in sides}
    sides.sort(key=lambda at: -shut[at])
    across = sides[0]
    up = sides[1] if len(sides) > 1 else next((at for at in range(flat.shape[1]) if at != across), across)
    chart = new_figure(
        hovermode="closest",
        xaxis={"title": {"text": contents.coordinates[across].name}, "range": [-0.03, 1.03], "nticks": 5},
        yaxis={"title": {"text": contents.coordinates[up].name}, "range": [-0.03, 1.03], "nticks": 5},
    )
    kept = np.linspace(0, len(flat) - 1, min(len(flat), MOST_DOTS)).round().astype(np.int64)
    chart.add_scatter(
        x=rounded(flat[kept, across], 3), y=rounded(flat[kept, up], 3), mode="markers",
        marker={"color": rounded(failed[kept], 2), "colorscale": [[0, SKY], [1, VERMILLION]], "cmin": 0, "cmax": 1,
                "size": 6, "opacity": 0.8},
        hovertemplate="%{x:.2f}, %{y:.2f}: %{marker.color:.0%} of seasons fail<extra></extra>",
    )  # fmt: skip
    low, high = np.clip(one.box.low, -0.02, None), np.clip(one.box.high, None, 1.02)
    chart.add_shape(type="rect", x0=low[across], x1=high[across], y0=low[up], y1=high[up],
                    line={"color": INK, "width": 2}, layer="above")  # fmt: skip
    return Panel(chart, f"{_criterion(contents, one.figure)}: {one.what}", height=320)


# --- what is worth knowing --------------------------------------------------------------------------------------------


def worth(contents: SensitivityContents) -> Picture:
    """What it would save to know each unknown before the verdict."""
    table, panels = contents.worth, []
    for verdict in [name for name in table["verdict"].unique()[::-1] if _matters(table, name)][:MOST_FIGURES]:
        own = table[(table["verdict"] == verdict) & (table["known"] != FORESIGHT)]
        ranked = own.sort_values("value", ascending=False, kind="stable").head(MOST_ROWS)
        lines = [_worth_line(row) for row in ranked.to_dict("records")]
        panels.append(rows_panel(lines, _criterion(contents, verdict), {"title_text": "loss saved, false NO-GOs a "
                                 "season", "rangemode": "tozero"}, zero=0.0))  # fmt: skip
    ordered = table.iloc[::-1]
    told = pd.DataFrame(
        {
            "Verdict on": [_criterion(contents, name) for name in ordered["verdict"]],
            "Known beforehand": ordered["known"],
            "Loss saved": [f"{one:.3g}" for one in ordered["value"]],
            "Interval": [f"{low:.3g} to {high:.3g}" for low, high in zip(ordered["low"], ordered["high"])],
            "Part of the loss": [figure(one, "share") if np.isfinite(one) else ABSENT for one in ordered["share"]],
            "Resolved by": [ways or ABSENT for ways in ordered["resolved_by"]],
        }
    )
    best = _best(contents)
    return Picture(
        name="worth",
        title=best or "No single unknown is shown to be worth resolving before the verdict",
        quantity=f"Expected loss of a wrong verdict that knowing would save, with its {level_text(contents.level)} "
        f"interval; false GO {contents.loss.false_go:g}, false NO-GO {contents.loss.false_no_go:g}",
        alternative=best or "All intervals hold zero.",
        panels=panels,
        table=told,
        keys=[Key("a ring: its interval holds zero", GREY, "circle")],
        headings=2,
        note="Rules for a verdict are learnt on some rows and valued on others, so that nothing is gained by learning "
        "chance by heart. What an input is worth together with another may be more than both by themselves.",
        nothing="Every verdict is the same whatever is learnt, or levers were varied, which are choices.",
    )


def _matters(table: pd.DataFrame, verdict: str) -> bool:
    return bool((table.loc[table["verdict"] == verdict, "value"] > 0.0).any())


def _worth_line(row: Mapping[Any, Any]) -> Line:
    told = f"{row['known']}: {row['value']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
    look = PLAIN if row["known"] != EVERYTHING else Look(GREY, "solid", "square")
    mark = Mark(row["value"], (0.0, row["value"]), (row["low"], row["high"]), look, not row["low"] > 0.0, told)
    return Line(f"{row['known']} ({row['resolved_by']})" if row["resolved_by"] else str(row["known"]), [mark])


def _best(contents: SensitivityContents) -> str:
    table = contents.worth
    if table.empty:
        return ""
    own = table[(table["verdict"] == table["verdict"].iloc[-1]) & ~table["known"].isin([EVERYTHING, FORESIGHT])]
    own = own[own["low"] > 0.0].sort_values("value", ascending=False, kind="stable")
    if own.empty:
        return ""
    first = own.iloc[0]
    return f"Worth resolving first: {first['known']}, by {first['resolved_by']}"
