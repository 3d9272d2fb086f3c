"""Play the replications of one scenario, each on its own, and keep what became of each.

A replication depends on its settings and its number alone, so results are the same for any number of workers and any
order of finishing. Each worker process is a pool of one: when the system kills it, exactly one replication is lost,
it is known which, and a new worker takes the dead one's place.

Must not know what a replication is made of, nor where results are written.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from borderops.config.schema import Settings
from borderops.exceptions import WrongInput

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    from borderops.forecast.results import Results

Work = Callable[[Settings, int], "Results"]
"""Plays one replication, given the settings and its number."""

ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""Environment of a worker: the processes share the machine, so that none of them may take all of it."""


@dataclass(frozen=True)
class Failure:
    """A replication that could not be finished.

    Parameters
    ----------
    replication, seed : int
        Its address: ``run.replications`` apart, the same settings with these two fail again.
    message : str
        One line.
    traceback : str
        For the log; empty if the worker died.
    cause : str
        ``error``, ``wrong_input`` (the settings or a file of the user's) or ``worker_died``.
    """

    replication: int
    seed: int
    message: str
    traceback: str
    cause: Literal["error", "wrong_input", "worker_died"] = "error"


@dataclass(frozen=True)
class Ending:
    """How one replication ended, and after how many seconds."""

    replication: int
    seconds: float
    end: Results | Failure

    @property
    def is_failure(self) -> bool:
        """True if there is no result."""
        return isinstance(self.end, Failure)


@dataclass(frozen=True)
class Outcome:
    """What became of all replications.

    Parameters
    ----------
    results : list of Results
        Sorted by replication.
    failures : list of Failure
        Sorted by replication.
    asked : int
        Replications asked for. After an interruption more than results and failures together.
    workers : int
        Processes used; 1 means this process.
    was_interrupted : bool
    seconds : dict of int to float
        Time each replication took, by its number.
    """

    results: list[Results]
    failures: list[Failure]
    asked: int
    workers: int = 1
    was_interrupted: bool = False
    seconds: dict[int, float] = field(default_factory=dict)


def play(settings: Settings, number: int, beside: Settings | None = None) -> Results:
    """Play and measure one replication; what runs in a worker.

    Parameters
    ----------
    settings : Settings
    number : int
    beside : Settings, optional
        Settings that differ in the policy alone, played with the same people for their KPIs.

    Returns
    -------
    Results
    """
    from borderops.forecast.measure import measure
    from borderops.replication import replay, replicate

    replication = replicate(settings, number)
    results = measure(replication, settings)
    if beside is None:
        return results
    other = measure(replay(replication.people, beside, number), beside)
    return replace(results, beside=other.tables["kpis"])


def run(settings: Settings, on_done: Callable[[Ending], None] | None = None, work: Work = play) -> Outcome:
    """Play replications 1 to ``run.replications`` in ``run.workers`` processes.

    Parameters
    ----------
    settings : Settings
    on_done : callable, optional
        Called here, in the order of finishing, with each `Ending`.
    work : callable
        Plays one replication.

    Returns
    -------
    Outcome
        A replication that fails is recorded and the others go on. An interruption (Ctrl-C) ends the play and keeps
        what is finished.

    Raises
    ------
    WrongInput
        If a replication finds that what the user gave cannot be used: no other would fare better.
    """
    numbers = range(1, settings.run.replications + 1)
    workers = min(settings.run.workers, len(numbers))
    endings: list[Ending] = []
    was_interrupted = False
    playing = _play_here(settings, numbers, work) if workers == 1 else _play_apart(settings, numbers, workers, work)
    try:
        for ending in playing:
            if isinstance(ending.end, Failure) and ending.end.cause == "wrong_input":
                raise WrongInput(ending.end.message)
            endings.append(ending)
            if on_done is not None:
                on_done(ending)
    except KeyboardInterrupt:
        was_interrupted = True
    finally:
        playing.close()
    return _outcome(endings, len(numbers), workers, was_interrupted)


def _outcome(endings: Iterable[Ending], asked: int, workers: int, was_interrupted: bool) -> Outcome:
    ordered = sorted(endings, key=lambda ending: ending.replication)
    return Outcome(
        results=[ending.end for ending in ordered if not isinstance(ending.end, Failure)],
        failures=[ending.end for ending in ordered if isinstance(ending.end, Failure)],
        asked=asked,
        workers=workers,
        was_interrupted=was_interrupted,
        seconds={ending.replication: ending.seconds for ending in ordered},
    )


def _attempt(work: Work, settings: Settings, number: int) -> Ending:
    """Play one replication and let nothing but an interruption escape."""
    began = time.perf_counter()
    end: Results | Failure
    try:
        end = work(settings, number)
    except Exception as problem:
        cause: Literal["error", "wrong_input"] = "wrong_input" if isinstance(problem, WrongInput) else "error"
        end = Failure(number, settings.seed, _message(problem), traceback.format_exc(), cause)
    return Ending(number, time.perf_counter() - began, end)


def _message(problem: BaseException) -> str:
    """The problem in words; a stranger's exception with its kind, since its words alone may say little."""
    words = str(problem).strip()
    if isinstance(problem, WrongInput):
        return words
    return f"{type(problem).__name__}: {words}" if words else type(problem).__name__


def _play_here(settings: Settings, numbers: Iterable[int], work: Work) -> Generator[Ending, None, None]:
    for number in numbers:
        yield _attempt(work, settings, number)


def _play_apart(settings: Settings, numbers: Iterable[int], workers: int, work: Work) -> Generator[Ending, None, None]:
    """Keep so many workers busy; yield endings as they come."""
    waiting = iter(numbers)
    crew = [_Worker() for _ in range(workers)]
    playing: dict[Future[Ending], _Worker] = {}
    try:
        for worker in crew:
            worker.take_next(waiting, settings, work, playing)
        while playing:
            done, _ = wait(playing, return_when=FIRST_COMPLETED)
            for future in done:
                worker = playing.pop(future)
                ending = worker.ending(future, settings)
                yield ending  # first, so that nothing new is begun if the caller ends the play here
                worker.take_next(waiting, settings, work, playing)
    finally:
        for worker in crew:
            worker.dismiss()


class _Worker:
    """One process that plays one replication after another."""

    def __init__(self) -> None:
        self._hire()

    def _hire(self) -> None:
        # loky starts a fresh interpreter, as numba's threads demand, and does not import the user's script again, so
        # that a script or a notebook needs no guard around borderops.run.
        from joblib.externals.loky import ProcessPoolExecutor

        self._pool = ProcessPoolExecutor(
            max_workers=1, timeout=None, initializer=_start_worker, initargs=(os.getpid(),), env=ONE_THREAD
        )
        self._number = 0
        self._began = 0.0
        self._playing: Future[Ending] | None = None

    def take_next(
        self, waiting: Iterable[int], settings: Settings, work: Work, playing: dict[Future[Ending], _Worker]
    ) -> None:
        """Begin the next replication, if one is left."""
        number = next(iter(waiting), None)
        if number is None:
            return
        self._number, self._began = number, time.perf_counter()
        self._playing = self._pool.submit(_attempt, work, settings, number)
        playing[self._playing] = self

    def ending(self, future: Future[Ending], settings: Settings) -> Ending:
        """How the replication ended; a worker that died is replaced."""
        self._playing = None
        problem = future.exception()
        if problem is None:
            return future.result()
        seconds = time.perf_counter() - self._began
        if isinstance(problem, BrokenExecutor):
            self.dismiss()
            message = f"its worker process died after {seconds:.0f} s: killed from outside, or out of memory"
            failure = Failure(self._number, settings.seed, message, "", "worker_died")
            self._hire()
        else:
            failure = Failure(self._number, settings.seed, _message(problem), _traceback(problem))
        return Ending(failure.replication, seconds, failure)

    def dismiss(self) -> None:
        """End the process, whatever it is doing; one that has nothing to do is let go."""
        if self._playing is not None:
            # loky stumbles, with a traceback, over a process that is ended while it is being handed something to do.
            until = time.monotonic() + 1.0
            while not (self._playing.running() or self._playing.done()) and time.monotonic() < until:
                time.sleep(0.01)
        self._pool.shutdown(wait=True, kill_workers=self._playing is not None)


def _traceback(problem: BaseException) -> str:
    return "".join(traceback.format_exception(problem))


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, which keeps what is finished and then ends its workers; never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)
