"""Numbers that both engines and their readers share: ranks of simultaneous events, priorities, ranges of A-numbers.

Simultaneous events happen in the order of rank, then entity: capacity changes, then departures, then whatever else
goes on, then arrivals, then the allocation of what is free. In an allocation the order is priority, then time of
joining, then entity. What an allocation sets going continues at once, in the order of allocation.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

SHIFT: Final = 1
DEPARTURE: Final = 2
PROGRESS: Final = 3
ARRIVAL: Final = 4
ALLOCATION: Final = 5

INTAKE_FIRST: Final = 0
CHILDREN_NEXT: Final = 1
ADULTS_LAST: Final = 2

NEW_NUMBERS_FROM: Final = 900_000_000
"""A-numbers given out by the engine begin here. Numbers in use are far below 300 million; none from 700 million on has
been issued to anybody."""
NUMBERS_PER_STATION: Final = 9_000_000
OLD_NUMBERS_FROM: Final = 700_000_000
"""A-numbers of people who were removed before begin here."""


class Act(IntEnum):
    """Steering acts: what decides whether a link can be found or a message arrives."""

    NEVER_GROUPED = 0
    CODE_WRONG = 1
    CODE_BLANK = 2
    CODE_SEVERAL = 3
    NOTE_NOTHING = 4
    NOTE_NOT_AT_TOP = 5
    NOTE_TOP_AND_CHILD = 6
    NUMBER_NOT_PASSED = 7
    NUMBER_WRONG = 8
    NOT_LISTED = 9
    MESSAGE_LOST = 10
    ITINERARY_WRONG = 11


class Message(IntEnum):
    """Messages on whose arrival a child's way depends; each is answered by one that a coordinator sends on."""

    REQUEST = 0
    PLACEMENT = 1
    ITINERARY = 2


TRIES: Final = 4
"""Most times a message is sent."""

ROLLS: Final = 2**16
"""Reserved integer uniforms of steering acts run from 0 to this, and so do their thresholds."""

LOADS: Final = 11
"""Steps of load: tenths of the trailing hour's capacity that were busy, the last for full and beyond."""

TABLED: Final = 2**10
"""Quantiles in the tables of durations that a roll looks up."""
