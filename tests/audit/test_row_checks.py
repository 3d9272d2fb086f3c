"""Published checks of single rows, each on a row that passes and one that does not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hand_written import MET, Books

from borderops.ages import age_years
from borderops.audit.checks import CHECKS, run_checks
from borderops.audit.findings import Check
from borderops.records import answer_key
from borderops.units import DAY


def failing(books: Books, check: Check, table: str) -> list[int]:
    """Rows of a table that fail a check."""
    return run_checks(books.records).of(check, table).tolist()


def person(number: int = 1, **cells: object) -> Books:
    """One sound person of e3."""
    books = Books()
    books.event()
    books.subject(number, "1990-01-01", ("López", "Ruiz"), age=28, **cells)
    return books


def test_checks_bear_the_names_and_numbers_of_the_key():
    """Audits mirror the flags that the answer key uses, without knowing it."""
    assert {one.name: one.value for one in Check} == {one.name: one.value for one in answer_key.Check}
    assert set(CHECKS) == set(Check) - {Check.NONE}


def test_a_sound_row_passes():
    """Nothing is raised about what is right."""
    assert not len(run_checks(person().records))


@pytest.mark.parametrize(
    ("number", "fails"),
    [(699_999_999, True), (700_000_000, False), (999_999_999, False), (1_000_000_000, True), (-1, False), (0, True)],
)
def test_numbers_have_a_format(number, fails):
    """Nine digits from 700,000,000 on; an empty cell has no format."""
    assert failing(person(a_number=number), Check.NUMBER_FORMAT, "e3_subject") == ([1] if fails else [])


def test_every_number_field_has_the_format():
    """Numbers of parents and children in messages are checked as well."""
    books = Books()
    books.write("mail_message", thread_no=1, parent_a_number=12, child_a_number=900_000_000)
    assert failing(books, Check.NUMBER_FORMAT, "mail_message") == [1]


def test_one_number_may_not_stand_for_two():
    """Two people with one number fail both; two rows of one person, and rows that never stood together, pass."""
    books = person()
    books.subject(2, "1990-01-01", ("Gómez", ""), age=28, a_number=900_000_001)
    assert failing(books, Check.NUMBER_TWICE, "e3_subject") == [1, 2]
    books = person(valid_to=MET + 10)
    books.subject(1, "1990-01-01", ("Gómez", ""), age=28, valid_from=MET + 10)
    books.subject(2, "1990-01-01", ("Gómez", ""), age=28, a_number=900_000_009)
    assert failing(books, Check.NUMBER_TWICE, "e3_subject") == []
    books = person(valid_to=MET + 10)
    books.subject(2, "1990-01-01", ("Gómez", ""), age=28, a_number=900_000_001, valid_from=MET + 10)
    assert failing(books, Check.NUMBER_TWICE, "e3_subject") == []


def test_empty_numbers_are_not_the_same_number():
    """Two people without a number share nothing."""
    books = person(a_number=-1)
    books.subject(2, "1990-01-01", ("Gómez", ""), age=28, a_number=-1)
    assert not len(run_checks(books.records))


@pytest.mark.parametrize(
    ("entered_at", "code", "fails"),
    [
        ("2018-04-18 23:59", "FMPO", True),
        ("2018-04-18 23:59", -1, False),
        ("2018-04-19 00:00", "FMPO", False),
        ("2018-04-19 00:00", -1, True),
    ],
)
def test_codes_begin_on_19_april(entered_at, code, fails):
    """A code before that day fails, and a deletion without one since."""
    books = Books()
    books.unit(5, {})
    books.write("e3_unit_deletion", unit_no=5, code=code, entered_at=entered_at)
    books.write("eid_unit_history", unit_no=5, code=code, entered_at=entered_at, action="delete")
    assert failing(books, Check.CODE_LIST, "e3_unit_deletion") == ([1] if fails else [])
    assert failing(books, Check.CODE_LIST, "eid_unit_history") == ([1] if fails else [])


def test_what_is_no_deletion_needs_no_code():
    """Making a unit has none, nor have its members."""
    books = Books()
    books.subject(1, "1990-01-01", ("López", "Ruiz"), event_no=-1)
    books.unit(5, {1: "parent"})
    books.write("eid_unit_history", unit_no=5, action="create")
    assert not len(run_checks(books.records))


@pytest.mark.parametrize(("age", "fails"), [(28, False), (27, True), (29, True), (-1, False)])
def test_age_is_held_against_birth(age, fails):
    """The age must be the completed years when entered."""
    books = Books()
    books.event()
    books.subject(1, "1990-06-01", ("López", "Ruiz"), age=age)
    assert failing(books, Check.AGE_AGAINST_BIRTH, "e3_subject") == ([1] if fails else [])


def test_ages_agree_with_the_calendar_on_every_day():
    """The fast reckoning of ages is that of the calendar, for all days of birth of a century."""
    books = Books()
    books.subject(1, "1990-06-01", ("López", "Ruiz"), age=0, event_no=-1)
    table = books.records["e3_subject"]
    rows = np.zeros(36_600, dtype=np.int64)
    born = np.arange(36_600, dtype=np.int32) - 30_000
    day = np.full(born.size, int(MET // DAY))
    many = {**table.take(rows).columns, "birth_day": born, "age": age_years(born, day).astype(np.int16)}
    from borderops.audit.checks import age_against_birth
    from borderops.records.systems import RecordTable

    young = born < MET // DAY
    right = RecordTable(table.layout, many).take(young)
    assert not age_against_birth(right, books.records).size
    wrong = RecordTable(table.layout, {**right.columns, "age": (right["age"] + 1).astype(np.int16)})
    assert age_against_birth(wrong, books.records).size == young.sum()


@pytest.mark.parametrize(
    ("born", "fails"), [("2018-06-01", False), ("2018-06-02", True), ("1918-06-01", False), ("1918-05-31", True)]
)
def test_births_lie_within_a_hundred_years(born, fails):
    """Nobody is born after the entry, nor more than a hundred years before."""
    books = Books()
    books.event()
    books.subject(1, born, ("López", "Ruiz"))
    assert failing(books, Check.IMPOSSIBLE_DATE, "e3_subject") == ([1] if fails else [])


@pytest.mark.parametrize(("out_at", "fails"), [(MET, False), (MET - 1, True), (MET + 1, False)])
def test_nobody_comes_out_before_going_in(out_at, fails):
    """A stay may last no time, not less; one that goes on passes."""
    books = person()
    books.write("e3_detention", subject_no=1, in_at=MET, out_at=out_at)
    books.write("e3_detention", subject_no=1, in_at=MET)
    assert failing(books, Check.IMPOSSIBLE_DATE, "e3_detention") == ([1] if fails else [])


def test_equal_rows_are_told():
    """Two rows equal in everything but their numbers fail both; one cell's difference is enough to pass."""
    books = person()
    for given in ("Ana", "Ana", "Eva"):
        books.write("e3_narrative_child", subject_no=1, child_given=given, child_age=8)
    assert failing(books, Check.ROW_TWICE, "e3_narrative_child") == [1, 2]


def test_numbers_must_lead_somewhere():
    """A number of another table that no row of it has fails; where that table is not there nothing can be said."""
    books = person(event_no=2)
    assert failing(books, Check.UNKNOWN_KEY, "e3_subject") == [1]
    alone = Books()
    alone.subject(1, "1990-01-01", ("López", "Ruiz"))
    assert failing(alone, Check.UNKNOWN_KEY, "e3_subject") == []


def test_codes_from_is_a_day_of_the_report():
    """The first minute of 19 April 2018."""
    from borderops import clock
    from borderops.audit.checks import CODES_FROM

    assert clock.date_of(CODES_FROM) == date(2018, 4, 19)
