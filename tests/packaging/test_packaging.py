"""What is shipped, and that it runs where it is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
WINDOW = ["window.start=2018-05-01", "window.end=2018-05-03", "study.season_start=null", "study.season_end=null"]
TINY = [*WINDOW, "arrivals.stations=[yuma]", "run.replications=2"]

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def pinned() -> dict[str, set[str]]:
    """Versions in the lock by name; several where they differ by Python version."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", LOCK, re.MULTILINE):
        versions.setdefault(name.lower().replace("_", "-"), set()).add(version)
    return versions


def required_names() -> set[str]:
    """Names of all dependencies and of those of the extras that the lock is made for."""
    extras = PROJECT["optional-dependencies"]
    listed = [*PROJECT["dependencies"], *extras["test"], *extras["dev"]]
    names = {re.split(r"[\[<>=!~; ]", one)[0].lower().replace("_", "-") for one in listed}
    return names - {"borderops"}


def test_lock_names_no_address():
    """The lock holds names, versions and hashes: no registry, no file, no index option."""
    assert not re.search(r"://|@ |--(extra-)?index|--find|^-", LOCK, re.MULTILINE)


def test_lock_is_whole():
    """Everything that pyproject.toml asks for is pinned, and each pin has a hash."""
    assert required_names() <= set(pinned())
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 40
    assert all("--hash=sha256:" in entry for entry in entries)


def test_dependencies_have_floors():
    """Each dependency names the oldest version that will do; Hydra also the first that will not."""
    assert all(">=" in one for one in PROJECT["dependencies"])
    assert "hydra-core>=1.3.2,<1.4" in PROJECT["dependencies"]


def test_one_version_everywhere():
    """pyproject.toml and CITATION.cff tell the same version and licence."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (str(citation["version"]), citation["license"]) == (PROJECT["version"], PROJECT["license"])
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n\nCopyright (c) 2026 borderops developers\n")


@needs_make
def test_make_helps():
    """``make`` alone lists the targets, run and test first."""
    done = subprocess.run(["make", "-C", ROOT, "--no-print-directory"], capture_output=True, text=True, timeout=30)
    targets = re.findall(r"^  (\S+) +\S", done.stdout, re.MULTILINE)
    assert targets[:2] == ["run", "test"]
    assert {"lint", "types", "check", "lock", "clean", "help"} <= set(targets)


@pytest.fixture
def bare(tmp_path) -> Path:
    """A folder with no more than what setting up needs."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def stand_in_python(folder: Path, does: str) -> Path:
    """A Python that only fails as the real one of some systems does."""
    script = folder / "python-stand-in"
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    return script


@needs_make
def test_a_missing_venv_module_is_told(bare):
    """Debian ships venv apart: the package to install is named, and no half-made environment stays."""
    python = stand_in_python(bare, 'case "$*" in *venv*) mkdir -p .venv; exit 1;; *) exit 0;; esac')
    done = subprocess.run(["make", "-C", bare, "run", f"PYTHON={python}"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "apt install python3.11-venv" in done.stderr
    assert not (bare / ".venv").exists()


@needs_make
def test_an_old_python_is_told(bare):
    """A Python that is too old is told, with what to do."""
    python = stand_in_python(bare, "exit 1")
    done = subprocess.run(["make", "-C", bare, "test", f"PYTHON={python}"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "Python 3.11 or newer is needed" in done.stderr


@needs_make
def test_a_missing_python_is_told(bare):
    """No Python at all is told as well."""
    done = subprocess.run(["make", "-C", bare, "run", "PYTHON="], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "was not found" in done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Source distribution, a wheel made of the sources, and one made of the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    _hatch(ROOT, "sdist", folder)
    _hatch(ROOT, "wheel", folder / "direct")
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "unpacked", filter="data")
    [unpacked] = (folder / "unpacked").iterdir()
    _hatch(unpacked, "wheel", folder / "through-sdist")
    return folder


def _hatch(source: Path, target: str, into: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)]
    done = subprocess.run(words, cwd=source, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def contents(folder: Path) -> dict[str, str]:
    """Files of the only wheel in a folder with their checksums, but for the package's own metadata."""
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        return {one.filename: f"{one.CRC:08x}" for one in opened.infolist() if ".dist-info/" not in one.filename}


@pytest.mark.slow
def test_the_wheel_holds_all_that_a_run_needs(built):
    """Code, facts, page templates, configuration and scenarios are in it; tests and leftovers are not."""
    names = set(contents(built / "direct"))
    for folder, inside in (("conf", "_conf"), ("scenarios", "_scenarios"), ("src/borderops", "")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                parts = ("borderops", inside, path.relative_to(ROOT / folder).as_posix())
                assert "/".join(part for part in parts if part) in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "outputs"))]


@pytest.mark.slow
def test_a_wheel_made_of_the_source_distribution_is_the_same(built):
    """Whoever builds from the source distribution gets the same files."""
    assert contents(built / "direct") == contents(built / "through-sdist")


@pytest.mark.slow
def test_the_wheel_runs_in_a_clean_environment_from_another_folder(built, tmp_path):
    """Installed with what it asks for and no more, it plays a scenario and tells the same history as the sources."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    [wheel] = (built / "direct").glob("*.whl")
    _install(python, wheel, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def borderops(*words: str) -> str:
        done = subprocess.run(
            [home / "bin" / "borderops", *words], cwd=elsewhere, env=clean, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert f"borderops {PROJECT['version']}" in borderops("--version")
    assert "zero_tolerance_2018" in borderops("list")
    assert "Report: outputs/" in borderops("run", *TINY)
    [manifest] = [json.loads(path.read_text()) for path in elsewhere.glob("outputs/*/*/manifest.json")]
    assert manifest["checkout"] is None and manifest["version"] == PROJECT["version"]
    assert manifest["digests"] == _digests_of_the_sources()
    installed = subprocess.run(
        [python, "-c", "import borderops; print(borderops.__file__)"], env=clean, capture_output=True, text=True
    )
    assert str(home) in installed.stdout


def _install(python: Path, wheel: Path, folder: Path) -> None:
    """Install a wheel with its dependencies in the locked versions; with uv where there is one, else with pip."""
    constraints = folder / "constraints.txt"
    lines = re.findall(r"^([A-Za-z0-9._-]+==[^\\\n]+)", LOCK, re.MULTILINE)
    constraints.write_text("\n".join(line.strip() for line in lines) + "\n")
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    ways = [[uv, "pip", "install", "-q", "--python", str(python)]] if uv else []
    ways.append([str(python), "-m", "pip", "install", "-qq", "--no-compile"])
    told = ""
    for way in ways:
        done = subprocess.run([*way, str(wheel), "-c", str(constraints)], capture_output=True, text=True, timeout=500)
        if done.returncode == 0:
            return
        told += done.stderr
    raise AssertionError(told)


def _digests_of_the_sources() -> dict[str, str]:
    from borderops import api

    outcome = api.run(*TINY, "compute.workers=1", "run.beside=null")
    return {str(one.replication): one.digest for one in outcome.results}
