"""Several resources: what is found holds, nothing of it can be lowered by itself, and little is judged for it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from made_up_standings import Stand, on_the_limit, sure, told

from borderops.exceptions import WrongInput
from borderops.readiness.frontier import frontier, is_less, minimal, width
from borderops.readiness.judging import Verdict
from borderops.readiness.least import Bench, looks

LOOKS = looks(0.05)


def grids(resources: int):
    """Axes of some levels, and the least points of a truth in which more never hurts."""
    axes = some.lists(some.integers(1, 6).map(lambda many: list(range(0, 10 * many, 10))), min_size=resources,
                      max_size=resources)  # fmt: skip
    corners = some.lists(some.tuples(*[some.integers(-10, 60)] * resources), max_size=4)
    return some.tuples(axes, corners)


@pytest.mark.parametrize("resources", [2, 3])
def test_the_frontier_is_the_least_points_of_the_truth(resources):
    """Whatever the truth, as long as more never hurts: the points found are its least ones, all of them."""

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(grids(resources))
    def check(case):
        axes, corners = case

        def holds(point) -> bool:
            return any(all(low <= at for low, at in zip(corner, point)) for corner in corners)

        found = frontier(axes, Bench(sure(holds), LOOKS))
        truth = [point for point in itertools.product(*axes) if holds(point)]
        assert found.points == minimal(truth)
        assert found.is_none == (not truth) and not found.was_scanned and found.open_points == ()
        assert not any(is_less(one, other) for one in found.points for other in found.points)
        for point in found.points:
            assert found.seen[point].verdict is Verdict.GO

    check()


def test_a_staircase_judges_a_part_of_the_grid():
    """Thirty by thirty levels: fewer than 120 of 900 points are judged."""
    axes = [list(range(30))] * 2
    found = frontier(axes, Bench(sure(lambda point: point[0] + point[1] >= 30), LOOKS))
    assert found.points == tuple((one, 30 - one) for one in range(1, 30))
    assert len(found.seen) < 120


def test_what_stays_open_below_the_frontier_is_told():
    """Points that could be enough with less are named; those that are no better than the frontier are not."""

    def ask(point, replications: int, alpha: float) -> Stand:
        total = sum(point)
        return told(Verdict.GO if total >= 4 else Verdict.NOT_ENOUGH if total == 3 else Verdict.NO_GO, total)

    found = frontier([list(range(5))] * 2, Bench(ask, LOOKS))
    assert found.points == tuple((one, 4 - one) for one in range(5))
    assert found.open_points and all(sum(point) == 3 for point in found.open_points)


def test_where_most_of_everything_is_not_enough_little_is_judged():
    """The corner and the middle fail: nothing holds, and two points of 900 were judged."""
    found = frontier([list(range(30))] * 2, Bench(sure(lambda point: False), LOOKS))
    assert found.is_none and len(found.seen) == 2


def test_where_more_hurts_the_whole_grid_is_judged():
    """A point with more of everything that is NO-GO beside one that is GO: nothing is left unjudged."""

    def ask(point, replications: int, alpha: float) -> Stand:
        holds = point in {(1, 1), (0, 2)}
        return told(Verdict.GO if holds else Verdict.NO_GO, 10 if holds else 0)

    found = frontier([list(range(3))] * 2, Bench(ask, LOOKS))
    assert found.was_scanned and len(found.seen) == 9
    assert found.points == ((0, 2), (1, 1)) and found.reversals


def largest_antichain(sizes) -> int:
    """Of a small grid, by a largest matching of what lies above what."""
    points = [*itertools.product(*map(range, sizes))]
    above = {one: [other for other in points if is_less(one, other)] for one in points}
    chosen: dict = {}

    def finds(one, tried) -> bool:
        for other in above[one]:
            if other not in tried:
                tried.add(other)
                if other not in chosen or finds(chosen[other], tried):
                    chosen[other] = one
                    return True
        return False

    return len(points) - sum(finds(one, set()) for one in points)


@pytest.mark.parametrize("sizes", [(1,), (7,), (3, 4), (5, 5), (2, 1), (3, 3, 3), (2, 3, 4), (2, 2, 2, 2)])
def test_the_width_of_a_grid(sizes):
    """By Dilworth: points less the largest matching."""
    assert width(sizes) == largest_antichain(sizes)


@pytest.mark.slow
def test_all_points_together_spend_one_error():
    """Of 500 grids with five points exactly on the limit, each with its own luck, at most 37 come to a wrong GO.

    The same with all of the error at each point comes to more, so that the test can tell.
    """
    axes = [list(range(5))] * 2
    wrong = alone = 0
    for seed in range(500):
        ask = on_the_limit(sum, 4, seed)
        found = frontier(axes, Bench(ask, looks(0.05, 120)))
        wrong += any(sum(point) <= 4 for point in found.points)
        unshared = Bench(ask, looks(0.05, 120))
        alone += any(unshared.holds((at, 4 - at)) for at in range(5))
    assert wrong <= 37 < alone


@pytest.mark.parametrize("axes", [[], [[1, 2]], [[1, 2], []]])
def test_fewer_than_two_resources_are_no_frontier(axes):
    """One resource is searched by `least`."""
    with pytest.raises(WrongInput, match="two resources or more"):
        frontier(axes, Bench(sure(lambda point: True), LOOKS))
