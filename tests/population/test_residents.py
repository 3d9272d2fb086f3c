"""Children in shelters on the first minute: as many as published, with the stays a census sees."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from borderops import clock
from borderops.ages import age_years
from borderops.config.schema import BED_KINDS, PaceStep
from borderops.pace import PER_MINUTE, moment_of, pace_table, work_done_by
from borderops.population.people import COUNTRIES, Sex, Stratum
from borderops.population.residents import Residents, census_on, draw_residents
from borderops.streams import Draws
from borderops.units import DAY, NEVER


@cache
def _residents(replication: int = 0) -> Residents:
    return draw_residents(worlds.shipped(), Draws(worlds.SEED, replication))


def _first_day() -> int:
    return worlds.first_day(worlds.shipped())


# --- how many -----------------------------------------------------------------------------------------------------


def test_as_many_residents_as_the_census_of_the_evening_before():
    """The census path is given, not drawn: every replication begins with it."""
    expected = census_on(worlds.shipped().orr, _first_day() - 1)
    assert {_residents(number).number.size for number in range(3)} == {expected}


def test_census_path_meets_its_points_and_joins_them_by_straight_lines():
    """On a published day the published count; half way the mean; outside the path its ends."""
    orr = worlds.settings_with(
        {"orr.census_path": [{"day": "2018-01-10", "children": 100}, {"day": "2018-01-20", "children": 300}]}
    ).orr
    days = [clock.day_of(date(2018, 1, day)) for day in (1, 10, 15, 20, 31)]
    assert [census_on(orr, day) for day in days] == [100, 100, 200, 300, 300]


@pytest.mark.parametrize("day", [date(2018, 4, 29), date(2018, 5, 29)])
def test_census_path_holds_the_published_days(day):
    """8,886 children on 29 April and 10,773 on 29 May 2018."""
    expected = {date(2018, 4, 29): 8886, date(2018, 5, 29): 10_773}
    assert census_on(worlds.shipped().orr, clock.day_of(day)) == expected[day]


def test_a_smaller_census_is_part_of_a_larger_one():
    """Residents are numbered: fewer beds taken leaves out the last, and changes nobody else but by the kind of bed."""
    few = draw_residents(
        worlds.settings_with({"orr.census_path": [{"day": "2018-01-01", "children": 500}]}), Draws(worlds.SEED, 0)
    )
    for name, column in few.columns().items():
        assert np.array_equal(column, _residents().columns()[name][:500]), name


# --- who ----------------------------------------------------------------------------------------------------------


def test_residents_fit_their_beds():
    """On the first day: 12 or younger, girls of 13 to 17, boys of 13 to 17."""
    residents = _residents()
    age = age_years(residents.birth_day, np.full(residents.number.size, _first_day()))
    small, girls, boys = (residents.kind == kind for kind in range(len(BED_KINDS)))
    assert age[small].min() == 0
    assert age[small].max() == 12
    assert set(age[girls | boys].tolist()) == {13, 14, 15, 16, 17}
    assert (residents.sex[girls] == Sex.FEMALE).all()
    assert (residents.sex[boys] == Sex.MALE).all()
    assert residents.sex[small].mean() == pytest.approx(0.5, abs=4.5 * 0.5 / np.sqrt(small.sum()))


def test_kinds_of_bed_come_in_their_shares():
    """Within one in a thousand, without any draw; the first thousand residents are mixed like all."""
    shares = [getattr(worlds.shipped().orr.census_kinds, kind) for kind in BED_KINDS]
    kind = _residents().kind
    assert np.bincount(kind) / kind.size == pytest.approx(shares, abs=1e-3)
    assert np.bincount(kind[:1000]) / 1000 == pytest.approx(shares, abs=5e-3)


def test_residents_come_from_countries_whose_children_are_placed():
    """Children from Mexico are returned, so none is in a shelter; the others keep their proportions."""
    mix = worlds.shipped().people.citizenship.children_alone
    found = np.bincount(_residents().citizenship, minlength=len(COUNTRIES)) / _residents().number.size
    assert found[COUNTRIES.index("MX")] == 0
    share = mix["GT"] / (1 - mix["MX"])
    assert found[COUNTRIES.index("GT")] == pytest.approx(share, abs=4.5 * np.sqrt(share / _residents().number.size))


def test_some_residents_were_separated_before():
    """In the share of the settings, within 4.5 standard errors."""
    share = worlds.shipped().orr.residents_separated_share
    found = _residents().was_separated
    assert found.mean() == pytest.approx(share, abs=4.5 * np.sqrt(share / found.size))


def test_residents_lead_the_table_of_people():
    """They stand before those who come, one a party, as the residents who were drawn."""
    people = worlds.people_of_spring()
    settings = worlds.settings_with(worlds.SPRING)
    residents = draw_residents(settings, Draws(worlds.SEED, 0))
    count = residents.number.size
    assert (people.stratum == Stratum.RESIDENT).sum() == count
    assert np.array_equal(people.party_number[:count], residents.number)
    assert np.array_equal(people.birth_day[:count], residents.birth_day)
    assert np.array_equal(people.apprehended_at[:count], residents.apprehended_at)


# --- stays --------------------------------------------------------------------------------------------------------


def test_residents_came_before_the_first_minute_and_have_work_left():
    """Apprehended, then admitted, then the run begins; nobody's stay is over."""
    residents = _residents()
    assert (residents.apprehended_at < residents.admitted_at).all()
    assert (residents.admitted_at <= _first_day() * DAY).all()
    assert residents.work_left.min() >= 0


def test_no_resident_was_apprehended_before_birth():
    """Over 10 replications every resident is born when apprehended."""
    for number in range(10):
        residents = _residents(number)
        assert (residents.birth_day * DAY <= residents.apprehended_at).all()


def test_residual_stays_are_length_biased():
    """Mean work left is E[L**2] / 2 E[L] of the stays of those who enter, within 4.5 standard errors.

    Half the mean of a length-biased stay: who looks at a census finds the long stays.
    """
    orr = worlds.shipped().orr
    share, median, sigma = (
        np.array([getattr(one, name) for one in orr.sponsors]) for name in ("share", "median_days", "sigma")
    )
    mean = (share * median * np.exp(sigma**2 / 2)).sum()
    mean_square = (share * median**2 * np.exp(2 * sigma**2)).sum()
    left = np.concatenate([_residents(number).work_left for number in range(4)]) / (DAY * PER_MINUTE)
    expected = mean_square / (2 * mean)
    assert left.mean() == pytest.approx(expected, abs=4.5 * left.std() / np.sqrt(left.size))
    assert expected > 1.2 * mean / 2


def test_time_served_and_work_left_mirror_each_other():
    """A census meets a stay at a uniform point: at a steady pace of 1 the time served has the law of the work left."""
    settings = worlds.settings_with({"orr.pace": [{"begins": "2010-01-01", "pace": 1.0}]})
    residents = draw_residents(settings, Draws(worlds.SEED, 0))
    served = _first_day() * DAY - residents.admitted_at
    left = residents.work_left / PER_MINUTE
    quantiles = [0.1, 0.25, 0.5, 0.75, 0.9]
    assert np.quantile(served, quantiles) == pytest.approx(np.quantile(left, quantiles), rel=0.08)


def test_kinds_of_sponsor_are_length_biased():
    """Those whose stays are long are met more often: shares in proportion to share times mean stay."""
    sponsors = worlds.shipped().orr.sponsors
    weight = np.array([one.share * one.median_days * np.exp(one.sigma**2 / 2) for one in sponsors])
    weight /= weight.sum()
    found = np.bincount(_residents().sponsor, minlength=len(sponsors)) / _residents().number.size
    assert found == pytest.approx(weight, abs=4.5 * 0.5 / np.sqrt(_residents().number.size))


# --- pace of releases ---------------------------------------------------------------------------------------------

STEPS = [PaceStep(begins=date(2018, 1, 1), pace=1.0), PaceStep(begins=date(2018, 2, 1), pace=0.5)]
FIRST, LAST = date(2018, 1, 20), date(2018, 3, 1)


def test_work_is_done_at_the_pace_of_its_day():
    """A full day at pace 1, half as much from 1 February on, and the first step's pace before it."""
    pace = pace_table(STEPS, FIRST, LAST)
    midnight = clock.minute_of(date(2018, 2, 1))
    done = work_done_by(pace, midnight + np.array([-DAY, 0, 1, DAY])) / PER_MINUTE
    assert np.diff(done).tolist() == [1440, 0.5, 719.5]
    early = work_done_by(pace, clock.minute_of(date(2017, 6, 1)) + np.array([0, DAY])) / PER_MINUTE
    assert np.diff(early).tolist() == [1440]


@given(minute=st.integers(clock.minute_of(date(2017, 1, 1)), clock.minute_of(date(2018, 12, 31))),
       work=st.integers(0, 90 * DAY * PER_MINUTE))  # fmt: skip
def test_stays_end_on_the_first_minute_that_finishes_their_work(minute, work):
    """Work is done at the moment found and not a minute earlier; the moment of work done by a minute is the minute."""
    pace = pace_table(STEPS, FIRST, LAST)
    begun = int(work_done_by(pace, np.array([minute]))[0])
    assert moment_of(pace, np.array([begun])).tolist() == [minute]
    end = int(moment_of(pace, np.array([begun + work]))[0])
    assert end >= minute
    if end != NEVER:
        before, after = work_done_by(pace, np.array([end - 1, end]))
        assert before < begun + work <= after or work == 0


def test_a_stay_beyond_the_table_never_ends_and_one_before_it_is_refused():
    """What lies beyond the days laid out is NEVER; what would have begun before them is an error."""
    pace = pace_table(STEPS, FIRST, LAST)
    assert moment_of(pace, pace.done[-1:]).tolist() == [NEVER]
    with pytest.raises(ValueError, match="before the table"):
        moment_of(pace, np.array([-1]))
