"""Children back to parents: what became of the court order's class, day by day, and of the season's children.

A child is *reunited* when it is with a parent again after a stay in a shelter, by request or by order, here or abroad.
Rejoining at the station, before the child boards, is counted apart, but for children of the order's class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from borderops.config.schema import CourtOrder
from borderops.forecast.breakdowns import Row, counts, dates, groups, means, series, shares
from borderops.forecast.reading import Reading, steady_census
from borderops.operations.history import Exit, IceExit, Reunion, ShelterExit
from borderops.operations.plan import EarlierParent
from borderops.units import DAY, NEVER, hours

OBJECTIONS: Final = (Reunion.UNFIT, Reunion.UNWILLING)

DEADLINES: Final = (14, 30)
"""Days within which the court ordered children reunited in 2018: under 5, and the others (Ms. L. v. ICE)."""

LONGEST: Final = 240
"""Days after the order up to which the class is followed."""

OUTCOMES: Final = (
    "reunited",
    "in_own_shelter_exit",
    "unfit_or_unwilling",
    "parent_not_found",
    "parent_abroad",
    "parent_in_custody",
    "under_way",
)
"""States of a child of the class; of those that apply the first holds. The second: released to a sponsor or of age."""

YOUNG, OTHERS = "under_5_at_order", "others"


# --- the season's children, with or without an order ----------------------------------------------------------------


def reunion_kpis(reading: Reading) -> Iterator[Row]:
    """KPIs of children separated in the season, of their parents, and of ICE's centres."""
    history, separated, met = reading.history, reading.season_separated, reading.reunited
    yield from counts(reading, "children_reunited", separated & met)
    yield from _still_apart(reading)
    yield from counts(reading, "children_parent_abroad", separated & reading.parent_removed)
    without = reading.season_taken & (history.ice_exit == IceExit.REMOVED)
    yield from counts(reading, "parents_removed_without_child", without, by_age=False)
    for kind, group, rows in groups(reading, separated & met):
        if rows.size:
            days = (history.reunion_at[rows] - history.parted_at[rows]) / DAY
            yield "days_to_reunion_median", kind, group, float(np.median(days))
    yield from _centre_kpis(reading)


def _still_apart(reading: Reading) -> Iterator[Row]:
    """Shares of the season's children who are not with a parent so many days after the parting.

    Children parted too late for the run to show it are left out.
    """
    history = reading.history
    # NEVER is the last of all moments, and a reunion that did not come about has a moment as well: that of giving up.
    again_at = np.minimum(np.where(reading.reunited, history.reunion_at, NEVER), history.rejoined_at)
    for days in DEADLINES:
        until = np.where(reading.season_separated, history.parted_at, 0) + days * DAY
        seen = reading.season_separated & (until <= history.horizon)
        yield from shares(reading, f"share_not_reunited_{days}d", seen, again_at > until)


def _centre_kpis(reading: Reading) -> Iterator[Row]:
    """Nights and hours that children spent at ICE's centres."""
    history = reading.history
    came = np.flatnonzero(reading.in_window(history.at_centre_at))
    until = np.minimum(history.reunion_at, history.horizon)
    # The last minute played is before midnight: the night after it is not counted.
    nights = np.minimum(until[came], reading.window_end - 1) // DAY - history.at_centre_at[came] // DAY
    yield "hotel_nights", "all", "all", int(nights.sum())
    done = reading.in_window(history.at_centre_at) & (history.reunion_at != NEVER)
    yield from means(reading, "centre_wait_hours", done, hours(until - history.at_centre_at))


# --- the order's class ----------------------------------------------------------------------------------------------


def class_kpis(reading: Reading, order: CourtOrder) -> Iterator[Row]:
    """KPIs of the order's class; a deadline that is not played yet has no row.

    Parameters
    ----------
    reading : Reading
    order : CourtOrder
        Only the deadlines are read.
    """
    history, members, ordered_at = reading.history, reading.history.is_in_class, order_at(reading)
    yield from counts(reading, "class_children", members)
    if not is_ordered(reading):
        return
    young = is_young(reading)
    for group, mask in ((YOUNG, young), (OTHERS, ~young)):
        yield "class_children", "age_at_order", group, int((members & mask).sum())
    for name, mask, days in (
        ("class_reunited_by_young_deadline", young, order.young_deadline_days),
        ("class_reunited_by_deadline", ~young, order.others_deadline_days),
    ):
        deadline = ordered_at + days * DAY
        if deadline <= history.horizon:
            yield from shares(reading, name, members & mask, _reunited_by(reading, deadline))
    in_care = members & (history.admitted_at <= ordered_at)
    yield from shares(reading, "class_not_found_at_order", in_care, history.found_at > ordered_at)


def is_ordered(reading: Reading) -> bool:
    """Whether a court gives an order within the run."""
    return reading.history.first_minute <= order_at(reading) < reading.history.horizon


def is_young(reading: Reading) -> np.ndarray:
    """True for children who were under the order's age when it came, shape (n,)."""
    return order_at(reading) < reading.plan.young_until


def order_at(reading: Reading) -> int:
    """When the order takes effect: the end of its day."""
    return reading.replication.facilities.reunions.order_at


def _reunited_by(reading: Reading, moment: int) -> np.ndarray:
    """Children of the class who are with a parent before a moment, shape (n,)."""
    history = reading.history
    return reading.reunited & (history.reunion_at < moment) | (history.rejoined_at < moment)


def reunions(reading: Reading) -> Iterator[Row]:
    """Children of the class by age at the order, days since it, and state at the end of that day.

    Day 0 is the day of the order, at whose end the search begins. States partition the class on every day.
    """
    if not is_ordered(reading):
        return
    days = np.arange(0, min(LONGEST, (reading.history.horizon - order_at(reading)) // DAY) + 1)
    members = np.flatnonzero(reading.history.is_in_class)
    state = _states(reading, members, order_at(reading) + days * DAY)
    young = is_young(reading)[members]
    for group, chosen in ((YOUNG, young), (OTHERS, ~young)):
        for place, outcome in enumerate(OUTCOMES):
            yield group, days, outcome, (state[:, chosen] == place).sum(axis=1)


def _states(reading: Reading, members: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Places in `OUTCOMES` of children before moments, shape (moments, children)."""
    history, now = reading.history, moments[:, None]
    met, reunion = reading.reunited[members], history.reunion[members]
    settled = history.reunion_at[members] < now
    since = {name: getattr(history, name)[members] < now for name in ("rejoined_at", "left_shelter_at", "left_cbp_at")}
    known = history.found_at[members] < now
    searched = np.maximum(history.admitted_at[members], order_at(reading)) < now
    own_exit = np.isin(history.shelter_exit[members], (ShelterExit.RELEASED, ShelterExit.AGED_OUT))
    aged_out = history.exit[members] == Exit.AGED_OUT
    removed_at, freed_at = _parents_moves(reading, members)
    holds = [
        met & settled | since["rejoined_at"],
        own_exit & since["left_shelter_at"] | aged_out & since["left_cbp_at"],
        np.isin(reunion, OBJECTIONS) & settled,
        searched & ~known,
        known & searched & (removed_at < now),
        known & searched & ~(freed_at < now),
    ]
    return np.select(holds, list(range(len(holds))), default=len(holds))


def _parents_moves(reading: Reading, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When the parent was removed, and when the parent had left stations, courts and jails; shape (members,)."""
    history, plan = reading.history, reading.plan
    parent = reading.first_of_case[members]
    removed_at = np.where(history.ice_exit[parent] == IceExit.REMOVED, history.left_ice_at[parent], NEVER)
    to_ice = np.where(history.exit[parent] == Exit.TO_ICE, history.left_cbp_at[parent], NEVER)
    freed_at = np.minimum(np.minimum(history.freed_at[parent], to_ice), history.left_again_at[parent])
    place = np.full(history.exit.size, -1, dtype=np.int64)
    place[plan.resident] = np.arange(plan.resident.size)
    earlier = place[members]
    before = earlier >= 0
    gone = plan.resident_parent[earlier[before]] == EarlierParent.REMOVED
    removed_at[before], freed_at[before] = np.where(gone, history.first_minute, NEVER), history.first_minute
    return removed_at, freed_at


# --- days -----------------------------------------------------------------------------------------------------------


def daily_reunions(reading: Reading) -> Iterator[Row]:
    """Children of the class who are not with a parent, from the day of the order on, and adults in ICE's custody."""
    if is_ordered(reading):
        young = is_young(reading)
        for group, chosen in (("under_5", young), ("others", ~young)):
            yield from _not_reunited(reading, group, reading.history.is_in_class & chosen)
    history = reading.history
    begins = np.where(history.exit == Exit.TO_ICE, history.left_cbp_at, history.freed_at)
    adults = np.flatnonzero(begins != NEVER)
    place, ends = np.where(history.is_taken[adults], 0, 1), (reading.days + 1) * DAY - 1
    held = steady_census(begins[adults], history.left_ice_at[adults], place, 2, ends)
    for group, values in zip(("parents", "single_adults"), held, strict=True):
        yield from series(reading, "in_ice_custody", group, values)


def _not_reunited(reading: Reading, group: str, members: np.ndarray) -> Iterator[Row]:
    children = np.flatnonzero(members)
    rejoined_at, reunion_at = reading.history.rejoined_at[children], reading.history.reunion_at[children]
    with_parent = np.where(reading.reunited[children], np.minimum(reunion_at, rejoined_at), rejoined_at)
    ends = (reading.days + 1) * DAY
    back = np.searchsorted(np.sort(with_parent), ends, side="left")
    since = ends >= order_at(reading)
    if since.any():
        yield dates(reading)[since], "class_not_reunited", group, (children.size - back)[since]
