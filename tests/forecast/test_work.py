"""Staff hours, overtime and diverted agents on days made by hand."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import (
    Adult,
    Child,
    Design,
    adult,
    alone,
    facilities_of,
    family,
    replication_of,
    with_window,
)
from tests.forecast.hand_worked import AT_PORT, JANUARY, YUMA, after_the_order, daily, groups, season, value

from borderops.forecast.measure import measure
from borderops.forecast.results import Results
from borderops.operations.history import Code, ParentNumber
from borderops.operations.plan import Ground
from borderops.units import DAY, HOUR

SHIFTS = {"Mon 00:00": 2, "Mon 14:00": 1, "Mon 22:00": 2}


def _measured(*parties, **facilities) -> Results:
    return measure(replication_of(*parties, facilities=facilities_of(days=31, **facilities)), JANUARY)


def _minutes(results: Results, kind: str = "hours") -> dict[str, float]:
    """Minutes by agency and activity, of those that took any."""
    table = results.tables["work"]
    rows = table[(table["kind"] == kind) & (table["value"] > 0)]
    return {f"{row.agency} {row.activity}": round(row.value * HOUR) for row in rows.itertuples()}


# --- hours ------------------------------------------------------------------------------------------------------------


def test_agents_take_in_and_process():
    """A single adult and a family of two at a sector, a child at a port: each agency its own minutes."""
    parties = [
        adult("Sat 08:00", station=YUMA, intake=7, processing=50),
        family("Sat 08:00", station=YUMA, intake=12, processing=100),
        alone("Sat 08:00", station=AT_PORT, intake=9, processing=90),
    ]
    assert _minutes(_measured(*parties)) == {
        "border_patrol intake": 19,
        "border_patrol processing": 150,
        "field_operations intake": 9,
        "field_operations processing": 90,
    }


def test_a_design_takes_its_time_and_so_does_a_family_not_written_down():
    """Five minutes more at a family's intake, twelve for one that is selected; adults and children apart 20 and 25."""
    parties = [
        family("Sat 08:00", station=YUMA),
        family("Sat 08:00", station=YUMA, ground=Ground.WARRANT),
        family("Sat 08:00", station=YUMA, grouped=False),
        adult("Sat 08:00", station=YUMA),
    ]
    minutes = _minutes(_measured(*parties, designs=[Design(intake=5, parting=12)]))
    assert minutes == {"border_patrol intake": 3 * 15 + 10, "border_patrol processing": 30 + 42 + 20 + 25 + 30}


def test_mail_desk_team_and_centre():
    """One separated child: four messages of 6 minutes, 20 at the desk, 30 of reading, 45 of vetting, 90 at a centre."""
    unknown = Child(parent_number=ParentNumber.NOT_PASSED)
    case = family("Sat 08:00", unknown, ground=Ground.WARRANT, code=Code.BLANK, station=YUMA)
    times = {"message_minutes": 6, "desk_minutes": 20, "review": 30, "vetting": 45, "reprocessing": 90}
    minutes = _minutes(_measured(case, order="Mon+1 00:00", **times))
    assert minutes == {
        "border_patrol intake": 10,
        "border_patrol processing": 30,
        "border_patrol coordinators_mail": 24,
        "orr intake_desk": 20,
        "joint_team vetting": 45,
        "joint_team review": 30,
        "ice reprocessing": 90,
    }


@pytest.mark.parametrize(
    ("child", "parent", "reviews"),
    [
        ({"parent_number": ParentNumber.RIGHT}, Adult(), 0),  # known from the record
        ({}, Adult(), 1),
        ({"found_by_review": False, "advocate": 2 * DAY}, Adult(), 1),
        ({"found_by_review": False, "advocate": 90 * DAY}, Adult(), 1),  # read, and not found yet
        ({"tracing": 0}, Adult(asks_after=DAY), 0),  # found before the order
        ({"tracing": 41 * HOUR}, Adult(asks_after=HOUR), 1),  # found while the file waited for the team
        ({"stay": DAY}, Adult(), 0),  # out of the shelter before the order
        ({"stay": DAY + 14 * HOUR}, Adult(), 0),  # out of it while the file waited
    ],
    ids=[
        "record",
        "review",
        "advocate",
        "in_vain",
        "found_before",
        "found_while_waiting",
        "left_before",
        "left_waiting",
    ],
)
def test_files_are_read_of_children_whose_parent_is_not_known(child, parent, reviews):
    """Of each child in care whose parent neither a record nor the parent's asking had brought up at the order."""
    unknown = Child(**{"parent_number": ParentNumber.NOT_PASSED, **child})
    case = family("Sat 08:00", unknown, parent=parent, ground=Ground.WARRANT, code=Code.BLANK)
    results = _measured(case, order="Mon+1 00:00", review=30, team={"Mon 00:00": 0, "Mon+1 08:00": 1})
    assert _minutes(results).get("joint_team review", 0) == 30 * reviews


def test_only_what_lies_in_the_window_counts():
    """A job over midnight is cut where the window begins, and where it ends."""
    parties = [
        adult("Thu 23:00", intake=0, processing=2 * HOUR, station=YUMA),
        adult("Sat 23:30", intake=0, processing=2 * HOUR, station=YUMA),
        adult("Wed 08:00", station=YUMA),
    ]
    days = with_window(JANUARY, date(2018, 1, 5), date(2018, 1, 6), (date(2018, 1, 5), date(2018, 1, 6)))
    results = measure(replication_of(*parties, facilities=facilities_of(days=6)), days)
    assert _minutes(results) == {"border_patrol processing": 60 + 30}


# --- overtime ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lasts", "overtime"),
    [
        ((120, 120), 70),  # from 14:00 on one agent too many, until 15:10
        ((120, 60), 10),  # the second is done at 14:10
        ((50, 120), 0),  # the first ends at 14:00, as the shift does
        ((600, 700), 8 * HOUR),  # until 22:00, when two are on duty again
    ],
)
def test_overtime_is_what_runs_past_a_change_of_shift(lasts, overtime):
    """Two agents to 14:00, one to 22:00, two to the end: taken in at 13:00, processed from 13:10 on."""
    cases = [adult("Mon 13:00", processing=minutes, station=YUMA) for minutes in lasts]
    assert _minutes(_measured(*cases, agents=SHIFTS), "overtime_hours") == (
        {"border_patrol processing": overtime} if overtime else {}
    )


def test_those_who_finish_first_stay_on():
    """Intake ends at 14:20, processing at 15:00: of both the intake is overtime; the next one waits for its agent."""
    busy = [
        adult("Mon 13:00", intake=0, processing=2 * HOUR, station=YUMA),
        adult("Mon 13:30", intake=50, processing=HOUR, station=YUMA),
    ]
    results = _measured(*busy, agents=SHIFTS)
    assert _minutes(results, "overtime_hours") == {"border_patrol intake": 20}


def test_overtime_of_desks_coordinators_team_and_centre():
    """Each shift ends within a job, with nobody on duty after it."""
    unknown = Child(parent_number=ParentNumber.NOT_PASSED, centre_travel=10 * HOUR)
    case = family("Sat 08:00", unknown, ground=Ground.WARRANT, code=Code.BLANK, station=YUMA)
    results = _measured(
        case,
        message_minutes=6,
        desk_minutes=20,
        review=30,
        vetting=45,
        reprocessing=90,
        order="Mon+1 00:00",
        coordinators={"Mon 00:00": 3, "Sat 08:44": 0, "Sat 10:00": 1},  # the request is handled from 8:40 to 8:46
        desk={"Mon 00:00": 1, "Sat 09:00": 0},  # taken up at 8:46
        team={"Mon 00:00": 1, "Mon+1 00:10": 0, "Mon+1 08:00": 1, "Mon+1 08:15": 0},  # to 0:30, and from 8:00 to 8:45
        centre={"Mon 00:00": 1, "Mon+1 19:45": 0},  # from 18:45 on
    )
    assert _minutes(results, "overtime_hours") == {
        "border_patrol coordinators_mail": 2,
        "orr intake_desk": 6,
        "joint_team vetting": 30,
        "joint_team review": 20,
        "ice reprocessing": 30,
    }
    assert value(results, "overtime_hours") == pytest.approx((2 + 6 + 30 + 20 + 30) / HOUR)
    assert groups(results, "overtime_hours", "agency")["joint_team"] == pytest.approx(50 / HOUR)
    by_agency = groups(results, "overtime_share", "agency")
    table = results.tables["work"].pivot_table(index=["agency", "activity"], columns="kind", values="value").dropna()
    counted = table.groupby("agency").sum()
    assert by_agency == pytest.approx((counted["overtime_hours"] / counted["hours"]).dropna().to_dict())
    assert value(results, "overtime_share") == pytest.approx(table["overtime_hours"].sum() / table["hours"].sum())


# --- care -------------------------------------------------------------------------------------------------------------


def test_agents_diverted_to_care():
    """Six children in places for two from Monday morning to Tuesday 16:00, an agent for every two beyond them.

    Two agents of five care from 14:00 on, as the shift begins, and until 22:00 the next day, as one ends.
    """
    cases = [alone("Mon 08:00", Child(), Child(), Child(), station=YUMA) for _ in range(2)]
    results = _measured(
        *cases,
        agents={"Mon 00:00": 5, "Mon 14:00": 5, "Mon 22:00": 5, "Tue 06:00": 5, "Tue 22:00": 5},
        beds={"Mon 00:00": 0, "Tue 16:00": 9},
        rated_children=2,
        children_per_diverted_agent=2,
    )
    assert daily(results, "agents_diverted")[[1, 2, 3]].tolist() == pytest.approx([2 * 10 / 24, 2 * 22 / 24, 0])
    assert value(results, "agents_diverted_hours") == groups(results, "agents_diverted_hours", "station")["yuma"] == 64
    assert _minutes(results)["border_patrol care"] == 64 * HOUR


def test_who_is_diverted_is_not_at_work_elsewhere():
    """Two agents, one of whom has to care from 14:00 on: a job that still has both at 14:30 is overtime."""
    cases = [alone("Mon 13:00", Child(), processing=80, station=YUMA) for _ in range(2)]
    results = _measured(
        *cases, agents={"Mon 00:00": 2, "Mon 14:00": 2}, rated_children=1, children_per_diverted_agent=1
    )
    assert _minutes(results, "overtime_hours") == {"border_patrol processing": 30}


# --- sums -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [season, after_the_order])
def test_kpis_are_the_sums_of_the_table(world):
    """Hours and overtime as a whole and by agency; overtime is no more than the hours of its activity."""
    settings, replication = world()
    results = measure(replication, settings)
    table = results.tables["work"]
    for kpi, kind in (("staff_hours", "hours"), ("overtime_hours", "overtime_hours")):
        rows = table[table["kind"] == kind]
        assert value(results, kpi) == pytest.approx(rows["value"].sum())
        assert groups(results, kpi, "agency") == pytest.approx(rows.groupby("agency")["value"].sum().to_dict())
    wide = table.pivot(index=["agency", "activity"], columns="kind", values="value").dropna()
    assert (wide["overtime_hours"] <= wide["hours"]).all() and (wide["overtime_hours"] > 0).sum() >= 4


def test_nobody_came():
    """Nought hours of everything, and every activity has its row."""
    results = _measured()
    assert (
        value(results, "staff_hours")
        == value(results, "overtime_hours")
        == value(results, "agents_diverted_hours")
        == 0
    )
    assert len(results.tables["work"]) > 10


def test_hours_on_separations_are_those_of_parted_families():
    """A family parted in the season: 10 of intake, 30 of processing, four messages of 6. Others cost nothing of it.

    Neither a family parted before the season, nor one that stays together, nor one parted at a port.
    """
    parties = [
        family("Sat 08:00", ground=Ground.WARRANT, station=YUMA),
        family("Tue 08:00", ground=Ground.WARRANT, station=YUMA),
        family("Sat 08:00", station=YUMA),
        family("Sat 08:00", ground=Ground.WARRANT, station=AT_PORT),
        adult("Sat 08:00", station=YUMA),
    ]
    results = _measured(*parties, message_minutes=6)
    by_activity = {name: round(one * HOUR) for name, one in groups(results, "hours_on_separations", "activity").items()}
    assert by_activity == {"processing": 40, "mail": 24, "care": 0}
    assert value(results, "hours_on_separations") * HOUR == pytest.approx(64)


def test_care_for_children_counts_to_separations_in_the_season_alone():
    """The hours of agents diverted from the 5th to the 20th, of sectors and not of ports."""
    settings, replication = season()
    results = measure(replication, settings)
    diverted = groups(results, "agents_diverted_hours", "station")
    assert groups(results, "hours_on_separations", "activity")["care"] == pytest.approx(diverted["yuma"])
