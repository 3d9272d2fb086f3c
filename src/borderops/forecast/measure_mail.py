"""Mail about children on their way to a shelter, and the juvenile coordinators who handle it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops.config.schema import STATIONS
from borderops.forecast.breakdowns import Row, counts, means, per_day, series, shares, unit_minutes_by_day
from borderops.forecast.reading import Reading
from borderops.operations.history import Exit
from borderops.units import DAY, NEVER

Busy = dict[str, np.ndarray]
"""Share of the coordinators' minutes on duty that messages took, by station and day of the window."""


def mail_kpis(reading: Reading, busy: Busy) -> Iterator[Row]:
    """KPIs of messages sent and lost, and of the busiest day of coordinators."""
    history = reading.history
    arrived = reading.child & (history.exit == Exit.TO_SHELTER) & reading.in_window(history.admitted_at)
    yield from means(reading, "messages_per_placed_child", arrived, history.messages_sent)
    referred = reading.child & reading.in_window(history.determined_at)
    lost, station = history.messages_lost[referred], reading.station[referred]
    yield "messages_lost", "all", "all", int(lost.sum())
    for name in reading.stations:
        yield "messages_lost", "station", name, int(lost[station == STATIONS.index(name)].sum())
    yield from shares(reading, "share_children_mail_lost", referred, history.messages_lost > 0)
    yield from counts(reading, "children_phoned", referred & history.is_phoned)
    yield from counts(reading, "children_misrouted", referred & history.is_misrouted)
    yield from _received(reading)
    peaks = {station: float(np.nanmax(share)) for station, share in busy.items() if np.isfinite(share).any()}
    for station, peak in peaks.items():
        yield "coordinator_utilisation_peak", "station", station, peak
    if peaks:
        yield "coordinator_utilisation_peak", "all", "all", max(peaks.values())


def _received(reading: Reading) -> Iterator[Row]:
    """Messages a week of the season that reach a station's coordinators: what they handle, and reports of arrivals.

    As a whole, of the station with most of them, since each coordinator reads the box that a station shares.
    """
    steps, (reported_by, reported_at) = reading.mail_steps, reading.reports_of_arrivals
    came = steps.is_handled & reading.in_season(steps.ends)
    begins, ends = reading.season
    weeks = max(ends - begins, DAY) / (7 * DAY)
    received = np.bincount(reading.station[steps.child], weights=came.sum(axis=1), minlength=len(STATIONS))
    received += np.bincount(reported_by[reading.in_season(reported_at)], minlength=len(STATIONS))
    for name in reading.stations:
        yield "messages_received_a_week", "station", name, received[STATIONS.index(name)] / weeks
    yield "messages_received_a_week", "all", "all", received.max() / weeks


def daily_mail(reading: Reading, busy: Busy) -> Iterator[Row]:
    """Messages sent, and the share of the coordinators' time that they took, by day."""
    yield from series(reading, "messages_sent", "all", messages_sent(reading))
    for name, share in busy.items():
        yield from series(reading, "coordinators_busy", name, share)


def messages_sent(reading: Reading) -> np.ndarray:
    """Messages sent by day of the window, shape (days,).

    A message sent again counts on the day on which the child's longest step of mail began: the history tells how many
    were lost, not when each was sent.
    """
    history, steps = reading.history, reading.mail_steps
    finished = (steps.ends != NEVER) & ~steps.is_phoned
    arrived = np.flatnonzero(reading.child & (history.admitted_at != NEVER))
    sent = np.zeros(reading.days.size)
    for moments in (steps.begins[finished], steps.ends[finished], history.admitted_at[arrived]):
        sent += per_day(reading, moments)
    lost = history.messages_lost[steps.child].astype(np.int64)
    answered = 2 * finished.sum(axis=1) + (history.admitted_at[steps.child] != NEVER)
    under_way = history.messages_sent[steps.child] - lost - answered
    # NEVER is the latest of all moments, so a step that did not begin is neither the last begun nor the longest.
    begun = np.where(steps.begins == NEVER, -1, steps.begins)
    rows = np.arange(steps.child.size)
    lasted = np.where(steps.begins == NEVER, -1, np.minimum(steps.ends, history.horizon) - steps.begins)
    for messages, step in ((lost, lasted.argmax(axis=1)), (under_way, begun.argmax(axis=1))):
        sent += _weighted(reading, steps.begins[rows, step], messages)
    return sent


def _weighted(reading: Reading, moments: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums of weights by day of the window, shape (days,)."""
    inside = reading.in_window(moments)
    day = moments[inside] // DAY - reading.days[0]
    return np.bincount(day, weights=weights[inside], minlength=reading.days.size)


def coordinators_busy(reading: Reading) -> Busy:
    """Share of the coordinators' minutes on duty that messages took, by station and day of the window.

    Days without anybody on duty are NaN. Messages that children wait for count on the day they were handled; reports
    of arrivals, for which nothing waits, on the first days from then on that have time left.
    """
    facilities = reading.replication.facilities
    minutes = facilities.mail.handling_minutes
    reported_by, reported_at = reading.reports_of_arrivals
    busy: Busy = {}
    for name in reading.stations:
        place = STATIONS.index(name)
        waited_for = per_day(reading, reading.mail_jobs[name].ends) * minutes
        reports = per_day(reading, reported_at[reported_by == place]) * minutes
        on_duty = unit_minutes_by_day(reading, facilities.coordinators[place])
        handled = waited_for + _fitted(reports, on_duty - waited_for)
        busy[name] = np.divide(handled, on_duty, out=np.full(on_duty.size, np.nan), where=on_duty > 0)
    return busy


def _fitted(work: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Work of days that is done in what room each day has; the rest waits for the next day."""
    done, waiting = np.zeros(work.size), 0.0
    for day in np.flatnonzero(work.cumsum() > 0):
        waiting += work[day]
        done[day] = min(waiting, max(room[day], 0.0))
        waiting -= done[day]
    return done
