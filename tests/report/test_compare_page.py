"""The report of a comparison: its numbers are those of its tables, and it claims no more than they hold."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_comparison import made_up_comparison, recompared, values_of
from made_up_contents import MadeUpFailure
from page_reader import Element, read

from borderops.exceptions import FileProblem
from borderops.forecast import differing
from borderops.report import compare_figures as figures
from borderops.report import compare_page, page
from borderops.report.compare_contents import CompareContents
from borderops.report.compare_drawing import Line, Mark, by_scale, looks
from borderops.report.compare_page import groups_table, main_table, render_comparison, write_compare_report
from borderops.report.compare_prose import (
    change,
    change_span,
    compare_answer,
    compare_table_text,
    figure,
    signed,
)
from borderops.report.compare_reading import Reading, harm_names, is_beyond_chance, verdict

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
BASE, OTHER = "zero_tolerance_2018", "family_unity"


@pytest.fixture(scope="module")
def two() -> CompareContents:
    """Two scenarios, the second without separations."""
    return made_up_comparison(2)


@pytest.fixture(scope="module")
def five() -> CompareContents:
    """Five scenarios."""
    return made_up_comparison(5)


@cache
def page_of(scenarios: int) -> str:
    """The page of so many scenarios."""
    return render_comparison(made_up_comparison(scenarios))


@cache
def tree_of(scenarios: int) -> Element:
    """The same as a tree."""
    return read(page_of(scenarios))


@pytest.fixture(params=[2, 5])
def tree(request: pytest.FixtureRequest) -> Element:
    """The page of two and of five scenarios."""
    return tree_of(request.param)


def told(
    one: dict[str, list[float]], other: dict[str, list[float]], third: dict[str, list[float]] | None = None
) -> CompareContents:
    """A comparison of KPIs given replication by replication."""
    n = max(len(values) for values in (*one.values(), *other.values()))
    given = [one, other] + ([third] if third is not None else [])
    contents = dataclasses.replace(made_up_comparison(len(given)), n=n)
    names = [scenario.name for scenario in contents.scenarios]
    return recompared(contents, {name: values_of(rows) for name, rows in zip(names, given, strict=True)})


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return text.replace("\xa0", " ")


def main_rows(tree: Element) -> dict[tuple[str, str], list[str]]:
    """Cells of the main table by KPI and scenario."""
    found, kpi = {}, ""
    for row in tree.all("table", "compared")[0].all("tr"):
        heads, cells = row.all("th"), row.all("td")
        if "kpi" in row.attributes.get("class", "").split():
            kpi = heads[0].text.removesuffix(heads[0].all("span")[0].text)
        elif cells:
            found[kpi, heads[0].text] = [plain(cell.text) for cell in cells]
    return found


# --- numbers -------------------------------------------------------------------------------------------------------


def test_difference_interval_ratio_and_chance_are_those_of_the_pairs() -> None:
    """Pairs 10/7, 12/8, 14/12: difference −3 with half-width 2.92/√3, ratio 27/36, less in 3 of 3 (from 53 %)."""
    contents = told({"children_separated": [10, 12, 14]}, {"children_separated": [7, 8, 12]})
    rows = main_rows(read(main_table(contents)))
    assert rows["Children separated", BASE][0].startswith("12 [8.6 to 15]")
    mean, difference, ratio, less, n = rows["Children separated", OTHER]
    assert mean == "9 [4.5 to 13]"
    assert difference == "−3 [−4.7 to −1.3]▼ less"
    assert ratio.startswith("0.750 [") and less == "3 of 3 [53 to 100 %]" and n == "3"


def test_shares_differ_by_points() -> None:
    """A share that falls from 40 to 37 per cent falls by 3 points, never by 3 per cent."""
    contents = told({"share_over_72h_minors": [0.40, 0.40, 0.41]}, {"share_over_72h_minors": [0.37, 0.37, 0.38]})
    cell = main_rows(read(main_table(contents)))["All minors over 72 hours", OTHER][1]
    assert cell.startswith("−3.0 points")  # every pair differs by the same amount, but for rounding
    assert "3.0 percentage points lower" in plain(compare_answer(contents)[1])


def test_simultaneous_intervals_decide_not_single_ones() -> None:
    """A difference whose single interval leaves zero out, and whose simultaneous one does not, may be chance."""
    names = ({"children_separated": [10.0, 10, 10, 10]}, {"children_separated": [9.0, 9, 8, 9.9]})
    contents = told(*names, {"children_separated": [10.0, 10, 10.1, 10]})
    row = Reading(contents).apart("children_separated", OTHER)
    assert row is not None and row["difference_high"] < 0 < row["simultaneous_high"] and row["comparisons"] == 2
    assert verdict(row, 0.9) == "cannot tell"


@pytest.mark.parametrize("scenarios", [2, 5])
def test_every_row_of_the_main_table_agrees_with_the_tables(scenarios: int) -> None:
    """Mean, difference and pairs of every KPI and scenario are the tables' own, and harms to children come first."""
    contents = made_up_comparison(scenarios)
    rows, reading = main_rows(read(main_table(contents))), Reading(contents)
    labels = list(dict.fromkeys(kpi for kpi, _ in rows))
    harms = [contents.definitions[name].label for name in harm_names(contents.headline)]
    assert labels[: len(reading.harms())] == [label for label in harms if label in labels]
    assert len(rows) == len(reading.main()) * scenarios
    for kpi in reading.main():
        for one in reading.others:
            cells, row = rows[kpi.label, one.name], reading.apart(kpi.name, one.name)
            own = one.kpis[(one.kpis["kpi"] == kpi.name) & (one.kpis["group_kind"] == "all")]
            if own.empty:
                assert cells[:2] == ["none to measure", "no pair to compare"]
                continue
            assert row is not None
            assert cells[0].startswith(plain(figure(own["mean"].iloc[0], kpi.unit)))
            assert cells[1].startswith(plain(signed(row["difference"], kpi.unit)))
            assert cells[-1] == str(int(row["n"]))


def test_drawn_differences_are_the_tables(five: CompareContents) -> None:
    """Every point and both its intervals stand where the table has them; shares are drawn in points."""
    reading, picture = Reading(five), figures.differences(five)
    drawn = [trace for panel in picture.panels for trace in panel.figure.data]
    points = [float(trace.x[0]) for trace in drawn if trace.mode == "markers"]
    bars = [tuple(float(one) for one in trace.x) for trace in drawn if trace.mode == "lines"]
    wanted, outer, inner = [], [], []
    for kpi in reading.main():
        scale = 100.0 if kpi.unit == "share" else 1.0
        for one in reading.others:
            row = reading.apart(kpi.name, one.name)
            if row is not None and row["n"] > 0:
                wanted.append(row["difference"] * scale)
                outer.append((row["simultaneous_low"] * scale, row["simultaneous_high"] * scale))
                inner.append((row["difference_low"] * scale, row["difference_high"] * scale))
    assert np.allclose(sorted(points), sorted(wanted), rtol=1e-4)
    assert np.allclose(sorted(bars), sorted([*outer, *inner]), rtol=1e-4)


def test_open_points_are_those_that_may_be_chance(five: CompareContents) -> None:
    """Filled means that the simultaneous interval leaves zero out."""
    reading = Reading(five)
    clear = [
        row
        for kpi in reading.main()
        for one in reading.others
        if (row := reading.apart(kpi.name, one.name)) is not None and is_beyond_chance(row, five.level)
    ]
    drawn = [trace for panel in figures.differences(five).panels for trace in panel.figure.data]
    filled = [trace for trace in drawn if trace.mode == "markers" and trace.marker.color != "#ffffff"]
    assert len(filled) == len(clear) > 10
    assert all(row["simultaneous_low"] > 0 or row["simultaneous_high"] < 0 for row in clear)


def test_drawn_days_are_the_summaries(five: CompareContents) -> None:
    """Each line is its scenario's median, day for day."""
    picture = next(one for one in figures.days(five) if one.name == "parted")
    lines = {trace.name: trace for trace in picture.panels[0].figure.data if trace.name}
    assert list(lines) == [one.name for one in five.scenarios]
    for one in five.scenarios:
        table = figures.series(five, one, "separated_children", "all")
        assert np.allclose(np.array(lines[one.name].y, dtype=float), table["median"], rtol=1e-3)


def test_scenarios_are_told_apart_without_colour(five: CompareContents) -> None:
    """Of seven scenarios no two share a colour, nor a symbol."""
    found = looks([f"scenario {at}" for at in range(7)])
    assert len({one.colour for one in found.values()}) == len({one.symbol for one in found.values()}) == 7
    styles = [(one.colour, one.dash) for one in looks([one.name for one in five.scenarios]).values()]
    assert len(set(styles)) == 5


def test_reunited_children_and_their_class_are_drawn_as_counted(two: CompareContents) -> None:
    """The curve is the number reunited; the dotted line the mean class, all outcomes added."""
    picture = figures.reunions(two)
    table = two.scenarios[0].reunions
    older = table[table["age_band"] == "others"]
    line = next(trace for trace in picture.panels[1].figure.data if trace.name == BASE)
    back = older[older["outcome"] == "reunited"].sort_values("days")
    assert np.allclose(np.array(line.y, dtype=float), back["median"], rtol=1e-3)
    whole = older[older["days"] == 0]["mean"].sum()
    assert picture.panels[1].figure.layout.shapes[0].y0 == pytest.approx(whole)


def test_group_table_holds_every_row_of_the_comparison(five: CompareContents) -> None:
    """No KPI and no group is lost, scenarios stand side by side, and stars are those beyond chance."""
    frame = groups_table(five)
    assert len(frame) == len(five.differences) // 4
    stars = frame[[one.name for one in five.scenarios[1:]]].map(lambda cell: " *" in cell).to_numpy().sum()
    assert stars == sum(is_beyond_chance(row, five.level) for row in five.differences.to_dict("records"))


def test_rows_of_other_scale_get_a_panel_of_their_own() -> None:
    """A small difference is not flattened by a large one; rows keep their order; zero joins the smallest."""
    look = looks(["a"])["a"]

    def line(value: float) -> Line:
        return Line(str(value), [Mark(value, None, None, look, False, "")])

    groups = by_scale([line(3.0), line(900.0), line(0.0), line(-1000.0), line(2.0)], 12.0)
    assert [[one.label for one in group] for group in groups] == [["900.0", "-1000.0"], ["3.0", "0.0", "2.0"]]


# --- what may be said ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scenarios", "n"), [(2, 8), (3, 8), (5, 8), (2, 1), (3, 2)])
def test_the_answer_comes_first_in_three_to_six_sentences(scenarios: int, n: int) -> None:
    """The first section holds the sentences that the terminal shows."""
    contents = made_up_comparison(scenarios, n=n)
    sentences = compare_answer(contents)
    section = read(render_comparison(contents)).all("section", "part")[0]
    assert section.attributes["id"] == "answer" and [one.text for one in section.all("li")] == sentences
    assert 3 <= len(sentences) <= 6 and all(one.endswith(".") for one in sentences)


def test_separations_sentence_says_how_many_how_surely_and_in_how_many() -> None:
    """Baseline, difference, interval, level, pairs and replications stand in the first sentence."""
    contents = told({"children_separated": [10, 12, 14]}, {"children_separated": [7, 8, 12]})
    assert plain(compare_answer(contents)[0]) == (
        "Under zero_tolerance_2018, 12 children are separated from the parents they came with on average; under "
        "family_unity, 3 fewer (90 % interval, 3 pairs: 1.3 to 4.7; fewer in all 3)."
    )


def test_chance_is_called_chance_with_n_and_level() -> None:
    """What may be chance is neither more nor less; the last sentence names figure, replications and level."""
    contents = told({"children_separated": [10, 12, 14]}, {"children_separated": [11, 9, 14.5]})
    first, *_, last = [plain(one) for one in compare_answer(contents)]
    assert "0.5 fewer, which may be chance (4.2 fewer to 3.2 more)" in first.replace("90 % interval, 3 pairs: ", "")
    assert last.startswith("With 3 replications, at 90 % confidence, the comparison cannot tell")
    assert "under family_unity, “Children separated”" in last
    assert main_rows(read(main_table(contents)))["Children separated", OTHER][1].endswith("may be chance")


def test_zero_in_every_replication_is_never_told_as_no_risk(two: CompareContents) -> None:
    """In answer, table and terminal stands the chance that remains: with 8 replications at 90 % up to 25 %."""
    assert "none in any of 8 replications played" in plain(compare_answer(two)[0])
    assert "still leaves a chance of up to 25 %" in plain(compare_answer(two)[0])
    cell = main_rows(read(main_table(two)))["Children separated", OTHER][0]
    assert cell == "0none in 8 replications (another may show some: a chance of up to 25 %)"
    assert "Where a mean is 0, another replication may show some" in plain(compare_table_text(two)).replace("\n", " ")
    assert not re.search(r"\b(no risk|never happens|impossible)\b", tree_of(2).text)


def test_zero_under_both_is_the_same_and_not_a_difference() -> None:
    """Nothing under either scenario: no more, no less, and the chance that remains is told."""
    contents = told({"children_separated": [0.0] * 6}, {"children_separated": [0.0] * 6})
    cells = main_rows(read(main_table(contents)))["Children separated", OTHER]
    assert cells[1] == "0the same in every pair" and cells[2] == "—"
    assert "no child is separated" in compare_answer(contents)[0] and "32" in compare_answer(contents)[0]


@pytest.mark.parametrize(("pairs", "expected"), [(2, "cannot tell"), (4, "cannot tell"), (5, "less"), (12, "less")])
def test_an_interval_without_width_proves_nothing_of_few_pairs(pairs: int, expected: str) -> None:
    """Every pair one less: the sign test decides, 2/32 is rarer than 10 %, 2/16 is not."""
    contents = told(
        {"children_separated": [5.0 + at for at in range(pairs)]},
        {"children_separated": [4.0 + at for at in range(pairs)]},
    )
    row = Reading(contents).apart("children_separated", OTHER)
    assert row is not None and row["simultaneous_low"] == row["simultaneous_high"] == -1.0
    assert verdict(row, 0.9) == expected


def test_one_replication_has_no_interval_anywhere() -> None:
    """With n = 1 there is no bracket, no bar, no band, no star, and the answer says that it cannot tell."""
    contents = made_up_comparison(3, n=1)
    tree = read(render_comparison(contents))
    rows = main_rows(tree)
    assert all("[" not in cell for cells in rows.values() for cell in cells)
    assert rows["Children separated", OTHER][1].endswith("one pair, no interval")
    traces = [trace for panel in figures.differences(contents).panels for trace in panel.figure.data]
    assert {trace.mode for trace in traces} == {"markers"}
    assert not tree.all("i", "band")
    assert "cannot tell" in compare_answer(contents)[-1]
    assert "*" not in compare_table_text(contents) and " to " not in compare_table_text(contents)
    assert not figures.pairing(contents).panels
    assert not re.search(r"\bnan\b|\binf\b", tree.text, re.IGNORECASE)


def test_missing_pairs_are_told() -> None:
    """A replication without a value on one side is no pair; n, the number missing and the note say so."""
    contents = told(
        {"mean_custody_hours_separated": [60.0, 61, 62, 63]}, {"mean_custody_hours_separated": [50.0, 52, np.nan, 53]}
    )
    cells = main_rows(read(main_table(contents)))["Mean custody of separated children", OTHER]
    assert cells[-1] == "3" and cells[1].endswith("pairs are missing: 1")
    assert "(3 of 4)" in groups_table(contents).iloc[0][OTHER]


def test_nobody_to_measure_is_no_zero(two: CompareContents) -> None:
    """Without separated children there is no share of them: dashes and words, never 0 %."""
    cells = main_rows(read(main_table(two)))["Separated children over 72 hours", OTHER]
    assert cells == ["none to measure", "no pair to compare", "", "", ""]
    assert "under family_unity there is nobody to measure it on" in compare_answer(two)[3]


def test_unmeasured_subjects_are_said_to_be_so() -> None:
    """A comparison of nothing still gives three sentences and a page without pictures."""
    contents = made_up_comparison(2)
    scenarios = [
        dataclasses.replace(
            one,
            kpis=one.kpis.iloc[:0],
            daily=one.daily.iloc[:0],
            survival=one.survival.iloc[:0],
            reunions=one.reunions.iloc[:0],
        )
        for one in contents.scenarios
    ]
    bare = dataclasses.replace(
        contents,
        scenarios=scenarios,
        differences=contents.differences.iloc[:0],
        ranking=contents.ranking.iloc[:0],
        families=contents.families.iloc[:0],
        links=contents.links.iloc[:0],
        settings=contents.settings.iloc[:0],
        limits=[],
        manifest={},
    )
    sentences = compare_answer(bare)
    assert len(sentences) == 3 and all("not measured" in one for one in sentences[:2])
    tree = read(render_comparison(bare))
    assert not tree.all("figure")
    assert "All scenarios have the same settings" in tree.by_id("settings").text


def test_the_answer_argues_for_nothing(two: CompareContents) -> None:
    """It counts more and less and prefers nothing."""
    words = " ".join(compare_answer(two)).lower()
    assert not re.search(r"\b(better|worse|best|worst|should|recommend|prefer|success|cost)\w*\b", words)


def test_differences_read_as_people_say_them() -> None:
    """Counts are fewer or more, measures lower or higher, and what is not zero is not told as zero."""
    assert plain(change(-2950.2, "children")) == "2,950 fewer" and plain(change(0.4, "hours")) == "0.4 hours higher"
    assert plain(change(-0.031, "share")) == "3.1 percentage points lower" and change(0.0, "families") == "no change"
    assert plain(change(0.0001, "share")) == "under 0.1 percentage points higher"
    assert plain(change_span(-40, 12, "children")) == "40 fewer to 12 more"
    assert plain(change_span(-0.12, -0.04, "share")) == "4.0 to 12"
    assert signed(-2950.2, "children") == "−2,950" and signed(0.0, "share") == "0" and signed(0.0312, "share") == "+3.1"
    assert figure(-0.04, "children") == "−0.1" and plain(figure(0.164, "share")) == "16.4 %"
    assert plain(figure(0.9999, "share")) == "99.9 %" and plain(figure(0.0, "share")) == "0 %"


# --- families ------------------------------------------------------------------------------------------------------


def test_every_kind_of_story_and_every_cause_has_words() -> None:
    """What the comparison of families may count is known to the page, code by code."""
    assert {*figures.WHATS, "same_story"} == set(differing.WHATS)
    assert set(figures.CAUSES) == set(differing.CAUSES)


def test_reversals_are_told_in_both_directions() -> None:
    """Families that only the baseline separates, and those that only the other does, each with number and reason."""
    contents = made_up_comparison(3)
    text = plain(read(render_comparison(contents)).by_id("stories").text)
    assert "separated under zero_tolerance_2018 that stay together under limited_separation: 1,616." in text
    assert "separated under limited_separation that stay together under zero_tolerance_2018: 12." in text
    assert "selected under both, and spared under the other because shelters were fuller (11)" in text
    assert "separated under family_unity that stay together under zero_tolerance_2018: none in 8 replications" in text
    sentence = plain(compare_answer(contents)[-2])
    assert (
        "1,616 are separated under zero_tolerance_2018 and not under limited_separation, 12 the other way" in sentence
    )


def test_families_table_has_every_row_and_the_command_that_shows_one(five: CompareContents) -> None:
    """Numbers are the table's; a scenario is named by its name, an override by itself; no example, no command."""
    table = figures.families_table(five)
    assert len(table) == len(five.families)
    commands = set(table["To see one of them"])
    assert "borderops trace 4120311 scenario=family_unity" in commands
    assert "borderops trace 4500001 tracking=shared_record" in commands
    without = dataclasses.replace(five, families=five.families.assign(example=0))
    assert set(figures.families_table(without)["To see one of them"]) == {"—"}
    first = table.iloc[0]
    assert plain(first.iloc[3]) == "2,480 (2,410 to 2,540)"


def test_bars_of_families_are_shares_of_their_own_number(two: CompareContents) -> None:
    """The parts of each bar add up to 100, and its name carries the number of families."""
    (panel,) = figures.families(two).panels
    lengths = np.array([[float(value) for value in trace.x] for trace in panel.figure.data])
    assert np.allclose(lengths.sum(axis=0), 100.0, atol=0.05)
    assert panel.figure.data[0].y[0] == "Only under<br>the baseline: 2,486"


def test_no_families_no_claim(two: CompareContents) -> None:
    """Where stories were not compared, neither answer nor chapter speaks of them."""
    bare = dataclasses.replace(two, families=two.families.iloc[:0])
    assert not any("Of the same families" in one for one in compare_answer(bare))
    assert "were not compared" in read(render_comparison(bare)).by_id("stories").text


# --- pairing, settings, ranking ------------------------------------------------------------------------------------


def test_pairing_is_drawn_as_computed_and_its_worth_in_replications(five: CompareContents) -> None:
    """Points are the table's factors; the title squares their median."""
    reading, picture = Reading(five), figures.pairing(five)
    drawn = [float(trace.x[0]) for panel in picture.panels for trace in panel.figure.data]
    wanted = [
        row["narrowed"]
        for kpi in reading.main()
        for one in reading.others
        if (row := reading.apart(kpi.name, one.name)) is not None and np.isfinite(row["narrowed"])
    ]
    assert np.allclose(sorted(drawn), sorted(wanted), rtol=1e-4)
    middle = float(np.median(wanted))
    assert f"{middle:.2f}" in picture.title and f"{middle**2:.1f} times as many" in picture.title


def test_other_people_are_told() -> None:
    """Where replications did not meet the same people, page and answer's note say so."""
    text = read(render_comparison(made_up_comparison(2, same_people=False))).text
    assert text.count("did not meet the same people") == 2


def test_settings_that_differ_stand_side_by_side(five: CompareContents) -> None:
    """A row a setting, a cell a scenario."""
    table = tree_of(5).by_id("settings").all("table")[0]
    rows = {row.all("th")[0].text: [cell.text for cell in row.all("td")] for row in table.all("tr") if row.all("td")}
    assert rows["policy.family_referral"] == [f"option {at}" for at in range(5)]
    assert len(rows) == 3


def test_ranking_is_shown_of_three_scenarios_not_of_two(two: CompareContents, five: CompareContents) -> None:
    """Of two it would only repeat the table; of more each scenario's share of firsts stands beside its place."""
    assert "smallest value" not in tree_of(2).by_id("table").text
    table = tree_of(5).by_id("table").all("table", "numbers")[0]
    row = next(one for one in table.all("tr") if one.all("th")[0].text == "Children separated")
    cells = [plain(cell.text) for cell in row.all("td")]
    assert cells[1].startswith("100 % [") and cells[1].endswith("place 1.0") and cells[0].startswith("0 % [0 to")


# --- the terminal --------------------------------------------------------------------------------------------------


def test_terminal_table_marks_what_is_beyond_chance() -> None:
    """A line a scenario, its mean, difference and interval; a star where zero is left out, none where it is not."""
    contents = told(
        {"children_separated": [10, 12, 14], "families_never_grouped": [10, 12, 14]},
        {"children_separated": [7, 8, 12], "families_never_grouped": [11, 9, 14.5]},
    )
    lines = compare_table_text(contents).splitlines()
    clear, unclear = [line for line in lines if OTHER in line]
    assert clear.split() == ["family_unity", "9", "−3", "−4.7", "to", "−1.3", "*"]
    assert unclear.split()[-5:] == ["12", "−0.5", "−4.2", "to", "+3.2"]
    assert all(len(line) <= 110 for line in lines) and "\xa0" not in compare_table_text(contents).split("\n\n")[0]


@pytest.mark.parametrize("scenarios", [2, 5])
def test_terminal_table_has_every_main_figure_of_every_scenario(scenarios: int) -> None:
    """No figure and no scenario is left out, and columns stand below each other."""
    contents = made_up_comparison(scenarios)
    lines = compare_table_text(contents).split("\n\n")[0].splitlines()
    for one in contents.scenarios:
        assert sum(one.name in line for line in lines) == len(Reading(contents).main())
    assert len({line.index(BASE) for line in lines if BASE in line}) == 1


# --- the page ------------------------------------------------------------------------------------------------------


def test_every_picture_has_a_table_and_a_text_alternative(tree: Element) -> None:
    """A picture that cannot be seen is told in words and in numbers."""
    shown = tree.all("figure")
    assert len(shown) == 12
    for one in shown:
        name = one.attributes["id"].removeprefix("picture-")
        alternative = one.by_id(f"{name}-alternative").text
        assert len(alternative) > 60 and re.search(r"\d", alternative), name
        assert len(one.all("table")[0].all("tr")) > 2, name
        for chart in one.all("div", "chart"):
            assert chart.attributes["role"] == "img" and chart.attributes["aria-label"]
            assert chart.attributes["aria-describedby"] == f"{name}-alternative"
        assert "8\xa0replications" in one.all("figcaption")[0].text, name


def test_every_chart_has_data_that_a_browser_can_read(tree: Element) -> None:
    """Each chart finds its figure as JSON, with traces, and without a copy of the shared template."""
    specs = {
        one.attributes["id"]: one.text for one in tree.all("script") if one.attributes.get("id", "").startswith("spec")
    }
    for chart in tree.all("div", "chart"):
        drawn = json.loads(specs[chart.attributes["id"].replace("chart-", "spec-")])
        assert drawn["data"] and "template" not in drawn["layout"]


def test_ids_are_unique_and_links_lead_somewhere(tree: Element) -> None:
    """Anchors, labels and descriptions point at elements that exist once."""
    ids = [one.attributes["id"] for one in tree.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for element in tree.all():
        for name in ("href", "aria-describedby", "for"):
            if name in element.attributes:
                assert element.attributes[name].removeprefix("#") in ids


def test_headings_skip_no_level(tree: Element) -> None:
    """One of the first level, and none two levels below the one before; sections in the order they are announced."""
    levels = [int(one.tag[1]) for one in tree.all() if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [one.attributes["id"] for one in tree.all("section", "part")] == [name for name, _ in compare_page.SECTIONS]


def test_page_asks_nothing_of_the_network(two: CompareContents) -> None:
    """No element loads anything from elsewhere, and Plotly stands in the page once."""
    text = page_of(2)
    for element in tree_of(2).all():
        loading = ("src", "srcset", "data", "poster", "background", "action")
        assert not [name for name in loading if name in element.attributes], element.tag
        assert element.attributes.get("href", "#").startswith("#")
    own = text.replace(page.plotly.offline.get_plotlyjs(), "")
    assert not re.search(r"https?://|url\(|@import", own)
    assert text.count("Copyright 2012-") == 1


def test_everybody_is_said_to_be_invented(tree: Element) -> None:
    """The page says that its people are invented and that it argues for no policy."""
    head = tree.all("header")[0].text
    assert "invented" in head and "argues for no policy" in head


def test_what_users_write_stays_text(two: CompareContents) -> None:
    """Tags in names, titles, question, settings, limits, failures and manifest cannot become elements."""
    evil = "<script>alert('x')</script><img src=x onerror=y>&\"'"
    scenarios = [two.scenarios[0], dataclasses.replace(two.scenarios[1], name=f"policy={evil}", title=evil)]
    name = scenarios[1].name
    attacked = dataclasses.replace(
        two,
        question=evil,
        scenarios=scenarios,
        differences=two.differences.assign(scenario=name, note=evil),
        ranking=two.ranking.assign(scenario=name),
        families=two.families.assign(scenario=name),
        links=two.links.assign(scenario=name),
        settings=pd.DataFrame({"key": [evil], BASE: [evil], name: [evil]}),
        manifest={evil: evil, "nested": {evil: [evil]}},
        limits=[evil],
        failures=[MadeUpFailure(2, 1, evil, evil)],
    )
    honest, tree = tree_of(2), read(render_comparison(attacked))
    assert len(tree.all("script")) == len(honest.all("script"))
    assert not tree.all("img")
    assert evil in tree.all("header")[0].text and evil in tree.by_id("settings").text


def test_failed_replications_are_counted_once_each(two: CompareContents) -> None:
    """A replication that fails under two scenarios is one replication that is missing."""
    failures = [MadeUpFailure(3, 7, "a bed was lost", ""), MadeUpFailure(3, 7, "another bed was lost", "")]
    head = read(render_comparison(dataclasses.replace(two, failures=failures))).all("header")[0].text
    assert "1 of 9 replications was not finished" in head and "another bed was lost" in head


def test_same_contents_give_the_same_page(two: CompareContents) -> None:
    """Nothing depends on the moment of writing."""
    assert render_comparison(two) == page_of(2)


def test_page_of_five_scenarios_stays_small(five: CompareContents) -> None:
    """Beside Plotly itself less than 1.5 MB, so that a phone opens it."""
    assert len(page_of(5).encode()) - len(page.plotly.offline.get_plotlyjs().encode()) < 1_500_000


def test_missing_folder_is_a_file_problem(tmp_path: Path, two: CompareContents) -> None:
    """A folder that does not exist is told as such; one that does gets the whole page and nothing else."""
    with pytest.raises(FileProblem, match="cannot be written"):
        write_compare_report(tmp_path / "absent" / "report.html", two)
    write_compare_report(tmp_path / "report.html", two)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page_of(2)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_a_browser_draws_every_chart(tmp_path: Path, five: CompareContents) -> None:
    """Opened from disk in a real browser, every chart becomes a drawing, and the table's search field appears."""
    target = tmp_path / "report.html"
    write_compare_report(target, five)
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    command = [str(CHROMIUM), "--headless", "--no-sandbox", *quiet, "--disable-component-update"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", target.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    charts = re.findall(r'id="chart-([a-z]+-\d)"[^>]*data-drawn="yes"', done.stdout)
    assert len(charts) == len(tree_of(5).all("div", "chart"))
    assert '<div class="finder">' in done.stdout
