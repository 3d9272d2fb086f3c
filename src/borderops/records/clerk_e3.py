"""The flawless clerk of e3: people, where and with whom they were met, where they were kept, and what became of them.

Families stand in `borderops.records.clerk_e3_units`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np

from borderops import clock
from borderops.operations.history import CourtOutcome, Exit
from borderops.ordering import ranks
from borderops.population.people import Role
from borderops.records import clerk_e3_units
from borderops.records.clerk_e3_partings import (
    Job,
    is_marked,
    load_at,
    members_of,
    partings,
    rejoining_agent,
)
from borderops.records.clerk_e3_units import is_recorded_kin
from borderops.records.clerk_e3_versions import completed, stacked
from borderops.records.entry import Clerk, Column, CopiedFrom, Desk, Entry
from borderops.records.fields import BLANK
from borderops.records.known_names import given_names_of, surnames_of
from borderops.records.systems import LAYOUTS, NOTES
from borderops.records.witness import Witness, told_once
from borderops.units import DAY, NEVER

FINGERPRINTED_FROM: Final = 14
"""Age from which prints are taken (8 C.F.R. 236.5)."""


class Class(IntEnum):
    """How a person is processed, in the order of the field's choices."""

    SINGLE_ADULT = 0
    UAC = 1
    FAMILY_UNIT = 2
    FAMILY_GROUP = 3


# --- people ---------------------------------------------------------------------------------------------------------


def subject(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_subject`: a row at intake, further ones when a parting or rejoining changes the class."""
    entry = stacked(_taken_in(witness), _parted(witness), _rejoined(witness))
    person, entered = entry.person, np.asarray(entry.columns["entered_at"])
    return completed(
        entry,
        {
            "subject_no": lambda: witness.subject_no[person],
            "event_no": lambda: witness.event_no[witness.people.party[person]],
            **portrait(witness, person),
            "age": lambda: completed_years(witness.people.birth_day[person], entered),
            "fingerprint": lambda: fingerprints(witness)[person],
        },
    )


def _taken_in(witness: Witness) -> Entry:
    """Rows at intake; they end where the class changes."""
    rows, (changed, parting) = witness.rows(witness.is_in_e3), _changed(witness)
    ends = np.full(witness.is_in_e3.size, NEVER, dtype=np.int64)
    ends[changed] = partings(witness).at[parting]
    return Entry(
        {
            "entered_at": witness.history.intake_at[rows],
            "entered_by": witness.intake_user(rows),
            "valid_to": ends[rows],
            "class": _class(witness, rows),
        },
        rows,
        {"visit": 0, "load": witness.intake_load(rows)},
    )


@told_once
def _changed(witness: Witness) -> tuple[np.ndarray, np.ndarray]:
    """People whose class changed because their unit was deleted, and the place of each one's parting."""
    parted = partings(witness)
    row, parting = members_of(witness, parted)
    changed = is_marked(witness)[row] & ~parted.is_kept[parting]
    return row[changed], parting[changed]


def _parted(witness: Witness) -> Entry:
    """Rows of those whose unit was deleted: single adults and children alone from then on."""
    (rows, parting), parted = _changed(witness), partings(witness)
    return Entry(
        {
            "entered_at": parted.at[parting],
            "entered_by": parted.agent[parting],
            "valid_to": witness.history.rejoined_at[rows],
            "class": np.where(witness.history.is_taken[rows], Class.SINGLE_ADULT, Class.UAC),
        },
        rows,
        {"visit": 1, "load": parted.load[parting]},
    )


def _rejoined(witness: Witness) -> Entry:
    """Rows of those of them who were rejoined: a family again."""
    (rows, parting), parted = _changed(witness), partings(witness)
    back = witness.history.rejoined_at[rows] != NEVER
    rows, parting = rows[back], parting[back]
    at = parted.rejoined_at[parting]
    return Entry(
        {
            "entered_at": at,
            "entered_by": rejoining_agent(witness, parted)[parting],
            "valid_to": NEVER,
            "class": Class.FAMILY_UNIT,
        },
        rows,
        {"visit": 2, "load": load_at(witness, rows, at)},
    )


def _class(witness: Witness, rows: np.ndarray) -> np.ndarray:
    """How people are processed at intake, shape (k,)."""
    without = np.where(witness.people.role[rows] < Role.CHILD, Class.SINGLE_ADULT, Class.UAC)
    of_kin = np.where(is_recorded_kin(witness)[rows], Class.FAMILY_GROUP, without)
    return np.where(witness.claims_family[rows], Class.FAMILY_UNIT, of_kin)


def portrait(witness: Witness, person: np.ndarray) -> dict[str, Column]:
    """Fields by which systems that process people know them: number, names, sex, birth, citizenship."""
    people = witness.people
    return {
        "a_number": lambda: witness.a_number[person],
        "given": lambda: given_names_of(people.given_1[person]),
        "middle": lambda: given_names_of(people.given_2[person]),
        "surname_1": lambda: surnames_of(people.surname_1[person]),
        "surname_2": lambda: surnames_of(people.surname_2[person]),
        "sex": lambda: people.sex[person],
        "birth_day": lambda: people.birth_day[person],
        "country": lambda: people.citizenship[person],
    }


@told_once
def fingerprints(witness: Witness) -> np.ndarray:
    """Number of everybody's prints, from 1 in the order of intake; `BLANK` for those under 14; shape (n,), int64."""
    met = witness.is_in_e3 | witness.is_in_sigma
    old_enough = witness.people.comes_of_age(FINGERPRINTED_FROM) <= witness.history.intake_at
    rows = np.flatnonzero(met & old_enough)
    numbers = np.full(met.size, BLANK, dtype=np.int64)
    numbers[rows] = ranks(witness.history.intake_at[rows]) + 1
    return numbers


def completed_years(birth_day: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Age at moments, shape (n,), int64: `borderops.ages.age_years`, told once for each day of the calendar."""
    if not birth_day.size:
        return np.zeros(0, dtype=np.int64)
    on = minutes // DAY
    earliest = int(min(birth_day.min(), on.min()))
    dates = np.datetime64(clock.EPOCH, "D") + np.arange(earliest, int(max(birth_day.max(), on.max())) + 1)
    months = dates.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64)
    # Days of the year as a calendar shows them, so that leap years do not shift birthdays.
    place = (months - months.astype("datetime64[Y]")).astype(np.int64) * 32 + (dates - months).astype(np.int64)
    born, on = birth_day - earliest, on - earliest
    return year[on] - year[born] - (place[on] < place[born])


def event(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_event`: entered with the first person of the event who is taken in."""
    numbers = _events(witness)
    person = _first_taken_in(witness)[numbers]
    party = witness.people.party[person]
    return Entry(
        {
            "entered_at": witness.history.intake_at[person],
            "entered_by": witness.intake_user(person),
            "event_no": numbers,
            "station": witness.station[person],
            "apprehended_at": witness.people.apprehended_at[party],
        },
        np.full(person.size, BLANK, dtype=np.int32),
        {
            "entity": witness.people.event[party],
            "station": witness.station[person],
            "load": witness.intake_load(person),
        },
    )


def _events(witness: Witness) -> np.ndarray:
    """Numbers of the events in which somebody was met about whom clerks write, ascending."""
    is_met = np.zeros(int(witness.event_no.max(initial=0)) + 1, dtype=bool)
    is_met[witness.event_no[witness.people.party[witness.rows(witness.is_in_e3)]]] = True
    return np.flatnonzero(is_met)


def _first_taken_in(witness: Witness) -> np.ndarray:
    """Row of the first person of each event who was taken in, by the number of the event."""
    taken_in = np.flatnonzero(witness.is_in_e3)
    last_first = np.empty_like(taken_in)
    last_first[-witness.subject_no[taken_in]] = taken_in  # whose numbers are from 1, in the order of intake
    first = np.full(int(witness.event_no.max(initial=0)) + 1, BLANK, dtype=np.int64)
    first[witness.event_no[witness.people.party[last_first]]] = last_first
    return first


# --- where they were kept, and where they went ------------------------------------------------------------------------

_OUT = LAYOUTS["e3_detention"].every_field["out_reason"].choices
_REASON_OF_EXIT: Final = {
    Exit.INSIDE: None,
    Exit.TO_ICE: "ice",
    Exit.RETURNED: "returned",
    Exit.TO_COURT: "court",
    Exit.RELEASED: "released",
    Exit.TO_FAMILY_DETENTION: "family_detention",
    Exit.TO_SHELTER: "shelter",
    Exit.AGED_OUT: "aged_out",
    Exit.NOT_HERE: None,
    Exit.TO_OTHER_CUSTODY: "other",
}
OUT_REASON: Final = np.array(
    [BLANK if _REASON_OF_EXIT[one] is None else _OUT.index(str(_REASON_OF_EXIT[one])) for one in Exit], dtype=np.int8
)
"""Reason of book-out by `Exit`."""


def detention(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_detention`: from being met to leaving CBP's hands; rejoined parents have a second stay.

    A parent who comes back from court when no child is left is in ICE's custody from that minute on: no stay.
    """
    entry = stacked(_first_stays(witness), _second_stays(witness))
    person = entry.person
    return completed(entry, {"subject_no": witness.subject_no[person], "station": witness.station[person]})


def _first_stays(witness: Witness) -> Entry:
    """Stays that begin with being met; nobody is booked in before intake, so the row is entered then."""
    history, rows = witness.history, witness.rows(witness.is_in_e3)
    return Entry(
        {
            "entered_at": history.intake_at[rows],
            "entered_by": witness.intake_user(rows),
            "in_at": history.apprehended_at[rows],
            "out_at": history.left_cbp_at[rows],
            "out_reason": OUT_REASON[history.exit[rows]],
        },
        rows,
        {"visit": 0, "load": witness.intake_load(rows)},
    )


def _second_stays(witness: Witness) -> Entry:
    """Stays of parents who are back from court and rejoined with a child."""
    history = witness.history
    rows = np.flatnonzero(witness.is_in_e3 & (history.back_at != NEVER) & (history.rejoined_at != NEVER))
    in_at, out_at = history.back_at[rows], history.left_again_at[rows]
    return Entry(
        {
            "entered_at": in_at,
            "entered_by": witness.agent(rows, in_at, Job.RETURN),
            "in_at": in_at,
            "out_at": out_at,
            "out_reason": np.where(out_at != NEVER, _OUT.index("released"), BLANK),
        },
        rows,
        {"visit": 1, "load": load_at(witness, rows, in_at)},
    )


_OUTCOMES = LAYOUTS["e3_prosecution"].every_field["outcome"].choices
_OUTCOME = {
    CourtOutcome.PENDING: "pending",
    CourtOutcome.LAPSED: "lapsed",
    CourtOutcome.DECLINED: "declined",
    CourtOutcome.TIME_SERVED: "time_served",
    CourtOutcome.JAIL: "jail",
}
OUTCOME: Final = np.array(
    [_OUTCOMES.index(_OUTCOME[one]) if one in _OUTCOME else BLANK for one in CourtOutcome], dtype=np.int8
)
"""Outcome of a referral by `CourtOutcome`."""


def prosecution(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_prosecution`: adults who were referred."""
    history = witness.history
    rows = np.flatnonzero(witness.is_in_e3 & (history.prosecution_referred_at != NEVER))
    referred_at = history.prosecution_referred_at[rows]
    return Entry(
        {
            "entered_at": referred_at,
            "entered_by": witness.agent(rows, referred_at, Job.PROSECUTION),
            "subject_no": witness.subject_no[rows],
            "referred_at": referred_at,
            "outcome": OUTCOME[history.court_outcome[rows]],
            "court_at": history.heard_at[rows],
            "returned_at": history.back_at[rows],
        },
        rows,
        {"load": load_at(witness, rows, referred_at)},
    )


def referral(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_referral`: children determined to be unaccompanied."""
    history, practices = witness.history, witness.practices
    rows = np.flatnonzero(witness.is_in_e3 & (history.determined_at != NEVER))
    sent_at = history.determined_at[rows]
    automatic = practices.is_automatic[practices.row(sent_at)]
    return Entry(
        {
            "entered_at": sent_at,
            "entered_by": witness.agent(rows, sent_at, Job.REFERRAL),
            "subject_no": witness.subject_no[rows],
            "sent_at": sent_at,
            "transport": automatic,
            "acknowledged_at": np.where(automatic, history.forwarded_at[rows], NEVER),
        },
        rows,
        {"load": load_at(witness, rows, sent_at)},
    )


# --- case notes -------------------------------------------------------------------------------------------------------


def narrative(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_narrative`: the separation at the top of the note, and every child described."""
    rows, at, load, children = _noted(witness)
    return Entry(
        {
            "entered_at": at,
            "entered_by": witness.agent(rows, at, Job.NOTE),
            "subject_no": witness.subject_no[rows],
            "body": np.full(rows.size, NOTES.index("separation_at_top_and_child")),
            "children_named": children,
        },
        rows,
        {"load": load},
    )


def _noted(witness: Witness) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Parents taken by Border Patrol, when, at which load, and from how many children."""
    history, plan = witness.history, witness.plan
    rows = np.flatnonzero(witness.is_in_e3 & history.is_taken)
    case = witness.case[rows]
    children = plan.case_size[case].astype(np.int64) - plan.case_adults[case]
    return rows, history.parted_at[rows], history.load[rows], children


def narrative_child(witness: Witness, desk: Desk) -> Entry:
    """Write `e3_narrative_child`: every child as e3 has it."""
    rows, at, load, children = _noted(witness)
    parent = np.repeat(np.arange(rows.size), children)
    place = np.arange(parent.size) - np.repeat(np.cumsum(children) - children, children)
    case = witness.case[rows[parent]]
    child = witness.plan.case_first[case] + witness.plan.case_adults[case] + place
    rec = desk.rec_of("e3_subject", child)
    subjects = desk.tables["e3_subject"]
    return Entry(
        {
            "entered_at": at[parent],
            "entered_by": witness.agent(rows, at, Job.NOTE)[parent],
            "subject_no": witness.subject_no[rows[parent]],
            "child_given": subjects["given"][rec - 1],
            "child_age": subjects["age"][rec - 1],
        },
        rows[parent],
        {
            "other": child,
            "entity": witness.people.number[child],
            "visit": witness.people.role[rows[parent]],
            "load": load[parent],
        },
        (CopiedFrom("e3_subject", rec, (("child_given", "given"), ("child_age", "age"))),),
    )


CLERKS: dict[str, Clerk] = {
    "e3_event": event,
    "e3_subject": subject,
    "e3_family_unit": clerk_e3_units.family_unit,
    "e3_family_member": clerk_e3_units.family_member,
    "e3_unit_deletion": clerk_e3_units.unit_deletion,
    "e3_prosecution": prosecution,
    "e3_narrative": narrative,
    "e3_narrative_child": narrative_child,
    "e3_referral": referral,
    "e3_detention": detention,
}
"""Who writes each table of e3."""

READS: dict[str, tuple[str, ...]] = {
    "e3_event": ("e3_subject",),
    "e3_family_unit": ("e3_subject",),
    "e3_narrative_child": ("e3_subject",),
}
"""Tables that are read for them."""
