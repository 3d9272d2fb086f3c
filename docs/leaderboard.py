"""Score every baseline on a data pack and write docs/leaderboard.md.

    python docs/leaderboard.py PACK [TASK:NAME=FILE ...]

PACK is a folder that ``borderops dataset`` wrote; further words are outputs of other tools, each with its name:
``T1:splink=clusters.parquet``. The same pack gives the same table.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from borderops.referee.baselines import BASELINES, write_baseline
from borderops.referee.judging import judge
from borderops.referee.pack import Pack, open_pack
from borderops.referee.resampling import LEVEL
from borderops.referee.result import Score
from borderops.referee.tasks import TASKS

TARGET = Path(__file__).parent / "leaderboard.md"
ABSENT = "\N{EM DASH}"
HEAD = """\
# Leaderboard

Made by `python docs/leaderboard.py PACK`: published audit rules and plain comparisons, each scored through the door of
`borderops score` on one data pack ({about}).
Values with {level:.0%} intervals by weighing families anew. It ranks tools on invented records, never people;
[how to score a tool of your own](how-to/score-a-tool.md).
"""


def main(words: Sequence[str]) -> int:
    """Score, write."""
    pack = open_pack(Path(words[0]))
    about = "; ".join(f"{key} {pack.manifest[key]}" for key in ("tier", "persons", "seed", "version"))
    parts = [HEAD.format(about=f"pack {pack.pack_id[:12]}; {about}", level=LEVEL)]
    scored = list(scores(pack, words[1:]))
    for task in TASKS.values():
        for kind in task.kinds:
            own = [(name, score) for of, name, score in scored if of == task.name and score.kind == kind]
            if own:
                parts.append(table(f"{task.name}: {task.title} ({kind})", own))
    TARGET.write_text("\n".join(parts), encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {len(scored)} rows")
    return 0


def scores(pack: Pack, others: Sequence[str]) -> Iterator[tuple[str, str, Score]]:
    """Task, name and score of every baseline, then of other tools."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "output.parquet"
        for (task, name), baseline in BASELINES.items():
            write_baseline(pack, baseline, path)
            yield task, f"{name} (baseline): {baseline.says}", judge(pack, task, path)
    for word in others:
        what, _, file = word.partition("=")
        task, _, name = what.partition(":")
        yield task, name, judge(pack, task, Path(file))


def table(title: str, rows: Sequence[tuple[str, Score]]) -> str:
    """A task's tools, the best F1 first; of estimates the nearest."""
    shown = list(rows[0][1].measures[:3])
    lines = [f"## {title}\n", f"| tool | {' | '.join(one.label for one in shown)} | families |"]
    lines.append(f"| {' | '.join(['---'] * (len(shown) + 2))} |")
    for name, score in sorted(rows, key=lambda row: rank(row[1])):
        whole = score.whole.set_index("measure")
        cells = [cell(whole.loc[one.name]) for one in shown]
        lines.append(f"| {name} | {' | '.join(cells)} | {int(whole.loc[shown[-1].name, 'families']):,} |")
    return "\n".join(lines) + "\n"


def rank(score: Score) -> float:
    """Smaller is better."""
    whole = score.whole.set_index("measure")["value"]
    return -float(whole["f1"]) if "f1" in whole else float(whole["share_off"])


def cell(row: object) -> str:
    """A value with its interval."""
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))  # type: ignore[index]
    if value != value:
        return ABSENT
    return f"{value:.3f}" if low != low else f"{value:.3f} ({low:.3f}\N{EN DASH}{high:.3f})"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
