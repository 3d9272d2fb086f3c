"""Error recipes: rates of slips from a table of the planner's own, in place of those that are shipped."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from borderops.config.keys import nearest_word
from borderops.config.schema import SLIPS
from borderops.exceptions import ConfigError, FileProblem

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
        the cells, rows or events that it could befall); ``load_slope`` and ``guided_factor``, if given. A column
        ``field`` may stand in it; a type has one rate whatever the field.

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
    problems, given = list(_wrong_head(rows)), dict[str, dict[str, str]]()
    for number, row in enumerate(rows if not problems else [], 1):
        wrong = list(_wrong_row(row)) or list(_differs(row, given))
        problems += [f"{path.name}, row {number}: {one}" for one in wrong]
        if not wrong:
            given[row["type"]] = {name: row[name] for name in _KEYS if row.get(name)}
    if not rows:
        problems.append(f"{path.name} holds no rate; allowed: a row a type, under {_HEAD}")
    if problems:
        raise ConfigError(problems)
    others = given.pop(OTHERS, {})
    told = {slip: given.get(slip, others) for slip in SLIPS}
    return [f"records.slips.{slip}.{_KEYS[name]}={value}" for slip, row in told.items() for name, value in row.items()]


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


def _differs(row: Mapping[str, str], given: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A type that an earlier row gives another rate: slips of a type are as frequent in every field."""
    before = given.get(row["type"])
    if before is not None and any(float(row.get(name) or "nan") != float(before.get(name, "nan")) for name in before):
        yield f"type {row['type']} has another rate than in an earlier row; allowed: one a type, for all its fields"
