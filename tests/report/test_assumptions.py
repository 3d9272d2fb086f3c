"""Assumptions that matter most stand first, by a screen; without one, the page says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_reader import read

from borderops.config import keys, register
from borderops.config.compose import compose
from borderops.report import assumptions
from borderops.report.assumptions import Moved, grouped, leading, screen, section


@pytest.fixture(scope="module")
def rows() -> list[register.Parameter]:
    """The register of the shipped season."""
    composed = compose(["inputs.sample=null"])
    return register.rows(composed.settings, composed.shipped)


def assumed(rows: list[register.Parameter]) -> list[str]:
    """Entries of assumed parameters of transport with a range, in the order of the register."""
    found = [register.name_of_entry(keys.parse(one.key)) for one in rows
             if one.grade == "assumed" and one.low is not None and one.key.startswith("transport.")]  # fmt: skip
    return list(dict.fromkeys(found))


@pytest.fixture
def screened(rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A screen of three assumed entries: strong, weak, and not to be told from none; others were left out."""
    names = assumed(rows)[:3]
    lines = [
        "entry,kpi,effect,error,chance",
        f"{names[0]},children_separated,-40,10,40",
        f"{names[0]},share_over_72h_separated,0.02,0.002,0.04",
        f"{names[1]},share_over_72h_separated,0.2,0.01,0.04",
        f"{names[2]},children_separated,5,10,40",
        f"{names[2]},no_headline_figure,500,1,1",
    ]
    path = tmp_path / "posteriors" / "screen.csv"
    path.parent.mkdir()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shipped = screen.__wrapped__(path)
    monkeypatch.setattr(assumptions, "screen", lambda: shipped)
    return names


def test_the_screen_keeps_the_figure_that_an_entry_moves_most(screened):
    """In standard deviations of a season; figures that head no report count for nothing."""
    found = assumptions.screen()
    assert list(found) == [screened[1], screened[0], screened[2]]
    assert found[screened[1]].strength == pytest.approx(5.0)
    assert found[screened[0]] == Moved("children_separated", -40.0, 10.0, 40.0)
    assert not found[screened[2]].is_found


def test_a_change_is_told_with_its_figure_its_sign_and_chance(screened):
    """Minus is minus, and a change that cannot be told from none is not told as one."""
    found = assumptions.screen()
    words = found[screened[0]].words
    assert "\N{MINUS SIGN}40 over the range, 1.0 times chance" in words
    assert "beyond what the screen can tell" in found[screened[2]].words


def test_the_strongest_stand_first_with_value_and_range(screened, rows):
    """A row an entry that was found, none for the one that was not, and the words say how many there are."""
    tree = read(leading(rows))
    lines = tree.all("tbody")[0].all("tr")
    assert [line.all("th")[0].text for line in lines] == [screened[1], screened[0]]
    entry = {keys.show(path): one for path, one in register.entries().items()}[screened[1]]
    assert entry.source in lines[0].text and entry.unit in lines[0].all("td")[0].text
    assert "Of 3 assumed entries" in tree.text and "2 move a main figure" in tree.text


def test_reports_without_a_register_show_no_values(screened):
    """Name, effect and source alone."""
    tree = read(leading())
    assert [one.text for one in tree.all("thead")[0].all("th")] == ["Assumption", "Moves most", "Source"]


def test_rows_of_a_fold_follow_the_screen_and_unscreened_ones_say_so(screened, rows):
    """In a grade the strong come first, then what the screen could not tell, then what it left out."""
    transport = dict(grouped(rows))["transport"]
    first = [register.name_of_entry(keys.parse(one.key)) for one in transport if one.grade == "assumed"]
    assert list(dict.fromkeys(first))[:2] == [screened[1], screened[0]]
    page = read(section(rows)).text
    assert "not screened" in page and "Those that matter most" in page


def test_without_a_screen_nothing_is_claimed(rows, monkeypatch):
    """The page says that none is shipped, and no parameter bears a note."""
    monkeypatch.setattr(assumptions, "screen", dict)
    tree = read(section(rows))
    assert "no screen of them is shipped" in tree.text and "not screened" not in tree.text


def test_a_screen_that_is_shipped_speaks_of_entries_of_the_register():
    """Whatever stands in conf/posteriors/screen.csv has an entry; none: nothing to hold."""
    known = {keys.show(path) for path in register.entries()}
    assert set(screen()) <= known
