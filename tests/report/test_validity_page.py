"""The report of a judged fit: its numbers are the scorecard's, every miss is named, and a forecast has no verdict."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_validity import MISSED, NEVER, made_up_card, made_up_standing, made_up_validity
from page_reader import Element, read

from borderops.facts.tables import published
from borderops.report import validity_figures as figures
from borderops.report.validity_contents import ValidityContents
from borderops.report.validity_files import machine_readable
from borderops.report.validity_page import SECTIONS, render_validity, write_validity_report
from borderops.report.validity_prose import answer, scorecard_text, title_text
from borderops.validity.rows import rows
from borderops.validity.scorecard import Fit

AS_OF = date(2018, 5, 4)


@pytest.fixture(scope="module")
def contents() -> ValidityContents:
    """Forty replications, all rows in scope, three figures missed and one never read."""
    return made_up_validity()


@pytest.fixture(scope="module")
def tree(contents: ValidityContents) -> Element:
    """The page as a browser sees it without its scripts."""
    return read(render_validity(contents))


def plain(text: str) -> str:
    """Text without the spaces that hold a line together."""
    return text.replace("\xa0", " ")


# --- words ---------------------------------------------------------------------------------------------------------


def test_the_answer_counts_what_the_scorecard_holds(contents: ValidityContents):
    """Verdict first, then coverage by role with the ids that are missed, widths, score, and what it rests on."""
    card = contents.card
    told = [plain(one) for one in answer(card, None)]
    fit, check = card.coverage["fit"], card.coverage["check"]
    assert told[0] == ("The fit holds." if card.holds else "The fit does not hold.")
    assert f"Of {fit.counted} figures the model was fitted to {fit.inside} (" in told[1]
    assert set(re.findall(r"\b[SR]\d{3}\b", told[1])) == set(card.outside("fit"))
    assert set(re.findall(r"\b[SR]\d{3}\b", told[2])) == set(card.outside("check"))
    assert check.counted + fit.counted + len(card.of_role("derived")) == len(rows())
    assert "sample shipped" in told[-1] and "1 published figures are out of scope" in told[-1]


def test_the_verdict_names_what_does_not_hold():
    """A sample fitted under other rows is told right after the verdict."""
    card, _ = made_up_card(fit=Fit("shipped", "another"))
    told = answer(card, None)
    assert told[0] == "The fit does not hold." and "rows may not change" in told[1]


def test_a_forecast_is_told_without_a_verdict():
    """What was known on the day stands apart from what came later; nothing is said of the fit."""
    card, _ = made_up_card()
    told = plain(" ".join(answer(card, AS_OF)))
    assert "fit holds" not in told and "does not hold" not in told and "must" not in told
    known = [row for row in rows() if row.known_on <= AS_OF and row.role != "derived"]
    later = [row for row in rows() if row.known_on > AS_OF and row.role != "derived"]
    assert f"Of {len(known)} figures that were known on that day" in told
    assert f"Of {len(later)} figures that came later" in told
    assert "Nothing that became known after 4 May 2018 was used." in told
    assert plain(title_text(AS_OF)) == "Forecast as of 4 May 2018 beside what happened"


def test_the_terminal_lists_every_figure_once_fit_rows_first(contents: ValidityContents):
    """A line a row in the order of roles, OUT where it is missed, and each reason below."""
    text = scorecard_text(contents.card)
    lines = [line for line in text.splitlines() if re.match(r"[SR]\d{3}  ", line)]
    table = [line for line in lines if re.search(r"\b(in|OUT|OUT \(as bounded\))$", line)]
    assert [line.split()[0] for line in table] == list(contents.card.table["id"])
    out = {line.split()[0] for line in table if "OUT" in line}
    assert out == set(contents.card.table.loc[~contents.card.table["is_inside"], "id"])
    assert text.count("Because of <beds>") == sum(name in out for name in MISSED)
    assert max(map(len, text.splitlines())) <= 140


def test_a_count_of_a_row_reads_as_published(contents: ValidityContents):
    """A date is told as one, a share in per cent, a bound in words."""
    by_id = {row.id: row for row in contents.card.table.itertuples(index=False)}
    assert plain(figures.published_text(by_id["S149"])) == "29 May"
    assert plain(figures.published_text(by_id["S152"])) == "39 %"
    assert figures.published_text(by_id["R090"]) == "more than 700"
    assert figures.published_text(by_id["S112"]) == "3,014"


# --- the page ------------------------------------------------------------------------------------------------------


def test_every_section_is_there_and_is_linked(tree: Element):
    """Navigation names the sections in order, and the page asks nothing of the network."""
    nav = [one.attributes["href"] for one in tree.all("nav")[0].all("a")]
    assert nav == [f"#{name}" for name, _ in SECTIONS]
    for name, heading in SECTIONS:
        assert tree.by_id(name).all("h2")[0].text == heading
    assert not tree.all("link") and not [one for one in tree.all("script") if "src" in one.attributes]


def test_every_figure_stands_in_the_table_with_what_it_speaks_of(tree: Element, contents: ValidityContents):
    """Published, simulated, width, verdict and meaning of each row; reasons are escaped and stand at misses alone."""
    bodies = [line for table in tree.by_id("rows").all("table") for line in table.all("tbody")[0].all("tr")]
    assert len(bodies) == len(contents.card.table)
    for line, row in zip(bodies, contents.card.table.itertuples(index=False), strict=True):
        assert row.label in line.text and row.id in line.text
        verdict = line.all("span", "verdict")[0]
        assert verdict.text.startswith("inside" if row.is_inside else "outside")
        assert ("Because of <beds> & of" in line.text) == (row.id in MISSED)
    assert NEVER in tree.by_id("rows").text


def test_out_of_scope_is_told_with_reasons(tree: Element):
    """Each figure by its label, with the reason."""
    told = tree.by_id("scope").text
    assert published()["S058"].label in told and "One agent's estimate." in told


def test_the_picture_places_every_interval_where_it_belongs(contents: ValidityContents):
    """Ends of a bar lie at the stretched ratio to what was published; missed ones are dashed and in another colour."""
    for picture in figures.figures_by_group(contents):
        rows_of = contents.card.of_role(picture.name.removeprefix("figures-"))
        [panel] = picture.panels
        bars = [one for one in panel.figure.data if one.mode == "lines"]
        drawn = rows_of[rows_of["median"].notna() & (rows_of["published"] > 0)]
        assert len(bars) == len(drawn)
        for bar, row in zip(bars, drawn.itertuples(index=False), strict=True):
            expected = [figures._place(end / row.published) for end in (row.low, row.high)]
            assert list(bar.x) == pytest.approx(expected, abs=1e-3)
            assert (bar.line.color == figures.INSIDE) == row.is_inside
            assert (bar.line.dash == "solid") == row.is_inside
        told = " ".join(str(one.text) for one in panel.figure.layout.annotations)
        assert told.count("<b>out</b>") == int((~rows_of["is_inside"]).sum())


def test_the_scale_runs_from_half_to_double_and_keeps_order():
    """Half, equal and double stand at the left end, in the middle and at the right end; beyond them nothing moves."""
    places = [figures._place(ratio) for ratio in (0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 50.0)]
    assert places == sorted(places)
    assert [places[0], places[1], places[3], places[5], places[6]] == pytest.approx([-1, -1, 0, 1, 1])


def test_timing_pictures_show_what_was_published(contents: ValidityContents):
    """72 hours and 29 May, 87 per cent on 10 May, seven counts of children in care, three points of the tail."""
    pictures = {one.name: one for one in figures.timing(contents)}
    assert list(pictures) == ["custody", "occupancy", "census", "tail", "standing"]
    custody = json.loads(pictures["custody"].panels[0].figure.to_json())["layout"]
    assert {"72 h", "first day over 72 h, published: 29\xa0May"} <= {one["text"] for one in custody["annotations"]}
    assert "72 hours on 29 May; simulated, on " in plain(pictures["custody"].title)
    [point] = [one for one in pictures["occupancy"].panels[0].figure.data if one.mode == "markers"]
    assert (list(point.x), list(point.y)) == (["2018-05-10"], [87.0])
    [points] = [one for one in pictures["census"].panels[0].figure.data if one.mode == "markers"]
    assert list(points.y) == [published()[name].number for name in figures.CENSUS_FIGURES]
    [tail] = [one for one in pictures["tail"].panels[0].figure.data if one.mode == "markers"]
    assert list(tail.y) == pytest.approx([39.0, 100 * 192 / 3014, 100 * 6 / 3014])


def test_where_the_class_stood_counts_rows_of_table_5(contents: ValidityContents):
    """Inside and outside as the intervals say; without an order of a court a sentence stands in its place."""
    picture = next(one for one in figures.timing(contents) if one.name == "standing")
    lies = dict(zip(picture.table["State"], picture.table["Published lies"]))
    assert lies["Parent abroad"] == "outside" and lies["Released to a sponsor, or turned 18"] == "inside"
    assert f"{list(lies.values()).count('inside')} of {len(lies)} rows" in picture.title
    without = made_up_validity(standing=made_up_standing(3).iloc[:0])
    empty = next(one for one in figures.timing(without) if one.name == "standing")
    assert not empty.panels and "No order of a court" in empty.nothing


def test_days_that_never_come_are_told():
    """Where no replication passes 72 hours the picture says so rather than naming a day."""
    card, readings = made_up_card()
    readings = readings[readings["id"] != "S149"]
    contents = made_up_validity(judged=(card, readings))
    assert "in no replication did it" in figures.custody_by_day(contents).title


def test_a_season_of_which_nothing_is_known_still_makes_a_page():
    """Empty days, survival and class: sentences in place of pictures, and the table of figures as ever."""
    contents = made_up_validity()
    empty = {name: getattr(contents, name).iloc[:0] for name in ("daily", "survival", "standing")}
    page = read(render_validity(made_up_validity(**empty)))
    assert "There is nothing to draw" in page.by_id("timing").text
    assert len(page.by_id("rows").all("tr")) > len(rows())


def test_a_forecast_is_headed_as_one():
    """Title, question and groups speak of the day; no group is called fitted."""
    tree = read(render_validity(made_up_validity(AS_OF)))
    assert plain(tree.all("h1")[0].text) == "Forecast as of 4 May 2018 beside what happened"
    headings = [one.text for one in tree.by_id("rows").all("h3")]
    assert headings == [figures.HEADINGS[name] for name in ("known", "later", "derived")]


def test_the_page_is_written_whole(contents: ValidityContents, tmp_path: Path):
    """The file holds the page as rendered."""
    write_validity_report(tmp_path / "report.html", contents)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render_validity(contents)


# --- for programs --------------------------------------------------------------------------------------------------


def test_programs_read_the_same_scorecard(contents: ValidityContents):
    """Plain JSON without NaN; rows, verdict, problems and coverage are those of the table."""
    text = json.dumps(machine_readable(contents), allow_nan=False)
    told = json.loads(text)
    card = contents.card
    assert told["verdict"] == ("holds" if card.holds else "does not hold") and told["problems"] == card.problems
    assert (told["scope_sha256"], told["sample"], told["seed"], told["replications"]) == ("digest", "shipped", 2018, 40)
    assert [one["id"] for one in told["rows"]] == list(card.table["id"])
    assert told["roles"]["fit"]["inside"] == card.coverage["fit"].inside
    assert told["groups"]["check"]["outside"] == card.outside("check")
    never = next(one for one in told["rows"] if one["id"] == NEVER)
    assert never["median"] is None and never["is_inside"] is False
    back = pd.DataFrame(told["rows"])
    assert np.allclose(back["published"], card.table["published"])


def test_programs_find_no_verdict_on_a_forecast():
    """It says forecast, with the day and without problems."""
    told = machine_readable(made_up_validity(AS_OF))
    assert (told["verdict"], told["as_of"], told["problems"]) == ("forecast", "2018-05-04", [])
