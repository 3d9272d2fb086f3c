"""Cells that an output flags or repairs, against the cells that are wrong."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from borderops.referee.complaints import Complaints
from borderops.referee.metrics_cells import BY_MECHANISM, DETECTION, REPAIR, cell_parts
from borderops.referee.pack import LABELS, Pack
from borderops.referee.reading import Output
from borderops.referee.result import Judged
from borderops.referee.tasks import Task
from borderops.referee.values import same_values

SOUND: Final = object()
"""In place of what ought to stand in a cell that is not wrong."""


def judge_cells(pack: Pack, task: Task, output: Output, complaints: Complaints, limit: float | None) -> Judged:
    """Judge flagged and repaired cells.

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
    labels = pack.truth(f"{LABELS}/{task.name}", ["table", "rec_id", "field", "correct", "mechanism"])
    names = pd.Index(pack.catalogue.all_fields)
    fields = names.get_indexer(labels.column("field").to_pylist())
    wrong = pack.records(labels) * names.size + fields
    is_judged = pack.is_judged[wrong // names.size]
    labels, wrong = labels.filter(pa.array(is_judged)), wrong[is_judged]
    output = output.take(pack.is_judged[output.columns["record"]])
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
