"""What tracking designs can hold, and how often clerks slip under their features."""

from __future__ import annotations

import numpy as np
import pytest

from borderops import clock
from borderops.config.compose import compose
from borderops.config.schema import SLIPS, STATIONS, Settings
from borderops.records.designs import practices, rates, slip_rates

YUMA = STATIONS.index("yuma")


def settings_of(*overrides: str) -> Settings:
    """Composed settings without a scenario."""
    return compose(["~scenario", *overrides]).settings


@pytest.mark.parametrize(
    ("option", "true"),
    [
        ("e3_2017", {"keeps_sheet", "keeps_board"}),
        ("e3_april_2018", {"has_codes", "has_comments", "keeps_sheet", "keeps_board"}),
        (
            "e3_august_2018",
            {"keeps_unit", "has_codes", "can_search", "has_comments", "has_banner", "has_box", "restores"}
            | {"keeps_sheet", "keeps_board"},
        ),
        (
            "edit_checks",
            {"keeps_unit", "has_codes", "can_search", "has_comments", "has_banner"}
            | {"clears_banner", "has_box", "restores", "keeps_sheet", "keeps_board"},
        ),
        (
            "shared_record",
            {"keeps_unit", "has_codes", "can_search", "is_linked", "has_box"} | {"is_automatic", "restores"},
        ),
    ],
)
def test_designs_can_what_the_table_of_designs_says(option: str, true: set[str]) -> None:
    """Each column is true where the design has it, and false elsewhere."""
    found = practices(settings_of(f"tracking={option}"))
    columns = [name for name in vars(found) if name not in ("begins_at", "guided_at")]
    assert {name for name in columns if getattr(found, name)[0]} == true


def test_a_single_feature_is_a_single_column() -> None:
    """HHS's box comes with its exchange and not with the unit; the sheet goes on beside a record that ICE sees."""
    kept, linked = (practices(settings_of(f"tracking={name}")) for name in ("e3_units_kept", "e3_linked_to_ice"))
    assert not kept.has_box[0] and kept.keeps_unit[0]
    assert linked.keeps_sheet[0] and linked.is_linked[0]


def test_rates_of_slips_are_those_of_records_times_the_features() -> None:
    """By design; a slip that no feature names is as `records.slips` says, and one that none allows is 0."""
    settings = settings_of("features.search.by_unit.slips={typo: 0.5}")
    plain = rates(settings.records.slips["typo"])
    found = slip_rates(settings, "typo")
    assert found.shape == (3, *plain.shape)
    assert np.array_equal(found[0], plain) and np.array_equal(found[1], plain)
    assert np.allclose(found[2], plain / 2)
    shared = settings_of("tracking=shared_record")
    assert not slip_rates(shared, "box_not_ticked").any()
    assert all(slip_rates(shared, slip).max() <= 1.0 for slip in SLIPS)


def test_who_is_trained_ahead_slips_as_guided_from_the_first_minute() -> None:
    """Rates without guidance are those with it, and the minute does not matter to who is guided."""
    settings = settings_of("tracking=e3_april_2018", "tracking.designs.0.training=before_launch")
    plain = rates(settings.records.slips["typo"])
    assert np.array_equal(slip_rates(settings, "typo")[0], plain[[1, 1]])
    moments = np.array([clock.minute_of(settings.window.start)] * 2)
    assert practices(settings).is_guided(np.array([YUMA, -1]), moments).tolist() == [True, False]
    usual = practices(settings_of("tracking=e3_april_2018"))
    assert not usual.is_guided(np.array([YUMA, -1]), moments).any()


def test_even_rates_know_designs_and_nothing_else() -> None:
    """Neither load nor guidance nor training counts; what a design makes impossible stays impossible."""
    settings = settings_of(
        "records.even_rates=true", "tracking=edit_checks", "tracking.designs.0.training=before_launch"
    )
    found = slip_rates(settings, "wrong_digit")
    assert np.unique(found).tolist() == pytest.approx([settings.records.slips["wrong_digit"].share * 0.3])
