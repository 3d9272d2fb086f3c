"""``borderops compare``: the same people with the same luck under several scenarios."""

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
    tell,
    working,
)
from borderops.commands.points import Point, no_values, points_of, twins
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder

if TYPE_CHECKING:
    from borderops.experiments.trials import Experiment, Outcome
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
    points = _points(words)
    settings = points[0].composed.settings
    targets_of(settings)
    for point in points:
        read_arrivals(point.composed)
    with working(settings, f"compare-{settings.scenario}", ["compare", *words]) as (folder, about):
        announce(folder, settings, f"comparing {' with '.join(point.name for point in points)}", about.words)
        experiment = experiment_of({point.name: point.composed.settings for point in points}, compares=True)
        if not experiment.shares_people:
            tell("note: these scenarios do not all meet the same people, so that pairing tells less")
        outcome = play_until_precise(experiment, numbers_of(settings))
        return _end(points, experiment, folder, outcome, about)


def _points(words: Sequence[str]) -> list[Point]:
    with all_problems(words):
        axes, points = points_of(words)
    if not axes:
        raise no_values("compare", "borderops compare scenario=zero_tolerance_2018,prepared_2018,family_unity")
    same = [f"{one} and {other} have the same settings; compare scenarios that differ" for one, other in twins(points)]
    if same:
        raise ConfigError(same)
    return points


def _end(points: list[Point], experiment: Experiment, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.assemble_points import finished_by_all
    from borderops.report.compare_page import compare_answer, compare_table_text
    from borderops.report.points_files import write_comparison

    common = finished_by_all(outcome)
    if not common:
        return nothing_to_show(outcome, "No replication was finished under all scenarios")
    tell(f"{count(len(common), 'replication')} under each of {len(points)} scenarios; writing the report ...")
    composed = {point.name: point.composed for point in points}
    contents = write_comparison(folder, experiment, outcome, composed, about)
    print(f"\n{compare_table_text(contents)}")
    for sentence in compare_answer(contents):
        print(sentence)
    return finish(folder, outcome)
