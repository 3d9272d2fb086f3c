"""Timetables of mail, worked by hand: messages, coordinators, losses, outages, machines, itineraries.

A child alone at 08:00 is taken in and processed in 40 minutes: the request is sent at 08:40. Each of the three messages
on which its way depends, request, placement and itinerary, is handled by a coordinator of the station.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.builders import Child, Design, alone, at, facilities_of, family, plan_of, told

from borderops.config.schema import STATIONS
from borderops.operations.history import Exit
from borderops.operations.numbers import TRIES, Act
from borderops.operations.plan import Ground
from borderops.units import DAY, HOUR

PROSECUTION = Ground.PROSECUTION
FROM_SIX_TO_TEN = {"Mon 00:00": 0, "Mon 06:00": 1, "Mon 22:00": 0, "Tue 06:00": 1, "Tue 22:00": 0}
"""One coordinator by day, nobody at night, for two days."""


def _later(text: str, minutes: int) -> str:
    return told([at(text) + minutes])[0]


def _slow(**body) -> Child:
    """A child who sends nothing more for a day once the request is with ORR."""
    return Child(designation=DAY, **body)


# --- messages and coordinators --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        ("Mon 08:40", 1),  # the request, when determined to be alone
        ("Mon 08:50", 2),  # a coordinator forwards it
        ("Mon 09:50", 3),  # the placement, after an hour of designation
        ("Mon 10:00", 4),  # a coordinator asks for transport
        ("Mon 12:00", 5),  # the itinerary, after two hours of notice
        ("Mon 12:10", 6),  # a coordinator passes it on
        ("Mon 19:00", 7),  # arrival: a seat at 15:00, four hours of travel
    ],
)
def test_undisturbed_child_has_seven_messages_each_at_its_minute(play, sent, messages):
    """A run that ends before the minute has one message less than a run that ends after it."""
    plan = plan_of(alone("Mon 08:00", Child(designation=60, transport=180, travel=240)))
    for horizon, so_many in ((sent, messages - 1), (_later(sent, 1), messages)):
        history = play(plan, facilities_of(message_minutes=10, notice=120, horizon=horizon))
        assert history.messages_sent.tolist() == [so_many]
    assert history.messages_lost.tolist() == [0]


@pytest.mark.parametrize(
    ("apprehended", "forwarded"),
    [
        ("Mon 01:00", "Mon 06:06"),  # sent at 01:40
        ("Mon 05:20", "Mon 06:06"),  # sent as the shift begins
        ("Mon 21:19", "Mon 22:05"),  # begun in the last minute and finished after it
        ("Mon 21:20", "Tue 06:06"),  # sent as the shift ends
    ],
)
def test_message_sent_at_night_is_handled_in_the_morning(play, apprehended, forwarded):
    """Six minutes a message, from 06:00 to 22:00; what is begun is finished."""
    history = play(plan_of(alone(apprehended, _slow())), facilities_of(coordinators=FROM_SIX_TO_TEN, message_minutes=6))
    assert told(history.forwarded_at) == [forwarded]
    assert history.messages_lost.tolist() == [0]


def test_one_coordinator_handles_messages_of_all_kinds_in_the_order_they_arrive(play):
    """Requests at 08:40, 08:41 and 09:15; the first child's placement at 09:10 goes between, its itinerary after all.

    Handled: 08:40 first request, 09:00 second, 09:20 placement, 09:40 third request, 10:00 itinerary sent at 09:40.
    """
    plan = plan_of(alone("Mon 08:00", Child(designation=10)), alone("Mon 08:01", _slow()), alone("Mon 08:35", _slow()))
    history = play(plan, facilities_of(coordinators=1, message_minutes=20))
    assert told(history.forwarded_at) == ["Mon 09:00", "Mon 09:20", "Mon 10:00"]
    assert told(history.arranged_at)[0] == "Mon 09:40"
    assert told(history.itinerary_at)[0] == told(history.left_cbp_at)[0] == "Mon 10:20"


def test_messages_of_one_minute_are_handled_in_the_order_of_rows(play):
    """Brothers determined at one minute are forwarded one after the other; a second coordinator takes both at once."""
    plan = plan_of(alone("Mon 08:00", _slow(), _slow()))
    one, two = (play(plan, facilities_of(coordinators=so_many, message_minutes=20)) for so_many in (1, 2))
    assert told(one.forwarded_at) == ["Mon 09:00", "Mon 09:20"]
    assert told(two.forwarded_at) == ["Mon 09:00", "Mon 09:00"]


def test_stations_do_not_share_coordinators(play):
    """The first station has none: its child's request stays unread, the other's is forwarded at once."""
    plan = plan_of(alone("Mon 08:00"), alone("Mon 08:00", station=1))
    history = play(plan, facilities_of(coordinators=[0] + [1] * (len(STATIONS) - 1)))
    assert told(history.forwarded_at) == ["never", "Mon 08:40"]
    assert history.messages_sent.tolist() == [1, 7]


def test_seat_is_longer_in_coming_when_a_coordinator_finishes_after_midnight_on_friday(play):
    """Ten hours' wait for a seat: as on weekdays when arranged at 23:40, half as long again when arranged at 00:10."""
    plan = plan_of(alone("Fri 22:50", Child(transport=10 * HOUR)))
    for minutes, arranged, boards in ((5, "Fri 23:40", "Sat 09:40"), (20, "Sat 00:10", "Sat 15:10")):
        history = play(plan, facilities_of(message_minutes=minutes, weekend_per_mille=1500))
        assert told(history.arranged_at) == [arranged]
        assert told(history.left_cbp_at) == [boards]


# --- losses ---------------------------------------------------------------------------------------------------------


def test_lost_request_is_noticed_and_sent_again(play):
    """Sent at 08:40 and missed five hours later; sent again, it is handled in six minutes. Eight messages, one lost."""
    plan = plan_of(alone("Mon 08:00", Child(lost=(1, 0, 0), noticed=5 * HOUR)))
    history = play(plan, facilities_of(message_minutes=6))
    assert told(history.determined_at) == ["Mon 08:40"]
    assert told(history.forwarded_at) == ["Mon 13:46"]
    assert history.messages_sent.tolist() == [8]
    assert history.messages_lost.tolist() == [1]
    assert history.is_phoned.tolist() == [False]


@pytest.mark.parametrize("message", ["forwarded_at", "arranged_at", "itinerary_at"])
@pytest.mark.parametrize(
    ("lost", "known", "sent", "is_phoned"),
    [
        (2, "Mon 12:40", 9, False),  # the last try arrives and is handled
        (3, "Mon 15:25", 8, True),  # three tries of two hours, 45 minutes for the telephone, nothing sent on
    ],
)
def test_message_lost_as_often_as_allowed_is_telephoned(play, message, lost, known, sent, is_phoned):
    """Three tries from 08:40 on, each missed after two hours: whichever of the messages it is."""
    place = ("forwarded_at", "arranged_at", "itinerary_at").index(message)
    tries = tuple(lost if row == place else 0 for row in range(3))
    plan = plan_of(alone("Mon 08:00", Child(lost=tries, noticed=120, phone=45)))
    history = play(plan, facilities_of(tries=3))
    assert told(getattr(history, message)) == [known]
    assert history.messages_sent.tolist() == [sent]
    assert history.messages_lost.tolist() == [lost]
    assert history.is_phoned.tolist() == [is_phoned]


def test_telephone_needs_no_coordinator(play):
    """Nobody reads mail: what is told by telephone goes on, what is sent does not."""
    plan = plan_of(alone("Mon 08:00", Child(lost=(TRIES, 0, 0), noticed=60, phone=30)))
    history = play(plan, facilities_of(coordinators=0))
    assert told(history.forwarded_at) == told(history.designated_at) == ["Mon 13:10"]
    assert told(history.arranged_at) == ["never"]
    assert history.exit.tolist() == [Exit.INSIDE]


def test_bed_is_held_while_the_placement_is_missed(play):
    """The only bed stands empty for ten hours until the placement is sent again; the next child waits as long."""
    plan = plan_of(alone("Mon 08:00", Child(lost=(0, 1, 0), noticed=10 * HOUR, stay=2 * HOUR)), alone("Mon 08:01"))
    history = play(plan, facilities_of(beds=1))
    assert told(history.designated_at) == ["Mon 08:40", "Mon 20:40"]
    assert told(history.arranged_at)[0] == told(history.admitted_at)[0] == "Mon 18:40"


@pytest.mark.parametrize(
    ("apprehended", "lost", "forwarded"), [("Mon 09:00", 1, "Mon 11:10"), ("Mon 09:01", 0, "Mon 10:11")]
)
def test_busy_coordinators_lose_messages(play, apprehended, lost, forwarded):
    """The only coordinator was busy from 08:40 to 09:10: half of the hour before 09:40, a minute less before 09:41.

    From half on everything is lost, and missed after an hour, when the coordinator has been idle.
    """
    plan = plan_of(alone("Mon 08:00", _slow()), alone(apprehended, _slow(noticed=60)))
    thresholds = {Act.MESSAGE_LOST: [0] * 5 + [1] * 6}
    facilities = facilities_of(coordinators=1, message_minutes=30, thresholds=thresholds, horizon="Tue 00:00")
    history = play(plan, facilities)
    assert history.messages_lost.tolist() == [0, lost]
    assert told(history.forwarded_at) == ["Mon 09:10", forwarded]


def test_guided_station_loses_nothing_from_the_first_minute_on(play):
    """Guided at 09:00: what is sent at 08:59 is lost, what is sent at nine arrives, and so does what is sent again."""
    plan = plan_of(alone("Mon 08:19", _slow(noticed=120)), alone("Mon 08:20", _slow(noticed=120)))
    facilities = facilities_of(thresholds={Act.MESSAGE_LOST: [[1], [0]]}, guided={0: "Mon 09:00"})
    history = play(plan, facilities)
    assert history.messages_lost.tolist() == [1, 0]
    assert told(history.forwarded_at) == ["Mon 10:59", "Mon 09:00"]


# --- outages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("apprehended", "lost", "forwarded"),
    [
        ("Mon 07:59", 0, "Mon 08:39"),
        ("Mon 08:00", 1, "Mon 10:10"),  # sent in the first minute of the outage
        ("Mon 08:59", 1, "Mon 11:09"),  # sent in its last
        ("Mon 09:00", 0, "Mon 09:40"),  # sent in the first minute after it
    ],
)
def test_outage_loses_what_is_sent_from_its_first_minute_to_its_last(play, apprehended, lost, forwarded):
    """An outage from 08:40 to 09:40; a loss is missed after an hour and a half."""
    plan = plan_of(alone(apprehended, _slow(noticed=90)), outages=[(0, "Mon 08:40", "Mon 09:40")])
    history = play(plan)
    assert history.messages_lost.tolist() == [lost]
    assert told(history.forwarded_at) == [forwarded]


@pytest.mark.parametrize(
    ("noticed", "lost", "forwarded"),
    [
        (569, 2, "Tue 16:34"),  # sent again at 06:59, in the outage still, then at 16:28
        (570, 1, "Tue 07:06"),  # sent again at seven
        (8 * HOUR, 2, "Tue 13:36"),  # at 05:30 and at 13:30
        (10 * HOUR, 1, "Tue 07:36"),
    ],
)
def test_outage_over_a_change_of_shift(play, noticed, lost, forwarded):
    """Sent at 21:30, inside an outage from 21:00 to 07:00, which the shift that ends at 22:00 leaves to the next."""
    plan = plan_of(alone("Mon 20:50", _slow(noticed=noticed)), outages=[(0, "Mon 21:00", "Tue 07:00")])
    history = play(plan, facilities_of(coordinators=FROM_SIX_TO_TEN, message_minutes=6))
    assert history.messages_lost.tolist() == [lost]
    assert told(history.forwarded_at) == [forwarded]


def test_message_that_arrives_after_an_outage_at_night_waits_for_the_shift(play):
    """The outage is over at 03:00, the message sent again at 04:30, and read at six."""
    plan = plan_of(alone("Mon 20:50", _slow(noticed=7 * HOUR)), outages=[(0, "Mon 21:00", "Tue 03:00")])
    history = play(plan, facilities_of(coordinators=FROM_SIX_TO_TEN, message_minutes=6))
    assert history.messages_lost.tolist() == [1]
    assert told(history.forwarded_at) == ["Tue 06:06"]


def test_outage_does_not_take_back_what_has_arrived(play):
    """A request of 20:59 is handled for 20 minutes of the outage that begins at nine."""
    plan = plan_of(alone("Mon 20:19", _slow(noticed=60)), outages=[(0, "Mon 21:00", "Tue 07:00")])
    history = play(plan, facilities_of(message_minutes=20))
    assert told(history.forwarded_at) == ["Mon 21:19"]
    assert history.messages_lost.tolist() == [0]


def test_outage_is_of_one_station(play):
    """Two children of one minute at two stations, one of them cut off."""
    plan = plan_of(
        alone("Mon 08:00", _slow(noticed=120), station=1),
        alone("Mon 08:00", _slow(noticed=120), station=2),
        outages=[(1, "Mon 08:00", "Mon 09:00")],
    )
    history = play(plan)
    assert told(history.forwarded_at) == ["Mon 10:40", "Mon 08:40"]


@pytest.mark.parametrize(("roll", "lost"), [(0, 1), (16_383, 1), (16_384, 0), (65_535, 0)])
def test_outage_may_lose_a_share_only(play, roll, lost):
    """A quarter of the rolls lies below a quarter of 65,536; the roll on the threshold is not lost."""
    plan = plan_of(alone("Mon 08:00", _slow(noticed=120)), outages=[(0, "Mon 08:00", "Mon 09:00")])
    plan = replace(plan, message_roll=np.full_like(plan.message_roll, roll))
    history = play(plan, facilities_of(lost_in_outage=0.25, horizon="Mon 10:00"))
    assert history.messages_lost.tolist() == [lost]


# --- machines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("apprehended", "acknowledged"),
    [
        ("Mon 07:59", "Mon 08:39"),
        ("Mon 08:00", "Mon 09:40"),  # sent in the first minute of the outage
        ("Mon 08:59", "Mon 09:40"),  # sent in its last
        ("Mon 09:00", "Mon 09:40"),  # sent as it ends
    ],
)
def test_machines_lose_nothing_and_acknowledge_when_an_outage_ends(play, apprehended, acknowledged):
    """No coordinator, and rolls that would lose every message: all arrive, seven in number, at the end at latest."""
    plan = plan_of(alone(apprehended, Child(lost=(TRIES,) * 3)), outages=[(0, "Mon 08:40", "Mon 09:40")])
    history = play(plan, facilities_of(automatic=True, coordinators=0))
    assert told(history.forwarded_at) == told(history.left_cbp_at) == [acknowledged]
    assert history.messages_sent.tolist() == [7]
    assert history.messages_lost.tolist() == [0]
    assert history.is_phoned.tolist() == [False]


def test_machines_wait_at_each_message_for_the_outage_of_its_minute(play):
    """The request waits for noon, the placement of 12:20 for 13:00, the itinerary of 13:30 for nothing."""
    outages = [(0, "Mon 08:30", "Mon 12:00"), (0, "Mon 12:10", "Mon 13:00")]
    plan = plan_of(alone("Mon 08:00", Child(designation=20, transport=45)), outages=outages)
    history = play(plan, facilities_of(automatic=True, coordinators=0, notice=30))
    assert told(history.forwarded_at) == told(history.designated_at) == ["Mon 12:00"]
    assert told(history.arranged_at) == ["Mon 13:00"]
    assert told(history.itinerary_at) == ["Mon 13:30"]
    assert told(history.left_cbp_at) == ["Mon 14:15"]


def test_message_takes_the_way_of_the_minute_it_is_sent(play):
    """Machines from 10:00 on: a request of 09:59 waits for the coordinator at noon, one of ten is through at once.

    The first child's later messages are the machines', so nobody reports its arrival to a coordinator either.
    """
    designs = [Design(), Design(begins="Mon 10:00", automatic=True)]
    plan = plan_of(alone("Mon 09:19"), alone("Mon 09:20"))
    facilities = facilities_of(designs=designs, coordinators={"Mon 00:00": 0, "Mon 12:00": 1}, message_minutes=20)
    history = play(plan, facilities)
    assert told(history.forwarded_at) == ["Mon 12:20", "Mon 10:00"]
    assert told(history.left_cbp_at) == ["Mon 12:20", "Mon 10:00"]
    assert history.messages_sent.tolist() == [7, 7]


# --- itineraries ----------------------------------------------------------------------------------------------------

BOARDING = {"opens_at": 5 * HOUR, "closes_at": 21 * HOUR, "notice": 60, "message_minutes": 10}
"""Request handled at 08:50, placement at 09:00; itinerary sent at 10:00; a seat two hours later, at noon."""


@pytest.mark.parametrize(
    ("rerouted", "boards"),
    [(None, "Mon 12:00"), (0, "Mon 12:00"), (300, "Mon 17:00"), (539, "Mon 20:59"), (540, "Tue 05:00")],
)
def test_wrong_itinerary_costs_the_seat(play, rerouted, boards):
    """Known at 10:10 and wrong: the next seat is so much later than the one at noon, within the contractor's hours."""
    history = play(plan_of(alone("Mon 08:00", Child(transport=120, rerouted=rerouted))), facilities_of(**BOARDING))
    assert told(history.itinerary_at) == ["Mon 10:10"]
    assert told(history.left_cbp_at) == [boards]
    assert history.is_misrouted.tolist() == [rerouted is not None]
    assert history.messages_sent.tolist() == [7]


@pytest.mark.parametrize(
    ("noticed", "known", "boards"),
    [
        (100, "Mon 11:50", "Mon 12:00"),  # in time for the seat
        (110, "Mon 12:00", "Mon 12:00"),  # at its minute
        (111, "Mon 12:01", "Mon 12:01"),  # a minute late
        (640, "Mon 20:50", "Mon 20:50"),
        (650, "Mon 21:00", "Tue 05:00"),  # as the contractor closes
    ],
)
def test_child_boards_when_a_lost_itinerary_is_known(play, noticed, known, boards):
    """The itinerary of 10:00 is lost: the seat at noon is kept if the one sent again is handled by then."""
    plan = plan_of(alone("Mon 08:00", Child(transport=120, lost=(0, 0, 1), noticed=noticed)))
    history = play(plan, facilities_of(**BOARDING))
    assert told(history.itinerary_at) == [known]
    assert told(history.left_cbp_at) == [boards]
    assert history.messages_lost.tolist() == [1]


def test_wrong_itinerary_that_comes_late_costs_time_from_then_on(play):
    """Sent again at 14:00 and handled at 14:10, after the seat at noon; wrong, so a seat five hours later, at 19:10."""
    plan = plan_of(alone("Mon 08:00", Child(transport=120, lost=(0, 0, 1), noticed=4 * HOUR, rerouted=5 * HOUR)))
    history = play(plan, facilities_of(**BOARDING))
    assert told(history.itinerary_at) == ["Mon 14:10"]
    assert told(history.left_cbp_at) == ["Mon 19:10"]


# --- arrivals reported ----------------------------------------------------------------------------------------------


def test_report_of_an_arrival_keeps_the_coordinator_from_another_child(play):
    """Boarded at 10:10, at the shelter at noon: reported until 12:30; a request of 12:10 is read only then."""
    plan = plan_of(alone("Mon 08:00", Child(travel=110)), alone("Mon 11:30", _slow()))
    history = play(plan, facilities_of(coordinators=1, message_minutes=30, horizon="Tue 00:00"))
    assert told(history.admitted_at)[0] == "Mon 12:00"
    assert told(history.forwarded_at) == ["Mon 09:10", "Mon 13:00"]
    assert history.messages_sent.tolist() == [7, 2]


@pytest.mark.parametrize("is_first", [True, False])
def test_report_and_request_of_one_minute_are_read_in_the_order_of_rows(play, is_first):
    """Both at noon: who stands first is handled first, whatever the message."""
    arriving, asking = alone("Mon 08:00", Child(travel=110)), alone("Mon 11:20", _slow())
    plan = plan_of(*((arriving, asking) if is_first else (asking, arriving)))
    history = play(plan, facilities_of(coordinators=1, message_minutes=30))
    assert told(history.forwarded_at)[is_first] == ("Mon 13:00" if is_first else "Mon 12:30")


def test_child_does_not_wait_for_the_report_of_its_arrival(play):
    """Arrived at 23:00 and released at midnight; reported at six in the morning, before a request of 05:00 is read."""
    plan = plan_of(alone("Mon 18:20", Child(travel=3 * HOUR, stay=HOUR)), alone("Tue 04:20", _slow()))
    history = play(plan, facilities_of(coordinators=FROM_SIX_TO_TEN, message_minutes=20))
    assert told(history.admitted_at)[0] == "Mon 23:00"
    assert told(history.left_shelter_at)[0] == "Tue 00:00"
    assert told(history.forwarded_at)[1] == "Tue 06:40"


# --- ways that end --------------------------------------------------------------------------------------------------

LONG = {"hearings": ["Mon 09:00"], "coordinators": 1, "message_minutes": 120}


@pytest.mark.parametrize(
    ("back", "messages", "forwarded"), [("19:00", 1, ["Mon 21:00", "Mon 23:00"]), (None, 2, ["Mon 22:30", "Tue 00:30"])]
)
def test_coordinator_is_free_as_the_child_is_rejoined(play, back, messages, forwarded):
    """The request of 18:30 would be handled until 20:30; the parent is back at 19:00, and all after it come earlier."""
    separated = family("Mon 08:00", _slow(), separated_checks=590, back=back, ground=PROSECUTION)
    plan = plan_of(separated, alone("Mon 18:00", _slow()), alone("Mon 18:10", _slow()))
    history = play(plan, facilities_of(**LONG, horizon="Tue 10:00"))
    assert told(history.forwarded_at)[2:] == forwarded
    assert history.messages_sent.tolist()[1] == messages


def test_rejoined_child_leaves_the_coordinators_queue(play):
    """In the queue since 18:30 behind a request read until 20:10; the parent is back at 19:00, the next one is read."""
    separated = family("Mon 08:00", separated_checks=590, back="19:00", ground=PROSECUTION)
    plan = plan_of(alone("Mon 17:30", _slow()), separated, alone("Mon 18:00", _slow()))
    history = play(plan, facilities_of(**LONG, horizon="Tue 10:00"))
    assert told(history.forwarded_at) == ["Mon 20:10", "never", "never", "Mon 22:10"]
    assert history.messages_sent.tolist() == [2, 0, 1, 2]


def test_coordinator_who_finishes_as_the_parent_is_back_is_given_back_once(play):
    """Handled from 17:00 to 19:00, rejoined at 19:00: forwarded, never at the desk; two others one after the other."""
    separated = family("Mon 08:00", separated_checks=500, back="19:00", ground=PROSECUTION)
    plan = plan_of(separated, alone("Mon 16:30", _slow()), alone("Mon 16:40", _slow()))
    history = play(plan, facilities_of(**LONG, horizon="Tue 10:00"))
    assert told(history.forwarded_at)[1:] == ["Mon 19:00", "Mon 21:00", "Mon 23:00"]
    assert told(history.desk_at)[1] == "never"
    assert told(history.rejoined_at)[1] == "Mon 19:00"


def test_child_who_turns_eighteen_while_a_message_is_missed_sends_no_other(play):
    """Sent at 20:00, lost, to be missed at noon; eighteen at midnight: one message, lost, and away as an adult."""
    child = Child(born=date(2000, 1, 2), lost=(1, 0, 0), noticed=16 * HOUR)
    history = play(plan_of(alone("Mon 19:20", child)))
    assert told(history.left_cbp_at) == ["Tue 00:00"]
    assert history.exit.tolist() == [Exit.AGED_OUT]
    assert told(history.forwarded_at) == ["never"]
    assert history.messages_sent.tolist() == history.messages_lost.tolist() == [1]


def test_coordinator_is_free_as_the_child_turns_eighteen(play):
    """The request of 20:00 would be handled until 01:00; eighteen at midnight, and the next is read until 05:00."""
    plan = plan_of(alone("Mon 19:20", Child(born=date(2000, 1, 2))), alone("Mon 19:30", _slow()))
    history = play(plan, facilities_of(coordinators=1, message_minutes=300))
    assert told(history.forwarded_at) == ["never", "Tue 05:00"]
