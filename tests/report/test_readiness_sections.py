"""Sections of a review that are asked for besides: what they say of a pilot, of stresses, and of what to watch."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_readiness import made_up_review as contents_of

from borderops.experiments.piloting import Replay
from borderops.readiness.criteria import read_criteria
from borderops.readiness.indicators import COLUMNS, Lesson
from borderops.readiness.judging import Verdict
from borderops.readiness.pilot import read_pilot
from borderops.readiness.pilot_gate import judge_pilot
from borderops.readiness.pilot_weights import weigh_points
from borderops.readiness.recovery import FIGURES, SUMMARY_COLUMNS
from borderops.report.readiness_annex import told_by_itself
from borderops.report.readiness_page import readiness_page
from borderops.report.readiness_pilot import pilot_section
from borderops.report.readiness_section import plain, rows_of
from borderops.report.readiness_stress import Stressed, stress_section
from borderops.report.readiness_watch import watch_section

LEVEL = 0.9


def as_json(machine) -> str:
    """What programs get; fails on anything that is not plain."""
    return json.dumps(machine, allow_nan=False)


# --- a pilot ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def replayed() -> Replay:
    """El Paso's pilot over sixty simulated ones that differ in two doubts."""
    pilot = read_pilot("el_paso_2017")
    known, late = pilot.known_by(date(2017, 11, 30))
    gate = judge_pilot(
        pilot, read_criteria(), keeps_unit=False, rows=known, left_out=[f"{one.figure} left out." for one in late]
    )
    chance = np.random.default_rng(1)
    positions, candidates = chance.random((60, 2)), chance.random((400, 2))
    missed = chance.binomial(280, 0.05 + 0.2 * positions[:, 0]).astype(float)
    others = [np.full(60, 280.0), np.zeros(60), np.full(60, 15.0), np.full(60, 20.0)]
    simulated = np.stack([*others, missed], axis=1)
    weights = weigh_points(known, positions, simulated, candidates)
    return Replay(
        gate, ("sheets.missed", "idle"), candidates, simulated, known, weights, np.arange(5), Path("kept.yaml")
    )


def test_a_pilot_is_told_with_its_verdict_first(replayed):
    """The verdict, why, how many points count, what was left out, and where the updated inputs are."""
    said = " ".join(pilot_section(replayed).sentences)
    assert said.startswith("The pilot alone already shows the failure (NO-GO")
    for part in ("33 of nearly 280", "left out", f"{replayed.weights.effective:.0f} count in effect", "kept.yaml"):
        assert part in said


def test_a_pilot_names_the_doubt_that_it_moves(replayed):
    """The picture's title says which and which way, and its table has both means."""
    picture = pilot_section(replayed).pictures[1]
    before, after = (replayed.moved()[0][at] for at in (1, 2))
    assert picture.title.startswith("The pilot moves sheets.missed most, " + ("up" if after > before else "down"))
    assert picture.table.iloc[0].tolist() == ["sheets.missed", f"{before:.2f}", f"{after:.2f}"]


def test_a_pilot_for_programs_is_plain(replayed):
    """Numbers, words and None; the judgements are those of the table that is left in the folder."""
    section = pilot_section(replayed)
    told = json.loads(as_json(section.machine))
    assert told["verdict"] == "NO-GO" and len(told["judgements"]) == len(section.files["pilot_judgements"]) == 2


# --- stresses -----------------------------------------------------------------------------------------------------


def recovery(peak: float, recovered: float) -> pd.DataFrame:
    """Children wait for a bed: as summaries give it."""
    values = {"overloaded_after": 3.0, "recovered_after": recovered, "peak": peak + 5, "peak_added": peak,
              "area_added": 10 * peak, "half_life": 4.0}  # fmt: skip
    rows = [
        ("beds.age_0_12", "children", figure, 9, 9 if np.isfinite(values[figure]) else 2, 1.0, 0.7, 1.0,
         *[values[figure]] * 5)
        for figure in FIGURES
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


@pytest.fixture(scope="module")
def stressed() -> tuple:
    """A plan that is GO, and two stresses: one does nothing, one breaks it and is not over by the end."""
    good, bad = contents_of("GO").review, contents_of("NO-GO").review
    same = {one.name for one in good.criteria}  # the made-up NO-GO has two criteria more
    bad = replace(bad, judgements=tuple(one for one in bad.judgements if one.criterion.name in same))
    return good, [
        Stressed("calm", "Nothing much", good, recovery(0.0, 0.0)),
        Stressed("storm", "Much at once", bad, recovery(120.0, np.inf)),
    ]


def test_stresses_are_told_with_the_verdict_under_each(stressed):
    """What is newly against the plan, and what takes longest to recover or does not by the end."""
    good, found = stressed
    first, calm, storm = stress_section(good, found, LEVEL).sentences
    assert first == "Without a stress: GO. The verdict is the same under 1 of 2 stresses."
    assert calm.startswith("Nothing much: GO; no criterion is newly against it.") and "adds to nothing" in calm
    newly = [one.criterion.title for one in found[1].review.judgements if one.verdict is Verdict.NO_GO]
    assert "Much at once: NO-GO; newly against it" in storm and newly[0] in storm
    assert "not by the end of the run in the median season (2 of 9 seasons recover)" in storm


def test_only_what_a_stress_adds_to_is_shown(stressed):
    """A resource that nothing is added to has no row and no panel."""
    good, found = stressed
    section = stress_section(good, found, LEVEL)
    table = section.tables["How each resource is overloaded and recovers"]
    assert table["Stress"].tolist() == ["Much at once"]
    assert table["Days to recover"].tolist() == ["not by the end"]
    assert len(section.pictures[0].panels) == 1
    assert stress_section(good, found[:1], LEVEL).pictures[0].panels == []


def test_stresses_for_programs_are_plain(stressed):
    """What is infinite is None; every criterion has its verdict under each stress."""
    good, found = stressed
    told = json.loads(as_json(stress_section(good, found, LEVEL, ["one was left out."]).machine))
    storm = told["stresses"][1]
    assert set(storm["judgements"]) == {one.name for one in good.criteria}
    rows = {row["figure"]: row["median"] for row in storm["recovery"]}
    assert rows["recovered_after"] is None and rows["peak_added"] == 120.0
    assert told["left_out"] == ["one was left out."]


# --- what to watch ------------------------------------------------------------------------------------------------


def lesson(name: str, area: float | None) -> Lesson:
    """What was learned of a shipped criterion; nothing where there is no area."""
    criterion = read_criteria()[name]
    if area is None:
        return Lesson(criterion, 30, 30, 0, 0, pd.DataFrame(columns=list(COLUMNS)), None, "Every one of 30 breaks it.")
    row = ("waiting, mean", "waiting_for_bed", "age_0_12", "mean", "persons", True, area, area, area - 0.2, 1.0, 12.0,
           0.8, 0.6, 0.9, 0.1, 0.02, 0.3)  # fmt: skip
    return Lesson(criterion, 60, 20, 30, 30, pd.DataFrame([row], columns=list(COLUMNS)), None, "learned")


def test_the_watch_list_has_thresholds_with_units():
    """Figure, threshold, and how often it rings in bad and in good seasons; criteria without a lesson by reason."""
    section = watch_section([lesson("custody_separated", 0.9), lesson("beds_occupied", None)], LEVEL, "From sixty.")
    many, basis, watch, silent, not_watched = section.sentences
    assert basis == "From sixty." and many.endswith("1 of 2 criteria.")
    assert (
        "watch waiting, mean. 12 or more comes before 80% of the seasons that break it and 10% of the others" in watch
    )
    assert silent == "beds_occupied: Every one of 30 breaks it."
    assert "messages lost are counted over a whole season" in not_watched
    [table] = section.tables.values()
    assert table["Alarm"].tolist() == ["at or above 12"] and table["Seasons told on"].tolist() == ["30 of 60"]
    assert len(json.loads(as_json(section.machine))["criteria"]) == 2


def test_what_is_not_told_from_chance_is_drawn_as_a_ring():
    """An interval that reaches one half counts for nothing in the title."""
    section = watch_section([lesson("custody_separated", 0.6)], LEVEL, "")
    assert section.pictures[0].title == "The first week tells a later breach for 0 of 1 criteria"


def test_nothing_learned_draws_nothing():
    """No table, no picture, and a sentence that says why."""
    section = watch_section([lesson("custody_separated", None)], LEVEL, "")
    assert not section.tables and not section.pictures and "Every one of 30" in section.sentences[-2]


# --- on the page --------------------------------------------------------------------------------------------------


def test_sections_stand_on_the_page_only_where_there_are_any(replayed, stressed):
    """Each under its heading; without them the page has no such heading."""
    good, found = stressed
    plain_page = contents_of("GO")
    whole = replace(plain_page, pilot=pilot_section(replayed), stress=stress_section(good, found, LEVEL),
                    indicators=watch_section([lesson("custody_separated", 0.9)], LEVEL, "From sixty."))  # fmt: skip
    page, without = readiness_page(whole), readiness_page(plain_page)
    for heading in ("What the pilot says", "Under stress", "What to watch in the first week"):
        assert heading in page and heading not in without
    assert "33 of nearly 280" in page and "Much at once" in str(told_by_itself(whole.stress))


def test_the_first_page_says_nothing_where_nothing_was_learned():
    """A sentence of what the first week tells only where it tells something; the annex says why in any case."""
    nothing = replace(contents_of("GO"), indicators=watch_section([lesson("custody_separated", None)], LEVEL, "Of 30."))
    assert 'href="#indicators">More' not in readiness_page(nothing) and "Every one of 30" in readiness_page(nothing)
    by_chance = watch_section([lesson("custody_separated", 0.6)], LEVEL, "Of 30.")
    assert by_chance.told_first == ""
    told = watch_section([lesson("custody_separated", 0.9), lesson("beds_occupied", 0.6)], LEVEL, "Of 30.")
    assert told.told_first.startswith("The first week tells a later breach for 1 of 2 criteria. Separated children")
    assert 'href="#indicators">More' in readiness_page(replace(nothing, indicators=told))


def test_plain_values():
    """Numbers of numpy become numbers, what is not finite None, words stay."""
    assert [plain(one) for one in (np.float64(1.5), np.nan, np.inf, np.int64(3), "a", None, np.bool_(True))] == [
        1.5, None, None, 3, "a", None, True,
    ]  # fmt: skip
    assert rows_of(pd.DataFrame({"a": [np.inf], "b": ["x"]})) == [{"a": None, "b": "x"}]
