"""Scenarios beside each other, replication by replication.

Replication ``r`` of every scenario meets the same people with the same luck, so values belong together in pairs and
what differs was caused by the settings. Works on stacked tables alone; it knows no engine, no settings and no file.

Over many scenarios at once the simultaneous interval is Bonferroni's. It asks nothing of how the comparisons depend on
each other, and they do, through the baseline and through common luck. Šidák's is shorter by less than 1 % for up to ten
comparisons of 40 pairs, and proven only under conditions that paired differences need not meet; Holm's steps find more
differences but leave no intervals. It covers all comparisons of one KPI, not all KPIs of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from borderops.exceptions import ModelError, WrongInput
from borderops.forecast.intervals import Moments, mean_interval, moments, ratio_interval, share_interval, tail_of
from borderops.forecast.results import KEYS

ROUNDING: Final = 1e-13
"""Part of two means by which their difference may be off for want of digits."""

NOTES: Final = {
    "none": "no pair: nothing can be compared",
    "one": "one pair: no interval",
    "same": "the same in every pair",
    "shift": "every pair differs by the same amount",
    "missing": "pairs are missing",
}
"""What a reader of a row has to know besides its numbers."""


def compare(
    stacked: Mapping[str, pd.DataFrame], baseline: str, level: float, keys: Sequence[str] = tuple(KEYS["kpis"])
) -> pd.DataFrame:
    """Compare scenarios with a baseline, KPI by KPI.

    Parameters
    ----------
    stacked : mapping of str to DataFrame
        By scenario, from `results.stack`: ``replication``, the keys, ``value``.
    baseline : str
        Whom all others are compared with.
    level : float
        Confidence of every interval.
    keys : sequence of str
        Columns that name a row.

    Returns
    -------
    DataFrame
        A row for every KPI row and scenario other than the baseline, scenarios in the order given:

        - ``baseline_mean``, ``scenario_mean``: over the pairs; ``n`` pairs, ``missing`` replications of either without
          a pair;
        - ``difference`` (scenario less baseline), ``difference_low``, ``difference_high``: Student interval of paired
          differences; ``simultaneous_low``, ``simultaneous_high``: hold for all ``comparisons`` of the KPI together;
        - ``ratio`` (scenario to baseline), ``ratio_low``, ``ratio_high``: Fieller's;
        - ``smaller``, ``larger``, ``equal``: shares of replications, add up to 1; the first two with Wilson intervals
          ``smaller_low`` and so on: the chance that a season under the scenario has less, or more, of it;
        - ``correlation`` of the pairs, and ``narrowed``: width of Welch's interval for independent samples over the
          paired width; 2 means that pairing halved the interval. NaN where nothing varies;
        - ``note``: words of `NOTES`, else empty.

    Raises
    ------
    WrongInput
        If the baseline is not among the scenarios or is the only one.
    ModelError
        If a table has two values for one row and replication.
    """
    if baseline not in stacked:
        raise WrongInput(f"the baseline is {baseline!r}; allowed: one of {', '.join(stacked)}")
    return _compare(stacked, [(name, baseline) for name in stacked if name != baseline], level, keys)


def compare_all(
    stacked: Mapping[str, pd.DataFrame], level: float, keys: Sequence[str] = tuple(KEYS["kpis"])
) -> pd.DataFrame:
    """Compare every scenario with every other; see `compare`.

    Returns
    -------
    DataFrame
        As from `compare`, the earlier of two scenarios as the ``baseline``. The simultaneous intervals hold for all
        pairs, hence are wider than with one baseline.
    """
    return _compare(stacked, [(second, first) for first, second in combinations(stacked, 2)], level, keys)


def ranking(
    stacked: Mapping[str, pd.DataFrame], level: float, keys: Sequence[str] = tuple(KEYS["kpis"])
) -> pd.DataFrame:
    """Which scenario has the smallest value, season by season.

    Parameters
    ----------
    stacked : mapping of str to DataFrame
        As for `compare`.
    level : float
        Confidence of the Wilson intervals.
    keys : sequence of str

    Returns
    -------
    DataFrame
        A row for every KPI row and scenario: ``mean``; ``best``, share of replications in which it alone has the
        smallest value, with ``best_low`` and ``best_high``; ``tied``, share in which it shares that place;
        ``mean_rank`` (1 is the smallest; equal values share the mean of their places); ``n`` replications that all
        scenarios have, ``missing`` the others.

    Raises
    ------
    WrongInput
        If there is only one scenario.
    """
    if len(stacked) < 2:
        raise WrongInput("a ranking needs at least two scenarios")
    rows, cubes = _aligned(stacked, list(keys))
    values = np.stack(list(cubes.values()))
    complete = np.isfinite(values).all(axis=0)
    n = complete.sum(axis=-1)
    missing = np.isfinite(values).any(axis=0).sum(axis=-1) - n
    smallest = (values == values.min(axis=0)) & complete
    sharing = smallest.sum(axis=0)
    alone, tied = (smallest & (sharing == 1)).sum(axis=-1), (smallest & (sharing > 1)).sum(axis=-1)
    place = np.where(complete, _ranks(values), np.nan)
    kept = np.where(complete, values, np.nan)
    tables = []
    for number, name in enumerate(cubes):
        best = share_interval(alone[number], n, level)
        columns = {
            "scenario": name, "mean": moments(kept[number]).mean, "best": _share(alone[number], n),
            "best_low": best.low, "best_high": best.high, "tied": _share(tied[number], n),
            "mean_rank": moments(place[number]).mean, "n": n, "missing": missing,
        }  # fmt: skip
        tables.append(rows.assign(**columns))
    return _by_row(tables)


def _compare(
    stacked: Mapping[str, pd.DataFrame], pairs: list[tuple[str, str]], level: float, keys: Sequence[str]
) -> pd.DataFrame:
    """One table of all pairs, rows of a KPI together."""
    tail_of(level)
    if not pairs:
        raise WrongInput("a comparison needs at least two scenarios")
    rows, values = _aligned(stacked, list(keys))
    return _by_row(
        [
            rows.assign(scenario=name, baseline=other, **_pair(values[name], values[other], level, len(pairs)))
            for name, other in pairs
        ]
    )


def _by_row(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of equal rows, woven: all scenarios of the first row, then of the second."""
    return pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)


def _aligned(stacked: Mapping[str, pd.DataFrame], keys: list[str]) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Rows of all scenarios in the order met, and each scenario's values on them: rows by replications."""
    tables = pd.concat(list(stacked.values()), keys=list(stacked), names=["scenario"]).reset_index(level=0)
    row = tables.groupby(keys, sort=False, observed=True, dropna=False).ngroup().to_numpy()
    rows = tables[keys].drop_duplicates().reset_index(drop=True)
    replications, column = np.unique(tables["replication"].to_numpy(), return_inverse=True)
    scenario = tables["scenario"].to_numpy()
    written = tables["value"].to_numpy(dtype=np.float64)
    values = {}
    for name in stacked:
        chosen = scenario == name
        place = row[chosen] * replications.size + column[chosen]
        if np.unique(place).size < place.size:
            raise ModelError(f"scenario {name} has two values for one row of the same replication")
        filled = np.full(len(rows) * replications.size, np.nan)
        filled[place] = written[chosen]
        values[name] = filled.reshape(len(rows), replications.size)
    return rows, values


def _pair(scenario: np.ndarray, baseline: np.ndarray, level: float, comparisons: int) -> dict[str, np.ndarray | int]:
    """All columns of one scenario beside one other; both rows by replications."""
    either = (np.isfinite(scenario) | np.isfinite(baseline)).sum(axis=-1)
    both = np.isfinite(scenario) & np.isfinite(baseline)
    scenario, baseline = np.where(both, scenario, np.nan), np.where(both, baseline, np.nan)
    apart = scenario - baseline
    here, there = moments(scenario), moments(baseline)
    found = _without_rounding(moments(apart), here, there)
    n = found.n
    half = mean_interval(np.nan_to_num(found.deviation), n, level)
    together = mean_interval(np.nan_to_num(found.deviation), n, 1.0 - (1.0 - level) / comparisons)
    ratio = ratio_interval(scenario, baseline, level)
    smaller, larger = (apart < 0).sum(axis=-1), (apart > 0).sum(axis=-1)
    less, more = share_interval(smaller, n, level), share_interval(larger, n, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = here.mean / there.mean
        narrowed = np.where(n > 1, _welch(here, there, level) / half, np.nan)
    return {
        "baseline_mean": there.mean, "scenario_mean": here.mean,
        "difference": found.mean, "difference_low": found.mean - half, "difference_high": found.mean + half,
        "simultaneous_low": found.mean - together, "simultaneous_high": found.mean + together,
        "comparisons": comparisons,
        "ratio": np.where(there.mean == 0.0, np.nan, estimate), "ratio_low": ratio.low, "ratio_high": ratio.high,
        "smaller": _share(smaller, n), "smaller_low": less.low, "smaller_high": less.high,
        "larger": _share(larger, n), "larger_low": more.low, "larger_high": more.high,
        "equal": _share(n - smaller - larger, n),
        "correlation": _correlation(scenario, baseline, here, there), "narrowed": narrowed,
        "n": n, "missing": either - n, "note": _notes(found, either),
    }  # fmt: skip


def _without_rounding(apart: Moments, here: Moments, there: Moments) -> Moments:
    """Differences that scatter by rounding errors alone do not scatter."""
    rounding = ROUNDING * (np.abs(here.mean) + np.abs(there.mean))
    return apart._replace(deviation=np.where(apart.deviation <= rounding, 0.0, apart.deviation))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Share of replications; NaN of none."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _welch(first: Moments, second: Moments, level: float) -> np.ndarray:
    """Half-width that independent samples of the same spread would have; NaN where neither varies."""
    one, two = first.deviation**2 / first.n, second.deviation**2 / second.n
    freedom = (one + two) ** 2 / (one**2 / (first.n - 1) + two**2 / (second.n - 1))
    return special.stdtrit(freedom, 0.5 + level / 2.0) * np.sqrt(one + two)


def _correlation(first: np.ndarray, second: np.ndarray, here: Moments, there: Moments) -> np.ndarray:
    """Pearson's, over pairs; NaN where either does not vary."""
    product = np.nansum((first - here.mean[:, None]) * (second - there.mean[:, None]), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = product / (np.maximum(here.n - 1, 1) * here.deviation * there.deviation)
    return np.where((here.deviation > 0) & (there.deviation > 0), found, np.nan)


def _notes(apart: Moments, either: np.ndarray) -> np.ndarray:
    """Words beside each row."""
    never = (apart.n > 1) & (apart.deviation == 0.0)
    cases = [apart.n == 0, apart.n == 1, never & (apart.mean == 0.0), never, apart.n < either]
    words = [NOTES[name] for name in ("none", "one", "same", "shift", "missing")]
    return np.select(cases, words, default="")


def _ranks(values: np.ndarray) -> np.ndarray:
    """Places along the first axis, from 1; equal values share the mean of theirs."""
    below = (values[:, None] > values[None, :]).sum(axis=1)
    equal = (values[:, None] == values[None, :]).sum(axis=1)
    return below + (equal + 1) / 2.0
