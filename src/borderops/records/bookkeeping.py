"""The books of one replication: what flawless clerks would have written, what was written, and the difference.

The way of data from a finished history on: `Witness`, then `transcribe`, then `make_mistakes`. Audits get
`Books.records` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from borderops.config.schema import Settings
from borderops.records.answer_key import AnswerKey, Written
from borderops.records.mistakes import make_mistakes
from borderops.records.systems import LAYOUTS, Records
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness
from borderops.replication import Replication
from borderops.shelf import IN_MEMORY, Memory


@dataclass(frozen=True)
class Books:
    """Everything written in one replication.

    Attributes
    ----------
    witness : Witness
        What clerks saw.
    written : Written
        What flawless clerks wrote.
    records : Records
        What stands in the systems: all that an audit may see.
    key : AnswerKey
        The difference.
    """

    witness: Witness
    written: Written
    records: Records
    key: AnswerKey


def on_shelf(replication: Replication, shelf: Memory) -> Replication:
    """Lay a finished replication on a shelf, from where clerks read it; gives it back."""
    for table in (replication.people, replication.plan, replication.history):
        shelf.put_away(table)
        shelf.rest()
    return replication


def keep_books(
    replication: Replication,
    settings: Settings,
    wanted: Iterable[str] = tuple(LAYOUTS),
    only: np.ndarray | None = None,
    shelf: Memory = IN_MEMORY,
) -> Books:
    """Keep the books of a finished replication.

    Parameters
    ----------
    replication : Replication
    settings : Settings
        Those that it was played with.
    wanted : iterable of str
        Names of tables of `LAYOUTS`; those that they copy from are kept as well. A table is the same whatever else is
        wanted.
    only : ndarray of bool, shape (n,), optional
        About whom alone tables of people are written; see `Witness`.
    shelf : Memory
        Where columns lie; a `borderops.shelf.Shelf` for more rows than memory is to hold.

    Returns
    -------
    Books
    """
    witness = Witness(replication, settings, only)
    written = transcribe(witness, wanted, shelf)
    records, key = make_mistakes(written, witness, shelf)
    return Books(witness, written, records, key)
