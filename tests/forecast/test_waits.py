"""Where the hours in CBP's hands went: stages of a way made by hand, and sums that hold for everybody."""

from __future__ import annotations

import pytest
from tests.builders import Child, alone, facilities_of, family, replication_of
from tests.forecast.hand_worked import JANUARY, YUMA, after_the_order, season

from borderops.forecast.measure import measure
from borderops.forecast.measure_waits import STAGES, waits
from borderops.forecast.reading import Reading
from borderops.operations.plan import Ground
from borderops.replication import Replication
from borderops.units import DAY, HOUR, hours

CHILD = Child(lost=(1, 0, 0), noticed=100, designation=2 * HOUR, transport=3 * HOUR)


def _way(child: Child = CHILD, **changes) -> Replication:
    """A separated child: 40 minutes until parted, an hour of checks, mail, 20 minutes at the desk, a bed at 20:00."""
    capacity = {"desk_minutes": 20, "message_minutes": 6, "beds": {"Mon 00:00": 0, "Sat 20:00": 5}, **changes}
    case = family("Sat 10:00", child, checks=HOUR, ground=Ground.WARRANT, station=YUMA)
    return replication_of(case, facilities=facilities_of(days=31, **capacity))


def _stages(replication: Replication, cohort: str) -> dict[str, int]:
    """Minutes of the stages that took any."""
    table = measure(replication, JANUARY).tables["waits"]
    rows = table[table["cohort"] == cohort]
    assert rows["stage"].tolist() == list(STAGES) if len(rows) else True
    return {row.stage: round(row.value * HOUR) for row in rows.itertuples() if row.value}


def test_every_stage_of_a_way_by_hand():
    """Forwarded at 13:26, cleared at 13:46, designated at 20:00, arranged at 22:06, boarded at 1:06 the next day."""
    assert _stages(_way(), "separated_within_72h") == {
        "processing": 40,
        "checks": 60,
        "mail": 100 + 6 + 6,
        "desk": 20,
        "bed": 6 * HOUR + 14,
        "designation": 2 * HOUR,
        "transport": 3 * HOUR,
    }
    assert _stages(_way(), "separated_over_72h") == {}


@pytest.mark.parametrize(
    ("child", "notice", "mail", "transport"),
    [
        (Child(transport=3 * HOUR), HOUR, 6 + 6, 4 * HOUR),  # the itinerary is there before the seat
        (Child(transport=3 * HOUR, lost=(0, 0, 1), noticed=400), HOUR, 6 + 6 + 400 + 6 - 3 * HOUR, 4 * HOUR),
        (Child(transport=3 * HOUR, rerouted=5 * HOUR), HOUR, 6 + 6 + 5 * HOUR, 4 * HOUR),
    ],
    ids=["in_time", "late", "wrong"],
)
def test_a_seat_lost_to_mail_is_mail(child, notice, mail, transport):
    """Transport is notice and the wait for the seat; what comes on top by a late or wrong itinerary is mail."""
    stages = _stages(_way(child, notice=notice, desk_minutes=0, beds=5), "separated_within_72h")
    assert (stages["mail"], stages["transport"]) == (mail, transport)


def test_a_seat_on_a_weekend_and_at_night():
    """The wait doubles on a weekend and ends when the contractor opens; all of it is transport."""
    child = Child(transport=5 * HOUR)  # on Saturday ten hours, to 21:52, which is after closing
    replication = _way(child, desk_minutes=0, beds=5, weekend_per_mille=2000, opens_at=6 * HOUR, closes_at=20 * HOUR)
    assert _stages(replication, "separated_within_72h")["transport"] == 18 * HOUR + 8


def test_a_rejoined_child_spends_the_rest_on_nothing_of_the_way():
    """Rejoined at 19:00 while waiting for a bed, released two hours later."""
    case = family("Mon+1 10:00", back="19:00", rejoined_release=2 * HOUR, ground=Ground.PROSECUTION)
    facilities = facilities_of(days=31, beds=0, hearings=["Mon+1 12:00"])
    assert _stages(replication_of(case, facilities=facilities), "separated_within_72h") == {
        "processing": 40,
        "bed": 8 * HOUR + 20,
        "other": 2 * HOUR,
    }


def test_who_is_still_inside_counts_what_has_passed():
    """Waiting for a bed on the last minute: the hours up to it are those of the bed."""
    case = alone("Mon+1 10:00", station=YUMA)
    stages = _stages(replication_of(case, facilities=facilities_of(horizon="Fri+1 10:00", beds=0)), "alone_over_72h")
    assert stages == {"processing": 40, "bed": 4 * DAY - 40}


def test_cohorts_are_of_the_season_and_apart_by_72_hours():
    """72:00 is within; children returned and those of other weeks are in no cohort; a mean is of its cohort alone."""
    parties = [
        alone("Sat 08:00", Child(transport=72 * HOUR - 40)),
        alone("Sat 08:00", Child(transport=72 * HOUR - 39)),
        alone("Sat 08:00", Child(transport=82 * HOUR - 39)),
        alone("Sat 08:00", Child(is_returned=True, departs=90 * HOUR)),
        alone("Tue 08:00", Child(transport=300 * HOUR)),
        family("Sat 08:00", grouped=False),
    ]
    replication = replication_of(*parties)
    assert _stages(replication, "alone_over_72h")["transport"] == 77 * HOUR - 39
    assert _stages(replication, "alone_within_72h")["transport"] == 36 * HOUR - 20  # the family's child had no wait
    assert _stages(replication, "separated_within_72h") == {}


@pytest.mark.parametrize("world", [season, after_the_order])
def test_stages_add_up_to_the_mean_custody_of_their_cohort(world):
    """For thousands of children: no minute is lost or counted twice, and no stage is negative."""
    settings, replication = world()
    reading = Reading(replication, settings)
    rows = list(waits(reading))
    alone_ = reading.placed_alone & reading.in_season(reading.history.apprehended_at)
    cohorts = {"separated": reading.season_separated, "alone": alone_}
    named = {
        f"{name}_{kind}": cohort & over
        for name, cohort in cohorts.items()
        for kind, over in (("over_72h", reading.over_72_hours), ("within_72h", ~reading.over_72_hours))
    }
    assert {cohort for cohort, _, _ in rows} == {name for name, cohort in named.items() if cohort.any()}
    assert len({cohort for cohort, _, _ in rows}) >= 3
    for name in {cohort for cohort, _, _ in rows}:
        total = sum(value for cohort, _, value in rows if cohort == name)
        assert total == pytest.approx(hours(reading.custody[named[name]].mean()))
    assert min(value for _, _, value in rows) >= 0
