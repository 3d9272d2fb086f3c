"""``borderops compare``, ``sweep`` and ``trials``: what they leave behind, what they refuse, what they play."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from borderops.cli import main
from borderops.forecast.differing import WHATS

WINDOW = ("window.start=2018-05-05", "window.end=2018-05-09", "study.season_start=null", "study.season_end=null")
TINY = (*WINDOW, "arrivals.stations=[yuma]", "run.replications=2", "compute.workers=1", "study.is_hindcast=false")
POLICIES = "policy=zero_tolerance,family_unity"


@pytest.fixture
def inside(tmp_path, monkeypatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def folder_of(inside: Path, command: str) -> Path:
    """The one folder that a command left."""
    [folder] = inside.glob(f"outputs/*/*-{command}-*")
    return folder


def played(err: str) -> int:
    """Tasks that standard error tells of."""
    return sum(line.startswith("replication ") for line in err.splitlines())


def test_a_comparison_is_whole(inside, capsys):
    """Report, tables, settings of every point and a manifest; differences agree with the digests' own KPIs."""
    assert main(["compare", *TINY, POLICIES]) == 0
    out, err = capsys.readouterr()
    folder = folder_of(inside, "compare")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for table in ("differences", "ranking", "families", "settings", "kpis"):
        assert {f"tables/{table}.csv", f"tables/{table}.parquet"} <= names
    assert {"report.html", "tables.xlsx", "manifest.json", "log.txt"} <= names
    assert sum(name.startswith("configs/") for name in names) == 2
    assert "Report: outputs/" in out and played(err) == 2
    differences = pd.read_parquet(folder / "tables/differences.parquet").set_index(["kpi", "group_kind", "group"])
    row = differences.loc["children_separated", "all", "all"]
    assert row["n"] == 2 and row["difference"] == pytest.approx(row["scenario_mean"] - row["baseline_mean"])
    assert row["baseline_mean"] > 0 and row["difference"] < 0
    families = pd.read_parquet(folder / "tables/families.parquet")
    assert set(families["what"]) <= set(WHATS)
    gone = families.set_index(["what", "cause"])["mean"]["separated_only_in_baseline", "selection"]
    assert gone > 0
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest["digests"]) == ["policy=zero_tolerance", "policy=family_unity"]


def test_what_was_played_for_a_run_is_not_played_for_a_comparison(inside, capsys):
    """A comparison of two scenarios plays only what is missing; asked again, nothing, and says the same."""
    assert main(["run", *TINY, "run.beside=null", "policy=family_unity"]) == 0
    assert main(["compare", *TINY, POLICIES]) == 0
    first = capsys.readouterr()
    assert played(first.err) == 4
    before = {path: path.stat().st_mtime_ns for path in inside.glob("outputs/trials/figures/*/*")}
    assert len(before) == 4
    assert main(["compare", *TINY, POLICIES]) == 0
    again = capsys.readouterr()
    assert played(again.err) == 0 and "2 replications kept from earlier runs" in again.err
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [line for line in again.out.splitlines() if "Report" not in line] == [
        line for line in first.out.split("Report: ")[1].splitlines()[1:] if "Report" not in line
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compare"], "needs a key with several values; for example: borderops compare scenario="),
        (["compare", "seed=1,1"], "seed=1 and seed=1 have the same settings"),
        (["compare", "seed=1,x", "orr.bedz=3"], "2 settings cannot be used"),
        (["sweep"], "needs a key with several values"),
        (["sweep", "run.replications=1,2"], "run.replications has 2 values; allowed: one, for all points"),
        (["run", "-m", "seed=2"], "needs a key with several values"),
        (["run", "precision.children_seperated=5%", "seed=x", "orr.bedz=3"], "3 settings cannot be used"),
        (["compare", "seed=1,x", "precision.children_separated=wide"], "2 settings cannot be used"),
        (["run", "precision.children_seperated=5%"], "did you mean precision.children_separated?"),
        (["compare", "seed=1,2", "precision.children_separated=wide"], "the precision of children_separated is 'wide'"),
        (["run", "precision.children_separated=5%", "run.most_replications=10"], "run.most_replications is 10"),
        (["trials", "burn"], "borderops trials burn is not known; allowed: list, prune"),
        (["trials", "prune", "yes=maybe", "kind=all"], "2 settings cannot be used"),
    ],
)
def test_what_is_refused(inside, capsys, words, told):
    """Wrong words end with code 2 and a sentence, and leave nothing behind."""
    assert main(words) == 2
    assert told in capsys.readouterr().err
    assert list(inside.iterdir()) == []


def test_a_sweep_leaves_one_tidy_table(inside, capsys):
    """A row for each point and KPI row, with the values as given; ``run -m`` is the same."""
    words = [*TINY, "orr.beds.age_0_12=1500,2400", POLICIES]
    assert main(["sweep", *words]) == 0
    table = pd.read_parquet(folder_of(inside, "sweep") / "tables/sweep.parquet")
    assert list(table.columns[:3]) == ["point", "orr.beds.age_0_12", "policy"]
    assert table["point"].nunique() == 4 and not table.duplicated(["point", "kpi", "group_kind", "group"]).any()
    separated = table[(table["kpi"] == "children_separated") & (table["group_kind"] == "all")]
    assert separated.groupby("policy")["mean"].sum()["zero_tolerance"] > 0
    capsys.readouterr()
    assert main(["run", "-m", *words]) == 0
    assert played(capsys.readouterr().err) == 0


def test_precision_plays_until_it_is_reached_or_the_limit(inside, capsys):
    """Looks at 40 and then at the limit; what is never precise ends there, what is at once stops at the first look."""
    few = [*WINDOW, "arrivals.stations=[big_bend]", "run.replications=1", "run.beside=null", "study.is_hindcast=false"]
    assert (
        main(["run", *few, "precision.persons_apprehended=50%", "run.most_replications=45", "trials.keep=figures"]) == 0
    )
    err = capsys.readouterr().err
    assert played(err) == 40 and "persons_apprehended after 40 replications: precise enough" in err
    assert main(["run", *few, "precision.persons_apprehended=0.001", "run.most_replications=45"]) == 0
    err = capsys.readouterr().err
    assert played(err) == 5 and "after 45 replications: not yet precise" in err


def test_trials_are_listed_and_taken_away(inside, capsys):
    """Only told without ``yes=true``; present ones stay unless ``all=true``."""
    assert main(["run", *TINY]) == 0
    capsys.readouterr()
    assert main(["trials", "list"]) == 0
    assert "zero_tolerance_2018\t2018\tfigures\t4" in capsys.readouterr().out
    assert main(["trials", "prune"]) == 0
    assert "everything kept is of the present version" in capsys.readouterr().out
    assert main(["trials", "prune", "all=true", "kind=histories"]) == 0
    assert "Would take away 4 files" in capsys.readouterr().out
    assert main(["trials", "prune", "all=true", "kind=histories", "yes=true"]) == 0
    assert {path.parts[-3] for path in inside.glob("outputs/trials/*/*/*.parquet")} == {"figures"}
    assert main(["run", *TINY]) == 0
    assert played(capsys.readouterr().err) == 0
