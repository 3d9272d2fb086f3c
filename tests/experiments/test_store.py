"""The store: what is in it is whole, whoever writes at once, is killed, or runs out of disk."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from cheap import TINY, carry_out_here, experiment, made_up, pack, pretend, settings_of

from borderops.exceptions import FileProblem
from borderops.experiments import store
from borderops.experiments.identity import Identity
from borderops.experiments.store import BROKEN, PARTIAL, MemoryStore, TrialStore
from borderops.experiments.trial_files import check

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")


def files(folder: Path) -> list[str]:
    """Names of all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def one_file(kept: TrialStore) -> Path:
    """The only trial there is."""
    [found] = kept.all()
    return found.path


# --- keeping and finding ------------------------------------------------------------------------------------------


def test_what_is_kept_is_found(tmp_path):
    """A trial is found by kind and key, as one file and nothing beside it; others are not."""
    kept = TrialStore(tmp_path / "new" / "trials")
    assert kept.find("figures", "abc") is None and not (tmp_path / "new").exists()
    path = kept.keep("figures", "abc", b"content")
    assert kept.find("figures", "abc") == path and path.read_bytes() == b"content"
    assert kept.find("histories", "abc") is None and kept.find("figures", "abd") is None
    assert files(tmp_path) == ["new/trials/figures/ab/abc.parquet"]
    [listed] = kept.all()
    assert (listed.kind, listed.key, listed.path, listed.size) == ("figures", "abc", path, 7)


def test_memory_does_the_same():
    """A store in memory finds what it keeps, by kind and key."""
    kept = MemoryStore()
    kept.require_writable()
    kept.keep("figures", "abc", b"content")
    assert (kept.find("figures", "abc"), kept.find("histories", "abc")) == (b"content", None)


def test_the_last_to_write_wins(tmp_path):
    """Writing a trial again replaces it whole."""
    kept = TrialStore(tmp_path)
    for content in (b"first and long", b"second"):
        kept.keep("figures", "abc", content)
    assert one_file(kept).read_bytes() == b"second"


def test_an_interruption_leaves_no_litter(tmp_path, monkeypatch):
    """Ctrl-C in the middle of writing takes the half-made file away."""

    def interrupted(path: Path, content: bytes) -> None:
        path.write_bytes(content[:3])
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        TrialStore(tmp_path).keep("figures", "abc", b"content")
    assert files(tmp_path) == []


# --- before anything is played ------------------------------------------------------------------------------------


def test_a_folder_is_tried_before_anything_is_played(tmp_path):
    """A store that can be written to says nothing and holds no more than before."""
    kept = TrialStore(tmp_path / "trials")
    kept.keep("figures", "abc", b"content")
    kept.require_writable()
    assert files(tmp_path) == ["trials/figures/ab/abc.parquet"]


@pytest.mark.parametrize("below", ["", "/trials", "/deep/trials"])
def test_a_file_in_the_way_is_named(tmp_path, monkeypatch, below):
    """A file where the folder, or one above it, should be is told to be a file, and stays as it is."""
    monkeypatch.chdir(tmp_path)
    Path("mine").write_text("mine")
    words = rf"trials cannot be kept in mine{below}: mine is a file, not a folder; trials\.store=\.\.\. names another"
    with pytest.raises(FileProblem, match=words):
        TrialStore(Path(f"mine{below}")).require_writable()
    assert Path("mine").read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_made_is_told():
    """Not even root can write below /proc."""
    with pytest.raises(FileProblem, match=r"trials cannot be kept in /proc/trials: "):
        TrialStore(Path("/proc/trials")).require_writable()


# --- broken files -------------------------------------------------------------------------------------------------


def test_a_broken_file_is_named_set_aside_and_played_again(tmp_path, caplog):
    """Whatever is wrong with a file: it is told once, kept under another name, and its trial alone is played again."""
    heard: list[str] = []
    kept = TrialStore(tmp_path, heard.append)
    carry_out_here(experiment(kept), [1, 2])
    path = kept.find("figures", Identity(settings_of()).keys(2).figures)
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    played: list[int] = []
    outcome = carry_out_here(experiment(kept), [1, 2], lambda task: played.append(task.number) or pretend(task))
    assert played == [2] and [one.replication for one in outcome.results] == [1, 2]
    assert path.read_bytes() == whole and path.with_name(path.name + BROKEN).stat().st_size == len(whole) // 2
    assert len(heard) == 1 and path.name in heard[0] and "its trial is played again" in heard[0]
    assert heard[0] in caplog.text
    assert kept.litter() == [path.with_name(path.name + BROKEN)]


def test_the_file_of_another_trial_is_broken(tmp_path):
    """A whole file under the name of another trial, as a copy by hand may leave it, is not taken for that."""
    kept = TrialStore(tmp_path)
    carry_out_here(experiment(kept), [1])
    path = one_file(kept)
    path.write_bytes(pack(made_up(9), "e" * 64))
    played: list[int] = []
    carry_out_here(experiment(kept), [1], lambda task: played.append(task.number) or pretend(task))
    assert played == [1] and check(path).key == path.stem


def test_a_file_that_cannot_be_set_aside_is_told(tmp_path, monkeypatch):
    """In a folder that nobody may change, a broken file ends the run with its name."""

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    path = TrialStore(tmp_path).keep("figures", "abc", b"broken")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileProblem, match=r"abc\.parquet is broken \(why\) and cannot be set aside: permission denied"):
        TrialStore(tmp_path).set_aside(path, "why")


def test_a_file_that_another_process_has_set_aside_is_no_trouble(tmp_path):
    """The second to notice says nothing."""
    heard: list[str] = []
    TrialStore(tmp_path, heard.append).set_aside(tmp_path / "gone.parquet", "why")
    assert heard == []


def test_litter_is_what_nobody_writes_any_more(tmp_path):
    """Half-made files count as abandoned after an hour; finished trials never do."""
    kept = TrialStore(tmp_path)
    path = kept.keep("figures", "abc", b"content")
    new, old = (path.with_name(f".abd.{name}{PARTIAL}") for name in ("new", "old"))
    for one in (new, old):
        one.write_bytes(b"half")
    os.utime(old, (time.time() - 4000,) * 2)
    assert kept.litter() == [old]
    assert [one.path for one in kept.all()] == [path]


# --- others at the same time --------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from borderops.experiments.store import TrialStore
kept = TrialStore(Path(sys.argv[1]))
for number in range({first}, {last}):
    key = f"{{number % {keys}:064x}}"
    kept.keep("figures", key, key.encode() * 5000)
    print(number, flush=True)
"""


def writer(folder: Path, first: int, last: int, keys: int) -> subprocess.Popen[str]:
    """Another process that keeps trials, each of its key many times over."""
    script = textwrap.dedent(WRITER).format(first=first, last=last, keys=keys)
    return subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)


def are_whole(kept: TrialStore) -> int:
    """Make sure that every trial is whole; gives their number."""
    found = [*kept.all()]
    for one in found:
        assert one.path.read_bytes() == one.key.encode() * 5000
    return len(found)


def test_two_processes_may_write_the_same_trial_at_once(tmp_path):
    """Two write ten trials ninety times each: whoever reads meanwhile finds whole files, and in the end all ten."""
    kept = TrialStore(tmp_path)
    writers = [writer(tmp_path, 0, 90, 10) for _ in range(2)]
    while any(one.poll() is None for one in writers):
        are_whole(kept)
    assert [one.wait() for one in writers] == [0, 0]
    assert are_whole(kept) == 10 and len(files(tmp_path)) == 10


@posix
def test_a_killed_writer_leaves_nothing_that_looks_whole(tmp_path):
    """kill -9 at random moments: every file with a trial's name is whole, and what is told to be kept is there."""
    kept = TrialStore(tmp_path)
    chance = random.Random(4)
    first = 0
    for _ in range(4):
        process = writer(tmp_path, first, 100_000, 100_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.05))
        process.kill()
        told = [first, *(int(line) for line in process.stdout.read().split("\n")[:-1] if line)]
        process.wait()
        process.stdout.close()
        are_whole(kept)
        assert all(kept.find("figures", f"{number:064x}") for number in told)
        first = told[-1] + 1
    assert are_whole(kept) >= first


# --- no room ------------------------------------------------------------------------------------------------------

FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from borderops.cli import main
room = int(sys.argv[1])
if room:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
sys.exit(main(["run", *sys.argv[2:]]))
"""


def run_with_room(room: int, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """``borderops run`` where no file can be larger than so many bytes; 0 for any size."""
    # Without -B Python would cut off what it compiles of every source, and trip over it for ever after.
    given = [sys.executable, "-B", "-c", FULL, str(room), *TINY, "compute.workers=1", *words]
    return subprocess.run(given, capture_output=True, text=True, timeout=200, cwd=cwd)


@posix
@pytest.mark.slow
def test_no_room_for_a_trial_is_one_clear_sentence(tmp_path):
    """A trial that cannot be written ends the run with code 2 and no litter; the same command later goes on."""
    full = run_with_room(20_000, "run.replications=2", cwd=tmp_path)
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr and "Logging error" not in full.stderr
    last = full.stderr.splitlines()[-1]
    assert last == (
        "borderops: outputs/trials takes no more trials: file too large; those that are finished are kept, and the same"
        " command goes on after them (trials.store=... names another folder)"
    )
    assert files(tmp_path) == []
    done = run_with_room(0, "run.replications=2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def small_disk(folder: Path, size: str):
    """A disk of its own; skipped where disks may not be mounted."""
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs the right to mount")
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip("needs the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@posix
@pytest.mark.slow
def test_a_full_disk_keeps_what_is_finished(tmp_path):
    """A disk that is full after some replications: code 2, those are kept, and with more room only the others run."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["run.replications=9", "trials.store=disk", "trials.keep=figures", "run.beside=null"]
    with small_disk(disk, "200k"):
        full = run_with_room(0, *words, cwd=tmp_path)
        assert full.returncode == 2, full.stderr
        assert "disk takes no more trials: no space left on device" in full.stderr.splitlines()[-1]
        assert "Traceback" not in full.stderr
        kept = [one.key for one in TrialStore(disk).all()]
        assert 1 <= len(kept) < 9
        assert all(check(one.path).key == one.key for one in TrialStore(disk).all())
        subprocess.run(["mount", "-o", "remount,size=5m", str(disk)], check=True)
        done = run_with_room(0, *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"{len(kept)} replication" in done.stderr and "kept from earlier runs" in done.stderr
        assert len([*TrialStore(disk).all()]) == 9
