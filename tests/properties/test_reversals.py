"""Reversals of separation: none where nothing looks at the state of things; where something does, each is explained.

A rule on occupancy looks at the beds, clerks and agents at how busy they are. Whether the rule held is counted again
here, bed by bed, from the history alone.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
import worlds

from borderops.config.schema import BED_KINDS, Settings
from borderops.forecast.reversals import Reversals, count_reversals
from borderops.operations.facilities import capacity_at
from borderops.operations.history import Exit
from borderops.operations.plan import Ground
from borderops.population.people import People
from borderops.replication import Replication, replay
from borderops.units import NEVER

FIRST, LAST = date(2018, 5, 14), date(2018, 6, 1)
KIND = BED_KINDS.index("age_0_12")
BEDS, ABOVE = 250, 0.8
SEASON = {
    "window.start": FIRST,
    "window.end": LAST,
    "window.lead_in_days": 0,
    "study.season_start": None,
    "study.season_end": None,
    "arrivals.stations": ["yuma", "el_paso", "big_bend"],
    "orr.census_path": [{"day": date(2018, 5, 13), "children": 600}],
    "orr.beds.age_0_12": [{"begins": FIRST, "beds": BEDS, "then_per_day": 0, "until": None}],
    "policy.exemptions": [],
    "policy.other_grounds": [{"ground": "health", "share": 0.05}],
}
"""Nineteen days at three sectors, with so few small children in shelters, and so few beds for them, that they fill."""

CARELESS = {"share": 0.4, "load_slope": 2.0, "guided_factor": 1.0}
RULE = {"begins": FIRST, "ends": None, "bed_kind": BED_KINDS[KIND], "above_occupancy": ABOVE}
VARIANTS = {
    "stateless": {"tracking.feedback": False, "stations.children_per_diverted_agent": 1_000_000},
    "rule": {
        "tracking.feedback": False, "stations.children_per_diverted_agent": 1_000_000, "policy.pauses": [RULE]
    },
    "clerks": {"stations.children_per_diverted_agent": 8},
    "all": {"policy.pauses": [RULE]},
}  # fmt: skip
"""Nothing that looks at the state of things; the rule on occupancy alone; busy clerks and agents alone; both."""

SHARES = {"smaller": 0.35, "larger": 0.9}


def settings_of(policy: str, variant: str) -> Settings:
    """Settings in which a smaller or a larger share of families is referred."""
    everywhere = {"begins": FIRST, "ends": None, "sectors": [], "share": SHARES[policy], "ramp_days": 0}
    careless = {f"features.grouping.{option}.acts.never_grouped": CARELESS for option in ("by_hand", "practised")}
    values = {**SEASON, "policy.family_referral": [everywhere], **careless, **VARIANTS[variant]}
    return worlds.settings_with(values)


@cache
def people() -> People:
    """Who came; the same under every policy."""
    return worlds.people(settings_of("smaller", "stateless"))


@cache
def played(policy: str, variant: str) -> Replication:
    """The same people under a policy."""
    return replay(people(), settings_of(policy, variant), 0)


@cache
def reversals(variant: str) -> Reversals:
    """Families separated under the smaller share and not under the larger."""
    return count_reversals(played("smaller", variant), played("larger", variant))


def causes(variant: str) -> dict[str, int]:
    """Causes that occurred."""
    return {cause: count for cause, count in reversals(variant).by_cause.items() if count}


def first_members(variant: str, cause: str) -> np.ndarray:
    """Rows of one member of each family whose separation was reversed for a cause."""
    table = reversals(variant).table
    numbers = table.loc[table["cause"] == cause, "party_number"]
    return people().first_member[np.isin(people().party_number, numbers)]


# --- stateless rules ------------------------------------------------------------------------------------------------


def test_where_nothing_looks_at_the_state_separation_is_nested():
    """Whoever is separated under the smaller share is separated under the larger, and many more."""
    found = reversals("stateless")
    assert found.separated_under_both == found.separated_under_smaller > 100
    assert found.separated_under_larger > 1.5 * found.separated_under_smaller
    assert causes("stateless") == {}


def test_shelters_too_full_reverse_nothing_without_a_rule():
    """Beds run out for the larger policy in the same play: shortage alone keeps no family together."""
    waiting = [_children_waiting(played(policy, "stateless")) for policy in SHARES]
    assert waiting[1] > waiting[0]
    assert waiting[1] > 50


def _children_waiting(replication: Replication) -> int:
    """Children who wait for a bed on the last minute."""
    history = replication.history
    return int(((history.cleared_at != NEVER) & (history.designated_at == NEVER) & (history.exit == Exit.INSIDE)).sum())


# --- a rule that looks at the beds ----------------------------------------------------------------------------------


def test_a_rule_on_occupancy_reverses_separations():
    """The larger policy fills the beds sooner; families whom the smaller one separates are then spared by the rule."""
    found = reversals("rule")
    assert found.selected_under_smaller_alone == 0
    assert found.separated_under_both == found.separated_under_smaller - len(found.table)
    assert len(found.table) > 20


def test_every_reversal_is_explained_by_the_rule():
    """No cause occurs that is not the rule's work, and none is left without one."""
    assert set(causes("rule")) == {"occupancy", "finding_overridden"}
    assert causes("rule")["occupancy"] > 20


@pytest.mark.parametrize("variant", ["rule", "all"])
def test_at_each_reversal_the_rule_held_under_the_larger_policy_and_not_under_the_smaller(variant):
    """Family by family and bed by bed: above the limit where it was spared, at or below it where it was parted."""
    smaller, larger = played("smaller", variant), played("larger", variant)
    for cause in ("occupancy", "finding_overridden"):
        rows = first_members(variant, cause)
        assert larger.history.is_spared[rows].all()
        assert (_share_taken(larger, larger.history.selected_at[rows], at_most=True) > ABOVE).all()
        assert not smaller.history.is_spared[rows].any()
        if cause == "occupancy":  # a finding of its own parts a family however full shelters are
            assert (smaller.history.ground[rows] == Ground.PROSECUTION).all()
            assert (_share_taken(smaller, smaller.history.parted_at[rows], at_most=False) <= ABOVE).all()


def _share_taken(replication: Replication, moments: np.ndarray, at_most: bool) -> np.ndarray:
    """Share of beds taken when rules look, before a minute's allocations.

    Whoever gives back a bed in that very minute does so before the rule looks, or after it: counted as holding one at
    most, as holding none at least.
    """
    history = replication.history
    held = history.bed_kind == KIND
    begins = np.where(history.exit == Exit.NOT_HERE, history.first_minute - 1, history.designated_at)[held]
    off_the_way = np.where(history.exit == Exit.AGED_OUT, history.left_cbp_at, history.rejoined_at)
    ends = np.minimum(history.left_shelter_at, off_the_way)[held]
    taken = np.searchsorted(np.sort(begins), moments, side="left")
    given_back = np.searchsorted(np.sort(ends), moments, side="left" if at_most else "right")
    return (taken - given_back) / capacity_at(replication.facilities.beds[KIND], moments)


def test_spared_families_are_not_all_reversals():
    """Most families spared under the larger policy are not separated under the smaller either."""
    spared = played("larger", "rule").history.is_spared
    families = np.unique(people().party[spared]).size
    assert len(reversals("rule").table) < families / 2


# --- clerks and agents who are busy ---------------------------------------------------------------------------------


def test_busy_clerks_and_agents_reverse_separations():
    """More partings, busier agents: families are not written down as one, or not reached before the run ends."""
    assert set(causes("clerks")) == {"never_grouped", "end_of_run"}


def test_families_never_grouped_are_seen_in_the_history():
    """Grouped under the smaller policy, not under the larger, whose children go on without a parent."""
    smaller, larger = played("smaller", "clerks").history, played("larger", "clerks").history
    rows = first_members("clerks", "never_grouped")
    assert rows.size
    assert smaller.is_grouped[rows].all()
    assert not larger.is_grouped[rows].any()
    assert (larger.intake_at[rows] != NEVER).all()
    assert (larger.parted_at[rows] == NEVER).all()


def test_families_not_reached_are_seen_in_the_history():
    """Processed under the smaller policy; still waiting for it, or in it, when the larger one's run ends."""
    smaller, larger = played("smaller", "clerks").history, played("larger", "clerks").history
    rows = first_members("clerks", "end_of_run")
    assert rows.size
    assert (smaller.processed_at[rows] != NEVER).all()
    assert (larger.processed_at[rows] == NEVER).all()
    assert (larger.exit[rows] == Exit.INSIDE).all()


# --- all together ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_no_reversal_is_left_unexplained(variant):
    """Whatever looks at the state of things, and whichever policy is asked about first."""
    assert reversals(variant).unexplained == 0
    turned = count_reversals(played("larger", variant), played("smaller", variant))
    assert turned.unexplained == 0
    assert turned.by_cause["selection"] > 20


def test_rule_clerks_and_agents_together_leave_selection_nested():
    """Each reversal has one cause; none of them is that the larger policy did not select the family."""
    assert reversals("all").selected_under_smaller_alone == 0
    assert "selection" not in causes("all")
    assert sum(causes("all").values()) == len(reversals("all").table) > 5
