"""The pages of a readiness review as one self-contained HTML file: two for those who decide, an annex for analysts.

The first page gives the verdict, why, and what would change it; the second shows every criterion against its limit.
Both need no script, are drawn sharply on paper and read on a phone.
"""

from __future__ import annotations

import math
from typing import Final

from borderops.readiness.judging import Judgement, Review, Verdict
from borderops.report.capacity_prose import answer as capacity_answer
from borderops.report.compare_page import STYLE
from borderops.report.drawing import GREY
from borderops.report.markup import Markup, join, tag
from borderops.report.page import failures, footer, whole_page
from borderops.report.prose import INVENTED
from borderops.report.readiness_annex import ANNEX_STYLE, annex, sections
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.readiness_prose import (
    counted,
    figure_words,
    known_then,
    levers_sentence,
    meaning,
    middle_words,
    owners,
    probability_words,
    scope,
    title_text,
    value_words,
    wanted,
    why,
)
from borderops.report.readiness_strips import CLASSES, COLOURS, chance_strip, limit_of, mark, value_strip
from borderops.report.readiness_tables import HEADS, value_text
from borderops.report.words import ABSENT, day_text, in_sentence, level_text, replications_text, window_text

PAGE_STYLE: Final = """
.brief { max-width: 62rem; }
.brief h2 { font-size: 1.35rem; margin-top: 1.6rem; }
.brief .facts { gap: .5rem 1.6rem; margin: 1rem 0; }
.verdicts { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: center; margin: 1.2rem 0 .6rem; }
.ruling { display: flex; gap: 1rem; align-items: center; border-left: 8px solid var(--c); padding: .4rem 0 .4rem 1rem; }
.ruling .word { font: 700 clamp(2rem, 1.4rem + 3vw, 3.2rem)/1 var(--serif); color: var(--c); margin: 0; }
.ruling p { margin: .3rem 0 0; max-width: 29rem; }
.ruling .mark { flex: none; }
.ruling.beside { border-left-width: 4px; max-width: 20rem; align-items: flex-start; }
.ruling.beside .word { font-size: 1.25rem; }
.ruling.beside p { font-size: .9rem; color: var(--quiet); }
.mark { vertical-align: -.25em; }
.heads { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: .6rem 1.4rem; }
.heads { margin: .6rem 0 .2rem; }
.heads dt { font-size: .86rem; }
.heads dd { margin: 0; font-weight: 600; }
.heads dd.said { font-weight: 400; }
.said { color: var(--quiet); font-size: .86rem; margin: 0; }
.reasons { margin: .4rem 0; padding-left: 1.5rem; max-width: 56rem; }
.reasons li { margin: .45rem 0; line-height: 1.45; }
.says { padding-left: 1.2rem; max-width: 56rem; font-size: .95rem; }
.says li { margin: .25rem 0; }
.bound { font-weight: 600; }
.criteria { table-layout: fixed; font-size: .88rem; width: 100%; }
.criteria th, .criteria td { padding: .35rem .8rem .35rem 0; vertical-align: middle; }
.criteria thead th { vertical-align: bottom; }
.criteria thead th:nth-child(1) { width: 34%; }
.criteria thead th:nth-child(2) { width: 19%; }
.criteria thead th:nth-child(3) { width: 21%; }
.criteria th[scope=row] { font-weight: 400; }
.criteria .named { display: grid; grid-template-columns: 26px 1fr; }
.criteria th .what b { font-weight: 600; }
.criteria .said { display: block; font-size: .84rem; color: var(--quiet); font-weight: 400; line-height: 1.3; }
.criteria td .said { font-variant-numeric: tabular-nums lining-nums; }
.criteria td > b { font-weight: 600; }
svg.reading { display: block; width: 100%; max-width: 210px; height: 26px; }
svg.reading .allowed { fill: #e8eef3; }
svg.reading .base { stroke: #8a949e; stroke-width: 1; }
.key.allowed { height: 12px; width: 16px; border: 0; background: #dbe4ec; }
.key.limit { width: 2px; height: 14px; border: 0; background: var(--c); }
.legend .mark { vertical-align: middle; }
@media screen and (max-width: 760px) {
  .ruling { align-items: flex-start; }
}
@media print {
  body > header { break-inside: avoid; padding-top: 0; }
  .kicker, .question { margin: 0 0 .3rem; }
  h1 { font-size: 19pt; }
  .question { font-size: 11pt; }
  .verdicts { flex-wrap: nowrap; gap: 8mm; margin: 8pt 0; }
  .ruling .word { font-size: 26pt; }
  .ruling.beside .word { font-size: 13pt; }
  .ruling p { font-size: 9.5pt; line-height: 1.35; }
  .ruling.beside p { font-size: 8.5pt; }
  .brief { margin-top: 0; padding-top: 2pt; border-top: 0; }
  .brief h2 { font-size: 13pt; margin: 9pt 0 3pt; }
  .reasons { margin: 0; }
  .reasons li { margin: 2.5pt 0; line-height: 1.33; }
  .brief .reasons, .brief p, .brief .says { font-size: 9.5pt; }
  .brief .word { font-size: 26pt; }
  .brief .facts { gap: 3pt 9pt; padding: 4pt 0; margin: 5pt 0; font-size: 8.5pt; }
  .brief .invented { font-size: 8.5pt; margin: 4pt 0 0; }
  .heads { grid-template-columns: repeat(4, 1fr); gap: 4pt 8pt; font-size: 9pt; line-height: 1.3; margin: 3pt 0 1pt; }
  .brief #heads .said { font-size: 7.6pt; }
  .brief + nav, .part.brief + nav { display: none !important; }
  #every { break-before: page; }
  .brief .legend { font-size: 7.6pt; gap: 1pt 9pt; margin: 1pt 0 3pt; line-height: 1.3; }
  .criteria { font-size: 7.4pt; line-height: 1.2; }
  .criteria thead th { font-size: 7.6pt; }
  .criteria thead th:nth-child(1) { width: 37%; }
  .criteria thead th:nth-child(2) { width: 15%; }
  .criteria thead th:nth-child(3) { width: 16%; }
  .criteria th, .criteria td { padding: 1.5pt 6pt 1.5pt 0; }
  .criteria .said { font-size: 7pt; line-height: 1.2; }
  .criteria .what .said, .criteria td b + .said { display: inline; }
  .criteria .what .said::before { content: " · "; }
  .criteria td b + .said::before { content: "; "; }
  .criteria .named { grid-template-columns: 16px 1fr; }
  .criteria .mark { width: 11px; height: 11px; }
  .criteria .said .mark { width: 8px; height: 8px; }
  .criteria svg.reading { height: 15px; max-width: 120px; }
  #annex { break-before: page; }
  .ruling, svg.reading, .mark, .key { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def readiness_page(contents: ReadinessContents) -> str:
    """The whole page as text.

    Parameters
    ----------
    contents : ReadinessContents

    Returns
    -------
    str
        HTML that asks nothing of the network.
    """
    links = [("every", "Every criterion"), *sections(contents)]
    body = join(
        _header(contents),
        tag(
            "main",
            _reasons(contents),
            _every(contents),
            tag("nav", [tag("a", heading, href=f"#{name}") for name, heading in links], aria_label="The annex"),
            annex(contents),
            id="content",
        ),
        footer(contents),
    )
    title = f"{contents.review.verdict}: {contents.settings.scenario}"
    return whole_page(title, body, STYLE + PAGE_STYLE + ANNEX_STYLE)


# --- the first page ------------------------------------------------------------------------------------------------


def _header(contents: ReadinessContents) -> Markup:
    return tag(
        "header",
        tag("p", "borderops · readiness review of a simulated plan, not a record of events", class_="kicker"),
        tag("h1", title_text(contents)),
        tag("p", contents.settings.study.question, class_="question"),
        _verdicts(contents),
        tag("dl", [tag("div", tag("dt", term), tag("dd", told)) for term, told in _facts(contents)], class_="facts"),
        _heads(contents),
        failures(contents),
        class_="brief",
    )


def _verdicts(contents: ReadinessContents) -> Markup:
    """The verdict as a large word with its shape and colour, and the policy beside."""
    review = contents.review
    known = known_then(contents)
    return tag(
        "div",
        tag(
            "div",
            mark(review.verdict, 64),
            tag(
                "div",
                tag("p", str(review.verdict), class_="word", id="verdict"),
                tag("p", meaning(contents)),
                tag("p", known) if known else None,
            ),
            class_=f"ruling {CLASSES[review.verdict]}",
            style=f"--c:{COLOURS[review.verdict]}",
        ),
        None if contents.is_beside_itself else _beside(contents, contents.beside),
        class_="verdicts",
    )


def _beside(contents: ReadinessContents, beside: Review) -> Markup:
    told = f"The same season, people and luck with families kept together ({contents.beside_name}): {counted(beside)}."
    return tag(
        "div",
        mark(beside.verdict, 26),
        tag("div", tag("p", str(beside.verdict), class_="word"), tag("p", told)),
        class_=f"ruling beside {CLASSES[beside.verdict]}",
        style=f"--c:{COLOURS[beside.verdict]}",
        id="beside",
    )


def _heads(contents: ReadinessContents) -> Markup | None:
    """How many children it is about, beside the same season with families kept together."""
    cells = []
    for name in HEADS:
        row, other = contents.kpi(name), contents.kpi(name, beside=True)
        if row is None:
            continue
        unit, label = contents.definitions[name].unit, contents.definitions[name].label
        told = [tag("dt", label), tag("dd", figure_words(row, unit))]
        if other is not None and not contents.is_beside_itself:
            told.append(tag("dd", f"{contents.beside_name}: {figure_words(other, unit)}", class_="said"))
        cells.append(tag("div", told))
    if not cells:
        return None
    basis = f"Median and {level_text(contents.level)} interval over {replications_text(contents.n)}."
    return tag("div", tag("dl", cells, class_="heads"), tag("p", basis, class_="said"), id="heads")


def _facts(contents: ReadinessContents) -> list[tuple[str, str]]:
    review, settings = contents.review, contents.settings
    as_of = day_text(review.as_of) if review.as_of else "what is known today"
    return [
        ("Starts" if review.start.is_raise else "Judged from", day_text(review.start.day)),
        ("Knowledge of", as_of),
        ("Season", window_text(*settings.season)),
        ("Seasons played", f"{review.replications:,} of {review.asked:,}"),
        ("Error of a false GO", f"at most {level_text(review.criteria.alpha)}"),
        ("Lapses on", day_text(review.lapses_on)),
        ("Criteria", review.criteria.digest[:12]),
    ]


def _reasons(contents: ReadinessContents) -> Markup:
    """Why, what would change it, who has to see to it, and what the verdict does not say."""
    return tag(
        "section",
        tag("h2", "Why"),
        tag("ol", [tag("li", told) for told in why(contents)], class_="reasons"),
        _besides(contents),
        tag("h2", "What would change it"),
        _changes(contents),
        _owners(contents),
        tag("h2", "What this says, and what it does not"),
        tag("ul", [tag("li", told, class_="bound" if at == 0 else None) for at, told in enumerate(scope(contents))],
            class_="says"),
        tag("p", INVENTED, class_="invented"),
        id="why",
        class_="part brief",
    )  # fmt: skip


def _besides(contents: ReadinessContents) -> list[Markup]:
    """A sentence of every section that was asked for besides and has something to say, with the way to the rest."""
    told = [(name, section.told_first) for name in BESIDES if (section := getattr(contents, name)) is not None]
    return [tag("p", words, " ", tag("a", "More", href=f"#{name}")) for name, words in told if words]


BESIDES: Final = ("pilot", "stress", "indicators")
MOST_CHANGES: Final = 3
"""Sentences of a search for capacity on the first page; the annex has all of them."""


def _changes(contents: ReadinessContents) -> Markup:
    if contents.capacity is None:
        return tag("p", levers_sentence(contents.review))
    told = capacity_answer(contents.capacity)[:MOST_CHANGES]
    return tag("ul", [tag("li", one) for one in told], class_="says")


def _owners(contents: ReadinessContents) -> Markup | None:
    found = owners(contents.review)
    if not found:
        return None
    told = "; ".join(f"{name} ({count})" for name, count in found)
    return tag("p", tag("b", "Who has to see to it"), f", with how many criteria that do not hold: {told}.")


# --- the second page -----------------------------------------------------------------------------------------------


def _every(contents: ReadinessContents) -> Markup:
    """Every criterion: chance of being met against what is demanded, and values against the limit."""
    head = ("Criterion, and who owns it", "Seasons in which it holds", "Where the worst group stands", "In numbers")
    order = sorted(contents.pairs(), key=lambda pair: _ORDER.index(pair[0].verdict))
    return tag(
        "section",
        tag("h2", "Every criterion"),
        _legend(contents),
        tag(
            "table",
            tag("caption", "Every criterion with its chance of being met, its values and its limit"),
            tag("thead", tag("tr", [tag("th", one, scope="col") for one in head])),
            tag("tbody", [_row(contents, one, beside) for one, beside in order]),
            class_="stacking criteria",
        ),
        id="every",
        class_="part brief",
    )


_ORDER: Final = (Verdict.NO_GO, Verdict.NOT_ENOUGH, Verdict.GO)


def _row(contents: ReadinessContents, one: Judgement, beside: Judgement) -> Markup:
    other = None if contents.is_beside_itself else beside
    what = tag("span", tag("b", one.criterion.title), tag("span", one.criterion.owner, class_="said"), class_="what")
    return tag(
        "tr",
        tag(
            "th",
            tag("span", mark(one.verdict), what, class_="named"),
            scope="row",
            id=f"row-{one.criterion.name}",
        ),
        *_drawn(contents, one, other),
        tag("td", _numbers(contents, one, other), data_label="In numbers"),
    )


def _drawn(contents: ReadinessContents, one: Judgement, beside: Judgement | None) -> list[Markup]:
    """Both strips; one cell of words where there is nothing to draw."""
    if one.evidence is None and not _has_scale(one):
        told = "read off the plan" if one.is_fact else "not measured"
        return [tag("td", tag("span", told, class_="said"), colspan="2")]
    return [
        tag("td", _chance(one), data_label="Seasons in which it holds"),
        tag("td", _reading(contents, one, beside), data_label="Worst group"),
    ]


def _has_scale(one: Judgement) -> bool:
    return limit_of(one.criterion) is not None and math.isfinite(one.median)


def _chance(one: Judgement) -> list[Markup]:
    """The strip of a criterion that seasons decide; of a number of the plan a word."""
    found = one.evidence
    if found is None:
        return [tag("span", "read off the plan", class_="said")]
    unknown = f", {found.unknown} unknown" if found.unknown else ""
    told = f"{found.met} of {found.n}{unknown}; {100 * found.low:.0f} to {found.high:.0%}"
    drawn = chance_strip(found, one.criterion, f"{one.criterion.title}: {probability_words(found, one.criterion)}.")
    return [drawn, tag("span", told, class_="said")]


def _reading(contents: ReadinessContents, one: Judgement, beside: Judgement | None) -> list[Markup]:
    where = in_sentence(one.group) if one.group != "all" else ""
    if not _has_scale(one):
        return [tag("span", ABSENT, class_="said")]
    told = f"{one.criterion.title}{f', {where}' if where else ''}: {value_words(one)}"
    if beside is not None and math.isfinite(beside.median):
        told += f"; {contents.beside_name}: {middle_words(beside)}"
    basis = "" if one.is_fact or one.evidence is None else (
        f" ({level_text(_SPREAD)} of {one.evidence.n} seasons between the ends)")  # fmt: skip
    strip = value_strip(one, beside, f"{told}{basis}.")
    return [strip, *([tag("span", where, class_="said")] if where else [])]


_SPREAD: Final = 0.9
"""Share of seasons between the ends of a judgement's values (`borderops.readiness.judging.LEVEL`)."""


def _numbers(contents: ReadinessContents, one: Judgement, beside: Judgement | None) -> list[Markup]:
    value = value_text(one.criterion, one.median) if one.is_fact else middle_words(one)
    told = [tag("b", value), tag("span", f"wanted: {wanted(one.criterion)}", class_="said")]
    if beside is not None:
        where = "" if beside.group in ("all", one.group) else f", {in_sentence(beside.group)}"
        other = value_text(beside.criterion, beside.median) if beside.is_fact else middle_words(beside)
        told.append(tag("span", mark(beside.verdict, 12), f" {contents.beside_name}{where}: {other}", class_="said"))
    return told


def _legend(contents: ReadinessContents) -> Markup:
    """What shapes, lines and blocks mean."""
    n = contents.review.replications
    entries = [tag("span", mark(one, 15), str(one), class_="entry") for one in _ORDER]
    swatches = [
        (f"bounds of the chance, and {level_text(_SPREAD)} of {n:,} seasons' values with their median", "interval",
         COLOURS[Verdict.GO]),
        ("the same where it does not hold or is open", "interval dashed", COLOURS[Verdict.NO_GO]),
        ("demanded, or the limit", "limit", "#000000"),
        ("where it would hold", "allowed", "#dbe4ec"),
    ]  # fmt: skip
    if not contents.is_beside_itself:
        swatches.insert(2, (f"values under {contents.beside_name}", "interval", GREY))
    for label, style, colour in swatches:
        swatch = tag("i", class_=f"key {style}", style=f"--c:{colour}", aria_hidden="true")
        entries.append(tag("span", swatch, label, class_="entry"))
    scale = "The chance runs from none to all seasons; values run from 0 on, each in its own unit."
    return tag("p", entries, tag("span", scale, class_="entry"), class_="legend")
