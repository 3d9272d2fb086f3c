"""Facilities: settings become capacity over time, to the minute."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from tests.builders import settings_of

from borderops import clock
from borderops.config.schema import (
    BED_KINDS,
    PORTS,
    SECTORS,
    STATIONS,
    Act,
    AgentFactor,
    BedStep,
    District,
    Guidance,
    Lognormal,
    Pause,
    Settings,
    ShareStep,
    SlotStep,
    WorkersStep,
)
from borderops.operations import numbers
from borderops.operations.facilities import Facilities, Schedule, capacity_at
from borderops.operations.laying_out import lay_out
from borderops.units import DAY, HOUR, NEVER

MONDAY = date(2018, 1, 1)
FRIDAY = date(2018, 1, 5)
YUMA = STATIONS.index("yuma")


def _settings(start: date = MONDAY, end: date = date(2018, 1, 14), lead_in_days: int = 0) -> Settings:
    settings = settings_of()
    window = settings.window.model_copy(update={"start": start, "end": end, "lead_in_days": lead_in_days})
    return settings.model_copy(update={"window": window})


def _with(settings: Settings, group: str, **changes) -> Settings:
    return settings.model_copy(update={group: getattr(settings, group).model_copy(update=changes)})


def _minute(day: date, hour: float) -> int:
    return clock.minute_of(day) + round(hour * HOUR)


def _capacities(schedule: Schedule, day: date, hours: list[float]) -> list[int]:
    return capacity_at(schedule, np.array([_minute(day, hour) for hour in hours])).tolist()


# --- capacity over time ---------------------------------------------------------------------------------------------


def test_capacity_changes_at_its_minute():
    """The new capacity holds from its first minute on; before the first step the first capacity holds."""
    schedule = Schedule(at=np.array([100, 200, 300]), capacity=np.array([5, 0, 7]))
    assert capacity_at(schedule, np.array([0, 100, 199, 200, 299, 300, 10**9])).tolist() == [5, 5, 5, 0, 0, 7, 7]


def test_run_goes_from_the_lead_in_to_the_end_of_the_last_day():
    """The first minute is that of the lead-in, the horizon midnight after the window's last day."""
    facilities = lay_out(_settings(MONDAY, date(2018, 1, 14), lead_in_days=10))
    assert clock.datetime_of(facilities.first_minute).isoformat() == "2017-12-22T00:00:00"
    assert clock.datetime_of(facilities.horizon).isoformat() == "2018-01-15T00:00:00"
    for schedule in (*facilities.agents, *facilities.beds, facilities.desk, facilities.family_places):
        assert schedule.at[0] == facilities.first_minute
        assert (np.diff(schedule.at) > 0).all()
        assert schedule.at[-1] < facilities.horizon


# --- agents ---------------------------------------------------------------------------------------------------------


def _sites(day: int, evening: int, night: int) -> Settings:
    settings = _settings()
    site = settings.stations.sites["yuma"]
    shifts = site.agents.model_copy(update={"day": day, "evening": evening, "night": night})
    return _with(settings, "stations", sites={"yuma": site.model_copy(update={"agents": shifts})}, agent_factors=[])


def test_shifts_change_at_six_fourteen_and_twenty_two():
    """Day 06-14, evening 14-22, night 22-06, from the first minute on."""
    agents = lay_out(_sites(10, 9, 6)).agents[YUMA]
    hours = [0, 5.99, 6, 13.99, 14, 21.99, 22, 23.99]
    assert _capacities(agents, MONDAY, hours) == [6, 6, 10, 10, 9, 9, 6, 6]
    assert _capacities(agents, date(2018, 1, 14), hours) == [6, 6, 10, 10, 9, 9, 6, 6]


def test_station_without_an_entry_has_no_agents():
    """Nobody is on duty where the settings name no site."""
    agents = lay_out(_sites(10, 9, 6)).agents[STATIONS.index("tucson")]
    assert set(agents.capacity.tolist()) == {0}


def test_agents_have_a_row_for_every_shift():
    """Also where as many serve as before: at each beginning it is asked how many must care for children."""
    agents = lay_out(_sites(7, 7, 7)).agents[YUMA]
    assert set(agents.capacity.tolist()) == {7}
    assert (np.diff(agents.at)[1:] == 8 * HOUR).all()
    assert agents.at.size == 1 + 3 * 14


def test_rated_children_are_those_of_the_site():
    """By station, none where the settings name no site."""
    rated = lay_out(_sites(10, 9, 6)).rated_children
    assert rated[YUMA] == settings_of().stations.sites["yuma"].holding.children > 0
    assert set(np.delete(rated, YUMA).tolist()) == {0}


def test_agents_are_multiplied_from_a_date_and_rounded_half_up():
    """Five agents times 1.5 are 7.5, so eight; the night shift that began the evening before is not touched."""
    settings = _with(_sites(5, 4, 2), "stations", agent_factors=[AgentFactor(begins=date(2018, 1, 3), factor=1.5)])
    agents = lay_out(settings).agents[YUMA]
    assert _capacities(agents, date(2018, 1, 2), [7, 15, 23]) == [5, 4, 2]
    assert _capacities(agents, date(2018, 1, 3), [3, 7, 15, 23]) == [2, 8, 6, 3]


def test_of_several_factors_the_last_begun_counts():
    """Factors do not multiply one another."""
    factors = [AgentFactor(begins=date(2018, 1, 3), factor=2.0), AgentFactor(begins=date(2018, 1, 5), factor=0.0)]
    agents = lay_out(_with(_sites(5, 4, 2), "stations", agent_factors=factors)).agents[YUMA]
    assert [_capacities(agents, date(2018, 1, day), [7])[0] for day in (2, 3, 4, 5)] == [5, 10, 10, 0]


# --- ORR's desk -----------------------------------------------------------------------------------------------------


def test_desk_has_workers_by_day_by_night_and_fewer_on_weekends():
    """07-21 by day; Saturday and Sunday whole, from midnight to midnight, times the factor, rounded half up."""
    desk = settings_of().referral.desk
    desk = desk.model_copy(update={"workers_day": 5, "workers_night": 3, "weekend_factor": 0.5})
    schedule = lay_out(_with(_settings(), "referral", desk=desk)).desk
    hours = [0, 6.99, 7, 20.99, 21, 23.99]
    weekday, weekend = [3, 3, 5, 5, 3, 3], [2, 2, 3, 3, 2, 2]
    for offset, expected in [(0, weekday), (4, weekday), (5, weekend), (6, weekend), (7, weekday)]:
        assert _capacities(schedule, MONDAY + timedelta(days=offset), hours) == expected


# --- coordinators, joint team, centres ------------------------------------------------------------------------------


def test_coordinators_keep_hours_and_fewer_the_night():
    """From 06:00 to 22:00 those of the station, at other hours as many as at every station, weekends included."""
    rules = settings_of().referral.coordinators
    rules = rules.model_copy(update={"on_duty": {"yuma": 3}, "on_duty_at_night": 1, "begins_hour": 6, "ends_hour": 22})
    coordinators = lay_out(_with(_settings(), "referral", coordinators=rules)).coordinators
    for day in (MONDAY, date(2018, 1, 6)):
        assert _capacities(coordinators[YUMA], day, [0, 5.99, 6, 21.99, 22]) == [1, 1, 3, 3, 1]
        assert _capacities(coordinators[STATIONS.index("tucson")], day, [5.99, 6, 21.99, 22]) == [1, 0, 0, 1]


def test_team_begins_on_its_first_day_and_keeps_hours():
    """Nobody before the first step, then so many from 08:00 to 20:00 on every day of the week, later fewer."""
    team = settings_of().reunification.team
    steps = [WorkersStep(begins=date(2018, 1, 3), workers=8), WorkersStep(begins=date(2018, 1, 6), workers=3)]
    team = team.model_copy(update={"workers": steps, "begins_hour": 8, "ends_hour": 20})
    schedule = lay_out(_with(_settings(), "reunification", team=team)).team
    by_day = [_capacities(schedule, date(2018, 1, day), [7.99, 8, 19.99, 20]) for day in (2, 3, 5, 6, 7)]
    assert by_day == [[0] * 4, [0, 8, 8, 0], [0, 8, 8, 0], [0, 3, 3, 0], [0, 3, 3, 0]]


def test_desks_of_centres_keep_hours():
    """As many at all centres together, from the first hour to the last."""
    routes = settings_of().reunification.routes
    routes = routes.model_copy(update={"desks": 5, "desks_begin_hour": 7, "desks_end_hour": 23})
    centre = lay_out(_with(_settings(), "reunification", routes=routes)).centre
    assert _capacities(centre, MONDAY, [6.99, 7, 22.99, 23]) == [0, 5, 5, 0]


@pytest.mark.parametrize("day", [date(2018, 1, 5), None])
def test_order_comes_at_the_end_of_its_day(day):
    """Who is in care at midnight is in its class; without a day there is no order."""
    order = settings_of().reunification.order.model_copy(update={"day": day})
    found = lay_out(_with(_settings(), "reunification", order=order)).reunions.order_at
    assert found == (NEVER if day is None else clock.minute_of(date(2018, 1, 6)))


# --- tracking and mail ----------------------------------------------------------------------------------------------


def _tracking(*designs: dict, feedback: bool = True, guidance: list[Guidance] | None = None, **features) -> Facilities:
    """Facilities under designs, and options of features, that differ from the first shipped ones as said."""
    shipped = settings_of("tracking=e3_2017")
    rows = [shipped.tracking.designs[0].model_copy(update=changes) for changes in designs]
    settings = _with(_settings(), "features", **features)
    return lay_out(_with(settings, "tracking", designs=rows, feedback=feedback, guidance=guidance or []))


def _with_acts(aspect: str, option: str, **changes: Act) -> dict:
    """Options of an aspect, of which one has other acts."""
    options = getattr(settings_of().features, aspect)
    changed = options[option].model_copy(update={"acts": options[option].acts.model_copy(update=changes)})
    return {aspect: {**options, option: changed}}


def test_threshold_of_a_share_grows_with_load_around_half():
    """A share of 0.2 and a slope of 1: 0.1 where nobody is busy, 0.2 at half load, 0.3 at full; guidance halves it."""
    act = Act(share=0.2, load_slope=1.0, guided_factor=0.5)
    facilities = _tracking({}, **_with_acts("notes", "free_text", note_nothing=act))
    without, guided = facilities.designs.thresholds[0, numbers.Act.NOTE_NOTHING]
    assert without[[0, 5, 10]].tolist() == [6554, 13107, 19661]  # of 65,536
    assert guided[[0, 5, 10]].tolist() == [3277, 6554, 9830]
    assert (np.diff(without) > 0).all()


def test_shares_beyond_certainty_are_certain():
    """A share of 1 meets every roll, and no slope makes it more or, from half load on, less."""
    act = Act(share=1.0, load_slope=2.0, guided_factor=1.0)
    facilities = _tracking({}, **_with_acts("codes", "none", code_blank=act))
    thresholds = facilities.designs.thresholds[0, numbers.Act.CODE_BLANK, 0]
    assert thresholds[0] == 0
    assert (thresholds[5:] == numbers.ROLLS).all()


def test_designs_follow_one_another_by_date():
    """Each with its own minutes, whether units are kept, searched and seen, and who exchanges messages."""
    first = {"begins": date(2017, 1, 1)}
    second = {
        "begins": date(2018, 1, 8), "unit": "permanent", "search": "full", "ice": "banner", "exchange": "automatic",
    }  # fmt: skip
    designs = _tracking(first, second).designs
    assert designs.begins_at.tolist() == [clock.minute_of(date(2017, 1, 1)), clock.minute_of(date(2018, 1, 8))]
    assert designs.intake_minutes.tolist() == [2, 2 + 1]
    assert designs.parting_minutes.tolist() == [10, 6 + 1]
    for column in (designs.is_kept, designs.is_searchable, designs.is_seen, designs.is_automatic):
        assert column.tolist() == [False, True]


def test_without_feedback_designs_are_alike_to_the_engine():
    """Nothing fails, nothing takes time, and nobody exchanges messages by machine."""
    designs = _tracking({"exchange": "automatic", "review": "two_supervisors"}, feedback=False)
    assert not designs.designs.thresholds.any()
    assert not designs.designs.intake_minutes.any()
    assert not designs.designs.parting_minutes.any()
    assert not designs.designs.is_automatic.any()


def test_who_is_trained_ahead_works_as_guided_everywhere_from_the_first_minute():
    """Both rows of thresholds are those of the guided; the design before is as it was, and no date is invented."""
    usual = _tracking({}).designs
    later = {"begins": date(2018, 1, 8), "training": "before_launch"}
    designs = _tracking({"begins": date(2017, 1, 1)}, later).designs
    assert np.array_equal(designs.thresholds[0], usual.thresholds[0])
    for row in (0, 1):
        assert np.array_equal(designs.thresholds[1, :, row], usual.thresholds[0, :, 1])
    assert (designs.guided_at == NEVER).all()


def test_stations_are_guided_from_the_first_rule_that_names_them():
    """A rule without sectors is for all; of several the earliest counts; who is named by none is never guided."""
    named = Guidance(begins=date(2018, 1, 3), sectors=["yuma"])
    later = Guidance(begins=date(2018, 1, 9), sectors=["yuma", "tucson"])
    guided = _tracking({}, guidance=[later, named]).designs.guided_at
    expected = {"yuma": clock.minute_of(date(2018, 1, 3)), "tucson": clock.minute_of(date(2018, 1, 9))}
    assert guided.tolist() == [expected.get(name, NEVER) for name in STATIONS]
    everywhere = _tracking({}, guidance=[Guidance(begins=FRIDAY, sectors=[])]).designs.guided_at
    assert set(everywhere.tolist()) == {clock.minute_of(FRIDAY)}


def test_losses_are_noticed_after_the_quantiles_of_their_distribution():
    """The table ascends, its middle is the median, and its mean that of the lognormal, cut at its ends."""
    mail = settings_of().referral.mail.model_copy(update={"noticed": Lognormal(median_hours=24.0, sigma=0.4)})
    table = lay_out(_with(_settings(), "referral", mail=mail)).mail.notice_minutes
    assert table.size == numbers.TABLED
    assert (np.diff(table) >= 0).all()
    assert np.median(table) == pytest.approx(DAY, rel=0.002)
    assert table.mean() == pytest.approx(DAY * np.exp(0.4**2 / 2), rel=0.005)


def test_share_lost_in_an_outage_becomes_a_threshold():
    """All of it at a share of 1, half the rolls at 0.5."""
    for share, threshold in ((1.0, numbers.ROLLS), (0.5, numbers.ROLLS // 2), (0.0, 0)):
        rules = settings_of().referral.outages.model_copy(update={"lost_share": share})
        assert lay_out(_with(_settings(), "referral", outages=rules)).mail.lost_in_outage == threshold


# --- beds -----------------------------------------------------------------------------------------------------------


def _beds(*steps: BedStep) -> Schedule:
    settings = _settings(MONDAY, date(2018, 1, 20))
    beds = settings.orr.beds.model_copy(update={kind: list(steps) for kind in BED_KINDS})
    return lay_out(_with(settings, "orr", beds=beds)).beds[0]


def test_beds_open_at_midnight_so_many_a_day_until_the_last_day():
    """100 beds on the step's first day, three more on each later one, none after the last."""
    schedule = _beds(
        BedStep(begins=date(2016, 10, 1), beds=90, then_per_day=0, until=None),
        BedStep(begins=date(2018, 1, 5), beds=100, then_per_day=3, until=date(2018, 1, 8)),
    )
    by_day = [_capacities(schedule, date(2018, 1, day), [0, 23.99]) for day in range(4, 11)]
    assert by_day == [[90, 90], [100, 100], [103, 103], [106, 106], [109, 109], [109, 109], [109, 109]]


def test_fractions_of_beds_open_when_they_are_whole():
    """A third of a bed a day opens one every third day."""
    schedule = _beds(BedStep(begins=MONDAY, beds=7, then_per_day=1 / 3, until=date(2018, 1, 7)))
    beds = [_capacities(schedule, date(2018, 1, day), [12])[0] for day in range(1, 9)]
    assert beds == [7, 7, 7, 8, 8, 8, 9, 9]


def test_beds_may_close_but_never_below_none():
    """Ten beds that close at four a day are none from the third day on."""
    schedule = _beds(BedStep(begins=MONDAY, beds=10, then_per_day=-4, until=date(2018, 1, 9)))
    assert [_capacities(schedule, date(2018, 1, day), [0])[0] for day in range(1, 6)] == [10, 6, 2, 0, 0]


def test_step_that_began_before_the_run_has_grown_by_its_first_minute():
    """Beds that opened during the months before are there when the run begins."""
    schedule = _beds(BedStep(begins=date(2017, 12, 22), beds=50, then_per_day=1, until=date(2018, 1, 2)))
    assert [_capacities(schedule, date(2018, 1, day), [0])[0] for day in range(1, 5)] == [60, 61, 61, 61]


def test_only_changes_of_capacity_are_kept():
    """A schedule of constant capacity is one row, whatever the number of days."""
    schedule = _beds(BedStep(begins=date(2016, 10, 1), beds=90, then_per_day=0, until=None))
    assert (schedule.at.size, schedule.capacity.tolist()) == (1, [90])


# --- courts, contractor, pauses -------------------------------------------------------------------------------------


def _courts(start: date = MONDAY, end: date = date(2018, 1, 14), **changes) -> Facilities:
    return lay_out(_with(_settings(start, end), "courts", **changes))


def _district(share: float, *sectors: str) -> District:
    return District(sectors=list(sectors), share=share)


def _slots(*steps: tuple[date, float]) -> list[SlotStep]:
    return [SlotStep(begins=begins, slots=slots) for begins, slots in steps]


def _kept(*steps: tuple[date, float]) -> list[ShareStep]:
    return [ShareStep(begins=begins, share=share) for begins, share in steps]


LONG_AGO = date(2016, 10, 1)
ALL_IN_ONE = {"all": _district(1.0, *SECTORS)}


def test_courts_sit_on_weekdays_that_are_no_federal_holidays():
    """Around Memorial Day 2018: Friday 25 May, then Tuesday 29 May; Independence Day is none either."""
    first, last = date(2018, 5, 24), date(2018, 7, 6)
    hour = settings_of().courts.hearing_hour
    for docket in lay_out(_settings(first, last)).dockets:
        days = [clock.date_of(minute) for minute in docket.at]
        assert set((docket.at % DAY).tolist()) == {hour * HOUR}
        assert days[:4] == [date(2018, 5, 24), date(2018, 5, 25), date(2018, 5, 29), date(2018, 5, 30)]
        assert date(2018, 7, 4) not in days
        within = [day for day in days if day <= last]
        assert len(within) == 44 - 6 * 2 - 2  # days of the window, less six weekends and two holidays


def test_slots_are_shared_by_districts_and_kept_for_parents():
    """Of 100 slots a day 60 and 40; a fifth of each is kept for parents, and the others have the rest."""
    halves = {"east": _district(0.6, "laredo"), "west": _district(0.4, "yuma")}
    east, west = _courts(
        districts=halves, slots_per_court_day=_slots((LONG_AGO, 100)), parents_share=_kept((LONG_AGO, 0.2))
    ).dockets
    assert set(zip(east.for_parents.tolist(), east.for_others.tolist())) == {(12, 48)}
    assert set(zip(west.for_parents.tolist(), west.for_others.tolist())) == {(8, 32)}


def test_fractions_of_slots_are_carried_from_sitting_to_sitting():
    """2.5 slots a day, 0.4 of them for parents: 2, 3, 2, 3 in all and one for parents each day; none is lost."""
    (docket,) = _courts(
        MONDAY, date(2018, 1, 6), districts=ALL_IN_ONE,
        slots_per_court_day=_slots((LONG_AGO, 2.5)), parents_share=_kept((LONG_AGO, 0.4)),
    ).dockets  # fmt: skip
    assert (docket.for_parents + docket.for_others)[:4].tolist() == [2, 3, 2, 3]  # Tuesday to Friday
    assert docket.for_parents[:4].tolist() == [1, 1, 1, 1]


def test_fractions_are_carried_over_a_weekend_and_over_days_of_less_than_a_slot():
    """0.3 slots a day over ten court days: the fourth, the seventh and the tenth have one."""
    (docket,) = _courts(
        date(2018, 5, 7), date(2018, 5, 18), districts=ALL_IN_ONE,
        slots_per_court_day=_slots((LONG_AGO, 0.3)), parents_share=_kept((LONG_AGO, 1.0)),
    ).dockets  # fmt: skip
    assert docket.for_parents[:10].tolist() == [0, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert docket.for_others[:10].tolist() == [0] * 10


def test_slots_and_the_parents_share_change_on_their_day():
    """Ten slots to Wednesday, 20 from Thursday; nothing is kept before the share begins, none is there before slots."""
    (docket,) = _courts(
        date(2018, 1, 8), date(2018, 1, 12), districts=ALL_IN_ONE,
        slots_per_court_day=_slots((date(2018, 1, 9), 10), (date(2018, 1, 11), 20)),
        parents_share=_kept((date(2018, 1, 10), 0.5)),
    ).dockets  # fmt: skip
    assert docket.for_parents[:5].tolist() == [0, 0, 5, 10, 10]
    assert docket.for_others[:5].tolist() == [0, 10, 5, 10, 10]


def test_station_is_heard_by_the_district_of_its_sector():
    """Shipped: four districts in their order, every sector in one, the ports of entry in none."""
    found = dict(zip(STATIONS, lay_out(_settings()).docket_of.tolist()))
    districts = list(settings_of().courts.districts.values())
    assert found.pop(PORTS) == -1
    assert found == {name: [name in one.sectors for one in districts].index(True) for name in SECTORS}
    assert found["laredo"] == found["rio_grande_valley"] != found["del_rio"]


def test_notice_and_lead_of_courts_become_minutes():
    """Half hours count."""
    facilities = _courts(notice_hours=12.5, leave_before_hearing_hours=1.25)
    assert (facilities.court_notice, facilities.court_lead) == (750, 75)


def test_courts_sit_after_the_last_day_played():
    """Who is referred on the last Friday has a slot on the next Monday, which is not played: pending, not lapsed."""
    facilities = _courts(MONDAY, FRIDAY)
    for docket in facilities.dockets:
        assert clock.minute_of(date(2018, 1, 8)) + 9 * HOUR in docket.at.tolist()


def test_contractor_keeps_hours_and_the_weekend_factor_in_thousandths():
    """Hours become minutes, a factor of 1.45 becomes 1450."""
    settings = _with(_settings(), "transport", opens_hour=5, closes_hour=21, notice_hours=2.5, weekend_factor=1.45)
    transport = lay_out(settings).transport
    assert (transport.opens_at, transport.closes_at) == (5 * HOUR, 21 * HOUR)
    assert (transport.notice, transport.weekend_per_mille) == (150, 1450)


@pytest.mark.parametrize("ends", [date(2018, 1, 8), None])
def test_pause_lasts_to_the_end_of_its_last_day(ends):
    """The last day is included; without one the rule does not end."""
    pause = Pause(begins=FRIDAY, ends=ends, bed_kind="girls_13_17", above_occupancy=0.87)
    pauses = lay_out(_with(_settings(), "policy", pauses=[pause])).pauses
    assert pauses.begins_at.tolist() == [clock.minute_of(FRIDAY)]
    assert pauses.ends_at.tolist() == ([NEVER] if ends is None else [clock.minute_of(date(2018, 1, 9))])
    assert (pauses.bed_kind.tolist(), pauses.above_per_mille.tolist()) == ([1], [870])
