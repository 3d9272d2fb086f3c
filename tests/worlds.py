"""Settings and populations that several tests look at; each is made once a session.

Settings are the shipped ones with some values replaced by key, because what is tested is what is shipped.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from borderops import clock
from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.population.arrivals import Parties, draw_parties
from borderops.population.families import form_families
from borderops.population.people import NOBODY, People, Stratum
from borderops.streams import Draws
from borderops.units import DAY

SEED = 2018
FISCAL_YEAR_2018 = {"window.start": "2017-10-01", "window.end": "2018-09-30", "window.lead_in_days": 0}
SPRING = {"window.start": "2018-05-10", "window.end": "2018-05-23", "window.lead_in_days": 3}
"""Two weeks and three days of lead-in, in the middle of the season."""

COLUMNS_OF_PEOPLE = (
    "role", "sex", "birth_day", "citizenship", "given_1", "given_2", "surname_1", "surname_2",
    "has_prior_removal", "has_prior_crime",
)  # fmt: skip
COLUMNS_OF_PARTIES = ("party_number", "size", "stratum", "station", "event", "apprehended_at", "youngest_birth_day")


@cache
def shipped(scenario: str = "zero_tolerance_2018") -> Settings:
    """Settings of a scenario as shipped."""
    return compose([f"scenario={scenario}", f"seed={SEED}"]).settings


def settings_with(values: dict[str, Any] | None = None, scenario: str = "zero_tolerance_2018") -> Settings:
    """Shipped settings with values replaced by dotted key; types are checked."""
    everything = shipped(scenario).model_dump()
    for key, value in (values or {}).items():
        *above, last = key.split(".")
        place = everything
        for part in above:
            place = place[part]
        if last not in place:
            raise KeyError(key)
        place[last] = value
    return Settings.model_validate(everything)


def parties(settings: Settings, replication: int = 0) -> Parties:
    """Parties of a replication."""
    return draw_parties(settings, Draws(settings.seed, replication))


def people(settings: Settings, replication: int = 0) -> People:
    """People of a replication."""
    return form_families(settings, Draws(settings.seed, replication))


@cache
def people_of_fiscal_year() -> People:
    """Everybody of fiscal year 2018 in replication 0, about 465,000 persons; read-only."""
    return people(settings_with(FISCAL_YEAR_2018))


@cache
def people_of_spring() -> People:
    """Everybody of two weeks of May 2018 in replication 0; read-only."""
    return people(settings_with(SPRING))


def first_day(settings: Settings) -> int:
    """Day of the clock on which a run begins: the window's first day less the lead-in."""
    return clock.day_of(settings.window.start) - settings.window.lead_in_days


def day_of_apprehension(people: People) -> np.ndarray:
    """Day of the clock of each person's apprehension, shape (n,)."""
    return people.of_party("apprehended_at") // DAY


def has_arrived(people: People) -> np.ndarray:
    """True for those who come during the run, not in a shelter when it begins, shape (n,)."""
    return people.of_party("stratum") != Stratum.RESIDENT


def portraits(people: People, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Everything about some people that may not depend on who else comes: parents by number, not by row."""
    columns = {name: getattr(people, name)[rows] for name in COLUMNS_OF_PEOPLE}
    columns |= {name: people.of_party(name)[rows] for name in COLUMNS_OF_PARTIES}
    for parent in ("mother", "father"):
        row = getattr(people, parent)[rows]
        columns[parent] = np.where(row == NOBODY, NOBODY, people.number[row])
    columns["seat"] = rows - people.of_party("first_member")[rows]
    return {"number": people.number[rows], **columns}


def months_of(days: np.ndarray) -> np.ndarray:
    """Month of each day of the clock, as datetime64[M]."""
    return (np.datetime64(clock.EPOCH, "D") + np.asarray(days, dtype=np.int64)).astype("datetime64[M]")
