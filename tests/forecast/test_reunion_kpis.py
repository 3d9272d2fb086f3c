"""Reunification on days made by hand: states of the order's class, deadlines, nights at centres, parents abroad."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.builders import (
    Adult,
    Case,
    Child,
    Resident,
    adult,
    at,
    couple,
    facilities_of,
    family,
    referred,
    replication_of,
    settings_of,
    with_window,
)
from tests.forecast.hand_worked import EL_PASO, YUMA, after_the_order, daily, groups, not_nought, season, value

from borderops.forecast.measure import measure
from borderops.forecast.measure_reunion import OUTCOMES
from borderops.forecast.results import Results
from borderops.operations.history import Code, Exit, ParentNumber
from borderops.operations.plan import EarlierParent, Ground
from borderops.units import DAY, HOUR

TWO_MONTHS = with_window(settings_of(), date(2018, 1, 1), date(2018, 2, 28), (date(2018, 1, 5), date(2018, 1, 20)))
"""59 days; the order takes effect on Monday the 8th at midnight, its deadlines are 14 and 30 days later."""

ORDER = "Mon+1 00:00"
UNKNOWN = {"code": Code.BLANK}
NO_NUMBER = {"parent_number": ParentNumber.NOT_PASSED}


def _parted(*children: Child, when: str = "Sat 08:00", parent: Adult | None = None, **more) -> Case:
    return family(when, *children, parent=parent, **{"ground": Ground.GANG, "station": YUMA, **more})


PARTIES = [
    _parted(Child(age=3, parent_travel=13 * DAY + 23 * HOUR)),  # to 21 January, 23:00: within 14 days
    _parted(Child(age=3, parent_travel=14 * DAY), Child(age=8, centre_travel=6 * DAY)),  # a day late; in time
    _parted(Child(age=8, centre_travel=29 * DAY, without_notice=DAY), station=EL_PASO),  # just too late
    _parted(Child(age=15), parent=Adult(unfit=True)),
    _parted(Child(age=15, stay=20 * DAY), parent=Adult(unwilling=True)),  # to a sponsor on the 26th
    _parted(Child(age=8, abroad=10 * DAY), parent=Adult(ice=DAY, removed=True)),
    _parted(Child(age=8, abroad=10 * DAY, reunited_abroad=False), parent=Adult(ice=DAY, removed=True)),
    _parted(Child(age=8, found_by_review=False, advocate=5 * DAY, **NO_NUMBER), station=EL_PASO, **UNKNOWN),
    _parted(Child(age=8), parent=Adult(other_custody=10 * DAY)),
    _parted(Child(age=8, stay=12 * DAY), parent=Adult(other_custody=40 * DAY)),  # to a sponsor on the 18th
    _parted(Child(born=date(2000, 1, 11)), parent=Adult(other_custody=40 * DAY)),  # of age on the 11th
    # Not of the class: with a parent before, with one at the station, rejoined, released, parted later, never known.
    _parted(Child(), parent=Adult(asks_after=HOUR)),
    _parted(Child(), adults=2),
    _parted(Child(transport=9 * DAY), back="19:00", parent=None, ground=Ground.PROSECUTION),
    _parted(Child(stay=DAY)),
    _parted(Child(request=DAY), when="Tue+1 08:00", parent=Adult(asks_after=DAY)),
    family("Sat 08:00", grouped=False, station=YUMA),
]
RESIDENTS = [
    Resident(stay=80 * DAY, body=Child(age=3, parent_travel=DAY), parent=EarlierParent.HERE),
    Resident(stay=80 * DAY, body=Child(age=9, abroad=5 * DAY), parent=EarlierParent.REMOVED, linked=False),
    Resident(stay=80 * DAY),
]


@pytest.fixture(scope="module")
def results() -> Results:
    """The season above, measured."""
    facilities = facilities_of(days=59, order=ORDER, review=30, hearings=["Sun 09:00"])
    return measure(replication_of(*PARTIES, residents=RESIDENTS, facilities=facilities), TWO_MONTHS)


def _states(results: Results, band: str, day: int) -> dict[str, int]:
    """Children of the class by state, where there are any."""
    table = results.tables["reunions"]
    rows = table[(table["age_band"] == band) & (table["days"] == day) & (table["value"] > 0)]
    return {row.outcome: int(row.value) for row in rows.itertuples()}


# --- the class --------------------------------------------------------------------------------------------------------


def test_the_class_on_the_day_of_the_order(results):
    """Three under 5 and eleven others, each of whom is yet to be searched for; no day after the last is told."""
    assert _states(results, "under_5_at_order", 0) == {"under_way": 3}
    assert _states(results, "others", 0) == {"under_way": 11}
    assert set(results.tables["reunions"]["days"]) == set(range(52 + 1))


@pytest.mark.parametrize(
    ("day", "states"),
    [
        (1, {"under_way": 3}),
        (2, {"under_way": 2, "reunited": 1}),  # the resident's parent came in a day
        (14, {"under_way": 1, "reunited": 2}),
        (15, {"reunited": 3}),
    ],
)
def test_states_of_the_young_by_hand(results, day, states):
    """What happens within a day is told at its end."""
    assert _states(results, "under_5_at_order", day) == states


@pytest.mark.parametrize(
    ("day", "states"),
    [
        # Two on the way to a centre; abroad two and the resident's; in other custody three.
        (
            1,
            {
                "under_way": 2,
                "unfit_or_unwilling": 2,
                "parent_abroad": 3,
                "parent_not_found": 1,
                "parent_in_custody": 3,
            },
        ),
        # One came of age on the 11th; found by an advocate, or abroad, and reunited on the 13th.
        (
            6,
            {
                "under_way": 2,
                "unfit_or_unwilling": 2,
                "parent_abroad": 2,
                "reunited": 2,
                "parent_in_custody": 2,
                "in_own_shelter_exit": 1,
            },
        ),
        # At a centre on the 14th, out of other custody on the 16th, abroad on the 18th, when one found a sponsor.
        (
            11,
            {"under_way": 1, "unfit_or_unwilling": 2, "parent_abroad": 1, "reunited": 5, "in_own_shelter_exit": 2},
        ),
        # The last on 7 February. Three more with sponsors: whose parents were unwilling, unfit, or abroad and waived.
        (31, {"reunited": 6, "in_own_shelter_exit": 5}),
    ],
)
def test_states_of_the_others_by_hand(results, day, states):
    """Each child of 5 and older in one state on each day."""
    assert _states(results, "others", day) == states


@pytest.mark.parametrize(
    ("kpi", "number"),
    [
        ("class_children", 14),
        ("class_reunited_by_young_deadline", 2 / 3),
        ("class_reunited_by_deadline", 5 / 11),
        ("class_not_found_at_order", 2 / 14),  # one found by an advocate, one by reading the file half an hour later
        ("children_reunited", 9),  # seven of the class, two by request
        ("share_not_reunited_14d", 9 / 16),  # four of the class, two by request and one at the station are
        ("share_not_reunited_30d", 7 / 16),  # and the two whose parents came on the 21st and 22nd
        ("days_to_reunion_median", 10),
        ("children_parent_abroad", 2),
        ("parents_removed_without_child", 2),
        ("hotel_nights", 1),
        ("centre_wait_hours", 24 / 4),
        ("children_separated", 16),
    ],
)
def test_kpi_is_what_was_counted_by_hand(results, kpi, number):
    """One number each, worked out from the list above."""
    assert value(results, kpi) == pytest.approx(number)


def test_the_class_by_age_and_station(results):
    """By age at the order, by age when apprehended, and by station; residents came before the run."""
    assert groups(results, "class_children", "age_at_order") == {"under_5_at_order": 3, "others": 11}
    assert groups(results, "class_children", "age_band") == {"0–4": 3, "5–12": 8, "13–17": 3}
    by_station = not_nought(groups(results, "class_children", "station"))
    assert by_station == {"yuma": 10, "el_paso": 2, "before_the_run": 2}
    assert groups(results, "class_not_found_at_order", "station") == {"yuma": 0, "el_paso": 0.5, "before_the_run": 0.5}
    assert groups(results, "class_reunited_by_young_deadline", "station") == {"yuma": 0.5, "before_the_run": 1.0}


def test_what_became_of_the_season(results):
    """On the last day of February all sixteen are somewhere, by age band."""
    outcomes = results.tables["outcomes"]
    found = outcomes.groupby("outcome")["value"].sum()
    assert found[found > 0].to_dict() == {
        "rejoined at the station": 1,
        "reunited with a parent": 9,
        "released to a sponsor": 5,
        "turned 18 in a shelter": 1,
    }
    assert outcomes.groupby("age_band")["value"].sum().to_dict() == groups(results, "children_separated", "age_band")
    flow = results.tables["flow"].set_index(["source", "target"])["value"]
    assert flow["shelter", "reunited with a parent"] == 9
    assert flow["separated: parents", "other custody"] == 3


def test_what_became_of_the_season_by_the_twelfth():
    """While searches go on: on the way to a centre, parents abroad, unfit or unwilling; the others in the shelter."""
    facilities = facilities_of(days=12, order=ORDER, review=30, hearings=["Sun 09:00"])
    days = with_window(TWO_MONTHS, date(2018, 1, 1), date(2018, 1, 12), (date(2018, 1, 5), date(2018, 1, 12)))
    results = measure(replication_of(*PARTIES, residents=RESIDENTS, facilities=facilities), days)
    outcomes = results.tables["outcomes"].groupby("outcome")["value"].sum()
    assert outcomes[outcomes > 0].to_dict() == {
        "rejoined at the station": 1,
        "reunited with a parent": 2,
        "on the way to a parent": 2,
        "released to a sponsor": 1,
        "turned 18 in a shelter": 1,
        "in a shelter, parent abroad": 2,
        "in a shelter, parent unfit or unwilling": 2,
        "in a shelter on the last day": 5,
    }
    deadlines = {"class_reunited_by_young_deadline", "class_reunited_by_deadline"}
    assert deadlines.isdisjoint(results.tables["kpis"].kpi)  # neither is over yet
    assert value(results, "class_children") == 14


def test_a_class_by_day(results):
    """Who of the class is not with a parent at the end of each day, from the day of the order on."""
    young, others = (daily(results, "class_not_reunited", group)[:26] for group in ("under_5", "others"))
    assert young.index[0] == others.index[0] == 7
    assert (young[7], young[8], young[9], young[20], young[21], young[22]) == (3, 3, 2, 2, 1, 0)
    assert (others[7], others[12], others[13], others[14], others[16], others[18]) == (11, 11, 9, 8, 7, 6)


def test_without_an_order_there_is_no_class():
    """No table, no series, no shares and a class of nobody; reunions by request are counted."""
    case = _parted(Child(), parent=Adult(asks_after=DAY))
    results = measure(replication_of(case, residents=RESIDENTS), TWO_MONTHS)
    assert results.tables["reunions"].empty
    assert "class_not_reunited" not in set(results.tables["daily"].measure)
    assert value(results, "class_children") == 0 and value(results, "children_reunited") == 1
    assert {name for name in results.tables["kpis"].kpi if name.startswith("class_")} == {"class_children"}


def test_nobody_separated():
    """An order that speaks of nobody: counts are nought, shares, means and medians are absent."""
    results = measure(replication_of(family("Sat 08:00"), facilities=facilities_of(days=59, order=ORDER)), TWO_MONTHS)
    assert [value(results, kpi) for kpi in ("class_children", "children_reunited", "hotel_nights")] == [0, 0, 0]
    absent = {"class_not_found_at_order", "class_reunited_by_deadline", "days_to_reunion_median", "centre_wait_hours"}
    assert absent.isdisjoint(results.tables["kpis"].kpi)


def test_a_child_of_the_class_rejoined_at_the_station_is_reunited():
    """At the station when the order came, rejoined the day after it: with a parent, and no reunion after a shelter."""
    case = _parted(Child(transport=9 * DAY), back="19:00", ground=Ground.PROSECUTION)
    facilities = facilities_of(days=59, order=ORDER, hearings=["Tue+1 09:00"])
    results = measure(replication_of(case, facilities=facilities), TWO_MONTHS)
    assert [_states(results, "others", day) for day in (1, 2)] == [{"under_way": 1}, {"reunited": 1}]
    assert value(results, "class_reunited_by_deadline") == 1 and value(results, "children_reunited") == 0
    assert "class_not_found_at_order" not in set(results.tables["kpis"].kpi)  # in no shelter when the order came


@pytest.mark.parametrize("world", [after_the_order])
def test_states_partition_the_class_on_every_day(world):
    """Hundreds of children: each day all of them are in some state, by band, and none of the past is undone."""
    settings, replication = world()
    results = measure(replication, settings)
    table = results.tables["reunions"]
    assert set(table["outcome"]) == set(OUTCOMES)
    sizes = table.groupby(["age_band", "days"])["value"].sum().unstack()
    members = groups(results, "class_children", "age_at_order")
    assert sizes.nunique(axis=1).eq(1).all() and sizes[0].to_dict() == members
    assert sum(members.values()) == replication.history.is_in_class.sum() > 100
    reunited = table[table["outcome"] == "reunited"].pivot(index="days", columns="age_band", values="value")
    assert reunited.diff().dropna().ge(0).all(axis=None) and reunited.iloc[-1].sum() > 50
    left = sum(daily(results, "class_not_reunited", group).iloc[-1] for group in ("under_5", "others"))
    assert left == sum(members.values()) - reunited.iloc[-1].sum()


# --- centres ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrives", "waits", "nights"),
    [
        ("Mon+1 20:00", 4 * HOUR - 1, 0),
        ("Mon+1 20:00", 4 * HOUR, 1),  # together at midnight
        ("Mon+1 00:00", DAY - 1, 0),
        ("Mon+1 23:59", 2 * DAY, 2),
        ("Mon+1 20:00", 90 * DAY, 23 + 28),  # waiting on the last minute of February: no night after it
    ],
)
def test_nights_are_midnights_at_a_centre(arrives, waits, nights):
    """A night is a midnight between arriving and being with the parent."""
    child = Child(centre_travel=at(arrives) - at(ORDER), without_notice=waits)
    results = measure(replication_of(_parted(child), facilities=facilities_of(days=59, order=ORDER)), TWO_MONTHS)
    assert value(results, "hotel_nights") == nights
    is_done = at(arrives) + waits < at(ORDER) + 52 * DAY
    assert groups(results, "centre_wait_hours", "all") == ({"all": waits / HOUR} if is_done else {})


# --- ICE --------------------------------------------------------------------------------------------------------------


def test_adults_in_ices_custody_by_day():
    """Parents who were taken, and all others; from the station, from court, from other custody; until they leave."""
    parties = [
        _parted(Child(), parent=Adult(ice=3 * DAY)),  # from Saturday the 6th to Tuesday the 9th
        _parted(Child(), parent=Adult(other_custody=DAY, ice=DAY)),  # from Sunday to Monday
        couple("Fri 08:00", Adult(ice=DAY), Adult()),  # one to Saturday, one for good
        referred("Fri 08:00", Adult(jail=2 * DAY, ice=DAY)),  # heard on Saturday: from Monday to Tuesday
        adult("Fri 08:00", path=Adult().path.RETURN),
        family("Fri 08:00", grouped=False, parent=Adult(ice=DAY)),  # whom nobody knows to be a parent
    ]
    facilities = facilities_of(days=59, hearings=["Sat 09:00"])
    results = measure(replication_of(*parties, facilities=facilities), TWO_MONTHS)
    parents, others = (daily(results, "in_ice_custody", group)[4:11] for group in ("parents", "single_adults"))
    assert parents.to_dict() == {5: 0, 6: 1, 7: 2, 8: 1, 9: 0, 10: 0, 11: 0}
    assert others.to_dict() == {5: 3, 6: 1, 7: 1, 8: 2, 9: 1, 10: 1, 11: 1}


@pytest.mark.parametrize("world", [season, after_the_order])
def test_census_of_ice_is_that_of_its_stays(world):
    """Hundreds of adults counted one by one at the end of the last day."""
    settings, replication = world()
    history, table = replication.history, measure(replication, settings).tables["daily"]
    begins = np.where(history.exit == Exit.TO_ICE, history.left_cbp_at, history.freed_at)
    inside = (begins < history.horizon) & (history.left_ice_at >= history.horizon)
    last = table[(table.measure == "in_ice_custody") & (table.day == pd.Timestamp(settings.window.end))]
    assert last.set_index("group")["value"].to_dict() == {
        "parents": (inside & history.is_taken).sum(),
        "single_adults": (inside & ~history.is_taken).sum(),
    }
    assert inside.sum() > 200
