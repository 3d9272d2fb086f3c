"""Who does the work: threads for the compiled engine, processes for the other, machines of a cluster.

A crew takes a job for each of its free seats and gives a future. What a job is it does not know.

* Threads share the compiled code and hand nothing over; they cannot be stopped in the middle of a job.
* Each worker process is a pool of one: when the system kills it, exactly one job is lost, it is known which, and a new
  worker takes the dead one's place.
* A cluster's scheduler gives a lost worker's job to another by itself.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from typing import Any, Final, Protocol

from borderops.memory import give_back

ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""Environment of a worker: the processes share the machine, so that none of them may take all of it."""


class WorkerDied(Exception):
    """The worker that did a job is gone, and the job with it."""


class Crew(Protocol):
    """Takes jobs, as many at a time as it has seats.

    Attributes
    ----------
    ends_what_it_began : bool
        A job cannot be stopped half-way.
    works_beside : bool
        Jobs are done by others while the caller waits.
    """

    ends_what_it_began: bool
    works_beside: bool

    @property
    def seats(self) -> int:
        """Jobs that may be under way at once."""
        ...

    def begin(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Begin a job; the future raises `WorkerDied` if its worker is lost."""
        ...

    def dismiss(self) -> None:
        """End the work; jobs that can be stopped are stopped, others run to their end."""
        ...


class Here:
    """No crew: each job is done by the caller, before `begin` returns."""

    seats = 1
    ends_what_it_began = False
    works_beside = False

    def begin(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Do the job."""
        future: Future[Any] = Future()
        try:
            future.set_result(work(task))
        except Exception as problem:
            future.set_exception(problem)
        return future

    def dismiss(self) -> None:
        """Nobody is there to be dismissed."""


class Threads:
    """Threads of this process.

    Parameters
    ----------
    seats : int
    """

    ends_what_it_began = True
    works_beside = True

    def __init__(self, seats: int):
        self.seats = seats
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[Any], Any], Any] | None] = queue.SimpleQueue()
        # Daemons, which those of the standard library's pool are not: a second Ctrl-C must end the program at once.
        self._threads = [threading.Thread(target=self._serve, daemon=True, name=f"trial-{i}") for i in range(seats)]
        for thread in self._threads:
            thread.start()

    def begin(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Begin a job in a free thread."""
        future: Future[Any] = Future()
        self._jobs.put((future, work, task))
        return future

    def dismiss(self) -> None:
        """Wait for what is under way: a thread cannot be stopped."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, work, task = job
            try:
                future.set_result(work(task))
            except BaseException as problem:
                future.set_exception(problem)
            del job, future, work, task  # whoever waits for the next job holds nothing of the last
            give_back()


class Processes:
    """Processes of this machine.

    Parameters
    ----------
    seats : int
    """

    ends_what_it_began = False
    works_beside = True

    def __init__(self, seats: int):
        self.seats = seats
        self._workers = [_Worker() for _ in range(seats)]

    def begin(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Begin a job in a free process."""
        return next(worker for worker in self._workers if worker.is_free).begin(work, task)

    def dismiss(self) -> None:
        """End all processes, whatever they are doing."""
        for worker in self._workers:
            worker.dismiss()


class _Worker:
    """One process that does one job after another."""

    def __init__(self) -> None:
        self._hire()

    def _hire(self) -> None:
        # loky starts a fresh interpreter, as numba's threads demand, and does not import the user's script again, so
        # that a script or a notebook needs no guard around borderops.run.
        from joblib.externals.loky import ProcessPoolExecutor

        self._pool = ProcessPoolExecutor(
            max_workers=1, timeout=None, initializer=_start_worker, initargs=(os.getpid(),), env=ONE_THREAD
        )
        self._job: Future[Any] | None = None

    @property
    def is_free(self) -> bool:
        return self._job is None or self._job.done()

    def begin(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        if self._job is not None and isinstance(self._job.exception(), BrokenExecutor):
            self.dismiss()
            self._hire()
        began = time.monotonic()
        self._job = self._pool.submit(work, task)
        told: Future[Any] = Future()
        self._job.add_done_callback(lambda job: _tell(job, told, began))
        return told

    def dismiss(self) -> None:
        """End the process, whatever it is doing; one that has nothing to do is let go."""
        is_busy = self._job is not None and not self._job.done()
        if is_busy and self._job is not None:
            # loky stumbles, with a traceback, over a process that is ended while it is being handed something to do.
            until = time.monotonic() + 1.0
            while not (self._job.running() or self._job.done()) and time.monotonic() < until:
                time.sleep(0.01)
        self._pool.shutdown(wait=True, kill_workers=is_busy)


def _tell(job: Future[Any], told: Future[Any], began: float) -> None:
    """Hand on how a job ended."""
    if job.cancelled():
        told.cancel()
        return
    problem = job.exception()
    if problem is None:
        told.set_result(job.result())
    elif isinstance(problem, BrokenExecutor):
        seconds = time.monotonic() - began
        words = f"its worker process died after {seconds:.0f} s: killed from outside, or out of memory"
        told.set_exception(WorkerDied(words))
    else:
        told.set_exception(problem)


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, which keeps what is finished and then ends its workers; never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)
