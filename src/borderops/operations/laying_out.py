"""From settings to Facilities: schedules of capacity, thresholds of steering acts, tables of durations."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from borderops import clock, quantiles
from borderops.config.designs import Design, resolved
from borderops.config.schema import (
    BED_KINDS,
    STATIONS,
    BedKind,
    BedStep,
    Lognormal,
    Pause,
    Settings,
    Station,
    Tracking,
    WorkersStep,
)
from borderops.config.schema import Act as ActShare
from borderops.operations.facilities import (
    Designs,
    Docket,
    Facilities,
    MailRules,
    Pauses,
    ReunionRules,
    Schedule,
    Transport,
)
from borderops.operations.numbers import LOADS, ROLLS, TABLED, Act
from borderops.operations.sittings import court_days
from borderops.pace import pace_table
from borderops.pressure import beds_left, staff_left
from borderops.units import DAY, HOUR, NEVER

SHIFTS = ((6 * HOUR, "day"), (14 * HOUR, "evening"), (22 * HOUR, "night"))
DESK_OPENS, DESK_CLOSES = 7 * HOUR, 21 * HOUR
PER_MILLE = 1000


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
        rated_children=_rated_children(settings),
        children_per_diverted_agent=settings.stations.children_per_diverted_agent,
        coordinators=tuple(_coordinators(settings, name, first, last) for name in STATIONS),
        desk=_desk(settings, first, last),
        desk_minutes=settings.referral.desk.minutes_per_child,
        beds=tuple(_shelter_beds(settings, kind, first, last) for kind in BED_KINDS),
        family_places=_beds(settings.family_care.detention_beds, first, last),
        dockets=_dockets(settings, first, last),
        docket_of=_districts(settings),
        court_notice=round(settings.courts.notice_hours * HOUR),
        court_lead=round(settings.courts.leave_before_hearing_hours * HOUR),
        transport=_transport(settings),
        pauses=_pauses(settings.policy.pauses),
        pace=pace_table(settings.orr.pace, first, last),
        separated_per_mille=round(settings.orr.separated_work_factor * PER_MILLE),
        number_block=settings.stations.number_block,
        designs=_designs(resolved(settings), settings.tracking),
        mail=_mail(settings),
        reunions=_reunions(settings),
        team=_team(settings, first, last),
        centre=_centre(settings, first, last),
    )


def _schedule(at: np.ndarray, capacity: np.ndarray, first_minute: int) -> Schedule:
    """Keep what matters from the first minute on, and only changes."""
    whole = _from_first(at, capacity, first_minute)
    changes = np.concatenate([[True], np.diff(whole.capacity) != 0])
    return Schedule(at=whole.at[changes], capacity=whole.capacity[changes])


def _from_first(at: np.ndarray, capacity: np.ndarray, first_minute: int) -> Schedule:
    """Keep what matters from the first minute on."""
    before = max(int(np.searchsorted(at, first_minute, side="right")) - 1, 0)
    at, capacity = at[before:].astype(np.int64), capacity[before:].astype(np.int64)
    at[0] = first_minute
    return Schedule(at=at, capacity=capacity)


def _by_hours(
    day: tuple[date, date], begins: int, ends: int, inside: np.ndarray | int, outside: np.ndarray | int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Minutes and capacity of what works from one hour of the day to another; both may differ by day."""
    days = np.arange(clock.day_of(day[0]) - 1, clock.day_of(day[1]) + 1)
    at = (days[:, None] * DAY + np.array([0, begins * HOUR, ends * HOUR])[None, :]).ravel()
    working, resting = (np.broadcast_to(np.asarray(some), days.shape) for some in (inside, outside))
    capacity = np.stack([resting, working, resting], axis=1).ravel()
    return at, capacity


def _agents(settings: Settings, station: Station, first: date, last: date) -> Schedule:
    """Agents on duty by shift; a station without an entry has none."""
    site = settings.stations.sites.get(station)
    days = np.arange(clock.day_of(first) - 1, clock.day_of(last) + 1)
    at = (days[:, None] * DAY + np.array([start for start, _ in SHIFTS])[None, :]).ravel()
    on_duty = np.array([getattr(site.agents, name) if site else 0 for _, name in SHIFTS])
    factors = np.ones(days.size)
    for step in settings.stations.agent_factors:
        factors[days >= clock.day_of(step.begins)] = step.factor
    factors *= staff_left(settings.stress, "agents", days, station)
    capacity = np.floor(on_duty[None, :] * factors[:, None] + 0.5).astype(np.int64).ravel()
    return _from_first(at, capacity, clock.minute_of(first))


def _rated_children(settings: Settings) -> np.ndarray:
    """Rated places for children at each station."""
    sites = [settings.stations.sites.get(station) for station in STATIONS]
    return np.array([site.holding.children if site else 0 for site in sites], dtype=np.int64)


def _coordinators(settings: Settings, station: Station, first: date, last: date) -> Schedule:
    """Juvenile coordinators on duty."""
    rules = settings.referral.coordinators
    days = np.arange(clock.day_of(first) - 1, clock.day_of(last) + 1)
    left = staff_left(settings.stress, "coordinators", days, station)
    by_day, by_night = (
        np.floor(many * left + 0.5).astype(np.int64) for many in (rules.on_duty.get(station, 0), rules.on_duty_at_night)
    )
    at, capacity = _by_hours((first, last), rules.begins_hour, rules.ends_hour, by_day, by_night)
    return _schedule(at, capacity, clock.minute_of(first))


def _desk(settings: Settings, first: date, last: date) -> Schedule:
    """Workers at ORR's intake desk, fewer at night and on weekends."""
    desk, days = settings.referral.desk, np.arange(clock.day_of(first) - 1, clock.day_of(last) + 1)
    at = (days[:, None] * DAY + np.array([0, DESK_OPENS, DESK_CLOSES])[None, :]).ravel()
    workers = np.array([desk.workers_night, desk.workers_day, desk.workers_night])
    weekend = clock.weekday_of_day(days) >= clock.SATURDAY
    factor = np.where(weekend, desk.weekend_factor, 1.0) * staff_left(settings.stress, "desk", days)
    return _schedule(
        at, np.floor(workers[None, :] * factor[:, None] + 0.5).astype(np.int64).ravel(), clock.minute_of(first)
    )


def _shelter_beds(settings: Settings, kind: BedKind, first: date, last: date) -> Schedule:
    """Open beds of a kind by day, less those that a stress closes."""
    days, beds = _beds_by_day(getattr(settings.orr.beds, kind), first, last)
    open_beds = np.floor(beds * beds_left(settings.stress, kind, days) + 1e-9)
    return _schedule(days * DAY, open_beds, clock.minute_of(first))


def _beds(steps: list[BedStep], first: date, last: date) -> Schedule:
    """Beds by day."""
    days, beds = _beds_by_day(steps, first, last)
    return _schedule(days * DAY, beds, clock.minute_of(first))


def _beds_by_day(steps: list[BedStep], first: date, last: date) -> tuple[np.ndarray, np.ndarray]:
    """Days, and beds on each: each step's count, then so many more a day until its last day."""
    days = np.arange(min(clock.day_of(steps[0].begins), clock.day_of(first)), clock.day_of(last) + 1)
    beds = np.zeros(days.size, dtype=np.int64)
    for step in steps:
        since = days - clock.day_of(step.begins)
        growing = np.minimum(since, (step.until - step.begins).days) if step.until else np.zeros(days.size)
        beds = np.where(since >= 0, np.floor(step.beds + step.then_per_day * growing + 1e-9), beds).astype(np.int64)
    return days, np.maximum(beds, 0)


def _dockets(settings: Settings, first: date, last: date) -> tuple[Docket, ...]:
    """Slots of each district's sittings; fractions of slots are carried from sitting to sitting."""
    # Sittings after the last day are not played, but slots in them are given: those referrals pend, they do not lapse.
    courts, days = settings.courts, court_days(first, last + timedelta(days=30))
    a_day = _on_days([(step.begins, step.slots) for step in courts.slots_per_court_day], days)
    a_day = a_day * staff_left(settings.stress, "court_slots", days)
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


# --- tracking and mail --------------------------------------------------------------------------------------------


def _designs(rows: tuple[Design, ...], tracking: Tracking) -> Designs:
    """Designs by date; without feedback everything that is written down succeeds and takes no time."""
    on = tracking.feedback
    guided = [
        min([rule.begins for rule in tracking.guidance if not rule.sectors or name in rule.sectors], default=None)
        for name in STATIONS
    ]
    thresholds = np.stack([_thresholds_of(row) for row in rows])
    return Designs(
        begins_at=np.array([clock.minute_of(row.begins) for row in rows], dtype=np.int64),
        is_kept=np.array([row.keeps_unit for row in rows]),
        is_searchable=np.array([row.search != "none" for row in rows]),
        is_seen=np.array([row.ice in ("banner", "cleared_banner", "linked_record") for row in rows]),
        is_automatic=np.array([row.is_automatic and on for row in rows]),
        intake_minutes=np.array([row.intake_minutes * on for row in rows], dtype=np.int32),
        parting_minutes=np.array([row.parting_minutes * on for row in rows], dtype=np.int32),
        guided_at=np.array([clock.minute_of(day) if day else NEVER for day in guided], dtype=np.int64),
        thresholds=thresholds if on else np.zeros_like(thresholds),
    )


def _thresholds_of(row: Design) -> np.ndarray:
    """Thresholds of a design, shape (acts, 2, loads); where users are trained ahead, those of the guided for all."""
    thresholds = np.array([_thresholds(row.acts[act.name.lower()]) for act in Act], dtype=np.int32)  # type: ignore[index]
    return thresholds[:, [1, 1]] if row.is_trained else thresholds


def _thresholds(act: ActShare) -> np.ndarray:
    """Thresholds of an act's roll, shape (2, loads): without guidance and with it, by tenths of load."""
    load = np.arange(LOADS) / (LOADS - 1)
    share = act.share * (1.0 + act.load_slope * (load - 0.5))
    both = share[None, :] * np.array([1.0, act.guided_factor])[:, None]
    return np.floor(np.clip(both, 0.0, 1.0) * ROLLS + 0.5).astype(np.int32)


def _mail(settings: Settings) -> MailRules:
    referral = settings.referral
    return MailRules(
        handling_minutes=referral.coordinators.minutes_per_message,
        tries=referral.mail.tries,
        lost_in_outage=round(referral.outages.lost_share * ROLLS),
        notice_minutes=_tabled(referral.mail.noticed),
    )


def _tabled(time: Lognormal) -> np.ndarray:
    """Quantiles of a duration in minutes at the middles of equal steps of probability."""
    middles = (np.arange(TABLED) + 0.5) / TABLED
    return quantiles.lognormal_minutes(middles, time.median_hours * HOUR, time.sigma)


# --- reunification ------------------------------------------------------------------------------------------------


def _reunions(settings: Settings) -> ReunionRules:
    rules = settings.reunification
    day = rules.order.day
    return ReunionRules(
        order_at=clock.minute_of(day) + DAY if day else NEVER,  # its class is who is in care at the end of the day
        review_minutes=rules.team.review_minutes,
        vetting_minutes=rules.team.vetting_minutes,
        reprocessing_minutes=rules.routes.reprocessing_minutes,
    )


def _team(settings: Settings, first: date, last: date) -> Schedule:
    """Workers of the joint team, every day of the week (OIG-20-06 p. 34)."""
    team = settings.reunification.team
    days = np.arange(clock.day_of(first) - 1, clock.day_of(last) + 1)
    at, capacity = _by_hours((first, last), team.begins_hour, team.ends_hour, _workers(team.workers, days))
    return _schedule(at, capacity, clock.minute_of(first))


def _workers(steps: list[WorkersStep], days: np.ndarray) -> np.ndarray:
    """Workers of each day; none before the first step."""
    begins = np.array([clock.day_of(step.begins) for step in steps])
    workers = np.array([0, *(step.workers for step in steps)], dtype=np.int64)
    return workers[np.searchsorted(begins, days, side="right")]


def _centre(settings: Settings, first: date, last: date) -> Schedule:
    """Reprocessing desks of ICE centres."""
    routes = settings.reunification.routes
    at, capacity = _by_hours((first, last), routes.desks_begin_hour, routes.desks_end_hour, routes.desks)
    return _schedule(at, capacity, clock.minute_of(first))
