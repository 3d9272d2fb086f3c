"""The page: whole, self-contained, readable without scripts, safe against what users write."""

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
from made_up_contents import MadeUpFailure, made_up_contents
from page_reader import Element, read

from borderops.exceptions import FileProblem
from borderops.forecast.kpis import FROM_BOOKS, KPIS, measured
from borderops.report import chapters, drawing, figures, page, prose
from borderops.report.contents import Contents, Reference
from borderops.report.limits import cautions
from borderops.report.page import render, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def contents() -> Contents:
    """A season with separations, four replications."""
    return made_up_contents(n=4)


@pytest.fixture(scope="module")
def text(contents: Contents) -> str:
    """Its page."""
    return render(contents)


@pytest.fixture(scope="module")
def tree(text: str) -> Element:
    """Its page as a tree."""
    return read(text)


def test_the_answer_comes_first(contents: Contents, tree: Element) -> None:
    """The first section of the body is the answer, and its list holds the five sentences, in order."""
    sections = tree.all("section", "part")
    assert sections[0].attributes["id"] == "answer"
    assert [one.text for one in sections[0].all("li")] == prose.answer(contents)
    assert len(prose.answer(contents)) == 5


def test_head_names_scenario_window_replications_and_seed(contents: Contents, tree: Element) -> None:
    """A reader sees at the top what was asked and on what the page rests."""
    head = tree.all("header")[0].text
    for told in (
        contents.title,
        contents.question,
        "zero_tolerance_2018",
        "1\xa0April 2018",
        "31\xa0July 2018",
        "2018",
    ):
        assert told in head
    assert dict(zip([one.text for one in tree.all("dt")], [one.text for one in tree.all("dd")]))["Replications"] == "4"


def test_everybody_is_said_to_be_invented(tree: Element) -> None:
    """The page says that its people are invented, that it argues for no policy, and what harms are."""
    head = tree.all("header")[0].text
    assert "invented" in head and "argues for no policy" in head and "limits" in head and "never costs" in head


def test_page_asks_nothing_of_the_network(text: str, tree: Element) -> None:
    """No element loads anything from elsewhere, styles neither, and the page forbids it to its own scripts."""
    loading = ("src", "srcset", "data", "poster", "background", "action", "xlink:href")
    for element in tree.all():
        assert not [name for name in loading if name in element.attributes], element.tag
        assert element.attributes.get("href", "#").startswith("#")
        assert element.tag not in ("link", "base", "iframe", "object", "embed")
        assert "url(" not in element.attributes.get("style", "")
    styles = "".join(one.text for one in tree.all("style"))
    assert "url(" not in styles and "@import" not in styles
    policy = next(one for one in tree.all("meta") if one.attributes.get("http-equiv"))
    assert "default-src 'none'" in policy.attributes["content"]
    own = text.replace(page.plotly.offline.get_plotlyjs(), "")
    assert not re.search(r"https?://", own)


def test_plotly_stands_in_the_page_once(text: str) -> None:
    """The 5 MB are there, and only once."""
    assert text.count("Copyright 2012-") == 1
    assert page.plotly.offline.get_plotlyjs() in text


def test_every_picture_has_a_table_and_a_text_alternative(contents: Contents, tree: Element) -> None:
    """A picture that cannot be seen is told in words and in numbers: alternative, caption, table of several rows."""
    shown = tree.all("figure")
    assert len(shown) == len(chapters.all_pictures(contents)) == 21
    for figure in shown:
        name = figure.attributes["id"].removeprefix("picture-")
        alternative = figure.by_id(f"{name}-alternative").text
        assert len(alternative) > 60 and re.search(r"\d", alternative), name
        assert len(figure.all("table")[0].all("tr")) > 2, name
        assert figure.all("figcaption")[0].all("h3")[0].text
        charts = figure.all("div", "chart")
        assert charts
        for chart in charts:
            assert chart.attributes["role"] == "img"
            assert chart.attributes["aria-label"]
            assert chart.attributes["aria-describedby"] == f"{name}-alternative"


def test_every_picture_names_replications_and_interval(contents: Contents, tree: Element) -> None:
    """Under each title stand the number of replications and what is drawn of them."""
    for caption in tree.all("figcaption"):
        assert "4\xa0replications" in caption.text
        assert re.search(r"\b(median|mean)\b", caption.text)


def test_every_chart_has_data_that_a_browser_can_read(tree: Element) -> None:
    """Each chart finds its figure as JSON, with traces, and without a copy of the shared template."""
    specs = {
        one.attributes["id"]: one.text for one in tree.all("script") if one.attributes.get("id", "").startswith("spec")
    }
    for chart in tree.all("div", "chart"):
        figure = json.loads(specs[chart.attributes["id"].replace("chart-", "spec-")])
        assert figure["data"]
        assert "template" not in figure["layout"]
    assert json.loads(tree.by_id("plotly-template").text)["layout"]


def test_ids_are_unique_and_links_lead_somewhere(tree: Element) -> None:
    """Anchors and descriptions point at elements that exist once."""
    ids = [one.attributes["id"] for one in tree.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for element in tree.all():
        for name in ("href", "aria-describedby", "for"):
            if name in element.attributes:
                assert element.attributes[name].removeprefix("#") in ids


def test_headings_skip_no_level(tree: Element) -> None:
    """Screen readers walk by headings: one of the first level, and none two levels below the one before."""
    levels = [int(one.tag[1]) for one in tree.all() if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_users_write_stays_text() -> None:
    """Tags in question, scenario, title, notes, limits, failures and register cannot become elements."""
    evil = "<script>alert('x')</script><img src=x onerror=y>&\"'"
    plain = made_up_contents(n=2)
    noted = plain.comparison.assign(note=evil, label=evil, source=evil)
    changed = dataclasses.replace(
        plain,
        title=evil,
        question=evil,
        scenario=evil,
        comparison=noted,
        limits=[evil],
        failures=[MadeUpFailure(2, 1, evil, evil)],
        register=[dataclasses.replace(plain.register[0], key=evil, value=evil, source=evil, unit=evil)],
        manifest={evil: evil, "nested": {evil: [evil]}},
        flow=plain.flow.assign(source=evil),
        work=plain.work.assign(agency=[f"{evil}{at}" for at in range(len(plain.work))]),
        outcomes_of=evil,
    )
    honest, attacked = read(render(plain)), read(render(changed))
    assert len(attacked.all("script")) == len(honest.all("script"))
    assert not attacked.all("img")
    assert attacked.all("header")[0].text.count(evil) == 4  # scenario, title, question, failure


def test_one_replication_has_no_interval_anywhere() -> None:
    """With n = 1 the page says so, draws no band and judges no published figure."""
    tree = read(render(made_up_contents(n=1)))
    assert "one replication, so no interval" in tree.by_id("answer").text
    assert not tree.all("i", "band")
    assert not tree.all("span", "range")
    assert {one.text for one in tree.by_id("published").all("span", "verdict")} == {"no interval"}
    assert "fill" not in json.loads(tree.by_id("spec-separations-0").text)["data"][0]


def test_a_run_without_separations_is_told_truly() -> None:
    """Nothing seen is told with the chance that remains, nothing is divided by zero, and no picture is forgotten."""
    contents = made_up_contents(n=4, separations=0)
    tree = read(render(contents))
    assert "44\xa0%" in tree.by_id("answer").text
    shown = {one.attributes["id"] for one in [*tree.all("figure"), *tree.all("div", "picture")]}
    # Both pictures of reunification lack the same: the order speaks of nobody.
    assert shown == {f"picture-{one.name}" for one in chapters.all_pictures(contents)} - {"picture-standing"}
    assert not re.search(r"\bnan\b|\binf\b", tree.text, re.IGNORECASE)
    assert "borderops run scenario=family_unity" not in tree.text  # it is that scenario


def test_empty_tables_leave_a_page_that_says_so() -> None:
    """A run that measured nothing still gives a page: each part says that it has nothing to show."""
    whole = made_up_contents(n=2)
    names = ("kpis", "daily", "survival", "flow", "outcomes", "monthly", "waits", "reunions", "reunited", "work")
    names += ("comparison", "links")
    empty = {name: getattr(whole, name).iloc[:0] for name in names}
    bare = dataclasses.replace(
        whole, **empty, published_monthly=None, register=[], manifest={}, limits=[], definitions={}
    )
    tree = read(render(bare))
    assert "not measured" in tree.by_id("answer").text
    assert not tree.all("figure") and not tree.all("div", "chart")
    for picture in chapters.all_pictures(bare):
        if picture.name == "standing":  # lacks the same as the picture before it, which is said once
            continue
        told = tree.by_id(f"picture-{picture.name}").text
        assert told == f"{picture.title}{picture.nothing}" and picture.nothing.endswith(".")
    assert "No limits were handed" in tree.by_id("limits").text
    assert "was not handed" in tree.by_id("assumptions").text


def test_what_was_not_measured_is_told_and_not_shown_as_nothing() -> None:
    """Without books no picture and no card speaks of links or lists, and the limits say why."""
    whole = made_up_contents(n=2)
    study = whole.settings.study.model_copy(update={"books": False})
    settings = whole.settings.model_copy(update={"study": study})
    kpis = whole.kpis[~whole.kpis["kpi"].isin(FROM_BOOKS)]
    shorter = dataclasses.replace(
        whole, settings=settings, kpis=kpis, links=whole.links.iloc[:0], definitions=measured(settings),
        limits=cautions(settings),
    )  # fmt: skip
    left_out = {one.name for one in chapters.all_pictures(whole)} - {one.name for one in chapters.all_pictures(shorter)}
    assert left_out == {"links", "count"}
    tree = read(render(shorter))
    assert "study.books=false" in tree.by_id("limits").text
    labels = {KPIS[name].label for name in FROM_BOOKS}
    assert not labels & {one.text for one in tree.all("h3")}


def test_missing_rows_are_dashes_not_zeros() -> None:
    """A day, hour or month that a table lacks shows a dash, and the rest stands."""
    whole = made_up_contents(n=2)
    hole = whole.daily[~((whole.daily["measure"] == "shelter_beds") & (whole.daily["day"] == "2018-05-10"))]
    cut = dataclasses.replace(whole, daily=hole, survival=whole.survival[whole.survival["hours"] != 72])
    tables = {picture.name: picture.table for picture in chapters.all_pictures(cut)}
    row = tables["shelters"][tables["shelters"]["Day"] == "10\xa0May 2018"].iloc[0]
    assert row["Ages 0–12: beds"] == "—" and row["Ages 0–12: census"] != "—"
    assert set(tables["survival"].loc[tables["survival"]["Hours"] == "72"].iloc[0, 1:]) == {"—"}


def test_failed_replications_are_told_before_any_figure() -> None:
    """The head says how many replications are missing, and why."""
    failures = [MadeUpFailure(3, 7, "a bed was lost", "")]
    head = read(page.header(made_up_contents(n=2, failures=failures))).text
    assert "1 of 3 replications was not finished" in head and "a bed was lost" in head


def test_reference_scenario_stands_beside_every_card() -> None:
    """With a reference each card shows its figure, or that there is none to measure."""
    other = Reference("family_unity", made_up_contents(n=2, separations=0).kpis)
    contents = made_up_contents(n=2, reference=other)
    cards = read(page.key_figures(contents)).all("article")
    assert len(cards) == len(contents.headline.cards) == 12
    assert all(len(card.all("p", "reference")) == 1 for card in cards)
    assert "family_unity: none to measure" in cards[3].text  # a share of no separated children


def test_manifest_is_shown_whole(tree: Element, contents: Contents) -> None:
    """Version, commit, digest, seconds and the packages stand at the end."""
    made = tree.by_id("made").text
    for told in ("0.1.0", "0f3c1d2", contents.manifest["digest"], "61.3", "plotly", "7.1.0"):
        assert told in made


def test_report_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: Contents
) -> None:
    """The name appears by renaming a finished file; if that fails the old report stays and no part is left behind."""
    target = tmp_path / "report.html"
    write_report(target, contents)
    assert target.read_text(encoding="utf-8").endswith("</html>\n")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]

    target.write_text("the old report", encoding="utf-8")

    def refuse(_source: str, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(page.os, "replace", refuse)
    with pytest.raises(FileProblem, match=r"report\.html: Permission denied"):
        write_report(target, contents)
    assert target.read_text(encoding="utf-8") == "the old report"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_missing_folder_is_a_file_problem(tmp_path: Path, contents: Contents) -> None:
    """A folder that does not exist is told as such, without a traceback's words."""
    with pytest.raises(FileProblem, match="cannot be written"):
        write_report(tmp_path / "absent" / "report.html", contents)


def test_same_contents_give_the_same_page(contents: Contents, text: str) -> None:
    """Nothing on the page depends on the moment of writing or on the order of a set."""
    assert render(contents) == text


def test_page_stays_small(text: str) -> None:
    """Beside Plotly itself a season's report takes less than 1 MB, so that a phone opens it."""
    assert len(text.encode()) - len(page.plotly.offline.get_plotlyjs().encode()) < 1_000_000


def test_numbers_are_found_in_the_bands(contents: Contents) -> None:
    """The drawn band is the summary's own low and high."""
    total = contents.series("separated_children", "all")
    picture = figures.separations(contents)
    low, high = picture.panels[0].figure.data[:2]
    assert np.allclose(np.array(low.y, dtype=float), total["low"], rtol=1e-3)
    assert np.allclose(np.array(high.y, dtype=float), total["high"], rtol=1e-3)


def test_long_windows_thin_the_tables_not_the_pictures() -> None:
    """Over 130 days a table shows every seventh day, from the first; a shorter one shows all."""
    days = pd.Series(pd.date_range("2017-10-01", periods=200))
    assert drawing.thin_out(days).tolist() == days.iloc[::7].tolist()
    assert drawing.thin_out(days.iloc[:130]).tolist() == days.iloc[:130].tolist()


def test_bands_do_not_cross_gaps() -> None:
    """Days without a figure split a band instead of being filled over."""
    assert drawing.runs(np.array([True, True, False, True, False])) == [(0, 2), (3, 4)]
    assert drawing.runs(np.array([False])) == []


def test_every_chapter_has_its_pictures_in_order(contents: Contents, tree: Element) -> None:
    """Each picture stands in the section that announces it, in the order of the chapters."""
    for chapter in chapters.CHAPTERS:
        shown = [one.attributes["id"] for one in tree.by_id(chapter.name).all("figure")]
        assert shown == [f"picture-{make(contents).name}" for make in chapter.pictures]


def test_every_card_of_a_chapter_is_a_kpi(contents: Contents, tree: Element) -> None:
    """No card is lost because its name is not that of a KPI: each chapter shows all of its cards, with a figure."""
    for chapter in chapters.CHAPTERS:
        assert set(chapter.cards) <= set(contents.definitions)
        cards = tree.by_id(chapter.name).all("article")
        assert [card.all("h3")[0].text for card in cards] == [contents.definitions[one].label for one in chapter.cards]
        assert all(re.search(r"\d", card.all("span", "value")[0].text) for card in cards)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_a_browser_draws_every_chart(tmp_path: Path, contents: Contents) -> None:
    """Opened from disk in a real browser, every chart becomes a drawing."""
    target = tmp_path / "report.html"
    write_report(target, contents)
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    command = [str(CHROMIUM), "--headless", "--no-sandbox", *quiet, "--disable-component-update"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", target.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    charts = re.findall(r'id="chart-([a-z]+-\d)"[^>]*data-drawn="yes"', done.stdout)
    assert len(charts) == sum(len(picture.panels) for picture in chapters.all_pictures(contents))
    assert done.stdout.count('class="main-svg"') >= len(charts)
