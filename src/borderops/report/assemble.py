"""From the outcome of a run to what its report and its tables hold.

Stacks and summarises over replications; measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from borderops.clock import next_month
from borderops.config import register
from borderops.config.compose import Composed
from borderops.config.schema import Settings
from borderops.experiments.trials import Outcome
from borderops.facts.tables import monthly_apprehensions
from borderops.forecast.kpis import measured
from borderops.forecast.results import KEYS, Sample, gather, sample, summarise
from borderops.report.contents import Contents, Reference
from borderops.report.limits import LIMITS, cautions
from borderops.validity.beside import comparison

PARTS: Final = {"share_over_72h_separated": ("over_72h_separated", "children_separated")}
"""KPIs that are shares, with the KPIs that count what they divide."""

REUNITED_KEYS: Final = ["age_band", "days"]

COUNTS_BEHIND: Final = {
    "mean_custody_hours_separated": "children_separated",
    "share_over_72h_since_determination_separated": "children_separated",
    "children_parent_number_not_passed": "children_separated",
    "share_links_unrecorded": "links_of_separated",
    "share_links_out_of_reach": "links_of_separated",
    "share_links_not_at_once": "links_of_separated",
    "share_links_not_in_a_day": "links_of_separated",
    "share_not_reunited_14d": "children_separated",
    "share_not_reunited_30d": "children_separated",
    "share_children_mail_lost": "children_referred",
    "share_over_72h_separated_written": "children_separated",
    "notes_saying_nothing": "children_separated",
    "notes_at_top": "children_separated",
    "notes_with_child": "children_separated",
    "messages_per_placed_child": "children_placed",
    "class_reunited_by_deadline": "class_children",
    "class_not_found_at_order": "class_children",
    "days_to_reunion_median": "children_reunited",
}
"""KPIs that are means or shares of a group, with the KPI that counts the group, or of parents their children."""


def samples_of(outcome: Outcome) -> dict[str, Sample]:
    """Every table of `KEYS` over all replications, and ``reunited``, which is had from one of them.

    Parameters
    ----------
    outcome : Outcome
        With at least one result.

    Returns
    -------
    dict of str to Sample
        ``monthly`` has the sums over stations besides, as station ``all``.
    """
    samples = {name: sample(outcome.results, name) for name in KEYS if name != "monthly"}
    months = ((one.replication, with_all_stations(one.tables["monthly"])) for one in outcome.results)
    shares = ((one.replication, reunited_shares(one.tables["reunions"])) for one in outcome.results)
    samples["monthly"] = gather(months, KEYS["monthly"])
    samples["reunited"] = gather(shares, REUNITED_KEYS)
    return samples


def with_all_stations(monthly: pd.DataFrame) -> pd.DataFrame:
    """Add the sum over stations: the interval of a sum cannot be had from the intervals of its parts."""
    keys = [column for column in monthly.columns if column not in ("station", "value")]
    sums = monthly.groupby(keys, sort=False, observed=True)["value"].sum().reset_index().assign(station="all")
    return pd.concat([monthly, sums[list(monthly.columns)]], ignore_index=True)


def reunited_shares(reunions: pd.DataFrame) -> pd.DataFrame:
    """Share of the order's class that is reunited, by age band and day.

    Parameters
    ----------
    reunions : DataFrame
        The table of that name of one replication: children by state.

    Returns
    -------
    DataFrame
        Columns age_band, days, value. Each replication has a class of its own, so its share is taken before anything
        is summarised; a band without children has none.
    """
    is_reunited = reunions["outcome"] == "reunited"
    counted = reunions.assign(reunited=reunions["value"].where(is_reunited, 0.0))
    sums = counted.groupby(REUNITED_KEYS, sort=False, observed=True)[["reunited", "value"]].sum().reset_index()
    return sums[REUNITED_KEYS].assign(value=sums["reunited"] / sums["value"].where(sums["value"] > 0))


def contents_of(
    outcome: Outcome, composed: Composed, samples: Mapping[str, Sample], manifest: Mapping[str, Any]
) -> Contents:
    """Everything the report shows.

    Parameters
    ----------
    outcome : Outcome
        With at least one result.
    composed : Composed
        What was run.
    samples : mapping of str to Sample
        From `samples_of`.
    manifest : mapping
        How it was run.

    Returns
    -------
    Contents
    """
    settings = composed.settings
    level = settings.run.interval_level
    summaries = {name: summarise(one, level) for name, one in samples.items()}
    return Contents(
        title=settings.policy.title,
        question=settings.study.question,
        scenario=settings.scenario,
        settings=settings,
        register=register.rows(settings, composed.shipped),
        manifest=manifest,
        level=level,
        n=len(outcome.results),
        definitions=measured(settings),
        comparison=comparison(outcome.results, settings, is_altered=settings.policy != composed.shipped.policy),
        failures=outcome.failures,
        limits=[*cautions(settings), *LIMITS],
        published_monthly=published_monthly(settings),
        parts=PARTS,
        counts_behind=COUNTS_BEHIND,
        kpis=summaries["kpis"],
        daily=summaries["daily"],
        survival=summaries["survival"],
        flow=summaries["flow"],
        outcomes=summaries["outcomes"],
        monthly=summaries["monthly"],
        waits=summaries["waits"],
        reunions=summaries["reunions"],
        reunited=summaries["reunited"],
        work=summaries["work"],
        links=summaries["links"],
        findings=summaries["findings"],
        reference=reference_of(outcome, settings),
    )


def reference_of(outcome: Outcome, settings: Settings) -> Reference | None:
    """KPIs under the policy shown beside, of the same people with the same luck; None if none was played."""
    if not outcome.beside or settings.run.beside is None:
        return None
    return Reference(settings.run.beside, summarise(sample(outcome.beside, "kpis"), settings.run.interval_level))


def published_monthly(settings: Settings) -> pd.DataFrame | None:
    """The published counts of whole months of the window, for the stations of the run.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    DataFrame or None
        Columns month, station, stratum, persons; None if the planner brought other arrivals.
    """
    if settings.arrivals.source != "published":
        return None
    table = monthly_apprehensions()
    rows = [
        (month, sector, stratum, int(table.counts[at, place, kind]))
        for at, month in enumerate(table.months)
        if is_whole(month, settings.window.start, settings.window.end)
        for place, sector in enumerate(table.sectors)
        if sector in settings.arrivals.stations
        for kind, stratum in enumerate(table.strata)
    ]
    return pd.DataFrame(rows, columns=["month", "station", "stratum", "persons"])


def is_whole(month: str, start: date, end: date) -> bool:
    """Whether a window holds every day of a month, given as ``2018-05``."""
    first = date.fromisoformat(f"{month}-01")
    return start <= first and next_month(first) - timedelta(days=1) <= end


def register_table(contents: Contents) -> pd.DataFrame:
    """The register as a table."""
    return pd.DataFrame(
        [
            {
                "key": one.key,
                "value": _plain(one.value),
                "unit": one.unit,
                "grade": one.grade,
                "low": one.low,
                "high": one.high,
                "source": one.source,
                "known_on": str(one.known_on or ""),
                "set_by": "shipped" if one.is_shipped else "user or scenario",
            }
            for one in contents.register
        ]
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else ("" if value is None else str(value))


def definitions_table(contents: Contents) -> pd.DataFrame:
    """What each KPI means."""
    rows = [(one.name, one.label, one.unit, one.definition) for one in contents.definitions.values()]
    return pd.DataFrame(rows, columns=["kpi", "label", "unit", "definition"])
