"""Intervals by weighing families anew: how far a score could lie elsewhere had other families come.

Records of one family are not independent: its links stand or fall together. So families are resampled, not records or
pairs. The Bayesian bootstrap (Rubin, "The Bayesian bootstrap", 1981) gives each family a weight of its own, drawn from
the exponential distribution; a measure, being a ratio of sums, is taken anew of the weighed sums. A family's weights
are a pure function of its number, so two tools scored on one pack meet the same families in every draw, and the order
of rows in an output changes nothing.

Where all families agree, no weighing moves a share from 0 or 1. Its far end then follows from their number: what so
many families without exception leave possible (Clopper and Pearson, "The use of confidence or fiducial limits", 1934).

Must not know what is measured, nor of whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from borderops.referee.measures import Measure
from borderops.streams import Draws, Purpose

DRAWN: Final = 1000
LEVEL: Final = 0.9
AT_A_TIME: Final = 4_000_000
"""Weights held at once."""

ROUNDING: Final = 1e-9

WHOLE: Final = "all"
"""Kind of the one group in which everybody is."""

FEWEST: Final = 2
"""Families without whom there is no interval."""


@dataclass(frozen=True)
class Groups:
    """Some of the owners, in groups of one kind; an owner is in one of them or in none.

    Parameters
    ----------
    kind : str
    names : sequence of str
    of : ndarray of int64, shape (owners,)
        Place in ``names``; -1 for none.
    """

    kind: str
    names: Sequence[str]
    of: np.ndarray


def everybody(owners: int) -> Groups:
    """All owners as one group."""
    return Groups(WHOLE, (WHOLE,), np.zeros(owners, dtype=np.int64))


def estimates(
    parts: Mapping[str, np.ndarray],
    family: np.ndarray,
    measures: Sequence[Measure],
    groups: Sequence[Groups],
    draws: Draws,
    drawn: int = DRAWN,
) -> pd.DataFrame:
    """Measures of groups with their intervals.

    Parameters
    ----------
    parts : mapping of str to ndarray of float64, shape (owners,)
    family : ndarray of int64, shape (owners,)
        Number of the family; 0 or more.
    measures : sequence of Measure
    groups : sequence of Groups
    draws : Draws
        Of the pack.
    drawn : int
        How often families are weighed anew.

    Returns
    -------
    DataFrame
        Columns ``kind``, ``group``, ``measure``, ``value``, ``low``, ``high`` and ``families``; ends are missing where
        fewer than two families stand behind a value, or where a weighing has no value.
    """
    names = list(parts)
    places, labels = _columns(parts, groups, names)
    totals, numbers, behind = _by_family(parts, family, names, places, len(labels))
    weighed = _weighed(totals, numbers, draws, drawn).reshape(len(labels), len(names), drawn)
    whole = np.asarray(totals.sum(axis=1)).reshape(len(labels), len(names), 1)
    rows = []
    for measure in measures:
        value = measure.of(_named(whole, names))[:, 0]
        low, high = _ends(measure.of(_named(weighed, names)))
        families = behind[:, names.index(measure.basis)]
        known = families >= FEWEST
        for at, (kind, group) in enumerate(labels):
            ends = _honest(value[at], low[at], high[at], int(families[at])) if known[at] else (np.nan, np.nan)
            # Of a slice in which nobody counts nothing is told, where a tool as a whole that links nothing is precise.
            middle = value[at] if kind == WHOLE or families[at] else np.nan
            rows.append((kind, group, measure.name, middle, *ends, int(families[at])))
    return pd.DataFrame(rows, columns=["kind", "group", "measure", "value", "low", "high", "families"])


def _columns(
    parts: Mapping[str, np.ndarray], groups: Sequence[Groups], names: Sequence[str]
) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """For each kind of group and each owner the place among all groups, and what those places are called."""
    labels: list[tuple[str, str]] = []
    places = np.full((len(groups), parts[names[0]].size), -1, dtype=np.int64)
    for at, one in enumerate(groups):
        places[at] = np.where(one.of >= 0, one.of + len(labels), -1)
        labels += [(one.kind, name) for name in one.names]
    return places, labels


def _by_family(
    parts: Mapping[str, np.ndarray], family: np.ndarray, names: Sequence[str], places: np.ndarray, groups: int
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Sums of each part in each group, family by family; the families' numbers; how many stand behind each."""
    counts = np.zeros(family.size, dtype=bool)
    for values in parts.values():
        counts |= values != 0
    numbers, of = np.unique(family[counts], return_inverse=True)
    entries = []
    for place in places:
        rows = place[counts]
        for at, name in enumerate(names):
            values = parts[name][counts]
            here = np.flatnonzero((rows >= 0) & (values != 0))
            entries.append((values[here], rows[here] * len(names) + at, of[here]))
    values, rows, columns = (np.concatenate(one) for one in zip(*entries))
    shape = (groups * len(names), numbers.size)
    totals = sparse.coo_matrix((values, (rows, columns)), shape=shape).tocsr()
    behind = np.diff(totals.indptr).reshape(groups, len(names))
    return totals, numbers, behind


def _weighed(totals: sparse.csr_matrix, numbers: np.ndarray, draws: Draws, drawn: int) -> np.ndarray:
    """Sums with the families weighed anew, shape (sums, drawn)."""
    out = np.zeros((totals.shape[0], drawn))
    step = max(1, min(drawn, AT_A_TIME // max(numbers.size, 1)))
    for first in range(0, drawn, step):
        times = np.arange(first, min(first + step, drawn))
        uniforms = draws.uniforms(np.repeat(numbers, times.size), Purpose.SCORE_WEIGHT, np.tile(times, numbers.size))
        weights = -np.log(uniforms).reshape(numbers.size, times.size)
        out[:, first : first + times.size] = totals @ weights
    return out


def _named(sums: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Sums by the name of their part, shape (groups, draws)."""
    return {name: sums[:, at, :] for at, name in enumerate(names)}


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval, row by row; missing where a draw has no value."""
    if not values.size:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail], axis=1)
    return low, high


def _honest(value: float, low: float, high: float, families: int) -> tuple[float, float]:
    """Ends of an interval, the far one from the number of families where all of them agree."""
    exception = ((1.0 - LEVEL) / 2.0) ** (1.0 / families)
    if min(low, value) >= 1.0 - ROUNDING:
        return exception, 1.0
    if max(high, value) <= ROUNDING:
        return 0.0, 1.0 - exception
    return low, high
