"""Draws: the published generator, one address one draw, and uniforms that are uniform."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from borderops.streams import Draws, Purpose, philox4x32

KNOWN_ANSWERS = {
    "zeros": ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    "ones": ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    "digits of pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}
"""Counter, key and block of Philox4x32-10, from the file kat_vectors of the Random123 library."""

FIRST_NUMBERS = {
    "NATIONAL_DAY": 1, "SECTOR_DAY": 2, "PARTY_COUNT": 3, "EVENT_CHOICE": 4, "EVENT_MINUTE": 5,
    "SECOND_ADULT": 20, "CHILDREN_COUNT": 21, "AGE_BAND": 22, "AGE_DAYS": 23, "SEX": 24, "CITIZENSHIP": 25,
    "KIN_KIND": 26, "PRIOR_REMOVAL": 27, "PRIOR_CRIME": 28,
    "SURNAME_1": 40, "SURNAME_2": 41, "NAME_RULE": 42, "GIVEN_1": 43, "GIVEN_2": 44, "PLACE_SURNAME": 45,
    "REFERRAL": 60, "SECOND_ADULT_REFERRAL": 61, "OTHER_GROUND": 62,
    "SEPARATED_CHECKS": 80, "PROCESSING": 81, "CHECKS": 82, "DEPARTURE": 83, "SCREENED_RETURN": 84,
    "FAMILY_DETENTION": 85, "DETENTION_STAY": 86,
    "DESIGNATION": 101, "TRANSPORT": 102, "TRAVEL": 103, "SPONSOR": 104, "STAY": 105,
    "RESIDENT_KIND": 120, "RESIDENT_AGE": 121, "RESIDENT_SPONSOR": 122, "RESIDENT_STAY": 123,
    "RESIDENT_SERVED": 124, "RESIDENT_SEPARATED": 125,
}  # fmt: skip
"""Purposes of the first landing. Part of every draw's address: a purpose may be added, none may move."""

GIVEN_UP = {100}
"""Numbers of purposes that nothing draws for any more: a delay by mail."""

WORD = st.integers(0, 2**32 - 1)
ENTITIES = np.arange(100_000, dtype=np.int64) << 6


class FixedBits(Draws):
    """Draws whose bits are all given; what `uniforms` makes of extremes cannot be waited for."""

    def __init__(self, value: int):
        super().__init__(seed=0, replication=0)
        object.__setattr__(self, "value", value)

    def bits(self, entities, purpose, index=0):
        """Return the given bits for each entity."""
        return np.full(np.size(entities), self.value, dtype=np.uint64)  # type: ignore[attr-defined]


def _uniforms(seed=2018, replication=0, purpose=Purpose.AGE_DAYS, index=0, shift=0) -> np.ndarray:
    return Draws(seed, replication).uniforms(ENTITIES + shift, purpose, index)


# --- the generator ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KNOWN_ANSWERS)
def test_generator_gives_the_published_known_answers(name):
    """All three published blocks of Philox4x32-10 come out to the bit."""
    counter, key, block = KNOWN_ANSWERS[name]
    assert philox4x32(counter, key) == block


@given(low=WORD, high=st.integers(0, 2**31 - 1), purpose=st.sampled_from(Purpose), index=st.integers(0, 2**16 - 1),
       replication=WORD, seed=st.integers(0, 2**64 - 1))  # fmt: skip
def test_address_fills_the_generators_input_without_overlap(low, high, purpose, index, replication, seed):
    """Each part of an address has bits of its own: the packing loses nothing, so no two addresses share a block."""
    entity = np.array([(high << 32) | low])
    counter = (low, high, (purpose << 16) | index, replication)
    word_0, word_1, _, _ = philox4x32(counter, (seed & 0xFFFFFFFF, seed >> 32))
    assert int(Draws(seed, replication).bits(entity, purpose, index)[0]) == (word_0 << 32) | word_1


def test_addresses_that_differ_in_one_part_never_share_a_draw():
    """Of 76,800 addresses, neighbours in every part, no two give the same 64 bits."""
    entities = np.concatenate([np.arange(40), np.arange(1, 41) << 32, (np.arange(40) << 6) + 17_000_000_000])
    found = [
        Draws(seed, replication).bits(entities, purpose, index)
        for seed in (0, 1, 2**32, 2**64 - 1)
        for replication in (0, 1, 2, 65_536, 2**32 - 1)
        for purpose in (Purpose.NATIONAL_DAY, Purpose.SECTOR_DAY, Purpose.PARTY_COUNT, Purpose.STAY)
        for index in (0, 1, 2, 3, 255, 256, 32_768, 65_535)
    ]
    assert np.unique(np.concatenate(found)).size == len(found) * 120 == 76_800


# --- addresses ----------------------------------------------------------------------------------------------------


def test_purposes_are_unique_and_fit_their_16_bits():
    """No two purposes share a number (an enumeration would silently make them one), and none reaches into others."""
    counts = Counter(purpose.value for purpose in Purpose.__members__.values())
    assert max(counts.values()) == 1
    assert min(counts) >= 1
    assert max(counts) < 2**16


def test_purposes_keep_their_numbers():
    """Numbers given out once stay as they are, so that results can be repeated with later versions."""
    assert {name: Purpose[name].value for name in FIRST_NUMBERS} == FIRST_NUMBERS


def test_numbers_given_up_are_not_given_again():
    """Another purpose at such a number would repeat the draws of earlier versions under another name."""
    assert {purpose.value for purpose in Purpose} & GIVEN_UP == set()


def test_draws_do_not_depend_on_order_or_company():
    """An entity's draw is the same alone, among others, in another order and when asked twice."""
    draws = Draws(seed=7, replication=3)
    order = np.random.default_rng(1).permutation(ENTITIES.size)
    together = draws.bits(ENTITIES, Purpose.MESSAGE)
    assert np.array_equal(draws.bits(ENTITIES[order], Purpose.MESSAGE), together[order])
    assert np.array_equal(Draws(7, 3).bits(ENTITIES[::-7], Purpose.MESSAGE), together[::-7])
    assert [int(draws.bits(ENTITIES[[row]], Purpose.MESSAGE)[0]) for row in (5, 0, 5)] == together[[5, 0, 5]].tolist()


def test_an_index_an_entity_equals_one_index_for_all():
    """Indices given one an entity are the draws that the same indices give alone."""
    draws = Draws(seed=7, replication=3)
    entities, indices = ENTITIES[:8], np.array([0, 1, 0, 3, 65_535, 2, 1, 0])
    alone = [draws.bits(entities[[row]], Purpose.TRAVEL, int(index))[0] for row, index in enumerate(indices)]
    assert draws.bits(entities, Purpose.TRAVEL, indices).tolist() == alone


def test_nobody_draws_nothing():
    """No entities, no draws, and no error."""
    assert Draws(0, 0).uniforms(np.zeros(0, dtype=np.int64), Purpose.SEX).shape == (0,)


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**32)])
def test_seed_and_replication_outside_their_bits_are_refused(seed, replication):
    """A seed or replication that does not fit would repeat the draws of another; both ends of the range do fit."""
    with pytest.raises(ValueError, match="allowed: 0 to"):
        Draws(seed, replication)
    assert Draws(2**64 - 1, 2**32 - 1).bits(ENTITIES[:1], Purpose.SEX).size == 1


@pytest.mark.parametrize("index", [-1, 65_536, np.array([0, 65_536])])
def test_an_index_that_would_reach_into_another_purpose_is_refused(index):
    """Index 65,536 of one purpose would be index 0 of the next."""
    with pytest.raises(ValueError, match=r"allowed: 0 to 65,535"):
        Draws(0, 0).bits(ENTITIES[:2], Purpose.SEX, index)


def test_indices_must_fit_the_entities():
    """Neither one index for all nor one each: refused, not recycled."""
    with pytest.raises(ValueError, match="2 indices for 3 entities"):
        Draws(0, 0).bits(ENTITIES[:3], Purpose.SEX, np.array([0, 1]))


# --- uniforms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [0, 1, 2**11, 2**63, 2**64 - 2**11 - 1, 2**64 - 1])
def test_uniforms_reach_neither_0_nor_1(bits):
    """Whatever the bits, an inverse distribution function is never asked for a value at 0 or at 1."""
    (uniform,) = FixedBits(bits).uniforms(np.array([0]), Purpose.SEX)
    assert 0.0 < uniform < 1.0


@given(low=st.integers(0, 2**64 - 1), high=st.integers(0, 2**64 - 1))
def test_uniforms_grow_with_their_bits(low, high):
    """Larger bits never give a smaller uniform, and the uniform is the bits' place among 2**64 within 2**-52."""
    low, high = sorted((low, high))
    below, above = (float(FixedBits(value).uniforms(np.array([0]), Purpose.SEX)[0]) for value in (low, high))
    assert below <= above
    assert abs(below - low / 2**64) <= 2.0**-52


@pytest.mark.parametrize("purpose", [Purpose.PARTY_COUNT, Purpose.AGE_DAYS, Purpose.STAY])
def test_uniforms_of_neighbouring_entities_are_uniform(purpose):
    """Chi-square over 1,000 cells, 100,000 neighbouring numbers, inside its 99.9 % interval."""
    counts = np.bincount((_uniforms(purpose=purpose) * 1000).astype(int), minlength=1000)
    low, high = stats.chi2.interval(0.999, 999)
    assert low < stats.chisquare(counts).statistic < high


NEIGHBOURS = {
    "next party": {"shift": 64},
    "next member": {"shift": 1},
    "next day": {"shift": 1 << 34},
    "next purpose": {"purpose": Purpose.SEX},
    "next index": {"index": 1},
    "next replication": {"replication": 1},
    "next seed": {"seed": 2019},
}


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_neighbouring_addresses_are_independent(neighbour):
    """Pairs of uniforms fill a 16 by 16 board evenly (99.9 % interval) and are uncorrelated (4 standard errors)."""
    here, there = _uniforms(), _uniforms(**NEIGHBOURS[neighbour])
    board = np.bincount((here * 16).astype(int) * 16 + (there * 16).astype(int), minlength=256)
    low, high = stats.chi2.interval(0.999, 255)
    assert low < stats.chisquare(board).statistic < high
    assert abs(np.corrcoef(here, there)[0, 1]) < 4.0 / np.sqrt(here.size)


def test_every_bit_of_a_draw_is_fair():
    """Each of the 64 bits is set in half of 100,000 draws, all within one simultaneous 99.9 % band."""
    bits = Draws(2018, 0).bits(ENTITIES, Purpose.SURNAME_1)
    set_bits = np.array([int(((bits >> np.uint64(place)) & np.uint64(1)).sum()) for place in range(64)])
    low, high = stats.binom.interval(1 - 0.001 / 64, bits.size, 0.5)
    assert low <= set_bits.min()
    assert set_bits.max() <= high
