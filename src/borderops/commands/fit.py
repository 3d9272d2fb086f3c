"""``borderops fit``: which values agree with what was published, as a sample, and what the figures cannot tell.

Costly runs are played on the trial store, so that a fit that was cut off goes on where it was; all else is reckoned.
"""

from __future__ import annotations

import os

# Tables of a fit are small: threads of linear algebra would wait for each other and for the trials. Before numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import (
    announce,
    as_one,
    count,
    finish,
    nothing_to_show,
    play_scattered,
    scattered_over,
    tell,
    working,
)
from borderops.config.compose import OVERRIDE, Composed, compose
from borderops.config.places import SCENARIO_GROUP
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder
from borderops.validity.worlds import SEASON, WORLDS

if TYPE_CHECKING:
    import numpy as np

    from borderops.config.doubts import Doubt
    from borderops.config.register import Parameter
    from borderops.config.schema import Settings
    from borderops.experiments.trials import Outcome
    from borderops.fitting.emulator import Runs
    from borderops.fitting.waves import Fitted, Step
    from borderops.report.run_files import Circumstances
    from borderops.validity.rows import Row

WAVES, POINTS, SAMPLE, TRUTHS = 3, 200, 100, 50
LUCKS: Final = 20
"""Replications that points take in turn, so that luck can be told from inputs."""

NUMBERS: Final = {"waves": (1, 9), "points": (12, 10_000), "sample": (2, 2_000), "truths": (0, 10_000)}
"""Own words that are whole numbers, with the least and the most."""

NOT_HERE: Final = {
    "run.replications": "points= and waves=, since every point is played once",
    "run.most_replications": "points= and waves=, since every point is played once",
    "inputs.sample": "no sample, since it is what a fit finds",
}

FITTED: Final = "fitted"
FOLDER: Final = "posteriors"


@dataclass(frozen=True)
class Own:
    """The command's own words."""

    waves: int = WAVES
    points: int = POINTS
    sample: int = SAMPLE
    truths: int = TRUTHS
    among: tuple[str, ...] = ()
    name: str | None = None
    into: Path | None = None


@dataclass(frozen=True)
class Asked:
    """What is to be fitted.

    Parameters
    ----------
    own : Own
    worlds : dict of str to Composed
        Those that rows speak of, the season first.
    by_world : dict of str to list of Doubt
        What is fitted of each world's parameters.
    doubts : list of Doubt
        All of them, those of one name as one.
    rows : list of Row
    left_out : dict of str to str
        Rows that may be fitted to and are not asked, with the reason.
    into : Path or None
    """

    own: Own
    worlds: dict[str, Composed]
    by_world: dict[str, list[Doubt]]
    doubts: list[Doubt]
    rows: list[Row]
    left_out: dict[str, str]
    into: Path | None

    @property
    def settings(self) -> Settings:
        """Of the season."""
        return self.worlds[SEASON].settings


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, and the command's own words, see ``borderops help fit``.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    asked = _asked(words)
    with working(asked.settings, f"fit-{asked.settings.scenario}", ["fit", *words]) as (folder, about):
        what = (
            f"{count(len(asked.doubts), 'value')} in doubt, {count(len(asked.rows), 'published figure')}, "
            f"{count(asked.own.waves, 'wave')} of {count(asked.own.points, 'point')} "
            f"in {count(len(asked.worlds), 'world')} ({', '.join(asked.worlds)})"
        )
        announce(folder, asked.settings, what, about.words)
        return _fit(asked, folder, about)


# --- what is asked ----------------------------------------------------------------------------------------------------


def _asked(words: Sequence[str]) -> Asked:
    """Everything that is asked for, or all that is wrong with it."""
    own, rest, problems = _own_words(words)
    try:
        worlds, rows, left_out = _worlds(rest)
        by_world, doubts = _doubts(worlds, own.among, rest)
        into = _into(own, worlds[SEASON].settings)
    except ConfigError as found:
        raise ConfigError(dict.fromkeys([*problems, *found.problems])) from None
    if problems:
        raise ConfigError(problems)
    return Asked(own, worlds, by_world, doubts, rows, left_out, into)


def _own_words(words: Sequence[str]) -> tuple[Own, list[str], list[str]]:
    """Own words, the others, and what is wrong with the own ones."""
    found: dict[str, int | tuple[str, ...] | str | Path] = {}
    rest: list[str] = []
    problems: list[str] = []
    for word in words:
        key, _, value = word.partition("=")
        if key in NUMBERS:
            least, most = NUMBERS[key]
            if value.isdecimal() and least <= int(value) <= most:
                found[key] = int(value)
            else:
                problems.append(f"{key} is {value}; allowed: a whole number from {least} to {most:,}")
        elif key == "among":
            inside = value[1:-1] if value.startswith("[") and value.endswith("]") else value
            found[key] = tuple(one.strip() for one in inside.split(",") if one.strip())
            if not found[key]:
                problems.append("among is empty; allowed: beginnings of keys, such as among=orr,transport")
        elif key == "name":
            found[key] = value
            if not value or not all(one.isalnum() or one in "-_" for one in value):
                problems.append(f"name is {value!r}; allowed: letters, digits, - and _")
        elif key == "into":
            found[key] = Path(value).with_suffix(".yaml") if value else Path()
            if not value or Path(value).is_dir():
                problems.append(f"into is {value!r}; allowed: a file, such as into=mine/fitted.yaml")
        elif key in NOT_HERE:
            problems.append(f"{key} cannot be given here; allowed: {NOT_HERE[key]}")
        elif key.startswith("precision."):
            problems.append(f"{key} cannot be asked here; allowed: points= and waves=")
        else:
            rest.append(word)
    if {"name", "into"} <= set(found):
        problems.append("name and into are both given; allowed: one of them, both say where the sample goes")
    return Own(**found), rest, problems  # type: ignore[arg-type]


def _worlds(words: Sequence[str]) -> tuple[dict[str, Composed], list[Row], dict[str, str]]:
    """The worlds that rows speak of, the rows, and those left out with the reason."""
    from borderops.validity.rows import rows

    # Around the values as they stand: a sample from before, the shipped one even, would count its figures twice.
    own = [*words, "run.replications=1", "inputs.sample=null"]
    if not any(_key_of(word) == "trials.keep" for word in words):
        own.append("trials.keep=figures")  # histories of every point would fill a disk
    single = compose(own)
    as_of = single.settings.study.as_of
    if as_of is None:
        given = [word for word in words if _key_of(word) == SCENARIO_GROUP]
        if given:
            allowed = "no scenario, since published figures say which worlds are played, or one asked as of a day"
            raise ConfigError([f"{word} cannot be fitted; allowed: {allowed} (study.as_of)" for word in given])
    may = [one for one in rows() if one.role == "fit"]
    late = {one.figure: f"known on {one.known_on}, after {as_of}" for one in may if as_of and one.known_on > as_of}
    used = [one for one in may if one.figure not in late]
    if not used:
        raise ConfigError([f"study.as_of is {as_of}; allowed: a day on which a figure to fit to was known"])
    if as_of is not None:
        others = [one for one in own if _key_of(one) != SCENARIO_GROUP]
        worlds = {SEASON: single}
        worlds |= {
            name: compose([*WORLDS[name], f"study.as_of={as_of}", *others])
            for name in WORLDS
            if name != SEASON and any(one.world == name for one in used)
        }
        return worlds, used, late
    wanted = {SEASON, *(one.world for one in used)}
    return {name: compose([*WORLDS[name], *own]) for name in WORLDS if name in wanted}, used, late


def _key_of(word: str) -> str:
    parts = OVERRIDE.fullmatch(word)
    return parts["key"].strip() if parts else ""


def _doubts(
    worlds: Mapping[str, Composed], among: Sequence[str], words: Sequence[str]
) -> tuple[dict[str, list[Doubt]], list[Doubt]]:
    """What is fitted of each world, and all of it: entries of one name are one, and move together."""
    from borderops.config.doubts import Doubt, doubts_of

    by_world: dict[str, list[Doubt]] = {}
    problems: dict[str, int] = {}
    for name, composed in worlds.items():
        some: list[Doubt] = []
        if among:
            for one in among:
                try:
                    some += [doubt for doubt in doubts_of(composed, [one], words) if doubt not in some]
                except ConfigError as found:
                    for sentence in found.problems:
                        problems[sentence] = problems.get(sentence, 0) + 1
        else:
            some = [one for one in doubts_of(composed, (), words) if one.parameters[0].grade == FITTED]
        by_world[name] = some
    told = [one.replace("vary=", "among=", 1) for one, times in problems.items() if times == len(worlds)]
    if told:
        raise ConfigError(told)
    merged: dict[str, dict[tuple[str, object], Parameter]] = {}
    for some in by_world.values():
        for doubt in some:
            for parameter in doubt.parameters:
                merged.setdefault(doubt.name, {}).setdefault((parameter.key, parameter.value), parameter)
    doubts = [Doubt(name, tuple(parameters.values())) for name, parameters in merged.items()]
    if not doubts:
        raise ConfigError(["nothing is in doubt that could be fitted: every fitted value was set by you"])
    return by_world, doubts


def _into(own: Own, settings: Settings) -> Path | None:
    """Where the sample is written besides the run's folder."""
    if own.into is not None:
        return own.into
    if own.name is None:
        return None
    path = Path(settings.run.outputs) / FOLDER / f"{own.name}.yaml"
    if path.exists():
        raise ConfigError([f"name is {own.name}, and {path} is there already; allowed: another name, or into={path}, "
                           "which replaces it"])  # fmt: skip
    return path


# --- playing ----------------------------------------------------------------------------------------------------------


class Interrupted(Exception):
    """Playing was cut short."""


class Player:
    """Plays points in every world and reads the rows.

    Parameters
    ----------
    asked : Asked
    """

    def __init__(self, asked: Asked):
        self._asked = asked
        self.outcomes: list[Outcome] = []
        self.wave = 0

    def settings_at(self, world: str, point: np.ndarray) -> Settings:
        """Settings of a world at a point of the cube."""
        from borderops.config.inputs import with_positions

        position = dict(zip([one.name for one in self._asked.doubts], point.tolist()))
        own = self._asked.by_world[world]
        return with_positions(self._asked.worlds[world].settings, own, {one.name: position[one.name] for one in own})

    def is_allowed(self, point: np.ndarray) -> bool:
        """Whether values at a point, as it is written down, contradict one another in no world."""
        from borderops.config import checks

        at = point.round(6)
        return not any(one for world in self._asked.worlds for one in checks.problems(self.settings_at(world, at)))

    def settled(self, points: np.ndarray) -> np.ndarray:
        """Points with those that are not allowed drawn towards the middle as far as it takes."""
        found, moved = points.round(6), 0
        for at, point in enumerate(found):
            pulled = point
            for step in range(1, 11):
                if self.is_allowed(pulled):
                    break
                pulled = (0.5 + (point - 0.5) * (1.0 - step / 10.0)).round(6)
            moved += bool((pulled != point).any())
            found[at] = pulled
        if moved:
            tell(f"note: at {count(moved, 'point')} values contradict one another; drawn towards the shipped values")
        return found

    def play(self, points: np.ndarray) -> Runs:
        """Play points, each in one replication of every world.

        Raises
        ------
        Interrupted
            If it was cut short; what is finished is kept.
        """
        import numpy as np

        from borderops.fitting.emulator import Runs

        self.wave += 1
        numbers = 1 + np.arange(len(points)) % LUCKS
        named = [
            {world: (self._name(world, at), self.settings_at(world, point)) for world in self._asked.worlds}
            for at, point in enumerate(points)
        ]
        outcome = self._play(
            {name: (one, int(numbers[at])) for at, worlds in enumerate(named) for name, one in worlds.values()}
        )
        return Runs(points, numbers, np.array([self._read(outcome, worlds) for worlds in named]))

    def _name(self, world: str, at: int) -> str:
        """Of a trial, in the manifest: world, wave, point."""
        return f"{world} {self.wave}.{at + 1}"

    def _play(self, points: Mapping[str, tuple[Settings, int]]) -> Outcome:
        settings = self._asked.settings
        scattered = scattered_over(
            {name: one for name, (one, _) in points.items()},
            {name: number for name, (_, number) in points.items()},
            settings,
        )
        tasks = scattered.tasks()
        tell(f"wave {self.wave}: {count(len(points), 'trial')}, {sum(len(one.trials) for one in tasks):,} to play")
        outcome = play_scattered(scattered, tasks, settings)
        self.outcomes.append(outcome)
        if outcome.was_interrupted:
            raise Interrupted
        return outcome

    def _read(self, outcome: Outcome, worlds: Mapping[str, tuple[str, Settings]]) -> np.ndarray:
        from borderops.validity.readings import readings

        results = {world: outcome.points[name][0] for world, (name, _) in worlds.items() if outcome.points[name]}
        return readings(self._asked.rows, results, {world: settings for world, (_, settings) in worlds.items()})

    @property
    def whole(self) -> Outcome:
        """All waves as one."""
        return as_one(self.outcomes)


# --- fitting ----------------------------------------------------------------------------------------------------------


def _fit(asked: Asked, folder: RunFolder, about: Circumstances) -> int:
    import numpy as np

    from borderops.experiments.inputs import latin_hypercube
    from borderops.fitting.matching import Published
    from borderops.fitting.recovery import recover
    from borderops.fitting.waves import fit_in_waves

    player, own, seed = Player(asked), asked.own, asked.settings.seed
    # Readings are rounded as the source rounded: nothing of it is left for a width.
    published = Published(np.array([one.value for one in asked.rows]), np.zeros(len(asked.rows)))
    first = player.settled(latin_hypercube(seed, own.points, [one.name for one in asked.doubts]))
    try:
        fitted = fit_in_waves(
            player.play, first, published, seed,
            waves=own.waves, sample=own.sample, is_allowed=player.is_allowed, on_step=partial(_tell_step, asked),
        )  # fmt: skip
    except Interrupted:
        return nothing_to_show(player.whole, "The fit was interrupted")
    except ValueError as problem:
        return nothing_to_show(player.whole, f"There is nothing to fit to: {problem}")
    recovery = None
    if own.truths:
        tell(f"planting {count(own.truths, 'truth')} ...")
        recovery = recover(fitted.runs[0], published.rounding, seed, own.truths)
    return _end(asked, folder, about, player.whole, fitted, recovery)


def _tell_step(asked: Asked, step: Step) -> None:
    """A wave in one line."""
    import numpy as np

    from borderops.fitting.waves import PLAYED

    used = [at for at, state in enumerate(step.states) if state == PLAYED]
    worst = sorted(used, key=lambda at: -step.apart[at])[:3]
    named = ", ".join(f"{asked.rows[at].figure} ({step.apart[at]:.1f})" for at in worst)
    wider = f" with limits {step.widened:.2f} times as wide" if step.widened > 1.0 else ""
    tell(
        f"{len(used)} rows used, {np.nanmean(step.explained):.0%} of their variance told; "
        f"10^{step.log10_share:.1f} of the cube remains{wider}; hardest to meet: {named}"
    )


def _end(
    asked: Asked, folder: RunFolder, about: Circumstances, outcome: Outcome, fitted: Fitted, recovery: object
) -> int:
    from borderops.report.fit_contents import FitContents
    from borderops.report.fit_files import write_fit
    from borderops.report.fit_prose import fit_text
    from borderops.report.limits import LIMITS
    from borderops.report.points_files import describe

    manifest = describe(asked.worlds, outcome, about)
    contents = FitContents(
        rows=asked.rows,
        left_out=asked.left_out,
        doubts=asked.doubts,
        fitted=fitted,
        recovery=recovery,  # type: ignore[arg-type]
        as_of=None if asked.settings.study.as_of is None else str(asked.settings.study.as_of),
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )
    print(f"\n{fit_text(contents)}")
    sys.stdout.flush()
    write_fit(folder, asked.worlds, contents, asked.into)
    if asked.into is not None:
        print(f"\nSample: {asked.into}")
    return finish(folder, outcome)
