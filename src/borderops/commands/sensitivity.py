"""``borderops sensitivity``: which unknowns move what criteria speak of, where GO becomes NO-GO, what is worth knowing.

Every row of points is played with luck of its own, the same at all points of the row, so that a change within a row is
made by the inputs alone and no two rows share a season. Trials are kept: the same command goes on where it was cut off,
and tries failed ones again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import (
    announce,
    count,
    finish,
    nothing_to_show,
    play_scattered,
    scattered_over,
    tell,
    working,
)
from borderops.commands.sensitivity_words import FEWEST_POINTS, MORRIS, Asked, asked_of
from borderops.experiments.outputs import RunFolder

if TYPE_CHECKING:
    import numpy as np

    from borderops.config.schema import Settings
    from borderops.experiments.trials import Outcome
    from borderops.experiments.varied import Laid
    from borderops.readiness.morris import Walks
    from borderops.report.run_files import Circumstances

MOST_NAMED: Final = 3


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, and the command's own words, see ``borderops help sensitivity``.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    asked = asked_of(words)
    settings = asked.composed.settings
    with working(settings, f"sensitivity-{settings.scenario}", ["sensitivity", *words]) as (folder, about):
        groups = len(asked.space.groups)
        what = (
            f"{settings.scenario}, {asked.method}: {count(len(asked.space.inputs), 'input')} in "
            f"{count(groups, 'group')}, {count(len(asked.figures), 'figure')}"
        )
        announce(folder, settings, what, about.words)
        laid = lay_out(asked)
        return _end(asked, laid, folder, _play(asked, laid), about)


# --- points -----------------------------------------------------------------------------------------------------------


def lay_out(asked: Asked) -> Laid:
    """The points of a run, those that contradict themselves settled."""
    import numpy as np

    from borderops.experiments.varied import Laid, numbers_of_row
    from borderops.readiness import morris, sobol

    space, seed = asked.space, asked.composed.settings.seed
    groups = list(space.groups.values())
    walks = morris.walks(asked.points, groups, seed) if asked.method == MORRIS else None
    drawn = sobol.design(asked.points, groups, seed) if walks is None else walks.positions
    found, held = np.empty_like(drawn), []
    for row, positions in enumerate(drawn, start=1):
        if walks is not None:
            positions = _with_sample_points(asked, walks, row - 1)
        found[row - 1], kept = space.settled(positions, numbers_of_row(row, asked.replications))
        held += [(row, name) for name in kept]
    _tell_held(held)
    return Laid(found, asked.replications, held, walks)


def _with_sample_points(asked: Asked, walks: Walks, row: int) -> np.ndarray:
    """A walk whose sample, if it is varied, goes from one point drawn at random to another, not along a grid."""
    import numpy as np

    positions, column = walks.positions[row].copy(), asked.space.sample_column
    if column is None:
        return positions
    first, then = np.random.Generator(np.random.Philox(key=[asked.composed.settings.seed, row])).random(2)
    has_moved = positions[:, column] != positions[0, column]
    positions[:, column] = np.where(has_moved, then, first)
    return positions


def _tell_held(held: Sequence[tuple[int, str]]) -> None:
    """Say where values contradict one another, and which stay as shipped."""
    if held:
        names = sorted({name for _, name in held})
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        where = count(len({row for row, _ in held}), "row")
        tell(f"note: in {where} of points values contradict one another and stay as shipped: "
             f"{', '.join(names[:MOST_NAMED])}{more}")  # fmt: skip


# --- playing ----------------------------------------------------------------------------------------------------------


def trials_of(asked: Asked, laid: Laid) -> Iterator[tuple[str, Settings, int]]:
    """Every trial: its name, its settings and its replication, row by row."""
    from borderops.experiments.varied import name_of_trial

    space = asked.space
    for row, positions in enumerate(laid.positions, start=1):
        numbers = laid.numbers(row)
        for number in numbers:
            if number == numbers[0] or space.depends_on_number:
                settings = [space.settings_at(position, number) for position in positions]
            for point, one in enumerate(settings, start=1):
                yield name_of_trial(row, point, number), one, number


def _play(asked: Asked, laid: Laid) -> Outcome:
    settings = asked.composed.settings
    trials = list(trials_of(asked, laid))
    points, numbers = {name: one for name, one, _ in trials}, {name: number for name, _, number in trials}
    scattered = scattered_over(points, numbers, settings)
    tasks = scattered.tasks()
    missing = sum(len(one.trials) for one in tasks)
    what = "walk" if asked.method == MORRIS else "row"
    tell(
        f"cost: {count(laid.rows, what)} of {count(laid.points, 'point')} in {count(asked.replications, 'replication')}"
        f" each: {count(len(trials), 'trial')}, {missing:,} of them to play"
    )
    # The first by itself: it tells how long the others will take.
    first = play_scattered(scattered, tasks[:1], settings)
    if len(tasks) < 2 or first.was_interrupted or first.was_stopped:
        return first
    then = play_scattered(scattered, tasks[1:], settings)
    return replace(then, failures=[*first.failures, *then.failures], kept=len(trials) - missing)


# --- the end ----------------------------------------------------------------------------------------------------------


def _end(asked: Asked, laid: Laid, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.points_files import describe
    from borderops.report.sensitivity_contents import sensitivity_contents
    from borderops.report.sensitivity_files import write_sensitivity
    from borderops.report.sensitivity_prose import sensitivity_text
    from borderops.report.sensitivity_tables import whole_rows

    if whole_rows(laid, outcome).sum() < FEWEST_POINTS:
        return nothing_to_show(outcome, "Too few rows were finished to tell anything")
    manifest = describe({"asked": asked.composed}, outcome, about)
    contents = sensitivity_contents(
        asked.composed, asked.method, asked.criteria_told, asked.figures, asked.shown, asked.space, laid, asked.loss,
        outcome, manifest,
    )  # fmt: skip
    print(f"\n{sensitivity_text(contents)}")
    write_sensitivity(folder, asked.composed, contents)
    return finish(folder, outcome)
