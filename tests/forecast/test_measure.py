"""Measuring a replication made by hand: every KPI known beforehand, every table conserving its people."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.builders import (
    GIRLS,
    Adult,
    Case,
    Child,
    Resident,
    Rule,
    adult,
    alone,
    at,
    facilities_of,
    family,
    replication_of,
    settings_of,
    split_party,
    with_window,
)
from tests.forecast.hand_worked import linked

from borderops.config.schema import PORTS, SECTORS, STATIONS
from borderops.forecast.kpis import KPIS
from borderops.forecast.measure import measure
from borderops.forecast.reading import AGE_BANDS
from borderops.forecast.results import KEYS, Results
from borderops.operations.plan import EarlierParent, Ground
from borderops.population.people import Stratum
from borderops.units import DAY, HOUR

YUMA, TUCSON, EL_PASO, AT_PORT = (STATIONS.index(name) for name in ("yuma", "tucson", "el_paso", PORTS))
UNTIL_PARTED = 40
SETTINGS = with_window(settings_of(), date(2018, 1, 1), date(2018, 1, 31), (date(2018, 1, 5), date(2018, 1, 20)))


def _child(custody: int, **person) -> Child:
    """A child whose custody lasts so long when nothing but the wait for a seat takes time."""
    return Child(transport=custody - UNTIL_PARTED, **person)


def _parted(when: str, *children: Child, station: int, **more) -> Case:
    return family(when, *children, station=station, **{"ground": Ground.PROSECUTION, **more})


IN_CUSTODY = {
    "of three": 72 * HOUR,  # 72:00 is no breach
    "of six": 72 * HOUR + 1,
    "of fourteen": 144 * HOUR,  # exactly six days are not over six days
    "of nine": 144 * HOUR + 1,
    "of fifteen": 240 * HOUR,  # exactly ten days are ten days or more
    "of eight": 240 * HOUR - 1,
    "still inside": at("Thu+4 00:00") - at("Mon+2 08:00"),
    "rejoined": 12 * HOUR,  # heard at 09:00, back at 19:00, released an hour later
}
"""Custody of the eight children separated in the season."""

PARTIES = [
    _parted("Sat 08:00", _child(IN_CUSTODY["of three"], age=3), station=YUMA),
    _parted(
        "Sat 08:00",
        _child(IN_CUSTODY["of six"], age=6),
        _child(IN_CUSTODY["of fourteen"], age=14),
        station=YUMA,
    ),
    _parted(
        "Sat 08:00",
        _child(IN_CUSTODY["of nine"], age=9),
        adults=2,
        takes_second=True,
        ground=Ground.WARRANT,
        station=TUCSON,
    ),
    _parted("Sat 08:00", Child(age=10), adults=2, release=HOUR, station=TUCSON),  # stays with the other parent
    _parted("Sat 08:00", _child(IN_CUSTODY["of fifteen"], age=15), station=TUCSON),
    _parted("Sat 08:00", _child(IN_CUSTODY["of eight"]), station=YUMA),
    _parted("Mon+2 08:00", Child(transport=40 * DAY), station=EL_PASO),
    _parted("Mon+1 08:00", Child(transport=9 * DAY), back="19:00", rejoined_release=HOUR, station=EL_PASO),
    _parted("Tue 08:00", station=YUMA),  # before the season
    family("Sat 08:00", release=HOUR, station=YUMA),
    family("Sat 08:00", seeks_detention=True, station=YUMA),
    _parted("Sun 08:00", release=HOUR, station=EL_PASO),  # spared: all beds for girls are full on that Sunday
    adult("Sat 08:00", station=YUMA),
    alone("Sat 08:00", _child(80 * HOUR), station=YUMA),
    alone("Sat 08:00", Child(age=16, is_returned=True, departs=100 * HOUR), station=YUMA),
    alone("Sat 08:00", station=AT_PORT),
    split_party(Stratum.KIN_GROUP, adult("Sat 08:00", station=YUMA), alone("Sat 08:00", station=YUMA)),
]


@pytest.fixture(scope="module")
def results() -> Results:
    """The season above, measured."""
    pause = Rule(GIRLS, 900, begins="Sun 00:00", ends="Mon+1 00:00")
    facilities = facilities_of(days=31, hearings=["Mon+1 09:00"], beds=[100, 10, 100], pauses=[pause])
    residents = [Resident(GIRLS, stay=90 * DAY, body=Child(age=15, is_girl=True)) for _ in range(10)]
    return measure(replication_of(*PARTIES, residents=residents, facilities=facilities), SETTINGS)


def _value(results: Results, kpi: str, kind: str = "all", group: str = "all") -> float:
    table = results.tables["kpis"]
    found = table[(table.kpi == kpi) & (table.group_kind == kind) & (table.group == group)]["value"]
    assert len(found) == 1, f"{kpi} {kind} {group}: {len(found)} rows"
    return float(found.iloc[0])


def _groups(results: Results, kpi: str, kind: str) -> dict[str, float]:
    table = results.tables["kpis"]
    return table[(table.kpi == kpi) & (table.group_kind == kind)].set_index("group")["value"].to_dict()


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        ("children_separated", 8),
        ("families_separated", 7),
        ("parents_separated", 8),  # two of them of the child of nine
        ("children_parted_from_any_parent", 9),
        ("children_separated_outside_season", 1),
        ("children_rejoined", 1),
        ("families_selected", 9),  # seven separated, one parted from one of two parents, one spared
        ("families_spared", 1),
        ("share_over_72h_separated", 6 / 8),
        ("over_72h_separated", 6),
        ("share_over_72h_since_determination_separated", 5 / 8),  # 72:01 less 40 minutes is within the limit
        ("over_6_days_separated", 4),
        ("ten_days_or_more_separated", 2),
        ("separated_still_in_custody", 1),
        ("mean_custody_hours_separated", sum(IN_CUSTODY.values()) / 8 / HOUR),
        ("share_over_72h_alone", 1 / 3),  # 80 hours; the returned child is in no denominator of children alone
        ("share_over_72h_minors", 8 / 16),  # six separated, 80 hours, 100 hours to the return
        ("over_72h_minors", 8),
        ("share_over_72h_minors_before", 0.0),
        ("children_referred", 12),  # nine separated, three alone
        ("children_placed", 10),
        ("children_returned", 1),
        ("minors_in_custody", 17),
        ("family_members_detained", 2),
        ("shelter_census_peak", 10 + 10),
        ("waiting_for_bed_peak", 0),
        ("shelter_days_full", 0),
    ],
)
def test_kpi_is_the_number_worked_by_hand(results, kpi, value):
    """Each KPI of the season made by hand."""
    assert _value(results, kpi) == pytest.approx(value, abs=1e-12)


def test_separations_by_age_band_station_and_ground(results):
    """Each breakdown has the numbers worked by hand, and each sums to the total."""
    assert _groups(results, "children_separated", "age_band") == {"0–4": 1, "5–12": 5, "13–17": 2}
    stations = _groups(results, "children_separated", "station")
    assert {name: value for name, value in stations.items() if value} == {"yuma": 4, "tucson": 2, "el_paso": 2}
    grounds = _groups(results, "children_separated", "ground")
    assert {name: value for name, value in grounds.items() if value} == {"prosecution": 7, "warrant": 1}


def test_every_count_by_age_band_sums_to_its_total(results):
    """Children counted as a whole are the children counted by band."""
    table = results.tables["kpis"]
    children = [
        name for name in table.kpi.unique() if KPIS[name].unit == "children" and _groups(results, name, "age_band")
    ]
    assert len(children) >= 10
    for name in children:
        assert sum(_groups(results, name, "age_band").values()) == _value(results, name), name
        assert sum(_groups(results, name, "station").values()) == _value(results, name), name


def test_share_within_a_group_is_of_that_group(results):
    """Of the two separated children of 13 to 17 both are over, of the one under 5 none."""
    assert _groups(results, "share_over_72h_separated", "age_band") == {"0–4": 0.0, "5–12": 4 / 5, "13–17": 1.0}
    assert _groups(results, "share_over_72h_separated", "station") == {"yuma": 3 / 4, "tucson": 1.0, "el_paso": 1 / 2}


def test_persons_apprehended_leave_ports_of_entry_out(results):
    """27 in families, an adult, two children alone and a kin group of two; the child at the port is a minor only."""
    assert _value(results, "persons_apprehended") == 27 + 1 + 2 + 2
    assert _groups(results, "minors_in_custody", "station")[PORTS] == 1


def test_share_of_children_in_families_is_of_members(results):
    """13 children among 27 members of parties that say they are families."""
    assert _value(results, "share_children_in_families") == 13 / 27


def test_every_kpi_is_defined_and_every_definition_used(results):
    """No number without a definition, no definition without a number: here, or where a court gives an order."""
    residents = [Resident(body=Child(age=age), parent=EarlierParent.HERE) for age in (3, 8)]
    asked = _parted("Sat 08:00", Child(), parent=Adult(asks_after=DAY), station=YUMA)
    facilities = facilities_of(days=59, order="Mon 00:00")
    alone = replication_of(asked, residents=residents, facilities=facilities)
    ordered = measure(linked(alone), SETTINGS)
    measured = {*results.tables["kpis"].kpi, *ordered.tables["kpis"].kpi}
    assert measured <= set(KPIS)
    assert set(KPIS) - measured == set()


# --- shares without a denominator -----------------------------------------------------------------------------------


def test_share_without_a_denominator_is_absent_not_nought():
    """Nobody was separated: the count is nought, shares and means are not there."""
    results = measure(replication_of(family("Sat 08:00"), adult("Sat 08:00")), SETTINGS)
    assert _value(results, "children_separated") == 0
    assert _value(results, "over_72h_separated") == 0
    absent = {
        "share_over_72h_separated",
        "share_over_72h_since_determination_separated",
        "share_over_72h_alone",
        "share_over_72h_minors_before",
        "mean_custody_hours_separated",
    }
    assert absent.isdisjoint(results.tables["kpis"].kpi)
    assert _groups(results, "share_over_72h_minors", "age_band") == {"5–12": 0.0}


def test_occupancy_without_beds_is_absent():
    """No share of no beds."""
    results = measure(replication_of(alone("Sat 08:00"), facilities=facilities_of(days=31, beds=0)), SETTINGS)
    assert "shelter_occupancy_peak" not in set(results.tables["kpis"].kpi)
    assert _value(results, "waiting_for_bed_peak") == 1
    assert _value(results, "shelter_days_full") == 26  # every evening from the 6th on


# --- shelters and stations by hand ----------------------------------------------------------------------------------


def test_shelter_series_by_hand():
    """One bed: a resident leaves on Wednesday at noon, the child who waits takes it and arrives a day later."""
    waiting = [alone("Mon 08:00", Child(travel=DAY, stay=10 * DAY)), alone("Tue 08:00")]
    residents = [Resident(stay=2 * DAY + 12 * HOUR)]
    settings = with_window(SETTINGS, date(2018, 1, 1), date(2018, 1, 5), (date(2018, 1, 1), date(2018, 1, 5)))
    facilities = facilities_of(days=5, beds=[{"Mon 00:00": 1, "Fri 00:00": 2}, 3, 4])
    daily = measure(replication_of(*waiting, residents=residents, facilities=facilities), settings).tables["daily"]
    small = daily[daily.group == "age_0_12"].pivot(index="day", columns="measure", values="value")
    assert small["shelter_beds"].tolist() == [1, 1, 1, 1, 2]
    assert small["shelter_beds_held"].tolist() == [1, 1, 1, 1, 2]
    assert small["shelter_census"].tolist() == [1, 1, 0, 1, 2]
    assert small["waiting_for_bed"].tolist() == [1, 2, 1, 1, 0]


def test_occupancy_five_days_in_is_that_of_the_fifth_evening():
    """The season starts on the 5th: in care on the evening of the 10th over beds open then."""
    cases = [alone("Tue+1 08:00"), alone("Wed+1 08:00"), alone("Thu+1 08:00")]  # the 9th, 10th and 11th
    beds = [{"Mon 00:00": 4, "Wed+1 00:00": 5, "Thu+1 00:00": 8}, 1, 1]
    results = measure(replication_of(*cases, facilities=facilities_of(days=31, beds=beds)), SETTINGS)
    assert _value(results, "shelter_occupancy_fifth_day", "bed_kind", "age_0_12") == 2 / 5
    assert _value(results, "shelter_occupancy_fifth_day") == 2 / 7


def test_station_census_moves_a_parted_family_to_the_places_of_adults_and_children():
    """Until parting one family; then the child among children, the parent among single adults."""
    case = family("Mon 11:00", checks=2 * DAY, processing=DAY, intake=1, ground=Ground.PROSECUTION)
    settings = with_window(SETTINGS, date(2018, 1, 1), date(2018, 1, 5), (date(2018, 1, 1), date(2018, 1, 5)))
    facilities = facilities_of(days=5, hearings=["Thu 09:00"])
    daily = measure(replication_of(case, facilities=facilities), settings).tables["daily"]
    noon = daily[daily.measure == "station_census"].pivot(index="day", columns="group", values="value")
    assert noon["families"].tolist() == [2, 0, 0, 0, 0]
    assert noon["children"].tolist() == [0, 1, 1, 0, 0]
    assert noon["single_adults"].tolist() == [0, 1, 1, 0, 0]


def test_hours_above_rated_places_by_hand():
    """Three people from Monday 05:00 to Tuesday 07:00 in places for two: read at 06, 12, 18, 00 and 06, so 30 hours."""
    site = SETTINGS.stations.sites["yuma"]
    places = site.holding.model_copy(update={"single_adults": 2, "families": 1, "children": 1})
    sites = {"yuma": site.model_copy(update={"holding": places})}
    settings = SETTINGS.model_copy(update={"stations": SETTINGS.stations.model_copy(update={"sites": sites})})
    adults = [adult("Mon 05:00", departs=25 * HOUR + 20, station=YUMA) for _ in range(3)]
    results = measure(replication_of(*adults), settings)
    assert _value(results, "station_hours_over_rated") == 30
    assert _groups(results, "station_hours_over_rated", "station") == {"yuma": 30}
    assert _groups(results, "station_hours_over_rated", "holding_kind") == {
        "single_adults": 30,
        "families": 0,
        "children": 0,
    }
    assert _value(results, "station_peak_occupancy") == 3 / 4


def _rejoined() -> Case:
    """A family rejoined on Monday at 19:00 and released on Wednesday at 19:00."""
    return _parted("Mon 08:00", Child(transport=9 * DAY), back="19:00", rejoined_release=2 * DAY, station=YUMA)


def test_rejoined_family_is_released_whole_or_not_at_all():
    """Parent and child leave together: two members released, or none if they are counted elsewhere."""
    facilities = facilities_of(days=5, hearings=["Mon 09:00"])
    settings = with_window(SETTINGS, date(2018, 1, 1), date(2018, 1, 5), (date(2018, 1, 1), date(2018, 1, 5)))
    results = measure(replication_of(_rejoined(), facilities=facilities), settings)
    assert _value(results, "family_members_released") in (0, 2)


def test_station_census_holds_a_parent_who_is_back():
    """On Tuesday at noon the station holds both, who are released on Wednesday evening."""
    facilities = facilities_of(days=5, hearings=["Mon 09:00"])
    settings = with_window(SETTINGS, date(2018, 1, 1), date(2018, 1, 5), (date(2018, 1, 1), date(2018, 1, 5)))
    daily = measure(replication_of(_rejoined(), facilities=facilities), settings).tables["daily"]
    noon = daily[daily.measure == "station_census"].groupby("day")["value"].sum()
    assert noon.tolist() == [1, 2, 2, 0, 0]


# --- tables that conserve -------------------------------------------------------------------------------------------


def test_tables_have_their_keys_once(results):
    """The contract of names holds, and no key comes twice."""
    assert set(results.tables) == set(KEYS)
    for name, keys in KEYS.items():
        table = results.tables[name]
        assert list(table.columns) == [*keys, "value"], name
        assert not table.duplicated(keys).any(), name


def test_daily_separations_sum_to_the_season_and_what_lies_outside(results):
    """Eight in the season and one before it; on Saturday the 6th six of them."""
    daily = results.tables["daily"]
    separated = daily[daily.measure == "separated_children"]
    everywhere = separated[separated.group == "all"].set_index("day")["value"]
    assert everywhere.sum() == 9
    assert everywhere[pd.Timestamp("2018-01-06")] == 6
    assert everywhere.size == 31
    assert separated[separated.group != "all"]["value"].sum() == 9


def test_daily_arrivals_count_border_patrols_people_once(results):
    """All members at sectors, by what their party truly is."""
    daily = results.tables["daily"]
    arrivals = daily[daily.measure == "apprehensions"].groupby("group")["value"].sum().to_dict()
    assert arrivals == {"single_adults": 1, "families": 27, "kin_groups": 2, "children_alone": 2}


def test_flow_conserves_people(results):
    """Who is apprehended leaves once: into a separation and out of it, or straight out."""
    flow = results.tables["flow"]
    out_of = flow.groupby("source")["value"].sum()
    into = flow.groupby("target")["value"].sum()
    assert out_of[[name for name in out_of.index if name.startswith("apprehended")]].sum() == 33
    for stage in ("separated: children", "separated: parents", "shelter"):
        assert out_of[stage] == into[stage], stage
    assert out_of["separated: children"] == 9


def test_outcomes_account_for_every_separated_child(results):
    """By age band, what became of the eight: six in a shelter, one inside, one rejoined."""
    outcomes = results.tables["outcomes"]
    by_band = outcomes.groupby("age_band")["value"].sum().to_dict()
    assert by_band == _groups(results, "children_separated", "age_band")
    by_outcome = outcomes.groupby("outcome")["value"].sum()
    assert by_outcome[by_outcome > 0].to_dict() == {
        "in a shelter on the last day": 6,
        "still at a station": 1,
        "rejoined at the station": 1,
    }


def test_survival_of_the_separated_by_hand(results):
    """Eight at risk: one out at 12 h, at 72 h, after 72, at 144, after 144, just under 240, at 240; one censored."""
    survival = results.tables["survival"]
    curve = survival[survival.cohort == "separated_children"].set_index("hours")["value"]
    assert curve.loc[[0, 10, 12, 70, 72, 74, 142, 144, 146, 238, 240, 336]].tolist() == pytest.approx(
        [1, 1, 7 / 8, 7 / 8, 6 / 8, 5 / 8, 5 / 8, 4 / 8, 3 / 8, 3 / 8, 1 / 8, 1 / 8]
    )


def test_months_true_and_recorded(results):
    """Recorded are the true counts with separated children among children alone and their parents among adults."""
    monthly = results.tables["monthly"]
    counts = monthly.groupby(["count", "stratum"])["value"].sum()
    assert counts["true"].to_dict() == {"children_alone": 3, "family_unit_members": 27, "single_adults": 2}
    # Nine children separated; ten parents taken, one of them from a child who kept the other.
    assert counts["recorded"].to_dict() == {"children_alone": 12, "family_unit_members": 8, "single_adults": 12}
    assert set(monthly.station) == set(SECTORS)
    assert set(monthly.month) == {"2018-01"}


def test_recorded_counts_conserve_people_in_every_sector(results):
    """Separation moves people between strata, never between sectors or out of the count."""
    monthly = results.tables["monthly"]
    sums = monthly.pivot_table(index=["month", "station"], columns="count", values="value", aggfunc="sum")
    assert (sums["true"] == sums["recorded"]).all()
    assert sums["true"].sum() == 32


def test_measuring_twice_gives_the_same(results):
    """A pure function of the replication and the settings; the digest comes with it."""
    replication = replication_of(*PARTIES, facilities=facilities_of(days=31))
    one, two = measure(replication, SETTINGS), measure(replication, SETTINGS)
    assert one.digest == two.digest == replication.digest
    for name in KEYS:
        pd.testing.assert_frame_equal(one.tables[name], two.tables[name])


def test_day_with_few_leavers_has_no_share():
    """Nine who leave on a day give neither share nor mean; ten do."""
    nine = [alone("Sat 08:00", Child(transport=HOUR)) for _ in range(9)]
    ten = [alone("Sun 08:00", Child(transport=HOUR)) for _ in range(10)]
    daily = measure(replication_of(*nine, *ten), SETTINGS).tables["daily"]
    share = daily[(daily.measure == "share_over_72h") & (daily.group == "alone")].set_index("day")["value"]
    assert np.isnan(share[pd.Timestamp("2018-01-06")])
    assert share[pd.Timestamp("2018-01-07")] == 0.0


def test_age_bands_are_the_same_everywhere(results):
    """KPIs and outcomes speak of the same bands."""
    assert set(results.tables["outcomes"].age_band) == set(AGE_BANDS)
    bands = results.tables["kpis"].query("group_kind == 'age_band'").group
    assert set(bands) == set(AGE_BANDS)
