"""Every shipped scenario is played, and what is read in another order is the same."""

from __future__ import annotations

import random

import pytest

from borderops.config.compose import compose, list_scenarios
from borderops.experiments.identity import Identity
from borderops.forecast.measure import measure
from borderops.replication import replicate

SMALL = (
    "window.start=2018-05-10",
    "window.end=2018-05-16",
    "window.lead_in_days=3",
    "arrivals.stations=[yuma,ports_of_entry]",
    "study.season_start=null",
    "study.season_end=null",
)
KNOWN = {
    "foreseen_2018": ("window.start=2018-05-08", "window.lead_in_days=9"),
    "foreseen_2018_prepared": ("window.start=2018-05-08", "window.lead_in_days=9"),
    "scale_up_2017": ("window.start=2017-12-09", "window.end=2017-12-15", "window.lead_in_days=9"),
}
"""What was known on a day holds no census of later days to begin from."""


@pytest.mark.parametrize("name", [one.name for one in list_scenarios()])
def test_every_scenario_composes_and_runs(name):
    """A week at two stations is played, watched by the monitors, and measured."""
    settings = compose([f"scenario={name}", *SMALL, *KNOWN.get(name, ())]).settings
    results = measure(replicate(settings, 1), settings)
    kpis = results.tables["kpis"].set_index(["kpi", "group_kind", "group"])["value"]
    assert kpis["minors_in_custody", "all", "all"] > 100
    assert kpis["children_placed", "all", "all"] > 0


def test_order_of_rows_in_a_planners_file_moves_nothing(tmp_path):
    """The same counts in another order of rows and columns give the same digest."""
    rows = [
        f"{month},{sector},{stratum},{persons}"
        for month in ("2018-04", "2018-05")
        for sector, stratum, persons in (
            ("yuma", "children_alone", 300),
            ("yuma", "family_unit_members", 900),
            ("yuma", "single_adults", 500),
            ("tucson", "children_alone", 150),
            ("tucson", "kin_group_members", 60),
        )
    ]
    straight, shuffled = tmp_path / "a.csv", tmp_path / "b.csv"
    straight.write_text("\n".join(["month,sector,stratum,persons", *rows]), encoding="utf-8")
    random.Random(7).shuffle(rows)
    turned = [",".join(reversed(row.split(","))) for row in rows]
    shuffled.write_text("\n".join(["persons,stratum,sector,month", *turned]), encoding="utf-8")
    digests = {
        replicate(compose([*SMALL[:3], "arrivals=file", f"arrivals.file={file}"]).settings, 1).digest
        for file in (straight, shuffled)
    }
    assert len(digests) == 1


def test_nobody_coming_is_an_empty_season_and_no_crash():
    """All multipliers zero: shelters go on with their residents, and every count of arrivals is zero."""
    nobody = "arrivals.multiplier={single_adults: 0, families: 0, kin_groups: 0, children_alone: 0}"
    settings = compose([*SMALL, "study.season_start=null", "study.season_end=null", nobody]).settings
    kpis = measure(replicate(settings, 1), settings).tables["kpis"].set_index(["kpi", "group_kind", "group"])["value"]
    assert kpis["persons_apprehended", "all", "all"] == kpis["children_separated", "all", "all"] == 0
    assert kpis["shelter_census_peak", "all", "all"] > 1000


def test_scenarios_of_the_season_that_help_compares_meet_the_same_people():
    """Their windows and arrivals are one, so that differences are paired: the example in the help and the README."""
    names = ("zero_tolerance_2018", "prepared_2018", "family_unity", "limited_separation")
    people = {Identity(compose([f"scenario={name}"]).settings).keys(1).people for name in names}
    assert len(people) == 1
