"""A shelf for arrays that are read now and then: a file without a name on a disk, mapped into memory.

What lies on a shelf takes memory for as long as somebody reads it, and none of one's own: the system takes the pages
back when it wants to, and `Shelf.rest` gives them back at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

SMALL: Final = 1 << 16
"""Bytes below which an array is not worth the trouble."""

OFTEN: Final = 1 << 26
"""Bytes put on a shelf after which it rests by itself."""


class Shelf:
    """Arrays in a file that nobody sees, and that is gone with the process, however that ends; a context manager.

    Parameters
    ----------
    folder : Path
        On the disk that has room for it.
    """

    def __init__(self, folder: Path):
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed when the shelf is
        self._maps: list[mmap.mmap] = []
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
        array : ndarray, shape (n,)

        Returns
        -------
        ndarray
            The same values, read-only; the array itself, if it is small.

        Raises
        ------
        OSError
            If the disk is full, for instance.
        """
        if array.nbytes < SMALL:
            return array
        self._file.seek(self._size)
        self._file.write(np.ascontiguousarray(array).data)
        self._file.flush()
        mapped = mmap.mmap(self._file.fileno(), array.nbytes, access=mmap.ACCESS_READ, offset=self._size)
        self._maps.append(mapped)
        step = mmap.ALLOCATIONGRANULARITY
        self._size += -(-array.nbytes // step) * step
        self._since_rest += array.nbytes
        if self._since_rest > OFTEN:
            self.rest()
        return np.frombuffer(mapped, dtype=array.dtype)

    def rest(self) -> None:
        """Give back what has been read into memory, to be read again when somebody asks, and what is free besides."""
        self._since_rest = 0
        _trim()
        if hasattr(mmap, "MADV_DONTNEED"):
            for mapped in self._maps:
                mapped.madvise(mmap.MADV_DONTNEED)


def _trim() -> None:
    """Hand back to the system what the C library holds for later; it does so only at the end of its heap by itself."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
