"""Custody clocks, signs and spreadsheets as written: breaches, impossible stays, stale banners, doubtful rows."""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops.audit.findings import (
    LATEST,
    TABLES,
    BannerFindings,
    Clock,
    ClockFindings,
    SheetCheck,
    SheetFindings,
    joined,
)
from borderops.audit.looking_up import (
    at_places,
    entered,
    is_minor,
    latest,
    lookup,
    met_at,
    occurs,
    pairs_of,
    repeated,
    standing,
    table,
)
from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS, Records, RecordTable
from borderops.units import DAY, LIMIT_72_HOURS, NEVER

FIRST_NUMBER: Final = 700_000_000
LAST_NUMBER: Final = 999_999_999
"""A-numbers that are given out have nine digits and begin with 7, 8 or 9."""

LONG_AGO: Final = 10 * DAY
"""After which a stay without a book-out is doubted."""


def _place(table_name: str, field: str, value: str) -> int:
    return LAYOUTS[table_name].every_field[field].choices.index(value)


_TOGETHER: Final = _place("e3_family_member", "member_status", "together")
_RESTORE: Final = _place("eid_unit_history", "action", "restore")
_BANNER: Final = _place("earm_case", "banner", "separated")


# --- custody --------------------------------------------------------------------------------------------------------


def custody_clocks(records: Records, as_of: int = LATEST, long_ago: int = LONG_AGO) -> ClockFindings:
    """Measure stays of children in Border Patrol stations, from the apprehension of their event to the book-out.

    Parameters
    ----------
    records : Records
    as_of : int
        Minute of the audit; at the latest of all minutes, the last moment written of a stay. What was to be written
        later is not known. A child still inside is over a limit if already over it.
    long_ago : int
        Minutes after which a stay without a book-out is doubted.

    Returns
    -------
    ClockFindings
        One row a stay of those who were 17 or younger when met, by their written day of birth.
    """
    stays = table(records, "e3_detention")
    rows = standing(stays, as_of)
    people = table(records, "e3_subject")
    known = standing(people, as_of)
    known = known[latest(people["subject_no"][known])]
    met = met_at(records, people, known, as_of)
    known, met = _minors(people, known, met)
    place = lookup(people["subject_no"][known], stays["subject_no"][rows])
    rows, place = rows[place >= 0], place[place >= 0]
    in_at, out_at, apprehended_at = stays["in_at"][rows], stays["out_at"][rows], met[place]
    # The row is entered at book-in, and its last cells at book-out.
    out_at = np.where(out_at > as_of, NEVER, out_at)
    now = _last_moment(in_at, out_at) if as_of == LATEST else as_of
    minutes = np.where(out_at == NEVER, now, out_at) - apprehended_at
    return ClockFindings(
        rec_id=stays["rec_id"][rows],
        subject_no=stays["subject_no"][rows],
        station=stays["station"][rows],
        apprehended_at=apprehended_at,
        out_at=out_at,
        minutes=minutes,
        flags=_flags(apprehended_at, in_at, out_at, minutes, long_ago),
    )


def _minors(people: RecordTable, rows: np.ndarray, met: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    minor = is_minor(people["birth_day"][rows], met)
    return rows[minor], met[minor]


def _last_moment(*columns: np.ndarray) -> int:
    """Last moment of some columns; 0 where there is none."""
    moments = np.concatenate(columns)
    return int(moments[moments != NEVER].max(initial=0))


def _flags(
    apprehended_at: np.ndarray, in_at: np.ndarray, out_at: np.ndarray, minutes: np.ndarray, long_ago: int
) -> np.ndarray:
    is_out, is_in = out_at != NEVER, in_at != NEVER
    negative = is_out & ((out_at < apprehended_at) | (is_in & (out_at < in_at)))
    flags = np.where(minutes > LIMIT_72_HOURS, Clock.OVER_72_HOURS, 0)
    flags |= np.where(minutes > 6 * DAY, Clock.OVER_6_DAYS, 0) | np.where(minutes >= 10 * DAY, Clock.TEN_DAYS, 0)
    flags |= np.where(negative, Clock.NEGATIVE, 0)
    flags |= np.where(is_in & (in_at < apprehended_at), Clock.IN_BEFORE_MET, 0)
    return (flags | np.where(~is_out & (minutes > long_ago), Clock.LONG_OPEN, 0)).astype(np.int8)


# --- banners --------------------------------------------------------------------------------------------------------


def stale_banners(records: Records, as_of: int = LATEST) -> BannerFindings:
    """Find signs of a separation that still show although e3 has the family together again.

    Parameters
    ----------
    records : Records
    as_of : int

    Returns
    -------
    BannerFindings
        Flags of the shared store, and banners of ICE's cases whose A-number is that of the person in e3.
    """
    flags = table(records, "eid_flag")
    rows = standing(flags, as_of)
    rows = rows[flags["cleared_at"][rows] > as_of]
    subjects, rejoined = _rejoined(records, as_of)
    at = at_places(rejoined, lookup(subjects, flags["subject_no"][rows]), NEVER)
    stale = (at != NEVER) & (at > flags["set_at"][rows])
    found = BannerFindings(
        table=np.full(int(stale.sum()), TABLES.index("eid_flag"), dtype=np.int8),
        rec_id=flags["rec_id"][rows[stale]],
        subject_no=flags["subject_no"][rows[stale]],
        rejoined_at=at[stale],
    )
    return joined([found, _stale_cases(records, as_of, subjects, rejoined)], BannerFindings)


def _stale_cases(records: Records, as_of: int, subjects: np.ndarray, rejoined: np.ndarray) -> BannerFindings:
    """Cases of ICE whose banner says separated though the person of this A-number is rejoined."""
    cases, people = table(records, "earm_case"), table(records, "e3_subject")
    rows = standing(cases, as_of)
    rows = rows[cases["banner"][rows] == _BANNER]
    known = standing(people, as_of)
    person = lookup(people["a_number"][known], cases["a_number"][rows])
    number = at_places(people["subject_no"][known], person, BLANK)
    at = at_places(rejoined, lookup(subjects, number), NEVER)
    stale = at != NEVER
    return BannerFindings(
        table=np.full(int(stale.sum()), TABLES.index("earm_case"), dtype=np.int8),
        rec_id=cases["rec_id"][rows[stale]],
        subject_no=number[stale],
        rejoined_at=at[stale],
    )


def _rejoined(records: Records, as_of: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of people whose family is together again on record, ascending, and since when.

    Either their unit was restored, or they belong to a further unit, made after one of theirs had been deleted.
    """
    members, history = table(records, "e3_family_member"), table(records, "eid_unit_history")
    rows = standing(members, as_of)
    rows = rows[np.isin(members["member_status"][rows], (_TOGETHER, BLANK))]
    done = entered(history, as_of)
    done = done[history["action"][done] == _RESTORE]
    restored = at_places(history["at"][done], lookup(history["unit_no"][done], members["unit_no"][rows]), NEVER)
    ended = np.flatnonzero(members["valid_to"] <= as_of)
    before = lookup(members["subject_no"][ended], members["subject_no"][rows])
    earlier = at_places(members["unit_no"][ended], before, BLANK)
    is_second = (before >= 0) & (earlier != members["unit_no"][rows])
    at = np.where(restored != NEVER, restored, np.where(is_second, members["valid_from"][rows], NEVER))
    rows, at = rows[at != NEVER], at[at != NEVER]
    last = latest(members["subject_no"][rows])
    return members["subject_no"][rows[last]], at[last]


# --- spreadsheets ---------------------------------------------------------------------------------------------------


def sheet_checks(records: Records, as_of: int = LATEST) -> SheetFindings:
    """Check the rows of spreadsheets: repeated children, malformed numbers, numbers of nobody in e3 or SIGMA.

    Parameters
    ----------
    records : Records
    as_of : int

    Returns
    -------
    SheetFindings
        Rows that fail. A child repeats if its A-number stands in two rows of a sheet with the same parent's number or
        under two names; a child of two parents has two rows, which is right.
    """
    sheet, people = table(records, "local_sheet_row"), table(records, "e3_subject")
    rows = standing(sheet, as_of)
    port = table(records, "sigma_case")
    known = np.concatenate([found["a_number"][standing(found, as_of)] for found in (people, port)])
    parent, child = sheet["parent_a_number"][rows], sheet["child_a_number"][rows]
    flags = np.where(is_malformed(parent) | is_malformed(child), SheetCheck.NUMBER_FORMAT, 0)
    flags |= np.where((parent != BLANK) & ~occurs(known, parent), SheetCheck.PARENT_UNKNOWN, 0)
    flags |= np.where((child != BLANK) & ~occurs(known, child), SheetCheck.CHILD_UNKNOWN, 0)
    flags |= np.where(_repeats(sheet, rows), SheetCheck.REPEATED_CHILD, 0)
    return SheetFindings(rec_id=sheet["rec_id"][rows[flags != 0]], flags=flags[flags != 0].astype(np.int8))


def _repeats(sheet: RecordTable, rows: np.ndarray) -> np.ndarray:
    """Rows whose child stands in another row of the sheet with the same parent or under another name."""
    child, parent = sheet["child_a_number"][rows], sheet["parent_a_number"][rows]
    place, number = sheet["sheet_no"][rows], np.arange(rows.size)
    given, surnames = sheet["child_given"][rows], sheet["child_surnames"][rows]
    filled = number[child != BLANK]
    several = filled[repeated(child[filled])]
    same = np.unique(child[several], return_inverse=True)[1] * (int(place.max(initial=0)) + 1) + place[several]
    found = np.zeros(rows.size, dtype=bool)
    one, other = pairs_of(same)
    one, other = several[one], several[other]
    doubtful = (parent[one] == parent[other]) | (given[one] != given[other]) | (surnames[one] != surnames[other])
    found[one[doubtful]] = True
    return found


def is_malformed(numbers: np.ndarray) -> np.ndarray:
    """A-numbers outside what is given out; empty ones are not; shape (n,)."""
    return (numbers != BLANK) & ((numbers < FIRST_NUMBER) | (numbers > LAST_NUMBER))
