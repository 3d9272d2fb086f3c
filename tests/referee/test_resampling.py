"""Intervals: families are weighed, never records; what is covered is what is promised."""

from __future__ import annotations

import numpy as np
import pytest

from borderops.referee.measures import share
from borderops.referee.metrics_pairs import PAIRS
from borderops.referee.resampling import LEVEL, Groups, estimates, everybody
from borderops.streams import Draws

RECALL = share("recall", "Recall", "found", "true", "Recall.")


def estimate(parts, family, measures=(RECALL,), groups=None, draws=None, drawn=400):
    """Estimates of some owners, everybody together unless groups are given."""
    chosen = groups or [everybody(family.size)]
    return estimates(parts, family, measures, chosen, draws or Draws(5, 0), drawn)


def test_the_value_is_the_ratio_of_sums():
    """The value is that of all owners together, not the mean of families."""
    found = estimate({"found": np.array([1.0, 0.0, 4.0]), "true": np.array([1.0, 1.0, 8.0])}, np.array([0, 1, 2]))
    row = found.iloc[0]
    assert (row["value"], row["families"]) == (0.5, 3)
    assert row["low"] < 0.5 < row["high"]


def test_one_family_has_no_interval():
    """Two records of one family are one family: nothing can be said of others."""
    row = estimate({"found": np.array([1.0, 0.0]), "true": np.array([1.0, 1.0])}, np.array([4, 4])).iloc[0]
    assert (row["value"], row["families"]) == (0.5, 1)
    assert np.isnan(row["low"]) and np.isnan(row["high"])


def test_families_that_all_agree_leave_room_for_those_that_would_not():
    """Ten families without exception leave 1 - 0.05 ** (1 / 10), a quarter, possible; and likewise at nought."""
    ones = estimate({"found": np.ones(10), "true": np.ones(10)}, np.arange(10)).iloc[0]
    assert (ones["value"], ones["high"]) == (1.0, 1.0)
    assert ones["low"] == pytest.approx(0.05 ** (1 / 10))
    none = estimate({"found": np.zeros(10), "true": np.ones(10)}, np.arange(10)).iloc[0]
    assert (none["value"], none["low"], none["high"]) == (0.0, 0.0, pytest.approx(1 - 0.05 ** (1 / 10)))


def test_records_of_one_family_stand_or_fall_together():
    """Ten times the records of the same families, all alike, make no interval narrower."""
    found, family = np.array([1.0, 0.0, 1.0, 1.0, 0.0]), np.arange(5)
    once = estimate({"found": found, "true": np.ones(5)}, family)
    often = estimate({"found": np.repeat(found, 10), "true": np.ones(50)}, np.repeat(family, 10))
    assert often[["value", "low", "high"]].to_numpy() == pytest.approx(once[["value", "low", "high"]].to_numpy())


def test_order_of_owners_and_idle_families_change_nothing():
    """An interval is a function of families' numbers: not of the order of rows, nor of families that have no part."""
    rng = np.random.default_rng(1)
    found, family = rng.integers(0, 2, 30).astype(float), rng.integers(0, 9, 30)
    order = rng.permutation(30)
    once = estimate({"found": found, "true": np.ones(30)}, family)
    shuffled = estimate({"found": found[order], "true": np.ones(30)}, family[order])
    idle = np.zeros(4)
    more = {"found": np.append(found, idle), "true": np.append(np.ones(30), idle)}
    with_idle = estimate(more, np.append(family, [50, 51, 52, 53]))
    for other in (shuffled, with_idle):
        assert other[["value", "low", "high", "families"]].to_numpy() == pytest.approx(
            once[["value", "low", "high", "families"]].to_numpy()
        )


def test_two_tools_meet_the_same_families():
    """What one tool finds in every family more than another shows in every draw: its interval lies wholly above."""
    true, family = np.full(12, 10.0), np.arange(12)
    base = np.arange(12, dtype=float) % 7
    one = estimate({"found": base, "true": true}, family).iloc[0]
    other = estimate({"found": base + 1, "true": true}, family).iloc[0]
    for column in ("value", "low", "high"):
        assert other[column] - one[column] == pytest.approx(0.1)


def test_groups_are_measured_as_if_they_were_alone():
    """A group's value and interval are those of its owners without the others."""
    rng = np.random.default_rng(2)
    found, family = rng.integers(0, 3, 40).astype(float), rng.integers(0, 12, 40)
    of = rng.integers(-1, 2, 40)
    parts = {"found": found, "true": np.full(40, 2.0)}
    both = estimate(parts, family, groups=[everybody(40), Groups("country", ("a", "b"), of)])
    for at, name in enumerate("ab"):
        inside = of == at
        alone = estimate({part: one[inside] for part, one in parts.items()}, family[inside]).iloc[0]
        row = both[(both["kind"] == "country") & (both["group"] == name)].iloc[0]
        columns = ["value", "low", "high", "families"]
        assert row[columns].astype(float).tolist() == pytest.approx(alone[columns].astype(float).tolist())


def test_a_group_of_nobody_has_no_value():
    """Nothing found among nothing is no measure, though a tool as a whole that links nothing is precise."""
    parts = {name: np.array([1.0, 1.0]) for name in ("found", "claimed", "true")}
    groups = [Groups("country", ("a", "nobody"), np.zeros(2, dtype=np.int64))]
    rows = estimate(parts, np.array([0, 1]), PAIRS, groups)
    assert rows.loc[rows["group"] == "nobody", "value"].isna().all()
    assert (rows.loc[rows["group"] == "a", "value"] == 1.0).all()


def test_ninety_per_cent_intervals_cover_about_ninety_per_cent():
    """Families of unequal size whose links stand or fall together are covered as often as 0.9 says."""
    worlds, families, hits = 400, 120, 0
    for world in range(worlds):
        rng = np.random.default_rng(1000 + world)
        sizes = rng.integers(1, 6, families)
        rates = rng.beta(2.1, 0.9, families)  # mean 0.7, whatever the size
        found = rng.binomial(sizes, rates).astype(float)
        parts = {"found": found, "true": sizes.astype(float)}
        row = estimate(parts, np.arange(families), draws=Draws(world, 0), drawn=300).iloc[0]
        hits += row["low"] <= 0.7 <= row["high"]
    # 0.999 of a binomial of 400 and 0.9 lies within 0.85 and 0.945; narrower intervals, of records, cover far less.
    assert 0.85 <= hits / worlds <= 0.945
    assert LEVEL == 0.9
