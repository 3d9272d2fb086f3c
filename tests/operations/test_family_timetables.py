"""Timetables of families, worked by hand: release, family detention, parting, pauses, rejoining at the station.

With one family at 08:00, intake of 10 and processing of 30 minutes, processing ends at 08:40.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    SMALL,
    Adult,
    Child,
    Detained,
    Resident,
    Rule,
    adult,
    alone,
    facilities_of,
    family,
    plan_of,
    told,
)

from borderops.operations.history import Exit, IceExit, Reunion
from borderops.operations.numbers import TRIES
from borderops.operations.plan import Ground
from borderops.operations.reference import simulate
from borderops.units import DAY, HOUR

PROSECUTION = Ground.PROSECUTION


# --- together -------------------------------------------------------------------------------------------------------


def test_family_that_stays_together_is_released_after_checks_and_release(play):
    """Everybody of the family leaves at one minute, nobody was parted or determined to be alone."""
    history = play(plan_of(family("Mon 08:00", adults=2, checks=2 * HOUR, release=3 * HOUR)))
    assert told(history.left_cbp_at) == ["Mon 13:40"] * 3
    assert history.exit.tolist() == [Exit.RELEASED] * 3
    assert told(history.parted_at) == told(history.determined_at) == told(history.selected_at) == ["never"] * 3


def test_family_goes_to_detention_when_checks_end_and_stays_as_long_as_planned(play):
    """Family detention is reached at the end of checks, without the wait for release."""
    plan = plan_of(family("Mon 08:00", checks=2 * HOUR, release=3 * HOUR, seeks_detention=True, detention=5 * DAY))
    history = play(plan, facilities_of(family_places=2))
    assert told(history.left_cbp_at) == ["Mon 10:40"] * 2
    assert history.exit.tolist() == [Exit.TO_FAMILY_DETENTION] * 2
    assert told(history.left_detention_at) == ["Sat 10:40"] * 2


def test_family_is_released_when_places_do_not_suffice_for_all_of_it(play):
    """Two places do not hold a family of three; it is released, and the two places go to a smaller family."""
    plan = plan_of(
        family("Mon 08:00", adults=2, seeks_detention=True, release=HOUR),
        family("Mon 08:01", seeks_detention=True, release=HOUR),
    )
    history = play(plan, facilities_of(family_places=2))
    assert history.exit.tolist() == [Exit.RELEASED] * 3 + [Exit.TO_FAMILY_DETENTION] * 2
    assert told(history.left_cbp_at) == ["Mon 09:40"] * 3 + ["Mon 08:41"] * 2


def test_places_given_back_at_a_minute_are_taken_by_the_family_that_asks_at_it(play):
    """Departures come first: a place freed at 08:40 is free for checks that end at 08:40."""
    plan = plan_of(
        family("Mon 08:00", seeks_detention=True, detention=DAY),
        family("Tue 08:00", seeks_detention=True, detention=DAY),
    )
    history = play(plan, facilities_of(family_places=2))
    assert told(history.left_detention_at) == ["Tue 08:40"] * 2 + ["Wed 08:40"] * 2


def test_family_that_asks_a_minute_before_places_are_free_is_released(play):
    """Nobody queues for family detention."""
    plan = plan_of(
        family("Mon 08:00", seeks_detention=True, detention=DAY),
        family("Tue 07:59", seeks_detention=True, detention=DAY),
    )
    history = play(plan, facilities_of(family_places=2))
    assert history.exit.tolist() == [Exit.TO_FAMILY_DETENTION] * 2 + [Exit.RELEASED] * 2


def test_families_detained_on_the_first_minute_hold_places_until_they_leave(play):
    """Places of families from before the run are free at the minute they leave, not before."""
    plan = plan_of(
        family("Mon 08:00", seeks_detention=True),
        family("Mon 09:00", seeks_detention=True),
        detained=[Detained(2, until="Mon 09:40"), Detained(3, until="Wed 00:00")],
    )
    history = play(plan, facilities_of(family_places=5))
    assert history.exit.tolist() == [Exit.RELEASED] * 2 + [Exit.TO_FAMILY_DETENTION] * 2


def test_fewer_places_put_nobody_out_but_take_nobody_in(play):
    """When places fall below what is in use, families stay; the next one is taken when enough have left."""
    plan = plan_of(
        family("Mon 08:00", seeks_detention=True, detention=2 * DAY),
        family("Mon 08:00", seeks_detention=True, detention=DAY),
        family("Tue 08:00", seeks_detention=True),
        family("Wed 08:00", seeks_detention=True),
    )
    history = play(plan, facilities_of(family_places={"Mon 00:00": 4, "Mon 12:00": 2}))
    assert told(history.left_detention_at)[:4] == ["Wed 08:40"] * 2 + ["Tue 08:40"] * 2
    assert history.exit.tolist()[4:] == [Exit.RELEASED] * 2 + [Exit.TO_FAMILY_DETENTION] * 2


# --- parted ---------------------------------------------------------------------------------------------------------


def test_parent_leaves_to_court_and_the_child_to_a_shelter(play):
    """Parting is at the end of processing; the child has further checks, then is determined to be alone.

    A coordinator's 20 minutes come before the desk, after designation, and after the itinerary, which is in time.
    """
    child = Child(designation=HOUR, transport=2 * HOUR, travel=3 * HOUR, stay=2 * DAY)
    plan = plan_of(family("Mon 08:00", child, checks=HOUR, separated_checks=30, ground=PROSECUTION))
    history = play(plan, facilities_of(desk_minutes=15, message_minutes=20))
    assert told(history.selected_at) == told(history.parted_at) == ["Mon 08:40"] * 2
    assert history.is_alone.tolist() == [False, True]
    assert told(history.determined_at) == ["never", "Mon 10:10"]
    assert told(history.desk_at) == ["never", "Mon 10:30"]
    assert told(history.cleared_at) == told(history.designated_at) == ["never", "Mon 10:45"]
    assert told(history.arranged_at) == ["never", "Mon 12:05"]
    assert told(history.itinerary_at) == ["never", "Mon 12:25"]
    assert told(history.left_cbp_at) == ["Mon 09:00", "Mon 14:05"]
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.TO_SHELTER]
    assert told(history.admitted_at) == ["never", "Mon 17:05"]
    assert told(history.left_shelter_at) == ["never", "Wed 17:05"]


@pytest.mark.parametrize("ground", [ground for ground in Ground if ground not in (Ground.NONE, PROSECUTION)])
def test_parent_parted_on_another_ground_leaves_to_ice(play, ground):
    """Only prosecution leads to court; the child's way is the same."""
    history = play(plan_of(family("Mon 08:00", departs=90, ground=ground)))
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.TO_SHELTER]
    assert told(history.left_cbp_at) == ["Mon 10:10", "Mon 08:40"]
    assert history.ground.tolist() == [ground, ground]


def test_both_parents_taken_leave_all_children_alone(play):
    """Two parents go to court, their children are placed one by one."""
    plan = plan_of(family("Mon 08:00", Child(), Child(designation=5), adults=2, takes_second=True, ground=PROSECUTION))
    history = play(plan)
    assert history.exit.tolist() == [Exit.TO_COURT] * 2 + [Exit.TO_SHELTER] * 2
    assert history.is_alone.tolist() == [False, False, True, True]
    assert told(history.left_cbp_at)[2:] == ["Mon 08:40", "Mon 08:45"]


def test_children_stay_with_the_parent_who_is_not_taken(play):
    """One of two parents is taken: parted, but not alone; the rest of the family is released together."""
    plan = plan_of(family("Mon 08:00", Child(), Child(), adults=2, checks=HOUR, release=2 * HOUR, ground=PROSECUTION))
    history = play(plan)
    assert told(history.parted_at) == ["Mon 08:40"] * 4
    assert history.is_alone.tolist() == [False] * 4
    assert history.exit.tolist() == [Exit.TO_COURT] + [Exit.RELEASED] * 3
    assert told(history.left_cbp_at) == ["Mon 09:00"] + ["Mon 11:40"] * 3
    assert told(history.determined_at) == ["never"] * 4


def test_lone_parent_is_taken_whether_or_not_a_second_would_be(play):
    """The plan's answer about a second parent changes nothing in a family with one."""
    histories = [play(plan_of(family("Mon 08:00", ground=PROSECUTION, takes_second=both))) for both in (False, True)]
    assert histories[0].digest() == histories[1].digest()
    assert histories[0].is_alone.tolist() == [False, True]


def test_parted_family_asks_for_no_place_in_family_detention(play):
    """The single pair of places goes to the family that is not parted."""
    plan = plan_of(
        family("Mon 08:00", seeks_detention=True, ground=PROSECUTION),
        family("Mon 08:00", seeks_detention=True),
    )
    history = play(plan, facilities_of(family_places=2))
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.TO_SHELTER] + [Exit.TO_FAMILY_DETENTION] * 2


# --- pauses ---------------------------------------------------------------------------------------------------------


def _full(residents: int) -> list[Resident]:
    return [Resident(SMALL) for _ in range(residents)]


@pytest.mark.parametrize(("residents", "is_spared"), [(8, False), (9, True)])
def test_family_is_spared_above_the_threshold_and_parted_on_it(play, residents, is_spared):
    """Of ten beds, eight in use are 80 %, not above 80 %; nine are."""
    plan = plan_of(family("Mon 08:00", release=HOUR, ground=PROSECUTION), residents=_full(residents))
    history = play(plan, facilities_of(beds=10, pauses=[Rule(SMALL, 800)]))
    parent, child = history.exit.tolist()[-2:]
    assert history.is_spared[-2:].tolist() == [is_spared, is_spared]
    assert told(history.selected_at)[-2:] == ["Mon 08:40"] * 2
    assert told(history.parted_at)[-2:] == (["never"] * 2 if is_spared else ["Mon 08:40"] * 2)
    assert (parent, child) == ((Exit.RELEASED,) * 2 if is_spared else (Exit.TO_COURT, Exit.TO_SHELTER))


def test_pause_spares_nobody_selected_on_another_ground(play):
    """An individual finding parts a family however full the shelters are."""
    plan = plan_of(family("Mon 08:00", ground=Ground.HEALTH), residents=_full(10))
    history = play(plan, facilities_of(beds=10, pauses=[Rule(SMALL, 800)]))
    assert history.is_spared.tolist() == [False] * 12
    assert told(history.parted_at)[-2:] == ["Mon 08:40"] * 2


def test_pause_looks_at_the_beds_it_names(play):
    """Full beds of another kind spare nobody."""
    plan = plan_of(family("Mon 08:00", ground=PROSECUTION), residents=_full(10))
    history = play(plan, facilities_of(beds=10, pauses=[Rule(SMALL + 1, 800)]))
    assert not history.is_spared.any()


def test_one_of_several_pauses_suffices(play):
    """A family is spared if any rule forbids its parting."""
    plan = plan_of(family("Mon 08:00", ground=PROSECUTION), residents=_full(9))
    history = play(plan, facilities_of(beds=10, pauses=[Rule(SMALL + 1, 0), Rule(SMALL, 950), Rule(SMALL, 800)]))
    assert history.is_spared[-2:].all()


def test_pause_holds_from_its_first_minute_and_ends_before_its_last(play):
    """A rule holds on [begins, ends): selected at 08:39 parted, at 08:40 and 09:39 spared, at 09:40 parted."""
    plan = plan_of(
        *(family(when, ground=PROSECUTION) for when in ("Mon 07:59", "Mon 08:00", "Mon 08:59", "Mon 09:00")),
        residents=_full(9),
    )
    rule = Rule(SMALL, 800, begins="Mon 08:40", ends="Mon 09:40")
    history = play(plan, facilities_of(beds=10, pauses=[rule]))
    assert history.is_spared[9::2].tolist() == [False, True, True, False]


def test_beds_of_designated_children_count_for_a_pause(play):
    """A bed is in use from designation on, before the child is in it: the second family of the day is spared."""
    plan = plan_of(
        family("Mon 08:00", Child(designation=DAY), ground=PROSECUTION),
        family("Mon 09:00", ground=PROSECUTION),
    )
    history = play(plan, facilities_of(beds=1, pauses=[Rule(SMALL, 800)]))
    assert history.is_spared.tolist() == [False, False, True, True]


def test_bed_a_resident_gives_back_at_a_minute_is_free_for_a_pause_of_that_minute(play):
    """Departures come first: nine of ten beds are held until 08:40, then eight, and the family is parted."""
    leaving = Resident(SMALL, stay=8 * HOUR + 40)
    plan = plan_of(adult("Mon 08:00"), family("Mon 08:00", ground=PROSECUTION), residents=[leaving, *_full(8)])
    history = play(plan, facilities_of(beds=10, pauses=[Rule(SMALL, 800)]))
    assert told(history.left_shelter_at)[0] == "Mon 08:40"
    assert told(history.parted_at)[-2:] == ["Mon 08:40"] * 2


@pytest.mark.parametrize(("opens", "is_spared"), [("Mon 08:40", False), ("Mon 08:41", True)])
def test_beds_that_open_at_a_minute_count_for_a_pause_of_that_minute(play, opens, is_spared):
    """Changes of capacity come first: nine of ten beds are in use, from 08:40 on nine of twenty."""
    plan = plan_of(family("Mon 08:00", ground=PROSECUTION), residents=_full(9))
    history = play(plan, facilities_of(beds={"Mon 00:00": 10, opens: 20}, pauses=[Rule(SMALL, 800)]))
    assert history.is_spared[-2:].tolist() == [is_spared] * 2


def test_bed_any_child_gives_back_at_a_minute_is_free_for_a_pause_of_that_minute(play):
    """The same when a child leaves who came during the run: rows of people must not decide."""
    leaving = alone("Mon 00:00", Child(stay=8 * HOUR))
    plan = plan_of(adult("Mon 08:00"), family("Mon 08:00", ground=PROSECUTION), leaving, residents=_full(8))
    history = play(plan, facilities_of(beds=10, pauses=[Rule(SMALL, 800)]))
    assert told(history.left_shelter_at)[-1] == "Mon 08:40"
    assert told(history.parted_at)[9:11] == ["Mon 08:40"] * 2


# --- rejoining at the station ---------------------------------------------------------------------------------------

SLOW = 3 * DAY
UNANSWERED = Child(lost=(TRIES, 0, 0), phone=SLOW)
"""A child whose request is lost as often as it is sent, and only after days told by telephone."""


def test_parent_back_from_court_is_rejoined_with_a_child_still_there(play):
    """Off at 07:00 for Tuesday's hearing at nine, back at 19:00; the child leaves with the parent after the release."""
    plan = plan_of(family("Mon 08:00", separated_checks=SLOW, back="19:00", rejoined_release=90, ground=PROSECUTION))
    history = play(plan, facilities_of(court_notice=HOUR, court_lead=2 * HOUR))
    assert told(history.left_cbp_at) == ["Tue 07:00", "Tue 20:30"]
    assert told(history.heard_at) == ["Tue 09:00", "never"]
    assert told(history.back_at) == ["Tue 19:00", "never"]
    assert told(history.rejoined_at) == ["Tue 19:00"] * 2
    assert told(history.left_again_at) == ["Tue 20:30", "never"]
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.RELEASED]
    assert told(history.desk_at) == ["never"] * 2


@pytest.mark.parametrize(("notice", "back"), [(20, "Mon 19:00"), (21, "Tue 19:00")])
def test_parent_whose_notice_ends_at_the_hour_of_the_hearing_is_heard(play, notice, back):
    """Referred at 08:40, a notice of 20 minutes ends at nine: heard that day; a minute more, and it is the next day."""
    plan = plan_of(family("Mon 08:00", separated_checks=SLOW, back="19:00", ground=PROSECUTION))
    history = play(plan, facilities_of(court_notice=notice))
    assert told(history.back_at) == [back, "never"]


def test_parent_without_a_hearing_does_not_come_back(play):
    """The only sitting is over when the notice ends: given up on Wednesday morning, and away to ICE."""
    parent = Adult(back="19:00", lapses="Wed 08:00")
    plan = plan_of(family("Mon 08:00", separated_checks=SLOW, parent=parent, ground=PROSECUTION))
    history = play(plan, facilities_of(hearings=["Mon 09:00"], court_notice=HOUR))
    assert told(history.back_at) == told(history.rejoined_at) == told(history.heard_at) == ["never"] * 2
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.TO_SHELTER]
    assert told(history.left_cbp_at)[0] == "Wed 08:00"


@pytest.mark.parametrize(("waits", "leaves_to"), [(10 * HOUR + 20, Exit.TO_SHELTER), (10 * HOUR + 21, Exit.RELEASED)])
def test_boarding_wins_over_a_parent_back_at_the_same_minute(play, waits, leaves_to):
    """A child who boards at 19:00 is gone; one who would board at 19:01 is rejoined."""
    plan = plan_of(family("Mon 08:00", Child(transport=waits), back="19:00", ground=PROSECUTION))
    history = play(plan, facilities_of(hearings=["Mon 09:00"]))
    assert history.exit.tolist() == [Exit.TO_COURT, leaves_to]
    assert told(history.left_cbp_at)[1] == "Mon 19:00"


def test_rejoining_is_decided_for_each_child(play):
    """Of two siblings the one who has boarded goes on to the shelter; the other is rejoined."""
    plan = plan_of(family("Mon 08:00", Child(), UNANSWERED, back="19:00", rejoined_release=60, ground=PROSECUTION))
    history = play(plan, facilities_of(hearings=["Mon 09:00"]))
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.TO_SHELTER, Exit.RELEASED]
    assert told(history.rejoined_at) == ["Mon 19:00", "never", "Mon 19:00"]
    assert told(history.left_cbp_at)[2] == "Mon 20:00"


def test_all_children_still_there_are_rejoined_and_leave_together(play):
    """Wherever each of them waits, all leave with the parent at one minute."""
    children = (UNANSWERED, Child(age=15, designation=SLOW), Child(transport=SLOW))
    case = family("Mon 08:00", *children, back="19:00", rejoined_release=60, ground=PROSECUTION)
    history = play(plan_of(case), facilities_of(hearings=["Mon 09:00"]))
    assert told(history.rejoined_at) == ["Mon 19:00"] * 4
    assert told(history.left_cbp_at)[1:] == told(history.left_again_at)[:1] * 3 == ["Mon 20:00"] * 3
    assert history.exit.tolist() == [Exit.TO_COURT] + [Exit.RELEASED] * 3


def test_parent_back_when_every_child_has_boarded_is_rejoined_with_nobody(play):
    """The parent is back, and goes on to ICE."""
    plan = plan_of(family("Mon 08:00", back="19:00", parent=Adult(back="19:00", ice=DAY), ground=PROSECUTION))
    history = play(plan, facilities_of(hearings=["Mon 09:00"]))
    assert told(history.freed_at) == ["Mon 19:00", "never"]
    assert told(history.left_ice_at) == ["Tue 19:00", "never"]
    assert told(history.back_at) == ["Mon 19:00", "never"]
    assert told(history.rejoined_at) == told(history.left_again_at) == ["never"] * 2


def test_parent_taken_on_another_ground_does_not_come_back(play):
    """Only who was prosecuted can be back from court."""
    plan = plan_of(family("Mon 08:00", separated_checks=SLOW, back="19:00", ground=Ground.HEALTH))
    history = play(plan, facilities_of(hearings=["Mon 09:00"]))
    assert told(history.back_at) == ["never"] * 2


@pytest.mark.parametrize(
    ("where", "child", "facilities"),
    [
        ("in the checks", Child(), {}),
        ("before a lost request is missed", Child(lost=(1, 0, 0), noticed=17 * HOUR), {}),
        ("before the request is telephoned", UNANSWERED, {}),
        ("before a coordinator", Child(), {"coordinators": 0}),
        ("with a coordinator", Child(), {"message_minutes": SLOW}),
        ("before the desk", Child(), {"desk": 0}),
        ("at the desk", Child(), {"desk_minutes": SLOW}),
        ("before a bed", Child(), {"beds": {"Mon 00:00": 0, "Tue 00:00": 1}}),
        ("in designation", Child(designation=SLOW), {}),
        ("before the placement is known", Child(lost=(0, TRIES, 0), phone=SLOW), {}),
        ("before a seat", Child(transport=SLOW), {}),
        ("in the contractor's notice", Child(), {"notice": SLOW}),
        ("before the itinerary is known", Child(lost=(0, 0, TRIES), phone=SLOW), {}),
        ("before the seat of another itinerary", Child(rerouted=SLOW), {}),
    ],
)
def test_rejoined_child_leaves_whatever_it_is_in(play, where, child, facilities):
    """Wherever the child waits, it is rejoined and never boards."""
    checks = SLOW if where == "in the checks" else 0
    plan = plan_of(family("Mon 08:00", child, checks=checks, back="19:00", ground=PROSECUTION))
    history = play(plan, facilities_of(hearings=["Mon 09:00"], **facilities))
    assert told(history.rejoined_at) == ["Mon 19:00"] * 2
    assert told(history.left_cbp_at)[1] == "Mon 19:00"
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.RELEASED]
    assert told(history.admitted_at) == ["never"] * 2


def test_rejoined_child_who_held_a_bed_gives_it_back_once(play):
    """The only bed goes to the next child at the minute of the rejoining, and to one child only."""
    plan = plan_of(
        family("Mon 08:00", Child(designation=SLOW), back="19:00", ground=PROSECUTION),
        alone("Mon 08:01"),
        alone("Mon 08:02"),
    )
    history = play(plan, facilities_of(hearings=["Mon 09:00"], beds=1))
    assert told(history.designated_at)[1:] == ["Mon 08:40", "Mon 19:00", "Wed+4 19:00"]


def test_rejoined_child_who_held_no_bed_gives_none_back(play):
    """A child who only waited for a bed leaves the queue; the bed stays with its holder."""
    plan = plan_of(
        alone("Mon 08:00"),
        family("Mon 08:01", back="19:00", ground=PROSECUTION),
        alone("Mon 08:02"),
    )
    history = play(plan, facilities_of(hearings=["Mon 09:00"], beds=1))
    assert told(history.rejoined_at) == ["never", "Mon 19:00", "Mon 19:00", "never"]
    assert told(history.designated_at) == ["Mon 08:40", "never", "never", "Wed+4 08:40"]


def test_rejoined_child_gives_the_worker_at_the_desk_back(play):
    """The next referral is taken at the minute of the rejoining."""
    plan = plan_of(
        family("Mon 08:00", back="19:00", ground=PROSECUTION),
        alone("Mon 08:01"),
    )
    history = play(plan, facilities_of(hearings=["Mon 09:00"], desk=1, desk_minutes=DAY))
    assert told(history.desk_at) == ["never", "Mon 08:40", "Mon 19:00"]


def test_second_parent_back_later_finds_the_children_gone_with_the_first(play):
    """Children are rejoined with the first parent who is back."""
    both = family("Mon 08:00", separated_checks=SLOW, adults=2, takes_second=True, ground=PROSECUTION)
    parents = (Adult(back="19:30"), Adult(back="19:00"))
    case = replace(both, members=(*parents, *both.members[2:]))
    history = play(plan_of(case), facilities_of(hearings=["Mon 09:00"]))
    assert told(history.back_at) == ["Mon 19:30", "Mon 19:00", "never"]
    assert told(history.rejoined_at) == ["never", "Mon 19:00", "Mon 19:00"]


# --- the order, at the edge of the station ----------------------------------------------------------------------------


def test_order_does_not_speak_of_who_came_of_age_at_the_station(play):
    """Eighteen on Tuesday and handed to ICE as an adult: on Wednesday no child of the class."""
    plan = plan_of(family("Mon 08:00", Child(born=date(2000, 1, 2)), ground=PROSECUTION))
    history = play(plan, facilities_of(order="Wed 00:00", desk=0))
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.AGED_OUT]
    assert history.is_in_class.tolist() == [False, False]


def test_parent_who_became_known_in_jail_is_not_removed(play):
    """Found on Tuesday, in ICE's custody on Wednesday, to be removed an hour later: vetted on Friday and reunited."""
    parent = Adult(jail=2 * DAY, ice=HOUR, removed=True)
    plan = plan_of(family("Mon 08:00", parent=parent, ground=PROSECUTION))
    history = play(plan, facilities_of(order="Tue 00:00", team={"Mon 00:00": 0, "Fri 00:00": 1}))
    assert told(history.found_at) == ["never", "Tue 00:00"]
    assert history.reunion.tolist() == [Reunion.NONE, Reunion.CHILD_TRAVELLED]
    assert told(history.left_ice_at) == ["Fri 00:00", "never"]


@pytest.mark.parametrize(
    ("unwilling", "workers", "removed"), [(False, 0, "Sun 08:40"), (True, 1, "Fri 09:00"), (False, 1, "never")]
)
def test_removal_that_was_put_off_takes_place_when_the_search_is_over(play, unwilling, workers, removed):
    """Known on Tuesday, due to be removed on Friday at nine.

    Without a team the child goes to a sponsor on Sunday, and the parent is removed then; if the child is to stay, the
    search is over on Tuesday and Friday is kept; if they meet, nobody is removed.
    """
    parent = Adult(ice=4 * DAY, removed=True, unwilling=unwilling)
    plan = plan_of(family("Mon 08:00", Child(stay=6 * DAY), parent=parent, ground=PROSECUTION))
    history = play(plan, facilities_of(order="Tue 00:00", team=workers))
    is_removed = history.ice_exit[0] == IceExit.REMOVED
    assert (told(history.left_ice_at)[0] if is_removed else "never") == removed


def test_child_who_boarded_before_a_sibling_was_rejoined_is_reunited_by_order(play):
    """The parent was released with the other child and is at hand: the order brings the one in the shelter back."""
    children = (Child(), Child(designation=SLOW))
    plan = plan_of(family("Mon 08:00", *children, back="19:00", ground=PROSECUTION))
    history = play(plan, facilities_of(order="Wed 00:00"))
    assert told(history.rejoined_at) == ["Mon 19:00", "never", "Mon 19:00"]
    assert history.reunion.tolist() == [Reunion.NONE, Reunion.CHILD_TRAVELLED, Reunion.NONE]


@pytest.mark.parametrize(
    "first", [Adult(jail=2 * DAY), Adult(back="19:00")], ids=["in jail", "rejoined with a sibling"]
)
def test_parent_who_asked_is_the_one_who_leaves_ice_for_the_child(first):
    """Both parents were taken; the second asks and is released with the child, the first never was in ICE's custody."""
    both = family("Mon 08:00", Child(), Child(designation=SLOW), adults=2, takes_second=True, ground=PROSECUTION)
    case = replace(both, members=(first, Adult(asks_after=HOUR), *both.members[2:]))
    history = simulate(plan_of(case), facilities_of(horizon="Wed 00:00"))
    assert told(history.freed_at)[:2] == ["never", "Mon 09:00"]
    assert history.reunion.tolist()[2] == Reunion.BY_REQUEST
    assert history.ice_exit.tolist()[:2] == [IceExit.NONE, IceExit.WITH_CHILD]
    assert told(history.left_ice_at)[:2] == ["never", "Mon 10:00"]
