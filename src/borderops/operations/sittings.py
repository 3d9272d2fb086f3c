"""When courts sit, and how long the law waits: court days and limits that run longer over days without court."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from borderops import clock
from borderops.units import DAY

LONGEST_PAUSE = 10
"""Days looked ahead for days without court; no run of them is longer."""


@lru_cache(maxsize=64)
def court_days(first: date, last: date) -> np.ndarray:
    """Days of the clock on which courts sit: weekdays that are no federal holiday (5 U.S.C. 6103).

    Parameters
    ----------
    first, last : date
        Both included.

    Returns
    -------
    ndarray of int64
    """
    from pandas.tseries.holiday import USFederalHolidayCalendar  # here, because pandas is slow to load

    holidays = [clock.day_of(day.date()) for day in USFederalHolidayCalendar().holidays(first, last)]
    days = np.arange(clock.day_of(first), clock.day_of(last) + 1)
    sitting = days[(clock.weekday_of_day(days) < clock.SATURDAY) & ~np.isin(days, holidays)]
    sitting.flags.writeable = False  # shared by all who ask for the same days
    return sitting


def limit_after(moments: np.ndarray, minutes: int, sitting: np.ndarray) -> np.ndarray:
    """When a limit ends that is a day longer for each day without court that begins before it ends.

    Parameters
    ----------
    moments : ndarray of int64, shape (n,)
        When the limit begins to run.
    minutes : int
        How long it is over court days alone.
    sitting : ndarray of int64
        Court days, from before the earliest moment to well after the latest.

    Returns
    -------
    ndarray of int64, shape (n,)
        OIG-20-06 p. 4: 48 hours, and up to 72 over a weekend.
    """
    ends = moments + minutes
    if not moments.size:
        return ends
    first, whole_days = int(moments.min()) // DAY, minutes // DAY
    days = np.arange(first, int(ends.max()) // DAY + LONGEST_PAUSE)
    closed = np.cumsum(~np.isin(days, sitting))
    # What is added follows from the day on which a limit begins and whether a midnight falls into its odd hours: told
    # once for each day, as there are many more moments.
    begins = np.arange(int(moments.max()) // DAY - first + 1)[:, None]
    added = np.zeros((begins.size, 2), dtype=np.int64)
    for _ in range(LONGEST_PAUSE):
        last = np.minimum(begins + whole_days + np.array([0, 1]) + added, days.size - 1)
        added = closed[last] - closed[begins]
    day = moments // DAY
    return ends + DAY * added[day - first, ends // DAY - day - whole_days]
