"""``borderops run``: compose, play, measure, write."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from borderops.commands.playing import (
    DONE,
    FAILED_REPLICATIONS,
    INTERRUPTED,
    announce,
    experiment_of,
    numbers_of,
    play_until_precise,
    read_arrivals,
    targets_of,
    tell,
    tell_failures,
    terminable,
)
from borderops.config.compose import Composed, compose
from borderops.experiments.outputs import RunFolder
from borderops.experiments.progress import duration
from borderops.experiments.trials import ASKED, BESIDE, Outcome

if TYPE_CHECKING:
    from borderops.report.run_files import Circumstances

MANY = ("-m", "--multirun")
"""Hydra's words for every combination of values."""

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
    if any(word in MANY for word in words):
        from borderops.commands import sweep

        return sweep.main([word for word in words if word not in MANY])
    composed = compose(words)
    targets_of(composed.settings)
    read_arrivals(composed)
    started = datetime.now().astimezone()
    with RunFolder(Path(composed.settings.run.outputs), composed.settings.scenario, started) as folder, terminable():
        return _run(composed, folder, words, started)


def _run(composed: Composed, folder: RunFolder, words: Sequence[str], started: datetime) -> int:
    # Reading and drawing tables takes a second to load, and is not needed to find out that the input is wrong.
    from borderops.report.run_files import Circumstances, input_checksums

    about = Circumstances(["run", *words], started, input_checksums(composed.settings))
    announce(folder, composed.settings, composed.settings.scenario, about.words)
    outcome = _play(composed)
    if not outcome.results:
        return _end_without_results(composed, folder, outcome, about)
    return _end(composed, folder, outcome, about)


def _play(composed: Composed) -> Outcome:
    settings = composed.settings
    points = {ASKED: settings} | ({} if composed.beside is None else {BESIDE: composed.beside})
    began = datetime.now()
    outcome = play_until_precise(experiment_of(points), numbers_of(settings))
    if outcome.was_stopped:
        tell("So many failed that no more were begun (run.stop_after_failures).")
    if outcome.was_interrupted:
        log.warning("interrupted after %d of %d replications", len(outcome.results), outcome.asked)
        tell(f"Interrupted: {len(outcome.results)} of {outcome.asked} replications are finished and kept.")
    elif outcome.results:
        tell(f"Played in {duration((datetime.now() - began).total_seconds())}; writing the report ...")
    return outcome


def _end(composed: Composed, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.prose import answer
    from borderops.report.run_files import REPORT, gather_run, write_run

    gathered = gather_run(composed, outcome, about)
    print()
    for sentence in answer(gathered[0]):  # at once: the report takes some seconds more
        print(sentence)
    sys.stdout.flush()
    write_run(folder, composed, outcome, about, gathered)
    finished = folder.finish("-interrupted" if outcome.was_interrupted else "")
    print(f"\nReport: {finished / REPORT}")
    tell_failures(outcome, finished)
    if outcome.was_interrupted:
        return INTERRUPTED
    return FAILED_REPLICATIONS if outcome.failures else DONE


def _end_without_results(composed: Composed, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.run_files import write_account

    if not outcome.failures:
        tell("Nothing was finished, so nothing was written.")
        return INTERRUPTED
    write_account(folder, composed, outcome, about)
    tell_failures(outcome, folder.finish("-failed"))
    return INTERRUPTED if outcome.was_interrupted else FAILED_REPLICATIONS
