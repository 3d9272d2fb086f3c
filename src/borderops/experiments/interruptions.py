"""Ctrl-C and requests to terminate, held back while others work beside us.

Python raises an interruption wherever the main thread happens to be. In the middle of taking a lock that a worker
thread needs too, that of a future or of a module being imported, the lock stays taken for ever, and whoever waits for
the worker waits for ever. So a request is noted, and looked for between two steps; a second one is not held back.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def held_back() -> Iterator[Callable[[], bool]]:
    """Note requests to stop instead of being interrupted by them.

    Signals that somebody else ignores stay ignored; outside the main thread, where none arrives, nothing is done.

    Yields
    ------
    callable
        Tells whether a request has come.
    """
    asked: list[int] = []
    before = {number: found for number in SIGNALS if callable(found := signal.getsignal(number))}

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            before[signal.Signals(number)](number, frame)

    taken = []
    try:
        with contextlib.suppress(ValueError):  # not in the main thread
            for number in before:
                signal.signal(number, note)
                taken.append(number)
        yield lambda: bool(asked)
    finally:
        for number in taken:
            signal.signal(number, before[number])
