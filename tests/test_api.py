"""``import borderops``: few names, each there when asked for."""

from __future__ import annotations

import pytest

import borderops
from borderops.exceptions import ConfigError

WINDOW = ("window.start=2018-05-01", "window.end=2018-05-03", "study.season_start=null", "study.season_end=null")
TINY = (*WINDOW, "arrivals.stations=[yuma]", "run.replications=1")


def test_public_names_are_those_of_their_modules():
    """Every name that ``dir`` tells can be had, and is the one of the module it comes from."""
    from borderops import api, provenance, replication
    from borderops.config import compose

    assert dir(borderops) == ["__version__", "compose", "replicate", "run"]
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
    settings = borderops.compose(TINY).settings
    assert [one.digest for one in outcome.results] == [borderops.replicate(settings, 1).digest]
    assert [one.replication for one in heard] == [1]
    assert not outcome.results[0].tables["kpis"].empty


def test_wrong_settings_are_told_at_once():
    """All problems stand in one exception, one sentence each."""
    with pytest.raises(ConfigError) as told:
        borderops.run("run.workers=0", "seed=-1")
    assert len(told.value.problems) == 2
