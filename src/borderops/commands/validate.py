"""``borderops validate``: published figures beside simulated intervals, and whether the shipped fit still holds.

Asked as of a day (``study.as_of``), the same is a forecast of the season set beside what happened, without a verdict.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import (
    announce,
    count,
    experiment_of,
    finish,
    nothing_to_show,
    numbers_of,
    play_points,
    working,
)
from borderops.config.compose import OVERRIDE, Composed, compose
from borderops.config.places import SCENARIO_GROUP
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder
from borderops.validity.worlds import SEASON, WORLDS

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    from borderops.experiments.trials import Outcome
    from borderops.report.run_files import Circumstances

POINTS: Final = 100
FEWEST, MOST = 2, 10_000
JUDGED_AT: Final = 0.9
HOLDS, HOLDS_NO_LONGER = 0, 1

NOT_HERE: Final = {
    "run.replications": "points=, since each replication has a point of the sample of its own",
    "run.most_replications": "points=, since nothing is asked of the precision",
}
"""Settings that cannot be given here, and what to give instead."""


@dataclass(frozen=True)
class Asked:
    """What is to be played and set beside published figures.

    Parameters
    ----------
    worlds : dict of str to Composed
        By name; the season among them.
    as_of : date or None
        The day from whose knowledge the season is forecast; None where the fit is judged.
    """

    worlds: dict[str, Composed]
    as_of: date | None

    @property
    def name(self) -> str:
        """Of the folder."""
        season = self.worlds[SEASON].settings
        return "validate" if self.as_of is None else f"validate-{season.scenario}"

    @property
    def what(self) -> str:
        """What is said before it is played."""
        if self.as_of is None:
            return f"{count(len(self.worlds), 'world')} of published figures ({', '.join(self.worlds)})"
        return f"{self.worlds[SEASON].settings.scenario}, forecast as of {self.as_of}"


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, and ``points=`` (100): replications of each world, each with a point of the fitted sample.

    Returns
    -------
    int
        Exit code; 1 where the fit does not hold.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    points, rest = _own_words(words)
    asked = _asked(points, rest)
    settings = asked.worlds[SEASON].settings
    with working(settings, asked.name, ["validate", *words]) as (folder, about):
        announce(folder, settings, asked.what, about.words)
        experiment = experiment_of({name: one.settings for name, one in asked.worlds.items()})
        return _end(asked, folder, play_points(experiment, numbers_of(settings)), about)


def _own_words(words: Sequence[str]) -> tuple[int, list[str]]:
    """Number of points, and the other words."""
    points, rest, problems = POINTS, [], []
    for word in words:
        key, _, value = word.partition("=")
        if key == "points":
            if not value.isdecimal() or not FEWEST <= int(value) <= MOST:
                problems.append(f"points is {value}; allowed: a whole number from {FEWEST} to {MOST:,}")
            else:
                points = int(value)
        elif key in NOT_HERE:
            problems.append(f"{key} cannot be given here; allowed: {NOT_HERE[key]}")
        elif key.startswith("precision."):
            problems.append(f"{key} cannot be asked here; allowed: points=, since intervals are of seasons, not means")
        else:
            rest.append(word)
    if problems:
        raise ConfigError(problems)
    return points, rest


def _asked(points: int, words: Sequence[str]) -> Asked:
    """The worlds to play: all of them, or the season alone where words ask as of a day."""
    many = [f"run.replications={points}"]
    single = compose(["study.audits=true", *words, *many])
    if single.settings.study.as_of is not None:
        return Asked({SEASON: single}, single.settings.study.as_of)
    scenario = [word for word in words if _key_of(word) == SCENARIO_GROUP]
    problems = [
        f"{word} cannot be judged; allowed: no scenario, since published figures say which worlds are played, or one "
        "that is asked as of a day (study.as_of)"
        for word in scenario
    ]
    level = single.settings.run.interval_level
    if level != JUDGED_AT:
        problems.append(f"run.interval_level is {level:g}; allowed here: {JUDGED_AT:g}, by which the fit is judged")
    if problems:
        raise ConfigError(problems)
    return Asked({name: compose([*world, *words, *many]) for name, world in WORLDS.items()}, None)


def _key_of(word: str) -> str:
    parts = OVERRIDE.fullmatch(word)
    return parts["key"].strip() if parts else ""


def _end(asked: Asked, folder: RunFolder, outcome: Outcome, about: Circumstances) -> int:
    from borderops.report.validity_files import gather_validity, write_validity
    from borderops.report.validity_prose import scorecard_text

    if not outcome.points[SEASON]:
        return nothing_to_show(outcome, "No season was finished")
    contents = gather_validity(asked.worlds, outcome, about)
    print(f"\n{scorecard_text(contents.card, asked.as_of)}")
    sys.stdout.flush()  # at once: the report takes some seconds more
    write_validity(folder, asked.worlds, contents)
    holds = asked.as_of is not None or contents.card.holds
    return finish(folder, outcome) or (HOLDS if holds else HOLDS_NO_LONGER)
