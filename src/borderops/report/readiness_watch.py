"""The section on lead indicators: what to watch in the first week, with thresholds, and what cannot be learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from borderops.readiness.indicators import FALSE_ALARMS, Lesson
from borderops.report.compare_drawing import LOOKS, Line, Mark, rows_panel
from borderops.report.drawing import GREY, Key, Picture
from borderops.report.readiness_section import Section, rows_of
from borderops.report.words import level_text, number, span

SHOWN: Final = 3
"""Indicators of a criterion that the tables show."""

CHANCE: Final = 0.5

NOT_WATCHED: Final = (
    "Only figures that are known day by day are looked at: people held, waiting and moved, beds, slots, staff, messages"
    " sent. Links not on record and messages lost are counted over a whole season, so that they are not among them."
)


def watch_section(lessons: Sequence[Lesson], level: float, basis: str) -> Section:
    """What to watch in the first week.

    Parameters
    ----------
    lessons : sequence of Lesson
        One for each criterion on a KPI.
    level : float
        Of all intervals.
    basis : str
        What the seasons are that it was learned from, as a sentence.
    """
    learned = [one for one in lessons if one.is_learned]
    silent = [one for one in lessons if not one.is_learned]
    many = f"Something to watch was learned for {len(learned)} of {len(lessons)} criteria."
    return Section(
        brief=_brief(learned, len(lessons)),
        sentences=[many, basis, *(_sentence(one) for one in learned), *_why_not(silent), NOT_WATCHED],
        tables={"What to watch in the first seven days": _watch_table(learned, level)} if learned else {},
        pictures=[_picture(learned, level)] if learned else [],
        machine={"basis": basis, "criteria": [_machine(one) for one in lessons]},
        files={"indicators": _numbers(learned)} if learned else {},
    )


def _brief(learned: Sequence[Lesson], of: int) -> str:
    """The criterion that the first week tells best; nothing where it tells none: that is no ground of a verdict.

    Best is the one whose area is surely large, not the one that looks largest.
    """
    told = [one for one in learned if one.table.iloc[0]["auc_low"] > CHANCE]
    if not told:
        return ""
    best = max(told, key=lambda one: float(one.table.iloc[0]["auc_low"]))
    return f"The first week tells a later breach for {len(told)} of {of} criteria. {_sentence(best)}"


def _sentence(one: Lesson) -> str:
    best = one.table.iloc[0]
    way = "or more" if best["is_high_bad"] else "or less"
    value = number(best["threshold"], str(best["unit"]))
    return (
        f"{one.criterion.title}: watch {best['indicator']}. {value} {way} comes before {best['alarms']:.0%} of the"
        f" seasons that break it and {best['false_alarms']:.0%} of the others (area {best['auc']:.2f})."
    )


def _why_not(silent: Sequence[Lesson]) -> list[str]:
    """One sentence for each reason, with the criteria it holds for."""
    by_reason: dict[str, list[str]] = {}
    for one in silent:
        by_reason.setdefault(one.why, []).append(one.criterion.name)
    return [f"{', '.join(names)}: {why}" for why, names in by_reason.items()]


def _watch_table(learned: Sequence[Lesson], level: float) -> pd.DataFrame:
    rows = []
    for one in learned:
        for _, found in one.table.head(SHOWN).iterrows():
            unit = str(found["unit"])
            way = "at or above" if found["is_high_bad"] else "at or below"
            area = f"{found['auc']:.2f} ({found['auc_low']:.2f} to {found['auc_high']:.2f})"
            cells = [f"{found[name]:.0%} ({span(found[f'{name}_low'], found[f'{name}_high'], 'share')})"
                     for name in ("alarms", "false_alarms")]  # fmt: skip
            alarm = f"{way} {number(found['threshold'], unit)}"
            rows.append(
                (one.criterion.name, found["indicator"], unit, alarm, area, *cells, f"{one.told_on} of {one.n}")
            )
    columns = ["Criterion", "Figure", "Unit", "Alarm", f"Area ({level_text(level)})", "Alarm where it breaks",
               "Alarm where it does not", "Seasons told on"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _picture(learned: Sequence[Lesson], level: float) -> Picture:
    lines = []
    for one in learned:
        best = one.table.iloc[0]
        ends = (float(best["auc_low"]), float(best["auc_high"]))
        told = f"{one.criterion.name}: {best['indicator']}, area {best['auc']:.2f} ({ends[0]:.2f} to {ends[1]:.2f})"
        label = f"{one.criterion.title}: {best['indicator']}"
        lines.append(Line(label, [Mark(float(best["auc"]), ends, None, LOOKS[0], ends[0] <= CHANCE, told)]))
    told_apart = sum(one.table.iloc[0]["auc_low"] > CHANCE for one in learned)
    return Picture(
        name="watch",
        title=f"The first week tells a later breach for {told_apart} of {len(learned)} criteria",
        quantity=f"Area under the curve of the best figure of the first seven days, with its {level_text(level)}"
        " interval, on the half of the seasons that chose nothing",
        alternative=" ".join(_sentence(one) for one in learned),
        panels=[rows_panel(lines, "", {"title_text": "area under the curve", "range": [0.2, 1.03]}, CHANCE)],
        table=_watch_table(learned, level),
        keys=[Key("filled: better than chance; ring: not told from chance", GREY, "circle")],
        note=f"One half is chance, one is certainty. Thresholds let at most {FALSE_ALARMS:.0%} of the good seasons of "
        "the other half raise an alarm.",
    )


def _numbers(learned: Sequence[Lesson]) -> pd.DataFrame:
    """All indicators of all criteria in numbers."""
    return pd.concat([one.table.assign(criterion=one.criterion.name, n=one.n, broken=one.broken) for one in learned])


def _machine(one: Lesson) -> dict[str, object]:
    rule = one.rule
    return {
        "criterion": one.criterion.name,
        "seasons": one.n,
        "broken": one.broken,
        "why": one.why,
        "watch": rows_of(one.table.head(SHOWN)),
        "rule": None if rule is None else {"indicators": list(rule.indicators), "area": rule.area.value,
                                           "better_by": rule.better_by, "low": rule.low, "high": rule.high},
    }  # fmt: skip
