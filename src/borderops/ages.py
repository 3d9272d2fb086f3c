"""Birthdays, exactly: age is taken at each rule's own date, and "under 5" ends at the fifth birthday."""

from __future__ import annotations

import numpy as np

from borderops.clock import EPOCH
from borderops.units import DAY

YEAR_DAYS = 365.2425


def birthday(birth_day: np.ndarray, years: int) -> np.ndarray:
    """Day on which people reach an age.

    Parameters
    ----------
    birth_day : ndarray of int, shape (n,)
        Day of birth on the clock; may be negative.
    years : int

    Returns
    -------
    ndarray of int64, shape (n,)
        Day on the clock. Who was born on 29 February comes of age on 1 March in other years.
    """
    epoch = np.datetime64(EPOCH, "D")
    born = epoch + np.asarray(birth_day, dtype=np.int64)
    month = born.astype("datetime64[M]")
    offset = born - month.astype("datetime64[D]")
    day = (month + 12 * years).astype("datetime64[D]") + offset
    return (day - epoch).astype(np.int64)


def birthday_minute(birth_day: np.ndarray, years: int) -> np.ndarray:
    """Minute at which people reach an age (midnight of the birthday), shape (n,), int64."""
    return birthday(birth_day, years) * DAY


def age_years(birth_day: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Completed years on a day, shape (n,), int64."""
    epoch = np.datetime64(EPOCH, "D")
    born = epoch + np.asarray(birth_day, dtype=np.int64)
    on = epoch + np.asarray(day, dtype=np.int64)
    born_month, on_month = born.astype("datetime64[M]"), on.astype("datetime64[M]")
    born_date = (born - born_month.astype("datetime64[D]")).astype(np.int64)
    on_date = (on - on_month.astype("datetime64[D]")).astype(np.int64)
    months = (on_month - born_month).astype(np.int64)
    return (months - (on_date < born_date)) // 12
