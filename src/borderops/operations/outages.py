"""Outages of the link to mail: planned ones, and those that come by chance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from borderops import clock, entities, quantiles
from borderops.ages import YEAR_DAYS
from borderops.config.schema import STATIONS, Settings
from borderops.config.schema import Outages as OutageRules
from borderops.pressure import mail_out
from borderops.streams import Draws, Purpose
from borderops.units import DAY, HOUR

DAYS_BEFORE = 7
"""Days before the run on which an outage that lasts into it may begin."""


def outages(settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    """Draw the outages of every station.

    Parameters
    ----------
    settings : Settings
    draws : Draws

    Returns
    -------
    dict
        ``outage_station`` (int8), ``outage_begins`` and ``outage_ends`` (int64, minutes; the end is the first minute
        after), sorted by station and beginning; outages of a station that touch are one.
    """
    rules, stress = settings.referral.outages, settings.stress
    first = settings.window.first_day_played - timedelta(days=DAYS_BEFORE)
    days = np.arange(clock.day_of(first), clock.day_of(settings.window.end) + 1)
    rows = [
        (station, begins, ends)
        for station, name in enumerate(STATIONS)
        for begins, ends in _merged(
            sorted([*_by_chance(rules, station, days, draws), *_planned(rules, name), *mail_out(stress, name)])
        )
    ]
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    return {
        "outage_station": columns[:, 0].astype(np.int8),
        "outage_begins": columns[:, 1].copy(),
        "outage_ends": columns[:, 2].copy(),
    }


def _by_chance(rules: OutageRules, station: int, days: np.ndarray, draws: Draws) -> Iterator[tuple[int, int]]:
    """At most one outage begins at a station on a day."""
    number = entities.pack(days, station, entities.EVENT, 0)
    share = min(rules.per_station_year / YEAR_DAYS, 1.0)
    found = np.flatnonzero(draws.uniforms(number, Purpose.OUTAGE) < share)
    minute = quantiles.whole(draws.uniforms(number[found], Purpose.OUTAGE_MINUTE), 0, DAY - 1)
    uniforms = draws.uniforms(number[found], Purpose.OUTAGE_LENGTH)
    length = quantiles.lognormal_minutes(uniforms, rules.lasts.median_hours * HOUR, rules.lasts.sigma)
    begins = days[found] * DAY + minute
    yield from zip(begins.tolist(), (begins + length).tolist(), strict=True)


def _planned(rules: OutageRules, station: str) -> Iterator[tuple[int, int]]:
    for one in rules.planned:
        if not one.stations or station in one.stations:
            begins = clock.minute_of(one.day) + round(one.hour * HOUR)
            yield begins, begins + max(round(one.lasts_hours * HOUR), 1)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order of beginning, with those that touch made one."""
    merged: list[tuple[int, int]] = []
    for begins, ends in spans:
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged
