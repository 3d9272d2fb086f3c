"""Timetables that notice planted faults which no other timetable noticed, worked by hand and played by both engines.

Most are ties: several things of one minute whose order shows in who is served, heard or found first. The order is that
of `docs/semantics.md`. A child alone at 08:00 is taken in and processed by 08:40; the run begins on Monday 1 January
2018.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.builders import (
    BOYS,
    MANY,
    MONTH,
    SMALL,
    YEAR,
    Adult,
    Case,
    Child,
    Design,
    adult,
    alone,
    at,
    facilities_of,
    family,
    plan_of,
    referred,
    told,
)

from borderops.config.schema import STATIONS
from borderops.operations.history import Code, Exit, FoundBy, IceExit, ParentNumber, Reunion, ShelterExit
from borderops.operations.numbers import NEW_NUMBERS_FROM, OLD_NUMBERS_FROM, ROLLS, TABLED, Act
from borderops.operations.plan import CaseKind, Ground
from borderops.units import DAY, HOUR

PROSECUTION, HEALTH = Ground.PROSECUTION, Ground.HEALTH
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


# --- order within a minute ------------------------------------------------------------------------------------------


def test_events_of_a_minute_happen_in_the_order_of_rows_however_they_were_planned(play):
    """Seven referrals of 10:00 by people who came in another order: the first row has Monday's slot, the last Sunday's.

    With an intake of 10 minutes, who comes at 08:50 is processed for 60 minutes, who comes at 08:20 for 90.
    """
    came = [50, 10, 40, 0, 30, 20, 5]
    plan = plan_of(*(referred(at("Mon 08:00") + when, processing=110 - when) for when in came))
    history = play(plan, facilities_of(hearings={f"{day} 11:00": (0, 1) for day in DAYS}))
    assert told(history.prosecution_referred_at) == ["Mon 10:00"] * 7
    assert told(history.heard_at) == [f"{day} 11:00" for day in DAYS]


def test_of_a_minutes_referrals_to_the_desk_the_first_row_goes_first_although_its_event_comes_later(play):
    """A telephone call at 09:10 is no departure, a coordinator's mail is: it joins first, and is served second.

    Both requests are sent at 08:40. The first child's is lost, missed at 09:00 and telephoned by 09:10; the other's is
    handled for half an hour, until 09:10.
    """
    telephoned = Child(lost=(1, 0, 0), noticed=20, phone=10)
    plan = plan_of(alone("Mon 08:00", telephoned), alone("Mon 08:00"))
    history = play(plan, facilities_of(tries=1, message_minutes=30, desk=1, desk_minutes=15))
    assert told(history.forwarded_at) == ["Mon 09:10"] * 2
    assert told(history.desk_at) == ["Mon 09:10", "Mon 09:25"]


@pytest.mark.parametrize(("waits", "leaves_to"), [(10 * HOUR + 20, Exit.TO_SHELTER), (10 * HOUR + 21, Exit.RELEASED)])
def test_boarding_comes_before_a_parent_back_at_the_same_minute(play, waits, leaves_to):
    """Boarding is a departure and a return is none: the parent of 19:00 misses the seat of 19:00, not that of 19:01."""
    plan = plan_of(family("Mon 08:00", Child(transport=waits), back="19:00", ground=PROSECUTION))
    history = play(plan, facilities_of(hearings=["Mon 09:00"]))
    assert history.exit.tolist() == [Exit.TO_COURT, leaves_to]
    assert told(history.left_cbp_at)[1] == "Mon 19:00"


@pytest.mark.parametrize(("designation", "sent"), [(15 * HOUR + 10, 3), (15 * HOUR + 11, 2)])
def test_what_the_way_brings_at_midnight_of_the_birthday_still_happens(play, designation, sent):
    """A placement of midnight is sent, one of a minute later is not; out of CBP's hands at midnight either way.

    Request at 08:40, forwarded at 08:50, designation from then on.
    """
    plan = plan_of(alone("Mon 08:00", Child(born=date(2000, 1, 2), designation=designation)))
    history = play(plan, facilities_of(message_minutes=10))
    assert history.messages_sent.tolist() == [sent]
    assert told(history.left_cbp_at) == ["Tue 00:00"]
    assert history.exit.tolist() == [Exit.AGED_OUT]


@pytest.mark.parametrize(
    ("advocate", "found_by"), [(33 * HOUR + 40, FoundBy.ASKING), (33 * HOUR + 39, FoundBy.ADVOCATE)]
)
def test_asking_parent_is_found_before_an_advocate_of_the_same_minute(play, advocate, found_by):
    """Asked for on Monday at 09:40 and traced for two days; an advocate's time counts from the order of midnight."""
    child = Child(parent_number=ParentNumber.NOT_PASSED, found_by_review=False, advocate=advocate, tracing=2 * DAY)
    case = family("Mon 08:00", child, parent=Adult(asks_after=HOUR), code=Code.WRONG, ground=HEALTH)
    history = play(plan_of(case), facilities_of(order="Tue 00:00"))
    assert told(history.asked_at)[1] == "Mon 09:40"
    assert told(history.found_at)[1] == ("Wed 09:40" if found_by == FoundBy.ASKING else "Wed 09:39")
    assert history.found_by.tolist()[1] == found_by


def test_pools_of_a_minute_allocate_in_the_order_of_their_numbers(play):
    """Three stations take in at 08:00: the first station's row has the first of the numbers kept from removals."""
    plan = plan_of(*(adult("Mon 08:00", station=station, has_old_number=True) for station in (2, 0, 1)))
    history = play(plan)
    assert (history.a_number - OLD_NUMBERS_FROM).tolist() == [3, 1, 2]


# --- agents ---------------------------------------------------------------------------------------------------------


def test_parents_need_no_agents_care(play):
    """At noon one of three agents cares for the one child, one has the family: the third takes the next adult in."""
    plan = plan_of(family("Mon 11:30", adults=2, intake=60), adult("Mon 12:00"))
    agents = {"Mon 00:00": 5, "Mon 12:00": 3}
    history = play(plan, facilities_of(agents=agents, rated_children=0, children_per_diverted_agent=1))
    assert told(history.intake_at) == ["Mon 11:30"] * 3 + ["Mon 12:00"]


def test_minutes_of_a_design_at_intake_are_spent_on_families_alone(play):
    """Seven minutes more for a family; adults and children alone are taken in as fast as ever."""
    history = play(
        plan_of(adult("Mon 08:00"), family("Mon 08:00"), alone("Mon 08:00")), facilities_of(designs=[Design(intake=7)])
    )
    assert told(history.processing_at) == ["Mon 08:10", "Mon 08:17", "Mon 08:17", "Mon 08:10"]


def test_lowest_free_desk_serves_whichever_was_left_last(play):
    """Desks 0, 2 and 1 are left in this order after intakes: who comes at 09:00 gets desk 0, who comes next desk 1."""
    bodies = [adult("Mon 08:00", intake=minutes, processing=0) for minutes in (10, 30, 20)]
    later = [adult("Mon 09:00", intake=5, processing=0), adult("Mon 09:01", intake=5, processing=0)]
    history = play(plan_of(*bodies, *later))
    assert history.desk.tolist() == [0, 1, 2, 0, 1]


def test_desk_takes_another_block_when_its_own_is_used_up(play):
    """Blocks of two: the first desk's third number is from the third block, as the second desk has the second."""
    arrivals = ("Mon 08:00", "Mon 08:00", "Mon 09:00", "Mon 10:00")
    plan = plan_of(*(adult(when, intake=5, processing=0) for when in arrivals))
    history = play(plan, facilities_of(number_block=2))
    assert (history.a_number - NEW_NUMBERS_FROM).tolist() == [0, 2, 1, 4]


def test_load_counts_every_change_of_an_hour(play):
    """An agent busy every other minute for two hours is half a load, beside the ten minutes of the family's intake.

    Of the two agents' 120 minutes up to the parting at 09:00, 30 went to single adults and 10 to that intake: 40 in 120
    are three tenths. The 50 minutes of the family's own processing do not count.
    """
    adults = [adult(at("Mon 07:00") + 2 * one, intake=1, processing=0) for one in range(60)]
    plan = plan_of(*adults, family("Mon 08:00", intake=10, processing=50, ground=HEALTH))
    history = play(plan, facilities_of(agents=2))
    assert told(history.parted_at)[-2:] == ["Mon 09:00"] * 2
    assert history.load.tolist()[-2:] == [3, 3]


# --- mail -----------------------------------------------------------------------------------------------------------


def test_each_try_is_missed_after_its_own_minutes(play):
    """The first loss is missed after 10 minutes, the second after 25 more: forwarded at 09:15."""
    plan = plan_of(alone("Mon 08:00", Child(lost=(2, 0, 0))))
    rolls = plan.notice_roll.copy()
    rolls[0, 0] = np.array([10, 25, 900, 900]) * (ROLLS // TABLED)
    history = play(replace(plan, notice_roll=rolls))
    assert told(history.forwarded_at) == ["Mon 09:15"]
    assert history.messages_lost.tolist() == [2]


@pytest.mark.parametrize("station", [0, 1])
def test_itinerary_is_wrong_by_the_load_of_the_own_coordinators(play, station):
    """One coordinator at the first station is busy all day, many at the second are idle: wrong at the first only."""
    shares = {Act.ITINERARY_WRONG: [0.0] + [1.0] * 10}
    coordinators = [1] + [MANY] * (len(STATIONS) - 1)
    plan = plan_of(
        alone("Mon 08:00", Child(rerouted=HOUR), station=station),
        *(alone("Mon 08:30", Child(designation=DAY), station=0) for _ in range(9)),
    )
    history = play(plan, facilities_of(coordinators=coordinators, message_minutes=20, thresholds=shares))
    assert history.is_misrouted.tolist()[0] == (station == 0)


def test_report_of_an_arrival_by_machine_leaves_a_coordinator_free(play):
    """Machines report the arrival of 23:55; people take over at midnight, and read a request of 00:05 at once."""
    plan = plan_of(alone("Mon 08:00", Child(travel=15 * HOUR + 15)), alone("Mon 23:25"))
    designs = [Design(automatic=True), Design(begins="Tue 00:00")]
    history = play(plan, facilities_of(designs=designs, coordinators=1, message_minutes=30))
    assert told(history.admitted_at)[0] == "Mon 23:55"
    assert told(history.forwarded_at)[1] == "Tue 00:35"


# --- birthdays ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("apprehended", "kind"), [("Mon 23:19", SMALL), ("Mon 23:20", BOYS)])
def test_child_cleared_at_midnight_of_the_thirteenth_birthday_is_placed_as_one_of_thirteen(play, apprehended, kind):
    """Cleared 40 minutes after apprehension: at 23:59 for a bed of the younger, at midnight for one of the older."""
    history = play(plan_of(alone(apprehended, Child(born=date(2005, 1, 2)))))
    assert history.bed_kind.tolist() == [kind]


@pytest.mark.parametrize(("late", "leaves_to"), [(0, ShelterExit.RELEASED), (1, ShelterExit.AGED_OUT)])
def test_work_done_at_midnight_of_the_eighteenth_birthday_is_a_release(play, late, leaves_to):
    """Admitted at 08:40 on Monday; work done on Thursday at midnight is done in time, a minute more is not."""
    stay = at("Thu 00:00") - at("Mon 08:40") + late
    history = play(plan_of(alone("Mon 08:00", Child(born=date(2000, 1, 4), stay=stay))))
    assert told(history.left_shelter_at) == ["Thu 00:00"]
    assert history.shelter_exit.tolist() == [leaves_to]


# --- separated children ---------------------------------------------------------------------------------------------


def test_stay_of_a_separated_child_takes_so_much_longer(play):
    """Two months instead of one; for a child alone it stays one."""
    plan = plan_of(family("Mon 08:00", ground=HEALTH), alone("Mon 08:00"))
    history = play(plan, facilities_of(separated_per_mille=2000, days=100))
    assert (history.left_shelter_at - history.admitted_at).tolist()[1:] == [2 * MONTH, MONTH]


@pytest.mark.parametrize("kept_first", [True, False])
def test_record_is_that_of_the_design_at_the_parting(play, kept_first):
    """Parted on Monday and asked for on Wednesday: what Tuesday's design keeps or deletes changes nothing."""
    keeping, deleting = {"kept": True, "seen": True}, {}
    monday, tuesday = (keeping, deleting) if kept_first else (deleting, keeping)
    designs = [Design(**monday), Design(begins="Tue 00:00", **tuesday)]
    child = Child(parent_number=ParentNumber.NOT_PASSED, tracing=DAY)
    case = family("Mon 08:00", child, parent=Adult(asks_after=2 * DAY), code=Code.WRONG, ground=HEALTH)
    history = play(plan_of(case), facilities_of(designs=designs))
    assert told(history.asked_at)[1] == "Wed 08:40"
    assert told(history.found_at)[1] == ("Wed 08:40" if kept_first else "Thu 08:40")


@pytest.mark.parametrize("unfit", [0, 1])
def test_as_long_as_neither_parent_can_be_reached_the_first_is_vetted(play, unfit):
    """Both parents are in jail when vetting ends on Tuesday at 00:45: an objection to the first ends the search then.

    An objection to the second says nothing yet: the first comes out after a year, and is met.
    """
    parents = [Adult(jail=YEAR, unfit=one == unfit) for one in range(2)]
    case = Case("Mon 08:00", (*parents, Child(stay=2 * YEAR)), CaseKind.FAMILY, ground=PROSECUTION, takes_second=True)
    history = play(plan_of(case), facilities_of(order="Tue 00:00", vetting=45))
    assert told(history.vetted_at)[2] == "Tue 00:45"
    assert told(history.reunion_at)[2] == ("Tue 00:45" if unfit == 0 else "never")
    assert history.reunion.tolist()[2] == (Reunion.UNFIT if unfit == 0 else Reunion.NONE)


def test_parent_who_asks_is_sought_for_each_of_the_children(play):
    """Both parents can be reached, the second asks: both children are hers to meet, and the first stays with ICE."""
    children = (Child(request=3 * DAY), Child(request=4 * DAY))
    members = (Adult(), Adult(asks_after=DAY), *children)
    case = Case("Mon 08:00", members, CaseKind.FAMILY, ground=HEALTH, takes_second=True)
    history = play(plan_of(case))
    assert told(history.asked_at) == ["never"] * 2 + ["Tue 08:40"] * 2
    assert told(history.reunion_at)[2:] == ["Fri 08:40", "Sat 08:40"]
    assert told(history.left_ice_at) == ["never", "Fri 08:40", "never", "never"]
    assert history.ice_exit.tolist()[1] == IceExit.WITH_CHILD
