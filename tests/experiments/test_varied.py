"""What a sensitivity run varies: doubts by themselves, the fitted sample as one, levers; and settings at a point."""

from __future__ import annotations

import numpy as np
import pytest

from borderops.config import checks, inputs, keys
from borderops.config.compose import compose
from borderops.config.doubts import doubts_of, value_at
from borderops.exceptions import ConfigError
from borderops.experiments.varied import EACH, Laid, Space
from borderops.readiness.levers import LEVERS

NO_SAMPLE = ["inputs.sample=null"]


def space(words=(), among=(), levers=(), parts=1) -> Space:
    """All that is varied under some words."""
    return Space(compose(list(words)), words, among, [LEVERS[name] for name in levers], parts)


def leaf(settings, key: str):
    """The value at a key."""
    return next(value for path, value, _ in keys.leaves(settings) if path == keys.parse(key))


def test_without_a_sample_every_doubt_is_an_input():
    """Names are those of the doubts, groups the first, the first two, or all parts of their keys."""
    composed = compose(NO_SAMPLE)
    names = [one.name for one in doubts_of(composed, ["orr", "transport"])]
    assert Space(composed, (), ["orr", "transport"]).names == names
    assert list(Space(composed, (), ["orr", "transport"]).groups) == ["transport", "orr"]
    two = Space(composed, (), ["orr", "transport"], parts=2).groups
    assert "orr.beds" in two and "transport.travel" in two
    assert list(Space(composed, (), ["orr", "transport"], parts=EACH).groups) == names
    assert sorted(at for own in two.values() for at in own) == list(range(len(names)))


def test_a_fitted_sample_is_one_input_and_its_doubts_are_no_other():
    """No doubt is in two inputs; together they are all doubts; positions of the sample's point are told one by one."""
    one = space(among=["orr", "transport"])
    sample = one.inputs[one.sample_column]
    assert sample.kind == "sample" and sample.name == "sample season_2018" and len(sample.doubts) > 1
    alone = [doubt for other in one.inputs if other.kind == "doubt" for doubt in other.doubts]
    names = [doubt.name for doubt in (*alone, *sample.doubts)]
    assert sorted(names) == sorted(doubt.name for doubt in doubts_of(compose([]), ["orr", "transport"]))
    coordinates, places = one.coordinates(np.full((3, len(one.inputs)), 0.25))
    assert sorted(one.name for one in coordinates) == sorted(names)
    found = inputs.read("season_2018")
    point = found.positions[int(0.25 * len(found.positions))]
    at = [one.name for one in coordinates].index(sample.doubts[0].name)
    assert places[:, at].tolist() == [point[list(found.doubts).index(sample.doubts[0].name)]] * 3


def test_settings_at_a_point_are_complete_and_hold_what_was_drawn():
    """Doubts have their values at the position, the sample's those of its point; no sample is chosen any more."""
    one = space(among=["orr", "transport"])
    position = np.full(len(one.inputs), 0.5)
    column = next(at for at, each in enumerate(one.inputs) if each.name == "transport.travel.sigma")
    position[column], position[one.sample_column] = 0.9, 0.25
    settings = one.settings_at(position, number=7)
    assert settings.inputs.sample is None
    parameter = one.inputs[column].doubts[0].parameters[0]
    assert settings.transport.travel.sigma == value_at(parameter, 0.9)
    found = inputs.read("season_2018")
    placed = {each.key: value for each, value in found.values(int(0.25 * len(found.positions)) + 1)}
    own = one.inputs[one.sample_column].doubts[0].parameters[0]
    assert leaf(settings, own.key) == pytest.approx(placed[own.key])
    assert settings == one.settings_at(position, number=8) and not one.depends_on_number


@pytest.mark.parametrize("plan", ["foreseen_2018", "foreseen_2018_prepared"])
def test_what_the_sample_of_a_day_moves_is_moved_by_nothing_else(plan):
    """As of 4 May the day's sample is one input; at any point what it speaks of has the values of its own point."""
    words = [f"scenario={plan}"]
    one, settings = space(words), compose(words).settings
    found, column = inputs.read("foreseen_2018"), one.sample_column
    assert one.inputs[column].name == "sample foreseen_2018"
    before = {path: value for path, value, _ in keys.leaves(settings)}
    spoken_of = {each.key for some in found.doubts.values() for each in some if before.get(each.path) == each.value}
    alone = [each.key for other in one.inputs if other.kind == "doubt" for each in other.doubts[0].parameters]
    assert not spoken_of & set(alone) and "policy.family_referral[2].share" in alone
    position = np.full(len(one.inputs), 0.9)
    position[column] = 0.25
    settled = {keys.show(path): value for path, value, _ in keys.leaves(one.settings_at(position, 7))}
    point = inputs.at(settings, int(0.25 * len(found.positions)) + 1)
    assert {key: settled[key] for key in spoken_of} == {key: leaf(point, key) for key in spoken_of}


def test_a_sample_that_is_not_varied_goes_on_as_luck():
    """Each replication has its own point of the sample, as in every other command."""
    one = Space(compose([]), (), (), [LEVERS["beds.age_0_12"]])
    assert one.depends_on_number and one.sample_column is None
    position = np.zeros(1)
    first, second = one.settings_at(position, 1), one.settings_at(position, 2)
    assert first != second
    expected = inputs.at(compose([]).settings, 2)
    assert second == expected.model_copy(update={"inputs": second.inputs})


def test_levers_move_the_plan_by_whole_levels():
    """Every level is as likely as any other; level 0 is the plan as it is."""
    one = space(NO_SAMPLE, levers=["beds.age_0_12", "tracking"])
    assert one.names == ["lever beds.age_0_12", "lever tracking"]
    beds, tracking = one.inputs
    drawn = [beds.level(at) for at in (np.arange(2600) + 0.5) / 2600]
    assert set(np.bincount(np.array(drawn) // 100)) == {100} and max(drawn) == 2500
    assert one.settings_at(np.zeros(2), 1) == compose(NO_SAMPLE).settings
    assert one.settings_at(np.array([0.99, 0.0]), 1) == LEVERS["beds.age_0_12"].apply(compose(NO_SAMPLE).settings, 2500)
    coordinates, _ = one.coordinates(np.zeros((1, 2)))
    assert coordinates[0].value_text(0.5) == "+1,300 beds" and coordinates[1].value_text(0.99) == "shared_record"
    assert (beds.resolved_by, tracking.resolved_by) == ("", "")


def test_what_contradicts_itself_is_held_in_the_whole_row():
    """An opening hour after the closing hour at one point keeps the guilty one as shipped at all points of the row."""
    begins, until = "courts.back_from_hour", "courts.back_until_hour"
    one = space(NO_SAMPLE, among=[begins, until])
    points = np.array([[0.5, 0.5], [1.0, 0.0], [0.2, 0.6]])
    columns = [one.names.index(begins), one.names.index(until)]
    wanted = np.empty_like(points)
    wanted[:, columns] = points
    found, held = one.settled(wanted, range(1, 3))
    assert held == [until] and (found[:, columns[1]] == 0.5).all()
    assert (found[:, columns[0]] == wanted[:, columns[0]]).all()
    for position in found:
        assert not [*checks.problems(one.settings_at(position, 1))]
    same, none = one.settled(wanted[[0, 2]], range(1, 3))
    assert none == [] and (same == wanted[[0, 2]]).all()


def test_what_the_planner_set_is_no_input():
    """A value that was given stays, and where nothing is left that is told."""
    words = [*NO_SAMPLE, "transport.notice_hours=5"]
    assert "transport.notice_hours" not in space(words, among=["transport"]).names
    with pytest.raises(ConfigError, match=r"vary=transport\.notice_hours"):
        space(words, among=["transport.notice_hours"])


def test_rows_share_no_replication():
    """Row 1 has replications 1 and 2, row 2 has 3 and 4, whatever the number of rows."""
    laid = Laid(np.zeros((3, 4, 2)), 2, [], None)
    assert [list(laid.numbers(row)) for row in (1, 2, 3)] == [[1, 2], [3, 4], [5, 6]]


def test_values_are_told_with_their_unit():
    """A single parameter by its value; several together by where they lie in their ranges."""
    one = space(NO_SAMPLE, among=["transport.travel.sigma", "stations.sites"])
    told = {each.name: each.value_text(0.75) for each in one.coordinates(np.zeros((1, len(one.inputs))))[0]}
    assert told["transport.travel.sigma"].endswith("log-scale deviation")
    assert told["stations.sites.*.agents.day"] == "75% of the way from the low to the high end of its ranges"
