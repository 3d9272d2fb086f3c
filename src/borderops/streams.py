"""Chance as an address: each draw is a pure function of (seed, replication, entity, purpose, index).

The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC11); tests hold it to the published known answers. The address fills the generator's input without overlap:
the key is the seed, the counter is entity (64 bits), purpose and index (16 bits each) and replication (32 bits).
So two different addresses never share a draw, and no seed is derived from another by hashing.

Ask in any order, on any machine, in any number: the answer is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numba
import numpy as np


class Purpose(IntEnum):
    """What a draw decides. Numbers are part of the address: never change or reuse one, only add."""

    # arrivals
    NATIONAL_DAY = 1
    SECTOR_DAY = 2
    PARTY_COUNT = 3
    EVENT_CHOICE = 4
    EVENT_MINUTE = 5
    # families
    SECOND_ADULT = 20
    CHILDREN_COUNT = 21
    AGE_BAND = 22
    AGE_DAYS = 23
    SEX = 24
    CITIZENSHIP = 25
    KIN_KIND = 26
    PRIOR_REMOVAL = 27
    PRIOR_CRIME = 28
    # names
    SURNAME_1 = 40
    SURNAME_2 = 41
    NAME_RULE = 42
    GIVEN_1 = 43
    GIVEN_2 = 44
    PLACE_SURNAME = 45
    # policy
    REFERRAL = 60
    SECOND_ADULT_REFERRAL = 61
    OTHER_GROUND = 62
    # stages at the station
    SEPARATED_CHECKS = 80
    PROCESSING = 81
    CHECKS = 82
    DEPARTURE = 83
    SCREENED_RETURN = 84
    TIME_SERVED = 87
    BACK_SAME_DAY = 88
    BACK_MINUTE = 89
    REJOINED_RELEASE = 90
    RELEASE = 91
    NEVER_REFERRED = 92
    DECLINED = 93
    SENTENCE = 94
    FAMILY_DETENTION = 85
    DETENTION_STAY = 86
    # the child's way to a shelter; 100 was a delay by mail, before there were messages
    DESIGNATION = 101
    TRANSPORT = 102
    TRAVEL = 103
    SPONSOR = 104
    STAY = 105
    MESSAGE = 106
    NOTICED = 107
    PHONE = 108
    ITINERARY = 109
    ITINERARY_TIME = 110
    # stays in progress on the first day
    RESIDENT_KIND = 120
    RESIDENT_AGE = 121
    RESIDENT_SPONSOR = 122
    RESIDENT_STAY = 123
    RESIDENT_SERVED = 124
    RESIDENT_SEPARATED = 125
    RESIDENT_LINK = 126
    RESIDENT_PARENT = 127
    # outages of mail
    OUTAGE = 140
    OUTAGE_MINUTE = 141
    OUTAGE_LENGTH = 142
    # steering acts
    GROUPING = 160
    CODE = 161
    NOTE = 162
    PARENT_NUMBER = 163
    LISTING = 164
    # adults after the station
    ICE_STAY = 180
    REMOVED = 181
    OTHER_CUSTODY = 182
    OTHER_CUSTODY_TIME = 183
    # reunification
    ASKS = 200
    ASK_TIME = 201
    TRACING = 202
    GRANTED = 203
    REQUEST_TIME = 204
    REVIEW = 205
    ADVOCATE = 206
    UNFIT = 207
    UNWILLING = 208
    PARENT_TRAVEL = 209
    CHILD_TRAVEL = 210
    NO_NOTICE = 211
    NOTICE_TIME = 212
    ABROAD = 213
    ABROAD_TIME = 214
    # records: who writes, what there was to choose, and slips (one purpose a mechanism, another for how it slips)
    OPERATOR = 220
    OPERATOR_SKILL = 221
    WORDING = 222
    PRACTICE = 223
    SLIP = 300  # and up to 399: plus the number of the mechanism
    SLIP_HOW = 400  # and up to 499
    # inputs that nobody knows for sure: doubts, by their names, at points
    DOUBT = 240
    DOUBT_WITHIN = 241
    # samples that reviewers of the records drew
    SAMPLE_OF_NOTES = 230
    SAMPLE_OF_DRAFT_RULE = 231
    SAMPLE_OF_REFINED_RULE = 232
    # months of arrivals that are not known yet
    FORECAST_STRATUM = 250
    FORECAST_SECTOR = 251
    # fits: candidates, moves, which survive, which are picked, orders of ties
    FIT_START = 242
    FIT_STEP = 243
    FIT_ACCEPT = 244
    FIT_SURVIVE = 245
    FIT_PICK = 246
    FIT_RANK = 247
    # data packs: which events are taken, orders of numbers, splits, negatives of labels
    PACK_EVENT = 260
    PACK_ROW = 261
    PACK_NUMBER = 262
    PACK_PERSON = 263
    PACK_SPLIT = 264
    PACK_PAIR = 265
    PACK_LIST = 266
    # scores of tools on data packs
    SCORE_WEIGHT = 270


@numba.njit(cache=True, nogil=True, inline="always")
def _philox(c0, c1, c2, c3, k0, k1):
    """Ten rounds of Philox4x32; all words are uint64 that hold 32 bits."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c0
        p1 = np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (p1 >> shift) ^ c1 ^ k0, p1 & low, (p0 >> shift) ^ c3 ^ k1, p0 & low
        k0 = (k0 + np.uint64(0x9E3779B9)) & low
        k1 = (k1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


@numba.njit(cache=True, nogil=True)
def _fill(seed, replication, entities, purpose, index, out):
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    c3 = np.uint64(replication)
    k0 = np.uint64(seed) & low
    k1 = np.uint64(seed) >> shift
    step = 1 if index.size > 1 else 0
    for i in range(entities.size):
        entity = np.uint64(entities[i])
        c2 = (np.uint64(purpose) << np.uint64(16)) | np.uint64(index[i * step])
        w0, w1, _, _ = _philox(entity & low, entity >> shift, c2, c3, k0, k1)
        out[i] = (w0 << shift) | w1


@numba.njit(cache=True, nogil=True)
def _spread(bits, out):
    """Bits as uniforms: one pass instead of four."""
    for i in range(bits.size):
        # 52 bits, not 53: half a step above 2**53 - 1 would round to 2**53, and the uniform to 1.
        out[i] = (np.float64(bits[i] >> np.uint64(12)) + 0.5) * 2.0**-52


@numba.njit(cache=True, nogil=True)
def _find(seed, replication, rows, entities, purpose, first_index, steps, places, chances, factors, found):
    """Draw and compare in one pass, so that nothing but the rows that are hit is kept; tells how many there are."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    c3 = np.uint64(replication)
    k0 = np.uint64(seed) & low
    k1 = np.uint64(seed) >> shift
    high = np.uint64(purpose) << np.uint64(16)
    count = 0
    for i in range(rows.size):
        row = rows[i]
        entity = np.uint64(entities[row])
        c2 = high | np.uint64(first_index + steps[row])
        w0, w1, _, _ = _philox(entity & low, entity >> shift, c2, c3, k0, k1)
        # As in `_spread`.
        uniform = (np.float64(((w0 << shift) | w1) >> np.uint64(12)) + 0.5) * 2.0**-52
        if uniform < chances[places[row]] * factors[row]:
            found[count] = row
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _block(c0, c1, c2, c3, k0, k1):
    return _philox(c0, c1, c2, c3, k0, k1)


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """One block of Philox4x32-10, as published, for the known-answer tests."""
    words = _block(*(np.uint64(word) for word in (*counter, *key)))
    return tuple(int(word) for word in words)  # type: ignore[return-value]


@dataclass(frozen=True)
class Draws:
    """The draws of one replication.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    replication : int
        0 to 2**32 - 1.
    """

    seed: int
    replication: int

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**64:
            raise ValueError(f"seed is {self.seed}; allowed: 0 to 2**64 - 1")
        if not 0 <= self.replication < 2**32:
            raise ValueError(f"replication is {self.replication}; allowed: 0 to 2**32 - 1")

    def bits(self, entities: np.ndarray, purpose: int, index: int | np.ndarray = 0) -> np.ndarray:
        """Draw 64 random bits for each entity.

        Parameters
        ----------
        entities : ndarray of int64, shape (n,)
            Entity numbers, 0 or more.
        purpose : Purpose or int
            What the draw decides.
        index : int or ndarray of int64, shape (n,)
            Which of several draws for the same purpose; 0 to 65,535.

        Returns
        -------
        ndarray of uint64, shape (n,)

        Raises
        ------
        ValueError
            For an index outside its range, which would reach into another purpose, or for indices that do not fit.
        """
        entities = np.ascontiguousarray(entities, dtype=np.int64)
        indices = np.ascontiguousarray(np.atleast_1d(index), dtype=np.int64)
        if indices.size not in (1, entities.size):
            raise ValueError(f"{indices.size} indices for {entities.size} entities")
        if indices.size and not 0 <= indices.min() <= indices.max() < 2**16:
            raise ValueError(f"indices reach from {indices.min()} to {indices.max()}; allowed: 0 to 65,535")
        out = np.empty(entities.size, dtype=np.uint64)
        _fill(np.uint64(self.seed), np.uint64(self.replication), entities, int(purpose), indices, out)
        return out

    def uniforms(self, entities: np.ndarray, purpose: int, index: int | np.ndarray = 0) -> np.ndarray:
        """Draw a uniform in the open interval (0, 1) for each entity; arguments as in `bits`.

        Returns
        -------
        ndarray of float64, shape (n,)
            Multiples of 2**-52, shifted by half a step, so that neither 0 nor 1 occurs.
        """
        bits = self.bits(entities, purpose, index)
        out = np.empty(bits.size)
        _spread(bits, out)
        return out

    def rows_hit(
        self,
        rows: np.ndarray,
        entities: np.ndarray,
        purpose: int,
        index: tuple[int, np.ndarray],
        chances: np.ndarray,
        places: np.ndarray,
        factors: np.ndarray,
    ) -> np.ndarray:
        """Find the rows whose uniform lies below their chance: what `uniforms` and a comparison would, in one pass.

        Parameters
        ----------
        rows : ndarray of int32, shape (k,)
            Rows that draw.
        entities : ndarray of int64, shape (n,)
        purpose : Purpose or int
        index : tuple of int and ndarray of int16, shape (n,)
            Index of a row: the first number and what the row adds.
        chances : ndarray of float64, shape (c,)
        places : ndarray of int8, shape (n,)
            Which of the chances is a row's.
        factors : ndarray of float64, shape (n,)
            By what it is multiplied.

        Returns
        -------
        ndarray of int32
            Those of ``rows`` that are hit, in their order.
        """
        first, steps = index
        if steps.size and not 0 <= first + int(steps.min()) <= first + int(steps.max()) < 2**16:
            raise ValueError(f"indices begin at {first}; allowed: 0 to 65,535")
        found = np.empty(rows.size, dtype=np.int32)
        seed, replication = np.uint64(self.seed), np.uint64(self.replication)
        count = _find(seed, replication, rows, entities, int(purpose), first, steps, places, chances, factors, found)
        return found[:count].copy()
