"""What every command that plays trials does alike: the store, the crew, progress, Ctrl-C, words for people."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

from borderops.config.compose import Composed
from borderops.config.keys import nearest_word
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError, WrongInput
from borderops.experiments.hiring import crew_for, make_ready
from borderops.experiments.outputs import LOG, RunFolder
from borderops.experiments.progress import watch
from borderops.experiments.runner import Ending
from borderops.experiments.scattered import Scattered, carry_out_scattered
from borderops.experiments.store import TrialStore
from borderops.experiments.tasks import Failure, Played, Task
from borderops.experiments.trials import Experiment, Outcome, carry_out
from borderops.provenance import command_line, version

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    from borderops.forecast.stopping import Progress, Target
    from borderops.report.run_files import Circumstances

DONE: Final = 0
FAILED_REPLICATIONS: Final = 4
INTERRUPTED: Final = 130

log = logging.getLogger(__name__)


# --- before the first draw ----------------------------------------------------------------------------------------


def read_arrivals(composed: Composed) -> None:
    """Read a planner's own arrivals once, so that whatever is wrong with the file is told before anything else."""
    settings = composed.settings
    if settings.arrivals.source == "file":
        import numpy as np

        from borderops.clock import day_of
        from borderops.population.arrivals_file import read_arrivals as read

        days = np.arange(day_of(settings.window.first_day_played), day_of(settings.window.end) + 1)
        read(settings.arrivals.file, days)


@contextlib.contextmanager
def all_problems(words: Sequence[str]) -> Iterator[None]:
    """Tell what is wrong with the precision that words ask for together with what is wrong with the settings.

    Settings do not know what a KPI is, so that composing them finds no fault with ``precision.childern_separated=5%``.

    Raises
    ------
    ConfigError
        If there is any problem.
    """
    asked = [word.removeprefix("precision.").partition("=") for word in words if word.startswith("precision.")]
    _, found = _read_precision({kpi: text for kpi, equals, text in asked if equals})
    try:
        yield
    except ConfigError as problem:
        raise ConfigError(dict.fromkeys([*problem.problems, *found])) from None
    if found:
        raise ConfigError(found)


def targets_of(settings: Settings) -> list[Target]:
    """The precision that is asked for.

    Raises
    ------
    ConfigError
        With every KPI that is not known, every text that is no precision, and a limit below the first look.
    """
    targets, problems = _read_precision(settings.precision)
    if targets or problems:
        from borderops.forecast.stopping import FIRST

        if settings.run.most_replications < FIRST:
            allowed = f"allowed with precision: {FIRST} or more, since nothing is judged before"
            problems.append(f"run.most_replications is {settings.run.most_replications}; {allowed}")
    if problems:
        raise ConfigError(problems)
    return targets


def _read_precision(asked: Mapping[str, str]) -> tuple[list[Target], list[str]]:
    """Targets by KPI, and a sentence for each that cannot be used."""
    targets: list[Target] = []
    problems: list[str] = []
    if not asked:
        return targets, problems
    from borderops.forecast.kpis import KPIS
    from borderops.forecast.stopping import parse_target

    for kpi, text in asked.items():
        if kpi not in KPIS:
            near = nearest_word(kpi, [*KPIS])
            hint = f"; did you mean precision.{near}?" if near else "; see borderops list kpis"
            problems.append(f"precision.{kpi} is no KPI{hint}")
            continue
        try:
            targets.append(parse_target(text, kpi))
        except WrongInput as problem:
            problems.append(f"precision.{kpi}: {problem}")
    return targets, problems


@contextlib.contextmanager
def working(settings: Settings, name: str, words: Sequence[str]) -> Iterator[tuple[RunFolder, Circumstances]]:
    """The folder of a command while it is being built, and the command's circumstances.

    Parameters
    ----------
    settings : Settings
    name : str
        Of the folder, after the time of day.
    words : sequence of str
        The command's words after ``borderops``.
    """
    started = datetime.now().astimezone()
    with RunFolder(Path(settings.run.outputs), name, started) as folder, terminable():
        # Reading and drawing tables takes a second to load, and is not needed to find out that the input is wrong.
        from borderops.report.run_files import Circumstances, input_checksums

        yield folder, Circumstances(words, started, input_checksums(settings))


def numbers_of(settings: Settings) -> range:
    """Numbers of the replications asked for."""
    return range(1, settings.run.replications + 1)


def announce(folder: RunFolder, settings: Settings, what: str, words: Sequence[str]) -> None:
    """Say what is about to be played, and what earlier runs left behind."""
    for left in folder.left_behind():
        tell(f"note: {left} was left by a run that was cut off; nothing in it is whole, and you may delete it")
    window, replications = settings.window, settings.run.replications
    tell(f"{what}: {count(replications, 'replication')}, {window.start} to {window.end}")
    log.info("borderops %s: %s", version(), command_line(words))
    log.info("%d replications, %d at a time, seed %d", replications, settings.compute.workers, settings.seed)


# --- playing ------------------------------------------------------------------------------------------------------


def store_of(settings: Settings) -> TrialStore:
    """The folder of finished trials."""
    return TrialStore(Path(settings.trials.store or Path(settings.run.outputs) / "trials"), tell)


def experiment_of(points: Mapping[str, Settings], *, compares: bool = False) -> Experiment:
    """An experiment whose trials are kept where the first of its points says."""
    settings = next(iter(points.values()))
    keeps = settings.trials.keep == "histories"
    return Experiment(points, store_of(settings), keeps_histories=keeps, compares=compares)


def play_points(experiment: Experiment, numbers: Sequence[int]) -> Outcome:
    """Play what is missing of an experiment, with progress on standard error and every ending in the log.

    Parameters
    ----------
    experiment : Experiment
        Its first point says how it is carried out.
    numbers : sequence of int
        Replications.

    Returns
    -------
    Outcome
    """
    settings = next(iter(experiment.points.values()))
    tasks = len(experiment.tasks(numbers))
    if not tasks:
        return carry_out(experiment, numbers, crew_for(settings))
    experiment.store.require_writable()
    make_ready(settings, tell)
    with watch(tasks, settings.compute.workers) as progress:

        def on_done(ending: Ending) -> None:
            _log_ending(ending)
            progress(ending)

        return carry_out(
            experiment,
            numbers,
            crew_for(settings),
            on_done,
            on_interrupt=_tell_waiting,
            stop_after_failures=settings.run.stop_after_failures,
        )


def scattered_over(points: Mapping[str, Settings], numbers: Mapping[str, int], settings: Settings) -> Scattered:
    """Points, each in a replication of its own, whose trials are kept where settings say."""
    keeps = settings.trials.keep == "histories"
    return Scattered(points, numbers, store_of(settings), keeps_histories=keeps)


def play_scattered(scattered: Scattered, tasks: list[Task], settings: Settings) -> Outcome:
    """Play tasks of scattered points, with progress on standard error and every ending in the log.

    Parameters
    ----------
    scattered : Scattered
    tasks : list of Task
        Of `Scattered.tasks`, all or some.
    settings : Settings
        Say how it is carried out.

    Returns
    -------
    Outcome
    """
    if tasks:
        scattered.store.require_writable()
        make_ready(settings, tell)
    with watch(len(tasks), settings.compute.workers) as progress:

        def on_done(ending: Ending) -> None:
            _log_ending(ending)
            progress(ending)

        return carry_out_scattered(
            scattered,
            tasks,
            crew_for(settings),
            on_done,
            on_interrupt=_tell_waiting,
            stop_after_failures=settings.run.stop_after_failures,
        )


def play_until_precise(experiment: Experiment, numbers: Sequence[int]) -> Outcome:
    """Play the replications asked for, then more until every KPI is as precise as ``precision`` asks.

    Parameters
    ----------
    experiment : Experiment
        Its first point says how precise, and how many replications at most.
    numbers : sequence of int
        Asked for at least.

    Returns
    -------
    Outcome
        The number of replications follows from the settings and what they give alone: not from the number of workers,
        nor from how often the run was interrupted.
    """
    settings = next(iter(experiment.points.values()))
    targets = targets_of(settings)
    outcome = play_points(experiment, numbers)
    if not targets:
        _tell_kept(outcome)
        return outcome
    from borderops.forecast.stopping import Looks

    for look in Looks(most=settings.run.most_replications).grid():
        if outcome.was_interrupted or look < len(numbers):
            continue
        outcome = join(outcome, play_points(experiment, range(1, look + 1)))
        progress = _look(outcome, targets, settings.run.interval_level)
        if outcome.was_interrupted or outcome.failures or all(one.is_enough for one in progress):
            break
    return outcome


def _look(outcome: Outcome, targets: list[Target], level: float) -> list[Progress]:
    """Judge the precision of every point, tell it, and give the verdicts of the worst one for each target."""
    from borderops.forecast.results import sample
    from borderops.forecast.stopping import enough

    worst: list[Progress] = []
    for results in outcome.points.values():
        if results:
            found = enough(sample(results, "kpis").stacked(), targets, level)
            worst = found if not worst else [max(pair, key=lambda one: not one.is_enough) for pair in zip(worst, found)]
    for one in worst:
        state = "precise enough" if one.is_enough else "not yet precise"
        more = f"; about {one.needed} more may do" if one.needed else ""
        tell(f"{one.target.kpi} after {one.replications} replications: {state} ({one.reason}{more})")
        log.info("%s: %s, %s", one.target.kpi, state, one.reason)
    return worst


def _tell_kept(outcome: Outcome) -> None:
    if outcome.kept:
        tell(f"{count(outcome.kept, 'replication')} kept from earlier runs.")


def _log_ending(ending: Ending) -> None:
    for end in ending.ends:
        if isinstance(end, Failure):
            where = f"replication {end.replication} of {end.scenario}, seed {end.seed}"
            log.error("%s failed: %s\n%s", where, end.message, end.traceback)
            tell(f"{where} failed: {end.message.splitlines()[0]}")
        elif isinstance(end, Played):
            log.info("replication %d done in %.1f s, digest %s", ending.replication, ending.seconds, end.digest)


def _tell_waiting(tasks: int) -> None:
    noun = "replication" if tasks == 1 else "replications"
    tell(f"Ctrl-C: waiting for {tasks} {noun} that cannot be stopped half-way; Ctrl-C again quits at once ...")


def join(first: Outcome, then: Outcome) -> Outcome:
    """Two outcomes of one experiment as one: what was asked for at first, and what was added."""
    return replace(
        then,
        failures=then.failures,  # what failed at first was tried again
        seconds={**first.seconds, **then.seconds},
        kept=first.kept,
        workers=max(first.workers, then.workers),
    )


def as_one(outcomes: Sequence[Outcome]) -> Outcome:
    """What was played piece by piece, each of other points, as if it had been asked for at once."""
    last = outcomes[-1]
    return replace(
        last,
        points={name: some for one in outcomes for name, some in one.points.items()},
        failures=[failure for one in outcomes for failure in one.failures],
        asked=sum(one.asked for one in outcomes),
        kept=sum(one.kept for one in outcomes),
        workers=max(one.workers for one in outcomes),
        was_interrupted=any(one.was_interrupted for one in outcomes),
        was_stopped=any(one.was_stopped for one in outcomes),
    )


def finish(folder: RunFolder, outcome: Outcome) -> int:
    """Give the folder its name, say where the report is and what failed, and give the exit code."""
    from borderops.report.run_files import REPORT

    finished = folder.finish("-interrupted" if outcome.was_interrupted else "")
    print(f"\nReport: {finished / REPORT}")
    tell_failures(outcome, finished)
    return code_of(outcome)


def nothing_to_show(outcome: Outcome, why: str) -> int:
    """Say why no report was written, and give the exit code."""
    tell_failures(outcome)
    tell(f"{why}, so no report was written; finished trials are kept.")
    return code_of(outcome) or FAILED_REPLICATIONS


def code_of(outcome: Outcome) -> int:
    """Exit code of a command that played."""
    if outcome.was_interrupted:
        return INTERRUPTED
    return FAILED_REPLICATIONS if outcome.failures else DONE


def tell_failures(outcome: Outcome, finished: Path | None = None) -> None:
    """Say which replications failed, where the log is, and how to go on; nothing where none did."""
    if not outcome.failures:
        return
    first = outcome.failures[0]
    replications = len({one.replication for one in outcome.failures})
    many = f"{replications} of {outcome.asked} replications failed and stand in no figure"
    which = f"the first, replication {first.replication} of seed {first.seed}: {first.message}"
    again = "the same command tries them again, and plays nothing else"
    where = f"The log tells where: {finished / LOG}; {again}" if finished else again
    tell(f"borderops: {many}; {which}\n{where}")


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Take a request to terminate, as batch systems send it, for a Ctrl-C; one that ends the work says what stays."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread, where nobody sends signals
        yield
        return
    try:
        yield
    except KeyboardInterrupt as interruption:
        kept = "finished replications are kept, and the same command goes on after them"
        raise KeyboardInterrupt(f"no report was written; {kept}") from interruption
    finally:
        signal.signal(signal.SIGTERM, before)


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 replication``, ``4 processes``."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def tell(text: str, stream: TextIO | None = None) -> None:
    """Say something to whoever sits at the terminal."""
    print(text, file=stream or sys.stderr, flush=True)
