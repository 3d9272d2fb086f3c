"""From overrides to settings: the config groups, a scenario laid over them, the user's own values last.

Hydra composes groups and scenario; the user's values are then set one by one, so that a bad one hides no other.
Everything that cannot be used is told at once, as one `ConfigError`, before anything runs.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from pydantic import ValidationError

from borderops.clock import EPOCH
from borderops.config import checks, inputs, keys, knowledge, places, register, wording
from borderops.config.completion import complete
from borderops.config.places import NO_SCENARIO, SCENARIO_GROUP, Scenario, list_scenarios, scenario_folders
from borderops.config.schema import BED_KINDS, Settings
from borderops.exceptions import ConfigError

if TYPE_CHECKING:
    from datetime import date

    from omegaconf import DictConfig

    from borderops.config.scenario_source import Overlay, Shelf

__all__ = ["Composed", "Scenario", "complete", "compose", "list_scenarios", "scenario_folders", "values_of"]

Problems = list[tuple[keys.Path, str]]
"""Sentences, each with the place it speaks of."""

CONFIG: Final = "config"
POLICY_GROUP: Final = "policy"
STUDY: Final = "study"
OVERRIDE: Final = re.compile(r"(?P<sign>~|\+{0,2})(?P<key>[^=]*)(?P<equals>=?)(?P<value>.*)", re.DOTALL)
BED_STEPS: Final = (("family_care", "detention_beds"), *(("orr", "beds", kind) for kind in BED_KINDS))
HYDRA: Final = threading.Lock()
"""Hydra keeps its search path in a global, so only one thread composes at a time."""


@dataclass(frozen=True)
class Composed:
    """Settings ready to run.

    Parameters
    ----------
    settings : Settings
    yaml : str
        All settings as YAML; as a scenario of its own (``scenario=saved.yaml``) it gives the same settings again.
    choices : dict of str to str
        The option chosen in every group, and the scenario.
    shipped : Settings
        Settings of the same group choices without the scenario and without the user's values.
    beside : Settings or None
        The same settings under the policy ``run.beside``; None where that is the policy of the scenario itself.
    """

    settings: Settings
    yaml: str
    choices: dict[str, str]
    shipped: Settings
    beside: Settings | None


def compose(overrides: Sequence[str] = ()) -> Composed:
    """Compose settings from overrides such as ``scenario=family_unity`` or ``orr.pace[3].pace=0.8``.

    Parameters
    ----------
    overrides : sequence of str
        ``group=option``, ``scenario=name``, ``scenario=path/to/file.yaml``, ``key=value``; ``~key`` takes an entry
        away and ``~scenario`` leaves the scenario out. Of two for one key the later counts.

    Returns
    -------
    Composed

    Raises
    ------
    ConfigError
        With every problem of the overrides, the scenario's files and the values.
    """
    request = _read_request(overrides)
    name = request.choices.get(SCENARIO_GROUP, _default_scenario()) or NO_SCENARIO
    chain = request.shelf.chain(name)
    problems = [*request.problems, *(problem for overlay in chain for problem in overlay.problems)]
    try:
        base, choices = _compose_groups(request.shelf, _group_overrides(request), chain)
    except _other_errors() as error:
        raise ConfigError([*problems, f"scenario={name} cannot be used ({wording.first_line(error)})"]) from None
    problems += _assign(base, [one for one in request.assignments if one.path[0] == STUDY])
    as_of = knowledge.day_of(base)
    layer = knowledge.layer_of(as_of, choices)
    if layer is not None:
        layer.lay(base, [overlay.config for overlay in chain])
    problems += _assign(base, [one for one in request.assignments if one.path[0] != STUDY])
    shipped = _shipped(tuple(sorted(choices.items())), as_of)
    settings, unusable = _judge(*_values(base, chain, name), shipped, request)
    problems += [sentence + _origin(path, chain, request) for path, sentence in unusable]
    problems += _unknown_policy_beside(settings)
    settings, unread = _with_what_is_kept(settings, request)
    problems += unread
    beside = None if problems else _beside(settings, choices)
    problems += [*_known_later(settings, shipped, choices, chain, request), *_known_later_beside(beside, choices)]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return Composed(settings, _as_yaml(settings), {**choices, SCENARIO_GROUP: settings.scenario}, shipped, beside)


def values_of(word: str) -> tuple[str, list[str]]:
    """Key of an override and the values it asks for; several are separated by commas or written as Hydra writes sweeps.

    Parameters
    ----------
    word : str
        ``seed=1``, ``scenario=a,b``, ``orr.beds.age_0_12=range(1500,2500,500)``.

    Returns
    -------
    key : str
    values : list of str
        As text. Text that may hold commas of its own has one value; what cannot be read is left to `compose` to tell.
    """
    key, equals, text = word.partition("=")
    place = keys.place_at(keys.parse(key)) if equals else None
    is_text = place is not None and place.kind is str and "pattern" not in place.limits and key != SCENARIO_GROUP
    if not equals or is_text or key.startswith(("~", "+")):
        return key, [text]
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(f"value={text}")
    except HydraException:
        return key, [text]
    return key, list(override.sweep_string_iterator()) if override.is_sweep_override() else [text]


# --- what is asked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assignment:
    """A value given on the command line, or an entry to be taken away."""

    path: keys.Path
    value: Any
    is_removal: bool


@dataclass
class Request:
    """Overrides, sorted out.

    Parameters
    ----------
    shelf : Shelf
        Where scenarios are had from.
    choices : dict of str to str or None
        Options by group; None for ``~scenario``.
    assignments : list of Assignment
    problems : list of str
    doubtful : set of str
        Groups whose option or scenario is not known, so that their values may not be the ones that were meant.
    """

    shelf: Shelf
    choices: dict[str, str | None] = field(default_factory=dict)
    assignments: list[Assignment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)


def _read_request(overrides: Iterable[str]) -> Request:
    from borderops.config.scenario_source import Shelf  # Hydra takes 0.3 s, which listing and completion can do without

    request = Request(Shelf(scenario_folders()))
    for text in overrides:
        _read_override(text, request)
    return request


def _read_override(text: str, request: Request) -> None:
    parts = OVERRIDE.fullmatch(text)
    assert parts is not None, "the pattern takes any text"
    sign, key, value = parts["sign"], parts["key"].strip(), parts["value"].strip()
    is_removal = sign == "~"
    if not key or not (parts["equals"] or is_removal) or not text.isprintable():
        request.problems.append(f"{text!r} is not understood; write key=value, for example run.replications=20")
    elif key == SCENARIO_GROUP:
        _choose_scenario(None if is_removal else _unquoted(value), request)
    elif key in places.group_options():
        _choose_option(key, f"~{key}" if is_removal else _unquoted(value), request)
    else:
        _read_assignment(key, value, is_removal, request)


def _choose_scenario(value: str | None, request: Request) -> None:
    from borderops.config.scenario_source import Shelf

    if value is None or value in ("null", NO_SCENARIO):
        request.choices[SCENARIO_GROUP] = None
        return
    path = Path(value).expanduser()
    if not value:
        request.problems.append(wording.unknown_option(SCENARIO_GROUP, value, [*request.shelf.files], "scenarios"))
    elif path.suffix in places.SUFFIXES and path.is_file():
        request.shelf = Shelf(scenario_folders(), chosen=path.resolve())
        request.choices[SCENARIO_GROUP] = path.stem
    elif value in request.shelf.files:
        request.choices[SCENARIO_GROUP] = value
    else:
        request.problems.append(_unknown_scenario(value, path, request.shelf))
        request.doubtful |= set(Settings.model_fields)


def _unknown_scenario(value: str, path: Path, shelf: Shelf) -> str:
    if path.is_dir():
        return f"{SCENARIO_GROUP}={value} is a folder; allowed: the name of a scenario or the path of a YAML file"
    if path.is_file():
        return f"{SCENARIO_GROUP}={value} is no YAML file; allowed: a file that ends in {' or '.join(places.SUFFIXES)}"
    if path.suffix in places.SUFFIXES or path.name != value:
        beside = {one.stem: one for one in path.parent.glob("*") if one.suffix in places.SUFFIXES}
        near = keys.nearest_word(path.stem, [*beside])
        hint = f"; did you mean {beside[near]}?" if near else ""
        return f"{SCENARIO_GROUP}={value} does not exist{hint}"
    return wording.unknown_option(SCENARIO_GROUP, value, [*shelf.files], "scenarios")


def _choose_option(group: str, option: str, request: Request) -> None:
    options = places.group_options()[group]
    if option in options:
        request.choices[group] = option
    elif option == f"~{group}":
        request.problems.append(f"~{group} takes away what is needed; choose one of its options: {', '.join(options)}")
    else:
        request.problems.append(wording.unknown_option(group, option, options))
        request.doubtful.add(group)


def _read_assignment(key: str, text: str, is_removal: bool, request: Request) -> None:
    path = keys.parse(key)
    place = keys.place_at(path)
    if place is None or path == (SCENARIO_GROUP,):
        request.problems.append(wording.unknown_key(key))
    elif is_removal:
        request.assignments.append(Assignment(path, None, True))
    elif place.kind is str:
        value = None if text == "null" and place.may_be_null else _unquoted(text)
        request.assignments.append(Assignment(path, value, False))
    else:
        _read_value(path, text, request)


def _read_value(path: keys.Path, text: str, request: Request) -> None:
    """Read a value by Hydra's grammar: numbers, words, dates, lists, mappings, references."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(f"value={text}")
    except HydraException:
        request.problems.append(f"{wording.not_allowed(path, text)}; text with special characters needs quotes")
        return
    if override.is_sweep_override():
        request.problems.append(f"{wording.not_allowed(path, text)}; one value at a time, and a list stands in [ ]")
    else:
        request.assignments.append(Assignment(path, override.value(), False))


def _unquoted(text: str) -> str:
    """Text as it was typed; one pair of quotes around it is taken off."""
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if is_quoted else text


# --- composing ----------------------------------------------------------------------------------------------------


def _group_overrides(request: Request) -> tuple[str, ...]:
    chosen = request.choices.items()
    return tuple(f"~{group}" if option is None else f"{group}={_quoted(option)}" for group, option in chosen)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "\\'") + "'"


@lru_cache(maxsize=1)
def _default_scenario() -> str:
    """The scenario that is played where none is chosen."""
    main = yaml.safe_load((places.conf_folder() / f"{CONFIG}.yaml").read_text(encoding="utf-8"))
    return next(entry[SCENARIO_GROUP] for entry in main["defaults"] if SCENARIO_GROUP in entry)


@dataclass(frozen=True)
class _Question:
    """What Hydra is asked to compose; where the scenario's files lie does not matter once it is known what they say."""

    overrides: tuple[str, ...]
    said: tuple[tuple[str, str], ...]
    search_path: str = field(compare=False)


def _compose_groups(
    shelf: Shelf, overrides: tuple[str, ...], chain: Iterable[Overlay] = ()
) -> tuple[DictConfig, dict[str, str]]:
    """Compose groups and scenario; gives the configuration, open for changes, and the option chosen by group."""
    from omegaconf import OmegaConf

    said = tuple((overlay.path.stem, OmegaConf.to_yaml(overlay.config)) for overlay in chain)
    config, choices = _compose_with_hydra(_Question(overrides, said, shelf.search_path))
    return copy.deepcopy(config), dict(choices)  # the one that is kept must not change


@lru_cache(maxsize=32)
def _compose_with_hydra(question: _Question) -> tuple[DictConfig, dict[str, str]]:
    """Let Hydra compose, once for each question: sweeps ask for the same groups a hundred times with other values."""
    import hydra
    from omegaconf import OmegaConf, open_dict

    from borderops.config import scenario_source

    scenario_source.register()
    folder = str(places.conf_folder())
    everything = [f"hydra.searchpath=[{_quoted(question.search_path)}]", *question.overrides]
    with HYDRA, hydra.initialize_config_dir(folder, version_base="1.3"):
        config = hydra.compose(CONFIG, everything, return_hydra_config=True)
    chosen = config.hydra.runtime.choices.items()
    choices = {group: str(option) for group, option in chosen if group in places.group_options()}
    with open_dict(config):
        del config["hydra"]
    OmegaConf.set_struct(config, False)
    return config, choices


def _other_errors() -> tuple[type[Exception], ...]:
    """What Hydra and its configuration language raise."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    return HydraException, OmegaConfBaseException


def _assign(base: DictConfig, assignments: Iterable[Assignment]) -> list[str]:
    """Set the user's values; gives a sentence for each that has no place in what was composed."""
    return [problem for one in assignments for problem in _set(base, one)]


def _set(base: DictConfig, assignment: Assignment) -> Iterator[str]:
    from omegaconf import DictConfig, ListConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    key = keys.show(assignment.path)
    for depth, part in enumerate(assignment.path):
        above = OmegaConf.select(base, keys.show(assignment.path[:depth])) if depth else base
        if isinstance(part, int) and isinstance(above, ListConfig) and part >= len(above):
            whole = keys.show(assignment.path[:depth])
            yield f"{key} has no place; {whole} has {len(above)} entries, [0] to [{len(above) - 1}]"
            return
        if isinstance(above, DictConfig) and _is_strange(assignment, depth, above):
            yield wording.unknown_entry(key, assignment.path[: depth + 1], [str(name) for name in above])
            return
    try:
        if assignment.is_removal:
            above = OmegaConf.select(base, keys.show(assignment.path[:-1])) if len(assignment.path) > 1 else base
            del above[assignment.path[-1]]
        else:
            OmegaConf.update(base, key, assignment.value, merge=True, force_add=True)
    except (OmegaConfBaseException, KeyError, TypeError, ValueError) as error:
        yield f"{key} cannot be set here ({wording.first_line(error)})"


def _is_strange(assignment: Assignment, depth: int, above: DictConfig) -> bool:
    """Whether it concerns a part of an entry that is not there; as a whole an entry may be added."""
    path, place = assignment.path, keys.place_at(assignment.path[:depth])
    takes_any_name = place is not None and place.kind is dict and not place.names
    is_added = depth == len(path) - 1 and not assignment.is_removal
    return takes_any_name and path[depth] not in above and not is_added


def _resolved(base: DictConfig) -> tuple[dict[str, Any], Problems]:
    """Plain values with references followed; where one leads nowhere, its place and a sentence."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    unusable = []
    try:
        values = OmegaConf.to_container(base, resolve=True)
    except (OmegaConfBaseException, RecursionError) as error:
        key = getattr(error, "full_key", None) or "a setting"
        unusable.append(
            (keys.parse(key), f"{key} holds a reference that cannot be followed ({wording.first_line(error)})")
        )
        values = OmegaConf.to_container(base, resolve=False)
    assert isinstance(values, dict), "the whole configuration is a mapping"
    return {str(name): value for name, value in values.items()}, unusable


def _values(base: DictConfig, chain: list[Overlay], name: str) -> tuple[dict[str, Any], Problems]:
    """Plain values of the whole configuration, and what could not be made plain."""
    values, unusable = _resolved(base)
    values[SCENARIO_GROUP] = _own_name(chain, values, name)
    _spell_out_beds(values)
    _date_stress(values)
    return values, unusable


def _own_name(chain: list[Overlay], values: dict[str, Any], name: str) -> Any:
    """A scenario's name is that of its file, unless the file itself says otherwise, as saved settings do."""
    says_so = bool(chain) and SCENARIO_GROUP in chain[0].config
    return values[SCENARIO_GROUP] if says_so else name


def _spell_out_beds(values: dict[str, Any]) -> None:
    """Take a bare number where steps of beds are expected as so many beds on every day."""
    for path in BED_STEPS:
        above: Any = values
        for part in path[:-1]:
            above = above.get(part) if isinstance(above, dict) else None
        beds = above.get(path[-1]) if isinstance(above, dict) else None
        if isinstance(beds, int) and not isinstance(beds, bool):
            above[path[-1]] = [{"begins": str(EPOCH), "beds": beds, "then_per_day": 0, "until": None}]


def _date_stress(values: dict[str, Any]) -> None:
    """Let a stress without a date of its own begin on the first day of the season, so that settings say when."""
    stress, study, window = values.get("stress"), values.get("study"), values.get("window")
    if not (isinstance(stress, dict) and isinstance(study, dict) and isinstance(window, dict)) or stress.get("begins"):
        return
    if any(stress.get(name) for name in ("surges", "closures", "losses", "outages")):
        days = [str(day) for day in (study.get("season_start"), window.get("start")) if day]
        stress["begins"] = max(days, default=None)  # ISO dates: the later one as text is the later day


@lru_cache(maxsize=64)
def _shipped(choices: tuple[tuple[str, str], ...], as_of: date | None = None) -> Settings:
    """The groups as shipped, with what was known on a day where one is given.

    They do not change while the program runs, so each choice is composed once.
    """
    from borderops.config.scenario_source import Shelf

    overrides = (f"~{SCENARIO_GROUP}", *(f"{group}={option}" for group, option in choices))
    config = copy.deepcopy(_compose_with_hydra(_Question(overrides, (), Shelf([]).search_path))[0])
    layer = knowledge.layer_of(as_of, dict(choices))
    if layer is not None:
        layer.lay(config)
    values, _ = _resolved(config)
    return _validated({**values, SCENARIO_GROUP: NO_SCENARIO})


def _with_what_is_kept(settings: Settings, request: Request) -> tuple[Settings, list[str]]:
    """Note what the user set among the values that a sample would vary; a sample that cannot be read is a problem."""
    given = [one.path for one in request.assignments if not one.is_removal]
    try:
        kept = inputs.kept_of(given, settings.inputs.sample)
    except ConfigError as problem:
        return settings, list(problem.problems)
    if not set(kept) - set(settings.inputs.keep):
        return settings, []
    keep = [*settings.inputs.keep, *(key for key in kept if key not in settings.inputs.keep)]
    return settings.model_copy(update={"inputs": settings.inputs.model_copy(update={"keep": keep})}), []


def _unknown_policy_beside(settings: Settings) -> list[str]:
    options = places.group_options()[POLICY_GROUP]
    name = settings.run.beside
    return [] if name is None or name in options else [wording.unknown_option("run.beside", name, options, "policies")]


def _beside(settings: Settings, choices: dict[str, str]) -> Settings | None:
    """The settings under the policy that is shown beside."""
    if settings.run.beside is None:
        return None
    options = tuple(sorted({**choices, POLICY_GROUP: settings.run.beside}.items()))
    policy = _shipped(options, settings.study.as_of).policy
    return None if policy == settings.policy else settings.model_copy(update={"policy": policy})


def _known_later(
    settings: Settings, shipped: Settings, choices: dict[str, str], chain: list[Overlay], request: Request
) -> list[str]:
    """What could not be known on the day of the study, and where it was set."""
    layer = knowledge.layer_of(settings.study.as_of, choices)
    said = knowledge.problems(settings, shipped, layer)
    return [one + _origin(keys.parse(one.split(" ", 1)[0]), chain, request) for one in said]


def _known_later_beside(beside: Settings | None, choices: dict[str, str]) -> list[str]:
    """Likewise of the policy that is shown beside."""
    if beside is None or beside.study.as_of is None:
        return []
    options = {**choices, POLICY_GROUP: str(beside.run.beside)}
    layer = knowledge.layer_of(beside.study.as_of, options)
    if layer is None:
        return []  # the day as a whole is told of already
    late = knowledge.known_later(beside, _shipped(tuple(sorted(options.items())), beside.study.as_of), layer)
    names = [name for name, some in late.items() if some[0].key.startswith(f"{POLICY_GROUP}.")]
    if not names:
        return []
    return [
        f"run.beside is {beside.run.beside}, which rests on what was not known on {beside.study.as_of}"
        f" ({', '.join(names[:3])}); allowed: null, or a policy of which all was known"
    ]


# --- judging ------------------------------------------------------------------------------------------------------


def _judge(
    values: dict[str, Any], unusable: Problems, shipped: Settings, request: Request
) -> tuple[Settings, Problems]:
    """Settings, and every problem of the values with its place.

    Where the types of a group are wrong the shipped group stands in, so that the others can be looked at; the checks
    leave it out.
    """
    try:
        settings, found, unsound = _validated(values), [], set()
    except ValidationError as error:
        found = list(wording.from_pydantic(error.errors()))
        sound = _sound_groups(values, found)
        settings, unsound = shipped.model_copy(update=sound), set(Settings.model_fields) - set(sound)
    said = [*checks.problems(settings, unsound), *register.unit_slips(register.rows(settings, shipped))]
    found += _meant([(keys.parse(sentence.split(" ", 1)[0]), sentence) for sentence in said], request)
    return settings, unusable + [one for one in found if one[0] not in dict(unusable)]


def _validated(values: dict[str, Any]) -> Settings:
    """Check types strictly, as JSON does: no text for a number, no number for a date, no switch for a count."""
    return Settings.model_validate_json(json.dumps(values, default=str), strict=True)


def _sound_groups(values: dict[str, Any], found: Problems) -> dict[str, Any]:
    """The groups without a problem, as models, so that what can be checked is checked."""
    troubled = {path[0] for path, _ in found if path}
    sound = {}
    for name, field_info in Settings.model_fields.items():
        kind = field_info.annotation
        if name in troubled or name not in values or not hasattr(kind, "model_validate_json"):
            continue
        sound[name] = kind.model_validate_json(json.dumps(values[name], default=str), strict=True)  # type: ignore[union-attr]
    return sound


def _meant(found: Problems, request: Request) -> Problems:
    """Where the wanted option is unknown, only what is said of the user's own values."""
    given = [one.path for one in request.assignments]
    return [
        (path, sentence)
        for path, sentence in found
        if path[0] not in request.doubtful or any(_touches(one, path) for one in given)
    ]


def _origin(path: keys.Path, chain: list[Overlay], request: Request) -> str:
    """Where a setting of a scenario file stands; nothing for one that the user gave in the command."""
    if any(_touches(one.path, path) for one in request.assignments):
        return ""
    for overlay in chain:
        line = overlay.line_of(path)
        if line:
            return f" ({overlay.path.name}, line {line})"
    return ""


def _touches(one: keys.Path, other: keys.Path) -> bool:
    return all(mine == its for mine, its in zip(one, other))


def _as_yaml(settings: Settings) -> str:
    return yaml.safe_dump(settings.model_dump(), sort_keys=False, allow_unicode=True, width=120)
