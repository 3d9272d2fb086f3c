"""The parameter register as people read it: what matters most first, what was assumed first, what was changed marked.

What matters is known from a screen that is shipped (``conf/posteriors/screen.csv``, written by ``docs/screen.py``): by
how much each doubt moves each main figure over its range, beside what chance does to it between seasons.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from borderops.config import keys, places
from borderops.config.register import Entry, entries, name_of_entry
from borderops.forecast.kpis import KPIS
from borderops.report.contents import Headline, ParameterRow
from borderops.report.markup import Markup, join, tag
from borderops.report.words import ABSENT, is_number, name_of, number

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


SCREEN: Final = "posteriors/screen.csv"
MOST_LEADING, MOST_BRIEF = 15, 5
BEYOND: Final = 2.0
"""Standard errors that an effect must be away from none before it is told."""


# --- what matters most ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """By how much an entry of the register moves the figure that it moves most.

    Parameters
    ----------
    kpi : str
    effect : float
        Change of the figure from the low to the high end of the entry's range, in its unit.
    error : float
        Standard error of that change; 0 where the screen names none.
    chance : float
        Standard deviation of the figure between seasons of other luck.
    """

    kpi: str
    effect: float
    error: float
    chance: float

    @property
    def strength(self) -> float:
        """The change in standard deviations of one season."""
        return abs(self.effect) / self.chance if self.chance > 0 else 0.0

    @property
    def is_found(self) -> bool:
        """Whether the change can be told from none."""
        return abs(self.effect) > BEYOND * self.error

    @property
    def words(self) -> str:
        """The change as people read it: ``Children separated: −310 over the range, 4.2 times chance``."""
        definition = KPIS.get(self.kpi)
        label, unit = (self.kpi, "") if definition is None else (definition.label, definition.unit)
        if not self.is_found:
            return "moves none of the main figures beyond what the screen can tell"
        sign = "+" if self.effect > 0 else "\N{MINUS SIGN}"
        return f"{label}: {sign}{number(abs(self.effect), unit)} over the range, {self.strength:.1f} times chance"


@lru_cache(maxsize=4)
def screen(path: Path | None = None) -> Mapping[str, Moved]:
    """The figure that each entry moves most, by entry, the strongest first; empty where no screen is shipped.

    Parameters
    ----------
    path : Path, optional
        Another file than the shipped one, with columns entry, kpi, effect, chance and perhaps error.
    """
    path = places.conf_folder() / SCREEN if path is None else path
    if not path.is_file():
        return {}
    strongest: dict[str, Moved] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            if line["kpi"] not in Headline().cards:
                continue
            one = Moved(line["kpi"], *(float(line.get(name) or 0.0) for name in ("effect", "error", "chance")))
            before = strongest.get(line["entry"])
            if before is None or (one.is_found, one.strength) > (before.is_found, before.strength):
                strongest[line["entry"]] = one
    order = sorted(strongest.items(), key=lambda item: (-item[1].is_found, -item[1].strength))
    return dict(order)


def entry_of(key: str) -> str | None:
    """The register's entry that speaks of a parameter; None for what a user added."""
    try:
        return name_of_entry(keys.parse(key))
    except KeyError:
        return None


def leading(rows: Sequence[ParameterRow] = (), most: int = MOST_LEADING, grade: str = "assumed") -> Markup:
    """Entries of one grade that move the main figures most, the strongest first, and what is not known of the others.

    Parameters
    ----------
    rows : sequence of ParameterRow
        Of the run; without them values are not shown.
    most : int
        Entries shown.
    grade : str
    """
    found = screen()
    if not found:
        return tag("p", "Which assumptions matter most is not known: no screen of them is shipped.", class_="quiet")
    known = {keys.show(path): entry for path, entry in entries().items()}
    graded = {name: moved for name, moved in found.items() if name in known and known[name].grade == grade}
    telling = {name: moved for name, moved in graded.items() if moved.is_found}
    by_entry: dict[str, list[ParameterRow]] = {}
    for row in rows:
        by_entry.setdefault(entry_of(row.key) or "", []).append(row)
    columns = (
        ("Assumption", "Value", "Range", "Moves most", "Source") if rows else ("Assumption", "Moves most", "Source")
    )
    body = [
        _leading_row(name, moved, known[name], by_entry.get(name, []), with_values=bool(rows))
        for name, moved in list(telling.items())[:most]
    ]
    head = tag("thead", tag("tr", [tag("th", one, scope="col") for one in columns]))
    caption = tag("caption", f"Parameters that are {grade} and matter most")
    shown = tag("table", caption, head, tag("tbody", body), class_="stacking leading") if body else None
    return join(tag("p", _leading_words(len(graded), len(telling), len(body), grade), class_="quiet"), shown)


def _leading_words(screened: int, telling: int, shown: int, grade: str) -> str:
    return (
        f"Of {screened} {grade} entries of the register that were screened, {telling} move a main figure of the season "
        f"of 2018 beyond what the screen can tell from none; the strongest {shown} stand here. An effect is the change "
        "from the low to the high end of the range, chance the standard deviation between seasons of other luck. "
        "Entries without a range were not screened."
    )


def _leading_row(name: str, moved: Moved, entry: Entry, rows: Sequence[ParameterRow], *, with_values: bool) -> Markup:
    values = [("Value", _values_text(rows)), ("Range", _ranges_text(rows))] if with_values else []
    return tag(
        "tr",
        tag("th", breakable(name), scope="row"),
        [tag("td", told or ABSENT, data_label=label) for label, told in values],
        tag("td", moved.words, data_label="Moves most"),
        tag("td", entry.source, data_label="Source"),
    )


def _values_text(rows: Sequence[ParameterRow]) -> str:
    """The value of an entry, or the smallest and the largest of its values, with the unit."""
    numbers = [float(row.value) for row in rows if is_number(row.value)]
    if not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    told = f"{low:g}" if low == high else f"{low:g} to {high:g} ({len(numbers)} values)"
    return f"{told} {rows[0].unit}"


def _ranges_text(rows: Sequence[ParameterRow]) -> str:
    """The range of an entry with one parameter; of several, from the lowest low end to the highest high end."""
    ends = [(float(row.low), float(row.high)) for row in rows if is_number(row.low) and is_number(row.high)]
    return f"{min(low for low, _ in ends):g} to {max(high for _, high in ends):g}" if ends else ""


# --- the whole register --------------------------------------------------------------------------------------------


def section(register: Sequence[ParameterRow]) -> Markup:
    """What matters most, counts by grade, a filter that needs no script, and one fold a group of settings."""
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
    return join(
        tag("h3", "Those that matter most"),
        leading(register),
        tag("h3", "The whole register"),
        tag("p", summary(register)),
        tag("div", inputs, labels, folds, class_="register"),
    )


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
    """Rows by the first part of their key, groups in order of appearance.

    In each the weakest grade stands first, in a grade what the user set, then what moves the main figures most.
    """
    groups: dict[str, list[ParameterRow]] = {}
    for row in register:
        groups.setdefault(row.key.split(".")[0], []).append(row)
    return [(group, sorted(rows, key=_footing)) for group, rows in groups.items()]


def _footing(row: ParameterRow) -> tuple[int, int, float]:
    """Sort key: weakest grade first, in a grade the user's own values, then by strength, then what was not screened."""
    grade = GRADES.index(row.grade) if row.grade in GRADES else len(GRADES)
    moved = screened(row)
    return grade, row.is_shipped, 0.0 if moved is None else -1.0 - moved.is_found * moved.strength


def screened(row: ParameterRow) -> Moved | None:
    """What a parameter's entry moves most; None where it was not screened."""
    found = screen()
    return found.get(entry_of(row.key) or "") if found and row.grade != "observed" else None


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
        tag("td", range_text(row), _moved_note(row), data_label="Range"),
        tag("td", row.source or ABSENT, data_label="Source"),
        tag("td", str(row.known_on) if row.known_on else ABSENT, data_label="Known on"),
        class_=kind,
    )


def _moved_note(row: ParameterRow) -> Markup | None:
    """What a doubt moves most, below its range; said as well where a screen left it out."""
    if row.grade == "observed" or row.low is None or not screen():
        return None
    moved = screened(row)
    return tag("span", "not screened" if moved is None else moved.words, class_="moved quiet")


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
