"""From experiments of several points to the contents of the reports of a comparison and of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.config import keys, register
from borderops.config.compose import Composed
from borderops.config.schema import Settings
from borderops.experiments.trials import Experiment, Outcome
from borderops.forecast import differing
from borderops.forecast.comparing import compare, ranking
from borderops.forecast.kpis import measured
from borderops.forecast.results import Results, Sample, gather, sample, summarise
from borderops.forecast.spread import spread
from borderops.report.compare_contents import CompareContents, Compared, SweepContents, UncertaintyContents
from borderops.report.contents import Headline
from borderops.report.limits import LIMITS

MISSING: Final = "–"
"""Stands in the table of settings where a scenario does not have one, such as an entry of a list."""


def compare_contents(
    experiment: Experiment, outcome: Outcome, composed: Mapping[str, Composed], manifest: Mapping[str, Any]
) -> CompareContents:
    """Everything the report of a comparison shows.

    Parameters
    ----------
    experiment : Experiment
        That compares.
    outcome : Outcome
        With at least one replication that all points finished.
    composed : mapping of str to Composed
        By point; the first is the baseline.
    manifest : mapping

    Returns
    -------
    CompareContents
    """
    names = list(composed)
    settings = composed[names[0]].settings
    level = settings.run.interval_level
    common = finished_by_all(outcome)
    results = {name: [one for one in outcome.points[name] if one.replication in common] for name in names}
    stacked = {name: sample(results[name], "kpis").stacked() for name in names}
    return CompareContents(
        question=settings.study.question,
        scenarios=[_compared(name, composed[name].settings, results[name], level) for name in names],
        differences=compare(stacked, names[0], level),
        ranking=ranking(stacked, level),
        families=families_of(experiment, sorted(common), level),
        links=links_of(experiment, sorted(common), level),
        settings=differing_settings({name: one.settings for name, one in composed.items()}),
        level=level,
        n=len(common),
        same_people=experiment.shares_people,
        definitions=measured(composed[names[0]].settings),
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )


def finished_by_all(outcome: Outcome) -> set[int]:
    """Replications that every point finished."""
    return set.intersection(*({one.replication for one in results} for results in outcome.points.values()))


def _compared(name: str, settings: Settings, results: list[Results], level: float) -> Compared:
    summaries = {table: summarise(sample(results, table), level) for table in ("kpis", "daily", "survival", "reunions")}
    return Compared(name, settings.policy.title, **summaries)


def families_of(experiment: Experiment, numbers: Sequence[int], level: float) -> pd.DataFrame:
    """Families by whether and why their stories differ from the baseline's, over replications.

    Returns
    -------
    DataFrame
        Columns scenario, what, cause, mean, low, high, example. A replication without such a family counts as none.
    """
    table = _compared_pairs(experiment, numbers, level, differing.FAMILIES)
    order = {what: place for place, what in enumerate(differing.WHATS)}
    names = {name: place for place, name in enumerate(experiment.points)}
    places = table.assign(_first=table["scenario"].map(names), _second=table["what"].map(order))
    return places.sort_values(["_first", "_second"], kind="stable", ignore_index=True)[list(table.columns)]


def links_of(experiment: Experiment, numbers: Sequence[int], level: float) -> pd.DataFrame:
    """Links of separated children by where each stands under the baseline and under another scenario.

    Returns
    -------
    DataFrame
        Columns scenario, baseline, here (levels, or `borderops.forecast.differing.NO_LINK`), mean, low, high, example.
    """
    table = _compared_pairs(experiment, numbers, level, differing.LINKS)
    return table.rename(columns={"what": "baseline", "cause": "here"})


def _compared_pairs(experiment: Experiment, numbers: Sequence[int], level: float, of: str) -> pd.DataFrame:
    """Counts of one kind in the tables of pairs, by scenario, over replications."""
    keys, tables = differing.KEYS[1:], []
    for name in list(experiment.points)[1:]:
        found = {
            number: table[table["of"] == of].drop(columns="of").rename(columns={"count": "value"})
            for number, table in experiment.differing(name, numbers).items()
        }
        if not found:
            continue
        counts = gather(found.items(), keys)
        whole = Sample(counts.keys, counts.replications, np.nan_to_num(counts.values))
        first = found.get(1, found[min(found)].assign(example=0))  # traced is replication 1, unless told otherwise
        summary = summarise(whole, level).merge(first[[*keys, "example"]], how="left", on=keys)
        tables.append(summary.assign(scenario=name, example=summary["example"].fillna(0).astype(np.int64)))
    columns = ["scenario", *keys, "mean", "low", "high", "example"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def differing_settings(settings: Mapping[str, Settings]) -> pd.DataFrame:
    """Settings of the model, and titles, that are not the same in all.

    Returns
    -------
    DataFrame
        Columns key, then one a scenario, as text.
    """
    values = {
        name: {
            keys.show(path): str(value)
            for path, value, _ in keys.leaves(one)
            if path[0] not in register.NOT_OF_THE_MODEL
        }
        for name, one in settings.items()
    }
    every = dict.fromkeys(key for one in values.values() for key in one)
    rows = [(key, *(one.get(key, MISSING) for one in values.values())) for key in every]
    return pd.DataFrame([row for row in rows if len(set(row[1:])) > 1], columns=["key", *values])


def sweep_contents(
    axes: Mapping[str, Sequence[str]],
    values: Mapping[str, Mapping[str, str]],
    outcome: Outcome,
    composed: Composed,
    manifest: Mapping[str, Any],
) -> SweepContents:
    """Everything the report of a sweep shows.

    Parameters
    ----------
    axes : mapping of str to sequence of str
        Keys that are varied, with their values.
    values : mapping of str to mapping of str to str
        By point its values.
    outcome : Outcome
    composed : Composed
        Of the first point.
    manifest : mapping

    Returns
    -------
    SweepContents
        A point of which no replication was finished has no row.
    """
    level, known = composed.settings.run.interval_level, measured(composed.settings)
    tables = []
    for number, (name, chosen) in enumerate(values.items(), start=1):
        if outcome.points[name]:
            summary = summarise(sample(outcome.points[name], "kpis"), level)
            tables.append(pd.DataFrame({"point": number, **chosen}, index=summary.index).join(summary))
    return SweepContents(
        question=composed.settings.study.question,
        scenario=composed.settings.scenario,
        axes=axes,
        table=pd.concat(tables, ignore_index=True),
        kpis=[name for name in Headline().cards if name in known],
        level=level,
        n=max(len(results) for results in outcome.points.values()),
        definitions=known,
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )


def uncertainty_contents(
    composed: Composed, uniforms: Sequence[Mapping[str, float]], outcome: Outcome, manifest: Mapping[str, Any]
) -> UncertaintyContents:
    """Everything the report on uncertain inputs shows.

    Parameters
    ----------
    composed : Composed
        As asked, before anything was drawn.
    uniforms : sequence of mapping of str to float
        Of each point, by doubt.
    outcome : Outcome
        With at least two points of two replications.
    manifest : mapping

    Returns
    -------
    UncertaintyContents
        Points that were cut short are left out of its figures, see `whole_points`.
    """
    settings, headline = composed.settings, Headline()
    kept = whole_points([{one.replication for one in results} for results in outcome.points.values()])
    stacked = pd.concat(
        [
            sample(results, "kpis").stacked().assign(point=number)
            for number, results in enumerate(outcome.points.values(), start=1)
            if number in kept
        ],
        ignore_index=True,
    )
    shown = stacked[(stacked["group_kind"] == "all") & stacked["kpi"].isin(headline.cards)]
    drawn = [(number, name, at) for number, one in enumerate(uniforms, start=1) for name, at in one.items()]
    return UncertaintyContents(
        question=settings.study.question,
        scenario=settings.scenario,
        split=spread(stacked, settings.run.interval_level, same_luck=True),
        points=pd.DataFrame(drawn, columns=["point", "doubt", "uniform"]),
        values=shown[["point", "replication", "kpi", "value"]].reset_index(drop=True),
        doubts=len(uniforms[0]) if uniforms else 0,
        replications=max(map(len, outcome.points.values())),
        level=settings.run.interval_level,
        definitions=measured(settings),
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )


def whole_points(finished: Sequence[Set[int]]) -> list[int]:
    """Points that are used where some are not whole: those that together leave the most replications to compare.

    One point that was cut short would otherwise cost all points the replications that it lacks, since the same luck is
    compared at every point.

    Parameters
    ----------
    finished : sequence of set of int
        Numbers of the replications that each point finished.

    Returns
    -------
    list of int
        Numbers of points, from 1; all points with any replication where no choice leaves two points of two.
    """
    best, most = [number for number, own in enumerate(finished, start=1) if own], 0
    for least in sorted({len(own) for own in finished if len(own) > 1}):
        chosen = [number for number, own in enumerate(finished, start=1) if len(own) >= least]
        common = len(frozenset.intersection(*(frozenset(finished[number - 1]) for number in chosen)))
        if len(chosen) > 1 and common > 1 and len(chosen) * common >= most:
            best, most = chosen, len(chosen) * common
    return best
