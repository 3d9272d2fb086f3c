"""Lost messages: each has what explains it, and an outage explains all that were lost in it."""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.worlds import settings_with

from borderops.records.answer_key import CauseKind, Mechanism
from borderops.records.bookkeeping import Books, keep_books
from borderops.replication import replicate
from borderops.units import NEVER

STORM = [{"day": "2018-05-08", "hour": 9.0, "lasts_hours": 30.0, "stations": []}]


@cache
def books() -> Books:
    """Two weeks at two sectors with a long outage."""
    settings = settings_with(
        {
            "window.start": "2018-05-01",
            "window.end": "2018-05-14",
            "arrivals.stations": ["yuma", "el_paso"],
            "referral.outages.planned": STORM,
            "referral.outages.lost_share": 0.8,
        }
    )
    return keep_books(replicate(settings, 1), settings, ["mail_message"])


def test_every_message_that_never_arrived_is_there_once():
    """Rows without an arrival, and no others."""
    mail, lost = books().records["mail_message"], books().key.lost
    assert lost.rec_id.tolist() == mail["rec_id"][mail["delivered_at"] == NEVER].tolist()
    assert lost.rec_id.size > 20


def test_an_outage_explains_all_that_were_lost_in_it():
    """Sent inside a logged outage of the station, and every such loss has that outage as its cause."""
    key, mail = books().key, books().records["mail_message"]
    causes, place = key.causes, np.searchsorted(mail["rec_id"], key.lost.rec_id)
    sent, station = mail["sent_at"][place], key.behind["mail_message"].station[place]
    kind = causes.kind[key.lost.cause]
    assert set(causes.mechanism[key.lost.cause]) == {Mechanism.MESSAGE_LOST}
    inside = kind == CauseKind.OUTAGE
    begins, ends = causes.begins_at[key.lost.cause], causes.ends_at[key.lost.cause]
    assert ((begins <= sent) & (sent < ends) & (causes.station[key.lost.cause] == station))[inside].all()
    plan = books().witness.plan
    for outage in zip(plan.outage_station, plan.outage_begins, plan.outage_ends, strict=True):
        mine = (station == outage[0]) & (outage[1] <= sent) & (sent < outage[2])
        assert inside[mine].all()
        assert np.unique(key.lost.cause[mine]).size <= 1
    assert np.unique(key.lost.cause[inside]).size == 2  # one at each sector
    assert inside.sum() > 10


def test_other_losses_stand_alone():
    """A message lost outside outages has a cause of its own, at the minute it was sent."""
    key = books().key
    alone = key.causes.kind[key.lost.cause] == CauseKind.STEERING_ACT
    assert alone.any()
    assert np.unique(key.lost.cause[alone]).size == alone.sum()
