"""From overrides to settings: what composes, who wins, and how wrong input is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borderops.config import keys, places
from borderops.config.compose import Composed, compose, list_scenarios
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError

SHIPPED = [
    "el_paso_2017",
    "family_unity",
    "foreseen_2018",
    "foreseen_2018_prepared",
    "limited_separation",
    "prepared_2018",
    "recommendation_1_tracking",
    "recommendation_2_guidance",
    "recommendation_3_ice",
    "recommendation_4_exchange",
    "recommendation_5_reconciliation",
    "scale_up_2017",
    "surge_2019",
    "zero_tolerance_2018",
    "zero_tolerance_as_planned",
]


def refused(*overrides: str) -> list[str]:
    """Sentences with which overrides are refused."""
    with pytest.raises(ConfigError) as error:
        compose(overrides)
    return error.value.problems


def write(path: Path, text: str | bytes) -> Path:
    """Write a scenario file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- what composes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_composes(name: str) -> None:
    """Each gives settings that carry its name and differ from the groups as shipped."""
    composed = compose([f"scenario={name}"])
    assert composed.settings.scenario == composed.choices["scenario"] == name
    assert composed.settings.window != composed.shipped.window
    assert composed.shipped.window.start == date(2017, 10, 1)


def test_the_shipped_scenarios_are_those_tested() -> None:
    """A new scenario gets its test."""
    assert [one.name for one in list_scenarios()] == SHIPPED


def test_the_shipped_options_are_those_known() -> None:
    """A group or an option that comes or goes is told here."""
    assert places.group_options() == {
        "arrivals": ["file", "forecast", "published"],
        "people": ["default"],
        "policy": ["el_paso_2017", "family_unity", "limited_separation", "zero_tolerance", "zero_tolerance_as_planned"],
        "stations": ["southwest_border"],
        "courts": ["districts"],
        "ice": ["default"],
        "family_care": ["default"],
        "referral": ["mail"],
        "transport": ["contractor"],
        "orr": ["season_2018"],
        "features": ["default"],
        "tracking": [
            "e3_2017",
            "e3_april_2018",
            "e3_august_2018",
            "e3_history",
            "e3_linked_to_hhs",
            "e3_linked_to_ice",
            "e3_units_kept",
            "edit_checks",
            "shared_record",
        ],
        "reunification": ["court_order_2018"],
        "records": ["default"],
        "compute": ["dask", "local"],
        "stress": [
            "all_at_once",
            "mail_outage",
            "none",
            "provider_closing",
            "ramp_surge",
            "seasonal_surge",
            "spring_2019",
            "staff_loss",
            "step_surge",
        ],
    }


def test_every_tracking_design_of_the_history_is_an_option() -> None:
    """The designs that followed one another can each be chosen for the whole run, and differ in their dates alone."""
    history = compose(["~scenario"]).settings.tracking.designs
    assert [design.name for design in history] == ["e3_2017", "e3_april_2018", "e3_august_2018"]
    for design in history:
        [alone] = compose(["~scenario", f"tracking={design.name}"]).settings.tracking.designs
        assert alone.model_copy(update={"begins": design.begins}) == design


def test_every_group_option_composes() -> None:
    """The default options together, and each other one in its turn; a file, a month or a scheduler needs naming."""
    needed = {
        "file": ["arrivals.file=mine.csv"],
        "forecast": ["arrivals.known_before=2018-05"],
        "dask": ["compute.address=tcp://127.0.0.1:8786"],
    }
    usual = compose(["~scenario"])
    assert usual.choices["scenario"] == usual.settings.scenario == "none"
    for group, options in places.group_options().items():
        for option in sorted({*options} - {usual.choices[group]}):
            words = ["~scenario", f"{group}={option}", *needed.get(option, [])]
            assert compose(words).choices == {**usual.choices, group: option}


def test_nothing_given_is_the_season_of_2018() -> None:
    """A bare run plays zero tolerance in 2018 with what is shipped."""
    composed = compose()
    assert composed.choices["scenario"] == "zero_tolerance_2018"
    assert composed.choices["policy"] == "zero_tolerance"
    assert composed.shipped.policy == composed.settings.policy


def test_saved_settings_give_the_same_settings_again(elsewhere: Path) -> None:
    """The composed YAML is a scenario of its own, whatever the overrides were."""
    first = compose(["scenario=limited_separation", "orr.pace[2].pace=0.7", "study.question=Why, (again) é=1?"])
    write(elsewhere / "saved.yaml", first.yaml)
    again = compose(["scenario=saved.yaml"])
    assert again.settings == first.settings
    assert again.yaml == first.yaml


def test_composing_twice_gives_the_same_text() -> None:
    """Nothing of the first time leaks into the second."""
    first = compose(["orr.beds.age_0_12=900", "seed=5"])
    assert compose().settings.seed == 2018
    assert compose(["orr.beds.age_0_12=900", "seed=5"]).yaml == first.yaml


# --- values -------------------------------------------------------------------------------------------------------


def test_values_are_set_in_lists_mappings_and_groups() -> None:
    """Indices in either spelling, whole lists, parts of mappings, text as it was typed, and entries taken away."""
    composed = compose(
        [
            "orr.pace[3].pace=0.5",
            "orr.pace.2.pace=0.6",
            "++stations.quick_return_share.GT=0.1",
            "+arrivals.multiplier={families: 2}",
            "arrivals.stations=[yuma,tucson]",
            "study.question='What, if (so) = é?'",
            "run.outputs=my runs/2018 (first)",
            "window.end=2018-06-30",
            "policy.pauses=[]",
            "~people.names.doubled_share.IN",
            "seed=18446744073709551615",
        ]
    ).settings
    assert (composed.orr.pace[3].pace, composed.orr.pace[2].pace) == (0.5, 0.6)
    assert composed.stations.quick_return_share == {"MX": 0.5, "CA": 0.5, "GT": 0.1}
    assert (composed.arrivals.multiplier.families, composed.arrivals.multiplier.single_adults) == (2.0, 1.0)
    assert composed.arrivals.stations == ["yuma", "tucson"]
    assert composed.study.question == "What, if (so) = é?"
    assert composed.run.outputs == "my runs/2018 (first)"
    assert composed.window.end == date(2018, 6, 30)
    assert "IN" not in composed.people.names.doubled_share
    assert composed.seed == 2**64 - 1


def test_a_bare_number_of_beds_stands_for_every_day() -> None:
    """`orr.beds.age_0_12=900` means 900 beds throughout."""
    beds = compose(["orr.beds.age_0_12=900", "family_care.detention_beds=0"]).settings
    assert [(step.begins, step.beds, step.then_per_day) for step in beds.orr.beds.age_0_12] == [
        (date(2001, 1, 1), 900, 0)
    ]
    assert [step.beds for step in beds.family_care.detention_beds] == [0]


def test_shipped_settings_leave_out_scenario_and_user_but_not_the_choice_of_groups() -> None:
    """What the register compares with."""
    composed = compose(["scenario=family_unity", "policy=limited_separation", "seed=7", "orr.pace[0].pace=2"])
    assert composed.shipped.policy.title == "A small share of family adults is referred, as before May 2018"
    assert composed.shipped.seed == 2018
    assert composed.shipped.orr.pace[0].pace != 2
    assert composed.shipped.scenario == "none"


# --- scenarios of the user ----------------------------------------------------------------------------------------


def test_scenarios_are_found_in_the_named_folder_then_the_own_then_the_shipped(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BORDEROPS_SCENARIOS comes before ./scenarios, and both before what is shipped; of one name the first counts."""
    named, also = elsewhere / "named", elsewhere / "also"
    write(named / "mine.yaml", "seed: 1\n")
    write(also / "mine.yaml", "seed: 2\n")
    write(also / "yours.yml", "seed: 3\n")
    write(elsewhere / "scenarios" / "mine.yaml", "seed: 4\n")
    write(elsewhere / "scenarios" / "family_unity.yaml", "seed: 5\n")
    assert compose(["scenario=mine"]).settings.seed == 4
    monkeypatch.setenv("BORDEROPS_SCENARIOS", os.pathsep.join([str(named), "/nowhere", str(also)]))
    assert [compose([f"scenario={name}"]).settings.seed for name in ("mine", "yours", "family_unity")] == [1, 3, 5]
    assert [one.name for one in list_scenarios()] == sorted([*SHIPPED, "mine", "yours"])


def test_a_file_is_taken_by_its_path_and_finds_its_neighbours(elsewhere: Path) -> None:
    """Any file of a folder of one's own will do, whatever its name; it may inherit from those beside it."""
    write(elsewhere / "my cases" / "base.yaml", "seed: 11\nwindow: {start: 2018-05-01, end: 2018-05-31}\n")
    path = write(
        elsewhere / "my cases" / "case (1) é'x@y=.v2.yaml", "defaults: [base, _self_]\nwindow: {end: 2018-06-15}\n"
    )
    for text in (str(path), "my cases/case (1) é'x@y=.v2.yaml"):
        composed = compose([f"scenario={text}"]).settings
        assert composed.scenario == "case (1) é'x@y=.v2"
        assert (composed.seed, composed.window.start, composed.window.end) == (11, date(2018, 5, 1), date(2018, 6, 15))


def test_scenarios_inherit_and_choose_options(elsewhere: Path) -> None:
    """The heir wins over what it inherits, in values and in options; what it does not name stays."""
    write(
        elsewhere / "scenarios" / "heir.yaml",
        "defaults: [zero_tolerance_2018, override /policy: limited_separation, _self_]\nwindow: {end: 2018-08-31}\n",
    )
    write(elsewhere / "scenarios" / "grandchild.yaml", "defaults: [heir, _self_]\nseed: 3\n")
    composed = compose(["scenario=grandchild"])
    assert composed.choices["policy"] == "limited_separation"
    assert (composed.settings.seed, composed.settings.window.end) == (3, date(2018, 8, 31))
    assert composed.settings.study.question.startswith("What happens to families")
    assert composed.settings.scenario == "grandchild"


def test_the_user_wins_over_the_scenario_and_the_scenario_over_the_groups(elsewhere: Path) -> None:
    """Groups, then config.yaml, then the scenario, then what is given in the command, in any order; the last of two."""
    write(
        elsewhere / "scenarios" / "mine.yaml",
        "defaults: [override /policy: zero_tolerance]\nseed: 3\ncompute: {workers: 1}\ntransport: {notice_hours: 5}\n",
    )
    composed = compose(["seed=4", "policy=family_unity", "seed=5", "scenario=mine"])
    assert composed.choices["policy"] == "family_unity"
    assert composed.settings.policy.family_referral == []
    assert (composed.settings.seed, composed.settings.compute.workers, composed.settings.transport.notice_hours) == (
        5,
        1,
        5,
    )
    assert composed.shipped.transport.notice_hours == 3


def test_scenarios_introduce_themselves(elsewhere: Path) -> None:
    """Question and run line come from the first comment lines; a file without them still stands in the list."""
    write(
        elsewhere / "scenarios" / "a.yaml",
        "# Question: what if\n# it rains?\n# Run: borderops run scenario=a seed=3\nseed: 1\n# Run: no\n",
    )
    write(elsewhere / "scenarios" / "b.yaml", b"\xff\x00 no yaml")
    write(elsewhere / "scenarios" / "no.txt", "seed: 1")
    found = {one.name: one for one in list_scenarios()}
    assert (found["a"].question, found["a"].run_line) == ("what if it rains?", "borderops run scenario=a seed=3")
    assert (found["b"].question, found["b"].run_line) == ("", "borderops run scenario=b")
    assert found["a"].path == elsewhere / "scenarios" / "a.yaml"
    assert "no" not in found
    for name in SHIPPED:
        assert found[name].question.endswith("?")
        assert found[name].run_line == f"borderops run scenario={name}"


# --- wrong input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("orr.bedz=3", "orr.bedz is not a setting; did you mean orr.beds?"),
        ("replications=20", "replications is not a setting; did you mean run.replications?"),
        ("orr.pace[2].pase=1", "orr.pace[2].pase is not a setting; did you mean orr.pace[2].pace?"),
        ("people.citizenship.families.XX=0.1", "people.citizenship.families.XX is not a setting; did you mean"),
        ("seed.x=3", "seed.x is not a setting; did you mean seed?"),
        ("hydra.run.dir=x", "hydra.run.dir is not a setting"),
        ("polcy=zero_tolerance", "polcy is not a setting; did you mean policy?"),
        (
            "scenario=zero_tolerence_2018",
            "scenario=zero_tolerence_2018 is not known; did you mean zero_tolerance_2018? (scenarios:",
        ),
        ("scenario=", "scenario= is not known (scenarios: el_paso_2017"),
        (
            "policy=zero_tolerence",
            "policy=zero_tolerence is not known; did you mean zero_tolerance? (options: el_paso_2017,",
        ),
        ("~policy", "~policy takes away what is needed; choose one of its options: el_paso_2017"),
        ("policy={title: x}", "policy={title: x} is not known (options:"),
        (
            "orr.beds.age_0_12[0].beds=-20",
            "orr.beds.age_0_12[0].beds is -20; allowed: a whole number from 0 to 1000000",
        ),
        ("orr.beds.age_0_12=-20", "orr.beds.age_0_12[0].beds is -20; allowed: a whole number from 0 to 1000000"),
        (
            "orr.beds.age_0_12=many",
            "orr.beds.age_0_12 is 'many'; allowed: a whole number of beds, or a list of steps, each with",
        ),
        ("orr.pace[99].pace=1", "orr.pace[99].pace has no place; orr.pace has"),
        (
            "orr.census_kinds.age_0_12=0.2",
            "orr.census_kinds sums to 0.974; allowed: shares that sum to 1 (within 1e-9)",
        ),
        (
            "window.start=2014-01-01",
            "window.start is 2014-01-01; allowed: 2016-10-01 to 2019-09-30, the days of the published",
        ),
        ("window.end=2018-02-30", "window.end is '2018-02-30'; allowed: a date such as 2018-05-05"),
        ("window.end=2018", "window.end is 2018; allowed: a date such as 2018-05-05"),
        ("window.end=null", "window.end is null; allowed: a date such as 2018-05-05"),
        ("window=2018-05-05", "window is '2018-05-05'; allowed: settings named start, end, lead_in_days"),
        ("run.replications=true", "run.replications is true; allowed: a whole number from 1 to 100000"),
        ("run.replications=2.5", "run.replications is 2.5; allowed: a whole number from 1 to 100000"),
        ("run.replications='3'", "run.replications is '3'; allowed: a whole number from 1 to 100000"),
        ("run.replications=0", "run.replications is 0; allowed: a whole number from 1 to 100000"),
        ("run.interval_level=1", "run.interval_level is 1; allowed: a number above 0.5 and below 1"),
        ("run.engine=simpi", "run.engine is 'simpi'; allowed: one of compiled, simpy"),
        ("transport.wait.median_hours=nan", "transport.wait.median_hours is nan; allowed: a number above 0"),
        ("transport.wait.median_hours=inf", "transport.wait.median_hours is inf; allowed: a number above 0"),
        (
            "arrivals.weekday=[1,1]",
            "arrivals.weekday is [1, 1]; allowed: a list of 7 entries, each a number from 0 to 1000000",
        ),
        ("arrivals.stations=[]", "arrivals.stations is []; allowed: a list of at least 1, each one of big_bend"),
        (
            "arrivals.ports.children_alone[0].month=2018-13",
            "arrivals.ports.children_alone[0].month is '2018-13'; allowed: a month such",
        ),
        ("arrivals.rebuild_true_strata=perhaps", "arrivals.rebuild_true_strata is 'perhaps'; allowed: true or false"),
        (
            "people.adults.prior_crime_share=2",
            "people.adults.prior_crime_share is 2; allowed: a number from 0 to 1; 2 % is written 0.02",
        ),
        ("~orr.pace", "orr.pace is not given; allowed: a list of at least 1, each settings named begins, pace"),
        ("~seed", "seed is not given; allowed: a whole number"),
        (
            "seed=1,2",
            "seed is '1,2'; allowed: a whole number, 0 or more and below 18446744073709551616; one value at a time",
        ),
        ("seed=range(1,3)", "seed is 'range(1,3)'; allowed:"),
        ("seed=[1", "seed is '[1'; allowed: a whole number"),
        ("seed=${nope}", "seed holds a reference that cannot be followed (Interpolation key 'nope' not found)"),
        ("seed", "'seed' is not understood; write key=value, for example run.replications=20"),
        ("=3", "'=3' is not understood; write key=value"),
        ("--multirun", "'--multirun' is not understood; write key=value"),
        ("", "'' is not understood; write key=value"),
        ("study.question=a\nb", "'study.question=a\\nb' is not understood; write key=value"),
        ("run.outputs=\udcff", "'run.outputs=\\udcff' is not understood; write key=value"),
        (
            "family_care.detention_stay_median_days=336",
            "family_care.detention_stay_median_days is 336; plausible: 7 to 20 days; 336 hours would be 14 days",
        ),
        (
            "transport.wait.median_hours=1110",
            "transport.wait.median_hours is 1110; plausible: 14 to 22 hours; 1110 minutes would be 18.5 hours",
        ),
        (
            "transport.wait.median_hours=0.75",
            "transport.wait.median_hours is 0.75; plausible: 14 to 22 hours; 0.75 days would be 18 hours",
        ),
    ],
)
def test_a_wrong_override_is_refused_with_key_value_and_what_is_allowed(override: str, sentence: str) -> None:
    """One mistake, one sentence, in words of the field."""
    problems = refused(override)
    assert len(problems) == 1, problems
    assert problems[0].startswith(sentence)


@pytest.mark.parametrize(
    "override",
    [
        "family_care.detention_stay_median_days=90",
        "transport.wait.median_hours=100",
        "transport.travel.median_hours=0.7",
    ],
)
def test_a_bold_value_is_no_mistake_of_units(override: str) -> None:
    """Far from plausible but not as a mix-up of units would be: the planner is believed."""
    key, _, value = override.partition("=")
    assert isinstance(compose([override]), Composed), (key, value)


def test_everything_wrong_is_told_at_once(elsewhere: Path) -> None:
    """Misspelt scenario and option, unknown key, wrong types, limits, shares and dates come in one error."""
    problems = refused(
        "scenario=zero_tolerence_2018",
        "policy=zero",
        "orr.bedz=3",
        "nonsense",
        "orr.beds.girls_13_17=-1",
        "compute.workers=two",
        "transport.opens_hour=24",
        "family_care.detention_stay_median_days=336",
        "people.citizenship.families.MX=0.9",
        "window.start=2030-01-01",
        "orr.pace[99].pace=1",
        "seed=${nope}",
    )
    assert [problem.split(" ")[0] for problem in problems] == [
        "scenario=zero_tolerence_2018",
        "policy=zero",
        "orr.bedz",
        "'nonsense'",
        "orr.pace[99].pace",
        "seed",
        "compute.workers",
        "transport.opens_hour",
        "orr.beds.girls_13_17[0].beds",
        "window.start",
        "people.citizenship.families",
        "family_care.detention_stay_median_days",
    ]


def test_a_misspelt_scenario_brings_no_complaints_about_the_default_one() -> None:
    """The window of another scenario than the one that was meant is nobody's mistake."""
    problems = refused("scenario=my_2019", "window.start=2019-05-01")
    assert [problem.split(" ")[0] for problem in problems] == ["scenario=my_2019"]


def test_the_message_is_whole_and_free_of_the_tools_words() -> None:
    """What a user reads counts the problems and names neither pydantic nor Hydra."""
    with pytest.raises(ConfigError) as error:
        compose(["orr.bedz=3", "compute.workers=two"])
    text = str(error.value)
    assert text.startswith("2 settings cannot be used:\n  orr.bedz is not a setting")
    for word in ("Input should", "validation", "pydantic", "Hydra", "struct", "override /", "Traceback"):
        assert word not in text


# --- scenario files that cannot be used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("orr:\n  beds:\n    - x: [1,\n", "bad.yaml, line 4: this is not YAML ("),
        (
            "seed: 1\norr:\n\tpace: 3\n",
            "bad.yaml, line 3: this is not YAML (found character '\\t' that cannot start any token)",
        ),
        ("", "bad.yaml: the file is empty; a scenario holds at least one setting"),
        ("# Question: only words\n", "bad.yaml: the file is empty; a scenario holds at least one setting"),
        ("# x\n- seed\n- 2\n", "bad.yaml, line 2: this is no setting; write key: value"),
        ("just words\n", "bad.yaml, line 1: this is no setting; write key: value"),
        (b"\x00\x01\xff\xfe", "bad.yaml: this is not text (UTF-8); a scenario is a YAML file"),
        (b"seed: 1\nPK\x03\x04", "bad.yaml, line 2: this is not text; a scenario is a YAML file"),
        ("seed: 1\nseed: 2\n", "bad.yaml, line 2: this cannot be used (found duplicate key seed)"),
        ("seed: 1\n---\nseed: 2\n", "bad.yaml, line 2: this is not YAML ("),
        ("x: &a [*a]\n", "bad.yaml: this cannot be used ("),
        ("? [1, 2]\n: 3\n", "bad.yaml, line 1: this cannot be used ("),
        ("null: 3\n", "bad.yaml: this cannot be used ("),
        ("x: !!python/object:os.system {}\n", "bad.yaml, line 1: this cannot be used ("),
        ("x: ${\n", "bad.yaml: this cannot be used ("),
        ("seed: 1\norr:\n  bedz: 3\n", "orr.bedz is not a setting; did you mean orr.beds? (bad.yaml, line 3)"),
        (
            "seed: -1\n",
            "seed is -1; allowed: a whole number, 0 or more and below 18446744073709551616 (bad.yaml, line 1)",
        ),
        ("seed: one\n", "seed is 'one'; allowed: a whole number"),
        (
            "orr:\n  beds:\n    age_0_12: -5\n",
            "orr.beds.age_0_12[0].beds is -5; allowed: a whole number from 0 to 1000000 (bad.yaml, line 3)",
        ),
        (
            "orr:\n  census_kinds: {age_0_12: 0.2}\n",
            "orr.census_kinds sums to 0.974; allowed: shares that sum to 1 (within 1e-9) (bad.yaml, line 2)",
        ),
        ("people:\n", "people is null; allowed: settings named families"),
        ("window: 5\n", "window is 5; allowed: settings named start, end, lead_in_days (bad.yaml, line 1)"),
        ("orr.pace: []\n", "orr.pace is written with dots; in a file each part stands on a line of its own"),
        (
            "orr:\n  pace: {begins: 2018-01-01, pace: 1}\n",
            "orr.pace is {begins: '2018-01-01', pace: 1}; allowed: a list of",
        ),
        (
            "window: [2018-05-01, 2018-06-01]\n",
            "window is ['2018-05-01', '2018-06-01']; allowed: settings named start, end,",
        ),
        ("seed: {a: 1}\n", "seed is {a: 1}; allowed: a whole number"),
        ("1: 2\n", "1 is not a setting (bad.yaml, line 1)"),
        ("hydra: {run: {dir: x}}\n", "hydra is not a setting (bad.yaml, line 1)"),
        (
            "seed: ${nope}\n",
            "seed holds a reference that cannot be followed (Interpolation key 'nope' not found) (bad.yaml, line 1)",
        ),
        ("defaults: [zero_tolerance]\n", "scenario=zero_tolerance is not known; did you mean zero_tolerance_2018?"),
        (
            "defaults:\n  - override /policy: zero\n",
            "policy=zero is not known (options: el_paso_2017, family_unity, limited_separation, zero_tolerance, "
            "zero_tolerance_as_planned) (bad.yaml, line 2)",
        ),
        (
            "defaults:\n  - override /polcy: x\n",
            "defaults chooses an option of polcy, which is no group; did you mean policy? (groups:",
        ),
        (
            "defaults:\n  - /policy: zero_tolerance\n",
            "defaults has the entry /policy: zero_tolerance; write override /policy: zero_tolerance",
        ),
        (
            "defaults: {policy: x}\n",
            "defaults is no list; write each entry on a line of its own after a dash (bad.yaml, line 1)",
        ),
        (
            "defaults: [3]\n",
            "defaults has the entry 3; allowed: the name of a scenario, override /group: option, _self_",
        ),
        (
            "defaults: [_self_, _self_]\nseed: 1\n",
            "defaults brings in _self_ more than once; allowed: once (bad.yaml, line 1)",
        ),
        (
            "defaults:\n  - heir\n  - family_unity\n",
            "defaults brings in family_unity more than once; allowed: once (bad.yaml, line 3)",
        ),
        (
            "defaults: [override /policy: zero_tolerance, override /policy: family_unity]\n",
            "defaults brings in override /policy more than once; allowed: once (bad.yaml, line 1)",
        ),
        ("defaults: [bad]\n", "scenario bad inherits from itself, through bad (bad.yaml, line 1)"),
        ("defaults: [other]\n", "scenario bad inherits from itself, through other (bad.yaml, line 1)"),
    ],
)
def test_a_scenario_file_that_cannot_be_used_is_named_with_its_line(
    elsewhere: Path, text: str | bytes, sentence: str
) -> None:
    """Malformed, empty, binary, misspelt or circular: one sentence with file and line where there is one."""
    write(elsewhere / "bad.yaml", text)
    write(elsewhere / "other.yaml", "defaults: [bad]\nseed: 3\n")
    write(elsewhere / "heir.yaml", "defaults: [family_unity]\nseed: 3\n")
    problems = [problem for problem in refused("scenario=bad.yaml") if "(other.yaml" not in problem]
    assert len(problems) == 1, problems
    assert problems[0].startswith(sentence)


def test_all_problems_of_files_and_command_come_together(elsewhere: Path) -> None:
    """A file, the one it inherits from, and the command: each tells its own; the command's value is not the file's."""
    write(elsewhere / "base.yaml", "transport:\n  opens_hour: -1\n")
    write(
        elsewhere / "mine.yaml",
        "defaults:\n  - base\n  - override /policy: zero\nseed: -1\ncompute: {workers: 0}\nfoo: 1\n",
    )
    problems = refused("scenario=mine.yaml", "compute.workers=-2", "orr.bedz=1")
    assert [(one.split(" ")[0], one.rpartition(" (")[2]) for one in problems] == [
        ("orr.bedz", problems[0]),
        ("policy=zero", "mine.yaml, line 3)"),
        ("foo", "mine.yaml, line 6)"),
        ("seed", "mine.yaml, line 4)"),
        ("compute.workers", problems[4]),
        ("transport.opens_hour", "base.yaml, line 2)"),
    ]


@pytest.mark.parametrize(
    ("given_path", "sentence"),
    [
        ("cases/mien.yaml", "scenario=cases/mien.yaml does not exist; did you mean cases/mine.yaml?"),
        ("cases/zzz.yaml", "scenario=cases/zzz.yaml does not exist"),
        ("nowhere/x.yaml", "scenario=nowhere/x.yaml does not exist"),
        ("cases", "scenario=cases is a folder; allowed: the name of a scenario or the path of a YAML file"),
        ("cases/mine.txt", "scenario=cases/mine.txt is no YAML file; allowed: a file that ends in .yaml or .yml"),
    ],
)
def test_a_path_that_leads_to_no_scenario_is_refused(elsewhere: Path, given_path: str, sentence: str) -> None:
    """A missing file, a folder, another kind of file."""
    write(elsewhere / "cases" / "mine.yaml", "seed: 1\n")
    write(elsewhere / "cases" / "mine.txt", "seed: 1\n")
    assert refused(f"scenario={given_path}") == [sentence]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read anything")
def test_a_file_that_may_not_be_read_is_named(elsewhere: Path) -> None:
    """No permission is a sentence, not a traceback."""
    write(elsewhere / "mine.yaml", "seed: 1\n").chmod(0)
    assert refused("scenario=mine.yaml") == ["mine.yaml: cannot be read (Permission denied)"]


# --- whatever is given --------------------------------------------------------------------------------------------

LEAVES = [keys.show(path) for path, _, _ in keys.leaves(compose().settings)]
VALUES = st.sampled_from(
    ["-1", "0", "1", "1e30", "-0.5", "2.5", "nan", "inf", "true", "null", "''", "text", "2018-05-05", "0001-01-01"]
    + [
        "9999-12-31",
        "[]",
        "[1]",
        "{}",
        "{a: 1}",
        "???",
        "${seed}",
        "${.}",
        "a,b",
        "(",
        "'",
        "99999999999999999999999999",
    ]
) | st.text(max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(LEAVES), ending=st.sampled_from(["", "", "", "x", ".x", "[0]"]), value=VALUES)
def test_any_value_of_any_setting_is_accepted_or_refused(key: str, ending: str, value: str) -> None:
    """A wrong type, an unknown key, a value out of range: settings or a ConfigError, never another exception."""
    try:
        assert isinstance(compose([f"{key}{ending}={value}"]).settings, Settings)
    except ConfigError as error:
        assert error.problems
        assert all(problem.strip() for problem in error.problems)


LINES = st.sampled_from(
    [
        "seed: 1",
        "seed: x",
        "orr:",
        "  beds: 3",
        "  pace: []",
        "- 1",
        "defaults: [family_unity]",
        "defaults:",
        "  - x",
        "window: {end: 5}",
    ]
    + [
        "# comment",
        "\t",
        "a: &x 1",
        "b: *x",
        "policy: ${seed}",
        "? x",
        ": y",
        "'",
        "x: |",
        "<<: {seed: 3}",
        "scenario: 4",
        "[]",
    ]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=5))
def test_any_scenario_file_is_accepted_or_refused(elsewhere: Path, lines: list[str]) -> None:
    """Whatever stands in the file: settings or a ConfigError, never another exception."""
    write(elsewhere / "any.yaml", "\n".join(lines))
    try:
        assert isinstance(compose(["scenario=any.yaml"]).settings, Settings)
    except ConfigError as error:
        assert error.problems


# --- start-up -----------------------------------------------------------------------------------------------------


def test_importing_the_composer_loads_nothing_heavy() -> None:
    """Help, lists and completion must answer at once: neither Hydra nor the numerical libraries are imported."""
    program = (
        "import sys; import borderops.config.compose as c; c.list_scenarios(); c.complete('orr.');"
        "print([name for name in ('pandas','scipy','plotly','numba','hydra','omegaconf') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=_with_source()
    )
    assert done.stdout.strip() == "[]"


def test_an_installed_package_brings_its_own_configuration(elsewhere: Path) -> None:
    """Groups and scenarios are found inside the package where there is no repository around it."""
    package = elsewhere / "site" / "borderops"
    ignore = shutil.ignore_patterns("__pycache__", "*.nb?")
    shutil.copytree(places.PACKAGE, package, ignore=ignore)
    for inside, shipped in (("_conf", "conf"), ("_scenarios", "scenarios")):
        if not (package / inside).is_dir():
            shutil.copytree(places.PACKAGE.parents[1] / shipped, package / inside)
    program = (
        "from borderops.config import compose as c; one = c.compose(['scenario=family_unity']);"
        "print(c.__file__, one.settings.scenario, c.scenario_folders())"
    )
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.startswith(f"{package / 'config' / 'compose.py'} family_unity")
    assert str(package / "_scenarios") in done.stdout


def _with_source() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(places.PACKAGE.parent)}
