"""The census of shelters without a shortage, against renewal theory: residual stays, level census, calendar pace.

A census meets long stays more often, each at a uniform point. So the share of residents still there after t days is
the mean excess of a stay over t, divided by the mean stay, and arrivals at census over mean stay keep it level.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import special
from tests.builders import (
    FIRST,
    FIRST_DAY,
    Child,
    Resident,
    alone,
    copies_of,
    facilities_of,
    plan_of,
    play,
    settings_of,
)

from borderops.config.schema import PaceStep, Settings
from borderops.forecast.reading import census
from borderops.operations.history import History
from borderops.operations.plan import Plan
from borderops.population.residents import Residents, draw_residents
from borderops.quantiles import category, lognormal_minutes
from borderops.streams import Draws
from borderops.units import DAY

QUANTILE = 3.29
"""Of the 99.9 % interval."""

REPLICATIONS = 3
DAYS = np.array([5, 15, 30, 60, 120, 240])


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The shipped shelters from 1 January 2018, at pace 1 for good."""
    shipped = settings_of()
    window = shipped.window.model_copy(update={"start": FIRST_DAY, "end": date(2018, 9, 30), "lead_in_days": 0})
    orr = shipped.orr.model_copy(update={"pace": [PaceStep(begins=date(2010, 1, 1), pace=1.0)]})
    return shipped.model_copy(update={"window": window, "orr": orr})


@pytest.fixture(scope="module")
def residents(settings) -> list[Residents]:
    """Residents of the first minute, drawn afresh for each replication."""
    return [draw_residents(settings, Draws(settings.seed, number)) for number in range(REPLICATIONS)]


def _mean_stay(settings: Settings) -> float:
    """Mean days of work of a stay that begins."""
    return sum(one.share * one.median_days * np.exp(one.sigma**2 / 2.0) for one in settings.orr.sponsors)


def _still_there(settings: Settings, days: np.ndarray) -> np.ndarray:
    """Share of residents who stay longer than so many days of work from now."""
    excess = np.zeros(days.size)
    for one in settings.orr.sponsors:
        location = np.log(one.median_days)
        mean = np.exp(location + one.sigma**2 / 2.0)
        reach = (location - np.log(days)) / one.sigma
        excess += one.share * (mean * special.ndtr(reach + one.sigma) - days * special.ndtr(reach))
    return excess / _mean_stay(settings)


def _plan(residents: Residents) -> Plan:
    """Residents alone; all are small, so that no birthday ends a stay."""
    rows = zip(residents.admitted_at.tolist(), residents.work_left.tolist(), strict=True)
    plan = plan_of(residents=[Resident(since=since, body=Child(age=1)) for since, _ in rows])
    return replace(plan, resident_kind=residents.kind.copy(), resident_work=residents.work_left.copy())


def _counts(history: History, days: np.ndarray) -> np.ndarray:
    return census(history.admitted_at, history.left_shelter_at, FIRST + days * DAY)


def assert_counts(counts: np.ndarray, expected: np.ndarray, deviation: np.ndarray) -> None:
    """Each count lies in the 99.9 % interval around what is expected."""
    found = ", ".join(f"{one:.0f} for {mean:.0f}" for one, mean in zip(counts, expected, strict=True))
    assert (np.abs(counts - expected) < QUANTILE * deviation).all(), found


def test_time_served_is_that_of_length_biased_stays_at_a_uniform_point(settings, residents):
    """The past of a stay in progress has the same distribution as its rest."""
    served = np.concatenate([(FIRST - one.admitted_at) / DAY for one in residents])
    share = _still_there(settings, DAYS)
    expected = served.size * share
    assert_counts((served[:, None] > DAYS).sum(axis=0), expected, np.sqrt(expected * (1 - share)))


def test_census_of_residents_decays_as_residual_stays_do(settings, residents):
    """Without arrivals the census after 5 to 240 days is binomial with the residual share."""
    facilities = facilities_of(days=250, beds=10_000)
    histories = [play(_plan(one), facilities) for one in residents]
    size, share = sum(one.number.size for one in residents), _still_there(settings, DAYS)
    counts = sum(_counts(history, DAYS) for history in histories)
    assert size > 10_000
    assert_counts(counts, size * share, np.sqrt(size * share * (1 - share)))


def test_census_follows_the_pace_of_the_calendar(settings, residents):
    """At half the pace from day 30 on, 60 days do the work of 45, and 120 that of 75."""
    history = play(_plan(residents[0]), facilities_of(days=130, beds=10_000, pace={0: 1.0, 30: 0.5}))
    days, work = np.array([30, 60, 120]), np.array([30, 45, 75])
    size, share = residents[0].number.size, _still_there(settings, work)
    assert_counts(_counts(history, days), size * share, np.sqrt(size * share * (1 - share)))


def test_census_stays_level_when_arrivals_replace_releases(settings, residents):
    """Poisson arrivals at census over mean stay: level on the mean of replications, on every day looked at."""
    days, size = np.array([5, 15, 30, 60, 120]), 1500
    counts = []
    for number, one in enumerate(residents):
        thinned = {name: column[:: one.number.size // size][:size] for name, column in one.columns().items()}
        history = play(_with_arrivals(settings, Residents(**thinned), number), facilities_of(days=130, beds=10_000))
        counts.append(_counts(history, days))
    share = _still_there(settings, days)
    # Binomial residents and Poisson arrivals: n R (1 - R) + n (1 - R).
    deviation = np.sqrt(size * (1 - share**2) / REPLICATIONS)
    assert_counts(np.mean(counts, axis=0), np.full(days.size, size), deviation)


def _with_arrivals(settings: Settings, residents: Residents, number: int) -> Plan:
    """Residents and, for 130 days, children alone whose stays begin when they are apprehended."""
    generator = np.random.default_rng(100 + number)
    rate = residents.number.size / _mean_stay(settings) / DAY
    count = generator.poisson(rate * 130 * DAY)
    minutes = np.sort(generator.integers(FIRST, FIRST + 130 * DAY, count))
    sponsors = settings.orr.sponsors
    sponsor = category(generator.random(count), np.array([one.share for one in sponsors]))
    median = np.array([one.median_days for one in sponsors])[sponsor] * DAY
    stays = lognormal_minutes(generator.random(count), median, np.array([one.sigma for one in sponsors])[sponsor])
    arrivals = copies_of(alone(FIRST, Child(age=1), intake=0, processing=0), minutes, stay_minutes=stays)
    return _joined(_plan(residents), arrivals)


def _joined(residents: Plan, arrivals: Plan) -> Plan:
    """One plan: residents' rows first, then those of the arrivals."""
    columns = {name: np.concatenate([column, getattr(arrivals, name)]) for name, column in residents.columns().items()}
    columns["case_first"] = columns["case_first"] + np.int32(residents.resident.size)
    columns["child_row"][residents.resident.size :] += np.int32(residents.resident.size)
    return Plan(**columns)
