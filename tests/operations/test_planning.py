"""Plan: everybody in the right case, decisions in their shares, and durations that an engine can play."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import worlds

from borderops import clock
from borderops.ages import age_years, birthday_minute
from borderops.config.schema import PORTS, STATIONS, Lognormal, PlannedOutage
from borderops.operations.numbers import ROLLS, TRIES, Message
from borderops.operations.outages import DAYS_BEFORE, outages
from borderops.operations.plan import AdultPath, CaseKind, EarlierParent, Ground, Plan
from borderops.operations.planning import make_plan
from borderops.operations.policy import family_selection_share, referral_share
from borderops.population.people import COUNTRIES, NOBODY, People, Role, Stratum
from borderops.population.residents import census_on
from borderops.streams import Draws
from borderops.units import DAY, HOUR

SEASON = {"window.start": "2018-05-01", "window.end": "2018-06-30", "window.lead_in_days": 0}
SAYS_FAMILY = (Stratum.FAMILY, Stratum.FALSE_FAMILY)
TWO_CASES = (Stratum.KIN_GROUP, Stratum.UNDISCLOSED_FAMILY)


@pytest.fixture(scope="module")
def settings():
    """The season of 2018 with its policy."""
    return worlds.settings_with(SEASON)


@pytest.fixture(scope="module")
def people(settings) -> People:
    """Everybody of May and June 2018."""
    return worlds.people(settings)


@pytest.fixture(scope="module")
def plan(people, settings) -> Plan:
    """Their plan."""
    return make_plan(people, settings, Draws(settings.seed, 0))


def _party(people: People, plan: Plan) -> np.ndarray:
    """Party of each case."""
    return people.party[plan.case_first]


def _assert_share(found: np.ndarray, share: float | np.ndarray) -> None:
    """Truth values come in a share, one for all or one each, within 4.5 standard errors of their sum."""
    share = np.broadcast_to(share, found.shape)
    assert found.sum() == pytest.approx(share.sum(), abs=4.5 * np.sqrt((share * (1 - share)).sum()) + 1e-9)


# --- cases --------------------------------------------------------------------------------------------------------


def test_everybody_who_arrives_is_in_exactly_one_case(people, plan):
    """Cases cover all rows but the residents', without overlap, in the order of rows."""
    rows = np.concatenate([np.arange(a, a + b) for a, b in zip(plan.case_first, plan.case_size)])
    assert np.array_equal(rows, np.flatnonzero(worlds.has_arrived(people)))


def test_adults_stand_before_children_in_a_case(people, plan):
    """The first rows of a case are its adults, as many as it says, and nobody else in it is one."""
    case = np.repeat(np.arange(plan.case_first.size), plan.case_size)
    row = np.arange(people.number.size)[worlds.has_arrived(people)]
    is_adult = row - plan.case_first[case] < plan.case_adults[case]
    assert np.array_equal(is_adult, ~people.is_child[row])


def test_cases_follow_from_what_a_party_says_it_is(people, plan):
    """Families, true and false, are one case; kin and undisclosed families two; adults and children alone one each."""
    cases = np.bincount(_party(people, plan), minlength=people.size.size)
    for stratum in Stratum:
        expected = 0 if stratum == Stratum.RESIDENT else 2 if stratum in TWO_CASES else 1
        assert set(cases[people.stratum == stratum].tolist()) == {expected}, stratum
    stratum_of_case = people.stratum[_party(people, plan)]
    kinds = {stratum: set(plan.case_kind[stratum_of_case == stratum].tolist()) for stratum in Stratum}
    assert kinds == {
        Stratum.SINGLE_ADULT: {CaseKind.ADULT},
        Stratum.FAMILY: {CaseKind.FAMILY},
        Stratum.FALSE_FAMILY: {CaseKind.FAMILY},
        Stratum.KIN_GROUP: {CaseKind.ADULT, CaseKind.CHILDREN},
        Stratum.UNDISCLOSED_FAMILY: {CaseKind.ADULT, CaseKind.CHILDREN},
        Stratum.CHILDREN_ALONE: {CaseKind.CHILDREN},
        Stratum.RESIDENT: set(),
    }


def test_cases_are_where_and_when_their_party_is(people, plan):
    """Station and minute of apprehension are the party's."""
    party = _party(people, plan)
    assert np.array_equal(plan.case_station, people.station[party])
    assert np.array_equal(plan.case_at, people.apprehended_at[party])
    assert np.array_equal(plan.apprehended_at, people.of_party("apprehended_at"))


# --- durations ----------------------------------------------------------------------------------------------------


def test_stages_take_at_least_a_minute(people, plan):
    """Whatever a person may meet takes time: no stage of 0 minutes, none that never ends."""
    family = plan.case_kind == CaseKind.FAMILY
    child, adult = people.is_child, ~people.is_child
    for durations in (
        plan.intake_minutes, plan.processing_minutes, plan.checks_minutes,
        plan.separated_checks_minutes[family], plan.release_minutes[family], plan.detention_minutes[family],
        plan.departure_minutes[adult], plan.departure_minutes[plan.is_returned],
        plan.adults_minutes[family], plan.children_minutes[family],
        plan.designation_minutes[child], plan.transport_minutes[child], plan.travel_minutes[child],
        plan.phone_minutes, plan.itinerary_minutes, plan.parent_travel_minutes, plan.child_travel_minutes,
    ):  # fmt: skip
        assert durations.min() >= 1
        assert durations.max() < 60 * DAY
    assert plan.stay_minutes[child].min() >= 1
    for durations in (
        plan.ice_minutes[adult], plan.ask_minutes[plan.asks], plan.tracing_minutes, plan.request_minutes,
        plan.advocate_minutes, plan.abroad_minutes,
    ):  # fmt: skip
        assert durations.min() >= 1
        assert durations.max() < 10_000 * DAY


def test_stages_nobody_meets_take_no_time(people, plan):
    """Only families are parted or released together; only children go to shelters."""
    family = plan.case_kind == CaseKind.FAMILY
    for durations in (
        plan.separated_checks_minutes, plan.release_minutes, plan.detention_minutes,
        plan.adults_minutes, plan.children_minutes,
    ):  # fmt: skip
        assert (durations[~family] == 0).all()
    for durations in (plan.designation_minutes, plan.transport_minutes, plan.stay_minutes):
        assert (durations[~people.is_child] == 0).all()
    for durations in (plan.ice_minutes, plan.ask_minutes, plan.other_custody_minutes):
        assert (durations[people.is_child] == 0).all()
    assert (plan.departure_minutes[people.is_child & ~plan.is_returned] == 0).all()


def test_intake_grows_with_the_party(settings, plan):
    """So many minutes a party and so many a person, no chance in it."""
    of = settings.stations
    assert np.array_equal(plan.intake_minutes, of.intake_minutes_party + of.intake_minutes_person * plan.case_size)


@pytest.mark.parametrize(
    ("kind", "size", "which", "further"),
    [(CaseKind.ADULT, 1, "processing_adult", 0), (CaseKind.FAMILY, 2, "processing_family", 0),
     (CaseKind.FAMILY, 3, "processing_family", 1), (CaseKind.FAMILY, 4, "processing_family", 2),
     (CaseKind.CHILDREN, 1, "processing_child_alone", 0), (CaseKind.CHILDREN, 2, "processing_child_alone", 1)],
)  # fmt: skip
def test_processing_has_its_median_by_kind_and_size(settings, plan, kind, size, which, further):
    """Median minutes of an agent's time: the kind's, and a share more for each further member."""
    time = getattr(settings.stations, which)
    expected = time.median_hours * HOUR * (1 + settings.stations.processing_further_member_share * further)
    found = plan.processing_minutes[(plan.case_kind == kind) & (plan.case_size == size)]
    assert found.size > 100
    # The median's standard error is 1.25 sigma over the root of n, on the scale of logarithms.
    tolerance = 4.5 * 1.25 * time.sigma / np.sqrt(found.size) + 0.01
    assert np.log(np.median(found) / expected) == pytest.approx(0, abs=tolerance)


@pytest.mark.parametrize(
    ("column", "group", "which"),
    [("designation_minutes", "referral", "designation"),
     ("transport_minutes", "transport", "wait"), ("travel_minutes", "transport", "travel")],
)  # fmt: skip
def test_a_childs_way_has_its_medians(settings, people, plan, column, group, which):
    """Half of the children take longer than the median in the settings, within 4.5 standard errors."""
    time = getattr(getattr(settings, group), which)
    found = getattr(plan, column)[people.is_child]
    tolerance = 4.5 * 1.25 * time.sigma / np.sqrt(found.size) + 0.01
    assert np.log(np.median(found) / (time.median_hours * HOUR)) == pytest.approx(0, abs=tolerance)


def test_detention_ends_within_its_limit(settings, plan):
    """No family is planned to be detained beyond the limit of days; some reach it."""
    limit = round(settings.family_care.detention_stay_limit_days * DAY)
    family = plan.case_kind == CaseKind.FAMILY
    assert plan.detention_minutes[family].max() == limit


def test_birthdays_of_the_plan_are_exact(people, plan):
    """Thirteenth and eighteenth birthdays at midnight; no child who arrives is 18 already."""
    assert np.array_equal(plan.turns_13_at, birthday_minute(people.birth_day, 13))
    assert np.array_equal(plan.turns_18_at, birthday_minute(people.birth_day, 18))
    assert (plan.turns_18_at > plan.apprehended_at)[people.is_child].all()
    assert (plan.turns_18_at <= plan.apprehended_at)[~people.is_child].all()


# --- decisions ----------------------------------------------------------------------------------------------------


def _families(people: People, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Rows of family cases and the share each is selected with."""
    return np.flatnonzero(plan.case_kind == CaseKind.FAMILY), _party(people, plan)[plan.case_kind == CaseKind.FAMILY]


def test_only_families_have_grounds_and_family_decisions(plan):
    """Adults and children alone are never selected, whatever the policy."""
    others = plan.case_kind != CaseKind.FAMILY
    assert (plan.ground[others] == Ground.NONE).all()
    assert not (plan.takes_second_adult | plan.seeks_detention)[others].any()


def test_families_are_selected_in_the_shares_of_the_policy(people, plan, settings):
    """By sector and fortnight, and in all: referred families within 4.5 standard errors of the sum of their shares."""
    rows, party = _families(people, plan)
    day, station = people.apprehended_at[party] // DAY, people.station[party]
    youngest = age_years(people.youngest_birth_day[party], day)
    share = family_selection_share(settings.policy, day, station, youngest)
    referred = plan.ground[rows] == Ground.PROSECUTION
    for each in range(len(STATIONS)):
        for fortnight in range(4):
            here = (station == each) & ((day - day.min()) // 14 == fortnight)
            _assert_share(referred[here], share[here])
    _assert_share(referred, share)
    assert referred.sum() > 1000


def test_no_family_is_referred_at_a_port_of_entry(people, plan):
    """Entry at a port is no improper entry; other grounds are found there too."""
    rows, party = _families(people, plan)
    at_port = people.station[party] == STATIONS.index(PORTS)
    grounds = plan.ground[rows][at_port]
    assert (grounds != Ground.PROSECUTION).all()
    assert (grounds != Ground.NONE).any()


def test_other_grounds_come_in_their_shares(people, plan, settings):
    """Among families not referred, each ground within 4.5 standard errors of its share."""
    rows, _ = _families(people, plan)
    left = plan.ground[rows][plan.ground[rows] != Ground.PROSECUTION]
    for one in settings.policy.other_grounds:
        _assert_share(left == Ground[one.ground.upper()], one.share)


def test_higher_shares_select_the_same_families_and_more(people, plan, settings):
    """Nested policies: whoever is referred under the weaker timetable is referred under the stronger."""
    everything = settings.model_dump()
    for rule in everything["policy"]["family_referral"]:
        rule["share"] *= 0.5
    weaker = make_plan(people, type(settings).model_validate(everything), Draws(settings.seed, 0))
    under_weaker, under_stronger = (one.ground == Ground.PROSECUTION for one in (weaker, plan))
    assert 0 < under_weaker.sum() < under_stronger.sum()
    assert under_stronger[under_weaker].all()


def test_policy_changes_nothing_but_decisions(people, plan, settings):
    """Under family unity everybody's stages, stays and luck are the same; only grounds and adults' paths differ."""
    unity = worlds.settings_with(SEASON, scenario="family_unity")
    other = make_plan(people, unity, Draws(unity.seed, 0))
    may_differ = {"ground", "takes_second_adult", "path", "departure_minutes"}
    for name, column in plan.columns().items():
        if name not in may_differ:
            assert np.array_equal(column, other.columns()[name]), name
    assert (other.ground == Ground.PROSECUTION).sum() < (plan.ground == Ground.PROSECUTION).sum() / 10


def test_single_adults_are_referred_in_the_shares_of_the_policy(people, plan, settings):
    """By sector: to court within 4.5 standard errors; the others are returned or go to ICE as settings say."""
    adults = np.flatnonzero(people.of_party("stratum") == Stratum.SINGLE_ADULT)
    station = people.of_party("station")[adults]
    share = referral_share(settings.policy.single_adult_referral, worlds.day_of_apprehension(people)[adults], station)
    court = plan.path[adults] == AdultPath.COURT
    for each in range(len(STATIONS)):
        _assert_share(court[station == each], share[station == each])
    rest = adults[~court]
    quick = np.array([settings.stations.quick_return_share.get(country, 0.0) for country in COUNTRIES])
    _assert_share(plan.path[rest] == AdultPath.RETURN, quick[people.citizenship[rest]])


def test_families_seek_detention_in_their_share(people, plan, settings):
    """At sectors within 4.5 standard errors; from ports of entry none does."""
    rows, party = _families(people, plan)
    at_port = people.station[party] == STATIONS.index(PORTS)
    _assert_share(plan.seeks_detention[rows][~at_port], settings.family_care.detention_sought_share)
    assert not plan.seeks_detention[rows][at_port].any()


def test_second_adults_are_taken_in_their_share(plan, settings):
    """Of all families the share in which a second adult, if there is one, is taken too."""
    family = plan.case_kind == CaseKind.FAMILY
    _assert_share(plan.takes_second_adult[family], settings.policy.second_adult_referred_share)


# --- children -----------------------------------------------------------------------------------------------------


def test_children_from_contiguous_countries_are_returned_in_their_share(people, plan, settings):
    """Screened and returned, if they are without a parent or nobody writes down that they have one; nobody else."""
    returned = np.flatnonzero(plan.is_returned)
    shares = settings.stations.screened_return_share
    assert {COUNTRIES[code] for code in set(people.citizenship[returned].tolist())} == set(shares)
    assert (people.role[returned] >= Role.CHILD).all()
    for country, share in shares.items():
        of_country = people.is_child & worlds.has_arrived(people) & (people.citizenship == COUNTRIES.index(country))
        first = np.unique(people.party[of_country], return_index=True)[1]
        _assert_share(plan.is_returned[of_country][first], share)


def test_brothers_and_sisters_are_returned_together(people, plan):
    """Children of a case share the decision."""
    children = people.is_child & worlds.has_arrived(people)
    sums = np.bincount(people.party[children], plan.is_returned[children], minlength=people.size.size)
    counts = np.bincount(people.party[children], minlength=people.size.size)
    assert ((sums == 0) | (sums == counts)).all()


def test_stays_have_the_mean_of_their_sponsors(people, plan, settings):
    """Mean work to release over all children is the mean over kinds of sponsor, within 4.5 standard errors."""
    expected = sum(one.share * one.median_days * np.exp(one.sigma**2 / 2) for one in settings.orr.sponsors)
    found = plan.stay_minutes[people.is_child] / DAY
    assert found.mean() == pytest.approx(expected, abs=4.5 * found.std() / np.sqrt(found.size))


# --- rolls, messages, errands -------------------------------------------------------------------------------------

CASE_ROLLS = ("grouping_roll", "code_roll", "note_roll", "listing_roll")
CHILD_ROLLS = ("message_roll", "notice_roll", "itinerary_roll", "number_roll")


def _rolls(plan: Plan, name: str) -> np.ndarray:
    """All rolls of a name, one row an entity that may meet the act."""
    column = getattr(plan, name)
    column = column[plan.case_kind == CaseKind.FAMILY] if name in CASE_ROLLS else column
    return column.reshape(len(column), -1).astype(float)


@pytest.mark.parametrize("name", [*CASE_ROLLS, *CHILD_ROLLS])
def test_rolls_are_uniform_on_sixteen_bits(plan, name):
    """As many in each sixteenth of the range as chance gives, for every message and try by itself."""
    for column in _rolls(plan, name).T:
        counts = np.bincount((column // (ROLLS // 16)).astype(int), minlength=16)
        expected = column.size / 16
        assert np.abs(counts - expected).max() < 5.0 * np.sqrt(expected)
        assert column.max() < ROLLS


def test_rolls_of_one_entity_have_nothing_to_do_with_each_other(plan):
    """No roll tells another of the same family, or of the same child: message, try and act are all parts of it."""
    for names in (CASE_ROLLS, CHILD_ROLLS):
        together = np.concatenate([_rolls(plan, name) for name in names], axis=1)
        correlation = np.corrcoef(together, rowvar=False) - np.eye(together.shape[1])
        assert np.abs(correlation).max() < 5.5 / np.sqrt(len(together))


def test_only_families_have_rolls_of_a_family(plan):
    """Nothing is left to chance where nothing is written down."""
    for name in CASE_ROLLS:
        assert not getattr(plan, name)[plan.case_kind != CaseKind.FAMILY].any(), name


def test_every_child_has_a_row_of_its_own(people, plan):
    """Residents included; adults have none."""
    assert np.array_equal(plan.is_child, people.is_child)
    assert plan.child_row[people.is_child].tolist() == list(range(people.is_child.sum()))
    assert (plan.child_row[~people.is_child] == -1).all()
    assert plan.message_roll.shape == plan.notice_roll.shape == (people.is_child.sum(), len(Message), TRIES)


def test_errands_come_in_their_shares(people, plan, settings):
    """Requests granted, parents found by review, children's parents abroad who decide for reunion: as settings say."""
    rules = settings.reunification
    _assert_share(plan.is_granted, rules.requests.granted_share)
    _assert_share(plan.is_found_by_review, rules.team.review_finds_share)
    _assert_share(plan.is_reunited_abroad, rules.abroad.reunited_share)
    _assert_share(plan.without_notice_minutes > 0, rules.routes.without_notice_share)


def test_parents_ask_and_are_judged_in_their_shares(people, plan, settings):
    """Only who says to be a parent asks; what vetting says of residents' parents stands in the children's rows."""
    parent = ~people.is_child & np.isin(people.of_party("stratum"), SAYS_FAMILY)
    resident = people.of_party("stratum") == Stratum.RESIDENT
    rules = settings.reunification
    _assert_share(plan.asks[parent], rules.requests.asks_share)
    assert not plan.asks[~parent].any()
    for column, share in ((plan.is_unfit, rules.team.unfit_share), (plan.is_unwilling, rules.team.unwilling_share)):
        _assert_share(column[parent | resident], share)
        assert not column[~(parent | resident)].any()


def test_adults_are_removed_and_held_elsewhere_in_their_shares(people, plan, settings):
    """Parents by a share of their own; other custody is for parents alone."""
    parent = ~people.is_child & np.isin(people.of_party("stratum"), SAYS_FAMILY)
    _assert_share(plan.is_removed[parent], settings.ice.removed_share_parents)
    _assert_share(plan.is_removed[~people.is_child & ~parent], settings.ice.removed_share)
    _assert_share(plan.other_custody_minutes[parent] > 0, settings.courts.other_custody_share)
    assert not plan.other_custody_minutes[~parent].any()
    assert not plan.is_removed[people.is_child].any()


@pytest.mark.parametrize(
    ("column", "time"),
    [("phone_minutes", "referral.mail.phone"), ("itinerary_minutes", "referral.mail.wrong_itinerary"),
     ("tracing_minutes", "reunification.requests.tracing"), ("request_minutes", "reunification.requests.handling"),
     ("advocate_minutes", "reunification.team.advocate"), ("abroad_minutes", "reunification.abroad.decides"),
     ("parent_travel_minutes", "reunification.routes.parent_travel"),
     ("child_travel_minutes", "reunification.routes.child_travel")],
)  # fmt: skip
def test_errands_have_their_medians(settings, plan, column, time):
    """Half of the children's errands take longer than the median in the settings, within 4.5 standard errors."""
    for name in time.split("."):
        settings = getattr(settings, name)
    median = settings.median_days * DAY if hasattr(settings, "median_days") else settings.median_hours * HOUR
    found = getattr(plan, column)
    tolerance = 4.5 * 1.25 * settings.sigma / np.sqrt(found.size) + 0.01
    assert np.log(np.median(found) / median) == pytest.approx(0, abs=tolerance)


def test_young_ends_at_the_age_the_order_names(people, plan, settings):
    """At midnight of that birthday; an order of another age moves the day and nothing else."""
    age = settings.reunification.order.young_below_age
    assert np.array_equal(plan.young_until, birthday_minute(people.birth_day, age))


# --- outages --------------------------------------------------------------------------------------------------------


def test_outages_of_a_station_are_in_order_and_apart(plan):
    """Sorted by station, then beginning; each ends before the next of its station begins."""
    key = list(zip(plan.outage_station.tolist(), plan.outage_begins.tolist(), strict=True))
    assert key == sorted(key)
    assert (plan.outage_begins < plan.outage_ends).all()
    same = np.diff(plan.outage_station) == 0
    assert (plan.outage_begins[1:] > plan.outage_ends[:-1])[same].all()


def _outages(seed: int = 0, **changes) -> dict[str, np.ndarray]:
    settings = worlds.settings_with(SEASON)
    rules = settings.referral.outages.model_copy(update=changes)
    referral = settings.referral.model_copy(update={"outages": rules})
    return outages(settings.model_copy(update={"referral": referral}), Draws(seed, 0))


def test_outages_come_at_their_rate():
    """So many a station and year, within 4.5 standard errors over fifty seeds; lengths have their median."""
    rate = 12
    found = [_outages(seed, per_station_year=rate, lasts=Lognormal(median_hours=3.0, sigma=0.8)) for seed in range(50)]
    count = sum(one["outage_station"].size for one in found)
    days = (date(2018, 6, 30) - date(2018, 5, 1)).days + 1 + DAYS_BEFORE
    expected = rate / 365.25 * days * len(STATIONS) * len(found)
    assert count == pytest.approx(expected, abs=4.5 * np.sqrt(expected))
    length = np.concatenate([one["outage_ends"] - one["outage_begins"] for one in found])
    assert np.log(np.median(length) / (3 * HOUR)) == pytest.approx(0, abs=4.5 * 1.25 * 0.8 / np.sqrt(count) + 0.01)


def test_more_outages_are_the_same_and_more():
    """A higher rate keeps every outage of the lower one."""
    few, many = (_outages(per_station_year=rate) for rate in (6, 24))
    rows = list(zip(*(column.tolist() for column in few.values()), strict=True))
    assert 0 < len(rows) < many["outage_station"].size
    for station, begins, ends in rows:
        here = many["outage_station"] == station
        assert (here & (many["outage_begins"] <= begins) & (many["outage_ends"] >= ends)).sum() == 1


def test_planned_outages_are_where_and_when_they_are_planned():
    """Of one station for five hours from noon, of all for a day; two that touch are one."""
    planned = [
        PlannedOutage(day=date(2018, 5, 3), hour=12, lasts_hours=5, stations=["yuma"]),
        PlannedOutage(day=date(2018, 5, 3), hour=17, lasts_hours=2.5, stations=["yuma"]),
        PlannedOutage(day=date(2018, 5, 8), hour=0, lasts_hours=24, stations=[]),
    ]
    found = _outages(per_station_year=0, planned=planned)
    yuma, day = STATIONS.index("yuma"), clock.minute_of(date(2018, 5, 3))
    rows = set(zip(*(column.tolist() for column in found.values()), strict=True))
    later = day + 5 * DAY
    everywhere = {(station, later, later + DAY) for station in range(len(STATIONS))}
    assert rows == everywhere | {(yuma, day + 12 * HOUR, day + 19 * HOUR + 30)}


# --- stays in progress --------------------------------------------------------------------------------------------


def test_residents_of_the_plan_are_those_of_the_people(people, plan, settings):
    """As many as the census of the evening before; their rows are the residents' rows; they came before the run."""
    assert np.array_equal(plan.resident, np.flatnonzero(people.of_party("stratum") == Stratum.RESIDENT))
    assert plan.resident.size == census_on(settings.orr, worlds.first_day(settings) - 1)
    assert (plan.resident_since <= worlds.first_day(settings) * DAY).all()
    assert (plan.resident_work >= 0).all()
    assert (people.mother[plan.resident] == NOBODY).all()


def test_detained_families_fill_their_share_of_places(plan, settings):
    """On the first minute family detention holds about the set share of its places, families of two and three."""
    care = settings.family_care
    expected = care.detention_beds[0].beds * care.occupied_on_first_day_share
    assert plan.detained_size.sum() == pytest.approx(expected, rel=0.01)
    assert set(plan.detained_size.tolist()) == {2, 3}


def test_detained_families_leave_within_the_limit(plan, settings):
    """Residual stays: none is over, none exceeds the limit, and on average half of a length-biased stay is left."""
    left = plan.detained_until - worlds.first_day(settings) * DAY
    limit = settings.family_care.detention_stay_limit_days * DAY
    assert left.min() >= 1
    assert left.max() <= limit
    stays = plan.detention_minutes[plan.case_kind == CaseKind.FAMILY].astype(float)
    expected = (stays**2).mean() / (2 * stays.mean())
    assert left.mean() == pytest.approx(expected, abs=4.5 * left.std() / np.sqrt(left.size))


def test_parents_of_children_separated_before_stand_where_settings_say(people, plan, settings):
    """Linked or not, removed or here, each in its share; other residents have no parent to be found."""
    rules = settings.reunification.earlier
    separated = plan.resident_parent != EarlierParent.NONE
    assert separated.any()
    assert not separated.all()
    _assert_share(plan.resident_parent[separated] == EarlierParent.REMOVED, rules.removed_share)
    _assert_share(plan.resident_is_linked[separated], rules.linked_share)
    assert not plan.resident_is_linked[~separated].any()
