"""Words and numbers as people read them: names of groups, quantities with their unit, intervals.

Knows the codes of the tables and nothing of their contents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
EN_DASH: Final = "\N{EN DASH}"
ABSENT: Final = "\N{EM DASH}"

NAMES: Final = {
    "all": "All",
    "ports_of_entry": "Ports of entry",
    "age_0_4": "Ages 0\N{EN DASH}4",
    "age_5_12": "Ages 5\N{EN DASH}12",
    "age_13_17": "Ages 13\N{EN DASH}17",
    "0\N{EN DASH}4": "Ages 0\N{EN DASH}4",
    "5\N{EN DASH}12": "Ages 5\N{EN DASH}12",
    "13\N{EN DASH}17": "Ages 13\N{EN DASH}17",
    "age_0_12": "Ages 0\N{EN DASH}12",
    "girls_13_17": "Girls 13\N{EN DASH}17",
    "boys_13_17": "Boys 13\N{EN DASH}17",
    "separated": "Separated children",
    "separated_children": "Separated children",
    "alone": "Children who came alone",
    "children_alone": "Children alone",
    "all_minors": "All minors",
    "family_unit_members": "Members of families",
    "single_adults": "Single adults",
    "families": "Families",
    "children": "Children",
    "kin_groups": "Kin groups",
    "coordinators_mail": "Coordinators' mail",
    "bed_kind": "kind of bed",
    "age_band": "age band",
}
"""Codes whose name is not simply the code in words."""

SECTOR_NAMES: Final = {
    "big_bend",
    "del_rio",
    "el_centro",
    "el_paso",
    "laredo",
    "rio_grande_valley",
    "san_diego",
    "tucson",
    "yuma",
}


def name_of(code: Any) -> str:
    """The name of a group as people read it; a code that is not known becomes its own words."""
    text = str(code)
    if text in NAMES:
        return NAMES[text]
    if text in SECTOR_NAMES:
        return text.replace("_", " ").title()
    words = text.replace("_", " ")
    return words[:1].upper() + words[1:]


def in_sentence(code: Any) -> str:
    """The name of a group inside a sentence: proper names keep their capital."""
    name = name_of(code)
    return name if str(code) in SECTOR_NAMES else name[:1].lower() + name[1:]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    if isinstance(value, bool) or value is None:
        return False
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def number(value: float, unit: str = "") -> str:
    """A number rounded to what can be read off it, with thousands separated; shares become per cent."""
    if not is_number(value):
        return ABSENT
    value = float(value)
    if unit == "share":
        return _per_cent(value * 100.0)
    if unit == "percent":
        return _per_cent(value)
    if unit == "ratio":
        return f"{value:.2f}"
    if unit in ("hours", "days", "minutes"):
        return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:,.1f}"


def _per_cent(value: float) -> str:
    """Per cent with one decimal below 10, none above; never 0 % or 100 % for what is not."""
    text = f"{value:.0f}" if abs(value) >= 10 or value == 0 else f"{value:.1f}"
    if text == "0.0":
        text = "under 0.1"
    if text == "100" and value < 100:
        text = f"{math.floor(value * 10) / 10:.1f}"
    return f"{text}{NO_BREAK}%"


def quantity(value: float, unit: str) -> str:
    """A number with its unit: ``3,014 children``, ``39 %``, ``61.5 hours``."""
    if not is_number(value):
        return ABSENT
    if unit in ("share", "percent", "ratio", "", "count"):
        return number(value, unit)
    singular = {"children": "child", "parents": "parent", "families": "family", "persons": "person"}
    if number(value, unit) == "1":
        unit = singular.get(unit, unit.removesuffix("s"))
    return f"{number(value, unit)}{NO_BREAK}{unit}"


def span(low: float, high: float, unit: str) -> str:
    """An interval: ``2,870 to 3,130``."""
    first, last = number(low, unit), number(high, unit)
    per_cent = f"{NO_BREAK}%"
    if first.endswith(per_cent) and last.endswith(per_cent) and not first.startswith("under"):
        first = first.removesuffix(per_cent)
    return f"{first} to {last}"


def range_cell(low: float, high: float, unit: str) -> str:
    """An interval for a narrow table cell: ``2,870–3,130``."""
    return span(low, high, unit).replace(" to ", EN_DASH)


def level_text(level: float) -> str:
    """A confidence level: ``90 %``."""
    return f"{level * 100:g}{NO_BREAK}%"


def replications_text(n: int) -> str:
    """``one replication`` or ``200 replications``."""
    return "one replication" if n == 1 else f"{n:,}{NO_BREAK}replications"


def interval_text(row: Mapping[str, Any], unit: str, level: float, n: int) -> str:
    """What stands in brackets behind a figure; honest about a single replication and about missing ones.

    Parameters
    ----------
    row : mapping
        A summary; its own ``n`` counts the replications that had a value.
    unit : str
    level : float
    n : int
        Replications of the run.
    """
    known = int(row["n"])
    if known < 2:
        return "one replication, so no interval" if n < 2 else f"{behind_text(known, n)}, so no interval"
    return f"{level_text(level)} interval over {behind_text(known, n)}: {span(row['low'], row['high'], unit)}"


def behind_text(known: int, n: int) -> str:
    """The replications behind a figure: ``200 replications``, ``the 3 of 4 replications that have any``."""
    if known == n:
        return replications_text(n)
    return f"the {known:,} of {replications_text(n)} that {'has' if known == 1 else 'have'} any"


def day_text(day: Any, with_year: bool = True) -> str:
    """A date: ``5 May 2018``."""
    stamp = pd.Timestamp(day)
    text = f"{stamp.day}{NO_BREAK}{stamp.month_name()}"
    return f"{text} {stamp.year}" if with_year else text


def window_text(first: date, last: date) -> str:
    """Two dates, the year once if it is the same: ``5 May to 20 June 2018``."""
    return f"{day_text(first, with_year=first.year != last.year)} to {day_text(last)}"


def month_text(month: str) -> str:
    """``May 2018`` from ``2018-05``."""
    stamp = pd.Timestamp(f"{month}-01")
    return f"{stamp.month_name()[:3]} {stamp.year}"


def list_text(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
