"""Play the screen of assumptions anew and write it to conf/posteriors/screen.csv.

    python docs/screen.py                      640 points, 20 seasons for chance: the season from April to August 2018
    python docs/screen.py points=700 [key=value ...]

Points are kept in the trial store: interrupted, the same command goes on where it was.
"""

from __future__ import annotations

import sys

import numpy as np

from borderops.commands.playing import DONE, code_of, experiment_of, play_points, tell
from borderops.config import checks, inputs, places
from borderops.config.compose import compose
from borderops.config.doubts import Doubt, doubts_of
from borderops.config.schema import Settings
from borderops.experiments.inputs import latin_hypercube
from borderops.experiments.screening import screen_table
from borderops.forecast.results import Results, sample
from borderops.report.contents import Headline

WINDOW = ["window.start=2018-04-01", "window.end=2018-08-31", "run.beside=null", "inputs.sample=null",
          "trials.keep=figures"]  # fmt: skip
POINTS, SEASONS = 640, 20
TARGET = places.conf_folder() / "posteriors" / "screen.csv"
AS_SHIPPED = 0.5


def main(words: list[str]) -> int:
    """Play, fit, write."""
    points = next((int(word.partition("=")[2]) for word in words if word.startswith("points=")), POINTS)
    rest = [*WINDOW, *(word for word in words if not word.startswith("points="))]
    composed = compose(rest)
    doubts = doubts_of(composed, (), rest)
    names = [doubt.name for doubt in doubts]
    positions = latin_hypercube(composed.settings.seed, points, names)
    drawn = {}
    for number in range(points):
        positions[number], settings = _usable(composed.settings, doubts, positions[number])
        drawn[f"point {number + 1}"] = settings
    tell(f"{points} points of {len(names)} doubts, then {SEASONS} seasons as shipped")
    played = play_points(experiment_of(drawn), [1])
    seasons = play_points(experiment_of({"shipped": composed.settings}), range(1, SEASONS + 1))
    if code_of(played) != DONE or code_of(seasons) != DONE:
        return code_of(played) or code_of(seasons)
    _write(names, positions, [results[0] for results in played.points.values()], seasons.points["shipped"])
    return DONE


def _usable(settings: Settings, doubts: list[Doubt], position: np.ndarray) -> tuple[np.ndarray, Settings]:
    """A point and its settings; one whose values contradict one another goes halfway to the shipped ones and again."""
    while True:
        at = dict(zip([doubt.name for doubt in doubts], position.tolist()))
        found = inputs.with_positions(settings, doubts, at)
        if not any(checks.problems(found)):
            return position, found
        position = (position + AS_SHIPPED) / 2.0


def _write(names: list[str], positions: np.ndarray, points: list[Results], seasons: list[Results]) -> None:
    figures, chance = _kpis(points), _kpis(seasons)
    kpis = [kpi for at, kpi in enumerate(Headline().cards) if np.isfinite(figures[:, at]).all()]
    columns = [Headline().cards.index(kpi) for kpi in kpis]
    spread = np.nanstd(chance[:, columns], axis=0, ddof=1)
    table = screen_table(names, kpis, positions, figures[:, columns], spread.tolist())
    TARGET.parent.mkdir(exist_ok=True)
    table.to_csv(TARGET, index=False, float_format="%.5g", lineterminator="\n")
    tell(f"{TARGET}: {len(names)} doubts, {len(kpis)} figures")


def _kpis(results: list[Results]) -> np.ndarray:
    """Figures of the headline, shape (results, figures); NaN for none."""
    rows = []
    for one in results:
        table = sample([one], "kpis").stacked()
        whole = table[(table["group_kind"] == "all") & (table["group"] == "all")].set_index("kpi")["value"]
        rows.append(whole.reindex(list(Headline().cards)).to_numpy(dtype=np.float64))
    return np.array(rows)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
