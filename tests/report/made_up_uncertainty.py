"""Contents of the report on uncertain inputs from made-up numbers, split by the program's own functions.

Nothing here is simulated. Each KPI is a mean, plus what doubts do to it, plus luck that all points share, plus luck of
its own.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from borderops.experiments.inputs import latin_hypercube
from borderops.forecast.kpis import KPIS
from borderops.forecast.spread import spread
from borderops.report.compare_contents import UncertaintyContents

LEVEL = 0.9
KPI_EFFECTS: dict[str, tuple[float, dict[int, float], float]] = {
    # name: (mean, effect of the doubts of these numbers over their range, spread of luck)
    "children_separated": (3000.0, {0: 1800.0}, 40.0),
    "families_separated": (2600.0, {0: 1500.0}, 40.0),
    "parents_separated": (2650.0, {0: 1550.0, 2: -90.0}, 40.0),
    "share_over_72h_separated": (0.38, {1: -0.3}, 0.012),
    "share_over_72h_minors": (0.17, {1: -0.02}, 0.02),
    "mean_custody_hours_separated": (68.0, {1: -20.0, 0: 12.0}, 2.0),
    "shelter_census_peak": (11500.0, {}, 90.0),
    "waiting_for_bed_peak": (30.0, {3: 60.0}, 20.0),
    "station_hours_over_rated": (900.0, {4: 300.0}, 110.0),
    "class_reunited_by_young_deadline": (0.0, {}, 0.0),
    "class_reunited_by_deadline": (0.55, {5: 0.12}, 0.035),
}


def values_of(effects: dict[str, tuple[float, dict[int, float], float]], uniforms: np.ndarray, n: int) -> pd.DataFrame:
    """Point, replication, KPI and value; the luck of a replication is the same at every point but for a fifth of it."""
    luck = np.random.default_rng(3)
    rows = []
    for name, (mean, doubts, chance) in effects.items():
        shared = luck.normal(0.0, chance, n) if chance else np.zeros(n)
        for point, at in enumerate(uniforms, start=1):
            here = mean + sum(effect * (at[doubt] - 0.5) for doubt, effect in doubts.items())
            own = luck.normal(0.0, chance / 5.0, n) if chance else np.zeros(n)
            rows += [(point, number + 1, name, max(here + shared[number] + own[number], 0.0)) for number in range(n)]
    return pd.DataFrame(rows, columns=["point", "replication", "kpi", "value"])


def made_up_uncertainty(
    points: int = 40,
    n: int = 10,
    doubts: int = 60,
    effects: dict[str, tuple[float, dict[int, float], float]] | None = None,
    **changes: Any,
) -> UncertaintyContents:
    """Contents of a whole report on uncertain inputs.

    Parameters
    ----------
    points, n, doubts : int
        Points, replications of each, doubts drawn.
    effects : dict, optional
        As `KPI_EFFECTS`.
    **changes : any
        Fields of `UncertaintyContents` to replace.
    """
    names = [f"made_up.group_{at % 7}.*.doubt_{at}" for at in range(doubts)]
    uniforms = latin_hypercube(1, points, names)
    values = values_of(effects or KPI_EFFECTS, uniforms, n)
    grouped = [values.assign(group_kind="all", group="all")]
    shares = values[values["kpi"] == "share_over_72h_minors"]
    grouped += [shares.assign(group_kind="station", group=place) for place in ("yuma", "tucson")]
    stacked = pd.concat(grouped, ignore_index=True)
    drawn = [
        (point, name, at) for point, row in enumerate(uniforms, start=1) for name, at in zip(names, row, strict=True)
    ]
    contents = UncertaintyContents(
        question="How sure is the forecast of separated children?",
        scenario="zero_tolerance_2018",
        split=spread(stacked, LEVEL, same_luck=True),
        points=pd.DataFrame(drawn, columns=["point", "doubt", "uniform"]),
        values=values,
        doubts=doubts,
        replications=n,
        level=LEVEL,
        definitions=KPIS,
        manifest={
            "program": "borderops",
            "version": "0",
            "seed": 1,
            "points": [f"point {at + 1}" for at in range(points)],
        },
        failures=[],
        limits=["Nothing of this is real."],
    )
    return dataclasses.replace(contents, **changes)
