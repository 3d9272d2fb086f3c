"""Where configuration lies: the shipped groups, the shipped scenarios and the user's own.

Reads names and first comment lines only, so that listing and tab completion stay fast.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[1]
SUFFIXES: Final = (".yaml", ".yml")
SCENARIO_VARIABLE: Final = "BORDEROPS_SCENARIOS"
SCENARIO_GROUP: Final = "scenario"
FEATURES: Final = "features"
NO_SCENARIO: Final = "none"
AS_OF: Final = "as_of"
PILOTS: Final = "pilots"
READINESS: Final = "readiness"
NO_GROUPS: Final = (AS_OF, PILOTS, "posteriors", READINESS, "validation")
"""Folders beside the config groups: what was known on a day, figures of pilots, fitted samples, criteria, figures to be
compared with."""


@dataclass(frozen=True)
class Scenario:
    """A scenario as it introduces itself in its first lines.

    Parameters
    ----------
    name : str
        To be given as ``scenario=name``.
    path : Path
    question : str
        What it asks; empty where the file does not say.
    run_line : str
        How to run it.
    """

    name: str
    path: Path
    question: str
    run_line: str


def conf_folder() -> Path:
    """Folder of the shipped config groups: inside the installed package, else beside the sources."""
    return _shipped("conf")


def scenario_folders() -> list[Path]:
    """Folders that are searched for scenarios, the first one first.

    Returns
    -------
    list of Path
        The folders named in ``BORDEROPS_SCENARIOS``, then ``./scenarios``, then the shipped ones; each once, and only
        those that exist.
    """
    named = [Path(text).expanduser() for text in os.environ.get(SCENARIO_VARIABLE, "").split(os.pathsep) if text]
    wanted = [*named, Path("scenarios"), _shipped("scenarios")]
    return list(dict.fromkeys(folder.resolve() for folder in wanted if folder.is_dir()))


def scenario_files(folders: list[Path]) -> dict[str, Path]:
    """Scenario files by name; of two with one name the one in the earlier folder counts."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix in SUFFIXES and not path.name.startswith("."):
                files.setdefault(path.stem, path)
    return dict(sorted(files.items()))


def list_scenarios() -> list[Scenario]:
    """All scenarios that ``scenario=`` finds by name, in alphabetical order."""
    return [_introduce(name, path) for name, path in scenario_files(scenario_folders()).items()]


@lru_cache(maxsize=1)
def group_options() -> dict[str, list[str]]:
    """Options of every shipped config group, such as ``policy``; scenarios are not among them."""
    folders = sorted(folder for folder in conf_folder().iterdir() if folder.is_dir() and folder.name not in NO_GROUPS)
    return {folder.name: sorted(path.stem for path in folder.glob("*.yaml")) for folder in folders}


@lru_cache(maxsize=1)
def feature_options() -> dict[str, list[str]]:
    """Options of every aspect in the shipped library of features, such as ``exchange``; read off the indents alone."""
    found: dict[str, list[str]] = {}
    for path in sorted((conf_folder() / FEATURES).glob("*.yaml")):
        for indent, name in re.findall(r"^( {0,2})(\w+):", path.read_text(encoding="utf-8"), re.MULTILINE):
            if indent:
                found[list(found)[-1]].append(name)
            else:
                found.setdefault(name, [])
    return found


def _shipped(name: str) -> Path:
    packed = PACKAGE / f"_{name}"
    return packed if packed.is_dir() else PACKAGE.parents[1] / name


def _introduce(name: str, path: Path) -> Scenario:
    said = _opening_words(path)
    return Scenario(name, path, said.get("question", ""), said.get("run", f"borderops run scenario={name}"))


def _opening_words(path: Path) -> dict[str, str]:
    """What the first comment lines say under ``# Question:`` and ``# Run:``; a line without a heading continues."""
    said: dict[str, str] = {}
    heading = ""
    for comment in _opening_comments(path):
        start = re.match(r"(Question|Run)\s*:\s*(.*)", comment, re.IGNORECASE)
        if start:
            heading = start[1].lower()
            said[heading] = start[2].strip()
        elif heading and comment:
            said[heading] = f"{said[heading]} {comment}".strip()
        else:
            heading = ""
    return said


def _opening_comments(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            for line in stream:
                if not line.startswith("#"):
                    return
                yield line.lstrip("#").strip()
    except OSError:
        return  # a file that cannot be read still stands in the list; choosing it says why it fails
