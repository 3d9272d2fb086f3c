"""Tables as of a minute: what a reader could have known then, and nothing that was written later."""

from __future__ import annotations

import numpy as np

from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS, table_of
from borderops.units import NEVER

SHELTER = LAYOUTS["e3_detention"].every_field["out_reason"].choices.index("shelter")


def stays():
    """Two stays: one that ends at minute 500, one that never does."""
    return table_of(
        "e3_detention",
        {
            "entered_at": np.array([100, 200]),
            "entered_by": 1,
            "subject_no": np.array([1, 2]),
            "station": 0,
            "in_at": np.array([90, 190]),
            "out_at": np.array([500, NEVER]),
            "out_reason": np.array([SHELTER, BLANK]),
        },
    )


def test_a_row_is_not_seen_before_it_is_entered():
    """Extracts nest: what stands at a minute stands later too, as long as nobody ends it."""
    assert [len(stays().as_of(minute)) for minute in (99, 100, 199, 200)] == [0, 1, 1, 2]


def test_what_was_filled_in_later_is_empty():
    """Book-out and where the person went are empty until the minute of the book-out."""
    before, after = stays().as_of(499), stays().as_of(500)
    assert before["out_at"].tolist() == [NEVER, NEVER] and before["out_reason"].tolist() == [BLANK, BLANK]
    assert after["out_at"].tolist() == [500, NEVER] and after["out_reason"].tolist() == [SHELTER, BLANK]


def test_an_end_to_come_is_not_known():
    """A row that will end later looks like one that stands for good."""
    unit = table_of(
        "e3_family_unit",
        {"entered_at": np.array([10]), "entered_by": 1, "unit_no": 1, "event_no": 1, "kind": 0, "status": 0,
         "valid_to": np.array([700])},
    )  # fmt: skip
    assert unit.as_of(699)["valid_to"].tolist() == [NEVER]
    assert len(unit.as_of(700)) == 0


def test_a_choice_without_its_moment_stays():
    """A referral that lapsed has no hearing: that it lapsed is not blanked for want of one."""
    layout = LAYOUTS["e3_prosecution"].every_field["outcome"]
    lapsed = layout.choices.index("lapsed")
    table = table_of(
        "e3_prosecution",
        {"entered_at": np.array([10]), "entered_by": 1, "subject_no": 1, "referred_at": 10, "outcome": lapsed},
    )
    assert table.as_of(20)["outcome"].tolist() == [lapsed]
