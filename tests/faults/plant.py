"""Plant faults in copies of the sources, one by one, and tell what notices each.

    python tests/faults/plant.py                  plant all, and write RESULTS.md beside this file
    python tests/faults/plant.py "a slot" ...     plant those whose words hold one of these, print what notices them
                                                  and set it down in RESULTS.md in place of what stood there
    python tests/faults/plant.py --missing        plant those of which RESULTS.md says nothing

RESULTS.md is written anew after every fault, so that a run that is stopped leaves what it found. Nothing is changed in
the sources it stands in. A fault is noticed by a timetable worked by hand, by a monitor over small random replications,
or by the other engine, whose history of the same plans differs.
"""

from __future__ import annotations

import json
import os
import queue
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.faults.faults import FAULTS, Fault  # noqa: E402 (found only from here on, when run as a script)

RESULTS = Path(__file__).with_name("RESULTS.md")
ENGINES = Path("src/borderops/operations")
COPIED = ("src", "tests", "conf", "scenarios", "pyproject.toml")
BATTERY = Path("tests/faults/battery.py")
LONGEST = 600
"""Seconds of a processor after which a run that does not end is taken for one that never will. A sound one takes less
than half, on a busy machine too."""

Noticed = dict[str, str]
"""By ``timetable``, ``monitor`` and ``engine`` what each said first; empty where it noticed nothing."""


class Endless(Exception):
    """A run took longer than any sound one."""


def _end_some_day() -> None:
    """Have the system end this process after so much work, however long it waits for its turn."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 10))


class Tree:
    """A copy of the sources in which faults are planted one after another."""

    def __init__(self, folder: Path, worlds: Path):
        self.folder, self.worlds = folder, worlds
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "outputs"))
            else:
                shutil.copy2(ROOT / name, folder / name)

    def run(self, what: str) -> str:
        """Run the battery in this tree and give what it prints."""
        done = subprocess.run(
            [sys.executable, "-B", str(BATTERY), what, str(self.worlds)],
            cwd=self.folder,
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            preexec_fn=None if what == "write" else _end_some_day,
        )
        if done.returncode == -signal.SIGXCPU:
            raise Endless
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Sources of this tree; to compile every fault anew would take longer than to play it uncompiled."""
        return {"PYTHONPATH": f"{self.folder / 'src'}{os.pathsep}{self.folder}", "NUMBA_DISABLE_JIT": "1"}

    def noticed(self, name: str) -> Noticed:
        """What notices whatever is planted in an engine now."""
        try:
            return json.loads(self.run(name).splitlines()[-1])
        except Endless:
            return dict.fromkeys(("timetable", "monitor", "engine"), "does not end")

    def plant(self, fault: Fault) -> Noticed:
        """Plant a fault, tell what notices it, and take it out again."""
        file = self.folder / ENGINES / fault.file
        sound = file.read_text(encoding="utf-8")
        if sound.count(fault.old) != 1:
            raise ValueError(f"{fault.what}: what it replaces stands {sound.count(fault.old)} times in {fault.file}")
        file.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
        try:
            return self.noticed("compiled" if fault.is_compiled else "simpy")
        finally:
            file.write_text(sound, encoding="utf-8")


@contextmanager
def trees(count: int) -> Iterator[list[Tree]]:
    """Copies of the sources with the worlds they are tried on, for as long as they are used."""
    with tempfile.TemporaryDirectory() as folder:
        worlds = Path(folder) / "worlds.pickle"
        copies = [Tree(Path(folder) / f"tree_{number}", worlds) for number in range(count)]
        copies[0].run("write")
        yield copies


def control(tree: Tree, faults: Sequence[Fault]) -> None:
    """Make sure that nothing is noticed in the engines of these faults before anything is planted."""
    for name in sorted({"compiled" if fault.is_compiled else "simpy" for fault in faults}):
        found = {who: words for who, words in tree.noticed(name).items() if words}
        if found:
            raise RuntimeError(f"something is wrong before anything is planted: {found}")


def plant_all(faults: Sequence[Fault], workers: int, tell: Callable[[Fault, Noticed], None]) -> None:
    """Plant faults in several trees at once, and tell of each what notices it as soon as it is known."""
    lock = threading.Lock()
    with trees(workers) as copies, ThreadPoolExecutor(workers) as pool:
        control(copies[0], faults)
        free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
        for tree in copies:
            free.put(tree)

        def plant(fault: Fault) -> None:
            tree = free.get()
            try:
                found = tree.plant(fault)
            finally:
                free.put(tree)
            with lock:
                tell(fault, found)

        list(pool.map(plant, faults))


# --- results --------------------------------------------------------------------------------------------------------

HEAD = """\
# Planted faults

What notices faults that somebody might make in an engine. Written by `python tests/faults/plant.py`; the faults stand
in `faults.py`, what each is tried on in `battery.py`.

- *Timetable*: a history worked out by hand, or a test of a pool or of the calendar, fails.
- *Monitor*: the monitors that watch every replication object to one of a few hundred small ones.
- *Engines*: the other engine, without the fault, tells another history of one of them.
"""


WHO = ("timetable", "monitor", "engine")
TITLES = {False: "Faults of the reference engine", True: "Faults of the compiled engine"}
ROW = re.compile(r"^\| (?P<what>.+?) \| `(?P<file>.+?)` \| (?P<said>.+) \|$", re.MULTILINE)

Results = Mapping[Fault, Noticed]


def page(results: Results) -> str:
    """The page of results, faults in their order in `faults.py`; those that were not planted yet are left out."""
    parts = [HEAD]
    for is_compiled, title in TITLES.items():
        own = {fault: results[fault] for fault in FAULTS if fault in results and fault.is_compiled == is_compiled}
        parts.append(f"## {title}\n\n{_counts(list(own.values()))}\n\n{_table(own)}")
    return "\n".join(parts)


def read_page() -> dict[Fault, Noticed]:
    """What the page says of the faults there are now."""
    if not RESULTS.exists():
        return {}
    named = {(fault.what, fault.file): fault for fault in FAULTS}
    found: dict[Fault, Noticed] = {}
    for row in ROW.finditer(RESULTS.read_text(encoding="utf-8")):
        fault = named.get((row["what"], row["file"]))
        if fault:
            cells = ["" if cell == "-" else cell for cell in row["said"].split(" | ")]
            found[fault] = dict(zip(WHO, cells, strict=True))
    return found


def _counts(found: Sequence[Noticed]) -> str:
    def count(*who: str) -> int:
        return sum(any(said[one] for one in who) for said in found)

    return (
        f"{len(found)} planted. Noticed by a timetable or a monitor: {count('timetable', 'monitor')} (timetables "
        f"{count('timetable')}, monitors {count('monitor')}); by the other engine: {count('engine')}; by any of them: "
        f"{count('timetable', 'monitor', 'engine')}."
    )


def _table(results: Results) -> str:
    lines = ["| Fault | File | Timetable | Monitor | Engines |", "| --- | --- | --- | --- | --- |"]
    for fault, said in results.items():
        lines.append("| " + " | ".join([fault.what, f"`{fault.file}`", *(_cell(said[who]) for who in WHO)]) + " |")
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "/").split())[:110] or "-"


def _chosen(words: Sequence[str], known: Results) -> list[Fault]:
    if not words:
        return list(FAULTS)
    if list(words) == ["--missing"]:
        return [fault for fault in FAULTS if fault not in known]
    return [fault for fault in FAULTS if any(word in fault.what for word in words)]


def main(*words: str) -> None:
    """Plant the faults whose words hold one of ``words``, all if there is none, and write the page."""
    known = read_page() if words else {}
    faults = _chosen(words, known)
    planted: dict[Fault, Noticed] = {}

    def tell(fault: Fault, found: Noticed) -> None:
        known[fault] = planted[fault] = found
        RESULTS.write_text(page(known), encoding="utf-8")

    plant_all(faults, max(min(os.cpu_count() or 1, len(faults)), 1), tell)
    unnoticed = [fault.what for fault, said in planted.items() if not any(said.values())]
    print(_table(planted) if words else _counts(list(planted.values())))
    print("noticed by nothing:", ", ".join(unnoticed) or "none")


if __name__ == "__main__":
    main(*sys.argv[1:])
