"""A small frozen model on a bare heap, to measure a machine by. Never change it: ratios to it are compared over time.

Arrivals at nine stations queue first come, first served for agents; one in five then queues for a bed and stays. No
chance: every duration follows from the number of the arrival, so that the answer is always the same.
"""

from __future__ import annotations

import heapq
from collections import deque

ARRIVALS = 200_000
STATIONS = 9
AGENTS = 12
BEDS = 12_000
ANSWER = (440_000, 418_182_560)


def play(arrivals: int = ARRIVALS) -> tuple[int, int]:
    """Play the model.

    Returns
    -------
    events : int
        Events handled.
    waited : int
        Minutes waited for agents and beds, added up; a check that the machine computes what it should.
    """
    heap = [(arrival * 7 // 10 + arrival * 7919 % 60, arrival) for arrival in range(arrivals)]
    heapq.heapify(heap)
    free = [AGENTS] * STATIONS
    lines: list[deque] = [deque() for _ in range(STATIONS)]
    bed_line: deque = deque()
    beds, events, waited = BEDS, 0, 0
    while heap:
        now, code = heapq.heappop(heap)
        events += 1
        kind, who = divmod(code, arrivals)
        station = who % STATIONS
        if kind == 0:
            lines[station].append((now, who))
        elif kind == 1:
            free[station] += 1
            if who % 5 == 0:
                bed_line.append((now, who))
        else:
            beds += 1
        while free[station] and lines[station]:
            joined, served = lines[station].popleft()
            waited += now - joined
            free[station] -= 1
            heapq.heappush(heap, (now + 30 + served * 104_729 % 90, arrivals + served))
        while beds and bed_line:
            joined, placed = bed_line.popleft()
            waited += now - joined
            beds -= 1
            heapq.heappush(heap, (now + 20_000 + placed * 15_485_863 % 60_000, 2 * arrivals + placed))
    return events, waited
