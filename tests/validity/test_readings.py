"""One number a figure, read off tables made by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from tests.builders import settings_of

from borderops.forecast.results import KEYS, Results
from borderops.streams import Draws, Purpose
from borderops.validity.readings import READERS, readings, rounded
from borderops.validity.readings_findings import drawn
from borderops.validity.rows import rows

SETTINGS = settings_of()


def _results(replication: int = 0, **tables: list[tuple]) -> Results:
    frames = {name: pd.DataFrame(tables.get(name, []), columns=[*KEYS[name], "value"]) for name in KEYS}
    frames["daily"]["day"] = pd.to_datetime(frames["daily"]["day"])
    return Results(replication, "digest", frames)


def _read(reader: str, replication: int = 0, **tables: list[tuple]) -> float:
    return READERS[reader](_results(replication, **tables), SETTINGS)


def _kpi(name: str, value: float, group: str = "all", kind: str = "all") -> tuple:
    return (name, kind, group, value)


def _days(measure: str, group: str, first: date, values: list[float]) -> list[tuple]:
    return [(first + timedelta(days=offset), measure, group, value) for offset, value in enumerate(values)]


# --- all of them ----------------------------------------------------------------------------------------------------


def test_every_figure_has_a_place_and_those_of_other_worlds_are_empty():
    """Of the pilot alone: its five figures have numbers, all others none."""
    el_paso = {
        "families_separated": 280.0,
        "share_family_adults_heard": 0.154,
        "share_family_adults_heard_before": 0.0,
        "parents_with_wrong_number_on_sheet": 7.0,
        "parents_without_sheet_row": 33.0,
    }
    kpis = [_kpi(name, value, "el_paso", "station") for name, value in el_paso.items()]
    kpis += [_kpi(name, 1000.0) for name in el_paso]
    read = readings(rows(), {"pilot": _results(kpis=kpis)}, {"pilot": SETTINGS})
    found = {row.figure: value for row, value in zip(rows(), read, strict=True) if not np.isnan(value)}
    assert read.shape == (len(rows()),)
    assert found == {"S038": 280, "S039": 0, "S040": 15, "S041": 7, "S042": 33}


def test_tables_that_tell_nothing_give_no_number():
    """An empty replication has a reading of nothing but the months in which nobody came."""
    read = readings(rows(), {"season": _results()}, {"season": SETTINGS})
    told = [row.figure for row, value in zip(rows(), read, strict=True) if not np.isnan(value)]
    assert told == ["S009"]


@pytest.mark.parametrize(("value", "to", "is_read"), [(39.4, 1, 39), (39.5, 1, 40), (0.5, 1, 1), (39.4, None, 39.4)])
def test_readings_are_rounded_as_people_round(value, to, is_read):
    """Halves go up, to even and odd numbers alike; what the source did not round stays."""
    assert rounded(value, to) == is_read


def test_a_percentage_is_read_as_a_whole_number():
    """A share of 0.3949, published as 39 percent, reads 39; the count of S112 is not rounded."""
    kpis = [_kpi("share_over_72h_separated", 0.3949), _kpi("children_separated", 3014.5)]
    read = readings(rows(), {"season": _results(kpis=kpis)}, {"season": SETTINGS})
    by_figure = {row.figure: value for row, value in zip(rows(), read, strict=True)}
    assert (by_figure["S152"], by_figure["S112"]) == (39, 3014.5)


# --- arrivals, separations, courts ------------------------------------------------------------------------------------


def test_minors_of_border_patrol_are_all_but_those_of_ports():
    """200,000 in all, 15,000 of them at ports."""
    kpis = [_kpi("minors_in_custody", 200_000), _kpi("minors_in_custody", 15_000, "ports_of_entry", "station")]
    assert _read("minors_of_border_patrol", kpis=kpis) == 185_000


def test_children_after_the_guidance_are_counted_from_june_5_by_age():
    """The day of the guidance itself, days after the season and teenagers are left out."""
    rows_ = _days("separated_by_age", "0–4", date(2018, 6, 4), [100, 2, 3])
    rows_ += _days("separated_by_age", "5–12", date(2018, 6, 20), [40, 1000])
    rows_ += _days("separated_by_age", "13–17", date(2018, 6, 6), [9])
    assert _read("infants_after_guidance", daily=rows_) == 5
    assert _read("small_children_after_guidance", daily=rows_) == 45


def test_the_plan_covers_children_of_families_from_may_to_september():
    """Half of the members of these five months are children; neither April nor what is recorded belongs to the plan."""
    months = [(f"2018-{month:02}", count, 10.0) for month in range(4, 10) for count in ("true", "recorded")]
    rows_ = [(month, "yuma", "family_unit_members", count, value) for month, count, value in months]
    kpis = [_kpi("share_children_in_families", 0.5)]
    assert _read("children_the_plan_covers", monthly=rows_, kpis=kpis) == 25


def test_families_at_ports_are_those_of_the_fiscal_year():
    """From 1 October 2017 to 30 September 2018, at ports alone."""
    rows_ = _days("separated_families", "ports_of_entry", date(2017, 9, 30), [5, 3])
    rows_ += _days("separated_families", "ports_of_entry", date(2018, 9, 30), [4, 5])
    rows_ += _days("separated_families", "all", date(2018, 5, 7), [70])
    assert _read("families_separated_at_ports", daily=rows_) == 7


def test_prosecutions_are_set_over_adults_of_the_month():
    """A third of 30 adults apprehended in May, whoever they are; hearings of other months do not count."""
    rows_ = _days("adults_heard", "parents", date(2018, 5, 1), [2]) + _days(
        "adults_heard", "others", date(2018, 5, 31), [8, 9]
    )
    rows_ += _days("adults_apprehended", "all", date(2018, 4, 30), [50, 10, 20])
    assert _read("adults_heard_of_apprehended_in_may", daily=rows_) == pytest.approx(100 / 3)


def test_arithmetic_of_the_report_is_repeated():
    """3,000 separated, 500 rejoined, 80 percent of parents with little jail, 2,700 in the class, 47 days."""
    kpis = [
        _kpi("children_separated", 3000.0),
        _kpi("children_rejoined", 500.0),
        _kpi("share_children_parent_little_jail", 0.8),
        _kpi("class_children", 2700.0),
    ]
    found = {
        name: _read(name, kpis=kpis)
        for name in (
            "children_not_rejoined",
            "children_with_parent_little_jail_number",
            "children_with_parent_little_jail_gone",
            "difference_of_counts",
            "separated_a_day",
        )
    }
    assert list(found.values()) == pytest.approx([2500, 2400, 1900, 10, 3000 / 47])


# --- records ----------------------------------------------------------------------------------------------------------


def test_children_of_the_first_days_are_those_of_six():
    """5 to 10 May, the day before and the seventh left out."""
    rows_ = _days("ungrouped_children", "all", date(2018, 5, 4), [9, 1, 1, 1, 1, 1, 1, 9])
    assert _read("children_without_link_in_first_days", daily=rows_) == 6


def _findings() -> list[tuple]:
    return [
        ("refined_rule", "children", "before", 584.0),
        ("refined_rule", "children", "season", 136.0),
        ("refined_rule", "children", "after", 649.0),
        ("draft_rule", "children", "before", 9000.0),
        ("refined_rule", "surnames_before", "usual", 300.0),
        *(("official_list", "persons", step, value) for step, value in (("first", 5657.0), ("added", 700.0))),
        ("official_list", "persons", "added_recorded_later", 6.0),
        ("official_list", "persons", "added_found_by_hhs", 694.0),
        ("official_list", "persons", "confirmed", 285.0),
        ("official_list", "persons", "confirmed_never_in_a_unit", 225.0),
        ("official_list", "persons", "removed", 93.0),
        ("official_list", "children", "first", 3000.0),
        ("official_list", "children_outside", "before", 43.0),
        ("official_list", "children_outside", "after", 26.0),
        ("hhs_rule", "children", "season", 2000.0),
        ("hhs_rule", "children_not_listed", "season", 302.0),
        ("hhs_rule", "in_care_unnoticed", "found", 83.0),
    ]


@pytest.mark.parametrize(
    ("reader", "number"),
    [
        ("children_suspected_before", 584),
        ("children_suspected_in_season", 136),
        ("children_suspected_after", 649),
        ("children_suspected", 1369),
        ("children_suspected_outside", 1233),
        ("persons_on_first_list", 5657),
        ("persons_added_to_list", 291),
        ("persons_added_by_hhs", 225),
        ("persons_struck_from_list", 93),
        ("children_missed_by_list_before", 43),
        ("children_missed_by_list_after", 26),
        ("children_missed_by_list", 69),
        ("children_found_by_hhs_in_season", 302),
        ("class_children_as_corrected", 2654 + 83),
    ],
)
def test_findings_are_read_as_the_report_tells_them(reader, number):
    """Each number stands in one row, and in no other."""
    assert _read(reader, findings=_findings(), kpis=[_kpi("class_children", 2654.0)]) == number
    assert np.isnan(_read(reader, kpis=[_kpi("class_children", 2654.0)]))


# --- samples ----------------------------------------------------------------------------------------------------------


def test_a_sample_is_drawn_without_putting_back():
    """Never more of a group than there are, all of them where the sample is as large, always as many as asked for."""
    for number in range(20):
        some = drawn([3, 0, 50], 40, Draws(1, number), Purpose.SAMPLE_OF_NOTES)
        assert sum(some) == 40
        assert some[0] <= 3 and some[1] == 0
    assert drawn([3, 0, 50], 60, Draws(1, 0), Purpose.SAMPLE_OF_NOTES) == [3, 0, 50]


def test_a_sample_has_the_mean_and_the_spread_of_one_without_putting_back():
    """Half of 40 and 60: 20 of the first on average, variance 50 × 0.4 × 0.6 × 50/99; 400 draws, 4 standard errors."""
    some = np.array([drawn([40, 60], 50, Draws(7, number), Purpose.SAMPLE_OF_NOTES)[0] for number in range(400)])
    variance = 50 * 0.4 * 0.6 * 50 / 99
    assert abs(some.mean() - 20) < 4 * np.sqrt(variance / 400)
    assert abs(some.var() / variance - 1) < 4 * np.sqrt(2 / 400)


def test_a_sample_is_the_same_whenever_it_is_drawn():
    """Of one replication the same, of another one another; each purpose has luck of its own."""
    sizes = [500, 800, 700]
    one = drawn(sizes, 339, Draws(3, 5), Purpose.SAMPLE_OF_NOTES)
    assert one == drawn(sizes, 339, Draws(3, 5), Purpose.SAMPLE_OF_NOTES)
    others = [
        drawn(sizes, 339, Draws(3, 6), Purpose.SAMPLE_OF_NOTES),
        drawn(sizes, 339, Draws(3, 5), Purpose.SAMPLE_OF_DRAFT_RULE),
    ]
    assert one not in others


def test_the_three_groups_of_notes_are_of_one_sample():
    """At the top, or with the child, or saying nothing: overlapping groups of the same 339."""
    kinds = {"nothing": 400.0, "not_at_top": 700.0, "top_and_child": 450.0, "top_only": 350.0}
    kpis = [("parents_taken", "note", kind, value) for kind, value in kinds.items()]
    for number in range(5):
        top, child, nothing = (
            _read(name, number, kpis=kpis)
            for name in ("sampled_notes_at_top", "sampled_notes_with_child", "sampled_notes_saying_nothing")
        )
        assert top + child + nothing > 339  # those at the top with the child are in both
        assert nothing + max(top, child) <= 339
        assert abs(nothing - 339 * 400 / 1900) < 30


def test_samples_of_children_are_drawn_from_those_whom_the_rule_raises():
    """34 of the draft's, all of them separated; 39 of the refined's, all of one family with the adult."""
    labels = ("link", "together", "kin", "false_claim", "stranger")
    found = [("draft_rule", "label", label, 100.0 * (label == "link")) for label in labels]
    found += [("refined_rule", "label", label, 50.0 * (label in ("together", "kin"))) for label in labels]
    assert _read("sampled_by_draft_rule_separated", findings=found) == 34
    assert _read("sampled_by_refined_rule_separated", findings=found) == 0
    assert _read("sampled_by_refined_rule_other_family", findings=found) == 39
    assert np.isnan(_read("sampled_by_refined_rule_separated"))
