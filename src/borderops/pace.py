"""Release work by calendar time: how much of a child's stay is done between two moments.

A stay is an amount of work, drawn once. How fast work is done depends on the date alone, so published stays, which
are by *release* month, come out of the calendar and not of the month of admission. All integers: work is in
thousandths of a minute at pace 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from borderops import clock
from borderops.config.schema import PaceStep
from borderops.tables import Table
from borderops.units import DAY, NEVER

PER_MINUTE = 1000
"""Work done in a minute at pace 1."""

DAYS_BACK = 1500
"""How far before the first day the table reaches, for stays in progress."""

DAYS_ON = 400
"""How far beyond the last day it reaches, so that the rest of a stay can be told."""


@dataclass(frozen=True)
class Pace(Table):
    """Cumulative work at the beginning of each day.

    Attributes
    ----------
    first_day : int
        Day of the clock of the first row.
    done : ndarray of int64, shape (days + 1,)
        Work done since the first day, at midnight.
    per_minute : ndarray of int64, shape (days,)
        Work a minute during the day.
    """

    first_day: int
    done: np.ndarray
    per_minute: np.ndarray


def pace_table(steps: list[PaceStep], first: date, last: date) -> Pace:
    """Lay out the pace of releases over the days of a run, and well before and beyond.

    Days before the first step have the pace of the first step.
    """
    start = clock.day_of(first) - DAYS_BACK
    days = np.arange(start, clock.day_of(last) + 1 + DAYS_ON)
    begins = np.array([clock.day_of(step.begins) for step in steps])
    paces = np.array([round(step.pace * PER_MINUTE) for step in steps], dtype=np.int64)
    per_minute = paces[np.maximum(np.searchsorted(begins, days, side="right") - 1, 0)]
    done = np.concatenate([[0], np.cumsum(per_minute * DAY)])
    return Pace(first_day=start, done=done, per_minute=per_minute)


def work_done_by(pace: Pace, minutes: np.ndarray) -> np.ndarray:
    """Cumulative work at moments inside the table, int64.

    Raises
    ------
    ValueError
        For a moment outside the table.
    """
    minutes = np.asarray(minutes, dtype=np.int64)
    row = minutes // DAY - pace.first_day
    if row.size and (row.min() < 0 or row.max() >= pace.per_minute.size):
        raise ValueError("a moment lies outside the table of release work")
    return pace.done[row] + (minutes % DAY) * pace.per_minute[row]


def moment_of(pace: Pace, work: np.ndarray) -> np.ndarray:
    """First minute at which cumulative work reaches an amount; NEVER beyond the table.

    Raises
    ------
    ValueError
        For an amount below zero: a stay that began before the table.
    """
    work = np.asarray(work, dtype=np.int64)
    if (work < 0).any():
        raise ValueError("a stay began before the table of release work")
    row = np.searchsorted(pace.done, work, side="right") - 1
    inside = row < pace.per_minute.size
    safe = np.where(inside, row, 0)
    rest = work - pace.done[safe]
    minute = (pace.first_day + safe) * DAY + -(-rest // pace.per_minute[safe])
    return np.where(inside, minute, NEVER)
