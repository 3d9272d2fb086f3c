"""Families of Border Patrol that were parted, as the agents met them who had to write it down.

What is told here holds for a flawless agent: the right code, where the design of the day has codes, and a unit that
outlives the parting where the design keeps it. Rows are families, not people.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from borderops.operations.history import History
from borderops.operations.plan import Ground, Plan
from borderops.operations.rebuilding import members
from borderops.records.fields import BLANK
from borderops.records.systems import CODES
from borderops.records.witness import Witness, told_once
from borderops.units import NEVER


class Job(IntEnum):
    """Jobs that are given to somebody on duty. Numbers are part of the address of draws: never change one, only add."""

    PARTING = 0
    APPROVAL = 1
    REJOINING = 2
    NOTE = 3
    PROSECUTION = 4
    REFERRAL = 5
    RETURN = 6
    PORT_CATEGORY = 7  # not somebody, but a ground of inadmissibility


CODE_OF_GROUND: Final = np.array(
    [
        BLANK if name is None else CODES.index(name)
        for name in {
            Ground.NONE: None,
            Ground.PROSECUTION: "FMPO",
            Ground.PRIOR_CRIME: "FMPC",
            Ground.GANG: "FMGA",
            Ground.WARRANT: "FMEW",
            Ground.HEALTH: "FMH",
            Ground.PARENTAGE_DOUBTED: "FCNR",
            Ground.DANGER_TO_CHILD: "FMT",
            Ground.OTHER: "FMPIV",
        }.values()
    ],
    dtype=np.int8,
)
"""Code that fits each `Ground`. The codes are published, which ground goes under which is our reading; no code said
that a family was parted by policy, so a parent who was to be prosecuted went under prosecution or, with a crime on
record, under crime (OIG-20-06 p. 10)."""


class Partings(NamedTuple):
    """Families of Border Patrol that were parted, ``k`` of them; all arrays have shape (k,)."""

    case: np.ndarray  # int64, row of the case
    lead: np.ndarray  # int64, row of its first person, a parent who was taken
    at: np.ndarray  # int64
    is_kept: np.ndarray  # bool, the unit outlives the parting
    code: np.ndarray  # int8, `BLANK` where the design has none
    agent: np.ndarray  # int32, user who writes it down
    load: np.ndarray  # int8
    rejoined_at: np.ndarray  # int64, NEVER where nobody was rejoined
    is_restored: np.ndarray  # bool, rejoining restores the unit


@told_once
def partings(witness: Witness) -> Partings:
    """Find the partings of families that Border Patrol took in."""
    plan, history, practices = witness.plan, witness.history, witness.practices
    first = plan.case_first
    case = np.flatnonzero(witness.is_in_e3[first] & (history.parted_at[first] != NEVER))
    lead = first[case].astype(np.int64)
    at, rejoined_at = history.parted_at[lead], _rejoined_at(case, plan, history)
    design = practices.row(at)
    restores = practices.restores[practices.row(rejoined_at)] & (rejoined_at != NEVER)
    return Partings(
        case=case,
        lead=lead,
        at=at,
        is_kept=practices.keeps_unit[design],
        code=np.where(practices.has_codes[design], _meant_code(case, witness), BLANK).astype(np.int8),
        agent=witness.agent(lead, at, Job.PARTING),
        # The load at which steering acts were settled: the agent's own time for the family does not count.
        load=history.load[lead],
        rejoined_at=rejoined_at,
        is_restored=practices.keeps_unit[design] & restores,
    )


def chosen_of(parted: Partings, chosen: np.ndarray) -> Partings:
    """Some of the partings, by a mask."""
    return Partings(*(column[chosen] for column in parted))


def members_of(witness: Witness, parted: Partings) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the members of parted families, and the place of each one's parting."""
    row, _ = members(parted.case, witness.plan)
    return row, np.repeat(np.arange(parted.case.size), witness.plan.case_size[parted.case])


def rejoining_agent(witness: Witness, parted: Partings) -> np.ndarray:
    """Who writes down that members of parted families were rejoined, int32; anybody where nobody was."""
    at = np.where(parted.rejoined_at == NEVER, parted.at, parted.rejoined_at)
    return witness.agent(parted.lead, at, Job.REJOINING)


def _rejoined_at(case: np.ndarray, plan: Plan, history: History) -> np.ndarray:
    """When parents and children of parted families were rejoined: at one minute, whoever of them was there."""
    row, _ = members(case, plan)
    return over_cases(np.minimum, history.rejoined_at[row], case, plan)


def _meant_code(case: np.ndarray, witness: Witness) -> np.ndarray:
    """Code of parted families."""
    row, _ = members(case, witness.plan)
    crime = over_cases(np.maximum, (witness.history.is_taken & witness.people.has_prior_crime)[row], case, witness.plan)
    ground = witness.plan.ground[case]
    to_crime = (ground == Ground.PROSECUTION) & crime
    return np.where(to_crime, CODE_OF_GROUND[Ground.PRIOR_CRIME], CODE_OF_GROUND[ground])


def over_cases(reduce: np.ufunc, values: np.ndarray, case: np.ndarray, plan: Plan) -> np.ndarray:
    """Reduce values of the members of some cases, as `members` lists them, to one a case."""
    if not case.size:
        return values[:0]
    size = plan.case_size[case].astype(np.int64)
    return reduce.reduceat(values, np.cumsum(size) - size)


@told_once
def is_marked(witness: Witness) -> np.ndarray:
    """True for those whom a parting separated: parents who were taken, children left with none; shape (n,)."""
    return witness.history.is_taken | witness.history.is_alone


def load_at(witness: Witness, rows: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """How busy the stations of people were at moments, int8."""
    return witness.workload.at(witness.station[rows], minutes)
