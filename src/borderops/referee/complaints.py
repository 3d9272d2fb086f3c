"""What is wrong with a tool's output, told by the numbers of its rows and never by what stands in them.

An output may hold identifiers of real people. So a complaint names columns that the referee knows, numbers of rows, and
what is allowed; no cell, no name of a column that was not expected, and no message of a library that quotes one.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import numpy as np

from borderops.exceptions import FileProblem

SHOWN: Final = 5
"""Rows named of each problem."""


class Complaints:
    """Problems of one file, collected while it is read.

    Row 1 is the first one below the header.

    Parameters
    ----------
    name : str
        Of the file.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._whole: list[str] = []
        self._rows: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}
        self._skipped: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._whole or self._rows)

    def of_file(self, sentence: str) -> None:
        """Something that is wrong with the file as a whole."""
        self._whole.append(sentence)

    def of_rows(self, is_wrong: np.ndarray, sentence: str, before: int = 0) -> None:
        """Something that is wrong with some rows.

        Parameters
        ----------
        is_wrong : ndarray of bool, shape (n,)
        sentence : str
        before : int
            Rows that were read before these.
        """
        self.at(np.flatnonzero(is_wrong) + before, sentence)

    def at(self, places: np.ndarray, sentence: str) -> None:
        """Something that is wrong with rows, given by how many were read before each; nothing where there are none."""
        if not places.size:
            return
        kept = self._rows.setdefault(sentence, [])
        kept.extend(np.sort(places)[: max(SHOWN - len(kept), 0)].tolist())
        self._counts[sentence] = self._counts.get(sentence, 0) + int(places.size)

    def skipped(self, row: int, sentence: str) -> None:
        """A row that could not be taken apart, by its own number; rows after it are counted on from there."""
        self._skipped.append(row)
        kept = self._rows.setdefault(sentence, [])
        if len(kept) < SHOWN:
            kept.append(-row)
        self._counts[sentence] = self._counts.get(sentence, 0) + 1

    def raise_if_any(self) -> None:
        """End with everything that was found.

        Raises
        ------
        FileProblem
            If there is any problem.
        """
        if self:
            told = [*self._whole, *(f"{self._where(one)}: {one}" for one in self._rows)]
            noun = "problem" if len(told) == 1 else "problems"
            raise FileProblem("\n  ".join([f"{self.name} cannot be scored, {len(told)} {noun}:", *told]))

    def _where(self, sentence: str) -> str:
        rows = sorted(self._number(one) for one in self._rows[sentence])
        count = self._counts[sentence]
        if count == 1:
            return f"row {rows[0]:,}"
        first = ", ".join(f"{one:,}" for one in rows)
        return f"rows {first}" if count == len(rows) else f"{count:,} rows, the first of them {first}"

    def _number(self, kept: int) -> int:
        """Number of a row; those that could not be taken apart know their own."""
        if kept < 0:
            return -kept
        number = kept + 1
        gone = sorted(self._skipped)
        while (moved := kept + 1 + bisect_right(gone, number)) != number:
            number = moved
        return number
