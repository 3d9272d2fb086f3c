"""The report of a score as one self-contained HTML file: what the tool did, for whom it did it less well, and how.

Groups are countries, ages, places and surnames of invented people: nothing here ranks a person or a family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.referee.result import Score
from borderops.report.compare_page import STYLE
from borderops.report.contents import records
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import show, the_manifest, whole_page, write_page
from borderops.report.score_figures import (
    FEW,
    SLICES,
    group_name,
    leading_two,
    measures,
    mechanisms,
    slices,
    thresholds,
    value_text,
)
from borderops.report.words import number

INVENTED: Final = (
    "Everybody in the pack is invented. The score says how well a tool did on made-up records and nothing about any "
    "real person; it ranks tools, never people, and no output of it may be used to suspect anybody."
)
LIMITS: Final = (
    "A score on one pack holds for records like those of that pack: rates of slips are judgement for the most part, "
    "so compare tools with each other on the same pack rather than with a number from elsewhere.",
    "Intervals tell how much would change had other families come. They know nothing of other tiers, designs or rates.",
    "A tool that was fitted to the labels of a pack must be judged on the other part of a split: see the answer key.",
    "Slices are told as they are, without correction for there being many of them.",
)


@dataclass(frozen=True)
class ScorePage:
    """What the report of a score shows.

    Parameters
    ----------
    score : Score
    tool : str
        Who made the output, as it is named on the page.
    about : mapping of str to str
        Facts of the pack.
    manifest : mapping
    """

    score: Score
    tool: str
    about: Mapping[str, str]
    manifest: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Heading of the page."""
        return f"{self.score.task}: {self.score.title}"


def write_score_report(path: Path, contents: ScorePage) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist.
    contents : ScorePage

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_score(contents))


def render_score(contents: ScorePage) -> str:
    """The whole page as text."""
    sections = _sections(contents)
    body = join(
        _header(contents, [(name, heading) for name, heading, _ in sections]),
        tag("main", [_section(*one) for one in sections], id="content"),
        tag("footer", tag("p", f"Made by borderops {contents.manifest.get('version', '')}. ", INVENTED)),
    )
    return whole_page(contents.title, body, STYLE)


def _sections(contents: ScorePage) -> list[tuple[str, str, Markup]]:
    """Sections that have anything to show: anchor, heading, body."""
    score = contents.score
    without = tag("noscript", tag("p", "Pictures need JavaScript. The tables below them hold the same numbers."))
    found = [
        ("answer", "The answer", _answer(score)),
        ("measures", "Measures", join(without, show(measures(score)), _meanings(score))),
        ("slices", "For whom", join(_about_slices(), [show(picture) for picture in slices(score)])),
        ("thresholds", "Thresholds", _one(thresholds(score))),
        ("mechanisms", "By kind of error", _one(mechanisms(score))),
        ("limits", "What this does not say", tag("ul", [tag("li", one) for one in LIMITS], class_="limits")),
        ("made", "How it was made", the_manifest(contents.manifest)),
    ]
    return [(name, heading, body) for name, heading, body in found if body]


def _one(picture: Any) -> Markup:
    return Markup("") if picture is None else show(picture)


def _header(contents: ScorePage, sections: Sequence[tuple[str, str]]) -> Markup:
    facts = [("Tool", contents.tool), ("Output", contents.score.kind), *contents.about.items()]
    if contents.score.threshold is not None:
        facts.append(("Linked from", f"{contents.score.threshold:g}"))
    return tag(
        "header",
        tag("p", "borderops · a score on invented records", class_="kicker"),
        tag("h1", contents.title),
        tag("dl", [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts], class_="facts"),
        tag("p", INVENTED, class_="invented"),
        tag("nav", [tag("a", heading, href=f"#{name}") for name, heading in sections],
            aria_label="Sections of this report"),
    )  # fmt: skip


def _section(name: str, heading: str, body: Markup) -> Markup:
    return tag("section", tag("h2", heading, id=f"{name}-heading"), body, id=name, class_="part")


def _answer(score: Score) -> Markup:
    counts = pd.DataFrame({"Counted": list(score.counts), "": [f"{one:,}" for one in score.counts.values()]})
    return join(
        tag("ol", [tag("li", sentence) for sentence in answer(score)], class_="answer"),
        [tag("p", note, class_="quiet") for note in score.notes],
        table(counts, "What the measures were counted from"),
    )


def answer(score: Score) -> list[str]:
    """The score in sentences."""
    labels = {one.name: one.label for one in score.measures}
    whole = {row.measure: row for row in records(score.whole)}
    leading = [whole[name] for name in score.leading if name in whole]
    told = "; ".join(f"{labels[row.measure]} {value_text(row)}" for row in leading)
    return [f"{told}.", *_widest(score)]


def _widest(score: Score) -> list[str]:
    """For each leading measure where it is lowest and highest, among groups with families enough to tell."""
    found = []
    for measure in leading_two(score):
        rows = score.slices(measure.name)
        rows = rows[(rows["families"] >= FEW) & np.isfinite(rows["value"])]
        if len(rows) < 2:
            continue
        low = rows.loc[rows["value"].idxmin()]
        high = rows.loc[rows["value"].idxmax()]
        found.append(
            f"{measure.label} is lowest at {number(low['value'], 'share')} ({_where(low)}) and highest at "
            f"{number(high['value'], 'share')} ({_where(high)})."
        )
    return found


def _where(row: pd.Series) -> str:
    kind = SLICES[row["kind"]].removeprefix("By ").lower()
    return f"{kind}: {group_name(row['kind'], row['group'])}, {row['families']:,} families"


def _about_slices() -> Markup:
    words = (
        "An average may hide for whom a tool works less well. A pair counts half for either of its two people; records "
        "that are about nobody stand in no group."
    )
    return tag("p", words, class_="quiet")


def _meanings(score: Score) -> Markup:
    items = [tag("div", tag("dt", one.label), tag("dd", one.says)) for one in score.measures]
    return tag(
        "details", tag("summary", "What each measure counts"), tag("dl", items, class_="manifest"), class_="plain"
    )
