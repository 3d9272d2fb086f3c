"""Readers of figures about arrivals, separations, custody, courts, shelters and work."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from borderops.config.schema import PORTS, Settings
from borderops.forecast.reading import AGE_BANDS
from borderops.forecast.results import Results
from borderops.validity.readings_tables import (
    PERCENT,
    SEASON_END,
    SEASON_START,
    Reader,
    constant,
    days_of,
    difference,
    kpi,
    of_all_groups,
    product,
    ratio,
    summed,
)

LIMIT_HOURS: Final = 72.0
AFTER_GUIDANCE: Final = date(2018, 6, 5)
"""First day after the guidance of 4 June."""

MAY: Final = (date(2018, 5, 1), date(2018, 5, 31))
JUNE: Final = (date(2018, 6, 1), date(2018, 6, 30))


# --- arrivals ---------------------------------------------------------------------------------------------------------


def family_rise(results: Results, settings: Settings) -> float:
    """Recorded family members of May and June less March and April; a month in which nobody came counts as nought."""
    table = results.tables["monthly"]
    rows = table[(table["count"] == "recorded") & (table["stratum"] == "family_unit_members")]
    months = ["2018-03", "2018-04", "2018-05", "2018-06"]
    march, april, may, june = rows.groupby("month")["value"].sum().reindex(months, fill_value=0.0)
    return float(may + june - march - april)


def children_the_plan_covers(results: Results, settings: Settings) -> float:
    """Children of all families met from May to September, whether or not anybody could have parted them."""
    table = results.tables["monthly"]
    months = [f"2018-{month:02}" for month in range(5, 10)]
    rows = table[(table["count"] == "true") & (table["stratum"] == "family_unit_members") & table["month"].isin(months)]
    if set(rows["month"]) != set(months):
        return float("nan")
    return float(rows["value"].sum()) * kpi("share_children_in_families")(results, settings)


# --- custody ----------------------------------------------------------------------------------------------------------


def custody_means(results: Results) -> pd.Series:
    """Mean custody hours of separated children by day of leaving, on days of the season that have one."""
    rows = days_of(results, "mean_custody_hours", SEASON_START, SEASON_END)
    return rows[rows["group"] == "separated"].set_index("day")["value"].dropna()


def first_day_over_72_hours(results: Results, settings: Settings) -> float:
    """Days from the start of the season to the first day whose mean passes 72 hours; NaN if none does."""
    means = custody_means(results)
    over = means.index[means > LIMIT_HOURS]
    return float((over[0] - pd.Timestamp(SEASON_START)).days) if len(over) else np.nan


def days_over_72_hours_in_ten(results: Results, settings: Settings) -> float:
    """Of the ten days from that first day on, those whose mean passes 72 hours; nought if there is no such day."""
    first = first_day_over_72_hours(results, settings)
    if np.isnan(first):
        return 0.0 if len(custody_means(results)) else np.nan
    start = pd.Timestamp(SEASON_START) + pd.Timedelta(days=first)
    means = custody_means(results)
    return float((means[(means.index >= start) & (means.index < start + pd.Timedelta(days=10))] > LIMIT_HOURS).sum())


# --- by name ----------------------------------------------------------------------------------------------------------


def _in_el_paso(name: str, factor: float = 1.0) -> Reader:
    return kpi(name, factor, group_kind="station", group="el_paso")


def _in_care_on(day: date) -> Reader:
    return of_all_groups("shelter_census", day, day)


_SEPARATED: Final = kpi("children_separated")
_LITTLE_JAIL: Final = product(_SEPARATED, kpi("share_children_parent_little_jail"))

READERS: Final[dict[str, Reader]] = {
    # arrivals
    "family_rise": family_rise,
    "minors_of_border_patrol": difference(
        kpi("minors_in_custody"), kpi("minors_in_custody", group_kind="station", group=PORTS)
    ),
    # separations
    "children_separated": _SEPARATED,
    "children_separated_before_april_20": summed("separated_children", date(2017, 10, 1), date(2018, 4, 20)),
    "children_the_plan_covers": children_the_plan_covers,
    "small_children_after_guidance": summed("separated_by_age", AFTER_GUIDANCE, SEASON_END, AGE_BANDS[:2]),
    "infants_after_guidance": summed("separated_by_age", AFTER_GUIDANCE, SEASON_END, AGE_BANDS[:1]),
    "families_separated_at_ports": summed("separated_families", date(2017, 10, 1), date(2018, 9, 30), (PORTS,)),
    "separated_a_day": ratio(_SEPARATED, constant((SEASON_END - SEASON_START).days + 1)),
    # the pilot
    "families_separated_in_el_paso": _in_el_paso("families_separated"),
    "family_adults_prosecuted_before": _in_el_paso("share_family_adults_heard_before", PERCENT),
    "family_adults_prosecuted": _in_el_paso("share_family_adults_heard", PERCENT),
    "parents_with_wrong_number_on_sheet": _in_el_paso("parents_with_wrong_number_on_sheet"),
    "parents_without_sheet_row": _in_el_paso("parents_without_sheet_row"),
    # at the station
    "children_rejoined": kpi("children_rejoined"),
    "children_not_rejoined": difference(_SEPARATED, kpi("children_rejoined")),
    "minors_over_72_hours_before": kpi("share_over_72h_minors_before", PERCENT),
    "separated_over_72_hours": kpi("share_over_72h_separated", PERCENT),
    "first_day_over_72_hours": first_day_over_72_hours,
    "days_over_72_hours_in_ten": days_over_72_hours_in_ten,
    "separated_over_6_days": kpi("over_6_days_separated"),
    "separated_10_days": kpi("ten_days_or_more_separated"),
    "border_patrol_hours_on_separations": kpi("hours_on_separations"),
    "mail_of_busiest_coordinators": kpi("messages_received_a_week"),
    # courts
    "adults_heard_in_may": of_all_groups("adults_heard", *MAY),
    "adults_heard_in_june": of_all_groups("adults_heard", *JUNE),
    "adults_heard_of_apprehended_in_may": ratio(
        of_all_groups("adults_heard", *MAY), summed("adults_apprehended", *MAY), PERCENT
    ),
    "children_with_parent_little_jail": kpi("share_children_parent_little_jail", PERCENT),
    "parents_never_prosecuted": kpi("share_parents_never_prosecuted", PERCENT),
    "children_with_parent_little_jail_number": _LITTLE_JAIL,
    "children_with_parent_little_jail_gone": difference(_LITTLE_JAIL, kpi("children_rejoined")),
    # shelters
    "shelter_occupancy_five_days_in": kpi("shelter_occupancy_fifth_day", PERCENT),
    "in_care_on_april_29": _in_care_on(date(2018, 4, 29)),
    "in_care_on_may_29": _in_care_on(date(2018, 5, 29)),
    "in_care_on_july_5": _in_care_on(date(2018, 7, 5)),
    "in_care_on_august_31": _in_care_on(date(2018, 8, 31)),
    "in_care_on_september_12": _in_care_on(date(2018, 9, 12)),
    "in_care_on_november_30": _in_care_on(date(2018, 11, 30)),
    "in_care_on_december_13": _in_care_on(date(2018, 12, 13)),
}
"""By name, as rows of the scope call them."""
