"""``borderops readiness``: is a plan ready to begin? GO, NO-GO or not enough evidence, by criteria fixed beforehand."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from borderops.commands.playing import (
    INTERRUPTED,
    announce,
    experiment_of,
    finish,
    nothing_to_show,
    numbers_of,
    play_points,
    read_arrivals,
    tell,
    working,
)
from borderops.commands.printing import print_table
from borderops.commands.readiness_extras import (
    add_files,
    carried_out_like,
    point_of,
    read_extras,
    replay_pilot,
    under_stress,
    with_sections,
)
from borderops.config.compose import Composed, compose
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder
from borderops.experiments.trials import ASKED, BESIDE, Outcome

if TYPE_CHECKING:  # pandas takes a second, which a run with wrong input can do without
    from borderops.readiness.criteria import Criteria
    from borderops.report.readiness_contents import ReadinessContents
    from borderops.report.run_files import Circumstances

REPLICATIONS: Final = 60
"""Twice what the shipped criteria need: with 29 seasons a share of 0.9 is shown at 5 % only if none is bad."""

TOGETHER: Final = "family_unity"
"""The policy that stands beside every verdict."""

GO, NO_GO, NOT_ENOUGH = 0, 1, 3
CODES: Final = {"GO": GO, "NO-GO": NO_GO, "NOT ENOUGH EVIDENCE": NOT_ENOUGH}

AS_PLANNED: Final = "inputs.keep=[policy.family_referral]"
"""Whom a plan refers is the plan itself: what is in doubt about 2018 does not make it refer others."""

log = logging.getLogger(__name__)


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        Overrides, and ``criteria=`` (default): the name of shipped criteria or the path of a planner's own; ``pilot=``,
        ``stress=`` and ``watch=``: what `borderops.commands.readiness_extras` tells besides.

    Returns
    -------
    int
        0 for GO, 1 for NO-GO, 3 where the evidence is not enough; otherwise as for every command.

    Raises
    ------
    WrongInput
        Before the first draw, if anything that was given cannot be used.
    """
    extras, rest, problems = read_extras(words)
    rest = [AS_PLANNED, *rest]
    criteria, composed = _asked(rest, problems)
    plain = [word for word in rest if word.partition("=")[0] != "criteria"]
    stressed, left_out = under_stress(extras, plain)
    settings = composed.settings
    read_arrivals(composed)
    with working(settings, f"readiness-{settings.scenario}", ["readiness", *words]) as (folder, about):
        announce(folder, settings, settings.scenario, about.words)
        _fix(criteria, settings.run.replications)
        replay = replay_pilot(extras, plain, composed, criteria)
        if replay is not None:
            plain = [*plain, f"inputs.sample={replay.sample}"]
            composed = _composed(plain)
        stressed = carried_out_like(composed, stressed)
        points = {ASKED: composed.settings} | ({} if composed.beside is None else {BESIDE: composed.beside})
        points |= {point_of(name): one.settings for name, one in stressed.items()}
        outcome = play_points(experiment_of(points), numbers_of(settings))

        def besides(contents: ReadinessContents) -> ReadinessContents:
            return with_sections(contents, extras, criteria, outcome, stressed, left_out, replay, plain, composed)

        return _end(criteria, composed, folder, outcome, about, besides)


def _asked(words: Sequence[str], found: Sequence[str] = ()) -> tuple[Criteria, Composed]:
    """Criteria and settings, with the problems of both told at once."""
    from borderops.readiness.criteria import DEFAULT, read_criteria

    named = [word.partition("=")[2] for word in words if word.partition("=")[0] == "criteria"]
    rest = [word for word in words if word.partition("=")[0] != "criteria"]
    problems: list[str] = [*found]
    criteria, composed = None, None
    try:
        criteria = read_criteria(named[-1] if named else DEFAULT)
    except ConfigError as problem:
        problems += problem.problems
    try:
        composed = _composed(rest)
    except ConfigError as problem:
        problems += problem.problems
    if criteria is None or composed is None or problems:
        raise ConfigError(dict.fromkeys(problems))
    return criteria, composed


def _composed(words: Sequence[str]) -> Composed:
    """Settings, with `REPLICATIONS` where nobody asks for a number."""
    composed = compose(words)
    if composed.settings.run.replications == composed.shipped.run.replications and not any(
        word.startswith("run.replications=") for word in words
    ):
        composed = compose([*words, f"run.replications={REPLICATIONS}"])
    settings, problems = composed.settings, []
    if settings.run.beside != TOGETHER:
        beside = "null" if settings.run.beside is None else settings.run.beside
        problems.append(f"run.beside is {beside}; allowed here: {TOGETHER}, which stands beside every verdict")
    if settings.precision:
        asked = ", ".join(f"precision.{kpi}" for kpi in settings.precision)
        problems.append(
            f"{asked} cannot be asked here; allowed: run.replications, since seasons are counted, not means"
        )
    if problems:
        raise ConfigError(problems)
    return composed


def _fix(criteria: Criteria, replications: int) -> None:
    """Say by which criteria it will be judged, before the first draw."""
    told = f"criteria {criteria.name}, {len(criteria.criteria)} of them, sha256 {criteria.digest}"
    tell(told)
    log.info("%s", told)
    if replications < criteria.fewest:
        tell(f"note: {replications} replications cannot show a GO; {criteria.fewest} are the fewest that can")


def _end(
    criteria: Criteria,
    composed: Composed,
    folder: RunFolder,
    outcome: Outcome,
    about: Circumstances,
    besides: Callable[[ReadinessContents], ReadinessContents],
) -> int:
    from borderops.report.readiness_files import gather_review, write_review

    if not outcome.results or (composed.beside is not None and not outcome.beside):
        return nothing_to_show(outcome, "Too few replications were finished to judge anything")
    contents = besides(gather_review(criteria, composed, outcome, about))
    _tell_verdict(contents)
    add_files(folder, contents)
    write_review(folder, contents, composed)
    code = finish(folder, outcome)
    return code if code == INTERRUPTED else CODES[contents.review.verdict]


def _tell_verdict(contents: ReadinessContents) -> None:
    from borderops.report.readiness_tables import COLUMNS, terminal_rows, verdict_lines

    columns = [contents.beside_name if one == "beside" else one for one in COLUMNS]
    shown = len(columns) - contents.is_beside_itself  # the last column would say everything twice
    print()
    print_table(columns[:shown], [row[:shown] for row in terminal_rows(contents)])
    print()
    for line in verdict_lines(contents):
        print(line)
    for section in (contents.pilot, contents.stress):
        if section is not None:
            print("\n" + "\n".join(section.sentences))
    if contents.indicators is not None and contents.indicators.told_first:
        print("\n" + contents.indicators.told_first)
    sys.stdout.flush()  # at once: the pages take some seconds more
