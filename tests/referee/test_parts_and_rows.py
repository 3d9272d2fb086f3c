"""Scores of one part of a split, of rows that are wrong as a whole, and of an estimate."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from tests.referee.tiny_pack import E3, EARM, PORTAL, write_pack, write_pairs

from borderops.cli import main
from borderops.exceptions import FileProblem
from borderops.referee.judging import judge
from borderops.referee.pack import open_pack

TEST, TRAIN = ("family", "test"), ("family", "train")


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """The pack by hand."""
    return open_pack(write_pack(tmp_path_factory.mktemp("tiny") / "pack"))


def told(pack, task, path, part=None):
    """Counts and measures of an output, of everybody or of one part."""
    score = judge(replace(pack, part=part), task, path)
    return dict(score.counts), score.whole.set_index("measure")["value"].to_dict()


# --- parts ------------------------------------------------------------------------------------------------------------


def test_pairs_of_one_part_are_judged_alone(pack, tmp_path):
    """Families 2, 3 and 5 are to be judged on: what an output says of the others counts neither way."""
    path = write_pairs(tmp_path / "t2.csv", [(E3, 1, E3, 3), (E3, 5, E3, 6), (E3, 13, E3, 6), (E3, 11, E3, 4)])
    whole, _ = told(pack, "T2", path)
    counts, measures = told(pack, "T2", path, TEST)
    assert (whole["true pairs"], whole["pairs linked"]) == (4, 4)
    assert (counts["true pairs"], counts["pairs linked"], counts["true pairs linked"]) == (1, 2, 1)
    assert (measures["precision"], measures["recall"]) == (0.5, 1.0)
    # A false pair between the parts is in neither; the true one of family 1 is the other part's.
    others, _ = told(pack, "T2", path, TRAIN)
    assert (others["true pairs"], others["pairs linked"], others["true pairs linked"]) == (3, 1, 1)


def test_parts_of_clusters_lists_and_cells_add_up(pack, tmp_path):
    """Whatever is counted of everybody is counted of one part or the other, but for what is about nobody."""
    clusters = [(E3, 1, "a"), (EARM, 1, "a"), (E3, 5, "b"), (EARM, 2, "b"), (E3, 11, "c"), (PORTAL, 1, "d")]
    files = {
        "T1": write_pairs(tmp_path / "t1.csv", clusters, "table,rec_id,cluster"),
        "T4": write_pairs(tmp_path / "t4.csv", [(E3, 3), (E3, 6), (E3, 8)], "table,rec_id"),
        "T6": write_pairs(tmp_path / "t6.csv", [(E3, 1, "given"), (E3, 5, "surname_1")], "table,rec_id,field"),
        "T5": write_pairs(tmp_path / "t5.csv", [("list_entry", 3), (E3, 4)], "table,rec_id"),
    }
    for task, path in files.items():
        whole, _ = told(pack, task, path)
        parts = [told(pack, task, path, part)[0] for part in (TEST, TRAIN)]
        for name in set(whole) - {"rows of the output"}:
            assert sum(part[name] for part in parts) == whole[name], (task, name)
        assert all(part["rows of the output"] == whole["rows of the output"] for part in parts)


def test_an_entry_of_a_list_belongs_to_whom_it_names(pack, tmp_path):
    """Labels say whom an entry names: it is judged with that person's family, and drawn with it."""
    path = write_pairs(tmp_path / "t5.csv", [("list_entry", 3)], "table,rec_id")
    assert told(pack, "T5", path, TEST)[0]["rightly listed"] == 1  # person 10, of family 5
    assert told(pack, "T5", path, TRAIN)[0]["listed"] == 0


# --- rows and numbers -------------------------------------------------------------------------------------------------


def test_rows_that_are_wrong_as_a_whole(pack, tmp_path):
    """An added row and either of two equal ones are right; a sound row is false; a missing one is not asked for."""
    rows = [(E3, 12), ("mail_message", 1), (E3, 2)]
    counts, measures = told(pack, "T6", write_pairs(tmp_path / "rows.csv", rows, "table,rec_id"))
    assert (counts["belong on the list"], counts["rightly listed"], counts["false"]) == (2, 2, 1)
    assert measures["recall"] == 1.0
    both = write_pairs(tmp_path / "both.csv", [("mail_message", 1), ("mail_message", 2)], "table,rec_id")
    assert told(pack, "T6", both)[0] == {
        "rows of the output": 2, "listed": 1, "belong on the list": 2, "rightly listed": 1, "missing": 1, "false": 0,
    }  # fmt: skip


def test_an_estimate_is_held_against_who_stands_nowhere(pack, tmp_path):
    """Two of four children stand in no source: three is one too many, and an interval from one to four holds it."""
    path = write_pairs(tmp_path / "t9.csv", [(3, 1, 4)], "estimate,low,high")
    counts, measures = told(pack, "T9", path)
    assert counts["separated children"] == 4 and counts["of these in no source"] == 2
    assert (measures["over_truth"], measures["error"], measures["share_off"]) == (1.5, 1.0, 0.25)
    assert judge(pack, "T9", path).notes[0] == "The interval that was given holds the true number."
    narrow = write_pairs(tmp_path / "narrow.csv", [(3, 2.5, 4)], "estimate,low,high")
    assert "does not hold" in judge(pack, "T9", narrow).notes[0]
    assert told(pack, "T9", path, TEST)[0]["separated children"] == 1


@pytest.mark.parametrize(("rows", "complaint"), [
    ([], "it holds 0 rows; allowed: one row with the estimate"),
    ([(3, 1, 4), (4, 1, 5)], "it holds 2 rows; allowed: one row with the estimate"),
    ([("many", 1, 4)], "row 1: estimate is not a number"),
    ([(-3, -4, 4)], "row 1: estimate is not a number of 0 or more"),
    ([(3, 5, 9)], "row 1: low is above, or high below, estimate"),
])  # fmt: skip
def test_what_is_no_estimate_is_not_scored(pack, tmp_path, rows, complaint):
    """Each problem in a sentence that repeats no cell."""
    path = write_pairs(tmp_path / "t9.csv", rows, "estimate,low,high")
    with pytest.raises(FileProblem) as problem:
        judge(pack, "T9", path)
    assert complaint in str(problem.value) and "many" not in str(problem.value)


def test_facts_are_those_of_the_notes(pack, tmp_path):
    """Capitals make no difference; told twice counts once; of the other child, or of another note, is false."""
    facts = [(1, "child_given", "ana"), (1, "child_given", " ANA"), (1, "child_age", 17), (2, "child_age", "17.0")]
    rows = [("e3_note_text", *one) for one in facts]
    path = write_pairs(tmp_path / "t7.csv", rows, "table,rec_id,fact,value")
    counts, measures = told(pack, "T7", path)
    assert counts == {
        "rows of the output": 4, "facts told": 3, "facts in the notes": 4, "rightly told": 2, "missing": 2, "false": 1,
    }  # fmt: skip
    assert (measures["precision"], measures["recall"]) == (pytest.approx(2 / 3), 0.5)
    assert told(pack, "T7", path, TEST)[0]["rightly told"] == 1
    wrong = write_pairs(tmp_path / "wrong.csv", [("e3_note_text", 1, "weight", "9")], "table,rec_id,fact,value")
    with pytest.raises(FileProblem, match="fact is no fact that is asked for"):
        judge(pack, "T7", wrong)


# --- through the door -------------------------------------------------------------------------------------------------


def test_the_command_judges_a_part_and_an_estimate(pack, tmp_path, monkeypatch, capsys):
    """Told, written and in the manifest; an unknown part is refused with those that there are."""
    monkeypatch.chdir(tmp_path)
    write_pairs(tmp_path / "links.csv", [(E3, 5, E3, 6)])
    assert main(["score", str(pack.folder), "task=T2", "output=links.csv", "part=family:test"]) == 0
    out = capsys.readouterr().out
    assert "  1  true pairs\n" in out and "Judged are the people of part test of the split by family" in out
    (folder,) = tmp_path.glob("outputs/*/*")
    assert "part=family:test" in (folder / "manifest.json").read_text()
    assert main(["score", str(pack.folder), "task=T2", "output=links.csv", "part=family"]) == 2
    assert "part is family; allowed: family:train, family:test" in capsys.readouterr().err
    pd.DataFrame({"estimate": [2.0]}).to_parquet(tmp_path / "nine.parquet")
    assert main(["score", str(pack.folder), "task=T9", "output=nine.parquet"]) == 0
    assert "Estimate over truth\t1.000" in capsys.readouterr().out
