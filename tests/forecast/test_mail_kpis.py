"""KPIs of mail: messages by day, lost ones, telephone and wrong itineraries, and how busy coordinators are."""

from __future__ import annotations

import numpy as np
import pytest
from tests.builders import Child, Resident, alone, facilities_of, family, replication_of
from tests.forecast.hand_worked import JANUARY, TUCSON, YUMA, after_the_order, daily, groups, season, value

from borderops.forecast.measure import measure
from borderops.forecast.measure_mail import messages_sent
from borderops.forecast.reading import Reading
from borderops.forecast.results import Results
from borderops.operations.plan import Ground
from borderops.units import DAY, HOUR

NEXT_DAY = 17 * HOUR
PARTIES = [
    alone("Mon+1 08:00", station=YUMA),
    alone("Mon+1 08:00", Child(age=3, lost=(1, 0, 0), noticed=NEXT_DAY), station=YUMA),
    alone("Mon+1 08:00", Child(lost=(0, 2, 0), noticed=NEXT_DAY, phone=HOUR), station=TUCSON),
    alone("Mon+1 08:00", Child(age=14, rerouted=DAY), station=TUCSON),
    family("Mon+1 08:00", Child(age=14, lost=(0, 0, 1), noticed=NEXT_DAY), ground=Ground.WARRANT, station=TUCSON),
    alone("Mon+1 08:00", Child(is_returned=True), station=YUMA),
]
"""Five children on their way to a shelter from 8:40 on, Monday the 8th; a coordinator takes 6 minutes a message."""


@pytest.fixture(scope="module")
def results() -> Results:
    """The day above, measured; two tries at most."""
    facilities = facilities_of(days=31, message_minutes=6, tries=2, coordinators=2)
    return measure(replication_of(*PARTIES, residents=[Resident()], facilities=facilities), JANUARY)


@pytest.mark.parametrize(
    ("kpi", "number"),
    [
        ("messages_per_placed_child", (7 + 8 + 7 + 7 + 8) / 5),  # the call takes the place of the answered try
        ("messages_lost", 1 + 2 + 1),
        ("share_children_mail_lost", 3 / 5),
        ("children_phoned", 1),
        ("children_misrouted", 1),
    ],
)
def test_kpi_is_what_was_counted_by_hand(results, kpi, number):
    """One number each, worked out from the list above."""
    assert value(results, kpi) == pytest.approx(number)


def test_mail_by_station_and_age(results):
    """Each breakdown is of its own children; lost messages add up over stations."""
    assert {name: one for name, one in groups(results, "messages_lost", "station").items() if one} == {
        "yuma": 1,
        "tucson": 3,
    }
    assert groups(results, "messages_per_placed_child", "age_band") == {"0–4": 8, "5–12": 7, "13–17": 7.5}
    assert groups(results, "children_phoned", "age_band") == {"0–4": 0, "5–12": 1, "13–17": 0}


def test_messages_of_each_day_by_hand(results):
    """What is sent, answered and reported on its day; a repeated one counts on the day its step began."""
    sent = daily(results, "messages_sent")
    # Monday: 7 of the first child; request and its loss of the second; 2 + 3 of the third; 6 of the fourth; 2 + 2 + 2
    # of the fifth. Tuesday: the answer and 5 more; placement by telephone leaves itinerary and arrival; the arrival of
    # the fourth, whose seat was lost; answer and arrival of the fifth.
    assert sent[sent > 0].to_dict() == {8: 7 + 2 + 4 + 6 + 6, 9: 6 + 3 + 1 + 2}
    assert sent.sum() == 7 + 8 + 7 + 7 + 8


def test_coordinators_are_busy_six_minutes_a_message(results):
    """In Yuma two on duty all day: four messages about the first child on Monday, four about the second on Tuesday."""
    busy = daily(results, "coordinators_busy", "yuma") * 2 * DAY
    assert busy[busy > 0].round(9).to_dict() == {8: 4 * 6, 9: 4 * 6}
    peaks = groups(results, "coordinator_utilisation_peak", "station")
    assert peaks["yuma"] == pytest.approx(24 / (2 * DAY))
    assert value(results, "coordinator_utilisation_peak") == max(peaks.values())


def test_reports_of_arrivals_wait_for_time_left():
    """One coordinator on duty for just the three messages: the report is handled the next day."""
    on_duty = {"Mon 00:00": 0, "Mon+1 08:40": 1, "Mon+1 08:58": 0, "Tue+1 09:00": 1, "Tue+1 19:00": 0}
    facilities = facilities_of(days=31, message_minutes=6, coordinators=on_duty)
    busy = daily(measure(replication_of(PARTIES[0], facilities=facilities), JANUARY), "coordinators_busy", "yuma")
    assert busy[[8, 9]].tolist() == [1.0, pytest.approx(6 / (10 * HOUR))]
    assert np.isnan(busy[10])  # nobody on duty


def test_machines_keep_nobody_busy():
    """An automatic exchange sends as many messages; no coordinator handles one."""
    facilities = facilities_of(days=31, message_minutes=6, automatic=True)
    results = measure(replication_of(*PARTIES, facilities=facilities), JANUARY)
    assert value(results, "coordinator_utilisation_peak") == 0
    assert value(results, "messages_per_placed_child") == 7
    assert daily(results, "messages_sent").sum() == 5 * 7


@pytest.mark.parametrize("automatic", [False, True])
def test_a_step_that_goes_on_at_the_end_has_its_messages(automatic):
    """The request arrived and nobody is on duty, or is held up by an outage with its answer: sent, and counted."""
    facilities = facilities_of(days=31, coordinators=0, automatic=automatic)
    outage = [(YUMA, "Mon+1 08:00", "Mon+5 08:00")]
    replication = replication_of(PARTIES[0], facilities=facilities, outages=outage if automatic else [])
    assert daily(measure(replication, JANUARY), "messages_sent")[8] == (2 if automatic else 1)


def test_nobody_placed_has_no_mean():
    """No message for each child placed where no child is placed; the counts are nought."""
    results = measure(replication_of(family("Mon+1 08:00")), JANUARY)
    assert "messages_per_placed_child" not in set(results.tables["kpis"].kpi)
    assert value(results, "messages_lost") == value(results, "children_phoned") == 0


@pytest.mark.parametrize("world", [season, after_the_order])
def test_every_message_has_its_day(world):
    """Over the days of the run from its first one on, the messages sent add up to those of the history."""
    settings, replication = world()
    reading = Reading(replication, settings)
    reading.window_start = replication.history.first_minute
    assert messages_sent(reading).sum() == replication.history.messages_sent.sum() > 1000


def test_messages_received_are_those_of_the_box_of_the_station(results):
    """In 16 days, Yuma: three steps and a report of each of two children; Tucson: of three, less one by telephone."""
    weeks = 16 / 7
    received = {name: one for name, one in groups(results, "messages_received_a_week", "station").items() if one}
    assert received == {"yuma": pytest.approx(8 / weeks), "tucson": pytest.approx((12 - 1) / weeks)}
    assert value(results, "messages_received_a_week") == pytest.approx(11 / weeks)
