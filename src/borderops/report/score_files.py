"""What ``borderops score`` leaves in its folder: report, tables, the score for programs, manifest.

Of a user's output nothing stays but its digest and how many rows it had.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from borderops.experiments.outputs import MANIFEST, RunFolder
from borderops.referee.resampling import DRAWN, LEVEL
from borderops.report.contents import records
from borderops.report.run_files import REPORT
from borderops.report.score_page import ScorePage, write_score_report
from borderops.report.tables import write_csv, write_parquet

SCORE: Final = "score.json"


def write_score(folder: RunFolder, contents: ScorePage) -> None:
    """Write everything a score leaves behind.

    Parameters
    ----------
    folder : RunFolder
    contents : ScorePage

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    score = contents.score
    tables = {"measures": score.table, "thresholds": score.thresholds, "mechanisms": score.mechanisms}
    for name, table in tables.items():
        if len(table.columns):
            folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
            folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=[table]))
    folder.add(SCORE, partial(_write_json, value=machine_readable(contents)))
    folder.add(REPORT, partial(write_score_report, contents=contents))
    folder.add(MANIFEST, partial(_write_json, value={**contents.manifest, "files_sha256": folder.checksums()}))


def machine_readable(contents: ScorePage) -> dict[str, Any]:
    """The score for programs: plain values, None for what is not a number."""
    score, manifest = contents.score, contents.manifest
    return {
        "program": "borderops",
        **{key: manifest[key] for key in ("version", "pack_id", "output_sha256") if key in manifest},
        "task": score.task,
        "title": score.title,
        "tool": contents.tool,
        "kind": score.kind,
        "threshold": score.threshold,
        "level": LEVEL,
        "weighings": DRAWN,
        "counts": dict(score.counts),
        "measures": {row.measure: _row(row) for row in records(score.whole)},
        "slices": [
            {"kind": row.kind, "group": row.group, "measure": row.measure, **_row(row)}
            for row in records(score.table[score.table["kind"] != "all"])
        ],
        "mechanisms": [
            {key: _plain(value) for key, value in row.items()} for row in score.mechanisms.to_dict("records")
        ],
        "notes": list(score.notes),
    }


def _row(row: Any) -> Mapping[str, Any]:
    ends = {name: _plain(getattr(row, name)) for name in ("value", "low", "high")}
    return {**ends, "families": int(row.families)}


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
