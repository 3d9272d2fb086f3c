"""The stand-in: exact where it can be, honest about what it does not know."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fitting.made_up import Simulator, bent, hypercube

from borderops.fitting.emulator import LOGARITHM, PLAIN, ROOT, Runs, learn, learn_last, varies


def quadratic(points: np.ndarray) -> np.ndarray:
    x = 2.0 * points - 1.0
    return np.column_stack([1.0 + 2.0 * x[:, 0] - x[:, 1] + x[:, 0] ** 2 + 1.5 * x[:, 0] * x[:, 1], x[:, 2] ** 2])


def told_in_units(emulator, points):
    """Means on the scales of the outputs, for outputs that are learnt as they are."""
    told = emulator.tell(points)
    assert all(one.scale is PLAIN for one in emulator.learnt)
    means = [one.mean + one.spread * told.means[:, at] for at, one in enumerate(emulator.learnt)]
    return np.column_stack(means)


def test_a_known_quadratic_is_recovered():
    """Without chance, lines, bends and one product are found, at points that were never played."""
    points = hypercube(1, 120, 4)
    emulator = learn(Runs(points, np.arange(120) % 20, quadratic(points)), np.array([0.0, -1.0]))
    new = hypercube(2, 200, 4)
    truth = quadratic(new)
    assert np.abs(told_in_units(emulator, new) - truth).max() < 0.02
    assert [0, 1] in emulator.learnt[0].terms.pairs.tolist()
    assert not len(emulator.learnt[1].terms.pairs)


def test_what_is_said_of_a_season_covers_as_often_as_it_says():
    """90 % intervals hold 90 % of new seasons at new points, each with luck of its own; luck itself is measured."""
    inside, chances = [], []
    for seed in range(12):
        simulator = Simulator(bent, 4, 0.8, seed)
        emulator = learn(simulator.play(hypercube(seed, 150, 5)), np.full(4, -99.0))
        new = hypercube(100 + seed, 100, 5)
        seasons = np.array([simulator.season(point) for point in new])
        inside.append((emulator.quantiles(new, 0.05) <= seasons) & (seasons <= emulator.quantiles(new, 0.95)))
        chances.append([np.sqrt(one.fit.chance) * one.spread for one in emulator.learnt])
    # 4,800 intervals, of which those of one emulator go together: 12 emulators scatter by about 2 points each.
    assert 0.87 < np.mean(inside) < 0.94
    assert np.mean(chances) == pytest.approx(0.8, rel=0.12)


def test_correlation_is_that_of_seasons():
    """What runs leave over has the correlation that was planted, luck of replications included."""
    simulator = Simulator(bent, 4, 0.5, 3, correlation=0.7)
    found = learn(simulator.play(hypercube(1, 400, 5))).correlation
    off = found[np.triu_indices(4, 1)]
    # 400 runs that share 20 lucks: standard error about 0.09 for one pair.
    assert np.abs(off - 0.7).mean() < 0.12
    assert np.linalg.eigvalsh(found).min() > 0.0


def test_a_run_left_out_by_correction_is_as_if_never_played():
    """Leaving a run out by the rank-one correction equals learning anew with the same penalties."""
    simulator = Simulator(bent, 4, 0.5, 3)
    runs = simulator.play(hypercube(1, 100, 5))
    emulator = learn(runs)
    for run in (0, 41, 99):
        told = emulator.without(run).tell(runs.points[run : run + 1])
        for at, one in enumerate(emulator.learnt):
            assert told.means[0, at] == pytest.approx(one.fit.told[run], abs=1e-9)


def test_runs_without_a_value_are_skipped_for_that_output_alone():
    """NaN in one output leaves the others as they are, and that output is learnt from its other runs."""
    simulator = Simulator(bent, 4, 0.5, 3)
    runs = simulator.play(hypercube(1, 150, 5))
    holes = runs.outputs.copy()
    holes[::3, 1] = np.nan
    whole, some = learn(runs), learn(Runs(runs.points, runs.replications, holes))
    new = hypercube(2, 50, 5)
    assert len(some.learnt[1].rows) == 100
    for at in (0, 2, 3):
        assert (some.tell(new).means[:, at] == whole.tell(new).means[:, at]).all()
    assert some.quality().explained[1] > 0.7


def test_outputs_that_tell_nothing_are_left_out():
    """A constant, an output of few runs and one of none are not learnt; columns say which are."""
    simulator = Simulator(bent, 4, 0.5, 3)
    runs = simulator.play(hypercube(1, 60, 5))
    outputs = runs.outputs.copy()
    outputs[:, 0], outputs[5:, 2] = 7.0, np.nan
    assert learn(Runs(runs.points, runs.replications, outputs)).columns.tolist() == [1, 3]
    assert not varies(np.full(60, np.nan))


def test_scales_are_chosen_by_what_runs_say():
    """Products of factors are learnt by logarithms, what may be negative as it is, and 0 forbids the logarithm."""
    points = hypercube(1, 200, 3)
    random = np.random.default_rng(5)
    x = 2.0 * points - 1.0
    noise = random.normal(size=(200, 3))
    outputs = np.column_stack(
        [np.exp(2.0 * x[:, 0] + 0.3 * noise[:, 0]), x[:, 1] + noise[:, 1], np.exp(2.0 * x[:, 0] + 0.3 * noise[:, 2])]
    )
    runs = Runs(points, np.arange(200) % 20, outputs)
    scales = [one.scale for one in learn(runs, np.array([1.0, 0.0, 0.0])).learnt]
    assert scales[:2] == [LOGARITHM, PLAIN] and scales[2] is ROOT


def test_chance_that_grows_with_the_mean_is_told():
    """Where seasons scatter more at higher means, intervals are wider there; elsewhere they stay alike."""
    points = hypercube(1, 400, 2)
    random = np.random.default_rng(5)
    x = 2.0 * points[:, 0] - 1.0
    outputs = (5.0 * x + np.exp(0.9 * x) * random.normal(size=400))[:, None]
    steady = (5.0 * x + random.normal(size=400))[:, None]
    ends = np.array([[0.05, 0.5], [0.95, 0.5]])
    chance = learn(Runs(points, np.arange(400) % 20, outputs)).tell(ends).chances[:, 0]
    assert np.sqrt(chance[1] / chance[0]) == pytest.approx(np.exp(0.9 * 1.8), rel=0.35)
    same = learn(Runs(points, np.arange(400) % 20, steady)).tell(ends).chances[:, 0]
    assert same[0] == same[1]


def test_the_newest_wave_decides_which_waves_are_learnt_from():
    """Where the function is another one far away, only near runs are learnt from; where it is one, all are."""
    far, near = hypercube(1, 100, 3), 0.4 + 0.2 * hypercube(2, 100, 3)
    random = np.random.default_rng(3)

    def rough(points):
        return np.sin(14.0 * points[:, :1]) + 0.05 * random.normal(size=(len(points), 1))

    def straight(points):
        return 2.0 * points[:, :1] + 0.05 * random.normal(size=(len(points), 1))

    for truth, wanted in ((rough, 1), (straight, 2)):
        waves = [Runs(one, np.arange(100) % 20, truth(one)) for one in (far, near)]
        assert learn_last(waves)[1] == wanted


def test_runs_must_fit_together():
    """Shapes that do not fit, and points outside the cube, are refused."""
    with pytest.raises(ValueError, match="allowed"):
        Runs(np.zeros((3, 2)), np.zeros(2, dtype=int), np.zeros((3, 1)))
    with pytest.raises(ValueError, match="outside the unit cube"):
        Runs(np.full((3, 2), 1.5), np.zeros(3, dtype=int), np.zeros((3, 1)))
