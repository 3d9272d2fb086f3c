"""The pictures of waits, records, work and reunification: what is drawn is what the tables hold, and no more."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest
from made_up_contents import made_up_contents, with_order

from borderops.report import figures_clock, figures_records, figures_reunion, figures_work
from borderops.report.contents import Contents
from borderops.report.drawing import BAR_WIDTH, LETTER_WIDTH, Part, Picture, stacked_bars
from borderops.report.words import number


@pytest.fixture(scope="module")
def contents() -> Contents:
    """Four replications of a season with separations."""
    return made_up_contents(n=4)


def lengths(picture: Picture, panel: int = 0) -> dict[str, list[float]]:
    """Lengths of the parts of stacked bars, by the name of the part."""
    return {trace.name: [float(value) for value in trace.x] for trace in picture.panels[panel].figure.data}


def upright_lines(picture: Picture) -> list[float]:
    """Where a picture's first panel has upright lines."""
    return [float(shape.x0) for shape in picture.panels[0].figure.layout.shapes if shape.x0 == shape.x1]


# --- bars ----------------------------------------------------------------------------------------------------------


def test_bars_carry_only_what_has_room() -> None:
    """Word and number on a long part, the number on a shorter one, nothing on the shortest; less on a phone."""
    part = Part("bed", "#0072B2", [60.0, 5.0, 1.0], ["", "", ""], ["60 h", "5 h", "1 h"], ["Bed"] * 3)
    (trace,) = stacked_bars(["a", "b", "c"], [part], {"range": [0, 100]}).data
    assert list(trace.text) == ["Bed 60 h", "5 h", ""]
    assert list(trace.meta["narrow"]) == ["Bed 60 h", "", ""]
    for value, text in zip(part.values, trace.text, strict=True):
        assert len(text) * LETTER_WIDTH <= value / 100 * BAR_WIDTH


# --- where the hours went ------------------------------------------------------------------------------------------


def test_stages_of_a_bar_add_up_to_the_mean_stay(contents: Contents) -> None:
    """The parts of each bar are the table's mean hours, and its label their sum; the limit is marked at 72."""
    picture = figures_clock.waits(contents)
    drawn = lengths(picture)
    for at, (cohort, _) in enumerate(figures_clock.WAITING_COHORTS):
        rows = contents.waits[contents.waits["cohort"] == cohort].set_index("stage")["mean"]
        for stage, label, *_ in figures_clock.STAGES:
            assert drawn[label][at] == pytest.approx(rows[stage], rel=1e-3)
        label = picture.panels[0].figure.layout.annotations[at]
        assert label.text == f"<b>{rows.sum():.0f}\u2009h</b>" and label.x == pytest.approx(rows.sum())
        assert picture.table.iloc[-1, 1 + 2 * at] == number(rows.sum(), "hours")
    assert upright_lines(picture) == [72.0]


def test_stages_and_groups_without_hours_are_left_out(contents: Contents) -> None:
    """No separated child, no bar; no hour at the desk, no colour for it."""
    alone = contents.waits[contents.waits["cohort"].str.startswith("alone") & (contents.waits["stage"] != "desk")]
    picture = figures_clock.waits(dataclasses.replace(contents, waits=alone))
    drawn = lengths(picture)
    assert "ORR's intake desk" not in drawn and {len(values) for values in drawn.values()} == {2}
    assert "Separated" not in picture.alternative
    empty = figures_clock.waits(dataclasses.replace(contents, waits=alone.iloc[:0]))
    assert not empty.panels and "no hours to account for" in empty.nothing


# --- what was written down -----------------------------------------------------------------------------------------


def test_what_was_written_fills_each_bar(contents: Contents) -> None:
    """The marks of each thing to be written down add up to 100 per cent of those whom it is to be written of."""
    picture = figures_records.written(contents)
    drawn = np.array(list(lengths(picture).values()))
    assert np.allclose(drawn.sum(axis=0), 100.0, atol=0.05)
    blank = contents.kpi("families_separated", "code", "blank")
    whole = sum(
        contents.kpi("families_separated", "code", group)["mean"] for group, _, _ in figures_records.WRITTEN[0].marks
    )
    assert blank is not None
    assert lengths(picture)["Missing"][0] == pytest.approx(blank["mean"] / whole * 100, rel=1e-3)


def test_missing_is_one_colour_everywhere(contents: Contents) -> None:
    """What is missing has the last colour of the legend in every bar, and no bar has two marks of one colour."""
    last = figures_records.QUALITIES[-1][0]
    for one in figures_records.WRITTEN:
        colours = [colour for *_, colour in one.marks]
        assert colours[-1] == last and len(set(colours)) == len(colours)


def test_without_separations_there_was_nothing_to_write() -> None:
    """A run without separated families says so instead of showing empty bars; an unmeasured one says that."""
    none = figures_records.written(made_up_contents(n=2, separations=0))
    assert not none.panels and none.nothing.startswith("No family is separated")
    bare = made_up_contents(n=2)
    bare = dataclasses.replace(bare, kpis=bare.kpis.iloc[:0])
    assert "not measured" in figures_records.written(bare).nothing


# --- mail and staff ------------------------------------------------------------------------------------------------


def test_shades_go_up_in_steps() -> None:
    """From 0 to 1 without a gap, each shade flat: a shade says one of the legend's ranges and no other."""
    scale = figures_work.colour_steps()
    assert scale[0][0] == 0.0 and scale[-1][0] == 1.0
    for (start, colour), (end, same) in zip(scale[::2], scale[1::2], strict=True):
        assert colour == same and start < end
    assert all(before[0] == after[0] for before, after in zip(scale[1::2], scale[2::2]))


def test_the_map_of_shades_holds_the_medians(contents: Contents) -> None:
    """Each station's row is its daily median, and the number beside it the highest of them."""
    picture = figures_work.coordinators(contents)
    heat = picture.panels[0].figure.data[0]
    for at, name in enumerate(("big_bend", "del_rio")):
        table = contents.series("coordinators_busy", name)
        assert np.allclose(np.array(heat.z[at], dtype=float), table["median"], atol=1e-3)
        assert picture.panels[0].figure.layout.annotations[at].text == f"{table['median'].max() * 100:.0f}\xa0%"


def test_stations_without_coordinators_have_no_row(contents: Contents) -> None:
    """A station whose coordinators never work, or were not measured, is left out; without any a sentence says so."""
    daily = contents.daily[contents.daily["measure"] != "coordinators_busy"]
    some = contents.daily[(contents.daily["measure"] == "coordinators_busy") & (contents.daily["group"] == "yuma")]
    picture = figures_work.coordinators(dataclasses.replace(contents, daily=pd.concat([daily, some])))
    assert list(picture.panels[0].figure.data[0].y) == ["Yuma"]
    assert not figures_work.coordinators(dataclasses.replace(contents, daily=daily)).panels


def test_bars_of_work_are_hours_with_the_overtime_among_them(contents: Contents) -> None:
    """Within and beyond the shift add up to the hours; an activity without hours has no bar."""
    drawn = lengths(figures_work.work(contents))
    hours = contents.work[contents.work["kind"] == "hours"]["mean"].to_numpy()
    over = contents.work[contents.work["kind"] == "overtime_hours"]["mean"].to_numpy()
    assert np.allclose(drawn["overtime"], over, rtol=1e-3)
    assert np.allclose(np.add(drawn["within the shift"], drawn["overtime"]), hours, rtol=1e-3)
    idle = figures_work.work(made_up_contents(n=2, separations=0))
    assert "Joint team" not in idle.alternative and "Border Patrol" in idle.alternative


@pytest.mark.parametrize("make", [figures_work.mail, figures_work.diverted])
def test_a_flat_zero_is_a_sentence(make, contents: Contents) -> None:
    """Where nothing is sent, or nobody is taken away, no empty picture is shown."""
    still = dataclasses.replace(contents, daily=contents.daily.assign(mean=0.0, median=0.0))
    assert make(contents).panels and not make(still).panels
    assert make(still).nothing.startswith("No ")


# --- reunification -------------------------------------------------------------------------------------------------


def test_deadlines_are_drawn_where_they_were_played(contents: Contents) -> None:
    """Both at their own days; a deadline after the last day played is not drawn."""
    assert upright_lines(figures_reunion.reunited(contents)) == [14.0, 30.0]
    table = contents.reunited[contents.reunited["days"] <= 29]
    assert upright_lines(figures_reunion.reunited(dataclasses.replace(contents, reunited=table))) == [14.0]


def test_curves_are_the_shares_with_their_band(contents: Contents) -> None:
    """Band and line of each age band are low, high and median of the share, in per cent."""
    low, high, line = figures_reunion.reunited(contents).panels[0].figure.data[:3]
    table = contents.reunited[contents.reunited["age_band"] == "under_5_at_order"].sort_values("days")
    for trace, column in ((low, "low"), (high, "high"), (line, "median")):
        assert np.allclose(np.array(trace.y, dtype=float), table[column] * 100, rtol=1e-3)


def test_states_of_a_day_make_up_the_class(contents: Contents) -> None:
    """On every day drawn the states add up to 100 per cent, in both panels; the heading counts the children."""
    picture = figures_reunion.standing(contents)
    assert len(picture.panels) == 2
    for at, code in enumerate(("under_5_at_order", "others")):
        drawn = np.array(list(lengths(picture, at).values()))
        assert np.allclose(drawn.sum(axis=0), 100.0, atol=0.05)
        rows = contents.reunions[(contents.reunions["age_band"] == code) & (contents.reunions["days"] == 0)]
        whole = (rows["mean"] * rows["n"]).sum() / contents.n
        assert picture.panels[at].heading.endswith(f": {whole:,.0f} children")


@pytest.mark.parametrize(
    ("last", "days"),
    [(240, [0, 14, 30, 60, 90, 120, 180, 240]), (96, [0, 14, 30, 60, 96]), (15, [0, 14, 15]), (3, [0, 3]), (0, [0])],
)
def test_days_drawn_hold_the_deadlines_and_the_last(contents: Contents, last: int, days: list[int]) -> None:
    """Round days, both deadlines and the last day played; none so near the last that both would say the same."""
    reunions = pd.DataFrame({"days": range(last + 1)})
    assert figures_reunion.drawn_days(dataclasses.replace(contents, reunions=reunions)) == days


def test_days_drawn_are_days_told(contents: Contents) -> None:
    """Every day that has a bar has a row in both tables, also where the order sets other deadlines."""
    other = with_order(contents, young_deadline_days=5, others_deadline_days=23)
    days = figures_reunion.drawn_days(other)
    assert {5, 23} <= set(days)
    assert {str(day) for day in days} <= set(figures_reunion.standing(other).table["Day"])
    assert {str(day) for day in days} <= set(figures_reunion.reunited(other).table["Days since the order"])


def test_without_a_class_each_picture_says_why(contents: Contents) -> None:
    """No order, an order outside the days played, a class of nobody: three different sentences, no empty chart."""
    empty = dataclasses.replace(contents, reunions=contents.reunions.iloc[:0], reunited=contents.reunited.iloc[:0])
    told = set()
    for case in (with_order(empty, day=None), with_order(empty, day=date(2018, 9, 1)), empty):
        for make in (figures_reunion.reunited, figures_reunion.standing):
            picture = make(case)
            assert not picture.panels
            told.add(picture.nothing)
    assert len(told) == 3


def test_few_young_children_are_counted_not_judged() -> None:
    """A class with under five young children says so beside the bars."""
    contents = made_up_contents(n=4)
    few = contents.reunions.copy()
    young = few["age_band"] == "under_5_at_order"
    few.loc[young, "mean"] = few.loc[young, "mean"] / few.loc[young & (few["days"] == 0), "mean"].sum() * 3
    note = figures_reunion.standing(dataclasses.replace(contents, reunions=few)).note
    assert "Fewer than 5 children are under 5" in note
    assert figures_reunion.standing(contents).note == ""
