"""As of a day nothing that became known later may come in: not from groups, scenarios, users, policies or samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from borderops import cli
from borderops.config import checks, doubts, inputs, keys, knowledge, places, register
from borderops.config.compose import Composed, compose
from borderops.exceptions import ConfigError

DAY = date(2018, 5, 4)
HINDCAST = "scenario=foreseen_2018"
LATER = re.compile(
    r"OIG-20-06|GAO-20|\b20(19|2\d)\b|FY2019|(June|July|August|September|October|November|December) 2018"
    r"|([5-9]|[12]\d|3[01]) May 2018|(?<!\d )(?<!until )\bMay 2018|summer of 2018"
)
"""What a source known on 4 May 2018 cannot speak of."""

PILOT_DAY = date(2017, 11, 30)
PILOT = "scenario=scale_up_2017"
LATER_THAN_PILOT = re.compile(r"OIG-20-06|GAO-20|\b20(1[89]|2\d)\b|FY2019|December 2017")
"""What a source known on 30 November 2017 cannot speak of; fiscal year 2018 had begun."""

SHIPPED = (
    (DAY, HINDCAST, LATER),
    (DAY, "scenario=foreseen_2018_prepared", LATER),
    (PILOT_DAY, PILOT, LATER_THAN_PILOT),
)
"""Shipped studies of a day: the day, the scenario, and what no source of theirs may say."""


def refused(*overrides: str) -> list[str]:
    """Sentences with which overrides are refused."""
    with pytest.raises(ConfigError) as error:
        compose(overrides)
    return error.value.problems


@pytest.fixture(scope="module")
def foreseen() -> Composed:
    """The shipped study of the eve."""
    return compose([HINDCAST])


@pytest.fixture(scope="module", params=SHIPPED, ids=lambda one: one[1].removeprefix("scenario="))
def held(request: pytest.FixtureRequest) -> tuple[date, Composed, re.Pattern[str]]:
    """Each shipped study of a day, composed, with its day and the words that came later."""
    day, scenario, later = request.param
    return day, compose([scenario]), later


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Change the day's register for a test: entries that take the place of others, None for one that goes."""
    shipped = {day: dict(register.entries(day)) for day in (None, DAY)}

    def planted(**changes: date | None) -> None:
        told = dict(shipped[DAY])
        for key, known_on in changes.items():
            entry = told.pop(keys.parse(key))
            if known_on is not None:
                told[keys.parse(key)] = entry.model_copy(update={"known_on": known_on})
        monkeypatch.setattr(register, "entries", lambda day=None: told if day == DAY else shipped[None])
        register._patterns_by_form.cache_clear()

    yield planted
    monkeypatch.undo()
    register._patterns_by_form.cache_clear()


# --- the shipped study --------------------------------------------------------------------------------------------


def test_no_parameter_of_a_study_was_known_later(held: tuple[date, Composed, re.Pattern[str]]) -> None:
    """All of them are walked, those of the policy beside too, each with its entry as of the day."""
    day, composed, _ = held
    assert composed.settings.study.as_of == day and composed.beside is not None
    for settings in (composed.settings, composed.beside):
        rows = register.rows(settings, composed.shipped)
        assert len(rows) > 600
        assert [one.key for one in rows if one.known_on > day] == []


def test_no_source_of_a_study_speaks_of_what_came_later(held: tuple[date, Composed, re.Pattern[str]]) -> None:
    """A date of knowledge may be mistaken; so the words of each source are read as well."""
    _, composed, later = held
    rows = register.rows(composed.settings, composed.shipped)
    assert {one.source for one in rows if later.search(one.source.replace("FY2018", ""))} == set()
    assert later.search("Fitted to OIG-20-06, p. 8") and later.search("a table of June 2018"), "the pattern can find"


def test_what_a_day_states_has_an_entry_of_the_day(held: tuple[date, Composed, re.Pattern[str]]) -> None:
    """No value of the folder hides behind the source of another value, and every entry was known by then."""
    day, composed, _ = held
    layer = knowledge.layer_of(day, composed.choices)
    assert layer is not None
    stated = [one for one in map(keys.parse, _keys(composed)) if layer.states(one)]
    assert len(stated) > 200
    assert [keys.show(path) for path in stated if register._pattern_for(path, day)[0] != day] == []
    assert [keys.show(key) for key, one in register.entries(day).items() if one.known_on > day] == []


def _keys(composed: Composed) -> list[str]:
    return [one.key for one in register.rows(composed.settings, composed.shipped)]


def test_an_earlier_day_knows_no_number_that_came_later() -> None:
    """What the later day knew only after the earlier one, the earlier one has from another source."""
    early, late = register.entries(PILOT_DAY), register.entries(DAY)
    shared = [key for key, one in late.items() if key in early and one.known_on > PILOT_DAY]
    assert len(shared) > 60
    assert [keys.show(key) for key in shared if early[key].known_on > PILOT_DAY] == []
    assert all(early[key] != late[key] for key in shared)


def test_the_scale_up_knows_the_pilot_alone() -> None:
    """No code, no later design, no later court figure, no month after October 2017; the plan begins a month later."""
    settings = compose([PILOT]).settings
    assert {one.name for one in settings.tracking.designs} == {"e3_2017"} and settings.tracking.guidance == []
    assert settings.arrivals.known_before == "2017-11" and settings.arrivals.source == "forecast"
    assert max(one.day for one in settings.orr.census_path) == PILOT_DAY
    assert [one.slots for one in settings.courts.slots_per_court_day] == [230]
    assert settings.policy.family_referral[-1].begins == settings.season[0] > PILOT_DAY


def test_the_prepared_plan_differs_in_what_it_says_alone(foreseen: Composed) -> None:
    """Beds, designs and guidance; everything else is the plan of the eve to the last value."""
    prepared = compose(["scenario=foreseen_2018_prepared"])
    plan, other = (
        {one.key: one.value for one in register.rows(composed.settings, composed.shipped)}
        for composed in (foreseen, prepared)
    )
    moved = {key for key in {*plan, *other} if plan.get(key) != other.get(key)}
    assert {key.split("[")[0] for key in moved} == {
        "orr.beds.age_0_12",
        "orr.beds.boys_13_17",
        "orr.beds.girls_13_17",
        "tracking.designs",
        "tracking.guidance",
    }
    assert prepared.settings.season == foreseen.settings.season


def test_the_plan_has_no_end_and_no_later_help(foreseen: Composed) -> None:
    """No end, no exemption, no order, no openings, no later design: nothing of what came between."""
    settings = foreseen.settings
    assert settings.policy.family_referral[-1].share == 1.0 and settings.policy.family_referral[-1].ends is None
    assert settings.policy.exemptions == [] and settings.reunification.order.day is None
    assert all(len(steps) == 1 for steps in (settings.orr.beds.age_0_12, settings.orr.beds.boys_13_17))
    assert {one.name for one in settings.tracking.designs} == {"e3_2017", "e3_april_2018"}
    assert settings.arrivals.source == "forecast" and settings.arrivals.known_before == "2018-05"


def test_a_fit_of_the_day_has_something_to_fit(foreseen: Composed) -> None:
    """Several doubts are graded fitted as of the day, and stand under the names of the day's register."""
    rows = register.rows(foreseen.settings, foreseen.shipped)
    fitted = {one.name for one in doubts.doubts_of(foreseen) if one.parameters[0].grade == "fitted"}
    assert {"policy.family_referral[0].share", "orr.pace.*.pace", "courts.slots_per_court_day.*.slots"} <= fitted
    assert {"features.sheet.local.acts.not_listed.share", "records.slips.wrong_digit.share"} <= fitted
    assert all(one.low <= one.value <= one.high for one in rows if one.low is not None and one.high is not None)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["el_paso_2017", "family_unity", "limited_separation", "zero_tolerance_as_planned"])
def test_other_questions_can_be_asked_as_of_the_day(name: str) -> None:
    """What was done before, and what would be done instead, has values of the day too."""
    composed = compose([f"scenario={name}", f"study.as_of={DAY}"])
    assert composed.settings.orr.pace[-1].begins == date(2018, 5, 7)


# --- leaks --------------------------------------------------------------------------------------------------------


def test_a_planted_leak_is_refused(plant) -> None:
    """A value whose source appeared later is named with the day from which it could be known."""
    plant(**{"orr.pace[7].pace": date(2019, 7, 1)})
    assert [one for one in refused(HINDCAST) if one.startswith("orr.pace[7].pace")] == [
        "orr.pace[7].pace could not be known on 2018-05-04, only from 2019-07-01 on; allowed: what has an entry in"
        " conf/as_of/2018-05-04/register.yaml"
    ]


def test_a_value_without_an_entry_of_the_day_is_refused(plant) -> None:
    """Then the register itself speaks, and it says 2019: whether the folder, a scenario or a user sets the value."""
    plant(**{"courts.time_served_share": None})
    for words in ([HINDCAST], [HINDCAST, "courts.time_served_share=0.6"]):
        assert [one.split(" could")[0] for one in refused(*words)] == ["courts.time_served_share"]


def test_what_a_user_asks_is_his_to_ask() -> None:
    """A value with an entry of the day may be set; so may one of which all was known long before."""
    asked = compose([HINDCAST, "courts.time_served_share=0.6", "courts.declined_share=0.02"]).settings
    assert (asked.courts.time_served_share, asked.courts.declined_share) == (0.6, 0.02)


def test_a_scenario_stands_over_what_was_known(tmp_path: Path) -> None:
    """The folder of the day lies under the scenario, however that is built."""
    (tmp_path / "mine.yaml").write_text(
        "defaults: [foreseen_2018, _self_]\ncourts: { time_served_share: 0.55 }\n", encoding="utf-8"
    )
    settings = compose([f"scenario={tmp_path / 'mine.yaml'}"]).settings
    assert settings.courts.time_served_share == 0.55 and settings.courts.never_referred_share == 0.02


def test_what_a_group_ships_is_not_vouched_for() -> None:
    """The policy as it came about rests on 2019; that the day has an entry for shares of a plan does not let it in."""
    said = refused(HINDCAST, "policy=zero_tolerance")
    assert any(one.startswith("policy.family_referral[1].share (") and "from 2019-11-25 on" in one for one in said)
    assert refused("scenario=zero_tolerance_2018", f"study.as_of={DAY}")


def test_the_policy_beside_may_not_leak_either() -> None:
    """Every page shows it, so it is judged like the policy that is asked about."""
    [said] = refused(HINDCAST, "run.beside=zero_tolerance")
    assert said.startswith("run.beside is zero_tolerance, which rests on what was not known on 2018-05-04 (policy.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([HINDCAST, "arrivals.known_before=2018-06"], "arrivals.known_before is 2018-06; allowed: 2018-05 or"),
        ([HINDCAST, "arrivals.known_before=null"], "arrivals.known_before is null; allowed: 2018-05 or"),
        ([HINDCAST, "arrivals.source=published"], "window.end is 2018-09-30; allowed: before arrivals.known_before"),
    ],
)
def test_the_table_of_arrivals_is_cut(words: list[str], sentence: str) -> None:
    """The table knows 2019; what may be read of it ends with the last month that was known."""
    assert any(one.startswith(sentence) for one in refused(*words))


def test_a_sample_fitted_to_later_figures_is_refused(tmp_path: Path) -> None:
    """Input uncertainty is knowledge too."""
    for name, as_of in (("late", None), ("eve", "2018-05-04")):
        one = {"key": "orr.pace[1].pace", "value": 1.3, "low": 1.1, "high": 1.5}
        about = {"as_of": as_of, "doubts": {"orr.pace.*.pace": [one]}}
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text("orr.pace.*.pace\n0.5\n", encoding="utf-8")
    [said] = refused(HINDCAST, f"inputs.sample={tmp_path / 'late.yaml'}")
    assert "fitted to whatever is known; allowed: null, or a sample fitted as of 2018-05-04" in said
    assert compose([HINDCAST, f"inputs.sample={tmp_path / 'eve.yaml'}"]).settings.inputs.sample


@pytest.mark.parametrize("day", knowledge.days(), ids=str)
def test_the_sample_of_a_day_is_one_of_that_day_or_none(day: date) -> None:
    """What a day plays by default was fitted as of that day; a day without a sample plays the values as they stand."""
    sample = compose(["~scenario", f"study.as_of={day}", "window.end=2018-09-30"]).settings.inputs.sample
    assert sample == {DAY: "foreseen_2018"}.get(day)
    if sample is not None:
        about = inputs.read(sample).about
        assert str(about["as_of"]) == str(day) and date.fromisoformat(str(about["known_by"])) <= day


@pytest.mark.parametrize(
    "words",
    [
        [HINDCAST],
        ["scenario=foreseen_2018_prepared"],
        ["scenario=family_unity", f"study.as_of={DAY}"],
        ["scenario=el_paso_2017", f"study.as_of={DAY}"],
        ["scenario=zero_tolerance_as_planned", f"study.as_of={DAY}"],
        [PILOT, f"study.as_of={DAY}"],
    ],
    ids=" ".join,
)
def test_whatever_is_asked_as_of_the_eve_is_played_with_what_was_in_doubt_then(words: list[str]) -> None:
    """The day brings its sample to every plan, and to the policy beside it; at its points every plan can be played."""
    composed = compose(words)
    assert composed.settings.inputs.sample == "foreseen_2018"
    assert composed.beside is None or composed.beside.inputs == composed.settings.inputs
    for number in (1, 77, 200):
        for one in (composed.settings, composed.beside or composed.settings):
            assert list(checks.problems(inputs.at(one, number))) == []


def test_the_sample_of_the_eve_moves_nothing_that_a_plan_sets_itself() -> None:
    """Beds that the prepared plan adds are asked about; what stood there before is as much in doubt as without them."""
    plan, prepared = (compose([f"scenario={name}"]).settings for name in ("foreseen_2018", "foreseen_2018_prepared"))
    assert len({inputs.at(prepared, number).orr.beds.age_0_12[1].beds for number in range(1, 21)}) == 1
    assert len({inputs.at(plan, number).orr.beds.age_0_12[0].beds for number in range(1, 21)}) > 10
    for number in (1, 2, 3):
        first, other = inputs.at(plan, number), inputs.at(prepared, number)
        assert first.orr.beds.age_0_12[0] == other.orr.beds.age_0_12[0]
        assert first.policy == other.policy and first.courts == other.courts
    own = compose([PILOT, f"study.as_of={DAY}"]).settings
    assert inputs.at(own, 1).policy.family_referral == own.policy.family_referral


def test_whoever_names_a_sample_has_that_one(tmp_path: Path) -> None:
    """A user's word, or a scenario's, stands over the day's; null is the values as they stand."""
    assert compose([HINDCAST, "inputs.sample=null"]).settings.inputs.sample is None
    own = tmp_path / "as_they_stand.yaml"
    own.write_text("defaults: [foreseen_2018, _self_]\ninputs: { sample: null }\n", encoding="utf-8")
    assert compose([f"scenario={own}"]).settings.inputs.sample is None


def test_the_sample_of_the_eve_is_refused_on_an_earlier_day() -> None:
    """Seven months before, its figures were not out."""
    [said] = refused(PILOT, "inputs.sample=foreseen_2018")
    assert said == (
        "inputs.sample is foreseen_2018, fitted to figures known on 2018-05-04; allowed: null, or a sample fitted as"
        " of 2017-11-30 or before"
    )


def test_a_day_of_which_nothing_is_told_is_refused_at_once() -> None:
    """How many values of how many entries, the first of them, the days that are told; exit code 2."""
    said = refused("study.as_of=2018-05-10")
    assert re.match(r"study.as_of is 2018-05-10, and \d{3} values of \d{3} entries of the register were not", said[0])
    assert re.search(
        r" and 1\d\d more; allowed: 2017-11-30, 2018-05-04, whose own values stand in conf/as_of, 2019-11-25", said[0]
    )
    assert cli.main(["show", "settings", "study.as_of=2018-05-10"]) == 2


def test_everything_is_known_in_the_end() -> None:
    """A day after the last source needs no values of its own."""
    late = compose(["study.as_of=2020-06-01"])
    assert late.settings.courts == compose().settings.courts


def test_saved_settings_give_the_same_settings_again(tmp_path: Path, foreseen: Composed) -> None:
    """The composed settings are a scenario of their own, as of the same day."""
    (tmp_path / "saved.yaml").write_text(foreseen.yaml, encoding="utf-8")
    assert compose([f"scenario={tmp_path / 'saved.yaml'}"]).settings == foreseen.settings


def test_the_register_as_of_the_day_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`borderops show register` prints the sources of the day and since when each could be known."""
    assert cli.main(["show", "register", HINDCAST]) == 0
    printed = capsys.readouterr().out
    assert "County of Riverside v. McLaughlin (1991)" in printed and "known_on" in printed.splitlines()[0]
    assert "OIG-20-06" not in printed


def test_folders_beside_the_groups_are_no_groups() -> None:
    """What was known on a day is not chosen like an option."""
    assert not set(places.group_options()) & set(places.NO_GROUPS)
