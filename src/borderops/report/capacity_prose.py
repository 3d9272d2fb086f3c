"""A search for capacity in words and plain tables, for the terminal and the head of its page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from borderops.readiness.criteria import Criterion
from borderops.readiness.judging import SCOPE, Verdict
from borderops.readiness.trying import not_met
from borderops.report.capacity_contents import AS_PLANNED, CapacitySection, Judged, plans_table
from borderops.report.words import ABSENT, list_text

NOTHING_BELOW = "it is the lowest level that was searched"
MOST_NAMED = 4


def answer(section: CapacitySection) -> list[str]:
    """What a search comes to, sentence by sentence.

    Parameters
    ----------
    section : CapacitySection

    Returns
    -------
    list of str
        The answer with the evidence on both sides of it, what stands against it, and what it speaks of.
    """
    told = [*{"least": _least, "frontier": _frontier, "packages": _packages}[section.mode](section)]
    told += _elsewhere(section)
    if section.reversals:
        less, more = section.reversals[0]
        then = "so every one was judged by itself, with an equal part of the error" if section.was_scanned else (
            "so a plan with more may do worse than the answer")  # fmt: skip
        told.append(f"More did worse: {less} does better than {more}, {then}.")
    if section.beside is not None:
        told.append(f"{section.beside.name[:1].upper()}{section.beside.name[1:]}, with the same people and the same "
                    f"luck: {evidence_text(section.beside)}.")  # fmt: skip
    told.append(f"Judged: {_some([_of_groups(one) for one in section.criteria])}. {SCOPE}")
    return told


def _of_groups(criterion: Criterion) -> str:
    """A criterion's title, with the groups that decide where others do not: beds of one kind help nobody else."""
    return f"{criterion.title} ({', '.join(criterion.groups)} only)" if criterion.groups else criterion.title


def _some(names: Sequence[str]) -> str:
    """Names as a sentence has them; of many the first few, and how many more."""
    if len(names) <= MOST_NAMED:
        return list_text([*names])
    return list_text([*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"])


def _least(section: CapacitySection) -> Iterator[str]:
    lever = section.levers[0]
    levels = section.levels[lever.name]
    span = f"{levels[0]:,} to {levels[-1]:,}" if len(levels) > 1 else f"{levels[0]:,}"
    if section.answers:
        found = section[section.answers[0]]
        is_plan = found.levels.get(lever.name, 0) == 0
        least = f"{_named(found)} is the least of {lever.name} ({span}) that holds"
        yield f"{'The plan holds as it is' if is_plan else least}: {evidence_text(found)}."
        below = [one for one in section.judged if one.levels[lever.name] < found.levels[lever.name]]
        if below:
            yield f"{_named(below[-1])} is not enough: {evidence_text(below[-1])}."
        elif not is_plan:
            yield f"Nothing below it was judged: {NOTHING_BELOW}."
        if len(section.open_plans) > 1 or (section.open_plans and below and section.open_plans != (below[-1].name,)):
            yield f"Neither shown to hold nor shown not to: {list_text([*section.open_plans])}."
        return
    highest = section.judged[-1]
    if section.is_none:
        yield f"No level of {lever.name} ({span}) holds: {_named(highest)} is {evidence_text(highest)}."
    else:
        yield (
            f"There is not enough evidence on {lever.name} ({span}): {list_text([*section.open_plans])} "
            f"{'is' if len(section.open_plans) == 1 else 'are'} open after {section.most} replications each."
        )
        yield f"{_named(highest)}: {evidence_text(highest)}."
    yield from _which_hold(highest)


def _frontier(section: CapacitySection) -> Iterator[str]:
    names = list_text([one.name for one in section.levers])
    if not section.answers:
        yield from _nothing(section, f"No point of the grid of {names} holds")
        return
    many = "One point" if len(section.answers) == 1 else f"{len(section.answers)} points"
    yield f"{many} of the grid of {names} hold{'s' if len(section.answers) == 1 else ''} with nothing to spare:"
    for name in section.answers:
        yield f"{_named(section[name])}: {evidence_text(section[name])}."
    yield f"{_error(section, 'points')}; one step less of anything is not GO."


def _packages(section: CapacitySection) -> Iterator[str]:
    if not section.answers:
        yield from _nothing(section, "No package turns the verdict into GO, not even all levers together")
        return
    if section.answers[0] == AS_PLANNED:
        yield f"The plan holds as it is: {evidence_text(section[AS_PLANNED])}."
        return
    many = "One package turns" if len(section.answers) == 1 else f"{len(section.answers)} packages turn"
    yield f"{many} the verdict into GO, and none holds a smaller one:"
    for name in section.answers:
        yield f"{_named(section[name])}: {evidence_text(section[name])}."
    yield f"{_error(section, 'packages')}."
    if section.needed:
        yield f"Without {list_text([*section.needed])} all the other levers together are not GO."
    if section.open_plans:
        yield f"Neither shown to do nor shown not to: {'; '.join(section.open_plans)}."


def _error(section: CapacitySection, what: str) -> str:
    """Over what the error allowed holds: the shares of it rest on more never doing worse, unless all were judged."""
    if section.reversals and not section.was_scanned:
        return f"More did worse somewhere, so that the error allowed holds for each of the {what} by itself"
    return f"The error allowed holds for all {what} together"


def _nothing(section: CapacitySection, words: str) -> Iterator[str]:
    """What is said where nothing holds: which plan has most of everything, and what it lacks."""
    most = max(section.judged, key=lambda one: sum(one.levels.values()))
    if section.is_none:
        yield f"{words}: {_named(most)} is {evidence_text(most)}."
    else:
        open_plans = list_text([*section.open_plans])
        yield f"There is not enough evidence: {open_plans} stay open after {section.most} replications."
    yield from _which_hold(most)


def _which_hold(one: Judged) -> Iterator[str]:
    """Of a plan that does not hold: which criteria stand against it, and about which others more could be asked."""
    rows = one.tried.rows()
    judged = rows[rows["is_judged"]]
    against = judged["verdict"] == str(Verdict.NO_GO)
    if against.any():
        yield f"Not met there: {list_text([*judged.loc[against, 'criterion']])}."
    others = list(judged.loc[~against, "criterion"])
    if against.any() and others:
        yield f"Not ruled out there: {list_text(others)}; judged={','.join(others)} asks about them alone."


def _elsewhere(section: CapacitySection) -> Iterator[str]:
    """What the answer does not mend: criteria that were not judged, and are not met there."""
    for name in section.answers[:1]:
        judged = {one.title for one in section.criteria}
        others = [one for one in not_met(section[name].tried.rows(), is_judged=False) if one not in judged]
        if others:
            where = "by the plan as it is" if name == AS_PLANNED else f"at {name}"
            yield f"Not judged here, and not met {where}: {_some(others)}; the report names all of them."


def _named(one: Judged) -> str:
    return f"{one.name[:1].upper()}{one.name[1:]}"


def evidence_text(one: Judged) -> str:
    """A verdict with the criterion that decides it: ``GO, beds_occupied met in 40 of 40 seasons, at least 90.4 %``."""
    deciding, evidence = one.tried.deciding, one.tried.deciding.evidence
    if evidence is None:
        return f"{one.tried.verdict}, {deciding.criterion.name}: {deciding.why.rstrip('.')}"
    where = "" if deciding.group == "all" else f" (group {deciding.group})"
    bound = {
        Verdict.GO: f"at least {evidence.low:.1%} shown",
        Verdict.NO_GO: f"at most {evidence.high:.1%} possible",
        Verdict.NOT_ENOUGH: f"between {evidence.low:.1%} and {evidence.high:.1%}",
    }[one.tried.verdict]
    demanded = f"{deciding.criterion.confidence:.0%} demanded"
    seasons = f"met in {evidence.met} of {evidence.n} seasons"
    return f"{one.tried.verdict}, {deciding.criterion.name}{where} {seasons}, {bound}, {demanded}"


# --- tables for people ------------------------------------------------------------------------------------------------


def shown_plans(section: CapacitySection) -> pd.DataFrame:
    """Plans that were judged, as they are to be read."""
    table = plans_table(section)
    return pd.DataFrame(
        {
            "Plan": [f"{name} *" if is_answer else name for name, is_answer in zip(table["plan"], table["is_answer"])],
            "Verdict": table["verdict"],
            "Decided by": table["criterion"],
            "Met": [_seasons(*row) for row in zip(table["met"], table["met"] + table["broken"] + table["unknown"])],
            "Chance of meeting it": [_chance(*row) for row in zip(table["probability"], table["low"], table["high"])],
            "Replications": [f"{one:,}" for one in table["replications"]],
        }
    )


def _seasons(met: int, of: int) -> str:
    return f"{met} of {of}" if of else ABSENT


def _chance(probability: float, low: float, high: float) -> str:
    if not math.isfinite(low):
        return ABSENT
    middle = f"{probability:.0%}" if np.isfinite(probability) else ABSENT
    return f"{middle} ({low:.0%} to {high:.0%})"


def shown_criteria(one: Judged) -> pd.DataFrame:
    """All criteria of a plan, as they are to be read."""
    rows = one.tried.rows()
    return pd.DataFrame(
        {
            "Criterion": rows["title"],
            "Judged": ["yes" if is_judged else "no" for is_judged in rows["is_judged"]],
            "Verdict": rows["verdict"],
            "Group": [ABSENT if group == "all" else group for group in rows["group"]],
            "Why": rows["why"],
        }
    )


def capacity_text(section: CapacitySection) -> str:
    """The search for the terminal: plans that were judged, then the answer."""
    table = shown_plans(section)
    return "\n\n".join([table.to_string(index=False), "\n".join(answer(section))])
