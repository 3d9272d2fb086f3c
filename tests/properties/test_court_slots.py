"""The mechanism of courts: fewer slots, more referrals that lapse, fewer families rejoined, and nothing before it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.builders import settings_of

from borderops.config.schema import BED_KINDS, Settings
from borderops.forecast.measure import measure
from borderops.operations.facilities import capacity_at
from borderops.operations.history import CourtOutcome
from borderops.replication import Replication, replicate
from borderops.units import NEVER

SMALL = (
    "scenario=zero_tolerance_2018",
    "window={start: 2018-05-14, end: 2018-05-27, lead_in_days: 0}",
    "study.season_start=2018-05-14",
    "study.season_end=2018-05-24",
    "arrivals.stations=[yuma,el_paso]",
    # Who is rejoined needs less care: agents diverted to care would carry a court's slots into processing.
    "stations.children_per_diverted_agent=1000000",
)
FACTORS = (0.0, 0.3, 1.0, 4.0)


def _with_slots(factor: float) -> Settings:
    settings = settings_of(*SMALL)
    steps = settings.courts.slots_per_court_day
    steps = [step.model_copy(update={"slots": step.slots * factor}) for step in steps]
    return settings.model_copy(update={"courts": settings.courts.model_copy(update={"slots_per_court_day": steps})})


@pytest.fixture(scope="module")
def played() -> list[Replication]:
    """Two weeks of May 2018 at two sectors, with fewer and more slots."""
    return [replicate(_with_slots(factor), 0) for factor in FACTORS]


def _outcomes(replication: Replication, outcome: CourtOutcome) -> int:
    return int((replication.history.court_outcome == outcome).sum())


def test_fewer_slots_let_more_referrals_lapse(played):
    """Strictly fewer with every step from no slot at all to four times the shipped ones."""
    lapsed = [_outcomes(one, CourtOutcome.LAPSED) for one in played]
    assert all(np.diff(lapsed) < 0), lapsed


def test_fewer_slots_mean_fewer_hearings_and_fewer_families_rejoined(played):
    """Without slots nobody is heard, and nobody is rejoined; with more, more are."""
    heard = [int((one.history.heard_at != NEVER).sum()) for one in played]
    rejoined = [int((one.history.rejoined_at != NEVER).sum()) for one in played]
    assert heard[0] == rejoined[0] == 0
    assert all(np.diff(heard) > 0), heard
    assert all(np.diff(rejoined) > 0), rejoined


def test_slots_reach_the_kpis_they_should_and_no_other(played):
    """Fewer parents are never prosecuted; children separated and families selected stay the same."""
    told = []
    for factor, one in zip(FACTORS, played, strict=True):
        kpis = measure(one, _with_slots(factor)).tables["kpis"]
        told.append(kpis[kpis.group_kind == "all"].set_index("kpi")["value"])
    assert all(np.diff([one["share_parents_never_prosecuted"] for one in told]) < 0)
    for kpi in ("children_separated", "families_selected", "parents_taken", "persons_apprehended"):
        assert len({one[kpi] for one in told}) == 1, kpi


def test_slots_open_no_beds_and_part_nobody(played):
    """Beds open by the same timetable; people, plan, partings and referrals are the same to the minute."""
    first = played[0]
    for one in played[1:]:
        assert one.people.digest() == first.people.digest()
        assert one.plan.digest() == first.plan.digest()
        moments = np.arange(first.facilities.first_minute, first.facilities.horizon, 60)
        for kind in range(len(BED_KINDS)):
            open_beds = [capacity_at(each.facilities.beds[kind], moments) for each in (first, one)]
            assert np.array_equal(*open_beds)
        for name in ("processed_at", "parted_at", "prosecution_referred_at", "is_taken", "is_alone"):
            assert np.array_equal(getattr(one.history, name), getattr(first.history, name)), name
