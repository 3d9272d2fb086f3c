"""KPIs of what was written down: families never grouped, codes, notes, sheets, and the parent's number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.builders import Adult, Child, adult, alone, facilities_of, family, replication_of, split_party
from tests.forecast.hand_worked import EL_PASO, JANUARY, TUCSON, YUMA, daily, groups, linked, not_nought, value

from borderops.config.schema import STATIONS
from borderops.forecast.measure import measure
from borderops.forecast.reading import AGE_BANDS
from borderops.forecast.results import Results
from borderops.operations.history import Code, Note, ParentNumber
from borderops.operations.plan import Ground
from borderops.population.people import NOBODY, Stratum

IN_SEASON, BEFORE = "Sat 08:00", "Tue 08:00"
NOT_PASSED = {"parent_number": ParentNumber.NOT_PASSED}


def _parted(when: str, *children: Child, station: int = YUMA, **written):
    return family(when, *children, station=station, **{"ground": Ground.PROSECUTION, **written})


PARTIES = [
    _parted(IN_SEASON, Child(), Child(age=14), code=Code.RIGHT, note=Note.TOP_AND_CHILD),
    _parted(IN_SEASON, Child(age=3, **NOT_PASSED), code=Code.WRONG, note=Note.NOTHING, listed=False),
    _parted(
        IN_SEASON,
        Child(parent_number=ParentNumber.WRONG),
        adults=2,
        takes_second=True,
        code=Code.BLANK,
        note=Note.NOT_AT_TOP,
    ),
    _parted(IN_SEASON, Child(**NOT_PASSED), Child(age=5, **NOT_PASSED), station=EL_PASO, code=Code.SEVERAL),
    _parted(BEFORE, Child(**NOT_PASSED), code=Code.BLANK, note=Note.NOTHING, listed=False),
    _parted(IN_SEASON, Child(), adults=2, code=Code.BLANK, note=Note.NOTHING),  # one parent stays with the child
    family(IN_SEASON, Child(age=4), Child(age=14), grouped=False, station=TUCSON),
    family(IN_SEASON, Child(is_returned=True), grouped=False, station=YUMA),
    family(BEFORE, Child(), grouped=False, station=YUMA),
    replace(family(IN_SEASON, Child(), grouped=False, station=YUMA), stratum=Stratum.FALSE_FAMILY),
    split_party(Stratum.UNDISCLOSED_FAMILY, adult(IN_SEASON, station=YUMA), alone(IN_SEASON, station=YUMA)),
    split_party(Stratum.KIN_GROUP, adult(IN_SEASON, station=YUMA), alone(IN_SEASON, station=YUMA)),
    family(IN_SEASON, Child(), station=YUMA),
]


@pytest.fixture(scope="module")
def results() -> Results:
    """The season above, measured."""
    return measure(linked(replication_of(*PARTIES)), JANUARY)


@pytest.mark.parametrize(
    ("kpi", "number"),
    [
        ("families_never_grouped", 2),  # not the one before the season, nor the false family
        ("members_never_grouped", 3 + 2),
        ("children_separated_unnoticed", 2 + 1),  # two not grouped, one undisclosed; not the one who was returned
        ("children_separated", 2 + 1 + 1 + 2),  # none of them is among these
        ("families_with_code_wrong_or_blank", 2),
        ("persons_with_several_codes", 3),
        ("notes_saying_nothing", 2 / 6),  # of six parents taken, one of whom left the other with the child
        ("notes_at_top", 2 / 6),
        ("notes_with_child", 3 / 6),
        ("children_parent_number_not_passed", 3 / 6),
    ],
)
def test_kpi_is_what_was_counted_by_hand(results, kpi, number):
    """One number each, worked out from the list above."""
    assert value(results, kpi) == pytest.approx(number)


def test_who_was_not_written_down_by_station_and_age(results):
    """A family of three in Tucson, one of two in Yuma; their children by band."""
    assert not_nought(groups(results, "families_never_grouped", "station")) == {"tucson": 1, "yuma": 1}
    assert not_nought(groups(results, "members_never_grouped", "station")) == {"tucson": 3, "yuma": 2}
    assert groups(results, "families_never_grouped", "age_band") == {}
    assert groups(results, "children_separated_unnoticed", "age_band") == {"0–4": 1, "5–12": 1, "13–17": 1}
    assert not_nought(groups(results, "children_separated_unnoticed", "station")) == {"tucson": 2, "yuma": 1}


@pytest.mark.parametrize(
    ("kpi", "kind", "rows"),
    [
        ("families_separated", "code", {"right": 1, "wrong": 1, "blank": 1, "several": 1}),
        ("families_separated", "list", {"listed": 3, "not_listed": 1}),
        ("parents_taken", "note", {"nothing": 2, "not_at_top": 2, "top_and_child": 1, "top_only": 1}),
        ("children_separated", "parent_number", {"none": 0, "not_passed": 3, "wrong": 1, "right": 2}),
    ],
)
def test_what_was_written_adds_up(results, kpi, kind, rows):
    """Everybody of whom something is to be written is in one group, those who are in none being none."""
    assert groups(results, kpi, kind) == rows
    assert sum(rows.values()) == value(results, kpi)


def test_shares_are_of_those_of_the_group(results):
    """All referrals of El Paso lack the number, one of four in Yuma; of the child of 14 it was passed."""
    assert groups(results, "children_parent_number_not_passed", "station") == {"el_paso": 1.0, "yuma": 1 / 4}
    by_age = groups(results, "children_parent_number_not_passed", "age_band")
    assert by_age == {"0–4": 1.0, "5–12": 2 / 4, "13–17": 0.0}
    assert groups(results, "notes_saying_nothing", "station") == {"el_paso": 0.0, "yuma": 2 / 5}


def test_a_child_not_referred_yet_is_in_no_share_of_referrals():
    """Still in the checks on the last day: among the separated, with no word of a number."""
    case = _parted(IN_SEASON, Child(**NOT_PASSED), checks=200_000)
    results = measure(replication_of(case), JANUARY)
    assert groups(results, "children_separated", "parent_number")["none"] == 1
    assert "children_parent_number_not_passed" not in set(results.tables["kpis"].kpi)


def test_nobody_parted_and_nobody_overlooked():
    """Counts are nought, shares are not there."""
    results = measure(replication_of(family(IN_SEASON), adult(IN_SEASON)), JANUARY)
    counts = ("families_never_grouped", "children_separated_unnoticed", "families_with_code_wrong_or_blank")
    assert [value(results, kpi) for kpi in counts] == [0, 0, 0]
    shares = {"notes_saying_nothing", "notes_at_top", "notes_with_child", "children_parent_number_not_passed"}
    assert shares.isdisjoint(results.tables["kpis"].kpi)


def test_a_minor_mother_is_not_separated_from_her_child():
    """A girl and her baby, not written down with the grandmother: only the girl is parted from a parent."""
    case = family(IN_SEASON, Child(age=16, is_girl=True), Child(age=0), grouped=False, station=YUMA)
    replication = replication_of(case)
    people = replication.people
    mother = np.array([NOBODY, 0, 1], dtype=people.mother.dtype)
    results = measure(replace(replication, people=replace(people, mother=mother)), JANUARY)
    assert not_nought(groups(results, "children_separated_unnoticed", "age_band")) == {"13–17": 1}


def test_who_is_not_written_down_is_recorded_as_somebody_else():
    """In the count of the day the parent is a single adult and the child is alone; in truth they are a family."""
    results = measure(replication_of(family(IN_SEASON, grouped=False, station=YUMA)), JANUARY)
    rows = results.tables["monthly"].query("value > 0")[["stratum", "count", "value"]]
    assert sorted(rows.itertuples(index=False, name=None)) == [
        ("children_alone", "recorded", 1.0),
        ("family_unit_members", "true", 2.0),
        ("single_adults", "recorded", 1.0),
    ]


def test_who_is_not_written_down_is_held_apart_from_intake_on():
    """At noon still a family, since nobody has taken them in; the day after an adult and a child."""
    case = family("Sat 08:00", grouped=False, parent=Adult(departs=90_000), checks=90_000)
    replication = replication_of(case, facilities=facilities_of(agents={"Mon 00:00": 0, "Sat 18:00": 1}))
    daily = measure(replication, JANUARY).tables["daily"]
    noon = daily[daily.measure == "station_census"].pivot(index="day", columns="group", values="value")
    assert noon.loc["2018-01-06"].to_dict() == {"children": 0, "families": 2, "single_adults": 0}
    assert noon.loc["2018-01-07"].to_dict() == {"children": 1, "families": 0, "single_adults": 1}


def test_stations_played_are_those_of_the_breakdown(results):
    """Every station has its row, with nought where nothing happened."""
    assert set(groups(results, "families_never_grouped", "station")) == set(STATIONS)


def test_ungrouped_children_by_day_of_apprehension(results):
    """Two children of a family never grouped on the 6th; one on the 2nd, before the season.

    The child of the false family lost no parent, nobody left the undisclosed family ungrouped, and the child who was
    returned is in no shelter.
    """
    by_day = daily(results, "ungrouped_children")
    assert by_day[by_day > 0].to_dict() == {2: 1, 6: 2}


def test_families_separated_by_day_and_station(results):
    """A family counts once, on the day of its first parting, whatever the number of its children."""
    by_day = daily(results, "separated_families")
    assert by_day[by_day > 0].to_dict() == {2: 1, 6: 4}
    assert daily(results, "separated_families", "ports_of_entry").sum() == 0
    assert not_nought(groups(results, "families_separated", "station")) == {"yuma": 3, "el_paso": 1}
    assert value(results, "families_separated") == 4


def test_separated_children_by_age_and_day(results):
    """Bands of the age when apprehended; they add up to all who were separated that day."""
    bands = {band: daily(results, "separated_by_age", band) for band in AGE_BANDS}
    assert {band: found[6] for band, found in bands.items()} == {"0–4": 1, "5–12": 4, "13–17": 1}
    assert sum(found.sum() for found in bands.values()) == daily(results, "separated_children").sum()


def test_adults_apprehended_by_day(results):
    """Parents and others alike, children not: on the 6th one of each case with an adult, and two of two couples."""
    by_day = daily(results, "adults_apprehended")
    assert by_day[by_day > 0].to_dict() == {2: 2, 6: 13}
