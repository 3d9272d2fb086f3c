"""The report of a judged fit, or of a forecast set beside what happened, as one self-contained HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.report import assumptions
from borderops.report.assumptions import breakable
from borderops.report.compare_page import STYLE
from borderops.report.contents import records
from borderops.report.markup import Markup, join, tag
from borderops.report.page import failures, footer, limits, show, the_manifest, whole_page, write_page
from borderops.report.prose import INVENTED
from borderops.report.validity_contents import ValidityContents
from borderops.report.validity_figures import (
    HEADINGS,
    figures_by_group,
    published_text,
    reading_span,
    reading_text,
    timing,
    where_text,
)
from borderops.report.validity_prose import answer, title_text
from borderops.report.words import ABSENT, NO_BREAK, day_text, level_text
from borderops.validity.scorecard import DAYS_AFTER_START, width_text

SECTIONS: Final = (
    ("answer", "The answer"),
    ("figures", "Every figure beside its interval"),
    ("timing", "When things happened"),
    ("rows", "What each figure speaks of, and why it is missed"),
    ("scope", "Figures out of scope"),
    ("assumptions", "Assumptions that matter most"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

MORE_STYLE: Final = """
.rows { table-layout: fixed; font-size: .92rem; }
.rows th:nth-child(1) { width: 25%; }
.rows th:nth-child(2) { width: 10%; }
.rows th:nth-child(3) { width: 15%; }
.rows th:nth-child(4) { width: 8%; }
.rows th:nth-child(5) { width: 8%; }
.rows .source, .rows .range, .rows .told { display: block; }
.rows .told { margin-bottom: .2rem; }
.rows .told code { font-size: .82rem; }
.rows .verdict.outside { color: var(--alarm); font-weight: 600; }
.rows .why { display: block; margin-top: .3rem; border-left: 3px solid var(--alarm); padding-left: .6rem; }
#picture-tail .panels, #picture-standing .panels {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
}
"""


def write_validity_report(path: Path, contents: ValidityContents) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : ValidityContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_validity(contents))


def render_validity(contents: ValidityContents) -> str:
    """The whole page as text."""
    body = join(
        _header(contents),
        tag("main", [_section(contents, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
    )
    return whole_page(title_text(contents.as_of), body, STYLE + MORE_STYLE)


def _header(contents: ValidityContents) -> Markup:
    window, card = contents.settings.window, contents.card
    facts = [
        ("Played", ", ".join(contents.worlds)),
        ("Season", f"{day_text(window.start)} to {day_text(window.end)}"),
        ("Sample", card.fit.sample or "none: values as they stand"),
        ("Replications", f"{card.n:,}"),
        ("Intervals", level_text(card.level)),
        ("Seed", str(contents.settings.seed)),
        ("Rows in scope", f"{len(card.table)}, digest {card.digest[:12]}"),
    ]
    question = (
        f"What was known on {day_text(contents.as_of)} would have told what of the season that followed?"
        if contents.is_forecast
        else "Does the model, as shipped, still meet the figures it was fitted to, and those it was never fitted to?"
    )
    return tag(
        "header",
        tag("p", "borderops · a simulation, not a record of events", class_="kicker"),
        tag("h1", title_text(contents.as_of)),
        tag("p", question, class_="question"),
        tag("dl", [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts], class_="facts"),
        tag("p", INVENTED, class_="invented"),
        failures(contents),
        tag("nav", [tag("a", heading, href=f"#{name}") for name, heading in SECTIONS],
            aria_label="Sections of this report"),
    )  # fmt: skip


def _section(contents: ValidityContents, name: str, heading: str) -> Markup:
    makers = {
        "answer": _answer,
        "figures": lambda one: join(_without_script(), [show(picture) for picture in figures_by_group(one)]),
        "timing": lambda one: join([show(picture) for picture in timing(one)]),
        "rows": _rows,
        "scope": _scope,
        "assumptions": lambda one: assumptions.leading(one.register),
        "limits": limits,
        "made": lambda one: the_manifest(one.manifest),
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def _answer(contents: ValidityContents) -> Markup:
    return tag("ol", [tag("li", told) for told in answer(contents.card, contents.as_of)], class_="answer")


def _without_script() -> Markup:
    return tag("noscript", tag("p", "Pictures need JavaScript. The tables below them hold the same numbers."))


def _rows(contents: ValidityContents) -> Markup:
    words = (
        "What the model reads to stand beside each published figure, on which of its parts that reading rests, what it "
        "divides by, and whom it is about. Where a published figure lies outside, the mechanism that misses it is told."
    )
    groups = contents.card.groups(contents.as_of)
    return join(tag("p", words, class_="quiet"), [_group(name, rows) for name, rows in groups.items()])


def _group(name: str, rows: pd.DataFrame) -> Markup:
    columns = ("Figure", "Published", "Simulated", "Width", "Lies", "Speaks of")
    return tag(
        "section",
        tag("h3", HEADINGS[name]),
        tag(
            "table",
            tag("caption", HEADINGS[name]),
            tag("thead", tag("tr", [tag("th", one, scope="col") for one in columns])),
            tag("tbody", [_row(row) for row in records(rows)]),
            class_="stacking rows",
        ),
        id=f"rows-{name}",
    )


def _row(row: Any) -> Markup:
    where = "inside" if row.is_inside else "outside"
    simulated = [tag("b", reading_text(row.median, row.unit))]
    if np.isfinite(row.median):
        simulated.append(tag("span", reading_span(row), class_="range"))
    is_limited = bool(np.isfinite(row.width_limit) and np.isfinite(row.half_width))
    width, limit = (width_text(one, row.unit).replace(" ", NO_BREAK) for one in (row.half_width, row.width_limit))
    unit = None if row.unit in ("percent", DAYS_AFTER_START) else row.unit
    return tag(
        "tr",
        tag("th", row.label, tag("span", f"{row.id}, {row.source}", class_="source"), scope="row"),
        tag("td", published_text(row), tag("span", unit, class_="range") if unit else None, data_label="Published"),
        tag("td", simulated, data_label="Simulated"),
        tag("td", _width(width, limit) if is_limited else ABSENT, data_label="Width"),
        tag("td", tag("span", where_text(row), class_=f"verdict {where}"), data_label="Lies"),
        tag("td", _meaning(row), tag("span", row.why, class_="why") if row.why else None, data_label="Speaks of"),
    )


def _width(width: str, limit: str) -> Markup:
    return join(width, tag("span", f"allowed {limit}", class_="range"))


def _meaning(row: Any) -> list[Markup]:
    """What is read, of whom, and on what it rests, a line each."""
    lines = (("", row.speaks_to), ("Cohort: ", row.cohort), ("Divided by: ", row.denominator))
    told = [tag("span", words, part, class_="told") for words, part in lines if part]
    names = [join(breakable(key), ", " if at else "") for at, key in enumerate(reversed(row.depends_on.split(", ")))]
    return [*told, tag("span", "Rests on: ", names[::-1], class_="told quiet")]


def _scope(contents: ValidityContents) -> Markup:
    reasons = contents.card.out_of_scope
    if not reasons:
        return tag("p", "Every quantitative figure is in scope.")
    from borderops.facts.tables import published

    items = [
        tag("li", tag("b", published()[name].label if name in published() else name), f" ({name}): {reason}")
        for name, reason in reasons.items()
    ]
    words = "Figures that the model is not asked about; which these are was fixed before anything was fitted."
    return join(tag("p", words, class_="quiet"), tag("ul", items, class_="limits"))
