"""What the referee says of one output: measures with intervals, slices, and what they were counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from borderops.referee.measures import Measure


@dataclass(frozen=True)
class Score:
    """How well a tool did at one task of one pack.

    Parameters
    ----------
    task : str
        ``T2``.
    title : str
        What the task asks.
    kind : str
        Of output: pairs, clusters, list or cells.
    measures : sequence of Measure
        Those of the whole, the leading ones first.
    leading : sequence of str
        Names of the measures that slices are drawn of.
    table : DataFrame
        Columns ``kind`` (``all``, or the kind of slice), ``group``, ``measure``, ``value``, ``low``, ``high``,
        ``families``.
    counts : mapping of str to int
        What the measures were counted from, in the order in which people read it.
    threshold : float or None
        From which score on a pair is linked; None where the output holds no scores.
    thresholds : DataFrame
        What every threshold would give; empty where the output holds no scores.
    mechanisms : DataFrame
        Cells by how they came to be wrong: columns ``mechanism``, ``wrong``, ``flagged``, ``tried``, ``repaired`` and
        measures; empty for other kinds of output.
    notes : sequence of str
        What a reader must know of this score, one sentence each.
    """

    task: str
    title: str
    kind: str
    measures: Sequence[Measure]
    leading: Sequence[str]
    table: pd.DataFrame
    counts: Mapping[str, int]
    threshold: float | None = None
    thresholds: pd.DataFrame = field(default_factory=pd.DataFrame)
    mechanisms: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: Sequence[str] = ()

    @property
    def whole(self) -> pd.DataFrame:
        """Measures of everybody, in order."""
        rows = self.table[self.table["kind"] == "all"]
        order = {one.name: at for at, one in enumerate(self.measures)}
        return rows.sort_values("measure", key=lambda names: names.map(order)).reset_index(drop=True)

    def slices(self, measure: str) -> pd.DataFrame:
        """One measure by country, age band, sector and surname, in the order of the groups."""
        rows = self.table[(self.table["measure"] == measure) & (self.table["kind"] != "all")]
        return rows.reset_index(drop=True)


OF_VERSIONS: Final = (
    "Rows of one number in one table are versions of one record: it does not matter which of them is named."
)


class Judged(NamedTuple):
    """Parts of measures by owner, and what else a score tells."""

    parts: dict[str, np.ndarray]
    measures: tuple[Measure, ...]
    counts: dict[str, int]
    notes: list[str]
    thresholds: pd.DataFrame = pd.DataFrame()
    mechanisms: pd.DataFrame = pd.DataFrame()
