"""Words with several values: every combination, all of them checked before any is played."""

from __future__ import annotations

import pytest

from borderops.commands.points import points_of, twins
from borderops.config.compose import values_of
from borderops.exceptions import ConfigError

BEDS = "orr.beds.age_0_12"


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("seed=1", ["1"]),
        ("seed=1,2,3", ["1", "2", "3"]),
        ("scenario=zero_tolerance_2018,family_unity", ["zero_tolerance_2018", "family_unity"]),
        (f"{BEDS}=range(1500,2500,500)", ["1500", "2000"]),
        ("policy=choice(zero_tolerance,family_unity)", ["zero_tolerance", "family_unity"]),
        ("arrivals.stations=[yuma,el_paso]", ["[yuma,el_paso]"]),
        ("arrivals.stations=[yuma],[el_paso,yuma]", ["[yuma]", "[el_paso,yuma]"]),
        ("study.question=who, when and where?", ["who, when and where?"]),
        ("~scenario", [""]),
        ("seed=", [""]),
        ("seed=1,(", ["1,("]),
    ],
)
def test_commas_separate_values_but_not_inside_lists_and_texts(word, values):
    """Hydra's own grammar decides; a text has one value, and what cannot be read is left to be told later."""
    assert values_of(word) == (word.partition("=")[0], values)


def test_points_are_all_combinations_in_order():
    """The last axis varies fastest; a point is named after what makes it this one."""
    axes, points = points_of([f"{BEDS}=1500,2000", "seed=7", "policy=zero_tolerance,family_unity"])
    assert axes == {BEDS: ["1500", "2000"], "policy": ["zero_tolerance", "family_unity"]}
    assert [point.name for point in points] == [
        f"{BEDS}={beds}, policy={policy}" for beds in (1500, 2000) for policy in ("zero_tolerance", "family_unity")
    ]
    assert [one.composed.settings.orr.beds.age_0_12[0].beds for one in points] == [1500, 1500, 2000, 2000]
    assert {point.composed.settings.seed for point in points} == {7}


def test_scenarios_are_named_by_themselves():
    """Where only scenarios differ, their names are enough."""
    _, points = points_of(["scenario=zero_tolerance_2018,family_unity"])
    assert [point.name for point in points] == ["zero_tolerance_2018", "family_unity"]


def test_problems_of_all_points_come_together_and_once():
    """A mistake that all points share is told once, those of single points each."""
    with pytest.raises(ConfigError) as told:
        points_of([f"{BEDS}=1500,-3,-4", "seed=-1"])
    assert len(told.value.problems) == 3
    assert sum("seed is -1" in one for one in told.value.problems) == 1


@pytest.mark.parametrize("word", ["run.replications=2,3", "run.outputs=range(1,3)", "run.engine=simpy,compiled"])
def test_how_it_is_carried_out_has_one_value(word):
    """An experiment is carried out in one way; a text is taken as it stands."""
    if word.startswith("run.outputs"):
        assert values_of(word)[1] == ["range(1,3)"]
        return
    with pytest.raises(ConfigError, match="has 2 values; allowed: one, for all points"):
        points_of([word, "seed=1,2"])


def test_too_many_points_are_refused():
    """Before a single one is composed."""
    with pytest.raises(ConfigError, match="1,000,000 points are asked for"):
        points_of(["seed=range(0,1000)", f"{BEDS}=range(1000,2000)"])


def test_points_with_the_same_settings_are_found():
    """By what they say, not by their names."""
    _, points = points_of([f"{BEDS}=1500,2000,1500"])
    assert list(twins(points)) == [(f"{BEDS}=1500", f"{BEDS}=1500")]
