"""Numbers that both engines and their readers share: ranks of simultaneous events, priorities, ranges of A-numbers.

Simultaneous events happen in the order of rank, then entity: capacity changes, then departures, then whatever else
goes on, then arrivals, then the allocation of what is free. In an allocation the order is priority, then time of
joining, then entity. What an allocation sets going continues at once, in the order of allocation.
"""

from __future__ import annotations

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
