"""The door: a friend without arguments, clear sentences on wrong input, the right exit code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from borderops import cli
from borderops.cli import main
from borderops.commands.help_texts import HELP
from borderops.config.compose import compose
from borderops.exceptions import ModelError


def test_without_arguments_it_is_a_friend(capsys):
    """No arguments: what it is, three commands to try, exit code 0."""
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "Everyone in it is invented" in out
    assert out.count("\n  borderops ") == 3


@pytest.mark.parametrize("words", [["help"], ["--help"], ["-h"]])
def test_help_lists_every_command_and_exit_code(words, capsys):
    """Help names every command with its line, and every exit code."""
    assert main(words) == 0
    out = capsys.readouterr().out
    for command in cli.COMMANDS.values():
        assert f"  {command.name} " in out and command.summary in out
    for code in ("0 done", "2 wrong input", "4 finished", "70 a defect", "130 interrupted"):
        assert code in out


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_each_command_helps_with_examples(name, capsys):
    """``borderops X --help``, ``borderops help X`` and ``-h`` anywhere in the line print the same page of examples."""
    pages = []
    for words in (["help", name], [name, "--help"], [name, "whatever", "-h"]):
        assert main(words) == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1] == pages[2] == HELP[name]
    assert pages[0].count(f"borderops {name} ") >= 3


@pytest.mark.parametrize("words", [[], ["--help"], ["help", "run"], ["run", "--help"]])
def test_help_is_there_at_once(words):
    """Help takes less than 0.3 s; the fastest of five, so that a busy machine does not count."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "borderops", *words], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.3


def test_import_is_there_at_once():
    """``import borderops`` takes less than 0.1 s beyond starting Python."""
    script = "import time; began = time.perf_counter(); import borderops; print(time.perf_counter() - began)"
    times = [
        float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rum"], "rum is not a command; did you mean borderops run?"),
        (["help", "lst"], "lst is not a command; did you mean borderops list?"),
        (["scenario=family_unity"], "did you mean borderops run scenario=family_unity?"),
        (["xyzzy"], f"xyzzy is not a command (commands: {', '.join(cli.COMMANDS)}, help)"),
        (["list", "polices"], "did you mean policies?"),
        (["list", "kpis", "stations"], "borderops list kpis stations is not known"),
        (["show", "registr"], "borderops show registr is not known; did you mean register?"),
        (["show", "scenario", "a", "b"], "borderops show scenario shows one scenario; 2 were given: a, b"),
        (["completion", "tcsh"], "borderops completion tcsh is not known (shells: bash, zsh, fish)"),
        (["show", "settings", "scenario=family_untiy"], "did you mean family_unity?"),
    ],
)
def test_wrong_words(words, told, capsys):
    """Each is one message on standard error that names the nearest right word, exit code 2, no traceback."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("borderops: ") and told in err and "Traceback" not in err


def test_all_wrong_settings_are_told_at_once(capsys, tmp_path, monkeypatch):
    """Three problems make one message, and no folder is made."""
    monkeypatch.chdir(tmp_path)
    words = ["run", "run.replicatons=3", "orr.beds.age_0_12=-20", "policy.youngest_0_4_ratio=7", "run.outputs=here"]
    assert main(words) == 2
    err = capsys.readouterr().err
    assert err.startswith("borderops: 3 settings cannot be used:\n")
    for told in ("did you mean run.replications", "orr.beds.age_0_12", "policy.youngest_0_4_ratio is 7"):
        assert told in err
    assert list(tmp_path.iterdir()) == []


def test_a_defect_is_told_as_one(capsys, monkeypatch):
    """An exception that is nobody's wrong input: exit code 70, one sentence, the details in a file it names."""

    def defective() -> None:
        raise ModelError("beds were lost")

    monkeypatch.setitem(__import__("borderops.commands.listing", fromlist=["LISTS"]).LISTS, "kpis", defective)
    assert main(["list", "kpis"]) == 70
    out, err = capsys.readouterr()
    assert "a defect of borderops, not of your input (ModelError: beds were lost)" in err
    assert err.count("\n") == 1 and out == ""
    details = Path(err.split()[-1])
    assert "in defective" in details.read_text()
    details.unlink()


def test_interruption_elsewhere(capsys, monkeypatch):
    """Ctrl-C during any command ends it with code 130 and a word."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(__import__("borderops.commands.listing", fromlist=["LISTS"]).LISTS, "kpis", interrupted)
    assert main(["list", "kpis"]) == 130
    assert "interrupted" in capsys.readouterr().err


INTERRUPTED_IN_MADE_UP_CODE = """
from borderops import cli

def interrupted(words):
    exec("raise KeyboardInterrupt")  # as where the signal comes while a dataclass is being made

cli._carry_out = interrupted
raise SystemExit(cli.main(["run"]))
"""


def test_an_interruption_in_made_up_code_has_the_same_exit_code(tmp_path):
    """Python ends a module that was run by ``-m`` by the signal if it believes the interruption was not handled."""
    (tmp_path / "interrupted.py").write_text(INTERRUPTED_IN_MADE_UP_CODE)
    ended = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 130
    assert "interrupted; nothing was kept" in ended.stderr


def test_a_reader_that_stops_reading_is_no_error():
    """``borderops show register | head -1`` prints one line and complains of nothing."""
    line = f"{sys.executable} -m borderops show register | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    header, code = done.stdout.splitlines()
    assert header.startswith("set\tparameter\tvalue")
    assert (done.stderr, code) in (("", "141"), ("", "0"))


@pytest.mark.parametrize("name", ["scenarios", "stations", "kpis", "policies", "groups"])
def test_lists_are_tables_for_other_programs(name, capsys):
    """In a pipe every list has a header and rows of as many cells, separated by tabs."""
    assert main(["list", name]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert rows and {row.count("\t") for row in rows} == {header.count("\t")}


def test_list_tells_scenarios_with_their_question(capsys, tmp_path, monkeypatch):
    """The shipped scenarios and those of the user's own folder stand in one list."""
    (tmp_path / "surge.yaml").write_text("# Question: what if more came?\nseed: 3\n")
    monkeypatch.setenv("BORDEROPS_SCENARIOS", str(tmp_path))
    assert main(["list"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert ["surge", "what if more came?", "borderops run scenario=surge"] in rows
    assert {"zero_tolerance_2018", "family_unity", "limited_separation"} <= {row[0] for row in rows}


def test_show_settings_can_be_run_again(capsys, tmp_path):
    """What ``show settings`` prints is YAML, and as a scenario gives the same settings."""
    assert main(["show", "settings", "scenario=family_unity", "run.replications=7"]) == 0
    saved = tmp_path / "saved.yaml"
    saved.write_text(capsys.readouterr().out)
    assert yaml.safe_load(saved.read_text())["run"]["replications"] == 7
    assert compose([f"scenario={saved}"]).settings == compose(["scenario=family_unity", "run.replications=7"]).settings


def test_show_register_marks_what_was_set(capsys):
    """Every parameter has value, unit, grade and source; the one the user set is marked and says so."""
    assert main(["show", "register", "scenario=family_unity", "referral.desk.workers_day=9"]) == 0
    header, *rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert header == ["set", "parameter", "value", "unit", "grade", "range", "source", "known_on"]
    by_key = {row[1]: dict(zip(header, row)) for row in rows}
    changed = by_key["referral.desk.workers_day"]
    assert (changed["set"], changed["value"], changed["grade"]) == ("*", "9", "assumed")
    assert [key for key, row in by_key.items() if row["set"]] == ["referral.desk.workers_day"]
    assert all(
        row["unit"] and row["source"] and row["grade"] in ("observed", "fitted", "assumed") for row in by_key.values()
    )


def test_show_scenario_tells_what_differs(capsys):
    """Question, chosen options and changed values, each beside the base."""
    assert main(["show", "scenario", "zero_tolerance_2018"]) == 0
    out = capsys.readouterr().out
    assert "referred for prosecution from 5 May to 20 June 2018?" in out
    assert "policy\tzero_tolerance\tfamily_unity" in out
    assert "window.start\t2018-04-01\t2017-10-01" in out
    assert "\nseed\t" not in out


def test_tables_on_a_terminal():
    """On a terminal a list is drawn as a table, in columns instead of tabs."""
    pty = pytest.importorskip("pty")
    chunks: list[bytes] = []

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        chunks.append(data)
        return data

    script = "import sys; from borderops.cli import main; sys.exit(main(['list', 'groups']))"
    code = pty.spawn([sys.executable, "-c", script], read, lambda descriptor: b"")
    text = b"".join(chunks).decode()
    assert os.waitstatus_to_exitcode(code) == 0
    assert "policy" in text and "zero_tolerance" in text and "\t" not in text


def test_the_register_on_a_terminal_is_for_reading():
    """On a terminal parameters stand with value and unit, what the user set is marked, the source is below."""
    pty = pytest.importorskip("pty")
    chunks: list[bytes] = []

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        chunks.append(data)
        return data

    words = ["show", "register", "referral.desk.workers_day=9"]
    script = f"import sys; from borderops.cli import main; sys.exit(main({words!r}))"
    code = pty.spawn([sys.executable, "-c", script], read, lambda descriptor: b"")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", b"".join(chunks).decode()).splitlines()
    assert os.waitstatus_to_exitcode(code) == 0
    assert re.fullmatch(r"\d+ parameters of zero_tolerance_2018; 1 set by the user or scenario \(\*\)", lines[0])
    marked = [line for line in lines if line.startswith("*")]
    assert [line.split() for line in marked] == [
        ["*", "referral.desk.workers_day", "9", "workers", *marked[0].split()[4:]]
    ]
    assert lines[lines.index(marked[0]) + 1].strip().endswith("set by the user or scenario")


def examples(command: str) -> list[list[str]]:
    """Words of every example in a command's help, but for those that name a file of the user's."""
    lines = [line for line in HELP[command].splitlines() if line.startswith(f"  borderops {command} ")]
    found = [shlex.split(re.split(r"  +", line.strip())[0])[2:] for line in lines]
    return [words for words in found if not any("my_" in word or word == ">" for word in words)]


@pytest.mark.parametrize("words", examples("run"), ids=" ".join)
def test_examples_of_run_can_be_run(words):
    """What the help of ``run`` shows composes without a problem."""
    assert compose(words).settings.run.replications >= 1


@pytest.mark.parametrize("command", ["list", "show"])
def test_examples_of_other_commands_work(command, capsys):
    """What the help of ``list`` and ``show`` shows prints something and ends with code 0."""
    assert len(examples(command)) >= 4
    for words in examples(command):
        assert main([command, *words]) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["validate", "ponts=3"], "points"),
        (["uncertainty", "vry=orr"], "vary"),
        (["fit", "wavs=2"], "waves"),
        (["dataset", "siz=1k"], "size"),
        (["readiness", "critera=mine.yaml"], "criteria"),
    ],
)
def test_a_mistyped_word_of_a_command_is_recognised(words, meant, capsys):
    """What a command asks for itself is no setting, and is meant all the same."""
    assert main(words) == 2
    assert f"is not a setting; did you mean {meant}=?" in capsys.readouterr().err
