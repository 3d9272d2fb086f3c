"""Release work by calendar time: how long a stay takes is a matter of the dates it spans."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import FIRST, FIXED, facilities_of, pace_of, plan_of

from borderops import clock
from borderops.config.schema import PaceStep
from borderops.operations.reference import World
from borderops.pace import PER_MINUTE, moment_of, pace_table, work_done_by
from borderops.units import DAY, NEVER

STEPS = [
    PaceStep(begins=date(2018, 1, 1), pace=1.0),
    PaceStep(begins=date(2018, 1, 11), pace=0.62),
    PaceStep(begins=date(2018, 1, 21), pace=1.85),
]
TABLE = pace_table(STEPS, date(2018, 1, 1), date(2018, 1, 31))
START = clock.minute_of(date(2018, 1, 1))


def test_work_of_a_day_is_its_pace():
    """Ten days at pace 1 and ten at 0.62 are 16.2 days of work; halfway through a day half of it is done."""
    days = np.array([0, 10, 20, 20.5])
    done = work_done_by(TABLE, START + (days * DAY).astype(np.int64)) - work_done_by(TABLE, np.array([START]))
    assert (done / (DAY * PER_MINUTE)).tolist() == pytest.approx([0, 10, 16.2, 17.125], abs=1e-9)


def test_days_before_the_first_step_have_its_pace():
    """Stays in progress were begun at the pace of the first step."""
    before = work_done_by(TABLE, np.array([START - 100 * DAY, START]))
    assert np.diff(before).tolist() == [100 * DAY * PER_MINUTE]


def test_moment_beyond_the_table_never_comes():
    """More work than the table holds is never done; the last work it holds is."""
    last = int(TABLE.done[-1])
    assert moment_of(TABLE, np.array([last])).tolist() == [NEVER]
    assert moment_of(TABLE, np.array([last - 1]))[0] == (TABLE.first_day + TABLE.per_minute.size) * DAY


def test_stay_begun_before_the_table_is_refused():
    """Work below zero names a stay that the table does not reach back to."""
    with pytest.raises(ValueError, match="before the table"):
        moment_of(TABLE, np.array([5, -1]))


@FIXED
@given(minute=st.integers(0, 30 * DAY), work=st.integers(0, 40 * DAY * PER_MINUTE))
def test_moment_is_the_first_at_which_the_work_is_done(minute, work):
    """At the moment the work is done; a minute before it was not."""
    begin = work_done_by(TABLE, np.array([START + minute]))
    end = moment_of(TABLE, begin + work)
    assert work_done_by(TABLE, end) >= begin + work
    assert work == 0 or work_done_by(TABLE, end - 1) < begin + work


@FIXED
@given(
    since=st.integers(0, 30 * DAY - 1),
    work=st.integers(0, 60 * DAY * PER_MINUTE),
    paces=st.lists(st.sampled_from([0.001, 0.3, 0.62, 1.0, 1.85, 20.0]), min_size=3, max_size=3),
)
def test_engine_and_table_tell_the_same_end_of_a_stay(since, work, paces):
    """The engine's own look-up agrees with the vectorised one, NEVER included."""
    steps = {0: paces[0], 10: paces[1], 20: paces[2]}
    table = pace_of(steps, days=60)
    world = World(plan_of(), facilities_of(pace=steps))
    shelters = world.shelters
    shelters.pace_done, shelters.pace_per_minute = table.done.tolist(), table.per_minute.tolist()
    begin = work_done_by(table, np.array([FIRST + since]))
    assert shelters.release_minute(FIRST + since, work) == moment_of(table, begin + work)[0]
