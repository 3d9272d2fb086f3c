"""The report of a comparison as one self-contained HTML file: the answer first, then differences and why they arose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from borderops.report import compare_figures as figures
from borderops.report import prose
from borderops.report.assumptions import breakable, value_text
from borderops.report.compare_contents import CompareContents, Compared
from borderops.report.compare_links import surviving, where_links_stand
from borderops.report.compare_prose import (
    brief_unseen_text,
    chance_text,
    compare_answer,
    compare_table_text,
    difference_text,
    figure,
    mean_text,
    ratio_text,
    reading_note,
    reversal_sentences,
    signed,
    span_text,
    unit_of_difference,
)
from borderops.report.compare_reading import Reading, is_beyond_chance, never_here, verdict
from borderops.report.contents import Definition, Row
from borderops.report.drawing import Picture
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import failures, footer, limits_and_assumptions, show, the_manifest, whole_page, write_page
from borderops.report.words import ABSENT, level_text, list_text, name_of, replications_text

__all__ = ["compare_answer", "compare_table_text", "render_comparison", "searchable", "write_compare_report"]

SECTIONS: Final = (
    ("answer", "The answer"),
    ("apart", "What differs, and how surely"),
    ("table", "The main figures"),
    ("days", "Day by day"),
    ("curves", "How long, and how many come back"),
    ("stories", "Which families' stories differ, and why"),
    ("links", "Where links stand, and which survive"),
    ("pairs", "What pairing did"),
    ("settings", "Settings that differ"),
    ("groups", "All figures, by group"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

STYLE: Final = """
.compared { width: 100%; }
.compared thead th { vertical-align: bottom; }
.compared td { font-variant-numeric: tabular-nums lining-nums; font-size: .93rem; }
.compared { table-layout: fixed; }
.compared thead th:nth-child(1) { width: 19%; }
.compared thead th:nth-child(2) { width: 22%; }
.compared thead th:nth-child(3) { width: 23%; }
.compared thead th:nth-child(4) { width: 16%; }
.compared thead th:nth-child(5) { width: 15%; }
.compared tbody th { overflow-wrap: anywhere; }
.compared .kpi th { border-bottom: 0; padding: 1rem 0 .1rem; font-size: 1rem; width: auto; }
.compared .kpi .unit { margin-left: .5rem; }
.compared .kind th { padding-top: 1.6rem; font: 600 1.08rem/1.3 var(--serif); border-bottom: 2px solid var(--ink); }
.compared .clear { font-weight: 600; }
.compared .clear .verdict { color: var(--accent); }
.compared .verdict { display: block; font-size: .84rem; }
.compared .unclear { color: var(--quiet); }
.differing { table-layout: fixed; }
.differing th[scope=row] { font-weight: 400; }
.differing td { overflow-wrap: anywhere; font-size: .93rem; }
.finder { margin: .6rem 0; }
.finder input { font: inherit; padding: .3rem .6rem; border: 1px solid #8a949e; border-radius: 4px; }
.finder input { width: min(100%, 24rem); }
.finder label { display: block; font-size: .92rem; color: var(--quiet); }
#picture-families table td, #picture-families table th { white-space: normal; text-align: left; min-width: 9rem; }
#picture-differences .panels, #picture-pairing .panels, #picture-families .panels,
#picture-response .panels, #picture-surviving .panels {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
}
.key.triangle-up, .key.triangle-down { width: 0; height: 0; border: 6px solid transparent; }
.key.triangle-up { border-bottom: 10px solid var(--c); border-top: 0; }
.key.triangle-down { border-top: 10px solid var(--c); border-bottom: 0; }
.titles { margin: 0 0 1rem; }
.titles dt { font-weight: 600; }
.titles dd { margin: 0 0 .4rem; color: var(--quiet); }
@media screen and (max-width: 760px) {
  .compared .kpi th, .compared .kind th { display: block; width: auto !important; }
  .compared .kind { border: 0; }
  .compared tr.kpi { border: 0; padding-bottom: 0; }
  .compared .verdict { display: inline; margin-left: .4rem; }
  .compared td[data-label=Ratio], .compared td[data-label=n] { display: inline-block; margin-right: 1.2rem; }
  .numbers tbody th { white-space: normal; min-width: 8rem; }
}
body.printing #picture-differences .panels, body.printing #picture-pairing .panels,
body.printing #picture-families .panels, body.printing #picture-response .panels {
  grid-template-columns: repeat(2, minmax(0, 1fr));
}
@media print {
  .numbers thead th:first-child { min-width: 30mm; }
  .compared { font-size: 8.5pt; }
  .compared td, .compared tbody th { padding: .25rem .4rem .25rem 0; }
  .compared .kpi, .compared .kind { break-after: avoid; }
}
"""

FINDER: Final = """
(function () {
  "use strict";
  document.querySelectorAll(".finder").forEach(function (finder) {
    var input = finder.querySelector("input"), told = finder.querySelector("[role=status]");
    var rows = Array.prototype.slice.call(finder.parentNode.querySelectorAll("tbody tr"));
    finder.hidden = false;
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean), shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        if (!row.hidden) { shown += 1; }
      });
      told.textContent = shown + " of " + rows.length + " rows";
    });
  });
}());
"""
"""Hides the rows of a table that do not hold every word; without scripts the table stands whole and unfiltered."""


def write_compare_report(path: Path, contents: CompareContents) -> None:
    """Write the report of a comparison, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : CompareContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_comparison(contents))


def render_comparison(contents: CompareContents) -> str:
    """The whole page as text."""
    names = [one.name for one in contents.scenarios]
    body = join(
        _header(contents),
        tag("main", [_section(contents, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
        finder_script(),
    )
    return whole_page(f"Comparison: {list_text(names)}", body, STYLE)


def _header(contents: CompareContents) -> Markup:
    facts = [
        ("Baseline", contents.scenarios[0].name),
        ("Compared with it", list_text([one.name for one in contents.scenarios[1:]])),
        ("Replications of each", f"{contents.n:,}"),
        ("Intervals", level_text(contents.level) if contents.n > 1 else "none"),
    ]
    if "seed" in contents.manifest:
        facts.append(("Seed", str(contents.manifest["seed"])))
    titles = [item for one in contents.scenarios for item in (tag("dt", one.name), tag("dd", one.title))]
    return page_header(
        "Scenarios side by side", contents.question, facts, contents, SECTIONS, tag("dl", titles, class_="titles")
    )


def page_header(
    title: str,
    question: str,
    facts: Sequence[tuple[str, str]],
    contents: Any,
    sections: Sequence[tuple[str, str]],
    more: Markup | None = None,
) -> Markup:
    """What everybody should know before reading on, and the way to each section."""
    return tag(
        "header",
        tag("p", "borderops · a simulation, not a record of events", class_="kicker"),
        tag("h1", title),
        tag("p", question, class_="question"),
        tag("dl", [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts], class_="facts"),
        more,
        tag("p", prose.INVENTED, class_="invented"),
        failures(contents),
        tag(
            "nav",
            [tag("a", heading, href=f"#{name}") for name, heading in sections],
            aria_label="Sections of this report",
        ),
    )


def _section(contents: CompareContents, name: str, heading: str) -> Markup:
    makers = {
        "answer": _answer,
        "apart": lambda one: shown([figures.differences(one)]),
        "table": main_table,
        "days": lambda one: shown(figures.days(one)),
        "curves": lambda one: shown([figures.survival(one), figures.reunions(one)]),
        "stories": _stories,
        "links": lambda one: shown([where_links_stand(one), surviving(one)]),
        "pairs": _pairs,
        "settings": _settings,
        "groups": _groups,
        "limits": limits_and_assumptions,
        "made": how_made,
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def shown(pictures: Sequence[Picture]) -> Markup:
    """Pictures of a chapter, and a word for those whose browser runs no script."""
    if not pictures:
        return tag("p", "Nothing of this was measured.", class_="quiet")
    without = tag(
        "noscript", tag("p", "Pictures need JavaScript. The tables below them hold the same numbers without it.")
    )
    return join(without, [show(picture) for picture in pictures])


def _answer(contents: CompareContents) -> Markup:
    return join(
        tag("ol", [tag("li", sentence) for sentence in compare_answer(contents)], class_="answer"),
        tag("p", reading_note(contents), class_="quiet"),
    )


# --- the table of the main figures ---------------------------------------------------------------------------------

COLUMNS: Final = (
    "Scenario",
    "Mean [interval of the mean]",
    "Difference [interval]",
    "Ratio",
    "Replications with less",
    "n",
)


OTHER_CHILDREN: Final = (
    "Rates of separated children, of referrals and of the order's class are of other children under each scenario: "
    "where fewer are separated, a rate may be higher though fewer children suffer what it counts. Read it beside their "
    "number."
)


def main_table(contents: CompareContents) -> Markup:
    """The main figures of every scenario beside those of the baseline, harms to children first."""
    reading = Reading(contents)
    if not reading.main():
        return tag("p", "None of the main figures was measured.")
    bodies = []
    for heading, definitions in (
        ("Harms to children", reading.harms()),
        ("Everything else", reading.others_of_headline()),
    ):
        if definitions:
            kind = tag("tr", tag("th", heading, scope="rowgroup", colspan=len(COLUMNS)), class_="kind")
            bodies.append(tag("tbody", kind))
            bodies += [_kpi_body(reading, one) for one in definitions]
    head = tag("thead", tag("tr", [tag("th", column, scope="col") for column in COLUMNS]))
    caption = "Main figures of every scenario, and their differences from the baseline"
    whole = tag("table", tag("caption", caption), head, *bodies, class_="stacking compared")
    return join(
        tag("p", _table_words(contents), class_="quiet"),
        tag("p", OTHER_CHILDREN, class_="quiet"),
        whole,
        _ranking(reading),
    )


def _table_words(contents: CompareContents) -> str:
    words = (
        "Shares are given in per cent and their differences in percentage points. “Replications with less”: in how "
        f"many of the pairs the scenario has less than {contents.scenarios[0].name}, and"
    )
    if contents.n < 2:
        return "One replication: no figure has an interval, and no difference can be told from chance."
    together = "" if len(contents.scenarios) == 2 else " It holds for all comparisons of the figure together."
    return (
        f"{words} in brackets the chance of that in another season (Wilson). All intervals are at "
        f"{level_text(contents.level)}. A difference is called more or less where its interval leaves zero out."
        f"{together}"
    )


def _kpi_body(reading: Reading, definition: Definition) -> Markup:
    unit = "per cent" if definition.unit == "share" else definition.unit
    label = tag(
        "th", definition.label, tag("span", unit, class_="unit"), scope="rowgroup", colspan=len(COLUMNS),
        title=definition.definition,
    )  # fmt: skip
    base = reading.mean(reading.baseline, definition.name)
    first = tag(
        "tr",
        tag("th", reading.baseline.name, scope="row"),
        tag("td", _mean_cell(reading, base, definition.unit), data_label="Mean"),
        tag("td", "baseline", class_="unclear"),
        [tag("td") for _ in COLUMNS[3:-1]],
        tag("td", ABSENT if base is None else f"{int(base['n']):,}", data_label="n"),
        class_="baseline",
    )
    return tag(
        "tbody",
        tag("tr", label, class_="kpi"),
        first,
        [_scenario_row(reading, definition, one) for one in reading.others],
    )


def _scenario_row(reading: Reading, definition: Definition, scenario: Compared) -> Markup:
    own, row = reading.mean(scenario, definition.name), reading.apart(definition.name, scenario.name)
    cells = [tag("td", _mean_cell(reading, own, definition.unit), data_label="Mean")]
    if row is None or row["n"] == 0:
        cells += [
            tag("td", "no pair to compare", class_="unclear", data_label="Difference"),
            *(tag("td") for _ in range(3)),
        ]
    else:
        cells += [
            _difference_cell(reading, row, definition.unit),
            tag("td", ratio_text(row), data_label="Ratio"),
            tag("td", chance_text(row), data_label=COLUMNS[4]),
            tag("td", f"{int(row['n']):,}", data_label="n"),
        ]
    return tag("tr", tag("th", scenario.name, scope="row"), cells)


def _mean_cell(reading: Reading, row: Row | None, unit: str) -> Markup | str:
    """A mean with its interval; a figure that was zero throughout with the chance that remains."""
    if row is None:
        return "none to measure"
    if never_here(row):
        told = brief_unseen_text(int(row["n"]), reading.contents.level)
        return join("0", tag("span", told, class_="verdict unclear"))
    return mean_text(row, unit)


WORDS: Final = {
    "more": "▲ more",
    "less": "▼ less",
    "cannot tell": "may be chance",
    "same": "the same in every pair",
    "one pair": "one pair, no interval",
}


def _difference_cell(reading: Reading, row: Row, unit: str) -> Markup:
    found = verdict(row, reading.contents.level)
    points = " points" if unit == "share" else ""
    text = difference_text(row, unit)
    notes = [WORDS[found]]
    if row["note"] and found not in ("same", "one pair"):
        notes.append(f"{row['note']}: {int(row['missing'])}" if int(row["missing"]) else str(row["note"]))
    mark = tag("span", "; ".join(notes), class_="verdict" if found in ("more", "less") else "verdict unclear")
    return tag(
        "td", f"{text}{points}", mark, class_="clear" if found in ("more", "less") else None, data_label="Difference"
    )


def _ranking(reading: Reading) -> Markup | None:
    """Which scenario has the smallest value, season by season; two scenarios have it in the table above."""
    contents = reading.contents
    if len(contents.scenarios) < 3 or contents.ranking.empty:
        return None
    columns: dict[str, list[str]] = {"Figure": [kpi.label for kpi in reading.main()]}
    for one in contents.scenarios:
        columns[one.name] = [_rank_text(reading.rank(kpi.name, one.name)) for kpi in reading.main()]
    words = (
        "Share of replications in which a scenario alone has the smallest value, its interval in brackets; then its "
        "mean place, 1 being the smallest. The smallest is not always the best: of children reunited in time it is the "
        "worst."
    )
    frame = pd.DataFrame(columns)
    caption = "Which scenario has the smallest value, season by season"
    return join(tag("h3", caption), tag("p", words, class_="quiet"), table(frame, caption))


def _rank_text(row: Row | None) -> str:
    if row is None or row["n"] == 0:
        return ABSENT
    text = figure(row["best"], "share")
    if row["n"] > 1:
        text += f" [{span_text(row['best_low'], row['best_high'], 'share')}]"
    tied = f", tied in {figure(row['tied'], 'share')}" if row["tied"] > 0 else ""
    return f"{text}{tied}; place {figure(row['mean_rank'], 'days')}"


# --- the rest ------------------------------------------------------------------------------------------------------


def _stories(contents: CompareContents) -> Markup:
    if contents.families.empty:
        return tag("p", "Families' stories were not compared.", class_="quiet")
    words = cause_sentences(contents)
    how = (
        "To read one family's story under both, run the command of the table, and again with "
        f"{figures.override(contents.scenarios[0].name)}; where the comparison changed other settings, add them. The "
        "numbers are families of replication 1."
    )
    return join(words, tag("p", how, class_="quiet"), shown([figures.families(contents)]))


def cause_sentences(contents: CompareContents) -> Markup:
    """Families that one scenario separates and the other does not, said plainly in both directions."""
    parts = []
    for one in contents.scenarios[1:]:
        sentences = reversal_sentences(contents, one, figures.cause_words())
        parts.append(tag("ul", [tag("li", sentence) for sentence in sentences], class_="limits"))
    plain = (
        "A scenario that separates fewer families in all may still separate some that the other keeps together. Both "
        "directions are counted, and neither is netted against the other."
    )
    return join(tag("p", plain), parts)


def _pairs(contents: CompareContents) -> Markup:
    if not contents.same_people:
        told = "The scenarios did not meet the same people: replications are paired by their number alone."
        return join(tag("p", told), shown([figures.pairing(contents)]))
    return shown([figures.pairing(contents)])


def _settings(contents: CompareContents) -> Markup:
    frame = contents.settings
    if frame.empty:
        return tag("p", "All scenarios have the same settings.")
    names = [str(column) for column in frame.columns if column != "key"]
    head = tag("thead", tag("tr", tag("th", "Setting", scope="col"), [tag("th", name, scope="col") for name in names]))
    rows = [
        tag(
            "tr",
            tag("th", breakable(str(row["key"])), scope="row"),
            [tag("td", value_text(row[name]), data_label=name) for name in names],
        )
        for row in frame.to_dict("records")
    ]
    caption = "Settings of the model that are not the same in all scenarios"
    whole = tag("table", tag("caption", caption), head, tag("tbody", rows), class_="stacking differing")
    words = f"{len(frame)} {'setting differs' if len(frame) == 1 else 'settings differ'}; all others are the same."
    return join(tag("p", words, class_="quiet"), whole)


def _groups(contents: CompareContents) -> Markup:
    frame = groups_table(contents)
    if frame.empty:
        return tag("p", "Nothing was compared.")
    words = (
        "Every figure of the comparison, of all and of each group: the baseline's mean, and the difference under each "
        "scenario with its interval; a star marks what is beyond chance. Among so many rows some are marked by chance."
    )
    return join(tag("p", words, class_="quiet"), searchable(frame, "All figures by group", headings=3, noun="groups"))


def groups_table(contents: CompareContents) -> pd.DataFrame:
    """Every row of the comparison, scenarios side by side."""
    reading = Reading(contents)
    keys = reading.groups()
    columns: dict[str, list[str]] = {"Figure": [], "Group": [], "Unit": [], f"{reading.baseline.name}, mean": []}
    columns |= {one.name: [] for one in reading.others}
    for kpi, kind, group in keys:
        definition = contents.definitions.get(kpi)
        unit = "" if definition is None else definition.unit
        base = reading.mean(reading.baseline, kpi, kind, group)
        columns["Figure"].append(kpi if definition is None else definition.label)
        columns["Group"].append("All" if kind == "all" else f"{name_of(kind)}: {name_of(group)}")
        columns["Unit"].append("% and points" if unit == "share" else unit_of_difference(unit))
        columns[f"{reading.baseline.name}, mean"].append(ABSENT if base is None else figure(base["mean"], unit))
        for one in reading.others:
            columns[one.name].append(_group_cell(reading.apart(kpi, one.name, kind, group), unit, contents))
    return pd.DataFrame(columns)


def _group_cell(row: Row | None, unit: str, contents: CompareContents) -> str:
    if row is None or row["n"] == 0:
        return ABSENT
    if verdict(row, contents.level) == "same":
        return "0 in every pair"
    star = " *" if is_beyond_chance(row, contents.level) else ""
    few = f" ({int(row['n'])} of {contents.n})" if int(row["n"]) < contents.n else ""
    return f"{difference_text(row, unit)}{star}{few}" if row["n"] > 1 else f"{signed(row['difference'], unit)}{few}"


def searchable(frame: pd.DataFrame, caption: str, headings: int, noun: str) -> Markup:
    """A folded table with a field that hides rows without the words typed into it.

    Parameters
    ----------
    frame : DataFrame
        Cells as they are to be read.
    caption : str
    headings : int
        Leading columns that name the row.
    noun : str
        Makes the field's anchor unique on its page.
    """
    name = f"find-{noun}"
    finder = tag(
        "div",
        tag("label", "Show rows that hold the words", for_=name),
        tag("input", type="search", id=name, autocomplete="off"),
        tag("span", role="status", class_="quiet"),
        class_="finder",
        hidden=True,
    )
    summary = tag("summary", f"{caption}: {len(frame):,} {'row' if len(frame) == 1 else 'rows'}")
    return tag("details", summary, finder, table(frame, caption, headings), class_="data")


def finder_script() -> Markup:
    """The script behind every `searchable` table of a page."""
    return tag("script", Markup(FINDER))


def how_made(contents: Any) -> Markup:
    """The manifest, and that it can be made again.

    Parameters
    ----------
    contents : CompareContents or SweepContents
    """
    basis = replications_text(contents.n)
    words = (
        f"{basis[:1].upper()}{basis[1:]} of each. The same settings, version and seed give the same figures on any "
        "machine and with any number of workers."
    )
    return join(tag("p", words, class_="quiet"), the_manifest(contents.manifest))
