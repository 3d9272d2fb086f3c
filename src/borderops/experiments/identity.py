"""What makes a trial the one it is: a key that differs as soon as anything differs that could move a number.

A trial is one replication of one scenario. Three keys, each made of the one before: of its people (equal for scenarios
that meet the same people), of its history, and of the figures measured from the history. Code that measures is part of
the last alone, so that a new KPI costs no new history.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from borderops import provenance
from borderops.config.schema import Settings

FORMAT: Final = 1
"""Of the files of trials; another number is another key."""

PLAYED: Final = (
    *("units.py", "clock.py", "exceptions.py", "tables.py", "ordering.py", "entities.py", "ages.py", "streams.py"),
    *("quantiles.py", "pace.py", "pressure.py"),
    *("config/schema.py", "config/designs.py", "facts", "population", "operations", "replication.py"),
)
"""Files and folders of sources that decide what a history is; data files of `facts` among them."""

MEASURED: Final = ("memory.py", "shelf.py", "records", "audit", "scoring", "forecast", "experiments/trial_files.py")
"""Sources that decide what its figures are, and how they are written down."""

PACKAGES: Final = ("numpy", "scipy", "pandas", "numba", "llvmlite", "simpy")
"""Packages whose version could move a number."""

PEOPLE: Final = ("seed", "window", "arrivals", "people", "orr")
"""Settings that decide who comes, and who lives in shelters on the first day."""

NO_MATTER: Final = ("scenario", "run", "inputs", "compute", "trials", "precision")
"""Settings that move no number of a trial: its name, and how the experiment is carried out."""

ASKED: Final = ("study", "records")
"""Settings that only figures depend on."""


@dataclass(frozen=True)
class Keys:
    """Keys of one trial, each 64 hexadecimal digits."""

    people: str
    history: str
    figures: str


class Identity:
    """What all trials of one scenario have in common.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    OSError
        If a planner's file of arrivals cannot be read.
    """

    def __init__(self, settings: Settings):
        values = settings.model_dump(mode="json")
        values["arrivals"].pop("file")  # what stands in it counts, and not where it lies
        inputs = _inputs(settings)
        people = {name: values[name] for name in PEOPLE}
        people["orr"] = {name: value for name, value in people["orr"].items() if name != "beds"}
        if settings.stress.surges:  # of a stress nothing else decides who comes
            people["stress"] = {name: values["stress"][name] for name in ("begins", "surges")}
        played = {name: value for name, value in values.items() if name not in (*NO_MATTER, *ASKED)}
        engine = settings.run.engine
        self._people = _hash("people", code_played(), inputs, people)
        self._history = _hash("history", self._people, engine, played)
        self._figures = _hash("figures", self._history, code_measured(), {name: values[name] for name in ASKED})

    def keys(self, number: int) -> Keys:
        """Keys of one replication."""
        return Keys(*(_hash(part, number) for part in (self._people, self._history, self._figures)))


@cache
def code_played() -> str:
    """Hash of everything that is not a setting and could move a history: sources, facts, packages, format."""
    packages = provenance.package_versions(PACKAGES)
    return _hash("played", FORMAT, provenance.sha256_of_sources(PLAYED), provenance.sha256_of_facts(), packages)


@cache
def code_measured() -> str:
    """Hash of the sources that measure a history."""
    return _hash("measured", code_played(), provenance.sha256_of_sources(MEASURED))


def key_of_pair(first: Keys, second: Keys) -> str:
    """Key of the table that compares the stories of two trials."""
    return _hash("differing", code_measured(), first.figures, second.figures)


def _inputs(settings: Settings) -> dict[str, str]:
    """Contents of files of the planner's that are read."""
    arrivals = settings.arrivals
    if arrivals.source != "file" or arrivals.file is None:
        return {}
    return {"arrivals.file": provenance.sha256_of_file(Path(arrivals.file))}


def _hash(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
