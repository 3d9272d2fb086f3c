"""Time to overload and to recover, peak, area and half-life: by hand, in fluid limits, and off real tables."""

from __future__ import annotations

import heapq
from datetime import date

import numpy as np
import pandas as pd
import pytest

from borderops.forecast.results import KEYS, gather
from borderops.readiness.recovery import CALM, LIMIT, courses, excesses, follow, summarise_courses

BEGINS = date(2018, 5, 5)


# --- by hand ------------------------------------------------------------------------------------------------------


def test_a_wave_is_followed_day_by_day():
    """Two quiet days, up to six, down by two a day: every figure by hand."""
    course = follow(np.array([0, 0, 3, 6, 4, 2, 0, 0, 0, 0], dtype=float))
    assert course.overloaded_after == 3.0  # the third day is the first with too much at its end
    assert (course.peak, course.peak_added, course.area_added) == (6.0, 6.0, 15.0)
    assert course.half_life == pytest.approx(1.5)  # from 6 to 3, two a day
    assert course.recovered_after == pytest.approx(4 + (6 - 6 * CALM) / 2)  # worst at the end of day 4


def test_only_what_the_stress_added_has_to_heal():
    """A season that is full anyway recovers to where it would have been, not to nothing."""
    usual = np.full(12, 5.0)
    course = follow(usual + np.array([0, 4, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0]), usual)
    assert course.overloaded_after == 1.0  # as it would have been without the stress
    assert (course.peak, course.peak_added, course.area_added) == (13.0, 8.0, 16.0)
    assert course.half_life == pytest.approx(1.0)
    assert course.recovered_after == pytest.approx(3 + (8 - 8 * CALM) / 4)


def test_a_stress_that_adds_nothing_has_nothing_to_heal():
    """Recovered at once, and no half-life, even where the resource is full."""
    course = follow(np.full(5, 2.0), np.full(5, 2.0))
    assert (course.recovered_after, course.peak_added, course.area_added) == (0.0, 0.0, 0.0)
    assert np.isnan(course.half_life)


def test_what_is_not_over_by_the_end_is_not_called_over():
    """A backlog that goes on growing has no recovery and no half-life within the run."""
    course = follow(np.arange(10, dtype=float))
    assert np.isinf(course.recovered_after) and np.isinf(course.half_life)


def test_a_single_good_day_is_no_recovery():
    """Three days in a row are asked for; a relapse begins the count anew."""
    excess = np.array([9, 9, 0, 9, 0, 0, 9, 0, 0, 0], dtype=float)
    assert 7.0 < follow(excess).recovered_after <= 8.0
    assert np.isinf(follow(excess[:9]).recovered_after)


def test_days_before_the_stress_do_not_count():
    """An earlier wave is none of the stress's doing."""
    excess = np.array([50, 50, 0, 0, 2, 1, 0, 0, 0], dtype=float)
    course = follow(excess, start=3)
    assert (course.peak, course.overloaded_after) == (2.0, 2.0)


def test_days_that_tell_nothing_are_as_the_day_before():
    """Courts do not sit on Sunday: the backlog of Saturday stands."""
    assert follow(np.array([4, np.nan, 2, 0, 0, 0])).area_added == 4 + 4 + 2


# --- fluid limits -------------------------------------------------------------------------------------------------


def queue_at_midnights(rates: np.ndarray, served: float, servers: int, seed: int) -> np.ndarray:
    """People who wait at the end of each day: Poisson arrivals at a rate by day, exponential service, in order.

    Written for this test alone, person by person, so that it shares nothing with what is tested.
    """
    chance = np.random.default_rng(seed)
    arrived = np.sort(np.concatenate([day + chance.random(chance.poisson(rate)) for day, rate in enumerate(rates)]))
    free = [0.0] * servers
    began = np.empty(arrived.size)
    for place, moment in enumerate(arrived):
        began[place] = max(moment, heapq.heappop(free))
        heapq.heappush(free, began[place] + chance.exponential(servers / served))
    ends = np.arange(1, rates.size + 1)
    return np.searchsorted(arrived, ends) - np.searchsorted(np.sort(began), ends)


@pytest.mark.parametrize(("a", "b", "m", "days"), [(15000.0, 8000.0, 10000.0, 12), (14000.0, 6000.0, 10000.0, 15)])
def test_a_step_surge_meets_its_fluid_limit(a, b, m, days):
    """At scale a backlog grows by a - m a day and drains by m - b: every figure within 5 % of that."""
    peak, drains = (a - m) * days, m - b
    rates = np.where(np.isin(np.arange(days + 45), np.arange(5, 5 + days)), a, b)
    course = follow(queue_at_midnights(rates, m, 400, seed=1).astype(float), start=5)
    assert course.peak == pytest.approx(peak, rel=0.05)
    assert course.area_added == pytest.approx(peak * (days + peak / drains) / 2, rel=0.05)
    assert course.half_life == pytest.approx(peak / 2 / drains, rel=0.05)
    assert course.recovered_after == pytest.approx(days + (1 - CALM) * peak / drains, rel=0.05)


def test_the_fluid_limit_itself_is_met_exactly():
    """Straight lines up and down give the formulas of the docstring to rounding."""
    a, b, m, days = 30.0, 15.0, 20.0, 10
    backlog = np.concatenate([np.arange(1, days + 1) * (a - m), np.arange(99, -1, -1).clip(0) * 0.0])
    backlog[days:] = np.maximum((a - m) * days - (m - b) * np.arange(1, 101), 0.0)
    course = follow(backlog)
    assert course.peak == 100.0
    assert course.half_life == pytest.approx(100 / (2 * 5))
    assert course.recovered_after == pytest.approx(days + (1 - CALM) * 100 / 5)


# --- off tables ---------------------------------------------------------------------------------------------------


def daily_of(series: dict[tuple[str, str], list[list[float]]], numbers=(1, 2)):
    """A sample of the table daily: by measure and group, of each replication its days."""
    days = pd.date_range("2018-05-04", periods=len(next(iter(series.values()))[0]))
    tables = []
    for place, number in enumerate(numbers):
        rows = [
            pd.DataFrame({"day": days, "measure": measure, "group": group, "value": some[place]})
            for (measure, group), some in series.items()
        ]
        tables.append((number, pd.concat(rows, ignore_index=True)))
    return gather(tables, KEYS["daily"])


WAITING = ("waiting_for_bed", "age_0_12")


def test_every_resource_is_read_off_its_own_series():
    """Children without a bed, people beyond rated places, time and slots beyond the limit; capacities are none."""
    daily = daily_of(
        {
            WAITING: [[0, 1, 2], [0, 0, 0]],
            ("station_census", "children"): [[5, 12, 9], [1, 1, 1]],
            ("station_rated", "children"): [[10, 10, 10], [10, 10, 10]],
            ("coordinators_busy", "yuma"): [[0.5, 1.0, 0.9], [0.1, 0.1, 0.1]],
            ("adults_heard", "parents"): [[2, 0, 5], [0, 0, 0]],
            ("adults_heard", "others"): [[2, 0, 5], [0, 0, 0]],
            ("court_slots", "all"): [[10, 0, 10], [10, 0, 10]],
            ("shelter_beds", "age_0_12"): [[7, 7, 7], [7, 7, 7]],
        }
    )
    found = {one.name: excess[:, 0] for one, _, excess in excesses(daily)}
    assert sorted(found) == ["beds.age_0_12", "coordinators.yuma", "courts", "held.children", "stations.children"]
    assert found["stations.children"].tolist() == [0, 2, 0]
    assert np.allclose(found["coordinators.yuma"], [0, 1 - LIMIT, 0])
    assert np.allclose(found["courts"], [0, np.nan, 1 - LIMIT], equal_nan=True)


def test_seasons_are_paired_by_replication():
    """Replication 2 is held against replication 2, whatever the order and whoever is missing."""
    stressed = daily_of({WAITING: [[0, 9, 0, 0, 0], [0, 7, 0, 0, 0], [0, 5, 0, 0, 0]]}, (1, 2, 3))
    usual = daily_of({WAITING: [[0, 6, 0, 0, 0], [0, 4, 0, 0, 0]]}, (2, 3))
    found = courses(stressed, BEGINS, usual)
    assert found["replication"].tolist() == [2, 3]
    assert found["peak_added"].tolist() == [1.0, 1.0]


def test_people_held_are_told_by_what_the_stress_adds():
    """Eight more for a day are added, whatever places are rated; without the season beside nothing can be said."""
    held, rated = ("station_census", "children"), ("station_rated", "children")
    flat, wave = [[5, 5, 5, 5, 5, 5]], [[5, 13, 5, 5, 5, 5]]
    usual, stressed = (daily_of({held: some, rated: [[99] * 6]}, (1,)) for some in (flat, wave))
    row = courses(stressed, BEGINS, usual).set_index("resource").loc["held.children"]
    assert (row["peak_added"], row["area_added"]) == (8.0, 8.0) and np.isnan(row["overloaded_after"])
    assert set(courses(stressed, BEGINS)["resource"]) == {"stations.children"}


def test_what_is_not_reached_by_the_end_stands_in_the_summary():
    """Two of three seasons recover: the third is not dropped, and the median still is a number."""
    up = [[0, 9, 0, 0, 0, 0], [0, 9, 9, 0, 0, 0], [0, 9, 9, 9, 9, 9]]
    table = summarise_courses(courses(daily_of({WAITING: up}, (1, 2, 3)), BEGINS), 0.9)
    row = table.set_index("figure").loc["recovered_after"]
    assert (row["n"], row["reached"]) == (3, 2)
    assert 0 < row["share_low"] < 2 / 3 < row["share_high"] < 1
    assert np.isfinite(row["median"]) and np.isinf(row["high"])
