"""Count how often the intervals hold the truth, on cases whose truth is known.

    python benchmarks/interval_coverage.py            count, print, and write the tables of docs/statistics.md
    python benchmarks/interval_coverage.py 2000       fewer repetitions, printed only

The functions are those that the program calls. Seeds are fixed: the same table on every machine and day.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import special

from borderops.forecast.comparing import compare
from borderops.forecast.intervals import (
    Interval,
    mean_limits,
    quantile_interval,
    rare_interval,
    ratio_interval,
    share_interval,
    skewed_mean_limits,
)
from borderops.forecast.spread import Split, split, split_same_luck
from borderops.forecast.stopping import Looks, Target, verdicts

REPETITIONS: Final = 40_000
"""Enough for a counting error of 0.15 points, small beside what is promised."""

BLOCK: Final = 10_000
"""Repetitions made at a time, so that the memory stays small."""

LEVELS: Final = (0.90, 0.95)
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "statistics.md"
REGION: Final = "<!-- coverage: {name} -->\n{table}<!-- coverage: end -->"

FIXED, SEQUENTIAL = 0.7, 1.5
"""Points that coverage may be off: replications fixed beforehand, and stopped by looking."""


@dataclass(frozen=True)
class Outcome:
    """Intervals of many repetitions and what each should hold: arrays of one shape (or repetitions by comparisons)."""

    interval: Interval
    truth: np.ndarray | float
    used: np.ndarray | int

    def coverage(self, narrowed: float = 1.0) -> float:
        """Share of repetitions in which all intervals hold the truth, if need be after narrowing each about its middle.

        Parameters
        ----------
        narrowed : float
            0.8 makes every interval 20 % too narrow: the control that a count would notice.
        """
        low, high = self.interval
        if narrowed != 1.0:
            finite = np.isfinite(low) & np.isfinite(high)
            cut = np.where(finite, np.subtract(high, low, where=finite, out=np.zeros_like(low)), 0.0)
            low, high = low + cut * (1.0 - narrowed) / 2.0, high - cut * (1.0 - narrowed) / 2.0
        # A hair of slack: the interval of a constant is the constant up to rounding.
        holds = (low <= self.truth + 1e-12) & (self.truth - 1e-12 <= high)
        return float(holds.reshape(len(holds), -1).all(axis=1).mean())


@dataclass(frozen=True)
class Case:
    """A distribution with a known truth, and the function that has to find it.

    Attributes
    ----------
    name : str
    makes : callable
        (generator, repetitions, level) -> Outcome.
    promise : {"fixed", "at least", "sequential", "sequential, at least", "none"}
        Within `FIXED` or `SEQUENTIAL` points of the level; or not below the level by more; or nothing.
    levels : tuple of float
    """

    name: str
    makes: Callable[[np.random.Generator, int, float], Outcome]
    promise: str
    levels: tuple[float, ...] = field(default=LEVELS)

    def run(self, level: float, repetitions: int, block: int = 0) -> Outcome:
        """Make repetitions; the seed comes from name and block, hence is unmoved by cases added before it."""
        seed = zlib.crc32(f"{self.name} {block}".encode())
        return self.makes(np.random.Generator(np.random.Philox(seed)), repetitions, level)

    def slack(self) -> float:
        """Points of coverage that the promise allows."""
        return SEQUENTIAL if self.promise.startswith("sequential") else FIXED

    def keeps(self, coverage: float, level: float, error: float = 0.0) -> bool:
        """Whether a coverage keeps the promise, allowing so many points for the error of counting."""
        off = 100.0 * (coverage - level)
        return self.promise == "none" or (
            off >= -self.slack() - error and (self.promise.endswith("at least") or off <= self.slack() + error)
        )


# --- distributions ------------------------------------------------------------------------------------------------

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


@dataclass(frozen=True)
class Law:
    """A distribution with its mean and standard deviation."""

    draw: Draw
    mean: float
    deviation: float


def lognormal(sigma: float) -> Law:
    """Exponential of a normal with mean 0."""
    mean = float(np.exp(sigma**2 / 2.0))
    return Law(lambda g, shape: g.lognormal(0.0, sigma, shape), mean, mean * float(np.sqrt(np.expm1(sigma**2))))


NORMAL: Final = Law(lambda g, shape: g.normal(10.0, 2.0, shape), 10.0, 2.0)
EXPONENTIAL: Final = Law(lambda g, shape: g.exponential(1.0, shape), 1.0, 1.0)


def mean_of(law: Law, n: int, interval: Callable[[np.ndarray, float], Interval] = mean_limits) -> Any:
    """The mean over ``n`` replications."""
    return lambda g, k, level: Outcome(interval(law.draw(g, (k, n)), level), law.mean, n)


def share_of(share: float | None, n: int, method: Any) -> Any:
    """A share; None draws another one for every repetition."""

    def makes(g: np.random.Generator, k: int, level: float) -> Outcome:
        truth = g.random(k) if share is None else np.full(k, share)
        return Outcome(share_interval(g.binomial(n, truth), n, level, method), truth, n)

    return makes


def rate_of(rate: float, n: int, more: float = 0.0) -> Any:
    """Events at a rate, each bringing on average so many more with it."""

    def makes(g: np.random.Generator, k: int, level: float) -> Outcome:
        counts = g.poisson(rate, (k, n))
        if more:
            counts = counts + np.where(counts > 0, g.negative_binomial(np.maximum(counts, 1), 1.0 / (1.0 + more)), 0)
        return Outcome(rare_interval(counts, level).rate, rate * (1.0 + more), n)

    return makes


def quantile_of(q: float, n: int) -> Any:
    """A quantile of a lognormal."""
    truth = float(np.exp(0.5 * special.ndtri(q)))
    return lambda g, k, level: Outcome(quantile_interval(lognormal(0.5).draw(g, (k, n)), q, level), truth, n)


def paired(g: np.random.Generator, k: int, n: int, scenarios: int, correlation: float) -> list[np.ndarray]:
    """Normal values of scenarios that share their luck: the first has mean 10, each next 0.3 more."""
    shared = g.normal(0.0, np.sqrt(correlation), (k, n))
    own = (g.normal(0.0, np.sqrt(1.0 - correlation), (k, n)) for _ in range(scenarios))
    return [10.0 + 0.3 * number + shared + one for number, one in enumerate(own)]


def stacked(values: np.ndarray) -> pd.DataFrame:
    """Repetitions as KPI rows of one table."""
    k, n = values.shape
    columns = {"replication": np.tile(np.arange(n), k), "kpi": np.repeat(np.arange(k), n), "value": values.ravel()}
    return pd.DataFrame(columns)


def difference(scenarios: int, low: str, high: str, correlation: float = 0.8, n: int = 20) -> Any:
    """Paired differences through `compare`: every repetition is a KPI of its own."""

    def makes(g: np.random.Generator, k: int, level: float) -> Outcome:
        tables = {str(number): stacked(one) for number, one in enumerate(paired(g, k, n, scenarios, correlation))}
        found = compare(tables, "0", level, keys=["kpi"])
        limits = Interval(*(found[name].to_numpy().reshape(k, scenarios - 1) for name in (low, high)))
        return Outcome(limits, 0.3 * np.arange(1, scenarios), n)

    return makes


def ratio_of(n: int, law: Law, noise: float) -> Any:
    """Ratio of two means with shared luck below and above the line; the truth is 1.5."""

    def makes(g: np.random.Generator, k: int, level: float) -> Outcome:
        below = law.draw(g, (k, n))
        above = 1.5 * law.mean + 1.2 * (below - law.mean) + g.normal(0.0, noise, (k, n))
        return Outcome(ratio_interval(above, below, level), 1.5, n)

    return makes


def parts(
    pick: Callable[[Split], Interval], inputs: float, luck: float, alone: float, m: int, r: int, **how: Any
) -> Any:
    """A split of known variances: between points, shared luck, luck of each point. ``how``: tool, truth, effects."""
    tool, truth = how.get("tool", split), how.get("truth")
    effects: Draw = how.get("effects", lambda g, shape: g.normal(0.0, 1.0, shape))

    def makes(g: np.random.Generator, k: int, level: float) -> Outcome:
        point, own = np.sqrt(inputs) * effects(g, (k, m, 1)), np.sqrt(alone) * g.normal(0.0, 1.0, (k, m, r))
        found = tool(10.0 + point + np.sqrt(luck) * g.normal(0.0, 1.0, (k, 1, r)) + own, level)
        new = np.sqrt(inputs) * effects(g, (k,)) + np.sqrt(luck + alone) * g.normal(0.0, 1.0, k)
        return Outcome(pick(found), 10.0 + new if truth is None else truth, m * r)

    return makes


def stopped(law: Law, target: Target, truth: float, most: int = 500, report: Any = None) -> Any:
    """Play until the target is met, looking when the program looks; ``report`` makes another interval at the end."""

    def makes(g: np.random.Generator, k: int, level: float) -> Outcome:
        values = law.draw(g, (k, most))
        low, high, used = np.empty(k), np.empty(k), np.full(k, most)
        going = np.arange(k)
        for n in Looks(most=most).grid():
            found = verdicts(values[going, :n], target, level)
            told = report(values[going, :n], level) if report else found
            low[going], high[going], used[going] = told.low, told.high, n
            going = going[~found.is_enough]
            if not going.size:
                break
        return Outcome(Interval(low, high), truth, used)

    return makes


def until(law: Law, replications: int, is_relative: bool) -> Any:
    """The mean, until as precise as ``replications`` of a known deviation would make it at 95 %."""
    width = 1.96 * law.deviation / np.sqrt(replications)
    return stopped(law, Target("k", width / law.mean if is_relative else width, is_relative), law.mean)


def impatient(g: np.random.Generator, k: int, level: float) -> Outcome:
    """What the rules of `stopping` prevent: Student's interval, looked at after every replication from the fifth on."""
    values = NORMAL.draw(g, (k, 150))
    low, high, used = np.empty(k), np.empty(k), np.full(k, 150)
    going = np.arange(k)
    for n in range(5, 151):
        found = mean_limits(values[going, :n], level)
        low[going], high[going], used[going] = found.low, found.high, n
        going = going[found.half_width > 1.96 * NORMAL.deviation / np.sqrt(40)]
        if not going.size:
            break
    return Outcome(Interval(low, high), NORMAL.mean, used)


BERNOULLI: Final = {p: Law(lambda g, shape, p=p: (g.random(shape) < p) * 1.0, p, 0.0) for p in (0.05, 0.3)}  # type: ignore[misc]
POISSON: Final = Law(lambda g, shape: g.poisson(0.2, shape) * 1.0, 0.2, float(np.sqrt(0.2)))
UNIFORM: Draw = lambda g, shape: g.uniform(-np.sqrt(3.0), np.sqrt(3.0), shape)  # noqa: E731
HEAVY: Draw = lambda g, shape: g.standard_t(5, shape) / np.sqrt(5.0 / 3.0)  # noqa: E731


def one_way(name: str, truth: float | None, chance: float = 1.0, **how: Any) -> Any:
    """20 points of variance 1, five replications each of their own luck; ``name`` is a field of `Split`."""
    return parts(lambda found: getattr(found, name), 1.0, 0.0, chance, 20, 5, truth=truth, **how)


def same_luck(name: str, truth: float | None) -> Any:
    """20 points by ten replications of shared luck; points, luck and what luck does to a point have variance 1 each."""
    return parts(lambda found: getattr(found, name), 1.0, 1.0, 1.0, 20, 10, truth=truth, tool=split_same_luck)


def wanted(law: Law, truth: float, width: float, is_relative: bool, statistic: Any, q: float = 0.5) -> Any:
    """Until a share or quantile is known to a width."""
    return stopped(law, Target("k", width, is_relative, statistic, q), truth)


WIDE: Final = Law(lambda g, shape: g.normal(1.0, 1.0, shape), 1.0, 1.0)
MILD, LONG, VERY_LONG = lognormal(0.25), lognormal(0.5), lognormal(1.0)
"""Lognormals of skewness 0.8, 1.8 and 6.2."""

CASES: Final = (
    Case("Mean, Student: normal, 5 replications", mean_of(NORMAL, 5), "fixed"),
    Case("Mean, Student: normal, 40", mean_of(NORMAL, 40), "fixed"),
    Case("Mean, Student: lognormal of skewness 0.8, 40", mean_of(MILD, 40), "fixed"),
    Case("Mean, for skewness: normal, 40", mean_of(NORMAL, 40, skewed_mean_limits), "fixed"),
    Case("Mean, for skewness: lognormal of skewness 1.8, 40", mean_of(LONG, 40, skewed_mean_limits), "fixed"),
    Case("Mean, for skewness: exponential (skewness 2), 40", mean_of(EXPONENTIAL, 40, skewed_mean_limits), "fixed"),
    Case("Share, Wilson: share drawn between 0 and 1, 100", share_of(None, 100, "wilson"), "fixed"),
    Case("Difference of pairs, Student: correlation 0.8, 20",
         difference(2, "difference_low", "difference_high"), "fixed"),
    Case("Ratio of pairs, Fieller: normal, 20", ratio_of(20, NORMAL, 2.0), "fixed"),
    Case("Ratio of pairs, Fieller: denominator scatters by its mean, 40", ratio_of(40, WIDE, 0.5), "fixed"),
    Case("Split, mean: 20 points by 5, inputs half", one_way("mean_interval", 10.0), "fixed"),
    Case("Split, chance: 20 by 5", one_way("chance_interval", 1.0), "fixed"),
    Case("Split, share of inputs: 20 by 5, half", one_way("share_interval", 0.5), "fixed"),
    Case("Split, share of inputs: 20 by 5, a tenth", one_way("share_interval", 0.1, 9.0), "fixed"),
    Case("Split, one season to come: 20 by 5, inputs half", one_way("season", None), "fixed"),
    Case("Split, same luck, inputs: 20 by 10, a third", same_luck("inputs_interval", 1.0), "fixed"),
    Case("Split, same luck, share of inputs: 20 by 10, a third", same_luck("share_interval", 1 / 3), "fixed"),
    Case("Split, same luck, mean: 20 by 10", same_luck("mean_interval", 10.0), "fixed"),
    Case("Split, same luck, chance: 20 by 10", same_luck("chance_interval", 2.0), "fixed"),
    Case("Split, same luck, one season to come: 20 by 10", same_luck("season", None), "fixed"),
    Case("Differences of 5 scenarios at once, Bonferroni, 20",
         difference(5, "simultaneous_low", "simultaneous_high"), "at least"),
    Case("Share, exact: share 0.03, 40", share_of(0.03, 40, "exact"), "at least"),
    Case("Share, exact: share drawn between 0 and 1, 40", share_of(None, 40, "exact"), "at least"),
    Case("Rare, rate: 0.05 a season, 40", rate_of(0.05, 40), "at least"),
    Case("Rare, rate: 0.2 a season, 40", rate_of(0.2, 40), "at least"),
    Case("Quantile: median, 40", quantile_of(0.5, 40), "at least"),
    Case("Quantile: 90th percentile, 40", quantile_of(0.9, 40), "at least"),
    Case("Split, inputs: 20 by 5, inputs half", one_way("inputs_interval", 1.0), "at least"),
    Case("Split, inputs: 20 by 5, inputs a tenth", one_way("inputs_interval", 1.0, 9.0), "at least"),
    Case("Mean, normal: width of 45 replications", until(NORMAL, 45, False), "sequential"),
    Case("Mean, normal: width of 100", until(NORMAL, 100, False), "sequential"),
    Case("Mean, normal: share of the mean, as of 200", until(NORMAL, 200, True), "sequential"),
    Case("Mean, lognormal of skewness 1: width of 60", until(lognormal(0.315), 60, False), "sequential"),
    Case("Mean, lognormal of skewness 1.8: share of the mean, as of 60", until(LONG, 60, True), "sequential"),
    Case("Mean, lognormal of skewness 1.8: width of 130", until(LONG, 130, False), "sequential"),
    Case("Mean, exponential: width of 130", until(EXPONENTIAL, 130, False), "sequential"),
    Case("Share, 0.3 to ±0.1", wanted(BERNOULLI[0.3], 0.3, 0.1, False, "share"), "sequential, at least"),
    Case("Share, 0.05 to ±0.04", wanted(BERNOULLI[0.05], 0.05, 0.04, False, "share"), "sequential, at least"),
    Case("Median, lognormal, to 10 %", wanted(LONG, 1.0, 0.1, True, "quantile"), "sequential, at least"),
    Case("90th percentile, lognormal, to 15 %", wanted(
        LONG, float(np.exp(0.5 * special.ndtri(0.9))), 0.15, True, "quantile", 0.9), "sequential, at least"),
    Case("Mean of a rare count, 0.2 a season, to 50 %",
         wanted(POISSON, 0.2, 0.5, True, "mean"), "sequential, at least"),
    Case("Mean, Student: exponential (skewness 2), 40", mean_of(EXPONENTIAL, 40), "none"),
    Case("Mean, Student: lognormal of skewness 6, 40", mean_of(VERY_LONG, 40), "none"),
    Case("Mean, for skewness: lognormal of skewness 6, 40", mean_of(VERY_LONG, 40, skewed_mean_limits), "none"),
    Case("Share, Wilson: share 0.005, 40", share_of(0.005, 40, "wilson"), "none"),
    Case("Rare, rate: 0.2 clusters of 4 a season, 40", rate_of(0.2, 40, 3.0), "none"),
    Case("Rare, rate: 0.05 clusters of 4 a season, 40", rate_of(0.05, 40, 3.0), "none"),
    Case("Split, inputs: flat input effects", one_way("inputs_interval", 1.0, effects=UNIFORM), "none"),
    Case("Split, inputs: heavy-tailed input effects (t of 5)",
         one_way("inputs_interval", 1.0, effects=HEAVY), "none"),
    Case("Split, inputs, one-way although all points share nine tenths of their luck", parts(
        lambda found: found.inputs_interval, 1.0, 9.0, 1.0, 20, 10, truth=1.0), "none"),
    Case("Mean, normal: width of 100 by the rules, then Student as if fixed", stopped(
        NORMAL, Target("k", 0.196 * NORMAL.deviation, False), NORMAL.mean, report=mean_limits), "none"),
    Case("Mean, normal: Student, a look after every replication from 5 on", impatient, "none"),
)  # fmt: skip


# --- tables -------------------------------------------------------------------------------------------------------

HEADS: Final = {
    "fixed": "Replications fixed beforehand: within 0.7 points",
    "at least": "Replications fixed beforehand, conservative by construction: at least the level less 0.7 points",
    "sequential": "Stopped by looking: within 1.5 points",
    "sequential, at least": "Stopped by looking, conservative by construction: at least the level less 1.5 points",
    "none": "Beyond the promise: what to keep away from",
}


def lines(repetitions: int) -> Iterable[tuple[Case, list[float], list[float]]]:
    """Every case with its coverage and mean number of replications at each level."""
    for case in CASES:
        found = [[_block(case, level, block) for block in blocks(repetitions)] for level in case.levels]
        yield case, *(list(one) for one in np.average(found, axis=1, weights=[*map(len, blocks(repetitions))]).T)


def blocks(repetitions: int) -> list[range]:
    """Repetitions, at most `BLOCK` at a time."""
    return [range(start, min(start + BLOCK, repetitions)) for start in range(0, repetitions, BLOCK)]


def _block(case: Case, level: float, block: range) -> tuple[float, float]:
    outcome = case.run(level, len(block), block.start // BLOCK)
    return outcome.coverage(), float(np.mean(outcome.used))


def tables(repetitions: int) -> tuple[str, bool]:
    """Markdown, and whether every promise is kept."""
    counted = list(lines(repetitions))
    text, is_kept = "", True
    for promise, head in HEADS.items():
        chosen = [line for line in counted if line[0].promise == promise]
        text += f"\n**{head}**\n\n| case | at 90 % | at 95 % | kept |\n| --- | --- | --- | --- |\n"
        for case, coverages, used in chosen:
            keeps = all(case.keeps(one, level) for one, level in zip(coverages, case.levels))
            is_kept &= keeps
            after = f" (stops after {used[0]:.0f}, {used[1]:.0f})" if promise.startswith("sequential") else ""
            word = "" if promise == "none" else "yes" if keeps else "NO"
            shown = " | ".join(f"{100.0 * one:.1f}" for one in coverages)
            text += f"| {case.name}{after} | {shown} | {word} |\n"
    return text + "\n", is_kept


WIDTHS: Final = (35, 45, 60, 100, 130, 170, 220)
LAWS: Final = {"normal": NORMAL, "lognormal of skewness 1.8": LONG, "exponential": EXPONENTIAL}


def scan(repetitions: int) -> tuple[str, bool]:
    """Means stopped by looking at 90 %, over many widths: the promise must not hinge on a width picked well."""
    text = "\n**Means stopped by looking at 90 %, by the replications that the width is worth: within 1.5 points**\n\n"
    text += f"| values | {' | '.join(map(str, WIDTHS))} |\n|{' --- |' * (len(WIDTHS) + 1)}\n"
    is_kept = True
    for name, law in LAWS.items():
        for kind, is_relative in (("width", False), ("share of the mean", True)):
            cases = [Case(f"{name} {kind} {width}", until(law, width, is_relative), "sequential") for width in WIDTHS]
            found = [100.0 * case.run(0.9, min(repetitions, BLOCK)).coverage() for case in cases]
            is_kept &= all(abs(one - 90.0) <= SEQUENTIAL for one in found)
            text += f"| {name}, {kind} | {' | '.join(f'{one:.1f}' for one in found)} |\n"
    return text + "\n", is_kept


def write(text: str) -> None:
    """Put the tables between their markers."""
    page = PAGE.read_text(encoding="utf-8")
    region = re.compile(r"<!-- coverage: tables -->\n.*?<!-- coverage: end -->", re.DOTALL)
    assert region.search(page), f"{PAGE.name} has no place for the tables"
    filled = REGION.format(name="tables", table=text)
    PAGE.write_text(region.sub(lambda _: filled, page), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Count, print, write; 1 if a promise is broken."""
    repetitions = int(arguments[0]) if arguments else REPETITIONS
    text, is_kept = tables(repetitions)
    more, is_kept_at_all = scan(repetitions)
    text, is_kept = text + more[1:], is_kept and is_kept_at_all
    print(text)
    if repetitions == REPETITIONS:
        write(text)
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
