"""Timetables of agents who care for children instead of processing, worked by hand.

Brothers and sisters who came alone are processed at 08:40 and wait at the station, since ORR's desk is closed. Shifts
change at 14:00. Two adults who come then take 40 minutes of an agent each; a single agent takes both in beforehand.
"""

from __future__ import annotations

import pytest
from tests.builders import Case, Child, Resident, adult, alone, facilities_of, family, plan_of, told

from borderops.operations.facilities import Facilities
from borderops.operations.plan import Ground

TOGETHER, IN_TURN = ["Mon 14:40"] * 2, ["Mon 14:50", "Mon 15:20"]
"""When two adults of 14:00 are processed by two agents, and by one: intake at 14:00 and 14:10, then 30 minutes each."""


def _crowded() -> Facilities:
    """Two agents and two places for children at each station; an agent cares for every three children beyond."""
    shifts = {"Mon 00:00": 2, "Mon 14:00": 2}
    return facilities_of(agents=shifts, rated_children=2, children_per_diverted_agent=3, desk=0)


def _children(count: int, when: str = "Mon 08:00", **body) -> Case:
    return alone(when, *[Child(**body)] * count)


@pytest.mark.parametrize(("children", "processed"), [(2, TOGETHER), (4, TOGETHER), (5, IN_TURN)])
def test_agent_cares_for_every_so_many_children_beyond_the_places(play, children, processed):
    """Two places, three children an agent: nobody cares for four children, one of two agents does for five."""
    plan = plan_of(_children(children), adult("Mon 14:00"), adult("Mon 14:00"))
    assert told(play(plan, _crowded()).processed_at)[-2:] == processed


@pytest.mark.parametrize("children", [8, 40])
def test_one_agent_always_stays(play, children):
    """Both agents, or many more, would be wanted for the children; one goes on processing."""
    plan = plan_of(_children(children), adult("Mon 14:00"), adult("Mon 14:00"))
    assert told(play(plan, _crowded()).processed_at)[-2:] == IN_TURN


def test_children_are_counted_when_a_shift_begins_and_not_before(play):
    """Five children since 08:40 leave the morning's agents alone; who comes at 14:00 himself is not counted yet."""
    plan = plan_of(_children(5), adult("Mon 10:00"), adult("Mon 10:00"))
    assert told(play(plan, _crowded()).processed_at)[-2:] == ["Mon 10:40"] * 2
    plan = plan_of(_children(4), _children(1, "Mon 14:00"), adult("Mon 14:00"))
    assert told(play(plan, _crowded()).intake_at)[-2:] == ["Mon 14:00"] * 2


@pytest.mark.parametrize(("departs", "processed"), [(319, TOGETHER), (320, IN_TURN)])
def test_children_who_left_need_no_care(play, departs, processed):
    """The fifth is returned at 13:59, and no agent is wanted; at 14:00 the shift begins before the child leaves."""
    fifth = _children(1, is_returned=True, departs=departs)
    plan = plan_of(_children(4), fifth, adult("Mon 14:00"), adult("Mon 14:00"))
    assert told(play(plan, _crowded()).processed_at)[-2:] == processed


def test_rejoined_children_are_held_until_the_door(play):
    """Rejoined at 13:00, released at 15:00: at 14:00 the fifth child is there still."""
    case = family("Mon 08:00", back="13:00", rejoined_release=120, ground=Ground.PROSECUTION)
    plan = plan_of(case, _children(4), adult("Mon 14:00"), adult("Mon 14:00"))
    history = play(plan, _crowded())
    assert told(history.left_cbp_at)[1] == "Mon 15:00"
    assert told(history.processed_at)[-2:] == IN_TURN


def test_children_elsewhere_need_no_care_here(play):
    """Five children at another station, and residents of shelters, who are at none."""
    others = alone("Mon 08:00", *[Child()] * 5, station=1)
    plan = plan_of(others, adult("Mon 14:00"), adult("Mon 14:00"), residents=[Resident()] * 5)
    assert told(play(plan, _crowded()).processed_at)[-2:] == TOGETHER
