"""The report of a sensitivity run as one self-contained HTML file: what moves what, where it fails, what to ask."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from borderops.report.compare_page import STYLE, finder_script, page_header, searchable, shown
from borderops.report.compare_prose import figure
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import footer, limits_and_assumptions, the_manifest, whole_page, write_page
from borderops.report.sensitivity_contents import SensitivityContents, inputs_table
from borderops.report.sensitivity_figures import indices, scatter, spread_of_effects, tornado
from borderops.report.sensitivity_lessons import regions, worth
from borderops.report.sensitivity_prose import answer
from borderops.report.sensitivity_tables import MORRIS
from borderops.report.words import ABSENT, level_text

SCREENED: Final = (
    ("answer", "The answer"),
    ("moves", "What moves each figure"),
    ("spread", "Everywhere alike, or not"),
    ("inputs", "What was varied"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)
APPORTIONED: Final = (
    ("answer", "The answer"),
    ("shares", "Which input makes how much of it"),
    ("moves", "At the two ends of each range"),
    ("points", "Point by point"),
    ("outcomes", "How often criteria break"),
    ("regions", "Where GO becomes NO-GO"),
    ("worth", "What is worth finding out first"),
    ("inputs", "What was varied"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

MORE_STYLE: Final = """
#picture-tornado .panels, #picture-spread .panels, #picture-indices .panels, #picture-worth .panels,
#picture-regions .panels {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
}
#picture-scatter .panels { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
#picture-regions table td { white-space: normal; min-width: 8rem; }
"""

LIMITS: Final = (
    "Ranges are the register's judgement: an input matters as much as its range is wide. What the register does not "
    "doubt, observed values and the shape of the model, is not varied.",
    "Doubts are drawn independently of each other. What was fitted is drawn as whole points of the fitted sample, in "
    "which values hang together; how much each of them matters by itself cannot be told from there.",
    "A region is a description of what was played, and no cause: another rule may do nearly as well.",
    "The loss is that of a wrong verdict alone. No harm to children is weighed against anything: harms are limits, "
    "which the criteria hold.",
    "What is worth finding out is found out in existing records, drills and synthetic exercises, never by separating "
    "anyone.",
)


def write_sensitivity_report(path: Path, contents: SensitivityContents) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : SensitivityContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_sensitivity(contents))


def render_sensitivity(contents: SensitivityContents) -> str:
    """The whole page as text."""
    sections = SCREENED if contents.method == MORRIS else APPORTIONED
    laid, what = contents.laid, "walks" if contents.method == MORRIS else "rows"
    facts = [
        ("Scenario", contents.scenario),
        ("Method", "Morris's screen" if contents.method == MORRIS else "Sobol's indices"),
        ("Inputs", f"{len(contents.space.inputs):,} in {len(contents.space.groups):,} groups"),
        ("Points", f"{int(contents.kept.sum()):,} {what} of {laid.points:,}, {contents.n:,} replications each"),
        ("Criteria", contents.criteria or "the planner's own limits"),
        ("Intervals", level_text(contents.level)),
    ]
    if "seed" in contents.manifest:
        facts.append(("Seed", str(contents.manifest["seed"])))
    title = "What matters" if contents.method == MORRIS else "What matters, where it fails, what to find out"
    body = join(
        page_header(title, contents.question, facts, contents, sections),
        tag("main", [_section(contents, name, heading) for name, heading in sections], id="content"),
        footer(contents),
        finder_script(),
    )
    return whole_page(f"{title}: {contents.scenario}", body, STYLE + MORE_STYLE)


def _section(contents: SensitivityContents, name: str, heading: str) -> Markup:
    makers = {
        "answer": _answer,
        "moves": lambda one: shown([tornado(one)]),
        "spread": lambda one: shown([spread_of_effects(one)]),
        "shares": lambda one: shown([indices(one)]),
        "points": lambda one: shown([scatter(one)]),
        "outcomes": _outcomes,
        "regions": _regions,
        "worth": lambda one: shown([worth(one)]),
        "inputs": _inputs,
        "limits": _limits,
        "made": _how_made,
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def _answer(contents: SensitivityContents) -> Markup:
    words = (
        "An effect is the change of a figure over the whole range of a group of inputs, the others somewhere in "
        "theirs. What is told as more than chance is so in seasons of other luck as well."
        if contents.method == MORRIS
        else "Indices are of the mean season: luck is taken out of them, and comes on top of what the inputs do."
    )
    return join(
        tag("ol", [tag("li", told) for told in answer(contents)], class_="answer"), tag("p", words, class_="quiet")
    )


def _outcomes(contents: SensitivityContents) -> Markup:
    if contents.outcomes.empty:
        return tag("p", "No limit was asked for.")
    told = pd.DataFrame(
        {
            "Criterion": contents.outcomes["label"],
            "Seasons": [f"{one:,}" for one in contents.outcomes["seasons"]],
            "Broken in": [figure(one, "share") for one in contents.outcomes["share_broken"]],
        }
    )
    words = (
        "Single seasons over the inputs as varied, each with luck of its own. This is no verdict: a review judges the "
        "plan as it stands, and asks how sure that is."
    )
    return join(tag("p", words, class_="quiet"), table(told, "Criteria and how often they break"))


def _regions(contents: SensitivityContents) -> Markup:
    picture = regions(contents)
    if picture.panels or picture.table.empty:
        return shown([picture])
    words = "Of each criterion the best box is told all the same: on rows left out none does better than chance would."
    return join(tag("p", tag("b", f"{picture.title}.")), tag("p", words, class_="quiet"), table(picture.table, "Boxes"))


def _inputs(contents: SensitivityContents) -> Markup:
    found = inputs_table(contents)

    def cell(value: float) -> str:
        return ABSENT if pd.isna(value) else f"{value:,.4g}"

    told = pd.DataFrame(
        {
            "Input": found["input"],
            "Group": found["group"],
            "Parameters": [f"{one:,}" for one in found["parameters"]],
            "Low": [cell(one) for one in found["low"]],
            "As it stands": [cell(one) for one in found["value"]],
            "High": [cell(one) for one in found["high"]],
            "Unit": found["unit"],
            "Grade": found["grade"],
            "Better known by": [one or ABSENT for one in found["resolved_by"]],
            "Held in rows": [f"{one}" for one in found["held_in_rows"]],
        }
    )
    words = (
        "Of an entry that speaks for several parameters the first one's range is shown; all of them move together. "
        "“Held”: rows in which an input stayed as shipped, since values would have contradicted one another."
    )
    return join(tag("p", words, class_="quiet"), searchable(told, "Inputs", headings=1, noun="inputs"))


def _limits(contents: SensitivityContents) -> Markup:
    return join(tag("ul", [tag("li", limit) for limit in LIMITS], class_="limits"), limits_and_assumptions(contents))


def _how_made(contents: SensitivityContents) -> Markup:
    what = (
        "Walks over a grid of four positions; starts and directions are spread by a scrambled Sobol sequence."
        if contents.method == MORRIS
        else "Points of a scrambled Sobol sequence, laid out as Saltelli does; estimators are Jansen's."
    )
    words = (
        f"{what} Each row of points is played with luck of its own, the same at all its points, in {contents.n:,} "
        "replications; squares are products of differing replications, so that luck adds nothing to them on average. "
        "Intervals draw whole rows anew."
    )
    manifest = {key: told for key, told in contents.manifest.items() if key not in ("digests", "points")}
    return join(tag("p", words, class_="quiet"), the_manifest(manifest))
