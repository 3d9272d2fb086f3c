"""The register is complete, has nothing too much, and its ranges hold what is shipped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
import yaml

from borderops.config import checks, keys, places, register
from borderops.config.compose import compose
from borderops.config.schema import Settings

POLICIES = places.group_options()["policy"]
TRACKINGS = places.group_options()["tracking"]


@pytest.fixture(scope="module")
def all_trackings() -> list[Settings]:
    """Settings of every tracking design and of those that follow one another."""
    return [compose([f"tracking={tracking}"]).shipped for tracking in TRACKINGS]


@pytest.fixture(scope="module")
def all_shipped(all_trackings: list[Settings]) -> list[Settings]:
    """Settings of every option of the groups whose lists differ; the other groups have one option of numbers."""
    return [*(compose([f"policy={policy}"]).shipped for policy in POLICIES), *all_trackings]


def fitting(path: keys.Path) -> list[keys.Path]:
    """Patterns of entries that speak of a parameter."""
    alike = [pattern for pattern in register.entries() if len(pattern) == len(path)]
    return [one for one in alike if all(asked in (keys.ANY, given) for asked, given in zip(one, path, strict=True))]


def is_number(value: object) -> bool:
    """Whether a value can have a range."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def test_every_parameter_has_an_entry_and_every_entry_a_parameter() -> None:
    """The entries speak of exactly the numbers, dates and switches of the model that the schema knows."""
    known = {
        pattern
        for pattern, place in keys.patterns()
        if pattern.split(".")[0] not in register.NOT_OF_THE_MODEL and place.kind in (int, float, bool, date)
    }
    assert {keys.generic(pattern) for pattern in register.entries()} == known


def test_no_parameter_is_spoken_of_twice(all_shipped: list[Settings]) -> None:
    """Of the entries that fit a parameter one is the most particular."""
    for settings in all_shipped:
        for path, _, _ in register.model_leaves(settings):
            named = Counter(sum(part != keys.ANY for part in pattern) for pattern in fitting(path))
            assert named[max(named)] == 1, keys.show(path)


def test_entries_for_one_parameter_find_it(all_shipped: list[Settings]) -> None:
    """An entry that names an index or a country speaks of a parameter that is shipped."""
    used = {keys.show(path) for settings in all_shipped for path, _, _ in register.model_leaves(settings)}
    named = [keys.show(pattern) for pattern in register.entries() if keys.ANY not in pattern]
    assert [key for key in named if key not in used] == []


def test_no_key_stands_twice_in_the_file() -> None:
    """YAML would keep the last of two without a word."""
    text = (places.conf_folder() / register.FILE).read_text(encoding="utf-8")
    found = Counter(key.value for key, _ in yaml.compose(text, Loader=yaml.SafeLoader).value)
    assert [key for key, times in found.items() if times > 1] == []


ASKED_OF_AN_OPTION = {("policy.youngest_0_4_ratio", 1.0)}
"""What an option of a group asks for: a plan that exempts nobody is no doubt about the season."""


def test_ranges_hold_the_shipped_values(all_shipped: list[Settings]) -> None:
    """Every fitted or assumed number has a range; every range holds its shipped value, and is one to draw from."""
    for settings in all_shipped:
        for one in register.rows(settings):
            if is_number(one.value) and one.low is None:
                assert one.grade == "observed", one.key
            if one.low is not None and one.high is not None:
                assert isinstance(one.value, int | float), one.key
                assert one.low <= one.value <= one.high or (one.key, one.value) in ASKED_OF_AN_OPTION, one.key


def test_both_ends_of_every_range_can_be_used(shipped: Settings, changed: Callable[..., Settings]) -> None:
    """Sensitivity runs draw from the ranges: no end is refused, but for shares that must be moved together."""
    for one in register.rows(shipped):
        for end in {one.low, one.high} - {None}:
            refused = [problem for problem in checks.problems(changed({one.key: end})) if "sums to" not in problem]
            assert refused == [], (one.key, end)


def test_both_ends_of_every_range_of_a_feature_can_be_used(shipped: Settings, changed: Callable[..., Settings]) -> None:
    """Whichever design picks it: no share of a slip outgrows 1, not even with those it shares a roll with."""
    rows = [one for one in register.rows(shipped) if one.key.startswith("features.") and one.low is not None]
    assert len(rows) > 150
    for one in rows:
        for end in (one.low, one.high):
            assert list(checks.problems(changed({one.key: end}))) == [], (one.key, end)


def test_every_number_of_the_library_has_an_entry_of_its_own(shipped: Settings) -> None:
    """No option speaks for another: each number has its unit, range and source under its own key."""
    numbers = [one for one in register.rows(shipped) if one.key.startswith("features.")]
    assert len(numbers) > 190
    for one in numbers:
        assert register.name_of_entry(keys.parse(one.key)) == one.key
        assert one.low is not None and one.high is not None and len(one.source) > 10


def test_only_the_designs_of_2018_rest_on_figures(all_trackings: list[Settings]) -> None:
    """Codes, grouping by hand and free notes were; nothing else was measured; of designs only the dates are known."""
    rows = [one for settings in all_trackings for one in register.rows(settings)]
    known = {one.key for one in rows if one.grade != "assumed" and one.key.startswith(("features.", "tracking."))}
    assert known == {
        "features.codes.none.acts.code_blank.share",
        "features.codes.several.acts.code_several.share",
        "features.codes.several.acts.code_wrong.share",
        "features.grouping.by_hand.acts.never_grouped.share",
        *(f"features.notes.free_text.acts.note_{act}.share" for act in ("nothing", "not_at_top", "top_and_child")),
        "tracking.designs[1].begins",
        "tracking.designs[2].begins",
    }


def test_an_option_of_the_users_own_is_listed_without_a_range(shipped: Settings) -> None:
    """It has the units of the options beside it, and nobody says how far its numbers may be off."""
    own = "{words: A courier, kind: kept, minutes: {parting: 3}, slips: {typo: 0.9}}"
    composed = compose([f"features.unit.courier={own}"])
    added = [one for one in register.rows(composed.settings, composed.shipped) if not one.is_shipped]
    added = [one for one in added if one.key.startswith("features.")]
    assert [(one.key, one.unit, one.value) for one in added] == [
        ("features.unit.courier.minutes.parting", "minutes", 3),
        ("features.unit.courier.slips.typo", "ratio", 0.9),
    ]
    assert {(one.low, one.high, one.grade, one.source) for one in added} == {
        (None, None, "assumed", register.SET_BY_USER)
    }


def test_ranges_of_whole_numbers_are_whole(all_shipped: list[Settings]) -> None:
    """Nobody can put 2.4 agents on a shift."""
    for one in register.rows(all_shipped[0]):
        if isinstance(one.value, int) and one.low is not None:
            assert isinstance(one.low, int) and isinstance(one.high, int), one.key


def test_sources_can_be_followed_up() -> None:
    """What is called observed names a publication; what is judgement says so and is called assumed."""
    for pattern, entry in register.entries().items():
        key = keys.show(pattern)
        if entry.grade == "observed":
            assert re.search(
                r"OIG|CBP|Customs|Border Patrol|Times|Post|HHS|Politico|Flores|CNBC|CNN|CNS|Prospect|Snopes|speaks",
                entry.source,
            ), key
        if entry.source.startswith("Judgement"):
            assert entry.grade == "assumed", key
        assert date(2016, 10, 1) <= entry.known_on <= date(2020, 12, 31), key


def test_a_value_of_the_user_is_marked_as_such() -> None:
    """A changed value keeps unit and range, and its source says who set it."""
    composed = compose(["orr.pace[3].pace=1.5"])
    changed = {one.key: one for one in register.rows(composed.settings, composed.shipped) if not one.is_shipped}
    assert list(changed) == ["orr.pace[3].pace"]
    row = changed["orr.pace[3].pace"]
    before = next(one for one in register.rows(composed.shipped) if one.key == row.key)
    assert (row.value, row.source, row.grade) == (1.5, register.SET_BY_USER, "assumed")
    assert (row.unit, row.low, row.high, row.known_on) == (before.unit, before.low, before.high, before.known_on)


def test_an_entry_beyond_the_shipped_ones_counts_as_set_by_the_user() -> None:
    """One more rule has no shipped value to take a factor of, so it has no range."""
    extra = "{begins: 2016-10-01, ends: null, sectors: [yuma], share: 0.1, ramp_days: 0}"
    composed = compose(["policy=family_unity", f"policy.family_referral=[{extra}, {extra}, {extra}]"])
    row = next(
        one
        for one in register.rows(composed.settings, composed.shipped)
        if one.key == "policy.family_referral[1].share"
    )
    assert (row.is_shipped, row.source, row.low, row.high) == (False, register.SET_BY_USER, None, None)


def test_the_more_particular_entry_counts() -> None:
    """An index outdoes a star."""
    general, particular = (
        register.entry_for(keys.parse("orr.sponsors[0].share")),
        register.entry_for(keys.parse("orr.sponsors[3].share")),
    )
    assert (general.grade, particular.grade) == ("observed", "assumed")


def test_questions_and_ways_of_running_are_no_parameters(shipped: Settings) -> None:
    """Neither titles nor file names, nor the window, seed and run, nor who plays."""
    listed = {one.key.split(".")[0] for one in register.rows(shipped)}
    assert listed == set(places.group_options()) - {"compute", "stress"}
    assert "policy.title" not in {one.key for one in register.rows(shipped)}


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"low": 2.0, "high": 1.0}, "both ends"),
        ({"low": 2.0}, "both ends"),
        ({"low": 1.0, "high": 2.0, "low_factor": 0.5, "high_factor": 2.0}, "not both"),
        ({"hihg": 1.0}, "hihg"),
    ],
)
def test_a_broken_entry_is_refused(entry: dict[str, float], word: str) -> None:
    """A range has two ends in order and one notation; a misspelt word is no entry."""
    sound = {"unit": "beds", "grade": "assumed", "source": "Judgement, for a test.", "known_on": date(2016, 10, 1)}
    with pytest.raises(ValueError, match=word):
        register.Entry.model_validate({**sound, **entry})


def test_the_register_names_no_place_of_a_machine() -> None:
    """Sources are publications, not folders."""
    text = (places.conf_folder() / register.FILE).read_text(encoding="utf-8")
    assert not re.search(r"/(home|tmp|Users)/|\b[SR]\d{3}\b", text)
