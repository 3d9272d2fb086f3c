"""The folder of a run: whole or not there, and never in the way of another."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from borderops.exceptions import FileProblem
from borderops.experiments.outputs import LOG, RunFolder

NOON = datetime(2026, 3, 9, 12, 4, 5).astimezone()


def write_text(text: str):
    return lambda path: path.write_text(text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_folder_gets_its_name_at_the_end(tmp_path):
    """Until it is finished a folder is hidden and called partial; then it is <day>/<time>-<scenario>."""
    with RunFolder(tmp_path, "surge", NOON) as folder:
        folder.add("report.html", write_text("whole"))
        folder.add("tables/kpis.csv", write_text("kpi"))
        assert names(tmp_path / "2026-03-09") == [".120405-surge.partial"]
        finished = folder.finish()
    assert finished == tmp_path / "2026-03-09" / "120405-surge"
    assert names(finished) == [LOG, "report.html", "tables"]
    assert names(tmp_path / "2026-03-09") == ["120405-surge"]


def test_two_runs_in_one_second_get_distinct_names(tmp_path):
    """Whether the first is still going on, finished or interrupted, the second takes another name."""
    with RunFolder(tmp_path, "surge", NOON) as first, RunFolder(tmp_path, "surge", NOON) as second:
        assert (first.finish().name, second.finish("-interrupted").name) == (
            "120405-surge",
            "120405-surge-2-interrupted",
        )
    with RunFolder(tmp_path, "surge", NOON) as third:
        assert third.finish().name == "120405-surge-3"


def _claim_and_finish(outputs: Path) -> str:
    with RunFolder(outputs, "surge", NOON) as folder:
        return folder.finish().name


def test_many_runs_in_one_second_get_distinct_names(tmp_path):
    """Four processes that claim a folder at the same moment, five times each, end with twenty folders."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        taken = pool.map(_claim_and_finish, [tmp_path] * 20, chunksize=1)
    assert len(set(taken)) == 20
    assert names(tmp_path / "2026-03-09") == sorted(taken)


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_a_folder_left_in_disorder_is_removed(tmp_path, problem):
    """Whatever ends a run before its folder is whole, nothing of it stays, and no folder that it made."""
    outputs = tmp_path / "new" / "outputs"
    with pytest.raises(problem), RunFolder(outputs, "surge", NOON) as folder:
        folder.add("report.html", write_text("half"))
        raise problem
    assert names(tmp_path) == []


def test_a_folder_of_the_user_is_never_removed(tmp_path):
    """An empty outputs folder that was there before is there after a failed run."""
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    with pytest.raises(ValueError), RunFolder(outputs, "surge", NOON):
        raise ValueError
    assert names(outputs) == []


def test_file_in_the_way(tmp_path, monkeypatch):
    """A file where the outputs folder should be is named, and told to be a file."""
    monkeypatch.chdir(tmp_path)
    Path("outputs").write_text("mine")
    with pytest.raises(FileProblem, match=r"outputs cannot be written: outputs is a file, not a folder; run\.outputs="):
        RunFolder(Path("outputs"), "surge", NOON)
    assert Path("outputs").read_text() == "mine"


def test_file_in_the_way_higher_up(tmp_path, monkeypatch):
    """So is a file in place of a folder above it."""
    monkeypatch.chdir(tmp_path)
    Path("mine.txt").write_text("mine")
    with pytest.raises(FileProblem, match=r"mine\.txt/outputs cannot be written: mine\.txt is a file, not a folder"):
        RunFolder(Path("mine.txt/outputs"), "surge", NOON)


@pytest.fixture
def as_ordinary_user():
    """Root may write anywhere, so root becomes an ordinary user for the length of a test."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that any user can enter; pytest's own are closed to others."""
    folder = Path("/tmp") / f"borderops-test-{os.getpid()}"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions as on POSIX")
def test_read_only_folder(open_folder, as_ordinary_user):
    """A folder that the user may not write to is named, with the reason."""
    with pytest.raises(FileProblem, match=r"outputs cannot be written: permission denied; run\.outputs="):
        RunFolder(open_folder / "outputs", "surge", NOON)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_full_disk(tmp_path):
    """When the disk is full, the file that could not be written is named, and no folder stays."""

    def fill_the_disk(path: Path) -> None:
        path.symlink_to("/dev/full")
        path.write_text("too much")

    told_as = r"tables/kpis\.csv cannot be written: no space left on device"
    with pytest.raises(FileProblem, match=told_as) as told, RunFolder(tmp_path, "surge", NOON) as folder:
        folder.add("tables/kpis.csv", fill_the_disk)
    assert isinstance(told.value.__cause__, OSError) and told.value.__cause__.errno == errno.ENOSPC
    assert names(tmp_path) == []


def test_what_a_killed_run_left_is_told_and_not_touched(tmp_path):
    """A partial folder without a living owner is told; one of a run that is going on is not."""
    left = tmp_path / "2026-03-08" / ".235959-surge.partial"
    left.mkdir(parents=True)
    (left / LOG).write_text("began\n")
    with RunFolder(tmp_path, "surge", NOON) as going_on, RunFolder(tmp_path, "surge", NOON) as folder:
        assert folder.left_behind() == [left]
        assert going_on.left_behind() == [left]
        folder.finish()
        going_on.finish()
    assert (left / LOG).read_text() == "began\n"


def test_the_log_holds_what_happened(tmp_path):
    """Messages of borderops' own loggers stand in log.txt with their time; afterwards logging is as it was before."""
    logger = logging.getLogger("borderops")
    before = (logger.level, list(logger.handlers))
    with RunFolder(tmp_path, "surge", NOON) as folder:
        logging.getLogger("borderops.some.part").info("one thing")
        finished = folder.finish()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO one thing\n", (finished / LOG).read_text())
    assert (logger.level, logger.handlers) == before


def test_checksums_name_every_file_but_the_log(tmp_path):
    """The checksum of a file is SHA-256 of its bytes."""
    with RunFolder(tmp_path, "surge", NOON) as folder:
        folder.add("tables/a.csv", write_text("abc"))
        folder.add("b.html", write_text(""))
        sums = folder.checksums()
        folder.finish()
    assert sums == {
        "b.html": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "tables/a.csv": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }


@pytest.mark.parametrize("scenario", ["my case", "../../up", "a/b", "", "\N{GREEK SMALL LETTER ALPHA}*?"])
def test_any_scenario_name_gives_a_folder_of_one_name(tmp_path, scenario):
    """No name of a scenario leads out of the day's folder."""
    with RunFolder(tmp_path, scenario, NOON) as folder:
        finished = folder.finish()
    assert finished.parent == tmp_path / "2026-03-09"
    assert names(tmp_path) == ["2026-03-09"]
