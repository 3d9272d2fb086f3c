"""Who is in each party, and who truly belongs to whom; makes `People`.

Every feature of a person is drawn at the person's own number, every feature of a party at the party's. A party's rows
are its adults, then its children from the youngest (in families) on.
"""

from __future__ import annotations

import numpy as np

from borderops import quantiles
from borderops.ages import YEAR_DAYS
from borderops.config import schema
from borderops.config.schema import AgeBands, Settings
from borderops.population.arrivals import Parties, draw_parties
from borderops.population.make_up import MINOR_MOTHER_FROM_AGE, TEEN_AGES
from borderops.population.names import Kinship, name_people
from borderops.population.people import COUNTRIES, NOBODY, People, Role, Sex, Stratum
from borderops.population.residents import Residents, draw_residents
from borderops.streams import Draws, Purpose
from borderops.units import MOMENT

FAMILY_STRATA = (Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY)
BIRTHS_APART = 290
"""Fewest days between the births of brothers and sisters who are not twins."""
TWIN_SHARE = 0.012
"""Chance that the next older child of a family is a twin of the younger one."""
MOTHER_FROM_AGE = 14
"""Age of the youngest mothers at birth, in years."""
ADULT_DAYS = round(18 * YEAR_DAYS) + 2
"""Youngest age of an adult, in days; two days beyond the birthday, so that rounding makes nobody a minor."""
MINOR_DAYS = round(18 * YEAR_DAYS) - 3
"""Oldest age of a child when apprehended, in days."""


def form_families(settings: Settings, draws: Draws) -> People:
    """Make all people of a replication: those who arrive, and those already in shelters.

    Parameters
    ----------
    settings : Settings
    draws : Draws

    Returns
    -------
    People
    """
    parties = draw_parties(settings, draws)
    residents = draw_residents(settings, draws)
    rows = _seat_members(parties, settings.people, draws)
    _decide_sexes(rows, parties, settings.people, draws)
    _decide_ages(rows, parties, settings.people, draws)
    citizenship = _citizenship(parties, settings.people.citizenship, draws)
    return _assemble(rows, parties, residents, citizenship, settings, draws)


# --- members ------------------------------------------------------------------------------------------------------


def _seat_members(parties: Parties, people: schema.People, draws: Draws) -> dict[str, np.ndarray]:
    """Decide the number of adults and children of each party and give every person a row."""
    adults = _count_adults(parties, people, draws)
    mothers = _minor_mothers(parties, people, draws)
    children = _count_children(parties, mothers, people, draws)
    size = adults + children
    first = np.cumsum(size) - size
    party = np.repeat(np.arange(size.size, dtype=np.int32), size)
    member = np.arange(party.size, dtype=np.int64) - first[party]
    role = np.full(party.size, Role.CHILD, dtype=np.int8)
    role[first[adults > 0]] = Role.ADULT
    role[first[adults > 1] + 1] = Role.SECOND_ADULT
    role[first[mothers] + 1] = Role.CHILD_OF_MINOR
    return {
        "party": party,
        "number": parties.number[party] + 1 + member,
        "role": role,
        "member": member.astype(np.int16),
        "first": first,
        "size": size,
        "adults": adults,
    }


def _count_adults(parties: Parties, people: schema.People, draws: Draws) -> np.ndarray:
    adults = np.ones(parties.number.size, dtype=np.int16)
    adults[parties.stratum == Stratum.CHILDREN_ALONE] = 0
    true_family = np.flatnonzero(_is_true_family(parties.stratum))
    uniforms = draws.uniforms(parties.number[true_family], Purpose.SECOND_ADULT)
    adults[true_family] += uniforms < people.families.second_parent_share
    return adults


def _count_children(parties: Parties, mothers: np.ndarray, people: schema.People, draws: Draws) -> np.ndarray:
    """Number of children of each party; ``mothers`` are rows of parties of a girl who has a child of her own."""
    children = np.zeros(parties.number.size, dtype=np.int16)
    with_children = np.flatnonzero(parties.stratum != Stratum.SINGLE_ADULT)
    uniforms = draws.uniforms(parties.number[with_children], Purpose.CHILDREN_COUNT)
    in_family = np.isin(list(Stratum), FAMILY_STRATA)[parties.stratum[with_children]]
    families, alone = people.families, people.children_alone
    two_more = in_family & (uniforms < families.two_more_children_share)
    more = np.where(in_family, families.one_more_child_share + families.two_more_children_share, alone.sibling_share)
    children[with_children] = 1 + (uniforms < more) + two_more
    children[mothers] += children[mothers] == 1
    return children


def _minor_mothers(parties: Parties, people: schema.People, draws: Draws) -> np.ndarray:
    """Rows of parties of one girl of 15 or more, alone, who may have a child of her own."""
    alone = np.flatnonzero(parties.stratum == Stratum.CHILDREN_ALONE)
    number = parties.number[alone]
    settings = people.children_alone
    single = draws.uniforms(number, Purpose.CHILDREN_COUNT) >= settings.sibling_share
    age = _draw_ages(number + 1, settings.age, draws)
    girl = draws.uniforms(number + 1, Purpose.SEX) >= settings.boys_13_17_share
    chosen = draws.uniforms(number, Purpose.KIN_KIND) < settings.minor_mother_share
    return alone[single & girl & chosen & (age >= MINOR_MOTHER_FROM_AGE * YEAR_DAYS)]


# --- sexes and ages -----------------------------------------------------------------------------------------------


def _decide_sexes(rows: dict[str, np.ndarray], parties: Parties, people: schema.People, draws: Draws) -> None:
    stratum, role = parties.stratum[rows["party"]], rows["role"]
    shares = np.full((len(Stratum), len(Role)), people.children_alone.boys_under_13_share)
    shares[:, Role.ADULT] = 1.0 - people.families.lone_parent_mother_share
    shares[Stratum.SINGLE_ADULT] = people.adults.single_men_share
    men = shares[stratum, role]
    alone = np.flatnonzero((stratum == Stratum.CHILDREN_ALONE) & (role == Role.CHILD))
    age = _draw_ages(rows["number"][alone], people.children_alone.age, draws)
    men[alone[age >= TEEN_AGES[0] * YEAR_DAYS]] = people.children_alone.boys_13_17_share
    rows["sex"] = (draws.uniforms(rows["number"], Purpose.SEX) < men).astype(np.int8)
    second = np.flatnonzero(rows["role"] == Role.SECOND_ADULT)
    rows["sex"][second] = Sex.MALE + Sex.FEMALE - rows["sex"][second - 1]


def _draw_ages(number: np.ndarray, bands: AgeBands, draws: Draws) -> np.ndarray:
    """Ages of children in days; among 13 to 17 year olds the density grows with age."""
    band = quantiles.category(
        draws.uniforms(number, Purpose.AGE_BAND), [bands.age_0_4, bands.age_5_12, bands.age_13_17]
    )
    within = draws.uniforms(number, Purpose.AGE_DAYS)
    low = np.array([0.0, 5.0, 13.0])[band] * YEAR_DAYS
    width = np.array([5.0, 8.0, 5.0])[band] * YEAR_DAYS
    days = np.floor(low + width * np.where(band == 2, np.sqrt(within), within)).astype(np.int64)
    return np.minimum(days, MINOR_DAYS)


def _decide_ages(rows: dict[str, np.ndarray], parties: Parties, people: schema.People, draws: Draws) -> None:
    age = np.zeros(rows["party"].size, dtype=np.int64)
    child = np.flatnonzero(rows["role"] >= Role.CHILD)
    party = rows["party"][child]
    is_alone = parties.stratum[party] == Stratum.CHILDREN_ALONE
    place = rows["member"][child] - rows["adults"][party]
    alone, youngest = child[is_alone], child[~is_alone & (place == 0)]
    age[alone] = _draw_ages(rows["number"][alone], people.children_alone.age, draws)
    age[youngest] = _draw_ages(rows["number"][youngest], people.families.youngest_age, draws)
    for order in range(1, int(place.max(initial=0)) + 1):
        _age_siblings(age, rows, child[~is_alone & (place == order)], draws)
    _part_siblings_alone(age, child[is_alone & (place == 1) & (rows["role"][child] == Role.CHILD)])
    _age_babies(age, rows, draws)
    _age_adults(age, rows, parties, draws)
    rows["birth_day"] = (parties.day[rows["party"]] - age).astype(np.int32)


def _age_siblings(age: np.ndarray, rows: dict[str, np.ndarray], chosen: np.ndarray, draws: Draws) -> None:
    """Siblings next older than the one before them: rather close in age; twins where no room is left."""
    younger = age[chosen - 1]
    room = MINOR_DAYS - younger - BIRTHS_APART
    is_twin = (room < 0) | (draws.uniforms(rows["number"][chosen], Purpose.AGE_BAND) < TWIN_SHARE)
    gap = draws.uniforms(rows["number"][chosen], Purpose.AGE_DAYS) ** 2
    older = younger + BIRTHS_APART + np.floor(gap * np.maximum(room, 0)).astype(np.int64)
    age[chosen] = np.where(is_twin, younger, older)


def _part_siblings_alone(age: np.ndarray, chosen: np.ndarray) -> None:
    """Brothers and sisters alone: ages are drawn one by one, so births that are too close are moved apart."""
    apart = age[chosen] - age[chosen - 1]
    older = age[chosen - 1] + BIRTHS_APART + np.abs(apart)
    younger = age[chosen - 1] - BIRTHS_APART - np.abs(apart)
    fits = np.where((apart >= 0) & (older <= MINOR_DAYS), older, np.where(younger >= 0, younger, older))
    age[chosen] = np.where(np.abs(apart) < BIRTHS_APART, fits, age[chosen])


def _age_babies(age: np.ndarray, rows: dict[str, np.ndarray], draws: Draws) -> None:
    """Children of minors: at most two years old, and born when the mother was 14 or older."""
    babies = np.flatnonzero(rows["role"] == Role.CHILD_OF_MINOR)
    oldest = np.minimum(2.0 * YEAR_DAYS, age[babies - 1] - MOTHER_FROM_AGE * YEAR_DAYS)
    age[babies] = np.floor(draws.uniforms(rows["number"][babies], Purpose.AGE_DAYS) * oldest)


def _age_adults(age: np.ndarray, rows: dict[str, np.ndarray], parties: Parties, draws: Draws) -> None:
    """Adults alone and kin from 18 on; parents from the age of the oldest child and their age at its birth."""
    adult = np.flatnonzero(rows["role"] < Role.CHILD)
    is_parent = _is_true_family(parties.stratum[rows["party"][adult]])
    others, parents = adult[~is_parent], adult[is_parent]
    uniforms = draws.uniforms(rows["number"][others], Purpose.AGE_DAYS)
    age[others] = ADULT_DAYS + np.floor(35.0 * YEAR_DAYS * uniforms**1.6).astype(np.int64)
    uniforms = draws.uniforms(rows["number"][parents], Purpose.AGE_DAYS)
    oldest = age[(rows["first"] + rows["size"])[rows["party"][parents]] - 1]
    # Rounded up: 16 mean years are a few hours short of 16 birthdays.
    at_birth = np.ceil((16.0 + 24.0 * uniforms**1.7) * YEAR_DAYS).astype(np.int64)
    age[parents] = np.maximum(oldest + at_birth, ADULT_DAYS)


# --- kinship ------------------------------------------------------------------------------------------------------


def _is_true_family(stratum: np.ndarray) -> np.ndarray:
    """True where the adults are the parents of the children."""
    return (stratum == Stratum.FAMILY) | (stratum == Stratum.UNDISCLOSED_FAMILY)


def _kinship(rows: dict[str, np.ndarray], parties: Parties, before: int, draws: Draws) -> Kinship:
    """Parents, and for kin groups the relative and on which side; ``before`` residents stand in front of all rows."""
    child = np.flatnonzero(rows["role"] >= Role.CHILD)
    party = rows["party"][child]
    stratum, first, adults = parties.stratum[party], rows["first"][party], rows["adults"][party]
    of_minor = rows["role"][child] == Role.CHILD_OF_MINOR
    true_parents = _is_true_family(stratum)
    count = before + rows["party"].size
    mother, father, relative = (np.full(count, NOBODY, dtype=np.int32) for _ in range(3))
    # A minor's child is with its mother, who stands first as parents do.
    for place, has_parent in ((0, true_parents & (adults >= 1) | of_minor), (1, true_parents & (adults == 2))):
        parent = first[has_parent] + place
        woman = rows["sex"][parent] == Sex.FEMALE
        for column, chosen in ((mother, woman), (father, ~woman)):
            column[before + child[has_parent][chosen]] = before + parent[chosen]
    with_kin = np.flatnonzero((stratum == Stratum.KIN_GROUP) & ~of_minor)
    relative[before + child[with_kin]] = before + first[with_kin]
    fathers_side = np.zeros(count, dtype=bool)
    uniforms = draws.uniforms(parties.number[party[with_kin]], Purpose.KIN_KIND, 1)
    fathers_side[before + child[with_kin]] = uniforms < 0.5
    return Kinship(mother=mother, father=father, relative=relative, fathers_side=fathers_side)


def _citizenship(parties: Parties, shares: schema.Citizenship, draws: Draws) -> np.ndarray:
    """Citizenship of each party, as codes of COUNTRIES."""
    uniforms = draws.uniforms(parties.number, Purpose.CITIZENSHIP)
    code = np.zeros(parties.number.size, dtype=np.int8)
    by_stratum = {
        Stratum.SINGLE_ADULT: shares.single_adults,
        Stratum.CHILDREN_ALONE: shares.children_alone,
        Stratum.KIN_GROUP: shares.families,
        **dict.fromkeys(FAMILY_STRATA, shares.families),
    }
    for stratum, mix in by_stratum.items():
        chosen = parties.stratum == stratum
        code[chosen] = quantiles.category(uniforms[chosen], [mix.get(country, 0.0) for country in COUNTRIES])
    return code


# --- the table ----------------------------------------------------------------------------------------------------


def _assemble(
    rows: dict[str, np.ndarray],
    parties: Parties,
    residents: Residents,
    citizenship: np.ndarray,
    settings: Settings,
    draws: Draws,
) -> People:
    """Put residents before those who arrive, name everybody and freeze the table."""
    count = residents.number.size
    kinship = _kinship(rows, parties, count, draws)
    party = np.concatenate([np.arange(count, dtype=np.int32), rows["party"] + np.int32(count)])
    person = {
        "number": np.concatenate([residents.number + 1, rows["number"]]),
        "party": party,
        "role": np.concatenate([np.full(count, Role.CHILD, dtype=np.int8), rows["role"]]),
        "sex": np.concatenate([residents.sex, rows["sex"]]),
        "birth_day": np.concatenate([residents.birth_day, rows["birth_day"]]),
        "citizenship": np.concatenate([residents.citizenship, citizenship])[party],
    }
    group = _party_columns(rows, parties, residents)
    group["youngest_birth_day"] = (
        np.maximum.reduceat(person["birth_day"], group["first_member"]).astype(np.int32)
        if party.size
        else np.zeros(0, np.int32)
    )
    names = name_people(
        number=person["number"],
        country=person["citizenship"],
        sex=person["sex"],
        is_child=person["role"] >= Role.CHILD,
        party_number=group["party_number"][party],
        event_number=group["event"][party],
        kinship=kinship,
        rules=settings.people.names,
        draws=draws,
    )
    priors = _priors(person, settings.people.adults, draws)
    return People(**person, mother=kinship.mother, father=kinship.father, **names, **priors, **group)


def _party_columns(rows: dict[str, np.ndarray], parties: Parties, residents: Residents) -> dict[str, np.ndarray]:
    count = residents.number.size
    return {
        "party_number": np.concatenate([residents.number, parties.number]),
        "first_member": np.concatenate([np.arange(count), rows["first"] + count]).astype(np.int32),
        "size": np.concatenate([np.ones(count, dtype=np.int16), rows["size"]]),
        "stratum": np.concatenate([np.full(count, Stratum.RESIDENT, dtype=np.int8), parties.stratum]),
        "station": np.concatenate([residents.station, parties.station]),
        "event": np.concatenate([residents.number, parties.event]),
        "apprehended_at": np.concatenate([residents.apprehended_at, parties.apprehended_at]).astype(MOMENT),
    }


def _priors(person: dict[str, np.ndarray], adults: schema.Adults, draws: Draws) -> dict[str, np.ndarray]:
    """Prior removals and crimes of adults."""
    adult = np.flatnonzero(person["role"] < Role.CHILD)
    number = person["number"][adult]
    removal = np.zeros(person["number"].size, dtype=bool)
    crime = removal.copy()
    removal[adult] = draws.uniforms(number, Purpose.PRIOR_REMOVAL) < adults.prior_removal_share
    crime[adult] = draws.uniforms(number, Purpose.PRIOR_CRIME) < adults.prior_crime_share
    return {"has_prior_removal": removal, "has_prior_crime": crime}
