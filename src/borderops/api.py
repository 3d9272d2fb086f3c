"""The same from Python: ``import borderops; borderops.run("scenario=family_unity")``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from borderops.config.compose import compose
from borderops.experiments import runner
from borderops.experiments.runner import Ending, Outcome


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
        ``results`` by replication, each with tables by name; ``failures``.

    Raises
    ------
    ConfigError
        If settings cannot be used; all problems at once.
    WrongInput
        If a file that they name cannot be used.
    """
    composed = compose(overrides)
    return runner.run(composed.settings, on_done, partial(runner.play, beside=composed.beside))
