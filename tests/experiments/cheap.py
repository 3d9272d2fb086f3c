"""Experiments that cost nothing: small settings, made-up figures, and ways to play that fail in every manner."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError
from borderops.experiments.crews import ONE_THREAD, Here
from borderops.experiments.store import MemoryStore, Store
from borderops.experiments.tasks import Played, Task, failure_of
from borderops.experiments.trial_files import About, pack_results
from borderops.experiments.trials import Experiment, Outcome, carry_out
from borderops.forecast.results import KEYS, Results

WHOLE_WINDOW = ("study.season_start=null", "study.season_end=null")
TINY = (
    "window.start=2018-05-01",
    "window.end=2018-05-05",
    "arrivals.stations=[yuma]",
    "inputs.sample=null",
    *WHOLE_WINDOW,
)
"""Five days in one sector, played in half a second."""

TYPES = {"day": "datetime64[s]", "hours": "int64", "days": "int64", "value": "float64"}
"""Types of columns that hold no text."""


@cache
def settings_of(*overrides: str) -> Settings:
    """Small settings."""
    return compose([*TINY, *overrides]).settings


def experiment(store: Store | None = None, *overrides: str, **others: str) -> Experiment:
    """An experiment of one point, and of others by name and policy."""
    points = {"asked": settings_of(*overrides)}
    points |= {name: settings_of(*overrides, f"policy={policy}") for name, policy in others.items()}
    return Experiment(points, store or MemoryStore())


def made_up(number: int, text: str = "") -> Results:
    """Results of a replication that nobody played; ``text`` is its digest."""
    tables = {
        name: pd.DataFrame({key: pd.Series([], dtype=TYPES.get(key, "str")) for key in [*keys, "value"]})
        for name, keys in KEYS.items()
    }
    columns = {"kpi": ["separated_children"], "group_kind": ["all"], "group": ["all"], "value": [float(number)]}
    return Results(number, text or f"digest {number}", {**tables, "kpis": pd.DataFrame(columns)})


def pack(results: Results, key: str) -> bytes:
    """A trial's file."""
    return pack_results(results, About(key, "made up", 1, results.replication, results.digest, "code", "version"))


def pretend(task: Task, text: str = "") -> list[Played]:
    """Play nothing, and give figures that tell the number of the replication."""
    return [_pretend(task.number, one.keys, text) for one in task.trials]


def _pretend(number, keys, text) -> Played:
    results = made_up(number, text)
    return Played(keys, results.digest, pack(results, keys.figures), None)


def carry_out_here(one: Experiment, numbers: Sequence[int], work=pretend, **more) -> Outcome:
    """Carry an experiment out without a crew."""
    return carry_out(one, numbers, lambda tasks: Here(), work=work, **more)


# --- ways to fail -------------------------------------------------------------------------------------------------


def second_fails(task: Task):
    """An error that `play` tells as a failure."""
    if task.number != 2:
        return pretend(task)
    try:
        raise ValueError("the second one\nin two lines")
    except ValueError as problem:
        return [failure_of(problem, one.settings, task.number) for one in task.trials]


def second_raises(task: Task):
    """An error that reaches the crew."""
    if task.number == 2:
        raise ValueError("the second one\nin two lines")
    return pretend(task)


def second_is_killed(task: Task):
    """The system kills the worker."""
    if task.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return pretend(task)


def even_ones_fail(task: Task):
    """Every other replication fails."""
    if task.number % 2 == 0:
        raise ValueError("an even number")
    return pretend(task)


def all_fail(task: Task):
    """None will do."""
    raise ValueError("none will do")


def wrong_input(task: Task):
    """What the user gave turns out to be wrong."""
    raise ConfigError(["arrivals.file is old.csv; allowed: a file"])


def not_to_be_sent(task: Task):
    """What cannot be handed over."""
    return [(one for one in [1])]


def interrupted_at_third(task: Task):
    """Somebody presses Ctrl-C."""
    if task.number == 3:
        raise KeyboardInterrupt
    return pretend(task)


def threads_allowed(task: Task):
    """What BLAS and numba of the worker may use, as the digest."""
    return pretend(task, " ".join(os.environ.get(name, "unset") for name in ONE_THREAD))


def slowly(task: Task):
    """A fifth of a second each."""
    time.sleep(0.2)
    return pretend(task)


def note_and_sleep(folder: Path, task: Task):
    """Leave the number of the process in a folder, and never end."""
    (folder / f"{os.getpid()}.pid").touch()
    time.sleep(120)
    return pretend(task)
