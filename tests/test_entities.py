"""Entity numbers: nothing that is told apart may share one, and their order is that of their parts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from borderops import clock, entities
from borderops.config.schema import STATIONS
from borderops.population.people import Stratum

PARTS = st.tuples(
    st.integers(0, 2**entities.DAY_BITS - 1),
    st.integers(0, 2**entities.STATION_BITS - 1),
    st.integers(0, 2**entities.STRATUM_BITS - 1),
    st.integers(0, entities.LAST_ORDINAL),
)


@given(parts=PARTS)
def test_day_and_ordinal_can_be_read_back(parts):
    """Unpacking gives what was packed, at both ends of every range, and leaves the member free."""
    number = entities.pack(*parts)
    assert int(entities.day_of(number)) == parts[0]
    assert int(entities.ordinal_of(number)) == parts[3]
    assert int(number) % 2**entities.MEMBER_BITS == 0
    assert 0 <= int(number) < 2**63


@given(one=PARTS, other=PARTS)
def test_numbers_are_ordered_like_their_parts(one, other):
    """By day, station, stratum, ordinal; so two numbers are equal only if all parts are."""
    first, second = int(entities.pack(*one)), int(entities.pack(*other))
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)


@given(parts=PARTS, member=st.integers(1, 2**entities.MEMBER_BITS - 1))
def test_members_stay_inside_their_party(parts, member):
    """Members are numbered behind their party and before the next; they share its day and ordinal."""
    number = int(entities.pack(*parts))
    assert entities.pack(*parts) <= number + member < number + 2**entities.MEMBER_BITS
    assert entities.day_of(number + member) == parts[0]
    assert entities.ordinal_of(number + member) == parts[3]


def test_arrays_are_packed_like_single_numbers():
    """Arrays broadcast; the result is 64 bits wide even from narrow columns."""
    days = np.array([6340, 6341], dtype=np.int32)
    stations = np.array([[0], [9]], dtype=np.int8)
    packed = entities.pack(days, stations, np.int8(3), 17)
    assert packed.dtype == np.int64
    assert packed.tolist() == [[int(entities.pack(day, station, 3, 17)) for day in (6340, 6341)] for station in (0, 9)]


def test_every_station_and_stratum_has_room():
    """Codes of stations and strata fit below those set aside for events and for what belongs to no station."""
    assert len(STATIONS) <= entities.EVERYWHERE
    assert max(Stratum) < entities.EVENT
    assert clock.day_of(clock.date_of(2**entities.DAY_BITS * 1440 - 1)) == 2**entities.DAY_BITS - 1
