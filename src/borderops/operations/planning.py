"""People and policy -> Plan. The last room that draws before the engine plays."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from borderops import clock, quantiles
from borderops.ages import age_years
from borderops.config.schema import (
    PORTS,
    STATIONS,
    Courts,
    FamilyCare,
    Lognormal,
    LognormalDays,
    Orr,
    Policy,
    Reunification,
    Settings,
)
from borderops.config.schema import Stations as StationTimes
from borderops.operations.numbers import TRIES, Message
from borderops.operations.outages import outages
from borderops.operations.plan import AdultPath, CaseKind, EarlierParent, Ground, Plan
from borderops.operations.policy import family_selection_share, referral_share
from borderops.operations.sittings import court_days, limit_after
from borderops.population.people import COUNTRIES, People, Role, Sex, Stratum
from borderops.population.residents import draw_residents
from borderops.streams import Draws, Purpose
from borderops.units import DAY, HOUR, MOMENT

SAYS_FAMILY = (Stratum.FAMILY, Stratum.FALSE_FAMILY)
"""Strata that are processed as one family; all others with adults and children are two cases."""

_STRATUM_SAYS_FAMILY = np.isin(list(Stratum), SAYS_FAMILY)


def make_plan(people: People, settings: Settings, draws: Draws) -> Plan:
    """Lay out everybody's stages, durations and decisions.

    Parameters
    ----------
    people : People
    settings : Settings
    draws : Draws

    Returns
    -------
    Plan
    """
    cases = _open_cases(people)
    number = people.number[cases["case_first"]]
    return Plan(
        **cases,
        apprehended_at=people.of_party("apprehended_at"),
        station=people.of_party("station"),
        is_child=people.is_child,
        **_agent_times(cases, number, settings.stations, draws),
        **_split_times(people, cases, settings.stations, draws),
        **_rolls(cases, number, draws),
        **_family_decisions(people, cases, number, settings, draws),
        **_adult_paths(people, settings, draws),
        **_referral_times(people, settings),
        **_sentences(people, settings.courts, draws),
        **_other_custody(people, cases, settings.courts, draws),
        **_ice_stays(people, settings, draws),
        **_child_stages(people, settings, draws),
        **_errands(people, settings, draws),
        **_residents(people, settings, draws),
        **_detained_families(settings.family_care, settings, draws),
        **outages(settings, draws),
    )


# --- cases --------------------------------------------------------------------------------------------------------


def _open_cases(people: People) -> dict[str, np.ndarray]:
    """Split parties into cases; rows of a case stand together."""
    arrived = people.stratum != Stratum.RESIDENT
    adults = np.bincount(people.party[people.role < Role.CHILD], minlength=people.size.size).astype(np.int16)
    children = people.size - adults
    split = arrived & (adults > 0) & (children > 0) & ~_STRATUM_SAYS_FAMILY[people.stratum]
    lead = np.flatnonzero(arrived)
    tail = np.flatnonzero(split)
    party = np.concatenate([lead, tail])
    first = np.concatenate([people.first_member[lead], people.first_member[tail] + adults[tail]])
    size = np.concatenate([np.where(split, adults, people.size)[lead], children[tail]])
    grown = np.concatenate([adults[lead], np.zeros(tail.size, dtype=np.int16)])
    order = np.argsort(first, kind="stable")
    party, first, size, grown = party[order], first[order], size[order], grown[order]
    kind = np.where(grown == 0, CaseKind.CHILDREN, np.where(grown < size, CaseKind.FAMILY, CaseKind.ADULT))
    return {
        "case_first": first.astype(np.int32),
        "case_size": size.astype(np.int16),
        "case_adults": grown.astype(np.int16),
        "case_kind": kind.astype(np.int8),
        "case_station": people.station[party],
        "case_at": people.apprehended_at[party],
    }


def _minutes(draws: Draws, number: np.ndarray, purpose: Purpose, time: Lognormal) -> np.ndarray:
    uniforms = draws.uniforms(number, purpose)
    return quantiles.lognormal_minutes(uniforms, time.median_hours * HOUR, time.sigma)


def _agent_times(
    cases: dict[str, np.ndarray], number: np.ndarray, times: StationTimes, draws: Draws
) -> dict[str, np.ndarray]:
    """Minutes of intake, processing and checks of each case."""
    size, kind = cases["case_size"].astype(np.int64), cases["case_kind"]
    by_kind = (times.processing_adult, times.processing_family, times.processing_child_alone)
    sizes = np.arange(int(size.max(initial=0)) + 1)
    # By kind and size, of which there are few.
    median = np.array([[time.median_hours * HOUR] for time in by_kind])
    median = median * (1.0 + times.processing_further_member_share * np.maximum(sizes - [[1], [2], [1]], 0))
    sigma = np.repeat([time.sigma for time in by_kind], sizes.size)
    uniforms = draws.uniforms(number, Purpose.PROCESSING)
    processing = quantiles.lognormal_minutes_of(uniforms, kind * sizes.size + size, median.ravel(), sigma)
    return {
        "intake_minutes": (times.intake_minutes_party + times.intake_minutes_person * size).astype(np.int32),
        "processing_minutes": processing,
        "checks_minutes": _minutes(draws, number, Purpose.CHECKS, times.checks),
        "separated_checks_minutes": _only(
            kind == CaseKind.FAMILY,
            number,
            lambda some: _minutes(draws, some, Purpose.SEPARATED_CHECKS, times.checks_separated_extra),
        ),
    }


def _split_times(
    people: People, cases: dict[str, np.ndarray], times: StationTimes, draws: Draws
) -> dict[str, np.ndarray]:
    """Minutes of processing of a family's adults and of its children, should it not be grouped."""
    family = np.flatnonzero(cases["case_kind"] == CaseKind.FAMILY)
    first, adults = cases["case_first"][family], cases["case_adults"][family].astype(np.int64)
    minutes = {}
    for name, lead, size, time in (
        ("adults_minutes", first, adults, times.processing_adult),
        ("children_minutes", first + adults, cases["case_size"][family] - adults, times.processing_child_alone),
    ):
        median = time.median_hours * HOUR * (1.0 + times.processing_further_member_share * (size - 1))
        uniforms = draws.uniforms(people.number[lead], Purpose.PROCESSING, 1)
        minutes[name] = np.zeros(cases["case_kind"].size, dtype=np.int32)
        minutes[name][family] = quantiles.lognormal_minutes(uniforms, median, time.sigma)
    return minutes


def _rolls(cases: dict[str, np.ndarray], number: np.ndarray, draws: Draws) -> dict[str, np.ndarray]:
    """Rolls of the steering acts that concern a whole family."""
    family = np.flatnonzero(cases["case_kind"] == CaseKind.FAMILY)
    columns = {}
    for name, purpose in (
        ("grouping_roll", Purpose.GROUPING),
        ("code_roll", Purpose.CODE),
        ("note_roll", Purpose.NOTE),
        ("listing_roll", Purpose.LISTING),
    ):
        columns[name] = np.zeros(number.size, dtype=np.uint16)
        columns[name][family] = _roll(draws, number[family], purpose)
    return columns


def _roll(draws: Draws, number: np.ndarray, purpose: Purpose) -> np.ndarray:
    """One roll for each number."""
    return (draws.bits(number, purpose) >> np.uint64(48)).astype(np.uint16)


def _four_rolls(draws: Draws, number: np.ndarray, purpose: Purpose) -> np.ndarray:
    """Rolls for each message and try, shape (n, messages, tries): the index of the draw is the message's."""
    words = np.empty((number.size, len(Message)), dtype="<u8")
    for message in Message:
        words[:, message] = draws.bits(number, purpose, message)
    # The four quarters of 64 bits, the lowest first.
    return words.view("<u2").reshape(number.size, len(Message), TRIES).astype(np.uint16, copy=False)


def _only(chosen: np.ndarray, number: np.ndarray, compute) -> np.ndarray:
    """Compute for the chosen rows, zero elsewhere."""
    rows = np.flatnonzero(chosen)
    found = np.zeros(number.size, dtype=np.int32)
    found[rows] = compute(number[rows])
    return found


def _says_family(people: People, rows: np.ndarray) -> np.ndarray:
    """True for those of some people whose party says that it is a family."""
    return _STRATUM_SAYS_FAMILY[people.stratum[people.party[rows]]]


def _rows_of_residents(people: People) -> np.ndarray:
    """Rows of the children who are in shelters when the run begins, each a party of one."""
    return people.first_member[people.stratum == Stratum.RESIDENT]


# --- families -----------------------------------------------------------------------------------------------------


def _family_decisions(
    people: People, cases: dict[str, np.ndarray], number: np.ndarray, settings: Settings, draws: Draws
) -> dict[str, np.ndarray]:
    """Selection, and where a family that stays together goes."""
    family = np.flatnonzero(cases["case_kind"] == CaseKind.FAMILY)
    care, some = settings.family_care, number[family]
    ground = np.zeros(number.size, dtype=np.int8)
    ground[family] = _grounds(people, cases["case_first"][family], settings.policy, draws)
    second = np.zeros(number.size, dtype=bool)
    second[family] = draws.uniforms(some, Purpose.SECOND_ADULT_REFERRAL) < settings.policy.second_adult_referred_share
    sought = np.zeros(number.size, dtype=bool)
    at_sector = cases["case_station"][family] != STATIONS.index(PORTS)
    sought[family] = (draws.uniforms(some, Purpose.FAMILY_DETENTION) < care.detention_sought_share) & at_sector
    stay = np.zeros(number.size, dtype=np.int32)
    stay[family] = _detention_stays(draws.uniforms(some, Purpose.DETENTION_STAY), care)
    release = np.zeros(number.size, dtype=np.int32)
    release[family] = _minutes(draws, some, Purpose.RELEASE, care.release)
    rejoined = np.zeros(number.size, dtype=np.int32)
    rejoined[family] = _minutes(draws, some, Purpose.REJOINED_RELEASE, settings.courts.rejoined_release)
    return {
        "ground": ground,
        "takes_second_adult": second,
        "seeks_detention": sought,
        "detention_minutes": stay,
        "release_minutes": release,
        "rejoined_release_minutes": rejoined,
    }


def _grounds(people: People, first: np.ndarray, policy: Policy, draws: Draws) -> np.ndarray:
    """Ground on which each family is selected; prosecution comes before the others."""
    party = people.party[first]
    number, day = people.party_number[party], people.apprehended_at[party] // DAY
    uniforms = draws.uniforms(number, Purpose.REFERRAL)
    referred = np.zeros(first.size, dtype=bool)
    # Ages matter for those alone whom the timetable does not leave out already: exemptions only lower a share.
    at_most = referral_share(policy.family_referral, day, people.station[party]) * max(policy.youngest_0_4_ratio, 1.0)
    some = np.flatnonzero(uniforms < at_most)
    youngest = age_years(people.youngest_birth_day[party[some]], day[some])
    share = family_selection_share(policy, day[some], people.station[party[some]], youngest)
    referred[some] = uniforms[some] < share
    shares = [one.share for one in policy.other_grounds]
    found = quantiles.category(draws.uniforms(number, Purpose.OTHER_GROUND), [*shares, 1.0 - sum(shares)])
    codes = np.array([*(Ground[one.ground.upper()] for one in policy.other_grounds), Ground.NONE])
    # No officer at a port of entry refers for improper entry; other grounds are found there as well.
    return np.where(referred, Ground.PROSECUTION, codes[found]).astype(np.int8)


def _detention_stays(uniforms: np.ndarray, care: FamilyCare) -> np.ndarray:
    stay = quantiles.lognormal_minutes(uniforms, care.detention_stay_median_days * DAY, care.detention_stay_sigma)
    return np.minimum(stay, min(round(care.detention_stay_limit_days * DAY), quantiles.LONGEST))


def _detained_families(care: FamilyCare, settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    """Families in detention on the first minute: lengths weighted by length, each at a uniform point of its stay."""
    places = care.detention_beds[0].beds * care.occupied_on_first_day_share
    count = int(places / 2.2)
    number = np.arange(count, dtype=np.int64)
    stay = _detention_stays(draws.uniforms(number, Purpose.RESIDENT_STAY, 1), care)
    order = np.argsort(stay, kind="stable")
    weight = np.cumsum(stay[order]) / max(int(stay.sum()), 1)
    biased = (
        stay[order][np.minimum(np.searchsorted(weight, draws.uniforms(number, Purpose.RESIDENT_STAY, 2)), count - 1)]
        if count
        else stay
    )
    left = np.ceil(biased * draws.uniforms(number, Purpose.RESIDENT_SERVED, 1)).astype(np.int64)
    size = np.where(number % 5 == 0, 3, 2)
    return {
        "detained_size": size.astype(np.int16),
        "detained_until": clock.minute_of(settings.window.first_day_played) + left,
    }


# --- adults -------------------------------------------------------------------------------------------------------


def _adult_paths(people: People, settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    """Where adults go after processing, and how long it takes; returned children with them."""
    times = settings.stations
    departure = np.zeros(people.number.size, dtype=np.int32)
    path = np.zeros(people.number.size, dtype=np.int8)
    adult = np.flatnonzero(people.role < Role.CHILD)
    number, party = people.number[adult], people.party[adult]
    share = referral_share(
        settings.policy.single_adult_referral, people.apprehended_at[party] // DAY, people.station[party]
    )
    to_court = draws.uniforms(number, Purpose.REFERRAL) < share
    quick = np.array([times.quick_return_share.get(country, 0.0) for country in COUNTRIES])[people.citizenship[adult]]
    returned = draws.uniforms(number, Purpose.SCREENED_RETURN) < quick
    # Adults of families follow the path only where nobody wrote down that they have one; none is returned at once.
    returned &= ~_says_family(people, adult)
    of_adult = np.where(returned, np.int8(AdultPath.RETURN), np.int8(AdultPath.ICE))
    of_adult[to_court] = AdultPath.COURT
    path[adult] = of_adult
    # Who is referred and not heard goes to ICE after all.
    by_path = (times.transfer_to_ice, times.quick_return, times.transfer_to_ice)
    median, sigma = (np.array(column) for column in zip(*((time.median_hours * HOUR, time.sigma) for time in by_path)))
    departure[adult] = quantiles.lognormal_minutes_of(
        draws.uniforms(number, Purpose.DEPARTURE), of_adult, median, sigma
    )
    is_returned = _returned_children(people, times, departure, draws)
    return {"departure_minutes": departure, "path": path, "is_returned": is_returned}


def _referral_times(people: People, settings: Settings) -> dict[str, np.ndarray]:
    """Limits of a referral for prosecution, from apprehension."""
    courts, arrived = settings.courts, people.of_party("apprehended_at")
    adult = np.flatnonzero(people.role < Role.CHILD)
    sitting = court_days(settings.window.first_day_played, settings.window.end + timedelta(days=30))
    limits = {"hear_by": courts.hear_within_hours, "lapse_at": courts.lapse_after_hours}
    columns = {}
    for name, hours in limits.items():
        columns[name] = np.zeros(arrived.size, dtype=MOMENT)
        columns[name][adult] = limit_after(arrived[adult], round(hours * HOUR), sitting)
    return columns


def _sentences(people: People, courts: Courts, draws: Draws) -> dict[str, np.ndarray]:
    """What prosecutors and courts would decide for every adult, and when a parent would be back."""
    adult = np.flatnonzero(people.role < Role.CHILD)
    number, count = people.number[adult], people.number.size
    served = draws.uniforms(number, Purpose.TIME_SERVED) < courts.time_served_share
    jail = _only(
        ~served,
        number,
        lambda some: quantiles.lognormal_minutes(
            draws.uniforms(some, Purpose.SENTENCE), courts.jail_median_days * DAY, courts.jail_sigma
        ),
    )
    same_day = draws.uniforms(number, Purpose.BACK_SAME_DAY) < courts.back_same_day_share
    earliest, latest = round(courts.back_from_hour * HOUR), round(courts.back_until_hour * HOUR) - 1
    minute = quantiles.whole(draws.uniforms(number, Purpose.BACK_MINUTE), earliest, max(earliest, latest))
    decided = {
        "is_never_referred": draws.uniforms(number, Purpose.NEVER_REFERRED) < courts.never_referred_share,
        "is_declined": draws.uniforms(number, Purpose.DECLINED) < courts.declined_share,
        "jail_minutes": jail,
        "is_back_same_day": served & same_day,
        "back_minute": minute.astype(np.int16),
    }
    spread = {name: np.zeros(count, dtype=values.dtype) for name, values in decided.items()}
    for name, values in decided.items():
        spread[name][adult] = values
    return spread


def _other_custody(people: People, cases: dict[str, np.ndarray], courts: Courts, draws: Draws) -> dict[str, np.ndarray]:
    """Minutes in other custody of parents who would be taken for a crime, a gang or a warrant."""
    minutes = np.zeros(people.number.size, dtype=np.int32)
    adult = np.flatnonzero(people.role < Role.CHILD)
    adult = adult[_says_family(people, adult)]
    number = people.number[adult]
    charged = draws.uniforms(number, Purpose.OTHER_CUSTODY) < courts.other_custody_share
    adult, number = adult[charged], number[charged]
    minutes[adult] = _days(draws, number, Purpose.OTHER_CUSTODY_TIME, courts.other_custody)
    return {"other_custody_minutes": minutes}


def _days(draws: Draws, number: np.ndarray, purpose: Purpose, time: LognormalDays) -> np.ndarray:
    uniforms = draws.uniforms(number, purpose)
    return quantiles.lognormal_minutes(uniforms, time.median_days * DAY, time.sigma)


def _ice_stays(people: People, settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    """ICE custody of every adult, and what vetting and asking would bring if it were a parent's."""
    adult = np.flatnonzero(people.role < Role.CHILD)
    resident = _rows_of_residents(people)
    count, ice, rules = people.number.size, settings.ice, settings.reunification
    family = _says_family(people, adult)
    removed = np.where(family, ice.removed_share_parents, ice.removed_share)
    columns = {
        "ice_minutes": np.zeros(count, dtype=np.int32),
        "is_removed": np.zeros(count, dtype=bool),
        "asks": np.zeros(count, dtype=bool),
        "ask_minutes": np.zeros(count, dtype=np.int32),
        "is_unfit": np.zeros(count, dtype=bool),
        "is_unwilling": np.zeros(count, dtype=bool),
    }
    number, parent = people.number[adult], adult[family]
    columns["ice_minutes"][adult] = _days(draws, number, Purpose.ICE_STAY, ice.detained)
    columns["is_removed"][adult] = draws.uniforms(number, Purpose.REMOVED) < removed
    columns["asks"][parent] = draws.uniforms(number[family], Purpose.ASKS) < rules.requests.asks_share
    columns["ask_minutes"][parent] = _days(draws, number[family], Purpose.ASK_TIME, rules.requests.asks)
    # Parents of residents are not among the people: what they would decide stands in the child's row.
    either = np.concatenate([parent, resident])
    for name, purpose, share in (
        ("is_unfit", Purpose.UNFIT, rules.team.unfit_share),
        ("is_unwilling", Purpose.UNWILLING, rules.team.unwilling_share),
    ):
        columns[name][either] = draws.uniforms(people.number[either], purpose) < share
    return columns


def _returned_children(people: People, times: StationTimes, departure: np.ndarray, draws: Draws) -> np.ndarray:
    """Children without a parent from contiguous countries: screened and returned, 8 U.S.C. 1232(a)(2)."""
    child = people.role >= Role.CHILD
    # Children of families only where nobody wrote down that they have one.
    chosen = np.flatnonzero(child & (people.stratum != Stratum.RESIDENT)[people.party])
    share = np.array([times.screened_return_share.get(country, 0.0) for country in COUNTRIES])[
        people.citizenship[chosen]
    ]
    # One uniform a party: brothers and sisters are screened together.
    returned = draws.uniforms(people.party_number[people.party[chosen]], Purpose.SCREENED_RETURN) < share
    is_returned = np.zeros(people.number.size, dtype=bool)
    is_returned[chosen[returned]] = True
    departure[chosen[returned]] = _minutes(
        draws, people.number[chosen[returned]], Purpose.DEPARTURE, times.screened_return
    )
    return is_returned


# --- children -----------------------------------------------------------------------------------------------------


def _child_stages(people: People, settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    """Stages of every child on the way to a shelter and in it, whether or not it comes to that."""
    child = np.flatnonzero(people.role >= Role.CHILD)
    number = people.number[child]
    stages = {
        "designation_minutes": _minutes(draws, number, Purpose.DESIGNATION, settings.referral.designation),
        "transport_minutes": _minutes(draws, number, Purpose.TRANSPORT, settings.transport.wait),
        "travel_minutes": _minutes(draws, number, Purpose.TRAVEL, settings.transport.travel),
        "stay_minutes": _stay_minutes(number, settings.orr, draws),
    }
    spread = {name: np.zeros(people.number.size, dtype=values.dtype) for name, values in stages.items()}
    for name, values in stages.items():
        spread[name][child] = values
    return {
        **spread,
        "has_old_number": people.has_prior_removal,
        "is_girl": people.sex == Sex.FEMALE,
        "young_until": people.comes_of_age(settings.reunification.order.young_below_age),
        "turns_13_at": people.comes_of_age(13),
        "turns_18_at": people.comes_of_age(18),
    }


def _errands(people: People, settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    """Messages about every child and steps of its reunification, whether or not it comes to that."""
    child = np.flatnonzero(people.is_child)
    number, mail, rules = people.number[child], settings.referral.mail, settings.reunification
    row = np.full(people.number.size, -1, dtype=np.int32)
    row[child] = np.arange(child.size, dtype=np.int32)
    unready = draws.uniforms(number, Purpose.NO_NOTICE) < rules.routes.without_notice_share
    return {
        "child_row": row,
        "message_roll": _four_rolls(draws, number, Purpose.MESSAGE),
        "notice_roll": _four_rolls(draws, number, Purpose.NOTICED),
        "phone_minutes": _minutes(draws, number, Purpose.PHONE, mail.phone),
        "itinerary_roll": _roll(draws, number, Purpose.ITINERARY),
        "itinerary_minutes": _minutes(draws, number, Purpose.ITINERARY_TIME, mail.wrong_itinerary),
        "number_roll": _roll(draws, number, Purpose.PARENT_NUMBER),
        "tracing_minutes": _days(draws, number, Purpose.TRACING, rules.requests.tracing),
        "is_granted": draws.uniforms(number, Purpose.GRANTED) < rules.requests.granted_share,
        "request_minutes": _days(draws, number, Purpose.REQUEST_TIME, rules.requests.handling),
        "is_found_by_review": draws.uniforms(number, Purpose.REVIEW) < rules.team.review_finds_share,
        "advocate_minutes": _days(draws, number, Purpose.ADVOCATE, rules.team.advocate),
        "parent_travel_minutes": _minutes(draws, number, Purpose.PARENT_TRAVEL, rules.routes.parent_travel),
        "child_travel_minutes": _minutes(draws, number, Purpose.CHILD_TRAVEL, rules.routes.child_travel),
        "without_notice_minutes": _only(
            unready, number, lambda some: _minutes(draws, some, Purpose.NOTICE_TIME, rules.routes.without_notice)
        ),
        "is_reunited_abroad": draws.uniforms(number, Purpose.ABROAD) < rules.abroad.reunited_share,
        "abroad_minutes": _days(draws, number, Purpose.ABROAD_TIME, rules.abroad.decides),
    }


def _stay_minutes(number: np.ndarray, orr: Orr, draws: Draws) -> np.ndarray:
    """Minutes to release at pace 1, by kind of sponsor."""
    sponsor = quantiles.category(draws.uniforms(number, Purpose.SPONSOR), [one.share for one in orr.sponsors])
    median = np.array([one.median_days for one in orr.sponsors])[sponsor] * DAY
    sigma = np.array([one.sigma for one in orr.sponsors])[sponsor]
    return quantiles.lognormal_minutes(draws.uniforms(number, Purpose.STAY), median, sigma)


def _residents(people: People, settings: Settings, draws: Draws) -> dict[str, np.ndarray]:
    residents = draw_residents(settings, draws)
    return {
        "resident": _rows_of_residents(people).astype(np.int32),
        "resident_kind": residents.kind,
        "resident_since": residents.admitted_at,
        "resident_work": residents.work_left,
        **_earlier_parents(residents.number, residents.was_separated, settings.reunification, draws),
    }


def _earlier_parents(
    number: np.ndarray, was_separated: np.ndarray, rules: Reunification, draws: Draws
) -> dict[str, np.ndarray]:
    """Where the parents of those stand who were separated before the run."""
    removed = draws.uniforms(number, Purpose.RESIDENT_PARENT) < rules.earlier.removed_share
    parent = np.where(removed, EarlierParent.REMOVED, EarlierParent.HERE)
    return {
        "resident_parent": np.where(was_separated, parent, EarlierParent.NONE).astype(np.int8),
        "resident_is_linked": was_separated
        & (draws.uniforms(number, Purpose.RESIDENT_LINK) < rules.earlier.linked_share),
    }
