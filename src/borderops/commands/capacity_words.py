"""What a search for capacity is asked: the command's own words, and the levels that they come to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from borderops.commands.playing import count, read_arrivals, tell
from borderops.config.compose import OVERRIDE, Composed, compose
from borderops.config.keys import nearest_word
from borderops.exceptions import ConfigError
from borderops.readiness.criteria import DEFAULT, Criteria, read_criteria
from borderops.readiness.least import FEWEST, MOST, part_of_each
from borderops.readiness.levers import LEVERS, Lever, apply_all, lever_named

if TYPE_CHECKING:
    from borderops.config.schema import Settings
    from borderops.readiness.trying import Asked

PACKAGES: Final = "packages"
OWN: Final = ("lever", "criteria", "judged", "low", "high", "step", "most", "among", "largest")
"""The command's own words."""

AMONG: Final = (
    "beds.age_0_12", "beds.girls_13_17", "beds.boys_13_17", "coordinators", "coordinators_at_night", "agents",
    "intake_desk", "court_slots", "tracking", "guidance", "start",
)  # fmt: skip
"""Levers that packages are made of unless others are named."""

MOST_POINTS: Final = 10_000
SPARE: Final = 1.5
"""Replications of a plan at most over the fewest that can show a GO, unless most= says otherwise: room for bad ones."""

FRONTIER_LEVELS: Final = 9
"""Levels of each lever of a frontier, about, unless step= says otherwise."""

Mode = Literal["least", "frontier", "packages"]

NOT_HERE: Final = {
    "run.replications": "most=, the most replications of a plan",
    "run.most_replications": "most=, the most replications of a plan",
}


@dataclass(frozen=True)
class Own:
    """The command's own words, read."""

    levers: tuple[str, ...] = ()
    criteria: str = DEFAULT
    judged: tuple[str, ...] = ()
    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()
    step: tuple[int, ...] = ()
    most: int | None = None
    among: tuple[tuple[str, int | None], ...] = ()
    largest: int | None = None


@dataclass(frozen=True)
class Search:
    """What is searched.

    Parameters
    ----------
    mode : str
    composed : Composed
        The plan as it is.
    levers : tuple of Lever
    levels : dict of str to sequence of int
        By lever; of packages 0 and the stated one.
    criteria : Criteria
        As they were read.
    asked : Asked
    most : int
    largest : int or None
    """

    mode: Mode
    composed: Composed
    levers: tuple[Lever, ...]
    levels: dict[str, Sequence[int]]
    criteria: Criteria
    asked: Asked
    most: int
    largest: int | None

    @property
    def expected(self) -> int:
        """About how many plans will be judged."""
        sizes = [len(self.levels[one.name]) for one in self.levers]
        if self.mode == "least":
            found = 2 + math.ceil(math.log2(max(sizes[0] - 1, 1)))
        elif self.mode == "frontier":
            found = math.prod(sizes[:-1]) + sizes[-1]
        else:
            found = 2 + len(self.levers)
        return found + (self.composed.beside is not None)


# --- what is asked --------------------------------------------------------------------------------------------------


def read_search(words: Sequence[str]) -> Search:
    """Everything that is asked for.

    Parameters
    ----------
    words : sequence of str
        Overrides and own words.

    Returns
    -------
    Search

    Raises
    ------
    ConfigError
        With all that is wrong with it.
    """
    from borderops.readiness.trying import sort_out

    own, rest, problems = _own_words(words)
    if not any(_key_of(word) == "trials.keep" for word in rest):
        rest.append("trials.keep=figures")  # histories of every level would fill a disk
    composed = _kept(compose, rest, problems)
    criteria = _kept(read_criteria, own.criteria, problems)
    names = [name for name in own.levers if name != PACKAGES]
    levers = [found for name in names if (found := _kept(lever_named, name, problems)) is not None]
    if problems or composed is None or criteria is None:
        raise ConfigError(dict.fromkeys(problems))
    settings, is_packages = composed.settings, own.levers == (PACKAGES,)
    if is_packages:
        levers, levels = _stated(own, settings)
    else:
        levels = _levels(own, levers, settings)
    _require_usable(settings, levels)
    asked = sort_out(criteria, levers, own.judged or (("all",) if is_packages else ()))
    mode: Mode = "packages" if is_packages else "frontier" if len(levers) > 1 else "least"
    most = _most(own, mode, asked, [len(levels[one.name]) for one in levers])
    composed = compose([*rest, f"run.replications={most}"])
    read_arrivals(composed)
    return Search(mode, composed, tuple(levers), levels, criteria, asked, most, own.largest)


def _most(own: Own, mode: Mode, asked: Asked, sizes: Sequence[int]) -> int:
    """Replications of a plan at most: those asked for, or enough that each plan's part of the error can show a GO.

    Raises
    ------
    ConfigError
        If fewer are asked for than can ever show a GO.
    """
    from borderops.readiness import frontier, packages
    from borderops.readiness.trying import fewest_of, too_few

    many = len(sizes)
    width = {
        "least": lambda: 1,
        "frontier": lambda: frontier.width(sizes),
        "packages": lambda: packages.width(many, min(own.largest or many, many)),
    }[mode]()
    part = part_of_each(width)
    if own.most is None:
        return max(MOST, math.ceil(SPARE * fewest_of(asked, part)))
    few = too_few(asked, own.most, part)
    if few is not None:
        raise ConfigError([few])
    return own.most


Given = TypeVar("Given")
Made = TypeVar("Made")


def _kept(make: Callable[[Given], Made], of: Given, problems: list[str]) -> Made | None:
    """What is made of some words; what is wrong with them goes with the other problems."""
    try:
        return make(of)
    except ConfigError as found:
        problems += found.problems
        return None


def _own_words(words: Sequence[str]) -> tuple[Own, list[str], list[str]]:
    """Own words, the others, and what is wrong with the own ones."""
    found: dict[str, object] = {}
    rest: list[str] = []
    problems: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if key in OWN and equals:
            _read(key, value, found, problems)
        elif key in NOT_HERE:
            problems.append(f"{key} cannot be given here; allowed: {NOT_HERE[key]}")
        elif key.startswith("precision."):
            problems.append(f"{key} cannot be asked here; allowed: most=, the most replications of a plan")
        elif equals and "." not in key and (near := nearest_word(key, [*OWN])) and not _is_setting(key):
            problems.append(f"{key} is not known; did you mean {near}=?")
        else:
            rest.append(word)
    own = Own(**found)  # type: ignore[arg-type]
    if not own.levers and not any(one.startswith("lever ") for one in problems):
        problems.append(f"lever is not given; allowed: lever=NAME, lever=NAME,NAME or lever={PACKAGES} "
                        f"({', '.join(LEVERS)})")  # fmt: skip
    if PACKAGES in own.levers and len(own.levers) > 1:
        problems.append(
            f"lever is {','.join(own.levers)}; allowed: {PACKAGES} alone, with among=NAME,... for its levers"
        )
    problems += _at_odds(own)
    return own, rest, problems


def _is_setting(key: str) -> bool:
    from borderops.config import keys, places

    return keys.place_at(keys.parse(key)) is not None or key in places.group_options() or key == places.SCENARIO_GROUP


def _read(key: str, value: str, found: dict[str, object], problems: list[str]) -> None:
    """Read one of the own words."""
    inside = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    parts = [one.strip() for one in inside.split(",") if one.strip()]
    if key == "criteria":
        found[key] = value
    elif key in ("most", "largest"):
        low, high = (FEWEST, 100_000) if key == "most" else (1, len(LEVERS))
        if value.isdecimal() and low <= int(value) <= high:
            found[key] = int(value)
        else:
            problems.append(f"{key} is {value}; allowed: a whole number from {low} to {high:,}")
    elif not parts:
        problems.append(f"{key} is empty; allowed: {'whole numbers' if key in ('low', 'high', 'step') else 'names'}")
    elif key in ("low", "high", "step"):
        least_of = 1 if key == "step" else 0
        if all(one.isdecimal() and int(one) >= least_of for one in parts):
            found[key] = tuple(map(int, parts))
        else:
            problems.append(f"{key} is {value}; allowed: a whole number, {least_of} or more, for each lever")
    elif key == "among":
        found[key] = tuple(_with_level(one, problems) for one in parts)
    else:
        found["levers" if key == "lever" else key] = tuple(parts)


def _with_level(text: str, problems: list[str]) -> tuple[str, int | None]:
    """A lever of packages, with its level where one is given: ``beds.age_0_12:900``."""
    name, colon, level = text.partition(":")
    if colon and not (level.isdecimal() and int(level) > 0):
        problems.append(f"among names {text}; allowed: a lever, or a lever with its level as in beds.age_0_12:900")
        return name, None
    try:
        lever_named(name)
    except ConfigError as found:
        problems += [f"among: {one}" for one in found.problems]
    return name, int(level) if colon else None


def _at_odds(own: Own) -> list[str]:
    """Own words that contradict one another."""
    problems = []
    is_packages = PACKAGES in own.levers
    for key in ("low", "high", "step"):
        given = len(getattr(own, key))
        if given and is_packages:
            problems.append(f"{key} is given although packages have stated levels; allowed: among=NAME:LEVEL,...")
        elif given and own.levers and given != len(own.levers):
            problems.append(f"{key} has {given} values for {count(len(own.levers), 'lever')}; allowed: one for each")
    for key in ("among", "largest"):
        if getattr(own, key) and not is_packages:
            problems.append(f"{key} is given although no packages are asked for; allowed: with lever={PACKAGES}")
    twice = [one for one in dict.fromkeys(own.levers) if own.levers.count(one) > 1]
    return problems + [f"lever names {one} twice; allowed: once" for one in twice]


def _key_of(word: str) -> str:
    parts = OVERRIDE.fullmatch(word)
    return parts["key"].strip() if parts else ""


def _levels(own: Own, levers: Sequence[Lever], settings: Settings) -> dict[str, Sequence[int]]:
    """Levels that are searched, by lever."""
    found: dict[str, Sequence[int]] = {}
    problems = []
    for at, lever in enumerate(levers):
        usual = lever.levels(settings)
        low = own.low[at] if own.low else usual.start
        high = own.high[at] if own.high else usual[-1]
        step = own.step[at] if own.step else _usual_step(usual, high - low, is_one_of_many=len(levers) > 1)
        if high <= low:
            more = ", and a window that ends later" if lever.name == "start" else ""
            problems.append(f"{lever.name} goes from {low:,} to {high:,}; allowed: low= below high={more}")
        found[lever.name] = [*range(low, high + 1, step)]
    if not problems and math.prod(map(len, found.values())) > MOST_POINTS:
        problems.append(
            f"{math.prod(map(len, found.values())):,} points are asked for; allowed: at most {MOST_POINTS:,}"
        )
    if problems:
        raise ConfigError(problems)
    return found


def _usual_step(usual: range, span: int, *, is_one_of_many: bool) -> int:
    """The lever's own step, no larger than the range; where several make a grid, so many as leave a few levels."""
    if not is_one_of_many or span <= usual.step:
        return max(min(usual.step, span), 1)
    return max(usual.step, usual.step * math.ceil(span / usual.step / (FRONTIER_LEVELS - 1)))


def _stated(own: Own, settings: Settings) -> tuple[list[Lever], dict[str, Sequence[int]]]:
    """Levers of packages with the levels they are pulled to; those that this plan has no room for are told."""
    levers: list[Lever] = []
    levels: dict[str, Sequence[int]] = {}
    for name, given in own.among or [(name, None) for name in AMONG]:
        lever = LEVERS[name]
        level = lever.stated if given is None else given
        wrong = [*lever.problems(settings, level)]
        if wrong and not own.among:
            tell(f"note: {name} is left out of the packages ({wrong[0]})")
            continue
        levers.append(lever)
        levels[name] = [0, level]
    if not levers:
        raise ConfigError(["no lever is left for packages; allowed: among=NAME:LEVEL,..."])
    return levers, levels


def _require_usable(settings: Settings, levels: Mapping[str, Sequence[int]]) -> None:
    """Make sure, before anything is played, that every level makes settings that can be used.

    Raises
    ------
    ConfigError
        With all that is wrong.
    """
    problems: list[str] = []
    for name, some in levels.items():
        for level in reversed(some):
            already = len(problems)
            _kept(lambda at: LEVERS[at[0]].apply(settings, at[1]), (name, level), problems)
            if len(problems) > already:
                break  # the highest, which was asked for; those below it would be told the same
    if not problems:
        _kept(lambda most: apply_all(settings, most), {name: some[-1] for name, some in levels.items()}, problems)
    if problems:
        raise ConfigError(dict.fromkeys(problems))
