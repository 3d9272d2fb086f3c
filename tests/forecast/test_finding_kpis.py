"""Children separated without an individual finding once a court had ruled that it takes one."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Child, facilities_of, family, replication_of, settings_of, with_window
from tests.forecast.hand_worked import YUMA, groups, not_nought, value

from borderops.forecast import measure as module
from borderops.forecast.measure import measure
from borderops.operations.plan import Ground
from borderops.units import DAY

JANUARY = with_window(settings_of(), date(2018, 1, 1), date(2018, 1, 31), (date(2018, 1, 5), date(2018, 1, 9)))


@pytest.fixture
def ruled_in_january(monkeypatch):
    """A ruling of Tuesday the 9th instead of 26 June, so that a month made by hand can hold it."""
    monkeypatch.setattr(module, "FINDING_NEEDED_AFTER", 9 * DAY + module.clock.minute_of(date(2018, 1, 1)))


def test_only_partings_after_the_day_for_prosecution_alone_are_counted(ruled_in_january):
    """On the day itself and for another ground: not counted; after it and outside the season: counted."""
    told = [
        family("Tue+1 08:00", Child(), ground=Ground.PROSECUTION, station=YUMA),
        family("Wed+1 08:00", Child(age=3), Child(age=8), ground=Ground.PROSECUTION, station=YUMA),
        family("Wed+1 08:00", Child(), ground=Ground.DANGER_TO_CHILD, station=YUMA),
        family("Wed+1 08:00", Child(), adults=2, ground=Ground.PROSECUTION, station=YUMA),
        family("Wed+1 08:00", Child(), station=YUMA),
    ]
    results = measure(replication_of(*told, facilities=facilities_of(days=31, hearings=["Thu+1 09:00"])), JANUARY)
    assert value(results, "children_separated_without_finding") == 2
    found = groups(results, "children_separated_without_finding", "age_band")
    assert not_nought(found) == {"0–4": 1, "5–12": 1}


def test_the_ruling_is_of_26_june_2018():
    """The first minute of the next day is the first that counts."""
    assert module.clock.minute_of(date(2018, 6, 27)) == module.FINDING_NEEDED_AFTER
