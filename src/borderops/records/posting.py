"""Which messages were sent about children, and which of them were lost: told from a finished history.

The history tells when each step of mail began and ended, how many messages there were about a child and how many of
them were lost; `posted` tells which. Exchange by machines is no mail. Must not know who writes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from borderops.exceptions import ModelError
from borderops.operations.history import History
from borderops.operations.numbers import ROLLS, TABLED, Act, Message
from borderops.operations.plan import Plan
from borderops.operations.rebuilding import MailSteps, design_at, mail_steps, way_ended
from borderops.records.fields import BLANK
from borderops.replication import Replication
from borderops.units import NEVER

ANSWERED = 2
"""Messages of a step that a coordinator has finished: one that arrived, and the one sent on."""


class Posted(NamedTuple):
    """Messages about ``k`` referred children, by `Message`: shape (k, 3) where nothing else is said."""

    child: np.ndarray  # int64, shape (k,), row of the person
    lost: np.ndarray  # int64, tries that were lost
    arrived: np.ndarray  # int64, 0: none arrived, 1: one did, 2: it was answered as well
    answered_at: np.ndarray  # int64, NEVER where it was not
    sent_at: np.ndarray  # int64, shape (k, 3, tries + 1): when each try was sent, had all before it been lost


class _Evidence(NamedTuple):
    """What is known of the steps of some children; shape (k, 3) where it is not said otherwise."""

    child: np.ndarray  # int64, shape (k,)
    begins: np.ndarray  # int64, NEVER where the step cannot have begun
    lasted: np.ndarray  # int64, of finished steps
    is_finished: np.ndarray  # bool
    is_doubtful: np.ndarray  # bool, begins at the very minute at which the way ends
    is_automatic: np.ndarray  # bool
    waited: np.ndarray  # int64, shape (k, 3, tries + 1): minutes until each try, had all before it been lost
    until: np.ndarray  # int64, shape (k,), first minute without further messages
    open_until: np.ndarray  # int64, shape (k,), last minute at which a message may have been sent

    @property
    def is_mail(self) -> np.ndarray:
        """Steps that were finished, and not by machines."""
        return self.is_finished & ~self.is_automatic

    @property
    def is_under_way(self) -> np.ndarray:
        """Steps that have begun, not by machines, and were not finished."""
        return (self.begins != NEVER) & ~self.is_finished & ~self.is_automatic

    def of(self, rows: np.ndarray | slice) -> _Evidence:
        """Some of the children."""
        return _Evidence(*(column[rows] for column in self))


def posted(replication: Replication, steps: MailSteps | None = None) -> Posted:
    """Tell which messages were sent and which of them were lost.

    Parameters
    ----------
    replication : Replication
    steps : MailSteps, optional
        Steps of mail of the children who are meant; of all who were referred, if not given.

    Returns
    -------
    Posted

    Raises
    ------
    ModelError
        If no course of messages explains a child's history.

    Notes
    -----
    A child's losses are shared out among its three steps so that their number, the number of messages, the minutes
    that each loss takes to be noticed, outages, and thresholds between those of an idle and of a busy station all
    agree. Where several courses do, that with the shortest waits for a coordinator stands; so of a few children it
    cannot be told which step lost the message, while the number is always that of the history.
    """
    evidence = _evidence(replication, steps)
    history, child = replication.history, evidence.child
    lost = np.zeros(evidence.begins.shape, dtype=np.int64)
    arrived = np.where(evidence.is_mail, ANSWERED, 0)
    simple = (history.messages_lost[child] == 0) & ~evidence.is_doubtful.any(axis=1)
    arrived[evidence.is_under_way & simple[:, None]] = 1
    rows = np.flatnonzero(~simple)
    lost[rows], arrived[rows] = _puzzled_out(evidence.of(rows), replication)
    ends = np.where(evidence.is_finished, evidence.begins + evidence.lasted, NEVER)
    answered_at = np.where(arrived == ANSWERED, ends, NEVER)
    return Posted(child, lost, arrived, answered_at, evidence.begins[:, :, None] + evidence.waited)


def _evidence(replication: Replication, steps: MailSteps | None) -> _Evidence:
    history, plan, facilities = replication.history, replication.plan, replication.facilities
    steps = steps or mail_steps(history, plan, facilities)
    child = steps.child
    until = np.minimum(np.minimum(way_ended(history), history.left_cbp_at)[child], history.horizon)
    finished = steps.ends != NEVER
    begins = _begins(steps, history, plan, facilities.transport.notice)
    doubtful = ~finished & (begins == until[:, None]) & (begins < history.horizon)
    begins = np.where((steps.begins != NEVER) | doubtful, begins, NEVER)
    rolls = plan.notice_roll[plan.child_row[child]][:, :, : facilities.mail.tries].astype(np.int64)
    waited = np.zeros((*begins.shape, facilities.mail.tries + 1), dtype=np.int64)
    np.cumsum(facilities.mail.notice_minutes[rolls * TABLED // ROLLS], axis=2, out=waited[:, :, 1:])
    return _Evidence(
        child=child,
        begins=begins,
        lasted=np.where(finished, steps.ends - begins, 0),
        is_finished=finished,
        is_doubtful=doubtful,
        is_automatic=facilities.designs.is_automatic[design_at(begins, facilities)] & (begins != NEVER),
        waited=waited,
        until=until,
        open_until=np.minimum(until, history.horizon - 1),
    )


def _begins(steps: MailSteps, history: History, plan: Plan, notice: int) -> np.ndarray:
    """When steps begin, were nothing to end a child's way; NEVER where what comes before did not happen."""
    child = steps.child
    designated, arranged = history.designated_at[child], history.arranged_at[child]
    planned = np.where(designated == NEVER, NEVER, designated + plan.designation_minutes[child])
    asked = np.where(arranged == NEVER, NEVER, arranged + notice)
    return np.stack([history.determined_at[child], planned, asked], axis=1)


class _Courses(NamedTuple):
    """What may have become of the steps of ``k`` children, shape (k, 3, courses).

    A course is a number of lost tries; for a step that was not finished there is another of each number, in which a
    message has arrived and waits for a coordinator.
    """

    is_possible: np.ndarray  # bool
    messages: np.ndarray  # int64, sent and not lost, as the history counts them
    waits: np.ndarray  # int64, minutes until a coordinator had finished
    may_phone: np.ndarray  # bool, the telephone may have taken the place of the last try
    must_phone: np.ndarray  # bool


_AT_ONCE = 2_000
"""Children whose courses are weighed at a time, for the sake of memory."""


def _puzzled_out(evidence: _Evidence, replication: Replication) -> tuple[np.ndarray, np.ndarray]:
    """Lost tries and messages that arrived, shape (k, 3), of children whose losses must be shared out."""
    tries = replication.facilities.mail.tries
    parts = [slice(at, at + _AT_ONCE) for at in range(0, evidence.child.size, _AT_ONCE)]
    chosen = [_best(evidence.of(part), replication) for part in parts]
    course = np.concatenate([np.empty((0, len(Message)), dtype=np.int64), *chosen])
    is_open = course > tries
    arrived = np.where(
        evidence.is_mail & (course < tries), ANSWERED, (is_open & ~evidence.is_automatic).astype(np.int64)
    )
    return np.where(is_open, course - tries - 1, course), arrived


def _best(evidence: _Evidence, replication: Replication) -> np.ndarray:
    """The course of each step that goes with all that is known and has the shortest waits, shape (k, 3)."""
    history, tries, child = replication.history, replication.facilities.mail.tries, evidence.child
    courses = _courses(evidence, replication)
    choices = np.indices((2 * tries + 1,) * len(Message)).reshape(len(Message), -1)
    lost = np.where(choices > tries, choices - tries - 1, choices).sum(axis=0)

    def over_steps(table: np.ndarray) -> list[np.ndarray]:
        return [table[:, step][:, choices[step]] for step in range(len(Message))]

    arrivals = (history.admitted_at[child] != NEVER).astype(np.int64)
    messages = history.messages_sent[child].astype(np.int64) - history.messages_lost[child] - arrivals
    phoned = history.is_phoned[child][:, None]
    fits = np.logical_and.reduce(over_steps(courses.is_possible)) & (lost == history.messages_lost[child][:, None])
    fits &= sum(over_steps(courses.messages)) == messages[:, None]
    fits &= np.where(
        phoned,
        np.logical_or.reduce(over_steps(courses.may_phone)),
        ~np.logical_or.reduce(over_steps(courses.must_phone)),
    )
    waits = np.where(fits, sum(over_steps(courses.waits)), NEVER)
    best = waits.argmin(axis=1)
    puzzling = child[waits[np.arange(child.size), best] == NEVER]
    if puzzling.size:
        raise ModelError(f"the messages about {puzzling.size} children do not add up, first row {puzzling[0]}")
    return choices[:, best].T


def _courses(evidence: _Evidence, replication: Replication) -> _Courses:
    """Lay out what may have become of each step."""
    tries = replication.facilities.mail.tries
    may_lose, may_pass = _may(evidence, replication)
    closed = _finished(evidence, may_pass, replication) | _broken_off(evidence, replication)
    opened = _waiting(evidence) & may_pass
    # What did not happen, and what machines exchanged, has lost nothing.
    is_machine = evidence.is_automatic
    closed[:, :, 0] |= (evidence.begins == NEVER) | is_machine | evidence.is_doubtful
    opened[:, :, 0] |= is_machine & evidence.is_doubtful
    by_phone = np.arange(2 * tries + 1) == tries
    noticed = evidence.begins + evidence.waited[:, :, tries]
    may_phone = evidence.is_finished | (noticed <= evidence.open_until[:, None])
    must_phone = evidence.is_finished | (noticed < evidence.until[:, None])
    return _Courses(
        is_possible=np.concatenate([closed & may_lose, opened & may_lose[:, :, :tries]], axis=2),
        messages=_messages(evidence, tries),
        waits=_waits(evidence, tries),
        may_phone=may_phone[:, :, None] & by_phone,
        must_phone=must_phone[:, :, None] & by_phone,
    )


def _finished(evidence: _Evidence, may_pass: np.ndarray, replication: Replication) -> np.ndarray:
    """Whether so many lost tries explain a step that was finished, shape (k, 3, tries + 1).

    Another try arrived and was handled; or all were lost, and the telephone took as long as it was to take.
    """
    mail, plan = replication.facilities.mail, replication.plan
    lasted, waited = evidence.lasted[:, :, None], evidence.waited
    phone = plan.phone_minutes[plan.child_row[evidence.child]].astype(np.int64)[:, None, None]
    by_mail = may_pass & (waited[:, :, :-1] + mail.handling_minutes <= lasted)
    return evidence.is_mail[:, :, None] & np.concatenate([by_mail, waited[:, :, -1:] + phone == lasted], axis=2)


def _broken_off(evidence: _Evidence, replication: Replication) -> np.ndarray:
    """Whether so many lost tries explain a step that was not finished and whose last message was lost.

    It was sent before the end, and by the end nobody had missed it or reached the shelter by telephone.
    """
    plan = replication.plan
    at = evidence.begins[:, :, None] + evidence.waited
    missed_at = at[:, :, 1:].copy()
    missed_at[:, :, -1] += plan.phone_minutes[plan.child_row[evidence.child]][:, None]
    broken = np.zeros(at.shape, dtype=bool)
    broken[:, :, 1:] = (at[:, :, :-1] <= evidence.open_until[:, None, None]) & (
        missed_at >= evidence.until[:, None, None]
    )
    return broken & evidence.is_under_way[:, :, None]


def _waiting(evidence: _Evidence) -> np.ndarray:
    """Whether the message after so many lost tries may wait for a coordinator, shape (k, 3, tries)."""
    sent_at = evidence.begins[:, :, None] + evidence.waited[:, :, :-1]
    return evidence.is_under_way[:, :, None] & (sent_at <= evidence.open_until[:, None, None])


def _waits(evidence: _Evidence, tries: int) -> np.ndarray:
    """Minutes from the arrival of a message to the end of its step, shape (k, 3, courses)."""
    waits = np.zeros((*evidence.begins.shape, 2 * tries + 1), dtype=np.int64)
    waited = evidence.waited[:, :, :tries]
    waits[:, :, :tries] = np.where(evidence.is_mail[:, :, None], evidence.lasted[:, :, None] - waited, 0)
    left = evidence.until[:, None, None] - evidence.begins[:, :, None] - waited
    waits[:, :, tries + 1 :] = np.where(evidence.is_under_way[:, :, None], left, 0)
    return np.maximum(waits, 0)


def _messages(evidence: _Evidence, tries: int) -> np.ndarray:
    """Messages that were sent and not lost, by course, shape (k, 3, courses); machines send two at once."""
    messages = np.zeros((*evidence.begins.shape, 2 * tries + 1), dtype=np.int64)
    messages[:, :, :tries] = np.where(evidence.is_mail, ANSWERED, 0)[:, :, None]
    messages[:, :, tries + 1 :] = 1
    by_machine = np.where(evidence.is_automatic, ANSWERED, 0)
    messages[:, :, 0] += np.where(evidence.is_doubtful, 0, by_machine)
    messages[:, :, tries + 1] += np.where(evidence.is_automatic, 1, 0)
    return messages


def _may(evidence: _Evidence, replication: Replication) -> tuple[np.ndarray, np.ndarray]:
    """Whether the first tries may all have been lost, shape (k, 3, tries + 1), and whether each may have arrived."""
    plan, facilities = replication.plan, replication.facilities
    tries = facilities.mail.tries
    roll = plan.message_roll[plan.child_row[evidence.child]][:, :, :tries].astype(np.int64)
    sent = evidence.begins[:, :, None] + evidence.waited[:, :, :tries]
    station = np.broadcast_to(plan.station[evidence.child][:, None, None], sent.shape)
    guided = (facilities.designs.guided_at[station] <= sent).astype(np.int64)
    thresholds = facilities.designs.thresholds[:, Act.MESSAGE_LOST][design_at(sent, facilities), guided]
    out = outage_of(station, sent, plan) != BLANK
    lowest = np.where(out, facilities.mail.lost_in_outage, thresholds.min(axis=-1))
    highest = np.where(out, facilities.mail.lost_in_outage, thresholds.max(axis=-1))
    may_lose = np.ones((*sent.shape[:2], tries + 1), dtype=bool)
    np.logical_and.accumulate(roll < highest, axis=2, out=may_lose[:, :, 1:])
    return may_lose, roll >= lowest


def outage_of(station: np.ndarray, minutes: np.ndarray, plan: Plan) -> np.ndarray:
    """Row of the outage that stations are in at moments, -1 where their link to mail is up; of the same shape."""
    if not plan.outage_begins.size:
        return np.full(np.shape(minutes), BLANK, dtype=np.int64)
    last = int(plan.outage_ends.max()) + 1
    begins = plan.outage_station.astype(np.int64) * last + plan.outage_begins
    row = np.searchsorted(begins, station.astype(np.int64) * last + np.minimum(minutes, last - 1), side="right") - 1
    same = (row >= 0) & (plan.outage_station[row] == station)
    return np.where(same & (minutes < plan.outage_ends[row]), row, BLANK)
