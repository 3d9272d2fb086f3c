"""The account of a run: true, and silent about the machine."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta, timezone
from importlib import metadata

import pytest

from borderops import provenance
from borderops.config.compose import compose
from borderops.config.places import list_scenarios


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("run.outputs=/data/me/x seed=1", "run.outputs=.../x seed=1"),
        ("outputs: /data/x\nseed: 1", "outputs: .../x\nseed: 1"),
        ("file: '/a b/c.csv'", "file: '.../a b/c.csv'"),
        ("~/mine/y.yaml", ".../y.yaml"),
        (r"C:\Users\me\f.csv", ".../f.csv"),
        ("[/a/b, /c/d]", "[.../b, .../d]"),
        ("run.outputs=here/there ./x ../y", "run.outputs=here/there ./x ../y"),
        ("arrivals / day, and/or 5/6", "arrivals / day, and/or 5/6"),
        ("password=abc token: q", "password=[redacted] token: [redacted]"),
        ("store.api_key=xyz,seed=1", "store.api_key=[redacted],seed=1"),
        ("postgresql://me:secret@host/db", "postgresql://[redacted]@host/db"),
        ("see https://host/page", "see https://host/page"),
    ],
)
def test_paths_and_credentials_go(text, shown):
    """Absolute paths keep their last name, credentials nothing, and all else stays as it was."""
    assert provenance.redacted(text) == shown


@pytest.mark.parametrize("scenario", [one.name for one in list_scenarios()])
def test_shipped_settings_hold_nothing_to_redact(scenario):
    """The composed configuration of a shipped scenario is written down as it is."""
    text = compose([f"scenario={scenario}"]).yaml
    assert provenance.redacted(text) == text


def test_a_command_can_be_typed_again():
    """Words that the shell would take apart stand in quotes."""
    assert provenance.command_line(["run", "study.question=why not?", "seed=1"]) == (
        "borderops run 'study.question=why not?' seed=1"
    )


def test_moments_are_told_in_utc():
    """A moment in any time zone is told in UTC, to the second."""
    moment = datetime(2026, 3, 9, 1, 30, 5, 999, tzinfo=timezone(timedelta(hours=2)))
    assert provenance.utc(moment) == "2026-03-08T23:30:05Z"
    assert provenance.utc(datetime(2026, 3, 9, tzinfo=UTC)) == "2026-03-09T00:00:00Z"


def test_checksum_of_facts_hears_every_change(tmp_path):
    """It depends on names and bytes of the data files, and neither on the order of writing nor on code or notes."""
    (tmp_path / "b.csv").write_text("2")
    (tmp_path / "a.csv").write_text("1")
    before = provenance.sha256_of_facts(tmp_path)
    (tmp_path / "tables.py").write_text("x = 1")
    (tmp_path / "SOURCES.md").write_text("where from")
    assert provenance.sha256_of_facts(tmp_path) == before
    (tmp_path / "a.csv").write_text("3")
    changed = provenance.sha256_of_facts(tmp_path)
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    assert len({before, changed, provenance.sha256_of_facts(tmp_path)}) == 3


def test_facts_of_the_package_are_among_them():
    """The shipped facts are found where the package is."""
    assert provenance.sha256_of_facts() != provenance.sha256_of_facts(provenance.HERE / "config")


def test_versions_are_those_installed():
    """Versions come from what is installed; what is not, is left out."""
    versions = provenance.package_versions(["numpy", "no-such-package-of-ours"])
    assert versions == {"numpy": metadata.version("numpy")}


@pytest.fixture
def checkout(tmp_path):
    """A small repository that looks like ours."""

    def git(*words: str) -> str:
        who = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
        done = subprocess.run(["git", "-C", str(tmp_path), *who, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    pytest.importorskip("shutil").which("git") or pytest.skip("needs git")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/config.yaml").write_text("seed: 1\n")
    git("init", "-q")
    return tmp_path, git


def test_checkout_is_told_with_its_changes(checkout):
    """Before the first commit there is nothing to tell; after it the commit, and whether settings differ from it."""
    root, git = checkout
    assert provenance.checkout(root) is None
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    assert provenance.checkout(root) == {"commit": git("rev-parse", "HEAD"), "dirty": False}
    (root / "README.md").write_text("words")
    assert provenance.checkout(root)["dirty"] is False
    (root / "conf/config.yaml").write_text("seed: 2\n")
    assert provenance.checkout(root)["dirty"] is True


def test_outside_a_checkout_nothing_is_told(tmp_path):
    """An installed package has no commit, whatever repository the user stands in."""
    assert provenance.checkout(tmp_path) is None


def test_machine_has_no_name():
    """Python and platform are told, the host is not."""
    import socket

    told = provenance.machine()
    assert set(told) == {"python", "implementation", "platform"}
    assert socket.gethostname() not in " ".join(told.values())
