"""Scores: findings about pairs against the truth. Found, missed, false, and what no record and no rule could tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from borderops.ages import age_years
from borderops.audit.findings import Pairs
from borderops.config.schema import STATIONS
from borderops.population.people import NOBODY, People, Stratum
from borderops.records.answer_key import Behind
from borderops.records.fields import BLANK
from borderops.records.known_names import known_names, surnames_of
from borderops.records.systems import Records
from borderops.records.witness import Witness
from borderops.scoring.standing import (
    Evidence,
    Kind,
    Level,
    Links,
    Recoverable,
    as_words,
    known_at,
    persons_of,
    suspected,
    words,
)
from borderops.units import DAY, NEVER


class Outcome(IntEnum):
    """What became of a true link under a rule."""

    FOUND = 0
    MISSED = 1  # a record names both, or another rule suspects them
    UNKNOWABLE = 2  # neither


class Label(IntEnum):
    """What a suspected pair truly is."""

    LINK = 0  # a separated child and the parent
    TOGETHER = 1  # parent and child, but not separated from each other within the definition
    KIN = 2  # of one party, not parent and child
    FALSE_CLAIM = 3  # of a party that claims to be a family and is not
    STRANGER = 4


AGES: Final = ("0-4", "5-12", "13-17")
"""Bands of completed years when apprehended."""

COMMONNESS: Final = ("rare", "middling", "common")
"""Bands of the share of people who bear a surname: under 1 in 1,000, under 1 in 100, and above."""

_EDGES: Final = (0.001, 0.01)


@dataclass(frozen=True)
class Strata:
    """Strata by which scores are broken down, by row of `People`."""

    people: People

    @cached_property
    def commonness(self) -> np.ndarray:
        """Place in `COMMONNESS` of the commoner of a person's surnames, accents apart; int8, shape (n,)."""
        folded = np.append(known_names().folded, np.int32(BLANK))
        first, second = (folded[surnames_of(codes)] for codes in (self.people.surname_1, self.people.surname_2))
        borne = np.bincount(first, minlength=folded.size) + np.bincount(second[second >= 0], minlength=folded.size)
        share = np.append(borne / max(first.size, 1), 0.0)
        return np.digitize(np.maximum(share[first], share[second]), _EDGES).astype(np.int8)

    def of(self, children: np.ndarray) -> pd.DataFrame:
        """Sector, age band and commonness of children; columns ``station``, ``age_band``, ``commonness``."""
        people = self.people
        known = np.maximum(children, 0)
        age = age_years(people.birth_day[known], people.of_party("apprehended_at")[known] // DAY)
        station = people.of_party("station")[known].astype(np.int64)
        band = np.digitize(age, (5, 13))
        columns = ((station, STATIONS), (band, AGES), (self.commonness[known].astype(np.int64), COMMONNESS))
        made = {
            name: as_words(np.where(children == NOBODY, -1, codes), names)
            for name, (codes, names) in zip(("station", "age_band", "commonness"), columns)
        }
        return pd.DataFrame(made)


@dataclass(frozen=True)
class PairScores:
    """A finding of pairs against the truth.

    Attributes
    ----------
    links : DataFrame
        One row a true link that the rule is to find: ``child``, ``parent``, ``kind``, ``outcome`` and strata.
    pairs : DataFrame
        One row a suspected pair of persons: ``adult``, ``child``, ``label`` and strata of the child.
    """

    links: pd.DataFrame
    pairs: pd.DataFrame

    def summary(self, by: Sequence[str] = ()) -> pd.DataFrame:
        """Counts, precision and recall, in all or by strata.

        Parameters
        ----------
        by : sequence of str
            ``station``, ``age_band``, ``commonness``, or several of them.

        Returns
        -------
        DataFrame
            Columns of ``by``; ``links``, ``found``, ``missed``, ``unknowable``; ``pairs``, ``link``, ``together``,
            ``kin``, ``false_claim``, ``stranger``; ``precision`` (links among pairs), ``parent_precision`` (parent and
            child among pairs, separated or not), ``recall`` (found among links) and ``recall_of_knowable``. A share of
            nothing is empty.
        """
        keys = list(by)
        links = _counted(self.links, "outcome", keys, [one.name.lower() for one in Outcome])
        pairs = _counted(self.pairs, "label", keys, [one.name.lower() for one in Label])
        links.insert(0, "links", links.sum(axis=1))
        pairs.insert(0, "pairs", pairs.sum(axis=1))
        both = links.join(pairs, how="outer").fillna(0).astype(int)
        told = both["pairs"].where(both["pairs"] > 0)
        both["precision"] = both["link"] / told
        both["parent_precision"] = (both["link"] + both["together"]) / told
        both["recall"] = both["found"] / both["links"].where(both["links"] > 0)
        knowable = both["links"] - both["unknowable"]
        both["recall_of_knowable"] = both["found"] / knowable.where(knowable > 0)
        return both.reset_index() if keys else both.reset_index(drop=True)


def _counted(rows: pd.DataFrame, column: str, keys: list[str], names: list[str]) -> pd.DataFrame:
    """Rows by keys, counted by the values of a column."""
    if keys:
        counts = rows.groupby([*keys, column], observed=True).size().unstack(column, fill_value=0)
    else:
        counts = rows[column].value_counts().to_frame().T.reset_index(drop=True)
    counts.columns = [str(name) for name in counts.columns]
    return counts.reindex(columns=names, fill_value=0)


def score_pairs(
    pairs: Pairs,
    links: Links,
    recoverability: np.ndarray,
    records: Records,
    behind: Mapping[str, Behind],
    witness: Witness,
) -> PairScores:
    """Hold a finding of pairs against the truth.

    Parameters
    ----------
    pairs : Pairs
        Of one rule or of several; pairs of the same two persons count once.
    links : Links
        Those that the rule is to find, for instance `Links.is_separation` ones that stand nowhere. Links that the
        definition leaves out are no aim: pairs that hit them are labelled as parent and child.
    recoverability : ndarray of int8, shape (n,)
        `Recoverable`, of the links.
    records : Records
        That were audited.
    behind : mapping of str to Behind
    witness : Witness

    Returns
    -------
    PairScores
    """
    strata, is_aim = Strata(witness.people), links.is_separation
    aims = links.take(is_aim)
    found = suspected(aims, pairs, records, behind)
    lost = recoverability[is_aim] == Recoverable.NOT_AT_ALL
    outcome = np.where(found, Outcome.FOUND, np.where(lost, Outcome.UNKNOWABLE, Outcome.MISSED))
    of_links = pd.DataFrame(
        {
            "child": aims.child,
            "parent": aims.parent,
            "kind": words(Kind, aims.kind),
            "outcome": words(Outcome, outcome),
        }
    )
    adult, child = _distinct(*persons_of(pairs, records, behind))
    labels = labels_of(adult, child, aims, witness.people)
    of_pairs = pd.DataFrame({"adult": adult, "child": child, "label": words(Label, labels)})
    return PairScores(
        pd.concat([of_links, strata.of(aims.child)], axis=1), pd.concat([of_pairs, strata.of(child)], axis=1)
    )


def _distinct(adult: np.ndarray, child: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each pair of persons once; rows behind which stands nobody stay, each by itself."""
    nobody = (adult == NOBODY) | (child == NOBODY)
    known = np.unique(np.stack([adult[~nobody], child[~nobody]]), axis=1)
    return np.append(known[0], adult[nobody]), np.append(known[1], child[nobody])


def labels_of(adult: np.ndarray, child: np.ndarray, aims: Links, people: People) -> np.ndarray:
    """Tell what pairs of persons truly are.

    Parameters
    ----------
    adult, child : ndarray of int64, shape (p,)
        Rows in `People`, -1 for nobody.
    aims : Links
        Those that were to be found.
    people : People

    Returns
    -------
    ndarray of int8, shape (p,)
        `Label`; one nobody makes them strangers.
    """
    real = (adult != NOBODY) & (child != NOBODY)
    is_parent = real & ((people.mother[child] == adult) | (people.father[child] == adult))
    same_party = real & (people.party[adult] == people.party[child])
    claims = same_party & (people.of_party("stratum")[child] == Stratum.FALSE_FAMILY)
    is_link = is_parent & (aims.place_of(child, adult) >= 0)
    tests = [is_link, is_parent, claims, same_party]
    return np.select(tests, [Label.LINK, Label.TOGETHER, Label.FALSE_CLAIM, Label.KIN], Label.STRANGER).astype(np.int8)


# --- time ---------------------------------------------------------------------------------------------------------


def time_until_known(links: Links, found: Evidence, witness: Witness, level: Level = Level.VISIBLE) -> pd.DataFrame:
    """Measure how long links were unknown, by record and by those who reunite.

    Parameters
    ----------
    links : Links
    found : Evidence
    witness : Witness
    level : Level
        Where a link has to stand to be known by record.

    Returns
    -------
    DataFrame
        One row a link: ``child``, ``parent``, ``kind``, ``minutes_until_recorded`` (0 where the record outlived the
        parting), ``minutes_until_found`` (until the parent was known to those who reunite; children in care only),
        empty where it never was, and strata of the child.
    """
    recorded = known_at(links, found, level)
    sought = witness.history.found_at[links.child]
    columns = {"child": links.child, "parent": links.parent, "kind": words(Kind, links.kind)}
    for name, at in (("minutes_until_recorded", recorded), ("minutes_until_found", sought)):
        minutes = np.where(at == NEVER, 0, at - links.parted_at)
        columns[name] = pd.Series(minutes).astype("Int64").mask(at == NEVER)
    return pd.concat([pd.DataFrame(columns), Strata(witness.people).of(links.child)], axis=1)
