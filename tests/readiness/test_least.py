"""The least level that holds: found with evidence on both sides, or told that it is not there or not known."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_standings import Stand, drawn, sure, told
from scipy import stats

from borderops.exceptions import WrongInput
from borderops.readiness.judging import Verdict
from borderops.readiness.least import MOST, SPENT, Bench, fewest_for_go, least, looks, reversal

LEVELS = list(range(0, 101, 4))
ALPHA = 0.05


def bench(ask, most: int = MOST) -> Bench:
    return Bench(ask, looks(ALPHA, most))


# --- looks ----------------------------------------------------------------------------------------------------------


def test_looks_spend_the_error_and_no_more():
    """Four looks that end at the most replications; their errors add up to the error allowed."""
    found = looks(ALPHA, 80)
    assert [one.replications for one in found] == [10, 20, 40, 80]
    assert sum(one.alpha for one in found) == pytest.approx(ALPHA) and sum(SPENT) == pytest.approx(1.0)


@pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95])
def test_the_fewest_replications_for_a_go_are_the_fewest(confidence):
    """With so many seasons, all of them good, GO is said; with one fewer it is not."""
    fewest = fewest_for_go(confidence, ALPHA)
    shown = stats.binom(fewest, confidence).pmf(fewest)
    assert shown <= ALPHA * SPENT[-1] < shown / confidence


def test_too_few_replications_for_four_looks_are_refused():
    """A level needs eight replications at least."""
    with pytest.raises(WrongInput, match="allowed: 8 or more"):
        looks(ALPHA, 7)


# --- what is found --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", LEVELS)
def test_the_least_level_that_holds_is_found_with_the_one_below(threshold):
    """Wherever the threshold lies, the answer is that level; the level below was judged and is NO-GO."""
    found = least(LEVELS, bench(sure(lambda level: level >= threshold)))
    at = LEVELS.index(threshold)
    assert (found.level, found.below) == (threshold, LEVELS[at - 1] if at else None)
    assert found.open_from is None and not found.was_scanned
    assert len(found.seen) <= 2 + int(np.ceil(np.log2(len(LEVELS) - 1)))
    if at:
        assert found.seen[LEVELS[at - 1]].verdict is Verdict.NO_GO


def test_where_no_level_holds_that_is_told():
    """All NO-GO: no answer, nothing open, and the highest level was judged."""
    found = least(LEVELS, bench(sure(lambda level: False)))
    assert found.is_none and found.level is None and LEVELS[-1] in found.seen


def test_one_level_alone_is_judged():
    """A range of one level holds or does not."""
    assert least([7], bench(sure(lambda level: True))).level == 7
    assert least([7], bench(sure(lambda level: False))).is_none


@pytest.mark.parametrize("levels", [[], [3, 3], [4, 2]])
def test_levels_that_do_not_rise_are_refused(levels):
    """A search without an order is none."""
    with pytest.raises(WrongInput, match="levels that rise"):
        least(levels, bench(sure(lambda level: True)))


def test_levels_too_near_the_limit_are_told_as_open():
    """Between 88 and 93 per cent nothing is shown: the answer lies above, and the open levels are named exactly."""

    def ask(level: int, replications: int, alpha: float) -> Stand:
        return told(Verdict.NO_GO if level < 40 else Verdict.NOT_ENOUGH if level < 60 else Verdict.GO, level)

    found = least(LEVELS, bench(ask))
    assert (found.level, found.below) == (60, 56)
    assert (found.open_from, found.open_to) == (40, 56)
    assert found.seen[36].verdict is Verdict.NO_GO


def test_where_the_highest_level_is_open_there_is_no_answer_and_no_denial():
    """Not enough evidence at the top: the open levels reach from the last NO-GO to the top."""

    def ask(level: int, replications: int, alpha: float) -> Stand:
        return told(Verdict.NO_GO if level < 72 else Verdict.NOT_ENOUGH, level)

    found = least(LEVELS, bench(ask))
    assert found.level is None and not found.is_none
    assert (found.open_from, found.open_to) == (72, 100) and found.seen[68].verdict is Verdict.NO_GO


def test_replications_are_added_only_where_the_verdict_is_open():
    """A level at 20 per cent is decided at the first look; one that holds always needs the third, at 40."""
    asked: list[tuple[int, int]] = []
    ask = drawn(lambda level: 0.2 if level < 50 else 1.0, seed=5)

    def noted(level: int, replications: int, alpha: float) -> Stand:
        asked.append((level, replications))
        return ask(level, replications, alpha)

    found = least(LEVELS, bench(noted))
    assert found.level == 52
    most = {level: max(many for one, many in asked if one == level) for level in found.seen}
    assert all(many == (10 if level < 50 else 40) for level, many in most.items())


# --- where more hurts -----------------------------------------------------------------------------------------------


def test_a_level_that_hurts_is_found_and_all_levels_are_judged():
    """Holds from 20 to 60 alone: the ends do not, the middle tells, and each level is judged with its part."""
    alphas: set[float] = set()

    def ask(level: int, replications: int, alpha: float) -> Stand:
        alphas.add(round(alpha, 9))
        holds = 20 <= level <= 60
        return told(Verdict.GO if holds else Verdict.NO_GO, 10 if holds else 0)

    found = least(LEVELS, bench(ask))
    assert found.was_scanned and found.level == 20 and found.below == 16
    assert list(found.seen) == LEVELS and [(one.less, one.more) for one in found.reversals] == [(48, 100)]
    assert min(alphas) == pytest.approx(ALPHA * SPENT[0] / len(LEVELS), abs=1e-8)


def test_a_reversal_is_seen_in_the_seasons_even_where_verdicts_agree():
    """Seven seasons that only the lower level meets, none that only the higher does: chance shows it in one of 128."""
    low, high = told(Verdict.NOT_ENOUGH, 30, 40), told(Verdict.NOT_ENOUGH, 23, 40)
    found = reversal(1, 2, low, high)
    assert found is not None and (found.only_less, found.only_more) == (7, 0)
    assert reversal(1, 2, told(Verdict.NOT_ENOUGH, 29, 40), high) is None
    assert reversal(1, 2, high, low) is None


def test_seasons_that_scatter_are_no_reversal():
    """Ten seasons each way say nothing of which level is better."""
    some = np.arange(40) < 20
    assert reversal(1, 2, Stand(Verdict.NOT_ENOUGH, some), Stand(Verdict.NOT_ENOUGH, np.roll(some, 10))) is None


# --- errors ---------------------------------------------------------------------------------------------------------


def test_an_answer_below_the_limit_is_as_rare_as_promised():
    """Levels rise to exactly 90 per cent and stay there but for the last, which always holds: another answer is false.

    At most 5 per cent of 600 searches, with a margin of three standard errors; that is how often it may be for all
    levels together, since they share their luck.
    """
    searches, false = 600, 0
    for seed in range(searches):
        ask = drawn(lambda level: min(0.9, 0.5 + level / 100.0) if level < 100 else 1.0, seed)
        found = least(LEVELS, bench(ask))
        false += found.level is not None and found.level < 100
    assert false / searches <= ALPHA + 3.0 * np.sqrt(ALPHA * (1 - ALPHA) / searches)
    assert false > 0  # the limit is where errors are made: a search that never errs there asks for too much


def test_a_denial_of_what_holds_is_as_rare_as_promised():
    """No level holds but the last, at exactly 90 per cent: NO-GO there is false in at most 5 per cent of searches."""
    searches, false = 600, 0
    for seed in range(searches):
        found = least(LEVELS, bench(drawn(lambda level: 0.9 if level == 100 else 0.1, seed)))
        false += found.is_none
    assert false / searches <= ALPHA + 3.0 * np.sqrt(ALPHA * (1 - ALPHA) / searches)
