"""Slips of the hand in numbers, dates and ages: small verbs, values in, values out.

Each takes the values as they stand and one uniform for each, and gives the values as they are written. A verb that can
change nothing about a value gives it back. Must not know whose hand slips, or how often.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops import clock
from borderops.operations.numbers import NEW_NUMBERS_FROM, OLD_NUMBERS_FROM
from borderops.records.fields import BLANK, NO_DAY

DIGITS: Final = 9
"""Of an A-number."""

_PLACES: Final = 10 ** np.arange(DIGITS, dtype=np.int64)

SECOND_NUMBERS: Final = 4_500_000
"""A second number comes from the far half of a station's range, which no run reaches."""


def split(uniforms: np.ndarray, count: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
    """One of ``count`` choices from each uniform, and what is left of it as another uniform."""
    scaled = uniforms * count
    choice = np.minimum(scaled.astype(np.int64), np.maximum(np.asarray(count) - 1, 0))
    return choice, scaled - choice


# --- numbers --------------------------------------------------------------------------------------------------------


def wrong_digit(numbers: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Another digit at one of nine places, shape (k,), int64; empty cells stay.

    Parameters
    ----------
    numbers : ndarray of int64, shape (k,)
    uniforms : ndarray of float64, shape (k,)
    """
    place, rest = split(uniforms, DIGITS)
    step = split(rest, 9)[0] + 1
    unit = _PLACES[place]
    digit = numbers // unit % 10
    return np.where(numbers == BLANK, numbers, numbers + ((digit + step) % 10 - digit) * unit)


def digits_swapped(numbers: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Two neighbouring digits that differ, swapped; arguments as in `wrong_digit`."""
    digits = numbers[:, None] // _PLACES % 10
    differs = digits[:, 1:] != digits[:, :-1]
    count = differs.sum(axis=1)
    wanted = split(uniforms, count)[0]
    place = np.argmax(np.cumsum(differs, axis=1) > wanted[:, None], axis=1)
    rows = np.arange(numbers.size)
    low, high = digits[rows, place], digits[rows, place + 1]
    swapped = numbers + (high - low) * _PLACES[place] + (low - high) * _PLACES[place + 1]
    return np.where((numbers == BLANK) | (count == 0), numbers, swapped)


def second_number(numbers: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """A number of its own for somebody who has one already; numbers that nobody could have been given stay."""
    is_old = (numbers >= OLD_NUMBERS_FROM) & (numbers < NEW_NUMBERS_FROM)
    further = (uniforms * SECOND_NUMBERS).astype(np.int64)
    is_new = (numbers >= NEW_NUMBERS_FROM) & (numbers < NEW_NUMBERS_FROM + 10 * (2 * SECOND_NUMBERS))
    begins = numbers - (numbers - NEW_NUMBERS_FROM) % (2 * SECOND_NUMBERS) + SECOND_NUMBERS
    return np.where(is_old, OLD_NUMBERS_FROM + 100_000_000 + further, np.where(is_new, begins + further, numbers))


def as_text(numbers: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """What a spreadsheet makes of a column of numbers: the first digit is lost, or three digits and a power of ten.

    Parameters
    ----------
    numbers : ndarray of int64, shape (k,)
    uniforms : ndarray of float64, shape (k,)
        The same for a whole column.
    """
    unit = _PLACES[DIGITS - 1]
    rounded = (numbers + unit // 200) // (unit // 100) * (unit // 100)
    return np.where(numbers == BLANK, numbers, np.where(uniforms < 0.5, numbers % unit, rounded))


# --- dates ----------------------------------------------------------------------------------------------------------


def _calendar(days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Year, month and day of the month of days of the clock; of the first day for empty cells."""
    dates = np.datetime64(clock.EPOCH, "D") + np.where(days == NO_DAY, 0, days).astype(np.int64)
    months = dates.astype("datetime64[M]")
    number = months.astype(np.int64)
    return number // 12 + 1970, number % 12 + 1, (dates - months.astype("datetime64[D]")).astype(np.int64) + 1


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Days of the clock of dates, ``otherwise`` where there is no such date, shape (k,), int32."""
    may_be = (month >= 1) & (month <= 12)
    number = (year - 1970) * 12 + np.where(may_be, month, 1) - 1
    first = number.astype("datetime64[M]").astype("datetime64[D]")
    next_first = (number + 1).astype("datetime64[M]").astype("datetime64[D]")
    exists = may_be & (day >= 1) & (day <= (next_first - first).astype(np.int64))
    found = (first - np.datetime64(clock.EPOCH, "D")).astype(np.int64) + day - 1
    return np.where(exists & (otherwise != NO_DAY), found, otherwise).astype(np.int32)


def day_and_month_swapped(days: np.ndarray) -> np.ndarray:
    """The day written for the month and the month for the day, where there is such a date; shape (k,), int32."""
    year, month, day = _calendar(days)
    return _days(year, day, month, days)


def first_of_january(days: np.ndarray) -> np.ndarray:
    """The first of January of the same year."""
    year, month, _ = _calendar(days)
    return _days(year, np.ones_like(month), np.ones_like(month), days)


def wrong_digit_of_day(days: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Another last digit of the day, the month or the year, the first of these that gives a date, shape (k,), int32."""
    place, rest = split(uniforms, 3)
    step = split(rest, 9)[0] + 1
    year, month, day = _calendar(days)

    def stepped(number: np.ndarray) -> np.ndarray:
        return number - number % 10 + (number % 10 + step) % 10

    written = (_days(year, month, stepped(day), days), _days(year, stepped(month), day, days))
    by_year = _days(stepped(year), month, day, days)
    chosen = np.select([place == 0, place == 1], written, by_year)
    return np.where(chosen == days, by_year, chosen).astype(np.int32)


def digits_of_day_swapped(days: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """The two digits of the day, of the month or of the year's end swapped, where there is such a date."""
    place, _ = split(uniforms, 3)
    year, month, day = _calendar(days)

    def turned(number: np.ndarray) -> np.ndarray:
        two = number % 100
        return number - two + two % 10 * 10 + two // 10

    by_year = _days(turned(year), month, day, days)
    written = (_days(year, month, turned(day), days), _days(year, turned(month), day, days))
    chosen = np.select([place == 0, place == 1], written, by_year)
    return np.where(chosen == days, by_year, chosen).astype(np.int32)


def off_by(values: np.ndarray, uniforms: np.ndarray, step: int, empty: int) -> np.ndarray:
    """One step too early or too late; empty cells stay."""
    return np.where(values == empty, values, values + np.where(uniforms < 0.5, -step, step))


# --- ages -----------------------------------------------------------------------------------------------------------

AGE_STEPS: Final = np.array([-2, -1, 1, 2])
AGE_EDGES: Final = np.array([0.1, 0.5, 0.9])
"""Cumulative shares of these steps: most are off by one year."""


def age_off(ages: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """A year or two too young or too old; never below nought, empty cells stay."""
    step = AGE_STEPS[np.searchsorted(AGE_EDGES, uniforms, side="right")]
    # Nobody is written down as younger than nought: too young is then too old.
    step = np.where(ages + step < 0, -step, step)
    return np.where(ages == BLANK, ages, ages + step)
