"""What this version does not model, one sentence each; in every report, so that nobody reads more into a figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from borderops.config.schema import STATIONS, Settings
from borderops.report.contents import order_day

LIMITS: Final = (
    "The systems of record are laid out by us after what the report says of them, and most rates of slips are "
    "judgement. Records never change what happens: only the acts settled on the spot (grouping, code, note, the "
    "parent's number, the local list) do, so that a misspelt name costs nobody's time.",
    "Of the mail, a child's request, placement, itinerary and word of arrival are played, with losses, outages and "
    "coordinators' shifts. A wrong itinerary costs time and sends no child to a wrong place; other correspondence "
    "takes nobody's time.",
    "Courts hear whoever has a slot; several sittings a day and judges' discretion are not played. A parent charged "
    "with a serious crime is held elsewhere for a time, without a hearing.",
    "ICE's custody has no capacity and no places: adults stay a time drawn by chance and are released or removed. "
    "Visits and telephone calls between parents and children are not played.",
    "The joint team's work is one review, where nothing is on record, and one vetting for each child of the order; "
    "interviews, DNA tests and disputes before the court take none of its hours. A parent who has been found is not "
    "removed any more.",
    "Brothers and sisters are found, vetted and moved each on their own, even to the same parent.",
    "Sponsors are not vetted: releases to them follow published stays, slowed for separated children by an assumed "
    "factor. What becomes of a child after release or reunion is not played.",
    "Shelters, ICE's centres and family detention stand nowhere on a map: travel takes a time drawn by chance, the "
    "same for all of them.",
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
    if _is_cut_short(settings):
        found.append(
            "The run ends before the court's deadlines for reunification have passed: shares reunited say what was "
            "reached by the last day played."
        )
    if not settings.study.books:
        found.append(
            "What stands written in the systems of record was not measured (study.books=false): nothing is said of "
            "links, of the official list and of the written clock."
        )
    if set(settings.arrivals.stations) != set(STATIONS):
        found.append(
            "Only some stations are played, while shelters begin with the children of all of them: census and "
            "occupancy say little, and beds run short less than they would."
        )
    return found


def _is_cut_short(settings: Settings) -> bool:
    """Whether an order is played whose later deadline is not."""
    order, day = settings.reunification.order, order_day(settings)
    later = timedelta(days=max(order.young_deadline_days, order.others_deadline_days))
    return day is not None and settings.window.end < day + later
