"""The store of finished trials: a folder of Parquet files named after their keys.

Each file is written under a name of its own and then renamed, so that two processes may write at once (they write the
same) and a kill at any moment leaves nothing half-made under a trial's name. A file that turns out to be broken is set
aside under another name, told, and its trial is played again.

Must not know how trials are made, nor what is in them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from borderops.exceptions import FileProblem

Kind = Literal["figures", "histories", "differing"]
KINDS: Final[tuple[Kind, ...]] = ("figures", "histories", "differing")
SUFFIX: Final = ".parquet"
PARTIAL: Final = ".partial"
BROKEN: Final = ".broken"
ANOTHER: Final = "trials.store=... names another folder"
ABANDONED_AFTER: Final = 3600.0
"""Seconds after which a file that is still being written belongs to nobody."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """One file of the store."""

    kind: Kind
    key: str
    path: Path
    size: int
    written: float  # seconds since 1970


class Store(Protocol):
    """Where finished trials are kept, by kind and key."""

    def find(self, kind: Kind, key: str) -> Path | bytes | None:
        """The file of a trial or its content, if there is one."""
        ...

    def keep(self, kind: Kind, key: str, content: bytes) -> Path | bytes:
        """Keep the content of a trial's file."""
        ...

    def set_aside(self, source: Path | bytes, why: str) -> None:
        """Take what is broken out of the way."""
        ...

    def require_writable(self) -> None:
        """Make sure, before anything is played, that a trial could be kept."""
        ...


class MemoryStore:
    """Finished trials in memory, for as long as the process lives."""

    def __init__(self) -> None:
        self._content: dict[tuple[str, str], bytes] = {}

    def find(self, kind: Kind, key: str) -> bytes | None:
        """The content of a trial, if there is one."""
        return self._content.get((kind, key))

    def keep(self, kind: Kind, key: str, content: bytes) -> bytes:
        """Remember the content of a trial."""
        self._content[kind, key] = content
        return content

    def set_aside(self, source: Path | bytes, why: str) -> None:
        """Nothing breaks in memory."""

    def require_writable(self) -> None:
        """Memory takes what there is."""


class TrialStore:
    """Finished trials in a folder.

    Parameters
    ----------
    folder : Path
        Made when the first trial is to be kept.
    tell : callable, optional
        Hears a sentence for each broken file, which also stands in the log.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] | None = None):
        self.folder = folder
        self._tell = tell

    def find(self, kind: Kind, key: str) -> Path | None:
        """The file of a trial, if there is one.

        Raises
        ------
        FileProblem
            If the folder may not be looked into.
        """
        path = self._path(kind, key)
        try:
            return path if path.is_file() else None
        except OSError as problem:
            raise FileProblem(f"{_shown(self.folder)} cannot be read: {_reason(problem)}; {ANOTHER}") from problem

    def require_writable(self) -> None:
        """Make the folder if it is missing, and write a file into it, which is taken away again.

        Raises
        ------
        FileProblem
            If that cannot be done.
        """
        probe = self.folder / f".{uuid.uuid4().hex}{PARTIAL}"
        try:
            for kind in KINDS:
                (self.folder / kind).mkdir(parents=True, exist_ok=True)
            _write(probe, b"")
        except OSError as problem:
            at_fault = next((one for one in (self.folder, *self.folder.parents) if one.exists()), self.folder)
            reason = _reason(problem) if at_fault.is_dir() else f"{_shown(at_fault)} is a file, not a folder"
            raise FileProblem(f"trials cannot be kept in {_shown(self.folder)}: {reason}; {ANOTHER}") from problem
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)

    def keep(self, kind: Kind, key: str, content: bytes) -> Path:
        """Write the file of a trial.

        Parameters
        ----------
        kind : str
            ``figures`` or ``histories``.
        key : str
        content : bytes

        Returns
        -------
        Path

        Raises
        ------
        FileProblem
            If it cannot be written; nothing of it is left then.
        """
        path = self._path(kind, key)
        partial = path.with_name(f".{key}.{uuid.uuid4().hex}{PARTIAL}")  # no other writer's, on no other machine
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(partial, content)
            partial.replace(path)
        except OSError as problem:
            raise FileProblem(
                f"{_shown(self.folder)} takes no more trials: {_reason(problem)}; those that are finished are kept, and"
                f" the same command goes on after them ({ANOTHER})"
            ) from problem
        finally:  # whatever ended it, an interruption too
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        return path

    def set_aside(self, source: Path | bytes, why: str) -> None:
        """Take a broken file out of the way, under its name with ``.broken`` after it, and tell it.

        Raises
        ------
        FileProblem
            If it cannot be renamed.
        """
        assert isinstance(source, Path), "a folder gives paths"
        aside = source.with_name(source.name + BROKEN)
        try:
            source.replace(aside)
        except FileNotFoundError:  # another process was quicker, and tells it
            return
        except OSError as problem:
            raise FileProblem(
                f"{_shown(source)} is broken ({why}) and cannot be set aside: {_reason(problem)}; {ANOTHER}"
            ) from problem
        words = f"{_shown(source)} is broken ({why}); set aside as {aside.name}, and its trial is played again"
        log.warning("%s", words)
        if self._tell is not None:
            self._tell(words)

    def all(self) -> Iterator[Kept]:
        """Every finished file, by kind and key."""
        for kind in KINDS:
            for path in sorted((self.folder / kind).glob(f"??/*{SUFFIX}")):
                with contextlib.suppress(FileNotFoundError):
                    found = path.stat()
                    yield Kept(kind, path.stem, path, found.st_size, found.st_mtime)

    def litter(self) -> list[Path]:
        """Files that are no trials: broken ones, and those of writers that were killed."""
        long_ago = time.time() - ABANDONED_AFTER
        found = [path for kind in KINDS for path in (self.folder / kind).glob(f"??/*{BROKEN}")]
        for pattern in (f".*{PARTIAL}", *(f"{kind}/??/.*{PARTIAL}" for kind in KINDS)):
            for path in self.folder.glob(pattern):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < long_ago:
                        found.append(path)
        return sorted(found)

    def _path(self, kind: Kind, key: str) -> Path:
        return self.folder / kind / key[:2] / f"{key}{SUFFIX}"


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it stands on the disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _reason(problem: OSError) -> str:
    return (problem.strerror or str(problem)).lower()


def _shown(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return path.absolute().relative_to(Path.cwd()).as_posix() or "."
    return str(path)
