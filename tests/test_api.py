"""``import borderops``: few names, each there when asked for."""

from __future__ import annotations

import pytest

import borderops
from borderops.config import inputs
from borderops.exceptions import ConfigError

WINDOW = ("window.start=2018-05-01", "window.end=2018-05-03", "study.season_start=null", "study.season_end=null")
TINY = (*WINDOW, "arrivals.stations=[yuma]", "run.replications=1")


def test_public_names_are_those_of_their_modules():
    """Every name that ``dir`` tells can be had, and is the one of the module it comes from."""
    from borderops import api, provenance, replication
    from borderops.config import compose

    assert dir(borderops) == ["__version__", "compose", "keep_books", "replicate", "run"]
    assert (borderops.run, borderops.replicate) == (api.run, replication.replicate)
    assert (borderops.compose, borderops.__version__) == (compose.compose, provenance.version())


def test_other_names_are_not_there():
    """A misspelt name is told as one."""
    with pytest.raises(AttributeError, match="module 'borderops' has no attribute 'rum'"):
        _ = borderops.rum


def test_a_run_gives_back_what_it_played():
    """A run from Python holds the same replication as the pieces put together by hand, and hears of its end."""
    heard = []
    outcome = borderops.run(*TINY, on_done=heard.append)
    settings = inputs.at(borderops.compose(TINY).settings, 1)  # with the first point of the fitted sample
    assert [one.digest for one in outcome.results] == [borderops.replicate(settings, 1).digest]
    assert [one.replication for one in heard] == [1]
    assert not outcome.results[0].tables["kpis"].empty
    assert (outcome.asked, outcome.kept, outcome.failures, len(outcome.beside)) == (1, 0, [], 1)


def test_a_run_from_python_writes_nothing(tmp_path, monkeypatch):
    """Neither a report nor a trial is left anywhere, and the same run again plays again."""
    monkeypatch.chdir(tmp_path)
    first, second = (borderops.run(*TINY, "run.beside=null") for _ in range(2))
    assert [*tmp_path.iterdir()] == []
    assert second.kept == 0 and first.results[0].digest == second.results[0].digest


def test_a_policy_beside_meets_the_same_people():
    """What is shown beside is the scenario under that policy, by itself the same."""
    outcome = borderops.run(*TINY, "run.beside=family_unity")
    alone = borderops.run(*TINY, "policy=family_unity", "run.beside=null")
    assert outcome.beside[0].digest == alone.results[0].digest != outcome.results[0].digest


def test_wrong_settings_are_told_at_once():
    """All problems stand in one exception, one sentence each."""
    with pytest.raises(ConfigError) as told:
        borderops.run("compute.workers=0", "seed=-1")
    assert len(told.value.problems) == 2
