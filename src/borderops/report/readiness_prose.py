"""The words of a readiness review: the verdict, why, what it speaks of, and how it was reached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from borderops.readiness.criteria import Basis, Criterion
from borderops.readiness.judging import SCOPE, Evidence, Judgement, Review, Verdict
from borderops.report.contents import Row
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.readiness_tables import limit_text, unit_of, value_text
from borderops.report.words import (
    ABSENT,
    NO_BREAK,
    day_text,
    in_sentence,
    level_text,
    list_text,
    quantity,
    range_cell,
    replications_text,
    span,
)

MOST_REASONS: Final = 5
"""Sentences that say why; more would not be read."""

MEANING: Final = {
    Verdict.GO: "Every criterion is shown to hold.",
    Verdict.NO_GO: "At least one criterion is shown not to hold.",
    Verdict.NOT_ENOUGH: "No criterion is shown to fail, and at least one is not shown to hold.",
}

HARMS: Final = (
    "Harms to children are limits here, never costs: nothing gained elsewhere makes up for one. Each group is judged "
    "by itself, and the worst one decides."
)

BASES: Final = {
    Basis.STATUTE: "statute",
    Basis.COURT_ORDER: "order of a court",
    Basis.RECOMMENDATION: "recommendation of OIG-20-06",
    Basis.PLANNER: "planner's own",
}


# --- the verdict ---------------------------------------------------------------------------------------------------


def title_text(contents: ReadinessContents) -> str:
    """What the review is called."""
    return f"Is it ready? {contents.title}"


def counted(review: Review) -> str:
    """How many criteria come to which verdict: ``3 of 24 criteria hold, 20 do not, 1 is open``."""
    go, no, open_ = (len(review.of_verdict(one)) for one in (Verdict.GO, Verdict.NO_GO, Verdict.NOT_ENOUGH))
    told = [f"{go} of {len(review.judgements)} criteria hold" if go != 1 else
            f"1 of {len(review.judgements)} criteria holds"]  # fmt: skip
    told += [f"{no} {'does' if no == 1 else 'do'} not"] if no else []
    told += [f"{open_} {'is' if open_ == 1 else 'are'} open"] if open_ else []
    return ", ".join(told)


def meaning(contents: ReadinessContents) -> str:
    """What the verdict says, in one line."""
    review = contents.review
    told = f"{MEANING[review.verdict]} {counted(review)}"
    if review.verdict is Verdict.NOT_ENOUGH and review.replications < review.asked:
        told += f"; {review.asked - review.replications} of {review.asked} seasons were not finished"
    return f"{told}."


def known_then(contents: ReadinessContents) -> str | None:
    """Whether grounds that came to be known later decide the verdict; None where none did."""
    review = contents.review
    later = [one for one in review.judgements if one.is_later]
    if review.as_of is None or not later:
        return None
    known = day_text(max(one.criterion.known_on for one in later if one.criterion.known_on))
    are = "One criterion rests" if len(later) == 1 else f"{len(later)} criteria rest"
    return (
        f"{are} on what came only on {known}. From what was there on {day_text(review.as_of)} alone the verdict is "
        f"{review.verdict_known}."
    )


def scope(contents: ReadinessContents) -> list[str]:
    """What the verdict speaks of, when it lapses, and by which criteria it was reached."""
    review = contents.review
    since = "that day" if review.as_of is None else f"{day_text(review.as_of)}, the day of the review"
    start = f"the policy's start on {day_text(review.start.day)}" if review.as_of is None else since
    criteria = review.criteria
    return [
        SCOPE,
        HARMS,
        f"The verdict lapses on {day_text(review.lapses_on)}, {criteria.valid_days} days after {start}, and sooner if "
        "anything changes of what it rests on.",
        f"The criteria ({criteria.name}, {len(criteria.criteria)} of them) were fixed before the first draw: sha256 "
        f"{criteria.digest[:16]}. Whoever changes a limit has another number there.",
    ]


# --- why -----------------------------------------------------------------------------------------------------------


def why(contents: ReadinessContents) -> list[str]:
    """Why the verdict is what it is, from the worst criteria, in at most five sentences.

    Of criteria that the same levers move the worst one speaks; the plan's own facts stand in one sentence.

    Parameters
    ----------
    contents : ReadinessContents

    Returns
    -------
    list of str
    """
    review = contents.review
    if review.verdict is Verdict.GO:
        return _why_go(contents)
    against = review.of_verdict(review.verdict)
    told: list[str] = []
    if review.replications < review.asked:
        told.append(f"Only {review.replications} of {review.asked} seasons were finished, which rules out a GO.")
    legal = [one for one in against if one.criterion.is_legal]
    told += [_legal_sentence(legal)] if legal else []
    seasons = _one_a_theme([one for one in against if not one.is_fact and not one.criterion.is_legal])
    facts = [one for one in against if one.is_fact and not one.criterion.is_legal]
    told += [_facts_sentence(facts)] if facts else []
    told += [season_sentence(contents, one) for one in seasons]
    return told[:MOST_REASONS]


def _why_go(contents: ReadinessContents) -> list[str]:
    review = contents.review
    measured = [one for one in review.judgements if one.evidence is not None]
    told = [
        f"All {len(review.judgements)} criteria are shown to hold; a GO that ought not to be has a chance of at most "
        f"{level_text(review.criteria.alpha)}, over all of them together."
    ]
    nearest = sorted(measured, key=lambda one: one.evidence.low - one.criterion.confidence if one.evidence else 1.0)
    return told + [f"Nearest to its limit: {season_sentence(contents, one)}" for one in nearest[:1]]


def _one_a_theme(judgements: Sequence[Judgement]) -> list[Judgement]:
    """The worst criterion of those that the same levers move, in the order of the criteria."""
    worst: dict[tuple[str, ...], Judgement] = {}
    for one in judgements:
        theme = one.criterion.levers or (one.criterion.name,)
        if theme not in worst or _badness(one) < _badness(worst[theme]):
            worst[theme] = one
    return list(worst.values())


def _badness(one: Judgement) -> float:
    return one.evidence.high if one.evidence is not None else math.inf


def _legal_sentence(legal: Sequence[Judgement]) -> str:
    first = next((one for one in legal if one.evidence is not None), legal[0])
    seasons = "" if first.evidence is None else f" {_held(first.evidence)}, and one broken season is enough"
    later = ""
    if first.is_later and first.criterion.known_on:
        later = f" (a ground since {day_text(first.criterion.known_on)}, after the day of this review)"
    told = f"{first.why}" if first.evidence is None else f"{seasons.strip()}."
    return f"On legal ground{later}: {first.criterion.title}; {_lower(told)}"


def _facts_sentence(facts: Sequence[Judgement]) -> str:
    titles = "; ".join(_lower(one.criterion.title) for one in facts)
    head = "Not known of the plan itself" if facts[0].verdict is Verdict.NOT_ENOUGH else "Not so in the plan itself"
    return f"{head}: {titles}."


def season_sentence(contents: ReadinessContents, one: Judgement) -> str:
    """One criterion in one sentence: in how many seasons it holds, and where the worst group stands."""
    found = one.evidence
    if found is None:
        return f"{one.criterion.title}: {_lower(one.why)}"
    demanded = f"and has to in {_per_cent(one.criterion.confidence)}"
    if one.verdict is Verdict.NOT_ENOUGH:
        demanded = f"which neither shows nor rules out the {_per_cent(one.criterion.confidence)} demanded"
    label = contents.definitions[str(one.criterion.kpi)].label
    where = "" if one.group == "all" else f", {in_sentence(one.group)}"
    return f"{one.criterion.title}: this {_held(found)}, {demanded}. {label}{where}: {value_words(one)}."


def _held(found: Evidence) -> str:
    unknown = f" ({found.unknown} unknown)" if found.unknown else ""
    return f"holds in {found.met} of {found.n} simulated seasons{unknown}"


def value_words(one: Judgement) -> str:
    """Where the values of a judgement lie, with their unit, interval and limit."""
    criterion = one.criterion
    if one.is_fact or math.isnan(one.median):
        middle = value_text(criterion, one.median) if one.is_fact else ABSENT
        return f"{middle}; wanted: {wanted(criterion)}"
    return f"{middle_words(one)}; allowed: {wanted(criterion)}"


def middle_words(one: Judgement) -> str:
    """Median with unit, and the interval where there is one."""
    if math.isnan(one.median):
        return "nobody was concerned"
    middle = quantity(one.median, unit_of(one.criterion))
    if one.low == one.high:
        return middle
    return f"{middle} ({span(one.low, one.high, unit_of(one.criterion))})"


def figure_words(row: Row, unit: str) -> str:
    """A summary's median with its unit and interval."""
    middle = quantity(row["median"], unit)
    return middle if row["low"] == row["high"] else f"{middle} ({range_cell(row['low'], row['high'], unit)})"


def wanted(criterion: Criterion) -> str:
    """The limit with its unit: ``at most 5 %``, ``at least 1 day``, ``yes``."""
    for word, limit in (("at most", criterion.at_most), ("at least", criterion.at_least)):
        if limit is not None:
            return f"{word} {_round_quantity(limit, unit_of(criterion))}"
    return limit_text(criterion)


def _round_quantity(value: float, unit: str) -> str:
    """A limit with its unit, without decimals that it does not have: ``5 %``, ``1 day``."""
    shown = value * 100.0 if unit == "share" else value
    if shown != round(shown):
        return quantity(value, unit)
    if unit in ("share", "percent"):
        return f"{shown:.0f}{NO_BREAK}%"
    return f"{shown:,.0f}{NO_BREAK}{unit.removesuffix('s') if shown == 1 else unit}"


def probability_words(found: Evidence, criterion: Criterion) -> str:
    """In how many seasons it holds, between which bounds, and how many are demanded."""
    unknown = f", unknown in {found.unknown}" if found.unknown else ""
    return (
        f"holds in {found.met} of {found.n} seasons{unknown}; the chance lies between {_per_cent(found.low)} and "
        f"{_per_cent(found.high)}, {_per_cent(criterion.confidence)} is demanded"
    )


# --- what would change it -------------------------------------------------------------------------------------------


def levers_of(review: Review) -> list[str]:
    """Levers that move what does not hold, each once, in the order of the criteria."""
    against = [one for one in review.judgements if one.verdict is not Verdict.GO]
    return list(dict.fromkeys(lever for one in against for lever in one.criterion.levers))


def owners(review: Review) -> list[tuple[str, int]]:
    """Who has to see to what does not hold, and to how many criteria."""
    found: dict[str, int] = {}
    for one in review.judgements:
        if one.verdict is not Verdict.GO:
            found[one.criterion.owner] = found.get(one.criterion.owner, 0) + 1
    return sorted(found.items(), key=lambda pair: -pair[1])


def levers_sentence(review: Review) -> str:
    """What was not searched, and where to begin."""
    if review.verdict is Verdict.GO:
        return "Nothing has to change by these criteria. How little would do, borderops capacity tells."
    levers = levers_of(review)
    without = [one for one in review.judgements if one.verdict is not Verdict.GO and not one.criterion.levers]
    told = "The least that would change the verdict was not searched for here; borderops capacity does."
    if levers:
        told += f" Levers that move what does not hold: {', '.join(levers)}."
    if without:
        noun = "criterion does" if len(without) == 1 else "criteria do"
        told += f" {len(without)} {noun} not depend on capacity: only another plan would meet {_them(without)}."
    return told


def _them(some: Sequence[Judgement]) -> str:
    return "it" if len(some) == 1 else "them"


# --- the annex -----------------------------------------------------------------------------------------------------


def how_reached(contents: ReadinessContents) -> list[str]:
    """How the verdict is computed, in the order in which it is."""
    review, criteria = contents.review, contents.review.criteria
    alpha, among = criteria.alpha, sum(max(len(one.by_group), 1) for one in review.judgements if not one.is_fact)
    seasons = replications_text(review.replications)
    return [
        f"{seasons[:1].upper()}{seasons[1:]} of the season were played, each with a luck of its own. A season meets a "
        "criterion or it does not; a season without a value counts as the criterion says, and one that was not "
        "finished is unknown.",
        "Where a criterion names a noise, a season counts as met only if the limit holds by more than the noise allows "
        "it to be off, and as broken only if it is passed by more; in between it is unknown. Unknown seasons count "
        "against a GO and against a NO-GO alike, so that noise can only turn either into not enough evidence.",
        f"GO for a criterion: the lower bound of Clopper and Pearson for the chance of meeting it, at an error of "
        f"{level_text(alpha)}, is no smaller than the confidence demanded. GO overall needs all of them, so that a GO "
        f"that ought not to be has a chance of at most {level_text(alpha)}, however many criteria there are.",
        f"NO-GO for a criterion: the upper bound, at {level_text(alpha)} shared among {among} judged groups, is "
        "smaller than the confidence demanded. One such group is enough; so is one broken season on legal ground, or "
        "a fact of the plan that is not so. Everything else is not enough evidence, and what is missing blocks a GO.",
        f"A bound for {_seasons_words(criteria.fewest)} in which nothing goes wrong just shows the confidence "
        "demanded; with fewer no GO is possible.",
    ]


def _seasons_words(n: int) -> str:
    return f"{n:,}{NO_BREAK}seasons"


def ground_rows(one: Judgement) -> Iterator[tuple[str, str]]:
    """What a criterion rests on, as pairs of a term and what it is."""
    criterion = one.criterion
    yield "Basis", BASES[criterion.basis] + (", NO-GO as soon as it is broken once" if criterion.is_legal else "")
    yield "Ground", criterion.ground
    if criterion.known_on is not None:
        later = ", after the day of this review" if one.is_later else ""
        yield "Could be known", f"from {day_text(criterion.known_on)} on{later}"
    yield "Owner", criterion.owner
    if criterion.limit is not None:
        yield "Limit", f"{wanted(criterion)} ({criterion.limit.grade}{_limit_range(criterion)})"
        yield "Limit rests on", criterion.limit.source
    if criterion.kpi is not None:
        yield "Demanded", f"to hold in {_per_cent(criterion.confidence)} of seasons"
        nobody = "it is met" if criterion.if_nobody == "met" else "it is unknown"
        yield "Where nobody is concerned", nobody
        if criterion.noise:
            yield "Noise", f"a standard deviation of {quantity(criterion.noise, unit_of(criterion))}"
    yield "Levers", list_text(list(criterion.levers)) if criterion.levers else "none; only another plan"


def _limit_range(criterion: Criterion) -> str:
    limit = criterion.limit
    if limit is None or limit.low is None or limit.high is None:
        return ""
    return f", others might set {span(limit.low, limit.high, unit_of(criterion))}"


def _per_cent(share: float) -> str:
    """A share of seasons, with a digit where it is near none or all."""
    if math.isnan(share):
        return ABSENT
    digits = 0 if share in (0.0, 1.0) or 0.1 <= share <= 0.9 else 1
    return f"{share * 100:.{digits}f}{NO_BREAK}%"


def _lower(text: str) -> str:
    """A sentence inside another; names such as CBP keep their capitals."""
    head = text.split(" ", 1)[0]
    return text if len(head) > 1 and head.upper() == head else f"{text[:1].lower()}{text[1:]}"
