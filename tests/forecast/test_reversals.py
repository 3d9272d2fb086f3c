"""Reversals of separation by hand: each cause by itself, none twice, and none without a cause."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.builders import SMALL, Case, Rule, facilities_of, family, replication_of

from borderops.config.schema import STATIONS
from borderops.forecast.reversals import CAUSES, UNEXPLAINED, Reversals, count_reversals
from borderops.operations.facilities import Facilities
from borderops.operations.plan import Ground
from borderops.replication import Replication
from borderops.units import NEVER

CHOSEN, NOT_CHOSEN = Ground.PROSECUTION, Ground.NONE
PAUSED = facilities_of(days=14, beds=4, pauses=[Rule(SMALL, 200)])
"""Four beds for small children; nobody is parted while more than a fifth of them, any one at all, is taken."""


def _played(*cases: Case, facilities: Facilities | None = None) -> Replication:
    return replication_of(*cases, facilities=facilities or facilities_of(days=14))


def _causes(reversals: Reversals) -> dict[str, int]:
    """Causes that occurred."""
    return {cause: count for cause, count in reversals.by_cause.items() if count}


def _early_and_late(early: Ground, late: Ground) -> Replication:
    """A family of Monday and one of Tuesday, when the bed that the first one's child may need is taken."""
    return _played(family("Mon 08:00", ground=early), family("Tue 08:00", ground=late), facilities=PAUSED)


# --- causes ---------------------------------------------------------------------------------------------------------


def test_the_same_play_has_no_reversals():
    """A policy beside itself: every separated family is separated under both, and no cause occurs."""
    one = _played(family("Mon 08:00", ground=CHOSEN), family("Mon 09:00"))
    reversals = count_reversals(one, one)
    assert (reversals.separated_under_smaller, reversals.separated_under_larger) == (1, 1)
    assert reversals.separated_under_both == 1
    assert reversals.by_cause == dict.fromkeys(CAUSES, 0)
    assert reversals.table.empty


def test_more_separations_alone_are_no_reversal():
    """The larger policy separates two families, one of them the smaller one's: selection is nested."""
    smaller = _played(family("Mon 08:00"), family("Mon 09:00", ground=CHOSEN))
    larger = _played(family("Mon 08:00", ground=CHOSEN), family("Mon 09:00", ground=CHOSEN))
    reversals = count_reversals(smaller, larger)
    assert (reversals.separated_under_both, reversals.separated_under_larger) == (1, 2)
    assert reversals.selected_under_smaller_alone == 0
    assert _causes(reversals) == {}


def test_beds_filled_by_an_earlier_separation_spare_a_later_family():
    """Under the larger policy Monday's child takes a bed, and the rule on occupancy spares Tuesday's family."""
    reversals = count_reversals(_early_and_late(NOT_CHOSEN, CHOSEN), _early_and_late(CHOSEN, CHOSEN))
    assert (reversals.separated_under_smaller, reversals.separated_under_larger) == (1, 1)
    assert reversals.separated_under_both == 0
    assert reversals.selected_under_smaller_alone == 0
    assert _causes(reversals) == {"occupancy": 1}


def test_referral_may_override_a_finding_and_then_be_spared():
    """Parted on a finding under the smaller policy, referred under the larger and spared by the rule."""
    reversals = count_reversals(_early_and_late(NOT_CHOSEN, Ground.HEALTH), _early_and_late(CHOSEN, CHOSEN))
    assert _causes(reversals) == {"finding_overridden": 1}


def test_a_family_without_a_ground_is_told_as_not_selected():
    """Policies that are not nested: the second family has a ground under the one alone."""
    smaller = _played(family("Mon 08:00", ground=CHOSEN), family("Mon 09:00", ground=CHOSEN))
    larger = _played(family("Mon 08:00", ground=CHOSEN), family("Mon 09:00"))
    reversals = count_reversals(smaller, larger)
    assert reversals.selected_under_smaller_alone == 1
    assert _causes(reversals) == {"selection": 1}


def test_a_parent_who_stays_is_told():
    """Both parents are taken under the one policy, one under the other: the child is not left alone."""
    smaller, larger = (
        _played(family("Mon 08:00", adults=2, ground=CHOSEN, takes_second=both)) for both in (True, False)
    )
    assert _causes(count_reversals(smaller, larger)) == {"one_parent_stays": 1}


def test_a_family_never_grouped_is_told():
    """Under the one policy clerks write the family down, under the other they do not: nobody parts it by policy."""
    smaller, larger = (_played(family("Mon 08:00", ground=CHOSEN, grouped=grouped)) for grouped in (True, False))
    reversals = count_reversals(smaller, larger)
    assert _causes(reversals) == {"never_grouped": 1}
    assert reversals.selected_under_smaller_alone == 0


def test_the_last_minute_may_come_before_the_family_is_processed():
    """Selected by plan, and nobody on duty until the run ends: told as such, not as spared."""
    case = family("Mon 08:00", ground=CHOSEN)
    nobody = facilities_of(days=14, agents=0)
    assert _causes(count_reversals(_played(case), _played(case, facilities=nobody))) == {"end_of_run": 1}


def test_every_reversal_has_one_cause():
    """Four families, four reversals of three causes: the sum of causes is the number of rows."""
    smaller = _played(
        family("Mon 08:00"),
        family("Tue 08:00", ground=CHOSEN),
        family("Tue 09:00", ground=CHOSEN),
        family("Tue 10:00", ground=CHOSEN),
        family("Tue 11:00", adults=2, ground=Ground.HEALTH, takes_second=True),
        facilities=replace(PAUSED, pauses=facilities_of().pauses),
    )
    larger = _played(
        family("Mon 08:00", ground=CHOSEN),
        family("Tue 08:00", ground=CHOSEN),
        family("Tue 09:00"),
        family("Tue 10:00", ground=CHOSEN),
        family("Tue 11:00", adults=2, ground=Ground.HEALTH),
        facilities=PAUSED,
    )
    reversals = count_reversals(smaller, larger)
    assert _causes(reversals) == {"selection": 1, "occupancy": 2, "one_parent_stays": 1}
    assert reversals.separated_under_smaller - reversals.separated_under_both == len(reversals.table) == 4


# --- what is not explained is said ----------------------------------------------------------------------------------


def test_sparing_without_a_rule_is_unexplained():
    """The history says spared, but no rule was in force: it is not taken at its word."""
    smaller, larger = _early_and_late(NOT_CHOSEN, CHOSEN), _early_and_late(CHOSEN, CHOSEN)
    over = replace(PAUSED, pauses=facilities_of(pauses=[Rule(SMALL, 200, ends="Tue 08:00")]).pauses)
    for pauses in (over.pauses, facilities_of().pauses):
        without = replace(larger, facilities=replace(PAUSED, pauses=pauses))
        reversals = count_reversals(smaller, without)
        assert _causes(reversals) == {UNEXPLAINED: 1}
        assert reversals.unexplained == 1


def test_a_parting_that_never_came_is_unexplained():
    """Selected, processed, not spared and not parted: no cause is made up."""
    one = _played(family("Mon 08:00", ground=CHOSEN))
    nothing = {"parted_at": np.full(2, NEVER), "is_alone": np.zeros(2, bool), "is_taken": np.zeros(2, bool)}
    forgotten = replace(one, history=replace(one.history, **nothing))
    assert _causes(count_reversals(one, forgotten)) == {UNEXPLAINED: 1}


def test_separation_without_a_ground_is_unexplained():
    """Separated under the smaller policy although nothing selected the family: no selection can explain it."""
    kept, parted = _played(family("Mon 08:00")), _played(family("Mon 08:00", ground=CHOSEN))
    lost_ground = replace(parted, plan=kept.plan)
    assert _causes(count_reversals(lost_ground, kept)) == {UNEXPLAINED: 1}


def test_other_people_cannot_be_compared():
    """A child of another age is another family."""
    one, other = _played(family("Mon 08:00")), _played(family("Mon 08:01"))
    with pytest.raises(ValueError, match="different people"):
        count_reversals(one, other)


# --- rows -----------------------------------------------------------------------------------------------------------


def test_rows_tell_which_family_and_when():
    """One row a reversal, by minute of parting: number, station, moments; missing where it was not selected."""
    smaller = _played(
        family("Tue 09:00", ground=CHOSEN),
        family("Mon 08:00"),
        family("Mon 07:00", ground=CHOSEN, station=2),
    )
    larger = _played(
        family("Tue 09:00", ground=CHOSEN),
        family("Mon 08:00", ground=CHOSEN),
        family("Mon 07:00", station=2),
        facilities=PAUSED,
    )
    table = count_reversals(smaller, larger).table
    assert table["party_number"].tolist() == [2, 0]
    assert table["station"].tolist() == [STATIONS[2], STATIONS[0]]
    assert table["apprehended_at"].tolist() == [pd.Timestamp("2018-01-01 07:00"), pd.Timestamp("2018-01-02 09:00")]
    assert table["separated_at"].tolist() == [pd.Timestamp("2018-01-01 07:40"), pd.Timestamp("2018-01-02 09:40")]
    assert table["selected_at"].tolist() == [pd.NaT, pd.Timestamp("2018-01-02 09:40")]
    assert table["cause"].tolist() == ["selection", "occupancy"]


def test_columns_of_an_empty_table_are_those_of_a_full_one():
    """Tables of several replications can be put one under another."""
    smaller, larger = _early_and_late(NOT_CHOSEN, CHOSEN), _early_and_late(CHOSEN, CHOSEN)
    full, empty = count_reversals(smaller, larger).table, count_reversals(larger, larger).table
    assert list(full.columns) == list(empty.columns)
    assert len(pd.concat([empty, full])) == 1
