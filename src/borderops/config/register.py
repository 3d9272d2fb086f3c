"""The register of parameters: value, unit, source, grade, plausible range, and since when it could be known.

What a value rests on stands in ``conf/register.yaml``, one entry for each parameter of the model or for several alike
(``*`` stands for any index and any key of a mapping). Of several entries that fit a parameter, the one that names
most of its parts counts. What users add under a name of their own, such as an option of a feature, is measured in the
unit of what is shipped beside it, and has no range.

A study that speaks as of a day has a register of its own, ``conf/as_of/<day>/register.yaml``: its entries stand for
those of the register wherever they fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from borderops.config import keys, places
from borderops.config.schema import Settings
from borderops.units import DAY, HOUR, MINUTE

Grade = Literal["observed", "fitted", "assumed"]

FILE: Final = "register.yaml"
NOT_OF_THE_MODEL: Final = (
    *("scenario", "seed", "run", "inputs", "compute", "trials", "precision", "study", "window", "stress"),
)
"""What is asked and how it is run. The numbers, dates and switches of all other groups belong to the model."""

SET_BY_USER: Final = "set by the user or scenario"
DURATIONS: Final = {"minutes": MINUTE, "hours": HOUR, "days": DAY}
FAR_OUTSIDE: Final = 5.0


class Entry(BaseModel):
    """What the value of a parameter rests on.

    The plausible range is given either as ``low`` and ``high`` or as factors of the shipped value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str
    grade: Grade
    low: float | None = None
    high: float | None = None
    low_factor: Annotated[float | None, Field(ge=0)] = None
    high_factor: Annotated[float | None, Field(ge=0)] = None
    source: Annotated[str, Field(min_length=10)]
    known_on: date

    @model_validator(mode="after")
    def _one_range_at_most(self) -> Entry:
        for low, high in ((self.low, self.high), (self.low_factor, self.high_factor)):
            if (low is None) != (high is None) or (low is not None and high is not None and low > high):
                raise ValueError("a range needs both ends, the lower one first")
        if self.low is not None and self.low_factor is not None:
            raise ValueError("a range is given as values or as factors, not both")
        return self

    def range_around(self, shipped: float) -> tuple[float | None, float | None]:
        """Plausible range, where one is given; factors apply to the shipped value."""
        if self.low_factor is None or self.high_factor is None:
            return self.low, self.high
        return tuple(round(shipped * factor, 12) for factor in (self.low_factor, self.high_factor))  # type: ignore[return-value]


@dataclass(frozen=True)
class Parameter:
    """One parameter of the model as it stands in some settings.

    Parameters
    ----------
    key : str
        Such as ``orr.pace[3].pace``.
    value : int, float, bool, date or None
        None where a rule has no last day.
    unit : str
    grade : str
        ``observed``, ``fitted`` or ``assumed``; a value set by the user is assumed.
    low, high : float or None
        Plausible range; None where a range has no meaning. Whole numbers where the parameter is one.
    source : str
        What the value rests on.
    known_on : date
        First day on which a reviewer could have known the shipped value.
    is_shipped : bool
        False where the user or the scenario set another value.
    """

    key: str
    value: int | float | bool | date | None
    unit: str
    grade: Grade
    low: float | None
    high: float | None
    source: str
    known_on: date
    is_shipped: bool


@lru_cache(maxsize=8)
def entries(as_of: date | None = None) -> dict[keys.Path, Entry]:
    """All entries of the register by pattern, in the order of the file; of a day, those of its own register alone."""
    if as_of is not None and as_of not in days_told():
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    folder = places.conf_folder() if as_of is None else places.conf_folder() / places.AS_OF / str(as_of)
    raw = yaml.load((folder / FILE).read_text(encoding="utf-8"), Loader=loader)
    return {keys.parse(pattern): Entry.model_validate(entry) for pattern, entry in raw.items()}


@lru_cache(maxsize=1)
def days_told() -> list[date]:
    """Days that have a register of their own, in their order."""
    return sorted(
        date.fromisoformat(path.parent.name) for path in (places.conf_folder() / places.AS_OF).glob(f"*/{FILE}")
    )


def rows(settings: Settings, shipped: Settings | None = None) -> list[Parameter]:
    """List every parameter of the model with its value and what it rests on.

    Parameters
    ----------
    settings : Settings
    shipped : Settings, optional
        Settings of the same group choices as shipped; without them every value counts as shipped.

    Returns
    -------
    list of Parameter
        In the order of the schema.

    Raises
    ------
    KeyError
        If a parameter has no entry in the register; a defect of the register.
    """
    before = {path: value for path, value, _ in model_leaves(shipped)} if shipped else {}
    day = settings.study.as_of
    return [
        _parameter(path, value, place, before.get(path, _NOTHING) if shipped else value, day)
        for path, value, place in model_leaves(settings)
    ]


def between(value: int | float, low: float, high: float, uniform: float) -> int | float:
    """A value within a range: the low end at 0, the given value at 0.5, the high end at 1; whole where it is whole."""
    low, high = min(low, value), max(high, value)
    drawn = low + (value - low) * 2.0 * uniform if uniform < 0.5 else value + (high - value) * (2.0 * uniform - 1.0)
    return round(drawn) if isinstance(value, int) else round(drawn, 12)


def model_leaves(settings: Settings) -> Iterator[tuple[keys.Path, Any, keys.Place]]:
    """Yield the numbers, dates and switches of the model; names and titles are no parameters."""
    for path, value, place in keys.leaves(settings):
        if path[0] not in NOT_OF_THE_MODEL and place.kind in (int, float, bool, date):
            yield path, value, place


def entry_for(path: keys.Path, as_of: date | None = None) -> Entry:
    """The entry that speaks of a parameter, the most particular one of several, as of a day where one is given."""
    day, pattern = _pattern_for(path, as_of)
    return entries(day)[pattern]


def name_of_entry(path: keys.Path, as_of: date | None = None) -> str:
    """The pattern of the entry that speaks of a parameter, as it stands in the register."""
    return keys.show(_pattern_for(path, as_of)[1])


def known_on(path: keys.Path, as_of: date | None = None) -> date:
    """First day on which a reviewer could have known what the entry of a parameter says."""
    return entry_for(path, as_of).known_on


def _pattern_for(path: keys.Path, as_of: date | None) -> tuple[date | None, keys.Path]:
    """The pattern that fits best, and whose register it stands in: the day's where it has one, else the register."""
    for day in (as_of, None) if as_of else (None,):
        fitting = _fitting(path, day)
        if fitting:
            return day, max(fitting, key=_particularity)
    raise KeyError(f"{keys.show(path)} has no entry in {FILE}")


def _fitting(path: keys.Path, day: date | None) -> list[keys.Path]:
    return [pattern for pattern in _patterns_by_form(day).get(keys.generic(path), []) if _fits(pattern, path)]


def unit_slips(parameters: list[Parameter]) -> Iterator[str]:
    """Yield a sentence for each duration that looks as if it were given in another unit.

    A duration set by the user is refused if it lies more than five times outside its plausible range, and would lie
    inside it if read as minutes, hours or days instead.
    """
    for one in parameters:
        if one.is_shipped or one.unit not in DURATIONS or one.low is None or one.high is None:
            continue
        assert isinstance(one.value, int | float), "a duration is a number"
        if one.low <= one.value * FAR_OUTSIDE and one.value <= one.high * FAR_OUTSIDE:
            continue
        for unit, minutes in DURATIONS.items():
            meant = one.value * minutes / DURATIONS[one.unit]
            if one.low <= meant <= one.high:
                yield (
                    f"{one.key} is {one.value:g}; plausible: {one.low:.3g} to {one.high:.3g} {one.unit};"
                    f" {one.value:g} {unit} would be {meant:.3g} {one.unit}"
                )
                break


# --- inside -------------------------------------------------------------------------------------------------------

_NOTHING: Final = object()
"""Stands for a shipped value where there is none, such as one more entry of a list."""


def _parameter(path: keys.Path, value: Any, place: keys.Place, shipped: Any, day: date | None) -> Parameter:
    if shipped is _NOTHING and not (_fitting(path, None) or _fitting(path, day)):
        alike = entries()[_patterns_by_form(None)[keys.generic(path)][0]]
        return Parameter(
            keys.show(path), value, alike.unit, "assumed", None, None, SET_BY_USER, alike.known_on, is_shipped=False
        )
    entry = entry_for(path, day)
    is_shipped = value == shipped
    low, high = _range(entry, shipped, place)
    grade: Grade = entry.grade if is_shipped else "assumed"
    source = entry.source if is_shipped else SET_BY_USER
    return Parameter(keys.show(path), value, entry.unit, grade, low, high, source, entry.known_on, is_shipped)


def _range(entry: Entry, shipped: Any, place: keys.Place) -> tuple[float | None, float | None]:
    if entry.low_factor is not None and not isinstance(shipped, int | float):
        return None, None  # a factor of nothing
    low, high = entry.range_around(shipped)
    if place.kind is int and low is not None and high is not None:
        return math.floor(low), math.ceil(high)
    return low, high


@lru_cache(maxsize=8)
def _patterns_by_form(day: date | None) -> dict[str, list[keys.Path]]:
    """Patterns of a register by what they look like with every index and mapping key as ``*``."""
    by_form: dict[str, list[keys.Path]] = {}
    for pattern in entries(day):
        by_form.setdefault(keys.generic(pattern), []).append(pattern)
    return by_form


def _fits(pattern: keys.Path, path: keys.Path) -> bool:
    return all(asked in (keys.ANY, given) for asked, given in zip(pattern, path, strict=True))


def _particularity(pattern: keys.Path) -> int:
    return sum(part != keys.ANY for part in pattern)
