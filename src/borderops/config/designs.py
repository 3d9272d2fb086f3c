"""Tracking designs as they work: the options that a design picks, put together from the library of features.

Of each steering act one aspect states the share; other features may multiply it. Minutes add up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from borderops.config.schema import ACTS, ASPECTS, SLIPS, Act, ActName, DesignChoice, Feature, Features, Settings, Slip

OWNERS: Final[Mapping[ActName, str]] = {
    act: aspect
    for aspect in ASPECTS
    for act in ACTS
    if (field := get_args(Features.model_fields[aspect].annotation)[1].model_fields.get("acts"))
    and act in field.annotation.model_fields
}
"""The aspect whose options state the share of a steering act."""


@dataclass(frozen=True)
class Design:
    """A tracking design with all that its features do.

    Parameters
    ----------
    begins : date
    name : str
    unit, codes, search, ice, exchange, units_at_a_time, sheet, whiteboard : str
        Kinds of the options picked, as in `borderops.config.schema`.
    is_trained : bool
        Its users work as guided from its first minute on.
    intake_minutes, parting_minutes : int
        An agent's, for each family, beyond those of any intake or parting.
    acts : mapping of str to Act
        Steering acts, in the order of `ACTS`.
    slip_factors : mapping of str to float
        Ratios to the shares of `records.slips`, all of them.
    """

    begins: date
    name: str
    unit: str
    codes: str
    search: str
    ice: str
    exchange: str
    units_at_a_time: str
    sheet: str
    whiteboard: str
    is_trained: bool
    intake_minutes: int
    parting_minutes: int
    acts: Mapping[ActName, Act]
    slip_factors: Mapping[Slip, float]

    @property
    def keeps_unit(self) -> bool:
        """Whether the unit outlives a separation."""
        return self.unit in ("kept", "permanent")

    @property
    def is_automatic(self) -> bool:
        """Whether machines exchange what passes between a station and HHS."""
        return self.exchange in ("automatic", "automatic_by_family")


def resolved(settings: Settings) -> tuple[Design, ...]:
    """Put the designs of the settings together.

    Parameters
    ----------
    settings : Settings
        Every option that a design picks must stand in the library, which `checks` make sure of.

    Returns
    -------
    tuple of Design
        By date, as they stand in ``tracking.designs``.
    """
    return tuple(resolve(row, settings.features) for row in settings.tracking.designs)


def resolve(row: DesignChoice, features: Features) -> Design:
    """Put one design together.

    Raises
    ------
    KeyError
        If it picks an option that the library does not hold.
    """
    picked = options(row, features)
    return Design(
        begins=row.begins,
        name=row.name,
        unit=features.unit[row.unit].kind,
        codes=features.codes[row.codes].kind,
        search=features.search[row.search].kind,
        ice=features.ice[row.ice].kind,
        exchange=features.exchange[row.exchange].kind,
        units_at_a_time=features.units_at_a_time[row.units_at_a_time].kind,
        sheet=features.sheet[row.sheet].kind,
        whiteboard=features.whiteboard[row.whiteboard].kind,
        is_trained=features.training[row.training].kind == "before_launch",
        intake_minutes=sum(one.minutes.get("intake", 0) for one in picked.values()),
        parting_minutes=sum(one.minutes.get("parting", 0) for one in picked.values()),
        acts={act: _act(act, picked) for act in ACTS},
        slip_factors={slip: factor_on(slip, picked) for slip in SLIPS},
    )


def options(row: DesignChoice, features: Features) -> dict[str, Feature]:
    """The options of a design by aspect; a `KeyError` where the library does not hold one."""
    return {aspect: getattr(features, aspect)[getattr(row, aspect)] for aspect in ASPECTS}


def picked_by(settings: Settings) -> set[tuple[str, str]]:
    """Aspects and options that some design picks; what the library says of others moves nothing."""
    return {(aspect, getattr(row, aspect)) for row in settings.tracking.designs for aspect in ASPECTS}


def unknown_options(row: DesignChoice, features: Features) -> Iterator[tuple[str, str]]:
    """Aspects of a design with options that the library does not hold."""
    for aspect in ASPECTS:
        if getattr(row, aspect) not in getattr(features, aspect):
            yield aspect, getattr(row, aspect)


def factor_on(slip: Slip | ActName, picked: Mapping[str, Feature]) -> float:
    """What features multiply the share of a slip or of a steering act by."""
    return math.prod(one.slips.get(slip, 1.0) for one in picked.values())


def _act(act: ActName, picked: Mapping[str, Feature]) -> Act:
    owner = picked[OWNERS[act]]
    stated: Act = getattr(owner.acts, act)  # type: ignore[attr-defined]
    # Nobody who reads a record can fill in a code that it has no place for.
    if getattr(owner, "kind", "") == "none":
        return stated
    return stated.model_copy(update={"share": stated.share * factor_on(act, picked)})
