"""Staff hours and overtime within the window, by agency and activity; agents diverted to the care of children.

Only work that somebody's time is planned for is counted: nobody's hours for custody, transport, courts or shelters.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops.config.schema import PORTS, SECTORS, STATIONS
from borderops.forecast.breakdowns import Row, series, unit_minutes_by_day
from borderops.forecast.reading import Reading
from borderops.operations.facilities import Schedule
from borderops.operations.rebuilding import (
    Jobs,
    acknowledged,
    changes_until,
    desk_jobs,
    joined,
    leads,
    mail_jobs,
    reprocessing_jobs,
    review_jobs,
    reviewed_at,
    vetting_jobs,
)
from borderops.units import DAY, NEVER, hours

HOURS, OVERTIME = "hours", "overtime_hours"

ACTIVITIES = {"intake_at": "intake", "processing_at": "processing"}
"""Activities of agents by the moment at which they begin."""


def work(reading: Reading) -> list[Row]:
    """Hours and overtime by agency and activity.

    Overtime is what jobs take that run past a change of shift and find more units in use than are on duty then: those
    who finish first stay on. It is counted where the history tells the minutes of a job.
    """
    return [*_agents(reading), *_coordinators(reading), *_desk(reading), *_team(reading), *_centre(reading)]


def work_kpis(reading: Reading, table: list[Row]) -> Iterator[Row]:
    """Sums of the table that `work` makes, and hours of agents diverted by station."""
    for kpi, wanted in (("staff_hours", HOURS), ("overtime_hours", OVERTIME)):
        rows = [(agency, value) for agency, _, kind, value in table if kind == wanted]
        yield kpi, "all", "all", sum(value for _, value in rows)
        for name in dict.fromkeys(agency for agency, _ in rows):
            yield kpi, "agency", name, sum(value for agency, value in rows if agency == name)
    yield from _overtime_shares(table)
    diverted = _diverted(reading)
    yield from _on_separations(reading, diverted)
    for name, by_day in diverted.items():
        yield "agents_diverted_hours", "station", name, hours(float(by_day.sum()))
    yield "agents_diverted_hours", "all", "all", hours(float(sum(by_day.sum() for by_day in diverted.values())))


def _overtime_shares(table: list[Row]) -> Iterator[Row]:
    """Overtime over hours of activities whose overtime is known, as a whole and by agency."""
    known = {(agency, activity) for agency, activity, kind, _ in table if kind == OVERTIME}
    spent: dict[str, dict[str, float]] = {}
    for agency, activity, kind, value in table:
        if (agency, activity) in known:
            for whom in ("all", agency):
                spent.setdefault(whom, {HOURS: 0.0, OVERTIME: 0.0})[kind] += value
    for whom, hours_of in spent.items():
        if hours_of[HOURS] > 0:
            yield "overtime_share", "all" if whom == "all" else "agency", whom, hours_of[OVERTIME] / hours_of[HOURS]


def _on_separations(reading: Reading, diverted: dict[str, np.ndarray]) -> Iterator[Row]:
    """Border Patrol's hours that the season's separations took, by what was done."""
    history, plan, facilities = reading.history, reading.plan, reading.replication.facilities
    parted = reading.season_separated | reading.season_taken
    of_parted = reading.parties_of(parted & reading.at_sector)[reading.people.party]
    minutes = {"processing": 0.0}
    jobs = reading.replication.agent_jobs
    for stage, lead in leads(history, plan).items():
        chosen = np.flatnonzero(of_parted[np.flatnonzero(lead)])
        minutes["processing"] += _minutes(reading, Jobs(jobs[stage][1].begins[chosen], jobs[stage][1].ends[chosen]))
    children, steps = reading.season_separated & reading.at_sector, reading.mail_steps
    mail = mail_jobs(steps, facilities.mail.handling_minutes, children[steps.child])
    reported = int((children & acknowledged(history, facilities) & reading.in_window(history.admitted_at)).sum())
    minutes["mail"] = _minutes(reading, mail) + reported * facilities.mail.handling_minutes
    in_season = reading.in_season(reading.days * DAY)
    minutes["care"] = float(sum(diverted[name][in_season].sum() for name in SECTORS if name in diverted))
    for activity, spent in minutes.items():
        yield "hours_on_separations", "activity", activity, hours(spent)
    yield "hours_on_separations", "all", "all", hours(sum(minutes.values()))


def daily_work(reading: Reading) -> Iterator[Row]:
    """Agents diverted to care, as a mean over each day."""
    minutes = sum(_diverted(reading).values(), np.zeros(reading.days.size))
    yield from series(reading, "agents_diverted", "all", minutes / DAY)


# --- who works --------------------------------------------------------------------------------------------------------


def _agency(station: str) -> str:
    """Whose agents they are; ports of entry are those of CBP's Office of Field Operations."""
    return "field_operations" if station == PORTS else "border_patrol"


def _stations(reading: Reading) -> dict[str, list[str]]:
    """Stations played by agency."""
    found: dict[str, list[str]] = {}
    for name in reading.stations:
        found.setdefault(_agency(name), []).append(name)
    return found


def _agents(reading: Reading) -> Iterator[Row]:
    """Intake, processing and care; overtime of the first two goes by who is on duty and not diverted."""
    jobs, diverted = reading.replication.agent_jobs, _diverted(reading)
    for agency, names in _stations(reading).items():
        spent, over = dict.fromkeys(jobs, 0.0), dict.fromkeys(jobs, 0.0)
        for name in names:
            here = {stage: _at_station(name, at, spans) for stage, (at, spans) in jobs.items()}
            for stage, own in here.items():
                spent[stage] += _minutes(reading, own)
            for stage, minutes in _overtime(reading, here, reading.serving[name]).items():
                over[stage] += minutes
        yield from _both(agency, {ACTIVITIES[stage]: (spent[stage], over[stage]) for stage in jobs})
        yield agency, "care", HOURS, hours(float(sum(diverted[name].sum() for name in names)))


def _at_station(name: str, station: np.ndarray, jobs: Jobs) -> Jobs:
    rows = np.flatnonzero(station == STATIONS.index(name))
    return Jobs(jobs.begins[rows], jobs.ends[rows])


def _coordinators(reading: Reading) -> Iterator[Row]:
    """Messages handled; reports of arrivals among them count when the child arrives and know no overtime."""
    facilities = reading.replication.facilities
    reported_by, reported_at = reading.reports_of_arrivals
    reports = np.bincount(reported_by[reading.in_window(reported_at)], minlength=len(STATIONS)).tolist()
    for agency, names in _stations(reading).items():
        spent = over = 0.0
        for name in names:
            jobs, place = reading.mail_jobs[name], STATIONS.index(name)
            spent += _minutes(reading, jobs) + reports[place] * facilities.mail.handling_minutes
            over += _overtime(reading, {"mail": jobs}, facilities.coordinators[place])["mail"]
        yield from _both(agency, {"coordinators_mail": (spent, over)})


def _desk(reading: Reading) -> Iterator[Row]:
    facilities = reading.replication.facilities
    jobs = desk_jobs(reading.history, facilities)
    over = _overtime(reading, {"intake_desk": jobs}, facilities.desk)
    yield from _both("orr", {"intake_desk": (_minutes(reading, jobs), over["intake_desk"])})


def _team(reading: Reading) -> Iterator[Row]:
    """Files read and parents vetted."""
    history, facilities = reading.history, reading.replication.facilities
    read = reviewed_at(history, reading.plan, facilities)
    reading_minutes = int(reading.in_window(read).sum()) * facilities.reunions.review_minutes
    jobs = {"vetting": vetting_jobs(history, facilities), "review": review_jobs(history, facilities)}
    over = _overtime(reading, jobs, facilities.team)
    spent = {"vetting": _minutes(reading, jobs["vetting"]), "review": float(reading_minutes)}
    yield from _both("joint_team", {name: (spent[name], over[name]) for name in spent})


def _centre(reading: Reading) -> Iterator[Row]:
    facilities = reading.replication.facilities
    jobs = reprocessing_jobs(reading.history, facilities)
    over = _overtime(reading, {"reprocessing": jobs}, facilities.centre)
    yield from _both("ice", {"reprocessing": (_minutes(reading, jobs), over["reprocessing"])})


def _both(agency: str, minutes: dict[str, tuple[float, float]]) -> Iterator[Row]:
    """Hours and overtime of activities, from minutes."""
    for activity, (spent, over) in minutes.items():
        yield agency, activity, HOURS, hours(spent)
        yield agency, activity, OVERTIME, hours(over)


# --- minutes ----------------------------------------------------------------------------------------------------------


def _minutes(reading: Reading, jobs: Jobs) -> float:
    """Minutes of jobs that lie within the window."""
    begins, ends = np.maximum(jobs.begins, reading.window_start), np.minimum(jobs.ends, reading.window_end)
    return float(np.maximum(ends - begins, 0).sum())


def _overtime(reading: Reading, jobs: dict[str, Jobs], schedule: Schedule) -> dict[str, float]:
    """Minutes of jobs beyond capacity after changes of shift, by the kind of job, within the window.

    Between two changes nothing begins while more is in use than there is capacity, so that of the jobs which run past
    a change those count that end first, as many as there are too many.
    """
    together = joined(*jobs.values())
    first = changes_until(together.begins, schedule)
    # Changes before the end: a job of no length at a change of shift runs past none.
    past = np.maximum(changes_until(together.ends - 1, schedule) - first, 0)
    long = np.flatnonzero(past)
    first, past = first[long], past[long]
    job = np.repeat(long, past)
    change = np.repeat(first, past) + np.arange(job.size) - np.repeat(np.cumsum(past) - past, past)
    order = np.lexsort((together.ends[job], change))
    job, change = job[order], change[order]
    running = np.bincount(change, minlength=schedule.at.size)
    earlier = np.arange(job.size) - (np.cumsum(running) - running)[change]
    too_many = earlier < (running - schedule.capacity)[change]
    job, change = job[too_many], change[too_many]
    kind = np.searchsorted(np.cumsum([each.begins.size for each in jobs.values()]), job, side="right")
    begins = np.maximum(schedule.at[change], reading.window_start)
    next_change = np.append(schedule.at, NEVER)[change + 1]
    ends = np.minimum(np.minimum(together.ends[job], next_change), reading.window_end)
    minutes = np.bincount(kind, weights=np.maximum(ends - begins, 0), minlength=len(jobs))
    return dict(zip(jobs, minutes.tolist(), strict=True))


def _diverted(reading: Reading) -> dict[str, np.ndarray]:
    """Minutes of agents who care for children instead of serving, by station and day of the window."""
    found = {}
    for name, serving in reading.serving.items():
        scheduled = reading.replication.facilities.agents[STATIONS.index(name)]
        caring = Schedule(at=scheduled.at, capacity=scheduled.capacity - serving.capacity)
        found[name] = unit_minutes_by_day(reading, caring)
    return found
