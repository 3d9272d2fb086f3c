"""Numbers and names as people read them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from borderops.report.words import in_sentence, interval_text, is_number, name_of, number, quantity, span


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (3014.4, "children", "3,014"),
        (2.5, "children", "2.5"),
        (0.0, "children", "0"),
        (61.54, "hours", "61.5"),
        (0.39, "share", "39\xa0%"),
        (0.0614, "share", "6.1\xa0%"),
        (0.0, "share", "0\xa0%"),
        (0.0001, "share", "under 0.1\xa0%"),
        (0.99999, "share", "99.9\xa0%"),
        (1.0, "share", "100\xa0%"),
        (1.16, "share", "116\xa0%"),
        (39, "percent", "39\xa0%"),
        (math.nan, "children", "—"),
        (None, "children", "—"),
    ],
)
def test_numbers_are_rounded_to_what_can_be_read(value: float, unit: str, told: str) -> None:
    """Counts lose decimals they do not have, and a share is never rounded to none or to all."""
    assert number(value, unit) == told


def test_units_follow_the_number() -> None:
    """One of something is singular."""
    assert quantity(1, "families") == "1\xa0family"
    assert quantity(2, "families") == "2\xa0families"
    assert quantity(0.5, "share") == "50\xa0%"


def test_spans_name_per_cent_once() -> None:
    """Both ends in per cent carry one sign."""
    assert span(0.37, 0.41, "share") == "37 to 41\xa0%"
    assert span(2890, 3130, "children") == "2,890 to 3,130"


def test_names_of_codes() -> None:
    """Codes become names; inside a sentence only proper names keep their capital."""
    assert name_of("rio_grande_valley") == in_sentence("rio_grande_valley") == "Rio Grande Valley"
    assert name_of("ports_of_entry") == "Ports of entry" and in_sentence("ports_of_entry") == "ports of entry"
    assert name_of("boys_13_17") == "Boys 13–17"
    assert name_of("prior_crime") == "Prior crime"


def test_interval_of_a_single_value_among_many_is_told() -> None:
    """One replication with a value out of four has no interval, and the text says that there were four."""
    row = pd.Series({"median": 0.5, "low": 0.5, "high": 0.5, "n": 1})
    assert interval_text(row, "share", 0.9, 4) == "the 1 of 4\xa0replications that has any, so no interval"


def test_booleans_are_not_numbers() -> None:
    """A switch is not told as 1 or 0."""
    assert not is_number(True) and not is_number("") and is_number("3.5")
