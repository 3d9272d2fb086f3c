"""Scenarios for Hydra: flat folders of YAML files, mounted as the group ``scenario`` of the whole configuration.

A scenario is an overlay and needs no header line. It may inherit from others and choose options of groups::

    defaults:
      - zero_tolerance_2018
      - override /policy: limited_separation
      - _self_
    window: { end: 2018-08-31 }

What is wrong with a file is collected as sentences, and left out of what Hydra gets to see: composing goes on, and
every problem can be told at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from borderops.config import keys, places, wording

SCHEME: Final = "borderops-scenarios"
SEPARATOR: Final = "|"
SELF: Final = "_self_"
OVERRIDE: Final = "override "
ENTRIES: Final = "the name of a scenario, override /group: option, _self_"


@dataclass(frozen=True)
class Overlay:
    """A scenario file as read.

    Parameters
    ----------
    path : Path
    config : DictConfig
        What it holds, without the parts that cannot be used; empty where the file as a whole cannot.
    parents : tuple of str
        Names of the scenarios it inherits from.
    lines : dict of path to int
        Line of the file at which a setting stands.
    problems : tuple of str
    """

    path: Path
    config: DictConfig = field(default_factory=lambda: DictConfig({}))
    parents: tuple[str, ...] = ()
    lines: dict[keys.Path, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def line_of(self, path: keys.Path) -> int | None:
        """Line that a problem with a setting goes back to: its own, of what it is part of, or of one of its parts."""
        for depth in range(len(path), max(0, len(path) - 3), -1):
            if path[:depth] in self.lines and (depth == len(path) or depth > 1):
                return self.lines[path[:depth]]
        return next((line for inner, line in self.lines.items() if inner[: len(path)] == path), None)


class Shelf:
    """Scenarios that can be had by name from some folders.

    Parameters
    ----------
    folders : list of Path
        Searched in this order.
    chosen : Path, optional
        A file that stands for its name before any other, and whose neighbours come next.
    """

    def __init__(self, folders: list[Path], chosen: Path | None = None):
        self.files = places.scenario_files([*([chosen.parent] if chosen else []), *folders])
        if chosen:
            self.files[chosen.stem] = chosen
        self.search_path = f"{SCHEME}://" + SEPARATOR.join(map(str, [*([chosen] if chosen else []), *folders]))

    @classmethod
    def from_search_path(cls, path: str) -> Shelf:
        """Build the shelf again from its entry in Hydra's search path, given without the scheme."""
        listed = [Path(text) for text in path.split(SEPARATOR) if text]
        chosen = next((one for one in listed if one.is_file()), None)
        return cls([one for one in listed if one.is_dir()], chosen)

    def read(self, name: str) -> Overlay:
        """Read a scenario that is on the shelf; a file that cannot be used gives an overlay with problems."""
        return _read(name, self)

    def chain(self, name: str) -> list[Overlay]:
        """A scenario and all those it inherits from, nearest first; empty where there is none of that name."""
        names = [name] if name in self.files else []
        overlays = []
        for one in names:  # grows while it is walked
            overlays.append(self.read(one))
            names += [parent for parent in overlays[-1].parents if parent not in names]
        return overlays


class ScenarioSource(ConfigSource):
    """Serves a shelf of scenarios to Hydra."""

    @staticmethod
    def scheme() -> str:
        """Prefix of the search path entries that this source serves."""
        return SCHEME

    @cached_property
    def shelf(self) -> Shelf:
        """The scenarios served."""
        return Shelf.from_search_path(self.path)

    def available(self) -> bool:
        """Whether the source can serve; an empty shelf can."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Say whether a path is a group; there is one, at the top."""
        return config_path in ("", places.SCENARIO_GROUP)

    def is_config(self, config_path: str) -> bool:
        """Say whether a path such as ``scenario/zero_tolerance_2018`` is on the shelf."""
        return _name(config_path) in self.shelf.files

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """List the names below a path: the group, or its scenarios."""
        if config_path == "":
            return [] if results_filter == ObjectType.CONFIG else [places.SCENARIO_GROUP]
        return [] if results_filter == ObjectType.GROUP else [*self.shelf.files]

    def load_config(self, config_path: str) -> ConfigResult:
        """Give a scenario's settings, to be laid over the whole configuration."""
        name = _name(config_path)
        if name not in self.shelf.files:
            raise ConfigLoadError(f"there is no {config_path}")
        config = self.shelf.read(name).config
        return ConfigResult(self.provider, self.full_path(), config, header={"package": "_global_"})


def register() -> None:
    """Tell Hydra of the source; may be called again."""
    Plugins.instance().register(ScenarioSource)


def _name(config_path: str) -> str:
    group, _, name = config_path.partition("/")
    return name if group == places.SCENARIO_GROUP else ""


# --- reading a file -----------------------------------------------------------------------------------------------


class _CannotBeUsed(Exception):
    """The file as a whole; the sentence says why."""

    def __init__(self, path: Path, why: str, line: int | None = None):
        where = f", line {line}" if line else ""
        super().__init__(f"{short(path)}{where}: {why}")


def short(path: Path) -> str:
    """Write a path as seen from the working directory, where it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _read(name: str, shelf: Shelf) -> Overlay:
    path = shelf.files[name]
    try:
        text = _text_of(path)
        root = _mapping_of(text, path)
        config = _config_of(text, path)
    except _CannotBeUsed as problem:
        return Overlay(path, problems=(str(problem),))
    lines = dict(_lines(root))
    defaults, parents, problems = _usable_defaults(name, config.pop("defaults", None), shelf)
    values = _plain(config)
    problems += _take_out_misfits(values, ())
    sentences = tuple(f"{sentence} ({path.name}, line {lines.get(place, 1)})" for place, sentence in problems)
    usable = OmegaConf.create({**({"defaults": defaults} if defaults else {}), **values})
    return Overlay(path, usable, tuple(parents), lines, sentences)


def _take_out_misfits(values: dict[str, Any], above: keys.Path) -> list[tuple[keys.Path, str]]:
    """Take out unknown keys, and lists or mappings where something else belongs, which Hydra could not lay over."""
    problems = []
    for key in list(values):
        path, value = (*above, key), values[key]
        place = keys.place_at(path)
        if place is None:
            problems.append((path, _unknown(path)))
        elif isinstance(value, list | dict) and not _is_shaped_like(place, value):
            problems.append((path, wording.not_allowed(path, value)))
        else:
            problems += _take_out_misfits(value, path) if isinstance(value, dict) else []
            continue
        del values[key]
    return problems


def _is_shaped_like(place: keys.Place, value: Any) -> bool:
    return place.kind is list if isinstance(value, list) else place.is_model or place.kind is dict


def _unknown(path: keys.Path) -> str:
    key = keys.show(path)
    if keys.place_at(keys.parse(key)) is not None:  # right but for the way it is written
        return f"{key} is written with dots; in a file each part stands on a line of its own, or as a: {{ b: ... }}"
    return wording.unknown_key(key)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _CannotBeUsed(path, "this is not text (UTF-8); a scenario is a YAML file") from None
    except OSError as error:
        raise _CannotBeUsed(path, f"cannot be read ({error.strerror})") from None


def _mapping_of(text: str, path: Path) -> yaml.MappingNode:
    """Parse the text, keeping the lines; a scenario is one mapping without repeated keys."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _CannotBeUsed(path, "this is not text; a scenario is a YAML file", line) from None
    except yaml.MarkedYAMLError as error:
        raise _CannotBeUsed(path, f"this is not YAML ({error.problem})", _line(error)) from None
    except RecursionError:
        raise _CannotBeUsed(path, "this is nested too deeply") from None
    if root is None or (isinstance(root, yaml.ScalarNode) and root.value == ""):
        raise _CannotBeUsed(path, "the file is empty; a scenario holds at least one setting, such as seed: 1")
    if not isinstance(root, yaml.MappingNode):
        why = "this is no setting; write key: value, for example seed: 1"
        raise _CannotBeUsed(path, why, root.start_mark.line + 1)
    return root


def _config_of(text: str, path: Path) -> DictConfig:
    """Read the settings as Hydra does, which keeps dates as they are written."""
    try:
        config = OmegaConf.create(text)
    except yaml.MarkedYAMLError as error:
        raise _CannotBeUsed(path, f"this cannot be used ({error.problem})", _line(error)) from None
    except (OmegaConfBaseException, yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise _CannotBeUsed(path, f"this cannot be used ({wording.first_line(error)})") from None
    assert isinstance(config, DictConfig), "a mapping gives a DictConfig"
    return config


def _line(error: yaml.MarkedYAMLError) -> int | None:
    return error.problem_mark.line + 1 if error.problem_mark else None


def _lines(node: yaml.Node, path: keys.Path = ()) -> Iterator[tuple[keys.Path, int]]:
    """The line of every key and every entry of a list."""
    items: list[tuple[str | int, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        items = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        items = [(index, entry, entry) for index, entry in enumerate(node.value)]
    for part, marked, value in items:
        yield (*path, part), marked.start_mark.line + 1
        yield from _lines(value, (*path, part))


# --- inheritance and options --------------------------------------------------------------------------------------


def _usable_defaults(
    name: str, defaults: Any, shelf: Shelf
) -> tuple[list[Any], list[str], list[tuple[keys.Path, str]]]:
    """Split a list of defaults into entries that can be used, the parents among them, and problems with their place."""
    if defaults is None:
        return [], [], []
    if not isinstance(defaults, ListConfig):
        return [], [], [(("defaults",), "defaults is no list; write each entry on a line of its own after a dash")]
    usable: list[Any] = []
    problems: list[tuple[keys.Path, str]] = []
    seen: set[str] = set()
    for index, entry in enumerate(_entries(defaults)):
        problem = _problem_of(entry, name, shelf) or _problem_of_repeating(entry, seen, shelf)
        if problem:
            problems.append((("defaults", index), problem))
        else:
            usable.append(entry)
            seen |= _brought_in(entry, shelf)
    return usable, [entry for entry in usable if _is_parent(entry)], problems


def _entries(defaults: Any) -> list[Any]:
    entries = OmegaConf.to_container(defaults) if isinstance(defaults, ListConfig) else []
    assert isinstance(entries, list), "a ListConfig holds a list"
    return entries


def _plain(config: DictConfig) -> dict[str, Any]:
    values = OmegaConf.to_container(config)
    assert isinstance(values, dict), "a DictConfig holds a mapping"
    return _with_names(values)


def _with_names(value: Any) -> Any:
    """Keys as text: YAML reads 1, true or 2018-05 as something else."""
    return {str(key): _with_names(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _is_parent(entry: Any) -> bool:
    return isinstance(entry, str) and entry != SELF


def _problem_of(entry: Any, name: str, shelf: Shelf) -> str | None:
    if isinstance(entry, str):
        return None if entry == SELF else _problem_of_parent(entry, name, shelf)
    if isinstance(entry, dict) and len(entry) == 1:
        [(key, option)] = entry.items()
        return _problem_of_option(str(key), str(option))
    return f"defaults has the entry {wording.show_value(entry)}; allowed: {ENTRIES}"


def _problem_of_parent(parent: str, name: str, shelf: Shelf) -> str | None:
    if parent not in shelf.files:
        return wording.unknown_option(places.SCENARIO_GROUP, parent, [*shelf.files], "scenarios")
    if parent == name or name in _ancestors(parent, shelf):
        return f"scenario {name} inherits from itself, through {parent}"
    return None


def _problem_of_repeating(entry: Any, seen: set[str], shelf: Shelf) -> str | None:
    again = sorted(_brought_in(entry, shelf) & seen)
    return f"defaults brings in {', '.join(again)} more than once; allowed: once" if again else None


def _brought_in(entry: Any, shelf: Shelf) -> set[str]:
    """What an entry brings in: a scenario with all it inherits from, the option of a group, the file's own values."""
    if isinstance(entry, dict):
        return {str(key) for key in entry}
    return {entry} if entry == SELF else {entry, *_ancestors(entry, shelf)}


def _problem_of_option(key: str, option: str) -> str | None:
    group = key.removeprefix(OVERRIDE).strip().removeprefix("/")
    options = places.group_options()
    if group not in options:
        near = keys.nearest_word(group, [*options])
        hint = f"; did you mean {near}?" if near else ""
        return f"defaults chooses an option of {group}, which is no group{hint} (groups: {', '.join(options)})"
    if option not in options[group]:
        return wording.unknown_option(group, option, options[group])
    if key != f"{OVERRIDE}/{group}":
        return f"defaults has the entry {key}: {option}; write override /{group}: {option}"
    return None


def _ancestors(name: str, shelf: Shelf) -> set[str]:
    """Names that a scenario's lists of defaults lead to, however they are wrong otherwise."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for parent in _named_parents(waiting.pop(), shelf):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def _named_parents(name: str, shelf: Shelf) -> list[str]:
    try:
        config = _config_of(_text_of(shelf.files[name]), shelf.files[name])
    except (_CannotBeUsed, AssertionError):
        return []
    return [entry for entry in _entries(config.get("defaults")) if _is_parent(entry) and entry in shelf.files]
