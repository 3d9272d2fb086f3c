"""Contents of a report on a judged fit from made-up readings; nothing here is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd

from borderops.config.schema import Settings
from borderops.forecast.results import Sample, summarise
from borderops.report.validity_contents import ValidityContents
from borderops.validity.rows import rows
from borderops.validity.scorecard import Fit, Scorecard, scorecard

LEVEL = 0.9
MISSED = {"S153": 2.4, "S141": 0.45, "R090": 0.6}
"""Figures that are missed, and by which factor."""

NEVER = "S110"
"""A figure that no replication tells of."""


def made_up_card(
    n: int = 40, factors: Mapping[str, float] = MISSED, fit: Fit | None = None
) -> tuple[Scorecard, pd.DataFrame]:
    """Every row in scope, met closely but for some."""
    luck = np.random.default_rng(5)
    in_scope = rows()
    readings = np.empty((n, len(in_scope)))
    for at, row in enumerate(in_scope):
        readings[:, at] = row.value * factors.get(row.figure, 1.0) * (1.0 + 0.02 * luck.normal(size=n))
        if row.figure == NEVER:
            readings[:, at] = np.nan
    card = scorecard(
        in_scope,
        readings,
        LEVEL,
        digest="digest",
        fit=Fit("shipped", "digest") if fit is None else fit,
        out_of_scope={"S058": "One agent's estimate."},
        explanations=dict.fromkeys(factors, "Because of <beds> & of nothing else that is known of so far."),
    )
    tidy = pd.DataFrame(readings, columns=[row.figure for row in in_scope]).assign(replication=range(1, n + 1))
    return card, tidy.melt("replication", var_name="id", value_name="value")


def made_up_validity(as_of: date | None = None, n: int = 40, **changes: Any) -> ValidityContents:
    """Contents of a whole report on a judged fit, or of a forecast as of a day."""
    card, readings = changes.pop("judged", None) or made_up_card(n)
    window = SimpleNamespace(start=date(2017, 10, 1), end=date(2019, 2, 14))
    contents = {
        "card": card,
        "as_of": as_of,
        "settings": cast(Settings, SimpleNamespace(window=window, seed=2018)),
        "worlds": ["season"] if as_of else ["season", "pilot", "planned"],
        "readings": readings,
        "daily": made_up_days(n),
        "survival": made_up_survival(n),
        "standing": made_up_standing(n),
        "register": [],
        "manifest": {"version": "0.0.0", "command": "borderops validate"},
        "failures": [],
        "limits": ["Courts: judges' discretion is not modelled."],
    }
    return ValidityContents(**{**contents, **changes})


def made_up_days(n: int) -> pd.DataFrame:
    """Census, beds, occupancy and custody by day."""
    days = pd.date_range("2018-04-20", "2018-12-31")
    rise = np.linspace(0.0, 1.0, len(days))
    courses = {
        ("shelter_census", "all"): 8500 + 6500 * rise,
        ("shelter_beds", "all"): 10500 + 6000 * rise,
        ("shelter_occupancy", "all"): (8500 + 6500 * rise) / (10500 + 6000 * rise),
        ("mean_custody_hours", "separated"): np.where(days <= "2018-06-24", 50 + 600 * rise, np.nan),
    }
    keys = pd.DataFrame(
        [(day, measure, group) for measure, group in courses for day in days], columns=["day", "measure", "group"]
    )
    return summarise(_scattered(keys, np.concatenate(list(courses.values())), n), LEVEL)


def made_up_survival(n: int) -> pd.DataFrame:
    """Share still held by hours."""
    hours = np.arange(0, 337, 2)
    return summarise(_scattered(pd.DataFrame({"hours": hours}), np.exp(-((hours / 80.0) ** 2)), n), LEVEL)


def made_up_standing(n: int) -> pd.DataFrame:
    """Where the class stood, by age and as a whole."""
    counts = {"reunited": 1900, "in_own_shelter_exit": 218, "parent_abroad": 150, "parent_in_custody": 18}
    keys = [(group, outcome) for group in ("under_5_at_order", "others", "all") for outcome in counts]
    values = [
        counts[outcome] * {"under_5_at_order": 0.03, "others": 0.97, "all": 1.0}[group] for group, outcome in keys
    ]
    return summarise(_scattered(pd.DataFrame(keys, columns=["group", "outcome"]), np.array(values), n), LEVEL)


def _scattered(keys: pd.DataFrame, middle: np.ndarray, n: int) -> Sample:
    luck = np.random.default_rng(9)
    return Sample(keys, np.arange(n), middle[:, None] * (1.0 + 0.03 * luck.normal(size=(len(middle), n))))
