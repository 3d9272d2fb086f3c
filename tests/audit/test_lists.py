"""The official list, its reconciliation and its churn."""

from __future__ import annotations

import pytest
from hand_written import MET, Books

from borderops.audit.findings import Change
from borderops.audit.linkage import hhs_rule
from borderops.audit.lists import PUBLISHED_AT, Period, official_list, reconcile, several_codes
from borderops.units import DAY

PARTED = MET + DAY
LATER = PUBLISHED_AT + 30 * DAY


def family(books: Books, first: int, at: int = PARTED, code: str = "FMPO", entered_at: int | None = None) -> None:
    """Parent ``first`` and child ``first + 1`` of unit ``first``, deleted at a moment under a code."""
    books.subject(first, "1990-06-01", ("López", "Ruiz"), event_no=-1)
    books.subject(first + 1, "2010-06-01", ("Pérez", "López"), event_no=-1)
    books.unit(first, {first: "parent", first + 1: "child"}, valid_to=at)
    delete(books, first, at, code, entered_at)


def delete(
    books: Books, unit: int, at: int = PARTED, code: str = "FMPO", entered_at: int | None = None, **cells
) -> None:
    """The deletion of a unit."""
    cells = {"entered_at": at if entered_at is None else entered_at, **cells}
    books.write("e3_unit_deletion", unit_no=unit, code=code, deleted_at=at, **cells)


def listed(books: Books, as_of: int = PUBLISHED_AT, **cells) -> list[int]:
    """Persons on the list."""
    return sorted(official_list(books.records, as_of, **cells).subject_no.tolist())


@pytest.mark.parametrize(("code", "count"), [("FMPO", 2), ("FMPC", 2), ("FMGA", 0), ("ERR", 0), (-1, 0)], ids=str)
def test_only_codes_of_the_policy_are_listed(code, count):
    """Units deleted under the two codes that stood in for the policy, parents and children alike."""
    books = Books()
    family(books, 1, code=code)
    assert len(listed(books)) == count


def test_the_period_includes_both_days():
    """Deleted on 5 May or 20 June: listed; a minute before or after: not."""
    books = Books()
    period = Period()
    for first, at in zip((1, 3, 5, 7), (period.begins_at - 1, period.begins_at, period.ends_at - 1, period.ends_at)):
        family(books, first, at)
    assert listed(books) == [3, 4, 5, 6]


def test_a_list_knows_nothing_of_what_is_entered_later():
    """A deletion entered after publication is on a later list only."""
    books = Books()
    family(books, 1, entered_at=PUBLISHED_AT + 1)
    assert (listed(books), listed(books, PUBLISHED_AT + 1)) == ([], [1, 2])


def test_entries_tell_who_and_why():
    """Number, row and A-number of the person, whether it is a child, the unit, the code and the moment."""
    books = Books()
    family(books, 1, code="FMPC")
    entries = official_list(books.records)
    assert entries.a_number.tolist() == [900_000_001, 900_000_002]
    assert (entries.is_child.tolist(), entries.unit_no.tolist()) == ([False, True], [1, 1])
    assert (entries.rec_id.tolist(), entries.at.tolist()) == ([1, 2], [PARTED] * 2)


def test_several_codes_make_no_second_entry():
    """Two reasons for one deletion: everybody once, and told as having several."""
    books = Books()
    family(books, 1)
    delete(books, 1, code="FMGA")
    family(books, 3)
    assert listed(books) == [1, 2, 3, 4]
    assert several_codes(books.records).tolist() == [1, 2]


def test_marked_members_of_kept_units_are_listed():
    """Under designs that keep the unit the list is drawn from members marked as separated, restored ones included."""
    books = Books()
    books.subject(1, "1990-06-01", ("López", "Ruiz"), event_no=-1)
    books.unit(5, {1: "parent"}, valid_to=PARTED)
    cells = {"unit_no": 5, "subject_no": 1, "role": "parent"}
    books.write(
        "e3_family_member", member_status="separated", code="FMPO", entered_at=PARTED, valid_to=PARTED + 10, **cells
    )
    books.write("e3_family_member", member_status="together", entered_at=PARTED + 10, **cells)
    assert listed(books) == [1]


def reconciled(books: Books, joint_at: int = LATER):
    """The reconciliation with HHS's findings as of the joint list."""
    records = books.records
    return reconcile(records, hhs_rule(records, joint_at), joint_at=joint_at)


def changes(books: Books) -> dict[int, Change]:
    """Why each person's place on the list changed."""
    churn = reconciled(books).churn
    return {int(number): Change(int(change)) for number, change in zip(churn.subject_no, churn.change)}


def never_grouped(books: Books, first: int) -> None:
    """A parent and a child of one event without a unit, numbered back to back, the child known to ORR."""
    books.event(first)
    books.subject(first, "1990-06-01", ("López", "Ruiz"), event_no=first)
    books.subject(first + 1, "2010-06-01", ("Pérez", "López"), event_no=first)
    books.write(
        "portal_child",
        portal_no=first,
        a_number=900_000_001 + first,
        last_name=("Pérez", "López"),
        birth_day="2010-06-01",
    )


def test_hhs_adds_whom_no_list_has():
    """A pair of HHS's of whom no list knows is added, both of them; one that is listed already is not."""
    books = Books()
    never_grouped(books, 1)
    family(books, 11)
    books.write("portal_child", portal_no=12, a_number=900_000_012, last_name=("Pérez", "López"))
    assert changes(books) == dict.fromkeys((1, 2), Change.ADDED_FOUND_BY_HHS)
    assert reconciled(books).joint.is_child.sum() == 2


def test_what_is_entered_later_is_added():
    """A deletion entered after the first list is added under that reason."""
    books = Books()
    family(books, 1, entered_at=PUBLISHED_AT + 1)
    assert changes(books) == dict.fromkeys((1, 2), Change.ADDED_RECORDED_LATER)


def test_units_made_in_error_are_removed():
    """A further deletion row that says so takes the members off."""
    books = Books()
    family(books, 1)
    delete(books, 1, code="ERR", comment="made_in_error", entered_at=PUBLISHED_AT + 1)
    assert changes(books) == dict.fromkeys((1, 2), Change.REMOVED_MADE_IN_ERROR)


def test_groups_of_other_relatives_are_removed():
    """The list is one of parents and children."""
    books = Books()
    family(books, 1)
    books.rows["e3_family_unit"][0]["kind"] = 1
    assert changes(books) == dict.fromkeys((1, 2), Change.REMOVED_NOT_FAMILY)


def stay(books: Books, number: int, out_at: int, reason: str) -> None:
    """A stay of a person."""
    books.write("e3_detention", subject_no=number, in_at=MET, out_at=out_at, out_reason=reason)


@pytest.mark.parametrize(
    ("parent_out", "parent_reason", "is_removed"),
    [(PARTED + 5, "released", True), (PARTED + 6, "released", False), (PARTED + 5, "ice", False)],
)
def test_families_who_left_together_are_removed(parent_out, parent_reason, is_removed):
    """Out at the same minute to the same place after one stay each: never separated. Else they stay on the list."""
    books = Books()
    family(books, 1)
    stay(books, 1, parent_out, parent_reason)
    stay(books, 2, PARTED + 5, "released")
    expected = dict.fromkeys((1, 2), Change.REMOVED_NEVER_SEPARATED) if is_removed else {}
    assert changes(books) == expected


def test_a_rejoined_family_was_separated():
    """A parent with a stay before court and one after left together with the child in the end: it stays listed."""
    books = Books()
    family(books, 1)
    stay(books, 1, PARTED, "court")
    stay(books, 1, PARTED + 5, "released")
    stay(books, 2, PARTED + 5, "released")
    assert changes(books) == {}


def test_a_code_taken_back_takes_the_members_off():
    """When the row no longer stands at the joint list, nobody knows why they were listed."""
    books = Books()
    family(books, 1)
    books.rows["e3_unit_deletion"][0]["valid_to"] = LATER - 1
    assert changes(books) == dict.fromkeys((1, 2), Change.REMOVED_RECODED)


def test_first_and_added_less_removed_is_joint():
    """The identity holds person by person, in all counts, whatever changed."""
    books = Books()
    never_grouped(books, 1)
    for first in (11, 21, 31, 41):
        family(books, first)
    family(books, 51, entered_at=PUBLISHED_AT + 1)
    delete(books, 11, code="ERR", comment="made_in_error", entered_at=PUBLISHED_AT + 1)
    books.rows["e3_family_unit"][1]["kind"] = 1
    result = reconciled(books)
    first, joint, churn = result.first, result.joint, result.churn
    added, removed = (set(churn.subject_no[churn.is_added == which]) for which in (True, False))
    assert (set(first.subject_no) | added) - removed == set(joint.subject_no)
    assert len(added) + len(removed) == len(churn) == len(set(churn.subject_no))
    counts = result.counts().set_index("step")
    for column in ("persons", "children", "adults"):
        told = counts[column]
        assert told["first"] + told["added"] - told["removed"] == told["joint"]
        assert told[[one.name.lower() for one in Change]].sum() == told["added"] + told["removed"]
    assert (len(first), len(added), len(removed)) == (8, 4, 4)
