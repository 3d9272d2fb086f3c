"""A pilot's figures: counts and shares of a trial of the policy, read from a small CSV, with what they speak to.

Aggregates only. A figure is one of `FIGURES`, or the name of a KPI that is a share, told as so many of so many. Must
not know how figures are judged or what is made of them.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Final

from borderops.config import places
from borderops.config.keys import nearest_word
from borderops.config.schema import STATIONS
from borderops.exceptions import ConfigError
from borderops.facts.tables import ROLES, published
from borderops.forecast.kpis import KPIS
from borderops.population.arrivals_file import IDENTIFIERS

COLUMNS: Final = (
    "figure", "value", "bound", "n", "n_bound", "rounding", "where", "from", "to", "role", "published", "source",
    "known_on",
)  # fmt: skip
NEEDED: Final = ("figure", "value", "from", "to", "source", "known_on")
BOUNDS: Final = ("exact", "nearly", "at_least", "at_most")
OWN: Final = "own"
"""Role of a planner's own figure; a published one has the role it was published with."""

NEARLY: Final = 0.95
"""The least that *nearly* may mean, as a share of the number told. Assumed."""

PERCENT: Final = 100.0
LARGEST: Final = 10_000_000
SHOWN: Final = 12
PLAYS: Final = re.compile(r"#\s*Plays:\s*(.*)", re.IGNORECASE)
DEFAULT_PLAY: Final = ("scenario=el_paso_2017",)
SUFFIX: Final = ".csv"


@dataclass(frozen=True)
class Known:
    """What a figure counts, and how a simulated pilot tells it.

    Parameters
    ----------
    label : str
    unit : str
        ``of``: so many of ``n``; ``count``; ``percent``.
    kpi : str
        KPI that tells the same of a simulated pilot.
    base : str
        KPI that tells ``n`` of a simulated pilot; empty where there is none.
    speaks_to : str
        KPI of criteria that it is evidence on; empty where it only informs inputs.
    while_sheets : bool
        It is evidence only where units are deleted on separation, so that sheets are all that leads to the child.
    """

    label: str
    unit: str
    kpi: str
    base: str = ""
    speaks_to: str = ""
    while_sheets: bool = False


SHEETS_SPEAK_TO: Final = "share_links_not_in_a_day"
FIGURES: Final[Mapping[str, Known]] = MappingProxyType(
    {
        "families_separated": Known("Families separated", "count", "families_separated"),
        "children_separated": Known("Children separated", "count", "children_separated"),
        "family_adults_prosecuted_before": Known(
            "Adults of families prosecuted, month before", "percent", "share_family_adults_heard_before"
        ),
        "family_adults_prosecuted": Known("Adults of families prosecuted", "percent", "share_family_adults_heard"),
        "parents_with_wrong_number_on_sheet": Known(
            "Parents with a wrong A-number on the sheet", "of", "parents_with_wrong_number_on_sheet",
            "families_separated", SHEETS_SPEAK_TO, while_sheets=True,
        ),
        "parents_without_sheet_row": Known(
            "Parents of whom the sheet does not tell a separation", "of", "parents_without_sheet_row",
            "families_separated", SHEETS_SPEAK_TO, while_sheets=True,
        ),
    }
)  # fmt: skip
"""Figures with a meaning of their own. Any KPI that is a share is a figure as well."""


@dataclass(frozen=True)
class Row:
    """One figure of a pilot.

    Parameters
    ----------
    figure : str
        One of `FIGURES`, or a KPI that is a share.
    value : float
        In the figure's unit; of a share the numerator.
    bound : str
        One of `BOUNDS`: how it was told.
    n : int or None
        Denominator, where the figure has one.
    n_bound : str
        How the denominator was told: exact or nearly.
    rounding : float
        Multiple to which the value was rounded; 0 for none.
    where : str
        A station; empty for all.
    first, last : date
    role : str
        As published, or `OWN`.
    published : str
        Id of the published figure; empty for a planner's own.
    source : str
    known_on : date
    """

    figure: str
    value: float
    bound: str
    n: int | None
    n_bound: str
    rounding: float
    where: str
    first: date
    last: date
    role: str
    published: str
    source: str
    known_on: date

    @property
    def known(self) -> Known:
        """What it counts."""
        return known_of(self.figure)

    @property
    def share(self) -> float:
        """The value as a share; NaN for a count."""
        if self.known.unit == "percent":
            return self.value / PERCENT
        return self.value / self.n if self.n else math.nan

    @property
    def ends(self) -> tuple[float, float]:
        """Least and greatest that may be meant by the value, in the figure's unit; rounding included."""
        half = self.rounding / 2.0 if self.rounding else (0.5 if self.known.unit != "percent" else 0.0)
        low = {"nearly": NEARLY * self.value, "at_most": -math.inf}.get(self.bound, self.value)
        high = math.inf if self.bound == "at_least" else self.value
        return low - half, high + half


@dataclass(frozen=True)
class Pilot:
    """Figures of a pilot.

    Parameters
    ----------
    name : str
    rows : tuple of Row
    plays : tuple of str
        Overrides under which the simulator plays the like of it.
    digest : str
        SHA-256 of the file.
    """

    name: str
    rows: tuple[Row, ...]
    plays: tuple[str, ...]
    digest: str

    def known_by(self, day: date | None) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        """Rows that were known on a day, and those that came later."""
        known = tuple(row for row in self.rows if day is None or row.known_on <= day)
        return known, tuple(row for row in self.rows if row not in known)


def known_of(figure: str) -> Known:
    """What a figure counts.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    if figure in FIGURES:
        return FIGURES[figure]
    if figure not in names():
        raise KeyError(figure)
    base = "links_of_separated" if figure.startswith("share_links") else "children_separated"
    return Known(KPIS[figure].label, "of", figure, base, figure)


def names() -> list[str]:
    """All figures that a pilot may tell."""
    return [*FIGURES, *(name for name, kpi in KPIS.items() if kpi.unit == "share")]


def shipped() -> dict[str, Path]:
    """Shipped pilots by name."""
    return {path.stem: path for path in sorted((places.conf_folder() / places.PILOTS).glob(f"*{SUFFIX}"))}


# --- reading ------------------------------------------------------------------------------------------------------


def read_pilot(name_or_path: str) -> Pilot:
    """Read a pilot's figures.

    Parameters
    ----------
    name_or_path : str
        Of a shipped one, or the path of a planner's own CSV.

    Returns
    -------
    Pilot

    Raises
    ------
    ConfigError
        With every problem of the file.
    """
    path = _find(name_or_path)
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text in UTF-8"
        raise ConfigError([f"pilot={name_or_path} cannot be read: {reason.lower()}"]) from None
    return parse_pilot(text, path.stem, hashlib.sha256(raw).hexdigest())


def parse_pilot(text: str, name: str, digest: str = "") -> Pilot:
    """Figures from the text of a CSV; lines that begin with # are comments, ``# Plays:`` says what is played.

    Raises
    ------
    ConfigError
        With every problem.
    """
    lines = {number: line for number, line in enumerate(text.splitlines(), start=1) if line.strip()}
    comments = [line.strip() for line in lines.values() if line.lstrip().startswith("#")]
    told = next((found[1].split() for line in comments if (found := PLAYS.match(line))), [])
    try:
        cells = {number: _cells(line) for number, line in lines.items() if not line.lstrip().startswith("#")}
    except csv.Error as problem:
        raise ConfigError([f"pilot {name} is no CSV ({problem})"]) from None
    header = cells.pop(min(cells)) if cells else []
    rows = {number: dict(zip_longest(header, some, fillvalue=None)) for number, some in cells.items()}
    problems = [*_wrong_header(header)]
    if not problems:
        problems += _wrong_rows(rows)
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise ConfigError([*(f"pilot {name}: {one}" for one in problems[:SHOWN]), *more])
    return Pilot(name, tuple(_row(_plain(row)) for row in rows.values()), tuple(told or DEFAULT_PLAY), digest)


def _cells(line: str) -> list[str]:
    """Cells of one line; a cell holds no line break."""
    return [cell.strip() for cell in next(csv.reader([line], strict=True))]


def _find(name_or_path: str) -> Path:
    path = Path(name_or_path).expanduser()
    if path.suffix == SUFFIX:
        if path.is_file():
            return path
        near = nearest_word(str(path), [str(one) for one in path.parent.glob(f"*{SUFFIX}")])
        raise ConfigError([f"pilot={name_or_path} does not exist" + (f"; did you mean {near}?" if near else "")])
    known = shipped()
    if name_or_path not in known:
        near = nearest_word(name_or_path, [*known])
        hint = f"; did you mean {near}?" if near else ""
        raise ConfigError([f"pilot={name_or_path} is not known{hint} (allowed: {', '.join(known)}, or a CSV's path)"])
    return known[name_or_path]


def _plain(row: Mapping[str | None, str | None]) -> dict[str, str]:
    return {key or "": value or "" for key, value in row.items()}


def _row(told: Mapping[str, str]) -> Row:
    get = {column: told.get(column, "") for column in COLUMNS}
    of = published().get(get["published"])
    return Row(
        figure=get["figure"],
        value=float(get["value"]),
        bound=get["bound"] or "exact",
        n=int(get["n"]) if get["n"] else None,
        n_bound=get["n_bound"] or "exact",
        rounding=float(get["rounding"] or 0.0),
        where=get["where"],
        first=date.fromisoformat(get["from"]),
        last=date.fromisoformat(get["to"]),
        role=of.role if of else get["role"] or OWN,
        published=get["published"],
        source=get["source"],
        known_on=date.fromisoformat(get["known_on"]),
    )


# --- what cannot be used ------------------------------------------------------------------------------------------


def _wrong_header(header: Sequence[str]) -> Iterator[str]:
    if not header:
        yield f"it is empty; needed: a header line with {', '.join(NEEDED)}"
        return
    people = [name for name in header if name not in COLUMNS and IDENTIFIERS.search(name)]
    if people:
        yield f"columns {', '.join(people)} look like data about single people; allowed: counts only"
        return
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            near = nearest_word(name, [*COLUMNS])
            yield f"column {name!r} is not known" + (f"; did you mean {near}?" if near else "")
        elif header.count(name) > 1:
            yield f"column {name} stands there {header.count(name)} times"
    yield from (f"column {name} is missing" for name in NEEDED if name not in header)


def _wrong_rows(rows: Mapping[int, Mapping[str | None, str | None]]) -> Iterator[str]:
    if not rows:
        yield "it has a header but no rows"
    seen: set[tuple[str, str]] = set()
    for line, row in rows.items():
        if None in row or None in row.values():
            yield f"line {line} has {'too few' if None in row.values() else 'too many'} values"
            continue
        told = _plain(row)
        key = (told["figure"], told.get("where", ""))
        if key in seen:
            yield f"line {line} repeats {' of '.join(filter(None, key))}"
        seen.add(key)
        yield from (f"line {line}: {one}" for one in _wrong_row(told))


def _wrong_row(told: Mapping[str, str]) -> Iterator[str]:
    """What cannot be used of a row."""
    figure = told["figure"]
    if figure not in names():
        near = nearest_word(figure, names())
        yield f"figure is {figure!r}" + (f"; did you mean {near}?" if near else f"; allowed: {', '.join(FIGURES)}, "
                                         "or a KPI that is a share (borderops list kpis)")  # fmt: skip
    unit = known_of(figure).unit if figure in names() else ""
    value, n = _number(told["value"]), _number(told.get("n", ""))
    most = PERCENT if unit == "percent" else LARGEST
    if value is None or not 0 <= value <= most or (unit in ("of", "count") and value != int(value)):
        kind = "a number" if unit in ("percent", "") else "a whole number"
        yield f"value is {told['value']!r}; allowed: {kind} from 0 to {most:,.0f}"
    if told.get("n") and (n is None or n != int(n) or not 1 <= n <= LARGEST):
        yield f"n is {told['n']!r}; allowed: a whole number of 1 or more, or nothing"
    elif unit == "of" and not told.get("n"):
        yield f"n is missing; {figure} is told as so many of so many"
    elif value is not None and n is not None and unit == "of" and value > n:
        yield f"value is {value:g}, which is more than n ({n:g})"
    yield from _wrong_words(told)
    yield from _wrong_days(told)


def _wrong_words(told: Mapping[str, str]) -> Iterator[str]:
    words = {"bound": BOUNDS, "n_bound": BOUNDS[:2], "where": STATIONS}
    for key, allowed in words.items():
        if told.get(key) and told[key] not in allowed:
            near = nearest_word(told[key], [*allowed])
            yield f"{key} is {told[key]!r}; allowed: {', '.join(allowed)}" + (f"; did you mean {near}?" if near else "")
    rounding = _number(told.get("rounding") or "0")
    if rounding is None or rounding < 0:
        yield f"rounding is {told['rounding']!r}; allowed: a number of 0 or more, or nothing"
    if not told["source"]:
        yield "source is empty; allowed: who told the figure, and where"
    of, role = told.get("published", ""), told.get("role", "")
    if of and of not in published():
        yield f"published is {of!r}; allowed: the id of a published figure (borderops/facts), or nothing"
    elif of and role and role != published()[of].role:
        yield f"role is {role!r}; allowed: {published()[of].role}, as {of} was published"
    elif not of and role not in ("", OWN, *ROLES):
        yield f"role is {role!r}; allowed: {OWN}, {', '.join(ROLES)}, or nothing"


def _wrong_days(told: Mapping[str, str]) -> Iterator[str]:
    days = {key: _day(told[key]) for key in ("from", "to", "known_on")}
    for key, day in days.items():
        if day is None:
            yield f"{key} is {told[key]!r}; allowed: a day such as 2017-07-01"
    first, last = days["from"], days["to"]
    if first and last and last < first:
        yield f"to is {last}; allowed: {first} or later"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
