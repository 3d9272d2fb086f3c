"""What ``borderops readiness`` can be asked besides: a pilot, stresses, and more seasons to learn what to watch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import count, play_scattered, scattered_over, tell
from borderops.config import places
from borderops.config.compose import Composed, compose
from borderops.config.keys import nearest_word
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder
from borderops.experiments.trials import Outcome

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    import pandas as pd

    from borderops.experiments.piloting import Replay
    from borderops.readiness.criteria import Criteria
    from borderops.readiness.pilot import Pilot
    from borderops.report.readiness_contents import ReadinessContents

STRESS: Final = "stress"
NONE: Final = "none"
ALL: Final = "all"
FEWEST_WATCHED, MOST_WATCHED = 20, 10_000
FEWEST_POINTS, MOST_POINTS = 20, 2_000
OWN: Final = ("pilot", "pilot_points", "watch", STRESS)
"""Words of the command itself; ``stress`` names what the plan is tried against, beside being asked as it is."""


@dataclass(frozen=True)
class Extras:
    """What is asked besides a verdict.

    Parameters
    ----------
    pilot : Pilot or None
    pilot_points : int or None
        Simulated pilots; None for the usual number.
    stresses : tuple of str
    asks_all : bool
        All stresses were asked for, so that those that cannot be asked are left out instead of refused.
    watched : int
        Seasons across the uncertain inputs to learn from; 0 for those of the review itself.
    """

    pilot: Pilot | None = None
    pilot_points: int | None = None
    stresses: tuple[str, ...] = ()
    asks_all: bool = False
    watched: int = 0


def read_extras(words: Sequence[str]) -> tuple[Extras, list[str], list[str]]:
    """What is asked besides, the other words, and what is wrong with the own ones.

    Parameters
    ----------
    words : sequence of str

    Returns
    -------
    extras : Extras
    rest : list of str
    problems : list of str
    """
    extras, rest, problems = Extras(), [], []
    for word in words:
        key, equals, value = word.partition("=")
        if key not in OWN or not equals:
            rest.append(word)
        elif key == "pilot":
            from borderops.readiness.pilot import read_pilot

            try:
                extras = replace(extras, pilot=read_pilot(value))
            except ConfigError as problem:
                problems += problem.problems
        elif key == STRESS:
            found = _stresses(value, problems)
            extras = replace(extras, stresses=found, asks_all=value == ALL)
        else:
            field, least, most = (
                ("watched", FEWEST_WATCHED, MOST_WATCHED) if key == "watch" else (key, FEWEST_POINTS, MOST_POINTS)
            )
            if value.isdecimal() and least <= int(value) <= most:
                extras = replace(extras, **{field: int(value)})  # type: ignore[arg-type]
            else:
                problems.append(f"{key} is {value}; allowed: a whole number from {least} to {most:,}")
    return extras, rest, problems


def _stresses(value: str, problems: list[str]) -> tuple[str, ...]:
    known = [one for one in places.group_options()[STRESS] if one != NONE]
    if value == ALL:
        return tuple(known)
    inside = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    names = [one.strip() for one in inside.split(",") if one.strip() and one.strip() != NONE]
    for name in names:
        if name not in known:
            near = nearest_word(name, known)
            hint = f"; did you mean {near}?" if near else ""
            problems.append(f"stress={name} is not known{hint} (allowed: {ALL}, or of {', '.join(known)})")
    return tuple(dict.fromkeys(names))


# --- a pilot --------------------------------------------------------------------------------------------------------


def replay_pilot(extras: Extras, words: Sequence[str], composed: Composed, criteria: Criteria) -> Replay | None:
    """Play the pilot and weigh what is in doubt by it; None where no pilot was named."""
    if extras.pilot is None:
        return None
    from borderops.experiments.piloting import POINTS, replay

    points = extras.pilot_points or POINTS
    tell(f"pilot {extras.pilot.name}: {count(points, 'point')} of what is in doubt")
    found = replay(extras.pilot, words, composed, criteria, _Player(composed.settings), points=points)
    tell(f"pilot {extras.pilot.name} alone: {found.gate.verdict}; {found.weights.effective:.0f} points count in effect")
    return found


class _Player:
    """Plays points, each in a replication of its own, with progress and the log."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def __call__(self, points: Mapping[str, Settings], numbers: Mapping[str, int]) -> Outcome:
        scattered = scattered_over(points, numbers, self._settings)
        outcome = play_scattered(scattered, scattered.tasks(), self._settings)
        if outcome.was_interrupted:
            raise KeyboardInterrupt("no report was written; finished seasons are kept, and the same command goes on")
        return outcome


# --- stresses -------------------------------------------------------------------------------------------------------


def under_stress(extras: Extras, words: Sequence[str]) -> tuple[dict[str, Composed], list[str]]:
    """The plan under each stress, and sentences on those that were left out.

    Raises
    ------
    ConfigError
        If a stress that was named cannot be asked.
    """
    found, left_out, problems = {}, [], []
    for name in extras.stresses:
        try:
            found[name] = compose([*words, f"{STRESS}={name}"])
        except ConfigError as problem:
            if extras.asks_all:
                left_out.append(f"{name}: left out; {problem.problems[0]}.")
            else:
                problems += problem.problems
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return found, left_out


def carried_out_like(plan: Composed, stressed: Mapping[str, Composed]) -> dict[str, Composed]:
    """The plan under stresses with the inputs and the replications of the plan itself."""
    how = {"inputs": plan.settings.inputs, "run": plan.settings.run}
    return {name: replace(one, settings=one.settings.model_copy(update=how)) for name, one in stressed.items()}


def point_of(name: str) -> str:
    """Name of the point of a stress."""
    return f"under {name}"


# --- sections -------------------------------------------------------------------------------------------------------


def with_sections(
    contents: ReadinessContents,
    extras: Extras,
    criteria: Criteria,
    outcome: Outcome,
    stressed: Mapping[str, Composed],
    left_out: Sequence[str],
    replay: Replay | None,
    words: Sequence[str],
    composed: Composed,
) -> ReadinessContents:
    """Contents of a review with the sections that were asked for, and what to watch."""
    from borderops.report.readiness_pilot import pilot_section

    return replace(
        contents,
        pilot=None if replay is None else pilot_section(replay),
        stress=_stress(contents, criteria, outcome, stressed, left_out) if stressed or left_out else None,
        indicators=_indicators(contents, extras, criteria, outcome, words, composed),
    )


def _stress(
    contents: ReadinessContents,
    criteria: Criteria,
    outcome: Outcome,
    stressed: Mapping[str, Composed],
    left_out: Sequence[str],
) -> object:
    from borderops.forecast.results import sample
    from borderops.readiness.judging import judge
    from borderops.readiness.plan_facts import facts_of, start_of
    from borderops.readiness.recovery import courses, summarise_courses
    from borderops.report.readiness_stress import Stressed, stress_section

    usual, found = sample(outcome.results, "daily"), []
    for name, composed in stressed.items():
        results, settings = outcome.points[point_of(name)], composed.settings
        if not results:
            continue
        start = start_of(settings)
        kpis = sample(results, "kpis")
        review = judge(criteria, kpis, facts_of(settings, start), start, settings.study.as_of, outcome.asked)
        begins = settings.stress.begins
        assert begins is not None, "composing dates a stress"
        courses_of = courses(sample(results, "daily"), begins, usual)
        found.append(Stressed(name, settings.stress.title, review, summarise_courses(courses_of, contents.level)))
    return stress_section(contents.review, found, contents.level, left_out)


def _indicators(
    contents: ReadinessContents,
    extras: Extras,
    criteria: Criteria,
    outcome: Outcome,
    words: Sequence[str],
    composed: Composed,
) -> object:
    from borderops.forecast.results import sample
    from borderops.readiness.indicators import first_week, learn
    from borderops.report.readiness_watch import watch_section

    results = outcome.results
    basis = _basis(composed.settings, len(results))
    if extras.watched:
        from borderops.experiments.piloting import across_inputs

        points = across_inputs(words, composed, extras.watched)
        played = _Player(composed.settings)(points, {name: at for at, name in enumerate(points, start=1)})
        results = [
            replace(one, replication=at) for at, some in enumerate(played.points.values(), start=1) for one in some
        ]
        basis = f"Learned from {count(len(results), 'season')}, each at a point of its own of what is in doubt."
        if len(results) < extras.watched:
            basis += f" {extras.watched - len(results)} of {extras.watched} points contradict themselves or failed."
    if not results:
        return watch_section([], contents.level, basis)
    week = first_week(sample(results, "daily"), contents.review.start.day)
    kpis = sample(results, "kpis")
    lessons = [learn(week, one, kpis, contents.level) for one in criteria if one.kpi]
    return watch_section(lessons, contents.level, basis)


def _basis(settings: Settings, many: int) -> str:
    varied = (
        "each with a point of the sample of inputs" if settings.inputs.sample else "all with the values as they stand"
    )
    return f"Learned from the {count(many, 'season')} of the review, {varied}."


def add_files(folder: RunFolder, contents: ReadinessContents) -> None:
    """Leave the tables of all sections in the folder."""
    from functools import partial

    from borderops.report.tables import write_csv

    for name, table in _files(contents):
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))


def _files(contents: ReadinessContents) -> Iterator[tuple[str, pd.DataFrame]]:
    for section in (contents.pilot, contents.stress, contents.indicators):
        if section is not None:
            yield from section.files.items()
