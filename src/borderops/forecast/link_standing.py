"""Where the links of separated children stand in the records of one replication: at the end, and when needed."""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops.records.answer_key import TABLES as RECORD_TABLES
from borderops.records.bookkeeping import Books
from borderops.scoring.standing import Kind, Level, Links, evidence, standing, true_links
from borderops.units import DAY, HOUR, NEVER

TABLES: Final = (
    *("e3_event", "e3_subject", "e3_family_unit", "e3_family_member", "e3_unit_deletion", "e3_narrative"),
    *("e3_narrative_child", "e3_detention", "eid_flag", "sigma_case", "sigma_family_link", "earm_case"),
    *("earm_comment", "earm_placement", "portal_child", "portal_separation", "mail_message", "local_sheet_row"),
)
"""Tables that figures are read from: links, the official list, family units and the written clock."""

MAIL: Final = RECORD_TABLES.index("mail_message")

KEPT: Final = "unit kept"
DELETED: Final = "unit deleted"
NO_UNIT: Final = "no unit"
PORT_CASES: Final = "cases of a port linked"


class LinkStanding:
    """Links between separated children and their parents, and where they stand. Arrays have shape (n,), links.

    Parameters
    ----------
    books : Books
        With `TABLES`.
    begins_at, ends_at : int
        Links parted from the first minute on and before the second.
    """

    def __init__(self, books: Books, begins_at: int, ends_at: int):
        witness = books.witness
        links = true_links(witness)
        chosen = links.is_separation & (links.parted_at >= begins_at) & (links.parted_at < ends_at)
        self.links: Links = links.take(chosen)
        found = evidence(self.links, books.records, books.key.behind, witness)
        horizon = witness.history.horizon
        self.at_end = standing(self.links, found, horizon - 1)
        self.after_an_hour = standing(self.links, found, self.links.parted_at + HOUR)
        self.after_a_day = standing(self.links, found, self.links.parted_at + DAY)
        admitted = witness.history.admitted_at[self.links.child]
        self.in_shelter = (admitted != NEVER) & (admitted < horizon)
        needed_at = np.where(self.in_shelter, admitted, 0)
        on_arrival = standing(self.links, found, needed_at)
        # The mail about a child is in HHS's hands, though in none of its systems.
        mail = (found.table == MAIL) & (found.from_at <= needed_at[found.link])
        in_mail = np.zeros(len(self.links), dtype=bool)
        in_mail[found.link[mail]] = True
        self.in_reach = (on_arrival <= Level.VISIBLE) | in_mail
        keeps = witness.practices.keeps_unit[witness.practices.row(self.links.parted_at)]
        at_port = witness.is_in_sigma[self.links.child]  # which keeps no units, but links from case to case
        of_disclosed = np.where(at_port, PORT_CASES, np.where(keeps, KEPT, DELETED))
        self.unit = np.where(self.links.kind != Kind.DISCLOSED, NO_UNIT, of_disclosed)
