"""Time the stages of one replication, beside a frozen yardstick in the same process.

    python benchmarks/engine.py                       the full window, every station
    python benchmarks/engine.py window.end=2018-07-31 any other settings

Seconds differ between machines and days; the ratio to the yardstick is what is compared.
"""

from __future__ import annotations

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
from borderops.operations.history import History
from borderops.operations.laying_out import lay_out
from borderops.operations.monitors import check_history
from borderops.operations.planning import make_plan
from borderops.operations.reference import simulate
from borderops.population.families import form_families
from borderops.replication import Replication
from borderops.streams import Draws
from borderops.units import NEVER

FULL_WINDOW = ("scenario=zero_tolerance_2018", "window.start=2017-10-01", "window.end=2019-02-14")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def moments(history: History) -> int:
    """Moments in a history: what happened to somebody at a minute, the same for every engine."""
    columns = history.columns()
    return sum(int((columns[name] != NEVER).sum()) for name in columns if name.endswith("_at"))


def warm_up(settings: Settings) -> None:
    """Let compiled functions be loaded and tables be read before anything is timed."""
    draws = Draws(settings.seed, 1)
    make_plan(form_families(settings, draws), settings, draws)


def main(overrides: list[str]) -> None:
    """Run the benchmark and print a table."""
    settings = compose(overrides or list(FULL_WINDOW)).settings
    warm_up(settings)
    draws = Draws(settings.seed, 0)
    people_seconds, people = timed(lambda: form_families(settings, draws))
    plan_seconds, plan = timed(lambda: make_plan(people, settings, draws))
    facilities = lay_out(settings)
    yard_before, answer = timed(yardstick.play)
    engine_seconds, history = timed(lambda: simulate(plan, facilities))
    yard_after, _ = timed(yardstick.play)
    check_seconds, _ = timed(lambda: check_history(history, plan, facilities))
    replication = Replication(0, people, plan, facilities, history)
    measure_seconds, _ = timed(lambda: measure(replication, settings))
    if answer != yardstick.ANSWER:
        raise SystemExit(f"the yardstick gave {answer}, not {yardstick.ANSWER}: nothing here can be trusted")

    persons, happened = people.number.size, moments(history)
    yard_rate = answer[0] / min(yard_before, yard_after)
    window = f"{settings.window.start} to {settings.window.end}"
    print(f"{settings.scenario}, {window}: {persons:,} persons, {happened:,} moments")
    print(f"{'stage':<22}{'seconds':>9}{'a second':>14}")
    for name, seconds, count in (
        ("people", people_seconds, persons),
        ("plan", plan_seconds, persons),
        ("reference engine", engine_seconds, happened),
        ("monitors", check_seconds, persons),
        ("KPIs and series", measure_seconds, persons),
        ("yardstick", min(yard_before, yard_after), answer[0]),
    ):
        print(f"{name:<22}{seconds:>9.2f}{count / seconds:>14,.0f}")
    print(f"reference engine to yardstick, moments to events a second: {happened / engine_seconds / yard_rate:.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"peak memory: {peak:,.0f} MB; numpy {np.__version__}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
