"""The same from Python: ``import borderops; borderops.run("scenario=family_unity")``."""

from __future__ import annotations

from collections.abc import Callable

from borderops.config.compose import compose
from borderops.experiments.hiring import crew_for
from borderops.experiments.runner import Ending
from borderops.experiments.store import MemoryStore
from borderops.experiments.trials import ASKED, BESIDE, Experiment, Outcome, carry_out


def run(*overrides: str, on_done: Callable[[Ending], None] | None = None) -> Outcome:
    """Play a scenario and give back the results; nothing is written.

    Parameters
    ----------
    *overrides : str
        As for the command: ``"scenario=family_unity"``, ``"run.replications=20"``.
    on_done : callable, optional
        Called with each `borderops.experiments.runner.Ending` as it comes.

    Returns
    -------
    Outcome
        ``results`` by replication, each with tables by name; ``beside``; ``failures``.

    Raises
    ------
    ConfigError
        If settings cannot be used; all problems at once.
    WrongInput
        If a file that they name cannot be used.
    """
    composed = compose(overrides)
    settings = composed.settings
    points = {ASKED: settings} | ({} if composed.beside is None else {BESIDE: composed.beside})
    return carry_out(
        Experiment(points, MemoryStore()),
        range(1, settings.run.replications + 1),
        crew_for(settings),
        on_done,
        stop_after_failures=settings.run.stop_after_failures,
    )
