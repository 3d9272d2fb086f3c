"""The door: which commands there are, what went wrong, and the exit code.

Commands are loaded when they are called, so that help is there at once. To add one: a line in `COMMANDS`, and a
module in ``borderops/commands/`` with ``main(words) -> int``, and its words in `borderops.commands.help_texts`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from borderops.exceptions import ConfigError, WrongInput

NO_SETTING = " is not a setting"
"""How the sentence about a key ends that is near no setting."""

DONE, WRONG_INPUT, DEFECT, INTERRUPTED, BROKEN_PIPE = 0, 2, 70, 130, 141


class Command(NamedTuple):
    """A command by its name, what it does in one line, and the module that does it."""

    name: str
    summary: str
    module: str


COMMANDS = {
    command.name: command
    for command in (
        Command("run", "play a scenario and write a report", "borderops.commands.run"),
        Command("compare", "several scenarios, the same people, the same luck", "borderops.commands.compare"),
        Command("sweep", "every combination of values of some settings", "borderops.commands.sweep"),
        Command("uncertainty", "what nobody knows for sure, and what chance adds", "borderops.commands.uncertainty"),
        Command("fit", "values that agree with what was published, as a sample", "borderops.commands.fit"),
        Command("validate", "published figures beside simulated: does the fit hold?", "borderops.commands.validate"),
        Command("readiness", "GO or NO-GO before a policy starts, by stated criteria", "borderops.commands.readiness"),
        Command(
            "capacity", "the least beds, clerks, slots or days that turn NO-GO into GO", "borderops.commands.capacity"
        ),
        Command("sensitivity", "what matters, where a plan fails, what to find out", "borderops.commands.sensitivity"),
        Command("dataset", "a data pack with an answer key, to test other tools on", "borderops.commands.dataset"),
        Command("score", "how well a tool did on a data pack", "borderops.commands.score"),
        Command("trials", "finished trials: list them, make room", "borderops.commands.trials"),
        Command("trace", "what happened to one family, hour by hour", "borderops.commands.trace"),
        Command("list", "scenarios, stations, KPIs, policies", "borderops.commands.listing"),
        Command("show", "settings, the register of parameters, a scenario", "borderops.commands.showing"),
        Command("completion", "a script for the tab key (bash, zsh, fish)", "borderops.commands.completing"),
    )
}

FRIEND = """\
borderops plays a season at a border's stations and children's shelters: who comes, who waits, who is separated,
how long children stay, and what a policy does to all of it. Everyone in it is invented.

Try
  borderops run                     the season of 2018; ends with a report for your browser
  borderops list                    the scenarios there are, and what each one asks
  borderops show register           every assumption, with its source and how well it is founded

More: borderops help
"""

EXIT_CODES = """\
Exit codes: 0 done or GO, 1 NO-GO, or the fit does not hold, 2 wrong input, 3 not enough evidence,
            4 finished with failed replications, 70 a defect of borderops, 130 interrupted
"""


def main(words: Sequence[str] | None = None) -> int:
    """Carry out a command line.

    Parameters
    ----------
    words : sequence of str, optional
        The words after ``borderops``; those of this process if none are given.

    Returns
    -------
    int
        Exit code.
    """
    try:
        code = _carry_out(list(sys.argv[1:] if words is None else words))
        sys.stdout.flush()
    except WrongInput as problem:
        return _end(WRONG_INPUT, f"borderops: {problem}")
    except KeyboardInterrupt as interruption:
        # An interruption that passed through code made of a string, as dataclasses are, is remembered by Python, which
        # would end `python -m borderops` by the signal instead of our exit code. Such code that runs through clears it.
        exec("")
        return _end(INTERRUPTED, f"borderops: interrupted; {str(interruption).strip() or 'nothing was kept'}")
    except BrokenPipeError:
        # The reader has seen enough. Python would complain once more when it closes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as problem:
        return _end(DEFECT, _defect(problem))
    return code


def _carry_out(words: list[str]) -> int:
    if not words:
        print(FRIEND, end="")
        return DONE
    name, rest = words[0], words[1:]
    if name in ("help", "--help", "-h"):
        return _help(rest)
    if name in ("--version", "-V"):
        from borderops.provenance import version

        print(f"borderops {version()}")
        return DONE
    if name == "_complete":
        from borderops.commands.completing import answer_shell

        return answer_shell(rest, [*COMMANDS, "help"])
    command = _command(name)
    if any(word in ("--help", "-h") for word in rest):
        return _help([command.name])
    try:
        return int(import_module(command.module).main(rest))
    except ConfigError as found:
        raise ConfigError(_hinted(found.problems, command.name)) from None


def _hinted(problems: list[str], command: str) -> list[str]:
    """Problems, with the nearest of a command's own words for what comes near no setting."""
    unknown = {one: one.removesuffix(NO_SETTING) for one in problems if one.endswith(NO_SETTING)}
    if not unknown:
        return problems
    from borderops.commands.completing import completions
    from borderops.config.keys import nearest_word

    own = [word.partition("=")[0] for word in completions(f"borderops {command} ", [*COMMANDS]) if "=" in word]
    near = {one: nearest_word(key, own) for one, key in unknown.items()}
    return [f"{one}; did you mean {near[one]}=?" if near.get(one) else one for one in problems]


def _help(rest: list[str]) -> int:
    if rest:
        from borderops.commands.help_texts import HELP

        print(HELP[_command(rest[0]).name], end="")
        return DONE
    width = max(len(name) for name in COMMANDS)
    print("borderops COMMAND [key=value ...]\n")
    for command in COMMANDS.values():
        print(f"  {command.name:<{width}}   {command.summary}")
    print(f"  {'help':<{width}}   this page; borderops help run tells more of one command, with examples\n")
    print('Tab key: eval "$(borderops completion bash)"; see borderops help completion')
    print(EXIT_CODES, end="")
    return DONE


def _command(name: str) -> Command:
    if name in COMMANDS:
        return COMMANDS[name]
    import difflib

    near = difflib.get_close_matches(name, [*COMMANDS, "help"], n=1)
    if near:
        hint = f"; did you mean borderops {near[0]}?"
    elif "=" in name:
        hint = f"; did you mean borderops run {name}?"
    else:
        hint = ""
    raise WrongInput(f"{name} is not a command{hint} (commands: {', '.join(COMMANDS)}, help)")


def _defect(problem: Exception) -> str:
    """Say in a sentence that borderops is at fault, and where the details are."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="borderops-defect-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write("".join(traceback.format_exception(problem)))
    words = str(problem).strip().splitlines()
    kind = type(problem).__name__
    what = f"{kind}: {words[0]}" if words else kind
    return f"borderops: this is a defect of borderops, not of your input ({what}). Please report it with {file.name}"


def _end(code: int, message: str) -> int:
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
