"""Published figures that the model is held against: which, of what they speak, and since when they could be known.

Read from ``conf/validation/scope.yaml``. Every quantitative figure of the report that is no input is in scope, repeats
another one, or is out of scope with a reason; so is every figure of another source that may be fitted to. Must not know
how a figure is read off a replication.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import yaml

from borderops.config import places
from borderops.facts.tables import Figure, published
from borderops.validity.worlds import WORLDS

FOLDER: Final = "validation"
SCOPE: Final = "scope.yaml"

REPORT: Final = "DHS OIG-20-06"
"""Source whose figures are all accounted for."""

ROLES: Final = ("fit", "check", "derived")
"""Roles of its figures that are; inputs of the model are none. Of other sources the first alone."""

BOUNDS: Final = ("exact", "about", "nearly", "more_than", "at_least", "up_to", "at_most")

SEASON_START: Final = date(2018, 5, 5)
"""A published date counts as days after this one."""


@dataclass(frozen=True)
class Row:
    """How one published figure is held against the model.

    Attributes
    ----------
    figure : str
        Id of the published figure.
    world : str
        One of `WORLDS`: what is played to be read beside it.
    reader : str
        Name of the function that reads it.
    speaks_to : str
        What is counted in the simulated season.
    depends_on : tuple of str
        Beginnings of the keys of settings that move it most.
    denominator : str
        What a share or a mean is of; empty for a count.
    cohort : str
        Whose, and when.
    bound : str
        One of `BOUNDS`: how the source gives it.
    rounding : float or None
        Multiple to which the reading is rounded, as the source did.
    known_on : date
        First day on which a reviewer inside the agencies could have known it.
    first_day, last_day : date
        Days of the window that the reading needs.
    follows_order : bool
        It speaks of the court's order of 2018, so that the run must play it on its day.
    """

    figure: str
    world: str
    reader: str
    speaks_to: str
    depends_on: tuple[str, ...]
    denominator: str
    cohort: str
    bound: str
    rounding: float | None
    known_on: date
    first_day: date
    last_day: date
    follows_order: bool = False
    rests_on_audits: bool = False

    @property
    def published(self) -> Figure:
        """The published figure."""
        return published()[self.figure]

    @property
    def role(self) -> str:
        """What the figure may serve for."""
        return self.published.role

    @property
    def value(self) -> float:
        """The published value; a date as days after the season's first."""
        figure = self.published
        return float((figure.day - SEASON_START).days) if figure.unit == "date" else figure.number

    @property
    def unit(self) -> str:
        """Unit of `value`."""
        unit = self.published.unit
        return f"days after {SEASON_START.day} {SEASON_START:%B}" if unit == "date" else unit


@cache
def rows() -> tuple[Row, ...]:
    """All figures in scope, in the order of the file.

    Returns
    -------
    tuple of Row

    Raises
    ------
    ValueError
        If the file does not account for every figure once, or says what cannot be; names all problems.
    """
    found = tuple(_row(figure, told) for figure, told in _scope()["in_scope"].items())
    problems = [*unaccounted(_scope()), *(words for row in found for words in wrong(row))]
    if problems:
        raise ValueError(f"{SCOPE} cannot be used: " + "; ".join(problems))
    return found


@cache
def repeats() -> Mapping[str, str]:
    """Figures that tell another one's number again, with that one's id: shown, never counted."""
    return MappingProxyType(dict(_scope()["repeats"]))


@cache
def out_of_scope() -> Mapping[str, str]:
    """Why a figure is not read, by its id: the model does not speak to it, or it repeats another one."""
    repeated = {figure: f"Repeats {other}, and does not count twice." for figure, other in repeats().items()}
    return MappingProxyType({**_scope()["out_of_scope"], **repeated})


def scope_digest() -> str:
    """SHA-256 over everything in the rows, their published values and roles, and what is left out.

    Returns
    -------
    str
        64 hexadecimal digits; equal as long as nothing changed in what the figures are taken to mean.
    """
    return digest_of(rows(), out_of_scope())


def digest_of(of: Sequence[Row], left_out: Mapping[str, str]) -> str:
    """`scope_digest` of given rows, in any order, and of the reasons why others are left out."""
    told = [{**asdict(row), "value": row.value, "role": row.role} for row in of]
    whole = {"rows": sorted(told, key=lambda one: one["figure"]), "left_out": dict(left_out)}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def to_account_for() -> list[str]:
    """Ids of all figures that must stand in the file."""
    return [
        figure.id for figure in published().values() if figure.role in (ROLES if figure.source == REPORT else ROLES[:1])
    ]


@cache
def _scope() -> dict[str, Any]:
    path = places.conf_folder() / FOLDER / SCOPE
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _row(figure: str, told: dict[str, Any]) -> Row:
    first, last = told["days"]
    values = {name: value for name, value in told.items() if name != "days"}
    return Row(**{**values, "figure": figure, "depends_on": tuple(told["depends_on"])}, first_day=first, last_day=last)


def unaccounted(scope: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Figures that stand in no part of the file, in two, or should stand in none."""
    told = [figure for part in ("in_scope", "repeats", "out_of_scope") for figure in scope[part]]
    wanted = to_account_for()
    for figure in wanted:
        if told.count(figure) != 1:
            yield f"{figure} stands in {told.count(figure)} parts; allowed: one"
    for figure in told:
        if figure not in wanted:
            yield f"{figure} is no figure to be held against"


def wrong(row: Row) -> Iterator[str]:
    """What cannot be said of a figure."""
    if row.world not in WORLDS:
        yield f"{row.figure}: world {row.world}; allowed: {', '.join(WORLDS)}"
    if row.bound not in BOUNDS:
        yield f"{row.figure}: bound {row.bound}; allowed: {', '.join(BOUNDS)}"
    if row.last_day < row.first_day:
        yield f"{row.figure}: days end before they begin"
