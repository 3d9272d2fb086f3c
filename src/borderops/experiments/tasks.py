"""What a worker is given to do and what it gives back: trials of one replication that meet the same people.

People are formed once a task; each trial then plays them under its own settings. Figures and histories go back as the
bytes of their files, so that a worker needs no folder in common with whoever keeps them.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from borderops import provenance
from borderops.config.schema import Settings
from borderops.exceptions import WrongInput
from borderops.experiments.identity import Identity, Keys, code_played

if TYPE_CHECKING:  # what plays and measures takes a second to load, which a run with wrong input can do without
    from borderops.experiments.trial_files import About
    from borderops.forecast.reading import Reading
    from borderops.population.people import People
    from borderops.replication import Replication


@dataclass(frozen=True)
class Trial:
    """One replication of one scenario, to be played.

    Parameters
    ----------
    settings : Settings
    keys : Keys
    history : Path or bytes, optional
        Its history, where that is kept already; bytes for a worker.
    wants_figures : bool
        False where its figures are kept already, and it is played for a pair alone.
    """

    settings: Settings
    keys: Keys
    history: Path | bytes | None = None
    wants_figures: bool = True


@dataclass(frozen=True)
class Pair:
    """Two trials of a task, by their places in it, whose families' stories are compared, and the key of the table."""

    first: int
    second: int
    key: str


@dataclass(frozen=True)
class Task:
    """Trials of one replication that share their people.

    Parameters
    ----------
    number : int
        Of the replication.
    trials : tuple of Trial
    keeps_histories : bool
        Whether histories go back too, or figures alone.
    pairs : tuple of Pair
        All with the same first trial, that of the task.
    """

    number: int
    trials: tuple[Trial, ...]
    keeps_histories: bool = False
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A replication that could not be finished.

    Parameters
    ----------
    replication, seed : int
        Its address: the same settings with these two fail again.
    message : str
        One line.
    traceback : str
        For the log; empty if the worker died.
    cause : str
        ``error``, ``wrong_input`` (the settings or a file of the user's) or ``worker_died``.
    scenario : str
    """

    replication: int
    seed: int
    message: str
    traceback: str
    cause: Literal["error", "wrong_input", "worker_died"] = "error"
    scenario: str = ""


@dataclass(frozen=True)
class Played:
    """A finished trial, as the bytes of its files; no history where none is to be kept."""

    keys: Keys
    digest: str
    figures: bytes | None
    history: bytes | None


@dataclass(frozen=True)
class Differing:
    """Whose stories differ between two trials, as the bytes of a file."""

    key: str
    content: bytes


End = Played | Failure | Differing


def play(task: Task) -> list[End]:
    """Play the trials of a task and compare its pairs; what runs in a worker.

    Parameters
    ----------
    task : Task

    Returns
    -------
    list of Played, Failure or Differing
        One for each trial, in their order, then one for each pair whose trials were played; a trial that fails costs
        the others nothing.
    """
    from borderops.forecast.reading import Reading
    from borderops.population.families import form_families
    from borderops.streams import Draws

    ends: list[End] = []
    differing: list[End] = []
    people: People | None = None
    first: Reading | None = None
    for place, trial in enumerate(task.trials):
        began = time.perf_counter()
        try:
            people = people or form_families(trial.settings, Draws(trial.settings.seed, task.number))
            _require_what_was_asked(trial, task.number)
            reading = Reading(_replication(people, trial, task.number), trial.settings)
            ends.append(_played(reading, trial, task, began))
            if place == 0:
                first = reading
            elif first is not None:
                pairs = [pair for pair in task.pairs if pair.second == place]
                differing += [_differing(first, reading, pair, trial) for pair in pairs]
        except Exception as problem:
            ends.append(failure_of(problem, trial.settings, task.number))
    return [*ends, *differing]


def _require_what_was_asked(trial: Trial, number: int) -> None:
    """A worker of another version, or a file of arrivals that was edited meanwhile, would tell another history."""
    if Identity(trial.settings).keys(number) != trial.keys:
        file = trial.settings.arrivals.file
        what = "borderops or its packages" if file is None else f"borderops, its packages or {file}"
        raise WrongInput(
            f"{what} were changed since this was asked for, or are others where it is played; install the same on all"
            " machines, and the same command begins with what is there now"
        )


def _replication(people: People, trial: Trial, number: int) -> Replication:
    from borderops.replication import rebuild, replay

    if trial.history is None:
        return replay(people, trial.settings, number)
    from borderops.experiments.trial_files import unpack_history

    return rebuild(people, trial.settings, number, unpack_history(trial.history))


def _played(reading: Reading, trial: Trial, task: Task, began: float) -> Played:
    from borderops.experiments.trial_files import pack_history, pack_results
    from borderops.forecast.measure import measure_reading

    digest = reading.replication.digest
    figures = history = None
    if trial.wants_figures:
        results = measure_reading(reading, trial.settings)
        figures = pack_results(results, _about(trial.keys.figures, trial, task.number, digest, began))
    if task.keeps_histories and trial.history is None:
        history = pack_history(reading.history, _about(trial.keys.history, trial, task.number, digest, began))
    return Played(trial.keys, digest, figures, history)


def _differing(first: Reading, second: Reading, pair: Pair, trial: Trial) -> Differing:
    import pandas as pd

    from borderops.experiments.trial_files import pack_table
    from borderops.forecast.differing import differing, links_surviving

    began = time.perf_counter()
    families = differing(first.replication, second.replication)
    links = links_surviving(first.people, first.links, second.links)
    whole = families if links.empty else pd.concat([families, links], ignore_index=True)
    about = _about(pair.key, trial, second.replication.number, second.replication.digest, began)
    return Differing(pair.key, pack_table(whole, about))


def _about(key: str, trial: Trial, number: int, digest: str, began: float) -> About:
    from borderops.experiments.trial_files import About

    return About(
        key=key,
        scenario=trial.settings.scenario,
        seed=trial.settings.seed,
        replication=number,
        digest=digest,
        code=code_played(),
        version=provenance.version(),
        seconds=round(time.perf_counter() - began, 2),
    )


def failure_of(problem: BaseException, settings: Settings, number: int) -> Failure:
    """What is told of a trial that raised something."""
    return Failure(
        replication=number,
        seed=settings.seed,
        message=words_of(problem),
        traceback="".join(traceback.format_exception(problem)),
        cause="wrong_input" if isinstance(problem, WrongInput) else "error",
        scenario=settings.scenario,
    )


def words_of(problem: BaseException) -> str:
    """The problem in words; a stranger's exception with its kind, since its words alone may say little."""
    words = str(problem).strip()
    if isinstance(problem, WrongInput):
        return words
    return f"{type(problem).__name__}: {words}" if words else type(problem).__name__


def all_died(task: Task, message: str) -> Iterator[Failure]:
    """What is told of the trials of a task whose worker died."""
    for trial in task.trials:
        settings = trial.settings
        yield Failure(task.number, settings.seed, message, "", "worker_died", settings.scenario)
