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


@dataclass(frozen=True)
class History(Table):
    """What happened to ``n`` people, rows as in `People`."""

    first_minute: int
    horizon: int  # first minute not played

    apprehended_at: np.ndarray  # int64
    intake_at: np.ndarray  # int64, an agent takes the case in
    a_number: np.ndarray  # int64, 0 before intake
    desk: np.ndarray  # int16, desk of intake, -1 before it
    processing_at: np.ndarray  # int64, an agent begins processing
    processed_at: np.ndarray  # int64
    ground: np.ndarray  # int8, Ground on which the family was selected
    selected_at: np.ndarray  # int64
    is_spared: np.ndarray  # bool, selected, but a rule on occupancy forbade the parting
    parted_at: np.ndarray  # int64, physical parting from a member of the family
    prosecution_referred_at: np.ndarray  # int64, adults: referred for prosecution
    heard_at: np.ndarray  # int64, heard in court
    court_outcome: np.ndarray  # int8, CourtOutcome
    freed_at: np.ndarray  # int64, a parent leaves the court's custody for ICE, after the hearing or jail
    back_at: np.ndarray  # int64, a parent is back at the station from court
    rejoined_at: np.ndarray  # int64, parents and children rejoined at the station
    left_again_at: np.ndarray  # int64, a rejoined parent leaves the station with the children
    is_taken: np.ndarray  # bool, parents: taken from the children by the parting
    is_alone: np.ndarray  # bool, children: left with no parent by the parting
    determined_at: np.ndarray  # int64, determined to be an unaccompanied child
    desk_at: np.ndarray  # int64, ORR's intake desk begins with the referral
    cleared_at: np.ndarray  # int64, ORR's intake desk is done; a bed is waited for
    designated_at: np.ndarray  # int64, a bed is taken
    bed_kind: np.ndarray  # int8, -1 for none
    left_cbp_at: np.ndarray  # int64
    exit: np.ndarray  # int8, Exit
    left_detention_at: np.ndarray  # int64, left family detention
    admitted_at: np.ndarray  # int64, arrived at the shelter
    left_shelter_at: np.ndarray  # int64
    shelter_exit: np.ndarray  # int8, ShelterExit
