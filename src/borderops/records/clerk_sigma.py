"""The flawless clerk of SIGMA: people at ports of entry, and which parent came with which child.

A case holds the day of the encounter and no event. Wider families than parent and child are not kept.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from borderops import quantiles
from borderops.operations.rebuilding import members
from borderops.records.clerk_e3 import portrait
from borderops.records.clerk_e3_partings import Job, load_at
from borderops.records.clerk_e3_versions import stacked
from borderops.records.entry import Clerk, Desk, Entry
from borderops.records.witness import PORT, Witness
from borderops.streams import Purpose
from borderops.units import DAY, NEVER


class Status(IntEnum):
    """What is said of a parent and a child, in the order of the field's choices."""

    TOGETHER = 0
    SEPARATED = 1


def case(witness: Witness, desk: Desk) -> Entry:
    """Write `sigma_case`: everybody taken in at a port of entry."""
    history, rows = witness.history, witness.rows(witness.is_in_sigma)
    return Entry(
        {
            "entered_at": history.intake_at[rows],
            "entered_by": witness.intake_user(rows),
            "sigma_no": witness.sigma_no[rows],
            "encounter_day": history.apprehended_at[rows] // DAY,
            **portrait(witness, rows),
            "category": _category(witness, rows),
            "out_at": history.left_cbp_at[rows],
        },
        rows,
        {"load": witness.intake_load(rows)},
    )


def _category(witness: Witness, rows: np.ndarray) -> np.ndarray:
    """Ground of inadmissibility: one for all who came together."""
    party = witness.people.party_number[witness.people.party[rows]]
    uniforms = witness.draws.uniforms(party, Purpose.WORDING, Job.PORT_CATEGORY)
    return quantiles.category(uniforms, list(witness.settings.records.port_categories.model_dump().values()))


def family_link(witness: Witness, desk: Desk) -> Entry:
    """Write `sigma_family_link`: each adult with each child of families that say they are one.

    A link that a parting separates ends, and one that says so follows; rejoining does the same.
    """
    history, (parent, child) = witness.history, _pairs(witness)
    parted_at = np.where(_is_separated(witness, parent, child), history.parted_at[child], NEVER)
    rejoined_at = np.maximum(history.rejoined_at[parent], history.rejoined_at[child])
    apart = parted_at != NEVER
    back = apart & (rejoined_at != NEVER)
    at = parted_at[apart]
    again = rejoined_at[back]
    links = Links(witness, parent, child)
    return stacked(
        links.rows(np.ones_like(apart), history.intake_at[parent], witness.intake_user(parent), parted_at, 0),
        links.rows(apart, at, witness.agent(parent[apart], at, Job.PARTING), rejoined_at[apart], 1),
        links.rows(back, again, witness.agent(parent[back], again, Job.REJOINING), NEVER, 2),
    )


class Links(NamedTuple):
    """Pairs of a parent and a child."""

    witness: Witness
    parent: np.ndarray
    child: np.ndarray

    def rows(self, chosen: np.ndarray, at: np.ndarray, user: np.ndarray, ends: np.ndarray | int, visit: int) -> Entry:
        """Rows of some links that all begin for the same reason: intake, parting or rejoining."""
        witness, parent, child = self.witness, self.parent[chosen], self.child[chosen]
        return Entry(
            {
                "entered_at": at,
                "entered_by": user,
                "valid_to": ends,
                "sigma_no": witness.sigma_no[parent],
                "child_sigma_no": witness.sigma_no[child],
                "status": Status.SEPARATED if visit == 1 else Status.TOGETHER,
            },
            parent,
            {
                "other": child,
                "entity": witness.people.number[child],
                "visit": 3 * witness.people.role[parent].astype(np.int64) + visit,
                "load": load_at(witness, parent, at),
            },
        )


def _pairs(witness: Witness) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the adults and of the children of every family at a port, each with each."""
    plan = witness.plan
    first = plan.case_first
    cases = np.flatnonzero((plan.case_station == PORT) & witness.claims_family[first] & witness.is_in_sigma[first])
    cases = cases if witness.only is None else cases[witness.only[first[cases]]]
    row, of = members(cases, plan)
    place = row - first[of]
    adult = np.flatnonzero(place < plan.case_adults[of])
    children = plan.case_size[of[adult]].astype(np.int64) - plan.case_adults[of[adult]]
    parent, each = np.repeat(row[adult], children), np.repeat(of[adult], children)
    number = np.arange(parent.size) - np.repeat(np.cumsum(children) - children, children)
    return parent, first[each] + plan.case_adults[each] + number


def _is_separated(witness: Witness, parent: np.ndarray, child: np.ndarray) -> np.ndarray:
    """Whether a parting took the parent from the child."""
    return witness.history.is_taken[parent] & (witness.history.parted_at[child] != NEVER)


CLERKS: dict[str, Clerk] = {"sigma_case": case, "sigma_family_link": family_link}
"""Who writes each table of SIGMA."""

READS: dict[str, tuple[str, ...]] = {}
"""Tables that are read for them: none."""
