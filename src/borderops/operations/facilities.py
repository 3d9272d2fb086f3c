"""Facilities: capacity over time, and the rules of the clock that stages obey. All integers, no chance.

Engines read nothing of the settings but this table and the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from borderops import clock
from borderops.config.schema import BED_KINDS, STATIONS, BedStep, Desk, Pause, Settings, Station
from borderops.operations.sittings import court_days
from borderops.pace import Pace, pace_table
from borderops.tables import Table
from borderops.units import DAY, HOUR, NEVER

SHIFTS = ((6 * HOUR, "day"), (14 * HOUR, "evening"), (22 * HOUR, "night"))
DESK_OPENS, DESK_CLOSES = 7 * HOUR, 21 * HOUR
PER_MILLE = 1000


@dataclass(frozen=True)
class Schedule(Table):
    """Capacity over time: ``capacity[i]`` units from ``at[i]`` on; ascending, beginning at the first minute."""

    at: np.ndarray  # int64
    capacity: np.ndarray  # int64


@dataclass(frozen=True)
class Pauses(Table):
    """Rules that forbid parting while beds of a kind are filled above a share; one row a rule."""

    begins_at: np.ndarray  # int64
    ends_at: np.ndarray  # int64, first minute after it
    bed_kind: np.ndarray  # int8
    above_per_mille: np.ndarray  # int64


@dataclass(frozen=True)
class Docket(Table):
    """Sittings of one district's court, ascending, and their slots."""

    at: np.ndarray  # int64
    for_parents: np.ndarray  # int64
    for_others: np.ndarray  # int64


@dataclass(frozen=True)
class Transport:
    """When and how fast the contractor moves children."""

    opens_at: int  # minute of the day
    closes_at: int
    notice: int
    weekend_per_mille: int


@dataclass(frozen=True)
class Facilities:
    """Everything that is finite, and when."""

    first_minute: int
    horizon: int
    agents: tuple[Schedule, ...]  # by station
    desk: Schedule
    desk_minutes: int
    beds: tuple[Schedule, ...]  # by kind
    family_places: Schedule
    dockets: tuple[Docket, ...]  # by judicial district
    docket_of: np.ndarray  # int8, by station, -1 for none
    court_notice: int
    court_lead: int  # minutes before the hearing at which the adult leaves the station
    transport: Transport
    pauses: Pauses
    pace: Pace
    number_block: int


def lay_out(settings: Settings) -> Facilities:
    """Turn settings into schedules of capacity.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Facilities
        From the first minute of the lead-in to the end of the window.
    """
    first, last = settings.window.first_day_played, settings.window.end
    return Facilities(
        first_minute=clock.minute_of(first),
        horizon=clock.minute_of(last) + DAY,
        agents=tuple(_agents(settings, station, first, last) for station in STATIONS),
        desk=_desk(settings.referral.desk, first, last),
        desk_minutes=settings.referral.desk.minutes_per_child,
        beds=tuple(_beds(getattr(settings.orr.beds, kind), first, last) for kind in BED_KINDS),
        family_places=_beds(settings.family_care.detention_beds, first, last),
        dockets=_dockets(settings, first, last),
        docket_of=_districts(settings),
        court_notice=round(settings.courts.notice_hours * HOUR),
        court_lead=round(settings.courts.leave_before_hearing_hours * HOUR),
        transport=_transport(settings),
        pauses=_pauses(settings.policy.pauses),
        pace=pace_table(settings.orr.pace, first, last),
        number_block=settings.stations.number_block,
    )


def capacity_at(schedule: Schedule, minutes: np.ndarray) -> np.ndarray:
    """Capacity at moments, int64."""
    return schedule.capacity[np.maximum(np.searchsorted(schedule.at, minutes, side="right") - 1, 0)]


def _schedule(at: np.ndarray, capacity: np.ndarray, first_minute: int) -> Schedule:
    """Keep what matters from the first minute on, and only changes."""
    before = max(int(np.searchsorted(at, first_minute, side="right")) - 1, 0)
    at, capacity = at[before:].copy(), capacity[before:]
    at[0] = first_minute
    changes = np.concatenate([[True], np.diff(capacity) != 0])
    return Schedule(at=at[changes].astype(np.int64), capacity=capacity[changes].astype(np.int64))


def _agents(settings: Settings, station: Station, first: date, last: date) -> Schedule:
    """Agents on duty by shift; a station without an entry has none."""
    site = settings.stations.sites.get(station)
    days = np.arange(clock.day_of(first) - 1, clock.day_of(last) + 1)
    at = (days[:, None] * DAY + np.array([start for start, _ in SHIFTS])[None, :]).ravel()
    on_duty = np.array([getattr(site.agents, name) if site else 0 for _, name in SHIFTS])
    factors = np.ones(days.size)
    for step in settings.stations.agent_factors:
        factors[days >= clock.day_of(step.begins)] = step.factor
    capacity = np.floor(on_duty[None, :] * factors[:, None] + 0.5).astype(np.int64).ravel()
    return _schedule(at, capacity, clock.minute_of(first))


def _desk(desk: Desk, first: date, last: date) -> Schedule:
    """Workers at ORR's intake desk, fewer at night and on weekends."""
    days = np.arange(clock.day_of(first) - 1, clock.day_of(last) + 1)
    at = (days[:, None] * DAY + np.array([0, DESK_OPENS, DESK_CLOSES])[None, :]).ravel()
    workers = np.array([desk.workers_night, desk.workers_day, desk.workers_night])
    weekend = clock.weekday_of_day(days) >= clock.SATURDAY
    factor = np.where(weekend, desk.weekend_factor, 1.0)
    return _schedule(
        at, np.floor(workers[None, :] * factor[:, None] + 0.5).astype(np.int64).ravel(), clock.minute_of(first)
    )


def _beds(steps: list[BedStep], first: date, last: date) -> Schedule:
    """Beds by day: each step's count, then so many more a day until its last day."""
    days = np.arange(min(clock.day_of(steps[0].begins), clock.day_of(first)), clock.day_of(last) + 1)
    beds = np.zeros(days.size, dtype=np.int64)
    for step in steps:
        since = days - clock.day_of(step.begins)
        growing = np.minimum(since, (step.until - step.begins).days) if step.until else np.zeros(days.size)
        beds = np.where(since >= 0, np.floor(step.beds + step.then_per_day * growing + 1e-9), beds).astype(np.int64)
    return _schedule(days * DAY, np.maximum(beds, 0), clock.minute_of(first))


def _dockets(settings: Settings, first: date, last: date) -> tuple[Docket, ...]:
    """Slots of each district's sittings; fractions of slots are carried from sitting to sitting."""
    # Sittings after the last day are not played, but slots in them are given: those referrals pend, they do not lapse.
    courts, days = settings.courts, court_days(first, last + timedelta(days=30))
    a_day = _on_days([(step.begins, step.slots) for step in courts.slots_per_court_day], days)
    kept = _on_days([(step.begins, step.share) for step in courts.parents_share], days)
    dockets = []
    for district in courts.districts.values():
        all_slots = _carried(a_day * district.share)
        for_parents = np.minimum(_carried(a_day * district.share * kept), all_slots)
        at = days * DAY + courts.hearing_hour * HOUR
        dockets.append(Docket(at=at, for_parents=for_parents, for_others=all_slots - for_parents))
    return tuple(dockets)


def _on_days(steps: list[tuple[date, float]], days: np.ndarray) -> np.ndarray:
    """What dated steps say on each day; 0 before the first."""
    begins = np.array([clock.day_of(begins) for begins, _ in steps])
    values = np.array([0.0, *(value for _, value in steps)])
    return values[np.searchsorted(begins, days, side="right")]


def _carried(amounts: np.ndarray) -> np.ndarray:
    """Whole numbers that follow running sums of fractions, int64."""
    return np.diff(np.floor(np.cumsum(amounts) + 1e-9), prepend=0.0).astype(np.int64)


def _districts(settings: Settings) -> np.ndarray:
    """Docket of each station, -1 where no court hears its adults."""
    dockets = list(settings.courts.districts.values())
    found = [[row for row, district in enumerate(dockets) if name in district.sectors] for name in STATIONS]
    return np.array([rows[0] if rows else -1 for rows in found], dtype=np.int8)


def _transport(settings: Settings) -> Transport:
    transport = settings.transport
    return Transport(
        opens_at=transport.opens_hour * HOUR,
        closes_at=transport.closes_hour * HOUR,
        notice=round(transport.notice_hours * HOUR),
        weekend_per_mille=round(transport.weekend_factor * PER_MILLE),
    )


def _pauses(rules: list[Pause]) -> Pauses:
    return Pauses(
        begins_at=np.array([clock.minute_of(rule.begins) for rule in rules], dtype=np.int64),
        ends_at=np.array([clock.minute_of(rule.ends) + DAY if rule.ends else NEVER for rule in rules], dtype=np.int64),
        bed_kind=np.array([BED_KINDS.index(rule.bed_kind) for rule in rules], dtype=np.int8),
        above_per_mille=np.array([round(rule.above_occupancy * PER_MILLE) for rule in rules], dtype=np.int64),
    )
