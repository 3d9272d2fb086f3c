"""How a process that plays trial after trial holds on to memory.

A trial takes some hundred megabytes and frees them at its end. The C library hands large pieces back to the system,
which then clears every page anew for the next trial: measured, a tenth of a trial's time. Holding on to what is freed
costs nothing, since the next trial needs as much.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8
"""Settings of the GNU C Library, as its `mallopt` numbers them: how much may be free at the end of the heap before it
is handed back, how many pieces may lie outside the heap, and how many heaps threads may fill."""

_NO_END: Final = 2**31 - 1
_STANDARD_TRIM, _STANDARD_MMAP = 128 * 1024, 65_536


def hold_on() -> None:
    """From now on keep what is freed, for the allocations to come. Call it before threads begin.

    Does nothing where the C library is another one.
    """
    # One arena: each thread would otherwise fill one of its own, none of which can hold a large array.
    _set({_ARENA_MAX: 1, _MMAP_MAX: 0, _TRIM_THRESHOLD: _NO_END})


def let_go() -> None:
    """Hand back to the system what is free, and hand back at once what is freed from now on."""
    _set({_ARENA_MAX: 0, _MMAP_MAX: _STANDARD_MMAP, _TRIM_THRESHOLD: _STANDARD_TRIM})
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _set(values: dict[int, int]) -> None:
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        tune = ctypes.CDLL(None).mallopt
        for name, value in values.items():
            tune(name, value)
