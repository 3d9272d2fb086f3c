"""Copying: wrong sources are copied as they stood, hop by hop, and messages end up with other children."""

from __future__ import annotations

import numpy as np
import pytest
from tests.records.e3_worlds import season
from tests.records.mistake_worlds import flawless, mistakes

from borderops.records.answer_key import NO_SOURCE, TABLES, AnswerKey, Behind, Copy, Mechanism, Written
from borderops.records.copying import carry
from borderops.records.fields import BLANK, parts_of, two_names
from borderops.records.known_names import known_names
from borderops.records.ledger import Ledger
from borderops.records.spelling import Lexicon
from borderops.records.systems import LAYOUTS, Records, table_of


def _behind(count: int) -> Behind:
    rows = np.arange(count, dtype=np.int32)
    blank = np.full(count, BLANK)
    return Behind(
        rows, blank.astype(np.int32), rows, rows.astype(np.int64), np.zeros(count, np.int16),
        np.zeros(count, np.int8), np.full(count, 5, np.int8),
    )  # fmt: skip


def _two_tables(entered_at: list[int]) -> Ledger:
    """Two people in e3, and messages about the first that were sent at some minutes."""
    lexicon = Lexicon(known_names())
    cruz, choc, ana = lexicon.codes(["Cruz", "Choc", "Ana"])
    count = len(entered_at)
    people = table_of(
        "e3_subject",
        {"entered_at": np.array([0, 1]), "entered_by": 7, "subject_no": np.array([1, 2]), "a_number": 900_000_001,
         "given": ana, "surname_1": cruz, "surname_2": choc},
    )  # fmt: skip
    mail = table_of(
        "mail_message",
        {"entered_at": np.array(entered_at), "entered_by": 8, "child_a_number": 900_000_001, "child_given": ana,
         "child_surnames": two_names(np.array([cruz]), np.array([choc]))[0]},
    )  # fmt: skip
    fields = (("child_a_number", "a_number"), ("child_surnames", "surname_1"), ("child_surnames", "surname_2"))
    copy = Copy("mail_message", "e3_subject", np.arange(1, count + 1), np.ones(count, dtype=np.int64), fields)
    tables = {"e3_subject": people, "mail_message": mail}
    return Ledger(
        Written(Records(tables, lexicon), {"e3_subject": _behind(2), "mail_message": _behind(count)}, (copy,))
    )


def _close(ledger: Ledger) -> tuple[Records, AnswerKey]:
    return ledger.close(lambda _, changes, rows: (changes.check, rows.check))


def test_a_wrong_source_is_copied_as_it_stood():
    """A copy made before the source was spoiled is right, one made after it carries the error."""
    ledger = _two_tables([10, 30])
    ledger.change("e3_subject", np.array([0]), {"a_number": 900_000_009}, Mechanism.WRONG_DIGIT, at=20)
    carry(ledger, ledger.written.copies[0])
    records, key = _close(ledger)
    assert records["mail_message"]["child_a_number"].tolist() == [900_000_001, 900_000_009]
    assert key.changes.mechanism.tolist() == [Mechanism.WRONG_DIGIT, Mechanism.COPIED]
    assert key.changes.source.tolist() == [NO_SOURCE, 0]
    assert key.changes.hop.tolist() == [0, 1]
    assert key.changes.cause.tolist() == [0, 0]
    assert key.changes.operator.tolist() == [7, 8]
    assert key.changes.at.tolist() == [20, 30]


def test_of_several_errors_the_last_before_the_copy_counts():
    """Each copy carries what stood in the source at its own minute."""
    ledger = _two_tables([10, 30, 50])
    for at, number in ((5, 900_000_009), (40, 900_000_099)):
        ledger.change("e3_subject", np.array([0]), {"a_number": number}, Mechanism.WRONG_DIGIT, at=at)
    carry(ledger, ledger.written.copies[0])
    records, key = _close(ledger)
    assert records["mail_message"]["child_a_number"].tolist() == [900_000_009, 900_000_009, 900_000_099]
    assert key.changes.source.tolist() == [NO_SOURCE, NO_SOURCE, 0, 0, 1]


def test_an_error_that_was_put_right_is_not_copied():
    """A source that reads as it should when it is copied leaves no entry."""
    ledger = _two_tables([30])
    for number in (900_000_009, 900_000_001):
        ledger.change("e3_subject", np.array([0]), {"a_number": number}, Mechanism.WRONG_DIGIT, at=5)
    carry(ledger, ledger.written.copies[0])
    _, key = _close(ledger)
    assert Mechanism.COPIED not in key.changes.mechanism


def test_of_two_surnames_in_one_cell_only_the_wrong_one_changes():
    """A dropped second surname is dropped in the copy, and the first one stays."""
    ledger = _two_tables([30])
    first = int(ledger.cells("e3_subject", "surname_1")[0])
    ledger.change("e3_subject", np.array([0]), {"surname_2": BLANK}, Mechanism.SECOND_SURNAME_DROPPED)
    carry(ledger, ledger.written.copies[0])
    records, key = _close(ledger)
    one, other = parts_of(records["mail_message"]["child_surnames"])
    assert (one.tolist(), other.tolist()) == ([first], [BLANK])
    assert key.changes.table.tolist() == [TABLES.index("e3_subject"), TABLES.index("mail_message")]


def test_another_persons_error_is_not_copied():
    """Only who was copied from matters."""
    ledger = _two_tables([30])
    ledger.change("e3_subject", np.array([1]), {"a_number": 900_000_009}, Mechanism.WRONG_DIGIT)
    carry(ledger, ledger.written.copies[0])
    assert ledger.entered("mail_message", "child_a_number") is None


def test_errors_travel_from_e3_through_mail_to_the_portal():
    """In a season: with slips in e3 alone, each copy reads what its source reads, and hops count the copies."""
    records, key = mistakes({"wrong_digit": 0.1, "second_surname_dropped": 0.1, "surnames_flipped": 0.1})
    assert set(np.unique(key.changes.hop)) >= {0, 1, 2}
    written = flawless(season())
    portal = key.changes.table == TABLES.index("portal_child")
    assert (key.changes.hop[portal] == 2).sum() > 20
    copied = key.changes.mechanism == Mechanism.COPIED
    source = key.changes.source[copied]
    assert (source >= 0).all()
    assert (key.changes.cause[source] == key.changes.cause[copied]).all()
    assert (key.changes.hop[source] + 1 == key.changes.hop[copied]).all()
    assert (key.changes.at[source] <= key.changes.at[copied]).all()
    for copy in written.copies:
        if copy.to_table == "earm_case" and copy.from_table == "e3_subject":
            rows, read = (np.searchsorted(records[name]["rec_id"], rec) for name, rec in (
                ("earm_case", copy.to_rec), ("e3_subject", copy.from_rec)))  # fmt: skip
            for to_field, from_field in copy.fields:
                assert np.array_equal(records["earm_case"][to_field][rows], records["e3_subject"][from_field][read])


def test_further_rows_about_a_person_repeat_the_first():
    """When the class changes nobody types the name again: a slip at intake stays in all rows of the person."""
    records, key = mistakes({"typo": 0.3, "wrong_digit": 0.3, "other_event": 0.3})
    subjects, visit = records["e3_subject"], key.behind["e3_subject"].visit
    later = np.flatnonzero(visit > 0)
    assert later.size > 50
    first = np.searchsorted(subjects["subject_no"][visit == 0], subjects["subject_no"][later])
    order = np.argsort(subjects["subject_no"][visit == 0], kind="stable")
    at_intake = np.flatnonzero(visit == 0)[order]
    first = at_intake[np.searchsorted(subjects["subject_no"][at_intake], subjects["subject_no"][later])]
    for field in ("a_number", "given", "surname_1", "surname_2", "birth_day", "event_no"):
        assert np.array_equal(subjects[field][later], subjects[field][first]), field


def test_a_message_is_attached_to_another_child():
    """Threads of other children, never the own one; requests, which begin a thread, stay where they are."""
    records, key = mistakes({"wrong_child": 0.2})
    mail, clean = records["mail_message"], flawless(season()).records["mail_message"]
    moved = np.flatnonzero(mail["thread_no"] != clean["thread_no"])
    own = key.changes.mechanism == Mechanism.WRONG_CHILD
    assert moved.size == own.sum() > 100
    assert np.isin(mail["thread_no"][moved], clean["thread_no"]).all()
    request = LAYOUTS["mail_message"].every_field["step"].choices.index("request")
    assert (mail["step"][moved] != request).all()
    assert (key.causes.kind[key.changes.cause[own]] == 0).all()


@pytest.mark.parametrize("table", ["eid_encounter", "earm_case"])
def test_machines_mistype_nothing(table):
    """What systems pass on is wrong only where the source was, or where a number was left out by hand."""
    _, key = mistakes(0.3)
    own = key.changes.table == TABLES.index(table)
    assert set(key.changes.mechanism[own]) <= {
        Mechanism.COPIED, Mechanism.NUMBER_MISSING, Mechanism.NEVER_GROUPED,
    }  # fmt: skip
