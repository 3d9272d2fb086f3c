"""Fields of records: what a cell may hold, how it is stored, and what an empty one looks like.

Every cell is a whole number: a moment, a day, a number of a row, a choice among names, or the code of a spelling (see
`borderops.records.spelling`). So a table of records is a set of equal-long arrays, a slip is a change of a number, and
undoing it is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from borderops.units import NEVER

BLANK: Final = -1
"""An empty cell, but for moments and days."""

NO_DAY: Final = int(np.iinfo(np.int32).min)
"""An empty date; days before the clock's first are negative."""


class Kind(StrEnum):
    """What the cells of a field hold."""

    NUMBER = "number"  # of a row or thing, given out by the system: a case, a unit, an event, a thread
    A_NUMBER = "a_number"
    NAME = "name"  # one name, the code of a spelling
    NAMES = "names"  # two surnames in one field: `two_names`
    DAY = "day"
    MINUTE = "minute"
    COUNT = "count"
    CHOICE = "choice"  # place in the field's choices
    USER = "user"  # who: see `borderops.records.users`


DTYPES: Final[dict[Kind, type[np.signedinteger[Any]]]] = {
    Kind.NUMBER: np.int64,
    Kind.A_NUMBER: np.int64,
    Kind.NAME: np.int32,
    Kind.NAMES: np.int64,
    Kind.DAY: np.int32,
    Kind.MINUTE: np.int64,
    Kind.COUNT: np.int16,
    Kind.CHOICE: np.int8,
    Kind.USER: np.int32,
}

EMPTY: Final = dict.fromkeys(Kind, BLANK) | {Kind.DAY: NO_DAY, Kind.MINUTE: NEVER}
"""What an empty cell holds, by kind."""


@dataclass(frozen=True)
class Field:
    """A column of a table of records.

    Attributes
    ----------
    name : str
    kind : Kind
    says : str
        What it means, for the dictionary.
    choices : tuple of str
        Of a `Kind.CHOICE`.
    of : str
        Table and field, ``table.field``, whose numbers a `Kind.NUMBER` repeats; empty where it repeats none.
    follows : str
        Field of the moment at which this one is filled in; empty where that is the entry of the row.
    """

    name: str
    kind: Kind
    says: str
    choices: tuple[str, ...] = ()
    of: str = ""
    follows: str = ""

    @property
    def dtype(self) -> type[np.signedinteger[Any]]:
        """Type of the column."""
        return DTYPES[self.kind]

    @property
    def empty(self) -> int:
        """What an empty cell holds."""
        return EMPTY[self.kind]


def choice(name: str, says: str, choices: tuple[str, ...], follows: str = "") -> Field:
    """Make a field with a list of choices."""
    return Field(name, Kind.CHOICE, says, choices, follows=follows)


_SECOND: Final = 32
_LOW: Final = 0xFFFF_FFFF


def two_names(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Put two spellings into one cell.

    Parameters
    ----------
    first, second : ndarray of int, shape (n,)
        Codes; `BLANK` for no second name.

    Returns
    -------
    ndarray of int64, shape (n,)
        `BLANK` where there is neither.
    """
    packed = (np.asarray(first, dtype=np.int64) << _SECOND) | ((np.asarray(second, dtype=np.int64) + 1) & _LOW)
    return np.where((np.asarray(first) == BLANK) & (np.asarray(second) == BLANK), BLANK, packed)


def parts_of(names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take apart what `two_names` put together; both `BLANK` for an empty cell, shape (n,), int32."""
    names = np.asarray(names, dtype=np.int64)
    first, second = (names >> _SECOND).astype(np.int32), ((names & _LOW) - 1).astype(np.int32)
    is_empty = names == BLANK
    return np.where(is_empty, BLANK, first).astype(np.int32), np.where(is_empty, BLANK, second).astype(np.int32)
