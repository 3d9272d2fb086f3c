"""``borderops run``: compose, play, measure, write."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TextIO

from borderops.config.compose import Composed, compose
from borderops.experiments import runner
from borderops.experiments.outputs import LOG, RunFolder
from borderops.experiments.progress import duration, watch
from borderops.experiments.runner import Ending, Failure, Outcome
from borderops.provenance import command_line, version

if TYPE_CHECKING:
    from borderops.report.run_files import Circumstances

DONE, FAILED_REPLICATIONS, INTERRUPTED = 0, 4, 130

log = logging.getLogger(__name__)


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    composed = compose(words)
    _read_arrivals(composed)
    started = datetime.now().astimezone()
    with RunFolder(Path(composed.settings.run.outputs), composed.settings.scenario, started) as folder, _terminable():
        return _run(composed, folder, words, started)


def _run(composed: Composed, folder: RunFolder, words: Sequence[str], started: datetime) -> int:
    # Reading and drawing tables takes a second to load, and is not needed to find out that the input is wrong.
    from borderops.report.run_files import Circumstances, input_checksums

    about = Circumstances(["run", *words], started, input_checksums(composed.settings))
    _announce(composed, folder, words)
    outcome = _play(composed)
    if not outcome.results:
        return _end_without_results(composed, folder, outcome, about)
    return _end(composed, folder, outcome, about)


def _read_arrivals(composed: Composed) -> None:
    """Read a planner's own arrivals once, so that whatever is wrong with the file is told before anything else."""
    settings = composed.settings
    if settings.arrivals.source == "file":
        import numpy as np

        from borderops.clock import day_of
        from borderops.population.arrivals_file import read_arrivals

        days = np.arange(day_of(settings.window.first_day_played), day_of(settings.window.end) + 1)
        read_arrivals(settings.arrivals.file, days)


def _announce(composed: Composed, folder: RunFolder, words: Sequence[str]) -> None:
    run, window = composed.settings.run, composed.settings.window
    for left in folder.left_behind():
        _tell(f"note: {left} was left by a run that was cut off; nothing in it is whole, and you may delete it")
    workers = min(run.workers, run.replications)
    _tell(
        f"{composed.settings.scenario}: {_count(run.replications, 'replication')} in "
        f"{_count(workers, 'process')}, {window.start} to {window.end}"
    )
    log.info("borderops %s: %s", version(), command_line(["run", *words]))
    log.info("%d replications in %d processes, seed %d", run.replications, workers, composed.settings.seed)


def _play(composed: Composed) -> Outcome:
    run = composed.settings.run
    began = datetime.now()
    with watch(run.replications, min(run.workers, run.replications)) as progress:

        def on_done(ending: Ending) -> None:
            _log_ending(ending)
            progress(ending)

        work = partial(runner.play, beside=composed.beside)
        outcome = runner.run(composed.settings, on_done, work)
    if outcome.was_interrupted:
        log.warning("interrupted after %d of %d replications", len(outcome.results), outcome.asked)
        _tell(f"Interrupted: {len(outcome.results)} of {outcome.asked} replications are finished.")
    elif outcome.results:
        _tell(f"Played in {duration((datetime.now() - began).total_seconds())}; writing the report ...")
    return outcome


def _log_ending(ending: Ending) -> None:
    if isinstance(ending.end, Failure):
        log.error("replication %d failed: %s\n%s", ending.replication, ending.end.message, ending.end.traceback)
    else:
        log.info("replication %d done in %.1f s, digest %s", ending.replication, ending.seconds, ending.end.digest)


def _end(composed: Composed, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.prose import answer
    from borderops.report.run_files import REPORT, write_run

    contents = write_run(folder, composed, outcome, about)
    finished = folder.finish("-interrupted" if outcome.was_interrupted else "")
    print()
    for sentence in answer(contents):
        print(sentence)
    print(f"\nReport: {finished / REPORT}")
    if outcome.failures:
        _tell_failures(outcome, finished)
    if outcome.was_interrupted:
        return INTERRUPTED
    return FAILED_REPLICATIONS if outcome.failures else DONE


def _end_without_results(composed: Composed, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.run_files import write_account

    if not outcome.failures:
        _tell("Nothing was finished, so nothing was written.")
        return INTERRUPTED
    write_account(folder, composed, outcome, about)
    _tell_failures(outcome, folder.finish("-failed"))
    return INTERRUPTED if outcome.was_interrupted else FAILED_REPLICATIONS


def _tell_failures(outcome: Outcome, finished: Path) -> None:
    first = outcome.failures[0]
    many = f"{len(outcome.failures)} of {outcome.asked} replications failed and stand in no figure"
    which = f"the first, replication {first.replication} of seed {first.seed}: {first.message}"
    _tell(f"borderops: {many}; {which}\nThe log tells where: {finished / LOG}")


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Take a request to terminate, as batch systems send it, for a Ctrl-C."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread, where nobody sends signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _count(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _tell(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stderr, flush=True)
