"""The report of a sweep: drawn to scale, every number the table's, however many settings were varied."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_comparison import AXES, made_up_sweep, summary_of, values_of
from made_up_contents import MadeUpFailure
from page_reader import Element, read

from borderops.exceptions import FileProblem
from borderops.report import page, sweep_page
from borderops.report.compare_contents import SweepContents
from borderops.report.compare_prose import figure
from borderops.report.sweep_figures import MOST_DOTS, Sweep, numbers_of, points_table, response, short_names
from borderops.report.sweep_page import render_sweep, sweep_answer, sweep_table_text, write_sweep_report

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
BEDS = "orr.beds.age_0_12[0].beds"
GRID = {"courts.slots": [str(at) for at in range(6)], "stations.agents": [str(10 * at) for at in range(7)]}
SHAPES = {"one number": (BEDS,), "words": ("tracking",), "lines": (BEDS, "tracking"), "map": GRID, "more": tuple(AXES)}


@pytest.fixture(scope="module", params=list(SHAPES))
def contents(request: pytest.FixtureRequest) -> SweepContents:
    """A sweep of every shape."""
    return made_up_sweep(SHAPES[request.param], n=4)


@pytest.fixture(scope="module")
def tree(contents: SweepContents) -> Element:
    """Its page."""
    return read(render_sweep(contents))


def told(values: dict[str, dict[str, list[float]]], axis: str = BEDS) -> SweepContents:
    """A sweep of one setting from KPIs given replication by replication."""
    tables = [
        summary_of(values_of(rows)).assign(point=at, **{axis: value})
        for at, (value, rows) in enumerate(values.items(), start=1)
    ]
    first = next(iter(values.values()))
    n = max(len(one) for one in first.values())
    return made_up_sweep({axis: list(values)}, n=n, table=pd.concat(tables), kpis=list(first))


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return text.replace("\xa0", " ")


def means(contents: SweepContents, kpi: str) -> list[float]:
    """Mean of a KPI at each point, in their order."""
    table = contents.table
    return table[(table["kpi"] == kpi) & (table["group_kind"] == "all")].sort_values("point")["mean"].tolist()


# --- pictures ------------------------------------------------------------------------------------------------------


def test_numbers_are_drawn_to_scale() -> None:
    """One numeric setting: points stand at its values, not at equal steps, and at the table's means."""
    contents = made_up_sweep((BEDS,))
    panel = response(contents).panels[0]
    points = next(trace for trace in panel.figure.data if "markers" in trace.mode)
    assert list(points.x) == [1800.0, 2200.0, 3000.0]
    assert np.allclose(points.y, means(contents, "children_separated"), rtol=1e-4)
    low, high = panel.figure.layout.xaxis.range
    assert low < 1800 and high > 3000


def test_both_intervals_are_drawn_of_every_point() -> None:
    """Thin: what holds the replications; thick: the interval of the mean."""
    contents = made_up_sweep((BEDS,))
    table = contents.table[(contents.table["kpi"] == "share_over_72h_minors") & (contents.table["group_kind"] == "all")]
    bars = [trace for trace in response(contents).panels[1].figure.data if trace.mode == "lines"]
    for at, row in enumerate(table.itertuples()):
        thin, thick = bars[2 * at], bars[2 * at + 1]
        assert thin.line.width < thick.line.width
        assert np.allclose(np.array(thin.y) / 100, [row.low, row.high], rtol=1e-4)
        assert np.allclose(np.array(thick.y) / 100, [row.mean_low, row.mean_high], rtol=1e-4)


def test_words_are_categories_without_a_line() -> None:
    """Between words there is nothing to walk along."""
    panel = response(made_up_sweep(("tracking",))).panels[0]
    points = next(trace for trace in panel.figure.data if "markers" in trace.mode)
    assert points.mode == "markers" and list(points.x) == [0, 1]
    assert list(panel.figure.layout.xaxis.categoryarray) == ["as_it_was", "shared_record"]


def test_two_settings_have_a_line_for_each_value_of_the_second() -> None:
    """The number runs along the axis, the words are lines, and each point is the table's."""
    contents = made_up_sweep((BEDS, "tracking"))
    picture = response(contents)
    lines = [trace for trace in picture.panels[0].figure.data if "markers" in trace.mode]
    assert [trace.name for trace in lines] == ["tracking = as_it_was", "tracking = shared_record"]
    assert len(picture.keys) == 2
    wanted = np.array(means(contents, "children_separated")).reshape(3, 2)
    for at, trace in enumerate(lines):
        assert np.allclose(trace.y, wanted[:, at], rtol=1e-4)
        assert np.allclose(trace.x, [1800, 2200, 3000], atol=30)


def test_numbers_run_along_the_axis_whichever_setting_is_named_first() -> None:
    """Words first, numbers second: the lines still run along the numbers."""
    contents = made_up_sweep(("tracking", BEDS))
    lines = [trace for trace in response(contents).panels[0].figure.data if "markers" in trace.mode]
    assert [trace.name for trace in lines] == ["tracking = as_it_was", "tracking = shared_record"]
    assert np.allclose(lines[1].y, means(contents, "children_separated")[3:], rtol=1e-4)


def test_many_values_of_both_become_a_map() -> None:
    """Six by seven: cells hold the table's means, written on them."""
    contents = made_up_sweep(GRID, n=3)
    (cells,) = response(contents).panels[0].figure.data
    wanted = np.array(means(contents, "children_separated")).reshape(6, 7)
    assert np.allclose(np.array(cells.z, dtype=float), wanted, rtol=1e-3)
    assert cells.text[2][3] == figure(wanted[2, 3], "children")
    assert list(cells.x) == list(GRID["stations.agents"]) and list(cells.y) == list(GRID["courts.slots"])


def test_more_settings_are_sorted_by_value() -> None:
    """Three settings: a row a point, the lowest on top."""
    contents = made_up_sweep(tuple(AXES))
    panel = response(contents).panels[0]
    points = [float(trace.x[0]) for trace in panel.figure.data if trace.mode == "markers"]
    assert np.allclose(points, sorted(means(contents, "children_separated")), rtol=1e-4) and len(points) == 24


def test_of_very_many_points_the_ends_are_drawn_and_all_are_in_the_table() -> None:
    """Beyond the limit the lowest and the highest are drawn, the note says so, and the table leaves none out."""
    contents = made_up_sweep({"a": ["1", "2", "3"], "b": ["1", "2", "3"], "c": ["1", "2", "3"]}, n=2)
    picture = response(contents)
    points = [float(trace.x[0]) for trace in picture.panels[0].figure.data if trace.mode == "markers"]
    ordered = sorted(means(contents, "children_separated"))
    assert np.allclose(points, [*ordered[:12], *ordered[-12:]], rtol=1e-4) and len(points) == MOST_DOTS
    assert "Of 27 points" in picture.note and len(picture.table) == 27


def test_settings_are_named_by_as_few_words_as_tell_them_apart() -> None:
    """The last word, unless another setting ends with it."""
    names = short_names(["orr.beds.age_0_12[0].beds", "tracking", "stations.agents.day", "courts.day"])
    assert list(names.values()) == ["beds", "tracking", "agents.day", "courts.day"]
    assert short_names(["a.b", "c.a.b"]) == {"a.b": "a.b", "c.a.b": "c.a.b"}


@pytest.mark.parametrize(("values", "numbers"), [(["1", "2.5", "1e3"], [1.0, 2.5, 1000.0]), (["1", "x"], None)])
def test_only_numbers_throughout_make_a_scale(values: list[str], numbers: list[float] | None) -> None:
    """One word among them and all are words; so are values without an end."""
    assert numbers_of(values) == numbers and numbers_of(["1", "inf"]) is None and numbers_of(["nan"]) is None


# --- numbers and words ---------------------------------------------------------------------------------------------


def test_points_table_is_the_table(contents: SweepContents) -> None:
    """Every point, every figure, in order, with mean and interval of the mean."""
    sweep = Sweep(contents)
    frame = points_table(sweep, sweep.drawn())
    assert len(frame) == contents.table["point"].nunique()
    assert [row[: len(contents.axes)] for row in frame.itertuples(index=False)] == list(sweep.points.values())
    for at, kpi in enumerate(contents.kpis):
        column = frame.iloc[:, len(contents.axes) + at]
        unit = contents.definitions[kpi].unit
        assert [cell.split(" [")[0] for cell in column] == [figure(mean, unit) for mean in means(contents, kpi)]


def test_answer_names_lowest_and_highest_with_their_intervals() -> None:
    """Means 12 and 22, each with its Student interval, at the values where they stand."""
    contents = told({"5": {"children_separated": [10, 12, 14]}, "9": {"children_separated": [20, 22, 24]}})
    first, basis = [plain(one) for one in sweep_answer(contents)]
    assert first == (
        "Children separated: lowest at beds = 5 (12 children [8.6 to 15]), highest at beds = 9 "
        "(22 children [19 to 25])."
    )
    assert "3 replications" in basis and "90 %" in basis and "2 points" in basis


def test_overlapping_intervals_may_be_ordered_by_chance() -> None:
    """Then the sentence says so; where they do not overlap it does not."""
    near = told({"5": {"children_separated": [10, 12, 14]}, "9": {"children_separated": [11, 13, 15]}})
    far = told({"5": {"children_separated": [10, 12, 14]}, "9": {"children_separated": [80, 82, 84]}})
    assert "chance may have ordered them" in sweep_answer(near)[0]
    assert "chance" not in sweep_answer(far)[0]


def test_zero_is_never_told_as_no_risk() -> None:
    """Nothing in 4 replications leaves 44 %: in the answer, above the table and in the terminal."""
    contents = told({"5": {"children_separated": [0.0] * 4}, "9": {"children_separated": [3.0, 4, 5, 6]}})
    for text in (
        sweep_answer(contents)[0],
        read(render_sweep(contents)).by_id("points").text,
        sweep_table_text(contents).replace("\n", " "),
    ):
        assert "none in 4 replications (another may show some: a chance of up to 44 %)" in plain(text)


def test_one_replication_has_no_interval_anywhere() -> None:
    """Points alone, no bracket, and the answer says on what it rests."""
    contents = made_up_sweep((BEDS, "tracking"), n=1)
    picture, tree = response(contents), read(render_sweep(contents))
    assert {trace.mode for panel in picture.panels for trace in panel.figure.data} == {"lines+markers"}
    assert "one replication" in sweep_answer(contents)[-1]
    assert "[1" not in sweep_table_text(contents) and " to " not in points_table(Sweep(contents), []).to_string()
    assert all("[" not in cell.text for cell in tree.by_id("points").all("td"))
    assert not re.search(r"\bnan\b|\binf\b", tree.text, re.IGNORECASE)


def test_a_point_without_a_value_is_a_dash_and_is_told() -> None:
    """Nobody to measure at one point: a dash in both tables, no mark, and the answer counts it."""
    contents = told(
        {
            "5": {"share_over_72h_separated": [0.2, 0.3]},
            "7": {"share_over_72h_separated": [np.nan, np.nan]},
            "9": {"share_over_72h_separated": [0.5, 0.6]},
        }
    )
    table = pd.concat([contents.table, pd.DataFrame([{"point": 2, BEDS: "7", "kpi": "other", "group_kind": "all"}])])
    contents = dataclasses.replace(contents, table=table.sort_values("point").assign(group="all"))
    assert "At 1 of 3 points there is nobody to measure it on" in sweep_answer(contents)[0]
    assert points_table(Sweep(contents), Sweep(contents).drawn()).iloc[1, 1] == "—"
    points = next(trace for trace in response(contents).panels[0].figure.data if "markers" in trace.mode)
    assert list(points.x) == [5.0, 9.0]
    assert re.search(r"^7 +—$", sweep_table_text(contents), re.MULTILINE)


def test_terminal_table_fits_and_has_every_point_of_every_figure(contents: SweepContents) -> None:
    """As many figures side by side as have room; a line a point in each block."""
    lines = sweep_table_text(contents).splitlines()
    for label in (contents.definitions[kpi].label for kpi in contents.kpis):
        assert any(word in line for line in lines for word in (label, label.split()[0]))
    blocks = sweep_table_text(contents).split("\n\n")[:-1]
    points = contents.table["point"].nunique()
    assert all(len(block.split("---\n")[-1].splitlines()) == points for block in blocks)
    assert all(len(line) <= 110 for line in lines) and "\xa0" not in "".join(blocks)


def test_all_figures_stand_in_the_folded_table() -> None:
    """Few points stand side by side with all groups; many stand below each other."""
    few, many = made_up_sweep((BEDS,)), made_up_sweep(tuple(AXES), n=2)
    side = sweep_page.side_by_side(Sweep(few))
    assert len(side) == len(few.table[["kpi", "group_kind", "group"]].drop_duplicates())
    assert list(side.columns[2:]) == ["beds = 1800", "beds = 2200", "beds = 3000"]
    below = sweep_page.one_below_the_other(Sweep(many))
    assert len(below) == many.table["kpi"].nunique() * 24


def test_without_named_figures_those_of_the_cards_are_drawn() -> None:
    """An empty choice falls back on the report's cards; a name that is no KPI is left out."""
    contents = made_up_sweep((BEDS,), kpis=[])
    assert "children_separated" in [one.name for one in Sweep(contents).drawn()]
    odd = made_up_sweep((BEDS,), kpis=["no_such_kpi", "shelter_census_peak"])
    assert [one.name for one in Sweep(odd).drawn()] == ["shelter_census_peak"]


def test_nothing_measured_is_said_to_be_so() -> None:
    """A sweep of empty tables still gives a page."""
    whole = made_up_sweep((BEDS,))
    tree = read(render_sweep(dataclasses.replace(whole, table=whole.table.iloc[:0], manifest={}, limits=[])))
    assert not tree.all("figure") and "None of the figures asked for was measured" in tree.by_id("answer").text


# --- the page ------------------------------------------------------------------------------------------------------


def test_picture_has_a_table_and_a_text_alternative(contents: SweepContents, tree: Element) -> None:
    """Charts are described in words and in numbers, and one stands for every figure."""
    (shown,) = tree.all("figure")
    alternative = shown.by_id("response-alternative").text
    assert len(alternative) > 60 and re.search(r"\d", alternative)
    assert len(shown.all("table")[0].all("tr")) == contents.table["point"].nunique() + 1
    charts = shown.all("div", "chart")
    assert len(charts) == len(contents.kpis)
    for chart in charts:
        assert chart.attributes["role"] == "img" and chart.attributes["aria-label"]
        spec = next(
            one
            for one in tree.all("script")
            if one.attributes.get("id") == chart.attributes["id"].replace("chart", "spec")
        )
        assert json.loads(spec.text)["data"]


def test_headings_skip_no_level_and_ids_are_unique(tree: Element) -> None:
    """Sections stand in the order in which they are announced."""
    levels = [int(one.tag[1]) for one in tree.all() if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    ids = [one.attributes["id"] for one in tree.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert [one.attributes["id"] for one in tree.all("section", "part")] == [name for name, _ in sweep_page.SECTIONS]
    for element in tree.all():
        for name in ("href", "aria-describedby", "for"):
            if name in element.attributes:
                assert element.attributes[name].removeprefix("#") in ids


def test_answer_stands_first(contents: SweepContents, tree: Element) -> None:
    """At most six sentences, the same on page and terminal; the head names what was varied."""
    section = tree.all("section", "part")[0]
    assert [one.text for one in section.all("li")] == sweep_answer(contents) and len(sweep_answer(contents)) <= 6
    head = tree.all("header")[0].text
    assert all(name in head for name in contents.axes) and "argues for no policy" in head


def test_page_asks_nothing_of_the_network() -> None:
    """No element loads anything from elsewhere, and Plotly stands in the page once."""
    text = render_sweep(made_up_sweep((BEDS,)))
    for element in read(text).all():
        assert not [name for name in ("src", "srcset", "data", "action") if name in element.attributes]
        assert element.attributes.get("href", "#").startswith("#")
    own = text.replace(page.plotly.offline.get_plotlyjs(), "")
    assert not re.search(r"https?://|url\(|@import", own) and text.count("Copyright 2012-") == 1


def test_what_users_write_stays_text() -> None:
    """Tags in settings, values, question, limits, failures and manifest cannot become elements."""
    evil = "<script>alert('x')</script><img src=x onerror=y>&\"'"
    honest = made_up_sweep({"tracking": ["a", "b"]})
    attacked = made_up_sweep(
        {evil: [evil, "b"]},
        question=evil,
        scenario=evil,
        limits=[evil],
        manifest={evil: [evil]},
        failures=[MadeUpFailure(2, 1, evil, evil)],
    )
    tree = read(render_sweep(attacked))
    assert len(tree.all("script")) == len(read(render_sweep(honest)).all("script")) and not tree.all("img")
    assert tree.all("header")[0].text.count(evil) == 5  # scenario, question, setting, value, failure


def test_page_is_written_whole(tmp_path: Path) -> None:
    """Into a folder that exists, and into no other."""
    contents = made_up_sweep((BEDS,), n=2)
    with pytest.raises(FileProblem, match="cannot be written"):
        write_sweep_report(tmp_path / "absent" / "sweep.html", contents)
    write_sweep_report(tmp_path / "sweep.html", contents)
    assert (tmp_path / "sweep.html").read_text(encoding="utf-8") == render_sweep(contents)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
@pytest.mark.parametrize("shape", list(SHAPES))
def test_a_browser_draws_every_chart(tmp_path: Path, shape: str) -> None:
    """Opened from disk in a real browser, every chart becomes a drawing."""
    target = tmp_path / "sweep.html"
    write_sweep_report(target, made_up_sweep(SHAPES[shape], n=3))
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    command = [str(CHROMIUM), "--headless", "--no-sandbox", *quiet, "--disable-component-update"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", target.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert len(re.findall(r'id="chart-response-\d"[^>]*data-drawn="yes"', done.stdout)) == 4
