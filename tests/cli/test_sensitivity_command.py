"""``borderops sensitivity``: what it leaves behind, what it says, what it refuses, and how it goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from borderops.cli import main
from borderops.commands.sensitivity import lay_out, trials_of
from borderops.commands.sensitivity_words import asked_of, own_words
from borderops.experiments import tasks

TINY = ["window.start=2018-05-01", "window.end=2018-05-03", "arrivals.stations=[yuma]", "study.season_start=null",
        "study.season_end=null", "compute.workers=1", "run.beside=null", "inputs.sample=null"]  # fmt: skip
SCREEN = [*TINY, "points=5", "vary=transport,stations.sites"]
SOBOL = [*TINY, "method=sobol", "points=6", "vary=transport.travel,stations.checks", "groups=2",
         "at_most.mean_custody_hours_separated=20", "kpis=mean_custody_hours_separated,children_separated"]  # fmt: skip
replication_of = tasks._replication


def only_folder(outputs: Path) -> Path:
    """The one run folder there is."""
    [folder] = [path for path in outputs.glob("2*/*") if not path.name.startswith(".")]
    return folder


@pytest.fixture(scope="module")
def screened(tmp_path_factory) -> tuple[Path, str, str]:
    """Five walks over two groups, two replications, three days in one sector, with what was said."""
    home = tmp_path_factory.mktemp("screened")
    words = [sys.executable, "-m", "borderops", "sensitivity", *SCREEN]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, cwd=home)
    assert done.returncode == 0, done.stderr
    return only_folder(home / "outputs"), done.stdout, done.stderr


def test_it_leaves_report_tables_workbook_summary_and_settings(screened):
    """Each table as Parquet and CSV, the settings that were asked for, a manifest whose checksums hold."""
    folder, _, _ = screened
    assert folder.name.endswith("-sensitivity-zero_tolerance_2018")
    names = ("effects", "inputs", "outcomes", "points", "values")
    tables = {f"tables/{name}.{kind}" for name in names for kind in ("csv", "parquet")}
    others = {"report.html", "manifest.json", "log.txt", "sensitivity.json", "tables.xlsx", "configs/0001-asked.yaml"}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == tables | others
    assert openpyxl.load_workbook(folder / "tables.xlsx", read_only=True).sheetnames == [
        "effects", "inputs", "outcomes"
    ]  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, checksum in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    told = json.loads((folder / "sensitivity.json").read_text())
    assert told["rows"] == {"asked": 5, "whole": 5, "points": 3, "replications": 2}
    assert told["method"] == "morris" and list(told["groups"]) == ["stations", "transport"]
    assert told["criteria"].startswith("default (") and told["in_words"]


def test_it_tells_the_cost_first_and_the_way_on_last(screened):
    """Walks, points, replications, trials on standard error; the table and where the report is on standard output."""
    folder, out, err = screened
    cost = "cost: 5 walks of 3 points in 2 replications each: 30 trials, 30 of them to play"
    assert cost in err and err.index(cost) < err.index("done in")
    assert "left)" in err
    assert "by chance" in out and "Of 2 groups of inputs" in out
    assert out.strip().splitlines()[-1] == f"Report: outputs/{folder.parent.name}/{folder.name}/report.html"


def test_effects_are_those_of_the_values(screened):
    """mu* of a figure, worked out by hand from points and values, is that of the table."""
    folder, _, _ = screened
    points, values, effects = (
        pd.read_parquet(folder / f"tables/{name}.parquet") for name in ("points", "values", "effects")
    )
    names = [name for name in points.columns if name.startswith("stations")]
    own = effects[(effects["group"] == "stations") & (effects["mu_star"] > 0)]
    assert len(own) >= 3
    figure = own["figure"].iloc[0]
    means = values.groupby(["row", "point"])[figure].mean().unstack().to_numpy()
    moved = points.groupby("row")[names].diff().abs().sum(axis=1).to_numpy().reshape(5, 3)
    sizes = [abs(means[row, at] - means[row, at - 1]) * 1.5 for row in range(5) for at in (1, 2) if moved[row, at] > 0]
    row = effects[(effects["figure"] == figure) & (effects["group"] == "stations")].iloc[0]
    assert len(sizes) == 5 and row["mu_star"] == pytest.approx(np.mean(sizes))


@pytest.mark.slow
def test_the_same_words_play_nothing_again_and_more_points_play_the_rest(screened, monkeypatch, capsys):
    """All 30 trials are kept; one walk more plays six."""
    folder, _, _ = screened
    monkeypatch.chdir(folder.parents[2])
    assert main(["sensitivity", *SCREEN, "run.outputs=again", "trials.store=outputs/trials"]) == 0
    assert "30 trials, 0 of them to play" in capsys.readouterr().err
    again = only_folder(Path("again"))
    for name in ("effects", "values", "points"):
        assert (again / f"tables/{name}.csv").read_bytes() == (folder / f"tables/{name}.csv").read_bytes()
    more = [word for word in SCREEN if not word.startswith("points=")] + ["points=6"]
    assert main(["sensitivity", *more, "run.outputs=more", "trials.store=outputs/trials"]) == 0
    assert "36 trials, 6 of them to play" in capsys.readouterr().err


def test_failed_trials_are_left_out_told_and_played_again(tmp_path, monkeypatch, capsys):
    """One trial fails: exit code 4, its row stands in no figure; the same command plays that trial and ends with 0."""
    failed = []

    def fail_once(people, trial, number):
        if number == 3 and not failed:
            failed.append(number)
            raise ValueError("not this one")
        return replication_of(people, trial, number)

    words = ["sensitivity", *SCREEN, "points=6"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", fail_once)
    assert main([word for word in words if word != "points=5"]) == 4
    out, err = capsys.readouterr()
    assert "ValueError: not this one" in err and "1 of 6 rows is not whole" in out.replace("\n", " ")
    folder = only_folder(tmp_path / "outputs")
    values = pd.read_parquet(folder / "tables/values.parquet")
    assert sorted(values["row"].unique()) == [1, 3, 4, 5, 6]
    assert "not this one" in (folder / "report.html").read_text()
    again = [*[word for word in words if word != "points=5"], "run.outputs=again", "trials.store=outputs/trials"]
    assert main(again) == 0
    assert "36 trials, 1 of them to play" in capsys.readouterr().err


def test_too_few_rows_write_no_report(tmp_path, monkeypatch, capsys):
    """Where a row of five is not whole there is too little to tell, and exit code 4."""

    def fail(people, trial, number):
        if number in (3, 4):
            raise ValueError("never")
        return replication_of(people, trial, number)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", fail)
    assert main(["sensitivity", *SCREEN, "run.stop_after_failures=null"]) == 4
    out, err = capsys.readouterr()
    assert "Too few rows were finished to tell anything, so no report was written" in err and "Report:" not in out


@pytest.mark.slow
def test_sobols_method_tells_shares_outcomes_and_worth(tmp_path, monkeypatch, capsys):
    """Indices by group, how often the planner's own limit breaks, and what is worth knowing by which way."""
    monkeypatch.chdir(tmp_path)
    assert main(["sensitivity", *SOBOL]) == 0
    out, err = capsys.readouterr()
    assert "6 rows of 4 points in 2 replications each: 48 trials" in err
    folder = only_folder(tmp_path / "outputs")
    indices = pd.read_parquet(folder / "tables/indices.parquet")
    assert set(indices["group"]) == {"stations.checks", "transport.travel"} and (indices["rows"] <= 6).all()
    [outcome] = pd.read_parquet(folder / "tables/outcomes.parquet").to_dict("records")
    values = pd.read_parquet(folder / "tables/values.parquet")["mean_custody_hours_separated"]
    assert outcome["limit"] == 20 and outcome["share_broken"] == pytest.approx((values > 20).mean())
    worth = pd.read_parquet(folder / "tables/worth.parquet").set_index("known")
    assert set(worth["resolved_by"]) <= {"a drill", "existing records", ""}
    assert (worth["value"] >= 0).all() and worth.index[-1].startswith("everything")
    assert "A false GO counts 9" in out.replace("\n", " ")


def test_every_row_has_luck_of_its_own_and_points_share_it():
    """Trials of a row run over its replications, each at every point of the row."""
    asked = asked_of(["vary=transport", "points=5", *TINY])
    trials = [(name, number) for name, _, number in trials_of(asked, lay_out(asked))]
    assert [name for name, _ in trials[:4]] == ["1.1 in 1", "1.2 in 1", "1.1 in 2", "1.2 in 2"]
    assert [number for _, number in trials] == [number for number in range(1, 11) for _ in range(2)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["method=sobl"], "method is sobl; allowed: morris, sobol; did you mean method=sobol?"),
        (["points=4"], "points is 4; allowed: a whole number from 5 to 10,000"),
        (["groups=3"], "groups is 3; allowed: 1, 2, each"),
        (["vary="], "vary is empty; allowed: beginnings of keys"),
        (["vary=transprot"], "vary=transprot: transprot is not a setting; did you mean transport?"),
        (["kpis=childern_separated"], "kpis=childern_separated is no KPI; did you mean children_separated?"),
        (["at_most.shelter_days_ful=3"], "at_most.shelter_days_ful is no KPI; did you mean shelter_days_full?"),
        (["at_least.shelter_days_full=few"], "at_least.shelter_days_full is few; allowed: a number"),
        (["levers=beds"], "levers=beds: beds is no lever"),
        (["levers=start", "scenario=family_unity"], "levers=start: start cannot be moved; allowed: a policy that"),
        (["false_go=0"], "false_go is 0; allowed: a number above 0"),
        (["criteria=mine"], "mine"),
        (["run.replications=1"], "run.replications is 1; allowed here: 2 or more"),
        (["precision.children_separated=5%"], "precision.children_separated cannot be asked here"),
        (["transport.notice_hours=-1"], "transport.notice_hours is -1"),
    ],
)
def test_wrong_words_are_told_before_anything_is_made(tmp_path, monkeypatch, capsys, words, told):
    """Exit code 2, a sentence that names key, value and what is allowed, and no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["sensitivity", *TINY, *words]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_all_problems_are_told_at_once(tmp_path, monkeypatch, capsys):
    """Own words and settings in one list."""
    monkeypatch.chdir(tmp_path)
    assert main(["sensitivity", "points=no", "method=x", "orr.beds.age_0_12=-5"]) == 2
    err = capsys.readouterr().err
    assert "3 settings cannot be used" in err and "orr.beds.age_0_12" in err


def test_own_words_are_read():
    """Lists keep indices; limits keep their kind; everything else is a setting."""
    own, rest, problems = own_words(["vary=[orr.pace[3],transport]", "at_most.shelter_days_full=3", "seed=2"])
    assert (own.vary, rest, problems) == (("orr.pace[3]", "transport"), ["seed=2"], [])
    assert own.limits == (("at_most", "shelter_days_full", 3.0),)
