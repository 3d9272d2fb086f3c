"""Intervals hold the truth as often as they say: counted on the cases of benchmarks/interval_coverage.py.

Fewer repetitions than the benchmark's, from the same seeds. What is promised is widened by the error of counting alone:
3.9 standard errors of a binomial share, which a right interval exceeds once in ten thousand counts.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
REPETITIONS = 4_000
LEVEL = 0.9
ERRORS = 3.9


def _benchmark() -> ModuleType:
    """benchmarks/interval_coverage.py as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_of_coverage", ROOT / "benchmarks" / "interval_coverage.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


coverage = _benchmark()
PROMISED = [case for case in coverage.CASES if case.promise != "none"]
CLOSE = [case for case in PROMISED if case.promise in ("fixed", "sequential")]
"""Cases whose coverage is the level, not only above it."""


def error(share: float, repetitions: int = REPETITIONS) -> float:
    """Points by which a count may be off."""
    return 100.0 * ERRORS * float(np.sqrt(share * (1.0 - share) / repetitions))


@cache
def outcome(name: str):
    """Repetitions of a case, made once for all tests."""
    return next(case for case in PROMISED if case.name == name).run(LEVEL, REPETITIONS)


@pytest.mark.parametrize("case", PROMISED, ids=lambda case: case.name)
def test_an_interval_holds_the_truth_as_often_as_it_says(case):
    """Within what its kind promises: 0.7 points for fixed replications, 1.5 under repeated looks."""
    counted = outcome(case.name).coverage()
    assert case.keeps(counted, LEVEL, error(LEVEL)), f"{100 * counted:.1f} %"


@pytest.mark.parametrize("case", CLOSE, ids=lambda case: case.name)
def test_an_interval_a_fifth_too_narrow_would_be_noticed(case):
    """Negative control: the same intervals, narrowed about their middles, break the promise."""
    counted = outcome(case.name).coverage(narrowed=0.8)
    assert not case.keeps(counted, LEVEL, error(LEVEL)), f"{100 * counted:.1f} %"


def test_narrowing_is_what_it_says():
    """About the middle, by the factor, and never of an end that is open."""
    interval = coverage.Interval(np.array([0.0, -np.inf, 0.0]), np.array([10.0, 1.0, 10.0]))
    truth = np.array([0.9, -1e9, 1.1])
    assert coverage.Outcome(interval, truth, 1).coverage() == 1.0
    assert coverage.Outcome(interval, truth, 1).coverage(0.8) == pytest.approx(2 / 3)


def test_looking_all_the_time_would_be_noticed():
    """Negative control: Student's interval looked at after every replication breaks the promise for repeated looks."""
    looked_often = next(case for case in coverage.CASES if case.makes is coverage.impatient)
    counted = looked_often.run(LEVEL, REPETITIONS).coverage()
    assert 100.0 * (counted - LEVEL) < -coverage.SEQUENTIAL - error(LEVEL) / 2


@pytest.mark.parametrize("case", PROMISED, ids=lambda case: case.name)
def test_the_page_shows_what_is_counted(case):
    """docs/statistics.md holds every case, kept, with a coverage that this count does not contradict."""
    text = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    row = re.search(
        rf"^\| {re.escape(case.name)}(?: \(stops .*?\))? \| (\S+) \| (\S+) \| (\w+) \|$", text, re.MULTILINE
    )
    assert row is not None and row[3] == "yes"
    shown = float(row[1])
    assert abs(shown - 100.0 * outcome(case.name).coverage()) <= error(shown / 100.0) + 0.05


def test_the_count_does_not_depend_on_other_cases():
    """A case has a seed of its own name and block: run alone, twice, it says the same; another block differs."""
    case = coverage.CASES[0]
    once, again, other = (case.run(LEVEL, 100, block).interval.low for block in (0, 0, 1))
    assert once.tolist() == again.tolist() and once.tolist() != other.tolist()
