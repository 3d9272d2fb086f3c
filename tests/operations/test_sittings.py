"""Court days, and limits that run longer over days without court: worked by hand on calendars of 2018."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from borderops import clock
from borderops.operations.sittings import court_days, limit_after
from borderops.units import DAY, HOUR

LIMIT = 48 * HOUR
YEAR_2018 = court_days(date(2018, 1, 1), date(2018, 12, 31))


def _minute(text: str) -> int:
    moment = datetime.fromisoformat(f"2018-{text}")
    return clock.minute_of(moment.date()) + moment.hour * HOUR + moment.minute


def _limits(*texts: str, minutes: int = LIMIT) -> list[str]:
    ends = limit_after(np.array([_minute(text) for text in texts], dtype=np.int64), minutes, YEAR_2018)
    return [f"{clock.datetime_of(end):%m-%d %H:%M}" for end in ends]


# --- court days -----------------------------------------------------------------------------------------------------


def test_courts_do_not_sit_over_memorial_day_weekend():
    """Friday 25 May 2018, then Tuesday 29 May: Saturday, Sunday and the last Monday of May are no court days."""
    days = [clock.date_of(day * DAY) for day in court_days(date(2018, 5, 24), date(2018, 5, 30))]
    assert [day.day for day in days] == [24, 25, 29, 30]


def test_a_year_has_its_weekdays_less_ten_holidays():
    """2018 has 261 weekdays; each of the ten federal holidays falls on one of them or is observed on one."""
    assert YEAR_2018.size == 261 - 10


@pytest.mark.parametrize("day", ["2018-01-01", "2018-01-15", "2018-02-19", "2018-07-04", "2018-11-12", "2018-12-25"])
def test_courts_do_not_sit_on_federal_holidays(day):
    """New Year, King, Washington, Independence, Veterans (a Sunday, kept on Monday), Christmas."""
    assert clock.day_of(date.fromisoformat(day)) not in YEAR_2018


def test_both_ends_are_included():
    """One day that is a court day is one row; one that is not is none."""
    assert court_days(date(2018, 5, 25), date(2018, 5, 25)).tolist() == [clock.day_of(date(2018, 5, 25))]
    assert court_days(date(2018, 5, 26), date(2018, 5, 28)).size == 0


# --- limits ---------------------------------------------------------------------------------------------------------


def test_limit_within_the_week_is_as_long_as_it_says():
    """Monday to Wednesday; to the last minute of Friday from the last of Wednesday."""
    assert _limits("05-14T10:00", "05-16T23:59") == ["05-16 10:00", "05-18 23:59"]


def test_limit_over_a_weekend_is_two_days_longer():
    """From Friday 18 May both days count; from Thursday too, for the limit would end on Saturday, then on Sunday."""
    assert _limits("05-18T10:00", "05-17T10:00") == ["05-22 10:00", "05-21 10:00"]


def test_limit_from_within_a_weekend_is_longer_only_for_the_days_that_begin_later():
    """Apprehended on Saturday: Sunday counts, so Tuesday; apprehended on Sunday: no further day, so Tuesday as well."""
    assert _limits("05-19T10:00", "05-20T10:00") == ["05-22 10:00", "05-22 10:00"]


def test_limit_over_memorial_day():
    """26 to 28 May have no court: five days from Thursday and Friday, four from Saturday, three from Sunday."""
    assert _limits("05-24T10:00", "05-25T10:00", "05-26T10:00", "05-27T10:00", "05-28T10:00", "05-29T10:00") == [
        "05-29 10:00",  # Thursday: 48 hours end on Saturday; Saturday, Sunday and Monday count
        "05-30 10:00",  # Friday: the same three
        "05-30 10:00",  # Saturday: Sunday and Monday count
        "05-30 10:00",  # Sunday: Monday counts
        "05-30 10:00",  # Monday: none counts, for it had begun
        "05-31 10:00",  # Tuesday: no day without court
    ]


def test_limit_that_ends_before_the_weekend_begins_is_not_longer():
    """From Wednesday 23:59 to Friday 23:59; a minute later, on Thursday, both days of the weekend count."""
    assert _limits("05-16T23:59", "05-17T00:01") == ["05-18 23:59", "05-21 00:01"]


def test_moments_do_not_sway_each_other_whatever_their_order():
    """Limits of many moments are those of each alone, in the order given; none are none."""
    texts = ["12-21T08:00", "05-25T10:00", "07-03T12:30", "05-14T10:00"]
    assert _limits(*texts) == [_limits(text)[0] for text in texts]
    assert _limits() == []


def test_a_longer_limit_meets_further_days_without_court():
    """Friday 21 December, 72 hours: the weekend makes it Wednesday, Christmas before that makes it Thursday."""
    # Monday 24; with Saturday and Sunday Wednesday 26; with Tuesday 25, which has no court, Thursday 27.
    assert _limits("12-21T08:00", minutes=72 * HOUR) == ["12-27 08:00"]


@pytest.mark.parametrize("minutes", [0, 1, 24 * HOUR, LIMIT, 96 * HOUR])
def test_limit_is_longer_by_the_days_without_court_that_begin_within_it(minutes):
    """Every quarter of an hour of May and June but at midnight: whole days longer, as many as have no court in it."""
    moments = np.arange(_minute("05-01T00:07"), _minute("06-30T00:00"), 15)
    longer, rest = np.divmod(limit_after(moments, minutes, YEAR_2018) - moments - minutes, DAY)
    assert (rest == 0).all()
    ends = moments + minutes + longer * DAY
    all_days = np.arange(clock.day_of(date(2018, 5, 1)), clock.day_of(date(2018, 7, 31)))
    closed = np.setdiff1d(all_days, YEAR_2018) * DAY
    within = [int(((closed > begin) & (closed < end)).sum()) for begin, end in zip(moments, ends)]
    assert longer.tolist() == within
