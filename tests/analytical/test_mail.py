"""Mail and steering acts against exact results: Pollaczek-Khinchine at the coordinators, geometric tries, shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.analytical.test_queues import (
    SERVICE,
    WARM_UP,
    Measures,
    assert_interval_holds,
    days_of,
    poisson_arrivals,
    replications,
)
from tests.builders import FIRST, alone, copies_of, facilities_of, family, play

from borderops.operations.history import Code, Note, ParentNumber
from borderops.operations.numbers import ROLLS, TRIES, Act, Message
from borderops.operations.plan import Ground
from borderops.units import DAY

COUNT = 3000


def test_wait_for_a_coordinator_meets_pollaczek_and_khinchine():
    """M/D/1 while ORR's desk is closed, so only requests are handled; exponential ones would wait twice as long."""
    load = 0.6

    def play_once(generator: np.random.Generator) -> Measures:
        minutes = poisson_arrivals(generator, load)
        facilities = facilities_of(days=days_of(minutes), desk=0, coordinators=1, message_minutes=int(SERVICE))
        history = play(copies_of(alone(FIRST), minutes), facilities)
        return {"wait": (history.forwarded_at - history.determined_at)[WARM_UP:].mean() - SERVICE}

    exact = load * SERVICE / (2.0 * (1.0 - load))
    assert_interval_holds(replications(21, play_once)["wait"], exact, wrong=2.0 * exact)


@pytest.mark.parametrize("tries", [1, 3, TRIES])
def test_tries_until_a_message_arrives_are_geometric(tries):
    """At a constant share p a message needs k tries with p^(k-1) (1 - p), and the telephone with p^tries."""
    share, generator = 0.4, np.random.default_rng(22)
    plan = copies_of(
        alone(FIRST, intake=0, processing=0),
        FIRST + np.arange(COUNT),
        message_roll=generator.integers(0, ROLLS, (COUNT, len(Message), TRIES)),
    )
    facilities = facilities_of(tries=tries, notice_minutes=60, desk=0, thresholds={Act.MESSAGE_LOST: share}, days=20)
    history = play(plan, facilities)
    found = np.bincount(history.messages_lost, minlength=tries + 1)
    expected = COUNT * np.array([*(share**lost * (1.0 - share) for lost in range(tries)), share**tries])
    _assert_counts(found, expected)
    assert np.array_equal(history.is_phoned, history.messages_lost == tries)
    assert np.array_equal(history.forwarded_at - history.determined_at, 60 * history.messages_lost.astype(int))


def _assert_counts(found: np.ndarray, expected: np.ndarray) -> None:
    """Counts lie within the 99.9 % point of the chi-square statistic."""
    statistic = ((found - expected) ** 2 / expected).sum()
    assert statistic < stats.chi2.ppf(0.999, expected.size - 1), f"{found} for {np.round(expected)}"


def test_slips_that_exclude_each_other_come_in_their_shares():
    """Of codes, notes and parents' numbers each slip has its own share, and the rest is right."""
    generator = np.random.default_rng(23)
    rolls = {name: generator.integers(0, ROLLS, COUNT) for name in ("code_roll", "note_roll", "number_roll")}
    plan = copies_of(family(FIRST, ground=Ground.HEALTH), FIRST + 10 * np.arange(COUNT), **rolls)
    shares = {
        Act.CODE_WRONG: 0.2, Act.CODE_BLANK: 0.3, Act.CODE_SEVERAL: 0.1,
        Act.NOTE_NOTHING: 0.4, Act.NOTE_NOT_AT_TOP: 0.2, Act.NOTE_TOP_AND_CHILD: 0.2,
        Act.NUMBER_NOT_PASSED: 0.5, Act.NUMBER_WRONG: 0.1,
    }  # fmt: skip
    history = play(plan, facilities_of(thresholds=shares, days=COUNT * 10 // DAY + 10))
    parents, children = slice(0, None, 2), slice(1, None, 2)
    for column, values, expected in (
        (history.separation_code[parents], (Code.WRONG, Code.BLANK, Code.SEVERAL, Code.RIGHT), (0.2, 0.3, 0.1, 0.4)),
        (
            history.note[parents],
            (Note.NOTHING, Note.NOT_AT_TOP, Note.TOP_AND_CHILD, Note.TOP_ONLY),
            (0.4, 0.2, 0.2, 0.2),
        ),
        (
            history.parent_number[children],
            (ParentNumber.NOT_PASSED, ParentNumber.WRONG, ParentNumber.RIGHT),
            (0.5, 0.1, 0.4),
        ),
    ):
        _assert_counts(np.array([(column == value).sum() for value in values]), COUNT * np.array(expected))
