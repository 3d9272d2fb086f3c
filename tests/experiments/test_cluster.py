"""A Dask cluster: the same digests as at home, whatever dies meanwhile; a real scheduler and workers on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cheap import TINY, experiment, pretend, second_raises, settings_of, slowly, wrong_input

from borderops.cli import main
from borderops.exceptions import WrongInput
from borderops.experiments.hiring import crew_for
from borderops.experiments.store import TrialStore
from borderops.experiments.trials import carry_out

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX"),
]

DASK = [sys.executable, "-m"]
HERE = str(Path(__file__).parent)


class LocalCluster:
    """A scheduler and its workers, each a process with a process of its own, in a group that can be ended."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._begun: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._begin("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        self.address = self._read_address()

    def add_worker(self) -> subprocess.Popen[bytes]:
        """One more worker of one thread."""
        return self._begin("distributed.cli.dask_worker", self.address, "--nthreads", "1", "--host", "127.0.0.1")

    def wait_for_worker(self) -> None:
        """Until the scheduler knows of one: a busy machine takes longer to begin it than a test's patience lasts."""
        self._read_log(r"Register worker")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 of a process and of those that it began."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Leave no process behind."""
        for process in reversed(self._begun):
            self.kill(process)

    def _begin(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([HERE, os.environ.get("PYTHONPATH", "")])}
        with (self.folder / f"{len(self._begun)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*DASK, module, *words, "--no-dashboard"],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )
        self._begun.append(process)
        return process

    def _read_address(self) -> str:
        return self._read_log(r"tcp://127\.0\.0\.1:\d+")

    def _read_log(self, words: str) -> str:
        """Words of the scheduler, once it has said them."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = re.search(words, (self.folder / "0.log").read_text())
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError((self.folder / "0.log").read_text())


@pytest.fixture
def cluster(tmp_path_factory) -> Iterator[LocalCluster]:
    """A scheduler without workers."""
    one = LocalCluster(tmp_path_factory.mktemp("cluster"))
    yield one
    one.end()


def on(address: str, *overrides: str):
    """Settings for a cluster, and who hires it."""
    settings = settings_of("compute=dask", f"compute.address={address}", *overrides)
    return crew_for(settings)


def after(number: int, do):
    """Do something in the background once so many endings were heard."""
    heard: list[int] = []

    def on_done(ending) -> None:
        heard.append(ending.replication)
        if len(heard) == number:
            threading.Thread(target=do).start()

    return on_done


def digests(outcome) -> dict[str, list[str]]:
    return {name: [one.digest for one in results] for name, results in outcome.points.items()}


# --- the same as at home ------------------------------------------------------------------------------------------


def test_a_cluster_that_loses_a_worker_tells_the_same(cluster, tmp_path):
    """Two workers, one killed with kill -9 in the middle: no replication is lost, and every digest is that of home."""
    numbers = range(1, 13)
    local = carry_out(experiment(None, beside="family_unity"), numbers, crew_for(settings_of("compute.workers=2")))
    first = cluster.add_worker()
    cluster.add_worker()
    one = experiment(TrialStore(tmp_path), beside="family_unity")
    outcome = carry_out(one, numbers, on(cluster.address), after(2, lambda: cluster.kill(first)))
    assert first.returncode == -signal.SIGKILL
    assert digests(outcome) == digests(local) and outcome.failures == []
    assert len(digests(outcome)["asked"]) == 12


def test_a_run_on_a_cluster_is_the_run_at_home(cluster, tmp_path, monkeypatch, capsys):
    """``borderops run compute=dask``: the manifest holds the same digests, and the trials are kept at home."""
    cluster.add_worker()
    monkeypatch.chdir(tmp_path)
    words = [*TINY, "run.replications=2", "run.beside=null"]
    far = ["compute=dask", f"compute.address={cluster.address}", "run.outputs=far"]
    assert main(["run", *words, *far]) == 0, capsys.readouterr().err
    assert main(["run", *words, "run.outputs=home"]) == 0
    manifests = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*/2*/*/manifest.json"))]
    assert manifests[0]["digests"] == manifests[1]["digests"]
    far_keys, home_keys = (
        [one.key for one in TrialStore(tmp_path / name / "trials").all()] for name in ("far", "home")
    )
    assert far_keys == home_keys and len(far_keys) == 4


def test_what_fails_on_a_worker_is_told_as_at_home(cluster):
    """An error is a failure of its replication; wrong input ends the run in its own words."""
    cluster.add_worker()
    outcome = carry_out(experiment(), range(1, 5), on(cluster.address), work=second_raises)
    assert [one.replication for one in outcome.results] == [1, 3, 4]
    assert outcome.failures[0].message.startswith("ValueError: the second one")
    with pytest.raises(WrongInput, match=r"1 setting cannot be used:\n  arrivals\.file is old\.csv"):
        carry_out(experiment(), range(1, 5), on(cluster.address), work=wrong_input)


def test_runs_that_share_a_cluster_never_share_results(cluster):
    """Two runs at once on one scheduler, with other seeds: each gets its own."""
    cluster.add_worker()
    found: dict[int, list[str]] = {}

    def run(seed: int) -> None:
        one = experiment(None, f"seed={seed}", "window.end=2018-05-01")
        found[seed] = digests(carry_out(one, [1, 2], on(cluster.address)))["asked"]

    both = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    for seed in (1, 2):
        alone = experiment(None, f"seed={seed}", "window.end=2018-05-01")
        assert found[seed] == digests(carry_out(alone, [1, 2], crew_for(settings_of())))["asked"]


# --- what is gone -------------------------------------------------------------------------------------------------


def test_a_lost_scheduler_keeps_what_is_finished(cluster, tmp_path):
    """Killed in the middle: one sentence, code 2, no traceback; the same command at home goes on after what is kept."""
    cluster.add_worker()
    words = [*TINY, "run.replications=40", "run.beside=null", "trials.keep=figures", f"run.outputs={tmp_path}"]
    far = ["compute=dask", f"compute.address={cluster.address}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "borderops", "run", *words, *far],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "(3 of 40" in line:
            break
    cluster.kill(cluster.scheduler)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "Traceback" not in err
    assert err.splitlines()[-1] == (
        f"borderops: the scheduler at {cluster.address} is gone; finished replications are kept, and the same command"
        " goes on after them (compute=local: on this machine)"
    )
    assert [*tmp_path.glob("2*/*")] == []
    kept = len([*TrialStore(tmp_path / "trials").all()])
    assert 3 <= kept < 40
    fewer = [word.replace("=40", f"={kept + 2}") for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "borderops", "run", *fewer], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "kept from earlier runs" in done.stderr
    assert len([*TrialStore(tmp_path / "trials").all()]) >= kept + 2
    assert done.stderr.count("done in") <= 2 + JUMPED


JUMPED = 2
"""Replications that may have been under way, out of order, when the scheduler was lost."""


def test_a_cluster_without_any_worker_left_is_given_up(cluster, tmp_path):
    """The last worker is killed and none comes within our patience: a sentence, and what is finished is kept."""
    worker = cluster.add_worker()
    cluster.wait_for_worker()
    kept = TrialStore(tmp_path)
    hire = on(cluster.address, "compute.patience_seconds=2")
    with pytest.raises(WrongInput, match=r"has had no workers for 2 s; finished replications are kept, and the same"):
        carry_out(experiment(kept), range(1, 60), hire, after(2, lambda: cluster.kill(worker)), work=slowly)
    assert 2 <= len([*kept.all()]) < 59


def test_a_worker_that_comes_late_is_waited_for(cluster):
    """A scheduler may be there before its workers are."""
    threading.Timer(1.0, cluster.add_worker).start()
    outcome = carry_out(experiment(), [1, 2], on(cluster.address), work=pretend)
    assert len(outcome.results) == 2


def test_a_scheduler_without_workers_is_told(cluster):
    """After our patience: the address, and how to start some."""
    hire = on(cluster.address, "compute.patience_seconds=2")
    words = rf"compute\.address is {cluster.address}, a scheduler without workers for 2 s; start some with: dask worker"
    with pytest.raises(WrongInput, match=words):
        carry_out(experiment(), [1], hire, work=pretend)


def test_an_address_where_nobody_answers_is_told(tmp_path, monkeypatch, capsys):
    """A port that nobody listens at, and one where somebody else does: code 2, a sentence, no folder of a run."""
    monkeypatch.chdir(tmp_path)
    with socket.socket() as stranger, socket.socket() as nobody:
        for one in (stranger, nobody):
            one.bind(("127.0.0.1", 0))
        stranger.listen()
        for one in (stranger, nobody):
            address = f"tcp://127.0.0.1:{one.getsockname()[1]}"
            words = ["compute=dask", f"compute.address={address}", "compute.patience_seconds=1", "run.replications=1"]
            assert main(["run", *TINY, *words]) == 2
            err = capsys.readouterr().err
            assert f"compute.address is {address}, where no Dask scheduler answers within 1 s" in err
            assert "Traceback" not in err and not [*tmp_path.glob("outputs/2*/*")]
