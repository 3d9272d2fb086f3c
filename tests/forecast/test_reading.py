"""Reading a replication: the clock of 72 hours, cohorts, age bands, and a census of half-open stays."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.builders import (
    Adult,
    Child,
    Resident,
    adult,
    alone,
    couple,
    facilities_of,
    family,
    replication_of,
    settings_of,
    split_party,
    with_window,
)

from borderops.forecast.reading import AGE_BANDS, Reading, census
from borderops.operations.history import Exit
from borderops.operations.plan import EarlierParent, Ground
from borderops.population.people import Stratum
from borderops.replication import Replication
from borderops.units import DAY, HOUR, NEVER

LIMIT = 72 * HOUR
UNTIL_PARTED = 40


def _read(replication: Replication, season=(date(2018, 1, 1), date(2018, 1, 31))) -> Reading:
    return Reading(replication, with_window(settings_of(), date(2018, 1, 1), date(2018, 1, 31), season))


def _in_custody(minutes: int, **person) -> Child:
    """A child who leaves CBP's hands so long after apprehension, when nothing else takes time."""
    return Child(transport=minutes - UNTIL_PARTED, **person)


# --- 72 hours -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("custody", "is_over"), [(LIMIT - 1, False), (LIMIT, False), (LIMIT + 1, True)])
def test_seventy_two_hours_are_no_breach_and_a_minute_more_is(custody, is_over):
    """From apprehension: 72:00 is within the limit, 72:01 is not."""
    reading = _read(replication_of(alone("Tue 10:00", _in_custody(custody))))
    assert reading.custody.tolist() == [custody]
    assert reading.over_72_hours.tolist() == [is_over]


@pytest.mark.parametrize(("since", "is_over"), [(LIMIT, False), (LIMIT + 1, True)])
def test_limit_from_determination_counts_from_the_determination(since, is_over):
    """Twelve hours of checks count from apprehension and do not from determination."""
    case = family("Tue 10:00", Child(transport=since), checks=12 * HOUR, ground=Ground.PROSECUTION)
    reading = _read(replication_of(case))
    assert reading.since_determination.tolist() == [0, since]
    assert (reading.since_determination > LIMIT).tolist() == [False, is_over]
    assert reading.over_72_hours.tolist() == [False, True]


def test_who_was_never_determined_has_no_time_since_determination():
    """Zero, and not a moment that never came, for adults and for children in families."""
    reading = _read(replication_of(family("Tue 10:00", release=10 * DAY)))
    assert reading.since_determination.tolist() == [0, 0]
    assert reading.over_72_hours.tolist() == [True, True]


@pytest.mark.parametrize(("horizon", "is_over"), [("Fri 10:00", False), ("Fri 10:01", True)])
def test_child_still_inside_is_over_if_it_is_over_on_the_last_minute(horizon, is_over):
    """Apprehended on Tuesday at 10:00: the run that ends on Friday at 10:00 saw 72 hours, a minute later 72:01."""
    reading = _read(replication_of(alone("Tue 10:00"), facilities=facilities_of(beds=0, horizon=horizon)))
    assert reading.history.exit.tolist() == [Exit.INSIDE]
    assert reading.over_72_hours.tolist() == [is_over]


def test_clock_stops_when_the_child_boards_not_when_it_arrives():
    """Three days on the road are not in CBP's custody."""
    reading = _read(replication_of(alone("Tue 10:00", Child(transport=HOUR, travel=3 * DAY))))
    assert reading.custody.tolist() == [HOUR + UNTIL_PARTED]


def test_clock_runs_on_while_a_rejoined_child_waits_for_release():
    """Rejoined on Monday evening, released on Thursday evening: over 72 hours."""
    late = Child(transport=9 * DAY)
    case = family("Mon 08:00", late, back="19:00", rejoined_release=3 * DAY, ground=Ground.PROSECUTION)
    reading = _read(replication_of(case, facilities=facilities_of(hearings=["Mon 09:00"])))
    assert reading.custody.tolist()[1] == 3 * DAY + 11 * HOUR
    assert reading.over_72_hours.tolist()[1]


# --- who ------------------------------------------------------------------------------------------------------------


def test_age_bands_change_at_the_fifth_and_thirteenth_birthday():
    """Completed years on the day of apprehension, of residents as well; adults have no band."""
    born = [date(2013, 1, 3), date(2013, 1, 2), date(2005, 1, 3), date(2005, 1, 2)]
    cases = [alone("Tue 10:00", Child(born=day)) for day in born]
    reading = _read(replication_of(adult("Tue 10:00"), *cases, residents=[Resident()]))
    assert AGE_BANDS == ("0–4", "5–12", "13–17")
    assert reading.band.tolist() == [1, -1, 0, 1, 1, 2]


def test_residents_did_not_arrive():
    """They are children, but no minors who came, and of no station."""
    reading = _read(replication_of(alone("Tue 10:00"), residents=[Resident()]))
    assert reading.arrived.tolist() == [False, True]
    assert reading.child.tolist() == [False, True]
    assert reading.holding_kind.tolist() == [-1, 2]
    assert reading.case_of_person.tolist() == [-1, 0]


def test_kin_group_stands_apart_at_the_station():
    """The relative is held with single adults, the child without a parent with children."""
    party = split_party(Stratum.KIN_GROUP, adult("Tue 10:00"), alone("Tue 10:00"))
    reading = _read(replication_of(party, family("Tue 10:00")))
    assert reading.holding_kind.tolist() == [0, 2, 1, 1]
    assert reading.without_parent.tolist() == [False, True, False, False]
    assert reading.family_claimed.tolist() == [False, False, True, True]


def test_season_is_within_the_window_and_includes_its_last_day():
    """Parted at the first and last minute of the season: within; a minute outside: not."""
    whens = ["Thu 23:19", "Thu 23:20", "Sat+1 23:19", "Sat+1 23:20"]
    cases = [family(when, ground=Ground.PROSECUTION) for when in whens]
    reading = _read(replication_of(*cases), season=(date(2018, 1, 5), date(2018, 1, 13)))
    assert reading.separated[1::2].tolist() == [True] * 4
    assert reading.season_separated[1::2].tolist() == [False, True, True, False]


def test_child_with_a_parent_left_is_not_separated():
    """CBP's definition: no parent stays."""
    one, both = (
        family("Tue 10:00", adults=2, takes_second=takes, ground=Ground.PROSECUTION, release=HOUR)
        for takes in (False, True)
    )
    reading = _read(replication_of(one, both))
    assert reading.separated.tolist() == [False, False, False, False, False, True]
    assert reading.history.is_taken.tolist() == [True, False, False, True, True, False]


def test_parent_who_waits_for_court_is_taken():
    """Parted, and still at the station on the last minute."""
    facilities = facilities_of(days=3, hearings=["Fri 09:00"])
    reading = _read(replication_of(family("Tue 10:00", ground=Ground.PROSECUTION), facilities=facilities))
    assert reading.history.exit[0] == Exit.INSIDE
    assert reading.history.is_taken.tolist() == [True, False]


def test_parent_who_waits_for_release_with_the_child_is_not_taken():
    """One of two parents was taken; the other is still at the station with the child on the last minute."""
    case = family("Tue 10:00", adults=2, release=9 * DAY, ground=Ground.PROSECUTION)
    reading = _read(replication_of(case, facilities=facilities_of(days=3)))
    assert reading.history.exit.tolist() == [Exit.TO_COURT, Exit.INSIDE, Exit.INSIDE]
    assert reading.history.is_taken.tolist() == [True, False, False]


# --- census ---------------------------------------------------------------------------------------------------------


def test_census_counts_half_open_stays():
    """A stay holds at its first minute, not at its last; one never begun is none, one without an end goes on."""
    begins, ends = np.array([10, 10, 20, NEVER, 30]), np.array([20, 30, NEVER, NEVER, 30])
    moments = np.array([9, 10, 19, 20, 29, 30, 31])
    assert census(begins, ends, moments).tolist() == [0, 2, 2, 2, 2, 1, 1]


def test_census_summed_over_minutes_is_the_sum_of_stays():
    """Every minute of every stay is counted once."""
    generator = np.random.default_rng(7)
    begins = generator.integers(0, 900, 200)
    ends = begins + generator.integers(0, 100, 200)
    assert census(begins, ends, np.arange(1000)).sum() == (ends - begins).sum()


def test_census_does_not_depend_on_the_order_of_stays():
    """Shuffled rows, unsorted moments: each moment gets its own count."""
    begins, ends, moments = np.array([30, 10]), np.array([40, 35]), np.array([38, 12, 32])
    assert census(begins, ends, moments).tolist() == census(begins[::-1], ends[::-1], moments).tolist() == [1, 1, 2]


def test_a_family_that_nobody_groups_stands_apart_from_intake_on():
    """It came as a family, and its child is among children without a parent; one not taken in is not yet."""
    one = family("Tue 10:00", grouped=False)
    late = family("Wed 10:00", grouped=False)
    facilities = facilities_of(agents={"Mon 00:00": 5, "Wed 00:00": 0}, days=4)
    reading = _read(replication_of(one, family("Tue 10:00"), late, facilities=facilities))
    assert reading.never_grouped.tolist() == [True, True, False, False, False, False]
    assert reading.without_parent.tolist() == [False, True, False, False, False, False]
    assert reading.placed_alone.tolist() == [False, True, False, False, False, False]
    assert reading.holding_kind.tolist() == [1, 1, 1, 1, 1, 1]


def test_first_of_a_case_is_the_parent_taken_first():
    """Of two parents the one who stands first; residents have nobody."""
    reading = _read(replication_of(family("Tue 10:00", adults=2), adult("Tue 10:00"), residents=[Resident()]))
    assert reading.first_of_case.tolist() == [-1, 1, 1, 1, 4]


def test_parents_removed_are_those_of_separated_children():
    """A single adult's removal is nobody's; a resident's parent counts if the child was separated."""
    removed = Adult(ice=DAY, removed=True)
    parted = family("Tue 10:00", parent=removed, ground=Ground.WARRANT)
    kept = family("Tue 10:00", ground=Ground.WARRANT)
    residents = [Resident(parent=EarlierParent.REMOVED), Resident(parent=EarlierParent.HERE), Resident()]
    reading = _read(replication_of(parted, kept, couple("Tue 10:00", removed, removed), residents=residents))
    assert np.flatnonzero(reading.parent_removed).tolist() == [0, 4]


def test_agents_serving_are_those_on_duty_less_the_diverted():
    """Six children in places for two, one agent for every two beyond: of five agents two care from the evening on."""
    cases = [alone("Mon 08:00", Child(), Child(), Child()) for _ in range(2)]
    facilities = facilities_of(
        agents={"Mon 00:00": 5, "Mon 14:00": 5, "Mon 22:00": 5},
        beds={"Mon 00:00": 0, "Mon 16:00": 9},
        rated_children=2,
        children_per_diverted_agent=2,
    )
    schedule = _read(replication_of(*cases, facilities=facilities)).serving["yuma"]
    assert schedule.capacity.tolist() == [5, 5, 5]
    schedule = _read(replication_of(*cases, facilities=facilities)).serving["big_bend"]
    assert schedule.capacity.tolist() == [5, 3, 5]
