"""Single seasons: the worst group of a figure, and whether a season breaks its criterion."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from borderops.forecast.results import KEYS, gather
from borderops.readiness.criteria import read_criteria
from borderops.readiness.seasons import broken, figure_of_kpi, figures_of_criteria, limit_of, worst

KPI = "share_over_72h_separated"


def three_seasons():
    """A share by age band in three seasons; nobody was concerned in the last one."""
    rows = [
        [("age_band", "0-4", 0.02), ("age_band", "5-12", 0.20), ("all", "all", 0.04)],
        [("age_band", "0-4", 0.05), ("age_band", "5-12", 0.01), ("all", "all", 0.03)],
        [],
    ]
    tables = [
        (at, pd.DataFrame([(KPI, *one) for one in some], columns=[*KEYS["kpis"], "value"]))
        for at, some in enumerate(rows, start=1)
    ]
    return gather(tables, KEYS["kpis"])


def by_age(**changes):
    """The criterion on separated children in custody, with changes."""
    criterion = dataclasses.replace(read_criteria()["custody_separated"], **changes)
    [figure] = figures_of_criteria([criterion])
    return figure


def test_the_worst_group_counts():
    """The largest value where there is an upper limit, the smallest where there is a lower one; NaN where nobody is."""
    assert worst(by_age(), three_seasons()) == pytest.approx([0.20, 0.05, np.nan], nan_ok=True)
    low = by_age(at_most=None, at_least=0.5)
    assert worst(low, three_seasons()) == pytest.approx([0.02, 0.01, np.nan], nan_ok=True)
    assert worst(by_age(groups=("0-4",)), three_seasons()) == pytest.approx([0.02, 0.05, np.nan], nan_ok=True)


def test_a_limit_that_is_met_exactly_is_met():
    """0.05 at most 0.05 holds; nobody concerned is met, or blocks, as the criterion says."""
    values = np.array([0.20, 0.05, np.nan])
    assert broken(by_age(), values).tolist() == [1.0, 0.0, 0.0]
    assert broken(by_age(if_nobody="missing"), values).tolist() == [1.0, 0.0, 1.0]
    assert broken(by_age(at_most=None, at_least=0.1), values).tolist() == [0.0, 1.0, 0.0]


def test_figures_of_kpis_and_limits_of_the_planners_own():
    """A KPI as a whole, with or without a limit; a criterion on a fact of the plan is no figure."""
    plain, own = figure_of_kpi(KPI), limit_of(KPI, at_most=0.035)
    assert worst(plain, three_seasons()) == pytest.approx([0.04, 0.03, np.nan], nan_ok=True)
    assert np.isnan(plain.limit) and not plain.is_judged
    assert broken(own, worst(own, three_seasons())).tolist() == [1.0, 0.0, 0.0]
    assert own.criterion.title.endswith("at most 0.035") and limit_of(KPI, at_least=0.5).limit == 0.5
    by_station = pd.DataFrame(
        [("station_peak_occupancy", "station", name, value) for name, value in (("yuma", 0.4), ("el_paso", 0.9))],
        columns=[*KEYS["kpis"], "value"],
    )
    assert worst(figure_of_kpi("station_peak_occupancy"), gather([(1, by_station)], KEYS["kpis"])).tolist() == [0.9]
    criteria = read_criteria().criteria
    assert [one.name for one in figures_of_criteria(criteria)] == [one.name for one in criteria if one.kpi]
    assert np.isnan(worst(by_age(group_kind="station"), three_seasons())).all()
