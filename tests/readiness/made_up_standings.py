"""Standings for searches: truths that are known, seasons drawn with a fixed seed, judged as a review judges them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from borderops.readiness.criteria import Basis, Criterion
from borderops.readiness.judging import Verdict, weigh


def criterion(at_most: float, confidence: float = 0.9) -> Criterion:
    """A limit on a figure."""
    return Criterion(
        "made_up", "Made up", "shelter_days_full", None, "all", at_most, None, confidence, 0.0, "missing",
        Basis.PLANNER, "none", "nobody", False, (),
    )  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """A verdict with the seasons that met everything."""

    verdict: Verdict
    met: np.ndarray


def told(verdict: Verdict, met: int = 0, of: int = 10) -> Stand:
    """A verdict that is simply said."""
    return Stand(verdict, np.arange(of) < met)


def sure(holds: Callable[[Hashable], bool]) -> Callable[[Hashable, int, float], Stand]:
    """Places that hold in every season or in none."""

    def ask(place: Hashable, replications: int, alpha: float) -> Stand:
        verdict = Verdict.GO if holds(place) else Verdict.NO_GO
        return told(verdict, replications if verdict is Verdict.GO else 0, replications)

    return ask


def on_the_limit(rank: Callable[[Hashable], int], limit: int, seed: int) -> Callable[[Hashable, int, float], Stand]:
    """Places of one rank hold in exactly the share of seasons demanded, each with luck of its own; those above always,
    those below never. More never hurts, and a GO on the limit is wrong in as many ways as there can be."""
    of = criterion(0.0)

    def ask(place: Hashable, replications: int, alpha: float) -> Stand:
        own = zlib.crc32(f"{seed} {sorted(place) if isinstance(place, frozenset) else place}".encode())
        luck = np.random.default_rng(own).random(replications)
        above = rank(place) - limit
        met = luck < (1.0 if above > 0 else np.nextafter(of.confidence, 0.0) if above == 0 else 0.0)
        return Stand(weigh(np.where(met, 0.0, 1.0), of, alpha).verdict, met)

    return ask


def drawn(chance: Callable[[Hashable], float], seed: int) -> Callable[[Hashable, int, float], Stand]:
    """Places that hold in a share of seasons, with the same luck at every place: a season that one meets, any better
    one meets as well."""
    luck = np.random.default_rng(seed).random(100_000)
    limit = criterion(0.0)

    def ask(place: Hashable, replications: int, alpha: float) -> Stand:
        met = luck[:replications] < chance(place)
        return Stand(weigh(np.where(met, 0.0, 1.0), limit, alpha).verdict, met)

    return ask
