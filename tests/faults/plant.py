"""Plant faults in copies of the sources, one by one, and tell what notices each.

    python tests/faults/plant.py               plant all, and write RESULTS.md beside this file
    python tests/faults/plant.py "a slot"      plant those whose words hold this, and print what notices them

Nothing is changed in the tree it stands in. A fault is noticed by a timetable worked by hand, by a monitor over small
random replications, or by the other engine, whose history of the same plans differs.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
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
LONGEST = 120
"""Seconds after which a run that does not end is taken for one that never will."""

Noticed = dict[str, str]
"""By ``timetable``, ``monitor`` and ``engine`` what each said first; empty where it noticed nothing."""


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
            timeout=None if what == "write" else LONGEST,
        )
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
        except subprocess.TimeoutExpired:
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


def plant_all(faults: Sequence[Fault], workers: int) -> list[Noticed]:
    """Plant faults in several trees at once; what notices each, in their order."""
    with trees(workers) as copies, ThreadPoolExecutor(workers) as pool:
        for name in {"compiled" if fault.is_compiled else "simpy" for fault in faults}:
            found = {who: words for who, words in copies[0].noticed(name).items() if words}
            if found:
                raise RuntimeError(f"something is wrong before anything is planted: {found}")
        free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
        for tree in copies:
            free.put(tree)

        def plant(fault: Fault) -> Noticed:
            tree = free.get()
            try:
                return tree.plant(fault)
            finally:
                free.put(tree)

        return list(pool.map(plant, faults))


# --- results --------------------------------------------------------------------------------------------------------

HEAD = """\
# Planted faults

What notices faults that somebody might make in an engine. Written by `python tests/faults/plant.py`; the faults stand
in `faults.py`, what each is tried on in `battery.py`.

- *Timetable*: a history worked out by hand, or a test of a pool or of the calendar, fails.
- *Monitor*: the monitors that watch every replication object to one of a few hundred small ones.
- *Engines*: the other engine, without the fault, tells another history of one of them.
"""


def page(faults: Sequence[Fault], found: Sequence[Noticed]) -> str:
    """The page of results."""
    rows = list(zip(faults, found, strict=True))
    parts = [HEAD]
    for title, is_compiled in (("Faults of the reference engine", False), ("Faults of the compiled engine", True)):
        own = [(fault, said) for fault, said in rows if fault.is_compiled == is_compiled]
        parts.append(f"## {title}\n\n{_counts([said for _, said in own])}\n\n{_table(own)}")
    return "\n".join(parts)


def _counts(found: Sequence[Noticed]) -> str:
    def count(*who: str) -> int:
        return sum(any(said[one] for one in who) for said in found)

    return (
        f"{len(found)} planted. Noticed by a timetable or a monitor: {count('timetable', 'monitor')} (timetables "
        f"{count('timetable')}, monitors {count('monitor')}); by the other engine: {count('engine')}; by any of them: "
        f"{count('timetable', 'monitor', 'engine')}."
    )


def _table(rows: Sequence[tuple[Fault, Noticed]]) -> str:
    lines = ["| Fault | File | Timetable | Monitor | Engines |", "| --- | --- | --- | --- | --- |"]
    for fault, said in rows:
        cells = [_cell(said[who]) for who in ("timetable", "monitor", "engine")]
        lines.append("| " + " | ".join([fault.what, f"`{fault.file}`", *cells]) + " |")
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "/").split())[:110] or "-"


def main(words: str = "") -> None:
    """Plant the faults whose words hold ``words``; all of them are written to the page."""
    faults = [fault for fault in FAULTS if words in fault.what]
    found = plant_all(faults, workers=min(os.cpu_count() or 1, len(faults)))
    if words:
        print(_table(list(zip(faults, found, strict=True))))
    else:
        RESULTS.write_text(page(faults, found), encoding="utf-8")
        print(_counts(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
