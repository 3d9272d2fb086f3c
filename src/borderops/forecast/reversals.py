"""Reversals of separation: families separated under the smaller of two policies and not under the larger.

Families *selected* are nested wherever the larger policy's shares are at least the smaller's. Families *separated* need
not be: under the larger policy a rule on occupancy spares families who came when its earlier separations had filled the
beds; busier agents fail to write a family down as one, or do not get to it before the run ends. Each reversal is
counted under the one cause that the plan and the history of the larger policy show for it; one that they do not explain
is counted as such.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from borderops import clock
from borderops.config.schema import STATIONS
from borderops.operations.facilities import Pauses
from borderops.operations.plan import CaseKind, Ground
from borderops.population.people import People
from borderops.replication import Replication
from borderops.units import NEVER

UNEXPLAINED: Final = "unexplained"


@dataclass(frozen=True)
class Reversals:
    """What two policies did to the same families.

    Separated means CBP's definition: a child of the family was left with no parent.

    Attributes
    ----------
    separated_under_smaller, separated_under_larger, separated_under_both : int
        Families.
    selected_under_smaller_alone : int
        Families with a ground under the smaller policy and none under the larger; 0 where selection is nested.
    table : DataFrame
        One row a reversal, by minute of parting: ``party_number`` (as ``borderops trace`` takes it), ``station``,
        ``apprehended_at``, ``separated_at`` under the smaller policy, ``selected_at`` under the larger (moments as
        dates and times, missing where it never came), ``cause`` (a key of `CAUSES`).
    """

    separated_under_smaller: int
    separated_under_larger: int
    separated_under_both: int
    selected_under_smaller_alone: int
    table: pd.DataFrame

    @property
    def by_cause(self) -> dict[str, int]:
        """Reversals by cause, in the order of `CAUSES`; a cause that did not occur has 0."""
        found = self.table["cause"].value_counts()
        return {cause: int(found.get(cause, 0)) for cause in CAUSES}

    @property
    def unexplained(self) -> int:
        """Reversals that no known cause explains: a defect of borderops, or a cause that is missing here."""
        return self.by_cause[UNEXPLAINED]


def count_reversals(smaller: Replication, larger: Replication) -> Reversals:
    """Count the families separated under one policy and not under another, by what spared them there.

    Parameters
    ----------
    smaller, larger : Replication
        The same people, played under two policies. Turned round, the function says which of the families separated
        under the larger policy the smaller one kept together, most of them because it did not select them.

    Returns
    -------
    Reversals

    Raises
    ------
    ValueError
        If the two replications hold different people.
    """
    if not _same_people(smaller.people, larger.people):
        raise ValueError("the two replications hold different people, so that no family can be compared with itself")
    one, other = _Families(smaller), _Families(larger)
    rows = np.flatnonzero(one.is_separated & ~other.is_separated)
    return Reversals(
        separated_under_smaller=int(one.is_separated.sum()),
        separated_under_larger=int(other.is_separated.sum()),
        separated_under_both=int((one.is_separated & other.is_separated).sum()),
        selected_under_smaller_alone=int((one.has_ground & ~other.has_ground).sum()),
        table=_told(one, other, rows),
    )


# --- causes -------------------------------------------------------------------------------------------------------


class _Families:
    """What one replication did to each of the ``p`` parties of its people; every array has shape (p,)."""

    def __init__(self, replication: Replication):
        self.people, plan, history = replication.people, replication.plan, replication.history
        self.is_separated = self._any(history.is_alone)
        self.is_spared = self._any(history.is_spared)
        self.selected_at = self._earliest(history.selected_at)
        self.parted_at = self._earliest(history.parted_at)
        self.taken_in_at = self._earliest(history.intake_at)
        self.processed_at = self._earliest(history.processed_at)
        self.is_grouped = self._any(history.is_grouped)
        family = plan.case_kind == CaseKind.FAMILY
        party = self.people.party[plan.case_first]
        self.ground = np.zeros(self.people.size.size, dtype=np.int8)
        self.ground[party[family]] = plan.ground[family]
        self.takes_second = np.zeros(self.people.size.size, dtype=bool)
        self.takes_second[party[family]] = plan.takes_second_adult[family]
        self.is_paused = _a_rule_was_in_force(replication.facilities.pauses, self.selected_at)

    @property
    def has_ground(self) -> np.ndarray:
        """Selected by plan, whether or not the run was long enough for it."""
        return self.ground != Ground.NONE

    def _any(self, mask: np.ndarray) -> np.ndarray:
        return np.bincount(self.people.party[mask], minlength=self.people.size.size) > 0

    def _earliest(self, column: np.ndarray) -> np.ndarray:
        return np.minimum.reduceat(column, self.people.first_member) if column.size else column


def _a_rule_was_in_force(pauses: Pauses, moments: np.ndarray) -> np.ndarray:
    """True where a rule on occupancy held at a moment, whatever the occupancy."""
    begins, ends = pauses.begins_at[:, None], pauses.ends_at[:, None]
    return ((begins <= moments) & (moments < ends) & (moments != NEVER)).any(axis=0)


def _not_selected(one: _Families, other: _Families) -> np.ndarray:
    return one.has_ground & ~other.has_ground


def _never_grouped(one: _Families, other: _Families) -> np.ndarray:
    return other.has_ground & (other.taken_in_at != NEVER) & ~other.is_grouped


def _spared(one: _Families, other: _Families) -> np.ndarray:
    return other.is_spared & other.is_paused & (other.ground == Ground.PROSECUTION)


def _spared_despite_a_finding(one: _Families, other: _Families) -> np.ndarray:
    """No rule spares a family with an individual finding, but referral for prosecution takes the finding's place."""
    return _spared(one, other) & ~np.isin(one.ground, (Ground.NONE, Ground.PROSECUTION))


def _one_parent_stays(one: _Families, other: _Families) -> np.ndarray:
    return (other.parted_at != NEVER) & one.takes_second & ~other.takes_second


def _not_processed(one: _Families, other: _Families) -> np.ndarray:
    return other.has_ground & (other.processed_at == NEVER)


def _whatever(one: _Families, other: _Families) -> np.ndarray:
    return np.ones(one.ground.shape, dtype=bool)


@dataclass(frozen=True)
class Cause:
    """Why families were kept together under the larger policy.

    Attributes
    ----------
    words : str
        For people.
    holds : callable
        Families under the smaller and the larger policy -> for which of them the cause holds, bool, shape (p,).
    """

    words: str
    holds: Callable[[_Families, _Families], np.ndarray]


CAUSES: Final[dict[str, Cause]] = {
    "selection": Cause("not selected: under the other policy the family has no ground", _not_selected),
    "never_grouped": Cause(
        "never written down as a family, so that its adults and children went apart and no separation counts",
        _never_grouped,
    ),
    "finding_overridden": Cause(
        "parted on an individual finding; under the other policy referred for prosecution instead, and then spared by "
        "a rule on occupancy",
        _spared_despite_a_finding,
    ),
    "occupancy": Cause("selected, and spared by a rule on occupancy: shelters were fuller", _spared),
    "one_parent_stays": Cause("parted, but one parent stays with the children", _one_parent_stays),
    "end_of_run": Cause("selected, but not processed by the last minute played: agents were busier", _not_processed),
    UNEXPLAINED: Cause("nothing in the plan or the history says why", _whatever),
}
"""Why a family was kept together under the larger policy; of several that hold the first listed counts."""


# --- inside -------------------------------------------------------------------------------------------------------


def _same_people(one: People, other: People) -> bool:
    if one is other:
        return True
    columns = other.columns()
    return all(np.array_equal(column, columns[name]) for name, column in one.columns().items())


def _told(one: _Families, other: _Families, rows: np.ndarray) -> pd.DataFrame:
    """One row a reversal; the first cause that holds."""
    held = np.stack([cause.holds(one, other)[rows] for cause in CAUSES.values()])
    people, causes = one.people, list(CAUSES)
    table = pd.DataFrame(
        {
            "party_number": people.party_number[rows],
            "station": [STATIONS[place] for place in people.station[rows]],
            "apprehended_at": _times(people.apprehended_at[rows]),
            "separated_at": _times(one.parted_at[rows]),
            "selected_at": _times(other.selected_at[rows]),
            "cause": [causes[first] for first in held.argmax(axis=0)],
        }
    )
    return table.sort_values(["separated_at", "party_number"], ignore_index=True)


def _times(moments: np.ndarray) -> np.ndarray:
    """Dates and times of moments, datetime64[s]; not a time where they never came."""
    came = moments != NEVER
    times = np.full(moments.shape, np.datetime64("NaT"), dtype="datetime64[s]")
    times[came] = clock.datetimes_of(moments[came]).astype("datetime64[s]")
    return times
