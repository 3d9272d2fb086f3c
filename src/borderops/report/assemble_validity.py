"""From played worlds to a scorecard and to what its report shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.config import inputs, register
from borderops.config.compose import Composed
from borderops.config.schema import Settings
from borderops.experiments.trials import Outcome
from borderops.forecast.results import KEYS, Results, gather, summarise
from borderops.report.limits import LIMITS
from borderops.report.validity_contents import ValidityContents
from borderops.validity import rows as scope
from borderops.validity.beside import covered
from borderops.validity.readings import readings as readings_of
from borderops.validity.scorecard import Fit, Scorecard, explanations, scorecard
from borderops.validity.worlds import FORESEEN, SEASON

ORDER_DAY, COUNTED_DAY = date(2018, 6, 26), date(2018, 8, 30)
SHELTER_MEASURES: Final = ("shelter_census", "shelter_beds")
BEYOND: Final = (
    "The forecast says nothing of it: it rests on days that are not played, on another world, on audits that are not "
    "made, or on the court's order."
)
STANDING_KEYS: Final = ["group", "outcome"]


def judged(outcome: Outcome, worlds: Mapping[str, Composed]) -> tuple[Scorecard, pd.DataFrame]:
    """The scorecard of what was played, and the readings behind it.

    Parameters
    ----------
    outcome : Outcome
        Points named as the worlds; at least one result.
    worlds : mapping of str to Composed
        The season among them.

    Returns
    -------
    card : Scorecard
        Of all rows in scope whose world was played.
    readings : DataFrame
        Columns replication, id, value.
    """
    season = worlds[SEASON].settings
    foreseen = {} if season.study.as_of is None else {FORESEEN: SEASON}
    rows, beyond = _rows_of(season, worlds)
    numbers, found = [], []
    for number, by_world in _side_by_side(outcome):
        # A season that was forecast speaks of what could be foreseen as well.
        by_world |= {name: by_world[other] for name, other in foreseen.items() if other in by_world}
        played = {name: inputs.at(worlds[foreseen.get(name, name)].settings, number) for name in by_world}
        numbers.append(number)
        found.append(readings_of(rows, by_world, played))
    table = np.array(found, dtype=np.float64).reshape(len(numbers), len(rows))
    card = scorecard(
        rows,
        table,
        season.run.interval_level,
        digest=scope.scope_digest(),
        fit=fit_of(season.inputs.sample),
        out_of_scope={**scope.out_of_scope(), **beyond},
        # What is told there is why the fit misses; a forecast also misses what it could not know.
        explanations={} if foreseen else explanations(),
    )
    names = [row.figure for row in rows]
    tidy = pd.DataFrame(table, columns=names).assign(replication=numbers)
    return card, tidy.melt("replication", names, "id", "value")


def _rows_of(season: Settings, worlds: Mapping[str, Composed]) -> tuple[list[scope.Row], dict[str, str]]:
    """Rows that are read, and why a forecast says nothing of the others; a judged fit leaves out none."""
    if season.study.as_of is None:
        return [row for row in scope.rows() if row.world in worlds], {}
    told = {row.figure for row in covered(season)} | {row.figure for row in scope.rows() if row.world == FORESEEN}
    beyond = {row.figure: BEYOND for row in scope.rows() if row.figure not in told}
    return [row for row in scope.rows() if row.figure in told], beyond


def _side_by_side(outcome: Outcome) -> Iterator[tuple[int, dict[str, Results]]]:
    """Replication by replication the results of each world that finished it."""
    by_number: dict[int, dict[str, Results]] = {}
    for world, results in outcome.points.items():
        for one in results:
            by_number.setdefault(one.replication, {})[world] = one
    yield from sorted(by_number.items())


def fit_of(sample: str | None) -> Fit:
    """The fitted sample by its name, with the digest of the rows it was fitted under."""
    if sample is None:
        return Fit()
    about = inputs.read(sample).about
    digest = about.get("scope_digest")
    return Fit(sample, None if digest is None else str(digest))


def validity_contents(
    card: Scorecard,
    readings: pd.DataFrame,
    outcome: Outcome,
    worlds: Mapping[str, Composed],
    manifest: Mapping[str, Any],
) -> ValidityContents:
    """Everything the report of a judged fit shows.

    Parameters
    ----------
    card : Scorecard
    readings : DataFrame
        From `judged`.
    outcome : Outcome
    worlds : mapping of str to Composed
        The season among them.
    manifest : mapping

    Returns
    -------
    ValidityContents
    """
    season = worlds[SEASON]
    results = outcome.points[SEASON]
    return ValidityContents(
        card=card,
        as_of=season.settings.study.as_of,
        settings=season.settings,
        worlds=list(worlds),
        readings=readings,
        daily=_summary(results, "daily", _days, KEYS["daily"], card.level),
        survival=_summary(results, "survival", _still_held, ["hours"], card.level),
        standing=_summary(results, "reunions", _standing, STANDING_KEYS, card.level),
        register=register.rows(season.settings, season.shipped),
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )


def _summary(results: Sequence[Results], name: str, take: Any, keys: list[str], level: float) -> pd.DataFrame:
    return summarise(gather(((one.replication, take(one.tables[name])) for one in results), keys), level)


def _days(daily: pd.DataFrame) -> pd.DataFrame:
    """Custody of separated children, and shelters as a whole: a ratio of sums is not the sum of ratios."""
    custody = daily[(daily["measure"] == "mean_custody_hours") & (daily["group"] == "separated")]
    shelters = daily[daily["measure"].isin(SHELTER_MEASURES)]
    sums = shelters.groupby(["day", "measure"], observed=True)["value"].sum().unstack("measure")
    sums = sums.reindex(columns=list(SHELTER_MEASURES))
    sums["shelter_occupancy"] = sums["shelter_census"] / sums["shelter_beds"].where(sums["shelter_beds"] > 0)
    whole = sums.reset_index().melt("day", var_name="measure", value_name="value").assign(group="all")
    return pd.concat([custody[[*KEYS["daily"], "value"]], whole[[*KEYS["daily"], "value"]]], ignore_index=True)


def _still_held(survival: pd.DataFrame) -> pd.DataFrame:
    return survival.loc[survival["cohort"] == "separated_children", ["hours", "value"]].reset_index(drop=True)


def _standing(reunions: pd.DataFrame) -> pd.DataFrame:
    """Where the order's class stood on the day that Table 5 counts, by age and as a whole."""
    rows = reunions[reunions["days"] == (COUNTED_DAY - ORDER_DAY).days]
    by_age = rows.rename(columns={"age_band": "group"})[[*STANDING_KEYS, "value"]]
    whole = by_age.groupby("outcome", sort=False, observed=True)["value"].sum().reset_index().assign(group="all")
    return pd.concat([by_age, whole[[*STANDING_KEYS, "value"]]], ignore_index=True)
