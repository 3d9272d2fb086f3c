"""``borderops readiness`` with a pilot, stresses and more seasons to learn from: what it adds, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from borderops.cli import main
from borderops.commands.readiness_extras import Extras, read_extras, under_stress
from borderops.config import inputs
from borderops.exceptions import ConfigError

TINY = ("window.start=2018-05-01", "window.end=2018-05-20", "arrivals.stations=[yuma]", "study.season_start=null",
        "study.season_end=null", "trials.keep=figures", "inputs.sample=null", "compute.workers=1")  # fmt: skip

CRITERIA = """\
title: Made up
alpha: 0.2
confidence: 0.51
valid_days: 30
criteria:
  links:
    title: Links are found in a day
    kpi: share_links_not_in_a_day
    at_most: 0.05
    basis: planner
    ground: none
    owner: nobody
    limit: { grade: assumed, low: 0, high: 0.1, source: made up for a test }
"""
HEADER = "figure,value,n,where,from,to,source,known_on"
PILOT = f"""\
# Plays: {" ".join(word for word in TINY if not word.startswith(("trials", "compute", "inputs")))}
{HEADER}
share_links_not_in_a_day,40,50,yuma,2018-05-01,2018-05-20,a drill,2018-05-21
"""


@pytest.fixture
def review(monkeypatch, tmp_path):
    """The command in an empty folder on twenty days of one sector; gives exit code and the review for programs."""
    monkeypatch.chdir(tmp_path)

    def carry_out(*words: str, replications: int = 3) -> tuple[int, dict]:
        Path("mine.yaml").write_text(CRITERIA)
        Path("drill.csv").write_text(PILOT)
        code = main(["readiness", "criteria=mine.yaml", f"run.replications={replications}", *TINY, *words])
        [folder] = [path for path in Path("outputs").glob("2*/*") if not path.name.startswith(".")]
        return code, json.loads((folder / "review.json").read_text(encoding="utf-8"))

    return carry_out


# --- words --------------------------------------------------------------------------------------------------------


def test_own_words_are_taken_and_others_left():
    """Everything else goes to the settings; a stress by itself is not set on the plan."""
    extras, rest, problems = read_extras(["stress=mail_outage,staff_loss", "watch=40", "orr.beds.age_0_12=900"])
    assert (extras, problems) == (Extras(stresses=("mail_outage", "staff_loss"), watched=40), [])
    assert rest == ["orr.beds.age_0_12=900"]
    assert len(read_extras(["stress=all"])[0].stresses) == 8
    assert read_extras(["stress=none"])[0].stresses == ()


def test_parts_of_a_stress_go_to_the_settings():
    """``stress.closures[0].left=0.5`` is no word of the command."""
    assert read_extras(["stress.closures[0].left=0.5"])[1] == ["stress.closures[0].left=0.5"]


def test_all_that_is_wrong_is_told_at_once(monkeypatch, tmp_path, capsys):
    """A misspelt stress and pilot, a number too small, a bad setting: one refusal, each with what is allowed."""
    monkeypatch.chdir(tmp_path)
    words = ("stress=mail_outtage", "pilot=el_paso_2018", "watch=3", "pilot_points=x", "run.replications=0")
    assert main(["readiness", *words]) == 2
    told = capsys.readouterr().err
    for part in ("did you mean mail_outage", "did you mean el_paso_2017", "watch is 3", "pilot_points is x",
                 "run.replications is 0"):  # fmt: skip
        assert part in told
    assert not Path("outputs").exists()


@pytest.mark.slow
def test_a_stress_that_tells_the_future_is_refused_by_name_and_left_out_of_all():
    """As of May 2018 nobody knew the spring of 2019: named it is refused, among all it is left out and told."""
    words = ["scenario=foreseen_2018"]
    with pytest.raises(ConfigError, match="2019-07-10"):
        under_stress(Extras(stresses=("spring_2019",)), words)
    found, left_out = under_stress(Extras(stresses=("spring_2019", "mail_outage"), asks_all=True), words)
    assert [*found] == ["mail_outage"] and "spring_2019: left out" in left_out[0]


# --- what is added ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_review_under_stress_says_both(review, capsys):
    """The verdict is that of the plan; each stress has its own beside, with how resources recover."""
    code, told = review("stress=mail_outage,staff_loss")
    assert code == {"GO": 0, "NO-GO": 1, "NOT ENOUGH EVIDENCE": 3}[told["verdict"]]
    assert told["stress"]["usual"] == told["verdict"]
    assert [one["stress"] for one in told["stress"]["stresses"]] == ["mail_outage", "staff_loss"]
    rows = pd.DataFrame(told["stress"]["stresses"][0]["recovery"]).set_index(["resource", "figure"])
    assert rows.loc[("held.children", "peak_added"), "median"] > 0  # mail is out: children stay
    assert rows.loc[("held.children", "peak_added"), "n"] == 3
    [folder] = Path("outputs").glob("2*/*-readiness-*")
    table = pd.read_csv(folder / "tables" / "stresses.csv")
    assert set(table["stress"]) == {"mail_outage", "staff_loss"}
    assert "No mail for three days" in (folder / "report.html").read_text(encoding="utf-8")
    assert "Without a stress:" in capsys.readouterr().out


@pytest.mark.slow
def test_the_plan_itself_is_not_stressed(review):
    """With a stress beside, the plan's own judgements are those of a review without one."""
    _, told = review("stress=mail_outage", "run.outputs=outputs")
    for path in sorted(Path("outputs").glob("2*/*-readiness-*")):
        path.rename(Path("first"))
    _, plain = review("run.outputs=outputs")
    assert told["judgements"] == plain["judgements"] and "stress" not in plain


def test_what_to_watch_is_always_told(review):
    """With all seasons alike there is nothing to learn, and the review says so instead of leaving it out."""
    _, told = review()
    [one] = told["indicators"]["criteria"]
    assert one["criterion"] == "links" and one["watch"] == [] and "3 seasons" in one["why"]
    assert "values as they stand" in told["indicators"]["basis"]


@pytest.mark.slow
def test_more_seasons_are_learned_from_where_they_are_asked_for(review):
    """Seasons across the uncertain inputs stand in place of those of the review."""
    _, told = review("watch=20")
    assert "each at a point of its own" in told["indicators"]["basis"]
    assert 15 <= told["indicators"]["criteria"][0]["seasons"] <= 20


@pytest.mark.slow
def test_a_pilot_speaks_for_itself_and_moves_the_inputs(review):
    """Forty of fifty links not found: NO-GO by itself; the plan is played with a sample that can be used again."""
    _, told = review("pilot=drill.csv", "pilot_points=40")
    assert told["pilot"]["verdict"] == "NO-GO" and told["pilot"]["judgements"][0]["k"] == 40
    assert told["sample"] == told["pilot"]["sample"]
    assert len(inputs.read(told["sample"]).positions) == 3
    [folder] = Path("outputs").glob("2*/*-readiness-*")
    assert Path(told["sample"]).is_file()
    assert "The pilot alone already shows the failure" in (folder / "report.html").read_text(encoding="utf-8")
