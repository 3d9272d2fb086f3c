"""Contents of the report of a sensitivity run from made-up numbers, worked up by the program's own functions.

Nothing here is simulated. A figure is what inputs make of it, plus luck that a row shares, plus luck of a single play.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from borderops.config.compose import Composed, compose
from borderops.experiments.trials import Outcome
from borderops.experiments.varied import EACH, Laid, Space, name_of_trial
from borderops.forecast.results import KEYS, Results
from borderops.readiness import morris, sobol
from borderops.readiness.levers import LEVERS
from borderops.readiness.seasons import Figure, limit_of
from borderops.readiness.value import Loss
from borderops.report.sensitivity_contents import SensitivityContents, sensitivity_contents

MANIFEST = {"command": "borderops sensitivity", "status": "finished", "version": "0", "seed": 2018}
AMONG = ("transport.travel", "transport.notice_hours", "stations.checks.median_hours")
FIGURES = ("share_over_72h_separated", "shelter_occupancy_peak")

Answer = Callable[[np.ndarray], Sequence[float]]


def bent(position: np.ndarray) -> list[float]:
    """The first input and the last together make the first figure; nothing moves the second one."""
    return [0.1 + 0.5 * position[0] * position[-1] + 0.1 * position[0], 0.6]


def made_up_sensitivity(
    method: str = "sobol",
    rows: int = 64,
    answer: Answer = bent,
    noise: float = 0.02,
    levers: Sequence[str] = (),
    missing: Sequence[tuple[int, int, int]] = (),
    limit: float = 0.35,
    **changes: Any,
) -> SensitivityContents:
    """Contents of a whole report.

    Parameters
    ----------
    method : str
    rows : int
    answer : callable
        Figures at a point.
    noise : float
        Luck of a single play; that of a row is three times as large.
    levers : sequence of str
    missing : sequence of (row, point, replication)
        Trials that were not finished.
    limit : float
        Of the first figure.
    **changes
        Attributes of the contents that are replaced.
    """
    composed: Composed = compose(["inputs.sample=null", "run.replications=2"])
    space = Space(composed, (), () if levers else AMONG, [LEVERS[name] for name in levers], EACH)
    groups = list(space.groups.values())
    walks = morris.walks(rows, groups, 1) if method == "morris" else None
    positions = sobol.design(rows, groups, 1) if walks is None else walks.positions
    laid = Laid(positions, 2, [(2, space.names[0])], walks)
    figures: list[Figure] = [limit_of(FIGURES[0], at_most=limit), limit_of(FIGURES[1], at_most=0.95)]
    outcome = Outcome(_played(laid, answer, noise, missing), [], rows)
    contents = sensitivity_contents(
        composed, method, "made up (0123456789ab)", figures, FIGURES, space, laid, Loss(), outcome, MANIFEST
    )
    return contents if not changes else type(contents)(**{**vars(contents), **changes})


def _played(
    laid: Laid, answer: Answer, noise: float, missing: Sequence[tuple[int, int, int]]
) -> dict[str, list[Results]]:
    import pandas as pd

    chance = np.random.Generator(np.random.Philox(7))
    found: dict[str, list[Results]] = {}
    for row, positions in enumerate(laid.positions, start=1):
        for at, number in enumerate(laid.numbers(row), start=1):
            luck = 3.0 * noise * chance.standard_normal()
            for point, position in enumerate(positions, start=1):
                told = [value + luck + noise * chance.standard_normal() for value in answer(position)]
                told[1] = answer(position)[1]
                table = pd.DataFrame(
                    [(name, "all", "all", value) for name, value in zip(FIGURES, told)],
                    columns=[*KEYS["kpis"], "value"],
                )
                name = name_of_trial(row, point, number)
                found[name] = [] if (row, point, at) in missing else [Results(number, name, {"kpis": table})]
    return found
