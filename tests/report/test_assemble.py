"""From an outcome to the contents of a report."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from borderops.config.compose import compose
from borderops.forecast.kpis import KPIS
from borderops.forecast.results import KEYS
from borderops.report.assemble import (
    COUNTS_BEHIND,
    PARTS,
    is_whole,
    published_monthly,
    reunited_shares,
    with_all_stations,
)
from borderops.report.breakdown import LOW_IS_WORSE, WHOLE_ONLY
from borderops.report.limits import cautions
from borderops.report.run_files import SUMMARIES


def test_sums_over_stations_stand_beside_the_stations():
    """Each month's sum is added before anything is summarised, so that its interval is an interval of sums."""
    rows = [("2018-05", "yuma", 3.0), ("2018-05", "laredo", 4.0), ("2018-06", "yuma", 5.0)]
    monthly = pd.DataFrame(rows, columns=["month", "station", "value"])
    whole = with_all_stations(monthly.assign(stratum="single_adults", count="true"))
    sums = whole[whole["station"] == "all"].set_index("month")["value"]
    assert sums.to_dict() == {"2018-05": 7.0, "2018-06": 5.0}
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


def test_counts_behind_shares_are_kpis():
    """Whom a share or a mean is of is counted by a KPI that exists, and no count stands behind a count."""
    for share, count in COUNTS_BEHIND.items():
        assert KPIS[share].unit in ("share", "hours", "days", "messages")
        assert KPIS[count].unit in ("children", "parents", "families", "links")
    assert {*LOW_IS_WORSE, *WHOLE_ONLY} <= set(KPIS)


def test_shares_reunited_are_taken_in_each_replication():
    """1 of 2 and 9 of 10 reunited are shares of 50 and 90 per cent, whatever the classes add up to."""
    small = [("others", 30, "reunited", 1.0), ("others", 30, "under_way", 1.0)]
    large = [("others", 30, "reunited", 9.0), ("others", 30, "parent_abroad", 1.0)]
    large += [("under_5_at_order", 30, "reunited", 0.0), ("under_5_at_order", 31, "under_way", 4.0)]
    one, other = (
        reunited_shares(pd.DataFrame(rows, columns=[*KEYS["reunions"], "value"])).set_index(["age_band", "days"])[
            "value"
        ]
        for rows in (small, large)
    )
    assert one["others", 30] == 0.5 and other["others", 30] == 0.9
    assert other["under_5_at_order", 31] == 0.0
    assert pd.isna(other["under_5_at_order", 30])  # nobody in the class: no share


def test_every_table_is_written_as_a_summary():
    """No table of a replication is left out of the run's folder."""
    assert (*KEYS, "comparison") == SUMMARIES


@pytest.mark.parametrize(("end", "is_told"), [("2018-07-25", True), ("2018-07-26", False), ("2018-06-26", False)])
def test_a_run_that_ends_before_the_deadlines_says_so(end, is_told):
    """The order of 26 June gives 30 days: a run that ends on the 29th says that shares are cut off, others do not."""
    settings = compose([f"window.end={end}", "study.season_end=2018-06-10"]).settings
    assert any("deadlines for reunification" in one for one in cautions(settings)) is is_told
