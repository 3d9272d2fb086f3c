"""Crews: each job is done once, by somebody, and whoever is lost is told."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import wait

import pytest

from borderops.experiments.crews import ONE_THREAD, Here, Processes, Threads, WorkerDied

CREWS = {"here": Here, "threads": lambda: Threads(2), "processes": lambda: Processes(2)}


def square(number: int) -> int:
    return number * number


def fail(number: int) -> int:
    raise ValueError(f"not {number}")


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def who(number: int) -> int:
    return os.getpid()


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def allowed(number: int) -> list[str]:
    return [os.environ.get(name, "unset") for name in ONE_THREAD]


@pytest.fixture(params=sorted(CREWS))
def crew(request):
    """Every crew of this machine."""
    one = CREWS[request.param]()
    yield one
    one.dismiss()


def do_all(crew, work, tasks):
    """Give jobs to free seats and collect what became of them, in order."""
    futures, under_way = [], set()
    for task in tasks:
        while len(under_way) >= crew.seats:
            under_way -= wait(under_way, return_when="FIRST_COMPLETED").done
        futures.append(crew.begin(work, task))
        under_way.add(futures[-1])
    wait(futures)
    return futures


def test_every_job_is_done(crew):
    """More jobs than seats: each gives its own result."""
    assert [one.result() for one in do_all(crew, square, range(7))] == [0, 1, 4, 9, 16, 25, 36]


def test_what_a_job_raises_reaches_its_future_alone(crew):
    """A job that fails is told with its own exception, and the crew goes on."""
    failed, done = do_all(crew, fail, [1])[0], do_all(crew, square, [2])[0]
    assert isinstance(failed.exception(), ValueError) and "not 1" in str(failed.exception())
    assert done.result() == 4


def test_a_killed_process_loses_its_job_and_no_other():
    """The future of a job whose process was killed says so; the seat gets a new process."""
    crew = Processes(1)
    try:
        [before, lost, after] = do_all(crew, who, [1]) + do_all(crew, die, [1]) + do_all(crew, who, [1])
        assert isinstance(lost.exception(), WorkerDied)
        assert "killed from outside, or out of memory" in str(lost.exception())
        assert before.result() != after.result() != os.getpid()
    finally:
        crew.dismiss()


def test_processes_use_one_thread_each():
    """BLAS and numba are limited before they are loaded."""
    crew = Processes(2)
    try:
        assert {word for one in do_all(crew, allowed, range(2)) for word in one.result()} == {"1"}
    finally:
        crew.dismiss()


def test_dismissed_threads_finish_what_they_began():
    """A thread cannot be stopped: dismissing waits for it, and no thread is left."""
    crew = Threads(3)
    futures = [crew.begin(sleep, 0.1) for _ in range(3)]
    crew.dismiss()
    assert [one.done() for one in futures] == [True] * 3
    assert not [one for one in threading.enumerate() if one.name.startswith("trial-")]


def test_threads_never_keep_a_program_from_ending():
    """They are daemons, so that a second Ctrl-C ends the program at once."""
    crew = Threads(2)
    try:
        assert all(one.daemon for one in threading.enumerate() if one.name.startswith("trial-"))
    finally:
        crew.dismiss()


def test_dismissed_processes_are_gone():
    """A process that is in the middle of something long is ended at once."""
    crew = Processes(2)
    pids = [one.result() for one in [crew.begin(who, 1), crew.begin(who, 2)]]
    long = crew.begin(sleep, 600)
    crew.dismiss()
    assert long.cancelled() or long.exception() is not None
    for pid in set(pids):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_is_done_here_is_done_at_once():
    """Without a crew the future is done when it is given."""
    assert Here().begin(square, 3).done()
