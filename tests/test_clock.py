"""The civil clock: days, weekdays, months, and nothing lost on the way there and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borderops import clock
from borderops.units import DAY, MOMENT, NEVER, WEEK

DATES = st.dates(date(2001, 1, 1), date(2100, 12, 31))


def test_the_epoch_is_a_monday():
    """Day 0 is a Monday, so that the remainder by 7 is the weekday."""
    assert clock.EPOCH.weekday() == clock.MONDAY == 0
    assert clock.day_of(clock.EPOCH) == clock.minute_of(clock.EPOCH) == 0
    assert DAY == 1440
    assert WEEK == 10_080


@given(day=DATES)
def test_weekday_of_a_day_is_the_calendars(day):
    """Every date's weekday agrees with the calendar, 0 = Monday."""
    assert clock.weekday_of_day(clock.day_of(day)) == day.weekday()


def test_weekdays_by_name():
    """Memorial Day 2018 was a Monday; 5 May 2018 a Saturday, the day after it a Sunday; arrays work alike."""
    days = np.array([clock.day_of(day) for day in (date(2018, 5, 28), date(2018, 5, 5), date(2018, 5, 6))])
    assert clock.weekday_of_day(days).tolist() == [clock.MONDAY, clock.SATURDAY, clock.SUNDAY]


@given(day=DATES, minute=st.integers(0, DAY - 1))
def test_minutes_and_dates_go_round(day, minute):
    """A minute knows its date and time, from 00:00 to 23:59, and the date its first minute."""
    moment = clock.minute_of(day) + minute
    assert clock.date_of(moment) == day
    assert clock.datetime_of(moment) == datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    assert clock.minute_of(clock.date_of(moment)) == moment - minute


def test_datetimes_of_arrays_equal_single_ones():
    """The vectorised form tells the same moments, the night of a change to summer time included: it has 24 hours."""
    minutes = clock.minute_of(date(2018, 3, 11)) + np.array([0, 119, 120, 180, 1439])
    expected = [np.datetime64(clock.datetime_of(minute), "m") for minute in minutes]
    assert clock.datetimes_of(minutes).tolist() == [moment.item() for moment in expected]
    assert clock.minute_of(date(2018, 3, 12)) - clock.minute_of(date(2018, 3, 11)) == DAY


def test_days_before_the_epoch_are_refused():
    """A date the clock cannot hold is an error that names it, not a negative number."""
    with pytest.raises(ValueError, match="2000-12-31 lies before 2001-01-01"):
        clock.day_of(date(2000, 12, 31))


@given(day=DATES.filter(lambda day: day.year < 2100))
def test_next_month_is_the_first_of_the_next_month(day):
    """From any day of a month, of any length, to the first of the one after."""
    following = clock.next_month(day)
    assert following.day == 1
    assert (following.year * 12 + following.month) - (day.year * 12 + day.month) == 1


def test_never_lies_beyond_every_moment_and_can_be_added_to():
    """NEVER plus NEVER still fits its type, and no civil minute comes near it."""
    assert MOMENT(NEVER) + MOMENT(NEVER) > 0
    assert clock.minute_of(date(2100, 12, 31)) < NEVER
