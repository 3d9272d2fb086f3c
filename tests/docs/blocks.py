"""The how-tos as programs: their fenced blocks, taken out and played in order in an empty folder.

A block says by its first line what it is for:

=================== =============================================================================================
```sh               is run by sh and must succeed
```sh exit=2        is run and must end with this exit code; what it says on standard error is what is compared
```sh needs=splink  is run where that package is installed (``make test-tools``), elsewhere it is only shown
```python           is run; the Python blocks of one page share their names, as in one session
```yaml file=a.yaml is written to that file, as is ```csv file=...
```text             what the block before it prints, compared to the letter
```console          is shown and not run: what sets up a machine, or takes longer than a test may
=================== =============================================================================================

Days, times and paths of this machine are replaced, so that a page shows the same on every day and everywhere; columns
that are separated by tabs are shown one below the other.

    python tests/docs/blocks.py          play all how-tos and write what they print into them anew
    python tests/docs/blocks.py NAME     the same for docs/how-to/NAME.md
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOW_TOS = ROOT / "docs" / "how-to"
FENCE = re.compile(r"^```(?P<kind>\w*)(?P<options>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
RUN, WRITTEN, SHOWN = ("sh", "python"), ("yaml", "csv"), ("text", "console")
COLUMNS = "120"
"""Width of what is printed, whatever the terminal or the test runner says."""
LONGEST_SECONDS = 600
"""The first block that plays may have to compile the engine, on a machine that is busy with other tests."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Parameters
    ----------
    kind : str
        ``sh``, ``python``, ``yaml``, ``csv``, ``text`` or ``console``.
    options : dict of str to str
        ``exit``, ``needs`` or ``file``.
    text : str
    line : int
        Line of the page on which it begins.
    """

    kind: str
    options: dict[str, str]
    text: str
    line: int


def page(name: str) -> Path:
    """The file of a how-to."""
    return HOW_TOS / f"{name}.md"


def names() -> list[str]:
    """All how-tos."""
    return sorted(path.stem for path in HOW_TOS.glob("*.md"))


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page."""
    found = []
    for fence in FENCE.finditer(text):
        options = dict(word.split("=", 1) for word in fence["options"].split())
        found.append(Block(fence["kind"], options, fence["text"], text.count("\n", 0, fence.start()) + 1))
    return found


def play(found: list[Block], folder: Path) -> Iterator[tuple[Block, str]]:
    """Play a page's blocks in a folder; gives each ``text`` block with what was printed in its place.

    Raises
    ------
    AssertionError
        If a command ends with another exit code than the page says.
    """
    session: dict[str, object] = {"__name__": "how_to"}
    said: str | None = ""
    for block in found:
        if block.kind in RUN and not is_installed(block.options.get("needs")):
            said = None
        elif block.kind in WRITTEN:
            path = folder / block.options["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.kind == "sh":
            said = _run_shell(block, folder)
        elif block.kind == "python":
            said = _run_python(block, folder, session)
        elif block.kind == "text" and said is not None:
            yield block, said


def is_installed(package: str | None) -> bool:
    """Whether a package is there that a block needs."""
    return package is None or importlib.util.find_spec(package) is not None


def _run_shell(block: Block, folder: Path) -> str:
    wanted = int(block.options.get("exit", "0"))
    with tempfile.TemporaryDirectory() as tools:
        for name, words in (("borderops", "-m borderops"), ("dask", "-m dask"), ("python", "")):
            command = Path(tools) / name
            command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
            command.chmod(0o755)
        search = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
        done = subprocess.run(
            ["sh", "-eu", "-c", block.text],
            cwd=folder,
            env={
                **os.environ,
                "COLUMNS": COLUMNS,
                "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": search,
                "SOURCE": str(ROOT),
            },
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
        )
    assert done.returncode == wanted, f"line {block.line} ends with {done.returncode}:\n{done.stderr}{done.stdout}"
    return plain(done.stderr if wanted else done.stdout, folder)


def _run_python(block: Block, folder: Path, session: dict[str, object]) -> str:
    # Blank lines in front, so that a traceback names the line of the page.
    code = compile("\n" * block.line + block.text, "how-to", "exec")
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        exec(code, session)
    return plain(printed.getvalue(), folder)


def plain(printed: str, folder: Path) -> str:
    """What was printed, without what differs from day to day and from machine to machine."""
    printed = printed.replace("\N{NO-BREAK SPACE}", " ").replace(f"{folder.resolve()}/", "").strip("\n")
    printed = re.sub(r"\d{4}-\d\d-\d\d/\d{6}-", "<day>/<time>-", printed)
    lines = [
        line.rstrip()
        for tabs, alike in groupby(printed.splitlines(), key=lambda line: line.count("\t"))
        for line in (_aligned(list(alike)) if tabs else alike)
    ]
    return "\n".join([*lines, ""])


def _aligned(lines: list[str]) -> list[str]:
    """Columns that are separated by tabs, one below the other, as people like to see them."""
    rows = [line.split("\t") for line in lines]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def refreshed(text: str) -> str:
    """A page with what its blocks print now."""
    with tempfile.TemporaryDirectory() as folder:
        printed = {block.line: said for block, said in play(blocks(text), Path(folder))}
    for block in reversed(blocks(text)):
        if block.line in printed:
            text = _with_text(text, replace(block, text=printed[block.line]))
    return text


def _with_text(text: str, block: Block) -> str:
    lines = text.splitlines(keepends=True)
    end = next(at for at in range(block.line, len(lines)) if lines[at].startswith("```"))
    return "".join([*lines[: block.line], block.text, *lines[end:]])


def main(wanted: list[str]) -> None:
    """Write what the how-tos print into them anew."""
    sys.path.insert(0, str(ROOT / "src"))
    for name in wanted or names():
        path = page(name)
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
