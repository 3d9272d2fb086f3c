"""The report of a search: its sentences say what was found, its pictures mark it, its tables agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from page_reader import read

from borderops.config.compose import compose
from borderops.forecast.results import Results
from borderops.readiness.criteria import Basis, Criterion, criteria_of
from borderops.readiness.levers import LEVERS
from borderops.readiness.trying import sort_out, try_plan
from borderops.report.capacity_contents import (
    CapacityContents,
    CapacitySection,
    Judged,
    criteria_table,
    plan_name,
    plans_table,
)
from borderops.report.capacity_figures import chances, frontier_picture, packages_table, pictures
from borderops.report.capacity_page import render_capacity, the_answer, the_pictures
from borderops.report.capacity_prose import answer, capacity_text

SETTINGS = compose(["scenario=zero_tolerance_2018"]).settings
LEVER, SECOND = LEVERS["coordinators"], LEVERS["agents"]
CRITERIA = criteria_of("some", "Some", 0.05, 30, [
    Criterion("clerks", "Coordinators have time left", "coordinator_utilisation_peak", None, "all", 0.95, None, 0.9,
              0.0, "missing", Basis.PLANNER, "none", "nobody", False, ("coordinators", "agents")),
    Criterion("minors", "Minors leave in time <b>", "share_over_72h_minors", None, "all", 0.05, None, 0.9, 0.0, "met",
              Basis.PLANNER, "none", "nobody", False, ()),
])  # fmt: skip
ASKED = sort_out(CRITERIA, [LEVER])


def judged(levels: dict[str, int], good: int, of: int, levers=(LEVER,)) -> Judged:
    """A plan that holds in so many seasons."""
    values = [0.5] * good + [1.0] * (of - good)
    made = [
        Results(at + 1, "", {"kpis": pd.DataFrame(
            [("coordinator_utilisation_peak", "all", "all", value), ("share_over_72h_minors", "all", "all", 0.4)],
            columns=["kpi", "group_kind", "group", "value"])})
        for at, value in enumerate(values)
    ]  # fmt: skip
    return Judged(plan_name(levers, levels), levels, try_plan(SETTINGS, made, ASKED, of, 0.02))


def section(plans: list[Judged], answers: list[str], mode="least", levers=(LEVER,), **more) -> CapacitySection:
    levels = {one.name: sorted({plan.levels[one.name] for plan in plans}) for one in levers}
    told = {"open_plans": (), "is_none": not answers, "reversals": (), "was_scanned": False, "beside": None, **more}
    return CapacitySection(mode=mode, levers=levers, levels=levels, criteria=ASKED.judged, digest=CRITERIA.digest,
                           judged=plans, answers=answers, most=80, **told)  # fmt: skip


@pytest.fixture(scope="module")
def found() -> CapacitySection:
    """Not enough at 0 and 4, enough from 6 on; the plan under family_unity beside it."""
    plans = [judged({"coordinators": level}, good, of) for level, good, of in
             [(0, 1, 10), (4, 66, 80), (6, 40, 40), (12, 40, 40)]]  # fmt: skip
    beside = judged({}, 40, 40)
    return section(plans, ["+6 coordinators"], beside=Judged("under family_unity", {"coordinators": 0}, beside.tried),
                   open_plans=("+4 coordinators",))  # fmt: skip


def contents(of: CapacitySection) -> CapacityContents:
    manifest = {"version": "1", "command": "x"}
    return CapacityContents(of, "How many <clerks>?", "zero_tolerance_2018", SETTINGS, manifest, [], ["a limit"])


def test_the_answer_tells_both_sides_and_what_else_stands_against_it(found):
    """The level, the level below, what is not judged and not met, family_unity, and what a GO does not say."""
    told = " ".join(answer(found)).replace("\xa0", " ")
    assert (
        "+6 coordinators is the least of coordinators (0 to 12) that holds: GO, clerks met in 40 of 40 seasons" in told
    )
    assert "+4 coordinators is not enough: NOT ENOUGH EVIDENCE, clerks met in 66 of 80 seasons" in told
    assert "Not judged here, and not met at +6 coordinators: Minors leave in time" in told
    assert "Under family_unity, with the same people and the same luck: GO" in told
    assert "neither that the policy is lawful nor that it is right" in told


@pytest.mark.parametrize(
    ("plans", "answers", "more", "told"),
    [
        ([(0, 1, 10), (60, 2, 10)], [], {}, "No level of coordinators (0 to 60) holds: +60 coordinators is NO-GO"),
        ([(0, 40, 40)], ["as planned"], {}, "The plan holds as it is: GO"),
        ([(0, 1, 10), (60, 70, 80)], [], {"is_none": False, "open_plans": ("+60 coordinators",)},
         "There is not enough evidence on coordinators (0 to 60): +60 coordinators is open after 80 replications each"),
        ([(2, 40, 40)], ["+2 coordinators"], {}, "it is the lowest level that was searched"),
        ([(0, 20, 40), (8, 40, 40), (60, 2, 10)], ["+8 coordinators"],
         {"reversals": (("+8 coordinators", "+60 coordinators"),), "was_scanned": True},
         "More did worse: +8 coordinators does better than +60 coordinators, so every one was judged by itself"),
    ],
)  # fmt: skip
def test_every_ending_has_its_words(plans, answers, more, told):
    """None, the plan itself, not enough, nothing below, and more that does worse."""
    one = section([judged({"coordinators": level}, good, of) for level, good, of in plans], answers, **more)
    assert told in " ".join(answer(one))


def test_where_nothing_holds_it_says_what_is_in_the_way():
    """A criterion that is NO-GO is named as not met; one that few seasons left open is not called so."""
    both = sort_out(CRITERIA, [LEVER], ["all"])
    made = [Results(at + 1, "", {"kpis": pd.DataFrame(
        [("coordinator_utilisation_peak", "all", "all", 1.0), ("share_over_72h_minors", "all", "all", 0.0)],
        columns=["kpi", "group_kind", "group", "value"])}) for at in range(10)]  # fmt: skip
    plan = Judged("+60 coordinators", {"coordinators": 60}, try_plan(SETTINGS, made, both, 10, 0.005))
    told = " ".join(answer(section([plan], [])))
    assert "Not met there: clerks." in told
    assert "Not ruled out there: minors; judged=minors asks about them alone." in told


def test_a_criterion_judged_of_some_groups_is_told_with_them(found):
    """More beds for small children fill no bed of girls: nobody may read that beds of every kind would do."""
    whole, *others = found.criteria
    one = replace(found, criteria=[replace(whole, groups=("age_0_12",)), *others])
    assert f"Judged: {whole.title} (age_0_12 only)" in answer(one)[-1]
    assert f"{whole.title} (" not in answer(replace(found, criteria=[replace(whole, groups=()), *others]))[-1]


def test_tables_are_those_of_the_search(found):
    """Plans with their levels and evidence, the plan beside last; all criteria of each."""
    plans, rows = plans_table(found), criteria_table(found)
    assert plans["coordinators"].tolist() == [0, 4, 6, 12, 0] and plans["plan"].iloc[-1] == "under family_unity"
    assert plans["is_answer"].tolist() == [False, False, True, False, False]
    assert plans.loc[1, ["met", "broken"]].tolist() == [66, 14]
    assert len(rows) == 2 * len(plans)


def test_the_picture_marks_answer_and_demand(found):
    """A line a criterion with its bounds by level; a mark at the level of the answer and at what is demanded."""
    [panel] = chances(found).panels
    [line] = panel.figure.data
    assert list(line.x) == [0, 4, 6, 12]
    assert np.allclose(list(line.y), [10.0, 82.5, 100.0, 100.0])
    assert line.error_y.arrayminus[2] == pytest.approx(100.0 * (1 - 0.02 ** (1 / 40)), abs=0.05)
    lines = panel.figure.layout.shapes
    assert {(one.y0, one.y1) for one in lines if one.x0 == 0 and one.x1 == 1} == {(90.0, 90.0)}
    assert [one.x0 for one in lines if one.x0 == one.x1] == [6]


def test_a_search_on_facts_alone_has_nothing_to_draw():
    """Where no season is counted the picture says so."""
    asked = sort_out(criteria_of("some", "Some", 0.05, 30, [
        Criterion("design", "Live before", None, "design_days_before_start", "all", None, 1.0, 0.9, 0.0, "met",
                  Basis.PLANNER, "none", "nobody", False, ("tracking",))]), [LEVERS["tracking"]])  # fmt: skip
    tried = try_plan(SETTINGS, [Results(1, "", {"kpis": pd.DataFrame(
        [("a", "all", "all", 1.0)], columns=["kpi", "group_kind", "group", "value"])})], asked, 1, 0.02)  # fmt: skip
    plan = Judged("as planned", {"tracking": 0}, tried)
    levers, levels = (LEVERS["tracking"],), {"tracking": [0]}
    one = CapacitySection("least", levers, levels, asked.judged, "x", [plan], [], [], True, (), False, None, 80)
    assert chances(one).panels == [] and "facts of the plan" in chances(one).nothing


def test_a_frontier_is_drawn_with_its_corners():
    """Points by verdict, those of the frontier larger, and a line of stairs through them."""
    levers = (LEVER, SECOND)
    at = {(0, 0): 1, (0, 10): 40, (6, 5): 40, (6, 0): 2, (12, 0): 40}
    plans = [
        judged({"coordinators": x, "agents": y}, good, 40 if good == 40 else 10, levers) for (x, y), good in at.items()
    ]
    answers = [plan.name for plan in plans if plan.tried.met.all()]
    one = section(plans, answers, "frontier", levers)
    [panel] = frontier_picture(one).panels
    stairs, *points = panel.figure.data
    assert list(zip(stairs.x, stairs.y)) == [(0, 10), (6, 10), (6, 5), (12, 5), (12, 0)]
    assert [len(some.x) for some in points] == [3, 2, 0] and set(points[0].marker.size) == {14}
    assert "3 points of the grid of coordinators and agents hold with nothing to spare" in " ".join(answer(one))


def test_packages_have_a_table_in_place_of_a_picture():
    """Levers with their levels and the evidence; what is needed is told."""
    levers = (LEVER, SECOND)
    plans = [judged({"coordinators": x, "agents": y}, good, 40 if good == 40 else 10, levers) for x, y, good in
             [(0, 0, 1), (4, 0, 40), (0, 9, 2), (4, 9, 40)]]  # fmt: skip
    one = section(plans, ["+4 coordinators"], "packages", levers, needed=("coordinators",))
    assert pictures(one) == []
    table = packages_table(one)
    assert table[["Levers", "Package"]].to_numpy().tolist() == [[1, "coordinators: +4 coordinators"]]
    told = " ".join(answer(one))
    assert "One package turns the verdict into GO" in told
    assert "Without coordinators all the other levers together are not GO." in told


def test_the_page_escapes_what_it_is_given(found):
    """Titles and questions of a planner's own are text, whatever they hold; the section can stand in another page."""
    text = render_capacity(contents(found))
    page = read(text)
    assert page.by_id("picture-chances") is not None and "<clerks>" not in text and "time <b>" not in text
    assert "+6 coordinators" in str(the_answer(found)) and "picture-chances" in str(the_pictures(found))


def test_the_terminal_marks_the_answer(found):
    """The table has a star at the answer, and the sentences below it."""
    text = capacity_text(found)
    assert "+6 coordinators *" in text and text.count("*") == 1
