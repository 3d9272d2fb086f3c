"""Shipped samples: every point can be played, speaks of settings that exist, and was fitted to what is in scope now."""

from __future__ import annotations

import json

import pytest

from borderops.config import checks, inputs, keys
from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError
from borderops.validity.rows import scope_digest

SHIPPED = inputs.names()


def composed_with(name: str) -> Settings:
    """Settings of the question that a sample was fitted for: a scenario asked as of a day, or the season."""
    asked = ["scenario=foreseen_2018"] if inputs.read(name).about["as_of"] else []
    return compose([*asked, f"inputs.sample={name}"]).settings


def test_there_is_one():
    """The default is a sample that is shipped."""
    assert compose().settings.inputs.sample in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_point_meets_the_checks_of_a_users_values(name):
    """Types, limits and checks across settings: what is drawn is as sound as what is typed."""
    settings = composed_with(name)
    for number in range(1, len(inputs.read(name).positions) + 1):
        point = inputs.at(settings, number)
        assert list(checks.problems(point)) == [], number
        if number % 20 == 1:  # types and limits take a while, and are held by `inputs` value by value
            assert Settings.model_validate_json(json.dumps(point.model_dump(mode="json"))) == point


@pytest.mark.parametrize("name", SHIPPED)
def test_points_move_what_they_were_fitted_around(name):
    """Most parameters that a sample speaks of still have the value it was fitted around; else it would be idle."""
    settings = composed_with(name)
    now = {path: value for path, value, _ in keys.leaves(settings)}
    placed = [one for some in inputs.read(name).doubts.values() for one in some if one.path in now]
    assert sum(now[one.path] == one.value for one in placed) > 0.95 * len(placed)


@pytest.mark.parametrize("name", SHIPPED)
def test_figures_mean_what_they_meant_when_it_was_fitted(name):
    """A row that was changed, added or dropped since then is seen."""
    assert inputs.read(name).about["scope_digest"] == scope_digest()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_sample_of_a_day_knows_nothing_later(name):
    """Asked as of a day, a sample that was fitted with later figures is refused, and one of that day is not."""
    about, words = inputs.read(name).about, ["scenario=foreseen_2018", f"inputs.sample={name}"]
    if about["as_of"]:
        assert str(about["known_by"]) <= str(about["as_of"]) == "2018-05-04"
        assert compose(words).settings.inputs.sample == name
    else:
        with pytest.raises(ConfigError, match=f"inputs.sample is {name}, fitted to figures known on"):
            compose(words)
