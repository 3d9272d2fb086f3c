"""``borderops uncertainty``: what nobody knows outside, chance inside, and how much of the doubt comes from which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import (
    announce,
    count,
    experiment_of,
    finish,
    nothing_to_show,
    numbers_of,
    play_points,
    read_arrivals,
    tell,
    working,
)
from borderops.config.compose import Composed, compose
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder

if TYPE_CHECKING:
    from borderops.config.doubts import Doubt
    from borderops.experiments.trials import Outcome
    from borderops.report.run_files import Circumstances

POINTS: Final = 20
MOST_POINTS: Final = 10_000
FEWEST: Final = 2
MOST_NAMED: Final = 3
AS_SHIPPED: Final = 0.5
"""Uniform of the shipped value."""


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, and ``points=`` (20) and ``vary=`` (beginnings of keys; everything with a range).

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    points, among, rest = _own_words(words)
    composed = compose(rest)
    settings = composed.settings
    if settings.run.replications < FEWEST:
        raise ConfigError([f"run.replications is {settings.run.replications}; allowed here: {FEWEST} or more, since "
                           "chance shows only between replications"])  # fmt: skip
    if settings.precision:
        asked = ", ".join(f"precision.{kpi}" for kpi in settings.precision)
        raise ConfigError([f"{asked} cannot be asked here; allowed: points and run.replications, since more "
                           "replications do not narrow what comes from the inputs"])  # fmt: skip
    read_arrivals(composed)
    from borderops.config.doubts import doubts_of

    doubts = doubts_of(composed, among, rest)
    with working(settings, f"uncertainty-{settings.scenario}", ["uncertainty", *words]) as (folder, about):
        what = f"{settings.scenario}, {count(points, 'point')} of {count(len(doubts), 'doubt')}"
        announce(folder, settings, what, about.words)
        drawn, uniforms = _points(rest, doubts, settings.seed, points)
        outcome = play_points(experiment_of({name: one.settings for name, one in drawn.items()}), numbers_of(settings))
        return _end(composed, drawn, uniforms, folder, outcome, about)


def _own_words(words: Sequence[str]) -> tuple[int, list[str], list[str]]:
    """Number of points, beginnings of keys, and the other words."""
    points, among, rest, problems = POINTS, [], [], []
    for word in words:
        key, _, value = word.partition("=")
        if key == "points":
            if not value.isdecimal() or not FEWEST <= int(value) <= MOST_POINTS:
                problems.append(f"points is {value}; allowed: a whole number from {FEWEST} to {MOST_POINTS:,}")
            else:
                points = int(value)
        elif key == "vary":
            # One pair of brackets around the list, and none of those inside a key such as orr.pace[3].
            inside = value[1:-1] if value.startswith("[") and value.endswith("]") else value
            among = [one.strip() for one in inside.split(",") if one.strip()]
            if not among:
                problems.append("vary is empty; allowed: beginnings of keys, such as vary=orr,stations.sites")
        else:
            rest.append(word)
    if problems:
        raise ConfigError(problems)
    return points, among, rest


def _points(
    words: Sequence[str], doubts: Sequence[Doubt], seed: int, points: int
) -> tuple[dict[str, Composed], list[Mapping[str, float]]]:
    """Settings of every point, and its uniforms."""
    from borderops.config.doubts import compose_at
    from borderops.experiments.inputs import latin_hypercube

    names = [doubt.name for doubt in doubts]
    uniforms = [dict(zip(names, row)) for row in latin_hypercube(seed, points, names).tolist()]
    drawn, contradicted, held = {}, 0, set()
    for number, at in enumerate(uniforms, start=1):
        drawn[f"point {number}"], stayed = compose_at(words, doubts, at)
        at.update(dict.fromkeys(stayed, AS_SHIPPED))  # what was played, not what was drawn
        contradicted += bool(stayed)
        held.update(stayed)
    if held:
        where, what = count(contradicted, "point"), ", ".join(sorted(held)[:MOST_NAMED])
        more = f" and {len(held) - MOST_NAMED} more" if len(held) > MOST_NAMED else ""
        tell(f"note: at {where} values contradict one another and stay as shipped: {what}{more}")
    return drawn, list(uniforms)


def _end(
    composed: Composed,
    drawn: Mapping[str, Composed],
    uniforms: Sequence[Mapping[str, float]],
    folder: RunFolder,
    outcome: Outcome,
    about: Circumstances,
) -> int:
    from borderops.report.points_files import write_uncertainty
    from borderops.report.uncertainty_page import uncertainty_table_text

    if sum(len(results) > 1 for results in outcome.points.values()) < FEWEST:
        return nothing_to_show(outcome, "Too few points were finished to tell anything")
    contents = write_uncertainty(folder, composed, drawn, uniforms, outcome, about)
    print(f"\n{uncertainty_table_text(contents)}")
    return finish(folder, outcome)
