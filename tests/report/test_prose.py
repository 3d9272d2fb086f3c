"""The sentences: right where things are many, few, none, unmeasured, or seen once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_up_contents import made_up_contents
from scipy import stats

from borderops.report import prose
from borderops.report.contents import STATISTICS, Contents


def with_kpi(contents: Contents, name: str, **values: float) -> Contents:
    """Contents in which one overall KPI has other statistics."""
    kpis = contents.kpis.copy()
    chosen = (kpis["kpi"] == name) & (kpis["group_kind"] == "all")
    assert chosen.sum() == 1
    for column, value in values.items():
        kpis[column] = kpis[column].astype(float)
        kpis.loc[chosen, column] = value
    return dataclasses.replace(contents, kpis=kpis)


@pytest.fixture(scope="module")
def contents() -> Contents:
    """Four replications of a season with separations."""
    return made_up_contents(n=4)


def test_first_sentence_gives_children_and_families_with_intervals(contents: Contents) -> None:
    """The numbers are those of the table: median, and in brackets low and high."""
    told = with_kpi(contents, "children_separated", median=3014.4, low=2890, high=3130, mean=3010)
    told = with_kpi(told, "families_separated", median=2480, low=2400, high=2600, mean=2490)
    assert prose.separations_sentence(told).replace("\xa0", " ") == (
        "From 5 May to 20 June 2018, 3,014 children are separated from the parents they came with (90 % interval over "
        "4 replications: 2,890 to 3,130), out of 2,480 families (2,400 to 2,600)."
    )


def test_second_sentence_gives_both_denominators(contents: Contents) -> None:
    """Separated children and all minors stand side by side, each as a share with its interval."""
    told = with_kpi(contents, "share_over_72h_separated", median=0.39, low=0.372, high=0.41, mean=0.39)
    told = with_kpi(told, "share_over_72h_minors", median=0.163, low=0.15, high=0.17, mean=0.16)
    assert prose.clock_sentence(told).replace("\xa0", " ") == (
        "39 % of separated children (90 % interval over 4 replications: 37 to 41 %) stay in CBP custody beyond the "
        "72-hour limit; of all minors apprehended in those days it is 16 % (15 to 17 %)."
    )


def test_second_sentence_tells_of_children_still_held(contents: Contents) -> None:
    """Where separated children are still at a station at the end, the share is said to be too low."""
    told = with_kpi(contents, "separated_still_in_custody", median=155.0, low=140.0, high=170.0, mean=155.0)
    assert "155 children of the separated are still at a station" in prose.clock_sentence(told).replace("\xa0", " ")
    assert "still at a station" not in prose.clock_sentence(contents)


def daily(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    """A daily summary of four equal replications."""
    table = pd.DataFrame(rows, columns=["day", "measure", "group", "mean"])
    table["day"] = pd.to_datetime(table["day"])
    for column in STATISTICS[1:-1]:
        table[column] = table["mean"]
    return table.assign(n=4)


def beds(waiting: dict[str, list[float]]) -> pd.DataFrame:
    """Three days in which kinds of beds are full or not, by the children who wait for them."""
    rows = []
    for kind in ("age_0_12", "girls_13_17", "boys_13_17"):
        for day, waits in zip(("2018-06-01", "2018-06-02", "2018-06-03"), waiting.get(kind, [0, 0, 0]), strict=True):
            rows.append((day, "shelter_census", kind, 100.0 if waits else 90.0))
            rows.append((day, "shelter_beds", kind, 100.0))
            rows.append((day, "waiting_for_bed", kind, waits))
    return daily(rows)


def test_third_sentence_names_the_kinds_that_run_short_in_order(contents: Contents) -> None:
    """The kind that runs short first is named first, each with its first day and its worst day."""
    waiting = {"age_0_12": [0, 3, 7], "girls_13_17": [2, 1, 0]}
    told = with_kpi(
        dataclasses.replace(contents, daily=beds(waiting)), "shelter_census_peak", median=290, low=280, high=300
    )
    assert prose.shelter_sentence(told).replace("\xa0", " ") == (
        "The shelters hold at most 290 children (90 % interval over 4 replications: 280 to 300), around 2 June 2018, "
        "when 300 beds are open; beds for girls 13–17 run short from 1 June (at worst, on 1 June, 2 children wait for "
        "one) and those for ages 0–12 from 2 June (7 children on 3 June)."
    )


def test_a_shortage_in_some_replications_is_not_hidden_by_the_median(contents: Contents) -> None:
    """Where the median never waits but some replication does, the sentence says so."""
    table = beds({})
    some = (table["measure"] == "waiting_for_bed") & (table["group"] == "boys_13_17")
    table.loc[some, ["mean", "high"]] = [0.25, 0.85]
    clause = prose.shortage_clause(dataclasses.replace(contents, daily=table))
    assert (
        clause
        == "no kind of bed runs short in the median replication, though in some replications beds for boys 13–17 do"
    )


def test_no_shortage_is_told_with_the_chance_that_remains(contents: Contents) -> None:
    """Nobody waiting in four replications is not told as nobody ever waiting."""
    clause = prose.shortage_clause(dataclasses.replace(contents, daily=beds({})))
    assert clause.startswith("no child has to wait for a bed: none in any of 4") and "44\xa0%" in clause


def test_missing_waiting_is_not_told_as_none(contents: Contents) -> None:
    """Without the measure the sentence does not claim that nobody waits."""
    table = beds({})
    told = dataclasses.replace(contents, daily=table[table["measure"] != "waiting_for_bed"])
    assert prose.shortage_clause(told) == "whether children wait for a bed was not measured"


@pytest.mark.parametrize("n", [1, 4, 20, 500])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_unseen_chance_is_the_exact_upper_limit(n: int, level: float) -> None:
    """At that chance, n replications without the event have a probability of exactly 1 - level."""
    chance = prose.unseen_chance(n, level)
    assert stats.binom.pmf(0, n, chance) == pytest.approx(1.0 - level)


def test_zero_separations_are_never_no_risk() -> None:
    """Zero in 20 replications: at 90 % confidence a chance of up to 11 % remains, and the sentence gives it."""
    sentence = prose.separations_sentence(made_up_contents(n=20, separations=0))
    assert sentence.startswith("No child is separated") and "up to 11\xa0%" in sentence
    assert "risk" not in sentence


def test_zero_in_one_replication_says_that_there_was_one() -> None:
    """With one replication nearly anything remains possible."""
    sentence = prose.separations_sentence(made_up_contents(n=1, separations=0))
    assert "none in the one replication played" in sentence and "up to 90\xa0%" in sentence


def test_one_replication_has_no_interval() -> None:
    """With n = 1 no sentence gives an interval."""
    sentences = prose.answer(made_up_contents(n=1))
    assert all("interval over" not in one for one in sentences)
    assert sum("one replication, so no interval" in one for one in sentences) == 3


def test_a_share_seen_in_some_replications_only_says_in_how_many(contents: Contents) -> None:
    """Where a replication had no separated child, its missing share is mentioned."""
    told = with_kpi(contents, "share_over_72h_separated", n=3)
    assert "over the 3 of 4\xa0replications that have any" in prose.clock_sentence(told)


def test_one_child_is_a_child(contents: Contents) -> None:
    """Singular where the number is one."""
    told = with_kpi(contents, "children_separated", median=1, low=0, high=2, mean=1)
    assert "1\xa0child is separated" in prose.separations_sentence(told)


def test_what_was_not_measured_is_said_to_be_so(contents: Contents) -> None:
    """Without rows each sentence says what it lacks instead of giving a zero."""
    bare = dataclasses.replace(contents, kpis=contents.kpis.iloc[:0], daily=contents.daily.iloc[:0])
    for sentence in prose.answer(bare):
        assert "not measured" in sentence


def test_titles_follow_the_data(contents: Contents) -> None:
    """A title changes with what the tables say: days over 72 hours, or never."""
    rows = [(f"2018-06-0{day}", "mean_custody_hours", "separated", hours) for day, hours in ((1, 60), (2, 73), (3, 90))]
    over = dataclasses.replace(contents, daily=daily(rows))
    assert prose.hours_title(over).endswith("first passes 72 hours on 2\xa0June 2018")
    below = dataclasses.replace(contents, daily=daily(rows[:1]))
    assert "does not pass 72 hours" in prose.hours_title(below)


def test_seventy_two_hours_exactly_passes_nothing(contents: Contents) -> None:
    """A mean of exactly 72 hours has not passed 72 hours: 72:00 keeps the limit."""
    rows = [("2018-06-01", "mean_custody_hours", "separated", 72.0)]
    title = prose.hours_title(dataclasses.replace(contents, daily=daily(rows)))
    assert title == "Mean custody of separated children does not pass 72 hours; its highest is 72.0"


def test_days_that_stand_on_few_replications_move_no_title(contents: Contents) -> None:
    """A day on which one replication of four had enough children does not count as the first over 72 hours."""
    rows = [
        ("2018-06-01", "mean_custody_hours", "separated", 99.0),
        ("2018-06-02", "mean_custody_hours", "separated", 60.0),
    ]
    table = daily(rows)
    table.loc[0, "n"] = 1
    assert "first passes" not in prose.hours_title(dataclasses.replace(contents, daily=table))


def test_rough_ends_are_admitted() -> None:
    """Below 20 replications the page says that the ends of a 90 % interval are rough; from 20 on it does not."""
    assert "rough" in prose.reading_note(19, 0.9)
    assert "rough" not in prose.reading_note(20, 0.9)
    assert "doubt about the assumptions" in prose.reading_note(500, 0.9)


def test_fullest_day_adds_means(contents: Contents) -> None:
    """The fullest day is that of the sum over kinds, not of the largest kind."""
    rows = [
        ("2018-06-01", "shelter_census", "age_0_12", 50.0),
        ("2018-06-01", "shelter_census", "boys_13_17", 10.0),
        ("2018-06-02", "shelter_census", "age_0_12", 40.0),
        ("2018-06-02", "shelter_census", "boys_13_17", 30.0),
    ]
    fullest = prose.fullest_day(dataclasses.replace(contents, daily=daily(rows)))
    assert fullest is not None and fullest.beds is None
    assert (fullest.day, fullest.census) == (pd.Timestamp("2018-06-02"), 70.0)


def test_never_seen_needs_a_replication() -> None:
    """A row without replications was not seen to be zero."""
    assert not prose.is_never_seen(pd.Series({"mean": 0.0, "n": 0}))
    assert prose.is_never_seen(pd.Series({"mean": 0.0, "n": 4}))
    assert not prose.is_never_seen(pd.Series({"mean": np.nan, "n": 4}))


def test_a_sum_over_stations_hides_no_station(contents: Contents) -> None:
    """While all stations together are half full, the one that is over its rating is named, with its hours."""
    rows = [("2018-06-01", "station_census", "children", 50.0), ("2018-06-01", "station_rated", "children", 100.0)]
    title = prose.stations_title(dataclasses.replace(contents, daily=daily(rows)))
    assert title.startswith("Yuma is over its rating for ")
    assert title.endswith("all stations together reach 50\xa0% of rated places for children")
    calm = dataclasses.replace(
        contents, daily=daily(rows), kpis=contents.kpis[contents.kpis["group_kind"] != "station"]
    )
    assert prose.stations_title(calm) == "All stations together reach 50\xa0% of rated places for children"
