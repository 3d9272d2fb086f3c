"""A comparison by name: one KPI of one scenario, what differs, and whether chance alone could have done it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.report.compare_contents import CompareContents, Compared
from borderops.report.contents import Definition, Headline, Row, kpi_rows

HARM_FIELDS: Final = (
    "separated_children",
    "share_over_72h_separated",
    "share_over_72h_all_minors",
    "still_held",
    "unnoticed",
    "number_not_passed",
    "not_found",
    "young_in_time",
    "others_in_time",
)
"""Fields of `Headline` that name harms to children, in the order in which they are told."""

OTHER_HARMS: Final = ("mean_custody_hours_separated", "waiting_for_bed_peak")
"""Harms to children without a field of their own."""

ROUNDING: Final = 1e-9
"""Part of a number that sums of floating point may leave."""

OTHER_FIELDS: Final = ("separated_families", "peak_shelter_census", "hours_over_rated", "never_grouped")


class Reading:
    """Rows of a comparison by scenario and KPI.

    Parameters
    ----------
    contents : CompareContents

    Attributes
    ----------
    baseline : Compared
    others : list of Compared
        All but the baseline, in their order.
    """

    def __init__(self, contents: CompareContents):
        self.contents = contents
        self.baseline, *self.others = contents.scenarios
        self._apart = _by_key(contents.differences)
        self._ranks = _by_key(contents.ranking)
        self._means = {one.name: kpi_rows(one.kpis) for one in contents.scenarios}

    def apart(self, kpi: str, scenario: str, kind: str = "all", group: str = "all") -> Row | None:
        """The difference of a scenario from the baseline, or None where neither has a value."""
        return self._apart.get((scenario, kpi, kind, group))

    def rank(self, kpi: str, scenario: str) -> Row | None:
        """The row of the ranking, or None."""
        return self._ranks.get((scenario, kpi, "all", "all"))

    def mean(self, scenario: Compared, kpi: str, kind: str = "all", group: str = "all") -> Row | None:
        """The summary of a KPI under a scenario, or None where it has no value in any replication."""
        return self._means[scenario.name].get((kpi, kind, group))

    def harms(self) -> list[Definition]:
        """Harms to children that were measured under some scenario, in the order in which they are told."""
        return self._measured(harm_names(self.contents.headline))

    def others_of_headline(self) -> list[Definition]:
        """Main KPIs that are no harms to children."""
        headline = self.contents.headline
        names = [*headline.cards, *(getattr(headline, field) for field in OTHER_FIELDS)]
        harms = set(harm_names(headline))
        return self._measured([name for name in dict.fromkeys(names) if name not in harms])

    def main(self) -> list[Definition]:
        """All main KPIs, harms to children first."""
        return [*self.harms(), *self.others_of_headline()]

    def groups(self) -> list[tuple[str, str, str]]:
        """KPI, kind of group and group of every row of the comparison, in the order of the definitions."""
        rows = self.contents.differences[["kpi", "group_kind", "group"]].drop_duplicates()
        order = {name: at for at, name in enumerate(self.contents.definitions)}
        keys = [(str(kpi), str(kind), str(group)) for kpi, kind, group in rows.itertuples(index=False)]
        return sorted(keys, key=lambda key: (order.get(key[0], len(order)), key[1] != "all"))

    def _measured(self, names: Sequence[str]) -> list[Definition]:
        known = [name for name in names if name in self.contents.definitions]
        return [
            self.contents.definitions[name]
            for name in known
            if any(self.mean(one, name) is not None for one in self.contents.scenarios)
        ]


def harm_names(headline: Headline) -> list[str]:
    """KPIs that are harms to children, or say how far one was undone."""
    return list(dict.fromkeys([*(getattr(headline, field) for field in HARM_FIELDS), *OTHER_HARMS]))


def _by_key(table: pd.DataFrame) -> dict[tuple[str, str, str, str], Row]:
    rows: list[Row] = table.to_dict("records")  # type: ignore[assignment]
    return {(str(row["scenario"]), str(row["kpi"]), str(row["group_kind"]), str(row["group"])): row for row in rows}


def has_interval(row: Row) -> bool:
    """Whether a difference has an interval: two pairs or more."""
    return bool(row["n"] > 1 and np.isfinite(row["simultaneous_low"]) and np.isfinite(row["simultaneous_high"]))


def has_width(row: Row) -> bool:
    """Whether a simultaneous interval is wider than rounding makes it: every pair may differ by the same amount."""
    low, high = float(row["simultaneous_low"]), float(row["simultaneous_high"])
    return bool(high - low > ROUNDING * max(abs(low), abs(high)))


def is_beyond_chance(row: Row, level: float) -> bool:
    """Whether a difference is more than chance alone would give, for all comparisons of its KPI together.

    Notes
    -----
    Its simultaneous interval leaves 0 out. Where every pair differs by the same amount that interval has no width, even
    of two pairs; the sign test then decides: so many pairs on one side must be rarer than what the level leaves out.
    """
    if not has_interval(row):
        return False
    low, high = float(row["simultaneous_low"]), float(row["simultaneous_high"])
    if low <= 0.0 <= high:
        return False
    return has_width(row) or 2.0 * 0.5 ** int(row["n"]) <= (1.0 - level) / int(row["comparisons"])


def verdict(row: Row | None, level: float) -> str:
    """What can be said of a difference: ``more``, ``less``, ``cannot tell``, ``same``, ``one pair`` or ``no pair``."""
    if row is None or row["n"] == 0:
        return "no pair"
    if row["n"] == 1:
        return "one pair"
    if row["equal"] == 1.0:
        return "same"
    if not is_beyond_chance(row, level):
        return "cannot tell"
    return "more" if row["difference"] > 0 else "less"


def never_here(row: Mapping[str, Any] | None) -> bool:
    """Whether a KPI that cannot be negative was zero in every replication of a scenario."""
    return row is not None and bool(row["mean"] == 0 and row["n"] > 0)
