"""Published figures, read from the CSV files beside this module. Where they come from stands in SOURCES.md there.

Must not know settings or people: facts are what the model is fed with or compared to, whatever it makes of them.
Each reader parses its file once; what it returns is shared and read-only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from borderops.tables import Table

FOLDER: Final = Path(__file__).parent

STRATA: Final = ("children_alone", "family_unit_members", "single_adults")
"""Strata of the monthly counts as published: family-unit *members* are counted, not families."""

ROLES: Final = ("fit", "check", "derived", "setting", "unverified")
"""What a figure may serve for; see `Figure.role`."""

WHOLE: Final = 10_000_000
"""What the shares of one table of names add up to."""

RARE: Final = "(rare)"
"""Row that holds the names too rare to be listed, taken together."""


@dataclass(frozen=True)
class MonthlyApprehensions(Table):
    """U.S. Border Patrol apprehensions on the Southwest Border, as published: separations not undone.

    ``counts`` has shape (months, sectors, strata); unit: persons.
    """

    months: tuple[str, ...]  # "2016-10" and on, without a gap
    sectors: tuple[str, ...]  # in the order of `borderops.config.schema.SECTORS`
    strata: tuple[str, ...]  # STRATA
    counts: np.ndarray  # int64, shape (months, sectors, strata)


@dataclass(frozen=True)
class ShelterStays(Table):
    """Days from entry to release of children released to sponsors, by month of *release*; days at CBP included."""

    months: tuple[str, ...]  # month of release
    children: np.ndarray  # int64, shape (m,)
    mean_days: np.ndarray  # float64, shape (m,)
    levels: np.ndarray  # float64, shape (q,), 0.10 to 0.95
    quantile_days: np.ndarray  # int64, shape (m, q)


@dataclass(frozen=True)
class Figure:
    """One published figure.

    ``role`` tells what it may serve for: *fit*, the model may be fitted to it; *check*, only ever compared with it;
    *derived*, follows from other figures and never counts as further evidence; *setting*, an input of the model;
    *unverified*, the source could not be read again, so at most an assumed value may lean on it.
    """

    id: str
    role: str
    label: str
    value: str  # a number, a date, a list "a b c" in the order of the label, or a range "a..b"
    unit: str
    period_start: date | None
    period_end: date | None
    source: str
    locator: str
    note: str

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers of a list, both ends of a range, or the single number.

        Raises
        ------
        ValueError
            If the value is no number at all (a date, a rule).
        """
        try:
            return tuple(float(word) for word in self.value.replace("..", " ").split())
        except ValueError:
            raise ValueError(f"figure {self.id} is {self.value!r} ({self.unit}), not a number") from None

    @property
    def number(self) -> float:
        """The value as one number.

        Raises
        ------
        ValueError
            If the value is a list, a range, a date or a rule.
        """
        numbers = self.numbers
        if len(numbers) != 1:
            raise ValueError(f"figure {self.id} is {self.value!r}, not a single number")
        return numbers[0]

    @property
    def day(self) -> date:
        """The value as a date.

        Raises
        ------
        ValueError
            If the value is no date.
        """
        if self.unit != "date":
            raise ValueError(f"figure {self.id} is {self.value!r} ({self.unit}), not a date")
        return date.fromisoformat(self.value)


@dataclass(frozen=True)
class NameShares(Table):
    """How common names are; shares in parts per `WHOLE`, one column a table, 0 where the table does not list a name."""

    names: tuple[str, ...]  # listed names, in alphabetical order, shape (k,)
    sexes: tuple[str, ...]  # "F" or "M" for given names, "" for surnames, shape (k,)
    tables: tuple[str, ...]  # shape (t,)
    shares: np.ndarray  # int64, shape (k, t)
    rare: np.ndarray  # int64, shape (2, t) for given names (women, men), (1, t) for surnames
    counted: frozenset[tuple[str, str]]  # (name, table) of shares that rest on a published count


@dataclass(frozen=True)
class Confusion:
    """One way in which a written name departs from the meant one. No frequency is known."""

    kind: str  # "letters", "marks" (accents, tilde, dieresis) or "words"
    meant: str
    written: str
    position: str  # where it happens: "anywhere", "word_start", "before_e_i", ...
    names: str  # "all", or the names or listeners it is typical of: "maya", "english", "english_ear", "caribbean"
    examples: tuple[tuple[str, str], ...]  # (meant, written)


@cache
def monthly_apprehensions() -> MonthlyApprehensions:
    """Read the monthly counts by sector, 2016-10 to 2019-09.

    Source: U.S. Customs and Border Protection, U.S. Border Patrol Southwest Border apprehensions by sector.
    """
    rows = list(_rows("monthly_apprehensions.csv"))
    months = tuple(dict.fromkeys(row["month"] for row in rows))
    sectors = tuple(dict.fromkeys(row["sector"] for row in rows))
    counts = np.full((len(months), len(sectors), len(STRATA)), -1, dtype=np.int64)
    for row in rows:
        cell = counts[months.index(row["month"]), sectors.index(row["sector"])]
        cell[:] = [int(row[stratum]) for stratum in STRATA]
    return MonthlyApprehensions(months, sectors, STRATA, counts)


@cache
def shelter_stays() -> ShelterStays:
    """Read the lengths of shelter stays by month of release, 2017-07 to 2019-06.

    Source: computed from HHS data published by The New York Times.
    """
    rows = list(_rows("shelter_stays.csv"))
    columns = [column for column in rows[0] if column.startswith("p") and column.endswith("_days")]
    return ShelterStays(
        months=tuple(row["release_month"] for row in rows),
        children=np.array([int(row["children"]) for row in rows]),
        mean_days=np.array([float(row["mean_days"]) for row in rows]),
        levels=np.array([int(column.removeprefix("p").removesuffix("_days")) for column in columns]) / 100,
        quantile_days=np.array([[int(row[column]) for column in columns] for row in rows]),
    )


@cache
def published() -> Mapping[str, Figure]:
    """Read all published figures, by id."""
    return MappingProxyType({row["id"]: _figure(row) for row in _rows("published_figures.csv")})


@cache
def surname_shares() -> NameShares:
    """Read how common each surname is in one surname slot, by country."""
    return _name_shares("surnames.csv", "surname")


@cache
def given_name_shares() -> NameShares:
    """Read how common each first given name is, by country or language, cohort and sex."""
    return _name_shares("given_names.csv", "given_name")


@cache
def short_names() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Read the short forms in daily use, by given name and sex ("F", "M")."""
    return MappingProxyType(
        {(row["given_name"], row["sex"]): tuple(row["short_forms"].split("; ")) for row in _rows("short_names.csv")}
    )


@cache
def confusions() -> tuple[Confusion, ...]:
    """Read the ways in which names get spelled wrong."""
    return tuple(_confusion(row) for row in _rows("spelling_confusions.csv"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _figure(row: dict[str, str]) -> Figure:
    start, end = (date.fromisoformat(row[key]) if row[key] else None for key in ("period_start", "period_end"))
    return Figure(
        id=row["id"],
        role=row["role"],
        label=row["label"],
        value=row["value"],
        unit=row["unit"],
        period_start=start,
        period_end=end,
        source=row["source"],
        locator=row["locator"],
        note=row["note"],
    )


def _name_shares(file: str, name_column: str) -> NameShares:
    rows = list(_rows(file))
    tables = tuple(column for column in rows[0] if column not in (name_column, "sex", "counted"))
    values = np.array([[int(row[table] or 0) for table in tables] for row in rows], dtype=np.int64)
    is_rare = np.array([row[name_column] == RARE for row in rows])
    listed = [row for row in rows if row[name_column] != RARE]
    return NameShares(
        names=tuple(row[name_column] for row in listed),
        sexes=tuple(row.get("sex", "") for row in listed),
        tables=tables,
        shares=values[~is_rare],
        rare=values[is_rare],
        counted=frozenset((row[name_column], table) for row in listed for table in row["counted"].split()),
    )


def _confusion(row: dict[str, str]) -> Confusion:
    pairs = (example.split(">") for example in row["examples"].split("; "))
    return Confusion(
        kind=row["kind"],
        meant=row["meant"],
        written=row["written"],
        position=row["position"],
        names=row["names"],
        examples=tuple((meant, written) for meant, written in pairs),
    )
