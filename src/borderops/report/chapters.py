"""The chapters of the report: which pictures and which cards stand under which heading, in the order they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from borderops.report.contents import Contents
from borderops.report.drawing import Picture
from borderops.report.figures import flow, outcomes, separations
from borderops.report.figures_clock import custody_hours, over_72_hours, survival, waits
from borderops.report.figures_links import beside_truth, links
from borderops.report.figures_places import courts, ice_custody, shelters, stations
from borderops.report.figures_records import monthly, written
from borderops.report.figures_reunion import reunited, standing
from borderops.report.figures_work import coordinators, diverted, mail, work


@dataclass(frozen=True)
class Chapter:
    """A section of pictures.

    Parameters
    ----------
    name : str
        Anchor on the page.
    heading : str
    pictures : tuple of functions
        Each makes one picture.
    cards : tuple of str
        KPIs that stand above the pictures.
    """

    name: str
    heading: str
    pictures: tuple[Callable[[Contents], Picture], ...]
    cards: tuple[str, ...] = ()

    def drawn(self, contents: Contents) -> list[Picture]:
        """Its pictures, without those of what was not measured."""
        leaves_out = () if contents.settings.study.books else FROM_BOOKS
        return [make(contents) for make in self.pictures if make not in leaves_out]


FROM_BOOKS: Final = (links, beside_truth)
"""Pictures of what stands written (``study.books``)."""

CHAPTERS: Final = (
    Chapter("separations", "Separations", (separations, flow, outcomes)),
    Chapter("clock", "The custody clock", (over_72_hours, custody_hours, survival, waits)),
    Chapter("places", "Shelters and stations", (shelters, stations)),
    Chapter("courts", "Courts and ICE", (courts, ice_custody)),
    Chapter(
        "work",
        "Mail and staff",
        (mail, coordinators, work, diverted),
        (
            "messages_per_placed_child",
            "messages_lost",
            "children_phoned",
            "children_misrouted",
            "coordinator_utilisation_peak",
            "agents_diverted_hours",
        ),
    ),
    Chapter(
        "records",
        "What was written down",
        (links, beside_truth, written, monthly),
        (
            "links_unrecorded",
            "share_links_out_of_reach",
            "persons_missing_from_list",
            "families_never_grouped",
            "children_separated_unnoticed",
            "families_with_code_wrong_or_blank",
        ),
    ),
    Chapter(
        "reunification",
        "Reunification",
        (reunited, standing),
        (
            "class_children",
            "class_not_found_at_order",
            "days_to_reunion_median",
            "children_parent_abroad",
            "centre_wait_hours",
            "hotel_nights",
        ),
    ),
)


def all_pictures(contents: Contents) -> list[Picture]:
    """Every picture of the report, in order."""
    return [picture for chapter in CHAPTERS for picture in chapter.drawn(contents)]
