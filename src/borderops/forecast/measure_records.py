"""What agents wrote down, or did not, of families: grouping at intake, codes, notes, and the parent's number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops.forecast.breakdowns import Row, counts, shares
from borderops.forecast.reading import Reading
from borderops.operations.history import Code, Exit, Note, ParentNumber
from borderops.population.people import NOBODY, Stratum


def record_kpis(reading: Reading) -> Iterator[Row]:
    """KPIs of families never grouped, of what was written at a parting, and of what a referral carried."""
    yield from _never_grouped(reading)
    yield from _of_partings(reading)
    history, separated = reading.history, reading.season_separated
    referred = separated & (history.parent_number != ParentNumber.NONE)
    not_passed = history.parent_number == ParentNumber.NOT_PASSED
    yield from shares(reading, "children_parent_number_not_passed", referred, not_passed)
    for number in ParentNumber:
        count = int((separated & (history.parent_number == number)).sum())
        yield "children_separated", "parent_number", number.name.lower(), count


def _never_grouped(reading: Reading) -> Iterator[Row]:
    """True families who said they are one; a child of theirs in a shelter is separated, and nobody knows."""
    members = reading.never_grouped & (reading.stratum == Stratum.FAMILY)
    members &= reading.in_season(reading.history.apprehended_at)
    yield from counts(reading, "families_never_grouped", members & _stands_for_case(reading), by_age=False)
    yield from counts(reading, "members_never_grouped", members, by_age=False)
    yield from counts(reading, "children_separated_unnoticed", _unnoticed(reading))


def _stands_for_case(reading: Reading) -> np.ndarray:
    """True for the first person of each case."""
    return reading.first_of_case == np.arange(reading.child.size)


def _unnoticed(reading: Reading) -> np.ndarray:
    """Children sent to a shelter whose mother or father came with them and was processed as an adult alone."""
    people = reading.people
    apart = reading.never_grouped | (reading.stratum == Stratum.UNDISCLOSED_FAMILY)
    has_parent = np.zeros(apart.size, dtype=bool)
    for parent in (people.mother, people.father):
        # A minor mother stays with her child.
        has_parent |= (parent != NOBODY) & ~people.is_child[parent]
    came = reading.child & reading.in_season(reading.history.apprehended_at)
    return came & apart & has_parent & (reading.history.exit == Exit.TO_SHELTER)


def _of_partings(reading: Reading) -> Iterator[Row]:
    """Codes and rows of families separated in the season, notes of parents taken in it."""
    history, separated = reading.history, reading.season_separated
    of_family = np.zeros(separated.size, dtype=bool)
    of_family[reading.first_of_case[separated]] = True
    code = history.separation_code
    wrong = of_family & np.isin(code, (Code.WRONG, Code.BLANK))
    yield from counts(reading, "families_with_code_wrong_or_blank", wrong, by_age=False)
    for one in list(Code)[1:]:
        yield "families_separated", "code", one.name.lower(), int((of_family & (code == one)).sum())
    yield "families_separated", "list", "listed", int((of_family & history.is_listed).sum())
    yield "families_separated", "list", "not_listed", int((of_family & ~history.is_listed).sum())
    taken = history.is_taken & reading.in_season(history.parted_at)
    from_separated = taken & np.isin(reading.people.party, reading.people.party[of_family])
    several = (separated | from_separated) & (code == Code.SEVERAL)
    yield from counts(reading, "persons_with_several_codes", several, by_age=False)
    for name, notes in (
        ("notes_saying_nothing", (Note.NOTHING,)),
        ("notes_at_top", (Note.TOP_AND_CHILD, Note.TOP_ONLY)),
        ("notes_with_child", (Note.NOT_AT_TOP, Note.TOP_AND_CHILD)),
    ):
        yield from shares(reading, name, taken, np.isin(history.note, notes), by_age=False)
    for note in list(Note)[1:]:
        yield "parents_taken", "note", note.name.lower(), int((taken & (history.note == note)).sum())
