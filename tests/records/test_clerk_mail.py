"""Mail: every message that the history counts, no other, and which of them were lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.builders import Child, Design, alone, at, facilities_of, replication_of, settings_of, told
from tests.records.agency_worlds import DELETES, KEEPS, LINKS, ROWS, about, by_hand, faults, written
from tests.records.e3_worlds import season

from borderops.exceptions import ModelError
from borderops.operations import mailroom
from borderops.operations.history import Exit
from borderops.records.fields import BLANK
from borderops.records.posting import outage_of, posted
from borderops.records.systems import LAYOUTS
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness
from borderops.replication import replicate
from borderops.units import HOUR, NEVER

STEPS = LAYOUTS["mail_message"].every_field["step"].choices


def _counted(witness: Witness) -> tuple[np.ndarray, np.ndarray]:
    """Messages about everybody, and those that were lost, as they stand in the table."""
    table, behind = written(witness).records["mail_message"], written(witness).behind["mail_message"]
    people = witness.history.exit.size
    lost = table["delivered_at"] == NEVER
    return np.bincount(behind.person, minlength=people), np.bincount(behind.person[lost], minlength=people)


def test_a_routine_placement_has_seven_messages_in_order_of_time():
    """Three messages, what a coordinator sent on each time, and the arrival's; never fewer than the report's five."""
    table = about(by_hand(), "mail_message", "routine")
    assert [STEPS[step] for step in table["step"]] == list(STEPS)
    assert (np.diff(table["sent_at"]) >= 0).all()
    assert np.unique(table["thread_no"]).size == 1
    assert (table["delivered_at"] == table["sent_at"]).all()


@pytest.mark.parametrize("world", [by_hand, season], ids=["by hand", "season"])
def test_messages_and_losses_are_those_of_the_history(world):
    """Of every child as many rows as messages were sent, and as many undelivered ones as were lost."""
    witness = world()
    sent, lost = _counted(witness)
    referred = witness.history.exit != Exit.NOT_HERE
    np.testing.assert_array_equal(sent[referred], witness.history.messages_sent[referred])
    np.testing.assert_array_equal(lost[referred], witness.history.messages_lost[referred])
    assert lost.sum() > 0


def test_every_placed_child_has_at_least_five_messages_but_for_the_telephone():
    """The report counts five and more a placement; a telephone call takes the place of what it settles."""
    witness = season()
    sent, _ = _counted(witness)
    arrived = (witness.history.exit == Exit.TO_SHELTER) & (witness.history.admitted_at != NEVER)
    assert sent[arrived & ~witness.history.is_phoned].min() >= 5


def _replayed_by_the_engine(monkeypatch, **settings: str) -> tuple[Witness, set]:
    """A short stretch played by the engine that is read, and every message as it was sent there."""
    sent: set[tuple[int, int, int, bool]] = set()
    under_way: dict[int, int] = {}
    is_lost, send = mailroom.Mailroom.is_lost, mailroom.Mailroom.send

    def watched_send(room, child, message):
        under_way[child] = int(message)
        return (yield from send(room, child, message))

    def watched_loss(room, child, roll):
        lost = is_lost(room, child, roll)
        sent.add((child, under_way[child], room.scene.now, lost))
        return lost

    monkeypatch.setattr(mailroom.Mailroom, "send", watched_send)
    monkeypatch.setattr(mailroom.Mailroom, "is_lost", watched_loss)
    given = {
        "scenario": "zero_tolerance_2018",
        "run.engine": "simpy",
        "window.start": "2018-05-20",
        "window.end": "2018-05-26",
        "window.lead_in_days": "0",
        "arrivals.stations": "[rio_grande_valley,el_paso]",
        "seed": "2018",
    }
    chosen = settings_of(*(f"{key}={value}" for key, value in (given | settings).items()))
    return Witness(replicate(chosen, 0), chosen), sent


@pytest.mark.parametrize("outages_a_year", ["6", "1500"])
def test_what_is_told_from_the_history_is_what_the_engine_sent(monkeypatch, outages_a_year):
    """Every message, its minute and its fate, as the engine knew it, with few outages and with hardly anything else."""
    witness, sent = _replayed_by_the_engine(monkeypatch, **{"referral.outages.per_station_year": outages_a_year})
    found = posted(witness.replication)
    told = {
        (int(child), message, int(found.sent_at[row, message, attempt]), bool(attempt < found.lost[row, message]))
        for row, child in enumerate(found.child)
        for message in range(3)
        for attempt in range(found.lost[row, message] + (found.arrived[row, message] > 0))
    }
    assert len(sent) > 100
    assert told == sent


def test_what_is_sent_into_an_outage_is_what_is_lost():
    """Where nothing is lost otherwise, undelivered messages are those of outages, each of them."""
    children = [alone(at("Mon 06:00") + 20 * row, Child(noticed=200, designation=300)) for row in range(40)]
    outages = [(0, "Mon 08:00", "Mon 09:30"), (0, "Mon 12:00", "Mon 13:00"), (1, "Mon 06:00", "Tue 06:00")]
    facilities = facilities_of(lost_in_outage=1.0, message_minutes=3)
    world = Witness(replication_of(*children, outages=outages, facilities=facilities), settings_of("tracking=e3_2017"))
    table = transcribe(world, ["mail_message"]).records["mail_message"]
    tried = table.take(np.isin(table["step"], [STEPS.index(step) for step in ("request", "placement", "itinerary")]))
    down = outage_of(np.zeros(len(tried), dtype=np.int8), tried["sent_at"], world.plan) >= 0
    np.testing.assert_array_equal(tried["delivered_at"] == NEVER, down)
    assert 0 < down.sum() < down.size


def test_an_outage_is_half_open_and_of_its_station_alone():
    """From its first minute on, no longer at its end, and nowhere else."""
    world = replication_of(alone("Mon 06:00"), outages=[(1, "Mon 08:00", "Mon 09:00"), (3, "Tue 08:00", "Tue 09:00")])
    minutes = np.array([at("Mon 07:59"), at("Mon 08:00"), at("Mon 08:59"), at("Mon 09:00"), at("Mon 08:30"), NEVER])
    found = outage_of(np.array([1, 1, 1, 1, 3, 3]), minutes, world.plan) >= 0
    assert found.tolist() == [False, True, True, False, False, False]


def test_lost_messages_are_sent_again_when_they_are_missed():
    """One lost request and two lost itineraries: three rows that never arrived, each followed by another try."""
    table = about(by_hand(), "mail_message", "lost_once")
    lost = table["delivered_at"] == NEVER
    assert [STEPS[step] for step in table["step"][lost]] == ["request", "itinerary", "itinerary"]
    requests = table["sent_at"][table["step"] == STEPS.index("request")]
    assert np.diff(requests).tolist() == [90]


def test_the_telephone_leaves_no_message():
    """Four requests were lost and none sent on; what follows comes by mail again."""
    table = about(by_hand(), "mail_message", "phoned")
    steps = [STEPS[step] for step in table["step"]]
    assert steps[:4] == ["request"] * 4
    assert "forwarding" not in steps
    assert steps[4:] == list(STEPS[2:])


def test_a_way_that_ends_leaves_the_messages_sent_before():
    """A child who was rejoined: the request was lost, and nothing came after it."""
    table = about(by_hand(), "mail_message", "rejoined")
    assert [STEPS[step] for step in table["step"]] == ["request"]
    assert table["delivered_at"].tolist() == [NEVER]


@pytest.mark.parametrize("lost", [0, 1])
def test_a_step_may_begin_at_the_minute_at_which_the_way_ends(lost):
    """A child is determined to be one at midnight and of age at the same minute: the request was sent all the same."""
    child = Child(born=date(2000, 1, 2), lost=(lost, 0, 0), noticed=60)
    world = replication_of(alone("Mon 08:00", child, intake=10, processing=30, checks=15 * HOUR + 20))
    assert told(world.history.determined_at) == told(world.history.left_cbp_at) == ["Tue 00:00"]
    table = transcribe(Witness(world, settings_of("tracking=e3_2017")), ["mail_message"]).records["mail_message"]
    assert table["sent_at"].tolist() == [at("Tue 00:00")]
    assert (table["delivered_at"] == NEVER).tolist() == [bool(lost)]


def test_a_way_may_end_while_somebody_telephones():
    """Every try was lost and missed, and the child came of age before the call was made: four rows, none arrived."""
    child = Child(born=date(2000, 1, 2), lost=(4, 0, 0), noticed=60, phone=20 * HOUR)
    world = replication_of(alone("Mon 08:00", child))
    assert world.history.is_phoned.tolist() == [True]
    found = posted(world)
    assert (found.lost.tolist(), found.arrived.tolist()) == ([[4, 0, 0]], [[0, 0, 0]])


def test_a_queue_at_the_coordinators_is_not_taken_for_a_loss():
    """Of two steps that lasted long enough for the one loss, it stands with that whose message was lost.

    The third child waits long for the only coordinator, whom two others keep busy; its second message is lost.
    """
    others = [alone("Mon 08:00", Child()), alone("Mon 08:00", Child())]
    last = alone("Mon 08:00", Child(lost=(0, 1, 0), noticed=60, designation=8 * HOUR))
    world = replication_of(*others, last, facilities=facilities_of(coordinators=1, message_minutes=50))
    lasted = world.history.forwarded_at - world.history.determined_at
    assert lasted[2] == 150
    assert posted(world).lost.tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("tracking", [DELETES, KEEPS])
def test_requests_name_the_child_and_the_parent_taken(tracking):
    """A separated child's request carries the parent's number, of two parents the first's; answers name nobody."""
    witness = by_hand(tracking)
    numbers = witness.history.a_number
    for party, child in (("parted", 1), ("both_taken", 2), ("at_port", 1), ("routine", 0)):
        table = about(witness, "mail_message", party)
        of_child = about(witness, "mail_message", party).take(table["child_a_number"] == numbers[ROWS[party][child]])
        parent = BLANK if party == "routine" else numbers[ROWS[party][0]]
        assert of_child["parent_a_number"].tolist() == [parent]
        assert of_child["step"].tolist() == [STEPS.index("request")]
    answers = written(witness).records["mail_message"]
    answers = answers.take(answers["step"] != STEPS.index("request"))
    for field in ("child_a_number", "child_given", "child_surnames", "parent_a_number"):
        assert (answers[field] == BLANK).all()


def test_machines_write_no_mail_and_acknowledge_referrals():
    """Under automatic exchange there is no message, of a coordinator or of anybody, and every referral is answered."""
    for witness in (by_hand(LINKS), season(LINKS)):
        assert len(written(witness).records["mail_message"]) == 0
        referral = written(witness).records["e3_referral"]
        forwarded = witness.history.forwarded_at[written(witness).behind["e3_referral"].person] != NEVER
        assert forwarded.any()
        assert (referral["acknowledged_at"][forwarded] != NEVER).all()


def test_a_history_that_does_not_add_up_is_refused():
    """One more lost message than any course explains: the children are counted and the first is named."""
    world = by_hand().replication
    lost = world.history.messages_lost.copy()
    lost[ROWS["routine"]] += 1
    with pytest.raises(ModelError, match=f"about 1 children do not add up, first row {ROWS['routine'][0]}"):
        posted(replace(world, history=replace(world.history, messages_lost=lost)))


def test_a_design_that_changes_under_way_leaves_what_had_begun_by_mail():
    """Steps of mail begin under one design; those that begin after the switch are exchanged by machines."""
    facilities = facilities_of(designs=[Design(), Design(begins="Mon 12:00", automatic=True)], message_minutes=3)
    world = replication_of(alone("Mon 08:00", Child(designation=480)), facilities=facilities)
    found = posted(world)
    assert found.arrived.tolist() == [[2, 0, 0]]
    assert world.history.messages_sent.tolist() == [7]


@pytest.mark.parametrize("world", [by_hand, season], ids=["by hand", "season"])
def test_copies_keys_and_extracts(world):
    """Cells equal their sources, rows stand from their entry, and the table does not depend on what else is wanted."""
    assert faults(written(world()), world(), "mail") == []
