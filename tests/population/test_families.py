"""Who comes with whom: make-up of parties, exact ages, and true family links that point where they should."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from scipy import stats

from borderops.ages import age_years
from borderops.config.schema import SECTORS
from borderops.facts.tables import published
from borderops.population.families import form_families
from borderops.population.make_up import party_sizes, share_of_teens_from
from borderops.population.people import COUNTRIES, NOBODY, People, Role, Sex, Stratum
from borderops.streams import Draws
from borderops.units import DAY

TRUE_FAMILIES = (Stratum.FAMILY, Stratum.UNDISCLOSED_FAMILY)
SAY_FAMILY = (Stratum.FAMILY, Stratum.FALSE_FAMILY)
BANDS = ("age_0_4", "age_5_12", "age_13_17")


@pytest.fixture(scope="module")
def people() -> People:
    """Everybody of fiscal year 2018."""
    return worlds.people_of_fiscal_year()


@pytest.fixture(scope="module")
def stratum(people) -> np.ndarray:
    """Stratum of each person's party."""
    return people.of_party("stratum")


@pytest.fixture(scope="module")
def age(people) -> np.ndarray:
    """Completed years of each person on the day of apprehension, by exact birthdays."""
    return age_years(people.birth_day, worlds.day_of_apprehension(people))


def _children_of_party(people: People) -> np.ndarray:
    return np.bincount(people.party, people.is_child, minlength=people.size.size).astype(int)


def _assert_share(found: np.ndarray, share: float) -> None:
    """Truth values come in a share, within 4.5 standard errors."""
    assert found.size > 100
    assert found.mean() == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / found.size))


def _shares_of_bands(years: np.ndarray) -> np.ndarray:
    return np.bincount(np.digitize(years, [5, 13]), minlength=3) / years.size


# --- the table ----------------------------------------------------------------------------------------------------


def test_persons_are_sorted_and_unique(people):
    """Rows stand in the order of entity numbers, none twice; so do parties."""
    assert (np.diff(people.number) > 0).all()
    assert (np.diff(people.party_number) > 0).all()


def test_members_of_a_party_stand_together(people):
    """Parties follow each other without a gap; a person's number is the party's plus seat."""
    assert people.first_member[0] == 0
    assert np.array_equal(people.first_member[1:], np.cumsum(people.size)[:-1])
    assert people.size.sum() == people.number.size
    assert people.size.min() >= 1
    assert np.array_equal(people.party, np.repeat(np.arange(people.size.size), people.size))
    seat = np.arange(people.number.size) - people.of_party("first_member")
    assert np.array_equal(people.number, people.of_party("party_number") + 1 + seat)


def test_adults_stand_before_children(people):
    """Within a party roles never fall: first adult, second adult, children, the child of a minor mother last."""
    same_party = np.diff(people.party) == 0
    assert (np.diff(people.role)[same_party] >= 0).all()
    with_second = people.role == Role.SECOND_ADULT
    assert (people.role[np.flatnonzero(with_second) - 1] == Role.ADULT).all()


def test_parties_hold_whom_their_stratum_says(people):
    """Single adults are one adult; children alone have none; a false family, kin and true families have both."""
    children = _children_of_party(people)
    adults = people.size - children
    allowed = {  # adults, children
        Stratum.SINGLE_ADULT: ({1}, {0}),
        Stratum.FAMILY: ({1, 2}, {1, 2, 3}),
        Stratum.UNDISCLOSED_FAMILY: ({1, 2}, {1, 2, 3}),
        Stratum.KIN_GROUP: ({1}, {1, 2}),
        Stratum.FALSE_FAMILY: ({1}, {1, 2, 3}),
        Stratum.CHILDREN_ALONE: ({0}, {1, 2}),
        Stratum.RESIDENT: ({0}, {1}),
    }
    for stratum, (grown, young) in allowed.items():
        here = people.stratum == stratum
        assert set(adults[here].tolist()) == grown, stratum
        assert set(children[here].tolist()) == young, stratum


def test_a_population_without_anybody_is_a_table_without_rows():
    """No arrivals and no residents: empty columns, no error."""
    settings = worlds.settings_with(
        {
            **worlds.SPRING,
            **{f"arrivals.multiplier.{name}": 0 for name in ("single_adults", "families", "kin_groups")},
            "arrivals.multiplier.children_alone": 0,
            "orr.census_path": [{"day": "2018-01-01", "children": 0}],
        }
    )
    empty = form_families(settings, Draws(1, 0))
    assert {column.size for column in empty.columns().values()} == {0}


# --- make-up of families ------------------------------------------------------------------------------------------


def test_family_members_are_children_as_often_as_published(people, stratum):
    """Children are 53.4 % of the members of family units, 1.14 an adult, each within 1 %."""
    members = np.isin(stratum, SAY_FAMILY) & (people.of_party("station") < len(SECTORS))
    children = people.is_child[members]
    assert children.mean() == pytest.approx(published()["R065"].number / 100, rel=0.01)
    assert children.sum() / (~children).sum() == pytest.approx(1.14, rel=0.01)


def test_mean_sizes_are_those_that_expected_numbers_rest_on(people, stratum):
    """Adults and children a party, by stratum, agree with the means that turn persons into parties (4.5 errors)."""
    sizes = party_sizes(worlds.shipped().people)
    children = _children_of_party(people)
    adults = people.size - children
    family, kin, alone = (
        np.isin(people.stratum, wanted) for wanted in (TRUE_FAMILIES, Stratum.KIN_GROUP, Stratum.CHILDREN_ALONE)
    )
    for found, mean in (
        (adults[family], sizes.family_adults),
        (children[family], sizes.family_children),
        (children[kin], sizes.kin_children),
        (children[alone], sizes.alone_children),
    ):
        assert found.mean() == pytest.approx(mean, abs=4.5 * found.std() / np.sqrt(found.size))


def test_families_have_second_parents_and_more_children_in_their_shares(people):
    """Second parents, exactly two and exactly three children, each within 4.5 standard errors."""
    settings = worlds.shipped().people.families
    here = np.isin(people.stratum, TRUE_FAMILIES)
    children = _children_of_party(people)[here]
    _assert_share(people.size[here] - children == 2, settings.second_parent_share)
    _assert_share(children == 2, settings.one_more_child_share)
    _assert_share(children == 3, settings.two_more_children_share)


def test_undisclosed_families_and_false_claims_come_in_their_shares(people):
    """Undisclosed among true families; false among parties that say they are a family."""
    settings = worlds.shipped().people.families
    at_sector = people.station < len(SECTORS)  # at ports of entry nobody hides a family
    true = people.stratum[np.isin(people.stratum, TRUE_FAMILIES) & at_sector]
    said = people.stratum[np.isin(people.stratum, SAY_FAMILY)]
    _assert_share(true == Stratum.UNDISCLOSED_FAMILY, settings.undisclosed_share)
    _assert_share(said == Stratum.FALSE_FAMILY, settings.false_claim_share)


def test_kin_bring_their_share_of_the_children_counted_as_alone(people, stratum):
    """Of children counted as alone at sectors, families that do not say so left out, the share with kin."""
    here = people.is_child & (people.of_party("station") < len(SECTORS))
    counted = stratum[here & np.isin(stratum, (Stratum.KIN_GROUP, Stratum.CHILDREN_ALONE))]
    _assert_share(counted == Stratum.KIN_GROUP, worlds.shipped().people.children_alone.with_kin_share)


# --- ages ---------------------------------------------------------------------------------------------------------


def test_children_are_minors_and_adults_are_not(people, age):
    """By exact birthdays on the day of apprehension: under 18, or 18 and more; nobody is unborn or ancient."""
    arrived = worlds.has_arrived(people)
    assert age[arrived & people.is_child].min() == 0
    assert age[arrived & people.is_child].max() == 17
    assert age[~people.is_child].min() == 18
    assert age.max() < 75


def test_youngest_children_of_families_come_in_their_age_bands(people):
    """Under 5, 5 to 12 and 13 to 17 by birthdays, each within 4.5 standard errors and a thousandth for calendars."""
    here = np.isin(people.stratum, (*TRUE_FAMILIES, Stratum.FALSE_FAMILY, Stratum.KIN_GROUP))
    years = age_years(people.youngest_birth_day[here], people.apprehended_at[here] // DAY)
    expected = worlds.shipped().people.families.youngest_age
    for found, band in zip(_shares_of_bands(years), BANDS):
        share = getattr(expected, band)
        assert found == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / years.size) + 1e-3)


def test_children_alone_come_in_their_age_bands(people, stratum, age):
    """The same for children without an adult; babies of minor mothers are left out."""
    years = age[(stratum == Stratum.CHILDREN_ALONE) & (people.role == Role.CHILD)]
    expected = worlds.shipped().people.children_alone.age
    for found, band in zip(_shares_of_bands(years), BANDS):
        share = getattr(expected, band)
        assert found == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / years.size) + 1e-3)


def test_teenagers_alone_are_older_rather_than_younger(people, stratum, age):
    """Density grows with age from 13 on: the share of those at least 14, 15, 16, 17 is one minus a square."""
    teens = age[(stratum == Stratum.CHILDREN_ALONE) & (age >= 13)]
    for years in (14, 15, 16, 17):
        _assert_share(teens >= years, share_of_teens_from(years))


def test_the_youngest_child_is_the_youngest(people):
    """The party's column holds the latest birthday in it, the child's where there is a child."""
    latest = np.maximum.reduceat(people.birth_day, people.first_member)
    assert np.array_equal(people.youngest_birth_day, latest)
    with_children = _children_of_party(people) > 0
    children = np.where(people.is_child, people.birth_day, -(10**6))
    assert np.array_equal(np.maximum.reduceat(children, people.first_member)[with_children], latest[with_children])


# --- true family links --------------------------------------------------------------------------------------------


def _links(people: People) -> tuple[np.ndarray, np.ndarray]:
    """Rows of children and of their parents, one row a link."""
    child = np.concatenate([np.flatnonzero(row != NOBODY) for row in (people.mother, people.father)])
    parent = np.concatenate([row[row != NOBODY] for row in (people.mother, people.father)])
    return child, parent


def test_links_stay_inside_the_party_and_agree_with_sex(people):
    """A parent is in the child's own party; mothers are women and fathers men."""
    child, parent = _links(people)
    assert np.array_equal(people.party[child], people.party[parent])
    assert (people.sex[people.mother[people.mother != NOBODY]] == Sex.FEMALE).all()
    assert (people.sex[people.father[people.father != NOBODY]] == Sex.MALE).all()
    assert people.is_child[child].all()


def test_every_child_of_a_true_family_has_all_its_parents(people, stratum):
    """Disclosed or not: as many links as there are adults in the party, and every adult is a parent."""
    children = np.flatnonzero(np.isin(stratum, TRUE_FAMILIES) & people.is_child)
    links = (people.mother[children] != NOBODY).astype(int) + (people.father[children] != NOBODY)
    adults = people.size - _children_of_party(people)
    assert np.array_equal(links, adults[people.party[children]])
    parents = np.isin(np.arange(people.number.size), _links(people)[1])
    assert parents[np.isin(stratum, TRUE_FAMILIES) & ~people.is_child].all()


def test_nobody_else_has_parents_here(people, stratum):
    """Kin are no parents, false claimants are none, and children alone and residents have nobody."""
    others = ~np.isin(stratum, TRUE_FAMILIES) & (people.role != Role.CHILD_OF_MINOR)
    assert (people.mother[others] == NOBODY).all()
    assert (people.father[others] == NOBODY).all()


def test_parents_are_16_to_40_years_older_than_their_oldest_child(people, age):
    """By exact birthdays; only who would then be a minor is made an adult, which brings nobody beyond 40."""
    child, parent = _links(people)
    grown = ~people.is_child[parent]
    child, parent = child[grown], parent[grown]
    at_birth = age_years(people.birth_day[parent], people.birth_day[child])
    assert at_birth.min() >= 16
    oldest = np.full(people.number.size, 10**6)
    np.minimum.at(oldest, parent, people.birth_day[child])
    parents = np.unique(parent)
    assert age_years(people.birth_day[parents], oldest[parents]).max() <= 40
    assert people.birth_day[child].size > 80_000


def test_minor_mothers_are_girls_alone_with_a_baby(people, stratum, age):
    """A girl of 15 to 17 and her child of two or less, without anybody else; the link points from child to girl."""
    babies = np.flatnonzero(people.role == Role.CHILD_OF_MINOR)
    mothers = people.mother[babies]
    assert babies.size > 100
    assert np.array_equal(mothers, babies - 1)
    assert (stratum[babies] == Stratum.CHILDREN_ALONE).all()
    assert (people.of_party("size")[babies] == 2).all()
    assert set(age[mothers].tolist()) == {15, 16, 17}
    assert age[babies].max() <= 2
    assert (people.sex[mothers] == Sex.FEMALE).all()
    assert (people.father[babies] == NOBODY).all()


def test_girls_alone_are_mothers_in_their_share(people, stratum, age):
    """Of girls of 15 to 17 alone and without a brother or sister, the share in the settings."""
    girls = (stratum == Stratum.CHILDREN_ALONE) & (people.role == Role.CHILD) & (people.sex == Sex.FEMALE)
    has_baby = np.zeros(people.number.size, dtype=bool)
    has_baby[people.mother[people.role == Role.CHILD_OF_MINOR]] = True
    single = has_baby | (people.of_party("size") == 1)
    _assert_share(has_baby[girls & single & (age >= 15)], worlds.shipped().people.children_alone.minor_mother_share)


def test_brothers_and_sisters_are_born_nine_months_apart_or_together(people):
    """Children of one mother in the party: twins, or at least 266 days between births."""
    children = np.flatnonzero((people.mother != NOBODY) & (people.role == Role.CHILD))
    order = np.lexsort((people.birth_day[children], people.mother[children]))
    children = children[order]
    gaps = np.diff(people.birth_day[children])[np.diff(people.mother[children]) == 0]
    assert ((gaps <= 1) | (gaps >= 266)).all()


# --- sex, citizenship, priors -------------------------------------------------------------------------------------


def test_sexes_come_in_their_shares(people, stratum, age):
    """Boys alone by age, men alone, and mothers among first adults with children, within 4.5 standard errors."""
    settings = worlds.shipped().people
    alone = (stratum == Stratum.CHILDREN_ALONE) & (people.role == Role.CHILD)
    male = people.sex == Sex.MALE
    _assert_share(male[alone & (age >= 13)], settings.children_alone.boys_13_17_share)
    _assert_share(male[alone & (age < 13)], settings.children_alone.boys_under_13_share)
    _assert_share(male[stratum == Stratum.SINGLE_ADULT], settings.adults.single_men_share)
    first_parents = np.isin(stratum, TRUE_FAMILIES) & (people.role == Role.ADULT)
    _assert_share(~male[first_parents], settings.families.lone_parent_mother_share)


def test_two_parents_are_a_mother_and_a_father(people):
    """The second adult of a family is of the other sex, so every child of two adults has both parents on record."""
    second = np.flatnonzero(people.role == Role.SECOND_ADULT)
    assert (people.sex[second] != people.sex[second - 1]).all()


@pytest.mark.parametrize(
    ("mix", "of"),
    [("single_adults", (Stratum.SINGLE_ADULT,)), ("children_alone", (Stratum.CHILDREN_ALONE,)),
     ("families", (*TRUE_FAMILIES, Stratum.FALSE_FAMILY, Stratum.KIN_GROUP))],
)  # fmt: skip
def test_citizenship_comes_in_its_shares(people, mix, of):
    """Chi-square of parties over countries, the rare ones together, inside its 99.99 % interval."""
    shares = getattr(worlds.shipped().people.citizenship, mix)
    expected = np.array([shares.get(country, 0.0) for country in COUNTRIES])
    here = np.isin(people.stratum, of)
    counts = np.bincount(people.citizenship[people.first_member[here]], minlength=len(COUNTRIES))
    rare = expected * here.sum() < 20
    counts, expected = (np.append(values[~rare], values[rare].sum()) for values in (counts, expected))
    kept = expected > 0
    assert counts[~kept].sum() == 0
    assert stats.chisquare(counts[kept], expected[kept] * here.sum()).pvalue > 1e-4


def test_a_party_has_one_citizenship(people):
    """Members of a party are citizens of one country."""
    assert np.array_equal(people.citizenship, people.citizenship[people.of_party("first_member")])


def test_priors_belong_to_adults_in_their_shares(people):
    """Prior removals and crimes of adults within 4.5 standard errors; no child has one."""
    settings = worlds.shipped().people.adults
    adult = ~people.is_child
    _assert_share(people.has_prior_removal[adult], settings.prior_removal_share)
    _assert_share(people.has_prior_crime[adult], settings.prior_crime_share)
    assert not (people.has_prior_removal | people.has_prior_crime)[people.is_child].any()


def test_people_cannot_be_changed(people):
    """No later stage can rewrite who came."""
    with pytest.raises(ValueError, match="read-only"):
        people.sex[0] = 1
