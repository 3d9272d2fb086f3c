"""Keep a crew busy with tasks, one after another, and tell how each ended.

A task depends on nothing but itself, so results are the same for any crew and any order of finishing. Must not know
what a task is made of beyond its number, nor where results are kept.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Final

from borderops.experiments.crews import Crew, WorkerDied
from borderops.experiments.interruptions import held_back
from borderops.experiments.tasks import End, Failure, Task, all_died, failure_of

LOOK: Final = 0.2
"""Seconds between two looks at whether somebody asked to stop."""

Work = Callable[[Task], list[Any]]
"""Plays a task and gives one end for each of its trials."""


@dataclass(frozen=True)
class Ending:
    """How the trials of one task ended, and after how many seconds."""

    task: Task
    seconds: float
    ends: tuple[End, ...]

    @property
    def replication(self) -> int:
        """Number of the replication."""
        return self.task.number

    @property
    def failures(self) -> list[Failure]:
        """Of its trials those that failed."""
        return [one for one in self.ends if isinstance(one, Failure)]

    @property
    def is_failure(self) -> bool:
        """True if any trial has no result."""
        return bool(self.failures)


def play_all(
    tasks: Iterable[Task],
    work: Work,
    crew: Crew,
    on_end: Callable[[Ending], None],
    on_interrupt: Callable[[int], None] | None = None,
) -> bool:
    """Do all tasks; the crew is dismissed at the end, however that comes about.

    Parameters
    ----------
    tasks : iterable of Task
        Taken one by one, as seats become free.
    work : callable
    crew : Crew
    on_end : callable
        Hears of each `Ending` here, in the order of finishing; what it raises ends the work.
    on_interrupt : callable, optional
        Hears how many tasks are under way that have to be waited for, if it is interrupted and there are some.

    Returns
    -------
    bool
        Whether it was interrupted (Ctrl-C). What could not be stopped is waited for, and told.
    """
    under_way: dict[Future[Any], tuple[Task, float]] = {}
    was_interrupted = False
    try:
        was_interrupted = _work_through(iter(tasks), work, crew, under_way, on_end)
    except KeyboardInterrupt:
        was_interrupted = True
    finally:
        going_on = sum(not future.done() for future in under_way)
        if was_interrupted and on_interrupt is not None and crew.ends_what_it_began and going_on:
            on_interrupt(going_on)
        crew.dismiss()
    for future, (task, began) in under_way.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            on_end(_ending(future, task, began))
    return was_interrupted


def _work_through(
    waiting: Iterator[Task],
    work: Work,
    crew: Crew,
    under_way: dict[Future[Any], tuple[Task, float]],
    on_end: Callable[[Ending], None],
) -> bool:
    """Do tasks until none is left or somebody asks to stop; whether somebody did."""
    # Who works here holds no lock that another waits for, and is better interrupted at once.
    with held_back() if crew.works_beside else contextlib.nullcontext(lambda: False) as is_asked_to_stop:
        _seat(waiting, work, crew, under_way)
        while under_way and not is_asked_to_stop():
            done, _ = wait(under_way, timeout=LOOK, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda one: under_way[one][0].number):
                on_end(_ending(future, *under_way.pop(future)))  # before anything new is begun: it may be the last
            _seat(waiting, work, crew, under_way)
        return is_asked_to_stop()


def _seat(waiting: Iterator[Task], work: Work, crew: Crew, under_way: dict[Future[Any], tuple[Task, float]]) -> None:
    """Begin as many tasks as there are free seats."""
    while len(under_way) < crew.seats:
        task = next(waiting, None)
        if task is None:
            return
        began = time.perf_counter()
        under_way[crew.begin(work, task)] = (task, began)


def _ending(future: Future[Any], task: Task, began: float) -> Ending:
    seconds = time.perf_counter() - began
    problem = future.exception()
    if problem is None:
        return Ending(task, seconds, tuple(future.result()))
    if isinstance(problem, WorkerDied):
        return Ending(task, seconds, tuple(all_died(task, str(problem))))
    return Ending(task, seconds, tuple(failure_of(problem, one.settings, task.number) for one in task.trials))
