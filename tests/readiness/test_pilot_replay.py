"""A pilot replayed: broken tracking shows by itself, sound tracking does not, and the points follow the pilot."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from borderops.config import inputs
from borderops.config.compose import compose
from borderops.experiments import piloting
from borderops.experiments.crews import Here
from borderops.experiments.scattered import Scattered, carry_out_scattered
from borderops.experiments.store import MemoryStore
from borderops.forecast.measure import measure
from borderops.forecast.results import Results
from borderops.readiness.criteria import Criteria, read_criteria
from borderops.readiness.judging import Verdict
from borderops.readiness.pilot import Pilot, Row, parse_pilot, read_pilot
from borderops.readiness.pilot_gate import judge_pilot
from borderops.replication import replicate

EL_PASO = (
    *("scenario=el_paso_2017", "window.end=2017-12-15", "arrivals.stations=[el_paso]", "inputs.sample=null"),
    "run.beside=null",
)
HEADER = "figure,value,n,where,from,to,source,known_on"
REST = "el_paso,2017-07-01,2017-11-18,a drill,2017-11-19"


@cache
def criteria() -> Criteria:
    """Those that are shipped."""
    return read_criteria()


def rows_of(*figures: str) -> tuple[Row, ...]:
    """Figures that a simulated pilot is asked for."""
    lines = [f"{one},1,{'10' if 'share' in one or 'sheet' in one else ''},{REST}" for one in figures]
    return parse_pilot("\n".join([HEADER, *lines]), "mine").rows


SHEETS = ("parents_without_sheet_row", "parents_with_wrong_number_on_sheet")
LINKS = ("share_links_not_in_a_day", "share_links_not_at_once")


def season(design: str, number: int) -> Results:
    """An initiative like El Paso's under a tracking design."""
    settings = compose([*EL_PASO, f"tracking={design}"]).settings
    return measure(replicate(settings, number), settings)


def verdict_of(results: Results, figures: tuple[str, ...], keeps_unit: bool) -> Verdict:
    """What a simulated pilot says by itself."""
    rows = piloting.as_told(results, rows_of(*figures))
    return judge_pilot(Pilot("simulated", rows, (), ""), criteria(), keeps_unit=keeps_unit).verdict


@pytest.mark.slow
def test_a_pilot_with_broken_tracking_says_no():
    """Units deleted, sheets kept by hand: what sheets alone show is NO-GO in 38 of 40 pilots or more."""
    found = [verdict_of(season("e3_2017", number), SHEETS, keeps_unit=False) for number in range(1, 41)]
    assert found.count(Verdict.NO_GO) >= 38


@pytest.mark.slow
@pytest.mark.parametrize("design", ["e3_units_kept", "shared_record"])
def test_a_pilot_with_sound_tracking_does_not(design):
    """Units kept and searchable: sheets and links together say NO-GO in 2 of 40 pilots or fewer."""
    settings = compose([*EL_PASO, f"tracking={design}"]).settings
    assert piloting.keeps_unit(settings)
    found = [verdict_of(season(design, number), (*SHEETS, *LINKS), keeps_unit=True) for number in range(1, 41)]
    assert found.count(Verdict.NO_GO) <= 2


def test_a_simulated_pilot_is_told_as_its_own_report_would():
    """Whole numbers of whole numbers, and the same that the KPIs say."""
    results = season("e3_2017", 1)
    table = results.tables["kpis"].set_index(["kpi", "group_kind", "group"])["value"]
    told = {one.figure: one for one in piloting.as_told(results, rows_of("families_separated", *SHEETS, *LINKS))}
    families = table["families_separated", "station", "el_paso"]
    assert told["families_separated"].value == families > 100
    sheet = told["parents_without_sheet_row"]
    assert (sheet.value, sheet.n) == (table["parents_without_sheet_row", "station", "el_paso"], families)
    links = told["share_links_not_at_once"]
    assert links.n == table["links_of_separated", "station", "el_paso"]
    assert links.share == pytest.approx(table["share_links_not_at_once", "station", "el_paso"])


# --- the whole of it ----------------------------------------------------------------------------------------------


def pretend_play(points, numbers):
    """Play nothing: the share of sheets without a row is what the point says, families follow the policy's share."""
    import pandas as pd

    from borderops.experiments.trials import Outcome

    found = {}
    for name, settings in points.items():
        chance = np.random.default_rng(numbers[name])
        missed = settings.features.sheet["local"].acts.not_listed.share
        families = chance.poisson(650 * settings.policy.family_referral[-1].share)
        rows = [("families_separated", families), ("parents_without_sheet_row", chance.binomial(families, missed))]
        kpis = pd.DataFrame([(kpi, "station", "el_paso", float(value)) for kpi, value in rows],
                            columns=["kpi", "group_kind", "group", "value"])  # fmt: skip
        found[name] = [Results(numbers[name], "", {"kpis": kpis})]
    return Outcome(found, [], len(points))


def replayed(tmp_path: Path, pilot: Pilot, *words: str, points: int = 50) -> tuple[piloting.Replay, list[str]]:
    """A replay without a simulator, for a plan that the pilot's own policy is the plan of."""
    own = ["scenario=el_paso_2017", "inputs.sample=null", f"run.outputs={tmp_path}", "run.replications=20", *words]
    return piloting.replay(pilot, own, compose(own), criteria(), pretend_play, points=points), own


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[piloting.Replay, list[str]]:
    """A pilot of which the sheets miss two in ten."""
    pilot = parse_pilot(f"{HEADER}\nfamilies_separated,280,,{REST}\nparents_without_sheet_row,56,280,{REST}", "mine")
    return replayed(tmp_path_factory.mktemp("replay"), pilot)


NOT_LISTED = "features.sheet.local.acts.not_listed.share"


def test_a_pilot_moves_what_it_speaks_of(first):
    """Two in ten missed is more than was thought: the doubt about sheets moves up, and further than any other."""
    found, _ = first
    moved = found.moved()
    assert moved[0][0] == NOT_LISTED and moved[0][2] > moved[0][1] + 0.1
    assert found.weights.effective > 20 and found.gate.verdict is Verdict.NO_GO


def test_the_updated_inputs_are_a_sample_that_any_command_takes(first):
    """The plan composes with them, every point of it differs as weighed, and each can be played."""
    found, own = first
    updated = compose([*own, f"inputs.sample={found.sample}"]).settings
    shares = [inputs.at(updated, at).features.sheet["local"].acts.not_listed.share for at in range(1, 21)]
    usual = compose(own).settings.features.sheet["local"].acts.not_listed.share
    assert np.mean(shares) > usual and len(set(shares)) > 5
    assert inputs.read(str(found.sample)).about["pilot"] == "mine"


def test_the_same_pilot_gives_the_same_sample(first, tmp_path):
    """Same file, same plan: same points under the same name; another pilot gets another."""
    found, _ = first
    pilot = parse_pilot(f"{HEADER}\nfamilies_separated,280,,{REST}\nparents_without_sheet_row,56,280,{REST}", "mine")
    again, _ = replayed(tmp_path, pilot)
    assert again.sample.name == found.sample.name
    assert again.sample.with_suffix(".csv").read_text() == found.sample.with_suffix(".csv").read_text()
    fewer, _ = replayed(tmp_path, replace(pilot, rows=pilot.rows[:1]))
    assert fewer.sample.name != found.sample.name


def test_figures_that_a_sample_was_fitted_to_do_not_count_twice(tmp_path):
    """The shipped sample knows El Paso already: the pilot's published rows weigh nothing, and that is said."""
    own = [
        "scenario=zero_tolerance_2018",
        "inputs.sample=season_2018",
        f"run.outputs={tmp_path}",
        "run.replications=20",
    ]
    published = tuple(one for one in read_pilot("el_paso_2017").rows if one.published)
    pilot = replace(read_pilot("el_paso_2017"), rows=published)
    found = piloting.replay(pilot, own, compose(own), criteria(), pretend_play, points=20)
    assert np.ptp(found.weights.weight) == 0
    told = " ".join(found.weights.told)
    assert "count them twice" in told and "S042" in told
    assert found.gate.verdict is Verdict.NO_GO  # what the pilot says by itself it says all the same


@pytest.mark.slow
def test_a_replay_with_the_real_engine(tmp_path):
    """Twenty-five short pilots at points of two doubts: the one that the figure speaks of moves where it should."""

    def play(points, numbers):
        scattered = Scattered(points, numbers, MemoryStore())
        return carry_out_scattered(scattered, scattered.tasks(), lambda many: Here())

    plays = " ".join((*EL_PASO[:1], "window.start=2017-08-01", "window.end=2017-09-30", "window.lead_in_days=0",
                      "study.season_start=null", "study.season_end=null", "arrivals.stations=[el_paso]"))  # fmt: skip
    pilot = parse_pilot(f"# Plays: {plays}\n{HEADER}\nparents_without_sheet_row,30,100,{REST}", "mine")
    own = ["scenario=el_paso_2017", "inputs.sample=null", f"run.outputs={tmp_path}", "run.replications=20"]
    found = piloting.replay(pilot, own, compose(own), criteria(), play, points=45)
    at = found.doubts.index(NOT_LISTED)
    assert float(found.weights.weight @ found.positions[:, at]) > 0.6
