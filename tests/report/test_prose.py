"""The sentences: right where things are many, few, none, unmeasured, or seen once."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest
from made_up_contents import daily_summary, made_up_contents, with_kpi, with_order, without_kpi
from scipy import stats

from borderops.report import prose
from borderops.report.contents import STATISTICS, Contents


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


def beds(waiting: dict[str, list[float]]) -> pd.DataFrame:
    """Three days in which kinds of beds are full or not, by the children who wait for them."""
    rows = []
    for kind in ("age_0_12", "girls_13_17", "boys_13_17"):
        for day, waits in zip(("2018-06-01", "2018-06-02", "2018-06-03"), waiting.get(kind, [0, 0, 0]), strict=True):
            rows.append((day, "shelter_census", kind, 100.0 if waits else 90.0))
            rows.append((day, "shelter_beds", kind, 100.0))
            rows.append((day, "waiting_for_bed", kind, waits))
    return daily_summary(rows)


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
    assert sum("one replication, so no interval" in one for one in sentences) == 5


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


def test_rough_ends_are_admitted() -> None:
    """Below 20 replications the page says that the ends of a 90 % interval are rough; from 20 on it does not."""
    assert "rough" in prose.reading_note(19, 0.9)
    assert "rough" not in prose.reading_note(20, 0.9)
    assert "chance alone, not doubt about the assumptions" in prose.reading_note(500, 0.9)
    told = prose.reading_note(500, 0.9, "season_2018")
    assert "chance alone" not in told and "fitted sample season_2018" in told and "never drawn" in told


def test_fullest_day_adds_means(contents: Contents) -> None:
    """The fullest day is that of the sum over kinds, not of the largest kind."""
    rows = [
        ("2018-06-01", "shelter_census", "age_0_12", 50.0),
        ("2018-06-01", "shelter_census", "boys_13_17", 10.0),
        ("2018-06-02", "shelter_census", "age_0_12", 40.0),
        ("2018-06-02", "shelter_census", "boys_13_17", 30.0),
    ]
    fullest = prose.fullest_day(dataclasses.replace(contents, daily=daily_summary(rows)))
    assert fullest is not None and fullest.beds is None
    assert (fullest.day, fullest.census) == (pd.Timestamp("2018-06-02"), 70.0)


def test_never_seen_needs_a_replication() -> None:
    """A row without replications was not seen to be zero."""
    assert not prose.is_never_seen(pd.Series({"mean": 0.0, "n": 0}))
    assert prose.is_never_seen(pd.Series({"mean": 0.0, "n": 4}))
    assert not prose.is_never_seen(pd.Series({"mean": np.nan, "n": 4}))


# --- what nobody wrote down ----------------------------------------------------------------------------------------


def test_fourth_sentence_tells_what_nobody_wrote_down(contents: Contents) -> None:
    """Families never grouped, children separated unnoticed and numbers not passed stand with median and interval."""
    told = with_kpi(contents, "families_never_grouped", median=183, low=154, high=202, mean=180)
    told = with_kpi(told, "children_separated_unnoticed", median=92, low=81, high=111, mean=93)
    told = with_kpi(told, "children_parent_number_not_passed", median=0.6, low=0.59, high=0.61, mean=0.6)
    told = with_kpi(told, "share_links_unrecorded", median=0.08, low=0.07, high=0.09, mean=0.08)
    told = with_kpi(told, "persons_missing_from_list", median=469, low=422, high=541, mean=470)
    assert prose.records_sentence(told).replace("\xa0", " ") == (
        "183 families say that they are one and are never written down as one (90 % interval over 4 replications: 154 "
        "to 202); 92 children go to shelters while nobody knows that they came with a parent (81 to 111); for 60 % of "
        "separated children HHS does not get the parent's number (59 to 61 %); 8.0 % of the links between separated "
        "children and parents stand nowhere (7.0 to 9.0 %); the official list leaves out 469 people separated under "
        "the policy (422 to 541)."
    )


def test_one_family_is_a_family(contents: Contents) -> None:
    """Singular where the number is one."""
    told = with_kpi(contents, "families_never_grouped", median=1, low=0, high=2, mean=1)
    told = with_kpi(told, "children_separated_unnoticed", median=1, low=0, high=2, mean=1)
    sentence = prose.records_sentence(told).replace("\xa0", " ")
    assert sentence.startswith("1 family says that it is one and is never written down as one")
    assert "1 child goes to shelters while nobody knows that it came" in sentence


def test_perfect_records_are_told_with_the_chance_that_remains(contents: Contents) -> None:
    """No family ungrouped, no child unnoticed, no number lost in four replications is not told as never."""
    told = contents
    names = ("families_never_grouped", "children_separated_unnoticed", "children_parent_number_not_passed")
    for name in (*names, "share_links_unrecorded", "persons_missing_from_list"):
        told = with_kpi(told, name, median=0.0, low=0.0, high=0.0, mean=0.0)
    sentence = prose.records_sentence(told)
    assert sentence.startswith("Every family that says it is one is written down as one")
    assert sentence.count("up to 44\xa0%") == 5
    assert "stands somewhere in the records" in sentence and "leaves out nobody" in sentence
    nobody = with_kpi(told, "persons_separated_for_policy", median=0.0, low=0.0, high=0.0, mean=0.0)
    assert "list" not in prose.records_sentence(nobody)


def test_records_without_separated_children_leave_their_number_out(contents: Contents) -> None:
    """Where no child is separated there is no share of parents' numbers, and the sentence claims none."""
    sentence = prose.records_sentence(without_kpi(contents, "children_parent_number_not_passed"))
    assert "number" not in sentence and "never written down" in sentence


# --- reunification -------------------------------------------------------------------------------------------------


def test_fifth_sentence_gives_both_deadlines(contents: Contents) -> None:
    """The class, the share of each age band by its own deadline, and whose parents are unknown, with intervals."""
    told = with_kpi(contents, "class_children", median=2660, low=2587, high=2778, mean=2660)
    told = with_kpi(told, "class_reunited_by_young_deadline", median=0.52, low=0.44, high=0.56, mean=0.52)
    told = with_kpi(told, "class_reunited_by_deadline", median=0.55, low=0.52, high=0.58, mean=0.55)
    told = with_kpi(told, "class_not_found_at_order", median=0.5, low=0.47, high=0.53, mean=0.5)
    assert prose.reunification_sentence(told).replace("\xa0", " ") == (
        "The court's order of 26 June 2018 speaks of 2,660 children (90 % interval over 4 replications: 2,587 to "
        "2,778); of those under 5, 52 % are reunited within 14 days (44 to 56 %); of the others, 55 % are reunited "
        "within 30 days (52 to 58 %); for 50 % of those in shelters that day no record leads to the parent (47 "
        "to 53 %)."
    )


def test_deadlines_and_ages_are_those_of_the_order(contents: Contents) -> None:
    """A planner's other order is told with its own day, ages and deadlines."""
    other = with_order(
        contents, day=date(2018, 6, 1), young_below_age=3, young_deadline_days=7, others_deadline_days=21
    )
    sentence = prose.reunification_sentence(other).replace("\xa0", " ")
    for told in ("order of 1 June 2018", "of those under 3", "within 7 days", "within 21 days"):
        assert told in sentence


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (None, "No court orders reunification in this run."),
        (date(2018, 7, 31), "The court's order of 31 July 2018 does not fall into the days played"),
        (date(2018, 9, 1), "The court's order of 1 September 2018 does not fall into the days played"),
    ],
)
def test_without_an_order_the_sentence_says_so(contents: Contents, day: date | None, told: str) -> None:
    """No order, one that takes effect when the last day ends, or a later one: told as such, with those by request."""
    sentence = prose.reunification_sentence(with_order(contents, day=day)).replace("\xa0", " ")
    assert sentence.startswith(told) and "are reunited all the same" in sentence
    by_nobody = with_kpi(with_order(contents, day=day), "children_reunited", median=0.0, mean=0.0)
    assert "all the same" not in prose.reunification_sentence(by_nobody)


def test_a_deadline_after_the_last_day_is_not_told_as_missed(contents: Contents) -> None:
    """With 14 days played after the order the first deadline can be told and the second cannot."""
    sentence = prose.reunification_sentence(with_order(contents, day=date(2018, 7, 17)))
    assert "within 14 days" in sentence
    assert "the days played end before the deadline of 30 days" in sentence
    later = prose.reunification_sentence(with_order(contents, day=date(2018, 7, 18)))
    assert "the days played end before the deadline of 14 days" in later


def test_a_band_without_children_has_no_share(contents: Contents) -> None:
    """Where the class holds no young child, the sentence does not say that none is reunited."""
    sentence = prose.reunification_sentence(without_kpi(contents, "class_reunited_by_young_deadline"))
    assert "of those under 5, nothing can be said, for there are none" in sentence


def test_a_share_of_few_children_is_not_told(contents: Contents) -> None:
    """One of three young children reunited is no third: the sentence gives their number and no share."""
    rows = pd.DataFrame({"kpi": "class_children", "group_kind": "age_at_order", "group": ["under_5_at_order"]})
    few = rows.assign(n=4, **dict.fromkeys(STATISTICS[:-1], 3.0))
    told = dataclasses.replace(contents, kpis=pd.concat([contents.kpis, few], ignore_index=True))
    sentence = prose.reunification_sentence(told)
    assert "of those under 5, who are 3, no share is given" in sentence and "within 30 days" in sentence


def test_an_order_that_speaks_of_nobody_is_told_with_the_chance_that_remains() -> None:
    """A class of no child in 20 replications leaves a chance of up to 11 %."""
    sentence = prose.reunification_sentence(made_up_contents(n=20, separations=0)).replace("\xa0", " ")
    assert sentence.startswith("The court's order of 26 June 2018 speaks of no child: none in any of 20 replications")
    assert "up to 11 %" in sentence
