"""Plan: every answer chance can give, before anybody waits for anybody.

An engine reads the plan and settles who waits for what; it draws nothing. All moments and durations are whole
minutes. People are processed in *cases*: a single adult, a family that says it is one, or children without a parent
(brothers and sisters alone together). A kin group or an undisclosed family is two cases, because nobody at the
station knows that it belongs together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from borderops.tables import Table


class CaseKind(IntEnum):
    """How people are processed."""

    ADULT = 0
    FAMILY = 1
    CHILDREN = 2


class Ground(IntEnum):
    """Why a family is to be parted."""

    NONE = 0
    PROSECUTION = 1
    PRIOR_CRIME = 2
    GANG = 3
    WARRANT = 4
    HEALTH = 5
    PARENTAGE_DOUBTED = 6
    DANGER_TO_CHILD = 7
    OTHER = 8


class AdultPath(IntEnum):
    """Where an adult goes after processing who is not known to have a family."""

    ICE = 0
    RETURN = 1  # returned from the station itself
    COURT = 2


class EarlierParent(IntEnum):
    """Where the parent of a child stands who was separated before the run began."""

    NONE = 0  # the child was not separated
    HERE = 1  # in ICE's custody or released
    REMOVED = 2


@dataclass(frozen=True)
class Plan(Table):
    """Stages of ``n`` people in ``k`` cases, of ``c`` children who may go to a shelter, and of ``r`` residents.

    Rows of people are those of `People`; rows of cases are sorted by their first person. *Rolls* are reserved integer
    uniforms, 0 to 65,535, which the engine holds against thresholds that depend on the load of the minute.
    """

    # cases, shape (k,)
    case_first: np.ndarray  # int32, row of the first person; adults stand before children
    case_size: np.ndarray  # int16
    case_adults: np.ndarray  # int16
    case_kind: np.ndarray  # int8, CaseKind
    case_station: np.ndarray  # int8
    case_at: np.ndarray  # int32, minute of apprehension
    intake_minutes: np.ndarray  # int32, an agent's time
    processing_minutes: np.ndarray  # int32, an agent's time
    checks_minutes: np.ndarray  # int32, nobody's time
    separated_checks_minutes: np.ndarray  # int32, further checks of children who were parted
    ground: np.ndarray  # int8, Ground the family is selected on
    takes_second_adult: np.ndarray  # bool, both parents are taken
    seeks_detention: np.ndarray  # bool, family detention is asked for
    detention_minutes: np.ndarray  # int32, stay in family detention
    release_minutes: np.ndarray  # int32, from the end of checks to the door
    rejoined_release_minutes: np.ndarray  # int32, from rejoining at the station to the door
    adults_minutes: np.ndarray  # int32, an agent's time for the adults of a family that is not grouped
    children_minutes: np.ndarray  # int32, an agent's time for its children
    grouping_roll: np.ndarray  # uint16, families
    code_roll: np.ndarray  # uint16, decides the reason code of the separation
    note_roll: np.ndarray  # uint16, decides what the case note says
    listing_roll: np.ndarray  # uint16, decides whether the local list has a row

    # people, shape (n,)
    apprehended_at: np.ndarray  # int32
    station: np.ndarray  # int8, -1 for residents
    is_child: np.ndarray  # bool, 17 or younger when apprehended
    departure_minutes: np.ndarray  # int32, adults and returned children: from the end of processing to leaving
    path: np.ndarray  # int8, AdultPath of adults not known to have a family
    is_never_referred: np.ndarray  # bool, parents: taken for prosecution and not referred
    is_declined: np.ndarray  # bool, adults: if referred, the prosecutor declines
    hear_by: np.ndarray  # int32, adults: latest hearing
    lapse_at: np.ndarray  # int32, adults: when a referral without a slot is given up
    jail_minutes: np.ndarray  # int32, adults: sentence beyond the time served, 0 for none
    is_back_same_day: np.ndarray  # bool, adults: if heard, brought back to the station on the evening of the hearing
    back_minute: np.ndarray  # int16, minute of the day at which they are back
    other_custody_minutes: np.ndarray  # int32, parents taken on another ground: charged and held, 0 for not
    ice_minutes: np.ndarray  # int32, adults: in ICE's custody
    is_removed: np.ndarray  # bool, adults: removed at its end, not released
    is_unfit: np.ndarray  # bool, adults: vetting finds a reason against reunification
    is_unwilling: np.ndarray  # bool, adults: wants the child to stay
    asks: np.ndarray  # bool, adults: asks for the child
    ask_minutes: np.ndarray  # int32, from reaching ICE's custody to asking
    is_returned: np.ndarray  # bool, children screened and returned to a contiguous country
    is_girl: np.ndarray  # bool
    young_until: np.ndarray  # int32, parents travel to children who were younger than this when the order came
    turns_13_at: np.ndarray  # int32
    turns_18_at: np.ndarray  # int32
    designation_minutes: np.ndarray  # int32
    transport_minutes: np.ndarray  # int32, wait for a seat, before the weekend factor
    travel_minutes: np.ndarray  # int32
    stay_minutes: np.ndarray  # int32, to release from the shelter at pace 1, see `borderops.pace`
    has_old_number: np.ndarray  # bool, an A-number was given at an earlier removal
    child_row: np.ndarray  # int32, row below, -1 for adults

    # children, shape (c,) or as said
    message_roll: np.ndarray  # uint16, shape (c, 3, 4), by Message and try: whether it is lost
    notice_roll: np.ndarray  # uint16, shape (c, 3, 4): how long until somebody notices
    phone_minutes: np.ndarray  # int32, after the last try
    itinerary_roll: np.ndarray  # uint16, whether the itinerary is wrong
    itinerary_minutes: np.ndarray  # int32, time lost if it is
    number_roll: np.ndarray  # uint16, whether the parent's number reaches HHS
    tracing_minutes: np.ndarray  # int32, from a parent's asking to finding the child
    is_granted: np.ndarray  # bool, a request leads to reunification
    request_minutes: np.ndarray  # int32, from finding the child to bringing both together
    is_found_by_review: np.ndarray  # bool, reading the file is enough to find the parent
    advocate_minutes: np.ndarray  # int32, from the order to an advocate's finding
    parent_travel_minutes: np.ndarray  # int32, if the parent travels
    child_travel_minutes: np.ndarray  # int32, if the child travels to an ICE centre
    without_notice_minutes: np.ndarray  # int32, wait at the centre for a parent who is not there yet
    is_reunited_abroad: np.ndarray  # bool, what a parent abroad decides
    abroad_minutes: np.ndarray  # int32, until then

    # residents, shape (r,)
    resident: np.ndarray  # int32, row of the person
    resident_kind: np.ndarray  # int8, kind of bed held on the first minute
    resident_since: np.ndarray  # int64
    resident_work: np.ndarray  # int64, work left on the first minute
    resident_parent: np.ndarray  # int8, EarlierParent
    resident_is_linked: np.ndarray  # bool, the parent is on record

    # families in detention on the first minute, shape (f,)
    detained_size: np.ndarray  # int16, persons, none of whom is among the people
    detained_until: np.ndarray  # int64

    # outages of the link to mail, shape (o,), sorted by station, then beginning; no two of a station overlap
    outage_station: np.ndarray  # int8, where mail does not go out
    outage_begins: np.ndarray  # int64, first minute
    outage_ends: np.ndarray  # int64, first minute after it
