"""``borderops score`` as its users meet it: exit codes, words, what stays in the folder and what never does."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.referee.tiny_pack import E3, PORTAL, write_pack, write_pairs

from borderops.cli import main
from borderops.commands import completing
from borderops.provenance import sha256_of_file
from borderops.referee.pack import PARTS, SCHEMES
from borderops.referee.reading import SHAPES
from borderops.referee.tasks import TASKS

SECRET = "Esperanza"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in that holds a pack and an output of a tool."""
    write_pack(tmp_path / "pack")
    write_pairs(tmp_path / "links.csv", [(E3, 1, E3, 3), (E3, 10, E3, 9), (E3, 13, E3, 6)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def finished(place: Path) -> Path:
    """The one folder that a command left."""
    (folder,) = place.glob("outputs/*/*")
    return folder


def test_a_score_is_told_and_written(place, capsys):
    """Table, report, tables for other programs and a manifest that vouches for them; exit code 0."""
    assert main(["score", "pack", "task=T2", "output=links.csv"]) == 0
    told = capsys.readouterr().out
    folder = finished(place)
    assert "Precision\t0.667" in told
    assert f"Report: outputs/{folder.parent.name}/{folder.name}/report.html" in told
    score = json.loads((folder / "score.json").read_text())
    assert score["measures"]["recall"]["value"] == 0.5
    assert score["counts"]["false pairs linked"] == 1
    table = pd.read_csv(folder / "tables" / "measures.csv")
    assert set(table["kind"]) == {"all", "country", "age_band", "sector", "surname"}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files_sha256"]["report.html"] == sha256_of_file(folder / "report.html")
    assert manifest["pack_id"] == json.loads((place / "pack" / "manifest.json").read_text())["pack_id"]


def test_nothing_of_an_output_stays_but_its_digest(place):
    """No cell, no copy and no path of a user's file is in the folder."""
    rows = [(E3, 1, "given", SECRET), (E3, 5, "surname_1", "Pérez")]
    write_pairs(place / f"{SECRET}.csv", rows, "table,rec_id,field,value")
    assert main(["score", "pack", "task=T6", f"output={SECRET}.csv"]) == 0
    folder = finished(place)
    assert not [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["output_sha256"] == sha256_of_file(place / f"{SECRET}.csv")
    assert manifest["output_rows"] == 2


def test_the_same_output_gives_the_same_score(place):
    """Intervals and all: a score depends on nothing but pack and output."""
    for _ in range(2):
        assert main(["score", "pack", "task=T2", "output=links.csv"]) == 0
    one, other = sorted(place.glob("outputs/*/*/score.json"))
    assert one.read_bytes() == other.read_bytes()


def test_an_output_that_cannot_be_used_leaves_nothing(place, capsys):
    """Problems on standard error by rows, exit code 2, no folder."""
    write_pairs(place / "links.csv", [(E3, 1, E3, 3), (SECRET, 1, E3, 3), (E3, 3, E3, 1)])
    assert main(["score", "pack", "task=T2", "output=links.csv"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == "borderops: links.csv cannot be scored, 2 problems:"
    assert "row 3: gives a pair in the other order" in told.err
    assert SECRET not in told.err
    assert not (place / "outputs").exists()


def test_the_key_of_another_pack_scores_nothing(place, capsys):
    """Exit code 2 before the output is looked at."""
    write_pack(place / "other", seed=2)
    assert main(["score", "pack", "task=T2", "output=links.csv", "key=other/answer_key"]) == 2
    assert "is the answer key of another pack" in capsys.readouterr().err


def test_wrong_words_are_told_all_at_once(place, capsys):
    """Key, value and what is allowed, for every word that cannot be used."""
    words = ["score", "task=T2", "treshold=0.5", "threshold=2", "kind=cells", "baseline=hhs", "output=links.csv"]
    assert main(words) == 2
    assert capsys.readouterr().err.splitlines() == [
        "borderops: 5 settings cannot be used:",
        "  treshold is not known; did you mean threshold? (allowed: task, output, baseline, kind, threshold, part, "
        "key, run.outputs)",
        "  no pack is named; allowed: the folder of one, borderops score PACK task=T2 output=FILE",
        "  give either output=FILE, what a tool put out, or baseline=NAME, not both and not none of them",
        "  kind is cells; allowed with task=T2: pairs",
        "  threshold is 2; allowed: a number from 0 to 1",
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["task=T7", "output=links.csv"], "no output of this task; allowed: facts: table, rec_id, fact, value"),
        (["task=T12", "output=links.csv"], "task is T12; allowed: T1, T2"),
        (["output=links.csv"], "no task is named; allowed: T1, T2"),
        (["task=T2", "baseline=hhs"], "baseline is hhs; allowed with task=T2: report_draft, report_refined"),
        (["task=T6", "baseline=hhs"], "baseline is hhs; allowed with task=T6: checks, two_systems, twice"),
        (["task=T2", "output="], "output is empty"),
        (["task=T2", "output=nowhere.csv"], "nowhere.csv cannot be read"),
        (["task=T2", "output=links.csv", "threshold=nan"], "threshold is nan"),
    ],
)
def test_each_wrong_word_says_what_is_allowed(place, capsys, words, complaint):
    """Exit code 2 and a sentence."""
    assert main(["score", "pack", *words]) == 2
    assert complaint in capsys.readouterr().err


def test_clusters_are_scored_as_such(place, capsys):
    """The kind follows from the columns, or is said."""
    write_pairs(place / "people.csv", [(E3, 3, "a"), (PORTAL, 1, "a")], "table,rec_id,cluster")
    assert main(["score", "pack", "task=T1", "output=people.csv", "kind=clusters"]) == 0
    assert "B-cubed precision" in capsys.readouterr().out


def test_the_report_asks_nothing_of_the_network(place):
    """Pictures, words and tables in one file; slices are told, nobody is ranked."""
    write_pairs(
        place / "links.csv", [(E3, 1, E3, 3, 0.9), (E3, 5, E3, 6, 0.3)], "table_l,rec_id_l,table_r,rec_id_r,score"
    )
    assert main(["score", "pack", "task=T2", "output=links.csv"]) == 0
    page = (finished(place) / "report.html").read_text(encoding="utf-8")
    for anchor in ("answer", "measures", "slices", "thresholds", "limits", "made"):
        assert f'<section id="{anchor}" class="part">' in page
    assert "ranks tools, never people" in page
    assert "<script src" not in page and "<link" not in page


def test_the_tab_key_offers_words_and_values():
    """Words of the command, then what a word may be; baselines are those of the task."""

    def offered(line: str) -> list[str]:
        return completing.completions(line, ["score"])

    assert offered("borderops score pack ta") == ["task="]
    assert offered("borderops score pack task=T2 baseline=") == ["baseline=report_draft", "baseline=report_refined"]
    assert offered("borderops score pack kind=cl") == ["kind=clusters"]
    parts = tuple(f"{scheme}:{part}" for scheme in SCHEMES for part in PARTS)
    assert {"task": tuple(TASKS), "kind": tuple(SHAPES), "part": parts} == completing.SCORE_VALUES
