"""People: who came, and who truly belongs to whom. The truth that no system of record holds.

Must not know how people are made (`borderops.population.families`), nor any policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import get_args

import numpy as np

from borderops.ages import birthday_minute
from borderops.config.schema import Country
from borderops.tables import Table
from borderops.units import MOMENT

NOBODY = -1
"""Row number that stands for no person."""


class Stratum(IntEnum):
    """What a party truly is. Numbers are part of entity numbers: only ever append."""

    SINGLE_ADULT = 0
    FAMILY = 1  # parent or parents with their children
    KIN_GROUP = 2  # an adult relative, not a parent, with children
    CHILDREN_ALONE = 3
    FALSE_FAMILY = 4  # an adult and children who claim to be a family and are not
    UNDISCLOSED_FAMILY = 5  # a family that does not say it is one
    RESIDENT = 6  # a child in a shelter when the run begins


class Sex(IntEnum):
    """Sex as it decides the kind of bed and the rule of surnames."""

    FEMALE = 0
    MALE = 1


class Role(IntEnum):
    """Place of a person in the party."""

    ADULT = 0
    SECOND_ADULT = 1
    CHILD = 2
    CHILD_OF_MINOR = 3  # child of a mother who is a minor herself


COUNTRIES: tuple[Country, ...] = get_args(Country)
"""Countries of citizenship, in the order of their codes."""


@dataclass(frozen=True)
class People(Table):
    """``n`` people in ``m`` parties, sorted by entity number; the members of a party stand together.

    Parties are sorted by (day, station, stratum, ordinal), never by minute: the order of rows must survive a change
    of scenario and must not tell who came first.
    """

    # one row a person, shape (n,)
    number: np.ndarray  # int64, entity number of the person
    party: np.ndarray  # int32, row of the person's party
    role: np.ndarray  # int8, Role
    sex: np.ndarray  # int8, Sex
    birth_day: np.ndarray  # int32, day of birth on the clock (may be negative)
    citizenship: np.ndarray  # int8, index into COUNTRIES
    mother: np.ndarray  # int32, row of the true mother if she is in the party, else NOBODY
    father: np.ndarray  # int32, row of the true father if he is in the party, else NOBODY
    given_1: np.ndarray  # int32, codes of `borderops.population.names`
    given_2: np.ndarray  # int32, NO_NAME where there is none
    surname_1: np.ndarray  # int32
    surname_2: np.ndarray  # int32, NO_NAME where there is none
    has_prior_removal: np.ndarray  # bool
    has_prior_crime: np.ndarray  # bool

    # one row a party, shape (m,)
    party_number: np.ndarray  # int64, entity number of the party
    first_member: np.ndarray  # int32, row of its first person
    size: np.ndarray  # int16, number of persons
    stratum: np.ndarray  # int8, Stratum
    station: np.ndarray  # int8, index into STATIONS; -1 for residents
    event: np.ndarray  # int64, number of the apprehension event
    apprehended_at: np.ndarray  # int32, minute
    youngest_birth_day: np.ndarray  # int32, birth day of the youngest child; of the adult where there is none

    def of_party(self, column: str) -> np.ndarray:
        """Spread a party column over its persons, shape (n,)."""
        return getattr(self, column)[self.party]

    def comes_of_age(self, years: int) -> np.ndarray:
        """Minute at which everybody reaches an age (midnight of the birthday), shape (n,), int32."""
        if not self.birth_day.size:
            return np.zeros(0, dtype=MOMENT)
        # Told once for each day on which somebody may be born: there are many more people than days.
        first = int(self.birth_day.min())
        born = np.arange(first, int(self.birth_day.max()) + 1)
        return birthday_minute(born, years).astype(MOMENT)[self.birth_day - first]

    @property
    def is_child(self) -> np.ndarray:
        """True for those who are 17 or younger when apprehended (by role, which no rule changes), shape (n,)."""
        return self.role >= Role.CHILD
