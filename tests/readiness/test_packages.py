"""Packages: the smallest sets of levers that do, none holding another, and what is in all of them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from made_up_standings import Stand, on_the_limit, sure, told

from borderops.exceptions import WrongInput
from borderops.readiness.judging import Verdict
from borderops.readiness.least import Bench, looks
from borderops.readiness.packages import smallest_packages, width

LEVERS = ("beds", "clerks", "design", "slots", "start")
LOOKS = looks(0.05)
SETS = some.frozensets(some.sampled_from(LEVERS))


def subsets():
    return [frozenset(chosen) for size in range(6) for chosen in itertools.combinations(LEVERS, size)]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(some.lists(SETS, max_size=4))
def test_packages_are_the_smallest_sets_that_do(enough):
    """Whatever sets are enough: those found are enough, hold no other that is, and are all there are, by size."""

    def holds(chosen: frozenset[str]) -> bool:
        return any(one <= chosen for one in enough)

    found = smallest_packages(LEVERS, Bench(sure(holds), LOOKS))
    smallest = {one for one in subsets() if holds(one) and not any(holds(one - {name}) for name in one)}
    assert set(found.found) == smallest and len(found.found) == len(smallest)
    assert [len(one) for one in found.found] == sorted(len(one) for one in found.found)
    assert found.is_none == (not enough)
    if smallest and frozenset() not in smallest:
        assert found.needed == frozenset.intersection(*smallest)


def test_what_all_need_is_not_tried_without():
    """Two levers that are needed, three that are not: eight judgements in place of thirty-two."""
    found = smallest_packages(LEVERS, Bench(sure(lambda chosen: {"beds", "design"} <= chosen), LOOKS))
    assert found.found == (frozenset({"beds", "design"}),) and len(found.seen) == 8


def test_the_largest_size_is_kept():
    """With two levers at most, a package of three is not found, and nothing is said to be shown."""
    found = smallest_packages(LEVERS, Bench(sure(lambda chosen: len(chosen) >= 3), LOOKS), largest=2)
    assert found.found == () and found.largest == 2


def test_sets_that_stay_open_are_told():
    """A set that is neither shown to do nor shown not to is named, unless it holds a package."""

    def ask(chosen, replications: int, alpha: float) -> Stand:
        if {"beds", "slots"} <= chosen:
            return told(Verdict.GO, 10)
        return told(Verdict.NOT_ENOUGH if "beds" in chosen else Verdict.NO_GO, 5)

    found = smallest_packages(LEVERS, Bench(ask, LOOKS))
    assert found.found == (frozenset({"beds", "slots"}),)
    assert found.open_sets and all("beds" in one and "slots" not in one for one in found.open_sets)


def test_a_lever_that_hurts_is_told():
    """All levers together fail because of one: sets are tried by size all the same, and the reversal is named."""
    found = smallest_packages(LEVERS, Bench(sure(lambda chosen: "beds" in chosen and "start" not in chosen), LOOKS))
    assert found.is_none and not found.reversals  # nothing that was judged shows it: the plan and the whole both fail

    def ask(chosen, replications: int, alpha: float) -> Stand:
        met = 0 if "start" in chosen else 8
        return told(Verdict.GO if chosen == {"beds"} else Verdict.NO_GO, met)

    found = smallest_packages(LEVERS, Bench(ask, LOOKS))
    assert found.found == (frozenset({"beds"}),) and found.reversals


def test_the_width_of_sets():
    """Sperner's: of five levers ten sets of two hold none another; of sets of one at the largest, five."""
    assert [width(5, 5), width(5, 2), width(5, 1), width(5, 0), width(11, 11), width(1, 1)] == [10, 10, 5, 1, 462, 1]


@pytest.mark.slow
def test_all_packages_together_spend_one_error():
    """Of 500 searches with ten sets of two exactly on the limit, each with its own luck, at most 37 come to a wrong GO.

    The same with all of the error at each set comes to more, so that the test can tell.
    """
    wrong = alone = 0
    for seed in range(500):
        ask = on_the_limit(len, 2, seed)
        found = smallest_packages(LEVERS, Bench(ask, looks(0.05, 120)))
        wrong += any(len(one) <= 2 for one in found.found)
        unshared = Bench(ask, looks(0.05, 120))
        alone += any(unshared.holds(frozenset(two)) for two in itertools.combinations(LEVERS, 2))
    assert wrong <= 37 < alone


@pytest.mark.parametrize("levers", [(), ("beds", "beds")])
def test_levers_are_named_once(levers):
    """No lever, or one twice, makes no package."""
    with pytest.raises(WrongInput, match="each named once"):
        smallest_packages(levers, Bench(sure(lambda chosen: True), LOOKS))
