"""Places that fill: shelters by kind of bed, stations by kind of holding place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.forecast.breakdowns import Row, series
from borderops.forecast.reading import Reading, steady_census
from borderops.operations.facilities import capacity_at
from borderops.operations.history import Exit
from borderops.operations.rebuilding import way_ended
from borderops.units import DAY, HOUR, NEVER, hours

HOLDING_KINDS = ("single_adults", "families", "children")
READINGS_EVERY = 6 * HOUR
NOON = DAY // 2 // READINGS_EVERY
"""Place of noon among the readings of a day."""

# --- shelters ---------------------------------------------------------------------------------------------------------


ByKind = dict[str, np.ndarray]
"""Daily measures of shelters, each of shape (kinds of bed, days)."""


def shelter_series(reading: Reading) -> ByKind:
    """Children in care, beds held, open beds and children waiting at the end of each day; shape (kinds, days)."""
    history, ends = reading.history, (reading.days + 1) * DAY - 1
    in_bed = np.flatnonzero(history.bed_kind >= 0)
    kind, left = history.bed_kind[in_bed], history.left_shelter_at[in_bed]
    resident = history.exit[in_bed] == Exit.NOT_HERE
    held_from = np.where(resident, history.first_minute, history.designated_at[in_bed])
    cleared = np.flatnonzero((history.cleared_at != NEVER) & (history.exit != Exit.NOT_HERE))
    # A rejoined child and one who comes of age leave whatever they hold or wait for.
    off_the_way = way_ended(history)
    held_until = np.minimum(left, off_the_way[in_bed])
    waits_until = np.minimum(history.designated_at[cleared], off_the_way[cleared])
    return {
        "shelter_census": steady_census(history.admitted_at[in_bed], left, kind, len(BED_KINDS), ends),
        "shelter_beds_held": steady_census(held_from, held_until, kind, len(BED_KINDS), ends),
        "shelter_beds": np.stack([capacity_at(beds, ends) for beds in reading.replication.facilities.beds]),
        "waiting_for_bed": steady_census(
            history.cleared_at[cleared], waits_until, _kind_wanted(reading, cleared), len(BED_KINDS), ends
        ),
    }


def _kind_wanted(reading: Reading, cleared: np.ndarray) -> np.ndarray:
    """Kind of bed that each of some cleared children waits for."""
    plan = reading.plan
    teen = np.where(plan.is_girl[cleared], BED_KINDS.index("girls_13_17"), BED_KINDS.index("boys_13_17"))
    is_small = reading.history.cleared_at[cleared] < plan.turns_13_at[cleared]
    return np.where(is_small, BED_KINDS.index("age_0_12"), teen)


def shelter_kpis(reading: Reading, by_kind: ByKind) -> Iterator[Row]:
    """Peaks of census, occupancy and waiting children, as a whole and by kind of bed."""
    fifth = reading.season_start // DAY + 5 - int(reading.days[0])
    whole = [("all", "all", slice(None))]
    for kind, group, chosen in whole + [("bed_kind", name, slice(i, i + 1)) for i, name in enumerate(BED_KINDS)]:
        in_care, held, beds, waiting = (values[chosen].sum(axis=0) for values in by_kind.values())
        yield "shelter_census_peak", kind, group, in_care.max()
        yield "waiting_for_bed_peak", kind, group, waiting.max()
        yield "shelter_days_full", kind, group, int((waiting > 0).sum())
        if beds.min() > 0:
            yield "shelter_occupancy_peak", kind, group, (held / beds).max()
            if 0 <= fifth < beds.size:
                yield "shelter_occupancy_fifth_day", kind, group, in_care[fifth] / beds[fifth]


def daily_shelters(reading: Reading, by_kind: ByKind) -> Iterator[Row]:
    """Census, beds and waiting children by kind of bed."""
    for name, values in by_kind.items():
        for kind, group in enumerate(BED_KINDS):
            yield from series(reading, name, group, values[kind])


# --- stations ---------------------------------------------------------------------------------------------------------


Held = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Stays in holding places: rows of people, begins, ends, kind of place."""


def _places_held(reading: Reading) -> Iterator[Held]:
    """Where everybody is held: as they came, then apart after a parting, then together again after rejoining.

    A family that nobody groups is apart from intake on.
    """
    history, child = reading.history, reading.child
    came = np.flatnonzero(reading.arrived)
    parted = came[(history.is_alone | history.is_taken | reading.never_grouped)[came]]
    apart_at = np.where(reading.never_grouped[parted], history.intake_at[parted], history.parted_at[parted])
    as_they_came_until = history.left_cbp_at.copy()
    as_they_came_until[parted] = apart_at
    yield came, history.apprehended_at[came], as_they_came_until[came], reading.holding_kind[came]
    rejoined_at = np.where(child[parted], history.rejoined_at[parted], NEVER)
    apart_until = np.minimum(history.left_cbp_at[parted], rejoined_at)
    kind = np.where(child[parted], HOLDING_KINDS.index("children"), HOLDING_KINDS.index("single_adults"))
    yield parted, apart_at, apart_until, kind
    rejoined = came[history.rejoined_at[came] != NEVER]
    together_until = np.where(child[rejoined], history.left_cbp_at[rejoined], history.left_again_at[rejoined])
    families = np.full(rejoined.size, HOLDING_KINDS.index("families"))
    yield rejoined, history.rejoined_at[rejoined], together_until, families


def station_census(reading: Reading) -> np.ndarray:
    """People held by station, kind of holding place and reading, shape (stations, 3, readings).

    A child who is parted moves from the place for families to the place for children, a parent to that for adults.
    Readings are taken every six hours from the first midnight of the window on.
    """
    moments = np.arange(reading.window_start, reading.window_end, READINGS_EVERY)
    shape = (len(STATIONS), len(HOLDING_KINDS), moments.size)
    held = np.zeros(shape, dtype=np.int64)
    for rows, begins, ends, kind in _places_held(reading):
        place = reading.station[rows] * np.int16(shape[1]) + kind
        held += steady_census(begins, ends, place, shape[0] * shape[1], moments).reshape(shape)
    return held


def _rated(settings: Settings) -> np.ndarray:
    """Rated places by station and kind, shape (stations, 3)."""
    sites = settings.stations.sites
    return np.array(
        [[getattr(sites[name].holding, kind) if name in sites else 0 for kind in HOLDING_KINDS] for name in STATIONS]
    )


def station_kpis(held: np.ndarray, settings: Settings) -> Iterator[Row]:
    """Peaks of people held, and hours above rated places, by station and kind of holding place."""
    rated = _rated(settings)
    for place, name in enumerate(STATIONS):
        if not held[place].any():
            continue
        people, places = held[place].sum(axis=0), rated[place].sum()
        yield (
            "station_hours_over_rated",
            "station",
            name,
            hours(int((held[place] > rated[place][:, None]).any(axis=0).sum()) * READINGS_EVERY),
        )
        if places:
            yield "station_peak_occupancy", "station", name, people.max() / places
    for each, kind in enumerate(HOLDING_KINDS):
        over = (held[:, each] > rated[:, each][:, None]).any(axis=0)
        yield "station_hours_over_rated", "holding_kind", kind, hours(int(over.sum()) * READINGS_EVERY)
    over_any = (held > rated[:, :, None]).any(axis=(0, 1))
    yield "station_hours_over_rated", "all", "all", hours(int(over_any.sum()) * READINGS_EVERY)
    if rated.sum():
        yield "station_peak_occupancy", "all", "all", held.sum(axis=(0, 1)).max() / rated.sum()


def daily_stations(reading: Reading, held: np.ndarray, settings: Settings) -> Iterator[Row]:
    """People held at noon, and rated places, by kind of holding place."""
    at_noon, rated = held[:, :, NOON :: DAY // READINGS_EVERY].sum(axis=0), _rated(settings).sum(axis=0)
    for each, kind in enumerate(HOLDING_KINDS):
        yield from series(reading, "station_census", kind, at_noon[each])
        yield from series(reading, "station_rated", kind, np.full(reading.days.size, rated[each]))
