"""Whose stories differ between two scenarios, and why."""

from __future__ import annotations

import numpy as np
import pytest

from borderops.config.compose import compose
from borderops.forecast.differing import CAUSES, FAMILIES, KEYS, LINKS, NO_LINK, WHATS, differing, links_surviving
from borderops.forecast.reading import Reading
from borderops.forecast.reversals import count_reversals
from borderops.operations.plan import CaseKind
from borderops.replication import Replication, replay, replicate

SMALL = (
    "arrivals.stations=[yuma]",
    "window.start=2018-05-05",
    "window.end=2018-05-20",
    "study.season_start=null",
    "study.season_end=null",
    "study.is_hindcast=false",
)


@pytest.fixture(scope="module")
def baseline() -> Replication:
    """Sixteen days of the policy at one sector."""
    return replicate(compose(["scenario=zero_tolerance_2018", *SMALL]).settings, 1)


def under(baseline: Replication, *words: str, scenario: str = "zero_tolerance_2018") -> Replication:
    """The same people under other settings."""
    settings = compose([f"scenario={scenario}", *SMALL, *words]).settings
    return replay(baseline.people, settings, 1)


def families(replication: Replication) -> int:
    """Parties that are a family to the agents who meet them."""
    cases = replication.plan.case_kind == CaseKind.FAMILY
    return np.unique(replication.people.party[replication.plan.case_first[cases]]).size


def test_the_same_settings_tell_the_same_stories(baseline):
    """Played twice, no family's story differs."""
    table = differing(baseline, under(baseline))
    assert table[KEYS].to_numpy().tolist() == [[FAMILIES, "same_story", ""]]
    assert table["count"].tolist() == [families(baseline)]


@pytest.mark.parametrize(
    ("words", "scenario"),
    [
        ([], "family_unity"),
        (["tracking=shared_record"], "zero_tolerance_2018"),
        (["orr.beds.age_0_12=1"], "zero_tolerance_2018"),
        (["stations.sites.yuma.agents={day: 2, evening: 2, night: 1}"], "zero_tolerance_2018"),
    ],
)
def test_every_family_is_counted_once(baseline, words, scenario):
    """The rows share out all families, under causes that are known, each with a family to look at."""
    other = under(baseline, *words, scenario=scenario)
    table = differing(baseline, other)
    assert table["count"].sum() == max(families(baseline), families(other))
    assert set(table["what"]) <= set(WHATS) and set(table["cause"]) <= set(CAUSES)
    assert not table.duplicated(KEYS).any()
    assert np.isin(table["example"], baseline.people.party_number).all()


def test_no_policy_means_no_separation_and_selection_says_why(baseline):
    """Under family unity nobody is referred: whoever was separated by prosecution was not selected."""
    other = under(baseline, scenario="family_unity")
    table = differing(baseline, other).set_index(KEYS[1:])["count"]
    reversals = count_reversals(baseline, other)
    assert table["separated_only_in_baseline"].sum() == len(reversals.table) > 20
    assert table["separated_only_in_baseline", "selection"] == reversals.by_cause["selection"]


def test_beds_move_queues_and_nothing_else(baseline):
    """With a single bed children wait longer; where load steers nothing, nothing is written otherwise."""
    quiet = [under(baseline, "tracking.feedback=false", *more) for more in ((), ("orr.beds.age_0_12=1",))]
    table = differing(*quiet)
    assert set(table["cause"]) == {"queue", ""}
    assert table.set_index("what")["count"]["separated_in_both"] > 0


def test_another_record_is_another_act(baseline):
    """Under one record for all, what was written about separated families differs."""
    table = differing(baseline, under(baseline, "tracking=shared_record")).set_index(KEYS[1:])["count"]
    assert table["separated_in_both", "act"] > 0.5 * table["separated_in_both"].sum()


def test_every_link_of_either_scenario_is_counted_once(baseline):
    """Links stand in one place under each of two designs, and a kept unit keeps what a deleted one loses."""
    words = ["scenario=zero_tolerance_2018", *SMALL]
    there, here = (
        Reading(replicate(settings, 1), settings)
        for settings in (compose(words).settings, compose([*words, "tracking=shared_record"]).settings)
    )
    table = links_surviving(there.people, there.links, here.links)
    assert set(table["of"]) == {LINKS}
    by_place = table.groupby("what")["count"].sum()
    assert by_place.drop(NO_LINK, errors="ignore").sum() == len(there.links.links)
    assert table[table["cause"] != NO_LINK]["count"].sum() == len(here.links.links)
    gained = table[(table["what"] == "headquarters") & (table["cause"].isin(["searchable", "visible"]))]["count"].sum()
    assert gained > 0.9 * by_place["headquarters"]
    assert np.isin(table["example"], baseline.people.party_number).all()


def test_other_people_cannot_be_compared(baseline):
    """Another replication holds other people."""
    with pytest.raises(ValueError, match="different people"):
        differing(baseline, replicate(compose(["scenario=zero_tolerance_2018", *SMALL]).settings, 2))
