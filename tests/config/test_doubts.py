"""Doubts: what the register leaves open, drawn within its ranges; what is observed or asked stays."""

from __future__ import annotations

from functools import cache

import pytest

from borderops.config import doubts, keys, register
from borderops.config.compose import Composed, compose
from borderops.config.doubts import Doubt, compose_at, doubts_of, value_at
from borderops.config.schema import ASPECTS
from borderops.exceptions import ConfigError

UNIFORMS = (0.0, 0.013, 0.25, 0.4999, 0.5, 0.5001, 0.77, 0.999, 1.0)


@cache
def asked(*words: str) -> Composed:
    """Composed settings, once."""
    return compose(words)


def drawn(*words: str, among: tuple[str, ...] = ()) -> dict[str, Doubt]:
    """Doubts by name."""
    return {one.name: one for one in doubts_of(asked(*words), among, words)}


def parameters(found: dict[str, Doubt]) -> dict[str, register.Parameter]:
    """All parameters of some doubts by key."""
    return {one.key: one for doubt in found.values() for one in doubt.parameters}


def value_of(composed: Composed, key: str) -> object:
    """One value of some settings."""
    return next(value for path, value, _ in keys.leaves(composed.settings) if keys.show(path) == key)


# --- what is drawn ------------------------------------------------------------------------------------------------


def test_nothing_observed_is_drawn():
    """Every drawn parameter is assumed or fitted, has a range with two ends, and is as shipped."""
    found = parameters(drawn())
    assert len(found) > 300
    rows = {one.key: one for one in register.rows(asked().settings, asked().shipped)}
    for key in found:
        assert rows[key].grade in ("assumed", "fitted") and rows[key].is_shipped, key
        assert rows[key].low < rows[key].high, key
    observed = {key for key, one in rows.items() if one.grade == "observed" and one.low is not None}
    assert observed and not observed & set(found)


def test_whatever_has_a_range_is_drawn_or_held_with_a_reason():
    """No assumed or fitted number with a range is left out in silence, but for features that no design picks."""
    found = set(parameters(drawn()))
    picked = {(aspect, getattr(row, aspect)) for row in asked().settings.tracking.designs for aspect in ASPECTS}
    for one in register.rows(asked().settings, asked().shipped):
        is_number = isinstance(one.value, int | float) and not isinstance(one.value, bool)
        open_ = one.grade != "observed" and is_number and one.is_shipped and one.low is not None and one.low < one.high
        held = any(doubts._begins(keys.parse(one.key), keys.parse(pattern)) for pattern in doubts.HELD)
        path = keys.parse(one.key)
        idle = path[0] == "features" and path[1:3] not in picked
        assert (one.key in found) == (open_ and not held and not idle), one.key


def test_a_feature_is_in_doubt_as_soon_as_a_design_picks_it():
    """What the library says of others moves nothing: it is not drawn, and asking for it is refused with the reason."""
    name = "features.exchange.automatic.acts.number_not_passed.share"
    assert name not in drawn()
    assert name in drawn("tracking.designs.1.exchange=automatic", among=("features.exchange.automatic",))
    with pytest.raises(ConfigError, match="since no design of tracking picks it"):
        drawn(among=("features.exchange.automatic",))


def test_what_features_multiply_beyond_a_share_is_held():
    """A design is told of together: of the features, what multiplies the slip that is named gives way."""
    words = [
        "tracking=shared_record",
        "records.slips.unit_for_strangers.share=0.4",
        "features.units_at_a_time.one.slips.unit_for_strangers=1.0",
    ]
    found = drawn(*words, among=("features", "records"))
    name = "features.grouping.suggested.slips.unit_for_strangers"
    _, held = compose_at(words, found.values(), dict.fromkeys(found, 0.5) | {name: 1.0})
    assert held == [name]


@pytest.mark.parametrize("pattern", sorted(doubts.HELD))
def test_held_parameters_exist_and_have_a_range(pattern):
    """Each exception speaks of parameters that would be drawn without it; none has become idle."""
    prefix = keys.parse(pattern)
    every = [*register.rows(asked().settings), *register.rows(asked("scenario=foreseen_2018").settings)]
    rows = [one for one in every if doubts._begins(keys.parse(one.key), prefix)]
    assert any(one.low is not None and one.grade != "observed" for one in rows)


def test_one_entry_of_the_register_is_one_doubt():
    """Parameters of an entry move together, and no parameter belongs to two doubts."""
    found = drawn()
    assert len(found["orr.sponsors.*.median_days"].parameters) > 2
    every = [one.key for doubt in found.values() for one in doubt.parameters]
    assert len(every) == len(set(every))
    for name, doubt in found.items():
        assert {register.name_of_entry(keys.parse(one.key)) for one in doubt.parameters} == {name}


def test_among_keeps_what_begins_so():
    """Beginnings of keys choose doubts; a doubt's draw does not depend on what else is chosen."""
    some = drawn(among=("orr.sponsors[1].median_days", "transport"))
    assert list(some) and {keys.parse(key)[0] for key in parameters(some)} == {"orr", "transport"}
    assert [one.key for one in some["orr.sponsors.*.median_days"].parameters] == ["orr.sponsors[1].median_days"]


@pytest.mark.parametrize(
    ("prefix", "reason"),
    [
        ("transprot", "transprot is not a setting; did you mean transport?"),
        ("arrivals.multiplier", "asks what would happen if more came"),
        ("window", "holds no parameter of the model"),
        ("arrivals.separated_in_published_counts", "holds nothing in doubt: observed values"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(prefix, reason):
    """A misspelt key, a held group, a setting outside the model and an observed value each have their own words."""
    with pytest.raises(ConfigError) as error:
        doubts_of(asked(), ["orr", prefix])
    assert len(error.value.problems) == 1 and reason in error.value.problems[0]


# --- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["zero_tolerance_2018", "family_unity", "prepared_2018", "surge_2019"])
def test_values_hit_the_ends_and_the_shipped_value_and_stay_inside(scenario):
    """Low end at 0, shipped value at 0.5, high end at 1, never outside and never falling in between."""
    for key, one in parameters(drawn(f"scenario={scenario}")).items():
        low, high = min(one.low, one.value), max(one.high, one.value)
        values = [value_at(one, uniform) for uniform in UNIFORMS]
        assert (values[0], values[4], values[-1]) == (low, one.value, high), key
        assert all(low <= value <= high for value in values), key
        assert values == sorted(values), key
        assert {type(value) for value in values} == {type(one.value)}, key


def test_draws_lie_evenly_on_either_side():
    """Half of them below the shipped value, half above, each half spread evenly to its end."""
    for key, one in parameters(drawn()).items():
        if isinstance(one.value, float):
            quarters = [value_at(one, uniform) for uniform in (0.25, 0.75)]
            assert quarters == pytest.approx([(one.low + one.value) / 2, (one.value + one.high) / 2], abs=1e-11), key


def test_shipped_values_lie_in_their_ranges():
    """No range of a drawn parameter has to be widened to hold the value that is shipped."""
    for key, one in parameters(drawn()).items():
        assert one.low <= one.value <= one.high, key


@pytest.mark.parametrize("uniform", [0.0, 0.5, 1.0])
def test_composed_settings_have_the_values_drawn(uniform):
    """Every parameter of the composed settings is the drawn value, or of a doubt that is said to be held."""
    found = drawn()
    composed, held = compose_at([], found.values(), dict.fromkeys(found, uniform))
    given = {keys.show(path): value for path, value, _ in keys.leaves(composed.settings)}
    for name, doubt in found.items():
        for one in doubt.parameters:
            assert given[one.key] == (one.value if name in held else value_at(one, uniform)), one.key
    if uniform == 0.5:
        # What is given on the command line is noted as set, whatever its value.
        as_asked = composed.settings.model_copy(update={"inputs": asked().settings.inputs})
        assert not held and as_asked == asked().settings


# --- the user's own values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["transport.notice_hours=5", "transport.notice_hours=3"])
def test_the_users_own_value_stays_even_if_it_is_the_shipped_one(word):
    """What the user sets is asked, not doubted: it is no doubt, and no draw changes it."""
    assert asked().settings.transport.notice_hours == 3.0
    found = drawn(word)
    assert "transport.notice_hours" in drawn() and "transport.notice_hours" not in found
    composed, _ = compose_at([word], found.values(), dict.fromkeys(found, 0.9))
    assert value_of(composed, "transport.notice_hours") == float(word.partition("=")[2])


def test_the_users_own_value_wins_over_a_draw():
    """Even over doubts that were found without it."""
    found = drawn(among=("transport",))
    composed, _ = compose_at(["transport.notice_hours=5"], found.values(), dict.fromkeys(found, 0.9))
    assert value_of(composed, "transport.notice_hours") == 5.0


def test_one_value_of_several_stays_and_the_others_move():
    """Of an entry with many parameters only the one that the user set is left out."""
    word = "orr.sponsors[1].median_days=60.5"
    found = drawn(word)
    assert {one.key for one in drawn()["orr.sponsors.*.median_days"].parameters} - {
        one.key for one in found["orr.sponsors.*.median_days"].parameters
    } == {"orr.sponsors[1].median_days"}
    composed, held = compose_at([word], found.values(), dict.fromkeys(found, 0.6))
    assert not held
    assert value_of(composed, "orr.sponsors[1].median_days") == 60.5
    assert value_of(composed, "orr.sponsors[0].median_days") != value_of(asked(word), "orr.sponsors[0].median_days")


def test_a_group_set_as_a_whole_stays():
    """A list that the user gives in one word takes all its parameters out of doubt."""
    word = "orr.beds.age_0_12=1500"
    assert any(key.startswith("orr.beds.age_0_12") for key in parameters(drawn()))
    assert not any(key.startswith("orr.beds.age_0_12") for key in parameters(drawn(word)))


def test_a_scenarios_own_values_stay(tmp_path):
    """What a scenario sets differs from what is shipped and is not drawn."""
    file = tmp_path / "mine.yaml"
    file.write_text("# @package _global_\ntransport:\n  notice_hours: 5\n")
    word = f"scenario={file}"
    assert asked(word).settings.transport.notice_hours == 5
    assert set(drawn(among=("transport",))) - set(drawn(word, among=("transport",))) == {"transport.notice_hours"}


# --- values that contradict one another ---------------------------------------------------------------------------


def test_contradicting_values_stay_as_shipped_and_are_named():
    """Courts that would send back from 19:30 until 19:00: the end stays as shipped, everything else is drawn."""
    found = drawn(among=("courts", "transport"))
    at = dict.fromkeys(found, 0.6) | {"courts.back_from_hour": 1.0, "courts.back_until_hour": 0.0}
    composed, held = compose_at([], found.values(), at)
    assert held == ["courts.back_until_hour"]
    assert value_of(composed, "courts.back_until_hour") == value_of(asked(), "courts.back_until_hour")
    assert value_of(composed, "courts.back_from_hour") == found["courts.back_from_hour"].parameters[0].high
    travel = found["transport.travel.sigma"].parameters[0]
    assert value_of(composed, "transport.travel.sigma") == value_at(travel, 0.6)


def test_only_the_acts_that_contradict_one_another_are_held():
    """Notes whose shares pass 1 under full load stay as shipped; other acts are drawn."""
    found = drawn(among=("features",))
    notes = [name for name in found if ".note_" in name]
    _, held = compose_at([], found.values(), dict.fromkeys(found, 0.5) | dict.fromkeys(notes, 1.0))
    assert held and set(held) <= set(notes)


def test_a_draw_against_the_users_own_value_gives_way():
    """Where the value that the user set contradicts a draw, the draw stays as shipped and the user's value stands."""
    words = ["courts.back_from_hour=19.8"]
    found = drawn(*words, among=("courts",))
    composed, held = compose_at(words, found.values(), dict.fromkeys(found, 0.5) | {"courts.back_until_hour": 0.1})
    assert held == ["courts.back_until_hour"]
    assert value_of(composed, "courts.back_from_hour") == 19.8


def test_settings_that_cannot_be_used_whatever_is_drawn_are_refused():
    """Holding doubts back does not hide what is wrong without them."""
    found = drawn(among=("transport",))
    with pytest.raises(ConfigError, match="seed is -1"):
        compose_at(["seed=-1"], found.values(), dict.fromkeys(found, 0.5))
