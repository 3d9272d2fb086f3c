"""The report of a search for capacity as one self-contained HTML file; a review's page may show its section too."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from borderops.report.assumptions import MOST_BRIEF, leading
from borderops.report.capacity_contents import CapacityContents, CapacitySection, criteria_table
from borderops.report.capacity_figures import packages_table, pictures
from borderops.report.capacity_prose import answer, shown_criteria, shown_plans
from borderops.report.compare_page import STYLE, finder_script, page_header, searchable, shown
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import footer, limits, the_manifest, whole_page, write_page
from borderops.report.words import window_text

SECTIONS: Final = (
    ("answer", "The answer"),
    ("picture", "Beside the answer"),
    ("criteria", "Every criterion, at the answer and at the plan as it is"),
    ("all", "All plans that were judged, criterion by criterion"),
    ("how", "How the search went"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

TITLES: Final = {
    "least": "The least that would do",
    "frontier": "What would do together",
    "packages": "The smallest packages",
}

HOW: Final = (
    "Every plan meets the same people with the same luck, and the same values in doubt; it differs from the plan as it "
    "is by its levers alone. A plan is judged after an eighth, a quarter, half and all of the seasons it may have, "
    "and the error allowed is shared out over these looks, so that looking more than once costs no more of it.",
    "Where more never hurts, one error pays for all levels, as a wrong GO below the answer would be a wrong GO right "
    "below it too. Whether more hurts is looked at on the way; where it does, all levels are judged by themselves.",
    "Of several levers a wrong GO can come about in as many ways as there are plans of which none has more of "
    "everything than another. Each plan is judged with the error allowed divided by the most that there can be of "
    "these, so that the error holds for all that is reported together; it takes more seasons than one lever does.",
    "GO needs the share of seasons that meet a criterion to be shown to be as large as demanded; NO-GO needs it to be "
    "shown smaller. The rest is told as not enough evidence, and more replications (most=) may settle it.",
)


def write_capacity_report(path: Path, contents: CapacityContents) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : CapacityContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_capacity(contents))


def render_capacity(contents: CapacityContents) -> str:
    """The whole page as text."""
    section, title = contents.section, TITLES[contents.section.mode]
    levels = [f"{one.name}, {_span(section, one.name)}" for one in section.levers]
    facts = [
        ("Scenario", contents.scenario),
        ("Levers", "; ".join(levels)),
        ("Criteria", f"{section.criteria.name}, {section.digest[:12]}"),
        ("Answer speaks of", window_text(*contents.settings.season)),
        ("Replications", f"at most {section.most:,} a plan"),
        ("Seed", str(contents.settings.seed)),
    ]
    body = join(
        page_header(title, contents.question, facts, contents, SECTIONS),
        tag("main", [_section(contents, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
        finder_script(),
    )
    return whole_page(f"{title}: {contents.scenario}", body, STYLE)


def _span(section: CapacitySection, name: str) -> str:
    levels = section.levels[name]
    if section.mode == "packages":
        return f"{levels[-1]:,}"
    return f"{levels[0]:,} to {levels[-1]:,}" + (f" by {levels[1] - levels[0]:,}" if len(levels) > 1 else "")


def _section(contents: CapacityContents, name: str, heading: str) -> Markup:
    makers = {
        "answer": lambda one: the_answer(one.section),
        "picture": lambda one: the_pictures(one.section),
        "criteria": lambda one: _criteria(one.section),
        "all": lambda one: _all(one.section),
        "how": lambda one: join([tag("p", told) for told in HOW]),
        "limits": lambda one: join(limits(one), tag("h3", "Assumptions that matter most"), leading(most=MOST_BRIEF)),
        "made": lambda one: the_manifest({key: told for key, told in one.manifest.items() if key != "digests"}),
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def the_answer(section: CapacitySection) -> Markup:
    """The answer's sentences, and of packages their table."""
    told = tag("ol", [tag("li", one) for one in answer(section)], class_="answer")
    if section.mode != "packages" or not section.answers:
        return told
    return join(told, table(packages_table(section), "Packages that turn the verdict into GO, the smallest first", 2))


def the_pictures(section: CapacitySection) -> Markup:
    """The pictures, or where there is none the plans that were judged."""
    made = pictures(section)
    return shown(made) if made else table(shown_plans(section), "Plans that were judged; * an answer")


def _criteria(section: CapacitySection) -> Markup:
    """All criteria of the first answer, or of the plan with most of everything, and of the plan as it is."""
    first = section.judged[0]
    chosen = (
        section[section.answers[0]]
        if section.answers
        else max(section.judged, key=lambda one: sum(one.levels.values()))
    )
    plans = [chosen, *([first] if first.name != chosen.name else []), *([section.beside] if section.beside else [])]
    return join(
        [
            join(
                tag("h3", f"{one.name[:1].upper()}{one.name[1:]}: {one.tried.verdict}"),
                table(shown_criteria(one), f"All criteria, {one.name}", 1, "numbers worded"),
            )
            for one in plans
        ]
    )


def _all(section: CapacitySection) -> Markup:
    found = criteria_table(section)[["plan", "criterion", "is_judged", "group", "verdict", "met", "broken", "unknown"]]
    names = {"is_judged": "judged"}
    told = found.assign(is_judged=["yes" if one else "no" for one in found["is_judged"]]).astype(str)
    return searchable(
        told.rename(columns=names).rename(columns=str.capitalize), "Plans and criteria", headings=2, noun="rows"
    )
