"""How busy a station was at any minute, told from a finished history: what slips of clerks depend on."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from borderops.config.schema import STATIONS
from borderops.operations.facilities import Schedule
from borderops.operations.numbers import LOADS
from borderops.replication import Replication
from borderops.tables import Table
from borderops.units import HOUR, NEVER

HALF_BUSY = (LOADS - 1) // 2
"""Load where nobody counts it."""


@dataclass(frozen=True)
class Workload(Table):
    """Tenths of each station's last hour of agents' time that were busy, by minute."""

    first_minute: int
    tenths: np.ndarray  # int8, shape (stations, minutes)

    def at(self, station: np.ndarray, minutes: np.ndarray) -> np.ndarray:
        """Load at stations and moments, shape (n,), int8, 0 to 10; half busy where there is no station."""
        minute = np.clip(np.asarray(minutes) - self.first_minute, 0, self.tenths.shape[1] - 1)
        found = self.tenths[np.asarray(station), minute]
        return np.where(np.asarray(station) < 0, HALF_BUSY, found).astype(np.int8)


def agents_workload(replication: Replication) -> Workload:
    """Load of the agents of all stations.

    Parameters
    ----------
    replication : Replication

    Returns
    -------
    Workload
        From the first minute to the horizon. What is being begun at a minute does not count for it.
    """
    history, facilities = replication.history, replication.facilities
    first, length = history.first_minute, history.horizon - history.first_minute
    more = np.zeros((len(STATIONS), length + 1), dtype=np.int32)
    for station, jobs in replication.agent_jobs.values():
        _count_changes(station, jobs.begins, jobs.ends, first, more)
    tenths = np.empty((len(STATIONS), length), dtype=np.int8)
    for place, schedule in enumerate(facilities.agents):
        _share_of_last_hour(more[place], _by_minute(schedule, first, length), tenths[place])
    return Workload(first, tenths)


@numba.njit(cache=True, nogil=True)
def _count_changes(station, begins, ends, first, more):
    """Count by station and minute how many more jobs run than in the minute before; the last is for what is later."""
    last = more.shape[1] - 1
    for i in range(station.size):
        more[station[i], min(max(begins[i], first), first + last) - first] += 1
        more[station[i], min(max(ends[i], first), first + last) - first] -= 1


def _by_minute(schedule: Schedule, first: int, length: int) -> np.ndarray:
    """Capacity in each minute, shape (length,), int32."""
    edges = np.clip(np.append(schedule.at, first + length) - first, 0, length)
    return np.repeat(schedule.capacity.astype(np.int32), np.diff(edges))


@numba.njit(cache=True, nogil=True)
def _share_of_last_hour(more, capacity, tenths):
    """Tenths of the agents' minutes of the hour before each minute in which a job ran."""
    running = ran = on_duty = share = 0
    running_then = 0  # an hour ago
    known = least = most = 0
    for minute in range(tenths.size):
        # Most minutes have the share of the one before: dividing takes longest.
        if on_duty != known or not least <= ran < most:
            known, whole = on_duty, max(on_duty, 1)
            share = min(ran * (LOADS - 1) // whole, LOADS - 1)
            # Minutes that give this share, from the least to the first that are too many.
            least = -(-share * whole // (LOADS - 1))
            most = -(-(share + 1) * whole // (LOADS - 1)) if share < LOADS - 1 else NEVER
        tenths[minute] = share
        running += more[minute]
        ran += running
        on_duty += capacity[minute]
        if minute >= HOUR:
            running_then += more[minute - HOUR]
            ran -= running_then
            on_duty -= capacity[minute - HOUR]
