"""What a comparison or a sweep leaves in its folder: report, tables, the settings of every point, manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from borderops import provenance
from borderops.config.compose import Composed
from borderops.experiments.outputs import MANIFEST, RunFolder
from borderops.experiments.trials import Experiment, Outcome
from borderops.report.assemble import definitions_table
from borderops.report.assemble_points import compare_contents, sweep_contents, uncertainty_contents
from borderops.report.compare_contents import CompareContents, SweepContents, UncertaintyContents
from borderops.report.compare_page import write_compare_report
from borderops.report.run_files import REPORT, WORKBOOK, Circumstances, status
from borderops.report.sweep_page import write_sweep_report
from borderops.report.tables import write_csv, write_parquet, write_workbook
from borderops.report.uncertainty_page import write_uncertainty_report

COMPARED = ("differences", "ranking", "families", "links", "settings")
"""Tables of a comparison."""


def write_comparison(
    folder: RunFolder,
    experiment: Experiment,
    outcome: Outcome,
    composed: Mapping[str, Composed],
    about: Circumstances,
) -> CompareContents:
    """Write everything a comparison leaves behind.

    Parameters
    ----------
    folder : RunFolder
    experiment : Experiment
    outcome : Outcome
        With at least one replication that all points finished.
    composed : mapping of str to Composed
        By point.
    about : Circumstances

    Returns
    -------
    CompareContents
        What the report shows.
    """
    manifest = describe(composed, outcome, about)
    contents = compare_contents(experiment, outcome, composed, manifest)
    tables = {name: getattr(contents, name) for name in COMPARED}
    tables["kpis"] = pd.concat([one.kpis.assign(scenario=one.name) for one in contents.scenarios], ignore_index=True)
    _write_tables(folder, tables, contents)
    folder.add(REPORT, partial(write_compare_report, contents=contents))
    write_points_account(folder, composed, manifest)
    return contents


def write_sweep(
    folder: RunFolder,
    axes: Mapping[str, list[str]],
    values: Mapping[str, Mapping[str, str]],
    outcome: Outcome,
    composed: Mapping[str, Composed],
    about: Circumstances,
) -> SweepContents:
    """Write everything a sweep leaves behind: one tidy table, a picture, the settings of every point.

    Parameters
    ----------
    folder : RunFolder
    axes : mapping of str to list of str
    values : mapping of str to mapping of str to str
        By point its values.
    outcome : Outcome
        With at least one result.
    composed : mapping of str to Composed
        By point.
    about : Circumstances

    Returns
    -------
    SweepContents
    """
    manifest = describe(composed, outcome, about)
    contents = sweep_contents(axes, values, outcome, next(iter(composed.values())), manifest)
    _write_tables(folder, {"sweep": contents.table}, contents)
    folder.add(REPORT, partial(write_sweep_report, contents=contents))
    write_points_account(folder, composed, manifest)
    return contents


def write_uncertainty(
    folder: RunFolder,
    asked: Composed,
    drawn: Mapping[str, Composed],
    uniforms: Sequence[Mapping[str, float]],
    outcome: Outcome,
    about: Circumstances,
) -> UncertaintyContents:
    """Write everything a run over uncertain inputs leaves behind.

    Parameters
    ----------
    folder : RunFolder
    asked : Composed
        Before anything was drawn.
    drawn : mapping of str to Composed
        By point.
    uniforms : sequence of mapping of str to float
        Of each point, by doubt.
    outcome : Outcome
        With at least two points of two replications.
    about : Circumstances

    Returns
    -------
    UncertaintyContents
    """
    manifest = describe(drawn, outcome, about)
    contents = uncertainty_contents(asked, uniforms, outcome, manifest)
    tables = {"split": contents.split, "points": contents.points, "values": contents.values}
    _write_tables(folder, tables, contents)
    folder.add(REPORT, partial(write_uncertainty_report, contents=contents))
    write_points_account(folder, drawn, manifest)
    return contents


def describe(composed: Mapping[str, Composed], outcome: Outcome, about: Circumstances) -> dict[str, Any]:
    """The manifest, but for the checksums of files: no path of this machine, no credential."""
    settings = next(iter(composed.values())).settings
    return {
        "program": "borderops",
        "version": provenance.version(),
        "checkout": provenance.checkout(),
        "command": provenance.command_line(about.words),
        "points": list(composed),
        "status": status(outcome),
        "seed": settings.seed,
        "replications": {"asked": outcome.asked, "done": min(map(len, outcome.points.values())), "kept": outcome.kept},
        "workers": outcome.workers,
        "engine": settings.run.engine,
        "started": provenance.utc(about.started),
        "finished": provenance.utc(datetime.now().astimezone()),
        "config_sha256": {name: provenance.sha256_of_text(_config(one)) for name, one in composed.items()},
        "facts_sha256": provenance.sha256_of_facts(),
        "inputs_sha256": dict(about.inputs),
        "digests": {
            name: {str(one.replication): one.digest for one in results} for name, results in outcome.points.items()
        },
        "failures": {f"{one.scenario} {one.replication}": provenance.redacted(one.message) for one in outcome.failures},
        "packages": provenance.package_versions(),
        **provenance.machine(),
    }


def _write_tables(folder: RunFolder, tables: Mapping[str, pd.DataFrame], contents: Any) -> None:
    for name, table in tables.items():
        folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=[table]))
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
    sheets = {**tables, "definitions": definitions_table(contents)}
    folder.add(WORKBOOK, partial(write_workbook, sheets=sheets))


def write_points_account(folder: RunFolder, composed: Mapping[str, Composed], manifest: dict[str, Any]) -> None:
    """Write the settings of every point, and the manifest last, since it vouches for all else."""
    for number, (name, one) in enumerate(composed.items(), start=1):
        stem = re.sub(r"[^\w.=-]+", "-", name).strip("-.")[:80]
        folder.add(f"configs/{number:04d}-{stem}.yaml", partial(_write_text, text=_config(one)))
    manifest["files_sha256"] = folder.checksums()
    folder.add(MANIFEST, partial(_write_text, text=json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"))


def _config(composed: Composed) -> str:
    return provenance.redacted(composed.yaml)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
