"""A finished replication, read once: who is in which cohort, band and place. Masks and durations, no counts."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from borderops import clock
from borderops.config.schema import PORTS, STATIONS, Settings
from borderops.forecast.link_standing import TABLES, LinkStanding
from borderops.operations.facilities import Schedule
from borderops.operations.history import Exit, IceExit, Reunion
from borderops.operations.plan import EarlierParent
from borderops.operations.rebuilding import (
    Jobs,
    MailSteps,
    acknowledged,
    is_never_grouped,
    mail_jobs,
    mail_steps,
    serving,
)
from borderops.population.people import Stratum
from borderops.records.bookkeeping import Books, keep_books
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
        Those that it was played with.
    """

    def __init__(self, replication: Replication, settings: Settings):
        self.replication, self.settings = replication, settings
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

    @property
    def season(self) -> tuple[int, int]:
        """First minute of the season as far as the window holds it, and first minute after it."""
        return max(self.window_start, self.season_start), min(self.window_end, self.season_end)

    def in_season(self, moments: np.ndarray) -> np.ndarray:
        """True for moments within both season and window."""
        first, last = self.season
        return (moments >= first) & (moments < last)

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
        minor, at = self.people.is_child, self.history.apprehended_at
        band = np.full(minor.size, -1, dtype=np.int8)
        band[minor] = 0
        for years in (5, 13):
            band += minor & (at >= self.people.comes_of_age(years))
        return band

    @cached_property
    def family_claimed(self) -> np.ndarray:
        """True for members of parties that say they are a family."""
        return np.isin(list(Stratum), FAMILY_CLAIMED)[self.stratum]

    @cached_property
    def never_grouped(self) -> np.ndarray:
        """True for members of parties that say they are a family and that no agent grouped at intake."""
        return is_never_grouped(self.history, self.plan)

    @cached_property
    def without_parent(self) -> np.ndarray:
        """True for children who are processed as children without a parent."""
        return self.child & (np.isin(list(Stratum), WITHOUT_PARENT)[self.stratum] | self.never_grouped)

    def parties_of(self, chosen: np.ndarray) -> np.ndarray:
        """Parties with a member among the chosen, a mask of people or rows of them; bool, one a party."""
        found = np.zeros(self.people.size.size, dtype=bool)
        found[self.people.party[chosen]] = True
        return found

    def first_of(self, parties: np.ndarray) -> np.ndarray:
        """First person of each of some parties, from a mask of parties: stands for it where people are counted."""
        found = np.zeros(self.child.size, dtype=bool)
        found[self.people.first_member[parties]] = True
        return found

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
    def season_taken(self) -> np.ndarray:
        """Parents taken from their children in the season."""
        return self.history.is_taken & self.in_season(self.history.parted_at)

    @cached_property
    def came_in_season(self) -> np.ndarray:
        """People apprehended in the season."""
        return self.in_season(self.history.apprehended_at)

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
    def mail_jobs(self) -> dict[str, Jobs]:
        """Jobs of coordinators on messages that children wait for, by station played."""
        station, minutes = self.station[self.mail_steps.child], self.replication.facilities.mail.handling_minutes
        return {name: mail_jobs(self.mail_steps, minutes, station == STATIONS.index(name)) for name in self.stations}

    @cached_property
    def reports_of_arrivals(self) -> tuple[np.ndarray, np.ndarray]:
        """Station and moment of every arrival at a shelter that is reported by mail."""
        rows = np.flatnonzero(acknowledged(self.history, self.replication.facilities))
        return self.station[rows], self.history.admitted_at[rows]

    @cached_property
    def reunited(self) -> np.ndarray:
        """True for children who are with a parent again after a shelter, by request or by order, here or abroad."""
        return np.isin(list(Reunion), MET)[self.history.reunion]

    @cached_property
    def parent_removed(self) -> np.ndarray:
        """True for separated children whose parent, the one taken first, was removed from the country without them.

        Of children who were separated before the run, the parent they had.
        """
        alone = np.flatnonzero(self.history.is_alone)
        removed = np.zeros(self.history.is_alone.size, dtype=bool)
        removed[alone] = self.history.ice_exit[self.first_of_case[alone]] == IceExit.REMOVED
        removed[self.plan.resident[self.plan.resident_parent == EarlierParent.REMOVED]] = True
        return removed

    @cached_property
    def books(self) -> Books:
        """What clerks wrote, in the tables that figures are read from, of people of families that were parted.

        Of everybody, if the replication is audited: rules find strangers too.
        """
        only = None if self.settings.study.audits else self.of_parted_families
        return keep_books(self.replication, self.settings, TABLES, only)

    def close_books(self) -> None:
        """Let go of what clerks wrote; of everybody it is the largest part of a replication."""
        self.__dict__.pop("books", None)

    @cached_property
    def of_parted_families(self) -> np.ndarray:
        """Members of parties that were parted, or whom nobody knew to be a family: those whom links are about."""
        apart = (self.history.parted_at != NEVER) | self.never_grouped | (self.stratum == Stratum.UNDISCLOSED_FAMILY)
        return self.parties_of(apart)[self.people.party]

    @cached_property
    def links(self) -> LinkStanding:
        """Where the links of the season's separated children stand in the records."""
        return LinkStanding(self.books, *self.season)

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


def steady_census(
    begins: np.ndarray, ends: np.ndarray, place: np.ndarray, places: int, moments: np.ndarray
) -> np.ndarray:
    """`census` of several places at once, at moments evenly spread: nothing is sorted, so that millions may stay.

    Parameters
    ----------
    begins, ends : ndarray of int64, shape (s,)
    place : ndarray of int, shape (s,)
        Of each stay, 0 to ``places`` - 1.
    places : int
    moments : ndarray of int64, shape (m,)

    Returns
    -------
    ndarray of int64, shape (places, m)
    """
    every = int(moments[1] - moments[0]) if moments.size > 1 else DAY
    width = moments.size + 1

    def first_seen(events: np.ndarray) -> np.ndarray:
        """Events by place and the first moment at or after them; the last column is for those after all moments."""
        seen = -((moments[0] - events) // every)
        np.clip(seen, 0, moments.size, out=seen)
        seen += place * np.int64(width)
        return np.bincount(seen, minlength=places * width)

    # What does not begin cannot end.
    ends = np.where(begins == NEVER, NEVER, ends)
    return np.cumsum((first_seen(begins) - first_seen(ends)).reshape(places, width), axis=1)[:, :-1]
