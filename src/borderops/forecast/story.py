"""One family's story as tables: who, what happened to each, where each was, and when 72 hours had passed.

Must not know how a story is found or told: `borderops.forecast.stories` makes it, the report shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pandas as pd


class Place(StrEnum):
    """Whose hands a person is in, or whose desk a matter lies on."""

    STATION = "Border Patrol station"
    PORT = "port of entry"
    ORR_DESK = "ORR's intake desk"
    COURT = "court"
    JAIL = "jail"
    OTHER_CUSTODY = "other custody"
    ICE = "ICE custody"
    FAMILY_DETENTION = "ICE family detention"
    CONTRACTOR = "on the way to the shelter"
    SHELTER = "shelter"
    TEAM = "joint team"
    TO_CENTRE = "on the way to an ICE centre"
    CENTRE = "ICE centre"
    ABROAD = "abroad"
    UNTOLD = "not told"
    OUTSIDE = "outside"


NOT_FOLLOWED: Final = (Place.ABROAD, Place.UNTOLD)
"""Places out of which the history tells of nobody: an open stay there may have ended."""


@dataclass(frozen=True)
class Story:
    """What happened to the members of one party in one replication.

    Parameters
    ----------
    scenario : str
        Under which it was played; the name of the policy where that alone differs.
    party_number : int
    rule : str
        Why this party was chosen, as a sentence.
    stratum : str
        What the party truly is, in lower case.
    station : str
        Where it was met; empty for residents of a shelter.
    horizon : int
        First minute not played.
    members : DataFrame
        One row a member: ``person`` (row), ``number``, ``a_number`` (0 before intake), ``label`` (an invented name,
        unique in the party), ``name`` (in full, invented), ``who`` (``mother, 34``), ``is_child``, ``apprehended_at``,
        ``is_never_grouped`` (says it is one and was not written down as a family), ``is_parted``, ``is_separated`` (a
        child left with no parent), ``is_rejoined`` (at the station), ``is_reunited`` (after a shelter), ``exit`` from
        CBP's hands and ``custody`` there up to then or to the horizon, in minutes.
    events : DataFrame
        See `borderops.forecast.stories.events`.
    stays : DataFrame
        See `borderops.forecast.stories.stays`.
    limits : DataFrame
        See `borderops.forecast.stories.limits`.
    beside : Story or None
        The same people with the same luck under another policy.
    paper : DataFrame or None
        What the systems of record held of them: see `borderops.forecast.paper_trail.paper_trail`.
    """

    scenario: str
    party_number: int
    rule: str
    stratum: str
    station: str
    horizon: int
    members: pd.DataFrame
    events: pd.DataFrame
    stays: pd.DataFrame
    limits: pd.DataFrame
    beside: Story | None = field(default=None)
    paper: pd.DataFrame | None = field(default=None)
