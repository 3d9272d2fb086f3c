"""Plays what a search for capacity asks for, on the trial store, and holds it against criteria.

A replication of a plan takes its values from the fitted sample first; levers are pulled on what it then is. So every
level meets the same people, the same luck and the same values in doubt, and differs by the lever alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from borderops.commands.playing import as_one, play_scattered, scattered_over, tell
from borderops.config import inputs
from borderops.config.schema import Settings
from borderops.experiments.progress import duration
from borderops.readiness.levers import pull

if TYPE_CHECKING:
    from borderops.experiments.trials import Outcome
    from borderops.forecast.results import Results
    from borderops.readiness.trying import Asked, Tried

PLAN = "the plan"


class Interrupted(Exception):
    """Playing was cut short."""


class Player:
    """Plays plans by the levels of their levers, and holds each against criteria.

    Parameters
    ----------
    settings : Settings
        The plan as it is; says how it is played, too.
    asked : Asked
    expected : int
        About how many plans will be judged, for the time that remains.
    """

    def __init__(self, settings: Settings, asked: Asked, expected: int):
        self._settings = settings
        self._asked = asked
        self._expected = expected
        self._as_drawn: dict[tuple[str, int], Settings] = {}
        self._results: dict[tuple[str, int], Results] = {}
        self._begun = time.monotonic()
        self.judged = 0
        self.outcomes: list[Outcome] = []

    def ask(self, named: Callable[[Any], tuple[str, Mapping[str, int]]]) -> Callable[[Any, int, float], Tried]:
        """What a bench asks: a place as a name and levels, played and judged.

        Parameters
        ----------
        named : callable
            Takes a place, gives its name and the levels of its levers.
        """

        def judge(place: Hashable, replications: int, alpha: float) -> Tried:
            name, levels = named(place)
            return self.try_at(name, self._settings, levels, replications, alpha)

        return judge

    def try_at(
        self, name: str, settings: Settings, levels: Mapping[str, int], replications: int, alpha: float
    ) -> Tried:
        """Play a plan so many times, as far as it is not kept, and judge it.

        Raises
        ------
        Interrupted
            If it was cut short; what is finished is kept.
        """
        from borderops.readiness.trying import try_plan

        missing = [one for one in range(1, replications + 1) if (name, one) not in self._results]
        if missing:
            self._play(name, settings, levels, missing)
        found = [self._results[name, one] for one in range(1, replications + 1) if (name, one) in self._results]
        return try_plan(pull(settings, levels), found, self._asked, replications, alpha)

    def tell_judged(self, name: str, tried: Tried) -> None:
        """Say how a plan stands, and about how long the rest may take."""
        self.judged += 1
        decided = tried.deciding
        left = max(self._expected - self.judged, 0)
        spent = time.monotonic() - self._begun
        rest = f"; about {left} more to judge, {duration(spent / self.judged * left)}" if left else ""
        tell(f"{name}: {tried.verdict} after {tried.replications} replications ({decided.criterion.name}: "
             f"{decided.why.rstrip('.')}){rest}")  # fmt: skip

    def _play(self, name: str, settings: Settings, levels: Mapping[str, int], numbers: list[int]) -> None:
        points = {f"{name}, replication {one}": one for one in numbers}
        drawn = {point: self._settings_of(name, settings, levels, one) for point, one in points.items()}
        scattered = scattered_over(drawn, points, self._settings)
        tasks = scattered.tasks()
        if tasks:
            tell(f"{name}, replications {numbers[0]} to {numbers[-1]}: {len(tasks):,} to play")
        outcome = play_scattered(scattered, tasks, self._settings)
        self.outcomes.append(outcome)
        for point, some in outcome.points.items():
            if some:
                self._results[name, points[point]] = some[0]
        if outcome.was_interrupted:
            raise Interrupted

    def _settings_of(self, name: str, settings: Settings, levels: Mapping[str, int], number: int) -> Settings:
        """What a replication is played with: the sample's values first, then the levers."""
        policy = settings.policy.title
        if (policy, number) not in self._as_drawn:
            drawn = inputs.at(settings, number)
            nothing = drawn.inputs.model_copy(update={"sample": None})
            self._as_drawn[policy, number] = drawn.model_copy(update={"inputs": nothing})
        return pull(self._as_drawn[policy, number], levels)

    @property
    def whole(self) -> Outcome:
        """All that was played, as one."""
        return as_one(self.outcomes)
