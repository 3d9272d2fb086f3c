"""``borderops validate``: what it plays, what it leaves behind, how it ends, and what it refuses."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from borderops.cli import main
from borderops.commands import validate
from borderops.commands.completing import completions
from borderops.commands.help_texts import HELP
from borderops.config import inputs
from borderops.experiments import tasks
from borderops.report import assemble_validity
from borderops.validity.rows import rows, scope_digest
from borderops.validity.scorecard import Fit
from borderops.validity.worlds import FORESEEN, SEASON, WORLDS

TINY = ("window.start=2018-05-01", "window.end=2018-05-04", "arrivals.stations=[yuma]", "study.season_start=null",
        "study.season_end=null", "trials.keep=figures", "inputs.sample=null")  # fmt: skip
WORDS = ["points=2", "compute.workers=1"]
OWN_STORE = ["trials.store=own"]
replication_of = tasks._replication


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store of trials for all that do not ask which are played."""
    return tmp_path_factory.mktemp("trials")


@pytest.fixture(autouse=True)
def small_worlds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: Path) -> None:
    """Four days in one sector in place of the worlds, in an empty folder."""
    scenario = {name: [word for word in world if word.startswith("scenario=")] for name, world in WORLDS.items()}
    small = {name: (*scenario[name], *TINY, f"trials.store={store}") for name in WORLDS}
    monkeypatch.setattr(validate, "WORLDS", small)
    monkeypatch.delenv("BORDEROPS_SCENARIOS", raising=False)
    monkeypatch.chdir(tmp_path)


def met(monkeypatch: pytest.MonkeyPatch, factor: float = 1.0) -> None:
    """Have every figure read as published, or by a factor off, whatever was played, under a sample of the same rows."""

    def read(some: list, by_world: dict, settings: dict) -> np.ndarray:
        assert set(by_world) == set(settings)
        return np.array([row.value * factor for row in some])

    monkeypatch.setattr(assemble_validity, "readings_of", read)
    monkeypatch.setattr(assemble_validity, "fit_of", lambda sample: Fit("made up", scope_digest()))


def only_folder() -> Path:
    """The one folder there is."""
    [folder] = [path for path in Path("outputs").glob("2*/*") if not path.name.startswith(".")]
    return folder


def test_a_fit_that_holds_ends_with_0_and_leaves_everything_behind(monkeypatch, capsys):
    """Scorecard for people and programs, readings, report, each world's settings; the manifest's checksums hold."""
    met(monkeypatch)
    assert main(["validate", *WORDS]) == 0
    folder = only_folder()
    assert folder.name.endswith("-validate")
    tables = {f"tables/{name}.{kind}" for name in ("scorecard", "readings") for kind in ("csv", "parquet")}
    configs = {f"configs/{number:04d}-{name}.yaml" for number, name in enumerate(WORLDS, start=1)}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == tables | configs | {"report.html", "scorecard.json", "manifest.json", "log.txt"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, checksum in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    assert manifest["points"] == list(WORLDS) and manifest["replications"]["done"] == 2
    out = capsys.readouterr().out
    assert "The fit holds." in out and "Report: outputs/" in out


def test_table_and_json_hold_the_same_scorecard(monkeypatch):
    """A row a figure in scope, its readings beside it, and the digest of the rows."""
    met(monkeypatch)
    main(["validate", *WORDS])
    folder = only_folder()
    told = json.loads((folder / "scorecard.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "tables/scorecard.csv")
    assert [one["id"] for one in told["rows"]] == list(table["id"])
    assert set(table["id"]) == {row.figure for row in rows()}
    assert told["verdict"] == "holds" and told["scope_sha256"] == scope_digest() and told["problems"] == []
    readings = pd.read_parquet(folder / "tables/readings.parquet")
    assert len(readings) == 2 * len(rows()) and set(readings["replication"]) == {1, 2}


def test_a_fit_that_no_longer_holds_ends_with_1_and_says_why(monkeypatch, capsys):
    """Figures a tenth off are all missed; the sentences name them."""
    met(monkeypatch, factor=1.1)
    assert main(["validate", *WORDS]) == 1
    out = capsys.readouterr().out
    assert "The fit does not hold." in out and "at least 90 % must" in out and "S112" in out
    assert json.loads((only_folder() / "scorecard.json").read_text(encoding="utf-8"))["verdict"] == "does not hold"


def test_real_readings_of_four_days_are_no_season(capsys):
    """Played for real, four days in one sector meet next to nothing: 1, with what could not be read told as such."""
    assert main(["validate", *WORDS]) == 1
    told = json.loads((only_folder() / "scorecard.json").read_text(encoding="utf-8"))
    assert told["sample"] is None and told["roles"]["check"]["inside"] < told["roles"]["check"]["rows"] / 2
    assert "inputs.sample=null" in " ".join(told["problems"])


def test_trials_that_are_kept_are_not_played_again(monkeypatch):
    """The same words a second time play nothing, and more points play only the others."""
    met(monkeypatch)
    played = []
    monkeypatch.setattr(tasks, "_replication", lambda *given: played.append(given) or replication_of(*given))
    main(["validate", *WORDS, *OWN_STORE])
    first = len(played)
    main(["validate", *WORDS, *OWN_STORE])
    assert first > 0 and len(played) == first
    main(["validate", "points=3", "compute.workers=1", *OWN_STORE])
    assert len(played) == first + first / 2


def test_failed_replications_end_with_4(monkeypatch, capsys):
    """Replications that cannot be finished stand in no interval, and the same command tries them again."""
    met(monkeypatch)

    def never_two(people, trial, number):
        if number == 2:
            raise ValueError("two will not do")
        return replication_of(people, trial, number)

    monkeypatch.setattr(tasks, "_replication", never_two)
    code = main(["validate", *WORDS, *OWN_STORE])
    err = capsys.readouterr().err
    assert code == 4 and "1 of 2 replications failed" in err
    told = json.loads((only_folder() / "scorecard.json").read_text(encoding="utf-8"))
    assert told["replications"] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["points=1"], "points is 1; allowed: a whole number from 2 to 10,000"),
        (["points=many"], "points is many"),
        (["run.replications=5"], "run.replications cannot be given here; allowed: points="),
        (["precision.children_separated=5%"], "precision.children_separated cannot be asked here"),
        (["scenario=family_unity"], "scenario=family_unity cannot be judged"),
        (["run.interval_level=0.8"], "run.interval_level is 0.8; allowed here: 0.9"),
        (["sed=3"], "seed"),
        (["points=0", "run.replications=5"], "2 settings cannot be used"),
    ],
)
def test_wrong_words_are_refused_before_the_first_draw(words: list[str], told: str, capsys):
    """Exit code 2, a sentence with key, value and what is allowed, and no folder."""
    assert main(["validate", *words]) == 2
    assert told in capsys.readouterr().err
    assert not Path("outputs").exists()


def test_a_sample_that_is_not_there_is_refused(capsys):
    """Its name is told with the ones that are shipped."""
    assert main(["validate", *WORDS, "inputs.sample=nowhere"]) == 2
    assert "inputs.sample=nowhere is not there" in capsys.readouterr().err


def test_asked_as_of_a_day_the_season_alone_is_played_and_nothing_is_judged(monkeypatch, capsys):
    """A forecast beside what happened: one world, another title, misses included, and 0 in the end."""
    met(monkeypatch, factor=3.0)
    some = [row for row in rows() if row.world == SEASON and not row.follows_order]
    monkeypatch.setattr(assemble_validity, "covered", lambda settings: some)
    composed = validate.compose(["run.beside=null", *TINY])
    as_of = composed.settings.study.model_copy(update={"as_of": pd.Timestamp("2018-05-04").date()})
    forecast = validate.Composed(composed.settings.model_copy(update={"study": as_of}), composed.yaml, composed.choices,
                                 composed.shipped, None)  # fmt: skip
    many = forecast.settings.run.model_copy(update={"replications": 2, "beside": None})
    settings = forecast.settings.model_copy(update={"run": many})
    asked = validate.Composed(settings, forecast.yaml, forecast.choices, forecast.shipped, None)
    monkeypatch.setattr(validate, "compose", lambda words: asked)
    assert main(["validate", *WORDS]) == 0
    folder = only_folder()
    assert folder.name.endswith("-validate-zero_tolerance_2018")
    told = json.loads((folder / "scorecard.json").read_text(encoding="utf-8"))
    assert (told["verdict"], told["as_of"], told["worlds"]) == ("forecast", "2018-05-04", ["season"])
    assert {one["world"] for one in told["rows"]} == {SEASON, FORESEEN}  # a forecast is what could be foreseen
    assert set(told["groups"]) == {"known", "later", "derived"}
    assert {one["id"] for one in told["rows"]} >= {row.figure for row in some} and not any(
        one["why"] for one in told["rows"]
    )
    assert {row.figure for row in rows() if row.follows_order} <= set(told["out_of_scope"])
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Forecast as of 4\N{NO-BREAK SPACE}May 2018 beside what happened" in page
    out = capsys.readouterr().out
    assert "fit holds" not in out and "does not hold" not in out


def test_the_digest_a_sample_was_fitted_under_is_read_from_its_description(monkeypatch):
    """It stands as scope_digest beside what the sample is of."""
    sample = inputs.Sample("made up", {}, ((),), {"scope_digest": "abc"})
    monkeypatch.setattr(inputs, "read", lambda name: sample)
    assert assemble_validity.fit_of("made up") == Fit("made up", "abc")
    assert assemble_validity.fit_of(None) == Fit()


def test_help_and_tab_key_know_it():
    """Its page tells every exit code, and its own word is completed."""
    for code in ("0 the fit holds", "1 it does not", "2 wrong input", "130 interrupted"):
        assert code in HELP["validate"]
    assert completions("borderops validate poi", []) == ["points="]
    assert "inputs.sample=" in completions("borderops validate inputs.sam", [])
