"""Timetables of what clerks write down, worked by hand: grouping, codes, notes, lists, numbers, and their drivers.

An act happens where its roll is below a threshold of the design, the guidance and the load of the minute: tenths of
the trailing hour in which the agents of the station were busy.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.builders import (
    SMALL,
    Adult,
    Case,
    Child,
    Design,
    Resident,
    Rule,
    adult,
    alone,
    facilities_of,
    family,
    plan_of,
    settings_of,
    told,
)

from borderops.operations.history import Code, CourtOutcome, Exit, FoundBy, Note, ParentNumber, Reunion, ShelterExit
from borderops.operations.laying_out import lay_out
from borderops.operations.numbers import ROLLS, Act
from borderops.operations.plan import AdultPath, Ground, Plan
from borderops.units import DAY

PROSECUTION, HEALTH = Ground.PROSECUTION, Ground.HEALTH
FROM_HALF_ON = [0] * 5 + [1] * 6
"""Share by load: never below a load of five tenths, always from there on."""
UNLESS_IDLE = [0] + [1] * 10
SLOW = 9 * DAY


def _with_roll(plan: Plan, **rolls: int) -> Plan:
    """The plan with other rolls, the same for all."""
    return replace(plan, **{name: np.full_like(getattr(plan, name), roll) for name, roll in rolls.items()})


def _parted(when: str, *children: Child, **times) -> Case:
    """A family whose parent is taken and leaves to ICE."""
    return family(when, *children, **{"ground": HEALTH, **times})


# --- load -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("apprehended", "load", "is_grouped"),
    [
        ("Mon 08:30", 5, False),  # 30 minutes of the hour before 08:30
        ("Mon 09:00", 5, False),  # the same 30, the first of them exactly an hour ago
        ("Mon 09:01", 4, True),  # 29
        ("Mon 09:24", 1, True),  # 6, a tenth
        ("Mon 09:25", 0, True),  # 5
        ("Mon 09:30", 0, True),  # what ended an hour ago does not count
    ],
)
def test_load_of_the_hour_before_intake_decides_whether_a_family_is_grouped(play, apprehended, load, is_grouped):
    """The only agent was busy from 08:00 to 08:30 with somebody else; from a load of a half on nobody is grouped."""
    plan = plan_of(adult("Mon 08:00", processing=20), family(apprehended))
    history = play(plan, facilities_of(agents=1, thresholds={Act.NEVER_GROUPED: FROM_HALF_ON}))
    assert told(history.intake_at)[1] == apprehended
    assert history.load.tolist() == [-1, load, load]
    assert history.is_grouped.tolist() == [False, is_grouped, is_grouped]


def test_load_is_a_share_of_all_agents_of_the_station(play):
    """Thirty busy minutes are a quarter of two agents' hour; an agent of another station counts for nothing."""
    plan = plan_of(
        adult("Mon 08:00", processing=20),
        family("Mon 08:30"),
        adult("Mon 07:00", station=1, processing=200),
        family("Mon 08:30", station=2),
    )
    history = play(plan, facilities_of(agents=2, thresholds={Act.NEVER_GROUPED: FROM_HALF_ON}))
    assert history.load.tolist() == [-1, 2, 2, -1, 0, 0]
    assert history.is_grouped[1:3].all()


def test_load_beyond_the_agents_on_duty_is_full(play):
    """Three agents worked the whole hour before nine, when only one is on duty: full, and no more than full."""
    plan = plan_of(*(adult("Mon 08:00", processing=50) for _ in range(3)), family("Mon 08:59"))
    facilities = facilities_of(agents={"Mon 00:00": 3, "Mon 08:55": 1}, thresholds={Act.NEVER_GROUPED: [0] * 10 + [1]})
    history = play(plan, facilities)
    assert told(history.intake_at)[3] == "Mon 09:00"
    assert history.load.tolist()[3] == 10
    assert not history.is_grouped[3:].any()


@pytest.mark.parametrize("processing", [30, 60, 90])
def test_own_processing_is_no_load_at_the_parting(play, processing):
    """The only agent processed nobody but this family: idle as far as its code is concerned, however long it took."""
    plan = plan_of(_parted("Mon 08:00", intake=0, processing=processing))
    history = play(plan, facilities_of(agents=1, thresholds={Act.CODE_WRONG: UNLESS_IDLE}))
    assert history.load.tolist() == [0, 0]
    assert history.separation_code.tolist() == [Code.RIGHT] * 2


@pytest.mark.parametrize(("apprehended", "processing"), [("Mon 08:00", 60), ("Mon 07:30", 90)])
def test_work_beside_the_own_is_load_at_the_parting(play, apprehended, processing):
    """Of the two agents' hour before nine the own 60 minutes do not count, the 60 for somebody else do: a half."""
    own = _parted(apprehended, intake=0, processing=processing)
    plan = plan_of(adult("Mon 08:00", intake=0, processing=60), own)
    history = play(plan, facilities_of(agents=2, thresholds={Act.CODE_WRONG: FROM_HALF_ON}))
    assert told(history.parted_at)[1] == "Mon 09:00"
    assert history.load.tolist() == [-1, 5, 5]
    assert history.separation_code.tolist() == [Code.NONE, Code.WRONG, Code.WRONG]


def test_further_minutes_of_the_design_are_own_work_too(play):
    """Half an hour of processing and half an hour for the deletion, all of it the own job: no load."""
    design = Design(parting=30, shares={Act.CODE_WRONG: UNLESS_IDLE})
    history = play(plan_of(_parted("Mon 08:00", intake=0)), facilities_of(agents=1, designs=[design]))
    assert told(history.parted_at) == ["Mon 09:00"] * 2
    assert history.load.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("apprehended", "number"), [("Mon 09:00", ParentNumber.NOT_PASSED), ("Mon 09:01", ParentNumber.RIGHT)]
)
def test_number_is_passed_on_at_the_load_of_coordinators(play, apprehended, number):
    """The coordinator was busy from 08:40 to 09:10 with another child: a half for who is determined at 09:40."""
    plan = plan_of(alone("Mon 08:00", Child(designation=DAY)), _parted(apprehended))
    thresholds = {Act.NUMBER_NOT_PASSED: FROM_HALF_ON}
    history = play(plan, facilities_of(coordinators=1, message_minutes=30, thresholds=thresholds))
    assert history.parent_number.tolist() == [ParentNumber.NONE, ParentNumber.NONE, number]


# --- guidance and designs -------------------------------------------------------------------------------------------


def test_guidance_holds_from_its_minute_on_at_the_stations_it_names(play):
    """Guided at eight, nobody is left ungrouped: of two families the second, and none at another station."""
    plan = plan_of(family("Mon 07:59"), family("Mon 08:00"), family("Mon 08:00", station=1))
    facilities = facilities_of(thresholds={Act.NEVER_GROUPED: [[1], [0]]}, guided={0: "Mon 08:00"})
    assert play(plan, facilities).is_grouped.tolist() == [False] * 2 + [True] * 2 + [False] * 2


def test_minutes_follow_the_design_at_intake_and_the_code_the_one_at_parting(play):
    """A new design from 08:30 on. At 07:00: 15 + 40 minutes, all of it before, the code of the first design.

    At 07:35: parted in the first minute of the new design. At 08:00: 15 + 40 minutes as well, the code of the second.
    So at 08:20, though intake ends after the change. At 08:30: 60 + 90 minutes. A family that is not selected has only
    the further minutes of intake.
    """
    designs = [
        Design(intake=5, parting=10, shares={Act.CODE_WRONG: 1}),
        Design(begins="Mon 08:30", intake=50, parting=60, shares={Act.CODE_BLANK: 1}),
    ]
    arrivals = ("Mon 07:00", "Mon 07:35", "Mon 08:00", "Mon 08:20", "Mon 08:30")
    plan = plan_of(*(_parted(when) for when in arrivals), family("Mon 08:00"))
    history = play(plan, facilities_of(designs=designs))
    processed = ["Mon 07:55", "Mon 08:30", "Mon 08:55", "Mon 09:15", "Mon 11:00", "Mon 08:45"]
    assert told(history.processed_at)[::2] == processed
    assert history.separation_code.tolist()[::2] == [Code.WRONG] + [Code.BLANK] * 4 + [Code.NONE]


def test_spared_family_takes_the_minutes_of_a_parting_and_leaves_no_word_of_one(play):
    """All beds are in use, so the family stays together: 10 further minutes were spent on it all the same."""
    plan = plan_of(family("Mon 08:00", ground=PROSECUTION), residents=[Resident()])
    facilities = facilities_of(beds=1, pauses=[Rule(SMALL, 900)], designs=[Design(parting=10)])
    history = play(plan, facilities)
    assert told(history.processed_at)[1:] == ["Mon 08:50"] * 2
    assert history.is_spared[1:].all()
    assert not (history.separation_code.any() or history.note.any() or history.is_listed.any())


def test_without_feedback_everything_is_written_and_takes_no_time(play):
    """Of two families, one with rolls that meet every act, under the design of 2017 as shipped: with feedback on the
    first is not grouped, the second has a blank code after 12 minutes of intake and 40 of processing.
    """
    meets = Child(lost=(1, 1, 1), rerouted=60, parent_number=ParentNumber.NOT_PASSED)
    one = _parted("Mon 08:00", meets, grouped=False, code=Code.WRONG, note=Note.NOTHING, listed=False)
    plan = plan_of(one, _parted("Mon 08:00"))
    on, off = (
        play(plan, replace(facilities_of(), designs=lay_out(settings_of("tracking=e3_2017", *further)).designs))
        for further in ((), ("tracking.feedback=false",))
    )
    assert on.is_grouped.tolist() == [False, False, True, True]
    assert on.separation_code.tolist() == [Code.NONE] * 2 + [Code.BLANK] * 2
    assert told(on.parted_at)[2:] == ["Mon 08:52"] * 2
    assert off.is_grouped.all() and off.is_listed.all()
    assert told(off.parted_at) == ["Mon 08:40"] * 4
    assert off.separation_code.tolist() == [Code.RIGHT] * 4
    assert off.note.tolist() == [Note.TOP_ONLY] * 4
    assert off.parent_number.tolist() == [ParentNumber.NONE, ParentNumber.RIGHT] * 2
    assert told(off.left_cbp_at) == ["Mon 08:40"] * 4
    assert not (off.messages_lost.any() or off.is_misrouted.any())


# --- never grouped --------------------------------------------------------------------------------------------------


def test_family_that_is_not_grouped_goes_on_as_adults_and_children(play):
    """One agent: intake until 08:10, the children in 25 minutes of their own, then both adults in 20 of theirs.

    Selected for prosecution, they are taken for adults without children all the same: to ICE half an hour later, the
    children to shelters without the further checks of separated children. Nobody parted anybody that anybody knows of.
    """
    case = family(
        "Mon 08:00", Child(), Child(age=15), adults=2, takes_second=True, parent=Adult(departs=30), ground=PROSECUTION,
        grouped=False, adults_alone=20, children_alone=25, checks=60, separated_checks=SLOW,
    )  # fmt: skip
    history = play(plan_of(case), facilities_of(agents=1))
    assert told(history.processing_at) == ["Mon 08:35"] * 2 + ["Mon 08:10"] * 2
    assert told(history.processed_at) == ["Mon 08:55"] * 2 + ["Mon 08:35"] * 2
    assert told(history.left_cbp_at) == ["Mon 09:25"] * 2 + ["Mon 09:35"] * 2
    assert history.exit.tolist() == [Exit.TO_ICE] * 2 + [Exit.TO_SHELTER] * 2
    assert told(history.selected_at) == told(history.parted_at) == ["never"] * 4
    assert not (history.ground.any() or history.is_taken.any() or history.is_alone.any())
    assert not (history.separation_code.any() or history.note.any() or history.is_listed.any())
    assert history.parent_number.tolist() == [ParentNumber.NONE] * 4


def test_order_does_not_speak_of_a_family_that_was_not_grouped(play):
    """The parent asks in vain, the order passes by, and the child leaves to a sponsor after a month."""
    case = family("Mon 08:00", parent=Adult(asks_after=60), ground=PROSECUTION, grouped=False)
    history = play(plan_of(case), facilities_of(order="Wed 00:00"))
    assert history.is_in_class.tolist() == [False, False]
    assert told(history.asked_at) == told(history.found_at) == told(history.reunion_at) == ["never"] * 2
    assert history.found_by.tolist() == [FoundBy.NONE] * 2
    assert history.reunion.tolist() == [Reunion.NONE] * 2
    assert history.shelter_exit.tolist() == [ShelterExit.NONE, ShelterExit.RELEASED]


def test_stay_of_a_child_whose_family_was_not_grouped_is_not_longer(play):
    """The parent may be the sponsor, for all anybody knows: 100 minutes of work; a separated child takes 150."""
    child = Child(stay=100)
    plan = plan_of(_parted("Mon 08:00", child, grouped=False, children_alone=30), _parted("Mon 08:00", child))
    history = play(plan, facilities_of(separated_per_mille=1500))
    assert told(history.admitted_at)[1::2] == ["Mon 08:40"] * 2
    assert told(history.left_shelter_at)[1::2] == ["Mon 10:20", "Mon 11:10"]


def test_parent_who_is_not_grouped_is_heard_among_the_others(play):
    """On the way to court like any adult: a slot for others, no rejoining, and to ICE after the hearing."""
    parent = Adult(path=AdultPath.COURT, back="19:00", ice=DAY)
    plan = plan_of(family("Mon 08:00", parent=parent, ground=PROSECUTION, grouped=False, checks=SLOW))
    history = play(plan, facilities_of(hearings={"Mon 09:00": (9, 0), "Tue 09:00": (0, 1)}))
    assert told(history.prosecution_referred_at)[0] == "Mon 08:30"
    assert told(history.heard_at)[0] == told(history.freed_at)[0] == "Tue 09:00"
    assert history.court_outcome.tolist() == [CourtOutcome.TIME_SERVED, CourtOutcome.NONE]
    assert told(history.back_at) == told(history.rejoined_at) == ["never"] * 2
    assert told(history.left_ice_at)[0] == "Wed 09:00"


def test_child_of_a_family_that_is_not_grouped_may_be_returned_alone(play):
    """Screened like a child who came alone: returned an hour after 08:35; the same child of a parted family is not."""
    child = Child(is_returned=True, departs=60)
    plan = plan_of(_parted("Mon 08:00", child, grouped=False), _parted("Mon 08:00", child))
    history = play(plan)
    assert history.exit.tolist() == [Exit.TO_ICE, Exit.RETURNED, Exit.TO_ICE, Exit.TO_SHELTER]
    assert told(history.left_cbp_at)[1::2] == ["Mon 09:35", "Mon 08:40"]


# --- what is written of a parting -----------------------------------------------------------------------------------

QUARTERS = (0, 16_383, 16_384, 32_767, 32_768, 49_151, 49_152, ROLLS - 1)
"""Rolls on both sides of one, two and three quarters of 65,536; one on a threshold is not below it."""


def _by_quarter(*outcomes: int) -> list[tuple[int, int]]:
    """Each of four outcomes at both ends of its quarter."""
    return list(zip(QUARTERS, np.repeat(outcomes, 2).tolist()))


@pytest.mark.parametrize(("roll", "code"), _by_quarter(Code.WRONG, Code.BLANK, Code.SEVERAL, Code.RIGHT))
def test_codes_share_one_roll(play, roll, code):
    """A quarter is wrong, the next blank, the next several codes, the rest right; written of all of the family."""
    plan = _with_roll(plan_of(_parted("Mon 08:00")), code_roll=roll)
    shares = {Act.CODE_WRONG: 0.25, Act.CODE_BLANK: 0.25, Act.CODE_SEVERAL: 0.25}
    history = play(plan, facilities_of(thresholds=shares))
    assert history.separation_code.tolist() == [code, code]


@pytest.mark.parametrize(
    ("roll", "note"), _by_quarter(Note.NOTHING, Note.NOT_AT_TOP, Note.TOP_AND_CHILD, Note.TOP_ONLY)
)
def test_notes_share_one_roll(play, roll, note):
    """A quarter says nothing, the next not at the top, the next there and with the child, the rest only there."""
    plan = _with_roll(plan_of(_parted("Mon 08:00")), note_roll=roll)
    shares = {Act.NOTE_NOTHING: 0.25, Act.NOTE_NOT_AT_TOP: 0.25, Act.NOTE_TOP_AND_CHILD: 0.25}
    history = play(plan, facilities_of(thresholds=shares))
    assert history.note.tolist() == [note, note]


@pytest.mark.parametrize(("roll", "is_listed"), [(0, False), (16_383, False), (16_384, True), (ROLLS - 1, True)])
def test_family_is_listed_unless_the_roll_is_below_the_threshold(play, roll, is_listed):
    """A quarter of the families has no row in the sheet."""
    plan = _with_roll(plan_of(_parted("Mon 08:00")), listing_roll=roll)
    history = play(plan, facilities_of(thresholds={Act.NOT_LISTED: 0.25}))
    assert history.is_listed.tolist() == [is_listed] * 2


@pytest.mark.parametrize(
    ("roll", "number"),
    _by_quarter(ParentNumber.NOT_PASSED, ParentNumber.WRONG, ParentNumber.WRONG, ParentNumber.RIGHT),
)
def test_numbers_share_one_roll(play, roll, number):
    """A quarter is not passed on, the next half is wrong, the rest right; a child who came alone has none to pass."""
    plan = _with_roll(plan_of(_parted("Mon 08:00"), alone("Mon 08:00")), number_roll=roll)
    history = play(plan, facilities_of(thresholds={Act.NUMBER_NOT_PASSED: 0.25, Act.NUMBER_WRONG: 0.5}))
    assert history.parent_number.tolist() == [ParentNumber.NONE, number, ParentNumber.NONE]


@pytest.mark.parametrize(("roll", "is_grouped"), [(0, False), (16_383, False), (16_384, True), (ROLLS - 1, True)])
def test_family_is_grouped_unless_the_roll_is_below_the_threshold(play, roll, is_grouped):
    """A quarter of the families is not grouped."""
    plan = _with_roll(plan_of(family("Mon 08:00")), grouping_roll=roll)
    history = play(plan, facilities_of(thresholds={Act.NEVER_GROUPED: 0.25}))
    assert history.is_grouped.tolist() == [is_grouped] * 2


def test_parting_is_written_of_who_stays_with_a_parent_as_well(play):
    """One of two parents is taken: the code and the note stand with all four, the number with nobody."""
    plan = plan_of(_parted("Mon 08:00", Child(), Child(), adults=2, code=Code.SEVERAL, note=Note.NOT_AT_TOP))
    history = play(plan)
    assert history.separation_code.tolist() == [Code.SEVERAL] * 4
    assert history.note.tolist() == [Note.NOT_AT_TOP] * 4
    assert history.is_listed.all()
    assert not (history.is_alone.any() or history.parent_number.any())


def test_child_rejoined_before_the_determination_has_no_number_to_pass(play):
    """Parted and rejoined that evening while checks go on: the code is written, no referral was ever made."""
    case = family("Mon 08:00", back="19:00", separated_checks=SLOW, ground=PROSECUTION)
    history = play(plan_of(case))
    assert told(history.rejoined_at) == ["Mon 19:00"] * 2
    assert history.separation_code.tolist() == [Code.RIGHT] * 2
    assert not history.parent_number.any()
    assert history.messages_sent.tolist() == [0, 0]
