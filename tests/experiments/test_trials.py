"""Experiments: nothing finished is played again, and nothing else is taken for it."""

from __future__ import annotations

import random

import pytest
from cheap import (
    TINY,
    carry_out_here,
    even_ones_fail,
    experiment,
    interrupted_at_third,
    pretend,
    settings_of,
)

from borderops import replication
from borderops.config import inputs
from borderops.config.compose import compose
from borderops.config.doubts import doubts_of
from borderops.experiments import identity
from borderops.experiments.crews import Here, Threads
from borderops.experiments.store import MemoryStore, TrialStore
from borderops.experiments.trials import MOST_TRIALS, Experiment, carry_out, with_histories


class Counting:
    """Notes which replications are played, and pretends to play them."""

    def __init__(self, work=pretend):
        self.played: list[int] = []
        self._work = work

    def __call__(self, task):
        self.played.append(task.number)
        return self._work(task)


def digests(outcome) -> list[str]:
    return [one.digest for one in outcome.results]


# --- resume, extend, retry ----------------------------------------------------------------------------------------


def test_a_finished_experiment_plays_nothing(tmp_path):
    """The same again: no crew is hired, every result is there and equal."""
    first = carry_out_here(experiment(TrialStore(tmp_path)), range(1, 6))
    again = carry_out(experiment(TrialStore(tmp_path)), range(1, 6), lambda tasks: pytest.fail("a crew was hired"))
    assert digests(again) == digests(first) and len(digests(again)) == 5
    assert (first.kept, again.kept, again.asked, again.seconds) == (0, 5, 5, {})


def test_fifty_more_are_exactly_fifty(tmp_path):
    """After ten, sixty are asked for: those from 11 to 60 are played, each once, and all sixty are there."""
    carry_out_here(experiment(TrialStore(tmp_path)), range(1, 11))
    work = Counting()
    outcome = carry_out_here(experiment(TrialStore(tmp_path)), range(1, 61), work)
    assert work.played == [*range(11, 61)]
    assert [one.replication for one in outcome.results] == [*range(1, 61)]
    assert (outcome.kept, outcome.asked) == (10, 60)


def test_an_interrupted_experiment_goes_on(tmp_path):
    """What was finished before Ctrl-C is not played again."""
    carry_out_here(experiment(TrialStore(tmp_path)), range(1, 5), interrupted_at_third)
    work = Counting()
    outcome = carry_out_here(experiment(TrialStore(tmp_path)), range(1, 5), work)
    assert work.played == [3, 4] and not outcome.was_interrupted
    assert len(outcome.results) == 4


def test_failed_ones_alone_are_tried_again(tmp_path):
    """A failure is not kept; the same experiment plays what failed, and nothing else."""
    first = carry_out_here(experiment(TrialStore(tmp_path)), range(1, 8), even_ones_fail)
    assert [one.replication for one in first.failures] == [2, 4, 6]
    work = Counting()
    second = carry_out_here(experiment(TrialStore(tmp_path)), range(1, 8), work)
    assert work.played == [2, 4, 6] and second.failures == []
    assert [one.replication for one in second.results] == [*range(1, 8)]


def test_what_the_failures_stopped_is_played_later(tmp_path):
    """A run that was stopped after its first failure goes on with that one and those that were not begun."""
    carry_out_here(experiment(TrialStore(tmp_path)), range(1, 8), even_ones_fail, stop_after_failures=1)
    work = Counting()
    carry_out_here(experiment(TrialStore(tmp_path)), range(1, 8), work)
    assert work.played == [2, 3, 4, 5, 6, 7]


def test_fewer_than_are_kept(tmp_path):
    """Two of five: the outcome holds those two."""
    carry_out_here(experiment(TrialStore(tmp_path)), range(1, 6))
    outcome = carry_out_here(experiment(TrialStore(tmp_path)), [2, 4], lambda task: pytest.fail("played"))
    assert [one.replication for one in outcome.results] == [2, 4]


# --- what is shared -----------------------------------------------------------------------------------------------


def test_experiments_share_a_store(tmp_path):
    """A policy that one experiment played beside another is there for the experiment that asks about it."""
    carry_out_here(experiment(TrialStore(tmp_path), beside="family_unity"), range(1, 4))
    work = Counting()
    outcome = carry_out_here(experiment(TrialStore(tmp_path), "policy=family_unity"), range(1, 6), work)
    assert work.played == [4, 5] and outcome.kept == 3


def test_only_what_is_missing_of_a_replication_is_played(tmp_path):
    """A third policy is added: of each replication that one trial is played."""
    carry_out_here(experiment(TrialStore(tmp_path), beside="family_unity"), [1, 2])
    three = experiment(TrialStore(tmp_path), beside="family_unity", third="limited_separation")
    tasks = three.tasks([1, 2])
    assert [(task.number, len(task.trials)) for task in tasks] == [(1, 1), (2, 1)]
    assert tasks[0].trials[0].settings != three.points["asked"]


def test_points_that_meet_other_people_are_played_apart():
    """Two seeds are two tasks a replication; two policies of one seed are one."""
    seeds = {f"seed {seed}": settings_of(f"seed={seed}") for seed in (1, 2)}
    apart = Experiment(seeds, MemoryStore())
    together = experiment(None, beside="family_unity")
    assert [len(task.trials) for task in apart.tasks([1])] == [1, 1] and not apart.shares_people
    assert [len(task.trials) for task in together.tasks([1])] == [2] and together.shares_people


def test_a_task_never_keeps_a_worker_for_long():
    """Twenty points that share their people are several tasks of a few trials, and none is left out or done twice."""
    points = {str(n): settings_of(f"transport.notice_hours={n}") for n in range(1, 21)}
    tasks = Experiment(points, MemoryStore()).tasks([1])
    assert max(len(task.trials) for task in tasks) == MOST_TRIALS
    assert [one.settings for task in tasks for one in task.trials] == [*points.values()]


def test_each_replication_has_the_values_of_its_point(tmp_path):
    """With a fitted sample, replications differ in what is in doubt, alike for every policy, and keep their keys."""
    path = tmp_path / "sample.yaml"
    doubts = doubts_of(compose(TINY), ["courts.time_served_share", "orr.residents_separated_share"])
    inputs.write(path, doubts, [[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]], {})
    varied = experiment(None, f"inputs.sample={path}", beside="family_unity")
    played = {task.number: [one.settings for one in task.trials] for task in varied.tasks([1, 2, 3, 4])}
    assert played[1][0].courts != played[3][0].courts and played[4] == played[1]
    assert all(asked.courts == beside.courts for asked, beside in played.values())
    as_it_stands = experiment(None, beside="family_unity").tasks([2])[0]
    assert [one.keys for one in varied.tasks([2])[0].trials] == [one.keys for one in as_it_stands.trials]
    assert varied.shares_people


def test_settings_that_move_nothing_share_trials(tmp_path):
    """More workers, another folder of outputs, another name: nothing is played anew."""
    carry_out_here(experiment(TrialStore(tmp_path)), [1, 2])
    other = experiment(TrialStore(tmp_path), "compute.workers=5", "run.outputs=there", "run.interval_level=0.8")
    assert other.tasks([1, 2]) == []
    assert len(experiment(TrialStore(tmp_path), "seed=3").tasks([1, 2])) == 2


# --- histories ----------------------------------------------------------------------------------------------------


def new_kpi(monkeypatch) -> None:
    """The code that measures becomes another."""
    monkeypatch.setattr(identity, "code_measured", lambda: "a new KPI")


def test_a_new_kpi_plays_no_kept_history_again(tmp_path, monkeypatch):
    """With histories kept, new figures are measured without the engine, and are those that the engine would give."""
    first = carry_out(kept_with_histories(tmp_path), [1, 2], lambda tasks: Here())
    new_kpi(monkeypatch)
    monkeypatch.setattr(replication, "engine", lambda name: pytest.fail("the engine was asked"))
    one = kept_with_histories(tmp_path)
    assert [task.number for task in one.tasks([1, 2])] == [1, 2]
    second = carry_out(one, [1, 2], lambda tasks: Threads(2))
    assert (digests(second), second.failures) == (digests(first), [])
    for mine, theirs in zip(first.results, second.results, strict=True):
        for name in mine.tables:
            assert mine.tables[name].equals(theirs.tables[name]), name
    assert len([kept for kept in TrialStore(tmp_path).all() if kept.kind == "histories"]) == 2


def kept_with_histories(folder) -> Experiment:
    return Experiment({"asked": settings_of()}, TrialStore(folder), keeps_histories=True)


def test_without_histories_a_new_kpi_is_played(tmp_path, monkeypatch):
    """Where figures alone are kept, the engine has to play again, and no history is written."""
    carry_out(experiment(TrialStore(tmp_path)), [1], lambda tasks: Here())
    assert {kept.kind for kept in TrialStore(tmp_path).all()} == {"figures"}
    new_kpi(monkeypatch)
    [task] = experiment(TrialStore(tmp_path)).tasks([1])
    assert task.trials[0].history is None


def test_histories_are_read_when_they_are_needed(tmp_path, monkeypatch):
    """What waits to be measured anew holds paths, not contents; a worker, who may see no folder of ours, gets bytes."""
    carry_out(kept_with_histories(tmp_path), [1], lambda tasks: Here())
    new_kpi(monkeypatch)
    [task] = kept_with_histories(tmp_path).tasks([1])
    path = task.trials[0].history
    assert with_histories(task).trials[0].history == path.read_bytes()
    path.unlink()
    assert with_histories(task).trials[0].history is None


def test_a_broken_history_is_played_again(tmp_path, monkeypatch):
    """It is set aside; the engine plays, and the history is kept anew."""
    first = carry_out(kept_with_histories(tmp_path), [1], lambda tasks: Here())
    [history] = [kept.path for kept in TrialStore(tmp_path).all() if kept.kind == "histories"]
    whole = history.read_bytes()
    history.write_bytes(whole[:1000])
    new_kpi(monkeypatch)
    second = carry_out(kept_with_histories(tmp_path), [1], lambda tasks: Here())
    assert digests(second) == digests(first)
    from borderops.experiments.trial_files import unpack_history

    assert unpack_history(history).digest() == unpack_history(whole).digest()


# --- order and loss -----------------------------------------------------------------------------------------------


def test_order_and_workers_do_not_matter(tmp_path):
    """Tasks shuffled and given to 1, 2 and 4 threads: the same results, in the order asked for."""
    expected = [f"digest {number}" for number in range(1, 13)]
    for seats in (1, 2, 4):
        one = experiment()
        shuffled = one.tasks(range(1, 13))
        random.Random(seats).shuffle(shuffled)
        one.tasks = lambda numbers, tasks=shuffled: tasks  # type: ignore[method-assign]
        assert digests(carry_out(one, range(1, 13), lambda tasks, n=seats: Threads(n), work=pretend)) == expected


def test_a_trial_that_vanishes_at_once_is_a_failure():
    """A store that loses what it was given: the replication counts as failed, and never just as absent."""

    class Forgetful(MemoryStore):
        def keep(self, kind, key, content):
            return content

    outcome = carry_out_here(experiment(Forgetful()), [1, 2])
    assert outcome.results == [] and [one.replication for one in outcome.failures] == [1, 2]
    assert "its file in the store was taken away or broken at once" in outcome.failures[0].message
