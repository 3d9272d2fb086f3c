"""Whether a value that a tool gives is what ought to stand in a cell, however the two are written down.

Texts must be equal to the letter, accents and case included: a repair that loses an accent is none. Numbers and dates
may be written as another format has them: 12.0 for 12, a date with midnight behind it, a T between day and time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np

_WHOLE: Final = re.compile(r"^([+-]?\d+)\.0+$")
_MOMENT: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?Z?$")


def plain(value: object) -> str:
    """One way of writing a value."""
    text = unicodedata.normalize("NFC", str(value)).strip()
    if whole := _WHOLE.match(text):
        return whole[1]
    if moment := _MOMENT.match(text):
        day, minute, second = moment.groups()
        exact = (second or ":00").split(".")[0]
        return day if (minute, exact) == ("00:00", ":00") else f"{day} {minute}{exact}"
    return text


def same_values(given: Sequence[object] | np.ndarray, correct: Sequence[object] | np.ndarray) -> np.ndarray:
    """Compare values one by one; none given for an empty cell is an empty text, shape (n,), bool."""
    pairs = zip(given, correct, strict=True)
    same = [plain(one) == ("" if other is None else plain(other)) for one, other in pairs]
    return np.array(same, dtype=bool)
