"""Morris's screen: which of many inputs, or groups of them, move a figure at all, for few plays.

A walk starts at a point of a grid and moves one group of inputs after the other over two thirds of their ranges; the
change at each step, over the length of the step, is an effect. All points of a walk are played with the same luck, in
several replications, and no two walks share any. ``mu_star`` is the mean size of a group's effects, ``mu`` their mean
with sign, ``sigma`` how much they differ from walk to walk (bent lines, interactions, chance).

Members of a group move by as much, each up or down by lot; signs then tell nothing, and only ``mu_star`` counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from borderops.readiness.resampled import limits, weights, widened
from borderops.readiness.sobol import sequence, squares

LEVELS: Final = 4
"""Positions of the grid: 0, a third, two thirds, 1."""

STEP: Final = LEVELS / (2.0 * (LEVELS - 1.0))
"""Length of a step, so that all positions are met as often."""

FEWEST_WALKS: Final = 4


@dataclass(frozen=True)
class Walks:
    """Walks of ``g`` groups over ``d`` inputs.

    Attributes
    ----------
    positions : ndarray of float64, shape (walks, g + 1, d)
    moved : ndarray of int64, shape (walks, g)
        Group that moves at each step.
    ups : ndarray of float64, shape (walks, d)
        1 for an input that moves up, -1 for one that moves down.
    """

    positions: np.ndarray
    moved: np.ndarray
    ups: np.ndarray


@dataclass(frozen=True)
class Screen:
    """Effects of ``g`` groups on ``k`` figures; arrays of shape (g, k), unless told otherwise.

    Attributes
    ----------
    mu, mu_star, sigma : ndarray of float64
        Of effects: change of a figure over the whole range. ``mu`` is NaN for a group of several inputs.
    mu_low, mu_high, mu_star_low, mu_star_high, sigma_low, sigma_high : ndarray of float64
    chance : ndarray of float64
        What ``mu_star`` would be if nothing but chance moved the figure; NaN with a single replication.
    strength, strength_low, strength_high : ndarray of float64
        Root of the mean square effect without what chance adds.
    rows : ndarray of int64, shape (k,)
        Walks used.
    """

    mu: np.ndarray
    mu_low: np.ndarray
    mu_high: np.ndarray
    mu_star: np.ndarray
    mu_star_low: np.ndarray
    mu_star_high: np.ndarray
    sigma: np.ndarray
    sigma_low: np.ndarray
    sigma_high: np.ndarray
    chance: np.ndarray
    strength: np.ndarray
    strength_low: np.ndarray
    strength_high: np.ndarray
    rows: np.ndarray

    @property
    def is_seen(self) -> np.ndarray:
        """Which effects are more than chance; shape (g, k)."""
        return self.strength_low > 0.0


def walks(many: int, groups: Sequence[Sequence[int]], seed: int) -> Walks:
    """Walks that keep away from each other.

    Parameters
    ----------
    many : int
        Walks; the first ones stay the same when more are asked for.
    groups : sequence of sequence of int
        Columns of each group; together every column once, from 0 on.
    seed : int

    Returns
    -------
    Walks

    Notes
    -----
    M. D. Morris, Technometrics 33 (1991) 161-174; groups as in F. Campolongo, J. Cariboni and A. Saltelli,
    Environmental Modelling & Software 22 (2007) 1509-1518. Their choice of the walks with the largest distances prefers
    the corners of the cube, where few figures behave as elsewhere; here starts and directions are spread by a scrambled
    Sobol sequence, so that every walk is as likely as any other and walks can be added to those that were played.
    """
    columns = sum(map(len, groups))
    drawn = sequence(many, columns, seed)
    start = np.minimum((drawn * LEVELS).astype(np.int64), LEVELS - 1) / (LEVELS - 1.0)
    ups = np.where(start < 0.5, 1.0, -1.0)
    chance = np.random.Generator(np.random.Philox(seed))
    moved = np.argsort(chance.random((many, len(groups))), axis=1)
    positions = np.repeat(start[:, None], len(groups) + 1, axis=1)
    for group, own in enumerate(groups):
        has_moved = np.arange(len(groups) + 1)[None] > np.argsort(moved, axis=1)[:, group, None]
        positions[:, :, list(own)] += has_moved[:, :, None] * (ups[:, list(own)] * STEP)[:, None]
    return Walks(positions, moved, ups)


def effects(
    values: np.ndarray, made: Walks, groups: Sequence[Sequence[int]], lengths: Sequence[float] | None = None
) -> np.ndarray:
    """Changes of figures over the length of their step.

    Parameters
    ----------
    values : ndarray of float64, shape (walks, g + 1, replications, k)
    made : Walks
    groups : sequence of sequence of int
        As for `walks`.
    lengths : sequence of float, optional
        Length of each group's step, `STEP` if not given.

    Returns
    -------
    ndarray of float64, shape (walks, g, replications, k)
        By group, whatever the order in which they moved. An input that is a group by itself has the sign of a move up.
    """
    steps = np.diff(values, axis=1)
    order = np.argsort(made.moved, axis=1)
    by_group = np.take_along_axis(steps, order[:, :, None, None], axis=1)
    signs = np.column_stack([made.ups[:, own[0]] if len(own) == 1 else np.ones(len(made.ups)) for own in groups])
    length = np.full(len(groups), STEP) if lengths is None else np.asarray(lengths)
    return np.asarray(by_group * (signs / length)[:, :, None, None])


def screen(found: np.ndarray, groups: Sequence[Sequence[int]], level: float) -> Screen:
    """Sum effects up.

    Parameters
    ----------
    found : ndarray of float64, shape (walks, g, replications, k)
        From `effects`; a walk in which a figure is missing is left out for that figure.
    groups : sequence of sequence of int
    level : float

    Returns
    -------
    Screen
        NaN for a figure with fewer than `FEWEST_WALKS` walks.

    Notes
    -----
    Intervals draw walks anew, widened for their small number (`borderops.readiness.resampled.widened`). Of ten walks
    those of ``mu_star`` hold about what is asked; those of ``sigma``, a few per cent less; those of ``mu`` more, since
    walks are spread evenly.
    """
    each = [_screen_of(found[..., figure], level) for figure in range(found.shape[-1])]
    whole = {name: np.stack([one[name] for one in each], axis=-1) for name in Screen.__dataclass_fields__}
    several = np.array([len(own) > 1 for own in groups])
    for name in ("mu", "mu_low", "mu_high"):
        whole[name][several] = np.nan
    return Screen(**whole)


def _screen_of(found: np.ndarray, level: float) -> dict[str, np.ndarray]:
    """The screen of one figure; effects of shape (walks, g, replications)."""
    whole = found[np.isfinite(found).all(axis=(1, 2))]
    walks_, groups, n = len(whole), *found.shape[1:]
    if walks_ < FEWEST_WALKS:
        names = [name for name in Screen.__dataclass_fields__ if name != "rows"]
        return dict.fromkeys(names, np.full(groups, np.nan)) | {"rows": np.array(walks_)}
    means = whole.mean(axis=-1)
    # A mean of squares less what chance adds: the first columns for mu, then mu*, then squares of both kinds.
    parts = np.concatenate([means, np.abs(means), means**2, squares(whole)], axis=1)
    drawn = np.concatenate([_summed(some @ parts, groups, walks_) for some in weights(walks_)], axis=1)
    low, high = limits(np.moveaxis(drawn, 1, 0), widened(level, walks_))
    estimates = _summed(parts.mean(axis=0), groups, walks_)
    told: dict[str, np.ndarray] = {}
    for at, name in enumerate(("mu", "mu_star", "sigma", "strength")):
        told |= {name: estimates[at], f"{name}_low": low[at], f"{name}_high": high[at]}
    error = whole.var(axis=-1, ddof=1).mean(axis=0) / n if n > 1 else np.full(groups, np.nan)
    return told | {"chance": np.sqrt(2.0 / np.pi * error), "rows": np.array(walks_)}


def _summed(parts: np.ndarray, groups: int, walks_: int) -> np.ndarray:
    """mu, mu*, sigma and strength, shape (4, ..., g), from means of the columns of ``parts``."""
    mu, mu_star, square, without = (parts[..., at * groups : (at + 1) * groups] for at in range(4))
    spread = np.sqrt(np.maximum(square - mu**2, 0.0) * walks_ / (walks_ - 1.0))
    return np.stack([mu, mu_star, spread, np.sign(without) * np.sqrt(np.abs(without))])
