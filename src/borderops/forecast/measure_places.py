"""Places that fill: shelters by kind of bed, stations by kind of holding place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.forecast.breakdowns import Row, series
from borderops.forecast.reading import Reading, census
from borderops.operations.facilities import capacity_at
from borderops.operations.history import Exit
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
    by_kind: dict[str, list[np.ndarray]] = {
        "shelter_census": [],
        "shelter_beds_held": [],
        "shelter_beds": [],
        "waiting_for_bed": [],
    }
    left = history.left_shelter_at
    resident = history.exit == Exit.NOT_HERE
    held_from = np.where(resident, history.first_minute, history.designated_at)
    # A rejoined child and one who comes of age leave whatever they hold or wait for.
    off_the_way = np.where(history.exit == Exit.AGED_OUT, history.left_cbp_at, history.rejoined_at)
    held_until = np.minimum(left, off_the_way)
    kind_wanted = _kind_wanted(reading)
    for kind in range(len(BED_KINDS)):
        in_kind = history.bed_kind == kind
        by_kind["shelter_census"].append(census(history.admitted_at[in_kind], left[in_kind], ends))
        by_kind["shelter_beds_held"].append(census(held_from[in_kind], held_until[in_kind], ends))
        by_kind["shelter_beds"].append(capacity_at(reading.replication.facilities.beds[kind], ends))
        waits = kind_wanted == kind
        until = np.minimum(history.designated_at[waits], off_the_way[waits])
        by_kind["waiting_for_bed"].append(census(history.cleared_at[waits], until, ends))
    return {name: np.stack(values) for name, values in by_kind.items()}


def _kind_wanted(reading: Reading) -> np.ndarray:
    """Kind of bed a cleared child waits for; -1 for all others."""
    history, plan = reading.history, reading.plan
    cleared = (history.cleared_at != NEVER) & (history.exit != Exit.NOT_HERE)
    teen = np.where(plan.is_girl, BED_KINDS.index("girls_13_17"), BED_KINDS.index("boys_13_17"))
    kind = np.where(history.cleared_at < plan.turns_13_at, BED_KINDS.index("age_0_12"), teen)
    return np.where(cleared, kind, -1)


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
"""Stays in holding places: begins, ends, kind of place, station."""


def _places_held(reading: Reading) -> Iterator[Held]:
    """Where everybody is held: as they came, then apart after a parting, then together again after rejoining.

    A family that nobody groups is apart from intake on.
    """
    history, station = reading.history, reading.station
    parted = history.is_alone | history.is_taken | reading.never_grouped
    apart_at = np.where(reading.never_grouped, history.intake_at, history.parted_at)
    apart_until = np.minimum(history.left_cbp_at, np.where(reading.child, history.rejoined_at, NEVER))
    yield (
        history.apprehended_at,
        np.where(parted, apart_at, history.left_cbp_at),
        reading.holding_kind,
        station,
    )
    yield (
        apart_at[parted],
        apart_until[parted],
        np.where(reading.child[parted], HOLDING_KINDS.index("children"), HOLDING_KINDS.index("single_adults")),
        station[parted],
    )
    rejoined = history.rejoined_at != NEVER
    together_until = np.where(reading.child, history.left_cbp_at, history.left_again_at)[rejoined]
    families = np.full(together_until.size, HOLDING_KINDS.index("families"))
    yield history.rejoined_at[rejoined], together_until, families, station[rejoined]


def station_census(reading: Reading) -> np.ndarray:
    """People held by station, kind of holding place and reading, shape (stations, 3, readings).

    A child who is parted moves from the place for families to the place for children, a parent to that for adults.
    Readings are taken every six hours from the first midnight of the window on.
    """
    moments = np.arange(reading.window_start, reading.window_end, READINGS_EVERY)
    begins, ends, kind, station = (np.concatenate(parts) for parts in zip(*_places_held(reading), strict=True))
    held = np.zeros((len(STATIONS), len(HOLDING_KINDS), moments.size), dtype=np.int64)
    for place in range(len(STATIONS)):
        here = station == place
        for each in range(len(HOLDING_KINDS)):
            chosen = here & (kind == each)
            held[place, each] = census(begins[chosen], ends[chosen], moments)
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
