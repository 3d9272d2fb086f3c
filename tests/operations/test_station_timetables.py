"""Timetables at the station, worked by hand: intake, processing, shifts, desks, A-numbers, departure."""

from __future__ import annotations

import pytest
from tests.builders import FIRST, Adult, adult, alone, couple, facilities_of, family, plan_of, told

from borderops.operations.history import Exit
from borderops.operations.numbers import NEW_NUMBERS_FROM, NUMBERS_PER_STATION, OLD_NUMBERS_FROM
from borderops.operations.plan import AdultPath
from borderops.units import HOUR


def test_single_adult_passes_intake_and_processing_and_leaves_to_ice(play):
    """Intake at once, processing when intake ends, departure so long after processing."""
    history = play(plan_of(adult("Mon 08:00", intake=10, processing=30, departs=60)))
    assert told(history.intake_at) == ["Mon 08:00"]
    assert told(history.processing_at) == ["Mon 08:10"]
    assert told(history.processed_at) == ["Mon 08:40"]
    assert told(history.left_cbp_at) == ["Mon 09:40"]
    assert history.exit.tolist() == [Exit.TO_ICE]


@pytest.mark.parametrize(
    ("path", "leaves_to"),
    [(AdultPath.ICE, Exit.TO_ICE), (AdultPath.RETURN, Exit.RETURNED)],
)
def test_single_adult_leaves_where_the_plan_sends_him(play, path, leaves_to):
    """Each path but that to court has its own exit, at the same minute."""
    history = play(plan_of(adult("Mon 08:00", departs=60, path=path)))
    assert history.exit.tolist() == [leaves_to]
    assert told(history.left_cbp_at) == ["Mon 09:40"]


def test_adults_who_came_together_with_children_not_said_to_be_theirs_all_leave(play):
    """Two adults in one case are processed together and both leave, each at the own planned minute."""
    parents = couple("Mon 08:00", Adult(departs=60), Adult(departs=90))  # they do not say that the children are theirs
    history = play(plan_of(parents, alone("Mon 08:00")))
    assert told(history.left_cbp_at)[:2] == ["Mon 09:40", "Mon 10:10"]
    assert history.exit.tolist()[:2] == [Exit.TO_ICE, Exit.TO_ICE]


def test_one_agent_takes_everybody_in_before_processing_anybody(play):
    """With one agent, whoever waits for intake goes before whoever waits for processing."""
    history = play(plan_of(adult("Mon 08:00"), adult("Mon 08:05")), facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:10"]
    assert told(history.processing_at) == ["Mon 08:20", "Mon 08:50"]
    assert told(history.processed_at) == ["Mon 08:50", "Mon 09:20"]


def test_intake_of_an_adult_goes_before_processing_of_children(play):
    """Priority belongs to the stage first: even children wait for processing while an adult waits for intake."""
    plan = plan_of(alone("Mon 08:00"), adult("Mon 08:05"))
    history = play(plan, facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:10"]
    assert told(history.processing_at) == ["Mon 08:20", "Mon 08:50"]


def test_processing_is_not_interrupted_by_an_arrival(play):
    """Who comes during a processing waits for its end, although intake comes first."""
    history = play(plan_of(adult("Mon 08:00"), adult("Mon 08:11")), facilities_of(agents=1))
    assert told(history.processing_at) == ["Mon 08:10", "Mon 08:50"]
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:40"]


def test_children_are_processed_before_adults_who_joined_earlier(play):
    """Of those who wait for processing, children go first, then adults by the time they joined."""
    plan = plan_of(adult("Mon 08:00"), adult("Mon 08:01"), alone("Mon 08:02"))
    history = play(plan, facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:10", "Mon 08:20"]
    assert told(history.processing_at) == ["Mon 09:00", "Mon 09:30", "Mon 08:30"]


def test_families_are_processed_before_single_adults(play):
    """A family has a child, so it goes with the children."""
    plan = plan_of(adult("Mon 08:00"), family("Mon 08:01"))
    history = play(plan, facilities_of(agents=1))
    assert told(history.processing_at) == ["Mon 08:50", "Mon 08:20", "Mon 08:20"]


def test_families_and_children_alone_are_processed_in_the_order_they_joined(play):
    """Neither goes before the other: the time of joining decides."""
    plan = plan_of(alone("Mon 08:03"), family("Mon 08:02"), adult("Mon 08:00", intake=30))
    history = play(plan, facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:40", "Mon 08:30", "Mon 08:30", "Mon 08:00"]
    assert told(history.processing_at) == ["Mon 09:20", "Mon 08:50", "Mon 08:50", "Mon 09:50"]


def test_intake_is_by_time_of_joining_not_by_row(play):
    """A later row that came earlier is served first."""
    plan = plan_of(adult("Mon 08:05"), adult("Mon 08:04"), adult("Mon 08:00"))
    history = play(plan, facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:20", "Mon 08:10", "Mon 08:00"]


def test_two_of_the_same_minute_are_served_in_the_order_of_their_rows(play):
    """Equal priority and equal time of joining: the entity decides."""
    history = play(plan_of(adult("Mon 08:00"), adult("Mon 08:00"), adult("Mon 08:00")), facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:10", "Mon 08:20"]
    assert told(history.processing_at) == ["Mon 08:30", "Mon 09:00", "Mon 09:30"]


def test_agent_given_back_at_a_minute_serves_who_arrives_at_that_minute(play):
    """Departures come before arrivals: nobody waits for an agent who is free in the same minute."""
    plan = plan_of(adult("Mon 08:00", processing=30), adult("Mon 08:40"))
    history = play(plan, facilities_of(agents=1))
    assert told(history.processed_at) == ["Mon 08:40", "Mon 09:20"]
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:40"]


def test_arrival_of_a_minute_goes_before_a_processing_that_could_begin_in_it(play):
    """The agent is given at the end of the minute, when the arrival for intake has joined the queue."""
    plan = plan_of(adult("Mon 08:00", intake=10), adult("Mon 08:10", intake=15))
    history = play(plan, facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:10"]
    assert told(history.processing_at) == ["Mon 08:25", "Mon 08:55"]


def test_agent_finishes_the_case_after_the_shift_has_ended(play):
    """A shift that ends takes nobody away from the desk; who waits is served by the next shift."""
    agents = {"Mon 00:00": 1, "Mon 08:20": 0, "Mon 14:00": 1}
    history = play(plan_of(adult("Mon 08:00"), adult("Mon 08:15")), facilities_of(agents=agents))
    assert told(history.processed_at) == ["Mon 08:40", "Mon 14:40"]
    assert told(history.intake_at) == ["Mon 08:00", "Mon 14:00"]


def test_shift_that_ends_at_the_minute_an_agent_is_free_serves_nobody_more(play):
    """The change of shift comes first in its minute."""
    agents = {"Mon 00:00": 1, "Mon 08:10": 0, "Mon 14:00": 1}
    history = play(plan_of(adult("Mon 08:00")), facilities_of(agents=agents))
    assert told(history.intake_at) == ["Mon 08:00"]
    assert told(history.processing_at) == ["Mon 14:00"]


def test_new_shift_serves_at_its_first_minute(play):
    """More agents at 14:00 take in at 14:00, by joining; one who arrives at 14:00 comes last."""
    plan = plan_of(adult("Mon 14:00"), adult("Mon 13:00"), adult("Mon 13:30"))
    history = play(plan, facilities_of(agents={"Mon 00:00": 0, "Mon 14:00": 2}))
    assert told(history.intake_at) == ["Mon 14:10", "Mon 14:00", "Mon 14:00"]


def test_fewer_agents_than_are_busy_means_waiting_until_enough_have_finished(play):
    """Three are busy when the shift falls to one: the next case begins only when all three are free."""
    plan = plan_of(adult("Mon 08:00", intake=10), adult("Mon 08:00", intake=20), adult("Mon 08:00", intake=40))
    history = play(plan, facilities_of(agents={"Mon 00:00": 3, "Mon 08:05": 1}))
    assert told(history.intake_at) == ["Mon 08:00"] * 3
    assert told(history.processing_at) == ["Mon 08:40", "Mon 09:10", "Mon 09:40"]


def test_station_without_agents_takes_nobody_in(play):
    """Nobody on duty: the person is still inside on the last minute, and has no A-number."""
    history = play(plan_of(adult("Mon 08:00")), facilities_of(agents=0))
    assert told(history.intake_at) == ["never"]
    assert history.exit.tolist() == [Exit.INSIDE]
    assert history.a_number.tolist() == [0]


def test_stations_do_not_share_agents(play):
    """A busy station makes nobody wait at another."""
    plan = plan_of(adult("Mon 08:00", station=0), adult("Mon 08:00", station=1), adult("Mon 08:01", station=0))
    history = play(plan, facilities_of(agents=[1, 1]))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:00", "Mon 08:10"]


def test_who_is_processed_at_once_takes_no_agent_to_the_checks(play):
    """Checks and departure hold no agent: the next case begins while the first is checked."""
    plan = plan_of(alone("Mon 08:00", checks=600), adult("Mon 08:40"))
    history = play(plan, facilities_of(agents=1))
    assert told(history.intake_at) == ["Mon 08:00", "Mon 08:40"]
    assert told(history.determined_at) == ["Mon 18:40", "never"]


# --- desks and A-numbers --------------------------------------------------------------------------------------------


def test_lowest_free_desk_takes_the_next_case(play):
    """Desks 0, 1, 2 fill in order; the desk that is given back is the next one taken."""
    plan = plan_of(
        adult("Mon 08:00", intake=30, processing=0),
        adult("Mon 08:01", intake=5, processing=0),
        adult("Mon 08:02", intake=30, processing=0),
        adult("Mon 08:07", intake=5, processing=0),
        adult("Mon 08:08", intake=5, processing=0),
    )
    history = play(plan, facilities_of(agents=4))
    assert history.desk.tolist() == [0, 1, 2, 1, 3]


def test_each_desk_gives_out_numbers_from_its_own_block(play):
    """A desk takes the station's next block when its own is used up."""
    starts = ["Mon 08:00", "Mon 08:01", "Mon 09:00", "Mon 10:00", "Mon 11:00"]
    history = play(plan_of(*(adult(when) for when in starts)), facilities_of(number_block=2, agents=2))
    assert history.desk.tolist() == [0, 1, 0, 0, 0]
    assert (history.a_number - NEW_NUMBERS_FROM).tolist() == [0, 2, 1, 4, 5]


def test_each_station_has_its_own_range_of_numbers(play):
    """The first number of station 3 lies three ranges above that of station 0."""
    history = play(plan_of(adult("Mon 08:00", station=3), adult("Mon 08:00", station=0)))
    assert (history.a_number - NEW_NUMBERS_FROM).tolist() == [3 * NUMBERS_PER_STATION, 0]


def test_family_gets_consecutive_numbers(play):
    """Members of a case are numbered one after another by one desk, adults first."""
    history = play(plan_of(family("Mon 08:00", adults=2), adult("Mon 08:00")), facilities_of(agents=1))
    assert (history.a_number - NEW_NUMBERS_FROM).tolist() == [0, 1, 2, 3]


def test_family_may_be_numbered_across_two_blocks(play):
    """A block that ends within a family is followed by the desk's next block, whoever took the one between."""
    plan = plan_of(family("Mon 08:05", adults=2), adult("Mon 08:00"), adult("Mon 08:01"))
    history = play(plan, facilities_of(agents=2, number_block=2))
    assert history.desk.tolist() == [0, 0, 0, 0, 1]  # the desk of row 3 is free at 08:10, before desk 1
    assert (history.a_number - NEW_NUMBERS_FROM).tolist() == [1, 4, 5, 0, 2]


def test_old_number_is_kept_and_takes_none_from_the_desk(play):
    """Who was removed before keeps a number of the old range; the desk's next number goes to the next person."""
    plan = plan_of(
        adult("Mon 08:00"),
        adult("Mon 08:01", has_old_number=True),
        adult("Mon 08:02"),
        adult("Mon 08:03", has_old_number=True),
    )
    history = play(plan, facilities_of(agents=1))
    assert (history.a_number - NEW_NUMBERS_FROM)[[0, 2]].tolist() == [0, 1]
    assert (history.a_number - OLD_NUMBERS_FROM)[[1, 3]].tolist() == [1, 2]


# --- the last minute ------------------------------------------------------------------------------------------------


def test_what_would_happen_on_the_horizon_does_not(play):
    """The horizon is the first minute not played: a processing that ends on it has not ended."""
    plan = plan_of(adult("Mon 08:00"), adult("Mon 07:59"))
    history = play(plan, facilities_of(horizon="Mon 08:40"))
    assert told(history.processed_at) == ["never", "Mon 08:39"]
    assert history.exit.tolist() == [Exit.INSIDE, Exit.TO_ICE]
    assert told(history.processing_at) == ["Mon 08:10", "Mon 08:09"]


def test_arrival_on_the_last_minute_is_taken_in(play):
    """The last minute is played whole."""
    history = play(plan_of(adult(FIRST + HOUR - 1)), facilities_of(horizon="Mon 01:00"))
    assert told(history.intake_at) == ["Mon 00:59"]
    assert told(history.processing_at) == ["never"]
