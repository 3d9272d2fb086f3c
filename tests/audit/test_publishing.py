"""Lists that agencies gave out: what the records of the day said, and no more."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from borderops.audit.linkage import hhs_rule
from borderops.audit.lists import JOINT_AT, Period, official_list, reconcile
from borderops.audit.publishing import Purpose, Release, publish
from borderops.clock import minute_of
from borderops.config.compose import compose
from borderops.records.bookkeeping import Books, keep_books
from borderops.records.systems import Records
from borderops.replication import replicate

WORDS = (
    "scenario=zero_tolerance_2018",
    "arrivals.stations=[yuma]",
    "window.start=2018-05-01",
    "window.end=2018-06-30",
    "study.is_hindcast=false",
)
AT = minute_of(date(2018, 6, 1))
PERIOD = Period(minute_of(date(2018, 5, 5)), minute_of(date(2018, 6, 21)))


@cache
def books(tracking: str = "e3_history") -> Books:
    """Two months at one sector."""
    settings = compose([*WORDS, f"tracking={tracking}"]).settings
    return keep_books(replicate(settings, 1), settings)


def listed(records: Records, number: int) -> np.ndarray:
    """A-numbers on a list, in its order."""
    entries = records["list_entry"]
    return entries["a_number"][entries["list_no"] == number]


def test_a_list_holds_those_whom_the_records_of_the_day_tell():
    """The first count equals the official list of its minute, line by line, and a later one has more."""
    releases = [Release(Purpose.FIRST_COUNT, at, PERIOD) for at in (AT, minute_of(date(2018, 6, 22)))]
    records = publish(books().records, releases)
    first, second = listed(records, 1), listed(records, 2)
    assert first.tolist() == official_list(books().records, AT, PERIOD).a_number.tolist()
    assert 0 < first.size < second.size
    assert records["list_release"]["persons"].tolist() == [first.size, second.size]
    assert records["list_entry"]["line"][records["list_entry"]["list_no"] == 2].tolist() == [*range(1, second.size + 1)]


def test_a_list_is_not_known_before_its_day():
    """As of a minute before publication there is no such list; the other tables stay as they are."""
    records = publish(books().records, [Release(Purpose.FIRST_COUNT, AT, PERIOD)])
    assert len(records.as_of(AT - 1)["list_entry"]) == len(records.as_of(AT - 1)["list_release"]) == 0
    assert len(records.as_of(AT)["list_entry"]) == len(records["list_entry"]) > 0
    assert all(records[name].equals(table) for name, table in books().records.tables.items())


def test_the_reconciled_list_is_the_joint_one():
    """What Border Patrol and HHS agree on."""
    records = publish(books().records, [Release(Purpose.RECONCILED, JOINT_AT, PERIOD)])
    joint = reconcile(books().records, hhs_rule(books().records, JOINT_AT), joint_at=JOINT_AT, period=PERIOD).joint
    assert listed(records, 1).tolist() == joint.a_number.tolist()


def test_without_a_box_nobody_in_care_is_known_to_be_separated():
    """Under the designs of spring 2018 HHS can list nobody; under a shared record it lists children in shelters."""
    release = [Release(Purpose.CHILDREN_IN_CARE, AT, PERIOD)]
    assert listed(publish(books().records, release), 1).size == 0
    shared = publish(books("shared_record").records, release)
    assert listed(shared, 1).size > 0
    assert (shared["list_entry"]["kind"] == 1).all()
    names = shared.frame("list_entry")
    assert (names["given"] != "").all() and names["kind"].eq("child").all()
