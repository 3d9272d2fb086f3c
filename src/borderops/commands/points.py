"""Words with several values a key, and the points they stand for: ``scenario=a,b orr.beds.age_0_12=1500,2000``."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from borderops.config.compose import Composed, compose, values_of
from borderops.exceptions import ConfigError

MOST_POINTS: Final = 10_000

UNSPLIT: Final = frozenset(
    {"run.replications", "run.outputs", "run.engine", "run.most_replications", "compute", "trials.store", "trials.keep"}
)
"""Settings of how the experiment is carried out: one value for all points."""


@dataclass(frozen=True)
class Point:
    """One combination of values.

    Parameters
    ----------
    name : str
        The values that make it this one; ``family_unity`` where only scenarios differ.
    values : dict of str to str
        By the key that is varied, as they were given.
    composed : Composed
    """

    name: str
    values: dict[str, str]
    composed: Composed


def points_of(words: Sequence[str]) -> tuple[dict[str, list[str]], list[Point]]:
    """Compose every combination of values before any is played.

    Parameters
    ----------
    words : sequence of str
        Overrides; a key with several values, separated by commas or by Hydra's ``range(1,10,3)`` and
        ``choice(a,b)``, is varied.

    Returns
    -------
    axes : dict of str to list of str
        Keys that are varied, with their values, in the order of the words.
    points : list of Point
        The last axis varies fastest.

    Raises
    ------
    ConfigError
        With the problems of all points, each once.
    """
    split = [(word, *values_of(word)) for word in words]
    axes = {key: values for _, key, values in split if len(values) > 1}
    fixed = [word for word, _, values in split if len(values) <= 1]
    problems = [
        f"{key} has {len(values)} values; allowed: one, for all points"
        for key, values in axes.items()
        if key in UNSPLIT
    ]
    many = 1
    for values in axes.values():
        many *= len(values)
    if many > MOST_POINTS:
        problems.append(f"{many:,} points are asked for; allowed: at most {MOST_POINTS:,}")
    if problems:
        raise ConfigError(problems)
    points: list[Point] = []
    for combination in itertools.product(*axes.values()):
        chosen = dict(zip(axes, combination))
        given = [f"{key}={value}" for key, value in chosen.items()]
        try:
            points.append(Point(_name(chosen), chosen, compose([*fixed, *given])))
        except ConfigError as found:
            problems += found.problems
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return axes, points


def twins(points: Sequence[Point]) -> Iterator[tuple[str, str]]:
    """Names of points with the same settings, pair by pair."""
    seen: dict[str, str] = {}
    for point in points:
        settings = point.composed.settings.model_copy(update={"scenario": ""}).model_dump_json()
        if settings in seen:
            yield seen[settings], point.name
        seen[settings] = point.name


def _name(chosen: dict[str, str]) -> str:
    if list(chosen) == ["scenario"]:
        return chosen["scenario"]
    return ", ".join(f"{key}={value}" for key, value in chosen.items())


def no_values(command: str, example: str) -> ConfigError:
    """What is told where nothing is varied."""
    return ConfigError([f"borderops {command} needs a key with several values; for example: {example}"])
