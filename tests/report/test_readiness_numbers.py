"""docs/readiness_numbers.py writes the walk-through's numbers from folders, and says as it is what was expected."""

from __future__ import annotations

import importlib.util
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from made_up_readiness import made_up_review

from borderops.report.readiness_tables import machine_readable

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, writing into a copy of the page."""
    spec = importlib.util.spec_from_file_location("readiness_numbers", DOCS / "readiness_numbers.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "images").mkdir()
    (tmp_path / "readiness.md").write_text((DOCS / "readiness.md").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(module, "PAGE", tmp_path / "readiness.md")
    monkeypatch.setattr(module, "IMAGES", tmp_path / "images")
    return module


def told(verdict: str, scenario: str) -> dict[str, Any]:
    """A made-up review as programs read it."""
    return {**machine_readable(made_up_review(verdict)), "scenario": scenario}


def folder(tmp_path: Path, review: dict[str, Any]) -> str:
    """A folder as the command leaves it."""
    path = tmp_path / str(review["scenario"])
    path.mkdir()
    (path / "review.json").write_text(json.dumps(review), encoding="utf-8")
    return str(path)


def test_all_three_fill_the_page(numbers: ModuleType, tmp_path: Path) -> None:
    """Every mark of the page is filled, every picture drawn, and filling twice changes nothing."""
    folders = [folder(tmp_path, told("NO-GO", name)) for name in numbers.SCENARIOS]
    assert numbers.main(folders) == 0
    page = numbers.PAGE.read_text(encoding="utf-8")
    for part in page.split("<!-- ")[1:]:
        name, _, rest = part.partition(": written by")
        if rest and name.split()[0] not in ("capacity", "packages", "stresses", "watch", "sobol", "morris"):
            assert rest.partition("-->")[2].strip(), f"{name} is empty"
    assert page.partition("<!-- end of summary -->")[0].count("| **NO-GO** |") == 3
    for name in numbers.SCENARIOS:
        assert f"images/readiness-{name}.svg" in page
        drawn = ElementTree.parse(tmp_path / "images" / f"readiness-{name}.svg").getroot()
        assert len([one for one in drawn.iter() if one.tag.endswith("title")]) == 1
    assert numbers.main(folders) == 0 and numbers.PAGE.read_text(encoding="utf-8") == page


def test_what_was_expected_is_said_as_it_came_out(numbers: ModuleType) -> None:
    """A verdict or a ground that did not come out as expected is told as such."""
    no, go = numbers.expected(told("NO-GO", "foreseen_2018")), told("GO", "foreseen_2018")
    assert "came out **NO-GO**" in no and "The tracking design: expected among the grounds, came out among" in no
    kept = {one["criterion"]: one for one in go["judgements"]}
    assert "came out **GO**" in numbers.expected(go)
    assert "came out **not** among the grounds" in numbers.expected({**go, "judgements": [*kept.values()]})


def test_what_preparation_turns_is_counted(numbers: ModuleType) -> None:
    """Criteria that turn to GO, those that stay, and those that get worse, each by its title."""
    plan = told("NO-GO", "foreseen_2018")
    prepared = json.loads(json.dumps(plan))
    turned = next(one for one in prepared["judgements"] if one["verdict"] == "NO-GO")
    worse = next(one for one in prepared["judgements"] if one["verdict"] == "GO")
    turned["verdict"], worse["verdict"] = "GO", "NO-GO"
    lines = numbers.difference(plan, prepared).splitlines()
    assert lines[0] == f"- Turned to GO, 1: {turned['title']}." and lines[2] == f"- No longer GO, 1: {worse['title']}."
    assert lines[3].startswith(f"- Still NO-GO, {numbers.counts(plan['judgements'], 'NO-GO') - 1}: ")


def test_a_folder_of_something_else_is_refused(
    numbers: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and a word; the page stays as it is."""
    before = numbers.PAGE.read_text(encoding="utf-8")
    assert numbers.main([str(tmp_path)]) == 2 and "neither review.json" in capsys.readouterr().err
    assert numbers.main([folder(tmp_path, told("GO", "somebody_elses"))]) == 2
    assert "none of the shipped reviews" in capsys.readouterr().err
    assert numbers.PAGE.read_text(encoding="utf-8") == before


def test_a_pilot_is_told_where_it_was_replayed(numbers: ModuleType, tmp_path: Path) -> None:
    """Its own verdict, what it speaks to, and how many points count; without one the page says so."""
    judgement = {"criterion": "links_at_once", "figure": "parents_without_sheet_row", "verdict": "NO-GO", "k": 33.0,
                 "n": 280.0, "source": "OIG-20-06 p. 15"}  # fmt: skip
    pilot = {"pilot": "el_paso_2017", "verdict": "NO-GO", "judgements": [judgement], "silent": ["overtime"],
             "simulated": 60, "effective_points": 41.3, "told": ["Nothing was moved far."], "left_out": []}  # fmt: skip
    review = {**told("NO-GO", "scale_up_2017"), "pilot": pilot}
    assert numbers.main([folder(tmp_path, review)]) == 0
    page = numbers.PAGE.read_text(encoding="utf-8")
    assert "alone: **NO-GO**; 1 criteria it does not speak to. 60 pilots were simulated, and 41 of" in page
    assert "- NO-GO for `links_at_once`: parents without sheet row, 33 of 280 (OIG-20-06 p. 15)." in page


def test_stresses_are_told_with_the_slowest_resources(numbers: ModuleType) -> None:
    """Verdict and what is newly against it; of what a stress adds to the two that take longest, never last of all."""
    rows = []
    for resource, added, back in (("courts", 4.0, 9.0), ("beds.age_0_12", 120.0, None), ("held.families", 9.0, 9.0),
                                  ("beds.girls_13_17", 9.0, None)):  # fmt: skip
        for figure, median in (("peak_added", added), ("half_life", 1.5), ("recovered_after", back)):
            rows.append({"resource": resource, "figure": figure, "median": median, "reached": 3.0, "n": 60.0})
    told_ = {"stresses": [{"title": "No mail", "verdict": "NO-GO", "newly_against": ["A"], "recovery": rows},
                          {"title": "Nothing", "verdict": "GO", "newly_against": [], "recovery": []}],
             "left_out": ["spring_2019: left out."]}  # fmt: skip
    page = numbers.stresses(told_)
    assert "| No mail | **NO-GO** | A |" in page and "| Nothing | none | | | | |" in page
    slowest, then = [one for one in page.splitlines() if one.startswith("| No mail |")][1:]
    assert slowest == "| No mail | waiting for a bed, ages 0–12 | 120 | 1.5 days | not by the end | 3 of 60 |"
    assert then == "| No mail | courts | 4 | 1.5 days | 9 days | 3 of 60 |"
    assert page.endswith("- spring_2019: left out.")


def test_what_to_watch_is_told_with_thresholds_and_with_what_taught_nothing(numbers: ModuleType) -> None:
    """The best figure of each criterion, and the criteria of which all seasons came to the same, by reason."""
    best = {"indicator": "waiting, mean", "is_high_bad": True, "threshold": 12.0, "unit": "persons", "auc": 0.9,
            "auc_low": 0.8, "auc_high": 0.95, "alarms": 0.75, "false_alarms": 0.1}  # fmt: skip
    criteria = [{"criterion": "custody_separated", "seasons": 200, "broken": 90, "why": "", "watch": [best]},
                {"criterion": "overtime", "seasons": 200, "broken": 0, "why": "None breaks it.",
                 "watch": []}]  # fmt: skip
    review = {**told("NO-GO", "foreseen_2018"), "indicators": {"basis": "From 200 seasons.", "criteria": criteria}}
    page = numbers.watch(review)
    assert "| 90 of 200 | waiting, mean | at or above 12 persons | 0.90 (0.80 to 0.95) | 75% | 10% |" in page
    assert page.endswith("- `overtime`: None breaks it.")
    assert numbers.learned_from_more({**review, "replications": {"done": 60}})
    assert not numbers.learned_from_more({**review, "replications": {"done": 200}})  # every review learns from its own
    assert not numbers.learned_from_more(told("NO-GO", "foreseen_2018"))


def test_a_sensitivity_run_and_packages_fill_their_parts(numbers: ModuleType, tmp_path: Path) -> None:
    """In words, with the command and the trials; several searches for packages one below the other."""
    run = {"scenario": "foreseen_2018_prepared", "method": "sobol", "in_words": ["Orr has a part in 60 %."],
           "command": "borderops sensitivity method=sobol run.outputs=elsewhere",
           "rows": {"asked": 64, "whole": 63, "points": 7, "replications": 2}}  # fmt: skip
    search = {"scenario": "foreseen_2018", "mode": "packages", "command": "borderops capacity lever=packages",
              "in_words": ["No package turns the verdict into GO."]}  # fmt: skip
    paths = []
    for name, of in (("sensitivity", run), ("capacity", search), ("capacity", {**search, "in_words": ["One does."]})):
        path = tmp_path / f"{len(paths)}"
        path.mkdir()
        (path / f"{name}.json").write_text(json.dumps(of), encoding="utf-8")
        paths.append(str(path))
    assert numbers.main(paths) == 0
    page = numbers.PAGE.read_text(encoding="utf-8")
    assert "`borderops sensitivity method=sobol`\n\n63 of 64 rows of 7 points in 2 replications: 882 trials." in page
    assert "- Orr has a part in 60 %." in page and page.index("- No package turns") < page.index("- One does.")
