"""What a stress does to arrivals, beds, staff and mail on each day: factors, 1 where nothing is asked.

Factors of a stress stand beside the settings and change none of them, so that what is in doubt stays in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from borderops import clock
from borderops.config.schema import STATIONS, BedKind, Closure, Loss, MailOutage, Staff, Station, Stress, Surge
from borderops.units import DAY, HOUR

STRATA: Final = ("single_adults", "families", "kin_groups", "children_alone")
"""Strata of arrivals, in the order of the last axis of `surge_factors`."""


def surge_factors(stress: Stress, days: np.ndarray) -> np.ndarray:
    """Factors on arrivals.

    Parameters
    ----------
    stress : Stress
    days : ndarray of int, shape (d,)
        Days of the clock.

    Returns
    -------
    ndarray of float64, shape (d, stations, 4)
        By day, station and stratum; factors of surges that meet multiply.
    """
    factors = np.ones((days.size, len(STATIONS), len(STRATA)))
    for surge in stress.surges:
        here = np.array([not surge.stations or name in surge.stations for name in STATIONS])
        grown = _grown(surge, stress, days)[:, None, None]
        full = np.array([getattr(surge.factor, name) for name in STRATA])
        factors *= np.where(here[None, :, None], 1.0 + (full - 1.0) * grown, 1.0)
    return factors


def _grown(surge: Surge, stress: Stress, days: np.ndarray) -> np.ndarray:
    """How far a surge has grown on each day, 0 to 1."""
    grown = (days - _first(surge, stress) + 1) / max(surge.ramp_days, 1)
    return np.where(_lasts(surge, stress, days), np.clip(grown, 0.0, 1.0), 0.0)


def beds_left(stress: Stress, kind: BedKind, days: np.ndarray) -> np.ndarray:
    """Share of a kind of shelter beds that is left on each day, shape (d,)."""
    return _left([one for one in stress.closures if not one.kinds or kind in one.kinds], stress, days)


def staff_left(stress: Stress, staff: Staff, days: np.ndarray, station: Station | None = None) -> np.ndarray:
    """Share of some staff that is left on each day, shape (d,); of agents and coordinators, at a station."""
    losses = [one for one in stress.losses if one.staff == staff]
    here = [one for one in losses if station is None or not one.stations or station in one.stations]
    return _left(here, stress, days)


def mail_out(stress: Stress, station: str) -> Iterator[tuple[int, int]]:
    """Yield the first minute and the minute after the last of each outage of the mail at a station."""
    for one in stress.outages:
        if not one.stations or station in one.stations:
            begins = _first(one, stress) * DAY + round(one.hour * HOUR)
            yield begins, begins + max(round(one.lasts_hours * HOUR), 1)


def _left(spells: Sequence[Closure | Loss], stress: Stress, days: np.ndarray) -> np.ndarray:
    left = np.ones(days.size)
    for one in spells:
        left *= np.where(_lasts(one, stress, days), one.left, 1.0)
    return left


def _first(spell: Surge | Closure | Loss | MailOutage, stress: Stress) -> int:
    """Day of the clock on which a part of a stress begins."""
    assert stress.begins is not None, "composing dates a stress"
    return clock.day_of(stress.begins) + spell.first_day


def _lasts(spell: Surge | Closure | Loss, stress: Stress, days: np.ndarray) -> np.ndarray:
    first = _first(spell, stress)
    return (days >= first) & (spell.days is None or days < first + spell.days)
