"""The referee: an output against the labels of a task.

Labels list every true pair, entry and wrong cell; whatever an output names besides is false. Only what the task asks
about can be judged: a pair of tables that no label pairs, or a table that it does not ask for, is a problem of the
output and not a mistake of the tool, so nothing is scored then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from borderops.referee.complaints import Complaints
from borderops.referee.judging_cells import judge_cells
from borderops.referee.judging_pairs import judge_pairs
from borderops.referee.judging_records import judge_clusters, judge_estimate, judge_facts, judge_list
from borderops.referee.pack import Pack
from borderops.referee.reading import Output, read_output
from borderops.referee.resampling import estimates, everybody
from borderops.referee.result import Judged, Score
from borderops.referee.tasks import TASKS, Task

DEFAULT_THRESHOLD: Final = 0.5
LEADING: Final = ("precision", "recall", "f1")
OF_A_PART: Final = (
    "Judged are the people of part {1} of the split by {0}; whatever the output says of others is left out."
)


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
    if pack.part is not None:
        judged.notes.append(OF_A_PART.format(*pack.part))
    groups = [everybody(pack.owners), *(pack.slices if output.kind != "estimate" else ())]
    return Score(
        task=task.name,
        title=task.title,
        kind=output.kind,
        measures=judged.measures,
        leading=LEADING if output.kind != "estimate" else (judged.measures[0].name,),
        table=estimates(judged.parts, pack.family, judged.measures, groups, pack.draws),
        counts={"rows of the output": output.rows, **judged.counts},
        threshold=limit,
        thresholds=judged.thresholds,
        mechanisms=judged.mechanisms,
        notes=judged.notes,
    )


_JUDGES: Final[Mapping[str, Callable[[Pack, Task, Output, Complaints, float | None], Judged]]] = {
    "pairs": judge_pairs,
    "clusters": judge_clusters,
    "list": judge_list,
    "cells": judge_cells,
    "facts": judge_facts,
    "estimate": judge_estimate,
}
