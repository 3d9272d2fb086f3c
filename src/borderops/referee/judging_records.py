"""Records that an output puts together, lists or counts: clusters, lists, rows that are wrong, and estimates."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from borderops.referee.complaints import Complaints
from borderops.referee.measures import sums_by
from borderops.referee.metrics_clusters import CLUSTERS, cluster_parts
from borderops.referee.metrics_estimates import estimate_measures
from borderops.referee.metrics_lists import FACT_MEASURES, LISTS, list_parts
from borderops.referee.pack import LABELS, Pack
from borderops.referee.reading import FACTS, Output
from borderops.referee.result import OF_VERSIONS, Judged
from borderops.referee.tasks import Task
from borderops.referee.values import plain

ROWS_OF: Final = "T6"
"""Task whose lists name rows that are wrong as a whole."""

LEFT_OUT: Final = (
    "Rows that the output does not name go with a row of the same number that it names; where it names none, each "
    "stands alone, a cluster of its own."
)
ALL_ROWS: Final = (
    "A row of any table may be wrong. Of two rows that say the same, either may be named. A row that is missing cannot "
    "be named, and is not asked for."
)
OF_ESTIMATES: Final = (
    "An estimate is one number for everybody: intervals say what other families would have made of the true number."
)


def judge_clusters(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    """Judge clusters: records that the output says are about one person.

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
    truth = pack.truth(f"{LABELS}/clusters")
    records = pack.records(truth)
    named, given = output.columns["record"], output.columns["cluster"]
    _require_tables(pack, named, records, complaints)
    is_named, is_true = pack.is_judged[named], pack.is_judged[records]
    named, given, records, truth = named[is_named], given[is_named], records[is_true], truth.filter(pa.array(is_true))
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
    asked = np.unique(pack.table_of(records))
    names = ", ".join(pack.catalogue.tables[code] for code in asked)
    is_asked = np.isin(pack.table_of(named), asked)
    complaints.of_rows(~is_asked, f"table is none that the task asks about (it asks about {names})")
    complaints.raise_if_any()


# --- lists --------------------------------------------------------------------------------------------------------


def judge_list(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    """Judge a list of records.

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
    if task.name == ROWS_OF:
        return _judge_rows(pack, output)
    labels = pack.truth(f"{LABELS}/{task.name}")
    records = pack.records(labels)
    _require_tables(pack, output.columns["record"], records, complaints)
    belongs, listed = pack.first_version[records[_belongs(labels)]], pack.first_version[output.columns["record"]]
    return _listed(pack, belongs, listed, [OF_VERSIONS])


def _judge_rows(pack: Pack, output: Output) -> Judged:
    """Rows that nobody should have written: those that slips added, and those that stand twice."""
    errors = pack.truth("row_error", ["table", "rec_id", "twin", "what"])
    added = errors.filter(pc.not_equal(errors.column("what"), "missing"))
    rows = pack.records(added)
    # Of two rows that say the same nobody can tell which was the first: either name stands for both.
    twin = added.column("twin").fill_null(0).to_numpy()
    first = np.arange(pack.owner.size)
    first[rows] = np.where(twin > 0, rows - added.column("rec_id").to_numpy() + twin, rows)
    return _listed(pack, first[rows], first[output.columns["record"]], [ALL_ROWS])


def _listed(pack: Pack, belongs: np.ndarray, listed: np.ndarray, notes: list[str]) -> Judged:
    belongs, listed = (np.unique(one[pack.is_judged[one]]) for one in (belongs, listed))
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
    return Judged(parts, LISTS, counts, notes)


def _belongs(labels: pa.Table) -> np.ndarray:
    """Which labels of a list an output ought to name: separated children, or entries that are false or missing."""
    if "is_separated" in labels.column_names:
        return labels.column("is_separated").to_numpy()
    return np.isin(np.array(labels.column("status").to_pylist(), dtype=object), ["false", "missing"])


# --- facts --------------------------------------------------------------------------------------------------------


def judge_facts(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    """Judge facts taken from texts, each once; capitals, and spaces around a value, make no difference.

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
    labels = pack.truth(f"{LABELS}/{task.name}")
    records, named = pack.records(labels), output.columns["record"]
    _require_tables(pack, named, records, complaints)
    kinds = pd.Index(FACTS).get_indexer(pd.Index(labels.column("fact").to_pylist()))
    values = [plain(one).casefold() for one in (*labels.column("value").to_pylist(), *output.columns["value"])]
    facts = np.append(kinds, output.columns["fact"])
    told = pd.DataFrame({"record": np.append(records, named), "fact": facts, "value": values})
    told["is_true"] = np.arange(len(told)) < records.size
    told = told[pack.is_judged[told["record"].to_numpy()]]
    by_fact = told.groupby(["record", "fact", "value"])["is_true"].agg(["any", "all"]).reset_index()
    is_true, is_told = by_fact["any"].to_numpy(), ~by_fact["all"].to_numpy()
    owner = pack.owner[by_fact["record"].to_numpy(dtype=np.int64)]
    counts = {
        "facts told": int(is_told.sum()),
        "facts in the notes": int(is_true.sum()),
        "rightly told": int((is_told & is_true).sum()),
        "missing": int((is_true & ~is_told).sum()),
        "false": int((is_told & ~is_true).sum()),
    }
    return Judged(list_parts(is_told, is_true, owner, pack.owners), FACT_MEASURES, counts, [])


# --- estimates ----------------------------------------------------------------------------------------------------


def judge_estimate(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    """Judge a number of children who stand in no source, against those who do not.

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
    labels = pack.truth(f"{LABELS}/{task.name}")
    owner = pack.persons.index.get_indexer(pd.Index(labels.column("person_id").to_numpy()))
    is_judged = pack.are_people_judged[owner]
    sources = [labels.column(name).to_numpy() for name in labels.column_names if name != "person_id"]
    is_nowhere = ~np.logical_or.reduce(sources)
    parts = sums_by(owner[is_judged], pack.owners, true=is_nowhere[is_judged], children=1.0)
    told = {name: float(output.columns[name][0]) for name in ("estimate", "low", "high") if name in output.columns}
    counts = {
        "separated children": int(is_judged.sum()),
        "of these in no source": int((is_nowhere & is_judged).sum()),
        "estimated to be in no source": round(told["estimate"]),
    }
    notes = [OF_ESTIMATES]
    if len(told) == 3:
        is_inside = told["low"] <= counts["of these in no source"] <= told["high"]
        notes.insert(0, f"The interval that was given {'holds' if is_inside else 'does not hold'} the true number.")
    return Judged(parts, estimate_measures(told["estimate"]), counts, notes)
