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
    """Where an adult without a family goes after processing."""

    ICE = 0
    RETURN = 1  # returned from the station itself
    COURT = 2


@dataclass(frozen=True)
class Plan(Table):
    """Stages of ``n`` people in ``k`` cases and of ``r`` residents.

    Rows of people are those of `People`; rows of cases are sorted by their first person.
    """

    # cases, shape (k,)
    case_first: np.ndarray  # int32, row of the first person; adults stand before children
    case_size: np.ndarray  # int16
    case_adults: np.ndarray  # int16
    case_kind: np.ndarray  # int8, CaseKind
    case_station: np.ndarray  # int8
    case_at: np.ndarray  # int64, minute of apprehension
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

    # people, shape (n,)
    apprehended_at: np.ndarray  # int64
    departure_minutes: np.ndarray  # int32, adults and returned children: from the end of processing to leaving
    path: np.ndarray  # int8, AdultPath of adults without a family
    is_never_referred: np.ndarray  # bool, parents: taken for prosecution and not referred
    is_declined: np.ndarray  # bool, adults: if referred, the prosecutor declines
    hear_by: np.ndarray  # int64, adults: latest hearing
    lapse_at: np.ndarray  # int64, adults: when a referral without a slot is given up
    jail_minutes: np.ndarray  # int32, adults: sentence beyond the time served, 0 for none
    is_back_same_day: np.ndarray  # bool, adults: if heard, brought back to the station on the evening of the hearing
    back_minute: np.ndarray  # int16, minute of the day at which they are back
    is_returned: np.ndarray  # bool, children screened and returned to a contiguous country
    is_girl: np.ndarray  # bool
    turns_13_at: np.ndarray  # int64
    turns_18_at: np.ndarray  # int64
    mail_minutes: np.ndarray  # int32, from determination to ORR's desk
    designation_minutes: np.ndarray  # int32
    transport_minutes: np.ndarray  # int32, wait for a seat, before the weekend factor
    travel_minutes: np.ndarray  # int32
    stay_work: np.ndarray  # int64, work to release, see `borderops.pace`
    has_old_number: np.ndarray  # bool, an A-number was given at an earlier removal

    # residents, shape (r,)
    resident: np.ndarray  # int32, row of the person
    resident_kind: np.ndarray  # int8, kind of bed held on the first minute
    resident_since: np.ndarray  # int64
    resident_work: np.ndarray  # int64, work left on the first minute

    # families in detention on the first minute, shape (f,)
    detained_size: np.ndarray  # int16, persons, none of whom is among the people
    detained_until: np.ndarray  # int64
