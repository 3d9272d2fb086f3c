"""``borderops sweep`` (and ``run -m``): every combination of values, one tidy table and a picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from borderops.commands.playing import (
    DONE,
    FAILED_REPLICATIONS,
    INTERRUPTED,
    announce,
    count,
    experiment_of,
    numbers_of,
    play_until_precise,
    read_arrivals,
    targets_of,
    tell,
    tell_failures,
    terminable,
)
from borderops.commands.points import Point, no_values, points_of
from borderops.experiments.outputs import RunFolder

if TYPE_CHECKING:
    from borderops.experiments.trials import Outcome
    from borderops.report.run_files import Circumstances

log = logging.getLogger(__name__)


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, one key at least with several values.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    axes, points = points_of(words)
    if not axes:
        raise no_values("sweep", "borderops sweep orr.beds.age_0_12=1500,2000,2500")
    settings = points[0].composed.settings
    targets_of(settings)
    for point in points:
        read_arrivals(point.composed)
    started = datetime.now().astimezone()
    with RunFolder(Path(settings.run.outputs), f"sweep-{settings.scenario}", started) as folder, terminable():
        from borderops.report.run_files import Circumstances, input_checksums

        about = Circumstances(["sweep", *words], started, input_checksums(settings))
        announce(folder, settings, f"{settings.scenario}, {count(len(points), 'point')}", about.words)
        outcome = play_until_precise(
            experiment_of({point.name: point.composed.settings for point in points}), numbers_of(settings)
        )
        return _end(axes, points, folder, outcome, about)


def _end(
    axes: dict[str, list[str]], points: list[Point], folder: RunFolder, outcome: Outcome, about: Circumstances
) -> int:
    from borderops.report.points_files import write_sweep
    from borderops.report.run_files import REPORT
    from borderops.report.sweep_page import sweep_table_text

    if not any(outcome.points.values()):
        tell_failures(outcome)
        tell("Nothing was finished, so nothing was written.")
        return INTERRUPTED if outcome.was_interrupted else FAILED_REPLICATIONS
    values = {point.name: point.values for point in points}
    contents = write_sweep(folder, axes, values, outcome, {point.name: point.composed for point in points}, about)
    finished = folder.finish("-interrupted" if outcome.was_interrupted else "")
    print(f"\n{sweep_table_text(contents)}")
    print(f"\nReport: {finished / REPORT}")
    tell_failures(outcome, finished)
    if outcome.was_interrupted:
        return INTERRUPTED
    return FAILED_REPLICATIONS if outcome.failures else DONE
