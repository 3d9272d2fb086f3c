"""Facts of a plan: read from settings alone, as of the day the policy starts."""

from __future__ import annotations

import math
from datetime import date

import pytest

from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.readiness.plan_facts import FACTS, Start, facts_of, start_of

AT_START = ("unit_is_kept", "unit_is_searchable", "ice_sees_it", "exchange_is_more_than_mail")
MAY = ("window.start=2018-05-01", "window.end=2018-08-31", "arrivals.stations=[yuma,el_paso]")


def settings_of(*words: str) -> Settings:
    """Composed settings."""
    return compose(words).settings


def values(*words: str) -> dict[str, object]:
    """Facts by name."""
    return {name: one.value for name, one in facts_of(settings_of(*words)).items()}


@pytest.mark.parametrize(
    ("scenario", "day", "is_raise"),
    [
        ("zero_tolerance_2018", date(2018, 5, 5), True),
        ("foreseen_2018", date(2018, 5, 5), True),
        ("el_paso_2017", date(2017, 7, 1), True),
        ("limited_separation", date(2018, 5, 5), False),
        ("family_unity", date(2018, 5, 5), False),
    ],
)
def test_the_start_is_the_first_day_with_more_referrals_than_before(scenario, day, is_raise):
    """Where nothing is raised within the season, what goes on is judged from the season's first day."""
    assert start_of(settings_of(f"scenario={scenario}")) == Start(day, is_raise)


def test_a_rule_for_sectors_that_are_not_played_starts_nothing():
    """Laredo has no rule of its own in the season of 2018, so that nothing starts there."""
    laredo = settings_of("scenario=zero_tolerance_2018", "arrivals.stations=[laredo]")
    assert not start_of(laredo).is_raise


def test_designs_of_april_and_of_august_are_told_apart():
    """In May units were deleted, ICE read comments and HHS got mail; the prepared season had the design of August."""
    assert [values("scenario=zero_tolerance_2018")[name] for name in AT_START] == [False] * 4
    assert [values("scenario=prepared_2018")[name] for name in AT_START] == [True] * 4


@pytest.mark.parametrize(
    ("tracking", "expected"),
    [
        ("e3_units_kept", [True, True, False, False]),
        ("e3_linked_to_ice", [True, False, True, False]),
        ("e3_linked_to_hhs", [False, False, False, True]),
        ("shared_record", [True] * 4),
    ],
)
def test_each_feature_is_read_by_itself(tracking, expected):
    """A design that differs in one feature differs in the facts that speak of it."""
    found = values("scenario=zero_tolerance_2018", f"tracking={tracking}")
    assert [found[name] for name in AT_START] == expected


def test_days_of_design_and_guidance_count_to_the_start():
    """The design of August came 88 days late; what was never planned never comes; guidance counts where it is late."""
    late = values("scenario=zero_tolerance_2018")
    assert (late["design_days_before_start"], late["guidance_days_before_start"]) == (-88.0, -88.0)
    never = values("scenario=zero_tolerance_2018", "tracking=e3_april_2018")
    assert (never["design_days_before_start"], never["guidance_days_before_start"]) == (-math.inf, -math.inf)
    ahead = values("scenario=prepared_2018")
    assert ahead["guidance_days_before_start"] == 14.0 and ahead["design_days_before_start"] > 365


def test_guidance_of_one_sector_is_not_guidance_of_all():
    """The sector that has it last decides; one without any is never guided."""
    rows = "[{begins: 2018-04-01, sectors: [yuma]}, {begins: 2018-04-25, sectors: [el_paso]}]"
    told = values("scenario=zero_tolerance_2018", f"tracking.guidance={rows}", *MAY)
    assert told["guidance_days_before_start"] == 10.0
    rows = "[{begins: 2018-04-01, sectors: [yuma]}]"
    told = values("scenario=zero_tolerance_2018", f"tracking.guidance={rows}", *MAY)
    assert told["guidance_days_before_start"] == -math.inf


def test_training_before_launch_is_guidance():
    """Users who were trained before a design's launch are told from its first minute on."""
    words = ("scenario=zero_tolerance_2018", "tracking=e3_units_kept", "tracking.designs[0].training=before_launch")
    assert values(*words)["guidance_days_before_start"] > 365


@pytest.mark.parametrize(
    ("scenario", "ends"),
    [("zero_tolerance_2018", True), ("family_unity", True), ("el_paso_2017", True), ("limited_separation", False),
     ("zero_tolerance_as_planned", False), ("foreseen_2018", False)],
)  # fmt: skip
def test_prosecution_that_goes_on_after_the_order_is_seen(scenario, ends):
    """Whatever share of families it takes; days that are not played say nothing."""
    assert values(f"scenario={scenario}")["prosecution_ends_in_time"] is ends


def test_exemptions_that_spare_everybody_end_prosecution():
    """A rule that is left in force and obeyed by nobody parts nobody."""
    all_spared = (
        "policy.exemptions=[{begins: 2018-06-20, ends: null, sectors: [], youngest_age_up_to: 17, obedience: 1}]"
    )
    most_spared = all_spared.replace("obedience: 1", "obedience: 0.99")
    assert values("scenario=limited_separation", all_spared)["prosecution_ends_in_time"] is True
    assert values("scenario=limited_separation", most_spared)["prosecution_ends_in_time"] is False


def test_a_run_that_ends_with_the_season_tells_nothing_of_reunification():
    """It is unknown, not no: what is missing blocks a GO and is no ground for a NO-GO."""
    assert values("scenario=zero_tolerance_2018")["season_is_seen_out"] is True
    assert values("scenario=zero_tolerance_2018", "window.end=2018-07-19")["season_is_seen_out"] is None


def test_every_fact_comes_with_words():
    """A sentence each, which names the day it speaks of."""
    for fact in facts_of(settings_of("scenario=zero_tolerance_2018")).values():
        assert fact.words.endswith(".") and "2018" in fact.words and fact.name in FACTS


def test_what_stands_beside_is_asked_about_the_plans_day():
    """Families kept together start nothing of their own on another day."""
    composed = compose(["scenario=zero_tolerance_2018", "study.season_start=2018-04-20"])
    start = start_of(composed.settings)
    assert start == Start(date(2018, 5, 5), True)
    told = facts_of(composed.beside, start)
    assert told["design_days_before_start"].value == -88.0
