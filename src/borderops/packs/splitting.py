"""Parts to learn from and to be judged on, such that nothing of one family, nor of one event, stands in two."""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops import entities
from borderops.config.schema import STATIONS
from borderops.population.people import People
from borderops.streams import Draws, Purpose
from borderops.units import DAY

TEST_SHARE: Final = 0.3
"""Of people who are to be judged on, about: families and events stay whole."""

EARLY_SHARE: Final = 0.6
"""Of people who are met before the day from which on everybody is to be judged on."""


def parts_of_schemes(people: People, station: np.ndarray, row: np.ndarray, draws: Draws) -> dict[str, np.ndarray]:
    """Split some people by family, by time and by sector.

    Parameters
    ----------
    people : People
    station : ndarray of int8, shape (n,)
        -1 for residents of shelters, whom no sector met.
    row : ndarray of int64, shape (k,)
    draws : Draws

    Returns
    -------
    dict of str to ndarray of bool, shape (k,)
        By scheme; true for those who are to be judged on.
    """
    return {
        "family": _by_family(people, row, draws),
        "time": _by_time(people, station, row),
        "sector": _by_sector(station[row], draws),
    }


def _by_family(people: People, row: np.ndarray, draws: Draws) -> np.ndarray:
    """By the draw of each event, since families met together share surnames and a place."""
    return draws.uniforms(people.of_party("event")[row], Purpose.PACK_SPLIT) < TEST_SHARE


def _by_time(people: People, station: np.ndarray, row: np.ndarray) -> np.ndarray:
    """From a day on: all families of a day are in one part; residents came before the first day."""
    day, is_met = people.of_party("apprehended_at")[row] // DAY, station[row] >= 0
    if not is_met.any():
        return np.zeros(row.size, dtype=bool)
    return is_met & (day >= np.quantile(day[is_met], EARLY_SHARE, method="higher"))


def _by_sector(station: np.ndarray, draws: Draws) -> np.ndarray:
    """Whole sectors, in the order of a draw, until they hold enough people; residents are learned from."""
    codes = np.arange(len(STATIONS))
    order = np.argsort(draws.bits(entities.pack(0, codes, 0, 0), Purpose.PACK_SPLIT, 1), kind="stable")
    people = np.bincount(station[station >= 0], minlength=codes.size)[order]
    taken = order[np.cumsum(people) - people < TEST_SHARE * max(people.sum(), 1)]
    # All but one at most, so that there is something to learn from.
    return np.isin(station, taken[: codes.size - 1])
