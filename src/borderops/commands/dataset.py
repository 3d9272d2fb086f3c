"""``borderops dataset``: play a history, keep its books, and write a data pack with its answer key."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import DONE, count, read_arrivals, tell, terminable
from borderops.config.compose import Composed, compose
from borderops.exceptions import ConfigError, FileProblem

if TYPE_CHECKING:  # numba takes a second, which wrong input can do without
    import numpy as np

    from borderops.packs.folder import PackFolder
    from borderops.packs.writing import Made
    from borderops.population.people import People
    from borderops.records.bookkeeping import Books
    from borderops.shelf import Shelf

SIZES: Final = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000, "all": None}
"""Persons by word; the whole window for ``all``."""

TIERS: Final = {
    "calm": (
        "scenario=limited_separation",
        "window.start=2017-06-11",
        "window.end=2017-12-31",
        "study.season_start=null",
        "study.season_end=null",
    ),
    "surge": ("scenario=surge_2019",),
    "policy_season": ("scenario=zero_tolerance_2018",),
}
"""What is played by tier."""

LONG: Final = {
    "calm": ("window.start=2017-06-11", "window.end=2019-04-30"),
    "surge": ("window.start=2018-07-01", "window.end=2019-09-30"),
    "policy_season": ("window.start=2017-06-11", "window.end=2019-04-30"),
}
"""Windows that hold a million people. Histories begin after the first published census of shelters, of May 2017."""

FORMATS: Final = ("parquet", "csv", "csv_dialect", "sqlite", "duckdb", "jsonl", "mbox", "xlsx", "postgresql")
DATABASE: Final = "postgresql"
DEFAULTS: Final = {"size": "10k", "tier": "policy_season", "formats": "parquet", "into": "", "recipe": ""}
OWN: Final = tuple(DEFAULTS)

NOT_HERE: Final = {
    "run.replications": "replication=N, since a pack is one replication",
    "run.most_replications": "replication=N, since a pack is one replication",
    "run.beside": "nothing, since nothing is set beside a pack",
}
"""Settings that move no pack, and what to give instead."""


@dataclass(frozen=True)
class Asked:
    """What is to be written.

    Parameters
    ----------
    size, tier : str
    formats : tuple of str
        Parquet among them.
    into : Path
    replication : int
    composed : Composed
    """

    size: str
    tier: str
    formats: tuple[str, ...]
    into: Path
    replication: int
    composed: Composed

    @property
    def name(self) -> str:
        """Of the pack."""
        parts = ("borderops", self.tier, self.size, str(self.composed.settings.seed), str(self.replication))
        return "-".join(parts).replace("_", "-").lower()


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        ``size=``, ``tier=``, ``formats=``, ``into=``, ``recipe=``, ``replication=`` and overrides, in any order.

    Returns
    -------
    int
        Exit code, 0.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used; if there are too few people, or the pack
        cannot be written.
    """
    hand_memory_back()
    asked = read_words(words)
    read_arrivals(asked.composed)
    from borderops.packs.folder import PackFolder, require_free

    require_free(asked.into)
    if DATABASE in asked.formats:
        from borderops.packs.postgres import require_free_schema

        require_free_schema(asked.name)
    began = time.monotonic()
    with _nothing_kept(), PackFolder(asked.into) as folder:
        for left in folder.left_behind():
            tell(f"note: {left} was left by a command that was cut off; nothing in it is whole, and you may delete it")
        made = _make(asked, folder.building, began)
        with _in_database(asked, folder.building, _clock(began)) as keep:
            finished = _finished(folder, keep)
    _show(asked, made, finished, time.monotonic() - began)
    return DONE


def hand_memory_back() -> None:
    """Let Arrow take memory from the C library, which hands back what is free; told before Arrow is loaded.

    Arrow's own pools keep what is free for the thread that used it, which adds up over the parts of large tables.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """A Ctrl-C, or a request to terminate, says that nothing was kept."""
    try:
        with terminable():
            yield
    except KeyboardInterrupt as interruption:
        raise KeyboardInterrupt("no pack was written, and nothing was kept") from interruption


# --- what is asked ----------------------------------------------------------------------------------------------------


def read_words(words: Sequence[str]) -> Asked:
    """Sort the words out; all problems at once.

    Raises
    ------
    ConfigError
    """
    given, replications, rest, problems = dict(DEFAULTS), ["1"], [], []
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key in OWN:
            given[key] = value.strip()
        elif equals and key == "replication":
            replications.append(value)
        elif key in NOT_HERE:
            problems.append(f"{key} cannot be given here; allowed: {NOT_HERE[key]}")
        else:
            rest.append(word)
    formats = [one for one in given["formats"].split(",") if one]
    problems += [*_wrong(given, formats, rest, "tier" in _keys(words)), *_wrong_number(replications[-1])]
    composed = _composed(given, rest, problems, _recipe(given["recipe"], problems))
    tier = given["tier"] if not _keys(rest) & {"scenario"} else composed.settings.scenario
    ordered = tuple(one for one in FORMATS if one in {"parquet", *formats})
    into = Path(given["into"]) if given["into"] else _usual_place(composed, tier, given["size"])
    return Asked(given["size"], tier, ordered, into, int(replications[-1]), composed)


def _keys(words: Sequence[str]) -> set[str]:
    return {word.partition("=")[0] for word in words}


def _recipe(path: str, problems: list[str]) -> list[str]:
    """Settings of a recipe; what is wrong with it is added to the problems."""
    if not path:
        return []
    from borderops.packs.recipe import read_recipe

    try:
        return read_recipe(Path(path))
    except ConfigError as error:
        problems += error.problems
    except FileProblem as error:
        problems.append(str(error))
    return []


def _composed(given: dict[str, str], rest: list[str], problems: list[str], recipe: list[str]) -> Composed:
    """Settings of the tier, with those that are given put over them; raises with all problems at once."""
    before = list(TIERS.get(given["tier"], ()))
    if given["size"] == "1M":
        before += LONG.get(given["tier"], ())
    if "scenario" in _keys(rest):
        before = []
    before += recipe
    before = [word for word in before if word.partition("=")[0] not in _keys(rest)]
    try:
        composed = compose([*before, *rest, "run.beside=null"])
    except ConfigError as error:
        raise ConfigError([*problems, *error.problems]) from None
    if problems:
        raise ConfigError(problems)
    return composed


def _wrong(given: dict[str, str], formats: list[str], rest: list[str], says_tier: bool) -> list[str]:
    """Why own words cannot be used."""
    problems = []
    if given["size"] not in SIZES:
        problems.append(_not_among("size", given["size"], SIZES))
    if given["tier"] not in TIERS:
        problems.append(_not_among("tier", given["tier"], TIERS))
    elif says_tier and "scenario" in _keys(rest):
        problems.append(f"tier={given['tier']} and scenario= were both given; allowed: one of them")
    problems += [_not_among("formats", one, FORMATS) for one in formats if one not in FORMATS]
    if DATABASE in formats:
        from borderops.packs.postgres import why_not

        problems += why_not()
    if not formats:
        problems.append(f"formats is empty; allowed: {', '.join(FORMATS)}")
    return problems


def _not_among(key: str, value: str, allowed: Iterable[str]) -> str:
    near = difflib.get_close_matches(value, list(allowed), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{key} is {value or 'empty'}{hint}; allowed: {', '.join(allowed)}"


def _wrong_number(text: str) -> list[str]:
    if text.isdecimal() and 1 <= int(text) < 2**32:
        return []
    return [f"replication is {text or 'not given'}; allowed: a whole number, 1 or more"]


def _usual_place(composed: Composed, tier: str, size: str) -> Path:
    now = datetime.now().astimezone()
    return Path(composed.settings.run.outputs) / f"{now:%Y-%m-%d}" / f"{now:%H%M%S}-dataset-{tier}-{size}"


# --- making -----------------------------------------------------------------------------------------------------------


def _make(asked: Asked, folder: Path, began: float) -> Made:
    """Form people, play, keep the books and write the pack."""
    from borderops.packs.writing import About, write_pack
    from borderops.shelf import Shelf

    with Shelf(folder) as shelf:
        books, chosen = _books(asked, _clock(began), shelf)
        about = About(asked.name, asked.tier, asked.size, asked.formats)
        workers = asked.composed.settings.compute.workers
        return write_pack(folder, books, chosen, about, workers, _clock(began), shelf)


def _finished(folder: PackFolder, keep: Callable[[], None] | None) -> Path:
    """Give the folder its name and keep what is in a database, without a Ctrl-C between the two."""
    from borderops.experiments.interruptions import held_back

    with held_back():
        return folder.finish(keep)


@contextmanager
def _in_database(asked: Asked, folder: Path, say: Callable[[str], None]) -> Iterator[Callable[[], None] | None]:
    """Observed tables in a database, if asked for; what keeps them there, for when the folder has its name."""
    if DATABASE not in asked.formats:
        yield None
        return
    from borderops.packs.postgres import filled
    from borderops.packs.writing import observed_parts

    say("database ...")
    with filled(asked.name, observed_parts(folder)) as keep:
        yield keep


def _clock(began: float) -> Callable[[str], None]:
    """Tells what is going on, and how long it has taken so far."""
    return lambda text: tell(f"{time.monotonic() - began:5.1f} s  {text}")


def _books(asked: Asked, say: Callable[[str], None], shelf: Shelf) -> tuple[Books, np.ndarray]:
    """Books of the whole history, which lie on a shelf with it, and the people of the pack."""
    from borderops.config import inputs
    from borderops.packs.cutting import choose_people
    from borderops.population.families import form_families
    from borderops.records.bookkeeping import keep_books, on_shelf
    from borderops.replication import replay
    from borderops.streams import Draws

    settings = inputs.at(asked.composed.settings, asked.replication)
    window, draws = settings.window, Draws(settings.seed, asked.replication)
    say(f"{asked.tier}: people of {window.start} to {window.end} ...")
    people = form_families(settings, draws)
    _require_enough(asked, people)
    say(f"playing the history of {people.number.size:,} people ...")
    replication = replay(people, settings, asked.replication)
    say("keeping the books ...")
    books = keep_books(on_shelf(replication, shelf), settings, shelf=shelf)
    return books, choose_people(people, SIZES[asked.size], draws)


def _require_enough(asked: Asked, people: People) -> None:
    """Refuse to call a pack what it is not."""
    wanted, there = SIZES[asked.size], people.number.size
    if wanted is not None and there < wanted:
        raise ConfigError(
            [
                f"size is {asked.size}, {wanted:,} persons, and {there:,} come in the window; allowed: a smaller size, "
                "size=all, or a longer window (window.start, window.end)"
            ]
        )


def _show(asked: Asked, made: Made, finished: Path, seconds: float) -> None:
    print(f"{count(made.persons, 'person')}, {count(made.rows, 'row')}, {count(made.errors, 'error')} in the key")
    print(f"Formats: {', '.join(asked.formats)}; seed {asked.composed.settings.seed}, pack {made.pack_id[:12]}")
    if DATABASE in asked.formats:
        from borderops.packs.postgres import VARIABLE, schema_of

        print(f"Observed tables are also in the database of {VARIABLE}, schema {schema_of(asked.name)}")
    print(f"Everybody in it is invented. Pack: {finished}")
    tell(f"Done in {seconds:.0f} s.")
