"""What a sensitivity run varies, and the settings at any point: doubts, the fitted sample as a whole, levers of a plan.

Values that were fitted hang together, so that none of them can be moved by itself without leaving what agrees with the
published figures. Where a fitted sample is chosen, it is therefore one input: each of its points is as likely as any
other, and all doubts that it speaks of move together from one point to another. Doubts that it does not speak of are
drawn around the values as they stand, each in its own range. Without a sample every doubt is drawn by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from borderops.config import checks, inputs, keys
from borderops.config.compose import Composed
from borderops.config.doubts import Doubt, concerned, doubts_of, value_at
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError
from borderops.readiness.levers import Lever, pull
from borderops.readiness.morris import Walks
from borderops.readiness.value import RECORDS, resolved_by

Kind = Literal["doubt", "sample", "lever"]
AS_SHIPPED: Final = 0.5
DRAWN_ANEW: Final = 1.0 / 3.0
"""Mean distance of two points of an even range, as a part of it: what a change of the sample's point counts as."""

ROUNDING: Final = 1e-9

EACH: Final = 0
"""Parts of a key for groups of a single input."""


@dataclass(frozen=True)
class Input:
    """Something that is varied.

    Parameters
    ----------
    name : str
        Entry of the register, ``sample NAME``, or ``lever NAME``.
    group : str
        Of those that move together in a screen.
    kind : str
    doubts : tuple of Doubt
        Of a doubt itself; of the sample those that it speaks of.
    lever : Lever or None
    levels : sequence of int
        Of the lever.
    """

    name: str
    group: str
    kind: Kind
    doubts: tuple[Doubt, ...] = ()
    lever: Lever | None = None
    levels: Sequence[int] = ()

    @property
    def resolved_by(self) -> str:
        """By what it would be better known; empty for a lever, which is no unknown."""
        if self.kind == "lever":
            return ""
        if self.kind == "sample":
            return RECORDS
        one = self.doubts[0].parameters[0]
        return resolved_by(one.key, one.grade)

    def centred(self, positions: np.ndarray) -> np.ndarray:
        """Positions; those of a lever in the middle of their level, so that limits lie between levels."""
        if self.lever is None:
            return positions
        many = len(self.levels)
        return np.asarray((np.minimum(np.floor(positions * many), many - 1) + 0.5) / many)

    def level(self, position: float) -> int:
        """Level of a lever at a position; each is as likely as any other."""
        return self.levels[min(int(position * len(self.levels) + ROUNDING), len(self.levels) - 1)]


@dataclass(frozen=True)
class Coordinate:
    """An input, or one of the doubts that a sample speaks of.

    Parameters
    ----------
    name : str
    of : Input
    doubt : Doubt or None
        Where it is one of a sample's.
    """

    name: str
    of: Input
    doubt: Doubt | None = None

    def value_text(self, position: float) -> str:
        """Its value at a position: ``45 adults a court day``, ``+300 beds``, ``38 % of its range``."""
        if self.of.lever is not None:
            return self.of.lever.told(self.of.level(position))
        parameters = (self.doubt or self.of.doubts[0]).parameters
        if len(parameters) > 1:
            return f"{position:.0%} of the way from the low to the high end of its ranges"
        value, unit = value_at(parameters[0], position), parameters[0].unit
        return f"{value:,} {unit}" if isinstance(value, int) else f"{value:,.3g} {unit}"


@dataclass(frozen=True)
class Laid:
    """The points of a run.

    Parameters
    ----------
    positions : ndarray of float64, shape (rows, points, inputs)
        As they are played.
    replications : int
        Of each point.
    held : list of (int, str)
        Row, from 1, and input that stays as shipped in it, since values contradict one another.
    walks : Walks or None
        Of a screen; otherwise rows are those of `borderops.readiness.sobol.design`.
    """

    positions: np.ndarray
    replications: int
    held: list[tuple[int, str]]
    walks: Walks | None

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.positions)

    @property
    def points(self) -> int:
        """Of a row."""
        return int(self.positions.shape[1])

    def numbers(self, row: int) -> range:
        """Replications that a row, from 1, is played in; no other row shares one."""
        return numbers_of_row(row, self.replications)


def numbers_of_row(row: int, replications: int) -> range:
    """Replications of a row, from 1; the same whatever the number of rows."""
    return range((row - 1) * replications + 1, row * replications + 1)


def name_of_trial(row: int, point: int, number: int) -> str:
    """Of a point of a row, both from 1, in a replication."""
    return f"{row}.{point} in {number}"


class Space:
    """All that is varied, and the settings at a point of it.

    Parameters
    ----------
    composed : Composed
        As asked.
    words : sequence of str
        The planner's own overrides; what they set is no doubt.
    among : sequence of str
        Beginnings of keys; none: all doubts.
    levers : sequence of Lever
    parts : int
        Parts of a key that make a group; `EACH` for groups of one.

    Raises
    ------
    ConfigError
        If nothing is left to vary.
    """

    def __init__(
        self,
        composed: Composed,
        words: Sequence[str] = (),
        among: Sequence[str] = (),
        levers: Sequence[Lever] = (),
        parts: int = 1,
    ):
        self._base = composed.settings
        self._sample = None if self._base.inputs.sample is None else inputs.read(self._base.inputs.sample)
        drawn = [] if levers and not among else doubts_of(composed, among, words)
        spoken_of = self._spoken_of()
        together = tuple(one for one in drawn if any(keys.parse(each.key) in spoken_of for each in one.parameters))
        self.inputs: list[Input] = [
            Input(one.name, _group(one.name, parts), "doubt", (one,)) for one in drawn if one not in together
        ]
        if together and self._sample is not None:
            name = f"sample {self._sample.name}"
            self.inputs.append(Input(name, name, "sample", together))
        self.inputs += [
            Input(f"lever {one.name}", f"lever {one.name}", "lever", lever=one, levels=one.levels(self._base))
            for one in levers
        ]
        if not self.inputs:
            raise ConfigError(["nothing is left to vary: every doubt was set by you"])
        self._at: dict[int, Settings] = {}
        self._placed = [[*inputs.placed(one.doubts[0])] if one.kind == "doubt" else [] for one in self.inputs]

    def _spoken_of(self) -> set[keys.Path]:
        """Parameters that the sample moves in these settings."""
        if self._sample is None:
            return set()
        kept = [keys.parse(key) for key in self._base.inputs.keep]
        before = {path: value for path, value, _ in keys.leaves(self._base)}
        return {
            one.path
            for some in self._sample.doubts.values()
            for one in some
            if before.get(one.path) == one.value and not any(one.path[: len(path)] == path for path in kept)
        }

    @property
    def names(self) -> list[str]:
        """Names of the inputs, in the order of columns."""
        return [one.name for one in self.inputs]

    @property
    def groups(self) -> dict[str, list[int]]:
        """Columns by group."""
        found: dict[str, list[int]] = {}
        for column, one in enumerate(self.inputs):
            found.setdefault(one.group, []).append(column)
        return found

    @property
    def depends_on_number(self) -> bool:
        """Whether replications differ by the sample's point, since the sample is not varied."""
        return self._sample is not None and self.sample_column is None

    @property
    def sample_column(self) -> int | None:
        """Column of the sample, where it is varied."""
        return next((column for column, one in enumerate(self.inputs) if one.kind == "sample"), None)

    def settings_at(self, position: np.ndarray, number: int) -> Settings:
        """Complete settings at a point.

        Parameters
        ----------
        position : ndarray of float64, shape (inputs,)
        number : int
            Of the replication; decides the sample's point where the sample is not varied.

        Returns
        -------
        Settings
            Not checked; they choose no sample any more.
        """
        settings = self._base_at(position, number)
        values = {one.path: one.at(float(at)) for some, at in zip(self._placed, position) for one in some}
        settings = inputs.with_values(settings, values)
        levels = {one.lever.name: one.level(float(at)) for one, at in zip(self.inputs, position) if one.lever}
        return pull(settings, levels) if levels else settings

    def _base_at(self, position: np.ndarray, number: int) -> Settings:
        """Settings at a point of the sample, before anything else is moved."""
        if self._sample is None:
            return self._base
        many, column = len(self._sample.positions), self.sample_column
        at = (number - 1) % many if column is None else min(int(position[column] * many), many - 1)
        if at not in self._at:
            settings = inputs.at(self._base, at + 1)
            chosen = settings.inputs.model_copy(update={"sample": None, "keep": []})
            self._at[at] = settings.model_copy(update={"inputs": chosen})
        return self._at[at]

    def settled(self, positions: np.ndarray, numbers: Sequence[int]) -> tuple[np.ndarray, list[str]]:
        """The points of a row; what contradicts others anywhere in it is kept as shipped in all of it.

        Parameters
        ----------
        positions : ndarray of float64, shape (points, inputs)
        numbers : sequence of int
            Replications that the row is played in.

        Returns
        -------
        positions : ndarray of float64, shape (points, inputs)
        held : list of str
            Names of those that were kept, sorted. What a row holds still moves nothing in it, so that no change is
            laid at another input's door.

        Raises
        ------
        ConfigError
            If the settings cannot be used whatever is drawn.
        """
        found, held = positions.copy(), set[str]()
        drawn = [one.doubts[0] for one in self.inputs if one.kind == "doubt"]
        columns = {one.name: column for column, one in enumerate(self.inputs)}
        alike = numbers if self.depends_on_number else numbers[:1]
        while True:
            guilty = set[str]()
            for problem in self._problems(found, alike):
                meant = {one.name for one in concerned(problem, [one for one in drawn if one.name not in held])}
                if not meant:
                    raise ConfigError([problem])
                guilty |= meant
            if not guilty:
                return found, sorted(held)
            held |= guilty
            found[:, [columns[name] for name in guilty]] = AS_SHIPPED

    def _problems(self, positions: np.ndarray, numbers: Sequence[int]) -> Iterator[str]:
        """What is wrong with the settings of a row, each sentence once."""
        told = dict.fromkeys(
            problem
            for position in positions
            for number in numbers
            for problem in checks.problems(self.settings_at(position, number))
        )
        yield from told

    def coordinates(self, positions: np.ndarray) -> tuple[list[Coordinate], np.ndarray]:
        """Positions with the sample's taken apart into those of the doubts that it speaks of.

        Parameters
        ----------
        positions : ndarray of float64, shape (m, inputs)

        Returns
        -------
        coordinates : list of Coordinate
        positions : ndarray of float64, shape (m, len(coordinates))
            Of a point of the sample its number means nothing, but where it lies in each range does.
        """
        told, columns = [], []
        for column, one in enumerate(self.inputs):
            if one.kind != "sample":
                told.append(Coordinate(one.name, one))
                columns.append(one.centred(positions[:, column]))
                continue
            assert self._sample is not None
            cloud = np.array(self._sample.positions)
            at = np.minimum((positions[:, column] * len(cloud)).astype(np.int64), len(cloud) - 1)
            spoken_of = list(self._sample.doubts)
            for doubt in one.doubts:
                if doubt.name in spoken_of:
                    told.append(Coordinate(doubt.name, one, doubt))
                    columns.append(cloud[at, spoken_of.index(doubt.name)])
        return told, np.column_stack(columns)


def _group(name: str, parts: int) -> str:
    """The first parts of a key, without indices; the whole of it where each is a group by itself."""
    if parts == EACH:
        return name
    words = [str(part) for part in keys.parse(name) if isinstance(part, str) and part != keys.ANY]
    return ".".join(words[:parts])
