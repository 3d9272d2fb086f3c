"""Custody clocks, banners and spreadsheets as written."""

from __future__ import annotations

import pytest
from hand_written import MET, Books

from borderops.audit.clocks import custody_clocks, sheet_checks, stale_banners
from borderops.audit.findings import TABLES, Clock, SheetCheck
from borderops.units import DAY, HOUR, LIMIT_72_HOURS


def child_in_custody(out_at: int | None, born: str = "2010-06-01", in_at: int = MET) -> Books:
    """A child of an event, and its stay."""
    books = Books()
    books.event()
    books.subject(1, born, ("López", "Ruiz"))
    stay = {"subject_no": 1, "in_at": in_at, "station": "yuma"}
    books.write("e3_detention", **(stay if out_at is None else {**stay, "out_at": out_at}))
    return books


@pytest.mark.parametrize(
    ("minutes", "flags"),
    [
        (LIMIT_72_HOURS, Clock.NONE),
        (LIMIT_72_HOURS + 1, Clock.OVER_72_HOURS),
        (6 * DAY, Clock.OVER_72_HOURS),
        (6 * DAY + 1, Clock.OVER_72_HOURS | Clock.OVER_6_DAYS),
        (10 * DAY - 1, Clock.OVER_72_HOURS | Clock.OVER_6_DAYS),
        (10 * DAY, Clock.OVER_72_HOURS | Clock.OVER_6_DAYS | Clock.TEN_DAYS),
        (0, Clock.NONE),
        (-1, Clock.NEGATIVE),
    ],
)
def test_limits_count_to_the_minute(minutes, flags):
    """72:00 keeps the limit, 72:01 does not; six days likewise; ten days are reached at ten days."""
    found = custody_clocks(child_in_custody(MET + minutes).records)
    assert (found.minutes.tolist(), found.flags.tolist()) == ([minutes], [flags])


def test_the_clock_begins_with_the_apprehension():
    """Booked in a day later, the child has been in custody a day longer than the stay."""
    found = custody_clocks(child_in_custody(MET + LIMIT_72_HOURS + 1, in_at=MET + DAY).records)
    assert found.flags.tolist() == [Clock.OVER_72_HOURS]


def test_a_book_in_before_the_apprehension_is_impossible():
    """Nobody is booked in before being met; out before in is told even if it comes after the meeting."""
    assert custody_clocks(child_in_custody(MET + 1, in_at=MET - 1).records).flags.tolist() == [Clock.IN_BEFORE_MET]
    assert custody_clocks(child_in_custody(MET + 1, in_at=MET + 2).records).flags.tolist() == [Clock.NEGATIVE]


def test_adults_have_no_such_clock():
    """Who was eighteen when met is not measured, who came of age later is."""
    assert not len(custody_clocks(child_in_custody(MET + 9 * DAY, "2000-06-01").records))
    assert len(custody_clocks(child_in_custody(MET + 9 * DAY, "2000-06-02").records)) == 1


def test_who_is_still_inside_counts_as_far_as_it_is():
    """As of a minute an open stay is over once the limit is passed; a book-out written later is not known yet."""
    for books in (child_in_custody(None), child_in_custody(MET + 20 * DAY)):
        flags = [custody_clocks(books.records, MET + late).flags.tolist() for late in (72 * HOUR, 72 * HOUR + 1)]
        assert flags == [[Clock.NONE], [Clock.OVER_72_HOURS]]


def test_open_stays_of_long_ago_are_doubted():
    """After ten days without a book-out the stay itself is in doubt; how long is a choice."""
    books = child_in_custody(None)
    late = custody_clocks(books.records, MET + 10 * DAY + 1)
    assert late.having(Clock.LONG_OPEN).subject_no.tolist() == [1]
    assert not len(custody_clocks(books.records, MET + 10 * DAY).having(Clock.LONG_OPEN))
    assert len(custody_clocks(books.records, MET + 2, long_ago=1).having(Clock.LONG_OPEN)) == 1


# --- banners ------------------------------------------------------------------------------------------------------


def separated(**flag: int) -> Books:
    """A parent in ICE's hands under a banner, whose unit was kept and the member marked."""
    books = Books()
    books.subject(1, "1990-06-01", ("López", "Ruiz"), event_no=-1)
    books.unit(5, {1: "parent"}, valid_to=MET + 10)
    books.write(
        "e3_family_member", unit_no=5, subject_no=1, role="parent", member_status="separated", entered_at=MET + 10
    )
    books.write("eid_flag", subject_no=1, set_at=MET + 10, entered_at=MET + 10, **flag)
    books.write("earm_case", case_no=1, a_number=900_000_001, banner="separated", entered_at=MET + 20)
    return books


def restored(books: Books) -> Books:
    """The same with the unit restored a day later."""
    at = MET + DAY
    books.rows["e3_family_member"][-1]["valid_to"] = at
    books.write("e3_family_member", unit_no=5, subject_no=1, role="parent", member_status="together", entered_at=at)
    books.write("eid_unit_history", unit_no=5, action="restore", at=at, entered_at=at)
    return books


def test_a_banner_over_a_restored_family_is_stale():
    """The flag and ICE's banner both show still: both are found, from the day of restoring on."""
    records = restored(separated()).records
    found = stale_banners(records)
    assert [TABLES[code] for code in found.table] == ["eid_flag", "earm_case"]
    assert (found.subject_no.tolist(), found.rejoined_at.tolist()) == ([1, 1], [MET + DAY] * 2)
    assert not len(stale_banners(records, MET + DAY - 1))


def test_a_banner_over_a_separated_family_is_right():
    """While the family is apart nothing is stale."""
    assert not len(stale_banners(separated().records))


def test_a_cleared_flag_is_not_stale():
    """Where the flag was cleared only ICE's banner is found."""
    found = stale_banners(restored(separated(cleared_at=MET + DAY)).records)
    assert [TABLES[code] for code in found.table] == ["earm_case"]


def test_a_second_unit_tells_of_rejoining_too():
    """Where designs delete units, a further unit of the same person says that the family is together again."""
    books = separated()
    books.rows["e3_family_member"].pop()
    books.unit(6, {1: "parent"}, entered_at=MET + DAY)
    assert stale_banners(books.records).rejoined_at.tolist() == [MET + DAY] * 2


# --- spreadsheets -------------------------------------------------------------------------------------------------


def sheet(*rows: tuple[int, int, str]) -> Books:
    """Rows of a spreadsheet: numbers of parent and child less 900,000,000, and the child's name."""
    books = Books()
    for number in range(1, 6):
        books.subject(number, "1990-01-01", ("López", "Ruiz"), event_no=-1)
    for place, (parent, child, name) in enumerate(rows, 1):
        numbers = {"parent_a_number": 900_000_000 + parent, "child_a_number": 900_000_000 + child}
        books.write("local_sheet_row", sheet_no=1, row_no=place, child_given=name, **numbers)
    return books


def flags(books: Books) -> dict[int, int]:
    """Flags by number of the row."""
    found = sheet_checks(books.records)
    return dict(zip(found.rec_id.tolist(), found.flags.tolist()))


def test_a_sound_sheet_passes():
    """One child and two parents, another child: nothing is raised."""
    assert flags(sheet((1, 2, "Ana"), (3, 2, "Ana"), (4, 5, "Eva"))) == {}


def test_a_child_written_twice_is_found():
    """The same child with the same parent twice, or under two names: both rows are found."""
    assert flags(sheet((1, 2, "Ana"), (1, 2, "Ana"))) == dict.fromkeys((1, 2), SheetCheck.REPEATED_CHILD)
    assert flags(sheet((1, 2, "Ana"), (3, 2, "Eva"))) == dict.fromkeys((1, 2), SheetCheck.REPEATED_CHILD)


def test_numbers_that_nobody_has_are_found():
    """A parent's or a child's number that leads to nobody, and one of a wrong format."""
    assert flags(sheet((9, 2, "Ana"))) == {1: SheetCheck.PARENT_UNKNOWN}
    assert flags(sheet((1, 9, "Ana"))) == {1: SheetCheck.CHILD_UNKNOWN}
    wrong = SheetCheck.PARENT_UNKNOWN | SheetCheck.NUMBER_FORMAT
    assert flags(sheet((-899_999_000, 2, "Ana"))) == {1: wrong}


def test_people_of_ports_are_known():
    """A number that only SIGMA has is nobody's mistake."""
    books = sheet((1, 9, "Ana"))
    books.port(9, "2010-01-01", ("López", "Ruiz"), a_number=900_000_009)
    assert flags(books) == {}
