"""Entity numbers: who or what a draw belongs to, packed from what no scenario changes.

A number holds (day, station, stratum, ordinal, member). The third family of a day at a station is the same family
when a surge brings ten; a higher rate only adds to those already there.
"""

from __future__ import annotations

from typing import Final

import numpy as np

MEMBER_BITS: Final = 6
ORDINAL_BITS: Final = 18
STRATUM_BITS: Final = 4
STATION_BITS: Final = 6
DAY_BITS: Final = 16

EVERYWHERE: Final = 2**STATION_BITS - 1
"""Station code of what belongs to no station, such as the mood of a day."""

EVENT: Final = 2**STRATUM_BITS - 1
"""Stratum code of apprehension events."""

LAST_ORDINAL: Final = 2**ORDINAL_BITS - 1


def pack(day, station, stratum, ordinal):
    """Number of a party, event or cell; works on integers and on arrays.

    Parameters
    ----------
    day : int or ndarray
        Day of the clock, 0 to 65,535.
    station, stratum, ordinal : int or ndarray
        At most 63, 15 and 262,143.

    Returns
    -------
    int64 or ndarray of int64
        The number with member 0.
    """
    number = np.asarray(day, dtype=np.int64)
    for value, bits in ((station, STATION_BITS), (stratum, STRATUM_BITS), (ordinal, ORDINAL_BITS), (0, MEMBER_BITS)):
        number = (number << bits) | np.asarray(value, dtype=np.int64)
    return number


def ordinal_of(number):
    """Ordinal packed in a number."""
    return (number >> MEMBER_BITS) & LAST_ORDINAL


def day_of(number):
    """Day packed in a number."""
    return number >> (MEMBER_BITS + ORDINAL_BITS + STRATUM_BITS + STATION_BITS)
