"""What the figures leave open: a fitted sample of the values in doubt, one of its points for each replication.

A sample is two files: positions within the plausible ranges (``name.csv``, one row a point, one column a doubt), and
what they are positions of (``name.yaml``: keys, the values they were fitted around, the ranges). So a sample means the
same whatever becomes of the register. It speaks only of parameters that still have the value it was fitted around: what
a user, a scenario or another option sets is asked about, and no doubt.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

import yaml
from pydantic import BaseModel

from borderops.config import keys, places
from borderops.config.register import Parameter, between
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError

FOLDER: Final = "posteriors"

Value = int | float


class Doubt(Protocol):
    """Parameters that move together; `borderops.config.doubts` finds them."""

    @property
    def name(self) -> str:
        """Entry of the register."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it speaks of."""


@dataclass(frozen=True)
class Placed:
    """A parameter that a doubt moves: its key, the value it was fitted around, and its range."""

    key: str
    value: Value
    low: Value
    high: Value

    @property
    def path(self) -> keys.Path:
        """The key as a path."""
        return keys.parse(self.key)

    def at(self, position: float) -> Value:
        """The value at a position of the range."""
        return between(self.value, self.low, self.high, position)


@dataclass(frozen=True)
class Sample:
    """Points that agree with what is known.

    Attributes
    ----------
    name : str
    doubts : dict of str to tuple of Placed
        Parameters that move together, by the register's entry, in the order of the columns.
    positions : tuple of tuple of float
        One row a point; 0 is the low end of a range, 0.5 the value it was fitted around, 1 the high end.
    about : dict
        How it came about: rows used, seed, digest of the rows, as of which day.
    """

    name: str
    doubts: dict[str, tuple[Placed, ...]]
    positions: tuple[tuple[float, ...], ...]
    about: dict[str, Any]

    def values(self, number: int) -> Iterator[tuple[Placed, Value]]:
        """What the point of a replication sets, parameter by parameter.

        Parameters
        ----------
        number : int
            Of the replication; points are taken in turn, replication 1 has the first.
        """
        point = self.positions[(number - 1) % len(self.positions)]
        for position, some in zip(point, self.doubts.values()):
            for one in some:
                yield one, one.at(position)


# --- settings of a replication ----------------------------------------------------------------------------------------


def at(settings: Settings, number: int) -> Settings:
    """The settings that a replication is played with.

    Parameters
    ----------
    settings : Settings
        As composed.
    number : int
        Of the replication.

    Returns
    -------
    Settings
        With the values of the sample's point in place of those it was fitted around; the same settings where no sample
        is chosen.
    """
    if settings.inputs.sample is None:
        return settings
    kept = [keys.parse(key) for key in settings.inputs.keep]
    before = _values(settings)
    moved = {
        one.path: value
        for one, value in read(settings.inputs.sample).values(number)
        if before.get(one.path) == one.value and not any(one.path[: len(path)] == path for path in kept)
    }
    return with_values(settings, moved)


def _within(path: keys.Path, value: Value) -> Value:
    """A value within what its setting may be: a range of factors can reach beyond a share of one."""
    place = keys.place_at(path)
    assert place is not None, path
    return max(min(value, place.limits.get("le", value)), place.limits.get("ge", value))


def with_positions(settings: Settings, doubts: Iterable[Doubt], positions: Mapping[str, float]) -> Settings:
    """Settings at a point of some doubts.

    Parameters
    ----------
    settings : Settings
    doubts : iterable of Doubt
    positions : mapping of str to float
        By name of the doubt, 0 to 1.

    Returns
    -------
    Settings
        Checked for types and limits no further: what is drawn lies within ranges of the register.
    """
    return with_values(
        settings,
        {one.path: one.at(positions[doubt.name]) for doubt in doubts for one in placed(doubt)},
    )


def with_values(settings: Settings, values: Mapping[keys.Path, Value]) -> Settings:
    """Settings with other values at some places.

    Parameters
    ----------
    settings : Settings
    values : mapping of path to number
        Of places that exist.
    """
    tree: dict[str | int, Any] = {}
    for path, value in values.items():
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = _within(path, value)
    return _changed(settings, tree) if tree else settings


def kept_of(paths: Iterable[keys.Path], sample: str | None) -> list[str]:
    """Of places that a user sets those that a sample speaks of: they are asked about, even at the value they had.

    Parameters
    ----------
    paths : iterable of path
    sample : str or None

    Returns
    -------
    list of str
        Keys, sorted.
    """
    if sample is None:
        return []
    spoken_of = [one.path for some in read(sample).doubts.values() for one in some]
    return sorted({keys.show(path) for path in paths if any(one[: len(path)] == path for one in spoken_of)})


def placed(doubt: Doubt) -> Iterator[Placed]:
    """The parameters of a doubt with what their positions mean."""
    for one in doubt.parameters:
        assert isinstance(one.value, int | float) and one.low is not None and one.high is not None
        yield Placed(one.key, one.value, one.low, one.high)


def _values(settings: Settings) -> dict[keys.Path, Any]:
    return {path: value for path, value, _ in keys.leaves(settings)}


def _changed(node: Any, tree: Mapping[str | int, Any] | Value) -> Any:
    if not isinstance(tree, Mapping):
        return tree
    if isinstance(node, BaseModel):
        return node.model_copy(update={str(part): _changed(getattr(node, str(part)), tree[part]) for part in tree})
    if isinstance(node, dict):
        return {**node, **{part: _changed(node[part], tree[part]) for part in tree}}
    return type(node)(_changed(one, tree[place]) if place in tree else one for place, one in enumerate(node))


# --- files ------------------------------------------------------------------------------------------------------------


def names() -> list[str]:
    """Shipped samples."""
    folder = places.conf_folder() / FOLDER
    return sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []


def file_of(name: str) -> Path:
    """Where a sample lies: the name of a shipped one, or the path of its ``.yaml`` or ``.csv``."""
    if name in names():
        return places.conf_folder() / FOLDER / f"{name}.yaml"
    return Path(name).with_suffix(".yaml")


@lru_cache(maxsize=8)
def read(name: str) -> Sample:
    """Read a sample.

    Parameters
    ----------
    name : str
        Of a shipped one, or the path of one of the user's own.

    Returns
    -------
    Sample

    Raises
    ------
    ConfigError
        If there is none, or its files are not what they should be.
    """
    path = file_of(name)
    if not path.is_file():
        shipped = ", ".join(names()) or "none"
        raise ConfigError([f"inputs.sample={name} is not there; allowed: null, a file that borderops fit wrote, or one "
                           f"that is shipped ({shipped})"])  # fmt: skip
    try:
        about = yaml.safe_load(path.read_text(encoding="utf-8"))
        doubts = {doubt: tuple(Placed(**one) for one in some) for doubt, some in about.pop("doubts").items()}
        positions = _read_positions(path.with_suffix(".csv"), list(doubts))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as problem:
        why = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise ConfigError([f"inputs.sample={name} cannot be read: {path} and its .csv must be as borderops fit wrote "
                           f"them ({why})"]) from None  # fmt: skip
    return Sample(name, doubts, positions, about)


def _read_positions(path: Path, doubts: list[str]) -> tuple[tuple[float, ...], ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    if header != doubts:
        raise ValueError("the columns of the points are not the doubts that the description names")
    positions = tuple(tuple(map(float, row)) for row in rows)
    if not positions or any(len(row) != len(doubts) or not all(0.0 <= one <= 1.0 for one in row) for row in positions):
        raise ValueError("points need a position from 0 to 1 for each doubt")
    return positions


def write(path: Path, doubts: Sequence[Doubt], positions: Iterable[Sequence[float]], about: Mapping[str, Any]) -> None:
    """Write a sample beside its description, each under a temporary name first, the description last.

    Parameters
    ----------
    path : Path
        Of the description, ``….yaml``.
    doubts : sequence of Doubt
        In the order of the columns.
    positions : iterable of sequence of float
    about : mapping
        What else is told of it.
    """
    described = {doubt.name: [vars(one) for one in placed(doubt)] for doubt in doubts}
    points, text = path.with_suffix(".csv"), yaml.safe_dump({**about, "doubts": described}, sort_keys=False, width=120)
    with points.with_suffix(".csv.part").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow([doubt.name for doubt in doubts])
        rows.writerows([f"{one:.6f}" for one in row] for row in positions)
    path.with_suffix(".yaml.part").write_text(text, encoding="utf-8")
    points.with_suffix(".csv.part").replace(points)
    path.with_suffix(".yaml.part").replace(path)
