"""A stress played by the engine at scale: what is read off its tables meets the fluid limit."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from borderops.config.compose import compose
from borderops.forecast.measure import measure
from borderops.forecast.results import Results, sample
from borderops.readiness.recovery import courses, follow
from borderops.replication import replicate
from borderops.units import DAY

AGENTS, MINUTES = 360, 182
"""Agents of the one station, and an adult's minutes with one: a minute each for party and person, three hours."""

BEGINS, DAYS = date(2018, 5, 2), 9
ONE_STAGE = (
    *("~scenario", "policy=family_unity", "inputs.sample=null", "run.beside=null", "arrivals.stations=[yuma]"),
    *("window.start=2018-05-01", "window.end=2018-05-31", "window.lead_in_days=0"),
    # Fifty times as many adults as came, evenly over days and hours, and nobody else.
    "arrivals.rebuild_true_strata=false",
    "arrivals.multiplier={single_adults: 50, families: 0, kin_groups: 0, children_alone: 0}",
    "arrivals.events.shared={single_adults: 0, families: 0, kin_groups: 0, children_alone: 0}",
    "arrivals.day_factors={national_variation: 0, sector_variation: 0}",
    "arrivals.weekday=[1,1,1,1,1,1,1]",
    f"arrivals.hour=[{','.join(['1'] * 24)}]",
    # One stage: an agent for three hours and two minutes, and then out.
    "policy.single_adult_referral=[]",
    f"stations.sites.yuma.agents={{day: {AGENTS}, evening: {AGENTS}, night: {AGENTS}}}",
    *("stations.intake_minutes_party=1", "stations.intake_minutes_person=1", "stations.agent_factors=[]"),
    "stations.processing_adult={median_hours: 3.0, sigma: 0}",
    *(f"stations.{name}={{median_hours: 0.02, sigma: 0}}" for name in ("checks", "transfer_to_ice", "quick_return")),
)


def played(*words: str) -> Results:
    """One season."""
    settings = compose([*ONE_STAGE, *words]).settings
    return measure(replicate(settings, 1), settings)


@pytest.mark.slow
def test_missing_staff_at_scale_meet_the_fluid_limit():
    """All agents gone for nine days: a queue of thousands grows by all who come and drains by what is left over.

    People held are read at noon, so that the fluid limit is read at noon as well; every figure within 5 %.
    """
    loss = f"stress.losses=[{{first_day: 0, days: {DAYS}, staff: agents, stations: [], left: 0}}]"
    usual, stressed = played(), played(loss, f"stress.begins={BEGINS}")
    found = courses(sample([stressed], "daily"), BEGINS, sample([usual], "daily")).set_index("resource")
    daily = usual.tables["daily"]
    came = float(daily.loc[daily["measure"] == "adults_apprehended", "value"].mean())
    served = AGENTS * DAY / MINUTES
    assert 1000 < came < served
    noon = np.arange(30) + 0.5
    fluid = follow(np.maximum(np.minimum(came * noon, came * DAYS - (served - came) * (noon - DAYS)), 0.0))
    course = found.loc["held.single_adults"]
    for figure in ("peak_added", "area_added", "half_life", "recovered_after"):
        assert course[figure] == pytest.approx(getattr(fluid, figure), rel=0.05), figure
