"""Children already in shelters when the run begins, with the time they have served and the work left of their stay.

Drawn from what a census sees: stays weighted by their length, each at a uniform point of its work. The count is the
published census, so it is given, not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borderops import clock, entities, quantiles
from borderops.ages import YEAR_DAYS
from borderops.config.schema import BED_KINDS, Orr, Settings
from borderops.pace import PER_MINUTE, moment_of, pace_table, work_done_by
from borderops.population.people import COUNTRIES, Sex, Stratum
from borderops.streams import Draws, Purpose
from borderops.tables import Table
from borderops.units import DAY

CONTIGUOUS = ("MX", "CA")
"""Countries whose children alone are screened and mostly returned, 8 U.S.C. 1232(a)(2)."""

UNKNOWN_STATION = -1
"""Where a resident was apprehended is not modelled."""

CUSTODY_BEFORE = 2 * DAY
"""Minutes between a resident's apprehension and admission; long ago, and no figure depends on them."""

YOUNGEST_DAYS = 60
"""Youngest age at admission, in days; makes the few older whom the draws would admit before they are born."""

LONGEST_SERVED_DAYS = 1200
"""Longest time served that the table of release work reaches back to."""


@dataclass(frozen=True)
class Residents(Table):
    """``r`` children in shelters on the first minute, sorted by entity number."""

    number: np.ndarray  # int64, entity number of the party of one
    kind: np.ndarray  # int8, index into BED_KINDS
    sex: np.ndarray  # int8
    birth_day: np.ndarray  # int32
    citizenship: np.ndarray  # int8
    station: np.ndarray  # int8, UNKNOWN_STATION
    apprehended_at: np.ndarray  # int64
    admitted_at: np.ndarray  # int64
    sponsor: np.ndarray  # int8, row of settings.orr.sponsors
    work_left: np.ndarray  # int64, see `borderops.pace`
    was_separated: np.ndarray  # bool, taken from a parent before the run


def census_on(orr: Orr, day: int) -> int:
    """Children in care at the end of a day: published points, joined by straight lines, level outside them."""
    days = [clock.day_of(point.day) for point in orr.census_path]
    return round(float(np.interp(day, days, [point.children for point in orr.census_path])))


def draw_residents(settings: Settings, draws: Draws) -> Residents:
    """Draw the children in shelters at the first minute played.

    Parameters
    ----------
    settings : Settings
    draws : Draws

    Returns
    -------
    Residents
        As many as the census path says for the evening before.
    """
    orr, day = settings.orr, clock.day_of(settings.window.first_day_played)
    count = census_on(orr, day - 1)
    number = entities.pack(0, entities.EVERYWHERE, Stratum.RESIDENT, np.arange(count))
    kind = _kinds(orr, count)
    sponsor, work, served = _stays(orr, number, draws)
    pace = pace_table(orr.pace, settings.window.first_day_played, settings.window.end)
    now = work_done_by(pace, np.array([day * DAY]))[0]
    admitted = moment_of(pace, np.maximum(now - served, now - _most_work(pace, day)))
    sex, birth_day = _bodies(kind, number, day, draws)
    birth_day = np.minimum(birth_day, admitted // DAY - YOUNGEST_DAYS).astype(np.int32)
    mix = settings.people.citizenship.children_alone
    placed = np.array([0.0 if country in CONTIGUOUS else mix.get(country, 0.0) for country in COUNTRIES])
    uniforms = draws.uniforms(number, Purpose.CITIZENSHIP)
    return Residents(
        number=number,
        kind=kind,
        sex=sex,
        birth_day=birth_day,
        citizenship=quantiles.category(uniforms, placed / placed.sum()).astype(np.int8),
        station=np.full(count, UNKNOWN_STATION, dtype=np.int8),
        apprehended_at=admitted - CUSTODY_BEFORE,
        admitted_at=admitted,
        sponsor=sponsor.astype(np.int8),
        work_left=work - served,
        was_separated=draws.uniforms(number, Purpose.RESIDENT_SEPARATED) < orr.residents_separated_share,
    )


def _most_work(pace, day: int) -> int:
    return int(pace.done[day - pace.first_day] - pace.done[day - LONGEST_SERVED_DAYS - pace.first_day])


def _kinds(orr: Orr, count: int) -> np.ndarray:
    """Kinds of bed in fixed shares; spread evenly over the residents, so that no draw is needed."""
    shares = np.array([getattr(orr.census_kinds, kind) for kind in BED_KINDS])
    position = (np.arange(count) + 0.5) * 0.6180339887498949 % 1.0
    return quantiles.category(position, shares).astype(np.int8)


def _stays(orr: Orr, number: np.ndarray, draws: Draws) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sponsor, whole work and work served, weighted by length: a census meets long stays more often."""
    means = np.array([one.share * one.median_days * np.exp(one.sigma**2 / 2.0) for one in orr.sponsors])
    sponsor = quantiles.category(draws.uniforms(number, Purpose.RESIDENT_SPONSOR), means / means.sum())
    sigma = np.array([one.sigma for one in orr.sponsors])[sponsor]
    # The length-biased log-normal is the log-normal with its median times exp(sigma squared).
    median = np.array([one.median_days for one in orr.sponsors])[sponsor] * np.exp(sigma**2) * DAY
    stay = quantiles.lognormal_minutes(draws.uniforms(number, Purpose.RESIDENT_STAY), median, sigma)
    work = stay.astype(np.int64) * PER_MINUTE
    served = np.floor(work * draws.uniforms(number, Purpose.RESIDENT_SERVED)).astype(np.int64)
    return sponsor, work, served


def _bodies(kind: np.ndarray, number: np.ndarray, day: int, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Sex and birth day that fit the kind of bed."""
    uniforms = draws.uniforms(number, Purpose.RESIDENT_AGE)
    small = kind == BED_KINDS.index("age_0_12")
    years = np.where(small, 13.0 * np.sqrt(uniforms), 13.0 + 4.9 * np.sqrt(uniforms))
    boy = draws.uniforms(number, Purpose.SEX) < 0.5
    sex = np.where(small, boy, kind == BED_KINDS.index("boys_13_17"))
    age_days = np.where(small, np.minimum(years, 12.98), years) * YEAR_DAYS
    return np.where(sex, Sex.MALE, Sex.FEMALE).astype(np.int8), (day - np.ceil(age_days)).astype(np.int32)
