"""Points in the ranges of what nobody knows: a Latin hypercube whose every draw has an address."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from borderops.streams import Draws, Purpose


def latin_hypercube(seed: int, points: int, names: Sequence[str]) -> np.ndarray:
    """Draw points that spread evenly over the range of every name.

    Parameters
    ----------
    seed : int
    points : int
        1 to 65,536.
    names : sequence of str
        What is drawn. A name's draws depend on no other name, so that a doubt more or fewer moves none of the others.

    Returns
    -------
    ndarray of float64, shape (points, len(names))
        Uniforms; of each name exactly one lies in each of ``points`` equal parts of (0, 1).
    """
    draws = Draws(seed, 0)
    table = np.empty((points, len(names)))
    for column, name in enumerate(names):
        whom = np.full(points, _number(name), dtype=np.int64)
        index = np.arange(points)
        order = np.argsort(np.argsort(draws.uniforms(whom, Purpose.DOUBT, index), kind="stable"))
        table[:, column] = (order + draws.uniforms(whom, Purpose.DOUBT_WITHIN, index)) / points
    return table


def _number(name: str) -> int:
    """An entity number for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1
