"""Readers of figures about the court's order: what became of its class, by the end of a day."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from borderops.config.schema import Settings
from borderops.forecast.results import Results
from borderops.validity.readings_tables import PERCENT, Reader, difference, found, kpi, ratio, total

ORDER_DAY: Final = date(2018, 6, 26)
TABLE_5: Final = date(2018, 8, 30)
LAST_DAY: Final = date(2019, 2, 14)

STATES_OF_TABLE_5: Final = ("reunited", "in_own_shelter_exit", "parent_abroad", "parent_in_custody")
"""Rows of the report's Table 5, as states of a child of the class."""


def of_class(day: date, *states: str, band: str | None = None, others: bool = False) -> Reader:
    """Children of the class in some states at the end of a day, or in all others; of one age band or of both.

    NaN where no order was played, or not until that day.
    """

    def read(results: Results, settings: Settings) -> float:
        table = results.tables["reunions"]
        rows = table[table["days"] == (day - ORDER_DAY).days]
        if rows.empty:
            return np.nan
        chosen = rows["outcome"].isin(states) != others
        return float(rows.loc[chosen if band is None else chosen & (rows["age_band"] == band), "value"].sum())

    return read


def _hours_of(agency: str, activity: str) -> Reader:
    """Staff hours of an activity within the window; NaN where nobody is planned for it."""

    def read(results: Results, settings: Settings) -> float:
        table = results.tables["work"]
        rows = (table["agency"] == agency) & (table["activity"] == activity) & (table["kind"] == "hours")
        values = table.loc[rows, "value"]
        return float(values.sum()) if len(values) else np.nan

    return read


READERS: Final[dict[str, Reader]] = {
    "class_children": kpi("class_children"),
    "difference_of_counts": ratio(
        difference(kpi("children_separated"), kpi("class_children")), kpi("children_separated"), PERCENT
    ),
    "class_children_as_corrected": total(kpi("class_children"), found("hhs_rule", "in_care_unnoticed", "found")),
    "hours_of_reading_files": _hours_of("joint_team", "review"),
    "young_reunified_by_august_30": of_class(TABLE_5, "reunited", band="under_5_at_order"),
    "others_reunified_by_august_30": of_class(TABLE_5, "reunited", band="others"),
    "reunified_by_august_30": of_class(TABLE_5, "reunited"),
    "own_exit_by_august_30": of_class(TABLE_5, "in_own_shelter_exit"),
    "parent_abroad_on_august_30": of_class(TABLE_5, "parent_abroad"),
    "parent_in_custody_on_august_30": of_class(TABLE_5, "parent_in_custody"),
    "in_no_row_on_august_30": of_class(TABLE_5, *STATES_OF_TABLE_5, others=True),
    "reunified_by_february": of_class(LAST_DAY, "reunited"),
    "own_exit_by_february": of_class(LAST_DAY, "in_own_shelter_exit"),
    "still_in_care_in_february": of_class(LAST_DAY, "reunited", "in_own_shelter_exit", others=True),
}
"""By name, as rows of the scope call them."""
