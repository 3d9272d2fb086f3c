"""``borderops completion``: scripts for the tab key, and the completions they ask for."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from borderops.commands.help_texts import HELP
from borderops.config import places
from borderops.config.completion import complete
from borderops.exceptions import WrongInput

BASH: Final = r"""_borderops() {
    local line="${COMP_LINE:0:COMP_POINT}"
    local word="${line##*[[:space:]]}" current="${COMP_WORDS[COMP_CWORD]}"
    # bash ends a word at = and :, so only what stands after the last of them is offered.
    local before="${word%"${word##*[=:]}"}"
    [[ $current == [=:] ]] && current=""
    mapfile -t COMPREPLY < <(borderops _complete "$line" 2>/dev/null)
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
    [[ ${COMPREPLY[0]} == *[=./] ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -F _borderops borderops
"""

ZSH: Final = r"""#compdef borderops
_borderops() {
    local -a whole open
    local one
    for one in "${(@f)$(borderops _complete "$LBUFFER" 2>/dev/null)}"; do
        [[ -z $one ]] && continue
        case $one in (*=|*.|*/) open+=("$one");; (*) whole+=("$one");; esac
    done
    (( $#whole )) && compadd -- $whole
    (( $#open )) && compadd -S '' -- $open
}
compdef _borderops borderops
"""

FISH: Final = r"""function __borderops_complete
    borderops _complete (commandline --cut-at-cursor) 2>/dev/null
end
complete -c borderops -f -a '(__borderops_complete)'
"""

SCRIPTS: Final = {"bash": BASH, "zsh": ZSH, "fish": FISH}

FAMILIES: Final = (
    "typical", "longest", "rejoined", "together", "never_grouped", "undisclosed", "aged_out", "reunited",
    "parent_abroad", "lost_message",
)  # fmt: skip
"""What ``borderops trace`` can look for by name."""

GRADES: Final = ("observed", "fitted", "assumed")
"""Of parameters, as ``borderops show register grade=`` takes them."""

FIT_WORDS: Final = ("waves", "points", "sample", "truths", "among", "name", "into")
"""The own words of ``borderops fit``."""

CAPACITY_WORDS: Final = ("lever", "judged", "low", "high", "step", "most", "among", "largest")
"""The own words of ``borderops capacity`` apart from the criteria."""

SENSITIVITY_WORDS: Final = (
    "method=morris", "method=sobol", "points=", "vary=", "groups=1", "groups=2", "groups=each", "kpis=", "levers=",
    "false_go=", "false_no_go=", "at_most.", "at_least.",
)  # fmt: skip
"""The own words of ``borderops sensitivity`` apart from the criteria."""

SCORE_WORDS: Final = ("task", "output", "baseline", "kind", "threshold", "part", "key", "run.outputs")
"""Words of ``borderops score`` apart from the pack."""

BASELINES: Final = {
    "T1": ("same_number", "same_name"),
    "T2": ("report_draft", "report_refined"),
    "T3": ("hhs",),
    "T4": ("official_list",),
    "T5": ("by_number",),
    "T6": ("checks", "two_systems", "twice"),
    "T7": ("patterns",),
    "T8": ("same_number",),
    "T9": ("two_lists",),
}
"""By task, as ``borderops score`` takes them."""

SCORE_VALUES: Final = {
    "task": ("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"),
    "kind": ("pairs", "clusters", "list", "cells", "facts", "estimate"),
    "part": ("family:train", "family:test", "time:train", "time:test", "sector:train", "sector:test"),
}

DATASET_WORDS: Final = (
    "size=1k", "size=10k", "size=100k", "size=1M", "size=all", "tier=calm", "tier=surge", "tier=policy_season",
    "formats=", "into=", "recipe=", "replication=",
)  # fmt: skip
"""What ``borderops dataset`` takes besides settings."""

COMPLETED: Final = (
    "run", "trace", "uncertainty", "fit", "validate", "dataset", "readiness", "capacity", "sensitivity",
)  # fmt: skip
"""Commands that take settings with one value each."""

AFTER: Final = {
    "trace": FAMILIES,
    "list": ("scenarios", "stations", "kpis", "policies", "groups", "criteria", "facts"),
    "show": ("settings", "register", "scenario", "criteria"),
    "trials": ("list", "prune"),
    "completion": tuple(SCRIPTS),
}
"""Words that may stand right after a command."""


def main(words: Sequence[str]) -> int:
    """Print the script for a shell.

    Raises
    ------
    WrongInput
        If the shell is not one of `SCRIPTS`.
    """
    if not words:
        print(HELP["completion"], end="")
        return 0
    if len(words) > 1 or words[0] not in SCRIPTS:
        raise WrongInput(f"borderops completion {' '.join(words)} is not known (shells: {', '.join(SCRIPTS)})")
    print(SCRIPTS[words[0]], end="")
    return 0


def answer_shell(words: Sequence[str], commands: Sequence[str]) -> int:
    """Print completions for a command line, one a line; never anything else, since a shell is listening.

    Parameters
    ----------
    words : sequence of str
        The line up to the cursor, as one word.
    commands : sequence of str
        Names of all commands.

    Returns
    -------
    int
        0
    """
    for candidate in completions(words[0] if words else "", commands):
        print(candidate)
    return 0


def completions(line: str, commands: Sequence[str]) -> list[str]:
    """Whole words that may stand in place of the last one of a line ``borderops ...``."""
    before, word = _split(line)
    if len(before) <= 1:
        return [name for name in commands if name.startswith(word)]
    command = before[1]
    if command == "help":
        return [name for name in commands if name.startswith(word)] if len(before) == 2 else []
    found = []
    if len(before) == 2:
        found = [one for one in AFTER.get(command, ()) if one.startswith(word)]
    if command == "show" and before[2:] == ["scenario"]:
        found += [one.removeprefix("scenario=") for one in complete(f"scenario={word}")]
    if command == "show" and before[2:3] == ["register"]:
        found += [f"grade={one}" for one in GRADES if f"grade={one}".startswith(word)]
    if command == "dataset":
        found += [one for one in DATASET_WORDS if one.startswith(word)]
    if command == "score":
        found += _complete_score(before[2:], word)
    if command == "trace":
        found += [one for one in ("replication=",) if one.startswith(word)]
    if command == "uncertainty":
        found += [one for one in ("points=", "vary=") if one.startswith(word)]
    if command == "fit":
        found += [f"{one}=" for one in FIT_WORDS if f"{one}=".startswith(word)]
    if command == "validate":
        found += [one for one in ("points=",) if one.startswith(word)]
    if command in ("readiness", "capacity", "sensitivity"):
        found += _complete_criteria(word)
    if command == "readiness":
        found += _complete_readiness(word)
    if command == "capacity":
        found += _complete_capacity(word)
    if command == "sensitivity":
        found += _complete_sensitivity(word)
    if command in COMPLETED or (command == "show" and len(before) > 2):
        found += complete(word)
    if command in ("compare", "sweep"):
        found += _complete_last_value(word)
    return found


def _complete_score(before: Sequence[str], word: str) -> list[str]:
    """Words of ``borderops score``, and values of those that have few; files are the shell's."""
    key, equals, value = word.partition("=")
    if not equals:
        return [f"{one}=" for one in SCORE_WORDS if one.startswith(word)]
    asked = next((one.removeprefix("task=") for one in before if one.startswith("task=")), None)
    every = [name for task, names in BASELINES.items() if asked in (None, task) for name in names]
    values = {**SCORE_VALUES, "baseline": tuple(dict.fromkeys(every))}.get(key, ())
    return [f"{key}={one}" for one in values if one.startswith(value)]


def _complete_criteria(word: str) -> list[str]:
    """``criteria=`` and the names of those that are shipped; files are the shell's."""
    key, equals, value = word.partition("=")
    if not equals:
        return [one for one in ("criteria=",) if one.startswith(word)]
    names = sorted(path.stem for path in (places.conf_folder() / places.READINESS).glob("*.yaml"))
    return [f"{key}={one}" for one in names if key == "criteria" and one.startswith(value)]


def _complete_readiness(word: str) -> list[str]:
    """A pilot, all stresses at once, seasons to learn from; single stresses are options of a group."""
    key, equals, value = word.partition("=")
    if not equals:
        return [one for one in ("pilot=", "pilot_points=", "watch=") if one.startswith(word)]
    names = sorted(path.stem for path in (places.conf_folder() / places.PILOTS).glob("*.csv"))
    offered = {"pilot": names, "stress": ["all"]}.get(key, [])
    return [f"{key}={one}" for one in offered if one.startswith(value)]


def _complete_capacity(word: str) -> list[str]:
    """Words of ``borderops capacity``, and names of levers, the last of several."""
    key, equals, value = word.partition("=")
    if not equals:
        return [f"{one}=" for one in CAPACITY_WORDS if one.startswith(word)]
    if key not in ("lever", "among"):
        return []
    from borderops.readiness.levers import LEVERS

    before, comma, last = value.rpartition(",")
    names = [*LEVERS, *(["packages"] if key == "lever" and not comma else [])]
    return [f"{key}={before}{comma}{one}" for one in names if one.startswith(last)]


def _complete_sensitivity(word: str) -> list[str]:
    """Words of ``borderops sensitivity``, names of levers and of KPIs, the last of several."""
    key, equals, value = word.partition("=")
    kind, dot, kpi = key.partition(".")
    if not equals and dot and kind in ("at_most", "at_least"):
        return [f"{kind}.{one}=" for one in _kpis() if one.startswith(kpi)]
    found = [one for one in SENSITIVITY_WORDS if one.startswith(word)]
    if key not in ("levers", "kpis") or not equals:
        return found
    before, comma, last = value.rpartition(",")
    if key == "kpis":
        return [f"{key}={before}{comma}{one}" for one in _kpis() if one.startswith(last)]
    from borderops.readiness.levers import LEVERS

    return [f"{key}={before}{comma}{one}" for one in LEVERS if one.startswith(last)]


def _kpis() -> list[str]:
    """Names of all KPIs."""
    from borderops.forecast.kpis import KPIS

    return [*KPIS]


def _complete_last_value(word: str) -> list[str]:
    """Completions of the last of several values, ``scenario=a,b``, the others left as they are."""
    key, equals, values = word.partition("=")
    before, comma, last = values.rpartition(",")
    if not equals or not comma:
        return complete(word)
    return [f"{key}={before},{one.removeprefix(f'{key}=')}" for one in complete(f"{key}={last}")]


def _split(line: str) -> tuple[list[str], str]:
    """The finished words of a line, and the one being typed."""
    try:
        words = shlex.split(line)
    except ValueError:  # an open quote
        words = line.split()
    if not line or line[-1].isspace():
        return words, ""
    return words[:-1], words[-1] if words else ""
