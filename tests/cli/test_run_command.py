"""``borderops run``: what it leaves behind when all goes well, and when it does not."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
import yaml

import borderops
from borderops.cli import main
from borderops.config.compose import compose
from borderops.experiments import tasks
from borderops.experiments.store import TrialStore
from borderops.experiments.trial_files import check
from borderops.forecast.results import KEYS

WHOLE_WINDOW = ["study.season_start=null", "study.season_end=null"]
TINY = ["window.start=2018-05-01", "window.end=2018-05-05", "arrivals.stations=[yuma]", *WHOLE_WINDOW]
QUICK = [*TINY, "run.replications=2", "compute.workers=1"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")


def only_folder(outputs: Path) -> Path:
    """The one run folder there is."""
    [folder] = run_folders(outputs)
    return folder


def run_folders(outputs: Path) -> list[Path]:
    """All finished folders of runs, in the order of their names; trials lie beside them."""
    return sorted(path for path in outputs.glob("2*/*") if not path.name.startswith("."))


def kept_in(outputs: Path) -> list[str]:
    """Keys of the trials that are kept, each of them read to its last byte."""
    return [one.key for one in TrialStore(outputs / "trials").all() if check(one.path).key == one.key]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, str, str]:
    """A whole run of two replications of five days in one sector, with what it said."""
    outputs = tmp_path_factory.mktemp("whole") / "outputs"
    words = [sys.executable, "-m", "borderops", "run", *QUICK, "run.outputs=outputs", "scenario=zero_tolerance_2018"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, cwd=outputs.parent)
    assert done.returncode == 0, done.stderr
    return only_folder(outputs), done.stdout, done.stderr


def test_it_says_the_answer_and_where_the_report_is(whole):
    """Five sentences, then the path of the report as seen from the working folder; progress goes to standard error."""
    folder, out, err = whole
    lines = [line for line in out.splitlines() if line]
    assert len(lines) == 6
    assert lines[5] == f"Report: outputs/{folder.parent.name}/{folder.name}/report.html"
    assert re.fullmatch(r"\d{6}-zero_tolerance_2018", folder.name)
    assert "zero_tolerance_2018: 2 replications, 2018-05-01 to 2018-05-05" in err
    assert re.search(r"replication 2 done in [\d.]+ s \(2 of 2; all played\)", err)


def test_the_folder_is_complete(whole):
    """Report, workbook, configuration, manifest, log; a Parquet and a CSV file a table."""
    folder, _, _ = whole
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    tables = {f"tables/{name}.{ending}" for name in KEYS for ending in ("parquet", "csv")}
    single = {"report.html", "tables.xlsx", "config.yaml", "manifest.json", "log.txt", "tables/comparison.csv"}
    assert names == tables | single
    assert "http://" not in re.sub(r"http://www\.w3\.org/[^\"' ]*", "", (folder / "log.txt").read_text())


def test_tables_agree_with_one_another(whole):
    """Parquet holds each replication, CSV and workbook their summary; DuckDB reads the same numbers as pandas."""
    folder, _, _ = whole
    stacked = pd.read_parquet(folder / "tables/kpis.parquet")
    assert list(stacked.columns) == ["replication", *KEYS["kpis"], "value"]
    assert sorted(stacked["replication"].unique()) == [1, 2]
    summary = pd.read_csv(folder / "tables/kpis.csv").set_index(KEYS["kpis"])
    means = duckdb.sql(
        f"SELECT kpi, group_kind, \"group\", avg(value) AS mean FROM '{folder}/tables/kpis.parquet' GROUP BY ALL"
    ).df()
    for row in means.itertuples():
        assert summary.loc[(row.kpi, row.group_kind, row.group), "mean"] == pytest.approx(row.mean, rel=1e-9)
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert book.sheetnames == ["about", *KEYS, "comparison", "definitions", "register"]
    sheet = book["kpis"]
    assert sheet.max_row == len(summary) + 1 and sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]][:3] == KEYS["kpis"]


def test_sums_over_stations_have_their_own_rows(whole):
    """The monthly table holds the sum over stations of each replication, as station ``all``."""
    folder, _, _ = whole
    monthly = pd.read_parquet(folder / "tables/monthly.parquet")
    keys = ["replication", "month", "stratum", "count"]
    sums = monthly[monthly["station"] != "all"].groupby(keys)["value"].sum()
    assert monthly[monthly["station"] == "all"].set_index(keys)["value"].sort_index().equals(sums.sort_index())
    assert sums.sum() > 0


def test_the_manifest_vouches_for_the_run(whole):
    """Version, command, seed, digests and checksums are there and true."""
    folder, _, _ = whole
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["command"].startswith("borderops run window.start=2018-05-01")
    assert (manifest["scenario"], manifest["seed"], manifest["status"]) == ("zero_tolerance_2018", 2018, "finished")
    assert manifest["replications"] == {"asked": 2, "done": 2, "failed": 0, "kept": 0}
    assert set(manifest["packages"]) >= {"numpy", "scipy", "pandas", "numba", "simpy"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", manifest["started"])
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files_sha256"]) == files - {"manifest.json", "log.txt"}
    for name, digest in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert manifest["config_sha256"] == manifest["files_sha256"]["config.yaml"]


def test_the_digests_are_those_of_the_same_settings_played_again(whole):
    """The configuration beside the results, run as a scenario, gives the same digests."""
    folder, _, _ = whole
    manifest = json.loads((folder / "manifest.json").read_text())
    again = borderops.run(f"scenario={folder / 'config.yaml'}")
    assert {str(one.replication): one.digest for one in again.results} == manifest["digests"]


def test_nothing_names_this_machine(whole):
    """No file of the folder holds an absolute path of this machine, nor its name."""
    folder, _, _ = whole
    root = str(Path(__file__).parents[2])
    for path in folder.rglob("*"):
        if path.suffix in (".json", ".yaml", ".txt", ".csv", ".html"):
            text = path.read_text(encoding="utf-8")
            for private in (root, sys.prefix, str(folder.parents[2]), str(Path.home()) + "/"):
                assert private not in text, f"{path.name} names {private}"


def test_paths_and_credentials_are_redacted(tmp_path, capsys):
    """An absolute outputs folder is kept by its last name alone, in the manifest and in the configuration."""
    outputs = tmp_path / "elsewhere"
    assert main(["run", *TINY, "run.replications=1", "study.question=token=abc123", f"run.outputs={outputs}"]) == 0
    folder = only_folder(outputs)
    for name in ("manifest.json", "config.yaml"):
        text = (folder / name).read_text()
        assert str(tmp_path) not in text and "abc123" not in text
        assert ".../elsewhere" in text


def test_users_files_are_hashed_not_copied(tmp_path, monkeypatch, capsys):
    """A planner's arrivals stand in the manifest by their checksum."""
    monkeypatch.chdir(tmp_path)
    text = "month,sector,stratum,persons\n2018-05,yuma,single_adults,310\n2018-05,yuma,family_unit_members,620\n"
    Path("mine.csv").write_text(text)
    words = [*TINY, "run.replications=1", "arrivals=file", "arrivals.file=mine.csv"]
    assert main(["run", *words, "window.lead_in_days=0"]) == 0, capsys.readouterr().err
    folder = only_folder(tmp_path / "outputs")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["inputs_sha256"] == {"arrivals.file": sha256(text.encode()).hexdigest()}
    assert not list(folder.rglob("mine.csv"))


def test_a_missing_file_is_told_before_anything_is_made(tmp_path, monkeypatch, capsys):
    """No file of arrivals: exit code 2, a sentence with its name, no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", *QUICK, "arrivals=file", "arrivals.file=none.csv"]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_outputs_folder_is_told_before_the_first_draw(tmp_path, monkeypatch, capsys):
    """A file in the way: exit code 2 and a sentence, before any replication is begun."""
    monkeypatch.chdir(tmp_path)
    Path("outputs").write_text("mine")
    assert main(["run", *QUICK]) == 2
    err = capsys.readouterr().err
    assert err == (
        "borderops: outputs cannot be written: outputs is a file, not a folder; run.outputs=... names another folder\n"
    )


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_folder_nobody_can_write_to(capsys):
    """Not even root can write below /proc."""
    assert main(["run", *QUICK, "run.outputs=/proc/borderops"]) == 2
    assert "borderops: /proc/borderops cannot be written: " in capsys.readouterr().err


replication_of = tasks._replication


def _replication_but_two(people, trial, number):
    if number == 2:
        raise ValueError("two will not do")
    return replication_of(people, trial, number)


def test_failed_replications_give_code_4(tmp_path, monkeypatch, capsys):
    """One of two fails: the report is made of the other, the failure told, exit code 4."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", _replication_but_two)
    assert main(["run", *QUICK]) == 4
    out, err = capsys.readouterr()
    folder = only_folder(tmp_path / "outputs")
    assert "1 of 2 replications failed and stand in no figure" in err and "ValueError: two will not do" in err
    assert f"The log tells where: outputs/{folder.parent.name}/{folder.name}/log.txt" in err
    assert "Report: " in out and "two will not do" in (folder / "report.html").read_text()
    assert "replication 2 of zero_tolerance_2018, seed 2018 failed: ValueError: two will not do" in err
    assert "in _replication_but_two" in (folder / "log.txt").read_text()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "finished with 1 of 2 failed"
    assert manifest["failures"] == {"2": "ValueError: two will not do"}
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert main(["run", *QUICK]) == 0
    _, err = capsys.readouterr()
    assert "1 replication kept from earlier runs" in err and err.count("done in") == 1


def test_so_many_failures_end_the_run(tmp_path, monkeypatch, capsys):
    """``run.stop_after_failures=1``: nothing more is begun, which is told, and the rest is played later."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", _replication_but_two)
    words = [*TINY, "run.replications=4", "compute.workers=1", "run.stop_after_failures=1", "run.beside=null"]
    assert main(["run", *words]) == 4
    err = capsys.readouterr().err
    assert "So many failed that no more were begun (run.stop_after_failures)." in err
    assert len(kept_in(tmp_path / "outputs")) == 2  # figures and history of the first


def _play_none(people, trial, number):
    raise ValueError("none will do")


def test_no_result_at_all_looks_like_none(tmp_path, monkeypatch, capsys):
    """When every replication fails there is no report; the folder says so in its name and holds the log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", _play_none)
    assert main(["run", *QUICK]) == 4
    folder = only_folder(tmp_path / "outputs")
    assert folder.name.endswith("-failed")
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "log.txt", "manifest.json"]
    assert "Report: " not in capsys.readouterr().out


def test_the_same_command_again_plays_nothing(tmp_path, monkeypatch, capsys):
    """Finished trials are kept beside the outputs: the second run only writes a report, with the same digests."""
    monkeypatch.chdir(tmp_path)
    assert main(["run", *QUICK]) == 0
    kept = kept_in(tmp_path / "outputs")
    capsys.readouterr()
    assert main(["run", *QUICK]) == 0
    err = capsys.readouterr().err
    assert "2 replications kept from earlier runs" in err and "done in" not in err
    assert kept_in(tmp_path / "outputs") == kept and len(kept) == 8
    first, second = (json.loads((one / "manifest.json").read_text()) for one in run_folders(tmp_path / "outputs"))
    assert first["digests"] == second["digests"] and second["replications"]["kept"] == 2
    for name in KEYS:
        mine, its = (pd.read_parquet(one / f"tables/{name}.parquet") for one in run_folders(tmp_path / "outputs"))
        pd.testing.assert_frame_equal(mine, its, check_exact=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compute=dask"], "compute.address is not given; allowed: that of a Dask scheduler"),
        (["compute=dask", "compute.address=here"], "compute.address is 'here'; allowed: that of a Dask scheduler"),
        (["compute.address=tcp://127.0.0.1:1"], "although compute.kind is local; choose compute=dask to use it"),
        (["compute=slurm"], "compute=slurm is not known (options: dask, local)"),
        (["compute.patience_seconds=0"], "compute.patience_seconds is 0; allowed: a whole number from 1 to 86400"),
        (["run.stop_after_failures=0"], "run.stop_after_failures is 0; allowed: a whole number, 1 or more, or null"),
        (["run.most_replications=0"], "run.most_replications is 0; allowed: a whole number from 1 to 100000"),
        (["trials.keep=all"], "trials.keep is 'all'; allowed: one of histories, figures"),
        (["precision.nonsense=5%"], "precision.nonsense is no KPI"),
        (["precision.separated_children=much"], "precision.separated_children"),
        (["trials.store=mine"], "trials cannot be kept in mine: mine is a file, not a folder; trials.store=... names"),
        (["trials.store=mine/deep"], "trials cannot be kept in mine/deep: mine is a file, not a folder"),
    ],
)
def test_wrong_settings_of_the_experiment_are_told_before_the_first_draw(tmp_path, monkeypatch, capsys, words, told):
    """Exit code 2, a sentence with the key, nothing played, nothing made."""
    monkeypatch.chdir(tmp_path)
    Path("mine").write_text("mine")
    assert main(["run", *QUICK, *words]) == 2
    err = capsys.readouterr().err
    assert told in err and "Traceback" not in err and "done in" not in err
    assert [path.name for path in tmp_path.rglob("*")] == ["mine"] and Path("mine").read_text() == "mine"


def start(outputs: Path, *words: str, replications: int = 60, workers: int = 2) -> subprocess.Popen[str]:
    """Start a run that takes a while."""
    run = [f"run.replications={replications}", f"compute.workers={workers}", f"run.outputs={outputs}"]
    return subprocess.Popen(
        [sys.executable, "-m", "borderops", "run", *TINY, *run, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell lets what it begins in the background ignore Ctrl-C, and so would all that these tests begin there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def read_until(process: subprocess.Popen[str], words: str) -> None:
    """Read standard error up to a line that holds some words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"ended without saying {words!r}")


@pytest.mark.slow
@posix
@pytest.mark.parametrize(("number", "to_all"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_interruption_keeps_what_is_finished(tmp_path, number, to_all):
    """Ctrl-C, which reaches the workers too, or a request to terminate: what is finished makes a whole folder."""
    process = start(tmp_path)
    read_until(process, "replication 1 done")
    (os.killpg if to_all else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    folder = only_folder(tmp_path)
    assert folder.name.endswith("-zero_tolerance_2018-interrupted")
    manifest = json.loads((folder / "manifest.json").read_text())
    done = manifest["replications"]["done"]
    assert 1 <= done < 60 and manifest["status"] == f"interrupted {done} of 60"
    assert len(manifest["digests"]) == done
    assert (folder / "report.html").is_file() and "Report: " in out
    assert f"Interrupted: {done} of 60 replications are finished and kept." in err
    assert len(kept_in(tmp_path)) == 4 * done  # figures and histories, of the scenario and of the policy beside it


@pytest.mark.slow
@posix
def test_a_second_interruption_quits_at_once(tmp_path):
    """A second Ctrl-C, while the report is being written, leaves nothing that looks like a result."""
    process = start(tmp_path)
    read_until(process, "replication 2 done")
    os.killpg(process.pid, signal.SIGINT)
    read_until(process, "Interrupted: ")
    os.killpg(process.pid, signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 5.0
    assert run_folders(tmp_path) == [] and not [*tmp_path.glob("2*/.*")], err
    assert "no report was written; finished replications are kept, and the same command goes on after them" in err
    assert kept_in(tmp_path)


@pytest.mark.slow
@posix
def test_interruption_before_anything_is_finished(tmp_path):
    """Nothing is finished, so nothing is written; exit code 130."""
    process = start(tmp_path, workers=1)
    read_until(process, "60 replications, 2018-05-01")
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert run_folders(tmp_path) == [] or "1 of 60" in err


@pytest.mark.slow
@posix
def test_a_killed_run_is_told_by_the_next(tmp_path, capsys):
    """kill -9 leaves a hidden partial folder, which the next run names and leaves alone; finished trials are kept."""
    process = start(tmp_path)
    read_until(process, "(2 of 60")
    process.kill()
    process.communicate(timeout=60)
    [left] = tmp_path.glob("2*/.*.partial")
    before = {path: path.read_bytes() for path in left.rglob("*")}
    kept = set(kept_in(tmp_path))
    assert len(kept) >= 8
    assert main(["run", *TINY, "run.replications=6", f"run.outputs={tmp_path}"]) == 0
    err = capsys.readouterr().err
    assert f"note: {left} was left by a run that was cut off" in err
    played = err.count("done in")
    assert played <= 4 and (f"{6 - played} replications kept from earlier runs" in err)
    assert kept <= set(kept_in(tmp_path))
    assert {path: path.read_bytes() for path in left.rglob("*")} == before


@pytest.mark.slow
@posix
def test_a_killed_worker_costs_one_replication(tmp_path):
    """kill -9 of a worker process: the run goes on, tells which replication was lost, and ends with code 4."""
    process = start(tmp_path, "run.engine=simpy", "run.beside=null", replications=8)
    read_until(process, "replication 1 done")
    workers = _children(process.pid)
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    _, err = process.communicate(timeout=200)
    assert process.returncode == 4, err
    manifest = json.loads((only_folder(tmp_path) / "manifest.json").read_text())
    assert manifest["replications"] == {"asked": 8, "done": 7, "failed": 1, "kept": 0}
    [message] = manifest["failures"].values()
    assert "worker process died" in message


@pytest.mark.slow
def test_two_runs_at_once_tell_the_same(tmp_path):
    """Two of the same command at the same time: both end well, with the same digests, and share one set of trials."""
    both = [start(tmp_path, replications=4) for _ in range(2)]
    for process in both:
        _, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
    first, second = (json.loads((one / "manifest.json").read_text()) for one in run_folders(tmp_path))
    assert first["digests"] == second["digests"] and len(first["digests"]) == 4
    assert len(kept_in(tmp_path)) == 16


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-eww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, ppid, words in rows if int(ppid) == parent and "LokyProcess" in words]


def test_config_is_what_was_composed(whole):
    """config.yaml is the composed configuration itself, as ``show settings`` prints it."""
    folder, _, _ = whole
    words = [*QUICK, "scenario=zero_tolerance_2018", "run.outputs=outputs"]
    assert yaml.safe_load((folder / "config.yaml").read_text()) == yaml.safe_load(compose(words).yaml)
