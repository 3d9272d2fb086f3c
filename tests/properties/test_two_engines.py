"""Two engines, one history: same plan and facilities in, same history out, every column, every minute.

The reference engine is written to be read, the compiled one to be fast; they share types and constants, no logic. What
both obey stands in `docs/semantics.md`.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import numba
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
from tests.test_scenarios import KNOWN, SMALL

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
from borderops.units import DAY, MOMENT, NEVER

EXAMPLES = hypothesis.settings(FIXED, max_examples=120, suppress_health_check=list(HealthCheck))
FEWER = hypothesis.settings(EXAMPLES, max_examples=40)
MORE = hypothesis.settings(EXAMPLES, max_examples=400)
ROUNDS = 8
RANDOM_SCENARIOS = 100
ROOT = Path(__file__).parents[2]


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


def _cut(capacity: Facilities, minutes: int) -> Facilities:
    return replace(capacity, horizon=FIRST + minutes)


cut_short = st.builds(_cut, facilities, st.integers(1, 4 * DAY))
"""Facilities of a run that ends in the middle of things."""


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
@given(plan=plans, capacity=cut_short)
def test_random_plans_in_runs_cut_short(plan, capacity):
    """The last minute may be any: what lies beyond it has not happened in either engine."""
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
    """The equality above is no equality of nothing: each moment, code and truth of a history is met in them.

    What one round draws depends on the constants of whatever modules were loaded before, so that one round may miss
    the rarest (a parent's asking finds the child in 1 to 2 plans of 100). Rounds are added until all is met.
    """
    possible: set[str] = set()
    seen: set[str] = set()

    def look(plan: Plan, capacity: Facilities) -> None:
        found = happenings(compiled.simulate(plan, capacity))
        possible.update(found)
        seen.update(what for what, whom in found.items() if whom.any())

    for round_ in range(ROUNDS):
        for worlds in ((birthday_plans, facilities), (separating_plans, placing_facilities), (plans, cut_short)):
            hypothesis.seed(round_)(MORE(given(*worlds)(look)))()
        if seen == possible:
            break
    assert len(possible) > 80
    assert sorted(possible - seen) == []


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


def hundreds_at_once(count: int = 300) -> tuple[Plan, Facilities]:
    """Cases within an hour, one after another at two stations where there is little of everything."""
    ages = [2, 9, 14]
    cases = [
        [
            family(FIRST + row // 5, Child(ages[row % 3], stay=3 * DAY), station=row % 2, ground=Ground.PROSECUTION),
            alone(FIRST + row // 5, Child(ages[row % 3], is_girl=bool(row % 2), stay=DAY), station=row % 2),
            referred(FIRST + row // 5, Adult(jail=row), station=row % 2),
        ][row % 3]
        for row in range(count)
    ]
    short = {"agents": [3, 2], "beds": [5, 4, 3], "desk": 1, "desk_minutes": 9, "coordinators": 1, "message_minutes": 7}
    return plan_of(*cases), facilities_of(**short)


def test_hundreds_at_once():
    """Three hundred cases within one hour: queues as long as they get."""
    history = same_in_both(*hundreds_at_once())
    assert (history.admitted_at != NEVER).sum() > 100


def test_moments_that_never_come():
    """Limits of the plan may be NEVER: the latest hearing, the end of a referral, every birthday."""
    plan = plan_of(referred("Mon 08:00"), family("Mon 09:00", ground=Ground.PROSECUTION), alone("Mon 10:00"))
    columns = ("hear_by", "lapse_at", "young_until", "turns_13_at", "turns_18_at")
    never = replace(plan, **{name: np.full(plan.path.size, NEVER, dtype=MOMENT) for name in columns})
    for hearings in (None, []):
        history = same_in_both(never, facilities_of(hearings=hearings, order="Tue 00:00"))
        assert (history.prosecution_referred_at != NEVER).sum() == 2


# --- scenarios ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one.name for one in list_scenarios()])
def test_shipped_scenarios_at_reduced_size(name):
    """A week at two stations under every shipped scenario."""
    history = same_in_both(*planned(compose([f"scenario={name}", *SMALL, *KNOWN.get(name, ())]).settings))
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


def test_more_events_than_there_is_room_for_are_told():
    """Events are never written beyond their places; people cannot meet with so many."""
    world = compiled._world(plan_of(adult("Mon 08:00")), facilities_of())
    for minute in range(world.rule[compiled.F.room] + 1):
        compiled.push(world, FIRST, FIRST + minute, compiled.BACK, 0, 0)
    with pytest.raises(ConservationError, match="more events are pending"):
        compiled._complain(world.rule)


# --- without the compiler -------------------------------------------------------------------------------------------

TELL = """
from tests.properties.test_two_engines import compiled, hundreds_at_once
import numba
assert numba.config.DISABLE_JIT
print(compiled.simulate(*hundreds_at_once(100)).digest())
"""


def told_by(source: str, **environment: str) -> str:
    """What another process prints."""
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_source_runs_without_the_compiler():
    """With the JIT switched off the same source tells the same history, slowly: for debugging."""
    history = same_in_both(*hundreds_at_once(100))
    assert (history.admitted_at != NEVER).sum() > 30
    assert told_by(TELL, NUMBA_DISABLE_JIT="1") == history.digest()


# --- compiled once --------------------------------------------------------------------------------------------------

LOAD = """
from tests.builders import adult, facilities_of, plan_of
from borderops.operations import compiled
compiled.simulate(plan_of(adult("Mon 08:00")), facilities_of(days=1))
print(sum(compiled.play.stats.cache_hits.values()), sum(compiled.play.stats.cache_misses.values()))
"""


def test_the_next_process_does_not_compile():
    """What this process has compiled, or found compiled, the next one finds on the disk."""
    compiled.simulate(plan_of(adult("Mon 08:00")), facilities_of(days=1))
    assert told_by(LOAD) == "1 0"


def test_other_constants_are_other_code():
    """Constants are frozen into what is compiled; the loop carries their number, so that no old code is ever played."""
    world = compiled._world(plan_of(adult("Mon 08:00")), facilities_of(days=1))
    compiled.play(world, compiled._arrivals(plan_of(adult("Mon 08:00"))))
    assert world.rule[compiled.F.constants] == compiled._constants() != 0
    (number,) = compiled.play.py_func.__closure__
    assert number.cell_contents == compiled._constants()
    before = compiled._constants()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compiled, "JAIL", compiled.JAIL + 1)
        assert compiled._constants() != before


def test_without_any_folder_to_write_to_it_is_compiled_all_the_same(tmp_path, monkeypatch):
    """Sources in a folder that cannot be written, no cache folder and no home: a function is compiled, and not kept."""
    (tmp_path / "__pycache__").write_text("a file where the folder would be")
    source = tmp_path / "some_module.py"
    source.write_text("def answer():\n    return 42\n")
    spec = importlib.util.spec_from_file_location("some_module", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec.loader.exec_module(module)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(source))
    kept = compiled._kept(module.answer)
    assert kept() == 42
    assert kept.stats.cache_path is None
    # With a home there is somewhere to keep it.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    kept = compiled._kept(module.answer)
    assert kept() == 42
    assert list((tmp_path / "home").rglob("some_module.answer*.nbc"))


@pytest.mark.slow
def test_a_broken_cache_costs_time_and_nothing_else(tmp_path):
    """A kept file that is cut off is told and passed over; the run goes on with what it compiles itself."""
    assert told_by(LOAD, NUMBA_CACHE_DIR=str(tmp_path)) == "0 1"
    (kept,) = tmp_path.rglob("*.nbc")
    kept.write_bytes(kept.read_bytes()[:1000])
    digest = "print(compiled.simulate(plan_of(adult('Mon 08:00')), facilities_of(days=1)).digest())"
    found = told_by(LOAD.replace("print(", "assert (0, 0) == (") + digest, NUMBA_CACHE_DIR=str(tmp_path))
    assert found == reference.simulate(plan_of(adult("Mon 08:00")), facilities_of(days=1)).digest()


def test_threads_do_not_meet():
    """Plays in several threads at once tell what plays one after another tell."""
    worlds = [hundreds_at_once(count) for count in (100, 200, 300)] * 4
    one_by_one = [compiled.simulate(*world).digest() for world in worlds]
    assert len(set(one_by_one)) == 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda world: compiled.simulate(*world).digest(), worlds)) == one_by_one


# --- the door -------------------------------------------------------------------------------------------------------


def test_engines_are_found_by_their_names():
    """The setting `run.engine` chooses between these two."""
    assert engine("compiled") is compiled.simulate
    assert engine("simpy") is reference.simulate
