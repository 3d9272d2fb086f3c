"""What tests of KPIs share: a season of January 2018, rows of a table, true links, and two small real worlds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from tests.builders import settings_of, with_window
from tests.worlds import settings_with

from borderops.config.schema import STATIONS, Settings
from borderops.forecast.results import Results
from borderops.population.people import NOBODY, Stratum
from borderops.replication import Replication, replicate

YUMA, TUCSON, EL_PASO, AT_PORT = (STATIONS.index(name) for name in ("yuma", "tucson", "el_paso", "ports_of_entry"))
JANUARY = with_window(settings_of(), date(2018, 1, 1), date(2018, 1, 31), (date(2018, 1, 5), date(2018, 1, 20)))
"""A window of January and a season from Friday the 5th to Saturday the 20th."""

TWO_WEEKS = {
    "people.families.undisclosed_share": 0.01,  # enough of them for a small world
    "window.start": date(2018, 5, 10),
    "window.end": date(2018, 5, 23),
    "window.lead_in_days": 2,
    "arrivals.stations": ["yuma", "ports_of_entry"],
    "study.season_start": None,
    "study.season_end": None,
}
AFTER_THE_ORDER = {**TWO_WEEKS, "window.start": date(2018, 6, 14), "window.end": date(2018, 7, 5)}


@cache
def season() -> tuple[Settings, Replication]:
    """Two weeks of May 2018 in one sector and at the ports; about 11,000 persons with those in shelters."""
    settings = settings_with(TWO_WEEKS)
    return settings, replicate(settings, 1)


@cache
def after_the_order() -> tuple[Settings, Replication]:
    """Three weeks in the same places, a court's order among them."""
    settings = settings_with(AFTER_THE_ORDER)
    return settings, replicate(settings, 1)


def value(results: Results, kpi: str, kind: str = "all", group: str = "all") -> float:
    """The one value of a KPI for a group."""
    table = results.tables["kpis"]
    found = table[(table.kpi == kpi) & (table.group_kind == kind) & (table.group == group)]["value"]
    assert len(found) == 1, f"{kpi} {kind} {group}: {len(found)} rows"
    return float(found.iloc[0])


def groups(results: Results, kpi: str, kind: str) -> dict[str, float]:
    """All groups of a kind."""
    table = results.tables["kpis"]
    return table[(table.kpi == kpi) & (table.group_kind == kind)].set_index("group")["value"].to_dict()


def not_nought(rows: dict[str, float]) -> dict[str, float]:
    """The groups that have any."""
    return {group: one for group, one in rows.items() if one}


def daily(results: Results, measure: str, group: str = "all") -> pd.Series:
    """One measure by day of the month."""
    table = results.tables["daily"]
    chosen = table[(table.measure == measure) & (table.group == group)]
    return pd.Series(chosen["value"].to_numpy(), index=[day.day for day in chosen["day"]])


def linked(replication: Replication) -> Replication:
    """The same people with the first of each true family as the father of its children."""
    people = replication.people
    is_family = np.isin(people.of_party("stratum"), (Stratum.FAMILY, Stratum.UNDISCLOSED_FAMILY))
    father = np.where(people.is_child & is_family, people.of_party("first_member"), NOBODY)
    return replace(replication, people=replace(people, father=father.astype(people.father.dtype)))
