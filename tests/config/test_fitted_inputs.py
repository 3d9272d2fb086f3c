"""A fitted sample gives each replication values of its own, and moves nothing that somebody set."""

from __future__ import annotations

from pathlib import Path

import pytest

from borderops.config import inputs
from borderops.config.compose import compose
from borderops.config.doubts import doubts_of
from borderops.exceptions import ConfigError

AMONG = ("orr.beds.age_0_12", "courts.time_served_share")
FIRST_BEDS = "orr.beds.age_0_12[0].beds"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A sample of three points over two doubts: the low ends, the middle, the high ends."""
    path = tmp_path / "made_up.yaml"
    doubts = doubts_of(compose(), AMONG)
    doubts = [doubt for doubt in doubts if doubt.name.endswith((".beds", "time_served_share"))]
    inputs.write(path, doubts, [[place] * len(doubts) for place in (0.0, 0.5, 1.0)], {"seed": 7})
    return path


def first_beds(settings) -> int:
    return settings.orr.beds.age_0_12[0].beds


def test_replications_take_the_points_in_turn(sample):
    """Replication 1 has the first point, the one after the last begins anew; the middle is what stands in conf."""
    settings = compose([f"inputs.sample={sample}"]).settings
    low, middle, high, again = (inputs.at(settings, number) for number in (1, 2, 3, 4))
    assert first_beds(low) < first_beds(settings) < first_beds(high)
    assert middle == settings
    assert again == low
    assert low.courts.time_served_share < settings.courts.time_served_share


def test_without_a_sample_nothing_moves():
    """No sample: every replication is played with the settings as they stand."""
    settings = compose(["inputs.sample=null"]).settings
    assert inputs.at(settings, 3) is settings


def test_what_a_user_sets_stays_even_at_the_shipped_value(sample):
    """A value on the command line is asked about; that it is the shipped one makes it no doubt again."""
    shipped = first_beds(compose().settings)
    asked = compose([f"inputs.sample={sample}", f"{FIRST_BEDS}={shipped}"]).settings
    assert asked.inputs.keep == [FIRST_BEDS]
    assert first_beds(inputs.at(asked, 1)) == shipped
    assert inputs.at(asked, 1).orr.beds.age_0_12[1].beds < shipped


def test_a_value_that_differs_from_the_one_fitted_around_stays(sample):
    """A scenario's own value is none of the sample's business, whoever set it."""
    settings = compose([f"inputs.sample={sample}"]).settings
    own = inputs.with_values(settings, {("orr", "beds", "age_0_12", 0, "beds"): 999})
    assert first_beds(inputs.at(own, 1)) == 999


def test_keep_names_what_stays(sample):
    """The beginning of a key keeps everything below it."""
    settings = compose([f"inputs.sample={sample}", "inputs.keep=[orr]"]).settings
    assert inputs.at(settings, 1).orr == settings.orr
    assert inputs.at(settings, 1).courts != settings.courts


def test_what_is_written_is_read_again(sample):
    """Doubts, positions and what is told of them come back; nothing is left under a temporary name."""
    found = inputs.read(str(sample))
    assert found.about == {"seed": 7}
    assert found.positions == ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0))
    assert {one.key for some in found.doubts.values() for one in some} >= {FIRST_BEDS, "courts.time_served_share"}
    assert not list(sample.parent.glob("*.part"))


def test_a_sample_that_is_not_there_is_told_with_the_other_problems():
    """One message names the missing sample and the mistyped key."""
    with pytest.raises(ConfigError) as told:
        compose(["inputs.sample=nowhere", "run.replicatons=3"])
    assert any("inputs.sample=nowhere is not there" in sentence for sentence in told.value.problems)
    assert any("run.replications" in sentence for sentence in told.value.problems)


@pytest.mark.parametrize("text", ["", "a,b\n0.1\n", "orr.beds.age_0_12.*.beds,courts.time_served_share\n0.1,2\n"])
def test_broken_points_are_refused(sample, text):
    """No columns, other columns, a position outside 0 to 1: a sentence, no traceback."""
    sample.with_suffix(".csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        compose([f"inputs.sample={sample}"])
