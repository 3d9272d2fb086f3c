"""The report of a sensitivity run: what it says, that its numbers are those of the tables, and that it is whole."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_up_sensitivity import FIGURES, made_up_sensitivity
from page_reader import read

from borderops.readiness.seasons import ANY
from borderops.report.sensitivity_contents import regions_table, rules_of, values_table
from borderops.report.sensitivity_figures import indices, scatter, spread_of_effects, tornado
from borderops.report.sensitivity_files import summary_of
from borderops.report.sensitivity_lessons import regions, worth
from borderops.report.sensitivity_page import APPORTIONED, SCREENED, render_sensitivity, write_sensitivity_report
from borderops.report.sensitivity_prose import answer, sensitivity_text


@pytest.fixture(scope="module")
def apportioned():
    """Sobol's method over four doubts, of which two act together."""
    return made_up_sensitivity(rows=128)


@pytest.fixture(scope="module")
def screened():
    """A screen of the same."""
    return made_up_sensitivity("morris", rows=20)


def first_and_last(contents) -> tuple[str, str]:
    """Names of the inputs that matter."""
    return contents.space.names[0], contents.space.names[-1]


def test_indices_name_the_inputs_that_matter(apportioned):
    """Both inputs are told, the others are not; total indices are above first-order ones, since they act together."""
    first, last = first_and_last(apportioned)
    table = apportioned.indices[apportioned.indices["figure"] == FIGURES[0]].set_index("group")
    assert set(table.index[table["total"] > 0.1]) == {first, last}
    assert table.loc[first, "total"] > table.loc[first, "first"] and table.loc[last, "total_low"] > 0
    told = " ".join(answer(apportioned))
    assert first in told and last in told and "acting together" in told


def test_a_region_is_told_in_values_with_units(apportioned):
    """Failure lies where both inputs are high; the rules name them, and hold on rows left out."""
    first, last = first_and_last(apportioned)
    table = regions_table(apportioned).set_index("figure")
    row = table.loc[FIGURES[0]]
    assert row["what"] == "fails" and row["is_found"]
    assert f"{first} above " in row["rules"] and f"{last} above " in row["rules"]
    assert row["checked_density"] > 0.6 and row["checked_coverage"] > 0.6
    [found] = [one for one in apportioned.regions if one.figure == FIGURES[0]]
    unit = apportioned.space.inputs[0].doubts[0].parameters[0].unit
    assert unit in rules_of(apportioned, found.box)[0]
    assert "above all where" in " ".join(answer(apportioned))


def test_what_is_worth_knowing_names_a_way(apportioned):
    """One of both inputs is worth resolving first, by records, a drill or an exercise; idle ones are worth nothing."""
    first, last = first_and_last(apportioned)
    own = apportioned.worth[apportioned.worth["verdict"] == ANY].set_index("known")
    groups = own.loc[apportioned.space.names]
    assert groups["value"].idxmax() in (first, last)
    assert (groups.drop(index=[first, last])["low"] == 0).all()
    assert own["value"].iloc[-1] >= own["value"].iloc[-2] >= 0
    told = " ".join(answer(apportioned))
    assert "Worth resolving first" in told and ("by a drill" in told or "by existing records" in told)


def test_levers_are_choices(apportioned):
    """With levers regions are told in levels, and nothing of what is worth knowing."""
    contents = made_up_sensitivity(
        levers=["court_slots", "beds.age_0_12"], answer=lambda at: [0.9 - at[0] * 0.8, 0.5], limit=0.3
    )
    assert contents.worth.empty and "Levers are choices" in " ".join(answer(contents))
    rules = " ".join(regions_table(contents)["rules"])
    assert "lever court_slots at least +" in rules and "slots a court day" in rules
    read(render_sensitivity(contents))


def test_a_screen_tells_who_moves_what_and_how_to_go_on(screened):
    """Both inputs are seen; the command that follows names them."""
    first, last = first_and_last(screened)
    told = answer(screened)
    table = screened.effects[screened.effects["figure"] == FIGURES[0]].set_index("group")
    assert set(table.index[table["is_seen"]]) == {first, last}
    assert f"method=sobol vary={first},{last}" in " ".join(told)
    assert "1 figure is the same in every season." in told
    assert "up by" in told[1]


def test_nothing_that_matters_is_said_to_be_nothing():
    """Noise alone: no group is told, no region found, nothing worth resolving."""
    for method in ("morris", "sobol"):
        contents = made_up_sensitivity(method, rows=24, answer=lambda at: [0.3, 0.5], noise=0.05)
        told = " ".join(answer(contents))
        page = read(render_sensitivity(contents)).text
        if method == "morris":
            assert "nothing is told from chance" in told or "0 move" in told
        else:
            assert "no region" in told.lower() and "No single unknown" in told and "chance hides" in told
        assert "What was varied" in page


def test_always_broken_is_said_and_no_region_looked_for():
    """A criterion that breaks in every season has no region; the answer names it."""
    contents = made_up_sensitivity(answer=lambda at: [0.9, 0.99], noise=0.0)
    told = " ".join(answer(contents))
    assert "in 100" in told and "whatever the inputs" in told
    assert contents.regions == [] and not regions(contents).panels
    assert "Every criterion comes to the same" in read(render_sensitivity(contents)).text


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_the_page_is_whole(method, apportioned, screened, tmp_path):
    """Every section with its heading and anchor, every picture with its table, all of it balanced HTML."""
    contents = screened if method == "morris" else apportioned
    path = tmp_path / "report.html"
    write_sensitivity_report(path, contents)
    page = read(path.read_text(encoding="utf-8"))
    for name, heading in SCREENED if method == "morris" else APPORTIONED:
        assert page.by_id(name).all("h2")[0].text == heading
    assert all(sentence.replace("\u00a0", " ") in page.text.replace("\u00a0", " ") for sentence in answer(contents))
    assert "never by separating anyone" in page.text and "invented" in page.text
    assert page.by_id("inputs").all("tbody")


def test_pictures_hold_the_numbers_of_the_tables(apportioned, screened):
    """Indices, effects, points and worth are drawn from the tables they stand beside."""
    drawn = indices(apportioned)
    first = apportioned.indices[apportioned.indices["figure"] == FIGURES[0]].nlargest(1, "total").iloc[0]
    assert drawn.table.iloc[0]["Input or group"] == first["group"]
    assert float(drawn.table.iloc[0]["In all"]) == pytest.approx(first["total"], abs=0.006)
    assert tornado(screened).panels and tornado(apportioned).panels
    assert spread_of_effects(screened).panels and regions(apportioned).panels and worth(apportioned).panels
    [panel, *_] = scatter(apportioned).panels
    assert len(panel.figure.data[0].x) == min(600, apportioned.values.shape[0] * apportioned.values.shape[1])


def test_rows_that_are_not_whole_are_left_out_and_told():
    """Two trials of one row and one of another are missing: both rows go, and the answer says so."""
    contents = made_up_sensitivity(rows=16, missing=[(3, 1, 1), (3, 2, 1), (9, 4, 2)])
    assert int(contents.kept.sum()) == 14 and contents.values.shape[0] == 14
    assert not {3, 9} & set(values_table(contents)["row"])
    assert "2 of 16 rows are not whole" in " ".join(answer(contents))


def test_the_terminal_and_the_summary_say_the_same(apportioned, screened):
    """The table for the terminal, plain values for programs, in the words of the page."""
    for contents, table in ((apportioned, "indices"), (screened, "effects")):
        text = sensitivity_text(contents)
        assert contents.space.names[0] in text and max(map(len, text.splitlines())) < 200
        told = json.loads(json.dumps(summary_of(contents), allow_nan=False))
        assert len(told[table]) == 2 * len(contents.space.groups)
        assert told["in_words"] == [one.replace("\u00a0", " ") for one in answer(contents)]
        assert np.isclose(told["figures"][FIGURES[0]]["limit"], 0.35)
