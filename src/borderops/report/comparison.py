"""Published figures beside simulated ones: what the model is fitted to, what it is held against, what it lacks."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd

from borderops.report.contents import Contents, records
from borderops.report.markup import Markup, join, tag
from borderops.report.words import ABSENT, is_number, level_text, number, quantity, range_cell

WIDTH, HEIGHT, FARTHEST = 220.0, 36.0, 2.0
"""Size of a strip in its own units, and the ratio at its ends."""

TICKS: Final = {0.5: "half", 0.8: "", 1.0: "equal", 1.25: "", 2.0: "double"}

ROLES: Final = (
    (
        "fit",
        "Figures the model may be fitted to",
        "Agreement here is expected and proves little; disagreement is a fault of the model.",
    ),
    (
        "check",
        "Figures only ever compared against",
        "Nothing was tuned to these, but whoever chose the values knew them: agreement is weak evidence, disagreement "
        "strong.",
    ),
    (
        "derived",
        "Figures that follow from others",
        "Arithmetic of the figures above; shown for the reader and never counted as further evidence.",
    ),
)

JUDGED: Final = "borderops validate"
"""The command whose intervals hold doubt about the inputs as well, and whose verdict counts."""


def verdict(row: Any, n: int) -> str:
    """Where a published value lies: ``inside``, ``below``, ``above``, ``no interval`` or ``not read``.

    Parameters
    ----------
    row : named tuple
        A row of `Contents.comparison`.
    n : int
        Replications; a single one has no interval.
    """
    if not is_number(row.median):
        return "not read"
    if n < 2 or not (is_number(row.low) and is_number(row.high)) or not is_number(row.published):
        return "no interval"
    if row.low <= float(row.published) <= row.high:
        return "inside"
    return "above" if row.high < float(row.published) else "below"


WORDS: Final = {"no interval": "no interval", "not read": "not read in this run"}


def section(contents: Contents) -> Markup:
    """Every role as a table with a strip in every row, and the rows of which this run tells nothing."""
    if contents.comparison.empty:
        return tag("p", "No published figure was compared with in this run.")
    words = tag(
        "p",
        "Intervals are of this run alone. Whether the shipped fit holds, with every figure in scope and why it is "
        "missed where it is, says ",
        tag("code", JUDGED),
        ".",
        class_="quiet",
    )
    return join(tag("p", summary(contents)), words, strip_legend(contents), [_role(contents, *role) for role in ROLES])


def summary(contents: Contents) -> str:
    """How many published values lie inside the simulated interval, by role."""
    told = []
    for role, noun in (("fit", "figures to fit to"), ("check", "figures to check against")):
        verdicts = [verdict(row, contents.n) for row in rows_of(contents.comparison, role)]
        read = [one for one in verdicts if one != "not read"]
        if not verdicts:
            continue
        if not read:
            told.append(f"none of {len(verdicts)} {noun} is read in this run")
        elif contents.n < 2:
            told.append(f"{len(read)} of {len(verdicts)} {noun} are read, without an interval to judge by")
        else:
            inside = read.count("inside")
            told.append(
                f"of {len(verdicts)} {noun}, {len(read)} are read and {inside or 'none'} of them lie inside "
                f"the simulated {level_text(contents.level)} interval"
            )
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}."


def rows_of(comparison: pd.DataFrame, role: str) -> list[Any]:
    """Rows of one role, in their order."""
    return records(comparison[comparison["role"] == role])


def strip_legend(contents: Contents) -> Markup:
    """What the marks in a strip mean."""
    interval = f"simulated {level_text(contents.level)} interval and median, published inside"
    entries = [
        tag("span", tag("i", class_="key diamond", style="--c:#000000"), "published", class_="entry"),
        tag(
            "span",
            tag("i", class_="key interval", style="--c:#0072B2"),
            interval if contents.n > 1 else "simulated, one replication",
            class_="entry",
        ),
    ]
    if contents.n > 1:
        outside = "the same, published outside"
        entries.append(
            tag("span", tag("i", class_="key interval dashed", style="--c:#B84A00"), outside, class_="entry")
        )
    scale = "The scale runs from half to double the published value; an arrow points beyond it."
    return tag("p", entries, " ", tag("span", scale, class_="entry"), class_="legend")


def _role(contents: Contents, role: str, heading: str, meaning: str) -> Markup:
    rows = rows_of(contents.comparison, role)
    if not rows:
        return Markup("")
    read = [row for row in rows if verdict(row, contents.n) != "not read"]
    lacking = [row for row in rows if verdict(row, contents.n) == "not read"]
    return tag(
        "section",
        tag("h3", heading),
        tag("p", meaning, class_="quiet"),
        _table(contents, read, heading) if read else None,
        _lacking(lacking) if lacking else None,
        id=f"comparison-{role}",
    )


def _table(contents: Contents, rows: list[Any], caption: str) -> Markup:
    columns = ("Quantity", "Published", "Simulated", "Simulated ÷ published", "Published lies", "Note")
    head = tag("tr", [tag("th", one, scope="col") for one in columns])
    body = [_row(contents, row) for row in rows]
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", head),
        tag("tbody", body),
        class_="stacking comparison",
    )


def _row(contents: Contents, row: Any) -> Markup:
    judged = verdict(row, contents.n)
    simulated = [tag("b", number(row.median, row.unit))]
    if contents.n > 1 and is_number(row.low):
        simulated.append(tag("span", range_cell(row.low, row.high, row.unit), class_="range"))
    source = tag("span", f"{row.id}, {row.source}" if is_text(row.source) else row.id, class_="source")
    return tag(
        "tr",
        tag("th", row.label, source, scope="row"),
        tag("td", published_text(row), data_label="Published"),
        tag("td", simulated, data_label="Simulated"),
        tag("td", strip(row, judged), class_="strip"),
        tag(
            "td",
            tag("span", WORDS.get(judged, judged), class_=f"verdict {judged.replace(' ', '-')}"),
            data_label="Published lies",
        ),
        tag("td", row.note if is_text(row.note) else None, class_="note"),
    )


def is_text(value: Any) -> bool:
    """Whether a cell holds words."""
    return isinstance(value, str) and bool(value.strip())


def published_text(row: Any) -> str:
    """The published value with its unit; a date stays as it is written."""
    return quantity(row.published, row.unit) if is_number(row.published) else str(row.published)


def place(ratio: float) -> float:
    """Horizontal place of a ratio in a strip, ends held at half and double."""
    bounded = min(max(ratio, 1.0 / FARTHEST), FARTHEST)
    margin = 14.0
    return margin + (math.log(bounded) / math.log(FARTHEST) + 1.0) / 2.0 * (WIDTH - 2.0 * margin)


def strip(row: Any, judged: str) -> Markup:
    """The simulated interval against the published value, as a small drawing with a text alternative."""
    if not is_number(row.published) or float(row.published) <= 0:
        return Markup(ABSENT)
    published = float(row.published)
    ratios = [float(value) / published if is_number(value) else float(row.median) / published for value in _ends(row)]
    low, middle, high = ratios
    # Darker than Okabe's vermilion, so that thin marks keep their contrast.
    colour = "#0072B2" if judged in ("inside", "no interval") else "#B84A00"
    marks = [_tick(ratio, label) for ratio, label in TICKS.items()]
    centre = place(1.0)
    marks.append(tag("polygon", points=f"{centre},1 {centre + 5},6 {centre},11 {centre - 5},6", class_="published"))
    dash = None if judged in ("inside", "no interval") else "4 3"
    marks.append(_line(place(low), place(high), colour, dash))
    marks += [_arrow(ratio, colour) for ratio in (low, high) if not 1.0 / FARTHEST <= ratio <= FARTHEST]
    if 1.0 / FARTHEST <= middle <= FARTHEST:
        marks.append(tag("circle", cx=f"{place(middle):.1f}", cy="18", r="3.5", fill=colour))
    told = f"Simulated is {middle:.2f} times the published value"
    told += f", interval {low:.2f} to {high:.2f} times" if judged != "no interval" else ""
    return tag("svg", marks, viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", role="img", aria_label=told, class_="strip")


def _ends(row: Any) -> tuple[Any, Any, Any]:
    return row.low, row.median, row.high


def _tick(ratio: float, label: str) -> Markup:
    x = f"{place(ratio):.1f}"
    stroke = "#8a949e" if ratio == 1.0 else "#d5dade"
    return join(
        tag("line", x1=x, x2=x, y1="0", y2="24", stroke=stroke),
        tag("text", label, x=x, y="35", text_anchor="middle") if label else None,
    )


def _line(left: float, right: float, colour: str, dash: str | None) -> Markup:
    ends = {"x1": f"{left:.1f}", "x2": f"{right:.1f}", "y1": "18", "y2": "18"}
    return tag("line", **ends, stroke=colour, stroke_width="3", stroke_dasharray=dash)


def _arrow(ratio: float, colour: str) -> Markup:
    """A tip that points beyond the end of the strip."""
    x, way = place(ratio), 1.0 if ratio > 1 else -1.0
    return tag("polygon", points=f"{x + way * 9.0:.1f},18 {x:.1f},13 {x:.1f},23", fill=colour)


def _lacking(rows: list[Any]) -> Markup:
    """Published figures that the model does not speak of yet, said plainly."""
    items = [
        tag(
            "li",
            tag("b", row.label),
            f": published {published_text(row)}",
            f" ({row.id})",
            f". {row.note}" if is_text(row.note) else None,
        )
        for row in rows
    ]
    noun = "figure is" if len(rows) == 1 else "figures are"
    return tag(
        "details",
        tag("summary", f"{len(rows)} published {noun} not read in this run"),
        tag("ul", items),
        class_="plain",
    )
