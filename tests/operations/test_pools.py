"""Pools keep count, and the engine leaves the interpreter as it found it."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import FIRST, FIXED, adult, at, facilities_of, family, plan_of, play, schedule_of

from borderops.exceptions import ConservationError, ModelError
from borderops.operations.numbers import LOADS
from borderops.operations.plan import Ground
from borderops.operations.pools import Claims, Clock, Desks, LoadMeter, Pool
from borderops.operations.reference import simulate
from borderops.units import DAY, HOUR


def _pool(capacity: int) -> Pool:
    return Pool(Clock(initial_time=FIRST), 0, schedule_of(capacity), "beds of a test")


def test_unit_that_nobody_held_cannot_be_given_back():
    """A release without a seizure is an error that names the pool."""
    with pytest.raises(ConservationError, match="beds of a test: more given back than taken"):
        _pool(3).release()


def test_units_are_taken_all_or_none():
    """Three of five are free: three are taken together, four are not, and nothing is kept of a refusal."""
    pool = _pool(5)
    assert pool.take(2)
    assert not pool.take(4)
    assert pool.in_use == 2
    assert pool.take(3)
    assert pool.in_use == 5


def test_withdrawn_place_in_the_queue_is_passed_over():
    """Of three who wait for one unit the second withdraws: the first and the third are served, and nothing is lost."""
    pool = _pool(1)
    served = []

    def wait(entity: int):
        yield pool.seize(entity)
        served.append(entity)
        yield pool.env.timeout(10)
        pool.release()

    pool.env.process(wait(0))
    second = Claims()
    pool.env.run(until=FIRST + 1)
    second.seize(pool, 1)
    pool.env.process(wait(2))
    second.withdraw()
    pool.env.run(until=FIRST + 100)
    assert served == [0, 2]
    assert pool.in_use == 0


def test_claim_is_given_back_once():
    """A second withdrawal of the same claim does nothing."""
    pool = _pool(1)
    claims = Claims()
    claims.seize(pool, 0)
    pool.env.run(until=FIRST + 1)
    assert pool.in_use == 1
    claims.withdraw()
    claims.withdraw()
    assert pool.in_use == 0


@FIXED
@given(changes=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 3)), max_size=12), later=st.integers(0, 200))
def test_load_is_what_was_in_use_minute_by_minute_over_an_hour(changes, later):
    """The meter, which keeps changes only, agrees with a sum over the sixty minutes before."""
    meter, minute, held, in_use = LoadMeter(FIRST), FIRST, 0, {}
    for wait, units in [*changes, (later, 0)]:
        in_use |= dict.fromkeys(range(minute, minute + wait), held)
        minute += wait
        assert meter.busy_minutes(minute) == sum(in_use.get(each, 0) for each in range(minute - HOUR, minute))
        meter.change(minute, units)
        held = units


def test_load_is_told_in_tenths_of_the_capacity():
    """One of two units in use for the hour is half, for 35 minutes 2.9 tenths, cut to two; none after a free hour."""
    pool = _pool(2)
    pool.take_anyway()
    pool.env.run(until=FIRST + 35)
    assert pool.load() == 2
    pool.env.run(until=FIRST + HOUR)
    assert pool.load() == 5
    pool.release()
    pool.env.run(until=FIRST + 2 * HOUR)
    assert pool.load() == 0


def test_own_job_is_no_load():
    """Who was the only one to be served for 30 minutes meets an idle station."""
    pool = _pool(1)
    pool.take_anyway()
    pool.env.run(until=FIRST + 30)
    assert pool.load() == 5
    assert pool.load(own_minutes=30) == 0


def test_load_beyond_the_capacity_is_full():
    """More in use than open, or nobody on duty: the last step."""
    pool = _pool(1)
    pool.take_anyway(3)
    pool.env.run(until=FIRST + HOUR)
    assert pool.load() == LOADS - 1
    pool.capacity = 0
    assert pool.load() == LOADS - 1


def test_agents_who_care_for_children_do_not_serve_but_one_always_does():
    """At each beginning of a shift it is asked anew; who is at work finishes."""
    need = [1]
    env = Clock(initial_time=FIRST)
    schedule = schedule_of({"Mon 00:00": 3, "Mon 06:00": 3, "Mon 14:00": 3, "Mon 22:00": 0})
    desks = Desks(env, 0, schedule, "agents of a test", lambda: need[0])
    found = []
    for until, beyond in (("Mon 01:00", 1), ("Mon 07:00", 9), ("Mon 15:00", 9), ("Mon 23:00", 0)):
        env.run(until=at(until))
        found.append(desks.capacity)
        need[0] = beyond
    assert found == [3, 2, 1, 0]


def test_clock_never_goes_back():
    """A plan whose parent is back at 19:00 from a hearing at 20:00 cannot be played and is refused, not played."""
    plan = plan_of(family("Mon 18:00", separated_checks=3 * DAY, back="19:00", ground=Ground.PROSECUTION))
    with pytest.raises(ModelError):
        play(plan, facilities_of(hearings=["Mon 20:00"]))


@pytest.mark.parametrize("was_enabled", [True, False])
def test_garbage_collection_is_left_as_it_was(was_enabled):
    """The engine switches the collector off while it plays and restores what it found."""
    before = gc.isenabled()
    try:
        (gc.enable if was_enabled else gc.disable)()
        simulate(plan_of(adult("Mon 08:00")), facilities_of())
        assert gc.isenabled() == was_enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_garbage_collection_is_restored_after_an_error():
    """Also when the engine fails in the middle of a run, here over a kind of case that does not exist."""
    plan = replace(plan_of(adult("Mon 08:00")), case_kind=np.array([9], dtype=np.int8))
    with pytest.raises(KeyError):
        simulate(plan, facilities_of())
    assert gc.isenabled()
