"""Published figures beside simulated ones, where the model speaks to them and the run covers their days.

Figures of role *fit* may have been fitted to; *check* ones are only ever compared against. A figure whose mechanism is
not modelled yet stands in the table without a value, so that nobody misses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from borderops.config.schema import STATIONS, Settings
from borderops.facts.tables import Figure, published
from borderops.forecast.measure import FEWEST_LEAVERS
from borderops.forecast.results import Results

Reader = Callable[[Results], float]

COLUMNS = ["id", "label", "published", "unit", "role", "source", "low", "median", "high", "note"]


@dataclass(frozen=True)
class Comparison:
    """How one published figure is read off a replication.

    Attributes
    ----------
    figure : str
        Id of the published figure.
    read : callable or None
        From results to a value in the figure's unit; None where the mechanism is not modelled yet.
    starts, ends : date
        Days of the window that the reading needs.
    note : str
    as_days_from : date, optional
        For a published date: it is shown as days after this one.
    follows_order : bool
        The reading counts from the court's order of 2018, so that the run must play it on its day.
    """

    figure: str
    read: Reader | None
    starts: date
    ends: date
    note: str = ""
    as_days_from: date | None = None
    follows_order: bool = False


def comparison(results: list[Results], settings: Settings, is_altered: bool = False) -> pd.DataFrame:
    """Set published figures beside the simulated ones.

    Parameters
    ----------
    results : list of Results
    settings : Settings
    is_altered : bool
        The policy is not the shipped one, so that the run does not stand for what happened.

    Returns
    -------
    DataFrame
        Columns id, label, published, unit, role, source, low, median, high, note. Empty unless the scenario stands for
        what happened (``study.is_hindcast``) and is played whole: published arrivals of all stations, its own policy.
        Quantiles over replications at the settings' interval level; NaN where a figure is not modelled yet.
    """
    arrivals = settings.arrivals
    is_whole = arrivals.source == "published" and set(arrivals.stations) == set(STATIONS)
    if is_altered or not (settings.study.is_hindcast and is_whole and set(dict(arrivals.multiplier).values()) == {1.0}):
        return pd.DataFrame(columns=COLUMNS)
    window = settings.window
    is_ordered = settings.reunification.order.day == ORDER_DAY
    covered = [
        one
        for one in COMPARISONS
        if window.start <= one.starts and one.ends <= window.end and (is_ordered or not one.follows_order)
    ]
    return pd.DataFrame(list(_rows(covered, results, settings.run.interval_level)), columns=COLUMNS)


def _rows(comparisons: list[Comparison], results: Iterable[Results], level: float) -> Iterator[tuple]:
    readings = np.array([_readings(comparisons, each) for each in results], dtype=float)
    for one, column in zip(comparisons, readings.T):
        figure = published()[one.figure]
        values, low, median, high = column[~np.isnan(column)], np.nan, np.nan, np.nan
        if values.size:
            low, median, high = np.quantile(values, [(1 - level) / 2, 0.5, (1 + level) / 2])
        value, unit = _value(figure, one.as_days_from)
        yield one.figure, figure.label, value, unit, figure.role, _source(figure), low, median, high, one.note


def _readings(comparisons: list[Comparison], results: Results) -> list[float]:
    """What one replication says to each; NaN where the mechanism is not modelled yet."""
    at_hand = replace(results, tables=dict(results.tables))  # each table is wanted several times
    return [np.nan if one.read is None else one.read(at_hand) for one in comparisons]


def _value(figure: Figure, origin: date | None) -> tuple[float, str]:
    """Value and unit of a figure; a date as days after an origin."""
    if origin is None:
        return figure.number, figure.unit
    return float((figure.day - origin).days), f"days after {origin.day} {origin:%B}"


def _source(figure: Figure) -> str:
    return f"{figure.source} {figure.locator}".strip()


# --- readings -----------------------------------------------------------------------------------------------------


def _kpi(name: str, factor: float = 1.0) -> Reader:
    def read(results: Results) -> float:
        table = results.tables["kpis"]
        found = table.loc[(table["kpi"] == name) & (table["group_kind"] == "all"), "value"]
        return float(found.iloc[0]) * factor if len(found) else np.nan

    return read


def _daily(results: Results, measure: str, first: date, last: date) -> pd.DataFrame:
    table = results.tables["daily"]
    days = (table["day"] >= pd.Timestamp(first)) & (table["day"] <= pd.Timestamp(last))
    return table[days & (table["measure"] == measure)]


def _in_care_on(day: date) -> Reader:
    return lambda results: float(_daily(results, "shelter_census", day, day)["value"].sum())


def _separated_between(first: date, last: date) -> Reader:
    def read(results: Results) -> float:
        rows = _daily(results, "separated_children", first, last)
        return float(rows.loc[rows["group"] == "all", "value"].sum())

    return read


def _heard_between(first: date, last: date) -> Reader:
    return lambda results: float(_daily(results, "adults_heard", first, last)["value"].sum())


def _class_on(day: date, outcome: str, band: str | None = None) -> Reader:
    """Children of the order's class in a state at the end of a day, of one age band or of both."""

    def read(results: Results) -> float:
        table = results.tables["reunions"]
        rows = table[(table["days"] == (day - ORDER_DAY).days) & (table["outcome"] == outcome)]
        return float((rows if band is None else rows[rows["age_band"] == band])["value"].sum()) if len(rows) else np.nan

    return read


def _hours_of(agency: str, activity: str) -> Reader:
    """Staff hours of an activity within the window."""

    def read(results: Results) -> float:
        table = results.tables["work"]
        rows = (table["agency"] == agency) & (table["activity"] == activity) & (table["kind"] == "hours")
        return float(table.loc[rows, "value"].sum())

    return read


def _of_sample(name: str) -> Reader:
    """A share of notes as a number of the records in the report's sample."""
    return lambda results: _kpi(name)(results) * published()["S069"].number


def _custody_means(results: Results) -> pd.Series:
    """Mean custody hours of separated children by day of leaving, in the season and its ten days after."""
    rows = _daily(results, "mean_custody_hours", SEASON_START, SEASON_END)
    return rows[rows["group"] == "separated"].set_index("day")["value"].dropna()


def _first_day_over(results: Results) -> float:
    """Days from the start of the season to the first day whose mean passes 72 hours; NaN if none does."""
    means = _custody_means(results)
    over = means.index[means > 72.0]
    return float((over[0] - pd.Timestamp(SEASON_START)).days) if len(over) else np.nan


def _days_over_in_ten(results: Results) -> float:
    """Of the ten days from that first day on, those whose mean passes 72 hours."""
    first = _first_day_over(results)
    if np.isnan(first):
        return np.nan
    start = pd.Timestamp(SEASON_START) + pd.Timedelta(days=first)
    means = _custody_means(results)
    return float((means[(means.index >= start) & (means.index < start + pd.Timedelta(days=10))] > 72.0).sum())


def _family_rise(results: Results) -> float:
    """Recorded family members of May and June less March and April."""
    table = results.tables["monthly"]
    rows = table[(table["count"] == "recorded") & (table["stratum"] == "family_unit_members")]
    # A month in which nobody came at a sector has no rows.
    by_month = (
        rows.groupby("month")["value"].sum().reindex(["2018-03", "2018-04", "2018-05", "2018-06"], fill_value=0.0)
    )
    return float(by_month["2018-05"] + by_month["2018-06"] - by_month["2018-03"] - by_month["2018-04"])


SEASON_START, SEASON_END = date(2018, 5, 5), date(2018, 6, 20)
ORDER_DAY, COUNTED_DAY, LAST_COUNT = date(2018, 6, 26), date(2018, 8, 30), date(2019, 2, 14)
_ORR = "Children who have arrived in a shelter; the published count may hold children on the way."
_SAMPLE = "The simulated share of all notes, as a number of the sample's records."
_TABLE_5 = "The published column says 5 or younger, its text under 5; simulated is under 5 on the day of the order."
_MEANS = f"Mean by day of leaving CBP custody, on days with {FEWEST_LEAVERS} or more separated children leaving."

COMPARISONS: tuple[Comparison, ...] = (
    Comparison("S112", _kpi("children_separated"), SEASON_START, SEASON_END),
    Comparison("S113", _kpi("children_rejoined"), SEASON_START, SEASON_END),
    Comparison("S152", _kpi("share_over_72h_separated", 100.0), SEASON_START, SEASON_END),
    Comparison(
        "S151",
        _kpi("share_over_72h_minors_before", 100.0),
        date(2018, 4, 1),
        SEASON_START,
        "Over the days of the window before the season.",
    ),
    Comparison("S148", _kpi("shelter_occupancy_fifth_day", 100.0), SEASON_START, date(2018, 5, 10)),
    Comparison("R165", _in_care_on(date(2018, 4, 29)), date(2018, 4, 29), date(2018, 4, 29), _ORR),
    Comparison("R166", _in_care_on(date(2018, 5, 29)), date(2018, 5, 29), date(2018, 5, 29), _ORR),
    Comparison("R167", _in_care_on(date(2018, 7, 5)), date(2018, 7, 5), date(2018, 7, 5), _ORR),
    Comparison("R168", _in_care_on(date(2018, 8, 31)), date(2018, 8, 31), date(2018, 8, 31), _ORR),
    Comparison("R169", _in_care_on(date(2018, 9, 12)), date(2018, 9, 12), date(2018, 9, 12), _ORR),
    Comparison("R170", _in_care_on(date(2018, 11, 30)), date(2018, 11, 30), date(2018, 11, 30), _ORR),
    Comparison("R171", _in_care_on(date(2018, 12, 13)), date(2018, 12, 13), date(2018, 12, 13), _ORR),
    Comparison(
        "R090",
        _separated_between(date(2017, 10, 1), date(2018, 4, 20)),
        date(2017, 10, 1),
        date(2018, 4, 20),
        "Published as more than 700.",
    ),
    Comparison(
        "S009", _family_rise, date(2018, 3, 1), date(2018, 6, 30), "Recorded members: separations counted as published."
    ),
    Comparison("S118", _kpi("share_children_parent_little_jail", 100.0), SEASON_START, SEASON_END),
    Comparison("S119", _kpi("share_parents_never_prosecuted", 100.0), SEASON_START, SEASON_END, "At least."),
    Comparison("R248", _heard_between(date(2018, 5, 1), date(2018, 5, 31)), date(2018, 5, 1), date(2018, 5, 31)),
    Comparison("R249", _heard_between(date(2018, 6, 1), date(2018, 6, 30)), date(2018, 6, 1), date(2018, 6, 30)),
    Comparison("S149", _first_day_over, SEASON_START, SEASON_END, _MEANS, SEASON_START),
    Comparison("S150", _days_over_in_ten, SEASON_START, SEASON_END, _MEANS),
    Comparison("S153", _kpi("over_6_days_separated"), SEASON_START, SEASON_END),
    Comparison("S154", _kpi("ten_days_or_more_separated"), SEASON_START, SEASON_END),
    Comparison("S066", _kpi("members_never_grouped"), SEASON_START, SEASON_END, "Published as nearly 300."),
    Comparison("S067", _kpi("persons_with_several_codes"), SEASON_START, SEASON_END),
    Comparison("S070", _of_sample("notes_at_top"), SEASON_START, SEASON_END, _SAMPLE),
    Comparison("S072", _of_sample("notes_with_child"), SEASON_START, SEASON_END, _SAMPLE),
    Comparison("S074", _of_sample("notes_saying_nothing"), SEASON_START, SEASON_END, _SAMPLE),
    Comparison(
        "S082",
        _hours_of("joint_team", "review"),
        ORDER_DAY,
        COUNTED_DAY,
        "Simulated for children whose parent no record leads to; published for the files of 11,800 children.",
        follows_order=True,
    ),
    Comparison(
        "S122",
        _class_on(LAST_COUNT, "reunited"),
        ORDER_DAY,
        LAST_COUNT,
        "Simulated by 14 February 2019, six days earlier.",
        follows_order=True,
    ),
    Comparison(
        "S127",
        _class_on(date(2018, 8, 31), "parent_abroad"),
        ORDER_DAY,
        date(2018, 8, 31),
        "Published as more than 300.",
        follows_order=True,
    ),
    Comparison("S129", _class_on(COUNTED_DAY, "parent_in_custody"), ORDER_DAY, COUNTED_DAY, follows_order=True),
    Comparison(
        "S133",
        _class_on(COUNTED_DAY, "reunited", "under_5_at_order"),
        ORDER_DAY,
        COUNTED_DAY,
        _TABLE_5,
        follows_order=True,
    ),
    Comparison(
        "S134", _class_on(COUNTED_DAY, "reunited", "others"), ORDER_DAY, COUNTED_DAY, _TABLE_5, follows_order=True
    ),
    Comparison("S135", _class_on(COUNTED_DAY, "reunited"), ORDER_DAY, COUNTED_DAY, follows_order=True),
    Comparison("S138", _class_on(COUNTED_DAY, "in_own_shelter_exit"), ORDER_DAY, COUNTED_DAY, follows_order=True),
    Comparison("S141", _class_on(COUNTED_DAY, "parent_abroad"), ORDER_DAY, COUNTED_DAY, follows_order=True),
)
