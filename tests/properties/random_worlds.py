"""Small random plans and starved facilities, for properties that hold whatever waits for what.

A world is two days of arrivals at two stations. Steering acts are settled by words (`Child.lost`, `Case.code`), which
happen at any threshold above nought, or by random rolls against random thresholds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import strategies as st
from tests.builders import (
    FIRST,
    Adult,
    Case,
    Child,
    Design,
    Detained,
    Outage,
    Resident,
    Rule,
    Sittings,
    adult,
    alone,
    facilities_of,
    family,
    plan_of,
)

from borderops.operations.facilities import Facilities
from borderops.operations.history import Code, Note, ParentNumber
from borderops.operations.numbers import LOADS, ROLLS, TRIES, Act
from borderops.operations.plan import AdultPath, CaseKind, EarlierParent, Ground, Plan
from borderops.units import DAY, HOUR

ARRIVALS_END = 2 * DAY
STATIONS_PLAYED = 2

# --- plans ----------------------------------------------------------------------------------------------------------

whens = st.integers(FIRST, FIRST + ARRIVALS_END - 1)
minutes = st.integers(1, 300)
long_minutes = st.integers(1, 2 * DAY)
times = {"intake": minutes, "processing": minutes, "station": st.integers(0, STATIONS_PLAYED - 1)}
seldom = st.sampled_from([False] * 5 + [True])
losses = st.sampled_from([0, 0, 0, 1, 2, TRIES])


def children_born(born: st.SearchStrategy[date | None]) -> st.SearchStrategy[Child]:
    """Children of three ages, or born on a date."""
    return st.builds(
        Child,
        age=st.sampled_from([2, 12, 15]),
        born=born,
        is_girl=st.booleans(),
        designation=minutes,
        transport=minutes | long_minutes,
        travel=minutes,
        stay=st.integers(1, 5 * DAY),
        is_returned=st.sampled_from([False, False, False, True]),
        departs=minutes,
        lost=st.tuples(losses, losses, losses),
        noticed=minutes,
        phone=minutes,
        rerouted=st.none() | minutes,
        parent_number=st.sampled_from([ParentNumber.RIGHT, ParentNumber.NOT_PASSED, ParentNumber.WRONG]),
        tracing=minutes | long_minutes,
        granted=st.booleans(),
        request=minutes | long_minutes,
        found_by_review=st.booleans(),
        advocate=long_minutes,
        parent_travel=minutes,
        centre_travel=minutes,
        without_notice=st.sampled_from([0, 0, HOUR]),
        reunited_abroad=st.booleans(),
        abroad=long_minutes,
    )


thirteen_soon = st.none() | st.dates(date(2005, 1, 1), date(2005, 1, 6))
eighteen_soon = thirteen_soon | st.dates(date(2000, 1, 1), date(2000, 1, 6))


def _adult(jail: int, **body) -> Adult:
    return Adult(jail=0 if body["back"] else jail, **body)


bodies = st.builds(
    _adult,
    departs=minutes,
    path=st.sampled_from([AdultPath.ICE, AdultPath.ICE, AdultPath.COURT]),
    back=st.sampled_from(["19:00", None, "10:00", "19:30"]),
    jail=st.sampled_from([0, DAY]),
    declined=seldom,
    never_referred=seldom,
    hearing_until=st.sampled_from([None, None, "Tue 09:00", "Mon 12:00"]),
    lapses=st.sampled_from([None, "Wed 09:00", "Tue 00:00"]),
    other_custody=st.sampled_from([0, DAY]),
    ice=long_minutes,
    removed=st.booleans(),
    asks_after=st.none() | minutes | long_minutes,
    unfit=seldom,
    unwilling=seldom,
)


def single_adult(when: int, path: AdultPath, body: Adult, **times) -> Case:
    """An adult without a family."""
    return Case(when, (replace(body, path=path),), CaseKind.ADULT, **times)


def _family(when: int, children: list[Child], **times) -> Case:
    return family(when, *children, **times)


def _alone(when: int, children: list[Child], **times) -> Case:
    return alone(when, *children, **times)


prosecuted = st.just(Ground.PROSECUTION)
taken = prosecuted | st.sampled_from([Ground.HEALTH, Ground.PRIOR_CRIME, Ground.WARRANT])
some_taken = taken | st.sampled_from([Ground.PROSECUTION, Ground.NONE])
either = st.booleans()


def families_with(
    children: st.SearchStrategy[Child],
    ground: st.SearchStrategy[Ground] = some_taken,
    takes_second: st.SearchStrategy[bool] = either,
    **more,
) -> st.SearchStrategy[Case]:
    """Families who say they are one, most of them selected on some ground."""
    return st.builds(
        _family,
        whens,
        st.lists(children, min_size=1, max_size=2),
        adults=st.integers(1, 2),
        parent=bodies,
        ground=ground,
        takes_second=takes_second,
        checks=minutes,
        separated_checks=minutes,
        seeks_detention=st.booleans(),
        detention=long_minutes,
        release=minutes,
        rejoined_release=minutes,
        adults_alone=minutes,
        children_alone=minutes,
        grouped=st.sampled_from([True, True, True, False]),
        code=st.sampled_from([Code.BLANK, Code.RIGHT, Code.WRONG, Code.SEVERAL]),
        note=st.sampled_from([Note.TOP_ONLY, Note.NOTHING, Note.NOT_AT_TOP, Note.TOP_AND_CHILD]),
        listed=st.booleans(),
        **{**times, **more},
    )


def cases_with(children: st.SearchStrategy[Child], **more) -> st.SearchStrategy[Case]:
    """Families more often than single adults and children alone."""
    some = {**times, **more}
    adults = st.builds(single_adult, whens, path=st.sampled_from(AdultPath), body=bodies, **some)
    families = families_with(children, **more)
    children_alone = st.builds(_alone, whens, st.lists(children, min_size=1, max_size=2), checks=minutes, **some)
    return families | adults | children_alone | families


cases = st.lists(cases_with(children_born(thirteen_soon)), min_size=2, max_size=9)
separated_cases = st.lists(families_with(children_born(eighteen_soon), taken, st.just(True)), min_size=1, max_size=5)
birthday_cases = st.lists(cases_with(children_born(eighteen_soon)), min_size=2, max_size=9)
residents = st.lists(
    st.builds(
        Resident,
        kind=st.sampled_from([0, 0, 1, 2]),
        stay=st.integers(1, 5 * DAY),
        body=children_born(st.none()),
        parent=st.sampled_from(EarlierParent),
        linked=st.booleans(),
        unfit=seldom,
        unwilling=seldom,
    ),
    max_size=4,
)
detained = st.lists(
    st.builds(Detained, st.integers(2, 3), st.sampled_from(["Mon 12:00", "Tue 10:00", "Sat 00:00"])), max_size=2
)


def _apart(hours: Iterable[tuple[int, int, int]]) -> list[Outage]:
    """Outages by station, first hour and length, without those that begin before another of the station is over."""
    kept: list[Outage] = []
    until: dict[int, int] = {}
    for station, begins, lasts in sorted(hours):
        if begins > until.get(station, -1):
            kept.append((station, FIRST + begins * HOUR, FIRST + (begins + lasts) * HOUR))
            until[station] = begins + lasts
    return kept


outages = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 72), st.integers(1, 24)), max_size=4).map(_apart)


def with_rolls(plan: Plan, seed: int | None) -> Plan:
    """The plan with random rolls for every steering act; None leaves what the words say."""
    if seed is None:
        return plan
    generator = np.random.default_rng(seed)
    rolls = {
        name: generator.integers(0, ROLLS, column.shape, dtype=np.uint16)
        for name, column in plan.columns().items()
        if name.endswith("_roll")
    }
    return replace(plan, **rolls)


def _plan(cases, residents, detained, outages, seed) -> Plan:
    return with_rolls(plan_of(*cases, residents=residents, detained=detained, outages=outages), seed)


seeds = st.none() | st.integers(0, 999)
plans = st.builds(_plan, cases, residents, detained, outages, seeds)
birthday_plans = st.builds(_plan, birthday_cases, residents, detained, outages, seeds)
separating_plans = st.builds(_plan, separated_cases, residents, st.just([]), outages, st.none())
"""Families who are all parted, from every parent, unless nobody groups them or a rule spares them."""

# --- capacities -----------------------------------------------------------------------------------------------------

STEPS = ("Mon 00:00", "Mon 14:00", "Tue 00:00", "Wed 06:00")


def capacity_of(*units: int) -> st.SearchStrategy[dict[str, int]]:
    """Units that change at some of the steps; nine are plenty for a world."""
    numbers = st.lists(st.sampled_from(units), min_size=1, max_size=len(STEPS))
    return numbers.map(lambda found: dict(zip(STEPS, found, strict=False)))


def at_both_stations(*units: int) -> st.SearchStrategy[list[dict[str, int]]]:
    """A capacity for each station."""
    return st.lists(capacity_of(*units), min_size=STATIONS_PLAYED, max_size=STATIONS_PLAYED)


WITH_LOAD = np.arange(LOADS) / (LOADS - 1)
GUIDED = np.array([[0.6], [0.1]])
shares = st.dictionaries(st.sampled_from(Act), st.sampled_from([0.0, 0.3, 1.0, WITH_LOAD, GUIDED]), max_size=len(Act))


def designs_from(begins: str, **more) -> st.SearchStrategy[Design]:
    """A design of a date."""
    return st.builds(
        Design,
        begins=st.just(begins),
        kept=st.booleans(),
        searchable=st.booleans(),
        seen=st.booleans(),
        automatic=st.sampled_from([False, False, True]),
        intake=st.sampled_from([0, 3]),
        parting=st.sampled_from([0, 20]),
        shares=shares,
        **more,
    )


hearings = st.sampled_from(
    [
        ["Mon 09:00", "Tue 09:00", "Wed 09:00"],
        {"Mon 09:00": (1, 0), "Tue 09:00": (0, 1), "Wed 09:00": (2, 1), "Thu 09:00": (1, 1)},
        {"Tue 09:00": (1, 1), "Fri 09:00": (1, 0)},
        [],
    ]
)
agents = at_both_stations(1, 9, 2, 3, 0)
short = {
    "days": st.integers(4, 12),
    "agents": agents,
    "rated_children": st.integers(0, 3),
    "children_per_diverted_agent": st.integers(1, 3),
    "coordinators": at_both_stations(1, 9, 2, 0),
    "message_minutes": st.integers(0, 90),
    "tries": st.integers(1, TRIES),
    "notice_minutes": st.none() | long_minutes,
    "lost_in_outage": st.sampled_from([1.0, 0.5, 0.0]),
    "designs": st.tuples(designs_from("Mon 00:00"), designs_from("Tue 06:00")),
    "guided": st.sampled_from([{}, {0: "Mon 12:00"}, {0: "Tue 00:00", 1: "Mon 00:00"}]),
    "desk": capacity_of(1, 9, 2, 0),
    "desk_minutes": st.integers(1, 60),
    "beds": st.lists(capacity_of(2, 9, 1, 3, 0), min_size=3, max_size=3),
    "family_places": capacity_of(4, 2, 6, 0),
    "hearings": hearings,
    "sits_at_second_station": st.sampled_from([None, None, {"Tue 09:00": (1, 1), "Fri 09:00": (1, 0)}]),
    "court_notice": st.sampled_from([0, 30, 12 * HOUR]),
    "court_lead": st.sampled_from([0, 3 * HOUR, DAY]),
    "opens_at": st.sampled_from([0, 5 * HOUR]),
    "closes_at": st.sampled_from([21 * HOUR, DAY]),
    "notice": st.integers(0, 120),
    "weekend_per_mille": st.sampled_from([1000, 1400]),
    "pace": st.sampled_from([{0: 1.0}, {0: 1.0, 2: 0.3}, {0: 0.5, 1: 2.0}]),
    "separated_per_mille": st.sampled_from([1000, 1400, 3000]),
    "number_block": st.integers(1, 5),
    "order": st.sampled_from([None, "Mon 20:00", "Tue 10:00", "Wed 00:00", "Thu 12:00"]),
    "team": capacity_of(1, 9, 2, 0),
    "review": st.integers(0, 120),
    "vetting": st.integers(0, 120),
    "centre": capacity_of(1, 9, 2, 0),
    "reprocessing": st.integers(0, 120),
}
rules = st.lists(st.builds(Rule, st.sampled_from([0, 0, 2]), st.sampled_from([0, 500, 1000])), max_size=2)


def _facilities(hearings: Sittings, sits_at_second_station: Sittings | None, **more) -> Facilities:
    """Facilities with one court for both stations, or one for each."""
    if sits_at_second_station is None:
        return facilities_of(hearings=hearings, **more)
    return facilities_of(hearings=[hearings, sits_at_second_station], district_of={1: 1}, **more)


facilities_without_pauses = st.builds(_facilities, **short)
facilities = st.builds(_facilities, **short, pauses=rules)

PLENTY = {
    "agents": st.just([9, 9]),
    "desk": st.just(9),
    "beds": st.just(20),
    "hearings": st.just(["Mon 09:00", "Tue 09:00", "Wed 09:00", "Thu 09:00"]),
    "sits_at_second_station": st.none(),
    "order": st.sampled_from(["Tue 10:00", "Wed 00:00", "Thu 12:00", None]),
    "days": st.integers(8, 40),
}
placing_facilities = st.builds(_facilities, **{**short, **PLENTY})
"""Facilities that place most children, so that parents ask and orders come while they are in care."""

adults_of_one_minute = st.lists(
    st.builds(adult, st.just(FIRST + HOUR), departs=minutes, path=st.sampled_from(AdultPath)), max_size=6
)
