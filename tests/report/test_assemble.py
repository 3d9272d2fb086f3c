"""From an outcome to the contents of a report."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from borderops.config.compose import compose
from borderops.forecast.kpis import KPIS
from borderops.report.assemble import PARTS, is_whole, published_monthly, with_all_stations


def test_sums_over_stations_keep_replications_apart():
    """Each replication's sum is its own, so that the interval of the sum is an interval of sums."""
    rows = [(1, "2018-05", "yuma", 3.0), (1, "2018-05", "laredo", 4.0), (2, "2018-05", "yuma", 5.0)]
    monthly = pd.DataFrame(rows, columns=["replication", "month", "station", "value"])
    whole = with_all_stations(monthly.assign(stratum="single_adults", count="true"))
    sums = whole[whole["station"] == "all"].set_index("replication")["value"]
    assert sums.to_dict() == {1: 7.0, 2: 5.0}
    assert len(whole) == 5


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [
        (date(2018, 5, 1), date(2018, 5, 31), True),
        (date(2018, 5, 2), date(2018, 5, 31), False),
        (date(2018, 5, 1), date(2018, 5, 30), False),
        (date(2018, 4, 1), date(2018, 7, 31), True),
    ],
)
def test_months_are_whole_or_left_out(start, end, whole):
    """A month counts as published only if the window holds its first and its last day."""
    assert is_whole("2018-05", start, end) is whole


def test_published_counts_are_those_of_the_run():
    """Whole months of the window and stations of the run, and none where the planner brought arrivals."""
    words = [
        "window.start=2018-04-15",
        "window.end=2018-06-30",
        "study.season_end=2018-06-10",
        "arrivals.stations=[yuma,laredo,ports_of_entry]",
    ]
    settings = compose(words).settings
    table = published_monthly(settings)
    assert table is not None
    assert sorted(table["month"].unique()) == ["2018-05", "2018-06"]
    assert sorted(table["station"].unique()) == ["laredo", "yuma"]
    arrivals = settings.arrivals.model_copy(update={"source": "file", "file": "mine.csv"})
    assert published_monthly(settings.model_copy(update={"arrivals": arrivals})) is None


def test_parts_of_shares_are_kpis():
    """What the report divides by exists."""
    for share, parts in PARTS.items():
        assert {share, *parts} <= set(KPIS)
        assert KPIS[share].unit == "share"
