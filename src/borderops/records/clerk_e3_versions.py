"""Entries of one table put together from rows of several kinds, for instance the versions of a row that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from borderops.records.entry import Column, CopiedFrom, Entry
from borderops.records.fields import BLANK


def stacked(*parts: Entry) -> Entry:
    """Put the rows of several entries one after another.

    Parameters
    ----------
    *parts : Entry
        With the same columns, none of them a callable; a number stands for a whole column.

    Returns
    -------
    Entry
        What a part copied, only its own rows have copied.
    """
    places = np.cumsum([0, *(part.person.size for part in parts)])
    copied = [
        replace(one, rec=_placed(one.rec, int(place), int(places[-1])))
        for part, place in zip(parts, places)
        for one in part.copied
    ]
    columns: Any = [part.columns for part in parts]
    return Entry(
        _joined(columns, parts),
        np.concatenate([part.person for part in parts]),
        _joined([part.behind for part in parts], parts),
        tuple(copied),
    )


def _joined(columns: list[Mapping[str, np.ndarray | int]], parts: tuple[Entry, ...]) -> dict[str, np.ndarray]:
    return {
        name: np.concatenate([np.broadcast_to(each[name], part.person.shape) for each, part in zip(columns, parts)])
        for name in columns[0]
    }


def _placed(rec: np.ndarray, place: int, size: int) -> np.ndarray:
    """Numbers of rows read by one part, among the rows of all parts."""
    everywhere = np.full(size, BLANK, dtype=np.int64)
    everywhere[place : place + rec.size] = rec
    return everywhere


def completed(entry: Entry, columns: Mapping[str, Column], *copied: CopiedFrom) -> Entry:
    """The entry with further columns and what they were copied from."""
    return replace(entry, columns={**entry.columns, **columns}, copied=(*entry.copied, *copied))
