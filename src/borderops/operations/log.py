"""What the reference engine reads from and writes to: the plan's columns, the history in the making, A-numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from borderops.operations.facilities import Facilities
from borderops.operations.history import History
from borderops.operations.numbers import NEW_NUMBERS_FROM, NUMBERS_PER_STATION, OLD_NUMBERS_FROM
from borderops.operations.plan import Plan
from borderops.units import MOMENT, NEVER


class Listed:
    """The plan's columns as lists: reading a list is several times faster than reading an array element."""

    def __init__(self, columns: dict[str, np.ndarray]):
        for name, column in columns.items():
            setattr(self, name, column.tolist() if column.ndim == 1 else column)

    def __getattr__(self, name: str) -> Any:  # a list; what has more than one dimension stays an array
        raise AttributeError(f"the plan has no column {name}")


class Numbers:
    """A-numbers: each desk takes a block of its station's range and gives them out one after another."""

    def __init__(self, block: int):
        self.block = block
        self.given_old = 0
        self.blocks_taken: dict[int, int] = {}
        self.left: dict[tuple[int, int], Iterator[int]] = {}

    def new(self, station: int, desk: int) -> int:
        """Next number of a desk."""
        number = next(self.left.get((station, desk), iter(())), None)
        if number is None:
            taken = self.blocks_taken.get(station, 0)
            self.blocks_taken[station] = taken + 1
            start = NEW_NUMBERS_FROM + station * NUMBERS_PER_STATION + taken * self.block
            self.left[station, desk] = iter(range(start, start + self.block))
            number = next(self.left[station, desk])
        return number

    def old(self) -> int:
        """Number of a person who was removed before."""
        self.given_old += 1
        return OLD_NUMBERS_FROM + self.given_old


KINDS: dict[Any, str] = {
    MOMENT: (
        "intake_at a_number processing_at processed_at selected_at parted_at determined_at forwarded_at desk_at "
        "cleared_at designated_at arranged_at itinerary_at prosecution_referred_at heard_at freed_at back_at "
        "rejoined_at left_again_at left_cbp_at left_detention_at admitted_at left_shelter_at left_ice_at asked_at "
        "found_at vetted_at at_centre_at reunion_at"
    ),
    np.int16: "desk",
    np.int8: (
        "ground bed_kind exit shelter_exit court_outcome separation_code note parent_number load messages_sent "
        "messages_lost ice_exit found_by reunion"
    ),
    np.bool_: "is_spared is_taken is_alone is_grouped is_listed is_phoned is_misrouted is_in_class",
}
"""Columns of the history that the engine writes, by type."""

BEFORE = {MOMENT: NEVER, np.int16: -1, np.int8: 0, np.bool_: False}
"""What a column holds before anything happens, by type."""

BEFORE_BY_NAME = {"a_number": 0, "bed_kind": -1, "load": -1}


class Log:
    """History while it is being written, as lists by person."""

    def __init__(self, plan: Plan):
        self.apprehended_at = plan.apprehended_at
        for kind, names in KINDS.items():
            for name in names.split():
                setattr(self, name, [BEFORE_BY_NAME.get(name, BEFORE[kind])] * plan.path.size)

    def __getattr__(self, name: str) -> list[int]:
        raise AttributeError(f"the history has no column {name}")

    def history(self, facilities: Facilities) -> History:
        """Turn lists into the table."""
        columns = {
            name: np.array(getattr(self, name), dtype=kind) for kind, names in KINDS.items() for name in names.split()
        }
        return History(
            first_minute=facilities.first_minute,
            horizon=facilities.horizon,
            apprehended_at=self.apprehended_at,
            **columns,
        )
