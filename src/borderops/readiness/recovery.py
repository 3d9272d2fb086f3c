"""How a stress hurts and how fast it heals: time to overload, time to recover, peak and area of what is too much.

Read off daily series of a stressed season and, where there is one, of the same season without the stress: replication
r of both meets the same luck, so that what lies between them is the stress alone. Too much is what a resource cannot
serve at the end of a day: children waiting for a bed, people beyond the rated places, time of coordinators and slots of
courts beyond `LIMIT`. People held at stations stand beside them, since a stress of the mail shows there: of them only
what the stress adds is told. Works on tables; it plays nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from borderops.forecast.intervals import ranks_around, share_interval, tail_of
from borderops.forecast.results import Sample

LIMIT: Final = 0.95
"""Share of the time of coordinators, or of the slots of courts, beyond which they count as overloaded. Assumed."""

STEADY: Final = 3
"""Days in a row on which it has to be as without the stress, before it counts as recovered. Assumed."""

CALM: Final = 0.02
"""As without the stress: within this share of the most that the stress added. Assumed."""

HALF: Final = 0.5
NEVER: Final = math.inf


@dataclass(frozen=True)
class Resource:
    """Something finite, and what is too much of it.

    Parameters
    ----------
    name : str
        ``beds.age_0_12``, ``stations.children``, ``coordinators.yuma``, ``courts``.
    unit : str
        Of what is too much.
    words : str
        What it is, in words.
    is_limited : bool
        Whether there is a limit beyond which it is too much; without one only what a stress adds can be told.
    """

    name: str
    unit: str
    words: str
    is_limited: bool = True


@dataclass(frozen=True)
class Course:
    """What a season did to one resource; times in days from the beginning of the stress.

    Parameters
    ----------
    overloaded_after : float
        To the end of the first day with too much; infinite where there is none, NaN where there is no limit.
    recovered_after : float
        To the first of `STEADY` days as without the stress, after its worst; 0 where it added nothing, infinite where
        the run ends before.
    peak : float
        Most that was too much at the end of a day.
    peak_added : float
        Most that the stress added to that of the same season without it.
    area_added : float
        Sum over days of what it added.
    half_life : float
        Days from the worst to half of what was added then; NaN where it added nothing, infinite where the run ends
        before.
    """

    overloaded_after: float
    recovered_after: float
    peak: float
    peak_added: float
    area_added: float
    half_life: float


def follow(excess: np.ndarray, usual: np.ndarray | None = None, *, start: int = 0) -> Course:
    """Follow what is too much of a resource from the beginning of a stress on.

    Parameters
    ----------
    excess : ndarray of float64, shape (days,)
        What is too much at the end of each day, 0 or more; NaN on a day that does not tell, such as one without court.
    usual : ndarray of float64, shape (days,), optional
        The same without the stress; 0 throughout where it is left out.
    start : int
        Place of the first day of the stress.

    Returns
    -------
    Course

    Notes
    -----
    Crossings lie between two days by a straight line. A resource served at rate ``m`` and asked for at rate ``a > m``
    for ``T`` days and ``b < m`` afterwards has the fluid limits ``peak = (a - m) T``, ``recovered_after = T (a - b) /
    (m - b)`` and ``half_life = peak / (2 (m - b))``, up to what `CALM` leaves.
    """
    after = _filled(excess[start:])
    base = np.zeros(after.size) if usual is None else _filled(usual[start:])
    if not after.size:
        raise ValueError("the stress begins after the last day")
    added = after - base
    over = np.flatnonzero(after > 0)
    most, worst = float(added.max()), int(added.argmax())
    first = float(over[0] + 1) if over.size else NEVER
    if most <= 0:
        return Course(first, 0.0, float(after.max()), 0.0, 0.0, math.nan)
    back = _calm_from(added, worst, CALM * most)
    half = _crossing(added, worst, HALF * most)
    area = float(np.maximum(added, 0.0).sum())
    return Course(first, back, float(after.max()), most, area, half - (worst + 1))


def _filled(values: np.ndarray) -> np.ndarray:
    """Values with days that tell nothing taken as the day before them."""
    series = pd.Series(np.asarray(values, dtype=np.float64)).ffill().fillna(0.0)
    return series.to_numpy()


def _calm_from(added: np.ndarray, worst: int, level: float) -> float:
    """Days to the first of `STEADY` days in a row at or below a level, after the worst day."""
    calm = added <= level
    for day in range(worst + 1, added.size - STEADY + 1):
        if calm[day : day + STEADY].all():
            return _between(added, day, level)
    return NEVER


def _crossing(added: np.ndarray, worst: int, level: float) -> float:
    """Days to the first value at or below a level, from the worst day on."""
    below = np.flatnonzero(added[worst:] <= level)
    return _between(added, worst + int(below[0]), level) if below.size else NEVER


def _between(added: np.ndarray, day: int, level: float) -> float:
    """Days to where a straight line from the day before comes down to a level; ends of days count."""
    before, value = added[day - 1], added[day]
    part = (before - level) / (before - value) if before > level else 0.0
    return day + part


# --- series -------------------------------------------------------------------------------------------------------

PLACES: Final = {"single_adults": "single adults", "families": "families", "children": "children"}


def excesses(daily: Sample) -> Iterator[tuple[Resource, np.ndarray, np.ndarray]]:
    """Yield each resource with its days and what was too much of it.

    Parameters
    ----------
    daily : Sample
        The table ``daily``.

    Yields
    ------
    resource : Resource
    days : ndarray of datetime64
    excess : ndarray of float64, shape (days, replications)
    """
    grouped = daily.keys.groupby(["measure", "group"], sort=False).indices.items()
    rows = {(str(key[0]), str(key[1])): np.asarray(some) for key, some in grouped}  # type: ignore[index]

    def series(measure: str, group: str) -> tuple[np.ndarray, np.ndarray]:
        places = rows[measure, group]
        return daily.keys["day"].to_numpy()[places], daily.values[places]

    for measure, name in rows:
        if measure == "waiting_for_bed":
            words = f"children waiting for a bed, {name.replace('_', ' ')}"
            yield Resource(f"beds.{name}", "children", words), *series(measure, name)
        elif measure == "station_census" and ("station_rated", name) in rows:
            days, held = series(measure, name)
            over = np.maximum(held - series("station_rated", name)[1], 0.0)
            yield Resource(f"stations.{name}", "persons", f"{PLACES.get(name, name)} beyond rated places"), days, over
            yield Resource(f"held.{name}", "persons", f"{PLACES.get(name, name)} at stations", False), days, held
        elif measure == "coordinators_busy":
            days, busy = series(measure, name)
            words = f"coordinators of {name.replace('_', ' ')} beyond {LIMIT:.0%} of their time"
            yield Resource(f"coordinators.{name}", "share", words), days, np.maximum(busy - LIMIT, 0.0)
    heard = [series(measure, name) for measure, name in rows if measure == "adults_heard"]
    if heard and ("court_slots", "all") in rows:
        days, slots = series("court_slots", "all")
        total = np.sum([values for _, values in heard], axis=0)
        used = np.divide(total, slots, out=np.full(slots.shape, np.nan), where=slots > 0)
        yield (
            Resource("courts", "share", f"courts beyond {LIMIT:.0%} of their slots"),
            days,
            np.maximum(used - LIMIT, 0.0),
        )


COURSE_COLUMNS: Final = (
    "resource", "unit", "replication", "overloaded_after", "recovered_after", "peak", "peak_added", "area_added",
    "half_life",
)  # fmt: skip


def courses(daily: Sample, begins: date, usual: Sample | None = None) -> pd.DataFrame:
    """Follow every resource through every season.

    Parameters
    ----------
    daily : Sample
        Of the stressed seasons.
    begins : date
        First day of the stress.
    usual : Sample, optional
        Of the same replications without the stress; those that only one of the two has are left out.

    Returns
    -------
    DataFrame
        Columns `COURSE_COLUMNS`, a row a resource and replication.
    """
    numbers = daily.replications if usual is None else np.intersect1d(daily.replications, usual.replications)
    mine = np.searchsorted(daily.replications, numbers)
    base = {} if usual is None else {one.name: (days, some) for one, days, some in excesses(usual)}
    its = mine if usual is None else np.searchsorted(usual.replications, numbers)
    rows = []
    for resource, days, excess in excesses(daily):
        if usual is None and not resource.is_limited:
            continue
        start = int(np.searchsorted(days, np.datetime64(begins)))
        if start >= days.size:
            continue
        without = _same_days(base.get(resource.name), days, its) if usual is not None else None
        for place, number in enumerate(numbers.tolist()):
            beside = None if without is None else without[:, place]
            course = follow(excess[:, mine[place]], beside, start=start)
            if not resource.is_limited:
                course = replace(course, overloaded_after=math.nan)
            rows.append((resource.name, resource.unit, number, *vars(course).values()))
    return pd.DataFrame(rows, columns=list(COURSE_COLUMNS))


def _same_days(found: tuple[np.ndarray, np.ndarray] | None, days: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
    """The series without the stress on the days of that with it; None where nobody measured it."""
    if found is None or not np.array_equal(found[0], days):
        return None
    return found[1][:, columns]


# --- over seasons -------------------------------------------------------------------------------------------------

SUMMARY_COLUMNS: Final = (
    "resource", "unit", "figure", "n", "reached", "share", "share_low", "share_high", "median", "median_low",
    "median_high", "low", "high",
)  # fmt: skip
"""Of each resource and figure: seasons, those in which it is a finite number with the interval of their share, the
median with its interval, and the ends between which ``level`` of the seasons lie. Infinite is *not by the end*."""

FIGURES: Final = ("overloaded_after", "recovered_after", "peak", "peak_added", "area_added", "half_life")


def summarise_courses(found: pd.DataFrame, level: float) -> pd.DataFrame:
    """Summarise courses over seasons.

    Parameters
    ----------
    found : DataFrame
        As `courses` gives it.
    level : float
        Of all intervals.

    Returns
    -------
    DataFrame
        Columns `SUMMARY_COLUMNS`. Seasons that do not have a figure, such as the half-life of what was never added,
        are not among its ``n``; seasons that do not reach it by the end are, as infinite.
    """
    rows = []
    for (resource, unit), some in found.groupby(["resource", "unit"], sort=False):
        for figure in FIGURES:
            values = np.sort(some[figure].dropna().to_numpy(dtype=np.float64))
            if values.size:
                rows.append((resource, unit, figure, *_summary(values, level)))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _summary(ordered: np.ndarray, level: float) -> tuple[float, ...]:
    n, reached = ordered.size, int(np.isfinite(ordered).sum())
    share = share_interval(np.array(reached), np.array(n), level, "exact")
    below, above = ranks_around(n, HALF, tail_of(level))
    low = ordered[below - 1] if below >= 1 else -np.inf
    high = ordered[above - 1] if above <= n else np.inf
    tail = (1.0 - level) / 2.0
    ends = [float(np.quantile(ordered, q, method="inverted_cdf")) for q in (HALF, tail, 1.0 - tail)]
    return n, reached, reached / n, float(share.low), float(share.high), ends[0], float(low), float(high), *ends[1:]
