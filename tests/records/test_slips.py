"""Slips one by one: values in, values out; what can be changed is changed, and what is empty stays empty."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borderops import clock
from borderops.facts.tables import confusions, short_names
from borderops.population.people import Sex
from borderops.records import slips
from borderops.records.fields import BLANK, NO_DAY, parts_of, two_names
from borderops.records.known_names import known_names
from borderops.records.slips_of_names import (
    PLACEHOLDERS,
    Spelled,
    given_by_ear,
    short_form,
    surname_by_ear,
    typo,
    without_accents,
    without_particle,
)
from borderops.records.spelling import Lexicon

UNIFORMS = st.floats(0, 1, exclude_min=True, exclude_max=True)
NUMBERS = st.integers(700_000_000, 999_999_999)
DAYS = st.integers(-20_000, 7_000)


def _day(year: int, month: int, day: int) -> np.ndarray:
    return np.array([(date(year, month, day) - clock.EPOCH).days], dtype=np.int32)


# --- numbers --------------------------------------------------------------------------------------------------------


@given(number=NUMBERS, uniform=UNIFORMS)
def test_a_wrong_digit_is_one_other_digit(number, uniform):
    """Exactly one of nine digits differs."""
    written = int(slips.wrong_digit(np.array([number]), np.array([uniform]))[0])
    assert sum(one != other for one, other in zip(f"{number:09d}", f"{written:09d}", strict=True)) == 1


@given(number=NUMBERS, uniform=UNIFORMS)
def test_swapped_digits_are_neighbours(number, uniform):
    """Two neighbouring digits have changed places; a number of nine equal digits stays."""
    written = int(slips.digits_swapped(np.array([number]), np.array([uniform]))[0])
    meant, found = f"{number:09d}", f"{written:09d}"
    places = [at for at in range(9) if meant[at] != found[at]]
    if len(set(meant)) == 1:
        assert not places
    else:
        assert places == [places[0], places[0] + 1]
        assert found[places[0]] + found[places[1]] == meant[places[1]] + meant[places[0]]


@given(number=NUMBERS, uniform=UNIFORMS)
def test_a_second_number_is_another_that_may_be_given_out(number, uniform):
    """It is in the range of A-numbers, and no run gives it to anybody else."""
    written = int(slips.second_number(np.array([number]), np.array([uniform]))[0])
    if number < 900_000_000:
        assert 800_000_000 <= written < 900_000_000
    elif number < 990_000_000:
        assert (number - 900_000_000) // 9_000_000 == (written - 900_000_000) // 9_000_000
        assert (written - 900_000_000) % 9_000_000 >= 4_500_000


def test_a_column_saved_as_text_loses_its_first_digit_or_all_but_three():
    """One or the other for the whole column."""
    numbers = np.array([912_345_678, 701_000_009, BLANK])
    assert slips.as_text(numbers, np.array(0.2)).tolist() == [12_345_678, 1_000_009, BLANK]
    assert slips.as_text(numbers, np.array(0.7)).tolist() == [912_000_000, 701_000_000, BLANK]


# --- dates and ages -------------------------------------------------------------------------------------------------


def test_day_and_month_are_swapped_where_there_is_such_a_date():
    """The third of April becomes the fourth of March; the 13th of a month stays."""
    assert slips.day_and_month_swapped(_day(2010, 4, 3)) == _day(2010, 3, 4)
    assert slips.day_and_month_swapped(_day(2010, 4, 13)) == _day(2010, 4, 13)
    assert slips.day_and_month_swapped(_day(1960, 1, 12)) == _day(1960, 12, 1)


def test_the_first_of_january_is_of_the_same_year():
    """Also before the clock's first year."""
    assert slips.first_of_january(_day(1987, 8, 30)) == _day(1987, 1, 1)


@pytest.mark.parametrize("slip", [slips.wrong_digit_of_day, slips.digits_of_day_swapped])
@given(day=DAYS, uniform=UNIFORMS)
def test_slips_of_dates_give_dates_within_a_century(slip, day, uniform):
    """What is written is a date that looks like the other: at most the end of the year differs."""
    written = int(slip(np.array([day], dtype=np.int32), np.array([uniform]))[0])
    assert abs(written - day) < 100 * 366


@given(day=DAYS, uniform=UNIFORMS)
def test_a_wrong_digit_of_a_date_changes_it(day, uniform):
    """There is always a digit to mistake, except on a 29 February, whose year alone may be left."""
    meant = clock.EPOCH.toordinal() + day
    written = int(slips.wrong_digit_of_day(np.array([day], dtype=np.int32), np.array([uniform]))[0])
    leap = date.fromordinal(meant).month == 2 and date.fromordinal(meant).day == 29
    assert written != day or leap


@given(age=st.integers(0, 90), uniform=UNIFORMS)
def test_an_age_is_off_by_a_year_or_two(age, uniform):
    """Never by none, never below nought."""
    written = int(slips.age_off(np.array([age], dtype=np.int16), np.array([uniform]))[0])
    assert written >= 0
    assert abs(written - age) in (1, 2)


def test_empty_cells_stay_empty():
    """No verb fills what nobody wrote."""
    blank, none, half = np.array([BLANK]), np.array([NO_DAY], dtype=np.int32), np.array([0.5])
    for verb in (slips.wrong_digit, slips.digits_swapped, slips.second_number, slips.age_off):
        assert verb(blank, half).tolist() == [BLANK]
    for verb in (slips.wrong_digit_of_day, slips.digits_of_day_swapped):
        assert verb(none, half).tolist() == [NO_DAY]
    assert slips.first_of_january(none).tolist() == slips.day_and_month_swapped(none).tolist() == [NO_DAY]
    assert slips.off_by(none, half, 1, NO_DAY).tolist() == [NO_DAY]


# --- names ----------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(known_names().texts)


@given(text=NAMES, uniform=UNIFORMS)
def test_a_typo_is_one_key(text, uniform):
    """Never the same text; at most one letter longer or shorter, and still beginning with a capital."""
    written = typo(text, uniform)
    assert written.lower() != text.lower()
    assert abs(len(written) - len(text)) <= 2  # a space at an end is not written
    assert written[0].isupper() or not written[0].isalpha()


@given(text=NAMES)
def test_all_ways_to_mishear_a_name_are_other_names(text):
    """No way gives the name back, none is empty, none comes twice."""
    for ways in (surname_by_ear, given_by_ear, without_accents, without_particle):
        found = ways(text)
        assert text not in found
        assert "" not in found
        assert len(set(found)) == len(found)
        assert all(each[0].isupper() or not each[0].isalpha() for each in found)


def test_confusions_give_their_published_examples():
    """Each example of a confusion of letters is among the ways in which its name may be heard."""
    from borderops.records.slips_of_names import _by_ear

    letters = [each for each in confusions() if each.kind == "letters"]
    assert len(letters) > 60
    missed = [
        (meant, written)
        for each in letters
        for meant, written in each.examples
        if written not in _by_ear(meant, (each.names,))
    ]
    assert missed == []


def test_accents_are_lost_together():
    """All marks go at once; a tilde may also become ni or a question mark."""
    assert without_accents("Zúñiga")[0] == "Zuniga"
    assert set(without_accents("Muñoz")) == {"Munoz", "Munioz", "Mu?oz"}
    assert without_accents("García") == ("Garcia",)
    assert without_accents("Cruz") == ()


def test_particles_are_dropped_or_glued():
    """De la Cruz becomes Cruz or Delacruz; names that only begin like a particle stay."""
    assert without_particle("De la Cruz") == ("Cruz", "Delacruz")
    assert without_particle("Del Cid") == ("Cid", "Delcid")
    assert without_particle("De los Santos") == ("Santos", "Delossantos")
    assert without_particle("Delgado") == without_particle("Domingo") == ()


def test_short_forms_are_those_of_the_sex():
    """Guadalupe, man or woman, has the short forms of the collection."""
    assert short_form("Francisco", Sex.MALE) == short_names()[("Francisco", "M")]
    assert short_form("Francisco", Sex.FEMALE) == ()


def _spelled(*texts: str) -> tuple[Spelled, np.ndarray]:
    lexicon = Lexicon(known_names())
    return Spelled(lexicon), lexicon.codes(texts)


def test_two_surnames_become_one():
    """Fused, with a hyphen, or appended."""
    spelled, codes = _spelled("Martínez", "Cruz", "De León", "Choc")
    first, second = codes[::2], codes[1::2]
    assert spelled.lexicon.texts(spelled.fused(first, second)) == ["Martínezcruz", "De Leónchoc"]
    assert spelled.lexicon.texts(spelled.hyphenated(first, second)) == ["Martínez-Cruz", "De León-Choc"]
    assert spelled.lexicon.texts(spelled.appended(np.array([BLANK, codes[0]]), second)) == ["Cruz", "Martínez Choc"]


def test_each_way_is_equally_likely():
    """Uniforms spread evenly over the ways of a name; a name without a way stays, an empty cell too."""
    spelled, codes = _spelled("Muñoz", "Cruz")
    uniforms = (np.arange(300) + 0.5) / 300
    written = spelled.one_of(np.repeat(codes[0], 300), uniforms, without_accents)
    assert np.unique(written, return_counts=True)[1].tolist() == [100, 100, 100]
    rest = np.array([codes[1], BLANK], dtype=np.int32)
    assert spelled.one_of(rest, np.array([0.3, 0.9]), without_accents).tolist() == rest.tolist()
    assert spelled.one_of(rest[:0], uniforms[:0], without_accents).size == 0


@given(uniform=UNIFORMS)
def test_a_typo_in_two_surnames_is_in_one_of_them(uniform):
    """The other one, and its place, stay as they are."""
    spelled, codes = _spelled("Martínez", "Cruz")
    both = two_names(codes[:1], codes[1:])
    first, second = parts_of(spelled.both_typed(both, np.array([uniform])))
    assert (first[0] != codes[0]) != (second[0] != codes[1])
    alone = two_names(codes[:1], np.array([BLANK]))
    first, second = parts_of(spelled.both_typed(alone, np.array([uniform])))
    assert (first[0] != codes[0], second[0]) == (True, BLANK)
    empty = np.array([BLANK], dtype=np.int64)
    assert spelled.both_typed(empty, np.array([uniform])).tolist() == [BLANK]


def test_placeholders_are_nobodys_names():
    """Given name and surname each, and both are filled."""
    assert all(given and surname for given, surname in PLACEHOLDERS)
