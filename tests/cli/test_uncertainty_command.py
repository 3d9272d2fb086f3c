"""``borderops uncertainty``: what it leaves behind, what it says, and what it refuses before the first draw."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from borderops.cli import main
from borderops.config import doubts
from borderops.config.compose import compose
from borderops.experiments import tasks
from borderops.experiments.inputs import latin_hypercube

TINY = ["window.start=2018-05-01", "window.end=2018-05-05", "arrivals.stations=[yuma]", "study.season_start=null",
        "study.season_end=null", "run.replications=2", "compute.workers=1", "run.beside=null"]  # fmt: skip
QUICK = [*TINY, "points=3", "vary=stations,transport"]
replication_of = tasks._replication


def only_folder(outputs: Path) -> Path:
    """The one run folder there is."""
    [folder] = [path for path in outputs.glob("2*/*") if not path.name.startswith(".")]
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, str, str]:
    """Three points of two replications, five days in one sector, with what was said."""
    home = tmp_path_factory.mktemp("whole")
    words = [sys.executable, "-m", "borderops", "uncertainty", *QUICK, "transport.notice_hours=5"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, cwd=home)
    assert done.returncode == 0, done.stderr
    return only_folder(home / "outputs"), done.stdout, done.stderr


def test_it_leaves_report_tables_workbook_and_every_points_settings(whole):
    """Each table as Parquet and CSV, the settings of the three points, and a manifest whose checksums hold."""
    folder, _, _ = whole
    assert folder.name.endswith("-uncertainty-zero_tolerance_2018")
    tables = {f"tables/{name}.{kind}" for name in ("split", "points", "values") for kind in ("csv", "parquet")}
    configs = {f"configs/{number:04d}-point-{number}.yaml" for number in (1, 2, 3)}
    others = {"report.html", "manifest.json", "log.txt"}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    [workbook] = [name for name in found if name.endswith(".xlsx")]
    assert found == tables | configs | others | {workbook}
    assert openpyxl.load_workbook(folder / workbook, read_only=True).sheetnames == [
        "split", "points", "values", "definitions"
    ]  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, checksum in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    assert manifest["replications"]["done"] == 2 and manifest["points"] == ["point 1", "point 2", "point 3"]


def test_the_points_played_are_the_points_told(whole):
    """The drawn uniforms are those of the hypercube, and each point's settings hold the values at them."""
    folder, _, _ = whole
    points = pd.read_parquet(folder / "tables/points.parquet").pivot(index="point", columns="doubt", values="uniform")
    words = [word for word in QUICK if not word.startswith(("points=", "vary="))] + ["transport.notice_hours=5"]
    found = doubts.doubts_of(compose(words), ["stations", "transport"], words)
    names = [one.name for one in found]
    assert sorted(points.columns) == sorted(names) and "transport.notice_hours" not in names
    assert points[names].to_numpy() == pytest.approx(latin_hypercube(2018, 3, names))
    travel = next(one for one in found if one.name == "transport.travel.sigma").parameters[0]
    for number in (1, 2, 3):
        said = yaml.safe_load((folder / f"configs/{number:04d}-point-{number}.yaml").read_text())["transport"]
        assert said["notice_hours"] == 5
        assert said["travel"]["sigma"] == doubts.value_at(travel, points.loc[number, "transport.travel.sigma"])


def test_values_and_split_agree(whole):
    """The split's means are those of the values, over three points of two replications."""
    folder, _, _ = whole
    values, split = (pd.read_parquet(folder / f"tables/{name}.parquet") for name in ("values", "split"))
    assert set(zip(values["point"], values["replication"])) == {(point, one) for point in (1, 2, 3) for one in (1, 2)}
    rows = split[split["group_kind"] == "all"].set_index("kpi")
    means = values.groupby("kpi")["value"].agg(["mean", "count"])
    complete = means[means["count"] == 6]
    assert len(complete) >= 4
    for kpi, mean in complete["mean"].items():
        assert rows.loc[kpi, "mean"] == pytest.approx(mean) and rows.loc[kpi, "points"] == 3


def test_it_says_the_table_and_where_the_report_is(whole):
    """The table goes to standard output, what is under way to standard error."""
    folder, out, err = whole
    assert "one season" in out and "due to inputs" in out and "Children separated" in out
    assert out.strip().splitlines()[-1] == f"Report: outputs/{folder.parent.name}/{folder.name}/report.html"
    assert "3 points of" in err and "2 replications, 2018-05-01 to 2018-05-05" in err
    assert "no sensitivity analysis" in out.replace("\n", " ")


def test_the_same_words_play_nothing_again(whole, monkeypatch, capsys):
    """All six trials are kept; a second run gives the same tables."""
    folder, _, _ = whole
    home = folder.parents[2]
    monkeypatch.chdir(home)
    assert (
        main(["uncertainty", *QUICK, "transport.notice_hours=5", "run.outputs=again", "trials.store=outputs/trials"])
        == 0
    )
    assert "done in" not in capsys.readouterr().err
    again = only_folder(home / "again")
    for name in ("split", "points", "values"):
        assert (again / f"tables/{name}.csv").read_bytes() == (folder / f"tables/{name}.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["points=1"], "points is 1; allowed: a whole number from 2 to 10,000"),
        (["points=many"], "points is many; allowed"),
        (["points=2.5", "vary="], "vary is empty; allowed: beginnings of keys"),
        (["vary=transprot"], "vary=transprot: transprot is not a setting; did you mean transport?"),
        (["vary=orr,arrivals.multiplier"], "asks what would happen if more came"),
        (["run.replications=1"], "run.replications is 1; allowed here: 2 or more"),
        (["precision.children_separated=5%"], "precision.children_separated cannot be asked here"),
        (["transport.notice_hours=-1"], "transport.notice_hours is -1"),
        (["seed=1,2"], "seed is '1,2'; allowed: a whole number"),
        (["scenario=nobody"], "scenario=nobody is not known"),
    ],
)
def test_wrong_words_are_told_before_anything_is_made(tmp_path, monkeypatch, capsys, words, told):
    """Exit code 2, a sentence that names key, value and what is allowed, and no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["uncertainty", *TINY, *words]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_list_of_keys_may_hold_indices(tmp_path, monkeypatch, capsys):
    """``vary=[orr.pace[3],transport.travel]`` and ``vary=orr.pace[3]`` keep the index."""
    from borderops.commands.uncertainty import _own_words

    assert _own_words(["vary=[orr.pace[3],transport.travel]"])[1] == ["orr.pace[3]", "transport.travel"]
    assert _own_words(["points=7", "vary=orr.pace[3]", "seed=2"]) == (7, ["orr.pace[3]"], ["seed=2"])


def test_values_that_contradict_one_another_are_told_and_shown_as_shipped(tmp_path, monkeypatch, capsys):
    """A note names the doubts that stay; their uniforms in the table of points are those of the shipped value."""
    from borderops.commands import uncertainty

    monkeypatch.chdir(tmp_path)
    begins, until = "courts.back_from_hour", "courts.back_until_hour"
    found = doubts.doubts_of(compose(TINY), [begins, until], TINY)
    value = {one.name: (lambda at, one=one: doubts.value_at(one.parameters[0], at)) for one in found}

    def contradicted(seed):
        drawn = latin_hypercube(seed, 6, [begins, until])
        return [value[begins](first) >= value[until](last) for first, last in drawn]

    seed = next(seed for seed in range(1000) if sum(contradicted(seed)) == 1)
    drawn, uniforms = uncertainty._points(TINY, found, seed, 6)
    courts = [one.settings.courts for one in drawn.values()]
    for one, at, stays in zip(courts, uniforms, contradicted(seed), strict=True):
        assert one.back_from_hour == value[begins](at[begins])
        assert one.back_until_hour == value[until](at[until])
        assert (at[until] == 0.5 and one.back_until_hour == 20.0) == stays
    told = capsys.readouterr().err
    assert told == f"note: at 1 point values contradict one another and stay as shipped: {until}\n"


def test_a_point_that_is_not_whole_is_left_out_and_told(tmp_path, monkeypatch, capsys):
    """One replication of one point fails: exit code 4, a report of the two other points, and the failure in it."""
    failed = []

    def fail_once(people, trial, number):
        if number == 2 and not failed:
            failed.append(number)
            raise ValueError("not this one")
        return replication_of(people, trial, number)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", fail_once)
    assert main(["uncertainty", *QUICK]) == 4
    _, err = capsys.readouterr()
    folder = only_folder(tmp_path / "outputs")
    assert "ValueError: not this one" in err
    values = pd.read_parquet(folder / "tables/values.parquet")
    assert values["point"].nunique() == 2 and values["replication"].nunique() == 2
    page = (folder / "report.html").read_text()
    assert "1 of 3 points is not whole" in page and "not this one" in page


def test_too_little_to_split_writes_no_report(tmp_path, monkeypatch, capsys):
    """Where no point has two replications there is nothing to tell, and exit code 4."""

    def fail_two(people, trial, number):
        if number == 2:
            raise ValueError("never two")
        return replication_of(people, trial, number)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "_replication", fail_two)
    assert main(["uncertainty", *QUICK]) == 4
    out, err = capsys.readouterr()
    assert (
        "Too few points were finished to tell anything, so no report was written; finished trials are kept." in err
        and "Report:" not in out
    )
