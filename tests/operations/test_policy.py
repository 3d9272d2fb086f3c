"""Policy: who is selected, by date, sector and age; nested when shares are."""

from __future__ import annotations

from datetime import date, timedelta

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import FIXED, settings_of

from borderops import clock
from borderops.ages import age_years
from borderops.config.schema import PORTS, SECTORS, STATIONS, Exemption, Policy, ReferralRule
from borderops.operations.plan import CaseKind, Ground
from borderops.operations.planning import make_plan
from borderops.operations.policy import family_selection_share, obedience, referral_share
from borderops.population.families import form_families
from borderops.streams import Draws
from borderops.units import DAY

MAY_5 = date(2018, 5, 5)
YUMA, TUCSON, EL_PASO = (STATIONS.index(name) for name in ("yuma", "tucson", "el_paso"))


def _rule(share: float, begins: date = MAY_5, ends: date | None = None, sectors=(), ramp_days: int = 0) -> ReferralRule:
    return ReferralRule(begins=begins, ends=ends, sectors=list(sectors), share=share, ramp_days=ramp_days)


def _exemption(obeyed: float, up_to: int = 12, begins: date = MAY_5, ends: date | None = None, sectors=()) -> Exemption:
    return Exemption(begins=begins, ends=ends, sectors=list(sectors), youngest_age_up_to=up_to, obedience=obeyed)


def _shares(rules: list[ReferralRule], days: list[date], station: int = YUMA) -> list[float]:
    day = np.array([clock.day_of(one) for one in days])
    return referral_share(rules, day, np.full(day.size, station)).tolist()


def _days_from(day: date, count: int) -> list[date]:
    return [day + timedelta(days=offset) for offset in range(count)]


# --- the timetable --------------------------------------------------------------------------------------------------


def test_nobody_is_referred_without_a_rule():
    """An empty timetable is a share of nought."""
    assert _shares([], [MAY_5]) == [0.0]


def test_rule_holds_from_its_first_to_its_last_day():
    """Both days are included."""
    rule = _rule(0.4, begins=MAY_5, ends=date(2018, 5, 7))
    assert _shares([rule], _days_from(date(2018, 5, 4), 5)) == [0.0, 0.4, 0.4, 0.4, 0.0]


def test_rule_without_a_last_day_does_not_end():
    """Years later it still holds."""
    assert _shares([_rule(0.4)], [date(2029, 1, 1)]) == [0.4]


def test_of_several_rules_the_last_listed_counts():
    """Neither the largest nor the latest begun: the order of the list decides."""
    rules = [_rule(0.9, begins=date(2018, 5, 6)), _rule(0.4, begins=MAY_5)]
    assert _shares(rules, [date(2018, 5, 7)]) == [0.4]
    assert _shares(rules[::-1], [date(2018, 5, 7)]) == [0.9]


def test_rule_of_some_sectors_leaves_the_others_to_the_rules_before_it():
    """Yuma has its own share, Tucson the one of all sectors."""
    rules = [_rule(0.1), _rule(0.8, sectors=["yuma"])]
    assert _shares(rules, [MAY_5], YUMA) == [0.8]
    assert _shares(rules, [MAY_5], TUCSON) == [0.1]


def test_share_ramps_in_a_straight_line_from_the_rule_before():
    """Four days of ramp from 0.1 to 0.5: a quarter of the way on the first day, all of it on the fourth."""
    rules = [_rule(0.1, begins=date(2018, 1, 1)), _rule(0.5, ramp_days=4)]
    shares = _shares(rules, _days_from(date(2018, 5, 4), 7))
    assert shares == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5], abs=1e-12)


def test_ramp_of_one_day_is_none():
    """A ramp whose last day is its first reaches the full share at once."""
    assert _shares([_rule(0.1, begins=date(2018, 1, 1)), _rule(0.5, ramp_days=1)], [MAY_5]) == [0.5]


def test_ramp_may_lead_down():
    """A share that is phased out falls in the same steps."""
    rules = [_rule(0.8, begins=date(2018, 1, 1)), _rule(0.0, ramp_days=2)]
    assert _shares(rules, _days_from(date(2018, 5, 4), 4)) == pytest.approx([0.8, 0.4, 0.0, 0.0], abs=1e-12)


def test_ports_of_entry_are_never_referred():
    """No rule speaks of ports, not even one for everywhere."""
    assert _shares([_rule(1.0)], [MAY_5], STATIONS.index(PORTS)) == [0.0]


# --- exemptions and ages --------------------------------------------------------------------------------------------


def _obeyed(exemptions: list[Exemption], ages: list[int], day: date = MAY_5, station: int = YUMA) -> list[float]:
    age = np.array(ages)
    return obedience(exemptions, np.full(age.size, clock.day_of(day)), np.full(age.size, station), age).tolist()


def test_exemption_spares_up_to_its_age():
    """Twelve is included, thirteen is not."""
    assert _obeyed([_exemption(0.6, up_to=12)], [0, 12, 13]) == [0.6, 0.6, 0.0]


def test_exemption_holds_on_its_days_and_in_its_sectors():
    """From its first to its last day, where it was given."""
    exemption = _exemption(0.6, ends=date(2018, 5, 6), sectors=["yuma"])
    assert [_obeyed([exemption], [3], day)[0] for day in _days_from(date(2018, 5, 4), 4)] == [0.0, 0.6, 0.6, 0.0]
    assert _obeyed([exemption], [3], station=TUCSON) == [0.0]


def test_of_several_exemptions_the_last_listed_counts():
    """Obedience does not add up."""
    assert _obeyed([_exemption(0.6), _exemption(0.2, up_to=4)], [3, 8]) == [0.2, 0.6]


def _policy(**changes) -> Policy:
    empty = {"family_referral": [], "exemptions": [], "youngest_0_4_ratio": 1.0, "other_grounds": [], "pauses": []}
    return settings_of().policy.model_copy(update={**empty, **changes})


def test_effective_share_is_share_times_ratio_times_what_exemptions_leave():
    """0.5 of the adults, a ratio of 0.2 below five, 60 % obedience up to twelve: 0.04, 0.2 and 0.5."""
    policy = _policy(family_referral=[_rule(0.5)], exemptions=[_exemption(0.6)], youngest_0_4_ratio=0.2)
    age = np.array([0, 4, 5, 12, 13, 17])
    day, station = np.full(6, clock.day_of(MAY_5)), np.full(6, YUMA)
    shares = family_selection_share(policy, day, station, age)
    assert shares.tolist() == pytest.approx([0.04, 0.04, 0.2, 0.2, 0.5, 0.5], abs=1e-12)


# --- nested selection -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def season():
    """Settings, draws and people of three sectors and the ports over a fortnight."""
    settings = settings_of(
        "window.start=2018-05-01",
        "window.end=2018-05-14",
        "window.lead_in_days=0",
        "arrivals.stations=[yuma,el_paso,big_bend,ports_of_entry]",
    )
    draws = Draws(settings.seed, 0)
    people = form_families(settings, draws)
    return settings, draws, people, make_plan(people, settings, draws)


def _grounds(season, policy: Policy) -> np.ndarray:
    settings, draws, people, _ = season
    return make_plan(people, settings.model_copy(update={"policy": policy}), draws).ground


share = st.sampled_from([0.0, 0.05, 0.3, 0.31, 0.8, 1.0])
days = st.dates(date(2018, 4, 25), date(2018, 5, 16))
sectors = st.lists(st.sampled_from(SECTORS), max_size=3, unique=True)
rules = st.lists(
    st.builds(_rule, share=share, begins=days, ends=st.none() | days, sectors=sectors, ramp_days=st.integers(0, 9)),
    max_size=3,
)
exemptions = st.lists(
    st.builds(_exemption, obeyed=share, up_to=st.integers(0, 17), begins=days, ends=st.none(), sectors=sectors),
    max_size=2,
)
policies = st.builds(_policy, family_referral=rules, exemptions=exemptions, youngest_0_4_ratio=share)


@hypothesis.settings(FIXED, max_examples=60)
@given(one=policies, other=policies)
def test_selection_is_nested_family_by_family(season, one, other):
    """Wherever one policy's effective share is at least the other's, whoever the other selects it selects as well."""
    _, _, people, plan = season
    party = people.party[plan.case_first]
    day = people.apprehended_at[party] // DAY
    youngest = age_years(people.youngest_birth_day[party], day)
    shares = [family_selection_share(policy, day, people.station[party], youngest) for policy in (one, other)]
    selected = [_grounds(season, policy) == Ground.PROSECUTION for policy in (one, other)]
    at_least = shares[0] >= shares[1]
    assert not (at_least & selected[1] & ~selected[0]).any()
    assert not (~at_least & selected[0] & ~selected[1]).any()


def test_selected_share_is_the_effective_share(season):
    """The number selected lies in the 99.9 % interval of independent choices at the effective shares."""
    settings, _, people, plan = season
    party = people.party[plan.case_first]
    day = people.apprehended_at[party] // DAY
    youngest = age_years(people.youngest_birth_day[party], day)
    family = plan.case_kind == CaseKind.FAMILY
    expected = family_selection_share(settings.policy, day, people.station[party], youngest)[family]
    number = (plan.ground[family] == Ground.PROSECUTION).sum()
    assert expected.sum() > 100
    assert abs(number - expected.sum()) < 3.29 * np.sqrt((expected * (1 - expected)).sum())


def test_share_of_one_selects_every_family_at_a_sector_and_none_at_a_port(season):
    """A share of one leaves no family out; a port of entry refers nobody."""
    plan = season[3]
    ground = _grounds(season, _policy(family_referral=[_rule(1.0, begins=date(2018, 1, 1))]))
    family, port = plan.case_kind == CaseKind.FAMILY, plan.case_station == STATIONS.index(PORTS)
    assert (family & port).any()
    assert (ground[family & ~port] == Ground.PROSECUTION).all()
    assert (ground[~family | port] == Ground.NONE).all()
