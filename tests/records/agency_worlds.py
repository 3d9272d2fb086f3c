"""Worlds and questions that tests of the clerks of EARM, the portal, mail and stations share."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from tests.builders import Adult, Child, Resident, adult, alone, facilities_of, family, replication_of, settings_of

from borderops.config.schema import PORTS, STATIONS
from borderops.operations.plan import EarlierParent, Ground
from borderops.records.answer_key import Copy, Written
from borderops.records.fields import Kind, parts_of
from borderops.records.systems import LAYOUTS, RecordTable
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness
from borderops.units import DAY, HOUR

AT_PORT = STATIONS.index(PORTS)
DELETES, COMMENTS, KEEPS, LINKS = "e3_2017", "e3_april_2018", "e3_august_2018", "shared_record"
"""Designs that delete units, show ICE comments, keep units and show a banner, and link the records of all agencies."""

SLOW = {"designation": 4 * HOUR, "transport": 30 * HOUR, "travel": 5 * HOUR}
PARTIES = {
    "routine": alone("Mon 08:00", Child(**SLOW)),
    "parted": family(
        "Mon 08:30", Child(**SLOW), Child(age=15, **SLOW), parent=Adult(ice=20 * DAY), ground=Ground.PROSECUTION
    ),
    "both_taken": family("Tue 08:30", Child(**SLOW), adults=2, ground=Ground.GANG, takes_second=True),
    "half": family("Mon 09:00", Child(), adults=2, release=3 * HOUR, ground=Ground.HEALTH),
    "whole": family("Mon 09:30", Child()),
    "never_grouped": family("Mon 09:30", Child(**SLOW), grouped=False),
    "lost_once": alone("Mon 10:00", Child(lost=(1, 0, 2), noticed=90, **SLOW)),
    "phoned": alone("Mon 10:30", Child(lost=(4, 0, 0), noticed=60, phone=45, **SLOW)),
    "parted_phoned": family(
        "Mon 10:30", Child(lost=(4, 1, 0), noticed=60, phone=45, **SLOW), ground=Ground.PROSECUTION
    ),
    "rejoined": family(
        "Mon 07:00", Child(lost=(1, 0, 0), noticed=1000), back="19:00", rejoined_release=30, ground=Ground.PROSECUTION
    ),
    "left_before": family(
        "Mon 10:30", Child(stay=3 * DAY, **SLOW), parent=Adult(other_custody=20 * DAY), ground=Ground.GANG
    ),
    "at_port": family("Mon 11:00", Child(**SLOW), station=AT_PORT, ground=Ground.GANG),
    "single": adult("Mon 12:00"),
}
"""Parties of the first days; what is not said of them is as in `tests.builders`."""

RESIDENTS = (Resident(), Resident(parent=EarlierParent.HERE))


def _rows() -> dict[str, np.ndarray]:
    sizes = [len(party.members) for party in PARTIES.values()]
    ends = len(RESIDENTS) + np.cumsum(sizes)
    return {name: np.arange(end - size, end) for name, size, end in zip(PARTIES, sizes, ends)}


ROWS = _rows()
"""Rows of the people of each party; residents stand before them."""

TABLES = tuple(name for name in LAYOUTS if name.startswith(("earm_", "portal_", "mail_", "local_")))


@cache
def by_hand(tracking: str = DELETES) -> Witness:
    """What clerks saw of the parties made by hand; the history is the same under all designs."""
    settings = settings_of(f"tracking={tracking}")
    facilities = facilities_of(message_minutes=3)
    world = replication_of(*PARTIES.values(), residents=RESIDENTS, facilities=facilities)
    return Witness(world, settings)


@cache
def written(witness: Witness) -> Written:
    """Everything that flawless clerks wrote."""
    return transcribe(witness)


def about(witness: Witness, table: str, *parties: str) -> RecordTable:
    """Rows of a table about parties made by hand."""
    people = np.concatenate([ROWS[party] for party in parties])
    return written(witness).records[table].take(np.isin(written(witness).behind[table].person, people))


# --- what holds of every table --------------------------------------------------------------------------------------


def copied_into(books: Written, system: str) -> list[Copy]:
    """Copies into the tables of a system, those of at least one cell."""
    return [copy for copy in books.copies if copy.to_table.startswith(f"{system}_") and copy.to_rec.size]


def differing_cells(books: Written, copy: Copy) -> int:
    """Cells of a copy that are not what was read."""
    to, source = books.records[copy.to_table], books.records[copy.from_table]
    seen: set[str] = set()
    wrong = 0
    for field, from_field in copy.fields:
        written_cells, read = to[field][copy.to_rec - 1], source[from_field][copy.from_rec - 1]
        names = to.layout.every_field[field].kind is Kind.NAMES
        if names and source.layout.every_field[from_field].kind is Kind.NAME:
            written_cells = parts_of(written_cells)[int(field in seen)]
        seen.add(field)
        wrong += int((written_cells != read).sum())
    return wrong


def copied_before_it_stood(books: Written, copy: Copy) -> int:
    """Rows that were copied from a row entered later."""
    to, source = books.records[copy.to_table], books.records[copy.from_table]
    return int((to["entered_at"][copy.to_rec - 1] < source["entered_at"][copy.from_rec - 1]).sum())


def shared_keys(table: RecordTable) -> int:
    """Rows whose key another row has at the same time."""
    if not table.layout.key or not len(table):
        return 0
    keys = np.stack([table[field] for field in table.layout.key])
    order = np.lexsort((table["valid_from"], *keys))
    same = (keys[:, order][:, 1:] == keys[:, order][:, :-1]).all(axis=0)
    return int((same & (table["valid_from"][order][1:] < table["valid_to"][order][:-1])).sum())


def shared_draws(books: Written, name: str) -> int:
    """Rows of a table whose draws are those of another row."""
    behind = books.behind[name]
    pairs = np.stack([behind.entity, behind.visit.astype(np.int64)])
    return pairs.shape[1] - np.unique(pairs, axis=1).shape[1]


def is_nested(table: RecordTable, earlier: int, later: int) -> bool:
    """Whether an extract of a later minute, read as of an earlier one, tells what the earlier extract told.

    But for rows that had ended in between, which the later one no longer has.
    """
    still = table["rec_id"][table["valid_to"] > later]
    then = table.as_of(earlier)
    return same_rows(table.as_of(later).as_of(earlier), then.take(np.isin(then["rec_id"], still)))


def same_rows(one: RecordTable, other: RecordTable) -> bool:
    """Whether two tables hold the same rows."""
    return len(one) == len(other) and all(np.array_equal(one[field], other[field]) for field in one.layout.every_field)


def faults(books: Written, witness: Witness, system: str) -> list[str]:
    """What is wrong with tables of a system whatever they are about."""
    found = [
        f"{copy.to_table} {copy.fields}: {differing_cells(books, copy)} cells differ"
        for copy in copied_into(books, system)
        if differing_cells(books, copy) or copied_before_it_stood(books, copy)
    ]
    history = witness.history
    span = history.horizon - history.first_minute
    moments = [history.first_minute + span * part // 7 for part in range(8)]
    for name, table in books.records.tables.items():
        if not name.startswith(f"{system}_"):
            continue
        if shared_keys(table):
            found.append(f"{name}: {shared_keys(table)} keys are shared")
        if shared_draws(books, name):
            found.append(f"{name}: {shared_draws(books, name)} rows share their draws with others")
        if len(table) and table["entered_at"].max() >= history.horizon:
            found.append(f"{name}: rows are entered after the horizon")
        if not all(is_nested(table, one, other) for one, other in pairwise(moments)):
            found.append(f"{name}: extracts do not nest")
        alone_ = transcribe(witness, [name])
        if not same_rows(alone_.records[name], table):
            found.append(f"{name}: another table when it is asked for alone")
    return found
