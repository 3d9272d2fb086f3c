"""Replications: the same for any number and kind of workers, and none lost with another."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pandas as pd
import pytest
from cheap import (
    TINY,
    carry_out_here,
    even_ones_fail,
    experiment,
    interrupted_at_third,
    not_to_be_sent,
    pretend,
    second_fails,
    second_is_killed,
    second_raises,
    settings_of,
    slowly,
    threads_allowed,
    wrong_input,
)

from borderops.exceptions import WrongInput
from borderops.experiments.crews import ONE_THREAD, Here, Processes, Threads
from borderops.experiments.hiring import crew_for
from borderops.experiments.interruptions import held_back
from borderops.experiments.runner import Ending, play_all
from borderops.experiments.tasks import Failure, Task, Trial, play
from borderops.experiments.trials import Outcome, carry_out
from borderops.forecast.results import KEYS

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")


def crews():
    """Nobody, two threads, two processes."""
    return [pytest.param(lambda tasks: Here(), id="here"), pytest.param(lambda tasks: Threads(2), id="threads"),
            pytest.param(lambda tasks: Processes(2), id="processes")]  # fmt: skip


def carried_out(replications: int, hire, work, on_done=None, **more) -> Outcome:
    return carry_out(experiment(), range(1, replications + 1), hire, on_done, work=work, **more)


# --- the same for everybody ---------------------------------------------------------------------------------------


def assert_same(one: Outcome, other: Outcome) -> None:
    """Digests and every table of every point are equal."""
    assert one.points.keys() == other.points.keys()
    for name in one.points:
        assert [result.digest for result in one.points[name]] == [result.digest for result in other.points[name]]
        for mine, theirs in zip(one.points[name], other.points[name], strict=True):
            for table in KEYS:
                pd.testing.assert_frame_equal(mine.tables[table], theirs.tables[table], check_exact=True)


@pytest.fixture(scope="module")
def alone() -> Outcome:
    """Three replications of a scenario and of another policy beside it, played here one after another."""
    return carry_out(experiment(None, beside="family_unity"), [1, 2, 3], lambda tasks: Here())


def test_real_replications_differ(alone):
    """Each replication has its own luck, and the policy beside is another."""
    digests = [result.digest for results in alone.points.values() for result in results]
    assert [one.replication for one in alone.results] == [1, 2, 3]
    assert len(set(digests)) == len(digests) == 6


@pytest.mark.parametrize("seats", [2, 4])
def test_threads_tell_the_same(alone, seats):
    """Two threads, and more than there are replications."""
    assert_same(alone, carry_out(experiment(None, beside="family_unity"), [1, 2, 3], lambda tasks: Threads(seats)))


@pytest.mark.slow
def test_processes_tell_the_same(alone):
    """Two processes that share three replications."""
    assert_same(alone, carry_out(experiment(None, beside="family_unity"), [1, 2, 3], lambda tasks: Processes(2)))


def test_tasks_in_any_order_tell_the_same(alone):
    """Replications played from the last to the first are the same."""
    backwards = carry_out(experiment(None, beside="family_unity"), [3, 2, 1], lambda tasks: Threads(2))
    forwards = {name: sorted(results, key=lambda one: one.replication) for name, results in backwards.points.items()}
    assert_same(alone, Outcome(forwards, [], 3))


def test_points_played_apart_tell_the_same(alone):
    """A policy played beside another, with people formed once for both, is the policy played by itself."""
    by_itself = carry_out(experiment(None, "policy=family_unity"), [2], lambda tasks: Here())
    assert by_itself.results[0].digest == alone.points["beside"][1].digest


def test_more_replications_leave_the_first_ones_alone(alone):
    """Replication 1 of one is replication 1 of three."""
    assert carry_out(experiment(), [1], lambda tasks: Here()).results[0].digest == alone.results[0].digest


# --- failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("work", [second_fails, second_raises])
@pytest.mark.parametrize("hire", crews())
def test_a_failing_replication_is_recorded_and_the_rest_go_on(hire, work):
    """Failure names number, seed, scenario, the problem and where it happened; three of four results are there."""
    outcome = carried_out(4, hire, work)
    assert [one.replication for one in outcome.results] == [1, 3, 4]
    [failure] = outcome.failures
    assert (failure.replication, failure.seed, failure.cause) == (2, 2018, "error")
    assert failure.scenario == "zero_tolerance_2018"
    assert failure.message.startswith("ValueError: the second one")
    assert work.__name__ in failure.traceback
    assert not outcome.was_interrupted and not outcome.was_stopped


def test_a_killed_worker_costs_its_own_replication_only():
    """A worker killed by the system loses the replication it played, which is named; a new worker plays on."""
    outcome = carried_out(5, lambda tasks: Processes(2), second_is_killed)
    assert [one.replication for one in outcome.results] == [1, 3, 4, 5]
    [failure] = outcome.failures
    assert (failure.replication, failure.cause) == (2, "worker_died")
    assert "worker process died" in failure.message


def test_a_result_that_cannot_be_sent_is_a_failure():
    """What a worker cannot hand over is told as a failure of its replication, not as the end of the run."""
    outcome = carried_out(2, lambda tasks: Processes(2), not_to_be_sent)
    assert [(one.replication, one.cause) for one in outcome.failures] == [(1, "error"), (2, "error")]
    assert "generator" in outcome.failures[0].message


@pytest.mark.parametrize("hire", crews())
def test_wrong_input_found_late_ends_the_run_with_its_own_words(hire):
    """What no replication can use is not played again; the user's problem keeps its wording across processes."""
    with pytest.raises(WrongInput, match=r"1 setting cannot be used:\n  arrivals.file is old.csv; allowed: a file"):
        carried_out(3, hire, wrong_input)


def test_one_trial_that_fails_costs_the_others_of_its_task_nothing(monkeypatch):
    """Two policies share their people in one task; the engine fails under one, and the other is there."""
    from borderops import replication

    real = replication.replay

    def fails_without_referral(people, settings, number):
        if not settings.policy.family_referral:
            raise ValueError("no referral")
        return real(people, settings, number)

    monkeypatch.setattr(replication, "replay", fails_without_referral)
    outcome = carry_out(experiment(None, beside="family_unity"), [1], lambda tasks: Here())
    assert [len(results) for results in outcome.points.values()] == [1, 0]
    assert [one.message for one in outcome.failures] == ["ValueError: no referral"]


@pytest.mark.parametrize(("most", "played"), [(1, 2), (2, 4), (None, 8)])
def test_so_many_failures_end_the_run(most, played):
    """After one, after two, or never: what was asked for beyond is not begun, and the outcome says so."""
    heard: list[Ending] = []
    outcome = carried_out(8, lambda tasks: Here(), even_ones_fail, heard.append, stop_after_failures=most)
    assert [one.replication for one in heard] == [*range(1, played + 1)]
    assert (len(outcome.failures), outcome.was_stopped, outcome.asked) == (played // 2, most is not None, 8)


def test_failures_of_one_replication_count_once():
    """Two policies that fail in one replication are one failed replication."""
    one = experiment(None, beside="family_unity")
    outcome = carry_out_here(one, range(1, 9), even_ones_fail, stop_after_failures=2)
    assert (len(outcome.failures), len(outcome.results)) == (4, 2)


def test_failures_can_be_stored():
    """A failure survives pickling, as an exception of ours might not."""
    failure = Failure(3, 1, "why", "where", "error")
    assert pickle.loads(pickle.dumps(failure)) == failure


def test_a_trial_that_is_not_the_one_asked_for_is_refused(tmp_path):
    """A file of arrivals that was edited meanwhile ends the run: nothing is kept under a key that it does not have."""
    from borderops.config.compose import compose
    from borderops.experiments.store import MemoryStore
    from borderops.experiments.trials import Experiment

    file = tmp_path / "mine.csv"
    file.write_text("month,sector,stratum,persons\n2018-05,yuma,single_adults,310\n")
    settings = compose([*TINY, "window.lead_in_days=0", "arrivals=file", f"arrivals.file={file}"]).settings
    one = Experiment({"asked": settings}, MemoryStore())
    file.write_text("month,sector,stratum,persons\n2018-05,yuma,single_adults,311\n")
    with pytest.raises(WrongInput, match=r"mine\.csv were changed since this was asked for, or are others where"):
        carry_out(one, [1], lambda tasks: Here())


# --- what is told -------------------------------------------------------------------------------------------------


def test_endings_are_told_as_they_come():
    """The caller hears of each replication once, with its time and what became of it."""
    heard: list[Ending] = []
    outcome = carried_out(4, lambda tasks: Threads(2), second_fails, heard.append)
    assert sorted(one.replication for one in heard) == [1, 2, 3, 4]
    assert [one.replication for one in heard if one.is_failure] == [2]
    assert outcome.seconds == {one.replication: one.seconds for one in sorted(heard, key=lambda one: one.replication)}
    assert all(one.seconds >= 0.0 for one in heard)


def test_what_is_told_is_kept_already():
    """When the caller hears of a replication it is in the store."""
    one = experiment()
    found: list[int] = []
    carry_out(one, [1, 2], lambda tasks: Here(), lambda ending: found.append(len(one.tasks([1, 2]))), work=pretend)
    assert found == [1, 0]


def test_interruption_keeps_what_is_finished():
    """An interruption during the third of four leaves two results and says so."""
    outcome = carried_out(4, lambda tasks: Here(), interrupted_at_third)
    assert outcome.was_interrupted
    assert [one.replication for one in outcome.results] == [1, 2]
    assert outcome.asked == 4


def test_threads_that_were_interrupted_are_waited_for():
    """Ctrl-C while two threads play: the caller is told how many are waited for, and what they finish is kept."""
    told: list[int] = []

    def uneven(task: Task):
        if task.number == 1:
            return pretend(task)
        return slowly(task)

    first: list[int] = []

    def interrupt_once(ending: Ending) -> None:
        first.append(ending.replication)
        if len(first) == 1:
            raise KeyboardInterrupt

    outcome = carried_out(9, lambda tasks: Threads(2), uneven, interrupt_once, on_interrupt=told.append)
    assert told == [1] and outcome.was_interrupted
    assert [result.replication for result in outcome.results] == [1, 2] == first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("crew", [Threads, Processes])
def test_an_interruption_is_held_back_while_others_work(crew, number):
    """A request to stop takes no lock along: it is noted, heard after the job, and what was finished is kept."""
    inside: list[bool] = []

    def interrupting(ending: Ending) -> None:
        if not inside:
            signal.raise_signal(number)
            inside.append(True)  # reached: nothing was raised where the signal came

    # Whatever it was: what a shell begins in the background ignores Ctrl-C.
    before = signal.signal(number, signal.default_int_handler)
    try:
        outcome = carried_out(9, lambda tasks: crew(1), pretend, interrupting)
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)
    assert outcome.was_interrupted and inside == [True]
    assert [result.replication for result in outcome.results][:1] == [1] and len(outcome.results) < 4


def test_a_second_interruption_is_not_held_back():
    """Who asks twice is not waited for."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), held_back() as is_asked_to_stop:
            signal.raise_signal(signal.SIGINT)
            assert is_asked_to_stop()
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_signal_that_is_ignored_stays_ignored():
    """A run begun with nohup is not stopped by what it was told to ignore."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back() as is_asked_to_stop:
            signal.raise_signal(signal.SIGINT)
            assert not is_asked_to_stop()
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("engine", "workers", "tasks", "kind", "seats"),
    [
        ("compiled", 8, 2, Threads, 2),
        ("compiled", 2, 9, Threads, 2),
        ("simpy", 8, 2, Processes, 2),
        ("compiled", 8, 1, Here, 1),
        ("simpy", 1, 5, Here, 1),
    ],
)
def test_no_more_workers_than_tasks(engine, workers, tasks, kind, seats):
    """The compiled engine is played by threads, the other by processes, one task by nobody else."""
    crew = crew_for(settings_of(f"run.engine={engine}", f"compute.workers={workers}"))(tasks)
    try:
        assert (type(crew), crew.seats) == (kind, seats)
    finally:
        crew.dismiss()


def test_workers_use_one_thread_each():
    """BLAS and numba in a worker process are limited to one thread before they are loaded."""
    outcome = carried_out(2, lambda tasks: Processes(2), threads_allowed)
    assert {one.digest for one in outcome.results} == {" ".join("1" for _ in ONE_THREAD)}


def test_no_more_tasks_are_begun_than_there_are_seats():
    """Tasks are taken as seats become free, so that memory does not grow with the number of replications."""
    under_way, most = 0, 0
    lock = threading.Lock()

    def tasks():
        nonlocal under_way, most
        for number in range(12):
            with lock:
                under_way += 1
                most = max(most, under_way)
            yield Task(number, ())

    def done(ending: Ending) -> None:
        nonlocal under_way
        with lock:
            under_way -= 1

    assert not play_all(tasks(), lambda task: time.sleep(0.01) or [], Threads(3), done)
    assert (under_way, most) == (0, 3)


def test_people_are_formed_once_for_all_trials_of_a_task(monkeypatch):
    """Three policies of one replication meet people who were formed once."""
    from borderops.experiments.identity import Identity
    from borderops.population import families

    formed: list[int] = []
    real = families.form_families
    monkeypatch.setattr(families, "form_families", lambda *words: formed.append(1) or real(*words))
    policies = [settings_of(f"policy={name}") for name in ("family_unity", "zero_tolerance", "limited_separation")]
    ends = play(Task(1, tuple(Trial(one, Identity(one).keys(1)) for one in policies)))
    assert len({end.digest for end in ends}) == 3 and len(formed) == 1


# --- programs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["compiled", pytest.param("simpy", marks=pytest.mark.slow)])
def test_a_script_needs_no_guard(tmp_path, engine):
    """A plain script that calls ``borderops.run`` with two workers ends, and is not run again by the workers."""
    script = tmp_path / "mine.py"
    script.write_text(
        textwrap.dedent(f"""
        import borderops
        print("begins")
        outcome = borderops.run(*{TINY!r}, "run.replications=2", "compute.workers=2", "run.engine={engine}")
        print(sorted(one.replication for one in outcome.results), outcome.workers)
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["begins", "[1, 2] 2"], done.stderr


@posix
def test_workers_do_not_outlive_a_killed_parent(tmp_path):
    """After kill -9 of the program its workers end by themselves within seconds."""
    script = tmp_path / "sleepy.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        from functools import partial
        from pathlib import Path
        sys.path.insert(0, {os.path.dirname(__file__)!r})
        from cheap import experiment, note_and_sleep
        from borderops.experiments.crews import Processes
        from borderops.experiments.trials import carry_out
        work = partial(note_and_sleep, Path({str(tmp_path)!r}))
        carry_out(experiment(), [1, 2], lambda tasks: Processes(2), work=work)
        """)
    )
    process = subprocess.Popen([sys.executable, script], stderr=subprocess.DEVNULL)
    pids = _wait_for(lambda: [int(path.stem) for path in tmp_path.glob("*.pid")], 2)
    process.kill()
    process.wait()
    assert _wait_for(lambda: [pid for pid in pids if not _is_running(pid)], 2)


def _wait_for(found, count, seconds=60.0):
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
