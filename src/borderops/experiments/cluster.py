"""A Dask cluster as a crew: its scheduler gives the job of a lost worker to another.

Dask is an extra (``pip install borderops[distributed]``), loaded when a cluster is asked for.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any, Final

from borderops.config.schema import Compute
from borderops.exceptions import WrongInput
from borderops.experiments.crews import WorkerDied

JOBS_A_THREAD: Final = 2
"""Jobs given to the scheduler for each thread of a worker, so that none has to wait for the next."""

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether the cluster still has workers."""

GRACE: Final = 3.0
"""Seconds beyond our patience in which Dask itself should have given up."""

KEPT: Final = "finished replications are kept, and the same command goes on after them (compute=local: on this machine)"


class ClusterGone(WrongInput):
    """The cluster cannot go on with what it was given."""


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    compute : Compute
        ``address`` of the scheduler; ``patience_seconds`` that it may keep us waiting for itself or for workers.

    Raises
    ------
    WrongInput
        If Dask is not installed, no scheduler answers, or no worker comes. While jobs are under way their futures
        raise it if the scheduler is lost, or all workers for longer than our patience.
    """

    ends_what_it_began = False
    works_beside = True

    def __init__(self, compute: Compute):
        self._address = compute.address
        self._patience = compute.patience_seconds
        self._client = _connect(self._address, self._patience)
        # Other runs may use the same scheduler, which gives the same result to everybody who asks for the same key.
        self._run = uuid.uuid4().hex
        self._begun: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._is_left = threading.Event()
        self._seats = 1
        self._wait_for_workers()
        threading.Thread(target=self._look_after_workers, daemon=True, name="cluster").start()

    @property
    def seats(self) -> int:
        """Jobs to be given to the scheduler at a time; workers may come and go."""
        threads = sum(worker["nthreads"] for worker in self._workers().values())
        if threads:
            self._seats = JOBS_A_THREAD * threads
        return self._seats

    def begin(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Give a job to the scheduler."""
        told: Future[Any] = Future()
        with self._lock:
            self._begun.add(told)
        told.add_done_callback(self._forget)
        try:
            job = self._client.submit(work, task, key=f"trial-{self._run}-{uuid.uuid4().hex}", pure=False)
            job.add_done_callback(lambda done: self._tell(done, told))
        except Exception as problem:  # whatever Dask says when there is nobody to take it
            _fail(told, self._scheduler_gone(problem))
        return told

    def dismiss(self) -> None:
        """Leave the cluster; what it was still doing for us it forgets."""
        self._is_left.set()
        _close(self._client)

    def _workers(self) -> dict[str, Any]:
        """Workers of the cluster; empty if the scheduler does not say."""
        try:
            workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        except Exception:  # the scheduler is gone, which the futures tell
            return {}
        return workers

    def _wait_for_workers(self) -> None:
        until = time.monotonic() + self._patience
        while not self._workers():
            if time.monotonic() > until:
                self.dismiss()
                words = f"compute.address is {self._address}, a scheduler without workers for {self._patience} s"
                raise WrongInput(f"{words}; start some with: dask worker {self._address} --nthreads 1")
            time.sleep(0.2)

    def _look_after_workers(self) -> None:
        """Give up when all workers are gone for longer than our patience: Dask itself would wait for ever."""
        seen = time.monotonic()
        while not self._is_left.wait(LOOK_EVERY):
            if self._workers():
                seen = time.monotonic()
            elif time.monotonic() - seen > self._patience:
                words = f"the scheduler at {self._address} has had no workers for {self._patience} s"
                with self._lock:
                    begun = [*self._begun]
                for told in begun:
                    _fail(told, ClusterGone(f"{words}; {KEPT}"))

    def _tell(self, job: Any, told: Future[Any]) -> None:
        """Hand on how a job ended; called in a thread of Dask's."""
        try:
            problem = None if job.status == "cancelled" else job.exception()
            if job.status == "cancelled":
                _fail(told, self._scheduler_gone(None))
            elif problem is None:
                result = job.result()
                with contextlib.suppress(InvalidStateError):
                    told.set_result(result)
            elif type(problem).__name__ == "KilledWorker":
                _fail(told, WorkerDied("every worker that tried it died: killed from outside, or out of memory"))
            else:
                _fail(told, problem)
        except Exception as lost:  # the scheduler went while the result was on its way
            _fail(told, self._scheduler_gone(lost))

    def _scheduler_gone(self, problem: Exception | None) -> ClusterGone:
        gone = ClusterGone(f"the scheduler at {self._address} is gone; {KEPT}")
        gone.__cause__ = problem
        return gone

    def _forget(self, told: Future[Any]) -> None:
        with self._lock:
            self._begun.discard(told)


def _connect(address: str | None, patience: int) -> Any:
    try:
        from distributed import Client
    except ImportError as problem:
        raise WrongInput("compute=dask needs Dask, which is not installed; install borderops[distributed]") from problem
    _silence()
    made: Future[Any] = Future()

    def call() -> None:
        try:
            made.set_result(Client(address, timeout=patience, set_as_default=False))
        except BaseException as problem:
            made.set_exception(problem)

    # In a thread, since Dask waits for ever for the first words of something else that listens there and is silent.
    threading.Thread(target=call, daemon=True, name="connecting").start()
    try:
        return made.result(timeout=patience + GRACE)
    except Exception as problem:  # what Dask makes of the words of something else is anything
        words = f"compute.address is {address}, where no Dask scheduler answers within {patience} s"
        raise WrongInput(f"{words}; start one with: dask scheduler") from problem


def _silence() -> None:
    """Leave out Dask's own words, tracebacks among them, on what we tell in ours; each of its parts has a logger."""
    for name in [*logging.root.manager.loggerDict]:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _fail(told: Future[Any], problem: BaseException) -> None:
    """Tell that a job came to nothing, unless it is known already how it ended."""
    with contextlib.suppress(InvalidStateError):
        told.set_exception(problem)


def _close(client: Any) -> None:
    with contextlib.suppress(Exception):  # the scheduler may be gone, and then nothing is left to be done
        client.close(timeout=5)
