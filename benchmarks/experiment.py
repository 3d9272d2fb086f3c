"""Many replications of the full window: seconds each, memory as they add up, threads beside processes.

    python benchmarks/experiment.py            100 replications in two threads, then 12 in threads and in processes
    python benchmarks/experiment.py 20         another number

Figures alone are kept, in a folder of its own that goes away. The yardstick, timed before and after, tells how fast the
machine is just then.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yardstick

from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.experiments.crews import Crew, Processes, Threads
from borderops.experiments.hiring import make_ready
from borderops.experiments.runner import Ending
from borderops.experiments.store import TrialStore
from borderops.experiments.trials import Experiment, carry_out
from borderops.forecast.results import KEYS, sample, summarise

FULL_WINDOW = ("scenario=zero_tolerance_2018", "window.start=2017-10-01", "window.end=2019-02-14", "run.beside=null")
WORKERS = 2
SIDE_BY_SIDE = 12
TOLD_EVERY = 25


def memory() -> float:
    """Megabytes that this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def played(settings: Settings, count: int, hire: Callable[[int], Crew], folder: str, tells: bool = False) -> float:
    """Seconds of wall clock that so many replications take, from an empty store to the last summary."""
    experiment = Experiment({"asked": settings}, TrialStore(Path(folder)))
    began, done = time.perf_counter(), 0

    def on_done(ending: Ending) -> None:
        nonlocal done
        done += 1
        if tells and done % TOLD_EVERY == 0:
            elapsed = time.perf_counter() - began
            print(f"{done:>6} replications after {elapsed:7.1f} s, at most {memory():,.0f} MB", flush=True)

    outcome = carry_out(experiment, range(1, count + 1), hire, on_done)
    assert len(outcome.results) == count, outcome.failures
    for table in KEYS:
        summarise(sample(outcome.results, table), settings.run.interval_level)
    return time.perf_counter() - began


def yard() -> float:
    """Seconds of the yardstick, the least of three."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        yardstick.play()
        best = min(best, time.perf_counter() - began)
    return best


def main(words: list[str]) -> None:
    """Run the benchmark and print what it measured."""
    count = int(words[0]) if words else 100
    for books in ("false", "true"):
        settings = compose([*FULL_WINDOW, f"study.books={books}"]).settings
        make_ready(settings, print)
        before = yard()
        with tempfile.TemporaryDirectory() as folder:
            seconds = played(settings, count, lambda tasks: Threads(WORKERS), folder, tells=True)
        each, yards = seconds / count, min(before, yard())
        print(f"study.books={books}: {count} replications of {settings.window.start} to {settings.window.end} in "
              f"{WORKERS} threads, summaries of all tables included: {seconds:.1f} s, {each:.2f} s each, "
              f"{each / yards:.2f} times the yardstick's {yards:.2f} s; at this pace 1,000 take "
              f"{1000 * each / 60:.1f} min; at most {memory():,.0f} MB")  # fmt: skip
    for name, crew in (("threads", Threads), ("processes", Processes), ("threads", Threads), ("processes", Processes)):
        with tempfile.TemporaryDirectory() as folder:
            seconds = played(settings, SIDE_BY_SIDE, lambda tasks, crew=crew: crew(WORKERS), folder)
        print(f"{SIDE_BY_SIDE} replications in {WORKERS} {name}: {seconds:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
