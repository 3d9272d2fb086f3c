"""Rows of tables: counts, shares and means as a whole, by age band and by station, and series by day.

Pure functions; what is counted is decided by those who call them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops import clock
from borderops.config.schema import STATIONS
from borderops.forecast.reading import AGE_BANDS, Reading
from borderops.operations.facilities import Schedule
from borderops.units import DAY

Row = tuple
"""Values of the key columns, then the value. Where several are arrays of one length, so many rows of a table."""

BEFORE_THE_RUN = "before_the_run"
"""Group of those who were apprehended before the run began, where a KPI counts them at all."""


def groups(reading: Reading, mask: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    """Rows of a mask as a whole, by age band and by station played: no average may hide a stratum.

    Parameters
    ----------
    reading : Reading
    mask : ndarray of bool, shape (n,)

    Yields
    ------
    tuple of str, str and ndarray of int64
        Kind of group, group, rows.
    """
    rows = np.flatnonzero(mask)
    yield "all", "all", rows
    band, station = reading.band[rows], reading.station[rows]
    for place, label in enumerate(AGE_BANDS):
        yield "age_band", label, rows[band == place]
    for name in reading.stations:
        yield "station", name, rows[station == STATIONS.index(name)]
    before = rows[station < 0]
    if before.size:
        yield "station", BEFORE_THE_RUN, before


def counts(reading: Reading, kpi: str, mask: np.ndarray, by_age: bool = True) -> Iterator[Row]:
    """Counts by group; ``by_age`` is False where adults are counted too, since age bands are of minors."""
    for kind, group, size in _sizes(reading, np.flatnonzero(mask), by_age):
        if size or group != BEFORE_THE_RUN:
            yield kpi, kind, group, size


def _sizes(reading: Reading, rows: np.ndarray, by_age: bool) -> list[tuple[str, str, int]]:
    """How many rows there are in each group of `groups`, and before the run even where there is none."""
    bands = np.bincount(reading.band[rows] + 1, minlength=len(AGE_BANDS) + 1)[1:].tolist() if by_age else ()
    before, *stations = np.bincount(reading.station[rows] + 1, minlength=len(STATIONS) + 1).tolist()
    return [
        ("all", "all", rows.size),
        *(("age_band", label, size) for label, size in zip(AGE_BANDS, bands, strict=False)),
        *(("station", name, stations[STATIONS.index(name)]) for name in reading.stations),
        ("station", BEFORE_THE_RUN, before),
    ]


def shares(reading: Reading, kpi: str, cohort: np.ndarray, within: np.ndarray, by_age: bool = True) -> Iterator[Row]:
    """Share of a cohort; a group without anybody has no share."""
    rows = np.flatnonzero(cohort)
    parts = _sizes(reading, rows[within[rows]], by_age)
    for (kind, group, whole), (_, _, part) in zip(_sizes(reading, rows, by_age), parts, strict=True):
        if whole:
            yield kpi, kind, group, part / whole


def means(reading: Reading, kpi: str, cohort: np.ndarray, values: np.ndarray) -> Iterator[Row]:
    """Mean of values, shape (n,), over a cohort; a group without anybody has no mean."""
    for kind, group, rows in groups(reading, cohort):
        if rows.size:
            yield kpi, kind, group, float(values[rows].mean())


# --- days -----------------------------------------------------------------------------------------------------------


def dates(reading: Reading) -> np.ndarray:
    """Days of the window, as datetime64[D]."""
    return np.datetime64(clock.EPOCH, "D") + reading.days


def per_day(reading: Reading, moments: np.ndarray) -> np.ndarray:
    """Events by day of the window, shape (days,)."""
    day = moments // DAY - reading.days[0]
    np.clip(day, -1, reading.days.size, out=day)
    return np.bincount(day + 1, minlength=reading.days.size + 2)[1:-1]


def series(reading: Reading, measure: str, group: str, values: np.ndarray) -> Iterator[Row]:
    """A daily measure: one row of a table a day of the window."""
    yield dates(reading), measure, group, values


def unit_minutes(schedule: Schedule, moments: np.ndarray) -> np.ndarray:
    """Unit minutes that a schedule offers between moments in ascending order, float64, one fewer than moments."""
    lasts = np.diff(schedule.at, append=max(int(moments[-1]), int(schedule.at[-1])))
    offered = np.concatenate([[0], np.cumsum(lasts * schedule.capacity)])
    ends = np.append(schedule.at, schedule.at[-1] + lasts[-1])
    return np.diff(np.interp(moments, ends, offered))


def unit_minutes_by_day(reading: Reading, schedule: Schedule) -> np.ndarray:
    """Unit minutes that a schedule offers on each day of the window, shape (days,)."""
    return unit_minutes(schedule, np.append(reading.days, reading.days[-1] + 1) * DAY)
