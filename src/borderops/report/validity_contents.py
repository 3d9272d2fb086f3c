"""What the report of a judged fit is made of: the scorecard, and the season day by day beside published days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from borderops.config.schema import Settings
from borderops.report.contents import FailedReplication, ParameterRow
from borderops.validity.scorecard import Scorecard


@dataclass(frozen=True)
class ValidityContents:
    """Everything the report shows. Summaries carry `borderops.report.contents.STATISTICS`.

    Parameters
    ----------
    card : Scorecard
    as_of : date or None
        The day from whose knowledge the season was forecast; None where the fit is judged.
    settings : Settings
        Of the season, as composed.
    worlds : sequence of str
        What was played.
    readings : DataFrame
        Columns replication, id, value: what each replication says to each figure.
    daily : DataFrame
        Summary of the season's days: keys day, measure, group; ``shelter_census`` and ``shelter_beds`` summed over
        kinds of beds (group ``all``), ``shelter_occupancy`` their ratio, and ``mean_custody_hours`` of separated
        children.
    survival : DataFrame
        Summary for separated children: key hours; share still in CBP custody.
    standing : DataFrame
        Summary of the order's class on the day of Table 5: keys group (``under_5_at_order``, ``others``, ``all``) and
        outcome. Empty without an order.
    register : sequence of ParameterRow
    manifest : mapping
    failures : sequence of FailedReplication
    limits : sequence of str
    """

    card: Scorecard
    as_of: date | None
    settings: Settings
    worlds: Sequence[str]
    readings: pd.DataFrame
    daily: pd.DataFrame
    survival: pd.DataFrame
    standing: pd.DataFrame
    register: Sequence[ParameterRow]
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]

    @property
    def n(self) -> int:
        """Finished replications."""
        return self.card.n

    @property
    def level(self) -> float:
        """Share of replications that ``low`` to ``high`` spans."""
        return self.card.level

    @property
    def is_forecast(self) -> bool:
        """Whether a forecast is set beside what happened, rather than the fit judged."""
        return self.as_of is not None

    def series(self, measure: str, group: str = "all") -> pd.DataFrame:
        """Summary by day of one measure, sorted by day; empty if it was not measured."""
        rows = self.daily[(self.daily["measure"] == measure) & (self.daily["group"] == group)]
        return rows.sort_values("day").reset_index(drop=True)

    def values(self, figure: str) -> pd.Series:
        """What the replications say to a figure, those that say nothing left out."""
        return self.readings.loc[self.readings["id"] == figure, "value"].dropna()
