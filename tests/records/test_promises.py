"""What is promised of records as a whole: the same people under every design, notes as in the report's sample."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.config.test_completion import TRACKINGS

from borderops.config.compose import compose
from borderops.operations.history import Note
from borderops.records.bookkeeping import Books, keep_books
from borderops.records.systems import CODES, NOTES
from borderops.replication import Replication, replicate

SMALL = (
    "scenario=zero_tolerance_2018",
    "arrivals.stations=[yuma,el_paso]",
    "window.start=2018-05-01",
    "window.end=2018-05-14",
    "study.is_hindcast=false",
)
SAMPLE = 339
"""Records of separated parents that the report's authors read (OIG-20-06 p. 14)."""


def played(tracking: str, *words: str) -> Replication:
    """Two weeks at two sectors under a design."""
    return replicate(compose([*SMALL, f"tracking={tracking}", *words]).settings, 1)


@cache
def season(number: int) -> Books:
    """The season as shipped, all sectors."""
    settings = compose(["scenario=zero_tolerance_2018"]).settings
    return keep_books(replicate(settings, number), settings, ["e3_narrative", "e3_family_unit", "e3_unit_deletion"])


@pytest.mark.parametrize("tracking", TRACKINGS)
def test_people_and_plan_know_no_design(tracking):
    """People are byte-equal under every design, and so is the plan; without feedback the history is as well."""
    here, there = (played(each, "tracking.feedback=false") for each in (tracking, "e3_history"))
    assert here.people.digest() == there.people.digest()
    assert here.plan.digest() == there.plan.digest()
    assert here.history.digest() == there.history.digest()
    fed_back = played(tracking)
    assert fed_back.people.digest() == there.people.digest()
    assert fed_back.plan.digest() == there.plan.digest()


@pytest.mark.slow
def test_notes_read_as_in_the_sample_of_the_report():
    """Of notes drawn 339 at a time 41 % open with the separation, 61 % describe a child, 21 % say nothing."""
    shares = []
    for number in (1, 2, 3):
        books = season(number)
        body = books.records["e3_narrative"]["body"]
        random = np.random.default_rng(number)
        for _ in range(200):
            drawn = body[random.choice(body.size, SAMPLE, replace=False)]
            at_top, with_child, nothing = (
                np.isin(drawn, [NOTES.index(name) for name in names]).mean()
                for names in (
                    ("separation_at_top_and_child", "separation_at_top"),
                    ("child_not_at_top", "separation_at_top_and_child"),
                    ("nothing_of_family",),
                )
            )
            shares.append((at_top, with_child, nothing))
    assert np.abs(np.mean(shares, axis=0) - (0.41, 0.61, 0.21)).max() <= 0.02


@pytest.mark.slow
def test_notes_are_copied_from_the_history_and_not_drawn_again():
    """Every note reads as the history settled it, but for slips, which notes do not have."""
    books = season(1)
    person = books.key.behind["e3_narrative"].person
    settled = books.witness.history.note[person]
    assert (settled != Note.NONE).all()
    np.testing.assert_array_equal(books.records["e3_narrative"]["body"], settled - 1)


@pytest.mark.slow
def test_codes_are_the_published_ones_and_none_before_their_day():
    """No code before 19 April 2018 and one of eleven after it, as far as a deletion has one (OIG-20-06 p. 10)."""
    from datetime import date

    from borderops.clock import minute_of

    deletions = season(1).records["e3_unit_deletion"]
    coded = deletions["code"] >= 0
    assert (deletions["deleted_at"][coded] >= minute_of(date(2018, 4, 19))).all()
    assert deletions["code"].max() < len(CODES) == 11
    later = deletions["deleted_at"] >= minute_of(date(2018, 4, 20))
    assert coded[later].mean() > 0.9
