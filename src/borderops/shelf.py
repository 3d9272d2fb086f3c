"""A shelf for arrays that are read now and then: a file without a name on a disk, mapped into memory.

What lies on a shelf takes memory for as long as somebody reads it, and none of one's own: the system takes the pages
back when it wants to, and `Shelf.rest` gives them back at once.
"""

from __future__ import annotations

import mmap
import tempfile
import threading
import weakref
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np

from borderops.memory import give_back
from borderops.tables import Table

SMALL: Final = 1 << 16
"""Bytes below which an array is not worth the trouble."""

OFTEN: Final = 1 << 26
"""Bytes put on a shelf after which it rests by itself."""


class Memory:
    """Where arrays stay in memory: what a shelf does, without one."""

    def keep(self, array: np.ndarray) -> np.ndarray:
        """Leave an array where it is; on a shelf, put it there to be read."""
        return array

    def has(self, array: np.ndarray) -> bool:
        """Whether an array lies on a shelf."""
        return False

    def draft(self, array: np.ndarray) -> np.ndarray:
        """Copy an array in order to write to it; on a shelf, the copy lies there."""
        return array.copy()

    def put_away(self, owner: object) -> None:
        """Leave what an object holds where it is; on a shelf, lay its arrays there."""

    def rest(self) -> None:
        """Give back what can be read again; nothing can, here."""


IN_MEMORY: Final = Memory()


class Shelf(Memory):
    """Arrays in a file that nobody sees, and that is gone with the process, however that ends; a context manager.

    Parameters
    ----------
    folder : Path
        On the disk that has room for it.
    """

    def __init__(self, folder: Path):
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed when the shelf is
        self._lock = threading.Lock()
        self._maps: list[weakref.ref[mmap.mmap]] = []  # of arrays that somebody still reads
        self._size = self._since_rest = 0

    def __enter__(self) -> Shelf:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()  # what is still read stays where it is until nobody does

    def keep(self, array: np.ndarray) -> np.ndarray:
        """Put an array on the shelf.

        Parameters
        ----------
        array : ndarray

        Returns
        -------
        ndarray
            The same values, read-only; the array itself, if it is small or lies on a shelf already.

        Raises
        ------
        OSError
            If the disk is full, for instance.
        """
        if array.nbytes < SMALL or self.has(array):
            return array
        return self._put(array, mmap.ACCESS_READ)

    def has(self, array: np.ndarray) -> bool:
        """Whether an array, or what it is a part of, lies on a shelf."""
        base: object = array
        while isinstance(base, np.ndarray):
            base = base.base
        return isinstance(base.obj if isinstance(base, memoryview) else base, mmap.mmap)

    def draft(self, array: np.ndarray) -> np.ndarray:
        """Put a copy of an array on the shelf, to be written to; in memory, if it is small."""
        return array.copy() if array.nbytes < SMALL else self._put(array, mmap.ACCESS_WRITE)

    def put_away(self, owner: object) -> None:
        """Lay the arrays that an object holds, and those of its tables, tuples and dictionaries, on the shelf.

        Parameters
        ----------
        owner : object
            Holds the same values afterwards. What it has found out and remembers is put away as well.
        """
        held = vars(owner)
        for name, value in held.items():
            held[name] = self._laid(value)

    def _laid(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return self.keep(value)
        if isinstance(value, Table):
            self.put_away(value)
        elif isinstance(value, dict):
            return {name: self._laid(each) for name, each in value.items()}
        elif isinstance(value, tuple):
            parts = [self._laid(each) for each in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        return value

    def _put(self, array: np.ndarray, access: int) -> np.ndarray:
        with self._lock:  # tables of a pack are written in threads
            self._file.seek(self._size)
            self._file.write(np.ascontiguousarray(array).data)
            self._file.flush()
            mapped = mmap.mmap(self._file.fileno(), array.nbytes, access=access, offset=self._size)
            self._maps.append(weakref.ref(mapped))
            step = mmap.ALLOCATIONGRANULARITY
            self._size += -(-array.nbytes // step) * step
            self._since_rest += array.nbytes
        if self._since_rest > OFTEN:
            self.rest()
        return np.frombuffer(mapped, dtype=array.dtype).reshape(array.shape)

    def rest(self) -> None:
        """Give back what has been read into memory, to be read again when somebody asks, and what is free besides."""
        self._since_rest = 0
        give_back()
        if hasattr(mmap, "MADV_DONTNEED"):
            with self._lock:
                self._maps = [each for each in self._maps if each() is not None]
            for mapped in (each() for each in self._maps):
                if mapped is not None:
                    mapped.madvise(mmap.MADV_DONTNEED)
