"""Pairs that an output links, against the true pairs of a task.

A pair counts half for either of its two people, so that it belongs to both of their families and groups.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from borderops.referee.complaints import Complaints
from borderops.referee.metrics_pairs import KNOWABLE, PAIRS, ends, truth_space
from borderops.referee.pack import LABELS, Pack
from borderops.referee.reading import Output
from borderops.referee.result import OF_VERSIONS, Judged
from borderops.referee.tasks import Task

MOST_THRESHOLDS: Final = 1000
PARENTS: Final = ("parent", "minor_mother", "undisclosed")
"""Relations of a child to somebody who is its parent."""

NOT_ASKED: Final = (
    "Pairs of a child and its parent for whom the task does not ask, since a unit on record links them or they were "
    "never separated, count neither for nor against the tool."
)


def judge_pairs(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    """Judge pairs.

    Parameters
    ----------
    pack : Pack
    task : Task
    output : Output
    complaints : Complaints
        Of the output; raised if it speaks of what the task does not ask about.
    limit : float or None
        From which score on a pair is linked.

    Returns
    -------
    Judged
    """
    labels = pack.truth(f"{LABELS}/{task.name}", ["table_l", "rec_id_l", "table_r", "rec_id_r", "is_match"])
    sides = pack.records(labels, "_l"), pack.records(labels, "_r")
    _require_asked_tables(pack, output, sides, complaints)
    labelled = _Pairs(pack, *sides)
    true = labelled.take(labels.column("is_match").to_numpy() & labelled.are_judged).once()
    claimed, scores = _claimed(pack, output)
    claimed, scores = claimed.take(claimed.are_judged), scores[claimed.are_judged]
    if task.has_relations:
        is_asked = ~_is_parent(pack, claimed) | np.isin(claimed.key, labelled.key)
        claimed, scores = claimed.take(is_asked), scores[is_asked]
    hit = np.isin(claimed.key, true.key)
    linked = scores >= (0.0 if limit is None else limit)
    found = np.isin(true.key, claimed.key[linked])
    counts = _pair_counts(int(linked.sum()), int(found.sum()), true.key.size)
    parts = claimed.parts(claimed=linked) | true.parts(true=1.0, found=found)
    thresholds = pd.DataFrame() if limit is None else _thinned(truth_space(scores, hit, true.key.size), limit)
    if not task.has_relations:
        return Judged(parts, PAIRS, counts, [OF_VERSIONS], thresholds)
    is_knowable = _is_knowable(pack, true)
    parts |= true.parts(true_knowable=is_knowable, found_knowable=found & is_knowable)
    parts |= true.parts(true_unknowable=~is_knowable, found_unknowable=found & ~is_knowable)
    counts["true pairs that records can tell"] = int(is_knowable.sum())
    counts["true pairs that the task does not ask for, left out"] = int((~is_asked).sum())
    return Judged(parts, PAIRS + KNOWABLE, counts, [OF_VERSIONS, NOT_ASKED], thresholds)


def _thinned(table: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Thresholds of which there may be millions: some of them, evenly, and the one that was asked for."""
    if len(table) <= MOST_THRESHOLDS:
        return table
    evenly = np.linspace(0, len(table) - 1, MOST_THRESHOLDS).round().astype(np.int64)
    asked = min(int(np.searchsorted(table["threshold"], limit)), len(table) - 1)
    return table.iloc[np.union1d(evenly, [asked])].reset_index(drop=True)


class _Pairs:
    """Pairs of records, by the first version of each and the smaller number left."""

    def __init__(self, pack: Pack, one: np.ndarray, other: np.ndarray) -> None:
        self.pack = pack
        one, other = pack.first_version[one], pack.first_version[other]
        self.left, self.right = np.minimum(one, other), np.maximum(one, other)
        self.key = self.left * pack.catalogue.starts[-1] + self.right

    def take(self, rows: np.ndarray) -> _Pairs:
        """Some of them."""
        return _Pairs(self.pack, self.left[rows], self.right[rows])

    def once(self) -> _Pairs:
        """Each of them once, by key."""
        return self.take(np.unique(self.key, return_index=True)[1])

    @property
    def are_judged(self) -> np.ndarray:
        """Whether the people of both ends are judged, shape (n,)."""
        return self.pack.is_judged[self.left] & self.pack.is_judged[self.right]

    def parts(self, **columns: np.ndarray | float) -> dict[str, np.ndarray]:
        """Parts by owner, half a pair for either end."""
        return ends(self.pack.owner[self.left], self.pack.owner[self.right], self.pack.owners, **columns)

    def are_in(self, links: pa.Table) -> np.ndarray:
        """Whether the people of each pair are those of a link, shape (n,)."""
        linked = [links.column(name).fill_null(-2).to_numpy() for name in ("child_id", "adult_id")]
        people = [self.pack.person_of_record[side] for side in (self.left, self.right)]
        most = max(int(one.max(initial=0)) for one in (*linked, *people)) + 3
        low, high = (side(*people).astype(np.int64) for side in (np.minimum, np.maximum))
        first, second = (side(*linked).astype(np.int64) for side in (np.minimum, np.maximum))
        return np.isin(low * most + high, first * most + second)


def _claimed(pack: Pack, output: Output) -> tuple[_Pairs, np.ndarray]:
    """Pairs of an output, each once, with the highest score that a version of it has; 1 where there are no scores."""
    pairs = _Pairs(pack, output.columns["left"], output.columns["right"])
    scores = output.columns.get("score", np.ones(pairs.key.size))
    order = np.lexsort((-scores, pairs.key))
    best = order[np.unique(pairs.key[order], return_index=True)[1]]
    return pairs.take(best), scores[best]


def _pair_counts(claimed: int, found: int, true: int) -> dict[str, int]:
    return {
        "pairs linked": claimed,
        "true pairs": true,
        "true pairs linked": found,
        "false pairs linked": claimed - found,
        "true pairs missed": true - found,
    }


def _require_asked_tables(
    pack: Pack, output: Output, sides: tuple[np.ndarray, np.ndarray], complaints: Complaints
) -> None:
    """Complain of pairs of tables that no label pairs."""
    tables = pack.catalogue.tables
    asked = np.zeros((len(tables), len(tables)), dtype=bool)
    one, other = (pack.table_of(side) for side in sides)
    asked[one, other] = True
    names = ", ".join(f"{tables[a]} with {tables[b]}" for a, b in np.argwhere(asked))
    one, other = (pack.table_of(output.columns[side]) for side in ("left", "right"))
    complaints.of_rows(~(asked | asked.T)[one, other], f"pairs tables that the task does not (it pairs {names})")
    complaints.raise_if_any()


def _is_knowable(pack: Pack, true: _Pairs) -> np.ndarray:
    """Whether records can tell of each true pair of a child and an adult, shape (n,)."""
    links = pack.truth("link", ["child_id", "adult_id", "recoverability"])
    return true.are_in(links.filter(pc.equal(links.column("recoverability"), "knowable")))


def _is_parent(pack: Pack, pairs: _Pairs) -> np.ndarray:
    """Whether each pair is truly a child and a parent of it, shape (n,)."""
    links = pack.truth("link", ["child_id", "adult_id", "relation"])
    return pairs.are_in(links.filter(pc.is_in(links.column("relation"), pa.array(PARENTS))))
