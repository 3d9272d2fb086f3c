"""The folder of a run: claimed before the first draw, built under a hidden name, renamed when it is whole.

Nobody can mistake a half-made folder for a result: until `RunFolder.finish` its name starts with a dot and ends in
``.partial``. What is left of a run that was killed is told by the next one and never touched.

Must not know what is written, nor how.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from borderops.exceptions import FileProblem
from borderops.provenance import sha256_of_file

PARTIAL: Final = ".partial"
LOG: Final = "log.txt"
MANIFEST: Final = "manifest.json"
ENDINGS: Final = ("", "-interrupted", "-failed")
MOST_NAMES: Final = 1000
"""Runs of one scenario that may begin in one second."""

LOGGER: Final = logging.getLogger("borderops")


class RunFolder:
    """One run's folder, ``<outputs>/<YYYY-MM-DD>/<HHMMSS>-<scenario>``, while it is being built.

    A context manager: left without `finish`, whatever the reason, the folder is removed.

    Parameters
    ----------
    outputs : Path
        Made if it is missing.
    scenario : str
    started : datetime
        Local time; gives the name.

    Raises
    ------
    FileProblem
        If the folder cannot be made or written to.
    """

    def __init__(self, outputs: Path, scenario: str, started: datetime):
        self.outputs = outputs
        self._day = outputs / f"{started:%Y-%m-%d}"
        self._stem = f"{started:%H%M%S}-{_file_name(scenario)}"
        self._is_finished = False
        self._made_here: list[Path] = []
        try:
            self._made_here = [one for one in (self._day, outputs, *outputs.parents) if not one.exists()]
            self._day.mkdir(parents=True, exist_ok=True)
            self._name, self._building = self._claim()
            self._log = (self._building / LOG).open("w", encoding="utf-8")
        except OSError as problem:
            raise FileProblem(_cannot_write(outputs, problem)) from problem
        _lock(self._log)
        self._handler = _handler(self._log)
        self._level_before = LOGGER.level
        LOGGER.addHandler(self._handler)
        LOGGER.setLevel(logging.INFO)

    def _claim(self) -> tuple[str, Path]:
        """Take a name that no other run has or is about to have; making a folder is what decides between two."""
        for name in _names(self._stem):
            building = self._day / f".{name}{PARTIAL}"
            if self._is_taken(name):
                continue
            with contextlib.suppress(FileExistsError):
                building.mkdir()
                if not self._is_taken(name):
                    return name, building
                building.rmdir()  # another run was finished under this name in between
        raise FileProblem(f"{self._day} holds {MOST_NAMES} runs named {self._stem}; wait a second")

    def _is_taken(self, name: str) -> bool:
        return any((self._day / f"{name}{ending}").exists() for ending in ENDINGS)

    def add(self, name: str, write: Callable[[Path], None]) -> None:
        """Write one file.

        Parameters
        ----------
        name : str
            Its path inside the folder, ``tables/kpis.csv``.
        write : callable
            Writes the file, given its path.

        Raises
        ------
        FileProblem
            If it cannot be written, because the disk is full for instance.
        """
        path = self._building / name
        try:
            path.parent.mkdir(exist_ok=True)
            write(path)
        except OSError as problem:
            raise FileProblem(_cannot_write(self.outputs / name, problem)) from problem

    def checksums(self) -> dict[str, str]:
        """SHA-256 of every file written so far but the log, which still grows; sorted by name."""
        files = (path for path in self._building.rglob("*") if path.is_file() and path.name != LOG)
        return {path.relative_to(self._building).as_posix(): sha256_of_file(path) for path in sorted(files)}

    def finish(self, ending: str = "") -> Path:
        """Give the folder the name under which people find it.

        Parameters
        ----------
        ending : str
            One of `ENDINGS`.

        Returns
        -------
        Path
            The finished folder.

        Raises
        ------
        FileProblem
            If it cannot be renamed.
        """
        finished = self._day / f"{self._name}{ending}"
        self._close_log()
        try:
            self._building.rename(finished)
        except OSError as problem:
            raise FileProblem(_cannot_write(finished, problem)) from problem
        self._is_finished = True
        return finished

    def left_behind(self) -> list[Path]:
        """Folders that earlier runs left when they were killed; those of runs still going on are not among them."""
        others = sorted(path for path in self.outputs.glob(f"*/.*{PARTIAL}") if path != self._building)
        return [path for path in others if not _is_alive(path)]

    def _close_log(self) -> None:
        LOGGER.removeHandler(self._handler)
        LOGGER.setLevel(self._level_before)
        with contextlib.suppress(OSError):  # a full disk: what could be written of the log is written
            self._log.close()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_finished:
            return
        self._close_log()
        shutil.rmtree(self._building, ignore_errors=True)
        for folder in self._made_here:
            with contextlib.suppress(OSError):  # no longer empty: another run has begun there
                folder.rmdir()


def _names(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, MOST_NAMES + 1))


def _file_name(scenario: str) -> str:
    """A scenario's name as part of a folder's name on any system."""
    return re.sub(r"[^\w.-]+", "-", scenario).strip("-.")[:80] or "run"


def _cannot_write(path: Path, problem: OSError) -> str:
    at_fault = Path(problem.filename) if isinstance(problem.filename, str) else path
    reason = (problem.strerror or str(problem)).lower()
    if isinstance(problem, NotADirectoryError | FileExistsError):
        in_the_way = next((one for one in (at_fault, *at_fault.parents) if one.exists() and not one.is_dir()), at_fault)
        reason = f"{_shown(in_the_way)} is a file, not a folder"
    return f"{_shown(path)} cannot be written: {reason}; run.outputs=... names another folder"


def _shown(path: Path) -> str:
    """A path as seen from the working folder, if it lies below it."""
    with contextlib.suppress(ValueError):
        return path.absolute().relative_to(Path.cwd()).as_posix() or "."
    return str(path)


def _handler(log: IO[str]) -> logging.Handler:
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    return handler


def _lock(log: IO[str]) -> bool:
    """Hold a lock for as long as this process lives; False if another process holds it."""
    try:
        import fcntl
    except ImportError:  # not on this system: a folder left behind then looks like one of a run still going on
        return False
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_alive(building: Path) -> bool:
    try:
        with (building / LOG).open("r+", encoding="utf-8") as log:
            return not _lock(log)
    except OSError:
        return not os.access(building, os.R_OK)
