"""The flawless clerks: history in, records out, as the designs of the day allow and without a slip."""

from __future__ import annotations

from collections.abc import Iterable

from borderops.records import clerk_e3, clerk_earm, clerk_eid, clerk_local, clerk_mail, clerk_portal, clerk_sigma
from borderops.records.answer_key import Written
from borderops.records.entry import Clerk, Desk
from borderops.records.known_names import known_names
from borderops.records.spelling import Lexicon
from borderops.records.systems import LAYOUTS, names
from borderops.records.witness import Witness
from borderops.shelf import IN_MEMORY, Memory

_OFFICES = (clerk_e3, clerk_eid, clerk_sigma, clerk_earm, clerk_portal, clerk_mail, clerk_local)

CLERKS: dict[str, Clerk] = {name: clerk for office in _OFFICES for name, clerk in office.CLERKS.items()}
"""Who writes each table."""

READS: dict[str, tuple[str, ...]] = {name: read for office in _OFFICES for name, read in office.READS.items()}
"""Tables that are read for each table, where it copies."""


def needed(wanted: Iterable[str]) -> tuple[str, ...]:
    """Tables that must be written for some tables, these included, each after those that it reads."""
    reads = {name: READS.get(name, ()) for name in LAYOUTS}
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in order:
            for read in reads[name]:
                visit(read)
            order[name] = None

    for name in names(wanted):
        visit(name)
    return tuple(order)


def transcribe(witness: Witness, wanted: Iterable[str] = tuple(LAYOUTS), shelf: Memory = IN_MEMORY) -> Written:
    """Write the records of a finished history without a slip.

    Parameters
    ----------
    witness : Witness
    wanted : iterable of str
        Tables; those that they copy from are written as well. A table is the same whatever else is wanted.
    shelf : Memory
        Where columns go, and what the witness has told.

    Returns
    -------
    Written
    """
    desk = Desk(Lexicon(known_names()), shelf)
    for name in needed(wanted):
        desk.put(name, CLERKS[name](witness, desk), witness)
        witness.put_away(shelf)
    return desk.written()
