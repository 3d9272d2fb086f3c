"""Several resources at once: the amounts for which criteria hold and none of which can be lowered by itself.

The point with most of everything is judged first: if it does not hold, nothing does, unless more hurts. Then goes one
search along the last resource for each combination of the others, begun where the combinations with less of the
others left off: if so many beds do with two clerks, no more are needed with three. On a grid of a by b this is a
staircase of about a + b judgements in place of a times b. The error allowed holds for all points together: each is
judged with a part of it (`borderops.readiness.least.part_of_each`).

Pure, like `borderops.readiness.least`, whose benches it uses.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from borderops.exceptions import WrongInput
from borderops.readiness.judging import Verdict
from borderops.readiness.least import Bench, Reversal, Standing, part_of_each, reversals

MOST_SCANNED: Final = 100
"""Points of a grid up to which all are judged where more of something does worse."""

Point = tuple[int, ...]


@dataclass(frozen=True)
class Frontier:
    """What a search over several resources found.

    Parameters
    ----------
    points : tuple of tuple of int
        Levels of the resources, in their order, that are GO; no point has as much or less of everything than another.
    open_points : tuple of tuple of int
        Judged points that stayed open and have no more of everything than some point that is GO, or where none is.
    seen : dict of tuple of int to Standing
        All points that were judged.
    reversals : tuple of Reversal
    was_scanned : bool
        The whole grid was judged, because of the reversals.
    """

    points: tuple[Point, ...]
    open_points: tuple[Point, ...]
    seen: dict[Point, Standing]
    reversals: tuple[Reversal[Point], ...] = ()
    was_scanned: bool = False

    @property
    def is_none(self) -> bool:
        """Whether no point of the grid holds, and that is shown."""
        return not self.points and not self.open_points


def is_less(one: Point, other: Point) -> bool:
    """Whether a point has as much or less of everything than another, and less of something."""
    return one != other and all(first <= second for first, second in zip(one, other, strict=True))


def minimal(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points of which no other has as much or less of everything, sorted."""
    return tuple(sorted(one for one in set(points) if not any(is_less(other, one) for other in points)))


def width(sizes: Sequence[int]) -> int:
    """Most points of a grid of which none has as much or less of everything than another.

    Parameters
    ----------
    sizes : sequence of int
        Levels of each resource.

    Notes
    -----
    The middle coefficient of the product of 1 + x + ... + x^(size - 1): in a product of chains the points with as many
    steps in all as the middle one are the largest such set (N. G. de Bruijn, C. van Ebbenhorst Tengbergen and D.
    Kruyswijk, Nieuw Archief voor Wiskunde 23 (1951) 191-193).
    """
    ranks = [1]
    for size in sizes:
        ranks = [sum(ranks[max(at - size + 1, 0) : at + 1]) for at in range(len(ranks) + size - 1)]
    return max(ranks)


def frontier(axes: Sequence[Sequence[int]], bench: Bench[Point]) -> Frontier:
    """Search the points that are GO and have no point with less that is.

    Parameters
    ----------
    axes : sequence of sequence of int
        Levels of each resource, rising.
    bench : Bench
        With the error allowed over all points; nothing is judged by it itself.

    Returns
    -------
    Frontier

    Raises
    ------
    WrongInput
        If there are fewer than two resources, or one has no levels.
    """
    if len(axes) < 2 or not all(axes):
        raise WrongInput("a frontier needs two resources or more, each with levels")
    found: tuple[Reversal[Point], ...] = ()
    whole, bench = bench, bench.with_part(part_of_each(width([len(axis) for axis in axes])))
    for _ in _stairs(axes, bench):
        found = tuple(reversals(bench.seen, is_less))
        if found:
            break
    scans = bool(found) and math.prod(map(len, axes)) <= MOST_SCANNED
    if scans:
        bench = whole.with_part(1.0 / math.prod(map(len, axes)))
        for point in itertools.product(*axes):
            bench.judge(point)
    elif found:
        for _ in _stairs(axes, bench):  # too many to judge: the stairs go on, and the reversals are told
            pass
    return _told(bench, found, was_scanned=scans)


def _stairs(axes: Sequence[Sequence[int]], bench: Bench[Point]) -> Iterator[Standing]:
    """Judge what the search asks for; gives each standing once it is known."""
    *others, last = axes
    yield bench.judge(tuple(axis[-1] for axis in axes))
    if not bench.holds(tuple(axis[-1] for axis in axes)):
        middle_of_all = tuple(axis[len(axis) // 2] for axis in axes)  # more may have hurt
        yield bench.judge(middle_of_all)
        if not bench.holds(middle_of_all):
            return
    least_at: dict[Point, int] = {}
    """Place on the last axis from which on each combination of the others holds; its length where none does."""
    for places in itertools.product(*(range(len(axis)) for axis in others)):
        column = tuple(axis[at] for axis, at in zip(others, places, strict=True))
        before = [least_at[one] for one in _one_less(places)]
        high = min(before, default=len(last))
        if high == len(last):
            yield bench.judge((*column, last[-1]))
            if not bench.holds((*column, last[-1])):
                least_at[places] = len(last)
                continue
            high = len(last) - 1
        low, stride = -1, 1 if before else max(len(last) // 2, 1)
        while high - low > 1:
            # Steps down double while they hold, since a neighbour's answer is near; then what is left is halved.
            middle = max(high - stride, low + 1) if stride else (low + high) // 2
            yield bench.judge((*column, last[middle]))
            if bench.holds((*column, last[middle])):
                high, stride = middle, stride * 2
            else:
                low, stride = middle, 0
        least_at[places] = high


def _one_less(places: Point) -> Iterator[Point]:
    """Combinations with one step less of one resource."""
    return ((*places[:at], one - 1, *places[at + 1 :]) for at, one in enumerate(places) if one)


def _told(bench: Bench[Point], found: tuple[Reversal[Point], ...], *, was_scanned: bool) -> Frontier:
    holding = [point for point, one in bench.seen.items() if one.verdict is Verdict.GO]
    points = minimal(holding)
    undecided = [point for point, one in bench.seen.items() if one.verdict is Verdict.NOT_ENOUGH]
    open_points = [one for one in undecided if not points or any(is_less(one, point) for point in points)]
    return Frontier(points, tuple(sorted(open_points)), dict(sorted(bench.seen.items())), found, was_scanned)
