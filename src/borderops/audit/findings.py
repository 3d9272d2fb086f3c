"""Findings: what an audit suspects, where, and on which evidence. An audit judges records; it never learns the truth.

A finding points at rows of records by table and `rec_id`, so that whoever holds the truth can look behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum, IntFlag
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from borderops import clock
from borderops.records.systems import LAYOUTS
from borderops.tables import Table
from borderops.units import NEVER

TABLES: Final = tuple(LAYOUTS)
"""Tables of records in the order of their codes in findings."""

LATEST: Final = NEVER - 1
"""The last of all minutes: records as they stand when everything was entered."""

SEASON_FROM: Final = clock.minute_of(date(2018, 5, 5))
SEASON_BEFORE: Final = clock.minute_of(date(2018, 6, 21))
"""The report's window, 5 May to 20 June 2018, both days included."""


class Rule(IntEnum):
    """Rule by which a pair is suspected."""

    DRAFT = 0  # the report's, as first tried
    REFINED = 1
    HHS = 2
    PORT_DRAFT = 3
    PORT_REFINED = 4


class Era(IntEnum):
    """When people were met, against the report's window."""

    BEFORE = 0
    SEASON = 1
    AFTER = 2


class Surnames(IntFlag):
    """What the surnames of an adult and a child have in common. All but the last two ask for no order."""

    NONE = 0
    SHARED = 1  # any surname of one is a surname of the other
    FIRST_SHARED = 2  # the adult's first is one of the child's
    COMPOSITE = 4  # likewise, and the child bears two: (adult's first, any) or (any, adult's first)
    USUAL = 8  # a man's first is the child's first, a woman's the child's second
    PRINTED = 16  # the reverse, as the report describes it


class Clock(IntFlag):
    """What the written clock of a child's stay shows."""

    NONE = 0
    OVER_72_HOURS = 1
    OVER_6_DAYS = 2
    TEN_DAYS = 4  # ten days or more
    NEGATIVE = 8  # out before in, or out before apprehended
    IN_BEFORE_MET = 16  # booked in before apprehended
    LONG_OPEN = 32  # never booked out, and long ago


class Check(IntFlag):
    """Published checks of single rows."""

    NONE = 0
    NUMBER_FORMAT = 1
    NUMBER_TWICE = 2
    CODE_LIST = 4
    AGE_AGAINST_BIRTH = 8
    IMPOSSIBLE_DATE = 16
    ROW_TWICE = 32
    UNKNOWN_KEY = 64


class SheetCheck(IntFlag):
    """Checks of a spreadsheet of separated families."""

    NONE = 0
    REPEATED_CHILD = 1
    NUMBER_FORMAT = 2
    PARENT_UNKNOWN = 4  # neither e3 nor SIGMA has anybody of this A-number
    CHILD_UNKNOWN = 8


class Change(IntEnum):
    """Why a person is on the joint list and not on the first one, or the reverse."""

    ADDED_FOUND_BY_HHS = 0
    ADDED_RECORDED_LATER = 1  # deleted or marked in the period, entered after the first list
    REMOVED_MADE_IN_ERROR = 2  # the unit should never have been
    REMOVED_NOT_FAMILY = 3  # other relatives
    REMOVED_NEVER_SEPARATED = 4  # left the station together
    REMOVED_RECODED = 5  # no longer under a code of the list


@dataclass(frozen=True)
class Rows(Table):
    """Findings of equal-long columns."""

    def __len__(self) -> int:
        return getattr(self, fields(self)[0].name).size

    def take(self, rows: np.ndarray) -> Self:
        """Some findings, by a mask or by their places."""
        return type(self)(**{name: column[rows] for name, column in self.columns().items()})

    def frame(self) -> pd.DataFrame:
        """Findings as a data frame."""
        return pd.DataFrame(self.columns())


@dataclass(frozen=True)
class Pairs(Rows):
    """``p`` adults and children who may belong together though no record says so."""

    rule: np.ndarray  # int8, Rule
    adult_table: np.ndarray  # int8, place in TABLES
    adult_rec: np.ndarray  # int64
    child_table: np.ndarray  # int8
    child_rec: np.ndarray  # int64
    together: np.ndarray  # int64, evidence: number of the event, or day on which both were met
    surnames: np.ndarray  # int8, evidence: Surnames
    age_apart: np.ndarray  # int16, evidence: completed years of the adult at the child's birth
    distance: np.ndarray  # int64, evidence: between A-numbers; 0 where the rule asks for none
    era: np.ndarray  # int8, Era

    def having(self, surnames: Surnames) -> Pairs:
        """Pairs whose surnames have all that is asked for in common."""
        return self.take((self.surnames & surnames) == surnames)


@dataclass(frozen=True)
class ListEntries(Rows):
    """``n`` persons of an official list, each once, by number in e3."""

    subject_no: np.ndarray  # int64
    rec_id: np.ndarray  # int64, row of e3_subject; -1 where there is none
    a_number: np.ndarray  # int64
    is_child: np.ndarray  # bool
    unit_no: np.ndarray  # int64, -1 for those whom no unit lists
    code: np.ndarray  # int8, place in CODES; -1 for none
    at: np.ndarray  # int64, deletion or separation as written; NEVER for none


@dataclass(frozen=True)
class Churn(Rows):
    """``n`` persons in whom the joint list differs from the first, each once."""

    subject_no: np.ndarray  # int64
    is_child: np.ndarray  # bool
    is_added: np.ndarray  # bool; false: removed
    change: np.ndarray  # int8, Change


@dataclass(frozen=True)
class ClockFindings(Rows):
    """``n`` stays of children in Border Patrol stations by the written clock, sound ones included."""

    rec_id: np.ndarray  # int64, row of e3_detention
    subject_no: np.ndarray  # int64
    station: np.ndarray  # int8, as written
    apprehended_at: np.ndarray  # int64
    out_at: np.ndarray  # int64, NEVER where still inside
    minutes: np.ndarray  # int64, from apprehension to book-out or to the audit
    flags: np.ndarray  # int8, Clock

    def having(self, flag: Clock) -> ClockFindings:
        """Stays with a flag."""
        return self.take((self.flags & flag) != 0)


@dataclass(frozen=True)
class BannerFindings(Rows):
    """``n`` signs of a separation that still show although the family was rejoined on record."""

    table: np.ndarray  # int8, place in TABLES: of the flag or of ICE's case
    rec_id: np.ndarray  # int64
    subject_no: np.ndarray  # int64
    rejoined_at: np.ndarray  # int64, as written


@dataclass(frozen=True)
class SheetFindings(Rows):
    """``n`` rows of spreadsheets that fail a check."""

    rec_id: np.ndarray  # int64, row of local_sheet_row
    flags: np.ndarray  # int8, SheetCheck


@dataclass(frozen=True)
class CheckFindings(Rows):
    """``n`` failed checks of single rows, sorted by check and table."""

    check: np.ndarray  # int16, Check
    table: np.ndarray  # int8, place in TABLES
    rec_id: np.ndarray  # int64

    def of(self, check: Check, table: str) -> np.ndarray:
        """Numbers of the rows of a table that fail a check, ascending."""
        return np.sort(self.rec_id[(self.check == check) & (self.table == TABLES.index(table))])


def joined(findings: list[Any], kind: type) -> Any:
    """Findings of one kind as one table; an empty list gives an empty one."""
    found = [one for one in findings if len(one)] or findings[:1]
    names = [field.name for field in fields(kind)]
    if not found:
        return kind(**{name: np.zeros(0, dtype=np.int64) for name in names})
    return kind(**{name: np.concatenate([getattr(one, name) for one in found]) for name in names})


def era_of(minutes: np.ndarray) -> np.ndarray:
    """Era of moments, shape (n,), int8."""
    after_start = (np.asarray(minutes) >= SEASON_FROM).astype(np.int8)
    return after_start + (np.asarray(minutes) >= SEASON_BEFORE).astype(np.int8)


def by_era(pairs: Pairs) -> pd.DataFrame:
    """Count pairs by rule, era and what their surnames have in common.

    Parameters
    ----------
    pairs : Pairs

    Returns
    -------
    DataFrame
        Columns ``rule``, ``era``, ``surnames`` (one variant of the rule each), ``pairs`` and ``children``.
    """
    rows = []
    for rule in np.unique(pairs.rule):
        for era in Era:
            for variant in (Surnames.SHARED, Surnames.FIRST_SHARED, Surnames.COMPOSITE):
                met = (pairs.rule == rule) & (pairs.era == era) & ((pairs.surnames & variant) != 0)
                children = np.unique(np.stack([pairs.child_table[met], pairs.child_rec[met]]), axis=1).shape[1]
                names = (Rule(int(rule)).name.lower(), era.name.lower(), str(variant.name).lower())
                rows.append((*names, int(met.sum()), children))
    return pd.DataFrame(rows, columns=["rule", "era", "surnames", "pairs", "children"])
