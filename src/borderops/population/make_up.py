"""Mean sizes of parties by stratum, so that expected persons and expected parties agree."""

from __future__ import annotations

from dataclasses import dataclass

from borderops.config.schema import People

MINOR_MOTHER_FROM_AGE = 15
TEEN_AGES = (13, 18)


@dataclass(frozen=True)
class PartySizes:
    """Mean numbers of persons in a party."""

    family_adults: float
    family_children: float
    kin_children: float
    alone_children: float

    def claiming_members(self, false_share: float) -> float:
        """Members of a party that says it is a family; a false claimant is one adult."""
        true_members = self.family_adults + self.family_children
        return (1.0 - false_share) * true_members + false_share * (1.0 + self.family_children)


def party_sizes(people: People) -> PartySizes:
    """Mean sizes that follow from the shares in the settings."""
    families, alone = people.families, people.children_alone
    family_children = 1.0 + families.one_more_child_share + 2.0 * families.two_more_children_share
    girls = alone.age.age_13_17 * (1.0 - alone.boys_13_17_share) * share_of_teens_from(MINOR_MOTHER_FROM_AGE)
    return PartySizes(
        family_adults=1.0 + families.second_parent_share,
        family_children=family_children,
        kin_children=1.0 + alone.sibling_share,
        alone_children=1.0 + alone.sibling_share + girls * alone.minor_mother_share * (1.0 - alone.sibling_share),
    )


def share_of_teens_from(age: int) -> float:
    """Share of 13 to 17 year olds alone who are at least this old; their density grows with age (see `families`)."""
    low, high = TEEN_AGES
    return 1.0 - ((age - low) / (high - low)) ** 2
