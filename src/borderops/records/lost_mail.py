"""Messages that never arrived, and why: an outage explains all that were lost in it, other losses stand alone.

A lost message is no error of records, whose cell for its arrival is rightly empty; it is what a tool that matches mail
has to do without.
"""

from __future__ import annotations

import numpy as np

from borderops.records.answer_key import NOTHING_LOST, CauseKind, Lost, Mechanism
from borderops.records.fields import BLANK
from borderops.records.ledger import Ledger
from borderops.records.posting import outage_of
from borderops.records.witness import Witness
from borderops.units import NEVER


def lose_mail(ledger: Ledger, witness: Witness) -> Lost:
    """Find the messages that were lost, and what explains each.

    Parameters
    ----------
    ledger : Ledger
        Takes the causes in.
    witness : Witness

    Returns
    -------
    Lost
        Nothing where no mail is kept.
    """
    if "mail_message" not in ledger:
        return NOTHING_LOST
    table, plan = ledger.clean("mail_message"), witness.plan
    rows = ledger.standing("mail_message", np.flatnonzero(table["delivered_at"] == NEVER))
    sent, station = table["sent_at"][rows], ledger.behind("mail_message").station[rows]
    outage = outage_of(station, sent, plan)
    cause = np.full(rows.size, BLANK, dtype=np.int64)
    some, place = np.unique(outage[outage >= 0], return_inverse=True)
    begins, ends = plan.outage_begins[some], plan.outage_ends[some]
    where = plan.outage_station[some]
    cause[outage >= 0] = ledger.cause(CauseKind.OUTAGE, Mechanism.MESSAGE_LOST, where, begins, BLANK, until=ends)[place]
    alone = outage < 0
    cause[alone] = ledger.cause(CauseKind.STEERING_ACT, Mechanism.MESSAGE_LOST, station[alone], sent[alone], BLANK)
    return Lost(rec_id=table["rec_id"][rows], cause=cause)
