"""Spellings of the names that people bear: surnames first, in the order of their codes, then given names."""

from __future__ import annotations

from functools import cache

import numpy as np

from borderops.population.names import given_name_tables, surname_tables
from borderops.records.fields import BLANK
from borderops.records.spelling import Known, plain


@cache
def known_names() -> Known:
    """All names that people bear; a given name spelled like a surname has the surname's code."""
    surnames, given = surname_tables().spellings, given_name_tables()[0].spellings
    texts = dict.fromkeys([surnames.spell(code) for code in range(surnames.count)])
    texts |= dict.fromkeys([given.spell(code) for code in range(given.count)])
    codes = {text: code for code, text in enumerate(texts)}
    first: dict[str, int] = {}
    folded = np.array([first.setdefault(plain(text), code) for text, code in codes.items()], dtype=np.int32)
    return Known(tuple(texts), codes, folded)


@cache
def _given() -> np.ndarray:
    """Spelling of each code of a given name, int32."""
    given = given_name_tables()[0].spellings
    return np.array([known_names().codes[given.spell(code)] for code in range(given.count)], dtype=np.int32)


def surnames_of(codes: np.ndarray) -> np.ndarray:
    """Spellings of surnames of people, shape (n,), int32: they are the same codes."""
    return np.asarray(codes, dtype=np.int32)


def given_names_of(codes: np.ndarray) -> np.ndarray:
    """Spellings of given names of people, shape (n,), int32."""
    codes = np.asarray(codes)
    return np.where(codes == BLANK, np.int32(BLANK), _given()[codes])
