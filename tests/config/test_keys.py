"""The tree of settings and the words for it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from borderops.config import keys, wording
from borderops.config.schema import Settings


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("seed", ("seed",)),
        ("orr.pace[3].pace", ("orr", "pace", 3, "pace")),
        ("orr.pace.3.pace", ("orr", "pace", 3, "pace")),
        ("orr.pace[*].pace", ("orr", "pace", "*", "pace")),
        ("stations.sites.*.agents.day", ("stations", "sites", "*", "agents", "day")),
        ("courts.districts.arizona.share", ("courts", "districts", "arizona", "share")),
        (
            "courts.districts.a_district_of_ones_own.sectors[0]",
            ("courts", "districts", "a_district_of_ones_own", "sectors", 0),
        ),
    ],
)
def test_keys_are_read_in_either_spelling(key: str, path: keys.Path) -> None:
    """Brackets and dots mean the same; a star stands for any."""
    assert keys.parse(key) == path
    assert keys.place_at(path) is not None


def test_every_value_is_found_again_by_its_key(shipped: Settings) -> None:
    """Walking yields each leaf once, under a key that reads and writes as itself and leads to its place."""
    found = list(keys.leaves(shipped))
    assert len({path for path, _, _ in found}) == len(found) > 400
    for path, _, place in found:
        assert keys.parse(keys.show(path)) == path
        assert keys.place_at(path) == place
    assert {keys.show(path): value for path, value, _ in found}["window.start"] == date(2018, 4, 1)


@pytest.mark.parametrize(
    "key",
    [
        "orr.bedz",
        "seed.x",
        "orr.pace.pace",
        "orr.pace[x]",
        "stations.sites.zuma",
        "courts.districts[0]",
        "courts.districts.arizona.slots",
        "weekday[0]",
        "",
    ],
)
def test_what_is_no_key_leads_nowhere(key: str) -> None:
    """Misspelt names, names below a value, names for indices and strange countries or stations."""
    assert keys.place_at(keys.parse(key)) is None


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("orr.bedz", "orr.beds"),
        ("replications", "run.replications"),
        ("beds", "orr.beds"),
        ("orr.pace[3].pase", "orr.pace[3].pace"),
        ("stations.sites.yumma", "stations.sites.yuma"),
        ("Window.Start", "window.start"),
        ("policy.family_refferal[2].shares", "policy.family_referral[2].share"),
        ("zzz.qqq", None),
    ],
)
def test_the_nearest_key_is_found(key: str, meant: str | None) -> None:
    """A slip of the pen, a forgotten group, an index that is kept; nothing for nonsense."""
    assert keys.nearest(key) == meant


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("seed", "a whole number, 0 or more and below 18446744073709551616"),
        ("run.replications", "a whole number from 1 to 100000"),
        ("run.interval_level", "a number above 0.5 and below 1"),
        ("transport.weekend_factor", "a number, 1 or more"),
        ("orr.pace[0].pace", "a number above 0 and at most 20"),
        ("arrivals.multiplier.families", "a number"),
        ("policy.exemptions[0].ends", "a date such as 2018-05-05, or null"),
        ("policy.pauses[0].bed_kind", "one of age_0_12, girls_13_17, boys_13_17"),
        ("policy.title", "text"),
        (
            "people.citizenship.families",
            "values for MX, GT, HN, SV, NI, EC, CU, BR, RO, IN, CA, each a number from 0 to 1",
        ),
        ("arrivals.hour", "a list of 24 entries, each a number from 0 to 1000000"),
        ("orr.sponsors", "a list of at least 1, each settings named sponsor, share, median_days, sigma"),
        (
            "policy.exemptions[0].sectors",
            "a list, each one of big_bend, del_rio, el_centro, el_paso, laredo, rio_grande_valley",
        ),
    ],
)
def test_what_is_allowed_is_said_in_words(key: str, words: str) -> None:
    """Every kind of place has its description, with its limits."""
    assert wording.allowed_at(keys.parse(key)).startswith(words)


def test_every_place_can_be_described() -> None:
    """No pattern of the schema is left without words, and none lets pydantic's through."""
    for pattern, place in keys.patterns():
        said = wording.describe(place)
        assert said, pattern
        assert "typing" not in said and "class" not in said and "Literal" not in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-20, "-20"),
        (None, "null"),
        (True, "true"),
        ("text", "'text'"),
        ([1, None], "[1, null]"),
        ({"a": 1}, "{a: 1}"),
        ("x" * 200, "'" + "x" * 55 + " ..."),
    ],
)
def test_values_are_shown_as_they_would_be_written(value: Any, shown: str) -> None:
    """As in YAML, text in quotes, cut where it is long."""
    assert wording.show_value(value) == shown
