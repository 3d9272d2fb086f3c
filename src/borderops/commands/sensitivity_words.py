"""What a sensitivity run is asked: the command's own words, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import read_arrivals
from borderops.config.compose import OVERRIDE, Composed, compose
from borderops.config.keys import nearest_word
from borderops.exceptions import ConfigError

if TYPE_CHECKING:
    from borderops.experiments.varied import Space
    from borderops.readiness.seasons import Figure
    from borderops.readiness.value import Loss

MORRIS, SOBOL = "morris", "sobol"
METHODS: Final = (MORRIS, SOBOL)
POINTS: Final = {MORRIS: 10, SOBOL: 64}
FEWEST_POINTS, MOST_POINTS = 5, 10_000
REPLICATIONS: Final = 2
"""Of each point where the planner asks for no number: two tell chance apart, and more points tell more than a third."""

FEWEST: Final = 2
PARTS: Final = {"1": 1, "2": 2, "each": 0}
GROUPS: Final = {MORRIS: "1", SOBOL: "each"}
LIMITS: Final = ("at_most.", "at_least.")
OWN: Final = ("method", "points", "vary", "groups", "kpis", "criteria", "levers", "false_go", "false_no_go")
"""The command's own words, apart from limits of KPIs."""


@dataclass(frozen=True)
class Own:
    """The command's own words, read."""

    method: str = MORRIS
    points: int | None = None
    vary: tuple[str, ...] = ()
    groups: str | None = None
    kpis: tuple[str, ...] = ()
    criteria: str | None = None
    levers: tuple[str, ...] = ()
    false_go: float = 9.0
    false_no_go: float = 1.0
    limits: tuple[tuple[str, str, float], ...] = ()
    """Kind of limit, KPI, value."""


@dataclass(frozen=True)
class Asked:
    """What is to be found out.

    Parameters
    ----------
    method : str
    points : int
        Walks of a screen, rows of a Sobol design.
    replications : int
        Of each point.
    composed : Composed
    space : Space
    figures : list of Figure
        Those that are told, and those that are judged alone.
    shown : tuple of str
        Names of the figures that are told.
    loss : Loss
    criteria_told : str
        Name and digest of the criteria; empty where limits are the planner's own.
    words : tuple of str
        The planner's overrides.
    """

    method: str
    points: int
    replications: int
    composed: Composed
    space: Space
    figures: list[Figure]
    shown: tuple[str, ...]
    loss: Loss
    criteria_told: str
    words: tuple[str, ...] = field(default=())


def asked_of(words: Sequence[str]) -> Asked:
    """Everything that is asked for, or all that is wrong with it.

    Parameters
    ----------
    words : sequence of str

    Returns
    -------
    Asked

    Raises
    ------
    ConfigError
        With every problem there is.
    """
    own, rest, problems = own_words(words)
    try:
        composed = compose(_with_defaults(rest))
    except ConfigError as found:
        raise ConfigError(dict.fromkeys([*problems, *found.problems])) from None
    problems += _not_here(composed)
    figures: list[Figure] = []
    told, space = "", None
    try:
        figures, told = _figures(own)
    except ConfigError as found:
        problems += found.problems
    try:
        space = _space(own, composed, rest)
    except ConfigError as found:
        problems += found.problems
    if problems or space is None:
        raise ConfigError(dict.fromkeys(problems))
    read_arrivals(composed)
    from borderops.readiness.value import Loss

    settings = composed.settings
    return Asked(
        own.method, own.points or POINTS[own.method], settings.run.replications, composed, space, figures,
        own.kpis or tuple(one.name for one in figures), Loss(own.false_go, own.false_no_go), told, tuple(rest),
    )  # fmt: skip


def _with_defaults(words: Sequence[str]) -> list[str]:
    """Overrides, with two replications a point and no histories kept unless the planner says otherwise."""
    keys = {_key_of(word) for word in words}
    more = {"run.replications": f"run.replications={REPLICATIONS}", "trials.keep": "trials.keep=figures"}
    return [*words, *(word for key, word in more.items() if key not in keys)]


def _key_of(word: str) -> str:
    parts = OVERRIDE.fullmatch(word)
    return parts["key"].strip() if parts else ""


def _not_here(composed: Composed) -> list[str]:
    settings = composed.settings
    problems = []
    if settings.run.replications < FEWEST:
        problems.append(f"run.replications is {settings.run.replications}; allowed here: {FEWEST} or more, since "
                        "chance shows only between replications")  # fmt: skip
    if settings.precision:
        asked = ", ".join(f"precision.{kpi}" for kpi in settings.precision)
        problems.append(f"{asked} cannot be asked here; allowed: points and run.replications")
    return problems


# --- own words --------------------------------------------------------------------------------------------------------


def own_words(words: Sequence[str]) -> tuple[Own, list[str], list[str]]:
    """Own words, the others, and what is wrong with the own ones."""
    found: dict[str, object] = {}
    limits: list[tuple[str, str, float]] = []
    rest: list[str] = []
    problems: list[str] = []
    for word in words:
        key, _, value = word.partition("=")
        try:
            if key.startswith(LIMITS):
                limits.append(_limit(key, value))
            elif key in OWN:
                found[key] = _READERS.get(key, _text)(key, value)
            else:
                rest.append(word)
        except ConfigError as problem:
            problems += problem.problems
    return Own(**found, limits=tuple(limits)), rest, problems  # type: ignore[arg-type]


def _text(key: str, value: str) -> str:
    if not value:
        raise ConfigError([f"{key} is empty; allowed: a name, or a file"])
    return value


def _choice(key: str, value: str) -> str:
    known = METHODS if key == "method" else tuple(PARTS)
    if value in known:
        return value
    near = nearest_word(value, [*known])
    hint = f"; did you mean {key}={near}?" if near else ""
    raise ConfigError([f"{key} is {value}; allowed: {', '.join(known)}{hint}"])


def _points(key: str, value: str) -> int:
    if value.isdecimal() and FEWEST_POINTS <= int(value) <= MOST_POINTS:
        return int(value)
    raise ConfigError([f"{key} is {value}; allowed: a whole number from {FEWEST_POINTS} to {MOST_POINTS:,}"])


def _weight(key: str, value: str) -> float:
    number = _number(value)
    if math.isfinite(number) and number > 0.0:
        return number
    raise ConfigError([f"{key} is {value}; allowed: a number above 0, how bad that wrong verdict is"])


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _several(key: str, value: str) -> tuple[str, ...]:
    # One pair of brackets around the list, and none of those inside a key such as orr.pace[3].
    inside = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    some = tuple(one.strip() for one in inside.split(",") if one.strip())
    if not some:
        examples = {"vary": "beginnings of keys, such as vary=orr,stations.sites", "kpis": "names of KPIs",
                    "levers": "names of levers, such as levers=beds.age_0_12,court_slots"}  # fmt: skip
        raise ConfigError([f"{key} is empty; allowed: {examples[key]}"])
    if key == "kpis":
        problems = [problem for one in some for problem in _unknown_kpi(f"kpis={one}", one)]
        if problems:
            raise ConfigError(problems)
    return some


_READERS: Final = {
    "method": _choice, "groups": _choice, "points": _points, "false_go": _weight, "false_no_go": _weight,
    "vary": _several, "kpis": _several, "levers": _several,
}  # fmt: skip


def _unknown_kpi(what: str, kpi: str) -> list[str]:
    from borderops.forecast.kpis import KPIS

    if kpi in KPIS:
        return []
    near = nearest_word(kpi, [*KPIS])
    return [f"{what} is no KPI{f'; did you mean {near}?' if near else '; see borderops list kpis'}"]


def _limit(key: str, value: str) -> tuple[str, str, float]:
    kind, _, kpi = key.partition(".")
    problems = _unknown_kpi(f"{kind}.{kpi}", kpi)
    if not math.isfinite(_number(value)):
        problems.append(f"{key} is {value}; allowed: a number, in the KPI's own unit")
    if problems:
        raise ConfigError(problems)
    return kind, kpi, float(value)


# --- what they come to ------------------------------------------------------------------------------------------------


def _figures(own: Own) -> tuple[list[Figure], str]:
    """Figures that are told and judged, and the name of the criteria with their digest."""
    from borderops.readiness.criteria import DEFAULT, read_criteria
    from borderops.readiness.seasons import figure_of_kpi, figures_of_criteria, limit_of

    judged = [limit_of(kpi, **{kind: value}) for kind, kpi, value in own.limits]
    told = ""
    if own.criteria is not None or not judged:
        criteria = read_criteria(own.criteria or DEFAULT)
        judged += figures_of_criteria(criteria.criteria)
        told = f"{criteria.name} ({criteria.digest[:12]})"
    names = {one.name for one in judged}
    return [*judged, *(figure_of_kpi(kpi) for kpi in own.kpis if kpi not in names)], told


def _space(own: Own, composed: Composed, words: Sequence[str]) -> Space:
    from borderops.experiments.varied import Space
    from borderops.readiness.levers import LEVERS, lever_named

    problems: list[str] = []
    levers = []
    for name in own.levers:
        try:
            levers.append(lever_named(name))
            LEVERS[name].apply(composed.settings, LEVERS[name].levels(composed.settings)[-1] or 1)
        except ConfigError as found:
            problems += [f"levers={name}: {one}" for one in found.problems]
    try:
        space = Space(composed, words, own.vary, levers, PARTS[own.groups or GROUPS[own.method]])
    except ConfigError as found:
        raise ConfigError([*problems, *found.problems]) from None
    if problems:
        raise ConfigError(problems)
    return space
