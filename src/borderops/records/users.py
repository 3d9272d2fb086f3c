"""Users: who enters records. A number tells role, station, shift and place, so that nobody's name is needed."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np

from borderops import quantiles
from borderops.streams import Draws, Purpose
from borderops.units import DAY, HOUR

_ROLE: Final = 10_000_000
_STATION: Final = 100_000
_SHIFT: Final = 10_000


class UserRole(IntEnum):
    """What somebody who enters records works as."""

    MACHINE = 0
    AGENT = 1
    SUPERVISOR = 2
    COORDINATOR = 3
    PORT_OFFICER = 4
    ICE_OFFICER = 5
    ORR_DESK = 6
    SHELTER = 7
    CONTRACTOR = 8


def shift_of(minutes: np.ndarray) -> np.ndarray:
    """Shift at moments: 0 from 06:00, 1 from 14:00, 2 from 22:00; shape (n,)."""
    return (np.asarray(minutes) % DAY - 6 * HOUR) % DAY // (8 * HOUR)


def user(role: UserRole | np.ndarray, station: np.ndarray | int, minutes: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Number of a user.

    Parameters
    ----------
    role : UserRole or ndarray
    station : int or ndarray of int, shape (n,)
        -1 where the role has no station.
    minutes : ndarray of int64, shape (n,)
        Moments: they tell the shift.
    place : ndarray of int, shape (n,)
        Desk, or which of those on duty; 0 to 9,999.

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    code = np.asarray(role, dtype=np.int64) * _ROLE + (np.asarray(station, dtype=np.int64) + 1) * _STATION
    return (code + shift_of(minutes) * _SHIFT + np.asarray(place, dtype=np.int64)).astype(np.int32)


def role_of(users: np.ndarray) -> np.ndarray:
    """Role of users, shape (n,)."""
    return np.asarray(users) // _ROLE


def one_of(entities: np.ndarray, count: np.ndarray | int, draws: Draws, index: int = 0) -> np.ndarray:
    """Pick one of those on duty for each entity, from 0; shape (n,), int64."""
    uniforms = draws.uniforms(entities, Purpose.OPERATOR, index)
    return np.minimum((uniforms * np.maximum(count, 1)).astype(np.int64), np.maximum(count, 1) - 1)


def slip_factor(users: np.ndarray, variation: float, draws: Draws) -> np.ndarray:
    """How much more or less than others a user slips: a factor of mean 1, always the same for a user.

    Parameters
    ----------
    users : ndarray of int32, shape (n,)
    variation : float
        Coefficient of variation among users.
    draws : Draws

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    known, place = np.unique(users, return_inverse=True)
    uniforms = draws.uniforms(np.maximum(known, 0).astype(np.int64), Purpose.OPERATOR_SKILL)
    return quantiles.gamma_factor(uniforms, variation)[place]
