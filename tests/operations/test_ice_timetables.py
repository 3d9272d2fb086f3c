"""Timetables of adults after the station, worked by hand: ICE's custody, charges, jail, lapse, removals put off.

An adult or a family at 08:00 is processed at 08:40. Unless a test says more, a parent taken on another ground than
prosecution is in ICE's custody, and the child in a shelter, from 08:40 on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.builders import (
    Adult,
    Case,
    Child,
    at,
    facilities_of,
    family,
    plan_of,
    referred,
    told,
)

from borderops.operations.facilities import Facilities
from borderops.operations.history import Code, CourtOutcome, Exit, FoundBy, IceExit, ParentNumber, Reunion, ShelterExit
from borderops.operations.plan import AdultPath, CaseKind, Ground
from borderops.operations.sittings import court_days, limit_after
from borderops.units import DAY, HOUR

PROSECUTION, HEALTH = Ground.PROSECUTION, Ground.HEALTH
CHARGED = (Ground.PRIOR_CRIME, Ground.GANG, Ground.WARRANT)
NONE, RELEASED, REMOVED, WITH_CHILD = IceExit.NONE, IceExit.RELEASED, IceExit.REMOVED, IceExit.WITH_CHILD
SLOW = 9 * DAY


def _parted(parent: Adult, *children: Child, **times) -> Case:
    """A family at Monday 08:00 whose parent is taken."""
    return family("Mon 08:00", *children, parent=parent, **{"ground": HEALTH, **times})


# --- ways into custody and out of it --------------------------------------------------------------------------------


def test_single_adults_are_held_from_leaving_the_station_on(play):
    """Two days from 09:40 on, then removed or released as planned; who was returned from the station is never held."""
    bodies = (
        Adult(departs=60, ice=2 * DAY, removed=True),
        Adult(departs=60, ice=2 * DAY),
        Adult(path=AdultPath.RETURN, ice=2 * DAY, removed=True),
    )
    history = play(plan_of(*(Case("Mon 08:00", (body,), CaseKind.ADULT) for body in bodies)))
    assert told(history.left_cbp_at) == ["Mon 09:40", "Mon 09:40", "Mon 08:40"]
    assert told(history.left_ice_at) == ["Wed 09:40", "Wed 09:40", "never"]
    assert history.ice_exit.tolist() == [REMOVED, RELEASED, NONE]
    assert told(history.freed_at) == ["never"] * 3


@pytest.mark.parametrize(("horizon", "leaves"), [("Wed 08:40", "never"), ("Wed 08:41", "Wed 08:40")])
@pytest.mark.parametrize("is_parent", [True, False])
def test_custody_that_ends_on_the_horizon_has_not_ended(play, is_parent, horizon, leaves):
    """Two days from 08:40 on; the horizon is the first minute not played."""
    body = Adult(ice=2 * DAY)
    case = _parted(body) if is_parent else Case("Mon 08:00", (body,), CaseKind.ADULT)
    history = play(plan_of(case), facilities_of(horizon=horizon))
    assert told(history.left_ice_at)[0] == leaves
    assert history.ice_exit.tolist()[0] == (NONE if leaves == "never" else RELEASED)


@pytest.mark.parametrize("ground", CHARGED)
def test_parent_who_is_charged_is_held_elsewhere_before_ice(play, ground):
    """Away at 09:00 to three days of other custody, then two of ICE's, and removed."""
    parent = Adult(departs=20, other_custody=3 * DAY, ice=2 * DAY, removed=True)
    history = play(plan_of(_parted(parent, ground=ground)))
    assert history.exit.tolist() == [Exit.TO_OTHER_CUSTODY, Exit.TO_SHELTER]
    assert told(history.left_cbp_at)[0] == "Mon 09:00"
    assert told(history.freed_at) == ["Thu 09:00", "never"]
    assert told(history.left_ice_at) == ["Sat 09:00", "never"]
    assert history.ice_exit.tolist() == [REMOVED, NONE]
    assert history.court_outcome.tolist() == [CourtOutcome.NONE] * 2


@pytest.mark.parametrize(
    ("ground", "other_custody"),
    [(ground, 3 * DAY) for ground in (Ground.HEALTH, Ground.PARENTAGE_DOUBTED, Ground.DANGER_TO_CHILD, Ground.OTHER)]
    + [(ground, 0) for ground in CHARGED],
)
def test_parent_who_is_not_charged_goes_to_ice_at_once(play, ground, other_custody):
    """No charge belongs to these grounds, or none was brought: two days of ICE's custody from 09:00 on."""
    parent = Adult(departs=20, other_custody=other_custody, ice=2 * DAY)
    history = play(plan_of(_parted(parent, ground=ground)))
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.TO_SHELTER]
    assert told(history.freed_at)[0] == "never"
    assert told(history.left_ice_at)[0] == "Wed 09:00"


def test_parent_goes_from_jail_to_ice(play):
    """Heard on Monday at nine, ten days of jail, five of ICE's custody: removed on Tuesday fortnight."""
    parent = Adult(jail=10 * DAY, ice=5 * DAY, removed=True)
    history = play(plan_of(_parted(parent, ground=PROSECUTION)))
    assert told(history.freed_at)[0] == "Thu+1 09:00"
    assert told(history.left_ice_at)[0] == "Tue+2 09:00"
    assert history.ice_exit.tolist() == [REMOVED, NONE]


@pytest.mark.parametrize(
    ("parent", "reaches"),
    [
        (Adult(lapses="Wed 08:00", departs=20), "Wed 08:00"),
        (Adult(declined=True, departs=20), "Mon 09:00"),
        (Adult(never_referred=True, departs=20), "Mon 09:00"),
    ],
    ids=["lapsed", "declined", "never referred"],
)
def test_parent_who_is_not_prosecuted_is_in_ices_custody_from_the_station_on(play, parent, reaches):
    """No slot for parents: given up on Wednesday, or away before; a day later released, and nobody frees from court."""
    plan = plan_of(_parted(replace(parent, ice=DAY), ground=PROSECUTION))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (0, 9)}))
    assert history.exit.tolist()[0] == Exit.TO_ICE
    assert told(history.left_cbp_at)[0] == reaches
    assert history.left_ice_at[0] - history.left_cbp_at[0] == DAY
    assert told(history.freed_at) == ["never"] * 2


def test_rejoined_parent_is_never_in_ices_custody(play):
    """Back at 19:00, released with the child at 20:00: no custody of ICE's to end."""
    parent = Adult(back="19:00", ice=DAY, removed=True)
    history = play(plan_of(_parted(parent, separated_checks=SLOW, rejoined_release=60, ground=PROSECUTION)))
    assert told(history.left_again_at)[0] == "Mon 20:00"
    assert told(history.left_ice_at) == told(history.freed_at) == ["never"] * 2


# --- Memorial Day ---------------------------------------------------------------------------------------------------


def _courts_of_may() -> Facilities:
    """A slot for parents and one for others at nine on each court day from 18 May to 8 June 2018."""
    days = court_days(date(2018, 5, 18), date(2018, 6, 8)).tolist()
    sittings = told(day * DAY + 9 * HOUR for day in days)
    return facilities_of(days=170, hearings=dict.fromkeys(sittings, (1, 1)), court_lead=3 * HOUR)


def _limited(apprehended: str, **body) -> Adult:
    """Heard within 72 hours of apprehension or given up after 48, both longer by days without court."""
    moment, sitting = np.array([at(apprehended)]), court_days(date(2018, 5, 1), date(2018, 6, 30))
    hear_by, lapse_at = (told(limit_after(moment, hours * HOUR, sitting))[0] for hours in (72, 48))
    return Adult(hearing_until=hear_by, lapses=lapse_at, **body)


@pytest.mark.parametrize(
    ("friday", "heard", "lapses", "leaves_ice"),
    [
        # 18 May: Saturday and Sunday count, limits end on Wednesday and Tuesday
        ("Fri+19 10:00", ["Mon+20 09:00", "Tue+20 09:00", "Wed+20 09:00"], "Tue+20 10:00", "Wed+20 10:00"),
        # 25 May: Monday the 28th counts as well, so nobody is heard on it and everything is a day later
        ("Fri+20 10:00", ["Tue+21 09:00", "Wed+21 09:00", "Thu+21 09:00"], "Wed+21 10:00", "Thu+21 10:00"),
    ],
    ids=["the week before", "Memorial Day"],
)
def test_hearings_and_lapses_over_memorial_day(play, friday, heard, lapses, leaves_ice):
    """Four adults caught on a Friday after the sitting, one slot a day: three are heard, the fourth lapses to ICE."""
    plan = plan_of(*(referred(friday, _limited(friday, ice=DAY)) for _ in range(4)))
    history = play(plan, _courts_of_may())
    assert told(history.heard_at) == [*heard, "never"]
    assert history.court_outcome.tolist() == [CourtOutcome.TIME_SERVED] * 3 + [CourtOutcome.LAPSED]
    assert told(history.left_cbp_at) == [moment.replace("09:00", "06:00") for moment in heard] + [lapses]
    assert told(history.left_ice_at)[3] == leaves_ice


@pytest.mark.parametrize(("friday", "back"), [("Fri+19 10:00", "Mon+20 19:00"), ("Fri+20 10:00", "Tue+21 19:00")])
def test_parent_is_back_a_day_later_over_memorial_day(play, friday, back):
    """A parent caught on a Friday is heard on the next court day and rejoined that evening with a child still there."""
    parent = _limited(friday, back="19:00")
    plan = plan_of(family(friday, parent=parent, separated_checks=SLOW, ground=PROSECUTION))
    assert told(play(plan, _courts_of_may()).rejoined_at) == [back, back]


# --- removals put off -----------------------------------------------------------------------------------------------

UNKNOWN = {"parent_number": ParentNumber.NOT_PASSED}
"""Together with a wrong code: a child whose parent is on no record."""


@pytest.mark.parametrize(
    ("stay", "leaves"),
    [
        (2 * DAY, "Fri 08:40"),  # the child is gone on Wednesday: removed on Friday, as planned
        (4 * DAY, "Fri 08:40"),  # gone at the minute the removal is due
        (6 * DAY, "Sun 08:40"),  # gone on Sunday
    ],
)
def test_removal_takes_place_when_the_child_goes_to_a_sponsor(play, stay, leaves):
    """Known when the order comes on Tuesday, due for removal on Friday 08:40, while the team has no time to vet."""
    plan = plan_of(_parted(Adult(ice=4 * DAY, removed=True), Child(stay=stay)))
    history = play(plan, facilities_of(order="Tue 00:00", team=0))
    assert told(history.found_at) == ["never", "Tue 00:00"]
    assert told(history.left_ice_at) == [leaves, "never"]
    assert history.ice_exit.tolist() == [REMOVED, NONE]
    assert history.shelter_exit.tolist() == [ShelterExit.NONE, ShelterExit.RELEASED]


def test_removal_waits_for_the_last_child(play):
    """Two children, to sponsors on Saturday and on Sunday: removed on Sunday."""
    plan = plan_of(_parted(Adult(ice=4 * DAY, removed=True), Child(stay=5 * DAY), Child(stay=6 * DAY)))
    history = play(plan, facilities_of(order="Tue 00:00", team=0))
    assert told(history.left_shelter_at)[1:] == ["Sat 08:40", "Sun 08:40"]
    assert told(history.left_ice_at)[0] == "Sun 08:40"


def test_release_is_not_put_off(play):
    """Who is to be released leaves as planned, search or no search; the child travels to the parent all the same."""
    plan = plan_of(_parted(Adult(ice=4 * DAY)))
    history = play(plan, facilities_of(order="Tue 00:00", team={"Mon 00:00": 0, "Sun 00:00": 1}, vetting=45))
    assert told(history.left_ice_at)[0] == "Fri 08:40"
    assert history.ice_exit.tolist()[0] == RELEASED
    assert told(history.reunion_at)[1] == "Sun 00:45"
    assert history.reunion.tolist()[1] == Reunion.CHILD_TRAVELLED


def test_removal_without_an_order_is_not_put_off(play):
    """The parent asks, the child is found on Tuesday, the request would be granted on Sunday: removed on Friday."""
    plan = plan_of(_parted(Adult(ice=4 * DAY, removed=True, asks_after=DAY), Child(request=5 * DAY)))
    history = play(plan)
    assert told(history.found_at)[1] == "Tue 08:40"
    assert told(history.left_ice_at)[0] == "Fri 08:40"
    assert history.reunion.tolist()[1] == Reunion.NONE
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED


def test_parent_whom_nobody_knows_is_removed_during_the_search(play):
    """Removed on Friday, found by review and vetted on Sunday; ten days later the child follows the parent abroad."""
    parent = Adult(ice=4 * DAY, removed=True)
    plan = plan_of(_parted(parent, Child(abroad=10 * DAY, **UNKNOWN), code=Code.WRONG))
    team = {"Mon 00:00": 0, "Sun 00:00": 1}
    history = play(plan, facilities_of(order="Tue 00:00", team=team, review=60, vetting=45))
    assert told(history.left_ice_at)[0] == "Fri 08:40"
    assert told(history.found_at)[1] == "Sun 01:00"
    assert told(history.vetted_at)[1] == "Sun 01:45"
    assert told(history.reunion_at)[1] == told(history.left_shelter_at)[1] == "Wed+2 01:45"
    assert history.reunion.tolist()[1] == Reunion.ABROAD


def test_parent_who_is_found_by_asking_after_the_order_is_not_removed(play):
    """Asks on Tuesday, found on Wednesday, due for removal on Thursday; with the child on Saturday."""
    parent = Adult(ice=3 * DAY, removed=True, asks_after=DAY)
    plan = plan_of(_parted(parent, Child(tracing=DAY, **UNKNOWN), code=Code.WRONG))
    history = play(plan, facilities_of(order="Tue 00:00", team={"Mon 00:00": 0, "Sat 00:00": 1}))
    assert told(history.found_at)[1] == "Wed 08:40"
    assert history.found_by.tolist()[1] == FoundBy.ASKING
    assert told(history.left_ice_at)[0] == told(history.reunion_at)[1] == "Sat 00:00"
    assert history.ice_exit.tolist()[0] == WITH_CHILD


@pytest.mark.parametrize("objection", ["unfit", "unwilling"])
def test_removal_takes_place_when_vetting_ends_the_search(play, objection):
    """Due on Friday, vetted on Saturday from noon to 12:45: removed then, while the child stays for a sponsor."""
    plan = plan_of(_parted(Adult(ice=4 * DAY, removed=True, **{objection: True})))
    history = play(plan, facilities_of(order="Tue 00:00", team={"Mon 00:00": 0, "Sat 12:00": 1}, vetting=45))
    assert told(history.left_ice_at)[0] == told(history.reunion_at)[1] == "Sat 12:45"
    assert history.ice_exit.tolist()[0] == REMOVED
    assert history.shelter_exit.tolist()[1] == ShelterExit.RELEASED


def test_parent_freed_after_the_order_is_held_for_the_child_in_care(play):
    """In jail until Friday, due for removal an hour later, vetted long since: the child travels from Friday on."""
    parent = Adult(jail=4 * DAY, ice=HOUR, removed=True)
    plan = plan_of(_parted(parent, Child(centre_travel=DAY), ground=PROSECUTION))
    history = play(plan, facilities_of(order="Tue 00:00", vetting=45))
    assert told(history.freed_at)[0] == told(history.left_shelter_at)[1] == "Fri 09:00"
    assert told(history.left_ice_at)[0] == told(history.reunion_at)[1] == "Sat 09:00"
    assert history.ice_exit.tolist()[0] == WITH_CHILD


def test_adult_without_a_family_is_removed_whatever_the_order_says(play):
    """Nobody seeks this adult."""
    body = Adult(ice=4 * DAY, removed=True)
    plan = plan_of(Case("Mon 08:00", (body,), CaseKind.ADULT), _parted(body))
    history = play(plan, facilities_of(order="Tue 00:00", team=0))
    assert told(history.left_ice_at) == ["Fri 08:40", "Wed+4 08:40", "never"]
