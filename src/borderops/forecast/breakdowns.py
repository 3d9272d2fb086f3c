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
"""Values of the key columns, then the value."""

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
    for kind, group, rows in groups(reading, mask):
        if by_age or kind != "age_band":
            yield kpi, kind, group, rows.size


def shares(reading: Reading, kpi: str, cohort: np.ndarray, within: np.ndarray, by_age: bool = True) -> Iterator[Row]:
    """Share of a cohort; a group without anybody has no share."""
    for kind, group, rows in groups(reading, cohort):
        if rows.size and (by_age or kind != "age_band"):
            yield kpi, kind, group, int(within[rows].sum()) / rows.size


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
    inside = moments[reading.in_window(moments)]
    return np.bincount(inside // DAY - reading.days[0], minlength=reading.days.size)


def series(reading: Reading, measure: str, group: str, values: np.ndarray) -> Iterator[Row]:
    """Rows of a daily measure, one a day of the window."""
    yield from ((day, measure, group, value) for day, value in zip(dates(reading), values, strict=True))


def unit_minutes(schedule: Schedule, moments: np.ndarray) -> np.ndarray:
    """Unit minutes that a schedule offers between moments in ascending order, float64, one fewer than moments."""
    lasts = np.diff(schedule.at, append=max(int(moments[-1]), int(schedule.at[-1])))
    offered = np.concatenate([[0], np.cumsum(lasts * schedule.capacity)])
    ends = np.append(schedule.at, schedule.at[-1] + lasts[-1])
    return np.diff(np.interp(moments, ends, offered))


def unit_minutes_by_day(reading: Reading, schedule: Schedule) -> np.ndarray:
    """Unit minutes that a schedule offers on each day of the window, shape (days,)."""
    return unit_minutes(schedule, np.append(reading.days, reading.days[-1] + 1) * DAY)
