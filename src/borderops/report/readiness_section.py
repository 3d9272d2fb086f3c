"""A section of a review that was asked for besides: sentences, tables, pictures, and the same for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from borderops.report.drawing import Picture


@dataclass(frozen=True)
class Section:
    """What the annex shows under one heading.

    Parameters
    ----------
    sentences : sequence of str
        What was found, the most important first.
    tables : mapping of str to DataFrame
        By caption, as they are to be read.
    pictures : sequence of Picture
    machine : mapping
        The same for programs, as plain values.
    files : mapping of str to DataFrame
        Tables of numbers that are left in the folder, by name.
    brief : str, optional
        The sentence of the first page; the first one if not given, none if it is empty.
    """

    sentences: Sequence[str]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    machine: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    brief: str | None = None

    @property
    def told_first(self) -> str:
        """What the first page says of it; empty where that is nothing."""
        if self.brief is not None:
            return self.brief
        return self.sentences[0] if self.sentences else ""


def plain(value: Any) -> Any:
    """A value as JSON takes it: None for what is no finite number."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table for programs, a mapping a row."""
    return [{str(key): plain(plain(value)) for key, value in row.items()} for row in table.to_dict("records")]
