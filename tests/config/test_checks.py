"""What types cannot say: every check speaks up, names its key, and is silent on shipped settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from borderops.config import checks
from borderops.config.schema import SLIPS as SHIPPED_SLIPS
from borderops.config.schema import Settings

Change = Callable[[dict[str, Any]], Settings]

STEP = {"begins": date(2016, 10, 1), "beds": 10, "then_per_day": 0, "until": None}
POINT = {"day": date(2018, 3, 21), "children": 6500}
DESIGN = "tracking.designs[0]"
MAIL = "features.exchange.mail.acts"
NOTES = "features.notes.free_text.acts"
NONE = "features.codes.none.acts"
SLIPS = "records.slips"
LATE = {"begins": date(2016, 10, 1), "name": "late"} | {
    "unit": "kept", "codes": "one", "search": "full", "ice": "banner", "exchange": "mail", "grouping": "by_hand",
    "units_at_a_time": "one", "notes": "template", "sheet": "local", "whiteboard": "kept", "entry": "as_typed",
    "training": "none", "review": "none",
}  # fmt: skip
"""A design for the whole run."""

RULE: dict[str, Any] = {"begins": date(2018, 5, 5), "ends": None, "sectors": [], "share": 0.5, "ramp_days": 0}


def act(share: float, slope: float = 0.0, guided: float = 1.0) -> dict[str, float]:
    """A steering act."""
    return {"share": share, "load_slope": slope, "guided_factor": guided}


def workers(begins: date, number: int) -> dict[str, Any]:
    """A step of the joint team."""
    return {"begins": begins, "workers": number}


def test_shipped_settings_have_no_problem(shipped: Settings) -> None:
    """Not one check objects to what is shipped."""
    assert list(checks.problems(shipped)) == []


FROM_FILE = {"arrivals.source": "file", "arrivals.file": "mine.csv", "arrivals.rebuild_true_strata": False}
"""A planner's own arrivals."""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"compute.kind": "dask"},
            "compute.address is not given; allowed: that of a Dask scheduler, for example tcp://",
        ),
        (
            {"compute.kind": "dask", "compute.address": "nonsense"},
            "compute.address is 'nonsense'; allowed: that of a Dask",
        ),
        (
            {"compute.kind": "dask", "compute.address": "tcp://host"},
            "compute.address is 'tcp://host'; allowed: that of a",
        ),
        (
            {"compute.address": "tcp://127.0.0.1:8786"},
            "compute.address is 'tcp://127.0.0.1:8786' although compute.kind is local; choose compute=dask to use it",
        ),
        (
            {"people.families.youngest_age.age_0_4": 0.5},
            "people.families.youngest_age sums to 1.3; allowed: shares that",
        ),
        (
            {"people.children_alone.age.age_0_4": 0.5},
            "people.children_alone.age sums to 1.48; allowed: shares that sum",
        ),
        (
            {"people.citizenship.families.MX": 0.0},
            "people.citizenship.families sums to 0.979; allowed: shares that sum",
        ),
        ({"people.citizenship.single_adults": {"MX": 0.9}}, "people.citizenship.single_adults sums to 0.9; allowed:"),
        (
            {"people.citizenship.children_alone": {"MX": 1.0}},
            "people.citizenship.children_alone.MX is 1; allowed: below",
        ),
        (
            {"orr.census_kinds.age_0_12": 0.16},
            "orr.census_kinds sums to 0.934; allowed: shares that sum to 1 (within 1e-9)",
        ),
        ({"orr.sponsors[0].share": 0.0}, "orr.sponsors sums to 0.619; allowed: shares that sum to 1 (within 1e-9)"),
        ({"orr.sponsors[1].sponsor": "parent"}, "orr.sponsors names parent 2 times; allowed: once"),
        (
            {"people.families.one_more_child_share": 0.7, "people.families.two_more_children_share": 0.4},
            "people.families.one_more_child_share and people.families.two_more_children_share sum to 1.1; allowed:",
        ),
        ({"people.families.undisclosed_share": 1.0}, "people.families.undisclosed_share is 1; allowed: below 1"),
        ({"window.end": date(2018, 3, 31)}, "window.end is 2018-03-31; allowed: window.start (2018-04-01) or later"),
        ({"window.start": date(2016, 9, 30)}, "window.start is 2016-09-30; allowed: 2016-10-01 to 2019-09-30"),
        ({"window.end": date(3000, 1, 1), **FROM_FILE}, "window.end is 3000-01-01; allowed: 2999-12-31 or earlier"),
        ({"window.end": date(2019, 10, 1)}, "window.end is 2019-10-01; allowed: 2016-10-01 to 2019-09-30"),
        (
            {"window.start": date(2001, 1, 5), **FROM_FILE},
            "window.start is 2001-01-05; allowed: 2001-01-11 or later",
        ),
        ({"study.books": False, "study.audits": True}, "study.books is false; allowed: true"),
        (
            {"study.season_end": date(2018, 5, 4)},
            "study.season_end is 2018-05-04; allowed: study.season_start (2018-05-05)",
        ),
        (
            {"orr.census_path": [POINT, {**POINT, "day": date(2019, 1, 1)}, POINT]},
            "orr.census_path[2].day is 2018-03-21; allowed: after",
        ),
        (
            {"orr.census_path": [{**POINT, "day": date(2018, 3, 22)}]},
            "orr.census_path speaks of 2018-03-22 to 2018-03-22; allowed: days that include 2018-03-21, the evening",
        ),
        (
            {"orr.pace": [{"begins": date(2018, 3, 23), "pace": 1}]},
            "orr.pace[0].begins is 2018-03-23; allowed: 2018-03-22 or earlier",
        ),
        (
            {"orr.pace": [{"begins": date(2017, 1, 1), "pace": 1}] * 2},
            "orr.pace[1].begins is 2017-01-01; allowed: after orr.pace[0]",
        ),
        (
            {"orr.beds.age_0_12": [{**STEP, "begins": date(2018, 3, 23)}]},
            "orr.beds.age_0_12[0].begins is 2018-03-23; allowed: 2018-03-22 or",
        ),
        ({"orr.beds.girls_13_17": [STEP, STEP]}, "orr.beds.girls_13_17[1].begins is 2016-10-01; allowed: after"),
        (
            {"orr.beds.boys_13_17": [{**STEP, "then_per_day": 2.0}]},
            "orr.beds.boys_13_17[0].until is null although then_per_day is 2",
        ),
        (
            {"orr.beds.age_0_12": [{**STEP, "then_per_day": 2.0, "until": date(2016, 10, 1)}]},
            "orr.beds.age_0_12[0].until is 2016-10-01; allowed: after orr.beds.age_0_12[0].begins (2016-10-01)",
        ),
        (
            {"orr.beds.age_0_12": [{**STEP, "then_per_day": -2.0, "until": date(2016, 10, 7)}]},
            "orr.beds.age_0_12[0].then_per_day is -2, which leaves -2 beds; allowed: 0 beds or more",
        ),
        (
            {"family_care.detention_beds": [{**STEP, "begins": date(2018, 6, 1)}]},
            "family_care.detention_beds[0].begins is 2018-06-01; allowed:",
        ),
        (
            {"family_care.detention_beds": [STEP, STEP]},
            "family_care.detention_beds[1].begins is 2016-10-01; allowed: after",
        ),
        (
            {"policy.family_referral": [{**RULE, "ends": date(2018, 5, 4)}]},
            "policy.family_referral[0].ends is 2018-05-04; allowed: policy.family_referral[0].begins (2018-05-05)",
        ),
        (
            {"policy.single_adult_referral": [{**RULE, "ends": date(2018, 5, 4)}]},
            "policy.single_adult_referral[0].ends is 2018-05-04; allowed:",
        ),
        (
            {"policy.exemptions[0].ends": date(2018, 6, 1)},
            "policy.exemptions[0].ends is 2018-06-01; allowed: policy.exemptions[0]",
        ),
        (
            {
                "policy.pauses": [
                    {
                        "begins": date(2018, 6, 1),
                        "ends": date(2018, 5, 1),
                        "bed_kind": "age_0_12",
                        "above_occupancy": 0.9,
                    }
                ]
            },
            "policy.pauses[0].ends is 2018-05-01; allowed: policy.pauses[0].begins (2018-06-01) or later, or null",
        ),
        ({"policy.other_grounds[0].ground": "gang"}, "policy.other_grounds names gang 2 times; allowed: once"),
        (
            {"policy.other_grounds[0].share": 1.0},
            "policy.other_grounds sums to 1.0022; allowed: shares that sum to 1 or less",
        ),
        ({"courts.hearing_hour": 19}, "courts.back_from_hour is 18.5; allowed: after courts.hearing_hour (19)"),
        (
            {"courts.back_until_hour": 18.5},
            "courts.back_until_hour is 18.5; allowed: after courts.back_from_hour (18.5)",
        ),
        (
            {"courts.districts.arizona.sectors": ["tucson"]},
            "courts.districts has yuma in no district; allowed: each sector in exactly one",
        ),
        (
            {"courts.districts.arizona.sectors": ["tucson", "yuma", "el_paso"]},
            "courts.districts has el_paso in districts arizona, western_texas; allowed: each sector in exactly one",
        ),
        ({"courts.districts.arizona.share": 0.3}, "courts.districts sums to 1.0065; allowed: shares that sum to 1"),
        (
            {"courts.slots_per_court_day[3].begins": date(2018, 3, 1)},
            "courts.slots_per_court_day[3].begins is 2018-03-01; allowed: after courts.slots_per_court_day[2].begins",
        ),
        (
            {"courts.parents_share[1].begins": date(2018, 6, 26)},
            "courts.parents_share[2].begins is 2018-06-25; allowed: after courts.parents_share[1].begins (2018-06-26)",
        ),
        ({"transport.closes_hour": 5}, "transport.closes_hour is 5; allowed: after transport.opens_hour (5)"),
        (
            {"stations.sites.yuma.agents": {"day": 0, "evening": 0, "night": 0}},
            "stations.sites.yuma.agents is 0 in every shift",
        ),
        (
            {"stations.sites": {}, "arrivals.stations": ["yuma"]},
            "stations.sites.yuma is not given although arrivals.stations names yuma",
        ),
        (
            {"stations.agent_factors[1].begins": date(2018, 1, 1)},
            "stations.agent_factors[1].begins is 2018-01-01; allowed: after",
        ),
        ({"arrivals.stations": ["yuma", "yuma"]}, "arrivals.stations names yuma 2 times; allowed: once"),
        ({**FROM_FILE, "arrivals.file": None}, "arrivals.file is not given; allowed: the path of a CSV"),
        ({**FROM_FILE, "arrivals.rebuild_true_strata": True}, "arrivals.rebuild_true_strata is true; allowed: false"),
        ({"arrivals.file": "mine.csv"}, "arrivals.file is 'mine.csv' although arrivals.source is published"),
        ({"arrivals.multiplier.families": -0.1}, "arrivals.multiplier.families is -0.1; allowed: a number, 0 or more"),
        (
            {"arrivals.events.shared.families": 1.1},
            "arrivals.events.shared.families is 1.1; allowed: a number from 0 to 1",
        ),
        ({"arrivals.weekday": [0.0] * 7}, "arrivals.weekday is 0 throughout; allowed: at least one number above 0"),
        ({"arrivals.hour": [0.0] * 24}, "arrivals.hour is 0 throughout; allowed: at least one number above 0"),
        ({"arrivals.rebuild_months": []}, "arrivals.rebuild_months is empty; allowed: at least one month"),
        (
            {"arrivals.rebuild_base_months[0]": "2020-01"},
            "arrivals.rebuild_base_months[0] is '2020-01'; allowed: a month from 2016-10",
        ),
        (
            {"arrivals.rebuild_base_months[0]": "March"},
            "arrivals.rebuild_base_months[0] is 'March'; allowed: a month from 2016-10",
        ),
        (
            {"arrivals.rebuild_months": ["2018-05", "2018-05"]},
            "arrivals.rebuild_months names 2018-05 2 times; allowed: once",
        ),
        (
            {"arrivals.ports.children_alone[0].month": "2017-11"},
            "arrivals.ports.children_alone names 2017-11 2 times; allowed",
        ),
        (
            {"referral.desk.workers_day": 0, "referral.desk.workers_night": 0},
            "referral.desk.workers_day and referral.desk.workers_night",
        ),
        (
            {"referral.coordinators.on_duty": {"yuma": 1}, "arrivals.stations": ["yuma", "tucson"]},
            "referral.coordinators.on_duty.tucson is not given although arrivals.stations names tucson; allowed: the",
        ),
        (
            {"referral.coordinators.on_duty.yuma": 0},
            "referral.coordinators.on_duty.yuma and referral.coordinators.on_duty_at_night are 0, so that no message",
        ),
        (
            {"referral.coordinators.on_duty.yuma": 0, f"{DESIGN}.exchange": "automatic", "tracking.feedback": False},
            "referral.coordinators.on_duty.yuma and referral.coordinators.on_duty_at_night are 0, so that no message",
        ),
        (
            {"referral.coordinators.ends_hour": 6},
            "referral.coordinators.ends_hour is 6; allowed: after referral.coordinators.begins_hour (6)",
        ),
        (
            {"tracking.designs[2].begins": date(2018, 4, 19)},
            "tracking.designs[2].begins is 2018-04-19; allowed: after tracking.designs[1].begins (2018-04-19)",
        ),
        ({"tracking.designs[1].name": "e3_2017"}, "tracking.designs names e3_2017 2 times; allowed: once"),
        (
            {f"{DESIGN}.begins": date(2018, 3, 23)},
            "tracking.designs[0].begins is 2018-03-23; allowed: 2018-03-22 or earlier, the first day played",
        ),
        (
            {"features.grouping.by_hand.acts.never_grouped": act(0.6, slope=1.4)},
            "features.grouping.by_hand.acts.never_grouped has share 0.6 and load_slope 1.4, under full load 1.02;",
        ),
        (
            {f"{MAIL}.message_lost": act(1.0, slope=0.1, guided=0.5)},
            "features.exchange.mail.acts.message_lost has share 1 and load_slope 0.1, under full load 1.05; allowed: a",
        ),
        (
            {"features.exchange.automatic.acts.message_lost": act(1.0, slope=0.1)},  # which no design picks
            "features.exchange.automatic.acts.message_lost has share 1 and load_slope 0.1, under full load 1.05;",
        ),
        (
            {f"{NOTES}.note_nothing": act(0.9, slope=0.5)},
            "features.notes.free_text.acts.note_nothing has share 0.9 and load_slope 0.5, under full load 1.125;",
        ),
        (
            {f"{NOTES}.note_nothing": act(0.3, slope=0.8)},
            "features.notes.free_text.acts sums to 1.03 under full load for note_nothing, note_not_at_top and "
            "note_top_and_child; allowed: 1 or less",
        ),
        (
            {f"{MAIL}.number_wrong": act(0.32)},
            "features.exchange.mail.acts sums to 1.01 under full load for number_not_passed and number_wrong; allowed",
        ),
        (
            {"features.codes.several.acts.code_several": act(0.95)},
            "features.codes.several.acts sums to 1.006 under full load for code_wrong, code_blank and code_several;",
        ),
        (
            {f"{NONE}.code_blank.share": 0.9},
            "features.codes.none.acts.code_blank has share 0.9, load_slope 0 and guided_factor 1; allowed: 1, 0 and 1",
        ),
        (
            {f"{NONE}.code_blank.guided_factor": 0.5},
            "features.codes.none.acts.code_blank has share 1, load_slope 0 and guided_factor 0.5; allowed: 1, 0 and 1",
        ),
        (
            {"features.codes.several_per_member.kind": "one"},
            "features.codes.several_per_member.acts.code_several.share is 0.011; allowed: 0 where kind is one",
        ),
        (
            {f"{DESIGN}.exchange": "automtic"},
            "tracking.designs[0].exchange is 'automtic'; allowed: an option of features.exchange; did you mean"
            " automatic? (options: mail, mail_with_box,",
        ),
        (
            {f"{DESIGN}.sheet": "zzz"},
            "tracking.designs[0].sheet is 'zzz'; allowed: an option of features.sheet (options: local, checked, not",
        ),
        (
            {f"{DESIGN}.exchange": "automatic_by_family"},
            "tracking.designs[0].exchange is automatic_by_family, which goes by a family's permanent number, although",
        ),
        (
            {"features.ice.banner.minutes.parting": -15},
            "tracking.designs[2] takes -1 minutes at parting from all its features; allowed: 0 or more",
        ),
        (
            {
                "features.search.by_unit.slips": {"code_wrong": 10.0, "code_blank": 9.9, "code_several": 10.0},
                "features.codes.several_per_member.acts.code_wrong.share": 0.05,
            },
            "tracking.designs[2] comes to 1.1147 under full load for code_wrong, code_blank and code_several, with the",
        ),
        (
            {
                "features.search.by_unit.slips": {"never_grouped": 2.0},
                "features.grouping.practised.acts.never_grouped": act(0.6),
            },
            "tracking.designs[2] comes to 1.2 under full load for never_grouped, with the ratios of its",
        ),
        (
            {
                "features.entry.as_typed.slips": {"board_erased": 2.0},
                "features.training.none.slips": {"board_erased": 5.0},
                f"{SLIPS}.board_erased": act(0.11),
                "tracking.designs": [LATE],
            },
            "tracking.designs[0] comes to 1.1 under full load for board_erased, with the ratios of its",
        ),
        (
            {f"{SLIPS}.typo": act(0.9, slope=0.5)},
            "records.slips.typo has share 0.9 and load_slope 0.5, under full load 1.125; allowed: a share times (1 +",
        ),
        (
            {SLIPS: {slip: act(0.1) for slip in SHIPPED_SLIPS if slip != "age_off"}},
            "records.slips.age_off is not given; allowed: settings named share, load_slope, guided_factor",
        ),
        (
            {"records.port_categories": {"asylum": 0.5, "no_documents": 0.4, "other": 0.2}},
            "records.port_categories sums to 1.1; allowed: shares that sum to 1 (within 1e-9)",
        ),
        (
            {"records.whiteboards": ["yuma", "tucson", "yuma"]},
            "records.whiteboards names yuma 2 times; allowed: once",
        ),
        (
            {"reunification.team.ends_hour": 8},
            "reunification.team.ends_hour is 8; allowed: after reunification.team.begins_hour (8)",
        ),
        (
            {"reunification.routes.desks_end_hour": 6},
            "reunification.routes.desks_end_hour is 6; allowed: after reunification.routes.desks_begin_hour (7)",
        ),
        (
            {"reunification.team.workers[1].begins": date(2018, 6, 27)},
            "reunification.team.workers[1].begins is 2018-06-27; allowed: after reunification.team.workers[0].begins",
        ),
        (
            {"reunification.order.young_deadline_days": 31},
            "reunification.order.young_deadline_days is 31; allowed: reunification.order.others_deadline_days (30) or",
        ),
        (
            {"reunification.team.workers": [workers(date(2018, 6, 1), 8), workers(date(2018, 6, 26), 0)]},
            "reunification.team.workers is 0 from reunification.order.day (2018-06-26) on; allowed: at least one",
        ),
        (
            {"reunification.team.workers": [workers(date(2018, 6, 27), 0)]},
            "reunification.team.workers is 0 from reunification.order.day (2018-06-26) on; allowed: at least one",
        ),
        (
            {"reunification.routes.desks": 0},
            "reunification.routes.desks is 0 although reunification.order.day is 2018-06-26; allowed: at least one",
        ),
    ],
)
def test_each_check_names_key_value_and_what_is_allowed(changed: Change, values: dict[str, Any], sentence: str) -> None:
    """One setting against another: exactly one sentence, and it begins as promised."""
    problems = list(checks.problems(changed(values)))
    assert len(problems) == 1, problems
    assert problems[0].startswith(sentence)
    assert "allowed:" in problems[0] or "choose" in problems[0]


@pytest.mark.parametrize(
    "values",
    [
        {"stations.sites.yuma.agents": {"day": 3, "evening": 0, "night": 0}},
        {"stations.sites.yuma.agents": {"day": 0, "evening": 0, "night": 0}, "arrivals.stations": ["tucson"]},
        {"study.season_start": date(2018, 5, 5), "study.season_end": date(2018, 5, 5)},
        {"window.start": date(2018, 5, 5), "window.end": date(2018, 5, 5)},
        {"window.end": date(2019, 9, 30)},
        {"orr.census_kinds": {"age_0_12": 0.1, "girls_13_17": 0.2, "boys_13_17": 0.7}},
        {"orr.beds.age_0_12": [{**STEP, "then_per_day": -2.0, "until": date(2016, 10, 6)}]},
        {"arrivals.rebuild_true_strata": False, "arrivals.rebuild_months": []},
        {"window.end": date(2025, 1, 1), **FROM_FILE},
        {"policy.exemptions[0].ends": date(2018, 6, 4)},
        {"orr.census_path": [POINT]},
        {"courts.districts.arizona.sectors": ["tucson"], "arrivals.stations": ["tucson", "ports_of_entry"]},
        {"courts.districts": {"one": {"sectors": ["yuma"], "share": 1.0}}, "arrivals.stations": ["yuma"]},
        {"courts.slots_per_court_day": [{"begins": date(2018, 5, 1), "slots": 0.0}]},
        {"referral.coordinators.on_duty": {"yuma": 1}, "arrivals.stations": ["yuma"]},
        {"referral.coordinators.on_duty.yuma": 0, "referral.coordinators.on_duty_at_night": 1},
        {
            "referral.coordinators.on_duty.yuma": 0,
            f"{DESIGN}.exchange": "automatic",
            "tracking.designs[1].exchange": "automatic",
            "tracking.designs[2].exchange": "automatic",
        },
        {f"{DESIGN}.begins": date(2018, 3, 22)},
        {f"{MAIL}.message_lost": act(1.0), "features.sheet.local.acts.not_listed": act(0.5, slope=2.0)},
        {f"{MAIL}.number_wrong": act(0.31)},
        {f"{NOTES}.note_nothing": act(0.39)},
        {f"{DESIGN}.review": "two_supervisors", f"{DESIGN}.training": "before_launch", f"{DESIGN}.whiteboard": "none"},
        {f"{DESIGN}.unit": "permanent", f"{DESIGN}.exchange": "automatic_by_family"},
        {"features.ice.banner.minutes.parting": -14},
        {"features.review.none.slips": {"code_blank": 10.0}, "tracking.designs": [LATE | {"codes": "none"}]},
        {"records.whiteboards": []},
        {"features.training.none.slips": {"typo": 10.0}, f"{SLIPS}.typo": act(0.1)},
        {
            "tracking.guidance": [
                {"begins": date(2018, 5, 7), "sectors": ["yuma"]},
                {"begins": date(2018, 5, 7), "sectors": []},
            ]
        },
        {"referral.outages.planned": [{"day": date(2018, 5, 28), "hour": 21.5, "lasts_hours": 30.0, "stations": []}]},
        {"reunification.order.day": None},
        {"reunification.order.day": None, "reunification.team.workers[0].workers": 0, "reunification.routes.desks": 0},
        {"reunification.order.young_deadline_days": 30},
        {"reunification.order.day": date(2018, 10, 1)},
        {"reunification.order.day": date(2018, 10, 1), "reunification.team.workers[0].workers": 0},
        {"reunification.team.workers[0].workers": 0},
    ],
)
def test_what_is_unusual_but_possible_is_allowed(changed: Change, values: dict[str, Any]) -> None:
    """An empty shift, a station switched off, a season of one day are no mistakes."""
    assert list(checks.problems(changed(values))) == []


def test_districts_are_told_sector_by_sector(changed: Change) -> None:
    """One court for two sectors leaves seven without; the sum of shares is a problem of its own."""
    settings = changed({"courts.districts": {"one": {"sectors": ["yuma", "tucson"], "share": 0.4}}})
    told = list(checks.problems(settings))
    assert len(told) == 7 + 1
    assert all("in no district" in one for one in told[:7])
    assert told[7].startswith("courts.districts sums to 0.4;")


def test_the_whole_library_is_looked_at(changed: Change) -> None:
    """The same slip in two options gives two sentences; a share beyond 1 by itself spoils no sum besides."""
    names = [f"features.exchange.{option}.acts.number_wrong" for option in ("mail", "mail_checked")]
    told = list(checks.problems(changed({name: act(1.0, slope=1.0) for name in names})))
    assert [one.split(" ")[0] for one in told] == names


def test_every_option_of_every_design_is_looked_at(changed: Change) -> None:
    """Unknown options of two designs are told one by one, and what the other designs make is looked at all the same."""
    values = {
        f"{DESIGN}.exchange": "pigeon",
        f"{DESIGN}.unit": "split",
        "tracking.designs[1].review": "three",
        "tracking.designs[2].exchange": "automatic_by_family",
    }
    told = [one.split(" ")[0] for one in checks.problems(changed(values))]
    assert sorted(told) == sorted(values)


def test_without_one_kind_of_group_the_others_are_looked_at(changed: Change) -> None:
    """Where the library cannot be read, nothing is said of what designs make of it."""
    settings = changed({f"{DESIGN}.exchange": "pigeon", "tracking.designs[1].name": "e3_2017"})
    assert len(list(checks.problems(settings))) == 2
    assert [one.split(" ")[0] for one in checks.problems(settings, without=["features"])] == ["tracking.designs"]


def test_a_planned_outage_of_an_unknown_station_is_refused_by_its_type(changed: Change) -> None:
    """No check is needed for what the type says."""
    with pytest.raises(ValidationError, match="rio_grande_valley"):
        changed(
            {"referral.outages.planned": [{"day": date(2018, 5, 28), "hour": 0, "lasts_hours": 1, "stations": ["rgv"]}]}
        )


def test_all_problems_are_told_at_once(changed: Change) -> None:
    """Two groups that cannot be used give two sentences."""
    settings = changed({"orr.census_kinds.age_0_12": 0.0, "transport.closes_hour": 4})
    assert [one.split(" ")[0] for one in checks.problems(settings)] == ["orr.census_kinds", "transport.closes_hour"]


def test_a_group_that_is_left_out_is_not_looked_at(changed: Change) -> None:
    """Checks that need a group are silent about it, the others are not."""
    settings = changed({"orr.census_kinds.age_0_12": 0.0, "transport.closes_hour": 4})
    incomplete = Settings.model_construct(
        **{name: getattr(settings, name) for name in Settings.model_fields if name != "orr"}
    )
    assert [one.split(" ")[0] for one in checks.problems(incomplete, without={"orr"})] == ["transport.closes_hour"]
