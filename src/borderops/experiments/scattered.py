"""Trials of many points, each played once, in a replication of its own choosing: how a fit asks for its runs.

Points that share a replication meet the same luck. Everything is kept in the store, so that nothing is played twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from borderops.config.schema import Settings
from borderops.exceptions import WrongInput
from borderops.experiments.crews import Crew
from borderops.experiments.runner import Ending, Work, play_all
from borderops.experiments.store import Store
from borderops.experiments.tasks import Failure, Task, play
from borderops.experiments.trials import Experiment, Outcome, with_histories

if TYPE_CHECKING:
    from borderops.forecast.results import Results


class Scattered:
    """Points with the replication that each is played in.

    Parameters
    ----------
    points : mapping of str to Settings
    numbers : mapping of str to int
        Replication of each point.
    store : Store
    keeps_histories : bool
    """

    def __init__(
        self, points: Mapping[str, Settings], numbers: Mapping[str, int], store: Store, *, keeps_histories: bool = False
    ):
        self.store = store
        self._numbers = dict(numbers)
        self._by_number: dict[int, Experiment] = {}
        for number in sorted(set(self._numbers.values())):
            own = {name: one for name, one in points.items() if self._numbers[name] == number}
            self._by_number[number] = Experiment(own, store, keeps_histories=keeps_histories)

    def tasks(self) -> list[Task]:
        """What has to be played; trials that are kept are looked up."""
        return [task for number, one in self._by_number.items() for task in one.tasks([number])]

    def keep(self, ending: Ending) -> Iterator[Failure]:
        """Keep what a task gave; yield its failures."""
        for end in ending.ends:
            if isinstance(end, Failure):
                yield end
            else:
                self._by_number[ending.replication].keep(end)

    def results(self) -> dict[str, list[Results]]:
        """Of each point its one result, or none, in the order of the points."""
        found: dict[str, list[Results]] = {}
        for number, one in self._by_number.items():
            found |= one.results([number])
        return {name: found[name] for name in self._numbers}


def carry_out_scattered(
    scattered: Scattered,
    tasks: list[Task],
    hire: Callable[[int], Crew],
    on_done: Callable[[Ending], None] | None = None,
    *,
    on_interrupt: Callable[[int], None] | None = None,
    stop_after_failures: int | None = None,
    work: Work = play,
) -> Outcome:
    """Play what is missing, and keep it.

    Parameters
    ----------
    scattered : Scattered
    tasks : list of Task
        From `Scattered.tasks`.
    hire, on_done, on_interrupt, stop_after_failures, work
        As in `borderops.experiments.trials.carry_out`; what fails is counted by trials here.

    Returns
    -------
    Outcome
        Points in their order; replications are counted as trials.

    Raises
    ------
    WrongInput
        If a trial finds that what the user gave cannot be used.
    FileProblem
        If the store takes no more.
    """
    failures: list[Failure] = []
    was_interrupted, was_stopped = False, False

    def on_end(ending: Ending) -> None:
        for failure in scattered.keep(ending):
            if failure.cause == "wrong_input":
                raise WrongInput(failure.message)
            failures.append(failure)
        if on_done is not None:
            on_done(ending)

    def waiting() -> Iterator[Task]:
        nonlocal was_stopped
        for task in tasks:
            if stop_after_failures is not None and len(failures) >= stop_after_failures:
                was_stopped = True
                return
            yield with_histories(task)

    workers = 1
    if tasks:
        crew = hire(len(tasks))
        workers = min(crew.seats, len(tasks))
        was_interrupted = play_all(waiting(), work, crew, on_end, on_interrupt)
    points = scattered.results()
    played = sum(len(task.trials) for task in tasks)
    return Outcome(
        points=points,
        failures=sorted(failures, key=lambda one: one.replication),
        asked=len(points),
        kept=len(points) - played,
        workers=workers,
        was_interrupted=was_interrupted,
        was_stopped=was_stopped,
    )
