"""What a measure is: a ratio of sums over records, cells or ends of pairs, so that it can be taken for any part.

Every measure of the referee is a function of sums. So one table of parts, a row an owner (a person, or a record that is
nobody's), gives the whole, every slice and, with the families weighed anew, the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

Sums = Mapping[str, np.ndarray]
"""Sums of parts by name, all of one shape."""

ABSENT: Final = float("nan")
"""Of a ratio that has nothing below: no measure rather than a good or a bad one."""


@dataclass(frozen=True)
class Measure:
    """A measure by name.

    Parameters
    ----------
    name : str
    label : str
    says : str
        What it counts, with its formula.
    of : callable
        From sums of parts to values of the same shape.
    basis : str
        The part whose owners stand behind it: they are counted as its families.
    """

    name: str
    label: str
    says: str
    of: Callable[[Sums], np.ndarray]
    basis: str


def ratio(top: np.ndarray | float, bottom: np.ndarray | float, of_nothing: float = ABSENT) -> np.ndarray:
    """One over the other; ``of_nothing`` where there is nothing below."""
    top, bottom = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    return np.divide(top, bottom, out=np.full(shape, of_nothing), where=bottom > 0)


def harmonic(one: np.ndarray | float, other: np.ndarray | float) -> np.ndarray:
    """F1, the harmonic mean of a precision and a recall; 0 where both are."""
    one, other = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    both = one + other
    return np.where(both == 0, 0.0, ratio(2 * one * other, both))


def share(name: str, label: str, top: str, bottom: str, says: str, of_nothing: float = ABSENT) -> Measure:
    """Measure that is the ratio of two parts."""
    return Measure(name, label, says, lambda sums: ratio(sums[top], sums[bottom], of_nothing), bottom)


def sums_by(owner: np.ndarray, owners: int, **columns: np.ndarray | float) -> dict[str, np.ndarray]:
    """Parts by owner from columns of rows.

    Parameters
    ----------
    owner : ndarray of int64, shape (n,)
    owners : int
    **columns : ndarray, shape (n,), or float
        A number stands for a whole column.

    Returns
    -------
    dict of str to ndarray of float64, shape (owners,)
    """
    weights = {name: np.broadcast_to(np.asarray(one, dtype=np.float64), owner.shape) for name, one in columns.items()}
    return {name: np.bincount(owner, weights=one, minlength=owners) for name, one in weights.items()}


def added(*parts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Parts of several sources, added up name by name."""
    whole: dict[str, np.ndarray] = {}
    for one in parts:
        for name, values in one.items():
            whole[name] = whole[name] + values if name in whole else values
    return whole
