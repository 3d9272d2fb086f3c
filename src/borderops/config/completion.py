"""Completions for an override that is being typed: groups, options, scenarios, keys, words of a choice.

Called on every press of the tab key, so it looks at names and the schema only. Of the library of features it offers the
shipped options; what a scenario adds it cannot know.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from borderops.config import keys, places
from borderops.config.schema import OPTION


def complete(line: str) -> list[str]:
    """Complete the last word of a command line.

    Parameters
    ----------
    line : str
        The line so far, or only its last word: ``scenario=z``, ``run orr.be``. A trailing blank begins a new word.

    Returns
    -------
    list of str
        Whole words, sorted. A key that leads further ends in ``.``, one that takes a value in ``=``.
    """
    word = "" if not line or line[-1].isspace() else line.split()[-1]
    prefix = word[: len(word) - len(word.lstrip("+~"))]
    key, equals, start = word[len(prefix) :].partition("=")
    found = _values(key, start) if equals else _keys(key)
    return sorted(prefix + one for one in found)


def _values(key: str, start: str) -> list[str]:
    if key == places.SCENARIO_GROUP:
        names = [*places.scenario_files(places.scenario_folders())] + _files(start)
    elif key in places.group_options():
        names = places.group_options()[key]
    else:
        names = _words(keys.parse(key))
    return [f"{key}={name}" for name in names if name.startswith(start)]


def _words(path: keys.Path) -> list[str]:
    """Words that can be listed: of a choice, of a switch, options of an aspect that a design picks from."""
    place = keys.place_at(path)
    if place is None:
        return []
    if place.limits.get("pattern") == OPTION:
        return places.feature_options()[str(path[-1])]
    words = [str(word) for word in place.arguments] if place.kind is Literal else []
    return words + (["false", "true"] if place.kind is bool else []) + (["null"] if place.may_be_null else [])


def _files(start: str) -> list[str]:
    """YAML files and folders of a path that is being typed; names alone mean scenarios on the shelf."""
    folder, slash, _ = start.rpartition("/")
    here = Path(folder or "/").expanduser()
    if not slash or not here.is_dir():
        return []
    entries = [path for path in here.iterdir() if not path.name.startswith(".")]
    folders = [f"{folder}/{path.name}/" for path in entries if path.is_dir()]
    return folders + [f"{folder}/{path.name}" for path in entries if path.suffix in places.SUFFIXES]


def _keys(key: str) -> list[str]:
    above, dot, start = key.rpartition(".")
    if not dot:
        return [*_choices(start), *_below((), "", start)]
    path = keys.parse(above)
    return _below(path, f"{above}.", start) if keys.place_at(path) else []


def _choices(start: str) -> list[str]:
    return [f"{group}=" for group in (*places.group_options(), places.SCENARIO_GROUP) if group.startswith(start)]


def _below(path: keys.Path, written: str, start: str) -> list[str]:
    place = keys.place_at(path)
    found = []
    for name in _names(path, place) if place else []:
        below = keys.place_at((*path, name))
        if below is None or not name.startswith(start) or (not path and name == places.SCENARIO_GROUP):
            continue
        ends = "=" if below.is_leaf or below.kind is list else "."
        found.append(f"{written}{name}{ends}")
        if below.kind is list and not keys.place_at((*path, name, 0)).is_leaf:  # type: ignore[union-attr]
            found.append(f"{written}{name}[0].")
    return found


def _names(path: keys.Path, place: keys.Place) -> list[str]:
    """What may stand below a place, as far as it can be listed."""
    is_aspect = len(path) == 2 and path[0] == places.FEATURES
    return places.feature_options()[str(path[1])] if is_aspect else place.names
