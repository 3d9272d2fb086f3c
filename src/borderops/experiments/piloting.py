"""Pilot replay: the pilot's own gate, simulated pilots at points of the doubts, and the plan's points weighed by them.

One call, `replay`, gives all of it. The updated inputs are a sample of points like a fitted one: a file that any
command takes as ``inputs.sample``, so that the plan is played with them as it would be with any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from borderops.config import checks, inputs
from borderops.config.compose import Composed, compose
from borderops.config.designs import resolved
from borderops.config.doubts import doubts_of
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError
from borderops.experiments.inputs import latin_hypercube
from borderops.provenance import sha256_of_text, version
from borderops.readiness.criteria import Criteria
from borderops.readiness.pilot import OWN, PERCENT, Pilot, Row
from borderops.readiness.pilot_gate import PilotGate, judge_pilot
from borderops.readiness.pilot_weights import FEWEST_PLAYED, Weights, even, resample, weigh_points

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    from borderops.experiments.trials import Outcome
    from borderops.forecast.results import Results

POINTS: Final = 120
"""Simulated pilots, one a point."""

CANDIDATES: Final = 4000
"""Points that are weighed: a curve through the pilots that were played tells what others would give."""

FOLDER: Final = "pilots"
"""Folder of updated samples, within that of ``run.outputs``."""

Play = Callable[[Mapping[str, Settings], Mapping[str, int]], "Outcome"]
"""Plays points, each in a replication of its own: settings and replication by name."""


@dataclass(frozen=True)
class Replay:
    """What a pilot says, and what it does to the inputs.

    Parameters
    ----------
    gate : PilotGate
        What it says by itself.
    doubts : tuple of str
    positions : ndarray of float64, shape (candidates, doubts)
        Before the pilot: evenly spread, or those of the plan's fitted sample.
    simulated : ndarray of float64, shape (played, rows)
        What simulated pilots give, in the units of the figures.
    rows : tuple of Row
        Figures that the points were weighed by.
    weights : Weights
    chosen : ndarray of int64, shape (replications,)
        Point of each replication of the plan.
    sample : Path
        The updated inputs, to be given as ``inputs.sample``.
    """

    gate: PilotGate
    doubts: tuple[str, ...]
    positions: np.ndarray
    simulated: np.ndarray
    rows: tuple[Row, ...]
    weights: Weights
    chosen: np.ndarray
    sample: Path

    def moved(self) -> list[tuple[str, float, float]]:
        """Doubts by how far the pilot moved them, farthest first: mean position before and after."""
        before, after = self.positions.mean(axis=0), self.weights.weight @ self.positions
        order = np.argsort(-np.abs(after - before), kind="stable")
        return [(self.doubts[at], float(before[at]), float(after[at])) for at in order]


def replay(
    pilot: Pilot,
    words: Sequence[str],
    composed: Composed,
    criteria: Criteria,
    play: Play,
    *,
    points: int = POINTS,
) -> Replay:
    """Judge a pilot by itself, and weigh what is in doubt about a plan by it.

    Parameters
    ----------
    pilot : Pilot
    words : sequence of str
        The planner's overrides of the plan.
    composed : Composed
        The plan, composed from them.
    criteria : Criteria
    play : callable
        Plays what is missing, and keeps it.
    points : int
        Simulated pilots, each at a point of its own; at most as many as a fitted sample holds, where the plan has one.

    Returns
    -------
    Replay

    Raises
    ------
    ConfigError
        If the pilot tells nothing that was known on the day of the plan, or cannot be played as of that day.
    """
    plan = composed.settings
    rows, late = pilot.known_by(plan.study.as_of)
    if not rows:
        raise ConfigError([f"pilot {pilot.name} tells nothing that was known on {plan.study.as_of}; allowed: a later "
                           "study.as_of"])  # fmt: skip
    world = _pilot_world(pilot, plan)
    left_out = [f"{row.known.label}: left out, known on {row.known_on}, after {plan.study.as_of}." for row in late]
    gate = judge_pilot(pilot, criteria, keeps_unit=keeps_unit(world.settings), rows=rows, left_out=left_out)
    prior = _prior(composed, world, words, points)
    used, fitted = _unfitted(rows, plan)
    if used:
        simulated = _simulate(prior, used, play)
        weights = weigh_points(used, prior.played, simulated, prior.candidates)
    else:
        simulated = np.empty((0, 0))
        weights = even(len(prior.candidates), "The plan's sample was fitted to every figure of the pilot already; "
                       "weighing it by them again would count them twice.")  # fmt: skip
    weights = _with_told(weights, prior.told, fitted)
    chosen = _usable(composed, prior, resample(weights.weight, 2 * plan.run.replications))[: plan.run.replications]
    path = _keep(pilot, prior, weights, chosen, plan)
    return Replay(gate, prior.names, prior.candidates, simulated, used, weights, chosen, path)


def across_inputs(words: Sequence[str], composed: Composed, points: int) -> dict[str, Settings]:
    """The plan at points of what is in doubt about it, by name.

    Parameters
    ----------
    words : sequence of str
        The planner's overrides of the plan.
    composed : Composed
        The plan, composed from them.
    points : int

    Returns
    -------
    dict of str to Settings
        Those of the points at which it can be played; of a plan with a sample its points in turn.
    """
    plan = composed.settings
    if plan.inputs.sample is not None:
        return {f"point {at}": _without_sample(inputs.at(plan, at)) for at in range(1, points + 1)}
    doubts = tuple(doubts_of(composed, (), words))
    names = [one.name for one in doubts]
    drawn = latin_hypercube(plan.seed, points, names).tolist()
    found = {f"point {at}": _at(plan, doubts, dict(zip(names, row, strict=True))) for at, row in enumerate(drawn, 1)}
    return {name: one for name, one in found.items() if not any(checks.problems(one))}


def keeps_unit(settings: Settings) -> bool:
    """Whether the family unit outlives a separation under the design that is live on a season's first day."""
    live = [one for one in resolved(settings) if one.begins <= settings.season[0]]
    return bool(live) and live[-1].keeps_unit


def figures_of(results: Results, rows: Sequence[Row]) -> list[float]:
    """What a simulated pilot gives, in the units of some figures; NaN where it tells none.

    Parameters
    ----------
    results : Results
    rows : sequence of Row

    Returns
    -------
    list of float
        A figure told as so many of so many as a number out of the pilot's own ``n``.
    """
    values = _values(results)
    return [_figure(row, values) for row in rows]


def as_told(results: Results, rows: Sequence[Row]) -> tuple[Row, ...]:
    """A simulated pilot as its own report would tell it: the same figures, with what it found and of how many.

    Parameters
    ----------
    results : Results
    rows : sequence of Row
        Which figures are told, and of where.

    Returns
    -------
    tuple of Row
        Those that the season gives, as whole numbers and told exactly.
    """
    values, told = _values(results), []
    for row in rows:
        base = _value(values, row.known.base, row.where) if row.known.unit == "of" else np.nan
        n = int(base) if base > 0 else None
        value = _figure(replace(row, n=n), values)
        if np.isfinite(value):
            whole = value if row.known.unit == "percent" else float(round(value))
            told.append(replace(row, value=whole, n=n, bound="exact", n_bound="exact", role=OWN, published=""))
    return tuple(told)


Values = Mapping[tuple[str, str, str], float]


def _values(results: Results) -> Values:
    table = results.tables["kpis"]
    return dict(zip(zip(table["kpi"], table["group_kind"], table["group"]), table["value"].tolist()))


def _value(values: Values, kpi: str, where: str) -> float:
    return float(values.get((kpi, "station", where) if where else (kpi, "all", "all"), np.nan))


def _figure(row: Row, values: Values) -> float:
    value = _value(values, row.known.kpi, row.where)
    if row.known.unit == "percent":
        return value * PERCENT
    if row.known.unit == "count":
        return value
    is_share = row.known.kpi == row.known.speaks_to
    base = 1.0 if is_share else _value(values, row.known.base, row.where)
    return value / base * float(row.n or 1) if base > 0 else np.nan


# --- points -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Prior:
    """Points before the pilot.

    Parameters
    ----------
    doubts : tuple of Doubt
        Of the plan; the first columns of all positions.
    names : tuple of str
        Of all columns: the plan's doubts, then those of the pilot's world alone.
    worlds : list of Settings
        The pilot's world at each point that is played.
    played : ndarray of float64, shape (played, doubts)
    candidates : ndarray of float64, shape (m, doubts)
    told : tuple of str
    """

    doubts: tuple[inputs.Doubt, ...]
    names: tuple[str, ...]
    worlds: list[Settings]
    played: np.ndarray
    candidates: np.ndarray
    told: tuple[str, ...] = ()


def _pilot_world(pilot: Pilot, plan: Settings) -> Composed:
    """The pilot as it is played: as of the plan's day, carried out like the plan."""
    day = [f"study.as_of={plan.study.as_of}"] if plan.study.as_of else []
    try:
        world = compose([*pilot.plays, *day])
    except ConfigError as problem:
        raise ConfigError([f"pilot {pilot.name}: {one}" for one in problem.problems]) from None
    how = {name: getattr(plan, name) for name in ("seed", "run", "inputs", "compute", "trials")}
    run = how["run"].model_copy(update={"beside": None})
    return Composed(
        world.settings.model_copy(update={**how, "run": run}), world.yaml, world.choices, world.shipped, None
    )


def _prior(composed: Composed, world: Composed, words: Sequence[str], points: int) -> _Prior:
    """Points of the plan's fitted sample, or evenly spread over the ranges of what is in doubt."""
    if composed.settings.inputs.sample is not None:
        return _prior_of_sample(composed.settings.inputs.sample, world.settings, points)
    mine, its = tuple(doubts_of(composed, (), words)), tuple(doubts_of(world))
    names = tuple(dict.fromkeys(one.name for one in (*mine, *its)))
    drawn = latin_hypercube(composed.settings.seed, points, names)
    worlds = [_at(world.settings, its, dict(zip(names, row, strict=True))) for row in drawn.tolist()]
    usable = [at for at, one in enumerate(worlds) if not any(checks.problems(one))]
    if len(usable) < FEWEST_PLAYED:
        raise ConfigError([f"only {len(usable)} of {points} points of what is in doubt can be played; allowed: "
                           f"{FEWEST_PLAYED} or more"])  # fmt: skip
    left = points - len(usable)
    told = (f"Of {points} points {left} contradict themselves and were not played.",) if left else ()
    candidates = latin_hypercube(composed.settings.seed + 1, CANDIDATES, names)
    return _Prior(mine, names, [worlds[at] for at in usable], drawn[usable], candidates, told)


def _prior_of_sample(name: str, world: Settings, points: int) -> _Prior:
    found = inputs.read(name)
    held = tuple(_Held(doubt, some) for doubt, some in found.doubts.items())
    positions = np.array(found.positions)
    played = positions[:points]
    worlds = [_without_sample(inputs.at(world, at + 1)) for at in range(len(played))]
    return _Prior(held, tuple(found.doubts), worlds, played, positions)


@dataclass(frozen=True)
class _Held:
    """A doubt of a sample that was read: its parameters with what their positions mean."""

    name: str
    placed: tuple[inputs.Placed, ...]

    @property
    def parameters(self) -> tuple[Any, ...]:
        """What it speaks of; a placed parameter knows key, value and range."""
        return self.placed


def _at(settings: Settings, doubts: Sequence[inputs.Doubt], positions: Mapping[str, float]) -> Settings:
    """Settings at a point; a value that a scenario sets itself is asked about, and no doubt."""
    at = {one.name: positions[one.name] for one in doubts}
    return _without_sample(inputs.with_positions(settings, doubts, at))


def _usable(composed: Composed, prior: _Prior, chosen: np.ndarray) -> np.ndarray:
    """Those of some drawn points at which the plan can be played, in their order; all of a fitted sample."""
    if composed.settings.inputs.sample is not None:
        return chosen
    can: dict[int, bool] = {}
    for at in dict.fromkeys(chosen.tolist()):
        positions = dict(zip(prior.names, prior.candidates[at].tolist(), strict=True))
        can[at] = not any(checks.problems(_at(composed.settings, prior.doubts, positions)))
    kept = np.array([at for at in chosen.tolist() if can[at]], dtype=np.int64)
    if not kept.size:
        raise ConfigError(["the plan can be played at none of the points that agree with the pilot"])
    return np.resize(kept, chosen.size)


def _without_sample(settings: Settings) -> Settings:
    return settings.model_copy(update={"inputs": settings.inputs.model_copy(update={"sample": None})})


# --- playing ----------------------------------------------------------------------------------------------------------


def _simulate(prior: _Prior, rows: Sequence[Row], play: Play) -> np.ndarray:
    """Figures of simulated pilots, shape (played, rows); every one with luck of its own."""
    names = [f"pilot at point {at + 1}" for at in range(len(prior.worlds))]
    outcome = play(dict(zip(names, prior.worlds)), {name: at + 1 for at, name in enumerate(names)})
    found = np.full((len(names), len(rows)), np.nan)
    for at, name in enumerate(names):
        for results in outcome.points.get(name, []):
            found[at] = figures_of(results, rows)
    return found


def _unfitted(rows: Sequence[Row], plan: Settings) -> tuple[tuple[Row, ...], list[Row]]:
    """Figures that the plan's sample was not fitted to, and those that it was."""
    if plan.inputs.sample is None:
        return tuple(rows), []
    fitted = set(_fitted_ids(inputs.read(plan.inputs.sample).about))
    return tuple(row for row in rows if row.published not in fitted), [row for row in rows if row.published in fitted]


def _fitted_ids(about: Mapping[str, Any]) -> Iterator[str]:
    for one in about.get("rows", []):
        if one.get("state") == "used":
            yield str(one.get("id"))


def _with_told(weights: Weights, told: Sequence[str], fitted: Sequence[Row]) -> Weights:
    """Weights with more to be known of them."""
    said = [*told]
    if fitted:
        names = ", ".join(row.published for row in fitted)
        said.append(f"Left out of the weights, since the plan's sample was fitted to them: {names}.")
    return replace(weights, told=(*weights.told, *said))


# --- the updated sample ---------------------------------------------------------------------------------------------


def _keep(pilot: Pilot, prior: _Prior, weights: Weights, chosen: np.ndarray, plan: Settings) -> Path:
    """Write the updated points under a name that says what they rest on, and give the path."""
    about = {
        "made_by": f"borderops readiness, version {version()}",
        "pilot": pilot.name,
        "pilot_sha256": pilot.digest,
        "as_of": None if plan.study.as_of is None else str(plan.study.as_of),
        "known_by": str(max(row.known_on for row in pilot.rows)),
        "played": len(prior.played),
        "points": len(prior.candidates),
        "effective_points": round(weights.effective, 1),
        "method": "points weighed by simulated pilots, then drawn by weight",
        "told": list(weights.told),
    }
    positions = prior.candidates[chosen][:, : len(prior.doubts)]
    digest = sha256_of_text(f"{about} {np.round(positions, 6).tolist()}")
    path = Path(plan.run.outputs) / FOLDER / f"{pilot.name}-{digest[:12]}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs.write(path, prior.doubts, positions.tolist(), about)
    return path
