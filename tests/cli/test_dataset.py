"""``borderops dataset``: what it writes and says, wrong words, a full disk, Ctrl-C."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from borderops.cli import main
from borderops.commands import dataset
from borderops.commands.completing import completions
from borderops.commands.dataset import LONG, SIZES, TIERS, read_words
from borderops.commands.help_texts import HELP
from borderops.config.compose import compose
from borderops.exceptions import ConfigError
from borderops.packs import writing
from borderops.packs.writing import DATABASE, FORMATS
from borderops.population.families import form_families
from borderops.streams import Draws

WHOLE_WINDOW = ["study.season_start=null", "study.season_end=null", "study.is_hindcast=false"]
TINY = ["window.start=2018-05-14", "window.end=2018-05-17", "window.lead_in_days=1", *WHOLE_WINDOW]
YUMA = [*TINY, "arrivals.stations=[yuma]"]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, str, str]:
    """A thousand people of a few days at one place, as a process of its own: folder and words."""
    here = tmp_path_factory.mktemp("dataset")
    words = [sys.executable, "-m", "borderops", "dataset", "size=1k", "formats=csv", "into=packs/first", *YUMA]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, cwd=here)
    assert done.returncode == 0, done.stderr
    return here / "packs" / "first", done.stdout, done.stderr


def test_it_says_what_it_wrote_and_where(written):
    """People, rows and errors; that everybody is invented; progress goes to standard error."""
    folder, out, err = written
    manifest = json.loads((folder / "manifest.json").read_text())
    first, second, last = out.splitlines()
    assert first.startswith(f"{manifest['persons']:,} persons, ") and "errors in the key" in first
    assert second == f"Formats: parquet, csv; seed 2018, pack {manifest['pack_id'][:12]}"
    assert last == "Everybody in it is invented. Pack: packs/first"
    assert "playing the history of" in err and "answer key ..." in err


def test_it_leaves_a_whole_folder_and_nothing_beside_it(written):
    """Observed tables, key and descriptors; no folder under a hidden name."""
    folder, _, _ = written
    assert [path.name for path in folder.parent.iterdir()] == ["first"]
    names = {path.name for path in folder.iterdir()}
    descriptors = {"README.md", "datapackage.json", "croissant.json", "schema.sql", "dictionary.md", "datasheet.md"}
    assert names == {"observed", "answer_key", "manifest.json", *descriptors}
    assert len(pd.read_parquet(folder / "answer_key" / "person.parquet")) >= 1000


def test_the_same_words_write_the_same_bytes(written, tmp_path, capsys):
    """Another folder, another process, two threads; another replication is another pack."""
    folder, _, _ = written
    words = ["size=1k", "formats=csv", *YUMA]
    assert main(["dataset", *words, f"into={tmp_path / 'again'}", "compute.workers=2"]) == 0
    assert main(["dataset", *words, f"into={tmp_path / 'other'}", "replication=2"]) == 0
    first, again, other = (
        json.loads((one / "manifest.json").read_text()) for one in (folder, tmp_path / "again", tmp_path / "other")
    )
    assert first == again
    assert first["pack_id"] != other["pack_id"] and other["replication"] == 2
    assert capsys.readouterr().out.count("Everybody in it is invented") == 2


def test_all_that_is_wrong_is_told_at_once(capsys):
    """Own words and settings together, each with what is allowed and the nearest."""
    words = ["size=10K", "tier=calmer", "formats=csv,exel", "replication=0", "window.strat=2018-01-01"]
    assert main(["dataset", *words, "run.replications=3"]) == 2
    told = capsys.readouterr().err
    assert "6 settings cannot be used:" in told
    assert "size is 10K; did you mean 10k?; allowed: 1k, 10k, 100k, 1M, all" in told
    assert "tier is calmer; did you mean calm?; allowed: calm, surge, policy_season" in told
    assert "formats is exel; did you mean xlsx?; allowed: parquet" in told or "formats is exel; allowed" in told
    assert "replication is 0; allowed: a whole number, 1 or more" in told
    assert "window.strat" in told and "did you mean window.start?" in told
    assert "run.replications cannot be given here; allowed: replication=N" in told


def test_a_tier_and_a_scenario_are_one_too_many(capsys):
    """A scenario takes the place of a tier."""
    assert main(["dataset", "tier=surge", "scenario=family_unity"]) == 2
    assert "tier=surge and scenario= were both given; allowed: one of them" in capsys.readouterr().err
    assert read_words(["scenario=family_unity"]).tier == "family_unity"


def test_too_few_people_are_told_before_anything_is_played(tmp_path, capsys):
    """How many there are, and what to do; nothing is left."""
    assert main(["dataset", "size=100k", f"into={tmp_path / 'packs' / 'one'}", *YUMA]) == 2
    told = capsys.readouterr().err
    assert (
        "size is 100k, 100,000 persons, and" in told and "allowed: a smaller size, size=all, or a longer window" in told
    )
    assert "playing" not in told and list(tmp_path.iterdir()) == []


def test_a_place_that_is_taken_is_left_alone(tmp_path, capsys):
    """A folder with something in it, and a file; an empty folder will do."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert main(["dataset", f"into={tmp_path / 'full'}", *YUMA]) == 2
    assert (
        "holds something already; allowed: a folder that does not exist yet, or an empty one" in capsys.readouterr().err
    )
    assert main(["dataset", f"into={tmp_path / 'file'}", *YUMA]) == 2
    assert "is a file; allowed" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "thesis.txt"]


def test_a_full_disk_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    """Whatever was written is removed, and the folder above it, which was made for it."""

    def full(*words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "write_examples", full)
    assert main(["dataset", "size=1k", f"into={tmp_path / 'packs' / 'one'}", *YUMA]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.endswith("cannot be written: no space left on device; nothing was kept, into=... names another folder")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing(tmp_path, monkeypatch, capsys):
    """Neither a pack nor anything that looks like one; exit code 130."""

    def stopped(*words: object) -> None:
        assert next((tmp_path / "packs").iterdir()).name.startswith(".one.")
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_examples", stopped)
    assert main(["dataset", "size=1k", f"into={tmp_path / 'packs' / 'one'}", *YUMA]) == 130
    assert "interrupted; no pack was written, and nothing was kept" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tier", list(TIERS))
def test_every_tier_is_a_window_that_can_be_played(tier):
    """Settings of each tier compose, alone and with the window of a million."""
    short, long = read_words([f"tier={tier}"]), read_words([f"tier={tier}", "size=1M"])
    assert short.composed.beside is None
    days = [one.composed.settings.window for one in (short, long)]
    assert (days[1].end - days[1].start) > 2 * (days[0].end - days[0].start)


@pytest.mark.slow
@pytest.mark.parametrize("tier", list(TIERS))
def test_every_tier_has_people_for_its_sizes(tier):
    """A hundred thousand in the usual window, a million in the long one."""
    for words, least in ((TIERS[tier], 100_000), ((*TIERS[tier], *LONG[tier]), 1_000_000)):
        unique = dict(word.split("=", 1) for word in words)
        settings = compose([f"{key}={value}" for key, value in unique.items()]).settings
        assert form_families(settings, Draws(settings.seed, 1)).number.size >= least


def test_values_that_are_given_go_before_those_of_a_tier():
    """A window of one's own under a tier."""
    asked = read_words(["tier=calm", "window.end=2017-08-31", "formats=duckdb,csv"])
    assert asked.composed.settings.window.end.isoformat() == "2017-08-31"
    assert asked.formats == ("parquet", "csv", "duckdb")
    with pytest.raises(ConfigError, match="formats is empty"):
        read_words(["formats="])


def test_formats_of_the_command_are_those_that_can_be_written():
    """Named twice, so that help needs nothing heavy: here they are held together; help names all own words."""
    assert (*FORMATS, DATABASE) == dataset.FORMATS
    for word in (*SIZES, *TIERS, *dataset.FORMATS, "into=", "recipe=", "replication="):
        assert word in HELP["dataset"]


def test_the_tab_key_knows_its_words():
    """Own words first, then settings."""
    assert "tier=calm" in completions("borderops dataset ti", ["dataset"])
    assert "size=10k" in completions("borderops dataset size=", ["dataset"])
    assert any(one.startswith("window.start") for one in completions("borderops dataset window.st", ["dataset"]))
