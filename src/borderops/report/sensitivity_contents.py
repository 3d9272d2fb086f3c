"""What a sensitivity run is told by: everything that its report shows, and tables of inputs, points and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.config.compose import Composed
from borderops.experiments.trials import Outcome
from borderops.experiments.varied import Coordinate, Laid, Space
from borderops.forecast.kpis import KPIS
from borderops.readiness import region, value
from borderops.readiness.seasons import Figure
from borderops.report.contents import Definition, FailedReplication
from borderops.report.limits import LIMITS
from borderops.report.sensitivity_tables import (
    MORRIS,
    WORTH,
    Found,
    effects_table,
    failures_of,
    indices_table,
    outcomes_table,
    regions_of,
    values_of,
    whole_rows,
    worth_table,
)


@dataclass(frozen=True)
class SensitivityContents:
    """Everything the report of a sensitivity run shows.

    Parameters
    ----------
    question, scenario, method, criteria : str
        Criteria by name and digest; empty for the planner's own limits.
    figures : list of Figure
    shown : sequence of str
        Names of the figures that are told.
    space : Space
    laid : Laid
    kept : ndarray of bool, shape (rows,)
        Rows of which every trial was finished; the others stand in no figure.
    values : ndarray of float64, shape (kept rows, points, replications, figures)
    effects : DataFrame
        Of a screen: figure, group, inputs, and the columns of `borderops.readiness.morris.Screen`; empty otherwise.
    indices : DataFrame
        Of Sobol's method: figure, group, inputs, and the columns of `borderops.readiness.sobol.Indices`.
    outcomes : DataFrame
        Columns figure, label, limit, seasons, share_broken; all together last. Of Sobol's method alone.
    regions : list of Found
    worth : DataFrame
        Columns verdict, known, value, low, high, share, resolved_by. Of Sobol's method alone.
    loss : Loss
    coordinates : list of Coordinate
    places : ndarray of float64, shape (kept rows, points, coordinates)
        Where points lie in the range of each coordinate.
    n : int
        Replications of each point.
    level, definitions, manifest, failures, limits
        As in `borderops.report.compare_contents.CompareContents`.
    """

    question: str
    scenario: str
    method: str
    criteria: str
    figures: list[Figure]
    shown: Sequence[str]
    space: Space
    laid: Laid
    kept: np.ndarray
    values: np.ndarray
    effects: pd.DataFrame
    indices: pd.DataFrame
    outcomes: pd.DataFrame
    regions: list[Found]
    worth: pd.DataFrame
    loss: value.Loss
    coordinates: list[Coordinate]
    places: np.ndarray
    n: int
    level: float
    definitions: Mapping[str, Definition]
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]

    def figure(self, name: str) -> Figure:
        """A figure by its name."""
        return next(one for one in self.figures if one.name == name)

    def of(self, name: str) -> np.ndarray:
        """Values of a figure, shape (rows, points, replications)."""
        return np.asarray(self.values[..., [one.name for one in self.figures].index(name)])


def sensitivity_contents(
    composed: Composed,
    method: str,
    criteria: str,
    figures: Sequence[Figure],
    shown: Sequence[str],
    space: Space,
    laid: Laid,
    loss: value.Loss,
    outcome: Outcome,
    manifest: Mapping[str, Any],
) -> SensitivityContents:
    """Everything the report of a sensitivity run shows.

    Parameters
    ----------
    composed : Composed
        As asked.
    method, criteria, figures, shown, space, laid, loss
        As in `SensitivityContents`.
    outcome : Outcome
        With enough whole rows, see `whole_rows`.
    manifest : mapping

    Returns
    -------
    SensitivityContents
    """
    level = composed.settings.run.interval_level
    kept = whole_rows(laid, outcome)
    values = values_of(figures, laid, outcome, kept)
    flat = laid.positions[kept].reshape(-1, laid.positions.shape[-1])
    coordinates, places = space.coordinates(flat)
    places = places.reshape(int(kept.sum()), laid.points, -1)
    is_screen = method == MORRIS
    failed = failures_of(figures, values)
    return SensitivityContents(
        question=composed.settings.study.question,
        scenario=composed.settings.scenario,
        method=method,
        criteria=criteria,
        figures=list(figures),
        shown=shown,
        space=space,
        laid=laid,
        kept=kept,
        values=values,
        effects=effects_table(figures, space, laid, kept, values, level) if is_screen else pd.DataFrame(),
        indices=pd.DataFrame() if is_screen else indices_table(figures, space, values, level),
        outcomes=outcomes_table(figures, failed),
        regions=[] if is_screen else regions_of(failed, places, level),
        worth=pd.DataFrame(columns=WORTH)
        if is_screen
        else worth_table(failed, space, coordinates, places, loss, level),
        loss=loss,
        coordinates=coordinates,
        places=places,
        n=laid.replications,
        level=level,
        definitions=KPIS,
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )


# --- tables of what was varied ----------------------------------------------------------------------------------------


def inputs_table(contents: SensitivityContents) -> pd.DataFrame:
    """A row an input: its group, its range, what it rests on, and by what it would be better known."""
    rows = []
    for one in contents.space.inputs:
        first = one.doubts[0].parameters[0] if one.kind == "doubt" else None
        rows.append(
            {
                "input": one.name,
                "group": one.group,
                "kind": one.kind,
                "parameters": sum(len(doubt.parameters) for doubt in one.doubts) or 1,
                "key": "" if first is None else first.key,
                "low": np.nan if first is None else float(first.low),  # type: ignore[arg-type]
                "value": np.nan if first is None else float(first.value),  # type: ignore[arg-type]
                "high": np.nan if first is None else float(first.high),  # type: ignore[arg-type]
                "unit": (one.lever.unit if one.lever else "") if first is None else first.unit,
                "grade": "" if first is None else first.grade,
                "source": (one.lever.words if one.lever else "") if first is None else first.source,
                "resolved_by": one.resolved_by,
                "held_in_rows": sum(name == one.name for _, name in contents.laid.held),
            }
        )
    return pd.DataFrame(rows)


def points_table(contents: SensitivityContents) -> pd.DataFrame:
    """Where every point lies: row, point, and a column an input."""
    laid = contents.laid
    table = pd.DataFrame(laid.positions.reshape(-1, laid.positions.shape[-1]), columns=contents.space.names)
    table.insert(0, "row", np.repeat(np.arange(1, laid.rows + 1), laid.points))
    table.insert(1, "point", np.tile(np.arange(1, laid.points + 1), laid.rows))
    return table


def values_table(contents: SensitivityContents) -> pd.DataFrame:
    """Figures of every season of the whole rows: row, point, replication, and a column a figure."""
    rows = np.flatnonzero(contents.kept) + 1
    many, points, replications, figures = contents.values.shape
    table = pd.DataFrame(contents.values.reshape(-1, figures), columns=[one.name for one in contents.figures])
    numbers = np.array([[*contents.laid.numbers(int(row))] for row in rows]).reshape(many, 1, replications)
    table.insert(0, "row", np.repeat(rows, points * replications))
    table.insert(1, "point", np.tile(np.repeat(np.arange(1, points + 1), replications), many))
    table.insert(2, "replication", np.broadcast_to(numbers, (many, points, replications)).reshape(-1))
    return table


def rules_of(contents: SensitivityContents, box: region.Box) -> list[str]:
    """The sides of a box as plain rules: ``courts.districts.*.slots below 45 adults a court day``."""
    told = []
    for at, one in enumerate(contents.coordinates):
        low, high = float(box.low[at]), float(box.high[at])
        if np.isfinite(low) and np.isfinite(high):
            told.append(f"{one.name} between {one.value_text(low)} and {one.value_text(high)}")
        elif np.isfinite(low):
            word = "at least" if one.of.lever else "above"
            told.append(f"{one.name} {word} {one.value_text(low)}")
        elif np.isfinite(high):
            told.append(f"{one.name} below {one.value_text(high)}")
    return told


def regions_table(contents: SensitivityContents) -> pd.DataFrame:
    """A row a region: its rules, and how well it tells seasons apart, found and checked."""
    rows = []
    for one in contents.regions:
        box = one.box
        rows.append(
            {
                "figure": one.figure,
                "what": one.what,
                "rules": " and ".join(rules_of(contents, box)),
                "is_found": box.is_found,
                **{name: getattr(box, name) for name in BOX},
            }
        )
    return pd.DataFrame(rows, columns=["figure", "what", "rules", "is_found", *BOX])


BOX: Final = (
    "whole", "support", "coverage", "density", "checked_coverage", "coverage_low", "coverage_high", "checked_density",
    "density_low", "density_high",
)  # fmt: skip
