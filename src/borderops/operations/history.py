"""History: what happened to everybody, when. Moments are minutes; NEVER stands for what did not happen.

Written by an engine, read by everything that comes after. Holds no count and no rate: those are computed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from borderops.tables import Table


class Exit(IntEnum):
    """How a person left the hands of CBP."""

    INSIDE = 0  # still there on the last minute played
    TO_ICE = 1
    RETURNED = 2
    TO_COURT = 3
    RELEASED = 4
    TO_FAMILY_DETENTION = 5
    TO_SHELTER = 6
    AGED_OUT = 7  # turned eighteen while waiting
    NOT_HERE = 8  # a resident of a shelter, who had left before the run began
    TO_OTHER_CUSTODY = 9  # a parent charged with a crime


class CourtOutcome(IntEnum):
    """What became of an adult who was to be prosecuted."""

    NONE = 0
    NEVER_REFERRED = 1  # taken for prosecution and never referred
    LAPSED = 2  # no slot within the limit
    DECLINED = 3
    PENDING = 4  # a slot is given, the hearing not yet played
    TIME_SERVED = 5
    JAIL = 6


class ShelterExit(IntEnum):
    """How a child left a shelter."""

    NONE = 0
    RELEASED = 1  # to a parent, relative or other sponsor
    AGED_OUT = 2
    REUNITED = 3  # with the parent taken from the child


class IceExit(IntEnum):
    """How an adult left ICE's custody."""

    NONE = 0
    RELEASED = 1
    REMOVED = 2
    WITH_CHILD = 3  # released to be reunited


class Code(IntEnum):
    """Reason code on the deletion or marking of a separated family's unit."""

    NONE = 0  # no unit, or nobody parted
    RIGHT = 1
    WRONG = 2
    BLANK = 3
    SEVERAL = 4


class Note(IntEnum):
    """What the case note of a separated parent says of the family."""

    NONE = 0  # no parent parted
    NOTHING = 1
    NOT_AT_TOP = 2  # some facts on the child
    TOP_AND_CHILD = 3
    TOP_ONLY = 4


class ParentNumber(IntEnum):
    """Whether a separated child's referral carried the parent's A-number."""

    NONE = 0  # no referral, or not separated
    NOT_PASSED = 1
    WRONG = 2
    RIGHT = 3


class FoundBy(IntEnum):
    """How the parent of a separated child in care became known to those who reunite."""

    NONE = 0
    RECORD = 1
    ASKING = 2
    REVIEW = 3
    ADVOCATE = 4


class Reunion(IntEnum):
    """How a child in care was reunited, or why it was not."""

    NONE = 0
    BY_REQUEST = 1
    PARENT_TRAVELLED = 2
    CHILD_TRAVELLED = 3
    ABROAD = 4
    UNFIT = 5  # vetting found a reason against it
    UNWILLING = 6  # the parent wants the child to stay
    WAIVED_ABROAD = 7  # the parent was removed and wants the child to stay


@dataclass(frozen=True)
class History(Table):
    """What happened to ``n`` people, rows as in `People`; moments are `borderops.units.MOMENT`."""

    first_minute: int
    horizon: int  # first minute not played

    apprehended_at: np.ndarray  # int32
    intake_at: np.ndarray  # int32, an agent takes the case in
    a_number: np.ndarray  # int32, 0 before intake
    desk: np.ndarray  # int16, desk of intake, -1 before it
    processing_at: np.ndarray  # int32, an agent begins processing
    processed_at: np.ndarray  # int32
    ground: np.ndarray  # int8, Ground on which the family was selected
    selected_at: np.ndarray  # int32
    is_spared: np.ndarray  # bool, selected, but a rule on occupancy forbade the parting
    parted_at: np.ndarray  # int32, physical parting from a member of the family
    prosecution_referred_at: np.ndarray  # int32, adults: referred for prosecution
    heard_at: np.ndarray  # int32, heard in court
    court_outcome: np.ndarray  # int8, CourtOutcome
    freed_at: np.ndarray  # int32, an adult leaves the court's custody for ICE, after the hearing or jail
    back_at: np.ndarray  # int32, a parent is back at the station from court
    rejoined_at: np.ndarray  # int32, parents and children rejoined at the station
    left_again_at: np.ndarray  # int32, a rejoined parent leaves the station with the children
    is_taken: np.ndarray  # bool, parents: taken from the children by the parting
    is_alone: np.ndarray  # bool, children: left with no parent by the parting
    is_grouped: np.ndarray  # bool, in a family unit since intake
    separation_code: np.ndarray  # int8, Code
    note: np.ndarray  # int8, Note
    is_listed: np.ndarray  # bool, separated family with a row in the local spreadsheet
    parent_number: np.ndarray  # int8, ParentNumber
    load: np.ndarray  # int8, tenths of the agents' last hour that were busy at the act, -1 for no act
    determined_at: np.ndarray  # int32, determined to be an unaccompanied child; the referral is sent
    forwarded_at: np.ndarray  # int32, the referral is with ORR
    desk_at: np.ndarray  # int32, ORR's intake desk begins with the referral
    cleared_at: np.ndarray  # int32, ORR's intake desk is done; a bed is waited for
    designated_at: np.ndarray  # int32, a bed is taken
    bed_kind: np.ndarray  # int8, -1 for none
    arranged_at: np.ndarray  # int32, transport is asked for
    itinerary_at: np.ndarray  # int32, the itinerary is known at the station
    messages_sent: np.ndarray  # int8, messages about the child, repeated ones included
    messages_lost: np.ndarray  # int8, of these, lost or sent into an outage
    is_phoned: np.ndarray  # bool, a message was sent as often as allowed and then replaced by telephone
    is_misrouted: np.ndarray  # bool, the itinerary was wrong
    left_cbp_at: np.ndarray  # int32
    exit: np.ndarray  # int8, Exit
    left_detention_at: np.ndarray  # int32, left family detention
    admitted_at: np.ndarray  # int32, arrived at the shelter
    left_shelter_at: np.ndarray  # int32
    shelter_exit: np.ndarray  # int8, ShelterExit
    left_ice_at: np.ndarray  # int32, adults: left ICE's custody
    ice_exit: np.ndarray  # int8, IceExit
    asked_at: np.ndarray  # int32, children: a parent asks for the child in care
    is_in_class: np.ndarray  # bool, children: the court's order speaks of them
    found_at: np.ndarray  # int32, children in care: the parent becomes known to those who reunite
    found_by: np.ndarray  # int8, FoundBy
    vetted_at: np.ndarray  # int32, the parent's vetting is done
    at_centre_at: np.ndarray  # int32, the child arrives at an ICE centre
    reunion_at: np.ndarray  # int32, child and parent are together, or the reason against it is final
    reunion: np.ndarray  # int8, Reunion
