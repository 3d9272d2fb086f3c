"""Each mechanism is a mechanism: one driver is turned, the right KPI moves, and the wrong ones do not.

Some weeks of the shipped season at three sectors, the same people throughout, played by the compiled engine. Two loops
tie nearly everything to everything: busy agents and coordinators err more, and agents care for children beyond the
rated places. Both are cut except where a test says so; then what nothing else connects is not nearly equal but equal.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from borderops import clock
from borderops.config.compose import compose
from borderops.config.schema import BED_KINDS, Settings
from borderops.forecast.measure import measure
from borderops.forecast.measure_waits import STAGES
from borderops.forecast.results import Results
from borderops.operations.history import CourtOutcome, History, ShelterExit
from borderops.replication import Replication, replicate
from borderops.units import DAY, HOUR, LIMIT_72_HOURS, NEVER, hours

SEASON = ("window={start: 2018-05-07, end: 2018-06-10, lead_in_days: 5}",)
"""Five weeks in which most families of two of the three sectors are parted."""
WITH_ORDER = ("window={start: 2018-05-07, end: 2018-08-31, lead_in_days: 5}",)
"""The same, and two months after the court's order of 26 June."""
SMALL = (
    "scenario=zero_tolerance_2018",
    "seed=2018",
    "run.engine=compiled",
    "arrivals.stations=[el_paso,yuma,del_rio]",
    "study.season_start=null",
    "study.season_end=null",
)
BOTH_LOOPS = "both loops"
NO_OUTAGES = "referral.outages.per_station_year=0"

ARRIVED = ("persons_apprehended", "minors_in_custody", "share_children_in_families")
SELECTED = ("families_selected", "families_never_grouped", "members_never_grouped")
PARTED = ("children_separated", "families_separated", "parents_separated", "children_parted_from_any_parent")
PARTING = (*ARRIVED, *SELECTED, *PARTED, "parents_taken")
WRITTEN = ("families_with_code_wrong_or_blank", "notes_saying_nothing", "notes_at_top", "notes_with_child")
COURTS = ("adults_heard", "referrals_lapsed", "share_adults_heard", "share_parents_never_prosecuted")
MAIL = ("messages_lost", "messages_per_placed_child", "coordinator_utilisation_peak")


class Played:
    """A replication and what is measured of it."""

    def __init__(self, settings: Settings):
        self.replication: Replication = replicate(settings, 0)
        self.results: Results = measure(self.replication, settings)
        self._kpis = self.results.tables["kpis"].set_index(["kpi", "group_kind", "group"])["value"].to_dict()

    @property
    def history(self) -> History:
        """What happened."""
        return self.replication.history

    def kpi(self, name: str, kind: str = "all", group: str = "all") -> float:
        """A KPI as a whole, or of a group."""
        return self._kpis[name, kind, group]

    def kpis(self, *names: str) -> dict[str, float]:
        """Several KPIs as a whole."""
        return {name: self.kpi(name) for name in names}

    def waits(self, stage: str) -> dict[str, float]:
        """Mean hours that each cohort spent in a stage."""
        table = self.results.tables["waits"]
        chosen = table[table["stage"] == stage]
        return dict(zip(chosen["cohort"], chosen["value"], strict=True))

    def daily(self, measure: str, group: str, day: date) -> float:
        """A daily measure."""
        table = self.results.tables["daily"]
        chosen = (table["measure"] == measure) & (table["group"] == group) & (table["day"] == np.datetime64(day))
        return float(table["value"][chosen].item())

    def mean_hours(self, begins: str, ends: str, of: np.ndarray | None = None) -> float:
        """Mean hours between two moments of those who met with both."""
        begun, ended = getattr(self.history, begins), getattr(self.history, ends)
        both = (begun != NEVER) & (ended != NEVER) & (begun >= self.history.first_minute)
        both &= True if of is None else of
        return float(hours(ended[both] - begun[both]).mean())


@cache
def play(*overrides: str, window: tuple[str, ...] = SEASON) -> Played:
    """Play the season with values overridden; without the two loops unless they are asked for."""
    keys = [key for key in overrides if key != BOTH_LOOPS]
    settings = compose([*SMALL, *window, *keys]).settings
    return Played(settings if BOTH_LOOPS in overrides else without_loops(settings))


def without_loops(settings: Settings) -> Settings:
    """The settings with slips at the rate of half load whatever the load, and no agent diverted to care."""
    tree = settings.model_dump()
    tree["stations"]["children_per_diverted_agent"] = 1_000_000
    for options in tree["features"].values():
        for option in options.values():
            for act in option.get("acts", {}).values():
                act["load_slope"] = 0.0
    return Settings.model_validate(tree)


def grows(name: str, one: Played, other: Played, by: float = 1.0) -> bool:
    """Whether a KPI is at least so many times as large in the other."""
    return other.kpi(name) > max(one.kpi(name), 0.0) * by


# --- courts ---------------------------------------------------------------------------------------------------------

FEW_SLOTS = "courts.slots_per_court_day=[{begins: 2016-10-01, slots: 100}]"
MANY_SLOTS = "courts.slots_per_court_day=[{begins: 2016-10-01, slots: 2000}]"


def test_court_slots_decide_who_is_heard_and_nobody_who_is_parted():
    """Fewer slots: fewer heard, more referrals that lapse, more parents never prosecuted, fewer children rejoined."""
    many, shipped, few = play(MANY_SLOTS), play(), play(FEW_SLOTS)
    for less, more in ((few, shipped), (shipped, many)):
        assert grows("adults_heard", less, more)
        assert grows("children_rejoined", less, more)
        assert grows("referrals_lapsed", more, less)
        assert grows("share_parents_never_prosecuted", more, less)
    assert few.kpi("share_parents_never_prosecuted") > 0.5 > 0.2 > many.kpi("share_parents_never_prosecuted")
    assert many.kpi("referrals_lapsed") == 0
    assert shipped.kpis(*PARTING, *WRITTEN) == few.kpis(*PARTING, *WRITTEN) == many.kpis(*PARTING, *WRITTEN)


def test_slots_for_parents_are_taken_from_others():
    """A larger share for parents: more of them are prosecuted, fewer of the others; parts stay the same."""
    few, many = (play(FEW_SLOTS, f"courts.parents_share=[{{begins: 2016-10-01, share: {share}}}]") for share in (0, 1))
    heard = [(played.history.heard_at != NEVER) for played in (few, many)]
    taken = [played.history.is_taken for played in (few, many)]
    assert not (heard[0] & taken[0]).any()
    assert not (heard[1] & ~taken[1]).any()
    assert (heard[1] & taken[1]).sum() > 300 < (heard[0] & ~taken[0]).sum()
    assert few.kpis(*PARTING) == many.kpis(*PARTING)


def test_courts_rest_on_memorial_day_and_limits_wait_for_it():
    """No hearing on 28 May 2018; who comes on the Saturday before it is held a day longer until the referral lapses."""
    few = play(FEW_SLOTS)
    memorial_day, week_before = date(2018, 5, 28), date(2018, 5, 21)
    for group in ("parents", "others"):
        assert few.daily("adults_heard", group, memorial_day) == 0
        assert few.daily("adults_heard", group, week_before) > 0
    assert few.daily("court_slots", "all", memorial_day) == 0 < few.daily("court_slots", "all", week_before)
    lapsed = few.history.court_outcome == CourtOutcome.LAPSED
    held = few.history.left_cbp_at - few.history.apprehended_at
    for day, days_held in ((date(2018, 5, 19), 3), (date(2018, 5, 26), 4)):
        of_day = held[lapsed & (few.history.apprehended_at // DAY == clock.day_of(day))]
        assert of_day.size > 20
        assert np.median(of_day) == days_held * DAY


# --- beds -----------------------------------------------------------------------------------------------------------


def test_beds_of_a_kind_make_the_children_of_that_kind_wait():
    """Fewer beds for older boys: boys wait for a bed and stay over 72 hours; nobody else waits for a bed."""
    plenty, few = play(), play("orr.beds.boys_13_17=[{begins: 2016-10-01, beds: 4250, then_per_day: 0, until: null}]")
    boys, *others = (BED_KINDS.index(kind) for kind in ("boys_13_17", "girls_13_17", "age_0_12"))

    def bed_wait(played: Played, kind: int) -> float:
        return played.mean_hours("cleared_at", "designated_at", played.history.bed_kind == kind)

    def over_72_hours(played: Played, kind: int) -> float:
        history = played.history
        here = (history.bed_kind == kind) & (history.left_cbp_at != NEVER)
        return float((history.left_cbp_at - history.apprehended_at > LIMIT_72_HOURS)[here].mean())

    assert bed_wait(plenty, boys) == 0 < 12 < bed_wait(few, boys)
    assert [bed_wait(few, kind) for kind in others] == [0, 0]
    for kind in ("girls_13_17", "age_0_12"):
        assert few.kpi("waiting_for_bed_peak", "bed_kind", kind) == 0
        assert few.kpi("shelter_days_full", "bed_kind", kind) == 0
    assert few.kpi("waiting_for_bed_peak", "bed_kind", "boys_13_17") > 50
    assert few.waits("bed")["alone_over_72h"] > 24 > 0 == plenty.waits("bed")["alone_over_72h"]
    assert over_72_hours(few, boys) > over_72_hours(plenty, boys) + 0.1
    # Others feel it all the same, by a hair: who waits for a bed sends no mail meanwhile.
    for kind in others:
        assert over_72_hours(few, kind) == pytest.approx(over_72_hours(plenty, kind), abs=0.01)
    assert plenty.kpis(*PARTING, "children_referred") == few.kpis(*PARTING, "children_referred")


# --- mail -----------------------------------------------------------------------------------------------------------

SLOW_COORDINATORS = "referral.coordinators.minutes_per_message=24"
LINK_CUT = "referral.outages.planned=[{day: 2018-05-22, hour: 6, lasts_hours: 24, stations: []}]"
AUTOMATIC = "tracking=e3_linked_to_hhs"


def test_coordinators_at_their_limit_keep_children_waiting_for_mail():
    """Four times the minutes a message: days used to the full, and more hours of mail; nothing before it changes."""
    quick, slow = play(), play(SLOW_COORDINATORS)
    assert quick.kpi("coordinator_utilisation_peak") < 0.6
    assert slow.kpi("coordinator_utilisation_peak") > 0.9
    assert grows("mean_custody_hours_separated", quick, slow, by=1.1)
    longer = slow.mean_hours("determined_at", "forwarded_at") - quick.mean_hours("determined_at", "forwarded_at")
    assert longer > 4
    for cohort, spent in slow.waits("mail").items():
        assert spent > 2 * quick.waits("mail")[cohort]
    assert quick.kpis(*PARTING, *WRITTEN) == slow.kpis(*PARTING, *WRITTEN)
    assert quick.kpis(*COURTS) == slow.kpis(*COURTS)
    for begins, ends in (("apprehended_at", "processed_at"), ("processed_at", "determined_at")):
        assert quick.mean_hours(begins, ends) == slow.mean_hours(begins, ends)


def test_outage_of_a_day_loses_messages_and_the_time_until_they_are_missed():
    """The mail of a day is lost and sent again; nobody is parted, heard or processed otherwise."""
    sound, cut = play(NO_OUTAGES), play(NO_OUTAGES, LINK_CUT)
    assert grows("messages_lost", sound, cut, by=2)
    assert grows("messages_per_placed_child", sound, cut)
    assert grows("over_72h_separated", sound, cut)
    hit = cut.history.messages_lost > sound.history.messages_lost
    assert hit.sum() > 50
    determined = cut.history.determined_at
    way = ("determined_at", "itinerary_at")
    assert cut.mean_hours(*way, hit) > sound.mean_hours(*way, hit) + 12
    assert (determined[hit] < clock.minute_of(date(2018, 5, 23)) + 6 * HOUR).all()
    for name in (*PARTING, *WRITTEN, *COURTS):
        assert sound.kpi(name) == cut.kpi(name), name


def test_automatic_exchange_loses_nothing_in_an_outage():
    """Machines send when the link is back: no message is lost, and no child waits longer than the outage lasts."""
    sound, cut = play(NO_OUTAGES, AUTOMATIC), play(NO_OUTAGES, AUTOMATIC, LINK_CUT)
    assert sound.kpis(*MAIL) == cut.kpis(*MAIL)
    assert cut.kpi("messages_lost") == cut.kpi("coordinator_utilisation_peak") == 0
    assert sound.mean_hours("determined_at", "forwarded_at") == 0 < cut.mean_hours("determined_at", "forwarded_at")
    waited = cut.history.forwarded_at - cut.history.determined_at
    assert 20 * HOUR < waited[cut.history.forwarded_at != NEVER].max() <= 24 * HOUR
    assert sound.kpis(*PARTING, *WRITTEN) == cut.kpis(*PARTING, *WRITTEN)


# --- what clerks write ----------------------------------------------------------------------------------------------

GUIDED = "tracking.guidance=[{begins: 2016-10-01, sectors: []}]"


def test_guidance_makes_clerks_err_less_and_parts_nobody():
    """Fewer codes wrong or blank, fewer notes that say nothing, fewer families never grouped, more numbers passed.

    A family that is grouped can be parted by policy, one that is not falls apart without one: the children separated
    in either way are as many as before, but for those who only now are selected or spared.
    """
    unguided, guided = play(), play(GUIDED)
    for name in ("families_with_code_wrong_or_blank", "notes_saying_nothing", "families_never_grouped"):
        assert grows(name, guided, unguided, by=1.2), name
    assert grows("children_parent_number_not_passed", guided, unguided, by=1.5)
    assert guided.kpi("children_separated") == pytest.approx(unguided.kpi("children_separated"), rel=0.01)
    parted = [played.history.parted_at != NEVER for played in (unguided, guided)]
    grouped_now = guided.history.is_grouped & ~unguided.history.is_grouped
    assert np.array_equal(parted[0] | (parted[1] & grouped_now), parted[1])
    assert unguided.kpis(*ARRIVED) == guided.kpis(*ARRIVED)


def test_guidance_of_one_sector_leaves_the_others_alone():
    """Guided at El Paso: notes get better there, and not one differs elsewhere."""
    unguided, guided = play(), play("tracking.guidance=[{begins: 2016-10-01, sectors: [el_paso]}]")
    name = "notes_saying_nothing"
    assert guided.kpi(name, "station", "el_paso") < unguided.kpi(name, "station", "el_paso")
    for elsewhere in ("yuma", "del_rio"):
        assert guided.kpi(name, "station", elsewhere) == unguided.kpi(name, "station", elsewhere)


def test_design_that_keeps_units_finds_parents():
    """Units that outlive a separation: the order's class knows its parents at once; deleted ones leave some unknown."""
    deleted, kept = (play(f"tracking={name}", window=WITH_ORDER) for name in ("e3_april_2018", "e3_units_kept"))
    assert 1.5 * kept.kpi("class_not_found_at_order") < deleted.kpi("class_not_found_at_order")
    assert kept.kpis(*ARRIVED, *SELECTED) == deleted.kpis(*ARRIVED, *SELECTED)
    assert kept.kpi("children_separated") == pytest.approx(deleted.kpi("children_separated"), rel=0.01)


def test_design_linked_to_hhs_passes_the_parents_number():
    """With the exchange of records most referrals carry the parent's number; what else is written stays as it was."""
    mailed, linked = play("tracking=e3_april_2018"), play(AUTOMATIC)
    assert linked.kpi("children_parent_number_not_passed") < 0.05 < 0.5
    assert mailed.kpi("children_parent_number_not_passed") > 0.5
    assert mailed.kpis(*PARTING, *WRITTEN) == linked.kpis(*PARTING, *WRITTEN)


# --- reunification --------------------------------------------------------------------------------------------------


def test_joint_team_sets_the_pace_of_reunification():
    """Twenty workers for one: the class is reunited weeks earlier; who belongs to it is not theirs to decide."""
    small, large = (
        play(f"reunification.team.workers=[{{begins: 2018-06-27, workers: {workers}}}]", window=WITH_ORDER)
        for workers in (1, 20)
    )
    assert small.kpi("days_to_reunion_median") > large.kpi("days_to_reunion_median") + 7
    assert grows("class_reunited_by_deadline", small, large, by=1.5)
    assert grows("hotel_nights", large, small) or large.kpi("centre_wait_hours") > small.kpi("centre_wait_hours")
    same = (*PARTING, *WRITTEN, *COURTS, *MAIL, "class_children", "class_not_found_at_order")
    assert small.kpis(*same) == large.kpis(*same)


def test_desks_of_ices_centres_make_children_wait_there():
    """Few desks: hours and nights at the centres grow; whoever is found and vetted is found and vetted as before."""
    many, few = (play(f"reunification.routes.desks={desks}", window=WITH_ORDER) for desks in (24, 2))
    assert grows("centre_wait_hours", many, few, by=3)
    assert grows("hotel_nights", many, few, by=3)
    assert np.array_equal(many.history.vetted_at, few.history.vetted_at)
    assert np.array_equal(many.history.at_centre_at, few.history.at_centre_at)
    assert many.kpis(*PARTING, "class_children") == few.kpis(*PARTING, "class_children")


def test_release_work_of_separated_children_keeps_them_and_nobody_else():
    """A sponsor for the parent takes time: fewer separated children leave to one; others leave when they did."""
    no_order = "reunification.order.day=null"
    quick, slow = (play(no_order, f"orr.separated_work_factor={factor}", window=WITH_ORDER) for factor in (1, 3))

    def released(played: Played, of: np.ndarray) -> int:
        return int((of & (played.history.shelter_exit == ShelterExit.RELEASED)).sum())

    separated = quick.history.is_alone
    assert released(quick, separated) > 2 * released(slow, separated) > 0
    assert released(quick, ~separated) == released(slow, ~separated)
    others = ~separated
    assert np.array_equal(quick.history.left_shelter_at[others], slow.history.left_shelter_at[others])
    same = (*PARTING, *COURTS, *MAIL, "over_72h_minors")
    assert quick.kpis(*same) == slow.kpis(*same)


# --- stations and transport -----------------------------------------------------------------------------------------


def test_fewer_agents_make_people_wait_to_be_processed():
    """Three agents for four: hours up to the end of processing grow; checks, mail and ORR's desk take their time."""
    many, few = play(), play("stations.agent_factors=[{begins: 2016-10-01, factor: 0.7}]")
    longer = few.mean_hours("apprehended_at", "processed_at") - many.mean_hours("apprehended_at", "processed_at")
    assert longer > 1
    for cohort, spent in few.waits("processing").items():
        assert spent > 1.2 * many.waits("processing")[cohort], cohort
    assert grows("overtime_hours", many, few)
    assert many.kpis(*ARRIVED) == few.kpis(*ARRIVED)
    # Who is parted is decided before, but for families whose processing ends after the last minute.
    both = (many.history.processed_at != NEVER) & (few.history.processed_at != NEVER)
    for name in ("is_grouped", "is_alone", "is_taken", "ground", "separation_code", "note"):
        assert np.array_equal(getattr(many.history, name)[both], getattr(few.history, name)[both]), name


def test_slower_contractor_keeps_children_at_stations():
    """A longer wait for a seat: hours of transport, over 72 hours; everything before it takes exactly as long."""
    quick, slow = play(), play("transport.wait.median_hours=30")
    assert grows("share_over_72h_separated", quick, slow, by=1.5)
    assert grows("share_over_72h_alone", quick, slow, by=1.5)
    assert grows("children_rejoined", quick, slow, by=1.1)
    longer = slow.mean_hours("arranged_at", "left_cbp_at") - quick.mean_hours("arranged_at", "left_cbp_at")
    assert longer > 6
    for begins, ends in (("apprehended_at", "processed_at"), ("processed_at", "determined_at")):
        assert quick.mean_hours(begins, ends) == slow.mean_hours(begins, ends)
    assert quick.kpis(*PARTING, *WRITTEN, *COURTS) == slow.kpis(*PARTING, *WRITTEN, *COURTS)


def test_few_at_orrs_desk_keep_children_at_stations():
    """One worker for six at the intake desk: hours of the desk, over 72 hours; nothing before it changes."""
    staffed, understaffed = play(), play("referral.desk.workers_day=1", "referral.desk.workers_night=1")
    assert grows("share_over_72h_separated", staffed, understaffed, by=1.2)
    for cohort, spent in understaffed.waits("desk").items():
        assert spent > 2.0 * staffed.waits("desk")[cohort], cohort
    before = ("apprehended_at", "processed_at")
    assert staffed.mean_hours(*before) == understaffed.mean_hours(*before)
    assert staffed.kpis(*PARTING, *WRITTEN, *COURTS) == understaffed.kpis(*PARTING, *WRITTEN, *COURTS)


def test_what_is_not_entered_is_not_on_the_official_list():
    """More families never grouped: children nobody knows of; more wrong codes: persons missing from the list."""
    as_shipped = play()
    ungrouped = play("features.grouping.by_hand.acts.never_grouped.share=0.05")
    miscoded = play("features.codes.several.acts.code_wrong.share=0.3")
    for other in (ungrouped, miscoded):
        assert grows("persons_on_official_list", other, as_shipped)
    assert grows("children_separated_unnoticed", as_shipped, ungrouped, by=2.0)
    assert grows("persons_missing_from_list", as_shipped, miscoded, by=2.0)
    assert miscoded.kpis(*PARTING) == as_shipped.kpis(*PARTING)


# --- the two loops --------------------------------------------------------------------------------------------------


def test_children_who_stay_draw_agents_from_processing():
    """With the loop, a slow contractor fills the places, agents care for children, and everybody is processed later."""
    one_each = (BOTH_LOOPS, "stations.children_per_diverted_agent=10")
    quick, slow = play(*one_each), play(*one_each, "transport.wait.median_hours=60")
    assert grows("agents_diverted_hours", quick, slow, by=2)
    assert slow.mean_hours("apprehended_at", "processed_at") > quick.mean_hours("apprehended_at", "processed_at")
    assert play("transport.wait.median_hours=60").kpi("agents_diverted_hours") == 0


def test_busy_agents_group_fewer_families_and_write_less():
    """With the loop, fewer agents leave more families ungrouped and more wrong codes; without it none."""
    fewer_agents = "stations.agent_factors=[{begins: 2016-10-01, factor: 0.6}]"
    many, few = play(BOTH_LOOPS), play(BOTH_LOOPS, fewer_agents)
    both = (many.history.processed_at != NEVER) & (few.history.processed_at != NEVER)
    assert few.history.load[both].mean() > many.history.load[both].mean()
    assert (~few.history.is_grouped & many.history.is_grouped)[both].any()
    assert not (few.history.is_grouped & ~many.history.is_grouped & (few.history.load >= many.history.load))[both].any()
    assert play().history.is_grouped[both].tolist() == play(fewer_agents).history.is_grouped[both].tolist()


# --- May 2018 -------------------------------------------------------------------------------------------------------


def may_2018(*overrides: str) -> tuple[float, float, float]:
    """Of the whole border in May: adults heard, parents taken who were referred, parents taken who were heard."""
    season = ("study.season_start=2018-05-01", "study.season_end=2018-05-31")
    whole = ("scenario=zero_tolerance_2018", "seed=2018", "run.engine=compiled")
    played = Played(compose([*whole, *season, *overrides]).settings)
    history = played.history
    month = [clock.minute_of(day) for day in (date(2018, 5, 1), date(2018, 6, 1))]
    taken = history.is_taken & (history.parted_at >= month[0]) & (history.parted_at < month[1])
    referred, heard = (moment[taken] != NEVER for moment in (history.prosecution_referred_at, history.heard_at))
    return played.kpi("share_adults_heard"), float(referred.mean()), float(heard.mean())


@pytest.mark.slow
def test_may_2018_prosecutes_a_third_of_all_adults_and_most_parents_by_rationing():
    """About a third of all adults is heard while most parents taken are referred, and slots decide about both.

    With half the slots half as many adults are heard, and fewer of the parents; a referral needs no slot.
    """
    adults, referred, parents = may_2018()
    assert 0.30 < adults < 0.42
    assert referred > 0.8
    assert parents > 0.7
    fewer_slots = "courts.slots_per_court_day=[{begins: 2016-10-01, slots: 240}]"
    fewer_adults, still_referred, fewer_parents = may_2018(fewer_slots)
    assert fewer_adults < 0.7 * adults
    assert fewer_parents < 0.8 * parents
    assert still_referred == pytest.approx(referred, abs=0.01)


def test_stages_are_those_of_the_waits():
    """The stages that these tests name stand in the table."""
    assert set(STAGES) >= set(play().results.tables["waits"]["stage"])
