"""Timetables of children on the way to a shelter and in it, worked by hand: mail, desk, bed, seat, stay, birthdays.

A child alone at 08:00, with intake of 10 and processing of 30 minutes, is processed at 08:40. The run begins on
Monday 1 January 2018.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import (
    BOYS,
    FIRST,
    GIRLS,
    MANY,
    SMALL,
    Child,
    Resident,
    adult,
    alone,
    at,
    facilities_of,
    family,
    plan_of,
    split_party,
    told,
)

from borderops.operations.history import Exit, ShelterExit
from borderops.operations.plan import Ground
from borderops.population.people import Stratum
from borderops.units import DAY, HOUR

BOARDING = {"opens_at": 5 * HOUR, "closes_at": 21 * HOUR}


# --- who is placed --------------------------------------------------------------------------------------------------


def test_child_alone_passes_every_stage_on_the_way_to_a_shelter(play):
    """Checks, mail, desk, bed, designation, mail, notice and wait, travel and stay follow one another to the minute."""
    child = Child(designation=120, transport=180, travel=240, stay=3 * DAY)
    facilities = facilities_of(desk_minutes=15, notice=30, message_minutes=60)
    history = play(plan_of(alone("Mon 08:00", child, checks=600)), facilities)
    assert told(history.processed_at) == ["Mon 08:40"]
    assert told(history.determined_at) == ["Mon 18:40"]
    assert told(history.forwarded_at) == told(history.desk_at) == ["Mon 19:40"]
    assert told(history.cleared_at) == told(history.designated_at) == ["Mon 19:55"]
    assert told(history.arranged_at) == ["Mon 22:55"]
    assert told(history.itinerary_at) == ["Tue 00:25"]
    assert told(history.left_cbp_at) == ["Tue 02:25"]
    assert told(history.admitted_at) == ["Tue 06:25"]
    assert told(history.left_shelter_at) == ["Fri 06:25"]
    assert history.exit.tolist() == [Exit.TO_SHELTER]
    assert history.shelter_exit.tolist() == [ShelterExit.RELEASED]


def test_screened_child_is_returned_without_checks_or_referral(play):
    """A child from a contiguous country who is returned leaves so long after processing and is never determined."""
    child = Child(is_returned=True, departs=5 * HOUR)
    history = play(plan_of(alone("Mon 08:00", child, checks=600)))
    assert told(history.left_cbp_at) == ["Mon 13:40"]
    assert history.exit.tolist() == [Exit.RETURNED]
    assert told(history.determined_at) == told(history.desk_at) == ["never"]


def test_siblings_alone_are_processed_together_and_placed_one_by_one(play):
    """One case at the station, two ways to a shelter."""
    history = play(plan_of(alone("Mon 08:00", Child(designation=10), Child(age=15, designation=5), checks=HOUR)))
    assert told(history.processed_at) == ["Mon 08:40"] * 2
    assert told(history.left_cbp_at) == ["Mon 09:50", "Mon 09:45"]
    assert history.bed_kind.tolist() == [SMALL, BOYS]


def test_children_are_placed_and_their_adult_kin_leaves_as_a_single_adult(play):
    """A kin group is two cases: the relative waits with the adults and leaves to ICE, the child is placed."""
    party = split_party(Stratum.KIN_GROUP, adult("Mon 08:00", departs=HOUR), alone("Mon 08:00"))
    history = play(plan_of(party), facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:10"]
    assert told(history.processing_at) == ["Mon 08:50", "Mon 08:20"]
    assert told(history.left_cbp_at) == ["Mon 10:20", "Mon 08:50"]
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.TO_SHELTER]
    assert not history.is_alone.any()
    assert told(history.parted_at) == ["never", "never"]


# --- ORR's desk -----------------------------------------------------------------------------------------------------


def test_one_worker_takes_referrals_in_the_order_they_arrive(play):
    """The first request in is the first at the desk, whatever the row and whenever it was sent first."""
    plan = plan_of(*(alone("Mon 08:00", Child(lost=(1, 0, 0), noticed=minutes)) for minutes in (30, 20, 25)))
    history = play(plan, facilities_of(desk=1, desk_minutes=15))
    assert told(history.desk_at) == ["Mon 09:30", "Mon 09:00", "Mon 09:15"]


def test_referrals_of_one_minute_are_taken_in_the_order_of_rows(play):
    """Two at the same minute: the entity decides."""
    history = play(plan_of(alone("Mon 08:00"), alone("Mon 08:00")), facilities_of(desk=1, desk_minutes=15))
    assert told(history.desk_at) == ["Mon 08:40", "Mon 08:55"]


def test_all_stations_share_the_desk(play):
    """Children of two stations queue for one worker."""
    plan = plan_of(alone("Mon 08:01", station=0), alone("Mon 08:00", station=7))
    history = play(plan, facilities_of(desk=1, desk_minutes=15))
    assert told(history.desk_at) == ["Mon 08:55", "Mon 08:40"]


def test_referral_waits_over_night_for_a_worker(play):
    """No worker from 21:00 to 07:00: referrals of the evening are taken at 07:00, two at a time."""
    plan = plan_of(*(alone("Mon 21:00") for _ in range(3)))
    history = play(plan, facilities_of(desk={"Mon 00:00": 2, "Mon 21:00": 0, "Tue 07:00": 2}, desk_minutes=20))
    assert told(history.desk_at) == ["Tue 07:00", "Tue 07:00", "Tue 07:20"]


def test_worker_finishes_a_referral_after_the_shift(play):
    """A referral begun at 20:50 is done at 21:10 although the shift ends at 21:00."""
    history = play(plan_of(alone("Mon 20:10")), facilities_of(desk={"Mon 00:00": 1, "Mon 21:00": 0}, desk_minutes=20))
    assert told(history.desk_at) == ["Mon 20:50"]
    assert told(history.cleared_at) == ["Mon 21:10"]


# --- beds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("child", "kind"),
    [
        (Child(age=0), SMALL),
        (Child(age=12), SMALL),
        (Child(age=12, is_girl=True), SMALL),
        (Child(age=13, is_girl=True), GIRLS),
        (Child(age=13), BOYS),
        (Child(age=17), BOYS),
    ],
)
def test_kind_of_bed_follows_age_and_sex(play, child, kind):
    """Under thirteen one kind for all; from thirteen on, girls and boys apart."""
    assert play(plan_of(alone("Mon 08:00", child))).bed_kind.tolist() == [kind]


def test_shortage_of_one_kind_leaves_the_others_alone(play):
    """A boy of 8 who waits holds up neither the girl of 15 nor the boy of 15 behind him."""
    plan = plan_of(
        alone("Mon 08:00"), alone("Mon 08:01", Child(age=15, is_girl=True)), alone("Mon 08:02", Child(age=15))
    )
    history = play(plan, facilities_of(beds=[0, 1, 1]))
    assert told(history.designated_at) == ["never", "Mon 08:41", "Mon 08:42"]
    assert history.exit.tolist() == [Exit.INSIDE, Exit.TO_SHELTER, Exit.TO_SHELTER]


def test_bed_is_given_at_the_minute_it_is_released_to_the_first_who_waits(play):
    """First in, first out within a kind; the bed is free at 08:40 on Wednesday and taken at 08:40."""
    plan = plan_of(
        alone("Mon 08:00", Child(stay=2 * DAY)),
        alone("Mon 10:00", Child(stay=DAY)),
        alone("Mon 09:00", Child(stay=DAY)),
    )
    history = play(plan, facilities_of(beds=1))
    assert told(history.designated_at) == ["Mon 08:40", "Thu 08:40", "Wed 08:40"]
    assert told(history.left_shelter_at) == ["Wed 08:40", "Fri 08:40", "Thu 08:40"]


def test_child_cleared_at_the_minute_a_bed_is_released_gets_it(play):
    """Nobody waits for a bed that comes free in the same minute."""
    plan = plan_of(alone("Mon 08:00", Child(stay=DAY)), alone("Tue 08:00"))
    assert told(play(plan, facilities_of(beds=1)).designated_at) == ["Mon 08:40", "Tue 08:40"]


def test_who_waits_longer_goes_before_who_is_cleared_as_the_bed_is_released(play):
    """Time of joining decides, although the newcomer's row is lower."""
    plan = plan_of(alone("Tue 08:00"), alone("Mon 08:00", Child(stay=DAY)), alone("Tue 07:59"))
    history = play(plan, facilities_of(beds=1))
    assert told(history.designated_at) == ["Thu+4 08:40", "Mon 08:40", "Tue 08:40"]


def test_children_who_wait_since_the_same_minute_get_beds_in_the_order_of_rows(play):
    """Equal time of joining: the entity decides."""
    history = play(plan_of(*(alone("Mon 08:00", Child(stay=HOUR)) for _ in range(3))), facilities_of(beds=1))
    assert told(history.designated_at) == ["Mon 08:40", "Mon 09:40", "Mon 10:40"]


def test_bed_is_held_during_designation_wait_and_travel(play):
    """A bed is taken at designation, so the next child waits from then until the first one's release."""
    child = Child(designation=60, transport=120, travel=180, stay=240)
    history = play(plan_of(alone("Mon 08:00", child), alone("Mon 08:00")), facilities_of(beds=1))
    assert told(history.left_shelter_at)[0] == "Mon 18:40"
    assert told(history.designated_at) == ["Mon 08:40", "Mon 18:40"]


def test_bed_opens_at_midnight(play):
    """More beds from Wednesday on: who waits gets one at 00:00, in order."""
    plan = plan_of(alone("Mon 08:01"), alone("Mon 08:00"))
    assert told(play(plan, facilities_of(beds={"Mon 00:00": 0, "Wed 00:00": 1, "Thu 00:00": 2})).designated_at) == [
        "Thu 00:00",
        "Wed 00:00",
    ]


def test_bed_that_closes_under_a_child_stays_with_it_and_is_not_given_again(play):
    """Two beds, one closes on Tuesday: both children stay, and the first bed released is gone."""
    plan = plan_of(alone("Mon 08:00", Child(stay=2 * DAY)), alone("Mon 08:00", Child(stay=4 * DAY)), alone("Mon 09:00"))
    history = play(plan, facilities_of(beds={"Mon 00:00": 2, "Tue 00:00": 1}))
    assert told(history.left_shelter_at)[:2] == ["Wed 08:40", "Fri 08:40"]
    assert told(history.designated_at)[2] == "Fri 08:40"


# --- the contractor -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ready", "boards"),
    [
        ("Mon 20:59", "Mon 20:59"),
        ("Mon 21:00", "Tue 05:00"),
        ("Tue 04:59", "Tue 05:00"),
        ("Tue 05:00", "Tue 05:00"),
        ("Tue 05:01", "Tue 05:01"),
    ],
)
def test_contractor_drives_from_five_to_twenty_one(play, ready, boards):
    """Ready at 20:59 boards at once; from 21:00 to 04:59 the child waits for five o'clock."""
    wait = at(ready) - at("Mon 08:40")
    history = play(plan_of(alone("Mon 08:00", Child(transport=wait))), facilities_of(**BOARDING))
    assert told(history.left_cbp_at) == [boards]


@pytest.mark.parametrize(
    ("designated", "boards"),
    [
        ("Fri 23:59", "Sat 01:39"),
        ("Sat 00:00", "Sat 02:20"),
        ("Sun 23:59", "Mon+1 02:19"),
        ("Mon+1 00:00", "Mon+1 01:40"),
    ],
)
def test_wait_for_a_seat_is_longer_when_it_begins_on_a_weekend(play, designated, boards):
    """A wait of 100 minutes becomes 140 when designation is done on a Saturday or Sunday."""
    checks = at(designated) - at("Mon 08:40")
    plan = plan_of(alone("Mon 08:00", Child(transport=100), checks=checks))
    history = play(plan, facilities_of(weekend_per_mille=1400))
    assert told(history.designated_at) == [designated]
    assert told(history.left_cbp_at) == [boards]


def test_notice_is_not_longer_on_weekends(play):
    """The factor stretches the wait for a seat, not the notice before it: 60 + 1.5 x 100 minutes."""
    history = play(plan_of(alone("Sat 08:00", Child(transport=100))), facilities_of(weekend_per_mille=1500, notice=60))
    assert told(history.left_cbp_at) == ["Sat 12:10"]


def test_weekend_wait_is_cut_to_whole_minutes(play):
    """1.4 x 101 is 141.4 minutes; 141 are waited."""
    history = play(plan_of(alone("Sat 08:00", Child(transport=101))), facilities_of(weekend_per_mille=1400))
    assert told(history.left_cbp_at) == ["Sat 11:01"]


# --- the stay -------------------------------------------------------------------------------------------------------


def test_stay_takes_longer_when_the_pace_falls_in_the_middle(play):
    """Three days of work from Monday 08:40: 39 h 20 are done by Wednesday 00:00, the other 32 h 40 at half the pace."""
    history = play(plan_of(alone("Mon 08:00", Child(stay=3 * DAY))), facilities_of(pace={0: 1.0, 2: 0.5}))
    assert told(history.left_shelter_at) == ["Fri 17:20"]


def test_stay_takes_less_when_the_pace_rises_in_the_middle(play):
    """Two days of work from Monday 08:40: 15 h 20 on Monday at pace 1, the other 32 h 40 at pace 2."""
    history = play(plan_of(alone("Mon 08:00", Child(stay=2 * DAY))), facilities_of(pace={0: 1.0, 1: 2.0}))
    assert told(history.left_shelter_at) == ["Tue 16:20"]


def test_stay_ends_at_the_first_minute_its_work_is_done(play):
    """At pace 0.3 a work of 10 minutes takes 33.3, so the child leaves after 34."""
    history = play(plan_of(alone("Mon 08:00", Child(stay=10))), facilities_of(pace={0: 0.3}))
    assert told(history.left_shelter_at) == ["Mon 09:14"]


def test_stay_whose_work_is_done_at_midnight_ends_at_midnight(play):
    """Work that fits the day exactly does not reach into the next pace."""
    stay = at("Tue 00:00") - at("Mon 08:40")
    history = play(plan_of(alone("Mon 08:00", Child(stay=stay))), facilities_of(pace={0: 1.0, 1: 0.1}))
    assert told(history.left_shelter_at) == ["Tue 00:00"]


def test_stay_beyond_the_table_of_pace_does_not_end(play):
    """A stay longer than the table of release work is still in progress on the last minute."""
    history = play(plan_of(alone("Mon 08:00", Child(stay=5000 * DAY))))
    assert told(history.left_shelter_at) == ["never"]
    assert history.shelter_exit.tolist() == [ShelterExit.NONE]


# --- residents ------------------------------------------------------------------------------------------------------


def test_resident_leaves_when_the_rest_of_the_work_is_done_and_the_bed_is_given(play):
    """A resident's rest of stay runs from the first minute; the bed goes to the child who waits."""
    resident = Resident(SMALL, stay=2 * DAY, since=FIRST - 40 * DAY)
    history = play(plan_of(alone("Mon 08:00"), residents=[resident]), facilities_of(beds=1))
    assert told(history.left_shelter_at)[0] == "Wed 00:00"
    assert history.admitted_at[0] == FIRST - 40 * DAY
    assert told(history.designated_at) == ["never", "Wed 00:00"]
    assert history.exit.tolist() == [Exit.NOT_HERE, Exit.TO_SHELTER]


def test_residents_beyond_the_beds_stay_and_keep_others_out(play):
    """Three residents in two beds: the child gets one only when two have left."""
    residents = [Resident(SMALL, stay=days * DAY) for days in (1, 2, 3)]
    history = play(plan_of(alone("Mon 08:00"), residents=residents), facilities_of(beds=2))
    assert told(history.left_shelter_at)[:3] == ["Tue 00:00", "Wed 00:00", "Thu 00:00"]
    assert told(history.designated_at)[3] == "Wed 00:00"


def test_resident_keeps_the_kind_of_bed_past_the_thirteenth_birthday(play):
    """The kind is fixed: a boy in a bed for small children who turns 13 keeps it, and boys' beds stay free."""
    resident = Resident(SMALL, stay=4 * DAY, body=Child(born=date(2005, 1, 2)))
    plan = plan_of(alone("Tue 08:00"), alone("Tue 08:00", Child(age=15)), residents=[resident])
    history = play(plan, facilities_of(beds=1))
    assert told(history.designated_at)[1:] == ["Fri 00:00", "Tue 08:40"]


def test_resident_leaves_on_the_eighteenth_birthday(play):
    """At midnight of the birthday, if the work is not done before."""
    residents = [Resident(BOYS, stay=days * DAY, body=Child(born=date(2000, 1, 4))) for days in (2, 9)]
    history = play(plan_of(residents=residents))
    assert told(history.left_shelter_at) == ["Wed 00:00", "Thu 00:00"]
    assert history.shelter_exit.tolist() == [ShelterExit.RELEASED, ShelterExit.AGED_OUT]


# --- birthdays ------------------------------------------------------------------------------------------------------


def test_child_in_a_shelter_leaves_on_the_eighteenth_birthday(play):
    """The stay ends at midnight of the birthday and the bed is given at that minute."""
    plan = plan_of(alone("Mon 08:00", Child(born=date(2000, 1, 4))), alone("Mon 09:00", Child(age=15)))
    history = play(plan, facilities_of(beds=1))
    assert told(history.left_shelter_at)[0] == "Thu 00:00"
    assert history.shelter_exit.tolist()[0] == ShelterExit.AGED_OUT
    assert told(history.designated_at)[1] == "Thu 00:00"


def test_release_at_the_minute_of_the_birthday_is_a_release(play):
    """Work done exactly at midnight of the eighteenth birthday counts as done."""
    stay = at("Thu 00:00") - at("Mon 08:40")
    history = play(plan_of(alone("Mon 08:00", Child(born=date(2000, 1, 4), stay=stay))))
    assert history.shelter_exit.tolist() == [ShelterExit.RELEASED]


def test_child_who_turns_eighteen_before_the_desk_leaves_cbp_that_day(play):
    """Out of the queue at midnight of the birthday; the worker's first referral is the next child's."""
    plan = plan_of(alone("Mon 08:00", Child(born=date(2000, 1, 2))), alone("Mon 09:00", Child(age=15)))
    history = play(plan, facilities_of(desk={"Mon 00:00": 0, "Wed 07:00": 1}, desk_minutes=15, beds=1))
    assert told(history.left_cbp_at) == ["Tue 00:00", "Wed 07:15"]
    assert history.exit.tolist() == [Exit.AGED_OUT, Exit.TO_SHELTER]
    assert told(history.desk_at) == ["never", "Wed 07:00"]


def test_child_who_turns_eighteen_at_the_desk_gives_the_worker_back(play):
    """The referral is dropped at midnight and the next one begun in the same minute."""
    plan = plan_of(alone("Mon 23:00", Child(born=date(2000, 1, 2))), alone("Mon 23:01", Child(age=15)))
    history = play(plan, facilities_of(desk=1, desk_minutes=60))
    assert told(history.desk_at) == ["Mon 23:40", "Tue 00:00"]
    assert told(history.cleared_at) == ["never", "Tue 01:00"]
    assert history.exit.tolist() == [Exit.AGED_OUT, Exit.TO_SHELTER]


def test_child_who_turns_eighteen_before_the_determination_is_not_determined(play):
    """The birthday comes during the checks: out of CBP's hands, and never an unaccompanied child."""
    history = play(plan_of(alone("Mon 23:00", Child(born=date(2000, 1, 2)), checks=HOUR)))
    assert told(history.left_cbp_at) == ["Tue 00:00"]
    assert told(history.determined_at) == ["never"]
    assert history.exit.tolist() == [Exit.AGED_OUT]


def test_child_who_turns_eighteen_while_being_processed_leaves_when_processed(play):
    """Whoever is eighteen when processing ends leaves at that minute."""
    history = play(plan_of(alone("Mon 23:30", Child(born=date(2000, 1, 2)), checks=HOUR)))
    assert told(history.processed_at) == told(history.left_cbp_at) == ["Tue 00:10"]
    assert history.exit.tolist() == [Exit.AGED_OUT]


def test_child_who_turns_eighteen_before_boarding_gives_the_bed_to_the_next(play):
    """Out of CBP's hands at the birthday, and the bed is given in the same minute."""
    plan = plan_of(
        alone("Mon 08:00", Child(born=date(2000, 1, 2), transport=2 * DAY)), alone("Mon 09:00", Child(age=15))
    )
    history = play(plan, facilities_of(beds=1))
    assert told(history.left_cbp_at)[0] == "Tue 00:00"
    assert history.exit.tolist()[0] == Exit.AGED_OUT
    assert told(history.admitted_at)[0] == "never"
    assert told(history.designated_at) == ["Mon 08:40", "Tue 00:00"]


def test_parted_child_who_turns_eighteen_is_not_rejoined(play):
    """The parent is back on the evening of the birthday and finds a child of age gone."""
    child = Child(born=date(2000, 1, 2), designation=9 * DAY)
    plan = plan_of(family("Mon 08:00", child, back="19:00", ground=Ground.PROSECUTION))
    history = play(plan, facilities_of(hearings=["Tue 09:00"]))
    assert told(history.back_at) == ["Tue 19:00", "never"]
    assert told(history.rejoined_at) == ["never", "never"]
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.AGED_OUT]
    assert told(history.left_cbp_at)[1] == "Tue 00:00"


@pytest.mark.parametrize("facilities", [{"beds": 0}, {"desk": 0}, {}])
def test_birthday_ends_custody_even_if_the_run_ends_first(play, facilities):
    """A child of eighteen is out of CBP's hands at the birthday, not when somebody looks: the horizon moves nothing."""
    plan = plan_of(alone("Mon 08:00", Child(born=date(2000, 1, 2), transport=9 * DAY)))
    history = play(plan, facilities_of(horizon="Fri 00:00", **facilities))
    assert told(history.left_cbp_at) == ["Tue 00:00"]
    assert history.exit.tolist() == [Exit.AGED_OUT]


def test_child_who_turned_eighteen_in_the_queue_takes_no_bed_from_another(play):
    """A bed that comes free on Wednesday goes to the next child, not to one whose custody ended on Tuesday."""
    plan = plan_of(
        alone("Mon 08:00", Child(born=date(2000, 1, 2), transport=5 * DAY)), alone("Mon 09:00", Child(age=15))
    )
    history = play(plan, facilities_of(beds={"Mon 00:00": 0, "Wed 00:00": 1}))
    assert told(history.left_cbp_at)[0] == "Tue 00:00"
    assert told(history.designated_at) == ["never", "Wed 00:00"]


def test_child_who_turns_eighteen_on_the_way_leaves_the_shelter_on_arrival(play):
    """Boarded in time; no stay is left when the child arrives."""
    history = play(plan_of(alone("Mon 22:00", Child(born=date(2000, 1, 2), travel=5 * HOUR))))
    assert told(history.left_cbp_at) == ["Mon 22:40"]
    assert told(history.admitted_at) == told(history.left_shelter_at) == ["Tue 03:40"]
    assert history.shelter_exit.tolist() == [ShelterExit.AGED_OUT]


@pytest.mark.parametrize(("cleared", "kind"), [("Mon 23:59", SMALL), ("Tue 00:00", BOYS)])
def test_thirteenth_birthday_between_referral_and_clearance_decides_the_kind(play, cleared, kind):
    """The kind of bed is that of the age when the desk is done, not when the referral was sent."""
    child = Child(born=date(2005, 1, 2), lost=(1, 0, 0), noticed=at(cleared) - at("Mon 08:55"))
    history = play(plan_of(alone("Mon 08:00", child)), facilities_of(desk_minutes=15))
    assert told(history.determined_at) == ["Mon 08:40"]
    assert told(history.cleared_at) == [cleared]
    assert history.bed_kind.tolist() == [kind]


def test_thirteenth_birthday_in_the_queue_for_a_bed_changes_nothing(play):
    """Cleared at twelve: the child waits on for a bed for small children although a boys' bed is free."""
    plan = plan_of(alone("Mon 08:00", Child(born=date(2005, 1, 2))))
    history = play(plan, facilities_of(beds=[{"Mon 00:00": 0, "Thu 00:00": 1}, MANY, MANY]))
    assert told(history.designated_at) == ["Thu 00:00"]
    assert history.bed_kind.tolist() == [SMALL]


# --- the last minute ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("horizon", "seen"),
    [
        ("Mon 09:00", ["Mon 08:40", *["never"] * 6]),
        ("Mon 09:41", ["Mon 08:40", "Mon 09:40", *["never"] * 5]),
        ("Mon 10:40", ["Mon 08:40", "Mon 09:40", *["never"] * 5]),
        ("Mon 10:41", ["Mon 08:40", "Mon 09:40", "Mon 10:40", *["never"] * 4]),
        ("Mon 11:40", ["Mon 08:40", "Mon 09:40", "Mon 10:40", *["never"] * 4]),
        ("Mon 11:41", ["Mon 08:40", "Mon 09:40", "Mon 10:40", "Mon 11:40", *["never"] * 3]),
        ("Mon 12:41", ["Mon 08:40", "Mon 09:40", "Mon 10:40", "Mon 11:40", "Mon 12:40", *["never"] * 2]),
        ("Mon 14:00", ["Mon 08:40", "Mon 09:40", "Mon 10:40", "Mon 11:40", "Mon 12:40", "Mon 13:40", "never"]),
        ("Mon 14:41", ["Mon 08:40", "Mon 09:40", "Mon 10:40", "Mon 11:40", "Mon 12:40", "Mon 13:40", "Mon 14:40"]),
    ],
)
def test_horizon_cuts_every_stage(play, horizon, seen):
    """What lies on or after the horizon has not happened, whatever stage it cuts."""
    child = Child(transport=2 * HOUR, travel=HOUR, stay=HOUR)
    history = play(plan_of(alone("Mon 08:00", child)), facilities_of(horizon=horizon, message_minutes=HOUR))
    columns = (
        "determined_at", "forwarded_at", "arranged_at", "itinerary_at", "left_cbp_at", "admitted_at", "left_shelter_at"
    )  # fmt: skip
    assert [told(getattr(history, name))[0] for name in columns] == seen
