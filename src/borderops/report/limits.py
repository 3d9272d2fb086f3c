"""What this version does not model, one sentence each; in every report, so that nobody reads more into a figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from borderops.config.schema import STATIONS, Settings

LIMITS: Final = (
    "No system of record is written yet: links between parents and children are all true links, and none is lost, so "
    "the report says nothing of unrecorded families, official counts or lists.",
    "Referral to ORR is one delay and one desk; mails that are lost, outages and coordinators' shifts are not played.",
    "Courts hear whoever has a slot; several sittings a day, serious charges and judges' discretion are not played.",
    "Reunification after a child has left the station is not played, by request or by court order; stays in shelters "
    "end as the published releases do.",
    "Sponsors, shelters and family detention have no places: distance and travel between centres are not modelled.",
    "Arrivals do not respond to the policy. The same people come under every scenario.",
    "Families, ages, kin and names are drawn independently from published shares; what goes together in the world, "
    "beyond what the shares say, does not go together here.",
)

DAYS_AFTER_SEASON: Final = 4
"""Days after the season that stays begun in it need to pass the 72-hour limit and be seen to end."""


def cautions(settings: Settings) -> list[str]:
    """What a reader of this run in particular must know.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    list of str
        One sentence each; empty for a whole run with time to spare.
    """
    found = []
    if settings.window.end < settings.season[1] + timedelta(days=DAYS_AFTER_SEASON):
        found.append(
            f"The run ends within {DAYS_AFTER_SEASON} days of the days the answer speaks of: stays begun in the last "
            "of them are cut off, so shares over 72 hours are too low."
        )
    if set(settings.arrivals.stations) != set(STATIONS):
        found.append(
            "Only some stations are played, while shelters begin with the children of all of them: census and "
            "occupancy say little, and beds run short less than they would."
        )
    return found
