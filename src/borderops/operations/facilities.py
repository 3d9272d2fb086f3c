"""Facilities: capacity over time, and the rules of the clock that stages obey. All integers, no chance.

Engines read nothing of the settings but this table and the plan; `borderops.operations.laying_out` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borderops.pace import Pace
from borderops.tables import Table


@dataclass(frozen=True)
class Schedule(Table):
    """Capacity over time: ``capacity[i]`` units from ``at[i]`` on; ascending, beginning at the first minute."""

    at: np.ndarray  # int64
    capacity: np.ndarray  # int64


@dataclass(frozen=True)
class Pauses(Table):
    """Rules that forbid parting while beds of a kind are filled above a share; one row a rule."""

    begins_at: np.ndarray  # int64
    ends_at: np.ndarray  # int64, first minute after it
    bed_kind: np.ndarray  # int8
    above_per_mille: np.ndarray  # int64


@dataclass(frozen=True)
class Docket(Table):
    """Sittings of one district's court, ascending, and their slots."""

    at: np.ndarray  # int64
    for_parents: np.ndarray  # int64
    for_others: np.ndarray  # int64


@dataclass(frozen=True)
class Transport:
    """When and how fast the contractor moves children."""

    opens_at: int  # minute of the day
    closes_at: int
    notice: int
    weekend_per_mille: int


@dataclass(frozen=True)
class Designs(Table):
    """Tracking designs by date, one row each, and the thresholds of their steering acts.

    An act happens where the roll is below ``thresholds[design, act, guided, load]``.
    """

    begins_at: np.ndarray  # int64, ascending
    is_kept: np.ndarray  # bool, units outlive a separation
    is_searchable: np.ndarray  # bool, the field can search kept units
    is_seen: np.ndarray  # bool, ICE sees the separation in its own system
    is_automatic: np.ndarray  # bool, messages are exchanged by machines
    intake_minutes: np.ndarray  # int32, an agent's further time at the intake of a family
    parting_minutes: np.ndarray  # int32, an agent's further time for a family that is selected
    guided_at: np.ndarray  # int64, by station, NEVER where nobody is guided
    thresholds: np.ndarray  # int32, shape (designs, acts, 2, loads)


@dataclass(frozen=True)
class MailRules:
    """What the engine needs to know of mail."""

    handling_minutes: int
    tries: int
    lost_in_outage: int  # threshold of the roll
    notice_minutes: np.ndarray  # int32, quantiles in the order of the roll


@dataclass(frozen=True)
class ReunionRules:
    """What the engine needs to know of reunification."""

    order_at: int  # NEVER without an order
    review_minutes: int
    vetting_minutes: int
    reprocessing_minutes: int


@dataclass(frozen=True)
class Facilities:
    """Everything that is finite, and when."""

    first_minute: int
    horizon: int
    agents: tuple[Schedule, ...]  # by station; a row for every shift
    rated_children: np.ndarray  # int64, by station
    children_per_diverted_agent: int
    coordinators: tuple[Schedule, ...]  # by station
    desk: Schedule
    desk_minutes: int
    beds: tuple[Schedule, ...]  # by kind
    family_places: Schedule
    dockets: tuple[Docket, ...]  # by judicial district
    docket_of: np.ndarray  # int8, by station, -1 for none
    court_notice: int
    court_lead: int  # minutes before the hearing at which the adult leaves the station
    transport: Transport
    pauses: Pauses
    pace: Pace
    separated_per_mille: int  # release work of separated children, the parent being no sponsor
    number_block: int
    designs: Designs
    mail: MailRules
    reunions: ReunionRules
    team: Schedule
    centre: Schedule  # reprocessing desks of ICE centres


def capacity_at(schedule: Schedule, minutes: np.ndarray) -> np.ndarray:
    """Capacity at moments, int64."""
    return schedule.capacity[np.maximum(np.searchsorted(schedule.at, minutes, side="right") - 1, 0)]
