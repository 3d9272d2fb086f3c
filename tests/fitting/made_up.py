"""Simulators whose truth is known, to fit to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from borderops.experiments.inputs import latin_hypercube
from borderops.fitting.emulator import Runs

Truth = Callable[[np.ndarray], np.ndarray]
LUCKS = 20


def hypercube(seed: int, points: int, dims: int) -> np.ndarray:
    """Points that spread over the cube."""
    return latin_hypercube(seed, points, [f"input {at}" for at in range(dims)])


class Simulator:
    """A smooth truth, and chance of which a part is shared by all runs of one replication.

    Parameters
    ----------
    truth : callable
        From points, shape (m, d), to means, shape (m, k).
    outputs : int
    chance : float
        Standard deviation of one season.
    seed : int
    correlation : float
        Between any two outputs.
    shared : float
        Share of the variance that a replication's runs have in common.
    """

    def __init__(
        self, truth: Truth, outputs: int, chance: float, seed: int, correlation: float = 0.4, shared: float = 0.3
    ):
        self.truth, self.outputs, self.chance = truth, outputs, chance
        self._random = np.random.default_rng(seed)
        table = correlation + (1.0 - correlation) * np.eye(outputs)
        self._root = np.linalg.cholesky(table)
        self._lucks = self._normal(LUCKS + 1) * np.sqrt(shared)
        self._own = np.sqrt(1.0 - shared)

    def _normal(self, count: int) -> np.ndarray:
        return self._random.normal(size=(count, self.outputs)) @ self._root.T

    def play(self, points: np.ndarray) -> Runs:
        """Runs at points, their replications in turn."""
        numbers = 1 + np.arange(len(points)) % LUCKS
        noise = self._lucks[numbers] + self._own * self._normal(len(points))
        return Runs(points, numbers, self.truth(points) + self.chance * noise)

    def season(self, point: np.ndarray) -> np.ndarray:
        """One season at a point, with luck that no run had."""
        noise = self._normal(1)[0]
        return self.truth(point[None])[0] + self.chance * noise


def bent(points: np.ndarray) -> np.ndarray:
    """Four outputs of five inputs: straight, bent, kinked, and with a product."""
    x = 2.0 * points - 1.0
    return np.column_stack(
        [
            3.0 * x[:, 0] + x[:, 1],
            2.0 * x[:, 1] + 1.5 * x[:, 1] ** 2 + 0.5 * x[:, 2],
            3.0 * np.maximum(x[:, 2] + 0.3 * x[:, 0], 0.0) - x[:, 3],
            2.0 * x[:, 3] + 2.0 * x[:, 0] * x[:, 2],
        ]
    )
