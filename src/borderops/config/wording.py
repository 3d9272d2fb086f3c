"""Sentences about settings that cannot be used: the key, its value, what is allowed, the nearest valid key.

What is allowed is read from the schema, not from pydantic's messages, so that nobody meets its vocabulary and a new
kind of error needs no new words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

import yaml

from borderops.config import keys
from borderops.config.schema import ASPECTS, MONTH, OPTION, Features

BEDS: Final = "a whole number of beds, or a list of steps, each with begins, beds, then_per_day and until"
EXAMPLES: Final = {
    "family_care.detention_beds": BEDS,
    "orr.beds.age_0_12": BEDS,
    "orr.beds.girls_13_17": BEDS,
    "orr.beds.boys_13_17": BEDS,
    "arrivals.file": "the path of a CSV, for example arrivals.file=my_arrivals.csv",
    "arrivals.rebuild_base_months": "a list of months such as ['2018-03', '2018-04']",
    "arrivals.rebuild_months": "a list of months such as ['2018-05', '2018-06']",
    **{f"tracking.designs.*.{aspect}": f"an option of features.{aspect}" for aspect in ASPECTS},
}
"""By pattern, where the type alone would say too little."""

WRITTEN: Final = {MONTH: "a month such as 2018-05", OPTION: "a name of small letters, digits and _"}
"""Text of a certain form, by its pattern."""

LONGEST_VALUE: Final = 60
MOST_WORDS: Final = 12


def unknown_key(key: str) -> str:
    """Say that a key is no setting, and which one may have been meant."""
    near = keys.nearest(key)
    return f"{key} is not a setting" + (f"; did you mean {near}?" if near else "")


def unknown_option(group: str, option: str, options: list[str], noun: str = "options") -> str:
    """Say that a group or `scenario` has no such option, which there are, and which one may have been meant."""
    near = keys.nearest_word(option, options)
    hint = f"; did you mean {near}?" if near else ""
    return f"{group}={option} is not known{hint} ({noun}: {', '.join(options) or 'none'})"


def unknown_entry(key: str, path: keys.Path, known: list[str]) -> str:
    """Say that a mapping has no entry of a name of which a part was to be set, and which one may have been meant."""
    near = keys.nearest_word(str(path[-1]), known)
    hint = f"; did you mean {keys.show((*path[:-1], near))}?" if near else ""
    return f"{key} has no place, {keys.show(path[:-1])} has no {path[-1]}{hint} (there are {', '.join(known)})"


def unknown_feature(key: str, option: str, aspect: str, features: Features) -> str:
    """Say that a design picks what the library does not hold, what there is, and which one may have been meant."""
    known = list(getattr(features, aspect))
    near = keys.nearest_word(option, known)
    hint = f"; did you mean {near}?" if near else ""
    return f"{key} is {option!r}; allowed: an option of features.{aspect}{hint} (options: {', '.join(known)})"


def not_given(path: keys.Path) -> str:
    """Say that a value is needed."""
    return f"{keys.show(path)} is not given; allowed: {allowed_at(path)}"


def not_allowed(path: keys.Path, value: Any) -> str:
    """Say that a value does not fit its place."""
    return f"{keys.show(path)} is {show_value(value)}; allowed: {allowed_at(path)}{_percent(path, value)}"


def from_pydantic(errors: Iterable[Mapping[str, Any]]) -> Iterator[tuple[keys.Path, str]]:
    """Turn pydantic's list of errors into sentences.

    Parameters
    ----------
    errors : iterable of dict
        From ``ValidationError.errors()``.

    Yields
    ------
    tuple of path and str
        The place, relative to the whole settings, and the sentence.
    """
    for error in errors:
        path = tuple(part for part in error["loc"] if part != "[key]")
        if error["type"] == "extra_forbidden" or "[key]" in error["loc"]:
            yield path, unknown_key(keys.show(path))
        elif error["type"] == "missing":
            yield path, not_given(path)
        else:
            yield path, not_allowed(path, error["input"])


def allowed_at(path: keys.Path) -> str:
    """What may stand at a path, in words."""
    place = keys.place_at(path)
    return EXAMPLES.get(keys.generic(path)) or describe(place) if place else "nothing"


def describe(place: keys.Place) -> str:
    """What may stand at a place, in words."""
    return _describe(place) + (", or null" if place.may_be_null else "")


def _describe(place: keys.Place) -> str:
    if place.is_model:
        return f"settings named {_listing(place.names)}"
    if place.kind is dict:
        names = _listing(place.names) if place.names else "names"
        return f"values for {names}, each {describe(_element(place))}"
    if place.kind is list:
        return f"{_length(place.limits)}, each {describe(_element(place))}"
    if place.kind is Literal:
        words = [str(word) for word in place.arguments]
        return words[0] if len(words) == 1 else f"one of {_listing(words)}"
    if place.kind in (int, float):
        return ("a whole number" if place.kind is int else "a number") + _bounds(place.limits)
    return {date: "a date such as 2018-05-05", bool: "true or false"}.get(place.kind, _text(place.limits))


def show_value(value: Any) -> str:
    """Write a value as it would stand in a YAML file, cut short where it is long."""
    if isinstance(value, str):
        shown = repr(value)
    elif value is None or isinstance(value, bool | list | dict):
        shown = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False).split("\n...")[0].strip()
    else:
        shown = str(value)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[: LONGEST_VALUE - 4]} ..."


def first_line(error: BaseException) -> str:
    """The first line of what another library says, where nothing better can be said."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _element(place: keys.Place) -> keys.Place:
    element = place.below(keys.ANY)
    assert element is not None, "only lists and mappings have elements"
    return element


def _listing(words: list[str]) -> str:
    more = f" and {len(words) - MOST_WORDS} more" if len(words) > MOST_WORDS else ""
    return ", ".join(words[:MOST_WORDS]) + more


def _length(limits: dict[str, Any]) -> str:
    least, most = limits.get("min_length"), limits.get("max_length")
    if least is not None and least == most:
        return f"a list of {least} entries"
    return f"a list of at least {least}" if least else "a list"


def _bounds(limits: dict[str, Any]) -> str:
    if "ge" in limits and "le" in limits:
        return f" from {limits['ge']} to {limits['le']}"
    least = f", {limits['ge']} or more" if "ge" in limits else f" above {limits['gt']}" if "gt" in limits else ""
    most = f" at most {limits['le']}" if "le" in limits else f" below {limits['lt']}" if "lt" in limits else ""
    return f"{least} and{most}" if least and most else least + most


def _text(limits: dict[str, Any]) -> str:
    return WRITTEN.get(limits.get("pattern", ""), "text")


def _percent(path: keys.Path, value: Any) -> str:
    """A share written as a percentage is the likeliest slip of all."""
    place = keys.place_at(path)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if place is None or place.limits.get("le") != 1 or not is_number or not 1 < value <= 100:
        return ""
    return f"; {value:g} % is written {value / 100:g}"
