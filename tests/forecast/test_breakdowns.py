"""Rows of tables: groups that leave nobody out, and unit minutes of schedules."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.builders import FIRST, Child, Resident, adult, alone, at, replication_of, schedule_of, with_window
from tests.forecast.hand_worked import JANUARY, YUMA, season

from borderops.forecast.breakdowns import counts, groups, means, shares, unit_minutes, unit_minutes_by_day
from borderops.forecast.reading import Reading
from borderops.units import DAY, HOUR


def _reading() -> Reading:
    """A resident of 3, children of 8 and 14 at Yuma, an adult at Big Bend."""
    children = [alone("Mon 08:00", Child(age=age), station=YUMA) for age in (8, 14)]
    return Reading(replication_of(*children, adult("Mon 08:00"), residents=[Resident(body=Child(age=3))]), JANUARY)


def test_groups_are_the_whole_the_bands_and_the_stations():
    """Everybody once in the whole; children once by band; each once by station, residents before the run."""
    found = {(kind, group): rows.tolist() for kind, group, rows in groups(_reading(), np.ones(4, dtype=bool))}
    assert found["all", "all"] == [0, 1, 2, 3]
    assert [found["age_band", band] for band in ("0–4", "5–12", "13–17")] == [[0], [1], [2]]
    stations = {group: rows for (kind, group), rows in found.items() if kind == "station" and rows}
    assert stations == {"yuma": [1, 2], "big_bend": [3], "before_the_run": [0]}


def test_without_residents_nobody_came_before_the_run():
    """The group is there only where a KPI counts somebody in it."""
    rows = list(counts(_reading(), "kpi", np.array([False, True, True, True])))
    assert ("kpi", "all", "all", 3) in rows and "before_the_run" not in {group for _, _, group, _ in rows}


def test_adults_are_not_broken_down_by_age():
    """Where adults are counted too there is no band."""
    reading, everybody = _reading(), np.ones(4, dtype=bool)
    for rows in (counts(reading, "kpi", everybody, by_age=False), shares(reading, "kpi", everybody, everybody, False)):
        assert {kind for _, kind, _, _ in rows} == {"all", "station"}


def test_shares_and_means_of_nobody_are_not_there():
    """Only groups with somebody in the cohort have a row."""
    reading, cohort = _reading(), np.array([False, True, True, False])
    rows = {(kind, group): value for _, kind, group, value in shares(reading, "kpi", cohort, np.arange(4) == 2)}
    assert rows == {
        ("all", "all"): 0.5, ("age_band", "5–12"): 0.0, ("age_band", "13–17"): 1.0, ("station", "yuma"): 0.5
    }  # fmt: skip
    rows = {(kind, group): value for _, kind, group, value in means(reading, "kpi", cohort, np.array([9, 1, 4, 9]))}
    assert rows["all", "all"] == rows["station", "yuma"] == 2.5 and len(rows) == 4


def test_groups_of_a_world_leave_nobody_out():
    """Bands and stations of all minors add up to all of them."""
    settings, replication = season()
    reading = Reading(replication, settings)
    rows = list(counts(reading, "kpi", reading.people.is_child))
    total = {kind: sum(count for _, one, _, count in rows if one == kind) for kind in ("all", "age_band", "station")}
    assert len(set(total.values())) == 1 and total["all"] > 1000


@pytest.mark.parametrize(
    ("between", "offered"),
    [
        (("Mon 00:00", "Mon 10:00"), 2 * 8 * HOUR + 5 * 2 * HOUR),
        (("Mon 09:00", "Mon 09:30"), 5 * 30),
        (("Tue 00:00", "Thu 00:00"), 0),
        (("Mon 07:00", "Thu 00:00"), 2 * HOUR + 5 * 9 * HOUR),
    ],
)
def test_unit_minutes_of_a_schedule(between, offered):
    """Two from midnight on, five from 8:00 to 17:00, then nobody, for good."""
    schedule = schedule_of({"Mon 00:00": 2, "Mon 08:00": 5, "Mon 17:00": 0})
    assert unit_minutes(schedule, np.array([at(moment) for moment in between])).tolist() == [offered]


def test_unit_minutes_by_day_are_of_the_window():
    """Three units from the first minute of the run: three days' worth on each day of a window that begins later."""
    days = with_window(JANUARY, date(2018, 1, 3), date(2018, 1, 5), (date(2018, 1, 3), date(2018, 1, 5)))
    reading = Reading(replication_of(adult(FIRST)), days)
    assert unit_minutes_by_day(reading, schedule_of(3)).tolist() == [3 * DAY] * 3
