"""Worlds whose mistakes tests look at: what flawless clerks wrote of weeks of a season, and rates to slip at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from tests.records.e3_worlds import season

from borderops.config.schema import SLIPS, Act, Settings
from borderops.records.answer_key import TABLES, AnswerKey, Mechanism, Written
from borderops.records.mistakes import make_mistakes
from borderops.records.systems import LAYOUTS, Records
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness

EVEN = {"even_rates": True}
SAME_HANDS = {"operator_variation": 0.0}


@cache
def flawless(witness: Witness) -> Written:
    """Everything that flawless clerks wrote."""
    return transcribe(witness)


def slipping(
    settings: Settings, shares: float | Mapping[str, float], slope: float = 0.0, **keeping: object
) -> Settings:
    """The settings with other shares of slips: the same for all, or some by name and none of the others."""
    given = dict.fromkeys(SLIPS, shares) if isinstance(shares, float) else shares
    acts = {name: Act(share=given.get(name, 0.0), load_slope=slope, guided_factor=1.0) for name in SLIPS}
    return settings.model_copy(update={"records": settings.records.model_copy(update={"slips": acts, **keeping})})


def mistakes(
    shares: float | Mapping[str, float] | None = None,
    witness: Witness | None = None,
    slope: float = 0.0,
    **keeping: object,
) -> tuple[Records, AnswerKey]:
    """Mistakes of the season at other rates; at those that are shipped, if none are given."""
    seen = witness or season()
    if shares is None:
        return make_mistakes(flawless(seen), seen)
    settings = slipping(seen.settings, shares, slope, **keeping)
    return make_mistakes(flawless(seen), Witness(seen.replication, settings))


def of(mechanism: str) -> Mechanism:
    """Mechanism of a slip of the settings."""
    return Mechanism[mechanism.upper()]


def cells(key: AnswerKey, *mechanisms: Mechanism, tables: tuple[str, ...] = TABLES) -> set[tuple[int, int, int]]:
    """Table, row and field of changed cells, of all mechanisms if none is given."""
    changes = key.changes
    chosen = np.isin(changes.table, [TABLES.index(name) for name in tables])
    if mechanisms:
        chosen &= np.isin(changes.mechanism, mechanisms)
    return set(zip(*(column[chosen].tolist() for column in (changes.table, changes.rec_id, changes.field))))


def acts(key: AnswerKey, mechanism: Mechanism, *tables: str) -> int:
    """Independent causes of a mechanism, those that spoiled some tables, if any are given."""
    if not tables:
        return int((key.causes.mechanism == mechanism).sum())
    chosen = (key.changes.mechanism == mechanism) & np.isin(key.changes.table, [TABLES.index(name) for name in tables])
    return np.unique(key.changes.cause[chosen]).size


def differing(one: Records, other: Records) -> list[str]:
    """Columns in which records differ."""
    return [
        f"{name}.{field}"
        for name, table in other.tables.items()
        for field in LAYOUTS[name].every_field
        if not np.array_equal(one[name][field], table[field])
    ]


def changed_cells(records: Records, written: Written) -> set[tuple[int, int, int]]:
    """Cells of rows that both have and that differ."""
    found = set()
    for name, clean in written.records.tables.items():
        table = records[name]
        rec = np.intersect1d(table["rec_id"], clean["rec_id"])
        rows = np.searchsorted(table["rec_id"], rec)
        for place, field in enumerate(LAYOUTS[name].every_field):
            differs = rec[table[field][rows] != clean[field][rec - 1]]
            found |= {(TABLES.index(name), int(each), place) for each in differs}
    return found
