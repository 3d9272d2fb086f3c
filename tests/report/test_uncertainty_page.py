"""The report on uncertain inputs: its numbers are those of its tables, and no more is told as found than may be."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_contents import MadeUpFailure
from made_up_uncertainty import KPI_EFFECTS, made_up_uncertainty
from page_reader import Element, read

from borderops.exceptions import FileProblem
from borderops.experiments.inputs import latin_hypercube
from borderops.forecast import ranks
from borderops.forecast.ranks import rank_correlations
from borderops.report import uncertainty_page
from borderops.report.assemble_points import whole_points
from borderops.report.compare_contents import UncertaintyContents
from borderops.report.uncertainty_figures import (
    MOST_DOUBTS,
    MOST_STROKES,
    Uncertain,
    season,
    season_of_chance,
    seasons,
    shares,
    source_of,
    strips,
    thinned,
    together,
)
from borderops.report.uncertainty_page import (
    SECTIONS,
    groups_table,
    render_uncertainty,
    uncertainty_answer,
    uncertainty_table_text,
    write_uncertainty_report,
)

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def contents() -> UncertaintyContents:
    """Forty points, ten replications, sixty doubts of which six do anything."""
    return made_up_uncertainty()


@pytest.fixture(scope="module")
def few() -> UncertaintyContents:
    """Five points, two replications, 230 doubts: nothing much can be told."""
    return made_up_uncertainty(5, 2, 230)


@pytest.fixture(scope="module")
def tree(contents: UncertaintyContents) -> Element:
    """The page."""
    return read(render_uncertainty(contents))


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return text.replace("\xa0", " ")


def row(contents: UncertaintyContents, kpi: str) -> dict:
    """The split of a KPI of all."""
    table = contents.split
    return table[(table["kpi"] == kpi) & (table["group_kind"] == "all")].iloc[0].to_dict()


def with_row(contents: UncertaintyContents, kpi: str, **values: float) -> UncertaintyContents:
    """Contents with some columns of a KPI's split replaced."""
    table = contents.split.copy()
    table.loc[(table["kpi"] == kpi) & (table["group_kind"] == "all"), list(values)] = list(values.values())
    return dataclasses.replace(contents, split=table)


# --- where one season may lie -------------------------------------------------------------------------------------


def test_chance_alone_is_the_seasons_interval_at_known_inputs() -> None:
    """Inputs of standard deviation 4 and chance of 3 spread by 5: chance alone leaves three fifths of the interval."""
    one = {
        "mean": 100.0,
        "inputs": 4.0,
        "chance": 3.0,
        "inputs_share": 16 / 25,
        "season_low": 90.0,
        "season_high": 110.0,
    }
    assert season(one, "children") == (90.0, 110.0)
    assert season_of_chance(one, "children") == pytest.approx((94.0, 106.0))


def test_no_limit_is_impossible() -> None:
    """A count does not fall below 0, a share not above 1; a mean below 0 keeps its interval."""
    one = {"mean": 0.9, "inputs_share": 0.0, "season_low": -0.4, "season_high": 2.2}
    assert season(one, "share") == season_of_chance(one, "share") == (0.0, 1.0)
    assert season(one, "days") == (0.0, 2.2)
    assert season({**one, "mean": -0.1}, "days") == (-0.4, 2.2)


def test_every_drawn_interval_is_the_tables(contents: UncertaintyContents) -> None:
    """Each figure that varies is drawn twice, at the limits of its split; what was 0 throughout is not drawn."""
    reading, drawn = Uncertain(contents), []
    for panel in seasons(reading).panels:
        for trace in json.loads(panel.figure.to_json())["data"]:
            drawn.append(tuple(trace["x"]))
    for kpi in reading.split_kpis():
        scale = 100.0 if kpi.unit == "share" else 1.0
        for ends in (season, season_of_chance):
            low, high = ends(row(contents, kpi.name), kpi.unit)
            assert any(len(x) == 2 and x == pytest.approx((low * scale, high * scale), rel=1e-4) for x in drawn), kpi
    assert len([x for x in drawn if len(x) == 1]) == 2 * len(reading.split_kpis()) == 2 * (len(KPI_EFFECTS) - 1)


def test_panels_do_not_mix_units(contents: UncertaintyContents) -> None:
    """One unit a panel, and nothing drawn outside its axis."""
    units = {kpi.label: kpi.unit for kpi in Uncertain(contents).kpis}
    for panel in seasons(Uncertain(contents)).panels:
        data = json.loads(panel.figure.to_json())
        labels = [one["text"].replace("<br>", " ") for one in data["layout"]["annotations"]]
        assert len({units[label] for label in labels}) == 1
        low, high = data["layout"]["xaxis"]["range"]
        assert all(low <= x <= high for trace in data["data"] for x in trace["x"])


# --- inputs or chance ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "source"),
    [(0.51, 0.99, "inputs"), (0.0, 0.49, "chance"), (0.5, 0.9, "open"), (0.2, 0.5, "open"), (0.0, 1.0, "open")],
)
def test_the_whole_interval_decides_who_is_to_blame(low: float, high: float, source: str) -> None:
    """Only an interval that leaves out one half says that inputs or chance make most of the doubt."""
    one = {"mean": 3.0, "inputs": 1.0, "chance": 1.0, "inputs_share_low": low, "inputs_share_high": high}
    assert source_of(one) == source


def test_a_planner_is_told_where_more_replications_do_not_help(contents: UncertaintyContents) -> None:
    """On the page and in the terminal, naming figures whose doubt is the inputs', and those that chance governs."""
    told = [plain(one) for one in uncertainty_answer(contents)]
    [blame] = [one for one in told if one.startswith("More replications do not help")]
    assert "“Children separated”" in blame and "Peak shelter census" not in blame
    [luck] = [one for one in told if one.startswith("Chance makes most")]
    assert "“Peak shelter census”" in luck and "one season stays as uncertain" in luck
    text = plain(uncertainty_table_text(contents)).replace("\n", " ")
    assert blame in text and luck in text
    changed = with_row(contents, "children_separated", inputs_share_low=0.1)
    assert all("“Children separated”" not in one for one in uncertainty_answer(changed) if one.startswith("More repl"))


def test_where_nothing_is_the_inputs_no_replication_is_called_useless(contents: UncertaintyContents) -> None:
    """The sentence stands only where some figure deserves it."""
    table = contents.split.assign(inputs_share_low=0.1, inputs_share_high=0.4)
    calm = dataclasses.replace(contents, split=table)
    assert "do not help" not in " ".join(uncertainty_answer(calm)) + uncertainty_table_text(calm)


def test_zero_throughout_is_no_proof_of_never(contents: UncertaintyContents) -> None:
    """The chance that remains is told, from as many seasons as share neither point nor luck: here 10, so 21 %."""
    assert "0 throughout is no proof of never" in plain(uncertainty_table_text(contents)).replace("\n", " ")
    effects = {"children_separated": (0.0, {}, 0.0), "shelter_census_peak": (900.0, {0: 90.0}, 5.0)}
    told = plain(uncertainty_answer(made_up_uncertainty(effects=effects))[0])
    assert told.startswith("At all points no child is separated")
    assert "none in 10 replications (another may show some: a chance of up to 21 %)" in told


def test_the_terminals_table_is_the_splits(contents: UncertaintyContents) -> None:
    """A line a figure with mean, season, chance alone, share and source; no line is wider than a terminal."""
    lines = [plain(one) for one in uncertainty_table_text(contents).splitlines()]
    [line] = [one for one in lines if one.startswith("Children separated")]
    one = row(contents, "children_separated")
    cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
    low, high = season(one, "children")
    assert cells[1] == f"{one['mean']:,.0f}" and cells[2] == f"{low:,.0f} to {high:,.0f}" and cells[-1] == "inputs"
    assert cells[4].startswith(f"{one['inputs_share'] * 100:.0f} % [")
    assert max(map(len, lines)) <= 120
    assert not any("nan" in one or "inf" in one for one in lines)


# --- doubts that go with figures ----------------------------------------------------------------------------------


def test_the_doubts_that_act_are_found_and_no_others(contents: UncertaintyContents) -> None:
    """Of sixty doubts those that were built in are told, with their direction; those without effect never are."""
    reading = Uncertain(contents)
    for kpi in reading.kpis:
        effects = KPI_EFFECTS[kpi.name][1]
        found = {int(one.doubt.rsplit("_", 1)[1]): one.rank for one in reading.beyond_chance(kpi)}
        assert set(found) <= set(effects), kpi
        assert all(np.sign(rank) == np.sign(effects[doubt]) for doubt, rank in found.items())
    strong = {kpi.name for kpi in reading.with_finds()}
    assert {"children_separated", "share_over_72h_separated", "waiting_for_bed_peak"} <= strong
    assert "shelter_census_peak" not in strong


def test_five_points_find_nothing_among_so_many_doubts(few: UncertaintyContents) -> None:
    """A doubt that rules a figure is not told of five points: some other of 230 goes with it as well by chance."""
    reading = Uncertain(few)
    assert abs(reading.together["children_separated"][0].rank) == pytest.approx(1.0)
    assert reading.with_finds() == [] and together(reading).panels == []
    told = plain(read(render_uncertainty(few)).by_id("doubts").text)
    assert "No doubt goes with a main figure" in told and "5 points are few" in told
    assert "no sensitivity analysis" in told
    assert "none goes with a main figure" in plain(" ".join(uncertainty_answer(few)))


def test_chance_alone_is_rarely_told_as_found() -> None:
    """Of 200 studies in which no doubt does anything, 5 % may show any; 20 or more would be rarer than 1 in 1,000."""
    some = 0
    for study in range(200):
        chance = np.random.default_rng(study)
        found = rank_correlations(
            latin_hypercube(study, 20, [str(at) for at in range(50)]), chance.normal(size=(20, 6))
        )
        some += bool((found.chance <= 0.05).any())
    assert 1 <= some < 20


def test_correlations_are_spearmans(contents: UncertaintyContents) -> None:
    """As pandas counts them, also where a point is missing; what never varies has none."""
    chance = np.random.default_rng(4)
    inputs, kpis = chance.random((12, 5)), chance.normal(size=(12, 3)).round(1)
    kpis[3, 1], kpis[:, 2] = np.nan, 7.0
    found = rank_correlations(inputs, kpis)
    for kpi in range(2):
        known = np.isfinite(kpis[:, kpi])
        for doubt in range(5):
            pair = pd.DataFrame({"x": inputs[known, doubt], "y": kpis[known, kpi]}).rank().corr().iloc[0, 1]
            assert found.rank[kpi, doubt] == pytest.approx(pair)
    assert found.points.tolist() == [12, 11, 12]
    assert np.isnan(found.rank[2]).all() and np.isnan(found.chance[2]).all()
    assert np.nanmin(found.chance) >= 1 / (1 + ranks.SHUFFLES) and np.nanmax(found.chance) <= 1


def test_the_table_marks_what_chance_may_have_made(contents: UncertaintyContents) -> None:
    """Ten doubts a figure, the strongest first, each with its verdict; the drawn ones are those beyond chance."""
    picture = together(Uncertain(contents))
    for label, part in picture.table.groupby("Figure", sort=False):
        sizes = part["Rank correlation"].str.replace("−", "-").astype(float).abs().tolist()
        assert len(part) <= MOST_DOUBTS and sizes == sorted(sizes, reverse=True), label
    beyond = picture.table[picture.table["Beyond chance"] == "yes"]
    drawn = [
        one["text"] for panel in picture.panels for one in json.loads(panel.figure.to_json())["layout"]["annotations"]
    ]
    assert sorted(drawn) == sorted(beyond["Doubt"]) and len(beyond) < len(picture.table)


# --- points -------------------------------------------------------------------------------------------------------


def test_strips_show_every_point_and_replication(contents: UncertaintyContents) -> None:
    """Above the mean of each point, below the replications about their common mean; both have the same centre."""
    reading = Uncertain(contents)
    kpi = contents.definitions["children_separated"]
    panel = next(one for one in strips(reading).panels if one.heading.startswith(kpi.label))
    upper, lower = (np.array(trace["x"]) for trace in json.loads(panel.figure.to_json())["data"])
    own = contents.values[contents.values["kpi"] == kpi.name]
    means = own.groupby("point")["value"].mean()
    assert upper == pytest.approx(np.sort(means), rel=1e-4) and upper.size == 40
    assert lower.size == MOST_STROKES < len(own)  # thinned
    spread_within = (own["value"] - own["point"].map(means)).to_numpy()
    assert (lower.min(), lower.max()) == pytest.approx(
        (spread_within.min() + means.mean(), spread_within.max() + means.mean()), rel=1e-4
    )


def test_thinning_keeps_both_ends() -> None:
    """Many values become as many as may be drawn, in order; few stay."""
    assert thinned(np.array([3.0, 1.0])).tolist() == [1.0, 3.0]
    many = thinned(np.arange(10_000.0)[::-1])
    assert (many.size, many[0], many[-1]) == (MOST_STROKES, 0.0, 9999.0)


@pytest.mark.parametrize(
    ("finished", "kept"),
    [
        ([{1, 2, 3}, {1, 2, 3}, {1, 2, 3}], [1, 2, 3]),
        ([{1, 2, 3}, {1, 2, 3}, {1}], [1, 2]),
        ([{1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3}], [1, 2, 3]),
        ([{1, 2, 3, 4}, set(), {1, 2, 3, 4}, {1, 2}], [1, 3]),
        ([{1, 2}, {3, 4}], [1, 2]),
        ([{1}, {1, 2}], [1, 2]),
    ],
)
def test_a_point_cut_short_costs_the_others_nothing(finished: list[set[int]], kept: list[int]) -> None:
    """Points are used that leave most replications to compare; where nothing can be split, all are handed on."""
    assert whole_points(finished) == kept


def test_points_left_out_are_told(contents: UncertaintyContents) -> None:
    """Failures and points that are not whole stand before any figure."""
    extra = pd.concat([contents.points, contents.points[contents.points["point"] == 1].assign(point=41)])
    failure = MadeUpFailure(3, 1, "the disk is <full>", "")
    tree = read(render_uncertainty(dataclasses.replace(contents, points=extra, failures=[failure])))
    [warning] = tree.all("div", "warning")
    assert "1 replication was not finished. 1 of 41 points is not whole" in warning.text
    assert "Replication 3: the disk is <full>" in warning.text


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_answer_comes_first_and_every_section_stands(contents: UncertaintyContents, tree: Element) -> None:
    """All sections in order, the answer's sentences word for word in the first."""
    parts = tree.all("section")
    assert [one.attributes["id"] for one in parts] == [name for name, _ in SECTIONS]
    assert [one.text for one in parts[0].all("li")] == uncertainty_answer(contents)
    links = [one.attributes["href"] for one in tree.all("nav")[0].all("a")]
    assert links == [f"#{name}" for name, _ in SECTIONS]


@pytest.mark.parametrize("which", ["contents", "few"])
def test_pages_claim_no_nan_and_every_picture_has_words_and_numbers(which: str, request: pytest.FixtureRequest) -> None:
    """No NaN or infinity is shown; each picture has a text alternative and a table."""
    tree = read(render_uncertainty(request.getfixturevalue(which)))
    words = plain(tree.text).lower().split()
    assert not {"nan", "inf", "none]", "-inf"} & set(words)
    for figure in tree.all("figure"):
        assert figure.all("p", "unseen")[0].text and figure.all("table")


def test_every_row_of_the_split_is_in_the_folded_table(contents: UncertaintyContents, tree: Element) -> None:
    """Groups too; a row of fewer than two points is left out."""
    frame = groups_table(Uncertain(contents))
    assert len(frame) == len(contents.split) and set(frame["Group"]) == {"All", "Station: Tucson", "Station: Yuma"}
    [details] = tree.by_id("groups").all("details")
    assert "open" not in details.attributes and len(details.all("tr")) == len(frame) + 1
    assert len(groups_table(Uncertain(with_row(contents, "children_separated", points=0)))) == len(frame) - 1


def test_a_study_without_anything_to_split_says_so(contents: UncertaintyContents) -> None:
    """One replication at each point: no interval, no finding, and a page all the same."""
    alone = contents.split.assign(points=0, mean=np.nan)
    empty = dataclasses.replace(contents, split=alone)
    assert "fewer than two points have two replications" in uncertainty_answer(empty)[0]
    assert "fewer than two points" in uncertainty_table_text(empty)
    tree = read(render_uncertainty(empty))
    assert not tree.all("div", "chart")


def test_figures_that_were_not_measured_leave_no_hole() -> None:
    """A study of one figure tells of that one alone."""
    contents = made_up_uncertainty(effects={"shelter_census_peak": (900.0, {0: 90.0}, 5.0)})
    reading = Uncertain(contents)
    assert [kpi.name for kpi in reading.kpis] == ["shelter_census_peak"]
    assert len(shares(reading).panels) == len(seasons(reading).panels) == len(strips(reading).panels) == 1


def test_text_of_a_user_cannot_become_a_tag(contents: UncertaintyContents) -> None:
    """A question, a scenario and a doubt's name with angle brackets stand as text."""
    evil = "<script>alert(1)</script>"
    points = contents.points.assign(doubt=contents.points["doubt"] + "<b>")
    whole = render_uncertainty(dataclasses.replace(contents, question=evil, scenario=evil, points=points))
    assert evil not in whole and "doubt_0<b>" not in whole


def test_the_page_asks_nothing_of_the_network_and_names_no_path(contents: UncertaintyContents) -> None:
    """No address is loaded, and the folder it is written to does not stand in it."""
    tree = read(render_uncertainty(contents))
    assert not [one for one in tree.all() if "src" in one.attributes or one.tag == "link"]


def test_the_report_is_written_whole_or_not_at_all(contents: UncertaintyContents, tmp_path: Path) -> None:
    """The file holds the page; a folder that is not there is told, and nothing is left behind."""
    write_uncertainty_report(tmp_path / "report.html", contents)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render_uncertainty(contents)
    with pytest.raises(FileProblem, match="cannot be written"):
        write_uncertainty_report(tmp_path / "none" / "report.html", contents)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_the_same_contents_give_the_same_page(contents: UncertaintyContents) -> None:
    """Shuffles have a fixed seed."""
    assert render_uncertainty(contents) == uncertainty_page.render_uncertainty(dataclasses.replace(contents))


@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
def test_a_browser_draws_every_panel(contents: UncertaintyContents, tmp_path: Path) -> None:
    """Each chart of the page becomes a drawing, without an error of a script."""
    file = tmp_path / "report.html"
    write_uncertainty_report(file, contents)
    words = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,12000", "--virtual-time-budget=20000",
             "--dump-dom", file.as_uri()]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    tree = render_uncertainty(contents).count('class="chart"')
    assert tree > 20 and done.stdout.count('class="main-svg"') >= tree
