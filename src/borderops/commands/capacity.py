"""``borderops capacity``: the least of one resource, the frontier of several, or the smallest packages that would do.

Costly seasons are played on the trial store, so that a search that was cut off goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from borderops.commands.capacity_player import PLAN, Interrupted, Player
from borderops.commands.capacity_words import Search, read_search
from borderops.commands.playing import announce, code_of, finish, nothing_to_show, working
from borderops.config.compose import Composed, _as_yaml
from borderops.experiments.outputs import RunFolder
from borderops.readiness.judging import Verdict
from borderops.readiness.least import Bench, Look, least, looks
from borderops.readiness.levers import apply_all

if TYPE_CHECKING:
    from borderops.report.capacity_contents import CapacitySection, Judged
    from borderops.report.run_files import Circumstances

NONE_HOLDS: Final = 1
NOT_ENOUGH: Final = 3
"""Exit codes where nothing of the range holds, and where there is not enough evidence."""


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, and the command's own words, see ``borderops help capacity``.

    Returns
    -------
    int
        Exit code: 0 where an answer was found, 1 where nothing of the range holds, 3 without enough evidence.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    search = read_search(words)
    settings = search.composed.settings
    names = ", ".join(one.name for one in search.levers)
    what = {"least": f"least {names}", "frontier": f"frontier of {names}", "packages": f"packages of {names}"}
    with working(settings, f"capacity-{settings.scenario}", ["capacity", *words]) as (folder, about):
        told = f"{settings.scenario}, {what[search.mode]}, {len(search.asked.names)} criteria judged, a plan at most"
        announce(folder, settings, told, about.words)
        return _search(search, folder, about)


# --- searching --------------------------------------------------------------------------------------------------------


def _search(search: Search, folder: RunFolder, about: Circumstances) -> int:
    player = Player(search.composed.settings, search.asked, search.expected)
    try:
        section = _carried_out(search, player)
    except Interrupted:
        return nothing_to_show(player.whole, "The search was interrupted")
    if player.whole.failures and not any(one.tried.review.replications for one in section.judged):
        return nothing_to_show(player.whole, "Nothing was finished")
    return _end(search, player, section, folder, about)


def _carried_out(search: Search, player: Player) -> CapacitySection:
    from borderops.report.capacity_contents import plan_name

    names = [one.name for one in search.levers]

    def levels_of(place: object) -> dict[str, int]:
        if isinstance(place, frozenset):
            return {name: search.levels[name][-1] for name in names if name in place}
        levels = place if isinstance(place, tuple) else (place,)
        return dict(zip(names, levels, strict=True))

    def named(place: object) -> tuple[str, Mapping[str, int]]:
        levels = levels_of(place)
        return plan_name(search.levers, levels), levels

    def on_judged(place: object, standing: object) -> None:
        player.tell_judged(named(place)[0], standing)  # type: ignore[arg-type]

    steps = looks(search.criteria.alpha, search.most)
    bench: Bench[Any] = Bench(player.ask(named), steps, on_judged)
    made = {"least": _least, "frontier": _frontier, "packages": _packages}[search.mode](search, bench)
    seen = {place: (*named(place), standing) for place, standing in made.pop("seen").items()}
    beside = _beside(search, player, steps)
    return _section(search, seen, beside, made)


def _least(search: Search, bench: Bench[Any]) -> dict[str, Any]:
    found = least(search.levels[search.levers[0].name], bench)
    answers = [] if found.level is None else [found.level]
    undecided = [
        level
        for level, one in found.seen.items()
        if one.verdict is Verdict.NOT_ENOUGH and (found.level is None or level < found.level)
    ]
    return {"seen": found.seen, "answers": answers, "open_plans": undecided, "is_none": found.is_none,
            "reversals": found.reversals, "was_scanned": found.was_scanned}  # fmt: skip


def _frontier(search: Search, bench: Bench[Any]) -> dict[str, Any]:
    from borderops.readiness.frontier import frontier

    found = frontier([search.levels[one.name] for one in search.levers], bench)
    return {"seen": found.seen, "answers": found.points, "open_plans": found.open_points, "is_none": found.is_none,
            "reversals": found.reversals, "was_scanned": found.was_scanned}  # fmt: skip


def _packages(search: Search, bench: Bench[Any]) -> dict[str, Any]:
    from borderops.readiness.packages import smallest_packages

    found = smallest_packages([one.name for one in search.levers], bench, search.largest)
    return {"seen": found.seen, "answers": found.found, "open_plans": found.open_sets, "is_none": found.is_none,
            "reversals": found.reversals, "was_scanned": False, "needed": sorted(found.needed)}  # fmt: skip


def _beside(search: Search, player: Player, steps: Sequence[Look]) -> Judged | None:
    """The plan under the policy that stands beside, judged as every plan is."""
    from borderops.report.capacity_contents import Judged

    beside = search.composed.beside
    if beside is None:
        return None
    name = f"under {beside.run.beside}"
    bench: Bench[str] = Bench(lambda _, many, alpha: player.try_at(name, beside, {}, many, alpha), steps,
                              lambda _, tried: player.tell_judged(name, tried))  # type: ignore[arg-type]  # fmt: skip
    return Judged(name, {}, bench.judge(PLAN))  # type: ignore[arg-type]


def _section(
    search: Search,
    seen: Mapping[Any, tuple[str, Mapping[str, int], Any]],
    beside: Judged | None,
    made: Mapping[str, Any],
) -> CapacitySection:
    from borderops.report.capacity_contents import CapacitySection, Judged

    def names(places: Sequence[Any]) -> tuple[str, ...]:
        return tuple(seen[place][0] for place in places)

    zeros = dict.fromkeys((one.name for one in search.levers), 0)
    return CapacitySection(
        mode=search.mode,
        levers=search.levers,
        levels=search.levels,
        criteria=search.asked.judged,
        digest=search.criteria.digest,
        judged=tuple(Judged(name, {**zeros, **levels}, standing) for name, levels, standing in seen.values()),
        answers=names(made["answers"]),
        open_plans=names(made["open_plans"]),
        is_none=made["is_none"],
        reversals=tuple((seen[one.less][0], seen[one.more][0]) for one in made["reversals"] if one.more in seen),
        was_scanned=made["was_scanned"],
        beside=beside,
        most=search.most,
        needed=tuple(made.get("needed", ())),
    )


# --- the end ----------------------------------------------------------------------------------------------------------


def _end(search: Search, player: Player, section: CapacitySection, folder: RunFolder, about: Circumstances) -> int:
    from borderops.report.capacity_contents import AS_PLANNED, CapacityContents
    from borderops.report.capacity_files import write_capacity
    from borderops.report.capacity_prose import capacity_text
    from borderops.report.limits import LIMITS
    from borderops.report.points_files import describe

    outcome, composed = player.whole, search.composed
    plans = {AS_PLANNED: composed}
    for name in section.answers:
        plans.setdefault(name, _composed_at(composed, section[name].levels))
    manifest = {**describe(plans, outcome, about), "criteria_sha256": section.digest}
    manifest["replications"] = {"asked": outcome.asked, "kept": outcome.kept, "most_of_a_plan": search.most}
    contents = CapacityContents(
        section=section,
        question=composed.settings.study.question,
        scenario=composed.settings.scenario,
        settings=composed.settings,
        manifest=manifest,
        failures=outcome.failures,
        limits=list(LIMITS),
    )
    print(f"\n{capacity_text(section)}")
    sys.stdout.flush()
    write_capacity(folder, plans, contents)
    finish(folder, outcome)
    return code_of(outcome) or (0 if section.answers else NONE_HOLDS if section.is_none else NOT_ENOUGH)


def _composed_at(composed: Composed, levels: Mapping[str, int]) -> Composed:
    settings = apply_all(composed.settings, levels)
    return replace(composed, settings=settings, yaml=_as_yaml(settings))
