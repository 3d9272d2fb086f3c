"""``borderops score``: how well a tool did on a data pack, or how well a baseline does."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from borderops import provenance
from borderops.commands.completing import BASELINES, SCORE_VALUES, SCORE_WORDS
from borderops.commands.printing import print_table
from borderops.config.keys import nearest_word
from borderops.exceptions import ConfigError
from borderops.experiments.outputs import RunFolder
from borderops.referee.tasks import TASKS

if TYPE_CHECKING:  # pandas and pyarrow take a second, which wrong words can do without
    from borderops.referee.pack import Pack
    from borderops.referee.result import Score

DONE: Final = 0
OUTPUTS: Final = "outputs"
BASELINE_FILE: Final = "output.parquet"


@dataclass(frozen=True)
class Request:
    """What is to be scored.

    Parameters
    ----------
    pack : Path
    task : str
    output : Path or None
        A tool's output; None for a baseline.
    baseline : str or None
    kind : str or None
    threshold : float or None
    part : tuple of (str, str) or None
        Scheme and part of a split that are judged; None for everybody.
    key : Path or None
        Folder of the answer key, where it lies apart.
    outputs : Path
    """

    pack: Path
    task: str
    output: Path | None
    baseline: str | None
    kind: str | None
    threshold: float | None
    part: tuple[str, str] | None
    key: Path | None
    outputs: Path

    @property
    def tool(self) -> str:
        """Who made the output, as the report names it; a user's file may have a telling name, so it is not used."""
        return f"baseline {self.baseline}" if self.baseline else "the tool whose output was given"

    @property
    def folder_name(self) -> str:
        """Of the folder, after the time of day."""
        return "-".join(["score", self.task, *([self.baseline] if self.baseline else [])])


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        The folder of the pack, then `SCORE_WORDS`.

    Returns
    -------
    int
        Exit code, 0.

    Raises
    ------
    WrongInput
        If the words, the pack, its key or the output cannot be used; nothing is scored then.
    """
    request = _read(words)
    from borderops.referee.pack import open_pack

    pack = replace(open_pack(request.pack, request.key), part=request.part)
    started = datetime.now().astimezone()
    with RunFolder(request.outputs, request.folder_name, started) as folder:
        score, digest = _judge(pack, request, folder)
        _tell(score, request)
        _write(folder, pack, request, score, _account(pack, request, score, digest, words, started))
        finished = folder.finish()
    print(f"\nReport: {finished / 'report.html'}")
    return DONE


# --- what is asked ------------------------------------------------------------------------------------------------


def _read(words: Sequence[str]) -> Request:
    """Sort the words out; all problems at once."""
    bare = [word for word in words if "=" not in word]
    given: dict[str, str] = {}
    problems = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            continue
        if key not in SCORE_WORDS:
            near = nearest_word(key, list(SCORE_WORDS))
            hint = f"; did you mean {near}?" if near else ""
            problems.append(f"{key} is not known{hint} (allowed: {', '.join(SCORE_WORDS)})")
        given[key] = value
    if len(bare) != 1:
        told = "no pack is named" if not bare else f"{len(bare)} packs are named"
        problems.append(f"{told}; allowed: the folder of one, borderops score PACK task=T2 output=FILE")
    problems += [*_wrong_task(given), *_wrong_source(given), *_wrong_kind(given), *_wrong_part(given)]
    threshold, wrong = _threshold(given.get("threshold"))
    if problems or wrong:
        raise ConfigError([*problems, *wrong])
    return Request(
        pack=Path(bare[0]),
        task=given["task"],
        output=Path(given["output"]) if "output" in given else None,
        baseline=given.get("baseline"),
        kind=given.get("kind"),
        threshold=threshold,
        part=_part(given),
        key=Path(given["key"]) if "key" in given else None,
        outputs=Path(given.get("run.outputs", OUTPUTS)),
    )


def _wrong_task(given: Mapping[str, str]) -> list[str]:
    task = given.get("task")
    if task in TASKS:
        return []
    told = "no task is named" if task is None else f"task is {task}"
    return [f"{told}; allowed: {', '.join(TASKS)} (borderops help score says what each asks)"]


def _wrong_source(given: Mapping[str, str]) -> list[str]:
    """Why it cannot be told whose output is to be scored."""
    task, baseline = given.get("task", ""), given.get("baseline")
    if ("output" in given) == (baseline is not None):
        return ["give either output=FILE, what a tool put out, or baseline=NAME, not both and not none of them"]
    if not given.get("output", "output"):
        return ["output is empty; allowed: a file, CSV or Parquet"]
    known = BASELINES.get(task, ())
    if baseline is None or task not in TASKS or baseline in known:
        return []
    return [f"baseline is {baseline}; allowed with task={task}: {', '.join(known)}"]


def _wrong_kind(given: Mapping[str, str]) -> list[str]:
    task = TASKS.get(given.get("task", ""))
    if task is None or "kind" not in given or given["kind"] in task.kinds:
        return []
    return [f"kind is {given['kind']}; allowed with task={task.name}: {', '.join(task.kinds)}"]


def _wrong_part(given: Mapping[str, str]) -> list[str]:
    if "part" not in given or given["part"] in SCORE_VALUES["part"]:
        return []
    return [f"part is {given['part']}; allowed: {', '.join(SCORE_VALUES['part'])}"]


def _part(given: Mapping[str, str]) -> tuple[str, str] | None:
    scheme, colon, part = given.get("part", "").partition(":")
    return (scheme, part) if colon else None


def _threshold(text: str | None) -> tuple[float | None, list[str]]:
    if text is None:
        return None, []
    with suppress(ValueError):
        if 0.0 <= (value := float(text)) <= 1.0:
            return value, []
    return None, [f"threshold is {text}; allowed: a number from 0 to 1"]


# --- judge --------------------------------------------------------------------------------------------------------


def _judge(pack: Pack, request: Request, folder: RunFolder) -> tuple[Score, str]:
    """The score, and the digest of the output."""
    from borderops.referee.judging import judge

    if request.output is not None:
        score = judge(pack, request.task, request.output, request.kind, request.threshold)
        return score, provenance.sha256_of_file(request.output)
    from borderops.referee.baselines import BASELINES as MADE
    from borderops.referee.baselines import write_baseline

    found: list[tuple[Score, str]] = []

    def write(path: Path) -> None:
        write_baseline(pack, MADE[request.task, str(request.baseline)], path)
        found.append((judge(pack, request.task, path, request.kind), provenance.sha256_of_file(path)))

    folder.add(BASELINE_FILE, write)
    return found[0]


def _account(
    pack: Pack, request: Request, score: Score, digest: str, words: Sequence[str], started: datetime
) -> dict[str, Any]:
    """The manifest but for the checksums of files: of a user's output nothing but its digest."""
    hidden = [word if word.startswith(SHOWN) else f"{word.partition('=')[0]}=..." for word in words if "=" in word]
    return {
        "program": "borderops",
        "version": provenance.version(),
        "checkout": provenance.checkout(),
        "command": provenance.command_line(["score", "PACK", *hidden]),
        "task": request.task,
        "baseline": request.baseline,
        "pack_id": pack.pack_id,
        "pack": {key: pack.manifest[key] for key in OF_THE_PACK if key in pack.manifest},
        "output_sha256": digest,
        "output_rows": score.counts["rows of the output"],
        "packages": provenance.package_versions(),
        **provenance.machine(),
        "started": provenance.utc(started),
        "finished": provenance.utc(datetime.now().astimezone()),
    }


SHOWN: Final = ("task=", "baseline=", "kind=", "threshold=", "part=")
"""Words of the command that the manifest repeats; the others name files of the user's."""

OF_THE_PACK: Final = ("version", "seed", "tier", "design", "persons", "scenario")
"""What the manifest says of the pack."""


# --- tell ---------------------------------------------------------------------------------------------------------


def _tell(score: Score, request: Request) -> None:
    from borderops.report.contents import records
    from borderops.report.words import ABSENT

    print(f"{score.task}: {score.title}; {request.tool}")
    width = max(len(f"{count:,}") for count in score.counts.values())
    print("\n".join(f"  {count:>{width},}  {name}" for name, count in score.counts.items()), end="\n\n")
    labels = {one.name: one.label for one in score.measures}
    rows = [
        (
            labels[row.measure],
            ABSENT if row.value != row.value else f"{row.value:.3f}",
            ABSENT if row.low != row.low else f"{row.low:.3f} to {row.high:.3f}",
            f"{row.families:,}",
        )
        for row in records(score.whole)
    ]
    print_table(("measure", "value", "90 % interval", "families"), rows)
    for note in score.notes:
        print(note)
    sys.stdout.flush()  # at once: the report takes a second more


def _write(folder: RunFolder, pack: Pack, request: Request, score: Score, account: dict[str, Any]) -> None:
    from borderops.report.score_files import write_score
    from borderops.report.score_page import ScorePage

    about = {"Pack": pack.pack_id[:12]}
    about |= {key.capitalize(): str(pack.manifest[key]) for key in OF_THE_PACK[1:] if key in pack.manifest}
    write_score(folder, ScorePage(score, request.tool, about, account))
