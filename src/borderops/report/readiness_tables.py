"""Tables of a readiness review: for programs, for spreadsheets, and the one on the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from borderops import provenance
from borderops.forecast.kpis import KPIS
from borderops.readiness.criteria import Criterion
from borderops.readiness.judging import GROUP_COLUMNS, SCOPE, Judgement, Review
from borderops.readiness.plan_facts import FACTS, YES_OR_NO, Fact
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.words import ABSENT, NO_BREAK, in_sentence, number, quantity, span

SCHEMA: Final = 1
SECTIONS: Final = ("pilot", "stress", "indicators")
"""Of the annex, those that stand in the review for programs as well, where they were asked for."""
"""Of ``review.json``; raised whenever a key is taken away or means something else."""

WORDS: Final = {1.0: "yes", 0.0: "no"}
COLUMNS: Final = ("verdict", "criterion", "worst group", "value", "limit", "met", "bounds", "n", "beside")
"""Of the table on the terminal."""

HEADS: Final = ("children_separated", "over_72h_separated", "over_72h_minors", "links_unrecorded")
"""KPIs that count whom shares are of: a share of thirty children beside one of three thousand misleads without them."""


# --- values in words ----------------------------------------------------------------------------------------------


def unit_of(criterion: Criterion) -> str:
    """Unit of what a criterion judges."""
    return KPIS[criterion.kpi].unit if criterion.kpi in KPIS else FACTS[str(criterion.fact)].unit


def value_text(criterion: Criterion, value: float) -> str:
    """A value of a criterion's KPI or fact, as people read it."""
    if math.isnan(value):
        return ABSENT
    if value == -math.inf:
        return "never"
    unit = unit_of(criterion)
    if unit == YES_OR_NO:
        return WORDS[value]
    if unit == "days" and value == round(value):
        return f"{value:,.0f}{NO_BREAK}{'day' if abs(value) == 1 else 'days'}"
    return number(value, unit)


def limit_text(criterion: Criterion) -> str:
    """The limit as people read it: ``at most 5 %``."""
    if criterion.at_most is not None:
        return f"at most {value_text(criterion, criterion.at_most)}"
    if criterion.at_least is not None:
        return f"at least {value_text(criterion, criterion.at_least)}"
    return "yes"


def range_text(one: Judgement) -> str:
    """The middle of a judgement's values, and where most of them lie."""
    middle = value_text(one.criterion, one.median)
    if one.is_fact or one.low == one.high or math.isnan(one.median):
        return middle
    return f"{middle} ({span(one.low, one.high, unit_of(one.criterion))})"


# --- the terminal -------------------------------------------------------------------------------------------------


def terminal_rows(contents: ReadinessContents) -> list[tuple[Any, ...]]:
    """Rows of `COLUMNS`, what stands against a GO first."""
    order = {"NO-GO": 0, "NOT ENOUGH EVIDENCE": 1, "GO": 2}
    pairs = sorted(contents.pairs(), key=lambda pair: order[pair[0].verdict])
    return [_terminal_row(one, beside) for one, beside in pairs]


def _terminal_row(one: Judgement, beside: Judgement) -> tuple[Any, ...]:
    found = one.evidence
    return (
        str(one.verdict),
        one.criterion.name,
        "" if one.is_fact or one.group == "all" else in_sentence(one.group),
        range_text(one),
        limit_text(one.criterion),
        "" if found is None else _probability(found.probability),
        "" if found is None else f"{found.low:.2f} to {found.high:.2f}",
        "" if found is None else str(found.n),
        range_text(beside),
    )


def _probability(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:.2f}"


def verdict_lines(contents: ReadinessContents) -> list[str]:
    """The verdict in sentences, as the terminal tells it."""
    review = contents.review
    lines = [f"{review.verdict}: {_counted(review)}."]
    if review.replications < review.asked:
        lines.append(
            f"Only {review.replications} of {review.asked} replications were finished; a GO needs all of them."
        )
    if review.verdict_known is not review.verdict:
        lines.append(f"From what was known on {review.as_of} alone: {review.verdict_known}.")
    lines.append(SCOPE)
    if not contents.is_beside_itself:
        lines += _heads(contents)
        lines.append(
            f"The same season under {contents.beside_name}: {contents.beside.verdict}, {_counted(contents.beside)}."
        )
    lines.append(f"The verdict lapses on {review.lapses_on}.")
    return lines


def _heads(contents: ReadinessContents) -> Iterator[str]:
    """Numbers of the plan and beside, the median season of each."""
    for name in HEADS:
        plan, beside = contents.kpi(name), contents.kpi(name, beside=True)
        if plan is not None and beside is not None:
            one = contents.definitions[name]
            told = [quantity(row["median"], one.unit) for row in (plan, beside)]
            yield f"{one.label}: {told[0]}; {told[1]} under {contents.beside_name}."


def _counted(review: Review) -> str:
    counts = [(sum(one.verdict == word for one in review.judgements), word) for word in ("GO", "NO-GO")]
    rest = len(review.judgements) - sum(count for count, _ in counts)
    told = ", ".join(f"{count} {word}" for count, word in counts)
    return f"of {len(review.judgements)} criteria {told}, {rest} without enough evidence"


# --- files --------------------------------------------------------------------------------------------------------


def criteria_table(review: Review) -> pd.DataFrame:
    """What was demanded, one row a criterion."""
    return pd.DataFrame([_criterion_row(one) for one in review.criteria])


def _criterion_row(one: Criterion) -> dict[str, Any]:
    limit = one.limit
    return {
        "name": one.name,
        "title": one.title,
        "kpi": one.kpi or "",
        "fact": one.fact or "",
        "group_kind": one.group_kind,
        "groups": " ".join(one.groups),
        "at_most": one.at_most,
        "at_least": one.at_least,
        "unit": unit_of(one),
        "confidence": one.confidence,
        "noise": one.noise,
        "if_nobody": one.if_nobody,
        "basis": str(one.basis),
        "ground": one.ground,
        "is_legal": one.is_legal,
        "known_on": str(one.known_on or ""),
        "owner": one.owner,
        "levers": " ".join(one.levers),
        "limit_grade": limit.grade if limit else "",
        "limit_low": limit.low if limit else None,
        "limit_high": limit.high if limit else None,
        "limit_source": limit.source if limit else "",
    }


def judgements_table(contents: ReadinessContents) -> pd.DataFrame:
    """Every judgement of the plan and of families kept together, group by group, the worst group first."""
    reviews = {"plan": contents.review, contents.beside_name: contents.beside}
    if contents.is_beside_itself:
        del reviews["plan"]
    rows = [row for of, review in reviews.items() for one in review.judgements for row in _judgement_rows(of, one)]
    return pd.DataFrame(rows)


def _judgement_rows(of: str, one: Judgement) -> list[dict[str, Any]]:
    head = {"of": of, "criterion": one.criterion.name, "criterion_verdict": str(one.verdict)}
    if one.by_group.empty:
        middle = {"group": one.group, "verdict": str(one.verdict), "median": one.median}
        blank = dict.fromkeys(GROUP_COLUMNS)
        return [{**head, **blank, **middle, "value_low": one.low, "value_high": one.high, "why": one.why}]
    rows = [{**head, **{str(key): cell for key, cell in row.items()}} for row in one.by_group.to_dict("records")]
    return [{**row, "why": one.why if place == 0 else ""} for place, row in enumerate(rows)]


def machine_readable(contents: ReadinessContents) -> dict[str, Any]:
    """The review for programs: plain values, None for what is not a number."""
    review, settings = contents.review, contents.settings
    return {
        "program": "borderops",
        "schema": SCHEMA,
        "version": provenance.version(),
        "checkout": contents.manifest.get("checkout"),
        "facts_sha256": contents.manifest.get("facts_sha256"),
        "scenario": settings.scenario,
        "title": contents.title,
        "question": settings.study.question,
        "seed": settings.seed,
        "sample": settings.inputs.sample,
        "window": [str(settings.window.start), str(settings.window.end)],
        "season": [str(day) for day in settings.season],
        "as_of": str(review.as_of) if review.as_of else None,
        "starts_on": str(review.start.day),
        "is_a_start": review.start.is_raise,
        "lapses_on": str(review.lapses_on),
        "criteria": {
            "name": review.criteria.name,
            "title": review.criteria.title,
            "sha256": review.criteria.digest,
            "alpha": review.criteria.alpha,
            "valid_days": review.criteria.valid_days,
            "fewest_replications": review.criteria.fewest,
            "rows": _records(criteria_table(review)),
        },
        "replications": {"asked": review.asked, "done": review.replications},
        "verdict": str(review.verdict),
        "verdict_from_what_was_known": str(review.verdict_known),
        "grounds": list(review.grounds),
        "scope": SCOPE,
        "judgements": [_judgement(one) for one in review.judgements],
        "numbers": _numbers(contents),
        "facts": {name: _fact(one) for name, one in review.facts.items()},
        "beside": None if contents.is_beside_itself else _beside(contents),
        **{name: one.machine for name in SECTIONS if (one := getattr(contents, name)) is not None},
    }


def _beside(contents: ReadinessContents) -> dict[str, Any]:
    beside = contents.beside
    return {
        "policy": contents.beside_name,
        "replications": {"asked": beside.asked, "done": beside.replications},
        "verdict": str(beside.verdict),
        "grounds": list(beside.grounds),
        "judgements": [_judgement(one) for one in beside.judgements],
        "numbers": _numbers(contents, beside=True),
        "facts": {name: _fact(one) for name, one in beside.facts.items()},
    }


def _numbers(contents: ReadinessContents, *, beside: bool = False) -> dict[str, Any]:
    """How many children and links the shares are of: median season, and where most seasons lie."""
    rows = {name: contents.kpi(name, beside=beside) for name in HEADS}
    return {
        name: None if row is None else {end: _plain(row[end]) for end in ("median", "low", "high")}
        for name, row in rows.items()
    }


def _judgement(one: Judgement) -> dict[str, Any]:
    found = one.evidence
    told = None
    if found is not None:
        told = {
            "n": found.n,
            "met": found.met,
            "broken": found.broken,
            "unknown": found.unknown,
            "probability": _plain(found.probability),
            "low": _plain(found.low),
            "high": _plain(found.high),
        }
    return {
        "criterion": one.criterion.name,
        "title": one.criterion.title,
        "verdict": str(one.verdict),
        "worst_group": one.group,
        "value": {"median": _plain(one.median), "low": _plain(one.low), "high": _plain(one.high)},
        "unit": unit_of(one.criterion),
        "evidence": told,
        "why": one.why,
        "is_later": one.is_later,
        "groups": _records(one.by_group),
    }


def _fact(one: Fact) -> dict[str, Any]:
    return {"value": _plain(one.value), "unit": FACTS[one.name].unit, "is_known": one.is_known, "words": one.words}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(cell) for key, cell in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
