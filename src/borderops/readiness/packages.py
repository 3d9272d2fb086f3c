"""The smallest packages that turn a NO-GO into a GO: sets of levers, each at a stated level, none holding another.

All levers together are judged first, then all but one: a lever without which the rest is not GO belongs to every
package. What is left is tried by size, sets that hold a package left out. Where a set does worse than a part of it the
short cut is not taken. The error allowed holds for all packages together: each set is judged with a part of it.

Pure, like `borderops.readiness.least`, whose benches it uses.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from borderops.exceptions import WrongInput
from borderops.readiness.judging import Verdict
from borderops.readiness.least import Bench, Reversal, Standing, part_of_each, reversals

Package = frozenset[str]


@dataclass(frozen=True)
class Packages:
    """What a search for packages found.

    Parameters
    ----------
    found : tuple of frozenset of str
        Sets that are GO, by size; none holds another.
    needed : frozenset of str
        Levers without which all others together are not GO; empty where that was not asked or not true.
    open_sets : tuple of frozenset of str
        Judged sets that stayed open and hold no package.
    seen : dict of frozenset of str to Standing
        All sets that were judged, the plan as it is among them.
    largest : int
        Levers of the largest sets that were tried, but for all of them together.
    reversals : tuple of Reversal
    """

    found: tuple[Package, ...]
    needed: Package
    open_sets: tuple[Package, ...]
    seen: dict[Package, Standing]
    largest: int
    reversals: tuple[Reversal[Package], ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether no set holds, and that is shown."""
        return not self.found and not self.open_sets


def width(levers: int, largest: int) -> int:
    """Most sets of so many levers at the largest of which none holds another (E. Sperner, 1928)."""
    return math.comb(levers, min(largest, levers // 2))


def smallest_packages(levers: Sequence[str], bench: Bench[Package], largest: int | None = None) -> Packages:
    """Search the smallest sets of levers that are GO.

    Parameters
    ----------
    levers : sequence of str
        Each at its stated level.
    bench : Bench
        With the error allowed over all packages; nothing is judged by it itself.
    largest : int, optional
        Levers of a package at most; all of them if none is given.

    Returns
    -------
    Packages
        A plan that is GO as it is has one package, the empty one.

    Raises
    ------
    WrongInput
        If there are no levers, or one is named twice.
    """
    whole, most = frozenset(levers), len(levers) if largest is None else min(largest, len(levers))
    if not levers or len(whole) < len(levers):
        raise WrongInput("packages need levers, each named once")
    bench = bench.with_part(part_of_each(width(len(levers), most)))
    needed: Package = frozenset()
    found: list[Package] = []
    if bench.holds(frozenset()):
        found.append(frozenset())
    elif bench.holds(whole):
        without = [one for one in levers if not bench.holds(whole - {one})]
        needed = frozenset() if _reversed(bench) else frozenset(without)
        found += _by_size(levers, needed, bench, most)
    elif _reversed(bench):
        found += _by_size(levers, needed, bench, most)
    undecided = [one for one, how in bench.seen.items() if how.verdict is Verdict.NOT_ENOUGH]
    open_sets = [one for one in undecided if not any(package <= one for package in found)]
    place = {name: at for at, name in enumerate(levers)}
    ordered = sorted(bench.seen, key=lambda one: (len(one), sorted(place[name] for name in one)))
    return Packages(
        tuple(found), needed, tuple(open_sets), {one: bench.seen[one] for one in ordered}, most, _reversed(bench)
    )


def _by_size(levers: Sequence[str], needed: Package, bench: Bench[Package], most: int) -> Iterator[Package]:
    """Sets that hold what is needed, are GO, and hold no smaller one that is."""
    found: list[Package] = []
    rest = [one for one in levers if one not in needed]
    for size in range(max(most - len(needed), -1) + 1):
        for chosen in itertools.combinations(rest, size):
            one = needed | frozenset(chosen)
            if one and not any(package <= one for package in found) and bench.holds(one):
                found.append(one)
                yield one


def _reversed(bench: Bench[Package]) -> tuple[Reversal[Package], ...]:
    return tuple(reversals(bench.seen, lambda one, other: one < other))
