"""The annex of a readiness review, for analysts: what each criterion rests on, season by season and group by group."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from borderops.readiness.judging import Judgement, Verdict
from borderops.readiness.plan_facts import FACTS
from borderops.report import assumptions
from borderops.report.capacity_page import the_answer as capacity_words
from borderops.report.capacity_page import the_pictures as capacity_pictures
from borderops.report.compare_page import shown
from borderops.report.contents import records
from borderops.report.drawing import GREY, figure_cell
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import limits, the_manifest
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.readiness_figures import days
from borderops.report.readiness_prose import ground_rows, how_reached, value_words
from borderops.report.readiness_strips import COLOURS, DOTS_WIDTH, dots_strip, mark, scale_of
from borderops.report.readiness_tables import unit_of, value_text
from borderops.report.words import ABSENT, in_sentence, level_text, name_of, replications_text, span

SECTIONS: Final = (
    ("how", "How the verdict is reached"),
    ("each", "Each criterion, group by group"),
    ("capacity", "The least that would change it"),
    ("pilot", "What the pilot says"),
    ("stress", "Under stress"),
    ("indicators", "What to watch in the first week"),
    ("plan", "Facts of the plan"),
    ("days", "Day by day"),
    ("ages", "Figures by age"),
    ("assumptions", "Assumptions that matter most"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)
"""Those of `OPTIONAL` stand there only where they were asked for."""

OPTIONAL: Final = ("capacity", "pilot", "stress", "indicators")

ANNEX_STYLE: Final = """
.each { border-top: 1px solid var(--line); padding: .8rem 0; }
.each h3 { font-size: 1.05rem; display: flex; gap: .5rem; align-items: center; }
.each .grounds { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .88rem; }
.each .grounds { margin: .5rem 0; max-width: 60rem; }
.each .grounds dt { color: var(--quiet); }
.each .grounds dd { margin: 0; }
.each table { width: 100%; font-size: .84rem; }
.each td, .each thead th { padding: .15rem .8rem .15rem 0; white-space: nowrap; text-align: left; }
.each td { vertical-align: middle; }
.each thead th { color: var(--quiet); font-weight: 600; }
.each tbody th { font-weight: 400; padding: .15rem .8rem .15rem 0; white-space: nowrap; }
.each svg.reading { width: 260px; max-width: 260px; }
.each .scroll { border: 0; max-height: none; }
.each tr.grey { color: var(--quiet); }
@media screen and (max-width: 760px) { .each .grounds { grid-template-columns: 1fr; } }
@media print {
  .each { break-inside: avoid; }
  .each table { font-size: 6.8pt; }
  .each td, .each th, .each thead th { padding-right: 5pt; }
  .each .grounds { font-size: 8pt; }
  .each svg.reading { width: 150px; height: 15px; }
}
"""


def sections(contents: ReadinessContents) -> list[tuple[str, str]]:
    """Anchors and headings of what the annex of a review holds."""
    return [pair for pair in SECTIONS if pair[0] not in OPTIONAL or getattr(contents, pair[0]) is not None]


def annex(contents: ReadinessContents) -> Markup:
    """All sections that there is something for."""
    parts = [_section(contents, name, heading) for name, heading in sections(contents)]
    return tag("div", tag("p", "Annex for analysts", class_="kicker"), parts, id="annex")


def _section(contents: ReadinessContents, name: str, heading: str) -> Markup:
    makers: dict[str, Callable[[ReadinessContents], Any]] = {
        "how": lambda one: tag("ol", [tag("li", told) for told in how_reached(one)], class_="reasons"),
        "each": lambda one: [_each(one, *pair) for pair in one.pairs()],
        "capacity": _capacity,
        "pilot": lambda one: told_by_itself(one.pilot),
        "stress": lambda one: told_by_itself(one.stress),
        "indicators": lambda one: told_by_itself(one.indicators),
        "plan": _plan,
        "days": lambda one: shown(days(one)),
        "ages": _ages,
        "assumptions": lambda one: assumptions.leading(one.register),
        "limits": limits,
        "made": _made,
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def _capacity(contents: ReadinessContents) -> list[Markup]:
    section: Any = contents.capacity
    return [capacity_words(section), capacity_pictures(section)]


def told_by_itself(section: Any) -> Markup:
    """A section with words of its own: ``sentences``, ``tables`` by caption and ``pictures``, as far as it has any."""
    sentences = getattr(section, "sentences", ())
    tables = getattr(section, "tables", {})
    pictures = getattr(section, "pictures", ())
    return join(
        tag("ol", [tag("li", one) for one in sentences], class_="reasons") if sentences else None,
        [table(one, caption, class_="numbers worded") for caption, one in tables.items()],
        shown(list(pictures)) if pictures else None,
    )


# --- each criterion ------------------------------------------------------------------------------------------------


def _each(contents: ReadinessContents, one: Judgement, beside: Judgement) -> Markup:
    """Ground, limit, groups and seasons of one criterion."""
    rows = [item for term, told in ground_rows(one) for item in (tag("dt", term), tag("dd", told))]
    return tag(
        "article",
        tag("h3", mark(one.verdict), one.criterion.title),
        tag("p", one.why),
        tag("dl", rows, class_="grounds"),
        None if one.by_group.empty else _groups(contents, one, None if contents.is_beside_itself else beside),
        _beside_fact(contents, one, beside),
        id=f"criterion-{one.criterion.name}",
        class_="each",
    )


def _beside_fact(contents: ReadinessContents, one: Judgement, beside: Judgement) -> Markup | None:
    if contents.is_beside_itself or not one.by_group.empty:
        return None
    told = value_words(beside) if not one.is_fact else value_text(beside.criterion, beside.median)
    return tag("p", f"{contents.beside_name}: {beside.verdict}, {told}. {beside.why}", class_="quiet")


def _groups(contents: ReadinessContents, one: Judgement, beside: Judgement | None) -> Markup:
    """Every group with its seasons as dots, the worst first; the worst group of the policy beside below in grey."""
    seasons = {row.group: contents.seasons(one.criterion.name, row.group) for row in records(one.by_group)}
    ends = [value for some in seasons.values() for value in (some.min(), some.max()) if not some.empty]
    other = None
    if beside is not None and not beside.by_group.empty:
        other = contents.seasons(one.criterion.name, beside.group, beside=True)
        ends += [] if other.empty else [other.min(), other.max()]
    at = scale_of([one.criterion], ends, DOTS_WIDTH)
    head = ("Group", "Verdict", "Met", "Broken", "Unknown", "Chance of being met", "Value", "Season by season")
    lines = [_group_row(contents, one, row, seasons[row.group], at) for row in records(one.by_group)]
    if beside is not None and other is not None:
        row = next(iter(records(beside.by_group)))
        name = f"{contents.beside_name}: {in_sentence(row.group)}"
        lines.append(_group_row(contents, beside, row, other, at, name))
    caption = f"{one.criterion.title}: every group, {unit_of(one.criterion)}"
    body = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", [tag("th", word, scope="col") for word in head])),
        tag("tbody", lines),
    )
    return tag("div", body, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _group_row(
    contents: ReadinessContents, one: Judgement, row: Any, values: pd.Series, at: Any, beside: str = ""
) -> Markup:
    unit, n = unit_of(one.criterion), row.met + row.broken + row.unknown
    value = value_text(one.criterion, row.median)
    if math.isfinite(row.median) and row.value_low != row.value_high:
        value += f" ({span(row.value_low, row.value_high, unit)})"
    told = f"{one.criterion.title}, {beside or in_sentence(row.group)}: {value} {unit}, {len(values)} of {n} seasons"
    colour = GREY if beside else COLOURS[Verdict(row.verdict)]
    cells = [
        row.verdict,
        f"{row.met} of {n}",
        str(row.broken),
        str(row.unknown),
        f"{_share(row.probability)} ({row.low:.1%} to {row.high:.1%})",
        value,
        dots_strip(values.tolist(), one.criterion, at, colour, told) if len(values) else ABSENT,
    ]
    return tag(
        "tr",
        tag("th", beside or name_of(row.group), scope="row"),
        [tag("td", cell) for cell in cells],
        class_="grey" if beside else None,
    )


def _share(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:.1%}"


# --- the plan, figures by age ---------------------------------------------------------------------------------------


def _plan(contents: ReadinessContents) -> Markup:
    """Every fact that can be read off the plan, judged or not, beside the same with families kept together."""
    judged = {one.criterion.fact for one in contents.review.judgements}
    rows = []
    for name, fact in contents.review.facts.items():
        question = FACTS[name]
        told = _fact_text(fact.value)
        row = {"Fact": question.title, "Unit": question.unit, "Plan": told}
        if not contents.is_beside_itself:
            row[contents.beside_name] = _fact_text(contents.beside.facts[name].value)
        rows.append(row | {"Judged": "yes" if name in judged else "no", "What was read": fact.words})
    return join(
        tag("p", "Read off the settings; no season has to be played for them.", class_="quiet"),
        table(pd.DataFrame(rows), "Facts of the plan", class_="numbers worded"),
    )


def _fact_text(value: bool | float | None) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "never" if value == -math.inf else f"{value:,.0f}"


BANDS: Final = ("0–4", "5–12", "13–17")


def _ages(contents: ReadinessContents) -> Markup:
    """Every KPI that is told by age, median and interval, with the total of the policy beside."""
    rows = []
    by_age = contents.kpis.loc[contents.kpis["group_kind"] == "age_band", "kpi"]
    for name in [one for one in contents.definitions if one in set(by_age)]:
        definition = contents.definitions[name]
        row = {"Figure": definition.label, "Unit": "per cent" if definition.unit == "share" else definition.unit}
        row |= {name_of(band): _cell(contents, name, "age_band", band) for band in BANDS}
        row["All"] = _cell(contents, name, "all", "all")
        if not contents.is_beside_itself:
            row[f"{contents.beside_name}, all"] = _cell(contents, name, "all", "all", beside=True)
        rows.append(row)
    if not rows:
        return tag("p", "No figure was measured by age.", class_="quiet")
    words = (
        f"Median and {level_text(contents.level)} interval over {replications_text(contents.n)}; — where nobody was "
        "concerned in any season."
    )
    return join(tag("p", words, class_="quiet"), table(pd.DataFrame(rows), "Figures by age"))


def _cell(contents: ReadinessContents, name: str, kind: str, group: str, *, beside: bool = False) -> str:
    row = contents.kpi(name, kind, group, beside=beside)
    if row is None:
        return ABSENT
    return figure_cell(_Attributes(row), contents.definitions[name].unit)


class _Attributes:
    """A row by attribute, as rows of a table are read."""

    def __init__(self, row: Any) -> None:
        self.__dict__.update(row)


def _made(contents: ReadinessContents) -> Markup:
    """Seeds, digests, versions."""
    criteria = contents.review.criteria
    words = (
        f"Seed {contents.settings.seed}; the same settings, version and seed give the same verdict on any machine. "
        f"Criteria {criteria.name}: sha256 {criteria.digest}. All of it stands in review.json beside this page."
    )
    return join(tag("p", words, class_="quiet"), the_manifest(contents.manifest))
