"""Cells as people and tools read them: texts for names, choices and users, dates for days and moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from borderops import clock
from borderops.config.schema import STATIONS
from borderops.packs.columns import MOMENT, TEXT, TYPES, arrow_type
from borderops.records.fields import BLANK, Field, Kind, parts_of
from borderops.records.spelling import Lexicon
from borderops.records.users import UserRole
from borderops.units import DAY

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

_TO_UNIX_DAYS: Final = int((np.datetime64(clock.EPOCH, "D") - np.datetime64("1970-01-01", "D")).astype(np.int64))
_MILLISECONDS: Final = 60_000
SHIFTS: Final = ("day", "evening", "night")


class Reader:
    """Reads columns of one set of records.

    Parameters
    ----------
    lexicon : Lexicon
        All that was ever written in them.
    """

    def __init__(self, lexicon: Lexicon):
        import pyarrow as pa

        self._texts = pa.array([*lexicon.texts(range(len(lexicon))), None], type=pa.string())
        self._count = len(lexicon)

    def column(self, field: Field, values: np.ndarray) -> pa.Array:
        """Cells of a field, empty ones null.

        Parameters
        ----------
        field : Field
        values : ndarray of int, shape (n,)

        Returns
        -------
        Array
            Of the type that the field's column has in a pack.
        """
        is_empty = values == field.empty
        if field.kind is Kind.NAME:
            return self._names(values)
        if field.kind is Kind.NAMES:
            return self._both_names(values)
        if field.kind is Kind.CHOICE:
            return chosen(field.choices, values)
        if field.kind is Kind.USER:
            return users(values)
        if field.kind is Kind.MINUTE:
            return moments(values)
        if field.kind is Kind.DAY:
            return _array(np.where(is_empty, 0, values + _TO_UNIX_DAYS).astype(np.int32), is_empty, field)
        return _array(values, is_empty, field)

    def text(self, field: Field, values: np.ndarray) -> pa.Array:
        """Cells of a field as texts, whatever they are: numbers in digits, dates as in ISO 8601; empty ones null."""
        import pyarrow as pa

        column = self.column(field, values)
        if TYPES[field.kind] == MOMENT:
            column = column.cast(pa.timestamp("s"))
        return column.cast(arrow_type(TEXT))

    def _names(self, codes: np.ndarray) -> pa.Array:
        return self._texts.take(_places(codes, self._count))

    def _both_names(self, values: np.ndarray) -> pa.Array:
        import pyarrow.compute as pc

        # Put together once for each pair that occurs: there are fewer than rows.
        pairs, place = np.unique(values, return_inverse=True)
        first, second = (self._names(part) for part in parts_of(pairs))
        joined = pc.binary_join_element_wise(first, second, " ", null_handling="replace", null_replacement="")
        joined = pc.utf8_trim_whitespace(joined)  # where there is only one of them
        return pc.if_else(pc.equal(joined, ""), None, joined).take(_places(place, pairs.size))


def chosen(choices: tuple[str, ...], values: np.ndarray) -> pa.Array:
    """Choices by their places; null for those below nought."""
    import pyarrow as pa

    return pa.array([*choices, None], type=pa.string()).take(_places(values, len(choices)))


def users(values: np.ndarray) -> pa.Array:
    """Users by their numbers: ``agent:yuma:night:3``; null for nobody."""
    import pyarrow as pa

    known, place = np.unique(values, return_inverse=True)
    return pa.array([_user(int(number)) for number in known], type=pa.string()).take(_places(place, known.size))


def _user(number: int) -> str | None:
    if number == BLANK:
        return None
    role, rest = divmod(number, 10_000_000)
    station, rest = divmod(rest, 100_000)
    shift, place = divmod(rest, 10_000)
    where = STATIONS[station - 1] if station else "no_sector"
    return f"{UserRole(role).name.lower()}:{where}:{SHIFTS[shift]}:{place}"


def moments(minutes: np.ndarray) -> pa.Array:
    """Moments; null for what never happened."""
    import pyarrow as pa

    is_empty = _never(minutes)
    since = np.where(is_empty, 0, minutes) + np.int64(_TO_UNIX_DAYS) * DAY
    return pa.array(since * _MILLISECONDS, mask=is_empty).cast(arrow_type(MOMENT))


def days(numbers: np.ndarray) -> pa.Array:
    """Days of the clock as dates, shape (n,); none is empty."""
    import pyarrow as pa

    return pa.array((np.asarray(numbers) + _TO_UNIX_DAYS).astype(np.int32)).cast(pa.date32())


def numbers(values: np.ndarray) -> pa.Array:
    """Whole numbers; null for those below nought."""
    import pyarrow as pa

    values = np.asarray(values, dtype=np.int64)
    return pa.array(values, mask=values < 0)


def _never(minutes: np.ndarray) -> np.ndarray:
    from borderops.units import NEVER

    return np.asarray(minutes) == NEVER


def _places(codes: np.ndarray, count: int) -> pa.Array:
    """Places to take from ``count`` things and a null behind them."""
    import pyarrow as pa

    return pa.array(np.where(codes < 0, count, codes).astype(np.int64))


def _array(values: np.ndarray, is_empty: np.ndarray, field: Field) -> Any:
    import pyarrow as pa

    return pa.array(values, mask=is_empty).cast(arrow_type(TYPES[field.kind]))
