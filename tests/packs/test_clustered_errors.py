"""Errors cluster by who wrote, in which shift and on which day as far as settings say, and not at all at even rates.

Peers draw errors independently of everything: a tool that learns who slips, and when, has nothing to find there.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.records.mistake_worlds import flawless, mistakes
from tests.records.mistake_worlds import season as weeks

from borderops.records.answer_key import TABLES, Mechanism
from borderops.records.systems import LAYOUTS
from borderops.records.users import slip_factor
from borderops.units import DAY

SHARE, VARIATION, SLOPE = 0.1, 1.0, 1.6
TABLE, FIELDS = "e3_subject", ("given", "surname_1")
AGAIN = 1_000
"""Times that flags are drawn anew, or put in another order: one in a thousand lies beyond all of them."""

WAYS = {
    "by operator": {"operator_variation": VARIATION, "slope": 0.0},
    "by load": {"operator_variation": 0.0, "slope": SLOPE},
    "by both": {"operator_variation": VARIATION, "slope": SLOPE},
    "even": {"operator_variation": VARIATION, "slope": SLOPE, "even_rates": True},
}


@cache
def rows() -> dict[str, np.ndarray]:
    """First rows about everybody in e3: number, who wrote it, how busy, in which shift of which place on which day."""
    table, behind = flawless(weeks()).records[TABLE], flawless(weeks()).behind[TABLE]
    first = np.flatnonzero(behind.visit == 0)
    operator, day = table["entered_by"][first], table["entered_at"][first] // DAY
    # A user's number begins with role, station and shift; the rest is a place in it.
    shift = np.unique(np.stack([operator // 10_000, day]), axis=1, return_inverse=True)[1].ravel()
    return {
        "rec_id": table["rec_id"][first],
        "operator": np.unique(operator, return_inverse=True)[1],
        "shift of a day": shift,
        "user": operator,
        "load": behind.load[first] / 10,
    }


@cache
def flags(way: str, field: str) -> np.ndarray:
    """Whether a typing error befell the field of each row, shape (n,), float64."""
    _, key = mistakes({"typo": SHARE}, **WAYS[way])
    own = (key.changes.table == TABLES.index(TABLE)) & (key.changes.mechanism == Mechanism.TYPO)
    own &= key.changes.field == list(LAYOUTS[TABLE].every_field).index(field)
    return np.isin(rows()["rec_id"], key.changes.rec_id[own]).astype(np.float64)


def chances(way: str) -> np.ndarray:
    """What the settings make of each row, shape (n,)."""
    if way == "even":
        return np.full(rows()["load"].size, SHARE)
    set_to = WAYS[way]
    skill = slip_factor(rows()["user"], set_to["operator_variation"], weeks().draws)
    return np.clip(SHARE * (1 + set_to["slope"] * (rows()["load"] - 0.5)), 0, 1) * skill


def correlation(values: np.ndarray, cluster: np.ndarray) -> float:
    """Correlation within clusters, by analysis of variance (Fisher 1925)."""
    size = np.bincount(cluster).astype(np.float64)
    count, clusters = values.size, size.size
    means = np.bincount(cluster, values) / size
    between = (size * (means - values.mean()) ** 2).sum() / (clusters - 1)
    within = ((values - means[cluster]) ** 2).sum() / (count - clusters)
    usual = (count - (size**2).sum() / count) / (clusters - 1)
    return float((between - within) / (between + (usual - 1) * within))


def drawn_anew(chance: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Correlations that independent slips at given chances would have."""
    rng = np.random.default_rng(7)
    return np.array([correlation((rng.random(chance.size) < chance).astype(float), cluster) for _ in range(AGAIN)])


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("cluster", ["operator", "shift of a day"])
@pytest.mark.parametrize("way", list(WAYS))
def test_errors_cluster_as_set(way, cluster, field):
    """Correlation within operators, and within shifts of a day, is that of slips at the chances that are set."""
    found, of = correlation(flags(way, field), rows()[cluster]), rows()[cluster]
    expected = drawn_anew(chances(way), of)
    assert expected.min() <= found <= expected.max()


@pytest.mark.parametrize(("way", "cluster"), [
    ("by operator", "operator"), ("by operator", "shift of a day"), ("by load", "shift of a day"),
    ("by both", "operator"), ("by both", "shift of a day"),
])  # fmt: skip
def test_clusters_are_no_chance(way, cluster):
    """More than any order of the same flags would show; at even rates no more than some."""
    of, rng = rows()[cluster], np.random.default_rng(11)
    for each, is_clustered in ((way, True), ("even", False)):
        values = flags(each, "given")
        shuffled = [correlation(rng.permutation(values), of) for _ in range(AGAIN)]
        assert (correlation(values, of) > max(shuffled)) == is_clustered


def test_correlation_within_operators_is_share_and_spread_of_skill():
    """Slips at share p by hands whose factor has variance v correlate with p v / (1 - p), v as drawn."""
    skill = slip_factor(rows()["user"], VARIATION, weeks().draws)
    mean, often = skill.mean(), np.bincount(rows()["operator"])
    spread = ((skill - mean) ** 2).mean() * often.size / (often.size - 1)
    share = SHARE * mean
    found = np.mean([correlation(flags("by operator", field), rows()["operator"]) for field in FIELDS])
    assert found == pytest.approx(SHARE**2 * spread / (share * (1 - share)), rel=0.2)


@pytest.mark.parametrize("way", list(WAYS))
def test_how_many_errors_there_are_is_as_set(way):
    """Errors of a field are as many as the chances of its rows add up to, within 99.9 %."""
    chance = chances(way)
    for field in FIELDS:
        typed = int(flags(way, field).sum())
        assert abs(typed - chance.sum()) < 3.29 * np.sqrt((chance * (1 - chance)).sum())


def test_fields_of_one_row_err_together():
    """Given name and surname err together more often than apart would be, since one hand wrote both."""
    for way, is_tied in (("by both", True), ("even", False)):
        one, other = (flags(way, field) for field in FIELDS)
        bound = 3.29 / np.sqrt(one.size)
        assert (np.corrcoef(one, other)[0, 1] > bound) == is_tied
