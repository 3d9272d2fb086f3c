"""The parameter register as people read it: what was assumed first, what the user changed marked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from borderops.report.contents import ParameterRow
from borderops.report.markup import Markup, join, tag
from borderops.report.words import ABSENT, is_number, name_of

GRADES: Final = ("assumed", "fitted", "observed")
"""From the weakest footing to the firmest."""

FILTERS: Final = (
    ("all", "all"),
    ("assumed", "assumed"),
    ("fitted", "fitted"),
    ("observed", "observed"),
    ("own", "set for this run"),
)

GROUP_NAMES: Final = {"orr": "Shelters (ORR)", "people": "People", "run": "The run", "study": "The question"}


def section(register: Sequence[ParameterRow]) -> Markup:
    """Counts by grade, a filter that needs no script, and one fold a group of settings."""
    if not register:
        return tag("p", "The register of parameters was not handed to this report.")
    # The inputs stand before the folds, so that plain CSS can hide what is not chosen.
    inputs = [
        tag("input", type="radio", name="grade", id=f"grade-{key}", class_="filter", checked=key == "all")
        for key, _ in FILTERS
    ]
    labels = tag(
        "div",
        tag("span", "Show "),
        [tag("label", words, for_=f"grade-{key}") for key, words in FILTERS],
        class_="filters",
    )
    folds = [_fold(group, rows) for group, rows in grouped(register)]
    return join(tag("p", summary(register)), tag("div", inputs, labels, folds, class_="register"))


def summary(register: Sequence[ParameterRow]) -> str:
    """How many parameters rest on what."""
    counts = Counter(row.grade for row in register)
    told = ", ".join(
        f"{counts[grade]} {grade}" for grade in (*GRADES, *sorted(set(counts) - set(GRADES))) if counts[grade]
    )
    own = sum(not row.is_shipped for row in register)
    changed = (
        f" {own} of them were set for this run, by the scenario or by the user."
        if own
        else " None differs from its shipped value."
    )
    return f"{len(register)} parameters: {told}.{changed}"


def grouped(register: Sequence[ParameterRow]) -> list[tuple[str, list[ParameterRow]]]:
    """Rows by the first part of their key, groups in order of appearance; in each, the weakest grade first."""
    groups: dict[str, list[ParameterRow]] = {}
    for row in register:
        groups.setdefault(row.key.split(".")[0], []).append(row)
    return [(group, sorted(rows, key=_footing)) for group, rows in groups.items()]


def _footing(row: ParameterRow) -> tuple[int, int]:
    """Sort key: weakest grade first, the user's own values first in a grade."""
    return (GRADES.index(row.grade) if row.grade in GRADES else len(GRADES), row.is_shipped)


def _fold(group: str, rows: list[ParameterRow]) -> Markup:
    counts = Counter(row.grade for row in rows)
    told = ", ".join(f"{counts[grade]} {grade}" for grade in GRADES if counts[grade])
    own = sum(not row.is_shipped for row in rows)
    mark = tag("span", f"{own} set for this run", class_="own-count") if own else None
    heading = tag("summary", tag("b", GROUP_NAMES.get(group, name_of(group))), tag("span", told, class_="quiet"), mark)
    columns = ("Parameter", "Value", "Unit", "Grade", "Range", "Source", "Known on")
    head = tag("tr", [tag("th", one, scope="col") for one in columns])
    body = tag(
        "table",
        tag("caption", f"Parameters of {group}"),
        tag("thead", head),
        tag("tbody", [_row(row) for row in rows]),
        class_="stacking parameters",
    )
    # Open where something is assumed or changed, since that is what a reader should see without asking.
    classes = " ".join(f"has-{grade}" for grade in GRADES if counts[grade]) + (" has-own" if own else "")
    return tag("details", heading, body, class_=f"fold {classes}", open=bool(own))


def _row(row: ParameterRow) -> Markup:
    own = None if row.is_shipped else tag("span", "set for this run", class_="own")
    kind = f"grade-{row.grade}" + ("" if row.is_shipped else " grade-own")
    grade = tag("span", row.grade, class_=f"grade {row.grade}")
    cells = [("Value", value_text(row.value)), ("Unit", row.unit)]
    return tag(
        "tr",
        tag("th", breakable(row.key), own, scope="row"),
        [tag("td", value or ABSENT, data_label=label) for label, value in cells],
        tag("td", grade, data_label="Grade"),
        tag("td", range_text(row), data_label="Range"),
        tag("td", row.source or ABSENT, data_label="Source"),
        tag("td", str(row.known_on) if row.known_on else ABSENT, data_label="Known on"),
        class_=kind,
    )


def breakable(key: str) -> Markup:
    """A dotted key that may be broken behind its dots."""
    parts = key.split(".")
    return tag("code", *[join(part, Markup(".<wbr>") if at < len(parts) - 1 else "") for at, part in enumerate(parts)])


def value_text(value: Any) -> Markup | str:
    """A value as it would be written in a settings file; a long one folds."""
    if isinstance(value, bool) or value is None:
        written = json.dumps(value)
    elif is_number(value) and not isinstance(value, str):
        written = f"{value:,}" if isinstance(value, int) else f"{value:g}"
    elif isinstance(value, str):
        written = value
    else:
        written = json.dumps(value, default=_plain, ensure_ascii=False)
    if len(written) <= 120:
        return written
    return tag("details", tag("summary", f"{written[:48]}…"), tag("code", written), class_="value")


def _plain(value: Any) -> Any:
    """What JSON does not know: settings models as their fields, anything else (dates) as text."""
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def range_text(row: ParameterRow) -> str:
    """The range of a value that is not certain."""
    if row.low is None and row.high is None:
        return ABSENT
    ends = [ABSENT if end is None else str(value_text(end)) for end in (row.low, row.high)]
    return " to ".join(ends)
