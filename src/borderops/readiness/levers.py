"""Levers: what a planner can change of a plan, each by so much. Settings in, settings out; nothing is played.

Levers can be put together; `apply_all` pulls them in the order of `LEVERS`, the start last, so that what is added opens
ahead of the start that was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from borderops.config import checks
from borderops.config.keys import nearest_word
from borderops.config.schema import BED_KINDS, Settings
from borderops.exceptions import ConfigError
from borderops.readiness import moves

DESIGNS: Final = ("as planned", "e3_april_2018", "e3_august_2018", "edit_checks", "shared_record")
"""Levels of the lever ``tracking``: shipped designs from the weakest to the one that keeps most."""

SWITCH: Final = ("as planned", "yes")
MOST_DAYS: Final = 365


@dataclass(frozen=True)
class Lever:
    """Something of a plan that can be changed by whole steps; level 0 is the plan as it is.

    Parameters
    ----------
    name : str
    unit : str
        Of a level: ``beds``, ``days``; empty where levels have names.
    words : str
        What a level is so much of.
    lowest, highest, step : int
        Levels that a search goes through unless it is told others.
    stated : int
        Level at which a package has it unless it is told another.
    move : callable
        Settings and a level above 0 to settings that are not checked yet.
    names : tuple of str
        Of the levels from 0 on, where each is something else.
    like : tuple of str
        Levers that move the same criteria.
    groups : mapping of str to tuple of str
        By kind of group those that it moves; of kinds that are not named here it moves all groups.
    """

    name: str
    unit: str
    words: str
    lowest: int
    highest: int
    step: int
    stated: int
    move: Callable[[Settings, int], Settings]
    names: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def moves(self, names: Iterable[str]) -> bool:
        """Whether it is one of the levers that a criterion names, or like one of them."""
        return bool({self.name, *self.like} & set(names))

    def told(self, level: int) -> str:
        """A level in words: ``+300 beds``, ``28 days later``, ``shared_record``."""
        if self.names:
            return self.names[level]
        return f"{level:,} {self.unit}" if level == 0 or self.name in UNSIGNED else f"+{level:,} {self.unit}"

    def told_with_name(self, level: int) -> str:
        """A level in words that say of what: ``+300 beds.age_0_12``, ``start 28 days later``, ``guidance``."""
        if self.names:
            return self.name if self.names == SWITCH else f"{self.name} {self.names[level]}"
        if self.name in UNSIGNED:
            return f"{self.name} {level:,} days later" if self.name == START else f"{level:,} % {self.name}"
        return f"+{level:,} {self.name}"

    def levels(self, settings: Settings) -> range:
        """Levels that a search goes through: those of the lever that the plan allows.

        Raises
        ------
        ConfigError
            If the plan leaves nothing to move.
        """
        highest = self.highest
        if self.name == START:
            highest = min(highest, _days_left(settings))
        return range(self.lowest, highest + 1, self.step)

    def apply(self, settings: Settings, level: int) -> Settings:
        """The plan with this much of the lever.

        Parameters
        ----------
        settings : Settings
            Not changed.
        level : int

        Returns
        -------
        Settings
            Checked as settings that a planner gives are.

        Raises
        ------
        ConfigError
            If the level is none of the lever's, or makes settings that cannot be used.
        """
        problems = [*self.problems(settings, level)]
        if problems:
            raise ConfigError(problems)
        if level == 0:
            return settings
        return _checked(self.move(settings, level), f"{self.name} at {level:,}")

    def problems(self, settings: Settings, level: int) -> Iterable[str]:
        """What is wrong with a level, before it is tried."""
        key = f"the level of {self.name}"
        most = len(self.names) - 1 if self.names else 100 if self.name == FEWER else None
        if isinstance(level, bool) or not isinstance(level, int) or level < 0 or (most is not None and level > most):
            named = f" ({', '.join(f'{at}: {one}' for at, one in enumerate(self.names))})" if self.names else ""
            allowed = f"a whole number, 0 or more{'' if most is None else f', at most {most}'}{named}"
            yield f"{key} is {level}; allowed: {allowed}"
            return
        if level and self.name in OF_THE_POLICY and moves.policy_start(settings) is None:
            yield (
                f"{self.name} cannot be moved; allowed: a policy that refers more families from some day of the window "
                f"({settings.window.start} to {settings.window.end}) on"
            )
        elif level and self.name == START and level > _days_left(settings):
            yield (
                f"{key} is {level}; allowed: at most {_days_left(settings)}, so that the season ends by window.end "
                f"({settings.window.end})"
            )


START: Final = "start"
FEWER: Final = "fewer_referrals"
OF_THE_POLICY: Final = (START, FEWER)
UNSIGNED: Final = (START, FEWER)
"""Levers whose level is no addition."""


def _days_left(settings: Settings) -> int:
    """Days by which the season, or without one the policy's start, can be moved within the window."""
    start = moves.policy_start(settings)
    last = settings.study.season_end or start or settings.window.end
    return max((settings.window.end - max(last, settings.window.start)).days, 0)


def _checked(settings: Settings, what: str) -> Settings:
    try:
        found = Settings.model_validate(settings.model_dump())
    except ValidationError as problem:
        told = [f"{what}: {'.'.join(map(str, one['loc']))} {one['msg'].lower()}" for one in problem.errors()]
        raise ConfigError(told) from None
    problems = [f"{what}: {one}" for one in checks.problems(found)]
    if problems:
        raise ConfigError(problems)
    return found


def _beds(kind: str, of: str, bands: tuple[str, ...], highest: int, step: int, stated: int) -> Lever:
    words = f"more shelter beds for {of}, open {moves.AHEAD} days before the policy starts"
    groups = {"bed_kind": (kind,), "age_band": bands}

    def move(settings: Settings, beds: int) -> Settings:
        return moves.more_beds(settings, kind, beds)

    return Lever(f"beds.{kind}", "beds", words, 0, highest, step, stated, move, groups=groups)


LEVERS: Final[Mapping[str, Lever]] = {
    lever.name: lever
    for lever in (
        _beds("age_0_12", "children of 12 and under", ("0–4", "5–12"), 2500, 100, 900),
        _beds("girls_13_17", "girls from 13 to 17", ("13–17",), 2500, 100, 900),
        _beds("boys_13_17", "boys from 13 to 17", ("13–17",), 5000, 200, 2000),
        Lever("coordinators", "coordinators", "more juvenile coordinators on duty by day, shared out over the stations",
              0, 60, 2, 27, moves.more_coordinators),
        Lever("coordinators_at_night", "coordinators a station", "more juvenile coordinators on duty at night at each "
              "station", 0, 6, 1, 2, moves.more_coordinators_at_night, like=("coordinators",)),
        Lever("agents", "agents a shift", "more processing agents in each shift, shared out over the stations",
              0, 150, 5, 75, moves.more_agents),
        Lever("intake_desk", "workers", "more workers at ORR's intake desk, by day and by night",
              0, 12, 1, 3, moves.more_at_the_desk),
        Lever("court_slots", "slots a court day", "more court slots, shared out as the others are",
              0, 1000, 25, 500, moves.more_slots),
        Lever("court_slots_for_parents", "slots a court day", "more court slots, all kept for parents",
              0, 500, 10, 200, moves.more_slots_for_parents, like=("court_slots",)),
        Lever("joint_team", "workers", "more workers of the joint team that carries out the court's order",
              0, 40, 2, 16, moves.more_in_the_team),
        Lever("tracking", "", f"the tracking design, live {moves.AHEAD} days before the policy starts",
              0, len(DESIGNS) - 1, 1, 2, lambda settings, rank: moves.better_design(settings, DESIGNS, rank), DESIGNS),
        Lever("mail", "", "referrals to HHS by machine in place of mail", 0, 1, 1, 1,
              lambda settings, _: moves.with_feature(settings, "exchange", "automatic", ("automatic_by_family",)),
              SWITCH),
        Lever("training", "", "everybody who uses the tracking design trained before it is used", 0, 1, 1, 1,
              lambda settings, _: moves.with_feature(settings, "training", "before_launch"), SWITCH,
              ("guidance",)),
        Lever("guidance", "", f"written guidance everywhere, {moves.AHEAD} days before the policy starts", 0, 1, 1, 1,
              lambda settings, _: moves.with_guidance(settings), SWITCH),
        Lever(FEWER, "per cent fewer", "fewer family adults referred from the policy's start on",
              0, 100, 5, 50, moves.fewer_referred,
              like=(*(f"beds.{kind}" for kind in BED_KINDS), "coordinators", "intake_desk", "court_slots")),
        Lever(START, "days later", "a later start of the policy, and of a stress that is on, while what goes live on a "
              "date stays", 0, MOST_DAYS, 7, 28, moves.later_start),
    )
}  # fmt: skip
"""All levers by name, in the order in which they are pulled together."""


def lever_named(name: str) -> Lever:
    """A lever by its name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if name in LEVERS:
        return LEVERS[name]
    near = nearest_word(name, [*LEVERS])
    hint = f"; did you mean {near}?" if near else ""
    raise ConfigError([f"{name} is no lever{hint} (levers: {', '.join(LEVERS)})"])


def apply_all(settings: Settings, levels: Mapping[str, int]) -> Settings:
    """The plan with several levers at once.

    Parameters
    ----------
    settings : Settings
    levels : mapping of str to int
        By name of the lever, in any order.

    Returns
    -------
    Settings

    Raises
    ------
    ConfigError
        With all that is wrong with the levels, or with what they come to together.
    """
    problems = []
    for name, level in levels.items():
        try:
            problems += [*lever_named(name).problems(settings, level)]
        except ConfigError as found:
            problems += found.problems
    if problems:
        raise ConfigError(problems)
    return _checked(pull(settings, levels), " and ".join(f"{name} at {level:,}" for name, level in levels.items()))


def pull(settings: Settings, levels: Mapping[str, int]) -> Settings:
    """As `apply_all`, for levels that were tried on the same plan already: nothing is checked."""
    for name, lever in LEVERS.items():
        if levels.get(name):
            settings = lever.move(settings, levels[name])
    return settings


def later(settings: Settings, days: int) -> str:
    """The day on which the policy starts when it starts so many days later, in words for a table."""
    start = moves.policy_start(settings)
    return "" if start is None else str(start + timedelta(days=days))
