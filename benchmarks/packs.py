"""Data packs: rows a second, seconds from a cold start, and memory by size; and pseudopeople beside them.

    python benchmarks/packs.py                             all but the other tool (three minutes)
    python benchmarks/packs.py --pseudopeople PYTHON       and a noise job of pseudopeople, under a Python that has it
    python benchmarks/packs.py --only rows,command         some of: rows, command, memory, pseudopeople

Each part is a process of its own, so that its memory is its own. Anonymous memory is what no file stands behind: the
system cannot take it back, unlike pages of a file that have been read. Seconds differ between machines and days, CPU
seconds less so. Both tools read what they have, spoil it and write Parquet with zstd; what one cell can suffer differs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

PARTS = ("rows", "command", "memory", "pseudopeople")
ROWS, ROWS_SECONDS, ROWS_MEGABYTES = 1_000_000, 10.0, 2048.0
"""The promise: so many rows with their key, once the history exists."""

COMMAND_SECONDS = 30.0
"""And of a hundred thousand persons, from a cold start."""

SAMPLED_EVERY = 0.005
"""Seconds between two looks at the memory of a process."""


def memory() -> float:
    """Megabytes that this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def anonymous() -> float:
    """Megabytes of anonymous memory that this process holds; Linux alone tells."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


class Watch:
    """Looks at the anonymous memory of this process again and again; a context manager."""

    def __enter__(self) -> Watch:
        self.most, self._ends = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._ends.wait(SAMPLED_EVERY):
            self.most = max(self.most, anonymous())

    def __exit__(self, *problem: object) -> None:
        self._ends.set()
        self._thread.join()


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the clock, CPU seconds, and what a call gave."""
    clock, cpu = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - clock, time.process_time() - cpu, made


# --- parts, each in a process of its own ------------------------------------------------------------------------------


def played(words: tuple[str, ...]) -> tuple[Any, Any]:
    """A history, and the settings that it was played with."""
    from borderops.commands.dataset import hand_memory_back, read_words
    from borderops.config import inputs
    from borderops.population.families import form_families
    from borderops.replication import replay
    from borderops.streams import Draws

    hand_memory_back()
    settings = inputs.at(read_words(words).composed.settings, 1)
    return replay(form_families(settings, Draws(settings.seed, 1)), settings, 1), settings


def written(replication: Any, settings: Any, persons: int | None, watch: Any = None) -> Any:
    """Keep the books of a history and write a pack with its answer key, as the command does.

    The watch begins when the history lies on the shelf.
    """
    from borderops.packs.cutting import choose_people
    from borderops.packs.writing import About, write_pack
    from borderops.records.bookkeeping import keep_books, on_shelf
    from borderops.shelf import Shelf
    from borderops.streams import Draws

    with tempfile.TemporaryDirectory() as folder, Shelf(Path(folder)) as shelf:
        on_shelf(replication, shelf)
        with watch or nullcontext():
            books = keep_books(replication, settings, shelf=shelf)
            chosen = choose_people(books.witness.people, persons, Draws(settings.seed, 1))
            (Path(folder) / "pack").mkdir()
            about = About("benchmark", "benchmark", str(persons), ("parquet",))
            return write_pack(Path(folder) / "pack", books, chosen, about, settings.compute.workers, shelf=shelf)


def rows() -> dict[str, Any]:
    """A million rows and their key, once the history exists."""
    # Compiled functions are loaded and tables of names read before anything is timed.
    small = ("window.start=2018-06-01", "window.end=2018-06-10", "study.season_start=null", "study.season_end=null")
    written(*played(small), 1_000)
    replication, settings = played(())
    before = memory()
    wall, cpu, made = timed(lambda: written(replication, settings, 132_000))
    return {"persons": made.persons, "rows": made.rows, "errors": made.errors, "wall": wall, "cpu": cpu,
            "before": before, "peak": memory()}  # fmt: skip


def pack(size: str) -> dict[str, Any]:
    """A pack of a size from its own window: what the history holds, and what it takes to write the pack."""
    from borderops.commands.dataset import SIZES

    replication, settings = played((f"size={size}",))
    people, held, played_at_most = replication.people.number.size, anonymous(), memory()
    watch = Watch()
    wall, cpu, made = timed(lambda: written(replication, settings, SIZES[size], watch))
    return {"people": people, "persons": made.persons, "rows": made.rows, "wall": wall, "cpu": cpu,
            "held": held, "played": played_at_most, "anonymous": watch.most, "peak": memory()}  # fmt: skip


NOISE = """
import json, sys, tempfile, time
from pathlib import Path
import pandas as pd, pseudopeople, pyarrow
with tempfile.TemporaryDirectory() as folder:
    jobs = {name: getattr(pseudopeople, f"generate_{name}") for name in sys.argv[1].split(",")}
    for job in jobs.values():
        job()  # what is loaded and compiled once is not timed
    clock, cpu, rows, cells = time.perf_counter(), time.process_time(), 0, 0
    for round in range(int(sys.argv[2])):
        for name, job in jobs.items():
            made = job(seed=round)
            made.to_parquet(Path(folder) / f"{name}.parquet", compression="zstd")
            rows, cells = rows + len(made), cells + made.size
    print(json.dumps({"rows": rows, "cells": cells, "wall": time.perf_counter() - clock,
                      "cpu": time.process_time() - cpu, "version": pseudopeople.__version__}))
"""
JOBS = "decennial_census,american_community_survey,current_population_survey,women_infants_and_children,social_security,taxes_w2_and_1099,taxes_1040"  # noqa: E501
"""Tables that pseudopeople spoils of the sample that comes with it, with the noise it comes with."""


# --- telling ----------------------------------------------------------------------------------------------------------


def beside(*words: str) -> dict[str, Any]:
    """What a part gave as a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--part", *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def against(value: float, most: float, unit: str) -> str:
    """A promise, and whether it is kept."""
    return f"{'at most' if value <= most else 'MORE THAN'} {most:g} {unit}"


def tell_rows() -> dict[str, Any]:
    """Rows a second."""
    found = beside("rows")
    enough = "" if found["rows"] >= ROWS else f"; FEWER THAN {ROWS:,} ROWS"
    held = against(found["wall"], ROWS_SECONDS, "s")
    print(f"rows: {found['persons']:,} persons, {found['rows']:,} rows, {found['errors']:,} errors, written in "
          f"{found['wall']:.1f} s ({held}; {found['cpu']:.1f} s CPU){enough}")  # fmt: skip
    print(f"      {found['rows'] / found['wall']:,.0f} rows a second; {found['before']:,.0f} MB with the history, "
          f"{found['peak']:,.0f} MB in all ({against(found['peak'], ROWS_MEGABYTES, 'MB')})")  # fmt: skip
    return found


def tell_command() -> None:
    """The whole command."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "borderops", "dataset", "size=100k", f"into={Path(folder) / 'pack'}"]
        begun, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        wall, done = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = done.ru_utime + done.ru_stime - begun.ru_utime - begun.ru_stime
    print(f"command: borderops dataset size=100k in {wall:.1f} s from a cold start "
          f"({against(wall, COMMAND_SECONDS, 's')}; {cpu:.1f} s CPU): {said.splitlines()[0]}")  # fmt: skip


def tell_memory() -> None:
    """Memory of packs of two sizes, each from its own window."""
    found = [beside("pack", size) for size in ("100k", "1M")]
    for one in found:
        more = max(one["peak"] - one["played"], 0)
        print(f"memory: {one['persons']:,} persons of {one['people']:,}, {one['rows']:,} rows in {one['wall']:.0f} s "
              f"({one['cpu']:.0f} s CPU)")  # fmt: skip
        print(f"        anonymous {one['held']:,.0f} MB with the history, {one['anonymous']:,.0f} MB at most to write")
        print(f"        resident {one['played']:,.0f} MB at most to play, {more:,.0f} MB more to write")
    small, large = (one["anonymous"] for one in found)
    print(f"        ten times the people take {large / small:.2f} times the memory to write")


def tell_pseudopeople(python: str | None, ours: dict[str, Any] | None) -> None:
    """Rows a second with noise of another tool, in the same run."""
    if python is None:
        print("pseudopeople: left out; --pseudopeople PYTHON names a Python that has it")
        return
    done = subprocess.run([python, "-c", NOISE, JOBS, "2"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"pseudopeople could not be run: {done.stderr.strip().splitlines()[-1]}")
    found = json.loads(done.stdout.splitlines()[-1])
    rate = found["rows"] / found["wall"]
    print(f"pseudopeople {found['version']}: {found['rows']:,} rows of its sample with noise in {found['wall']:.1f} s "
          f"({found['cpu']:.1f} s CPU): {rate:,.0f} rows a second")  # fmt: skip
    if ours is not None:
        by_cpu = ours["rows"] / ours["cpu"] / (found["rows"] / found["cpu"])
        print(f"              borderops writes {ours['rows'] / ours['wall'] / rate:.1f} times as many a second, with a "
              f"key; {by_cpu:.1f} times as many a CPU second")  # fmt: skip


def main() -> None:
    """Run the benchmark and print lines."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    words.add_argument("--pseudopeople", metavar="PYTHON")
    words.add_argument("--only", default=",".join(PARTS))
    words.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.part:
        part, *rest = given.part
        print(json.dumps({"rows": rows, "pack": pack}[part](*rest)))
        return
    wanted = given.only.split(",")
    if unknown := [one for one in wanted if one not in PARTS]:
        raise SystemExit(f"--only is {', '.join(unknown)}; allowed: {', '.join(PARTS)}")
    print(f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; "
          f"Python {platform.python_version()}")  # fmt: skip
    ours = tell_rows() if "rows" in wanted else None
    if "command" in wanted:
        tell_command()
    if "memory" in wanted:
        tell_memory()
    if "pseudopeople" in wanted:
        tell_pseudopeople(given.pseudopeople, ours)


if __name__ == "__main__":
    main()
