"""Rules of matching, each at every edge, on people written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hand_written import MET, Books

from borderops.audit.findings import Era, Pairs, Rule, Surnames, by_era
from borderops.audit.linkage import Gap, draft_rule, hhs_rule, matching_rules, port_rule, port_rules, refined_rule
from borderops.units import DAY

MOTHER_BORN = "1990-06-01"


def couple(
    adult: tuple[str, str] = ("López", "Ruiz"),
    child: tuple[str, str] = ("Pérez", "López"),
    born: str = "2010-06-01",
    adult_born: str = MOTHER_BORN,
    **cells: object,
) -> Books:
    """An adult, number 1, and a child, number 2, of one event; ``cells`` are the child's."""
    books = Books()
    books.event()
    books.subject(1, adult_born, adult)
    books.subject(2, born, child, **cells)
    return books


def found(pairs: Pairs) -> list[tuple[int, int]]:
    """Numbers of rows of adults and children, in order."""
    return sorted(zip(pairs.adult_rec.tolist(), pairs.child_rec.tolist()))


# --- the report's rule --------------------------------------------------------------------------------------------


def test_a_mother_and_child_of_one_event_are_suspected():
    """Same event, a surname in common, twenty years apart, no unit: both the draft and the refined rule see them."""
    draft, refined = matching_rules(couple().records)
    assert found(draft) == found(refined) == [(1, 2)]
    assert (draft.rule.tolist(), refined.rule.tolist()) == ([Rule.DRAFT], [Rule.REFINED])
    assert (draft.together.tolist(), draft.age_apart.tolist()) == ([1], [20])


@pytest.mark.parametrize(
    ("born", "is_suspected"),
    [
        ("2006-06-01", True),  # the adult's sixteenth birthday
        ("2006-05-31", False),
        ("2006-06-02", True),
    ],
)
def test_sixteen_years_count_to_the_day(born, is_suspected):
    """A child born on the adult's sixteenth birthday is far enough apart, one born a day before is not."""
    assert bool(len(draft_rule(couple(born=born).records))) is is_suspected


@pytest.mark.parametrize(("born", "is_suspected"), [("2016-06-01", True), ("2016-06-02", False), ("2016-05-31", True)])
def test_forty_years_count_to_the_day(born, is_suspected):
    """A child born on the adult's fortieth birthday is near enough, one born a day later is not."""
    assert bool(len(draft_rule(couple(born=born, adult_born="1976-06-01").records))) is is_suspected


def test_years_apart_can_be_asked_for():
    """With 25 years at least, twenty are too few."""
    assert not len(draft_rule(couple().records, gap=Gap(25, 40)))


@pytest.mark.parametrize(
    ("born", "is_child"), [("2000-06-02", True), ("2000-06-01", False)], ids=["17 on the day", "18 on the day"]
)
def test_a_child_is_who_was_not_yet_eighteen_when_met(born, is_child):
    """The eighteenth birthday on the day of the event makes an adult, whom nobody looks for."""
    books = couple(born=born, adult_born="1980-01-01")
    assert bool(len(draft_rule(books.records))) is is_child


def test_a_leap_day_has_its_birthday():
    """An adult born on 29 February turns sixteen on 29 February of a leap year, not a day before."""
    assert len(draft_rule(couple(born="2004-02-29", adult_born="1988-02-29").records))
    assert not len(draft_rule(couple(born="2004-02-28", adult_born="1988-02-29").records))


SHARED = Surnames.SHARED
FIRST = SHARED | Surnames.FIRST_SHARED
BOTH = FIRST | Surnames.COMPOSITE


@pytest.mark.parametrize(
    ("adult", "child", "surnames"),
    [
        (("López", "Ruiz"), ("Pérez", "López"), BOTH | Surnames.USUAL),  # a woman's first is the child's second
        (("López", "Ruiz"), ("López", "Pérez"), BOTH | Surnames.PRINTED),
        (("López", "Ruiz"), ("López", ""), FIRST | Surnames.PRINTED),
        (("López", "Ruiz"), ("Ruiz", "Pérez"), SHARED),
        (("López", "Ruiz"), ("Pérez", "Ruiz"), SHARED),
        (("Lopez", ""), ("Pérez", "LÓPEZ"), BOTH | Surnames.USUAL),
        (("Nuñez", "Ruiz"), ("NUNEZ", "Pérez"), BOTH | Surnames.PRINTED),
    ],
)
def test_surnames_are_compared_in_any_order_and_without_accents(adult, child, surnames):
    """Any shared surname suffices, accents and case apart; what is shared is told with the pair."""
    assert draft_rule(couple(adult, child).records).surnames.tolist() == [surnames]


@pytest.mark.parametrize(
    ("adult", "child"),
    [
        (("López", "Ruiz"), ("Pérez", "Gómez")),
        (("López", "Ruiz"), ("PérezLópez", "")),  # fused
        (("López", ""), ("Pérez", "")),  # no second name is no shared name
        (("", ""), ("", "")),
    ],
)
def test_other_names_are_not_shared(adult, child):
    """Different, fused and missing surnames lead nowhere."""
    assert not len(draft_rule(couple(adult, child).records))


def test_usual_order_depends_on_sex():
    """A man's first surname comes first in the child's names: the same pair, with the other mark."""
    books = couple(child=("López", "Pérez"))
    books.rows["e3_subject"][0]["sex"] = 1
    assert draft_rule(books.records).surnames.tolist() == [BOTH | Surnames.USUAL]


def test_variants_of_the_rule_nest():
    """What is asked for more is found less often, and among the same pairs."""
    books = couple()
    books.subject(3, "1985-01-01", ("Gómez", "Pérez"))
    pairs = draft_rule(books.records)
    assert found(pairs) == [(1, 2), (3, 2)]
    assert found(pairs.having(Surnames.FIRST_SHARED)) == [(1, 2)]


def test_every_adult_of_the_event_is_judged():
    """A second adult of the event who fits is suspected too; one who does not fit is not."""
    books = couple()
    books.subject(3, "1985-01-01", ("López", "Gómez"))
    books.subject(4, "1985-01-01", ("Mejía", "Gómez"))
    assert found(draft_rule(books.records)) == [(1, 2), (3, 2)]


def test_another_event_number_hides_the_pair():
    """Booked under different events, nobody is suspected; without an event neither."""
    assert not len(draft_rule(couple(event_no=2).records))
    assert not len(draft_rule(couple(event_no=-1).records))


def test_without_a_day_of_birth_nobody_is_judged():
    """An empty day of birth is no age."""
    books = couple()
    del books.rows["e3_subject"][1]["birth_day"]
    assert not len(draft_rule(books.records))


def test_a_unit_that_links_them_clears_the_pair():
    """Linked by a unit, neither rule suspects them; linked by a group only, the draft does."""
    books = couple()
    books.unit(1, {1: "parent", 2: "child"})
    assert [len(one) for one in matching_rules(books.records)] == [0, 0]
    group = couple()
    group.unit(1, {1: "relative", 2: "child"}, kind="group")
    assert [len(one) for one in matching_rules(group.records)] == [1, 0]


@pytest.mark.parametrize("member", [1, 2])
def test_the_refined_rule_leaves_out_members_of_any_unit(member):
    """One of them in a unit with somebody else: suspected by the draft, not by the refined rule."""
    books = couple()
    books.subject(3, "1985-01-01", ("Mejía", "Gómez"))
    books.unit(1, {member: "child", 3: "parent"})
    assert [len(one) for one in matching_rules(books.records)] == [1, 0]


def test_a_member_of_two_units_is_linked_by_either():
    """After rejoining there are two units: the older one, with another adult, does not hide the newer."""
    books = couple()
    books.subject(3, "1985-01-01", ("Mejía", "Gómez"))
    books.unit(1, {2: "child", 3: "parent"})
    books.unit(2, {1: "parent", 2: "child"})
    assert not len(draft_rule(books.records))


def test_a_deleted_unit_shows_only_in_history():
    """After the deletion production suspects the pair; with history, or before it, nobody does."""
    books = couple()
    books.unit(1, {1: "parent", 2: "child"}, valid_to=MET + DAY)
    records = books.records
    assert len(refined_rule(records, MET + DAY)) == len(draft_rule(records, MET + DAY)) == 1
    assert not len(draft_rule(records, MET + DAY - 1))
    assert not len(draft_rule(records, MET + DAY, with_history=True))


def test_nothing_entered_later_is_known():
    """As of a minute before the child is entered there is no pair."""
    books = couple(entered_at=MET + 30)
    assert not len(draft_rule(books.records, MET + 29))
    assert len(draft_rule(books.records, MET + 30)) == 1


def test_a_person_with_two_rows_counts_once():
    """A row that ended and the one that replaced it, or a row entered twice, are one person: the last row."""
    books = couple(valid_to=MET + 60)
    books.subject(2, "2010-06-01", ("Pérez", "López"), entered_at=MET + 60)
    books.subject(2, "2010-06-01", ("Pérez", "López"), entered_at=MET + 60)
    assert found(draft_rule(books.records)) == [(1, 4)]
    assert found(draft_rule(books.records, MET + 59)) == [(1, 2)]


def test_pairs_are_told_by_era():
    """5 May and 20 June 2018 belong to the season, the days around them do not."""
    books = Books()
    days = ("2018-05-04 23:59", "2018-05-05 00:00", "2018-06-20 23:59", "2018-06-21 00:00")
    for event, at in enumerate(days):
        books.event(event, at)
        books.subject(2 * event + 1, MOTHER_BORN, ("López", "Ruiz"), event)
        books.subject(2 * event + 2, "2010-06-01", ("López", "Ruiz"), event)
    pairs = draft_rule(books.records)
    assert pairs.era.tolist() == [Era.BEFORE, Era.SEASON, Era.SEASON, Era.AFTER]
    table = by_era(pairs).query("surnames == 'shared'")
    assert table.set_index("era").pairs.to_dict() == {"before": 1, "season": 2, "after": 1}


def test_no_records_no_pairs():
    """Empty records and records without the tables asked for raise nothing and fail nowhere."""
    assert [len(one) for one in (*matching_rules(Books().records), *port_rules(Books().records))] == [0] * 4
    assert not len(hhs_rule(Books().records))


# --- HHS's rule -----------------------------------------------------------------------------------------------------


def known_to_orr(**cells: object) -> Books:
    """`couple`, whose child is known to ORR."""
    books = couple()
    child = {"portal_no": 1, "a_number": 900_000_002, "last_name": ("Pérez", "López"), "birth_day": "2010-06-01"}
    books.write("portal_child", **{**child, **cells})
    return books


def test_consecutive_numbers_of_one_day_are_suspected():
    """Numbers next to each other, a shared surname, one day: found, and only for a child known to ORR."""
    pairs = hhs_rule(known_to_orr().records)
    assert (pairs.adult_rec.tolist(), pairs.child_rec.tolist(), pairs.distance.tolist()) == ([1], [1], [1])
    assert not len(hhs_rule(couple().records))


@pytest.mark.parametrize(("number", "distance", "count"), [(3, 1, 0), (3, 2, 1), (0, 1, 1), (0, 3, 1)])
def test_distance_of_numbers_is_a_choice(number, distance, count):
    """Two apart is found at a distance of two, not of one; lower numbers are searched as well as higher ones."""
    books = known_to_orr()
    books.rows["e3_subject"][0]["a_number"] = {3: 900_000_004, 0: 900_000_003}[number]
    assert len(hhs_rule(books.records, distance=distance)) == count


def test_another_surname_or_day_is_not_suspected():
    """Without a surname in common, or met on another day, consecutive numbers say nothing."""
    assert not len(hhs_rule(known_to_orr(last_name=("Gómez", "Mejía")).records))
    books = known_to_orr()
    books.event(2, MET + DAY)
    books.rows["e3_subject"][1]["event_no"] = 2
    assert not len(hhs_rule(books.records))


def test_a_child_of_unknown_number_has_no_day():
    """The portal keeps no day of entry: a number that neither e3 nor a port knows leads nowhere."""
    assert not len(hhs_rule(known_to_orr(a_number=900_000_050).records))
    assert not len(hhs_rule(known_to_orr(a_number=-1).records))


def test_adults_of_ice_who_came_through_a_port_are_searched():
    """ICE's cases are adults too; their day is that of the port."""
    books = Books()
    books.port(1, MOTHER_BORN, ("López", "Ruiz"))
    books.port(2, "2010-06-01", ("López", "Ruiz"))
    books.write("earm_case", case_no=7, a_number=800_000_001, surname_1="López", birth_day=MOTHER_BORN)
    books.write("portal_child", portal_no=1, a_number=800_000_002, last_name=("López", "Ruiz"), birth_day="2010-06-01")
    assert len(hhs_rule(books.records)) == 1


# --- ports of entry -----------------------------------------------------------------------------------------------


def at_port(**cells: object) -> Books:
    """A mother and a child met at a port on one day; ``cells`` are the child's."""
    books = Books()
    books.port(1, MOTHER_BORN, ("López", "Ruiz"))
    books.port(2, "2010-06-01", ("Pérez", "López"), **cells)
    return books


def test_the_day_stands_for_the_event_at_ports():
    """Same day: suspected by both; the next day: by none."""
    assert [len(one) for one in port_rules(at_port().records)] == [1, 1]
    assert not len(port_rule(at_port(encounter_day=MET // DAY + 1).records))
    assert port_rule(at_port().records, is_refined=True).rule.tolist() == [Rule.PORT_REFINED]


@pytest.mark.parametrize(("category", "count"), [("asylum", 1), ("no_documents", 1), ("other", 0)])
def test_only_asylum_and_no_document_cases_count(category, count):
    """Cases on other grounds are left out."""
    assert len(port_rule(at_port(category=category).records)) == count


def test_links_of_ports_clear_pairs():
    """A link of the two clears the pair; a link with somebody else only under the refined rule."""
    books = at_port()
    books.write("sigma_family_link", sigma_no=1, child_sigma_no=2, status="together")
    assert [len(one) for one in port_rules(books.records)] == [0, 0]
    books = at_port()
    books.port(3, "1980-01-01", ("Mejía", "Gómez"))
    books.write("sigma_family_link", sigma_no=3, child_sigma_no=2, status="together")
    assert [len(one) for one in port_rules(books.records)] == [1, 0]


def test_many_people_are_judged_like_few():
    """Against a slow reading of the rule, pair by pair, on 400 people of 40 events drawn from few names."""
    draws = np.random.default_rng(5)
    books, names = Books(), ("López", "Pérez", "Ruiz", "Gómez", "Mejía", "")
    people = []
    for number in range(400):
        event, year = int(draws.integers(40)), int(draws.integers(1960, 2018))
        born = f"{year}-{draws.integers(1, 13):02d}-{draws.integers(1, 29):02d}"
        own = tuple(names[at] for at in draws.integers(0, len(names), 2))
        people.append((number + 1, event, born, own))
        books.subject(number + 1, born, own, event)
    for event in range(40):
        books.event(event)
    expected = [
        (one[0], other[0])
        for one in people
        for other in people
        if one[1] == other[1] and _fits(one[2], other[2]) and (set(one[3]) & set(other[3])) - {""}
    ]
    assert found(draft_rule(books.records)) == sorted(expected)


def _fits(adult: str, child: str) -> bool:
    """Whether days of birth are those of an adult and a child on 1 June 2018, 16 to 40 years apart."""
    later = [f"{int(adult[:4]) + years}{adult[4:]}" for years in (16, 40)]
    return adult <= "2000-06-01" < child and later[0] <= child <= later[1]
