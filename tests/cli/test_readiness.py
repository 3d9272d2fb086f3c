"""``borderops readiness``: what it plays, what it leaves behind, how it ends, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from borderops.cli import main
from borderops.commands import readiness
from borderops.commands.help_texts import HELP
from borderops.exceptions import ConfigError
from borderops.experiments import tasks
from borderops.readiness.criteria import read_criteria
from borderops.readiness.judging import SCOPE

TINY = ("window.start=2018-05-01", "window.end=2018-05-08", "arrivals.stations=[yuma]", "study.season_start=null",
        "study.season_end=null", "trials.keep=figures", "inputs.sample=null", "compute.workers=1")  # fmt: skip
replication_of = tasks._replication

HEAD = "title: Made up\nalpha: 0.2\nconfidence: 0.51\nvalid_days: 30\ncriteria:\n"
MANY = """\
  people:
    title: No more than {most:d} people come
    kpi: persons_apprehended
    at_most: {most:d}
    basis: planner
    ground: none
    owner: nobody
    limit: {{ grade: observed, source: made up for a test }}
"""
UNITS = """\
  units:
    title: Units outlive a separation
    fact: unit_is_kept
    basis: recommendation
    ground: OIG-20-06 recommendation 1
    owner: CBP
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store of trials for all that do not ask which are played."""
    return tmp_path_factory.mktemp("trials")


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, store: Path) -> Callable[..., int]:
    """The command in an empty folder, on eight days of one sector, by criteria of this file."""
    monkeypatch.delenv("BORDEROPS_SCENARIOS", raising=False)
    monkeypatch.chdir(tmp_path)

    def carry_out(criteria: str, *words: str, replications: int = 3) -> int:
        Path("mine.yaml").write_text(HEAD + criteria)
        own = () if any(word.startswith("trials.store=") for word in words) else (f"trials.store={store}",)
        return main(["readiness", "criteria=mine.yaml", f"run.replications={replications}", *TINY, *own, *words])

    return carry_out


def only_folder() -> Path:
    """The one folder there is."""
    [folder] = [path for path in Path("outputs").glob("2*/*") if not path.name.startswith(".")]
    return folder


def told() -> dict:
    """The review for programs."""
    return json.loads((only_folder() / "review.json").read_text(encoding="utf-8"))


def test_a_plan_that_is_ready_ends_with_0(review, capsys):
    """GO says what it speaks of, and stands beside families kept together."""
    assert review(MANY.format(most=100_000) + UNITS, "tracking=shared_record") == 0
    out = capsys.readouterr().out
    found = told()
    assert (found["verdict"], found["grounds"], found["scope"]) == ("GO", [SCOPE], SCOPE)
    assert found["beside"]["policy"] == "family_unity" and len(found["beside"]["judgements"]) == 2
    assert "GO: of 2 criteria 2 GO, 0 NO-GO" in out and SCOPE in out and "under family_unity" in out
    assert "The verdict lapses on 2018-06-04" in out and found["lapses_on"] == "2018-06-04"


def test_a_plan_that_is_not_ready_ends_with_1_and_leaves_everything_behind(review, capsys):
    """Pages, the review, tables, settings and a manifest whose checksums hold; grounds name what is against it."""
    assert review(MANY.format(most=0) + UNITS) == 1
    folder = only_folder()
    assert folder.name.endswith("-readiness-zero_tolerance_2018")
    tables = {"tables/criteria.csv", "tables/judgements.csv", "tables/values.csv", "tables/values.parquet"}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found >= tables | {"report.html", "review.json", "config.yaml", "manifest.json", "log.txt", "tables.xlsx"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, checksum in manifest["files_sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    assert manifest["criteria"]["sha256"] == told()["criteria"]["sha256"] == read_criteria("mine.yaml").digest
    grounds = told()["grounds"]
    assert len(grounds) == 2 and grounds[0].startswith("Not met: No more than 0 people come. Met in 0 of 3 seasons")
    assert "NO-GO: of 2 criteria 0 GO, 2 NO-GO" in capsys.readouterr().out


def test_too_few_seasons_end_with_3(review, capsys):
    """Two good seasons do not show it where three would; the command says so before it plays."""
    assert review(MANY.format(most=100_000), replications=2) == 3
    assert "2 replications cannot show a GO; 3 are the fewest that can" in capsys.readouterr().err
    found = told()["judgements"][0]
    assert (found["verdict"], found["evidence"]["met"], found["evidence"]["n"]) == ("NOT ENOUGH EVIDENCE", 2, 2)


def test_table_and_json_hold_the_same_judgements(review):
    """A row a group of the plan and of families kept together, with probability, bounds and number of seasons."""
    review(MANY.format(most=100_000) + UNITS)
    table = pd.read_csv(only_folder() / "tables/judgements.csv")
    assert list(table["of"]) == ["plan", "plan", "family_unity", "family_unity"]
    row, found = table.iloc[0], told()["judgements"][0]["evidence"]
    assert (row["met"], row["probability"], row["low"], row["high"]) == pytest.approx(
        (found["met"], found["probability"], found["low"], found["high"])
    )
    criteria = pd.read_csv(only_folder() / "tables/criteria.csv")
    assert list(criteria["name"]) == ["people", "units"] and list(criteria["limit_grade"].fillna("")) == [
        "observed",
        "",
    ]
    values = pd.read_csv(only_folder() / "tables/values.csv")
    assert set(values["kpi"]) == {"persons_apprehended"} and set(values["replication"]) == {1, 2, 3}


def test_the_digest_is_told_before_the_first_draw(review, monkeypatch, capsys):
    """Whoever watches can write it down before anything is known, and the log has it."""
    seen = []

    def first(*given):
        seen.append(capsys.readouterr().err)
        return replication_of(*given)

    monkeypatch.setattr(tasks, "_replication", first)
    review(MANY.format(most=100_000), "trials.store=own")
    digest = read_criteria("mine.yaml").digest
    assert digest in seen[0]
    assert digest in (only_folder() / "log.txt").read_text(encoding="utf-8")


def test_the_same_words_play_nothing_and_say_the_same(review, monkeypatch):
    """A verdict does not depend on what was kept, nor on today."""
    review(MANY.format(most=100_000), "run.outputs=first", "trials.store=own")
    monkeypatch.setattr(tasks, "_replication", lambda *given: pytest.fail("played again"))
    review(MANY.format(most=100_000), "run.outputs=second", "trials.store=own")
    one, two = (json.loads(next(Path(name).glob("2*/*/review.json")).read_text()) for name in ("first", "second"))
    assert one == two


@pytest.mark.parametrize(("most", "code", "verdict"), [(100_000, 3, "NOT ENOUGH EVIDENCE"), (0, 1, "NO-GO")])
def test_failed_replications_block_a_go_and_no_no_go(most, code, verdict, review, monkeypatch, capsys):
    """Four of five were finished, told as such: all good is not enough evidence, all bad is shown in spite of it."""

    def never_two(people, trial, number):
        if number == 2:
            raise ValueError("two will not do")
        return replication_of(people, trial, number)

    monkeypatch.setattr(tasks, "_replication", never_two)
    assert review(MANY.format(most=most), "trials.store=own", replications=5) == code
    out, err = capsys.readouterr()
    assert "Only 4 of 5 replications were finished" in out and "1 of 5 replications failed" in err
    found = told()
    assert (found["verdict"], found["replications"]) == (verdict, {"asked": 5, "done": 4})
    assert found["judgements"][0]["evidence"]["unknown"] == 1


def test_no_replication_at_all_ends_with_4(review, monkeypatch, capsys):
    """Nothing was finished, so nothing is judged and no folder is left."""
    monkeypatch.setattr(tasks, "_replication", lambda *given: (_ for _ in ()).throw(ValueError("none will do")))
    assert review(MANY.format(most=0), "trials.store=own") == 4
    assert "so no report was written" in capsys.readouterr().err
    assert not [path for path in Path("outputs").glob("2*/*") if not path.name.startswith(".")]


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (["criteria=defalt"], ["criteria=defalt is not known; did you mean default?"]),
        (["criteria=nowhere.yaml"], ["criteria=nowhere.yaml does not exist"]),
        (["criteria=defalt", "sed=3"], ["2 settings cannot be used", "defalt", "sed is not a setting"]),
        (["run.beside=null"], ["run.beside is null; allowed here: family_unity"]),
        (["run.beside=limited_separation"], ["run.beside is limited_separation; allowed here: family_unity"]),
        (["precision.children_separated=5%"], ["precision.children_separated cannot be asked here"]),
        (["run.replications=0"], ["run.replications is 0"]),
    ],
)
def test_wrong_words_are_refused_before_the_first_draw(words, sentences, tmp_path, monkeypatch, capsys):
    """Exit code 2, criteria and settings together, and no folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["readiness", *words]) == 2
    err = capsys.readouterr().err
    assert all(sentence in err for sentence in sentences)
    assert not Path("outputs").exists()


def test_a_broken_file_of_criteria_is_refused_with_all_that_is_wrong(tmp_path, monkeypatch, capsys):
    """Every slip of the file at once, before anything is played."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(HEAD + MANY.format(most=3).replace("persons_", "person_").replace("planner", "planer"))
    assert main(["readiness", "criteria=mine.yaml"]) == 2
    err = capsys.readouterr().err
    assert "did you mean persons_apprehended?" in err and "did you mean planner?" in err and "2 settings" in err


def test_sixty_replications_unless_somebody_asks():
    """Twice what the shipped criteria need; what words or a scenario say counts."""
    assert readiness._composed([]).settings.run.replications == readiness.REPLICATIONS >= 2 * read_criteria().fewest
    assert readiness._composed(["run.replications=4"]).settings.run.replications == 4
    with pytest.raises(ConfigError):
        readiness._composed(["run.beside=null"])


def test_a_plan_that_keeps_families_together_stands_by_itself(review, capsys):
    """There is nothing to set beside it."""
    assert review(MANY.format(most=100_000), "policy=family_unity") == 0
    assert told()["beside"] is None and "under family_unity" not in capsys.readouterr().out


def test_help_tells_every_exit_code():
    """And that GO speaks of neither lawfulness nor merit."""
    for words in (
        "0 GO",
        "1 NO-GO",
        "2 wrong input",
        "3 not enough evidence",
        "4 none was finished",
        "130 interrupted",
    ):
        assert words in HELP["readiness"]
    assert "neither of lawfulness nor of merit" in HELP["readiness"]


@pytest.mark.parametrize("words", [["list", "criteria"], ["list", "facts"], ["show", "criteria"]])
def test_criteria_and_facts_can_be_looked_up(words, capsys):
    """Names, limits and grounds; what is shown can be saved, changed and used."""
    assert main(words) == 0
    out = capsys.readouterr().out
    assert ("guidance_days_before_start" in out) and len(out.splitlines()) > 5


def test_shown_criteria_are_a_file_of_criteria(tmp_path, monkeypatch, capsys):
    """The text that is shown is read again as the same criteria."""
    monkeypatch.chdir(tmp_path)
    main(["show", "criteria"])
    Path("mine.yaml").write_text(capsys.readouterr().out)
    assert read_criteria("mine.yaml").digest == read_criteria().digest
    assert main(["show", "criteria", "defalt"]) == 2


def test_whom_a_plan_refers_is_not_in_doubt():
    """The fitted sample doubts what was done in 2018; a plan that refers nobody from a day on refers nobody."""
    from borderops.commands.readiness import AS_PLANNED
    from borderops.config import inputs
    from borderops.config.compose import compose

    settings = compose([AS_PLANNED, "scenario=prepared_2018"]).settings
    doubted = compose(["scenario=prepared_2018"]).settings
    moved = 0
    for number in range(1, 41):
        played = inputs.at(settings, number)
        assert played.policy.family_referral == settings.policy.family_referral
        assert played != settings  # other values stay in doubt
        moved += inputs.at(doubted, number).policy.family_referral != settings.policy.family_referral
    assert moved
