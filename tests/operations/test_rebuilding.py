"""Jobs and steps of mail rebuilt from a history: what an engine did, told back to the minute."""

from __future__ import annotations

import numpy as np
import pytest
from tests.builders import Child, Design, alone, at, facilities_of, family, replication_of, told
from tests.forecast.hand_worked import after_the_order, season

from borderops.operations.history import Exit
from borderops.operations.plan import Ground
from borderops.operations.rebuilding import agent_jobs, mail_jobs, mail_steps, planned_seats
from borderops.units import DAY, HOUR, NEVER

WORLDS = pytest.mark.parametrize("world", [season, after_the_order])


def test_steps_of_mail_by_hand():
    """Begins, ends and who finished: a lost request, a placement by telephone, an itinerary after the notice."""
    child = Child(lost=(1, 2, 0), noticed=100, phone=30, designation=60)
    facilities = facilities_of(tries=2, message_minutes=6, notice=20)
    replication = replication_of(alone("Mon 08:00", child), facilities=facilities)
    steps = mail_steps(replication.history, replication.plan, facilities)
    assert [told(row) for row in (steps.begins[0], steps.ends[0])] == [
        ["Mon 08:40", "Mon 11:26", "Mon 15:36"],
        ["Mon 10:26", "Mon 15:16", "Mon 15:42"],
    ]
    assert steps.is_phoned.tolist() == [[False, True, False]]
    assert steps.is_handled.tolist() == [[True, False, True]]
    jobs = mail_jobs(steps, 6, np.array([True]))
    assert (told(jobs.begins), told(jobs.ends)) == (["Mon 10:20", "Mon 15:36"], ["Mon 10:26", "Mon 15:42"])


def test_a_way_that_ends_breaks_steps_off():
    """Rejoined at 19:00: one child in the request, one in the designation; neither finished, the second not begun."""
    children = Child(lost=(1, 0, 0), noticed=15 * HOUR), Child(designation=DAY)
    case = family("Mon 08:00", *children, back="19:00", ground=Ground.PROSECUTION)
    facilities = facilities_of(hearings=["Mon 12:00"])
    replication = replication_of(case, facilities=facilities)
    steps = mail_steps(replication.history, replication.plan, facilities)
    assert [told(row) for row in steps.begins] == [["Mon 08:40", "never", "never"]] * 2
    assert [told(row) for row in steps.ends] == [["never"] * 3, ["Mon 08:40", "never", "never"]]
    assert steps.is_handled.tolist() == [[False] * 3, [True, False, False]]


def test_machines_exchange_what_is_sent_while_they_are_live():
    """A design from Monday noon on: the request before it is a coordinator's, the placement after it is not."""
    facilities = facilities_of(designs=[Design(), Design("Mon 12:00", automatic=True)])
    replication = replication_of(alone("Mon 08:00", Child(designation=5 * HOUR)), facilities=facilities)
    steps = mail_steps(replication.history, replication.plan, facilities)
    assert steps.is_automatic.tolist() == [[False, True, True]]
    assert steps.is_handled.tolist() == [[True, False, False]]


@WORLDS
def test_messages_of_steps_are_those_of_the_history(world):
    """Two for each step that was finished without a telephone, one for an arrival; a step going on has two at most."""
    _, replication = world()
    history = replication.history
    steps = mail_steps(history, replication.plan, replication.facilities)
    finished = ((steps.ends != NEVER) & ~steps.is_phoned).sum(axis=1)
    arrivals = history.admitted_at[steps.child] != NEVER
    sent = history.messages_sent[steps.child].astype(int) - history.messages_lost[steps.child] - 2 * finished - arrivals
    going_on = ((steps.begins != NEVER) & (steps.ends == NEVER)).any(axis=1)
    assert (sent[~going_on] == 0).all() and set(sent[going_on]) <= {0, 1, 2}
    assert steps.child.size > 200


@WORLDS
def test_a_seat_is_taken_as_planned_where_the_itinerary_is_in_time(world):
    """Notice, wait, weekend and hours of the contractor give the minute of boarding; nobody boards before it."""
    _, replication = world()
    history = replication.history
    boarded = np.flatnonzero(history.exit == Exit.TO_SHELTER)
    seats = planned_seats(history, replication.plan, replication.facilities, boarded)
    in_time = (history.itinerary_at[boarded] <= seats) & ~history.is_misrouted[boarded]
    assert (history.left_cbp_at[boarded][in_time] == seats[in_time]).all() and in_time.sum() > 100
    assert (history.left_cbp_at[boarded] >= seats).all() and not in_time.all()


def test_nobody_has_a_seat_who_was_not_sent_for():
    """A child who waits for a bed."""
    replication = replication_of(alone("Mon 08:00"), facilities=facilities_of(beds=0))
    seats = planned_seats(replication.history, replication.plan, replication.facilities, np.array([0]))
    assert seats.tolist() == [NEVER]


@WORLDS
def test_processing_ends_when_the_history_says(world):
    """Of thousands of cases; families never grouped are processed apart, and their jobs are two."""
    _, replication = world()
    history, plan = replication.history, replication.plan
    _, jobs = agent_jobs(history, plan, replication.facilities)["processing_at"]
    ended = np.sort(jobs.ends[jobs.ends < history.horizon])
    first_of_job = np.zeros(history.exit.size, dtype=bool)
    first_of_job[plan.case_first] = True
    case = np.repeat(np.arange(plan.case_first.size), plan.case_size)
    rows = np.arange(history.exit.size)[-case.size :]
    apart = (plan.case_kind[case] == 1) & ~history.is_grouped[rows] & (history.intake_at[rows] != NEVER)
    first_of_job[rows[apart & (rows == (plan.case_first + plan.case_adults)[case])]] = True
    assert np.array_equal(ended, np.sort(history.processed_at[first_of_job & (history.processed_at != NEVER)]))
    assert apart.any() and ended.size > 2000


def test_agents_jobs_by_station():
    """Intake of 10 and processing of 30 minutes, each at its own station."""
    replication = replication_of(alone("Mon 08:00", station=2), alone("Mon 09:00", station=5))
    jobs = agent_jobs(replication.history, replication.plan, replication.facilities)
    stations, taken_in = jobs["intake_at"]
    assert stations.tolist() == [2, 5] and taken_in.ends.tolist() == [at("Mon 08:10"), at("Mon 09:10")]
    _, processed = jobs["processing_at"]
    assert told(processed.begins) == ["Mon 08:10", "Mon 09:10"] and told(processed.ends) == ["Mon 08:40", "Mon 09:40"]
