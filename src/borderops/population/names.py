"""Names: two surnames by rule and frequency, given names by country, sex and cohort.

A name is an int32 code; `surname`, `given_name` and `full_name` spell it out. One code stands for one spelling in
all countries. Listed names come first in the code space, in alphabetical order; behind them stands one tail of rare
names a country (surnames) or a language and sex (given names), spelled by rule, so that no two people share a rare
name more often than the listed ones allow.

The rule of two surnames: a child bears the father's first surname and then the mother's first. Full siblings share
both, half-siblings one; a father and his child share the first, a mother only the child's second. Names are drawn
for adults and for absent parents alone; children inherit.

Must not know how parties are formed (`borderops.population.families`), nor anything that happens to them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from typing import Final, NamedTuple

import numba
import numpy as np

from borderops.config.schema import Country, NameRules
from borderops.exceptions import ModelError
from borderops.facts.tables import WHOLE, NameShares, given_name_shares, surname_shares
from borderops.population.people import COUNTRIES, NOBODY, Sex
from borderops.streams import Draws, Purpose
from borderops.tables import Table

NO_NAME: Final = -1
"""Code where a person has no such name."""

GUIDE: Final = 4096
"""Cells of the guide table. A power of two, so that scaling a uniform by it is exact."""

TAIL_COLLISION: Final = 1e-5
"""Most that a tail of rare names may add to the chance that two strangers share a name."""

BORROWED: Final = {"CA": "MX"}
"""Countries whose own frequencies are not carried, and whose they borrow: too few come for a figure to depend on it."""

FATHERS_NAME_LAST: Final = (COUNTRIES.index("BR"),)
ONE_SURNAME: Final = (COUNTRIES.index("RO"), COUNTRIES.index("IN"))
SURNAME_BY_SEX: Final = {COUNTRIES.index("IN"): ("Kaur", "Singh")}
"""Surnames that stand for each other by sex, in the order of `Sex`."""

LANGUAGES: Final = {"BR": "portuguese", "RO": "romanian", "IN": "indian"}
"""Language in which rare names are spelled, where it is not Spanish."""


# --- spelling of rare names ---------------------------------------------------------------------------------------


class Style(NamedTuple):
    """Rule that spells rare names: two syllables of a consonant and a vowel each, then an ending.

    The syllables have four letters in all, so the endings decide where a spelling divides: no two numbers of a style
    share a spelling, nor do two styles, as long as all endings differ.
    """

    consonants: str
    endings: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many spellings there are."""
        return (5 * len(self.consonants)) ** 2 * len(self.endings)

    def spell(self, number: int) -> str:
        """Spell a number from 0 to `size` - 1."""
        # Neighbours should not look alike; 7,919 is prime and divides no size, so nothing is spelled twice.
        rest, ending = divmod(number * 7919 % self.size, len(self.endings))
        first, second = divmod(rest, 5 * len(self.consonants))
        return f"{self._syllable(first)}{self._syllable(second)}{self.endings[ending]}".capitalize()

    def _syllable(self, number: int) -> str:
        consonant, vowel = divmod(number, 5)
        return self.consonants[consonant] + "aeiou"[vowel]


_LATIN: Final = "bcdfglmnprstv"

SURNAME_STYLES: Final = {
    "spanish": Style(
        _LATIN,
        ("nzueto", "rdoval", "ntaza", "lledo", "rreño", "squina", "ltamar", "mbrana", "ndoza", "rrubia", "stegui",
         "rballo"),
    ),
    "maya": Style("bchjklmnptwxy", ("kix", "lbal", "xkej", "ntzul", "tzoy", "mchub", "pkan", "lwok")),
    "portuguese": Style(_LATIN, ("lheiro", "nhares", "rdeira", "ntosa", "squita", "lvares", "mbrão", "drosa")),
    "romanian": Style(
        _LATIN,
        ("lescu", "reanu", "niuc", "ndrean", "stoiu", "rlaru", "ncea", "vineanu", "mbrea", "rtache", "gulete",
         "dache"),
    ),
    "indian": Style(_LATIN, ("ndran", "lwal", "rjee", "nkar", "shani", "gopal", "ddha", "rawat")),
}  # fmt: skip

GIVEN_NAME_STYLES: Final = {
    ("spanish", Sex.FEMALE): Style(_LATIN, ("linda", "rina", "nelia", "smira", "ldina", "ndrea")),
    ("spanish", Sex.MALE): Style(_LATIN, ("lindo", "rino", "nelio", "smiro", "ldino", "ndrés")),
    ("portuguese", Sex.FEMALE): Style(_LATIN, ("ldete", "linde", "smara", "nilza", "rcena", "vanda")),
    ("portuguese", Sex.MALE): Style(_LATIN, ("ldemar", "linho", "smaro", "nilson", "rcino", "vandro")),
    ("romanian", Sex.FEMALE): Style(_LATIN, ("nela", "rica", "lina", "ntina", "duța", "steana")),
    ("romanian", Sex.MALE): Style(_LATIN, ("nel", "rin", "linel", "ntin", "duț", "lache")),
    ("indian", Sex.FEMALE): Style(_LATIN, ("lata", "shree", "ndini", "rthi", "mala", "vani")),
    ("indian", Sex.MALE): Style(_LATIN, ("nder", "shwar", "pal", "jeet", "mesh", "ndra")),
}


class Tail(NamedTuple):
    """Rare names of equal frequency, spelled by a style from a number on."""

    first_code: int
    size: int
    style: Style
    first_number: int


@dataclass(frozen=True)
class Spellings:
    """The code space of surnames or of given names.

    Parameters
    ----------
    listed : tuple of str
        Listed names; the code of a name is its position.
    tails : tuple of Tail
        Tails of rare names, one behind the other, behind the listed ones.
    """

    listed: tuple[str, ...]
    tails: tuple[Tail, ...]

    @property
    def count(self) -> int:
        """How many codes there are: 0 to ``count`` - 1."""
        return self.tails[-1].first_code + self.tails[-1].size

    def spell(self, code: int) -> str:
        """Spell a code.

        Raises
        ------
        ValueError
            If no name has this code, `NO_NAME` included.
        """
        if not 0 <= code < self.count:
            raise ValueError(f"no name has the code {code}; allowed: 0 to {self.count - 1}")
        if code < len(self.listed):
            return self.listed[code]
        tail = self.tails[bisect_right(self.tails, code, key=lambda tail: tail.first_code) - 1]
        return tail.style.spell(tail.first_number + code - tail.first_code)

    def code(self, name: str) -> int:
        """Code of a spelling.

        Raises
        ------
        ValueError
            If nothing is spelled like this.
        """
        code = self._listed_codes.get(name)
        if code is None:
            code = self._rare_codes.get(name)
        if code is None:
            raise ValueError(f"no name is spelled {name!r}")
        return code

    @cached_property
    def _listed_codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.listed)}

    @cached_property
    def _rare_codes(self) -> dict[str, int]:
        return {self.spell(code): code for code in range(len(self.listed), self.count)}


# --- tables to choose from ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NameTables(Table):
    """``t`` tables of names to choose from by inverse distribution function, in the order of their codes.

    A table lists names with their cumulative shares; what is left to 1 falls to a tail of equally common rare names
    whose codes stand behind all listed ones. ``guide[i, cell]`` is where to begin the search for a uniform of that
    cell, so that a choice takes about one comparison.
    """

    spellings: Spellings
    start: np.ndarray  # int64, shape (t + 1,), where each table begins in the two columns below
    cumulative: np.ndarray  # float64, shape (k,)
    codes: np.ndarray  # int32, shape (k,)
    tail_first: np.ndarray  # int32, shape (t,), code of the first rare name
    tail_size: np.ndarray  # int64, shape (t,)
    guide: np.ndarray  # int32, shape (t, GUIDE)


class _Listed(NamedTuple):
    """One table before it is laid out: codes in rising order, shares in parts per `WHOLE`."""

    codes: np.ndarray
    shares: np.ndarray
    rare: int

    @property
    def tail_size(self) -> int:
        """Rare names enough that none is commoner than the rarest listed, nor two strangers often share one."""
        rare_share = self.rare / WHOLE
        return max(math.ceil(self.rare / int(self.shares.min())), math.ceil(rare_share**2 / TAIL_COLLISION))


@cache
def surname_tables() -> NameTables:
    """Build the surname tables, one a country, in the order of `COUNTRIES`."""
    shares = surname_shares()
    columns = [shares.tables.index(BORROWED.get(country, country)) for country in COUNTRIES]
    tables = [_column(shares, column, np.arange(len(shares.names))) for column in columns]
    styles = [SURNAME_STYLES["maya" if country == "GT" else _language(country)] for country in COUNTRIES]
    tails = _tails(len(shares.names), [table.tail_size for table in tables], styles)
    return _lay_out(Spellings(shares.names, tails), tables, tails)


@cache
def given_name_tables() -> tuple[NameTables, np.ndarray]:
    """Build the tables of given names.

    Returns
    -------
    NameTables
    ndarray of int16, shape (countries, 2, 2)
        Which table serves a country (as in `COUNTRIES`), cohort (0 parents, 1 children) and `Sex`.
    """
    shares = given_name_shares()
    listed = tuple(dict.fromkeys(shares.names))
    code_of = {name: code for code, name in enumerate(listed)}
    codes = np.array([code_of[name] for name in shares.names])
    keys = [(column, sex) for column in range(len(shares.tables)) for sex in Sex]
    tables = [_column(shares, column, codes, sex) for column, sex in keys]

    # Cohorts and countries of one language share its rare names; a shorter tail is the beginning of a longer one.
    voices = [(_language(shares.tables[column].split("_")[0]), sex) for column, sex in keys]
    sizes = {voice: max(t.tail_size for t, v in zip(tables, voices, strict=True) if v == voice) for voice in voices}
    tails = _tails(len(listed), list(sizes.values()), [GIVEN_NAME_STYLES[voice] for voice in sizes])
    tail_of = dict(zip(sizes, tails, strict=True))
    laid_out = _lay_out(Spellings(listed, tails), tables, [tail_of[voice] for voice in voices])

    index = np.empty((len(COUNTRIES), 2, len(Sex)), dtype=np.int16)
    for position, country in enumerate(COUNTRIES):
        for cohort, name in enumerate(("parent", "child")):
            own = [column for column in (country, f"{country}_{name}", f"all_{name}") if column in shares.tables]
            index[position, cohort] = [keys.index((shares.tables.index(own[0]), sex)) for sex in Sex]
    index.flags.writeable = False
    return laid_out, index


def _language(table: str) -> str:
    return LANGUAGES.get(table, "spanish")


def _column(shares: NameShares, column: int, codes: np.ndarray, sex: Sex | None = None) -> _Listed:
    is_listed = shares.shares[:, column] > 0
    if sex is not None:
        is_listed &= np.array(shares.sexes) == ("F", "M")[sex]
    return _Listed(codes[is_listed], shares.shares[is_listed, column], int(shares.rare[sex or 0, column]))


def _tails(first_code: int, sizes: Sequence[int], styles: Sequence[Style]) -> tuple[Tail, ...]:
    tails: list[Tail] = []
    used: dict[Style, int] = {}
    for size, style in zip(sizes, styles, strict=True):
        number = used.get(style, 0)
        if number + size > style.size:
            raise ModelError(f"a style of {style.size} spellings cannot spell {number + size} rare names")
        tails.append(Tail(first_code, size, style, number))
        used[style] = number + size
        first_code += size
    return tuple(tails)


def _lay_out(spellings: Spellings, tables: Sequence[_Listed], tails: Sequence[Tail]) -> NameTables:
    cumulative = [np.cumsum(table.shares) / WHOLE for table in tables]
    cells = np.arange(GUIDE) / GUIDE
    return NameTables(
        spellings=spellings,
        start=np.cumsum([0, *(column.size for column in cumulative)]),
        cumulative=np.concatenate(cumulative),
        codes=np.concatenate([table.codes for table in tables]).astype(np.int32),
        tail_first=np.array([tail.first_code for tail in tails], dtype=np.int32),
        tail_size=np.array([table.tail_size for table in tables]),
        guide=np.array([np.searchsorted(column, cells, side="right") for column in cumulative], dtype=np.int32),
    )


# --- choosing -----------------------------------------------------------------------------------------------------


@numba.njit(cache=True, nogil=True, inline="always")
def _find(uniform, table, start, cumulative, tail_size, guide):
    """Position in the table, and the stretch of uniforms that leads there; beyond the listed names, the tail."""
    first, end = start[table], start[table + 1]
    # A uniform may have been moved right up to 1 by `_choose_pairs`.
    position = first + guide[table, min(int(uniform * guide.shape[1]), guide.shape[1] - 1)]
    while position < end and uniform >= cumulative[position]:
        position += 1
    if position < end:
        low = cumulative[position - 1] if position > first else 0.0
        return position, low, cumulative[position]
    listed = cumulative[end - 1]
    width = (1.0 - listed) / tail_size[table]
    rank = min(int((uniform - listed) / width), tail_size[table] - 1)
    return end + rank, listed + rank * width, listed + (rank + 1) * width


@numba.njit(cache=True, nogil=True, inline="always")
def _code(position, table, start, codes, tail_first):
    end = start[table + 1]
    return codes[position] if position < end else tail_first[table] + np.int32(position - end)


@numba.njit(cache=True, nogil=True)
def _choose(uniforms, tables, start, cumulative, codes, tail_first, tail_size, guide, out):
    step = 1 if tables.size > 1 else 0
    for i in range(uniforms.size):
        table = tables[i * step]
        position, _, _ = _find(uniforms[i], table, start, cumulative, tail_size, guide)
        out[i] = _code(position, table, start, codes, tail_first)


@numba.njit(cache=True, nogil=True)
def _choose_pairs(
    first_uniforms, second_uniforms, has_second, tables, start, cumulative, codes, tail_first, tail_size, guide, out
):
    for i in range(first_uniforms.size):
        table = tables[i]
        position, low, high = _find(first_uniforms[i], table, start, cumulative, tail_size, guide)
        out[0, i] = _code(position, table, start, codes, tail_first)
        out[1, i] = NO_NAME
        if has_second[i]:
            # Choose among all other names: squeeze the uniform, then step over the stretch of the first name.
            uniform = second_uniforms[i] * (1.0 - (high - low))
            if uniform >= low:
                uniform += high - low
            position, _, _ = _find(uniform, table, start, cumulative, tail_size, guide)
            out[1, i] = _code(position, table, start, codes, tail_first)


def choose(tables: NameTables, table: int | np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Choose names by inverse distribution function: one uniform, one name, rising with the uniform by code.

    Parameters
    ----------
    tables : NameTables
    table : int or ndarray of int, shape (n,)
        Which table to choose from: one for all or one each.
    uniforms : ndarray of float64, shape (n,)
        In [0, 1).

    Returns
    -------
    ndarray of int32, shape (n,)
        Codes.

    Raises
    ------
    ValueError
        If there is neither one table nor one for each uniform.
    """
    uniforms = np.ascontiguousarray(uniforms, dtype=np.float64)
    which = np.ascontiguousarray(np.atleast_1d(table), dtype=np.int16)
    if which.size not in (1, uniforms.size):
        raise ValueError(f"{which.size} tables for {uniforms.size} uniforms")
    out = np.empty(uniforms.size, dtype=np.int32)
    _choose(uniforms, which, *_arrays(tables), out)
    return out


def _arrays(
    tables: NameTables,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return tables.start, tables.cumulative, tables.codes, tables.tail_first, tables.tail_size, tables.guide


# --- the rule of two surnames -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kinship:
    """Whom ``n`` people are named after. Parents and relatives stand in earlier rows than their children."""

    mother: np.ndarray  # int32, row of the true mother, NOBODY if she is not here
    father: np.ndarray  # int32, row of the true father, NOBODY if he is not here
    # Row of the relative who bears the first surname of a parent who is not here, else NOBODY: brothers and sisters
    # of that parent and its father do; its mother, cousins of another name and relatives by marriage do not.
    relative: np.ndarray  # int32
    fathers_side: np.ndarray  # bool: that parent is the father


@dataclass(frozen=True)
class _Bearers:
    """``n`` people to be named; the arguments of `name_people`."""

    number: np.ndarray
    country: np.ndarray
    sex: np.ndarray
    is_child: np.ndarray
    party_number: np.ndarray
    event_number: np.ndarray
    kinship: Kinship


class _Origin(IntEnum):
    """Whose entity number a name is drawn with; the draw's index, since numbers of people and parties may be equal."""

    OWN = 0  # an adult's own
    COUPLE = 1  # that of the parent who is here, for the one who is not
    PARTY = 2  # the party's, for parents neither of whom is here


class _Rule(IntEnum):
    """Draws of purpose NAME_RULE; the draw's index is 16 times the origin plus the rule."""

    HOME_PLACE = 0
    PARENTS_SHARE = 1
    SECOND_GIVEN_NAME = 2
    FATHER_HOME_PLACE = 3
    MOTHER_HOME_PLACE = 4
    MOTHER_ALONE = 5


def name_people(
    *,
    number: np.ndarray,
    country: np.ndarray,
    sex: np.ndarray,
    is_child: np.ndarray,
    party_number: np.ndarray,
    event_number: np.ndarray,
    kinship: Kinship,
    rules: NameRules,
    draws: Draws,
) -> dict[str, np.ndarray]:
    """Give everybody their names: THE rule of two surnames.

    Adults bear two surnames drawn from their country's table. With the home-place share the first one is that of
    the place their event's people come from; it is drawn from the same table, so that frequencies stay the table's.
    Children inherit from the parents who are here; the first surname of a parent who is not is that of a relative
    who bears it, else drawn likewise, once for all children of a couple. With the doubled share both parents have
    the same first surname. With the one-surname share a mother without the father here has registered her children
    alone, and they bear her surnames. People of Brazil write the mother's name first and pass on the last; people
    of Romania and India bear one surname, the father's if he is here, else the mother's; Singh and Kaur go by sex.

    Parameters
    ----------
    number : ndarray of int64, shape (n,)
        Entity numbers of the people.
    country : ndarray of int8, shape (n,)
        Citizenship, an index into `COUNTRIES`.
    sex : ndarray of int8, shape (n,)
        `Sex`.
    is_child : ndarray of bool, shape (n,)
        Born about 2000 to 2018: given names of that cohort, surnames inherited even from parents who are not here.
    party_number, event_number : ndarray of int64, shape (n,)
        Entity numbers of each person's party and apprehension event.
    kinship : Kinship
        Whom children are named after, shape (n,) each.
    rules : NameRules
        Shares; ``settings.people.names``.
    draws : Draws

    Returns
    -------
    dict of str to ndarray of int32, shape (n,)
        Codes ``given_1``, ``given_2``, ``surname_1`` and ``surname_2``; `NO_NAME` where there is none.

    Raises
    ------
    ModelError
        If a child stands before a parent or relative it is named after; names the first such row.

    Notes
    -----
    No draw depends on how many others are named, or in which order. Strangers of different events share the surname
    of a slot as often as the sum of squares of its table says; those of one event more often, by the home place.
    """
    bearers = _Bearers(number, country, sex, is_child, party_number, event_number, kinship)
    surname_1, surname_2 = _surnames(bearers, rules, draws)
    given_1, given_2 = _given_names(bearers, rules, draws)
    turned = np.flatnonzero(_is_of(FATHERS_NAME_LAST)[country])
    surname_1[turned], surname_2[turned] = surname_2[turned], surname_1[turned]
    surname_2[np.flatnonzero(_is_of(ONE_SURNAME)[country])] = NO_NAME
    _turn_by_sex(surname_1, bearers)
    return {"given_1": given_1, "given_2": given_2, "surname_1": surname_1, "surname_2": surname_2}


def _surnames(bearers: _Bearers, rules: NameRules, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Surnames by line, two of shape (n,): the one from the father, which is passed on, and the one from the mother."""
    kinship = bearers.kinship
    has_mother, has_father = kinship.mother != NOBODY, kinship.father != NOBODY
    inherits = bearers.is_child | has_mother | has_father
    fathers = np.full(bearers.number.size, NO_NAME, dtype=np.int32)
    mothers = fathers.copy()
    own = np.flatnonzero(~inherits)
    fathers[own], mothers[own] = _drawn_surnames(own, bearers, rules, draws)

    drawn = np.flatnonzero(inherits & ~(has_mother & has_father))
    absent = _absent_parents(drawn, bearers, rules, draws)
    has_one = _is_of(ONE_SURNAME)[bearers.country]
    after = (kinship.mother, kinship.father, kinship.relative, kinship.fathers_side)
    misplaced = _inherit(inherits, *after, has_one, *absent, fathers, mothers)
    if misplaced != NOBODY:
        raise ModelError(f"person in row {misplaced} stands before a parent or relative it is named after")
    return fathers, mothers


def _drawn_surnames(
    rows: np.ndarray, bearers: _Bearers, rules: NameRules, draws: Draws
) -> tuple[np.ndarray, np.ndarray]:
    """Draw both surnames of adults whose parents are not here."""
    number, country = bearers.number[rows], bearers.country[rows]
    at_home = draws.uniforms(number, Purpose.NAME_RULE, _Rule.HOME_PLACE) < _by_country(rules.home_place_share)[country]
    uniforms = draws.uniforms(number, Purpose.SURNAME_1, _Origin.OWN)
    uniforms[at_home] = _place_uniforms(rows[at_home], bearers, draws)
    first = choose(surname_tables(), country, uniforms)
    second = choose(surname_tables(), country, draws.uniforms(number, Purpose.SURNAME_2, _Origin.OWN))
    shared = draws.uniforms(number, Purpose.NAME_RULE, _Rule.PARENTS_SHARE) < _by_country(rules.doubled_share)[country]
    second[shared] = first[shared]
    return first, second


def _absent_parents(
    rows: np.ndarray, bearers: _Bearers, rules: NameRules, draws: Draws
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw what children inherit from parents who are not here; one row for each of ``rows``.

    Returns
    -------
    ndarray of int32, ndarray of int32
        First surnames of the father and of the mother.
    ndarray of bool, ndarray of bool
        Whether both parents have the same first surname; whether the mother registered the child alone.
    """
    parent = np.maximum(bearers.kinship.mother[rows], bearers.kinship.father[rows])
    is_couple = parent != NOBODY
    entity = np.where(is_couple, bearers.number[parent], bearers.party_number[rows])
    origin = np.where(is_couple, _Origin.COUPLE, _Origin.PARTY)
    country = bearers.country[rows]
    at_home = _by_country(rules.home_place_share)[country]

    def decides(rule: _Rule, share: np.ndarray | float) -> np.ndarray:
        return draws.uniforms(entity, Purpose.NAME_RULE, 16 * origin + rule) < share

    def first_surname(purpose: Purpose, home_rule: _Rule) -> np.ndarray:
        uniforms = draws.uniforms(entity, purpose, origin)
        is_home = decides(home_rule, at_home)
        uniforms[is_home] = _place_uniforms(rows[is_home], bearers, draws)
        return choose(surname_tables(), country, uniforms)

    father = first_surname(Purpose.SURNAME_1, _Rule.FATHER_HOME_PLACE)
    mother = first_surname(Purpose.SURNAME_2, _Rule.MOTHER_HOME_PLACE)
    shared = decides(_Rule.PARENTS_SHARE, _by_country(rules.doubled_share)[country])
    return father, mother, shared, decides(_Rule.MOTHER_ALONE, rules.one_surname_share)


def _place_uniforms(rows: np.ndarray, bearers: _Bearers, draws: Draws) -> np.ndarray:
    return draws.uniforms(bearers.event_number[rows], Purpose.PLACE_SURNAME)


def _by_country(shares: dict[Country, float]) -> np.ndarray:
    return np.array([shares.get(country, 0.0) for country in COUNTRIES])


def _is_of(countries: tuple[int, ...]) -> np.ndarray:
    """True for the codes of some countries, shape (countries,)."""
    return np.isin(np.arange(len(COUNTRIES)), countries)


@numba.njit(cache=True, nogil=True)
def _inherit(
    inherits,
    mother,
    father,
    relative,
    fathers_side,
    has_one,
    absent_father,
    absent_mother,
    parents_share,
    mother_alone,
    fathers,
    mothers,
):
    """Pass surnames on, in order of rows; the first row that stands before its parents or relative, or NOBODY."""
    drawn = -1
    for i in range(inherits.size):
        if not inherits[i]:
            continue
        m, f, r = mother[i], father[i], relative[i]
        if max(m, f, r) >= i:
            return i
        if m == NOBODY or f == NOBODY:
            drawn += 1
        knows_father = f != NOBODY or (r != NOBODY and fathers_side[i])
        knows_mother = m != NOBODY or (r != NOBODY and not fathers_side[i])
        from_father = fathers[f if f != NOBODY else r] if knows_father else absent_father[drawn]
        from_mother = fathers[m if m != NOBODY else r] if knows_mother else absent_mother[drawn]
        if not knows_father and m != NOBODY and (has_one[i] or mother_alone[drawn]):
            from_father, from_mother = fathers[m], mothers[m]
        elif not knows_father and parents_share[drawn]:
            from_father = from_mother
        elif not knows_mother and parents_share[drawn]:
            from_mother = from_father
        fathers[i] = from_father
        mothers[i] = from_mother
    return NOBODY


def _turn_by_sex(surname_1: np.ndarray, bearers: _Bearers) -> None:
    """Replace surnames that stand for each other by the one for the bearer's sex, in place."""
    for country, pair in SURNAME_BY_SEX.items():
        codes = np.array([surname_code(name) for name in pair], dtype=np.int32)
        rows = np.flatnonzero(bearers.country == country)
        rows = rows[np.isin(surname_1[rows], codes)]
        surname_1[rows] = codes[bearers.sex[rows]]


def _given_names(bearers: _Bearers, rules: NameRules, draws: Draws) -> np.ndarray:
    """Draw given names, shape (2, n); the second differs from the first."""
    tables, index = given_name_tables()
    table = index[bearers.country, bearers.is_child.astype(np.int8), bearers.sex]
    number = bearers.number
    has_second = draws.uniforms(number, Purpose.NAME_RULE, _Rule.SECOND_GIVEN_NAME) < rules.second_given_name_share
    first, second = draws.uniforms(number, Purpose.GIVEN_1), draws.uniforms(number, Purpose.GIVEN_2)
    out = np.empty((2, number.size), dtype=np.int32)
    _choose_pairs(first, second, has_second, table, *_arrays(tables), out)
    return out


# --- reading ------------------------------------------------------------------------------------------------------


def surname(code: int) -> str:
    """Spell a surname's code; `ValueError` if no surname has it."""
    return surname_tables().spellings.spell(int(code))


def given_name(code: int) -> str:
    """Spell a given name's code; `ValueError` if no given name has it."""
    return given_name_tables()[0].spellings.spell(int(code))


def surname_code(name: str) -> int:
    """Code of a surname; `ValueError` if there is no such surname."""
    return surname_tables().spellings.code(name)


def given_name_code(name: str) -> int:
    """Code of a given name; `ValueError` if there is no such name."""
    return given_name_tables()[0].spellings.code(name)


def full_name(given_1: int, given_2: int, surname_1: int, surname_2: int) -> str:
    """Spell a person's name in full; parts without a name are left out."""
    parts = ((given_1, given_name), (given_2, given_name), (surname_1, surname), (surname_2, surname))
    return " ".join(spell(code) for code, spell in parts if code != NO_NAME)
