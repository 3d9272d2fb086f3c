"""``borderops show register``: every parameter with all it rests on, and the words that pick some of them."""

from __future__ import annotations

import pytest

from borderops.cli import main
from borderops.commands.completing import completions
from borderops.config.compose import compose
from borderops.config.register import model_leaves


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    """Rows that the command prints for other programs."""
    assert main(["show", "register", *words]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]


def test_it_is_complete(capsys):
    """A row a number, date and switch of the model, each with unit, grade, source and the day it was known."""
    rows = shown(capsys)
    assert len(rows) == len(list(model_leaves(compose([]).settings)))
    for row in rows:
        assert row["unit"] and row["source"] and row["known_on"] and row["grade"] in ("observed", "fitted", "assumed")
    assert all(row["range"] for row in rows if row["grade"] == "fitted" and row["unit"] == "ratio")


def test_grades_and_beginnings_of_keys_pick_rows(capsys):
    """Grades and words narrow together; several words widen."""
    fitted = shown(capsys, "grade=fitted")
    assert fitted and {row["grade"] for row in fitted} == {"fitted"}
    orr = shown(capsys, "orr")
    assert orr and all(row["parameter"].startswith("orr.") for row in orr)
    both = shown(capsys, "orr", "transport", "grade=fitted,observed")
    assert {row["parameter"].split(".")[0] for row in both} == {"orr", "transport"}
    assert {row["grade"] for row in both} == {"fitted", "observed"}
    pace = shown(capsys, "orr.pace")
    assert pace and all(row["parameter"].startswith("orr.pace[") for row in pace)


def test_a_word_that_begins_no_key_is_looked_for(capsys):
    """In keys, units and sources, whatever the case."""
    rows = shown(capsys, "tornillo")
    assert rows and all("tornillo" in f"{row['parameter']} {row['source']}".lower() for row in rows)


def test_overrides_still_count(capsys):
    """A value that was set is starred, picked or not."""
    [row] = shown(capsys, "transport.notice_hours", "transport.notice_hours=5")
    assert (row["set"], row["value"], row["grade"]) == ("*", "5", "assumed")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["grade=good"], "grade=good is not known (grades: observed, fitted, assumed)"),
        (["xyzzy"], "xyzzy finds no parameter (beginnings of keys: arrivals"),
        (["xyzzy", "grade=fitted"], "xyzzy finds no parameter among the fitted ones"),
    ],
)
def test_words_that_find_nothing_are_told(words, told, capsys):
    """Exit code 2 with what can be asked for."""
    assert main(["show", "register", *words]) == 2
    assert told in capsys.readouterr().err


def test_the_tab_key_knows_grades():
    """After the register, grades and settings are offered."""
    assert completions("borderops show register grade=f", []) == ["grade=fitted"]
