"""``borderops fit``: what it asks, what it leaves behind, what it refuses, and that nothing is played twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.report.page_reader import read

from borderops.cli import main
from borderops.commands import fit
from borderops.config import inputs
from borderops.exceptions import ConfigError
from borderops.fitting.emulator import Runs
from borderops.validity.rows import rows, scope_digest

# A short season at two sectors, and three values in doubt: a trial takes a tenth of a second.
SMALL = (
    "window.start=2018-05-01", "window.end=2018-05-31", "study.season_start=null", "study.season_end=null",
    "arrivals.stations=[yuma,el_paso]", "study.audits=false", "compute.workers=2",
)  # fmt: skip
AMONG = "among=policy.family_referral.*.share,courts.parents_share.*.share,transport.wait.median_hours"
QUICK = (*SMALL, AMONG, "points=16", "waves=2", "sample=10", "truths=12")


def only_folder(outputs: Path) -> Path:
    [folder] = outputs.glob("*/*-fit-zero_tolerance_2018")
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small fit: its working folder, exit code, and what it said."""
    home = tmp_path_factory.mktemp("fit")
    done = subprocess.run(
        [sys.executable, "-m", "borderops", "fit", *QUICK, "name=mine"],
        cwd=home, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    return home, done


def test_a_fit_leaves_a_sample_tables_and_a_report(whole):
    """Everything is there under the names that help tells, and the exit code is 0."""
    home, done = whole
    assert done.returncode == 0, done.stderr
    folder = only_folder(home / "outputs")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    tables = ("waves", "rows", "screen", "identifiability", "pairs", "directions", "ranks")
    assert {f"tables/{name}.{kind}" for name in tables for kind in ("csv", "parquet")} <= names
    assert {"posterior.yaml", "posterior.csv", "fit.json", "report.html", "tables.xlsx", "manifest.json"} <= names
    assert "wave 1:" in done.stderr and "wave 2:" in done.stderr
    assert "values in doubt the figures pin" in done.stdout and "Report: outputs/" in done.stdout


def test_the_sample_is_one_that_runs_can_be_played_with(whole):
    """Positions by doubt, what they are positions of, and how it came about; the copy by name is the same."""
    home, _ = whole
    folder = only_folder(home / "outputs")
    mine = home / "outputs/posteriors/mine.yaml"
    for kind in ("yaml", "csv"):
        assert mine.with_suffix(f".{kind}").read_bytes() == (folder / f"posterior.{kind}").read_bytes()
    sample = inputs.read(str(mine))
    assert len(sample.positions) == 10 and len(sample.doubts) >= 3
    assert sample.about["scope_digest"] == scope_digest() and sample.about["as_of"] is None
    assert sample.about["waves"] == 2 and sample.about["runs"] == 32
    told = {row["id"]: row for row in sample.about["rows"]}
    assert told["S112"]["published"] == 3014 and set(told) == {one.figure for one in rows() if one.role == "fit"}


def test_every_figure_is_accounted_for(whole):
    """Every row that may be fitted to has a line that says what became of it; none of another role has."""
    home, _ = whole
    table = pd.read_parquet(only_folder(home / "outputs") / "tables/rows.parquet").set_index("id")
    assert set(table.index) == {one.figure for one in rows() if one.role == "fit"}
    assert set(table["state"]) <= {"used", "out of reach", "does not vary", "not read"}
    assert table.loc["R171", "state"] == "not read"  # December lies outside the window
    summary = json.loads((only_folder(home / "outputs") / "fit.json").read_text())
    assert summary["recovery"]["truths"] > 0 and len(summary["rows_told"]) == len(table)


def test_the_page_is_whole(whole):
    """One file that asks nothing of the network, with every section and picture it names."""
    home, _ = whole
    text = (only_folder(home / "outputs") / "report.html").read_text()
    page = read(text)
    for section in ("answer", "rows", "waves", "doubts", "screen", "pairs", "ranks", "limits", "made"):
        assert page.by_id(section) is not None
    for picture in ("rows-by-wave", "positions", "screen-map"):
        assert page.by_id(f"picture-{picture}") is not None
    assert str(home) not in text


def test_the_same_words_play_nothing_again_and_say_the_same(whole):
    """With all trials kept, a second fit plays none and writes the same sample, byte for byte."""
    home, _ = whole
    again = subprocess.run(
        [sys.executable, "-m", "borderops", "fit", *QUICK, "run.outputs=again", "trials.store=outputs/trials"],
        cwd=home, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert again.returncode == 0 and "replication" not in "".join(again.stderr.splitlines()[1:])
    first, second = only_folder(home / "outputs"), only_folder(home / "again")
    assert (first / "posterior.csv").read_bytes() == (second / "posterior.csv").read_bytes()
    for name in ("waves", "rows", "screen", "identifiability", "ranks"):
        assert (first / f"tables/{name}.csv").read_bytes() == (second / f"tables/{name}.csv").read_bytes()


def test_a_name_that_is_taken_is_refused(whole, monkeypatch, capsys):
    """A sample is never written over another one unless a file is named to be replaced."""
    home, _ = whole
    monkeypatch.chdir(home)
    assert main(["fit", *QUICK, "name=mine"]) == 2
    assert "is there already; allowed: another name, or into=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["points=11"], "points is 11; allowed: a whole number from 12 to 10,000"),
        (["waves=0", "sample=many"], "2 settings cannot be used"),
        (["among="], "among is empty"),
        (["among=orr.bedz"], "among=orr.bedz: orr.bedz is not a setting; did you mean orr.beds?"),
        (["name=../up"], "name is '../up'; allowed: letters"),
        (["name=one", "into=two.yaml"], "name and into are both given"),
        (["run.replications=4"], "run.replications cannot be given here; allowed: points= and waves="),
        (["inputs.sample=old"], "inputs.sample cannot be given here"),
        (["precision.children_separated=5%"], "precision.children_separated cannot be asked here"),
        (["scenario=family_unity"], "scenario=family_unity cannot be fitted"),
        (["points=1", "orr.bedz=3"], "2 settings cannot be used"),
    ],
)
def test_what_is_refused(tmp_path, monkeypatch, capsys, words, told):
    """Exit code 2, a sentence that names key, value and what is allowed, all of them at once, and no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["fit", *words]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_nothing_known_later_is_fitted_to():
    """As of a day, rows that became known later are left out with the reason; a leak would be one of those used."""
    asked = fit._asked(["scenario=foreseen_2018"])
    day = asked.settings.study.as_of
    assert asked.rows and all(one.known_on <= day for one in asked.rows)
    late = {one.figure for one in rows() if one.role == "fit" and one.known_on > day}
    assert set(asked.left_out) == late and "S112" in late
    assert all(composed.settings.study.as_of == day for composed in asked.worlds.values())


def test_a_fit_goes_around_the_values_as_they_stand():
    """The sample that is the default of a season or a day moves nothing while another one is looked for."""
    for words in ([AMONG], ["scenario=foreseen_2018"]):
        asked = fit._asked(words)
        assert {one.settings.inputs.sample for one in asked.worlds.values()} == {None}
        assert fit.Player(asked).settings_at("pilot", np.full(len(asked.doubts), 0.3)).inputs.sample is None


def test_figures_that_are_only_checked_are_never_asked_for():
    """Whatever is asked, no row of another role than fit is among those that a fit sees."""
    for words in ([], ["scenario=foreseen_2018"], [AMONG]):
        assert {one.role for one in fit._asked(words).rows} == {"fit"}


def test_doubts_of_one_name_move_together_in_every_world():
    """One entry of the register is one position, each world with its own values."""
    asked = fit._asked([AMONG])
    names = [one.name for one in asked.doubts]
    assert len(set(names)) == len(names)
    player = fit.Player(asked)
    low, high = (player.settings_at("season", np.full(len(names), at)) for at in (0.0, 1.0))
    assert low.transport.wait.median_hours < high.transport.wait.median_hours
    pilot = player.settings_at("pilot", np.full(len(names), 1.0))
    assert pilot.transport.wait.median_hours == high.transport.wait.median_hours


def test_points_that_contradict_themselves_are_drawn_to_the_middle(monkeypatch, capsys):
    """A point whose values cannot stand together is played nearer to the shipped values, and that is told."""
    player = fit.Player(fit._asked([AMONG]))
    monkeypatch.setattr(fit.Player, "is_allowed", lambda self, point: bool(point[0] < 0.8))
    points = np.full((2, len(player._asked.doubts)), 0.5)
    points[1, 0] = 1.0
    settled = player.settled(points)
    assert (settled[0] == 0.5).all() and 0.5 < settled[1, 0] < 0.8
    assert "at 1 point values contradict one another" in capsys.readouterr().err


def test_a_fit_that_was_killed_goes_on_where_it_was(tmp_path):
    """After kill -9 the same command plays only what is missing."""
    words = [sys.executable, "-m", "borderops", "fit", *SMALL, AMONG, "points=24", "waves=1", "sample=5", "truths=0"]
    store = tmp_path / "outputs/trials"
    begun = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 240
    while len(list(store.rglob("*.parquet"))) < 6 and time.monotonic() < until and begun.poll() is None:
        time.sleep(0.02)
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.parquet")}
    assert len(before) >= 6
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())
    [told] = [line for line in done.stderr.splitlines() if line.startswith("wave 1:")]
    assert f"{48 - len(before)} to play" in told


@pytest.mark.slow
def test_planted_values_of_a_real_season_are_found_again(tmp_path):
    """A small season's own runs, planted one after another, have even ranks: it is fitted as surely as may be."""
    from borderops.experiments.inputs import latin_hypercube
    from borderops.fitting.recovery import recover

    asked = fit._asked([*SMALL, AMONG, f"run.outputs={tmp_path}", "seed=7"])
    player = fit.Player(asked)
    names = [one.name for one in asked.doubts]
    runs: Runs = player.play(player.settled(latin_hypercube(7, 120, names)))
    found = recover(runs, np.zeros(len(asked.rows)), 7, 100)
    assert len(found.planted) >= 50
    assert found.smallest > 0.01


def test_completion_knows_the_commands_own_words():
    """The tab key offers own words and settings."""
    from borderops.commands.completing import completions

    assert "waves=" in completions("borderops fit wa", ["fit"])
    assert any(one.startswith("orr.") for one in completions("borderops fit orr.", ["fit"]))


def test_unknown_beginnings_are_all_told():
    """Of several wrong beginnings each is told, under the name of this command's word."""
    with pytest.raises(ConfigError) as found:
        fit._asked(["among=orr.bedz,curts"])
    assert len(found.value.problems) == 2 and all(one.startswith("among=") for one in found.value.problems)


def test_the_description_says_what_was_chosen(whole):
    """Groups of options, command and seed stand beside the sample, and no path of this machine."""
    home, _ = whole
    text = (home / "outputs/posteriors/mine.yaml").read_text()
    about = yaml.safe_load(text)
    assert about["choices"]["season"]["policy"] == "zero_tolerance" and about["seed"] == 2018
    assert str(home) not in text and len(about["prior_sha256"]) == 64
