"""How busy a station was at any minute, told from a finished history: what slips of clerks depend on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borderops.config.schema import STATIONS
from borderops.operations.facilities import Facilities, Schedule
from borderops.operations.history import History
from borderops.operations.numbers import LOADS
from borderops.operations.plan import Plan
from borderops.operations.rebuilding import Jobs, agent_jobs, joined
from borderops.tables import Table
from borderops.units import HOUR

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


def agents_workload(history: History, plan: Plan, facilities: Facilities) -> Workload:
    """Load of the agents of all stations.

    Parameters
    ----------
    history : History
    plan : Plan
    facilities : Facilities

    Returns
    -------
    Workload
        From the first minute to the horizon. What is being begun at a minute does not count for it.
    """
    first, length = history.first_minute, history.horizon - history.first_minute
    jobs = agent_jobs(history, plan, facilities)
    tenths = np.empty((len(STATIONS), length), dtype=np.int8)
    for station, schedule in enumerate(facilities.agents):
        own = joined(*(Jobs(each.begins[at == station], each.ends[at == station]) for at, each in jobs.values()))
        busy = _last_hour(_running(own, first, length))
        on_duty = _last_hour(_by_minute(schedule, first, length))
        tenths[station] = np.minimum(busy * (LOADS - 1) // np.maximum(on_duty, 1), LOADS - 1)
    return Workload(first, tenths)


def _running(jobs: Jobs, first: int, length: int) -> np.ndarray:
    """Jobs that run in each minute, shape (length,)."""
    begins = np.bincount(np.clip(jobs.begins - first, 0, length), minlength=length + 1)
    ends = np.bincount(np.clip(jobs.ends - first, 0, length), minlength=length + 1)
    return np.cumsum(begins - ends)[:length]


def _by_minute(schedule: Schedule, first: int, length: int) -> np.ndarray:
    """Capacity in each minute, shape (length,)."""
    edges = np.clip(np.append(schedule.at, first + length) - first, 0, length)
    return np.repeat(schedule.capacity, np.diff(edges))


def _last_hour(by_minute: np.ndarray) -> np.ndarray:
    """Sum over the hour before each minute, shape (length,)."""
    reached = np.concatenate([[0], np.cumsum(by_minute)])
    now = np.arange(by_minute.size)
    return reached[now] - reached[np.maximum(now - HOUR, 0)]
