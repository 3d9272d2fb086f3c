"""The least level of one resource for which criteria hold: a search that knows when it does not know.

A level is judged on replications of the same luck as every other level (common random numbers), and in looks: after an
eighth, a quarter, half, and all of the replications that a level may have. A look is taken only where those before it
left the verdict open. Each look spends its part (`SPENT`) of the error allowed, and the parts add up to it, so that
however many looks are taken a level that does not hold is called GO with no more than that error, and the other way
round (Bonferroni over looks; more is kept for the later ones, since an early GO is out of reach anyway).

Of several levels no more is spent. Where replication by replication more never hurts, a wrong GO at any level that does
not hold is a wrong GO at the highest of them as well, and one error pays for all. Whether more never hurts is looked at
on the way: pairs of levels by a sign test on the replications that only the lower one meets, and verdicts that
contradict one another. Where it does hurt, all levels are judged, each with an equal part of the error.

Pure: how a level is played and judged is the caller's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

import numpy as np

from borderops.exceptions import WrongInput
from borderops.readiness.judging import Verdict

SPENT: Final = (0.1, 0.15, 0.3, 0.45)
"""Parts of the error that the looks spend; they add up to 1."""

MOST: Final = 80
"""Replications of a level."""

FEWEST: Final = 8
REVERSED: Final = 0.01
"""A pair of levels counts as reversed where chance alone would show as much no more often than this."""


class Standing(Protocol):
    """How a level stands after some replications."""

    @property
    def verdict(self) -> Verdict:
        """Of all criteria together."""

    @property
    def met(self) -> np.ndarray:
        """Whether each replication, from 1 on, met all criteria; bool, shape (n,)."""


Place = TypeVar("Place", bound=Hashable)
"""What is judged: a level, levels of several levers, a set of levers."""

Ask = Callable[[Place, int, float], Standing]
"""Judges a place by its first so many replications with an error of so much."""


@dataclass(frozen=True)
class Look:
    """After how many replications to look, and the error that may be spent on it."""

    replications: int
    alpha: float


def looks(alpha: float, most: int = MOST) -> tuple[Look, ...]:
    """When to look at a level.

    Parameters
    ----------
    alpha : float
        Error allowed over all looks.
    most : int
        Replications at the last one.

    Raises
    ------
    WrongInput
        If there are too few replications for four looks.
    """
    if most < FEWEST:
        raise WrongInput(f"a level may have {most} replications; allowed: {FEWEST} or more")
    shares = (0.125, 0.25, 0.5, 1.0)
    return tuple(Look(math.ceil(most * share), alpha * spent) for share, spent in zip(shares, SPENT))


def part_of_each(width: int) -> float:
    """Part of the error that each place of a partial order may spend, so that all of them together spend no more.

    Parameters
    ----------
    width : int
        Most places of which none has as much or less of everything than another.

    Notes
    -----
    Where more never hurts, a wrong GO anywhere is a wrong GO at some place that does not hold while everything with
    more does. Of such places none lies above another, so that there are at most ``width`` of them (Bonferroni over
    these alone). On a single resource the width is 1, and nothing is to be shared out.
    """
    return 1.0 / width


def fewest_for_go(confidence: float, alpha: float) -> int:
    """Replications of a level below which no GO can be said, were every one of them to meet the criterion.

    Parameters
    ----------
    confidence : float
        Share of seasons in which the criterion has to be met.
    alpha : float
        Error allowed over all looks.
    """
    return math.ceil(math.log(alpha * SPENT[-1]) / math.log(confidence))


# --- judging places on the way ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reversal(Generic[Place]):
    """Two places of which the one with less does better than the one with more.

    Parameters
    ----------
    less, more : place
    only_less, only_more : int
        Replications that only the one, only the other met.
    """

    less: Place
    more: Place
    only_less: int
    only_more: int


@dataclass
class Bench(Generic[Place]):
    """Judges places, each once, and keeps what it saw.

    Parameters
    ----------
    ask : callable
    looks : sequence of Look
    on_judged : callable, optional
        Hears of each place with its standing once it has been judged.
    """

    ask: Ask[Place]
    looks: Sequence[Look]
    on_judged: Callable[[Place, Standing], None] | None = None
    seen: dict[Place, Standing] = field(default_factory=dict)

    def judge(self, place: Place) -> Standing:
        """How a place stands: looks are taken until the verdict is no longer open."""
        if place not in self.seen:
            for look in self.looks:
                standing = self.ask(place, look.replications, look.alpha)
                if standing.verdict is not Verdict.NOT_ENOUGH:
                    break
            self.seen[place] = standing
            if self.on_judged is not None:
                self.on_judged(place, standing)
        return self.seen[place]

    def holds(self, place: Place) -> bool:
        """Whether a place is GO."""
        return self.judge(place).verdict is Verdict.GO

    def with_part(self, part: float) -> Bench[Place]:
        """The same with a part of the error, and nothing seen yet."""
        return Bench(self.ask, [Look(one.replications, one.alpha * part) for one in self.looks], self.on_judged)


def reversal(less: Place, more: Place, first: Standing, second: Standing) -> Reversal[Place] | None:
    """Whether more of something does worse than less of it.

    Parameters
    ----------
    less, more : place
    first, second : Standing
        Their standings, over replications of the same luck.

    Returns
    -------
    Reversal or None
        Where the verdicts contradict one another, or a one-sided sign test on replications that only one of the two
        met finds more on the side of less than chance would leave there.
    """
    common = min(len(first.met), len(second.met))
    low, high = first.met[:common], second.met[:common]
    only_less, only_more = int((low & ~high).sum()), int((high & ~low).sum())
    contradict = first.verdict is Verdict.GO and second.verdict is Verdict.NO_GO
    if contradict or (only_less and _at_least(only_less, only_less + only_more) <= REVERSED):
        return Reversal(less, more, only_less, only_more)
    return None


def _at_least(successes: int, tosses: int) -> float:
    """Chance of at least so many heads of a fair coin."""
    return sum(math.comb(tosses, one) for one in range(successes, tosses + 1)) / 2.0**tosses


def reversals(seen: dict[Place, Standing], is_less: Callable[[Place, Place], bool]) -> Iterator[Reversal[Place]]:
    """Reversals among places, pair by pair; ``is_less`` says of which pairs the first has less of everything."""
    for one, other in itertools.permutations(seen, 2):
        if is_less(one, other) and (found := reversal(one, other, seen[one], seen[other])) is not None:
            yield found


# --- one resource -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a search found.

    Parameters
    ----------
    level : int or None
        The least level that is GO.
    below : int or None
        The next lower level that was judged, which is not GO; None where the answer is the lowest level.
    open_from, open_to : int or None
        Levels that are neither shown to hold nor shown not to: those right below the answer, or right up to the
        highest level where there is none.
    seen : dict of int to Standing
        All levels that were judged, sorted.
    reversals : tuple of Reversal
        Pairs of levels of which the lower does better.
    was_scanned : bool
        All levels were judged, because of the reversals.
    """

    level: int | None
    below: int | None
    open_from: int | None
    open_to: int | None
    seen: dict[int, Standing]
    reversals: tuple[Reversal[int], ...] = ()
    was_scanned: bool = False

    @property
    def is_none(self) -> bool:
        """Whether no level of the range holds, and that is shown."""
        return self.level is None and self.open_from is None


def least(levels: Sequence[int], bench: Bench[int]) -> Found:
    """Search the least level that is GO.

    The lowest and the highest level are judged, then the range is halved. Where the level below the answer stays open,
    the highest level that is NO-GO is searched as well. Where the highest level does not hold, the middle is judged
    too, since more may have hurt.

    Parameters
    ----------
    levels : sequence of int
        Rising.
    bench : Bench

    Returns
    -------
    Found

    Raises
    ------
    WrongInput
        If there are no levels, or they do not rise.
    """
    if not levels or any(later <= before for before, later in itertools.pairwise(levels)):
        raise WrongInput("a search needs levels that rise, one at least")
    for _ in _halved(levels, bench):
        found = tuple(reversals(bench.seen, lambda one, other: one < other))
        if found:
            whole = bench.with_part(1.0 / len(levels))
            for level in levels:
                whole.judge(level)
            return _told(levels, whole, found, was_scanned=True)
    return _told(levels, bench, (), was_scanned=False)


def _halved(levels: Sequence[int], bench: Bench[int]) -> Iterator[Standing]:
    """Judge the levels that halving asks for; gives each standing once it is known."""
    low, high = 0, len(levels) - 1
    yield bench.judge(levels[low])
    if bench.holds(levels[low]):
        return
    yield bench.judge(levels[high])
    if not bench.holds(levels[high]):
        high //= 2
        yield bench.judge(levels[high])
        if not bench.holds(levels[high]):
            yield from _still_open(levels, bench, len(levels))
            return
    while high - low > 1:
        middle = (low + high) // 2
        yield bench.judge(levels[middle])
        low, high = (low, middle) if bench.holds(levels[middle]) else (middle, high)
    yield from _still_open(levels, bench, high)


def _still_open(levels: Sequence[int], bench: Bench[int], end: int) -> Iterator[Standing]:
    """Judge the levels that tell from where on, below a place, it is open whether they hold."""

    def places(verdict: Verdict, below: int) -> list[int]:
        return [at for at in range(below) if levels[at] in bench.seen and bench.seen[levels[at]].verdict is verdict]

    high = min(places(Verdict.NOT_ENOUGH, end), default=end)
    low = max(places(Verdict.NO_GO, high), default=-1)
    while high - low > 1:
        middle = (low + high) // 2
        yield bench.judge(levels[middle])
        low, high = (middle, high) if bench.seen[levels[middle]].verdict is Verdict.NO_GO else (low, middle)


def _told(levels: Sequence[int], bench: Bench[int], found: tuple[Reversal[int], ...], *, was_scanned: bool) -> Found:
    """The answer that the judged levels come to."""
    seen = {level: bench.seen[level] for level in levels if level in bench.seen}
    holding = [level for level, one in seen.items() if one.verdict is Verdict.GO]
    answer = min(holding, default=None)
    lower = [level for level in seen if answer is None or level < answer]
    not_shown = list(_open_below(lower, seen))
    return Found(
        level=answer,
        below=lower[-1] if lower and answer is not None else None,
        open_from=min(not_shown, default=None),
        open_to=max(not_shown, default=None),
        seen=seen,
        reversals=found,
        was_scanned=was_scanned,
    )


def _open_below(lower: Iterable[int], seen: dict[int, Standing]) -> Iterator[int]:
    """Levels below the answer that were judged and stayed open."""
    return (level for level in lower if seen[level].verdict is Verdict.NOT_ENOUGH)
