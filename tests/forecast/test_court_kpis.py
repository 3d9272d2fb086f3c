"""KPIs of courts on a season made by hand: who is heard, who never, and whose parents go to jail."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import (
    Adult,
    Case,
    Child,
    adult,
    alone,
    facilities_of,
    family,
    referred,
    replication_of,
    settings_of,
    with_window,
)

from borderops.config.schema import PORTS, STATIONS
from borderops.forecast.kpis import KPIS
from borderops.forecast.measure import measure
from borderops.forecast.results import Results
from borderops.operations.history import CourtOutcome
from borderops.operations.plan import Ground
from borderops.units import DAY

YUMA, LAREDO, AT_PORT = (STATIONS.index(name) for name in ("yuma", "laredo", PORTS))
SETTINGS = with_window(settings_of(), date(2018, 1, 1), date(2018, 1, 21), (date(2018, 1, 8), date(2018, 1, 16)))
"""Three weeks; the season is from Monday of the second to Tuesday of the third."""

LIMIT = {"hearing_until": "Fri+1 12:00", "lapses": "Fri+1 12:00"}
"""A limit before the sitting of the last week."""


def _taken(when: str, body: Adult | None = None, children: int = 1, **more) -> Case:
    return family(
        when,
        *(Child(transport=DAY) for _ in range(children)),
        parent=body or Adult(),
        **{"ground": Ground.PROSECUTION, "station": YUMA, **more},
    )


PARTIES = [
    _taken("Tue 08:00", Adult(jail=DAY)),  # before the season, heard on Wednesday
    _taken("Mon+1 08:00", Adult(jail=5 * DAY), children=2),
    _taken("Mon+1 08:01", Adult(back="19:00")),
    _taken("Mon+1 08:02"),
    _taken("Mon+1 08:03", Adult(**LIMIT)),  # no slot for parents is left before the limit
    _taken("Mon+1 08:04", Adult(declined=True)),
    _taken("Mon+1 08:05", Adult(never_referred=True), children=2),
    _taken("Mon+1 08:06", ground=Ground.WARRANT),
    family("Mon+1 08:07", Child(), adults=2, parent=Adult(jail=5 * DAY), ground=Ground.PROSECUTION, station=LAREDO),
    _taken("Tue+2 08:00"),  # the hearing is after the last day
    family("Mon+1 08:08", station=YUMA),
    referred("Tue 08:00", station=YUMA),  # before the season, heard on Wednesday
    referred("Mon+1 08:00", Adult(jail=DAY), station=YUMA),
    referred("Mon+1 08:00", Adult(**LIMIT), station=YUMA),
    adult("Mon+1 08:00", station=YUMA),
    adult("Mon+1 08:00", station=AT_PORT),
    alone("Mon+1 08:00", station=YUMA),
]
COURT_OF_YUMA = {
    "Wed 09:00": (5, 3),  # two of the eight slots are used
    "Wed+1 09:00": (3, 1),  # all are used
    "Mon+5 09:00": (9, 9),  # not in the window
}
COURT_OF_LAREDO = {"Thu+1 09:00": (2, 2)}
SLOTS = 8 + 4 + 4
HEARD = 2 + 4 + 1


@pytest.fixture(scope="module")
def results() -> Results:
    """The season above, measured."""
    facilities = facilities_of(days=21, hearings=[COURT_OF_YUMA, COURT_OF_LAREDO], district_of={LAREDO: 1})
    return measure(replication_of(*PARTIES, facilities=facilities), SETTINGS)


def _value(results: Results, kpi: str, kind: str = "all", group: str = "all") -> float:
    table = results.tables["kpis"]
    found = table[(table.kpi == kpi) & (table.group_kind == kind) & (table.group == group)]["value"]
    assert len(found) == 1, f"{kpi} {kind} {group}: {len(found)} rows"
    return float(found.iloc[0])


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        ("adults_heard", HEARD),
        ("referrals_lapsed", 2),  # a parent and a single adult
        ("share_referrals_lapsed", 2 / 11),  # of eight parents and three single adults who were referred
        ("court_slots_used", HEARD / SLOTS),
        ("share_adults_heard", 5 / 14),  # eleven parents and three single adults; not the one at the port of entry
        ("parents_taken", 9),
        ("share_parents_never_prosecuted", 4 / 9),  # lapsed, declined, never referred, another ground
        ("share_children_parent_little_jail", 8 / 10),  # the two children of the first parent of the season are not
    ],
)
def test_kpi_is_what_was_counted_by_hand(results, kpi, value):
    """One number each, worked out from the list above."""
    assert _value(results, kpi) == pytest.approx(value)


def test_parents_taken_are_told_by_outcome(results):
    """Every way is a row of its own, those nobody went are 0, and together they are all parents taken."""
    table = results.tables["kpis"]
    rows = table[(table.kpi == "parents_taken") & (table.group_kind == "court_outcome")].set_index("group")["value"]
    assert rows.to_dict() == {
        "none": 1,
        "never_referred": 1,
        "lapsed": 1,
        "declined": 1,
        "pending": 1,
        "time_served": 2,
        "jail": 2,
    }
    assert set(rows.index) == {code.name.lower() for code in CourtOutcome}
    assert rows.sum() == _value(results, "parents_taken")


def test_heard_and_lapsed_are_told_by_station(results):
    """The parent of Laredo is heard there; both referrals that lapsed are Yuma's."""
    assert _value(results, "adults_heard", "station", "laredo") == 1
    assert _value(results, "adults_heard", "station", "yuma") == HEARD - 1
    assert _value(results, "referrals_lapsed", "station", "yuma") == 2


def test_hearings_and_slots_of_each_day(results):
    """By day: parents, others, and the slots of both courts; a day without a sitting has none."""
    daily = results.tables["daily"]
    heard = daily[daily.measure == "adults_heard"].pivot(index="day", columns="group", values="value")
    slots = daily[daily.measure == "court_slots"].set_index("day")["value"]
    told = {
        day.day: (heard.loc[day, "parents"], heard.loc[day, "others"], slots[day])
        for day in heard.index
        if heard.loc[day].sum() or slots[day]
    }
    assert told == {3: (1, 1, 8), 10: (3, 1, 4), 11: (1, 0, 4)}
    assert len(slots) == 21


def test_every_kpi_of_courts_is_defined(results):
    """What is measured stands in the list of KPIs with its unit."""
    units = {name: KPIS[name].unit for name in results.tables["kpis"]["kpi"].unique()}
    assert {units[name] for name in ("court_slots_used", "share_adults_heard")} == {"share"}
    assert units["parents_taken"] == "parents"


def test_run_without_courts_and_without_parents_taken_has_no_shares():
    """No sitting: no use of slots; nobody taken: no share of them; the counts are 0."""
    facilities = facilities_of(days=21, hearings=[])
    results = measure(replication_of(adult("Mon+1 08:00", station=YUMA), facilities=facilities), SETTINGS)
    kpis = set(results.tables["kpis"]["kpi"])
    assert {"court_slots_used", "share_parents_never_prosecuted", "share_children_parent_little_jail"} & kpis == set()
    assert _value(results, "adults_heard") == _value(results, "parents_taken") == 0


@pytest.mark.parametrize(("jailed", "share"), [((True, False), 0.0), ((False, True), 0.0), ((False, False), 1.0)])
def test_one_parent_in_jail_is_enough(jailed, share):
    """Both parents are taken: little or no jail only if neither was sentenced beyond the time served."""
    both = _taken("Mon+1 08:00", takes_second=True, adults=2)
    parents = tuple(Adult(jail=DAY if sentenced else 0) for sentenced in jailed)
    case = Case(**{**both.__dict__, "members": (*parents, *both.members[2:])})
    results = measure(replication_of(case, facilities=facilities_of(days=21)), SETTINGS)
    assert _value(results, "share_children_parent_little_jail") == share


def test_adults_of_families_heard_are_of_all_who_came_with_one(results):
    """In the season eleven, two of them in Laredo; four were heard, one of them there. Before it one, who was."""
    assert _value(results, "share_family_adults_heard") == pytest.approx(4 / 11)
    assert _value(results, "share_family_adults_heard", "station", "laredo") == pytest.approx(1 / 2)
    assert _value(results, "share_family_adults_heard", "station", "yuma") == pytest.approx(3 / 9)
    assert _value(results, "share_family_adults_heard_before") == 1.0
