"""Pools keep count, and the engine leaves the interpreter as it found it."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from tests.builders import FIRST, Child, adult, facilities_of, family, plan_of, play, schedule_of

from borderops.exceptions import ConservationError, ModelError
from borderops.operations.plan import Ground
from borderops.operations.pools import Claims, Clock, Pool
from borderops.operations.reference import simulate
from borderops.units import DAY


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


def test_clock_never_goes_back():
    """A plan whose parent is back at 19:00 from a hearing at 20:00 cannot be played and is refused, not played."""
    child = Child(mail=3 * DAY)
    plan = plan_of(family("Mon 18:00", child, back="19:00", ground=Ground.PROSECUTION))
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
