"""The report of a fit as one self-contained HTML file: what was found, who sees whom, and what stays open."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from borderops.report.compare_page import STYLE, finder_script, page_header, searchable, shown
from borderops.report.fit_contents import FitContents, directions_table, waves_table
from borderops.report.fit_figures import pairs_picture, positions, ranks_picture, rows_by_wave, screen_map
from borderops.report.fit_prose import answer
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import footer, limits, the_manifest, whole_page, write_page

SECTIONS: Final = (
    ("answer", "The answer"),
    ("waves", "Waves"),
    ("rows", "Published figures before and after"),
    ("doubts", "Values in doubt before and after"),
    ("screen", "Which figure sees which value"),
    ("pairs", "What the figures cannot tell apart"),
    ("ranks", "Planted truths"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

QUESTION: Final = "Which values agree with what was published, and what do the figures leave open?"

MORE_STYLE: Final = """
#picture-pairs .panels, #picture-ranks .panels {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
}
"""


def write_fit_report(path: Path, contents: FitContents) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : FitContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_fit(contents))


def render_fit(contents: FitContents) -> str:
    """The whole page as text."""
    steps = contents.fitted.steps
    facts = [
        ("Values in doubt", f"{len(contents.doubts):,}"),
        ("Published figures", f"{len(contents.rows):,}"),
        ("Waves", f"{len(steps)} of {steps[0].runs:,} points"),
        ("Sample", f"{contents.n:,} points"),
        ("As of", contents.as_of or "all that is known"),
    ]
    body = join(
        page_header("What the figures leave open", QUESTION, facts, contents, SECTIONS),
        tag("main", [_section(contents, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
        finder_script(),
    )
    return whole_page("What the figures leave open", body, STYLE + MORE_STYLE)


def _section(contents: FitContents, name: str, heading: str) -> Markup:
    makers = {
        "answer": _answer,
        "waves": _waves,
        "rows": lambda one: shown([rows_by_wave(one)]),
        "doubts": lambda one: shown([positions(one)]),
        "screen": lambda one: shown([screen_map(one)]),
        "pairs": _pairs,
        "ranks": lambda one: shown([ranks_picture(one)]),
        "limits": limits,
        "made": lambda one: the_manifest({key: told for key, told in one.manifest.items() if key != "digests"}),
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def _answer(contents: FitContents) -> Markup:
    words = (
        "Nothing is added for a model that is wrong: an interval holds what is in doubt, what chance does to one "
        "season, and what the stand-in does not know. Only figures of role fit are used; those that are only checked "
        "are never looked at."
    )
    return join(
        tag("ol", [tag("li", told) for told in answer(contents)], class_="answer"), tag("p", words, class_="quiet")
    )


def _waves(contents: FitContents) -> Markup:
    found = waves_table(contents)
    told = pd.DataFrame(
        {
            "Wave": [f"{one:,}" for one in found["wave"]],
            "Points": [f"{one:,}" for one in found["points"]],
            "Learnt from": [f"{one:,} runs" for one in found["learnt_from"]],
            "Figures used": [f"{one:,}" for one in found["rows_used"]],
            "Variance told": [f"{one:.0%}" for one in found["explained"]],
            "90 % intervals hold": [f"{one:.0%}" for one in found["covered"]],
            "Of the ranges remains": [f"10^{one:.1f}" for one in found["log10_share"]],
            "Limits widened": ["no" if one <= 1.0 else f"{one:.2f} times" for one in found["widened"]],
            "Hardest to meet (least implausibility)": found["worst"],
        }
    )
    words = (
        "Each wave plays points where the ones before left something open, learns a quick stand-in for every figure, "
        "and rules out what it cannot reconcile with what was published."
    )
    return join(tag("p", words, class_="quiet"), table(told, "Waves"))


def _pairs(contents: FitContents) -> Markup:
    found = directions_table(contents)
    told = pd.DataFrame(
        {
            "Direction": [f"{one}" for one in found["direction"]],
            "Information": [f"{one:.3g}" for one in found["information"]],
            "Largest parts": found["parts"],
        }
    )
    words = "Directions of the values together, by how much the figures tell of each; 1 is as much as the ranges do."
    return join(
        shown([pairs_picture(contents)]),
        tag("p", words, class_="quiet"),
        searchable(told, "Directions", headings=1, noun="directions"),
    )
