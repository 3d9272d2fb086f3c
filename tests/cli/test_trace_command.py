"""``borderops trace``: what it tells and leaves behind, and wrong words."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from borderops.cli import main
from borderops.commands.completing import FAMILIES, completions
from borderops.commands.help_texts import HELP
from borderops.commands.trace import _read
from borderops.config import inputs
from borderops.config.compose import compose
from borderops.replication import replicate

WHOLE_WINDOW = ["study.season_start=null", "study.season_end=null"]
TINY = ["window.start=2018-05-14", "window.end=2018-05-18", "window.lead_in_days=2", *WHOLE_WINDOW]
YUMA = [*TINY, "arrivals.stations=[yuma]"]


@pytest.fixture(scope="module")
def longest(tmp_path_factory) -> tuple[Path, str, str]:
    """The longest custody in five days of one sector, second replication, as its own process: folder and words."""
    here = tmp_path_factory.mktemp("longest")
    words = [sys.executable, "-m", "borderops", "trace", "longest", "replication=2", *YUMA, "run.outputs=outputs"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, cwd=here)
    assert done.returncode == 0, done.stderr
    [folder] = (here / "outputs").glob("*/*")
    return folder, done.stdout, done.stderr


def test_it_tells_the_story_and_where_the_picture_is(longest):
    """Headline, rule, the events by day, the policy beside, the path; progress goes to standard error."""
    folder, out, err = longest
    lines = out.splitlines()
    assert re.match(r"A family of \d, apprehended at Yuma on ", lines[0])
    assert re.match(r"zero_tolerance_2018, replication 2 of seed 2018; party number \d+$", lines[1])
    assert re.match(r"Chosen from \d+ families separated in the season: .* is the longest", " ".join(lines[2:4]))
    assert "parted from the family: left with no parent" in out and "Under family_unity, with the same luck" in out
    assert lines[-1] == f"Picture: outputs/{folder.parent.name}/{folder.name}/trace.html"
    assert "\x1b" not in out and "playing replication 2, 2018-05-14 to 2018-05-18 ..." in err
    assert "the same people under family_unity ..." in err


def test_it_leaves_a_whole_folder(longest):
    """Picture, events, configuration, log and a manifest that vouches for them; the folder says what it is."""
    folder, _, _ = longest
    assert re.fullmatch(r"\d{6}-trace-zero_tolerance_2018", folder.name)
    names = {path.name for path in folder.iterdir()}
    assert names == {"trace.html", "events.csv", "records.csv", "config.yaml", "manifest.json", "log.txt"}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["replication"], manifest["seed"], manifest["scenario"]) == (2, 2018, "zero_tolerance_2018")
    assert manifest["command"].startswith("borderops trace longest replication=2 window.start=")
    assert set(manifest["files_sha256"]) == names - {"manifest.json", "log.txt"}
    for name, digest in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


def test_nothing_names_this_machine(longest):
    """No file holds an absolute path of this machine."""
    folder, out, _ = longest
    for private in (str(Path(__file__).parents[2]), sys.prefix, str(folder.parents[2]), str(Path.home()) + "/"):
        assert private not in out
        assert all(private not in path.read_text(encoding="utf-8") for path in folder.iterdir())


def test_the_replication_is_the_one_a_run_would_play(longest):
    """Its digest is that of the same settings, seed and number; the events are those of the family it names."""
    folder, _, _ = longest
    manifest = json.loads((folder / "manifest.json").read_text())
    replication = replicate(inputs.at(compose([f"scenario={folder / 'config.yaml'}"]).settings, 2), 2)
    assert manifest["digest"] == replication.digest
    table = pd.read_csv(folder / "events.csv")
    [party] = set(replication.people.party_number[replication.people.party[table["person"].unique()]])
    assert party == manifest["party_number"]
    assert (replication.people.number[table["person"]] == table["number"]).all()


def test_a_family_is_found_again_by_its_number(longest, tmp_path, capsys):
    """The number it tells finds the same family, here under another policy and with nothing beside it."""
    folder, _, _ = longest
    number = json.loads((folder / "manifest.json").read_text())["party_number"]
    words = [str(number), *YUMA, "replication=2", "policy=family_unity", f"run.outputs={tmp_path}"]
    assert main(["trace", *words]) == 0
    out, err = capsys.readouterr()
    assert f"party number {number}" in out and f"The party with the number {number}." in out
    assert "stayed together" in out and "Under " not in out and "the same people" not in err


def test_the_story_goes_on_until_parent_and_child_are_together(tmp_path, capsys):
    """Three weeks around the court's order: mail, shelter, search, centre and ICE, in the terminal and in the table."""
    days = ["window.start=2018-06-14", "window.end=2018-07-05", "window.lead_in_days=2", *WHOLE_WINDOW]
    words = ["reunited", *days, "arrivals.stations=[yuma]", "run.beside=null", f"run.outputs={tmp_path}"]
    assert main(["trace", *words]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for told in ("the referral sent on to ORR's desk", "the parent known", "the parent vetted", "with a parent again"):
        assert told in out
    assert re.search(r"A family of \d, apprehended at Yuma on .*: separated(, rejoined in part)?(,| and) reunited", out)
    [events] = tmp_path.glob("*/*/events.csv")
    table = pd.read_csv(events)
    assert {"forwarded_at", "itinerary_at", "found_at", "vetted_at", "reunion_at"} <= set(table["moment"])


def test_the_typical_family_is_meant_when_none_is_named():
    """Without a family: typical, replication 1; words may stand in any order."""
    assert _read(TINY)[0][:2] == ("typical", 1)
    assert _read([*TINY, "replication=3", "rejoined"])[0][:2] == ("rejoined", 3)
    assert _read(["run.beside=null", *TINY])[1].beside is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["longst"], "borderops trace longst is not known; did you mean longest?"),
        (["never-grouped"], "did you mean never_grouped?"),
        (["xyzzy"], f"xyzzy is not known (families: {', '.join(FAMILIES)}, or the number of a party"),
        (["longest", "typical"], "borderops trace shows one family; 2 were given: longest, typical"),
        (["replication=0"], "replication is 0; allowed: a whole number, 1 or more"),
        (["replication=-1"], "replication is -1; allowed"),
        (["replication=two"], "replication is two; allowed"),
        (["replication="], "replication is not given; allowed"),
        (["-7"], "borderops trace -7 is not known"),
        (["scenario=nope"], "scenario=nope"),
    ],
)
def test_wrong_words(words, told, capsys, tmp_path, monkeypatch):
    """Each is told in a sentence before anything is played or made: exit code 2, no traceback, no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["trace", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and "Traceback" not in err and "playing" not in err
    assert list(tmp_path.iterdir()) == []


def test_all_problems_at_once(capsys):
    """An unknown family, a wrong replication and a bad setting make one message."""
    assert main(["trace", "longst", "replication=0", "orr.beds.age_0_12=-4", "run.replicatons=3"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("borderops: 4 settings cannot be used:\n")
    for told in ("did you mean longest?", "replication is 0", "is -4; allowed", "did you mean run.replications"):
        assert told in err


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ("12345", "nobody in replication 1 has the number 12345"),
        ("aged_out", "replication 1 has no parties with a child"),
    ],
)
def test_nobody_is_meant(which, told, capsys, tmp_path, monkeypatch):
    """A number nobody has, or a kind that did not occur: exit code 2, a sentence, and no half-made folder."""
    monkeypatch.chdir(tmp_path)
    words = [*YUMA, "window.start=2018-05-18", "window.lead_in_days=0", "arrivals.stations=[big_bend]"]
    assert main(["trace", which, *words]) == 2
    out, err = capsys.readouterr()
    assert told in err and out == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_outputs_folder_is_told_before_the_first_draw(tmp_path, monkeypatch, capsys):
    """A file in the way: exit code 2, and nothing is played."""
    monkeypatch.chdir(tmp_path)
    Path("outputs").write_text("mine")
    assert main(["trace", *YUMA]) == 2
    err = capsys.readouterr().err
    assert "outputs is a file, not a folder" in err and "playing" not in err


def examples() -> list[list[str]]:
    """Words of every example in the help."""
    lines = [line.strip() for line in HELP["trace"].splitlines() if line.startswith("  borderops trace")]
    return [shlex.split(re.split(r"  +", line)[0])[2:] for line in lines]


@pytest.mark.parametrize("words", examples(), ids=" ".join)
def test_examples_of_the_help_can_be_used(words):
    """What the help shows is understood."""
    assert _read(words)[0].which in FAMILIES


def test_the_help_explains_every_family():
    """Each choice stands in the help with what it means."""
    for which in FAMILIES:
        assert re.search(rf"^  {which}  +\w", HELP["trace"], re.MULTILINE)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("borderops tr", ["trace"]),
        ("borderops trace lon", ["longest"]),
        ("borderops trace longest replic", ["replication="]),
        (
            "borderops trace scenario=f",
            ["scenario=family_unity", "scenario=foreseen_2018", "scenario=foreseen_2018_prepared"],
        ),
        ("borderops trace typical policy=lim", ["policy=limited_separation"]),
    ],
)
def test_what_the_tab_key_offers(line, offered):
    """Families first, then the replication and overrides."""
    assert completions(line, ["run", "trace"]) == offered
