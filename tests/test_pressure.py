"""Stresses: what they do to arrivals, beds, staff and mail, day by day, and that they touch nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from borderops import clock
from borderops.config import inputs, places
from borderops.config.compose import compose
from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.exceptions import ConfigError
from borderops.experiments.identity import Identity
from borderops.facts.tables import STRATA as PUBLISHED
from borderops.facts.tables import monthly_apprehensions
from borderops.operations.facilities import Facilities, capacity_at
from borderops.operations.laying_out import lay_out
from borderops.operations.outages import outages
from borderops.population.families import form_families
from borderops.pressure import STRATA, surge_factors
from borderops.streams import Draws
from borderops.units import DAY, HOUR

SHIPPED = places.group_options()["stress"]
SMALL = (
    *("window.start=2018-05-07", "window.end=2018-06-30", "window.lead_in_days=0", "study.season_start=null"),
    *("study.season_end=null", "inputs.sample=null"),
)
BEGINS = date(2018, 5, 7)


def settings_of(*words: str) -> Settings:
    """Eight weeks from a Monday on."""
    return compose([*SMALL, *words]).settings


def days_from(first: date, many: int) -> np.ndarray:
    """Days of the clock."""
    return clock.day_of(first) + np.arange(many)


def at_noon(schedule, days: np.ndarray) -> list[int]:
    """Capacity at noon of some days."""
    return capacity_at(schedule, days * DAY + 12 * HOUR).tolist()


def refused(*words: str) -> str:
    """What is said of words that cannot be used."""
    with pytest.raises(ConfigError) as error:
        compose(words)
    return " ".join(error.value.problems)


# --- when ---------------------------------------------------------------------------------------------------------


def test_a_stress_begins_with_the_season_where_it_has_no_date():
    """The same stress follows the season of whatever plan it is put on; without a season it begins with the window."""
    assert compose(["scenario=zero_tolerance_2018", "stress=mail_outage"]).settings.stress.begins == date(2018, 5, 5)
    assert settings_of("stress=mail_outage").stress.begins == BEGINS
    assert settings_of("stress=mail_outage", "stress.begins=2018-05-20").stress.begins == date(2018, 5, 20)


def test_without_a_stress_settings_name_no_day():
    """Nothing is asked, so nothing begins."""
    assert settings_of().stress.is_none and settings_of().stress.begins is None


@pytest.mark.parametrize("name", SHIPPED)
def test_settings_as_told_give_the_same_stress_again(name, tmp_path):
    """Composed settings written down and played as a scenario carry the stress, with its day."""
    composed = compose([*SMALL, f"stress={name}"])
    (tmp_path / "again.yaml").write_text(composed.yaml)
    assert compose([f"scenario={tmp_path / 'again.yaml'}"]).settings.stress == composed.settings.stress


def test_a_stress_outside_the_run_is_refused():
    """A stress that cannot be felt would be taken for one that does no harm."""
    assert "stress.begins is 2019-01-01" in refused(*SMALL, "stress=mail_outage", "stress.begins=2019-01-01")


def test_unknown_stress_is_refused_with_the_nearest():
    """A misspelt name is told with what may have been meant."""
    assert "mail_outage" in refused(*SMALL, "stress=mail_outtage")


def test_a_plan_as_of_a_day_takes_no_stress_that_tells_what_came_later():
    """Growth of 2019 is no news of May 2018; made-up sizes are nobody's news."""
    plan = ("scenario=foreseen_2018",)
    assert "stress.known_on is 2019-07-10" in refused(*plan, "stress=spring_2019")
    for name in set(SHIPPED) - {"spring_2019"}:
        assert compose([*plan, f"stress={name}"]).settings.study.as_of == date(2018, 5, 4)


# --- what ---------------------------------------------------------------------------------------------------------


def factor_of(settings: Settings, many: int, stratum: str = "families", station: str = "yuma") -> np.ndarray:
    """Factors from the first day of the stress on."""
    found = surge_factors(settings.stress, days_from(BEGINS, many))
    return found[:, STATIONS.index(station), STRATA.index(stratum)]


def test_a_step_lasts_from_its_first_day_to_its_last():
    """Day 7 to day 36 are half as full again, the days around them are not."""
    found = factor_of(settings_of("stress=step_surge"), 40)
    assert found.tolist() == [1.0] * 7 + [1.5] * 30 + [1.0] * 3


def test_a_ramp_grows_by_equal_steps_and_stays():
    """A sixtieth of the growth a day; all of it from the sixtieth day on."""
    found = factor_of(settings_of("stress=ramp_surge"), 70)
    assert np.allclose(found, 1.0 + np.minimum(np.arange(1, 71), 60) / 60)


def test_a_wave_comes_and_goes():
    """Highest in its middle by 30 %, gone after ninety days."""
    found = factor_of(settings_of("stress=seasonal_surge"), 100)
    assert found[44] == pytest.approx(1.3) and found.max() < 1.3001
    assert np.all(np.abs(found[89:] - 1.0) < 1e-6)


def test_a_surge_of_one_station_leaves_the_others_alone():
    """Stations that are not named have their usual arrivals."""
    settings = settings_of("stress=step_surge", "stress.surges[0].stations=[yuma]")
    assert factor_of(settings, 10)[-1] == 1.5
    assert factor_of(settings, 10, station="tucson")[-1] == 1.0


def test_spring_of_2019_is_what_was_published():
    """Each month's factor is its count over that of January 2019, rounded to two places."""
    table = monthly_apprehensions()
    totals = table.counts.sum(axis=1)
    before = table.months.index("2019-01")
    growth = np.round(totals[before + 1 : before + 6] / totals[before], 2)
    surges = settings_of("stress=spring_2019").stress.surges
    for column, names in (("children_alone", ("children_alone", "kin_groups")), ("family_unit_members", ("families",)),
                          ("single_adults", ("single_adults",))):  # fmt: skip
        for name in names:
            assert [getattr(one.factor, name) for one in surges] == growth[:, PUBLISHED.index(column)].tolist()


def test_a_surge_only_adds_people():
    """Who came without the surge comes with it, at the same minute."""
    few, many = (
        form_families(settings_of("arrivals.stations=[yuma]", *words), Draws(1, 1))
        for words in ((), ("stress=step_surge",))
    )
    came = np.isin(few.number, many.number)
    assert came.all() and many.number.size > few.number.size


def test_a_closing_takes_its_share_of_open_beds_for_its_days():
    """Nine tenths of what would be open, rounded down, and all of it again afterwards."""
    words = ("stress.closures=[{first_day: 3, days: 5, kinds: [girls_13_17], left: 0.9}]",)
    usual, closed = lay_out(settings_of()), lay_out(settings_of(*words))
    days = days_from(BEGINS, 12)
    for kind, name in enumerate(BED_KINDS):
        before, after = (np.array(at_noon(one.beds[kind], days)) for one in (usual, closed))
        share = np.where((np.arange(12) >= 3) & (np.arange(12) < 8) & (name == "girls_13_17"), 0.9, 1.0)
        assert after.tolist() == np.floor(before * share + 1e-9).tolist()


LOSS = "stress.losses=[{{first_day: 2, days: 3, staff: {staff}, stations: {stations}, left: 0.5}}]"


def lost(staff: str, stations: str = "[]") -> tuple[Facilities, Facilities]:
    """Facilities without and with half of some staff gone from Wednesday to Friday of the first week."""
    return lay_out(settings_of()), lay_out(settings_of(LOSS.format(staff=staff, stations=stations)))


@pytest.mark.parametrize("staff", ["agents", "coordinators"])
def test_staff_of_named_stations_are_halved_and_rounded_half_up(staff):
    """Elsewhere, and before and after, everybody is on duty."""
    usual, fewer = lost(staff, "[yuma]")
    days, yuma, tucson = days_from(BEGINS, 7), STATIONS.index("yuma"), STATIONS.index("tucson")
    before, after = (np.array(at_noon(getattr(one, staff)[yuma], days)) for one in (usual, fewer))
    halved = np.floor(before * 0.5 + 0.5)
    assert after.tolist() == np.where(np.isin(np.arange(7), [2, 3, 4]), halved, before).tolist()
    assert at_noon(getattr(fewer, staff)[tucson], days) == at_noon(getattr(usual, staff)[tucson], days)


def test_the_intake_desk_loses_its_share():
    """Six workers by day become three."""
    usual, fewer = lost("desk")
    days = days_from(BEGINS, 6)
    assert at_noon(usual.desk, days)[:5] == [6] * 5
    assert at_noon(fewer.desk, days)[:5] == [6, 6, 3, 3, 3]


def test_courts_lose_their_share_of_slots():
    """Three sittings with half of the slots; fractions are carried as ever."""
    usual, fewer = lost("court_slots")
    before, after = (
        sum((one.for_parents + one.for_others)[:5].astype(float) for one in each.dockets) for each in (usual, fewer)
    )
    share = after / before
    assert np.all(np.abs(share - [1.0, 1.0, 0.5, 0.5, 0.5]) < 9 / before)  # a slot in each of nine districts


def test_an_outage_stands_beside_those_that_come_by_chance():
    """Three days without mail from six in the morning of the eighth day on, at every station."""
    settings = settings_of("stress=mail_outage", "referral.outages.per_station_year=0")
    found = outages(settings, Draws(1, 1))
    begins = clock.minute_of(date(2018, 5, 14)) + 6 * HOUR
    assert set(found["outage_begins"].tolist()) == {begins}
    assert set(found["outage_ends"].tolist()) == {begins + 72 * HOUR}
    assert found["outage_station"].tolist() == [*range(len(STATIONS))]


# --- what stays ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({*SHIPPED} - {"none"}))
def test_a_stress_changes_no_value_that_a_sample_varies(name):
    """A point of the fitted sample sets the same values with a stress and without."""
    plain, under = (
        inputs.at(compose(["scenario=zero_tolerance_2018", f"stress={one}"]).settings, 3) for one in ("none", name)
    )
    assert under.stress != plain.stress
    assert under.model_copy(update={"stress": plain.stress}) == plain


def test_only_surges_make_other_people():
    """A stress of beds, staff or mail plays the same people, and is another trial all the same."""
    usual = Identity(settings_of()).keys(1)
    for name in set(SHIPPED) - {"none"}:
        settings = settings_of(f"stress={name}")
        keys = Identity(settings).keys(1)
        assert (keys.people == usual.people) == (not settings.stress.surges), name
        assert keys.history != usual.history, name
