"""Replications: the same for any number of workers, and none lost with another."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

from borderops.config.compose import compose
from borderops.exceptions import ConfigError, WrongInput
from borderops.experiments import runner
from borderops.experiments.runner import Ending, Failure
from borderops.forecast.results import KEYS, Results

WHOLE_WINDOW = ("study.season_start=null", "study.season_end=null")
TINY = ("window.start=2018-05-01", "window.end=2018-05-05", "arrivals.stations=[yuma]", *WHOLE_WINDOW)


def settings_for(replications: int, workers: int, *overrides: str):
    return compose([*TINY, f"run.replications={replications}", f"run.workers={workers}", *overrides]).settings


def result(number: int, digest: str = "") -> Results:
    return Results(number, digest, {"kpis": pd.DataFrame({"value": [float(number)]})})


def number_only(settings, number):
    return result(number)


def threads_of_worker(settings, number):
    return result(number, " ".join(os.environ.get(name, "unset") for name in runner.ONE_THREAD))


def second_fails(settings, number):
    if number == 2:
        raise ValueError("the second one\nin two lines")
    return result(number)


def second_is_killed(settings, number):
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return result(number)


def wrong_input(settings, number):
    raise ConfigError(["arrivals.file is old.csv; allowed: a file"])


def not_to_be_sent(settings, number):
    return Results(number, "", {"kpis": (one for one in [1])})  # type: ignore[dict-item]


def interrupted_at_third(settings, number):
    if number == 3:
        raise KeyboardInterrupt
    return result(number)


def test_real_replications_are_the_same_for_any_number_of_workers():
    """Digests and every table are equal whether one process plays three replications or two processes share them."""
    alone, shared = (runner.run(settings_for(3, workers)) for workers in (1, 2))
    assert [one.digest for one in alone.results] == [one.digest for one in shared.results]
    assert [one.replication for one in shared.results] == [1, 2, 3]
    assert len({one.digest for one in alone.results}) == 3
    for mine, theirs in zip(alone.results, shared.results):
        for name in KEYS:
            pd.testing.assert_frame_equal(mine.tables[name], theirs.tables[name])
    assert (alone.workers, shared.workers, shared.failures) == (1, 2, [])


def test_more_replications_leave_the_first_ones_alone():
    """Replication 1 of two is replication 1 of one."""
    one, two = (runner.run(settings_for(count, 1)) for count in (1, 2))
    assert one.results[0].digest == two.results[0].digest


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_replication_is_recorded_and_the_rest_go_on(workers):
    """Failure names number, seed, the problem and where it happened; three of four results are there."""
    outcome = runner.run(settings_for(4, workers, "seed=7"), work=second_fails)
    assert [one.replication for one in outcome.results] == [1, 3, 4]
    [failure] = outcome.failures
    assert (failure.replication, failure.seed, failure.cause) == (2, 7, "error")
    assert failure.message.startswith("ValueError: the second one")
    assert "second_fails" in failure.traceback


def test_a_killed_worker_costs_its_own_replication_only():
    """A worker killed by the system loses the replication it played, which is named; a new worker plays on."""
    outcome = runner.run(settings_for(5, 2), work=second_is_killed)
    assert [one.replication for one in outcome.results] == [1, 3, 4, 5]
    [failure] = outcome.failures
    assert (failure.replication, failure.cause) == (2, "worker_died")
    assert "worker process died" in failure.message


def test_a_result_that_cannot_be_sent_is_a_failure():
    """What a worker cannot hand over is told as a failure of its replication, not as the end of the run."""
    outcome = runner.run(settings_for(2, 2), work=not_to_be_sent)
    assert [(one.replication, one.cause) for one in outcome.failures] == [(1, "error"), (2, "error")]
    assert "generator" in outcome.failures[0].message


@pytest.mark.parametrize("workers", [1, 2])
def test_wrong_input_found_late_ends_the_run_with_its_own_words(workers):
    """What no replication can use is not played again; the user's problem keeps its wording across processes."""
    with pytest.raises(WrongInput, match=r"1 setting cannot be used:\n  arrivals.file is old.csv; allowed: a file"):
        runner.run(settings_for(3, workers), work=wrong_input)


def test_workers_use_one_thread_each():
    """BLAS and numba in a worker are limited to one thread before they are loaded."""
    outcome = runner.run(settings_for(2, 2), work=threads_of_worker)
    assert {one.digest for one in outcome.results} == {" ".join("1" for _ in runner.ONE_THREAD)}


def test_endings_are_told_as_they_come():
    """The caller hears of each replication once, with its time and what became of it."""
    heard: list[Ending] = []
    outcome = runner.run(settings_for(4, 2), heard.append, second_fails)
    assert sorted(one.replication for one in heard) == [1, 2, 3, 4]
    assert [one.replication for one in heard if one.is_failure] == [2]
    assert outcome.seconds == {one.replication: one.seconds for one in sorted(heard, key=lambda one: one.replication)}
    assert all(one.seconds >= 0.0 for one in heard)


def test_interruption_keeps_what_is_finished():
    """An interruption during the third of four leaves two results and says so."""
    outcome = runner.run(settings_for(4, 1), work=interrupted_at_third)
    assert outcome.was_interrupted
    assert [one.replication for one in outcome.results] == [1, 2]
    assert outcome.asked == 4


def test_no_more_workers_than_replications():
    """Two replications do not start eight processes."""
    assert runner.run(settings_for(2, 8), work=number_only).workers == 2


def test_failures_can_be_stored():
    """A failure survives pickling, as an exception of ours might not."""
    failure = Failure(3, 1, "why", "where", "error")
    assert pickle.loads(pickle.dumps(failure)) == failure


def test_a_script_needs_no_guard(tmp_path):
    """A plain script that calls ``borderops.run`` with two workers ends, and is not run again by the workers."""
    script = tmp_path / "mine.py"
    script.write_text(
        textwrap.dedent(f"""
        import borderops
        print("begins")
        outcome = borderops.run(*{TINY!r}, "run.replications=2", "run.workers=2")
        print(sorted(one.replication for one in outcome.results))
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["begins", "[1, 2]"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_workers_do_not_outlive_a_killed_parent(tmp_path):
    """After kill -9 of the program its workers end by themselves within seconds."""
    script = tmp_path / "sleepy.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, time
        import pandas as pd
        from borderops.config.compose import compose
        from borderops.experiments import runner
        from borderops.forecast.results import Results
        def work(settings, number):
            open(f"{tmp_path}/{{os.getpid()}}.pid", "w").close()
            time.sleep(120)
        runner.run(compose({[*TINY, "run.replications=2", "run.workers=2"]!r}).settings, work=work)
        """)
    )
    process = subprocess.Popen([sys.executable, script], stderr=subprocess.DEVNULL)
    pids = _wait_for(lambda: [int(path.stem) for path in tmp_path.glob("*.pid")], 2)
    process.kill()
    process.wait()
    assert _wait_for(lambda: [pid for pid in pids if not _is_running(pid)], 2)


def _wait_for(found, count, seconds=60.0):
    import time

    until = time.monotonic() + seconds
    while len(found()) < count:
        assert time.monotonic() < until, f"{len(found())} of {count} after {seconds} s"
        time.sleep(0.1)
    return found()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return not status.startswith("Z")
