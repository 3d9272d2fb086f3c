"""What ``borderops readiness`` leaves in its folder: pages, the review for programs, tables, settings, manifest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from borderops import provenance
from borderops.config import register
from borderops.config.compose import Composed
from borderops.experiments.outputs import MANIFEST, RunFolder
from borderops.experiments.trials import ASKED, BESIDE, Outcome
from borderops.forecast.kpis import KPIS
from borderops.forecast.results import Results, Sample, sample, summarise
from borderops.readiness.criteria import Criteria
from borderops.readiness.judging import judge
from borderops.readiness.plan_facts import facts_of, start_of
from borderops.report.limits import LIMITS, cautions
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.readiness_page import readiness_page
from borderops.report.readiness_tables import criteria_table, judgements_table, machine_readable
from borderops.report.run_files import CONFIG, REPORT, WORKBOOK, Circumstances, describe
from borderops.report.tables import write_csv, write_parquet, write_workbook

REVIEW: Final = "review.json"


def gather_review(criteria: Criteria, composed: Composed, outcome: Outcome, about: Circumstances) -> ReadinessContents:
    """Judge played seasons, and gather what the pages show; nothing is written yet.

    Parameters
    ----------
    criteria : Criteria
    composed : Composed
        The plan, with the same season of families kept together beside it, unless the plan is that.
    outcome : Outcome
        With at least one result of either.
    about : Circumstances

    Returns
    -------
    ReadinessContents
    """
    settings = composed.settings
    points = {ASKED: settings} | ({} if composed.beside is None else {BESIDE: composed.beside})
    kpis = {name: sample(outcome.points[name], "kpis") for name in points}
    start, as_of = start_of(settings), settings.study.as_of
    reviews = {
        name: judge(criteria, kpis[name], facts_of(one, start), start, as_of, outcome.asked)
        for name, one in points.items()
    }
    shown = ASKED if composed.beside is None else BESIDE
    level = settings.run.interval_level
    told = {"name": criteria.name, "sha256": criteria.digest}
    return ReadinessContents(
        review=reviews[ASKED],
        beside=reviews[shown],
        beside_name=str(settings.run.beside),
        settings=settings,
        level=level,
        kpis=summarise(kpis[ASKED], level),
        beside_kpis=summarise(kpis[shown], level),
        values=_judged(kpis[ASKED], criteria),
        beside_values=_judged(kpis[shown], criteria),
        daily=_daily(outcome.points[ASKED], level),
        beside_daily=_daily(outcome.points[shown], level),
        definitions=KPIS,
        register=register.rows(settings, composed.shipped),
        manifest={**describe(composed, outcome, about, datetime.now().astimezone()), "criteria": told},
        failures=outcome.failures,
        limits=[*cautions(settings), *LIMITS],
    )


def _judged(kpis: Sample, criteria: Criteria) -> pd.DataFrame:
    """Season by season, the values of the KPIs that are judged."""
    kept = kpis.keys["kpi"].isin(criteria.kpis).to_numpy()
    return Sample(kpis.keys[kept].reset_index(drop=True), kpis.replications, kpis.values[kept]).stacked()


def _daily(results: Sequence[Results], level: float) -> pd.DataFrame:
    return summarise(sample(results, "daily"), level)


def write_review(folder: RunFolder, contents: ReadinessContents, composed: Composed) -> None:
    """Write everything that a review leaves behind.

    Parameters
    ----------
    folder : RunFolder
    contents : ReadinessContents
    composed : Composed

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    text = json.dumps(machine_readable(contents), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    folder.add(REVIEW, partial(_write_text, text=text))
    tables = {
        "criteria": criteria_table(contents.review),
        "judgements": judgements_table(contents),
        "values": _values(contents),
    }
    for name, table in tables.items():
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
    folder.add("tables/values.parquet", partial(write_parquet, tables=[tables["values"]]))
    folder.add(WORKBOOK, partial(write_workbook, sheets=tables))
    folder.add(REPORT, partial(_write_text, text=readiness_page(contents)))
    folder.add(CONFIG, partial(_write_text, text=provenance.redacted(composed.yaml)))
    manifest = {**contents.manifest, "files_sha256": folder.checksums()}  # last, since it vouches for all else
    folder.add(MANIFEST, partial(_write_text, text=json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"))


def _values(contents: ReadinessContents) -> pd.DataFrame:
    """Judged values of the plan and beside, one below the other."""
    plan = contents.values.assign(of="plan")
    if contents.is_beside_itself:
        return plan
    return pd.concat([plan, contents.beside_values.assign(of=contents.beside_name)], ignore_index=True)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
