"""The flawless clerk of e3's families: units of parents and children, groups of other relatives, and their end.

Where a design deletes units, that of a parted family ends with all its members at the parting; who stays together, and
who is rejoined, gets another one. Where it keeps them, the unit stands and says who was separated.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from borderops.operations.plan import Ground
from borderops.operations.rebuilding import members
from borderops.population.people import Role, Stratum
from borderops.records.clerk_e3_partings import (
    Job,
    Partings,
    chosen_of,
    is_marked,
    load_at,
    members_of,
    partings,
    rejoining_agent,
)
from borderops.records.clerk_e3_versions import completed, stacked
from borderops.records.entry import Desk, Entry
from borderops.records.fields import BLANK
from borderops.records.users import UserRole
from borderops.records.witness import Witness, told_once
from borderops.streams import Purpose
from borderops.units import NEVER

SUPERVISORS: Final = 3
"""Supervisors of a station and shift among whom deletions are approved; judgement."""

SECOND: Final = 3
"""Visit of the row of a second unit; those of the first one come before it."""


class Unit(IntEnum):
    """Kind of a unit, in the order of the field's choices."""

    UNIT = 0
    GROUP = 1


class Status(IntEnum):
    """What is said of a unit."""

    WHOLE = 0
    SEPARATED = 1
    RESTORED = 2


class MemberStatus(IntEnum):
    """What is said of a member of a kept unit."""

    TOGETHER = 0
    SEPARATED = 1


class MemberRole(IntEnum):
    """Place in the family."""

    PARENT = 0
    CHILD = 1
    RELATIVE = 2


class Comment(IntEnum):
    """What the comment of a deletion says."""

    NONE = 0
    PROSECUTION = 1
    MADE_IN_ERROR = 2
    OTHER_GROUND = 3


FURTHER = 1
"""Which unit of its first member one is that is not made at intake as the family's."""


class Units(NamedTuple):
    """Units and groups of e3, ``u`` of them; all but the last two have shape (u,)."""

    lead: np.ndarray  # int64, row of the first member
    number: np.ndarray  # int64
    kind: np.ndarray  # int8, Unit
    begins: np.ndarray  # int64
    ends: np.ndarray  # int64, NEVER where it was not deleted
    visit: np.ndarray  # int16, of its first row
    user: np.ndarray  # int32, who made it
    load: np.ndarray  # int8
    member: np.ndarray  # int64, shape (m,), rows of the members of all units
    unit_of: np.ndarray  # int64, shape (m,), unit of each


@told_once
def units(witness: Witness) -> Units:
    """All units and groups of e3: of families at intake, of who stays together or is rejoined, of recorded kin."""
    first, parted = first_units(witness), partings(witness)
    further = [_second_units(witness, parted), _groups(witness)]
    begins, lead = (np.concatenate([getattr(one, name) for one in further]) for name in ("begins", "lead"))
    numbers = witness.unit_numbers(witness.people.number[lead], begins, FURTHER, first.number)
    split = np.split(numbers, [further[0].begins.size])
    return _joined([first, *(one._replace(number=number) for one, number in zip(further, split))])


def first_units(witness: Witness) -> Units:
    """Unit of each family that says it is one, made at intake."""
    case = np.flatnonzero(witness.unit_no != BLANK)
    lead = witness.plan.case_first[case].astype(np.int64)
    parted = partings(witness)
    ends = np.full(case.size, NEVER, dtype=np.int64)
    ends[np.searchsorted(case, parted.case)] = np.where(parted.is_kept, NEVER, parted.at)
    member, _ = members(case, witness.plan)
    return Units(
        lead=lead,
        number=witness.unit_no[case],
        kind=np.full(case.size, Unit.UNIT, dtype=np.int8),
        begins=witness.history.intake_at[lead],
        ends=ends,
        visit=np.zeros(case.size, dtype=np.int16),
        user=witness.intake_user(lead),
        load=witness.intake_load(lead),
        member=member,
        unit_of=np.repeat(np.arange(case.size), witness.plan.case_size[case]),
    )


def _second_units(witness: Witness, parted: Partings) -> Units:
    """Units made after a parting: of the parent and children who stay together, and of those who are rejoined."""
    row, parting = members_of(witness, parted)
    stays = ~is_marked(witness)[row] & ~parted.is_kept[parting]
    rejoined = (witness.history.rejoined_at[row] != NEVER) & ~parted.is_restored[parting]
    # Where one parent stays the children do too, and nobody is rejoined: nobody is in two second units.
    chosen = stays | rejoined
    member, is_back = row[chosen], rejoined[chosen]
    place, unit_of = _leads(parting[chosen])
    lead, is_back, of = member[place], is_back[place], parting[chosen][place]
    begins = np.where(is_back, parted.rejoined_at[of], parted.at[of])
    return Units(
        lead=lead,
        number=np.zeros(lead.size, dtype=np.int64),
        kind=np.full(lead.size, Unit.UNIT, dtype=np.int8),
        begins=begins,
        ends=np.full(lead.size, NEVER, dtype=np.int64),
        visit=np.full(lead.size, SECOND, dtype=np.int16),
        user=np.where(is_back, rejoining_agent(witness, parted)[of], parted.agent[of]),
        load=np.where(is_back, load_at(witness, lead, begins), parted.load[of]),
        member=member,
        unit_of=unit_of,
    )


def _leads(family: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the first members of families whose members stand together, and the place of each member's family."""
    begins = np.diff(family, prepend=-1) != 0
    return np.flatnonzero(begins), np.cumsum(begins) - 1


@told_once
def is_recorded_kin(witness: Witness) -> np.ndarray:
    """True for members of kin groups that e3 holds as groups, shape (n,)."""
    people = witness.people
    share = witness.settings.records.kin_groups_recorded_share
    parties = np.flatnonzero(people.stratum == Stratum.KIN_GROUP)
    recorded = np.zeros(people.stratum.size, dtype=bool)
    recorded[parties] = witness.draws.uniforms(people.party_number[parties], Purpose.PRACTICE) < share
    return recorded[people.party] & witness.is_in_e3


def _groups(witness: Witness) -> Units:
    """Groups of relatives other than parents and children, made when the first of them is taken in."""
    member = np.flatnonzero(is_recorded_kin(witness))
    lead, unit_of = _leads(witness.people.party[member])
    taken_in = witness.history.intake_at[member]
    begins = np.minimum.reduceat(taken_in, lead) if lead.size else taken_in[:0]
    # The first of those who were taken in first.
    made_by = np.flatnonzero(taken_in == begins[unit_of])
    made_by = member[made_by[np.searchsorted(unit_of[made_by], np.arange(lead.size))]]
    return Units(
        lead=made_by,
        number=np.zeros(lead.size, dtype=np.int64),
        kind=np.full(lead.size, Unit.GROUP, dtype=np.int8),
        begins=begins,
        ends=np.full(lead.size, NEVER, dtype=np.int64),
        visit=np.zeros(lead.size, dtype=np.int16),
        user=witness.intake_user(made_by),
        load=witness.intake_load(made_by),
        member=member,
        unit_of=unit_of,
    )


def _joined(parts: list[Units]) -> Units:
    """Several sets of units as one."""
    before = np.cumsum([0, *(part.lead.size for part in parts)])
    shifted = [part._replace(unit_of=part.unit_of + start) for part, start in zip(parts, before)]
    return Units(*(np.concatenate(columns) for columns in zip(*shifted)))


# --- tables -------------------------------------------------------------------------------------------------------


def family_unit(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_family_unit`: a further row each time the status of a kept unit changes."""
    made, kept = units(witness), chosen_of(partings(witness), partings(witness).is_kept)
    restored = chosen_of(kept, kept.is_restored)
    ends = made.ends.copy()
    # First units stand before all others, in the order of their leads.
    ends[np.searchsorted(made.lead[: witness.unit_no[witness.unit_no != BLANK].size], kept.lead)] = kept.at
    entry = stacked(
        _units_made(made, ends),
        _units_changed(witness, kept, kept.at, kept.agent, kept.load, Status.SEPARATED),
        _units_changed(
            witness,
            restored,
            restored.rejoined_at,
            rejoining_agent(witness, restored),
            load_at(witness, restored.lead, restored.rejoined_at),
            Status.RESTORED,
        ),
    )
    return completed(entry, {"event_no": witness.event_no[witness.people.party[entry.person]]})


def _units_made(made: Units, ends: np.ndarray) -> Entry:
    """Rows of new units."""
    return Entry(
        {
            "entered_at": made.begins,
            "entered_by": made.user,
            "valid_to": ends,
            "unit_no": made.number,
            "kind": made.kind,
            "status": Status.WHOLE,
        },
        made.lead,
        {"visit": made.visit, "load": made.load},
    )


def _units_changed(
    witness: Witness, kept: Partings, at: np.ndarray, user: np.ndarray, load: np.ndarray, status: Status
) -> Entry:
    """Further rows of units that stand; a separated one ends where it is restored."""
    ends = np.where(kept.is_restored & (status == Status.SEPARATED), kept.rejoined_at, NEVER)
    return Entry(
        {
            "entered_at": at,
            "entered_by": user,
            "valid_to": ends,
            "unit_no": witness.unit_no[kept.case],
            "kind": Unit.UNIT,
            "status": status,
        },
        kept.lead,
        {"visit": int(status), "load": load},
    )


def family_member(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_family_member`: further rows where a kept unit's member is separated and rejoined."""
    kept = chosen_of(partings(witness), partings(witness).is_kept)
    row, parting = members_of(witness, kept)
    marked = is_marked(witness)[row]
    row, parting = row[marked], parting[marked]
    entry = stacked(
        _members_joined(witness, row, kept.at[parting]),
        _members_separated(witness, kept, row, parting),
        _members_rejoined(witness, kept, row, parting),
    )
    return completed(entry, {"subject_no": witness.subject_no[entry.person], "role": _role(witness, entry.person)})


def _members_joined(witness: Witness, marked: np.ndarray, at: np.ndarray) -> Entry:
    """Rows of members as they came into their units; those who are marked as separated have others from then on."""
    made = units(witness)
    until = np.full(witness.is_in_e3.size, NEVER, dtype=np.int64)
    until[marked] = at
    is_first = made.visit[made.unit_of] < SECOND
    ends = np.minimum(made.ends[made.unit_of], np.where(is_first, until[made.member], NEVER))
    begins, user, load = _joining(witness, made)
    keeps = witness.practices.keeps_unit[witness.practices.row(begins)]
    return Entry(
        {
            "entered_at": begins,
            "entered_by": user,
            "valid_to": ends,
            "unit_no": made.number[made.unit_of],
            "member_status": np.where(keeps, MemberStatus.TOGETHER, BLANK),
            "code": BLANK,
        },
        made.member,
        {"visit": made.visit[made.unit_of], "load": load},
    )


def _joining(witness: Witness, made: Units) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When each member joined the unit, who wrote it, and at which load: a relative's own intake may come later."""
    begins, user, load = (column[made.unit_of] for column in (made.begins, made.user, made.load))
    of_kin = made.kind[made.unit_of] == Unit.GROUP
    kin = made.member[of_kin]
    begins[of_kin], user[of_kin] = witness.history.intake_at[kin], witness.intake_user(kin)
    load[of_kin] = witness.intake_load(kin)
    return begins, user, load


def _members_separated(witness: Witness, kept: Partings, row: np.ndarray, parting: np.ndarray) -> Entry:
    """Rows of members whom a kept unit calls separated, with the code."""
    back = kept.is_restored[parting] & (witness.history.rejoined_at[row] != NEVER)
    return Entry(
        {
            "entered_at": kept.at[parting],
            "entered_by": kept.agent[parting],
            "valid_to": np.where(back, kept.rejoined_at[parting], NEVER),
            "unit_no": witness.unit_no[kept.case][parting],
            "member_status": MemberStatus.SEPARATED,
            "code": kept.code[parting],
        },
        row,
        {"visit": 1, "load": kept.load[parting]},
    )


def _members_rejoined(witness: Witness, kept: Partings, row: np.ndarray, parting: np.ndarray) -> Entry:
    """Rows of members who are together again in a restored unit."""
    back = kept.is_restored[parting] & (witness.history.rejoined_at[row] != NEVER)
    row, parting = row[back], parting[back]
    return Entry(
        {
            "entered_at": kept.rejoined_at[parting],
            "entered_by": rejoining_agent(witness, kept)[parting],
            "valid_to": NEVER,
            "unit_no": witness.unit_no[kept.case][parting],
            "member_status": MemberStatus.TOGETHER,
            "code": BLANK,
        },
        row,
        {"visit": 2, "load": load_at(witness, row, kept.rejoined_at[parting])},
    )


def _role(witness: Witness, person: np.ndarray) -> np.ndarray:
    """Place of people in their units."""
    grown = np.where(witness.claims_family[person], MemberRole.PARENT, MemberRole.RELATIVE)
    return np.where(witness.people.role[person] < Role.CHILD, grown, MemberRole.CHILD)


def unit_deletion(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_unit_deletion`: one reason, and a supervisor's approval."""
    parted = partings(witness)
    parted = chosen_of(parted, ~parted.is_kept)
    to_court = witness.plan.ground[parted.case] == Ground.PROSECUTION
    return Entry(
        {
            "entered_at": parted.at,
            "entered_by": parted.agent,
            "unit_no": witness.unit_no[parted.case],
            "code": parted.code,
            "comment": np.where(to_court, Comment.PROSECUTION, Comment.OTHER_GROUND),
            "official": witness.officer(UserRole.SUPERVISOR, parted.lead, parted.at, SUPERVISORS, Job.APPROVAL),
            "deleted_at": parted.at,
        },
        parted.lead,
        {"load": parted.load},
    )
