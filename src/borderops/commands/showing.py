"""``borderops show``: what a run would be made with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, get_args

from borderops.commands.help_texts import HELP
from borderops.commands.printing import print_table, text
from borderops.config import keys, places, register
from borderops.config.compose import Composed, compose
from borderops.config.schema import Settings
from borderops.exceptions import WrongInput

GRADES: Final = get_args(register.Grade)
WHAT: Final = ("settings", "register", "scenario", "criteria")
ASKED_NOT_MODELLED: Final = ("scenario", "study")


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        What to show, then overrides; of the register, ``grade=`` and words that say which parameters.

    Returns
    -------
    int
        Exit code, 0.

    Raises
    ------
    WrongInput
        If there is no such thing to show, or an override cannot be used.
    """
    if not words:
        print(HELP["show"], end="")
        return 0
    what, rest = words[0], words[1:]
    if what not in WHAT:
        near = keys.nearest_word(what, list(WHAT))
        hint = f"; did you mean {near}?" if near else ""
        raise WrongInput(f"borderops show {what} is not known{hint} (can be shown: {', '.join(WHAT)})")
    if what == "scenario":
        show_scenario(rest)
    elif what == "settings":
        print(compose(rest).yaml, end="")
    elif what == "criteria":
        show_criteria(rest)
    else:
        chosen, overrides = _choice(rest)
        show_register(compose(overrides), chosen)
    return 0


@dataclass(frozen=True)
class Choice:
    """Which parameters of the register are asked for; all of them where nothing is.

    Parameters
    ----------
    words : tuple of str
        Beginnings of keys; where no key begins so, words to look for in keys, units and sources.
    grades : tuple of str
    """

    words: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()

    def of(self, parameters: Sequence[register.Parameter]) -> list[register.Parameter]:
        """The parameters that are asked for.

        Raises
        ------
        WrongInput
            If a word finds nothing.
        """
        graded = [one for one in parameters if not self.grades or one.grade in self.grades]
        if not self.words:
            return graded
        found = {word: self._found(word, graded) for word in self.words}
        idle = [word for word, keys_found in found.items() if not keys_found]
        if idle:
            grades = f" among the {' and '.join(self.grades)} ones" if self.grades else ""
            groups = ", ".join(dict.fromkeys(one.key.split(".")[0] for one in parameters))
            raise WrongInput(
                f"borderops show register {' '.join(idle)} finds no parameter{grades} (beginnings of keys: {groups}; "
                "or a word of a key, unit or source)"
            )
        wanted = set().union(*found.values())
        return [one for one in graded if one.key in wanted]

    @staticmethod
    def _found(word: str, parameters: Sequence[register.Parameter]) -> set[str]:
        begins = {one.key for one in parameters if re.match(rf"{re.escape(word)}($|[.\[])", one.key)}
        return begins or {one.key for one in parameters if word.lower() in f"{one.key} {one.unit} {one.source}".lower()}


def _choice(words: Sequence[str]) -> tuple[Choice, list[str]]:
    """What is asked for of the register, and the overrides."""
    bare, grades, overrides = [], [], []
    for word in words:
        key, equals, value = word.partition("=")
        if key == "grade" and equals:
            grades += [one.strip() for one in value.strip("[]").split(",")]
        elif not equals and not word.startswith("~"):
            bare.append(word)
        else:
            overrides.append(word)
    wrong = [one for one in grades if one not in GRADES]
    if wrong:
        raise WrongInput(f"grade={','.join(wrong)} is not known (grades: {', '.join(GRADES)})")
    return Choice(tuple(bare), tuple(grades)), overrides


def show_register(composed: Composed, chosen: Choice | None = None) -> None:
    """Every parameter that is asked for; those that are not as shipped are marked with a star."""
    parameters = (chosen or Choice()).of(register.rows(composed.settings, composed.shipped))
    if sys.stdout.isatty():
        _read_out(parameters, composed.settings.scenario)
        return
    columns = ("set", "parameter", "value", "unit", "grade", "range", "source", "known_on")
    rows = (
        (_mark(one), one.key, one.value, one.unit, one.grade, _range(one), one.source, one.known_on)
        for one in parameters
    )
    print_table(columns, rows)


def _read_out(parameters: Sequence[register.Parameter], scenario: str) -> None:
    """The register for reading: neighbours that rest on the same source stand together, the source below them."""
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False, markup=False)
    changed = sum(not one.is_shipped for one in parameters)
    console.print(f"{len(parameters)} parameters of {scenario}; {changed} set by the user or scenario (*)\n")
    for (grade, source, known_on), group in groupby(parameters, key=lambda one: (one.grade, one.source, one.known_on)):
        together = list(group)
        width = max(len(one.key) for one in together)
        for one in together:
            plausible = f"   plausible {_range(one)}" if _range(one) else ""
            line = f"{_mark(one):1} {one.key:<{width}}   {text(one.value)} {one.unit}{plausible}"
            console.print(line, style=None if one.is_shipped else "bold yellow")
        rests_on = f"{grade}, known since {known_on}: {source}"
        console.print(Padding(rests_on, (0, 0, 1, 6)), style="dim")


def _mark(one: register.Parameter) -> str:
    return "" if one.is_shipped else "*"


def _range(one: register.Parameter) -> str:
    return "" if one.low is None else f"{text(one.low)} to {text(one.high)}"


def show_scenario(words: Sequence[str]) -> None:
    """A scenario's question, the options it chooses, and every setting it changes from the base configuration."""
    name, overrides = _named(words)
    composed = compose([f"scenario={name}", *overrides] if name else overrides)
    base = compose(["~scenario"])
    chosen = composed.settings.scenario
    run_line = next((one.run_line for one in places.list_scenarios() if one.name == chosen), "")
    print(f"scenario  {chosen}")
    print(f"question  {composed.settings.study.question}")
    print(f"run       {run_line or f'borderops run scenario={name or chosen}'}")
    print(f"window    {composed.settings.window.start} to {composed.settings.window.end}")
    print()
    options = [
        (group, option, base.choices.get(group, ""))
        for group, option in composed.choices.items()
        if group != places.SCENARIO_GROUP and option != base.choices.get(group)
    ]
    if options:
        print_table(("group", "option", "base"), options)
        print()
    print_table(("setting", "value", "base"), list(differences(composed.settings, base.settings)))


def show_criteria(words: Sequence[str]) -> None:
    """A file of criteria as it stands, once it is known to be one."""
    from borderops.readiness.criteria import DEFAULT, find, read_criteria

    names = [word.removeprefix("criteria=") for word in words]
    if len(names) > 1:
        raise WrongInput(f"borderops show criteria shows one file; {len(names)} were given: {', '.join(names)}")
    name = names[0] if names else DEFAULT
    read_criteria(name)
    print(find(name).read_text(encoding="utf-8"), end="")


def _named(words: Sequence[str]) -> tuple[str, list[str]]:
    """The scenario may stand as a bare name, or as an override like everywhere else."""
    bare = [word for word in words if "=" not in word and not word.startswith("~")]
    overrides = [word for word in words if word not in bare]
    if len(bare) > 1:
        raise WrongInput(f"borderops show scenario shows one scenario; {len(bare)} were given: {', '.join(bare)}")
    return (bare[0] if bare else ""), overrides


def differences(settings: Settings, base: Settings) -> Iterator[tuple[str, Any, Any]]:
    """Settings whose value differs from the base, with both values; an entry that only one of them has stands alone."""
    here, there = _leaves(settings), _leaves(base)
    for key in dict.fromkeys([*here, *there]):
        if here.get(key) != there.get(key):
            yield key, here.get(key), there.get(key)


def _leaves(settings: Settings) -> dict[str, Any]:
    return {keys.show(path): value for path, value, _ in keys.leaves(settings) if path[0] not in ASKED_NOT_MODELLED}
