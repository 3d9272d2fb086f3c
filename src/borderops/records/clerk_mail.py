"""Clerk of mail: every message about a child that was sent, those that were lost among them.

Which these are is told by `borderops.records.posting`. Must not know who slips.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from borderops.operations.facilities import capacity_at
from borderops.operations.numbers import Message
from borderops.operations.rebuilding import MailSteps, acknowledged, mail_steps
from borderops.ordering import ranks
from borderops.records.entry import Clerk, Column, Desk, Entry
from borderops.records.fields import BLANK, two_names
from borderops.records.origins import CHILD_NAMES, FROM_ORIGIN, first_taken, origin_of
from borderops.records.posting import ANSWERED, Posted, posted
from borderops.records.users import UserRole, one_of, user
from borderops.records.witness import Witness
from borderops.units import NEVER

DESK_OFFICERS, DISPATCHERS, SHELTER_WORKERS = 40, 20, 400
"""Workers of ORR's desk, of the contractor and of all shelters who write, in a shift; ours."""

_HAND = 70  # whose hand it is, in draws of who enters: plus the step

_STATION, _COORDINATOR, _HHS, _CONTRACTOR, _SHELTER = range(5)  # choices of `mail_message.sender`
_SENDER = np.array([_STATION, _COORDINATOR, _HHS, _COORDINATOR, _CONTRACTOR, _COORDINATOR, _SHELTER])  # by step
_REQUEST, _ARRIVAL = 0, 6  # choices of `mail_message.step`; a message has twice its number, its answer one more


class _Rows(NamedTuple):
    """Messages in any order, shape (n,)."""

    child: np.ndarray  # int64, place among the children of `Posted`
    step: np.ndarray  # int64
    sent_at: np.ndarray  # int64
    is_lost: np.ndarray  # bool
    visit: np.ndarray  # int64, which message about the child, from 0


def _rows(sent: Posted, arrived_at: np.ndarray) -> _Rows:
    """Every message that was sent: tries that were lost, the one that arrived, its answer, and the arrival's.

    Parameters
    ----------
    sent : Posted
    arrived_at : ndarray of int64, shape (k,)
        When the shelter wrote that the child had come; NEVER where it did not.
    """
    count = sent.lost + sent.arrived
    before = np.cumsum(count, axis=1) - count
    parts = []
    for message in range(len(Message)):
        lost, arrived, first = sent.lost[:, message], sent.arrived[:, message], before[:, message]
        for attempt in range(sent.sent_at.shape[2]):
            child = np.flatnonzero(attempt < lost + (arrived > 0))
            at = sent.sent_at[child, message, attempt]
            parts.append(_part(child, 2 * message, at, attempt < lost[child], first[child] + attempt))
        child = np.flatnonzero(arrived == ANSWERED)
        at = sent.answered_at[child, message]
        parts.append(_part(child, 2 * message + 1, at, False, first[child] + lost[child] + 1))
    child = np.flatnonzero(arrived_at != NEVER)
    parts.append(_part(child, _ARRIVAL, arrived_at[child], False, count.sum(axis=1)[child]))
    return _Rows(*(np.concatenate(column) for column in zip(*parts)))


def _part(child: np.ndarray, step: int, at: np.ndarray, is_lost: np.ndarray | bool, visit: np.ndarray) -> _Rows:
    """Messages of one step."""
    return _Rows(child, np.full(child.size, step), at, np.broadcast_to(is_lost, child.shape), visit)


def messages(witness: Witness, desk: Desk) -> Entry:
    """A row for every message that was sent; what machines exchange is none.

    Requests name the child, and the parent of a separated one. What follows in a thread are answers, which name nobody
    again.
    """
    steps = mail_steps(witness.history, witness.plan, witness.facilities)
    threads = ranks(witness.history.determined_at[steps.child]) + 1  # from 1 in the order of referrals
    if witness.only is not None:
        written = witness.only[steps.child]
        steps, threads = MailSteps(*(column[written] for column in steps)), threads[written]
    sent = _by_mail(posted(witness.replication, steps), witness)
    rows = _rows(sent, _reported_at(witness, sent.child))
    child, sender = sent.child[rows.child], _SENDER[rows.step]
    is_request = rows.step == _REQUEST
    parent = np.where(is_request, first_taken(witness, child), BLANK)
    of_child = origin_of(desk, np.where(is_request, child, BLANK), rows.sent_at)
    of_parent = origin_of(desk, parent, rows.sent_at)
    columns: dict[str, Column] = {
        "entered_at": rows.sent_at,
        "entered_by": _hands(witness, child, rows),
        "thread_no": threads[rows.child],
        "step": rows.step,
        "sender": sender,
        "sent_at": rows.sent_at,
        "delivered_at": lambda: np.where(rows.is_lost, NEVER, rows.sent_at),
        "child_a_number": lambda: of_child.cells("a_number"),
        "child_given": lambda: of_child.cells("given"),
        "child_surnames": lambda: two_names(of_child.cells("surname_1"), of_child.cells("surname_2")),
        "parent_a_number": lambda: of_parent.cells("a_number"),
    }
    station = np.where(sender <= _COORDINATOR, witness.station[child], BLANK)
    behind = {
        "other": parent,
        "visit": rows.visit,
        "station": station,
        "load": witness.workload.at(np.where(is_request, station, BLANK), rows.sent_at),
    }
    copied = (
        *of_child.copied(("child_a_number", "a_number"), *CHILD_NAMES),
        *of_parent.copied(("parent_a_number", "a_number")),
    )
    return Entry(columns, child, behind, copied)


def _by_mail(sent: Posted, witness: Witness) -> Posted:
    """Without the steps that begin under a design by which machines exchange them.

    A history that was played without feedback knows nothing of such a design: there the mail goes out all the same.
    """
    practices = witness.practices
    by_machine = practices.is_automatic[practices.row(sent.sent_at[:, :, 0])]
    return sent._replace(lost=np.where(by_machine, 0, sent.lost), arrived=np.where(by_machine, 0, sent.arrived))


def _reported_at(witness: Witness, child: np.ndarray) -> np.ndarray:
    """When shelters reported by mail that children had come; NEVER where they did not."""
    practices, admitted_at = witness.practices, witness.history.admitted_at[child]
    by_mail = acknowledged(witness.history, witness.facilities)[child]
    return np.where(by_mail & ~practices.is_automatic[practices.row(admitted_at)], admitted_at, NEVER)


def _hands(witness: Witness, child: np.ndarray, rows: _Rows) -> np.ndarray:
    """Who wrote each message, int32."""
    users = np.empty(child.size, dtype=np.int32)
    for step, sender in enumerate(_SENDER):
        here = np.flatnonzero(rows.step == step)
        users[here] = _hands_of(witness, int(sender), child[here], rows.sent_at[here], _HAND + step)
    return users


def _hands_of(witness: Witness, sender: int, child: np.ndarray, minutes: np.ndarray, index: int) -> np.ndarray:
    """Who of an office wrote about children at moments, int32."""
    if sender == _STATION:
        return witness.agent(child, minutes, index)
    if sender == _COORDINATOR:
        return _coordinators(witness, child, minutes, index)
    role, count = {
        _HHS: (UserRole.ORR_DESK, DESK_OFFICERS),
        _CONTRACTOR: (UserRole.CONTRACTOR, DISPATCHERS),
        _SHELTER: (UserRole.SHELTER, SHELTER_WORKERS),
    }[sender]
    return witness.officer(role, child, minutes, count, index)


def _coordinators(witness: Witness, child: np.ndarray, minutes: np.ndarray, index: int) -> np.ndarray:
    """Coordinators on duty at the children's stations."""
    station = witness.station[child]
    count = np.ones(child.size, dtype=np.int64)
    for place in np.unique(station):
        there = np.flatnonzero(station == place)
        count[there] = capacity_at(witness.facilities.coordinators[place], minutes[there])
    place = one_of(witness.people.number[child], count, witness.draws, index)
    return user(UserRole.COORDINATOR, station, minutes, place)


CLERKS: dict[str, Clerk] = {"mail_message": messages}
"""Who writes mail."""

READS: dict[str, tuple[str, ...]] = {"mail_message": FROM_ORIGIN}
"""Tables that are read for it."""
