"""What ``borderops validate`` leaves in its folder: report, scorecard for people and for programs, manifest."""

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
from borderops.experiments.trials import Outcome
from borderops.report.assemble_validity import judged, validity_contents
from borderops.report.points_files import describe, write_points_account
from borderops.report.run_files import REPORT, Circumstances
from borderops.report.tables import write_csv, write_parquet
from borderops.report.validity_contents import ValidityContents
from borderops.report.validity_page import write_validity_report
from borderops.report.validity_prose import title_text, verdict_text
from borderops.validity.scorecard import ROLES, Scorecard, outside

SCORECARD: Final = "scorecard.json"

FORECAST: Final = "forecast"


def gather_validity(worlds: Mapping[str, Composed], outcome: Outcome, about: Circumstances) -> ValidityContents:
    """What the report of played worlds shows; nothing is written yet."""
    card, readings = judged(outcome, worlds)
    return validity_contents(card, readings, outcome, worlds, describe(worlds, outcome, about))


def write_validity(folder: RunFolder, worlds: Mapping[str, Composed], contents: ValidityContents) -> None:
    """Write everything that a judged fit leaves behind.

    Parameters
    ----------
    folder : RunFolder
    worlds : mapping of str to Composed
    contents : ValidityContents

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    for name, table in (("scorecard", contents.card.table), ("readings", contents.readings)):
        folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=[table]))
        folder.add(f"tables/{name}.csv", partial(write_csv, table=table))
    text = json.dumps(machine_readable(contents), indent=2, ensure_ascii=False) + "\n"
    folder.add(SCORECARD, partial(_write_text, text=text))
    folder.add(REPORT, partial(write_validity_report, contents=contents))
    write_points_account(folder, worlds, dict(contents.manifest))


def machine_readable(contents: ValidityContents) -> dict[str, Any]:
    """The scorecard for programs: plain values, None for what is not a number."""
    card = contents.card
    is_forecast = contents.is_forecast
    return {
        "program": "borderops",
        "version": provenance.version(),
        "title": title_text(contents.as_of).replace("\N{NO-BREAK SPACE}", " "),
        "as_of": str(contents.as_of) if contents.as_of else None,
        "scope_sha256": card.digest,
        "sample": card.fit.sample,
        "sample_scope_sha256": card.fit.scope,
        "seed": contents.settings.seed,
        "worlds": list(contents.worlds),
        "replications": card.n,
        "level": card.level,
        "verdict": FORECAST if is_forecast else ("holds" if card.holds else "does not hold"),
        "verdict_in_words": None if is_forecast else verdict_text(card),
        "problems": [] if is_forecast else card.problems,
        "roles": {role: _of_role(card, role) for role in ROLES},
        "groups": {
            name: {"rows": len(rows), "outside": outside(rows)} for name, rows in card.groups(contents.as_of).items()
        },
        "out_of_scope": dict(card.out_of_scope),
        "rows": [{key: _plain(one) for key, one in row.items()} for row in card.table.to_dict("records")],
    }


def _of_role(card: Scorecard, role: str) -> dict[str, Any]:
    rows, counted = card.of_role(role), card.coverage.get(role)
    return {
        "rows": len(rows),
        "inside": int(rows["is_inside"].sum()),
        "needed": counted.needed if counted else None,
        "too_wide": list(rows.loc[~rows["is_narrow"], "id"]),
        "mean_relative_interval_score": _plain(card.score(role)),
    }


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
