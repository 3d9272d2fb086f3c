"""``borderops trace``: play one replication and tell what happened to one family, hour by hour."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from borderops import provenance
from borderops.commands.completing import FAMILIES
from borderops.config import inputs, keys
from borderops.config.compose import Composed, compose
from borderops.exceptions import ConfigError, WrongInput
from borderops.experiments.outputs import MANIFEST, RunFolder
from borderops.experiments.progress import duration

if TYPE_CHECKING:  # pandas takes a second, which wrong input can do without
    import pandas as pd

    from borderops.config.schema import Settings
    from borderops.forecast.story import Story
    from borderops.replication import Replication

CONFIG, EVENTS, PAPER, PAGE = "config.yaml", "events.csv", "records.csv", "trace.html"
REPLICATION: Final = "replication="
PIPE_WIDTH: Final = 120
"""Columns where nobody says how many there are."""

log = logging.getLogger(__name__)


class Request(NamedTuple):
    """What is to be traced: a choice or a number, in which replication, under which overrides."""

    which: str
    replication: int
    overrides: list[str]


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        A choice or number, ``replication=N`` and overrides, in any order.

    Returns
    -------
    int
        Exit code, 0.

    Raises
    ------
    WrongInput
        If the words cannot be used, or nobody in the replication is meant by them.
    """
    request, composed = _read(words)
    started = datetime.now().astimezone()
    settings = composed.settings
    with RunFolder(Path(settings.run.outputs), f"trace-{settings.scenario}", started) as folder:
        log.info("borderops %s: %s", provenance.version(), provenance.command_line(["trace", *words]))
        replication, story = _play(composed, request)
        _write(folder, composed, story, _account(composed, replication, story, words, started))
        finished = folder.finish()
    _show(story, composed, request.replication)
    print(f"\nPicture: {finished / PAGE}")
    return 0


# --- what is asked ----------------------------------------------------------------------------------------------------


def _read(words: Sequence[str]) -> tuple[Request, Composed]:
    """Sort the words out; all problems at once."""
    bare = [word for word in words if "=" not in word and not word.startswith(("~", "+"))]
    numbers = [word.removeprefix(REPLICATION) for word in words if word.startswith(REPLICATION)]
    overrides = [word for word in words if word not in bare and not word.startswith(REPLICATION)]
    problems = [*_wrong_family(bare), *_wrong_replication(numbers)]
    try:
        composed = compose(overrides)
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from None
    if problems:
        raise WrongInput("\n  ".join(problems))
    which = bare[0] if bare else FAMILIES[0]
    return Request(which, int(numbers[-1]) if numbers else 1, overrides), composed


def _wrong_family(bare: list[str]) -> list[str]:
    """Why the bare words name no family."""
    if len(bare) > 1:
        return [f"borderops trace shows one family; {len(bare)} were given: {', '.join(bare)}"]
    if not bare or bare[0] in FAMILIES or bare[0].isdecimal():
        return []
    near = keys.nearest_word(bare[0].replace("-", "_"), list(FAMILIES))
    hint = f"; did you mean {near}?" if near else ""
    allowed = f"{', '.join(FAMILIES)}, or the number of a party, of a person, or an A-number"
    return [f"borderops trace {bare[0]} is not known{hint} (families: {allowed})"]


def _wrong_replication(numbers: list[str]) -> list[str]:
    """Why the last of the numbers given is none of a replication."""
    if not numbers or (numbers[-1].isdecimal() and int(numbers[-1]) >= 1):
        return []
    return [f"replication is {numbers[-1] or 'not given'}; allowed: a whole number, 1 or more"]


# --- play -------------------------------------------------------------------------------------------------------------


def _play(composed: Composed, request: Request) -> tuple[Replication, Story]:
    """Play one replication, find the family, and play the same people under the policy beside."""
    from borderops.forecast.stories import choose, tell
    from borderops.replication import replay, replicate

    settings, began = inputs.at(composed.settings, request.replication), time.monotonic()
    window = f"{settings.window.start} to {settings.window.end}"
    _tell(f"{settings.scenario}: playing replication {request.replication}, {window} ...")
    replication = replicate(settings, request.replication)
    log.info("replication %d, digest %s", replication.number, replication.digest)
    party, rule = choose(replication, settings, request.which)
    other = None
    if composed.beside is not None:
        _tell(f"Played in {duration(time.monotonic() - began)}; the same people under {settings.run.beside} ...")
        beside = replay(replication.people, composed.beside, replication.number)
        other = tell(beside, party, rule, str(settings.run.beside))
    _tell(f"Played in {duration(time.monotonic() - began)}.\n")
    story = tell(replication, party, rule, settings.scenario, other)
    return replication, replace(story, paper=_paper(replication, story, settings))


def _paper(replication: Replication, story: Story, settings: Settings) -> pd.DataFrame:
    """What the systems of record held of the family."""
    from borderops.forecast.paper_trail import paper_trail
    from borderops.records.bookkeeping import keep_books

    return paper_trail(keep_books(replication, settings), story.members["person"].to_numpy())


# --- tell -------------------------------------------------------------------------------------------------------------


def _write(folder: RunFolder, composed: Composed, story: Story, account: dict[str, Any]) -> None:
    """Picture, events and configuration; the manifest last, since it vouches for all else."""
    from borderops.report.tables import write_csv
    from borderops.report.trace import event_table
    from borderops.report.trace_page import write_trace
    from borderops.report.trace_paper import paper_table

    numbers = {"replication": account["replication"], "seed": composed.settings.seed}
    folder.add(PAGE, partial(write_trace, story=story, **numbers))
    folder.add(EVENTS, partial(write_csv, table=event_table(story)))
    folder.add(PAPER, partial(write_csv, table=paper_table(story)))
    folder.add(CONFIG, partial(_write_text, text=provenance.redacted(composed.yaml)))
    finished = provenance.utc(datetime.now().astimezone())
    manifest = {**account, "finished": finished, "files_sha256": folder.checksums()}
    folder.add(MANIFEST, partial(_write_text, text=json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"))


def _account(
    composed: Composed, replication: Replication, story: Story, words: Sequence[str], started: datetime
) -> dict[str, Any]:
    """The manifest but for what is known at the end."""
    return {
        "program": "borderops",
        "version": provenance.version(),
        "checkout": provenance.checkout(),
        "command": provenance.command_line(["trace", *words]),
        "scenario": composed.settings.scenario,
        "choices": dict(composed.choices),
        "seed": composed.settings.seed,
        "replication": replication.number,
        "digest": replication.digest,
        "party_number": story.party_number,
        "rule": story.rule,
        "engine": composed.settings.run.engine,
        "packages": provenance.package_versions(),
        **provenance.machine(),
        "started": provenance.utc(started),
    }


def _show(story: Story, composed: Composed, number: int) -> None:
    """Print the timeline; without colours in a pipe."""
    from rich.console import Console

    from borderops.report.trace import print_story
    from borderops.report.trace_paper import print_paper

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH
    console = Console(highlight=False, markup=False, emoji=False, width=width)
    print_story(story, number, composed.settings.seed, console)
    print_paper(story, console)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
