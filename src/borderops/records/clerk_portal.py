"""Clerks of HHS's portal: children, what it holds of separations, and stays in shelters.

Must not know which numbers were not passed on: these clerks make no mistakes.
"""

from __future__ import annotations

import numpy as np

from borderops.operations.history import Exit, ShelterExit
from borderops.operations.plan import EarlierParent
from borderops.records.clerk_mail import DESK_OFFICERS, SHELTER_WORKERS
from borderops.records.entry import Clerk, CopiedFrom, Desk, Entry
from borderops.records.fields import BLANK, two_names
from borderops.records.known_names import given_names_of, surnames_of
from borderops.records.origins import (
    FROM_ORIGIN,
    first_taken,
    origin_of,
    read,
    unit_numbers,
)
from borderops.records.users import UserRole, user
from borderops.records.witness import Witness
from borderops.units import NEVER

_CHILD, _SEPARATION, _PLACEMENT = range(80, 83)  # whose hand it is, in draws of who enters

_NO, _YES = range(2)  # choices of `portal_separation.separated`

_REQUEST = 0  # choice of `mail_message.step`


def children(witness: Witness, desk: Desk) -> Entry:
    """A row for every child whose referral reached ORR, and for those in shelters when the run began.

    Number and names come from the request, where it came by mail, and else from where the child was processed, like
    what a request encloses. Of those who were there before nothing was copied, and no A-number is known.
    """
    child = witness.rows(witness.in_shelter)
    at = _reached_at(witness, child)
    mail, origin = _request(desk, child), origin_of(desk, child, at)
    direct = origin.only(mail == BLANK)
    unit_no, from_unit = unit_numbers(witness, desk, child, at)
    people = witness.people
    surnames = two_names(surnames_of(people.surname_1[child]), surnames_of(people.surname_2[child]))
    processed = (origin.e3 != BLANK) | (origin.sigma != BLANK)
    given = origin.cells("given", given_names_of(people.given_1[child]))
    surnames = np.where(processed, two_names(origin.cells("surname_1"), origin.cells("surname_2")), surnames)
    columns = {
        "entered_at": at,
        "entered_by": _desk_users(witness, child, at, _CHILD),
        "portal_no": witness.portal_no[child],
        "a_number": read(desk, "mail_message", mail, "child_a_number", origin.cells("a_number")),
        "first_name": read(desk, "mail_message", mail, "child_given", given),
        "middle_name": origin.cells("middle", given_names_of(people.given_2[child])),
        "last_name": read(desk, "mail_message", mail, "child_surnames", surnames),
        "sex": origin.cells("sex", people.sex[child]),
        "birth_day": origin.cells("birth_day", people.birth_day[child]),
        "country": origin.cells("country", people.citizenship[child]),
        "unit_no": unit_no,
    }
    by_mail = (("a_number", "child_a_number"), ("first_name", "child_given"), ("last_name", "child_surnames"))
    copied = (
        CopiedFrom("mail_message", mail, by_mail),
        *direct.copied(
            ("a_number", "a_number"), ("first_name", "given"), ("last_name", "surname_1"), ("last_name", "surname_2")
        ),
        *origin.copied(("middle_name", "middle"), ("sex", "sex"), ("birth_day", "birth_day"), ("country", "country")),
        *from_unit,
    )
    return Entry(columns, child, {"station": BLANK}, copied)


def _reached_at(witness: Witness, child: np.ndarray) -> np.ndarray:
    """When children came to the portal."""
    history = witness.history
    return np.where(witness.is_resident[child], history.admitted_at[child], history.forwarded_at[child])


def _request(desk: Desk, child: np.ndarray) -> np.ndarray:
    """Number of the request that arrived by mail about each child; `BLANK` where none did."""
    table, behind = desk.tables["mail_message"], desk.behind["mail_message"]
    rows = np.flatnonzero((table["step"] == _REQUEST) & (table["delivered_at"] != NEVER))
    by_person = np.full(max(int(behind.person.max(initial=0)), int(child.max(initial=0))) + 1, BLANK)
    by_person[behind.person[rows]] = rows + 1
    return by_person[child]


def _by_machine(witness: Witness, child: np.ndarray) -> np.ndarray:
    """Whether machines exchanged the referrals of children; never of those who were there before."""
    practices, sent_at = witness.practices, witness.history.determined_at[child]
    return practices.is_automatic[practices.row(sent_at)] & (sent_at != NEVER)


def _desk_users(witness: Witness, child: np.ndarray, minutes: np.ndarray, index: int) -> np.ndarray:
    """Who of ORR's desk wrote about children, int32; a machine where the referral came from one."""
    desk = witness.officer(UserRole.ORR_DESK, child, minutes, DESK_OFFICERS, index)
    machine = user(UserRole.MACHINE, BLANK, minutes, np.zeros(child.size, dtype=np.int64))
    return np.where(_by_machine(witness, child), machine, desk)


def separations(witness: Witness, desk: Desk) -> Entry:
    """The box and the parent's number, for every child who came while the portal had them."""
    child = witness.rows(witness.in_shelter)
    practices, at = witness.practices, _reached_at(witness, child)
    has_box = practices.has_box[practices.row(at)]
    child, at = child[has_box], at[has_box]
    parent, mail = first_taken(witness, child), _request(desk, child)
    mail = np.where(parent != BLANK, mail, BLANK)
    direct = origin_of(desk, parent, at).only(mail == BLANK)
    columns = {
        "entered_at": at,
        "entered_by": _desk_users(witness, child, at, _SEPARATION),
        "portal_no": witness.portal_no[child],
        "separated": np.where((parent != BLANK) | _was_separated_earlier(witness)[child], _YES, _NO),
        "parent_a_number": read(desk, "mail_message", mail, "parent_a_number", direct.cells("a_number")),
    }
    copied = (
        CopiedFrom("mail_message", mail, (("parent_a_number", "parent_a_number"),)),
        *direct.copied(("parent_a_number", "a_number")),
    )
    return Entry(columns, child, {"other": parent, "station": BLANK}, copied)


def _was_separated_earlier(witness: Witness) -> np.ndarray:
    """Children who were in a shelter when the run began and had been separated; shape (n,), bool."""
    plan = witness.plan
    separated = np.zeros(plan.station.size, dtype=bool)
    separated[plan.resident] = plan.resident_parent != EarlierParent.NONE
    return separated


def placements(witness: Witness, desk: Desk) -> Entry:
    """Stays of children in shelters."""
    history = witness.history
    child = np.flatnonzero((history.admitted_at != NEVER) & np.isin(history.exit, (Exit.TO_SHELTER, Exit.NOT_HERE)))
    placed, ended = history.admitted_at[child], history.shelter_exit[child]
    columns = {
        "entered_at": placed,
        "entered_by": witness.officer(UserRole.SHELTER, child, placed, SHELTER_WORKERS, _PLACEMENT),
        "portal_no": witness.portal_no[child],
        "shelter": history.bed_kind[child],
        "placed_at": placed,
        "discharged_at": history.left_shelter_at[child],
        "discharge": np.where(ended == ShelterExit.NONE, BLANK, ended - 1),  # the choices follow `ShelterExit`
    }
    return Entry(columns, child, {"station": BLANK})


CLERKS: dict[str, Clerk] = {
    "portal_child": children,
    "portal_separation": separations,
    "portal_placement": placements,
}
"""Who writes each table of the portal."""

READS: dict[str, tuple[str, ...]] = {
    "portal_child": (*FROM_ORIGIN, "e3_family_member", "mail_message"),
    "portal_separation": (*FROM_ORIGIN, "mail_message"),
}
"""Tables that each of them reads."""
