"""What ``borderops fit`` leaves in its folder: the sample, tables, a summary for programs, a report, a manifest."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from borderops import provenance
from borderops.config import inputs
from borderops.config.compose import Composed
from borderops.experiments.outputs import RunFolder
from borderops.report.fit_contents import TABLES, Doubt, FitContents, rows_table, waves_table
from borderops.report.fit_page import write_fit_report
from borderops.report.points_files import write_points_account
from borderops.report.run_files import REPORT, WORKBOOK
from borderops.report.tables import write_csv, write_parquet, write_workbook
from borderops.validity.rows import scope_digest

SAMPLE, SUMMARY = "posterior.yaml", "fit.json"
DIGITS: Final = 6
"""Of positions, signs after the point."""


def write_fit(folder: RunFolder, worlds: Mapping[str, Composed], contents: FitContents, into: Path | None) -> None:
    """Write everything that a fit leaves behind.

    Parameters
    ----------
    folder : RunFolder
    worlds : mapping of str to Composed
    contents : FitContents
    into : Path or None
        Where the sample is written besides, replacing what is there.

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    tables = {name: make(contents) for name, make in TABLES.items()}
    for name, table in tables.items():
        folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=[table]))
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
    folder.add(WORKBOOK, partial(write_workbook, sheets=tables))
    about = about_of(worlds, contents)
    folder.add(SAMPLE, partial(_write_sample, contents=contents, about=about))
    folder.add(SUMMARY, partial(_write_json, told=summary_of(contents, about)))
    folder.add(REPORT, partial(write_fit_report, contents=contents))
    if into is not None:
        into.parent.mkdir(parents=True, exist_ok=True)
        _write_sample(into, contents, about)
    write_points_account(folder, worlds, dict(contents.manifest))


def _write_sample(path: Path, contents: FitContents, about: Mapping[str, Any]) -> None:
    positions = contents.fitted.posterior.points.round(DIGITS).tolist()
    inputs.write(path, contents.doubts, positions, about)


def about_of(worlds: Mapping[str, Composed], contents: FitContents) -> dict[str, Any]:
    """What is told of a sample beside its doubts: how it came about, and to what it was fitted."""
    fitted, posterior = contents.fitted, contents.fitted.posterior
    season = next(iter(worlds.values())).settings
    rows = rows_table(contents)
    keys = ("id", "published", "state", "before_low", "before_high", "after_low", "after_median", "after_high")
    return {
        "made_by": f"borderops fit, version {provenance.version()}",
        "command": contents.manifest["command"],
        "as_of": contents.as_of,
        "known_by": str(max(one.known_on for one in contents.rows)),
        "seed": season.seed,
        "scope_digest": scope_digest(),
        "prior_sha256": prior_digest(contents.doubts),
        "method": "history matching in waves, then a tempered sequential sampler on emulators",
        "waves": len(fitted.steps),
        "runs": sum(one.runs for one in fitted.steps),
        "points": len(posterior.points),
        "particles": len(posterior.crowd),
        "log_evidence": round(posterior.log_evidence, 3),
        "last_effective_size": round(posterior.sizes[-1], 1),
        "acceptance": round(posterior.acceptance, 3),
        "log10_share_of_the_cube": [round(one.log10_share, 2) for one in fitted.steps],
        "choices": {name: dict(one.choices) for name, one in worlds.items()},
        "rows": [{key: _plain(row[key], 6) for key in keys} for row in rows.to_dict("records")],
        "left_out": dict(contents.left_out),
    }


def prior_digest(doubts: Sequence[Doubt]) -> str:
    """SHA-256 over names, shipped values and ranges of what was fitted."""
    told = [(one.name, [vars(placed) for placed in inputs.placed(one)]) for one in doubts]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def summary_of(contents: FitContents, about: Mapping[str, Any]) -> dict[str, Any]:
    """The fit for programs: plain values, None for what is not a number."""
    found, recovery = contents.fitted.identified, contents.recovery
    return {
        "program": "borderops",
        "version": provenance.version(),
        **about,
        "waves_told": _records(waves_table(contents)),
        "rows_told": _records(rows_table(contents)),
        "doubts": {name: {"verdict": word, "deviation_ratio": _plain(ratio, 4)}
                   for name, word, ratio in zip(contents.names, found.words, found.ratios)},
        "unseen": [name for name, is_unseen in zip(contents.names, contents.fitted.screen.unseen) if is_unseen],
        "not_told_apart": [[contents.names[one.first], contents.names[one.second], _plain(one.correlation, 3)]
                           for one in found.pairs],
        "directions_told": found.told,
        "recovery": None if recovery is None else {"truths": len(recovery.planted),
                                                   "smallest_p_corrected": _plain(recovery.smallest, 5)},
    }  # fmt: skip


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(one) for key, one in row.items()} for row in table.to_dict("records")]


def _plain(value: Any, digits: int | None = None) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return value if digits is None else float(f"{value:.{digits}g}")


def _write_json(path: Path, told: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
