"""The section on stresses: the verdict under each, and how each resource is overloaded and recovers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.readiness.judging import Review, Verdict
from borderops.report.compare_drawing import LOOKS, Line, Mark, rows_panel
from borderops.report.drawing import Key, Panel, Picture
from borderops.report.readiness_section import Section, rows_of
from borderops.report.readiness_tables import value_text
from borderops.report.words import ABSENT, in_sentence, level_text, number

MOST_PANELS: Final = 6
USUAL: Final = "without a stress"
LEAST_ADDED: Final = 1e-9


@dataclass(frozen=True)
class Stressed:
    """A plan under one stress.

    Parameters
    ----------
    name, title : str
    review : Review
        By the same criteria, over the same seasons.
    recovery : DataFrame
        As `borderops.readiness.recovery.summarise_courses` gives it.
    """

    name: str
    title: str
    review: Review
    recovery: pd.DataFrame


def stress_section(usual: Review, found: Sequence[Stressed], level: float, left_out: Sequence[str] = ()) -> Section:
    """What stresses do to a plan.

    Parameters
    ----------
    usual : Review
        Of the plan without a stress.
    found : sequence of Stressed
    level : float
        Of all intervals.
    left_out : sequence of str
        Stresses that were not played, and why, as sentences.
    """
    return Section(
        sentences=[_first(usual, found), *(_sentence(usual, one) for one in found), *left_out],
        tables={"The verdict under each stress": _verdicts(usual, found),
                "Judged figures under each stress": _values(usual, found),
                "How each resource is overloaded and recovers": _recoveries(found, level)},
        pictures=[_picture(found, level)],
        machine={"usual": str(usual.verdict), "stresses": [_machine(usual, one) for one in found],
                 "left_out": list(left_out)},
        files={"stresses": _numbers(found)},
    )  # fmt: skip


# --- verdicts -----------------------------------------------------------------------------------------------------


def _first(usual: Review, found: Sequence[Stressed]) -> str:
    holds = [one for one in found if one.review.verdict is usual.verdict]
    return f"Without a stress: {usual.verdict}. The verdict is the same under {len(holds)} of {len(found)} stresses."


def _newly(usual: Review, one: Stressed) -> list[str]:
    """Titles of criteria that are NO-GO under a stress and not without it."""
    return [
        judged.criterion.title
        for judged in one.review.judgements
        if judged.verdict is Verdict.NO_GO and usual[judged.criterion.name].verdict is not Verdict.NO_GO
    ]


def _sentence(usual: Review, one: Stressed) -> str:
    newly = _newly(usual, one)
    against = f"; newly against it: {'; '.join(newly)}" if newly else "; no criterion is newly against it"
    return f"{one.title}: {one.review.verdict}{against}. {_worst(one)}"


def _worst(one: Stressed) -> str:
    """Of the resource that takes longest to recover, in words."""
    rows = {(row["resource"], row["figure"]): row for row in one.recovery.to_dict("records")}
    hit = [name for name in dict.fromkeys(one.recovery["resource"]) if _added(rows.get((name, "peak_added")))]
    if not hit:
        return "It adds to nothing that is overloaded or held."
    slowest = max(hit, key=lambda name: (rows[name, "recovered_after"]["median"], name))
    row = rows[slowest, "recovered_after"]
    when = (
        f"after {number(row['median'], 'days')} days" if math.isfinite(row["median"]) else "not by the end of the run"
    )
    return (
        f"Slowest to recover: {_resource(slowest)}, {when} in the median season"
        f" ({row['reached']:.0f} of {row['n']:.0f} seasons recover)."
    )


def _added(row: Mapping[Any, Any] | None) -> bool:
    return row is not None and row["median"] > LEAST_ADDED


def _verdicts(usual: Review, found: Sequence[Stressed]) -> pd.DataFrame:
    rows = [(USUAL[:1].upper() + USUAL[1:], str(usual.verdict), _against(usual), ABSENT)]
    rows += [(one.title, str(one.review.verdict), _against(one.review), "; ".join(_newly(usual, one)) or ABSENT)
             for one in found]  # fmt: skip
    return pd.DataFrame(rows, columns=["Stress", "Verdict", "Criteria against it", "Newly against it"])


def _against(review: Review) -> str:
    return f"{len(review.of_verdict(Verdict.NO_GO))} of {len(review.judgements)}"


def _values(usual: Review, found: Sequence[Stressed]) -> pd.DataFrame:
    """Median of each criterion's worst group without a stress and under each."""
    rows = []
    for judged in usual.judgements:
        if judged.is_fact:
            continue
        one = judged.criterion
        cells = [value_text(one, judged.median), *(value_text(one, it.review[one.name].median) for it in found)]
        rows.append((one.title, *cells))
    return pd.DataFrame(rows, columns=["Criterion, median of the worst group", USUAL, *(it.title for it in found)])


# --- recovery -----------------------------------------------------------------------------------------------------

KINDS: Final = {
    "beds": "Waiting for a bed", "stations": "Beyond rated places", "held": "Held at stations",
    "coordinators": "Coordinators", "courts": "Courts",
}  # fmt: skip
TIMES: Final = ("overloaded_after", "recovered_after", "half_life")
SHOWN_FIGURES: Final = ("overloaded_after", "peak", "peak_added", "area_added", "half_life", "recovered_after")


def _resource(name: str) -> str:
    kind, _, group = name.partition(".")
    return f"{KINDS[kind]}: {in_sentence(group)}" if group else KINDS[kind]


def _recoveries(found: Sequence[Stressed], level: float) -> pd.DataFrame:
    """A row a stress and resource that it adds to: medians over seasons with their intervals."""
    rows = []
    for one in found:
        figures = {(row["resource"], row["figure"]): row for row in one.recovery.to_dict("records")}
        for name in dict.fromkeys(one.recovery["resource"]):
            if not _added(figures.get((name, "peak_added"))):
                continue
            unit = figures[name, "peak"]["unit"]
            cells = [
                _cell(figures.get((name, figure)), "days" if figure in TIMES else unit) for figure in SHOWN_FIGURES
            ]
            rows.append((one.title, _resource(name), unit, *cells))
    columns = ["Stress", "Resource", "Unit", "Days to overload", "Peak of what is too much", "Added at the most",
               "Added in all, unit-days", "Half-life, days", "Days to recover"]  # fmt: skip
    told = pd.DataFrame(rows, columns=columns)
    told.attrs["level"] = level
    return told


def _cell(row: Mapping[Any, Any] | None, unit: str) -> str:
    if row is None:
        return ABSENT
    median, low, high = (_number(row[name], unit) for name in ("median", "median_low", "median_high"))
    return median if median == low == high else f"{median} ({low} to {high})"


def _number(value: float, unit: str) -> str:
    if math.isinf(value):
        return "not by the end" if value > 0 else ABSENT
    return number(value, unit)


def _numbers(found: Sequence[Stressed]) -> pd.DataFrame:
    columns = [one.recovery.assign(stress=one.name) for one in found]
    return pd.concat(columns, ignore_index=True) if columns else pd.DataFrame()


def _picture(found: Sequence[Stressed], level: float) -> Picture:
    """The most that each stress adds to each resource that some stress adds to."""
    panels = _panels(found)
    return Picture(
        name="stress",
        title="What each stress adds to what the resources cannot serve",
        quantity=f"Most that a stress adds at the end of a day to the same season without it: median over seasons with"
        f" the {level_text(level)} interval of the median; a panel a resource",
        alternative=" ".join(f"{one.title}: {_worst(one)}" for one in found),
        panels=panels,
        table=_recoveries(found, level),
        keys=[Key("median and its interval", LOOKS[1].colour, LOOKS[1].symbol)],
        note="Panels have their own scales. Resources to which no stress adds anything are left out.",
        headings=2,
        nothing="No stress adds to what the resources cannot serve.",
    )


def _panels(found: Sequence[Stressed]) -> list[Panel]:
    whole = _numbers(found)
    if whole.empty:
        return []
    added = whole[whole["figure"] == "peak_added"]
    most = added.groupby("resource", sort=False)["median"].max()
    shown = [name for name, value in most.items() if value > LEAST_ADDED][:MOST_PANELS]
    titles = {one.name: one.title for one in found}
    panels = []
    for resource in shown:
        rows = added[added["resource"] == resource]
        unit = str(rows["unit"].iloc[0])
        scale = 100.0 if unit == "share" else 1.0
        lines = []
        for row in rows.to_dict("records"):
            ends = np.nan_to_num([row["median_low"], row["median_high"]], neginf=0.0, posinf=row["high"]) * scale
            told = f"{titles[str(row['stress'])]}: {_cell(row, unit)}"
            mark = Mark(row["median"] * scale, (float(ends[0]), float(ends[1])), None, LOOKS[1], False, told)
            lines.append(Line(titles[str(row["stress"])], [mark]))
        axis = {"title_text": "per cent" if unit == "share" else unit, "rangemode": "tozero"}
        panels.append(rows_panel(lines, _resource(str(resource)), axis))
    return panels


def _machine(usual: Review, one: Stressed) -> dict[str, object]:
    return {
        "stress": one.name,
        "title": one.title,
        "verdict": str(one.review.verdict),
        "newly_against": _newly(usual, one),
        "judgements": {judged.criterion.name: str(judged.verdict) for judged in one.review.judgements},
        "recovery": rows_of(one.recovery),
    }
