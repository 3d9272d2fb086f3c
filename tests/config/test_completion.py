"""Completions for an override that is being typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from borderops.config.completion import complete

TRACKINGS = (
    "e3_2017",
    "e3_april_2018",
    "e3_august_2018",
    "e3_history",
    "e3_linked_to_hhs",
    "e3_linked_to_ice",
    "e3_units_kept",
    "edit_checks",
    "shared_record",
)
CODES = ("none", "one", "several", "several_per_member")
F_SCENARIOS = ("family_unity", "foreseen_2018", "foreseen_2018_prepared")
ORDER = ("day", "others_deadline_days", "young_below_age", "young_deadline_days")


@pytest.mark.parametrize(
    ("line", "completions"),
    [
        ("sc", ["scenario="]),
        ("scenario=z", ["scenario=zero_tolerance_2018", "scenario=zero_tolerance_as_planned"]),
        ("borderops run scenario=f", [f"scenario={name}" for name in F_SCENARIOS]),
        ("policy=f", ["policy=family_unity"]),
        ("policy=zero", ["policy=zero_tolerance", "policy=zero_tolerance_as_planned"]),
        ("pol", ["policy.", "policy="]),
        ("tracking=", [f"tracking={option}" for option in TRACKINGS]),
        ("tracking=e3_a", ["tracking=e3_april_2018", "tracking=e3_august_2018"]),
        ("track", ["tracking.", "tracking="]),
        ("ice=", ["ice=default"]),
        ("ice.rem", ["ice.removed_share=", "ice.removed_share_parents="]),
        ("reun", ["reunification.", "reunification="]),
        ("reunification=", ["reunification=court_order_2018"]),
        ("reunification.order.", [f"reunification.order.{name}=" for name in ORDER]),
        ("tracking.designs[0].codes=", [f"tracking.designs[0].codes={word}" for word in CODES]),
        (
            "tracking.designs.1.exchange=a",
            [f"tracking.designs.1.exchange=automatic{rest}" for rest in ("", "_by_family")],
        ),
        ("feat", ["features.", "features="]),
        ("features.codes.", [f"features.codes.{word}." for word in CODES]),
        ("features.unit.kept.", [f"features.unit.kept.{name}" for name in ("kind=", "minutes.", "slips.", "words=")]),
        ("features.unit.kept.kind=p", ["features.unit.kept.kind=permanent"]),
        ("features.unit.kept.minutes.", [f"features.unit.kept.minutes.{name}=" for name in ("intake", "parting")]),
        ("features.review.none.slips.code_w", ["features.review.none.slips.code_wrong="]),
        ("features.exchange.mail.acts.message_lost.s", ["features.exchange.mail.acts.message_lost.share="]),
        ("features.exchange.pigeon.acts.itin", ["features.exchange.pigeon.acts.itinerary_wrong."]),
        ("records.slips.part", ["records.slips.partial_sort.", "records.slips.particle_lost."]),
        ("records=", ["records=default"]),
        ("referral.coordinators.on_duty.rio", ["referral.coordinators.on_duty.rio_grande_valley="]),
        ("se", ["seed="]),
        ("++se", ["++seed="]),
        ("orr.be", ["orr.beds."]),
        ("orr.beds.age", ["orr.beds.age_0_12=", "orr.beds.age_0_12[0]."]),
        ("orr.pace[3].p", ["orr.pace[3].pace="]),
        ("stations.sites.yu", ["stations.sites.yuma."]),
        (
            "stations.sites.yuma.agents.",
            [f"stations.sites.yuma.agents.{shift}=" for shift in ("day", "evening", "night")],
        ),
        ("arrivals.source=", ["arrivals.source=file", "arrivals.source=forecast", "arrivals.source=published"]),
        ("arrivals.source=f", ["arrivals.source=file", "arrivals.source=forecast"]),
        ("arrivals.rebuild_true_strata=", ["arrivals.rebuild_true_strata=false", "arrivals.rebuild_true_strata=true"]),
        ("seed=", []),
        ("nonsense.x", []),
        ("nonsense=", []),
        ("scenario.", []),
    ],
)
def test_words_are_completed_from_names_and_schema(line: str, completions: list[str]) -> None:
    """Groups, options, scenarios, keys and the words of a choice."""
    assert complete(line) == completions


def test_an_empty_word_offers_every_group_and_setting() -> None:
    """After a blank a new word begins; `scenario` is a choice, not a key."""
    offered = complete("borderops run ")
    assert {"scenario=", "policy=", "policy.", "seed=", "run.", "window."} <= set(offered)
    assert "scenario." not in offered
    assert offered == complete("") == sorted(offered)


def test_scenarios_of_the_user_and_paths_are_offered(elsewhere: Path) -> None:
    """The own folder by name; any folder by path."""
    for name in ("scenarios/mine.yaml", "cases/far.yaml", "cases/far.txt", "cases/deep/x.yml"):
        path = elsewhere / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("seed: 1\n")
    assert complete("scenario=m") == ["scenario=mine"]
    assert complete("scenario=cases/") == ["scenario=cases/deep/", "scenario=cases/far.yaml"]
    assert complete("scenario=./cases/f") == ["scenario=./cases/far.yaml"]
