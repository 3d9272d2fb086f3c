"""What a run was made with: version, commit, packages, checksums. Nothing here may tell whose machine it was.

Must not know any table or any setting; it describes files and texts that others name.
"""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent

NUMERICAL_PACKAGES: Final = (
    "numpy",
    "scipy",
    "pandas",
    "numba",
    "llvmlite",
    "simpy",
    "pyarrow",
    "duckdb",
    "hydra-core",
    "omegaconf",
    "pydantic",
    "plotly",
    "joblib",
    "openpyxl",
)
"""Packages whose version could move a figure or how it is shown."""

_SECRET = re.compile(r"(?i)([\w.]*(?:password|passwd|secret|token|api_?key|credential)[\w.]*\s*[=:]\s*)([^\s,;&]+)")
_LOGIN = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^\s/@]+@")
# A path is absolute at the start of a word: after a space, a quote, =, :, a comma or an opening bracket.
_ABSOLUTE = re.compile(
    r"""(?<![^\s"'=:,\[({])(?:[A-Za-z]:[/\\]|~?/)(?=[^\s/\\])(?:[^\s"',\]})/\\]+[/\\])*([^\s"',\]})/\\]*)"""
)


def version() -> str:
    """Version of borderops as installed, or ``"unknown"`` when it is run without being installed."""
    try:
        return metadata.version("borderops")
    except metadata.PackageNotFoundError:
        return "unknown"


__version__: Final = version()


def package_versions(names: Iterable[str] = NUMERICAL_PACKAGES) -> dict[str, str]:
    """Versions of installed packages; those that are not installed are left out."""
    versions = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def sha256_of_text(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_facts(folder: Path = HERE / "facts") -> str:
    """SHA-256 over names and bytes of the data files in ``facts/``, whatever their order on disk."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
        if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}:
            digest.update(f"{path.relative_to(folder).as_posix()}:{sha256_of_file(path)};".encode())
    return digest.hexdigest()


def sha256_of_sources(names: Iterable[str], root: Path = HERE) -> str:
    """SHA-256 over names and bytes of the Python sources among files and folders of the package.

    Parameters
    ----------
    names : iterable of str
        Relative to ``root``; a folder stands for all sources in and below it.
    root : Path
    """
    files: set[Path] = set()
    for name in names:
        place = root / name
        files |= {*place.rglob("*.py")} if place.is_dir() else {place}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}:{sha256_of_file(path)};".encode())
    return digest.hexdigest()


def checkout(root: Path = HERE.parents[1]) -> dict[str, str | bool] | None:
    """Commit of the checkout that borderops runs from.

    Parameters
    ----------
    root : Path
        Folder that holds ``src/``.

    Returns
    -------
    dict or None
        ``commit`` and ``dirty`` (whether code, settings or scenarios differ from it); None outside a checkout, before
        the first commit, or without git.
    """
    if not (root / ".git").exists() or not (root / "pyproject.toml").is_file():
        return None
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--", "src", "conf", "scenarios", "pyproject.toml")
    return None if commit is None else {"commit": commit, "dirty": bool(changes)}


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def machine() -> dict[str, str]:
    """Python and platform, without the machine's name."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def utc(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def redacted(text: str) -> str:
    """A text without credentials and without absolute paths.

    Passwords and tokens become ``[redacted]``; of an absolute path only the last name stays, after an ellipsis.
    """
    text = _SECRET.sub(r"\1[redacted]", text)
    text = _LOGIN.sub(r"\1[redacted]@", text)
    return _ABSOLUTE.sub(r".../\1", text)


def command_line(words: Sequence[str]) -> str:
    """The command as it was given, redacted; the program by its name, wherever it is installed."""
    return redacted(" ".join(["borderops", *(_quoted(word) for word in words)]))


def _quoted(word: str) -> str:
    return f"'{word}'" if re.search(r"[\s\"\\$*?;&|<>()]", word) else word
