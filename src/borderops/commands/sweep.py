"""``borderops sweep`` (and ``run -m``): every combination of values, one tidy table and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from borderops.commands.playing import (
    all_problems,
    announce,
    count,
    experiment_of,
    finish,
    nothing_to_show,
    numbers_of,
    play_until_precise,
    read_arrivals,
    targets_of,
    working,
)
from borderops.commands.points import Point, no_values, points_of
from borderops.experiments.outputs import RunFolder

if TYPE_CHECKING:
    from borderops.experiments.trials import Outcome
    from borderops.report.run_files import Circumstances


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
    with all_problems(words):
        axes, points = points_of(words)
    if not axes:
        raise no_values("sweep", "borderops sweep orr.beds.age_0_12=1500,2000,2500")
    settings = points[0].composed.settings
    targets_of(settings)
    for point in points:
        read_arrivals(point.composed)
    with working(settings, f"sweep-{settings.scenario}", ["sweep", *words]) as (folder, about):
        announce(folder, settings, f"{settings.scenario}, {count(len(points), 'point')}", about.words)
        experiment = experiment_of({point.name: point.composed.settings for point in points})
        return _end(axes, points, folder, play_until_precise(experiment, numbers_of(settings)), about)


def _end(
    axes: dict[str, list[str]], points: list[Point], folder: RunFolder, outcome: Outcome, about: Circumstances
) -> int:
    from borderops.report.points_files import write_sweep
    from borderops.report.sweep_page import sweep_table_text

    if not any(outcome.points.values()):
        return nothing_to_show(outcome, "Nothing was finished")
    values = {point.name: point.values for point in points}
    contents = write_sweep(folder, axes, values, outcome, {point.name: point.composed for point in points}, about)
    print(f"\n{sweep_table_text(contents)}")
    return finish(folder, outcome)
