"""Observed tables of a pack as records that an audit can read: what `borderops.records` holds, made from files alone.

Rows keep the numbers that the pack gives them, so that findings point at rows of the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from borderops import clock
from borderops.records.fields import BLANK, Field, Kind, two_names
from borderops.records.spelling import Known, Lexicon
from borderops.records.systems import LAYOUTS, Records, RecordTable
from borderops.referee.pack import Pack
from borderops.units import DAY

_EPOCH_DAY: Final = int((np.datetime64(clock.EPOCH, "D") - np.datetime64("1970-01-01", "D")).astype(np.int64))
_MILLISECONDS: Final = 60_000
PARTICLES: Final = frozenset({"de", "del", "la", "las", "los", "san", "santa", "y"})
"""Words that belong to the surname after them."""


def read_records(pack: Pack, tables: Sequence[str]) -> Records:
    """Tables of a pack as records.

    Parameters
    ----------
    pack : Pack
    tables : sequence of str
        Those that the pack does not hold are left out.

    Returns
    -------
    Records
        Rows in the order of their numbers, which is that of entry.
    """
    lexicon = Lexicon(Known((), {}, np.zeros(0, dtype=np.int32)))
    held = [name for name in tables if name in pack.catalogue.sizes]
    return Records({name: _record_table(name, pack.observed(name), lexicon) for name in held}, lexicon)


def _record_table(name: str, found: pa.Table, lexicon: Lexicon) -> RecordTable:
    layout = LAYOUTS[name]
    ordered = found.sort_by("rec_id")
    columns = {
        field.name: _cells(field, ordered.column(field.name).combine_chunks(), lexicon)
        for field in layout.every_field.values()
    }
    return RecordTable(layout, columns)


def _cells(field: Field, column: pa.Array, lexicon: Lexicon) -> np.ndarray:
    """Cells as the numbers that records hold."""
    if field.kind is Kind.NAME:
        return _by_text(column, lexicon.code).astype(field.dtype)
    if field.kind is Kind.NAMES:
        return _surnames(column, lexicon)
    if field.kind is Kind.USER:
        return np.full(len(column), BLANK, dtype=field.dtype)  # no audit asks who wrote it
    if field.kind is Kind.CHOICE:
        codes = pc.index_in(column, pa.array(field.choices, pa.string()))
        return pc.fill_null(codes, BLANK).to_numpy(zero_copy_only=False).astype(field.dtype)
    is_empty = column.is_null().to_numpy(zero_copy_only=False)
    return np.where(is_empty, field.empty, _numbers(field, column)).astype(field.dtype)


def _numbers(field: Field, column: pa.Array) -> np.ndarray:
    """Numbers, days or minutes; anything where a cell is empty."""
    if field.kind is Kind.DAY:
        return pc.fill_null(column.cast(pa.int32()), 0).to_numpy(zero_copy_only=False) - _EPOCH_DAY
    if field.kind is Kind.MINUTE:
        since = pc.fill_null(column.cast(pa.timestamp("ms")).cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        return since // _MILLISECONDS - _EPOCH_DAY * DAY
    return pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)


def _by_text(column: pa.Array, code: Callable[[str], int]) -> np.ndarray:
    """A number for each text, told once for texts that repeat; `BLANK` for none."""
    coded = column.dictionary_encode()
    codes = np.array([code(one) for one in coded.dictionary.to_pylist()] + [BLANK], dtype=np.int64)
    return codes[pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)]


def _surnames(column: pa.Array, lexicon: Lexicon) -> np.ndarray:
    """Two surnames written in one cell, as a reader takes them apart."""
    first = _by_text(column, lambda text: lexicon.code(split_surnames(text)[0]))
    second = _by_text(column, lambda text: lexicon.code(split_surnames(text)[1]))
    return two_names(first, second)


def split_surnames(text: str) -> tuple[str, str]:
    """First and second surname, particles with the name after them; what is left over belongs to the second."""
    words = text.split()
    first = next((at for at, word in enumerate(words) if word.lower() not in PARTICLES), len(words) - 1) + 1
    return " ".join(words[:first]), " ".join(words[first:])
