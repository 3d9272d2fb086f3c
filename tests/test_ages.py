"""Birthdays and ages, to the day: every rule about age turns on them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from borderops.ages import age_years, birthday, birthday_minute
from borderops.clock import EPOCH, date_of
from borderops.units import DAY

BIRTHS = st.dates(date(1930, 1, 1), date(2019, 12, 31))
DAYS = st.dates(date(2001, 1, 1), date(2040, 12, 31))
LEAP_DAY = date(2016, 2, 29)


def _number(day: date) -> int:
    """Day of the clock; births before the epoch are negative."""
    return (day - EPOCH).days


def _age(born: date, on: date) -> int:
    return int(age_years(np.array([_number(born)]), np.array([_number(on)]))[0])


def _birthday(born: date, years: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + int(birthday(np.array([_number(born)]), years)[0]))


def _same_day(born: date, years: int) -> date:
    """The birthday by calendar arithmetic: 29 February becomes 1 March where there is none."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


@given(born=BIRTHS, years=st.integers(0, 90))
@example(born=LEAP_DAY, years=1)
@example(born=LEAP_DAY, years=4)
@example(born=date(2000, 2, 29), years=18)
def test_birthdays_agree_with_the_calendar(born, years):
    """The birthday is the same day and month so many years on; a leap-day child has it on 1 March in other years."""
    assert _birthday(born, years) == _same_day(born, years)


@given(born=BIRTHS, on=DAYS)
@example(born=LEAP_DAY, on=date(2034, 2, 28))
@example(born=LEAP_DAY, on=date(2034, 3, 1))
@example(born=date(2000, 2, 29), on=date(2018, 2, 28))
@example(born=date(2000, 5, 31), on=date(2018, 5, 30))
@example(born=date(2000, 5, 31), on=date(2018, 6, 1))
def test_ages_agree_with_the_calendar(born, on):
    """Completed years by the arithmetic of dates, negative before birth."""
    expected = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert _age(born, on) == expected


@given(born=BIRTHS, years=st.integers(0, 80))
def test_age_turns_on_the_birthday_and_not_a_day_earlier(born, years):
    """Both functions tell one story: the day before the birthday is a year younger than the birthday."""
    turns = _birthday(born, years)
    assert _age(born, turns) == years
    assert _age(born, date.fromordinal(turns.toordinal() - 1)) == years - 1


def test_leap_day_child_comes_of_age_on_the_first_of_march():
    """Born on 29 February 2000: a minor through 28 February 2018."""
    born = date(2000, 2, 29)
    assert (_age(born, date(2018, 2, 28)), _age(born, date(2018, 3, 1))) == (17, 18)
    assert (_age(born, date(2004, 2, 28)), _age(born, date(2004, 2, 29))) == (3, 4)


@given(born=BIRTHS, years=st.integers(0, 90))
def test_turning_points_are_midnights(born, years):
    """An age is reached at the first minute of the birthday."""
    minute = int(birthday_minute(np.array([_number(born)]), years)[0])
    assert minute % DAY == 0
    if minute >= 0:
        assert date_of(minute) == _same_day(born, years)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.int64])
def test_any_whole_type_of_birth_day_will_do(dtype):
    """Narrow columns do not overflow: minutes come as 64 bits."""
    found = birthday_minute(np.array([6000, -6000], dtype=dtype), 18)
    assert found.dtype == np.int64
    assert (found // DAY).tolist() == birthday(np.array([6000, -6000]), 18).tolist()
