"""``borderops run``: compose, play, measure, write."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from borderops.commands.playing import (
    INTERRUPTED,
    all_problems,
    announce,
    code_of,
    experiment_of,
    finish,
    numbers_of,
    play_until_precise,
    read_arrivals,
    targets_of,
    tell,
    tell_failures,
    working,
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
    with all_problems(words):
        composed = compose(words)
    targets_of(composed.settings)
    read_arrivals(composed)
    with working(composed.settings, composed.settings.scenario, ["run", *words]) as (folder, about):
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
    from borderops.report.run_files import gather_run, write_run

    gathered = gather_run(composed, outcome, about)
    print()
    for sentence in answer(gathered[0]):  # at once: the report takes some seconds more
        print(sentence)
    sys.stdout.flush()
    write_run(folder, composed, outcome, about, gathered)
    return finish(folder, outcome)


def _end_without_results(composed: Composed, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.run_files import write_account

    if not outcome.failures:
        tell("Nothing was finished, so nothing was written.")
        return INTERRUPTED
    write_account(folder, composed, outcome, about)
    tell_failures(outcome, folder.finish("-failed"))
    return code_of(outcome)
