"""The report of a sweep as one self-contained HTML file: how the figures change with what was varied."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Final

import pandas as pd

from borderops.report.breakdown import evenly
from borderops.report.compare_contents import SweepContents
from borderops.report.compare_page import STYLE, finder_script, how_made, page_header, searchable, shown
from borderops.report.compare_prose import brief_unseen_text, figure, span_text, text_table
from borderops.report.compare_reading import never_here
from borderops.report.contents import Definition
from borderops.report.markup import Markup, join, table, tag
from borderops.report.page import footer, limits_and_assumptions, whole_page, write_page
from borderops.report.sweep_figures import Sweep, points_table, range_text, response, short
from borderops.report.words import ABSENT, level_text, list_text, name_of, replications_text

SECTIONS: Final = (
    ("answer", "The answer"),
    ("response", "How the figures change"),
    ("points", "Every point"),
    ("groups", "All figures"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)

MOST_COLUMNS: Final = 6
"""Points that stand side by side in the table of all figures; more stand one below the other, without groups."""

MOST_SENTENCES: Final = 5
TEXT_WIDTH, HEAD_WIDTH = 100, 24


def write_sweep_report(path: Path, contents: SweepContents) -> None:
    """Write the report of a sweep, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : SweepContents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render_sweep(contents))


def render_sweep(contents: SweepContents) -> str:
    """The whole page as text."""
    body = join(
        _header(contents),
        tag("main", [_section(contents, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
        finder_script(),
    )
    return whole_page(f"Sweep: {list_text(list(contents.axes))}", body, STYLE)


def sweep_answer(contents: SweepContents) -> list[str]:
    """For each of the first figures its lowest and its highest point, then what the sweep rests on.

    Parameters
    ----------
    contents : SweepContents

    Returns
    -------
    list of str
        Two to six sentences.
    """
    sweep = Sweep(contents)
    told = [range_text(sweep, kpi) for kpi in sweep.drawn()[:MOST_SENTENCES]]
    return [*(told or ["None of the figures asked for was measured at any point."]), _basis(contents, sweep)]


def _basis(contents: SweepContents, sweep: Sweep) -> str:
    points = f"{len(sweep.points)} {'point' if len(sweep.points) == 1 else 'points'}"
    if contents.n < 2:
        return f"Each of {points} rests on one replication, so no figure has an interval; run more before deciding."
    return (
        f"Means over {replications_text(contents.n)} at each of {points}, in brackets the {level_text(contents.level)} "
        "interval of the mean: it covers chance, and values in doubt where a sample of them is played (inputs.sample); "
        "not doubt about the assumptions that stand still."
    )


def _header(contents: SweepContents) -> Markup:
    facts = [
        ("Scenario", contents.scenario),
        ("Points", f"{contents.table['point'].nunique():,}"),
        ("Replications of each", f"{contents.n:,}"),
        ("Intervals", level_text(contents.level) if contents.n > 1 else "none"),
    ]
    if "seed" in contents.manifest:
        facts.append(("Seed", str(contents.manifest["seed"])))
    varied = [
        item for name, values in contents.axes.items() for item in (tag("dt", name), tag("dd", list_text(list(values))))
    ]
    return page_header(
        "What changes with a setting", contents.question, facts, contents, SECTIONS, tag("dl", varied, class_="titles")
    )


def _section(contents: SweepContents, name: str, heading: str) -> Markup:
    makers = {
        "answer": lambda one: tag("ol", [tag("li", told) for told in sweep_answer(one)], class_="answer"),
        "response": lambda one: shown([response(one)]),
        "points": _points,
        "groups": _groups,
        "limits": limits_and_assumptions,
        "made": how_made,
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


def _points(contents: SweepContents) -> Markup:
    sweep = Sweep(contents)
    drawn = sweep.drawn()
    if not drawn:
        return tag("p", "Nothing was measured.")
    basis = (
        "one replication, no interval"
        if contents.n < 2
        else f"mean [{level_text(contents.level)} interval of the mean]"
    )
    words = f"Each point with its settings; {basis} of {replications_text(contents.n)}. {zero_text(sweep)}"
    tables = [
        table(
            points_table(sweep, some),
            f"Points of the sweep: {list_text([one.label for one in some])}",
            len(contents.axes),
        )
        for some in evenly(drawn)
    ]
    return join(tag("p", words, class_="quiet"), tables)


def zero_text(sweep: Sweep) -> str:
    """What a mean of zero does and does not say, if any is shown."""
    shown_rows = [sweep.row(point, kpi.name) for kpi in sweep.drawn() for point in sweep.points]
    if not any(never_here(row) for row in shown_rows):
        return ""
    return f"A mean of 0 is not proof of never: {brief_unseen_text(sweep.contents.n, sweep.contents.level)}."


def _groups(contents: SweepContents) -> Markup:
    sweep = Sweep(contents)
    frame = side_by_side(sweep) if len(sweep.points) <= MOST_COLUMNS else one_below_the_other(sweep)
    if frame.empty:
        return tag("p", "Nothing was measured.")
    headings = 2 if len(sweep.points) <= MOST_COLUMNS else 1 + len(contents.axes)
    words = (
        "Every figure that was measured, at every point; the tidy table of the sweep holds every group of every point."
    )
    return join(tag("p", words, class_="quiet"), searchable(frame, "All figures", headings, "groups"))


def side_by_side(sweep: Sweep) -> pd.DataFrame:
    """A row a KPI and group, a column a point."""
    keys = sweep.contents.table[["kpi", "group_kind", "group"]].drop_duplicates()
    order = {name: at for at, name in enumerate(sweep.contents.definitions)}
    wanted = sorted(keys.itertuples(index=False), key=lambda key: (order.get(key[0], len(order)), key[1] != "all"))
    columns: dict[str, list[str]] = {"Figure": [], "Group": [], **{sweep.where(point): [] for point in sweep.points}}
    for kpi, kind, group in wanted:
        label, unit = _label(sweep, str(kpi))
        columns["Figure"].append(label)
        columns["Group"].append("All" if kind == "all" else f"{name_of(kind)}: {name_of(group)}")
        for point in sweep.points:
            columns[sweep.where(point)].append(_text(sweep, point, (str(kpi), str(kind), str(group)), unit))
    return pd.DataFrame(columns)


def one_below_the_other(sweep: Sweep) -> pd.DataFrame:
    """A row a KPI and point, without groups."""
    rows = []
    for kpi in dict.fromkeys(sweep.contents.table["kpi"]):
        label, unit = _label(sweep, str(kpi))
        for point, values in sweep.points.items():
            rows.append((label, *values, _text(sweep, point, (str(kpi), "all", "all"), unit)))
    return pd.DataFrame(rows, columns=["Figure", *sweep.contents.axes, "Mean [interval of the mean]"])


def _label(sweep: Sweep, kpi: str) -> tuple[str, str]:
    definition = sweep.contents.definitions.get(kpi)
    return (kpi, "") if definition is None else (definition.label, definition.unit)


def _text(sweep: Sweep, point: int, key: tuple[str, str, str], unit: str) -> str:
    row = sweep.row(point, *key)
    if row is None:
        return ABSENT
    mean = figure(row["mean"], unit)
    if row["n"] < 2 or row["mean_low"] == row["mean_high"]:
        return mean
    return f"{mean} [{span_text(row['mean_low'], row['mean_high'], unit)}]"


# --- the terminal's table ------------------------------------------------------------------------------------------


def sweep_table_text(contents: SweepContents) -> str:
    """The drawn figures at every point as a table for the terminal.

    Parameters
    ----------
    contents : SweepContents

    Returns
    -------
    str
        A line a point; as many figures side by side as have room, the others in a table below. No line end at the end.
    """
    sweep = Sweep(contents)
    blocks = [_block(sweep, some) for some in _side_by_side(sweep, sweep.drawn())]
    basis = _basis(contents, sweep)
    key = f"{basis} {zero_text(sweep)}".strip()
    return "\n".join([*(line for block in blocks for line in [*block, ""]), *textwrap.wrap(key, TEXT_WIDTH)])


def _block(sweep: Sweep, kpis: list[Definition]) -> list[str]:
    frame = points_table(sweep, kpis)
    axes = len(sweep.contents.axes)
    wrapped = ["\n".join(textwrap.wrap(name, HEAD_WIDTH)) for name in frame.columns[axes:]]
    head = [*(short(name) for name in sweep.contents.axes), *wrapped]
    return text_table(head, [list(row) for row in frame.itertuples(index=False)], right=range(axes, len(head)))


def _side_by_side(sweep: Sweep, kpis: list[Definition]) -> list[list[Definition]]:
    """Figures dealt to tables that fit the terminal."""
    groups: list[list[Definition]] = []
    for kpi in kpis:
        if groups and max(len(line) for line in _block(sweep, [*groups[-1], kpi])) <= TEXT_WIDTH:
            groups[-1].append(kpi)
        else:
            groups.append([kpi])
    return groups
