"""Two engines, one history: same plan and facilities in, same history out, every column, every minute.

The reference engine is written to be read, the compiled one to be fast; they share types and constants, no logic. What
both obey stands in `docs/semantics.md`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from tests.builders import (
    FIRST,
    FIXED,
    Adult,
    Child,
    Detained,
    Resident,
    adult,
    alone,
    at,
    facilities_of,
    family,
    plan_of,
    referred,
)
from tests.properties import random_worlds
from tests.properties.random_worlds import (
    birthday_plans,
    facilities,
    placing_facilities,
    plans,
    separating_plans,
    short,
)
from tests.properties.test_random_scenarios import happenings, scenario
from tests.test_scenarios import SMALL

from borderops.config.compose import compose, list_scenarios
from borderops.config.schema import Settings
from borderops.exceptions import ConservationError, PlanError
from borderops.operations import compiled, reference
from borderops.operations.facilities import Facilities
from borderops.operations.history import History
from borderops.operations.laying_out import lay_out
from borderops.operations.plan import Ground, Plan
from borderops.operations.planning import make_plan
from borderops.population.families import form_families
from borderops.replication import engine
from borderops.streams import Draws
from borderops.units import DAY, NEVER

EXAMPLES = hypothesis.settings(FIXED, max_examples=150, suppress_health_check=list(HealthCheck))
FEWER = hypothesis.settings(EXAMPLES, max_examples=40)
RANDOM_SCENARIOS = 100


def same_in_both(plan: Plan, capacity: Facilities) -> History:
    """Play in both engines and compare everything; the first difference is told."""
    expected, found = reference.simulate(plan, capacity), compiled.simulate(plan, capacity)
    assert (found.first_minute, found.horizon) == (expected.first_minute, expected.horizon)
    columns = found.columns()
    assert columns.keys() == expected.columns().keys()
    for name, column in expected.columns().items():
        assert columns[name].dtype == column.dtype, name
        differs = np.flatnonzero(columns[name] != column)
        assert not differs.size, (
            f"{name} of {differs.size} people, first in row {differs[0]}: "
            f"the reference tells {column[differs[0]]}, the compiled engine {columns[name][differs[0]]}"
        )
    assert found.digest() == expected.digest()
    return expected


def planned(settings: Settings, number: int = 0) -> tuple[Plan, Facilities]:
    """Plan and facilities of a replication."""
    draws = Draws(settings.seed, number)
    return make_plan(form_families(settings, draws), settings, draws), lay_out(settings)


# --- random plans ---------------------------------------------------------------------------------------------------


@EXAMPLES
@given(plan=plans, capacity=facilities)
def test_random_plans_in_short_facilities(plan, capacity):
    """Whatever waits for what, whatever is lost and whoever is parted: one history."""
    same_in_both(plan, capacity)


@EXAMPLES
@given(plan=birthday_plans, capacity=facilities)
def test_random_plans_with_birthdays_on_the_way(plan, capacity):
    """Children turn thirteen and eighteen while they wait, are carried and are looked after."""
    same_in_both(plan, capacity)


@EXAMPLES
@given(plan=separating_plans, capacity=placing_facilities)
def test_random_separations_with_an_order(plan, capacity):
    """Parents ask, an order comes, files are read, parents are held, children travel."""
    same_in_both(plan, capacity)


STARVED: dict[str, dict[str, Any]] = {
    "one bed": {"beds": st.just([1, 1, 1])},
    "no bed": {"beds": st.just([0, 0, 0])},
    "no court slot": {"hearings": st.just([])},
    "no slot for parents": {"hearings": st.just({"Mon 09:00": (0, 9), "Tue 09:00": (0, 9), "Wed 09:00": (0, 9)})},
    "one agent": {"agents": st.just([1, 1])},
    "all agents diverted": {"rated_children": st.just(0), "children_per_diverted_agent": st.just(1)},
    "no coordinator at night": {"coordinators": st.just([{"Mon 00:00": 0, "Mon 07:00": 1, "Mon 19:00": 0}] * 2)},
    "no coordinator until Tuesday": {"coordinators": st.just([{"Mon 00:00": 0, "Tue 07:00": 1}] * 2)},
    "automatic exchange": {
        "designs": st.tuples(random_worlds.designs_from("Mon 00:00").map(lambda one: replace(one, automatic=True)))
    },
    "one worker in the team": {"team": st.just(1), "centre": st.just(1), "order": st.just("Tue 10:00")},
    "nothing takes time": {
        name: st.just(0) for name in ("desk_minutes", "message_minutes", "notice", "review", "vetting", "reprocessing")
    },
}
"""What is short, or gone, whatever else there is."""


@pytest.mark.parametrize("what", STARVED)
def test_starved(what):
    """The same history where next to nothing, or nothing, is left of something."""
    more = {name: strategy for name, strategy in {**short, **STARVED[what]}.items() if name != "sits_at_second_station"}

    @FEWER
    @given(plan=birthday_plans, capacity=st.builds(facilities_of, **more))
    def same(plan, capacity):
        same_in_both(plan, capacity)

    same()


@FEWER
@given(plan=birthday_plans, capacity=facilities, first=st.sampled_from(["Mon 00:00", "Mon 12:00", "Tue 06:00"]))
def test_outage_all_week(plan, capacity, first):
    """No message arrives at either station, from the first minute on or from a minute at which some are under way."""
    week = {
        "outage_station": np.array([0, 1], dtype=np.int8),
        "outage_begins": np.array([at(first)] * 2, dtype=np.int64),
        "outage_ends": np.array([at("Mon+1 00:00")] * 2, dtype=np.int64),
    }
    same_in_both(replace(plan, **week), capacity)


def test_everything_that_can_happen_happens_in_the_random_plans():
    """The equality above is no equality of nothing: nearly each moment, code and truth of a history is met in them."""
    possible: set[str] = set()
    seen: set[str] = set()

    @EXAMPLES
    @given(one=st.tuples(birthday_plans, facilities) | st.tuples(separating_plans, placing_facilities))
    def look(one):
        found = happenings(compiled.simulate(*one))
        possible.update(found)
        seen.update(what for what, whom in found.items() if whom.any())

    look()
    assert len(possible) > 80
    assert len(possible - seen) < len(possible) // 8, sorted(possible - seen)


# --- plans on the edge ----------------------------------------------------------------------------------------------


def test_nobody_comes():
    """Empty plans, plans of residents only, of adults only and of families in detention only."""
    for plan in (
        plan_of(),
        plan_of(residents=[Resident(stay=DAY), Resident(kind=2, stay=3 * DAY)]),
        plan_of(adult("Mon 08:00"), referred("Mon 09:00")),
        plan_of(detained=[Detained(3, "Tue 10:00")]),
    ):
        same_in_both(plan, facilities_of(beds=1, days=10))


def test_hundreds_at_once():
    """Three hundred cases within one hour, one after another at two stations: queues as long as they get."""
    ages = [2, 9, 14]
    cases = [
        [
            family(FIRST + row // 5, Child(ages[row % 3], stay=3 * DAY), station=row % 2, ground=Ground.PROSECUTION),
            alone(FIRST + row // 5, Child(ages[row % 3], is_girl=bool(row % 2), stay=DAY), station=row % 2),
            referred(FIRST + row // 5, Adult(jail=row), station=row % 2),
        ][row % 3]
        for row in range(300)
    ]
    capacity = facilities_of(agents=[3, 2], beds=[5, 4, 3], desk=1, desk_minutes=9, coordinators=1, message_minutes=7)
    history = same_in_both(plan_of(*cases), capacity)
    assert (history.admitted_at != NEVER).sum() > 100


def test_moments_that_never_come():
    """Limits of the plan may be NEVER: the latest hearing, the end of a referral, every birthday."""
    plan = plan_of(referred("Mon 08:00"), family("Mon 09:00", ground=Ground.PROSECUTION), alone("Mon 10:00"))
    columns = ("hear_by", "lapse_at", "young_until", "turns_13_at", "turns_18_at")
    never = replace(plan, **{name: np.full(plan.path.size, NEVER, dtype=np.int64) for name in columns})
    for hearings in (None, []):
        history = same_in_both(never, facilities_of(hearings=hearings, order="Tue 00:00"))
        assert (history.prosecution_referred_at != NEVER).sum() == 2


# --- scenarios ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one.name for one in list_scenarios()])
def test_shipped_scenarios_at_reduced_size(name):
    """A week at two stations under every shipped scenario."""
    history = same_in_both(*planned(compose([f"scenario={name}", *SMALL]).settings))
    assert (history.admitted_at != NEVER).sum() > 100


def test_over_the_order_of_26_june():
    """Two sectors from May to the end of August 2018: zero tolerance, the order, and what became of the class."""
    window = ["window={start: 2018-05-07, end: 2018-08-31, lead_in_days: 0}", "study.season_start=2018-05-07"]
    few = ["arrivals.stations=[yuma,el_paso]", "arrivals.multiplier.single_adults=0.3"]
    settings = compose(["scenario=zero_tolerance_2018", *window, *few, "study.season_end=2018-08-31"]).settings
    history = same_in_both(*planned(settings))
    assert history.is_in_class.sum() > 1000
    assert len(np.unique(history.reunion)) > 5


@pytest.mark.slow
@pytest.mark.parametrize("number", range(RANDOM_SCENARIOS))
def test_random_scenarios(number):
    """Scenarios from all over the register, starved ones among them."""
    same_in_both(*planned(scenario(number)))


# --- errors ---------------------------------------------------------------------------------------------------------


def message_of(simulate: Callable[[Plan, Facilities], History], plan: Plan, capacity: Facilities) -> str:
    """What an engine says when it refuses a plan."""
    with pytest.raises(PlanError) as caught:
        simulate(plan, capacity)
    return str(caught.value)


ENDLESS = plan_of(alone("Mon 10:00"), family("Mon 11:00", ground=Ground.PROSECUTION), referred("Mon 12:00"))


@pytest.mark.parametrize(
    "plan",
    [
        plan_of(alone(FIRST - 1)),
        plan_of(alone("Tue 10:00"), adult(FIRST - DAY)),
        plan_of(alone("Tue 10:00", processing=-20)),
        plan_of(family("Tue 10:00", intake=-1)),
        plan_of(alone("Tue 10:00", Child(travel=-3))),
        plan_of(family("Tue 10:00", ground=Ground.HEALTH, departs=-5)),
        replace(plan_of(detained=[Detained(2, "Mon 12:00")]), detained_until=np.array([FIRST - 5])),
    ],
)
def test_a_minute_that_is_over_is_refused_in_the_same_words(plan):
    """Arrivals before the first minute and stages of negative length: both engines say which minute, and of whom."""
    said = message_of(reference.simulate, plan, facilities_of())
    assert "lies before" in said
    assert message_of(compiled.simulate, plan, facilities_of()) == said


def test_a_referral_that_no_court_hears_is_refused_in_the_same_words():
    """A single adult and a parent at a station without a court."""
    for case in (referred("Mon 10:00", station=1), family("Mon 10:00", station=1, ground=Ground.PROSECUTION)):
        plan, capacity = plan_of(adult("Mon 08:00"), case), facilities_of(district_of={1: -1})
        said = message_of(reference.simulate, plan, capacity)
        assert said.startswith("case 1 is referred for prosecution")
        assert message_of(compiled.simulate, plan, capacity) == said


def test_a_unit_given_back_that_nobody_held_is_told():
    """The compiled engine's pools notice it as those of the reference do; no plan can make it happen."""
    world = compiled._world(plan_of(adult("Mon 08:00")), facilities_of())
    compiled.release(world, FIRST, 0, 1)
    with pytest.raises(ConservationError, match="more given back than taken at minute"):
        compiled._complain(world.rule)


# --- without the compiler -------------------------------------------------------------------------------------------

TELL = """
from tests.properties.test_two_engines import compiled, planned, compose, SMALL
import numba
assert numba.config.DISABLE_JIT
few = ["arrivals.stations=[yuma]", "window.end=2018-05-11", "window.lead_in_days=1"]
print(compiled.simulate(*planned(compose(["scenario=zero_tolerance_2018", *SMALL, *few]).settings)).digest())
"""


def test_the_source_runs_without_the_compiler():
    """With the JIT switched off the same source tells the same history, slowly: for debugging."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    told = subprocess.run(
        [sys.executable, "-c", TELL], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert told.returncode == 0, told.stderr
    few = ["arrivals.stations=[yuma]", "window.end=2018-05-11", "window.lead_in_days=1"]
    plan, capacity = planned(compose(["scenario=zero_tolerance_2018", *SMALL, *few]).settings)
    assert told.stdout.split() == [compiled.simulate(plan, capacity).digest()]
    assert told.stdout.split() == [reference.simulate(plan, capacity).digest()]


def test_engines_are_found_by_their_names():
    """The setting `run.engine` chooses between these two."""
    assert engine("compiled") is compiled.simulate
    assert engine("simpy") is reference.simulate
