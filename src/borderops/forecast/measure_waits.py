"""Where the hours in CBP's hands went: mean hours of a season's children by stage, from apprehension to the door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from borderops.forecast.breakdowns import Row
from borderops.forecast.reading import Reading
from borderops.operations.rebuilding import planned_seats, way_ended
from borderops.units import hours

STAGES: Final = ("processing", "checks", "mail", "desk", "bed", "designation", "transport", "other")
"""In the order of the way to a shelter.

The last is what children spend who are rejoined on the way, from then on to the door.
"""

PARTS: Final = ("processing", "checks", "mail", "desk", "bed", "designation", "mail", "transport", "mail", "other")
"""Stage of each part of the way; mail comes three times, the last time as the seat that was lost to it."""


def waits(reading: Reading) -> Iterator[Row]:
    """Mean hours by stage, of children separated in the season and of those who were alone, over 72 hours and not.

    The stages of a cohort add up to its mean hours in custody; a cohort without anybody has no rows. Who is still
    inside, is rejoined or comes of age spent in the stage that was going on what passed of it until then.
    """
    alone = reading.placed_alone & reading.in_season(reading.history.apprehended_at)
    for name, cohort in (("separated", reading.season_separated), ("alone", alone)):
        children = np.flatnonzero(cohort)
        spent, over = _spent(reading, children), reading.over_72_hours[children]
        for kind, chosen in (("over_72h", over), ("within_72h", ~over)):
            if chosen.any():
                means = spent[chosen].mean(axis=0)
                for stage in STAGES:
                    yield f"{name}_{kind}", stage, hours(means[[part == stage for part in PARTS]].sum())


def _spent(reading: Reading, children: np.ndarray) -> np.ndarray:
    """Minutes of each part of the way, shape (children, parts)."""
    history, plan = reading.history, reading.plan
    left = np.minimum(history.left_cbp_at, history.horizon)[children]
    on_way_until = np.minimum(way_ended(history)[children], left)
    designated = history.designated_at[children]
    ends = [
        history.processed_at[children],
        history.determined_at[children],
        history.forwarded_at[children],
        history.cleared_at[children],
        designated,
        designated + plan.designation_minutes[children],
        history.arranged_at[children],
        planned_seats(history, plan, reading.replication.facilities, children),
        on_way_until,
    ]
    # A stage that is not over ends with the way, so that its part is counted and the ones after it are empty.
    passed = [np.minimum(end, on_way_until) for end in ends]
    return np.diff(np.stack([history.apprehended_at[children], *passed, left], axis=1), axis=1)
