"""What ``borderops sensitivity`` leaves in its folder: report, tables, a summary for programs, settings, manifest."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from borderops import provenance
from borderops.config.compose import Composed
from borderops.experiments.outputs import RunFolder
from borderops.report.points_files import write_points_account
from borderops.report.run_files import REPORT, WORKBOOK
from borderops.report.sensitivity_contents import (
    SensitivityContents,
    inputs_table,
    points_table,
    regions_table,
    values_table,
)
from borderops.report.sensitivity_page import write_sensitivity_report
from borderops.report.sensitivity_prose import answer
from borderops.report.sensitivity_tables import MORRIS
from borderops.report.tables import write_csv, write_parquet, write_workbook
from borderops.report.words import NO_BREAK

SUMMARY: Final = "sensitivity.json"


def write_sensitivity(folder: RunFolder, composed: Composed, contents: SensitivityContents) -> None:
    """Write everything that a sensitivity run leaves behind.

    Parameters
    ----------
    folder : RunFolder
    composed : Composed
        As asked, before anything was varied; the table of points says what was.
    contents : SensitivityContents

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    told = told_tables(contents)
    tables = {**told, "points": points_table(contents), "values": values_table(contents)}
    for name, table in tables.items():
        folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=[table]))
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
    folder.add(WORKBOOK, partial(write_workbook, sheets=told))
    folder.add(SUMMARY, partial(_write_json, told=summary_of(contents)))
    folder.add(REPORT, partial(write_sensitivity_report, contents=contents))
    write_points_account(folder, {"asked": composed}, dict(contents.manifest))


def told_tables(contents: SensitivityContents) -> dict[str, pd.DataFrame]:
    """Tables that people read, by the name of their file."""
    if contents.method == MORRIS:
        return {"effects": contents.effects, "inputs": inputs_table(contents), "outcomes": contents.outcomes}
    return {
        "indices": contents.indices,
        "inputs": inputs_table(contents),
        "outcomes": contents.outcomes,
        "regions": regions_table(contents),
        "worth": contents.worth,
    }


def summary_of(contents: SensitivityContents) -> dict[str, Any]:
    """The run for programs: plain values, None for what is not a number."""
    told = told_tables(contents)
    return {
        "program": "borderops",
        "version": provenance.version(),
        "command": contents.manifest["command"],
        "scenario": contents.scenario,
        "method": contents.method,
        "criteria": contents.criteria,
        "rows": {"asked": contents.laid.rows, "whole": int(contents.kept.sum()), "points": contents.laid.points,
                 "replications": contents.n},
        "level": contents.level,
        "loss": {"false_go": contents.loss.false_go, "false_no_go": contents.loss.false_no_go},
        "figures": {one.name: {"kpi": one.criterion.kpi, "group_kind": one.criterion.group_kind, "unit": one.unit,
                               "limit": _plain(one.limit)} for one in contents.figures},
        "groups": {name: [contents.space.inputs[at].name for at in own]
                   for name, own in contents.space.groups.items()},
        **{name: _records(table) for name, table in told.items() if name != "inputs"},
        "in_words": [one.replace(NO_BREAK, " ") for one in answer(contents)],
    }  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(one) for key, one in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_json(path: Path, told: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
