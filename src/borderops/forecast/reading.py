"""A finished replication, read once: who is in which cohort, band and place. Masks and durations, no counts."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from borderops import clock
from borderops.ages import age_years
from borderops.config.schema import PORTS, STATIONS, Settings
from borderops.operations.facilities import Schedule
from borderops.operations.history import Exit, IceExit, Reunion
from borderops.operations.plan import EarlierParent
from borderops.operations.rebuilding import MailSteps, is_never_grouped, mail_steps, serving
from borderops.population.people import Stratum
from borderops.replication import Replication
from borderops.units import DAY, LIMIT_72_HOURS, NEVER

AGE_BANDS = ("0–4", "5–12", "13–17")
"""Bands of completed years when apprehended."""

FAMILY_CLAIMED = (Stratum.FAMILY, Stratum.FALSE_FAMILY)
WITHOUT_PARENT = (Stratum.CHILDREN_ALONE, Stratum.KIN_GROUP, Stratum.UNDISCLOSED_FAMILY)
"""Strata whose children come to the station without a parent, as far as anybody there knows."""

MET = (Reunion.BY_REQUEST, Reunion.PARENT_TRAVELLED, Reunion.CHILD_TRAVELLED, Reunion.ABROAD)
"""Ends of a search by which child and parent are together."""


class Reading:
    """Masks and durations of the ``n`` people of one replication; every array has shape (n,).

    Parameters
    ----------
    replication : Replication
    settings : Settings
        Only the stations played, the window and the study's season are read.
    """

    def __init__(self, replication: Replication, settings: Settings):
        self.replication = replication
        self.people, self.plan, self.history = replication.people, replication.plan, replication.history
        self.stations = settings.arrivals.stations
        self.window_start = clock.minute_of(settings.window.start)
        self.window_end = clock.minute_of(settings.window.end) + DAY
        self.season_start = clock.minute_of(settings.season[0])
        self.season_end = clock.minute_of(settings.season[1]) + DAY

    # --- when -----------------------------------------------------------------------------------------------------

    def in_window(self, moments: np.ndarray) -> np.ndarray:
        """True for moments within the window."""
        return (moments >= self.window_start) & (moments < self.window_end)

    def in_season(self, moments: np.ndarray) -> np.ndarray:
        """True for moments within both season and window."""
        return self.in_window(moments) & (moments >= self.season_start) & (moments < self.season_end)

    @cached_property
    def days(self) -> np.ndarray:
        """Days of the window on the clock, shape (d,)."""
        return np.arange(self.window_start // DAY, self.window_end // DAY)

    # --- who ------------------------------------------------------------------------------------------------------

    @cached_property
    def stratum(self) -> np.ndarray:
        """Stratum of each person's party."""
        return self.people.of_party("stratum")

    @cached_property
    def station(self) -> np.ndarray:
        """Station of each person; -1 for residents."""
        return self.people.of_party("station")

    @cached_property
    def arrived(self) -> np.ndarray:
        """True for those who came, False for residents of the first minute."""
        return self.stratum != Stratum.RESIDENT

    @cached_property
    def at_sector(self) -> np.ndarray:
        """True for those apprehended by Border Patrol."""
        return self.arrived & (self.station != STATIONS.index(PORTS))

    @cached_property
    def child(self) -> np.ndarray:
        """True for minors who came."""
        return self.people.is_child & self.arrived

    @cached_property
    def band(self) -> np.ndarray:
        """Index into AGE_BANDS of minors, by their age when apprehended; -1 for adults."""
        minor = self.people.is_child
        age = age_years(self.people.birth_day[minor], self.history.apprehended_at[minor] // DAY)
        band = np.full(minor.size, -1, dtype=np.int8)
        band[minor] = np.searchsorted([5, 13], age, side="right")
        return band

    @cached_property
    def family_claimed(self) -> np.ndarray:
        """True for members of parties that say they are a family."""
        return np.isin(self.stratum, FAMILY_CLAIMED)

    @cached_property
    def never_grouped(self) -> np.ndarray:
        """True for members of parties that say they are a family and that no agent grouped at intake."""
        return is_never_grouped(self.history, self.plan)

    @cached_property
    def without_parent(self) -> np.ndarray:
        """True for children who are processed as children without a parent."""
        return self.child & (np.isin(self.stratum, WITHOUT_PARENT) | self.never_grouped)

    # --- what happened --------------------------------------------------------------------------------------------

    @cached_property
    def separated(self) -> np.ndarray:
        """Children parted and left with no parent (CBP's definition), whenever."""
        return self.child & self.history.is_alone

    @cached_property
    def season_separated(self) -> np.ndarray:
        """Children separated in the season."""
        return self.separated & self.in_season(self.history.parted_at)

    @cached_property
    def custody(self) -> np.ndarray:
        """Minutes from apprehension to leaving CBP's hands, or to the horizon for those still inside."""
        return np.minimum(self.history.left_cbp_at, self.history.horizon) - self.history.apprehended_at

    @cached_property
    def over_72_hours(self) -> np.ndarray:
        """True where custody passed 72 hours by the report's clock, from apprehension (OIG-20-06 p. 4)."""
        return self.custody > LIMIT_72_HOURS

    @cached_property
    def since_determination(self) -> np.ndarray:
        """Minutes from determination to leaving CBP's hands or the horizon; 0 where never determined."""
        known = self.history.determined_at != NEVER
        until = np.minimum(self.history.left_cbp_at, self.history.horizon)
        return np.where(known, until - np.where(known, self.history.determined_at, 0), 0)

    @cached_property
    def placed_alone(self) -> np.ndarray:
        """Children who were processed without a parent and not returned."""
        return self.without_parent & (self.history.exit != Exit.RETURNED)

    @cached_property
    def case_of_person(self) -> np.ndarray:
        """Row of each person's case; -1 for residents."""
        rows = np.repeat(np.arange(self.plan.case_size.size, dtype=np.int32), self.plan.case_size)
        return np.concatenate([np.full(self.child.size - rows.size, -1, dtype=np.int32), rows])

    @cached_property
    def first_of_case(self) -> np.ndarray:
        """Row of the first person of each person's case, who is the parent taken first; -1 for residents."""
        return np.append(self.plan.case_first, np.int32(-1))[self.case_of_person]

    @cached_property
    def mail_steps(self) -> MailSteps:
        """Steps of mail of all children who were referred."""
        return mail_steps(self.history, self.plan, self.replication.facilities)

    @cached_property
    def reunited(self) -> np.ndarray:
        """True for children who are with a parent again after a shelter, by request or by order, here or abroad."""
        return np.isin(self.history.reunion, MET)

    @cached_property
    def parent_removed(self) -> np.ndarray:
        """True for separated children whose parent, the one taken first, was removed from the country without them.

        Of children who were separated before the run, the parent they had.
        """
        removed = (self.history.ice_exit == IceExit.REMOVED)[self.first_of_case] & self.history.is_alone
        removed[self.plan.resident[self.plan.resident_parent == EarlierParent.REMOVED]] = True
        return removed

    @cached_property
    def serving(self) -> dict[str, Schedule]:
        """Agents on duty who do not care for children instead, by station played."""
        return {
            name: serving(self.history, self.plan, self.replication.facilities, STATIONS.index(name))
            for name in self.stations
        }

    @cached_property
    def holding_kind(self) -> np.ndarray:
        """Kind of holding place on arrival: 0 single adults, 1 families, 2 children; -1 for residents."""
        # The last entry serves residents, whose case is -1.
        by_case = np.append(np.array([0, 1, 2], dtype=np.int8)[self.plan.case_kind], np.int8(-1))
        return by_case[self.case_of_person]


def census(begins: np.ndarray, ends: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Count stays that hold at moments; a stay is half-open, [begins, ends), and NEVER for a beginning is no stay.

    Parameters
    ----------
    begins, ends : ndarray of int64, shape (s,)
    moments : ndarray of int64, shape (m,)

    Returns
    -------
    ndarray of int64, shape (m,)
    """
    began = begins != NEVER
    entered = np.searchsorted(np.sort(begins[began]), moments, side="right")
    left = np.searchsorted(np.sort(ends[began]), moments, side="right")
    return entered - left
