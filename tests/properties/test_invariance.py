"""Same people, same luck: the third family of a day is the same family, whatever else a scenario changes.

People are compared by entity number in every column, parents by their numbers.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import settings_of

from borderops import clock
from borderops.config.schema import STATIONS
from borderops.operations.history import FoundBy, History
from borderops.operations.laying_out import lay_out
from borderops.operations.plan import Plan
from borderops.operations.planning import make_plan
from borderops.operations.reference import simulate
from borderops.population.families import form_families
from borderops.population.people import People, Stratum
from borderops.population.residents import draw_residents
from borderops.streams import Draws, Purpose
from borderops.units import DAY

STRATA_OF = {
    "single_adults": (Stratum.SINGLE_ADULT,),
    "families": (Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY),
    "kin_groups": (Stratum.KIN_GROUP,),
    "children_alone": (Stratum.CHILDREN_ALONE,),
}
"""Strata that each multiplier moves."""


def _people(values: dict, replication: int = 0) -> People:
    return worlds.people(worlds.settings_with({**worlds.SPRING, **values}), replication)


def _rows(people: People, chosen: np.ndarray) -> np.ndarray:
    return np.flatnonzero(worlds.has_arrived(people) & chosen)


def _assert_same(one: People, rows: np.ndarray, other: People, other_rows: np.ndarray) -> None:
    """The same persons, and no others, in every column."""
    assert rows.size > 100
    first, second = worlds.portraits(one, rows), worlds.portraits(other, other_rows)
    for name in first:
        assert np.array_equal(first[name], second[name]), name


def _assert_part(fewer: People, more: People) -> int:
    """Everybody of the first population is in the second, the same in every column; returns how many are new."""
    few, many = _rows(fewer, np.ones(fewer.number.size, bool)), _rows(more, np.ones(more.number.size, bool))
    known = np.isin(more.number[many], fewer.number[few])
    _assert_same(fewer, few, more, many[known])
    return int((~known).sum())


# --- window, stations, rates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "lead_in"),
    [("2018-05-15", "2018-06-05", 0), ("2018-05-10", "2018-05-11", 1), ("2018-04-20", "2018-05-12", 10),
     ("2018-05-20", "2018-05-23", 20)],
)  # fmt: skip
def test_people_of_a_day_do_not_depend_on_the_window(start, end, lead_in):
    """Two windows that overlap, months cut at other places, have the same people on the days they share."""
    spring = worlds.people_of_spring()
    other = _people({"window.start": start, "window.end": end, "window.lead_in_days": lead_in})
    days, other_days = worlds.day_of_apprehension(spring), worlds.day_of_apprehension(other)
    arrived = [days[worlds.has_arrived(spring)], other_days[worlds.has_arrived(other)]]
    first, last = max(found.min() for found in arrived), min(found.max() for found in arrived)
    assert last >= first
    _assert_same(
        spring,
        _rows(spring, (days >= first) & (days <= last)),
        other,
        _rows(other, (other_days >= first) & (other_days <= last)),
    )


@pytest.mark.parametrize("stations", [["yuma"], ["rio_grande_valley", "ports_of_entry"], ["tucson", "big_bend"]])
def test_people_of_a_station_do_not_depend_on_other_stations(stations):
    """Stations switched off take nobody's people but their own."""
    spring, other = worlds.people_of_spring(), _people({"arrivals.stations": stations})
    kept = np.isin(spring.of_party("station"), [STATIONS.index(name) for name in stations])
    _assert_same(spring, _rows(spring, kept), other, _rows(other, np.ones(other.number.size, bool)))


@pytest.mark.parametrize("stratum", STRATA_OF)
def test_a_higher_rate_only_adds_parties_of_its_stratum(stratum):
    """A surge of 40 % keeps everybody who was there, features, events and minutes included, and adds to its stratum."""
    spring, surge = worlds.people_of_spring(), _people({f"arrivals.multiplier.{stratum}": 1.4})
    new = _assert_part(spring, surge)
    before, after = (np.isin(found.stratum, STRATA_OF[stratum]).sum() for found in (spring, surge))
    assert after == pytest.approx(1.4 * before, rel=0.1)
    assert new > 0
    fresh = ~np.isin(surge.party_number, spring.party_number)
    assert set(surge.stratum[fresh].tolist()) <= set(STRATA_OF[stratum])


@given(low=st.floats(0, 3), high=st.floats(0, 3))
@settings(max_examples=8)
def test_of_two_rates_the_lower_brings_a_part_of_the_higher(low, high):
    """For any two multipliers of all strata: the smaller population is part of the larger."""
    low, high = sorted((low, high))
    place = {"window.start": "2018-05-22", "window.end": "2018-05-23", "arrivals.stations": ["el_paso"]}
    fewer, more = (
        _people({**place, **{f"arrivals.multiplier.{name}": rate for name in STRATA_OF}}) for rate in (low, high)
    )
    assert np.isin(fewer.number, more.number).all()
    rows = np.flatnonzero(np.isin(more.number, fewer.number))
    first, second = worlds.portraits(fewer, np.arange(fewer.number.size)), worlds.portraits(more, rows)
    for name in first:
        assert np.array_equal(first[name], second[name]), name


def test_a_day_of_a_planners_file_changes_only_itself(tmp_path):
    """A file in which one day brings twice as many: the other days are the same people, that day only gains."""
    days = [date(2018, 5, day) for day in range(7, 24)]
    busy = date(2018, 5, 15)

    def people(factor: int) -> People:
        path = tmp_path / f"{factor}.csv"
        rows = [f"{day},{station},{stratum},{30 * (factor if day == busy else 1)}"
                for day in days for station in ("yuma", "tucson")
                for stratum in ("single_adults", "family_unit_members", "children_alone")]  # fmt: skip
        path.write_text("\n".join(["day,sector,stratum,persons", *rows]))
        return _people({"arrivals.source": "file", "arrivals.file": str(path)})

    plain, doubled = people(1), people(2)
    assert _assert_part(plain, doubled) > 100
    fresh = ~np.isin(doubled.party_number, plain.party_number)
    assert set((doubled.apprehended_at[fresh] // DAY).tolist()) == {clock.day_of(busy)}


# --- what people may not depend on --------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["family_unity", "limited_separation"])
def test_people_do_not_depend_on_policy(scenario):
    """The same population to the bit under every policy."""
    settings = worlds.settings_with(worlds.SPRING, scenario=scenario)
    assert worlds.people(settings).digest() == worlds.people_of_spring().digest()


def test_people_do_not_depend_on_how_they_are_processed():
    """Agents, beds, transport, desk and the number of replications move nobody's face or minute."""
    everything = worlds.settings_with(worlds.SPRING).model_dump()
    everything["run"]["replications"] = 99
    everything["stations"]["processing_family"]["median_hours"] = 7.0
    everything["transport"]["wait"]["median_hours"] = 1.0
    everything["referral"]["desk"]["workers_day"] = 1
    everything["orr"]["beds"]["age_0_12"][0]["beds"] = 10
    everything["study"]["question"] = "?"
    changed = type(worlds.shipped()).model_validate(everything)
    assert changed != worlds.settings_with(worlds.SPRING)
    assert worlds.people(changed).digest() == worlds.people_of_spring().digest()


def test_a_further_draw_changes_no_other():
    """A new purpose drawn before, between and after moves nobody: draws have addresses, not turns."""
    of = worlds.settings_with(worlds.SPRING)
    draws = Draws(of.seed, 0)
    draws.uniforms(np.arange(1000), Purpose.STAY, 7)
    people = form_families(of, draws)
    draws.uniforms(people.number, Purpose.NATIONAL_DAY, 11)
    assert people.digest() == worlds.people_of_spring().digest()
    assert make_plan(people, of, draws).digest() == make_plan(people, of, Draws(of.seed, 0)).digest()


def test_the_same_address_is_the_same_population_again():
    """Same settings, seed and replication: the same people to the bit; another seed: others."""
    assert _people({}).digest() == worlds.people_of_spring().digest()
    assert _people({"seed": 2019}).digest() != worlds.people_of_spring().digest()


# --- tracking -----------------------------------------------------------------------------------------------------

TRACKED = (
    "scenario=zero_tolerance_2018",
    "window={start: 2018-05-14, end: 2018-05-21, lead_in_days: 0}",
    "study.season_start=2018-05-14",
    "study.season_end=2018-05-19",
    "arrivals.stations=[el_paso]",
    # An order within the days played, so that links are looked for.
    "reunification.order.day=2018-05-17",
    "reunification.team.workers=[{begins: 2018-05-18, workers: 8}]",
)
DESIGNS = ("e3_2017", "e3_august_2018", "edit_checks", "shared_record")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Eight days of May 2018 at El Paso."""
    settings = settings_of(*TRACKED)
    draws = Draws(settings.seed, 0)
    return make_plan(form_families(settings, draws), settings, draws)


def _history(plan: Plan, tracking: str, feedback: bool) -> History:
    settings = settings_of(*TRACKED, f"tracking={tracking}", f"tracking.feedback={feedback}")
    return simulate(plan, lay_out(settings))


def test_plans_do_not_depend_on_tracking(plan):
    """Whoever comes has the same luck under every design: rolls are in the plan, thresholds are not."""
    settings = settings_of(*TRACKED, "tracking=shared_record")
    draws = Draws(settings.seed, 0)
    assert make_plan(form_families(settings, draws), settings, draws).digest() == plan.digest()


def test_without_feedback_history_is_the_same_under_all_designs(plan):
    """What is written moves nobody: packs of records under several designs tell of one history, to the bit."""
    first, *others = (_history(plan, tracking, feedback=False) for tracking in DESIGNS)
    assert first.is_in_class.any()
    assert {history.digest() for history in others} == {first.digest()}


def test_with_feedback_designs_move_history(plan):
    """A shared record saves agents' minutes and loses no message, and who is looked for is found on record."""
    one, other = (_history(plan, tracking, feedback=True) for tracking in ("e3_2017", "shared_record"))
    assert one.digest() != other.digest()
    assert one.messages_lost.sum() > other.messages_lost.sum() == 0
    found = [(history.found_by == FoundBy.RECORD).sum() for history in (one, other)]
    assert found[0] < found[1]


# --- replications -------------------------------------------------------------------------------------------------


def test_replications_share_nothing_but_chance():
    """Persons of equal number in two replications differ as strangers do: birth days, minutes and both surnames.

    Two independent draws are equal as often as chance has it: under 1 % for days of birth and minutes, and under
    5 % for two surnames.
    """
    one, other = worlds.people_of_spring(), _people({}, replication=1)
    shared, first, second = np.intersect1d(one.number, other.number, return_indices=True)
    here = worlds.has_arrived(one)[first]
    first, second = first[here], second[here]
    assert here.sum() > 10_000
    assert (one.birth_day[first] == other.birth_day[second]).mean() < 0.01
    assert (one.of_party("apprehended_at")[first] == other.of_party("apprehended_at")[second]).mean() < 0.01
    same_name = (one.surname_1[first] == other.surname_1[second]) & (one.surname_2[first] == other.surname_2[second])
    assert same_name.mean() < 0.05
    assert shared.size < one.number.size


def test_replications_are_all_different():
    """Of eight replications no two have the same parties or residents."""
    of = worlds.settings_with(worlds.SPRING)
    assert len({worlds.parties(of, number).digest() for number in range(8)}) == 8
    assert len({draw_residents(of, Draws(of.seed, number)).digest() for number in range(8)}) == 8


# --- residents ----------------------------------------------------------------------------------------------------


def test_residents_do_not_depend_on_the_rest_of_the_window():
    """Runs that begin on the same day begin with the same children in shelters, whoever else comes and how long."""
    spring = worlds.settings_with(worlds.SPRING)
    other = worlds.settings_with(
        {**worlds.SPRING, "window.end": "2018-07-31", "arrivals.stations": ["yuma"], "arrivals.multiplier.families": 2}
    )
    assert draw_residents(spring, Draws(1, 0)).digest() == draw_residents(other, Draws(1, 0)).digest()


def test_the_lead_in_counts_as_part_of_the_run_for_residents():
    """What matters is the first day played: a later window with a longer lead-in has the same residents."""
    later = worlds.settings_with({**worlds.SPRING, "window.start": "2018-05-17", "window.lead_in_days": 10})
    spring = worlds.settings_with(worlds.SPRING)
    assert draw_residents(spring, Draws(1, 0)).digest() == draw_residents(later, Draws(1, 0)).digest()


def test_residents_of_another_first_day_keep_sex_and_stay():
    """A run that begins earlier meets the same children by number: sponsor, work left and kind of bed."""
    spring = draw_residents(worlds.settings_with(worlds.SPRING), Draws(1, 0))
    early = draw_residents(worlds.settings_with({**worlds.SPRING, "window.start": "2018-04-10"}), Draws(1, 0))
    count = min(spring.number.size, early.number.size)
    assert count > 5000
    for name in ("number", "sponsor", "work_left", "kind", "sex", "citizenship"):
        assert np.array_equal(getattr(spring, name)[:count], getattr(early, name)[:count]), name
