"""The folder of a pack: built under a hidden name beside its place, and renamed when it is whole.

Nobody can mistake a half-made pack for one: until `PackFolder.finish` its name begins with a dot and ends in
``.partial``. Left without that, whatever the reason, it is removed. A folder that bears its name is whole, whenever the
process ends. What must stand or fall with it, such as tables in a database, is kept when it lies in its place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from borderops.exceptions import FileProblem

PARTIAL: Final = ".partial"
MANIFEST: Final = "manifest.json"
"""Without it nothing takes a folder for a pack."""


class PackFolder:
    """A pack's folder while it is being built; a context manager.

    Parameters
    ----------
    into : Path
        Where it is to lie: nothing, or an empty folder, may stand there.

    Raises
    ------
    FileProblem
        If something stands there, or the folder cannot be made.
    """

    def __init__(self, into: Path):
        self.into = into
        self._is_finished = False
        self._made_here: list[Path] = []
        require_free(into)
        try:
            self._made_here = [one for one in into.parents if not one.exists()]
            into.parent.mkdir(parents=True, exist_ok=True)
            self.building = Path(tempfile.mkdtemp(prefix=f".{into.name}.", suffix=PARTIAL, dir=into.parent))
            self.building.chmod(0o755)  # as any other folder: a temporary one is closed to others
        except OSError as problem:
            raise FileProblem(cannot_write(into, problem)) from problem

    def left_behind(self) -> list[Path]:
        """What earlier commands that were killed left beside it."""
        return sorted(path for path in self.into.parent.glob(f".*{PARTIAL}") if path != self.building)

    def finish(self, keep: Callable[[], None] | None = None) -> Path:
        """Give the folder its name.

        Parameters
        ----------
        keep : callable, optional
            Keeps for good what belongs to the pack and lies elsewhere. It is called when the folder has its name. If it
            fails the folder is taken away again.

        Raises
        ------
        FileProblem
            If it cannot be renamed, because something has come to stand there for instance.
        """
        require_free(self.into)
        try:
            os.replace(self.building, self.into)
            self._keep(keep)
        except OSError as problem:
            raise FileProblem(cannot_write(self.into, problem)) from problem
        self._is_finished = True
        return self.into

    def _keep(self, keep: Callable[[], None] | None) -> None:
        try:
            if keep is not None:
                keep()
        except BaseException:
            os.replace(self.into, self.building)  # where what is not finished is removed
            raise

    def __enter__(self) -> PackFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_finished:
            return
        shutil.rmtree(self.building, ignore_errors=True)
        for folder in self._made_here:
            with contextlib.suppress(OSError):  # no longer empty: something else has begun there
                folder.rmdir()
        if isinstance(problem, OSError):
            raise FileProblem(cannot_write(self.into, problem)) from problem
        if (told := _told_by_database(problem)) is not None:
            raise FileProblem(cannot_write(self.into, OSError(told))) from problem


def require_free(into: Path) -> None:
    """Refuse a place where something stands.

    Raises
    ------
    FileProblem
    """
    try:
        if into.is_dir() and not any(into.iterdir()):
            return
    except OSError as problem:
        raise FileProblem(cannot_write(into, problem)) from problem
    if into.is_symlink() or into.exists():
        what = "holds something already" if into.is_dir() else "is a file"
        raise FileProblem(f"{into} {what}; allowed: a folder that does not exist yet, or an empty one (into=...)")


def cannot_write(path: Path, problem: OSError) -> str:
    """Why a pack could not be written."""
    reason = (problem.strerror or str(problem)).strip().rstrip(".").lower()
    return f"{path} cannot be written: {reason}; nothing was kept, into=... names another folder"


def _told_by_database(problem: BaseException | None) -> str | None:
    """What a database that could not write says; None for anything else."""
    if problem is None or type(problem).__module__.split(".")[0] not in ("sqlite3", "duckdb", "_duckdb"):
        return None
    words = str(problem).lower()
    return (
        str(problem).splitlines()[0]
        if any(word in words for word in ("disk", "full", "space", "i/o", "write"))
        else None
    )
