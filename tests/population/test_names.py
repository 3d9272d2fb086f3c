"""Names: frequencies as in the tables, surnames by the rule, and nobody's name decided by anybody else."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from borderops.config.schema import NameRules
from borderops.exceptions import ModelError
from borderops.facts.tables import WHOLE, given_name_shares, surname_shares
from borderops.population import names
from borderops.population.names import NO_NAME, Kinship, choose, given_name_tables, name_people, surname_tables
from borderops.population.people import COUNTRIES, NOBODY, Sex
from borderops.streams import Draws, Purpose

MANY = 300_000
PUBLISHED_COLLISION = {"MX": 0.0074, "HN": 0.0109, "SV": 0.0115, "GT": 0.0122}
WOMAN, MAN = Sex.FEMALE, Sex.MALE
MX, GT, HN, BR, RO, IN = (COUNTRIES.index(code) for code in ("MX", "GT", "HN", "BR", "RO", "IN"))

Named = dict[str, np.ndarray]


def rules(doubled: float = 0.0, alone: float = 0.0, second: float = 0.5, home: float = 0.0) -> NameRules:
    """Rules with the same shares in all countries; without arguments, the plain rule of two surnames."""
    return NameRules(
        doubled_share=dict.fromkeys(COUNTRIES, doubled),
        one_surname_share=alone,
        second_given_name_share=second,
        home_place_share=dict.fromkeys(COUNTRIES, home),
    )


def strangers(count: int, country: int = MX, rules: NameRules | None = None, seed: int = 11) -> Named:
    """Name adults who each came alone, every one in an event of their own."""
    return name_parties(count, [(MAN, False, None, None)], country, rules, seed)


def name_parties(
    count: int,
    members: list[tuple],
    country: int = MX,
    rules_: NameRules | None = None,
    seed: int = 11,
    relative: dict[int, tuple[int, bool]] | None = None,
    parties_per_event: int = 1,
) -> Named:
    """Name ``count`` parties alike; each array gets shape (count, members).

    A member is (sex, is_child, mother, father), parents as positions in the party; ``relative`` gives, for a
    position, that of the relative and whether it is on the father's side.
    """
    size = len(members)
    start = np.arange(count)[:, None] * size

    def rows(positions: list[int | None]) -> np.ndarray:
        local = np.array([NOBODY if one is None else one for one in positions])
        return np.where(local == NOBODY, NOBODY, start + local).astype(np.int32).ravel()

    relative = relative or {}
    party = np.repeat(np.arange(count, dtype=np.int64), size)
    named = name_people(
        number=party * 64 + 1 + np.tile(np.arange(size), count),
        country=np.full(count * size, country, dtype=np.int8),
        sex=np.tile(np.array([one[0] for one in members], dtype=np.int8), count),
        is_child=np.tile(np.array([one[1] for one in members]), count),
        party_number=party * 64,
        event_number=party // parties_per_event,
        kinship=Kinship(
            mother=rows([one[2] for one in members]),
            father=rows([one[3] for one in members]),
            relative=rows([relative[k][0] if k in relative else None for k in range(size)]),
            fathers_side=np.tile(np.array([k in relative and relative[k][1] for k in range(size)]), count),
        ),
        rules=rules_ or rules(),
        draws=Draws(seed, replication=0),
    )
    return {slot: codes.reshape(count, size) for slot, codes in named.items()}


def assert_share(flags: np.ndarray, share: float) -> None:
    """Hold a share against its binomial interval of four standard errors."""
    error = np.sqrt(max(share * (1.0 - share), 1e-9) / flags.size)
    assert abs(flags.mean() - share) < 4.0 * error, f"{flags.mean():.5f} against {share:.5f} +- {4 * error:.5f}"


def collision(country: str) -> float:
    """Chance that two strangers share a surname, by the table with its tail of rare names."""
    shares = surname_shares()
    column = shares.tables.index(country)
    tail = surname_tables().spellings.tails[COUNTRIES.index(country)]
    return float((shares.shares[:, column] / WHOLE) @ (shares.shares[:, column] / WHOLE)) + (
        (int(shares.rare[0, column]) / WHOLE) ** 2 / tail.size
    )


def assert_frequencies(codes: np.ndarray, listed: np.ndarray, shares: np.ndarray) -> None:
    """Chi-square of counts by name, the rare ones taken together; fails once in 10,000 seeds if all is well."""
    expected = np.append(shares, WHOLE - shares.sum()) / WHOLE * codes.size
    counts = np.bincount(codes, minlength=listed.max() + 1)[listed]
    observed = np.append(counts, codes.size - counts.sum())
    statistic = ((observed - expected) ** 2 / expected).sum()
    assert expected.min() >= 5.0
    assert statistic < stats.chi2.ppf(0.9999, expected.size - 1)


# --- frequencies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", PUBLISHED_COLLISION)
def test_both_slots_have_the_frequencies_of_the_table(country):
    """300,000 strangers bear surnames as often as the table says, with all rules at work, in either slot."""
    named = strangers(MANY, COUNTRIES.index(country), rules(doubled=0.04, home=0.08, alone=0.08))
    column = surname_shares().shares[:, surname_shares().tables.index(country)]
    listed = np.flatnonzero(column)
    for slot in ("surname_1", "surname_2"):
        assert_frequencies(named[slot].ravel(), listed, column[listed])


@pytest.mark.parametrize("country", PUBLISHED_COLLISION)
def test_strangers_share_surnames_as_often_as_published(country):
    """The interval of the estimated sum of squares holds the table's, which is the published figure."""
    assert collision(country) == pytest.approx(PUBLISHED_COLLISION[country], abs=0.00005)
    counts = np.bincount(strangers(MANY, COUNTRIES.index(country))["surname_1"].ravel()).astype(np.float64)
    estimate = (counts * (counts - 1.0)).sum() / (MANY * (MANY - 1.0))
    shares = counts / MANY
    error = 2.0 * np.sqrt(((shares**3).sum() - (shares**2).sum() ** 2) / MANY)
    assert abs(estimate - collision(country)) < 4.0 * error
    assert error < 0.0002


@pytest.mark.parametrize("is_child", [False, True])
@pytest.mark.parametrize("sex", list(Sex))
@pytest.mark.parametrize(("country", "table"), [("GT", "GT"), ("NI", "all"), ("BR", "BR")])
def test_first_given_names_have_the_frequencies_of_the_table(country, table, sex, is_child):
    """By sex and cohort; Nicaragua uses the table of all Spanish names, Brazil has one for both cohorts."""
    codes = name_parties(MANY, [(sex, is_child, None, None)], COUNTRIES.index(country))["given_1"].ravel()
    shares = given_name_shares()
    column = shares.tables.index(table if table == "BR" else f"{table}_{'child' if is_child else 'parent'}")
    rows = np.flatnonzero((shares.shares[:, column] > 0) & (np.array(shares.sexes) == ("F", "M")[sex]))
    listed = np.array([names.given_name_code(shares.names[row]) for row in rows])
    assert_frequencies(codes, listed, shares.shares[rows, column])


def test_rare_names_are_rare():
    """No rare name is commoner than the rarest listed one, and all together make hardly any strangers alike."""
    for tables in (surname_tables(), given_name_tables()[0]):
        for table in range(tables.tail_size.size):
            cumulative = tables.cumulative[tables.start[table] : tables.start[table + 1]]
            smallest, rare = np.diff(cumulative, prepend=0.0).min(), 1.0 - cumulative[-1]
            assert rare / tables.tail_size[table] <= smallest * (1.0 + 1e-9)
            assert rare**2 / tables.tail_size[table] < 0.00002
    shares = surname_shares()
    codes = strangers(MANY)["surname_1"].ravel()
    commonest_rare = np.bincount(codes)[len(shares.names) :].max() / MANY
    smallest = (
        shares.shares[:, shares.tables.index("MX")][shares.shares[:, shares.tables.index("MX")] > 0].min() / WHOLE
    )
    assert commonest_rare < smallest + 6.0 * np.sqrt(smallest / MANY)


def test_second_given_name_differs_from_the_first():
    """Nobody is José José; the share with a second name is the setting; the second is drawn from the same table."""
    named = name_parties(MANY, [(MAN, False, None, None)], GT, rules(second=0.65))
    first, second = named["given_1"].ravel(), named["given_2"].ravel()
    has_second = second != NO_NAME
    assert_share(has_second, 0.65)
    assert (first[has_second] != second[has_second]).all()
    jose = names.given_name_code("José")
    shares = given_name_shares()
    column = shares.tables.index("GT_parent")
    men = np.array(shares.sexes) == "M"
    share = {shares.names[row]: shares.shares[row, column] / WHOLE for row in np.flatnonzero(men)}
    rare = int(shares.rare[1, column]) / WHOLE
    # The second name is José unless the first is: sum over other first names of p(first) * p(José) / (1 - p(first)).
    others = sum(p * share["José"] / (1.0 - p) for name, p in share.items() if name != "José")
    assert_share(second[has_second] == jose, others + rare * share["José"])


# --- choosing -----------------------------------------------------------------------------------------------------


def test_choice_equals_a_plain_search():
    """The guide table finds what a search through the cumulative shares finds, at their edges too."""
    tables = surname_tables()
    spread = Draws(5, 0).uniforms(np.arange(20_000), Purpose.SURNAME_1)
    for table in range(len(COUNTRIES)):
        cumulative = tables.cumulative[tables.start[table] : tables.start[table + 1]]
        codes = tables.codes[tables.start[table] : tables.start[table + 1]]
        edges = np.concatenate([cumulative, np.nextafter(cumulative, 0.0), [0.0, np.nextafter(1.0, 0.0)]])
        uniforms = np.concatenate([spread, edges])
        position = np.searchsorted(cumulative, uniforms, side="right")
        listed = position < cumulative.size
        chosen = choose(tables, table, uniforms)
        assert (chosen[listed] == codes[position[listed]]).all()
        tail = chosen[~listed] - tables.tail_first[table]
        assert ((tail >= 0) & (tail < tables.tail_size[table])).all()
        assert tail.max() == tables.tail_size[table] - 1


@given(table=st.integers(0, len(COUNTRIES) - 1), seed=st.integers(0, 2**32))
def test_codes_rise_with_the_uniform(table, seed):
    """A higher uniform never gives a lower code: one uniform, one name, in the order of codes."""
    uniforms = np.sort(Draws(seed, 0).uniforms(np.arange(500), Purpose.SURNAME_1))
    assert (np.diff(choose(surname_tables(), table, uniforms)) >= 0).all()


def test_choice_asks_for_one_table_or_one_each():
    """Three tables for two uniforms are refused."""
    with pytest.raises(ValueError, match="3 tables for 2 uniforms"):
        choose(surname_tables(), np.array([0, 1, 2]), np.array([0.1, 0.2]))


def test_no_uniforms_no_names():
    """An empty request, and naming nobody, give empty arrays."""
    assert choose(surname_tables(), 0, np.zeros(0)).shape == (0,)
    assert {codes.size for codes in strangers(0).values()} == {0}


# --- spelling -----------------------------------------------------------------------------------------------------


def _folded(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign)).lower()


@pytest.mark.parametrize("space", [lambda: surname_tables().spellings, lambda: given_name_tables()[0].spellings])
def test_every_code_has_a_spelling_of_its_own(space):
    """Spellings are non-empty, different, and lead back to their code; accents aside, no rare one is listed."""
    spellings = space()
    spelled = [spellings.spell(code) for code in range(spellings.count)]
    assert all(spelled)
    assert len(set(spelled)) == spellings.count
    assert [spellings.code(name) for name in spelled[::97]] == list(range(0, spellings.count, 97))
    rare = {_folded(name) for name in spelled[len(spellings.listed) :]}
    assert len(rare) == spellings.count - len(spellings.listed)
    assert rare.isdisjoint(_folded(name) for name in spellings.listed)


def test_the_same_surname_has_the_same_code_everywhere():
    """García from Mexico and García from Honduras are one code, and it is spelled García."""
    code = names.surname_code("García")
    assert names.surname(code) == "García"
    for country in (MX, HN):
        assert (strangers(5_000, country)["surname_1"] == code).any()


def test_unknown_codes_and_names_are_refused():
    """NO_NAME, a code too high and a name nobody bears raise, and say what is allowed."""
    for code in (NO_NAME, surname_tables().spellings.count):
        with pytest.raises(ValueError, match=f"the code {code}; allowed: 0 to"):
            names.surname(code)
    with pytest.raises(ValueError, match="Xyzzy"):
        names.given_name_code("Xyzzy")


def test_full_name_leaves_out_what_is_missing():
    """Given names and surnames in their order, without gaps."""
    juan, jose = names.given_name_code("Juan"), names.given_name_code("José")
    perez, choc = names.surname_code("Pérez"), names.surname_code("Choc")
    assert names.full_name(juan, jose, perez, choc) == "Juan José Pérez Choc"
    assert names.full_name(juan, NO_NAME, perez, NO_NAME) == "Juan Pérez"


# --- the rule of two surnames -------------------------------------------------------------------------------------

FATHER, MOTHER = (MAN, False, None, None), (WOMAN, False, None, None)


def test_children_of_both_parents_inherit_both_first_surnames():
    """In all families: the father's first, then the mother's first; brothers and sisters alike, whatever the rules."""
    named = name_parties(
        2_000, [FATHER, MOTHER, (WOMAN, True, 1, 0), (MAN, True, 1, 0)], rules_=rules(0.5, alone=0.5, home=0.5)
    )
    first, second = named["surname_1"], named["surname_2"]
    for child in (2, 3):
        assert (first[:, child] == first[:, 0]).all()
        assert (second[:, child] == first[:, 1]).all()


def test_child_of_one_parent_shares_the_right_slot_only():
    """A father and child share the first surname; a mother's first is the child's second; siblings share both."""
    with_mother = name_parties(20_000, [MOTHER, (WOMAN, True, 0, None), (MAN, True, 0, None)])
    assert (with_mother["surname_2"][:, 1] == with_mother["surname_1"][:, 0]).all()
    assert_share(with_mother["surname_1"][:, 1] == with_mother["surname_1"][:, 0], collision("MX"))
    with_father = name_parties(20_000, [FATHER, (WOMAN, True, None, 0), (MAN, True, None, 0)])
    assert (with_father["surname_1"][:, 1] == with_father["surname_1"][:, 0]).all()
    assert_share(with_father["surname_2"][:, 1] == with_father["surname_1"][:, 0], collision("MX"))
    for named in (with_mother, with_father):
        for slot in ("surname_1", "surname_2"):
            assert (named[slot][:, 1] == named[slot][:, 2]).all()


def test_children_alone_who_are_siblings_share_both_surnames():
    """Two children without an adult bear the same two surnames, which strangers do not."""
    named = name_parties(20_000, [(WOMAN, True, None, None), (MAN, True, None, None)], GT)
    for slot in ("surname_1", "surname_2"):
        assert (named[slot][:, 0] == named[slot][:, 1]).all()
        assert_share(named[slot][1:, 0] == named[slot][:-1, 0], collision("GT"))


@pytest.mark.parametrize("fathers_side", [True, False])
def test_relatives_share_the_slot_of_their_side(fathers_side):
    """An uncle of the father's side bears the child's first surname, one of the mother's side its second."""
    named = name_parties(20_000, [FATHER, (MAN, True, None, None)], HN, relative={1: (0, fathers_side)})
    uncle, shared, other = named["surname_1"][:, 0], "surname_1", "surname_2"
    if not fathers_side:
        shared, other = other, shared
    assert (named[shared][:, 1] == uncle).all()
    assert_share(named[other][:, 1] == uncle, collision("HN"))


def test_false_claimants_share_nothing_but_coincidence():
    """An adult who is no relative shares surnames with the child as often as strangers do, in each slot."""
    named = name_parties(50_000, [FATHER, (MAN, True, None, None)], GT)
    for slot in ("surname_1", "surname_2"):
        assert_share(named[slot][:, 1] == named["surname_1"][:, 0], collision("GT"))


def test_mother_who_registered_alone_gives_both_her_surnames():
    """With the one-surname share children without the father here bear their mother's two; all siblings or none."""
    members = [MOTHER, (WOMAN, True, 0, None), (MAN, True, 0, None)]
    named = name_parties(50_000, members, rules_=rules(alone=0.08))
    first, second = named["surname_1"], named["surname_2"]
    both = (first[:, 1] == first[:, 0]) & (second[:, 1] == second[:, 0])
    assert_share(both, 0.08 + 0.92 * collision("MX") ** 2)
    assert (first[:, 1] == first[:, 2]).all() and (second[:, 1] == second[:, 2]).all()


def test_higher_one_surname_share_only_adds():
    """Children whose name changes with a higher share now bear their mother's; no other name moves."""
    members = [MOTHER, (WOMAN, True, 0, None)]
    low, high = (name_parties(20_000, members, rules_=rules(alone=share)) for share in (0.08, 0.20))
    moved = low["surname_1"][:, 1] != high["surname_1"][:, 1]
    assert_share(moved, 0.12 * (1.0 - collision("MX")))
    assert (high["surname_1"][moved, 1] == high["surname_1"][moved, 0]).all()
    for slot in low:
        assert (low[slot][:, 0] == high[slot][:, 0]).all()


@pytest.mark.parametrize(
    ("members", "relative"),
    [
        ([FATHER], {}),
        ([MOTHER, (MAN, True, 0, None)], {}),
        ([FATHER, (MAN, True, None, 0)], {}),
        ([(MAN, True, None, None)], {}),
        ([MOTHER, (MAN, True, None, None)], {1: (0, False)}),
    ],
    ids=["adult", "with mother", "with father", "alone", "with aunt"],
)
def test_doubled_share_makes_both_surnames_equal(members, relative):
    """Beyond coincidence, the set share of people bears the same surname twice; the rule of slots still holds."""
    named = name_parties(50_000, members, GT, rules(doubled=0.04), relative=relative)
    assert_share(named["surname_1"][:, -1] == named["surname_2"][:, -1], 0.04 + 0.96 * collision("GT"))
    if members[0] is MOTHER:
        assert (named["surname_2"][:, 1] == named["surname_1"][:, 0]).all()


def test_people_of_one_event_share_a_home_place():
    """Two adults of one event share the first surname by the home place; two of different events as strangers do."""
    home = 0.3
    first = name_parties(100_000, [FATHER], GT, rules(home=home), parties_per_event=2)["surname_1"].ravel()
    by_chance = collision("GT")
    assert_share(first[0::2] == first[1::2], home**2 + (1.0 - home**2) * by_chance)
    assert_share(first[1:-1:2] == first[2::2], by_chance)


def test_absent_parents_come_from_the_home_place_too():
    """A child alone shares its first surname with an adult of its event as often as two adults of the event do."""
    home = 0.3
    named = name_parties(100_000, [FATHER, (MAN, True, None, None)], GT, rules(home=home))
    for slot in ("surname_1", "surname_2"):
        assert_share(named[slot][:, 1] == named["surname_1"][:, 0], home**2 + (1.0 - home**2) * collision("GT"))


def test_father_and_mother_come_from_the_home_place_independently():
    """A child alone bears the place's surname twice only if both parents come from there."""
    home = 0.3
    named = name_parties(50_000, [(MAN, True, None, None)], GT, rules(home=home))
    twice = home**2 + (1.0 - home**2) * collision("GT")
    assert_share(named["surname_1"].ravel() == named["surname_2"].ravel(), twice)


def test_doubling_moves_the_second_surname_alone():
    """However many adults bear the same surname twice, nobody's first surname or given name changes."""
    plain, doubled = strangers(5_000, GT), strangers(5_000, GT, rules(doubled=0.5, home=0.0))
    assert (plain["surname_2"] != doubled["surname_2"]).mean() > 0.4
    for slot in ("surname_1", "given_1", "given_2"):
        assert (plain[slot] == doubled[slot]).all()


def test_children_of_two_mothers_have_two_fathers():
    """In a party of two mothers, each with a child, the fathers who are not here are strangers to each other."""
    members = [MOTHER, MOTHER, (MAN, True, 0, None), (MAN, True, 1, None)]
    first = name_parties(50_000, members, HN)["surname_1"]
    assert_share(first[:, 2] == first[:, 3], collision("HN"))


def test_child_of_a_minor_mother_has_a_father_of_its_own():
    """The minor mother inherits nothing here; her child's second surname is her first, its first is a stranger's."""
    named = name_parties(50_000, [(WOMAN, True, None, None), (MAN, True, 0, None)], HN)
    first, second = named["surname_1"], named["surname_2"]
    assert (second[:, 1] == first[:, 0]).all()
    assert_share(first[:, 1] == first[:, 0], collision("HN"))


def test_brazilians_write_the_mothers_name_first():
    """The last name of father and mother is passed on: the mother's stands first, the father's last."""
    named = name_parties(5_000, [FATHER, MOTHER, (MAN, True, 1, 0)], BR, rules(alone=0.5))
    last = named["surname_2"]
    assert (named["surname_1"][:, 2] == last[:, 1]).all()
    assert (last[:, 2] == last[:, 0]).all()


@pytest.mark.parametrize("parent", [FATHER, MOTHER])
def test_romanians_bear_one_surname_of_the_parent_who_is_here(parent):
    """One surname, the same for parent and child."""
    child = (WOMAN, True, *((0, None) if parent is MOTHER else (None, 0)))
    named = name_parties(2_000, [parent, child], RO)
    assert (named["surname_2"] == NO_NAME).all()
    assert (named["surname_1"][:, 0] == named["surname_1"][:, 1]).all()


def test_singh_and_kaur_go_by_sex():
    """A father Singh has a daughter Kaur; no woman is a Singh; together they are as common as in the table."""
    named = name_parties(20_000, [FATHER, (WOMAN, True, None, 0)], IN)["surname_1"]
    singh, kaur = names.surname_code("Singh"), names.surname_code("Kaur")
    assert ((named[:, 0] == singh) == (named[:, 1] == kaur)).all()
    assert not (named[:, 1] == singh).any() and not (named[:, 0] == kaur).any()
    shares = surname_shares()
    rows = [shares.names.index(name) for name in ("Singh", "Kaur")]
    assert_share(named[:, 0] == singh, shares.shares[rows, shares.tables.index("IN")].sum() / WHOLE)


def test_children_before_their_parents_are_refused():
    """A child in an earlier row than its mother raises and names the row."""
    with pytest.raises(ModelError, match="person in row 0 "):
        name_parties(3, [(MAN, True, 1, None), MOTHER])


# --- chance as an address -----------------------------------------------------------------------------------------


@cache
def _mixed() -> tuple[dict, Kinship]:
    """A crowd of all kinds of parties: adults, families of one and two parents, kin groups, children alone."""
    kinds: list[list[tuple]] = [
        [FATHER],
        [MOTHER, (MAN, True, 0, None), (WOMAN, True, 0, None)],
        [FATHER, MOTHER, (MAN, True, 1, 0)],
        [FATHER, (MAN, True, None, None)],
        [(MAN, True, None, None)],
    ]
    people: list[tuple] = []
    for party in range(4_000):
        first = len(people)
        for k, (sex, is_child, mother, father) in enumerate(kinds[party % len(kinds)]):
            parents = [NOBODY if one is None else first + one for one in (mother, father)]
            relative = first if party % len(kinds) == 3 and is_child else NOBODY
            people.append(
                (
                    party * 64 + 1 + k,
                    party // 7 % len(COUNTRIES),
                    sex,
                    is_child,
                    party * 64,
                    party // 4,
                    *parents,
                    relative,
                )
            )
    columns = [np.array(column) for column in zip(*people, strict=True)]
    crowd = {
        "number": columns[0],
        "country": columns[1].astype(np.int8),
        "sex": columns[2].astype(np.int8),
        "is_child": columns[3].astype(bool),
        "party_number": columns[4],
        "event_number": columns[5],
    }
    mother, father, relative = (column.astype(np.int32) for column in columns[6:9])
    return crowd, Kinship(mother, father, relative, relative % 2 == 0)


def _name_mixed(
    keep: Callable[[np.ndarray], np.ndarray] | None = None, replication: int = 0
) -> tuple[np.ndarray, Named]:
    """Name the crowd, or the part of it whose party numbers ``keep`` accepts; give the people's numbers too."""
    crowd, kinship = _mixed()
    kept = np.flatnonzero(keep(crowd["party_number"])) if keep else np.arange(crowd["number"].size)
    row = np.full(crowd["number"].size + 1, NOBODY, dtype=np.int32)
    row[kept] = np.arange(kept.size)
    part = Kinship(
        *(row[column[kept]] for column in (kinship.mother, kinship.father, kinship.relative)),
        kinship.fathers_side[kept],
    )
    named = name_people(
        **{key: column[kept] for key, column in crowd.items()},
        kinship=part,
        rules=rules(0.1, alone=0.1, home=0.1),
        draws=Draws(3, replication),
    )
    return crowd["number"][kept], named


def test_names_are_the_same_when_asked_twice():
    """The same people, seed and replication give the same names; another replication gives others."""
    _, once = _name_mixed()
    _, again = _name_mixed()
    _, other = _name_mixed(replication=1)
    for slot in once:
        assert (once[slot] == again[slot]).all()
        assert (once[slot] != other[slot]).mean() > 0.4


def test_more_people_change_nobody_elses_name():
    """Leaving every third party out leaves all others with the names they have among all."""
    everybody, names_of_all = _name_mixed()
    some, names_of_some = _name_mixed(lambda party: party // 64 % 3 > 0)
    assert 0 < some.size < everybody.size
    for slot, codes in names_of_all.items():
        assert (codes[np.isin(everybody, some)] == names_of_some[slot]).all()


def test_numbers_of_people_and_parties_may_be_equal():
    """Whether 7 numbers an adult, the mother of a child, or the party of a child alone: three names, three draws."""
    count = 20_000
    number, none = np.arange(count, dtype=np.int64), np.full(count, NOBODY, dtype=np.int32)
    elsewhere = number + count

    def named(own: np.ndarray, party: np.ndarray, is_child: bool, mother: np.ndarray) -> Named:
        size = own.size
        nobody = np.full(size, NOBODY, dtype=np.int32)
        return name_people(
            number=own,
            country=np.full(size, GT, dtype=np.int8),
            sex=np.zeros(size, dtype=np.int8),
            is_child=(mother != NOBODY) | is_child,
            party_number=party,
            event_number=party,
            kinship=Kinship(mother, nobody, nobody, np.zeros(size, dtype=bool)),
            rules=rules(),
            draws=Draws(1, 0),
        )

    adults = named(number, elsewhere, False, none)["surname_1"]
    alone = named(elsewhere, number, True, none)["surname_1"]
    mothers_first = np.concatenate([none, np.arange(count, dtype=np.int32)])
    both = named(np.concatenate([number, elsewhere]), np.tile(elsewhere, 2), False, mothers_first)["surname_1"]
    with_mother = both[count:]
    assert (both[:count] == adults).all()
    for one, other in ((adults, alone), (adults, with_mother), (alone, with_mother)):
        assert_share(one == other, collision("GT"))
