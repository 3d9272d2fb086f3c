"""Which doubts matter: by how much each moves each figure over its range, beside what chance does to one season.

Points of a Latin hypercube in the ranges of all doubts are played with the same luck, so that figures differ between
points by the doubts alone; the effect of a doubt is the slope of a straight line through all points, with the other
doubts held still. A curved effect is told by its straight part, and a figure that doubts move together by their parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ("entry", "kpi", "effect", "error", "chance")


@dataclass(frozen=True)
class Slopes:
    """Effects of doubts on figures.

    Parameters
    ----------
    effect : ndarray of float64, shape (doubts, figures)
        Change of a figure from the low to the high end of a doubt's range.
    error : ndarray of float64, shape (doubts, figures)
        Its standard error: interactions, curves and what luck does not hold still.
    """

    effect: np.ndarray
    error: np.ndarray


def slopes(positions: np.ndarray, figures: np.ndarray) -> Slopes:
    """Fit a straight line through all points, figure by figure.

    Parameters
    ----------
    positions : ndarray of float64, shape (points, doubts)
        Positions in the ranges, 0 to 1.
    figures : ndarray of float64, shape (points, figures)

    Returns
    -------
    Slopes

    Raises
    ------
    ValueError
        If there are too few points to tell the doubts apart, or a figure is missing at a point.
    """
    points, doubts = positions.shape
    if points < doubts + 2:
        raise ValueError(f"{points} points cannot tell {doubts} doubts apart; allowed: {doubts + 2} or more")
    if not np.isfinite(figures).all():
        raise ValueError("a figure is missing at a point")
    design = np.column_stack([np.ones(points), positions - 0.5])
    inverse = np.linalg.pinv(design.T @ design)
    found = inverse @ design.T @ figures
    left = figures - design @ found
    variance = (left**2).sum(axis=0) / (points - doubts - 1)
    return Slopes(found[1:], np.sqrt(np.outer(np.diag(inverse)[1:], variance)))


def screen_table(
    entries: Sequence[str], kpis: Sequence[str], positions: np.ndarray, figures: np.ndarray, chance: Sequence[float]
) -> pd.DataFrame:
    """The screen as a table, the doubt that moves its figure most, by what chance does, first.

    Parameters
    ----------
    entries : sequence of str
        Doubts by their entry in the register.
    kpis : sequence of str
    positions, figures : ndarray
        As for `slopes`.
    chance : sequence of float
        Standard deviation of each figure between seasons of other luck, values as shipped.

    Returns
    -------
    DataFrame
        Columns entry, kpi, effect, error, chance.
    """
    found = slopes(positions, figures)
    table = pd.DataFrame(
        [
            (entry, kpi, found.effect[at, figure], found.error[at, figure], chance[figure])
            for at, entry in enumerate(entries)
            for figure, kpi in enumerate(kpis)
        ],
        columns=list(COLUMNS),
    )
    strength = table["effect"].abs() / table["chance"].where(table["chance"] > 0)
    order = strength.groupby(table["entry"]).transform("max")
    ranked = table.assign(_order=order).sort_values(["_order", "entry"], ascending=[False, True], kind="stable")
    return ranked.drop(columns="_order").reset_index(drop=True)
