"""Error recipes: rates of slips from a table of the planner's own, in place of those that are shipped."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from borderops.config.keys import nearest_word
from borderops.config.schema import SLIPS
from borderops.exceptions import ConfigError, FileProblem
from borderops.records.mistakes import fields_hit

NEEDED: Final = ("type", "rate")
OPTIONAL: Final = ("field", "load_slope", "guided_factor")
OTHERS: Final = "others"
"""In place of a type: all that no row names."""

_KEYS: Final = {"rate": "share", "load_slope": "load_slope", "guided_factor": "guided_factor"}
_HIGHEST: Final = {"rate": 1.0, "load_slope": 2.0, "guided_factor": 1.0}
_HEAD: Final = f"{', '.join(NEEDED)} and, if wanted, {', '.join(OPTIONAL)}"


def read_recipe(path: Path) -> list[str]:
    """Read a recipe as settings.

    Parameters
    ----------
    path : Path
        CSV (UTF-8, commas) with columns ``type`` (a slip of `records.slips`, or ``others``) and ``rate`` (0 to 1, of
        the cells, rows or events that it could befall); ``load_slope`` and ``guided_factor``, if given. Where a column
        ``field`` is filled the rate is that of one field: ``given``, of all tables that the type can befall, or
        ``e3_subject.given``. Fields of a type that no row names have its rate in general.

    Returns
    -------
    list of str
        As `borderops.config.compose.compose` takes them: ``records.slips.typo.share=0.01``.

    Raises
    ------
    FileProblem
        If the file cannot be read.
    ConfigError
        With everything that is wrong in it, by row; row 1 is the first below the header.
    """
    rows = _rows(path)
    problems, given = list(_wrong_head(rows)), _Given({}, {}, {})
    for number, row in enumerate(rows if not problems else [], 1):
        wrong = list(_wrong_row(row)) or list(given.take(row))
        problems += [f"{path.name}, row {number}: {one}" for one in wrong]
    if not rows:
        problems.append(f"{path.name} holds no rate; allowed: a row a type, under {_HEAD}")
    if problems:
        raise ConfigError(problems)
    return given.settings()


@dataclass
class _Given:
    """What rows of a recipe say."""

    rates: dict[str, str]  # of types in general
    shapes: dict[str, dict[str, str]]  # of types: growth with load and what guidance does, wherever they are hit
    of_fields: dict[tuple[str, str, str], str]  # by type, table and field

    def take(self, row: Mapping[str, str]) -> Iterator[str]:
        """Take a row in; why it cannot be."""
        slip, told = row["type"], {name: row[name] for name in _KEYS if name != "rate" and row.get(name)}
        before = self.shapes.setdefault(slip, {})
        if any(float(before.get(name, value)) != float(value) for name, value in told.items()):
            yield f"type {slip} has another load_slope or guided_factor than in an earlier row; allowed: one a type"
            return
        before |= told
        if not row.get("field"):
            if float(self.rates.setdefault(slip, row["rate"])) != float(row["rate"]):
                yield f"type {slip} has another rate than in an earlier row; allowed: one a type and field"
            return
        where = _where(slip, row["field"])
        if not where:
            known = [f"{table}.{field}" for table, field in fields_hit(slip)] if slip != OTHERS else []
            allowed = ", ".join([*dict.fromkeys(one.split(".")[1] for one in known), *known])
            yield f"field is {row['field']}, where {slip} cannot happen; allowed: {allowed or 'nothing'}, or left empty"
        for table, field in where:
            if float(self.of_fields.setdefault((slip, table, field), row["rate"])) != float(row["rate"]):
                yield f"type {slip} has another rate for {table}.{field} than in an earlier row; allowed: one"

    def settings(self) -> list[str]:
        """As overrides."""
        told = []
        for slip in SLIPS:
            rate = self.rates.get(slip, self.rates.get(OTHERS))
            shape = self.shapes.get(slip) or ({} if slip in self.rates else self.shapes.get(OTHERS, {}))
            values = shape if rate is None else {"rate": rate, **shape}
            told += [f"records.slips.{slip}.{_KEYS[name]}={value}" for name, value in values.items()]
        rows = [
            f"{{slip: {slip}, table: {table}, field: {field}, share: {float(rate)!r}}}"
            for (slip, table, field), rate in self.of_fields.items()
        ]
        return [*told, f"records.rates_of_fields=[{', '.join(rows)}]"] if rows else told


def _where(slip: str, named: str) -> list[tuple[str, str]]:
    """Tables and fields that a name stands for, of those that a type can befall."""
    if slip == OTHERS:
        return []
    return [(table, field) for table, field in fields_hit(slip) if named in (field, f"{table}.{field}")]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            read = [{str(key): str(cell or "").strip() for key, cell in row.items()} for row in csv.DictReader(file)]
    except OSError as problem:
        raise FileProblem(f"{path} cannot be read: {(problem.strerror or 'not readable').lower()}") from problem
    except (UnicodeDecodeError, csv.Error):
        raise FileProblem(f"{path} cannot be read: it is no CSV file in UTF-8") from None
    return read


def _wrong_head(rows: list[dict[str, str]]) -> Iterator[str]:
    """Columns that are missing or not known."""
    found = list(rows[0]) if rows else [*NEEDED]
    for name in NEEDED:
        if name not in found:
            yield f"recipe has no column {name}; allowed: {_HEAD}"
    for name in found:
        if name not in (*NEEDED, *OPTIONAL):
            near = nearest_word(name, [*NEEDED, *OPTIONAL])
            hint = f"; did you mean {near}?" if near else ""
            yield f"recipe has a column {name if name != 'None' else 'without a name'}{hint} (allowed: {_HEAD})"


def _wrong_row(row: Mapping[str, str]) -> Iterator[str]:
    if row["type"] not in (*SLIPS, OTHERS):
        near = nearest_word(row["type"], [*SLIPS, OTHERS])
        hint = f"did you mean {near}? " if near else ""
        yield f"type is {row['type'] or 'empty'}; {hint}allowed: {', '.join(SLIPS)}, {OTHERS}"
    for name, highest in _HIGHEST.items():
        cell = row.get(name, "")
        if (cell or name == "rate") and not _lies_within(cell, highest):
            yield f"{name} is {cell or 'empty'}; allowed: a number from 0 to {highest:g}"


def _lies_within(cell: str, highest: float) -> bool:
    try:
        return 0.0 <= float(cell) <= highest and math.isfinite(float(cell))
    except ValueError:
        return False
