"""Tab completion: what is offered, and that a real shell takes it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from borderops.cli import COMMANDS, main
from borderops.commands.completing import SCRIPTS, completions
from borderops.config.places import list_scenarios

NAMES = [*COMMANDS, "help"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("borderops ", NAMES),
        ("borderops r", ["run", "readiness"]),
        ("borderops readiness cri", ["criteria="]),
        ("borderops readiness criteria=d", ["criteria=default"]),
        ("borderops readiness run.rep", ["run.replications="]),
        ("borderops readiness pil", ["pilot=", "pilot_points="]),
        ("borderops readiness pilot=e", ["pilot=el_paso_2017"]),
        ("borderops readiness stress=a", ["stress=all", "stress=all_at_once"]),
        ("borderops run stress=mail", ["stress=mail_outage"]),
        ("borderops show cri", ["criteria"]),
        ("borderops help s", ["sweep", "sensitivity", "score", "show"]),
        ("borderops trials p", ["prune"]),
        ("borderops sweep run.rep", ["run.replications="]),
        (
            "borderops compare scenario=zero_tolerance_2018,f",
            [
                "scenario=zero_tolerance_2018,family_unity",
                "scenario=zero_tolerance_2018,foreseen_2018",
                "scenario=zero_tolerance_2018,foreseen_2018_prepared",
            ],
        ),
        ("borderops capacity lever=beds.b", ["lever=beds.boys_13_17"]),
        ("borderops capacity lever=start,pa", []),
        ("borderops capacity lever=pa", ["lever=packages"]),
        ("borderops capacity among=start,coordinators_", ["among=start,coordinators_at_night"]),
        ("borderops capacity jud", ["judged="]),
        ("borderops list sc", ["scenarios"]),
        ("borderops show re", ["register"]),
        ("borderops completion ", ["bash", "zsh", "fish"]),
        ("borderops run scenario=z", ["scenario=zero_tolerance_2018", "scenario=zero_tolerance_as_planned"]),
        ("borderops run run.replications=3 policy=lim", ["policy=limited_separation"]),
        ("borderops show settings run.rep", ["run.replications="]),
        ("borderops show scenario zero_tolerance_2", ["zero_tolerance_2018"]),
        ("borderops list kpis x", []),
        ("borderops sensitivity me", ["method=morris", "method=sobol"]),
        (
            "borderops sensitivity levers=beds.age_0_12,court",
            ["levers=beds.age_0_12,court_slots", "levers=beds.age_0_12,court_slots_for_parents"],
        ),
        ("borderops sensitivity at_most.shelter_days", ["at_most.shelter_days_full="]),
        ("borderops sensitivity kpis=shelter_days", ["kpis=shelter_days_full"]),
        ("borderops sensitivity scenario=fam", ["scenario=family_unity"]),
        ("borderops nonsense ru", []),
        ("borderops run 'run.rep", []),
    ],
)
def test_what_is_offered(line, offered):
    """Commands first, then what the command takes: lists, things to show, shells, overrides."""
    assert completions(line, NAMES) == offered


def test_the_shell_is_answered_with_words_only(capsys):
    """One candidate a line, nothing on standard error."""
    assert main(["_complete", "borderops run policy=zero"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ["policy=zero_tolerance", "policy=zero_tolerance_as_planned"]
    assert err == ""


@pytest.fixture
def command(tmp_path, monkeypatch) -> Path:
    """The command ``borderops`` on the path, as an installed one would be."""
    script = tmp_path / "borderops"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m borderops "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return script


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "words", "replies"),
    [
        ("borderops ru", "borderops ru", ["run"]),
        (
            "borderops run scenario=f",
            "borderops run scenario = f",
            ["family_unity", "foreseen_2018", "foreseen_2018_prepared"],
        ),
        (
            "borderops run scenario=zero",
            "borderops run scenario = zero",
            ["zero_tolerance_2018", "zero_tolerance_as_planned"],
        ),
        ("borderops run scenario=", "borderops run scenario =", [one.name for one in list_scenarios()]),
        (
            "borderops run orr.beds.girls",
            "borderops run orr.beds.girls",
            ["orr.beds.girls_13_17=", "orr.beds.girls_13_17[0]."],
        ),
        ("borderops run policy=l", "borderops run policy = l", ["limited_separation"]),
    ],
)
def test_bash_completes(line, words, replies, command):
    """The script gives bash what it expects, although bash takes ``a=b`` for three words."""
    script = "\n".join(
        [
            'eval "$(borderops completion bash)"',
            f"COMP_LINE='{line}' COMP_POINT={len(line)} COMP_WORDS=({words}) COMP_CWORD={len(words.split()) - 1}",
            '_borderops; printf "%s\\n" "${COMPREPLY[@]}"',
        ]
    )
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == replies, done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_tab_key_in_a_real_bash(command, tmp_path):
    """Typing part of a scenario and the tab key completes it, and the line can be run."""
    pytest.importorskip("pty")
    typed = [
        b'eval "$(borderops completion bash)"\n',
        b"borderops show scenario scenario=zero_tolerance_2\t | head -1\n",
        b"exit\n",
    ]
    script = tmp_path / "type.py"
    script.write_text(
        "import os, pty, sys, time\n"
        "pid, terminal = pty.fork()\n"
        "if pid == 0:\n"
        "    os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])\n"
        f"for line in {typed!r}:\n"
        "    time.sleep(1.0); os.write(terminal, line); time.sleep(2.0)\n"
        "seen = b''\n"
        "while True:\n"
        "    try: data = os.read(terminal, 4096)\n"
        "    except OSError: break\n"
        "    if not data: break\n"
        "    seen += data\n"
        "sys.stdout.write(seen.decode(errors='replace'))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert "scenario  zero_tolerance_2018" in done.stdout


@pytest.mark.parametrize("shell", list(SCRIPTS))
def test_scripts_are_well_formed(shell, capsys):
    """Every script asks borderops itself; where its shell is at hand, the shell can read it."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "borderops _complete" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n", "-c", script], capture_output=True, text=True, timeout=30)
        assert (checked.returncode, checked.stderr) == (0, "")
