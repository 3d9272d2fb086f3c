"""Memory that nobody uses any more goes back to the system. Must not know what was in it."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def give_back() -> None:
    """Hand freed memory back to the system, where the C library can be asked to (glibc); elsewhere do nothing.

    The library keeps freed arrays in heaps of its threads, full of holes of other sizes, and gives back their ends:
    of twelve replications of the full window in two threads 1.0 GB were left, and each new one found less room in it.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; Windows, where None names none
        return None
