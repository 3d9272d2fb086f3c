"""What a lever does to settings: more of something, a better design, a later start. Settings in, settings out.

What is added opens `AHEAD` days before the policy starts, so that it is in place on its first day. Nothing here draws,
plays, or judges; results are not checked here, `borderops.readiness.levers` does that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, TypeVar

import numpy as np
import yaml

from borderops import clock
from borderops.config import places
from borderops.config.schema import (
    STATIONS,
    BedStep,
    DesignChoice,
    Group,
    Guidance,
    Settings,
    ShareStep,
    SlotStep,
)
from borderops.operations.policy import referral_share

AHEAD: Final = 14
"""Days before the policy starts on which beds open, designs go live and guidance is given."""

SHIFTS: Final = ("day", "evening", "night")

Dated = TypeVar("Dated", SlotStep, ShareStep)


# --- when the policy starts -------------------------------------------------------------------------------------------


def policy_start(settings: Settings) -> date | None:
    """First day on which a larger share of families is referred somewhere than on the first day played.

    Returns
    -------
    date or None
        None where no share is raised within the window.
    """
    first, last = settings.window.first_day_played, settings.window.end
    days = np.arange(clock.day_of(first), clock.day_of(last) + 1)
    stations = np.array([STATIONS.index(one) for one in settings.arrivals.stations])
    every = np.repeat(days, stations.size), np.tile(stations, days.size)
    shares = referral_share(settings.policy.family_referral, *every).reshape(days.size, stations.size)
    raised = np.flatnonzero((shares > shares[0]).any(axis=1))
    return first + timedelta(days=int(raised[0])) if raised.size else None


def ready_by(settings: Settings) -> date:
    """The day from which what is added is there: two weeks ahead of the policy, or the first day played."""
    first, start = settings.window.first_day_played, policy_start(settings)
    return first if start is None else max(first, start - timedelta(days=AHEAD))


# --- more of something ------------------------------------------------------------------------------------------------


def more_beds(settings: Settings, kind: str, beds: int) -> Settings:
    """So many more beds of a kind on every day from `ready_by` on.

    Where beds grow by fractions a day, the day's whole number is the new beginning: a day may then have one bed less.
    """
    day, steps = ready_by(settings), getattr(settings.orr.beds, kind)
    found = [one for one in steps if one.begins < day]
    in_force = [_bed_step_on(found[-1], day)] if found and day not in {one.begins for one in steps} else []
    later = [*in_force, *(one for one in steps if one.begins >= day)]
    found += [one.model_copy(update={"beds": one.beds + beds}) for one in later]
    return _with(settings, ("orr", "beds", kind), found)


def _bed_step_on(step: BedStep, day: date) -> BedStep:
    """A step as it goes on from a day within it."""
    is_growing = step.until is not None and step.until > day
    days = (min(day, step.until) - step.begins).days if step.until is not None else 0
    beds = max(math.floor(step.beds + step.then_per_day * days + 1e-9), 0)
    rate, until = (step.then_per_day, step.until) if is_growing else (0.0, None)
    return BedStep(begins=day, beds=beds, then_per_day=rate, until=until)


def more_coordinators(settings: Settings, coordinators: int) -> Settings:
    """So many more juvenile coordinators on duty by day, in all, where there are most already."""
    on_duty = settings.referral.coordinators.on_duty
    more = spread(coordinators, {one: on_duty.get(one, 0) for one in settings.arrivals.stations})
    found = {**on_duty, **{one: on_duty.get(one, 0) + given for one, given in more.items()}}
    return _with(settings, ("referral", "coordinators", "on_duty"), found)


def more_coordinators_at_night(settings: Settings, coordinators: int) -> Settings:
    """So many more juvenile coordinators on duty at night, at each station."""
    path = ("referral", "coordinators", "on_duty_at_night")
    return _with(settings, path, settings.referral.coordinators.on_duty_at_night + coordinators)


def more_agents(settings: Settings, agents: int) -> Settings:
    """So many more processing agents on duty in each shift, in all, where there are most already."""
    sites = settings.stations.sites
    weights = {one: sum(getattr(sites[one].agents, shift) for shift in SHIFTS) for one in settings.arrivals.stations}
    for one, given in spread(agents, weights).items():
        more = {shift: getattr(sites[one].agents, shift) + given for shift in SHIFTS}
        site = sites[one].model_copy(update={"agents": sites[one].agents.model_copy(update=more)})
        sites = {**sites, one: site}
    return _with(settings, ("stations", "sites"), sites)


def more_at_the_desk(settings: Settings, workers: int) -> Settings:
    """So many more workers at ORR's intake desk, by day and by night."""
    desk = settings.referral.desk
    more = {"workers_day": desk.workers_day + workers, "workers_night": desk.workers_night + workers}
    return _with(settings, ("referral", "desk"), desk.model_copy(update=more))


def more_in_the_team(settings: Settings, workers: int) -> Settings:
    """So many more workers of the joint team that carries out the court's order, for as long as it works."""
    steps = settings.reunification.team.workers
    found = [one.model_copy(update={"workers": one.workers + workers}) for one in steps]
    return _with(settings, ("reunification", "team", "workers"), found)


def more_slots(settings: Settings, slots: int) -> Settings:
    """So many more slots a court day in all districts together, shared out as the others are."""
    day = ready_by(settings)
    steps = _from_day(settings.courts.slots_per_court_day, day)
    found = [one.model_copy(update={"slots": one.slots + slots}) if one.begins >= day else one for one in steps]
    return _with(settings, ("courts", "slots_per_court_day"), found)


def more_slots_for_parents(settings: Settings, slots: int) -> Settings:
    """So many more slots a court day in all districts together, all of them kept for parents."""
    courts = settings.courts
    days = {ready_by(settings), *(one.begins for one in courts.slots_per_court_day)}
    kept = courts.parents_share
    for day in sorted(one for one in days if one >= ready_by(settings)):
        kept = _from_day(kept, day)
    shares = []
    for one in kept:
        before = _on_day(courts.slots_per_court_day, one.begins)
        if one.begins >= ready_by(settings) and before is not None and before.slots + slots > 0:
            share = (before.slots * one.share + slots) / (before.slots + slots)
            one = one.model_copy(update={"share": min(share, 1.0)})
        shares.append(one)
    return _with(more_slots(settings, slots), ("courts", "parents_share"), shares)


def spread(number: int, weights: Mapping[Any, int]) -> dict[Any, int]:
    """Share a number out by weight, one after another, each to whom it is due most (Webster's method).

    Whoever gets so many of a number gets at least as many of a larger one.

    Parameters
    ----------
    number : int
    weights : mapping of name to int
        Equal ones where all are 0.

    Returns
    -------
    dict of name to int
        In the order of the weights; of two to whom it is due alike the first gets it.
    """
    due = weights if any(weights.values()) else dict.fromkeys(weights, 1)
    given = dict.fromkeys(due, 0)
    for _ in range(number):
        given[max(given, key=lambda one: due[one] / (2 * given[one] + 1))] += 1
    return given


# --- better records ---------------------------------------------------------------------------------------------------


def better_design(settings: Settings, ladder: Sequence[str], rank: int) -> Settings:
    """A tracking design of at least a rank, live from `ready_by` on.

    Parameters
    ----------
    settings : Settings
    ladder : sequence of str
        Shipped designs, the weakest first; at 0 stands the plan's own.
    rank : int
        Where the plan's own design is of this rank or above it stays. Weaker designs that would follow do not.
    """
    if rank == 0:
        return settings
    day, designs = ready_by(settings), settings.tracking.designs
    before = [one for one in designs if one.begins < day]
    in_force = max((one for one in designs if one.begins <= day), key=lambda one: one.begins)
    better = [] if _rank(in_force, ladder) >= rank else [shipped_design(ladder[rank])]
    live = [one.model_copy(update={"begins": day}) for one in better]
    names = {one.name for one in (*before, *live)}
    later = [one for one in designs if one.begins >= day and _rank(one, ladder) >= rank and one.name not in names]
    return _with(settings, ("tracking", "designs"), [*before, *live, *later])


def _rank(row: DesignChoice, ladder: Sequence[str]) -> int:
    """Of the shipped design of that name; 0 for one that was made by a planner."""
    return ladder.index(row.name) if row.name in ladder else 0


@cache
def shipped_design(name: str) -> DesignChoice:
    """The last design of a shipped option of ``tracking``."""
    path = places.conf_folder() / "tracking" / f"{name}.yaml"
    return DesignChoice.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))["designs"][-1])


def with_feature(settings: Settings, aspect: str, option: str, unless: Sequence[str] = ()) -> Settings:
    """One aspect of every design from `ready_by` on as an option of the library has it.

    Parameters
    ----------
    settings : Settings
    aspect, option : str
    unless : sequence of str
        Designs with one of these options are left alone.
    """
    day = ready_by(settings)
    before = [one for one in settings.tracking.designs if one.begins < day]
    known = {one.name for one in before}
    rows = [
        one if getattr(one, aspect) in (option, *unless) else _renamed(one, {aspect: option})
        for one in _designs_from(settings, day)
    ]
    return _with(settings, ("tracking", "designs"), [*before, *(one for one in rows if one.name not in known)])


def _renamed(row: DesignChoice, changed: Mapping[str, str]) -> DesignChoice:
    """A design with other options, under a name that says so."""
    return row.model_copy(update={**changed, "name": "_".join([row.name, *changed.values()])})


def _designs_from(settings: Settings, day: date) -> list[DesignChoice]:
    """Designs in force from a day on, the first of them from that day."""
    designs = settings.tracking.designs
    later = [one for one in designs if one.begins >= day]
    before = [one for one in designs if one.begins < day]
    if before and (not later or later[0].begins > day):
        later.insert(0, before[-1].model_copy(update={"begins": day}))
    return later


def with_guidance(settings: Settings) -> Settings:
    """Written guidance and training in force everywhere from `ready_by` on."""
    found = [*settings.tracking.guidance, Guidance(begins=ready_by(settings), sectors=[])]
    return _with(settings, ("tracking", "guidance"), found)


# --- less, and later --------------------------------------------------------------------------------------------------


def fewer_referred(settings: Settings, per_cent: int) -> Settings:
    """So many per cent fewer family adults referred from the policy's start on."""
    start = policy_start(settings)
    rules = [
        one.model_copy(update={"share": one.share * (100 - per_cent) / 100})
        if start is not None and one.begins >= start
        else one
        for one in settings.policy.family_referral
    ]
    return _with(settings, ("policy", "family_referral"), rules)


def later_start(settings: Settings, days: int) -> Settings:
    """The policy so many days later, and with it the season that is asked about and a stress that is on.

    What belongs to the policy moves: its rules on families from its start on, exemptions, pauses, and the slots that
    courts keep for parents because of it. What goes live on a date stays: designs, guidance, beds, slots, the order.
    A stress moves, as it asks whether the season that is judged can bear it; left where it was, a late enough start
    would merely step out of its way.
    """
    start = policy_start(settings)
    if start is None:
        return settings
    policy, courts, study, stress = settings.policy, settings.courts, settings.study, settings.stress
    moved: dict[str, Any] = {
        name: _postponed(getattr(policy, name), start, days) for name in ("family_referral", "exemptions", "pauses")
    }
    ends = {name: _later(getattr(study, name), days) for name in ("season_start", "season_end")}
    return settings.model_copy(
        update={
            "policy": policy.model_copy(update=moved),
            "courts": courts.model_copy(update={"parents_share": _postponed(courts.parents_share, start, days)}),
            "study": study.model_copy(update=ends),
            "stress": stress if stress.is_none else stress.model_copy(update={"begins": _later(stress.begins, days)}),
        }
    )


def _postponed(rules: Sequence[Any], start: date, days: int) -> list[Any]:
    """Rules and steps with those that begin at or after the start moved, their ends too; others as they are."""
    return [
        one.model_copy(
            update={name: _later(getattr(one, name), days) for name in ("begins", "ends") if hasattr(one, name)}
        )
        if one.begins >= start
        else one
        for one in rules
    ]


def _later(day: date | None, days: int) -> date | None:
    return None if day is None else day + timedelta(days=days)


# --- steps by date ----------------------------------------------------------------------------------------------------


def _from_day(steps: Sequence[Dated], day: date) -> list[Dated]:
    """Steps with one that begins on a day, as what is in force goes on."""
    found, in_force = list(steps), _on_day(steps, day)
    if in_force is not None and in_force.begins != day:
        found.append(in_force.model_copy(update={"begins": day}))
    return sorted(found, key=lambda one: one.begins)


def _on_day(steps: Sequence[Dated], day: date) -> Dated | None:
    """The step in force on a day."""
    return next((one for one in reversed(steps) if one.begins <= day), None)


def _with(node: Any, path: Sequence[str], value: Any) -> Any:
    """Settings with another value at a place; nothing is changed in place."""
    if not path:
        return value
    assert isinstance(node, Group)
    return node.model_copy(update={path[0]: _with(getattr(node, path[0]), path[1:], value)})
