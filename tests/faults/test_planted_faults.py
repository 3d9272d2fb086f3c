"""Planted faults: their list fits the sources of today, its results are written down, and a sample is noticed anew."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.faults.faults import FAULTS, Fault, sample
from tests.faults.plant import ENGINES, RESULTS, ROOT, ROW, WHO, Tree, read_page, trees

NOTHING = dict.fromkeys(WHO, "")


def source(fault: Fault) -> str:
    """The file a fault is planted in, as it stands."""
    return (ROOT / ENGINES / fault.file).read_text(encoding="utf-8")


# --- the list -------------------------------------------------------------------------------------------------------


def test_what_a_fault_replaces_stands_once_in_its_file():
    """No fault is planted beside its place, or nowhere, after an engine has been rewritten."""
    found = {(fault.file, fault.what): source(fault).count(fault.old) for fault in FAULTS}
    assert {fault: times for fault, times in found.items() if times != 1} == {}


def test_a_fault_is_a_fault_of_logic():
    """What is planted is another program that Python can read: none is noticed because it cannot be started."""
    for fault in FAULTS:
        sound = source(fault)
        faulty = sound.replace(fault.old, fault.new)
        assert ast.dump(ast.parse(faulty)) != ast.dump(ast.parse(sound)), fault.what


def test_there_are_many_faults_of_both_engines():
    """At least fifty of either engine, so that one that nothing notices does not hide among a few."""
    count = Counter(fault.is_compiled for fault in FAULTS)
    assert min(count[False], count[True]) >= 50


def test_each_fault_has_its_own_words():
    """Two faults of one file are never told in the same words, so that a result belongs to one of them."""
    named = Counter((fault.file, fault.what) for fault in FAULTS)
    assert [fault for fault, times in named.items() if times > 1] == []


# --- the results ----------------------------------------------------------------------------------------------------


def test_results_name_every_fault_and_no_other():
    """The page of results is that of today's list."""
    rows = [(row["file"], row["what"]) for row in ROW.finditer(RESULTS.read_text(encoding="utf-8"))]
    assert sorted(rows) == sorted((fault.file, fault.what) for fault in FAULTS)


def test_results_say_what_noticed_each_fault():
    """Every fault was noticed by a timetable, a monitor or the other engine."""
    results = read_page()
    assert [fault.what for fault in FAULTS if not any(results.get(fault, NOTHING).values())] == []


# --- planted for real -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree() -> Iterator[Tree]:
    """A copy of the sources, with the worlds on which faults are tried."""
    with trees(1) as copies:
        yield copies[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["simpy", "compiled"])
def test_nothing_is_noticed_where_nothing_is_planted(tree, name):
    """The sound engines keep all timetables, satisfy all monitors and tell one history."""
    assert tree.noticed(name) == NOTHING


@pytest.mark.slow
@pytest.mark.parametrize("fault", sample(), ids=lambda fault: f"{fault.file}: {fault.what}")
def test_planted_fault_is_noticed(tree, fault):
    """A fault planted today is noticed, and the copy of the sources is whole again afterwards."""
    sound = source(fault)
    said = tree.plant(fault)
    assert any(said.values()), fault.what
    assert (tree.folder / ENGINES / fault.file).read_text(encoding="utf-8") == sound
