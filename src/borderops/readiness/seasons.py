"""What single seasons come to: the figures that criteria speak of, each at its worst group, and whether they break.

One season is no verdict: whether a plan holds in nine seasons of ten is for `borderops.readiness.judging`. Here every
season counts by itself, so that it can be set beside the values it was played with. Works on finished tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from borderops.forecast.kpis import KPIS
from borderops.forecast.results import Sample
from borderops.readiness.criteria import Basis, Criterion
from borderops.readiness.judging import values_of

ANY: Final = "any criterion"
"""Stands for all criteria together: a season fails as soon as it breaks one."""


@dataclass(frozen=True)
class Figure:
    """A figure that is read off every season.

    Parameters
    ----------
    name : str
        Of the criterion, or of the KPI where none is meant.
    label : str
    unit : str
    criterion : Criterion
        Which KPI, which groups, and which of them is the worst.
    is_judged : bool
        Whether the criterion's limit is meant as well.
    """

    name: str
    label: str
    unit: str
    criterion: Criterion
    is_judged: bool

    @property
    def limit(self) -> float:
        """The limit; NaN where none is meant."""
        told = self.criterion.at_most if self.criterion.at_most is not None else self.criterion.at_least
        return float(told) if self.is_judged and told is not None else float("nan")


def figures_of_criteria(criteria: Sequence[Criterion]) -> list[Figure]:
    """A figure for each criterion on a KPI; facts of the plan are no figures."""
    found = []
    for one in criteria:
        if one.kpi is not None:
            found.append(Figure(one.name, _label(one), KPIS[one.kpi].unit, one, is_judged=True))
    return found


def figure_of_kpi(kpi: str) -> Figure:
    """A figure without a limit: the KPI as a whole, or its worst group where it is measured by groups alone."""
    return Figure(kpi, KPIS[kpi].label, KPIS[kpi].unit, _plain(kpi, at_most=0.0), is_judged=False)


def limit_of(kpi: str, at_most: float | None = None, at_least: float | None = None) -> Figure:
    """A figure with a limit of the planner's own, of the KPI as a whole."""
    one = _plain(kpi, at_most, at_least)
    return Figure(one.name, KPIS[kpi].label, KPIS[kpi].unit, one, is_judged=True)


def _plain(kpi: str, at_most: float | None = None, at_least: float | None = None) -> Criterion:
    words = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
    return Criterion(
        name=kpi, title=f"{KPIS[kpi].label}: {words}", kpi=kpi, fact=None, group_kind="all", at_most=at_most,
        at_least=at_least, confidence=0.9, noise=0.0, if_nobody="met", basis=Basis.PLANNER, ground="the planner's own",
        owner="the planner", is_legal=False, levers=(),
    )  # fmt: skip


def _label(criterion: Criterion) -> str:
    label = KPIS[str(criterion.kpi)].label
    if criterion.group_kind == "all":
        return label
    return f"{label}, worst {criterion.group_kind.replace('_', ' ')}"


def worst(figure: Figure, kpis: Sample) -> np.ndarray:
    """The worst group's value in every season.

    Parameters
    ----------
    figure : Figure
    kpis : Sample
        Of n seasons.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where nobody was concerned, or nothing was measured so.
    """
    groups = [*values_of(_measured(figure.criterion, kpis), kpis).values()]
    if not groups:
        return np.full(kpis.replications.size, np.nan)
    values = np.stack(groups)
    sign = -1.0 if figure.criterion.at_least is not None else 1.0
    largest = np.max(np.where(np.isfinite(values), sign * values, -np.inf), axis=0)
    return np.where(np.isfinite(largest), sign * largest, np.nan)


def _measured(criterion: Criterion, kpis: Sample) -> Criterion:
    """A criterion on a KPI as a whole, where that is measured by groups alone, as one on its worst group."""
    kinds = kpis.keys.loc[kpis.keys["kpi"] == criterion.kpi, "group_kind"].unique()
    if criterion.group_kind != "all" or not len(kinds) or "all" in kinds:
        return criterion
    return replace(criterion, group_kind=str(kinds[0]))


def broken(figure: Figure, values: np.ndarray) -> np.ndarray:
    """Which seasons break a criterion.

    Parameters
    ----------
    figure : Figure
        That is judged.
    values : ndarray of float64, shape (...)
        From `worst`.

    Returns
    -------
    ndarray of float64, shape (...)
        1 where it is broken, 0 where it is met. A season in which nobody was concerned meets it or breaks it as the
        criterion says: what is missing blocks a GO.
    """
    sign = -1.0 if figure.criterion.at_least is not None else 1.0
    beyond = sign * values > sign * figure.limit
    nobody = 1.0 if figure.criterion.if_nobody == "missing" else 0.0
    return np.where(np.isfinite(values), beyond * 1.0, nobody)
