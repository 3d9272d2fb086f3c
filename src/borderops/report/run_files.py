"""All that a finished run leaves in its folder, and the manifest that vouches for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from borderops import provenance
from borderops.config.compose import Composed
from borderops.config.schema import Settings
from borderops.exceptions import FileProblem
from borderops.experiments.outputs import MANIFEST, RunFolder
from borderops.experiments.trials import Outcome
from borderops.forecast.results import KEYS, Sample
from borderops.report.assemble import contents_of, definitions_table, register_table, samples_of
from borderops.report.contents import Contents
from borderops.report.tables import write_csv, write_parquet, write_workbook

CONFIG: Final = "config.yaml"
REPORT: Final = "report.html"
WORKBOOK: Final = "tables.xlsx"
SUMMARIES: Final = (*KEYS, "comparison")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Circumstances:
    """When and how a run was asked for.

    Parameters
    ----------
    words : sequence of str
        The command's words after ``borderops``.
    started : datetime
        With its time zone.
    inputs : mapping of str to str
        SHA-256 of each file of the user's that the run reads, by the setting that names it.
    """

    words: Sequence[str]
    started: datetime
    inputs: Mapping[str, str]


def describe(composed: Composed, outcome: Outcome, about: Circumstances, finished: datetime) -> dict[str, Any]:
    """The manifest of a run, but for the checksums of its files.

    Returns
    -------
    dict
        Plain values in the order in which people read them; no path of this machine, no credential.
    """
    settings = composed.settings
    done = len(outcome.results)
    failed = len({one.replication for one in outcome.failures})
    return {
        "program": "borderops",
        "version": provenance.version(),
        "checkout": provenance.checkout(),
        "command": provenance.command_line(about.words),
        "scenario": settings.scenario,
        "choices": dict(composed.choices),
        "status": status(outcome),
        "seed": settings.seed,
        "replications": {"asked": outcome.asked, "done": done, "failed": failed, "kept": outcome.kept},
        "workers": outcome.workers,
        "engine": settings.run.engine,
        "started": provenance.utc(about.started),
        "finished": provenance.utc(finished),
        "seconds": round((finished - about.started).total_seconds(), 1),
        "config_sha256": provenance.sha256_of_text(_config(composed)),
        "facts_sha256": provenance.sha256_of_facts(),
        "inputs_sha256": dict(about.inputs),
        "digests": {str(one.replication): one.digest for one in outcome.results},
        "failures": {str(one.replication): provenance.redacted(one.message) for one in outcome.failures},
        "seconds_each": {str(number): round(seconds, 1) for number, seconds in outcome.seconds.items()},
        "packages": provenance.package_versions(),
        **provenance.machine(),
    }


def status(outcome: Outcome) -> str:
    """What became of the run: ``finished``, ``interrupted 2 of 4``, ``stopped with 1 of 4 failed`` and the like."""
    failed = len({one.replication for one in outcome.failures})
    if outcome.was_interrupted:
        return f"interrupted {len(outcome.results)} of {outcome.asked}"
    ended = "stopped" if outcome.was_stopped else "finished"
    return f"{ended} with {failed} of {outcome.asked} failed" if failed else ended


def gather_run(composed: Composed, outcome: Outcome, about: Circumstances) -> tuple[Contents, dict[str, Sample]]:
    """What the report of a run with at least one result shows, and the tables behind it; nothing is written yet."""
    manifest = describe(composed, outcome, about, datetime.now().astimezone())
    samples = samples_of(outcome)
    return contents_of(outcome, composed, samples, manifest), samples


def write_run(
    folder: RunFolder,
    composed: Composed,
    outcome: Outcome,
    about: Circumstances,
    gathered: tuple[Contents, dict[str, Sample]],
) -> None:
    """Write report, tables, configuration and manifest of a run.

    Parameters
    ----------
    folder : RunFolder
        Of the run.
    composed : Composed
    outcome : Outcome
    about : Circumstances
    gathered : tuple of Contents and dict of str to Sample
        From `gather_run`.

    Raises
    ------
    FileProblem
        If something cannot be written.
    """
    from borderops.report.page import write_report  # drawing is loaded once the answer has been told

    contents, samples = gathered
    for name in KEYS:
        folder.add(f"tables/{name}.parquet", partial(write_parquet, tables=samples[name].tables()))
    sheets = _sheets(contents)
    for name in SUMMARIES:
        folder.add(f"tables/{name}.csv", partial(write_csv, table=sheets[name]))
    folder.add(WORKBOOK, partial(write_workbook, sheets=sheets))
    folder.add(REPORT, partial(write_report, contents=contents))
    write_account(folder, composed, outcome, about)


def write_account(folder: RunFolder, composed: Composed, outcome: Outcome, about: Circumstances) -> None:
    """Write configuration and manifest; the manifest last, since it vouches for all else."""
    folder.add(CONFIG, partial(_write_text, text=_config(composed)))
    manifest = describe(composed, outcome, about, datetime.now().astimezone())
    manifest["files_sha256"] = folder.checksums()
    folder.add(MANIFEST, partial(_write_text, text=json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"))


def input_checksums(settings: Settings) -> dict[str, str]:
    """SHA-256 of the files of the user's that a run reads, by the setting that names each.

    Raises
    ------
    FileProblem
        If one cannot be read.
    """
    arrivals = settings.arrivals
    if arrivals.source != "file" or arrivals.file is None:
        return {}
    try:
        return {"arrivals.file": provenance.sha256_of_file(Path(arrivals.file))}
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise FileProblem(f"arrivals.file is {arrivals.file}, which cannot be read: {reason}") from problem


def _sheets(contents: Contents) -> dict[str, pd.DataFrame]:
    """Tables of the workbook by name, in order."""
    about = pd.DataFrame(
        [
            ("title", contents.title),
            ("question", contents.question),
            ("scenario", contents.scenario),
            ("replications", str(contents.n)),
            ("level of intervals", f"{contents.level:g}"),
            ("status", str(contents.manifest["status"])),
            ("version", str(contents.manifest["version"])),
            ("command", str(contents.manifest["command"])),
            ("people", "Everyone in these tables is invented."),
        ],
        columns=["what", "is"],
    )
    summaries = {name: getattr(contents, name) for name in SUMMARIES}
    return {
        "about": about,
        **summaries,
        "definitions": definitions_table(contents),
        "register": register_table(contents),
    }


def _config(composed: Composed) -> str:
    """The composed configuration as it is written down: a file outside the working folder by its last name alone."""
    return provenance.redacted(composed.yaml)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
