"""The titles of pictures: what they show, true to the tables."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from made_up_contents import daily_summary, made_up_contents, with_kpi, with_order, without_kpi

from borderops.report import titles
from borderops.report.contents import Contents
from borderops.report.figures_clock import STAGES
from borderops.report.figures_reunion import STATES, age_bands


@pytest.fixture(scope="module")
def contents() -> Contents:
    """Four replications of a season with separations."""
    return made_up_contents(n=4)


def test_titles_follow_the_data(contents: Contents) -> None:
    """A title changes with what the tables say: days over 72 hours, or never."""
    rows = [(f"2018-06-0{day}", "mean_custody_hours", "separated", hours) for day, hours in ((1, 60), (2, 73), (3, 90))]
    over = dataclasses.replace(contents, daily=daily_summary(rows))
    assert titles.hours_title(over).endswith("first passes 72 hours on 2\xa0June 2018")
    below = dataclasses.replace(contents, daily=daily_summary(rows[:1]))
    assert "does not pass 72 hours" in titles.hours_title(below)


def test_seventy_two_hours_exactly_passes_nothing(contents: Contents) -> None:
    """A mean of exactly 72 hours has not passed 72 hours: 72:00 keeps the limit."""
    rows = [("2018-06-01", "mean_custody_hours", "separated", 72.0)]
    title = titles.hours_title(dataclasses.replace(contents, daily=daily_summary(rows)))
    assert title == "Mean custody of separated children does not pass 72 hours; its highest is 72.0"


def test_days_that_stand_on_few_replications_move_no_title(contents: Contents) -> None:
    """A day on which one replication of four had enough children does not count as the first over 72 hours."""
    rows = [
        ("2018-06-01", "mean_custody_hours", "separated", 99.0),
        ("2018-06-02", "mean_custody_hours", "separated", 60.0),
    ]
    table = daily_summary(rows)
    table.loc[0, "n"] = 1
    assert "first passes" not in titles.hours_title(dataclasses.replace(contents, daily=table))


def test_a_sum_over_stations_hides_no_station(contents: Contents) -> None:
    """While all stations together are half full, the one that is over its rating is named, with its hours."""
    rows = [("2018-06-01", "station_census", "children", 50.0), ("2018-06-01", "station_rated", "children", 100.0)]
    title = titles.stations_title(dataclasses.replace(contents, daily=daily_summary(rows)))
    assert title.startswith("Yuma is over its rating for ")
    assert title.endswith("all stations together reach 50\xa0% of rated places for children")
    calm = dataclasses.replace(
        contents, daily=daily_summary(rows), kpis=contents.kpis[contents.kpis["group_kind"] != "station"]
    )
    assert titles.stations_title(calm) == "All stations together reach 50\xa0% of rated places for children"


def waits(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    """Mean hours by cohort and stage."""
    return pd.DataFrame(rows, columns=["cohort", "stage", "mean"])


def test_the_longest_stage_is_named_with_its_hours(contents: Contents) -> None:
    """Of separated children over the limit; without any, of children alone; without these, no claim."""
    rows = [("separated_over_72h", "bed", 31.0), ("separated_over_72h", "mail", 69.0), ("alone_over_72h", "bed", 80.0)]
    title = titles.waits_title(dataclasses.replace(contents, waits=waits(rows)), STAGES)
    assert title == "The longest stage of separated children over 72 hours: mail, 69 of 100 hours on average"
    title = titles.waits_title(dataclasses.replace(contents, waits=waits(rows[2:])), STAGES)
    assert title == "The longest stage of children alone over 72 hours: waiting for a bed, 80 of 80 hours on average"
    assert titles.waits_title(dataclasses.replace(contents, waits=waits([])), STAGES).startswith("Where ")


@pytest.mark.parametrize(
    ("make", "measure", "group", "told"),
    [
        (titles.mail_title, "messages_sent", "all", "the mail carries 7 messages a day (2 June 2018)"),
        (titles.diverted_title, "agents_diverted", "all", "7 agents care for children"),
        (titles.ice_title, "in_ice_custody", "parents", "at most 7 parents who were taken from children (2 June 2018)"),
    ],
)
def test_titles_of_days_name_the_highest(contents: Contents, make, measure: str, group: str, told: str) -> None:
    """The highest day is named with its figure; where nothing happens or is measured, nothing is claimed."""
    rows = [("2018-06-01", measure, group, 3.0), ("2018-06-02", measure, group, 7.0)]
    assert told in make(dataclasses.replace(contents, daily=daily_summary(rows))).replace("\xa0", " ")
    for quiet in (daily_summary([("2018-06-01", measure, group, 0.0)]), daily_summary([])):
        assert not any(letter.isdigit() for letter in make(dataclasses.replace(contents, daily=quiet)))


def test_the_busiest_station_is_named(contents: Contents) -> None:
    """The station of the highest share is named, with its day; without coordinators nobody is."""
    rows = [("2018-06-01", "coordinators_busy", "yuma", 0.4), ("2018-06-02", "coordinators_busy", "yuma", 0.9)]
    told = dataclasses.replace(contents, daily=daily_summary(rows))
    title = titles.coordinators_title(told, {"yuma": 0.9, "laredo": 0.2}).replace("\xa0", " ")
    assert title == "Coordinators of Yuma are busiest: 90 % of their time on 2 June 2018"
    assert titles.coordinators_title(told, {}) == "How busy coordinators are"


def test_overtime_is_part_of_the_hours(contents: Contents) -> None:
    """Staff hours and the overtime among them; none is said to be none, and what was not measured is left out."""
    told = with_kpi(contents, "staff_hours", median=812_000.0)
    told = with_kpi(told, "overtime_hours", median=4100.0)
    assert titles.work_title(told).replace("\xa0", " ") == "The work takes 812,000 staff hours, 4,100 of them overtime"
    assert titles.work_title(with_kpi(told, "overtime_hours", median=0.0, mean=0.0)).endswith("none of them overtime")
    assert "overtime" not in titles.work_title(without_kpi(told, "overtime_hours"))


def test_what_was_written_is_told_by_its_gaps(contents: Contents) -> None:
    """Notes that say nothing and numbers that were not passed; without either, no claim."""
    told = with_kpi(contents, "notes_saying_nothing", median=0.22)
    told = with_kpi(told, "children_parent_number_not_passed", median=0.6)
    title = titles.written_title(told).replace("\xa0", " ")
    assert title.startswith("22 % of case notes") and "60 % of children go on without the parent's number" in title
    bare = without_kpi(told, "notes_saying_nothing", "children_parent_number_not_passed")
    assert titles.written_title(bare) == "What was written down of separated families"


def test_reunion_title_gives_each_band_its_deadline(contents: Contents) -> None:
    """Both shares with their own deadlines; without an order, no share."""
    told = with_kpi(contents, "class_reunited_by_young_deadline", median=0.52)
    told = with_kpi(told, "class_reunited_by_deadline", median=0.55)
    title = titles.reunited_title(told).replace("\xa0", " ")
    assert title == "Reunited: 52 % of children under 5 within 14 days, 55 % of the others within 30 days"
    assert titles.reunited_title(with_order(told, day=None)) == "Reunification by order of a court"


def test_standing_title_names_the_commonest_state_of_the_others(contents: Contents) -> None:
    """Of 10 children 6 are not reunited, most of them with parents abroad; when all are, it says so."""
    names = [state for state, *_ in STATES]
    counts = pd.DataFrame([[0] * 7, [4, 1, 0, 0, 1, 3, 1]], index=[0, 30], columns=names, dtype=float)
    band = age_bands(contents)[1]
    title = titles.standing_title({"others": counts}, [band], STATES).replace("\xa0", " ")
    assert title == "30 days after the order, 60 % of the class are not reunited; commonest among them: parent abroad"
    counts.iloc[-1] = [10.0] + [0.0] * 6
    assert titles.standing_title({"others": counts}, [band], STATES).startswith("All children")
