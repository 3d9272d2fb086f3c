"""Jobs of staff and steps of mail, rebuilt from a finished history, the plan and the facilities.

Monitors check with it and KPIs count with it; no engine knows of it. What the history does not tell stays open, and
says so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from borderops import clock
from borderops.operations.facilities import Facilities, Schedule
from borderops.operations.history import Exit, FoundBy, History, Reunion
from borderops.operations.numbers import ROLLS, TABLED, Message
from borderops.operations.plan import CaseKind, Plan
from borderops.units import DAY, NEVER

PER_MILLE = 1000


class Jobs(NamedTuple):
    """Jobs of one unit each; a job is half-open, [begins, ends)."""

    begins: np.ndarray  # int64
    ends: np.ndarray  # int64


def joined(*parts: Jobs) -> Jobs:
    """Several sets of jobs as one."""
    return Jobs(np.concatenate([part.begins for part in parts]), np.concatenate([part.ends for part in parts]))


# --- cases ----------------------------------------------------------------------------------------------------------


def split_cases(history: History, plan: Plan) -> np.ndarray:
    """Rows of cases that are a family which was not grouped at intake."""
    family = np.flatnonzero(plan.case_kind == CaseKind.FAMILY)
    first = plan.case_first[family]
    return family[(history.intake_at[first] != NEVER) & ~history.is_grouped[first]]


def by_case(values: np.ndarray, plan: Plan) -> np.ndarray:
    """Spread values of cases over people, shape (n,); zero for residents."""
    spread = np.repeat(values, plan.case_size)
    return np.concatenate([np.zeros(plan.apprehended_at.size - spread.size, dtype=values.dtype), spread])


def is_never_grouped(history: History, plan: Plan) -> np.ndarray:
    """Members of families which say they are one and were not grouped at intake, shape (n,)."""
    split = np.zeros(plan.case_first.size, dtype=bool)
    split[split_cases(history, plan)] = True
    return by_case(split, plan)


def leads(history: History, plan: Plan) -> dict[str, np.ndarray]:
    """Who stands for everybody taken in, or processed, together: true for the first of each, shape (n,)."""
    first = np.zeros(history.exit.size, dtype=bool)
    first[plan.case_first] = True
    first_child = np.zeros_like(first)
    split = split_cases(history, plan)
    first_child[plan.case_first[split] + plan.case_adults[split]] = True
    return {
        "intake_at": first & (history.intake_at != NEVER),
        "processing_at": (first | first_child) & (history.processing_at != NEVER),
    }


# --- agents ---------------------------------------------------------------------------------------------------------


def design_at(minutes: np.ndarray, facilities: Facilities) -> np.ndarray:
    """Row of the tracking design live at moments."""
    return np.maximum(np.searchsorted(facilities.designs.begins_at, minutes, side="right") - 1, 0)


def intake_minutes(history: History, plan: Plan, facilities: Facilities) -> np.ndarray:
    """Minutes that the intake of each case takes, shape (cases,)."""
    family = np.flatnonzero(plan.case_kind == CaseKind.FAMILY)
    design = design_at(history.intake_at[plan.case_first[family]], facilities)
    minutes = plan.intake_minutes.copy()
    minutes[family] += facilities.designs.intake_minutes[design]
    return minutes


def processing_minutes(history: History, plan: Plan, facilities: Facilities) -> np.ndarray:
    """Minutes that everybody's processing takes, shape (n,)."""
    selected = np.flatnonzero(plan.ground)
    design = design_at(history.intake_at[plan.case_first[selected]], facilities)
    minutes = plan.processing_minutes.copy()
    minutes[selected] += facilities.designs.parting_minutes[design]
    minutes = by_case(minutes, plan)
    # Adults and children of a family that was not grouped are processed apart.
    split = split_cases(history, plan)
    row, case = members(split, plan)
    minutes[row] = np.where(plan.is_child[row], plan.children_minutes[case], plan.adults_minutes[case])
    return minutes


def members(cases: np.ndarray, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the members of some cases, and the case of each."""
    size = plan.case_size[cases].astype(np.int64)
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(plan.case_first[cases], size) + place, np.repeat(cases, size)


def agent_jobs(history: History, plan: Plan, facilities: Facilities) -> dict[str, tuple[np.ndarray, Jobs]]:
    """Jobs of the agents of all stations.

    Parameters
    ----------
    history : History
    plan : Plan
    facilities : Facilities

    Returns
    -------
    dict
        ``intake_at`` and ``processing_at``: the station of each job, and the jobs.
    """
    minutes = {
        "intake_at": by_case(intake_minutes(history, plan, facilities), plan),
        "processing_at": processing_minutes(history, plan, facilities),
    }
    found = {}
    for stage, lead in leads(history, plan).items():
        rows = np.flatnonzero(lead)
        begins = getattr(history, stage)[rows]
        found[stage] = plan.station[rows], Jobs(begins, begins + minutes[stage][rows])
    return found


def changes_until(moments: np.ndarray, schedule: Schedule) -> np.ndarray:
    """How many changes of a schedule, its beginning included, come before moments or at them; shape (n,)."""
    start = int(schedule.at[0])
    # Shifts change at even times, so that a short table tells what a search would.
    grain = max(int(np.gcd.reduce(np.diff(schedule.at))), 1)
    edges = np.arange(start, int(schedule.at[-1]) + 1, grain)
    # The last entry, at -1, serves all moments before the beginning.
    table = np.append(np.searchsorted(schedule.at, edges, side="right"), 0)
    return table[np.clip((moments - start) // grain, -1, edges.size - 1)]


def serving(history: History, plan: Plan, facilities: Facilities, station: int) -> Schedule:
    """Agents on duty less those who care for children beyond the rated places when the shift begins."""
    schedule = facilities.agents[station]
    children = np.flatnonzero(plan.is_child & (plan.station == station))
    came = changes_until(history.apprehended_at[children], schedule)
    went = changes_until(history.left_cbp_at[children], schedule)
    # Who arrives or leaves at the minute of a change of shift does so after it.
    shifts = schedule.at.size
    moves = np.bincount(came, minlength=shifts + 1) - np.bincount(went, minlength=shifts + 1)
    present = np.cumsum(moves)[:shifts]
    beyond = np.maximum(present - facilities.rated_children[station], 0)
    on_duty = schedule.capacity - beyond // facilities.children_per_diverted_agent
    on_duty = np.maximum(on_duty, np.minimum(schedule.capacity, 1))
    on_duty[0] = schedule.capacity[0]
    return Schedule(at=schedule.at, capacity=on_duty)


# --- the way to a shelter -------------------------------------------------------------------------------------------


def way_ended(history: History) -> np.ndarray:
    """When a child's way to a shelter was ended by a parent or a birthday, NEVER where it was not; shape (n,)."""
    return np.where(history.exit == Exit.AGED_OUT, history.left_cbp_at, history.rejoined_at)


def desk_jobs(history: History, facilities: Facilities) -> Jobs:
    """Jobs of the workers at ORR's intake desk; a way that ends breaks the job off."""
    served = history.desk_at != NEVER
    begins = history.desk_at[served]
    return Jobs(begins, np.minimum(begins + facilities.desk_minutes, way_ended(history)[served]))


class MailSteps(NamedTuple):
    """Steps of mail of ``k`` referred children, by `Message`: from sending to sending on what it asks for.

    Arrays have shape (k, 3) but for ``child``. A step that is not finished may be broken off, or go on at the horizon.
    """

    child: np.ndarray  # int64, shape (k,), row of the person
    begins: np.ndarray  # int64, NEVER where it did not begin
    ends: np.ndarray  # int64, NEVER where it was not finished
    is_automatic: np.ndarray  # bool, exchanged by machines
    is_phoned: np.ndarray  # bool, finished by telephone

    @property
    def is_handled(self) -> np.ndarray:
        """Steps that a coordinator finished, bool."""
        return (self.ends != NEVER) & ~self.is_automatic & ~self.is_phoned


def mail_steps(history: History, plan: Plan, facilities: Facilities) -> MailSteps:
    """Rebuild the steps of mail of every child who was referred.

    Parameters
    ----------
    history : History
    plan : Plan
    facilities : Facilities

    Returns
    -------
    MailSteps
    """
    child = np.flatnonzero((history.determined_at != NEVER) & (history.exit != Exit.NOT_HERE))
    designated, arranged = history.designated_at[child], history.arranged_at[child]
    begins = np.stack(
        [
            history.determined_at[child],
            np.where(designated != NEVER, designated + plan.designation_minutes[child], NEVER),
            np.where(arranged != NEVER, arranged + facilities.transport.notice, NEVER),
        ],
        axis=1,
    )
    on_way_until = np.minimum(np.minimum(way_ended(history), history.left_cbp_at)[child], history.horizon)
    ends = np.stack([column[child] for column in (history.forwarded_at, history.arranged_at, history.itinerary_at)], 1)
    # What takes no time may begin at the minute at which the way ends.
    begins = np.where((begins < on_way_until[:, None]) | (ends != NEVER), begins, NEVER)
    automatic = facilities.designs.is_automatic[design_at(begins, facilities)] & (begins != NEVER)
    return MailSteps(child, begins, ends, automatic, _is_phoned(child, ends - begins, history, plan, facilities))


def _is_phoned(
    child: np.ndarray, lasted: np.ndarray, history: History, plan: Plan, facilities: Facilities
) -> np.ndarray:
    """Steps that lasted as long as all tries that were lost and the telephone: shape (k, 3).

    The history says of a child that a message was telephoned, not which one; its length gives it away.
    """
    phoned = np.zeros(lasted.shape, dtype=bool)
    rows = np.flatnonzero(history.is_phoned[child])
    own = plan.child_row[child[rows]]
    tries = plan.notice_roll[own][:, : len(Message), : facilities.mail.tries].astype(np.int64)
    until_noticed = facilities.mail.notice_minutes[tries * TABLED // ROLLS].sum(axis=2)
    phoned[rows] = lasted[rows] == until_noticed + plan.phone_minutes[own][:, None]
    return phoned


def planned_seats(history: History, plan: Plan, facilities: Facilities, children: np.ndarray) -> np.ndarray:
    """When the contractor would have taken children for whom transport was asked, had the itinerary come in time.

    Parameters
    ----------
    history : History
    plan : Plan
    facilities : Facilities
    children : ndarray of int64, shape (k,)
        Rows of people.

    Returns
    -------
    ndarray of int64, shape (k,)
        Moments; NEVER where transport was not asked for.
    """
    rules, asked = facilities.transport, history.arranged_at[children]
    arranged = np.where(asked != NEVER, asked, 0)
    wait = plan.transport_minutes[children].astype(np.int64)
    at_weekend = clock.weekday_of_day(arranged // DAY) >= clock.SATURDAY
    ready = arranged + rules.notice + np.where(at_weekend, wait * rules.weekend_per_mille // PER_MILLE, wait)
    midnight, minute = ready - ready % DAY, ready % DAY
    late = np.where(minute < rules.closes_at, ready, midnight + DAY + rules.opens_at)
    return np.where(asked != NEVER, np.where(minute < rules.opens_at, midnight + rules.opens_at, late), NEVER)


def mail_jobs(steps: MailSteps, minutes: int, chosen: np.ndarray) -> Jobs:
    """Jobs of coordinators on messages that children wait for.

    Parameters
    ----------
    steps : MailSteps
    minutes : int
        That a message takes.
    chosen : ndarray of bool, shape (k,)
        Children whose messages are meant.

    Returns
    -------
    Jobs
        Those that were finished; the few minutes on messages of children who left meanwhile are not told.
    """
    ends = steps.ends[chosen][steps.is_handled[chosen]]
    return Jobs(ends - minutes, ends)


def acknowledged(history: History, facilities: Facilities) -> np.ndarray:
    """Children whose arrival at a shelter is reported by mail, so that a coordinator handles the report; shape (n,).

    When it is handled the history does not tell, since nothing waits for it.
    """
    arrived = (history.admitted_at != NEVER) & (history.exit == Exit.TO_SHELTER)
    return arrived & ~facilities.designs.is_automatic[design_at(history.admitted_at, facilities)]


# --- reunification --------------------------------------------------------------------------------------------------


def vetting_jobs(history: History, facilities: Facilities) -> Jobs:
    """Jobs of the joint team on parents."""
    ends = history.vetted_at[history.vetted_at != NEVER]
    return Jobs(ends - facilities.reunions.vetting_minutes, ends)


def reviews_due(history: History, facilities: Facilities) -> np.ndarray:
    """When the joint team was asked to read a child's file, NEVER where it was not; shape (n,).

    It is asked for every child of the order's class who is in care, or comes into care, and whose parent is not known
    at once.
    """
    in_care_since = np.maximum(history.admitted_at, facilities.reunions.order_at)
    came = history.is_in_class & (history.admitted_at != NEVER) & (in_care_since < history.left_shelter_at)
    return np.where(came & (history.found_at > in_care_since), in_care_since, NEVER)


def reviewed_at(history: History, plan: Plan, facilities: Facilities) -> np.ndarray:
    """When the joint team had read a child's file, NEVER where it did not; shape (n,).

    Exact where reading found the parent. Of the others the history tells no minute: they stand at the one at which the
    team was asked. A reading that would have found the parent and did not has not taken place; one that would not
    have is taken to have come before the child left.
    """
    due = reviews_due(history, facilities)
    finds = np.zeros(due.size, dtype=bool)
    finds[plan.child_row >= 0] = plan.is_found_by_review[plan.child_row[plan.child_row >= 0]]
    found = history.found_by == FoundBy.REVIEW
    missed = (due != NEVER) & ~found & (~finds | (history.found_by == FoundBy.ASKING) & (history.vetted_at != NEVER))
    return np.where(found, history.found_at, np.where(missed, due, NEVER))


def review_jobs(history: History, facilities: Facilities) -> Jobs:
    """Jobs of the joint team on files, as far as their minutes are known: those that found the parent."""
    ends = history.found_at[history.found_by == FoundBy.REVIEW]
    return Jobs(ends - facilities.reunions.review_minutes, ends)


def reprocessing_jobs(history: History, facilities: Facilities) -> Jobs:
    """Jobs of the desks of ICE's centres."""
    ends = history.reunion_at[history.reunion == Reunion.CHILD_TRAVELLED]
    return Jobs(ends - facilities.reunions.reprocessing_minutes, ends)
