"""Spellings in records: one code for one text, whether it is a name as it is or as somebody typed it.

Names that people bear come first (`borderops.records.known_names`), then whatever else was written, as it came up.
Must not know who bears a name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from borderops.records.fields import BLANK


@dataclass(frozen=True)
class Known:
    """Texts of the names that people bear.

    Attributes
    ----------
    texts : tuple of str
        By code.
    codes : mapping of str to int
    folded : ndarray of int32
        Code of the first text that reads the same without accents and case.
    """

    texts: tuple[str, ...]
    codes: Mapping[str, int]
    folded: np.ndarray

    @cached_property
    def by_plain_text(self) -> Mapping[str, int]:
        """Code of the first text that reads the same, by that text as `plain` gives it."""
        return {plain(self.texts[code]): int(code) for code in np.unique(self.folded)}


def plain(text: str) -> str:
    """Text without accents, in capitals, as an auditor compares it: ñ counts as n."""
    if text.isascii():
        return text.upper()
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign)).upper()


class Lexicon:
    """All spellings of one set of records; grows when something new is written."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._texts: list[str] = []
        self._codes: dict[str, int] = {}
        self._folded = known.folded

    def __len__(self) -> int:
        return len(self._known.texts) + len(self._texts)

    def copy(self) -> Lexicon:
        """The same spellings, to which others may be added."""
        other = Lexicon(self._known)
        other._texts, other._codes = list(self._texts), dict(self._codes)
        return other

    def code(self, text: str) -> int:
        """Code of a text, new if it was never written before; `BLANK` for an empty one."""
        if not text:
            return BLANK
        found = self._known.codes.get(text, self._codes.get(text))
        if found is None:
            found = self._codes[text] = len(self)
            self._texts.append(text)
        return found

    def codes(self, texts: Iterable[str]) -> np.ndarray:
        """Codes of texts, shape (n,), int32."""
        return np.array([self.code(text) for text in texts], dtype=np.int32)

    def text(self, code: int) -> str:
        """Text of a code; empty for `BLANK`."""
        if code == BLANK:
            return ""
        known = len(self._known.texts)
        return self._known.texts[code] if code < known else self._texts[code - known]

    def texts(self, codes: Sequence[int] | np.ndarray) -> list[str]:
        """Texts of codes."""
        return [self.text(int(code)) for code in codes]

    def folded(self) -> np.ndarray:
        """For each code, one code for all texts that read the same without accents and case, shape (len,), int32."""
        known = self._known
        # Told again only when something new was written.
        if self._folded.size != len(self):
            first = dict(known.by_plain_text)
            more = [first.setdefault(plain(text), len(known.texts) + at) for at, text in enumerate(self._texts)]
            self._folded = np.concatenate([known.folded, np.array(more, dtype=np.int32)])
            self._folded.flags.writeable = False
        return self._folded
