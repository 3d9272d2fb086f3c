"""The sentences of a comparison: what is more and less under each scenario, by how much, and how sure that is.

Harms to children come first. Nothing here says which scenario is to be preferred; a difference that chance alone could
have made is told as such; and what no replication showed is never told as impossible.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from borderops.report.compare_contents import CompareContents, Compared
from borderops.report.compare_reading import Reading, has_interval, has_width, never_here, verdict
from borderops.report.contents import Definition, Row, records
from borderops.report.prose import unseen_chance, unseen_text
from borderops.report.words import ABSENT, NO_BREAK, level_text, list_text, number, quantity, replications_text, span

MINUS: Final = "\N{MINUS SIGN}"
COUNTED: Final = ("children", "parents", "families", "persons", "messages", "nights")
"""Units of which there are fewer or more; others are lower or higher."""

MOST_LISTED: Final = 2
"""KPIs that are named one by one where the comparison cannot tell."""

MANY: Final = 3
"""So many scenarios beside the baseline get shorter clauses: that all replications agree is then not said."""

SUBJECTS: Final = {
    "separated_children": (
        "{} {are} separated from the parents they came with",
        "no child is separated from the parents it came with",
    ),
    "share_over_72h_all_minors": (
        "{} of all minors stay in CBP custody beyond the 72-hour limit",
        "no minor stays in CBP custody beyond the 72-hour limit",
    ),
    "waiting_for_bed_peak": ("at most {} at once {are} waiting for a bed", "no child waits for a bed"),
    "others_in_time": (
        "{} of children of 5 and older are reunited by their deadline",
        "no child of 5 and older is reunited by its deadline",
    ),
}
"""What the answer speaks of, in this order: a field of `Headline` or a KPI, its words, and its words for zero."""

AFTERWARDS: Final = {
    "others_in_time": " These are shares of other children under each scenario: fewer are separated under some.",
}
"""What a subject's sentence must not be read without."""

ALWAYS_TOLD: Final = {
    "separated_children": "How many children are separated was not measured under any scenario.",
    "share_over_72h_all_minors": "How many minors are held beyond 72 hours was not measured under any scenario.",
}
"""Subjects of which silence is told."""


# --- numbers -------------------------------------------------------------------------------------------------------


def figure(value: float, unit: str) -> str:
    """A number with a true minus; shares to a tenth of a per cent, since a comparison lives on small differences."""
    if not np.isfinite(value):
        return ABSENT
    size = _share(abs(value)) if unit == "share" else number(abs(value), unit)
    if value != 0 and not size.strip("0."):
        size = "under 0.1"  # as shares are written: what is not zero is not told as zero
    return f"{MINUS}{size.removeprefix('under ')}" if value < 0 else size


def _share(value: float) -> str:
    text = f"{value * 100:.1f}"
    if value == 0 or value == 1:
        text = f"{value * 100:.0f}"
    elif text == "0.0":
        text = "under 0.1"
    elif text == "100.0" and value < 1:
        text = "99.9"
    return f"{text}{NO_BREAK}%"


def how_many(value: float, unit: str) -> str:
    """As `words.quantity`, shares as `figure` writes them."""
    return figure(value, unit) if unit == "share" else quantity(value, unit)


def size_of(value: float, unit: str) -> str:
    """The size of a difference without its sign and unit; shares in percentage points."""
    if not np.isfinite(value):
        return ABSENT
    if unit != "share":
        return figure(abs(value), unit)
    points = abs(value) * 100.0
    if 0 < points < 0.05:
        return "under 0.1"
    return f"{points:.0f}" if points >= 10 or points == 0 else f"{points:.1f}"


def signed(value: float, unit: str) -> str:
    """A difference for a table cell: ``+12``, ``−2,950``, ``0``; shares in percentage points, without the word."""
    size = size_of(value, unit)
    if value == 0 or not np.isfinite(value):
        return size
    return f"{MINUS if value < 0 else '+'}{size.removeprefix('under ')}"


def signed_span(low: float, high: float, unit: str) -> str:
    """An interval of differences for a table cell: ``−3,010 to −2,950``."""
    return f"{signed(low, unit)} to {signed(high, unit)}"


def unit_of_difference(unit: str) -> str:
    """The unit in which differences of a KPI are given."""
    return {"share": "percentage points", "ratio": "ratio"}.get(unit, unit)


def direction(value: float, unit: str) -> str:
    """``fewer`` or ``more`` of what is counted, ``hours lower`` and so on of what is measured."""
    if unit in COUNTED:
        return "fewer" if value < 0 else "more"
    word = "lower" if value < 0 else "higher"
    return word if unit in ("ratio", "") else f"{unit_of_difference(unit)} {word}"


def change(value: float, unit: str) -> str:
    """A difference in words: ``2,950 fewer``, ``3.1 percentage points higher``, ``no change``."""
    if value == 0:
        return "no change"
    return f"{size_of(value, unit)}{NO_BREAK}{direction(value, unit)}"


def change_span(low: float, high: float, unit: str) -> str:
    """An interval behind `change`: ``2,930 to 2,970`` on its side, ``40 fewer to 12 more`` on both sides of zero."""
    if low < 0 < high:
        first, last = (f"{size_of(end, unit)} {direction(end, unit).split(' ')[-1]}" for end in (low, high))
        return f"{first} to {last}"
    near, far = sorted((low, high), key=abs)
    return f"{size_of(near, unit)} to {size_of(far, unit)}"


def brief_unseen_text(n: int, level: float) -> str:
    """What n replications without an event leave open, where the level was named before."""
    chance = number(unseen_chance(n, level), "share")
    return f"none in {replications_text(n)} (another may show some: a chance of up to {chance})"


def mean_text(row: Row | None, unit: str) -> str:
    """A mean with the interval of the mean, for a table cell."""
    if row is None:
        return ABSENT
    mean = figure(row["mean"], unit)
    if not spreads(row):
        return mean
    return f"{mean} [{span_text(row['mean_low'], row['mean_high'], unit)}]"


def spreads(row: Row) -> bool:
    """Whether a mean has an interval that says more than the mean."""
    return bool(row["n"] > 1 and np.isfinite(row["mean_low"]) and row["mean_low"] < row["mean_high"])


def span_text(low: float, high: float, unit: str) -> str:
    """An interval with true minus signs, its unit once."""
    first, last = figure(low, unit), figure(high, unit)
    per_cent = f"{NO_BREAK}%"
    if first.endswith(per_cent) and last.endswith(per_cent) and not first.startswith("under"):
        first = first.removesuffix(per_cent)
    return f"{first} to {last}"


def ratio_text(row: Row) -> str:
    """The ratio to the baseline with Fieller's interval; a dash where the baseline is zero."""
    if not np.isfinite(row["ratio"]):
        return ABSENT
    ratio = three_decimals(row["ratio"])
    if row["n"] < 2 or row["ratio_low"] == row["ratio_high"]:
        return ratio
    if not (np.isfinite(row["ratio_low"]) and np.isfinite(row["ratio_high"])):
        return f"{ratio} [no limits]"
    return f"{ratio} [{three_decimals(row['ratio_low'])} to {three_decimals(row['ratio_high'])}]"


def three_decimals(value: float) -> str:
    """A ratio, fine enough to tell one from nearly one."""
    return "0" if value == 0 else f"{value:,.3f}".replace("-", MINUS)


def chance_text(row: Row, side: str = "smaller") -> str:
    """Share of pairs in which the scenario has less (or more), as a count and with Wilson's interval as a chance."""
    if row["n"] == 0:
        return ABSENT
    count = f"{round(row[side] * row['n']):,} of {int(row['n']):,}"
    if row["n"] < 2:
        return count
    return f"{count} [{span(row[f'{side}_low'], row[f'{side}_high'], 'share')}]"


def difference_text(row: Row, unit: str) -> str:
    """A difference with its simultaneous interval, for a table cell; without one where there is none."""
    if not np.isfinite(row["difference"]):
        return ABSENT
    middle = signed(row["difference"], unit)
    if not has_interval(row) or not has_width(row):
        return middle
    return f"{middle} [{signed_span(row['simultaneous_low'], row['simultaneous_high'], unit)}]"


def pairs_text(n: int) -> str:
    """``one pair`` or ``40 pairs``."""
    return "one pair" if n == 1 else f"{n:,}{NO_BREAK}pairs"


# --- the answer ----------------------------------------------------------------------------------------------------


def compare_answer(contents: CompareContents) -> list[str]:
    """The answer in three to six sentences, for the terminal and the head of the page.

    Parameters
    ----------
    contents : CompareContents

    Returns
    -------
    list of str
        Separations, the 72-hour limit, children waiting for a bed, reunification, families whose separation turns
        round, and what the comparison cannot tell. The middle ones only where they were measured.
    """
    reading = Reading(contents)
    told = [
        sentence for field in SUBJECTS if (sentence := _about(reading, field, is_first=field == next(iter(SUBJECTS))))
    ]
    families = families_sentence(contents)
    return [*told, *([families] if families else []), cannot_tell_sentence(reading)]


def _about(reading: Reading, field: str, is_first: bool) -> str:
    """One KPI under the baseline and what differs under every other scenario."""
    name = getattr(reading.contents.headline, field, field)
    definition = reading.contents.definitions.get(name)
    if definition is None or all(reading.mean(one, name) is None for one in reading.contents.scenarios):
        return ALWAYS_TOLD.get(field, "")
    start = _baseline_clause(reading, field, definition)
    together = {found: _of_verdict(reading, definition, found) for found in ("same", "cannot tell")}
    together = {found: names for found, names in together.items() if len(names) > 1}
    alone = [one for one in reading.others if not any(one.name in names for names in together.values())]
    clauses = [_other_clause(reading, definition, one, is_first=is_first and one is reading.others[0]) for one in alone]
    words = {"same": "the same in every pair", "cannot tell": "no more than chance could make"}
    clauses += [f"{words[found]} under {list_text(names)}" for found, names in together.items()]
    return f"{start}; {'; '.join(clauses)}.{AFTERWARDS.get(field, '')}"


def _of_verdict(reading: Reading, definition: Definition, wanted: str) -> list[str]:
    """Scenarios whose difference has a verdict."""
    level = reading.contents.level
    return [one.name for one in reading.others if verdict(reading.apart(definition.name, one.name), level) == wanted]


def _baseline_clause(reading: Reading, field: str, definition: Definition) -> str:
    under = f"Under {reading.baseline.name}"
    row = reading.mean(reading.baseline, definition.name)
    some, none = SUBJECTS[field]
    if row is None:
        return f"{definition.label}: under {reading.baseline.name} there is nobody to measure it on"
    if never_here(row):
        return f"{under} {none}: {unseen_text(int(row['n']), reading.contents.level)}"
    told = how_many(row["mean"], definition.unit)
    words = some.replace("{are}", "is" if told.endswith(f"{NO_BREAK}child") else "are").format(told)
    on_average = " on average" if int(row["n"]) > 1 else ""
    return f"{under}, {words}{on_average}"


def _other_clause(reading: Reading, definition: Definition, scenario: Compared, is_first: bool) -> str:
    """What differs under a scenario, with interval and replications; or why nothing can be said."""
    row, own = reading.apart(definition.name, scenario.name), reading.mean(scenario, definition.name)
    under, unit, level = f"under {scenario.name}", definition.unit, reading.contents.level
    if own is None:
        return f"{under} there is nobody to measure it on"
    if row is None or row["n"] == 0:
        return f"{under} it is {figure(own['mean'], unit)}, with no replication to compare"
    none = ""
    if never_here(own):
        unseen = unseen_text if is_first else brief_unseen_text
        none = f", that is {unseen(int(own['n']), level)}"
    found, told = verdict(row, level), change(row["difference"], unit)
    if found == "one pair":
        return f"{under}, {told} in the one replication{none}"
    if found == "same":
        return f"{under}, the same in each of {pairs_text(int(row['n']))}{none}"
    interval = _interval_clause(reading, row, unit, is_first)
    if found == "cannot tell":
        return f"{under}, {told}, which may be chance ({interval}){none}"
    how_often = f"; {_replications_clause(row, unit)}" if len(reading.others) < MANY or not _is_always(row) else ""
    return f"{under}, {told} ({interval}{how_often}){none}"


def _is_always(row: Row) -> bool:
    """Whether the difference has the same sign in every pair."""
    return bool(max(row["smaller"], row["larger"]) == 1.0)


def _interval_clause(reading: Reading, row: Row, unit: str, names_level: bool) -> str:
    if not has_width(row):
        return "the same difference in every pair"
    limits = change_span(row["simultaneous_low"], row["simultaneous_high"], unit)
    if names_level:
        together = "" if len(reading.others) == 1 else f" for all {len(reading.others)} comparisons together"
        pairs = pairs_text(int(row["n"]))
        return f"{level_text(reading.contents.level)} interval{together}, {pairs}: {limits}"
    return f"{limits}, {pairs_text(int(row['n']))} only" if int(row["missing"]) else limits


def _replications_clause(row: Row, unit: str) -> str:
    """In how many replications the difference has the sign of its mean."""
    n = int(row["n"])
    count = round(row["smaller" if row["difference"] < 0 else "larger"] * n)
    word = direction(row["difference"], unit).split(" ")[-1]
    return f"{word} in {'all' if count == n else f'{count:,} of'} {n:,}"


def families_sentence(contents: CompareContents) -> str:
    """How many families only one of two scenarios separates, in both directions; empty where it was not counted."""
    if contents.families.empty:
        return ""
    clauses = [_turned_round(contents, one) for one in contents.scenarios[1:]]
    return f"Of the same families, {'; '.join(clauses)}."


def _turned_round(contents: CompareContents, scenario: Compared) -> str:
    baseline = contents.scenarios[0].name
    there, here = (families_mean(contents, scenario.name, f"separated_only_{end}") for end in ("in_baseline", "here"))
    if there == here == 0:
        return f"{only_text(contents, 0)} is separated under one alone of {baseline} and {scenario.name}"
    first, second = only_text(contents, there), only_text(contents, here)
    return f"{first} are separated under {baseline} and not under {scenario.name}, {second} the other way round"


def only_text(contents: CompareContents, mean: float) -> str:
    """A mean number of families, or that none was seen and how sure that is."""
    if mean > 0:
        return figure(mean, "families")
    return brief_unseen_text(contents.n, contents.level)


def families_mean(contents: CompareContents, scenario: str, what: str) -> float:
    """Mean number of families with a kind of story, over all causes."""
    table = contents.families
    return float(table.loc[(table["scenario"] == scenario) & (table["what"] == what), "mean"].sum())


def cannot_tell_sentence(reading: Reading) -> str:
    """Which main KPIs differ by no more than chance could make, with n and level."""
    contents = reading.contents
    if contents.n < 2:
        return (
            "This comparison rests on one replication: it shows one season under each scenario and cannot tell what "
            "another would show; run more replications before anything is decided on it."
        )
    basis = f"With {replications_text(contents.n)}, at {level_text(contents.level)} confidence"
    found = {one.name: unclear(reading, one.name) for one in reading.others}
    told = [f"under {name}, {_listed(unclear_ones)}" for name, unclear_ones in found.items() if unclear_ones]
    if not told:
        return f"{basis}, every main figure that differs at all differs by more than chance would make it."
    return f"{basis}, the comparison cannot tell from chance what differs in: {'; '.join(told)}."


def unclear(reading: Reading, scenario: str) -> list[Definition]:
    """Main KPIs that differ under a scenario by no more than chance could make."""
    level = reading.contents.level
    return [one for one in reading.main() if verdict(reading.apart(one.name, scenario), level) == "cannot tell"]


def _listed(definitions: Sequence[Definition]) -> str:
    labels = [f"“{one.label}”" for one in definitions]
    if len(labels) > MOST_LISTED + 1:
        labels = [*labels[:MOST_LISTED], f"{len(labels) - MOST_LISTED} more"]
    return list_text(labels)


def reading_note(contents: CompareContents) -> str:
    """How to read the figures of a comparison."""
    if contents.n < 2:
        return "Each difference is that of one replication, so none has an interval."
    level, comparisons = level_text(contents.level), len(contents.scenarios) - 1
    same = (
        "Replication by replication the scenarios meet the same people with the same luck, so that what differs was "
        "caused by the settings."
        if contents.same_people
        else "The scenarios did not meet the same people, so that a difference holds the luck of both."
    )
    together = "" if comparisons == 1 else f" for all {comparisons} comparisons of a figure together (Bonferroni)"
    return (
        f"{same} Differences are means of {replications_text(contents.n)}, scenario less baseline; intervals hold at "
        f"{level}{together}, not for all figures of this page together: of twenty figures that do not differ at all, "
        f"about {round(20 * (1 - contents.level), 1):g} may seem to. They cover chance, and values in "
        "doubt where a sample of them is played (inputs.sample); not doubt about the assumptions behind all scenarios."
    )


# --- the terminal's table ------------------------------------------------------------------------------------------

LABEL_WIDTH: Final = 38


def compare_table_text(contents: CompareContents) -> str:
    """The main KPIs as a table for the terminal.

    Parameters
    ----------
    contents : CompareContents

    Returns
    -------
    str
        A line for every KPI and scenario: the baseline's mean, the scenario's, the difference with its simultaneous
        interval, and a star where it is beyond chance. No line end at the end.
    """
    reading = Reading(contents)
    head = [
        "",
        "scenario",
        "mean",
        "difference",
        "" if contents.n < 2 else f"{level_text(contents.level)} interval",
        "",
    ]
    rows = [line for one in reading.main() for line in _lines(reading, one)]
    return "\n".join([*text_table(head, rows, right=(2, 3, 4)), "", *textwrap.wrap(_key(contents), 100)])


def _key(contents: CompareContents) -> str:
    basis = f"{replications_text(contents.n)}; difference: scenario less {contents.scenarios[0].name}"
    if contents.n < 2:
        return f"{basis}, without an interval. A mean of 0 is no proof that another would show none."
    comparisons = len(contents.scenarios) - 1
    together = "" if comparisons == 1 else f", intervals for all {comparisons} comparisons of a figure together"
    chance = number(unseen_chance(contents.n, contents.level), "share")
    return (
        f"{basis}{together}. * beyond chance at that level. Where a mean is 0, another replication may show some: "
        f"a chance of up to {chance}."
    )


def _lines(reading: Reading, definition: Definition) -> list[list[str]]:
    unit, contents = definition.unit, reading.contents
    base = reading.mean(reading.baseline, definition.name)
    rows = [["", reading.baseline.name, ABSENT if base is None else figure(base["mean"], unit), "", "", ""]]
    for one in reading.others:
        own, row = reading.mean(one, definition.name), reading.apart(definition.name, one.name)
        apart = signed(row["difference"], unit) if row is not None else ABSENT
        limits, mark = "", ""
        if row is not None and verdict(row, contents.level) in ("more", "less", "cannot tell"):
            limits = signed_span(row["simultaneous_low"], row["simultaneous_high"], unit)
            mark = "" if verdict(row, contents.level) == "cannot tell" else "*"
        elif row is not None and row["note"]:
            limits = str(row["note"])
        rows.append(["", one.name, ABSENT if own is None else figure(own["mean"], unit), apart, limits, mark])
    shown = "% and points" if unit == "share" else unit
    label = textwrap.wrap(f"{definition.label} ({shown})", LABEL_WIDTH)
    rows += [[""] * 6 for _ in range(len(label) - len(rows))]
    return [[label[at] if at < len(label) else "", *row[1:]] for at, row in enumerate(rows)]


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of a table of plain text, columns as wide as their longest cell.

    Parameters
    ----------
    head : sequence of str
        A line end breaks a name.
    rows : sequence of sequence of str
    right : sequence of int
        Columns that are aligned to the right.
    """
    heads = [one.split("\n") for one in head]
    deep = max(len(one) for one in heads)
    top = [[*[""] * (deep - len(one)), *one] for one in heads]  # the last lines stand on the rule
    cells = [[one.replace(NO_BREAK, " ") for one in row] for row in (*zip(*top, strict=True), *rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]

    def line(row: Sequence[str]) -> str:
        sides = [one.rjust(widths[at]) if at in right else one.ljust(widths[at]) for at, one in enumerate(row)]
        return "  ".join(sides).rstrip()

    rule = "  ".join("-" * width for width in widths if width)
    return [*(line(row) for row in cells[:deep]), rule, *(line(row) for row in cells[deep:])]


# --- families ------------------------------------------------------------------------------------------------------


def causes_of(contents: CompareContents, scenario: str, what: str) -> pd.DataFrame:
    """Rows of one kind of story under a scenario, the commonest cause first."""
    table = contents.families
    rows = table[(table["scenario"] == scenario) & (table["what"] == what) & (table["mean"] > 0)]
    return rows.sort_values("mean", ascending=False, kind="stable")


def reversal_sentences(contents: CompareContents, scenario: Compared, causes: dict[str, str]) -> list[str]:
    """Families that one scenario separates and the other does not, in both directions, with the commonest reasons.

    Parameters
    ----------
    contents : CompareContents
    scenario : Compared
        Other than the baseline.
    causes : dict of str to str
        Words for each cause.
    """
    baseline = contents.scenarios[0].name
    told = []
    for what, one, other in (
        ("separated_only_in_baseline", baseline, scenario.name),
        ("separated_only_here", scenario.name, baseline),
    ):
        rows = causes_of(contents, scenario.name, what)
        count = only_text(contents, float(rows["mean"].sum()))
        reasons = [f"{causes.get(row.cause, row.cause)} ({figure(row.mean, 'families')})" for row in records(rows)[:2]]
        why = f" Mostly: {'; '.join(reasons)}." if reasons else ""
        told.append(f"Families separated under {one} that stay together under {other}: {count}.{why}")
    return told
