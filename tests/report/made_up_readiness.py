"""Contents of a readiness review from made-up seasons, judged by the program's own functions; nothing is simulated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from made_up_contents import MadeUpFailure

from borderops.config.compose import Composed, compose
from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.forecast.kpis import KPIS
from borderops.forecast.results import Sample, summarise
from borderops.readiness.criteria import Criteria, Criterion, criteria_of, read_criteria
from borderops.readiness.judging import judge
from borderops.readiness.plan_facts import FACTS, Fact, Start
from borderops.report.readiness_contents import ReadinessContents

LEVEL = 0.9
AS_OF = date(2018, 5, 4)
START = Start(date(2018, 5, 5), True)
GROUPS = MappingProxyType(
    {
        "all": ("all",),
        "age_band": ("0–4", "5–12", "13–17"),
        "bed_kind": BED_KINDS,
        "station": STATIONS,
        "agency": ("border_patrol", "ice", "hhs"),
    }
)
INJUNCTION = ("no_separation_without_finding", "prosecution_ends")


@lru_cache(maxsize=1)
def plan() -> Composed:
    """The plan of the eve."""
    return compose(["scenario=foreseen_2018"])


def settings_of_plan() -> Settings:
    """Of the plan of the eve."""
    return plan().settings


def shares_met(verdict: str) -> tuple[float, float]:
    """By verdict, shares of seasons that meet a criterion: of the first ones in the file, and of the others."""
    return {"GO": (1.0, 1.0), "NO-GO": (0.02, 0.98), "NOT ENOUGH EVIDENCE": (0.9, 1.0)}[verdict]


def made_up_values(criteria: Criteria, verdict: str, n: int, seed: int = 3) -> Sample:
    """Seasons by criterion: on the good side of the limit in as many as wanted, on the other side in the rest."""
    luck = np.random.default_rng(seed)
    few, many = shares_met(verdict)
    rows, values = [], []
    for place, one in enumerate(one for one in criteria if one.kpi):
        for at, group in enumerate(one.groups or GROUPS[one.group_kind]):
            key = (one.kpi, one.group_kind, group)
            if key in rows:
                continue
            rows.append(key)
            share = few if place % 3 == 0 and at == 0 else many
            values.append(_values(one, share, n, luck))
    keys = pd.DataFrame(rows, columns=["kpi", "group_kind", "group"])
    return Sample(keys, np.arange(1, n + 1), np.array(values))


def _values(one: Criterion, share: float, n: int, luck: np.random.Generator) -> np.ndarray:
    limit = one.at_most if one.at_most is not None else one.at_least
    assert limit is not None
    is_met = np.arange(n) < round(share * n)
    good = limit * luck.uniform(0.2, 0.9, n)
    bad = max(limit, 0.4) * luck.uniform(1.2, 2.2, n)
    return np.where(is_met, good, bad)


def made_up_facts(verdict: str) -> dict[str, Fact]:
    """Facts of a plan that is ready, or of one that is not."""
    is_ready = verdict != "NO-GO"
    facts = {}
    for name, question in FACTS.items():
        value: Any = (7.0 if is_ready else -np.inf) if question.is_number else is_ready
        facts[name] = Fact(name, value, f"On the policy's start this {'is' if is_ready else 'is not'} so.")
    facts["season_is_seen_out"] = Fact("season_is_seen_out", True, "100 days are played after the season's last day.")
    return facts


def made_up_daily(n: int = 40) -> pd.DataFrame:
    """Beds that fill up, and hours in custody that grow, day by day."""
    days, luck = pd.date_range("2018-04-20", "2018-07-20"), np.random.default_rng(8)
    keys, values = [], []
    for at, kind in enumerate(BED_KINDS):
        course = np.minimum(1000 + 12.0 * np.arange(days.size), 1900)[:, None] + 20.0 * luck.normal(size=(days.size, n))
        waiting = np.maximum(course - 1700, 0.0) * (at == 0)
        for measure, table in (("shelter_census", course), ("shelter_beds", np.full_like(course, 1800.0)),
                               ("waiting_for_bed", waiting)):  # fmt: skip
            keys += [(day, measure, kind) for day in days]
            values.append(table)
    for cohort in ("separated", "all_minors"):
        keys += [(day, "mean_custody_hours", cohort) for day in days]
        values.append(np.linspace(40, 130, days.size)[:, None] + 5.0 * luck.normal(size=(days.size, n)))
    sample = Sample(pd.DataFrame(keys, columns=["day", "measure", "group"]), np.arange(1, n + 1), np.vstack(values))
    return summarise(sample, LEVEL)


def _with_totals(sample: Sample) -> Sample:
    """A total beside every KPI that is judged by group, and one KPI that is not judged."""
    extra = [name for name in dict.fromkeys(sample.keys["kpi"]) if name != "children_separated"]
    rows = pd.DataFrame(
        [(name, "all", "all") for name in extra if not _has_total(sample, name)]
        + [("children_separated", kind, group) for kind in ("all", "age_band") for group in GROUPS[kind]],
        columns=["kpi", "group_kind", "group"],
    )
    n = sample.replications.size
    values = np.vstack([sample.values, np.random.default_rng(4).uniform(100, 200, (len(rows), n))])
    return Sample(pd.concat([sample.keys, rows], ignore_index=True), sample.replications, values)


def _has_total(sample: Sample, name: str) -> bool:
    return bool(((sample.keys["kpi"] == name) & (sample.keys["group_kind"] == "all")).any())


def made_up_review(
    verdict: str = "NO-GO", n: int = 60, asked: int | None = None, settings: Settings | None = None,
    facts: Mapping[str, Fact] | None = None, as_of: date | None = AS_OF, **changes: Any,
) -> ReadinessContents:  # fmt: skip
    """Contents of a review with a verdict of choice, beside families kept together, which are ready.

    Parameters
    ----------
    verdict : str
    n, asked : int
        Seasons finished, and asked for.
    settings : Settings, optional
        The plan's; the shipped one of the eve by default.
    facts : mapping, optional
        The plan's; those that lead to the verdict by default.
    as_of : date, optional
    **changes
        Fields of the contents.
    """
    shipped = read_criteria()
    # A court that has not ruled yet would make every made-up plan of May a NO-GO.
    kept = [one for one in shipped if verdict == "NO-GO" or one.name not in INJUNCTION]
    criteria = criteria_of(shipped.name, shipped.title, shipped.alpha, shipped.valid_days, kept)
    own, together = made_up_values(criteria, verdict, n), made_up_values(criteria, "GO", n, seed=9)
    asked = n if asked is None else asked
    review = judge(criteria, own, facts or made_up_facts(verdict), START, as_of, asked)
    beside = judge(criteria, together, made_up_facts("GO"), START, as_of, asked)
    daily = made_up_daily(n)
    contents = ReadinessContents(
        review=review,
        beside=beside,
        beside_name="family_unity",
        settings=settings or settings_of_plan(),
        level=LEVEL,
        kpis=summarise(_with_totals(own), LEVEL),
        beside_kpis=summarise(_with_totals(together), LEVEL),
        values=own.stacked(),
        beside_values=together.stacked(),
        daily=daily,
        beside_daily=daily,
        definitions=KPIS,
        register=[],
        manifest={"version": "1.0", "seed": 2018, "criteria": {"name": criteria.name, "sha256": criteria.digest}},
        failures=[MadeUpFailure(n + 1, 2018, "a <day> without end", "")] if asked > n else [],
        limits=["Nobody is born in this model."],
    )
    return dataclasses.replace(contents, **changes)
