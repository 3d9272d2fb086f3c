"""How many come: true strata rebuilt, months kept, days that scatter as published, and events that hold together."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
import worlds
from scipy import stats

from borderops import clock
from borderops.config.schema import PORTS, SECTORS, STATIONS, Settings
from borderops.facts.tables import monthly_apprehensions, published
from borderops.population import arrivals
from borderops.population.make_up import party_sizes
from borderops.population.people import Stratum
from borderops.streams import Draws, Purpose
from borderops.units import DAY, HOUR

CHILDREN, MEMBERS, ADULTS = range(3)
"""Columns of the published table: children alone, members of family units, single adults."""

HALF_YEAR = {"window.start": "2018-03-01", "window.end": "2018-08-31", "window.lead_in_days": 0}
HALF_YEAR_DAYS = np.arange(clock.day_of(date(2018, 3, 1)), clock.day_of(date(2018, 9, 1)))
REPLICATIONS = 20
ALL_DAYS = np.arange(clock.day_of(date(2016, 10, 1)), clock.day_of(date(2019, 10, 1)))


def _rebuilt() -> np.ndarray:
    table = monthly_apprehensions()
    return arrivals.rebuild_true_strata(table.counts.astype(float), table.months, worlds.shipped().arrivals)


def _row(month: str) -> int:
    return monthly_apprehensions().months.index(month)


def _mean_persons(settings: Settings, parties: np.ndarray) -> np.ndarray:
    """Persons as they are counted at the station (alone, family members, adults), from mean sizes of parties."""
    sizes = party_sizes(settings.people)
    of = {stratum: parties[..., stratum] for stratum in Stratum if stratum != Stratum.RESIDENT}
    alone = of[Stratum.CHILDREN_ALONE] * sizes.alone_children + of[Stratum.KIN_GROUP] * sizes.kin_children
    alone = alone + of[Stratum.UNDISCLOSED_FAMILY] * sizes.family_children
    members = of[Stratum.FAMILY] * (sizes.family_adults + sizes.family_children)
    members = members + of[Stratum.FALSE_FAMILY] * (1.0 + sizes.family_children)
    adults = of[Stratum.SINGLE_ADULT] + of[Stratum.KIN_GROUP] + of[Stratum.UNDISCLOSED_FAMILY] * sizes.family_adults
    return np.stack([alone, members, adults], axis=-1)


# --- true strata --------------------------------------------------------------------------------------------------


def test_rebuilding_a_table_by_hand():
    """Two months of excess 30 and 10 over a base of 100, told to be 20 separations: 15 and 5, and their parents."""
    settings = worlds.settings_with(
        {
            "arrivals.separated_in_published_counts": 20,
            "arrivals.children_per_adult": 1.25,
            "arrivals.rebuild_base_months": ["m1", "m4"],
            "arrivals.rebuild_months": ["m2", "m3"],
        }
    ).arrivals
    months = ("m1", "m2", "m3", "m4")
    one_sector = np.array([[90.0, 400, 500], [130, 390, 510], [110, 395, 505], [110, 410, 490]])
    quiet_sector = np.array([[50.0, 60, 70], [50, 61, 71], [10, 62, 72], [50, 63, 73]])
    rebuilt = arrivals.rebuild_true_strata(np.stack([one_sector, quiet_sector], axis=1), months, settings)
    assert rebuilt[:, 0].tolist() == [[90, 400, 500], [115, 417, 498], [105, 404, 501], [110, 410, 490]]
    # No month below its base gives anything back, in any sector.
    assert np.array_equal(rebuilt[:, 1], quiet_sector)


def test_rebuilding_moves_as_many_children_as_were_separated():
    """Children put back among families: the 3,014 of OIG-20-06 in May and June, 319 of the pilot, 600 until April."""
    moved = monthly_apprehensions().counts[..., CHILDREN] - _rebuilt()[..., CHILDREN]
    assert moved.sum() == pytest.approx(3014 + 319 + 600)
    assert moved[[_row("2018-05"), _row("2018-06")]].sum() == pytest.approx(3014)
    pilot, others = SECTORS.index("el_paso"), [place for place, name in enumerate(SECTORS) if name != "el_paso"]
    until_september = slice(_row("2017-07"), _row("2017-10"))
    assert moved[until_september, pilot].min() > 0 and not moved[until_september, others].any()
    assert not moved[: _row("2017-07")].any() and not moved[_row("2018-07") :].any()
    assert moved.min() >= 0


def test_rebuilding_conserves_persons():
    """Every month and sector has as many persons as published, and no stratum is overdrawn."""
    counts, rebuilt = monthly_apprehensions().counts, _rebuilt()
    assert rebuilt.sum(axis=2) == pytest.approx(counts.sum(axis=2))
    assert rebuilt.min() >= 0
    assert (counts - rebuilt)[..., ADULTS].sum() == pytest.approx((3014 + 319 + 600) / 1.14)


@pytest.mark.parametrize(
    ("sector", "may", "june"),
    [("rio_grande_valley", 720, 460), ("el_paso", 542, 371), ("yuma", 637, 93), ("big_bend", 89, 0),
     ("del_rio", 57, 27), ("tucson", 5, 12), ("el_centro", 0, 0), ("laredo", 0, 0), ("san_diego", 0, 0)],
)  # fmt: skip
def test_excess_by_sector_is_the_known_one(sector, may, june):
    """Children moved back in May and June by sector, worked out apart from this program, to the nearest child."""
    table = monthly_apprehensions()
    moved = (table.counts - _rebuilt())[:, table.sectors.index(sector), CHILDREN]
    assert moved[[_row("2018-05"), _row("2018-06")]].round().tolist() == [may, june]


def test_rebuilding_ends_yumas_fall_in_families():
    """As published Yuma's children alone more than double in May; as rebuilt they stay, and families do not fall."""
    yuma = monthly_apprehensions().sectors.index("yuma")
    published_rows = monthly_apprehensions().counts[[_row("2018-04"), _row("2018-05")], yuma]
    april, may = _rebuilt()[[_row("2018-04"), _row("2018-05")], yuma]
    assert published_rows[1, CHILDREN] > 2 * published_rows[0, CHILDREN]
    assert published_rows[1, MEMBERS] < 0.8 * published_rows[0, MEMBERS]
    assert may[CHILDREN] == pytest.approx(april[CHILDREN], rel=0.3)
    assert april[MEMBERS] < may[MEMBERS] < 1.5 * april[MEMBERS]


def test_published_strata_stay_when_nothing_is_to_be_rebuilt():
    """With the correction switched off the months are the table's."""
    settings = worlds.settings_with({"arrivals.rebuild_true_strata": False}).arrivals
    may = arrivals.published_months(settings, HALF_YEAR_DAYS)["2018-05"]
    assert np.array_equal(may[: len(SECTORS), :3], monthly_apprehensions().counts[_row("2018-05")])


# --- parties and persons ------------------------------------------------------------------------------------------


def test_parties_bring_the_rebuilt_persons_of_every_sector_and_month():
    """Expected parties times mean sizes are the rebuilt counts of all 36 months, 9 sectors and 3 strata."""
    settings = worlds.shipped()
    for month, persons in arrivals.published_months(settings.arrivals, ALL_DAYS).items():
        back = _mean_persons(settings, arrivals.persons_to_parties(persons, settings))
        assert back[: len(SECTORS)] == pytest.approx(_rebuilt()[_row(month)], rel=1e-9), month


def test_parties_bring_the_children_and_families_of_ports():
    """At ports of entry as well, month by month: the published children alone and the assumed family members."""
    settings = worlds.shipped()
    known = {one.month: one.persons for one in settings.arrivals.ports.children_alone}
    for month, persons in arrivals.published_months(settings.arrivals, ALL_DAYS).items():
        back = _mean_persons(settings, arrivals.persons_to_parties(persons, settings))[STATIONS.index(PORTS)]
        assert back[CHILDREN] == pytest.approx(known.get(month, settings.arrivals.ports.children_alone_other_months))
        assert back[MEMBERS] == pytest.approx(settings.arrivals.ports.family_members_per_month)


def test_parties_bring_no_adults_to_ports_whom_no_count_holds():
    """Persons are conserved at ports of entry, where no single adults are counted."""
    settings = worlds.shipped()
    persons = arrivals.published_months(settings.arrivals, HALF_YEAR_DAYS)["2018-05"][STATIONS.index(PORTS)]
    back = _mean_persons(settings, arrivals.persons_to_parties(persons, settings))
    assert back.sum() == pytest.approx(persons.sum())


def test_no_expected_number_is_negative():
    """No month, station or stratum owes anybody."""
    settings = worlds.shipped()
    parties = arrivals.expected_parties(settings, ALL_DAYS, Draws(1, 0))
    assert parties.shape == (ALL_DAYS.size, len(STATIONS), arrivals.STRATA)
    assert parties.min() >= 0


def test_expected_families_are_undisclosed_and_false_in_their_exact_shares():
    """Undisclosed of all true families, false of all who say they are one: to the last digit, in every sector."""
    settings = worlds.shipped()
    parties = arrivals.expected_parties(settings, HALF_YEAR_DAYS, Draws(1, 0)).sum(axis=0)
    true, false, hidden = (
        parties[: len(SECTORS), one] for one in (Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY)
    )
    assert hidden / (true + hidden) == pytest.approx(settings.people.families.undisclosed_share)
    assert false / (true + false) == pytest.approx(settings.people.families.false_claim_share)


def test_kin_groups_counted_apart_add_to_those_within_the_counts():
    """A planner's kin groups come on top of those who stand among children alone and single adults."""
    settings = worlds.shipped()
    persons = np.array([[1000.0, 0, 5000, 0], [1000.0, 0, 5000, 206]])
    within, apart = arrivals.persons_to_parties(persons, settings)
    sizes = party_sizes(settings.people)
    assert within[Stratum.KIN_GROUP] == pytest.approx(
        1000 * settings.people.children_alone.with_kin_share / sizes.kin_children
    )
    assert (apart - within)[Stratum.KIN_GROUP] == pytest.approx(206 / (1 + sizes.kin_children))
    assert np.delete(apart - within, Stratum.KIN_GROUP) == pytest.approx(0)


@pytest.mark.parametrize(
    ("stratum", "moved"),
    [("single_adults", [Stratum.SINGLE_ADULT]), ("kin_groups", [Stratum.KIN_GROUP]),
     ("children_alone", [Stratum.CHILDREN_ALONE]),
     ("families", [Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY])],
)  # fmt: skip
def test_a_multiplier_scales_its_stratum_alone(stratum, moved):
    """A multiplier of 1.5 gives half as many again of its own strata and leaves the others."""
    days = HALF_YEAR_DAYS[:31]
    plain = arrivals.expected_parties(worlds.shipped(), days, Draws(1, 0)).sum(axis=(0, 1))
    more = arrivals.expected_parties(
        worlds.settings_with({f"arrivals.multiplier.{stratum}": 1.5}), days, Draws(1, 0)
    ).sum(axis=(0, 1))
    expected = np.ones(arrivals.STRATA)
    expected[moved] = 1.5
    assert more / plain == pytest.approx(expected)


# --- totals of months ---------------------------------------------------------------------------------------------


@cache
def _monthly_counts() -> tuple[np.ndarray, np.ndarray]:
    """Parties by (replication, month, station, stratum), and their expectation without any draw."""
    settings = worlds.settings_with(HALF_YEAR)
    months = np.unique(worlds.months_of(HALF_YEAR_DAYS))
    counts = []
    for replication in range(REPLICATIONS):
        parties = worlds.parties(settings, replication)
        month = np.searchsorted(months, worlds.months_of(parties.day))
        cell = (month * len(STATIONS) + parties.station) * arrivals.STRATA + parties.stratum
        shape = (months.size, len(STATIONS), arrivals.STRATA)
        counts.append(np.bincount(cell, minlength=np.prod(shape)).reshape(shape))
    persons = arrivals.published_months(settings.arrivals, HALF_YEAR_DAYS)
    expected = np.stack([arrivals.persons_to_parties(persons[str(month)], settings) for month in months])
    return np.stack(counts), expected


def test_monthly_totals_are_poisson_counts_about_the_rebuilt_table():
    """Over 20 replications with day factors on: all months, sectors and strata inside one simultaneous 99 % band.

    The sum of independent Poisson counts is Poisson, so each of the 360 cells has an exact two-sided probability.
    """
    counts, expected = _monthly_counts()
    total, mean = counts.sum(axis=0).ravel(), REPLICATIONS * expected.ravel()
    assert (total[mean == 0] == 0).all()
    total, mean = total[mean > 0], mean[mean > 0]
    smallest = 2 * np.minimum(stats.poisson.cdf(total, mean), stats.poisson.sf(total - 1, mean)).min()
    assert smallest > 0.01 / total.size


def test_monthly_totals_scatter_like_poisson_counts():
    """Index of dispersion over 20 replications, cells of more than 5 parties together, in its 99.9 % interval.

    Day factors are normalised within month and station; were they not, the index would be far above 1.
    """
    counts, expected = _monthly_counts()
    large = expected > 5
    squares = ((counts - expected) ** 2)[:, large] / expected[large]
    low, high = stats.chi2.interval(0.999, squares.size)
    assert low < squares.sum() < high
    by_stratum = [((counts - expected) ** 2 / np.maximum(expected, 5))[..., s][:, large[..., s]] for s in range(6)]
    by_stratum = [squares for squares in by_stratum if squares.size]  # few families never say that they are one
    for squares in by_stratum:
        low, high = stats.chi2.interval(1 - 0.001 / 6, squares.size)
        assert low < squares.sum() < high


def test_counts_of_a_day_are_poisson_given_its_factor():
    """Given a replication's day factors, cells of a day scatter like Poisson counts (99.9 % interval)."""
    settings, draws = worlds.settings_with(HALF_YEAR), Draws(worlds.SEED, 0)
    expected = arrivals.expected_parties(settings, HALF_YEAR_DAYS, draws)
    parties = worlds.parties(settings)
    cell = ((parties.day - HALF_YEAR_DAYS[0]) * len(STATIONS) + parties.station) * arrivals.STRATA + parties.stratum
    counts = np.bincount(cell, minlength=expected.size).reshape(expected.shape)
    large = expected > 5
    statistic = ((counts - expected) ** 2)[large] / expected[large]
    low, high = stats.chi2.interval(0.999, statistic.size)
    assert low < statistic.sum() < high


def test_persons_of_every_month_and_sector_agree_with_the_rebuilt_table():
    """People of fiscal year 2018, counted as the Border Patrol would without separations, against 324 rebuilt counts.

    A compound Poisson count: its variance is the expected sum of squared sizes, estimated by the sizes that came.
    """
    people = worlds.people_of_fiscal_year()
    stratum, adult = people.of_party("stratum"), ~people.is_child
    member = np.isin(stratum, (Stratum.FAMILY, Stratum.FALSE_FAMILY))
    column = np.where(member, MEMBERS, np.where(adult, ADULTS, CHILDREN))
    here = worlds.has_arrived(people) & (people.of_party("station") < len(SECTORS))
    month = (worlds.months_of(worlds.day_of_apprehension(people)) - np.datetime64("2017-10")).astype(int)
    cell = (month * len(SECTORS) + people.of_party("station")) * 3 + column
    cells = 12 * len(SECTORS) * 3
    count = np.bincount(cell[here], minlength=cells)
    size = np.bincount((people.party * np.int64(3) + column)[here], minlength=3 * people.size.size)
    squares = np.bincount(cell[here], weights=size[(people.party * np.int64(3) + column)[here]], minlength=cells)
    expected = _rebuilt()[_row("2017-10") : _row("2018-10")].ravel()
    z = (count - expected) / np.sqrt(np.maximum(squares, 1.0))
    assert np.abs(z).max() < stats.norm.isf(0.005 / cells)
    low, high = stats.chi2.interval(0.999, cells)
    assert low < (z**2).sum() < high


# --- days ---------------------------------------------------------------------------------------------------------


def test_day_factors_share_out_whole_months():
    """Over every month and station the shares sum to 1, and none is negative."""
    shares = arrivals.day_factors(worlds.shipped().arrivals, ALL_DAYS, Draws(1, 0))
    months = worlds.months_of(ALL_DAYS).astype(int)
    sums = np.stack([np.bincount(months - months[0], shares[:, each]) for each in range(len(STATIONS))])
    assert sums == pytest.approx(1.0)
    assert shares.min() >= 0


@pytest.mark.parametrize(("first", "last"), [(0, 5), (17, 18), (25, 70), (61, 184)])
def test_a_day_has_the_same_share_in_every_window(first, last):
    """A window that cuts months does not move the days inside it."""
    of = worlds.shipped().arrivals
    whole = arrivals.day_factors(of, HALF_YEAR_DAYS, Draws(1, 0))
    part = arrivals.day_factors(of, HALF_YEAR_DAYS[first:last], Draws(1, 0))
    assert np.array_equal(part, whole[first:last])


def test_without_variation_days_differ_by_weekday_alone():
    """Day factors switched off: equal weekdays of a month are equal, and stand to each other as the profile says."""
    of = worlds.settings_with(
        {"arrivals.day_factors.national_variation": 0, "arrivals.day_factors.sector_variation": 0}
    ).arrivals
    days = HALF_YEAR_DAYS[:31]
    shares = arrivals.day_factors(of, days, Draws(1, 0))
    profile = np.asarray(of.weekday)[clock.weekday_of_day(days)]
    assert shares == pytest.approx(np.repeat(profile[:, None] / profile.sum(), len(STATIONS), axis=1))


def test_days_follow_the_weekday_profile():
    """Mean share by weekday over 36 months and 10 replications, each within 4 standard errors of the profile."""
    of = worlds.shipped().arrivals
    months = worlds.months_of(ALL_DAYS).astype(int)
    length = np.bincount(months - months[0])[months - months[0]]
    weekday = clock.weekday_of_day(ALL_DAYS)
    relative = np.stack(
        [arrivals.day_factors(of, ALL_DAYS, Draws(2, number)).mean(axis=1) * length for number in range(10)]
    )
    profile = np.asarray(of.weekday) / np.mean(of.weekday)
    for each in range(7):
        found = relative[:, weekday == each]
        assert found.mean() == pytest.approx(profile[each], abs=4 * found.std() / np.sqrt(found.size)), each


def test_the_profile_of_weekdays_is_the_published_one():
    """Monday to Sunday as computed from entries of fiscal year 2018."""
    assert tuple(worlds.shipped().arrivals.weekday) == published()["R083"].numbers


def _entries(replication: int) -> np.ndarray:
    """Daily children of fiscal year 2018 as the published series counts them.

    Children without a parent who go to a shelter (those from contiguous countries are returned) and later to a
    sponsor. Adults and families are left out by multipliers of 0, which by design moves no child.
    """
    settings = worlds.settings_with(
        {
            **worlds.FISCAL_YEAR_2018,
            "arrivals.multiplier.single_adults": 0,
            "arrivals.multiplier.families": 0,
        }
    )
    people = worlds.people(settings, replication)
    to_sponsors = 1.0 - sum(one.share for one in settings.orr.sponsors if one.sponsor == "none")
    released = Draws(settings.seed, replication).uniforms(people.number, Purpose.SPONSOR) < to_sponsors
    from_mexico = people.citizenship == 0
    counted = worlds.has_arrived(people) & people.is_child & ~from_mexico & released
    day = worlds.day_of_apprehension(people)[counted] - clock.day_of(settings.window.start)
    return np.bincount(day, minlength=365).astype(float)


def _scatter(entries: np.ndarray) -> tuple[float, float]:
    """Variance over mean and coefficient of variation, after a 28-day trend and weekdays; method of figure R082."""
    trend = np.convolve(entries, np.ones(28) / 28, "valid")
    kept = slice(14, 14 + trend.size)
    # Fiscal year 2018 began on a Sunday; which day is called 0 plays no part.
    weekday = np.arange(entries.size)[kept] % 7
    profile = np.bincount(weekday, entries[kept] / trend) / np.bincount(weekday)
    expected = trend * profile[weekday] / profile.mean()
    residual = entries[kept] - expected
    return residual.var() / entries[kept].mean(), (residual / expected).std()


def test_days_scatter_as_published():
    """Variance over mean 7.1 and variation 0.25 of daily children, FY2018, lie inside the model's 90 % intervals.

    Intervals of single replications, over 20 of them: the published year is one draw from the world.
    """
    ratios, variations = np.array([_scatter(_entries(number)) for number in range(20)]).T
    for found, figure in ((ratios, published()["R082"].number), (variations, 0.25)):
        low, high = stats.t.interval(0.90, 19, found.mean(), found.std(ddof=1) * np.sqrt(1 + 1 / 20))
        assert low < figure < high


def test_switched_off_stations_have_nobody():
    """Only the stations asked for receive people."""
    found = worlds.parties(worlds.settings_with({**worlds.SPRING, "arrivals.stations": ["yuma", PORTS]}))
    assert set(found.station.tolist()) == {STATIONS.index("yuma"), STATIONS.index(PORTS)}


# --- parties and events -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def half_year() -> arrivals.Parties:
    """Parties of half a year, replication 0."""
    return worlds.parties(worlds.settings_with(HALF_YEAR))


def test_parties_are_sorted_and_unique(half_year):
    """Rows stand in the order of their numbers, whatever the minute; no number twice."""
    assert (np.diff(half_year.number) > 0).all()


def test_parties_come_on_the_days_played():
    """The lead-in days and the window, first and last day included, each minute on its party's day."""
    settings = worlds.settings_with(worlds.SPRING)
    found = worlds.parties(settings)
    first, last = clock.day_of(date(2018, 5, 7)), clock.day_of(date(2018, 5, 23))
    assert worlds.first_day(settings) == first
    assert np.array_equal(np.unique(found.day), np.arange(first, last + 1))
    assert np.array_equal(found.apprehended_at // DAY, found.day)


def test_everybody_of_an_event_is_met_at_one_station_and_minute(half_year):
    """An event has one station, one day and one minute for all its parties."""
    _, first, event = np.unique(half_year.event, return_index=True, return_inverse=True)
    assert np.array_equal(half_year.station[first][event], half_year.station)
    assert np.array_equal(half_year.apprehended_at[first][event], half_year.apprehended_at)


def test_strata_share_events_as_often_as_settings_say(half_year):
    """Share of parties met in an event with others, by stratum, within 4.5 standard errors."""
    shared = worlds.shipped().arrivals.events.shared
    shares = {
        Stratum.SINGLE_ADULT: shared.single_adults,
        Stratum.FAMILY: shared.families,
        Stratum.KIN_GROUP: shared.kin_groups,
        Stratum.CHILDREN_ALONE: shared.children_alone,
        Stratum.FALSE_FAMILY: shared.families,
        Stratum.UNDISCLOSED_FAMILY: shared.families,
    }
    own = half_year.event == half_year.number
    for stratum, share in shares.items():
        found = ~own[half_year.stratum == stratum]
        assert found.mean() == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / found.size)), stratum


def test_most_events_are_small_and_a_few_are_large():
    """Fiscal year 2018: more than two thirds are one person or two, and some hold more than thirty."""
    people = worlds.people_of_fiscal_year()
    here = worlds.has_arrived(people)
    sizes = np.unique(people.of_party("event")[here], return_counts=True)[1]
    assert (sizes <= 2).mean() > 2 / 3
    assert 1 <= (sizes > 30).sum() <= 1000


def test_shared_events_have_about_their_mean_number_of_parties(half_year):
    """Parties over slots of shared events at sectors are the setting within 15 %: half a year of busier months."""
    settings = worlds.settings_with(HALF_YEAR)
    slots = arrivals._slots_by_station(settings)[: len(SECTORS)]
    joined = (half_year.event != half_year.number) & (half_year.station < len(SECTORS))
    mean = joined.sum() / (slots.sum() * HALF_YEAR_DAYS.size)
    assert mean == pytest.approx(settings.arrivals.events.parties_per_event, rel=0.15)


def test_events_follow_the_hour_profile(half_year):
    """Chi-square of events (not of parties, who come together) over 24 hours, inside its 99.9 % interval."""
    first = np.unique(half_year.event, return_index=True)[1]
    hour = half_year.apprehended_at[first] % DAY // HOUR
    profile = np.asarray(worlds.shipped().arrivals.hour)
    expected = profile / profile.sum() * first.size
    assert stats.chisquare(np.bincount(hour, minlength=24), expected).pvalue > 0.001


def test_minutes_of_an_hour_are_equally_likely(half_year):
    """Chi-square over the 60 minutes of the hour: no clock prefers round ones."""
    first = np.unique(half_year.event, return_index=True)[1]
    assert stats.chisquare(np.bincount(half_year.apprehended_at[first] % HOUR, minlength=60)).pvalue > 0.001


def test_lead_in_before_the_table_takes_its_first_month():
    """Days before October 2016, which only a lead-in reaches, are like October 2016."""
    days = np.arange(clock.day_of(date(2016, 9, 25)), clock.day_of(date(2016, 10, 5)))
    months = arrivals.published_months(worlds.shipped().arrivals, days)
    assert np.array_equal(months["2016-09"], months["2016-10"])
