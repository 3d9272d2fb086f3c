"""Packs that tests look at: of all people of a few days at three places, and of a part of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from borderops.config.compose import compose
from borderops.packs.cutting import Cut, choose_people, cut
from borderops.packs.writing import FORMATS, About, write_pack
from borderops.records.bookkeeping import Books, keep_books, on_shelf
from borderops.replication import replicate
from borderops.shelf import IN_MEMORY, Memory

WORDS = (
    "window.start=2018-05-14",
    "window.end=2018-05-22",
    "window.lead_in_days=1",
    "study.season_start=null",
    "study.season_end=null",
    "study.is_hindcast=false",
    "arrivals.stations=[el_paso,yuma,ports_of_entry]",
    "seed=2018",
)
PART = 1500


@cache
def books() -> Books:
    """Everything written of the whole history."""
    return books_on(IN_MEMORY)


def books_on(shelf: Memory) -> Books:
    """The same on a shelf."""
    settings = compose([*WORDS]).settings
    return keep_books(on_shelf(replicate(settings, 1), shelf), settings, shelf=shelf)


def chosen(persons: int | None) -> np.ndarray:
    """People of a pack."""
    made = books()
    return choose_people(made.witness.people, persons, made.witness.draws)


@cache
def part(persons: int | None = PART) -> Cut:
    """Books of some of them."""
    return cut(books(), chosen(persons))


def about(persons: int | None = PART, formats: tuple[str, ...] = FORMATS) -> About:
    """What a pack of so many people is."""
    return About("borderops-test", "policy_season", str(persons or "all"), formats)


def write(folder: Path, persons: int | None = PART, formats: tuple[str, ...] = FORMATS, workers: int = 1) -> Path:
    """Write a pack."""
    folder.mkdir(parents=True)
    write_pack(folder, books(), chosen(persons), about(persons, formats), workers)
    return folder


def observed(folder: Path, name: str) -> pd.DataFrame:
    """An observed table of a pack."""
    return pd.read_parquet(folder / "observed" / "parquet" / f"{name}.parquet")


def truth(folder: Path, name: str) -> pd.DataFrame:
    """A table of the answer key."""
    return pd.read_parquet(folder / "answer_key" / f"{name}.parquet")


def tables(folder: Path) -> list[str]:
    """Observed tables."""
    return sorted(path.stem for path in (folder / "observed" / "parquet").glob("*.parquet"))
