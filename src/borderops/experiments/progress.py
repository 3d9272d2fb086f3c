"""How far a run has come and how long it may still take: a moving bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import heapq
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from borderops.experiments.runner import Ending

if TYPE_CHECKING:
    from rich.progress import TaskID


class Remaining:
    """Estimates what is left of a run from the replications that are finished.

    Parameters
    ----------
    replications, workers : int
        Asked for; ``workers`` play at the same time.
    """

    def __init__(self, replications: int, workers: int):
        self.done = 0
        self._replications = replications
        self._seconds = 0.0
        self._begun = [0.0] * min(workers, replications)
        """When each replication that is being played began, in seconds since the start."""

    def one_done(self, at: float, took: float) -> None:
        """Note that a replication was finished, ``at`` seconds after the start, having taken so many."""
        self.done += 1
        self._seconds += took
        self._begun.remove(min(self._begun, key=lambda begun: abs(begun - (at - took))))
        if self.done + len(self._begun) < self._replications:
            self._begun.append(at)

    def seconds(self, at: float) -> float | None:
        """Seconds left, as seen ``at`` seconds after the start; None before the first replication is finished."""
        if not self.done:
            return None
        usual = self._seconds / self.done
        free = [max(begun + usual - at, 0.0) for begun in self._begun]
        heapq.heapify(free)
        for _ in range(self._replications - self.done - len(free)):
            heapq.heapreplace(free, free[0] + usual)
        return max(free, default=0.0)


class Watch:
    """Tells how the replications go, one plain line each.

    A context manager; call it with each `Ending`.

    Parameters
    ----------
    replications, workers : int
    stream : text file
        Where to tell it.
    """

    def __init__(self, replications: int, workers: int, stream: TextIO):
        self.replications = replications
        self.failed = 0
        self.remaining = Remaining(replications, workers)
        self._stream = stream
        self._started = time.monotonic()

    def __enter__(self) -> Watch:
        self._started = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def __call__(self, ending: Ending) -> None:
        """Take note of a finished replication, and tell."""
        self.remaining.one_done(self.elapsed, ending.seconds)
        self.failed += ending.is_failure
        self._tell(ending)

    def _tell(self, ending: Ending) -> None:
        what = "failed" if ending.is_failure else "done"
        line = f"replication {ending.replication} {what} in {duration(ending.seconds)}"
        print(f"{line} ({self.state()}; {self.left()})", file=self._stream, flush=True)

    def state(self) -> str:
        """How many are finished: ``3 of 4, 1 failed``."""
        return f"{self.remaining.done} of {self.replications}" + (f", {self.failed} failed" if self.failed else "")

    def left(self) -> str:
        """Remaining time in words."""
        seconds = self.remaining.seconds(self.elapsed)
        if seconds is None:
            return "remaining time not known yet"
        if self.remaining.done == self.replications:
            return "all played"
        return f"about {duration(seconds)} left" if seconds >= 0.5 else "the rest is due"


class TerminalWatch(Watch):
    """The same as one line that moves."""

    def __init__(self, replications: int, workers: int, stream: TextIO):
        super().__init__(replications, workers, stream)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.text import Text

        watch = self

        class State(ProgressColumn):
            def render(self, task: object) -> Text:
                return Text(f"{watch.state()}; {watch.left()}", style="red" if watch.failed else "")

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("replications"),
            BarColumn(bar_width=30),
            State(),
            TimeElapsedColumn(),
            console=Console(file=stream),
            transient=True,
            refresh_per_second=4,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Watch:
        super().__enter__()
        self._task = self._progress.add_task("", total=self.replications)
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def _tell(self, ending: Ending) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=self.remaining.done)


def watch(replications: int, workers: int, stream: TextIO | None = None) -> Watch:
    """The kind of watch that suits a stream, standard error if none is given."""
    stream = stream or sys.stderr
    return (TerminalWatch if stream.isatty() else Watch)(replications, workers, stream)


def duration(seconds: float) -> str:
    """Seconds as people say them: ``4.2 s``, ``38 s``, ``3 min 05 s``, ``2 h 10 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
