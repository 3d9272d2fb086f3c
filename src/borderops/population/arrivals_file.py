"""Arrivals from a planner's own file.

A CSV with the columns ``month`` (2018-05) or ``day`` (2018-05-31), ``sector``, ``stratum`` and ``persons``. Aggregates
only: a file with columns that look like identifiers of people is refused.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from borderops import clock
from borderops.config.schema import STATIONS
from borderops.exceptions import FileProblem
from borderops.units import DAY

STRATA = ("children_alone", "family_unit_members", "single_adults", "kin_group_members")
COLUMNS = ("month", "day", "sector", "stratum", "persons")
IDENTIFIERS = re.compile(
    r"(^|_)(id|name|names|surname|given|first_name|last_name|dob|birth|birth_date|a_number|anumber|alien|ssn|passport|fins)($|_)"
    r"|a[_ -]?number|name$|birth",
    re.IGNORECASE,
)
MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
SHOWN = 12
MOST_PERSONS = 1_000_000


def read_arrivals(file: str | None, days: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """Read expected persons from a planner's CSV.

    Parameters
    ----------
    file : str
        Path of the CSV.
    days : ndarray of int
        Days played, on the clock.

    Returns
    -------
    monthly : dict of str to ndarray of float64, shape (stations, 4)
        Persons by month, to be spread over its days.
    daily : ndarray of float64, shape (days, stations, 4), or None
        Persons by day, taken as they are.

    Raises
    ------
    FileProblem
        With every problem of the file at once: missing, empty, unknown columns or values, person-level data,
        days not covered.
    """
    path = Path(file or "")
    rows, header = _rows(path)
    problems = list(_header_problems(header))
    if not problems:
        problems = [*_row_problems(rows, header), *_coverage_problems(rows, header, days)]
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise FileProblem("\n  ".join([f"the file of arrivals {path.name} cannot be used:", *problems[:SHOWN], *more]))
    return _collect(list(rows.values()), header, days)


def _rows(path: Path) -> tuple[dict[int, dict[str, str]], list[str]]:
    """Rows by the line they end on, and the header."""
    if path != Path() and path.is_dir():
        raise FileProblem(f"the file of arrivals {path} is a folder; give the path of a CSV as arrivals.file=FILE.csv")
    if not path.is_file():
        raise FileProblem(f"the file of arrivals {path} does not exist; give its path as arrivals.file=FILE.csv")
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True)
            rows = {}
            for row in reader:
                rows[reader.line_num] = {(key or "").strip(): value for key, value in row.items()}
            header = [name.strip() for name in reader.fieldnames or []]
    except UnicodeDecodeError:
        raise FileProblem(f"the file of arrivals {path.name} is not text in UTF-8") from None
    except (csv.Error, OSError) as error:
        raise FileProblem(f"the file of arrivals {path.name} cannot be read: {error}") from None
    return rows, header


def _header_problems(header: list[str]) -> Iterator[str]:
    if not header:
        yield "it is empty; needed: a header line with month or day, sector, stratum, persons"
        return
    identifiers = [name for name in header if IDENTIFIERS.search(name)]
    if identifiers:
        yield f"columns {', '.join(identifiers)} look like data about single people; allowed: counts only"
        return
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            yield f"column {name!r} is not known; allowed: {', '.join(COLUMNS)}"
        elif header.count(name) > 1:
            yield f"column {name} stands there {header.count(name)} times"
    for needed in ("sector", "stratum", "persons"):
        if needed not in header:
            yield f"column {needed} is missing" + _nearest(needed, header)
    if ("month" in header) == ("day" in header):
        yield "needs one column month (2018-05) or day (2018-05-31), not both and not neither"


def _row_problems(rows: dict[int, dict[str, str]], header: list[str]) -> Iterator[str]:
    if not rows:
        yield "it has a header but no rows"
    seen = set()
    for line, row in rows.items():
        if None in row.values() or "" in row:
            yield f"line {line} has {'too few' if None in row.values() else 'too many'} values; needed: {len(header)}"
            continue
        yield from _value_problems(line, row)
        when = _day(row["day"]) or row["day"] if "day" in row else row["month"].strip()
        key = (when, row["sector"].strip(), row["stratum"].strip())
        if key in seen:
            yield f"line {line} repeats {', '.join(map(str, key))}"
        seen.add(key)


def _value_problems(line: int, row: dict[str, str]) -> Iterator[str]:
    sector, stratum = row["sector"].strip(), row["stratum"].strip()
    if sector not in STATIONS:
        yield f"line {line}: sector is {sector!r}; allowed: {', '.join(STATIONS)}" + _nearest(sector, list(STATIONS))
    if stratum not in STRATA:
        yield f"line {line}: stratum is {stratum!r}; allowed: {', '.join(STRATA)}" + _nearest(stratum, list(STRATA))
    try:
        persons = float(row["persons"])
    except ValueError:
        persons = float("nan")
    if not 0 <= persons <= MOST_PERSONS:
        yield f"line {line}: persons is {row['persons']!r}; allowed: a number from 0 to {MOST_PERSONS:,}"
    if "month" in row and not MONTH.match(row["month"].strip()):
        yield f"line {line}: month is {row['month']!r}; allowed: YYYY-MM, for example 2018-05"
    if "day" in row and _day(row["day"]) is None:
        yield f"line {line}: day is {row['day']!r}; allowed: YYYY-MM-DD, for example 2018-05-31"


def _collect(rows, header, days) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    monthly: dict[str, np.ndarray] = {}
    daily = np.full((days.size, len(STATIONS), 4), np.nan) if "day" in header else None
    for row in rows:
        station, stratum = STATIONS.index(row["sector"].strip()), STRATA.index(row["stratum"].strip())
        if daily is None:
            month = monthly.setdefault(row["month"].strip(), np.zeros((len(STATIONS), 4)))
            month[station, stratum] = float(row["persons"])
        else:
            # By dates: a day before the clock began is outside every run, and no error.
            index = (date.fromisoformat(row["day"].strip()) - clock.date_of(int(days[0]) * DAY)).days
            if 0 <= index < days.size:
                daily[index] = np.nan_to_num(daily[index])
                daily[index, station, stratum] = float(row["persons"])
    return monthly, daily


def _coverage_problems(rows: dict[int, dict[str, str]], header: list[str], days: np.ndarray) -> Iterator[str]:
    """Days played for which the file has no row at all, whatever else may be wrong with it."""
    if not rows:
        return
    what = "day" if "day" in header else "month"
    told = {(row.get(what) or "").strip() for row in rows.values()}
    played = np.datetime64(clock.EPOCH, "D") + days
    if what == "day":
        known = {str(_day(text)) for text in told}
        missing = [day for day in played.astype(str) if day not in known]
    else:
        missing = sorted(set(played.astype("datetime64[M]").astype(str)) - told)
    if missing:
        shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        yield f"it has no row for {what} {shown}; the days played include the lead-in before the window"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else ""
