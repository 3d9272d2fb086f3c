"""Both engines on one plan, beside a frozen yardstick in the same process: the same history, how much sooner.

    python benchmarks/engine.py                       the full window, every station (two minutes)
    python benchmarks/engine.py window.end=2018-07-31 any other settings

Seconds differ between machines and days; ratios are what is compared. A moment is something that happened to somebody
at a minute, the same in every engine, whatever its own events are.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import yardstick

from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.forecast.measure import measure
from borderops.operations import compiled, reference
from borderops.operations.history import History
from borderops.operations.laying_out import lay_out
from borderops.operations.monitors import check_history
from borderops.operations.planning import make_plan
from borderops.population.families import form_families
from borderops.replication import Replication, replicate
from borderops.streams import Draws
from borderops.units import NEVER

FULL_WINDOW = ("scenario=zero_tolerance_2018", "window.start=2017-10-01", "window.end=2019-02-14")
ROUNDS = 5
AT_LEAST = {"compiled to reference": 50.0, "compiled to yardstick": 6.0}


def timed(work: Callable[[], Any], rounds: int = 1) -> tuple[float, Any]:
    """The least CPU seconds of a call, and what it gave."""
    best, result = float("inf"), None
    for _ in range(rounds):
        gc.collect()
        started = time.process_time()
        result = work()
        best = min(best, time.process_time() - started)
    return best, result


def moments(history: History) -> int:
    """Moments in a history."""
    columns = history.columns()
    return sum(int((columns[name] != NEVER).sum()) for name in columns if name.endswith("_at"))


def whole(settings: Settings) -> None:
    """One replication from settings to figures, without monitors and digest."""
    people = form_families(settings, Draws(settings.seed, 2))
    plan, facilities = make_plan(people, settings, Draws(settings.seed, 2)), lay_out(settings)
    measure(Replication(2, people, plan, facilities, compiled.simulate(plan, facilities)), settings)


def main(overrides: list[str]) -> None:
    """Run the benchmark and print a table."""
    settings = compose(overrides or list(FULL_WINDOW)).settings
    measure(replicate(settings, 2), settings)  # compiled functions are loaded and tables read before anything is timed
    draws = Draws(settings.seed, 1)
    people_seconds, people = timed(lambda: form_families(settings, draws), ROUNDS)
    plan_seconds, plan = timed(lambda: make_plan(people, settings, draws), ROUNDS)
    facilities = lay_out(settings)
    fast_seconds, history = timed(lambda: compiled.simulate(plan, facilities), ROUNDS)
    yard_before, answer = timed(yardstick.play, 2)
    slow_seconds, told = timed(lambda: reference.simulate(plan, facilities))
    yard_after, _ = timed(yardstick.play, 2)
    check_seconds, _ = timed(lambda: check_history(history, plan, facilities), 2)
    replication = Replication(1, people, plan, facilities, history)
    measure_seconds, _ = timed(lambda: measure(replication, settings), ROUNDS)
    whole_seconds, _ = timed(lambda: whole(settings), ROUNDS)
    without = compose([*(overrides or FULL_WINDOW), "study.books=false"]).settings
    less_seconds, _ = timed(lambda: measure(replication, without), ROUNDS)
    short_seconds, _ = timed(lambda: whole(without), ROUNDS)
    if answer != yardstick.ANSWER:
        raise SystemExit(f"the yardstick gave {answer}, not {yardstick.ANSWER}: nothing here can be trusted")
    if told.digest() != history.digest():
        raise SystemExit("the two engines tell different histories")

    persons, happened = people.number.size, moments(history)
    yard_seconds = min(yard_before, yard_after)
    print(f"{settings.scenario}, {settings.window.start} to {settings.window.end}: {persons:,} persons, "
          f"{happened:,} moments, the same in both engines")  # fmt: skip
    print(f"{'stage (CPU seconds, best of rounds)':<40}{'seconds':>9}{'a second':>14}")
    for name, seconds, count in (
        ("people", people_seconds, persons),
        ("plan", plan_seconds, persons),
        ("compiled engine", fast_seconds, happened),
        ("reference engine", slow_seconds, happened),
        ("monitors", check_seconds, persons),
        ("figures", measure_seconds, persons),
        ("figures that need no records", less_seconds, persons),
        ("people to figures", whole_seconds, persons),
        ("people to figures that need no records", short_seconds, persons),
        ("yardstick", yard_seconds, answer[0]),
    ):
        print(f"{name:<40}{seconds:>9.2f}{count / seconds:>14,.0f}")
    ratios = {
        "compiled to reference": slow_seconds / fast_seconds,
        "compiled to yardstick": happened / fast_seconds / (answer[0] / yard_seconds),
    }
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.1f} times ({'at least' if ratio >= AT_LEAST[name] else 'BELOW'} {AT_LEAST[name]:g})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"peak memory: {peak:,.0f} MB; numpy {np.__version__}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
