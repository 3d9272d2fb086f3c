"""What a tracking design can hold, hides, forgets and forbids, by date; and how often clerks slip under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borderops import clock
from borderops.config.designs import Design, resolved
from borderops.config.schema import STATIONS, Settings, Slip, Tracking
from borderops.config.schema import Act as SlipShare
from borderops.operations.numbers import LOADS
from borderops.tables import Table
from borderops.units import NEVER


@dataclass(frozen=True)
class Practices(Table):
    """Designs by date, one row each; ascending."""

    begins_at: np.ndarray  # int64
    keeps_unit: np.ndarray  # bool, the unit outlives a separation
    has_codes: np.ndarray  # bool
    can_search: np.ndarray  # bool, the field finds kept units
    has_comments: np.ndarray  # bool, ICE reads comments
    has_banner: np.ndarray  # bool, ICE sees a sign
    clears_banner: np.ndarray  # bool, which is taken away after rejoining
    is_linked: np.ndarray  # bool, ICE and HHS read the same family number
    has_box: np.ndarray  # bool, HHS's portal has a box and the parent's number
    is_automatic: np.ndarray  # bool, HHS gets referrals by machine
    restores: np.ndarray  # bool, rejoining restores the unit instead of making another
    keeps_sheet: np.ndarray  # bool, stations keep a spreadsheet of separated families
    keeps_board: np.ndarray  # bool, those of `records.whiteboards` keep one
    is_trained: np.ndarray  # bool, its users work as guided from its first minute on
    guided_at: np.ndarray  # int64, by station: since when there is guidance

    def row(self, minutes: np.ndarray) -> np.ndarray:
        """Row of the design live at moments, shape (n,)."""
        return np.maximum(np.searchsorted(self.begins_at, minutes, side="right") - 1, 0)

    def is_guided(self, station: np.ndarray, minutes: np.ndarray) -> np.ndarray:
        """Whether users of stations are guided at moments, by the date or trained ahead, shape (n,); none elsewhere."""
        is_told = (self.guided_at[station] <= minutes) | self.is_trained[self.row(minutes)]
        return (np.asarray(station) >= 0) & is_told


def practices(settings: Settings) -> Practices:
    """Lay out the designs of the settings.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Practices
    """
    rows = resolved(settings)

    def of(name: str, *values: str) -> np.ndarray:
        return np.array([getattr(row, name) in values for row in rows])

    keeps_unit = np.array([row.keeps_unit for row in rows])
    return Practices(
        begins_at=np.array([clock.minute_of(row.begins) for row in rows], dtype=np.int64),
        keeps_unit=keeps_unit,
        has_codes=~of("codes", "none"),
        can_search=~of("search", "none"),
        has_comments=of("ice", "comments", "banner", "cleared_banner"),
        has_banner=of("ice", "banner", "cleared_banner"),
        clears_banner=of("ice", "cleared_banner"),
        is_linked=of("ice", "linked_record"),
        has_box=~of("exchange", "mail"),
        is_automatic=np.array([row.is_automatic for row in rows]),
        restores=keeps_unit,
        keeps_sheet=of("sheet", "local"),
        keeps_board=of("whiteboard", "kept"),
        is_trained=np.array([row.is_trained for row in rows]),
        guided_at=_guided_at(settings.tracking),
    )


def _guided_at(tracking: Tracking) -> np.ndarray:
    """Since when each station is guided, NEVER where nobody is."""
    days = [
        min([rule.begins for rule in tracking.guidance if not rule.sectors or name in rule.sectors], default=None)
        for name in STATIONS
    ]
    return np.array([clock.minute_of(day) if day else NEVER for day in days], dtype=np.int64)


def rates(share: SlipShare, is_even: bool = False, factor: float = 1.0) -> np.ndarray:
    """Chance of a slip for a user of average skill.

    Parameters
    ----------
    share : SlipShare
        At half load and without guidance, its growth with load, and the ratio under guidance.
    is_even : bool
        The same for all: neither load nor guidance counts.
    factor : float
        What features of the design multiply it by.

    Returns
    -------
    ndarray of float64, shape (2, loads)
        Without guidance and with it, by tenths of load.
    """
    load = np.arange(LOADS) / (LOADS - 1)
    growth = np.ones(LOADS) if is_even else 1.0 + share.load_slope * (load - 0.5)
    ratio = np.array([1.0, 1.0 if is_even else share.guided_factor])
    return np.clip(share.share * factor * growth[None, :] * ratio[:, None], 0.0, 1.0)


def slip_rates(
    settings: Settings, slip: Slip, designs: tuple[Design, ...] | None = None, of_field: float | None = None
) -> np.ndarray:
    """Chance of a slip of `records.slips` for a user of average skill, design by design.

    Parameters
    ----------
    settings : Settings
    slip : str
    designs : tuple of Design, optional
        Those of the settings, where they are put together already.
    of_field : float, optional
        Share of a field with a rate of its own, in place of the slip's.

    Returns
    -------
    ndarray of float64, shape (designs, 2, loads)
        As `rates`, times the ratios of the design's features; where users are trained ahead, as guided for all.
    """
    share, is_even = settings.records.slips[slip], settings.records.even_rates
    if of_field is not None:
        share = share.model_copy(update={"share": of_field})
    return np.stack([_rates_under(row, slip, share, is_even) for row in designs or resolved(settings)])


def _rates_under(row: Design, slip: Slip, share: SlipShare, is_even: bool) -> np.ndarray:
    found = rates(share, is_even, row.slip_factors[slip])
    return found[[1, 1]] if row.is_trained else found
