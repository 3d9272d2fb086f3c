"""The report on uncertain inputs as one self-contained HTML file: where one season may lie, and what would narrow it.

Inputs are drawn from the ranges of the register outside, chance plays inside. The page tells which part of the doubt
more replications can narrow and which part only better knowledge of the inputs would.
"""

from __future__ import annotations

import dataclasses
import textwrap
from pathlib import Path
from typing import Final

import pandas as pd

from borderops.report.compare_contents import UncertaintyContents
from borderops.report.compare_page import STYLE, finder_script, page_header, searchable, shown
from borderops.report.compare_prose import SUBJECTS, brief_unseen_text, figure, how_many, span_text, text_table
from borderops.report.contents import Definition, Row
from borderops.report.markup import Markup, join, tag
from borderops.report.page import footer, limits_and_assumptions, the_manifest, whole_page, write_page
from borderops.report.uncertainty_figures import (
    MOST_DOUBTS,
    RARE,
    SOURCES,
    Uncertain,
    points_text,
    season,
    season_of_chance,
    seasons,
    share_text,
    shares,
    source_of,
    strips,
    together,
    unit_text,
)
from borderops.report.words import ABSENT, NO_BREAK, level_text, list_text, name_of, number

SECTIONS: Final = (
    ("answer", "The answer"),
    ("seasons", "Where one season may lie"),
    ("shares", "Inputs or chance"),
    ("doubts", "Which doubts go with which figures"),
    ("points", "Point by point"),
    ("groups", "All figures"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

FEW_POINTS: Final = 30
"""Points below which a rank correlation has to be very strong to be told from chance among hundreds of doubts."""

MOST_NAMED: Final = 4
"""Figures that a sentence names; of more, the table tells."""

MORE_STYLE: Final = """
#picture-seasons .panels, #picture-together .panels, #picture-strips .panels {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
}
"""

LIMITS: Final = (
    "The ranges are the register's judgement. A range that is too narrow makes a season look more certain than it is; "
    "what the register does not doubt, observed values and the shape of the model itself, is not doubted here either.",
    "Doubts are drawn independently of each other, half of the draws below the shipped value and half above, evenly on "
    "either side. Where two doubts would move together in the world, they do not here.",
    "Intervals suppose that points and chance scatter about normally; no number of replications repairs that.",
)
"""What is true of drawn inputs beside the limits of the model."""

TEXT_WIDTH, LABEL_WIDTH = 100, 30


def write_uncertainty_report(path: Path, contents: UncertaintyContents) -> None:
    """Write the report on uncertain inputs, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : UncertaintyContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_uncertainty(contents))


def render_uncertainty(contents: UncertaintyContents) -> str:
    """The whole page as text."""
    reading = Uncertain(contents)
    body = join(
        _header(reading),
        tag("main", [_section(reading, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
        finder_script(),
    )
    return whole_page(f"Uncertain inputs: {contents.scenario}", body, STYLE + MORE_STYLE)


# --- the answer ----------------------------------------------------------------------------------------------------


def uncertainty_answer(contents: UncertaintyContents) -> list[str]:
    """The answer in a few sentences, for the terminal and the head of the page.

    Parameters
    ----------
    contents : UncertaintyContents

    Returns
    -------
    list of str
        One a subject that was measured: its mean, where one season may lie, and how much of that is due to inputs;
        then for which figures more replications do not help, which doubts go with them, and what it all rests on.
    """
    reading = Uncertain(contents)
    told: list[str] = []
    for field in SUBJECTS:
        name = getattr(contents.headline, field, field)
        definition, row = contents.definitions.get(name), reading.row(name)
        if definition is not None and row is not None:
            told.append(_about(reading, field, definition, row, is_first=not told))
    told = told or ["None of the main figures could be split: fewer than two points have two replications of them."]
    return [*told, *_who_is_to_blame(reading), doubts_sentence(reading), basis_sentence(reading)]


def _about(reading: Uncertain, field: str, definition: Definition, row: Row, is_first: bool) -> str:
    """One figure: its mean, one season, chance alone, and the inputs' share."""
    unit, level = definition.unit, level_text(reading.contents.level)
    some, none = SUBJECTS[field]
    if source_of(row) == "never":
        sentence = f"At all points {none}: {never_text(reading, row)}."
        return f"{sentence[:1].upper()}{sentence[1:]}"
    told = how_many(row["mean"], unit)
    clause = some.replace("{are}", "is" if told.endswith(f"{NO_BREAK}child") else "are").format(told)
    start = f"Over inputs and chance, on average {clause}" if is_first else f"On average {clause}"
    if source_of(row) == "constant":
        return f"{start}, the same at every point and in every replication."
    whole, alone = span_text(*season(row, unit), unit), span_text(*season_of_chance(row, unit), unit)
    interval = f"with inputs as uncertain as the register says, one season may see {whole} ({level} interval)"
    if not is_first:
        interval = f"one season may see {whole}"
    return f"{start}; {interval}, chance alone would leave {alone}; inputs make {share_of_doubt(row)} of that doubt."


def share_of_doubt(row: Row) -> str:
    """The inputs' share of the variance in a sentence."""
    return share_text(row).replace("[", "(").replace("]", ")")


def never_text(reading: Uncertain, row: Row) -> str:
    """What a figure of 0 throughout does not prove; seasons that share neither point nor luck count."""
    return brief_unseen_text(int(min(row["points"], row["replications"])), reading.contents.level)


def _who_is_to_blame(reading: Uncertain) -> list[str]:
    """For which figures inputs make most of the doubt, for which chance, and what would help."""
    told = []
    inputs, chance, open_ = (reading.from_source(one) for one in ("inputs", "chance", "open"))
    if inputs:
        told.append(
            f"More replications do not help where inputs make most of the doubt: {_labels(inputs)}. Only better "
            "knowledge of the inputs narrows these."
        )
    if chance:
        told.append(
            f"Chance makes most of the doubt of {_labels(chance)}: more replications give their means more exactly, "
            "and one season stays as uncertain as chance makes it."
        )
    if open_:
        told.append(
            f"Whether inputs or chance make most of the doubt cannot be told of {_labels(open_)}: that takes more "
            "points and more replications of each."
        )
    return told


def _labels(kpis: list[Definition]) -> str:
    named = [f"“{one.label}”" for one in kpis]
    return list_text(
        named if len(named) <= MOST_NAMED else [*named[: MOST_NAMED - 1], f"{len(named) - MOST_NAMED + 1} more"]
    )


def doubts_sentence(reading: Uncertain) -> str:
    """The doubts that go most strongly with a figure, or that none can be told from chance."""
    finds = [(kpi, one) for kpi in reading.with_finds() for one in reading.beyond_chance(kpi)]
    many = f"Of {reading.contents.doubts:,} doubts" if reading.contents.doubts != 1 else "Of one doubt"
    first_look = "a first look, no sensitivity analysis"
    if not finds:
        return (
            f"{many} none goes with a main figure more strongly than chance among so many would make one, with "
            f"{reading.points_used:,} points ({first_look})."
        )
    by_doubt: dict[str, list[Definition]] = {}
    for kpi, one in sorted(finds, key=lambda pair: -abs(pair[1].rank)):
        by_doubt.setdefault(one.doubt, []).append(kpi)
    told = [f"{doubt} with {_labels(kpis)}" for doubt, kpis in list(by_doubt.items())[:3]]
    more = f", and {len(by_doubt) - 3} more" if len(by_doubt) > 3 else ""
    return f"{many} these go with main figures more than chance would make any: {'; '.join(told)}{more} ({first_look})."


def basis_sentence(reading: Uncertain) -> str:
    """Points and replications, and what the ranges are."""
    return (
        f"All this rests on {points_text(reading)} and on the ranges of the register, which are judgement: what they "
        "leave out is in no interval."
    )


# --- sections ------------------------------------------------------------------------------------------------------


def _header(reading: Uncertain) -> Markup:
    contents = reading.contents
    facts = [
        ("Scenario", contents.scenario),
        ("Doubts drawn", f"{contents.doubts:,}"),
        ("Points", f"{reading.points:,}"),
        ("Replications of each", f"{contents.replications:,}"),
        ("Intervals", level_text(contents.level)),
    ]
    if "seed" in contents.manifest:
        facts.append(("Seed", str(contents.manifest["seed"])))
    # The shared header speaks of failed replications of one scenario; here each belongs to a point.
    without = dataclasses.replace(contents, failures=[])
    return page_header("How sure, and why not surer", contents.question, facts, without, SECTIONS, _missing(reading))


def _missing(reading: Uncertain) -> Markup | None:
    """Replications that failed, and points that were cut short and are left out, said before any figure."""
    failures, left_out = reading.contents.failures, reading.points - reading.points_used
    if not failures and left_out <= 0:
        return None
    told = []
    if failures:
        told.append(f"{len(failures)} {'replication was' if len(failures) == 1 else 'replications were'} not finished.")
    if left_out > 0:
        verb = "is" if left_out == 1 else "are"
        told.append(f"{left_out} of {reading.points} points {verb} not whole and left out of every figure below.")
    items = [tag("li", f"Replication {one.replication}: {one.message}") for one in failures]
    folded = tag("details", tag("summary", "What went wrong"), tag("ul", items)) if items else None
    return tag("div", tag("p", tag("b", " ".join(told))), folded, class_="warning", role="note")


def _section(reading: Uncertain, name: str, heading: str) -> Markup:
    makers = {
        "answer": _answer,
        "seasons": lambda one: shown([seasons(one)]),
        "shares": lambda one: shown([shares(one)]),
        "doubts": _doubts,
        "points": lambda one: shown([strips(one)]),
        "groups": _groups,
        "limits": _limits,
        "made": _how_made,
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](reading), id=name, class_="part")


def _answer(reading: Uncertain) -> Markup:
    sentences = uncertainty_answer(reading.contents)
    words = (
        f"“One season” is one season to come, inputs and chance unknown: {level_text(reading.contents.level)} of such "
        "seasons lie in its interval if the ranges hold what is true. A share of the doubt is a share of the variance. "
        "Means over the ranges are not the forecast with the shipped values: many ranges reach further to one side."
    )
    return join(tag("ol", [tag("li", told) for told in sentences], class_="answer"), tag("p", words, class_="quiet"))


def _doubts(reading: Uncertain) -> Markup:
    m, doubts = reading.points_used, reading.contents.doubts
    words = (
        f"A first look at {m:,} points, and no sensitivity analysis: it sees each doubt by itself, neither doubts that "
        f"act together nor one that acts both ways. With {doubts:,} doubts some go with any figure by chance; told as "
        f"found is only what is stronger than anything that shuffling the points gives, over all doubts and main "
        f"figures, in all but {level_text(RARE)} of the shuffles. What is not found may still matter."
    )
    caution = None
    if m < FEW_POINTS:
        caution = tag("p", f"{m:,} points are few: only a doubt that moves a figure more than all others together can "
                      "be told from chance. More points (points=100), or fewer doubts (vary=), tell more.")  # fmt: skip
    picture = together(reading)
    if picture.panels:
        return join(tag("p", words, class_="quiet"), caution, shown([picture]))
    caption = f"The {MOST_DOUBTS} strongest of each figure, all of which chance may have made"
    table = searchable(picture.table, caption, 2, "doubts") if len(picture.table) else None
    return join(tag("p", words, class_="quiet"), caution, tag("p", tag("b", f"{picture.title}.")), table)


def _groups(reading: Uncertain) -> Markup:
    frame = groups_table(reading)
    if frame.empty:
        return tag("p", "Nothing was measured at two points.")
    words = (
        "Every figure, of all and of each group: its mean, where one season may lie, the standard deviations that come "
        "from inputs and from chance, and the inputs' share of the variance with its interval."
    )
    return join(tag("p", words, class_="quiet"), searchable(frame, "All figures by group", headings=2, noun="groups"))


def groups_table(reading: Uncertain) -> pd.DataFrame:
    """Every row of the split that could be split, in the order of the definitions."""
    definitions = reading.contents.definitions
    order = {name: at for at, name in enumerate(definitions)}
    keys = [
        (str(kpi), str(kind), str(group))
        for kpi, kind, group in reading.contents.split[["kpi", "group_kind", "group"]].itertuples(index=False)
    ]
    rows = []
    for kpi, kind, group in sorted(keys, key=lambda key: (order.get(key[0], len(order)), key[1] != "all")):
        row, definition = reading.row(kpi, kind, group), definitions.get(kpi)
        if row is None:
            continue
        unit = "" if definition is None else definition.unit
        spread_of = (figure(row["inputs"], unit), figure(row["chance"], unit))
        rows.append(
            (
                kpi if definition is None else definition.label,
                "All" if kind == "all" else f"{name_of(kind)}: {name_of(group)}",
                unit if definition is None else unit_text(definition),
                figure(row["mean"], unit),
                span_text(*season(row, unit), unit),
                *spread_of,
                share_text(row),
                f"{int(row['points'])} of {row['replications']:g}",
                str(row["note"]) or ABSENT,
            )
        )
    columns = ["Figure", "Group", "Unit", "Mean", "One season", "From inputs", "From chance", "Due to inputs"]
    return pd.DataFrame(rows, columns=[*columns, "Points of replications", "Note"])


def _limits(reading: Uncertain) -> Markup:
    return join(
        tag("ul", [tag("li", limit) for limit in LIMITS], class_="limits"), limits_and_assumptions(reading.contents)
    )


def _how_made(reading: Uncertain) -> Markup:
    words = (
        f"{points_text(reading)}. Points are a Latin hypercube: each doubt has exactly one draw in each of "
        f"{number(reading.points)} equal parts of its range, unless values contradict one another and stay as shipped. "
        "All points are played with the same luck. The same settings, version and seed give the same figures on any "
        "machine and with any number of workers."
    )
    return join(tag("p", words[:1].upper() + words[1:], class_="quiet"), the_manifest(reading.contents.manifest))


# --- the terminal's table ------------------------------------------------------------------------------------------


def uncertainty_table_text(contents: UncertaintyContents) -> str:
    """The main figures as a table for the terminal, and what a planner must know.

    Parameters
    ----------
    contents : UncertaintyContents

    Returns
    -------
    str
        A figure a line; below, where more replications do not help and what the table rests on. No line end at the end.
    """
    reading = Uncertain(contents)
    rows = [line for kpi in reading.kpis for line in _text_lines(reading, kpi)]
    head = ["", "mean", "one season", "chance alone", "due to inputs", "mostly"]
    table = text_table(head, rows, right=(1, 2, 3, 4)) if rows else []
    level = level_text(contents.level)
    key = (
        f"One season: its {level} interval, inputs as uncertain as the register says. Chance alone: what would be left "
        f"of it if the inputs were known. Due to inputs: share of the variance [{level} interval]."
    )
    zero = _zero_text(reading)
    paragraphs = [key, zero, *_who_is_to_blame(reading), doubts_sentence(reading), basis_sentence(reading)]
    if not rows:
        paragraphs = [uncertainty_answer(contents)[0], basis_sentence(reading)]
    wrapped = [line for one in paragraphs if one for line in textwrap.wrap(one.replace(NO_BREAK, " "), TEXT_WIDTH)]
    return "\n".join([*table, *([""] if table else []), *wrapped])


def _text_lines(reading: Uncertain, kpi: Definition) -> list[list[str]]:
    row, unit = reading.known(kpi), kpi.unit
    label = textwrap.wrap(f"{kpi.label} ({unit_text(kpi)})", LABEL_WIDTH)
    source = source_of(row)
    if source in ("never", "constant"):
        cells = [figure(row["mean"], unit), ABSENT, ABSENT, ABSENT, SOURCES[source]]
    else:
        alone, whole = span_text(*season_of_chance(row, unit), unit), span_text(*season(row, unit), unit)
        cells = [figure(row["mean"], unit), whole, alone, share_text(row), SOURCES[source]]
    return [[label[0], *cells], *([part, *[""] * 5] for part in label[1:])]


def _zero_text(reading: Uncertain) -> str:
    """What zeros do not prove, where there are any."""
    zeros = reading.from_source("never")
    return f"0 throughout is no proof of never: {never_text(reading, reading.known(zeros[0]))}." if zeros else ""
