"""Shipped samples: every point can be played, speaks of settings that exist, and was fitted to what is in scope now."""

from __future__ import annotations

import json

import pytest

from borderops.config import checks, inputs, keys
from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.validity.rows import scope_digest

SHIPPED = inputs.names()


def test_there_is_one():
    """The default is a sample that is shipped."""
    assert compose().settings.inputs.sample in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_point_meets_the_checks_of_a_users_values(name):
    """Types, limits and checks across settings: what is drawn is as sound as what is typed."""
    settings = compose([f"inputs.sample={name}"]).settings
    for number in range(1, len(inputs.read(name).positions) + 1):
        point = inputs.at(settings, number)
        assert list(checks.problems(point)) == [], number
        if number % 20 == 1:  # types and limits take a while, and are held by `inputs` value by value
            assert Settings.model_validate_json(json.dumps(point.model_dump(mode="json"))) == point


@pytest.mark.parametrize("name", SHIPPED)
def test_points_move_what_they_were_fitted_around(name):
    """Most parameters that a sample speaks of still have the value it was fitted around; else it would be idle."""
    settings = compose([f"inputs.sample={name}"]).settings
    now = {path: value for path, value, _ in keys.leaves(settings)}
    placed = [one for some in inputs.read(name).doubts.values() for one in some if one.path in now]
    assert sum(now[one.path] == one.value for one in placed) > 0.95 * len(placed)


@pytest.mark.parametrize("name", SHIPPED)
def test_figures_mean_what_they_meant_when_it_was_fitted(name):
    """A row that was changed, added or dropped since then is seen."""
    assert inputs.read(name).about["scope_digest"] == scope_digest()
