"""What notices a planted fault: timetables worked by hand, monitors, and the other engine.

Runs in the tree it stands in, with the sources of that tree. `plant.py` makes the trees, and starts it in three ways:
``write worlds.pickle`` draws worlds and plays them, ``simpy worlds.pickle`` and ``compiled
worlds.pickle`` print what notices a fault of the one engine or the other.
"""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from borderops.operations.facilities import Facilities
from borderops.operations.history import History
from borderops.operations.monitors import check_history
from borderops.operations.plan import Plan
from borderops.replication import engine, replicate

ROOT = Path(__file__).parents[2]
TIMETABLES = ("test_*_timetables.py", "test_record_acts.py", "test_pools.py", "test_sittings.py")
"""Tests by hand, below tests/operations."""

SCENARIOS = (12, 13, 83, 113, 162, 196)
"""Of the 200 random scenarios a few small ones, in which whatever can happen to anybody happens to somebody."""

SMALL_WORLDS = 150


class World(NamedTuple):
    """A plan, what it is played with, and the history that an engine without a fault tells."""

    plan: Plan
    facilities: Facilities
    history: History


# --- worlds ---------------------------------------------------------------------------------------------------------


def write_worlds(file: Path) -> None:
    """Draw worlds and keep them with the histories that the reference engine tells of them."""
    simulate = engine("simpy")
    worlds = [World(plan, facilities, simulate(plan, facilities)) for plan, facilities in _drawn()]
    file.write_bytes(pickle.dumps(worlds))


def _drawn() -> Iterator[tuple[Plan, Facilities]]:
    from tests.properties import random_worlds
    from tests.properties.test_random_scenarios import scenario

    for number in SCENARIOS:
        one = replicate(scenario(number), 0)
        yield one.plan, one.facilities
    for plans, facilities in (
        (random_worlds.birthday_plans, random_worlds.facilities),
        (random_worlds.separating_plans, random_worlds.placing_facilities),
    ):
        yield from _examples(plans, facilities)


def _examples(plans: SearchStrategy[Plan], facilities: SearchStrategy[Facilities]) -> list[tuple[Plan, Facilities]]:
    """The same examples every time."""
    drawn: list[tuple[Plan, Facilities]] = []

    @settings(max_examples=SMALL_WORLDS, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(plan=plans, capacity=facilities)
    def keep(plan: Plan, capacity: Facilities) -> None:
        drawn.append((plan, capacity))

    keep()
    return drawn


# --- what notices ---------------------------------------------------------------------------------------------------


def battery(name: str, file: Path) -> dict[str, str]:
    """Run everything: what the first timetable that fails, the monitors, and the other engine's history say."""
    return {"timetable": first_failure(name), **played(name, pickle.loads(file.read_bytes()))}


class _Failures:
    """A plugin of pytest that keeps the names of tests that fail."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.names.append(report.nodeid.split("/")[-1].split("::", 1)[1])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.names.append(report.nodeid)


def first_failure(name: str) -> str:
    """Name of the first timetable that this engine fails; empty if it keeps them all."""
    other = {"simpy": "compiled", "compiled": "simpy"}[name]
    files = [str(file) for pattern in TIMETABLES for file in sorted((ROOT / "tests/operations").glob(pattern))]
    failures = _Failures()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", f"not {other}", *files], plugins=[failures])
    return failures.names[0] if failures.names else ""


def played(name: str, worlds: list[World]) -> dict[str, str]:
    """First complaint of the monitors, and first column in which the history differs from the other engine's."""
    simulate, said = engine(name), {"monitor": "", "engine": ""}
    for plan, facilities, expected in worlds:
        try:
            history = simulate(plan, facilities)
        except Exception as error:  # whatever it is: a fault that stops the engine is noticed
            said = {who: words or f"{type(error).__name__}: {error}" for who, words in said.items()}
            break
        said["engine"] = said["engine"] or _difference(history, expected)
        said["monitor"] = said["monitor"] or _complaint(history, plan, facilities)
        if all(said.values()):
            break
    return said


def _complaint(history: History, plan: Plan, facilities: Facilities) -> str:
    try:
        check_history(history, plan, facilities)
    except Exception as error:  # a history may be so wrong that it cannot be checked
        return str(error).split("\n")[-1 if "\n" not in str(error) else 1].strip() or type(error).__name__
    return ""


def _difference(history: History, expected: History) -> str:
    columns = expected.columns()
    return next((name for name, told in history.columns().items() if not np.array_equal(told, columns[name])), "")


def main(what: str, file: str) -> None:
    """Write worlds, or print what notices as JSON in one line."""
    if what == "write":
        write_worlds(Path(file))
    else:
        print(json.dumps(battery(what, Path(file))))


if __name__ == "__main__":
    main(*sys.argv[1:])
