"""A sensitivity run in words and plain tables, for the terminal and the head of its page."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.readiness.seasons import ANY, Figure
from borderops.report.compare_prose import figure, text_table
from borderops.report.sensitivity_contents import SensitivityContents, rules_of
from borderops.report.sensitivity_tables import EVERYTHING, FORESIGHT, MORRIS
from borderops.report.words import NO_BREAK, level_text, list_text, number, span

MOST_NAMED: Final = 3
MOST_FIGURES: Final = 6
"""Figures that the answer speaks of one by one; the table tells of all."""

MOST_NEXT: Final = 5
"""Groups that the run that follows looks at."""

TEXT_WIDTH: Final = 100
MATTERS: Final = 0.05
"""Total index from which an input is named."""


def answer(contents: SensitivityContents) -> list[str]:
    """The answer in a few sentences, for the terminal and the head of the page.

    Parameters
    ----------
    contents : SensitivityContents

    Returns
    -------
    list of str
    """
    told = _screened(contents) if contents.method == MORRIS else _apportioned(contents)
    return [*told, *_verdicts(contents), *_regions(contents), *_worth(contents), *_left_out(contents)]


# --- which inputs move what -------------------------------------------------------------------------------------------


def figures_told(contents: SensitivityContents) -> list[Figure]:
    """Figures that are told and that vary at all, in the order asked for."""
    shown = [one for one in contents.figures if one.name in contents.shown]
    return [one for one in shown if varies(contents.of(one.name))]


def varies(values: np.ndarray) -> bool:
    """Whether there are two values that differ."""
    known = values[np.isfinite(values)]
    return bool(known.size) and float(known.min()) < float(known.max())


def strongest(contents: SensitivityContents, name: str) -> pd.DataFrame:
    """Groups of a figure, the one that matters most first: by ``mu_star``, or by total index."""
    table = contents.effects if contents.method == MORRIS else contents.indices
    by = "mu_star" if contents.method == MORRIS else "total"
    own = table[(table["figure"] == name) & np.isfinite(table[f"{by}_low"]) & np.isfinite(table[f"{by}_high"])]
    return own.sort_values([by, "group"], ascending=[False, True], kind="stable")


def seen(contents: SensitivityContents, name: str) -> pd.DataFrame:
    """Groups that move a figure more than chance does; of Sobol's method those whose total index is worth naming."""
    table = strongest(contents, name)
    if contents.method == MORRIS:
        return table[table["is_seen"]]
    return table[(table["total_low"] > 0.0) & (table["total"] >= MATTERS)]


def _screened(contents: SensitivityContents) -> list[str]:
    figures = figures_told(contents)
    groups = list(contents.space.groups)
    found = {one.name: seen(contents, one.name) for one in figures}
    some = [name for name in groups if any(name in set(table["group"]) for table in found.values())]
    told = [
        f"Of {len(groups):,} groups of inputs {len(some):,} move at least one of {len(figures):,} figures more than "
        f"chance does{f': {list_text(some)}' if some else ''}."
    ]
    for one in figures[:MOST_FIGURES]:
        table = found[one.name]
        if len(table):
            parts = [
                f"{row['group']} ({_effect(row['mu_star'], row['mu'], one.unit)})"
                for row in table.head(MOST_NAMED).to_dict("records")
            ]
            told.append(f"{one.label}: moved by {list_text(parts)}, as far as is told from chance.")
        else:
            told.append(f"{one.label}: nothing is told from chance.")
    same = len([name for name in contents.shown if name not in {one.name for one in figures}])
    if same:
        told.append(f"{_many(same, 'figure')} {'is' if same == 1 else 'are'} the same in every season.")
    if some:
        told.append(f"To tell shares, regions and the worth of knowing: borderops sensitivity method=sobol "
                    f"{_next_words(contents, _few(found, some))}")  # fmt: skip
    return told


def _few(found: Mapping[str, pd.DataFrame], some: Sequence[str]) -> list[str]:
    """Groups to look at closely: those that are among the strongest of most figures."""
    leading = Counter(group for table in found.values() for group in table["group"].head(MOST_NAMED))
    chosen = {group for group, _ in leading.most_common(MOST_NEXT)}
    return [group for group in some if group in chosen]


def _effect(mu_star: float, mu: float, unit: str) -> str:
    """An effect with its unit, and with its sign where it has one."""
    size = f"{mu_star * 100.0:.1f} points" if unit == "share" else f"{figure(mu_star, unit)} {unit}".strip()
    if not np.isfinite(mu) or abs(mu) < 0.5 * mu_star:
        return size
    return f"{'up' if mu > 0 else 'down'} by {size}"


def _next_words(contents: SensitivityContents, some: Sequence[str]) -> str:
    """Own words of the run that follows."""
    kinds = {name: contents.space.inputs[own[0]] for name, own in contents.space.groups.items()}
    beginnings = [name for name in some if kinds[name].kind == "doubt"]
    sample = [kinds[name].doubts[0].name for name in some if kinds[name].kind == "sample"]
    if any(
        doubt.name.startswith(f"{one}.")
        for name in some
        for doubt in kinds[name].doubts
        if kinds[name].kind == "sample"
        for one in beginnings
    ):
        sample = []  # the sample comes along where one of its doubts is named
    levers = [kinds[name].lever.name for name in some if kinds[name].lever]  # type: ignore[union-attr]
    words = [f"vary={','.join([*beginnings, *sample])}"] if beginnings or sample else []
    return " ".join([*words, *([f"levers={','.join(levers)}"] if levers else []), "groups=1"])


def _apportioned(contents: SensitivityContents) -> list[str]:
    told = []
    figures = figures_told(contents)
    for one in figures[:MOST_FIGURES]:
        table = seen(contents, one.name)
        first = contents.indices[contents.indices["figure"] == one.name]["first"]
        if not len(table):
            told.append(f"{one.label}: chance hides what the inputs do.")
            continue
        parts = [_part(row, at == 0) for at, row in enumerate(table.head(MOST_NAMED).to_dict("records"))]
        together = float(np.clip(1.0 - first.sum(), 0.0, 1.0))
        told.append(
            f"{one.label}: of the spread that the inputs make, {list_text(parts)}; "
            f"{number(together, 'share')} comes of inputs acting together."
        )
    if not told:
        told.append("No figure varies with the inputs.")
    return told


def _part(row: Mapping[Any, Any], is_first: bool) -> str:
    """A group with its total index, within what an index can be."""
    low, high = max(float(row["total_low"]), 0.0), min(float(row["total_high"]), 1.0)
    total = number(min(max(float(row["total"]), 0.0), 1.0), "share")
    return f"{row['group']} {'has a part in' if is_first else 'in'} {total} ({span(low, high, 'share')})"


# --- verdicts, regions, worth -----------------------------------------------------------------------------------------


def _label(contents: SensitivityContents, name: str) -> str:
    """A criterion in a sentence."""
    return ANY if name == ANY else f"“{contents.figure(name).criterion.title}”"


def _verdicts(contents: SensitivityContents) -> list[str]:
    if contents.outcomes.empty or contents.method == MORRIS:
        return []
    last = contents.outcomes.iloc[-1]
    always = contents.outcomes[(contents.outcomes["share_broken"] == 1.0) & (contents.outcomes["figure"] != ANY)]
    what = "at least one criterion is broken" if last["figure"] == ANY else "the criterion is broken"
    told = f"Over the inputs as varied {what} in {figure(float(last['share_broken']), 'share')} of seasons."
    if len(always):
        named = [_label(contents, str(name)) for name in always["figure"].head(MOST_NAMED)]
        more = f" and {len(always) - MOST_NAMED} more" if len(always) > MOST_NAMED else ""
        told += (
            f" Broken in every one, whatever the inputs: {list_text(named) if not more else ', '.join(named)}{more}."
        )
    return [told]


def _regions(contents: SensitivityContents) -> list[str]:
    if contents.method == MORRIS or contents.outcomes.empty:
        return []
    found = [one for one in contents.regions if one.box.is_found]
    if not contents.regions:
        return ["Seasons come to the same at nearly all points, so that there is no region to look for."]
    if not found:
        return ["No region of the inputs tells seasons that fail from those that hold better than chance would."]
    told = []
    for one in sorted(found, key=lambda each: (each.figure != ANY, -each.box.checked_density))[:MOST_NAMED]:
        box = one.box
        verb = "breaks" if one.what == "fails" else "holds"
        whose = _label(contents, one.figure)
        subject = f"{whose[:1].upper()}{whose[1:]} {verb}"
        if one.figure == ANY:
            subject = "The plan fails" if one.what == "fails" else "The plan holds"
        told.append(
            f"{subject} above all where {' and '.join(rules_of(contents, box))}: "
            f"{figure(box.checked_density, 'share')} of seasons there, {figure(box.whole, 'share')} of all; "
            f"{figure(box.checked_coverage, 'share')} of such seasons lie there (both on rows left out)."
        )
    return told


def _worth(contents: SensitivityContents) -> list[str]:
    if contents.method == MORRIS or contents.outcomes.empty:
        return []
    if contents.worth.empty:
        return ["Levers are choices and no unknowns, so that nothing is told of what is worth knowing."]
    verdict = str(contents.worth["verdict"].iloc[-1])
    own = contents.worth[contents.worth["verdict"] == verdict].set_index("known")
    share = float(contents.outcomes.iloc[-1]["share_broken"])
    says = "NO-GO" if share > contents.loss.threshold else "GO"
    told = [
        f"A false GO counts {contents.loss.false_go:g} and a false NO-GO {contents.loss.false_no_go:g}, so that "
        f"NO-GO is the better verdict where more than {figure(contents.loss.threshold, 'share')} of seasons fail; "
        f"knowing no more, {says} is."
    ]
    groups = own.drop(index=[EVERYTHING, FORESIGHT])
    some = groups[groups["low"] > 0.0].sort_values("value", ascending=False, kind="stable")
    if not len(some):
        whole = own.loc[[EVERYTHING]].iloc[0]
        why = "and neither is everything together"
        if whole["low"] > 0.0:
            why = f"though everything together would save {figure(float(whole['share']), 'share')} of the loss"
        return [*told, f"No single unknown is shown to be worth resolving before the verdict, {why}."]
    first = some.iloc[0]
    told.append(
        f"Worth resolving first: {some.index[0]}, by {first['resolved_by']}; that would save "
        f"{figure(float(first['share']), 'share')} of the expected loss of a wrong verdict."
    )
    if len(some) > 1:
        others = [f"{name} ({figure(float(row['share']), 'share')}, {row['resolved_by']})"
                  for name, row in some.iloc[1 : 1 + MOST_NAMED].iterrows()]  # fmt: skip
        told.append(f"Then: {list_text(others)}.")
    return told


def _left_out(contents: SensitivityContents) -> list[str]:
    told = []
    missing = int((~contents.kept).sum())
    if missing:
        told.append(f"{missing} of {_many(contents.laid.rows, 'row')} {'is' if missing == 1 else 'are'} not whole and "
                    "left out of every figure; the same command plays what is missing.")  # fmt: skip
    return told


def _many(some: int, noun: str) -> str:
    return f"{some:,} {noun}{'' if some == 1 else 's'}"


# --- the terminal -----------------------------------------------------------------------------------------------------


def sensitivity_text(contents: SensitivityContents) -> str:
    """The run for the terminal: a table of what matters most for each figure, and what it comes to.

    Parameters
    ----------
    contents : SensitivityContents

    Returns
    -------
    str
        No line end at the end.
    """
    rows = [cells for one in figures_told(contents) for cells in _lines(contents, one)]
    level = level_text(contents.level)
    if contents.method == MORRIS:
        head = ["figure", "group", "effect", f"{level} interval", "by chance", "sigma", ""]
        key = (
            "Effect: mean size of the change over the whole range (mu*), shares in percentage points; by chance: what "
            "it would be if nothing but chance moved the figure; *: more than chance."
        )
    else:
        head = ["figure", "group", "by itself", f"{level} interval", "in all", f"{level} interval", ""]
        key = (
            "By itself and in all: first-order and total index, parts of what the inputs make of the spread of a "
            "season's mean; *: told from nothing."
        )
    table = text_table(head, rows, right=(2, 4)) if rows else []
    paragraphs = [key, *answer(contents)] if rows else answer(contents)
    wrapped = [line for one in paragraphs for line in _wrapped(one)]
    return "\n".join([*table, *([""] if table else []), *wrapped])


def _wrapped(told: str) -> list[str]:
    """A paragraph in lines; keys and commands stay whole."""
    plain = told.replace(NO_BREAK, " ")
    return textwrap.wrap(plain, TEXT_WIDTH, break_on_hyphens=False, break_long_words=False)


def _lines(contents: SensitivityContents, one: Figure) -> list[list[str]]:
    label = textwrap.wrap(one.label, 38) or [""]
    rows = [_cells(contents, one, row) for row in strongest(contents, one.name).head(MOST_NAMED).to_dict("records")]
    rows = rows or [["chance hides what the inputs do", *[""] * 5]]
    rows += [[""] * 6] * (len(label) - len(rows))
    return [[label[at] if at < len(label) else "", *cells] for at, cells in enumerate(rows)]


def _cells(contents: SensitivityContents, one: Figure, row: Mapping[Any, Any]) -> list[str]:
    if contents.method == MORRIS:
        scale, unit = (100.0, "points") if one.unit == "share" else (1.0, one.unit)
        numbers = [_short(row[key] * scale) for key in ("mu_star", "mu_star_low", "mu_star_high", "chance", "sigma")]
        return [str(row["group"]), f"{numbers[0]} {unit}".strip(), f"{numbers[1]} to {numbers[2]}", numbers[3],
                numbers[4], "*" if row["is_seen"] else ""]  # fmt: skip
    cells = [str(row["group"])]
    for key in ("first", "total"):
        cells += [index_text(row[key]), interval_text(row[f"{key}_low"], row[f"{key}_high"])]
    return [*cells, "*" if row["total_low"] > 0.0 else ""]


def index_text(value: float) -> str:
    """An index with two decimals, within 0 and 1 as its interval; the tables keep it as it was estimated."""
    return f"{min(max(value, 0.0), 1.0):.2f}" if np.isfinite(value) else "–"


def interval_text(low: float, high: float) -> str:
    """Limits of an index, within 0 and 1, where an index can lie."""
    if not (np.isfinite(low) or np.isfinite(high)):
        return "no limits"
    return f"{min(max(low, 0.0), 1.0):.2f} to {min(max(high, 0.0), 1.0):.2f}"


def _short(value: float) -> str:
    """A number to three digits."""
    return "–" if not np.isfinite(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
