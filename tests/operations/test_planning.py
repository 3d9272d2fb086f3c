"""Plan: everybody in the right case, decisions in their shares, and durations that an engine can play."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from borderops.ages import age_years, birthday_minute
from borderops.config.schema import PORTS, STATIONS
from borderops.operations.plan import AdultPath, CaseKind, Ground, Plan
from borderops.operations.planning import make_plan
from borderops.operations.policy import family_selection_share, referral_share
from borderops.pace import PER_MINUTE
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
        plan.mail_minutes[child], plan.designation_minutes[child], plan.transport_minutes[child],
        plan.travel_minutes[child],
    ):  # fmt: skip
        assert durations.min() >= 1
        assert durations.max() < 60 * DAY
    assert plan.stay_work[child].min() >= PER_MINUTE


def test_stages_nobody_meets_take_no_time(people, plan):
    """Only families are parted or released together; only children go to shelters."""
    family = plan.case_kind == CaseKind.FAMILY
    for durations in (plan.separated_checks_minutes, plan.release_minutes, plan.detention_minutes):
        assert (durations[~family] == 0).all()
    for durations in (plan.mail_minutes, plan.designation_minutes, plan.transport_minutes, plan.stay_work):
        assert (durations[~people.is_child] == 0).all()
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
    [("mail_minutes", "referral", "mail"), ("designation_minutes", "referral", "designation"),
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


def test_returned_children_come_without_a_parent_from_contiguous_countries(people, plan, settings):
    """Screened and returned: Mexican children alone, with kin or of families who do not say so; nobody else."""
    returned = np.flatnonzero(plan.is_returned)
    stratum = people.of_party("stratum")
    assert {COUNTRIES[code] for code in set(people.citizenship[returned].tolist())} == {"MX"}
    assert set(stratum[returned].tolist()) <= {Stratum.CHILDREN_ALONE, *TWO_CASES}
    assert (people.role[returned] >= Role.CHILD).all()
    could = np.isin(stratum, (Stratum.CHILDREN_ALONE, *TWO_CASES)) & people.is_child & (people.citizenship == 0)
    first = np.unique(people.party[could], return_index=True)[1]
    _assert_share(plan.is_returned[could][first], settings.stations.screened_return_share["MX"])


def test_brothers_and_sisters_are_returned_together(people, plan):
    """Children of a case share the decision."""
    children = people.is_child & worlds.has_arrived(people)
    sums = np.bincount(people.party[children], plan.is_returned[children], minlength=people.size.size)
    counts = np.bincount(people.party[children], minlength=people.size.size)
    assert ((sums == 0) | (sums == counts)).all()


def test_stays_have_the_mean_of_their_sponsors(people, plan, settings):
    """Mean work to release over all children is the mean over kinds of sponsor, within 4.5 standard errors."""
    expected = sum(one.share * one.median_days * np.exp(one.sigma**2 / 2) for one in settings.orr.sponsors)
    found = plan.stay_work[people.is_child] / (DAY * PER_MINUTE)
    assert found.mean() == pytest.approx(expected, abs=4.5 * found.std() / np.sqrt(found.size))


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
