"""The screen of doubts: planted effects are found, noise is told from none, what cannot be told apart is refused."""

from __future__ import annotations

import numpy as np
import pytest

from borderops.experiments.inputs import latin_hypercube
from borderops.experiments.screening import COLUMNS, screen_table, slopes

DOUBTS = [f"group.doubt_{at}" for at in range(40)]


def planted(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """200 points, a figure that two doubts move by 300 and -100, and one that none does."""
    positions = latin_hypercube(1, 200, DOUBTS)
    luck = np.random.default_rng(2).normal(0.0, noise, (200, 2))
    figures = np.column_stack([1000 + 300 * positions[:, 3] - 100 * positions[:, 7], np.full(200, 50.0)])
    return positions, figures + luck


def test_planted_effects_are_found_exactly_without_noise():
    """The change over the whole range is the slope, whatever the other doubts do."""
    positions, figures = planted(0.0)
    effect = slopes(positions, figures).effect
    wanted = np.zeros((40, 2))
    wanted[3, 0], wanted[7, 0] = 300, -100
    assert effect == pytest.approx(wanted, abs=1e-8)


def test_errors_cover_what_was_planted():
    """Of 40 doubts and two figures about nine tenths of the effects lie within 1.65 standard errors."""
    positions, figures = planted(20.0)
    found = slopes(positions, figures)
    wanted = np.zeros((40, 2))
    wanted[3, 0], wanted[7, 0] = 300, -100
    within = (np.abs(found.effect - wanted) < 1.65 * found.error).mean()
    assert 0.8 <= within <= 0.98  # 99.9 % of binomial samples of 80 with p = 0.9


def test_the_table_begins_with_what_matters_most():
    """By the largest change in standard deviations of chance; a row a doubt and figure."""
    positions, figures = planted(5.0)
    table = screen_table(DOUBTS, ["first", "second"], positions, figures, [50.0, 10.0])
    assert list(table.columns) == list(COLUMNS) and len(table) == 80
    assert list(table["entry"].iloc[[0, 2]]) == ["group.doubt_3", "group.doubt_7"]
    assert table["chance"].tolist()[:2] == [50.0, 10.0]


def test_a_figure_without_chance_leads_nobody_astray():
    """Where luck never moves a figure, a change cannot be told in chance; the other figures decide the order."""
    positions, figures = planted(5.0)
    table = screen_table(DOUBTS, ["first", "second"], positions, figures, [0.0, 10.0])
    second = table[table["kpi"] == "second"]["effect"].abs().tolist()
    assert second == sorted(second, reverse=True)


def test_too_few_points_and_missing_figures_are_refused():
    """41 points cannot tell 40 doubts apart; a point without a figure is no point."""
    positions = latin_hypercube(1, 41, DOUBTS)
    with pytest.raises(ValueError, match="41 points cannot tell 40 doubts apart"):
        slopes(positions, np.ones((41, 1)))
    positions, figures = planted(0.0)
    figures[5, 1] = np.nan
    with pytest.raises(ValueError, match="missing"):
        slopes(positions, figures)
