"""Timetables of prosecution, worked by hand: slots, districts, limits, and the ways of ending up unprosecuted.

With an adult or a family at 08:00, intake of 10 and processing of 30 minutes, the referral is at 08:40. Unless a test
says more, one court hears everybody every day at 09:00.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import (
    MONTH,
    SMALL,
    Adult,
    Case,
    Resident,
    Rule,
    adult,
    alone,
    facilities_of,
    family,
    plan_of,
    referred,
    same_history,
    told,
)

from borderops.operations.history import CourtOutcome, Exit, IceExit
from borderops.operations.plan import AdultPath, Ground
from borderops.units import DAY, HOUR

PROSECUTION = Ground.PROSECUTION
NEVER_REFERRED, LAPSED, DECLINED = CourtOutcome.NEVER_REFERRED, CourtOutcome.LAPSED, CourtOutcome.DECLINED
PENDING, TIME_SERVED, JAIL, NONE = (
    CourtOutcome.PENDING,
    CourtOutcome.TIME_SERVED,
    CourtOutcome.JAIL,
    CourtOutcome.NONE,
)
SLOW = 9 * DAY


def _parent(when: str | int, body: Adult | None = None, **times) -> Case:
    """A parent taken for prosecution, whose child of 8 is being checked at the station for days."""
    return family(when, parent=body or Adult(), **{"ground": PROSECUTION, "separated_checks": SLOW, **times})


# --- to court -------------------------------------------------------------------------------------------------------


def test_adult_is_referred_waits_for_the_hearing_and_leaves_before_it(play):
    """Referred at 08:40; notice ends at 20:40, so Tuesday's hearing; off three hours before it."""
    history = play(
        plan_of(referred("Mon 08:00", Adult(departs=90))), facilities_of(court_notice=12 * HOUR, court_lead=180)
    )
    assert told(history.prosecution_referred_at) == ["Mon 08:40"]
    assert told(history.left_cbp_at) == ["Tue 06:00"]
    assert told(history.heard_at) == ["Tue 09:00"]
    assert history.exit.tolist() == [Exit.TO_COURT]
    assert history.court_outcome.tolist() == [TIME_SERVED]


@pytest.mark.parametrize("path", [AdultPath.ICE, AdultPath.RETURN])
def test_adult_of_another_path_is_not_referred(play, path):
    """No referral, no hearing, no outcome, and no slot is used."""
    plan = plan_of(adult("Mon 08:00", path=path), referred("Mon 08:01"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (0, 1)}))
    assert told(history.prosecution_referred_at) == ["never", "Mon 08:41"]
    assert told(history.heard_at) == ["never", "Mon 09:00"]
    assert history.court_outcome.tolist() == [NONE, TIME_SERVED]


def test_adult_leaves_at_once_when_the_lead_is_over(play):
    """The hearing is 20 minutes after the referral, the lead three hours: away at the referral."""
    history = play(plan_of(referred("Mon 08:00")), facilities_of(court_lead=3 * HOUR))
    assert told(history.left_cbp_at) == told(history.prosecution_referred_at) == ["Mon 08:40"]
    assert told(history.heard_at) == ["Mon 09:00"]


@pytest.mark.parametrize(("lead", "leaves"), [(19, "Mon 08:41"), (20, "Mon 08:40"), (21, "Mon 08:40")])
def test_lead_is_counted_back_from_the_hearing(play, lead, leaves):
    """To the minute: 19 before nine is 08:41."""
    history = play(plan_of(referred("Mon 08:00")), facilities_of(court_lead=lead))
    assert told(history.left_cbp_at) == [leaves]


def test_both_parents_taken_have_a_slot_each(play):
    """Of two parents the first is heard on Monday, the second on Tuesday; each has an outcome, the child none."""
    case = family("Mon 08:00", separated_checks=SLOW, adults=2, takes_second=True, ground=PROSECUTION)
    history = play(plan_of(case), facilities_of(hearings={"Mon 09:00": (1, 9), "Tue 09:00": (1, 9)}))
    assert told(history.heard_at) == ["Mon 09:00", "Tue 09:00", "never"]
    assert history.court_outcome.tolist() == [TIME_SERVED, TIME_SERVED, NONE]


def test_parent_who_is_not_taken_takes_no_slot(play):
    """One of two parents is referred; the single slot of Monday goes to her, Tuesday's to the next family."""
    both = family("Mon 08:00", separated_checks=SLOW, adults=2, ground=PROSECUTION)
    plan = plan_of(both, _parent("Mon 08:01"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (1, 0), "Tue 09:00": (1, 0)}))
    assert told(history.heard_at) == ["Mon 09:00", "never", "never", "Tue 09:00", "never"]
    assert history.court_outcome.tolist() == [TIME_SERVED, NONE, NONE, TIME_SERVED, NONE]


@pytest.mark.parametrize("ground", [ground for ground in Ground if ground not in (Ground.NONE, PROSECUTION)])
def test_parent_parted_on_another_ground_is_not_referred(play, ground):
    """Straight to ICE, with no outcome of a court, though there are slots."""
    history = play(plan_of(_parent("Mon 08:00", ground=ground)))
    assert told(history.prosecution_referred_at) == told(history.heard_at) == ["never"] * 2
    assert history.court_outcome.tolist() == [NONE, NONE]


def test_adult_who_came_with_children_not_said_to_be_his_is_heard_among_the_others(play):
    """Nobody at the station knows him for a parent: a slot kept for parents is not his."""
    plan = plan_of(referred("Mon 08:00"), alone("Mon 08:00"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (9, 0), "Tue 09:00": (9, 1)}))
    assert told(history.heard_at) == ["Tue 09:00", "never"]


# --- slots ----------------------------------------------------------------------------------------------------------


def test_slots_are_given_in_the_order_of_referral(play):
    """Two slots a day: the third and fourth to be processed are heard on Tuesday, whatever their rows."""
    plan = plan_of(*(referred(when) for when in ("Mon 08:03", "Mon 08:00", "Mon 08:01", "Mon 08:02")))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (0, 2), "Tue 09:00": (0, 2)}))
    assert told(history.heard_at) == ["Tue 09:00", "Mon 09:00", "Mon 09:00", "Tue 09:00"]


def test_slots_of_one_minute_are_given_in_the_order_of_rows(play):
    """Three referrals at 08:40: the first row has Monday, the second Tuesday, the third Wednesday."""
    hearings = {f"{day} 09:00": (0, 1) for day in ("Mon", "Tue", "Wed")}
    plan = plan_of(referred("Mon 08:00"), referred("Mon 08:00"), referred("Mon 08:05", intake=5))
    history = play(plan, facilities_of(hearings=hearings))
    assert told(history.prosecution_referred_at) == ["Mon 08:40"] * 3
    assert told(history.heard_at) == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]


def test_order_of_rows_decides_between_parents_of_one_minute(play):
    """Two families of one minute: the slot is the first row's, and the other parent's referral lapses."""
    body = Adult(hearing_until="Tue 12:00", lapses="Wed 12:00")
    plan = plan_of(_parent("Mon 08:00", body), _parent("Mon 08:00", body))
    history = play(plan, facilities_of(hearings={"Tue 09:00": (1, 9)}))
    assert history.court_outcome.tolist() == [TIME_SERVED, NONE, LAPSED, NONE]


def test_slots_for_parents_are_not_taken_by_others(play):
    """Two single adults come first; the second waits for Tuesday, while Monday's slot for parents is a parent's."""
    plan = plan_of(referred("Mon 08:00"), referred("Mon 08:01"), _parent("Mon 08:05"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (1, 1), "Tue 09:00": (1, 1)}))
    assert told(history.heard_at) == ["Mon 09:00", "Tue 09:00", "Mon 09:00", "never"]


def test_slots_for_others_are_not_taken_by_parents(play):
    """The reverse: a hundred slots for others are none for a second parent."""
    plan = plan_of(_parent("Mon 08:00"), _parent("Mon 08:01"), referred("Mon 08:05"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (1, 100), "Tue 09:00": (1, 100)}))
    assert told(history.heard_at) == ["Mon 09:00", "never", "Tue 09:00", "never", "Mon 09:00"]


def test_days_without_a_slot_are_passed_over(play):
    """No slot for parents on Monday and Tuesday, one on Wednesday."""
    hearings = {"Mon 09:00": (0, 9), "Tue 09:00": (0, 9), "Wed 09:00": (1, 0)}
    history = play(plan_of(_parent("Mon 08:00")), facilities_of(hearings=hearings))
    assert told(history.heard_at)[0] == "Wed 09:00"


def test_slot_within_the_notice_is_passed_over(play):
    """Two hours of notice: the sitting at noon is for who is referred by ten; from 10:10 on Tuesday, then Wednesday."""
    hearings = {"Mon 12:00": (0, 1), "Tue 09:00": (0, 1), "Wed 09:00": (0, 1)}
    plan = plan_of(referred("Mon 08:00"), referred("Mon 09:30"), referred("Mon 09:31"))
    history = play(plan, facilities_of(hearings=hearings, court_notice=2 * HOUR))
    assert told(history.heard_at) == ["Mon 12:00", "Tue 09:00", "Wed 09:00"]


def test_station_is_heard_by_the_court_of_its_district(play):
    """Stations 0 and 2 share a court with one slot a day, station 1 has its own at another hour."""
    plan = plan_of(
        referred("Mon 08:00", station=0), referred("Mon 08:01", station=1),
        referred("Mon 08:02", station=2), referred("Mon 08:03", station=1),
    )  # fmt: skip
    here = {"Mon 09:00": (0, 1), "Tue 09:00": (0, 1)}
    there = {"Mon 13:30": (0, 2)}
    history = play(plan, facilities_of(agents=1, hearings=[here, there], district_of={1: 1}))
    assert told(history.heard_at) == ["Mon 09:00", "Mon 13:30", "Tue 09:00", "Mon 13:30"]


def test_empty_slots_of_another_district_help_nobody(play):
    """The court of station 0 has no slot: lapsed, though the neighbour's slots stay empty."""
    plan = plan_of(referred("Mon 08:00", Adult(lapses="Wed 08:00")))
    history = play(plan, facilities_of(hearings=[{"Mon 09:00": (9, 0)}, {"Mon 09:00": (9, 9)}], district_of={1: 1}))
    assert history.court_outcome.tolist() == [LAPSED]


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "outcome"), [("Tue 08:59", LAPSED), ("Tue 09:00", TIME_SERVED)])
def test_hearing_at_the_minute_of_the_limit_is_within_it(play, limit, outcome):
    """Tuesday's hearing is at nine; a limit of 08:59 is before it."""
    plan = plan_of(referred("Mon 08:00", Adult(hearing_until=limit, lapses="Wed 08:00")))
    history = play(plan, facilities_of(hearings=["Tue 09:00"]))
    assert history.court_outcome.tolist() == [outcome]


def test_referral_without_a_slot_lapses_at_its_minute(play):
    """The parent stays at the station until Wednesday 08:00 and is handed to ICE; nobody is heard or rejoined."""
    body = Adult(back="19:00", hearing_until="Wed 12:00", lapses="Wed 08:00", departs=10)
    history = play(
        plan_of(_parent("Mon 08:00", body)), facilities_of(hearings={"Tue 09:00": (0, 9), "Thu 09:00": (9, 9)})
    )
    assert told(history.prosecution_referred_at) == ["Mon 08:40", "never"]
    assert told(history.left_cbp_at)[0] == "Wed 08:00"
    assert history.exit.tolist()[0] == Exit.TO_ICE
    assert history.court_outcome.tolist() == [LAPSED, NONE]
    assert told(history.heard_at) == told(history.back_at) == told(history.freed_at) == ["never"] * 2


def test_slot_after_the_limit_stays_free_for_who_may_still_be_heard(play):
    """The first adult's limit is before Thursday; Thursday's only slot is the second's."""
    early = Adult(hearing_until="Wed 12:00", lapses="Wed 12:00")
    plan = plan_of(referred("Mon 08:00", early), referred("Mon 08:01"))
    history = play(plan, facilities_of(hearings={"Thu 09:00": (0, 1)}))
    assert told(history.heard_at) == ["never", "Thu 09:00"]
    assert told(history.left_cbp_at) == ["Wed 12:00", "Thu 09:00"]


def test_adult_processed_after_the_lapse_leaves_at_once(play):
    """Given up at 08:00, but processed only at 08:40: away at the end of processing."""
    body = Adult(hearing_until="Mon 08:00", lapses="Mon 08:00")
    history = play(plan_of(referred("Mon 08:00", body)))
    assert told(history.left_cbp_at) == ["Mon 08:40"]
    assert history.court_outcome.tolist() == [LAPSED]


@pytest.mark.parametrize("notice", [0, 20, 21])
def test_notice_and_limit_leave_one_sitting_or_none(play, notice):
    """Referred at 08:40, limit at nine: the sitting at nine is possible with a notice up to 20 minutes."""
    plan = plan_of(referred("Mon 08:00", Adult(hearing_until="Mon 09:00", lapses="Mon 10:00")))
    history = play(plan, facilities_of(court_notice=notice))
    assert history.court_outcome.tolist() == [TIME_SERVED if notice <= 20 else LAPSED]


# --- never prosecuted -----------------------------------------------------------------------------------------------


def test_declined_referral_leads_to_ice_and_takes_no_slot(play):
    """Away to ICE after the planned wait, as who was never to be prosecuted; the slot is the next adult's."""
    plan = plan_of(referred("Mon 08:00", Adult(declined=True, departs=60)), referred("Mon 08:01"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (0, 1)}))
    assert told(history.prosecution_referred_at) == ["Mon 08:40", "Mon 08:41"]
    assert told(history.left_cbp_at) == ["Mon 09:40", "Mon 09:00"]
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.TO_COURT]
    assert history.court_outcome.tolist() == [DECLINED, TIME_SERVED]


def test_declined_parent_does_not_come_back(play):
    """The parent goes to ICE, the child to a shelter."""
    history = play(plan_of(_parent("Mon 08:00", Adult(back="19:00", declined=True), separated_checks=10 * HOUR)))
    assert told(history.back_at) == told(history.rejoined_at) == ["never"] * 2
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.TO_SHELTER]


def test_parent_never_referred_leaves_to_ice_like_one_parted_on_another_ground(play):
    """Parted and selected for prosecution, but no referral: at the same minutes as a warrant, with an outcome."""
    body = Adult(never_referred=True, departs=60, back="19:00")
    history = play(plan_of(_parent("Mon 08:00", body)))
    warrant = play(plan_of(_parent("Mon 08:00", body, ground=Ground.WARRANT)))
    assert told(history.left_cbp_at)[0] == "Mon 09:40"
    assert history.court_outcome.tolist() == [NEVER_REFERRED, NONE]
    assert told(history.prosecution_referred_at) == ["never", "never"]
    assert same_history(history, warrant, leaving_out=("ground", "court_outcome"))


def test_parent_never_referred_takes_no_slot(play):
    """The only slot is the second parent's."""
    plan = plan_of(_parent("Mon 08:00", Adult(never_referred=True)), _parent("Mon 08:01"))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (1, 0)}))
    assert told(history.heard_at) == ["never", "never", "Mon 09:00", "never"]


def test_answer_about_referral_of_parents_is_not_asked_of_single_adults(play):
    """A single adult on the way to court is referred whatever it says."""
    history = play(plan_of(referred("Mon 08:00", Adult(never_referred=True))))
    assert history.court_outcome.tolist() == [TIME_SERVED]


def test_spared_family_is_never_referred_and_has_no_outcome(play):
    """All beds are in use, so the family stays together: nobody is taken, and no court hears of it."""
    plan = plan_of(family("Mon 08:00", ground=PROSECUTION), residents=[Resident()])
    history = play(plan, facilities_of(beds=1, pauses=[Rule(SMALL, 900)]))
    assert history.is_spared.tolist() == [False, True, True]
    assert history.court_outcome.tolist() == [NONE] * 3
    assert told(history.prosecution_referred_at) == ["never"] * 3


# --- sentences ------------------------------------------------------------------------------------------------------


def test_parent_in_jail_is_freed_when_the_sentence_is_over(play):
    """Heard on Monday at nine, ten days of jail, to ICE on Thursday week; the child has gone to a shelter."""
    history = play(plan_of(_parent("Mon 08:00", Adult(jail=10 * DAY), separated_checks=DAY)))
    assert history.court_outcome.tolist() == [JAIL, NONE]
    assert told(history.freed_at) == ["Thu+1 09:00", "never"]
    assert told(history.back_at) == told(history.rejoined_at) == ["never"] * 2
    assert history.exit.tolist() == [Exit.TO_COURT, Exit.TO_SHELTER]


def test_parent_with_time_served_who_is_not_back_that_day_is_freed_at_the_hearing(play):
    """To ICE without jail, and not rejoined, although the child is at the station for days."""
    history = play(plan_of(_parent("Mon 08:00", Adult())))
    assert history.court_outcome.tolist() == [TIME_SERVED, NONE]
    assert told(history.freed_at) == ["Mon 09:00", "never"]
    assert told(history.back_at) == told(history.rejoined_at) == ["never"] * 2


def test_parent_with_time_served_is_back_that_evening_and_rejoined(play):
    """Off at 06:00, heard at nine, back at 19:00, released with the child at 21:00; freed by nobody."""
    case = _parent("Sun 22:00", Adult(back="19:00"), rejoined_release=2 * HOUR)
    history = play(plan_of(case), facilities_of(court_lead=3 * HOUR))
    assert told(history.left_cbp_at) == ["Mon+1 06:00", "Mon+1 21:00"]
    assert told(history.heard_at)[0] == "Mon+1 09:00"
    assert told(history.back_at)[0] == "Mon+1 19:00"
    assert told(history.rejoined_at) == ["Mon+1 19:00"] * 2
    assert told(history.freed_at) == ["never"] * 2
    assert history.court_outcome.tolist() == [TIME_SERVED, NONE]


def test_parent_who_waits_days_for_a_slot_comes_too_late(play):
    """Heard on Monday the parent is back before the child boards on Tuesday; heard on Wednesday, after it."""
    for day, rejoined in (("Mon", "Mon 19:00"), ("Wed", "never")):
        plan = plan_of(_parent("Mon 08:00", Adult(back="19:00"), separated_checks=DAY))
        history = play(plan, facilities_of(hearings=[f"{day} 09:00"]))
        assert told(history.rejoined_at) == [rejoined] * 2


def test_one_parent_in_jail_the_other_back_is_enough_to_rejoin(play):
    """The children are rejoined with the parent who is back; the other stays in jail."""
    case = family("Mon 08:00", separated_checks=SLOW, adults=2, takes_second=True, ground=PROSECUTION)
    case = replace(case, members=(Adult(jail=5 * DAY), Adult(back="19:00"), *case.members[2:]))
    history = play(plan_of(case))
    assert told(history.rejoined_at) == ["never", "Mon 19:00", "Mon 19:00"]
    assert told(history.freed_at) == ["Sat 09:00", "never", "never"]
    assert history.court_outcome.tolist() == [JAIL, TIME_SERVED, NONE]


def test_single_adult_in_jail_goes_to_ice_when_the_sentence_is_over(play):
    """Like a parent: heard on Monday at nine, two days of jail, then three in ICE's custody, from where removed."""
    plan = plan_of(referred("Mon 08:00", Adult(jail=2 * DAY, ice=3 * DAY, removed=True)), referred("Mon 08:00"))
    history = play(plan)
    assert history.court_outcome.tolist() == [JAIL, TIME_SERVED]
    assert told(history.freed_at) == ["Wed 09:00", "Mon 09:00"]
    assert history.exit.tolist() == [Exit.TO_COURT] * 2
    assert told(history.left_ice_at) == ["Sat 09:00", "never"]
    assert history.ice_exit.tolist() == [IceExit.REMOVED, IceExit.NONE]


# --- the last minute ------------------------------------------------------------------------------------------------


def test_hearing_beyond_the_horizon_is_pending(play):
    """A slot is given for Friday, the run ends on Wednesday: referred, not heard, still at the station."""
    history = play(plan_of(_parent("Mon 08:00")), facilities_of(hearings=["Fri 09:00"], horizon="Wed 00:00"))
    assert history.court_outcome.tolist() == [PENDING, NONE]
    assert told(history.heard_at) == ["never", "never"]
    assert history.exit.tolist() == [Exit.INSIDE, Exit.INSIDE]


def test_hearing_on_the_horizon_is_pending_though_the_adult_has_left(play):
    """Off at six, the run ends at nine, the first minute not played."""
    history = play(plan_of(referred("Sun 22:00")), facilities_of(court_lead=180, horizon="Mon+1 09:00"))
    assert told(history.left_cbp_at) == ["Mon+1 06:00"]
    assert told(history.heard_at) == ["never"]
    assert history.court_outcome.tolist() == [PENDING]
    later = play(plan_of(referred("Sun 22:00")), facilities_of(court_lead=180, horizon="Mon+1 09:01"))
    assert later.court_outcome.tolist() == [TIME_SERVED]


def test_sentence_beyond_the_horizon_is_known_but_not_over(play):
    """The outcome is that of the hearing; nobody is freed before the run ends."""
    history = play(plan_of(_parent("Mon 08:00", Adult(jail=MONTH))), facilities_of(horizon="Wed 00:00"))
    assert history.court_outcome.tolist() == [JAIL, NONE]
    assert told(history.freed_at) == ["never", "never"]
