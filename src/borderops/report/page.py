"""The report as one self-contained HTML file: the answer first, then pictures, doubts and how it was made.

The page asks nothing of the network: Plotly's own script is inside it, once. Words, tables and the strips of the
comparison need no script at all; the pictures are drawn as they come into view.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from string import Template
from typing import Any, Final

import plotly.io
import plotly.offline

from borderops.exceptions import FileProblem
from borderops.report import assumptions, breakdown, comparison, prose
from borderops.report.chapters import CHAPTERS, Chapter
from borderops.report.contents import FEWEST, Account, Contents, Row
from borderops.report.drawing import NOTHING, TEMPLATE, Key, Panel, Picture
from borderops.report.markup import Markup, join, table, tag
from borderops.report.words import (
    behind_text,
    day_text,
    in_sentence,
    interval_text,
    level_text,
    name_of,
    number,
    range_cell,
    replications_text,
    span,
    window_text,
)

HERE: Final = Path(__file__).parent
SECTIONS: Final = (
    ("answer", "The answer"),
    ("figures", "Key figures"),
    *((chapter.name, chapter.heading) for chapter in CHAPTERS),
    ("published", "Beside published figures"),
    ("breakdowns", "By age and station"),
    ("assumptions", "Assumptions"),
    ("limits", "What is left out"),
    ("made", "How it was made"),
)


def write_report(path: Path, contents: Contents) -> None:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        The HTML file; its folder must exist. A report of the same name is replaced at the last moment.
    contents : Contents

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    write_page(path, render(contents))


def write_page(path: Path, page: str) -> None:
    """Write a page of any kind, whole or not at all.

    Parameters
    ----------
    path : Path
        As for `write_report`.
    page : str
        From `whole_page`.

    Raises
    ------
    FileProblem
        If the folder does not exist or cannot be written to.
    """
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as file:
            temporary = file.name
            file.write(page)
        # A temporary file is private to its maker; a report is for others to read as far as the umask lets them.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except OSError as problem:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise FileProblem(f"the report cannot be written to {path}: {problem.strerror or problem}") from problem


def render(contents: Contents) -> str:
    """The whole page as text."""
    body = join(
        header(contents),
        tag("main", [_section(contents, name, heading) for name, heading in SECTIONS], id="content"),
        footer(contents),
    )
    return whole_page(f"{contents.title}: {contents.scenario}", body)


def whole_page(title: str, body: Markup, more_style: str = "") -> str:
    """A page that asks nothing of the network: style, Plotly and the script that draws the charts are inside it.

    Parameters
    ----------
    title : str
    body : Markup
        Its charts as `show` makes them.
    more_style : str
        CSS of this page alone.
    """
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        title=tag("title", title),
        style=(HERE / "page.css").read_text(encoding="utf-8") + more_style,
        body=body,
        template=for_script(plotly.io.to_json(TEMPLATE, validate=False)),
        plotly=plotly.offline.get_plotlyjs(),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
    )


def for_script(text: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# --- frame ---------------------------------------------------------------------------------------------------------


def header(contents: Contents) -> Markup:
    """Scenario, question, window, replications and seed; then what everybody should know before reading on."""
    window, settings = contents.settings.window, contents.settings
    facts = [
        ("Scenario", contents.scenario),
        ("Days played", f"{day_text(window.start)} to {day_text(window.end)}"),
        ("Answer speaks of", window_text(*settings.season)),
        ("Replications", f"{contents.n:,}"),
        ("Seed", str(settings.seed)),
    ]
    links = [tag("a", heading, href=f"#{name}") for name, heading in SECTIONS]
    return tag(
        "header",
        tag("p", "borderops · a simulation, not a record of events", class_="kicker"),
        tag("h1", contents.title),
        tag("p", contents.question, class_="question"),
        tag("dl", [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts], class_="facts"),
        tag("p", prose.INVENTED, class_="invented"),
        failures(contents),
        tag("nav", links, aria_label="Sections of this report"),
    )


def failures(contents: Account) -> Markup | None:
    """Replications that are missing from every figure, said before any of them."""
    if not contents.failures:
        return None
    count = len({one.replication for one in contents.failures})
    played = count + contents.n
    verb = "was" if count == 1 else "were"
    items = [tag("li", f"Replication {one.replication}: {one.message}") for one in contents.failures]
    return tag(
        "div",
        tag(
            "p",
            tag("b", f"{count} of {played} replications {verb} not finished"),
            f" and {'is' if count == 1 else 'are'} missing from every figure below.",
        ),
        tag("details", tag("summary", "What went wrong"), tag("ul", items)),
        class_="warning",
        role="note",
    )


def footer(contents: Account) -> Markup:
    """Who speaks."""
    version = contents.manifest.get("version")
    made = f"Made by borderops {version}. " if version else "Made by borderops. "
    return tag("footer", tag("p", made, prose.INVENTED))


def _section(contents: Contents, name: str, heading: str) -> Markup:
    makers: dict[str, Callable[[Contents], Markup]] = {
        "answer": the_answer,
        "figures": key_figures,
        **{chapter.name: partial(pictures, chapter=chapter) for chapter in CHAPTERS},
        "published": comparison.section,
        "breakdowns": breakdowns,
        "assumptions": the_assumptions,
        "limits": limits,
        "made": how_made,
    }
    return tag("section", tag("h2", heading, id=f"{name}-heading"), makers[name](contents), id=name, class_="part")


# --- answer and cards ----------------------------------------------------------------------------------------------


def the_answer(contents: Contents) -> Markup:
    """The answer's sentences, and how to read every interval."""
    return join(
        tag("ol", [tag("li", sentence) for sentence in prose.answer(contents)], class_="answer"),
        tag("p", prose.reading_note(contents.n, contents.level, contents.settings.inputs.sample), class_="quiet"),
    )


def key_figures(contents: Contents) -> Markup:
    """Key figures with their intervals and exact meanings."""
    shown = cards(contents, contents.headline.cards)
    if shown is None:
        return tag("p", "No key figure was measured in this run.")
    return join(shown, reference_note(contents))


def cards(contents: Contents, names: Sequence[str], class_: str = "cards") -> Markup | None:
    """A card for each KPI of the run; None if the run knows none of them."""
    known = [name for name in names if name in contents.definitions]
    return tag("div", [_card(contents, name) for name in known], class_=class_) if known else None


def _card(contents: Contents, name: str) -> Markup:
    definition, row = contents.definitions[name], contents.kpi(name)
    if row is None:
        value, interval = "none", tag("p", "nothing to measure in any replication", class_="interval")
    else:
        value, interval = number(row["median"], definition.unit), _interval(contents, row, definition.unit)
    unit = "" if row is None or definition.unit in ("share", "ratio") else definition.unit
    return tag(
        "article",
        tag("h3", definition.label),
        tag("p", tag("span", value, class_="value"), tag("span", unit, class_="unit"), class_="figure"),
        interval,
        _worst_line(contents, name),
        _reference_line(contents, name),
        tag("details", tag("summary", "What it counts"), tag("p", definition.definition), class_="plain"),
    )


def _interval(contents: Contents, row: Row, unit: str) -> Markup:
    """The interval of a card, its ends first; or why there is none."""
    if prose.is_never_seen(row):
        return tag("p", prose.unseen_text(int(row["n"]), contents.level), class_="interval")
    if int(row["n"]) < 2:
        return tag("p", interval_text(row, unit, contents.level, contents.n), class_="interval")
    basis = f"{level_text(contents.level)} interval, {behind_text(int(row['n']), contents.n)}"
    return tag("p", tag("b", span(row["low"], row["high"], unit)), tag("span", basis), class_="interval")


def _worst_line(contents: Contents, name: str) -> Markup | None:
    """The highest stratum of a rate, by age and by station; the lowest where that is worse."""
    if contents.definitions[name].unit not in breakdown.RATES:
        return None
    found = [one for kind in ("age_band", "station") if (one := breakdown.worst_stratum(contents, name, kind))]
    told = [f"{in_sentence(one.group)}, {number(one.median, contents.definitions[name].unit)}" for one in found]
    return tag("p", f"{found[0].word}: {'; '.join(told)}", class_="worst") if found else None


def _reference_line(contents: Contents, name: str) -> Markup | None:
    """The same figure under the reference scenario."""
    if contents.reference is None:
        return None
    unit = contents.definitions[name].unit
    row = contents.reference.kpi(name)
    if row is None:
        return tag("p", f"{contents.reference.name}: none to measure", class_="reference")
    spread = "" if row["n"] < 2 or row["low"] == row["high"] else f" ({range_cell(row['low'], row['high'], unit)})"
    return tag("p", f"{contents.reference.name}: {number(row['median'], unit)}{spread}", class_="reference")


def reference_note(contents: Contents) -> Markup | None:
    """Where to find what families staying together would have looked like."""
    if contents.reference is not None:
        told = f"Grey figures: {contents.reference.name}, with the same people and the same luck."
        return tag("p", told, class_="quiet")
    if contents.scenario == "family_unity":
        return None
    return tag(
        "p",
        "For the same people with families kept together, run ",
        tag("code", "borderops run scenario=family_unity"),
        " and read both reports side by side.",
        class_="quiet",
    )


# --- pictures ------------------------------------------------------------------------------------------------------


def pictures(contents: Contents, chapter: Chapter) -> Markup:
    """A chapter: its cards, then its pictures, each with its words, its text alternative and its table."""
    without = tag(
        "noscript", tag("p", "Pictures need JavaScript. The tables below them hold the same numbers without it.")
    )
    measured = [name for name in chapter.cards if contents.kpi(name) is not None]
    made = chapter.drawn(contents)
    reasons = [picture.nothing if not picture.panels and picture.nothing != NOTHING else None for picture in made]
    # A reason why there is nothing to draw is given once, even if two pictures share it.
    shown = [show(picture) for at, picture in enumerate(made) if reasons[at] is None or reasons[at] not in reasons[:at]]
    return join(without, cards(contents, measured, "cards compact"), shown)


def show(picture: Picture) -> Markup:
    """One picture; where there is nothing to draw, a sentence that says so."""
    if not picture.panels:
        title = tag("h3", picture.title, id=f"{picture.name}-title")
        body = join(title, tag("p", picture.nothing, class_="quiet"))
        return tag("div", body, id=f"picture-{picture.name}", class_="picture")
    panels = [_panel(picture, panel, at) for at, panel in enumerate(picture.panels)]
    return tag(
        "figure",
        tag(
            "figcaption",
            tag("h3", picture.title, id=f"{picture.name}-title"),
            tag("p", f"{picture.quantity}.".replace("..", "."), class_="quiet"),
        ),
        legend(picture.keys),
        tag("div", panels, class_=f"panels panels-{len(panels)}"),
        tag("p", picture.note, class_="note") if picture.note else None,
        tag("p", picture.alternative, class_="unseen", id=f"{picture.name}-alternative"),
        numbers(picture),
        id=f"picture-{picture.name}",
        class_="picture",
    )


def numbers(picture: Picture) -> Markup:
    """The table behind a picture, folded."""
    if picture.table.empty:
        shown: Markup = tag("p", "No rows.")
    else:
        shown = table(picture.table, f"Numbers behind: {picture.title}", picture.headings)
    return tag("details", tag("summary", "The numbers as a table"), shown, class_="data")


def legend(keys: Any) -> Markup | None:
    """What line, band and colour mean, as text beside small drawings."""
    if not keys:
        return None
    return tag("p", [_entry(key) for key in keys], class_="legend")


def _entry(key: Key) -> Markup:
    swatch = tag("i", class_=f"key {key.style}", style=f"--c:{key.colour}", aria_hidden="true")
    return tag("span", swatch, key.label, class_="entry")


def _panel(picture: Picture, panel: Panel, at: int) -> Markup:
    name = f"{picture.name}-{at}"
    label = f"{panel.heading}. {picture.title}" if panel.heading else picture.title
    chart = tag(
        "div",
        class_="chart",
        id=f"chart-{name}",
        role="img",
        aria_label=label,
        aria_describedby=f"{picture.name}-alternative",
        style=f"height:{panel.height}px" + (f";--least:{panel.least_width}px" if panel.least_width else ""),
    )
    figure = json.loads(plotly.io.to_json(panel.figure, validate=False))
    figure["layout"].pop("template", None)  # the page stores the shared template once
    spec = tag(
        "script",
        Markup(for_script(json.dumps(figure, separators=(",", ":")))),
        type="application/json",
        id=f"spec-{name}",
    )
    heading = tag("h4", panel.heading) if panel.heading else None
    hint = tag("p", "Wider than the screen: move it sideways.", class_="hint quiet")
    wide = tag("div", chart, class_="wide", tabindex="0", role="region", aria_label=label)
    box = join(hint, wide) if panel.least_width else chart
    return tag("div", heading, box, spec, class_="panel")


# --- the rest ------------------------------------------------------------------------------------------------------


def breakdowns(contents: Contents) -> Markup:
    """Every KPI by stratum."""
    words = (
        "No average may hide what happens to one group: beside each overall rate stands the highest group (of children "
        "reunited in time and of telling notes, the lowest), and that group is marked below. Where fewer than "
        f"{FEWEST} children stand behind a share, their number is given and the group is not marked. Groups are "
        "places, ages and kinds of beds, never persons."
    )
    return join(tag("p", words, class_="quiet"), breakdown.section(contents))


def the_assumptions(contents: Contents) -> Markup:
    """The register."""
    words = (
        "What the figures rest on. Observed values were read in a source; fitted ones were set so that the model meets "
        "a published figure; assumed ones are judgement, with the range that still seems possible."
    )
    return join(tag("p", words, class_="quiet"), assumptions.section(contents.register))


def limits(contents: Account) -> Markup:
    """What this run does not model."""
    if not contents.limits:
        return tag("p", "No limits were handed to this report, which does not mean that there are none.")
    return tag("ul", [tag("li", limit) for limit in contents.limits], class_="limits")


def limits_and_assumptions(contents: Account) -> Markup:
    """What a report without a register of its own leaves out, and the assumptions that matter most."""
    heading = tag("h3", "Assumptions that matter most")
    return join(limits(contents), heading, assumptions.leading(most=assumptions.MOST_BRIEF))


def how_made(contents: Contents) -> Markup:
    """The manifest."""
    basis = replications_text(contents.n)
    words = (
        f"{basis[:1].upper()}{basis[1:]} with seed {contents.settings.seed}. The same settings, version and seed give "
        "the same figures on any machine and with any number of workers."
    )
    return join(tag("p", words, class_="quiet"), the_manifest(contents.manifest))


def the_manifest(manifest: Mapping[str, Any]) -> Markup:
    """Every entry of a manifest, in the order it was written."""
    rows = [tag("div", tag("dt", name_of(key)), tag("dd", manifest_value(one))) for key, one in manifest.items()]
    return tag("dl", rows, class_="manifest")


def manifest_value(value: Any) -> Any:
    """A value of the manifest; mappings and long lists fold."""
    if isinstance(value, Mapping):
        rows = [tag("div", tag("dt", str(key)), tag("dd", manifest_value(one))) for key, one in value.items()]
        return tag(
            "details", tag("summary", f"{len(value)} entries"), tag("dl", rows, class_="manifest"), class_="plain"
        )
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    if isinstance(value, float):
        return f"{value:,.1f}"
    return "not known" if value is None else str(value)
