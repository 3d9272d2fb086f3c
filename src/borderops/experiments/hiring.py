"""Which crew plays an experiment, and making the engine ready before it begins.

Must not know what a task is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from borderops.config.schema import Settings
from borderops.experiments.crews import Crew, Here, Processes, Threads

TELL_AFTER = 3.0
"""Seconds after which a person wants to know what is taking so long; loading what is compiled takes half a second."""


def crew_for(settings: Settings) -> Callable[[int], Crew]:
    """A function that hires a crew for at most so many tasks at a time.

    Parameters
    ----------
    settings : Settings
        ``compute`` and ``run.engine`` decide: the compiled engine lets other threads of its process work, the other
        does not.

    Returns
    -------
    callable

    Raises
    ------
    WrongInput
        When called, if there is no cluster at the address given.
    """

    def hire(tasks: int) -> Crew:
        if settings.compute.kind == "dask":
            from borderops.experiments.cluster import Cluster

            return Cluster(settings.compute)
        seats = min(settings.compute.workers, tasks)
        if seats == 1:
            return Here()
        return Threads(seats) if settings.run.engine == "compiled" else Processes(seats)

    return hire


def make_ready(settings: Settings, tell: Callable[[str], None]) -> None:
    """Load the compiled engine, or compile it where that has not been done since it last changed.

    Parameters
    ----------
    settings : Settings
    tell : callable
        Hears a sentence if it takes long.
    """
    if settings.run.engine != "compiled" or settings.compute.kind != "local":
        return
    words = "Compiling the engine, once on this machine and after each update; that takes about 20 seconds ..."
    impatience = threading.Timer(TELL_AFTER, tell, [words])
    impatience.daemon = True
    impatience.start()
    try:
        from borderops.operations.compiled import make_ready as compile_engine

        compile_engine()
    finally:
        impatience.cancel()
