"""Which families' stories differ between two scenarios, and why.

The same people with the same luck, played under two sets of settings: a family's story differs because it was selected
under one and not under the other, because something settled otherwise at the load of its minute (a steering act), or
because it waited in another queue. Of several reasons the first in that order counts, since the others follow from it.
Families separated under one of the two only are told by `borderops.forecast.reversals`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from borderops.forecast import reversals
from borderops.forecast.link_standing import LinkStanding
from borderops.forecast.reversals import count_reversals
from borderops.operations.plan import CaseKind
from borderops.population.people import People
from borderops.replication import Replication
from borderops.scoring.standing import Level
from borderops.units import NEVER

WHATS: Final = {
    "separated_only_in_baseline": "Separated under the baseline only",
    "separated_only_here": "Separated under this scenario only",
    "separated_in_both": "Separated under both, with another story",
    "separated_in_neither": "Together under both, with another story",
    "same_story": "The same story, minute by minute",
}
"""What became of a family under two scenarios."""

CAUSES: Final = {
    **{name: cause.words for name, cause in reversals.CAUSES.items()},
    "act": "something was written down, grouped or sent otherwise, at the load of that minute or under another design",
    "queue": "the family, or somebody it waited for, waited for another time",
    "": "nothing differs",
}
"""Why a family's story differs; the first row's words speak of the scenario in which the family stayed together."""

ACTS: Final = {
    "is_grouped": "intake_at",
    "separation_code": "parted_at",
    "note": "parted_at",
    "is_listed": "parted_at",
    "parent_number": "determined_at",
    "messages_lost": "forwarded_at",
    "is_misrouted": "itinerary_at",
}
"""Columns of a history that steering acts settle, and the moment without which there was no act."""

NO_STORY: Final = {"load", "a_number", "desk"}
"""Columns that say at which desk and how busy, which moves nothing by itself."""

KEYS: Final = ["of", "what", "cause"]
FAMILIES, LINKS = "families", "links"
"""What is counted: families by their stories, or links of separated children by where they stand under each of the two
(``what`` under the baseline, ``cause`` here)."""

NO_LINK: Final = "not_separated"
"""Where a child is separated under the other of the two alone."""


def differing(baseline: Replication, other: Replication) -> pd.DataFrame:
    """Count families by whether and why their stories differ.

    Parameters
    ----------
    baseline, other : Replication
        The same people under two sets of settings.

    Returns
    -------
    DataFrame
        Columns of (`FAMILIES`), what, cause, count, example (number of a party, as ``borderops trace`` takes it).

    Raises
    ------
    ValueError
        If the two replications hold different people.
    """
    only_baseline = count_reversals(baseline, other).table
    only_here = count_reversals(other, baseline).table
    rows = [*_one_sided("separated_only_in_baseline", only_baseline), *_one_sided("separated_only_here", only_here)]
    told = {*only_baseline["party_number"], *only_here["party_number"]}
    rows += _two_sided(baseline, other, told)
    return pd.DataFrame([(FAMILIES, *row) for row in rows], columns=[*KEYS, "count", "example"])


def links_surviving(people: People, baseline: LinkStanding, here: LinkStanding) -> pd.DataFrame:
    """Count links of separated children by where each stands under two scenarios: which survive under which design.

    Parameters
    ----------
    people : People
        Who are the same in both.
    baseline, here : LinkStanding

    Returns
    -------
    DataFrame
        Columns of (`LINKS`), what (level under the baseline), cause (level here), count, example (number of a party).
    """
    places = [names_of(one) for one in (baseline, here)]
    every = sorted(places[0].keys() | places[1].keys())
    rows: dict[tuple[str, str], list[int]] = {}
    for pair in every:
        rows.setdefault((places[0].get(pair, NO_LINK), places[1].get(pair, NO_LINK)), []).append(pair[0])
    told = [
        (LINKS, there, now, len(children), int(people.party_number[people.party[children[0]]]))
        for (there, now), children in sorted(rows.items())
    ]
    return pd.DataFrame(told, columns=[*KEYS, "count", "example"])


def names_of(found: LinkStanding) -> dict[tuple[int, int], str]:
    """Name of the level of each link, by the rows of child and parent."""
    pairs = zip(found.links.child.tolist(), found.links.parent.tolist(), strict=True)
    levels = [Level(level).name.lower() for level in found.at_end.tolist()]
    return dict(zip(pairs, levels, strict=True))


def _one_sided(what: str, table: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    groups = table.groupby("cause", sort=False)["party_number"]
    return [(what, str(cause), len(numbers), int(numbers.iloc[0])) for cause, numbers in groups]


def _two_sided(baseline: Replication, other: Replication, told: set[int]) -> list[tuple[str, str, int, int]]:
    """Families separated under both or neither, by the first reason for which their stories differ."""
    people, parties = baseline.people, baseline.people.size.size
    is_family = np.zeros(parties, dtype=bool)
    for replication in (baseline, other):
        family = replication.plan.case_kind == CaseKind.FAMILY
        is_family[people.party[replication.plan.case_first[family]]] = True
    is_family &= ~np.isin(people.party_number, list(told))
    cause = _causes(baseline, other)
    separated = np.bincount(people.party[baseline.history.is_alone], minlength=parties) > 0
    rows = []
    for what, among in (("separated_in_both", separated), ("separated_in_neither", ~separated)):
        for name in ("selection", "act", "queue"):
            whom = np.flatnonzero(is_family & among & (cause == name))
            if whom.size:
                rows.append((what, name, int(whom.size), int(people.party_number[whom[0]])))
    same = np.flatnonzero(is_family & (cause == ""))
    if same.size:
        rows.append(("same_story", "", int(same.size), int(people.party_number[same[0]])))
    return rows


def _causes(baseline: Replication, other: Replication) -> np.ndarray:
    """For each party why its story differs: selection, act, queue, or nothing."""
    people = baseline.people
    one, two = baseline.history.columns(), other.history.columns()

    def parties(persons: np.ndarray) -> np.ndarray:
        return np.bincount(people.party[persons], minlength=people.size.size) > 0

    acts = np.zeros(people.party.size, dtype=bool)
    for name, moment in ACTS.items():  # one that was settled under one of the two only is a matter of time
        acts |= (one[name] != two[name]) & (one[moment] != NEVER) & (two[moment] != NEVER)
    anything = np.zeros(people.party.size, dtype=bool)
    for name in set(one) - NO_STORY:
        anything |= one[name] != two[name]
    cause = np.full(people.size.size, "", dtype="<U9")
    cause[parties(anything)] = "queue"
    cause[parties(acts)] = "act"
    cause[parties(one["ground"] != two["ground"])] = "selection"
    return cause
