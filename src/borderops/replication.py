"""One replication from settings to history. START READING HERE.

Chance is drawn first (people, plan), then played (history): one way, by return value, no shared object. A signature
tells what a step may know; the engine takes no draws, so it cannot gamble.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from borderops.config.schema import Settings
from borderops.operations.facilities import Facilities
from borderops.operations.history import History
from borderops.operations.laying_out import lay_out
from borderops.operations.monitors import check_history
from borderops.operations.plan import Plan
from borderops.operations.planning import make_plan
from borderops.operations.rebuilding import Jobs, agent_jobs
from borderops.population.families import form_families
from borderops.population.people import People
from borderops.streams import Draws


@dataclass(frozen=True)
class Replication:
    """Everything one replication produced."""

    number: int
    people: People
    plan: Plan
    facilities: Facilities
    history: History

    @cached_property
    def digest(self) -> str:
        """SHA-256 over people and history: equal for equal settings, seed and number, on any machine, any day."""
        return hashlib.sha256((self.people.digest() + self.history.digest()).encode()).hexdigest()

    @cached_property
    def agent_jobs(self) -> dict[str, tuple[np.ndarray, Jobs]]:
        """Jobs of the agents of all stations, see `borderops.operations.rebuilding.agent_jobs`."""
        return agent_jobs(self.history, self.plan, self.facilities)


def replicate(settings: Settings, number: int) -> Replication:
    """Play one replication and keep everything it produced.

    Parameters
    ----------
    settings : Settings
    number : int
        0 or more; which replication of the experiment.

    Returns
    -------
    Replication

    Raises
    ------
    FileProblem
        If a planner's file of arrivals cannot be used.
    ConservationError
        If the engine lost or made people, beds or time; a defect of borderops.
    """
    people = form_families(settings, Draws(settings.seed, number))
    return replay(people, settings, number)


def replay(people: People, settings: Settings, number: int) -> Replication:
    """Play people who are formed already, for instance under another policy: they never depend on it.

    Parameters
    ----------
    people : People
        Of the same seed, replication, window, arrivals and shelters.
    settings : Settings
    number : int

    Returns
    -------
    Replication
    """
    plan, facilities = make_plan(people, settings, Draws(settings.seed, number)), lay_out(settings)
    history = engine(settings.run.engine)(plan, facilities)
    check_history(history, plan, facilities)
    return Replication(number, people, plan, facilities, history)


def rebuild(people: People, settings: Settings, number: int, history: History) -> Replication:
    """Put a replication together from its history, which was kept; nothing is played.

    Parameters
    ----------
    people : People
    settings : Settings
        Those that the history was played with.
    number : int
    history : History

    Returns
    -------
    Replication
        Equal to the one that was played.
    """
    plan = make_plan(people, settings, Draws(settings.seed, number))
    return Replication(number, people, plan, lay_out(settings), history)


def engine(name: str) -> Callable[[Plan, Facilities], History]:
    """Find an engine; both tell the same history.

    Parameters
    ----------
    name : str
        ``compiled``, the fast one, or ``simpy``, the one to read.

    Returns
    -------
    callable
        Takes a plan and facilities and gives the history.
    """
    # Loaded when asked for: one costs the start of numba, the other that of SimPy.
    if name == "compiled":
        from borderops.operations import compiled

        return compiled.simulate
    from borderops.operations import reference

    return reference.simulate
