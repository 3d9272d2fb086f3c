"""``borderops capacity``: what it finds, leaves behind and says, what it refuses, and that a killed search goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.report.page_reader import read

from borderops.cli import main
from borderops.commands.capacity_words import read_search
from borderops.commands.help_texts import HELP
from borderops.exceptions import ConfigError
from borderops.experiments import tasks
from borderops.readiness.levers import LEVERS

CRITERIA = """\
title: Clerks and beds
alpha: 0.05
confidence: 0.6
valid_days: 30
criteria:
  clerks:
    title: Coordinators are busy with mail for no more than a part of the busiest day
    kpi: coordinator_utilisation_peak
    group_kind: station
    at_most: 0.22
    basis: planner
    ground: made up for a test
    owner: nobody
    levers: [coordinators, mail]
    limit: { grade: assumed, low: 0, high: 1, source: A number made up for a test }
  free_beds:
    title: Some beds of every kind stay free
    kpi: shelter_occupancy_peak
    group_kind: bed_kind
    at_most: 1.0
    basis: planner
    ground: made up for a test
    owner: nobody
    levers: [beds.age_0_12, beds.girls_13_17, beds.boys_13_17]
    limit: { grade: assumed, low: 0, high: 1, source: A number made up for a test }
  design:
    title: The tracking design is live before the start
    fact: design_days_before_start
    at_least: 1
    basis: recommendation
    ground: made up for a test
    owner: nobody
    levers: [tracking, start]
    limit: { grade: assumed, low: 0, high: 30, source: A number made up for a test }
"""
# Ten days of one sector: a trial takes a fifth of a second.
TINY = ("window.start=2018-05-01", "window.end=2018-05-10", "study.season_start=null", "study.season_end=null",
        "arrivals.stations=[yuma]", "compute.workers=2", "run.beside=null", "criteria=mine.yaml", "most=8")  # fmt: skip
CLERKS = ("lever=coordinators", "high=4", "step=1")
replication_of = tasks._replication


def at_home(home: Path) -> Path:
    (home / "mine.yaml").write_text(CRITERIA)
    return home


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "borderops", "capacity", *TINY, *words]
    return subprocess.run(line, cwd=home, capture_output=True, text=True, timeout=600)


def search_here(home: Path, monkeypatch, *words: str) -> int:
    """The exit code of a search in this process, where what is played once is kept: many times quicker to begin."""
    monkeypatch.chdir(home)
    return main(["capacity", *TINY, "compute.workers=1", "trials.store=outputs/trials", *words])


def only_folder(outputs: Path) -> Path:
    [folder] = [path for path in outputs.glob("2*/*") if not path.name.startswith(".")]
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A search for coordinators: its working folder, and what it said."""
    home = at_home(tmp_path_factory.mktemp("capacity"))
    return home, run(home, *CLERKS)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(at_home(tmp_path))
    return tmp_path


# --- one lever ------------------------------------------------------------------------------------------------------


def test_the_answer_has_evidence_on_both_sides(whole):
    """Three more coordinators hold in all seasons, the level below is not GO, and the plan itself is NO-GO."""
    home, done = whole
    assert done.returncode == 0, done.stderr
    told = json.loads((only_folder(home / "outputs") / "capacity.json").read_text())
    judged = {one["levels"]["coordinators"]: one for one in told["judged"]}
    assert told["status"] == "found" and [one["levels"] for one in told["answers"]] == [{"coordinators": 3}]
    assert judged[3]["verdict"] == "GO" and judged[0]["verdict"] == "NO-GO"
    assert judged[2]["verdict"] != "GO"
    clerks = {
        level: next(one for one in plan["criteria"] if one["criterion"] == "clerks") for level, plan in judged.items()
    }
    assert clerks[3]["met"] == 8 and clerks[3]["low"] >= 0.6 > clerks[2]["low"]
    assert [clerks[level]["met"] for level in sorted(clerks)] == sorted(one["met"] for one in clerks.values())
    assert "+3 coordinators is the least of coordinators (0 to 4) that holds: GO" in done.stdout
    assert (
        "Not judged here, and not met at +3 coordinators: The tracking design is live before the start" in done.stdout
    )


def test_it_leaves_report_tables_and_the_settings_of_the_answer(whole):
    """Every file that is promised, with checksums that hold, and the answer as settings that can be run."""
    home, _ = whole
    folder = only_folder(home / "outputs")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    tables = {f"tables/{name}.{kind}" for name in ("plans", "criteria") for kind in ("csv", "parquet")}
    assert tables | {"report.html", "tables.xlsx", "capacity.json", "manifest.json"} <= names
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, checksum in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    plan, answer = (yaml.safe_load(path.read_text()) for path in sorted((folder / "configs").iterdir()))
    on_duty = [one["referral"]["coordinators"]["on_duty"]["yuma"] for one in (plan, answer)]
    assert on_duty == [3, 6]
    assert manifest["criteria_sha256"] == json.loads((folder / "capacity.json").read_text())["criteria"]["digest"]


def test_tables_tell_every_plan_and_every_criterion(whole):
    """One row a plan that was judged, all criteria of each, those that decide marked."""
    home, _ = whole
    folder = only_folder(home / "outputs")
    plans, rows = (pd.read_parquet(folder / f"tables/{name}.parquet") for name in ("plans", "criteria"))
    assert plans["coordinators"].is_monotonic_increasing and plans["is_answer"].sum() == 1
    assert set(rows["plan"]) == set(plans["plan"])
    assert set(rows["criterion"]) == {"clerks", "free_beds", "design"}
    assert set(rows.loc[rows["is_judged"], "criterion"]) == {"clerks"}


def test_the_page_is_whole_and_names_no_place_of_this_machine(whole):
    """One file that asks nothing of the network, with every section and the picture."""
    home, _ = whole
    text = (only_folder(home / "outputs") / "report.html").read_text()
    page = read(text)
    for name in ("answer", "picture", "criteria", "all", "how", "limits", "made", "picture-chances"):
        assert page.by_id(name) is not None
    assert str(home) not in text


def test_the_same_words_play_nothing_again(whole):
    """A second search plays no trial and finds the same, to the byte."""
    home, _ = whole
    again = run(home, *CLERKS, "run.outputs=again", "trials.store=outputs/trials")
    assert again.returncode == 0 and " done in " not in again.stderr and "to play" not in again.stderr
    first, second = only_folder(home / "outputs"), only_folder(home / "again")
    for name in ("plans", "criteria"):
        assert (first / f"tables/{name}.csv").read_bytes() == (second / f"tables/{name}.csv").read_bytes()


def test_progress_tells_verdicts_and_the_time_that_remains(whole):
    """Each plan's verdict as it falls, and about how many more there are and how long they may take."""
    _, done = whole
    assert "as planned: NO-GO after " in done.stderr and "more to judge, " in done.stderr
    assert "+4 coordinators: GO after 8 replications (clerks: Met in 8 of 8 seasons" in done.stderr


@pytest.mark.slow
def test_a_killed_search_goes_on_and_repeats_nothing(whole, tmp_path):
    """Killed without a word after five trials; the same words play the rest, and find what an unbroken search found."""
    home = at_home(tmp_path)
    line = [sys.executable, "-m", "borderops", "capacity", *TINY, *CLERKS]
    process = subprocess.Popen(line, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    done = 0
    for said in process.stderr:
        done += " done in " in said
        if done == 5:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    kept = len(list((home / "outputs/trials/figures").glob("*/*.parquet")))
    assert process.returncode == -signal.SIGKILL and kept >= 5
    again = run(home, *CLERKS)
    assert again.returncode == 0
    all_of_them = whole[1].stderr.count(" done in ")
    assert again.stderr.count(" done in ") == all_of_them - kept
    tables = [only_folder(one / "outputs") / "tables/plans.csv" for one in (whole[0], home)]
    assert tables[0].read_bytes() == tables[1].read_bytes()


# --- several levers -------------------------------------------------------------------------------------------------


def test_a_frontier_of_two_levers(whole, monkeypatch):
    """Three more coordinators do with the desk as it is, so that nothing else is on the frontier."""
    home, _ = whole
    words = ("lever=coordinators,intake_desk", "high=4,1", "step=1,1", "run.outputs=two", "judged=clerks", "most=9")
    assert search_here(home, monkeypatch, *words) == 0
    told = json.loads((only_folder(home / "two") / "capacity.json").read_text())
    assert told["mode"] == "frontier"
    assert [one["levels"] for one in told["answers"]] == [{"coordinators": 3, "intake_desk": 0}]
    assert read((only_folder(home / "two") / "report.html").read_text()).by_id("picture-frontier") is not None


def test_packages_name_what_is_needed(whole, monkeypatch, capsys):
    """Coordinators for the one criterion, a design for the other: one package of two, and both are needed."""
    home, _ = whole
    words = (
        "lever=packages",
        "among=coordinators:4,tracking:2",
        "judged=clerks,design",
        "run.outputs=packed",
        "most=9",
    )
    assert search_here(home, monkeypatch, *words) == 0
    told = json.loads((only_folder(home / "packed") / "capacity.json").read_text())
    assert [one["levels"] for one in told["answers"]] == [{"coordinators": 4, "tracking": 2}]
    assert told["needed"] == ["coordinators", "tracking"]
    said = capsys.readouterr().out
    assert "One package turns the verdict into GO" in said
    assert "The error allowed holds for all packages together." in said


# --- exit codes -----------------------------------------------------------------------------------------------------


def test_nothing_in_the_range_is_exit_code_1(whole, monkeypatch, capsys):
    """Up to one more coordinator nothing holds: code 1 where that is shown, 3 where it is open; facts alone show it."""
    home, _ = whole
    code = search_here(home, monkeypatch, "lever=coordinators", "high=1", "step=1", "run.outputs=none")
    told = json.loads((only_folder(home / "none") / "capacity.json").read_text())
    assert not told["answers"] and code == {"none": 1, "not enough evidence": 3}[told["status"]]
    assert search_here(home, monkeypatch, "lever=tracking", "high=1", "run.outputs=facts") == 1
    assert "No level of tracking (0 to 1) holds" in capsys.readouterr().out


def test_failed_replications_are_exit_code_4_and_block_a_go(home, monkeypatch, capsys):
    """The second season fails at every level: its verdict stays open however good the others are, and code 4."""

    def fail_second(people, trial, number):
        if number == 2:
            raise ValueError("never two")
        return replication_of(people, trial, number)

    monkeypatch.setattr(tasks, "_replication", fail_second)
    words = ["lever=coordinators", "low=10", "high=11", "step=1", "compute.workers=1"]
    assert main(["capacity", *TINY, *words]) == 4
    told = json.loads((only_folder(home / "outputs") / "capacity.json").read_text())
    assert told["status"] == "not enough evidence"
    assert "never two" in capsys.readouterr().err


def test_an_interruption_keeps_what_is_finished(home, monkeypatch, capsys):
    """Ctrl-C: code 130, no folder, and a word that finished trials are kept."""
    import borderops.commands.capacity_player as player

    class Cut:
        was_interrupted, failures, points, asked, kept, workers, was_stopped = True, [], {}, 1, 0, 1, False

    monkeypatch.setattr(player.Player, "_play", lambda self, *_: self._cut())
    monkeypatch.setattr(player.Player, "_cut", lambda self: (_ for _ in ()).throw(player.Interrupted), raising=False)
    monkeypatch.setattr(player.Player, "whole", property(lambda self: Cut))
    assert main(["capacity", *TINY, *CLERKS]) == 130
    assert "The search was interrupted, so no report was written; finished trials are kept" in capsys.readouterr().err
    assert not list((home / "outputs").glob("2*/*"))


# --- what is asked --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "lever is not given; allowed: lever=NAME, lever=NAME,NAME or lever=packages (beds.age_0_12"),
        (["lever=coordinator"], "coordinator is no lever; did you mean coordinators?"),
        (["lever=coordinators,coordinators"], "lever names coordinators twice"),
        (["lever=packages,start"], "allowed: packages alone, with among=NAME"),
        (["levers=start"], "levers is not known; did you mean lever=?"),
        (["lever=coordinators", "low=-1"], "low is -1; allowed: a whole number, 0 or more"),
        (["lever=coordinators", "step=0"], "step is 0; allowed: a whole number, 1 or more"),
        (["lever=coordinators", "low=5", "high=5"], "coordinators goes from 5 to 5; allowed: low= below high="),
        (["lever=coordinators,agents", "high=5"], "high has 1 values for 2 levers; allowed: one for each"),
        (["lever=coordinators", "most=7"], "most is 7; allowed: a whole number from 8"),
        (["lever=coordinators", "judged=clerk_s"], "judged=clerk_s is no criterion; did you mean clerks?"),
        (["lever=intake_desk"], "no criterion of mine names intake_desk among its levers"),
        (["lever=coordinators", "criteria=defalt"], "criteria=defalt is not known"),
        (["lever=coordinators", "run.replications=9"], "run.replications cannot be given here; allowed: most="),
        (["lever=coordinators", "precision.children_separated=5%"], "cannot be asked here; allowed: most="),
        (["lever=coordinators", "among=start"], "among is given although no packages are asked for"),
        (["lever=packages", "high=3"], "high is given although packages have stated levels"),
        (["lever=packages", "among=beds.age_0_12:none"], "among names beds.age_0_12:none; allowed"),
        (["lever=packages", "among=bed.age_0_12"], "among: bed.age_0_12 is no lever; did you mean beds.age_0_12?"),
        (["lever=tracking", "high=9", "judged=design"], "the level of tracking is 9; allowed: a whole number"),
        (["lever=start", "judged=design", "high=3", "study.season_end=2018-05-09"], "the level of start is 3; allowed"),
        (["lever=coordinators", "transport.notice_hours=-1"], "transport.notice_hours is -1"),
        (["lever=coordinators", "scenario=nobody"], "scenario=nobody is not known"),
    ],
)
def test_wrong_words_are_told_before_anything_is_made(home, capsys, words, told):
    """Exit code 2, a sentence that names key, value and what is allowed, and no folder."""
    assert main(["capacity", *TINY, *words]) == 2
    assert told in capsys.readouterr().err
    assert [path.name for path in home.iterdir()] == ["mine.yaml"]


def test_a_level_too_high_is_told_once_and_not_for_every_level_above(home, capsys):
    """Of fifty levels of which most lie beyond the window the first that does is told."""
    words = ["lever=start", "judged=design", "high=50", "step=1", "study.season_end=2018-05-08"]
    assert main(["capacity", *TINY, *words]) == 2
    assert capsys.readouterr().err.count("the level of start is") == 1


def test_all_wrong_words_are_told_at_once(home, capsys):
    """Own words, a lever, a setting: one answer names them all."""
    assert main(["capacity", *TINY, "lever=coordinator", "low=x", "transport.notice_hours=-1"]) == 2
    said = capsys.readouterr().err
    assert all(one in said for one in ("coordinator is no lever", "low is x", "transport.notice_hours is -1"))


def test_too_few_replications_for_the_confidence_are_refused(home):
    """Of criteria at 90 per cent eight seasons can show nothing, and that is said before the first."""
    (home / "mine.yaml").write_text(CRITERIA.replace("confidence: 0.6", "confidence: 0.9"))
    with pytest.raises(ConfigError, match="most is 8; allowed: 37 or more"):
        read_search([*TINY, *CLERKS])


def test_several_levers_share_the_error_and_take_more_seasons(home, capsys):
    """A grid of 31 by 2 is two wide, four levers make six sets: so many seasons that each part can show a GO."""
    (home / "mine.yaml").write_text(CRITERIA.replace("confidence: 0.6", "confidence: 0.9"))
    words = [one for one in TINY if one != "most=8"]
    grid, four = ["lever=coordinators,mail", "step=2,1"], ["lever=packages", "among=coordinators,tracking,agents,mail"]
    most = {one[0]: read_search([*words, *one]).most for one in (["lever=coordinators"], grid, four)}
    assert [*most.values()] == [80, 80, 81]
    assert read_search([*words, *four, "judged=clerks"]).composed.settings.run.replications == 81
    assert main(["capacity", *words, *grid, "most=42"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "most is 42; allowed: 43 or more" in said and "which is 0.05 shared out over the plans" in said


def test_levels_follow_lever_and_words(home):
    """The lever's own levels; those that are given; of several levers fewer, so that a grid can be searched."""
    assert read_search([*TINY, "lever=coordinators"]).levels == {"coordinators": list(range(0, 61, 2))}
    assert read_search([*TINY, *CLERKS, "low=1"]).levels == {"coordinators": [1, 2, 3, 4]}
    grid = read_search([*TINY, "lever=coordinators,mail", "most=9"]).levels
    assert grid == {"coordinators": list(range(0, 61, 8)), "mail": [0, 1]}


def test_packages_leave_out_what_a_plan_has_no_room_for(home, capsys):
    """A season that ends with the window cannot start later: told, and the other levers stay."""
    season = ["study.season_start=2018-05-05", "study.season_end=2018-05-10"]
    search = read_search([*TINY, *season, "lever=packages", "most=20"])
    assert "start" not in search.levels and search.levels["beds.age_0_12"] == [0, 900]
    assert "note: start is left out of the packages" in capsys.readouterr().err


def test_help_names_every_lever():
    """Whoever reads the help knows what can be pulled."""
    assert all(name in HELP["capacity"] for name in LEVERS)
