"""Tables of a sensitivity run from its finished trials: effects, indices, regions, and the worth of knowing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.experiments.trials import Outcome
from borderops.experiments.varied import Coordinate, Laid, Space, name_of_trial
from borderops.forecast.results import KEYS, Results, gather
from borderops.readiness import morris, region, sobol, value
from borderops.readiness.seasons import ANY, Figure, broken, worst

MORRIS, SOBOL = "morris", "sobol"
FEWEST_FAILED: Final = 10
"""Points that have to come to either end for a region to be looked for."""

EVERYTHING: Final = "everything that was varied"
FORESIGHT: Final = "everything, chance of the season as well"


@dataclass(frozen=True)
class Found:
    """A region of inputs for one criterion, or for all together.

    Parameters
    ----------
    figure : str
    what : {"fails", "holds"}
        The rarer of the two is looked for.
    box : Box
        Over the coordinates of all inputs.
    """

    figure: str
    what: str
    box: region.Box


# --- reading the trials -----------------------------------------------------------------------------------------------


def _trials(laid: Laid, row: int) -> list[str]:
    """Names of a row's trials, point by point and replication by replication within."""
    return [name_of_trial(row, point, number) for point in range(1, laid.points + 1) for number in laid.numbers(row)]


def whole_rows(laid: Laid, outcome: Outcome) -> np.ndarray:
    """Rows of which every trial was finished; shape (rows,)."""
    return np.array([all(outcome.points[name] for name in _trials(laid, row)) for row in range(1, laid.rows + 1)])


def values_of(figures: Sequence[Figure], laid: Laid, outcome: Outcome, kept: np.ndarray) -> np.ndarray:
    """Figures of every trial of the whole rows, shape (rows, points, replications, figures)."""
    results: list[Results] = [
        outcome.points[name][0] for row in np.flatnonzero(kept) + 1 for name in _trials(laid, int(row))
    ]
    kpis = gather(((at, one.tables["kpis"]) for at, one in enumerate(results)), KEYS["kpis"])
    shape = (int(kept.sum()), laid.points, laid.replications)
    return np.stack([worst(one, kpis).reshape(shape) for one in figures], axis=-1)


def failures_of(figures: Sequence[Figure], values: np.ndarray) -> dict[str, np.ndarray]:
    """Which seasons break each judged figure, and any of them; arrays of shape (rows, points, replications)."""
    found = {one.name: broken(one, values[..., at]) for at, one in enumerate(figures) if one.is_judged}
    if len(found) > 1:
        found[ANY] = np.max(np.stack([*found.values()]), axis=0)
    return found


# --- tables -----------------------------------------------------------------------------------------------------------


def effects_table(
    figures: Sequence[Figure], space: Space, laid: Laid, kept: np.ndarray, values: np.ndarray, level: float
) -> pd.DataFrame:
    """A row a figure and group of a screen."""
    from borderops.experiments.varied import DRAWN_ANEW

    assert laid.walks is not None
    names, columns = list(space.groups), list(space.groups.values())
    lengths = [DRAWN_ANEW if space.inputs[own[0]].kind == "sample" else morris.STEP for own in columns]
    # Two points of a sample lie in no order, so that its changes have no sign.
    walks = morris.Walks(laid.walks.positions[kept], laid.walks.moved[kept], laid.walks.ups[kept])
    found = morris.screen(morris.effects(values, walks, columns, lengths), columns, level)
    table = _tidy(figures, names, columns, found)
    is_sample = table["group"].map(dict(zip(names, (space.inputs[own[0]].kind == "sample" for own in columns))))
    table.loc[is_sample.to_numpy(dtype=bool), ["mu", "mu_low", "mu_high"]] = np.nan
    return table.assign(is_seen=table["strength_low"] > 0.0)


def indices_table(figures: Sequence[Figure], space: Space, values: np.ndarray, level: float) -> pd.DataFrame:
    """A row a figure and group of Sobol's method."""
    names, columns = list(space.groups), list(space.groups.values())
    return _tidy(figures, names, columns, sobol.indices(values, level))


def _tidy(
    figures: Sequence[Figure], names: Sequence[str], columns: Sequence[Sequence[int]], found: Any
) -> pd.DataFrame:
    told = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return pd.DataFrame(
        [
            {
                "figure": figure.name,
                "group": name,
                "inputs": len(columns[at]),
                **{key: float(one[at, place] if one.ndim == 2 else one[place]) for key, one in told.items()},
            }
            for place, figure in enumerate(figures)
            for at, name in enumerate(names)
        ]
    )


def outcomes_table(figures: Sequence[Figure], failed: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """How many seasons break each criterion, and any of them."""
    named = {one.name: one for one in figures}
    return pd.DataFrame(
        [
            (name, named[name].criterion.title if name in named else ANY.capitalize(),
             named[name].limit if name in named else np.nan, one.size, float(one.mean()))
            for name, one in failed.items()
        ],
        columns=["figure", "label", "limit", "seasons", "share_broken"],
    )  # fmt: skip


def regions_of(failed: Mapping[str, np.ndarray], places: np.ndarray, level: float) -> list[Found]:
    """A region for each figure that neither always nor never fails, whether or not the check bears it out."""
    rows = np.repeat(np.arange(len(places)), places.shape[1])
    flat = places.reshape(-1, places.shape[-1])
    found = []
    for name, one in failed.items():
        share = one.mean(axis=2).reshape(-1)
        what = "fails" if share.mean() <= 0.5 else "holds"
        rare = share if what == "fails" else 1.0 - share
        if rare.sum() >= FEWEST_FAILED and len(places) >= region.FOLDS:
            found.append(Found(name, what, region.find_box(flat, rare, rows, level)))
    return found


WORTH: Final = ["verdict", "known", "value", "low", "high", "share", "resolved_by"]


def worth_table(
    failed: Mapping[str, np.ndarray],
    space: Space,
    coordinates: Sequence[Coordinate],
    places: np.ndarray,
    loss: value.Loss,
    level: float,
) -> pd.DataFrame:
    """What it would be worth to know each group of inputs before the verdict, of each criterion and of all together.

    Nothing where levers are varied: they are choices, and a verdict would have to say of which.
    """
    if any(one.kind == "lever" for one in space.inputs):
        return pd.DataFrame(columns=WORTH)
    seasons = places.shape[1] * next(iter(failed.values())).shape[2] if failed else 0
    rows = np.repeat(np.arange(len(places)), seasons)
    groups = {name: [space.inputs[column] for column in own] for name, own in space.groups.items()}
    known = {
        name: np.array([at for at, one in enumerate(coordinates) if one.of in own]) for name, own in groups.items()
    }
    told = []
    for verdict, one in failed.items():
        inputs = np.repeat(places.reshape(-1, places.shape[-1]), one.shape[2], axis=0)
        gain, now = loss.gain(one.reshape(-1)), loss.now(one)
        for name, columns in known.items():
            ways = dict.fromkeys(each.resolved_by for each in groups[name])
            told.append(
                _worth(verdict, name, value.partly(inputs[:, columns], gain, rows, level, now), ", ".join(ways))
            )
        told.append(_worth(verdict, EVERYTHING, value.partly(inputs, gain, rows, level, now), ""))
        found, low, high = value.perfect(gain, rows, level)
        share = found / now if now > 0.0 else np.nan
        told.append(_worth(verdict, FORESIGHT, value.Worth(found, low, high, share), ""))
    return pd.DataFrame(told, columns=WORTH)


def _worth(verdict: str, known: str, one: value.Worth, ways: str) -> tuple[object, ...]:
    return verdict, known, one.value, one.low, one.high, one.share, ways
