"""How auditors look things up in written tables: which rows stand, who has a number, when people were met.

Numbers are taken as written. Where they lead nowhere the answer is empty, never guessed.
"""

from __future__ import annotations

import numba
import numpy as np

from borderops.ages import birthday
from borderops.records.fields import BLANK, NO_DAY
from borderops.records.systems import Records, RecordTable, table_of
from borderops.units import DAY, NEVER

_SPARSE = 8  # numbers this many times more than rows are searched for, not looked up in a table


def table(records: Records, name: str) -> RecordTable:
    """A table of records; an empty one where it is not among them."""
    return records[name] if name in records else table_of(name, {"entered_at": np.zeros(0, dtype=np.int64)})


def standing(found: RecordTable, minute: int) -> np.ndarray:
    """Places of the rows that stood at a minute, ascending, int64."""
    entered = (found["entered_at"] <= minute) & (found["valid_from"] <= minute)
    return np.flatnonzero(entered & (minute < found["valid_to"]))


def entered(found: RecordTable, minute: int) -> np.ndarray:
    """Places of the rows entered by a minute, whether or not they still stood, ascending, int64."""
    return np.flatnonzero(found["entered_at"] <= minute)


def latest(numbers: np.ndarray) -> np.ndarray:
    """Place of the last row of each number, in the order of numbers; rows without a number are left out."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    is_last = np.append(ordered[1:] != ordered[:-1], True)[: ordered.size]
    return order[is_last & (ordered != BLANK)]


def lookup(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Place of each wanted number among keys; of several the last, -1 for none and for an empty number.

    Parameters
    ----------
    keys : ndarray of int, shape (k,)
    wanted : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    if not keys.size:
        return np.full(wanted.size, -1, dtype=np.int64)
    low, high = int(keys.min()), int(keys.max())
    inside = (wanted != BLANK) & (wanted >= low) & (wanted <= high)
    if high - low < _SPARSE * keys.size + 1024:
        places = np.full(high - low + 1, -1, dtype=np.int64)
        places[keys - low] = np.arange(keys.size)
        return np.where(inside, places[np.where(inside, wanted - low, 0)], -1)
    places = np.empty(wanted.size, dtype=np.int64)
    _find(_int64(keys), _int64(wanted), _slots(keys.size), places)
    return np.where(inside, places, -1)


def occurs(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Whether each wanted number is among keys; an empty number never is; shape (n,)."""
    return lookup(keys, wanted) >= 0


def at_places(column: np.ndarray, places: np.ndarray, empty: int) -> np.ndarray:
    """Values at places, ``empty`` where a place is -1; shape of ``places``."""
    if not column.size:
        return np.full(places.shape, empty, dtype=column.dtype)
    return np.where(places >= 0, column[np.maximum(places, 0)], empty)


def matches(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of a place in ``wanted`` and a place in ``keys`` with the same number.

    Returns
    -------
    ndarray of int64, shape (m,)
        Places in ``wanted``, ascending.
    ndarray of int64, shape (m,)
        Places in ``keys``.
    """
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.searchsorted(ordered, wanted, side="left")
    count = np.searchsorted(ordered, wanted, side="right") - first
    one = np.repeat(np.arange(wanted.size), count)
    step = np.arange(one.size) - np.repeat(np.cumsum(count) - count, count)
    return one, order[first[one] + step]


def repeated(values: np.ndarray) -> np.ndarray:
    """Places of values that occur more than once, ascending, int64."""
    is_repeated = np.zeros(values.size, dtype=np.bool_)
    _mark_repeated(_int64(values), _slots(values.size), is_repeated)
    return np.flatnonzero(is_repeated)


def _int64(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _slots(count: int) -> np.ndarray:
    """An empty table for so many numbers; its size is a power of two, at least half of it stays empty."""
    return np.zeros(1 << max(int(2 * count).bit_length(), 1), dtype=np.int32)


@numba.njit(cache=True, nogil=True, inline="always")
def _slot_of(value, values, slots):
    """Slot in which the place of a value stands, or where it would."""
    # Golden ratio in 64 bits: neighbours land far apart, and high bits are the well mixed ones.
    slot = ((value * np.int64(-7046029254386353131)) >> np.int64(24)) & np.int64(slots.size - 1)
    while slots[slot] != 0 and values[slots[slot] - 1] != value:
        slot = (slot + 1) & np.int64(slots.size - 1)
    return slot


@numba.njit(cache=True, nogil=True)
def _find(keys, wanted, slots, places):
    """Note the last place of each wanted number among keys, -1 for none."""
    for row in range(keys.size):
        slots[_slot_of(keys[row], keys, slots)] = row + 1
    for row in range(wanted.size):
        places[row] = np.int64(slots[_slot_of(wanted[row], keys, slots)]) - 1


@numba.njit(cache=True, nogil=True)
def _mark_repeated(values, slots, is_repeated):
    """Mark values that are equal to another."""
    for row in range(values.size):
        slot = _slot_of(values[row], values, slots)
        if slots[slot] == 0:
            slots[slot] = row + 1
        else:
            is_repeated[row] = True
            is_repeated[slots[slot] - 1] = True


def pairs_of(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All ordered pairs of different places of the same group, shape (m,) each."""
    one, other = matches(groups, groups)
    return one[one != other], other[one != other]


def met_at(records: Records, subjects: RecordTable, rows: np.ndarray, minute: int) -> np.ndarray:
    """When people in e3 were apprehended as written; when their row was entered where the event is not on record.

    Parameters
    ----------
    records : Records
    subjects : RecordTable
        Of ``e3_subject``.
    rows : ndarray of int64, shape (n,)
    minute : int
        Of the audit.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    events = table(records, "e3_event")
    known = standing(events, minute)
    place = lookup(events["event_no"][known], subjects["event_no"][rows])
    found = at_places(events["apprehended_at"][known], place, NEVER)
    return np.where(found == NEVER, subjects["entered_at"][rows], found)


def is_minor(birth_day: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Who was 17 or younger on a day, by the written day of birth; nobody without one; shape (n,)."""
    known = birth_day != NO_DAY
    return known & _younger_than(18, np.where(known, birth_day, 0), np.asarray(minutes) // DAY)


def _younger_than(years: int, birth_day: np.ndarray, day: np.ndarray) -> np.ndarray:
    return day < coming_of_age(birth_day, years)


def coming_of_age(birth_day: np.ndarray, years: int) -> np.ndarray:
    """Day on which people reach an age, as `borderops.ages.birthday`, told once for each day of birth."""
    if not birth_day.size:
        return np.zeros(0, dtype=np.int64)
    low, high = int(birth_day.min()), int(birth_day.max())
    if high - low > 2 * birth_day.size + 100_000:
        return birthday(birth_day, years)
    return birthday(np.arange(low, high + 1), years)[birth_day - low]
