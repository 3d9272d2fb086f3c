"""The monitors never fire: random scenarios from all over the register, and starved ones, played at reduced size.

A scenario is a shipped one in which parameters are drawn from their plausible ranges, whatever the register holds, a
few are pushed to the end of what their type allows, and now and then something is all but closed. It depends on its
number alone: ``replicate(scenario(137), 0)`` plays one that failed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
import pytest

from borderops.config import keys
from borderops.config.checks import problems
from borderops.config.compose import compose
from borderops.config.places import group_options, list_scenarios
from borderops.config.register import Parameter, rows
from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.exceptions import ConservationError
from borderops.operations.history import (
    Code,
    CourtOutcome,
    Exit,
    FoundBy,
    History,
    IceExit,
    Note,
    ParentNumber,
    Reunion,
    ShelterExit,
)
from borderops.operations.monitors import check_history
from borderops.replication import replicate
from borderops.units import NEVER

pytestmark = pytest.mark.slow

SCENARIOS = 200
TRIES = 40
FIRST_STARTS, LAST_STARTS = date(2017, 8, 1), date(2019, 8, 31)

NOT_VARIED = ("arrivals", "policy", "compute")
"""Groups left as they are: a file of arrivals and a cluster would be the user's; scenarios choose the policies."""

Tree = dict[str, Any]
"""Settings as nested dicts and lists, to be changed by key."""

SIZES = (
    "orr.census_path[*].children",
    "orr.beds.*[*].beds",
    "orr.beds.*[*].then_per_day",
    "family_care.detention_beds[*].beds",
    "family_care.detention_beds[*].then_per_day",
)
"""What is made smaller throughout, so that few people fill shelters."""


# --- a scenario by its number ---------------------------------------------------------------------------------------


def scenario(number: int) -> Settings:
    """A scenario that can be used; what cannot is drawn anew."""
    for attempt in range(TRIES):
        settings = draw(number, attempt)
        found = list(problems(settings))
        if not found:
            return settings
    raise AssertionError(f"none of {TRIES} scenarios of number {number} can be used, the last one because of {found}")


def draw(number: int, attempt: int) -> Settings:
    """Draw settings, which may contradict each other, around one base after another."""
    chance = random.Random(f"{number} {attempt}")
    base = number % len(bases())
    tree = bases()[base].model_dump()
    _draw_from_ranges(tree, base, chance)
    _push_to_limits(tree, base, chance)
    _make_small(tree, chance)
    _bring_stress_forward(tree)
    for starve in chance.sample(STARVED, chance.choice([0, 1, 2, 3])):
        starve(tree, chance)
    return Settings.model_validate(tree)


def _bring_stress_forward(tree: Tree) -> None:
    """Let a stress begin with the few days that are played; its parts keep their lengths and sizes."""
    stress = tree["stress"]
    if stress["begins"] is not None:
        stress["begins"] = tree["window"]["start"]
        for name in ("surges", "closures", "losses", "outages"):
            for part in stress[name]:
                part["first_day"] = 0


@cache
def bases() -> list[Settings]:
    """What is drawn around: the shipped scenarios, each with other options of those groups that have several."""
    groups = {group: found for group, found in group_options().items() if group not in NOT_VARIED}
    names = [one.name for one in list_scenarios()]
    count = max(len(names), *map(len, groups.values()))
    return [compose([f"scenario={names[row % len(names)]}", *_options(groups, row)]).settings for row in range(count)]


def _options(groups: dict[str, list[str]], row: int) -> list[str]:
    """One option of each group that has several; all of them in turn."""
    return [f"{group}={found[row % len(found)]}" for group, found in groups.items() if len(found) > 1]


@cache
def parameters(base: int) -> list[Parameter]:
    """The register of a base."""
    return rows(bases()[base])


# --- by key ---------------------------------------------------------------------------------------------------------


def get(tree: Tree, path: keys.Path) -> Any:
    """What stands at a path."""
    place: Any = tree
    for part in path:
        place = place[part]
    return place


def put(tree: Tree, path: keys.Path, value: Any) -> None:
    """Replace what stands at a path; there must be something."""
    place = get(tree, path[:-1])
    place[path[-1]]
    place[path[-1]] = value


def matching(tree: Tree, pattern: str) -> list[keys.Path]:
    """Paths of a pattern, in which ``*`` stands for any index and any name."""
    found: list[tuple[keys.Path, Any]] = [((), tree)]
    for part in keys.parse(pattern):
        found = [((*path, each), inner) for path, place in found for each, inner in _below(place, part)]
    return [path for path, _ in found]


def _below(place: Any, part: str | int) -> Iterator[tuple[str | int, Any]]:
    inside = place.items() if isinstance(place, dict) else enumerate(place) if isinstance(place, list) else ()
    return ((each, inner) for each, inner in inside if part in (keys.ANY, each))


# --- what is drawn --------------------------------------------------------------------------------------------------


def _draw_from_ranges(tree: Tree, base: int, chance: random.Random) -> None:
    """Draw some or all parameters from their ranges; shares of a whole are made to sum to one again."""
    some = chance.choice([0.1, 0.5, 1.0])
    for one in parameters(base):
        path = keys.parse(one.key)
        if isinstance(one.value, bool):
            put(tree, path, one.value != (chance.random() < 0.3 * some))
        elif has_range(one) and chance.random() < some:
            put(tree, path, _between(one, chance))
    for whole in wholes(base):
        total = math.fsum(get(tree, path) for path in whole)
        for path in whole:
            put(tree, path, get(tree, path) / total)


def has_range(one: Parameter) -> bool:
    """Whether the register says how far a parameter may be off."""
    return one.low is not None and one.high is not None and one.low < one.high


def _between(one: Parameter, chance: random.Random) -> float | int:
    """A value within the range, one of its ends as likely as not."""
    low, high = _allowed_range(one)
    value = chance.choice([low, high, chance.uniform(low, high), chance.uniform(low, high)])
    return round(value) if isinstance(one.value, int) else float(value)


def _allowed_range(one: Parameter) -> tuple[float, float]:
    """The register's range as far as the type allows it: a factor may lead a share beyond 1."""
    place = keys.place_at(keys.parse(one.key))
    assert place is not None and one.low is not None and one.high is not None
    return max(one.low, place.limits.get("ge", -math.inf)), min(one.high, place.limits.get("le", math.inf))


@cache
def wholes(base: int) -> list[list[keys.Path]]:
    """Parameters that stand side by side and have to sum to one: halve one of them, and the settings are refused."""
    groups: dict[tuple, list[tuple[keys.Path, float]]] = {}
    for one in parameters(base):
        path = keys.parse(one.key)
        if isinstance(one.value, float):
            for side_by_side in {(path[:-1], ""), (path[:-2], path[-1])}:
                groups.setdefault(side_by_side, []).append((path, one.value))
    sums = [group for group in groups.values() if abs(math.fsum(value for _, value in group) - 1.0) < 1e-9]
    return [[path for path, _ in group] for group in sums if len(group) > 1 and _must_keep_its_sum(base, group)]


def _must_keep_its_sum(base: int, group: list[tuple[keys.Path, float]]) -> bool:
    tree = bases()[base].model_dump()
    path, largest = max(group, key=lambda share: share[1])
    put(tree, path, largest / 2)
    return any("sum" in problem for problem in problems(Settings.model_validate(tree)))


def _push_to_limits(tree: Tree, base: int, chance: random.Random) -> None:
    """Set a few parameters to the least or the most that their type allows, where that is no more than one."""
    of_wholes = {path for whole in wholes(base) for path in whole}
    for one in chance.sample([one for one in parameters(base) if has_range(one)], chance.choice([0, 2, 5, 10])):
        path = keys.parse(one.key)
        place = keys.place_at(path)
        ends = [place.limits[end] for end in ("ge", "le") if abs(place.limits.get(end, 2)) <= 1] if place else []
        if ends and path not in of_wholes:
            put(tree, path, chance.choice(ends))


def _make_small(tree: Tree, chance: random.Random) -> None:
    """One to three stations, four to eight days, few people, and few in shelters when they begin."""
    # As of a day, census and arrivals are known until then; the days before it are enough.
    last = min(tree["study"]["as_of"] or LAST_STARTS, LAST_STARTS)
    start = FIRST_STARTS + timedelta(days=chance.randrange((last - FIRST_STARTS).days))
    lead_in = chance.choice([0, 0, 1, 2])
    tree["window"] = {
        "start": start,
        "end": start + timedelta(days=chance.randint(4, 8) - lead_in - 1),
        "lead_in_days": lead_in,
    }
    tree["study"] |= {"season_start": None, "season_end": None}
    tree["arrivals"]["stations"] = chance.sample(STATIONS, chance.randint(1, 3))
    crowd, shelter = chance.choice([0.1, 0.5, 1.5]), chance.choice([0.0, 0.005, 0.03])
    for stratum, value in tree["arrivals"]["multiplier"].items():
        tree["arrivals"]["multiplier"][stratum] = value * crowd
    for pattern in SIZES:
        for path in matching(tree, pattern):
            scaled = get(tree, path) * shelter
            put(tree, path, math.ceil(scaled) if isinstance(get(tree, path), int) else scaled)
    _add_pauses(tree, start, chance)


def _add_pauses(tree: Tree, start: date, chance: random.Random) -> None:
    """Rules on occupancy, of which none is shipped."""
    for _ in range(chance.choice([0, 0, 1, 2])):
        begins = start + timedelta(days=chance.randint(-2, 3))
        ends = chance.choice([None, begins + timedelta(days=chance.randint(0, 3))])
        above = chance.choice([0.0, 0.5, 0.9, 1.0])
        tree["policy"]["pauses"].append(
            {"begins": begins, "ends": ends, "bed_kind": chance.choice(BED_KINDS), "above_occupancy": above}
        )


# --- what is starved ------------------------------------------------------------------------------------------------


def _set_all(tree: Tree, pattern: str, value: Any) -> None:
    paths = matching(tree, pattern)
    assert paths, pattern
    for path in paths:
        put(tree, path, value)


def one_bed_of_a_kind(tree: Tree, chance: random.Random) -> None:
    """One bed, or none, of one kind, whoever holds the others when the run begins."""
    kind = chance.choice(BED_KINDS)
    _set_all(tree, f"orr.beds.{kind}[*].beds", chance.choice([0, 1, 1]))
    _set_all(tree, f"orr.beds.{kind}[*].then_per_day", 0.0)


def beds_that_close(tree: Tree, chance: random.Random) -> None:
    """Beds of a kind close day by day, until none is left."""
    kind, start = chance.choice(BED_KINDS), _first_day(tree)
    step = {"begins": start, "beds": 30, "then_per_day": -10.0, "until": start + timedelta(days=3)}
    tree["orr"]["beds"][kind] = [step]


def no_court_slots(tree: Tree, chance: random.Random) -> None:
    """No court hears anybody."""
    _set_all(tree, "courts.slots_per_court_day[*].slots", 0.0)


def slots_for_one_side(tree: Tree, chance: random.Random) -> None:
    """All slots are parents', or none is."""
    _set_all(tree, "courts.parents_share[*].share", chance.choice([0.0, 1.0]))


def every_family_is_referred(tree: Tree, chance: random.Random) -> None:
    """All parents are taken, of all families, whatever the ages."""
    _set_all(tree, "policy.single_adult_referral[*].share", 1.0)
    rule = {"begins": _first_day(tree), "ends": None, "sectors": [], "share": 1.0, "ramp_days": 0}
    tree["policy"] |= {"family_referral": [rule], "exemptions": [], "youngest_0_4_ratio": 1.0}
    tree["policy"]["second_adult_referred_share"] = chance.choice([0.0, 0.5, 1.0])


def no_agents_at_night(tree: Tree, chance: random.Random) -> None:
    """One agent by day, nobody in the evening or at night."""
    _set_all(tree, "stations.sites.*.agents.night", 0)
    if chance.random() < 0.5:
        _set_all(tree, "stations.sites.*.agents.evening", 0)
        _set_all(tree, "stations.sites.*.agents.day", 1)


def no_agents_from_a_day_on(tree: Tree, chance: random.Random) -> None:
    """All agents are sent elsewhere in the middle of the run, some come back."""
    middle = tree["window"]["start"] + timedelta(days=1)
    tree["stations"]["agent_factors"] = [
        {"begins": middle, "factor": 0.0},
        {"begins": middle + timedelta(days=2), "factor": chance.choice([0.0, 0.3, 2.0])},
    ]


def desk_of_one_worker(tree: Tree, chance: random.Random) -> None:
    """One worker by day at ORR's desk, slow, and none at night or on weekends."""
    slow = {"workers_day": 1, "workers_night": 0, "weekend_factor": 0.0}
    tree["referral"]["desk"] |= {**slow, "minutes_per_child": chance.choice([1, 60, 900])}


def hardly_any_transport(tree: Tree, chance: random.Random) -> None:
    """The contractor drives for one hour a day, after weeks of waiting or at once."""
    opens = chance.randint(0, 23)
    tree["transport"] |= {"opens_hour": opens, "closes_hour": opens + 1}
    tree["transport"]["wait"] = {"median_hours": chance.choice([0.02, 400.0]), "sigma": chance.choice([0.0, 2.0])}


def no_family_detention(tree: Tree, chance: random.Random) -> None:
    """No place, or one that no family fits into, while all are sought."""
    _set_all(tree, "family_care.detention_beds[*].beds", chance.choice([0, 1, 3]))
    _set_all(tree, "family_care.detention_beds[*].then_per_day", 0.0)
    tree["family_care"]["detention_sought_share"] = 1.0


def stages_without_time(tree: Tree, chance: random.Random) -> None:
    """Many stages last a minute, so that much happens at once; stays in shelters and with ICE keep their length."""
    for depth in range(2, 5):
        for path in matching(tree, ".".join(["*"] * depth)):
            if path[0] not in ("orr", "ice") and path[-1] in ("median_hours", "median_days") and chance.random() < 0.8:
                put(tree, path, 1e-4)


def birthdays(tree: Tree, chance: random.Random) -> None:
    """Stages so long that children turn thirteen or eighteen on the way."""
    tree["people"]["children_alone"]["age"] = {"age_0_4": 0.0, "age_5_12": 0.0, "age_13_17": 1.0}
    tree["stations"]["checks"] = {"median_hours": 90.0, "sigma": 1.0}


def outage_all_week(tree: Tree, chance: random.Random) -> None:
    """No message arrives anywhere, from the first day or the second on, for hours or for good."""
    day = _first_day(tree) + timedelta(days=chance.randint(0, 1))
    lasts = chance.choice([7.0, 60.0, 300.0])
    tree["referral"]["outages"]["planned"] = [{"day": day, "hour": 5.5, "lasts_hours": lasts, "stations": []}]
    tree["referral"]["outages"]["lost_share"] = chance.choice([0.5, 1.0])


def mail_that_never_ends(tree: Tree, chance: random.Random) -> None:
    """One coordinator for an hour a day, and messages that are lost more often than not."""
    hour = chance.randint(0, 23)
    _set_all(tree, "referral.coordinators.on_duty.*", 1)
    tree["referral"]["coordinators"] |= {"on_duty_at_night": 0, "begins_hour": hour, "ends_hour": hour + 1}
    _set_all(tree, "features.exchange.*.acts.message_lost", {"share": 0.9, "load_slope": 0.2, "guided_factor": 1.0})


def clerks_that_fail(tree: Tree, chance: random.Random) -> None:
    """Half of the families are never grouped, or all of them under full load."""
    share = chance.choice([0.5, 1.0])
    act = {"share": share, "load_slope": 0.0 if share == 1.0 else 2.0, "guided_factor": 1.0}
    _set_all(tree, "features.grouping.*.acts.never_grouped", act)


def court_order_at_once(tree: Tree, chance: random.Random) -> None:
    """An order on one of the first days, hundreds of separated children in care, and a team that is busy or is not."""
    day = _first_day(tree) + timedelta(days=chance.randint(0, 2))
    tree["reunification"]["order"]["day"] = day
    tree["reunification"]["team"]["workers"] = [{"begins": day, "workers": chance.choice([1, 20])}]
    tree["reunification"]["routes"]["desks"] = chance.choice([1, 20])
    tree["orr"]["residents_separated_share"] = 1.0
    _set_all(tree, "orr.census_path[*].children", 300)
    if chance.random() < 0.5:
        stages_without_time(tree, chance)


def parents_who_ask(tree: Tree, chance: random.Random) -> None:
    """Parents taken, soon with ICE, and asking for children who are soon in care and often not on record."""
    every_family_is_referred(tree, chance)
    stages_without_time(tree, chance)
    tree["courts"]["never_referred_share"] = chance.choice([0.5, 1.0])
    tree["reunification"]["order"]["day"] = None
    at_once = {"median_days": 0.1, "sigma": 1.0}
    tree["reunification"]["requests"] |= {"asks_share": 1.0, "granted_share": 0.9}
    tree["reunification"]["requests"] |= {"asks": at_once, "tracing": at_once, "handling": at_once}
    if chance.random() < 0.7:
        _set_all(tree, "features.unit.*.kind", "deleted")
        _set_all(tree, "features.exchange.automatic_by_family.kind", "automatic")  # the other needs a unit that stays
        certain = {
            "code_blank": 1.0,
            "code_wrong": 0.0,
            "code_several": 0.0,
            "number_not_passed": 1.0,
            "number_wrong": 0.0,
        }
        for act, share in certain.items():
            always_or_never = {"share": share, "load_slope": 0.0, "guided_factor": 1.0}
            _set_all(tree, f"features.*.*.acts.{act}", always_or_never)


def children_who_need_every_agent(tree: Tree, chance: random.Random) -> None:
    """Each child beyond no place at all takes an agent from processing."""
    _set_all(tree, "stations.sites.*.holding.children", 0)
    tree["stations"]["children_per_diverted_agent"] = 1


def _first_day(tree: Tree) -> date:
    return tree["window"]["start"] - timedelta(days=tree["window"]["lead_in_days"])


Starve = Callable[[Tree, random.Random], None]
STARVED: tuple[Starve, ...] = (
    one_bed_of_a_kind,
    beds_that_close,
    no_court_slots,
    slots_for_one_side,
    every_family_is_referred,
    no_agents_at_night,
    no_agents_from_a_day_on,
    desk_of_one_worker,
    hardly_any_transport,
    no_family_detention,
    stages_without_time,
    birthdays,
    outage_all_week,
    mail_that_never_ends,
    clerks_that_fail,
    court_order_at_once,
    parents_who_ask,
    children_who_need_every_agent,
)


# --- what must hold -------------------------------------------------------------------------------------------------


def test_monitors_never_fire_in_200_random_scenarios():
    """Every scenario is played to its end, and whatever can happen to people happens in some of them."""
    failures: dict[int, str] = {}
    possible: set[str] = set()
    seen: set[str] = set()
    played = 0
    for number in range(SCENARIOS):
        try:
            history = replicate(scenario(number), 0).history
        except Exception as error:  # whatever it is: all are told, with their numbers
            failures[number] = f"{type(error).__name__}: {error}"
            continue
        played += 1
        possible |= happenings(history).keys()
        seen |= {what for what, whom in happenings(history).items() if whom.any()}
    assert not failures, "\n".join(f"scenario({number}): {said}" for number, said in failures.items())
    assert played >= 200
    # Else they would hold little that a monitor could object to.
    assert sorted(possible - seen) == []


def happenings(history: History) -> dict[str, np.ndarray]:
    """Who met with each moment, each truth and each code that a history knows."""
    columns = history.columns()
    moments = {name: column != NEVER for name, column in columns.items() if name.endswith("_at")}
    truths = {name: column for name, column in columns.items() if column.dtype == bool}
    codes = {f"{name} {code.name}": columns[name] == code for name, kind in CODES.items() for code in kind}
    return moments | truths | codes


CODES: dict[str, type[IntEnum]] = {
    "exit": Exit,
    "court_outcome": CourtOutcome,
    "shelter_exit": ShelterExit,
    "ice_exit": IceExit,
    "separation_code": Code,
    "note": Note,
    "parent_number": ParentNumber,
    "found_by": FoundBy,
    "reunion": Reunion,
}
"""Columns of the history that hold a code, and what it may be."""


def test_every_parameter_with_a_range_is_drawn():
    """None of the register is left as shipped in all that is drawn, and next to none in what is played."""
    shipped: dict[str, set] = {}
    for base in range(len(bases())):
        for one in filter(has_range, parameters(base)):
            shipped.setdefault(one.key, set()).add(one.value)
    drawn = set().union(*(_moved(draw(number, 0), shipped) for number in range(SCENARIOS)))
    assert len(shipped) > 500
    assert sorted(shipped.keys() - drawn) == []
    played = set().union(*(_moved(scenario(number), shipped) for number in range(SCENARIOS)))
    assert len(played) > 0.97 * len(shipped), sorted(shipped.keys() - played)


def _moved(settings: Settings, shipped: dict[str, set]) -> set[str]:
    """Parameters with a value that no base has."""
    now = {keys.show(path): value for path, value, _ in keys.leaves(settings)}
    return {key for key, values in shipped.items() if key in now and now[key] not in values}


def test_a_scenario_depends_on_its_number_alone():
    """The scenario of a number can be drawn again, by itself; that of another number is another."""
    assert scenario(7) == scenario(7)
    assert len({scenario(number).model_dump_json() for number in range(20)}) == 20


def test_the_monitors_watch_these_scenarios():
    """Beds given before they were free, in the first scenario in which children waited for one, do not escape them."""
    for number in range(SCENARIOS):
        one = replicate(scenario(number), 0)
        history = one.history
        waited = (history.designated_at != NEVER) & (history.designated_at > history.cleared_at)
        if waited.any():
            break
    too_early = replace(history, designated_at=np.where(waited, history.cleared_at, history.designated_at))
    with pytest.raises(ConservationError, match="given while none was free"):
        check_history(too_early, one.plan, one.facilities)
