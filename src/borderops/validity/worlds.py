"""The worlds that published figures speak of: which season is played to be read beside them.

A figure of the season asks for the season as it was, one of the pilot for the pilot, a plan for what could be foreseen
on the day it was made.
"""

from __future__ import annotations

from typing import Final

SEASON: Final = "season"
PILOT: Final = "pilot"
FORESEEN: Final = "foreseen"

WORLDS: Final[dict[str, tuple[str, ...]]] = {
    SEASON: (
        "scenario=zero_tolerance_2018",
        "window.start=2017-10-01",
        "window.end=2019-02-14",
        "study.audits=true",
    ),
    # From the day of the first census on that is known: no days before the window are played.
    PILOT: ("scenario=el_paso_2017", "window.start=2017-06-01", "window.lead_in_days=0"),
    FORESEEN: ("scenario=foreseen_2018",),
}
"""Overrides by world. The season has the window that the report studied, and all audits of what was written in it."""
