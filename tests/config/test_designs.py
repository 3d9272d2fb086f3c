"""Designs put together from features: the shipped ones to the bit, and each feature what it owns and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from borderops.config import checks, designs, places
from borderops.config.compose import compose
from borderops.config.designs import OWNERS, Design, resolved
from borderops.config.schema import ACTS, ASPECTS, SLIPS, Features, Settings
from borderops.exceptions import ConfigError
from borderops.operations.laying_out import lay_out
from borderops.operations.numbers import Act

PINNED = json.loads((Path(__file__).parent / "designs.json").read_text(encoding="utf-8"))
"""What the shipped designs were before they were made of features: of each act, thresholds unguided and guided."""

HISTORY = ["e3_2017", "e3_april_2018", "e3_august_2018"]
FLAGS = ("is_kept", "is_searchable", "is_seen", "is_automatic", "intake_minutes", "parting_minutes")


def settings_of(*overrides: str) -> Settings:
    """Composed settings without a scenario."""
    return compose(["~scenario", *overrides]).settings


def first_design(*overrides: str) -> Design:
    """The first design of some settings."""
    return resolved(settings_of(*overrides))[0]


# --- the shipped designs ------------------------------------------------------------------------------------------


def test_every_shipped_design_is_pinned() -> None:
    """One option for each, and one in which three of them follow one another."""
    assert {*PINNED, "e3_history"} == {*places.group_options()["tracking"]}


@pytest.mark.parametrize("option", places.group_options()["tracking"])
def test_shipped_designs_give_the_engine_what_they_always_gave(option: str) -> None:
    """Features, minutes and thresholds of each act, guidance and load are equal to the saved ones."""
    found = lay_out(settings_of(f"tracking={option}")).designs
    expected = [PINNED[name] for name in (HISTORY if option == "e3_history" else [option])]
    for name in FLAGS:
        assert getattr(found, name).tolist() == [one[name] for one in expected], name
    for act in Act:
        thresholds = [one["thresholds"][act.name.lower()] for one in expected]
        assert np.array_equal(found.thresholds[:, act], thresholds), act
    assert [act.name.lower() for act in Act] == list(ACTS)


# --- one feature at a time ----------------------------------------------------------------------------------------


def switches() -> Iterator[tuple[str, str]]:
    """Every aspect with every option that the design of April 2018 does not pick."""
    usual = settings_of("tracking=e3_april_2018").tracking.designs[0]
    for aspect, options in places.feature_options().items():
        yield from ((aspect, option) for option in options if option != getattr(usual, aspect))


@pytest.mark.parametrize(("aspect", "option"), [*switches()])
def test_one_option_switched_changes_what_its_feature_owns(aspect: str, option: str) -> None:
    """Its own acts, what it multiplies, its minutes and its kind; everything else of the design stays to the bit."""
    start = [
        "tracking=e3_april_2018",
        *(["tracking.designs.0.unit=permanent"] if option == "automatic_by_family" else []),
    ]
    before, settings = first_design(*start), settings_of(*start, f"tracking.designs.0.{aspect}={option}")
    after = resolved(settings)[0]
    library = getattr(settings.features, aspect)
    old, new = library[getattr(settings_of(*start).tracking.designs[0], aspect)], library[option]
    owned = {act for act in ACTS if OWNERS[act] == aspect}
    for act in ACTS:
        if act in owned:
            assert after.acts[act] == getattr(new.acts, act)
        else:
            share = before.acts[act].share / old.slips.get(act, 1.0) * new.slips.get(act, 1.0)
            assert after.acts[act] == before.acts[act].model_copy(update={"share": pytest.approx(share)})
    for slip in SLIPS:
        ratio = new.slips.get(slip, 1.0) / old.slips.get(slip, 1.0)
        assert after.slip_factors[slip] == pytest.approx(before.slip_factors[slip] * ratio)
    for name in ("intake", "parting"):
        more = new.minutes.get(name, 0) - old.minutes.get(name, 0)
        assert getattr(after, f"{name}_minutes") == getattr(before, f"{name}_minutes") + more
    for kind in ("unit", "codes", "search", "ice", "exchange", "units_at_a_time", "sheet", "whiteboard"):
        assert getattr(after, kind) == (new.kind if kind == aspect else getattr(before, kind))
    assert after.is_trained == (option == "before_launch")


def test_every_steering_act_has_one_owner() -> None:
    """No act is stated by two aspects, and none by nobody; a library that is laid out by hand says the same."""
    assert set(OWNERS) == set(ACTS)
    library = yaml.safe_load((places.conf_folder() / "features" / "default.yaml").read_text(encoding="utf-8"))
    for aspect, options in library.items():
        stated = {frozenset(option.get("acts", {})) for option in options.values()}
        assert stated == {frozenset(act for act in ACTS if OWNERS[act] == aspect)}, aspect


def test_the_names_of_options_are_read_off_the_file_as_it_is() -> None:
    """What completion reads off indents is what the library holds, and aspects are those of a design."""
    features = settings_of().features
    assert places.feature_options() == {aspect: list(getattr(features, aspect)) for aspect in Features.model_fields}
    assert list(ASPECTS) == [*places.feature_options()]


def test_ratios_of_several_features_multiply() -> None:
    """A wrong code that one supervisor passes over in seven of ten, and a screen in half, in 35 of a hundred."""
    words = ["tracking=e3_april_2018", "tracking.designs.0.review=one_supervisor"]
    words.append("features.entry.as_typed.slips={code_wrong: 0.5, typo: 0.1}")
    found = first_design(*words)
    assert found.acts["code_wrong"].share == pytest.approx(0.01 * 0.7 * 0.5)
    assert found.acts["code_wrong"].load_slope == 0.8
    assert found.slip_factors["typo"] == 0.1


def test_nobody_fills_in_a_code_that_does_not_exist() -> None:
    """Under a design without codes all stay blank, whoever reads the record."""
    found = first_design("tracking=e3_2017", "tracking.designs.0.review=two_supervisors")
    assert [found.acts[act].share for act in ("code_wrong", "code_blank", "code_several")] == [0.0, 1.0, 0.0]
    assert found.acts["note_nothing"].share == pytest.approx(0.175 * 0.5)


# --- a design of one's own ----------------------------------------------------------------------------------------


def test_a_design_can_be_put_together_by_overrides() -> None:
    """Options of six aspects on the command line: usable, and what it takes is the sum of what they take."""
    picks = {"unit": "kept", "codes": "one", "search": "full", "notes": "template", "exchange": "mail_checked"}
    words = [
        f"tracking.designs.0.{aspect}={option}" for aspect, option in {**picks, "review": "one_supervisor"}.items()
    ]
    found = first_design("tracking=e3_april_2018", *words)
    assert (found.intake_minutes, found.parting_minutes) == (2 + 1, 12 + 2 + 1 + 5)
    assert found.acts["code_blank"].share == 0.0
    assert found.acts["number_not_passed"].share == 0.03


def test_a_number_of_a_feature_can_be_set_for_all_designs_that_pick_it() -> None:
    """Mail that is lost five times as often, before and after April 2018; mail with a box is another feature."""
    found = resolved(settings_of("features.exchange.mail.acts.message_lost.share=0.05"))
    assert [one.acts["message_lost"].share for one in found] == [0.05, 0.05, 0.01]


def test_a_scenario_can_add_an_option_and_pick_it(elsewhere: Path) -> None:
    """A file in the search path holds a feature of its own and a design that uses it."""
    design = {
        "begins": "2016-10-01",
        "name": "by_voice",
        **settings_of().tracking.designs[0].model_dump(include={*ASPECTS}),
    }
    acts = dict.fromkeys(("note_nothing", "note_not_at_top", "note_top_and_child"))
    acts = {act: {"share": 0.2, "load_slope": 0, "guided_factor": 1} for act in acts}
    spoken = {
        "words": "Spoken and typed by a machine",
        "minutes": {"parting": -3},
        "slips": {"typo": 2.0},
        "acts": acts,
    }
    scenario = {
        "features": {"notes": {"spoken": spoken}},
        "tracking": {"title": "Notes by voice", "designs": [{**design, "notes": "spoken"}]},
    }
    path = elsewhere / "scenarios" / "by_voice.yaml"
    path.parent.mkdir()
    path.write_text("# Question: what if notes were spoken?\n" + yaml.safe_dump(scenario), encoding="utf-8")
    [found] = resolved(compose(["scenario=by_voice"]).settings)
    assert (found.name, found.parting_minutes, found.slip_factors["typo"]) == ("by_voice", 10 - 3, 2.0)
    assert found.acts["note_nothing"].share == 0.2


def test_an_unknown_option_is_told_with_the_nearest() -> None:
    """All of them at once, each with its place and what there is."""
    with pytest.raises(ConfigError) as error:
        compose(["tracking.designs.0.exchange=automtic", "tracking.designs[1].notes=fre_text", "seed=-1"])
    told = error.value.problems
    assert len(told) == 3
    assert "tracking.designs[0].exchange is 'automtic'" in told[1] and "did you mean automatic?" in told[1]
    assert "tracking.designs[1].notes is 'fre_text'" in told[2] and "did you mean free_text?" in told[2]


def test_a_part_of_an_unknown_feature_is_told_with_the_nearest() -> None:
    """A slip of the pen adds no half of an option, on the command line."""
    with pytest.raises(ConfigError) as error:
        compose(["features.exchange.mial.acts.message_lost.share=0.05", "~features.unit.kpt"])
    told = error.value.problems
    assert len(told) == 2
    assert "did you mean features.exchange.mail?" in told[0] and "did you mean features.unit.kept?" in told[1]


def test_an_act_under_its_old_place_is_told_the_new_one() -> None:
    """Acts stood with each design once."""
    with pytest.raises(ConfigError, match=r"did you mean features\.exchange\.\*\.acts\.message_lost\.share\?"):
        compose(["tracking.designs[0].acts.message_lost.share=0.05"])


def test_several_options_make_a_sweep() -> None:
    """Names of options hold no comma, so that a list of them is one."""
    from borderops.config.compose import values_of

    assert values_of("tracking.designs.0.exchange=mail,automatic")[1] == ["mail", "automatic"]
    assert values_of("study.question=Why, and how?")[1] == ["Why, and how?"]


def test_what_is_not_picked_moves_nothing() -> None:
    """Options in use are those of the designs."""
    settings = settings_of("tracking=shared_record")
    assert ("exchange", "automatic_by_family") in designs.picked_by(settings)
    assert len(designs.picked_by(settings)) == len(ASPECTS)
    assert list(checks.problems(settings)) == []
