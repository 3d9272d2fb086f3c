"""What ``borderops capacity`` leaves in its folder: report, tables, the answer for programs, settings, manifest."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from borderops import provenance
from borderops.config.compose import Composed
from borderops.experiments.outputs import RunFolder
from borderops.report.capacity_contents import TABLES, CapacityContents, CapacitySection, Judged
from borderops.report.capacity_page import write_capacity_report
from borderops.report.capacity_prose import answer
from borderops.report.points_files import write_points_account
from borderops.report.run_files import REPORT, WORKBOOK
from borderops.report.tables import write_csv, write_parquet, write_workbook

SUMMARY: Final = "capacity.json"


def write_capacity(folder: RunFolder, plans: Mapping[str, Composed], contents: CapacityContents) -> None:
    """Write everything that a search leaves behind.

    Parameters
    ----------
    folder : RunFolder
    plans : mapping of str to Composed
        The plan as it is, and those that are the answer.
    contents : CapacityContents

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    tables = {name: make(contents.section) for name, make in TABLES.items()}
    for name, table in tables.items():
        folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=[table]))
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
    folder.add(WORKBOOK, partial(write_workbook, sheets=tables))
    folder.add(SUMMARY, partial(_write_json, told=summary_of(contents.section, contents)))
    folder.add(REPORT, partial(write_capacity_report, contents=contents))
    write_points_account(folder, plans, dict(contents.manifest))


def summary_of(section: CapacitySection, contents: CapacityContents) -> dict[str, Any]:
    """The search for programs: plain values, None for what is not a number."""
    return {
        "program": "borderops",
        "version": provenance.version(),
        "command": contents.manifest["command"],
        "scenario": contents.scenario,
        "mode": section.mode,
        "criteria": {
            "name": section.criteria.name,
            "digest": section.digest,
            "alpha": section.criteria.alpha,
            "judged": [one.name for one in section.criteria],
        },
        "levers": {one.name: {"words": one.words, "unit": one.unit, "levels": [*section.levels[one.name]]}
                   for one in section.levers},
        "status": "found" if section.answers else "none" if section.is_none else "not enough evidence",
        "answers": [_told(section[name]) for name in section.answers],
        "open": [*section.open_plans],
        "needed": [*section.needed],
        "reversals": [[*pair] for pair in section.reversals],
        "was_scanned": section.was_scanned,
        "most_replications": section.most,
        "judged": [_told(one) for one in section.judged],
        "beside": None if section.beside is None else _told(section.beside),
        "in_words": answer(section),
    }  # fmt: skip


def _told(one: Judged) -> dict[str, Any]:
    rows = one.tried.rows()
    return {
        "plan": one.name,
        "levels": dict(one.levels),
        "verdict": str(one.tried.verdict),
        "replications": one.tried.replications,
        "decided_by": one.tried.deciding.criterion.name,
        "criteria": [{str(key): _plain(value) for key, value in row.items()} for row in rows.to_dict("records")],
    }


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_json(path: Path, told: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
