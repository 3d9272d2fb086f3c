"""What the report's rule is worth: precision falls as events grow and surnames concentrate.

A small study after the one that the model's reference tells of: parties without any recording error, of which no unit
is on record, met in events of 4, 12 or 40 parties; surnames from a uniform pool of 623, from one in which ten names
cover 28 %, and from the tables that borderops names its people with.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from borderops.audit.linkage import refined_rule
from borderops.population.names import choose, surname_tables
from borderops.population.people import COUNTRIES
from borderops.records.known_names import known_names
from borderops.records.spelling import Lexicon
from borderops.records.systems import Records, table_of
from borderops.units import DAY

PARTIES = 16_000
EVENTS = (4, 12, 40)
MET = 6360 * DAY
YEAR = 365.2425

PUBLISHED = {"uniform": (0.88, 0.84, 0.75), "ten names": (0.80, 0.66, 0.40)}
"""Precision for parents in the study that is told of, by pool and size of events."""

RECALL = 0.98


def uniform(uniforms: np.ndarray) -> np.ndarray:
    """One of 623 surnames, all equally common."""
    return (uniforms * 623).astype(np.int32)


def ten_names(uniforms: np.ndarray) -> np.ndarray:
    """Ten names cover 28 % and the rest is uniform, the commonest ones 5 % each: a sum of squares near 0.0104."""
    ten = [0.05, 0.045, 0.04, 0.035, 0.03, 0.025, 0.02, 0.015, 0.012, 0.008]
    shares = np.concatenate([ten, np.full(613, 0.72 / 613)])
    return np.searchsorted(np.cumsum(shares), uniforms).clip(max=622).astype(np.int32)


def of_country(name: str):
    """Surnames of a country as borderops has them."""
    table = COUNTRIES.index(name)
    return lambda uniforms: choose(surname_tables(), table, uniforms)


POOLS = {"uniform": uniform, "ten names": ten_names, "HN": of_country("HN"), "GT": of_country("GT")}


@cache
def study(pool: str, parties_an_event: int) -> tuple[float, float]:
    """Precision for parents, and recall, of the refined rule with any surname shared."""
    draws = np.random.default_rng(11)
    kind = draws.choice(4, PARTIES, p=(0.55, 0.30, 0.08, 0.07))  # adult, parent with children, minor, aunt or uncle
    children = np.array([0, 1, 1, 1])[kind] + ((kind == 1) & (draws.random(PARTIES) < 0.35))
    adults = (kind != 2).astype(int)
    name = {slot: POOLS[pool](draws.random(PARTIES)) for slot in ("first", "second", "other", "other_second", "in_law")}
    is_man = draws.random(PARTIES) < 0.5
    party = np.concatenate([np.flatnonzero(adults), np.repeat(np.arange(PARTIES), children)])
    is_child = np.arange(party.size) >= adults.sum()
    # A man hands on his first surname as the child's first, a woman as its second.
    of_child = [np.where(is_man, name["first"], name["other"]), np.where(is_man, name["other"], name["first"])]
    # An aunt or uncle shares a surname with the child in most cases, else only by marriage.
    by_blood = draws.random(PARTIES) < 0.75
    of_child[0] = np.where((kind == 3) & ~by_blood, name["in_law"], of_child[0])
    of_child[1] = np.where(kind == 3, name["other_second"], of_child[1])
    of_child[0] = np.where((kind == 3) & by_blood, name["first"], of_child[0])
    of_adult = name["first"], name["second"]
    surnames = [np.where(is_child, child[party], adult[party]) for child, adult in zip(of_child, of_adult)]
    child_age = np.where(kind[party] == 2, draws.uniform(13, 17.9, party.size), draws.uniform(0.2, 17.9, party.size))
    apart = np.clip(draws.normal(25, 5, PARTIES), 15, 45)
    youngest = np.zeros(PARTIES)
    np.maximum.at(youngest, party[is_child], child_age[is_child])
    with_child = np.maximum(youngest + apart, 18.1)
    adult_age = np.where(kind == 0, draws.gamma(4, 3, PARTIES) + 18, with_child)[party]
    age = np.where(is_child, child_age, adult_age)
    lexicon = Lexicon(known_names())
    table = table_of(
        "e3_subject",
        {
            "entered_at": np.full(party.size, MET),
            "subject_no": np.arange(1, party.size + 1),
            "event_no": party // parties_an_event + 1,
            "surname_1": surnames[0],
            "surname_2": surnames[1],
            "birth_day": np.floor(MET / DAY - age * YEAR),
        },
    )
    pairs = refined_rule(Records({"e3_subject": table}, lexicon))
    adult, child = pairs.adult_rec - 1, pairs.child_rec - 1
    of_parents = np.count_nonzero((party[adult] == party[child]) & (kind[party[child]] == 1))
    return of_parents / len(pairs), of_parents / children[kind == 1].sum()


@pytest.mark.parametrize("pool", POOLS)
def test_precision_falls_as_events_grow(pool):
    """The more parties an event has, the more strangers share a surname."""
    precision = [study(pool, size)[0] for size in EVENTS]
    assert precision[0] > precision[1] > precision[2]


@pytest.mark.parametrize("size", EVENTS)
def test_precision_falls_as_surnames_concentrate(size):
    """Real frequencies flatter the rule less than a uniform pool, at every size of events."""
    assert study("uniform", size)[0] > study("ten names", size)[0]
    assert study("uniform", size)[0] > max(study("HN", size)[0], study("GT", size)[0])


@pytest.mark.parametrize("pool", PUBLISHED)
def test_precision_is_near_that_of_the_study_told_of(pool):
    """Within four points of the figures for events of 4, 12 and 40 parties, and recall within three."""
    for size, expected in zip(EVENTS, PUBLISHED[pool]):
        precision, recall = study(pool, size)
        assert precision == pytest.approx(expected, abs=0.04)
        assert recall == pytest.approx(RECALL, abs=0.03)
