"""Pictures of a comparison: differences with their intervals, days, curves, families, and what pairing did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.config.schema import BED_KINDS
from borderops.report.compare_contents import CompareContents, Compared
from borderops.report.compare_drawing import (
    Line,
    Look,
    Mark,
    by_scale,
    line_key,
    looks,
    overlay,
    rows_panel,
    span_of_days,
)
from borderops.report.compare_prose import (
    causes_of,
    change,
    difference_text,
    families_mean,
    figure,
    signed_span,
    size_of,
    unit_of_difference,
)
from borderops.report.compare_reading import Reading, has_interval, is_beyond_chance, verdict
from borderops.report.contents import Definition, Row, mean_over_all, records
from borderops.report.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    YELLOW,
    Key,
    Panel,
    Part,
    Picture,
    band_key,
    basis,
    course,
    figure_cell,
    limit_line,
    means_basis,
    new_figure,
    stacked_bars,
)
from borderops.report.prose import unseen_text
from borderops.report.words import (
    ABSENT,
    day_text,
    in_sentence,
    level_text,
    list_text,
    name_of,
    number,
    quantity,
    replications_text,
    span,
)

# --- differences ---------------------------------------------------------------------------------------------------

SCALES: Final = 12.0
"""Rows whose intervals reach this many times less than their neighbours' get a scale of their own."""


def differences(contents: CompareContents) -> Picture:
    """Paired differences of the main KPIs, one row a KPI, panels by unit and scale, zero marked."""
    reading = Reading(contents)
    looks_of = looks([one.name for one in contents.scenarios])
    panels = []
    for unit, definitions in _by_unit(reading.main()).items():
        lines = [line for one in definitions if (line := _line(reading, one, looks_of)).marks]
        groups = by_scale(lines, SCALES)
        panels += [_differences_panel(group, unit, len(groups) > 1) for group in groups]
    keys = [Key(one.name, looks_of[one.name].colour, _style(looks_of[one.name])) for one in reading.others]
    if contents.n > 1:
        keys.append(Key("filled: beyond chance; ring: may be chance", GREY, "circle"))
    return Picture(
        name="differences",
        title=_differences_title(reading),
        quantity=_differences_quantity(contents),
        alternative=f"Points with intervals about a line at zero, one row a figure. {_differences_told(reading)}",
        panels=panels,
        table=differences_table(reading),
        keys=keys,
        note="A point to the left of the line at zero: less than under the baseline; to the right: more. Each "
        "panel has its own scale.",
        headings=2,
    )


def _style(look: Look) -> str:
    return look.symbol if look.symbol in ("circle", "square", "diamond", "triangle-up", "triangle-down") else "block"


def _by_unit(definitions: list[Definition]) -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    for one in definitions:
        found.setdefault(one.unit, []).append(one)
    return found


def _line(reading: Reading, definition: Definition, looks_of: dict[str, Look]) -> Line:
    marks = []
    for one in reading.others:
        row = reading.apart(definition.name, one.name)
        if row is not None and np.isfinite(row["difference"]):
            marks.append(_mark(row, definition, one.name, looks_of[one.name], reading.contents.level))
    return Line(definition.label, marks)


def _mark(row: Row, definition: Definition, name: str, look: Look, level: float) -> Mark:
    scale = 100.0 if definition.unit == "share" else 1.0
    inner = outer = None
    if has_interval(row):
        inner = (row["difference_low"] * scale, row["difference_high"] * scale)
        outer = (row["simultaneous_low"] * scale, row["simultaneous_high"] * scale)
    told = f"{name}: {change(row['difference'], definition.unit)}"
    if outer is not None:
        told += f" ({signed_span(row['simultaneous_low'], row['simultaneous_high'], definition.unit)})"
    is_open = not is_beyond_chance(row, level)
    return Mark(row["difference"] * scale, inner, outer, look, is_open, told)


def _differences_panel(lines: list[Line], unit: str, is_split: bool) -> Panel:
    name = unit_of_difference(unit) or "number"
    reach = max(line.reach for line in lines)
    bound = size_of(reach / 100.0 if unit == "share" else reach, unit)
    heading = f"{name[:1].upper()}{name[1:]}" + (f": differences up to {bound}" if is_split else "")
    edge = reach * 1.08 or 1.0
    axis = {"title_text": f"difference, {name}", "range": [-edge, edge], "zeroline": False}
    return rows_panel(lines, heading, axis, zero=0.0)


def _differences_title(reading: Reading) -> str:
    level = reading.contents.level
    main = reading.main()
    if reading.contents.n < 2:
        return "One replication: differences without an interval"
    told = []
    for one in reading.others:
        verdicts = [verdict(reading.apart(kpi.name, one.name), level) for kpi in main]
        clear = verdicts.count("more") + verdicts.count("less")
        told.append(f"{clear} of {len(main)} under {one.name}")
    return f"Main figures that differ by more than chance would make them: {list_text(told)}" if told else "Differences"


def _differences_quantity(contents: CompareContents) -> str:
    told = f"Difference from {contents.scenarios[0].name}, scenario less baseline; "
    if contents.n < 2:
        return f"{told}one replication, no interval"
    told += f"mean of {replications_text(contents.n)} in pairs; "
    level, comparisons = level_text(contents.level), len(contents.scenarios) - 1
    if comparisons == 1:
        return f"{told}bars: {level} interval of the mean difference"
    return f"{told}thick: {level} interval of one comparison, thin: {level} for all {comparisons} of a figure together"


def _differences_told(reading: Reading) -> str:
    told = []
    for one in reading.others:
        parts = [
            f"{kpi.label}: {difference_text(row, kpi.unit)} {unit_of_difference(kpi.unit)}"
            for kpi in reading.main()
            if (row := reading.apart(kpi.name, one.name)) is not None and row["n"] > 0
        ]
        told.append(f"Under {one.name}: {'; '.join(parts)}.")
    return " ".join(told)


def differences_table(reading: Reading) -> pd.DataFrame:
    """What the interval plot draws, as text."""
    rows = []
    for kpi in reading.main():
        for one in reading.others:
            row = reading.apart(kpi.name, one.name)
            if row is None:
                continue
            alone = together = ABSENT
            if has_interval(row):
                alone = signed_span(row["difference_low"], row["difference_high"], kpi.unit)
                together = signed_span(row["simultaneous_low"], row["simultaneous_high"], kpi.unit)
            difference = difference_text({**row, "n": 0, "simultaneous_low": np.nan}, kpi.unit)
            found = verdict(row, reading.contents.level)
            rows.append(
                (
                    kpi.label,
                    one.name,
                    unit_of_difference(kpi.unit),
                    difference,
                    alone,
                    together,
                    found,
                    f"{int(row['n'])}",
                )
            )
    columns = ["Figure", "Scenario", "Unit", "Difference", "Interval", "For all together", "Verdict", "Pairs"]
    return pd.DataFrame(rows, columns=columns)


# --- days ----------------------------------------------------------------------------------------------------------

DAILY: Final = (
    ("parted", "Children separated a day", (("separated_children", "all", "All stations"),), "children", None),
    (
        "over",
        "Share over 72 hours of those leaving custody",
        tuple(("share_over_72h", cohort, name_of(cohort)) for cohort in ("separated", "alone", "all_minors")),
        "share",
        None,
    ),
    (
        "hours",
        "Mean hours in CBP custody",
        tuple(("mean_custody_hours", cohort, name_of(cohort)) for cohort in ("separated", "alone", "all_minors")),
        "hours",
        72.0,
    ),
    (
        "waiting",
        "Children waiting for a bed",
        tuple(("waiting_for_bed", kind, name_of(kind)) for kind in BED_KINDS),
        "children",
        None,
    ),
    (
        "shelters",
        "Children in shelters",
        tuple(("shelter_census", kind, name_of(kind)) for kind in BED_KINDS),
        "children",
        None,
    ),
)
"""Pictures of days: anchor, what is shown, panels (measure, group, heading), unit, and a limit to mark."""

RATES: Final = ("share_over_72h", "mean_custody_hours")
SHORT_WINDOW: Final = 31


def days(contents: CompareContents) -> list[Picture]:
    """Daily series of all scenarios over each other; those that were not measured are left out."""
    found = [_daily(contents, *one) for one in DAILY]
    return [picture for picture in found if picture is not None]


def series(contents: CompareContents, scenario: Compared, measure: str, group: str) -> pd.DataFrame:
    """Summary by day of one measure, sorted; figures of rates on days when most replications have none left out."""
    daily = scenario.daily
    table = daily[(daily["measure"] == measure) & (daily["group"] == group)].sort_values("day").reset_index(drop=True)
    if measure in RATES:
        few = table["n"] * 2 < contents.n
        table.loc[few, ["mean", "median", "low", "high", "mean_low", "mean_high"]] = float("nan")
    return table


def _daily(
    contents: CompareContents,
    name: str,
    what: str,
    wanted: tuple[tuple[str, str, str], ...],
    unit: str,
    limit: float | None,
) -> Picture | None:
    measured = {heading: _measured(contents, measure, group) for measure, group, heading in wanted}
    measured = {heading: tables for heading, tables in measured.items() if tables}
    if not measured:
        return None
    some = {heading: tables for heading, tables in measured.items() if _highest(tables) > 0}
    many = len(wanted) > 1
    peaks: dict[str, float] = {}
    for tables in measured.values():
        for key, table in tables.items():
            peaks[key] = max(peaks.get(key, 0.0), float(table["median"].max()))
    told = [
        f"{heading}, {key}: {course(table, unit)}"
        for heading, tables in measured.items()
        for key, table in tables.items()
    ]
    own_scale = ". Each panel has its own scale" if many and unit == "children" else ""
    looks_of = looks([one.name for one in contents.scenarios])
    return Picture(
        name=name,
        title=_peaks_title(what, peaks, unit),
        quantity=f"{what}, by day; {basis(contents)}{own_scale}",
        alternative=f"Lines by day, one a scenario. {'; '.join(told)}.",
        panels=_daily_panels(contents, some, unit, limit, many),
        table=_day_table(
            {
                f"{heading}: {key}" if many else key: table
                for heading, tables in measured.items()
                for key, table in tables.items()
            },
            unit,
        ),
        keys=[*(line_key(one.name, looks_of[one.name]) for one in contents.scenarios), *band_key(contents, GREY)],
        note=_missing_note(contents, wanted, peaks, [heading for heading in measured if heading not in some]),
        nothing=f"Under no scenario, on no day: {unseen_text(contents.n, contents.level)}.",
    )


def _measured(contents: CompareContents, measure: str, group: str) -> dict[str, pd.DataFrame]:
    """One series of every scenario that has it."""
    tables = {one.name: series(contents, one, measure, group) for one in contents.scenarios}
    return {key: table for key, table in tables.items() if table["median"].notna().any()}


def _highest(tables: dict[str, pd.DataFrame]) -> float:
    return max(float(table[["median", "high", "mean"]].max().max()) for table in tables.values())


def _daily_panels(
    contents: CompareContents, measured: dict[str, dict[str, pd.DataFrame]], unit: str, limit: float | None, many: bool
) -> list[Panel]:
    looks_of = looks([one.name for one in contents.scenarios])
    days_axis = span_of_days(pd.concat([one.daily["day"] for one in contents.scenarios]))
    top = max([0.0, *(_highest(tables) for tables in measured.values())])
    axis: dict[str, Any] = {"title_text": {"share": "% of those leaving"}.get(unit, unit)}
    if unit == "share":
        axis |= {"range": [0, min(100.0, top * 108.0)], "ticksuffix": "\u2009%"}
    if limit is not None:
        axis |= {"range": [0, max(limit, top) * 1.1], "dtick": 24 if top < 200 else 48}
    panels = []
    for heading, tables in measured.items():
        figure_ = new_figure(xaxis=days_axis, yaxis=axis)
        overlay(figure_, tables, looks_of, unit)
        if limit is not None:
            limit_line(figure_, limit, "72 h")
        panels.append(Panel(figure_, heading if many else "", height=280 if many else 330))
    return panels


def _peaks_title(what: str, peaks: dict[str, float], unit: str) -> str:
    """The highest median day of each scenario, or of the highest and the lowest of many."""
    ordered = list(peaks.items())
    if len(ordered) > 3:
        ordered = [max(ordered, key=lambda one: one[1]), min(ordered, key=lambda one: one[1])]
    told = [f"{quantity(value, unit)} under {name}" for name, value in ordered]
    joined = f"from {told[1]} to {told[0]}" if len(peaks) > 3 else list_text(told)
    return f"{what}: on the highest day {joined}"


def _missing_note(contents: CompareContents, wanted: tuple, peaks: dict[str, float], zero: list[str]) -> str:
    absent = [one.name for one in contents.scenarios if one.name not in peaks]
    told = []
    if zero:
        unseen = unseen_text(contents.n, contents.level)
        told.append(f"Not drawn, since nothing is seen under any scenario: {list_text(zero)} ({unseen}).")
    if absent:
        told.append(f"There is nothing to draw for {list_text(absent)}: on no day was there anybody to measure.")
    if any(measure in RATES for measure, *_ in wanted):
        told.append("Days on which too few left custody for a figure, in most replications, are left blank.")
    return " ".join(told)


def _day_table(columns: dict[str, pd.DataFrame], unit: str) -> pd.DataFrame:
    every = pd.Series(sorted(pd.concat([table["day"] for table in columns.values()]).unique()))
    shown = every if len(every) <= SHORT_WINDOW else every.iloc[::7]
    table = {"Day" if len(every) <= SHORT_WINDOW else "Every seventh day": [day_text(day) for day in shown]}
    for head, one in columns.items():
        cells = {row.day: figure_cell(row, unit) for row in records(one)}
        table[head] = [cells.get(pd.Timestamp(day), ABSENT) for day in shown]
    return pd.DataFrame(table)


# --- curves --------------------------------------------------------------------------------------------------------

COHORTS: Final = ("separated_children", "children_alone", "all_minors")
HOURS: Final = (0, 12, 24, 36, 48, 60, 72, 84, 96, 120, 144, 168, 192, 216, 240)
AGES: Final = (("under_5_at_order", "Under 5 at the order"), ("others", "5 and older at the order"))
DAYS_TOLD: Final = (0, 7, 14, 21, 30, 45, 60, 90, 120, 150, 180, 210, 240)


def survival(contents: CompareContents) -> Picture:
    """Share still in custody by hours since apprehension, one panel a group of children."""
    looks_of = looks([one.name for one in contents.scenarios])
    panels, told = [], []
    columns: dict[str, dict[int, Any]] = {}
    at_limit: dict[str, dict[str, float]] = {}
    for cohort in COHORTS:
        tables = {
            one.name: one.survival[one.survival["cohort"] == cohort].sort_values("hours") for one in contents.scenarios
        }
        tables = {key: table for key, table in tables.items() if table["median"].notna().any()}
        if not tables:
            continue
        figure_ = new_figure(
            xaxis={
                "title_text": "hours since apprehension", "range": [0, 240], "tickangle": 0, "hoverformat": ".0f",
                "tickvals": [0, 24, 72, 144, 216],
            },
            yaxis={"title_text": "% still in CBP custody", "range": [0, 100], "ticksuffix": "\u2009%"},
        )  # fmt: skip
        overlay(figure_, tables, looks_of, "share", x="hours")
        limit_line(figure_, 72, "72 hours", axis="x")
        panels.append(Panel(figure_, name_of(cohort), height=310))
        columns |= {f"{name_of(cohort)}: {key}": _by(table, "hours") for key, table in tables.items()}
        for key, table in tables.items():
            known = table.set_index("hours")["median"]
            told.append(f"{name_of(cohort)}, {key}: " + _at_hours(known))
            if 72 in known.index:
                at_limit.setdefault(cohort, {})[key] = float(known[72])
    return Picture(
        name="survival",
        title=_survival_title(at_limit),
        quantity=f"Share of each group still in CBP custody so many hours after apprehension; {basis(contents)}",
        alternative=f"Falling curves, one a scenario. {'; '.join(told)}.",
        panels=panels,
        table=_curve_table("Hours", HOURS, columns, "share"),
        keys=[*(line_key(one.name, looks_of[one.name]) for one in contents.scenarios), *band_key(contents, GREY)],
    )


def _at_hours(known: pd.Series) -> str:
    return ", ".join(f"{number(known[hour], 'share')} at {hour} h" for hour in (24, 72, 144) if hour in known.index)


def _survival_title(at_limit: dict[str, dict[str, float]]) -> str:
    for cohort in ("all_minors", "separated_children", "children_alone"):
        if cohort in at_limit:
            told = [f"{number(value, 'share')} under {name}" for name, value in at_limit[cohort].items()]
            return f"Still held after 72 hours, of {in_sentence(cohort)}: {list_text(told)}"
    return "How long children stay in CBP custody"


def _by(table: pd.DataFrame, column: str) -> dict[int, Any]:
    """Rows by the value of a column."""
    return {int(getattr(row, column)): row for row in records(table)}


def _curve_table(head: str, at: tuple[int, ...], columns: dict[str, dict[int, Any]], unit: str) -> pd.DataFrame:
    known = [one for one in at if any(one in rows for rows in columns.values())]
    cells = {head: [str(one) for one in known]}
    for name, rows in columns.items():
        cells[name] = [figure_cell(rows[one], unit) if one in rows else ABSENT for one in known]
    return pd.DataFrame(cells)


def reunions(contents: CompareContents) -> Picture:
    """Children of the court order's class who are back with a parent, by days since the order, and the whole class."""
    looks_of = looks([one.name for one in contents.scenarios])
    panels, told = [], []
    columns: dict[str, dict[int, Any]] = {}
    last: dict[str, float] = {}
    for code, heading in AGES:
        wholes = {one.name: class_size(contents, one, code) for one in contents.scenarios}
        tables = {one.name: back_with_parent(one, code) for one in contents.scenarios if wholes[one.name] > 0}
        tables = {key: table for key, table in tables.items() if not table.empty}
        if not tables:
            continue
        figure_ = new_figure(
            xaxis={"title_text": "days since the order", "tickangle": 0, "hoverformat": ".0f", "rangemode": "tozero"},
            yaxis={"title_text": "children"},
        )
        for key in tables:
            figure_.add_hline(y=wholes[key], line={"color": looks_of[key].colour, "width": 1, "dash": "dot"})
        overlay(figure_, tables, looks_of, "children", x="days")
        highest = max([*wholes.values(), *(float(one["high"].max()) for one in tables.values())])
        figure_.update_yaxes(range=[0, highest * 1.06])
        panels.append(Panel(figure_, heading, height=320))
        for key, table in tables.items():
            columns[f"{heading}: {key}, of {figure(wholes[key], 'children')}"] = _by(table, "days")
            final = table.iloc[-1]
            told.append(
                f"{heading}, {key}: {figure(final['median'], 'children')} of {figure(wholes[key], 'children')} "
                f"{int(final['days'])} days after the order"
            )
            last[key] = last.get(key, 0.0) + float(mean_over_all(table.iloc[[-1]], contents.n).iloc[0])
    return Picture(
        name="reunions",
        title=_reunions_title(contents, last),
        quantity="Children of whom the court's order speaks that are back with a parent, by days since the order; "
        f"{basis(contents)}. Dotted: all children of whom it speaks, mean. Each panel has its own scale",
        alternative=f"Rising curves, one a scenario. {'; '.join(told)}.",
        panels=panels,
        table=_curve_table("Days since the order", DAYS_TOLD, columns, "children"),
        keys=[*(line_key(one.name, looks_of[one.name]) for one in contents.scenarios), *band_key(contents, GREY)],
        note="The distance to the dotted line of the same colour are the children who are not back with a parent: a "
        "scenario that separates fewer has a smaller class, so the curves' heights alone do not say which is quicker.",
        nothing="Under no scenario does a court's order speak of a child.",
    )


def back_with_parent(scenario: Compared, code: str) -> pd.DataFrame:
    """Summary of the number reunited, by day."""
    table = scenario.reunions
    return table[(table["age_band"] == code) & (table["outcome"] == "reunited")].sort_values("days")


def class_size(contents: CompareContents, scenario: Compared, code: str) -> float:
    """Mean number of children of whom the order speaks; the same on every day."""
    table = scenario.reunions[scenario.reunions["age_band"] == code]
    if table.empty:
        return 0.0
    return float(mean_over_all(table[table["days"] == table["days"].max()], contents.n).sum())


def _reunions_title(contents: CompareContents, last: dict[str, float]) -> str:
    told = []
    for one in contents.scenarios:
        whole = sum(class_size(contents, one, code) for code, _ in AGES)
        if whole > 0:
            rest = whole - last.get(one.name, 0.0)
            told.append(f"{figure(rest, 'children')} of {figure(whole, 'children')} under {one.name}")
    return f"Not back with a parent by the last day: {list_text(told)}" if told else "Reunification by order of a court"


# --- families ------------------------------------------------------------------------------------------------------

WHATS: Final = {
    "separated_only_in_baseline": "Separated under {baseline} only",
    "separated_only_here": "Separated under {scenario} only",
    "separated_in_both": "Separated under both, with another story",
    "separated_in_neither": "Together under both, with another story",
}
"""What became of families whose stories differ, in the order of the bars."""

CAUSES: Final = {
    "selection": ("selection", BLUE, "not selected under one of the two: there the family has no ground, or another"),
    "never_grouped": (
        "never grouped",
        ORANGE,
        "never written down as a family under the other: adults and children went apart, and no separation counts",
    ),
    "finding_overridden": (
        "finding overridden",
        YELLOW,
        "parted on an individual finding under the one; referred for prosecution under the other, and then spared by a "
        "rule on occupancy",
    ),
    "occupancy": ("occupancy", GREEN, "selected under both, and spared under the other because shelters were fuller"),
    "one_parent_stays": ("one stays", SKY, "parted under both, but under the other one parent stays with the children"),
    "end_of_run": ("end of run", PALE, "not processed under the other by the last minute played"),
    "unexplained": ("unexplained", BLACK, "nothing in the plan or the history says why"),
    "act": ("act", PURPLE, "something was written down, grouped or sent otherwise, at the load of that minute"),
    "queue": ("queue", GREY, "the family, or somebody it waited for, waited for another time"),
    "": ("nothing", PALE, "nothing differs"),
}
"""Why a family's story differs: the word on a bar, its colour, and words for people. Of several the first counts."""

BESIDE: Final = 380
"""Pixels of the longest bar where panels stand side by side."""


def cause_words() -> dict[str, str]:
    """Words for each cause."""
    return {code: words for code, (_, _, words) in CAUSES.items()}


def what_text(contents: CompareContents, what: str, scenario: str) -> str:
    """Words for a kind of story."""
    if what == "same_story":
        return "The same story, minute by minute"
    return WHATS[what].format(baseline=contents.scenarios[0].name, scenario=scenario)


def families(contents: CompareContents) -> Picture:
    """Families whose stories differ from the baseline's, by what became of them and why: bars of a hundred per cent."""
    others = [one for one in contents.scenarios[1:] if (contents.families["scenario"] == one.name).any()]
    panels = [panel for one in others if (panel := _families_panel(contents, one, len(others))) is not None]
    found = set(contents.families.loc[contents.families["mean"] > 0, "cause"])
    return Picture(
        name="families",
        title=_families_title(contents, others),
        quantity="Families whose story differs from that under "
        f"{contents.scenarios[0].name}, by reason, in per cent of each bar; {means_basis(contents)}. The number of "
        "families stands at each bar",
        alternative="Lying bars, one for each way in which stories differ, divided by reason. "
        + " ".join(_families_told(contents, one) for one in others),
        panels=panels,
        table=families_table(contents),
        keys=[Key(words, colour, "block") for code, (_, colour, words) in CAUSES.items() if code and code in found],
        note="Of several reasons the first in the order of the legend counts, since the others follow from it.",
        headings=3,
        nothing="No family's story was compared, or none differs.",
    )


def _families_panel(contents: CompareContents, scenario: Compared, panels: int) -> Panel | None:
    whats = [what for what in WHATS if families_mean(contents, scenario.name, what) > 0]
    if not whats:
        return None
    shares: dict[str, list[float]] = {}
    means: dict[str, list[float]] = {}
    for what in whats:
        rows = causes_of(contents, scenario.name, what).set_index("cause")["mean"]
        for code in CAUSES:
            mean = float(rows.get(code, 0.0))
            means.setdefault(code, []).append(mean)
            shares.setdefault(code, []).append(mean / float(rows.sum()) * 100.0)
    parts = [
        Part(
            word, colour, shares[code],
            [f"{word}: {figure(mean, 'families')} families, {number(share / 100, 'share')}"
             for mean, share in zip(means[code], shares[code], strict=True)],
            [number(share / 100, 'share') for share in shares[code]],
            [word] * len(whats),
        )
        for code, (word, colour, _) in CAUSES.items()
        if any(means[code])
    ]  # fmt: skip
    names = [_bar_name(contents, scenario.name, what) for what in whats]
    axis = {"range": [0, 100], "ticksuffix": "\u2009%"}
    figure_ = stacked_bars(names, parts, axis) if panels == 1 else stacked_bars(names, parts, axis, BESIDE)
    return Panel(figure_, scenario.name, height=60 + 62 * len(whats))


def _bar_name(contents: CompareContents, scenario: str, what: str) -> str:
    short = {
        "separated_only_in_baseline": "Only under<br>the baseline",
        "separated_only_here": "Only under<br>this scenario",
        "separated_in_both": "Separated<br>under both",
        "separated_in_neither": "Together<br>under both",
    }
    return f"{short[what]}: {figure(families_mean(contents, scenario, what), 'families')}"


def _families_title(contents: CompareContents, others: list[Compared]) -> str:
    if not others:
        return "Families whose stories differ"
    told = []
    for one in others:
        there, here = (families_mean(contents, one.name, f"separated_only_{end}") for end in ("in_baseline", "here"))
        told.append(f"{figure(there, 'families')} and {figure(here, 'families')} ({one.name})")
    return f"Families separated under the baseline only, and under the other only: {list_text(told)}"


def _families_told(contents: CompareContents, scenario: Compared) -> str:
    told = []
    for what in WHATS:
        rows = causes_of(contents, scenario.name, what)
        if not rows.empty:
            reasons = ", ".join(f"{CAUSES[row.cause][0]} {figure(row.mean, 'families')}" for row in records(rows))
            total = figure(families_mean(contents, scenario.name, what), "families")
            told.append(f"{what_text(contents, what, scenario.name)}: {total} families ({reasons})")
    same = families_mean(contents, scenario.name, "same_story")
    return f"{scenario.name}: {'; '.join(told) or 'no story differs'}; the same story: {figure(same, 'families')}."


def families_table(contents: CompareContents) -> pd.DataFrame:
    """Families by scenario, what became of them and why, with the command that shows one of them."""
    rows = []
    order = [*WHATS, "same_story"]
    for one in contents.scenarios[1:]:
        for what in order:
            for row in records(causes_of(contents, one.name, what)):
                spread = "" if contents.n < 2 or row.low == row.high else f" ({span(row.low, row.high, 'families')})"
                rows.append(
                    (
                        one.name,
                        what_text(contents, what, one.name),
                        CAUSES[row.cause][2],
                        f"{figure(row.mean, 'families')}{spread}",
                        trace_command(row.example, one.name) if row.example else ABSENT,
                    )
                )
    head = f"Families, mean ({level_text(contents.level)} of replications)" if contents.n > 1 else "Families"
    return pd.DataFrame(rows, columns=["Scenario", "What became of them", "Why", head, "To see one of them"])


def trace_command(number_: int, scenario: str) -> str:
    """The command that tells a family's story under a scenario."""
    return f"borderops trace {int(number_)} {override(scenario)}"


def override(scenario: str) -> str:
    """A scenario's name as a word of a command: ``scenario=family_unity``, or the override that it is."""
    return scenario if "=" in scenario else f"scenario={scenario}"


# --- pairing -------------------------------------------------------------------------------------------------------


def pairing(contents: CompareContents) -> Picture:
    """How many times wider each interval would be without pairs."""
    reading = Reading(contents)
    looks_of = looks([one.name for one in contents.scenarios])
    lines, values = [], []
    for kpi in reading.main():
        marks = []
        for one in reading.others:
            row = reading.apart(kpi.name, one.name)
            if row is not None and np.isfinite(row["narrowed"]):
                values.append(float(row["narrowed"]))
                told = f"{one.name}: {figure(row['narrowed'], 'ratio')} times"
                marks.append(Mark(float(row["narrowed"]), None, None, looks_of[one.name], False, told))
        if marks:
            lines.append(Line(kpi.label, marks))
    panels = []
    if lines:
        low, high = min([1.0, *values]), max([1.0, *values])
        axis = {
            "title_text": "times as wide without pairs", "type": "log", "dtick": "D2", "nticks": None,
            "range": [float(np.log10(low / 1.1)), float(np.log10(high * 1.15))],
        }  # fmt: skip
        half = (sum(line.height for line in lines) + 1) / 2
        panels = [rows_panel(column, "", axis, zero=1.0) for column in _columns(lines, half)]
    return Picture(
        name="pairing",
        title=_pairing_title(values),
        quantity="Width of the interval that independent samples of the same spread would have, over the width of the "
        f"paired one; {means_basis(contents)}. At 1 pairing makes no difference",
        alternative=f"Points, one a figure and scenario. {_pairing_told(reading)}",
        panels=panels,
        table=pairing_table(reading),
        keys=[Key(one.name, looks_of[one.name].colour, _style(looks_of[one.name])) for one in reading.others],
        headings=2,
        nothing="No interval has a width to compare: there is one pair, or nothing varies.",
    )


def _columns(lines: list[Line], half: float) -> list[list[Line]]:
    """Rows in two columns of about the same height; few rows in one."""
    if len(lines) < 4:
        return [lines]
    first: list[Line] = []
    while lines and sum(one.height for one in first) + lines[0].height <= half:
        first, lines = [*first, lines[0]], lines[1:]
    return [one for one in (first, lines) if one]


def _pairing_title(values: list[float]) -> str:
    if not values:
        return "How much pairing narrowed the intervals"
    middle = float(np.median(values))
    if middle < 1.05:
        return f"Pairing narrowed the intervals little: by a median factor of {figure(middle, 'ratio')}"
    return (
        f"Pairing narrowed the intervals by a median factor of {figure(middle, 'ratio')}: without pairs it would take "
        f"about {figure(middle**2, 'days')} times as many replications"
    )


def _pairing_told(reading: Reading) -> str:
    table = pairing_table(reading)
    told = [f"{row[0]}, {row[1]}: {row[2]}" for row in table.itertuples(index=False)]
    return f"{'; '.join(told)}."


def pairing_table(reading: Reading) -> pd.DataFrame:
    """How much pairing narrowed each interval, and the correlation of the pairs."""
    rows = []
    for kpi in reading.main():
        for one in reading.others:
            row = reading.apart(kpi.name, one.name)
            if row is None or row["n"] < 2:
                continue
            narrowed = "every pair differs alike" if np.isposinf(row["narrowed"]) else figure(row["narrowed"], "ratio")
            rows.append((kpi.label, one.name, narrowed, figure(row["correlation"], "ratio"), f"{int(row['n'])}"))
    return pd.DataFrame(rows, columns=["Figure", "Scenario", "Times narrower", "Correlation of the pairs", "Pairs"])


PICTURES: Final[tuple[Callable[[CompareContents], Picture], ...]] = (differences, survival, reunions, families, pairing)
"""Pictures that every comparison has, beside those of `days`."""
