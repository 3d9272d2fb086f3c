"""The referee: an output against the labels of a task.

Labels list every true pair, entry and wrong cell; whatever an output names besides is false. Only what the task asks
about can be judged: a pair of tables that no label pairs, or a table that it does not ask for, is a problem of the
output and not a mistake of the tool, so nothing is scored then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from borderops.referee.complaints import Complaints
from borderops.referee.measures import Measure
from borderops.referee.metrics_cells import BY_MECHANISM, DETECTION, REPAIR, cell_parts
from borderops.referee.metrics_clusters import CLUSTERS, cluster_parts
from borderops.referee.metrics_lists import LISTS, list_parts
from borderops.referee.metrics_pairs import KNOWABLE, PAIRS, ends, truth_space
from borderops.referee.pack import Pack
from borderops.referee.reading import Output, read_output
from borderops.referee.resampling import estimates, everybody
from borderops.referee.result import Score
from borderops.referee.tasks import TASKS, Task
from borderops.referee.values import same_values

DEFAULT_THRESHOLD: Final = 0.5
MOST_THRESHOLDS: Final = 1000
LABELS: Final = "labels"
LEADING: Final = ("precision", "recall", "f1")
SOUND: Final = object()
"""In place of what ought to stand in a cell that is not wrong."""

PARENTS: Final = ("parent", "minor_mother", "undisclosed")
"""Relations of a child to somebody who is its parent."""

LEFT_OUT: Final = (
    "Rows that the output does not name go with a row of the same number that it names; where it names none, each "
    "stands alone, a cluster of its own."
)
OF_VERSIONS: Final = (
    "Rows of one number in one table are versions of one record: it does not matter which of them is named."
)
NOT_ASKED: Final = (
    "Pairs of a child and its parent for whom the task does not ask, since a unit on record links them or they were "
    "never separated, count neither for nor against the tool."
)


class Judged(NamedTuple):
    """Parts of measures by owner, and what else a score tells."""

    parts: dict[str, np.ndarray]
    measures: tuple[Measure, ...]
    counts: dict[str, int]
    notes: list[str]
    thresholds: pd.DataFrame = pd.DataFrame()
    mechanisms: pd.DataFrame = pd.DataFrame()


def judge(pack: Pack, task: str, path: Path, kind: str | None = None, threshold: float | None = None) -> Score:
    """Score a tool's output.

    Parameters
    ----------
    pack : Pack
    task : str
        One of `TASKS`.
    path : Path
        The output.
    kind : str, optional
        Kind of output; found from its columns where it is not given.
    threshold : float, optional
        From which score on a pair is linked; 0.5 where none is given and the output holds scores.

    Returns
    -------
    Score

    Raises
    ------
    FileProblem
        With everything that is wrong with the output.
    """
    asked = TASKS[task]
    output = read_output(path, pack.catalogue, kind, asked.kinds)
    return judge_output(pack, asked, output, Complaints(path.name), threshold)


def judge_output(pack: Pack, task: Task, output: Output, complaints: Complaints, threshold: float | None) -> Score:
    """Score an output that has been read; as for `judge`."""
    has_scores = "score" in output.columns
    if threshold is not None and not has_scores:
        complaints.of_file("it holds no scores, so threshold cannot be used; allowed with it: a column score")
        complaints.raise_if_any()
    limit = (DEFAULT_THRESHOLD if threshold is None else threshold) if has_scores else None
    judged = _JUDGES[output.kind](pack, task, output, complaints, limit)
    groups = [everybody(pack.owners), *pack.slices]
    return Score(
        task=task.name,
        title=task.title,
        kind=output.kind,
        measures=judged.measures,
        leading=LEADING,
        table=estimates(judged.parts, pack.family, judged.measures, groups, pack.draws),
        counts={"rows of the output": output.rows, **judged.counts},
        threshold=limit,
        thresholds=judged.thresholds,
        mechanisms=judged.mechanisms,
        notes=judged.notes,
    )


# --- pairs --------------------------------------------------------------------------------------------------------


def _judge_pairs(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    labels = pack.truth(f"{LABELS}/{task.name}", ["table_l", "rec_id_l", "table_r", "rec_id_r", "is_match"])
    sides = pack.records(labels, "_l"), pack.records(labels, "_r")
    _require_asked_tables(pack, output, sides, complaints)
    labelled = _Pairs(pack, *sides)
    true = labelled.take(labels.column("is_match").to_numpy()).once()
    claimed, scores = _claimed(pack, output)
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
    one, other = (_table_of(pack, side) for side in sides)
    asked[one, other] = True
    names = ", ".join(f"{tables[a]} with {tables[b]}" for a, b in np.argwhere(asked))
    one, other = (_table_of(pack, output.columns[side]) for side in ("left", "right"))
    complaints.of_rows(~(asked | asked.T)[one, other], f"pairs tables that the task does not (it pairs {names})")
    complaints.raise_if_any()


def _table_of(pack: Pack, records: np.ndarray) -> np.ndarray:
    """Code of the table that each record stands in."""
    return np.searchsorted(pack.catalogue.starts, records, side="right") - 1


def _is_knowable(pack: Pack, true: _Pairs) -> np.ndarray:
    """Whether records can tell of each true pair of a child and an adult, shape (n,)."""
    links = pack.truth("link", ["child_id", "adult_id", "recoverability"])
    return true.are_in(links.filter(pc.equal(links.column("recoverability"), "knowable")))


def _is_parent(pack: Pack, pairs: _Pairs) -> np.ndarray:
    """Whether each pair is truly a child and a parent of it, shape (n,)."""
    links = pack.truth("link", ["child_id", "adult_id", "relation"])
    return pairs.are_in(links.filter(pc.is_in(links.column("relation"), pa.array(PARENTS))))


# --- clusters -----------------------------------------------------------------------------------------------------


def _judge_clusters(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    truth = pack.truth(f"{LABELS}/clusters")
    records = pack.records(truth)
    named, given = output.columns["record"], output.columns["cluster"]
    _require_tables(pack, named, records, complaints)
    everything = np.union1d(records, named)
    reference = -1 - everything  # a record that is about nobody is a true cluster of its own
    reference[np.searchsorted(everything, records)] = truth.column("cluster").to_numpy()
    predicted, alone = _completed(pack, everything, named, given)
    parts = cluster_parts(predicted, reference, pack.owner[everything], pack.owners)
    counts = {
        "records": everything.size,
        "clusters of the output": np.unique(predicted).size,
        "persons": np.unique(reference).size,
        "records that the output does not name": alone,
    }
    return Judged(parts, CLUSTERS, counts, [LEFT_OUT] if alone else [])


def _completed(pack: Pack, everything: np.ndarray, named: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, int]:
    """Cluster of every record, and how many stand alone because the output names no version of them."""
    first, order = pack.first_version[named], np.argsort(named, kind="stable")
    known, at = np.unique(first[order], return_index=True)
    wanted = pack.first_version[everything]
    place = np.minimum(np.searchsorted(known, wanted), max(known.size - 1, 0))
    is_told = known[place] == wanted if known.size else np.zeros(everything.size, dtype=bool)
    predicted = given.max(initial=-1) + 1 + np.arange(everything.size)
    predicted[is_told] = given[order][at][place[is_told]]
    predicted[np.searchsorted(everything, named)] = given
    return predicted, int((~is_told).sum())


def _require_tables(pack: Pack, named: np.ndarray, records: np.ndarray, complaints: Complaints) -> None:
    """Complain of records in tables that the task does not ask about."""
    asked = np.unique(_table_of(pack, records))
    names = ", ".join(pack.catalogue.tables[code] for code in asked)
    is_asked = np.isin(_table_of(pack, named), asked)
    complaints.of_rows(~is_asked, f"table is none that the task asks about (it asks about {names})")
    complaints.raise_if_any()


# --- lists --------------------------------------------------------------------------------------------------------


def _judge_list(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    labels = pack.truth(f"{LABELS}/{task.name}")
    records = pack.records(labels)
    _require_tables(pack, output.columns["record"], records, complaints)
    belongs = np.unique(pack.first_version[records[_belongs(labels)]])
    listed = np.unique(pack.first_version[output.columns["record"]])
    everything = np.union1d(listed, belongs)
    is_listed, is_true = np.isin(everything, listed), np.isin(everything, belongs)
    parts = list_parts(is_listed, is_true, pack.owner[everything], pack.owners)
    found = int((is_listed & is_true).sum())
    counts = {
        "listed": listed.size,
        "belong on the list": belongs.size,
        "rightly listed": found,
        "missing": belongs.size - found,
        "false": listed.size - found,
    }
    return Judged(parts, LISTS, counts, [OF_VERSIONS])


def _belongs(labels: pa.Table) -> np.ndarray:
    """Which labels of a list an output ought to name: separated children, or entries that are false or missing."""
    if "is_separated" in labels.column_names:
        return labels.column("is_separated").to_numpy()
    return np.isin(np.array(labels.column("status").to_pylist(), dtype=object), ["false", "missing"])


# --- cells --------------------------------------------------------------------------------------------------------


def _judge_cells(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    labels = pack.truth(f"{LABELS}/{task.name}", ["table", "rec_id", "field", "correct", "mechanism"])
    names = pd.Index(pack.catalogue.all_fields)
    fields = names.get_indexer(labels.column("field").to_pylist())
    wrong = pack.records(labels) * names.size + fields
    flagged = output.columns["record"] * names.size + output.columns["field"]
    cells = np.union1d(wrong, flagged)
    is_wrong, is_flagged = np.isin(cells, wrong), np.isin(cells, flagged)
    has_value, is_right = _values_given(pack, output, labels, cells, wrong, flagged)
    record = cells // names.size
    parts = cell_parts(is_flagged, is_wrong, has_value, is_right, pack.owner[record], pack.owners)
    measures = DETECTION + (REPAIR if "value" in output.columns else ())
    counts = {
        "cells flagged": flagged.size,
        "wrong cells": int(is_wrong.sum()),
        "wrong cells flagged": int((is_wrong & is_flagged).sum()),
        "sound cells flagged": int((~is_wrong & is_flagged).sum()),
        "values given": int(has_value.sum()),
        "right values given for wrong cells": int((has_value & is_wrong & is_right).sum()),
    }
    mechanisms = _by_mechanism(labels, np.searchsorted(cells, wrong), is_flagged, has_value, is_right)
    return Judged(parts, measures, counts, [], mechanisms=mechanisms)


def _values_given(
    pack: Pack, output: Output, labels: pa.Table, cells: np.ndarray, wrong: np.ndarray, flagged: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each cell whether the output gives a value, and whether that is what ought to stand there."""
    has_value, is_right = np.zeros(cells.size, dtype=bool), np.zeros(cells.size, dtype=bool)
    if "value" not in output.columns:
        return has_value, is_right
    values = output.columns["value"]
    correct = np.full(cells.size, SOUND, dtype=object)
    correct[np.searchsorted(cells, wrong)] = labels.column("correct").to_pylist()
    here = np.searchsorted(cells, flagged)
    ought = correct[here]
    # No value for a cell that ought to be empty says what ought to stand there; elsewhere it says nothing.
    is_empty = np.array([one is None for one in ought], dtype=bool)
    is_given = np.array([one is not None for one in values], dtype=bool) | is_empty
    has_value[here] = is_given
    known = np.flatnonzero(is_given & (ought != SOUND))
    is_right[here[known]] = same_values(["" if one is None else one for one in values[known]], ought[known])
    return has_value, is_right


def _by_mechanism(
    labels: pa.Table, here: np.ndarray, is_flagged: np.ndarray, has_value: np.ndarray, is_right: np.ndarray
) -> pd.DataFrame:
    """What was found and repaired of the cells of each mechanism, the most frequent first.

    Parameters
    ----------
    labels : Table
    here : ndarray of int64, shape (labels,)
        Place of each wrong cell in the columns that follow.
    is_flagged, has_value, is_right : ndarray of bool
        As for `cell_parts`.
    """
    mechanism = labels.column("mechanism").combine_chunks().dictionary_encode()
    names = mechanism.dictionary.to_pylist()
    code = mechanism.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    is_wrong = np.ones(here.size, dtype=bool)
    parts = cell_parts(is_flagged[here], is_wrong, has_value[here], is_right[here], code, len(names))
    table = {"mechanism": names, "wrong": parts["true"], "flagged": parts["found"]}
    table |= {name: parts[name] for name in ("tried", "repaired")}
    table |= {one.name: one.of(parts) for one in BY_MECHANISM}
    made = pd.DataFrame(table).sort_values(["wrong", "mechanism"], ascending=[False, True], ignore_index=True)
    return made.astype(dict.fromkeys(("wrong", "flagged", "tried", "repaired"), np.int64))


_JUDGES: Final[Mapping[str, Callable[[Pack, Task, Output, Complaints, float | None], Judged]]] = {
    "pairs": _judge_pairs,
    "clusters": _judge_clusters,
    "list": _judge_list,
    "cells": _judge_cells,
}
