"""Lists that agencies gave out: what a count of a day rested on, as tables that stand beside the systems of record.

Drawn from records as they stood on the day of publication; nothing here is more than what the records of that day say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from borderops.audit.findings import ListEntries
from borderops.audit.linkage import hhs_rule
from borderops.audit.lists import JOINT_AT, PUBLISHED_AT, SEASON, Period, official_list, reconcile
from borderops.audit.looking_up import at_places, lookup, standing, table
from borderops.records.fields import BLANK, parts_of
from borderops.records.systems import LAYOUTS, Records, table_of
from borderops.units import DAY


class Purpose(IntEnum):
    """What a list is for, in the order of the field's choices."""

    FIRST_COUNT = 0  # of deleted or marked units, by Border Patrol (OIG-20-06 p. 25)
    RECONCILED = 1  # with what HHS found, jointly
    CHILDREN_IN_CARE = 2  # those whom the portal says to be separated, by HHS


@dataclass(frozen=True)
class Release:
    """A list to be given out.

    Attributes
    ----------
    purpose : Purpose
    at : int
        Minute of publication.
    period : Period
        Separations that it counts.
    """

    purpose: Purpose
    at: int
    period: Period = SEASON


RELEASES: Final = (
    Release(Purpose.FIRST_COUNT, PUBLISHED_AT),
    Release(Purpose.CHILDREN_IN_CARE, PUBLISHED_AT),
    Release(Purpose.RECONCILED, JOINT_AT),
)
"""The lists that the report speaks of."""

_YES: Final = LAYOUTS["portal_separation"].every_field["separated"].choices.index("yes")
_Columns = dict[str, np.ndarray]


def publish(records: Records, releases: Sequence[Release] = RELEASES) -> Records:
    """Give lists out.

    Parameters
    ----------
    records : Records
        Whole, not as of a minute.
    releases : sequence of Release

    Returns
    -------
    Records
        The same, with ``list_release`` and ``list_entry``.
    """
    entries = [_entries(records, release) for release in releases]
    sizes = np.array([len(one["is_child"]) for one in entries], dtype=np.int64)
    at = np.array([release.at for release in releases], dtype=np.int64)
    number = np.arange(1, len(releases) + 1)
    heads: dict[str, np.ndarray | int] = {
        "entered_at": at,
        "entered_by": BLANK,
        "list_no": number,
        "purpose": np.array([release.purpose for release in releases], dtype=np.int8),
        "as_of": at // DAY,
        "persons": sizes,
    }
    rows: dict[str, np.ndarray | int] = {
        "entered_at": np.repeat(at, sizes),
        "entered_by": BLANK,
        "list_no": np.repeat(number, sizes),
        "line": np.concatenate([np.arange(1, size + 1) for size in sizes] or [number]),
    }
    for name in ("a_number", "given", "surname_1", "surname_2"):
        rows[name] = np.concatenate([one[name] for one in entries] or [number])
    rows["kind"] = np.concatenate([one["is_child"] for one in entries] or [number]).astype(np.int8)
    made = {"list_release": table_of("list_release", heads), "list_entry": table_of("list_entry", rows)}
    return Records({**records.tables, **made}, records.lexicon)


def _entries(records: Records, release: Release) -> _Columns:
    """Who stands on a list: columns of equal length."""
    if release.purpose is Purpose.CHILDREN_IN_CARE:
        return _in_care(records, release.at)
    if release.purpose is Purpose.FIRST_COUNT:
        return _named(records, official_list(records, release.at, release.period))
    found = reconcile(records, hhs_rule(records, release.at), PUBLISHED_AT, release.at, release.period)
    return _named(records, found.joint)


def _named(records: Records, entries: ListEntries) -> _Columns:
    """People of e3 by their names as written."""
    subjects = table(records, "e3_subject")
    place = lookup(subjects["rec_id"], entries.rec_id)
    columns = {
        name: at_places(subjects[name], place, BLANK) for name in ("a_number", "given", "surname_1", "surname_2")
    }
    return {**columns, "is_child": entries.is_child}


def _in_care(records: Records, at: int) -> _Columns:
    """Children whom the portal says to be separated and who are in a shelter; none where it has no such box."""
    separated, children = table(records, "portal_separation"), table(records, "portal_child")
    stays = table(records, "portal_placement")
    rows = standing(separated, at)
    rows = rows[separated["separated"][rows] == _YES]
    held = standing(stays, at)
    held = held[stays["discharged_at"][held] > at]
    wanted = np.unique(separated["portal_no"][rows])
    place = lookup(children["portal_no"], wanted[np.isin(wanted, stays["portal_no"][held])])
    first, second = parts_of(at_places(children["last_name"], place, BLANK))
    columns = {"given": at_places(children["first_name"], place, BLANK), "surname_1": first, "surname_2": second}
    number = at_places(children["a_number"], place, BLANK)
    return {**columns, "a_number": number, "is_child": np.ones(place.size, dtype=bool)}
