"""Levers: each moves what it says and nothing else, two pulls add up, and a level that makes no sense is refused."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import numpy as np
import pytest

from borderops import clock
from borderops.config import keys
from borderops.config.compose import compose
from borderops.config.designs import resolved
from borderops.config.schema import BED_KINDS, Settings
from borderops.exceptions import ConfigError
from borderops.operations.laying_out import lay_out
from borderops.operations.policy import referral_share
from borderops.readiness import moves
from borderops.readiness.levers import DESIGNS, LEVERS, apply_all, lever_named, pull

SEASON = ["scenario=zero_tolerance_2018", "window.end=2018-12-31"]
AHEAD_OF_START = date(2018, 4, 21)

TOUCHED = {
    "beds.age_0_12": ("orr.beds.age_0_12",),
    "beds.girls_13_17": ("orr.beds.girls_13_17",),
    "beds.boys_13_17": ("orr.beds.boys_13_17",),
    "coordinators": ("referral.coordinators.on_duty",),
    "coordinators_at_night": ("referral.coordinators.on_duty_at_night",),
    "agents": ("stations.sites",),
    "intake_desk": ("referral.desk.workers_day", "referral.desk.workers_night"),
    "court_slots": ("courts.slots_per_court_day",),
    "court_slots_for_parents": ("courts.slots_per_court_day", "courts.parents_share"),
    "joint_team": ("reunification.team.workers",),
    "tracking": ("tracking.designs",),
    "mail": ("tracking.designs",),
    "training": ("tracking.designs",),
    "guidance": ("tracking.guidance",),
    "fewer_referrals": ("policy.family_referral",),
    "start": ("policy.family_referral", "policy.exemptions", "courts.parents_share", "study.season_start",
              "study.season_end"),
}  # fmt: skip
"""Beginnings of the keys that each lever may move."""

COUNTED = ("beds.age_0_12", "beds.boys_13_17", "intake_desk", "court_slots", "court_slots_for_parents", "joint_team",
           "coordinators_at_night", "start")  # fmt: skip
"""Levers whose levels are so many of something, wherever they are."""


@pytest.fixture(scope="module")
def plan() -> Settings:
    """The season of 2018, with room behind it."""
    return compose(SEASON).settings


def values(settings: Settings) -> dict[str, object]:
    return {keys.show(path): value for path, value, _ in keys.leaves(settings)}


def on_days(schedule, first: date, last: date) -> np.ndarray:
    """Capacity at noon of each day."""
    noon = np.array([clock.minute_of(first + timedelta(days=at)) + 720 for at in range((last - first).days + 1)])
    return schedule.capacity[np.searchsorted(schedule.at, noon, side="right") - 1]


def test_every_lever_is_looked_at():
    """The table of keys above names all levers."""
    assert set(TOUCHED) == set(LEVERS)


@pytest.mark.parametrize("name", list(LEVERS))
def test_a_lever_moves_what_it_says_and_nothing_else(name, plan):
    """Some key under the lever's own beginnings differs, none elsewhere; the plan itself stays as it was."""
    before = values(plan)
    after = values(LEVERS[name].apply(plan, LEVERS[name].stated))
    moved = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert moved and all(key.startswith(TOUCHED[name]) for key in moved)
    assert values(plan) == before


@pytest.mark.parametrize("name", list(LEVERS))
def test_level_0_is_the_plan(name, plan):
    """Nothing is changed where nothing is added."""
    assert LEVERS[name].apply(plan, 0) == plan


@pytest.mark.parametrize("name", list(LEVERS))
def test_every_level_of_the_usual_range_can_be_used(name, plan):
    """Levels rise from the plan, and each makes settings that pass all checks."""
    levels = LEVERS[name].levels(plan)
    assert levels[0] == 0 and len(levels) > 1 and LEVERS[name].stated > 0
    for level in levels:
        assert isinstance(LEVERS[name].apply(plan, level), Settings)


@pytest.mark.parametrize("name", COUNTED)
def test_levers_add_up(name, plan):
    """Pulled twice, by two and by three, is pulled by five."""
    lever = LEVERS[name]
    twice = lever.apply(lever.apply(plan, 14), 21)
    once, both = values(lever.apply(plan, 35)), values(twice)
    if name == "start":
        assert once == both
        return
    assert once.keys() == both.keys()
    for key, value in once.items():
        assert both[key] == (pytest.approx(value) if isinstance(value, float) else value), key


# --- more of something ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BED_KINDS)
def test_beds_are_there_two_weeks_ahead(kind, plan):
    """As many more on every day from 21 April on, none before; the growth that was planned goes on."""
    first, last = plan.window.first_day_played, plan.window.end
    at = BED_KINDS.index(kind)
    more = on_days(lay_out(LEVERS[f"beds.{kind}"].apply(plan, 300)).beds[at], first, last)
    less = on_days(lay_out(plan).beds[at], first, last)
    days = np.array([first + timedelta(days=one) for one in range(more.size)])
    assert (more - less == np.where(days >= AHEAD_OF_START, 300, 0)).all()


def test_beds_open_within_a_growing_step_to_within_one():
    """Where a step that grows by fractions is cut, no day has more than one bed less than it should."""
    steps = "[{begins: 2016-10-01, beds: 500, then_per_day: 3.7, until: 2018-12-01}]"
    settings = compose([*SEASON, f"orr.beds.age_0_12={steps}", "inputs.sample=null"]).settings
    first, last = AHEAD_OF_START, settings.window.end
    more = on_days(lay_out(LEVERS["beds.age_0_12"].apply(settings, 100)).beds[0], first, last)
    gained = more - on_days(lay_out(settings).beds[0], first, last)
    assert set(gained.tolist()) <= {99, 100} and gained[0] == 100


def test_coordinators_go_where_most_are(plan):
    """Doubling all of them doubles them at every station; a further one takes from none."""
    before = plan.referral.coordinators.on_duty
    doubled = LEVERS["coordinators"].apply(plan, sum(before.values())).referral.coordinators.on_duty
    assert doubled == {station: 2 * many for station, many in before.items()}
    steps = [moves.spread(number, before) for number in range(60)]
    for fewer, more in itertools.pairwise(steps):
        assert sum(more.values()) == sum(fewer.values()) + 1
        assert all(more[station] >= fewer[station] for station in before)


def test_only_stations_that_are_played_get_more():
    """With two stations in the run nobody is sent to a third."""
    settings = compose([*SEASON, "arrivals.stations=[yuma,el_paso]"]).settings
    on_duty = LEVERS["coordinators"].apply(settings, 10).referral.coordinators.on_duty
    gained = {one: many - settings.referral.coordinators.on_duty[one] for one, many in on_duty.items()}
    assert gained == {**dict.fromkeys(gained, 0), "yuma": 5, "el_paso": 5}


def test_agents_are_added_to_every_shift(plan):
    """Thirty more in each of the three shifts, over all stations."""
    moved = LEVERS["agents"].apply(plan, 30).stations.sites
    for shift in moves.SHIFTS:
        assert (
            sum(getattr(moved[one].agents, shift) - getattr(plan.stations.sites[one].agents, shift) for one in moved)
            == 30
        )


@pytest.mark.parametrize(("name", "for_parents"), [("court_slots", 0.19), ("court_slots_for_parents", 1.0)])
def test_court_slots_go_to_whom_they_are_for(name, for_parents, plan):
    """A hundred more a court day: in May a share of 0.19 of them is for parents, or all of them."""
    day = date(2018, 5, 14)

    def slots(settings: Settings) -> tuple[float, float]:
        courts = settings.courts
        whole = next(one.slots for one in reversed(courts.slots_per_court_day) if one.begins <= day)
        share = next(one.share for one in reversed(courts.parents_share) if one.begins <= day)
        return whole, whole * share

    (all_before, parents_before), (all_after, parents_after) = slots(plan), slots(LEVERS[name].apply(plan, 100))
    assert all_after - all_before == 100
    assert parents_after - parents_before == pytest.approx(100 * for_parents)


# --- better records -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", range(1, len(DESIGNS)))
def test_a_better_design_is_live_ahead_and_no_weaker_one_follows(rank, plan):
    """From 21 April on the design is of the rank asked for or better; before it stands what stood there."""
    designs = LEVERS["tracking"].apply(plan, rank).tracking.designs
    in_force = max((one for one in designs if one.begins <= AHEAD_OF_START), key=lambda one: one.begins)
    assert in_force.name == DESIGNS[rank]
    assert all(DESIGNS.index(one.name) > rank for one in designs if one.begins > AHEAD_OF_START)
    assert designs[:2] == plan.tracking.designs[:2]


def test_a_design_that_is_better_already_stays():
    """A plan with the shared record is not put back to the design of August."""
    settings = compose([*SEASON, "tracking=shared_record"]).settings
    designs = LEVERS["tracking"].apply(settings, DESIGNS.index("e3_august_2018")).tracking.designs
    assert {one.name for one in designs} == {"shared_record"}


def test_features_are_live_ahead(plan):
    """Mail by machine and training: from 21 April on in every design, and in none before."""
    for name, has in (("mail", "is_automatic"), ("training", "is_trained")):
        for one in resolved(LEVERS[name].apply(plan, 1)):
            assert getattr(one, has) == (one.begins >= AHEAD_OF_START), name


def test_guidance_is_given_everywhere_ahead(plan):
    """All sectors from 21 April on."""
    [*others, last] = LEVERS["guidance"].apply(plan, 1).tracking.guidance
    assert others == list(plan.tracking.guidance) and (last.begins, last.sectors) == (AHEAD_OF_START, [])


# --- less, and later ------------------------------------------------------------------------------------------------


def shares(settings: Settings, days: range) -> np.ndarray:
    """Shares of families referred in El Paso on days after 1 April 2018."""
    first = clock.day_of(date(2018, 4, 1))
    return referral_share(settings.policy.family_referral, first + np.array(days), np.full(len(days), 3))


def test_fewer_are_referred_from_the_start_on(plan):
    """Half the share at full ramp, the share of before until the start."""
    half = shares(LEVERS["fewer_referrals"].apply(plan, 50), range(90))
    whole = shares(plan, range(90))
    assert half[:34] == pytest.approx(whole[:34])
    assert half[45:60] == pytest.approx(whole[45:60] / 2.0)


def test_a_later_start_moves_the_policy_and_the_season_and_nothing_that_goes_live(plan):
    """Twenty-eight days: the timetable of shares is the same, so much later; designs, guidance, beds, slots stay."""
    later = LEVERS["start"].apply(plan, 28)
    assert moves.policy_start(later) == date(2018, 6, 2)
    assert later.season == (date(2018, 6, 2), date(2018, 7, 18))
    assert shares(later, range(28, 118)) == pytest.approx(shares(plan, range(90)))
    assert (later.tracking, later.orr, later.referral) == (plan.tracking, plan.orr, plan.referral)
    assert later.courts.slots_per_court_day == plan.courts.slots_per_court_day
    assert later.reunification == plan.reunification
    assert [one.begins for one in later.courts.parents_share] == [
        date(2016, 10, 1),
        date(2018, 6, 4),
        date(2018, 7, 23),
    ]


def test_a_stress_that_is_on_starts_as_much_later(plan):
    """It stays the same days from the season's first one; where none is on nothing of it changes."""
    stressed = compose(["scenario=zero_tolerance_2018", "stress=mail_outage", "window.end=2018-12-31"]).settings
    later = LEVERS["start"].apply(stressed, 28)
    assert stressed.stress.begins is not None and later.stress.begins is not None
    before = stressed.stress.begins - stressed.season[0]
    assert later.stress.begins - later.season[0] == before and later.stress.begins > stressed.stress.begins
    assert later.stress.outages == stressed.stress.outages
    assert LEVERS["start"].apply(plan, 28).stress == plan.stress


def test_a_start_after_the_design_went_live_finds_it_live(plan):
    """Eighty-eight days later, on 1 August, the design of August is in force on the first day."""
    later = LEVERS["start"].apply(plan, 91)
    start = moves.policy_start(later)
    assert start is not None
    live = max((one for one in later.tracking.designs if one.begins <= start), key=lambda one: one.begins)
    assert live.name == "e3_august_2018"


# --- together, and refused ------------------------------------------------------------------------------------------


def test_levers_together_do_what_each_does_alone(plan):
    """In any order of naming: beds are open ahead of the start that was planned, and the start is later."""
    levels = {"start": 14, "beds.age_0_12": 200, "tracking": 4, "guidance": 1}
    both = apply_all(plan, levels)
    assert both == apply_all(plan, dict(reversed(levels.items()))) == pull(plan, levels)
    assert both.orr == LEVERS["beds.age_0_12"].apply(plan, 200).orr
    assert both.tracking.designs == LEVERS["tracking"].apply(plan, 4).tracking.designs
    assert both.season == LEVERS["start"].apply(plan, 14).season


@pytest.mark.parametrize(
    ("name", "level", "told"),
    [
        ("beds.age_0_12", -1, "the level of beds.age_0_12 is -1; allowed: a whole number, 0 or more"),
        ("beds.age_0_12", 1.5, "is 1.5; allowed: a whole number"),
        ("beds.age_0_12", 2_000_000, "beds.age_0_12 at 2,000,000: orr.beds.age_0_12"),
        ("tracking", 5, "allowed: a whole number, 0 or more, at most 4 (0: as planned, 1: e3_april_2018"),
        ("guidance", 2, "at most 1 (0: as planned, 1: yes)"),
        ("fewer_referrals", 101, "at most 100"),
        ("start", 195, "allowed: at most 194, so that the season ends by window.end (2018-12-31)"),
    ],
)
def test_a_level_that_makes_no_sense_is_refused(name, level, told, plan):
    """A sentence that names the lever, the level and what is allowed."""
    with pytest.raises(ConfigError) as problem:
        LEVERS[name].apply(plan, level)
    assert told in str(problem.value)


def test_all_that_is_wrong_is_told_at_once(plan):
    """Two bad levels and a lever that is not there: three sentences."""
    with pytest.raises(ConfigError) as problem:
        apply_all(plan, {"bedz.age_0_12": 1, "tracking": 9, "start": 900})
    told = str(problem.value)
    assert "bedz.age_0_12 is no lever; did you mean beds.age_0_12?" in told
    assert "the level of tracking is 9" in told and "the level of start is 900" in told


@pytest.mark.parametrize("name", ["start", "fewer_referrals"])
def test_a_plan_that_starts_nothing_cannot_start_later(name):
    """Where families stay together no share is raised, so that there is nothing to move."""
    settings = compose(["scenario=family_unity"]).settings
    assert moves.policy_start(settings) is None
    with pytest.raises(ConfigError, match=f"{name} cannot be moved; allowed: a policy that refers more families"):
        LEVERS[name].apply(settings, 7)


def test_a_lever_that_is_not_there_is_told_with_the_nearest():
    """Whoever writes coordinator is asked whether coordinators was meant."""
    with pytest.raises(ConfigError, match="coordinator is no lever; did you mean coordinators"):
        lever_named("coordinator")
