"""The civil clock: whole minutes since Monday 2001-01-01 00:00, without daylight-saving jumps.

Moments are absolute, not counted from the start of a run: the same person is apprehended at the same number in
every run, whatever its window. The epoch is a Monday, so that ``day % 7`` is the weekday.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from borderops.units import DAY

EPOCH: Final = date(2001, 1, 1)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


def day_of(moment: date) -> int:
    """Whole days from the epoch to a date.

    Raises
    ------
    ValueError
        For a date before 2001-01-01.
    """
    number = (moment - EPOCH).days
    if number < 0:
        raise ValueError(f"{moment} lies before {EPOCH}, the first day of the clock")
    return number


def minute_of(moment: date) -> int:
    """Minute at which a date begins."""
    return day_of(moment) * DAY


def date_of(minute: int) -> date:
    """Date on which a minute falls."""
    return EPOCH + timedelta(days=int(minute) // DAY)


def datetime_of(minute: int) -> datetime:
    """Date and time of a minute."""
    return datetime(EPOCH.year, EPOCH.month, EPOCH.day) + timedelta(minutes=int(minute))


def datetimes_of(minutes: np.ndarray) -> np.ndarray:
    """Vectorised `datetime_of`: datetime64[m] of the same shape."""
    return np.datetime64(EPOCH, "m") + np.asarray(minutes, dtype=np.int64)


def weekday_of_day(day):
    """Weekday of a day number, 0 = Monday; works on arrays."""
    return day % 7


def next_month(first_of_month: date) -> date:
    """First day of the following month."""
    return (first_of_month.replace(day=1) + timedelta(days=32)).replace(day=1)
