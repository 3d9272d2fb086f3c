"""An experiment: which trials it asks for, which of them are kept already, and what became of the others.

Points are scenarios by name. Replication r of each meets the same people with the same luck (common random numbers),
so that points are played side by side, and people are formed once for all that share them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from borderops.config import inputs
from borderops.config.schema import Settings
from borderops.exceptions import FileProblem, WrongInput
from borderops.experiments.crews import Crew
from borderops.experiments.identity import Identity, Keys, key_of_pair
from borderops.experiments.runner import Ending, Work, play_all
from borderops.experiments.store import Kind, Store
from borderops.experiments.tasks import Differing, Failure, Pair, Played, Task, Trial, play

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    import pandas as pd

    from borderops.forecast.results import Results

Source = Path | bytes

MOST_TRIALS: Final = 8
"""Trials of one task: more would keep other workers waiting, fewer would form the same people more often."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of an experiment.

    Parameters
    ----------
    points : dict of str to list of Results
        Finished replications of each point, sorted; their tables are read when they are asked for.
    failures : list of Failure
        Sorted by replication.
    asked : int
        Replications asked for.
    kept : int
        Replications of which every trial was kept from earlier runs.
    workers : int
        Tasks that were done at a time.
    was_interrupted : bool
    was_stopped : bool
        So many replications failed that the others were not begun.
    seconds : dict of int to float
        Time each replication took that was played now, by its number.
    """

    points: dict[str, list[Results]]
    failures: list[Failure]
    asked: int
    kept: int = 0
    workers: int = 1
    was_interrupted: bool = False
    was_stopped: bool = False
    seconds: dict[int, float] = field(default_factory=dict)

    @property
    def results(self) -> list[Results]:
        """Finished replications of the first point, the one that is asked about."""
        return next(iter(self.points.values()))

    @property
    def beside(self) -> list[Results]:
        """Finished replications of what is shown beside; empty if nothing is."""
        return self.points.get(BESIDE, [])


ASKED: Final = "asked"
BESIDE: Final = "beside"
"""Names of the points of ``borderops run``."""


class Experiment:
    """Trials of several points, kept in a store.

    Parameters
    ----------
    points : mapping of str to Settings
    store : Store
    keeps_histories : bool
    compares : bool
        Whether the stories of the first point's families are compared with those of each other point that meets the
        same people.
    """

    def __init__(
        self, points: Mapping[str, Settings], store: Store, *, keeps_histories: bool = False, compares: bool = False
    ):
        self.points = dict(points)
        self.store = store
        self.keeps_histories = keeps_histories
        self._compares = compares
        self._identities: dict[tuple[str, int], Identity] = {}
        self._found: dict[tuple[Kind, str], Source] = {}
        for name in self.points:
            self._keys(name, 1)  # what a planner's file holds now counts, whatever becomes of it meanwhile

    @property
    def shares_people(self) -> bool:
        """Whether replication r of every point meets the same people."""
        return len({self._keys(name, 1).people for name in self.points}) == 1

    def tasks(self, numbers: Iterable[int]) -> list[Task]:
        """What has to be played; trials that are kept are looked up, and broken ones set aside.

        Parameters
        ----------
        numbers : iterable of int
            Replications.

        Returns
        -------
        list of Task
        """
        return [task for number in numbers for task in self._tasks_of(number)]

    def _tasks_of(self, number: int) -> Iterator[Task]:
        alike: dict[str, list[Trial]] = {}
        for name in self.points:
            keys = self._keys(name, number)
            is_kept = self._is_kept("figures", keys.figures)
            if not is_kept or self._pair_is_missing(name, number):
                history = (
                    self._found.get(("histories", keys.history)) if self._is_kept("histories", keys.history) else None
                )
                trial = Trial(self._settings(name, number), keys, history, not is_kept)
                alike.setdefault(keys.people, []).append(trial)
        for trials in alike.values():
            yield from self._split(trials, number)

    def _split(self, trials: list[Trial], number: int) -> Iterator[Task]:
        """Tasks of at most so many trials; where stories are compared, each begins with the first point's."""
        first = self._keys(next(iter(self.points)), number)
        if not self._compares or trials[0].keys != first:
            for begin in range(0, len(trials), MOST_TRIALS):
                yield Task(number, tuple(trials[begin : begin + MOST_TRIALS]), self.keeps_histories)
            return
        head, others = trials[0], trials[1:]
        for begin in range(0, max(len(others), 1), MOST_TRIALS - 1):
            some = (head, *others[begin : begin + MOST_TRIALS - 1])
            keys = [key_of_pair(first, one.keys) for one in some]
            pairs = (
                Pair(0, place, key) for place, key in enumerate(keys) if place and not self._is_kept("differing", key)
            )
            yield Task(number, some, self.keeps_histories, tuple(pairs))
            head = replace(head, wants_figures=False)

    def _pair_is_missing(self, name: str, number: int) -> bool:
        """Whether a point has to be played for a comparison with another."""
        if not self._compares:
            return False
        first, *others = self.points
        if name == first:
            return any(self._pair_is_missing(other, number) for other in others)
        mine, its = self._keys(first, number), self._keys(name, number)
        return mine.people == its.people and not self._is_kept("differing", key_of_pair(mine, its))

    def _settings(self, name: str, number: int) -> Settings:
        """What a replication of a point is played with: where a sample of inputs is chosen, with its own values."""
        return inputs.at(self.points[name], number)

    def _keys(self, name: str, number: int) -> Keys:
        turn = number if self.points[name].inputs.sample else 0
        if (name, turn) not in self._identities:
            self._identities[name, turn] = Identity(self._settings(name, number))
        return self._identities[name, turn].keys(number)

    def _is_kept(self, kind: Kind, key: str) -> bool:
        """Look a file up, once; a broken one is set aside."""
        if (kind, key) not in self._found:
            source = self.store.find(kind, key)
            if source is None or not self._is_whole(source, key):
                return False
            self._found[kind, key] = source
        return True

    def _is_whole(self, source: Source, key: str) -> bool:
        from borderops.experiments.trial_files import BrokenFile, check

        try:
            about = check(source)
            if about.key != key:
                raise BrokenFile("it is the file of another trial")
        except FileNotFoundError:  # another process has set it aside
            return False
        except PermissionError as problem:
            raise FileProblem(f"the trial {source!s} cannot be read: permission denied") from problem
        except (BrokenFile, OSError) as problem:
            self.store.set_aside(source, str(problem))
            return False
        return True

    def keep(self, end: Played | Differing) -> None:
        """Keep a finished trial, its figures last, since they say that it is finished; or a comparison.

        Raises
        ------
        FileProblem
            If it cannot be written.
        """
        if isinstance(end, Differing):
            self.store.keep("differing", end.key, end.content)
            return
        if end.history is not None:
            self.store.keep("histories", end.keys.history, end.history)
        if end.figures is not None:
            self.store.keep("figures", end.keys.figures, end.figures)

    def results(self, numbers: Iterable[int]) -> dict[str, list[Results]]:
        """Finished replications of each point, in the order of numbers."""
        from borderops.experiments.trial_files import unpack_results

        wanted = list(numbers)
        found: dict[str, list[Results]] = {}
        for name in self.points:
            keys = [self._keys(name, number).figures for number in wanted]
            found[name] = [unpack_results(self._found["figures", key]) for key in keys if self._is_kept("figures", key)]
        return found

    def differing(self, name: str, numbers: Iterable[int]) -> dict[int, pd.DataFrame]:
        """Whose stories differ between the first point and another one, by replication."""
        from borderops.experiments.trial_files import unpack_table

        first = next(iter(self.points))
        keys = {number: key_of_pair(self._keys(first, number), self._keys(name, number)) for number in numbers}
        return {
            number: unpack_table(self._found["differing", key])
            for number, key in keys.items()
            if self._is_kept("differing", key)
        }


def _lost(
    experiment: Experiment, points: Mapping[str, list[Results]], failures: Sequence[Failure], played: Iterable[int]
) -> Iterator[Failure]:
    """Trials that were played and kept, and whose files can no longer be read."""
    told = {(one.scenario, one.replication) for one in failures}
    for name, settings in experiment.points.items():
        missing = {*played} - {one.replication for one in points[name]}
        for number in sorted(missing):
            if (settings.scenario, number) not in told:
                words = "it was finished, but its file in the store was taken away or broken at once"
                yield Failure(number, settings.seed, words, "", "error", settings.scenario)


def with_histories(task: Task) -> Task:
    """A task that carries the histories it needs: a worker may see no folder of ours."""
    return replace(task, trials=tuple(replace(one, history=_content(one.history)) for one in task.trials))


def _content(source: Source | None) -> bytes | None:
    if not isinstance(source, Path):
        return source
    try:
        return source.read_bytes()
    except OSError:  # taken away meanwhile: then it is played again
        return None


def carry_out(
    experiment: Experiment,
    numbers: Sequence[int],
    hire: Callable[[int], Crew],
    on_done: Callable[[Ending], None] | None = None,
    *,
    on_interrupt: Callable[[int], None] | None = None,
    stop_after_failures: int | None = None,
    work: Work = play,
) -> Outcome:
    """Play what is missing of an experiment, and keep it.

    Parameters
    ----------
    experiment : Experiment
    numbers : sequence of int
        Replications asked for.
    hire : callable
        Gives a crew for at most so many tasks at a time.
    on_done : callable, optional
        Called here with each `Ending`, once it is kept.
    on_interrupt : callable, optional
        Hears how many tasks have to be waited for, if it is interrupted and there are some.
    stop_after_failures : int, optional
        So many failed replications end the play; None never does.
    work : callable
        Plays a task.

    Returns
    -------
    Outcome
        A trial that fails is recorded and the others go on. An interruption keeps what is finished.

    Raises
    ------
    WrongInput
        If a trial finds that what the user gave cannot be used: no other would fare better.
    FileProblem
        If the store takes no more.
    """
    tasks = experiment.tasks(numbers)
    failures: list[Failure] = []
    seconds: dict[int, float] = {}
    was_interrupted, was_stopped, workers = False, False, 1

    def on_end(ending: Ending) -> None:
        for end in ending.ends:
            if not isinstance(end, Failure):
                experiment.keep(end)
            elif end.cause == "wrong_input":
                raise WrongInput(end.message)
            else:
                failures.append(end)
        seconds[ending.replication] = seconds.get(ending.replication, 0.0) + ending.seconds
        if on_done is not None:
            on_done(ending)

    def waiting() -> Iterator[Task]:
        nonlocal was_stopped
        for task in tasks:
            failed = len({one.replication for one in failures})
            if stop_after_failures is not None and failed >= stop_after_failures:
                log.warning("%d replications failed; nothing more is begun", failed)
                was_stopped = True
                return
            yield with_histories(task)

    if tasks:
        crew = hire(len(tasks))
        workers = min(crew.seats, len(tasks))  # asked for now: a cluster that was left tells nothing
        was_interrupted = play_all(waiting(), work, crew, on_end, on_interrupt)
    points = experiment.results(numbers)
    failures += _lost(experiment, points, failures, seconds)
    return Outcome(
        points=points,
        failures=sorted(failures, key=lambda one: one.replication),
        asked=len(numbers),
        kept=len(numbers) - len({task.number for task in tasks}),
        workers=workers,
        was_interrupted=was_interrupted,
        was_stopped=was_stopped,
        seconds=dict(sorted(seconds.items())),
    )
